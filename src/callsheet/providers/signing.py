"""Signed webhooks: what families that sign them have in common."""

import base64
import binascii
import hashlib
import hmac
import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from callsheet.providers.family import Family
from callsheet.providers.hosted import Accepted, Create, Forged, Job
from callsheet.providers.wire import Wire

WINDOW_S = 300
"""So far a webhook's time may lie from ours; what is older may be one that was heard before, sent again."""


def of_now(stamp: str, now: float) -> None:
    """Raise Forged unless `stamp`, seconds since 1970, lies within `WINDOW_S` of now."""
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 15):
        raise Forged("it does not say when it was sent")
    if abs(now - int(stamp)) > WINDOW_S:
        raise Forged(f"it is {now - int(stamp):.0f} s old")


def standard(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The event's id of a webhook that is signed as the Standard Webhooks specification has it; one of several signatures has to be right.

    Raises Forged.
    """
    named = {name.lower(): value for name, value in headers.items()}
    event, stamp, told = (named.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
    if not event:
        raise Forged("it carries no id")
    of_now(stamp, now)
    due = standard_signature(secret, event, stamp, body).encode()
    if not any(hmac.compare_digest(one.encode("utf-8", "replace"), due) for one in told.split()):
        raise Forged("its signature is wrong")
    return event


def standard_signature(secret: str, event: str, stamp: str, body: bytes) -> str:
    """`v1,` and the base64 of an HMAC-SHA256 over `event.stamp.body`; the secret is base64 behind `whsec_`."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = secret.encode()
    signed = hmac.new(key, f"{event}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def heard(body: bytes) -> Any:
    """What a webhook whose signature is right says. Raises Forged."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise Forged("it is not JSON") from error


class Signing(Family):
    """A family that has to be asked what its webhooks are signed with. Until that is known none is believed; what is true is asked anyway."""

    _wanting = False

    @abstractmethod
    async def _learn(self, wire: Wire) -> None:
        """Ask, unless it is known already. Never raises."""

    def _unknown(self) -> Forged:
        """What to raise for a webhook that came before it was known; it is asked for at the next poll."""
        self._wanting = True
        return Forged("it is not known yet what it is signed with")

    async def submit(self, wire: Wire, create: Create) -> Accepted:
        """As any family; what its webhook will be signed with is learnt before."""
        if create.webhook is not None:
            await self._learn(wire)
        return await super().submit(wire, create)

    async def poll(self, wire: Wire, jobs: Sequence[str]) -> Mapping[str, Job]:
        """How jobs stand. Raises Unanswered."""
        if self._wanting:
            self._wanting = False
            await self._learn(wire)
        return await super().poll(wire, jobs)
