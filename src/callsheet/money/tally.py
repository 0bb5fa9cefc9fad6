"""What the ledger says of every attempt, and of every charge that no attempt made, in a few queries however many there are."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from callsheet.film import Money
from callsheet.money.caps import Spender
from callsheet.money.ledger import Account
from callsheet.store import tables as t

LOCAL = "charge:"
"""How the key of a charge begins that was made without an attempt; the id of its take follows."""
USED: tuple[Account, ...] = ("held", "charged:reported", "charged:computed", "refund:pending")
"""The accounts that hold what has left `available` and did not come back."""

_COLUMNS = ("id", "production", "take", "number", "shot", "person", "day", "provider", "offer", "price", "held_micros",
            "currency", "state", "job", "cancel", "verdict", "cost_micros", "cost_kind", "made_at", "sent_at")  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """One attempt, or one charge without an attempt, with its balances: micro-units by account and currency."""

    attempt: str | None
    key: str
    """The attempt's id, or the key of the charge's entry."""
    spender: Spender
    take: str
    provider: str
    offer: str
    balances: Mapping[tuple[Account, str], int]
    row: Row[Any] | None
    """The attempt's row, without its recipe."""

    def of(self, *accounts: Account) -> dict[str, int]:
        """What is on these accounts together, by currency; currencies without any are left out."""
        sums: dict[str, int] = {}
        for (account, currency), micros in self.balances.items():
            if account in accounts:
                sums[currency] = sums.get(currency, 0) + micros
        return {currency: micros for currency, micros in sums.items() if micros}

    @property
    def name(self) -> str:
        """As people know it."""
        if self.row is None:
            return f"{self.spender.shot or self.spender.production}, take {self.take[:12]}"
        return f"{self.row.shot}, attempt {self.key[:12]}"

    @property
    def expected(self) -> Money | None:
        """What the price said it would cost."""
        if self.row is None:
            return None
        price = json.loads(self.row.price)
        return Money(price["expected"], price["currency"])


def tallies(db: Connection, production: str | None = None) -> Iterator[Tally]:
    """Every attempt by age, then every charge without one; of one production or of all."""
    balances = _balances(db, production)
    query = select(*(t.attempt.c[name] for name in _COLUMNS)).order_by(t.attempt.c.made_at, t.attempt.c.id)
    if production is not None:
        query = query.where(t.attempt.c.production == production)
    for row in db.execute(query):
        spender = Spender(row.production, row.shot, row.person, row.day)
        yield Tally(row.id, row.id, spender, row.take, row.provider, row.offer, balances.get(row.id, {}), row)
    yield from _local(db, production)


def _balances(db: Connection, production: str | None) -> Mapping[str, Mapping[tuple[Account, str], int]]:
    columns = (t.entry.c.attempt, t.posting.c.account, t.posting.c.currency)
    query = select(*columns, func.sum(t.posting.c.micros)).join_from(t.entry, t.posting)
    query = query.where(t.entry.c.attempt.is_not(None)).group_by(*columns)
    if production is not None:
        query = query.where(t.entry.c.production == production)
    found: dict[str, dict[tuple[Account, str], int]] = {}
    for attempt, account, currency, micros in db.execute(query):
        found.setdefault(attempt, {})[account, currency] = int(micros)
    return found


def _local(db: Connection, production: str | None) -> Iterator[Tally]:
    """Charges without an attempt, for the shot of their take and the day they were booked on. Their person is not kept."""
    take = func.substr(t.entry.c.key, len(LOCAL) + 1)
    query = (
        select(t.entry, t.take.c.shot, t.take.c.recipe, t.posting.c.account, t.posting.c.micros, t.posting.c.currency)
        .outerjoin(t.posting, t.posting.c.entry == t.entry.c.id)
        .outerjoin(t.take, t.take.c.id == take)
        .where(t.entry.c.attempt.is_(None))
        .order_by(t.entry.c.id)
    )
    if production is not None:
        query = query.where(t.entry.c.production == production)
    rows: dict[int, list[Row[Any]]] = {}
    for row in db.execute(query):
        rows.setdefault(row.id, []).append(row)
    for lines in rows.values():
        first, sums = lines[0], dict[tuple[Account, str], int]()
        for line in lines:
            if line.account is not None:
                sums[line.account, line.currency] = sums.get((line.account, line.currency), 0) + line.micros
        offer = json.loads(first.recipe)["offer"] if first.recipe else ""
        spender = Spender(first.production, first.shot or "", "", first.at.date().isoformat())
        yield Tally(None, first.key, spender, first.key.removeprefix(LOCAL), "", offer, sums, None)
