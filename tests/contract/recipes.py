"""Takes to record, money to book, and a clock that goes on by itself."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from callsheet.film import Camera, Clip, Money, Mood, Order, Rate, Recipe, Take
from callsheet.store import ProductionStore
from callsheet.store import tables as t

SHOT = "EP01 SQ010 SH010"
USD = Money(1_500_000, "USD")


class Clock:
    """Moves on a minute each time it is read."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def recipe(seed: int, shot: str = SHOT) -> Recipe:
    order = Order(
        code=shot, action="steam", camera=Camera(), frames=24, rate=Rate(24000, 1001), framings=("9:16",), mood=Mood(), creativity=0.3,
        time_of_day=None, weather=None, use_case=None, location=None, location_id=None, cast=(), props=(), look=None, language="en",
        text_room="none", references=(),
    )  # fmt: skip
    return Recipe(offer="animatic", engine="1", seed=seed, order=order)


def add(store: ProductionStore, id: str, seed: int, shot: str = SHOT, cost: Money = USD) -> Take:
    sha256 = store.blobs.put_bytes(f"clip {id}".encode())
    clip = Clip(framing="9:16", sha256=sha256, width=720, height=1280, frames=24, rate=Rate(24000, 1001))
    return store.add_take(id, recipe(seed, shot), [clip], cost)


def charge(store: ProductionStore, key: str, cost: Money) -> None:
    """Book what a provider reported as charged."""
    with store.database.writing() as db:
        entry = {"key": key, "production": store.id, "kind": "settle", "why": "a take", "at": Clock().now}
        made = db.execute(insert(t.entry).values(**entry)).inserted_primary_key[0]
        for line, (account, micros) in enumerate((("charged:reported", cost.micros), ("available", -cost.micros))):
            posting = {"account": account, "micros": micros, "currency": cost.currency}
            db.execute(insert(t.posting).values(entry=made, line=line, **posting))
