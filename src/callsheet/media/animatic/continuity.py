"""Continuity: the picture a shot must start on or end on, and the way from it into the scene and back."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.film.take import Order
from callsheet.media.decode import still_frame
from callsheet.media.stills import load_still

_BLEND_SECONDS = 0.6


def last_frame(clip: Path, width: int, height: int) -> NDArray[np.uint8]:
    """The last picture of a clip, filling width x height, as [h, w, 4] uint8 RGBA. Raises MediaError when the clip cannot be read."""
    colours = still_frame(clip, -1, size=(width, height))
    return np.dstack([colours, np.full(colours.shape[:2], 255, np.uint8)])


def _fitted(pixels: NDArray[np.uint8], width: int, height: int) -> skia.Image:
    """A picture that covers width x height exactly: unchanged when it has that size, else scaled and cropped about its middle."""
    image = skia.Image.fromarray(
        np.ascontiguousarray(pixels), skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType
    )
    surface = skia.Surface.MakeRaster(
        skia.ImageInfo.Make(width, height, skia.ColorType.kBGRA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)
    )
    canvas = surface.getCanvas()
    canvas.clear(0xFF000000)
    if (image.width(), image.height()) == (width, height):
        canvas.drawImage(image, 0, 0)
    else:
        scale = max(width / image.width(), height / image.height())
        w, h = image.width() * scale, image.height() * scale
        target = skia.Rect.MakeXYWH((width - w) / 2, (height - h) / 2, w, h)
        canvas.drawImageRect(image, target, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear))
    return surface.makeImageSnapshot()


class Continuity:
    """The pictures that bind a shot to its neighbours. `references` maps a sha256 to its file."""

    def __init__(self, order: Order, references: Mapping[str, Path], width: int, height: int) -> None:
        self._frames = order.frames
        self._blend = max(1, min(order.rate.frames(_BLEND_SECONDS), order.frames // 2))
        self._first: skia.Image | None = None
        self._last: skia.Image | None = None
        self._keys: dict[int, skia.Image] = {}
        shape = "16:9" if width > height else "9:16"
        ends = ("extends", "extend", f"extends:{shape}", f"extend:{shape}")
        for reference in order.references:
            kind, _, place = reference.role.partition(":")
            clip = reference.role in ends
            still = kind in ("first-frame", "last-frame", "keyframe")
            if not (clip or still) or reference.sha256 not in references:
                continue
            file = references[reference.sha256]
            if kind == "keyframe":
                self._keys[int(place)] = _fitted(load_still(file), width, height)
            elif kind == "last-frame":
                self._last = _fitted(load_still(file), width, height)
            elif self._first is None or clip:
                pixels = last_frame(file, width, height) if clip else load_still(file)
                self._first = _fitted(pixels, width, height)

    def whole(self, index: int) -> bool:
        """Whether frame `index` is one of the bound pictures and nothing else, so that the scene need not be painted."""
        ends = (index == 0 and self._first is not None) or (index == self._frames - 1 and self._last is not None)
        return ends or index in self._keys

    def paint(self, canvas: skia.Canvas, index: int) -> None:
        """Lay the bound pictures over frame `index`: wholly at the very ends and at keyframes, easing away from them."""
        for place, image in self._keys.items():
            if abs(index - place) < self._blend:
                _lay(canvas, image, 1.0 - abs(index - place) / self._blend)
        left = self._frames - 1 - index
        if self._last is not None and left < self._blend:
            _lay(canvas, self._last, 1.0 - left / self._blend)
        if self._first is not None and index < self._blend:
            _lay(canvas, self._first, 1.0 - index / self._blend)


def _lay(canvas: skia.Canvas, image: skia.Image, share: float) -> None:
    brush = skia.Paint(BlendMode=skia.BlendMode.kSrcOver)
    brush.setAlphaf(share * share * (3 - 2 * share))
    canvas.drawImage(image, 0, 0, skia.SamplingOptions(), brush)
