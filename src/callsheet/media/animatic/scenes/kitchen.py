"""A kitchen, a café or a bar: a counter before shelves, pendant lamps, a menu board."""

import math

import skia

from callsheet.media.animatic.colour import fade, linear, mix
from callsheet.media.animatic.props import draw_prop
from callsheet.media.animatic.reading import find
from callsheet.media.animatic.scenes.interior import FLOOR, Interior, Style
from callsheet.media.animatic.shapes import glow, paint, shade, stroke
from callsheet.media.animatic.signs import Sign, words_for
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import World


class Kitchen(Interior):
    """A counter seen from the guests' side."""

    def __init__(self, stage: Stage) -> None:
        words = f"{stage.order.location.name if stage.order.location else ''} {stage.order.action}"
        home = "kitchen" in words.lower() or "厨房" in words or "做饭" in words
        style = Style(
            "#c9c2b2" if home else "#6f5a4b",
            "#a08a72" if home else "#57463b",
            "#e2dccf" if home else "#3f322b",
            seat="table",
        )
        super().__init__(stage, style)
        self._home = home
        away = -self.side
        width, height = stage.width, stage.height
        self._bar = (0.5 + away * (0.16 if not stage.portrait else 0.10)) * width
        self._half = min(0.62 * height, 0.52 * width)
        self._pendants = [self._bar + (n - 1) * 0.30 * height for n in range(3)]
        self.lamps = [(0.56, x, 0.255 * height, 0.34) for x in self._pendants]
        self._goods = [
            (float(self.rng.random()), float(self.rng.uniform(0.7, 1.0)), int(self.rng.integers(5))) for _ in range(80)
        ]
        self._words = words_for(stage.order, self.rng, 3)
        self._named = bool(find("places", words)) and not home
        self.decor = [self._shelves, self._counter, self._lights]

    def _shelves(self, canvas: skia.Canvas, world: World) -> None:
        grade, height = self.stage.grade, self.stage.height
        left, right = self._bar - self._half, self._bar + self._half
        goods = iter(self._goods * 2)
        tints = [
            self.own(c)
            for c in (
                ("#d9d4c8", "#8aa0a0", "#c98a5a", "#e8e2d4", "#6f7f6a")
                if self._home
                else ("#8a4a2e", "#c9a25a", "#4f6b58", "#d9cdb8", "#5a3a30")
            )
        ]
        with world.layer(canvas, 0.5):
            if self._home:
                tile = self.own("#dcd8cc")
                canvas.drawRect(skia.Rect.MakeLTRB(left, 0.33 * height, right, FLOOR * height), paint(tile))
                grid = skia.Path()
                for n in range(14):
                    y = (0.33 + 0.03 * n) * height
                    grid.moveTo(left, y)
                    grid.lineTo(right, y)
                canvas.drawPath(grid, stroke(fade(mix(tile, grade.shadow, 0.6), 0.35), 0.0014 * height))
            else:
                panel = mix(self.wall, grade.shadow, 0.42)
                canvas.drawRect(
                    skia.Rect.MakeLTRB(left, 0.10 * height, right, FLOOR * height),
                    paint(
                        shader=linear(
                            (0, 0.1 * height), (0, FLOOR * height), [panel, mix(panel, self.light.rim, 0.16), panel]
                        )
                    ),
                )
            wood = self.own("#7a5a40")
            for row in range(2 if self._home else 3):
                y = (0.26 + 0.125 * row) * height if not self._home else (0.24 + 0.14 * row) * height
                glow(canvas, self._bar, y, self._half * 0.95, grade.lamp, 0.10 if self.dark else 0.04, 0.16)
                x = left + 0.05 * height
                while x < right - 0.05 * height:
                    share, high, kind = next(goods)
                    tint = tints[kind]
                    tall = (0.05 + 0.04 * high) * height
                    wide = (0.016 + 0.020 * share) * height
                    if kind in (0, 3):
                        canvas.drawRoundRect(
                            skia.Rect.MakeXYWH(x, y - tall * 0.55, wide * 1.4, tall * 0.55),
                            0.004 * height,
                            0.004 * height,
                            paint(mix(tint, grade.key, 0.1)),
                        )
                    else:
                        canvas.drawRoundRect(
                            skia.Rect.MakeXYWH(x, y - tall, wide, tall), 0.005 * height, 0.005 * height, paint(tint)
                        )
                        canvas.drawRect(
                            skia.Rect.MakeXYWH(x + wide * 0.36, y - tall * 1.24, wide * 0.28, tall * 0.26),
                            paint(mix(tint, grade.shadow, 0.3)),
                        )
                        canvas.drawRect(
                            skia.Rect.MakeXYWH(
                                x + wide * (0.72 if self.side > 0 else 0.10), y - tall * 0.9, wide * 0.14, tall * 0.7
                            ),
                            paint(fade(self.light.rim, 0.5)),
                        )
                    x += wide * (1.5 + 1.6 * share)
                self.lit_box(canvas, skia.Rect.MakeLTRB(left, y, right, y + 0.011 * height), wood)
            if self._named and self._words:
                em = 0.046 * height
                sign = Sign(
                    self._words[0], 0, 0, em, False, mix(grade.accent, grade.lamp, 0.3), self.stage.order.language
                )
                x = self._bar - sign.box.width() / 2
                Sign(sign.text, x, 0.075 * height, em, False, sign.colour, sign.language).paint(
                    canvas, 0.9 if self.dark else 0.35, mix(self.wall, grade.shadow, 0.6)
                )

    def _counter(self, canvas: skia.Canvas, world: World) -> None:
        grade, height = self.stage.grade, self.stage.height
        left, right = self._bar - self._half * 1.02, self._bar + self._half * 1.02
        top, floor = 0.535 * height, (FLOOR + 0.045) * height
        wood = self.own("#d7d0c2" if self._home else "#7b563d")
        with world.layer(canvas, 0.58):
            shade(canvas, self._bar, floor, self._half * 1.1, 0.035 * height, fade(grade.shadow, 0.8))
            front = skia.Rect.MakeLTRB(left, top, right, floor)
            self.lit_box(canvas, front, mix(wood, grade.shadow, 0.22))
            panels = 8
            for n in range(panels):
                x = left + (right - left) * (n + 0.08) / panels
                box = skia.Rect.MakeLTRB(
                    x, top + 0.045 * height, x + (right - left) * 0.84 / panels, floor - 0.022 * height
                )
                canvas.drawRect(box, stroke(fade(mix(wood, grade.shadow, 0.75), 0.6), 0.0022 * height))
            slab = self.own("#efe9dd" if self._home else "#a9805a")
            self.lit_box(
                canvas,
                skia.Rect.MakeLTRB(
                    left - 0.02 * height, top - 0.006 * height, right + 0.02 * height, top + 0.018 * height
                ),
                slab,
            )
            away = -self.side
            for n, (name, size) in enumerate(
                (
                    ("plant", 0.13),
                    ("cup", 0.036),
                    ("cup", 0.036),
                    ("teapot" if self._home and not self.stage.order.props else "bowl", 0.055),
                )
            ):
                x = self._bar + away * (0.40 - 0.23 * n) * self._half * 1.6
                draw_prop(canvas, name, (x, top - 0.004 * height), 1.0, self.stage, 0.2, self.side, high=size * height)
            self._steam(canvas, self._bar - away * 0.25 * self._half, top - 0.055 * height, world.time)
            if not self._home:
                for n in range(4):
                    x = left + (right - left) * (0.16 + 0.22 * n)
                    seat_y = floor - 0.135 * height
                    canvas.drawRect(
                        skia.Rect.MakeLTRB(x - 0.004 * height, seat_y, x + 0.004 * height, floor + 0.015 * height),
                        paint(self.own("#2f2a2a")),
                    )
                    canvas.drawOval(
                        skia.Rect.MakeXYWH(x - 0.035 * height, floor + 0.008 * height, 0.07 * height, 0.014 * height),
                        paint(self.own("#2f2a2a")),
                    )
                    self.lit_box(
                        canvas,
                        skia.Rect.MakeXYWH(x - 0.045 * height, seat_y - 0.012 * height, 0.09 * height, 0.020 * height),
                        mix(self.own(grade.accent), grade.shadow, 0.35),
                        0.008 * height,
                    )

    def _steam(self, canvas: skia.Canvas, x: float, y: float, time: float) -> None:
        height = self.stage.height
        for n in range(3):
            wisp = skia.Path()
            a = x + n * 0.012 * height
            wave = 0.012 * height * math.sin(time * 1.2 + n)
            wisp.moveTo(a, y)
            wisp.cubicTo(a + wave, y - 0.03 * height, a - wave, y - 0.06 * height, a + wave * 0.6, y - 0.10 * height)
            canvas.drawPath(wisp, stroke(fade(self.stage.grade.key, 0.13), 0.006 * height))

    def _lights(self, canvas: skia.Canvas, world: World) -> None:
        grade, height = self.stage.grade, self.stage.height
        with world.layer(canvas, 0.57):
            for x in self._pendants:
                canvas.drawRect(
                    skia.Rect.MakeLTRB(x - 0.0012 * height, -height, x + 0.0012 * height, 0.20 * height),
                    paint(self.own("#2b2626")),
                )
                dome = skia.Path()
                dome.moveTo(x - 0.055 * height, 0.245 * height)
                dome.quadTo(x - 0.050 * height, 0.195 * height, x, 0.190 * height)
                dome.quadTo(x + 0.050 * height, 0.195 * height, x + 0.055 * height, 0.245 * height)
                dome.close()
                canvas.drawPath(dome, paint(mix(self.own(grade.accent), grade.shadow, 0.45)))
                canvas.drawOval(
                    skia.Rect.MakeXYWH(x - 0.053 * height, 0.238 * height, 0.106 * height, 0.014 * height),
                    paint(mix(grade.lamp, 0xFFFFFFFF, 0.6)),
                )


def build(stage: Stage) -> Scene:
    """The kitchen or café of this order."""
    return Staged(stage, Kitchen(stage))
