"""A shop, a showroom, a gallery, a library: lit niches with goods, a rail of clothes, plinths, spotlights."""

import skia

from callsheet.media.animatic.colour import fade, linear, mix
from callsheet.media.animatic.props import NATURAL, draw_prop
from callsheet.media.animatic.reading import read
from callsheet.media.animatic.scenes.interior import FLOOR, Interior, Style
from callsheet.media.animatic.shapes import glow, paint, polygon, shade, smooth
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import World

_GOODS = ("bag", "shoes", "hat", "bottle", "watch", "book", "gift", "flower", "teapot", "cup", "headphones", "camera")


class Shop(Interior):
    """Goods in lit niches."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, Style("#b3a79c", "#8d8378", "#e6dfd6", seat="bench", window="none", planks=False))
        words = f"{stage.order.location.name if stage.order.location else ''} {stage.order.action}".lower()
        self._gallery = any(word in words for word in ("galler", "museum", "exhibit", "画廊", "博物馆", "展"))
        self._books = any(word in words for word in ("librar", "book", "书店", "图书"))
        named = [t for t in read(stage.order).things if t in NATURAL and NATURAL[t] < 0.5]
        self._kinds = named[:1] + [g for g in _GOODS if g not in named]
        self._order = [int(v) for v in self.rng.integers(0, 6, 40)]
        height = stage.height
        self.lamps = [(0.5, (0.5 + 0.26 * n) * stage.width, 0.02 * height, 0.34) for n in (-1, 0, 1)]
        self.decor = (
            [self._wall_of, self._spots, self._rail]
            if not self._gallery
            else [self._pictures, self._spots, self._plinth]
        )

    def _wall_of(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        columns = 7 if not self.stage.portrait else 4
        cell = min(0.24 * height, 1.06 * width / columns)
        left = 0.5 * width - columns * cell / 2
        wood = self.own("#7a6552")
        spines = [self.own(c) for c in ("#8d4a44", "#b98a4e", "#4f6a78", "#d8cdb8", "#5f7a5c", "#3f4050")]
        with world.layer(canvas, 0.5):
            for row in range(3):
                top = (0.115 + 0.195 * row) * height
                for column in range(columns):
                    box = skia.Rect.MakeXYWH(
                        left + column * cell + 0.012 * height, top, cell - 0.024 * height, 0.175 * height
                    )
                    inside = mix(self.wall, grade.shadow, 0.35)
                    canvas.drawRect(
                        box,
                        paint(
                            shader=linear(
                                (0, box.top()),
                                (0, box.bottom()),
                                [mix(inside, grade.lamp, 0.42), inside, mix(inside, grade.shadow, 0.3)],
                                [0, 0.55, 1],
                            )
                        ),
                    )
                    canvas.drawRect(
                        skia.Rect.MakeXYWH(box.left(), box.top(), box.width(), 0.004 * height),
                        paint(mix(grade.lamp, 0xFFFFFFFF, 0.6)),
                    )
                    pick = self._order[(row * columns + column) % len(self._order)]
                    if self._books:
                        x, n = box.left() + 0.006 * height, pick
                        while x < box.right() - 0.02 * height:
                            thick = (0.010 + 0.004 * (n * 7 % 4)) * height
                            high = (0.10 + 0.012 * (n * 5 % 5)) * height
                            canvas.drawRect(
                                skia.Rect.MakeLTRB(x, box.bottom() - high, x + thick * 0.92, box.bottom()),
                                paint(spines[n * 3 % 6]),
                            )
                            x, n = x + thick, n + 1
                    else:
                        kind = self._kinds[(pick if column % 3 else 0) % len(self._kinds)]
                        size = (
                            min(0.105, 0.15 if kind in ("bottle", "flower", "plant") else 0.085)
                            * height
                            * (0.62 if kind in ("shoes", "hat", "book") else 1)
                        )
                        shade(
                            canvas, box.centerX(), box.bottom(), 0.06 * height, 0.008 * height, fade(grade.shadow, 0.6)
                        )
                        draw_prop(
                            canvas, kind, (box.centerX(), box.bottom()), 1.0, self.stage, 0.12, self.side, high=size
                        )
                self.lit_box(
                    canvas,
                    skia.Rect.MakeLTRB(left, top + 0.175 * height, left + columns * cell, top + 0.185 * height),
                    wood,
                )

    def _pictures(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        hues = [mix(self.own(c), grade.accent, 0.3) for c in ("#c9694a", "#4f7f8f", "#d9a94f", "#7a5f8f", "#5f8a6a")]
        spots = (-0.30, 0.0, 0.31) if not self.stage.portrait else (-0.24, 0.26)
        with world.layer(canvas, 0.5):
            for n, spot in enumerate(spots):
                x = (0.5 + spot) * width
                w, h = ((0.30, 0.24), (0.22, 0.32), (0.34, 0.22))[n]
                box = skia.Rect.MakeXYWH(x - w / 2 * height, (0.36 - h / 2) * height, w * height, h * height)
                glow(canvas, x, 0.34 * height, 0.32 * height, grade.lamp, 0.28)
                canvas.drawRect(box.makeOffset(0, 0.008 * height), paint(fade(grade.shadow, 0.4)))
                canvas.drawRect(box, paint(self.own("#efe9df")))
                art = box.makeInset(0.014 * height, 0.014 * height)
                canvas.save()
                canvas.clipRect(art)
                canvas.drawRect(
                    art,
                    paint(
                        shader=linear((0, art.top()), (0, art.bottom()), [hues[n], mix(hues[n], grade.sky_low, 0.5)])
                    ),
                )
                canvas.drawCircle(art.centerX() + 0.03 * height, art.centerY(), 0.06 * height, paint(hues[(n + 2) % 5]))
                canvas.drawPath(
                    smooth(
                        [
                            (art.left(), art.bottom()),
                            (art.left() + w * 0.3 * height, art.centerY()),
                            (art.right(), art.bottom() - 0.02 * height),
                            (art.right(), art.bottom()),
                        ]
                    ),
                    paint(hues[(n + 3) % 5]),
                )
                canvas.restore()

    def _plinth(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        with world.layer(canvas, 0.66):
            x, floor = (0.5 - self.side * 0.30) * width, (FLOOR + 0.07) * height
            shade(canvas, x, floor, 0.14 * height, 0.02 * height, fade(grade.shadow, 0.8))
            self.lit_box(
                canvas,
                skia.Rect.MakeLTRB(x - 0.075 * height, floor - 0.24 * height, x + 0.075 * height, floor),
                self.own("#e6e1d8"),
            )
            draw_prop(
                canvas, self._kinds[0], (x, floor - 0.24 * height), 1.0, self.stage, 0.05, self.side, high=0.13 * height
            )

    def _spots(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        with world.layer(canvas, 0.55):
            canvas.drawRect(
                skia.Rect.MakeLTRB(-width, 0.040 * height, 2 * width, 0.047 * height), paint(self.own("#35302e"))
            )
            for n in range(-2, 3):
                x = (0.5 + 0.19 * n) * width
                canvas.drawRoundRect(
                    skia.Rect.MakeXYWH(x - 0.012 * height, 0.044 * height, 0.024 * height, 0.034 * height),
                    0.006 * height,
                    0.006 * height,
                    paint(self.own("#2c2827")),
                )
                cone = polygon(
                    [
                        (x - 0.010 * height, 0.078 * height),
                        (x + 0.010 * height, 0.078 * height),
                        (x + 0.13 * height, 0.62 * height),
                        (x - 0.13 * height, 0.62 * height),
                    ]
                )
                brush = paint(
                    shader=linear(
                        (0, 0.078 * height), (0, 0.60 * height), [fade(grade.lamp, 0.24), fade(grade.lamp, 0.0)]
                    ),
                    blend=skia.BlendMode.kPlus,
                )
                canvas.drawPath(cone, brush)

    def _rail(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        x0, floor = (0.5 - self.side * (0.36 if not self.stage.portrait else 0.30)) * width, (FLOOR + 0.05) * height
        with world.layer(canvas, 0.64):
            shade(canvas, x0, floor, 0.22 * height, 0.022 * height, fade(grade.shadow, 0.75))
            if self._books or self._kinds[0] in ("teapot", "cup", "bottle"):
                self.lit_box(
                    canvas,
                    skia.Rect.MakeLTRB(x0 - 0.17 * height, floor - 0.17 * height, x0 + 0.17 * height, floor),
                    self.own("#8a725a"),
                    0.004 * height,
                )
                for n in range(3):
                    draw_prop(
                        canvas,
                        self._kinds[0] if n == 1 else "book",
                        (x0 + (n - 1) * 0.10 * height, floor - 0.17 * height),
                        1.0,
                        self.stage,
                        0.1,
                        self.side,
                        high=(0.10 if n == 1 else 0.03) * height,
                    )
                return
            bar = self.own("#3d3835")
            for side in (-1, 1):
                a = x0 + side * 0.18 * height
                canvas.drawRect(
                    skia.Rect.MakeLTRB(a - 0.004 * height, floor - 0.36 * height, a + 0.004 * height, floor), paint(bar)
                )
            canvas.drawRect(
                skia.Rect.MakeLTRB(
                    x0 - 0.184 * height, floor - 0.364 * height, x0 + 0.184 * height, floor - 0.357 * height
                ),
                paint(bar),
            )
            hues = [self.own(c) for c in ("#b5665a", "#d9cdb8", "#5f7585", "#8a7d5f", "#39414f", "#c99a6a")]
            for n in range(9):
                x = x0 + (n - 4) * 0.038 * height
                hue = mix(hues[n % 6], grade.accent, 0.2 if n % 3 == 0 else 0.0)
                low = floor - (0.10 + 0.035 * (n % 3)) * height
                cloth = smooth(
                    [
                        (x - 0.008 * height, floor - 0.35 * height),
                        (x + 0.010 * height, floor - 0.35 * height),
                        (x + 0.024 * height, floor - 0.30 * height),
                        (x + 0.022 * height, low),
                        (x - 0.020 * height, low),
                        (x - 0.020 * height, floor - 0.30 * height),
                    ],
                    tension=0.4,
                )
                canvas.drawPath(
                    cloth,
                    paint(
                        shader=linear(
                            (x - 0.02 * height, 0),
                            (x + 0.024 * height, 0),
                            [mix(hue, grade.shadow, 0.35), mix(hue, grade.key, 0.15)],
                        )
                    ),
                )


def build(stage: Stage) -> Scene:
    """The shop of this order."""
    return Staged(stage, Shop(stage))
