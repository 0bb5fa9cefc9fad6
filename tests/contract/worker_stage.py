"""Houses in a thread of the test, so that clients may die and meters live on; and the processes that buy from them."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from callsheet.rehearsal import (
    SKINS,
    Calm,
    House,
    Plain,
    Reply,
    Request,
    Schedule,
    Server,
    Timing,
)

HERE = Path(__file__).parent


class Watched(House):
    """A house that also remembers how full it ever was and what it turned down."""

    peak = 0
    refused: Counter[str]

    def handle(self, request: Request) -> Reply:
        reply = super().handle(request)
        self.peak = max(self.peak, self.in_flight)
        if reply.status == 429:
            self.refused[json.loads(reply.body)["error"]["code"]] += 1
        return reply


class Street:
    """The houses, open; use it in `with`. `start` runs a process that knows them."""

    def __init__(
        self,
        traits: dict[str, Any],
        timing: Timing,
        schedule: Schedule | None = None,
        names: tuple[str, ...] = tuple(SKINS),
    ) -> None:
        self.traits, self.urls = traits, dict[str, str]()
        self.houses: dict[str, Watched] = {}
        self._ahead = 0.0
        for name in names:
            skin = replace(SKINS[name], traits=replace(SKINS[name].traits, **traits))
            house = self.houses[name] = Watched(skin, self._clock, Plain(64), schedule or Calm(), timing)
            house.refused = Counter()
        self._open, self._shut = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._open.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()
        self._shut.set()
        self._thread.join()

    async def _serve(self) -> None:
        servers = [Server(house) for house in self.houses.values()]
        for server in servers:
            await server.__aenter__()
            self.urls[server.house.skin.name] = server.url
        self._open.set()
        while not self._shut.is_set():
            await asyncio.sleep(0.05)
        for server in servers:
            await server.__aexit__(None, None, None)

    def _clock(self) -> float:
        return time.time() + self._ahead

    def finish(self, then: Timing) -> None:
        """Every job that runs now ends now; those that begin from here on take the time of `then`."""
        self._ahead += max(house.timing.queue_s + house.timing.run_s for house in self.houses.values())
        for house in self.houses.values():
            house.timing = then

    def start(self, role: str, **spec: Any) -> subprocess.Popen[str]:
        """A process of its own: `work` or `make`."""
        said = {"role": role, "urls": self.urls, "traits": self.traits, "pulse": [0.5, 3.0], **spec}
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(HERE / "worker_child.py"), json.dumps(said)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.processes.append(process)
        return process

    @property
    def charges(self) -> int:
        return sum(len(house.meter.jobs) for house in self.houses.values())


def said(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The next line that a process says."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr.read() if process.stderr else ""
    found: dict[str, Any] = json.loads(line)
    return found


def until(what: Any, within_s: float = 30.0) -> None:
    """Wait until `what()` holds."""
    deadline = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < deadline, "it did not come to pass"
        threading.Event().wait(0.02)


__all__ = ["Street", "Watched", "said", "until"]
