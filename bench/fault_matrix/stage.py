"""The process in which the houses are: it outlives every kill, and its meters are what the buyers are judged by."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from bench.fault_matrix import haste
from callsheet.rehearsal import SKINS, Delivery, Fault, House, Plain, Scripted, Seeded, Server, Skin, Timing

TIMING = Timing(queue_s=0.2, run_s=1.0, spread=0.2, slow_s=30.0, hook_late_s=3.0, pace_s=0.1, polls_lost=2)
_POLL_S, _LONGEST_S = 0.5, 15.0
CLIPS = Plain(height=48)


def skin_of(house: str, name: str) -> Skin:
    """House `house` of the cast of three under a name of its own, so that cases on one server database do not meet."""
    skin = SKINS[house]
    return replace(skin, name=name, traits=replace(skin.traits, poll_every_s=_POLL_S, longest_s=_LONGEST_S))


@dataclass(frozen=True)
class Report:
    """What a house's meter says of one job: `micros` is what it cost, `status` how it ended."""

    house: str
    job: str
    attempt: str
    code: str
    status: str
    micros: int


class _Shifted:
    """The bench's time, which can be set forward for one house."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return haste.now() + self.offset


class _Stage:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._open: dict[str, tuple[House, _Shifted, contextlib.AsyncExitStack]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):  # the stage may end first
            while line := await reader.readline():
                asked = json.loads(line)
                answer = await getattr(self, f"_{asked.pop('do')}")(**asked)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        writer.close()

    async def _raise(self, house: str, name: str, script: Mapping[str, Any] | None, rates: Mapping[str, Any]) -> str:
        """Open a house; its address."""
        clock = _Shifted()
        schedule = (
            Scripted({code: [Fault(f) for f in faults] for code, faults in script.items()})
            if script is not None
            else Seeded(rates["seed"], {Fault(fault): rate for fault, rate in rates["rates"].items()})
        )
        made = House(skin_of(house, name), clock, CLIPS, schedule, TIMING)
        stack = contextlib.AsyncExitStack()
        server = await stack.enter_async_context(Server(made, send=self._send, beat_s=0.5))
        self._open[name] = made, clock, stack
        return server.url

    async def _forward(self, name: str, seconds: float) -> None:
        """Let time pass for one house."""
        house, clock, _ = self._open[name]
        clock.offset += seconds
        house.advance()

    async def _report(self, name: str) -> list[dict[str, Any]]:
        return list(self._open[name][0].report()["jobs"])

    async def _strike(self, name: str) -> None:
        """Close a house."""
        await self._open.pop(name)[2].aclose()

    async def _send(self, delivery: Delivery) -> None:
        # A webhook that nobody hears is lost, as webhooks are.
        with contextlib.suppress(httpx.TransportError):
            await self._client.post(delivery.url, headers=dict(delivery.headers), content=delivery.body)


async def _serve(path: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with httpx.AsyncClient(timeout=5) as client:
        stage = _Stage(client)
        server = await asyncio.start_unix_server(stage.serve, path)
        await stop.wait()
        server.close()


@contextlib.contextmanager
def opened(folder: Path) -> Any:
    """A stage in a process of its own; gives the path of its socket. Forks: call it before there are threads."""
    path = folder / "stage"
    for framing in ("9:16", "16:9"):  # encoded once, before anyone waits for it
        CLIPS({"order": {"frames": 12, "rate": "24"}}, framing)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            haste.run(_serve(path))
            code = 0
        finally:
            os._exit(code)
    try:
        yield path
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


class Stage:
    """A lane's own line to the stage."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        for _ in range(200):
            try:
                self._socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.05)
        self._file = self._socket.makefile("rwb")

    def raise_house(self, house: str, name: str, faults: Mapping[str, Sequence[Fault]]) -> str:
        """Open a house in which the first create of a shot meets `faults`; its address."""
        return str(self._ask("raise", house=house, name=name, script={c: list(f) for c, f in faults.items()}, rates={}))

    def raise_seeded(self, house: str, name: str, seed: int, rates: Mapping[Fault, float]) -> str:
        """Open a house that meets creates with faults by chance; its address."""
        return str(self._ask("raise", house=house, name=name, script=None, rates={"seed": seed, "rates": dict(rates)}))

    def forward(self, name: str, seconds: float) -> None:
        """Let time pass for one house."""
        self._ask("forward", name=name, seconds=seconds)

    def report(self, name: str) -> list[Report]:
        """Every job of a house."""
        return [
            Report(name, j["id"], j["attempt"], j["code"], j["status"], j["micros"])
            for j in self._ask("report", name=name)
        ]

    def strike(self, name: str) -> None:
        """Close a house."""
        self._ask("strike", name=name)

    def _ask(self, do: str, **more: Any) -> Any:
        self._file.write(json.dumps({"do": do, **more}).encode() + b"\n")
        self._file.flush()
        return json.loads(self._file.readline())
