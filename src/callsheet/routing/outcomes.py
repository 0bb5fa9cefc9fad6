"""What became of decisions: the takes that were made after them, and what people said of those."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from callsheet.store import ProductionStore
from callsheet.store import tables as t


@dataclass(frozen=True)
class Outcome:
    """One take: `accepted` is the share of the people who spoke about it that accepted it, None while nobody did."""

    offer: str
    at: datetime
    accepted: float | None


def outcomes(store: ProductionStore) -> Mapping[tuple[str, str], list[Outcome]]:
    """By (production, shot), the takes of every production in the database, first to last. A person's newest word counts."""
    with store.database.reading() as db:
        rows = db.execute(select(t.take).order_by(t.take.c.production, t.take.c.shot, t.take.c.number)).all()
        said = db.execute(select(t.verdict).order_by(t.verdict.c.id)).all()
    newest = {(row.production, row.shot, row.take, row.by): row.accepted for row in said}
    words: dict[tuple[str, str, int], list[bool]] = defaultdict(list)
    for (production, shot, take, _), accepted in newest.items():
        words[production, shot, take].append(accepted)
    found: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for row in rows:
        mine = words.get((row.production, row.shot, row.number))
        share = sum(mine) / len(mine) if mine else None
        found[row.production, row.shot].append(Outcome(json.loads(row.recipe)["offer"], row.made_at, share))
    return found


def between(takes: Iterable[Outcome], since: datetime, until: datetime | None) -> Outcome | None:
    """The first of a shot's takes that was made after a decision and before the next one."""
    return next((one for one in takes if one.at >= since and (until is None or one.at < until)), None)
