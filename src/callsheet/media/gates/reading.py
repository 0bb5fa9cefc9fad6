"""Lettering: text that was ordered must be legible, text that was not is a watermark, a burnt-in caption or gibberish.

Reading needs a reader, an optional part: `installed_reader` finds one. Without it both gates say `not checked`.
"""

import difflib
import functools
import importlib.util
import itertools
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from callsheet.media.gates.finding import Finding, Wanted
from callsheet.media.gates.footage import Footage
from callsheet.media.gates.standing import moved

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the picture."""


@dataclass(frozen=True)
class Line:
    """One line that a reader found: its text, how sure it is (0 to 1), and where it stands."""

    text: str
    sureness: float
    box: Box


Reader = Callable[[NDArray[np.uint8]], Sequence[Line]]
"""Reads a picture, RGB uint8 [h, w, 3]. Must be deterministic."""

Page = tuple[int, Sequence[Line]]
"""A frame and what was read in it."""

SAMPLES = 3
"""Frames that are read: near the start, in the middle, near the end. Reading one costs as much as decoding a hundred."""

LEGIBLE, ILLEGIBLE = 0.90, 0.60
"""Likeness of what is read to what was ordered, of 1: one wrong letter in ten makes a wrong word; below 0.6 it is another text."""
SEEN = 0.50
"""Sureness below which lettering is texture that a reader mistook."""
GARBLED = 0.75
"""Sureness below which the letters of a plain line are not well formed."""
LEAST_LETTERS = 3
STANDS = 0.5
"""Overlap of boxes from which a line stands at the same place in two frames."""
STAMPS = (
    "shutterstock", "gettyimages", "istock", "adobestock", "alamy", "dreamstime", "depositphotos", "pond5", "watermark",
    "previewonly", "trialversion", "demoversion", "forpreview", "donotcopy", "madewith", "generatedby", "aigenerated", "unregistered",
)  # fmt: skip
"""What stock houses and tools stamp on pictures that may not be used; letters only, lower case."""


def text(pages: Sequence[Page], wanted: Wanted) -> Finding:
    """Whether the text that was ordered can be read, at its best moment. No pages: nobody read."""
    if not wanted.text:
        return Finding("text", "not checked", None, "no text was ordered")
    if not pages:
        return Finding("text", "not checked", None, "there is no reader")
    whole = [(index, _words(lines)) for index, lines in pages]
    best = [max((_shown(_letters(ordered), page), -index, ordered) for index, page in whole) for ordered in wanted.text]
    worst, frame, which = min(best)
    at = (-frame,)
    score = round(worst, 4)
    if worst >= LEGIBLE:
        return Finding("text", "ok", score, "the text that was ordered can be read")
    words = f"{which!r} cannot be read" if worst < ILLEGIBLE else f"{which!r} is not quite legible"
    return Finding("text", "reject" if worst < ILLEGIBLE else "rank", score, words, at)


def watermark(pages: Sequence[Page], wanted: Wanted, footage: Footage) -> Finding:
    """Whether lettering is in the picture that nobody ordered. No pages: nobody read.

    A known stamp rejects. Other lettering ranks: it may be a caption, gibberish, or a sign that belongs there, which only people can tell.
    """
    if not pages:
        return Finding("watermark", "not checked", None, "there is no reader")
    odd = [(index, [line for line in lines if _counts(line, wanted)]) for index, lines in pages]
    found = [(index, line) for index, lines in odd for line in lines]
    if not found:
        return Finding("watermark", "ok", 1.0, "no lettering that was not ordered")
    at = tuple(index for index, lines in odd if lines)
    shown = max((line for _, line in found), key=lambda line: (line.sureness, line.text)).text
    stamped = [line.text for _, line in found if any(stamp in _letters(line.text) for stamp in STAMPS)]
    if stamped:
        return Finding("watermark", "reject", 0.0, f"stamped {stamped[0]!r}", at)
    if _stays(odd) and moved(footage) > _PICTURE_MOVES:
        return Finding("watermark", "rank", 0.3, f"{shown!r} stands still over the picture", at)
    if all(garbled(line) for _, line in found):
        return Finding("watermark", "rank", 0.4, f"letters that make no words ({shown!r})", at)
    return Finding("watermark", "rank", 0.6, f"{shown!r} can be read and was not ordered", at)


def garbled(line: Line) -> bool:
    """Whether a line is no writing: badly formed letters, or Latin letters that no language puts together."""
    return line.sureness < GARBLED or not any(_sayable(word) for word in line.text.split() if len(word) > 1)


def has_reader() -> bool:
    """Whether `installed_reader` has one to give."""
    return importlib.util.find_spec("rapidocr") is not None


@functools.lru_cache(maxsize=1)
def installed_reader() -> Reader | None:
    """The reader of the optional part `rapidocr`; None when it is not installed."""
    if not has_reader():
        return None
    from rapidocr import RapidOCR

    engine = RapidOCR(params=_QUIET_AND_ALONE)

    def read(picture: NDArray[np.uint8]) -> list[Line]:
        seen: Any = engine(np.ascontiguousarray(picture[..., ::-1]))
        if seen.boxes is None or seen.txts is None or seen.scores is None:
            return []
        high, wide = picture.shape[:2]
        return [
            Line(str(words), float(sure), _box(np.asarray(corners, np.float64), wide, high))
            for corners, words, sure in zip(seen.boxes, seen.txts, seen.scores, strict=True)
        ]

    return read


_QUIET_AND_ALONE = {
    "Global.log_level": "error",
    "Global.use_cls": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
"""One thread, as clips are inspected side by side; lettering that stands on its head is not looked for."""

_PICTURE_MOVES = 3.0
"""Median difference of the small pictures half a second apart from which what stands still is laid over the picture."""

_VOWELS = frozenset("aeiouyáéíóúàèìòùâêîôûäëïöüåæøœ")
_MOST_CONSONANTS = 5
"""Longest run of consonants in words of European languages, but for a few compounds."""


def _sayable(word: str) -> bool:
    letters = [letter for letter in word.casefold() if letter.isalpha()]
    if not letters:
        return word.isdecimal()
    if not all(letter.isascii() or letter in _VOWELS for letter in letters):
        return True  # other scripts are judged by how sure the reader is
    if len(letters) != sum(character.isalnum() for character in word):
        return False
    run = most = 0
    for letter in letters:
        run = 0 if letter in _VOWELS else run + 1
        most = max(most, run)
    return most < min(_MOST_CONSONANTS, len(letters))


def _counts(line: Line, wanted: Wanted) -> bool:
    letters = _letters(line.text)
    if line.sureness < SEEN or len(letters) < LEAST_LETTERS:
        return False
    # A part of the ordered text is the ordered text, and where it is misspelt `text` says so; a name from the action may stand on a shop.
    if wanted.text and _ordered(line, [_letters(ordered) for ordered in wanted.text]):
        return False
    named = {_letters(name) for name in wanted.names if len(_letters(name)) >= LEAST_LETTERS}
    return not all(_letters(word) in named for word in line.text.split())


def _ordered(line: Line, ordered: list[str]) -> bool:
    """Whether a line is ordered text: a part of it, all of it misspelt, or several texts that were read as one line."""
    letters = _letters(line.text)
    for whole in ordered:
        alike = difflib.SequenceMatcher(None, whole, letters, autojunk=False).ratio()
        if alike >= ILLEGIBLE or _likeness(letters, whole) >= LEGIBLE:
            return True
    parts = [part for word in line.text.split() if (part := _letters(word))]
    return all(any(_likeness(part, whole) >= LEGIBLE for whole in ordered) for part in parts)


def _stays(pages: list[tuple[int, list[Line]]]) -> bool:
    """Whether some line stands at one place in every frame that was read."""
    if len(pages) < 2 or not pages[0][1]:
        return False
    return any(
        all(any(_overlap(line.box, other.box) >= STANDS for other in lines) for _, lines in pages[1:])
        for line in pages[0][1]
    )


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, wide) * max(0.0, high)
    both = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - shared
    return shared / both if both > 0 else 0.0


def _box(corners: NDArray[np.float64], wide: int, high: int) -> Box:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return float(left) / wide, float(top) / high, float(right) / wide, float(bottom) / high


def _words(lines: Sequence[Line]) -> list[str]:
    """The letters of every word of a page, top to bottom."""
    rows = sorted(lines, key=lambda line: (round(line.box[1], 2), line.box[0]))
    return [letters for line in rows for word in line.text.split() if (letters := _letters(word))]


def _letters(words: str) -> str:
    return "".join(character for character in words.casefold() if character.isalnum())


def _shown(ordered: str, words: Sequence[str]) -> float:
    """How much of `ordered` a page of words shows, 0 to 1. Letters that hang on it count against it: NOVAA is not NOVA."""
    if not ordered:
        return 1.0
    most = 0.0
    for first in range(len(words)):
        span = ""
        for word in words[first:]:
            span += word
            if len(span) > 2 * len(ordered):
                break
            most = max(most, difflib.SequenceMatcher(None, ordered, span, autojunk=False).ratio())
    # A reader may lose the spaces, and some scripts have none: then it stands somewhere inside.
    page = "".join(words)
    ends = set(itertools.accumulate(map(len, words), initial=0))
    for start in range(max(0, len(page) - len(ordered)) + 1):
        end = min(len(page), start + len(ordered))
        alike = difflib.SequenceMatcher(None, ordered, page[start:end], autojunk=False).ratio()
        if alike > most:
            before = next(n for n in itertools.count() if start - n in ends or not _spaced(page[start - n - 1]))
            after = next(n for n in itertools.count() if end + n in ends or not _spaced(page[end + n]))
            most = max(most, alike * 2 * len(ordered) / (2 * len(ordered) + before + after))
    return most


def _spaced(letter: str) -> bool:
    """Whether it is of a script that has spaces between words."""
    return unicodedata.east_asian_width(letter) not in "WF"


def _likeness(ordered: str, page: str) -> float:
    """How much of `ordered` stands on `page` together, 0 to 1."""
    if not ordered:
        return 1.0
    if ordered in page:
        return 1.0
    most = 0.0
    for start in range(max(1, len(page) - len(ordered) + 1)):
        part = page[start : start + len(ordered)]
        most = max(most, difflib.SequenceMatcher(None, ordered, part, autojunk=False).ratio())
    return most
