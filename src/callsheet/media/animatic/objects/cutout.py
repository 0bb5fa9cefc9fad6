"""A supplied picture of a product as an object for a set: cut out, trimmed, lit, with a shadow and a passing highlight."""

import numpy as np
import skia
from numpy.typing import NDArray
from scipy import ndimage

from callsheet.media.animatic.objects.mesh import Array
from callsheet.media.animatic.objects.pixels import LINEAR, native
from callsheet.media.animatic.objects.saliency import subject_mask
from callsheet.media.animatic.objects.sets import SHADOW_REACH, SetDesign
from callsheet.media.animatic.objects.solid import Rgb

_LARGEST = 900


class Cutout:
    """A trimmed picture, premultiplied RGBA, of `width` x `height` pixels."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self.pixels = pixels
        self.height, self.width = pixels.shape[:2]
        solid = pixels[..., 3] > 128
        visible = pixels[solid][:, :3] if solid.any() else np.array([[128, 128, 128]], np.uint8)
        r, g, b = (float(v) / 255 for v in np.median(visible, axis=0))
        self.colour: Rgb = (r, g, b)
        self.image = native(pixels)
        self.foot = 0.01
        """Share of the height between the lowest pixel and where the object meets the floor."""

    def lit(self, plan: SetDesign) -> skia.Image:
        """The picture as it looks on the set: a little of the set's light on its sides and the floor's colour at its foot."""
        alpha = self.pixels[..., 3:].astype(float) / 255
        inside = ndimage.gaussian_filter(alpha[..., 0], max(2.0, self.height * 0.012))
        slope = np.gradient(inside, axis=1) * self.height * 0.05
        side = 1.0 if plan.rig.rim[0] > 0 else -1.0
        rim = np.clip(-slope * side, 0, 1)[..., None] * np.asarray(plan.rig.rim_colour) * 70
        up = np.linspace(0, 1, self.height)[:, None, None]
        light = 1.0 - 0.18 * np.clip((up - 0.55) / 0.45, 0, 1) ** 2
        colour = self.pixels[..., :3] * light + rim * alpha
        return native(
            np.dstack([np.clip(np.minimum(colour, alpha * 255), 0, 255), self.pixels[..., 3]]).astype(np.uint8)
        )

    def shadow(self, plan: SetDesign) -> Array:
        """Light reaching the floor, as `sets.cast_shadow` gives it: a contact shadow under the foot and a soft one away from the key."""
        size = 256
        axis = (np.arange(size) + 0.5) / size * 2 * SHADOW_REACH - SHADOW_REACH
        x, z = np.meshgrid(axis, axis)
        low = self.pixels[int(self.height * 0.9) :, :, 3].max(0) > 96
        where = np.flatnonzero(low) / max(self.width, self.height) if low.any() else np.array([0.2, 0.8])
        middle = (where.min() + where.max()) / 2 - self.width / max(self.width, self.height) / 2
        half = max((where.max() - where.min()) / 2, 0.06)
        contact = np.exp(-(((x - middle) / (half * 1.02)) ** 4) - ((z - 0.01) / 0.09) ** 2)
        away = plan.rig.key[0]
        soft = np.exp(-(((x - middle + away * 0.3) / (half * 1.5)) ** 2) - ((z + 0.2) / 0.32) ** 2)
        return np.asarray((1 - 0.72 * contact) * (1 - 0.4 * soft))

    def paint_sweep(self, canvas: skia.Canvas, place: skia.Rect, progress: float, plan: SetDesign) -> None:
        """A highlight that passes over the product once, within its outline."""
        centre = -0.35 + 1.7 * progress
        if not -0.3 < centre < 1.3:
            return
        r, g, b = (min(255, round(255 * c)) for c in plan.rig.key_colour)
        glint = [0, 0x2E << 24 | r << 16 | g << 8 | b, 0]
        x = place.left() + centre * place.width()
        half = place.width() * 0.16
        band = skia.GradientShader.MakeLinear(
            [skia.Point(x - half, place.top()), skia.Point(x + half, place.top() + half * 0.5)], glint
        )
        reach = skia.Rect.MakeLTRB(
            max(place.left(), x - half * 1.3), place.top(), min(place.right(), x + half * 1.3), place.bottom()
        )
        if reach.width() < 2:
            return
        fit = skia.Matrix()
        fit.setRectToRect(skia.Rect.MakeWH(self.width, self.height), place, skia.Matrix.ScaleToFit.kFill_ScaleToFit)
        shader = self.image.makeShader(skia.TileMode.kDecal, skia.TileMode.kDecal, LINEAR, fit)
        both = skia.Shaders.Blend(skia.BlendMode.kDstIn, band, shader)
        canvas.drawRect(reach, skia.Paint(Shader=both))


def cutout_from(pixels: NDArray[np.uint8]) -> Cutout | None:
    """Cut the subject out of a still ([h, w, 4] premultiplied RGBA): by its alpha channel, else by its saliency.

    None when no subject stands free of the picture's edges, so that the still should be shown whole instead.
    """
    shrink = max(1, int(np.ceil(max(pixels.shape[:2]) / _LARGEST)))
    pixels = pixels[::shrink, ::shrink] if shrink == 1 else _shrunk(pixels, shrink)
    if (pixels[..., 3] < 250).mean() < 0.02:
        mask = subject_mask(pixels)
        edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
        if edge.mean() > 0.12 or not 0.02 < (mask > 0.5).mean() < 0.7:
            return None
        pixels = (pixels * mask[..., None]).astype(np.uint8)
    rows, columns = np.flatnonzero((pixels[..., 3] > 20).any(1)), np.flatnonzero((pixels[..., 3] > 20).any(0))
    if len(rows) < 8 or len(columns) < 8:
        return None
    return Cutout(np.ascontiguousarray(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]))


def _shrunk(pixels: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[0] // by * by, pixels.shape[1] // by * by
    blocks = pixels[:height, :width].reshape(height // by, by, width // by, by, 4)
    return np.asarray(blocks.mean((1, 3)).round(), np.uint8)
