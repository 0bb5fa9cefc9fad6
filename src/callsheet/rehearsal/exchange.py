"""What goes in and out of a house: requests, and replies that also say what the transport is to do to them."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from callsheet.film import Framing

Clips = Callable[[Mapping[str, Any], Framing], bytes]
"""Makes the file of a take: recipe as JSON and picture shape to the bytes of an MP4."""

Ending = Literal["whole", "drop", "reset", "cut"]
"""All of it is sent; the connection closes without an answer; it is reset; the body breaks off half way."""

_PIECES = 8


@dataclass(frozen=True)
class Request:
    """An HTTP request. Header names are lower case; `target` is path and query."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's values by name."""
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass(frozen=True)
class Clip:
    """A file still to be made."""

    recipe: Mapping[str, Any]
    framing: Framing
    clips: Clips


@dataclass(frozen=True)
class Reply:
    """An HTTP reply. With a `clip` the body is that file; it is made when it is fetched."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    clip: Clip | None = None
    after_s: float = 0.0
    """How long the answer is held back."""
    ending: Ending = "whole"
    pace_s: float = 0.0
    """Above zero, the body comes in pieces, each this much later than the one before."""
    spoiled: bool = False
    """The body keeps its length and loses its meaning."""

    async def content(self, off_loop: bool) -> bytes:
        """The body as it would be without a cut; a clip is made in a thread when `off_loop`, else here and now."""
        body = self.body
        if self.clip is not None:
            clip = self.clip
            work = asyncio.to_thread(clip.clips, clip.recipe, clip.framing) if off_loop else None
            body = await work if work else clip.clips(clip.recipe, clip.framing)
        return bytes(byte ^ 0xA5 for byte in body) if self.spoiled else body

    def pieces(self, body: bytes) -> Iterator[bytes]:
        """The part of `body` that is sent, in the pieces in which it is sent."""
        sent = body[: len(body) // 2] if self.ending == "cut" else body
        step = max(1, -(-len(sent) // _PIECES)) if self.pace_s else max(1, len(sent))
        for start in range(0, len(sent), step):
            yield sent[start : start + step]


def answer(status: int, value: Any, **more: Any) -> Reply:
    """A JSON reply."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Reply(status, body, {"content-type": "application/json"}, **more)


def refusal(status: int, code: str, message: str, after_s: float | None = None) -> Reply:
    """An error: `{"error": {"code", "message"}}`, with Retry-After where `after_s` is known."""
    reply = answer(status, {"error": {"code": code, "message": message}})
    if after_s is None:
        return reply
    return Reply(status, reply.body, {**reply.headers, "retry-after": str(max(1, -int(-after_s // 1)))})
