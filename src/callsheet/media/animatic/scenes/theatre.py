"""A stage: curtains, cones of light through smoke, heads of the audience."""

import math

import skia

from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.shapes import glow, paint, polygon
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import Seat, World

_EDGE = 0.74


class Theatre:
    """Seen from the stalls."""

    seat: Seat = "floor"
    indoors = True
    ground = _EDGE

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        self._dark = mix(mix(parse("#1d1526"), grade.sky_top, 0.25), grade.shadow, 0.4)
        self._cloth = mix(mix(parse("#7d1f2e"), grade.accent, 0.30), grade.shadow, 0.30)
        self._beam = mix(grade.lamp, 0xFFFFFFFF, 0.45)
        self._cool = mix(grade.accent, parse("#7aa8ff"), 0.5)
        self.light = Light(mix(self._beam, self._cool, 0.25), grade.light_x, 0.55, 0.3, 0.45)
        rng = stage.place_rng("theatre")
        self._heads = [
            (float(rng.uniform(-0.15, 1.15)), float(rng.uniform(-0.02, 0.02)), float(rng.uniform(0.85, 1.15)))
            for _ in range(26)
        ]
        self._beams = [(-0.40, 0.16, 0), (-0.20, 0.06, 1), (0.0, 0.0, 0), (0.20, -0.06, 1), (0.40, -0.16, 0)]
        self._motes = rng.random((40, 3)).tolist()

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Backcloth, floor, beams, curtains."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        with world.layer(canvas, 0.35):
            left, top, right, bottom = world.span(0.35)
            back = mix(self._dark, self._cool, 0.30)
            canvas.drawRect(
                skia.Rect.MakeLTRB(left, top, right, bottom),
                paint(
                    shader=linear(
                        (0, 0.1 * height), (0, _EDGE * height), [self._dark, mix(self._dark, back, 0.6), back]
                    )
                ),
            )
            glow(canvas, 0.5 * width, 0.58 * height, 0.75 * height, self._cool, 0.34)
        with world.layer(canvas, 0.65):
            floor = skia.Rect.MakeLTRB(-2 * width, _EDGE * height, 3 * width, 4 * height)
            boards = mix(mix(parse("#5d4034"), self._cool, 0.12), grade.shadow, 0.25)
            canvas.drawRect(
                floor,
                paint(
                    shader=linear(
                        (0, floor.top()),
                        (0, 1.02 * height),
                        [mix(boards, self._beam, 0.22), boards, mix(boards, grade.shadow, 0.7)],
                        [0, 0.3, 1],
                    )
                ),
            )
        for x, lean, kind in self._beams:
            self._cone(canvas, world, x, lean, self._cool if kind else self._beam, 0.30 if kind else 0.24)
        with world.layer(canvas, 0.75):
            x = (0.62 if not self._stage.calm.isEmpty() and not self._stage.portrait else 0.5) * width
            glow(canvas, x, 0.87 * height, 0.50 * height, self._beam, 0.55, 0.20)
            self._rig(canvas)
            for a, b, c in self._motes:
                y = (b + 0.012 * world.time * (0.3 + c)) % 1.0
                canvas.drawCircle(
                    (a + 0.004 * math.sin(world.time + c * 9)) * width,
                    y * 0.75 * height,
                    (0.0012 + 0.002 * c) * height,
                    paint(fade(self._beam, 0.35 * c)),
                )
        self._curtains(canvas, world)

    def _cone(self, canvas: skia.Canvas, world: World, x: float, lean: float, hue: int, strength: float) -> None:
        width, height = self._stage.width, self._stage.height
        with world.layer(canvas, 0.55):
            sway = 0.02 * math.sin(world.time * 0.5 + x * 7) * (0.4 + max(self._stage.order.mood.arousal, 0))
            top, foot = (0.5 + x) * width, (0.5 + x + lean + sway) * width
            a = [
                (top - 0.012 * height, 0.035 * height),
                (top + 0.012 * height, 0.035 * height),
                (foot + 0.15 * height, 0.86 * height),
                (foot - 0.15 * height, 0.86 * height),
            ]
            brush = paint(
                shader=linear(
                    (0, 0.03 * height),
                    (0, 0.86 * height),
                    [fade(hue, strength * 1.5), fade(hue, strength * 0.5), fade(hue, 0.03)],
                    [0, 0.4, 1],
                ),
                blend=skia.BlendMode.kPlus,
            )
            canvas.drawPath(polygon(a), brush)

    def _rig(self, canvas: skia.Canvas) -> None:
        width, height = self._stage.width, self._stage.height
        metal = mix(self._dark, 0xFF000000, 0.25)
        canvas.drawRect(skia.Rect.MakeLTRB(-width, 0.005 * height, 2 * width, 0.016 * height), paint(metal))
        for x, _, kind in self._beams:
            lamp = (0.5 + x * 1.1) * width
            canvas.drawRoundRect(
                skia.Rect.MakeXYWH(lamp - 0.018 * height, 0.010 * height, 0.036 * height, 0.042 * height),
                0.008 * height,
                0.008 * height,
                paint(metal),
            )
            canvas.drawOval(
                skia.Rect.MakeXYWH(lamp - 0.015 * height, 0.045 * height, 0.030 * height, 0.012 * height),
                paint(mix(self._cool if kind else self._beam, 0xFFFFFFFF, 0.6)),
            )
            glow(canvas, lamp, 0.05 * height, 0.09 * height, self._cool if kind else self._beam, 0.6)

    def _curtains(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        with world.layer(canvas, 0.85):
            inset = 0.13 if not self._stage.portrait else 0.08
            for side in (-1, 1):
                for n in range(8):
                    wide = 0.050 * height
                    edge = 0.0 if side < 0 else width
                    x = edge + side * (n * wide * 0.82) - side * inset * width
                    sway = 0.004 * height * math.sin(world.time * 0.7 + n)
                    fold = polygon(
                        [
                            (x - wide / 2, -0.6 * height),
                            (x + wide / 2, -0.6 * height),
                            (x + wide / 2 + sway, 0.80 * height),
                            (x - wide / 2 + sway, 0.80 * height),
                        ]
                    )
                    rich = mix(self._cloth, grade.shadow, 0.16 * (n % 3))
                    shader = linear(
                        (x - wide / 2, 0),
                        (x + wide / 2, 0),
                        [mix(rich, grade.shadow, 0.55), mix(rich, self._beam, 0.22), mix(rich, grade.shadow, 0.45)],
                    )
                    canvas.drawPath(fold, paint(shader=shader))
            swags = max(4, round(width / (0.22 * height)))
            for n in range(swags + 1):
                x0, x1 = (n - 0.5) * width / swags, (n + 0.5) * width / swags
                swag = skia.Path()
                swag.moveTo(x0, -0.6 * height)
                swag.lineTo(x0, 0.035 * height)
                swag.quadTo((x0 + x1) / 2, 0.15 * height, x1, 0.035 * height)
                swag.lineTo(x1, -0.6 * height)
                canvas.drawPath(
                    swag,
                    paint(
                        shader=linear(
                            (0, -0.02 * height),
                            (0, 0.10 * height),
                            [mix(self._cloth, grade.shadow, 0.5), mix(self._cloth, self._beam, 0.12)],
                        )
                    ),
                )

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """The audience's heads against the light."""
        width, height = self._stage.width, self._stage.height
        if self._stage.order.camera.size not in ("extreme-wide", "wide", "full"):
            return
        dark = mix(self._dark, 0xFF000000, 0.35)
        with world.layer(canvas, 1.15):
            for x, y, size in self._heads:
                cx, cy, r = x * width, (1.0 + y) * height, 0.034 * height * size
                canvas.drawCircle(
                    cx,
                    cy - 1.6 * r,
                    r,
                    paint(shader=linear((0, cy - 2.6 * r), (0, cy - r), [mix(dark, self._cool, 0.42), dark])),
                )
                canvas.drawRoundRect(
                    skia.Rect.MakeLTRB(cx - 2.1 * r, cy - 0.6 * r, cx + 2.1 * r, cy + 5 * r),
                    1.6 * r,
                    1.6 * r,
                    paint(shader=linear((0, cy - 0.6 * r), (0, cy + 0.8 * r), [mix(dark, self._cool, 0.28), dark])),
                )


def build(stage: Stage) -> Scene:
    """The theatre of this order."""
    return Staged(stage, Theatre(stage))
