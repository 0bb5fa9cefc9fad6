"""Where a product stands in the frame: above the captions, beside or below the text, clear of every edge for the whole camera move."""

from dataclasses import dataclass

import numpy as np
import skia

from callsheet.media.animatic.camera import path
from callsheet.media.animatic.objects.mesh import Array
from callsheet.media.animatic.objects.sets import Composition
from callsheet.media.animatic.objects.solid import Detail
from callsheet.media.animatic.objects.turntable import Pose, project
from callsheet.media.animatic.stage import Stage

_FILL = {"extreme-wide": 0.30, "wide": 0.46, "full": 0.70, "medium": 0.95}
"""How much of its room an object takes."""
TIGHT = ("close", "extreme-close", "insert")
_BASE = {True: 0.675, False: 0.765}
"""The lowest row of an object, portrait and landscape: captions follow below."""


@dataclass(frozen=True)
class Extent:
    """The outline of what is shown, in object units around its base point as the camera sees it; `top` is up."""

    left: float
    right: float
    bottom: float
    top: float


def seen_extent(points: Array, yaw: float, pitch: float) -> Extent:
    """The extent of points (N, 3) in object space at one turn and camera height."""
    spots, _ = project(points, Pose(yaw, pitch, 0.0, 1.0, 0.0, 0.0))
    (left, low), (right, high) = spots.min(0), spots.max(0)
    return Extent(float(left), float(right), float(-high), float(-low))


def room(stage: Stage) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the part of the frame that a whole product may take, as fractions of the frame."""
    texted = stage.order.text_room != "none"
    if stage.portrait:
        return 0.1, 0.42 if texted else 0.38, 0.9, _BASE[True]
    return (0.53 if texted else 0.1), 0.15, 0.955 if texted else 0.9, _BASE[False]


def composed(stage: Stage, extent: Extent) -> Composition:
    """Stand a whole object in its room, as large as the shot's size asks, so that it stays there in every view of the camera's move."""
    left, top, right, bottom = room(stage)
    fill = _FILL.get(stage.order.camera.size, 1.0)
    wide, tall = extent.right - extent.left, extent.top - extent.bottom
    scale = min((right - left) * stage.width * fill / wide, (bottom - top) * stage.height * fill / tall)
    aside = 0.0
    if not stage.portrait and stage.order.text_room == "none" and fill < 0.9:
        aside = 0.11 * float(np.sign(stage.rng("third").uniform(-1, 1)))
    middle = ((left + right) / 2 + aside) * stage.width
    if stage.order.camera.size in ("wide", "extreme-wide"):
        bottom -= 0.01
    x, y = middle - (extent.left + extent.right) / 2 * scale, bottom * stage.height + extent.bottom * scale
    move = path(stage)
    views = [move(round(n / 8 * (stage.order.frames - 1))) for n in range(9)]
    for _ in range(4):
        box = skia.Rect.MakeLTRB(
            x + extent.left * scale, y - extent.top * scale, x + extent.right * scale, y - extent.bottom * scale
        )
        seen = [stage.matrix(view, 1.0).mapRect(box) for view in views]
        low, first, last = (max(r.bottom() for r in seen), min(r.left() for r in seen), max(r.right() for r in seen))
        y -= max(0.0, low - bottom * stage.height)
        if last - first > (right - left) * stage.width:
            shrink = (right - left) * stage.width / (last - first)
            y += (shrink - 1) * extent.bottom * scale
            x += (1 - shrink) * (extent.left + extent.right) / 2 * scale
            scale *= shrink
        else:
            x += max(0.0, left * stage.width - first) - max(0.0, last - right * stage.width)
    return Composition(x, y, scale)


def close_on(stage: Stage, extent: Extent, detail: Detail, at: tuple[float, float]) -> Composition:
    """Come close to one detail, seen at `at` (units right of and above the base point): the rest runs out of the frame.

    The base stays above the captions unless the object is too tall for that.
    """
    texted = stage.order.text_room != "none"
    across, up = at
    zoom = 1.25 if stage.order.camera.size == "close" else 0.95
    wanted = (stage.width * 0.9 if stage.portrait else stage.height * 0.72) / (detail.span * zoom)
    base = _BASE[stage.portrait] + 0.01
    highest = (0.41 if texted else 0.28) if stage.portrait else 0.27
    scale = min(wanted, (base - highest) * stage.height / max(up, 0.05))
    y = base * stage.height + extent.bottom * scale
    if scale < 0.75 * wanted:
        scale = wanted
        y = stage.height * (0.54 if stage.portrait else 0.46) + up * scale
    x = stage.width * 0.5 - across * scale
    if texted and not stage.portrait:
        x = max(stage.width * 0.66 - across * scale, stage.width * 0.545 - extent.left * scale)
    return Composition(x, y, scale)
