"""Laying drawn tiles over 4:2:0 pictures and mixing two pictures, on the planes, with integers only."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from callsheet.media.tiles import Tile

__all__ = ["Blender", "OverlayPainter", "Planes", "Tile", "mix", "planes_of"]

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""Y [h, w], U and V [h/2, w/2]: BT.709, limited range."""

_STRIP = 32
"""Rows worked on at a time, so that what is in between stays in the processor's cache: five times as fast as whole planes."""

_KR, _KG, _KB = 0.2126, 0.7152, 0.0722


class OverlayPainter(Protocol):
    """Draws overlays. Built inside the process that renders, so it need not be sendable."""

    def tiles(self, key: str, frame: int, size: tuple[int, int]) -> list[Tile]:
        """What overlay `key` shows at `frame`, counted from the overlay's first, on a picture of `size` (width, height)."""


def planes_of(frame: VideoFrame) -> Planes:
    """Views of a yuv420p frame's samples; writing to them writes to the frame, so call make_writable() on it first."""
    views = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        views.append(rows[:, : plane.width])
    return views[0], views[1], views[2]


@dataclass(frozen=True, eq=False)
class _Layer:
    """A tile ready to blend: per plane what to keep of the picture (0..256) and what to add (in 256ths, rounding included)."""

    keep: tuple[NDArray[np.uint16], NDArray[np.uint16]]
    add: tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint16]]


def _convert(rgba: NDArray[np.uint8], odd_x: int, odd_y: int) -> _Layer:
    """Premultiplied RGBA to premultiplied BT.709 limited YUV, padded with nothing to whole chroma samples."""
    height, width = rgba.shape[:2]
    padded: NDArray[np.float32] = np.zeros(
        (odd_y + height + (odd_y + height) % 2, odd_x + width + (odd_x + width) % 2, 4), np.float32
    )
    padded[odd_y : odd_y + height, odd_x : odd_x + width] = rgba
    alpha = padded[..., 3]
    # No colour outshines its own alpha: straight alpha given by mistake looks wrong, but cannot overflow below.
    np.minimum(padded[..., :3], alpha[..., None], out=padded[..., :3])
    red, green, blue = (padded[..., i] for i in range(3))
    luma = _KR * red + _KG * green + _KB * blue
    y = (luma * 219 + alpha * 16) * np.float32(256 / 255)
    quad_luma, quad_blue, quad_red, quad_alpha = (_quads(p) for p in (luma, blue, red, alpha))
    u = ((quad_blue - quad_luma) * (112 / (1 - _KB)) + quad_alpha * 128) * np.float32(256 / 255)
    v = ((quad_red - quad_luma) * (112 / (1 - _KR)) + quad_alpha * 128) * np.float32(256 / 255)
    keep = tuple((256.5 - p * np.float32(256 / 255)).astype(np.uint16) for p in (alpha, quad_alpha))
    add = tuple((np.maximum(p, 0) + 128.5).astype(np.uint16) for p in (y, u, v))
    return _Layer((keep[0], keep[1]), (add[0], add[1], add[2]))


def _quads(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean of every 2x2 block."""
    return (plane[0::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 0::2] + plane[1::2, 1::2]) * np.float32(0.25)


class Blender:
    """Lays tiles over frames; remembers the conversion of the last `capacity` different tiles."""

    def __init__(self, capacity: int = 64) -> None:
        self._capacity = capacity
        self._layers: OrderedDict[tuple[str, int, int, tuple[int, ...]], _Layer] = OrderedDict()

    def _layer(self, tile: Tile) -> _Layer:
        key = (tile.stable_id, tile.x & 1, tile.y & 1, tile.rgba.shape)
        layer = self._layers.pop(key, None)
        if layer is None:
            layer = _convert(tile.rgba, tile.x & 1, tile.y & 1)
            if len(self._layers) >= self._capacity:
                self._layers.popitem(last=False)
        self._layers[key] = layer
        return layer

    def lay(self, planes: Planes, tile: Tile) -> None:
        """Blend one tile into the planes, in place; whatever lies outside the picture is left out."""
        layer = self._layer(tile)
        left, top = (tile.x - (tile.x & 1)) // 2, (tile.y - (tile.y & 1)) // 2
        for index, plane in enumerate(planes):
            scale = 2 if index == 0 else 1
            keep, add = layer.keep[min(index, 1)], layer.add[index]
            x, y = left * scale, top * scale
            x0, y0 = max(x, 0), max(y, 0)
            x1, y1 = min(x + keep.shape[1], plane.shape[1]), min(y + keep.shape[0], plane.shape[0])
            if x0 >= x1 or y0 >= y1:
                continue
            columns = slice(x0 - x, x1 - x)
            for row in range(y0, y1, _STRIP):
                stop = min(row + _STRIP, y1)
                here = plane[row:stop, x0:x1]
                mixed = here.astype(np.uint16)
                mixed *= keep[row - y : stop - y, columns]
                mixed += add[row - y : stop - y, columns]
                mixed >>= 8
                here[...] = mixed


def mix(below: Planes, above: Planes, weight: int) -> None:
    """Replace `below` by `below` and `above` mixed: `weight` 256ths of `above`, between 0 and 256."""
    kept, added = np.uint16(256 - weight), np.uint16(weight)
    for under, over in zip(below, above, strict=True):
        for row in range(0, len(under), _STRIP):
            here = under[row : row + _STRIP]
            mixed = here.astype(np.uint16)
            mixed *= kept
            gained = over[row : row + _STRIP].astype(np.uint16)
            gained *= added
            mixed += gained
            mixed += np.uint16(128)
            mixed >>= 8
            here[...] = mixed
