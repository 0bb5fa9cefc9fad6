"""Virtual time: an event loop whose clock jumps to the next timer whenever nothing is ready. Nothing sleeps, nothing is real."""

import asyncio
import contextlib
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

EPOCH = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_T = TypeVar("_T")


class Stalled(AssertionError):
    """Somebody waits, and nothing that could ever happen will wake them."""


class _Jump(selectors.SelectSelector):
    def __init__(self, skip: Callable[[float], None]) -> None:
        super().__init__()
        self._skip = skip

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Stalled("nothing is ready and no timer is set")
        if timeout > 0:
            self._skip(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time."""

    def __init__(self) -> None:
        self._virtual = 0.0
        super().__init__(_Jump(self._advance))

    def _advance(self, seconds: float) -> None:
        self._virtual += seconds

    def time(self) -> float:
        """Seconds of virtual time since the loop was made."""
        return self._virtual


def wall(loop: asyncio.AbstractEventLoop) -> datetime:
    """What a clock on the wall shows in virtual time."""
    return EPOCH + timedelta(seconds=loop.time())


def run(main: Callable[[VirtualLoop], Coroutine[Any, Any, _T]]) -> _T:
    """Run `main(loop)` in virtual time; whatever it leaves running is cancelled."""
    loop = VirtualLoop()
    try:
        try:
            return loop.run_until_complete(main(loop))
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                with contextlib.suppress(Stalled):
                    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    finally:
        loop.close()
