"""The ledger: double entry, append-only, in integer micro-units. Every entry's postings sum to nothing in every currency.

Money leaves `available` when it is held for an attempt and comes back only as `released` or `refunded`, so what is used at any moment is
what left less what came back, and each account by itself tells a story: what is promised, what was charged and who says so, what is owed to us.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from callsheet.errors import CallsheetError
from callsheet.film import Money
from callsheet.store import tables as t

Account = Literal[
    "available",
    "estimated",
    "expected",
    "held",
    "charged:reported",
    "charged:computed",
    "refund:pending",
    "refunded",
    "released",
]
"""`estimated` against `expected` says what the bids thought, beside what came of it; it moves no money. `charged:reported` is what a
provider says it billed, `charged:computed` what our price says it must have billed."""

Kind = Literal["hold", "settle", "release", "revive", "refund-asked", "refund", "refund-refused", "correct", "charge"]
"""Why an entry was made. `revive` holds again for an attempt that was thought never to have been accepted; `correct` follows an invoice."""

ACCOUNTS: tuple[Account, ...] = ("available", "estimated", "expected", "held", "charged:reported", "charged:computed",
                                 "refund:pending", "refunded", "released")  # fmt: skip


@dataclass(frozen=True)
class Posting:
    """One line of an entry: an amount that an account gains, or loses when it is negative."""

    account: Account
    amount: Money


def balanced(postings: Iterable[Posting]) -> bool:
    """Whether the postings sum to nothing in every currency."""
    sums: dict[str, int] = {}
    for posting in postings:
        sums[posting.amount.currency] = sums.get(posting.amount.currency, 0) + posting.amount.micros
    return not any(sums.values())


def move(amount: Money, source: Account, target: Account) -> list[Posting]:
    """Two postings that move an amount; none for nothing."""
    if not amount.micros:
        return []
    return [Posting(source, Money(-amount.micros, amount.currency)), Posting(target, amount)]


@dataclass(frozen=True)
class Entry:
    """What happened, once: `key` names the event, so that it cannot be booked a second time."""

    key: str
    kind: Kind
    postings: Sequence[Posting]
    why: str
    attempt: str | None = None


def post(db: Connection, production: str, entry: Entry, at: datetime) -> None:
    """Book an entry inside the transaction of `db`. Raises CallsheetError for one that does not balance or is booked already."""
    if not balanced(entry.postings):
        raise CallsheetError("an entry of the ledger does not balance", where=entry.key)
    row = {
        "key": entry.key,
        "production": production,
        "attempt": entry.attempt,
        "kind": entry.kind,
        "why": entry.why,
        "at": at,
    }
    try:
        (number,) = db.execute(insert(t.entry).values(**row).returning(t.entry.c.id)).one()
    except IntegrityError as error:
        raise CallsheetError("this event is in the ledger already", where=entry.key) from error
    lines = [
        {"entry": number, "line": line, "account": p.account, "micros": p.amount.micros, "currency": p.amount.currency}
        for line, p in enumerate(entry.postings)
    ]
    if lines:
        db.execute(insert(t.posting), lines)


def balances(
    db: Connection, production: str | None = None, attempt: str | None = None
) -> Mapping[tuple[Account, str], int]:
    """Micro-units by account and currency: of all, of one production, of one attempt."""
    total = func.sum(t.posting.c.micros)
    query = select(t.posting.c.account, t.posting.c.currency, total).join(t.entry)
    if production is not None:
        query = query.where(t.entry.c.production == production)
    if attempt is not None:
        query = query.where(t.entry.c.attempt == attempt)
    rows = db.execute(query.group_by(t.posting.c.account, t.posting.c.currency)).all()
    return {(row[0], row[1]): int(row[2]) for row in rows}
