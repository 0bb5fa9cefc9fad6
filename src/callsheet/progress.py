"""Progress as people see it: what is being made, the step, how far, how long still, and what has been spent."""

from collections.abc import Callable
from dataclasses import dataclass

WHOLE = "all"


@dataclass(frozen=True)
class Progress:
    """How far one subject (a shot, a deliverable, or `all`) is: `done` of `total` frames or pieces, in step `step`."""

    WHOLE = WHOLE

    subject: str
    step: str
    done: int
    total: int
    seconds_left: int | None
    spent: str


OnProgress = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Show nothing."""
