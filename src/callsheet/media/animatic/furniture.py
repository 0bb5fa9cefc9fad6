"""Furniture that a seated figure needs, in body heights around the figure's feet: what they sit on, and what stands before them."""

import skia

from callsheet.media.animatic.colour import Colour, fade, linear, mix, parse, tone
from callsheet.media.animatic.grade import Grade
from callsheet.media.animatic.shapes import paint, shade
from callsheet.media.animatic.world import Seat

_WOOD: dict[Seat, tuple[str, str]] = {
    # seat: what they sit on, the table
    "table": ("#6b4a38", "#8a6044"),
    "desk": ("#3b4454", "#b7a690"),
    "tea": ("#4f2f25", "#5d382a"),
    "counter": ("#3f3a3f", "#7a523a"),
    "bench": ("#6d5742", "#6d5742"),
    "car": ("#2a2d33", "#2a2d33"),
    "floor": ("#8d5a4a", "#5d382a"),
    "bed": ("#b9a89a", "#7a6452"),
}

TOP = 0.455
"""How high a table is, in body heights."""


def _wood(colour: str, grade: Grade, backlit: float) -> Colour:
    return mix(mix(parse(colour), grade.fill, 0.12), grade.shadow, 0.22 + 0.5 * backlit)


def _slab(canvas: skia.Canvas, box: skia.Rect, colour: Colour, grade: Grade, lit: float) -> None:
    start, end = (box.right(), box.left()) if lit > 0 else (box.left(), box.right())
    colours = [mix(colour, grade.key, 0.32), colour, mix(colour, grade.shadow, 0.4)]
    canvas.drawRoundRect(box, 0.006, 0.006, paint(shader=linear((start, 0), (end, 0), colours)))


def draw_seat(canvas: skia.Canvas, seat: Seat, grade: Grade, backlit: float, lit: float, half: float = 0.5) -> None:
    """What the figure sits on; drawn before the figure, which faces +x. `half` is half the length of a bench."""
    if seat == "car":
        return
    wood = _wood(_WOOD[seat][0], grade, backlit)
    shade(canvas, 0.0, 0.0, 0.34, 0.04, fade(grade.shadow, 0.6))
    if seat in ("bench", "bed"):
        _slab(canvas, skia.Rect.MakeLTRB(-half, -0.215, half, -0.165), wood, grade, lit)
        for x in (-half + 0.06, half - 0.09):
            _slab(canvas, skia.Rect.MakeLTRB(x, -0.17, x + 0.03, 0.0), mix(wood, grade.shadow, 0.3), grade, lit)
        if seat == "bench":
            for x in (-half + 0.08, half - 0.10):
                _slab(canvas, skia.Rect.MakeLTRB(x, -0.43, x + 0.02, -0.2), mix(wood, grade.shadow, 0.35), grade, lit)
            for y in (-0.43, -0.345):
                _slab(canvas, skia.Rect.MakeLTRB(-half, y, half, y + 0.05), mix(wood, grade.shadow, 0.2), grade, lit)
        return
    if seat == "floor":
        canvas.drawOval(skia.Rect.MakeLTRB(-0.2, -0.21, 0.22, -0.1), paint(wood))
        _slab(canvas, skia.Rect.MakeLTRB(-0.15, -0.2, 0.17, 0.0), mix(wood, grade.shadow, 0.3), grade, lit)
        return
    _slab(canvas, skia.Rect.MakeLTRB(-0.15, -0.235, 0.16, -0.20), wood, grade, lit)
    for x in (-0.145, 0.125):
        _slab(canvas, skia.Rect.MakeLTRB(x, -0.21, x + 0.028, 0.0), mix(wood, grade.shadow, 0.35), grade, lit)
    if seat != "counter":
        _slab(canvas, skia.Rect.MakeLTRB(-0.165, -0.53, -0.13, -0.22), mix(wood, grade.shadow, 0.15), grade, lit)
        _slab(canvas, skia.Rect.MakeLTRB(-0.170, -0.55, -0.125, -0.42), wood, grade, lit)


def draw_table(
    canvas: skia.Canvas, seat: Seat, grade: Grade, backlit: float, lit: float, left: float, right: float
) -> None:
    """The table between `left` and `right`, drawn over whoever sits behind it."""
    if seat in ("bench", "floor", "bed", "car"):
        return
    wood = _wood(_WOOD[seat][1], grade, backlit)
    top = -TOP
    shade(canvas, (left + right) / 2, 0.004, (right - left) * 0.62, 0.05, fade(grade.shadow, 0.7))
    dark = mix(wood, grade.shadow, 0.45)
    if seat == "counter":
        front = skia.Rect.MakeLTRB(left, top + 0.02, right, 0.0)
        canvas.drawRect(front, paint(shader=linear((0, top), (0, 0), [dark, mix(dark, grade.shadow, 0.5)])))
    else:
        inset = (right - left) * 0.07
        for x in (left + inset, right - inset - 0.035):
            _slab(canvas, skia.Rect.MakeLTRB(x, top + 0.02, x + 0.035, 0.0), dark, grade, lit)
    _slab(canvas, skia.Rect.MakeLTRB(left - 0.02, top - 0.004, right + 0.02, top + 0.030), wood, grade, lit)
    canvas.drawRect(
        skia.Rect.MakeLTRB(left - 0.018, top - 0.006, right + 0.018, top + 0.001),
        paint(fade(mix(tone(wood, 0.16), grade.key, 0.4), 0.8)),
    )
    canvas.drawRect(
        skia.Rect.MakeLTRB(left, top + 0.030, right, top + 0.075),
        paint(shader=linear((0, top + 0.03), (0, top + 0.075), [fade(grade.shadow, 0.5), fade(grade.shadow, 0.0)])),
    )
