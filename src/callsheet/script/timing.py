"""Lengths: every line gets the time to be said, every picture the time to be seen, and the whole comes out exact to the frame."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from callsheet.film import Rate
from callsheet.script.plan import Beat, Hand, Line, Picture
from callsheet.script.words import cut_to, ended, speaking, units

HOOK = Fraction(3)
"""The first picture gives way after at most this many seconds."""
_READING = {"en": Fraction(7, 2), "zh": Fraction(7)}
"""Words or characters read from the screen in a second."""
_NOTICE = Fraction(7, 10)


def reading(text: str, language: str) -> Fraction:
    """Seconds a viewer needs to read text on screen."""
    tongue = "zh" if language.startswith("zh") else "en"
    return _NOTICE + units(text, language) / _READING[tongue]


def least(picture: Picture, hand: Hand, language: str, rate: Rate) -> int:
    """The fewest frames a picture can have: the treatment's shortest, and what its text takes to read."""
    seconds = hand.shortest
    if picture.captions:
        seconds = max(seconds, *(min(Fraction(4), reading(c.text, language)) for c in picture.captions))
    return math.ceil(seconds * rate.fraction)


def spoken(lines: Sequence[Line], language: str, rate: Rate) -> int:
    """Frames that a picture's lines take one after the other."""
    return math.ceil(sum((speaking(line.text, language) for line in lines), Fraction(0)) * rate.fraction)


def groups(pictures: Sequence[Picture]) -> list[list[int]]:
    """Pictures by the line that is heard over them: a line may run on over the silent pictures that follow it."""
    found: list[list[int]] = []
    for index, picture in enumerate(pictures):
        if picture.lines or not found:
            found.append([index])
        else:
            found[-1].append(index)
    return found


def needs(pictures: Sequence[Picture], hand: Hand, language: str, rate: Rate) -> list[int]:
    """The frames each picture needs at least, so that every line is over before the next begins."""
    frames = [least(p, hand, language, rate) for p in pictures]
    for group in groups(pictures):
        need = spoken(pictures[group[0]].lines, language, rate)
        short = need - sum(frames[i] for i in group)
        if short > 0:
            for index, extra in zip(group, apportion(short, [pictures[i].weight for i in group]), strict=True):
                frames[index] += extra
            excess = frames[0] - math.floor(HOOK * rate.fraction)
            if group[0] == 0 and len(group) > 1 and excess > 0:
                frames[0] -= excess
                frames[1] += excess
    return frames


def natural(pictures: Sequence[Picture], hand: Hand, language: str, rate: Rate) -> int:
    """The length in frames at which nothing is hurried: the lines' time, and the treatment's usual length for silent pictures."""
    frames = needs(pictures, hand, language, rate)
    silent = math.ceil(hand.usual * rate.fraction)
    return sum(max(f, silent) if not p.lines else f for f, p in zip(frames, pictures, strict=True))


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to `weights` whose sum is exactly `total` (largest remainders)."""
    exact = [Fraction(w).limit_denominator(1000) for w in weights]
    whole = sum(exact) or Fraction(len(exact))
    shares = [total * (w if sum(exact) else Fraction(1)) / whole for w in exact]
    result = [math.floor(s) for s in shares]
    order = sorted(range(len(shares)), key=lambda i: (result[i] - shares[i], i))
    for index in order[: total - sum(result)]:
        result[index] += 1
    return result


def fit(pictures: Sequence[Picture], total: int, hand: Hand, language: str, rate: Rate) -> list[int]:
    """The frames of each picture; they sum to exactly `total`.

    Raises ValueError when `total` is less than the pictures need: squeeze the beats first.
    """
    frames = needs(pictures, hand, language, rate)
    slack = total - sum(frames)
    if slack < 0:
        raise ValueError(f"{-slack} frames too many")
    tops = [max(f, math.floor(hand.longest * rate.fraction)) for f in frames]
    tops[0] = max(frames[0], min(tops[0], math.floor(HOOK * rate.fraction)))
    open_ = list(range(len(pictures)))
    while slack and open_:
        shares = apportion(slack, [pictures[i].weight for i in open_])
        for index, share in zip(open_, shares, strict=True):
            taken = min(share, tops[index] - frames[index])
            frames[index] += taken
            slack -= taken
        open_ = [i for i in open_ if frames[i] < tops[i]] if any(frames[i] >= tops[i] for i in open_) else []
    if slack:
        rest = list(range(1, len(pictures))) or [0]
        for index, share in zip(rest, apportion(slack, [pictures[i].weight for i in rest]), strict=True):
            frames[index] += share
    return frames


@dataclass
class _Row:
    beat: Beat
    pictures: list[Picture]


def squeeze(beats: Sequence[Beat], total: int, hand: Hand, language: str, rate: Rate) -> list[Beat]:
    """The beats made short enough for `total` frames.

    Lines are cut at phrase ends, then dropped, lowest `keep` first; then pictures go. Raises ValueError when not even the
    bare skeleton fits.
    """
    rows = [_Row(b, list(b.pictures)) for b in beats]
    while sum(needs([p for row in rows for p in row.pictures], hand, language, rate)) > total:
        picture = min((p.keep for row in rows for p in row.pictures if not p.lines and p.keep < 9), default=9)
        line = min((x.keep for row in rows for p in row.pictures for x in p.lines), default=9)
        silent = picture < line and _drop_picture(rows, lambda p: not p.lines)
        if not (silent or _shorten(rows, language) or _drop_picture(rows, lambda p: True)):
            raise ValueError("the film is too short for its beats")
    return [row.beat.over(*row.pictures) for row in rows if row.pictures]


def _shorten(rows: list[_Row], language: str) -> bool:
    """Cut or drop the least needed line that still gives; False when no line does."""
    floor = 5 if language.startswith("zh") else 3
    places = [
        (line.keep, -units(line.text, language), r, p, at)
        for r, row in enumerate(rows)
        for p, picture in enumerate(row.pictures)
        for at, line in enumerate(picture.lines)
    ]
    for keep, size, r, p, at in sorted(places):
        pictures = rows[r].pictures
        lines = list(pictures[p].lines)
        line = lines[at]
        shorter = cut_to(line.source or line.text, max(floor, -size - 1), language, line.key, spoken=True)
        if shorter and floor <= units(shorter, language) < -size:
            lines[at] = replace(line, text=ended(shorter, language))
        elif keep < 9:
            del lines[at]
        else:
            continue
        pictures[p] = replace(pictures[p], lines=tuple(lines))
        return True
    return False


def _drop_picture(rows: list[_Row], may_go: Callable[[Picture], bool]) -> bool:
    """Drop the least needed picture; the first and those with `keep` 9 stay. What was said over it is lost with it."""
    places = [
        (picture.keep, -r, -p)
        for r, row in enumerate(rows)
        for p, picture in enumerate(row.pictures)
        if picture.keep < 9 and (r, p) != (0, 0) and may_go(picture)
    ]
    if not places:
        return False
    _, r, p = min(places)
    del rows[-r].pictures[-p]
    return True
