"""A room to live in: sofa or bed, shelves, pictures, a lamp, a plant, a rug."""

import skia

from callsheet.media.animatic.colour import fade, mix
from callsheet.media.animatic.props import draw_prop
from callsheet.media.animatic.reading import find
from callsheet.media.animatic.scenes.interior import FLOOR, Interior, Style
from callsheet.media.animatic.shapes import glow, paint, shade
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import World

_WALLS = (
    ("#b9a48d", "#7d5a42", "#e2d5c2"),
    ("#8fa0a0", "#6d5140", "#d5dad6"),
    ("#a98f8a", "#735347", "#e0cfc6"),
    ("#9aa58c", "#7b5d45", "#dfdcc9"),
)


class Room(Interior):
    """A living room or a bedroom."""

    def __init__(self, stage: Stage) -> None:
        pick = _WALLS[int(stage.place_rng("walls").integers(len(_WALLS)))]
        super().__init__(stage, Style(*pick, seat="table"))
        words = f"{stage.order.location.name if stage.order.location else ''} {stage.order.action}".lower()
        self._bed = any(word in words for word in ("bed", "卧室", "床", "dorm", "宿舍")) and not find(
            "people", "living-room"
        )
        away = -self.side
        width, height = stage.width, stage.height
        self._shelf_x = (0.5 + away * (0.33 if not stage.portrait else 0.30)) * width
        self._sofa_x = (0.5 - away * 0.02) * width
        self._lamp_x = (0.5 + away * (0.14 if not stage.portrait else 0.05)) * width
        self.lamps = [(0.55, self._lamp_x, (FLOOR - 0.30) * height, 0.55)]
        self._books = [
            (float(self.rng.uniform(0.5, 1.0)), float(self.rng.uniform(0.010, 0.020)), int(self.rng.integers(6)))
            for _ in range(90)
        ]
        self.decor = [self._picture, self._shelf, self._furniture, self._lamp]

    def _picture(self, canvas: skia.Canvas, world: World) -> None:
        grade, height = self.stage.grade, self.stage.height
        with world.layer(canvas, 0.5):
            for x, y, w, h in (
                (self._sofa_x - 0.13 * height, 0.20, 0.15, 0.19),
                (self._sofa_x + 0.05 * height, 0.24, 0.10, 0.13),
            ):
                box = skia.Rect.MakeXYWH(x, y * height, w * height, h * height)
                canvas.drawRect(
                    box.makeOffset(0.006 * height * -self.side, 0.008 * height), paint(fade(grade.shadow, 0.3))
                )
                canvas.drawRect(box, paint(self.own("#4a3a30")))
                inner = box.makeInset(0.010 * height, 0.010 * height)
                canvas.drawRect(inner, paint(self.own("#e8dfcf")))
                art = inner.makeInset(0.018 * height, 0.018 * height)
                canvas.drawRect(art, paint(mix(self.own("#7f9a9c"), grade.accent, 0.25)))
                canvas.drawCircle(
                    art.centerX(), art.centerY(), 0.26 * art.width(), paint(mix(self.own("#d98f5a"), grade.accent, 0.3))
                )

    def _shelf(self, canvas: skia.Canvas, world: World) -> None:
        grade, height = self.stage.grade, self.stage.height
        wood = self.own("#6b4d38")
        spines = [self.own(c) for c in ("#8d4a44", "#b98a4e", "#4f6a78", "#d8cdb8", "#5f7a5c", "#3f4050")]
        x0, wide, top = self._shelf_x - 0.15 * height, 0.30 * height, 0.16 * height
        with world.layer(canvas, 0.53):
            self.lit_box(canvas, skia.Rect.MakeLTRB(x0, top, x0 + wide, FLOOR * height), mix(wood, grade.shadow, 0.45))
            books = iter(self._books)
            rows = 5
            for row in range(rows):
                floor = top + (FLOOR * height - top) * (row + 1) / rows - 0.008 * height
                deep = (FLOOR * height - top) / rows
                x = x0 + 0.014 * height
                while x < x0 + wide * (0.92 if row % 2 else 0.74):
                    high, thick, tint = next(books, (0.8, 0.014, 1))
                    box = skia.Rect.MakeLTRB(x, floor - deep * 0.72 * high, x + thick * height, floor)
                    canvas.drawRect(box, paint(mix(spines[tint], grade.shadow, 0.12 + 0.06 * (tint % 3))))
                    x += thick * height * 1.06
                if row % 2 == 0:
                    draw_prop(
                        canvas,
                        ("plant", "photo", "lantern")[row // 2 % 3],
                        (x0 + wide * 0.86, floor),
                        1.0,
                        self.stage,
                        0.35,
                        self.side,
                        high=deep * 0.55,
                    )
                self.lit_box(canvas, skia.Rect.MakeLTRB(x0, floor, x0 + wide, floor + 0.009 * height), wood)
            for x in (x0, x0 + wide - 0.009 * height):
                self.lit_box(canvas, skia.Rect.MakeLTRB(x, top, x + 0.009 * height, FLOOR * height), wood)

    def _furniture(self, canvas: skia.Canvas, world: World) -> None:
        grade, height = self.stage.grade, self.stage.height
        cloth = mix(self.own("#6f7f86"), self.own(grade.accent), 0.35)
        x, floor = self._sofa_x, (FLOOR + 0.035) * height
        with world.layer(canvas, 0.60):
            rug = self.own("#a5705c")
            canvas.drawOval(
                skia.Rect.MakeXYWH(x - 0.62 * height, floor - 0.01 * height, 1.24 * height, 0.17 * height),
                paint(mix(rug, grade.shadow, 0.25)),
            )
            canvas.drawOval(
                skia.Rect.MakeXYWH(x - 0.55 * height, floor + 0.002 * height, 1.10 * height, 0.145 * height),
                paint(mix(rug, grade.key, 0.08)),
            )
            shade(canvas, x, floor, 0.42 * height, 0.03 * height, fade(grade.shadow, 0.8))
            if self._bed:
                linen = self.own("#d7cfc4")
                self.lit_box(
                    canvas,
                    skia.Rect.MakeLTRB(x - 0.40 * height, floor - 0.27 * height, x - 0.36 * height, floor),
                    self.own("#5d4534"),
                    0.006 * height,
                )
                self.lit_box(
                    canvas,
                    skia.Rect.MakeLTRB(
                        x - 0.38 * height, floor - 0.115 * height, x + 0.40 * height, floor - 0.02 * height
                    ),
                    linen,
                    0.015 * height,
                )
                self.lit_box(
                    canvas,
                    skia.Rect.MakeLTRB(
                        x - 0.20 * height, floor - 0.135 * height, x + 0.41 * height, floor - 0.035 * height
                    ),
                    cloth,
                    0.02 * height,
                )
                self.lit_box(
                    canvas,
                    skia.Rect.MakeLTRB(
                        x - 0.355 * height, floor - 0.165 * height, x - 0.22 * height, floor - 0.105 * height
                    ),
                    mix(linen, grade.key, 0.2),
                    0.02 * height,
                )
                return
            self.lit_box(
                canvas,
                skia.Rect.MakeLTRB(x - 0.33 * height, floor - 0.215 * height, x + 0.33 * height, floor - 0.05 * height),
                mix(cloth, grade.shadow, 0.15),
                0.03 * height,
            )
            for n in range(2):
                left = x - 0.30 * height + n * 0.30 * height
                self.lit_box(
                    canvas,
                    skia.Rect.MakeLTRB(left, floor - 0.125 * height, left + 0.295 * height, floor - 0.035 * height),
                    cloth,
                    0.02 * height,
                )
            for side in (-1, 1):
                a = x + side * 0.345 * height
                self.lit_box(
                    canvas,
                    skia.Rect.MakeLTRB(
                        a - 0.045 * height, floor - 0.165 * height, a + 0.045 * height, floor - 0.012 * height
                    ),
                    cloth,
                    0.025 * height,
                )
            pillow = mix(self.own("#d9a45f"), self.own(grade.accent), 0.5)
            self.lit_box(
                canvas,
                skia.Rect.MakeLTRB(x + 0.16 * height, floor - 0.19 * height, x + 0.27 * height, floor - 0.10 * height),
                pillow,
                0.03 * height,
            )

    def _lamp(self, canvas: skia.Canvas, world: World) -> None:
        grade, height = self.stage.grade, self.stage.height
        x, floor, top = self._lamp_x, (FLOOR + 0.02) * height, (FLOOR - 0.36) * height
        with world.layer(canvas, 0.57):
            canvas.drawRect(
                skia.Rect.MakeLTRB(x - 0.0035 * height, top, x + 0.0035 * height, floor), paint(self.own("#3b332f"))
            )
            canvas.drawOval(
                skia.Rect.MakeXYWH(x - 0.04 * height, floor - 0.008 * height, 0.08 * height, 0.016 * height),
                paint(self.own("#3b332f")),
            )
            shade_ = skia.Path()
            shade_.addPoly(
                [
                    skia.Point(*p)
                    for p in (
                        (x - 0.035 * height, top - 0.02 * height),
                        (x + 0.035 * height, top - 0.02 * height),
                        (x + 0.065 * height, top + 0.075 * height),
                        (x - 0.065 * height, top + 0.075 * height),
                    )
                ],
                True,
            )
            canvas.drawPath(shade_, paint(mix(grade.lamp, 0xFFFFFFFF, 0.35) if self.dark else self.own("#e6d7bd")))
            if self.dark:
                glow(canvas, x, floor, 0.3 * height, grade.lamp, 0.25, 0.25)
            draw_prop(
                canvas,
                "plant",
                (self._shelf_x + self.side * 0.27 * height, floor + 0.01 * height),
                1.0,
                self.stage,
                0.3,
                self.side,
                high=0.24 * height,
            )


def build(stage: Stage) -> Scene:
    """The room of this order."""
    return Staged(stage, Room(stage))
