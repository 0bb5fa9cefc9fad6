"""A shift: what one process works with while it helps on a server's productions, each of which its flows name."""

import asyncio
import contextlib
import shutil
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from callsheet.errors import CallsheetError, ConflictError, InputError, StorageError
from callsheet.film import Money, Recipe
from callsheet.floor import buying
from callsheet.floor.buying import Buyer
from callsheet.floor.crew import Crew
from callsheet.floor.durable import DurableEngine, Fleet
from callsheet.floor.engine import FlowState, Json, Steps
from callsheet.floor.event import Progress
from callsheet.floor.gating import Inspect, inspected, reading, recognising
from callsheet.floor.lines import Lines
from callsheet.floor.make import Measure, measure
from callsheet.floor.making import Bench
from callsheet.floor.order import BuyOrder
from callsheet.floor.parcel import unpack
from callsheet.floor.reaper import Reaper
from callsheet.floor.roster import Roster
from callsheet.floor.workers import Workers
from callsheet.money.attempts import Attempts
from callsheet.money.caps import dated_in
from callsheet.store import Place, ProductionStore
from callsheet.store.database import Database
from callsheet.store.place import BLOBS_SETTING, DATABASE_SETTING

SHOOT = "shoot_v1"
RENDER = "render_v1"
_QUEUES: Mapping[str, str] = {buying.FLOW: "buy", SHOOT: "render", RENDER: "render"}
_BUYS_AT_ONCE = 400
"""A flow that waits for its provider costs little; what it then fetches should spread over workers."""

_TRIES = 4
_REST_S = 5.0
_IDLE_KEPT = 8
"""Productions that stay open though nothing of theirs runs here."""

_FENCED = "this process was silent for so long that others took its work over"
_PRIORITY = 1_000_000
"""Productions may have so many shots before a priority is no longer one."""


def turn(rank: int, priority: int = 0) -> int:
    """When a flow is to be taken up: by priority, lower first, then the first of each production before the second of any."""
    return (min(max(priority, -1000), 1000) + 1000) * _PRIORITY + min(rank, _PRIORITY - 1)


@dataclass(frozen=True)
class Pulse:
    """How a process shows that it is alive. One that is silent for `dead_after_s` loses its work to others."""

    every_s: float = 5.0
    dead_after_s: float = 30.0


@dataclass
class _Open:
    """A production that is worked on here."""

    store: ProductionStore
    bench: Bench
    buyer: Buyer | None
    flows: int = 0


@dataclass
class Done:
    """What this process has done."""

    ended: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


class Shift:
    """Use it in `async with`, in the event loop that will run its flows. One at a time in a process.

    `folder` gets one private folder for each production: its scratch and what was fetched of its files. Without a `crew` nothing is
    bought here. `tell` hears of progress with the production's id.
    """

    def __init__(
        self,
        place: Place,
        folder: Path,
        crew: Crew | None,
        workers: Workers,
        *,
        measured: Measure = measure,
        inspected: Inspect | None = inspected,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        tell: Callable[[str, Progress], None] = lambda _production, _event: None,
        pulse: Pulse | None = None,
    ) -> None:
        reading()
        recognising()
        self.id = uuid.uuid4().hex
        self.fenced = asyncio.Event()
        """Set when others took this process's work over: none of its flows run any more."""
        self.done = Done()
        self.strangers: tuple[FlowState, ...] = ()
        self._place, self._folder, self._crew = place, folder, crew
        self._workers, self._measured, self._clock, self._say = workers, measured, clock, tell
        self._inspected = inspected
        self._pulse = pulse or Pulse()
        address = shared(place)
        self._database = Database(address)
        self._roster = Roster(self._database, self._pulse.dead_after_s)
        hires = crew is not None and bool(crew.hosted)
        at_once = {"render": workers.count} | ({"buy": _BUYS_AT_ONCE} if hires else {})
        self.engine = DurableEngine(address, Fleet(self.id, _QUEUES, at_once))
        self._lines: Lines | None = None
        self._open: dict[str, _Open] = {}
        self._adopted = ""
        self._opening: dict[str, asyncio.Lock] = {}
        self._heart = ThreadPoolExecutor(1, thread_name_prefix="callsheet-heart")
        self._tasks: list[asyncio.Task[None]] = []
        self._leaving = contextlib.AsyncExitStack()
        self._state = "working"

    async def __aenter__(self) -> "Shift":
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(self._database.close)
            stack.callback(self._heart.shutdown)
            await self._beating(self._database.prepare)
            await self._beating(self._roster.enter, self.id)
            stack.push_async_callback(self._leave)
            if self._crew is not None and self._crew.hosted:
                self._lines = await stack.enter_async_context(self._crew.lines())
            stack.push_async_callback(self._close_productions)
            await self.engine.open({buying.FLOW: self._buy, SHOOT: self._shoot, RENDER: self._render})
            stack.push_async_callback(self.engine.close)
            self._tasks = [asyncio.ensure_future(self._beat()), asyncio.ensure_future(self._reap())]
            stack.push_async_callback(self._rest)
            self._leaving = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._state = "draining"
        await self._leaving.__aexit__(kind, error, trace)

    # -- alive -------------------------------------------------------------------------------------------------------------

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        heard = loop.time()
        while not self.fenced.is_set():
            await asyncio.sleep(self._pulse.every_s)
            began = loop.time()
            try:
                alive = await self._beating(self._roster.beat, self.id, self._state)
            except CallsheetError:
                # The server cannot be reached: after a while others may believe that we are dead, and be right.
                alive = loop.time() - heard < self._pulse.dead_after_s
            else:
                heard = began
            if not alive:
                await self.engine.halt()
                self.engine.abandon(ConflictError(_FENCED, remedy="Run again: it goes on where the others are."))
                self.fenced.set()

    async def _reap(self) -> None:
        reaper = Reaper(self._database, self._roster, self.engine, self.id)
        while not self.fenced.is_set():
            # What the server refuses now is tried again: nothing depends on when it is done.
            with contextlib.suppress(CallsheetError):
                await asyncio.to_thread(reaper.sweep)
                self.strangers = tuple(await asyncio.to_thread(reaper.strangers))
            await asyncio.sleep(self._pulse.dead_after_s / 3)

    async def _beating(self, function: Callable[..., object], *arguments: object) -> object:
        """In a thread of its own: slow disks and buckets must not make us look dead."""
        return await asyncio.get_running_loop().run_in_executor(self._heart, function, *arguments)

    async def _rest(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _leave(self) -> None:
        with contextlib.suppress(CallsheetError):
            await self._beating(self._roster.leave, self.id)

    # -- productions -------------------------------------------------------------------------------------------------------

    def adopt(self, store: ProductionStore) -> Buyer | None:
        """Use this store for its production, and leave it open. Gives who buys for it."""
        found = self._open[store.id] = self._set_up(store)
        found.flows += 1  # for as long as the shift lasts
        self._adopted = store.id
        return found.buyer

    @contextlib.asynccontextmanager
    async def _at(self, production: str) -> AsyncIterator[_Open]:
        async with self._opening.setdefault(production, asyncio.Lock()):
            if production not in self._open:
                self._open[production] = self._set_up(await asyncio.to_thread(self._enter, production))
            found = self._open[production]
            found.flows += 1
        try:
            yield found
        finally:
            found.flows -= 1
            await self._close_idle()

    def _enter(self, production: str) -> ProductionStore:
        folder = self._folder / production
        folder.mkdir(parents=True, exist_ok=True)
        store = ProductionStore.open(folder, self._clock, place=self._place, id=production, database=self._database)
        store.sweep()
        return store

    def _set_up(self, store: ProductionStore) -> _Open:
        def tell(event: Progress) -> None:
            self._say(store.id, event)

        buyer = None
        if self._lines is not None and self._crew is not None:
            attempts = Attempts(store.database, store.id, store.clock, dated_in(store.folder))
            buyer = Buyer(
                store, attempts, self._lines, measured=self._measured, clock=store.clock, grace_s=self._crew.grace_s,
                tell=lambda shot, step: tell(Progress("take", shot, "keeping" if step == "keeping" else "making")),
                inspected=self._inspected,
            )  # fmt: skip
        return _Open(store, Bench(store, self._workers, tell), buyer)

    async def _close_idle(self) -> None:
        """Let go of productions that nothing was done for in a while, and of what was fetched for them."""
        idle = [id for id, found in self._open.items() if not found.flows]
        for id in idle[: max(0, len(idle) - _IDLE_KEPT)]:
            async with self._opening[id]:
                found = self._open.get(id)
                if found is None or found.flows:
                    continue
                if found.buyer is not None:
                    await found.buyer.close()
                found.store.close()
                await asyncio.to_thread(shutil.rmtree, self._folder / id, True)
                self._open.pop(id, None)

    async def _close_productions(self) -> None:
        for id, found in self._open.items():
            if found.buyer is not None:
                await found.buyer.close()
            if id != self._adopted:
                found.store.close()

    # -- flows -------------------------------------------------------------------------------------------------------------

    async def _buy(self, steps: Steps, id: str, order: Json) -> Json:
        async with self._at(order["production"]) as here:
            buyer = here.buyer
            assert buyer is not None, "this process takes no flows that buy"

            async def buy() -> Json:
                wanted = BuyOrder.of(order)
                for _ in range(_TRIES - 1):
                    # A server or a bucket that is away for a moment: it goes on where it was.
                    with contextlib.suppress(StorageError, ConflictError):
                        return await buyer.buy(id, wanted)
                    await asyncio.sleep(_REST_S)
                return await buyer.buy(id, wanted)

            with self._counted(buying.FLOW):
                return await steps.run("buy", buy)

    async def _shoot(self, steps: Steps, id: str, order: Json) -> Json:
        """The flow `shoot_v1` with all that it needs in its order. Its steps are those of the one that stays in its process."""
        async with self._at(order["production"]) as here:
            recipe = Recipe.model_validate(order["recipe"])

            async def draw() -> Json:
                recorded = await asyncio.to_thread(here.store.take_by_id, id)
                if recorded is not None:
                    return [clip.model_dump(mode="json") for clip in recorded.clips]
                parcel = await asyncio.to_thread(unpack, order["parcel"], here.store.blobs)
                maker, measured, references, *gates = parcel  # one that was packed before there were gates has none
                return await here.bench.draw(id, recipe, references, maker, measured, *gates)

            async def record() -> Json:
                micros, currency = order["cost"]
                cost = Money(micros, currency)
                await asyncio.to_thread(here.bench.record, id, recipe, clips, cost, order["person"])

            with self._counted(SHOOT):
                clips = await steps.run("draw", draw)
                return await steps.run("record", record)

    async def _render(self, steps: Steps, id: str, order: Json) -> Json:
        """The flow `render_v1`: an artefact, made where there is room."""
        async with self._at(order["production"]) as here:

            async def make() -> Json:
                if not await asyncio.to_thread(here.store.artefacts, [order["key"]]):
                    function, arguments = await asyncio.to_thread(unpack, order["parcel"], here.store.blobs)
                    await here.bench.build(order["key"], order["kind"], order["name"], function, arguments)

            with self._counted(RENDER):
                return await steps.run("make", make)

    @contextlib.contextmanager
    def _counted(self, flow: str) -> Iterator[None]:
        try:
            yield
        except Exception:
            self.done.failed[flow] += 1
            raise
        self.done.ended[flow] += 1


def shared(place: Place) -> str:
    """The address of the server that a place shares with other machines. Raises InputError for a place that one process has for itself."""
    if place.database is None:
        raise InputError(
            "workers share a PostgreSQL server, and none is set", where=DATABASE_SETTING,
            remedy=f"Set {DATABASE_SETTING} and {BLOBS_SETTING}. A production in its folder is made by one process: `callsheet make DIR`.",
        )  # fmt: skip
    if not place.blobs:
        raise InputError(
            "workers share files through a bucket, and none is set", where=BLOBS_SETTING,
            remedy=f"Set {BLOBS_SETTING} to s3://BUCKET/PREFIX. What one worker buys or renders, others must find.",
        )  # fmt: skip
    return place.database.render_as_string(hide_password=False)
