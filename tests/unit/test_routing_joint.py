import itertools

import numpy as np
import pytest

from callsheet.errors import BudgetError
from callsheet.routing.frontier import frontier
from callsheet.routing.joint import Board, Choice, Limits, PlannedShot, Tie, plan_fast
from callsheet.routing.solve import plan_all


def some(count: int = 5, offers: int = 4, seed: int = 0, must: bool = True) -> list[PlannedShot]:
    rng = np.random.default_rng(seed)
    return [
        PlannedShot(
            f"s{n}",
            tuple(
                Choice(f"o{j}", f"m{j // 2}", f"p{j % 2}", float(rng.uniform(0.5, 3)), float(rng.uniform(0.1, 1)), 60.0)
                for j in range(offers)
            ),
            must,
        )
        for n in range(count)
    ]


def best(shots: list[PlannedShot], ties: list[Tie], limits: Limits) -> float:
    """The value less cost of the best plan, by trying every one."""
    board = Board(shots, ties, limits)
    found = -np.inf
    for taken in itertools.product(*(range(len(row)) for row in board.choices)):
        at = np.array(taken)
        if board.fits(at):
            value, cost, _ = board.totals(at)
            found = max(found, value - cost)
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("must", [True, False])
def test_the_solver_finds_the_best_plan(seed: int, must: bool) -> None:
    shots = some(seed=seed, must=must)
    ties = [Tie(("s0", "s1", "s2"), 0.4), Tie(("s2", "s3"), 0.3)]
    limits = Limits(2.0, {"p0": 180.0, "p1": 180.0})
    plan = plan_all(shots, ties, limits)
    assert plan.value - plan.cost == pytest.approx(best(shots, ties, limits), rel=2e-3)
    assert plan.cost <= 2.0
    quick = plan_fast(shots, ties, limits)
    assert quick.cost <= 2.0
    assert quick.value - quick.cost <= plan.value - plan.cost + 1e-9
    assert quick.value - quick.cost >= 0.8 * (plan.value - plan.cost)


def test_ties_bring_shots_to_one_model() -> None:
    shots = [
        PlannedShot("s0", (Choice("x", "x", "p", 2.0, 0.5), Choice("y", "y", "p", 1.9, 0.5))),
        PlannedShot("s1", (Choice("x", "x", "p", 1.9, 0.5), Choice("y", "y", "p", 2.0, 0.5))),
    ]
    assert len(set(plan_all(shots).offers.values())) == 2
    assert len(set(plan_all(shots, [Tie(("s0", "s1"), 0.2)]).offers.values())) == 1
    assert len(set(plan_fast(shots, [Tie(("s0", "s1"), 0.2)]).offers.values())) == 1


def test_a_short_budget_has_a_shadow_price_and_leaves_out_what_may_be() -> None:
    shots = some(30, must=False)
    free, short = plan_all(shots), plan_all(shots, (), Limits(4.0))
    assert free.shadow == 0
    assert short.shadow > 0
    assert short.cost <= 4.0
    assert None in short.offers.values()


def test_what_cannot_be_paid_or_done_in_time_is_refused() -> None:
    with pytest.raises(BudgetError):
        plan_all(some(), (), Limits(0.2))
    with pytest.raises(BudgetError):
        plan_all(some(), (), Limits(100.0, {"p0": 60.0, "p1": 60.0}))
    with pytest.raises(BudgetError):
        plan_all([PlannedShot("s", ())])


def test_more_money_never_buys_less() -> None:
    shots = some(40, seed=5, must=False)
    points = frontier(shots, [Tie(("s0", "s1", "s2", "s3"), 0.3)], Limits(), [float(b) for b in range(25)])
    worth = [p.value - p.cost for p in points]
    assert worth == sorted(worth)
    assert worth[0] == 0
    assert worth[-1] > worth[3] > 0
    assert all(p.cost <= p.budget for p in points)


def test_the_same_question_gets_the_same_plan() -> None:
    shots, ties = some(60, 8, seed=2), [Tie(tuple(f"s{n}" for n in range(10)), 0.2)]
    assert plan_all(shots, ties, Limits(15.0)) == plan_all(shots, ties, Limits(15.0))
    assert plan_all([]).offers == {}
