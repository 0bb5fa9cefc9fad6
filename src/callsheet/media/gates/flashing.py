"""Flashing that can bring on seizures: ITU-R BT.1702 and the three-flash rule of WCAG 2.2, on light and on saturated red.

A flash is a pair of opposing changes. Light: relative luminance changes by a tenth or more and the darker side is below 0.8. Red: a
change to or from saturated red. Both count where at least a quarter of the picture does it together; more than three in one second
are not permitted.
"""

import numpy as np
from numpy.typing import NDArray

from callsheet.media.gates.finding import LISTED, Finding, Outcome, Wanted
from callsheet.media.gates.footage import Footage

Cells = NDArray[np.float32]

STEP = 0.10
"""Change of relative luminance that counts (WCAG 2.2: 10 % of the maximum; BT.1702: 20 cd/m2 on a screen of 200)."""
DARK = 0.80
"""Changes count only when the darker picture is below this (WCAG 2.2; BT.1702: 160 of 200 cd/m2)."""
AREA = 0.25
"""Share of the picture that must change together (both)."""
SATURATED = 0.80
"""R / (R + G + B) from which red is saturated (WCAG 2.2)."""
RED_STEP = 20 / 320
"""Change of R - G - B that counts (WCAG 2.2: 20 of 320)."""
REJECT_CHANGES = 7
"""Opposing changes within one second that are more than three flashes: six make three."""
RANK_CHANGES = 4
"""Two flashes in a second are permitted, and uneasy when they go on."""

_CELL = 5
"""Side of a cell, in every second pixel of the small picture: a 16x9 grid. What flickers finer than that is no area that flashes."""
_TOGETHER = 2
"""Frames within which cells count as changing together: a flash of the whole picture may take two frames to build."""


_RED_CHROMA = 180
"""Cr below which no pixel is saturated red: pure red at a quarter of full light has more."""


def flashing(footage: Footage, wanted: Wanted) -> Finding:
    """Count flashes of light and of red in the worst second."""
    second = footage.in_frames(1.0)
    light, at = _worst(_changes(_luminance(footage), STEP, DARK), second)
    red, red_at = _worst(np.zeros(1, np.int8), second)
    if float((footage.red[:, ::2, ::2] > _RED_CHROMA).mean(axis=(1, 2)).max()) >= AREA:
        red, red_at = _worst(_changes(_redness(footage), RED_STEP, 1.0), second)
    most, which = (red, "saturated red") if red > light else (light, "light")
    score = round(max(0.0, 1.0 - most / REJECT_CHANGES), 4)
    if most >= RANK_CHANGES:
        words = f"{most // 2} flashes of {which} in one second" + (
            "" if most < REJECT_CHANGES else ", more than three: a danger to people with photosensitive epilepsy"
        )
        outcome: Outcome = "reject" if most >= REJECT_CHANGES else "rank"
        return Finding("flashing", outcome, score, words, (red_at if red > light else at)[:LISTED])
    return Finding("flashing", "ok", score, "no flashing")


_STEPS = np.arange(256)
_LINEAR = (np.clip((_STEPS - 16) / 219, 0, 1) ** 2.2).astype(np.float32)
"""Limited-range luma to relative luminance."""


def _luminance(footage: Footage) -> Cells:
    """Mean relative luminance of each cell, [n, rows, columns]."""
    luma = footage.luma[:, ::2, ::2]
    rows, columns = (max(1, side // _CELL) for side in luma.shape[1:])
    tall, wide = min(_CELL, luma.shape[1]), min(_CELL, luma.shape[2])
    luma = luma[:, : rows * tall, : columns * wide]
    cells = np.empty((len(luma), rows, columns), np.float32)
    for place, picture in zip(cells, luma, strict=True):
        down = np.add.reduce(_LINEAR[picture].reshape(rows, tall, columns * wide), axis=1)
        np.add.reduce(down.reshape(rows, columns, wide), axis=2, out=place)
    cells /= tall * wide
    return cells


def _redness(footage: Footage) -> Cells:
    """R - G - B in linear light of every second chroma sample where red is saturated, 0 elsewhere, [n, rows, columns]."""
    blue, red = (plane[:, ::2, ::2].astype(np.float32) for plane in (footage.blue, footage.red))
    luma = footage.luma[:, ::4, ::4][:, : red.shape[1], : red.shape[2]].astype(np.float32)
    blue, red = blue[:, : luma.shape[1], : luma.shape[2]], red[:, : luma.shape[1], : luma.shape[2]]
    y = (luma - 16) / 219
    u, v = (blue - 128) / 224, (red - 128) / 224
    linear = [
        np.clip(part, 0, 1) ** np.float32(2.2) for part in (y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u)
    ]
    total = linear[0] + linear[1] + linear[2]
    saturated = linear[0] >= SATURATED * np.maximum(total, 1e-3)
    return np.where(saturated, np.maximum(linear[0] - linear[1] - linear[2], 0), 0).astype(np.float32)


def _changes(cells: Cells, step: float, dark: float) -> NDArray[np.int8]:
    """Per frame 1 where at least `AREA` of the picture has turned brighter, -1 darker, 0 neither; opposing turns alternate."""
    count = len(cells)
    turns = np.zeros(count, np.int8)
    wide = cells.max(axis=0) - cells.min(axis=0)
    flat = cells.reshape(count, -1)
    # Two turns of `AREA` each need this much change in all; most shots have less.
    if (
        float((wide >= step).mean()) < AREA
        or float(np.abs(np.diff(flat, axis=0)).sum()) < 2 * AREA * step * flat.shape[1]
    ):
        return turns
    low, high = flat[0].copy(), flat[0].copy()
    rises, falls = np.ones(flat.shape[1], np.bool_), np.ones(flat.shape[1], np.bool_)  # which turns are awaited
    shares = np.zeros((2, count))
    for index in range(1, count):
        now = flat[index]
        np.minimum(low, now, out=low)
        np.maximum(high, now, out=high)
        risen = (now - low >= step) & (low < dark) & rises
        fallen = (high - now >= step) & (now < dark) & falls
        shares[0, index], shares[1, index] = np.count_nonzero(risen), np.count_nonzero(fallen)
        # From a turn on, the opposite one is awaited, and the extreme it is measured from is looked for anew.
        np.copyto(high, now, where=risen)
        np.copyto(low, now, where=fallen)
        rises = (rises & ~risen) | fallen
        falls = (falls & ~fallen) | risen
    shares /= flat.shape[1]
    last = 0
    for index in range(1, count):
        since = slice(max(0, index - _TOGETHER + 1), index + 1)
        for sign, share in ((1, shares[0]), (-1, shares[1])):
            if last != sign and share[index] > 0 and share[since].sum() >= AREA:
                turns[index], last = sign, sign
                break
    return turns


def _worst(turns: NDArray[np.int8], second: int) -> tuple[int, tuple[int, ...]]:
    """Most turns within one second, and the frames of these turns."""
    at = np.flatnonzero(turns)
    most: tuple[int, ...] = ()
    for number, start in enumerate(at):
        within = at[number:][at[number:] < start + second]
        if len(within) > len(most):
            most = tuple(int(frame) for frame in within)
    return len(most), most
