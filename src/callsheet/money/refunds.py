"""Refunds: money that was charged and is owed back. It counts as spent until it has arrived.

A refund has a name within its attempt, such as the number of the provider's ticket: the same again is the same refund, however often it is asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from callsheet.errors import BudgetError, ConflictError, InputError, NotFoundError
from callsheet.film import Money
from callsheet.money import caps, ledger
from callsheet.money.caps import Spender
from callsheet.money.ledger import Account, Entry, Kind, Posting, move
from callsheet.store import tables as t
from callsheet.store.database import Database

_CHARGED: tuple[Account, ...] = ("charged:reported", "charged:computed")
_NAME = re.compile(r"[\w.#/-]{1,40}", re.ASCII)
_ASKED: Kind = "refund-asked"
_GIVEN: Kind = "refund"
_REFUSED: Kind = "refund-refused"


@dataclass(frozen=True)
class Refund:
    """What was asked back for an attempt, and what came of it: `returned` has arrived, the rest was refused or is still owed."""

    attempt: str
    name: str
    asked: Money
    returned: Money
    state: Literal["pending", "refunded", "refused"]
    why: str
    at: datetime


def ask_refund(
    database: Database, attempt: str, amount: Money | None, why: str, at: datetime, name: str = "1"
) -> Refund:
    """Ask money back that an attempt was charged; `amount` None asks for all that is still charged. The same again changes nothing.

    Raises BudgetError for more than is charged, or another currency; ConflictError when a refund of this name asked for another amount;
    NotFoundError, InputError for a name that cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} cannot name a refund", remedy="Use up to 40 letters, digits and . # / - _")
    with database.writing() as db:
        row = _locked(db, attempt)
        found = _refund(db, attempt, name)
        if found is not None:
            if amount not in (None, found.asked):
                raise ConflictError(f"refund {name} of this attempt asked for {found.asked}", where=row.shot,
                                    remedy="Give another refund a name of its own.")  # fmt: skip
            return found
        balances = ledger.balances(db, attempt=attempt)
        charged = Money(sum(balances.get((a, row.currency), 0) for a in _CHARGED), row.currency)
        wanted = charged if amount is None else amount
        if wanted.micros <= 0 or not wanted <= charged:
            raise BudgetError(
                f"{wanted} cannot be asked back: {charged} is charged", where=row.shot,
                remedy="Ask for at most what is charged and not asked back yet." if charged.micros else "Nothing is to be refunded.",
            )  # fmt: skip
        postings: list[Posting] = []
        left = wanted.micros
        for account in _CHARGED:
            part = min(left, balances.get((account, row.currency), 0))
            postings += move(Money(part, row.currency), account, "refund:pending")
            left -= part
        _post(db, row.production, attempt, name, _ASKED, postings, why, at)
        return Refund(attempt, name, wanted, Money(0, row.currency), "pending", why, at)


def refunded(
    database: Database, attempt: str, at: datetime, name: str = "1", amount: Money | None = None, why: str = ""
) -> Refund:
    """The money is back, and can be spent again. When only `amount` of what was asked came, the rest stays charged.

    The same again changes nothing. Raises NotFoundError when nothing was asked, ConflictError when it was refused, or booked with another
    amount; BudgetError for more than was asked.
    """
    with database.writing() as db:
        row = _locked(db, attempt)
        found = _asked(db, attempt, name)
        came = found.asked if amount is None else amount
        if found.state == "refunded" and amount in (None, found.returned):
            return found
        if found.state != "pending":
            raise ConflictError(
                _already(found), where=row.shot, remedy="Ask for another refund, with a name of its own."
            )
        if came.micros <= 0 or not came <= found.asked:
            raise BudgetError(f"{came} cannot have come back: {found.asked} was asked", where=row.shot,
                              remedy="Ask for the rest first, as a refund with a name of its own.")  # fmt: skip
        back = _back(db, attempt, name, found.asked.micros - came.micros)
        caps.use(db, Spender(row.production, row.shot, row.person, row.day), Money(-came.micros, came.currency))
        _post(db, row.production, attempt, name, _GIVEN, [*move(came, "refund:pending", "refunded"), *back], why, at)
        return Refund(attempt, name, found.asked, came, "refunded", found.why, found.at)


def refund_refused(database: Database, attempt: str, why: str, at: datetime, name: str = "1") -> Refund:
    """The provider keeps the money: it stays charged. The same again changes nothing.

    Raises NotFoundError when nothing was asked, ConflictError when it has come back.
    """
    with database.writing() as db:
        row = _locked(db, attempt)
        found = _asked(db, attempt, name)
        if found.state == "refused":
            return found
        if found.state != "pending":
            raise ConflictError(
                _already(found), where=row.shot, remedy="An amount that was taken back again is a charge."
            )
        _post(db, row.production, attempt, name, _REFUSED, _back(db, attempt, name, found.asked.micros), why, at)
        return Refund(attempt, name, found.asked, found.returned, "refused", found.why, found.at)


def refunds(database: Database, production: str | None = None) -> Sequence[Refund]:
    """Every refund that was ever asked, oldest first; of one production or of all."""
    with database.reading() as db:
        query = select(t.entry.c.attempt, t.entry.c.key).where(t.entry.c.kind == _ASKED).order_by(t.entry.c.id)
        if production is not None:
            query = query.where(t.entry.c.production == production)
        found = [_refund(db, row.attempt, row.key.split(":", 2)[2]) for row in db.execute(query).all()]
        return [refund for refund in found if refund is not None]


def _locked(db: Connection, attempt: str) -> Row[Any]:
    row = db.execute(select(t.attempt).where(t.attempt.c.id == attempt).with_for_update()).first()
    if row is None:
        raise NotFoundError(f"there is no attempt {attempt}", remedy="`callsheet attempts` lists them.")
    return row


def _key(kind: Kind, attempt: str, name: str) -> str:
    return f"{kind}:{attempt}:{name}"


def _already(found: Refund) -> str:
    came = f"{found.returned} came back" if found.state == "refunded" else "it was refused"
    return f"refund {found.name} is closed: {came}"


def _refund(db: Connection, attempt: str, name: str) -> Refund | None:
    """The refund of this name as the ledger has it."""
    keys = [_key(kind, attempt, name) for kind in (_ASKED, _GIVEN, _REFUSED)]
    query = select(
        t.entry.c.kind, t.entry.c.why, t.entry.c.at, t.posting.c.account, t.posting.c.micros, t.posting.c.currency
    )
    lines = db.execute(query.join_from(t.entry, t.posting).where(t.entry.c.key.in_(keys))).all()
    if not lines:
        return None
    asked = [line for line in lines if line.kind == _ASKED]
    currency = asked[0].currency
    pending = sum(line.micros for line in asked if line.account == "refund:pending")
    returned = sum(line.micros for line in lines if line.account == "refunded")
    kinds = {line.kind for line in lines}
    state: Literal["pending", "refunded", "refused"] = (
        "refunded" if _GIVEN in kinds else "refused" if _REFUSED in kinds else "pending"
    )
    return Refund(attempt, name, Money(pending, currency), Money(returned, currency), state, asked[0].why, asked[0].at)


def _asked(db: Connection, attempt: str, name: str) -> Refund:
    found = _refund(db, attempt, name)
    if found is None:
        raise NotFoundError(f"no refund {name} was asked for this attempt", where=attempt, remedy="Ask for it first.")
    return found


def _back(db: Connection, attempt: str, name: str, micros: int) -> list[Posting]:
    """Postings that put `micros` of what was asked back on the accounts it came from."""
    query = select(t.posting.c.account, t.posting.c.micros, t.posting.c.currency).join_from(t.entry, t.posting)
    query = query.where(t.entry.c.key == _key(_ASKED, attempt, name), t.posting.c.account.in_(_CHARGED))
    postings: list[Posting] = []
    for account, taken, currency in db.execute(query.order_by(t.posting.c.line.desc())).all():
        part = min(micros, -taken)
        postings += move(Money(part, currency), "refund:pending", account)
        micros -= part
    return postings


def _post(
    db: Connection,
    production: str,
    attempt: str,
    name: str,
    kind: Kind,
    postings: Sequence[Posting],
    why: str,
    at: datetime,
) -> None:
    ledger.post(db, production, Entry(_key(kind, attempt, name), kind, postings, why, attempt), at)
