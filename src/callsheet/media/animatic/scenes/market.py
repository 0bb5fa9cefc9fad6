"""A night market: stalls under awnings on both sides, strings of red lanterns, bare bulbs, steam, and wet ground that mirrors it all."""

import math
from dataclasses import dataclass

import skia

from callsheet.media.animatic.colour import Colour, fade, linear, mix, parse, tone
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.scenes.sky import Sky
from callsheet.media.animatic.shapes import glow, paint, polygon, stroke
from callsheet.media.animatic.signs import Sign, words_for
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import HORIZON, Seat, World

_CLOTH = ("#c8352e", "#d9822b", "#2f7d74", "#b5303c", "#c9a23a")
_DISHES = {
    "zh": ("面", "牛肉面", "馄饨", "烧烤", "小吃", "豆花", "凉茶", "饺子"),
    "ja": ("麺", "焼鳥", "餃子", "おでん", "たこ焼"),
    "": ("NOODLES", "TEA", "GRILL", "SOUP", "FRUIT", "BUNS"),
}
_DEPTHS = (0.20, 0.30, 0.44, 0.64, 0.92)


@dataclass(frozen=True)
class _Stall:
    depth: float
    side: int
    cloth: Colour
    sign: Sign
    hue: float


class Market:
    """Two rows of stalls seen along the lane between them."""

    seat: Seat = "bench"
    indoors = False
    ground = 0.66

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        self._dark = grade.night or grade.low_sun
        self._lamp = mix(grade.lamp, parse("#ffb04a"), 0.6)
        self._red = mix(parse("#e5281e"), grade.accent, 0.15)
        self._wet = 1.0 if grade.weather == "rain" else 0.55 if self._dark else 0.1
        rim = mix(self._lamp, parse("#ff7a3a"), 0.35) if self._dark else grade.key
        self.light = Light(rim, grade.light_x, 0.36 if self._dark else 0.25, 0.55, self._wet * 0.6, 1.0)
        self._sky = Sky(stage, disc=False)
        rng = stage.place_rng("market")
        tongue = stage.order.language.split("-")[0]
        words = [*_DISHES.get(tongue, _DISHES[""]), *words_for(stage.order, rng, 3)]
        rng.shuffle(words)
        self._stalls: list[_Stall] = []
        for n, depth in enumerate(_DEPTHS):
            for side in (-1, 1):
                text = words[(2 * n + (side > 0)) % len(words)]
                hue = mix(self._red, self._lamp, 0.75 * float(rng.random()))
                sign = Sign(
                    text, 0, 0, 0.052 * depth * stage.height * min(1.0, 4 / len(text)), False, hue, stage.order.language
                )
                cloth = parse(_CLOTH[int(rng.integers(len(_CLOTH)))])
                self._stalls.append(_Stall(depth, side, cloth, sign, float(rng.random())))
        self._far = [
            (float(rng.normal(0.5, 0.09)), float(rng.uniform(-0.06, 0.015)), int(rng.integers(3))) for _ in range(22)
        ]
        self._roofs = [
            (float(x), float(rng.uniform(0.08, 0.26)), float(rng.random())) for x in rng.uniform(-0.3, 1.3, 16)
        ]

    def _edge(self, depth: float) -> float:
        return 0.03 + (0.33 if not self._stage.portrait else 0.46) * depth

    def _foot(self, depth: float) -> float:
        return float((HORIZON + 0.012 + 0.27 * depth**1.05) * self._stage.height)

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Sky and roofs, the wet lane, the stalls from far to near, lanterns above."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        self._sky.paint(canvas, world)
        with world.layer(canvas, 0.08):
            roofs = skia.Path()
            for x, high, wide in self._roofs:
                roofs.addRect(
                    skia.Rect.MakeXYWH(
                        x * width, (HORIZON - high) * height, (0.06 + 0.1 * wide) * height, (high + 0.1) * height
                    )
                )
            canvas.drawPath(roofs, paint(mix(grade.shadow, grade.sky_mid, 0.35 if self._dark else 0.5)))
            for x, high, share in self._roofs:
                if self._dark and share > 0.4:
                    window = skia.Rect.MakeXYWH(
                        x * width + 0.03 * height, (HORIZON - high * 0.8) * height, 0.012 * height, 0.016 * height
                    )
                    canvas.drawRect(window, paint(fade(self._lamp, 0.8)))
            glow(
                canvas,
                0.5 * width,
                HORIZON * height,
                0.34 * height,
                mix(self._lamp, self._red, 0.3),
                0.75 if self._dark else 0.2,
                0.6,
            )
        self._lane(canvas, world)
        with world.layer(canvas, 0.14):
            for x, y, kind in self._far:
                hue = (self._lamp, self._red, 0xFFFFE2B0)[kind]
                canvas.drawCircle(x * width, (HORIZON + y) * height, 0.0065 * height, paint(fade(hue, 0.9)))
        for n, stall in enumerate(self._stalls):
            self._stall(canvas, world, stall)
            if n % 2:
                self._lanterns(canvas, world, stall.depth)

    def _lane(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        top = HORIZON * height
        base = mix(grade.shadow, parse("#2c3350"), 0.5) if self._dark else mix(parse("#8d8578"), grade.shadow, 0.2)
        with world.layer(canvas, 0.62):
            far = mix(base, self._lamp, 0.45 if self._dark else 0.25)
            shader = linear(
                (0, top),
                (0, height),
                [far, mix(base, self._red, 0.10), base, mix(base, grade.shadow, 0.5)],
                [0, 0.18, 0.5, 1],
            )
            canvas.drawRect(skia.Rect.MakeLTRB(-1.5 * width, top, 2.5 * width, 4 * height), paint(shader=shader))
        if self._wet < 0.3:
            return
        for stall in self._stalls[2:]:
            depth = stall.depth
            x = (0.5 + stall.side * (self._edge(depth) + 0.02 * depth)) * width
            foot, long, wide = self._foot(depth), (0.10 + 0.24 * depth) * height, 0.20 * depth * height
            with world.layer(canvas, depth):
                for hue, at, share, strength in (
                    (self._lamp, x, 1.0, 0.55),
                    (self._red, x - stall.side * wide, 0.34, 0.8),
                ):
                    shake = 0.02 * wide * math.sin(world.time * 2.1 + at)
                    # Centred below the stall's foot and unclipped, so that no reflection ends in an edge.
                    radius = wide * (0.35 + 0.45 * share)
                    glow(canvas, at + shake, foot + 0.45 * long, radius, hue, strength * self._wet, long / radius)
        with world.layer(canvas, 0.9):
            for n in range(6):
                y = (HORIZON + 0.10 + 0.055 * n) * height
                x = (0.5 + 0.28 * math.sin(n * 2.4)) * width
                wide = (0.05 + 0.03 * n) * height
                box = skia.Rect.MakeLTRB(x - wide, y - 0.003 * height, x + wide, y + 0.005 * height)
                canvas.drawOval(box, paint(fade(mix(self._lamp, grade.sky_low, 0.4), 0.22 * self._wet)))

    def _stall(self, canvas: skia.Canvas, world: World, stall: _Stall) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        depth, side = stall.depth, stall.side
        unit = depth * height
        inner, foot = (0.5 + side * self._edge(depth)) * width, self._foot(depth)
        left, right = sorted((inner, inner + side * 0.74 * unit))
        counter, roof = foot - 0.155 * unit, foot - 0.43 * unit
        far = (1 - depth) * 0.35
        dim = 0.12 if self._dark else 0.0
        with world.layer(canvas, depth):
            warm = mix(self._lamp, parse("#8a3a1c"), 0.35)
            colours = [mix(self._lamp, 0xFFFFFFFF, 0.35), warm, mix(warm, grade.shadow, 0.55)]
            canvas.drawRect(
                skia.Rect.MakeLTRB(left, roof, right, counter),
                paint(shader=linear((0, roof), (0, counter), colours, [0, 0.4, 1])),
            )
            goods = skia.Path()
            for n in range(7):
                x = left + (n + 0.5) * (right - left) / 7
                high = (0.030 + 0.022 * ((n * 5 + int(stall.hue * 9)) % 4)) * unit
                goods.addRoundRect(
                    skia.Rect.MakeLTRB(x - 0.030 * unit, counter - high, x + 0.030 * unit, counter),
                    0.01 * unit,
                    0.01 * unit,
                )
            canvas.drawPath(goods, paint(mix(parse("#3a1c18"), grade.shadow, 0.3)))
            wood = mix(parse("#6d3a26"), grade.shadow, 0.35)
            canvas.drawRect(
                skia.Rect.MakeLTRB(left, counter, right, foot),
                paint(
                    shader=linear((0, counter), (0, foot), [mix(wood, self._lamp, 0.3), mix(wood, grade.shadow, 0.55)])
                ),
            )
            canvas.drawRect(
                skia.Rect.MakeLTRB(
                    left - 0.01 * unit, counter - 0.008 * unit, right + 0.01 * unit, counter + 0.012 * unit
                ),
                paint(mix(wood, self._lamp, 0.65)),
            )
            for x in (left, right):
                canvas.drawRect(
                    skia.Rect.MakeLTRB(x - 0.006 * unit, roof, x + 0.006 * unit, foot),
                    paint(mix(wood, grade.shadow, 0.4)),
                )
            stripes = 8
            step = (right - left) / stripes
            low = roof + 0.075 * unit
            for n in range(stripes):
                a, b = left + step * n, left + step * (n + 1)
                tint = stall.cloth if n % 2 == 0 else parse("#efe0c2")
                tint = mix(mix(tint, self._lamp, 0.12), grade.shadow, dim + far + 0.04 * (n % 3))
                canvas.drawPath(
                    polygon(
                        [
                            (a, roof - 0.05 * unit),
                            (b, roof - 0.05 * unit),
                            (b + 0.0, low),
                            ((a + b) / 2, low + 0.022 * unit),
                            (a, low),
                        ]
                    ),
                    paint(tint),
                )
            box = stall.sign.box
            sign = Sign(
                stall.sign.text,
                (left + right) / 2 - box.width() / 2,
                roof - 0.05 * unit - box.height(),
                stall.sign.em,
                False,
                stall.sign.colour,
                stall.sign.language,
            )
            sign.paint(canvas, 0.9 if self._dark else 0.0, mix(grade.shadow, self._red, 0.35))
            if not self._dark:
                return
            for n in range(3):
                x = left + (right - left) * (0.2 + 0.3 * n)
                canvas.drawCircle(x, low + 0.04 * unit, 0.010 * unit, paint(0xFFFFF3D0))
            glow(canvas, (left + right) / 2, low + 0.06 * unit, 0.42 * unit, self._lamp, 0.42)
            if depth > 0.25:
                self._steam(canvas, inner + side * 0.2 * unit, counter - 0.03 * unit, unit, world.time, stall.hue)

    def _steam(self, canvas: skia.Canvas, x: float, y: float, unit: float, time: float, seed: float) -> None:
        """Puffs that rise, widen and thin out."""
        for n in range(5):
            life = (time * 0.22 + seed + n * 0.2) % 1.0
            size = (0.03 + 0.09 * life) * unit
            at = x + (0.03 * math.sin(time * 0.8 + n * 2 + seed * 7) + 0.04 * life) * unit
            glow(
                canvas,
                at,
                y - 0.30 * life * unit,
                size,
                mix(self._lamp, 0xFFFFFFFF, 0.5),
                0.34 * math.sin(math.pi * life),
            )

    def _lanterns(self, canvas: skia.Canvas, world: World, depth: float) -> None:
        """A string of lanterns across the lane at one depth."""
        width, height = self._stage.width, self._stage.height
        unit = depth * height
        half = (self._edge(depth) + 0.02) * width
        top = self._foot(depth) - 0.60 * unit
        count = 5 if not self._stage.portrait else 4
        with world.layer(canvas, depth):
            wire = skia.Path()
            wire.moveTo(0.5 * width - half, top)
            wire.quadTo(0.5 * width, top + 0.16 * unit, 0.5 * width + half, top)
            canvas.drawPath(wire, stroke(fade(self._stage.grade.shadow, 0.8), max(0.004 * unit, 0.7)))
            for n in range(count):
                share = (n + 0.5) / count
                x = (
                    0.5 * width
                    - half
                    + 2 * half * share
                    + 0.006 * unit * math.sin(world.time * 1.1 + n * 1.7 + depth * 9)
                )
                y = top + 0.32 * unit * share * (1 - share)
                self._lantern(canvas, x, y, 0.036 * unit)

    def _lantern(self, canvas: skia.Canvas, x: float, y: float, r: float) -> None:
        if self._dark:
            glow(canvas, x, y + 1.4 * r, 3.4 * r, mix(self._red, self._lamp, 0.2), 0.6)
        gold = mix(parse("#e9b64a"), self._lamp, 0.3)
        body = [
            tone(self._red, -0.12),
            mix(self._red, parse("#ff9a4a"), 0.75 if self._dark else 0.3),
            self._red,
            tone(self._red, -0.16),
        ]
        canvas.drawOval(
            skia.Rect.MakeLTRB(x - 1.2 * r, y + 0.4 * r, x + 1.2 * r, y + 2.4 * r),
            paint(shader=linear((x - 1.2 * r, 0), (x + 1.2 * r, 0), body, [0, 0.45, 0.7, 1])),
        )
        for top in (0.34, 2.3):
            canvas.drawRect(skia.Rect.MakeLTRB(x - 0.5 * r, y + top * r, x + 0.5 * r, y + (top + 0.2) * r), paint(gold))
        canvas.drawLine(x, y + 2.5 * r, x, y + 3.3 * r, stroke(gold, 0.16 * r))

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """One string of lanterns hangs near the camera."""
        if self._stage.order.camera.size in ("extreme-wide", "wide"):
            width, height = self._stage.width, self._stage.height
            with world.layer(canvas, 1.15):
                for n in range(3):
                    x = (0.10 + 0.40 * n) * width + 0.004 * height * math.sin(world.time + n)
                    canvas.drawLine(
                        x,
                        -0.2 * height,
                        x,
                        (0.06 + 0.03 * (n % 2)) * height,
                        stroke(self._stage.grade.shadow, 0.002 * height),
                    )
                    self._lantern(canvas, x, (0.05 + 0.03 * (n % 2)) * height, 0.030 * height)


def build(stage: Stage) -> Scene:
    """The market of this order."""
    return Staged(stage, Market(stage))
