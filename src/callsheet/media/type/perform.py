"""A super in time: its pages come in word by word, stand still, and go."""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import skia

from callsheet.media.tiles import Tile
from callsheet.media.type.compose import compose
from callsheet.media.type.draw import (
    Palette,
    Patch,
    image_of,
    paint_patch,
    palette_of,
    shade_patch,
    shape_patch,
    word_patch,
)
from callsheet.media.type.motion import Timing, ease_out_back, ease_out_quart, timing
from callsheet.media.type.place import room_of
from callsheet.media.type.stage import REFERENCE, stage_for
from callsheet.media.type.supers import Placement, Super
from callsheet.media.type.typeset import Block, Word
from callsheet.media.type.voices import TONES

__all__ = ["Performance", "tile_of"]

_ENTRANCES = {"cta": "drift", "legal": "drift", "lower-third": "unveil"}
_BY_LINE = ("sub", "legal", "lower-third", "item", "quote", "cta")
_SHADES = 8
_LINEAR = skia.SamplingOptions(skia.FilterMode.kLinear)


def tile_of(patch: Patch, size: tuple[int, int], stable_id: str) -> Tile:
    """A patch as a tile, cut to the frame and closed to writing."""
    left, top = max(0, -patch.x), max(0, -patch.y)
    right = min(patch.pixels.shape[1], size[0] - patch.x)
    bottom = min(patch.pixels.shape[0], size[1] - patch.y)
    pixels = patch.pixels[top : max(top, bottom), left : max(left, right)]
    pixels.flags.writeable = False
    return Tile(patch.x + left, patch.y + top, pixels, stable_id)


@dataclass
class _Page:
    """One block of a super and the frames it is shown on; patches are made when they are first needed."""

    block: Block
    first: int
    timing: Timing
    x: float
    y: float
    turns: dict[int, int]
    shape_turns: dict[int, int]
    words: dict[int, Patch] = field(default_factory=dict)
    held: Tile | None = None

    @property
    def last_turn(self) -> int:
        return max((*self.turns.values(), *self.shape_turns.values()), default=0)


class Performance:
    """Draws one placed super on frames of one size, frame 0 being its first."""

    def __init__(self, item: Super, key: str, size: tuple[int, int], rate: Fraction) -> None:
        if item.placement is None:
            raise ValueError("a super must be placed before it is drawn")
        self._item, self._size = item, size
        self._id = f"{key}.{size[0]}x{size[1]}"
        self._scale = min(size) / REFERENCE
        self._palette: Palette = palette_of(item.accent, item.ground)
        self._entrance = TONES[item.tone].entrance
        if item.role in _ENTRANCES:
            self._entrance = _ENTRANCES[item.role]
        stage = self._stage = stage_for(size)
        room = room_of(item.placement, stage)
        blocks = compose(item, stage.kind, room.width, room.height, item.placement.align, item.placement.scale / 1000)
        self._pages = self._paged(blocks, room.x, room.y, room.width, item.end - item.start, rate)
        self._shades: dict[int, Tile | None] = {}

    def _paged(
        self, blocks: tuple[Block, ...], x: float, y: float, width: float, frames: int, rate: Fraction
    ) -> list[_Page]:
        """Share the frames among the pages by how much each holds."""
        align = self._item.placement.align if self._item.placement else "left"
        amounts = [max(1, sum(len(w.text) for w in b.words)) for b in blocks]
        pages, first = [], 0
        for i, block in enumerate(blocks):
            until = frames * sum(amounts[: i + 1]) // sum(amounts)
            shift = {"left": 0.0, "center": 0.5, "right": 1.0}[align] * (width - block.width)
            turns, shape_turns = _turns(block, self._entrance == "unveil" or self._item.role in _BY_LINE)
            last = max((*turns.values(), *shape_turns.values()), default=0)
            motion = timing(
                TONES[self._item.tone], last + 1, until - first, rate,
                stay=self._item.stay or i + 1 < len(blocks), opens=i == 0,
                after=self._item.placement.after if self._item.placement else 0,
            )  # fmt: skip
            pages.append(_Page(block, first, motion, (x + shift) * self._scale, y * self._scale, turns, shape_turns))
            first = until
        return pages

    def tiles(self, frame: int) -> list[Tile]:
        """What the super shows on a frame of its own."""
        number = max(i for i, page in enumerate(self._pages) if page.first <= frame)
        page = self._pages[number]
        local = frame - page.first
        gone = page.timing.leaving(local)
        if gone > 0:
            return self._leaving(number, page, local, gone)
        if page.timing.arrived(page.last_turn, local) >= 1:
            return [self._held(number, page)]
        return self._arriving(number, page, local)

    def _arriving(self, number: int, page: _Page, local: int) -> list[Tile]:
        out = []
        there = [page.timing.arrived(turn, local) for turn in range(page.last_turn + 1)]
        for i, shape in enumerate(page.block.shapes):
            p = there[page.shape_turns[i]]
            if p > 0:
                patch = shape_patch(shape, self._palette, self._scale, page.x, page.y, ease_out_quart(p))
                out.append(self._tile(patch, f"{number}.s{i}" if p >= 1 else f"{number}.s{i}.{local}"))
        for i, word in enumerate(page.block.words):
            p = there[page.turns[i]]
            if p >= 1:
                out.append(self._tile(self._word(page, i), f"{number}.w{i}"))
            elif p > 0:
                moving = self._moving(page, i, word, p)
                if moving is not None:
                    out.append(self._tile(moving, f"{number}.w{i}.{local}"))
        return [tile for tile in out if tile.rgba.size]

    def _moving(self, page: _Page, index: int, word: Word, p: float) -> Patch | None:
        """A word on its way in."""
        still = self._word(page, index)
        q = ease_out_quart(p)
        size = word.size * self._scale
        baseline = page.y + word.baseline * self._scale
        if self._entrance == "punch":
            return _placed(still, 0, 0, 0.8 + 0.2 * ease_out_back(p), min(1.0, p * 3))
        if self._entrance == "drift":
            return _placed(still, 0, (1 - q) * size * 0.2, 1.0, min(1.0, q * q * (3 - 2 * q)))
        if self._entrance == "unveil":
            row = [w for w in page.block.words if w.line == word.line]
            left, right = min(w.x for w in row), max(w.x + w.width for w in row)
            edge = page.x + (left + (right - left + word.size * 0.3) * q) * self._scale
            return _cut(still, 0.0, (1 - q) * size * -0.12, right=edge)
        # Rising out of its own line: the line's foot is the edge it comes from behind.
        foot = baseline + size * (0.27 + 0.2 * q)
        return _cut(still, (1 - q) * size * 1.12, 0.0, bottom=foot)

    def _leaving(self, number: int, page: _Page, local: int, gone: float) -> list[Tile]:
        held = self._held(number, page)
        fade = (1 - gone) ** 1.6
        lift = -round(0.012 * REFERENCE * self._scale * gone * gone)
        pixels = (np.arange(256) * fade + 0.5).astype(np.uint8)[held.rgba]
        tile = self._tile(Patch(held.x, held.y + lift, pixels), f"{number}.out{local}")
        return [tile] if tile.rgba.size else []

    def _held(self, number: int, page: _Page) -> Tile:
        if page.held is None:
            shapes = [shape_patch(s, self._palette, self._scale, page.x, page.y) for s in page.block.shapes]
            words = [self._word(page, i) for i in range(len(page.block.words))]
            page.held = self._tile(_merged([*shapes, *words]), f"{number}.held")
        return page.held

    def _word(self, page: _Page, index: int) -> Patch:
        if index not in page.words:
            page.words[index] = word_patch(page.block.words[index], self._palette, self._scale, page.x, page.y)
        return page.words[index]

    def shades(self, frame: int) -> list[Tile]:
        """The darkening behind the words on a frame of the super's own."""
        placement = self._item.placement
        if placement is None or placement.shade is None or self._item.ground:
            return []
        first, last = self._pages[0], self._pages[-1]
        there = min(1.0, max(0.0, frame + 0.5 - first.timing.wait) / max(1.0, first.timing.each))
        gone = last.timing.leaving(frame - last.first) if frame >= last.first else 0.0
        # In steps, so that the large tile is converted a few times, not on every frame.
        step = round(ease_out_quart(there) * (1 - gone) * _SHADES)
        if step not in self._shades:
            x, y, width, height, strength = placement.shade
            box = room_of(Placement(x, y, width, height, placement.align), self._stage)
            patch = shade_patch(box, strength / 1000 * step / _SHADES, self._scale, self._size) if step else None
            self._shades[step] = self._tile(patch, f"shade{step}") if patch else None
        tile = self._shades[step]
        return [tile] if tile is not None else []

    def _tile(self, patch: Patch, name: str) -> Tile:
        return tile_of(patch, self._size, f"{self._id}.{name}")


def _turns(block: Block, by_line: bool) -> tuple[dict[int, int], dict[int, int]]:
    """The turn in which each word and each shape comes in, counted without holes."""
    orders = sorted({w.line if by_line else w.order for w in block.words})
    words = {i: orders.index(w.line if by_line else w.order) for i, w in enumerate(block.words)}
    shapes = {}
    for i, shape in enumerate(block.shapes):
        before = [words[n] for n, w in enumerate(block.words) if w.order < shape.order]
        shapes[i] = max(before) if before else 0
    if block.shapes and not by_line:
        return words, shapes
    if any(s.kind in ("pill", "bar", "mark") for s in block.shapes):
        # The shape opens first, the words follow it.
        words = {i: turn + 1 for i, turn in words.items()}
    return words, shapes


def _placed(patch: Patch, dx: float, dy: float, zoom: float, opacity: float) -> Patch:
    """A patch moved by less than a pixel or more, zoomed about its middle, seen through."""
    width, height = patch.pixels.shape[1], patch.pixels.shape[0]
    image = image_of(patch)
    centre_x, centre_y = patch.x + width / 2 + dx, patch.y + height / 2 + dy
    wide, high = width * zoom, height * zoom
    x, y = centre_x - wide / 2, centre_y - high / 2
    paint = skia.Paint(Alphaf=opacity)

    def draw(canvas: skia.Canvas) -> None:
        canvas.drawImageRect(image, skia.Rect.MakeXYWH(x, y, wide, high), _LINEAR, paint)

    return paint_patch(x - 1, y - 1, wide + 2, high + 2, draw, copies=True)


def _cut(
    patch: Patch, dy: float, dx: float, *, bottom: float | None = None, right: float | None = None
) -> Patch | None:
    """A patch moved, and cut off below row `bottom` or right of column `right`; None where nothing is left."""
    # Only slow motion shows a part of a pixel; whole pixels are copied faster.
    dx, dy = (d if abs(d) < 3 else round(d) for d in (dx, dy))
    image = image_of(patch)
    x, y = patch.x + dx, patch.y + dy
    end_x = min(x + image.width(), right if right is not None else x + image.width())
    end_y = min(y + image.height(), bottom if bottom is not None else y + image.height())
    if end_x - x < 1 or end_y - y < 1:
        return None

    def draw(canvas: skia.Canvas) -> None:
        canvas.clipRect(skia.Rect.MakeLTRB(x, y, end_x, end_y), skia.ClipOp.kIntersect, True)
        canvas.drawImage(image, x, y, _LINEAR, None)

    return paint_patch(x, y, end_x - x, end_y - y, draw, copies=True)


def _merged(patches: list[Patch]) -> Patch:
    """Patches laid over each other in order."""
    left, top = min(p.x for p in patches), min(p.y for p in patches)
    right, bottom = max(p.right for p in patches), max(p.bottom for p in patches)

    def draw(canvas: skia.Canvas) -> None:
        for patch in patches:
            canvas.drawImage(image_of(patch), patch.x, patch.y, skia.SamplingOptions(), None)

    return paint_patch(left, top, right - left, bottom - top, draw, copies=True)
