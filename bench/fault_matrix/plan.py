"""Which cases there are: every fault, every crash point that its run really passes, every house; or, quickly, each of them once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bench.fault_matrix.baselines import POLICIES, Policy
from bench.fault_matrix.lane import HOUSES, Case, Outcome
from bench.fault_matrix.points import ARROWS, PHASES, POINTS
from callsheet.rehearsal import Fault

FAULTS: tuple[Fault | None, ...] = (None, *Fault)
Play = Callable[[Case], Outcome]

_AGAIN = ("arm:after", "create:sent")
"""Kills after which the next run has to find out what happened: nothing left, and everything left. That run is killed too."""
_RECOVERY = ("take_over", "lose", "find", "create", "accepted", "release")


@dataclass(frozen=True)
class Group:
    """Cases of one fault, found by watching which points its runs pass at each of `houses`.

    A point that is passed at several houses is killed at one of them, in turn; a group for each house kills at every one.
    """

    fault: Fault | None
    houses: tuple[str, ...] = HOUSES
    database: str = "sqlite"
    policy: Policy | None = None

    def cases(self, play: Play) -> Iterator[Outcome]:
        """Play them all: without a kill, with one at every point, and with a second one in the run that recovers."""
        calm = {house: Case(self.fault, house, (), self.database, self.policy) for house in self.houses}
        passed: dict[str, list[str]] = {}
        for house, case in calm.items():
            first = play(case)
            yield first
            for point in first.traces[0]:
                passed.setdefault(point, []).append(house)
        again: dict[tuple[str, str], list[str]] = {}
        for turn, (point, there) in enumerate(passed.items(), FAULTS.index(self.fault)):
            find_out = point in _AGAIN and self.policy is None
            for house in there if find_out else there[turn % len(there) :][:1]:
                killed = play(replace(calm[house], kills=(point,)))
                yield killed
                for second in killed.traces[1] if find_out else ():
                    if second.partition(":")[0] in _RECOVERY:
                        again.setdefault((point, second), []).append(house)
        for turn, (kills, there) in enumerate(again.items(), FAULTS.index(self.fault)):
            yield play(replace(calm[there[turn % len(there)]], kills=kills))


def full(databases: Sequence[str], *, every_house: bool = False) -> list[Group]:
    """The whole matrix; with `every_house` each point at each of the three, which is three times as many."""
    sets = [(house,) for house in HOUSES] if every_house else [HOUSES]
    ours = [Group(fault, houses, database) for database in databases for fault in FAULTS for houses in sets]
    others = [Group(fault, houses, policy=policy) for fault in FAULTS for houses in sets for policy in POLICIES]
    return [*ours, *others]


@dataclass(frozen=True)
class Single:
    """One case by itself."""

    case: Case

    def cases(self, play: Play) -> Iterator[Outcome]:
        """Play it."""
        yield play(self.case)


_KEYED, _LISTED, _BLIND = HOUSES
_REACHED_BY = {
    "take_over": (None, _KEYED, ("create:sent",)),
    "lose": (Fault.DROP_AFTER_ACCEPT, _BLIND, ()),
    "release": (Fault.CONCURRENCY_429, _LISTED, ()),
    "close_door": (Fault.RATE_429, _KEYED, ()),
    "ask_cancel": (Fault.NEVER_ENDS, _KEYED, ()),
    "cancel_sent": (Fault.NEVER_ENDS, _LISTED, ()),
    "cancel": (Fault.NEVER_ENDS, _LISTED, ()),
    "find": (Fault.DROP_AFTER_ACCEPT, _LISTED, ()),
}
"""A fault, a house and the kills before, for points that a calm run does not pass."""


def at_point(point: str, turn: int, database: str) -> Case:
    """A case that is killed at `point`."""
    fault, house, before = _REACHED_BY.get(point.partition(":")[0], (None, HOUSES[turn % 3], ()))
    return Case(fault, house, (*before, point), database)


_WEAK = ("create:sent", "create:answered", "save:before", "download:half")


def quick(databases: Sequence[str]) -> list[Single]:
    """Every crash point once and every fault once, with the others taking turns; the baselines at their weak points."""
    found = []
    for database in databases:
        found += [at_point(point, turn, database) for turn, point in enumerate(POINTS)]
        common = [f"{arrow}:{phase}" for arrow in (*ARROWS[:2], "accepted", "settle") for phase in PHASES]
        common += ["create:half", "create:sent", "create:answered", "download:half", "download:whole"]
        found += [
            Case(fault, HOUSES[turn % 3], (common[turn * 7 % len(common)],), database)
            for turn, fault in enumerate(FAULTS)
        ]
    for policy in POLICIES:
        found += [Case(fault, HOUSES[turn % 3], (_WEAK[turn % 4],), policy=policy) for turn, fault in enumerate(FAULTS)]
    return [Single(case) for case in found]


def durable() -> list[Single]:
    """A smaller set with the durable engine: the faults of a create, killed where a flow is taken up again."""
    faults = (None, Fault.DROP_AFTER_ACCEPT, Fault.NO_ID, Fault.RATE_429, Fault.NEVER_ENDS, Fault.TRUNCATED_ONCE)
    points = ("arm:after", "create:sent", "accepted:after", "settle:inside", "settle:after")
    return [
        Single(Case(fault, HOUSES[(turn + number) % 3], (point,), durable=True))
        for turn, fault in enumerate(faults)
        for number, point in enumerate(points)
    ]
