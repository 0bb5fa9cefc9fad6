"""The numbers of the report: intervals by paired bootstrap over shots, shares of the oracle's gap, calibration error."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.shotroute.policies import Taught, baselines, learned
from bench.shotroute.ratings import RatedShot
from bench.shotroute.replay import SECONDS, Floats, Market, Result
from bench.shotroute.stream import Event, Product, Router, Run, Thompson, rates_of, run, shuffled
from callsheet.routing.belief import PriorTable
from callsheet.routing.verdicts import Situation

PRICES = {
    "gen3": 0.10,
    "pika": 0.05,
    "kling": 0.045,
    "cogvideox5b": 0.033,
    "show1": 0.03,
    "videocrafter2": 0.008,
    "lavie": 0.006,
}
"""Scenario, in dollars a second: prices of the era by memory. A model that is not named costs the middle of them."""
RESAMPLES = 2000
ORDERS = 10
FIRST = 50

Ints = NDArray[np.int64]
Folds = Sequence[tuple[Sequence[RatedShot], Sequence[RatedShot]]]


@dataclass(frozen=True)
class Compared:
    """Every policy on the same shots."""

    shots: list[RatedShot]
    results: dict[str, Result]
    market: Market


def market(models: Sequence[str], spread: float = 0.0, review: float = 0.25) -> Market:
    """The scenario's prices; `spread` squeezes or stretches them so that dearest to cheapest is that, 0 leaves them."""
    known = sorted(PRICES.values())
    raw = np.array([PRICES.get(model, known[len(known) // 2]) for model in models])
    top, ratio = float(raw.max()), float(raw.max() / raw.min())
    power = 1.0 if not spread or ratio == 1 else math.log(spread) / math.log(ratio)
    return Market(tuple(float(price) for price in SECONDS * top * (raw / top) ** power), review)


def teach(folds: Folds, models: Sequence[str]) -> list[Taught]:
    """What the product learns from each fold's training shots; prices play no part in it."""
    return [Taught(seen, models) for seen, _ in folds]


def compare(folds: Folds, taught: Sequence[Taught], models: Sequence[str], scenario: Market) -> Compared:
    """Every policy on the judged shots of every fold."""
    parts: list[dict[str, Result]] = []
    shots: list[RatedShot] = []
    for (seen, judged), knows in zip(folds, taught, strict=True):
        shots += judged
        parts.append({**baselines(seen, judged, models, scenario), "callsheet": learned(knows, judged, scenario)})
    joined = {
        name: Result(
            np.concatenate([part[name].delivered for part in parts]),
            np.concatenate([part[name].spent for part in parts]),
            np.concatenate([part[name].takes for part in parts]),
        )
        for name in parts[0]
    }
    return Compared(shots, joined, scenario)


def rows(compared: Compared, kind: str) -> dict[str, dict[str, float]]:
    """By policy: delivered share, cost an approved second (total, takes only), utility a shot, takes a shot."""
    inside = _inside(compared, kind)
    out: dict[str, dict[str, float]] = {}
    for name, result in compared.results.items():
        part = result.part(inside)
        seconds = SECONDS * float(part.delivered.sum())
        out[name] = {
            "delivered": float(part.delivered.mean()),
            "total_per_second": float(part.total(compared.market).sum()) / max(seconds, 1e-12),
            "takes_per_second": float(part.spent.sum()) / max(seconds, 1e-12),
            "utility": float(part.utility(compared.market).mean()),
            "takes": float(part.takes.mean()),
        }
    return out


def headline(compared: Compared, kind: str) -> dict[str, Any]:
    """Savings, delivery and gap shares of the product's routing against always-best, with 95 % intervals."""
    inside = _inside(compared, kind)
    if not inside.any():
        return {"shots": 0, "saving_total": None, "saving_ci": None, "delivered_delta": None, "gap_share": None}
    picked = {name: result.part(inside) for name, result in compared.results.items()}
    best, ours = picked["always-best"], picked["callsheet"]
    oracle, stopping = picked["hindsight oracle"], picked["hindsight oracle that stops"]
    drawn = np.random.default_rng(1).integers(0, int(inside.sum()), (RESAMPLES, int(inside.sum())))
    everything = np.arange(int(inside.sum()))[None, :]
    scenario = compared.market

    def saving(at: Ints, base: str, money: str) -> Floats:
        def cost(result: Result) -> Floats:
            amounts = result.total(scenario) if money == "total" else result.spent
            out: Floats = amounts[at].sum(1) / np.maximum(result.delivered[at].sum(1), 1e-12)
            return out

        share: Floats = 1 - cost(ours) / cost(picked[base])
        return share

    def gap(at: Ints, top: Result) -> Floats:
        low = best.utility(scenario)[at].mean(1)
        reach = top.utility(scenario)[at].mean(1) - low
        out: Floats = (ours.utility(scenario)[at].mean(1) - low) / np.where(abs(reach) < 1e-12, np.inf, reach)
        return out

    delta = ours.delivered - best.delivered
    return {
        "shots": int(inside.sum()),
        "saving_total": _one(saving(everything, "always-best", "total")),
        "saving_ci": _ci(saving(drawn, "always-best", "total")),
        "delivered_delta": float(delta.mean()),
        "delivered_ci": _ci(delta[drawn].mean(1)),
        "gap_share": _one(gap(everything, oracle)),
        "gap_ci": _ci(gap(drawn, oracle)),
        "gap_share_of_stopping_oracle": _one(gap(everything, stopping)),
        "saving_takes": _one(saving(everything, "always-best", "takes")),
        "saving_over_use_case_sequence": _one(saving(everything, "use-case sequence", "total")),
        "saving_over_use_case_sequence_ci": _ci(saving(drawn, "use-case sequence", "total")),
    }


def calibration_error(folds: Folds, taught: Sequence[Taught]) -> float:
    """Mean distance of P(accept) from what came, over first takes of every model, in ten bins of equal width."""
    told, came = [], []
    for (_, judged), knows in zip(folds, taught, strict=True):
        for shot in judged:
            rates = knows.rates.get(shot.situation) or knows.beliefs.rates(
                shot.situation, dict.fromkeys(knows.models, "")
            )
            for model, takes in zip(knows.models, shot.takes, strict=True):
                told += [rates[model].accept] * len(takes)
                came += [one.accepted for one in takes]
    chances, outcomes = np.array(told), np.array(came, dtype=float)
    bins = np.minimum((chances * 10).astype(int), 9)
    return float(
        sum(
            (bins == b).mean() * abs(chances[bins == b].mean() - outcomes[bins == b].mean())
            for b in range(10)
            if (bins == b).any()
        )
    )


def streams(
    folds: Folds, taught: Sequence[Taught], models: Sequence[str], scenario: Market, compared: Compared
) -> dict[str, float]:
    """The online reports: first shots with a good prior, what a wrong one costs, a model dying and one arriving."""
    shots = compared.shots
    seen = list(folds[0][0])
    rates = rates_of(seen, models)
    flat = {
        model: float(np.mean([one.accepted for s in seen for one in s.takes[at]])) for at, model in enumerate(models)
    }
    static = compared.results["static oracle table"].utility(scenario)
    most = max(models, key=lambda model: (_uses(compared, taught[0], model), model))

    def product(seed: int, table: Mapping[tuple[Situation, str], float] | None) -> Router:
        return Product(scenario, models, seed, PriorTable("benchmark", table) if table is not None else None)

    makers: dict[str, tuple[Callable[[int], Router], Event | None, int]] = {
        "right prior": (lambda seed: product(seed, rates), None, ORDERS),
        "no prior": (lambda seed: product(seed, None), None, ORDERS),
        "wrong prior": (lambda seed: product(seed, shuffled(rates, models, seed)), None, ORDERS),
        "uniform Thompson": (lambda seed: Thompson(scenario, models, seed), None, ORDERS),
        "global-prior Thompson": (lambda seed: Thompson(scenario, models, seed, flat), None, ORDERS),
        "a model dies": (lambda seed: product(seed, rates), Event(most, False), ORDERS // 2),
        "a model arrives": (
            lambda seed: product(seed, {k: v for k, v in rates.items() if k[1] != most}),
            Event(most, True),
            ORDERS // 2,
        ),
    }
    done: dict[str, list[Run]] = {}
    for name, (make, event, count) in makers.items():
        done[name] = [run(make(seed), shots, models, scenario, seed, event) for seed in range(count)]
    base = [static[list(one.order[:FIRST])].mean() for one in done["right prior"]]
    out: dict[str, float] = {
        "static oracle table": float(static.mean()),
        "static oracle table, first 50": float(np.mean(base)),
    }
    for name, results in done.items():
        out[f"{name}: utility"] = float(np.mean([one.utility.mean() for one in results]))
        out[f"{name}: first 50"] = float(np.mean([one.utility[:FIRST].mean() for one in results]))
        out[f"{name}: delivered"] = float(np.mean([one.delivered.mean() for one in results]))
        if makers[name][1]:
            half = len(shots) // 2
            out[f"{name}: utility after"] = float(np.mean([one.utility[half:].mean() for one in results]))
            out[f"{name}: its takes a shot after"] = float(np.mean([one.used[half:].mean() for one in results]))
    out["first50_share"] = out["right prior: first 50"] / max(float(np.mean(base)), 1e-12)
    out["wrong_prior_loss"] = 1 - out["wrong prior: utility"] / out["no prior: utility"]
    out["wrong_prior_loss_to_thompson"] = 1 - out["wrong prior: utility"] / out["uniform Thompson: utility"]
    return out


def _uses(compared: Compared, knows: Taught, model: str) -> int:
    decides = knows.decides(compared.market)
    return sum(decides(shot)(()) == knows.models.index(model) for shot in compared.shots)


def _inside(compared: Compared, kind: str) -> NDArray[np.bool_]:
    strict = np.array([shot.strict for shot in compared.shots])
    return {"all": np.ones(len(strict), dtype=bool), "strict": strict, "lenient": ~strict}[kind]


def _one(values: Floats) -> float:
    return float(values[0])


def _ci(values: Floats) -> list[float]:
    return [float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))]
