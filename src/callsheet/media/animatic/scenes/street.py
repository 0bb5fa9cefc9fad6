"""A city street: facades on both sides running to a vanishing point, signs, lamps, a mirror of wet asphalt."""

import math
from dataclasses import dataclass

import numpy as np
import skia

from callsheet.media.animatic.colour import Colour, fade, linear, mix, parse
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.scenes.sky import Sky
from callsheet.media.animatic.shapes import glow, paint, polygon, stroke
from callsheet.media.animatic.signs import Sign, words_for
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import HORIZON, Seat, World

_NEON = ("#ff4f8b", "#45d5ff", "#ffc15a", "#8f6bff", "#4fe3b0", "#ff6a4a")
_BRICK = ("#a4755c", "#b9a288", "#8d8f96", "#c2a07a", "#7f8f8a", "#a98b8b")


@dataclass(frozen=True)
class _House:
    depth: float
    inner: float
    outer: float
    top: float
    foot: float
    front: skia.Path
    flank: skia.Path
    windows: skia.Path
    lit: skia.Path
    fronts: skia.Path
    eaves: skia.Path
    shop: skia.Rect
    colour: Colour
    shop_colour: Colour
    signs: list[Sign]
    far: float
    side: int


class Street:
    """A street or an alley seen along its length."""

    seat: Seat = "bench"
    indoors = False
    ground = 0.66

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        self._night = grade.night or (grade.time in ("dusk", "dawn"))
        self._lamps = 1.0 if grade.night else 0.7 if self._night else 0.0
        self._wet = 1.0 if grade.weather == "rain" else 0.75 if grade.night else 0.12
        rng = stage.place_rng("street")
        self._neon = [parse(c) for c in _NEON]
        self._neon[0] = grade.accent
        rim = mix(self._neon[int(rng.integers(2))], grade.key, 0.3) if grade.night else grade.key
        self.light = Light(rim, grade.light_x, 0.66 if self._night else 0.3, 0.55, self._wet * 0.6, 1.0)
        self._sky = Sky(stage, disc=not grade.night)
        words = words_for(stage.order, rng, 10)
        self._houses: list[_House] = []
        depths = (0.10, 0.17, 0.27, 0.42, 0.62, 0.90)
        for n, depth in enumerate(depths):
            for side in (-1, 1):
                self._houses.append(self._house(rng, side, depth, (depths[n - 1] if n else 0.06) / depth, words, n))
        self._lamp_posts = [(0.22, -1), (0.34, 1), (0.52, -1), (0.78, 1)]
        self._bokeh = [
            (float(rng.normal(0.5, 0.035)), float(rng.uniform(0.0, 0.03)), int(rng.integers(3))) for _ in range(14)
        ]
        self._puddles = [
            (float(rng.uniform(-0.1, 1.1)), float(rng.uniform(0.70, 1.05)), float(rng.uniform(0.5, 1.4)))
            for _ in range(7)
        ]

    def _edge(self, depth: float) -> float:
        """Distance of the street's edge from the middle, in frame widths, at a depth."""
        wide = 0.36 if not self._stage.portrait else 0.50
        return 0.022 + wide * depth

    def _foot(self, depth: float) -> float:
        return float((HORIZON + 0.012 + 0.27 * depth**1.05) * self._stage.height)

    def _house(
        self, rng: np.random.Generator, side: int, depth: float, share: float, words: list[str], n: int
    ) -> _House:
        stage, grade = self._stage, self._stage.grade
        width, height = stage.width, stage.height
        far = (1 - depth) ** 1.5
        inner = (0.5 + side * self._edge(depth)) * width
        outer = (0.5 + side * (self._edge(depth) + 0.20 + 0.9 * depth)) * width
        foot = self._foot(depth)
        storeys = int(rng.integers(3, 7))
        storey = (0.045 + 0.125 * depth) * height
        top = foot - storey * (storeys + 0.5) * (1.0 if n < 5 else 1.25)
        brick = parse(_BRICK[int(rng.integers(len(_BRICK)))])
        if grade.night:
            brick = mix(mix(brick, grade.sky_mid, 0.55), grade.shadow, 0.55)
        elif self._night:
            brick = mix(mix(brick, grade.haze, 0.35), grade.shadow, 0.45)
        else:
            brick = mix(brick, grade.haze, 0.25)
        colour = grade.distant(brick, far * (0.75 if not grade.night else 0.55))
        left, right = min(inner, outer), max(inner, outer)
        front = polygon([(left, foot), (left, top), (right, top), (right, foot)])
        cx, cy = 0.5 * width, HORIZON * height

        def along(u: float, y: float) -> tuple[float, float]:
            """A point of the wall along the street: `u` 0 at its near end, 1 where the next house begins."""
            shrink = 1 / (1 + u * (1 / share - 1))
            return cx + (inner - cx) * shrink, cy + (y - cy) * shrink

        flank = polygon([(inner, foot), (inner, top), along(1, top), along(1, foot)])
        windows, lit = skia.Path(), skia.Path()
        columns = max(2, int((right - left) / (storey * 0.72)))
        step = (right - left) / columns
        for row in range(1, storeys + 1):
            for column in range(columns):
                box = skia.Rect.MakeXYWH(
                    left + step * (column + 0.26), foot - storey * (row + 0.9), step * 0.48, storey * 0.58
                )
                if box.top() < top + storey * 0.15:
                    continue
                (lit if rng.random() < (0.34 if self._night else 0.0) else windows).addRect(box)
        bays = 3 if n > 1 else 2
        for row in range(1, storeys + 1):
            for bay in range(bays):
                u0, u1 = (bay + 0.25) / bays, (bay + 0.75) / bays
                y0, y1 = foot - storey * (row + 0.9), foot - storey * (row + 0.32)
                if y0 < top + storey * 0.15:
                    continue
                pane = [skia.Point(*p) for p in (along(u0, y0), along(u1, y0), along(u1, y1), along(u0, y1))]
                (lit if rng.random() < (0.30 if self._night else 0.0) else windows).addPoly(pane, True)
        fronts = skia.Path()
        for bay in range(bays - 1):
            u0, u1 = (bay + 0.12) / (bays - 1), (bay + 0.88) / (bays - 1)
            fronts.addPoly(
                [skia.Point(*along(u, foot - storey * k)) for u, k in ((u0, 0.82), (u1, 0.82), (u1, 0.04), (u0, 0.04))],
                True,
            )
        eaves = polygon(
            [
                along(0, foot - storey * 0.98),
                along(1, foot - storey * 0.98),
                along(1, foot - storey * 0.84),
                along(0, foot - storey * 0.84),
            ]
        )
        shop = skia.Rect.MakeLTRB(left + step * 0.12, foot - storey * 0.86, right - step * 0.12, foot - storey * 0.05)
        signs = []
        if n >= 1 and words:
            em = storey * (0.30 + 0.10 * float(rng.random()))
            text = words[(n * 2 + (side > 0)) % len(words)]
            hue = self._neon[int(rng.integers(len(self._neon)))]
            upright = n < 5 or ord(text[0]) > 0x2E80 or bool(rng.random() < 0.3)
            em *= min(1.0, 4.2 / len(text)) if upright else 1.0
            sign = Sign(text, 0, 0, em, upright, hue, stage.order.language)
            x = inner + (0.10 * storey if side > 0 else -0.10 * storey - sign.box.width())
            if upright:
                x = inner - side * 0.25 * storey - (sign.box.width() if side > 0 else 0) + (side * 0.35 * storey)
            signs.append(
                Sign(text, x, foot - storey * (2.6 + float(rng.random())), em, upright, hue, stage.order.language)
            )
        shop_colour = mix(grade.lamp, self._neon[int(rng.integers(len(self._neon)))], 0.25)
        return _House(
            depth,
            inner,
            outer,
            top,
            foot,
            front,
            flank,
            windows,
            lit,
            fronts,
            eaves,
            shop,
            colour,
            shop_colour,
            signs,
            far,
            side,
        )

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Sky, houses from far to near, the street and what it mirrors."""
        stage, grade = self._stage, self._stage.grade
        width, height = stage.width, stage.height
        self._sky.paint(canvas, world)
        with world.layer(canvas, 0.05):
            vanishing = (0.5 * width, HORIZON * height)
            glow(
                canvas,
                *vanishing,
                0.42 * height,
                mix(grade.key if not grade.night else self._neon[0], grade.haze, 0.35),
                0.5,
            )
        self._asphalt(canvas, world)
        for house in self._houses:
            self._paint_house(canvas, world, house)
        self._lights(canvas, world)

    def _asphalt(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        base = mix(mix(grade.shadow, parse("#4a4c55"), 0.5), grade.haze, 0.12 if grade.night else 0.3)
        with world.layer(canvas, 0.62):
            top = HORIZON * height
            far = mix(base, grade.haze, 0.65)
            box = skia.Rect.MakeLTRB(-1.5 * width, top, 2.5 * width, 4 * height)
            canvas.drawRect(
                box,
                paint(
                    shader=linear(
                        (0, top),
                        (0, 1.0 * height),
                        [far, mix(base, far, 0.3), mix(base, grade.shadow, 0.35)],
                        [0, 0.22, 1],
                    )
                ),
            )
            walk = mix(base, grade.haze, 0.22)
            for side in (-1, 1):
                kerb = polygon(
                    [
                        ((0.5 + side * 0.02) * width, top),
                        ((0.5 + side * 0.9) * width, top),
                        ((0.5 + side * 3.2) * width, 1.9 * height),
                        ((0.5 + side * self._edge(1) * 3.1) * width, 1.9 * height),
                    ]
                )
                canvas.drawPath(
                    kerb,
                    paint(
                        shader=linear(
                            (0, top),
                            (0, 1.0 * height),
                            [mix(walk, grade.haze, 0.5), walk, mix(walk, grade.shadow, 0.4)],
                            [0, 0.2, 1],
                        )
                    ),
                )
            if self._wet > 0.5:
                sheen = mix(grade.sky_low, self._neon[0], 0.25 if grade.night else 0.0)
                wedge = polygon(
                    [
                        (0.47 * width, top),
                        (0.53 * width, top),
                        (0.92 * width, 1.2 * height),
                        (0.08 * width, 1.2 * height),
                    ]
                )
                canvas.drawPath(
                    wedge, paint(shader=linear((0, top), (0, height), [fade(sheen, 0.55), fade(sheen, 0.0)]))
                )
            else:
                for n in range(7):
                    near, share = 0.06 + 0.15 * n, 0.03 + 0.15 * n + 0.06
                    y0, y1 = top + 0.27 * height * near * 1.5, top + 0.27 * height * share * 1.5
                    dash = polygon(
                        [
                            ((0.5 - 0.010 * near) * width, y0),
                            ((0.5 + 0.010 * near) * width, y0),
                            ((0.5 + 0.010 * share) * width, y1),
                            ((0.5 - 0.010 * share) * width, y1),
                        ]
                    )
                    canvas.drawPath(dash, paint(fade(mix(base, 0xFFFFFFFF, 0.6), 0.5)))

    def _paint_house(self, canvas: skia.Canvas, world: World, house: _House) -> None:
        grade, height = self._stage.grade, self._stage.height
        colour, depth = house.colour, house.depth
        sunny = house.side * grade.light_x < 0
        with world.layer(canvas, depth):
            wall = mix(colour, grade.key, 0.16 * grade.strength if sunny and not grade.night else 0.0)
            low = mix(wall, grade.haze, 0.25 + 0.3 * house.far)
            canvas.drawPath(house.flank, paint(mix(wall, grade.shadow, 0.22 if sunny else 0.40)))
            canvas.drawPath(
                house.front,
                paint(
                    shader=linear(
                        (0, max(house.top, -0.3 * height)),
                        (0, house.foot),
                        [mix(wall, grade.shadow, 0.12), wall, low],
                        [0, 0.5, 1],
                    )
                ),
            )
            edge = skia.Rect.MakeLTRB(
                min(house.inner, house.outer),
                house.top,
                max(house.inner, house.outer),
                house.top + 0.012 * height * (0.4 + depth),
            )
            canvas.drawRect(edge, paint(mix(wall, grade.key, 0.25)))
            glass = mix(wall, grade.sky_low if not grade.night else grade.shadow, 0.5 if not self._night else 0.45)
            canvas.drawPath(house.windows, paint(glass))
            canvas.drawPath(house.lit, paint(mix(mix(grade.lamp, 0xFFFFFFFF, 0.15), colour, 0.15 + 0.45 * house.far)))
            warm = (
                mix(house.shop_colour, wall, 0.2 + 0.4 * house.far)
                if self._night
                else mix(mix(wall, grade.sky_low, 0.45), house.shop_colour, 0.15)
            )
            canvas.drawPath(house.fronts, paint(warm))
            canvas.drawPath(
                house.eaves, paint(mix(wall, mix(house.shop_colour, grade.accent, 0.4), 0.35 if self._night else 0.6))
            )
            self._shop(canvas, house, wall)
            for sign in house.signs:
                sign.paint(canvas, self._lamps, mix(grade.shadow, sign.colour, 0.15 if self._night else 0.5))

    def _shop(self, canvas: skia.Canvas, house: _House, wall: Colour) -> None:
        grade, box = self._stage.grade, house.shop
        warm = (
            mix(house.shop_colour, wall, 0.25 + 0.4 * house.far)
            if self._night
            else mix(mix(grade.haze, house.shop_colour, 0.25), wall, 0.35)
        )
        canvas.drawRect(
            box,
            paint(
                shader=linear(
                    (0, box.top()), (0, box.bottom()), [mix(warm, 0xFFFFFFFF, 0.25), warm, mix(warm, wall, 0.5)]
                )
            ),
        )
        panes = max(2, int(box.width() / box.height() / 0.7))
        for k in range(1, panes):
            x = box.left() + box.width() * k / panes
            canvas.drawRect(
                skia.Rect.MakeLTRB(x - 0.02 * box.height(), box.top(), x + 0.02 * box.height(), box.bottom()),
                paint(mix(wall, grade.shadow, 0.55)),
            )
        awning = skia.Path()
        deep = 0.24 * box.height()
        awning.addPoly(
            [
                skia.Point(*p)
                for p in (
                    (box.left() - 0.1 * deep, box.top() + deep),
                    (box.left(), box.top() - 0.3 * deep),
                    (box.right(), box.top() - 0.3 * deep),
                    (box.right() + 0.1 * deep, box.top() + deep),
                )
            ],
            True,
        )
        cloth = mix(mix(house.shop_colour, grade.accent, 0.5), grade.shadow, 0.45 if self._night else 0.12)
        canvas.drawPath(awning, paint(grade.distant(cloth, house.far * 0.7)))

    def _lights(self, canvas: skia.Canvas, world: World) -> None:
        """Lamps, headlights far off, and their long reflections."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        if self._lamps:
            for x, y, kind in self._bokeh:
                hue = (grade.lamp, parse("#ff5a4a"), 0xFFFFFFFF)[kind]
                drift = math.sin(world.time * 0.35 + x * 40) * 0.006
                with world.layer(canvas, 0.12):
                    cx, cy, radius = (
                        (x + drift) * width,
                        (HORIZON - 0.01 + y) * height,
                        (0.004 + 0.006 * (kind == 2)) * height,
                    )
                    canvas.drawCircle(cx, cy, radius, paint(fade(hue, 0.8)))
                    glow(canvas, cx, cy, radius * 6, hue, 0.5)
        if not self._lamps:
            for depth, side in ((0.30, 1), (0.48, -1), (0.70, 1)):
                self._tree(canvas, world, depth, side)
        for depth, side in self._lamp_posts:
            self._post(canvas, world, depth, side)
        if self._wet < 0.5:
            return
        for house in self._houses:
            for sign in house.signs:
                self._streak(canvas, world, house, sign.box.centerX(), sign.box.width() * 0.9, sign.colour, 0.50)
            if house.depth > 0.2:
                self._streak(
                    canvas,
                    world,
                    house,
                    house.shop.centerX(),
                    house.shop.width() * 0.8,
                    house.shop_colour,
                    0.26 * self._lamps,
                )
        self._mirrors(canvas, world)

    def _streak(
        self, canvas: skia.Canvas, world: World, house: _House, x: float, wide: float, colour: Colour, strength: float
    ) -> None:
        height = self._stage.height
        with world.layer(canvas, house.depth):
            top = house.foot + 0.004 * height
            long = (0.10 + 0.26 * house.depth) * height
            canvas.save()
            canvas.clipRect(skia.Rect.MakeLTRB(x - 2 * wide, top, x + 2 * wide, top + 2 * long))
            wave = 1 + 0.10 * math.sin(world.time * 2.3 + x * 0.01)
            glow(
                canvas,
                x + 0.04 * wide * math.sin(world.time * 1.7 + x),
                top,
                wide * 0.75 * wave,
                colour,
                strength,
                long / wide * 1.3,
            )
            canvas.restore()

    def _mirrors(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        with world.layer(canvas, 0.9):
            for n, (x, y, size) in enumerate(self._puddles):
                hue = mix(self._neon[n % 3], grade.sky_low, 0.45) if grade.night else grade.sky_low
                w, h = 0.13 * size * (y - 0.5) * 2 * width, 0.012 * size * (y - 0.5) * 3 * height
                canvas.drawOval(skia.Rect.MakeXYWH(x * width - w / 2, y * height - h / 2, w, h), paint(fade(hue, 0.20)))

    def _tree(self, canvas: skia.Canvas, world: World, depth: float, side: int) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        x, foot, high = (
            (0.5 + side * (self._edge(depth) - 0.03 * depth)) * width,
            self._foot(depth),
            (0.06 + 0.42 * depth) * height,
        )
        leaf = grade.distant(mix(mix(parse("#5f8f55"), grade.shadow, 0.25), grade.key, 0.08), (1 - depth) * 0.6)
        with world.layer(canvas, depth):
            canvas.drawRect(
                skia.Rect.MakeLTRB(x - high * 0.02, foot - high * 0.5, x + high * 0.02, foot),
                paint(mix(leaf, grade.shadow, 0.6)),
            )
            for n in range(9):
                angle, reach = n * 2.4, high * 0.16 * math.sqrt(n / 9) * 1.6
                cx = x + reach * math.cos(angle) + high * 0.006 * math.sin(world.time * 0.9 + n)
                cy = foot - high * 0.72 + reach * 0.8 * math.sin(angle)
                canvas.drawCircle(
                    cx, cy, high * 0.13, paint(mix(leaf, grade.key if n % 3 == 0 else grade.shadow, 0.16))
                )

    def _post(self, canvas: skia.Canvas, world: World, depth: float, side: int) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        x = (0.5 + side * (self._edge(depth) - 0.02 * depth)) * width
        foot, high = self._foot(depth), (0.10 + 0.42 * depth) * height
        thick = 0.007 * depth * height
        colour = grade.distant(mix(grade.shadow, grade.ground, 0.2), (1 - depth) * 0.6)
        with world.layer(canvas, depth):
            canvas.drawRect(skia.Rect.MakeLTRB(x - thick / 2, foot - high, x + thick / 2, foot), paint(colour))
            arm = skia.Path()
            arm.moveTo(x, foot - high)
            arm.quadTo(x - side * high * 0.03, foot - high * 1.06, x - side * high * 0.12, foot - high * 1.06)
            canvas.drawPath(arm, stroke(colour, thick * 0.8))
            if self._lamps:
                cx, cy = x - side * high * 0.13, foot - high * 1.045
                canvas.drawOval(
                    skia.Rect.MakeXYWH(cx - high * 0.035, cy - high * 0.01, high * 0.07, high * 0.025),
                    paint(mix(grade.lamp, 0xFFFFFFFF, 0.6)),
                )
                glow(canvas, cx, cy, high * 0.42, grade.lamp, 0.5 * self._lamps)
                glow(canvas, cx, foot + 0.01 * height, high * 0.40, grade.lamp, 0.28 * self._lamps, 0.2)

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Cables across the sky."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        if self._stage.order.camera.size not in ("extreme-wide", "wide", "full"):
            return
        with world.layer(canvas, 0.8):
            for n, (y, sag) in enumerate(((0.10, 0.05), (0.155, 0.07))):
                cable = skia.Path()
                cable.moveTo(-0.2 * width, y * height)
                cable.quadTo((0.45 + 0.1 * n) * width, (y + sag * 2) * height, 1.2 * width, (y - 0.03) * height)
                canvas.drawPath(cable, stroke(fade(grade.shadow, 0.55), 0.0022 * height))


def build(stage: Stage) -> Scene:
    """The street of this order."""
    return Staged(stage, Street(stage))
