"""What the tests of content-array sellers share: files, raw requests, and takes whose cost must be the meter's."""

import asyncio
import hashlib
import io
import json
import wave
from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from callsheet.film import Order, Reference
from callsheet.film.price import Money
from callsheet.media.stills import png
from callsheet.providers.answers import data_uri
from callsheet.providers.families.content_array import Ark
from callsheet.providers.hosted import Create
from callsheet.rehearsal.clips import Plain
from callsheet.rehearsal.exchange import Reply, Request
from callsheet.rehearsal.house import Timing
from callsheet.rehearsal.skins import KEY
from callsheet.rehearsal.standins.base import StandIn
from callsheet.testing.stage import Stage, order

ARK, NEW = "seedance-2.0@ark-cn", "seedance-2.5@ark-cn"
H3 = "minimax-h3@minimax-intl"
TASKS = "/api/v3/contents/generations/tasks"
STILL = Timing(queue_s=60.0, run_s=60.0)
BUSY = Timing(queue_s=0.0, run_s=60.0)


def play(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scene())


@cache
def picture(width: int = 64, height: int = 36, shade: int = 90) -> bytes:
    return png(np.full((height, width, 3), shade, np.uint8))


@cache
def sound(seconds: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000 * seconds)
    return out.getvalue()


@cache
def clip(frames: int = 96, size: tuple[int, int] = (64, 36)) -> bytes:
    recipe = {"order": {"frames": frames, "rate": "24"}, "size": list(size)}
    return Plain(height=min(size))(recipe, "16:9")


class Files:
    """References by role, on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.paths, self.roles = folder, dict[str, Path](), list[Reference]()

    def add(self, role: str, content: bytes) -> "Files":
        digest = hashlib.sha256(content).hexdigest()
        self.paths[digest] = self.folder / digest
        self.paths[digest].write_bytes(content)
        self.roles.append(Reference(role=role, sha256=digest))
        return self

    def order(self, **more: Any) -> Order:
        return order(references=self.roles, **more)


def body(at: Stage, offer: str, wanted: Order, paths: Mapping[str, Path], **more: Any) -> dict[str, Any]:
    """What the adapter sends, each file under the first letters of its digest."""
    told = at.seller.fit(offer, wanted)
    create = Create("attempt", at.recipe(offer, wanted), paths, **more)
    call = at.seller.create(told, {digest: digest[:8] for digest in paths}, create)
    assert call.method == "POST"
    return {"path": call.path, **call.json}


def roles(sent: Mapping[str, Any]) -> list[str]:
    return [part.get("role", part["type"]) for part in sent["content"]]


async def ask(at: Stage, method: str, path: str, said: Any = None, key: str = KEY) -> tuple[int, dict[str, Any]]:
    """One raw request, as a client that is not ours would send it."""
    request = Request(
        method,
        path,
        {"authorization": f"Bearer {key}", "host": "house.test"},
        b"" if said is None else json.dumps(said).encode(),
    )
    reply: Reply = at.house.handle(request)
    return reply.status, json.loads(reply.body)


async def buys(at: Stage, offer: str, wanted: Order, paths: Mapping[str, Path] | None = None) -> Money:
    """Buy one take; what it cost as we were told, which must be what the meter has."""
    before = at.billed.micros
    job = (await at.submit(offer, wanted, paths)).job
    ended = await at.ended(job)
    assert ended.state == "done", ended.reason
    assert ended.cost is not None
    assert ended.cost.micros == at.billed.micros - before
    price = at.seller.quote(offer, wanted)
    assert price is not None
    assert ended.cost.micros <= price.worst.micros
    return ended.cost


def shared(at: Stage) -> None:
    """Give Ark a place on the stand-in's own shelf."""
    assert isinstance(at.seller, Ark)

    def lend(path: Path, seconds: int) -> str:
        assert isinstance(at.house.face, StandIn)
        assert seconds > at.seller.traits.longest_s, "a link outlives the job"
        return "https://share.invalid/" + at.house.face.keep(at.house, path.read_bytes())

    at.seller.lends, at.lend = True, lend


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def image(role: str | None = "first_frame", shade: int = 90) -> dict[str, Any]:
    part = {"type": "image_url", "image_url": {"url": data_uri(picture(shade=shade))}}
    return part if role is None else {**part, "role": role}


# As its documentation has them, with files in place of addresses.
H3_BODIES: dict[str, dict[str, Any]] = {
    "words": {
        "model": "MiniMax-H3", "content": [{"type": "text", "text": "A boy plays basketball by the sea."}], "resolution": "2K",
        "duration": 5, "ratio": "16:9",
    },
    "frame": {
        "model": "MiniMax-H3", "resolution": "2K", "duration": 5, "ratio": "adaptive",
        "content": [{"type": "text", "text": "Pull focus to the people in the background."}, image()],
    },
    "references": {
        "model": "MiniMax-H3", "resolution": "768P", "duration": 5, "ratio": "adaptive",
        "content": [
            {"type": "text", "text": "Follow the wind. Voice timbre follows reference audio 1."},
            {"type": "video_url", "video_url": {"url": data_uri(clip(100))}, "role": "reference_video"},
            {"type": "audio_url", "audio_url": {"url": data_uri(sound())}, "role": "reference_audio"},
        ],
    },
}  # fmt: skip
