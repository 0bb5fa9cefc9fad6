import itertools
from collections.abc import Mapping
from dataclasses import replace

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


def odd(offers: Mapping[str, str | None]) -> float:
    return float(sum({"o1": 2, "o3": 3}.get(offer or "", 0) + (offer is not None) for offer in offers.values()))


def test_more_money_never_buys_less_with_ties_a_clock_and_a_measure_of_its_own() -> None:
    """However ties and time shape the plans, what counts as bought never falls."""
    for seed in range(3):
        shots = [replace(s, must=n % 5 == 0) for n, s in enumerate(some(40, seed=seed, must=False))]
        ties = [Tie(tuple(f"s{n}" for n in range(at, at + 8)), 0.6) for at in range(0, 40, 8)]
        for seconds in ({"p0": 600.0, "p1": 300.0}, {"p0": 1.0, "p1": 1.0}):
            points = frontier(shots, ties, Limits(seconds=seconds), [float(b) for b in range(30)], odd)
            bought = [p.bought for p in points]
            assert bought == sorted(bought)
            assert bought[-1] > bought[0]
            assert all(p.cost <= p.budget for p in points)


def test_the_same_question_gets_the_same_plan() -> None:
    shots, ties = some(60, 8, seed=2), [Tie(tuple(f"s{n}" for n in range(10)), 0.2)]
    assert plan_all(shots, ties, Limits(15.0)) == plan_all(shots, ties, Limits(15.0))
    assert plan_all([]).offers == {}


def test_a_crowded_provider_is_relieved_by_its_own_quicker_offer() -> None:
    slow, quick = Choice("slow", "s", "p", 3.0, 0.2, 100.0), Choice("quick", "q", "p", 2.0, 0.4, 30.0)
    shots = [PlannedShot(f"s{n}", (slow, quick)) for n in range(6)]
    for plan in (plan_fast(shots, (), Limits(9.0, {"p": 400.0})), plan_all(shots, (), Limits(9.0, {"p": 400.0}))):
        assert sorted(plan.offers.values()) == ["quick"] * 3 + ["slow"] * 3
        assert plan.shadow == 0, "time is short, and money is not"


def test_a_plan_that_is_hard_to_find_in_time_is_found_by_the_solver() -> None:
    """Only one assignment fits: the greedy plan may miss it."""
    waits = [(50.0, 90.0), (90.0, 50.0), (60.0, 60.0), (40.0, 80.0), (70.0, 40.0)]
    shots = [
        PlannedShot(f"s{n}", (Choice("a", "a", "p", 2.0, 0.1, a), Choice("b", "b", "q", 1.0 + n / 9, 0.1, b)))
        for n, (a, b) in enumerate(waits)
    ]
    limits = Limits(9.0, {"p": 150.0, "q": 90.0})
    plan = plan_all(shots, (), limits)
    assert plan.offers == {"s0": "a", "s1": "b", "s2": "a", "s3": "a", "s4": "b"}


@pytest.mark.parametrize("seed", range(3))
def test_the_fast_plan_keeps_to_the_clock_and_to_the_budget(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shots = [
        PlannedShot(
            f"s{n}",
            tuple(
                Choice(f"o{j}", f"m{j // 2}", f"p{j % 3}", float(rng.uniform(1, 3)), float(rng.uniform(0.1, 1)), float(rng.uniform(20, 200)))
                for j in range(8)
            ),
        )
        for n in range(24)
    ]  # fmt: skip
    ties = [Tie(tuple(f"s{n}" for n in range(at, at + 6)), 0.2) for at in range(0, 24, 6)]
    limits = Limits(9.6, {"p0": 480.0, "p1": 600.0, "p2": 720.0})
    board = Board(shots, ties, limits)
    for plan in (plan_fast(shots, ties, limits), plan_all(shots, ties, limits)):
        rows = [{c.offer: at for at, c in enumerate(row) if c} for row in board.choices]
        taken = np.array([row[plan.offers[s.shot] or ""] for row, s in zip(rows, shots, strict=True)])
        assert board.fits(taken)
    quick, exact = plan_fast(shots, ties, limits), plan_all(shots, ties, limits)
    assert exact.value - exact.cost >= quick.value - quick.cost >= 0.8 * (exact.value - exact.cost)
