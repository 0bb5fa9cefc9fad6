"""Curves that everything is drawn with: smooth outlines, tapered limbs, soft lights."""

import math
from collections.abc import Iterable, Sequence

import skia

from callsheet.media.animatic.colour import Colour, fade, radial

Point = tuple[float, float]


def polygon(points: Iterable[Point]) -> skia.Path:
    """A closed path through corners."""
    path = skia.Path()
    path.addPoly([skia.Point(*p) for p in points], True)
    return path


def smooth(points: Sequence[Point], closed: bool = True, tension: float = 0.5) -> skia.Path:
    """A path that runs softly through `points` (Catmull-Rom)."""
    path = skia.Path()
    count = len(points)
    path.moveTo(*points[0])
    for n in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (points[(n + k) % count] for k in (-1, 0, 1, 2))
        else:
            a, b, c, d = points[max(n - 1, 0)], points[n], points[n + 1], points[min(n + 2, count - 1)]
        t = tension / 3 * 2
        path.cubicTo(
            b[0] + (c[0] - a[0]) * t / 2, b[1] + (c[1] - a[1]) * t / 2, c[0] - (d[0] - b[0]) * t / 2, c[1] - (d[1] - b[1]) * t / 2, *c
        )  # fmt: skip
    if closed:
        path.close()
    return path


def limb(points: Sequence[Point], radii: Sequence[float]) -> skia.Path:
    """A tapered tube along `points` with round ends."""
    left: list[Point] = []
    right: list[Point] = []
    for n, (x, y) in enumerate(points):
        before, after = points[max(n - 1, 0)], points[min(n + 1, len(points) - 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        length = math.hypot(dx, dy) or 1e-6
        nx, ny = -dy / length * radii[n], dx / length * radii[n]
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    (ax, ay), (bx, by) = points[0], points[-1]
    start = math.atan2(points[1][1] - ay, points[1][0] - ax)
    end = math.atan2(by - points[-2][1], bx - points[-2][0])
    cap_end = (bx + math.cos(end) * radii[-1], by + math.sin(end) * radii[-1])
    cap_start = (ax - math.cos(start) * radii[0], ay - math.sin(start) * radii[0])
    return smooth([*left, cap_end, *reversed(right), cap_start], tension=0.78)


def paint(
    colour: Colour | None = None, shader: skia.Shader | None = None, *, blend: skia.BlendMode | None = None
) -> skia.Paint:
    """A filling, antialiased paint; gradients are dithered."""
    result = skia.Paint(AntiAlias=True)
    if colour is not None:
        result.setColor(colour)
    if shader is not None:
        result.setShader(shader)
        result.setDither(True)  # no banding, and twice as fast as skia's undithered gradients
    if blend is not None:
        result.setBlendMode(blend)
    return result


def stroke(
    colour: Colour, width: float, *, blend: skia.BlendMode | None = None, shader: skia.Shader | None = None
) -> skia.Paint:
    """A stroking paint with round ends."""
    result = paint(colour, shader, blend=blend)
    result.setStyle(skia.Paint.kStroke_Style)
    result.setStrokeWidth(width)
    result.setStrokeCap(skia.Paint.kRound_Cap)
    result.setStrokeJoin(skia.Paint.kRound_Join)
    return result


def glow(
    canvas: skia.Canvas, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0, flat: float = 1.0
) -> None:
    """A soft additive light; `flat` below 1 squashes it onto the ground."""
    stops = [0.0, 0.25, 0.55, 1.0]
    colours = [fade(colour, strength * share) for share in (1.0, 0.45, 0.12, 0.0)]
    canvas.save()
    canvas.translate(x, y)
    canvas.scale(1.0, flat)
    brush = paint(shader=radial((0, 0), radius, colours, stops), blend=skia.BlendMode.kPlus)
    canvas.drawRect(skia.Rect.MakeLTRB(-radius, -radius, radius, radius), brush)
    canvas.restore()


def shade(canvas: skia.Canvas, x: float, y: float, width: float, height: float, colour: Colour) -> None:
    """A soft dark ellipse: a contact shadow."""
    canvas.save()
    canvas.translate(x, y)
    canvas.scale(1.0, height / width)
    brush = paint(shader=radial((0, 0), width, [colour, fade(colour, 0.5), fade(colour, 0.0)], [0.0, 0.5, 1.0]))
    canvas.drawCircle(0, 0, width, brush)
    canvas.restore()


def soft_image(
    canvas: skia.Canvas,
    image: skia.Image,
    target: skia.Rect,
    alpha: float = 1.0,
    *,
    blend: skia.BlendMode | None = None,
) -> None:
    """Draw an image stretched over `target`, interpolated."""
    brush = skia.Paint()
    brush.setAlphaf(alpha)
    if blend is not None:
        brush.setBlendMode(blend)
    canvas.drawImageRect(image, target, skia.SamplingOptions(skia.FilterMode.kLinear), brush)
