"""A bake-off or a calibration in rehearsal: stand-ins for every route that sells one of the models shoot it, in a folder beside the real one."""

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from callsheet.bakeoff.bake import Bakeoff
from callsheet.bakeoff.bake import bake as shoot
from callsheet.bakeoff.calibrate import Asked, Calibration, home
from callsheet.bakeoff.calibrate import calibrate as test
from callsheet.bakeoff.clips import FOLDER
from callsheet.film import Money
from callsheet.floor.crew import Crew
from callsheet.progress import OnProgress
from callsheet.providers import Seller, installed
from callsheet.providers.families import speaks
from callsheet.providers.installed import routes
from callsheet.rehearsal import House, Memory
from callsheet.rehearsal.cast import assembled
from callsheet.rights.register import carry
from callsheet.store import ProductionStore
from callsheet.store.place import Place

_STAGE = Path(".callsheet") / "bakeoff"


async def bake(
    folder: Path,
    models: Sequence[str],
    takes: int,
    cap: Money,
    shot: str | None,
    on_progress: OnProgress,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Bakeoff:
    """See `bakeoff.bake`."""
    crew, houses = _crew(folder, models)
    stage = _staged(folder)
    with ProductionStore.open(folder, clock) as real, ProductionStore.open(stage, clock, place=Place()) as store:
        carry(real, store)
        found = await shoot(store, stage, crew, models, takes, cap, shot, on_progress)
    meters: tuple[Mapping[str, Any], ...] = tuple(house.meter.summary() for house in houses)
    return replace(found, meters=meters)


async def calibrate(
    folder: Path, models: Sequence[str], asked: Callable[[Sequence[Seller]], Asked], on_progress: OnProgress
) -> Calibration:
    """See `bakeoff.calibrate`; `asked` says what is to be tested when these sell. What stand-ins draw teaches no real production."""
    crew, houses = _crew(folder, models)
    stage = home(folder, rehearse=True)
    with ProductionStore.open(stage, place=Place()) as store:
        found = await test(store, stage, crew, asked(crew.sellers), on_progress)
    meters: tuple[Mapping[str, Any], ...] = tuple(house.meter.summary() for house in houses)
    return replace(found, meters=meters)


def _crew(folder: Path, models: Sequence[str]) -> tuple[Crew, list[House]]:
    """Stand-ins for every route that sells one of the models, and the maker here."""
    named = {name.partition(":")[0] for name in models}
    offers = {
        route: sold
        for route, sold in routes(folder).items()
        if speaks(sold[0].protocol, route) and any({o.id, o.model.id} & named for o in sold)
    }
    sellers, houses = assembled(asyncio.get_running_loop().time, None, offers) if offers else ([], [])
    local = [seller for seller in installed() if seller.name == "animatic"]
    return Crew([*local, *sellers], Memory(*houses, off_loop=True), grace_s=5.0, timeout_s=5.0, rehearsal=True), houses


def _staged(folder: Path) -> Path:
    """A copy of the production without what is remembered and without what was delivered."""
    stage = folder / _STAGE
    shutil.rmtree(stage, ignore_errors=True)
    left_out = shutil.ignore_patterns(".callsheet", "deliver", FOLDER)
    shutil.copytree(folder, stage, ignore=left_out)
    return stage
