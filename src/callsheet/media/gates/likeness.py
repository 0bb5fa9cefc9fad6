"""Whether the people in the picture are the cast. Needs a face judge, an optional part: `judges` finds one."""

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
        """Distance of the nearest face in `picture` (RGB uint8 [h, w, 3]) to a person's stills; None when no face is to be seen in either."""


SEEN = 2
"""Pictures in which somebody else must be seen before a clip is rejected: one glimpse of a passer-by is no proof."""


def identity(footage: Footage, wanted: Wanted, judge: FaceJudge | None) -> Finding:
    """Each cast member must be found at their best moment; the one who is furthest off decides.

    A clip is rejected when none of them is to be recognised and one is certainly somebody else. Where another is recognised, the faces
    that are seen may be that one's: then it only ranks. It is `ok` only when every member of the cast was recognised.
    """
    if not any(wanted.cast.values()):
        return Finding("identity", "not checked", None, "the cast has no references")
    if judge is None or not footage.samples:
        return Finding("identity", "not checked", None, "there is no face judge")
    best: dict[str, tuple[float, int]] = {}
    looks: dict[str, int] = {}
    for index, picture in footage.samples:
        for who, stills in sorted(wanted.cast.items()):
            found = judge.distance(picture, stills) if stills else None
            if found is not None:
                best[who] = min(best.get(who, (found, index)), (found, index))
                looks[who] = looks.get(who, 0) + 1
    if not best:
        return Finding("identity", "not checked", None, "no face is to be seen, or none in the stills")
    far, at, who = max((far, -index, who) for who, (far, index) in best.items())
    span = judge.other - judge.same
    score = round(min(1.0, max(0.0, (judge.other - far) / span)), 4) if span > 0 else float(far <= judge.same)
    if far > judge.same:
        nobody = all(distance > judge.same for distance, _ in best.values())
        if far >= judge.other and nobody and looks[who] >= SEEN:
            return Finding("identity", "reject", 0.0, f"{who} is somebody else", (-at,))
        return Finding("identity", "rank", score, f"{who} is hard to recognise", (-at,))
    missing = sorted(set(wanted.cast) - set(best))
    if missing:
        return Finding("identity", "not checked", None, f"{', '.join(missing)}: no stills with a face")
    return Finding("identity", "ok", score, "the cast is recognised")
