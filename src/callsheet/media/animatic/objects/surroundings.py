"""What lies beyond the table: the location's supplied picture, or the drawn place out of focus, lit to suit a product."""

import importlib
import re

import numpy as np
import skia
from numpy.typing import NDArray
from scipy import ndimage

from callsheet.film.shot import Camera
from callsheet.media.animatic.objects.mesh import Array
from callsheet.media.animatic.objects.pixels import smooth
from callsheet.media.animatic.objects.solid import Rgb, encoded, linear
from callsheet.media.animatic.reading import find, read
from callsheet.media.animatic.stage import Stage, Still, View

_BEYOND = ("mountain", "forest", "sea", "lake", "street", "skyline", "desert", "field", "room", "kitchen", "office", "shop", "courtyard",
           "theatre", "classroom")  # fmt: skip
_PLAIN = re.compile(
    r"\b(plain|backdrop|seamless|studio|isolated|nothing else|void|abstract)\b|纯色|背景布|影棚|极简", re.IGNORECASE
)


def place_for(stage: Stage) -> tuple[str, bool] | None:
    """The kind of place beyond the product and whether it is the order's own location; None when the words ask for a plain set."""
    order = stage.order
    if _PLAIN.search(order.action):
        return None
    own = (
        {kind for _, kind in find("places", f"{order.location.name}. {order.location.description}")}
        if order.location
        else set()
    )
    # A stream of tea is no brook.
    action = re.sub(r"\b(streams?|stages?|bars?|spots?)\b", " ", order.action, flags=re.IGNORECASE)
    named = [kind for _, kind in find("places", action) if kind in _BEYOND]
    outside = [kind for kind in named if kind not in own]
    reading = read(order)
    if outside and not own & set(named):
        return outside[0], False
    if reading.told and reading.place in _BEYOND and (order.location is not None or named):
        return reading.place, order.location is not None
    if order.location is not None:
        return ("room" if order.location.setting != "exterior" else "field"), True
    return None


def painted_place(stage: Stage, kind: str, own: bool, size: tuple[int, int]) -> Array:
    """The drawn place without anybody in it, as linear light [h, w, 3] of `size` (width, height)."""
    from callsheet.media.animatic.scenes.choice import BUILDERS

    order, grade = stage.order, stage.grade
    near = order.camera.size in ("wide", "extreme-wide", "full")
    empty = order.model_copy(update={
        "action": kind, "cast": (), "props": (), "references": (), "text_room": "none", "use_case": "landscape",
        "camera": Camera(size="full" if near else "medium", move="static"), "time_of_day": grade.time, "weather": grade.weather,
        **({} if own else {"location": None, "location_id": None}),
    })  # fmt: skip
    inner = Stage(size[0] // 2 * 2, size[1] // 2 * 2, empty, stage.seed)
    scene = importlib.import_module(f"callsheet.media.animatic.scenes.{BUILDERS[kind]}").build(inner)
    surface = skia.Surface(inner.width, inner.height)
    scene.paint(surface.getCanvas(), View(progress=0.5))
    pixels = surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)[..., :3]
    pad = ((0, size[1] - inner.height), (0, size[0] - inner.width), (0, 0))
    return linear(np.pad(pixels, pad, mode="edge") / 255.0)


def surface_edge(pixels: NDArray[np.uint8]) -> int:
    """The row of a picture at which a table or floor meets what is behind it: its strongest level edge between 35 % and 90 % of the height."""
    light = ndimage.gaussian_filter1d(pixels[..., :3].astype(float).mean(-1), 2, axis=0)
    step = np.abs(np.median(np.diff(light, axis=0), axis=1))
    low, high = int(len(step) * 0.35), int(len(step) * 0.9)
    return low + int(np.argmax(step[low:high]))


def still_place(still: Still, size: tuple[int, int], edge: float) -> tuple[Array, Rgb]:
    """A location's picture as linear light of `size` (width, height), its surface's edge laid on row `edge`; and that surface's colour."""
    pixels = still.pixels[..., :3]
    height, width = pixels.shape[:2]
    row = surface_edge(still.pixels)
    scale = max(size[0] / width, edge / max(row, 1), 0.05)
    canvas = skia.Surface(*size)
    picture = skia.Image.fromarray(np.ascontiguousarray(still.pixels), skia.ColorType.kRGBA_8888_ColorType)
    left = (size[0] - width * scale) * _liveliest(pixels[:row], size[0] / (width * scale))
    place = skia.Rect.MakeXYWH(left, edge - row * scale, width * scale, height * scale)
    canvas.getCanvas().drawImageRect(
        picture, place, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
    )
    light = linear(canvas.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)[..., :3] / 255.0)
    under = linear(pixels[min(row + 4, height - 1) :].reshape(-1, 3) / 255.0)
    r, g, b = (float(v) for v in np.quantile(under, 0.7, axis=0))
    return light, (r, g, b)


def _liveliest(pixels: NDArray[np.uint8], share: float) -> float:
    """Where (0 left .. 1 right) a crop of `share` of the width shows most light and shade: a window, a patch of sun."""
    columns = pixels[::4, ::4, :3].astype(float).mean(-1)
    wide = columns.shape[1]
    part = max(2, min(wide, round(wide * share)))
    shares = np.linspace(0, 1, 9)
    spread = [columns[:, round(at * (wide - part)) :][:, :part].std() for at in shares] if len(columns) else [0.0] * 9
    return float(shares[int(np.argmax(spread))])


def lifted(light: Array, key: Array, side: float, *, day: bool, blur: float) -> Array:
    """The place as a product's backdrop: brought to a clear exposure, richer in colour, and warm on the key's
    `side` and cool away from it, and out of focus by `blur` pixels."""
    grey = light @ np.array([0.3, 0.59, 0.11])
    middle = float(np.quantile(grey, 0.6))
    gain = np.clip((0.74 if day else 0.17) / max(middle, 1e-3), 0.7, 3.2)
    # Gains contrast about the middle as it brightens: a lifted picture alone would look like fog.
    deep = np.clip(grey / max(middle, 1e-3), 0.02, 4.0)[..., None] ** (0.55 if day else 0.25)
    vivid = np.maximum(grey[..., None] + (light - grey[..., None]) * (1.18 if day else 1.05), 0.0) * gain * deep
    if day:
        across = np.linspace(0, 1, light.shape[1])[None, :, None]
        warm = across if side > 0 else 1 - across
        cool = np.array([0.92, 0.99, 1.06])
        vivid = vivid * (cool * (1 - warm) + (0.75 + 0.25 * key / max(float(key.max()), 1e-3)) * 1.06 * warm)
    if blur > 0.3:
        vivid = np.sqrt(np.maximum(ndimage.gaussian_filter(vivid**2, (blur, blur, 0), mode="nearest"), 0.0))
    return np.asarray(linear(encoded(vivid)))


def sunshine(size: tuple[int, int], side: float) -> Array:
    """Light falling in from the key's side: 1 near its upper corner, 0 away from it; [h, w]."""
    x, y = np.linspace(0, 1, size[0])[None, :], np.linspace(0, 1, size[1])[:, None]
    towards = x if side > 0 else 1 - x
    return smooth(1.15 - np.hypot((1 - towards) * 1.1, y * 0.9))
