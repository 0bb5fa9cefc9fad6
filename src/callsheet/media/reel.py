"""Reels: several clips beside each other in one film, with a letter on each, for people to compare."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path

import numpy as np

from callsheet.errors import MediaError
from callsheet.media.decode import frame_count, frames
from callsheet.media.encode import TAKE, ClipWriter
from callsheet.media.sheet import Lettering

_GAP = 16
_FOOT = 44
_BACK = (12, 12, 12, 255)


def side_by_side(
    clips: Sequence[tuple[Path, str]],
    out: Path,
    *,
    fonts: Sequence[Path],
    rate: Fraction,
    shape: Fraction,
    width: int = 1920,
) -> None:
    """Save a film in which the clips play at the same time, each with its title below; one that ends early holds its last frame.

    `shape` is width by height of each picture. Raises MediaError or StorageError.
    """
    if not clips:
        raise MediaError("a reel needs at least one clip", where=str(out))
    columns = _columns(len(clips), shape)
    rows = ceil(len(clips) / columns)
    wide = (width - _GAP * (columns + 1)) // columns // 2 * 2
    high = round(wide / shape / 2) * 2
    whole = (rows * (high + _FOOT + _GAP) + _GAP + 1) // 2 * 2
    ground = np.empty((whole, width, 4), np.uint8)
    ground[:] = _BACK
    places = [
        (_GAP + column * (wide + _GAP), _GAP + row * (high + _FOOT + _GAP))
        for row, column in (divmod(number, columns) for number in range(len(clips)))
    ]
    letters = Lettering(fonts)
    for (x, y), (_, title) in zip(places, clips, strict=True):
        letters.draw(ground, title, x, y + high + _FOOT - 14, 22.0, wide)
    counts = [frame_count(path, rate) for path, _ in clips]
    players = [
        frames(path, 0, count, size=(wide, high), rate=rate) for (path, _), count in zip(clips, counts, strict=True)
    ]
    with ClipWriter(out, width, whole, rate, TAKE) as film:
        for index in range(max(counts)):
            for (x, y), count, player in zip(places, counts, players, strict=True):
                if index < count:
                    ground[y : y + high, x : x + wide] = next(player).reformat(format="bgra").to_ndarray()
            film.write_bgra(ground.copy())


def _columns(count: int, shape: Fraction) -> int:
    """As near to a wide screen as the number of clips allows."""

    def off(columns: int) -> float:
        return abs(float(columns * shape / ceil(count / columns)) - 16 / 9)

    return min(range(1, count + 1), key=lambda columns: (off(columns), columns))
