"""What gates rejected, as routing learns from it: a word against a take while no person has said or done anything about it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from callsheet.store import ProductionStore
from callsheet.store import tables as t
from callsheet.store.rows import take_of

BY = "gates"
"""Who says it: no person's name, so that it is told apart from what people say."""
_REJECTED = "rejected"


@dataclass(frozen=True)
class Word:
    """A take that gates reject, in the form of a row of a verdict."""

    production: str
    shot: str
    take: int
    offer: str
    use_case: str | None
    reason: str
    at: datetime
    accepted: bool = False
    by: str = BY


def words(store: ProductionStore, said_of: Callable[[], Collection[tuple[str, str, int]]]) -> list[Word]:
    """The rejected takes of every production in the database, oldest first.

    Left out are those in `said_of` (production, shot, take), of which people have spoken, and those that a person picked: people overrule gates.
    """
    picked = select(t.pick.c.id).where(t.pick.c.take == t.take.c.id).exists()
    query = select(t.take).where(t.take.c.state == _REJECTED, ~picked)
    with store.database.reading() as db:
        rows = db.execute(query.order_by(t.take.c.made_at, t.take.c.id)).all()
    spoken = said_of() if rows else ()
    found = []
    for row in rows:
        if (row.production, row.shot, row.number) in spoken:
            continue
        take = take_of(row)
        gate = next((f.gate for f in take.against if f.outcome == "reject"), "")
        order = take.recipe.order
        found.append(
            Word(
                row.production,
                row.shot,
                row.number,
                take.recipe.offer,
                order.use_case,
                f"gate {gate}".strip(),
                take.made_at,
            )
        )
    return found
