"""What a rejected take says about the next one of the same shot.

A shot has a difficulty of its own in every criterion it is held to, and a chemistry with every model; a take adds luck.
How wide each of the three is decides what a rejection means: of little width, a rejection was bad luck and the same model
may try again; where chemistry is wide the model is wrong for this shot; where difficulty is wide every other model will
fail here too, and the shot is worth fewer tries. The widths are learned from the tries of the workspace by marginal
likelihood. P(accept) of the first take stays what the verdicts say it is.
"""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from callsheet.routing.verdicts import Situation, Try

Floats = NDArray[np.float64]

SAMPLES = 192
"""Imagined shots by which the tries of one shot are weighed."""
SUBSETS_UP_TO = 3
"""With more criteria, rejections are told apart by the one that failed, or as several."""
_FLOOR = 1e-4
_THERE = 1e-10
"""A step of Newton's method after which the next one changes nothing that counts."""


@dataclass(frozen=True, order=True)
class Widths:
    """Standard deviations in log-odds, where luck has about 1.8."""

    shot: float = 1.5
    """How far shots differ in difficulty."""
    chemistry: float = 1.0
    """How far a model does better or worse at one shot than at such shots in general."""
    shared: float = 0.5
    """Share of a shot's difficulty that all its criteria have in common."""


GRID = tuple(Widths(shot, chemistry) for shot in (0.5, 1.0, 1.5, 2.0) for chemistry in (0.5, 1.0, 2.0))
"""The widths that are tried."""
HELD = 4.0
"""Nats by which widths must explain the tries better before they go one step from where they start."""


@dataclass(frozen=True)
class Rates:
    """What one model does in one situation before the shot is known."""

    accept: float
    criteria: tuple[float, ...] = ()
    """P(pass) of each criterion of the bar; empty when the bar names none."""


@dataclass(frozen=True)
class ShotTries:
    """The tries of one shot in order."""

    tries: tuple[Try, ...]
    weight: float = 1.0


class Imagined:
    """A fixed sample of imagined shots of one situation: what each model would do at each of them."""

    def __init__(self, situation: Situation, rates: Mapping[str, Rates], widths: Widths | None = None) -> None:
        """Raise ValueError when a model's criteria are not those of the bar."""
        wide = widths or Widths()
        self.models = sorted(rates)
        self.criteria = situation.bar or ("accept",)
        count = len(self.criteria)
        known = [rates[m].criteria if situation.bar else (rates[m].accept,) for m in self.models]
        if any(len(one) != count for one in known):
            raise ValueError("rates name other criteria than the bar")
        marginal = np.clip(np.array(known).reshape(-1, count), _FLOOR, 1 - _FLOOR)
        accept = np.clip(np.array([rates[m].accept for m in self.models]), _FLOOR, 1 - _FLOOR)
        shot = _draws("shot", count + 1)
        difficulty = np.sqrt(1 - wide.shared) * shot[:, 1:] + np.sqrt(wide.shared) * shot[:, :1]
        chemistry = np.stack([_draws("model " + m, count) for m in self.models])
        self.passes: Floats = _centred(wide.shot * difficulty[None] + wide.chemistry * chemistry, marginal)
        """[models, samples, criteria] P(pass)."""
        self.accepts: Floats = _powered(self.passes.prod(2), accept)
        """[models, samples] P(accept)."""
        self.patterns = _patterns(self.criteria)
        self.rejects: Floats = np.stack([self._pattern(p) for p in self.patterns], 1)
        """[models, patterns, samples] P(rejected with just these criteria failing)."""
        told = self.rejects.sum(1)
        self.rejects *= ((1 - self.accepts) / np.maximum(told, 1e-12))[:, None, :]

    def likelihood(self, one: Try) -> Floats:
        """[samples] P(this outcome) at each imagined shot; 1 for a model that is not known here."""
        if one.model not in self.models:
            return np.ones(SAMPLES)
        at = self.models.index(one.model)
        failed = tuple(c for c in self.criteria if c in one.failed)
        out: Floats = 1 - self.accepts[at]
        if one.accepted:
            out = self.accepts[at]
        elif failed in self.patterns:
            out = self.rejects[at, self.patterns.index(failed)]
        elif () in self.patterns and failed:
            out = self.rejects[at, self.patterns.index(())]
        return out

    def weights(self, history: Sequence[Try]) -> Floats:
        """[samples] how likely each imagined shot is after these tries; they sum to 1."""
        weights = np.ones(SAMPLES)
        for one in history:
            weights = weights * self.likelihood(one)
        total = float(weights.sum())
        return weights / total if total > 0 else np.full(SAMPLES, 1 / SAMPLES)

    def _pattern(self, failed: tuple[str, ...]) -> Floats:
        if not failed:
            singles = np.stack([self._pattern((c,)) for c in self.criteria])
            several: Floats = np.maximum(1 - self.passes.prod(2) - singles.sum(0), 0)
            return several
        out = np.ones(self.passes.shape[:2])
        for at, criterion in enumerate(self.criteria):
            passes = self.passes[:, :, at]
            out = out * ((1 - passes) if criterion in failed else passes)
        return out


def learn_widths(
    shots: Mapping[Situation, Sequence[ShotTries]], rates: Mapping[Situation, Mapping[str, Rates]]
) -> dict[Situation, Widths]:
    """The widths that best explain the tries of each situation; half of what the other situations say counts too."""
    start = GRID.index(Widths())
    fits = {s: np.array([log_likelihood(s, shots[s], rates[s], w) for w in GRID]) for s in sorted(shots)}
    whole = np.sum(list(fits.values()), 0) if fits else np.zeros(len(GRID))
    leash = np.array([-HELD * _steps(w, GRID[start]) / 4 for w in GRID])
    learned = {s: GRID[int(np.argmax(fit + 0.5 * (whole - fit) + leash))] for s, fit in fits.items()}
    for situation in rates:
        learned.setdefault(situation, GRID[int(np.argmax(0.5 * whole + leash))])
    return learned


def log_likelihood(
    situation: Situation, shots: Sequence[ShotTries], rates: Mapping[str, Rates], widths: Widths
) -> float:
    """Log of P(all these tries | widths), weighted."""
    imagined = Imagined(situation, rates, widths)
    outcomes: dict[Try, Floats] = {}
    total = 0.0
    for shot in shots:
        chances = np.ones(SAMPLES)
        for one in shot.tries:
            if one not in outcomes:
                outcomes[one] = imagined.likelihood(one)
            chances = chances * outcomes[one]
        total += shot.weight * float(np.log(max(float(chances.mean()), 1e-300)))
    return total


def _steps(one: Widths, other: Widths) -> float:
    return abs(one.shot - other.shot) / 0.5 + abs(float(np.log2(one.chemistry / other.chemistry)))


@lru_cache(maxsize=4096)
def _draws(name: str, count: int) -> Floats:
    """[samples, count] standard normal draws in pairs of opposite sign, the same for a name for ever."""
    seed = int.from_bytes(hashlib.sha256(f"{name} {count}".encode()).digest()[:8], "big")
    half = np.random.default_rng(seed).standard_normal((SAMPLES // 2, count))
    draws = np.concatenate([half, -half])
    # One order for all: mirrored samples of different names must not stay aligned.
    order = np.random.default_rng(seed + 1).permutation(SAMPLES)
    out: Floats = draws[order]
    out.setflags(write=False)
    return out


def _sigmoid(log_odds: Floats) -> Floats:
    out: Floats = 1 / (1 + np.exp(-log_odds))
    return out


def _centred(spread: Floats, rates: Floats) -> Floats:
    """Sigmoid of `spread` [models, samples, criteria], moved so that its mean over samples is `rates`."""
    at = np.log(rates / (1 - rates))
    for _ in range(8):
        passes = _sigmoid(at[:, None, :] + spread)
        slope = (passes * (1 - passes)).mean(1)
        step = np.clip((rates - passes.mean(1)) / np.maximum(slope, 1e-6), -1.5, 1.5)
        at = at + step
        if np.abs(step).max() < _THERE:
            break
    return _sigmoid(at[:, None, :] + spread)


def _powered(joint: Floats, accept: Floats) -> Floats:
    """`joint` [models, samples] raised to the powers that give it the mean `accept`."""
    logs = np.log(np.maximum(joint, 1e-12))
    powers = np.zeros(len(accept))
    # The mean falls and is convex in the power, so these steps come from one side and cannot overshoot.
    for _ in range(14):
        raised = np.exp(powers[:, None] * logs)
        step = (raised.mean(1) - accept) / np.maximum(-(logs * raised).mean(1), 1e-9)
        powers = powers + step
        if np.abs(step).max() < _THERE:
            break
    out: Floats = np.exp(powers[:, None] * logs)
    return out


def _patterns(criteria: tuple[str, ...]) -> list[tuple[str, ...]]:
    if len(criteria) > SUBSETS_UP_TO:
        return [*((c,) for c in criteria), ()]
    sizes = range(1, len(criteria) + 1)
    return [subset for size in sizes for subset in itertools.combinations(criteria, size)]
