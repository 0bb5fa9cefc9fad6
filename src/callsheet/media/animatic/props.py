"""Props: everyday things as simple, well-lit shapes, in a hand or on a table.

Each is drawn one unit high around x = 0 with its base on y = 0; `NATURAL` says how high it is in body heights.
"""

import math
import re
from collections.abc import Callable

import skia

from callsheet.media.animatic import largethings, smallthings
from callsheet.media.animatic.brush import Brush
from callsheet.media.animatic.colour import Colour, fade, mix, parse
from callsheet.media.animatic.objects.likeness import likeness
from callsheet.media.animatic.reading import first
from callsheet.media.animatic.shapes import Point
from callsheet.media.animatic.stage import Stage

_DRAWN: dict[str, tuple[Callable[[Brush], None], float, str]] = {
    # kind: how to draw it, its height in body heights, its usual colour
    "cup": (smallthings.cup, 0.058, "#d8cfc2"),
    "teapot": (smallthings.teapot, 0.085, "#a4553d"),
    "glass": (smallthings.glass, 0.085, "#b5433f"),
    "bottle": (smallthings.bottle, 0.15, "#8c4a2e"),
    "phone": (smallthings.phone, 0.088, "#2b2f3a"),
    "letter": (smallthings.letter, 0.13, "#efe6d3"),
    "photo": (smallthings.photo, 0.085, "#7c8ea6"),
    "bag": (largethings.bag, 0.17, "#a2633c"),
    "suitcase": (largethings.suitcase, 0.40, "#7b4a35"),
    "lamp": (largethings.lamp, 0.26, "#caa36a"),
    "candle": (smallthings.candle, 0.10, "#f0e2c6"),
    "lantern": (largethings.lantern, 0.20, "#d8402f"),
    "book": (smallthings.book, 0.085, "#8a3b3b"),
    "laptop": (smallthings.laptop, 0.15, "#5b6472"),
    "flower": (smallthings.flower, 0.20, "#e06f8b"),
    "plant": (largethings.plant, 0.24, "#b9683f"),
    "umbrella": (largethings.umbrella, 0.56, "#c4383c"),
    "key": (smallthings.key, 0.05, "#cda552"),
    "gift": (smallthings.gift, 0.10, "#b8433f"),
    "shoes": (smallthings.shoes, 0.075, "#d35f45"),
    "watch": (smallthings.watch, 0.11, "#4b3a33"),
    "ring": (smallthings.ring, 0.035, "#dcae55"),
    "bowl": (smallthings.bowl, 0.06, "#3f6a94"),
    "cake": (smallthings.cake, 0.12, "#e08a9a"),
    "sword": (largethings.sword, 0.52, "#a8853f"),
    "headphones": (smallthings.headphones, 0.13, "#3c4250"),
    "camera": (smallthings.camera, 0.075, "#3a3d46"),
    "guitar": (largethings.guitar, 0.55, "#b0703a"),
    "ball": (largethings.ball, 0.13, "#d9772e"),
    "car": (largethings.car, 0.80, "#9c3b3f"),
    "bicycle": (largethings.bicycle, 0.58, "#3f8080"),
    "dog": (largethings.animal, 0.34, "#a9754a"),
    "cat": (largethings.animal, 0.17, "#6b6560"),
    "bird": (largethings.bird, 0.06, "#e8e4dc"),
    "boat": (largethings.boat, 0.9, "#7d4f35"),
    "chair": (largethings.chair, 0.50, "#7a5238"),
    "dress": (largethings.dress, 0.6, "#b8506a"),
    "hat": (largethings.hat, 0.08, "#6b4e3a"),
}

_CLEAR = re.compile(r"transparent|see-through|clear (?:plastic )?umbrella|透明", re.IGNORECASE)
"""Words for an umbrella that one sees through."""

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
    if (picture := likeness(stage, name)) is not None:
        _place(canvas, picture, at, size * 1.1, tilt, held, fade(grade.shadow, 0.1 + 0.5 * backlit))
        return
    colour = mix(colour_of(stage, name), grade.shadow, 0.12 + 0.55 * backlit)
    grip = {
        "umbrella": -0.12,
        "bag": -0.95,
        "suitcase": -0.95,
        "lantern": -0.95,
        "sword": -0.1,
        "flower": -0.15,
        "guitar": -0.5,
    }.get(name, -0.42)
    if name == "umbrella" and _CLEAR.search(stage.order.action + " ".join(p.description for _, p in stage.order.props)):
        colour = mix(parse("#d6ecfa"), grade.shadow, 0.10 + 0.3 * backlit)
        canvas.saveLayerAlpha(None, 125)
    else:
        canvas.save()
    canvas.translate(*at)
    canvas.rotate(math.degrees(tilt))
    canvas.scale(size, size)
    if held:
        canvas.translate(0, -grip)
    draw(Brush(canvas, colour, grade.key, grade.shadow, grade.lamp, lit))
    canvas.restore()


def _place(
    canvas: skia.Canvas, picture: skia.Image, at: Point, high: float, tilt: float, held: bool, shade: Colour
) -> None:
    """Put the product's own picture where a drawn prop would stand."""
    wide = high * picture.width() / picture.height()
    brush = skia.Paint(ColorFilter=skia.ColorFilters.Blend(shade, skia.BlendMode.kSrcATop))
    canvas.save()
    canvas.translate(*at)
    canvas.rotate(math.degrees(tilt))
    low = 0.42 * high if held else 0.0
    sampling = skia.SamplingOptions(skia.FilterMode.kLinear)
    canvas.drawImageRect(picture, skia.Rect.MakeLTRB(-wide / 2, low - high, wide / 2, low), sampling, brush)
    canvas.restore()
