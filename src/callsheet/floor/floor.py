"""The floor: where takes are shot and artefacts are made, a few at a time, so that it can be stopped and taken up anywhere."""

import asyncio
import tempfile
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from callsheet.errors import CallsheetError, StorageError
from callsheet.film import Money, Recipe, Take, digest
from callsheet.floor.crew import Crew, person
from callsheet.floor.engine import Engine, Flow, Forgotten, Json, Steps
from callsheet.floor.event import OnEvent, Progress, silent
from callsheet.floor.gating import Inspect, inspected, reading, recognising
from callsheet.floor.make import Maker, Measure, measure
from callsheet.floor.making import Bench
from callsheet.floor.workers import Workers

if TYPE_CHECKING:  # worker processes import this package too, and have no use for a database or a network
    from callsheet.floor.buying import Buyer
    from callsheet.floor.lines import Lines
    from callsheet.floor.order import BuyOrder
    from callsheet.floor.shift import Pulse, Shift
    from callsheet.store import Artefact, ProductionStore

_FLOW = "shoot_v1"
_LANES = 256
"""How many pieces of one production wait for workers at a time: enough for a large fleet, and an error does not come after thousands."""
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class ShootRequest:
    """A take that is wanted. `references` maps the sha256s that the recipe names to files; `cost` is what it was quoted at.

    `round` counts takes that are wanted of one and the same recipe: the second take of a provider that never gives the same twice.
    """

    recipe: Recipe
    cost: Money
    references: Mapping[str, Path] = field(default_factory=dict)
    round: int = 1

    @property
    def shot(self) -> str:
        """The shot's address."""
        return self.recipe.order.code


@dataclass(frozen=True)
class Bought:
    """What came of a take that was wanted: the take, or `end` and the reasons why there is none.

    `rejected` is the last take of which gates said that nobody need see it.
    """

    shot: str
    take: Take | None
    end: str
    reasons: tuple[str, ...] = ()
    rejected: Take | None = None


@dataclass(frozen=True)
class Job:
    """An artefact that is wanted: `function(*arguments, folder=Path, on_frame=OnFrame)` makes its file in `folder`, in a worker
    process, and returns the file and what else it found, as plain JSON. `key` digests everything it depends on; `weight` says
    how long it takes compared with others: the heaviest start first.
    """

    key: str
    kind: str
    function: Callable[..., tuple[Path, Mapping[str, Any]]]
    arguments: tuple[Any, ...] = ()
    weight: float = 1.0
    name: str = ""


class Dropped(Exception):
    """A flow of an earlier run, whose take nobody wants any more, was taken up again; it ends before anything is made."""


class Floor:
    """Use it in `async with`. While it is open this process alone makes the production.

    Where its memory is on a server and in a bucket, the work itself is shared: takes and artefacts are flows that wait for any worker, and
    this process is one, for this production and others, as long as it has work of its own to wait for.

    `made` and `reused` count takes (under `take`) and artefacts (under their kind); `warnings` are for a person to look at. Ctrl-C or a
    cancelled task stops it cleanly; what was finished is kept and the next run goes on from there.
    """

    def __init__(
        self,
        store: "ProductionStore",
        *,
        jobs: int | None = None,
        on_event: OnEvent = silent,
        engine: Engine | None = None,
        measured: Measure = measure,
        crew: Crew | None = None,
        pulse: "Pulse | None" = None,
        inspected: Inspect | None = inspected,
    ) -> None:
        reading()  # a wrong setting is told before anything is paid for
        recognising()
        self.made: Counter[str] = Counter()
        self.reused: Counter[str] = Counter()
        self.warnings: list[str] = []
        self._store = store
        self._tell = on_event
        self._engine = engine
        self._measured = measured
        # Stand-ins draw smaller pictures than what they stand in for would.
        small = crew is not None and crew.rehearsal
        self._inspected = partial(inspected, sized=False) if small and inspected else inspected
        self._workers = Workers(jobs)
        self._open = AsyncExitStack()
        self._ready = False
        self._maker: Maker | None = None
        self._wanted: dict[str, ShootRequest] = {}
        self.crew = crew
        self._buyer: Buyer | None = None
        self._bench = Bench(store, self._workers, on_event)
        # One that was given its engine keeps its work to itself.
        self._shares = engine is None and store.place.database is not None and bool(store.place.blobs)
        self._shift: Shift | None = None
        self._pulse = pulse

    @property
    def workers(self) -> Workers:
        """The worker processes, for other work of the processor."""
        return self._workers

    async def __aenter__(self) -> "Floor":
        self._open.enter_context(self._store.locked())
        self._store.sweep()
        self._open.callback(self._workers.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.__aexit__(kind, error, trace)

    # -- takes --------------------------------------------------------------------------------------------------------------

    async def shoot(self, requests: Sequence[ShootRequest], maker: Maker) -> list[Take]:
        """The takes, in the order of `requests`: those recorded before, and the others shot now, each recorded as soon as it is there.

        Requests must not depend on each other; a shot that extends another is shot in a later call. When one fails, nothing new is
        begun, what is under way is finished and kept, and its error is raised.
        """
        ids = [self._id_of(request.recipe, request.round) for request in requests]
        takes = {id: self._store.take_by_id(id) for id in ids}
        self._maker, self._wanted = maker, {}
        for id, request in zip(ids, requests, strict=True):
            if takes[id] is None:
                self._wanted[id] = request
                self._tell(Progress("take", request.shot, "waiting"))
            else:
                self.reused["take"] += 1
                self._tell(Progress("take", request.shot, "reused"))
        if self._wanted:
            engine = await self._opened()
            wanted = list(self._wanted)
            try:
                turns = {id: rank for rank, id in enumerate(wanted)}
                await self._lanes(wanted, lambda id: self._shoot_one(engine, id, turns[id]))
            finally:
                self._wanted = {}
            await engine.forget(wanted)
            takes |= {id: self._store.take_by_id(id) for id in wanted}
            self.made["take"] -= sum(take.rejected for id in wanted if (take := takes[id]) is not None)
        return [take for take in (takes[id] for id in ids) if take is not None]

    def _id_of(self, recipe: Recipe, round: int) -> str:
        """The take's identity: the same wish, in this run or a later one, is the same take."""
        while True:
            id = digest([self._store.id, recipe.order.code, recipe.digest, round])
            take = self._store.take_by_id(id)
            if take is None or self._store.is_whole(take):
                return id
            if take.cost_micros:
                raise StorageError(
                    f"a clip of take {take.number} is lost or damaged", where=recipe.order.code,
                    remedy="Put .callsheet/blobs back from a backup. It was paid for, so it is not ordered again by itself.",
                )  # fmt: skip
            # What cost nothing is made once more, under an identity of its own, since takes are never changed.
            round += 1

    async def _opened(self) -> Engine:
        if self._shares and self._shift is None:
            await self._join()
        if self._engine is None:
            from callsheet.floor.durable import DurableEngine

            name = f"production {self._store.id}" if self._store.database.is_server else "local"
            self._engine = DurableEngine(self._store.flows_url, name=name)
        if not self._ready:
            flows: dict[str, Flow] = {_FLOW: self._shoot}
            if self.crew is not None and self.crew.hosted:
                from callsheet.floor import buying

                lines = await self._open.enter_async_context(self.crew.lines())
                self._buyer = self._hire(lines, self.crew)
                self._open.push_async_callback(self._buyer.close)
                flows[buying.FLOW] = self._buyer.flow
            await self._engine.open(flows)
            self._open.push_async_callback(self._engine.close)
            self._ready = True
        return self._engine

    async def _join(self) -> None:
        """Become one of the server's workers."""
        from callsheet.floor.shift import Shift

        def tell(production: str, event: Progress) -> None:
            if production == self._store.id:
                self._tell(event)

        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="callsheet-make-")))
        shift = Shift(
            self._store.place, folder, self.crew, self._workers, measured=self._measured, inspected=self._inspected, clock=self._store.clock,
            tell=tell, pulse=self._pulse,
        )  # fmt: skip
        self._shift = await self._open.enter_async_context(shift)
        self._buyer = self._shift.adopt(self._store)
        self._engine, self._ready = self._shift.engine, True

    async def _shoot_one(self, engine: Engine, id: str, rank: int) -> None:
        request = self._wanted[id]
        order = {"recipe": request.recipe.model_dump(mode="json"), "cost": [request.cost.micros, request.cost.currency]}
        try:
            if self._shift is not None:
                parcel = (self._maker, self._measured, dict(request.references), self._inspected)
                await self._elsewhere(_FLOW, id, order | {"person": person()}, parcel, rank)
            else:
                await engine.start(_FLOW, id, order)
                try:
                    await engine.wait(id)
                except Dropped:  # an earlier run's flow, which ended just before this call wanted it
                    await engine.start(_FLOW, id, order)
                    await engine.wait(id)
        except Exception:
            self._tell(Progress("take", request.shot, "failed"))
            raise
        self.made["take"] += 1
        self._tell(Progress("take", request.shot, "made"))

    async def _elsewhere(self, flow: str, id: str, order: Json, parcel: Any, rank: int) -> None:
        """Have a flow done by whichever worker is free, with all that it needs packed for it."""
        from callsheet.floor.parcel import pack
        from callsheet.floor.shift import turn

        assert self._shift is not None
        packed = await asyncio.to_thread(pack, parcel, self._store.blobs)
        order = {"production": self._store.id, **order, "parcel": packed}
        await self._done(self._shift.engine, flow, id, order, turn(rank))

    async def _done(self, engine: Engine, flow: str, id: str, order: Json, turn: int) -> Json:
        """What came of a flow. One that was removed before we looked is begun again, and finds in the store what it had made."""
        while True:
            await engine.start(flow, id, order, turn=turn)
            try:
                return await engine.wait(id)
            except Forgotten:
                continue

    async def _shoot(self, steps: Steps, id: str, order: Json) -> Json:
        """The flow `shoot_v1`. Its two steps, their names and their order must stay; another flow gets another name."""
        clips = await steps.run("draw", lambda: self._draw(id))
        return await steps.run("record", lambda: self._record(id, order, clips))

    async def _draw(self, id: str) -> Json:
        """Make the clips and own their bytes, in one step."""
        recorded = await asyncio.to_thread(self._store.take_by_id, id)
        if recorded is not None:
            return [clip.model_dump(mode="json") for clip in recorded.clips]
        request = self._wanted.get(id)
        if request is None or self._maker is None:
            raise Dropped(id)
        return await self._bench.draw(
            id, request.recipe, request.references, self._maker, self._measured, self._inspected
        )

    async def _record(self, id: str, order: Json, clips: Json) -> Json:
        micros, currency = order["cost"]
        recipe, cost = Recipe.model_validate(order["recipe"]), Money(micros, currency)
        await asyncio.to_thread(self._bench.record, id, recipe, clips, cost, person())
        return None

    # -- takes that are bought -----------------------------------------------------------------------------------------------

    async def buy(self, orders: Sequence["BuyOrder"]) -> list[Bought]:
        """Buy takes from hosted providers, all at the same time, each as far as its provider lets it.

        One that cannot be had does not stop the others: its end says why. What earlier runs left open is taken up as well: it may be paid for.
        """
        from callsheet.floor import buying
        from callsheet.floor.order import BuyOrder

        engine = await self._opened()
        assert self._buyer is not None, "there is no hosted provider to buy from"
        ids = [self._id_of(order.routes[0].recipe, 1) for order in orders]
        wanted = dict(zip(ids, orders, strict=True))
        for attempt in await asyncio.to_thread(self._buyer.attempts.unfinished):
            if attempt.provider in self._buyer.lines.providers:
                wanted.setdefault(attempt.take, BuyOrder(attempt.shot, attempt.person, ()))
        for order in wanted.values():
            self._tell(Progress("take", order.shot, "waiting"))
        async with asyncio.TaskGroup() as group:
            tasks = {
                id: group.create_task(self._buy_one(engine, buying.FLOW, id, order, rank))
                for rank, (id, order) in enumerate(wanted.items())
            }
        await engine.forget(list(wanted))
        return [tasks[id].result() for id in ids]

    async def collect(self) -> None:
        """Go on with what earlier runs left open, and order nothing new."""
        if self.crew is not None and self.crew.hosted:
            from callsheet.money.attempts import Attempts

            if await asyncio.to_thread(Attempts(self._store.database, self._store.id, self._store.clock).unfinished):
                await self.buy([])

    async def _buy_one(self, engine: Engine, flow: str, id: str, order: "BuyOrder", rank: int) -> Bought:
        self._tell(Progress("take", order.shot, "making"))
        if self._shift is not None:
            from callsheet.floor.shift import turn

            rank = turn(rank, order.priority)
        try:
            ended = await self._done(engine, flow, id, {"production": self._store.id, **order.plain()}, rank)
        except CallsheetError as error:
            ended = {"end": type(error).__name__, "reasons": [str(error)]}
        take = await asyncio.to_thread(self._store.take_by_id, id)
        if take is not None:  # whatever became of the flow that was waited for
            ended |= {"end": "bought"}
        self.made["take"] += take is not None
        self._tell(Progress("take", order.shot, "made" if take else "failed"))
        last = ended.get("rejected")
        other = await asyncio.to_thread(self._store.take_by_id, last) if last else None
        return Bought(order.shot, take, ended["end"], tuple(ended["reasons"]), other)

    def _hire(self, lines: "Lines", crew: Crew) -> "Buyer":
        from callsheet.floor.buying import Buyer
        from callsheet.money.attempts import Attempts
        from callsheet.money.caps import dated_in

        def tell(shot: str, step: str) -> None:
            self._tell(Progress("take", shot, "keeping" if step == "keeping" else "making"))

        convert = dated_in(self._store.folder)
        attempts = Attempts(self._store.database, self._store.id, self._store.clock, convert)
        return Buyer(self._store, attempts, lines, measured=self._measured, clock=self._store.clock, grace_s=crew.grace_s,
                     tell=tell, inspected=self._inspected)  # fmt: skip

    # -- artefacts ------------------------------------------------------------------------------------------------------------

    async def build(self, jobs: Iterable[Job]) -> "dict[str, Artefact]":
        """The artefacts by key: those made before, and the others made now, each recorded as soon as it is there.

        An artefact's row is its checkpoint, so that alone no engine is needed. A kill loses only what was under way. When one
        fails, nothing new is begun, what is under way is finished and kept, and its error is raised.
        """
        wanted = {job.key: job for job in jobs}
        found = self._store.artefacts(wanted)
        for key in sorted(found):
            self.reused[wanted[key].kind] += 1
            self._tell(Progress(wanted[key].kind, wanted[key].name, "reused"))
        left = sorted((job for key, job in wanted.items() if key not in found), key=lambda job: (-job.weight, job.key))
        for job in left:
            self._tell(Progress(job.kind, job.name, "waiting"))

        if left and self._shares:
            await self._opened()
        turns = {job.key: rank for rank, job in enumerate(left)}

        async def one(job: Job) -> None:
            found[job.key] = await self._build_one(job, turns[job.key])

        await self._lanes(left, one)
        if self._shift is not None:
            await self._shift.engine.forget([job.key for job in left])
        return found

    async def _build_one(self, job: Job, rank: int) -> "Artefact":
        try:
            if self._shift is not None:
                order = {"key": job.key, "kind": job.kind, "name": job.name}
                await self._elsewhere("render_v1", job.key, order, (job.function, job.arguments), rank)
                artefact = (await asyncio.to_thread(self._store.artefacts, [job.key]))[job.key]
            else:
                artefact = await self._bench.build(job.key, job.kind, job.name, job.function, job.arguments)
        except Exception:
            self._tell(Progress(job.kind, job.name, "failed"))
            raise
        self.made[job.kind] += 1
        self._tell(Progress(job.kind, job.name, "made"))
        return artefact

    # -- both -----------------------------------------------------------------------------------------------------------------

    async def _lanes(self, items: Sequence[_Item], do: Callable[[_Item], Awaitable[None]]) -> None:
        """Do every item, in order, as many at a time as there are workers: here, or wherever, when they are many and not ours alone.

        After an error nothing new is begun; the first is raised.
        """
        left = deque(items)
        errors: list[Exception] = []

        async def lane() -> None:
            while left and not errors:
                item = left.popleft()
                try:
                    await do(item)
                except Exception as error:  # noqa: BLE001 - raised below, when the other lanes are done
                    errors.append(error)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._workers.count if self._shift is None else _LANES, len(left))):
                group.create_task(lane())
        if errors:
            for other in errors[1:]:
                errors[0].add_note(f"Also failed: {other}")
            raise errors[0]
