"""Caps that nest: workspace, production, shot, person, day. Money that would take any of them over its limit is not held.

What is used is counted in one row a scope and currency, which every hold locks, in one order: two holds can never both take the last of a cap.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args

from sqlalchemy import Connection, and_, delete, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from callsheet.errors import BudgetError
from callsheet.film import Money
from callsheet.store import tables as t

Scope = Literal["workspace", "production", "shot", "person", "day"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

Convert = Callable[[Money, str, date], Money]
"""An amount in another currency at that day's dated rate, rounded up. Raises BudgetError when there is none."""


def dated(amount: Money, currency: str, on: date) -> Money:
    """At the newest rate that a catalogue file of yours states, at most 30 days old; refused when there is none."""
    return dated_in(None)(amount, currency, on)


def dated_in(folder: Path | None) -> Convert:
    """As `dated`, with the rates of the production in `folder` among them."""

    def convert(amount: Money, currency: str, on: date) -> Money:
        if amount.currency == currency:
            return amount
        from callsheet.catalog import load, overlays

        return load(overlays(folder)).rates.convert(amount, currency, on).money

    return convert


@dataclass(frozen=True)
class Cap:
    """A limit. `name` is one production, shot, person or day; empty means each one of the scope."""

    scope: Scope
    limit: Money
    name: str = ""


@dataclass(frozen=True)
class Spender:
    """Where money is spent: the names under which it counts, one a scope."""

    production: str
    shot: str
    person: str
    day: str
    """UTC, `2026-11-21`."""

    def name(self, scope: Scope) -> str:
        """The name it counts under in a scope."""
        names = {
            "workspace": "",
            "production": self.production,
            "shot": f"{self.production} {self.shot}",
            "person": self.person,
            "day": self.day,
        }
        return names[scope]


@dataclass(frozen=True)
class Room:
    """How far a cap is used."""

    scope: Scope
    name: str
    used: Money
    limit: Money


def use(db: Connection, spender: Spender, amount: Money) -> Mapping[Scope, Mapping[str, int]]:
    """Count an amount (negative: give back) in every scope; returns what is now used by scope and currency. Locks until `db` ends."""
    values = [
        {"scope": scope, "name": spender.name(scope), "currency": amount.currency, "used_micros": amount.micros}
        for scope in SCOPES
    ]
    make = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    statement = make(t.cap_use)
    more = {"used_micros": t.cap_use.c.used_micros + statement.excluded.used_micros}
    # Row by row, in one order, so that whoever comes second waits at the first of them; and compiled once.
    db.execute(statement.on_conflict_do_update(index_elements=["scope", "name", "currency"], set_=more), values)
    of_spender = [and_(t.cap_use.c.scope == scope, t.cap_use.c.name == spender.name(scope)) for scope in SCOPES]
    used: dict[Scope, dict[str, int]] = {scope: {} for scope in SCOPES}
    for row in db.execute(select(t.cap_use).where(or_(*of_spender))):
        used[row.scope][row.currency] = row.used_micros
    return used


def require(
    db: Connection,
    spender: Spender,
    used: Mapping[Scope, Mapping[str, int]],
    more: Iterable[Cap],
    convert: Convert,
    on: date,
) -> None:
    """Raise BudgetError naming the first cap, of those set and of `more`, that is gone over. Raised inside `db`, it undoes the hold."""
    for cap in [*limits(db), *more]:
        name = spender.name(cap.scope)
        if cap.name not in ("", name):
            continue
        total = Money(0, cap.limit.currency)
        for currency, micros in used[cap.scope].items():
            if micros:
                total += convert(Money(micros, currency), cap.limit.currency, on)
        if not total <= cap.limit:
            of = f"the {cap.scope} {cap.name or name}".strip()
            raise BudgetError(
                f"this would take {of} to {total}, over its cap of {cap.limit}",
                where=spender.shot,
                remedy="Raise the cap with `callsheet budget`, or in production.yaml, or shoot less.",
            )


def limits(db: Connection) -> list[Cap]:
    """Every cap that is set; those of one name before those of each one."""
    rows = db.execute(select(t.cap).order_by(t.cap.c.name.desc(), t.cap.c.scope)).all()
    return [Cap(row.scope, Money(row.limit_micros, row.currency), row.name) for row in rows]


def set_cap(db: Connection, cap: Cap, by: str, at: datetime) -> None:
    """Set a cap, in place of what it was. It may be lower than what is used: then nothing more is held."""
    remove_cap(db, cap.scope, cap.name)
    row = {"limit_micros": cap.limit.micros, "currency": cap.limit.currency, "set_by": by, "set_at": at}
    db.execute(insert(t.cap).values(scope=cap.scope, name=cap.name, **row))


def remove_cap(db: Connection, scope: Scope, name: str) -> None:
    """Take a cap away."""
    db.execute(delete(t.cap).where(t.cap.c.scope == scope, t.cap.c.name == name))


def rooms(db: Connection, extra: Sequence[Cap], convert: Convert, on: date) -> list[Room]:
    """How far every cap is used, one line an instance."""
    found = []
    for cap in [*limits(db), *extra]:
        query = select(t.cap_use).where(t.cap_use.c.scope == cap.scope)
        if cap.name:
            query = query.where(t.cap_use.c.name == cap.name)
        by_name: dict[str, Money] = (
            {cap.name: Money(0, cap.limit.currency)} if cap.name or cap.scope == "workspace" else {}
        )
        for row in db.execute(query.order_by(t.cap_use.c.name)):
            so_far = by_name.get(row.name, Money(0, cap.limit.currency))
            by_name[row.name] = so_far + convert(Money(row.used_micros, row.currency), cap.limit.currency, on)
        found += [Room(cap.scope, name, used, cap.limit) for name, used in by_name.items()]
    return found
