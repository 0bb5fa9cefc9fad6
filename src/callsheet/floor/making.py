"""Making: a take or an artefact from its order to its bytes in the store, in a worker process of this machine."""

import asyncio
import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsheet.film import Clip, Money, Rate, Recipe
from callsheet.floor.engine import Json
from callsheet.floor.event import OnEvent, Progress
from callsheet.floor.gating import Inspect
from callsheet.floor.make import Maker, Measure, make_artefact, make_take
from callsheet.floor.workers import Workers

if TYPE_CHECKING:  # worker processes import this package too, and have no use for a database
    from sqlalchemy import Connection

    from callsheet.store import Artefact, ProductionStore


@dataclass(frozen=True)
class Bench:
    """Where things are made for one production."""

    store: "ProductionStore"
    workers: Workers
    tell: OnEvent

    async def draw(
        self,
        id: str,
        recipe: Recipe,
        references: Mapping[str, Path],
        maker: Maker,
        measured: Measure,
        inspected: Inspect | None = None,
    ) -> Json:
        """Make a take's clips and own their bytes; the clips as JSON. A take never points at files that a crash could sweep away."""
        shot = recipe.order.code

        def on_frame(done: int, total: int) -> None:
            self.tell(Progress("take", shot, "making", done, total))

        folder = await asyncio.to_thread(self.folder, id)
        self.tell(Progress("take", shot, "making"))
        made = await self.workers.run(
            make_take, maker, measured, inspected, recipe, dict(references), folder, on_frame=on_frame, where=shot
        )
        self.tell(Progress("take", shot, "keeping"))
        clips = []
        for framing, path, found in made:
            sha256 = await asyncio.to_thread(self.store.blobs.put_file, path, consume=True)
            rate = Rate(found.rate.numerator, found.rate.denominator)
            clip = Clip(
                framing=framing, sha256=sha256, width=found.width, height=found.height, frames=found.frames, rate=rate,
                gates=found.gates,
            )  # fmt: skip
            clips.append(clip.model_dump(mode="json"))
        await asyncio.to_thread(shutil.rmtree, folder, True)
        return clips

    def record(self, id: str, recipe: Recipe, clips: Json, cost: Money, person: str) -> None:
        """Record a take that was made here, and what it cost, at once."""
        kept = [Clip.model_validate(clip) for clip in clips]
        if not cost.micros:
            self.store.add_take(id, recipe, kept, cost)
            return
        from callsheet.money.attempts import Attempts
        from callsheet.money.caps import Spender

        attempts = Attempts(self.store.database, self.store.id, self.store.clock)
        spender = Spender(self.store.id, recipe.order.code, person, self.store.clock().date().isoformat())

        def also(db: "Connection") -> None:
            self.store.record_take(db, id, recipe, kept, cost)

        attempts.charge(id, spender, cost, (), also)

    async def build(
        self,
        key: str,
        kind: str,
        name: str,
        function: Callable[..., tuple[Path, Mapping[str, Any]]],
        arguments: tuple[Any, ...],
    ) -> "Artefact":
        """Make an artefact and record it: its row is the checkpoint."""

        def on_frame(done: int, total: int) -> None:
            self.tell(Progress(kind, name, "making", done, total))

        folder = await asyncio.to_thread(self.folder, key)
        self.tell(Progress(kind, name, "making"))
        path, meta = await self.workers.run(
            make_artefact, function, arguments, folder, on_frame=on_frame, where=name or kind
        )
        self.tell(Progress(kind, name, "keeping"))
        sha256 = await asyncio.to_thread(self.store.blobs.put_file, path, consume=True)
        artefact = await asyncio.to_thread(self.store.put_artefact, key, kind, sha256, meta)
        await asyncio.to_thread(shutil.rmtree, folder, True)
        return artefact

    def folder(self, name: str) -> Path:
        """An empty folder for one piece of work."""
        folder = self.store.scratch / hashlib.sha256(name.encode()).hexdigest()[:24]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder
