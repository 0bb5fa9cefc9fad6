"""Things for a hand or a table. Each is one unit high around x = 0, its base on y = 0."""

import math

import skia

from callsheet.media.animatic.brush import Brush
from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.shapes import glow, paint, polygon, smooth, stroke


def cup(b: Brush) -> None:
    """A cup of coffee."""
    b.line([(0.38, -0.75), (0.66, -0.66), (0.60, -0.34), (0.32, -0.28)], 0.09)
    b.fill(
        smooth(
            [(-0.44, -0.95), (0.44, -0.95), (0.41, -0.45), (0.26, -0.04), (-0.26, -0.04), (-0.41, -0.45)], tension=0.6
        )
    )
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.45, -1.03, 0.45, -0.85), paint(b.bright(0.55)))
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.38, -1.0, 0.38, -0.87), paint(mix(parse("#6b3f22"), b.shadow, 0.25)))


def teapot(b: Brush) -> None:
    """A teapot, its spout on the right."""
    b.fill(
        smooth([(0.45, -0.35), (0.70, -0.52), (0.84, -0.84), (0.96, -0.86), (0.86, -0.50), (0.52, -0.16)], tension=0.9)
    )
    b.line([(-0.44, -0.72), (-0.86, -0.74), (-0.88, -0.34), (-0.46, -0.22)], 0.10)
    b.fill(
        smooth(
            [
                (-0.30, -0.84),
                (0.30, -0.84),
                (0.58, -0.52),
                (0.52, -0.18),
                (0.30, -0.02),
                (-0.30, -0.02),
                (-0.52, -0.18),
                (-0.58, -0.52),
            ],
            tension=0.8,
        )
    )
    b.fill(
        smooth([(-0.30, -0.83), (-0.16, -0.93), (0.16, -0.93), (0.30, -0.83), (0.0, -0.80)], tension=0.7), b.bright(0.1)
    )
    b.canvas.drawCircle(0, -0.96, 0.065, b.form(-0.07, 0.07))


def glass(b: Brush) -> None:
    """A glass, two thirds full."""
    b.canvas.drawPath(polygon([(-0.28, -1.0), (0.28, -1.0), (0.22, 0.0), (-0.22, 0.0)]), paint(fade(b.key, 0.22)))
    b.canvas.drawPath(
        polygon([(-0.26, -0.62), (0.26, -0.62), (0.21, -0.04), (-0.21, -0.04)]), paint(fade(b.colour, 0.75))
    )
    b.line([(-0.2 if b.lit < 0 else 0.2, -0.95), (-0.17 if b.lit < 0 else 0.17, -0.1)], 0.04, fade(b.key, 0.8))
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.28, -1.04, 0.28, -0.96), stroke(fade(b.key, 0.7), 0.02))


def bottle(b: Brush) -> None:
    """A bottle with a label."""
    b.box(-0.08, -1.0, 0.08, -0.84, 0.02, b.dark(0.5))
    b.fill(
        smooth(
            [
                (-0.07, -0.84),
                (0.07, -0.84),
                (0.09, -0.74),
                (0.21, -0.62),
                (0.22, -0.05),
                (0.16, 0.0),
                (-0.16, 0.0),
                (-0.22, -0.05),
                (-0.21, -0.62),
                (-0.09, -0.74),
            ],
            tension=0.55,
        )
    )
    b.box(-0.215, -0.46, 0.215, -0.18, 0.0, mix(parse("#efe6d6"), b.shadow, 0.12))


def phone(b: Brush) -> None:
    """A phone, its screen lit."""
    b.box(-0.25, -1.0, 0.25, 0.0, 0.07, b.dark(0.6))
    b.canvas.drawRoundRect(
        skia.Rect.MakeLTRB(-0.22, -0.96, 0.22, -0.04),
        0.05,
        0.05,
        paint(shader=linear((0, -1), (0, 0), [mix(parse("#dff1ff"), b.key, 0.2), mix(parse("#7fb4e8"), b.key, 0.1)])),
    )
    for n in range(4):
        wide = (0.28, 0.20, 0.30, 0.14)[n]
        b.canvas.drawRoundRect(
            skia.Rect.MakeXYWH(-0.16, -0.80 + 0.13 * n, wide, 0.06), 0.03, 0.03, paint(fade(parse("#2a4a70"), 0.45))
        )


def letter(b: Brush) -> None:
    """A written sheet."""
    sheet = mix(parse("#f1e8d6"), b.shadow, 0.08)
    b.canvas.drawPath(
        polygon([(-0.42, -0.98), (0.40, -1.0), (0.43, 0.0), (-0.40, -0.02)]),
        paint(shader=linear((-0.4, -1), (0.4, 0), [mix(sheet, b.key, 0.3), mix(sheet, b.shadow, 0.25)])),
    )
    for n in range(7):
        b.line(
            [(-0.31, -0.84 + 0.105 * n), (0.30 - (0.22 if n in (3, 6) else 0.0), -0.85 + 0.105 * n)],
            0.014,
            fade(b.shadow, 0.5),
        )


def photo(b: Brush) -> None:
    """A photograph of two people."""
    b.canvas.drawRect(skia.Rect.MakeLTRB(-0.62, -1.0, 0.62, 0.0), paint(mix(parse("#f4efe4"), b.shadow, 0.06)))
    b.canvas.drawRect(
        skia.Rect.MakeLTRB(-0.54, -0.92, 0.54, -0.16),
        paint(shader=linear((0, -0.92), (0, -0.16), [mix(b.colour, b.key, 0.5), b.dark(0.3)])),
    )
    for x, high in ((-0.16, 0.34), (0.16, 0.40)):
        b.canvas.drawCircle(x, -0.30 - high * 0.6, 0.085, paint(b.dark(0.8)))
        b.canvas.drawPath(
            smooth([(x - 0.15, -0.17), (x - 0.1, -0.38), (x + 0.1, -0.38), (x + 0.15, -0.17)]), paint(b.dark(0.8))
        )


def candle(b: Brush) -> None:
    """A burning candle."""
    glow(b.canvas, 0, -0.86, 1.1, b.lamp, 0.6)
    b.box(-0.14, -0.68, 0.14, 0.0, 0.03, mix(parse("#f2e6cf"), b.shadow, 0.1))
    b.canvas.drawPath(
        smooth([(0.0, -1.02), (0.07, -0.82), (0.0, -0.70), (-0.07, -0.82)], tension=0.8),
        paint(mix(b.lamp, 0xFFFFFFFF, 0.6)),
    )


def book(b: Brush) -> None:
    """An open book."""
    page = mix(parse("#efe7d8"), b.shadow, 0.1)
    b.fill(
        smooth([(-0.80, -0.72), (0.0, -0.62), (0.80, -0.72), (0.82, -0.06), (0.0, 0.0), (-0.82, -0.06)], tension=0.15)
    )
    for side in (-1, 1):
        b.canvas.drawPath(
            smooth(
                [
                    (0, -0.70),
                    (side * 0.38, -0.84),
                    (side * 0.74, -0.74),
                    (side * 0.75, -0.12),
                    (side * 0.38, -0.20),
                    (0, -0.07),
                ],
                tension=0.3,
            ),
            paint(shader=linear((0, 0), (side * 0.75, 0), [mix(page, b.shadow, 0.35), page])),
        )
        for n in range(4):
            b.line([(side * 0.12, -0.60 + 0.1 * n), (side * 0.62, -0.64 + 0.1 * n)], 0.012, fade(b.shadow, 0.35))


def laptop(b: Brush) -> None:
    """An open laptop."""
    b.box(-0.72, -1.0, 0.72, -0.06, 0.05, b.dark(0.5))
    b.canvas.drawRect(
        skia.Rect.MakeLTRB(-0.66, -0.94, 0.66, -0.13),
        paint(shader=linear((0, -0.94), (0, -0.13), [parse("#cfe6fb"), parse("#86b4e6")])),
    )
    for n, wide in enumerate((0.5, 0.8, 0.65, 0.3)):
        b.canvas.drawRoundRect(
            skia.Rect.MakeXYWH(-0.52, -0.82 + 0.15 * n, wide, 0.06), 0.03, 0.03, paint(fade(parse("#1d3b66"), 0.4))
        )
    b.canvas.drawPath(
        polygon([(-0.74, -0.07), (0.74, -0.07), (0.88, 0.0), (-0.88, 0.0)]),
        b.form(-0.88, 0.88, mix(parse("#b9bec8"), b.shadow, 0.2)),
    )


def flower(b: Brush) -> None:
    """A bunch of flowers."""
    for x, top in ((-0.28, -0.74), (0.0, -0.90), (0.28, -0.76), (-0.12, -0.60), (0.14, -0.62)):
        b.line([(x * 0.2, 0.0), (x * 0.5, top * 0.5), (x, top)], 0.03, mix(parse("#3f6b45"), b.shadow, 0.25))
        for n in range(6):
            angle = math.tau * n / 6
            b.canvas.drawCircle(
                x + 0.075 * math.cos(angle),
                top + 0.075 * math.sin(angle),
                0.075,
                paint(mix(b.colour, b.key if n % 2 else b.shadow, 0.22)),
            )
        b.canvas.drawCircle(x, top, 0.05, paint(mix(parse("#f2c45b"), b.key, 0.2)))
    b.fill(polygon([(-0.17, -0.36), (0.17, -0.36), (0.05, 0.0), (-0.05, 0.0)]), mix(parse("#e8dcc8"), b.shadow, 0.15))


def key(b: Brush) -> None:
    """A key."""
    b.canvas.drawCircle(0, -0.78, 0.17, stroke(b.bright(0.3), 0.10))
    b.line([(0, -0.6), (0, -0.02)], 0.09)
    for y in (-0.08, -0.22):
        b.line([(0.02, y), (0.16, y)], 0.07)


def gift(b: Brush) -> None:
    """A box with a ribbon."""
    b.box(-0.5, -0.74, 0.5, 0.0, 0.02)
    b.box(-0.55, -0.82, 0.55, -0.62, 0.02, b.bright(0.12))
    ribbon = mix(parse("#f5e9d2"), b.key, 0.2)
    b.box(-0.08, -0.82, 0.08, 0.0, 0.0, ribbon)
    for side in (-1, 1):
        b.fill(
            smooth([(0, -0.82), (side * 0.14, -1.0), (side * 0.34, -0.98), (side * 0.22, -0.84)], tension=0.8), ribbon
        )


def shoes(b: Brush) -> None:
    """A pair of shoes."""
    for x, dark in ((-0.12, 0.35), (0.16, 0.0)):
        shoe = smooth(
            [
                (x - 0.74, -0.62),
                (x - 0.38, -0.66),
                (x - 0.08, -0.42),
                (x + 0.40, -0.30),
                (x + 0.66, -0.14),
                (x + 0.64, -0.06),
                (x - 0.72, -0.06),
            ],
            tension=0.7,
        )
        b.fill(shoe, b.dark(dark) if dark else None)
        b.box(x - 0.76, -0.10, x + 0.68, 0.0, 0.05, mix(parse("#eee9e0"), b.shadow, 0.1 + dark))
        for n in range(3):
            b.line(
                [(x - 0.22 + 0.13 * n, -0.54 + 0.06 * n), (x - 0.10 + 0.13 * n, -0.40 + 0.05 * n)],
                0.03,
                mix(parse("#ffffff"), b.shadow, dark),
            )


def watch(b: Brush) -> None:
    """A wristwatch."""
    b.box(-0.15, -1.0, 0.15, 0.0, 0.06, b.dark(0.3))
    b.canvas.drawCircle(0, -0.5, 0.27, b.form(-0.27, 0.27, mix(parse("#c9ccd2"), b.key, 0.15)))
    b.canvas.drawCircle(0, -0.5, 0.215, paint(mix(parse("#12202f"), b.shadow, 0.2)))
    b.line([(0, -0.5), (0, -0.66)], 0.025, b.key)
    b.line([(0, -0.5), (0.10, -0.44)], 0.025, b.key)


def ring(b: Brush) -> None:
    """A ring with a stone."""
    gold = mix(parse("#dcae55"), b.key, 0.15)
    b.canvas.drawCircle(0, -0.36, 0.32, stroke(gold, 0.08))
    b.fill(
        polygon([(-0.18, -0.88), (0.18, -0.88), (0.26, -0.76), (0.0, -0.60), (-0.26, -0.76)]),
        mix(parse("#d8f0ff"), b.key, 0.3),
    )
    glow(b.canvas, 0.06, -0.84, 0.4, b.key, 0.5)


def bowl(b: Brush) -> None:
    """A steaming bowl."""
    for n in range(3):
        b.line(
            [(-0.2 + 0.2 * n, -1.0), (-0.26 + 0.2 * n, -1.22), (-0.14 + 0.2 * n, -1.42), (-0.2 + 0.2 * n, -1.62)],
            0.05,
            fade(b.key, 0.22),
        )
    b.fill(
        smooth(
            [(-0.82, -0.90), (0.82, -0.90), (0.62, -0.36), (0.28, -0.02), (-0.28, -0.02), (-0.62, -0.36)], tension=0.6
        )
    )
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.83, -1.06, 0.83, -0.74), paint(b.bright(0.45)))
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.74, -1.02, 0.74, -0.78), paint(mix(parse("#d09a4e"), b.shadow, 0.2)))


def cake(b: Brush) -> None:
    """A cake with three candles."""
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.9, -0.1, 0.9, 0.06), paint(mix(parse("#e8e4de"), b.shadow, 0.2)))
    b.box(-0.68, -0.56, 0.68, -0.02, 0.06, mix(parse("#f3dfc8"), b.shadow, 0.08))
    b.box(-0.70, -0.62, 0.70, -0.42, 0.09)
    for n in range(3):
        x = -0.32 + 0.32 * n
        b.box(x - 0.03, -0.84, x + 0.03, -0.60, 0.01, b.bright(0.6))
        glow(b.canvas, x, -0.92, 0.26, b.lamp, 0.9)


def headphones(b: Brush) -> None:
    """Headphones."""
    b.line([(-0.44, -0.38), (-0.42, -0.82), (0.0, -1.0), (0.42, -0.82), (0.44, -0.38)], 0.09)
    for x in (-0.44, 0.44):
        b.canvas.drawRoundRect(
            skia.Rect.MakeLTRB(x - 0.14, -0.52, x + 0.14, -0.04), 0.13, 0.13, b.form(x - 0.14, x + 0.14)
        )


def camera(b: Brush) -> None:
    """A camera."""
    b.box(-0.30, -1.0, 0.12, -0.7, 0.05, b.dark(0.6))
    b.box(-0.78, -0.82, 0.78, 0.0, 0.1, b.dark(0.5))
    b.canvas.drawCircle(0.05, -0.40, 0.34, b.form(-0.3, 0.4, b.dark(0.75)))
    b.canvas.drawCircle(
        0.05,
        -0.40,
        0.24,
        paint(shader=linear((-0.1, -0.6), (0.2, -0.2), [mix(parse("#7fa9d8"), b.key, 0.3), parse("#101a2c")])),
    )
