"""The floor: where takes are shot and artefacts are made, a few at a time, so that it can be stopped and taken up anywhere."""

import asyncio
import hashlib
import shutil
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from callsheet.errors import StorageError
from callsheet.film import Clip, Money, Rate, Recipe, Take, digest
from callsheet.floor.engine import Engine, Json, Steps
from callsheet.floor.event import OnEvent, Progress, silent
from callsheet.floor.make import Maker, Measure, make_artefact, make_take, measure
from callsheet.floor.workers import Workers

if TYPE_CHECKING:  # worker processes import this package too, and have no use for a database
    from callsheet.store import Artefact, ProductionStore

_FLOW = "shoot_v1"
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
    """Use it in `async with`. While it is open this process alone works on the production.

    `made` and `reused` count takes (under `take`) and artefacts (under their kind). Ctrl-C or a cancelled task stops it cleanly; what was
    finished is kept and the next run goes on from there.
    """

    def __init__(
        self,
        store: "ProductionStore",
        *,
        jobs: int | None = None,
        on_event: OnEvent = silent,
        engine: Engine | None = None,
        measured: Measure = measure,
    ) -> None:
        self.made: Counter[str] = Counter()
        self.reused: Counter[str] = Counter()
        self._store = store
        self._tell = on_event
        self._engine = engine
        self._measured = measured
        self._workers = Workers(jobs)
        self._open = AsyncExitStack()
        self._ready = False
        self._maker: Maker | None = None
        self._wanted: dict[str, ShootRequest] = {}

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
        ids = [self._id_of(request) for request in requests]
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
                await self._lanes(wanted, lambda id: self._shoot_one(engine, id))
            finally:
                self._wanted = {}
            await engine.forget(wanted)
            takes |= {id: self._store.take_by_id(id) for id in wanted}
        return [take for take in (takes[id] for id in ids) if take is not None]

    def _id_of(self, request: ShootRequest) -> str:
        """The take's identity: the same wish, in this run or a later one, is the same take."""
        round = request.round
        while True:
            id = digest([self._store.id, request.shot, request.recipe.digest, round])
            take = self._store.take_by_id(id)
            if take is None or self._store.is_whole(take):
                return id
            if take.cost_micros:
                raise StorageError(
                    f"a clip of take {take.number} is lost or damaged", where=request.shot,
                    remedy="Put .callsheet/blobs back from a backup. It was paid for, so it is not ordered again by itself.",
                )  # fmt: skip
            # What cost nothing is made once more, under an identity of its own, since takes are never changed.
            round += 1

    async def _opened(self) -> Engine:
        if self._engine is None:
            from callsheet.floor.durable import DurableEngine

            self._engine = DurableEngine(self._store.flows_url)
        if not self._ready:
            await self._engine.open({_FLOW: self._shoot})
            self._open.push_async_callback(self._engine.close)
            self._ready = True
        return self._engine

    async def _shoot_one(self, engine: Engine, id: str) -> None:
        request = self._wanted[id]
        order = {"recipe": request.recipe.model_dump(mode="json"), "cost": [request.cost.micros, request.cost.currency]}
        try:
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

    async def _shoot(self, steps: Steps, id: str, order: Json) -> Json:
        """The flow `shoot_v1`. Its two steps, their names and their order must stay; another flow gets another name."""
        clips = await steps.run("draw", lambda: self._draw(id))
        return await steps.run("record", lambda: self._record(id, order, clips))

    async def _draw(self, id: str) -> Json:
        """Make the clips and own their bytes, in one step: a take never points at files that a crash could sweep away."""
        recorded = await asyncio.to_thread(self._store.take_by_id, id)
        if recorded is not None:
            return [clip.model_dump(mode="json") for clip in recorded.clips]
        request = self._wanted.get(id)
        if request is None or self._maker is None:
            raise Dropped(id)

        def on_frame(done: int, total: int) -> None:
            self._tell(Progress("take", request.shot, "making", done, total))

        folder = self._folder(id)
        self._tell(Progress("take", request.shot, "making"))
        made = await self._workers.run(
            make_take, self._maker, self._measured, request.recipe, dict(request.references), folder,
            on_frame=on_frame, where=request.shot,
        )  # fmt: skip
        self._tell(Progress("take", request.shot, "keeping"))
        clips = []
        for framing, path, found in made:
            sha256 = await asyncio.to_thread(self._store.blobs.put_file, path, consume=True)
            size = {
                "width": found.width,
                "height": found.height,
                "frames": found.frames,
                "rate": Rate(found.rate.numerator, found.rate.denominator),
            }
            clips.append(Clip(framing=framing, sha256=sha256, **size).model_dump(mode="json"))
        shutil.rmtree(folder, ignore_errors=True)
        return clips

    async def _record(self, id: str, order: Json, clips: Json) -> Json:
        recipe = Recipe.model_validate(order["recipe"])
        micros, currency = order["cost"]
        kept = [Clip.model_validate(clip) for clip in clips]
        take = await asyncio.to_thread(self._store.add_take, id, recipe, kept, Money(micros, currency))
        return take.number

    # -- artefacts ------------------------------------------------------------------------------------------------------------

    async def build(self, jobs: Iterable[Job]) -> "dict[str, Artefact]":
        """The artefacts by key: those made before, and the others made now, each recorded as soon as it is there.

        This needs no engine: an artefact is one step, and its row is the checkpoint. A kill loses only what was under way. When one
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

        async def one(job: Job) -> None:
            found[job.key] = await self._build_one(job)

        await self._lanes(left, one)
        return found

    async def _build_one(self, job: Job) -> "Artefact":
        def on_frame(done: int, total: int) -> None:
            self._tell(Progress(job.kind, job.name, "making", done, total))

        folder = self._folder(job.key)
        self._tell(Progress(job.kind, job.name, "making"))
        try:
            path, meta = await self._workers.run(
                make_artefact, job.function, job.arguments, folder, on_frame=on_frame, where=job.name or job.kind
            )
        except Exception:
            self._tell(Progress(job.kind, job.name, "failed"))
            raise
        self._tell(Progress(job.kind, job.name, "keeping"))
        sha256 = await asyncio.to_thread(self._store.blobs.put_file, path, consume=True)
        artefact = await asyncio.to_thread(self._store.put_artefact, job.key, job.kind, sha256, meta)
        shutil.rmtree(folder, ignore_errors=True)
        self.made[job.kind] += 1
        self._tell(Progress(job.kind, job.name, "made"))
        return artefact

    # -- both -----------------------------------------------------------------------------------------------------------------

    def _folder(self, name: str) -> Path:
        """An empty folder for one piece of work."""
        folder = self._store.scratch / hashlib.sha256(name.encode()).hexdigest()[:24]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    async def _lanes(self, items: Sequence[_Item], do: Callable[[_Item], Awaitable[None]]) -> None:
        """Do every item, as many at a time as there are workers, in order. After an error nothing new is begun; the first is raised."""
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
            for _ in range(min(self._workers.count, len(left))):
                group.create_task(lane())
        if errors:
            for other in errors[1:]:
                errors[0].add_note(f"Also failed: {other}")
            raise errors[0]
