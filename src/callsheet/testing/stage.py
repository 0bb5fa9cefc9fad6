"""A stage: one seller's adapter, its stand-in, and a wire between them, in memory or over a real local port."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from callsheet.catalog import Offer, load
from callsheet.film import Camera, Framing, Money, Mood, Order, Rate, Recipe, Reference
from callsheet.providers.families import family
from callsheet.providers.family import Family
from callsheet.providers.hosted import Accepted, Create, Job
from callsheet.providers.wire import Wire
from callsheet.rehearsal.clips import Plain
from callsheet.rehearsal.exchange import Clips
from callsheet.rehearsal.faults import Fault, Scripted
from callsheet.rehearsal.house import House, Timing
from callsheet.rehearsal.server import Server
from callsheet.rehearsal.skins import KEY
from callsheet.rehearsal.standins import stand_in
from callsheet.rehearsal.transport import Memory, address

SMALL = Plain(height=64)
QUICK = Timing(queue_s=0.01, run_s=0.05, slow_s=30.0, late_s=2.0)


def offers_of(route: str, offers: Sequence[Offer] | None = None) -> tuple[Offer, ...]:
    """The catalogue's offers of one route."""
    return tuple(offer for offer in (offers if offers is not None else load()) if offer.route == route)


def order(
    action: str = "A teapot steams on a sill, and the light comes up.",
    frames: int = 120,
    framing: Framing = "16:9",
    references: Sequence[Reference] = (),
    **more: Any,
) -> Order:
    """An order of five seconds at 24 frames a second; `more` replaces any field."""
    plain = Order(
        code="EP01 SQ010 SH010", action=action, camera=Camera(), frames=frames, rate=Rate(24, 1), framings=(framing,), mood=Mood(),
        creativity=0.5, time_of_day=None, weather=None, use_case=None, location=None, location_id=None, cast=(), props=(), look=None,
        language="en", text_room="none", references=tuple(references),
    )  # fmt: skip
    return plain.model_copy(update=more)


@dataclass
class Stage:
    """Where one seller's adapter meets its stand-in."""

    seller: Family
    house: House
    wire: Wire
    url: str
    made: int = field(default=0)
    lend: Callable[[Path, int], str | None] | None = None
    """Gives a file a public address for so many seconds, where a test has such a place."""

    def recipe(self, offer: str, wanted: Order | None = None, seed: int = 7) -> Recipe:
        """A recipe for an offer."""
        return Recipe(offer=offer, engine=self.seller.engine, seed=seed, order=wanted or order())

    async def submit(
        self,
        offer: str,
        wanted: Order | None = None,
        references: Mapping[str, Path] | None = None,
        *,
        webhook: str | None = None,
        folder: Path | None = None,
    ) -> Accepted:
        """Submit one create under an attempt id of its own."""
        self.made += 1
        files, lend = references or {}, self.lend
        by_name = (lambda sha256, seconds: lend(files[sha256], seconds)) if lend is not None else None
        create = Create(f"attempt-{self.made:04d}", self.recipe(offer, wanted), files, webhook, folder, by_name)
        return await self.seller.submit(self.wire, create)

    async def ended(self, job: str, longest_s: float = 20.0) -> Job:
        """The job, once it is final."""
        async with asyncio.timeout(longest_s):
            while True:
                found = (await self.seller.poll(self.wire, [job]))[job]
                if found.state not in ("waiting", "running"):
                    return found
                await asyncio.sleep(0.02)

    @property
    def billed(self) -> Money:
        """What the stand-in's meter has."""
        self.house.advance()
        return self.house.meter.billed


def build(
    route: str,
    offers: Sequence[Offer] | None = None,
    *,
    clock: Callable[[], float],
    script: Mapping[int | str, Sequence[Fault]] | None = None,
    timing: Timing = QUICK,
    clips: Clips = SMALL,
    url: str | None = None,
    **traits: Any,
) -> tuple[Family, House]:
    """A seller's adapter and its stand-in; `traits` changes what the adapter declares, such as `poll_every_s`."""
    sold = offers_of(route, offers)
    seller = family(sold[0].protocol, route)(route, sold, KEY, url or address(route))
    quick = {"poll_every_s": 0.05, "longest_s": 5.0, **traits}
    seller.traits = replace(seller.traits, **quick)
    face = stand_in(sold[0].protocol, route, sold)
    house = House(face.skin(seller.traits), clock, clips, Scripted(script or {}), timing, face=face)
    return seller, house


@asynccontextmanager
async def stage(route: str, offers: Sequence[Offer] | None = None, **more: Any) -> AsyncIterator[Stage]:
    """A stage in memory. `more` goes to `build`."""
    loop = asyncio.get_running_loop()
    seller, house = build(route, offers, clock=loop.time, **more)
    wire = Wire(Memory(house), timeout_s=5.0)
    try:
        yield Stage(seller, house, wire, address(route))
    finally:
        await wire.close()


@asynccontextmanager
async def served(route: str, offers: Sequence[Offer] | None = None, **more: Any) -> AsyncIterator[Stage]:
    """A stage over a real local port: point other clients at its `url`, with `callsheet.rehearsal.KEY` as the key."""
    loop = asyncio.get_running_loop()
    _, house = build(route, offers, clock=loop.time, **more)
    async with Server(house) as server:
        sold = offers_of(route, offers)
        seller = family(sold[0].protocol, route)(route, sold, KEY, server.url)
        seller.traits = replace(seller.traits, poll_every_s=0.05)
        wire = Wire(timeout_s=5.0)
        try:
            yield Stage(seller, house, wire, server.url)
        finally:
            await wire.close()


def length(clip: Any) -> Fraction:
    """How long a measured clip lasts, in seconds."""
    return Fraction(Fraction(clip.frames) / clip.rate)
