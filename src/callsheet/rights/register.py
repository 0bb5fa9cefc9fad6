"""The register: what was withdrawn, and what the rules said when they were asked. Rows are added and never changed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from callsheet.rights.papers import Revocation
from callsheet.rights.rule import Judgement
from callsheet.store import ProductionStore
from callsheet.store import tables as t
from callsheet.store.rows import plain

KEPT = "papers"
"""The verb of rows that no verb asked for: they say which papers a production has (see `reach`)."""


@dataclass(frozen=True)
class Ruling:
    """What the rules said when a verb asked about something, and whether the verb was refused."""

    verb: str
    what: str
    refused: bool
    body: Mapping[str, Any]
    """See `Judgement.record`."""
    by: str
    at: datetime

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that spoke, worst first."""
        return tuple(dict.fromkeys(str(finding["rule"]) for finding in self.body["findings"]))

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {**vars(self), "body": dict(self.body), "at": self.at.isoformat()}


def revoke(store: ProductionStore, *ones: Revocation) -> None:
    """Record that consents or licences were withdrawn, all at once. It holds from its day on, for every verb, and cannot be taken back."""
    with store.database.writing() as db:
        for one in ones:
            row = {"of": one.of, "on": one.on.isoformat(), "why": one.why, "by": one.by, "at": store.clock()}
            db.execute(insert(t.revocation).values(production=store.id, **row))


def revocations(store: ProductionStore) -> tuple[Revocation, ...]:
    """What was withdrawn in a production itself, first to last. `reach.withdrawn` has what reaches it from others as well."""
    query = select(t.revocation).where(t.revocation.c.production == store.id).order_by(t.revocation.c.id)
    with store.database.reading() as db:
        return tuple(Revocation(row.of, date.fromisoformat(row.on), row.why, row.by) for row in db.execute(query))


def carry(source: ProductionStore, target: ProductionStore) -> None:
    """Bring what was withdrawn in one production to a copy of it."""
    for one in revocations(source):
        revoke(target, one)


def record(
    store: ProductionStore, verb: str, what: Iterable[str], judgement: Judgement, refused: bool, by: str
) -> None:
    """Write down what the rules said. What they said last about the same, with the same outcome, is not written twice."""
    row = {"verb": verb, "what": ", ".join(what), "refused": refused, "body": plain(judgement.record()), "by": by}
    mine = t.ruling.c.production == store.id, t.ruling.c.verb == verb, t.ruling.c.what == row["what"]
    with store.database.writing() as db:
        last = db.execute(select(t.ruling).where(*mine).order_by(t.ruling.c.id.desc()).limit(1)).first()
        if last is None or any(getattr(last, name) != value for name, value in row.items()):
            db.execute(insert(t.ruling).values(production=store.id, at=store.clock(), **row))


def rulings(store: ProductionStore) -> Iterator[Ruling]:
    """What the rules said in a production, first to last."""
    mine = t.ruling.c.production == store.id, t.ruling.c.verb != KEPT
    query = select(t.ruling).where(*mine).order_by(t.ruling.c.id)
    with store.database.reading() as db:
        rows = db.execute(query).all()
    for row in rows:
        yield Ruling(row.verb, row.what, row.refused, json.loads(row.body), row.by, row.at)
