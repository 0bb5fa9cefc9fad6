"""Collecting: bytes are owned before a take is called done. Streamed, hashed, length-checked, decoded and stored in the step that sees success."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from callsheet.errors import MediaError
from callsheet.film import Clip, Framing, Rate, Recipe
from callsheet.floor.gating import Inspect, cast_stills
from callsheet.floor.make import Measure, examined
from callsheet.providers.hosted import Hosted, Job, Link
from callsheet.providers.wire import Damaged, Expired, Wire
from callsheet.store import ProductionStore

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Run(Protocol):
    """Calls a function that blocks, and waits for it without blocking the loop, like `asyncio.to_thread`."""

    async def __call__(self, function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What the function returns."""


_REFRESHES = 3


class Undelivered(Exception):
    """The job is done and its clip can not be had."""


class Collector:
    """Fetches the clips of a finished job into the store."""

    def __init__(
        self, store: ProductionStore, wire: Wire, measured: Measure, run: Run, inspected: Inspect | None = None
    ) -> None:
        self._store = store
        self._wire = wire
        self._measured, self._inspected = measured, inspected
        self._run = run

    async def collect(self, provider: Hosted, job: Job, attempt: str, recipe: Recipe) -> list[Clip]:
        """The job's clips, measured, looked at by gates, and stored. One whose link does not say has the first shape that was ordered.

        A link that has expired is asked for again where the provider refreshes. Raises Undelivered.
        """
        reason = "the provider says it is done and names no clip"
        for turn in range(_REFRESHES):
            if turn:
                job = await self._again(provider, job)
            if not job.links:
                continue
            try:
                return [await self._clip(link, attempt, recipe) for link in job.links]
            except Expired as error:
                reason = f"the link to the clip is dead ({error})"
                if not provider.traits.refreshes:
                    break
            except Damaged as error:
                reason = f"the clip does not arrive whole: {error}"
            except MediaError as error:
                reason = f"what came cannot be decoded: {error.what}"
        raise Undelivered(reason)

    async def _again(self, provider: Hosted, job: Job) -> Job:
        found = (await provider.poll(self._wire, [job.id])).get(job.id)
        return found if found is not None and found.state == "done" else job

    async def _clip(self, link: Link, attempt: str, recipe: Recipe) -> Clip:
        framing: Framing = link.framing or recipe.order.framings[0]
        folder: Path = await self._run(self._folder, attempt)
        try:
            target = folder / "clip.mp4"
            if link.content is None:
                await self._wire.download(link.url, target, link.bytes, link.headers)
            else:
                await self._run(target.write_bytes, link.content)
            seen = await self._run(cast_stills, recipe, self._kept)
            found = await self._run(examined, target, self._measured, self._inspected, recipe, framing, seen)
            sha256 = await self._run(self._keep, target)
        finally:
            await self._run(shutil.rmtree, folder, True)
        rate = Rate(found.rate.numerator, found.rate.denominator)
        return Clip(
            framing=framing,
            sha256=sha256,
            width=found.width,
            height=found.height,
            frames=found.frames,
            rate=rate,
            gates=found.gates,
        )

    def _kept(self, sha256: str) -> Path | None:
        return self._store.blobs.path(sha256) if self._store.blobs.has(sha256) else None

    def _keep(self, path: Path) -> str:
        return self._store.blobs.put_file(path, consume=True)

    def _folder(self, attempt: str) -> Path:
        folder = self._store.scratch / hashlib.sha256(attempt.encode()).hexdigest()[:24]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder
