"""The one thing an overlay hands to the picture: a small rectangle of premultiplied colour at a place in the frame."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Tile"]


@dataclass(frozen=True, eq=False)
class Tile:
    """A rectangle to blend over a frame.

    `x`, `y`: its top left corner in frame pixels, never negative. `rgba`: uint8 [h, w, 4], premultiplied RGBA, read-only,
    wholly inside the frame. `stable_id`: two tiles with the same id hold the same bytes at the same place, so whatever was
    derived from the first may be used for the second.
    """

    x: int
    y: int
    rgba: npt.NDArray[np.uint8]
    stable_id: str
