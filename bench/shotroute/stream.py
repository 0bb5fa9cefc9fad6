"""Shots one after another, each verdict known before the next choice: what a prior is worth and how fast one learns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from bench.shotroute.ratings import RatedShot
from bench.shotroute.replay import ATTEMPTS, Floats, Market
from callsheet.routing.belief import HOPE, Availability, Beliefs, PriorTable
from callsheet.routing.decide import Question, Spend, decide
from callsheet.routing.difficulty import Rates, Widths
from callsheet.routing.sequences import Option, Worth
from callsheet.routing.verdicts import Situation, Try, Verdict

DAY = date(2026, 1, 1)
DOWN = 0.6
"""Below this chance of coming back with a clip an offer is left alone."""


class Router(Protocol):
    """Chooses tries and hears what became of them."""

    def next(self, shot: RatedShot, history: tuple[Try, ...], open_to: Sequence[str]) -> str | None:
        """The model to try, among those that are open; None stops."""

    def hear(self, shot: RatedShot, one: Try) -> None:
        """A verdict."""

    def fault(self, model: str) -> None:
        """A try that brought no clip."""


@dataclass(frozen=True)
class Event:
    """Something that happens to one model from the middle of a stream on."""

    model: str
    arrives: bool
    """It is not there before, or it is not there after."""


@dataclass(frozen=True)
class Run:
    """By shot in stream order: which shot, utility, delivered, money, and takes of the event's model."""

    order: tuple[int, ...]
    utility: Floats
    delivered: Floats
    cost: Floats
    used: Floats


def run(
    router: Router,
    shots: Sequence[RatedShot],
    models: Sequence[str],
    market: Market,
    seed: int,
    event: Event | None = None,
) -> Run:
    """Stream the shots in an order drawn by `seed`; takes of a model come in an order drawn by it too."""
    rng = np.random.default_rng([5, seed])
    order = tuple(int(at) for at in rng.permutation(len(shots)))
    prices = dict(zip(models, market.prices, strict=True))
    rows = np.zeros((len(shots), 4))
    for number, at in enumerate(order):
        shot = shots[at]
        drawn = {m: [int(t) for t in rng.permutation(len(shot.takes[i]))] for i, m in enumerate(models)}
        late = number >= len(shots) // 2
        hidden = {event.model} if event and event.arrives and not late else set()
        dead = {event.model} if event and not event.arrives and late else set()
        history: tuple[Try, ...] = ()
        faults = 0
        while len(history) < ATTEMPTS and faults < ATTEMPTS:
            open_to = [m for m in models if m not in hidden and drawn[m]]
            model = router.next(shot, history, open_to)
            if model is None:
                break
            if model in dead:
                faults += 1
                router.fault(model)
                continue
            one = shot.takes[models.index(model)][drawn[model].pop()]
            history = (*history, one)
            router.hear(shot, one)
            rows[number, 2] += prices[model] + market.review
            rows[number, 3] += bool(event and event.model == model)
            if one.accepted:
                rows[number, 1] = 1
                break
    utility = market.worth * rows[:, 1] - rows[:, 2]
    return Run(order, utility, rows[:, 1], rows[:, 2], rows[:, 3])


class Product:
    """The product's routing: beliefs, retry plans, a bounded chance for runners-up, availability apart from quality."""

    def __init__(
        self,
        market: Market,
        models: Sequence[str],
        seed: int,
        table: PriorTable | None = None,
        widths: Mapping[Situation, Widths] | None = None,
    ) -> None:
        self.beliefs = Beliefs([table] if table else [])
        self.availability = Availability()
        self.market, self.seed, self.widths = market, seed, widths or {}
        self.models, self.prices = list(models), dict(zip(models, market.prices, strict=True))
        self.spent = self.explored = 0.0
        self._rates: dict[Situation, tuple[dict[str, Rates], dict[str, float]]] = {}

    def next(self, shot: RatedShot, history: tuple[Try, ...], open_to: Sequence[str]) -> str | None:
        """Ask the product."""
        if shot.situation not in self._rates:
            versions = dict.fromkeys(self.models, "")
            posteriors = self.beliefs.posteriors(shot.situation, versions)
            deviations = {model: p.deviation for model, p in posteriors.items()}
            self._rates[shot.situation] = self.beliefs.rates(shot.situation, versions, hope=HOPE), deviations
        rates, deviations = self._rates[shot.situation]
        up = [m for m in open_to if self.availability.mean(m, DAY) >= DOWN]
        question = Question(
            shot=shot.name,
            situation=shot.situation,
            options=tuple(Option(m, m, rates[m], self.prices[m]) for m in up),
            worth=Worth(self.market.worth, self.market.review),
            widths=self.widths.get(shot.situation, Widths()),
            history=history,
            attempts=ATTEMPTS - len(history),
            seed=self.seed,
            spend=Spend(self.spent, self.explored),
            deviations=deviations,
        )
        answer = decide(question, whole=False)
        if answer.offer is not None:
            self.spent += self.prices[answer.offer]
            self.explored += self.prices[answer.offer] * answer.explored
        return answer.offer

    def hear(self, shot: RatedShot, one: Try) -> None:
        """Learn from a verdict."""
        self.beliefs.learn(Verdict(shot.situation, one.model, one.accepted, one.failed))
        self._rates.pop(shot.situation, None)
        self.availability.learn(one.model, True, DAY)

    def fault(self, model: str) -> None:
        """Count a fault, which says nothing of quality."""
        self.availability.learn(model, False, DAY)
        self.spent -= self.prices[model]


class Thompson:
    """The textbook bandit: a Beta a use case and model, a draw of each, the best single-try value; a set prior weight."""

    def __init__(
        self, market: Market, models: Sequence[str], seed: int, prior: Mapping[str, float] | None = None
    ) -> None:
        self.rng = np.random.default_rng([7, seed])
        self.models, self.market = list(models), market
        self.prices = dict(zip(models, market.prices, strict=True))
        self.prior = {m: (5 * prior[m], 5 * (1 - prior[m])) if prior else (1.0, 1.0) for m in models}
        self.counts: dict[tuple[str, str], list[float]] = {}

    def next(self, shot: RatedShot, history: tuple[Try, ...], open_to: Sequence[str]) -> str | None:
        """Draw, and take the best."""
        values = {}
        for model in open_to:
            a, b = self.counts.get((shot.situation.use_case, model), self.prior[model])
            tried = sum(one.model == model for one in history)
            chance = float(self.rng.beta(max(a, 1e-3), max(b, 1e-3))) * 0.6**tried
            values[model] = self.market.worth * chance - self.prices[model] - self.market.review
        return max(values, key=lambda model: (values[model], model))

    def hear(self, shot: RatedShot, one: Try) -> None:
        """Count a verdict."""
        counts = self.counts.setdefault((shot.situation.use_case, one.model), list(self.prior[one.model]))
        counts[0 if one.accepted else 1] += 1

    def fault(self, model: str) -> None:
        """It knows no faults: it tries again."""


def rates_of(shots: Sequence[RatedShot], models: Sequence[str]) -> dict[tuple[Situation, str], float]:
    """Accept rates by situation and model."""
    out: dict[tuple[Situation, str], float] = {}
    for situation in sorted({shot.situation for shot in shots}):
        inside = [shot for shot in shots if shot.situation == situation]
        for at, model in enumerate(models):
            out[situation, model] = float(np.mean([one.accepted for shot in inside for one in shot.takes[at]]))
    return out


def shuffled(
    rates: Mapping[tuple[Situation, str], float], models: Sequence[str], seed: int
) -> dict[tuple[Situation, str], float]:
    """The same rates, given to the wrong models in every situation."""
    rng = np.random.default_rng([9, seed])
    out: dict[tuple[Situation, str], float] = {}
    for situation in sorted({place for place, _ in rates}):
        for model, at in zip(models, rng.permutation(len(models)), strict=True):
            out[situation, model] = rates[situation, models[int(at)]]
    return out
