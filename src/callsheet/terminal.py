"""The live display: what is being made, which step, how long it still takes, and what has been spent."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from callsheet.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_PLAIN_SECONDS = 5.0


class Live:
    """Called with every Progress. Draws bars on a terminal, a line every few seconds elsewhere, and nothing when quiet."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bars: Bars | None = None
        self._rows: dict[str, TaskID] = {}
        self._said = 0.0

    def __enter__(self) -> "Callable[[Progress], None]":
        if self._quiet:
            return lambda progress: None
        if sys.stderr.isatty():
            self._bars = self._open()
            return self._draw
        return self._say

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()

    def _open(self) -> "Bars":
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        bars = Bars(
            TextColumn("{task.description:<18}"),
            BarColumn(bar_width=28, complete_style="yellow", finished_style="green"),
            MofNCompleteColumn(),
            TextColumn("{task.fields[step]}"),
            TimeRemainingColumn(),
            TextColumn("[dim]{task.fields[spent]}"),
            console=Console(stderr=True),
            transient=True,
        )
        bars.start()
        return bars

    def _draw(self, progress: Progress) -> None:
        assert self._bars is not None
        row = self._rows.get(progress.subject)
        if row is None:
            row = self._rows[progress.subject] = self._bars.add_task(progress.subject, total=None, step="", spent="")
        self._bars.update(row, completed=progress.done, total=progress.total, step=progress.step, spent=progress.spent)
        if progress.done >= progress.total and progress.subject != progress.WHOLE:
            self._bars.update(row, visible=False)

    def _say(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.subject != progress.WHOLE or (now - self._said < _PLAIN_SECONDS and progress.done < progress.total):
            return
        self._said = now
        left = f", about {progress.seconds_left} s left" if progress.seconds_left is not None else ""
        print(
            f"{progress.step}: {progress.done} of {progress.total}{left}; {progress.spent}", file=sys.stderr, flush=True
        )
