"""Pixels of type: words with their shadow, shapes, the soft darkening behind a block, captions.

Everything is drawn in reference units through one scale, so that a proxy and a master break the same lines. All arrays are
premultiplied RGBA.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.media.type.ink import draw_text, measure
from callsheet.media.type.setting import Setting
from callsheet.media.type.stage import REFERENCE, Area
from callsheet.media.type.typeset import Shape, Word
from callsheet.media.type.voices import darkened, is_set_wide, legible, on_colour

__all__ = ["Palette", "Patch", "caption_patch", "paint_patch", "palette_of", "shade_patch", "shape_patch", "word_patch"]

Pixels = NDArray[np.uint8]
Rgb = tuple[int, int, int]

_DRAWN = skia.kRGBA_8888_ColorType
# Copying does not care which channel is red, and Skia copies this order nine times faster.
_COPIED = skia.kBGRA_8888_ColorType

_WHITE: Rgb = (255, 254, 251)
_NIGHT: Rgb = (8, 8, 11)
_EARTH: Rgb = (29, 25, 21)
_STONE: Rgb = (74, 67, 59)
_GLOW: Rgb = (255, 252, 245)


@dataclass(frozen=True, eq=False)
class Patch:
    """A picture at whole pixels: its corner (x, y) and its pixels [h, w, 4]."""

    x: int
    y: int
    pixels: Pixels

    @property
    def right(self) -> int:
        """The first column right of it."""
        return self.x + int(self.pixels.shape[1])

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + int(self.pixels.shape[0])


@dataclass(frozen=True)
class Palette:
    """The colours of one super: `accent` as text, `fill` as a surface, `on` what is read on the surface, `line` for bars,
    rules and quotation marks. `dark_inks`: words are dark and cast no shadow, for a picture that is bright.
    """

    accent: Rgb
    fill: Rgb
    on: Rgb
    line: Rgb
    dark_inks: bool = False

    def of(self, ink: str) -> tuple[Rgb, float]:
        """Colour and opacity of an ink."""
        if ink == "accent":
            return self.accent, 1.0
        if ink == "on":
            return self.on, 1.0
        if self.dark_inks:
            return _STONE if ink == "soft" else _EARTH, 1.0
        return _WHITE, 0.93 if ink == "soft" else 1.0


def palette_of(accent: str, ground: str = "") -> Palette:
    """The palette that an accent colour gives over a ground, one of `GROUNDS`."""
    fill = legible(accent, 0.06)
    if ground == "light":
        ink = darkened(accent)
        return Palette(ink, fill, on_colour(fill), ink, dark_inks=True)
    ink = legible(accent)
    return Palette(ink, fill, on_colour(fill), ink if ground else fill)


def paint_patch(
    x: float, y: float, width: float, height: float, paint: Callable[[skia.Canvas], None], *, copies: bool = False
) -> Patch:
    """Draw on a clear surface that covers a rectangle in pixels; `paint` draws in frame coordinates.

    With `copies` it draws only images from `image_of`.
    """
    left, top = int(np.floor(x)), int(np.floor(y))
    pixels = np.zeros((max(1, int(np.ceil(y + height)) - top), max(1, int(np.ceil(x + width)) - left), 4), np.uint8)
    info = skia.ImageInfo.Make(pixels.shape[1], pixels.shape[0], _COPIED if copies else _DRAWN, skia.kPremul_AlphaType)
    surface = skia.Surface.MakeRasterDirect(info, pixels)
    canvas = surface.getCanvas()
    canvas.translate(-left, -top)
    paint(canvas)
    return Patch(left, top, pixels)


def image_of(patch: Patch) -> skia.Image:
    """The patch as an image that shares its pixels, for a `paint_patch` that copies."""
    return skia.Image.fromarray(patch.pixels, _COPIED, skia.kPremul_AlphaType, copy=False)


def word_patch(word: Word, palette: Palette, scale: float, x: float, y: float) -> Patch:
    """One word with its shadow, or with its faint halo where inks are dark, the block's corner at pixel (x, y)."""
    pad = word.size * 0.18
    rgb, opacity = palette.of(word.ink)

    def paint(canvas: skia.Canvas) -> None:
        canvas.translate(x, y)
        canvas.scale(scale, scale)
        if word.ink != "on" and palette.dark_inks:
            halo = _paint(_GLOW, 0.3)
            halo.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, max(1.5, word.size * 0.05)))
            draw_text(canvas, word.text, word.setting, word.size, word.x, word.baseline, halo)
        elif word.ink != "on":
            # Two shadows: one close, which draws the edge, and one soft, which lifts the word off the picture.
            small = min(1.0, max(40.0 / word.size, 0.6 if word.setting.role == "serif" else 0.0))
            for sigma, drop, dark in ((0.012, 0.012, 0.42 + 0.5 * small), (0.06, 0.03, 0.3 + 0.6 * small)):
                shadow = _paint(_NIGHT, min(1.0, dark))
                shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, max(1.1, word.size * sigma)))
                draw_text(canvas, word.text, word.setting, word.size, word.x, word.baseline + word.size * drop, shadow)
        draw_text(canvas, word.text, word.setting, word.size, word.x, word.baseline, _paint(rgb, opacity))
        if word.struck:
            line = _paint(rgb, opacity)
            high = word.size * 0.07
            canvas.drawRect(
                skia.Rect.MakeXYWH(word.x - pad / 3, word.baseline - word.size * 0.29, word.width + pad / 1.5, high),
                line,
            )

    # Full-width glyphs reach above the Latin ascent; swashes and italics reach to the sides.
    left, top = word.x - pad, word.baseline - word.size * 1.0 - pad
    return paint_patch(
        x + left * scale, y + top * scale, (word.width + 2 * pad) * scale, (word.size * 1.34 + 2 * pad) * scale, paint
    )


def shape_patch(shape: Shape, palette: Palette, scale: float, x: float, y: float, grown: float = 1.0) -> Patch:
    """One shape, `grown` of the way in (0..1), the block's corner at pixel (x, y)."""
    pad = 22.0

    def paint(canvas: skia.Canvas) -> None:
        canvas.translate(x, y)
        canvas.scale(scale, scale)
        rect = _grown(shape, grown)
        fill = _paint(palette.fill if shape.kind in ("pill", "slab") else palette.line, 1.0)
        if shape.kind == "mark":
            _quote_mark(canvas, shape, fill, grown, shadowed=not palette.dark_inks)
            return
        radius = rect.height() / 2 if shape.kind == "pill" else 3.0 if shape.kind in ("bar", "rule") else 5.0
        radius = min(radius, rect.width() / 2, rect.height() / 2)
        if not palette.dark_inks:
            shadow = _paint(_NIGHT, 0.36 if shape.kind == "pill" else 0.42)
            shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 9.0 if shape.kind == "pill" else 3.0))
            canvas.drawRoundRect(rect.makeOffset(0, 5.0 if shape.kind == "pill" else 1.0), radius, radius, shadow)
        canvas.drawRoundRect(rect, radius, radius, fill)

    return paint_patch(
        x + (shape.x - pad) * scale, y + (shape.y - pad) * scale,
        (shape.width + 2 * pad) * scale, (shape.height + 2 * pad) * scale, paint,
    )  # fmt: skip


def _grown(shape: Shape, grown: float) -> skia.Rect:
    if shape.kind == "bar":
        return skia.Rect.MakeXYWH(shape.x, shape.y, shape.width, shape.height * grown)
    if shape.kind == "pill":
        narrow = shape.height + (shape.width - shape.height) * grown
        return skia.Rect.MakeXYWH(shape.x + (shape.width - narrow) / 2, shape.y, narrow, shape.height)
    return skia.Rect.MakeXYWH(shape.x, shape.y, shape.width * grown, shape.height)


def _quote_mark(canvas: skia.Canvas, shape: Shape, fill: skia.Paint, grown: float, *, shadowed: bool) -> None:
    setting = Setting("serif", weight=700, optical=144)
    size = shape.height * 3.1
    fill.setAlphaf(grown)
    shadow = _paint(_NIGHT, 0.4 * grown)
    shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 4.0))
    for paint in (shadow, fill) if shadowed else (fill,):
        draw_text(canvas, "“", setting, size, shape.x - size * 0.04, shape.y + size * 0.64, paint)


def shade_patch(box: Area, strength: float, scale: float, frame: tuple[int, int]) -> Patch | None:
    """The soft darkening behind text in `box` (reference units), without an edge that could be seen.

    `strength`: how dark its middle is, 0..1. None where it would lie outside the frame.
    """
    width, height = frame[0] / scale, frame[1] / scale
    if box.x > width or box.y > height or box.right < 0 or box.bottom < 0:
        return None
    # Wide enough to look like light falling off, not like a cloud around the words; small type needs it fuller.
    across, down = min(250.0, max(70.0, 0.3 * box.width)), min(165.0, max(44.0, 0.4 * box.height + 14.0))
    grow = 0.75 if strength > 0.48 else 0.42
    # Near a side of the frame it runs on to the side.
    left = box.x - across * 0.4 if box.x > 0.2 * REFERENCE else -width
    right = box.right + across * 0.4 if width - box.right > 0.2 * REFERENCE else 2 * width
    columns = _falloff(frame[0], scale, left, right, across)
    rows = _falloff(frame[1], scale, box.y - down * grow, box.bottom + down * grow, down)
    x, y = np.flatnonzero(columns), np.flatnonzero(rows)
    columns, rows = columns[x[0] : x[-1] + 1], rows[y[0] : y[-1] + 1]
    pixels = np.zeros((rows.size, columns.size, 4), np.uint8)
    dark = np.multiply.outer(rows * np.float32(strength * 255), columns)
    dark += np.float32(0.5)
    pixels[..., 3] = dark
    return Patch(int(x[0]), int(y[0]), pixels)


def _falloff(count: int, scale: float, first: float, last: float, spread: float) -> NDArray[np.float32]:
    """For each of `count` pixels: a step up at `first` and down at `last`, both blurred by `spread`, 0 far outside."""
    at = (np.arange(count, dtype=np.float32) + np.float32(0.5)) / np.float32(scale)
    steps = [1 / (1 + np.exp(np.clip((edge - at) * np.float32(1.7 / spread), -60, 60))) for edge in (first, last)]
    foot = np.float32(0.011)
    profile: NDArray[np.float32] = np.maximum((steps[0] - steps[1] - foot) / (1 - foot), 0).astype(np.float32)
    return profile


def caption_patch(
    lines: tuple[str, ...], setting: Setting, size: float, pitch: float, scale: float, centre: float, foot: float
) -> Patch:
    """Caption lines, centred on pixel column `centre`, the last baseline at pixel row `foot`; `size` in reference units.

    White with a thin dark outline and a soft shadow: read over anything, without a box.
    """
    shown = [_displayed(line) for line in lines]
    widths = [measure(line, setting) * size for line in shown]
    wide, pad = max(widths), size * 0.5
    high = size * pitch * (len(shown) - 1)

    def paint(canvas: skia.Canvas) -> None:
        canvas.translate(centre, foot)
        canvas.scale(scale, scale)
        places = [
            (line, -w / 2, -size * pitch * (len(shown) - 1 - i))
            for i, (line, w) in enumerate(zip(shown, widths, strict=True))
        ]
        for sigma, drop, dark in ((size * 0.22, size * 0.05, 0.55), (size * 0.06, size * 0.04, 0.6)):
            shadow = _paint(_NIGHT, dark)
            shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, sigma))
            shadow.setStyle(skia.Paint.kStrokeAndFill_Style)
            shadow.setStrokeWidth(size * 0.1)
            for line, x, y in places:
                draw_text(canvas, line, setting, size, x, y + drop, shadow)
        outline = _paint(_NIGHT, 0.72)
        outline.setStyle(skia.Paint.kStroke_Style)
        outline.setStrokeWidth(size * 0.085)
        outline.setStrokeJoin(skia.Paint.kRound_Join)
        for line, x, y in places:
            draw_text(canvas, line, setting, size, x, y, outline)
        for line, x, y in places:
            draw_text(canvas, line, setting, size, x, y, _paint(_WHITE, 1.0))

    return paint_patch(
        centre - (wide / 2 + pad) * scale, foot - (high + size + pad) * scale,
        (wide + 2 * pad) * scale, (high + size * 1.3 + 2 * pad) * scale, paint,
    )  # fmt: skip


def _displayed(line: str) -> str:
    """A caption line as it is shown: full-width lines drop the comma or stop at their end, as Chinese captions do."""
    return line.rstrip("，。、；") or line if is_set_wide(line) else line


def _paint(rgb: Rgb, opacity: float) -> skia.Paint:
    return skia.Paint(Color=skia.Color(*rgb, round(255 * opacity)), AntiAlias=True)
