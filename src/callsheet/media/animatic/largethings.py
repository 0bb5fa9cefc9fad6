"""Things to carry, wear, ride or stand beside. Each is one unit high around x = 0, its base on y = 0."""

import skia

from callsheet.media.animatic.brush import Brush
from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.shapes import glow, limb, paint, polygon, smooth, stroke


def umbrella(b: Brush) -> None:
    """An open umbrella."""
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


def suitcase(b: Brush) -> None:
    """A suitcase on wheels."""
    b.line([(-0.16, -0.72), (-0.16, -0.98), (0.16, -0.98), (0.16, -0.72)], 0.045, b.dark(0.5))
    b.box(-0.44, -0.74, 0.44, -0.03, 0.09)
    for x in (-0.22, 0.0, 0.22):
        b.line([(x, -0.70), (x, -0.07)], 0.014, b.dark(0.4))
    for x in (-0.32, 0.32):
        b.canvas.drawCircle(x, -0.02, 0.05, paint(b.dark(0.8)))


def lamp(b: Brush) -> None:
    """A lit table lamp."""
    glow(b.canvas, 0, -0.70, 1.2, b.lamp, 0.55)
    b.box(-0.03, -0.62, 0.03, -0.05, 0.02, b.dark(0.4))
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.22, -0.08, 0.22, 0.02), b.form(-0.2, 0.2, b.dark(0.3)))
    b.canvas.drawPath(
        polygon([(-0.19, -1.0), (0.19, -1.0), (0.36, -0.52), (-0.36, -0.52)]),
        paint(shader=linear((0, -1.0), (0, -0.5), [mix(b.lamp, b.colour, 0.35), mix(b.lamp, 0xFFFFFFFF, 0.55)])),
    )


def lantern(b: Brush) -> None:
    """A paper lantern."""
    red = mix(parse("#d8402f"), b.colour, 0.25)
    glow(b.canvas, 0, -0.55, 1.3, mix(red, b.lamp, 0.5), 0.5)
    b.fill(
        smooth([(-0.2, -0.86), (0.2, -0.86), (0.46, -0.55), (0.2, -0.22), (-0.2, -0.22), (-0.46, -0.55)], tension=0.8),
        red,
    )
    b.canvas.drawOval(skia.Rect.MakeLTRB(-0.28, -0.78, 0.28, -0.32), paint(fade(b.lamp, 0.55)))
    b.box(-0.17, -0.92, 0.17, -0.84, 0.02, b.dark(0.7))
    b.box(-0.17, -0.25, 0.17, -0.17, 0.02, b.dark(0.7))
    b.line([(0, -0.18), (0.01, 0.0)], 0.04, red)


def plant(b: Brush) -> None:
    """A plant in a pot."""
    green = mix(parse("#4d7a52"), b.shadow, 0.25)
    for n in range(9):
        lean = (n - 4) / 4
        tip = (lean * 0.55, -0.98 + 0.3 * abs(lean))
        leaf = smooth(
            [
                (0.0, -0.36),
                (lean * 0.35 - 0.09, (tip[1] - 0.36) / 2 - 0.05),
                tip,
                (lean * 0.35 + 0.09, (tip[1] - 0.36) / 2),
            ],
            tension=0.8,
        )
        b.fill(leaf, mix(green, b.key, 0.08 * (n % 3)))
    b.fill(polygon([(-0.26, -0.38), (0.26, -0.38), (0.19, 0.0), (-0.19, 0.0)]))


def sword(b: Brush) -> None:
    """A sword."""
    b.fill(
        polygon([(-0.022, -0.80), (0.0, -1.0), (0.022, -0.80), (0.022, -0.2), (-0.022, -0.2)]),
        mix(parse("#cfd6df"), b.key, 0.2),
    )
    b.box(-0.12, -0.21, 0.12, -0.175, 0.01)
    b.box(-0.022, -0.18, 0.022, 0.0, 0.01, b.dark(0.6))


def guitar(b: Brush) -> None:
    """A guitar."""
    b.box(-0.03, -1.0, 0.03, -0.4, 0.01, b.dark(0.5))
    b.fill(
        smooth(
            [
                (0, -0.50),
                (0.14, -0.46),
                (0.13, -0.32),
                (0.21, -0.14),
                (0.12, 0.0),
                (-0.12, 0.0),
                (-0.21, -0.14),
                (-0.13, -0.32),
                (-0.14, -0.46),
            ],
            tension=0.9,
        )
    )
    b.canvas.drawCircle(0, -0.27, 0.055, paint(b.dark(0.9)))


def car(b: Brush) -> None:
    """A car from the side."""
    b.fill(
        smooth(
            [
                (-1.5, -0.42),
                (-1.42, -0.58),
                (-0.92, -0.66),
                (-0.56, -0.97),
                (0.40, -1.0),
                (0.86, -0.66),
                (1.46, -0.52),
                (1.56, -0.30),
                (1.50, -0.14),
                (-1.50, -0.14),
            ],
            tension=0.55,
        )
    )
    glass = mix(b.shadow, b.key, 0.28)
    b.canvas.drawPath(
        smooth([(-0.72, -0.66), (-0.48, -0.90), (-0.08, -0.92), (-0.08, -0.66)], tension=0.2), paint(glass)
    )
    b.canvas.drawPath(smooth([(0.02, -0.66), (0.02, -0.92), (0.36, -0.92), (0.66, -0.66)], tension=0.2), paint(glass))
    for x in (-0.92, 0.94):
        b.canvas.drawCircle(x, -0.20, 0.24, paint(mix(b.shadow, 0xFF000000, 0.3)))
        b.canvas.drawCircle(x, -0.20, 0.13, paint(mix(parse("#9aa0aa"), b.shadow, 0.4)))
    glow(b.canvas, 1.5, -0.38, 0.6, b.lamp, 0.8)
    b.line([(-1.3, -0.50), (1.3, -0.48)], 0.02, fade(b.key, 0.5))


def bicycle(b: Brush) -> None:
    """A bicycle."""
    for x in (-0.52, 0.52):
        b.canvas.drawCircle(x, -0.34, 0.32, stroke(b.dark(0.7), 0.04))
        b.canvas.drawCircle(x, -0.34, 0.29, stroke(fade(b.key, 0.4), 0.01))
    for points in (
        [(-0.52, -0.34), (-0.2, -0.78), (0.36, -0.78), (0.0, -0.34), (-0.52, -0.34)],
        [(-0.2, -0.84), (0.0, -0.34)],
        [(0.32, -0.98), (0.52, -0.34)],
    ):
        path = skia.Path()
        path.addPoly([skia.Point(*p) for p in points], False)
        b.canvas.drawPath(path, stroke(b.colour, 0.045))
    b.line([(0.18, -1.0), (0.34, -0.98), (0.42, -0.9)], 0.04, b.dark(0.6))
    b.line([(-0.32, -0.86), (-0.10, -0.86)], 0.07, b.dark(0.7))


def animal(b: Brush) -> None:
    """A four-legged animal."""
    b.fill(
        smooth(
            [
                (-0.62, -0.62),
                (0.30, -0.64),
                (0.42, -0.9),
                (0.52, -0.98),
                (0.56, -0.86),
                (0.84, -0.72),
                (0.80, -0.62),
                (0.48, -0.52),
                (0.36, -0.34),
                (-0.58, -0.34),
            ],
            tension=0.6,
        )
    )
    for x in (-0.54, -0.38, 0.18, 0.32):
        b.fill(limb([(x, -0.42), (x - 0.02, -0.2), (x + 0.02, -0.03)], [0.09, 0.055, 0.05]))
    b.line([(-0.60, -0.56), (-0.86, -0.74), (-0.90, -0.94)], 0.07)


def bird(b: Brush) -> None:
    """A bird in flight."""
    b.fill(smooth([(-0.6, -0.2), (-0.1, -0.5), (0.3, -0.66), (0.52, -0.58), (0.28, -0.3), (-0.1, -0.14)], tension=0.7))
    b.fill(smooth([(0.1, -0.5), (-0.3, -1.0), (-0.6, -0.9), (-0.2, -0.4)], tension=0.6), b.bright(0.1))


def boat(b: Brush) -> None:
    """A sailing boat."""
    b.fill(smooth([(-1.2, -0.26), (1.2, -0.30), (0.86, 0.0), (-0.9, 0.0)], tension=0.35))
    b.line([(0, -0.28), (0, -1.0)], 0.03, b.dark(0.5))
    b.fill(polygon([(0.05, -0.96), (0.05, -0.36), (0.74, -0.36)]), mix(parse("#f0e8da"), b.key, 0.1))


def chair(b: Brush) -> None:
    """A chair."""
    for x in (-0.24, 0.22):
        b.line([(x, -0.46), (x * 1.15, 0.0)], 0.05, b.dark(0.4))
    b.line([(-0.26, -0.48), (-0.32, -1.0)], 0.06)
    b.box(-0.30, -0.52, 0.30, -0.44, 0.03)


def dress(b: Brush) -> None:
    """A dress on a hanger."""
    b.line([(-0.16, -0.92), (0.0, -1.02), (0.16, -0.92)], 0.02, b.key)
    b.fill(
        smooth(
            [(-0.14, -0.92), (0.14, -0.92), (0.16, -0.62), (0.42, -0.04), (0.0, 0.0), (-0.42, -0.04), (-0.16, -0.62)],
            tension=0.5,
        )
    )


def hat(b: Brush) -> None:
    """A hat with a brim."""
    b.fill(smooth([(-0.55, -0.2), (-0.48, -0.85), (0.0, -0.78), (0.48, -0.85), (0.55, -0.2)], tension=0.6))
    b.fill(smooth([(-1.0, -0.14), (0.0, -0.3), (1.0, -0.14), (0.0, 0.0)], tension=0.8))


def ball(b: Brush) -> None:
    """A ball."""
    b.canvas.drawCircle(0, -0.5, 0.5, b.form(-0.5, 0.5))


def bag(b: Brush) -> None:
    """A bag."""
    b.line([(-0.26, -0.60), (-0.2, -0.98), (0.2, -0.98), (0.26, -0.60)], 0.05, b.dark(0.3))
    b.fill(
        smooth([(-0.40, -0.62), (0.40, -0.62), (0.52, -0.04), (0.40, 0.0), (-0.40, 0.0), (-0.52, -0.04)], tension=0.35)
    )
    b.box(-0.42, -0.63, 0.42, -0.42, 0.08, b.bright(0.12))
    b.canvas.drawCircle(0, -0.43, 0.045, paint(b.bright(0.8)))
