"""Whether the people in the picture are the cast. Needs a face judge, an optional part; no weights are shipped."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from callsheet.media.gates.finding import Finding, Wanted
from callsheet.media.gates.footage import Footage


class FaceJudge(Protocol):
    """Measures faces. Distances are in the judge's own unit; the two limits say what they mean."""

    same: float
    """Distance up to which two faces are one person."""
    other: float
    """Distance from which they are certainly two."""

    def distance(self, picture: NDArray[np.uint8], references: Sequence[Path]) -> float | None:
        """Distance of the nearest face in `picture` (RGB uint8 [h, w, 3]) to a person's stills; None when no face is to be seen."""


def identity(footage: Footage, wanted: Wanted, judge: FaceJudge | None) -> Finding:
    """Each cast member must be found at their best moment; the one who is furthest off decides."""
    if not any(wanted.cast.values()):
        return Finding("identity", "not checked", None, "the cast has no references")
    if judge is None or not footage.samples:
        return Finding("identity", "not checked", None, "there is no face judge")
    furthest: tuple[float, str, int] | None = None
    for who, stills in sorted(wanted.cast.items()):
        seen = [
            (found, index)
            for index, picture in footage.samples
            if (found := judge.distance(picture, stills)) is not None
        ]
        if seen and (furthest is None or min(seen)[0] > furthest[0]):
            furthest = (min(seen)[0], who, min(seen)[1])
    if furthest is None:
        return Finding("identity", "not checked", None, "no face is to be seen")
    far, who, at = furthest
    score = round(min(1.0, max(0.0, (judge.other - far) / (judge.other - judge.same))), 4)
    if far >= judge.other:
        return Finding("identity", "reject", 0.0, f"{who} is somebody else", (at,))
    if far > judge.same:
        return Finding("identity", "rank", score, f"{who} is hard to recognise", (at,))
    return Finding("identity", "ok", score, "the cast is recognised")
