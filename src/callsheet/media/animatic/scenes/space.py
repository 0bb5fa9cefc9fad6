"""Space: the Earth with its day and night side, the Moon on its way round it, the Sun where the light comes from, and the tide's bulges."""

import math
import re

import numpy as np
import skia

from callsheet.media.animatic.colour import Colour, fade, linear, mix, parse, radial, tone
from callsheet.media.animatic.shapes import glow, paint, smooth, soft_image, stroke
from callsheet.media.animatic.stage import Scene, Stage, View
from callsheet.media.animatic.texture import blended, noise

_BULGE = re.compile(r"tid(?:e|al)|bulge|pull|drawn?\b|draws|attract|gravit|潮|引力|吸引|隆起", re.IGNORECASE)
_SUN = re.compile(r"\bsun(?:'s)?\b|\bstar\b|太阳|恒星", re.IGNORECASE)
_MOON = re.compile(r"\bmoon(?:'s)?\b|月球|月亮", re.IGNORECASE)
_SIZES = {
    "extreme-wide": 0.150,
    "wide": 0.185,
    "full": 0.22,
    "medium": 0.26,
    "close": 0.32,
    "extreme-close": 0.42,
    "insert": 0.30,
}


class Space:
    """Planets before stars. Lengths are in pixels; the light comes from the key's side."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        order = stage.order
        told = f"{order.action} {order.location.name + ' ' + order.location.description if order.location else ''}"
        self._bulge = bool(_BULGE.search(told))
        self._sunny = bool(_SUN.search(order.action)) or (
            order.text_room == "none" and bool(_SUN.search(told)) and not _MOON.search(order.action)
        )
        rng = stage.rng("space")
        self._stars = [(float(x), float(y), float(s) ** 3) for x, y, s in rng.random((190, 3)).tolist()]
        self._dust = blended(
            np.clip(noise(rng, 90, 160, (2, 3), 5) ** 2.2 * 0.75, 0, 1).astype(np.float32), noise(rng, 90, 160, (2, 2), 3),
            parse("#3a2a86"), parse("#145a8a"),
        )  # fmt: skip
        self._side = 1 if stage.grade.light_x > 0 else -1
        self._lands = [
            (
                float(rng.uniform(0, 2)),
                float(rng.uniform(-0.62, 0.62)),
                float(rng.uniform(0.20, 0.44)),
                rng.uniform(0.6, 1.25, 9).tolist(),
            )
            for _ in range(8)
        ]
        self._cloud = [
            (float(rng.uniform(0, 2)), float(rng.uniform(-0.8, 0.8)), float(rng.uniform(0.25, 0.6))) for _ in range(9)
        ]
        self._craters = [
            (float(rng.uniform(-0.7, 0.7)), float(rng.uniform(-0.7, 0.7)), float(rng.uniform(0.08, 0.22)))
            for _ in range(9)
        ]

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Paint the full frame, opaque."""
        stage = self._stage
        width, height = stage.width, stage.height
        canvas.drawRect(
            stage.bounds,
            paint(shader=linear((0, 0), (width * 0.3, height), [parse("#02040f"), parse("#0a1236"), parse("#05081c")])),
        )
        with stage.layer(canvas, view, 0.05):
            soft_image(
                canvas, self._dust, skia.Rect.MakeXYWH(-0.2 * width, -0.2 * height, 1.4 * width, 1.4 * height), 0.8
            )
            for x, y, size in self._stars:
                shine = 0.35 + 0.65 * (0.5 + 0.5 * math.sin(view.time * (0.8 + 2 * size) + x * 50))
                radius = (0.0007 + 0.0022 * size) * stage.unit
                canvas.drawCircle(
                    (x * 1.3 - 0.15) * width,
                    (y * 1.3 - 0.15) * height,
                    max(radius, 0.5),
                    paint(fade(0xFFEAF2FF, shine)),
                )
        radius = _SIZES[stage.order.camera.size] * (stage.unit if not stage.portrait else 1.25 * width)
        if stage.portrait:
            radius = min(radius, 0.27 * width)
        titled = stage.order.text_room == "all"
        x, y = (
            (0.5 - (0.10 if not stage.portrait else 0.0) * self._side) * width,
            (0.50 if not stage.portrait else 0.40) * height,
        )
        if titled:
            y, radius = (0.66 if not stage.portrait else 0.60) * height, radius * 1.25
        with stage.layer(canvas, view, 0.35):
            self._sun(canvas, view.time)
        if self._sunny:
            x, y, radius = (
                (0.5 - self._side * 0.24) * width,
                y + 0.04 * height,
                radius * (0.42 if not stage.portrait else 0.34),
            )
        with stage.layer(canvas, view, 0.9):
            self._earth_and_moon(canvas, view.time, x, y, radius)

    def _sun(self, canvas: skia.Canvas, time: float) -> None:
        stage, side = self._stage, self._side
        width, height = stage.width, stage.height
        warm = parse("#ffb347")
        if self._sunny:
            radius = 0.62 * stage.unit if not stage.portrait else 0.60 * width
            x, y = (
                (0.5 + side * (0.40 if not stage.portrait else 0.42)) * width,
                (0.46 if not stage.portrait else 0.30) * height,
            )
            radius *= 0.72
            glow(canvas, x, y, radius * 2.1, parse("#ff7a1e"), 0.75)
            colours = [0xFFFFFBE0, parse("#ffe08a"), warm, parse("#f26a1b")]
            canvas.drawCircle(
                x, y, radius, paint(shader=radial((x - side * 0.1 * radius, y), radius, colours, [0.0, 0.45, 0.8, 1.0]))
            )
            canvas.save()
            ring = skia.Path()
            ring.addCircle(x, y, radius)
            canvas.clipPath(ring, True)
            for n in range(7):
                at = y + (n - 3) * 0.27 * radius + 0.03 * radius * math.sin(time * 0.3 + n)
                wave = [
                    (x + (k - 4) * 0.28 * radius, at + 0.05 * radius * math.sin(k * 1.9 + n * 2.3 + time * 0.25))
                    for k in range(9)
                ]
                canvas.drawPath(smooth(wave, closed=False), stroke(fade(parse("#ff8a2a"), 0.35), 0.05 * radius))
            canvas.restore()
            return
        x, y = (0.5 + side * 0.60) * width, 0.16 * height
        glow(canvas, x, y, 0.75 * stage.unit, warm, 0.75)
        glow(canvas, x, y, 0.25 * stage.unit, 0xFFFFFFFF, 0.9)

    def _earth_and_moon(self, canvas: skia.Canvas, time: float, x: float, y: float, radius: float) -> None:
        stage = self._stage
        flat = 0.34
        reach = min(radius * 2.5, max(min(x, stage.width - x) - 0.40 * radius, 1.12 * radius))
        turn = -0.55 + 0.10 * time if self._side < 0 else math.pi + 0.55 - 0.10 * time
        mx, my = x + reach * math.cos(turn), y + reach * flat * math.sin(turn) - 0.25 * radius
        orbit = skia.Rect.MakeLTRB(
            x - reach, y - reach * flat - 0.25 * radius, x + reach, y + reach * flat - 0.25 * radius
        )
        line = stroke(fade(parse("#9cc7ff"), 0.45), max(0.0022 * stage.unit, 1))
        line.setPathEffect(skia.DashPathEffect.Make([0.014 * stage.unit, 0.012 * stage.unit], -time * 4))
        canvas.drawArc(orbit, 180, 180, False, line)
        behind = math.sin(turn) < 0
        if behind:
            self._moon(canvas, mx, my, radius * 0.27)
        if self._bulge:
            canvas.save()
            canvas.translate(x, y)
            canvas.rotate(math.degrees(math.atan2(my - y, mx - x)))
            swell = 1.34 + 0.03 * math.sin(time * 1.1)
            box = skia.Rect.MakeLTRB(-radius * swell, -radius * 1.03, radius * swell, radius * 1.03)
            sea = [fade(parse("#8fe3ff"), 0.30), fade(parse("#3aa4ee"), 0.62), fade(parse("#8fe3ff"), 0.85)]
            canvas.drawOval(box, paint(shader=radial((0, 0), radius * swell, sea, [0.6, 0.8, 1.0])))
            canvas.drawOval(box, stroke(fade(0xFFCFF4FF, 0.9), max(0.014 * radius, 1)))
            canvas.restore()
        self._earth(canvas, time, x, y, radius)
        canvas.drawArc(orbit, 0, 180, False, line)
        if not behind:
            self._moon(canvas, mx, my, radius * 0.27)

    def _earth(self, canvas: skia.Canvas, time: float, x: float, y: float, r: float) -> None:
        side = self._side
        glow(canvas, x, y, r * 1.5, parse("#3f9cff"), 0.55)
        disc = skia.Path()
        disc.addCircle(x, y, r)
        ocean = [parse("#6fd0ff"), parse("#1f7fd8"), parse("#0c4aa0")]
        canvas.drawPath(disc, paint(shader=radial((x + side * 0.4 * r, y - 0.3 * r), 1.6 * r, ocean, [0.0, 0.5, 1.0])))
        canvas.save()
        canvas.clipPath(disc, True)
        for place, latitude, size, knots in self._lands:
            at = (place + time * 0.06) % 2.0 - 1.0
            squeeze = math.sqrt(max(1 - min(abs(at), 1.0) ** 2, 0.0))
            if squeeze < 0.12:
                continue
            cx, cy = x + at * r * math.sqrt(1 - latitude**2), y + latitude * r
            outline = [
                (
                    cx + size * r * k * squeeze * math.cos(n * math.tau / 9),
                    cy + size * r * k * 0.75 * math.sin(n * math.tau / 9),
                )
                for n, k in enumerate(knots)
            ]
            land = mix(parse("#5fae4e"), parse("#d2b06a"), abs(latitude) * 1.1 if size > 0.3 else 0.1)
            canvas.drawPath(smooth(outline), paint(land))
        for place, latitude, size in self._cloud:
            at = (place + time * 0.085) % 2.0 - 1.0
            squeeze = math.sqrt(max(1 - min(abs(at), 1.0) ** 2, 0.0))
            cx, cy = x + at * r, y + latitude * r
            canvas.drawOval(
                skia.Rect.MakeLTRB(cx - size * r * squeeze, cy - 0.035 * r, cx + size * r * squeeze, cy + 0.035 * r),
                paint(fade(0xFFFFFFFF, 0.5)),
            )
        for cap in (-1, 1):
            canvas.drawOval(
                skia.Rect.MakeLTRB(
                    x - 0.42 * r, y + cap * 0.98 * r - 0.12 * r, x + 0.42 * r, y + cap * 0.98 * r + 0.12 * r
                ),
                paint(fade(0xFFFFFFFF, 0.9)),
            )
        self._night(canvas, x, y, r, parse("#020617"))
        canvas.restore()
        rim = linear((x + side * r, y), (x - side * 0.3 * r, y), [fade(0xFFBFEAFF, 0.95), fade(parse("#4fa8ff"), 0.0)])
        canvas.drawPath(disc, stroke(0xFFFFFFFF, max(0.035 * r, 1.2), shader=rim))

    def _night(self, canvas: skia.Canvas, x: float, y: float, r: float, dark: Colour) -> None:
        """The side that the Sun does not reach."""
        centre = (x + self._side * 0.62 * r, y - 0.30 * r)
        colours = [fade(dark, 0.0), fade(dark, 0.0), fade(dark, 0.72), fade(dark, 0.93)]
        canvas.drawRect(
            skia.Rect.MakeLTRB(x - r, y - r, x + r, y + r),
            paint(shader=radial(centre, 1.75 * r, colours, [0.0, 0.42, 0.66, 1.0])),
        )

    def _moon(self, canvas: skia.Canvas, x: float, y: float, r: float) -> None:
        side = self._side
        glow(canvas, x, y, 2.0 * r, parse("#cfd8ff"), 0.35)
        disc = skia.Path()
        disc.addCircle(x, y, r)
        canvas.drawPath(
            disc,
            paint(
                shader=radial(
                    (x + side * 0.4 * r, y - 0.3 * r), 1.7 * r, [0xFFFFFDF2, parse("#cfc9bd"), parse("#8f8a90")]
                )
            ),
        )
        canvas.save()
        canvas.clipPath(disc, True)
        for cx, cy, size in self._craters:
            canvas.drawCircle(x + cx * r, y + cy * r, size * r, paint(fade(tone(parse("#8f8a86"), -0.05), 0.5)))
        self._night(canvas, x, y, r, parse("#04081c"))
        canvas.restore()


def build(stage: Stage) -> Scene:
    """Space, with what the board names in it."""
    return Space(stage)
