"""The stage: size, order, seeds and grade of one shot, and the parallax of its layers. Every scene is built on one."""

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.film.digest import seed as seed_of
from callsheet.film.take import Order
from callsheet.media.animatic.axis import reverse
from callsheet.media.animatic.grade import Grade, grade_for


@dataclass(frozen=True)
class View:
    """The camera at one moment, independent of resolution."""

    x: float = 0.0
    """Truck in picture heights at depth 1; positive moves the camera right."""
    y: float = 0.0
    """Crane in picture heights at depth 1; positive moves the camera down."""
    zoom: float = 1.0
    """1 is as composed; a dolly, so near layers grow more than far ones."""
    roll: float = 0.0
    """Radians."""
    time: float = 0.0
    """Seconds since the shot began, for motion inside the scene."""
    progress: float = 0.0
    """0..1 through the shot, linear."""
    yaw: float = 0.0
    """Turn right in picture heights: a rotation, so it shifts every depth alike."""
    pitch: float = 0.0
    """Turn down in picture heights: a rotation."""


@dataclass(frozen=True)
class Still:
    """A supplied picture: its role in the order and its pixels, [h, w, 4] uint8 premultiplied RGBA."""

    role: str
    pixels: NDArray[np.uint8]


class Scene(Protocol):
    """A built shot that can paint any of its moments."""

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Paint the full frame, opaque."""


@dataclass(frozen=True)
class Stage:
    """What every scene is built from. `width` and `height` are pixels; `seed` is the recipe's."""

    width: int
    height: int
    order: Order
    seed: int
    stills: list[Still] = field(default_factory=list)

    @cached_property
    def grade(self) -> Grade:
        """The palette and light of this shot."""
        return grade_for(self.order)

    @property
    def portrait(self) -> bool:
        """Whether the frame stands upright."""
        return self.height > self.width

    @property
    def unit(self) -> int:
        """The short side in pixels: the measure for line widths and props."""
        return min(self.width, self.height)

    @property
    def bounds(self) -> skia.Rect:
        """The whole frame in pixels."""
        return skia.Rect.MakeWH(self.width, self.height)

    @cached_property
    def calm(self) -> skia.Rect:
        """The part (in fractions of the frame) that must stay calm for text on screen; empty when there is no text."""
        room = self.order.text_room
        if room == "none":
            return skia.Rect.MakeEmpty()
        if room == "all":
            return skia.Rect.MakeWH(1, 1)
        return skia.Rect.MakeWH(1, 1 / 3) if self.portrait else skia.Rect.MakeWH(0.45, 1)

    def rng(self, *names: str | int) -> np.random.Generator:
        """Random numbers of this recipe, one independent stream per name."""
        return np.random.default_rng(seed_of("animatic", self.seed, *names))

    def place_rng(self, *names: str | int) -> np.random.Generator:
        """Random numbers of this place: the same in every shot that plays there and looks the same way."""
        place = self.order.location_id or (self.order.location.name if self.order.location else self.order.action)
        side = ("reverse",) if reverse(self.order) else ()
        return np.random.default_rng(seed_of("place", place, *names, *side))

    def cast_rng(self, cast_id: str, *names: str | int) -> np.random.Generator:
        """Random numbers of a character: the same in every shot they are in."""
        return np.random.default_rng(seed_of("cast", cast_id, *names))

    def matrix(self, view: View, depth: float) -> skia.Matrix:
        """The transform, in frame pixels, of a layer at `depth`: 0 infinitely far, 1 the subject, above 1 foreground."""
        centre_x, centre_y = self.width / 2, self.height / 2
        near = max(depth, 0.0) ** 1.3
        scale = view.zoom ** (0.22 + 0.78 * min(near, 2.2))
        matrix = skia.Matrix()
        matrix.setTranslate(centre_x, centre_y)
        matrix.preRotate(math.degrees(view.roll))
        matrix.preScale(scale, scale)
        turn = 1.0 + 0.06 * (depth - 1)
        matrix.preTranslate(
            -centre_x - (view.x * near + view.yaw * turn) * self.height,
            -centre_y - (view.y * near + view.pitch * turn) * self.height,
        )
        return matrix

    @contextlib.contextmanager
    def layer(self, canvas: skia.Canvas, view: View, depth: float) -> Iterator[None]:
        """Draw in the composed frame's pixels; the camera moves the layer as its `depth` demands.

        Layers must reach about a third of the frame beyond its edges, or the camera will see where they end.
        """
        canvas.save()
        canvas.concat(self.matrix(view, depth))
        try:
            yield
        finally:
            canvas.restore()
