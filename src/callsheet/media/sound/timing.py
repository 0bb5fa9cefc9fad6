"""Cutting a text into the words captions show, and finding when each of them is spoken."""

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np


class Word(NamedTuple):
    """One piece of the spoken text as it was written, with its first and last (exclusive) sample."""

    text: str
    start: int
    end: int


_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=\S)|(?<=[。！？!?…；])[”’」』）]*(?=\S)|\n+")


def written_words(text: str) -> list[str]:
    """`text` cut where captions may cut it: at spaces, and after each character of scripts written without them.

    Punctuation stays with the word before it, opening brackets with the word after. Joined (with spaces where the
    text had them) the pieces are the text again.
    """
    pieces: list[str] = []
    for chunk in text.split():
        current = ""
        for char in chunk:
            if (
                current
                and (_solid(char) or _solid(current[-1]) or _ends(current))
                and not _closing(char)
                and not _opening_only(current)
            ):
                pieces.append(current)
                current = ""
            current += char
        if current:
            if pieces and all(_closing(c) for c in current):
                pieces[-1] += f" {current}"
            else:
                pieces.append(current)
    return pieces


def _solid(char: str) -> bool:
    """Whether `char` is a syllable of its own: Han, kana, Hangul."""
    point = ord(char)
    return (
        0x3041 <= point <= 0x30FF
        or 0x3400 <= point <= 0x9FFF
        or 0xAC00 <= point <= 0xD7A3
        or 0x20000 <= point <= 0x323AF
    )


def _closing(char: str) -> bool:
    category = unicodedata.category(char)
    return (category in {"Po", "Pe", "Pf", "Pd"} and char not in "#&@%") or char in "ーっゃゅょッャュョ"


def _opening_only(piece: str) -> bool:
    return all(unicodedata.category(c) in {"Ps", "Pi"} for c in piece)


def _ends(piece: str) -> bool:
    return any(_solid(c) for c in piece) and _closing(piece[-1])


def weight(piece: str) -> float:
    """How long a written word takes to say, in syllables (roughly): for timing where the synthesis gives none."""
    solid = sum(_solid(c) for c in piece)
    letters = "".join(c for c in unicodedata.normalize("NFKD", piece.lower()) if c.isascii() and c.isalpha())
    vowels = len(re.findall(r"[aeiouy]+", letters)) - (
        len(letters) > 3 and letters.endswith("e") and not letters.endswith("le")
    )
    digits = sum(c.isdigit() for c in piece)
    other = sum(c.isalpha() and not _solid(c) and not c.isascii() for c in unicodedata.normalize("NFC", piece)) / 2.5
    pause = 1.2 if piece[-1:] in ".!?…。！？" else 0.6 if piece[-1:] in ",;:，、；：—" else 0.0
    return max(0.35, solid + (max(1, vowels) if letters else 0) + 1.2 * digits + (0.0 if letters else other)) + pause


def proportional(pieces: Sequence[str], start: int, end: int) -> tuple[Word, ...]:
    """Word times estimated: `pieces` share the samples from `start` to `end` by `weight`."""
    weights = np.array([weight(piece) for piece in pieces], np.float64)
    edges = start + np.round(
        np.concatenate([[0.0], np.cumsum(weights)]) / max(1e-9, weights.sum()) * (end - start)
    ).astype(int)
    return tuple(Word(piece, int(edges[i]), int(edges[i + 1])) for i, piece in enumerate(pieces))


def sentences(text: str) -> list[str]:
    """`text` split where a sentence ends (Latin and CJK punctuation, line breaks), for voices that take one at a time."""
    out: list[str] = []
    cut = 0
    for match in _SENTENCE_END.finditer(text):
        head = text[cut : match.end()]
        last = head.split()[-1].strip("\"'”’()[]") if head.split() else ""
        # "Dr. Lin", "J. Doe", "e.g. this": the full stop of an abbreviation ends nothing.
        abbreviated = bool(re.fullmatch(r"(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|No|vs|e\.g|i\.e|etc|approx)\.", last))
        if head.strip() and not ("\n" not in match.group() and abbreviated):
            out.append(head.strip())
            cut = match.end()
    if text[cut:].strip():
        out.append(text[cut:].strip())
    return out


def aligned(written: Sequence[str], said: Sequence[str], places: Sequence[int]) -> list[float]:
    """Where each of `places` in `written` lies in `said`: the two are matched, and what differs is shared out evenly."""
    anchors: list[tuple[float, float]] = [(0.0, 0.0)]
    for block in SequenceMatcher(None, written, said, autojunk=False).get_matching_blocks():
        if block.size:
            anchors += [(block.a, block.b), (block.a + block.size - 1e-6, block.b + block.size - 1e-6)]
    anchors.append((len(written), len(said)))
    return [float(place) for place in np.interp(places, [a for a, _ in anchors], [b for _, b in anchors])]
