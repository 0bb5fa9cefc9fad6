"""Drawing a take: from a recipe to frames, and to a clip."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.errors import InputError
from callsheet.film.preset import Framing
from callsheet.film.take import Recipe
from callsheet.media.animatic.beats import parts
from callsheet.media.animatic.camera import path as camera_path
from callsheet.media.animatic.continuity import Continuity
from callsheet.media.animatic.finish import Finish
from callsheet.media.animatic.lettering import Lettering
from callsheet.media.animatic.scenes import scene_for
from callsheet.media.animatic.stage import Stage, Still
from callsheet.media.animatic.version import ENGINE
from callsheet.media.encode import TAKE, ClipWriter
from callsheet.media.stills import load_still

__all__ = ["ENGINE", "Drawn", "draw", "frame", "pictures", "size_of"]


_NO_STILLS = frozenset(
    ("last-frame", "keyframe", "extends", "extend", "edit", "upscale", "reframe", "restyle", "video", "audio")
)
"""Roles of references that are no pictures to put into the scene."""


@dataclass(frozen=True)
class Drawn:
    """The clip that was written: size in pixels, length in frames."""

    width: int
    height: int
    frames: int


def size_of(framing: Framing, height: int = 720) -> tuple[int, int]:
    """Width and height in pixels of a framing whose short side is `height` pixels (even, at least 16)."""
    if height < 16 or height % 2:
        raise InputError(
            f"a picture of {height} lines cannot be drawn", remedy="Give an even number of lines, at least 16."
        )
    long = round(height * 16 / 9 / 2) * 2
    return (long, height) if framing == "16:9" else (height, long)


def draw(
    recipe: Recipe,
    framing: Framing,
    references: Mapping[str, Path],
    out: Path,
    *,
    height: int = 720,
    on_frame: Callable[[int], None] | None = None,
) -> Drawn:
    """Draw the take of `recipe` in one framing and write it to `out` as MP4.

    `references` maps the sha256 of each of the order's references to its file; one that is missing is drawn without. `height` is the
    short side in pixels. `on_frame` hears the index of each frame once it is written. Raises MediaError when a reference cannot be
    read and StorageError when `out` cannot be written. The same recipe, framing and height give the same pictures.
    """
    order = recipe.order
    width, lines = size_of(framing, height)
    with ClipWriter(out, width, lines, order.rate.fraction, TAKE) as writer:
        for index, pixels in _pictures(recipe, framing, references, height, range(order.frames)):
            writer.write_bgra(pixels)
            if on_frame is not None:
                on_frame(index)
    return Drawn(width, lines, order.frames)


def frame(
    recipe: Recipe, framing: Framing, references: Mapping[str, Path], index: int, height: int = 720
) -> NDArray[np.uint8]:
    """One frame of the take as [h, w, 4] uint8 BGRA; a negative `index` counts from the end. Raises IndexError outside the shot."""
    frames = recipe.order.frames
    place = index + frames if index < 0 else index
    if not 0 <= place < frames:
        raise IndexError(f"frame {index} of {frames}")
    (_, pixels), *_ = _pictures(recipe, framing, references, height, range(place, place + 1))
    return pixels


def pictures(
    recipe: Recipe, framing: Framing, references: Mapping[str, Path], height: int = 720
) -> Iterator[NDArray[np.uint8]]:
    """Every frame of the take, drawn one after the other, as `frame` gives it; the array is reused, so copy what you keep."""
    for _, pixels in _pictures(recipe, framing, references, height, range(recipe.order.frames)):
        yield pixels


def _pictures(
    recipe: Recipe, framing: Framing, references: Mapping[str, Path], height: int, indices: range
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Frames as BGRA; the array is reused, so each must be taken before the next is asked for."""
    for start, part in parts(recipe):
        inside = range(max(indices.start, start) - start, min(indices.stop, start + part.order.frames) - start)
        if inside:
            for index, pixels in _picture(part, framing, references, height, inside):
                yield start + index, pixels


def _picture(
    recipe: Recipe, framing: Framing, references: Mapping[str, Path], height: int, indices: range
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """The frames of one picture of the shot."""
    order = recipe.order
    width, lines = size_of(framing, height)
    stills = [
        Still(reference.role, load_still(references[reference.sha256]))
        for reference in order.references
        if reference.role.partition(":")[0] not in _NO_STILLS and reference.sha256 in references
    ]
    stage = Stage(width, lines, order, recipe.seed, stills)
    scene, view_at, finish = scene_for(stage), camera_path(stage), Finish(stage)
    lettering, bound = Lettering(stage), Continuity(order, references, width, lines)
    pixels = np.zeros((lines, width, 4), np.uint8)
    info = skia.ImageInfo.Make(width, lines, skia.ColorType.kBGRA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)
    surface = skia.Surface.MakeRasterDirect(info, pixels)
    canvas = surface.getCanvas()
    backing = stage.grade.shadow
    for index in indices:
        if not bound.whole(index):
            canvas.clear(backing)  # a seam between two smooth edges must not show the frame before
            scene.paint(canvas, view_at(index))
            lettering.paint(canvas, view_at(index))
            finish.paint(canvas, index)
        bound.paint(canvas, index)
        yield index, pixels
