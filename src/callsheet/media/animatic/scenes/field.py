"""Open land: fields and grass under a large sky, or dunes."""

import itertools
import math

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.reading import read
from callsheet.media.animatic.scenes.nature import ridge_line
from callsheet.media.animatic.scenes.sky import Sky
from callsheet.media.animatic.shapes import paint, polygon
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import HORIZON, Seat, World


class Field:
    """Rolling grassland, a lone tree, grass that moves in the wind."""

    seat: Seat = "bench"
    indoors = False
    ground = 0.74

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        self.light = Light(grade.key, grade.light_x, 0.58 if grade.low_sun or grade.night else 0.30, 0.7)
        rng = stage.place_rng("field")
        self._sky = Sky(stage)
        height = stage.height
        green = parse(("#8f9a4e", "#6f8f4e", "#b59a4a")[int(rng.integers(3))])
        self._green = mix(mix(green, grade.fill, 0.14), grade.shadow, 0.22 if not grade.night else 0.66)
        self._hills = []
        for n, (depth, y, rise, far) in enumerate(
            (
                (0.08, 0.610, 0.085, 0.82),
                (0.16, 0.632, 0.06, 0.62),
                (0.30, 0.665, 0.05, 0.40),
                (0.52, 0.715, 0.04, 0.20),
            )
        ):
            line = ridge_line(rng, stage, y * height, rise * height, 1.3 + 0.5 * n, rough=0.22)
            colour = grade.distant(mix(self._green, parse("#4f6f4a") if n % 2 else self._green, 0.25), far)
            self._hills.append((depth, line, colour, y * height))
        self._tree = (
            float(rng.uniform(0.18, 0.30)) if grade.light_x > 0 else float(rng.uniform(0.70, 0.82)),
            rng.random((26, 3)).tolist(),
        )
        self._blades = [
            (rng.random((count, 4)), depth, y, size)
            for count, depth, y, size in ((150, 0.80, 0.80, 0.035), (150, 0.95, 0.885, 0.060), (60, 1.30, 1.05, 0.17))
        ]
        self._posts = stage.place_rng("fence").random() < 0.5

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Sky, hills, a tree, the near meadow."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        self._sky.paint(canvas, world)
        for depth, line, colour, y in self._hills:
            with world.layer(canvas, depth):
                path = polygon([*line, (line[-1][0], y + 0.3 * height), (line[0][0], y + 0.3 * height)])
                canvas.drawPath(
                    path,
                    paint(
                        shader=linear(
                            (0, y - 0.06 * height),
                            (0, y + 0.07 * height),
                            [mix(colour, grade.key, 0.20 * grade.strength), colour, mix(colour, grade.haze, 0.3)],
                            [0, 0.4, 1],
                        )
                    ),
                )
        self._lone_tree(canvas, world)
        with world.layer(canvas, 0.70):
            top = 0.745 * height
            box = skia.Rect.MakeLTRB(-2 * width, top, 3 * width, 4 * height)
            near = self._green
            canvas.drawRect(
                box,
                paint(
                    shader=linear(
                        (0, top),
                        (0, 1.05 * height),
                        [
                            mix(mix(near, grade.haze, 0.25), grade.key, 0.18 * grade.strength),
                            near,
                            mix(near, grade.shadow, 0.6),
                        ],
                        [0, 0.3, 1],
                    )
                ),
            )
        for blades in self._blades[:2]:
            self._grass(canvas, world, *blades)

    def _lone_tree(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        x, leaves = self._tree
        leaf = grade.distant(
            mix(mix(parse("#4a6b3f"), grade.shadow, 0.4 if not grade.night else 0.75), grade.key, 0.04), 0.22
        )
        with world.layer(canvas, 0.45):
            foot, high = 0.705 * height, 0.30 * height
            cx = x * width
            trunk = polygon(
                [
                    (cx - 0.011 * height, foot),
                    (cx - 0.005 * height, foot - high * 0.55),
                    (cx + 0.006 * height, foot - high * 0.55),
                    (cx + 0.013 * height, foot),
                ]
            )
            canvas.drawPath(trunk, paint(mix(leaf, grade.shadow, 0.6)))
            side = grade.light_x
            ordered = sorted(leaves, key=lambda v: v[1] - 0.4 * side * v[0])
            for n, (a, b, c) in enumerate(reversed(ordered)):
                angle, reach = a * math.tau, math.sqrt(b) * 0.40 * high
                px = cx + reach * math.cos(angle) * 1.15 + 0.004 * height * math.sin(world.time * 0.8 + c * 9)
                py = foot - high * 0.70 + reach * math.sin(angle) * 0.72
                facing = max(0.0, 0.5 * side * math.cos(angle) - 0.7 * math.sin(angle))
                canvas.drawCircle(
                    px,
                    py,
                    (0.13 + 0.07 * c) * high,
                    paint(mix(mix(leaf, grade.shadow, 0.10 * (n % 3)), grade.key, 0.30 * facing * math.sqrt(b))),
                )

    def _grass(
        self, canvas: skia.Canvas, world: World, seeds: NDArray[np.float64], depth: float, y: float, size: float
    ) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        strength = 0.35 if grade.weather in ("wind", "rain") else 0.16
        dark, light = skia.Path(), skia.Path()
        for a, b, c, d in seeds.tolist():
            x = (a * 1.7 - 0.35) * width
            foot = (y + 0.13 * b * (1 + size * 3)) * height
            high = size * (0.5 + c) * height
            wave = strength * (math.sin(world.time * 1.5 + x * 0.006 + d) + 0.4 * math.sin(world.time * 3.1 + d * 9))
            tip = x + (wave + (d - 0.5) * 0.6) * high
            path = light if d > 0.6 else dark
            path.moveTo(x - size * 0.06 * height, foot)
            path.quadTo(x, foot - high * 0.6, tip, foot - high)
            path.quadTo(x + size * 0.05 * height, foot - high * 0.5, x + size * 0.06 * height, foot)
        near = min(depth, 1.2)
        with world.layer(canvas, depth):
            canvas.drawPath(dark, paint(mix(self._green, grade.shadow, 0.20 + 0.42 * (near - 0.6))))
            canvas.drawPath(
                light,
                paint(
                    mix(
                        mix(self._green, grade.key, 0.24 * grade.strength + 0.05),
                        grade.shadow,
                        0.5 * max(near - 0.8, 0),
                    )
                ),
            )

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Tall grass close to the lens."""
        if self._stage.order.camera.size in ("extreme-wide", "wide", "full"):
            self._grass(canvas, world, *self._blades[2])


class Desert:
    """Dunes with a lit and a dark side, sand in the wind."""

    seat: Seat = "bench"
    indoors = False
    ground = 0.74

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        self.light = Light(grade.key, grade.light_x, 0.55 if grade.low_sun or grade.night else 0.3, 0.8)
        rng = stage.place_rng("desert")
        self._sky = Sky(stage)
        sand = mix(mix(parse("#d9a066"), grade.key, 0.15), grade.shadow, 0.12 if not grade.night else 0.6)
        self._dunes = []
        for n in range(6):
            share = n / 5
            depth = 0.06 + 0.88 * share**1.6
            y = (HORIZON + 0.015 + 0.22 * share**1.2) * stage.height
            rise = (0.05 + 0.05 * share) * stage.height
            peak = float(rng.uniform(0.2, 0.8))
            waves = float(rng.uniform(1.4, 2.4))
            xs = np.linspace(-0.8, 1.8, 70)
            ys = y - rise * (0.55 + 0.45 * np.sin(xs * waves * 2.2 + peak * 9)) * (1 - 0.25 * np.sin(xs * 7 + n))
            crest = list(zip((xs * stage.width).tolist(), ys.tolist(), strict=True))
            colour = grade.distant(sand, 0.78 * (1 - share) ** 1.2)
            self._dunes.append((depth, crest, colour, y))
        self._ripples = rng.random((26, 3)).tolist()
        self._dust = rng.random((40, 3)).tolist()

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Sky, dunes, ripples, sand that drifts over the crests."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        self._sky.paint(canvas, world)
        side = 1 if grade.light_x > 0 else -1
        for n, (depth, crest, colour, y) in enumerate(self._dunes):
            with world.layer(canvas, depth):
                body = polygon([*crest, (crest[-1][0], 4 * height), (crest[0][0], 4 * height)])
                lit = mix(colour, grade.key, 0.34 * grade.strength)
                canvas.drawPath(
                    body,
                    paint(
                        shader=linear(
                            (0, y - 0.10 * height),
                            (0, y + 0.20 * height),
                            [lit, colour, mix(colour, grade.shadow, 0.18)],
                            [0, 0.45, 1],
                        )
                    ),
                )
                lee: list[tuple[float, float]] = []
                for (ax, ay), (_, by) in itertools.pairwise(crest):
                    if (by - ay) * side < 0:
                        lee.append((ax, ay))
                    elif lee:
                        self._lee(canvas, lee, side, colour, n)
                        lee = []
                if len(lee) > 2:
                    self._lee(canvas, lee, side, colour, n)
        with world.layer(canvas, 0.96):
            dark = fade(mix(self._dunes[-1][2], grade.shadow, 0.5), 0.22)
            for a, b, c in self._ripples:
                x, y2 = (a * 1.5 - 0.25) * width, (0.83 + 0.30 * b) * height
                long = (0.06 + 0.14 * b) * width * (0.5 + c)
                canvas.drawOval(skia.Rect.MakeXYWH(x - long / 2, y2, long, 0.0035 * height * (0.6 + b)), paint(dark))
        with world.layer(canvas, 0.5):
            for a, b, c in self._dust:
                x = ((a + world.time * 0.05 * (0.5 + c)) % 1.0) * 1.3 * width - 0.15 * width
                canvas.drawOval(
                    skia.Rect.MakeXYWH(x, (0.655 + 0.06 * b) * height, 0.05 * width * (0.4 + c), 0.004 * height),
                    paint(fade(grade.key, 0.10)),
                )

    def _lee(self, canvas: skia.Canvas, crest: list[tuple[float, float]], side: int, colour: int, n: int) -> None:
        """The shaded slope under a stretch of crest that falls away from the light."""
        if len(crest) < 3:
            return
        grade, height = self._stage.grade, self._stage.height
        drop = 0.16 * height * (0.3 + n / 5)
        count = len(crest) - 1
        low = [
            (
                x - side * drop * 0.9 * math.sin(math.pi * k / count),
                y + drop * max(math.sin(math.pi * k / count), 0.0) ** 0.8,
            )
            for k, (x, y) in enumerate(crest)
        ]
        top = min(y for _, y in crest)
        dark = mix(colour, grade.shadow, 0.42)
        canvas.drawPath(
            polygon([*crest, *reversed(low)]),
            paint(shader=linear((0, top), (0, top + drop * 1.5), [fade(dark, 0.9), fade(dark, 0.25)])),
        )

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Nothing stands before the subject."""


def build(stage: Stage) -> Scene:
    """A field or a desert, as the board says."""
    return Staged(stage, Desert(stage) if read(stage.order).place == "desert" else Field(stage))
