"""SubRip and WebVTT: written so that a player at the film's rate shows exactly the frames of each cue, read strictly."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from callsheet.errors import InputError
from callsheet.media.type.captions import Cue

__all__ = ["parse_srt", "parse_vtt", "srt", "vtt"]

_SRT_TIMING = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d),(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d),(\d{3})")
_VTT_TIMING = re.compile(
    r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})[ \t]+-->[ \t]+(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})(?:[ \t].*)?"
)


def srt(cues: Sequence[Cue], rate: Fraction) -> str:
    """`cues` as a SubRip file's text (UTF-8, LF, ends with a new line)."""
    blocks = [
        f"{number}\n{_stamp(_opens(cue.start, rate), ',')} --> {_stamp(_closes(cue.end, rate), ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues, 1)
    ]
    return "\n".join(blocks)


def vtt(cues: Sequence[Cue], rate: Fraction) -> str:
    """`cues` as a WebVTT file's text (UTF-8, LF, ends with a new line)."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_stamp(_opens(cue.start, rate), '.')} --> {_stamp(_closes(cue.end, rate), '.')}\n{text}\n")
    return "\n".join(blocks)


def parse_srt(text: str, rate: Fraction, language: str = "") -> list[Cue]:
    """The cues of a SubRip text in frames of `rate`; InputError names the line of anything malformed."""
    out: list[Cue] = []
    for line, block in _blocks(text):
        number = len(out) + 1
        if block[0].strip() != str(number):
            raise _fault(line, f"expected caption number {number}, found {block[0]!r}")
        found = _SRT_TIMING.fullmatch(block[1].strip()) if len(block) > 1 else None
        if not found:
            raise _fault(line + 1, "expected a time like 00:00:01,000 --> 00:00:02,000")
        out.append(_cue(line + 1, found, block[2:], rate, language, out))
    return out


def parse_vtt(text: str, rate: Fraction, language: str = "") -> list[Cue]:
    """The cues of a WebVTT text in frames of `rate`; InputError names the line of anything malformed."""
    out: list[Cue] = []
    blocks = _blocks(text)
    line, header = next(blocks, (1, [""]))
    if header[0].split(" ")[0] != "WEBVTT":
        raise _fault(line, "a WebVTT file starts with WEBVTT")
    for line, block in blocks:
        if block[0].startswith(("NOTE", "STYLE", "REGION")):
            continue
        at = 0 if "-->" in block[0] else 1
        found = _VTT_TIMING.fullmatch(block[at].strip()) if len(block) > at else None
        if not found:
            raise _fault(line + at, "expected a time like 00:00:01.000 --> 00:00:02.000")
        rows = [r.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for r in block[at + 1 :]]
        out.append(_cue(line + at, found, rows, rate, language, out))
    return out


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines between blank ones, each with the number of its first line."""
    first = 0
    block: list[str] = []
    for number, row in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), 1):
        if row.strip():
            first = first if block else number
            block.append(row)
        elif block:
            yield first, block
            block = []
    if block:
        yield first, block


def _cue(line: int, found: re.Match[str], rows: list[str], rate: Fraction, language: str, before: list[Cue]) -> Cue:
    start, end = (_frame(found.groups()[i : i + 4], rate) for i in (0, 4))
    if not rows:
        raise _fault(line, "a caption without text")
    if end <= start:
        raise _fault(line, "a caption that ends before it starts")
    if before and start < before[-1].end:
        raise _fault(line, "a caption that starts before the one above it has ended")
    return Cue(start, end, tuple(rows), language)


def _fault(line: int, what: str) -> InputError:
    return InputError(what, where=f"line {line}", remedy="Correct the subtitle file and read it again.")


def _opens(frame: int, rate: Fraction) -> int:
    """The last whole millisecond at or before the frame is shown."""
    return int(frame * 1000 / rate)


def _closes(frame: int, rate: Fraction) -> int:
    """The last whole millisecond before the frame is shown, so that no player, however it rounds, shows it too."""
    return -int(-frame * 1000 // rate) - 1


def _stamp(ms: int, point: str) -> str:
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _frame(parts: tuple[str | None, ...], rate: Fraction) -> int:
    hours, minutes, seconds, ms = (int(p or 0) for p in parts)
    return round(Fraction(((hours * 60 + minutes) * 60 + seconds) * 1000 + ms) * rate / 1000)
