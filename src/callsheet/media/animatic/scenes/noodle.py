"""A small noodle shop: steaming pots behind a counter, wooden menu tags, red lanterns, a green dado, one old photograph."""

import math

import skia

from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.props import draw_prop
from callsheet.media.animatic.scenes.interior import FLOOR, Interior, Style
from callsheet.media.animatic.shapes import glow, paint, shade, stroke
from callsheet.media.animatic.signs import Sign
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import World

_MENU = {
    "zh": ("牛肉面", "阳春面", "馄饨面", "炸酱面", "酸汤面", "豆浆"),
    "ja": ("醤油", "味噌", "塩", "餃子", "丼", "定食"),
    "": ("BEEF", "SOUP", "PORK", "DUMPLING", "GREENS", "TEA"),
}


class Noodle(Interior):
    """The shop seen from its tables, the kitchen behind."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, Style("#d9b27c", "#7a4f36", "#5b3524", seat="table"))
        away, width, height = -self.side, stage.width, stage.height
        self._bar = (0.5 + away * (0.17 if not stage.portrait else 0.10)) * width
        self._half = min(0.60 * height, 0.52 * width)
        self._lanterns = [self._bar + (n - 1) * 0.34 * height for n in range(3)]
        self.lamps = [(0.56, x, 0.20 * height, 0.24) for x in self._lanterns]
        tongue = stage.order.language.split("-")[0]
        self._menu = list(_MENU.get(tongue, _MENU[""]))
        self.rng.shuffle(self._menu)
        self._dado = self.own("#2f7566")
        self.decor = [self._wall, self._tags, self._stove, self._counter, self._hung, self._tables]

    def _wall(self, canvas: skia.Canvas, world: World) -> None:
        """The painted dado, the kitchen's dark recess, and the photograph."""
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        with world.layer(canvas, 0.5):
            top, floor = 0.52 * height, FLOOR * height
            lit, dim = mix(self._dado, self.light.rim, 0.25), mix(self._dado, grade.shadow, 0.6)
            ends = (1.25 * width, -0.25 * width) if self.side > 0 else (-0.25 * width, 1.25 * width)
            canvas.drawRect(
                skia.Rect.MakeLTRB(-2 * width, top, 3 * width, floor),
                paint(shader=linear((ends[0], 0), (ends[1], 0), [lit, self._dado, dim])),
            )
            canvas.drawRect(
                skia.Rect.MakeLTRB(-2 * width, top - 0.006 * height, 3 * width, top), paint(self.own("#c8503a"))
            )
            left, right = self._bar - self._half, self._bar + self._half
            deep = mix(self.own("#6d3a28"), grade.shadow, 0.35)
            recess = skia.Rect.MakeLTRB(left, 0.215 * height, right, floor)
            canvas.drawRect(
                recess,
                paint(
                    shader=linear(
                        (0, recess.top()),
                        (0, floor),
                        [mix(deep, grade.lamp, 0.35), mix(deep, parse("#ff8a3c"), 0.22), deep],
                    )
                ),
            )
            wood = self.own("#8a5a38")
            for row in range(2):
                y = (0.315 + 0.085 * row) * height
                for n in range(11):
                    x = left + (n + 0.5) * (right - left) / 11
                    tint = self.own(("#e9e2d2", "#3f6fa3", "#c8503a", "#e9e2d2", "#d9a64a")[(n * 3 + row) % 5])
                    high = (0.022 + 0.012 * ((n + row) % 3)) * height
                    canvas.drawRoundRect(
                        skia.Rect.MakeLTRB(x - 0.022 * height, y - high, x + 0.022 * height, y),
                        0.006 * height,
                        0.006 * height,
                        paint(tint),
                    )
                self.lit_box(canvas, skia.Rect.MakeLTRB(left, y, right, y + 0.010 * height), wood)
            x, y = self._bar - self.side * -1 * (self._half + 0.10 * height), 0.34 * height
            frame = skia.Rect.MakeLTRB(x - 0.055 * height, y - 0.045 * height, x + 0.055 * height, y + 0.045 * height)
            self.lit_box(canvas, frame, self.own("#4a2c1c"))
            inner = frame.makeInset(0.010 * height, 0.010 * height)
            canvas.drawRect(inner, paint(self.own("#d8c49c")))
            canvas.drawCircle(x - 0.012 * height, y - 0.004 * height, 0.011 * height, paint(self.own("#7a5a40")))
            canvas.drawCircle(x + 0.016 * height, y, 0.010 * height, paint(self.own("#8a6a4a")))
            canvas.drawRect(
                skia.Rect.MakeLTRB(inner.left(), y + 0.012 * height, inner.right(), inner.bottom()),
                paint(self.own("#7d6244")),
            )

    def _tags(self, canvas: skia.Canvas, world: World) -> None:
        """Wooden tags with the dishes, hung over the counter, and the shop's board."""
        height = self.stage.height
        wood, language = self.own("#c8934f"), self.stage.order.language
        with world.layer(canvas, 0.53):
            for n, text in enumerate(self._menu[:6]):
                em = 0.026 * height * min(1.0, 3.2 / len(text))
                sign = Sign(
                    text,
                    self._bar + (n - 2.5) * 0.155 * height - 0.02 * height,
                    0.10 * height,
                    em,
                    True,
                    wood,
                    language,
                )
                sign.paint(canvas, 0.0, mix(wood, self.own("#7a1f18"), 0.35))

    def _stove(self, canvas: skia.Canvas, world: World) -> None:
        """Two stock pots on the fire, and their steam."""
        grade, height = self.stage.grade, self.stage.height
        top = 0.535 * height
        with world.layer(canvas, 0.56):
            steel = self.own("#8f979c")
            for n in range(2):
                x = self._bar + (n - 0.5) * 0.36 * height
                glow(canvas, x, top - 0.01 * height, 0.12 * height, parse("#ff7a2a"), 0.5, 0.5)
                self.lit_box(
                    canvas,
                    skia.Rect.MakeLTRB(x - 0.072 * height, top - 0.105 * height, x + 0.072 * height, top),
                    steel,
                    0.010 * height,
                    0.5,
                )
                canvas.drawOval(
                    skia.Rect.MakeLTRB(
                        x - 0.072 * height, top - 0.117 * height, x + 0.072 * height, top - 0.095 * height
                    ),
                    paint(mix(steel, grade.shadow, 0.6)),
                )
                for k in range(5):
                    life = (world.time * 0.2 + k * 0.2 + n * 0.37) % 1.0
                    at = x + (0.03 * math.sin(world.time * 0.7 + k * 2 + n) + 0.03 * life) * height
                    puff = mix(grade.key, 0xFFFFFFFF, 0.5)
                    glow(
                        canvas,
                        at,
                        top - (0.11 + 0.26 * life) * height,
                        (0.04 + 0.09 * life) * height,
                        puff,
                        0.30 * math.sin(math.pi * life),
                    )

    def _counter(self, canvas: skia.Canvas, world: World) -> None:
        grade, height = self.stage.grade, self.stage.height
        left, right = self._bar - self._half * 1.04, self._bar + self._half * 1.04
        top, floor = 0.545 * height, (FLOOR + 0.04) * height
        wood = self.own("#8a4f2f")
        with world.layer(canvas, 0.59):
            shade(canvas, self._bar, floor, self._half * 1.1, 0.035 * height, fade(grade.shadow, 0.85))
            self.lit_box(canvas, skia.Rect.MakeLTRB(left, top, right, floor), mix(wood, grade.shadow, 0.15))
            planks = skia.Path()
            for n in range(1, 16):
                x = left + (right - left) * n / 16
                planks.moveTo(x, top + 0.02 * height)
                planks.lineTo(x, floor)
            canvas.drawPath(planks, stroke(fade(grade.shadow, 0.4), 0.002 * height))
            self.lit_box(
                canvas,
                skia.Rect.MakeLTRB(
                    left - 0.02 * height, top - 0.008 * height, right + 0.02 * height, top + 0.018 * height
                ),
                self.own("#c88a52"),
            )
            for n, (name, size) in enumerate((("bowl", 0.050), ("bowl", 0.050), ("teapot", 0.062), ("bowl", 0.050))):
                x = left + (right - left) * (0.12 + 0.25 * n)
                draw_prop(canvas, name, (x, top - 0.005 * height), 1.0, self.stage, 0.05, self.side, high=size * height)
                if n == 1:
                    draw_prop(
                        canvas, name, (x, top - 0.035 * height), 1.0, self.stage, 0.05, self.side, high=size * height
                    )

    def _hung(self, canvas: skia.Canvas, world: World) -> None:
        height = self.stage.height
        with world.layer(canvas, 0.60):
            for n, x in enumerate(self._lanterns):
                sway = 0.004 * height * math.sin(world.time * 0.9 + n * 2)
                canvas.drawLine(x, -0.5 * height, x + sway, 0.15 * height, stroke(self.own("#2b1d18"), 0.0025 * height))
                draw_prop(
                    canvas, "lantern", (x + sway, 0.245 * height), 1.0, self.stage, 0.0, self.side, high=0.105 * height
                )

    def _tables(self, canvas: skia.Canvas, world: World) -> None:
        """A table and two stools on the window's side."""
        height = self.stage.height
        x, floor = (
            (0.5 + self.side * (0.30 if not self.stage.portrait else 0.2)) * self.stage.width,
            (FLOOR + 0.10) * height,
        )
        wood = self.own("#9a5c34")
        with world.layer(canvas, 0.72):
            shade(canvas, x, floor, 0.22 * height, 0.02 * height, fade(self.stage.grade.shadow, 0.7))
            for leg in (-0.13, 0.11):
                self.lit_box(
                    canvas,
                    skia.Rect.MakeXYWH(x + leg * height, floor - 0.13 * height, 0.016 * height, 0.13 * height),
                    wood,
                )
            self.lit_box(
                canvas,
                skia.Rect.MakeLTRB(
                    x - 0.16 * height, floor - 0.145 * height, x + 0.16 * height, floor - 0.125 * height
                ),
                wood,
            )
            draw_prop(
                canvas,
                "bottle",
                (x + 0.05 * height, floor - 0.145 * height),
                1.0,
                self.stage,
                0.05,
                self.side,
                high=0.055 * height,
            )
            for stool in (-0.25, 0.25):
                self.lit_box(
                    canvas,
                    skia.Rect.MakeXYWH(
                        x + (stool - 0.035) * height, floor - 0.075 * height, 0.07 * height, 0.014 * height
                    ),
                    self.own("#b8442f"),
                )
                for leg in (-0.03, 0.02):
                    self.lit_box(
                        canvas,
                        skia.Rect.MakeXYWH(
                            x + (stool + leg) * height, floor - 0.062 * height, 0.010 * height, 0.075 * height
                        ),
                        wood,
                    )


def build(stage: Stage) -> Scene:
    """The noodle shop of this order."""
    return Staged(stage, Noodle(stage))
