"""Weather between the camera and the scene: rain, snow, drifting fog, wind, dust in the light."""

import math
from collections.abc import Sequence

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.media.animatic.colour import Colour, fade, mix, tone
from callsheet.media.animatic.shapes import paint, soft_image, stroke
from callsheet.media.animatic.stage import Stage, View
from callsheet.media.animatic.texture import fog

_LINES = skia.Canvas.PointMode.kLines_PointMode
_POINTS = skia.Canvas.PointMode.kPoints_PointMode


def _points(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[skia.Point]:
    return [skia.Point(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]


class Weather:
    """The weather of one stage. `ground` is where the ground begins, as a fraction of the height."""

    def __init__(self, stage: Stage, *, interior: bool, ground: float = 0.62, dust: bool = False) -> None:
        self._stage = stage
        kind = "clear" if interior else stage.grade.weather
        energy = stage.order.mood.arousal
        self._layers: list[_Rain | _Snow | _Fog | _Drift] = []
        if kind == "rain":
            self._layers = [_Rain(stage, ground, 0.75 + 0.35 * energy)]
        elif kind == "snow":
            self._layers = [_Snow(stage, 0.8 + 0.5 * energy)]
        elif kind == "fog":
            self._layers = [_Fog(stage, ground)]
        elif kind == "wind":
            self._layers = [_Drift(stage, 46, 0.34, stage.grade.key, leaves=True)]
        elif dust or stage.grade.low_sun:
            self._layers = [_Drift(stage, 38, 0.014, stage.grade.key)]

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Draw this moment's weather over the frame."""
        for layer in self._layers:
            layer.paint(canvas, view)


class _Rain:
    def __init__(self, stage: Stage, ground: float, amount: float) -> None:
        self._stage, self._ground = stage, ground
        rng = stage.rng("rain")
        self._slant = 0.10 + 0.10 * max(stage.order.mood.arousal, 0)
        self._sheets = [
            (rng.random((count, 3)), length, speed, width, alpha)
            for count, length, speed, width, alpha in (
                (int(170 * amount), 0.035, 1.5, 0.0011, 0.26),
                (int(90 * amount), 0.070, 2.2, 0.0016, 0.34),
                (int(26 * amount), 0.140, 3.2, 0.0027, 0.30),
            )
        ]
        self._drops = rng.random((int(64 * amount), 3))

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        width, height = self._stage.width, self._stage.height
        colour = mix(self._stage.grade.haze, 0xFFFFFFFF, 0.55)
        for seeds, length, speed, thick, alpha in self._sheets:
            fall = (seeds[:, 1] + view.time * speed * (0.85 + 0.3 * seeds[:, 2])) % 1.0
            near = length * 6
            x = ((seeds[:, 0] - (view.x + view.yaw) * near * height / width) % 1.0) * (
                width * 1.2
            ) - self._slant * height * fall
            y = fall * height * 1.3 - 0.15 * height
            long = height * length
            coordinates = np.empty((len(x) * 2, 2))
            coordinates[0::2, 0], coordinates[0::2, 1] = x, y
            coordinates[1::2, 0], coordinates[1::2, 1] = x - self._slant * long, y + long
            brush = stroke(fade(colour, alpha), max(thick * height, 0.7))
            canvas.drawPoints(_LINES, _points(coordinates[:, 0], coordinates[:, 1]), brush)
        self._splashes(canvas, view, colour)

    def _splashes(self, canvas: skia.Canvas, view: View, colour: Colour) -> None:
        width, height = self._stage.width, self._stage.height
        for seed_x, seed_y, seed_t in self._drops.tolist():
            life = (view.time * 1.8 + seed_t * 7) % 1.0
            turn = int(view.time * 1.8 + seed_t * 7)
            x = (seed_x + 0.618 * turn) % 1.0 * width
            deep = (seed_y + 0.331 * turn) % 1.0
            y = (self._ground + 0.04 + (0.99 - self._ground) * deep) * height
            radius = (0.004 + 0.016 * deep) * height * (0.3 + life)
            ring = stroke(fade(colour, 0.42 * (1 - life)), max(0.0014 * height, 0.6))
            canvas.drawOval(skia.Rect.MakeLTRB(x - radius, y - radius * 0.3, x + radius, y + radius * 0.3), ring)


class _Snow:
    def __init__(self, stage: Stage, amount: float) -> None:
        self._stage = stage
        rng = stage.rng("snow")
        sizes = ((150, 0.0028, 0.055, 0.75), (80, 0.0050, 0.085, 0.8), (26, 0.0105, 0.14, 0.5))
        self._sheets = [
            (rng.random((int(count * amount), 4)), size, speed, alpha) for count, size, speed, alpha in sizes
        ]

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        width, height = self._stage.width, self._stage.height
        for seeds, size, speed, alpha in self._sheets:
            near = size * 60
            drift = np.sin(view.time * (0.6 + seeds[:, 2]) + seeds[:, 3] * math.tau) * 0.018
            x = (
                (seeds[:, 0] + drift + 0.02 * view.time - (view.x + view.yaw) * near * height / width) % 1.0
            ) * width * 1.1 - 0.05 * width
            y = (
                (seeds[:, 1] + view.time * speed * (0.8 + 0.5 * seeds[:, 2]) - view.y * near) % 1.0
            ) * height * 1.1 - 0.05 * height
            brush = stroke(fade(mix(self._stage.grade.haze, 0xFFFFFFFF, 0.8), alpha), max(size * height, 1.0))
            canvas.drawPoints(_POINTS, _points(x, y), brush)


class _Fog:
    def __init__(self, stage: Stage, ground: float) -> None:
        rng = stage.rng("fog")
        self._stage, self._ground = stage, ground
        colour = tone(stage.grade.haze, 0.03)
        self._banks = [fog(rng, 48, 160, colour, strength) for strength in (0.75, 0.6)]

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        width, height = self._stage.width, self._stage.height
        for n, (bank, depth) in enumerate(zip(self._banks, (0.6, 1.1), strict=True)):
            with self._stage.layer(canvas, view, depth):
                drift = math.sin(view.time * 0.11 + n * 2.2) * 0.12 * width
                top = (self._ground - 0.14 + 0.26 * n) * height
                soft_image(canvas, bank, skia.Rect.MakeXYWH(-0.5 * width + drift, top, width * 2.0, height * 0.36), 0.9)


class _Drift:
    """Specks that the air carries: dust in the light, or what the wind tears along."""

    def __init__(self, stage: Stage, count: int, speed: float, colour: Colour, *, leaves: bool = False) -> None:
        self._stage, self._speed, self._colour, self._leaves = stage, speed, colour, leaves
        self._seeds = stage.rng("drift").random((count, 5))

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        width, height = self._stage.width, self._stage.height
        time = view.time
        for a, b, c, d, e in self._seeds.tolist():
            near = 0.3 + 1.4 * c
            x = ((a + time * self._speed * near - (view.x + view.yaw) * near * height / width) % 1.1 - 0.05) * width
            y = ((b + 0.02 * math.sin(time * (0.5 + d) + e * 9) + time * 0.004 * (d - 0.3)) % 1.0) * height
            if self._leaves:
                tail = (0.012 + 0.02 * c) * height
                canvas.save()
                canvas.translate(x, y + 0.03 * height * math.sin(time * 3 + e * 9))
                canvas.rotate(math.degrees(math.sin(time * 4 + d * 9)))
                canvas.drawOval(
                    skia.Rect.MakeWH(tail, tail * 0.28),
                    paint(fade(mix(self._colour, self._stage.grade.shadow, d), 0.5)),
                )
                canvas.restore()
            else:
                twinkle = 0.5 + 0.5 * math.sin(time * (0.8 + d) + e * 12)
                canvas.drawCircle(
                    x,
                    y,
                    (0.0011 + 0.0026 * c * c) * height,
                    paint(fade(self._colour, 0.10 + 0.34 * twinkle * (1 - 0.5 * c))),
                )


def gusts(time: float, seeds: Sequence[float], strength: float) -> list[float]:
    """How far things that stand in the wind lean at `time`, one for each seed (0..1)."""
    return [
        strength * (math.sin(time * 1.3 + seed * 3) * 0.6 + math.sin(time * 2.7 + seed * 9) * 0.4) for seed in seeds
    ]
