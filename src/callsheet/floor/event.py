"""What the floor tells while it works, for a live display."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Step = Literal["reused", "waiting", "making", "keeping", "made", "failed"]


@dataclass(frozen=True)
class Progress:
    """One thing's state: `kind` is `take` or a job's kind, `name` a shot's address or a job's name, `done` of `total` frames.

    Frames are known while `making`; elsewhere both are 0.
    """

    kind: str
    name: str
    step: Step
    done: int = 0
    total: int = 0


OnEvent = Callable[[Progress], None]
"""Called in the event loop; must return at once."""


def silent(_event: Progress) -> None:
    """Tell nobody."""
