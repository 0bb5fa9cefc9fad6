"""A harbour: a quay with houses behind it and boats alongside, at high water or, when the words say so, at low."""

import math
import re

import skia

from callsheet.media.animatic.colour import Colour, fade, linear, mix, parse
from callsheet.media.animatic.scenes.water import Water
from callsheet.media.animatic.shapes import glow, paint, polygon, smooth, stroke
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import HORIZON, Seat, World

_LOW = re.compile(
    r"\blow (?:tide|water)|\bebb|tide (?:is )?out|goes out|kilomet\w+ away|aground|退潮|低潮|落潮|干潮", re.IGNORECASE
)
_HOUSES = ("#e9d8b8", "#d98a5a", "#c9574a", "#8fb0a8", "#efe6d4", "#d9b25a", "#7f95b0")
_HULLS = ("#c23b34", "#2f6f9e", "#e0b03f", "#2f7d66", "#e9e3d6")


class Harbour(Water):
    """The sea's horizon on one side, the quay on the other."""

    seat: Seat = "bench"

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, lake=False)
        words = f"{stage.order.action} {stage.order.location.description if stage.order.location else ''}"
        self._low = bool(_LOW.search(words))
        rng = stage.place_rng("harbour")
        self._way = 1 if stage.grade.light_x < 0 else -1
        self._houses = [
            (0.02 + 0.058 * n, float(rng.uniform(0.075, 0.14)), int(rng.integers(len(_HOUSES))), float(rng.random()))
            for n in range(13)
        ]
        self._boats = [
            (float(x), depth, int(rng.integers(len(_HULLS))), float(rng.random()), kind)
            for x, depth, kind in (
                (0.16, 0.34, 1),
                (-0.06, 0.46, 0),
                (0.30, 0.56, 1),
                (-0.22, 0.78, 0),
                (0.10, 0.90, 1),
            )
        ]

    def _own(self, colour: str, dim: float = 0.0) -> Colour:
        grade = self._stage.grade
        night = 0.45 if grade.night else 0.0
        return mix(mix(parse(colour), grade.key, 0.12), grade.shadow, 0.10 + night + dim)

    def _shore(self, canvas: skia.Canvas, world: World) -> None:
        """Houses, the quay's wall with its tide marks, boats."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        way = self._way
        base = HORIZON * height
        drop = (0.085 if self._low else 0.022) * height
        with world.layer(canvas, 0.22):
            end = (0.5 - way * 0.06) * width
            for x, high, kind, share in self._houses:
                left = end + way * (x * 1.25 * height + 0.02 * height)
                a, b = sorted((left, left + way * 0.064 * height))
                top, foot = base - drop - high * height, base - drop
                wall = grade.distant(self._own(_HOUSES[kind], 0.05 if share > 0.5 else 0.2), 0.12)
                canvas.drawRect(
                    skia.Rect.MakeLTRB(a, top, b, foot),
                    paint(shader=linear((a, 0), (b, 0), [wall, mix(wall, grade.shadow, 0.25)])),
                )
                canvas.drawPath(
                    polygon(
                        [(a - 0.004 * height, top), ((a + b) / 2, top - 0.032 * height), (b + 0.004 * height, top)]
                    ),
                    paint(grade.distant(self._own("#8f4334" if share < 0.6 else "#4f5a68", 0.1), 0.12)),
                )
                panes = skia.Path()
                for row in range(int(high / 0.034)):
                    for column in range(2):
                        panes.addRect(
                            skia.Rect.MakeXYWH(
                                a + (0.012 + 0.026 * column) * height,
                                top + (0.012 + 0.034 * row) * height,
                                0.012 * height,
                                0.017 * height,
                            )
                        )
                canvas.drawPath(
                    panes,
                    paint(mix(grade.lamp, 0xFFFFFFFF, 0.2) if grade.night or grade.low_sun else self._own("#3a5066")),
                )
            stone = self._own("#a89a86", 0.10)
            quay = sorted((end, end + way * 2.2 * width))
            canvas.drawRect(
                skia.Rect.MakeLTRB(quay[0], base - drop, quay[1], base + 0.012 * height),
                paint(
                    shader=linear(
                        (0, base - drop),
                        (0, base + 0.01 * height),
                        [mix(stone, grade.key, 0.35), stone, mix(stone, parse("#2f4a3a"), 0.75)],
                        [0, 0.25, 1],
                    )
                ),
            )
            x = end + way * 0.012 * height
            tower = polygon(
                [
                    (x - 0.012 * height, base - drop),
                    (x - 0.008 * height, base - drop - 0.15 * height),
                    (x + 0.008 * height, base - drop - 0.15 * height),
                    (x + 0.012 * height, base - drop),
                ]
            )
            canvas.drawPath(
                tower,
                paint(
                    shader=linear(
                        (x - 0.012 * height, 0),
                        (x + 0.012 * height, 0),
                        [self._own("#fff6ea"), self._own("#c9b8ac", 0.2)],
                    )
                ),
            )
            canvas.drawRect(
                skia.Rect.MakeXYWH(x - 0.010 * height, base - drop - 0.10 * height, 0.020 * height, 0.030 * height),
                paint(self._own("#c8362e")),
            )
            canvas.drawRect(
                skia.Rect.MakeXYWH(x - 0.007 * height, base - drop - 0.168 * height, 0.014 * height, 0.018 * height),
                paint(mix(grade.lamp, 0xFFFFFFFF, 0.4)),
            )
            glow(
                canvas,
                x,
                base - drop - 0.16 * height,
                0.09 * height,
                grade.lamp,
                0.5 if grade.night or grade.low_sun else 0.15,
            )
        if self._low:
            self._mud(canvas, world)
        for boat in self._boats:
            self._boat(canvas, world, *boat)

    def _mud(self, canvas: skia.Canvas, world: World) -> None:
        """The harbour's floor, laid bare, with pools that keep the sky."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        mud = self._own("#8f7a5c", 0.12)
        with world.layer(canvas, 0.62):
            top = (HORIZON + 0.035) * height
            line = [
                (-1.5 * width, top),
                (0.2 * width, top + 0.01 * height),
                (0.6 * width, top - 0.012 * height),
                (2.5 * width, top),
                (2.5 * width, 4 * height),
                (-1.5 * width, 4 * height),
            ]
            canvas.drawPath(
                polygon(line),
                paint(
                    shader=linear(
                        (0, top),
                        (0, height),
                        [mix(mud, grade.sky_low, 0.4), mud, mix(mud, grade.shadow, 0.55)],
                        [0, 0.25, 1],
                    )
                ),
            )
            for n in range(9):
                x, y = (0.5 + 0.55 * math.sin(n * 2.4)) * width, top + (0.02 + 0.036 * n) * height
                wide = (0.08 + 0.025 * n) * height
                canvas.drawOval(
                    skia.Rect.MakeLTRB(x - wide, y - 0.004 * height, x + wide, y + 0.004 * height + 0.001 * n * height),
                    paint(fade(mix(grade.sky_mid, grade.sky_low, 0.5), 0.75)),
                )

    def _boat(
        self, canvas: skia.Canvas, world: World, x: float, depth: float, kind: int, seed: float, sail: int
    ) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        unit = 0.40 * depth * height
        at = (0.5 + self._way * (0.05 + x)) * width
        y = (HORIZON + 0.02 + 0.22 * depth) * height
        hull = self._own(_HULLS[kind], 0.05)
        with world.layer(canvas, depth):
            canvas.translate(at, y + (0.0 if self._low else 0.012 * unit * math.sin(world.time * 1.2 + seed * 9)))
            canvas.rotate((9.0 if seed > 0.5 else -8.0) if self._low else 1.4 * math.sin(world.time * 0.9 + seed * 7))
            if not self._low:
                canvas.drawOval(
                    skia.Rect.MakeLTRB(-0.46 * unit, 0.05 * unit, 0.46 * unit, 0.15 * unit),
                    paint(fade(mix(hull, self._deep, 0.55), 0.6)),
                )
            body = smooth(
                [
                    (-0.50 * unit, -0.12 * unit),
                    (0.0, -0.07 * unit),
                    (0.52 * unit, -0.16 * unit),
                    (0.40 * unit, 0.06 * unit),
                    (0.0, 0.10 * unit),
                    (-0.42 * unit, 0.06 * unit),
                ],
                tension=0.6,
            )
            canvas.drawPath(
                body,
                paint(
                    shader=linear(
                        (0, -0.14 * unit),
                        (0, 0.1 * unit),
                        [mix(hull, grade.key, 0.3), hull, mix(hull, grade.shadow, 0.6)],
                    )
                ),
            )
            canvas.drawPath(
                smooth(
                    [(-0.49 * unit, -0.115 * unit), (0.0, -0.065 * unit), (0.51 * unit, -0.15 * unit)], closed=False
                ),
                stroke(self._own("#f4ead8"), 0.022 * unit),
            )
            mast = stroke(self._own("#5d4030"), 0.016 * unit)
            if sail:
                canvas.drawLine(-0.02 * unit, -0.08 * unit, -0.02 * unit, -0.92 * unit, mast)
                if not self._low:
                    canvas.drawPath(
                        smooth(
                            [
                                (0.0, -0.90 * unit),
                                (0.20 * unit, -0.5 * unit),
                                (0.34 * unit, -0.18 * unit),
                                (0.0, -0.17 * unit),
                            ],
                            tension=0.4,
                        ),
                        paint(
                            shader=linear((0, 0), (0.34 * unit, 0), [self._own("#fff4e0"), self._own("#d9b48a", 0.12)])
                        ),
                    )
            else:
                cabin = skia.Rect.MakeLTRB(-0.22 * unit, -0.28 * unit, 0.06 * unit, -0.08 * unit)
                canvas.drawRoundRect(cabin, 0.02 * unit, 0.02 * unit, paint(self._own("#f0e8da")))
                canvas.drawRect(
                    skia.Rect.MakeLTRB(-0.18 * unit, -0.24 * unit, -0.02 * unit, -0.16 * unit),
                    paint(self._own("#33506a")),
                )
                canvas.drawLine(0.12 * unit, -0.1 * unit, 0.12 * unit, -0.5 * unit, mast)


def build(stage: Stage) -> Scene:
    """The harbour of this order."""
    return Staged(stage, Harbour(stage))
