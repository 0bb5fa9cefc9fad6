"""The product as other scenes need it: its own colour, and one picture of it to put into a hand or on a table."""

from functools import lru_cache

import numpy as np
import skia

from callsheet.film.asset import Prop
from callsheet.media.animatic.colour import Colour, oklab
from callsheet.media.animatic.objects.cutout import cutout_from
from callsheet.media.animatic.objects.naming import build_object, kind_of
from callsheet.media.animatic.objects.pixels import native
from callsheet.media.animatic.objects.sets import design
from callsheet.media.animatic.objects.solid import Rgb
from callsheet.media.animatic.objects.turntable import Pose, Turntable
from callsheet.media.animatic.stage import Stage

_TALL = 420
_NAMES = {"teapot", "cup", "bottle", "phone", "bag", "lamp", "candle", "book", "laptop", "plant", "gift", "watch", "ring", "bowl",
          "headphones", "camera", "chair", "car", "dress"}  # fmt: skip


def coloured(prop: Prop, pixels: np.ndarray | None) -> Prop:
    """The prop with the colour its supplied picture shows, when it has one and the board gives none."""
    if prop.colour or pixels is None:
        return prop
    cutout = cutout_from(pixels)
    return prop if cutout is None else prop.model_copy(update={"colour": _hex(_glaze(cutout.pixels))})


def _glaze(pixels: np.ndarray) -> Rgb:
    """The surface's own colour: the middle of its mid-tones, without highlights and shadows, a little lighter as light falls off it."""
    solid = pixels[pixels[..., 3] > 200][:, :3].astype(float) / 255
    if not len(solid):
        return 0.5, 0.5, 0.5
    light = solid.mean(1)
    low, high = np.quantile(light, [0.35, 0.85])
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
    own = next((s for s in stage.stills if s.role == f"prop:{prop_id}"), None)
    if own is not None:
        cutout = cutout_from(own.pixels)
        if cutout is not None:
            return _cutout(own.pixels.tobytes(), own.pixels.shape)
    side = 1.0 if stage.grade.light_x > 0 else -1.0
    return _rendered(prop.model_dump_json(), stage.grade.accent, stage.grade.key, stage.grade.fill, side, stage)


def _product(stage: Stage, name: str) -> tuple[str, Prop] | None:
    if name not in _NAMES:
        return None
    for prop_id, prop in stage.order.props:
        if kind_of(prop.name, prop.description, "") == name:
            return prop_id, prop
    return None


@lru_cache(4)
def _cutout(data: bytes, shape: tuple[int, ...]) -> skia.Image | None:
    cutout = cutout_from(np.frombuffer(data, np.uint8).reshape(shape))
    return None if cutout is None else cutout.image


_RENDERED: dict[tuple[str, int, int, int, float], skia.Image] = {}


def _rendered(prop_json: str, accent: Colour, key: Colour, fill: Colour, side: float, stage: Stage) -> skia.Image:
    """The parametric product at its best turn, under the shot's light, trimmed to its outline; drawn once for each light."""
    at = (prop_json, accent, key, fill, side)
    if at not in _RENDERED:
        if len(_RENDERED) > 7:
            _RENDERED.pop(next(iter(_RENDERED)))
        _, solid = build_object(Prop.model_validate_json(prop_json), accent, "")
        main = np.median(solid.meshes[0].colour, axis=0)
        table = Turntable(solid, design(stage, "cyc", (float(main[0]), float(main[1]), float(main[2]))).rig)
        wide, scale = round(_TALL * 2.6), _TALL * 1.35
        surface = skia.Surface(wide * 2, round(_TALL * 1.6) * 2)
        table.draw(surface.getCanvas(), Pose(solid.yaw, 0.10, 0.0, scale * 2, wide, _TALL * 2.9))
        pixels = surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)
        half = pixels.reshape(pixels.shape[0] // 2, 2, pixels.shape[1] // 2, 2, 4).astype(float).mean((1, 3))
        rows, columns = np.flatnonzero((half[..., 3] > 20).any(1)), np.flatnonzero((half[..., 3] > 20).any(0))
        kept = half[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        _RENDERED[at] = native(kept.round().astype(np.uint8))
    return _RENDERED[at]


def pale(colour: Rgb) -> bool:
    """Whether a colour is too light to stand off a light set."""
    r, g, b = (round(255 * c) for c in colour)
    return oklab(0xFF000000 | r << 16 | g << 8 | b)[0] > 0.8
