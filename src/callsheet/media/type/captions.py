"""Captions: spoken lines become cues that can be read, cut where the phrase breaks and timed to the voice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from callsheet.errors import InputError
from callsheet.media.type.layout import break_lines, units
from callsheet.media.type.phrases import Token, clean, is_wide, join

__all__ = ["LANDSCAPE", "VERTICAL", "CaptionStyle", "Cue", "Line", "cues", "speaks_cjk", "style_for"]


@dataclass(frozen=True)
class Line:
    """One spoken line: its text and when it is heard, frames `start_frame` (included) to `end_frame` (excluded).

    `words`: each word or syllable as spoken with its own frames, in order, where the voice tells them.
    """

    text: str
    start_frame: int
    end_frame: int
    language: str = "en"
    words: tuple[tuple[str, int, int], ...] | None = None


@dataclass(frozen=True)
class Cue:
    """One caption: shown on frames `start` (included) to `end` (excluded), its `lines` top to bottom."""

    start: int
    end: int
    lines: tuple[str, ...]
    language: str = ""

    @property
    def text(self) -> str:
        """The lines joined by new lines, as subtitle formats want them."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class CaptionStyle:
    """What a cue may hold and how fast it may be read.

    `latin_chars`, `cjk_chars`: the most per line. `latin_cps`, `cjk_cps`: the most characters per second, kept wherever
    the film leaves the time. `shortest` and `gap` in frames at 24 per second. `longest` in seconds.
    """

    latin_chars: int = 42
    cjk_chars: int = 16
    lines: int = 2
    latin_cps: int = 20
    cjk_cps: int = 9
    shortest: int = 20
    gap: int = 2
    longest: int = 6


LANDSCAPE = CaptionStyle()
VERTICAL = CaptionStyle(latin_chars=32, cjk_chars=13)


def style_for(size: tuple[int, int]) -> CaptionStyle:
    """The style for a frame of `size` (width, height)."""
    return VERTICAL if size[0] < size[1] else LANDSCAPE


def speaks_cjk(text: str, language: str) -> bool:
    """Whether a text is measured in full-width characters: by its language, or by what most of it is."""
    if language.lower().startswith(("zh", "ja", "yue", "ko")):
        return True
    wide = sum(is_wide(c) for c in text)
    return wide * 2 > len(text.replace(" ", ""))


def cues(
    lines: Sequence[Line],
    rate: Fraction,
    language: str = "",
    style: CaptionStyle = LANDSCAPE,
    *,
    film_frames: int | None = None,
) -> list[Cue]:
    """Cut spoken lines into cues, in order, never overlapping, the last one ending by `film_frames` where that is given.

    `language` is used for lines that name none. A line that ends before it starts, or that ends after the film, raises
    InputError.
    """
    wanted: list[Cue] = []
    for number, line in enumerate(lines, 1):
        if line.start_frame < 0 or line.end_frame <= line.start_frame:
            raise InputError(
                f"a spoken line runs from frame {line.start_frame} to {line.end_frame}",
                where=f"line {number}: {line.text[:40]}",
                remedy="A line starts at frame 0 or later and ends after it starts.",
            )
        if film_frames is not None and line.start_frame >= film_frames:
            raise InputError(
                f"a line is spoken from frame {line.start_frame}, but the film has {film_frames} frames",
                where=f"line {number}: {line.text[:40]}",
                remedy="Lengthen the film, or move the line.",
            )
        text = clean(line.text).replace("\n", " ")
        if text:
            wanted.extend(_cut(replace(line, text=text, language=line.language or language), rate, style))
    wanted.sort(key=lambda cue: (cue.start, cue.end))
    return _schedule(wanted, rate, style, film_frames)


@dataclass(frozen=True)
class _Cells:
    """Width of a text in characters of its language: a full-width one is two of a Latin line, a Latin one half of a CJK."""

    wide_language: bool

    def __call__(self, text: str) -> float:
        wide = sum(is_wide(c) for c in text)
        narrow = len(text) - wide
        return wide + narrow / 2 if self.wide_language else wide * 2 + narrow


def _cut(line: Line, rate: Fraction, style: CaptionStyle) -> list[Cue]:
    """The cues of one line, each with the frames in which its words are spoken."""
    wide = speaks_cjk(line.text, line.language)
    cells, room = _Cells(wide), style.cjk_chars if wide else style.latin_chars
    speed = style.cjk_cps if wide else style.latin_cps
    words = units(line.text, line.language, cells, room)
    clock = _Clock(line)
    starts = [clock.at(w.start) for w in words] + [Fraction(line.end_frame)]
    best: list[tuple[float, int, tuple[tuple[Token, ...], ...]]] = [(0.0, 0, ())]
    for end in range(1, len(words) + 1):
        option: tuple[float, int, tuple[tuple[Token, ...], ...]] | None = None
        for first in range(end - 1, -1, -1):
            head = (*words[first : end - 1], replace(words[end - 1], cost=0.0))
            length = cells(join(head))
            if length > room * style.lines + 2:
                break
            found = break_lines(head, cells, room, style.lines, balance=0.7)
            if found is None:
                continue
            seconds = float((starts[end] - starts[first]) / rate)
            cost = best[first][0] + 0.9 + 0.75 * found[0]
            if end < len(words):
                cost += 1.6 * max(0.0, words[end - 1].cost)
            cost += 0.35 * max(0.0, length / max(seconds, 0.05) / speed - 1)
            cost += 2.0 * max(0.0, style.shortest / 24 - seconds) + 0.6 * max(0.0, seconds - style.longest)
            # A scrap of a sentence that flashes by is worse than a full cue.
            cost += 0.5 * max(0.0, 1 - length / (room * 0.4)) if len(words) > 1 else 0.0
            # A cue that swallows the end of one sentence and the start of another reads badly.
            cost += 0.7 * sum(1 for w in head[:-1] if w.cost == 0.0)
            if option is None or cost < option[0]:
                option = (cost, first, found[1])
        if option is None:
            raise AssertionError("a caption token wider than its line")
        best.append(option)
    out: list[Cue] = []
    end = len(words)
    while end:
        _, first, rows = best[end]
        # Until the last word of the cue is over, which may be before the next one starts.
        until = clock.end(words[end - 1].start + len(words[end - 1].text) - 1)
        out.append(
            Cue(
                round(starts[first]),
                max(round(until), round(starts[first]) + 1),
                tuple(join(r) for r in rows),
                line.language,
            )
        )
        end = first
    return out[::-1]


class _Clock:
    """When each character of a line is spoken: by its word timings, evenly by weight where there are none."""

    def __init__(self, line: Line) -> None:
        self._spans: list[tuple[int, int, Fraction, Fraction]] = []
        at, text = 0, line.text.casefold()
        if len(text) != len(line.text):
            text = line.text
        last = Fraction(line.start_frame)
        for word, start, end in line.words or ():
            bare = "".join(c for c in word.casefold() if c.isalnum())
            found = _find(text, bare, at)
            if not bare or found is None:
                continue
            first = max(last, Fraction(start))
            last = max(first, Fraction(min(end, line.end_frame)))
            self._spans.append((found[0], found[1], min(first, Fraction(line.end_frame)), last))
            at = found[1]
        if not self._spans:
            self._spans = [(0, len(text), Fraction(line.start_frame), Fraction(line.end_frame))]
        elif line.words:
            self._cover(len(text), line)
        self._text = line.text
        self._weights = [_weight(c) for c in line.text]

    def _cover(self, length: int, line: Line) -> None:
        """Give the characters before the first and after the last known word the time that is left there."""
        first, last = self._spans[0], self._spans[-1]
        if first[0] > 0 and first[2] > line.start_frame:
            self._spans.insert(0, (0, first[0], Fraction(line.start_frame), first[2]))
        if last[1] < length and last[3] < line.end_frame:
            self._spans.append((last[1], length, last[3], Fraction(line.end_frame)))

    def at(self, offset: int) -> Fraction:
        """The frame on which the character at `offset` begins to be spoken."""
        for index, (first, last, start, end) in enumerate(self._spans):
            if offset < first:
                # Between two known words: opening quotes and words the voice did not name.
                before = self._spans[index - 1] if index else (0, 0, start, start)
                return self._share(before[1], first, before[3], start, offset)
            if offset < last:
                return self._share(first, last, start, end, offset)
        return self._spans[-1][3]

    def end(self, offset: int) -> Fraction:
        """The frame by which the character at `offset` has been spoken."""
        for first, last, start, end in self._spans:
            if first <= offset < last:
                return self._share(first, last, start, end, offset + 1)
        past = [span for span in self._spans if span[1] <= offset]
        ahead = [span for span in self._spans if span[0] > offset]
        if past and ahead and any(c.isalnum() for c in self._text[past[-1][1] : offset + 1]):
            return ahead[0][2]
        return past[-1][3] if past else self._spans[0][2]

    def _share(self, first: int, last: int, start: Fraction, end: Fraction, offset: int) -> Fraction:
        whole = sum(self._weights[first:last], Fraction(0))
        part = sum(self._weights[first:offset], Fraction(0))
        return start + (end - start) * part / whole if whole else start


def _weight(character: str) -> Fraction:
    """How long a character takes to say, next to a Latin letter."""
    if is_wide(character) and character.isalnum():
        return Fraction(3)
    if character in ".!?。！？…":
        return Fraction(4)
    if character in ",;:，、；：—":
        return Fraction(2)
    return Fraction(1) if character.isalnum() else Fraction(2, 5)


def _find(text: str, bare: str, at: int) -> tuple[int, int] | None:
    """Where `bare` next stands in `text` from `at` on, marks inside a word passed over; not more than 40 characters on."""
    for start in range(at, min(len(text), at + 40)):
        if not bare or text[start] != bare[0]:
            continue
        matched, end = 0, start
        while end < len(text) and matched < len(bare):
            if text[end] == bare[matched]:
                matched += 1
            elif text[end].isalnum():
                break
            end += 1
        if matched == len(bare):
            return start, end
    return None


def _schedule(wanted: list[Cue], rate: Fraction, style: CaptionStyle, film_frames: int | None) -> list[Cue]:
    """Give every cue its time to be read, in order, without overlap, inside the film."""
    if not wanted:
        return []
    scale = rate / 24
    gap = max(1, round(style.gap * scale)) if len(wanted) > 1 else 0
    shortest = max(1, ceil(style.shortest * scale))
    limit = film_frames if film_frames is not None else wanted[-1].end + ceil(rate)
    if limit < len(wanted) * (shortest + gap):
        # A film too short for its words: everything is shown, each for an equal share.
        gap = 0 if limit < len(wanted) * (gap + 1) else gap
        shortest = max(1, limit // len(wanted) - gap)
    if limit < len(wanted):
        raise InputError(
            f"{len(wanted)} captions do not fit into {limit} frames",
            remedy="Lengthen the film, or shorten what is said.",
        )
    starts, ends = [c.start for c in wanted], [max(c.end, c.start + 1) for c in wanted]
    count = len(wanted)
    for i, cue in enumerate(wanted):
        if i:
            starts[i] = max(starts[i], ends[i - 1] + gap)
        following = wanted[i + 1].start - gap if i + 1 < count else limit
        ends[i] = max(ends[i], starts[i] + 1)
        need = _reading(cue, rate, style)
        # Stay on for the reader through the silence that follows, and close a gap too short to be seen as one.
        ends[i] = max(min(ends[i], following), min(starts[i] + need, following), starts[i] + shortest)
        if 0 < following - ends[i] < round(10 * scale):
            ends[i] = following
    _pull_in(starts, ends, limit, gap, shortest)
    return [replace(cue, start=starts[i], end=ends[i]) for i, cue in enumerate(wanted)]


def _pull_in(starts: list[int], ends: list[int], limit: int, gap: int, shortest: int) -> None:
    """Move what runs past the end of the film, and what that pushes, to the left."""
    latest = limit
    for i in range(len(starts) - 1, -1, -1):
        ends[i] = min(ends[i], latest)
        starts[i] = max(0, min(starts[i], ends[i] - min(shortest, ends[i])))
        latest = starts[i] - gap
    floor = 0
    for i in range(len(starts)):
        # Only where the film is fuller than full: pushed against its start, the cues share what there is.
        starts[i] = max(starts[i], floor)
        ends[i] = max(ends[i], starts[i] + 1)
        floor = ends[i] + gap


def _reading(cue: Cue, rate: Fraction, style: CaptionStyle) -> int:
    """Frames that a reader needs for a cue."""
    text = "".join(cue.lines)
    wide = speaks_cjk(text, cue.language)
    speed = style.cjk_cps if wide else style.latin_cps
    return ceil(Fraction(ceil(_Cells(wide)(text))) / speed * rate)
