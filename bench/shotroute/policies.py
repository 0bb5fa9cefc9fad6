"""The policies that are compared. `learned` is the product's own routing, taught by the training shots."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from bench.shotroute.ratings import RatedShot
from bench.shotroute.replay import ATTEMPTS, Decide, Market, Result, Sequences, replay_all
from callsheet.routing.belief import Beliefs
from callsheet.routing.difficulty import Rates, ShotTries, Widths, learn_widths
from callsheet.routing.sequences import Option, Shot, Worth
from callsheet.routing.verdicts import Situation, Try, Verdict

ORDERS = 6
"""Orders of tries drawn from each training shot to learn what a rejection means."""


class Taught:
    """What the product's routing knows after the training shots."""

    def __init__(self, shots: Sequence[RatedShot], models: Sequence[str]) -> None:
        self.models = list(models)
        self.beliefs = Beliefs()
        for shot in shots:
            for row in shot.takes:
                for one in row:
                    self.beliefs.learn(Verdict(shot.situation, one.model, one.accepted, one.failed))
        situations = sorted({shot.situation for shot in shots})
        self.rates: dict[Situation, dict[str, Rates]] = {
            situation: self.beliefs.rates(situation, dict.fromkeys(models, "")) for situation in situations
        }
        rng = np.random.default_rng(3)
        tries: dict[Situation, list[ShotTries]] = {situation: [] for situation in situations}
        for shot in shots:
            every = [one for row in shot.takes for one in row]
            for _ in range(ORDERS):
                drawn = rng.permutation(len(every))[:ATTEMPTS]
                tries[shot.situation].append(ShotTries(tuple(every[int(at)] for at in drawn), 1 / ORDERS))
        self.widths: dict[Situation, Widths] = learn_widths(tries, self.rates)

    def decides(self, market: Market) -> Callable[[RatedShot], Decide]:
        """The product's choice for any shot and any history."""

        @lru_cache(None)
        def ready(situation: Situation) -> Shot:
            rates = self.rates.get(situation) or self.beliefs.rates(situation, dict.fromkeys(self.models, ""))
            options = [
                Option(model, model, rates[model], price)
                for model, price in zip(self.models, market.prices, strict=True)
            ]
            return Shot(situation, options, Worth(market.worth, market.review), self.widths.get(situation))

        @lru_cache(None)
        def choice(situation: Situation, history: tuple[Try, ...]) -> int | None:
            ranked = ready(situation).values(history, ATTEMPTS - len(history))
            return None if not ranked or ranked[0][1] <= 0 else self.models.index(ranked[0][0].model)

        return lambda shot: lambda history: choice(shot.situation, history)


def baselines(
    taught: Sequence[RatedShot], judged: Sequence[RatedShot], models: Sequence[str], market: Market
) -> dict[str, Result]:
    """What the fixed policies bring on the judged shots, each chosen on the training shots unless it is an oracle."""
    seen, real = Sequences(taught, market), Sequences(judged, market)
    rate = np.array([np.mean([one.accepted for shot in taught for one in shot.takes[m]]) for m in range(len(models))])
    price = np.array(market.prices)
    best = int(np.lexsort((-price, rate))[-1])
    by_price = np.argsort(price, kind="stable")
    cheapest, middle = int(by_price[0]), int(by_price[len(price) // 2])
    place = {sequence: number for number, sequence in enumerate(real.sequences)}
    repeated = [place[(m,) * ATTEMPTS] for m in range(len(models))]
    groups = np.array([str(shot.situation) for shot in judged])
    groups_seen = np.array([str(shot.situation) for shot in taught])
    table, learned_sequence, oracle = (np.zeros(len(judged), dtype=np.int64) for _ in range(3))
    for group in sorted(set(groups)):
        inside = groups_seen == group if (groups_seen == group).any() else np.ones(len(taught), dtype=bool)
        mean = seen.utility[:, inside].mean(1)
        table[groups == group] = max(repeated, key=lambda number: (mean[number], -number))
        learned_sequence[groups == group] = int(mean.argmax())
        oracle[groups == group] = int(real.utility[:, groups == group].mean(1).argmax())
    stopping = Sequences(judged, market, range(ATTEMPTS + 1))
    return {
        "always-cheapest": real.result(repeated[cheapest]),
        "always-best": real.result(repeated[best]),
        "random": real.mean(),
        "cheap-to-best cascade": real.result(place[(cheapest, middle, best)]),
        "best global sequence": real.result(int(seen.utility.mean(1).argmax())),
        "use-case table": real.result(table),
        "use-case sequence": real.result(learned_sequence),
        "static oracle table": real.result(oracle),
        "hindsight oracle": real.result(real.utility.argmax(0)),
        "hindsight oracle that stops": stopping.result(stopping.utility.argmax(0)),
    }


def learned(taught: Taught, judged: Sequence[RatedShot], market: Market) -> Result:
    """What the product's routing brings on the judged shots."""
    return replay_all(judged, taught.decides(market), market)
