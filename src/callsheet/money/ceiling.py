"""Caps against history: whether anything was ever held that took a cap over its limit, and why a cap is over it now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from callsheet.errors import BudgetError
from callsheet.film import Money
from callsheet.money.caps import SCOPES, Cap, Convert, Scope
from callsheet.money.tally import USED, Tally
from callsheet.store import tables as t

_CHECKED = frozenset(("hold",))
"""The events at which a cap may say no. The others are facts: a bill, a job that exists after all."""
_TOLD = 3


@dataclass(frozen=True)
class Passed:
    """A cap that was passed. `fair`: by what no cap can refuse, such as a charge above what was held."""

    cap: Cap
    name: str
    fair: bool
    note: str


@dataclass(frozen=True)
class _Event:
    kind: str
    at: datetime
    tally: Tally
    currency: str
    micros: int


def crossings(db: Connection, found: Iterable[Tally], convert: Convert, production: str | None = None) -> list[Passed]:
    """Every instance of a cap that is over its limit now, or that a hold took over it after the cap was set."""
    set_at = {}
    for row in db.execute(select(t.cap).order_by(t.cap.c.scope, t.cap.c.name)):
        if production is None or row.scope in ("production", "shot"):
            set_at[Cap(row.scope, Money(row.limit_micros, row.currency), row.name)] = row.set_at
    if not set_at:
        return []
    history: dict[tuple[Scope, str], list[_Event]] = {}
    scopes = {cap.scope for cap in set_at}
    for event in _events(db, {tally.key: tally for tally in found}, production):
        for scope in SCOPES:
            if scope in scopes:
                history.setdefault((scope, event.tally.spender.name(scope)), []).append(event)
    passed: list[Passed] = []
    for cap, since in set_at.items():
        for (of, name), events in history.items():
            if of == cap.scope and cap.name in ("", name):
                passed += _replay(cap, name, since, events, convert)
    return passed


def _events(db: Connection, found: dict[str, Tally], production: str | None) -> Iterator[_Event]:
    """What changed the use of caps, in the order in which it happened: whoever books holds the rows of the caps until it is done."""
    columns = (t.entry.c.id, t.entry.c.key, t.entry.c.attempt, t.entry.c.kind, t.entry.c.at, t.posting.c.currency)
    query = select(*columns, func.sum(t.posting.c.micros).label("micros")).join_from(t.entry, t.posting)
    query = query.where(t.posting.c.account.in_(USED)).group_by(*columns).order_by(t.entry.c.id)
    if production is not None:
        query = query.where(t.entry.c.production == production)
    for row in db.execute(query):
        tally = found.get(row.attempt or row.key)
        if row.micros and tally is not None:
            yield _Event(row.kind, row.at, tally, row.currency, int(row.micros))


def _replay(cap: Cap, name: str, since: datetime, events: list[_Event], convert: Convert) -> Iterator[Passed]:
    used: dict[str, int] = {}
    reasons: list[str] = []
    over = False
    for event in events:
        used[event.currency] = used.get(event.currency, 0) + event.micros
        total = _total(used, cap.limit.currency, convert, event.at.date())
        if total is None:
            yield Passed(
                cap, name, False, f"what is used in {', '.join(sorted(used))} has no rate to {cap.limit.currency}"
            )
            return
        over = not total <= cap.limit
        if over and event.micros > 0:
            if event.kind in _CHECKED and event.at > since:
                yield Passed(
                    cap, name, False, f"{event.tally.name} was held although it took the cap of {cap.limit} to {total}"
                )
            else:
                amount = Money(event.micros, event.currency)
                reasons.append(f"{event.tally.name} ({_why(event, since)}, {amount})")
        elif not over:
            reasons.clear()
    if over:
        total = _total(used, cap.limit.currency, convert, events[-1].at.date())
        more = f" and {len(reasons) - _TOLD} more" if len(reasons) > _TOLD else ""
        where = f"{cap.scope} {name}".strip()
        by = ", ".join(reasons[-_TOLD:]) + more if reasons else "what was held before the cap was set"
        yield Passed(cap, name, True, f"the cap of {where} is over its {cap.limit} at {total} by {by}")


def _why(event: _Event, since: datetime) -> str:
    if event.kind in _CHECKED:
        return "held before the cap was set"
    return {
        "settle": "charged more than was held",
        "revive": "the provider had a job after all",
        "correct": "corrected by an invoice",
        "charge": "made on this machine",
    }.get(event.kind, event.kind)


def _total(used: dict[str, int], currency: str, convert: Convert, on: date) -> Money | None:
    total = Money(0, currency)
    try:
        for other, micros in used.items():
            if micros:
                total += convert(Money(micros, other), currency, on)
    except BudgetError:
        return None
    return total
