"""Over the city: towers in the haze seen from a rooftop with its parapet, tank and aerials."""

import math

import numpy as np
import skia

from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.scenes.sky import Sky
from callsheet.media.animatic.shapes import glow, paint, polygon, stroke
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import HORIZON, Seat, World


class Skyline:
    """Four belts of towers, then the roof."""

    seat: Seat = "bench"
    indoors = False
    ground = 0.80

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        dark = grade.night or grade.time in ("dusk", "dawn")
        self.light = Light(
            mix(grade.key, grade.accent, 0.25 if grade.night else 0.0),
            grade.light_x,
            0.64 if dark else 0.34,
            0.5,
            0.35 if grade.weather == "rain" else 0.0,
        )
        rng = stage.place_rng("skyline")
        self._sky = Sky(stage)
        self._lamps = 1.0 if grade.night else 0.8 if dark else 0.0
        self._belts = [self._belt(rng, n) for n in range(4)]
        self._beacons = [
            (float(rng.uniform(0.1, 0.9)), float(rng.uniform(0.30, 0.45)), float(rng.random())) for _ in range(4)
        ]
        self._aerials = [(float(rng.uniform(-0.1, 1.1)), float(rng.uniform(0.08, 0.17))) for _ in range(4)]

    def _belt(self, rng: np.random.Generator, n: int) -> tuple[float, skia.Path, skia.Path, skia.Path, int, int, float]:
        stage, grade = self._stage, self._stage.grade
        width, height = stage.width, stage.height
        depth = (0.06, 0.11, 0.19, 0.32)[n]
        towers, edges, windows = skia.Path(), skia.Path(), skia.Path()
        foot = (HORIZON + (0.03, 0.07, 0.13, 0.24)[n]) * height
        x = -0.5 * width
        side = 1 if grade.light_x > 0 else -1
        while x < 1.5 * width:
            wide = float(rng.uniform(0.035, 0.085)) * height * (0.8 + 0.35 * n)
            high = (
                float(rng.uniform(0.10, 0.34 - 0.02 * n)) ** 1.0
                * height
                * (1.5 if rng.random() < 0.12 and n < 3 else 1.0)
            )
            top = foot - high - 0.06 * height
            kind = int(rng.integers(5))
            if kind == 0:
                shape = [(x, top), (x + wide * 0.5, top - wide * 0.4), (x + wide, top)]
            elif kind == 1:
                shape = [
                    (x, top),
                    (x + wide * 0.25, top),
                    (x + wide * 0.25, top - wide * 0.5),
                    (x + wide * 0.75, top - wide * 0.5),
                    (x + wide * 0.75, top),
                    (x + wide, top),
                ]
            elif kind == 2:
                shape = [
                    (x, top),
                    (x + wide * 0.47, top),
                    (x + wide * 0.49, top - wide * 1.1),
                    (x + wide * 0.51, top - wide * 1.1),
                    (x + wide * 0.53, top),
                    (x + wide, top),
                ]
            elif kind == 3:
                shape = [(x, top), (x + wide, top - wide * 0.35)]
            else:
                shape = [(x, top), (x + wide, top)]
            towers.addPoly(
                [skia.Point(*p) for p in [*shape, (x + wide, foot + 0.4 * height), (x, foot + 0.4 * height)]], True
            )
            lit = x + wide if side > 0 else x
            edges.addRect(
                skia.Rect.MakeLTRB(
                    lit - wide * 0.22 if side > 0 else lit,
                    top + 0.006 * height,
                    lit if side > 0 else lit + wide * 0.22,
                    foot + 0.4 * height,
                )
            )
            if n > 0:
                cell = (0.0065 + 0.0038 * n) * height
                for row in range(int(high / cell / 1.4)):
                    for column in range(max(int(wide / cell / 1.3) - 1, 1)):
                        if rng.random() < 0.30:
                            windows.addRect(
                                skia.Rect.MakeXYWH(
                                    x + cell * (0.7 + column * 1.3),
                                    top + cell * (1 + row * 1.4),
                                    cell * 0.62,
                                    cell * 0.72,
                                )
                            )
            x += wide * float(rng.uniform(0.92, 1.35))
        base = mix(grade.shadow, mix(grade.sky_mid, parse("#5d6a80"), 0.5), 0.45)
        far = (0.80, 0.62, 0.42, 0.20)[n]
        return (
            depth,
            towers,
            edges,
            windows,
            grade.distant(base, far),
            grade.distant(mix(base, grade.key, 0.35), far * 0.9),
            far,
        )

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Sky, towers from far to near, the roof."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        self._sky.paint(canvas, world)
        if self._lamps:
            with world.layer(canvas, 0.05):
                glow(
                    canvas,
                    0.5 * width,
                    (HORIZON + 0.05) * height,
                    0.8 * height,
                    mix(grade.sky_low, grade.accent, 0.35),
                    0.35,
                    0.42,
                )
        for depth, towers, edges, windows, colour, edge, far in self._belts:
            with world.layer(canvas, depth):
                low = mix(colour, grade.haze, 0.5)
                canvas.drawPath(
                    towers,
                    paint(
                        shader=linear(
                            (0, 0.25 * height), (0, (HORIZON + 0.16) * height), [colour, colour, low], [0, 0.5, 1]
                        )
                    ),
                )
                canvas.drawPath(
                    edges,
                    paint(
                        shader=linear(
                            (0, 0.25 * height), (0, (HORIZON + 0.10) * height), [fade(edge, 0.7), fade(edge, 0.0)]
                        )
                    ),
                )
                glass = mix(grade.lamp, colour, 0.15 + 0.4 * far) if self._lamps else mix(colour, grade.sky_low, 0.35)
                canvas.drawPath(windows, paint(fade(glass, 0.95 if self._lamps else 0.5)))
        if self._lamps:
            with world.layer(canvas, 0.1):
                for x, y, phase in self._beacons:
                    blink = max(0.0, math.sin(world.time * 2.2 + phase * 9)) ** 3
                    glow(canvas, x * width, y * height, 0.03 * height, parse("#ff5040"), blink)
        self._roof(canvas, world)

    def _roof(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        slab = mix(mix(parse("#6f6a68"), grade.shadow, 0.42 if not grade.night else 0.72), grade.haze, 0.12)
        side = -1 if grade.light_x > 0 else 1
        with world.layer(canvas, 0.62):
            tank_x, top = (0.5 + side * 0.36) * width, 0.50 * height
            metal = mix(slab, grade.shadow, 0.3)
            for leg in (-0.05, 0.05):
                canvas.drawRect(
                    skia.Rect.MakeXYWH(
                        tank_x + (leg - 0.004) * height, top + 0.12 * height, 0.008 * height, 0.20 * height
                    ),
                    paint(metal),
                )
            body = skia.Rect.MakeLTRB(tank_x - 0.075 * height, top, tank_x + 0.075 * height, top + 0.14 * height)
            start, end = (body.right(), body.left()) if grade.light_x > 0 else (body.left(), body.right())
            canvas.drawRect(
                body,
                paint(
                    shader=linear(
                        (start, 0),
                        (end, 0),
                        [mix(metal, grade.key, 0.30), metal, mix(metal, grade.shadow, 0.4)],
                        [0, 0.3, 1],
                    )
                ),
            )
            canvas.drawPath(
                polygon(
                    [
                        (body.left() - 0.008 * height, top),
                        (tank_x, top - 0.055 * height),
                        (body.right() + 0.008 * height, top),
                    ]
                ),
                paint(mix(metal, grade.shadow, 0.2)),
            )
            for x, high in self._aerials:
                canvas.drawLine(
                    x * width, 0.76 * height, x * width, (0.76 - high) * height, stroke(metal, 0.003 * height)
                )
                for bar in (0.95, 0.78):
                    canvas.drawLine(
                        x * width - 0.016 * height,
                        (0.76 - high * bar) * height,
                        x * width + 0.016 * height,
                        (0.76 - high * bar) * height,
                        stroke(metal, 0.002 * height),
                    )
        with world.layer(canvas, 0.70):
            wall = skia.Rect.MakeLTRB(-2 * width, 0.735 * height, 3 * width, 0.86 * height)
            canvas.drawRect(
                wall,
                paint(
                    shader=linear(
                        (0, wall.top()), (0, wall.bottom()), [mix(slab, grade.key, 0.10), mix(slab, grade.shadow, 0.30)]
                    )
                ),
            )
            canvas.drawRect(
                skia.Rect.MakeLTRB(-2 * width, 0.726 * height, 3 * width, 0.741 * height),
                paint(mix(slab, grade.key, 0.30 * max(grade.strength, 0.4))),
            )
        with world.layer(canvas, 0.85):
            floor = skia.Rect.MakeLTRB(-2 * width, 0.80 * height, 3 * width, 4 * height)
            canvas.drawRect(
                floor,
                paint(
                    shader=linear(
                        (0, 0.80 * height),
                        (0, 1.08 * height),
                        [mix(slab, grade.shadow, 0.35), slab, mix(slab, grade.shadow, 0.5)],
                        [0, 0.35, 1],
                    )
                ),
            )
            seams = skia.Path()
            for n in range(-8, 9):
                x = 0.5 * width + n * 0.16 * height
                seams.moveTo(x, 0.80 * height)
                seams.lineTo(0.5 * width + (x - 0.5 * width) * 2.2, 1.3 * height)
            canvas.drawPath(seams, stroke(fade(mix(slab, grade.shadow, 0.7), 0.35), 0.002 * height))

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Nothing stands before the subject."""


def build(stage: Stage) -> Scene:
    """The rooftop of this order."""
    return Staged(stage, Skyline(stage))
