"""A worker: a process that helps on every production of a server, on any machine, until it is told to stop."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from callsheet.errors import NotFoundError
from callsheet.floor.crew import Crew
from callsheet.floor.make import Measure, measure
from callsheet.floor.shift import Pulse, Shift, shared
from callsheet.floor.workers import Workers
from callsheet.providers import Seller, installed
from callsheet.store import Place

_LOOK_S = 0.5


@dataclass(frozen=True)
class Status:
    """What a worker is doing: `working`, `draining` or `fenced`; flows that run, and that ended or failed here."""

    id: str
    state: str
    running: int
    ended: int
    failed: int
    strangers: int
    """Unfinished flows of other versions of Callsheet, which only their own workers can finish."""

    def __str__(self) -> str:
        stranger = f", {self.strangers} of other versions wait" if self.strangers else ""
        return f"worker {self.id[:8]} {self.state}: {self.running} under way, {self.ended} done, {self.failed} failed{stranger}"


OnStatus = Callable[[Status], None]
"""Called in the event loop whenever something has changed, at most twice a second."""


async def work(
    place: Place,
    sellers: Sequence[Seller] | Crew,
    stop: asyncio.Event,
    *,
    on_status: OnStatus = lambda status: print(status, flush=True),
    folder: Path | None = None,
    jobs: int | None = None,
    measured: Measure = measure,
    pulse: Pulse | None = None,
) -> None:
    """Work until `stop` is set; then nothing new is begun, and what is under way goes back to the others.

    `folder` holds what is fetched and unfinished; without one it is a temporary folder. A worker that was taken for dead, because its machine
    slept, stops what it was doing and begins anew under another name. Raises InputError for a place that cannot be shared, StorageError.
    """
    shared(place)
    crew = sellers if isinstance(sellers, Crew) else Crew(sellers)
    workers = Workers(jobs)
    with contextlib.closing(workers), _private(folder) as private:
        while not stop.is_set():
            async with Shift(place, private, crew, workers, measured=measured, pulse=pulse) as shift:
                await _watch(shift, stop, on_status)


def run(sellers: Sequence[Seller] | None = None) -> None:
    """Work for the server that the settings name, until SIGTERM or Ctrl-C. Raises like `work`."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await work(Place.from_settings(), installed() if sellers is None else sellers, stop)

    asyncio.run(main())


async def _watch(shift: Shift, stop: asyncio.Event, on_status: OnStatus) -> None:
    """Tell what changes, until it is over."""
    told = None
    while True:
        state = "draining" if stop.is_set() else "fenced" if shift.fenced.is_set() else "working"
        ended, failed = shift.done.ended.total(), shift.done.failed.total()
        now = Status(shift.id, state, shift.engine.running, ended, failed, len(shift.strangers))
        if now != told:
            on_status(now)
            told = now
        if state != "working":
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_S):
                await stop.wait()


@contextlib.contextmanager
def _private(folder: Path | None) -> Iterator[Path]:
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="callsheet-worker-") as made:
            yield Path(made)
        return
    if not folder.is_dir():
        raise NotFoundError("there is no such folder", where=str(folder), remedy="Make it, or name another.")
    yield folder
