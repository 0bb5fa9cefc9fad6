"""The order at a provider's door: whoever waits to be let in, in one process, and who goes first."""

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager


class Dismissed(Exception):
    """There is nothing left to wait for."""


class Turnstile:
    """Lets one through at a time: by priority, then so that productions take turns however many shots each of them has waiting."""

    def __init__(self) -> None:
        self._queue: list[tuple[int, int, int, asyncio.Future[None]]] = []
        self._busy = False
        self._count = 0
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._served: Counter[str] = Counter()
        self._floor = 0
        self.freed = asyncio.Event()
        """Set when a job in flight has ended, so that whoever stands at the door for lack of a slot can look again."""

    @asynccontextmanager
    async def turn(self, production: str, priority: int = 0, name: str = "") -> AsyncIterator[None]:
        """Wait for one's turn; lower priorities go first. Inside, one alone stands at the door. Raises Dismissed."""
        if self._busy:
            # The k-th of a production stands behind the k-th of every other; one that comes late does not make up for its absence.
            rank = max(self._served[production], self._floor)
            self._served[production] = rank + 1
            self._count += 1
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._queue, (priority, rank, self._count, mine))
            self._waiting[name] = mine
            try:
                await mine
            except asyncio.CancelledError:
                if mine.done() and not mine.cancelled():
                    self._next()
                raise
            finally:
                if self._waiting.get(name) is mine:
                    del self._waiting[name]
        self._busy = True
        try:
            yield
        finally:
            self._next()

    @property
    def waiting(self) -> Collection[str]:
        """The names of those who wait."""
        return self._waiting.keys()

    def dismiss(self, name: str) -> None:
        """Tell one who waits that there is nothing left to wait for."""
        found = self._waiting.get(name)
        if found is not None and not found.done():
            found.set_exception(Dismissed())

    def _next(self) -> None:
        while self._queue:
            _, rank, _, waiting = heapq.heappop(self._queue)
            if not waiting.done():
                self._floor = rank
                waiting.set_result(None)
                return
        self._busy = False
