"""What a changed policy would have brought, from logged decisions and the chances with which they were made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callsheet.errors import InputError
from callsheet.routing.difficulty import Floats

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Logged:
    """One decision that was made: the chance of the choice then, the chance the changed policy gives it, and what came."""

    propensity: float
    changed: float
    reward: float
    modelled: float = 0.0
    """What the beliefs expected of the choice that was made."""
    modelled_changed: float = 0.0
    """What the beliefs expect of the changed policy here, over all its choices."""


@dataclass(frozen=True)
class Estimate:
    """Expected reward a decision under the changed policy, with a 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class OffPolicy:
    """Three estimates. `overlap` is the effective number of decisions behind them: few means none can be trusted."""

    ips: Estimate
    snips: Estimate
    doubly_robust: Estimate
    overlap: float


def estimate(log: Sequence[Logged], *, clip: float = 50.0) -> OffPolicy:
    """Estimate a changed policy from the log of the one that ran; weights above `clip` are cut to it.

    Raises InputError for an empty log or a logged choice that had no chance of being made.
    """
    if not log:
        raise InputError("no decisions were logged", remedy="Estimate again when some shots were reviewed.")
    if any(not 0 < one.propensity <= 1 or not 0 <= one.changed <= 1 for one in log):
        raise InputError("a logged chance is not within 0 and 1", remedy="Log the propensity with each decision.")
    weights = np.minimum(np.array([one.changed / one.propensity for one in log]), clip)
    rewards = np.array([one.reward for one in log])
    modelled = np.array([one.modelled for one in log])
    ahead = np.array([one.modelled_changed for one in log])
    total = float(weights.sum())
    ips = _mean(weights * rewards)
    if total > 0:
        ratio = float((weights * rewards).sum()) / total
        snips = _interval(ratio, weights * (rewards - ratio) / (total / len(log)))
    else:
        snips = Estimate(0.0, -np.inf, np.inf)
    overlap = total * total / float((weights**2).sum()) if total > 0 else 0.0
    return OffPolicy(ips, snips, _mean(ahead + weights * (rewards - modelled)), overlap)


def _mean(terms: Floats) -> Estimate:
    return _interval(float(terms.mean()), terms - terms.mean())


def _interval(value: float, residuals: Floats) -> Estimate:
    count = len(residuals)
    if count < 2:
        return Estimate(value, -np.inf, np.inf)
    half = Z95 * float(np.sqrt((residuals**2).sum() / (count * (count - 1))))
    return Estimate(value, value - half, value + half)
