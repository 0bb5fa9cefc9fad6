"""Reach: what was withdrawn in one production holds in every production of its database that uses the same paper or file.

Names are a production's own: the `cast.anna` of another film may be somebody else. So only digests reach over: the sha256 of a paper by which
something was allowed, or of any file.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select

from callsheet.rights.papers import Revocation
from callsheet.rights.register import KEPT
from callsheet.store import ProductionStore
from callsheet.store import tables as t
from callsheet.store.rows import plain

Digests = Mapping[str, tuple[str, ...]]
"""The sha256s of the papers of each asset, by its key: `cast.anna`."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


def withdrawn(store: ProductionStore, papers: Callable[[], Digests]) -> tuple[Revocation, ...]:
    """What was withdrawn for a production, first to last: by itself, and by digest in any other production of its database.

    `papers`, which are asked for only when a digest was withdrawn, say which assets that ends.
    """
    found: list[Revocation] = []
    with store.database.reading() as db:
        rows = db.execute(select(t.revocation).order_by(t.revocation.c.id)).all()
    for row in rows:
        one = Revocation(row.of, date.fromisoformat(row.on), row.why, row.by)
        if row.production == store.id:
            found.append(one)
        elif _SHA256.fullmatch(row.of):
            found.append(replace(one, why=f"{one.why} (withdrawn in production {row.production[:8]})"))
    files = [one for one in found if _SHA256.fullmatch(one.of)]
    if not files:
        return tuple(found)
    mine = papers()
    named = [replace(one, of=key) for one in files for key, digests in mine.items() if one.of in digests]
    told = {(one.of, one.on) for one in found}
    return tuple(dict.fromkeys([*found, *(one for one in named if (one.of, one.on) not in told)]))


def keep(store: ProductionStore, papers: Digests, by: str) -> None:
    """Write down which papers the rules were asked with, so that others, and workers without these files, know what is used here."""
    if not papers or kept(store.id, store).get(store.id) == dict(papers):
        return
    body = plain({"papers": {key: list(digests) for key, digests in papers.items()}, "findings": []})
    row = {"verb": KEPT, "what": ", ".join(papers), "refused": False, "body": body, "by": by, "at": store.clock()}
    with store.database.writing() as db:
        db.execute(insert(t.ruling).values(production=store.id, **row))


def kept(production: str | None, store: ProductionStore) -> dict[str, Digests]:
    """The papers that were written down last, by production: of one, or of every one in the database."""
    query = select(t.ruling.c.production, t.ruling.c.body).where(t.ruling.c.verb == KEPT).order_by(t.ruling.c.id)
    if production is not None:
        query = query.where(t.ruling.c.production == production)
    with store.database.reading() as db:
        rows = db.execute(query).all()
    return {row.production: {key: tuple(d) for key, d in json.loads(row.body)["papers"].items()} for row in rows}


def others(store: ProductionStore) -> int:
    """How many other productions are in the database."""
    with store.database.reading() as db:
        return len(db.execute(select(t.production.c.id).where(t.production.c.id != store.id)).all())


def users(store: ProductionStore, digests: Iterable[str]) -> frozenset[str]:
    """The other productions of the database that use one of these papers or files, by what is recorded: papers that rules were asked
    with, and the files and clips of takes and of attempts."""
    wanted = sorted(set(digests))
    if not wanted:
        return frozenset()
    found = {
        production
        for production, papers in kept(None, store).items()
        if any(set(wanted) & set(mine) for mine in papers.values())
    }
    with store.database.reading() as db:
        for table, texts in ((t.take, (t.take.c.recipe, t.take.c.clips)), (t.attempt, (t.attempt.c.recipe,))):
            query = select(table.c.production).where(_holds(texts, wanted)).distinct()
            found |= {row.production for row in db.execute(query)}
    return frozenset(found - {store.id})


def _holds(texts: Iterable[Any], digests: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(text.contains(sha256) for text in texts for sha256 in digests))
