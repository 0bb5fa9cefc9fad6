"""Places: what a scene's surroundings offer to figures, and how the lens frames them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import skia

from callsheet.media.animatic.camera import Lens
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.stage import Stage, View

Seat = Literal["table", "desk", "tea", "counter", "bench", "floor", "bed", "car"]

HORIZON = 0.60
"""Where places put their horizon, as a fraction of the frame's height, before the lens moves it."""


@dataclass(frozen=True)
class World:
    """A place seen through a lens at one moment: layers in the pixels of the wide composition."""

    stage: Stage
    lens: Lens
    view: View
    shift: float = 0.0
    """How far this shot looks aside from the place's middle, in frame widths at depth 1."""

    @property
    def width(self) -> int:
        """Frame width in pixels."""
        return self.stage.width

    @property
    def height(self) -> int:
        """Frame height in pixels."""
        return self.stage.height

    @property
    def horizon(self) -> float:
        """The horizon of the wide composition in pixels."""
        return HORIZON * self.stage.height

    @property
    def time(self) -> float:
        """Seconds since the shot began."""
        return self.view.time

    def scale(self, depth: float) -> float:
        """How much the lens enlarges a layer at `depth` against the wide shot."""
        return float(max(self.lens.field, 0.35) ** (0.06 + 0.60 * min(max(depth, 0.0), 1.2) ** 1.25))

    def matrix(self, depth: float) -> skia.Matrix:
        """From the wide composition's pixels at `depth` to frame pixels."""
        matrix = self.stage.matrix(self.view, depth)
        scale = self.scale(depth)
        matrix.preTranslate(self.width / 2, self.lens.horizon * self.height)
        matrix.preScale(scale, scale)
        matrix.preTranslate(-self.width * (0.5 + self.shift * depth), -self.horizon)
        return matrix

    @contextlib.contextmanager
    def layer(self, canvas: skia.Canvas, depth: float) -> Iterator[None]:
        """Draw a layer at `depth` in the pixels of the wide composition."""
        canvas.save()
        canvas.concat(self.matrix(depth))
        try:
            yield
        finally:
            canvas.restore()

    def span(self, depth: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of what the frame sees of a layer, in that layer's pixels."""
        inverse = skia.Matrix()
        if not self.matrix(depth).invert(inverse):
            return 0.0, 0.0, float(self.width), float(self.height)
        box = inverse.mapRect(self.stage.bounds)
        return box.left() - 2, box.top() - 2, box.right() + 2, box.bottom() + 2


class Place(Protocol):
    """The surroundings of a shot."""

    light: Light
    seat: Seat
    indoors: bool
    ground: float
    """Where the ground begins in the wide composition, as a fraction of the height."""

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Paint everything behind the subject, opaque over the whole frame."""

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Paint what stands before the subject."""
