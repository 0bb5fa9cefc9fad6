"""A ledger on a real SQLite file, and attempts on it, for the tests of money."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from callsheet.errors import BudgetError
from callsheet.film import Camera, Money, Mood, Order, Price, Rate, Recipe, digest
from callsheet.money.attempts import Attempt, Attempts, Wanted
from callsheet.money.caps import Cap, set_cap
from callsheet.store import tables as t
from callsheet.store.database import Database

PRODUCTION = "p" * 32
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FAST = 1_000_000
"""Creates a minute: no pace to speak of."""


def usd(units: float | str) -> Money:
    return Money.parse(f"{units} USD") if isinstance(units, str) else Money(round(units * 1_000_000), "USD")


def recipe(shot: str = "EP01 SQ010 SH010", offer: str = "kling@fal", frames: int = 96, seed: int = 1) -> Recipe:
    order = Order(code=shot, action="a kettle boils", camera=Camera(), frames=frames, rate=Rate(24), framings=("16:9",),
                  mood=Mood(), creativity=0.5, time_of_day=None, weather=None, use_case=None, location=None,
                  location_id=None, cast=(), props=(), look=None, language="en", text_room="none", references=())  # fmt: skip
    return Recipe(offer=offer, engine="1", seed=seed, order=order)


def price(expected: Money, worst: Money | None = None) -> Price:
    return Price(expected, worst or expected, "a test", date(2026, 11, 20))


@dataclass
class Clock:
    """Goes a second on whenever it is looked at."""

    now: datetime = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Books:
    """One database with productions, and their attempts."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def of(self, production: str = PRODUCTION) -> Attempts:
        return Attempts(self.database, production, self.clock)

    def cap(self, *caps: Cap) -> None:
        with self.database.writing() as db:
            for cap in caps:
                set_cap(db, cap, "Ada", self.clock())

    def reserve(
        self, amount: Money, *, shot: str = "EP01 SQ010 SH010", take: str = "", offer: str = "kling@fal", person: str = "Ada",
        provider: str = "fal", worst: Money | None = None, production: str = PRODUCTION, limits: Iterable[Cap] = (),
    ) -> Attempt:  # fmt: skip
        take = take or digest(["take", next(self.numbers)])
        wanted = Wanted(take, shot, provider, recipe(shot, offer), price(amount, worst), person)
        return self.of(production).reserve(wanted, limits)

    def submitted(self, amount: Money, job: str, **more: object) -> Attempt:
        attempt = self.reserve(amount, **more)  # type: ignore[arg-type]
        attempts = self.of(attempt.production)
        attempts.arm(attempt.id, "me", 1000, FAST)
        return attempts.accepted(attempt.id, job)

    def unknown(self, amount: Money, job: str | None = None, **more: object) -> Attempt:
        attempt = self.reserve(amount, **more)  # type: ignore[arg-type]
        attempts = self.of(attempt.production)
        attempts.arm(attempt.id, "me", 1000, FAST)
        if job is not None:
            attempts.accepted(attempt.id, job)
        return attempts.lose(attempt.id, "the answer is lost")

    def delivered(
        self, amount: Money, job: str, *, cost: Money | None = None, kind: str = "computed", state: str = "made", **more: object
    ) -> Attempt:  # fmt: skip
        attempt = self.submitted(amount, job, **more)
        paid = amount if cost is None else cost

        def keep(db: Connection) -> None:
            self.take(db, attempt, paid, state=state)

        booked = "reported" if kind == "reported" else "computed"
        return self.of(attempt.production).settle(attempt.id, paid, booked, "delivered", "", keep)

    def take(self, db: Connection, attempt: Attempt, cost: Money, *, id: str = "", state: str = "made") -> None:
        made = {
            "recipe": attempt.recipe.model_dump_json(),
            "recipe_digest": attempt.recipe.digest,
            "clips": "[]",
            "state": state,
        }
        row = {
            "id": id or attempt.take,
            "production": attempt.production,
            "shot": attempt.shot,
            "number": next(self.numbers),
        }
        money = {"cost_micros": cost.micros, "currency": cost.currency}
        db.execute(insert(t.take).values(**row, **made, **money, made_at=self.clock()))

    def pick(self, shot: str, take: str | None, production: str = PRODUCTION, version: int = 1) -> None:
        with self.database.writing() as db:
            board = {"document": "", "digest": "", "why": "edited", "made_at": self.clock()}
            there = t.board_version.select().where(
                t.board_version.c.production == production, t.board_version.c.number == version
            )
            if db.execute(there).first() is None:
                db.execute(insert(t.board_version).values(production=production, number=version, **board))
            who = {"picked_by": "person", "picked_at": self.clock()}
            db.execute(insert(t.pick).values(production=production, version=version, shot=shot, take=take, **who))


def books(folder: Path, productions: Iterable[str] = (PRODUCTION,)) -> Books:
    database = Database(f"sqlite:///{folder / 'callsheet.sqlite'}")
    database.prepare()
    with database.writing() as db:
        db.execute(insert(t.production), [{"id": id, "made_at": START} for id in productions])
    return Books(database)


def reserve_some(url: str, numbers: range) -> int:
    """Reserve a dollar for each number, on a connection of its own; how many a cap let through."""
    database = Database(url)
    attempts = Attempts(database, PRODUCTION, Clock())
    held = 0
    for number in numbers:
        wanted = Wanted(digest(["take", number]), "SH010", "fal", recipe(), price(usd(1)), "Ada")
        try:
            attempts.reserve(wanted)
        except BudgetError:
            continue
        held += 1
    database.close()
    return held
