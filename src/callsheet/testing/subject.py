"""Who is put to the test, and what a take is bought with: the product's own buyer, store and ledger."""

import asyncio
import contextlib
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callsheet.catalog import Refusal
from callsheet.errors import NotFoundError
from callsheet.film import Order, Recipe
from callsheet.film.price import Money, Price
from callsheet.floor.buying import Buyer
from callsheet.floor.lines import Lines
from callsheet.floor.make import Measured, measure
from callsheet.floor.order import BuyOrder, Route
from callsheet.money.attempts import Attempt, Attempts
from callsheet.money.audit import verify
from callsheet.providers.families import family, speaks
from callsheet.providers.family import Family
from callsheet.providers.fitting import Unfit
from callsheet.providers.installed import plugged, routes
from callsheet.providers.wire import Wire
from callsheet.rehearsal.clips import Plain
from callsheet.rehearsal.faults import Fault, Scripted
from callsheet.rehearsal.house import House, Timing
from callsheet.rehearsal.skins import KEY
from callsheet.rehearsal.standins import stand_in
from callsheet.rehearsal.standins.base import StandIn
from callsheet.rehearsal.transport import Memory, address
from callsheet.store import ProductionStore
from callsheet.testing.clock import VirtualLoop, run, wall
from callsheet.testing.stage import order

_TIMING = Timing(queue_s=1.0, run_s=30.0, slow_s=300.0, link_s=3600.0)
_TIMEOUT_S = 60.0
_GRACE_S = 90.0
_LONGEST_S = 2 * 24 * 3600.0
"""Of virtual time: whoever still waits then waits for ever."""
_CLIPS = Plain(height=48)


@dataclass(frozen=True)
class Subject:
    """A provider and its stand-in: `seller()` and `face()` make fresh ones."""

    name: str
    protocol: str
    plug_in: Family | None = None

    def seller(self, loop: VirtualLoop | None = None, key: str = KEY) -> Family:
        """The adapter, pointed at the stand-in."""
        clock = (lambda: wall(loop).timestamp()) if loop else None
        kind = type(self.plug_in) if self.plug_in else family(self.protocol, self.name)
        offers = self.plug_in.listed_offers if self.plug_in else _offers(self.name)
        return kind(self.name, offers, key, address(self.name), *([clock] if clock else []))

    def face(self) -> StandIn:
        """The stand-in's face."""
        if self.plug_in is not None:
            brings: Callable[[], StandIn] = getattr(self.plug_in, "stand_in")  # noqa: B009  # plug-ins may come without one
            return brings()
        return stand_in(self.protocol, self.name, _offers(self.name))

    @functools.cached_property
    def sold(self) -> tuple[tuple[str, Order], ...]:
        """Every offer that takes an order of a few seconds from words alone, with such an order."""
        seller, found = self.seller(), []
        for offer in seller.offers():
            for frames in (120, 96, 192, 240):
                wanted = order(frames=frames)
                if not seller.refuses(offer.name, wanted):
                    found.append((offer.name, wanted))
                    break
        return tuple(found)


def _offers(route: str) -> Any:
    return routes()[route]


def subjects() -> list[str]:
    """One route of the catalogue for each dialect that has something to sell, then every plug-in that brings a stand-in."""
    dialects: dict[type[Family], str] = {}
    for name, offers in routes().items():
        if speaks(offers[0].protocol, name) and subject(name).sold:
            dialects.setdefault(family(offers[0].protocol, name), name)
    return [*dialects.values(), *(p.name for p in plugged() if isinstance(p, Family) and hasattr(p, "stand_in"))]


@functools.cache
def subject(name: str) -> Subject:
    """The provider of that name. Raises NotFoundError."""
    plug_in = next((p for p in plugged() if isinstance(p, Family) and p.name == name), None)
    if plug_in is not None:
        return Subject(name, plug_in.protocol, plug_in)
    known = routes()
    if name not in known or not speaks(known[name][0].protocol, name):
        raise NotFoundError(f"there is no provider {name!r} to test", remedy="Known: " + ", ".join(subjects()) + ".")
    return Subject(name, known[name][0].protocol)


@dataclass
class Ground:
    """A production in a folder, in which takes are bought one after the other."""

    store: ProductionStore
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))


@contextlib.contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    """Make the production."""
    with ProductionStore.open(folder) as store:
        yield Ground(store)


@dataclass(frozen=True)
class Bought:
    """What came of a take. `jobs` and `billed` are the stand-in's own count; `settled` and `held` are ours, for this take."""

    end: str
    attempts: tuple[Attempt, ...]
    jobs: tuple[str, ...]
    """How each of the stand-in's jobs ended."""
    billed: int
    settled: int
    held: int
    balanced: bool
    clips: tuple[Measured, ...]
    creates: int


def buy(
    tested: Subject,
    on: Ground,
    offer: str,
    wanted: Order,
    faults: Mapping[int | str, Sequence[Fault]] | None = None,
    references: Mapping[str, bytes] | None = None,
) -> Bought:
    """Buy one take of `wanted` by `offer` alone, with the buyer, the store and the ledger of the product, in virtual time."""

    async def main(loop: VirtualLoop) -> Bought:
        seller = tested.seller(loop)
        face, number = tested.face(), next(on.numbers)
        house = House(
            face.skin(seller.traits), lambda: wall(loop).timestamp(), _CLIPS, Scripted(faults or {}), _TIMING,
            face=face, opened=f"{number} ",
        )  # fmt: skip
        wire = Wire(Memory(house), timeout_s=_TIMEOUT_S)
        lines = Lines({seller.name: seller}, wire)
        store = on.store
        attempts = Attempts(store.database, store.id, lambda: wall(loop))
        seen: list[Measured] = []

        def measured(path: Path) -> Measured:
            seen.append(measure(path))
            return seen[-1]

        buyer = Buyer(store, attempts, lines, _here, measured, lambda: wall(loop), _GRACE_S)
        recipe = Recipe(offer=offer, engine=seller.engine, seed=number, order=wanted)
        price = seller.quote(offer, wanted) or Price(
            Money(10_000_000, face.currency), Money(10_000_000, face.currency), "a person's word", wall(loop).date()
        )
        for sha256, content in (references or {}).items():
            assert store.blobs.put_bytes(content) == sha256
        take = f"{number:064x}"
        try:
            async with asyncio.timeout(_LONGEST_S):
                found = await buyer.buy(take, BuyOrder(wanted.code, "Ada", [Route(seller.name, recipe, price)]))
        finally:
            await buyer.close()
            await lines.close()
        house.advance()
        mine = tuple(attempts.of_take(take))
        return Bought(
            found["end"], mine, tuple(job.status for job in house.jobs), house.meter.billed.micros,
            sum(a.cost.micros for a in mine if a.cost is not None), sum(a.held.micros for a in mine if a.open),
            verify(store.database).balanced, tuple(seen), house.creates,
        )  # fmt: skip

    return run(main)


async def _here(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """In place of a thread, which would take real time."""
    await asyncio.sleep(0)
    return function(*args, **kwargs)


def refusals(tested: Subject, offer: str, wanted: Order) -> tuple[Refusal, ...]:
    """Every limit that an order breaks."""
    try:
        tested.seller().fit(offer, wanted)
    except Unfit as refused:
        return refused.refusals
    return ()


def unfit(tested: Subject, offer: str, wanted: Order) -> tuple[str, ...]:
    """The fields whose limits an order breaks."""
    return tuple(refusal.field for refusal in refusals(tested, offer, wanted))
