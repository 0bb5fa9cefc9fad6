"""On the road: the road ahead with lights that pass, and the inside of a car with the world sliding by its window."""

import math

import skia

from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.props import colour_of
from callsheet.media.animatic.reading import read
from callsheet.media.animatic.scenes.nature import ridge_line
from callsheet.media.animatic.scenes.sky import Sky
from callsheet.media.animatic.shapes import glow, limb, paint, polygon, shade, smooth, stroke
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import HORIZON, Seat, World


class Road:
    """The road ahead; dashes, posts and headlights come towards the camera when somebody drives."""

    seat: Seat = "bench"
    indoors = False
    ground = 0.66

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        reading = read(stage.order)
        self._drives = (
            reading.place == "car" or any(pose.pose in ("run",) for pose in reading.actors) or "car" in reading.things
        )
        self._cockpit = reading.place == "car" and not reading.actors
        own = mix(colour_of(stage, "car"), grade.shadow, 0.30 if not grade.night else 0.55)
        self._car = own if "car" in reading.things and not self._cockpit and reading.place == "road" else None
        dark = grade.night or grade.low_sun
        self._lamps = 1.0 if grade.night else 0.6 if dark else 0.0
        self.light = Light(
            grade.key if not grade.night else mix(grade.lamp, grade.key, 0.3),
            grade.light_x,
            0.62 if dark else 0.32,
            0.6,
            0.35 if grade.weather == "rain" else 0.0,
        )
        rng = stage.place_rng("road")
        self._sky = Sky(stage)
        self._hills = [
            (
                0.07 + 0.07 * n,
                ridge_line(
                    rng,
                    stage,
                    (HORIZON + 0.015 + 0.012 * n) * stage.height,
                    (0.12 - 0.035 * n) * stage.height,
                    1.8 + n,
                    rough=0.38,
                ),
                (0.78, 0.5)[n],
            )
            for n in range(2)
        ]
        self._bend = float(rng.uniform(-0.10, 0.10))
        self._cars = [(float(rng.random()), int(rng.integers(2))) for _ in range(5)]

    def _at(self, share: float, across: float) -> tuple[float, float]:
        """A point of the road: `share` 0 at the horizon .. 1 at the camera, `across` -1..1 between its edges."""
        width, height = self._stage.width, self._stage.height
        near = share**1.9
        half = (0.006 + 0.52 * near) * (width if not self._stage.portrait else 0.62 * height)
        return width * (0.5 + self._bend * (1 - share) ** 2 * 0.9) + across * half, (
            HORIZON + 0.016 + 0.48 * near
        ) * height

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Sky, hills, verge, road, lights."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        self._sky.paint(canvas, world)
        base = mix(grade.shadow, grade.ground, 0.45)
        for depth, line, far in self._hills:
            with world.layer(canvas, depth):
                path = polygon([*line, (line[-1][0], (HORIZON + 0.2) * height), (line[0][0], (HORIZON + 0.2) * height)])
                colour = grade.distant(base, far)
                canvas.drawPath(
                    path,
                    paint(
                        shader=linear(
                            (0, (HORIZON - 0.12) * height),
                            (0, (HORIZON + 0.03) * height),
                            [colour, mix(colour, grade.haze, 0.35)],
                        )
                    ),
                )
        verge = mix(
            mix(grade.ground, parse("#7d7a4f"), 0.4 if not grade.night else 0.1),
            grade.shadow,
            0.25 if not grade.night else 0.5,
        )
        asphalt = mix(mix(parse("#55565c"), grade.fill, 0.1), grade.shadow, 0.30 if not grade.night else 0.66)
        with world.layer(canvas, 0.6):
            top = (HORIZON + 0.014) * height
            canvas.drawRect(
                skia.Rect.MakeLTRB(-2 * width, top, 3 * width, 4 * height),
                paint(
                    shader=linear(
                        (0, top),
                        (0, 1.05 * height),
                        [mix(verge, grade.haze, 0.55), verge, mix(verge, grade.shadow, 0.5)],
                        [0, 0.25, 1],
                    )
                ),
            )
            steps = [n / 16 * 1.25 for n in range(17)]
            surface = polygon([self._at(s, -1) for s in steps] + [self._at(s, 1) for s in reversed(steps)])
            canvas.drawPath(
                surface,
                paint(
                    shader=linear(
                        (0, top),
                        (0, 1.05 * height),
                        [mix(asphalt, grade.haze, 0.5), asphalt, mix(asphalt, grade.shadow, 0.4)],
                        [0, 0.25, 1],
                    )
                ),
            )
            mark = fade(mix(0xFFFFFFFF, grade.haze, 0.3), 0.65 if not grade.night else 0.5)
            for side in (-0.92, 0.92):
                rim = polygon(
                    [self._at(s, side - 0.018) for s in steps] + [self._at(s, side + 0.018) for s in reversed(steps)]
                )
                canvas.drawPath(rim, paint(mark))
            roll = world.time * 0.55 if self._drives else 0.0
            for n in range(11):
                share = ((n + roll) % 11) / 11 * 1.2
                canvas.drawPath(
                    polygon(
                        [
                            self._at(share, -0.016),
                            self._at(share, 0.016),
                            self._at(share + 0.055, 0.016),
                            self._at(share + 0.055, -0.016),
                        ]
                    ),
                    paint(mark),
                )
            self._posts(canvas, roll)
            if self._lamps:
                self._traffic(canvas, world)
            if self._car is not None:
                self._ahead(canvas, world, self._car)

    def _posts(self, canvas: skia.Canvas, roll: float) -> None:
        grade, height = self._stage.grade, self._stage.height
        for n in range(9):
            share = ((n + roll * 0.82) % 9) / 9 * 1.15 + 0.04
            for side in (-1.22, 1.22):
                x, y = self._at(share, side)
                size = 0.17 * share**1.9 * height
                canvas.drawRect(
                    skia.Rect.MakeLTRB(x - size * 0.05, y - size, x + size * 0.05, y),
                    paint(
                        grade.distant(mix(parse("#d8d4cc"), grade.shadow, 0.3 if not grade.night else 0.65), 1 - share)
                    ),
                )
                if self._lamps:
                    glow(canvas, x, y - size * 0.8, size * 0.35, grade.lamp, 0.7)

    def _traffic(self, canvas: skia.Canvas, world: World) -> None:
        grade, height = self._stage.grade, self._stage.height
        for start, kind in self._cars:
            share = (start + world.time * 0.055) % 1.0 if kind else 1 - (start + world.time * 0.03) % 1.0
            share = 0.05 + 0.75 * share**1.6
            hue = mix(grade.lamp, 0xFFFFFFFF, 0.5) if kind else parse("#ff4a3a")
            for lane in (-0.08, 0.08):
                x, y = self._at(share, (-0.45 if kind else 0.45) + lane)
                size = (0.006 + 0.10 * share**1.9) * height
                canvas.drawCircle(x, y - size * 0.6, size * 0.12, paint(mix(hue, 0xFFFFFFFF, 0.5)))
                glow(canvas, x, y - size * 0.6, size * 0.9, hue, 0.7)
                glow(canvas, x, y + size * 0.2, size * 0.7, hue, 0.25, 2.2)

    def _ahead(self, canvas: skia.Canvas, world: World, colour: int) -> None:
        """The car of the story, seen from behind, in its lane."""
        grade, height = self._stage.grade, self._stage.height
        x, y = self._at(0.66, 0.46)
        y += 0.0016 * height * math.sin(world.time * 7)
        w, h = 0.115 * height, 0.150 * height
        dark = mix(grade.shadow, 0xFF000000, 0.25)
        shade(canvas, x, y, w * 1.25, 0.016 * height, fade(dark, 0.9))
        for side in (-1, 1):
            canvas.drawRoundRect(
                skia.Rect.MakeLTRB(
                    x + side * w * 0.72 - 0.020 * height,
                    y - 0.05 * height,
                    x + side * w * 0.72 + 0.020 * height,
                    y + 0.004 * height,
                ),
                0.008 * height,
                0.008 * height,
                paint(dark),
            )
        start, end = (x + w, x - w) if grade.light_x > 0 else (x - w, x + w)
        shader = linear((start, 0), (end, 0), [mix(colour, grade.key, 0.35), colour, mix(colour, grade.shadow, 0.4)])
        cabin = smooth(
            [
                (x - w * 0.78, y - h * 0.52),
                (x - w * 0.58, y - h * 0.93),
                (x, y - h),
                (x + w * 0.58, y - h * 0.93),
                (x + w * 0.78, y - h * 0.52),
            ],
            tension=0.6,
        )
        canvas.drawPath(cabin, paint(shader=shader))
        glass = smooth(
            [
                (x - w * 0.62, y - h * 0.56),
                (x - w * 0.48, y - h * 0.87),
                (x + w * 0.48, y - h * 0.87),
                (x + w * 0.62, y - h * 0.56),
            ],
            tension=0.3,
        )
        canvas.drawPath(
            glass,
            paint(
                shader=linear(
                    (0, y - h), (0, y - h * 0.5), [mix(grade.sky_low, dark, 0.35), mix(grade.sky_mid, dark, 0.6)]
                )
            ),
        )
        canvas.drawRoundRect(
            skia.Rect.MakeLTRB(x - w, y - h * 0.58, x + w, y - h * 0.16),
            0.028 * height,
            0.028 * height,
            paint(shader=shader),
        )
        canvas.drawRoundRect(
            skia.Rect.MakeLTRB(x - w * 0.97, y - h * 0.24, x + w * 0.97, y - h * 0.12),
            0.01 * height,
            0.01 * height,
            paint(mix(colour, dark, 0.6)),
        )
        for side in (-1, 1):
            lamp = skia.Rect.MakeXYWH(
                x + side * w * 0.74 - 0.022 * height, y - h * 0.47, 0.044 * height, 0.020 * height
            )
            canvas.drawRoundRect(lamp, 0.006 * height, 0.006 * height, paint(parse("#e8453a")))
            glow(canvas, lamp.centerX(), lamp.centerY(), 0.07 * height, parse("#ff4a3a"), 0.35 + 0.4 * self._lamps)
        canvas.drawRect(
            skia.Rect.MakeXYWH(x - 0.022 * height, y - h * 0.40, 0.044 * height, 0.016 * height),
            paint(mix(0xFFE8E4DA, dark, 0.3)),
        )

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """The dashboard, when the camera drives."""
        if not self._cockpit:
            return
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        dark = mix(grade.shadow, grade.sky_mid, 0.12)
        with world.layer(canvas, 1.0):
            dash = smooth(
                [
                    (-0.4 * width, 0.86 * height),
                    (0.2 * width, 0.80 * height),
                    (0.5 * width, 0.785 * height),
                    (0.8 * width, 0.80 * height),
                    (1.4 * width, 0.86 * height),
                    (1.4 * width, 1.6 * height),
                    (-0.4 * width, 1.6 * height),
                ],
                tension=0.5,
            )
            canvas.drawPath(
                dash,
                paint(
                    shader=linear(
                        (0, 0.78 * height),
                        (0, 1.0 * height),
                        [mix(dark, grade.key, 0.16), dark, mix(dark, 0xFF000000, 0.3)],
                        [0, 0.25, 1],
                    )
                ),
            )
            centre = (0.33 * width, 1.03 * height)
            canvas.drawCircle(*centre, 0.235 * height, stroke(mix(dark, grade.key, 0.10), 0.034 * height))
            for off in (-0.062, 0.062):
                canvas.drawCircle(
                    centre[0] + off * height,
                    0.90 * height,
                    0.036 * height,
                    stroke(fade(mix(grade.accent, grade.lamp, 0.4), 0.8), 0.004 * height),
                )
                glow(
                    canvas,
                    centre[0] + off * height,
                    0.90 * height,
                    0.09 * height,
                    mix(grade.accent, grade.lamp, 0.4),
                    0.35,
                )
            for side in (-1, 1):
                edge = 0.0 if side < 0 else width
                pillar = polygon(
                    [
                        (edge + side * 0.4 * width, -0.6 * height),
                        (edge - side * 0.02 * width, -0.6 * height),
                        (edge + side * 0.02 * width, 0.9 * height),
                        (edge + side * 0.4 * width, 0.9 * height),
                    ]
                )
                canvas.drawPath(pillar, paint(dark))
            mirror = skia.Rect.MakeXYWH(0.43 * width, 0.045 * height, 0.30 * height, 0.065 * height)
            canvas.drawRoundRect(
                mirror,
                0.02 * height,
                0.02 * height,
                paint(shader=linear((0, mirror.top()), (0, mirror.bottom()), [mix(dark, grade.sky_low, 0.4), dark])),
            )


class Cabin:
    """A seat in a car: the side window, the seat's back, lights that slide by."""

    seat: Seat = "car"
    indoors = True
    ground = 0.8

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        self._dark = mix(mix(grade.shadow, parse("#20242c"), 0.5), grade.sky_mid, 0.10)
        self.light = Light(mix(grade.key, grade.lamp, 0.35 if grade.night else 0.0), grade.light_x, 0.52, 0.0)
        rng = stage.rng("lights")
        self._lights = [
            (float(rng.random()), float(rng.uniform(0.20, 0.62)), float(rng.random()), int(rng.integers(4)))
            for _ in range(26)
        ]
        self._blocks = [
            (n / 9 + float(rng.uniform(0, 0.05)), float(rng.uniform(0.12, 0.36)), float(rng.uniform(0.06, 0.16)))
            for n in range(10)
        ]

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """The street beyond the window, then the car around it."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        with world.layer(canvas, 0.3):
            left, top, right, bottom = world.span(0.3)
            canvas.drawRect(
                skia.Rect.MakeLTRB(left, top, right, bottom),
                paint(
                    shader=linear((0, 0.05 * height), (0, 0.75 * height), [grade.sky_top, grade.sky_mid, grade.sky_low])
                ),
            )
            span = right - left
            for x, high, wide in self._blocks:
                at = left + ((x - world.time * 0.06) % 1.0) * span * 1.3 - 0.15 * span
                colour = mix(mix(grade.shadow, grade.sky_mid, 0.45), grade.haze, 0.25)
                canvas.drawRect(
                    skia.Rect.MakeLTRB(at, (0.68 - high) * height, at + wide * span, 0.9 * height), paint(colour)
                )
            hues = (grade.lamp, grade.accent, mix(grade.lamp, 0xFFFFFFFF, 0.5), parse("#5fb8ff"))
            count = len(self._lights) if grade.night or grade.low_sun else 6
            for x, y, size, kind in self._lights[:count]:
                at = left + ((x - world.time * (0.10 + 0.16 * size)) % 1.0) * span * 1.2 - 0.1 * span
                radius = (0.010 + 0.030 * size) * height
                canvas.drawCircle(at, y * height, radius, paint(fade(hues[kind], 0.50)))
                glow(canvas, at, y * height, radius * 2.6, hues[kind], 0.30)
        with world.layer(canvas, 0.62):
            frame = skia.Path()
            frame.addRect(skia.Rect.MakeLTRB(-2 * width, -2 * height, 3 * width, 3 * height))
            frame.addPath(
                smooth(
                    [
                        (0.05 * width, 0.64 * height),
                        (0.09 * width, 0.30 * height),
                        (0.20 * width, 0.14 * height),
                        (0.80 * width, 0.12 * height),
                        (0.93 * width, 0.22 * height),
                        (0.97 * width, 0.64 * height),
                    ],
                    tension=0.35,
                )
            )
            frame.setFillType(skia.PathFillType.kEvenOdd)
            canvas.drawPath(
                frame,
                paint(
                    shader=linear(
                        (0, 0.05 * height),
                        (0, 0.95 * height),
                        [mix(self._dark, grade.key, 0.06), self._dark, mix(self._dark, 0xFF000000, 0.2)],
                    )
                ),
            )
            sill = skia.Rect.MakeLTRB(0.03 * width, 0.635 * height, 0.98 * width, 0.652 * height)
            canvas.drawRoundRect(sill, 0.008 * height, 0.008 * height, paint(mix(self._dark, grade.key, 0.30)))
            if grade.weather == "rain":
                for n in range(26):
                    seed = (n * 0.618) % 1.0
                    x = (0.08 + 0.86 * ((seed * 7.3) % 1.0) - 0.02 * math.sin(world.time + n)) * width
                    y = (0.16 + 0.46 * ((seed * 3.1 + world.time * 0.05 * (0.4 + seed)) % 1.0)) * height
                    canvas.drawPath(
                        limb([(x, y - 0.02 * height), (x + 0.002 * width, y)], [0.0012 * height, 0.0035 * height]),
                        paint(fade(mix(grade.sky_low, 0xFFFFFFFF, 0.6), 0.55)),
                    )
        with world.layer(canvas, 0.8):
            seat = smooth(
                [
                    (-0.04 * width, 1.3 * height),
                    (0.02 * width, 0.62 * height),
                    (0.06 * width, 0.46 * height),
                    (0.14 * width, 0.45 * height),
                    (0.17 * width, 0.60 * height),
                    (0.20 * width, 1.3 * height),
                ],
                tension=0.6,
            )
            canvas.drawPath(
                seat,
                paint(
                    shader=linear(
                        (0, 0), (0.2 * width, 0), [mix(self._dark, 0xFF000000, 0.2), mix(self._dark, grade.key, 0.20)]
                    )
                ),
            )
        beam = math.sin(world.time * 1.4)
        if grade.night and beam > 0.2:
            canvas.drawRect(self._stage.bounds, paint(fade(grade.lamp, 0.07 * (beam - 0.2))))

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Nothing stands before the subject."""


def build(stage: Stage) -> Scene:
    """Inside the car when the camera is near somebody in it, else the road."""
    reading = read(stage.order)
    if (
        reading.place == "car"
        and reading.actors
        and stage.order.camera.size in ("full", "medium", "close", "extreme-close", "insert")
    ):
        return Staged(stage, Cabin(stage))
    return Staged(stage, Road(stage))
