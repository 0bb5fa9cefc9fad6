"""Reading what providers answer, and wording what they are sent: small things that every family needs."""

import base64
import json
import mimetypes
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import httpx

from callsheet.film.price import Money

_MARKS = (
    (b"\x89PNG", 0, "image/png"), (b"\xff\xd8\xff", 0, "image/jpeg"), (b"WEBP", 8, "image/webp"), (b"WAVE", 8, "audio/wav"),
    (b"ftypM4A", 4, "audio/mp4"), (b"ftyp", 4, "video/mp4"), (b"ID3", 0, "audio/mpeg"), (b"\xff\xfb", 0, "audio/mpeg"),
    (b"OggS", 0, "audio/ogg"), (b"fLaC", 0, "audio/flac"), (b"\x1aE\xdf\xa3", 0, "video/webm"),
)  # fmt: skip


def read(response: httpx.Response) -> dict[str, Any] | None:
    """The JSON object of an answer; None when it is none."""
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def words(said: Mapping[str, Any]) -> str:
    """What an error answer says to people, wherever it says it."""
    for name in ("message", "detail", "error", "msg", "title"):
        found = said.get(name)
        if isinstance(found, str) and found:
            return found[:500]
        if isinstance(found, Mapping) and (inner := words(found)):
            return inner
        if isinstance(found, list) and found:
            return "; ".join(words(f) if isinstance(f, Mapping) else str(f) for f in found)[:500]
    return ""


def wait_s(headers: Mapping[str, str]) -> float | None:
    """How long to stay away, where an answer says it in seconds."""
    told = headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdecimal() else None


def at(said: Any, *path: str | int) -> Any:
    """What lies at a path of an answer; None where there is nothing."""
    for step in path:
        if isinstance(step, int):
            said = said[step] if isinstance(said, list) and -len(said) <= step < len(said) else None
        else:
            said = said.get(step) if isinstance(said, Mapping) else None
    return said


def text(said: Any, *path: str | int) -> str:
    """The text at a path of an answer; empty where there is none."""
    found = at(said, *path)
    return found if isinstance(found, str) else ""


def data_uri(content: bytes) -> str:
    """A file inside an address."""
    return f"data:{kind_of(content)};base64,{base64.b64encode(content).decode()}"


def kind_of(content: bytes) -> str:
    """The media type of a still, a clip or a sound, by its first bytes."""
    for mark, place, kind in _MARKS:
        if content[place : place + len(mark)] == mark:
            return kind
    return "application/octet-stream"


def extension(kind: str) -> str:
    """The file extension of a media type, with its dot."""
    return mimetypes.guess_extension(kind) or ".bin"


def exact(amount: Any, worth: Fraction, currency: str) -> Money | None:
    """`amount` units of `worth` each, rounded up to the micro-unit; None for what is no amount."""
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return None
    try:
        micros = Fraction(str(amount)) * worth * 1_000_000
    except ValueError:
        return None
    return Money(-(-micros.numerator // micros.denominator), currency) if micros >= 0 else None
