"""Hanging pictures: director's wishes and supplied details put where they fit a film best."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from callsheet.script.brief import Brief
from callsheet.script.front_matter import Still
from callsheet.script.plan import Beat, Picture
from callsheet.script.words import CJK, Tongue

_COMMON = frozenset(
    re.findall(
        r"\w+",
        "with from into that this over their its your they them there where picture slowly close light morning window table",
    )
)


def stems(text: str) -> set[str]:
    """The words of a text in a form in which `pours` finds `pouring`; pairs of characters for Chinese."""
    words = {w[:4] for w in re.findall(r"[a-z]{4,}", text.casefold()) if w not in _COMMON}
    runs = re.findall(f"[{CJK}]+", text)
    return words | {run[i : i + 2] for run in runs for i in range(len(run) - 1)}


def _told(picture: Picture) -> str:
    return " ".join([picture.action, *(line.text for line in picture.lines)])


def _best(pictures: Sequence[Picture], words: str, allowed: Sequence[int]) -> tuple[int, int] | None:
    """The picture whose action and lines share most with `words`, and how much; None when none shares anything."""
    wanted = stems(words)
    rows = [(2 * len(wanted & stems(pictures[i].action)) + len(wanted & stems(_told(pictures[i]))), i) for i in allowed]
    best = max(rows, key=lambda row: (row[0], -row[1]), default=(0, 0))
    return (best[1], best[0]) if best[0] else None


def hang_stills(beats: Sequence[Beat], brief: Brief) -> list[Beat]:
    """The beats with each `detail` still on the one picture that fits its words best; a picture carries one at most."""
    places = [(r, p) for r, beat in enumerate(beats) for p in range(len(beat.pictures))]
    pictures = [beats[r].pictures[p] for r, p in places]
    for still in (s for s in brief.stills if s.shows == "detail"):
        if any(still.file in p.images for p in pictures):
            continue
        free = [i for i, p in enumerate(pictures) if not p.images and p.sees not in ("card", "image", "place")]
        close = [i for i in free if pictures[i].sees in ("detail", "hands")]
        found = _best(pictures, words_of(still), free)
        at = found[0] if found else next(iter(close or free), None)
        if at is not None:
            pictures[at] = replace(pictures[at], images=(still.file,), keep=max(8, pictures[at].keep))
    return _put(beats, places, pictures)


def words_of(still: Still) -> str:
    """What a still shows: its words, and its name when that is a word."""
    return f"{still.words} {PurePosixPath(still.file).stem.replace('-', ' ').replace('_', ' ')}"


def _put(beats: Sequence[Beat], places: Sequence[tuple[int, int]], pictures: Sequence[Picture]) -> list[Beat]:
    at = dict(zip(places, pictures, strict=True))
    return [beat.over(*(at[r, p] for p in range(len(beat.pictures)))) for r, beat in enumerate(beats)]


def direct(beats: Sequence[Beat], wishes: dict[str, list[Picture]], language: Tongue) -> list[Beat]:
    """The beats with the director's pictures first, on the way and last; lines, text and lengths stay where they were."""
    places = [(r, p) for r, beat in enumerate(beats) for p in range(len(beat.pictures))]
    pictures = [beats[r].pictures[p] for r, p in places]
    for wish in wishes.get("first", [])[:1]:
        pictures[0] = _shown(pictures[0], wish)
    for wish in wishes.get("last", [])[-1:]:
        pictures[-1] = _shown(pictures[-1], wish)
    start = 1
    for wish in wishes.get("middle", []):
        fixed = ("title", "offer", "cta", "quote")
        free = [i for i in range(start, len(pictures) - 1) if not any(c.role in fixed for c in pictures[i].captions)]
        free = [i for i in free if pictures[i].sees not in ("image", "card") and not pictures[i].note] or free
        free = [i for i in free if i > 1] or free
        if not free:
            continue
        found = _best(pictures, wish.action, free)
        at = found[0] if found and found[1] > 2 else free[0]
        pictures[at] = replace(_shown(pictures[at], wish), keep=max(8, pictures[at].keep))
        start = at + 1
    return _put(beats, places, pictures)


def _shown(before: Picture, wish: Picture) -> Picture:
    """A wished picture in the place of another: it takes over what is heard and read there."""
    return replace(
        wish, lines=before.lines, captions=before.captions, effect=before.effect, keep=max(before.keep, wish.keep),
        time=wish.time or before.time, weight=max(before.weight, wish.weight), valence=before.valence, arousal=before.arousal,
    )  # fmt: skip
