"""The exact joint plan by mixed-integer programming."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from callsheet.errors import BudgetError
from callsheet.routing.difficulty import Floats
from callsheet.routing.joint import Board, Ints, JointPlan, Limits, PlannedShot, Tie, fast, quickest

KEPT = 6
"""Choices a shot keeps besides the one of the fast plan, by what they bring at its price of money."""
GAP = 1e-3
"""The share of its value by which a plan may miss the best."""
NODES = 2000
"""Branches after which the best plan found is taken; a count, so that the same question has the same answer."""

CLOCK_GAP, CLOCK_NODES = 0.02, 10
"""The same where providers have only so much time: such a plan is much harder to prove best than to find."""
FEW, MANY = 8, 100
"""With a clock: the shots up to which it is solved as without one, and those above which the fast plan has to do."""


def plan_all(
    shots: Sequence[PlannedShot], ties: Sequence[Tie] = (), limits: Limits | None = None, *, kept: int = KEPT
) -> JointPlan:
    """The best plan found, never worse than the fast one.

    Raises BudgetError when the shots that must be made cannot be within the limits.
    """
    board = Board(shots, ties, limits or Limits())
    try:
        begun, shadow = fast(board)
    except BudgetError:
        found = _solved(board, quickest(board), 0.0, kept) if board.lanes and len(board.shots) <= MANY else None
        if found is None or not board.fits(found[0]):
            raise
        value, cost, _ = board.totals(found[0])
        return board.as_plan(found[0], 0.0, max(0.0, (found[1] - (value - cost)) / max(abs(found[1]), 1e-9)))
    if not board.shots:
        return board.as_plan(begun, 0.0, 0.0)
    if board.lanes and len(board.shots) > MANY:
        return board.as_plan(begun, shadow, float("inf"))
    solved = _solved(board, begun, shadow, kept)
    value, cost, _ = board.totals(begun)
    gap = float("inf")
    if solved is not None:
        taken, bound = solved
        now, now_cost, _ = board.totals(taken)
        if board.fits(taken) and now - now_cost >= value - cost:
            begun, value, cost = taken, now, now_cost
        gap = max(0.0, (bound - (value - cost)) / max(abs(bound), 1e-9))
    return board.as_plan(begun, shadow, gap)


def _solved(board: Board, begun: Ints, shadow: float, kept: int) -> tuple[Ints, float] | None:
    """(choices, upper bound on value less cost among those kept), or None when none was found."""
    keep = _kept(board, begun, shadow, kept)
    shot, place = np.nonzero(keep)
    count = len(shot)
    value = board.value[shot, place] - board.cost[shot, place]
    columns: list[float] = list(-value)
    rows: list[tuple[list[int], list[float], float, float]] = []
    by_shot: list[list[int]] = [[] for _ in board.shots]
    for at in range(count):
        by_shot[int(shot[at])].append(at)
    rows += [(own, [1.0] * len(own), 1.0, 1.0) for own in by_shot]
    if np.isfinite(board.limits.budget):
        rows.append((list(range(count)), list(board.cost[shot, place]), -np.inf, board.limits.budget))
    for lane, seconds in enumerate(board.seconds):
        within = np.nonzero(board.lane[shot, place] == lane)[0]
        rows.append((list(map(int, within)), list(board.wait[shot, place][within]), -np.inf, float(seconds)))
    model = board.model[shot, place]
    for members, worth in board.ties:
        held = {int(m): [at for at in by_shot[int(m)] if model[at] >= 0] for m in members}
        shared = sorted({int(model[at]) for own in held.values() for at in own})
        anchors = {m: len(columns) + i for i, m in enumerate(shared)}
        columns += [0.0] * len(shared)
        rows.append((list(anchors.values()), [1.0] * len(shared), 1.0, 1.0))
        for own in held.values():
            for m in sorted({int(model[at]) for at in own}):
                agrees = len(columns)
                columns.append(-worth)
                with_model = [at for at in own if model[at] == m]
                rows.append(([agrees, *with_model], [1.0, *([-1.0] * len(with_model))], -np.inf, 0.0))
                rows.append(([agrees, anchors[m]], [1.0, -1.0], -np.inf, 0.0))
    hard = bool(board.lanes) and len(board.shots) > FEW
    answer = milp(
        np.array(columns),
        integrality=np.append(np.ones(count), np.zeros(len(columns) - count)),
        bounds=Bounds(0, 1),
        constraints=_constraints(rows, len(columns)),
        options={"mip_rel_gap": CLOCK_GAP if hard else GAP, "node_limit": CLOCK_NODES if hard else NODES},
    )
    if answer.x is None:
        return None
    taken = begun.copy()
    for own in by_shot:
        chosen = max(own, key=lambda at: (answer.x[at], -at))
        taken[shot[chosen]] = place[chosen]
    bound = answer.mip_dual_bound if answer.mip_dual_bound is not None else answer.fun
    return taken, -float(bound)


def _kept(board: Board, begun: Ints, shadow: float, kept: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """[shots, width] the choices that may be in the plan: the begun, the least costly and the best at this price."""
    rows = np.arange(len(begun))
    keep = np.zeros(board.real.shape, dtype=bool)
    keep[rows, begun] = True
    keep[rows, np.where(board.real, board.cost, np.inf).argmin(1)] = True
    if board.lanes:
        keep[rows, quickest(board)] = True
    for price in (0.0, shadow):
        worth: Floats = np.where(board.real, board.value - (1 + price) * board.cost, -np.inf)
        best = np.argsort(-worth, axis=1, kind="stable")[:, :kept]
        keep[rows[:, None], best] = True
    for members, _ in board.ties:
        common = np.bincount(board.model[members, begun[members]] + 1, minlength=board.models + 1)[1:]
        favourite = int(common.argmax())
        keep[members] |= board.model[members] == favourite
    return keep & board.real


def _constraints(rows: list[tuple[list[int], list[float], float, float]], width: int) -> LinearConstraint:
    at = [number for number, row in enumerate(rows) for _ in row[0]]
    columns = [column for row in rows for column in row[0]]
    values = [value for row in rows for value in row[1]]
    matrix = csr_array((values, (at, columns)), shape=(len(rows), width))
    return LinearConstraint(matrix, np.array([row[2] for row in rows]), np.array([row[3] for row in rows]))
