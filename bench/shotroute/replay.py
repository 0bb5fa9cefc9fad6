"""Replay a policy on a shot exactly: the mean over every order in which the models' takes might have come."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.shotroute.ratings import RatedShot
from callsheet.routing.verdicts import Try

Floats = NDArray[np.float64]
Decide = Callable[[tuple[Try, ...]], int | None]
"""From the tries so far to the number of the next model; None stops."""

ATTEMPTS = 3
SECONDS = 5.0
"""Length of every clip."""


@dataclass(frozen=True)
class Market:
    """The scenario: price of one take by model, of one review, and the worth of an accepted clip."""

    prices: tuple[float, ...]
    review: float = 0.25
    worth: float = 3.0


@dataclass(frozen=True)
class Result:
    """By shot: chance of delivery, expected money for takes, expected takes."""

    delivered: Floats
    spent: Floats
    takes: Floats

    def part(self, chosen: NDArray[np.bool_]) -> "Result":
        """Only these shots."""
        return Result(self.delivered[chosen], self.spent[chosen], self.takes[chosen])

    def utility(self, market: Market) -> Floats:
        """By shot: worth of what was delivered, less takes and reviews."""
        return market.worth * self.delivered - self.spent - market.review * self.takes

    def total(self, market: Market) -> Floats:
        """By shot: money for takes and reviews."""
        return self.spent + market.review * self.takes


def replay(shot: RatedShot, decide: Decide, market: Market) -> tuple[float, float, float]:
    """(delivered, spent, takes) of one policy on one shot."""

    def follow(history: tuple[Try, ...], used: frozenset[tuple[int, int]]) -> tuple[float, float, float]:
        model = decide(history) if len(history) < ATTEMPTS else None
        if model is None:
            return 0.0, 0.0, 0.0
        fresh = [take for take in range(len(shot.takes[model])) if (model, take) not in used]
        if not fresh:
            return 0.0, 0.0, 0.0
        sums = [0.0, 0.0, 0.0]
        for take in fresh:
            one = shot.takes[model][take]
            later = (1.0, 0.0, 0.0) if one.accepted else follow((*history, one), used | {(model, take)})
            for at, amount in enumerate((later[0], market.prices[model] + later[1], 1 + later[2])):
                sums[at] += amount / len(fresh)
        return sums[0], sums[1], sums[2]

    return follow((), frozenset())


def replay_all(shots: Sequence[RatedShot], decide: Callable[[RatedShot], Decide], market: Market) -> Result:
    """One policy on every shot."""
    rows = np.array([replay(shot, decide(shot), market) for shot in shots]).reshape(-1, 3)
    return Result(rows[:, 0], rows[:, 1], rows[:, 2])


class Sequences:
    """Every fixed sequence of models on every shot at once."""

    def __init__(self, shots: Sequence[RatedShot], market: Market, lengths: Sequence[int] = (ATTEMPTS,)) -> None:
        models = len(market.prices)
        self.market = market
        self.sequences = [s for length in lengths for s in itertools.product(range(models), repeat=length)]
        accepted = np.array([[sum(t.accepted for t in row) for row in shot.takes] for shot in shots], dtype=float)
        made = np.array([[len(row) for row in shot.takes] for shot in shots], dtype=float)
        shape = len(self.sequences), len(shots)
        self.delivered, self.spent, self.takes = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for number, sequence in enumerate(self.sequences):
            alive = np.ones(len(shots))
            for at, model in enumerate(sequence):
                before = sequence[:at].count(model)
                left = np.maximum(made[:, model] - before, 0)
                chance = np.where(left > 0, np.minimum(accepted[:, model] / np.maximum(left, 1), 1), 0)
                tried = alive * (left > 0)
                self.spent[number] += tried * market.prices[model]
                self.takes[number] += tried
                self.delivered[number] += tried * chance
                alive = alive - tried * chance
        self.utility = market.worth * self.delivered - self.spent - market.review * self.takes

    def result(self, chosen: NDArray[np.int64] | int) -> Result:
        """The outcome of one sequence, or of one a shot."""
        width = self.delivered.shape[1]
        rows = np.broadcast_to(np.asarray(chosen), (width,))
        columns = np.arange(width)
        return Result(self.delivered[rows, columns], self.spent[rows, columns], self.takes[rows, columns])

    def mean(self) -> Result:
        """The outcome of a sequence drawn at random."""
        return Result(self.delivered.mean(0), self.spent.mean(0), self.takes.mean(0))
