"""How long the takes of a plan are waited for, from whom that is known, and how it stands to the deadline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callsheet.film import Production
from callsheet.film.times import duration, told
from callsheet.floor.plan import Planned
from callsheet.providers import Seller
from callsheet.providers.waiting import Basis, Wait
from callsheet.routing.outline import outline
from callsheet.routing.waits import Schedule, rounds, whole
from callsheet.store import ProductionStore

_WEAKEST: tuple[Basis, ...] = ("assumed", "stated", "observed", "here")


@dataclass(frozen=True)
class Timed:
    """One shot that is still to be shot: who shoots it, in which round, what one take of it waits, and all that are expected."""

    shot: str
    offer: str
    seller: str
    round: int
    wait: Wait | None
    seconds: float | None


@dataclass(frozen=True)
class Due:
    """How a plan stands to its deadline. Lengths are in seconds; `left` is negative once the deadline has passed."""

    at: datetime
    now: datetime
    left: float
    shots: int
    """Shots that are still to be shot."""
    needs: float | None
    """Until every take is there; None when it is not known."""
    least: float
    """Until those takes are there of which it is known."""
    unknown: tuple[str, ...]
    """The offers of which nobody knows how long they take."""
    finals: int = 0
    """Finals that are shot once people accept their drafts: nobody knows when that is."""

    @property
    def late(self) -> float | None:
        """By how much the last take comes after the deadline, at least; 0 in time, None when that is not known."""
        late = max(0.0, self.least - self.left) if self.shots else 0.0
        late = max(late, -self.left) if self.finals else late
        return None if (self.needs is None or self.finals) and not late else late

    @property
    def pressing(self) -> bool:
        """Whether something has to be done about it: it is missed, or nobody knows whether it is."""
        return bool(self.late) or bool(self.unknown)

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {"at": self.at.isoformat(), "left_s": self.left, "needs_s": self.needs, "late_s": self.late,
                "late_at_least": self.needs is None or self.finals > 0, "unknown": list(self.unknown), "finals": self.finals,
                "told": str(self)}  # fmt: skip

    def __str__(self) -> str:
        count = "1 final" if self.finals == 1 else f"{self.finals} finals"
        waits = (
            f" {count} wait{'s' if self.finals == 1 else ''} for drafts to be accepted, and when that is nobody knows."
        )
        return f"{'Late. ' if self.late else ''}Deadline {told(self.at)}: {self._said}{waits if self.finals else ''}"

    @property
    def _said(self) -> str:
        left = f"it passed {duration(-self.left)} ago" if self.left < 0 else "it is now"
        if self.left > 0:
            left = f"{duration(self.left)} are left"
        if not self.shots:
            return f"{left}." if self.finals else "every take is there."
        late = max(0.0, self.least - self.left)
        if self.needs is None and not late:
            names = ", ".join(self.unknown)
            return f"{left}. Whether every take is there by then is not known: nobody says how long {names} takes."
        most = "at least " if self.needs is None else ""
        if not late:
            return f"{left}, {f'the takes need {duration(self.least)}' if self.least else 'nothing is waited for'}."
        if not self.least:
            return f"{left}, and takes are still to be made."
        return f"{left}, the takes need {most}{duration(self.least)}: they come {most}{duration(late)} late."


def timed(planned: Sequence[Planned], schedule: Schedule) -> list[Timed]:
    """The shots of a plan that are still to be shot, in film order."""
    after = rounds((p.placed.address, p.placed.shot, p.take is None) for p in planned)
    found = []
    for p in planned:
        if p.take is None:
            address, offer = p.placed.address, p.decision.offer
            wait = schedule.wait(offer, p.placed.shot.duration)
            takes = outline(p.decision).takes or 1.0
            seconds = None if wait is None else wait.seconds * takes
            found.append(Timed(address, offer, schedule.seller(offer), after[address], wait, seconds))
    return found


def wait_of(shots: Iterable[Timed], schedule: Schedule) -> tuple[float | None, Basis | None]:
    """Seconds until all of these are there, and the weakest basis on which that is known; None when it is not."""
    takes, bases = [], set()
    for one in shots:
        if one.wait is None or one.seconds is None:
            return None, None
        takes.append((one.round, one.seller, one.seconds))
        bases.add(one.wait.basis)
    return whole(takes, schedule.places), next((basis for basis in _WEAKEST if basis in bases), "here")


def due(shots: Sequence[Timed], schedule: Schedule, finals: int = 0) -> Due | None:
    """How these stand to the deadline, with so many finals that wait for their drafts; None where none is stated."""
    if schedule.deadline is None or schedule.now is None or schedule.left is None:
        return None
    known = [one for one in shots if one.seconds is not None]
    least, _ = wait_of(known, schedule)
    needs, _ = wait_of(shots, schedule)
    unknown = sorted({one.offer for one in shots if one.seconds is None})
    return Due(schedule.deadline, schedule.now, schedule.left, len(shots), needs, least or 0.0, tuple(unknown), finals)


def warning(
    store: ProductionStore, production: Production, planned: Sequence[Planned], providers: Sequence[Seller]
) -> str:
    """What a shoot is told of the deadline as it begins; empty where it is kept, or none is stated."""
    if production.deadline is None or all(p.take is not None for p in planned):
        return ""
    schedule = Schedule.of(store, production, providers)
    found = due(timed(planned, schedule), schedule, sum(p.drafted for p in planned))
    return f"{found} (As of {told(found.now)}.)" if found is not None and found.pressing else ""


def assumptions(shots: Sequence[Timed]) -> list[str]:
    """What the waits rest on that were not seen here, in sentences."""
    by: dict[tuple[Basis, str], list[str]] = {}
    for one in shots:
        if one.wait is not None and one.wait.basis in ("stated", "assumed"):
            source = f"{one.wait.source}, {one.wait.on}" if one.wait.on else one.wait.source
            by.setdefault((one.wait.basis, source), []).append(one.offer)
    found = []
    for (basis, source), offers in by.items():
        how = "is" if basis == "assumed" else "is as stated by"
        found.append(f"Nothing by {_names(offers)} was delivered here yet: the wait {how} {source}.")
    if unknown := [one.offer for one in shots if one.wait is None]:
        found.append(
            f"Nobody says how long {_names(unknown)} takes: a wait is known once an offer has delivered here, or its seller states one."
        )
    return found


def _names(offers: Iterable[str]) -> str:
    return ", ".join(sorted(set(offers)))
