"""Time that runs faster: for event loops and clocks of the bench's processes alike, so that waits of seconds cost little."""

import asyncio
import selectors
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

PACE = 10.0
"""Bench seconds in a real one."""

_START = 1_795_000_000.0
"""Where the bench's time and the real one are the same; the same in every process."""


def now() -> float:
    """Bench seconds since 1970, the same in every process of this machine."""
    return _START + (time.time() - _START) * PACE


def clock() -> datetime:
    """Bench time, UTC."""
    return datetime.fromtimestamp(now(), UTC)


class _Selector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout / PACE if timeout and timeout > 0 else timeout)


class _Loop(asyncio.SelectorEventLoop):
    def time(self) -> float:
        return super().time() * PACE


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` on a loop whose seconds are bench seconds."""
    with asyncio.Runner(loop_factory=lambda: _Loop(_Selector())) as runner:
        runner.run(work)
