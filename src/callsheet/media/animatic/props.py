"""Props: everyday things as simple, well-lit shapes, in a hand or on a table.

Each is drawn one unit high around x = 0 with its base on y = 0; `NATURAL` says how high it is in body heights.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import skia

from callsheet.media.animatic.colour import Colour, fade, linear, mix, parse, tone
from callsheet.media.animatic.reading import first
from callsheet.media.animatic.shapes import Point, glow, limb, paint, polygon, smooth, stroke
from callsheet.media.animatic.stage import Stage


@dataclass(frozen=True)
class Brush:
    """Paints for one prop under one light."""

    canvas: skia.Canvas
    colour: Colour
    key: Colour
    shadow: Colour
    lamp: Colour
    lit: float

    def form(self, x0: float, x1: float, colour: Colour | None = None) -> skia.Paint:
        """Paint that rounds a form between two x."""
        base = self.colour if colour is None else colour
        start, end = (x1, x0) if self.lit > 0 else (x0, x1)
        bright = mix(tone(base, 0.08), self.key, 0.3)
        return paint(shader=linear((start, 0), (end, 0), [base, bright, base, mix(base, self.shadow, 0.6)], [0.0, 0.18, 0.5, 1.0]))

    def fill(self, path: skia.Path, colour: Colour | None = None) -> None:
        """Fill a path as a rounded form."""
        box = path.getBounds()
        self.canvas.drawPath(path, self.form(box.left(), box.right(), colour))

    def box(self, left: float, top: float, right: float, bottom: float, round_: float = 0.0, colour: Colour | None = None) -> None:
        """Fill a box as a rounded form."""
        self.canvas.drawRoundRect(skia.Rect.MakeLTRB(left, top, right, bottom), round_, round_, self.form(left, right, colour))

    def line(self, points: Sequence[Point], width: float, colour: Colour | None = None) -> None:
        """Stroke a soft line."""
        self.canvas.drawPath(smooth(points, closed=False), stroke(self.colour if colour is None else colour, width))

    def bright(self, share: float = 0.5) -> Colour:
        """The prop's colour in full light."""
        return mix(self.colour, self.key, share)

    def dark(self, share: float = 0.5) -> Colour:
        """The prop's colour in shadow."""
        return mix(self.colour, self.shadow, share)


def _cup(b: Brush) -> None:
    b.line([(0.38, -0.75), (0.66, -0.66), (0.60, -0.34), (0.32, -0.28)], 0.09)
    b.fill(smooth([(-0.44, -0.95), (0.44, -0.95), (0.41, -0.45), (0.26, -0.04), (-0.26, -0.04), (-0.41, -0.45)], tension=0.6))
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.45, -1.03, 0.45, -0.85), paint(b.bright(0.55)))
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.38, -1.0, 0.38, -0.87), paint(mix(parse("#6b3f22"), b.shadow, 0.25)))


def _teapot(b: Brush) -> None:
    b.fill(smooth([(0.45, -0.35), (0.70, -0.52), (0.84, -0.84), (0.96, -0.86), (0.86, -0.50), (0.52, -0.16)], tension=0.9))
    b.line([(-0.44, -0.72), (-0.86, -0.74), (-0.88, -0.34), (-0.46, -0.22)], 0.10)
    b.fill(smooth([(-0.30, -0.84), (0.30, -0.84), (0.58, -0.52), (0.52, -0.18), (0.30, -0.02), (-0.30, -0.02), (-0.52, -0.18), (-0.58, -0.52)], tension=0.8))
    b.fill(smooth([(-0.30, -0.83), (-0.16, -0.93), (0.16, -0.93), (0.30, -0.83), (0.0, -0.80)], tension=0.7), b.bright(0.1))
    b.canvas.drawCircle(0, -0.96, 0.065, b.form(-0.07, 0.07))


def _glass(b: Brush) -> None:
    b.canvas.drawPath(polygon([(-0.28, -1.0), (0.28, -1.0), (0.22, 0.0), (-0.22, 0.0)]), paint(fade(b.key, 0.22)))
    b.canvas.drawPath(polygon([(-0.26, -0.62), (0.26, -0.62), (0.21, -0.04), (-0.21, -0.04)]), paint(fade(b.colour, 0.75)))
    b.line([(-0.2 if b.lit < 0 else 0.2, -0.95), (-0.17 if b.lit < 0 else 0.17, -0.1)], 0.04, fade(b.key, 0.8))
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.28, -1.04, 0.28, -0.96), stroke(fade(b.key, 0.7), 0.02))


def _bottle(b: Brush) -> None:
    b.box(-0.08, -1.0, 0.08, -0.84, 0.02, b.dark(0.5))
    b.fill(smooth([(-0.07, -0.84), (0.07, -0.84), (0.09, -0.74), (0.21, -0.62), (0.22, -0.05), (0.16, 0.0), (-0.16, 0.0), (-0.22, -0.05), (-0.21, -0.62), (-0.09, -0.74)], tension=0.55))
    b.box(-0.215, -0.46, 0.215, -0.18, 0.0, mix(parse("#efe6d6"), b.shadow, 0.12))


def _phone(b: Brush) -> None:
    b.box(-0.25, -1.0, 0.25, 0.0, 0.07, b.dark(0.6))
    b.canvas.drawRoundRect(skia.Rect.MakeLTRB(-0.22, -0.96, 0.22, -0.04), 0.05, 0.05, paint(shader=linear((0, -1), (0, 0), [mix(parse("#dff1ff"), b.key, 0.2), mix(parse("#7fb4e8"), b.key, 0.1)])))
    for n in range(4):
        wide = (0.28, 0.20, 0.30, 0.14)[n]
        b.canvas.drawRoundRect(skia.Rect.MakeXYWH(-0.16, -0.80 + 0.13 * n, wide, 0.06), 0.03, 0.03, paint(fade(parse("#2a4a70"), 0.45)))


def _letter(b: Brush) -> None:
    sheet = mix(parse("#f1e8d6"), b.shadow, 0.08)
    b.canvas.drawPath(polygon([(-0.42, -0.98), (0.40, -1.0), (0.43, 0.0), (-0.40, -0.02)]), paint(shader=linear((-0.4, -1), (0.4, 0), [mix(sheet, b.key, 0.3), mix(sheet, b.shadow, 0.25)])))
    for n in range(7):
        b.line([(-0.31, -0.84 + 0.105 * n), (0.30 - (0.22 if n in (3, 6) else 0.0), -0.85 + 0.105 * n)], 0.014, fade(b.shadow, 0.5))


def _photo(b: Brush) -> None:
    b.canvas.drawRect(skia.Rect.MakeLTRB(-0.62, -1.0, 0.62, 0.0), paint(mix(parse("#f4efe4"), b.shadow, 0.06)))
    b.canvas.drawRect(skia.Rect.MakeLTRB(-0.54, -0.92, 0.54, -0.16), paint(shader=linear((0, -0.92), (0, -0.16), [mix(b.colour, b.key, 0.5), b.dark(0.3)])))
    for x, high in ((-0.16, 0.34), (0.16, 0.40)):
        b.canvas.drawCircle(x, -0.30 - high * 0.6, 0.085, paint(b.dark(0.8)))
        b.canvas.drawPath(smooth([(x - 0.15, -0.17), (x - 0.1, -0.38), (x + 0.1, -0.38), (x + 0.15, -0.17)]), paint(b.dark(0.8)))


def _bag(b: Brush) -> None:
    b.line([(-0.26, -0.60), (-0.2, -0.98), (0.2, -0.98), (0.26, -0.60)], 0.05, b.dark(0.3))
    b.fill(smooth([(-0.40, -0.62), (0.40, -0.62), (0.52, -0.04), (0.40, 0.0), (-0.40, 0.0), (-0.52, -0.04)], tension=0.35))
    b.box(-0.42, -0.63, 0.42, -0.42, 0.08, b.bright(0.12))
    b.canvas.drawCircle(0, -0.43, 0.045, paint(b.bright(0.8)))


def _suitcase(b: Brush) -> None:
    b.line([(-0.16, -0.72), (-0.16, -0.98), (0.16, -0.98), (0.16, -0.72)], 0.045, b.dark(0.5))
    b.box(-0.44, -0.74, 0.44, -0.03, 0.09)
    for x in (-0.22, 0.0, 0.22):
        b.line([(x, -0.70), (x, -0.07)], 0.014, b.dark(0.4))
    for x in (-0.32, 0.32):
        b.canvas.drawCircle(x, -0.02, 0.05, paint(b.dark(0.8)))


def _lamp(b: Brush) -> None:
    glow(b.canvas, 0, -0.70, 1.2, b.lamp, 0.55)
    b.box(-0.03, -0.62, 0.03, -0.05, 0.02, b.dark(0.4))
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.22, -0.08, 0.22, 0.02), b.form(-0.2, 0.2, b.dark(0.3)))
    b.canvas.drawPath(polygon([(-0.19, -1.0), (0.19, -1.0), (0.36, -0.52), (-0.36, -0.52)]), paint(shader=linear((0, -1.0), (0, -0.5), [mix(b.lamp, b.colour, 0.35), mix(b.lamp, 0xFFFFFFFF, 0.55)])))


def _candle(b: Brush) -> None:
    glow(b.canvas, 0, -0.86, 1.1, b.lamp, 0.6)
    b.box(-0.14, -0.68, 0.14, 0.0, 0.03, mix(parse("#f2e6cf"), b.shadow, 0.1))
    b.canvas.drawPath(smooth([(0.0, -1.02), (0.07, -0.82), (0.0, -0.70), (-0.07, -0.82)], tension=0.8), paint(mix(b.lamp, 0xFFFFFFFF, 0.6)))


def _lantern(b: Brush) -> None:
    red = mix(parse("#d8402f"), b.colour, 0.25)
    glow(b.canvas, 0, -0.55, 1.3, mix(red, b.lamp, 0.5), 0.5)
    b.fill(smooth([(-0.2, -0.86), (0.2, -0.86), (0.46, -0.55), (0.2, -0.22), (-0.2, -0.22), (-0.46, -0.55)], tension=0.8), red)
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.28, -0.78, 0.28, -0.32), paint(fade(b.lamp, 0.55)))
    b.box(-0.17, -0.92, 0.17, -0.84, 0.02, b.dark(0.7))
    b.box(-0.17, -0.25, 0.17, -0.17, 0.02, b.dark(0.7))
    b.line([(0, -0.18), (0.01, 0.0)], 0.04, red)


def _book(b: Brush) -> None:
    page = mix(parse("#efe7d8"), b.shadow, 0.1)
    b.fill(smooth([(-0.80, -0.72), (0.0, -0.62), (0.80, -0.72), (0.82, -0.06), (0.0, 0.0), (-0.82, -0.06)], tension=0.15))
    for side in (-1, 1):
        b.canvas.drawPath(smooth([(0, -0.70), (side * 0.38, -0.84), (side * 0.74, -0.74), (side * 0.75, -0.12), (side * 0.38, -0.20), (0, -0.07)], tension=0.3),
                          paint(shader=linear((0, 0), (side * 0.75, 0), [mix(page, b.shadow, 0.35), page])))  # fmt: skip
        for n in range(4):
            b.line([(side * 0.12, -0.60 + 0.1 * n), (side * 0.62, -0.64 + 0.1 * n)], 0.012, fade(b.shadow, 0.35))


def _laptop(b: Brush) -> None:
    b.box(-0.72, -1.0, 0.72, -0.06, 0.05, b.dark(0.5))
    b.canvas.drawRect(skia.Rect.MakeLTRB(-0.66, -0.94, 0.66, -0.13), paint(shader=linear((0, -0.94), (0, -0.13), [parse("#cfe6fb"), parse("#86b4e6")])))
    for n, wide in enumerate((0.5, 0.8, 0.65, 0.3)):
        b.canvas.drawRoundRect(skia.Rect.MakeXYWH(-0.52, -0.82 + 0.15 * n, wide, 0.06), 0.03, 0.03, paint(fade(parse("#1d3b66"), 0.4)))
    b.canvas.drawPath(polygon([(-0.74, -0.07), (0.74, -0.07), (0.88, 0.0), (-0.88, 0.0)]), b.form(-0.88, 0.88, mix(parse("#b9bec8"), b.shadow, 0.2)))


def _flower(b: Brush) -> None:
    for x, top in ((-0.28, -0.74), (0.0, -0.90), (0.28, -0.76), (-0.12, -0.60), (0.14, -0.62)):
        b.line([(x * 0.2, 0.0), (x * 0.5, top * 0.5), (x, top)], 0.03, mix(parse("#3f6b45"), b.shadow, 0.25))
        for n in range(6):
            angle = math.tau * n / 6
            b.canvas.drawCircle(x + 0.075 * math.cos(angle), top + 0.075 * math.sin(angle), 0.075, paint(mix(b.colour, b.key if n % 2 else b.shadow, 0.22)))
        b.canvas.drawCircle(x, top, 0.05, paint(mix(parse("#f2c45b"), b.key, 0.2)))
    b.fill(polygon([(-0.17, -0.36), (0.17, -0.36), (0.05, 0.0), (-0.05, 0.0)]), mix(parse("#e8dcc8"), b.shadow, 0.15))


def _plant(b: Brush) -> None:
    green = mix(parse("#4d7a52"), b.shadow, 0.25)
    for n in range(9):
        lean = (n - 4) / 4
        tip = (lean * 0.55, -0.98 + 0.3 * abs(lean))
        leaf = smooth([(0.0, -0.36), (lean * 0.35 - 0.09, (tip[1] - 0.36) / 2 - 0.05), tip, (lean * 0.35 + 0.09, (tip[1] - 0.36) / 2)], tension=0.8)
        b.fill(leaf, mix(green, b.key, 0.08 * (n % 3)))
    b.fill(polygon([(-0.26, -0.38), (0.26, -0.38), (0.19, 0.0), (-0.19, 0.0)]))


def _umbrella(b: Brush) -> None:
    b.line([(0, -0.95), (0.0, -0.06), (0.035, 0.0), (0.07, -0.04)], 0.018, b.dark(0.6))
    dome = skia.Path()
    dome.moveTo(-0.56, -0.60)
    dome.cubicTo(-0.50, -0.90, -0.22, -1.0, 0.0, -1.0)
    dome.cubicTo(0.22, -1.0, 0.50, -0.90, 0.56, -0.60)
    for n in range(4):
        x = 0.56 - 0.28 * n
        dome.quadTo(x - 0.14, -0.67, x - 0.28, -0.60)
    b.fill(dome)
    for x in (-0.28, 0.0, 0.28):
        b.line([(0, -1.0), (x * 0.85, -0.84), (x, -0.60)], 0.008, fade(b.dark(0.6), 0.6))


def _key(b: Brush) -> None:
    b.canvas.drawCircle(0, -0.78, 0.17, stroke(b.bright(0.3), 0.10))
    b.line([(0, -0.6), (0, -0.02)], 0.09)
    for y in (-0.08, -0.22):
        b.line([(0.02, y), (0.16, y)], 0.07)


def _gift(b: Brush) -> None:
    b.box(-0.5, -0.74, 0.5, 0.0, 0.02)
    b.box(-0.55, -0.82, 0.55, -0.62, 0.02, b.bright(0.12))
    ribbon = mix(parse("#f5e9d2"), b.key, 0.2)
    b.box(-0.08, -0.82, 0.08, 0.0, 0.0, ribbon)
    for side in (-1, 1):
        b.fill(smooth([(0, -0.82), (side * 0.14, -1.0), (side * 0.34, -0.98), (side * 0.22, -0.84)], tension=0.8), ribbon)


def _shoes(b: Brush) -> None:
    for x, dark in ((-0.12, 0.35), (0.16, 0.0)):
        shoe = smooth([(x - 0.74, -0.62), (x - 0.38, -0.66), (x - 0.08, -0.42), (x + 0.40, -0.30), (x + 0.66, -0.14), (x + 0.64, -0.06), (x - 0.72, -0.06)], tension=0.7)
        b.fill(shoe, b.dark(dark) if dark else None)
        b.box(x - 0.76, -0.10, x + 0.68, 0.0, 0.05, mix(parse("#eee9e0"), b.shadow, 0.1 + dark))
        for n in range(3):
            b.line([(x - 0.22 + 0.13 * n, -0.54 + 0.06 * n), (x - 0.10 + 0.13 * n, -0.40 + 0.05 * n)], 0.03, mix(parse("#ffffff"), b.shadow, dark))


def _watch(b: Brush) -> None:
    b.box(-0.15, -1.0, 0.15, 0.0, 0.06, b.dark(0.3))
    b.canvas.drawCircle(0, -0.5, 0.27, b.form(-0.27, 0.27, mix(parse("#c9ccd2"), b.key, 0.15)))
    b.canvas.drawCircle(0, -0.5, 0.215, paint(mix(parse("#12202f"), b.shadow, 0.2)))
    b.line([(0, -0.5), (0, -0.66)], 0.025, b.key)
    b.line([(0, -0.5), (0.10, -0.44)], 0.025, b.key)


def _ring(b: Brush) -> None:
    gold = mix(parse("#dcae55"), b.key, 0.15)
    b.canvas.drawCircle(0, -0.36, 0.32, stroke(gold, 0.08))
    b.fill(polygon([(-0.18, -0.88), (0.18, -0.88), (0.26, -0.76), (0.0, -0.60), (-0.26, -0.76)]), mix(parse("#d8f0ff"), b.key, 0.3))
    glow(b.canvas, 0.06, -0.84, 0.4, b.key, 0.5)


def _bowl(b: Brush) -> None:
    for n in range(3):
        b.line([(-0.2 + 0.2 * n, -1.0), (-0.26 + 0.2 * n, -1.22), (-0.14 + 0.2 * n, -1.42), (-0.2 + 0.2 * n, -1.62)], 0.05, fade(b.key, 0.22))
    b.fill(smooth([(-0.82, -0.90), (0.82, -0.90), (0.62, -0.36), (0.28, -0.02), (-0.28, -0.02), (-0.62, -0.36)], tension=0.6))
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.83, -1.06, 0.83, -0.74), paint(b.bright(0.45)))
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.74, -1.02, 0.74, -0.78), paint(mix(parse("#d09a4e"), b.shadow, 0.2)))


def _cake(b: Brush) -> None:
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.9, -0.1, 0.9, 0.06), paint(mix(parse("#e8e4de"), b.shadow, 0.2)))
    b.box(-0.68, -0.56, 0.68, -0.02, 0.06, mix(parse("#f3dfc8"), b.shadow, 0.08))
    b.box(-0.70, -0.62, 0.70, -0.42, 0.09)
    for n in range(3):
        x = -0.32 + 0.32 * n
        b.box(x - 0.03, -0.84, x + 0.03, -0.60, 0.01, b.bright(0.6))
        glow(b.canvas, x, -0.92, 0.26, b.lamp, 0.9)


def _sword(b: Brush) -> None:
    b.fill(polygon([(-0.022, -0.80), (0.0, -1.0), (0.022, -0.80), (0.022, -0.2), (-0.022, -0.2)]), mix(parse("#cfd6df"), b.key, 0.2))
    b.box(-0.12, -0.21, 0.12, -0.175, 0.01)
    b.box(-0.022, -0.18, 0.022, 0.0, 0.01, b.dark(0.6))


def _headphones(b: Brush) -> None:
    b.line([(-0.44, -0.38), (-0.42, -0.82), (0.0, -1.0), (0.42, -0.82), (0.44, -0.38)], 0.09)
    for x in (-0.44, 0.44):
        b.canvas.drawRoundRect(skia.Rect.MakeLTRB(x - 0.14, -0.52, x + 0.14, -0.04), 0.13, 0.13, b.form(x - 0.14, x + 0.14))


def _camera(b: Brush) -> None:
    b.box(-0.30, -1.0, 0.12, -0.7, 0.05, b.dark(0.6))
    b.box(-0.78, -0.82, 0.78, 0.0, 0.1, b.dark(0.5))
    b.canvas.drawCircle(0.05, -0.40, 0.34, b.form(-0.3, 0.4, b.dark(0.75)))
    b.canvas.drawCircle(0.05, -0.40, 0.24, paint(shader=linear((-0.1, -0.6), (0.2, -0.2), [mix(parse("#7fa9d8"), b.key, 0.3), parse("#101a2c")])))


def _guitar(b: Brush) -> None:
    b.box(-0.03, -1.0, 0.03, -0.4, 0.01, b.dark(0.5))
    b.fill(smooth([(0, -0.50), (0.14, -0.46), (0.13, -0.32), (0.21, -0.14), (0.12, 0.0), (-0.12, 0.0), (-0.21, -0.14), (-0.13, -0.32), (-0.14, -0.46)], tension=0.9))
    b.canvas.drawCircle(0, -0.27, 0.055, paint(b.dark(0.9)))


def _ball(b: Brush) -> None:
    b.canvas.drawCircle(0, -0.5, 0.5, b.form(-0.5, 0.5))


def _car(b: Brush) -> None:
    b.fill(smooth([(-1.5, -0.42), (-1.42, -0.58), (-0.92, -0.66), (-0.56, -0.97), (0.40, -1.0), (0.86, -0.66), (1.46, -0.52), (1.56, -0.30), (1.50, -0.14), (-1.50, -0.14)], tension=0.55))
    glass = mix(b.shadow, b.key, 0.28)
    b.canvas.drawPath(smooth([(-0.72, -0.66), (-0.48, -0.90), (-0.08, -0.92), (-0.08, -0.66)], tension=0.2), paint(glass))
    b.canvas.drawPath(smooth([(0.02, -0.66), (0.02, -0.92), (0.36, -0.92), (0.66, -0.66)], tension=0.2), paint(glass))
    for x in (-0.92, 0.94):
        b.canvas.drawCircle(x, -0.20, 0.24, paint(mix(b.shadow, 0xFF000000, 0.3)))
        b.canvas.drawCircle(x, -0.20, 0.13, paint(mix(parse("#9aa0aa"), b.shadow, 0.4)))
    glow(b.canvas, 1.5, -0.38, 0.6, b.lamp, 0.8)
    b.line([(-1.3, -0.50), (1.3, -0.48)], 0.02, fade(b.key, 0.5))


def _bicycle(b: Brush) -> None:
    for x in (-0.52, 0.52):
        b.canvas.drawCircle(x, -0.34, 0.32, stroke(b.dark(0.7), 0.04))
        b.canvas.drawCircle(x, -0.34, 0.29, stroke(fade(b.key, 0.4), 0.01))
    for points in ([(-0.52, -0.34), (-0.2, -0.78), (0.36, -0.78), (0.0, -0.34), (-0.52, -0.34)], [(-0.2, -0.84), (0.0, -0.34)], [(0.32, -0.98), (0.52, -0.34)]):
        path = skia.Path()
        path.addPoly([skia.Point(*p) for p in points], False)
        b.canvas.drawPath(path, stroke(b.colour, 0.045))
    b.line([(0.18, -1.0), (0.34, -0.98), (0.42, -0.9)], 0.04, b.dark(0.6))
    b.line([(-0.32, -0.86), (-0.10, -0.86)], 0.07, b.dark(0.7))


def _animal(b: Brush) -> None:
    b.fill(smooth([(-0.62, -0.62), (0.30, -0.64), (0.42, -0.9), (0.52, -0.98), (0.56, -0.86), (0.84, -0.72), (0.80, -0.62), (0.48, -0.52), (0.36, -0.34), (-0.58, -0.34)], tension=0.6))
    for x in (-0.54, -0.38, 0.18, 0.32):
        b.fill(limb([(x, -0.42), (x - 0.02, -0.2), (x + 0.02, -0.03)], [0.09, 0.055, 0.05]))
    b.line([(-0.60, -0.56), (-0.86, -0.74), (-0.90, -0.94)], 0.07)


def _bird(b: Brush) -> None:
    b.fill(smooth([(-0.6, -0.2), (-0.1, -0.5), (0.3, -0.66), (0.52, -0.58), (0.28, -0.3), (-0.1, -0.14)], tension=0.7))
    b.fill(smooth([(0.1, -0.5), (-0.3, -1.0), (-0.6, -0.9), (-0.2, -0.4)], tension=0.6), b.bright(0.1))


def _boat(b: Brush) -> None:
    b.fill(smooth([(-1.2, -0.26), (1.2, -0.30), (0.86, 0.0), (-0.9, 0.0)], tension=0.35))
    b.line([(0, -0.28), (0, -1.0)], 0.03, b.dark(0.5))
    b.fill(polygon([(0.05, -0.96), (0.05, -0.36), (0.74, -0.36)]), mix(parse("#f0e8da"), b.key, 0.1))


def _chair(b: Brush) -> None:
    for x in (-0.24, 0.22):
        b.line([(x, -0.46), (x * 1.15, 0.0)], 0.05, b.dark(0.4))
    b.line([(-0.26, -0.48), (-0.32, -1.0)], 0.06)
    b.box(-0.30, -0.52, 0.30, -0.44, 0.03)


def _dress(b: Brush) -> None:
    b.line([(-0.16, -0.92), (0.0, -1.02), (0.16, -0.92)], 0.02, b.key)
    b.fill(smooth([(-0.14, -0.92), (0.14, -0.92), (0.16, -0.62), (0.42, -0.04), (0.0, 0.0), (-0.42, -0.04), (-0.16, -0.62)], tension=0.5))


def _hat(b: Brush) -> None:
    b.fill(smooth([(-0.55, -0.2), (-0.48, -0.85), (0.0, -0.78), (0.48, -0.85), (0.55, -0.2)], tension=0.6))
    b.fill(smooth([(-1.0, -0.14), (0.0, -0.3), (1.0, -0.14), (0.0, 0.0)], tension=0.8))


_DRAWN: dict[str, tuple[Callable[[Brush], None], float, str]] = {
    # kind: how to draw it, its height in body heights, its usual colour
    "cup": (_cup, 0.058, "#d8cfc2"), "teapot": (_teapot, 0.085, "#a4553d"), "glass": (_glass, 0.085, "#b5433f"),
    "bottle": (_bottle, 0.15, "#8c4a2e"), "phone": (_phone, 0.088, "#2b2f3a"), "letter": (_letter, 0.13, "#efe6d3"),
    "photo": (_photo, 0.085, "#7c8ea6"), "bag": (_bag, 0.17, "#a2633c"), "suitcase": (_suitcase, 0.40, "#7b4a35"),
    "lamp": (_lamp, 0.26, "#caa36a"), "candle": (_candle, 0.10, "#f0e2c6"), "lantern": (_lantern, 0.20, "#d8402f"),
    "book": (_book, 0.085, "#8a3b3b"), "laptop": (_laptop, 0.15, "#5b6472"), "flower": (_flower, 0.20, "#e06f8b"),
    "plant": (_plant, 0.24, "#b9683f"), "umbrella": (_umbrella, 0.56, "#c4383c"), "key": (_key, 0.05, "#cda552"),
    "gift": (_gift, 0.10, "#b8433f"), "shoes": (_shoes, 0.075, "#d35f45"), "watch": (_watch, 0.11, "#4b3a33"),
    "ring": (_ring, 0.035, "#dcae55"), "bowl": (_bowl, 0.06, "#3f6a94"), "cake": (_cake, 0.12, "#e08a9a"),
    "sword": (_sword, 0.52, "#a8853f"), "headphones": (_headphones, 0.13, "#3c4250"), "camera": (_camera, 0.075, "#3a3d46"),
    "guitar": (_guitar, 0.55, "#b0703a"), "ball": (_ball, 0.13, "#d9772e"), "car": (_car, 0.80, "#9c3b3f"),
    "bicycle": (_bicycle, 0.58, "#3f8080"), "dog": (_animal, 0.34, "#a9754a"), "cat": (_animal, 0.17, "#6b6560"),
    "bird": (_bird, 0.06, "#e8e4dc"), "boat": (_boat, 0.9, "#7d4f35"), "chair": (_chair, 0.50, "#7a5238"),
    "dress": (_dress, 0.6, "#b8506a"), "hat": (_hat, 0.08, "#6b4e3a"),
}  # fmt: skip

NATURAL: dict[str, float] = {name: height for name, (_, height, _) in _DRAWN.items()}
"""Height of each kind of prop in body heights."""


def colour_of(stage: Stage, name: str) -> Colour:
    """A prop's own colour: the board's where it gives one, else the kind's usual colour."""
    for _, prop in stage.order.props:
        if prop.colour and first("things", f"{prop.name}. {prop.description}") == name:
            return parse(prop.colour)
    return parse(_DRAWN[name][2])


def draw_prop(
    canvas: skia.Canvas,
    name: str,
    at: Point,
    body: float,
    stage: Stage,
    backlit: float,
    lit: float,
    *,
    held: bool = False,
    tilt: float = 0.0,
    high: float | None = None,
) -> None:
    """Draw a prop with its base (or its grip, when `held`) at `at`; `body` is a body height in canvas units, `high` overrides the prop's height."""
    if name not in _DRAWN:
        return
    draw, natural, _ = _DRAWN[name]
    size = natural * body if high is None else high
    grade = stage.grade
    colour = mix(colour_of(stage, name), grade.shadow, 0.12 + 0.55 * backlit)
    grip = {"umbrella": -0.12, "bag": -0.95, "suitcase": -0.95, "lantern": -0.95, "sword": -0.1, "flower": -0.15, "guitar": -0.5}.get(name, -0.42)
    canvas.save()
    canvas.translate(*at)
    canvas.rotate(math.degrees(tilt))
    canvas.scale(size, size)
    if held:
        canvas.translate(0, -grip)
    draw(Brush(canvas, colour, grade.key, grade.shadow, grade.lamp, lit))
    canvas.restore()
