"""Verdicts: what people said about takes. Nothing is ever changed: the newest of a person about a take is the one that counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select

from callsheet.errors import InputError
from callsheet.film import Take
from callsheet.store import tables as t
from callsheet.store.production_store import ProductionStore

Reason = Literal["prompt", "look", "motion", "identity", "artefact", "text", "sound", "other"]
"""Why a take is not accepted: it does not follow the prompt, or its look, its motion, who is in it, a fault in the picture..."""
REASONS: tuple[Reason, ...] = ("prompt", "look", "motion", "identity", "artefact", "text", "sound", "other")
_BEST = 5


@dataclass(frozen=True)
class Verdict:
    """What one person said about one take. `blind` is whether who made it was hidden then."""

    shot: str
    take: int
    offer: str
    use_case: str | None
    accepted: bool
    score: int | None
    reason: Reason | None
    note: str
    by: str
    blind: bool
    at: datetime


def say(
    store: ProductionStore,
    take: Take,
    accepted: bool,
    by: str,
    *,
    score: int | None = None,
    reason: Reason | None = None,
    note: str = "",
    blind: bool = False,
) -> Verdict:
    """Record a verdict about a take. Raises InputError."""
    if score is not None and not 1 <= score <= _BEST:
        raise InputError(f"a score of {score} for take {take.number}", where=take.shot, remedy="Scores go from 1 to 5.")
    if reason is not None and reason not in REASONS:
        raise InputError(f"{reason!r} is no reason", where=take.shot, remedy="Known: " + ", ".join(REASONS) + ".")
    order = take.recipe.order
    found = Verdict(
        take.shot,
        take.number,
        take.recipe.offer,
        order.use_case,
        accepted,
        score,
        reason,
        note,
        by,
        blind,
        store.clock(),
    )
    with store.database.writing() as db:
        db.execute(insert(t.verdict).values(production=store.id, **vars(found)))
    return found


def verdicts(store: ProductionStore, everywhere: bool = False) -> Iterator[Verdict]:
    """The verdicts of a production, or of every production in its database, oldest first."""
    query = select(t.verdict).order_by(t.verdict.c.id)
    if not everywhere:
        query = query.where(t.verdict.c.production == store.id)
    with store.database.reading() as db:
        rows = db.execute(query).all()
    for row in rows:
        yield Verdict(
            row.shot, row.take, row.offer, row.use_case, row.accepted, row.score, row.reason, row.note, row.by, row.blind, row.at
        )  # fmt: skip
