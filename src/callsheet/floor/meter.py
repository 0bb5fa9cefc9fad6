"""From the floor's events to progress as people see it."""

import time

from callsheet.film import Money
from callsheet.floor.event import Progress as Event
from callsheet.progress import WHOLE, OnProgress, Progress

_STEPS = {"take": "shooting", "voice": "speaking", "mix": "mixing", "segment": "rendering", "master": "joining", "report": "checking",
          "light": "measuring", "still": "stills", "sheet": "contact sheet"}  # fmt: skip


class Meter:
    """Turns the floor's events into progress."""

    def __init__(self, on_progress: OnProgress, spent: Money) -> None:
        self._tell = on_progress
        self.spent = spent
        self._pieces: dict[tuple[str, str, int], float] = {}
        self._waiting: dict[tuple[str, str], list[int]] = {}
        self._started: float | None = None
        self._begun = 0.0

    def __call__(self, event: Event) -> None:
        """Take in one event of the floor."""
        piece = (event.kind, event.name)
        slots = self._waiting.setdefault(piece, [])
        if event.step in ("waiting", "reused"):
            slots.append(len(slots))
            self._pieces[(*piece, slots[-1])] = 1.0 if event.step == "reused" else 0.0
        elif event.step == "made" and slots:
            open_slot = next((s for s in slots if self._pieces[(*piece, s)] < 1.0), slots[-1])
            self._pieces[(*piece, open_slot)] = 1.0
        elif event.total and slots:
            open_slot = next((s for s in slots if self._pieces[(*piece, s)] < 1.0), slots[-1])
            self._pieces[(*piece, open_slot)] = min(0.999, event.done / event.total)
            self._tell(Progress(event.name, _STEPS.get(event.kind, event.kind), event.done, event.total, None, ""))
        self._whole(event)

    def _whole(self, event: Event) -> None:
        now = time.monotonic()
        done, count = sum(self._pieces.values()), len(self._pieces)
        if event.step in ("making", "made") and self._started is None:
            self._started, self._begun = now, done
        left = None
        if self._started is not None and done - self._begun > 0.5:
            left = round((now - self._started) / (done - self._begun) * (count - done))
        whole = int(done) if done < count else count
        self._tell(Progress(WHOLE, _STEPS.get(event.kind, event.kind), whole, count, left, f"spent {self.spent}"))
