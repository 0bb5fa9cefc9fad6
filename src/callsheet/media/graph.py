"""The segment graph: a cut, broken into the shortest list of pieces that can be kept and shared. Pure data, no codecs.

A segment is a pure function of what it shows. It never knows where in the film it stands, nor who else shows it, so moving a
shot, adding one before it, or making another language or ending of the film leaves its key, and its encoded bytes, as they are.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from callsheet.errors import InputError
from callsheet.media.profiles import Profile, encoder_build

RENDER_VERSION = 1
"""Raise it whenever the same segment would come out as other pixels."""

BLACK = "black"
"""Stands for a clip digest: a clip of black without end, for gaps and for fades from and to black."""


@dataclass(frozen=True)
class Event:
    """One clip in the cut, `frames` long from frame `source_in` of the clip, counted at the cut's rate.

    With `dissolve_in` = n its first n frames overlap the last n of the event before it, so a film lasts
    sum(frames) - sum(dissolve_in) frames.
    """

    clip_digest: str
    source_in: int
    frames: int
    dissolve_in: int = 0


@dataclass(frozen=True)
class Overlay:
    """Something drawn over the picture from frame `start` up to, not including, `end`.

    In a cut both count from the start of the film; in a segment from the start of the segment, so `start` is negative when
    the overlay began earlier. `key` is a digest of everything that decides how it looks, its whole length included.
    """

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Picture:
    """One clip, from frame `source_in`, as one layer of a segment."""

    clip_digest: str
    source_in: int


@dataclass(frozen=True)
class Segment:
    """A run of frames that is encoded on its own.

    One picture, or two inside a dissolve: then the second gains on the first, and the segment holds the frames
    `dissolve_from` and on of a dissolve that is `dissolve_of` frames long.
    """

    size: tuple[int, int]
    rate: Fraction
    profile: Profile
    frames: int
    pictures: tuple[Picture, ...]
    dissolve_from: int = 0
    dissolve_of: int = 0
    overlays: tuple[Overlay, ...] = ()

    def weight(self, frame: int) -> Fraction:
        """How much of the second picture frame `frame` shows, between 0 and 1, ends excluded; 0 outside a dissolve."""
        if len(self.pictures) < 2:
            return Fraction(0)
        return Fraction(self.dissolve_from + frame + 1, self.dissolve_of + 1)

    def clips(self) -> frozenset[str]:
        """Digests of the clips that must be at hand to render it."""
        return frozenset(p.clip_digest for p in self.pictures) - {BLACK}

    def key(self) -> str:
        """Digest (sha256, hexadecimal) of all that decides the encoded bytes: content, profile, renderer and encoder."""
        recipe = {
            "render": RENDER_VERSION,
            "encoder": encoder_build(),
            "size": self.size,
            "rate": str(self.rate),
            "profile": self.profile.as_dict(),
            "frames": self.frames,
            "pictures": [[p.clip_digest, p.source_in] for p in self.pictures],
            "dissolve": [self.dissolve_from, self.dissolve_of],
            "overlays": [[o.key, o.start, o.end] for o in self.overlays],
        }
        text = json.dumps(recipe, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def film_frames(cut: Sequence[Event]) -> int:
    """How many frames the cut lasts."""
    return sum(event.frames - event.dissolve_in for event in cut)


def plan(
    cut: Sequence[Event],
    overlays: Iterable[Overlay],
    *,
    size: tuple[int, int],
    rate: Fraction,
    profile: Profile,
    max_frames: int | None = None,
    min_frames: int | None = None,
) -> tuple[Segment, ...]:
    """Break the cut into segments that, one after the other, are the film.

    It is broken at every clip boundary, where a dissolve begins and ends, where a stretch of at least `min_frames` (default one
    second) without captions begins and ends, so that all languages share it, and at least every `max_frames` (default ten
    seconds). `overlays` lie over each other in the order given. Raises InputError when the cut cannot be made.
    """
    overlays = tuple(overlays)
    longest = max_frames if max_frames is not None else max(1, round(rate * 10))
    shortest = min_frames if min_frames is not None else max(1, round(rate))
    _check(cut, overlays, size, rate, longest, shortest)
    segments: list[Segment] = []
    start = 0
    for index, event in enumerate(cut):
        start -= event.dissolve_in
        into = start + event.dissolve_in
        out = start + event.frames - (cut[index + 1].dissolve_in if index + 1 < len(cut) else 0)
        if event.dissolve_in:
            before = cut[index - 1]
            gone = Picture(before.clip_digest, _source(before, before.frames - event.dissolve_in))
            layers = (gone, Picture(event.clip_digest, _source(event, 0)))
            segments += _span(start, into, layers, event.dissolve_in, overlays, size, rate, profile, longest, shortest)
        layer = (Picture(event.clip_digest, _source(event, event.dissolve_in)),)
        segments += _span(into, out, layer, 0, overlays, size, rate, profile, longest, shortest)
        start += event.frames
    return tuple(segments)


def _source(event: Event, offset: int) -> int:
    """Frame of the clip that the event shows at `offset`; black has only one frame, so that all black is shared."""
    return 0 if event.clip_digest == BLACK else event.source_in + offset


def _span(
    start: int,
    end: int,
    layers: tuple[Picture, ...],
    dissolve_of: int,
    overlays: tuple[Overlay, ...],
    size: tuple[int, int],
    rate: Fraction,
    profile: Profile,
    longest: int,
    shortest: int,
) -> list[Segment]:
    """Segments for the frames [start, end) of the film, all of which show the same layers."""
    here = [o for o in overlays if o.start < end and o.end > start]
    segments = []
    for first, last in _pieces(start, end, here, longest, shortest):
        shown = tuple(
            Overlay(o.key, o.start - first, min(o.end, last) - first) for o in here if o.start < last and o.end > first
        )
        pictures = tuple(
            Picture(p.clip_digest, p.source_in if p.clip_digest == BLACK else p.source_in + first - start)
            for p in layers
        )
        dissolve_from = first - start if dissolve_of else 0
        segments.append(Segment(size, rate, profile, last - first, pictures, dissolve_from, dissolve_of, shown))
    return segments


def _pieces(start: int, end: int, overlays: Sequence[Overlay], longest: int, shortest: int) -> list[tuple[int, int]]:
    """Where to break [start, end): around long stretches in which nothing comes or goes, then by length."""
    passing = sorted((max(o.start, start), min(o.end, end)) for o in overlays if o.start > start or o.end < end)
    marks = {start, end}
    free_from = start
    for shown, hidden in [*passing, (end, end)]:
        if shown - free_from >= shortest:
            marks |= {free_from, shown}
        free_from = max(free_from, hidden)
    pieces = []
    ordered = sorted(marks)
    for first, last in pairwise(ordered):
        at = first
        while last - at > longest:
            # The last two share what is left when it would leave a crumb: a segment costs a key frame.
            step = longest if last - at - longest >= min(shortest, longest) else (last - at) // 2
            pieces.append((at, at + step))
            at += step
        pieces.append((at, last))
    return [(first, last) for first, last in pieces if last > first]


def locate(segments: Sequence[Segment], frame: int) -> tuple[int, int]:
    """Which segment shows `frame` of the film, and at which of its own frames. Raises InputError outside the film."""
    ends = []
    total = 0
    for segment in segments:
        total += segment.frames
        ends.append(total)
    if not 0 <= frame < total:
        raise InputError(f"frame {frame} is outside the film, which has {total}")
    index = bisect_right(ends, frame)
    return index, frame - (ends[index] - segments[index].frames)


def _check(
    cut: Sequence[Event],
    overlays: tuple[Overlay, ...],
    size: tuple[int, int],
    rate: Fraction,
    longest: int,
    shortest: int,
) -> None:
    width, height = size
    if not cut:
        raise InputError("the cut is empty", remedy="Pick at least one take.")
    if width < 2 or height < 2 or width % 2 or height % 2:
        raise InputError(f"a film of {width}x{height} cannot be encoded", remedy="Width and height must be even.")
    if rate <= 0 or longest < 1 or shortest < 1:
        raise InputError("the rate and the segment lengths must be above zero")
    for index, event in enumerate(cut):
        where = f"event {index + 1} of the cut"
        out = cut[index + 1].dissolve_in if index + 1 < len(cut) else 0
        if event.frames < 1 or event.source_in < 0 or event.dissolve_in < 0:
            raise InputError(
                f"{event.frames} frames from {event.source_in} with a dissolve of {event.dissolve_in}",
                where=where,
                remedy="A clip lasts at least one frame, and nothing is below zero.",
            )
        if index == 0 and event.dissolve_in:
            raise InputError(
                "the first clip has nothing to dissolve from",
                where=where,
                remedy="Put a black event before it to fade in.",
            )
        if event.dissolve_in + out > event.frames:
            raise InputError(
                f"dissolves of {event.dissolve_in} and {out} frames do not fit in a clip of {event.frames}",
                where=where,
                remedy="Shorten a dissolve or lengthen the clip.",
            )
    total = film_frames(cut)
    for overlay in overlays:
        if overlay.start < 0 or overlay.end <= overlay.start or overlay.start >= total:
            raise InputError(
                f"an overlay from frame {overlay.start} to {overlay.end} does not fit a film of {total}",
                remedy="Overlays begin inside the film and last at least one frame.",
            )
