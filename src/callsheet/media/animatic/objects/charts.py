"""Numbers found in an action, and the small animated charts that show them."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import skia

from callsheet.media.animatic.colour import Colour, fade, mix

ChartKind = Literal["ring", "share", "bars", "line"]
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|％|percent|per cent)|百分之\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_OF = re.compile(
    r"(\d+)\s*(?:out of|of|/|in)\s*(?:the\s+)?(\d+)|(\d+)\s*(?:个|人|家|名)*\s*(?:中有|里有|中|里)\s*(\d+)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w.]*\d)")
_GROWTH = re.compile(
    r"\b(?:grow|grew|grown|rise|rose|risen|increas|climb|doubl|tripl|trend|faster|up by)|增长|上升|提高|翻倍|上涨|趋势",
    re.IGNORECASE,
)
_YEAR = re.compile(r"^(?:1[89]|20)\d\d$")


@dataclass(frozen=True)
class Chart:
    """What to draw: a kind and its values. Ring: one share 0..1; share: (some, of how many); bars and line: values 0..1 of the largest."""

    kind: ChartKind
    values: tuple[float, ...]


def chart_in(text: str) -> Chart | None:
    """The chart that the numbers of a text ask for, or None when it has no number that can be shown."""
    percents = [float(a or b) for a, b in _PERCENT.findall(text)]
    shares = [p / 100 for p in percents if 0 < p <= 100]
    if len(shares) >= 2:
        return Chart("bars", tuple(shares[:6]))
    if shares:
        return Chart("line", _climb(shares[0])) if _GROWTH.search(text) else Chart("ring", (shares[0],))
    for match in _OF.finditer(text):
        some, whole = (int(match[1]), int(match[2])) if match[1] else (int(match[4]), int(match[3]))
        if 0 < some <= whole <= 40 and whole > 1:
            return Chart("share", (float(some), float(whole)))
    numbers = [m[0].replace(",", "") for m in _NUMBER.finditer(text)]
    values = [float(n) for n in numbers if n.count(".") <= 1 and not _YEAR.match(n)]
    values = [v for v in values if v > 0]
    if len(values) >= 2:
        top = max(values)
        return Chart("line" if _GROWTH.search(text) else "bars", tuple(max(v / top, 0.04) for v in values[:6]))
    return Chart("line", _climb(0.8)) if _GROWTH.search(text) else None


def _climb(end: float) -> tuple[float, ...]:
    """A rise to `end` with the small setbacks of a real series."""
    return tuple(max(0.06, end * s) for s in (0.16, 0.24, 0.21, 0.42, 0.55, 0.51, 0.78, 1.0))


def _ease(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return 1 - (1 - share) ** 4


def paint_chart(
    canvas: skia.Canvas, chart: Chart, place: skia.Rect, progress: float, ink: Colour, accent: Colour
) -> None:
    """Draw a chart in `place`, grown by `progress` (0..1 of the shot; it is complete at about half)."""
    {"ring": _ring, "share": _share, "bars": _bars, "line": _line}[chart.kind](
        canvas, chart.values, place, progress / 0.55, ink, accent
    )


def _ring(
    canvas: skia.Canvas, values: tuple[float, ...], place: skia.Rect, grown: float, ink: Colour, accent: Colour
) -> None:
    size = min(place.width(), place.height())
    thick = size * 0.11
    arc = skia.Rect.MakeXYWH(
        place.centerX() - size / 2 + thick, place.centerY() - size / 2 + thick, size - 2 * thick, size - 2 * thick
    )
    stroke = skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=thick, Color=fade(ink, 0.14))
    canvas.drawOval(arc, stroke)
    sweep = 360 * values[0] * _ease(grown)
    stroke.setColor(accent)
    stroke.setStrokeCap(skia.Paint.kRound_Cap)
    canvas.drawArc(arc, -90, max(sweep, 0.1), False, stroke)
    fine = skia.Paint(
        AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=max(1.0, size * 0.004), Color=fade(ink, 0.3)
    )
    for tick in range(60):
        canvas.save()
        canvas.rotate(tick * 6, place.centerX(), place.centerY())
        inner = arc.top() + thick * (0.95 if tick % 5 else 0.75)
        canvas.drawLine(place.centerX(), inner, place.centerX(), arc.top() + thick * 1.15, fine)
        canvas.restore()


def _share(
    canvas: skia.Canvas, values: tuple[float, ...], place: skia.Rect, grown: float, ink: Colour, accent: Colour
) -> None:
    some, whole = int(values[0]), int(values[1])
    columns = whole if whole <= 6 else -(-whole // 2) if whole <= 12 else 10
    rows = -(-whole // columns)
    cell = min(place.width() / columns, place.height() / rows)
    left, top = place.centerX() - cell * columns / 2, place.centerY() - cell * rows / 2
    for i in range(whole):
        x, y = left + (i % columns + 0.5) * cell, top + (i // columns + 0.5) * cell
        pop = _ease(grown * 1.6 - i / whole * 0.8)
        lit = i < some
        canvas.drawCircle(x, y, cell * 0.36, skia.Paint(AntiAlias=True, Color=fade(ink, 0.12)))
        canvas.drawCircle(x, y, cell * 0.36 * pop, skia.Paint(AntiAlias=True, Color=accent if lit else fade(ink, 0.2)))


def _bars(
    canvas: skia.Canvas, values: tuple[float, ...], place: skia.Rect, grown: float, ink: Colour, accent: Colour
) -> None:
    count = len(values)
    gap = place.width() / count * 0.34
    wide = (place.width() - gap * (count - 1)) / count
    canvas.drawRect(
        skia.Rect.MakeXYWH(place.left(), place.bottom(), place.width(), max(2.0, place.height() * 0.006)),
        skia.Paint(Color=fade(ink, 0.45)),
    )
    best = max(range(count), key=lambda i: values[i])
    for i, value in enumerate(values):
        tall = place.height() * value * _ease(grown * 1.4 - i * 0.14)
        bar = skia.Rect.MakeXYWH(place.left() + i * (wide + gap), place.bottom() - tall, wide, tall)
        colour = accent if i == best else mix(accent, ink, 0.62)
        shader = skia.GradientShader.MakeLinear(
            [skia.Point(0, bar.top()), skia.Point(0, place.bottom())], [colour, fade(colour, 0.72)]
        )
        canvas.drawRRect(
            skia.RRect.MakeRectXY(bar, min(wide * 0.12, tall / 2), min(wide * 0.12, tall / 2)),
            skia.Paint(AntiAlias=True, Shader=shader),
        )


def _line(
    canvas: skia.Canvas, values: tuple[float, ...], place: skia.Rect, grown: float, ink: Colour, accent: Colour
) -> None:
    for row in range(5):
        y = place.bottom() - place.height() * row / 4
        canvas.drawLine(
            place.left(),
            y,
            place.right(),
            y,
            skia.Paint(AntiAlias=True, Color=fade(ink, 0.16), StrokeWidth=max(1.0, place.height() * 0.003)),
        )
    points = [
        (place.left() + place.width() * i / (len(values) - 1), place.bottom() - place.height() * v)
        for i, v in enumerate(values)
    ]
    path = skia.Path()
    path.moveTo(*points[0])
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        path.cubicTo(middle, y0, middle, y1, x1, y1)
    reach = place.left() + place.width() * _ease(grown * 0.9)
    canvas.save()
    canvas.clipRect(
        skia.Rect.MakeLTRB(
            place.left() - place.height(), place.top() - place.height(), reach, place.bottom() + place.height()
        )
    )
    area = skia.Path(path)
    area.lineTo(points[-1][0], place.bottom())
    area.lineTo(points[0][0], place.bottom())
    area.close()
    shader = skia.GradientShader.MakeLinear(
        [skia.Point(0, place.top()), skia.Point(0, place.bottom())], [fade(accent, 0.38), fade(accent, 0.0)]
    )
    canvas.drawPath(area, skia.Paint(AntiAlias=True, Shader=shader))
    canvas.drawPath(
        path,
        skia.Paint(
            AntiAlias=True,
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=place.height() * 0.022,
            Color=accent,
            StrokeCap=skia.Paint.kRound_Cap,
        ),
    )
    canvas.restore()
    passed = [p for p in points if p[0] <= reach + 1]
    if passed:
        x, y = passed[-1]
        canvas.drawCircle(x, y, place.height() * 0.036, skia.Paint(AntiAlias=True, Color=fade(accent, 0.3)))
        canvas.drawCircle(x, y, place.height() * 0.02, skia.Paint(AntiAlias=True, Color=mix(accent, 0xFFFFFFFF, 0.7)))
