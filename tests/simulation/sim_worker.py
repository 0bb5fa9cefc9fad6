"""A worker that can be killed, stopped, frozen or doubled wherever it waits: before and after each call of the database and of the network."""

import asyncio
import math
import random
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import httpx
from sim_case import GRACE_S, STALL_S, Trouble
from sim_stage import Store

from callsheet.floor.buying import FLOW, Buyer
from callsheet.floor.engine import Json, PlainEngine
from callsheet.floor.lines import Lines
from callsheet.floor.make import Measure
from callsheet.floor.order import BuyOrder
from callsheet.money.attempts import Attempts
from callsheet.providers.hosted import Hosted
from callsheet.providers.wire import Wire
from callsheet.rehearsal import Memory
from callsheet.testing.clock import wall

_P = ParamSpec("_P")
_T = TypeVar("_T")
_PAUSE_S = 0.02


class Worker:
    """One process that buys takes. `look(worker)` is called after everything that may have changed a row."""

    def __init__(
        self,
        number: int,
        seed: int,
        store: Store,
        attempts: Attempts,
        hosted: dict[str, Hosted],
        memory: Memory,
        measured: Measure,
        timeout_s: float,
        hooks: bool,
        trouble: Trouble | None,
        look: Callable[["Worker"], None],
        asked: Callable[[], bool],
        on_trouble: Callable[["Worker", Trouble], None],
        make: type[Buyer] = Buyer,
    ) -> None:
        self.number, self.name = number, f"worker-{number}"
        self.luck = random.Random(f"{seed} worker {number}")
        self.loop = asyncio.get_running_loop()
        self.wire = Wire(Line(memory, self), timeout_s=timeout_s, luck=self.luck)
        webhook: Callable[[str], str | None] = (lambda _: "https://studio.invalid/hooks") if hooks else (lambda _: None)
        self.lines = Lines(hosted, self.wire, self.luck, webhook)
        self.buyer = make(store, attempts, self.lines, self.run, measured, lambda: wall(self.loop), GRACE_S)
        self.buyer.owner = self.name
        self.engine = PlainEngine()
        self.orders: dict[str, BuyOrder] = {}
        self.ended: set[str] = set()
        self.asked: dict[tuple[str, str], int] = {}
        """How often each job of each provider was asked about."""
        self.dead = self.closing = self.closed = self.over = False
        self.frozen_until = 0.0
        self.steps = 0
        self._trouble, self._look, self._asked, self._on_trouble = trouble, look, asked, on_trouble
        self._to_cancel = attempts.to_cancel.__name__
        self._quiet = self.luck.choice((0.0, 0.5, 0.9))

    async def open(self) -> None:
        await self.engine.open({FLOW: self.buyer.flow})

    async def buy(self, take: str, order: BuyOrder) -> Json:
        """Run the flow of one take to its end."""
        self.orders[take] = order
        self.ended.discard(take)
        await self.engine.start(FLOW, take, order.plain())
        try:
            return await self.engine.wait(take)
        finally:
            if not (self.dead or self.closing):
                self.ended.add(take)

    async def close(self) -> None:
        """Stop as on Ctrl-C: tasks are cancelled where they wait, calls already handed to a thread are done."""
        self.closing = True
        await self.engine.close()
        await self.buyer.close()
        await self.lines.close()
        self.closed = True

    @property
    def unfinished(self) -> list[str]:
        return [take for take in self.orders if take not in self.ended]

    async def run(self, function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """In place of `asyncio.to_thread`: the call itself takes no time, what is around it does."""
        if getattr(function, "__name__", "") == self._to_cancel and not self._asked():
            return []  # type: ignore[return-value]  # asked every two seconds: answered without the database when nobody wants anything stopped
        try:
            await self.checkpoint()
        except asyncio.CancelledError:
            if self.closing and not self.closed and not self.dead and self.luck.random() < 0.5:
                function(*args, **kwargs)  # a thread had it already
                self._look(self)
            raise
        result = function(*args, **kwargs)
        self._look(self)
        await self.checkpoint()
        return result

    async def checkpoint(self, longest_s: float = math.inf) -> None:
        """Where this worker may be hit; whoever is dead never comes back from here. It stands still for `longest_s` at most."""
        began = self.loop.time()
        self.steps += 1
        if self._trouble is not None and self.steps >= self._trouble.step and not self.closing:
            trouble, self._trouble = self._trouble, None
            self._on_trouble(self, trouble)
        luck = self.luck.random()
        if luck > self._quiet:
            await asyncio.sleep(_PAUSE_S * self.luck.random())
        while (until := min(self.frozen_until, began + longest_s)) > self.loop.time():
            await asyncio.sleep(until - self.loop.time())
        if self.over:
            raise asyncio.CancelledError
        if self.dead:
            await self.loop.create_future()


class Line(httpx.AsyncBaseTransport):
    """A worker's line to the houses."""

    def __init__(self, memory: Memory, worker: Worker) -> None:
        self._memory, self._worker = memory, worker

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        creates = request.method == "POST" and request.url.path == "/v1/takes"
        await self._worker.checkpoint(STALL_S if creates else math.inf)
        if request.method == "GET" and (ids := request.url.params.get("ids")):
            for job in ids.split(","):
                key = (request.url.host, job)
                self._worker.asked[key] = self._worker.asked.get(key, 0) + 1
        response = await self._memory.handle_async_request(request)
        await self._worker.checkpoint()
        return response
