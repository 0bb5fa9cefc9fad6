"""What a smaller or larger budget would buy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from callsheet.errors import BudgetError
from callsheet.routing.joint import Board, Limits, PlannedShot, Tie, fast


@dataclass(frozen=True)
class Point:
    """What one budget buys."""

    budget: float
    value: float
    cost: float
    shots: int
    """Shots that would be made."""
    bought: float
    """By the measure that was asked for; the value less its cost when there was none."""


def frontier(
    shots: Sequence[PlannedShot],
    ties: Sequence[Tie],
    limits: Limits,
    budgets: Sequence[float],
    measure: Callable[[Mapping[str, str | None]], float] | None = None,
) -> list[Point]:
    """What each budget buys, in rising order. More money never buys less: a plan that fits stays possible, so the best so far is kept,
    and ties, which only shape the plans, cannot change that.

    Where the shots that must be made are not there in the time of `limits`, that is left aside.

    `measure` says how much the offers of a plan, by shot, bring. Budgets too small for the shots that must be made are left out.
    """
    points: list[Point] = []
    best: Point | None = None
    least = sum(min((c.cost for c in s.choices), default=0.0) for s in shots if s.must)
    for budget in sorted(b for b in budgets if b >= least):
        board = Board(shots, ties, Limits(budget, limits.seconds))
        try:
            taken, shadow = fast(board)
        except BudgetError:
            board = Board(shots, ties, Limits(budget))
            taken, shadow = fast(board)
        plan = board.as_plan(taken, shadow, 0.0)
        made = sum(offer is not None for offer in plan.offers.values())
        bought = plan.value - plan.cost if measure is None else measure(plan.offers)
        if best is None or bought > best.bought:
            best = Point(budget, plan.value, plan.cost, made, bought)
        points.append(Point(budget, best.value, best.cost, best.shots, best.bought))
    return points
