"""Lengths: every line gets the time to be said, every picture the time to be seen, and the whole comes out exact to the frame."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from callsheet.film import Rate
from callsheet.script.plan import Beat, Hand, Line, Picture
from callsheet.script.words import cut_to, ended, speaking, units, units_within

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
    seconds = hand.shortest * max(Fraction(1), Fraction(picture.weight).limit_denominator(100))
    if picture.captions:
        # A price stands alone in large figures and is seen at a glance: only what comes with it takes reading.
        texts = [c.text.partition("\n")[2] or c.text for c in picture.captions]
        seconds = max(seconds, *(min(Fraction(4), reading(text, language)) for text in texts))
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
    top = math.floor(HOOK * rate.fraction)
    if len(pictures) > 1 and frames[0] > top:
        # The hook gives way in time: its line runs on over the next picture, its text is read faster.
        alone = bool(pictures[1].lines)
        excess = frames[0] - (max(top, spoken(pictures[0].lines, language, rate)) if alone else top)
        frames[0] -= max(0, excess)
        if not alone and pictures[0].lines:
            frames[1] += max(0, spoken(pictures[0].lines, language, rate) - top - frames[1])
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


def squeeze(beats: Sequence[Beat], total: int, hand: Hand, language: str, rate: Rate) -> list[Beat]:
    """The beats that fit into `total` frames.

    What must stay is set first; then pictures come back with their lines, highest `keep` first, each line whole, cut at a clause,
    or left away. Raises ValueError when not even what must stay fits.
    """
    places = [(r, p) for r, beat in enumerate(beats) for p in range(len(beat.pictures))]
    chosen: dict[tuple[int, int], Picture] = {}

    def fits(candidate: dict[tuple[int, int], Picture]) -> bool:
        row = [candidate[place] for place in places if place in candidate]
        return sum(needs(row, hand, language, rate)) <= total

    for place in places:
        picture = beats[place[0]].pictures[place[1]]
        if place == places[0] or picture.keep >= 9:
            chosen[place] = replace(picture, lines=tuple(line for line in picture.lines if line.keep >= 9))
    if not fits(chosen):
        raise ValueError("the film is too short for its beats")
    for place in sorted(places, key=lambda at: (-_worth(beats[at[0]].pictures[at[1]]), at)):
        picture = beats[place[0]].pictures[place[1]]
        for lines in _choices(picture.lines, language):
            candidate = {**chosen, place: replace(picture, lines=lines)}
            if fits(candidate):
                chosen = candidate
                break
    chosen = _hooked(chosen, places, language, rate)
    return [
        beat.over(*(chosen[r, p] for p in range(len(beat.pictures)) if (r, p) in chosen))
        for r, beat in enumerate(beats)
        if any((r, p) in chosen for p in range(len(beat.pictures)))
    ]


def _worth(picture: Picture) -> int:
    """How much a picture matters: by itself, or by what is said over it."""
    return max(picture.keep, *(line.keep for line in picture.lines), 0)


def _choices(lines: tuple[Line, ...], language: str) -> list[tuple[Line, ...]]:
    """What may be said over a picture, best first: everything, a shorter cut, only what must be said."""
    found = [lines]
    for share in (0.75, 0.5):
        shorter = tuple(_cut(line, max(3, int(units(line.text, language) * share)), language) for line in lines)
        if all(shorter):
            found.append(tuple(line for line in shorter if line))
    found.append(tuple(line for line in lines if line.keep >= 9))
    return list(dict.fromkeys(found))


def _cut(line: Line, most: int, language: str) -> Line | None:
    shorter = cut_to(line.source or line.text, most, language, line.key, spoken=True)
    return replace(line, text=ended(shorter, language)) if shorter else None


def _hooked(
    chosen: dict[tuple[int, int], Picture], places: Sequence[tuple[int, int]], language: str, rate: Rate
) -> dict[tuple[int, int], Picture]:
    """The opening line cut to the hook's three seconds when the next picture speaks too; its text on screen stays."""
    row = [place for place in places if place in chosen]
    first = chosen[row[0]]
    alone = len(row) > 1 and bool(chosen[row[1]].lines)
    if not alone or spoken(first.lines, language, rate) <= math.floor(HOOK * rate.fraction):
        return chosen
    shorter = [
        _cut(line, units_within(math.floor(HOOK * rate.fraction), language, rate), language) for line in first.lines[:1]
    ]
    return {**chosen, row[0]: replace(first, lines=tuple(line for line in shorter if line))}
