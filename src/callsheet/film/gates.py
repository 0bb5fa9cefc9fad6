"""What gates said of a clip, as it is kept with it."""

from collections.abc import Mapping
from typing import Literal

from callsheet.film.model import Frozen

GateOutcome = Literal["reject", "rank", "ok", "not checked"]


class GateFinding(Frozen):
    """What one gate said of one clip."""

    gate: str
    outcome: GateOutcome
    score: float | None
    """1 without a trace of the fault, down to 0; None when nothing was measured."""
    words: str
    at_frames: tuple[int, ...] = ()
    """Frames of the clip where it shows, the first few."""


class Inspection(Frozen):
    """What the gates of one version said of a clip. It rejects or ranks; it never approves."""

    version: int
    findings: tuple[GateFinding, ...]

    @property
    def rejected(self) -> bool:
        """Whether any gate rejects the clip."""
        return any(found.outcome == "reject" for found in self.findings)

    @property
    def against(self) -> tuple[GateFinding, ...]:
        """What speaks against the clip: rejections first, then what ranks it behind others."""
        told = [found for found in self.findings if found.outcome in ("reject", "rank")]
        return tuple(sorted(told, key=lambda found: found.outcome != "reject"))

    @property
    def scores(self) -> Mapping[str, float | None]:
        """Score by gate."""
        return {found.gate: found.score for found in self.findings}
