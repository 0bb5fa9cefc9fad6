"""All shots at once: which offer begins each, under a budget, a deadline and the wish that some shots share a model.

The exact plan is a mixed-integer program (HiGHS) over the choices that can still be in it. The fast plan prices
money, lets every shot and group choose, relieves crowded providers, and then spends what is left; it starts the exact one and serves replans.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callsheet.errors import BudgetError
from callsheet.routing.difficulty import Floats

Ints = NDArray[np.int64]
_TURNS = 24
"""How often the price of each provider's time is set anew."""


@dataclass(frozen=True)
class Choice:
    """One way to shoot one shot: expected value before money, expected cost, expected wait."""

    offer: str
    model: str
    provider: str
    value: float
    """What the shot is expected to bring, reviews and delay taken off and the money it costs not."""
    cost: float
    wait: float = 0.0
    """Seconds during which it holds one of its provider's places."""


@dataclass(frozen=True)
class PlannedShot:
    """A shot and the ways to shoot it. One that is `must` is always shot; any other may be left out."""

    shot: str
    choices: tuple[Choice, ...]
    must: bool = True


@dataclass(frozen=True)
class Tie:
    """Shots that should share one model, such as those of one character, one look, or neighbours in the cut."""

    shots: tuple[str, ...]
    worth: float
    """What each shot brings that is made with the model most of them share."""


@dataclass(frozen=True)
class Limits:
    """What the whole may cost, and the seconds each provider has: its places times the time until the deadline."""

    budget: float = float("inf")
    seconds: Mapping[str, float] | None = None


@dataclass(frozen=True)
class JointPlan:
    """The offer that begins each shot; None leaves it out."""

    offers: Mapping[str, str | None]
    value: float
    """Expected value, what ties bring included, before money."""
    cost: float
    shadow: float
    """What one more unit of money would bring beyond itself: the price by which replans and tries are weighed."""
    gap: float
    """How far, as a share, the best possible plan might be above this one; not known (infinite) for a fast plan."""


class Board:
    """The shots as arrays: [shots, width] values, costs and waits, padded with choices that are never taken."""

    def __init__(self, shots: Sequence[PlannedShot], ties: Sequence[Tie], limits: Limits) -> None:
        """Raise BudgetError when a shot that must be made has no choice at all."""
        empty = [s.shot for s in shots if s.must and not s.choices]
        if empty:
            raise BudgetError("no offer can shoot it", where=", ".join(empty[:5]), remedy="Loosen its constraints.")
        self.shots, self.limits = list(shots), limits
        self.choices: list[list[Choice | None]] = [
            [*_undominated(s.choices), *([] if s.must else [None])] for s in self.shots
        ]
        width = max((len(row) for row in self.choices), default=0)
        shape = len(self.shots), width
        self.value, self.cost, self.wait = np.full(shape, -1e15), np.zeros(shape), np.zeros(shape)
        self.model, self.lane = np.full(shape, -1, dtype=np.int64), np.full(shape, -1, dtype=np.int64)
        models = sorted({c.model for row in self.choices for c in row if c})
        self.lanes = sorted(limits.seconds or {})
        model_at, lane_at = {m: i for i, m in enumerate(models)}, {p: i for i, p in enumerate(self.lanes)}
        self.models = len(models)
        for i, row in enumerate(self.choices):
            for j, choice in enumerate(row):
                if choice is None:
                    self.value[i, j] = 0
                else:
                    self.value[i, j], self.cost[i, j], self.wait[i, j] = choice.value, choice.cost, choice.wait
                    self.model[i, j] = model_at[choice.model]
                    self.lane[i, j] = lane_at.get(choice.provider, -1)
        self.real = self.value > -1e14
        self.seconds = np.array([(limits.seconds or {})[p] for p in self.lanes])
        place = {s.shot: i for i, s in enumerate(self.shots)}
        self.ties = [
            (np.array([place[s] for s in t.shots if s in place], dtype=np.int64), t.worth)
            for t in ties
            if t.worth > 0 and sum(s in place for s in t.shots) > 1
        ]

    def tied_value(self, taken: Ints, only: Sequence[int] | None = None) -> float:
        """What ties bring under these choices; `only` some of them, by number."""
        total = 0.0
        for number in range(len(self.ties)) if only is None else only:
            members, worth = self.ties[number]
            counts = np.bincount(self.model[members, taken[members]] + 1, minlength=self.models + 1)[1:]
            total += worth * float(counts.max(initial=0))
        return total

    def totals(self, taken: Ints) -> tuple[float, float, Floats]:
        """(value with ties, cost, [lanes] seconds) of these choices."""
        rows = np.arange(len(taken))
        lanes = self.lane[rows, taken]
        used: Floats = np.bincount(lanes + 1, weights=self.wait[rows, taken], minlength=len(self.lanes) + 1)[1:].astype(
            float
        )
        value = float(self.value[rows, taken].sum()) + self.tied_value(taken)
        return value, float(self.cost[rows, taken].sum()), used

    def fits(self, taken: Ints) -> bool:
        """Whether budget and time allow these choices."""
        _, cost, used = self.totals(taken)
        return cost <= self.limits.budget + 1e-9 and bool((used <= self.seconds + 1e-9).all())

    def timeless(self) -> "Board":
        """The same shots without a clock."""
        free = copy(self)
        free.lanes, free.seconds, free.lane = [], np.zeros(0), np.full_like(self.lane, -1)
        free.limits = Limits(self.limits.budget)
        return free

    def as_plan(self, taken: Ints, shadow: float, gap: float) -> JointPlan:
        """The plan in words of the caller."""
        value, cost, _ = self.totals(taken)
        offers = {}
        for shot, row, at in zip(self.shots, self.choices, taken, strict=True):
            choice = row[int(at)]
            offers[shot.shot] = choice.offer if choice else None
        return JointPlan(offers, value, cost, shadow, gap)


def plan_fast(shots: Sequence[PlannedShot], ties: Sequence[Tie] = (), limits: Limits | None = None) -> JointPlan:
    """A good plan in milliseconds. Raises BudgetError when the shots that must be made cannot be within the limits."""
    board = Board(shots, ties, limits or Limits())
    taken, shadow = fast(board)
    return board.as_plan(taken, shadow, float("inf"))


def fast(board: Board) -> tuple[Ints, float]:
    """The choice of each shot, and the shadow price of money."""
    if not board.shots:
        return np.zeros(0, dtype=np.int64), 0.0
    if board.lanes:
        return _in_time(board)
    prices = _Prices(board)
    taken = prices.settled(0.0)
    if board.fits(taken):
        return taken, 0.0
    low, high = 0.0, 1.0
    while not board.fits(at_high := prices.settled(high)) and high < 1e9:
        low, high = high, high * 4
    if not board.fits(at_high):
        at_high = _cheapest(board)
    for _ in range(20):
        middle = (low + high) / 2
        tried = prices.settled(middle)
        if board.fits(tried):
            high, at_high = middle, tried
        else:
            low = middle
    return _spent(board, at_high), high


class _Prices:
    """Each shot's best choices at a price of money; the ties remember the models they settled on."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.anchors = [-1] * len(board.ties)
        self.waiting: Floats | float = 0.0
        """[shots, width] what a choice's time is priced at."""

    def settled(self, money: float) -> Ints:
        """Every shot chooses, then every tie the model that brings most, round by round, while anything moves."""
        board = self.board
        worth = np.where(board.real, board.value - (1 + money) * board.cost - self.waiting, -np.inf)
        count = len(worth)
        if not board.ties:
            return _relieved(board, worth.argmax(1), worth)
        rows = np.arange(count)
        best = np.full((count, board.models + 1), -np.inf)
        np.maximum.at(best, (rows[:, None], board.model + 1), worth)
        for (members, each), anchor in zip(board.ties, self.anchors, strict=True):
            if anchor >= 0:
                best[members, anchor] += each
        for _ in range(4):
            moved = False
            for number, (members, each) in enumerate(board.ties):
                if self.anchors[number] >= 0:
                    best[members, self.anchors[number]] -= each
                own = best[members]
                total = np.maximum(own + each, own.max(1)[:, None])[:, 1:].sum(0)
                anchor = int(total.argmax()) + 1
                moved |= anchor != self.anchors[number]
                self.anchors[number] = anchor
                best[members, anchor] += each
            if not moved:
                break
        model = best.argmax(1) - 1
        return _relieved(board, np.where(board.model == model[:, None], worth, -np.inf).argmax(1), worth)


def _in_time(board: Board) -> tuple[Ints, float]:
    """The choices without the clock, then with a price on every provider's time until each has the time for its own; and the shadow price
    of money, which may rise with it."""
    free = board.timeless()
    taken, money = fast(free)
    if board.fits(taken):
        return taken, money
    prices, plain = _Prices(free), (board.value - (1 + money) * board.cost)[board.real]
    step, scale = float(np.ptp(plain)) / max(1e-9, float(board.wait[board.real].mean())), 1 + money
    time = np.zeros(len(board.lanes))
    for turn in range(_TURNS):
        _, cost, used = board.totals(taken)
        over = np.minimum(2.0, used / np.maximum(board.seconds, 1e-9) - 1)
        time = np.maximum(0.0, time + step / (turn + 2) * over)
        money = max(0.0, money + scale / (turn + 2) * min(2.0, cost / max(board.limits.budget, 1e-9) - 1))
        prices.waiting = np.append(time, 0.0)[board.lane] * board.wait
        taken = prices.settled(money)
    for dearer in (money, 2 * money + 1, 4 * money + 4, 16 * money + 16):
        worth = np.where(board.real, board.value - (1 + dearer) * board.cost - prices.waiting, -np.inf)
        for begun in (taken, worth.argmax(1), quickest(board)):
            tried = _relieved(board, begun, worth)
            if board.fits(tried):
                return _spent(board, tried), money
    return _spent(board, _cheapest(board)), money


def quickest(board: Board) -> Ints:
    """The choice of each shot that holds a place for the shortest time; of equals, what brings most."""
    net = np.where(board.real, board.value - board.cost, -np.inf)
    waits = np.where(board.real, board.wait, np.inf)
    best: Ints = np.where(waits == waits.min(1)[:, None], net, -np.inf).argmax(1)
    return best


def _relieved(board: Board, taken: Ints, worth: Floats) -> Ints:
    """Have shots wait less where a provider lacks the time for them, those first that lose least for each second that is won."""
    _, _, used = board.totals(taken)
    over = used - board.seconds
    if (over <= 1e-9).all():
        return taken
    taken = taken.copy()
    rows = np.arange(len(taken))
    for _ in range(2 * len(board.lanes) + 2):
        moved = False
        for lane in map(int, np.argsort(board.seconds - used)):
            if used[lane] <= board.seconds[lane] + 1e-9:
                continue
            inside = rows[board.lane[rows, taken] == lane]
            here = board.lane[inside] == lane
            won = board.wait[inside, taken[inside]][:, None] - np.where(here, board.wait[inside], 0.0)
            room = np.append(board.seconds - used, np.inf)[board.lane[inside]]
            open_to = (won > 1e-9) & (here | (board.wait[inside] <= room)) & np.isfinite(worth[inside])
            lost = np.where(open_to, worth[inside, taken[inside]][:, None] - worth[inside], np.inf)
            rate = np.where(open_to, lost / np.maximum(won, 1e-9), np.inf)
            best = rate.argmin(1)
            order = np.argsort(rate[np.arange(len(inside)), best], kind="stable")
            for at in map(int, order):
                if used[lane] <= board.seconds[lane] + 1e-9:
                    break
                shot, choice = int(inside[at]), int(best[at])
                target, wait = int(board.lane[shot, choice]), float(board.wait[shot, choice])
                if not np.isfinite(rate[at, choice]):
                    break
                if target not in (-1, lane) and used[target] + wait > board.seconds[target] + 1e-9:
                    continue
                used[lane] -= board.wait[shot, taken[shot]]
                if target >= 0:
                    used[target] += wait
                taken[shot], moved = choice, True
        if not moved:
            break
    return taken


def _cheapest(board: Board) -> Ints:
    """The least costly choice of each shot for which its provider has time."""
    cost = np.where(board.real, board.cost, np.inf)
    taken = _relieved(board, cost.argmin(1), -cost)
    if not board.fits(taken):
        _, least, _ = board.totals(taken)
        raise BudgetError(
            f"the shots that must be made need {least:.2f} and the time for them; {board.limits.budget:.2f} is given",
            remedy="Raise the budget, move the deadline, or let some shots be left out.",
        )
    return taken


def _spent(board: Board, taken: Ints) -> Ints:
    """Spend what is left: single changes, most value for money first, as long as they fit."""
    taken = taken.copy()
    rows = np.arange(len(taken))
    gain = board.value - board.value[rows, taken][:, None]
    extra = board.cost - board.cost[rows, taken][:, None]
    # Where there is a clock, a shot may have been moved to what brings less at no lower cost.
    better = board.real & (gain - extra > 1e-9) & ((extra > 0) | bool(board.lanes))
    ranked = np.argwhere(better)
    order = np.argsort(-(gain / np.maximum(extra, 1e-12))[better], kind="stable")
    _, cost, used = board.totals(taken)
    ties_of: dict[int, list[int]] = {}
    for number, (members, _) in enumerate(board.ties):
        for member in members:
            ties_of.setdefault(int(member), []).append(number)
    changed: set[int] = set()
    for shot, choice in ranked[order][:8000]:
        at, before = int(shot), int(taken[shot])
        lane, wait = board.lane[at, choice], board.wait[at, choice]
        if at in changed or cost + extra[at, choice] > board.limits.budget:
            continue
        back = board.wait[at, before] if lane == board.lane[at, before] else 0.0
        if lane >= 0 and used[lane] + wait - back > board.seconds[lane]:
            continue
        tied = ties_of.get(at, [])
        more = gain[at, choice] - extra[at, choice] - board.tied_value(taken, tied)
        taken[at] = choice
        if more + board.tied_value(taken, tied) <= 0:
            taken[at] = before
            continue
        changed.add(at)
        cost += extra[at, choice]
        if lane >= 0:
            used[lane] += wait
        if board.lane[at, before] >= 0:
            used[board.lane[at, before]] -= board.wait[at, before]
    return taken


def _undominated(choices: Sequence[Choice]) -> list[Choice]:
    """By model and provider, without those that bring no more for no less, in the order of their names."""
    kept: list[Choice] = []
    for choice in sorted(choices, key=lambda c: (c.cost, -c.value, c.wait, c.offer)):
        if not any(
            k.model == choice.model
            and k.provider == choice.provider
            and k.value >= choice.value
            and k.wait <= choice.wait
            for k in kept
        ):
            kept.append(choice)
    return sorted(kept, key=lambda c: c.offer)
