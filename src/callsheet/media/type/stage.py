"""The frame as a typographer sees it: safe areas, the strip that captions keep, and the zones that supers stand in.

All lengths are in reference units: the frame's short side is 1080, whatever its size in pixels.
"""

from dataclasses import dataclass
from functools import lru_cache

__all__ = ["PLACES", "REFERENCE", "Area", "Stage", "stage_for"]

REFERENCE = 1080.0

PLACES = (
    "auto",
    "left",
    "center",
    "right",
    "upper",
    "lower",
    "upper-left",
    "upper-center",
    "upper-right",
    "lower-left",
    "lower-center",
    "lower-right",
)
"""Where a super may be asked to stand; `auto` leaves it to its role, the frame's shape and its company."""


@dataclass(frozen=True)
class Area:
    """A rectangle in reference units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its bottom edge."""
        return self.y + self.height

    def meets(self, other: "Area", air: float = 0.0) -> bool:
        """Whether the two come closer than `air`."""
        return (
            self.x < other.right + air
            and other.x < self.right + air
            and self.y < other.bottom + air
            and other.y < self.bottom + air
        )


@dataclass(frozen=True)
class Stage:
    """A frame shape. `kind`: vertical, landscape or square; `safe`: where supers may stand; `captions`: where captions do."""

    kind: str
    width: float
    height: float
    safe: Area
    captions: Area

    def zone(self, horizontal: str, vertical: str) -> Area:
        """The room of a zone: left, center or right by upper, middle or lower."""
        safe = self.safe
        if horizontal == "center":
            # Centred on the frame, not on the safe area, so that it agrees with centred pictures and captions.
            half = min(self.width / 2 - safe.x, safe.right - self.width / 2)
            x, width = self.width / 2 - half, half * 2
            if self.kind == "landscape":
                x, width = x + width * 0.08, width * 0.84
        elif self.kind == "landscape":
            width = safe.width * 0.54
            x = safe.x if horizontal == "left" else safe.right - width
        else:
            x, width = safe.x, safe.width
        if vertical == "middle":
            return Area(x, safe.y, width, safe.height)
        height = safe.height * (0.74 if self.kind == "vertical" else 0.85)
        return Area(x, safe.y if vertical == "upper" else safe.bottom - height, width, height)


@lru_cache(maxsize=32)
def stage_for(size: tuple[int, int]) -> Stage:
    """The stage of a frame of `size` (width, height) pixels.

    Vertical keeps out of the top 10 %, the right 12 % and the bottom 20 %, where platforms draw their own controls;
    the others keep 5 % title safe. Captions have their strip above the bottom margin, and supers end above the strip.
    """
    scale = REFERENCE / min(size)
    width, height = size[0] * scale, size[1] * scale
    if height > width * 1.1:
        safe = Area(width * 0.075, height * 0.10, width * 0.805, height * 0.56)
        return Stage("vertical", width, height, safe, Area(width * 0.085, height * 0.70, width * 0.83, height * 0.095))
    kind = "landscape" if width > height * 1.1 else "square"
    top, margin = (0.065, 0.055) if kind == "landscape" else (0.06, 0.065)
    safe = Area(width * margin, height * top, width * (1 - 2 * margin), height * (0.795 - top))
    return Stage(kind, width, height, safe, Area(width * 0.1, height * 0.815, width * 0.8, height * 0.13))
