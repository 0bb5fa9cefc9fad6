"""What gate scores are worth in one workspace: P(accept) fitted on people's own verdicts, with its error shown.

A logistic model, pulled towards what all takes have in common as strongly as cross-checking on the verdicts themselves finds best. It ranks
takes and warns; it approves nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callsheet.media.gates.finding import LEAST_VERDICTS

__all__ = ["LEAST_EACH", "LEAST_VERDICTS", "Calibration", "Judged", "calibrate"]

Numbers = NDArray[np.float64]

LEAST_EACH = 15
"""Accepted and rejected takes that are needed of each: without contrast there is nothing to learn."""

_PULLS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
"""Strengths of the pull to zero that are tried; the strongest leaves next to nothing but the common share."""
_FOLDS = 5
_BINS = 10
_STEPS = 50
_ARRIVED = 1e-9
_LEAST_BEND = 1e-9
_LEAST_SPREAD = 1e-6
"""A score that is the same for all takes says nothing and is left out."""


@dataclass(frozen=True)
class Judged:
    """One take a person has judged: its gate scores (None: not checked) and whether it was accepted."""

    scores: Mapping[str, float | None]
    accepted: bool


@dataclass(frozen=True)
class Calibration:
    """A fitted model and how well it does on verdicts it was not fitted on.

    `weights` are per gate, for a score that is one standard deviation above the usual. `brier` is the mean squared error of P(accept),
    `brier_of_share` that of always telling the share of accepted takes: a model that is not below has learned nothing. `ece` is the
    expected calibration error: how far P(accept) is from what happened, over ten equal groups. Both are measured by cross-checking.
    """

    verdicts: int
    accepted: int
    pull: float
    intercept: float
    gates: tuple[str, ...]
    weights: tuple[float, ...]
    usual: tuple[float, ...]
    spread: tuple[float, ...]
    brier: float
    brier_of_share: float
    ece: float

    @property
    def useful(self) -> bool:
        """Whether it tells more than the share of accepted takes does."""
        return self.brier < self.brier_of_share

    def p_accept(self, scores: Mapping[str, float | None]) -> float:
        """The chance that a person accepts a take with these scores. A gate that was not checked counts as usual."""
        row = _standard(_row(scores, self.gates)[None], np.array(self.usual), np.array(self.spread))
        return float(_chance(self.intercept + row @ np.array(self.weights))[0])

    def why(self, scores: Mapping[str, float | None]) -> tuple[tuple[str, float], ...]:
        """Gates and what each adds to the log odds of acceptance, largest first."""
        row = _standard(_row(scores, self.gates)[None], np.array(self.usual), np.array(self.spread))[0]
        parts = [(gate, float(share)) for gate, share in zip(self.gates, row * np.array(self.weights), strict=True)]
        return tuple(sorted(parts, key=lambda part: (-abs(part[1]), part[0])))


def calibrate(judged: Sequence[Judged]) -> Calibration | None:
    """Fit P(accept); None while there are too few verdicts. The same verdicts in the same order give the same model."""
    accepted = np.array([verdict.accepted for verdict in judged], np.float64)
    kept = int(accepted.sum())
    if len(judged) < LEAST_VERDICTS or min(kept, len(judged) - kept) < LEAST_EACH:
        return None
    named = sorted({gate for verdict in judged for gate in verdict.scores})
    table = np.array([_row(verdict.scores, named) for verdict in judged]).reshape(len(judged), len(named))
    seen = (~np.isnan(table)).sum(axis=0)
    filled = np.where(np.isnan(table), 0.0, table)
    usual = filled.sum(axis=0) / np.maximum(seen, 1)
    spread = np.sqrt((np.where(np.isnan(table), 0.0, table - usual) ** 2).sum(axis=0) / np.maximum(seen, 1))
    told = spread > _LEAST_SPREAD
    gates = tuple(gate for gate, says in zip(named, told, strict=True) if says)
    table, usual, spread = table[:, told], usual[told], spread[told]
    rows = _standard(table, usual, spread)
    folds = _folds(accepted)
    trials = [(_log_loss(found := _crossed(rows, accepted, folds, pull), accepted), -pull, found) for pull in _PULLS]
    _, pull, checked = min(trials, key=lambda trial: trial[:2])
    weights = _fit(rows, accepted, -pull)
    shares = np.array([accepted[folds != fold].mean() for fold in range(_FOLDS)])[folds]
    return Calibration(
        verdicts=len(judged),
        accepted=kept,
        pull=-pull,
        intercept=float(weights[0]),
        gates=gates,
        weights=tuple(float(weight) for weight in weights[1:]),
        usual=tuple(float(value) for value in usual),
        spread=tuple(float(value) for value in spread),
        brier=float(((checked - accepted) ** 2).mean()),
        brier_of_share=float(((shares - accepted) ** 2).mean()),
        ece=expected_error(checked, accepted),
    )


def expected_error(chances: Numbers, accepted: Numbers) -> float:
    """Expected calibration error, 0 to 1: mean distance of chance and outcome over ten groups of equal size, by chance."""
    order = np.argsort(chances, kind="stable")
    groups = [group for group in np.array_split(order, _BINS) if len(group)]
    return float(sum(len(g) * abs(chances[g].mean() - accepted[g].mean()) for g in groups) / max(1, len(order)))


def _row(scores: Mapping[str, float | None], gates: Sequence[str]) -> Numbers:
    found = (scores.get(gate) for gate in gates)
    return np.array([math.nan if score is None else score for score in found], np.float64)


def _standard(table: Numbers, usual: Numbers, spread: Numbers) -> Numbers:
    """Scores in standard deviations from the usual; what was not checked is usual."""
    return np.nan_to_num((table - usual) / np.maximum(spread, _LEAST_SPREAD), nan=0.0)


def _folds(accepted: Numbers) -> NDArray[np.int64]:
    """A fold for each verdict, accepted and rejected ones dealt out alike."""
    folds = np.zeros(len(accepted), np.int64)
    for outcome in (0.0, 1.0):
        of = np.flatnonzero(accepted == outcome)
        folds[of] = np.arange(len(of)) % _FOLDS
    return folds


def _crossed(rows: Numbers, accepted: Numbers, folds: NDArray[np.int64], pull: float) -> Numbers:
    """For each verdict the chance told by a model that has not seen its fold."""
    chances = np.zeros(len(accepted))
    for fold in range(_FOLDS):
        weights = _fit(rows[folds != fold], accepted[folds != fold], pull)
        chances[folds == fold] = _chance(weights[0] + rows[folds == fold] @ weights[1:])
    return chances


def _fit(rows: Numbers, accepted: Numbers, pull: float) -> Numbers:
    """Intercept and weights that minimise the log loss plus `pull` times half the squared weights; the intercept is free."""
    table = np.column_stack([np.ones(len(rows)), rows])
    ridge = np.full(table.shape[1], pull)
    ridge[0] = 0.0

    def loss(weights: Numbers) -> float:
        told = table @ weights
        return float((np.logaddexp(0, told) - accepted * told).sum() + (ridge * weights**2).sum() / 2)

    weights = np.zeros(table.shape[1])
    least = loss(weights)
    for _ in range(_STEPS):
        chances = _chance(table @ weights)
        slope = table.T @ (chances - accepted) + ridge * weights
        bend = (table * (chances * (1 - chances))[:, None]).T @ table + np.diag(ridge + _LEAST_BEND)
        step = np.linalg.solve(bend, slope)
        # Newton's step, halved until it leads downhill: the loss has one valley, so this always arrives.
        while (reached := loss(weights - step)) > least and float(np.abs(step).max()) > _ARRIVED:
            step /= 2
        if float(np.abs(step).max()) <= _ARRIVED:
            break
        weights, least = weights - step, reached
    return weights


def _chance(told: Numbers) -> Numbers:
    """The logistic function, without overflow."""
    return np.asarray(0.5 + 0.5 * np.tanh(told / 2), np.float64)


def _log_loss(chances: Numbers, accepted: Numbers) -> float:
    sure = np.clip(chances, 1e-9, 1 - 1e-9)
    return float(-(accepted * np.log(sure) + (1 - accepted) * np.log1p(-sure)).mean())
