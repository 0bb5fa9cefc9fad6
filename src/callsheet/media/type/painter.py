"""The painter that the renderer asks for type: give it a frame, it gives tiles."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from callsheet.errors import NotFoundError
from callsheet.media.tiles import Tile
from callsheet.media.type.captions import Cue, speaks_cjk
from callsheet.media.type.draw import caption_patch
from callsheet.media.type.ink import measure
from callsheet.media.type.perform import Performance, tile_of
from callsheet.media.type.place import place_supers
from callsheet.media.type.setting import Setting
from callsheet.media.type.stage import REFERENCE, Stage, stage_for
from callsheet.media.type.supers import SHADE, WORDS, Item, Super, from_data, item_key, overlays

__all__ = ["TypePainter"]

_KEPT = 48
_CAPTION_SIZES = {"vertical": 57.0, "landscape": 48.0, "square": 48.0}
_CAPTION_SMALLEST = 0.62


class TypePainter:
    """Draws captions and supers over a film.

    `size` (width, height) and `rate` are the film's; `items` are supers and cues, or what `as_data` made of them, so that a
    painter can be built in another process. It remembers what it has drawn and changes nothing else.
    """

    def __init__(self, size: tuple[int, int], rate: Fraction, items: Iterable[Item | Mapping[str, Any]]) -> None:
        self.size, self.rate = size, Fraction(rate)
        made = [item if isinstance(item, Super | Cue) else from_data(item) for item in items]
        self._items = {item_key(item): item for item in made}
        self._acts: OrderedDict[tuple[str, tuple[int, int]], Performance | Tile] = OrderedDict()

    def tiles(self, key: str, frame: int, size: tuple[int, int] | None = None) -> list[Tile]:
        """What the overlay `key` (from `overlays`, or an `item_key`) shows on its `frame`, counted from its own first one.

        In drawing order, all inside a picture of `size` (the film's by default). While nothing moves, every frame gives the
        same tile. Frames outside the item show nothing. Raises NotFoundError for a key that is none of its items'.
        """
        size = size or self.size
        key, slash, layer = key.partition("/")
        item = self._items.get(key)
        if item is None:
            raise NotFoundError(f"no type with the key {key[:16]}", remedy="Give the painter every item of the film.")
        if not 0 <= frame < item.end - item.start:
            return []
        act = self._acts.get((key, size))
        if act is None:
            act = _caption(item, key, size) if isinstance(item, Cue) else self._perform(item, key, size)
            self._acts[key, size] = act
            if len(self._acts) > _KEPT:
                self._acts.popitem(last=False)
        self._acts.move_to_end((key, size))
        if isinstance(act, Tile):
            return [act]
        shades = act.shades(frame) if slash + layer != WORDS else []
        return [*shades, *(act.tiles(frame) if slash + layer != SHADE else [])]

    def at(self, frame: int, size: tuple[int, int] | None = None) -> list[Tile]:
        """Everything that the items show on the film's `frame`, in drawing order. Items with one key show as the last."""
        out: list[Tile] = []
        for key, start, _ in overlays(self._items.values()):
            out += self.tiles(key, frame - start, size)
        return out

    def _perform(self, item: Super, key: str, size: tuple[int, int]) -> Performance:
        placed = item if item.placement else place_supers([replace(item, start=0, end=item.end - item.start)], size)[0]
        return Performance(placed, key, size, self.rate)


def _caption(item: Cue, key: str, size: tuple[int, int]) -> Tile:
    stage = stage_for(size)
    scale = min(size) / REFERENCE
    wide = speaks_cjk(item.text, item.language)
    setting = Setting("text", weight=620, cjk_weight=620, language=item.language, tracking=0.02 if wide else 0.004)
    pitch = 1.3 if wide else 1.22
    at = _caption_size(item, setting, stage)
    centre = (stage.captions.x + stage.captions.width / 2) * scale
    # One line sits where the lower of two would, so that captions do not jump.
    foot = (stage.captions.bottom - at * 0.36) * scale
    patch = caption_patch(item.lines, setting, at, pitch, scale, centre, foot)
    return tile_of(patch, size, f"{key}.{size[0]}x{size[1]}")


def _caption_size(item: Cue, setting: Setting, stage: Stage) -> float:
    at = _CAPTION_SIZES[stage.kind]
    widest = max(measure(line, setting) for line in item.lines) * at
    return max(at * _CAPTION_SMALLEST, at * min(1.0, stage.captions.width / widest))
