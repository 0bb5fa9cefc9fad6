"""The shape of OpenAI's `/v1/videos`, which outlived its maker's: servers of one's own, gateways, and OpenRouter's cousin in JSON."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from callsheet.catalog import Mode, Refusal, Unknown
from callsheet.catalog import Offer as Listed
from callsheet.catalog.known import lines
from callsheet.film import Order
from callsheet.film.price import Money
from callsheet.providers.answers import at, exact, extension, text, wait_s, words
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, InputKind, Unfit
from callsheet.providers.hosted import Create, Forged, Hint, Job, JobState, Link, RefusalKind, Refused
from callsheet.providers.signing import heard, of_now
from callsheet.providers.wire import Wire

Part = tuple[str, tuple[str | None, Any, str | None]]

_STATES: Mapping[str, JobState] = {
    "queued": "waiting", "pending": "waiting", "in_progress": "running", "processing": "running", "completed": "done",
    "failed": "failed", "cancelled": "cancelled", "expired": "failed",
}  # fmt: skip
_MODERATION = ("moderat", "content policy", "content_policy", "content violation", "safety system", "flagged")
_CODES: Mapping[str, RefusalKind] = {
    "invalid_api_key": "auth", "authentication_error": "auth", "insufficient_quota": "funds", "billing_hard_limit_reached": "funds",
    "billing_not_active": "funds", "budget_exceeded": "funds", "rate_limit_exceeded": "rate", "concurrency_limit_exceeded": "concurrency",
    "moderation_blocked": "moderated", "content_policy_violation": "moderated", "model_not_found": "retired",
}  # fmt: skip
"""Codes and types of errors, at OpenAI and at LiteLLM. One for too many at once is not confirmed."""
_SAID: Sequence[tuple[RefusalKind, frozenset[int], tuple[str, ...]]] = (
    ("moderated", frozenset((400, 403, 422)), _MODERATION),
    ("funds", frozenset((400, 402, 403, 429)), ("insufficient credits", "budget has been exceeded")),
    ("concurrency", frozenset((429,)), ("concurren",)),
    ("retired", frozenset((400, 404)), ("not a valid model", "no endpoints found", "model not found")),
)
"""Where there is no code, errors with one status are told apart by their words: kind, the statuses it comes with, and words."""
_DIALS = frozenset(("guidance_scale", "guidance_scale_2", "true_cfg_scale", "flow_shift"))
_EXTRAS = frozenset(("num_frames", "fps", "seed", "negative_prompt", "generate_sound", "audio_reference", *_DIALS))
_SIDE = 16
"""The long side of a frame that nobody states is a multiple of this: models of this kind take no other."""


class Shaped(Family):
    """What all dialects share. Whichever way its address is written, with the version at its end or without, it is the same."""

    protocol = "openai-videos"
    prefix: ClassVar[str] = "/v1"

    def __init__(
        self, route: str, offers: Sequence[Listed], key: str, url: str | None = None, clock: Callable[[], float] | None = None
    ) -> None:  # fmt: skip
        super().__init__(route, offers, key, url, **({"clock": clock} if clock else {}))
        self.url = self.url.removesuffix(self.prefix)

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family; what the dialect has no field for is refused too."""
        told = super().fit(offer, order, seed)
        if wrong := list(self.unsayable(told)):
            raise Unfit(wrong)
        return told

    def unsayable(self, told: Fitted) -> Iterator[Refusal]:
        """What the dialect has no field for."""
        return iter(())

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """See Family."""
        return text(said, "id") or None

    def asking(self, job: str) -> Call:
        """See Family."""
        return Call("GET", self.path_of(job))

    def path_of(self, job: str) -> str:
        """The path of a job."""
        return f"{self.prefix}/videos/{quote(job, safe='')}"

    def link(self, job: str, said: Mapping[str, Any]) -> Link | None:
        """Where the clip of a job that is done can be had; None when there is none."""
        return Link(url=f"{self.url}{self.path_of(job)}/content", headers=self.headers())

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """See Family."""
        word = text(said, "status")
        state, cost = _STATES.get(word, "unknown"), self.cost(said)
        told = " ".join((text(said, "error", "code"), words({"error": at(said, "error")}))).strip()
        if state == "done":
            link = self.link(job, said)
            if link is None:
                return Job(job, "unknown", cost=cost, reason="it is done, and there is no clip")
            return Job(job, "done", (link,), cost)
        if state == "failed" and any(sign in told.lower() for sign in _MODERATION):
            state = "moderated"
        if state in ("waiting", "running"):
            return Job(job, state)
        return Job(job, state, cost=cost, reason=told or (f"its status is {word!r}" if state == "unknown" else word))

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """See Family. The code in the answer says more than the status."""
        refused = super().refusal(status, said, headers)
        if refused is None:
            return None
        told = refused.reason.lower()
        found = (kind for kind, statuses, signs in _SAID if status in statuses and any(sign in told for sign in signs))
        kind = next(found, refused.kind)
        for name in ("type", "code"):
            kind = _CODES.get(text(said, "error", name), kind)
        return Refused(kind, refused.reason, wait_s(headers))


class Local(Shaped):
    """A server of one's own that serves open weights, such as vLLM-Omni, or a gateway such as LiteLLM. Forms, and files inside them.

    Fields that OpenAI never had are only sent for what an offer states: frames where it has a grid or a rate, a seed, a negative
    prompt, a switch for sound. Cancelling deletes a job and what it made: nobody can ask about it afterwards.
    """

    base = "http://127.0.0.1:8091"
    keyless = True
    traits_of: ClassVar[Mapping[str, Any]] = {"cancels": True}
    inline = 64 << 20
    parts: ClassVar[Mapping[InputKind, str]] = {
        "first_frame": "input_reference", "reference_video": "input_reference", "source_video": "input_reference",
    }  # fmt: skip
    """The part of the form by the kind of file; there is room for one file."""
    extras: ClassVar[frozenset[str]] = _EXTRAS | {"image_reference"}
    """The fields that OpenAI never had."""
    works: ClassVar[Mapping[Mode, str]] = {"edit": "/videos", "restyle": "/videos", "extend": "/videos"}
    """Where a clip is sent that something is done to. A server of one model does what that model does with a clip."""

    def __init__(
        self, route: str, offers: Sequence[Listed], key: str, url: str | None = None, clock: Callable[[], float] | None = None
    ) -> None:  # fmt: skip
        super().__init__(route, offers, key, url, clock)
        self._stopped: set[str] = set()

    def headers(self) -> Mapping[str, str]:
        """See Family. A server of one's own may want no key."""
        return super().headers() if self._key else {}

    def unsayable(self, told: Fitted) -> Iterator[Refusal]:
        """See Shaped."""
        fields = {name for name, _ in self._fields(told)}
        if not self._size(told):
            yield Refusal("sizes", "its frame is unknown: state its resolutions or sizes")
        if not self._rate(told) and told.seconds.denominator != 1:
            yield Refusal("durations", f"{told.seconds} s; without a frame rate it takes whole seconds")
        if told.dial is not None and told.dial[0] not in self.extras & _DIALS:
            yield Refusal("creativity", f"there is no field {told.dial[0]!r}")
        for name, field, value in (
            ("seed", "seed", told.seed),
            ("prompt.negative", "negative_prompt", told.negative),
        ):
            if value is not None and field not in fields:
                yield Refusal(name, f"there is no field {field!r}")
        files = [one for one in told.inputs if one.kind in self.parts]
        pictures, sounds = told.of("reference_image"), told.of("reference_audio")
        others = [one for one in told.inputs if one not in (*files, *pictures, *sounds)]
        if (
            others
            or (pictures and "image_reference" not in self.extras)
            or (sounds and "audio_reference" not in self.extras)
        ):
            yield Refusal(
                "modes", "there is no field for " + ", ".join(one.role for one in others or (*pictures, *sounds))
            )
        if len(files) + len(pictures) > 1 or len(sounds) > 1:
            yield Refusal("references", "it takes one picture or clip, and one sound")
        if told.of("source_video") and told.mode not in self.works:
            yield Refusal("modes", f"it cannot {told.mode} a clip")

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """A form: OpenAI's fields, then those of vLLM-Omni."""
        parts: list[Part] = [(name, (None, value, None)) for name, value in self._fields(told)]
        for one in told.inputs:
            address = files[one.sha256]
            match one.kind:
                case "reference_image":
                    parts.append(("image_reference", (None, json.dumps({"image_url": address}), None)))
                case "reference_audio":
                    parts.append(("audio_reference", (None, json.dumps({"audio_url": address}), None)))
                case kind:
                    parts.append((self.parts[kind], _file(kind, address)))
        path = self.works[told.mode] if told.of("source_video") else "/videos"
        return Call("POST", self.prefix + path, files=parts)

    def link(self, job: str, said: Mapping[str, Any]) -> Link | None:
        """See Shaped. A server that names the file it has made, and names none, has made none."""
        return None if said.get("file_name", "") is None else super().link(job, said)

    def stopping(self, job: str) -> Call:
        """See Family."""
        return Call("DELETE", self.path_of(job))

    async def cancel(self, wire: Wire, job: str) -> None:
        """See Family."""
        await super().cancel(wire, job)
        self._stopped.add(job)

    def lost_job(self, job: str, status: int, said: Mapping[str, Any]) -> Job:
        """See Family. A job that was cancelled from here is not there any more."""
        if status == 404 and job in self._stopped:
            return Job(job, "cancelled", reason="it was cancelled and deleted")
        return super().lost_job(job, status, said)

    def _fields(self, told: Fitted) -> Iterator[tuple[str, str]]:
        yield "model", told.model
        yield "prompt", told.prompt
        if told.seconds.denominator == 1:
            yield "seconds", str(told.seconds)
        yield "size", self._size(told)
        more: dict[str, Any] = {"seed": told.seed, "negative_prompt": told.negative}
        if rate := self._rate(told):
            more |= {"num_frames": self._frames(told, rate), "fps": rate}
        if told.audio or told.offer.audio == "toggle":
            more["generate_sound"] = str(told.audio).lower()
        if told.dial is not None:
            more[told.dial[0]] = told.dial[1]
        for name, value in more.items():
            if value is not None and name in self.extras:
                yield name, str(value)

    def _rate(self, told: Fitted) -> int | None:
        """Frames a second, where an offer states them and the dialect can."""
        if "fps" not in self.extras:
            return None
        known, fps = told.offer.durations, told.offer.fps
        if not isinstance(known, Unknown) and not isinstance(known.grid, Unknown):
            return known.grid.fps
        return None if isinstance(fps, Unknown) else max(fps)

    def _frames(self, told: Fitted, rate: int) -> int:
        known = told.offer.durations
        on_grid = not isinstance(known, Unknown) and not isinstance(known.grid, Unknown)
        return known.grid.frames(told.seconds) if on_grid else ceil(told.seconds * rate)  # type: ignore[union-attr]

    def _size(self, told: Fitted) -> str:
        """The frame as it is written here; empty when nobody knows it."""
        if not isinstance(told.size, Unknown):
            return str(told.size)
        if told.resolution is None:
            return ""
        short = lines(told.resolution)
        wide, high = (int(part) for part in told.aspect.split(":"))
        long = _SIDE * round(Fraction(short * max(wide, high), min(wide, high)) / _SIDE)
        return f"{long}x{short}" if wide >= high else f"{short}x{long}"


class Sora(Local):
    """OpenAI's own, gone since 2026-09-24. What was made there can still be read about, where anything is left."""

    base = "https://api.openai.com"
    keyless = False
    traits_of: ClassVar[Mapping[str, Any]] = {}
    inline = 8 << 20
    parts: ClassVar[Mapping[InputKind, str]] = {"first_frame": "input_reference", "source_video": "video"}
    extras: ClassVar[frozenset[str]] = frozenset()
    works: ClassVar[Mapping[Mode, str]] = {"edit": "/videos/edits", "extend": "/videos/extensions"}

    def _fields(self, told: Fitted) -> Iterator[tuple[str, str]]:
        fields = dict(super()._fields(told))
        taken = {"edit": ("prompt",), "extend": ("prompt", "seconds")}.get(told.mode, tuple(fields))
        return ((name, fields[name]) for name in taken if name in fields)


class Azure(Sora):
    """The same on Azure, at an address of one's own."""

    base = "https://resource.invalid"
    """Everyone's own; an address has to be given."""
    prefix = "/openai/v1"

    def headers(self) -> Mapping[str, str]:
        """See Family."""
        return {"api-key": self._key}


class OpenRouter(Shaped):
    """OpenRouter: JSON, bills in dollars, signed webhooks. Options of single providers are dropped there without a word: none are sent.

    Its key may be written `key:secret`, with the workspace's signing secret for webhooks; without one no webhook is asked for.
    """

    base = "https://openrouter.ai"
    prefix = "/api/v1"
    traits_of: ClassVar[Mapping[str, Any]] = {"reports_cost": True, "poll_every_s": 10.0}
    given: ClassVar[Mapping[InputKind, str]] = {
        "reference_image": "image_url", "reference_video": "video_url", "reference_audio": "audio_url",
    }  # fmt: skip
    """Kinds of `input_references`. That data URIs are taken is told for images; for video and audio it is not confirmed."""
    frames: ClassVar[frozenset[InputKind]] = frozenset(("first_frame", "last_frame"))

    def headers(self) -> Mapping[str, str]:
        """See Family."""
        return {"authorization": f"Bearer {self._key.partition(':')[0]}"}

    def listing_of_models(self) -> Call | None:
        """See Family."""
        return Call("GET", "/api/v1/videos/models")

    def models_listed(self, said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """See Family."""
        for one in at(said, "data") or ():
            if name := text(one, "id"):
                many = {
                    field: tuple(found) if isinstance(found := at(one, f"supported_{theirs}"), list) else None
                    for field, theirs in (
                        ("durations", "durations"),
                        ("resolutions", "resolutions"),
                        ("aspects", "aspect_ratios"),
                    )
                }
                yield {"model": name, "audio": at(one, "generate_audio"), "seed": at(one, "seed"), **many}

    @property
    def _secret(self) -> bytes:
        return self._key.partition(":")[2].encode()

    def unsayable(self, told: Fitted) -> Iterator[Refusal]:
        """See Shaped."""
        if told.negative is not None:
            yield Refusal("prompt.negative", "there is no field for a negative prompt")
        if told.dial is not None:
            yield Refusal("creativity", f"there is no field {told.dial[0]!r}")
        if told.seconds.denominator != 1:
            yield Refusal("durations", f"{told.seconds} s; it takes whole seconds")
        others = [one.role for one in told.inputs if one.kind not in self.given and one.kind not in self.frames]
        if others:
            yield Refusal("modes", "there is no field for " + ", ".join(others))
        if told.of("first_frame", "last_frame") and told.of(*self.given):
            yield Refusal("excludes", "beside first and last frames, references are dropped without a word")

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """See Family."""
        body: dict[str, Any] = {
            "model": told.model, "prompt": told.prompt, "duration": told.whole_seconds(), "aspect_ratio": told.aspect,
        }  # fmt: skip
        if told.resolution is not None:
            # Letters are written large there only in 1K, 2K and 4K.
            body["resolution"] = told.resolution.upper() if told.resolution.endswith("k") else told.resolution
        if told.audio or told.offer.audio == "toggle":
            body["generate_audio"] = told.audio
        if told.seed is not None:
            body["seed"] = told.seed
        frames = [
            {"type": "image_url", "image_url": {"url": files[one.sha256]}, "frame_type": one.kind}
            for one in told.of("first_frame", "last_frame")
        ]
        references = [
            {"type": self.given[one.kind], self.given[one.kind]: {"url": files[one.sha256]}}
            for one in told.of(*self.given)
        ]
        body |= {"frame_images": frames} if frames else {}
        body |= {"input_references": references} if references else {}
        if create.webhook is not None and create.webhook.startswith("https://") and self._secret:
            body["callback_url"] = create.webhook
        return Call("POST", f"{self.prefix}/videos", json=body)

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """See Family. An answer that wants to be asked about elsewhere is not believed."""
        return super().accepted(said, told) if self._own(text(said, "polling_url")) else None

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """See Family."""
        if not self._own(text(said, "polling_url")):
            return Job(job, "unknown", reason="it wants to be asked about at another address")
        return super().job(job, said)

    def link(self, job: str, said: Mapping[str, Any]) -> Link | None:
        """See Shaped. A signed address needs no key; the key goes to OpenRouter only, never to whoever stores the clip."""
        if signed := text(said, "urls", 0):
            return Link(url=signed)
        unsigned = text(said, "unsigned_urls", 0)
        if not unsigned:
            return None
        own = f"{self.url}{self.path_of(job)}/content?index=0"
        return Link(url=self._whole(unsigned) if self._own(unsigned) else own, headers=self.headers())

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """See Family. 403 with reasons is moderation."""
        refused = super().refusal(status, said, headers)
        if refused is not None and status == 403 and at(said, "error", "metadata", "reasons"):
            return Refused("moderated", refused.reason, refused.after_s)
        return refused

    def hint(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """See Family. `t=…,v1=…`: HMAC-SHA256 of the time, a comma and the body, within five minutes."""
        named = {name.lower(): value for name, value in headers.items()}
        pairs = [part.strip().partition("=") for part in named.get("x-openrouter-signature", "").split(",")]
        signed = {name: value for name, _, value in pairs}
        stamp = signed.get("t", "")
        if not self._secret:
            raise Forged("no signing secret is known")
        of_now(stamp, self.clock())
        right = hmac.new(self._secret, stamp.encode() + b"," + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right.encode(), signed.get("v1", "").encode("utf-8", "replace")):
            raise Forged("its signature is wrong")
        said = heard(body)
        job, status = text(said, "data", "id"), text(said, "data", "status")
        if not job:
            raise Forged("it names no job")
        return Hint(named.get("x-openrouter-idempotency-key") or f"{job}-{status}", job)

    def cost(self, told: Mapping[str, Any]) -> Money | None:
        """See Family. With a key of one's own at the provider, what is said here is not the whole bill."""
        if at(told, "usage", "is_byok") is True:
            return None
        return exact(at(told, "usage", "cost"), Fraction(1), "USD")

    def _whole(self, address: str) -> str:
        return str(httpx.URL(self.url).join(address))

    def _own(self, address: str) -> bool:
        """Whether an address in an answer is on this very server."""
        try:
            base, other = httpx.URL(self.url), httpx.URL(self._whole(address))
        except httpx.InvalidURL:
            return False
        return (base.scheme, base.host, base.port) == (other.scheme, other.host, other.port)


def _file(kind: InputKind, address: str) -> tuple[str, bytes, str]:
    """A file that was put into an address, as a part of a form."""
    head, _, data = address.partition(",")
    media = head.removeprefix("data:").partition(";")[0]
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise Unfit([Refusal("references", f"{kind} cannot be read")]) from error
    return kind + extension(media), content, media


FAMILIES: Mapping[str, type[Family]] = {
    "any": Local, "local": Local, "openrouter": OpenRouter, "openai": Sora, "azure": Azure,
}  # fmt: skip
