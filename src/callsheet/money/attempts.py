"""Attempts: the unit of spending identity, one try to buy a take from one provider.

`reserved -> submitting -> submitted -> settled | released | unknown`. Each arrow is a compare-and-swap that is committed, with its
entry in the ledger, before the network is touched; whoever loses the swap learns what the winner did. A retry is a new attempt.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from callsheet.errors import BudgetError, CallsheetError, ConflictError, NotFoundError
from callsheet.film import Money, Price, Recipe, digest
from callsheet.money import caps, ledger
from callsheet.money.caps import Cap, Convert, Spender, dated
from callsheet.money.ledger import Entry, Kind, Posting, move
from callsheet.store import tables as t
from callsheet.store.database import Database

State = Literal["reserved", "submitting", "submitted", "settled", "released", "unknown"]
OPEN: tuple[State, ...] = ("reserved", "submitting", "submitted", "unknown")
"""States in which money is held."""

Verdict = Literal[
    "delivered", "moderated", "failed", "cancelled", "undelivered", "unsent", "nojob", "resent",
    "rate", "concurrency", "funds", "input", "retired", "auth", "busy",
]  # fmt: skip
"""What came of it. `delivered`: a take. `moderated`, `failed`, `cancelled`: so it ended at the provider. `undelivered`: paid for, and no clip can be
had. `unsent`: no byte left. `nojob`: the provider has none for it. `resent`: unknown, and a person had another sent. The rest: why it was refused."""

CostKind = Literal["reported", "computed"]


@dataclass(frozen=True)
class Attempt:
    """One try to buy one take. `held` is reserved for it, `cost` what it came to."""

    id: str
    production: str
    take: str
    number: int
    shot: str
    person: str
    day: str
    provider: str
    offer: str
    recipe: Recipe
    price: Price
    held: Money
    state: State
    owner: str | None
    job: str | None
    cancel: Literal["no", "asked", "sent", "late"]
    """Whether somebody wants it stopped, and whether the provider was told; `late` when it was stopped because it did not end."""
    verdict: Verdict | None
    reason: str
    cost: Money | None
    made_at: datetime
    sent_at: datetime | None
    changed_at: datetime

    @property
    def open(self) -> bool:
        """Whether money is held for it."""
        return self.state in OPEN

    @property
    def spender(self) -> Spender:
        """Where its money counts."""
        return Spender(self.production, self.shot, self.person, self.day)


@dataclass(frozen=True)
class Wanted:
    """What an attempt is reserved for."""

    take: str
    shot: str
    provider: str
    recipe: Recipe
    price: Price
    person: str


@dataclass(frozen=True)
class Wait:
    """The provider may not be asked yet: `until` is when, None when a job in flight has to end first."""

    until: datetime | None
    why: str


class Attempts:
    """The attempts of one production, and the pace of providers over all of them. Safe to use from several processes."""

    def __init__(
        self, database: Database, production: str, clock: Callable[[], datetime], convert: Convert = dated
    ) -> None:
        self._database = database
        self._production = production
        self._clock = clock
        self._convert = convert

    # -- reserve -----------------------------------------------------------------------------------------------------------

    def reserve(self, wanted: Wanted, limits: Iterable[Cap] = (), number: int | None = None) -> Attempt:
        """Hold the worst price of a take, and know the attempt from here on.

        `number` asks for one attempt of the take: the same again is returned as it is. Raises BudgetError when a cap would be gone over; nothing is
        held then.
        """
        with self._database.writing() as db:
            self._in_line(db)
            if number is None:
                last = select(func.max(t.attempt.c.number)).where(t.attempt.c.take == wanted.take)
                number = (db.execute(last).scalar() or 0) + 1
            id = digest([wanted.take, number])
            found = db.execute(select(t.attempt).where(t.attempt.c.id == id)).first()
            if found is not None:
                return _attempt(found)
            now = self._clock()
            held = wanted.price.worst
            spender = Spender(self._production, wanted.shot, wanted.person, now.date().isoformat())
            caps.require(db, spender, caps.use(db, spender, held), limits, self._convert, now.date())
            price = {"expected": wanted.price.expected.micros, "worst": held.micros, "currency": held.currency,
                     "source": wanted.price.source, "on": wanted.price.on.isoformat()}  # fmt: skip
            row = {
                "id": id, "production": self._production, "take": wanted.take, "number": number, "shot": wanted.shot,
                "person": wanted.person, "day": spender.day, "provider": wanted.provider, "offer": wanted.recipe.offer,
                "request_digest": wanted.recipe.digest, "recipe": wanted.recipe.model_dump_json(), "price": json.dumps(price),
                "held_micros": held.micros, "currency": held.currency, "state": "reserved", "cancel": "no", "reason": "",
                "made_at": now, "changed_at": now,
            }  # fmt: skip
            db.execute(insert(t.attempt).values(**row))
            thought = move(wanted.price.expected, "expected", "estimated")
            self._post(db, id, "hold", [*thought, *move(held, "available", "held")], f"take of {wanted.shot}", now)
            return _attempt(db.execute(select(t.attempt).where(t.attempt.c.id == id)).one())

    # -- submit ------------------------------------------------------------------------------------------------------------

    def arm(self, id: str, owner: str, concurrency: int, per_minute: int) -> Attempt | Wait:
        """Take the right to send the create: `reserved -> submitting` under `owner`, if the provider's pace allows it now.

        When somebody else had it first, the attempt is returned as it now is. The row of a job in flight is its slot: no process can lose it.
        """
        with self._database.writing() as db:
            row = self._row(db, id)
            if row.state != "reserved":
                return _attempt(row)
            now = self._clock()
            pace = self._pace(db, row.provider, now)
            if pace.closed_until is not None and pace.closed_until > now:
                return Wait(pace.closed_until, pace.why)
            in_flight = select(func.count()).where(
                t.attempt.c.provider == row.provider, t.attempt.c.state.in_(("submitting", "submitted"))
            )
            if db.execute(in_flight).scalar_one() >= concurrency:
                return Wait(None, f"{row.provider} takes {concurrency} at once")
            step = timedelta(minutes=1) / per_minute
            next_at = max(pace.next_at, now)
            if next_at > now:
                return Wait(next_at, f"{row.provider} takes {per_minute} a minute")
            db.execute(update(t.pace).where(t.pace.c.provider == row.provider).values(next_at=next_at + step))
            return self._swap(db, row, ("reserved",), state="submitting", owner=owner, sent_at=now) or _attempt(
                self._row(db, id)
            )

    def close_door(self, provider: str, until: datetime, why: str) -> None:
        """Ask nothing new of a provider until then: it said so itself."""
        with self._database.writing() as db:
            self._pace(db, provider, self._clock())
            db.execute(update(t.pace).where(t.pace.c.provider == provider).values(closed_until=until, why=why))

    def take_over(self, id: str, owner: str, old: str | None) -> Attempt | None:
        """Become the owner of an attempt that another process left `submitting`; None when it moved meanwhile."""
        with self._database.writing() as db:
            row = self._row(db, id)
            return self._swap(db, row, ("submitting",), owner=owner) if row.owner == old else None

    def accepted(self, id: str, job: str, note: str = "") -> Attempt:
        """The provider took it: `-> submitted`, from whatever we believed meanwhile, because a job that exists is a job to collect.
        `note` says what is to be known of how it was asked.

        An attempt that was released in the belief that there is no job is held for again.
        """
        with self._database.writing() as db:
            row = self._row(db, id)
            if row.state in ("submitted", "settled") and row.job == job:
                return _attempt(row)
            revived = row.state == "released"
            swapped = None
            if row.job in (None, job):
                swapped = self._swap(
                    db,
                    row,
                    ("submitting", "unknown", "released"),
                    state="submitted",
                    job=job,
                    verdict=None,
                    reason=note,
                    cost_micros=None,
                    cost_kind=None,
                )
            if swapped is None:
                raise CallsheetError(
                    f"a second job {job} was made by an attempt that is {row.state} as job {row.job}", where=row.shot,
                    remedy="Tell the provider: it made two jobs of one create.",
                )  # fmt: skip
            if revived:
                caps.use(db, swapped.spender, swapped.held)
                self._post(
                    db,
                    id,
                    "revive",
                    move(swapped.held, "available", "held"),
                    "the provider has a job after all",
                    self._clock(),
                    again=True,
                )
            return swapped

    # -- end ---------------------------------------------------------------------------------------------------------------

    def release(
        self, id: str, verdict: Verdict, reason: str, *, owner: str | None = None, states: Sequence[State] = OPEN
    ) -> Attempt:
        """Nothing was bought, and that is proven: the hold ends. An attempt that has ended already is returned as it is.

        So is one that is in none of `states` by now. With `owner` it must still be that one who is sending: once another has taken it over,
        what the first create was told proves nothing about theirs.
        """
        with self._database.writing() as db:
            row = self._row(db, id)
            if owner is not None and (row.state != "submitting" or row.owner != owner):
                return _attempt(row)
            freed = Money(row.held_micros, row.currency)
            swapped = self._swap(
                db, row, states, state="released", verdict=verdict, reason=reason, cost_micros=0, cost_kind="reported"
            )
            if swapped is None:
                return _attempt(row)
            caps.use(db, swapped.spender, Money(-freed.micros, freed.currency))
            self._post(
                db, id, "release", move(freed, "held", "released"), f"{verdict}: {reason}", self._clock(), again=True
            )
            return swapped

    def lose(self, id: str, reason: str, verdict: Verdict | None = None) -> Attempt:
        """It is not known whether, or at what price, something was bought: the money stays held until somebody knows.

        `verdict` says what is known: a job that failed delivers nothing any more, whatever it cost.
        """
        with self._database.writing() as db:
            row = self._row(db, id)
            states: tuple[State, ...] = ("submitting", "submitted", "unknown")
            # What is known already, or was decided, is not unlearnt by asking once more in vain.
            known = verdict or (row.verdict if row.state == "unknown" else None)
            return self._swap(db, row, states, state="unknown", reason=reason, verdict=known) or _attempt(row)

    def settle(
        self,
        id: str,
        cost: Money,
        kind: CostKind,
        verdict: Verdict,
        reason: str = "",
        also: Callable[[Connection], None] | None = None,
    ) -> Attempt:
        """Book what it cost and end the hold; `also` is done in the same transaction, such as recording the take that was bought.

        An attempt that has ended already is returned as it is, and `also` is not done. Raises BudgetError for a cost in another currency than was
        held, when no dated rate is stated.
        """
        with self._database.writing() as db:
            self._in_line(db)
            row = self._row(db, id)
            cost = self._convert(cost, row.currency, self._clock().date())
            if cost.micros < 0:
                raise BudgetError(
                    f"it cannot have cost {cost}", where=row.shot, remedy="Money that came back is a refund."
                )
            swapped = self._swap(db, row, ("submitted", "unknown"), state="settled", verdict=verdict, reason=reason,
                                 cost_micros=cost.micros, cost_kind=kind)  # fmt: skip
            if swapped is None:
                return _attempt(row)
            self._book(db, swapped, cost, kind)
            if also is not None:
                also(db)
            return swapped

    def _book(self, db: Connection, attempt: Attempt, cost: Money, kind: CostKind) -> None:
        charged: ledger.Account = "charged:reported" if kind == "reported" else "charged:computed"
        held = attempt.held
        within = Money(min(cost.micros, held.micros), held.currency)
        over = Money(cost.micros - within.micros, held.currency)
        rest = Money(held.micros - within.micros, held.currency)
        postings = [*move(within, "held", charged), *move(over, "available", charged), *move(rest, "held", "released")]
        caps.use(db, attempt.spender, Money(cost.micros - held.micros, held.currency))
        why = f"{attempt.verdict}: {attempt.reason}" if attempt.reason else str(attempt.verdict)
        self._post(db, attempt.id, "settle", postings, why, self._clock(), again=True)

    def charge(
        self, key: str, spender: Spender, cost: Money, limits: Iterable[Cap], also: Callable[[Connection], None]
    ) -> None:
        """Book what a take cost that was made here, without a provider to ask; `also` is done in the same transaction.

        The same `key` again changes nothing. Raises BudgetError when a cap would be gone over; nothing is booked then, and `also` is undone.
        """
        now = self._clock()
        with self._database.writing() as db:
            self._in_line(db)
            if db.execute(select(t.entry.c.id).where(t.entry.c.key == f"charge:{key}")).first() is not None:
                return
            # The day of the entry: who asked may have looked at the clock before midnight.
            spender = replace(spender, day=now.date().isoformat())
            caps.require(db, spender, caps.use(db, spender, cost), limits, self._convert, now.date())
            postings = move(cost, "available", "charged:reported")
            ledger.post(
                db, self._production, Entry(f"charge:{key}", "charge", postings, f"made here: {spender.shot}"), now
            )
            also(db)

    # -- cancel ------------------------------------------------------------------------------------------------------------

    def ask_cancel(self, id: str, late: bool = False) -> Attempt:
        """Somebody wants it stopped, or it does not end and is `late`. What was not sent is released; a job is cancelled at the
        provider, and booked as it then says. That a person wanted it stopped is never forgotten."""
        with self._database.writing() as db:
            row = self._row(db, id)
            if row.state != "reserved":
                cancel = "asked" if not late else "late" if row.cancel == "no" else row.cancel
                return self._swap(db, row, ("submitting", "submitted", "unknown"), cancel=cancel) or _attempt(row)
        return self.release(id, "cancelled", "cancelled before it was sent")

    def resend(self, id: str, by: str) -> Attempt:
        """A person has another one sent, while this one's money stays held: what became of it may still come out. Raises ConflictError."""
        with self._database.writing() as db:
            row = self._row(db, id)
            reason = f"{row.reason}; {by} had another sent"
            swapped = (
                self._swap(db, row, ("unknown",), verdict="resent", reason=reason) if row.verdict is None else None
            )
        if swapped is None:
            raise ConflictError(
                f"the attempt is {row.verdict or row.state}",
                where=row.shot,
                remedy="Only one whose outcome is unknown can be sent anew.",
            )
        return swapped

    def cancel_sent(self, id: str) -> None:
        """The provider was told."""
        with self._database.writing() as db:
            row = self._row(db, id)
            self._swap(db, row, ("submitted", "unknown"), cancel="late" if row.cancel == "late" else "sent")

    # -- read --------------------------------------------------------------------------------------------------------------

    def get(self, id: str) -> Attempt:
        """One attempt, by its id or the beginning of it. Raises NotFoundError."""
        with self._database.reading() as db:
            rows = db.execute(self._mine().where(t.attempt.c.id.startswith(id, autoescape=True)).limit(2)).all()
        if len(rows) != 1:
            what = "two attempts begin" if rows else "no attempt begins"
            raise NotFoundError(f"{what} with {id!r}", remedy="`callsheet attempts` lists them.")
        return _attempt(rows[0])

    def of_take(self, take: str) -> list[Attempt]:
        """The attempts to buy one take, first to last."""
        with self._database.reading() as db:
            return [
                _attempt(row)
                for row in db.execute(self._mine().where(t.attempt.c.take == take).order_by(t.attempt.c.number))
            ]

    def all(self, states: Sequence[State] | None = None) -> list[Attempt]:
        """Attempts by age, of the given states or of every one."""
        query = self._mine().order_by(t.attempt.c.made_at, t.attempt.c.id)
        if states is not None:
            query = query.where(t.attempt.c.state.in_(states))
        with self._database.reading() as db:
            return [_attempt(row) for row in db.execute(query)]

    def unfinished(self) -> list[Attempt]:
        """Attempts that a new run has to take up: whatever may still deliver, or can still be learnt about."""
        return [a for a in self.all(OPEN) if a.state != "unknown" or a.verdict is None]

    def to_cancel(self) -> list[Attempt]:
        """Jobs in flight that somebody wants stopped and whose provider was not told yet."""
        asked = self._mine().where(t.attempt.c.cancel == "asked", t.attempt.c.state == "submitted")
        with self._database.reading() as db:
            return [_attempt(row) for row in db.execute(asked)]

    def counts(self) -> Mapping[State, int]:
        """How many attempts are in each state."""
        query = (
            select(t.attempt.c.state, func.count())
            .where(t.attempt.c.production == self._production)
            .group_by(t.attempt.c.state)
        )
        with self._database.reading() as db:
            return {row[0]: row[1] for row in db.execute(query)}

    # -- within ------------------------------------------------------------------------------------------------------------

    def _in_line(self, db: Connection) -> None:
        """Those who reserve, and those who record a take, one at a time where more than one process may write; on SQLite they are already.

        Always before any cap is counted, so that nobody waits for a production while holding its caps. Entries, which refer to it, need not wait.
        """
        mine = select(t.production.c.id).where(t.production.c.id == self._production)
        db.execute(mine.with_for_update(key_share=True))

    def _mine(self) -> Any:
        return select(t.attempt).where(t.attempt.c.production == self._production)

    def _row(self, db: Connection, id: str) -> Row[Any]:
        row = db.execute(select(t.attempt).where(t.attempt.c.id == id).with_for_update()).first()
        if row is None:
            raise NotFoundError(f"there is no attempt {id}")
        return row

    def _pace(self, db: Connection, provider: str, now: datetime) -> Row[Any]:
        """The provider's pace, locked until `db` ends."""
        query = select(t.pace).where(t.pace.c.provider == provider).with_for_update()
        row = db.execute(query).first()
        if row is None:
            make = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
            db.execute(make(t.pace).values(provider=provider, next_at=now, why="").on_conflict_do_nothing())
            row = db.execute(query).one()
        return row

    def _swap(self, db: Connection, row: Row[Any], states: Sequence[State], **values: Any) -> Attempt | None:
        """Compare and swap: the attempt after the change, or None when it is in none of `states` any more."""
        where = (t.attempt.c.id == row.id, t.attempt.c.state.in_(states), t.attempt.c.state == row.state)
        done = db.execute(update(t.attempt).where(*where).values(changed_at=self._clock(), **values))
        return _attempt(self._row(db, row.id)) if done.rowcount == 1 else None

    def _post(
        self,
        db: Connection,
        id: str,
        kind: Kind,
        postings: Sequence[Posting],
        why: str,
        at: datetime,
        *,
        again: bool = False,
    ) -> None:
        """Book for an attempt. `again`: an attempt that was revived ends more than once, each end with a name of its own."""
        key = f"{kind}:{id}"
        if again:
            count = select(func.count()).where(t.entry.c.attempt == id, t.entry.c.kind == kind)
            turn = db.execute(count).scalar_one()
            key += f":{turn + 1}" if turn else ""
        ledger.post(db, self._production, Entry(key, kind, postings, why, id), at)


def owner() -> str:
    """A name for one run of one process, under which it holds what it is about to send."""
    return uuid.uuid4().hex


def _attempt(row: Row[Any]) -> Attempt:
    cost = Money(row.cost_micros, row.currency) if row.cost_micros is not None else None
    return Attempt(
        row.id, row.production, row.take, row.number, row.shot, row.person, row.day, row.provider, row.offer,
        Recipe.model_validate_json(row.recipe), _price(row.price), Money(row.held_micros, row.currency), row.state, row.owner, row.job, row.cancel,
        row.verdict, row.reason, cost, row.made_at, row.sent_at, row.changed_at,
    )  # fmt: skip


def _price(text: str) -> Price:
    found = json.loads(text)
    expected, worst = (Money(found[name], found["currency"]) for name in ("expected", "worst"))
    return Price(expected, worst, found["source"], date.fromisoformat(found["on"]))
