"""A classroom: blackboard, rows of desks, tall windows."""

import skia

from callsheet.media.animatic.colour import fade, mix
from callsheet.media.animatic.scenes.interior import Interior, Style
from callsheet.media.animatic.shapes import paint, shade, stroke
from callsheet.media.animatic.signs import typeface, words_for
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import World


class Classroom(Interior):
    """Seen from the back of the class."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, Style("#b9b294", "#8d6f52", "#8a9a84", seat="desk", window="tall"))
        self._words = words_for(stage.order, self.rng, 2)
        self.decor = [self._board, self._desks]

    def _board(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        middle = (0.5 - self.side * 0.09) * width
        half = min(0.50 * height, 0.40 * width)
        with world.layer(canvas, 0.5):
            box = skia.Rect.MakeLTRB(middle - half, 0.17 * height, middle + half, 0.50 * height)
            canvas.drawRect(box.makeOutset(0.012 * height, 0.012 * height), paint(self.own("#8a6a48")))
            self.lit_box(canvas, box, mix(self.own("#2f5a4a"), grade.shadow, 0.2))
            chalk = fade(mix(0xFFF4F2E8, self.wall, 0.15), 0.75)
            font = skia.Font(typeface(self._words[0], self.stage.order.language), 0.062 * height)
            canvas.drawString(self._words[0], box.left() + 0.05 * height, box.top() + 0.10 * height, font, paint(chalk))
            for n in range(4):
                y = box.top() + (0.15 + 0.042 * n) * height
                canvas.drawLine(
                    box.left() + 0.05 * height,
                    y,
                    box.left() + (0.30 + 0.06 * (n * 7 % 3)) * height,
                    y,
                    stroke(fade(chalk, 0.5), 0.0035 * height),
                )
            cx, cy = box.right() - 0.19 * height, box.centerY()
            canvas.drawCircle(cx, cy, 0.085 * height, stroke(chalk, 0.003 * height))
            canvas.drawLine(cx, cy, cx + 0.06 * height, cy - 0.06 * height, stroke(chalk, 0.003 * height))
            canvas.drawLine(cx - 0.10 * height, cy, cx + 0.10 * height, cy, stroke(fade(chalk, 0.6), 0.002 * height))
            self.lit_box(
                canvas,
                skia.Rect.MakeLTRB(
                    box.left(), box.bottom() + 0.010 * height, box.right(), box.bottom() + 0.018 * height
                ),
                self.own("#9a7a55"),
            )
            clock = ((0.5 - self.side * 0.09) * width, 0.095 * height)
            canvas.drawCircle(*clock, 0.032 * height, paint(self.own("#3c3a38")))
            canvas.drawCircle(*clock, 0.027 * height, paint(self.own("#f0ece2")))
            canvas.drawLine(*clock, clock[0], clock[1] - 0.018 * height, stroke(self.own("#33302e"), 0.003 * height))

    def _desks(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        wood, legs = self.own("#b58a5c"), self.own("#4d5358")
        for depth, y, size, count in ((0.58, 0.775, 0.62, 5), (0.72, 0.84, 0.85, 4)):
            with world.layer(canvas, depth):
                for n in range(count):
                    x = (
                        0.5 + (n - (count - 1) / 2) * 0.27 / (0.62 / size if not self.stage.portrait else 0.45)
                    ) * width
                    if depth > 0.7 and abs(x - 0.5 * width) < 0.22 * width:
                        continue
                    w, h = 0.105 * size * height, 0.135 * size * height
                    shade(canvas, x, y * height, w * 1.2, 0.012 * height, fade(grade.shadow, 0.6))
                    for side in (-1, 1):
                        canvas.drawRect(
                            skia.Rect.MakeLTRB(
                                x + side * w * 0.85 - 0.003 * height,
                                y * height - h,
                                x + side * w * 0.85 + 0.003 * height,
                                y * height,
                            ),
                            paint(legs),
                        )
                    self.lit_box(
                        canvas,
                        skia.Rect.MakeLTRB(x - w, y * height - h, x + w, y * height - h + 0.016 * size * height),
                        wood,
                    )
                    canvas.drawRect(
                        skia.Rect.MakeLTRB(
                            x - w * 0.9,
                            y * height - h + 0.016 * size * height,
                            x + w * 0.9,
                            y * height - h + 0.05 * size * height,
                        ),
                        paint(mix(wood, grade.shadow, 0.5)),
                    )
                    back = skia.Rect.MakeLTRB(x - w * 0.5, y * height - h * 1.25, x + w * 0.5, y * height - h * 0.9)
                    self.lit_box(canvas, back, mix(wood, grade.shadow, 0.15), 0.006 * height)


def build(stage: Stage) -> Scene:
    """The classroom of this order."""
    return Staged(stage, Classroom(stage))
