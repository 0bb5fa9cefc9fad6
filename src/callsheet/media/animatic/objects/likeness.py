"""The product as other scenes need it: its own colour, and one picture of it to put into a hand or on a table."""

from functools import lru_cache
from hashlib import sha256

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.film.asset import Prop
from callsheet.media.animatic.grade import Grade
from callsheet.media.animatic.objects.cutout import cutout_from
from callsheet.media.animatic.objects.naming import build_object, kind_of
from callsheet.media.animatic.objects.pixels import native
from callsheet.media.animatic.objects.sets import design
from callsheet.media.animatic.objects.solid import Rgb
from callsheet.media.animatic.objects.turntable import Pose, Turntable
from callsheet.media.animatic.stage import Stage

_SIZE = 640
_NAMES = {"teapot", "cup", "bottle", "phone", "bag", "lamp", "candle", "book", "laptop", "plant", "gift", "watch", "ring", "bowl",
          "headphones", "camera", "chair", "car", "dress"}  # fmt: skip


def coloured(prop: Prop, pixels: NDArray[np.uint8] | None) -> Prop:
    """The prop with the colour its supplied picture shows, when it has one and the board gives none."""
    if prop.colour or pixels is None:
        return prop
    cutout = cutout_from(pixels)
    return prop if cutout is None else prop.model_copy(update={"colour": _hex(_glaze(cutout.pixels))})


def _glaze(pixels: NDArray[np.uint8]) -> Rgb:
    """The surface's own colour: the middle of its darker mid-tones, without highlights and the deepest shadows."""
    solid = pixels[pixels[..., 3] > 200][:, :3].astype(float) / 255
    if not len(solid):
        return 0.5, 0.5, 0.5
    light = solid.mean(1)
    low, high = np.quantile(light, [0.12, 0.55])
    r, g, b = (float(v) for v in np.median(solid[(light >= low) & (light <= high)], axis=0))
    return r, g, b


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(255 * min(max(c, 0.0), 1.0)):02x}" for c in colour)


def likeness(stage: Stage, name: str) -> skia.Image | None:
    """A picture of the order's product, as tall as the object, when `name` is what the product is; None for any other thing."""
    found = _product(stage, name)
    if found is None:
        return None
    prop_id, prop = found
    role = f"prop:{prop_id}"
    own = next((s for s in stage.stills if s.role == role), None)
    sha = next((r.sha256 for r in stage.order.references if r.role == role), "")
    if own is not None and not sha:
        sha = sha256(own.pixels.tobytes()).hexdigest()
    pulled = bool(stage.order.look and stage.order.look.palette)
    side = 1.0 if stage.grade.light_x > 0 else -1.0
    at = (prop.model_dump_json(), sha if own is not None else "", stage.grade, side, stage.seed, pulled, stage.unit)
    if at not in _MADE:
        if len(_MADE) > 7:
            _MADE.pop(next(iter(_MADE)))
        cutout = cutout_from(own.pixels) if own is not None else None
        _MADE[at] = _fitted(cutout.image if cutout is not None else _rendered(stage, prop), stage.unit)
    return _MADE[at]


_MADE: dict[tuple[str, str, Grade, float, int, bool, int], skia.Image] = {}
"""The latest few pictures, by all that they depend on: every frame asks for them."""


@lru_cache(64)
def _kind(name: str, description: str) -> str:
    return kind_of(name, description)


def _product(stage: Stage, name: str) -> tuple[str, Prop] | None:
    if name not in _NAMES:
        return None
    for prop_id, prop in stage.order.props:
        if _kind(prop.name, prop.description) == name:
            return prop_id, prop
    return None


def _fitted(picture: skia.Image, unit: int) -> skia.Image:
    """The picture no larger than it is ever shown in a hand: drawing from a larger one costs time in every frame."""
    share = min(1.0, 0.72 * unit / max(picture.width(), picture.height()))
    surface = skia.Surface(max(1, round(picture.width() * share)), max(1, round(picture.height() * share)))
    sampling = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
    surface.getCanvas().drawImageRect(picture, skia.Rect.MakeWH(surface.width(), surface.height()), sampling)
    return surface.makeImageSnapshot()


def _rendered(stage: Stage, prop: Prop) -> skia.Image:
    """The parametric product at its best turn, under the shot's light, trimmed to its outline."""
    _, solid = build_object(prop, stage.grade.accent, "")
    main = np.median(solid.meshes[0].colour, axis=0)
    table = Turntable(solid, design(stage, "cyc", (float(main[0]), float(main[1]), float(main[2]))).rig)
    surface = skia.Surface(2 * _SIZE, 2 * _SIZE)
    table.draw(surface.getCanvas(), Pose(solid.yaw, 0.10, 0.0, 1.55 * _SIZE, _SIZE, 1.8 * _SIZE))
    pixels = surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)
    half = pixels.reshape(_SIZE, 2, _SIZE, 2, 4).astype(float).mean((1, 3))
    rows, columns = np.flatnonzero((half[..., 3] > 20).any(1)), np.flatnonzero((half[..., 3] > 20).any(0))
    kept = half[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return native(kept.round().astype(np.uint8))
