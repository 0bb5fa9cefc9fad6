"""The audit: whether the ledger, the attempts, the caps and the takes all tell the same story.

It trusts nothing that the code promises: every rule is checked again on the rows, in a few queries however many there are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, text

from callsheet.film import Money
from callsheet.money.attempts import OPEN
from callsheet.money.caps import SCOPES, Convert, Scope, dated
from callsheet.money.ceiling import Passed, crossings
from callsheet.money.ledger import ACCOUNTS
from callsheet.money.tally import LOCAL, USED, Tally, tallies
from callsheet.store import tables as t
from callsheet.store.database import Database

_KEEP = "Keep a copy of the database as it is, and report it: no verb of Callsheet does this."
_MOST = 50
"""Findings of one rule that are listed; more are counted."""

Used = dict[tuple[Scope, str, str], int]


@dataclass(frozen=True)
class Finding:
    """Something that is off: what, where, and what to do about it."""

    what: str
    where: str
    remedy: str = _KEEP

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n  {self.remedy}"


@dataclass(frozen=True)
class Audit:
    """What was found. `notes` are out of the ordinary and in order: a charge above what was held took a cap over its limit."""

    entries: int
    open_holds: int
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def balanced(self) -> bool:
        """Whether nothing is off."""
        return not self.findings

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "balanced": self.balanced,
            "entries": self.entries,
            "open_holds": self.open_holds,
            "findings": [{"what": f.what, "where": f.where, "remedy": f.remedy} for f in self.findings],
            "notes": list(self.notes),
        }


def verify(database: Database, production: str | None = None, convert: Convert = dated) -> Audit:
    """Check every rule on one production, or on all of the database.

    Caps and uses that reach over productions (workspace, person, day) are checked with the whole database only.
    """
    with database.reading() as db:
        found = list(tallies(db, production))
        passed = crossings(db, found, convert, production)
        rules: tuple[Iterable[Finding], ...] = (
            _guards(db),
            _entries(db, production),
            _duplicates(db),
            _attempts(found),
            _uses(db, found, production),
            _takes(db, found, production),
            _crossed(passed),
        )
        findings = tuple(finding for rule in rules for finding in _some(list(rule)))
        count = select(func.count()).select_from(t.entry)
        if production is not None:
            count = count.where(t.entry.c.production == production)
        holds = sum(1 for tally in found if tally.row is not None and tally.row.state in OPEN)
        return Audit(db.execute(count).scalar_one(), holds, findings, tuple(p.note for p in passed if p.fair))


def _some(findings: list[Finding]) -> list[Finding]:
    if len(findings) <= _MOST:
        return findings
    rest = len(findings) - _MOST
    return [*findings[:_MOST], Finding(f"and {rest} more like these", findings[_MOST].where, findings[_MOST].remedy)]


def _guards(db: Connection) -> Iterator[Finding]:
    """The triggers that keep what was booked from being changed."""
    if db.dialect.name == "sqlite":
        there = set(db.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
        wanted = [f"{table}_no_{verb}" for table in t.APPEND_ONLY for verb in ("update", "delete")]
    else:
        there = set(
            db.execute(
                text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
            ).scalars()
        )
        wanted = [f"{table}_append_only" for table in t.APPEND_ONLY]
    for name in wanted:
        if name not in there:
            yield Finding(
                f"the trigger {name} is gone: what was booked could be changed",
                "ledger",
                "Someone took it away. Compare with a backup, then restore the database from it.",
            )


def _entries(db: Connection, production: str | None) -> Iterator[Finding]:
    """Every entry sums to nothing in every currency, uses known accounts, and belongs to its attempt's production."""
    total = func.sum(t.posting.c.micros)
    query = select(t.entry.c.key, t.posting.c.currency, total).join_from(t.posting, t.entry)
    query = query.group_by(t.entry.c.key, t.posting.c.currency).having(total != 0).order_by(t.entry.c.key)
    strange = select(t.entry.c.key, t.posting.c.account).join_from(t.posting, t.entry)
    strange = strange.where(t.posting.c.account.not_in(ACCOUNTS)).order_by(t.entry.c.key)
    foreign = select(t.entry.c.key).join(t.attempt, t.attempt.c.id == t.entry.c.attempt)
    foreign = foreign.where(t.attempt.c.production != t.entry.c.production).order_by(t.entry.c.key)
    if production is not None:
        query, strange, foreign = (q.where(t.entry.c.production == production) for q in (query, strange, foreign))
    for key, currency, micros in db.execute(query):
        yield Finding(f"the entry does not balance: its postings sum to {Money(int(micros), currency)}", f"entry {key}")
    for key, account in db.execute(strange):
        yield Finding(f"it posts to {account!r}, which is no account", f"entry {key}")
    for (key,) in db.execute(foreign):
        yield Finding("it is booked for another production than its attempt's", f"entry {key}")
    orphans = select(t.posting.c.entry).outerjoin(t.entry).where(t.entry.c.id.is_(None)).distinct()
    for (number,) in db.execute(orphans.order_by(t.posting.c.entry)):
        yield Finding("it has postings and no entry", f"entry {number}")


def _duplicates(db: Connection) -> Iterator[Finding]:
    """An event is booked once, and a job is bought by one attempt."""
    query = select(t.entry.c.key, func.count()).group_by(t.entry.c.key).having(func.count() > 1)
    for key, count in db.execute(query.order_by(t.entry.c.key)):
        yield Finding(f"the same event is booked {count} times", f"entry {key}")
    by_job = select(t.attempt.c.provider, t.attempt.c.job, func.count()).where(t.attempt.c.job.is_not(None))
    by_job = by_job.group_by(t.attempt.c.provider, t.attempt.c.job).having(func.count() > 1)
    for provider, job, count in db.execute(by_job.order_by(t.attempt.c.provider, t.attempt.c.job)):
        yield Finding(f"{count} attempts say that they bought job {job}", provider)


def _attempts(found: Iterable[Tally]) -> Iterator[Finding]:
    """What is held, charged and estimated for each attempt is what its row says."""
    for tally in found:
        row = tally.row
        if row is None:
            continue
        expected, cost = tally.expected, row.cost_micros or 0
        held = row.held_micros if row.state in OPEN else 0
        yield from _same(tally, tally.of("held"), held, "held for it", f"it is {row.state}")
        paid = tally.of("charged:reported", "charged:computed", "refund:pending", "refunded")
        yield from _same(tally, paid, cost, "charged, with what was refunded", f"it is {row.state}")
        if expected is not None:
            yield from _same(tally, tally.of("estimated"), expected.micros, "estimated", "its price says")
        if row.state == "settled" and (row.cost_micros is None or row.cost_kind is None or row.verdict is None):
            yield Finding("it is settled without a cost, who says so, or a verdict", tally.name)
        if row.state == "submitted" and row.job is None:
            yield Finding("it is submitted and names no job", tally.name)


def _same(tally: Tally, found: Mapping[str, int], wanted: int, what: str, because: str) -> Iterator[Finding]:
    assert tally.row is not None
    currency = tally.row.currency
    for other in {*found, currency}:
        right = wanted if other == currency else 0
        if found.get(other, 0) != right:
            yield Finding(
                f"{Money(found.get(other, 0), other)} is {what}, and {because}: {Money(right, other)}", tally.name
            )


def _uses(db: Connection, found: Iterable[Tally], production: str | None) -> Iterator[Finding]:
    """What counts against the caps is what the postings say."""
    booked: Used = {}
    local: dict[str, int] = {}
    for tally in found:
        for currency, micros in tally.of(*USED).items():
            for scope in SCOPES:
                if scope == "person" and tally.row is None:
                    local[currency] = local.get(currency, 0) + micros
                    continue
                key = (scope, tally.spender.name(scope), currency)
                booked[key] = booked.get(key, 0) + micros
    counted: Used = {(row.scope, row.name, row.currency): row.used_micros for row in db.execute(select(t.cap_use))}
    if production is None:
        _share(booked, counted, local)
    for key in sorted({*booked, *counted}):
        scope, name, currency = key
        mine = scope in ("production", "shot") and (name == production or name.startswith(f"{production} "))
        if (production is None or mine) and booked.get(key, 0) != counted.get(key, 0):
            says = Money(booked.get(key, 0), currency)
            yield Finding(
                f"{Money(counted.get(key, 0), currency)} counts as used, and the ledger says {says}",
                f"cap of {scope} {name}".strip(),
            )


def _share(booked: Used, counted: Used, local: Mapping[str, int]) -> None:
    """Whose charges without an attempt were, no entry says: together they must be what people have beyond their attempts."""
    for currency, micros in sorted(local.items()):
        left = micros
        people = sorted(name for scope, name, of in counted if scope == "person" and of == currency)
        for name in people:
            key: tuple[Scope, str, str] = ("person", name, currency)
            part = min(left, max(0, counted[key] - booked.get(key, 0)))
            booked[key] = booked.get(key, 0) + part
            left -= part
        if left:
            somebody: tuple[Scope, str, str] = ("person", "", currency)
            booked[somebody] = booked.get(somebody, 0) + left


def _takes(db: Connection, found: list[Tally], production: str | None) -> Iterator[Finding]:
    """Every clip that was delivered is a take, and every take that cost something is in the ledger."""
    columns = (t.take.c.id, t.take.c.shot, t.take.c.number, t.take.c.cost_micros, t.take.c.currency)
    query = select(*columns).order_by(t.take.c.shot, t.take.c.number)
    if production is not None:
        query = query.where(t.take.c.production == production)
    takes = {row.id: row for row in db.execute(query)}
    delivered: dict[str, list[Tally]] = {}
    for tally in found:
        if tally.row is not None and tally.row.state == "settled" and tally.row.verdict == "delivered":
            delivered.setdefault(tally.take, []).append(tally)
    for take, bought in delivered.items():
        # A second clip for one take is kept as an extra take, under the id of the attempt that bought it.
        there = (take in takes) + sum(1 for tally in bought if tally.key in takes and tally.key != take)
        if there < len(bought):
            lacking = next((tally for tally in bought if tally.key not in takes), bought[0])
            yield Finding(
                f"{len(bought)} clips were delivered and {there} takes are recorded",
                lacking.name,
                "Fetch the clip from the provider by its job, and add it with `callsheet attempts`.",
            )
    paid = {tally.take for tally in found if tally.row is None}
    paid |= {
        id
        for tally in found
        if tally.row is not None and tally.row.state == "settled"
        for id in (tally.take, tally.key)
    }
    for id, row in takes.items():
        if row.cost_micros and id not in paid:
            cost = Money(row.cost_micros, row.currency)
            yield Finding(
                f"it cost {cost}, and neither an attempt nor a charge says so", f"{row.shot}, take {row.number}"
            )
    for tally in found:
        if tally.row is None and not tally.key.startswith(LOCAL):
            yield Finding("it has no attempt and is no charge of a take made here", f"entry {tally.key}")


def _crossed(passed: Iterable[Passed]) -> Iterator[Finding]:
    for over in passed:
        if not over.fair:
            yield Finding(over.note, f"cap of {over.cap.scope} {over.name}".strip())
