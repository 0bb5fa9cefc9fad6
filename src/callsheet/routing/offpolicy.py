"""What a changed policy would have brought, from logged decisions and the chances with which they were made.

The tries of one shot, in order, are one story: its weight is how many times as likely the changed policy was to choose as was
chosen, try by try. Three estimates of what a shot brings: inverse propensity scores (no model, wide), the same with weights that
sum to one, and doubly robust (the beliefs of the time, corrected by what came).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callsheet.errors import InputError
from callsheet.routing.difficulty import Floats

CLIP = 50.0
"""Weights are cut to this; how many were is told."""
FEWEST = 20.0
"""Below so many shots, in effect, an estimate is not to be trusted."""
COVERED = 0.9
"""The share of the changed policy's choices that must have had a chance when the log was made."""
RESAMPLES = 2000
_FEWEST_SHOTS = 8
"""An interval needs so many shots to be resampled."""
_PIECE = 4_000_000


@dataclass(frozen=True)
class Logged:
    """One try: the chance of its choice then, the chance the changed policy gives it, and what this try brought."""

    propensity: float
    changed: float
    reward: float
    modelled: float = 0.0
    """What the beliefs expected of the choice that was made, with all that may follow it."""
    modelled_changed: float = 0.0
    """What the beliefs expect of the changed policy here, over all its choices."""
    covered: float = 1.0
    """The chance that the changed policy gives, in all, to choices that had any when this was logged."""
    shot: str = ""
    """Tries of one shot are one story, in the order of the log; a try that names none is a story of its own."""


@dataclass(frozen=True)
class Estimate:
    """Expected reward a shot, with a 95 % interval; it is endless where nothing can be said."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class OffPolicy:
    """The estimates of the changed policy, what the logged one brought, and what the difference is.

    `overlap` is the effective number of shots behind the first three. `doubt` is why none of them can be trusted; empty
    when they can.
    """

    ips: Estimate
    snips: Estimate
    doubly_robust: Estimate
    overlap: float
    logged: Estimate
    gain: Estimate
    """Doubly robust, less what the logged policy brought, shot by shot."""
    decisions: int
    shots: int
    covered: float
    """The share of the changed policy's choices that had a chance."""
    clipped: int
    doubt: str


def estimate(log: Sequence[Logged], *, clip: float = CLIP, resamples: int = RESAMPLES) -> OffPolicy:
    """Estimate a changed policy from the log of the one that ran; weights above `clip` are cut to it.

    Raises InputError for an empty log or a logged choice that had no chance of being made.
    """
    if not log:
        raise InputError("no decisions were logged", remedy="Estimate again when some shots were reviewed.")
    if any(not 0 < one.propensity <= 1 or not 0 <= one.changed <= 1 + 1e-9 for one in log):
        raise InputError("a logged chance is not within 0 and 1", remedy="Log the propensity with each decision.")
    stories: dict[str, list[Logged]] = {}
    for number, one in enumerate(log):
        stories.setdefault(one.shot or f"\0{number}", []).append(one)
    told = [_story(steps, clip) for steps in stories.values()]
    raw, weights, rewards, robust = (np.array(column) for column in zip(*told, strict=True))
    ones = np.ones(len(told))
    total = float(weights.sum())
    overlap = total * total / float((weights**2).sum()) if total > 0 else 0.0
    covered = float(np.mean([min(1.0, one.covered) for one in log]))
    nothing = Estimate(0.0, -np.inf, np.inf)
    return OffPolicy(
        ips=_ratio(weights * rewards, ones, resamples),
        snips=_ratio(weights * rewards, weights, resamples) if total > 0 else nothing,
        doubly_robust=_ratio(robust, ones, resamples),
        overlap=overlap,
        logged=_ratio(rewards, ones, resamples),
        gain=_ratio(np.round(robust - rewards, 12), ones, resamples),
        decisions=len(log),
        shots=len(told),
        covered=covered,
        clipped=int((raw > clip).sum()),
        doubt=_doubt(overlap, covered, len(told)),
    )


def _story(steps: Sequence[Logged], clip: float) -> tuple[float, float, float, float]:
    """(weight as it is, weight as it is cut, reward, doubly robust reward) of one shot."""
    weight, robust = 1.0, 0.0
    for one in reversed(steps):
        ratio = one.changed / one.propensity
        weight *= ratio
        robust = one.modelled_changed + min(clip, ratio) * (one.reward + robust - one.modelled)
    return weight, min(clip, weight), sum(one.reward for one in steps), robust


def _doubt(overlap: float, covered: float, shots: int) -> str:
    if covered < COVERED:
        return (
            f"no overlap: {1 - covered:.0%} of what it would choose had no chance when the decisions were made, so that nothing "
            "was seen of it; where runners-up are tried now and then, later decisions can tell"
        )
    if overlap < FEWEST or shots < _FEWEST_SHOTS:
        return f"too few: in effect {overlap:.0f} of {shots} shots speak for it, and {FEWEST:.0f} are needed"
    return ""


def _ratio(top: Floats, below: Floats, resamples: int) -> Estimate:
    """The sum of `top` over that of `below`, each a number a shot, with an interval by resampling shots."""
    from scipy import stats

    def statistic(above: Floats, under: Floats, axis: int = -1) -> Floats:
        under_all = under.sum(axis=axis)
        # A sample without any weight says nothing either way.
        out: Floats = above.sum(axis=axis) / np.where(under_all > 0, under_all, np.inf)
        return out

    value = float(statistic(top, below))
    if len(top) < _FEWEST_SHOTS:
        return Estimate(value, -np.inf, np.inf)
    if np.ptp(top - value * below) < 1e-12:
        return Estimate(value, value, value)
    found = stats.bootstrap(
        (top, below),
        statistic,
        paired=True,
        vectorized=True,
        n_resamples=resamples,
        batch=max(1, _PIECE // len(top)),
        method="percentile",
        rng=np.random.default_rng(0),
    )
    return Estimate(value, float(found.confidence_interval.low), float(found.confidence_interval.high))
