"""Approvals: what a person signed of a bid. Nothing is ever changed: the newest row of a production says what is in force."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select

from callsheet.store import tables as t
from callsheet.store.production_store import ProductionStore
from callsheet.store.rows import plain

Kind = Literal["approved", "withdrawn"]


@dataclass(frozen=True)
class Approval:
    """One signature, or one withdrawal of it. `digest` is that of the terms; `body` holds them with the decisions behind."""

    digest: str
    kind: Kind
    body: Mapping[str, Any]
    by: str
    at: datetime

    @property
    def short(self) -> str:
        """As people quote it."""
        return self.digest[:12]


def keep(store: ProductionStore, kind: Kind, digest: str, body: Mapping[str, Any], by: str) -> Approval:
    """Record that somebody approved, or withdrew."""
    found = Approval(digest, kind, body, by, store.clock())
    row = {"digest": digest, "kind": kind, "body": plain(dict(body)), "by": by, "at": found.at}
    with store.database.writing() as db:
        db.execute(insert(t.approval).values(production=store.id, **row))
    return found


def history(store: ProductionStore) -> list[Approval]:
    """Every approval and withdrawal, oldest first."""
    query = select(t.approval).where(t.approval.c.production == store.id).order_by(t.approval.c.id)
    with store.database.reading() as db:
        return [_approval(row) for row in db.execute(query)]


def in_force(store: ProductionStore) -> Approval | None:
    """What the shoot is bound to; None when nothing was approved, or it was withdrawn."""
    query = select(t.approval).where(t.approval.c.production == store.id).order_by(t.approval.c.id.desc()).limit(1)
    with store.database.reading() as db:
        row = db.execute(query).first()
    return _approval(row) if row is not None and row.kind == "approved" else None


def _approval(row: Any) -> Approval:
    return Approval(row.digest, row.kind, json.loads(row.body), row.by, row.at)
