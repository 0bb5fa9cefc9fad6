"""Webhooks: signed with HMAC-SHA256 over "timestamp.body", delivered by whoever the house is given."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from callsheet.providers.hosted import Forged, Hint

WINDOW_S = 300
"""A webhook whose time stamp is further away than this is not believed."""
TIMESTAMP, SIGNATURE = "rehearsal-timestamp", "rehearsal-signature"


@dataclass(frozen=True)
class Delivery:
    """A webhook to be sent by POST."""

    url: str
    headers: Mapping[str, str]
    body: bytes


Send = Callable[[Delivery], Awaitable[None]]


class Sender(Protocol):
    """Who has webhooks to send."""

    def deliveries(self) -> tuple[Delivery, ...]:
        """Those that are due now; each is given once."""


def sign(secret: bytes, at: float, event: str, job: str, status: str, url: str) -> Delivery:
    """A signed webhook for a job."""
    body = json.dumps({"event": event, "id": job, "status": status}, separators=(",", ":")).encode()
    stamp = str(int(at))
    headers = {"content-type": "application/json", TIMESTAMP: stamp, SIGNATURE: _signature(secret, stamp, body)}
    return Delivery(url, headers, body)


def verify(secret: bytes, now: float, headers: Mapping[str, str], body: bytes) -> Hint:
    """What a webhook says, once its signature and age are found right. Raises Forged."""
    named = {name.lower(): value for name, value in headers.items()}
    stamp = named.get(TIMESTAMP, "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 15):
        raise Forged("it carries no time stamp")
    told = named.get(SIGNATURE, "").encode("utf-8", "replace")
    if not hmac.compare_digest(told, _signature(secret, stamp, body).encode()):
        raise Forged("its signature is wrong")
    if abs(now - int(stamp)) > WINDOW_S:
        raise Forged(f"it is {now - int(stamp):.0f} s old")
    try:
        said = json.loads(body)
    except ValueError as error:
        raise Forged("it is not JSON") from error
    if not isinstance(said, dict) or not all(isinstance(said.get(k), str) and said[k] for k in ("event", "id")):
        raise Forged("it names no event or no job")
    return Hint(said["event"], said["id"])


def _signature(secret: bytes, stamp: str, body: bytes) -> str:
    return "v1=" + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


async def post(sender: Sender, send: Send, every_s: float = 1.0) -> None:
    """Deliver webhooks as they fall due, one after the other, until cancelled."""
    while True:
        for delivery in sender.deliveries():
            await send(delivery)
        await asyncio.sleep(every_s)
