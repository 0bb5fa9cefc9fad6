"""One poller a provider: every job that is in flight there waits on it, however many there are."""

import asyncio
import heapq
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from callsheet.providers.hosted import FINAL, Hosted, Job
from callsheet.providers.wire import Unanswered, Wire

_AT_ONCE = 8
"""Polls under way at the same time."""

_SLOWEST = 4.0
"""A job that has run for long is asked about less often, up to this many times the provider's interval."""


class TooLong(Exception):
    """The job was not final within the longest time its provider declares."""


@dataclass
class _Waiting:
    """One job in flight."""

    result: "asyncio.Future[Job]"
    since: float
    deadline: float
    due: float
    turn: int = 0
    asked: bool = False


@dataclass
class Lateness:
    """How late answers came: seconds between when a poll was due and when it was sent, over every poll."""

    polls: int = 0
    total_s: float = 0.0
    worst_s: float = 0.0
    states: Counter[str] = field(default_factory=Counter)

    def add(self, late: float) -> None:
        """Count one poll."""
        self.polls += 1
        self.total_s += late
        self.worst_s = max(self.worst_s, late)


class Poller:
    """Asks a provider how jobs stand: batched where it can, jittered so that nothing bunches, sooner when a webhook hints."""

    def __init__(self, provider: Hosted, wire: Wire, luck: random.Random) -> None:
        self._provider = provider
        self._wire = wire
        self._luck = luck
        self._waiting: dict[str, _Waiting] = {}
        self._queue: list[tuple[float, int, str]] = []
        self._count = 0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self.lateness = Lateness()

    async def wait(self, job: str, already_s: float = 0.0, longest_s: float | None = None) -> Job:
        """The job, when it is final. `already_s` is how long it has been running. Raises TooLong."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        waiting = self._waiting.get(job)
        if waiting is None:
            longest = self._provider.traits.longest_s if longest_s is None else longest_s
            deadline = now + max(longest - already_s, self._provider.traits.poll_every_s)
            waiting = self._waiting[job] = _Waiting(loop.create_future(), now, deadline, now)
            # A job that was just created is asked about after one interval; one that an earlier process left may be done.
            self._schedule(
                job, waiting, self._interval(waiting) if already_s < self._provider.traits.poll_every_s else 0.0
            )
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())
        try:
            return await asyncio.shield(waiting.result)
        finally:
            if waiting.result.done() or self._waiting.get(job) is waiting:
                self._waiting.pop(job, None)

    def nudge(self, job: str) -> None:
        """Ask about a job now: something happened to it."""
        waiting = self._waiting.get(job)
        if waiting is not None and not waiting.asked:
            self._schedule(job, waiting, 0.0)

    def jobs(self) -> Sequence[str]:
        """The jobs that are waited for."""
        return list(self._waiting)

    async def close(self) -> None:
        """Stop asking. Whoever still waits is cancelled."""
        tasks = [*self._asking, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for waiting in self._waiting.values():
            waiting.result.cancel()
        self._waiting.clear()

    def _interval(self, waiting: _Waiting) -> float:
        slower = min(_SLOWEST, 1.0 + waiting.turn / 20)
        return self._provider.traits.poll_every_s * slower * (0.8 + 0.4 * self._luck.random())

    def _schedule(self, job: str, waiting: _Waiting, after: float) -> None:
        waiting.due = asyncio.get_running_loop().time() + after
        self._count += 1
        heapq.heappush(self._queue, (waiting.due, self._count, job))
        self._changed.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            self._changed.clear()
            batch = self._due(loop.time())
            if batch:
                task = asyncio.ensure_future(self._ask(batch))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)
                if len(self._asking) >= _AT_ONCE:
                    await asyncio.wait(self._asking, return_when=asyncio.FIRST_COMPLETED)
                continue
            after = max(0.0, self._queue[0][0] - loop.time()) if self._queue else None
            try:
                async with asyncio.timeout(after):
                    await self._changed.wait()
            except TimeoutError:
                pass

    def _due(self, now: float) -> list[str]:
        """The jobs to ask about now, at most one batch."""
        batch: list[str] = []
        while self._queue and len(batch) < max(1, self._provider.traits.batch) and self._queue[0][0] <= now:
            due, _, job = heapq.heappop(self._queue)
            waiting = self._waiting.get(job)
            if waiting is None or waiting.asked or waiting.due != due:  # gone, or rescheduled since
                continue
            waiting.asked = True
            self.lateness.add(now - due)
            batch.append(job)
        return batch

    async def _ask(self, batch: Sequence[str]) -> None:
        try:
            found = await self._provider.poll(self._wire, batch)
        except Unanswered:
            found = {}
        # Whatever else an adapter raises is told to those who wait, not to a task that nobody looks at.
        except Exception as error:  # noqa: BLE001
            for job in batch:
                waiting = self._waiting.get(job)
                if waiting is not None and not waiting.result.done():
                    waiting.result.set_exception(error)
            return
        now = asyncio.get_running_loop().time()
        for job in batch:
            waiting = self._waiting.get(job)
            if waiting is None or waiting.result.done():
                continue
            waiting.asked = False
            waiting.turn += 1
            answer = found.get(job)
            if answer is not None and answer.state in FINAL:
                self.lateness.states[answer.state] += 1
                waiting.result.set_result(answer)
            elif now >= waiting.deadline:
                waiting.result.set_exception(TooLong(job))
            else:
                self._schedule(job, waiting, min(self._interval(waiting), max(0.0, waiting.deadline - now)))
