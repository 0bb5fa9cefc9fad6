"""A rehearsal: the whole production against stand-ins that deliver, fail and bill like real providers, and cost nothing.

It happens in a folder of its own inside `.callsheet/`, with its own memory: neither takes nor money of the real production are touched.
"""

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from callsheet.catalog import Offer
from callsheet.delivery.deliver import deliver, sources
from callsheet.delivery.made import Made
from callsheet.errors import CallsheetError, ConflictError
from callsheet.floor.crew import Crew
from callsheet.money.attempts import Attempt, Attempts
from callsheet.money.audit import verify
from callsheet.progress import OnProgress
from callsheet.rehearsal import House, Memory, Schedule
from callsheet.rehearsal.cast import assembled, listed
from callsheet.rights.register import carry
from callsheet.store import ProductionStore
from callsheet.store.disk import guarded
from callsheet.store.place import Place

FOLDER = Path(".callsheet") / "rehearsal"


@dataclass(frozen=True)
class Rehearsed:
    """What a rehearsal came to. `made` is None when it could not be delivered; `error` says why."""

    made: Made | None
    error: CallsheetError | None
    meters: Sequence[Mapping[str, Any]]
    attempts: Mapping[str, int]
    troubles: Sequence[str]
    """What went wrong on the way, and what became of it."""
    balanced: bool
    waits: Sequence[Mapping[str, Any]] = ()
    """What the clips of each stand-in would usually take at its seller, in seconds: one clip, the longest, and all of them."""

    def facts(self) -> dict[str, Any]:
        """As plain data: those of a `make`, with the providers' own meters and the attempts."""
        made = self.made.facts() if self.made else {"error": type(self.error).__name__, "message": str(self.error)}
        return {
            **made,
            "meters": [dict(meter) for meter in self.meters],
            "attempts": dict(self.attempts),
            "troubles": list(self.troubles),
            "balanced": self.balanced,
            "waits": [dict(wait) for wait in self.waits],
        }


def rehearse(
    folder: Path,
    faults: Schedule | None,
    on_progress: OnProgress,
    on: Sequence[str] = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Rehearsed:
    """Make the production of `folder`, as it is now, in rehearsal: with the houses of the rehearsal, or with stand-ins for the sellers
    by the routes `on`. Raises what `deliver` raises before anything is shot, NotFoundError for a route that is not known."""
    stage = _stage(folder)
    offers = listed(folder, on)
    with ProductionStore.open(folder, clock) as real, ProductionStore.open(stage, clock, place=Place()) as store:
        carry(real, store)
        return asyncio.run(_rehearse(store, stage, faults, on_progress, offers))


async def _rehearse(
    store: ProductionStore,
    stage: Path,
    faults: Schedule | None,
    on_progress: OnProgress,
    offers: Mapping[str, Sequence[Offer]],
) -> Rehearsed:
    sellers, cast = assembled(asyncio.get_running_loop().time, faults, offers)
    made: Made | None = None
    failed: CallsheetError | None = None
    crew = Crew(sellers, Memory(*cast, off_loop=True), grace_s=5.0, timeout_s=5.0, rehearsal=True)
    try:
        made = await deliver(store, stage, on_progress, crew)
    except CallsheetError as error:
        failed = error
    attempts = Attempts(store.database, store.id, store.clock).all()
    if failed is not None and not attempts:
        raise failed
    return Rehearsed(
        made,
        failed,
        [_meter(house) for house in cast],
        _counts(attempts),
        [_trouble(a) for a in attempts if a.verdict != "delivered" or a.reason],
        verify(store.database).balanced,
        [wait for house in cast if (wait := house.waits()) is not None],
    )


def _stage(folder: Path) -> Path:
    """A fresh folder with the production's document and the files it names."""
    with ProductionStore.open(folder) as store, store.locked():
        files = sources(store)
        stage = folder / FOLDER
        with guarded(stage):
            if stage.exists():
                shutil.rmtree(stage)
            for name in files:
                if (folder / name).is_file():
                    (stage / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(folder / name, stage / name)
    if not stage.is_dir():
        raise ConflictError(
            "there is nothing to rehearse", where=str(folder), remedy="Write the board first: `callsheet write`."
        )
    return stage


def _meter(house: House) -> dict[str, Any]:
    return dict(house.meter.summary())


def _counts(attempts: Sequence[Attempt]) -> dict[str, int]:
    """By state; what is neither ended nor unknown is open."""
    counts = {"settled": 0, "released": 0, "unknown": 0, "open": 0}
    for attempt in attempts:
        counts[attempt.state if attempt.state in counts else "open"] += 1
    return counts


def _trouble(attempt: Attempt) -> str:
    cost = f"; it cost {attempt.cost}" if attempt.cost is not None and attempt.cost.micros else ""
    held = f"; {attempt.held} stays held" if attempt.open else ""
    what = attempt.verdict or attempt.state
    return f"{attempt.shot}, {attempt.offer}: {what}" + (f" ({attempt.reason})" if attempt.reason else "") + cost + held
