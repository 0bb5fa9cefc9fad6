"""A drawn subject, and its reflection in the floor."""

from dataclasses import dataclass

import numpy as np
import skia

from callsheet.media.animatic.objects.pixels import LINEAR
from callsheet.media.animatic.stage import Stage


@dataclass(frozen=True)
class Drawn:
    """A rendered subject: its picture and the place it covers on screen."""

    image: skia.Image
    place: skia.Rect
    ground: float
    """Screen row of its base."""


def paint_reflection(canvas: skia.Canvas, stage: Stage, drawn: Drawn, strength: float, time: float | None) -> None:
    """The subject upside down below its base, fading; in water (`time` given) it wavers."""
    depth = min(stage.height - drawn.ground, (drawn.ground - drawn.place.top()) * (0.9 if time is not None else 0.55))
    if depth < 4 or drawn.place.width() < 4:
        return
    small = 0.5
    width, height = max(2, int(drawn.place.width() * small)), max(2, int(depth * small))
    surface = skia.Surface(width, height)
    work = surface.getCanvas()
    work.save()
    work.translate(0, (drawn.ground - drawn.place.top()) * small)
    work.scale(small, -small)
    work.translate(-drawn.place.left(), -drawn.place.top())
    work.translate(0, 0)
    work.drawImageRect(drawn.image, drawn.place, LINEAR)
    work.restore()
    fade = skia.GradientShader.MakeLinear(
        [skia.Point(0, 0), skia.Point(0, height)], [round(255 * strength) << 24, 0x00000000]
    )
    work.drawPaint(skia.Paint(Shader=fade, BlendMode=skia.BlendMode.kDstIn))
    image = surface.makeImageSnapshot()
    place = skia.Rect.MakeXYWH(drawn.place.left(), drawn.ground, width / small, height / small)
    if time is None:
        canvas.drawImageRect(image, place, LINEAR)
        return
    step = max(2, height // 40)
    for row in range(0, height, step):
        away = row / height
        shift = (2 + 10 * away) * np.sin(row * 0.21 / small * 0.5 + time * 2.3) * 0.55 + (1 + 4 * away) * np.sin(
            row * 0.083 / small - time * 1.7
        )
        source = skia.Rect.MakeXYWH(0, row, width, min(step, height - row))
        target = skia.Rect.MakeXYWH(
            place.left() + float(shift) * stage.height / 720,
            place.top() + row / small,
            place.width(),
            source.height() / small,
        )
        canvas.drawImageRect(image, source, target, LINEAR)
