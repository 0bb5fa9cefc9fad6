"""Black, freezes, doubled frames, and pictures in which nothing happens."""

import numpy as np
from numpy.typing import NDArray

from callsheet.media.gates.finding import LISTED, Finding, Outcome, Wanted
from callsheet.media.gates.footage import Footage
from callsheet.media.gates.runs import Marks, longest, runs

BLACK_LUMA = 32
"""Limited-range luma up to which a pixel is black: 16 above black, over what encoders make of it."""
BLACK_SHARE = 0.98
"""Share of the picture that must be that dark; noise or a logo's edge may stick out."""
BLACK_SPREAD = 5.0
"""Standard deviation of luma in a black picture at most. A night sky with stars is as dark and reaches 10."""
BLACK_REJECT_SECONDS = 0.25
"""Shorter drops to black may be a shutter or a blink and rank; from a quarter of a second on the picture is gone."""

SAME = 0.05
"""Mean step of luma at 360 lines under which two frames are the same picture: repeated frames come out of encoders at 0 to 0.03,
the calmest moving shots (slow stars) at 0.25."""
POP = 1.2
"""A key frame redraws a frozen picture and changes it by up to this: a freeze goes on across one such step."""
REFINED = 0.2
"""Encoders also refine a frozen picture of grain little by little, by up to 0.17 of what its frames differ by when it moves."""
REFINED_SAME = 0.3
"""Share of a refined freeze that repeats exactly, at least: a camera that comes to rest never does."""
FREEZE_REJECT_SECONDS = 0.5
"""A hold that is noticed as a fault; shorter ones rank."""
FREEZE_RANK_FRAMES = 3

STUTTER = 10.0
"""A doubled frame stands between steps that are this many times `SAME`: motion before and after, none in between."""
DOUBLED_RANK = 2
"""One doubled frame may be a hold at a turning point; two are a cadence or a fault."""

CALM = 0.75
"""Mean difference of the small pictures half a second apart under which a shot is too static. Grain is averaged away in them (below 0.3);
the calmest shots with a moving camera or people measure 2.8 and more."""


def black(footage: Footage, wanted: Wanted) -> Finding:
    """Stretches without a picture."""
    # A coarse look settles most frames; only dark ones are measured.
    dark = (footage.luma[:, ::9, ::9] <= BLACK_LUMA).mean(axis=(1, 2)) >= BLACK_SHARE - 0.05
    if dark.any():
        kept = footage.luma[dark]
        share = (kept <= BLACK_LUMA).mean(axis=(1, 2))
        dark[dark] = (share >= BLACK_SHARE) & (kept.std(axis=(1, 2)) <= BLACK_SPREAD)
    found = list(runs(dark))
    score = round(1.0 - float(dark.mean()), 4)
    if not found:
        return Finding("black", "ok", 1.0, "no black frames")
    outcome: Outcome = "reject" if longest(found) >= footage.in_frames(BLACK_REJECT_SECONDS) else "rank"
    return Finding("black", outcome, score, f"{_frames(int(dark.sum()))} black", _starts(found))


def freeze(footage: Footage, wanted: Wanted) -> Finding:
    """Stretches in which the picture stands still. In a shot that may stand still it is no fault."""
    found = list(runs(_frozen(footage)))
    if not found:
        return Finding("freeze", "ok", 1.0, "the picture never stops")
    held = sum(end - start for start, end in found)
    score = round(1.0 - held / max(1, footage.frames - 1), 4)
    words = f"the picture stops for {_frames(longest(found))}"
    if wanted.still:
        return Finding("freeze", "ok", 1.0, f"{words}, in a shot that may")
    at = tuple(start - 1 for start, _ in found)[:LISTED]
    if longest(found) >= footage.in_frames(FREEZE_REJECT_SECONDS) or held >= footage.frames / 2:
        return Finding("freeze", "reject", score, words, at)
    return Finding("freeze", "rank", score, words, at)


def duplicates(footage: Footage, wanted: Wanted) -> Finding:
    """Single frames shown twice while everything moves: a stutter, or motion at half the rate."""
    change = footage.change
    if footage.frames < 4:
        return Finding("duplicates", "not checked", None, "too short to tell")
    same = change < SAME
    same[0] = False
    before, after = np.zeros_like(same), np.zeros_like(same)
    before[2:] = change[1:-1] >= STUTTER * SAME
    after[1:-1] = change[2:] >= STUTTER * SAME
    doubled = np.flatnonzero(same & before & after)
    score = round(1.0 - len(doubled) / (footage.frames - 1), 4)
    if len(doubled) >= DOUBLED_RANK:
        words = f"{_frames(len(doubled))} shown twice while the picture moves"
        return Finding("duplicates", "rank", score, words, tuple(int(i) for i in doubled[:LISTED]))
    return Finding("duplicates", "ok", score, "no stutter")


def static(footage: Footage, wanted: Wanted) -> Finding:
    """Whether anything happens in a shot that should not be a still."""
    motion = moved(footage)
    score = round(min(1.0, motion / (4 * CALM)), 4)
    if wanted.still:
        return Finding("static", "ok", 1.0, "nothing need move")
    if motion < CALM:
        return Finding("static", "rank", score, f"almost nothing moves ({motion:.2f} of 255 in half a second)")
    return Finding("static", "ok", score, "it moves")


def moved(footage: Footage) -> float:
    """Median over time of how much the small pictures differ half a second apart, in steps of luma."""
    apart = min(footage.in_frames(0.5), footage.frames - 1)
    if apart < 1:
        return 0.0
    luma = footage.luma
    # Every third frame is enough for a median.
    starts = range(0, len(luma) - apart, 3)
    steps: list[float] = [float(_distance(luma[i], luma[i + apart])) for i in starts]
    return float(np.median(steps))


def _frozen(footage: Footage) -> Marks:
    """Frames that repeat the one before, in runs of at least `FREEZE_RANK_FRAMES`, with what encoders redraw in between."""
    change = footage.change
    same: Marks = change < SAME
    same[0] = False
    pop = (change < POP) & ~same
    pop[[0, -1]] = False
    pop[1:-1] &= same[:-2] & same[2:]
    frozen: Marks = same | pop
    usual = float(np.quantile(change, 0.75))
    refined: Marks = change < max(SAME, min(POP, REFINED * usual))
    refined[0] = False
    for start, end in runs(refined):
        if same[start:end].mean() >= REFINED_SAME:
            frozen[start:end] = True
    for start, end in runs(frozen):
        if end - start < FREEZE_RANK_FRAMES:
            frozen[start:end] = False
    return frozen


def _distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float((np.maximum(one, other) - np.minimum(one, other)).mean())


def _starts(found: list[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(start for start, _ in found)[:LISTED]


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"
