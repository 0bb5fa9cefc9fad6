"""The brush that props are drawn with: forms rounded by one light."""

from collections.abc import Sequence
from dataclasses import dataclass

import skia

from callsheet.media.animatic.colour import Colour, linear, mix, tone
from callsheet.media.animatic.shapes import Point, paint, smooth, stroke


@dataclass(frozen=True)
class Brush:
    """Paints for one prop under one light."""

    canvas: skia.Canvas
    colour: Colour
    key: Colour
    shadow: Colour
    lamp: Colour
    lit: float

    def form(self, x0: float, x1: float, colour: Colour | None = None) -> skia.Paint:
        """Paint that rounds a form between two x."""
        base = self.colour if colour is None else colour
        start, end = (x1, x0) if self.lit > 0 else (x0, x1)
        bright = mix(tone(base, 0.08), self.key, 0.3)
        return paint(
            shader=linear(
                (start, 0), (end, 0), [base, bright, base, mix(base, self.shadow, 0.6)], [0.0, 0.18, 0.5, 1.0]
            )
        )

    def fill(self, path: skia.Path, colour: Colour | None = None) -> None:
        """Fill a path as a rounded form."""
        box = path.getBounds()
        self.canvas.drawPath(path, self.form(box.left(), box.right(), colour))

    def box(
        self, left: float, top: float, right: float, bottom: float, round_: float = 0.0, colour: Colour | None = None
    ) -> None:
        """Fill a box as a rounded form."""
        self.canvas.drawRoundRect(
            skia.Rect.MakeLTRB(left, top, right, bottom), round_, round_, self.form(left, right, colour)
        )

    def line(self, points: Sequence[Point], width: float, colour: Colour | None = None) -> None:
        """Stroke a soft line."""
        self.canvas.drawPath(smooth(points, closed=False), stroke(self.colour if colour is None else colour, width))

    def bright(self, share: float = 0.5) -> Colour:
        """The prop's colour in full light."""
        return mix(self.colour, self.key, share)

    def dark(self, share: float = 0.5) -> Colour:
        """The prop's colour in shadow."""
        return mix(self.colour, self.shadow, share)
