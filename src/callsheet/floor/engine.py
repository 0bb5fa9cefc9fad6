"""The engine port: what the floor needs from whatever runs its flows, and the plain engine that keeps them in memory.

A flow is an async function that does its work in named steps. An engine that is durable remembers the result of every finished
step, so that after a crash a flow goes on where it was. A step may run twice when the crash hits it, so each must be safe to repeat;
whether anything was bought or made is therefore never read from an engine, but from the store.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from callsheet.errors import NotFoundError

Json: TypeAlias = Any
"""What JSON can say: it is stored between steps, and read by later versions of this code."""


class Steps(Protocol):
    """What a flow does its work with."""

    async def run(self, name: str, work: Callable[[], Awaitable[Json]]) -> Json:
        """Do `work` once and remember its result under `name`; after a crash return what is remembered."""


Flow: TypeAlias = Callable[[Steps, str, Json], Awaitable[Json]]
"""A flow: its steps, its id, its input; returns its result. It must do the same steps in the same order every time."""

State = Literal["running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class FlowState:
    """Where one flow stands."""

    id: str
    flow: str
    state: State


class Engine(Protocol):
    """Runs flows by name. Opened inside the event loop that will run them."""

    async def open(self, flows: Mapping[str, Flow]) -> None:
        """Begin, with every flow this process can run; unfinished flows of an earlier process go on at once."""

    async def close(self) -> None:
        """Stop. Flows that are not finished stay unfinished, to go on later."""

    async def start(self, flow: str, id: str, order: Json, turn: int = 0) -> None:
        """Start a flow under `id`, or leave it running when it is; one that failed or was cancelled is started again.

        The caller has looked in the store first: a flow that the engine calls done, but that the caller asks for, is done anew.
        Where flows wait for a worker, those of a lower `turn` go first, which makes productions take turns when each counts its own.
        """

    async def wait(self, id: str) -> Json:
        """The flow's result, when it is there. Raises what the flow raised, or Forgotten."""

    async def cancel(self, id: str) -> None:
        """Stop a flow before its next step."""

    async def flows(self) -> Sequence[FlowState]:
        """Every flow the engine remembers, by id."""

    async def forget(self, ids: Sequence[str]) -> None:
        """Remove finished flows: what they made is in the store."""


class Forgotten(NotFoundError):
    """No flow has that id: there never was one, or somebody has removed it since, because what it made is in the store."""


class _Straight:
    """Steps that are only done."""

    async def run(self, name: str, work: Callable[[], Awaitable[Json]]) -> Json:
        """Do the work."""
        return await work()


class PlainEngine:
    """An engine in memory: nothing survives the process. For tests, and where no crash needs to be survived."""

    def __init__(self) -> None:
        self._named: Mapping[str, Flow] = {}
        self._running: dict[str, tuple[str, asyncio.Task[Json]]] = {}

    async def open(self, flows: Mapping[str, Flow]) -> None:
        """See Engine.open."""
        self._named = flows

    async def close(self) -> None:
        """See Engine.close."""
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def start(self, flow: str, id: str, order: Json, turn: int = 0) -> None:
        """See Engine.start."""
        found = self._running.get(id)
        if found is None or found[1].done():
            self._running[id] = flow, asyncio.ensure_future(self._named[flow](_Straight(), id, order))

    async def wait(self, id: str) -> Json:
        """See Engine.wait."""
        if id not in self._running:
            raise Forgotten(f"no flow has the id {id}")
        return await asyncio.shield(self._running[id][1])

    async def cancel(self, id: str) -> None:
        """See Engine.cancel."""
        if id in self._running:
            self._running[id][1].cancel()

    async def flows(self) -> Sequence[FlowState]:
        """See Engine.flows."""
        return [FlowState(id, flow, _state(task)) for id, (flow, task) in sorted(self._running.items())]

    async def forget(self, ids: Sequence[str]) -> None:
        """See Engine.forget."""
        for id in ids:
            if id in self._running and self._running[id][1].done():
                del self._running[id]


def _state(task: asyncio.Task[Json]) -> State:
    if not task.done():
        return "running"
    if task.cancelled():
        return "cancelled"
    return "failed" if task.exception() else "done"
