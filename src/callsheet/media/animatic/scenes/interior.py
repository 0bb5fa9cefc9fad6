"""The shell of every interior: back wall, floor, a wall of windows on the light's side, shafts of light, lamps."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import skia

from callsheet.media.animatic.colour import Colour, fade, linear, mix, parse, punch, tone
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.shapes import glow, paint, polygon
from callsheet.media.animatic.stage import Stage
from callsheet.media.animatic.world import Seat, World

FLOOR = 0.735
"""Where the back wall meets the floor in the wide composition, as a fraction of the height."""

Decor = Callable[[skia.Canvas, World], None]


@dataclass(frozen=True)
class Style:
    """What sets one kind of interior apart. Colours are their own, before grading."""

    wall: str
    floor: str
    trim: str
    seat: Seat
    window: str = "casement"
    """casement, tall, band (offices), or none."""
    planks: bool = True
    ceiling: bool = True


class Interior:
    """A room seen straight on. `decor` is painted on and before the back wall, far to near."""

    indoors = True
    ground = FLOOR

    def __init__(self, stage: Stage, style: Style) -> None:
        self.stage, self.style, self.seat = stage, style, style.seat
        grade = stage.grade
        self.side = 1 if grade.light_x > 0 else -1
        self.dark = grade.night or (grade.time in ("dusk", "dawn") and grade.weather in ("rain", "fog"))
        key = grade.lamp if self.dark else grade.key
        self.light = Light(key, 0.7 * self.side, 0.30 if not self.dark else 0.45, 0.55, 0.0)
        self.wall = self.own(style.wall)
        self.floor = self.own(style.floor)
        self.trim = self.own(style.trim)
        self.decor: list[Decor] = []
        self.lamps: list[tuple[float, float, float, float]] = []
        """Lamps that light the air: depth, x and y in pixels of the wide composition, radius in heights."""
        self.rng = stage.place_rng("interior")

    def own(self, text: str | Colour, dim: float = 0.0) -> Colour:
        """A thing's own colour under this room's light; `dim` sinks it further into shadow."""
        grade = self.stage.grade
        colour = parse(text) if isinstance(text, str) else text
        colour = punch(colour)
        if self.dark:
            colour = mix(mix(colour, grade.shadow, 0.46 + 0.3 * dim), grade.lamp, 0.08)
            return tone(mix(colour, grade.sky_mid, 0.07), 0.0, 1.15)
        warm = mix(mix(colour, grade.fill, 0.05), grade.key, 0.08)
        return tone(mix(warm, grade.shadow, 0.10 + 0.45 * dim + (0.10 if grade.low_sun else 0.0)), 0.0, 1.12)

    def lit_box(
        self, canvas: skia.Canvas, box: skia.Rect, colour: Colour, round_: float = 0.0, depth: float = 0.35
    ) -> None:
        """A box in the room's light: bright on the window's side, a lit top edge."""
        grade = self.stage.grade
        start, end = (box.right(), box.left()) if self.side > 0 else (box.left(), box.right())
        colours = [mix(colour, self.light.rim, 0.32), colour, mix(colour, grade.shadow, min(depth + 0.18, 0.8))]
        canvas.drawRoundRect(
            box,
            round_,
            round_,
            paint(shader=linear((start, box.top()), (end, box.bottom()), colours, [0.0, 0.45, 1.0])),
        )
        edge = max(0.0022 * self.stage.height, 0.6)
        canvas.drawRect(
            skia.Rect.MakeLTRB(box.left() + round_, box.top(), box.right() - round_, box.top() + edge),
            paint(fade(mix(colour, self.light.rim, 0.6), 0.6)),
        )

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """The shell, then the decor, then light in the air."""
        self._shell(canvas, world)
        if self.style.window != "none":
            self._window(canvas, world)
        for draw in self.decor:
            draw(canvas, world)
        self._air(canvas, world)

    def _shell(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self.stage.grade, self.stage.width, self.stage.height
        near, away = (1.25 * width, -0.25 * width) if self.side > 0 else (-0.25 * width, 1.25 * width)
        bright = mix(tone(self.wall, 0.07), self.light.rim, 0.34 if not self.dark else 0.12)
        with world.layer(canvas, 0.5):
            box = skia.Rect.MakeLTRB(-2 * width, -2 * height, 3 * width, FLOOR * height)
            canvas.drawRect(
                box,
                paint(
                    shader=linear(
                        (near, 0.1 * height),
                        (away, 0.55 * height),
                        [bright, self.wall, mix(self.wall, grade.shadow, 0.50), mix(self.wall, grade.shadow, 0.74)],
                        [0, 0.3, 0.72, 1],
                    )
                ),
            )
            if self.style.ceiling:
                top = 0.035 * height
                canvas.drawRect(
                    skia.Rect.MakeLTRB(-2 * width, -2 * height, 3 * width, top),
                    paint(mix(self.wall, grade.shadow, 0.28)),
                )
                canvas.drawRect(
                    skia.Rect.MakeLTRB(-2 * width, top, 3 * width, top + 0.010 * height),
                    paint(mix(self.trim, self.wall, 0.3)),
                )
            canvas.drawRect(
                skia.Rect.MakeLTRB(-2 * width, (FLOOR - 0.024) * height, 3 * width, FLOOR * height), paint(self.trim)
            )
        with world.layer(canvas, 0.62):
            top = FLOOR * height
            box = skia.Rect.MakeLTRB(-2 * width, top, 3 * width, 4 * height)
            canvas.drawRect(
                box,
                paint(
                    shader=linear(
                        (0, top),
                        (0, 1.06 * height),
                        [mix(self.floor, grade.shadow, 0.52), self.floor, mix(self.floor, grade.shadow, 0.66)],
                        [0, 0.35, 1],
                    )
                ),
            )
            if self.style.planks:
                seams = skia.Path()
                for n in range(-26, 27):
                    x = 0.5 * width + n * 0.075 * height
                    far = 0.5 * width + (x - 0.5 * width) * 0.9
                    low = 0.5 * width + (x - 0.5 * width) * 3.2
                    seams.addPoly(
                        [
                            skia.Point(*p)
                            for p in (
                                (far, top),
                                (far + 0.0012 * height, top),
                                (low + 0.006 * height, 2 * height),
                                (low, 2 * height),
                            )
                        ],
                        True,
                    )
                canvas.drawPath(seams, paint(fade(mix(self.floor, grade.shadow, 0.7), 0.35)))

    def window_box(self) -> skia.Rect:
        """The window on the back wall in the wide composition's pixels."""
        width, height = self.stage.width, self.stage.height
        if self.style.window == "band":
            return skia.Rect.MakeLTRB(-0.3 * width, 0.11 * height, 1.3 * width, 0.58 * height)
        wide = 0.40 * height if self.style.window == "casement" else 0.26 * height
        top = 0.11 * height if self.style.window == "casement" else 0.05 * height
        low = 0.53 * height if self.style.window == "casement" else 0.70 * height
        middle = (0.5 + self.side * (0.30 if not self.stage.portrait else 0.26)) * width
        return skia.Rect.MakeLTRB(middle - wide / 2, top, middle + wide / 2, low)

    def _window(self, canvas: skia.Canvas, world: World) -> None:
        grade, height, width = self.stage.grade, self.stage.height, self.stage.width
        box = self.window_box()
        with world.layer(canvas, 0.5):
            canvas.save()
            canvas.clipRect(box)
            outside = [grade.sky_mid, grade.sky_low, mix(grade.sky_low, grade.haze, 0.5)]
            if not self.dark:
                outside = [mix(c, 0xFFFFFFFF, 0.35) for c in outside]
            canvas.drawRect(box, paint(shader=linear((0, box.top()), (0, box.bottom()), outside)))
            self._outside(canvas, world, box)
            canvas.restore()
            if not self.dark:
                glow(canvas, box.centerX(), box.centerY(), 0.42 * height, grade.key, 0.30)
            frame = mix(self.trim, grade.shadow, 0.25)
            bars = 4 if self.style.window != "band" else 9
            thick = 0.009 * height
            for n in range(bars + 1):
                x = box.left() + box.width() * n / bars
                wide = thick * (1.3 if n in (0, bars) else 0.6)
                canvas.drawRect(skia.Rect.MakeLTRB(x - wide / 2, box.top(), x + wide / 2, box.bottom()), paint(frame))
            for y, wide in (
                (box.top(), thick),
                (box.top() + box.height() * 0.36, thick * 0.6),
                (box.bottom(), thick * 1.6),
            ):
                canvas.drawRect(
                    skia.Rect.MakeLTRB(box.left() - thick, y - wide / 2, box.right() + thick, y + wide / 2),
                    paint(frame),
                )
            if self.style.window == "casement":
                self._curtains(canvas, world, box)
        if width and self.style.window == "band" and self.dark:
            with world.layer(canvas, 0.5):
                canvas.drawRect(box, paint(fade(grade.lamp, 0.05)))

    def _outside(self, canvas: skia.Canvas, world: World, box: skia.Rect) -> None:
        """What one sees through the window: roofs or trees in the haze, rain on the pane."""
        grade, height = self.stage.grade, self.stage.height
        rng = self.stage.place_rng("outside")
        shift = (world.view.x * 0.25 + world.view.yaw * 0.1) * height
        for layer in range(2):
            colour = mix(mix(grade.haze, grade.shadow, 0.25 + 0.25 * layer), grade.sky_low, 0.45 - 0.3 * layer)
            x = box.left() - 0.1 * height
            while x < box.right() + 0.1 * height:
                wide = float(rng.uniform(0.05, 0.11)) * height
                high = box.height() * float(rng.uniform(0.18, 0.52 - 0.16 * layer))
                block = skia.Rect.MakeLTRB(x + shift, box.bottom() - high, x + wide + shift, box.bottom())
                canvas.drawRect(block, paint(colour))
                if self.dark:
                    for _ in range(4):
                        px, py = (
                            block.left() + wide * float(rng.uniform(0.1, 0.8)),
                            block.top() + high * float(rng.uniform(0.1, 0.8)),
                        )
                        canvas.drawRect(
                            skia.Rect.MakeXYWH(px, py, 0.007 * height, 0.010 * height), paint(fade(grade.lamp, 0.85))
                        )
                x += wide * 1.06
        if grade.weather in ("rain", "snow"):
            drop = fade(mix(grade.haze, 0xFFFFFFFF, 0.7), 0.5)
            for _ in range(34):
                x, y, speed = (float(v) for v in rng.random(3))
                long = (0.035 if grade.weather == "rain" else 0.004) * height
                fall = (y + world.time * (0.10 + 0.35 * speed)) % 1.0
                at = skia.Rect.MakeXYWH(
                    box.left() + x * box.width(), box.top() + fall * box.height(), 0.0022 * height, long * (0.4 + speed)
                )
                canvas.drawRect(at, paint(drop))

    def _curtains(self, canvas: skia.Canvas, world: World, box: skia.Rect) -> None:
        grade, height = self.stage.grade, self.stage.height
        cloth = mix(self.own("#d9c7ae"), grade.key, 0.18 if not self.dark else 0.0)
        for side in (-1, 1):
            edge = box.left() if side < 0 else box.right()
            for n in range(5):
                sway = 0.004 * height * math.sin(world.time * 0.9 + n * 0.8)
                wide = 0.026 * height
                x = edge + side * (0.015 * height + n * wide * 0.8) - side * 0.06 * height
                fold = polygon(
                    [
                        (x - wide / 2, box.top() - 0.03 * height),
                        (x + wide / 2, box.top() - 0.03 * height),
                        (x + wide * 0.62 + sway, box.bottom() + 0.10 * height),
                        (x - wide * 0.62 + sway, box.bottom() + 0.10 * height),
                    ]
                )
                shade_ = mix(cloth, grade.shadow, 0.10 + 0.09 * (n % 3))
                canvas.drawPath(
                    fold,
                    paint(
                        shader=linear(
                            (x - wide / 2, 0),
                            (x + wide / 2, 0),
                            [shade_, mix(shade_, grade.key, 0.14), mix(shade_, grade.shadow, 0.22)],
                        )
                    ),
                )

    def _air(self, canvas: skia.Canvas, world: World) -> None:
        """Light made visible: shafts from the window by day, pools around lamps by night."""
        grade, height = self.stage.grade, self.stage.height
        for depth, x, y, radius in self.lamps:
            with world.layer(canvas, depth):
                strength = 0.65 if self.dark else 0.20
                glow(canvas, x, y, radius * height, grade.lamp, strength * (0.97 + 0.03 * math.sin(world.time * 5)))
        if self.dark or self.style.window == "none" or grade.weather in ("rain", "cloud", "snow"):
            return
        box = (
            self.window_box()
            if self.style.window != "band"
            else skia.Rect.MakeXYWH(
                (0.5 + 0.1 * self.side) * self.stage.width, 0.11 * height, 0.5 * height, 0.45 * height
            )
        )
        slant = -self.side * 0.62 * height
        with world.layer(canvas, 0.62):
            breath = 0.85 + 0.15 * math.sin(world.time * 0.6)
            for n in range(2):
                a = box.left() + box.width() * (0.05 + 0.5 * n)
                b = a + box.width() * 0.40
                shaft = polygon(
                    [
                        (a, box.top()),
                        (b, box.top()),
                        (b + slant * 1.25, 1.02 * height),
                        (a + slant * 1.25 - 0.05 * height, 1.02 * height),
                    ]
                )
                brush = paint(
                    shader=linear(
                        (a, box.top()),
                        (a + slant, 0.95 * height),
                        [fade(grade.key, 0.30 * breath), fade(grade.key, 0.09), fade(grade.key, 0.0)],
                        [0, 0.6, 1],
                    ),
                    blend=skia.BlendMode.kPlus,
                )
                canvas.drawPath(shaft, brush)
                x = a + slant * 0.92
                pool = polygon(
                    [
                        (x, (FLOOR + 0.05) * height),
                        (x + box.width() * 0.44, (FLOOR + 0.05) * height),
                        (x + box.width() * 0.40 + slant * 0.35, 0.97 * height),
                        (x - box.width() * 0.10 + slant * 0.35, 0.97 * height),
                    ]
                )
                canvas.drawPath(
                    pool, paint(fade(tone(mix(grade.key, self.floor, 0.25), 0.02, 1.3), 0.62 * grade.strength))
                )

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Nothing stands before the subject unless a kind of room puts it there."""
