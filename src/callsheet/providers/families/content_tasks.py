"""What the dialects of content-array tasks share: an order is a list of a text, pictures, videos and sounds, each with a role.

None of them knows a client id, an idempotency key or a signature: a job whose answer was lost cannot be found again, and what a webhook
says would not be believed, so none is asked for.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, ClassVar

from callsheet.catalog import Mode, Offer, Refusal, Unknown
from callsheet.film import Order
from callsheet.film.price import MICROS, Money
from callsheet.providers.answers import at, data_uri, kind_of, text, wait_s, words
from callsheet.providers.family import Family
from callsheet.providers.fitting import Fitted, Input, InputKind, Unfit
from callsheet.providers.hosted import Job, JobState, Link, RefusalKind, Refused
from callsheet.providers.wire import Unanswered, Wire

_STATES: Mapping[str, JobState] = {
    "queued": "waiting", "running": "running", "succeeded": "done", "failed": "failed", "cancelled": "cancelled",
    "expired": "failed",
}  # fmt: skip
TYPES: Mapping[InputKind, str] = {
    "first_frame": "image_url", "last_frame": "image_url", "reference_image": "image_url", "reference_video": "video_url",
    "source_video": "video_url", "reference_audio": "audio_url",
}  # fmt: skip
_FILES: Mapping[str, tuple[int, frozenset[str]]] = {
    "image_url": (30_000_000, frozenset(("image/png", "image/jpeg", "image/webp"))),
    "video_url": (50_000_000, frozenset(("video/mp4",))),
    "audio_url": (15_000_000, frozenset(("audio/wav", "audio/mpeg"))),
}
"""The most bytes of a file, and what it may be: both sellers state the same."""
_REQUEST = 64_000_000
"""Bytes of a whole request, in which files are a third larger than they are."""


class ContentArray(Family):
    """What both dialects have in common."""

    protocol = "content-array"
    traits_of: ClassVar[Mapping[str, Any]] = {"cancels": True}
    source_role: ClassVar[str] = "reference_video"
    """The role of a clip that is worked on."""
    clip: ClassVar[str]
    """Where an answer's content has the address of the clip."""
    codes: ClassVar[Mapping[str, RefusalKind]]
    """What the seller's error codes mean, by how they begin."""

    @abstractmethod
    def task(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """The task in an answer."""

    @abstractmethod
    def lacking(self, told: Fitted) -> Iterator[Refusal]:
        """What the dialect cannot say of an order that the catalogue allows."""

    @abstractmethod
    def code(self, said: Mapping[str, Any]) -> str:
        """The seller's own code in an error answer; empty where there is none."""

    @staticmethod
    @abstractmethod
    def bans(code: str) -> bool:
        """Whether a code means that the content is not allowed."""

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family; what this wire cannot say is refused here as well."""
        told = super().fit(offer, order, seed)
        wrong = [Refusal("modes", f"a {one.kind} cannot be told") for one in told.inputs if one.kind not in TYPES]
        if told.negative:
            wrong.append(Refusal("prompt.negative", "it takes no negative prompt"))
        if wrong := [*wrong, *self.lacking(told)]:
            raise Unfit(wrong)
        return told

    async def place(self, wire: Wire, one: Input, path: Path) -> str:
        """Inside the request: neither seller has a place for files that its key opens."""
        content = path.read_bytes()
        (most, kinds), kind = _FILES[TYPES[one.kind]], kind_of(content)
        if len(content) > most or kind not in kinds:
            raise Refused(
                "input",
                f"{one.role}: {len(content)} bytes of {kind}; {self.name} takes {most} of {', '.join(sorted(kinds))}",
            )
        # Both write the format's own name after the slash.
        return data_uri(content).replace("data:audio/mpeg;", "data:audio/mp3;", 1)

    def content(self, told: Fitted, files: Mapping[str, str]) -> list[dict[str, Any]]:
        """The array: the prompt, then every file in its order, so that the n-th picture is the one the prompt calls so. Raises Unfit."""
        array: list[dict[str, Any]] = [{"type": "text", "text": told.prompt}]
        for one in told.inputs:
            kind = TYPES[one.kind]
            role = self.source_role if one.kind == "source_video" else one.kind
            array.append({"type": kind, kind: {"url": files[one.sha256]}, "role": role})
        size = sum(len(files[one.sha256]) for one in told.inputs)
        if size > _REQUEST:
            raise Unfit([Refusal("references", f"its files make {size} bytes; a request takes {_REQUEST}")])
        return array

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """See Family."""
        task = self.task(said)
        status, code, reason = (
            text(task, "status"),
            str(at(task, "error", "code") or ""),
            text(task, "error", "message"),
        )
        state = _STATES.get(status, "unknown")
        if state == "failed" and self.bans(code):
            state = "moderated"
        reason = ": ".join(part for part in (code, reason) if part)
        url = text(task, "content", self.clip)
        if state == "done" and not url:
            state, reason = "unknown", "it has succeeded and names no clip"
        elif state == "unknown":
            reason = f"its status is {status!r}"
        elif status == "expired":
            reason = reason or "it waited too long and expired"
        return Job(job, state, (Link(url=url),) if state == "done" else (), self.cost(task), reason)

    def lost_job(self, job: str, status: int, said: Mapping[str, Any]) -> Job:
        """A key, an empty account or a breakdown says nothing about the job. Raises Unanswered for these."""
        if status in (401, 402, 403) or status >= 500:
            raise Unanswered(f"{self.name} answered HTTP {status}: {words(said)}")
        return super().lost_job(job, status, said)

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """See Family. A breakdown proves nothing, whatever its code."""
        code = self.code(said)
        kind = next((kind for start, kind in self.codes.items() if code.startswith(start)), None)
        if code and self.bans(code):
            kind = "moderated"
        if kind is None or not 400 <= status < 500:
            return super().refusal(status, said, headers)
        return Refused(kind, words(said) or code, wait_s(headers))

    async def cancel(self, wire: Wire, job: str) -> None:
        """Only a job that waits can be stopped; the same request would delete one that has ended, with its clip. Raises Unanswered."""
        if (await self.poll(wire, [job]))[job].state == "waiting":
            await super().cancel(wire, job)

    def sold_as(self, model: str) -> Offer | None:
        """The offer that the seller calls `model`."""
        for offer in self._offers.values():
            if not isinstance(offer.wire, Unknown) and model in offer.wire.values():
                return offer
        return None


def charged(
    offer: Offer,
    units: Fraction,
    resolution: str,
    *,
    mode: Mode = "text",
    audio: bool = False,
    video: bool = False,
    images: int = 0,
) -> Money | None:
    """What an offer's price list makes of the units that were used, rounded up to the micro-unit; None when it does not say."""
    tariff = offer.price
    if isinstance(tariff, Unknown) or tariff.per == "clip":
        return None
    rule = tariff.rule(resolution or None, audio, video, mode)
    if rule is None:
        return None
    total = units * Fraction(rule.amount) / (MICROS if tariff.per == "million-tokens" else 1)
    if tariff.image_fee:
        total += max(0, images - tariff.image_fee.free) * Fraction(tariff.image_fee.each)
    return Money(ceil(max(total, Fraction(tariff.minimum)) * (1 - Fraction(tariff.discount)) * MICROS), tariff.currency)
