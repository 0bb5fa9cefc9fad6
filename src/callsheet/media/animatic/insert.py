"""The insert: one thing, large, on a surface or in a hand, before the blurred place."""

import math

import skia

from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.props import NATURAL, draw_prop
from callsheet.media.animatic.reading import Reading
from callsheet.media.animatic.shapes import glow, limb, paint, shade, smooth
from callsheet.media.animatic.stage import Stage, View
from callsheet.media.animatic.wardrobe import garb_for

_UPRIGHT = (
    "phone",
    "letter",
    "photo",
    "key",
    "ring",
    "watch",
    "flower",
    "umbrella",
    "sword",
    "gift",
    "candle",
    "cup",
    "glass",
)


class Insert:
    """A prop in close-up. When somebody plays in the shot, their hand is with it."""

    def __init__(self, stage: Stage, reading: Reading, light: Light) -> None:
        self._stage, self._light = stage, light
        self._thing = next((t for t in reading.things if t in NATURAL), "cup")
        self._actor = reading.actors[0] if reading.actors else None
        self._pour = bool(self._actor and self._actor.pose == "pour")
        if self._pour and "teapot" in reading.things:
            self._thing = "teapot"

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Draw surface, thing and hand."""
        stage, grade = self._stage, self._stage.grade
        width, height = stage.width, stage.height
        table = (0.58 if stage.portrait else 0.66) * height
        calm = not stage.calm.isEmpty()
        x = (0.68 if calm and not stage.portrait else 0.5) * width
        if self._pour:
            x -= (0.12 if not stage.portrait else 0.055) * height * (-1 if calm and not stage.portrait else 1)
        size = (
            (0.44 if not stage.portrait else 0.19 if self._pour or self._thing == "teapot" else 0.26)
            * height
            * (0.8 if self._thing in ("bowl", "shoes", "book", "laptop", "car") else 1.0)
        )
        wood = mix(parse("#6b4934"), grade.shadow, 0.35)
        with stage.layer(canvas, view, 0.95):
            top = skia.Rect.MakeLTRB(-0.4 * width, table, 1.4 * width, 1.5 * height)
            canvas.drawRect(
                top,
                paint(
                    shader=linear(
                        (0, table),
                        (0, height),
                        [mix(wood, grade.key, 0.30), wood, mix(wood, grade.shadow, 0.6)],
                        [0.0, 0.25, 1.0],
                    )
                ),
            )
            side = 0.5 + 0.42 * self._light.side
            glow(canvas, side * width, table + 0.05 * height, 0.5 * width, mix(grade.key, wood, 0.3), 0.5, 0.22)
        base = table + (0.09 if stage.portrait else 0.11) * height
        with stage.layer(canvas, view, 1.0):
            lit = self._light.side
            shade(canvas, x - 0.10 * size * lit, base, size * 0.9, size * 0.11, fade(grade.shadow, 0.85))
            glow(canvas, x, base - size * 0.55, size * 1.25, grade.key, 0.16)
            if self._actor is None:
                draw_prop(canvas, self._thing, (x, base), 1.0, stage, 0.05, lit, high=size)
                return
            if self._pour and calm and not stage.portrait:
                # The hand comes from the handle's side; mirrored, it keeps out of the text's part of the frame.
                canvas.translate(2 * x, 0)
                canvas.scale(-1, 1)
            lift = (
                0.05 * height * (0.5 - 0.5 * math.cos(min(view.time * 1.1, math.pi)))
                if self._thing in _UPRIGHT
                else 0.0
            )
            tilt = (0.42 + 0.05 * math.sin(view.time * 1.3)) if self._pour else 0.02 * math.sin(view.time * 1.1)
            held = 0.26 * height if self._pour else 0.10 * height if self._thing in _UPRIGHT else 0.0
            y = base - held - lift
            if self._pour:
                self._stream(canvas, x, y, size, base, view.time)
            self._forearm(canvas, x, y - size * 0.42, size, behind=True)
            draw_prop(canvas, self._thing, (x, y), 1.0, stage, 0.05, lit, high=size, tilt=tilt)
            self._forearm(canvas, x, y - size * 0.42, size, behind=False)

    def _stream(self, canvas: skia.Canvas, x: float, y: float, size: float, base: float, time: float) -> None:
        """What flows from the spout into the cup below."""
        stage = self._stage
        spout, end = (x + size * 1.22, y - size * 0.45), (x + size * 1.42, base - size * 0.30)
        draw_prop(canvas, "cup", (end[0], base), 1.0, stage, 0.05, self._light.side, high=size * 0.42)
        tea = limb(
            [spout, (end[0] - size * 0.03, (spout[1] + end[1]) / 2), end],
            [size * 0.022, size * 0.016, size * 0.013 * (1 + 0.2 * math.sin(time * 17))],
        )
        canvas.drawPath(tea, paint(fade(mix(parse("#c98a3c"), stage.grade.key, 0.35), 0.9)))

    def _forearm(self, canvas: skia.Canvas, x: float, y: float, size: float, *, behind: bool) -> None:
        """A sleeve and a hand that holds the thing from the side away from the light: palm behind it, fingers before it."""
        if self._actor is None:
            return
        garb = garb_for(self._stage, self._actor, 0.25)
        grade = self._stage.grade
        away = -1 if self._light.side > 0 or self._pour else 1
        if not self._stage.calm.isEmpty() and not self._stage.portrait and not self._pour:
            away = 1
        unit = max(size, (0.30 if not self._stage.portrait else 0.20) * self._stage.height)
        grip = 0.5 * (unit if not self._pour else size) * _half_width(self._thing)
        canvas.save()
        canvas.translate(x + away * grip, y)
        canvas.scale(away * unit, unit)
        bright = mix(garb.skin, grade.key, 0.25)
        skin = paint(shader=linear((-0.3, 0), (0.6, 0), [bright, garb.skin, mix(garb.skin, grade.shadow, 0.5)]))
        if behind:
            cloth = paint(
                shader=linear(
                    (0.4, -0.1), (0.6, 0.5), [mix(garb.top, grade.key, 0.2), garb.top, mix(garb.top, grade.shadow, 0.5)]
                )
            )
            canvas.drawPath(limb([(0.10, 0.06), (0.38, 0.16), (0.62, 0.27)], [0.17, 0.125, 0.13]), skin)
            canvas.drawPath(limb([(0.50, 0.21), (1.1, 0.48), (2.6, 1.2)], [0.165, 0.23, 0.34]), cloth)
        else:
            palm = smooth(
                [(0.26, -0.10), (0.10, -0.17), (-0.02, -0.12), (0.0, 0.16), (0.12, 0.24), (0.28, 0.20)], tension=0.7
            )
            canvas.drawPath(palm, skin)
            for n in range(4):
                reach = (0.22, 0.27, 0.25, 0.18)[n]
                top = -0.10 + 0.095 * n
                canvas.drawPath(
                    limb([(0.08, top), (-0.06, top - 0.015), (-reach, top + 0.02)], [0.056, 0.052, 0.038]), skin
                )
                edge = limb(
                    [(0.04, top + 0.050), (-0.06, top + 0.040), (-reach + 0.03, top + 0.055)], [0.006, 0.007, 0.004]
                )
                canvas.drawPath(edge, paint(fade(mix(garb.skin, grade.shadow, 0.75), 0.7)))
        canvas.restore()


def _half_width(thing: str) -> float:
    """Half a prop's width against its height, roughly."""
    wide = {
        "phone": 0.25,
        "letter": 0.42,
        "bottle": 0.22,
        "photo": 0.62,
        "teapot": 1.02,
        "glass": 0.26,
        "key": 0.16,
        "candle": 0.15,
        "gift": 0.5,
        "book": 0.8,
    }
    return 1.6 * wide.get(thing, 0.42)
