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

from callsheet.routing.situation import UNSTATED
from callsheet.store import ProductionStore
from callsheet.store import tables as t

HALF_LIFE_DAYS = 60.0
CALM = 4.0
"""Takes without a loss that every offer is held to have made in a use case before anything is known."""
_MICROS = 1_000_000


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


def paid(store: ProductionStore) -> list[Paid]:
    """Every try of every production in the database that was paid for and is over, oldest first."""
    over = (t.attempt.c.state == "settled", t.attempt.c.cost_micros > 0)
    query = select(t.attempt).where(*over).order_by(t.attempt.c.changed_at, t.attempt.c.id)
    with store.database.reading() as db:
        rows = db.execute(query).all()
    return [
        Paid(
            row.offer,
            json.loads(row.recipe)["order"].get("use_case") or UNSTATED,
            row.currency,
            row.cost_micros / _MICROS,
            row.verdict == "delivered",
            row.changed_at.astimezone(UTC).date(),
        )
        for row in rows
    ]
