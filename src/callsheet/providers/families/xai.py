"""xAI: Grok Imagine over HTTP. Clips are made, edited and extended at addresses of their own; bills are told in ticks of 1e-10 USD."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from callsheet.catalog import Mode, Refusal
from callsheet.film import Order
from callsheet.film.price import Money
from callsheet.providers.answers import at, exact, text, wait_s, words
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input, InputKind, Unfit
from callsheet.providers.hosted import Create, Job, JobState, Link, RefusalKind, Refused

_TICK = Fraction(1, 10**10)
_WORKED_ON: Mapping[Mode, str] = {"edit": "/v1/videos/edits", "extend": "/v1/videos/extensions"}
"""Where a clip is sent that something is done to."""
_FRAMES: Mapping[InputKind, str] = {"first_frame": "image", "last_frame": "last_frame"}
_REFERENCES: Mapping[InputKind, str] = {"reference_image": "reference_images", "reference_audio": "reference_audios"}
"""For audio the SDK has voices by name only; that HTTP takes an address is told elsewhere and not confirmed."""
_GIVEN: frozenset[InputKind] = frozenset((*_FRAMES, *_REFERENCES, "keyframe", "source_video"))
_EXTENSION_S = (1, 10)
_APART = Fraction(1, 3)
"""Seconds between two keyframes, at the least."""
_STATES: Mapping[str, JobState] = {"pending": "running", "done": "done", "failed": "failed", "expired": "failed"}
_MODERATION = ("moderat", "content policy", "usage guidelines", "safety_check", "safety check")
_SAID: Sequence[tuple[RefusalKind, frozenset[int], tuple[str, ...]]] = (
    ("auth", frozenset((400, 401, 403)), ("api key",)),
    ("funds", frozenset((402, 403, 429)), ("credits", "spending limit")),
    ("moderated", frozenset((400, 403, 422)), _MODERATION),
    ("concurrency", frozenset((429,)), ("concurren",)),
    ("retired", frozenset((400, 404, 410)), ("does not exist", "no longer", "deprecated")),
)
"""Errors with one status are told apart by their words: kind, the statuses it comes with, and words. xAI has no codes for them; the words
of moderation and of too many at once are not confirmed."""


class Xai(Family):
    """Sells Grok Imagine. Nothing can be listed, cancelled or sent twice; a result stays for 24 hours."""

    protocol = "xai"
    base = "https://api.x.ai"

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family; what its wire has no field for is refused too."""
        told = super().fit(offer, order, seed)
        if wrong := list(_unsayable(told, order)):
            raise Unfit(wrong)
        return told

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """A clip is made from words, frames and references, or is made of one clip that is given."""

        def urls(kind: InputKind) -> list[dict[str, str]]:
            return [{"url": files[one.sha256]} for one in told.of(kind)]

        body: dict[str, Any] = {"model": told.model, "prompt": told.prompt}
        if source := urls("source_video"):
            body["video"] = source[0]
            if told.mode == "extend":
                body["duration"] = told.whole_seconds()
            return Call("POST", _WORKED_ON[told.mode], json=body)
        body |= {"duration": told.whole_seconds(), "aspect_ratio": told.aspect, "generate_audio": told.audio}
        if told.resolution is not None:
            body["resolution"] = told.resolution
        body |= {name: urls(kind)[0] for kind, name in _FRAMES.items() if told.of(kind)}
        body |= {name: urls(kind) for kind, name in _REFERENCES.items() if told.of(kind)}
        if keyframes := told.of("keyframe"):
            order = create.recipe.order
            body["keyframes"] = [
                {"image": {"url": files[one.sha256]}, "timestamp_s": float(_second(one, order))} for one in keyframes
            ]
        return Call("POST", "/v1/videos/generations", json=body)

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """See Family."""
        return text(said, "request_id") or None

    def asking(self, job: str) -> Call:
        """See Family. Until a job has ended the answer is HTTP 202."""
        return Call("GET", f"/v1/videos/{quote(job, safe='')}")

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """See Family. Done can mean moderated; one that is done and has no clip is unknown."""
        word = text(said, "status")
        state = _STATES.get(word, "unknown")
        url, cost = text(said, "video", "url"), self.cost(said)
        blocked = text(said, "block_reason")
        reason = blocked or words(said) or (word if state != "done" else "")
        if state in ("done", "failed") and (at(said, "video", "respect_moderation") is False or blocked):
            return Job(job, "moderated", cost=cost, reason=reason or "the clip is held back by moderation")
        match state:
            case "done" if url:
                return Job(job, "done", (Link(url=url),), cost)
            case "done":
                return Job(job, "unknown", cost=cost, reason="it is done, and there is no clip")
            case "failed":
                told = f"{text(said, 'error', 'code')} {reason}".lower()
                moderated = any(word in told for word in _MODERATION)
                return Job(job, "moderated" if moderated else "failed", cost=cost, reason=reason)
            case "unknown":
                return Job(job, "unknown", cost=cost, reason=f"its status is {word!r}")
        return Job(job, state)

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """See Family. An empty account is said with 403 or 429, an unknown key with 400."""
        refused = super().refusal(status, said, headers)
        if refused is None:
            return None
        told = f"{text(said, 'code')} {text(said, 'error', 'code')} {words(said)}".lower()
        found = (kind for kind, statuses, signs in _SAID if status in statuses and any(sign in told for sign in signs))
        kind = next(found, refused.kind)
        return Refused(kind, refused.reason, wait_s(headers))

    def cost(self, told: Mapping[str, Any]) -> Money | None:
        """See Family."""
        return exact(at(told, "usage", "cost_in_usd_ticks"), _TICK, "USD")


def _unsayable(told: Fitted, order: Order) -> Iterator[Refusal]:
    """What there is no field for, and the limits that the catalogue cannot state."""
    if told.negative is not None:
        yield Refusal("prompt.negative", "there is no field for a negative prompt")
    if told.seed is not None:
        yield Refusal("seed", "there is no field for a seed")
    if told.dial is not None:
        yield Refusal("creativity", f"there is no field {told.dial[0]!r}")
    sources = told.of("source_video")
    for one in told.inputs:
        if one.kind not in _GIVEN:
            yield Refusal("modes", f"there is no field for {one.role}")
    if sources:
        if told.mode not in _WORKED_ON:
            yield Refusal("modes", f"it cannot {told.mode} a clip")
        if len(told.inputs) > 1:
            yield Refusal("modes", "beside the clip that is worked on it takes nothing")
        if told.mode == "extend" and not _EXTENSION_S[0] <= told.seconds <= _EXTENSION_S[1]:
            yield Refusal("durations", f"{told.seconds} s; it adds {_EXTENSION_S[0]}-{_EXTENSION_S[1]} s")
    times = sorted(_second(one, order) for one in told.of("keyframe"))
    if times and not 0 < times[0] <= times[-1] < told.seconds:
        yield Refusal("references.keyframes", "keyframes stand inside the clip; its ends are first and last frames")
    if any(later - sooner < _APART for sooner, later in pairwise(times)):
        yield Refusal("references.keyframes", "keyframes stand at least a third of a second apart")


def _second(one: Input, order: Order) -> Fraction:
    """Where a keyframe stands, in seconds: the clip that is ordered may be longer than the shot, the shot's own length counts."""
    return (one.at or Fraction(0)) * order.frames / order.rate.fraction


FAMILIES: Mapping[str, type[Family]] = {"xai": Xai}
