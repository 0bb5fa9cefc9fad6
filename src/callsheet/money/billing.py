"""An invoice beside the ledger: line by line what agrees and what differs, and, with consent, booked.

A provider's invoice outranks what we computed. It is also the last witness of what became of an attempt that nobody could tell us about.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, select, update

from callsheet.errors import ConflictError, InputError
from callsheet.film import Money, digest
from callsheet.money import caps, ledger, refunds
from callsheet.money.attempts import OPEN, Attempts, Verdict
from callsheet.money.caps import Convert, Spender, dated
from callsheet.money.invoice import InvoiceLine
from callsheet.money.ledger import Entry, Posting, move
from callsheet.store import tables as t
from callsheet.store.database import Database

Result = Literal["agrees", "differs", "unknown", "not ours", "lacking"]
"""`unknown`: we hold money for it and did not know; `not ours`: charged for a job that we do not know; `lacking`: we booked a charge in the
days of the invoice, and it has no line for it."""


@dataclass(frozen=True)
class Match:
    """The lines of one job beside what we booked. `theirs` None: no line; `ours` None: nothing is booked."""

    result: Result
    lines: tuple[InvoiceLine, ...]
    attempt: str | None
    shot: str
    theirs: Money | None
    ours: Money | None

    @property
    def difference(self) -> Money | None:
        """What they charge beyond what we booked; None where currencies differ or one side is missing."""
        if self.theirs is None or self.ours is None or self.theirs.currency != self.ours.currency:
            return None
        return Money(self.theirs.micros - self.ours.micros, self.ours.currency)


@dataclass(frozen=True)
class Reconciled:
    """An invoice beside the ledger; `first` and `last` are its days, None when its lines have no dates."""

    provider: str
    first: date | None
    last: date | None
    matches: tuple[Match, ...]

    def of(self, result: Result) -> list[Match]:
        """The matches with one result."""
        return [match for match in self.matches if match.result == result]

    @property
    def totals(self) -> Mapping[str, tuple[int, int]]:
        """Theirs and ours in micro-units, by currency."""
        sums: dict[str, list[int]] = {}
        for match in self.matches:
            for side, amount in enumerate((match.theirs, match.ours)):
                if amount is not None:
                    sums.setdefault(amount.currency, [0, 0])[side] += amount.micros
        return {currency: (theirs, ours) for currency, (theirs, ours) in sorted(sums.items())}

    def facts(self) -> dict[str, Any]:
        """As plain data."""

        def plain(amount: Money | None) -> dict[str, Any] | None:
            return {"currency": amount.currency, "micros": amount.micros} if amount is not None else None

        return {
            "provider": self.provider,
            "from": self.first.isoformat() if self.first else None,
            "to": self.last.isoformat() if self.last else None,
            "lines": [
                {"result": m.result, "lines": [line.number for line in m.lines], "attempt": m.attempt, "shot": m.shot,
                 "job": next((line.job for line in m.lines if line.job), None), "theirs": plain(m.theirs), "ours": plain(m.ours)}
                for m in self.matches
            ],
            "totals": [{"currency": c, "theirs": theirs, "ours": ours} for c, (theirs, ours) in self.totals.items()],
        }  # fmt: skip


def reconcile(
    database: Database, lines: Iterable[InvoiceLine], provider: str, first: date | None = None, last: date | None = None
) -> Reconciled:
    """Lay an invoice beside what was booked for its provider: by job, then by attempt id.

    Several lines of one job are one charge. `first` and `last` are the days it is for, when it says so elsewhere than in its lines.
    """
    found = list(lines)
    days = [line.day for line in found if line.day is not None]
    first, last = first or min(days, default=None), last or max(days, default=None)
    names = ("id", "shot", "job", "state", "cost_micros", "currency", "made_at", "sent_at")
    query = select(*(t.attempt.c[name] for name in names)).where(t.attempt.c.provider == provider)
    with database.reading() as db:
        rows = db.execute(query.order_by(t.attempt.c.made_at, t.attempt.c.id)).all()
        back = _refunded(db, provider)
    by_job = {row.job: row for row in rows if row.job is not None}
    by_id = {row.id: row for row in rows}
    of_attempt: dict[str, list[InvoiceLine]] = {}
    strange: dict[str, list[InvoiceLine]] = {}
    for line in found:
        row = by_job.get(line.job) or by_id.get(line.attempt) or by_id.get(line.job)
        mine = (
            of_attempt.setdefault(row.id, []) if row is not None else strange.setdefault(line.job or line.attempt, [])
        )
        mine.append(line)
    matches = [_match(by_id[id], tuple(of), back) for id, of in of_attempt.items()]
    matches += [Match("not ours", tuple(of), None, "", _sum(of), None) for of in strange.values()]
    matches.sort(key=lambda match: match.lines[0].number)
    if first is not None and last is not None:
        for row in rows:
            day = (row.sent_at or row.made_at).date()
            if row.id not in of_attempt and first <= day <= last and (row.cost_micros or row.state in OPEN[1:]):
                matches.append(Match("lacking", (), row.id, row.shot, None, _ours(row, back)))
    return Reconciled(provider, first, last, tuple(matches))


def _sum(lines: Sequence[InvoiceLine]) -> Money:
    """What the lines of one job come to. Raises InputError when they are in two currencies."""
    currencies = {line.amount.currency for line in lines}
    if len(currencies) > 1:
        raise InputError(f"one job is billed in {' and '.join(sorted(currencies))}", where=str(lines[0]),
                         remedy="Ask the provider which line counts, and take the other out.")  # fmt: skip
    return Money(sum(line.amount.micros for line in lines), lines[0].amount.currency)


def _refunded(db: Connection, provider: str) -> Mapping[str, int]:
    """Micro-units that came back, by attempt."""
    query = select(t.entry.c.attempt, func.sum(t.posting.c.micros)).join_from(t.entry, t.posting)
    query = query.join(t.attempt, t.attempt.c.id == t.entry.c.attempt)
    query = query.where(t.attempt.c.provider == provider, t.posting.c.account == "refunded").group_by(t.entry.c.attempt)
    return {attempt: int(micros) for attempt, micros in db.execute(query)}


def _ours(row: Row[Any], back: Mapping[str, int]) -> Money | None:
    """What we booked, less what came back."""
    return Money(row.cost_micros - back.get(row.id, 0), row.currency) if row.cost_micros is not None else None


def _match(row: Row[Any], lines: tuple[InvoiceLine, ...], back: Mapping[str, int]) -> Match:
    theirs, ours = _sum(lines), _ours(row, back)
    result: Result = "unknown" if row.state in OPEN else "agrees" if theirs == ours else "differs"
    return Match(result, lines, row.id, row.shot, theirs, ours)


# -- booking --------------------------------------------------------------------------------------------------------------

Done = Literal["confirmed", "corrected", "settled", "released", "refunded", "found", "left"]
"""`confirmed`: our charge is theirs, and counts as reported from now on. `refunded`: the lines give money back. `corrected`: our charge was
another, and is now theirs. `settled`, `released`: an attempt that was unknown has
ended. `found`: the invoice names a job we did not know, and the next shoot collects it. `left`: nothing was changed."""


@dataclass(frozen=True)
class Booked:
    """What booking an invoice did, match by match."""

    done: tuple[tuple[Match, Done], ...] = field(default_factory=tuple)

    def of(self, done: Done) -> list[Match]:
        """The matches of which this came."""
        return [match for match, what in self.done if what == done]


def book(
    database: Database,
    reconciled: Reconciled,
    by: str,
    clock: Callable[[], datetime],
    *,
    complete: bool = False,
    convert: Convert = dated,
) -> Booked:
    """Book an invoice, with the consent of `by`. Every line is booked once, however often the invoice is given.

    `complete` says that the invoice has every charge of its days: what it lacks was not charged, except on its last day, whose jobs may be billed on
    the next. A charge that the provider itself reported is then left, to be asked about. Raises BudgetError for an amount in another currency
    without a dated rate, ConflictError where a refund that is asked and not settled stands in the way; what came before is booked then.
    """
    done: list[tuple[Match, Done]] = []
    for match in reconciled.matches:
        what: Done = "left"
        if match.attempt is not None:
            what = _Booking(database, reconciled, match, match.attempt, by, clock, convert).book(complete)
        done.append((match, what))
    return Booked(tuple(done))


@dataclass(frozen=True)
class _Booking:
    database: Database
    invoice: Reconciled
    match: Match
    attempt: str
    by: str
    clock: Callable[[], datetime]
    convert: Convert

    def book(self, complete: bool) -> Done:
        with self.database.reading() as db:
            row = db.execute(select(t.attempt).where(t.attempt.c.id == self.attempt)).one()
            if self._is_booked(db):
                return "left"
        attempts = Attempts(self.database, row.production, self.clock, self.convert)
        theirs = self.match.theirs
        if theirs is None:
            return self._lacking(row, attempts) if complete else "left"
        if theirs.micros < 0:
            return self._credit(row, theirs)
        job = next((line.job for line in self.match.lines if line.job and line.job != self.attempt), None)
        if theirs.micros and row.job is None and job is not None and row.state in ("unknown", "released"):
            attempts.accepted(self.attempt, job)
            return "found"
        if row.state == "unknown" and theirs.micros:
            attempts.settle(self.attempt, theirs, "reported", self._verdict(row), self._why, self._mark)
            return "settled"
        if row.state == "unknown":
            attempts.release(self.attempt, self._verdict(row), self._why)
            return self._marked("released")
        return self._correct(theirs) if row.state in ("settled", "released") else "left"

    def _is_booked(self, db: Connection) -> bool:
        return db.execute(select(t.entry.c.id).where(t.entry.c.key == self._key)).first() is not None

    def _mark(self, db: Connection, postings: Sequence[Posting] = ()) -> None:
        """Keep in the ledger that these lines are booked, even when they move nothing."""
        production = db.execute(select(t.attempt.c.production).where(t.attempt.c.id == self.attempt)).scalar_one()
        ledger.post(db, production, Entry(self._key, "correct", postings, self._why, self.attempt), self.clock())

    def _marked(self, done: Done) -> Done:
        with self.database.writing() as db:
            if not self._is_booked(db):
                self._mark(db)
        return done

    def _credit(self, row: Row[Any], theirs: Money) -> Done:
        """Money that came back, as the refund that was asked for it or as one of its own."""
        back = self.convert(Money(-theirs.micros, theirs.currency), row.currency, self.clock().date())
        asked = [r for r in refunds.refunds(self.database, row.production) if r.attempt == self.attempt]
        own = f"invoice-{self.match.lines[0].key[:24]}"
        name = next((r.name for r in asked if r.state == "pending" and r.asked == back), own)
        if any(r.name == own and r.state != "pending" for r in asked):
            return "left"
        refunds.ask_refund(self.database, self.attempt, back, self._why, self.clock(), name)
        refunds.refunded(self.database, self.attempt, self.clock(), name, why=self._why)
        return self._marked("refunded")

    def _lacking(self, row: Row[Any], attempts: Attempts) -> Done:
        """It is not on a complete invoice."""
        if self.invoice.last is None or (row.sent_at or row.made_at).date() >= self.invoice.last:
            return "left"
        if row.state == "unknown":
            attempts.release(self.attempt, row.verdict or "nojob", self._why)
            return self._marked("released")
        if row.state == "settled" and row.cost_kind == "computed":
            return self._correct(Money(0, row.currency))
        return "left"

    def _correct(self, theirs: Money) -> Done:
        """Make our charge theirs."""
        with self.database.writing() as db:
            row = db.execute(select(t.attempt).where(t.attempt.c.id == self.attempt).with_for_update()).one()
            if row.state not in ("settled", "released"):
                return "left"
            theirs = self.convert(theirs, row.currency, self.clock().date())
            balances = ledger.balances(db, attempt=self.attempt)
            computed = balances.get(("charged:computed", row.currency), 0)
            charged = computed + balances.get(("charged:reported", row.currency), 0)
            more = theirs.micros - charged - balances.get(("refund:pending", row.currency), 0)
            if self._is_booked(db):
                return "left"
            if charged + more < 0:
                raise ConflictError("a refund is asked for more than the invoice says was charged", where=row.shot,
                                    remedy="Book what became of the refund first.")  # fmt: skip
            postings: list[Posting] = move(Money(computed, row.currency), "charged:computed", "charged:reported")
            if more > 0:
                postings += move(Money(more, row.currency), "available", "charged:reported")
            else:
                postings += move(Money(-more, row.currency), "charged:reported", "released")
            values = {"cost_micros": row.cost_micros + more, "cost_kind": "reported", "changed_at": self.clock()}
            if row.state == "released" and more:
                values |= {"state": "settled", "verdict": self._verdict(row)}
            db.execute(update(t.attempt).where(t.attempt.c.id == self.attempt).values(**values))
            caps.use(db, Spender(row.production, row.shot, row.person, row.day), Money(more, row.currency))
            ledger.post(
                db, row.production, Entry(self._key, "correct", postings, self._why, self.attempt), self.clock()
            )
            return "corrected" if more else "confirmed"

    @property
    def _key(self) -> str:
        """The same for the same lines, so that they are booked once."""
        days = [str(self.invoice.first), str(self.invoice.last)] if not self.match.lines else []
        return f"correct:{self.attempt}:{digest([*days, *sorted(line.key for line in self.match.lines)])[:32]}"

    @property
    def _why(self) -> str:
        numbers = ", ".join(str(line.number) for line in self.match.lines)
        what = f"line {numbers} of" if numbers else f"not on the complete invoice to {self.invoice.last} of"
        return f"{what} {self.invoice.provider}, booked by {self.by}"

    def _verdict(self, row: Row[Any]) -> Verdict:
        """What came of an attempt that was charged and of which there is no clip."""
        if row.verdict in ("failed", "moderated", "cancelled"):
            ended: Verdict = row.verdict
            return ended
        said = {line.status.lower() for line in self.match.lines}
        return "failed" if said & {"failed", "failure", "error"} else "undelivered"
