"""An old courtyard, a temple, a tea house: a hall with swept eaves, lattice, lanterns, a moon gate, a branch in blossom."""

import math

import skia

from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.props import draw_prop
from callsheet.media.animatic.scenes.nature import ridge_line
from callsheet.media.animatic.scenes.sky import Sky
from callsheet.media.animatic.shapes import glow, limb, paint, polygon, shade, smooth, stroke
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import HORIZON, Seat, World


class Courtyard:
    """A hall across a paved court."""

    seat: Seat = "tea"
    indoors = False
    ground = 0.70

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        self._lamps = 1.0 if grade.night else 0.65 if grade.low_sun else 0.0
        rim = mix(grade.key, grade.lamp, 0.5) if grade.night else grade.key
        self.light = Light(
            rim, grade.light_x, 0.58 if self._lamps else 0.30, 0.6, 0.35 if grade.weather == "rain" else 0.0
        )
        rng = stage.place_rng("courtyard")
        self._sky = Sky(stage)
        self._hills = [
            (0.07, ridge_line(rng, stage, (HORIZON - 0.02) * stage.height, 0.16 * stage.height, 2.4, rough=0.4), 0.82)
        ]
        dim = 0.28 if not grade.night else 0.58
        self._tile, self._wood, self._red, self._wall, self._stone = (
            mix(mix(parse(c), grade.fill, 0.12), grade.shadow, dim)
            for c in ("#4a5560", "#5d3a28", "#8f3a2c", "#d9d0c0", "#a39a8c")
        )
        self._glow = mix(grade.lamp, parse("#ff9a4a"), 0.3)
        self._blossom = mix(mix(parse("#f0b8c0"), grade.accent, 0.25), grade.shadow, 0.12 if not grade.night else 0.45)
        self._petals = rng.random((70, 4)).tolist()
        self._falling = stage.rng("petals").random((22, 4)).tolist()

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Sky, a far pagoda, side walls, the hall, the court, lanterns, branch."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        self._sky.paint(canvas, world)
        for depth, line, far in self._hills:
            with world.layer(canvas, depth):
                path = polygon([*line, (line[-1][0], 0.8 * height), (line[0][0], 0.8 * height)])
                canvas.drawPath(
                    path,
                    paint(
                        shader=linear(
                            (0, 0.4 * height),
                            (0, 0.64 * height),
                            [grade.distant(grade.shadow, far), mix(grade.distant(grade.shadow, far), grade.haze, 0.5)],
                        )
                    ),
                )
        self._pagoda(canvas, world)
        with world.layer(canvas, 0.62):
            top = 0.690 * height
            canvas.drawRect(
                skia.Rect.MakeLTRB(-2 * width, top, 3 * width, 4 * height),
                paint(
                    shader=linear(
                        (0, top),
                        (0, 1.05 * height),
                        [
                            mix(mix(self._stone, grade.haze, 0.3), grade.key, 0.12),
                            self._stone,
                            mix(self._stone, grade.shadow, 0.5),
                        ],
                        [0, 0.3, 1],
                    )
                ),
            )
            self._paving(canvas)
        self._walls(canvas, world)
        self._hall(canvas, world)
        self._lanterns(canvas, world)

    def _pagoda(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        x = (0.5 - 0.33 * (1 if grade.light_x > 0 else -1)) * width
        colour = grade.distant(mix(grade.shadow, self._wood, 0.3), 0.62)
        with world.layer(canvas, 0.14):
            path = skia.Path()
            for tier in range(6):
                y, half = (0.56 - 0.062 * tier) * height, (0.068 - 0.0085 * tier) * height
                path.addPath(_eaves(x, y, half * 1.35, 0.020 * height))
                path.addRect(skia.Rect.MakeLTRB(x - half * 0.72, y, x + half * 0.72, y + 0.045 * height))
            path.addRect(skia.Rect.MakeLTRB(x - 0.002 * height, 0.14 * height, x + 0.002 * height, 0.25 * height))
            path.setFillType(skia.PathFillType.kWinding)
            canvas.drawPath(
                path,
                paint(shader=linear((0, 0.2 * height), (0, 0.62 * height), [colour, mix(colour, grade.haze, 0.5)])),
            )

    def _walls(self, canvas: skia.Canvas, world: World) -> None:
        """White walls at both sides, one with a moon gate."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        moon = -1 if grade.light_x > 0 else 1
        with world.layer(canvas, 0.44):
            for side in (-1, 1):
                inner, outer = (0.5 + side * 0.30) * width, (0.5 + side * 1.6) * width
                if self._stage.portrait:
                    inner = (0.5 + side * 0.42) * width
                left, right = min(inner, outer), max(inner, outer)
                wall = skia.Path()
                wall.addRect(skia.Rect.MakeLTRB(left, 0.47 * height, right, 0.705 * height))
                if side == moon:
                    wall.addCircle(inner + side * 0.20 * height, 0.598 * height, 0.088 * height)
                    wall.setFillType(skia.PathFillType.kEvenOdd)
                    garden = mix(
                        grade.distant(mix(parse("#5f7f58"), grade.shadow, 0.35), 0.35), self._glow, 0.25 * self._lamps
                    )
                    canvas.drawCircle(
                        inner + side * 0.20 * height,
                        0.598 * height,
                        0.090 * height,
                        paint(
                            shader=linear(
                                (0, 0.51 * height), (0, 0.69 * height), [mix(grade.sky_low, garden, 0.4), garden]
                            )
                        ),
                    )
                    for n in range(7):
                        leaf_x = inner + side * (0.14 + 0.02 * n) * height
                        canvas.drawCircle(
                            leaf_x,
                            (0.66 - 0.012 * (n * 5 % 7)) * height,
                            0.026 * height,
                            paint(mix(garden, grade.shadow, 0.15 + 0.08 * (n % 3))),
                        )
                canvas.drawPath(
                    wall,
                    paint(
                        shader=linear(
                            (0, 0.47 * height),
                            (0, 0.705 * height),
                            [mix(self._wall, grade.key, 0.15), self._wall, mix(self._wall, grade.shadow, 0.35)],
                            [0, 0.4, 1],
                        )
                    ),
                )
                if side == moon:
                    canvas.drawCircle(
                        inner + side * 0.20 * height,
                        0.598 * height,
                        0.090 * height,
                        stroke(mix(self._tile, grade.key, 0.15), 0.008 * height),
                    )
                ridge = skia.Rect.MakeLTRB(left - 0.01 * height, 0.452 * height, right + 0.01 * height, 0.476 * height)
                canvas.drawRoundRect(ridge, 0.010 * height, 0.010 * height, paint(self._tile))
                canvas.drawRect(
                    skia.Rect.MakeLTRB(left, 0.444 * height, right, 0.454 * height),
                    paint(mix(self._tile, grade.key, 0.22)),
                )

    def _paving(self, canvas: skia.Canvas) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        seams = skia.Path()
        for n in range(-14, 15):
            x = 0.5 * width + n * 0.11 * height
            seams.moveTo(x, 0.692 * height)
            seams.lineTo(0.5 * width + (x - 0.5 * width) * 3.0, 1.25 * height)
        for n in range(9):
            y = (0.70 + 0.30 * (n / 8) ** 1.7) * height
            seams.moveTo(-width, y)
            seams.lineTo(2 * width, y)
        brush = paint(fade(mix(self._stone, grade.shadow, 0.6), 0.28))
        brush.setStyle(skia.Paint.kStroke_Style)
        brush.setStrokeWidth(0.002 * height)
        canvas.drawPath(seams, brush)

    def _hall(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        x = 0.5 * width
        half = min(0.50 * height, 0.43 * width)
        floor, beam = 0.700 * height, 0.415 * height
        with world.layer(canvas, 0.5):
            shade(canvas, x, floor + 0.01 * height, half * 1.25, 0.03 * height, fade(grade.shadow, 0.8))
            base = skia.Rect.MakeLTRB(x - half * 1.10, floor - 0.025 * height, x + half * 1.10, floor + 0.012 * height)
            canvas.drawRect(
                base,
                paint(
                    shader=linear(
                        (0, base.top()),
                        (0, base.bottom()),
                        [mix(self._stone, grade.key, 0.25), mix(self._stone, grade.shadow, 0.35)],
                    )
                ),
            )
            inside = mix(mix(self._wood, grade.shadow, 0.5), self._glow, 0.55 * self._lamps + 0.08)
            body = skia.Rect.MakeLTRB(x - half, beam, x + half, floor - 0.025 * height)
            canvas.drawRect(
                body, paint(shader=linear((0, beam), (0, body.bottom()), [mix(inside, grade.shadow, 0.45), inside]))
            )
            self._lattice(canvas, x, half, beam, floor - 0.025 * height)
            roof = _eaves(x, beam - 0.005 * height, half * 1.42, 0.150 * height)
            canvas.drawPath(
                roof,
                paint(
                    shader=linear(
                        (0, beam - 0.16 * height),
                        (0, beam + 0.02 * height),
                        [
                            mix(self._tile, grade.key, 0.20 + 0.1 * grade.strength),
                            self._tile,
                            mix(self._tile, grade.shadow, 0.55),
                        ],
                        [0, 0.5, 1],
                    )
                ),
            )
            canvas.save()
            canvas.clipPath(roof)
            for n in range(-18, 19):
                a, b = x + n * half * 0.045, x + n * half * 0.082
                rib = polygon(
                    [
                        (a - 0.0012 * height, beam - 0.16 * height),
                        (a + 0.0012 * height, beam - 0.16 * height),
                        (b + 0.0022 * height, beam + 0.02 * height),
                        (b - 0.0022 * height, beam + 0.02 * height),
                    ]
                )
                canvas.drawPath(rib, paint(fade(mix(self._tile, grade.shadow, 0.6), 0.5)))
            canvas.restore()
            ridge = skia.Rect.MakeLTRB(x - half * 0.80, beam - 0.165 * height, x + half * 0.80, beam - 0.148 * height)
            canvas.drawRoundRect(ridge, 0.006 * height, 0.006 * height, paint(mix(self._tile, grade.shadow, 0.25)))
            for side in (-1, 1):
                tip = smooth(
                    [
                        (x + side * half * 0.76, beam - 0.150 * height),
                        (x + side * half * 0.86, beam - 0.155 * height),
                        (x + side * half * 0.92, beam - 0.190 * height),
                        (x + side * half * 0.82, beam - 0.172 * height),
                    ]
                )
                canvas.drawPath(tip, paint(mix(self._tile, grade.shadow, 0.25)))
            canvas.drawRect(
                skia.Rect.MakeLTRB(x - half * 1.06, beam, x + half * 1.06, beam + 0.016 * height),
                paint(mix(self._red, grade.shadow, 0.15)),
            )
            plaque = skia.Rect.MakeXYWH(x - 0.075 * height, beam + 0.006 * height, 0.15 * height, 0.044 * height)
            canvas.drawRect(plaque, paint(mix(self._wood, grade.shadow, 0.5)))
            canvas.drawRect(
                plaque.makeInset(0.004 * height, 0.004 * height), paint(fade(mix(grade.lamp, self._wood, 0.45), 0.7))
            )

    def _lattice(self, canvas: skia.Canvas, x: float, half: float, top: float, foot: float) -> None:
        grade, height = self._stage.grade, self._stage.height
        bays = 5
        step = 2 * half / bays
        paper = mix(mix(parse("#efdfc0"), self._wall, 0.4), self._glow, 0.55 * self._lamps)
        paper = mix(paper, grade.shadow, 0.22 if not self._lamps else 0.05)
        bars = skia.Path()
        for bay in range(bays):
            left = x - half + bay * step
            if bay != bays // 2:
                pane = skia.Rect.MakeLTRB(
                    left + step * 0.10, top + 0.055 * height, left + step * 0.90, foot - 0.075 * height
                )
                canvas.drawRect(
                    pane,
                    paint(shader=linear((0, pane.top()), (0, pane.bottom()), [mix(paper, grade.shadow, 0.15), paper])),
                )
                for n in range(1, 6):
                    bars.addRect(
                        skia.Rect.MakeLTRB(
                            pane.left() + pane.width() * n / 6 - 0.0014 * height,
                            pane.top(),
                            pane.left() + pane.width() * n / 6 + 0.0014 * height,
                            pane.bottom(),
                        )
                    )
                for n in range(1, 7):
                    bars.addRect(
                        skia.Rect.MakeLTRB(
                            pane.left(),
                            pane.top() + pane.height() * n / 7 - 0.0014 * height,
                            pane.right(),
                            pane.top() + pane.height() * n / 7 + 0.0014 * height,
                        )
                    )
                canvas.drawRect(
                    skia.Rect.MakeLTRB(left + step * 0.10, foot - 0.070 * height, left + step * 0.90, foot),
                    paint(mix(self._wood, grade.key, 0.05)),
                )
        canvas.drawPath(bars, paint(mix(self._wood, grade.shadow, 0.25)))
        for post in range(bays + 1):
            px = x - half + post * step
            box = skia.Rect.MakeLTRB(px - 0.011 * height, top, px + 0.011 * height, foot + 0.006 * height)
            start, end = (box.right(), box.left()) if grade.light_x > 0 else (box.left(), box.right())
            canvas.drawRect(
                box,
                paint(
                    shader=linear(
                        (start, 0),
                        (end, 0),
                        [mix(self._red, grade.key, 0.32), self._red, mix(self._red, grade.shadow, 0.5)],
                        [0, 0.3, 1],
                    )
                ),
            )

    def _lanterns(self, canvas: skia.Canvas, world: World) -> None:
        width, height = self._stage.width, self._stage.height
        half = min(0.50 * height, 0.43 * width)
        with world.layer(canvas, 0.54):
            for spot in (-0.98, -0.36, 0.36, 0.98):
                x = 0.5 * width + spot * half
                swing = 0.05 * math.sin(world.time * 1.1 + spot * 5)
                if self._lamps:
                    glow(canvas, x, 0.50 * height, 0.20 * height, self._glow, 0.5 * self._lamps)
                canvas.drawRect(
                    skia.Rect.MakeLTRB(x - 0.001 * height, 0.425 * height, x + 0.001 * height, 0.465 * height),
                    paint(self._wood),
                )
                draw_prop(
                    canvas,
                    "lantern",
                    (x, 0.545 * height),
                    1.0,
                    self._stage,
                    0.1,
                    self.light.side,
                    high=0.088 * height,
                    tilt=swing,
                )
            if self._lamps:
                glow(canvas, 0.5 * width, 0.735 * height, 0.60 * height, self._glow, 0.30 * self._lamps, 0.16)
        self._petals_fall(canvas, world)

    def _petals_fall(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        if grade.weather in ("rain", "snow", "fog"):
            return
        with world.layer(canvas, 0.8):
            for a, b, c, d in self._falling:
                y = ((b + world.time * 0.035 * (0.5 + c)) % 1.0) * height
                x = (a + 0.03 * math.sin(world.time * (0.6 + d) + d * 9) + 0.012 * world.time) % 1.1 * width
                canvas.save()
                canvas.translate(x, y)
                canvas.rotate(90 * math.sin(world.time * 1.5 + d * 20))
                canvas.drawOval(
                    skia.Rect.MakeWH(0.009 * height * (0.5 + c), 0.005 * height * (0.5 + c)),
                    paint(fade(self._blossom, 0.85)),
                )
                canvas.restore()

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """A branch in blossom that hangs into the picture, away from the text."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        if self._stage.order.camera.size not in ("extreme-wide", "wide", "full") or not self._stage.calm.isEmpty():
            return
        side = 1 if grade.light_x > 0 else -1
        edge = width if side > 0 else 0.0
        sway = 0.006 * height * math.sin(world.time * 0.8)
        with world.layer(canvas, 1.2):
            bark = mix(self._wood, grade.shadow, 0.6)
            points = [
                (edge + side * 0.20 * height, -0.05 * height),
                (edge - side * 0.10 * height, 0.05 * height),
                (edge - side * 0.30 * height, 0.10 * height + sway),
                (edge - side * 0.46 * height, 0.085 * height + sway * 2),
            ]
            canvas.drawPath(limb(points, [0.016 * height, 0.011 * height, 0.006 * height, 0.002 * height]), paint(bark))
            for n, (a, b, c, d) in enumerate(self._petals):
                share = a**0.8
                bx = edge - side * (0.02 + 0.42 * share) * height + (c - 0.5) * 0.05 * height
                by = (0.03 + 0.10 * math.sin(share * 2.2) + 0.06 * (b - 0.4)) * height + sway * (1 + share)
                tint = mix(
                    self._blossom, grade.key if n % 3 == 0 else grade.shadow, 0.25 if n % 3 == 0 else 0.10 * (n % 2)
                )
                canvas.drawCircle(bx, by, (0.005 + 0.008 * d) * height, paint(tint))


def _eaves(x: float, y: float, half: float, high: float) -> skia.Path:
    """A roof whose corners sweep up."""
    path = skia.Path()
    path.moveTo(x - half, y - high * 0.16)
    path.cubicTo(x - half * 0.80, y + high * 0.10, x - half * 0.62, y + high * 0.10, x, y + high * 0.10)
    path.cubicTo(x + half * 0.62, y + high * 0.10, x + half * 0.80, y + high * 0.10, x + half, y - high * 0.16)
    path.cubicTo(x + half * 0.80, y - high * 0.12, x + half * 0.66, y - high * 0.55, x + half * 0.55, y - high)
    path.lineTo(x - half * 0.55, y - high)
    path.cubicTo(x - half * 0.66, y - high * 0.55, x - half * 0.80, y - high * 0.12, x - half, y - high * 0.16)
    path.close()
    return path


def build(stage: Stage) -> Scene:
    """The courtyard of this order."""
    return Staged(stage, Courtyard(stage))
