"""Cuts inside what was ordered as one shot: another picture that comes in, or stands there for a few frames."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from callsheet.media.gates.finding import LISTED, Finding, Wanted
from callsheet.media.gates.footage import Footage

JUMP = 4.0
"""A cut steps this many times as far as the frames around it do: whip pans and shaking cameras step far, but not once."""
LEAST_STEP = 4.0
"""Mean step of luma, of 255, under which nobody sees a cut."""
ALIKE = 0.80
"""Correlation of the small pictures above which it is the same picture in other light (lightning, a lamp): no cut."""
SURE_ALIKE = 0.55
"""Below this correlation nothing of the picture is left."""
SURE_JUMP = 6.0

_NEAR_S = Fraction(1, 2)
"""How far from its place a cut that was ordered may come; models keep to the second, not to the frame."""

_AROUND = 5
"""Frames on each side that say how far this shot usually steps."""
_COLOUR_OFF = 0.25
"""Share of the picture that changed its colour and brightness class; the same room from another side keeps more."""


def cuts(footage: Footage, wanted: Wanted) -> Finding:
    """Frames at which another picture comes in. Sure ones reject, likely ones rank."""
    change = footage.change
    sure: list[int] = []
    likely: list[int] = []
    worst = 0.0
    jumps = change / (_usual(change) + 0.5)
    ordered = [Fraction(cut) / wanted.rate * footage.media.rate for cut in wanted.cuts]
    near = _NEAR_S * footage.media.rate
    for index in np.flatnonzero((change >= LEAST_STEP) & (jumps >= JUMP)):
        if any(abs(int(index) - cut) <= near for cut in ordered):
            continue
        jump = float(jumps[index])
        alike = _alike(footage.luma[index - 1], footage.luma[index])
        if alike > ALIKE:
            continue
        strength = min(1.0, (1.0 - max(alike, 0.0)) * min(1.0, jump / (2 * SURE_JUMP)))
        worst = max(worst, strength)
        if jump >= SURE_JUMP and (alike < SURE_ALIKE or _recoloured(footage, int(index)) > _COLOUR_OFF):
            sure.append(int(index))
        else:
            likely.append(int(index))
    score = round(1.0 - worst, 4)
    if sure:
        return Finding("cuts", "reject", score, f"cuts to another picture at {_listed(sure)}", tuple(sure[:LISTED]))
    if likely:
        return Finding("cuts", "rank", score, f"the picture jumps at {_listed(likely)}", tuple(likely[:LISTED]))
    return Finding("cuts", "ok", 1.0, "one shot")


def _usual(change: NDArray[np.float32]) -> NDArray[np.float32]:
    """The usual step around each frame: the median of its neighbours, which one more cut nearby does not move."""
    gaps = np.full(_AROUND, np.nan, np.float32)
    padded = np.concatenate([gaps, [np.nan], change[1:], gaps]).astype(np.float32)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1).copy()
    around[:, _AROUND] = np.nan
    around.sort(axis=1)  # gaps go last
    known = np.count_nonzero(~np.isnan(around), axis=1)
    middle = np.take_along_axis(around, np.maximum(known - 1, 0)[:, None] // 2, axis=1)[:, 0]
    return np.where(known > 0, middle, 0).astype(np.float32)


def _alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Correlation of two pictures, whatever their brightness and contrast; 1 for two flat ones."""
    a, b = (picture[::2, ::2].astype(np.float32) for picture in (one, other))
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    flat = float(a.std()) < 1.0, float(b.std()) < 1.0
    if all(flat):
        return 1.0
    return 0.0 if any(flat) else float((a * b).sum()) / norm


def _recoloured(footage: Footage, index: int) -> float:
    """Share of the picture that must change its class of light and colour to turn the frame before into this one, 0 to 1."""
    before, after = (_histogram(footage, place) for place in (index - 1, index))
    return float(np.abs(before - after).sum()) / 2


def _histogram(footage: Footage, index: int) -> NDArray[np.float64]:
    high, wide = footage.red.shape[1:]
    luma = footage.luma[index, : high * 2 : 2, : wide * 2 : 2].astype(np.int64) >> 5
    classes = (
        (luma << 6) | (footage.blue[index].astype(np.int64) >> 5 << 3) | (footage.red[index].astype(np.int64) >> 5)
    )
    return np.asarray(np.bincount(classes.ravel(), minlength=512) / classes.size, np.float64)


def _listed(frames: list[int]) -> str:
    shown = ", ".join(str(frame) for frame in frames[:4])
    return f"frame {shown}" + (f" and {len(frames) - 4} more" if len(frames) > 4 else "")
