"""Water: the sea at a beach or a pier, a lake or a river among hills; a glitter path under the sun, waves that come in."""

import math

import numpy as np
import skia

from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.reading import read
from callsheet.media.animatic.scenes.nature import Pines, ridge_line
from callsheet.media.animatic.scenes.sky import Sky
from callsheet.media.animatic.shapes import glow, paint, polygon, smooth, stroke
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import HORIZON, Seat, World


class Water:
    """A wide water; `lake` closes it with hills and a far shore."""

    seat: Seat = "bench"
    indoors = False
    ground = 0.80

    def __init__(self, stage: Stage, *, lake: bool) -> None:
        self._stage, self._lake = stage, lake
        grade = stage.grade
        self.light = Light(grade.key, grade.light_x, 0.62 if grade.low_sun or grade.night else 0.34, 0.65, 0.30)
        rng = stage.place_rng("water")
        self._sky = Sky(stage)
        height = stage.height
        self._deep = mix(mix(parse("#1f5a78"), grade.sky_top, 0.45), grade.shadow, 0.30 if not grade.night else 0.55)
        self._pale = mix(mix(grade.sky_low, self._deep, 0.25), grade.haze, 0.2)
        self._hills = []
        for n in range(3 if lake else 1):
            rise = ((0.17, 0.12, 0.06) if lake else (0.05,))[n] * height
            line = ridge_line(rng, stage, HORIZON * height + 0.012 * height * n, rise, 2.6 + n, rough=0.42)
            colour = grade.distant(mix(grade.shadow, grade.ground, 0.5), (0.82, 0.66, 0.42)[n] if lake else 0.85)
            self._hills.append((0.06 + 0.05 * n, line, colour))
        self._sparks = rng.random((150, 4))
        self._swells = [(float(v), float(rng.uniform(0.4, 1.0))) for v in np.linspace(0.02, 0.97, 15) ** 1.5]
        self._pines = Pines(stage, rng, 0.24, HORIZON + 0.028, 0.05, 0.38) if lake else None
        self._reeds = [
            (float(rng.uniform(-0.2, 1.2)), float(rng.uniform(0.5, 1.2)), float(rng.uniform(-0.3, 0.3)))
            for _ in range(46)
        ]
        self._birds = [
            (float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.10, 0.35)), float(rng.random())) for _ in range(6)
        ]

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Sky, hills, water, the shore the subject stands on."""
        stage, grade = self._stage, self._stage.grade
        width, height = stage.width, stage.height
        self._sky.paint(canvas, world)
        self._flock(canvas, world)
        for depth, line, colour in self._hills:
            with world.layer(canvas, depth):
                foot = (HORIZON + 0.06) * height
                path = polygon([*line, (line[-1][0], foot), (line[0][0], foot)])
                canvas.drawPath(
                    path,
                    paint(
                        shader=linear(
                            (0, (HORIZON - 0.2) * height),
                            (0, HORIZON * height),
                            [colour, mix(colour, grade.haze, 0.45)],
                        )
                    ),
                )
        if self._pines:
            self._pines.paint(canvas, world)
        with world.layer(canvas, 0.40 if self._lake else 0.12):
            top = (HORIZON + (0.030 if self._lake else 0.0)) * height
            box = skia.Rect.MakeLTRB(-2 * width, top, 3 * width, 4 * height)
            canvas.drawRect(
                box,
                paint(
                    shader=linear(
                        (0, top),
                        (0, 1.0 * height),
                        [self._pale, mix(self._pale, self._deep, 0.55), self._deep],
                        [0, 0.22, 1],
                    )
                ),
            )
        self._mirror(canvas, world)
        self._surface(canvas, world)
        self._shore(canvas, world)

    def _mirror(self, canvas: skia.Canvas, world: World) -> None:
        """The hills upside down in still water."""
        if not self._lake:
            return
        grade, height = self._stage.grade, self._stage.height
        top = (HORIZON + 0.030) * height
        with world.layer(canvas, 0.40):
            for _, line, colour in self._hills[:2]:
                ripple = [(x, 2 * top - y * 1.0 + 0.002 * height * math.sin(x * 0.05 + world.time)) for x, y in line]
                path = polygon([(line[0][0], top), *((x, max(y, top)) for x, y in ripple), (line[-1][0], top)])
                canvas.drawPath(
                    path,
                    paint(
                        shader=linear(
                            (0, top),
                            (0, top + 0.2 * height),
                            [fade(mix(colour, self._deep, 0.3), 0.55), fade(mix(colour, grade.haze, 0.2), 0.0)],
                        )
                    ),
                )

    def _surface(self, canvas: skia.Canvas, world: World) -> None:
        """Swells that roll in and light that dances on them."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        time, rough = world.time, (0.5 if self._lake else 1.0) * (1 + 0.6 * self._stage.order.mood.arousal)
        sun_x, _ = self._sky.sun
        top = (HORIZON + (0.030 if self._lake else 0.0)) * height
        reach = (0.96 * height - top) * (0.80 if not self._lake else 0.9)
        for place, size in self._swells:
            moved = (place + time * 0.008 * rough) % 1.0
            y = top + reach * moved
            depth = 0.12 + 0.70 * moved
            with world.layer(canvas, depth):
                lift = (0.002 + 0.011 * moved) * height * rough
                phase = place * 40 + time * (0.5 + 0.4 * size)
                points = [
                    (
                        x * width,
                        y + lift * math.sin(phase + x * (9 - 4 * moved)) + 0.5 * lift * math.sin(phase * 1.7 + x * 19),
                    )
                    for x in np.linspace(-0.3, 1.3, 22).tolist()
                ]
                body = [*points, *((x, yy + lift * 2.2 + 0.010 * height * moved) for x, yy in reversed(points))]
                tint = mix(self._deep, grade.shadow, 0.25) if int(place * 100) % 2 else mix(self._deep, self._pale, 0.5)
                canvas.drawPath(smooth(body), paint(fade(tint, 0.22 + 0.2 * moved)))
        if grade.weather in ("rain", "fog", "cloud") and not grade.low_sun:
            return
        with world.layer(canvas, 0.12):
            glow(canvas, sun_x, top + 0.02 * height, 0.34 * height, grade.key, 0.42 * grade.strength, 0.30)
        bright = mix(grade.key, 0xFFFFFFFF, 0.4)
        for a, b, c, d in self._sparks.tolist():
            deep = b**1.4
            y = top + 0.004 * height + reach * deep
            spread = (0.035 + 0.20 * deep) * width * (0.6 if grade.night else 1.0)
            twinkle = max(0.0, math.sin(time * (1.6 + 2.4 * c) + d * math.tau))
            if twinkle < 0.08:
                continue
            x = sun_x + (a - 0.5) * 2 * spread + 0.004 * width * math.sin(time + d * 9)
            long, thick = (0.004 + 0.022 * deep) * height * (0.5 + c), (0.0010 + 0.0026 * deep) * height
            with world.layer(canvas, 0.12 + 0.6 * deep):
                canvas.drawOval(
                    skia.Rect.MakeXYWH(x - long, y - thick, 2 * long, 2 * thick),
                    paint(fade(bright, 0.85 * twinkle * (1 - 0.75 * abs(a - 0.5) * 2))),
                )

    def _shore(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        time = world.time
        sand = mix(
            mix(parse("#c8a87e") if not self._lake else parse("#5f6a48"), grade.fill, 0.15),
            grade.shadow,
            0.30 if not grade.night else 0.62,
        )
        sand = mix(sand, grade.haze, 0.10)
        breath = math.sin(time * 0.75)
        with world.layer(canvas, 0.94):
            line = [
                (x * width, (0.822 + 0.012 * math.sin(x * 5 + 1) + 0.006 * math.sin(x * 13)) * height)
                for x in np.linspace(-0.7, 1.7, 30).tolist()
            ]
            wet = [(x, y - (0.020 + 0.012 * breath) * height) for x, y in line]
            if not self._lake:
                film = polygon([*wet, (wet[-1][0], 1.4 * height), (wet[0][0], 1.4 * height)])
                canvas.drawPath(film, paint(mix(sand, self._deep, 0.45)))
                canvas.drawPath(
                    smooth(wet, closed=False), stroke(fade(mix(0xFFFFFFFF, grade.haze, 0.25), 0.75), 0.0075 * height)
                )
                lace = [(x, y - 0.012 * height + 0.003 * height * math.sin(x * 0.02 + time)) for x, y in wet]
                canvas.drawPath(
                    smooth(lace, closed=False), stroke(fade(mix(0xFFFFFFFF, grade.haze, 0.25), 0.35), 0.0035 * height)
                )
            land = polygon([*line, (line[-1][0], 4 * height), (line[0][0], 4 * height)])
            canvas.drawPath(
                land,
                paint(
                    shader=linear(
                        (0, 0.81 * height),
                        (0, 1.12 * height),
                        [mix(sand, grade.key, 0.20 * grade.strength), sand, mix(sand, grade.shadow, 0.55)],
                        [0, 0.25, 1],
                    )
                ),
            )
            if self._lake:
                self._grass(canvas, time, sand)

    def _grass(self, canvas: skia.Canvas, time: float, base: int) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        path = skia.Path()
        for x, size, lean in self._reeds:
            foot = (0.99 + 0.05 * size) * height
            high = 0.15 * size * height
            tip = x * width + (lean * 0.4 + 0.05 * math.sin(time * 1.1 + x * 20)) * high
            path.moveTo(x * width - 0.004 * height, foot)
            path.quadTo(x * width, foot - high * 0.6, tip, foot - high)
            path.quadTo(x * width + 0.006 * height, foot - high * 0.5, x * width + 0.005 * height, foot)
        canvas.drawPath(path, paint(mix(base, grade.shadow, 0.5)))

    def _flock(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        if grade.night or grade.weather in ("rain", "snow"):
            return
        brush = stroke(fade(mix(grade.shadow, grade.haze, 0.35), 0.8), 0.0022 * height)
        with world.layer(canvas, 0.08):
            for x, y, phase in self._birds:
                a, b = (x + 0.010 * world.time) * width, y * height + 0.004 * height * math.sin(world.time + phase * 9)
                span, flap = 0.012 * height, 0.007 * height * math.sin(world.time * 6 + phase * 20)
                wings = skia.Path()
                wings.moveTo(a - span, b - flap)
                wings.quadTo(a - span * 0.4, b - span * 0.35, a, b)
                wings.quadTo(a + span * 0.4, b - span * 0.35, a + span, b - flap)
                canvas.drawPath(wings, brush)

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Nothing stands before the subject."""


def build(stage: Stage) -> Scene:
    """The sea, or a lake, as the board says."""
    return Staged(stage, Water(stage, lake=read(stage.order).place == "lake"))
