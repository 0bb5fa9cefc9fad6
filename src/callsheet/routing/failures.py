"""Money that went into tries which brought no clip, by offer and use case: it is counted on the takes that do come.

A paid failure says nothing of a model's quality, and a seller may be up and still fail at one kind of shot; so it is neither a verdict nor
an outage, but a price.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date

from sqlalchemy import select

from callsheet.money.tally import USED, tallies
from callsheet.routing.situation import UNSTATED
from callsheet.store import tables as t
from callsheet.store.database import Database

HALF_LIFE_DAYS = 60.0
CALM = 4.0
"""Takes without a loss that every offer is held to have made in a use case before anything is known."""
_MICROS = 1_000_000
_WITHOUT_A_CLIP = ("failed", "undelivered", "moderated")
"""Ends of tries that are the offer's; what a person cancelled is not."""


@dataclass(frozen=True)
class Paid:
    """One try that was paid for, in whole units of its currency."""

    offer: str
    use_case: str
    currency: str
    cost: float
    delivered: bool
    on: date


@dataclass(frozen=True)
class Loss:
    """What an offer lost in one use case: `each` is what that adds to the price of a take, `times` how often it happened."""

    each: float
    lost: float
    times: int


def losses(paid: Iterable[Paid], currency: str, on: date) -> Mapping[tuple[str, str], Loss]:
    """By (offer, use case), where anything was lost in this currency. What is older counts less."""
    takes: dict[tuple[str, str], float] = defaultdict(float)
    lost: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for one in paid:
        key = one.offer.partition(":")[0], one.use_case
        share = 0.5 ** (max(0, (on - one.on).days) / HALF_LIFE_DAYS)
        if one.delivered:
            takes[key] += share
        elif one.currency == currency:
            sums = lost[key]
            sums[0] += share * one.cost
            sums[1] += one.cost
            sums[2] += 1
    return {
        key: Loss(weighed / (takes[key] + CALM), whole, int(times))
        for key, (weighed, whole, times) in sorted(lost.items())
    }


def paid(database: Database) -> list[Paid]:
    """Every try of every production in the database that was paid for and is over, oldest first; what was refunded was not lost."""
    ended = t.attempt.c.verdict.in_(("delivered", *_WITHOUT_A_CLIP))
    columns = (t.attempt.c.id, t.attempt.c.recipe, t.attempt.c.changed_at)
    query = select(*columns).where(t.attempt.c.state == "settled", ended)
    found = []
    with database.reading() as db:
        rows = {row.id: row for row in db.execute(query)}
        for tally in tallies(db) if rows else ():
            row = rows.get(tally.key)
            if row is None or tally.row is None:
                continue
            use_case = json.loads(row.recipe)["order"].get("use_case") or UNSTATED
            on, delivered = row.changed_at.astimezone(UTC).date(), tally.row.verdict == "delivered"
            for currency, micros in sorted(tally.of(*USED).items()):
                found.append(Paid(tally.offer, use_case, currency, micros / _MICROS, delivered, on))
    return found
