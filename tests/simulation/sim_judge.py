"""The judge: sees every change of a row and everything the houses do, and says what may never happen."""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sim_case import PERSON, PRODUCTION, Case
from sim_stage import clips

from callsheet.floor.order import BuyOrder
from callsheet.money.audit import verify
from callsheet.money.bid import MOST_PAID
from callsheet.money.caps import Cap, Spender
from callsheet.rehearsal import House, Reply, Request, Ticket
from callsheet.rehearsal.ticket import ENDED
from callsheet.store.database import Database
from callsheet.testing.clock import EPOCH

_COLUMNS = ("id", "take", "number", "provider", "state", "owner", "job", "cancel", "verdict", "cost_micros", "held_micros",
            "sent_at", "day", "shot")  # fmt: skip
_QUERY = f"SELECT {', '.join(_COLUMNS)} FROM attempt ORDER BY made_at, id"
_LEGAL: Mapping[str | None, frozenset[str]] = {
    None: frozenset(("reserved",)),
    "reserved": frozenset(("submitting", "released")),
    "submitting": frozenset(("submitted", "unknown", "released")),
    "submitted": frozenset(("settled", "unknown")),
    "unknown": frozenset(("submitted", "settled", "released")),
    "released": frozenset(("submitted",)),
    "settled": frozenset(),
}
_FREE_OF_CLIPS = frozenset(("failed", "moderated", "cancelled"))
_PROVEN_S = 2.0
"""By how much the moment at which a create arrives may differ from that at which it was allowed."""
_MINUTE_S = 60.0
_MOST_LINES = 120


@dataclass(frozen=True)
class Row:
    """An attempt as it stands."""

    id: str
    take: str
    number: int
    provider: str
    state: str
    owner: str | None
    job: str | None
    cancel: str
    verdict: str | None
    cost_micros: int | None
    held_micros: int
    sent_at: str | None
    day: str
    shot: str


@dataclass(frozen=True)
class Event:
    """One line of the trace."""

    at: float
    who: str
    what: str
    take: str = ""

    def __str__(self) -> str:
        return f"{self.at:10.3f}  {self.who:10} {self.what}"


class Judge:
    """Keeps the trace, and what was wrong in it."""

    def __init__(self, case: Case, database: Database, raw: sqlite3.Connection, now: Callable[[], float]) -> None:
        self.case, self.now = case, now
        self.wrong: list[str] = []
        self.broken: set[str] = set()
        self.trace: list[Event] = []
        self.rows: dict[str, Row] = {}
        self.decided: set[str] = set()
        """Attempts that a person decided: what they said stands, right or wrong."""
        self.stopped: dict[str, int] = {}
        """Take to the number of the attempt that a person stopped."""
        self.lost: set[str] = set()
        """Attempts that were unknown at some time: nobody could count them."""
        self.houses: dict[str, House] = {}
        self._database, self._raw, self._changes = database, raw, -1
        self._arrivals: dict[str, list[float]] = defaultdict(list)
        self._arms: dict[str, list[float]] = defaultdict(list)
        self._rights: dict[str, int] = {}
        self._orders: Mapping[str, BuyOrder] = case.orders

    # -- what happens ------------------------------------------------------------------------------------------------------

    def note(self, who: str, what: str, take: str = "") -> None:
        self.trace.append(Event(self.now(), who, what, take))

    def blame(self, what: str, take: str = "") -> None:
        self.note("JUDGE", what, take)
        self.wrong.append(what)
        if take:
            self.broken.add(take)

    def look(self, who: str) -> None:
        """Compare the attempts with what they were."""
        changes = self._raw.total_changes
        if changes == self._changes:
            return
        self._changes = changes
        for found in self._raw.execute(_QUERY):
            row = Row(*found)
            before = self.rows.get(row.id)
            if before == row:
                continue
            self.rows[row.id] = row
            self._changed(who, before, row)

    def _changed(self, who: str, before: Row | None, row: Row) -> None:
        what = f"{row.shot[-5:]}#{row.number} {row.provider}: {before.state if before else 'nothing'} -> {row.state}"
        more = [row.verdict or "", f"job {row.job[5:11]}" if row.job else ""]
        if row.cancel != "no":
            more.append(f"cancel {row.cancel}")
        if row.state == "submitting":
            more.append(f"under right {self._right(row.owner)}")
        if row.state == "settled":
            more.append(f"cost {row.cost_micros}")
        self.note(who, " ".join([what, *filter(None, more)]), row.take)
        state = before.state if before else None
        if before is not None and state == row.state:
            if state in ("settled", "released"):
                self.blame(f"an attempt that is {state} was changed from {before} to {row}", row.take)
            if state == "unknown" and before.verdict == "resent" and row.verdict != "resent":
                self.blame(f"a person had another sent, and then it was {row.verdict}", row.take)
            if before.job is not None and row.job != before.job:
                self.blame(f"its job was {before.job} and is {row.job}", row.take)
        elif row.state not in _LEGAL[state]:
            self.blame(f"{state} -> {row.state} is no arrow", row.take)
        if before is not None and before.cancel != "no" and row.cancel == "no":
            self.blame("that it was to be stopped is forgotten", row.take)
        if row.state == "released" and row.job is not None and row.id not in self.decided:
            self.blame("released, and it has a job", row.take)
        if row.state == "unknown":
            self.lost.add(row.id)
        if before is None:
            self._reserved(row)
        elif state == "reserved" and row.state == "submitting":
            self._armed(row)

    def _right(self, owner: str | None) -> int:
        """Rights are named by chance: here by the order in which they appear."""
        return self._rights.setdefault(owner or "", len(self._rights))

    def _reserved(self, row: Row) -> None:
        earlier = [r for r in self.rows.values() if r.take == row.take and r.number < row.number]
        if row.take in self.stopped and row.number > self.stopped[row.take]:
            self.blame(
                f"attempt {row.number} was made after a person stopped attempt {self.stopped[row.take]}", row.take
            )
        rejected = self._rejected()
        if any(r.verdict == "delivered" and r.id not in rejected for r in earlier):
            self.blame("another was wanted of a take that is there", row.take)
        if sum(r.id in rejected for r in earlier) >= MOST_PAID:
            self.blame(f"another was wanted after gates rejected {MOST_PAID}", row.take)
        for other in (r for r in earlier if r.id not in rejected):
            for ticket in self._tickets(other):
                if other.id not in self.decided and may_deliver(ticket):
                    self.blame(
                        f"attempt {row.number} was made while job {ticket.id} of attempt {other.number} "
                        f"is {ticket.status} ({ticket.fate or 'no fault'})",
                        row.take,
                    )
        self._within_caps(row)

    def _within_caps(self, row: Row) -> None:
        used: dict[tuple[str, str], int] = {}
        for scope, name, micros in self._raw.execute("SELECT scope, name, used_micros FROM cap_use"):
            used[scope, name] = micros
        spender = Spender(PRODUCTION, row.shot, PERSON, row.day)
        order = self._orders.get(row.take)
        caps: list[Cap] = [*self.case.caps, *(order.caps if order else ())]
        for cap in caps:
            if used.get((cap.scope, spender.name(cap.scope)), 0) > cap.limit.micros:
                self.blame(f"a hold took the cap of {cap.scope} over {cap.limit}", row.take)

    def _armed(self, row: Row) -> None:
        traits = self.houses[row.provider].skin.traits
        flying = sum(r.provider == row.provider and r.state in ("submitting", "submitted") for r in self.rows.values())
        if flying > traits.concurrency:
            self.blame(f"{flying} in flight at {row.provider}, which takes {traits.concurrency}", row.take)
        assert row.sent_at is not None
        at = datetime.fromisoformat(row.sent_at)
        arms = self._arms[row.provider]
        arms.append((at - EPOCH.replace(tzinfo=None)).total_seconds())
        if len(arms) > traits.per_minute and arms[-1] - arms[-1 - traits.per_minute] < _MINUTE_S - 1e-3:
            self.blame(f"{traits.per_minute + 1} creates were allowed within a minute at {row.provider}", row.take)

    def accepted(self, ticket: Ticket, house: House) -> None:
        """A house has made a job."""
        row = self.rows.get(ticket.attempt)
        take = row.take if row else self.case.by_code.get(ticket.code, "")
        self.note(
            house.skin.name,
            f"{ticket.code[-5:]} job {ticket.id[5:11]} made ({', '.join(ticket.plan.values()) or 'no fault'})",
            take,
        )
        if row is None:
            self.blame(f"a create of an attempt that nobody reserved: {ticket.attempt}", take)
            return
        if row.state == "reserved":
            self.blame("it was sent before it was allowed to be", take)
        mine = [t for t in house.jobs if t.attempt == ticket.attempt]
        if len(mine) > 1:
            self.blame(f"attempt {row.number} has made {len(mine)} jobs", take)
        rejected = self._rejected()
        for other in self.rows.values():
            if (
                other.take == take
                and other.id != row.id
                and other.id not in rejected
                and not {other.id, row.id} & self.decided
            ):
                for rival in self._tickets(other):
                    if may_deliver(rival):
                        self.blame(
                            f"attempts {other.number} and {row.number} may both deliver: job {rival.id} is {rival.status}",
                            take,
                        )
        self._pace(house, row, take)

    def _pace(self, house: House, row: Row, take: str) -> None:
        traits = house.skin.traits
        flying = [t for t in house.jobs if t.status not in ENDED and t.attempt not in self.lost]
        if len(flying) > traits.concurrency:
            self.blame(f"{house.skin.name} runs {len(flying)} jobs of ours and takes {traits.concurrency}", take)
        assert row.sent_at is not None
        sent = (datetime.fromisoformat(row.sent_at) - EPOCH.replace(tzinfo=None)).total_seconds()
        if self.now() - sent > _PROVEN_S or row.id in self.lost:
            return
        arrived = self._arrivals[house.skin.name]
        arrived.append(self.now())
        if len(arrived) > traits.per_minute and arrived[-1] - arrived[-1 - traits.per_minute] < _MINUTE_S - _PROVEN_S:
            self.blame(f"{house.skin.name} saw {traits.per_minute + 1} creates within a minute", take)

    def _rejected(self) -> set[str]:
        """The attempts whose clips are there and which gates rejected."""
        return {row[0] for row in self._raw.execute("SELECT id FROM take WHERE state = 'rejected'")}

    def _tickets(self, row: Row) -> list[Ticket]:
        house = self.houses[row.provider]
        house.advance()
        return [ticket for ticket in house.jobs if ticket.attempt == row.id]

    # -- in the end --------------------------------------------------------------------------------------------------------

    def audit(self) -> None:
        """The audit must be clean at any moment."""
        for finding in verify(self._database).findings:
            self.blame(f"audit: {finding}")

    def end(self, blobs: Mapping[str, bytes]) -> None:
        """Everything has come to rest."""
        self.look("end")
        self.audit()
        takes = {
            row[0]: json.loads(row[1])
            for row in self._raw.execute("SELECT id, clips FROM take WHERE production = ?", (PRODUCTION,))
        }
        claimed: set[str] = set()
        rejected = self._rejected()
        for house in self.houses.values():
            house.advance()
            known = {ticket.attempt for ticket in house.jobs}
            for attempt in sorted(known - set(self.rows)):
                self.blame(f"{house.skin.name} has a job of an attempt that nobody knows: {attempt}")
        for row in self.rows.values():
            if row.state in ("reserved", "submitting", "submitted"):
                self.blame(f"attempt {row.number} is stuck: {row.state}", row.take)
            self._money(row)
            if row.state == "settled" and row.verdict == "delivered":
                own = row.id in rejected or row.take not in takes or row.take in claimed
                id = row.id if own else row.take
                claimed.add(id)
                self._delivered(row, takes.get(id), blobs)
        for id in sorted(set(takes) - claimed):
            self.blame(f"a take that no attempt has delivered: {id}")

    def _money(self, row: Row) -> None:
        """What the house billed for an attempt is what was booked for it, or is listed as unknown."""
        house = self.houses[row.provider]
        jobs = [ticket for ticket in house.jobs if ticket.attempt == row.id]
        charged = [ticket for ticket in jobs if house.meter.of_job(ticket.id).micros > 0]
        billed = sum(house.meter.of_job(ticket.id).micros for ticket in jobs)
        if len(charged) > 1:
            self.blame(f"attempt {row.number} was billed {len(charged)} times", row.take)
        if row.id in self.decided:
            return
        if row.state == "settled" and row.cost_micros != billed:
            self.blame(f"attempt {row.number} cost {row.cost_micros} and was billed {billed}", row.take)
        if row.state == "released" and billed:
            self.blame(f"attempt {row.number} is released ({row.verdict}) and was billed {billed}", row.take)
        if row.state == "released" and any(may_deliver(ticket) for ticket in jobs):
            self.blame(f"attempt {row.number} is released ({row.verdict}) and its job may deliver", row.take)

    def _delivered(self, row: Row, kept: list[dict[str, Any]] | None, blobs: Mapping[str, bytes]) -> None:
        house = self.houses[row.provider]
        ticket = next((t for t in house.jobs if t.id == row.job), None)
        if ticket is None or ticket.attempt != row.id:
            self.blame(f"attempt {row.number} was delivered by a job that is not its own", row.take)
        elif ticket.said != "succeeded":
            self.blame(f"attempt {row.number} was delivered and its job says {ticket.said}", row.take)
        elif kept is None:
            self.blame(f"attempt {row.number} was delivered and there is no take", row.take)
        else:
            wanted = sorted(hashlib.sha256(clips(ticket.recipe, framing)).hexdigest() for framing in ticket.framings)
            if sorted(clip["sha256"] for clip in kept) != wanted:
                self.blame(f"the take of attempt {row.number} has other clips than were made for it", row.take)
            if any(sha256 not in blobs for sha256 in wanted):
                self.blame(f"a clip of attempt {row.number} is not kept", row.take)

    def digest(self) -> str:
        """One name for all that happened and all that is there now."""
        found = hashlib.sha256()
        for event in self.trace:
            found.update(f"{event.at!r} {event.who} {event.what} {event.take}\n".encode())
        for row in self._raw.execute(
            f"SELECT {', '.join(c for c in _COLUMNS if c != 'owner')} FROM attempt ORDER BY id"
        ):
            found.update(repr(row).encode())
        for table in ("entry", "posting", "take", "cap_use", "pace"):
            for row in self._raw.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):
                found.update(repr(row).encode())
        return found.hexdigest()

    def story(self) -> str:
        """What happened to the takes that broke, one line an event."""
        told = [e for e in self.trace if not self.broken or not e.take or e.take in self.broken]
        cut = [f"... {len(told) - _MOST_LINES} lines before"] if len(told) > _MOST_LINES else []
        return "\n".join([*cut, *map(str, told[-_MOST_LINES:])])


def may_deliver(ticket: Ticket) -> bool:
    """Whether the clip of a job is there, or may still come."""
    return ticket.status not in ENDED or ticket.said == "succeeded"


class Watched(House):
    """A house that tells the judge about every job it makes and every create it turns down."""

    judge: Judge

    def handle(self, request: Request) -> Reply:
        before = len(self.jobs)
        reply = super().handle(request)
        if request.method == "POST" and request.path == "/v1/takes":
            if len(self.jobs) > before:
                self.judge.accepted(self.jobs[-1], self)
            else:
                attempt = json.loads(request.body)["client_id"]
                row = self.judge.rows.get(attempt)
                answered = reply.status if reply.ending == "whole" else reply.ending
                self.judge.note(self.skin.name, f"create answered {answered}", row.take if row else "")
        return reply


def limit_of_polls(longest_s: float, every_s: float) -> int:
    """More questions than these about one job by one worker are endless polling."""
    return int(8 * (longest_s / every_s + 6) + 20)
