"""An office: a band of windows over the city, desks with screens, a glass wall, strip lights."""

import itertools

import skia

from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.props import draw_prop
from callsheet.media.animatic.scenes.interior import FLOOR, Interior, Style
from callsheet.media.animatic.shapes import glow, paint, shade
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import World


class Office(Interior):
    """Desks before a band of windows."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, Style("#8b97a3", "#5b6068", "#c8ced4", seat="desk", window="band", planks=False))
        words = f"{stage.order.location.name if stage.order.location else ''} {stage.order.action}".lower()
        self._meeting = any(word in words for word in ("meeting", "board", "会议"))
        height = stage.height
        self.lamps = [(0.52, (0.5 + 0.30 * n) * stage.width, 0.05 * height, 0.30) for n in (-1, 0, 1)]
        self.decor = [self._ceiling, self._board, self._desks]

    def _ceiling(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        with world.layer(canvas, 0.55):
            for n in (-1, 0, 1):
                x = (0.5 + 0.30 * n) * width
                bar = skia.Rect.MakeXYWH(x - 0.15 * height, 0.052 * height, 0.30 * height, 0.011 * height)
                canvas.drawRect(bar, paint(mix(grade.lamp, 0xFFFFFFFF, 0.75)))
                canvas.drawRect(
                    skia.Rect.MakeXYWH(x - 0.15 * height, 0.046 * height, 0.30 * height, 0.007 * height),
                    paint(self.own("#444a52")),
                )

    def _board(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        away = -self.side
        with world.layer(canvas, 0.52):
            x = (0.5 + away * 0.36) * width
            pillar = skia.Rect.MakeLTRB(x - 0.20 * height, -height, x + 0.20 * height, FLOOR * height)
            self.lit_box(canvas, pillar, self.own("#77828d"))
            board = skia.Rect.MakeLTRB(x - 0.155 * height, 0.20 * height, x + 0.155 * height, 0.44 * height)
            self.lit_box(canvas, board, self.own("#e9edf0"), 0.004 * height)
            line = paint(fade(self.own("#46617d"), 0.8))
            points = [(0.10, 0.75), (0.28, 0.60), (0.45, 0.64), (0.64, 0.38), (0.88, 0.22)]
            for (ax, ay), (bx, by) in itertools.pairwise(points):
                line.setStrokeWidth(0.005 * height)
                canvas.drawLine(
                    board.left() + ax * board.width(),
                    board.top() + ay * board.height(),
                    board.left() + bx * board.width(),
                    board.top() + by * board.height(),
                    line,
                )
            for n, (px, py) in enumerate(((0.14, 0.14), (0.28, 0.14), (0.14, 0.34), (0.28, 0.34))):
                note = mix(self.own(("#f2c65a", "#e98c77", "#8cc7a0", "#8fb8e0")[n]), grade.accent, 0.2)
                canvas.drawRect(
                    skia.Rect.MakeXYWH(
                        board.left() + px * board.width(),
                        board.top() + py * board.height(),
                        0.034 * height,
                        0.034 * height,
                    ),
                    paint(note),
                )

    def _desks(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        top_colour = self.own("#b9a48a")
        for depth, y, spots in (
            ((0.58, FLOOR + 0.02, (-0.30, 0.06, 0.42)),) if not self._meeting else ((0.62, FLOOR + 0.05, (0.04,)),)
        ):
            with world.layer(canvas, depth):
                for spot in spots:
                    x = (0.5 + spot * self.side) * width
                    half = 0.185 * height if not self._meeting else min(0.52 * height, 0.42 * width)
                    floor, top = y * height, (y - 0.155) * height
                    shade(canvas, x, floor, half * 1.1, 0.022 * height, fade(grade.shadow, 0.75))
                    if not self._meeting:
                        for lean in (-0.30, 0.30):
                            self._screen(canvas, x + lean * half, top, height)
                    else:
                        for n in range(5):
                            self._chair(canvas, x + (n - 2) * half * 0.42, floor, height)
                    self.lit_box(canvas, skia.Rect.MakeLTRB(x - half, top, x + half, top + 0.014 * height), top_colour)
                    canvas.drawRect(
                        skia.Rect.MakeLTRB(
                            x - half * 0.96, top + 0.014 * height, x + half * 0.96, top + 0.075 * height
                        ),
                        paint(fade(mix(self.wall, grade.shadow, 0.6), 0.85)),
                    )
                    for side in (-1, 1):
                        a = x + side * half * 0.9
                        canvas.drawRect(
                            skia.Rect.MakeLTRB(a - 0.005 * height, top, a + 0.005 * height, floor),
                            paint(self.own("#3b4047")),
                        )
                    draw_prop(
                        canvas,
                        "plant" if spot > 0.2 else "cup",
                        (x + half * 0.78, top),
                        1.0,
                        self.stage,
                        0.25,
                        self.side,
                        high=(0.10 if spot > 0.2 else 0.03) * height,
                    )

    def _screen(self, canvas: skia.Canvas, x: float, top: float, height: int) -> None:
        wide, high = 0.088 * height, 0.092 * height
        canvas.drawRect(
            skia.Rect.MakeLTRB(x - 0.005 * height, top - 0.04 * height, x + 0.005 * height, top),
            paint(self.own("#2d3138")),
        )
        box = skia.Rect.MakeXYWH(x - wide / 2 * 1.0, top - 0.035 * height - high, wide, high)
        canvas.drawRoundRect(box, 0.004 * height, 0.004 * height, paint(self.own("#22262d")))
        inner = box.makeInset(0.005 * height, 0.005 * height)
        canvas.drawRect(
            inner,
            paint(
                shader=linear(
                    (0, inner.top()),
                    (0, inner.bottom()),
                    [mix(parse("#bfe0ff"), self.wall, 0.15), mix(parse("#5f8fc8"), self.wall, 0.25)],
                )
            ),
        )
        if self.dark:
            glow(canvas, x, box.centerY(), 0.15 * height, parse("#8fc0ff"), 0.35)

    def _chair(self, canvas: skia.Canvas, x: float, floor: float, height: int) -> None:
        seat = mix(self.own("#3f4854"), self.stage.grade.accent, 0.12)
        self.lit_box(
            canvas,
            skia.Rect.MakeXYWH(x - 0.042 * height, floor - 0.245 * height, 0.084 * height, 0.115 * height),
            seat,
            0.014 * height,
        )


def build(stage: Stage) -> Scene:
    """The office of this order."""
    return Staged(stage, Office(stage))
