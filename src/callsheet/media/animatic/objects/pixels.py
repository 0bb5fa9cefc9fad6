"""Arrays to images, in skia's own pixel order: scaled without rotation, those draw about ten times faster than any other."""

from collections.abc import Callable

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.media.animatic.colour import Colour
from callsheet.media.animatic.objects.mesh import Array
from callsheet.media.animatic.objects.solid import encoded, linear
from callsheet.media.animatic.stage import Stage, View

LINEAR = skia.SamplingOptions(skia.FilterMode.kLinear)
"""The sampling to draw with; with any blend mode but source-over the fast path is lost."""


def native(rgba: NDArray[np.uint8]) -> skia.Image:
    """An [h, w, 4] premultiplied RGBA array as an image."""
    image = skia.Image.fromarray(
        np.ascontiguousarray(rgba), skia.ColorType.kRGBA_8888_ColorType, skia.kPremul_AlphaType
    )
    surface = skia.Surface(rgba.shape[1], rgba.shape[0])
    surface.getCanvas().drawImage(image, 0, 0)
    return surface.makeImageSnapshot()


def opaque(light: Array, rng: np.random.Generator | None) -> skia.Image:
    """Linear light [h, w, 3] as an image, dithered by `rng` so that slow gradients do not band."""
    levels = encoded(light) * 255 + (rng.uniform(-0.9, 0.9, light.shape) if rng is not None else 0.0)
    return native(np.dstack([np.clip(levels + 0.5, 0, 255).astype(np.uint8), np.full(light.shape[:2], 255, np.uint8)]))


def tinted(alpha: Array, colour: Colour) -> skia.Image:
    """One colour with the given coverage [h, w], 0..1."""
    channels = [alpha * (colour >> shift & 255) for shift in (16, 8, 0)] + [alpha * 255]
    return native(np.clip(np.stack(channels, -1) + 0.5, 0, 255).astype(np.uint8))


def radius(size: int) -> Array:
    """Distance of each pixel of a size x size picture from its centre; 1 at the middle of each side."""
    axis = (np.arange(size) + 0.5) / size * 2 - 1
    return np.asarray(np.hypot(axis[None, :], axis[:, None]))


def light_of(colour: Colour) -> Array:
    """A colour as linear light (3,)."""
    return linear([(colour >> shift & 255) / 255 for shift in (16, 8, 0)])


def smooth(share: Array) -> Array:
    """0..1 eased at both ends, clamped."""
    t = np.clip(share, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def paint_bands(
    canvas: skia.Canvas,
    stage: Stage,
    view: View,
    image: skia.Image,
    whole: skia.Rect,
    bands: list[tuple[float, float]],
    depth_at: Callable[[float], float],
) -> None:
    """Draw a picture that covers `whole` (composed pixels) band by band, each moved as its own depth demands: a floor in perspective shears.

    `bands` are (top, bottom) rows in order; the first and last reach to the frame's edges.
    """
    if view.roll:
        with stage.layer(canvas, view, 0.8):
            canvas.drawImageRect(image, whole, LINEAR)
        return
    for i, (top, bottom) in enumerate(bands):
        upper, lower = stage.matrix(view, depth_at(top)), stage.matrix(view, depth_at(bottom))
        y0, y1 = upper.mapXY(0, top).y(), lower.mapXY(0, bottom).y()
        first, last = 0 if i == 0 else round(y0), stage.height if i == len(bands) - 1 else round(y1)
        if last <= max(first, 0) or first >= stage.height:
            continue
        middle = stage.matrix(view, depth_at((top + bottom) / 2))
        x0, x1 = middle.mapXY(whole.left(), 0).x(), middle.mapXY(whole.right(), 0).x()
        stretch = (y1 - y0) / (bottom - top)
        place = skia.Rect.MakeLTRB(x0, y0 + (whole.top() - top) * stretch, x1, y0 + (whole.bottom() - top) * stretch)
        canvas.save()
        canvas.clipRect(skia.Rect.MakeLTRB(0, first, stage.width, last), skia.ClipOp.kIntersect, False)
        canvas.drawImageRect(image, place, LINEAR)
        # A near floor can move farther than the picture reaches: its outermost column goes on to the frame's edge.
        for gap, column in (
            (skia.Rect.MakeLTRB(0, place.top(), x0 + 1, place.bottom()), 0),
            (skia.Rect.MakeLTRB(x1 - 1, place.top(), stage.width, place.bottom()), image.width() - 1),
        ):
            if gap.width() > 1:
                canvas.drawImageRect(image, skia.Rect.MakeXYWH(column, 0, 1, image.height()), gap, LINEAR)
        canvas.restore()
