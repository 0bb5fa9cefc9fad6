"""Kling at its maker: tokens signed for half an hour, lengths as text, and an empty account that says HTTP 429 like any other limit."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from callsheet.catalog import Refusal, Unknown
from callsheet.film import Order
from callsheet.film.price import Money
from callsheet.providers.answers import at, exact, kind_of, read, text, wait_s, words
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input, Unfit
from callsheet.providers.hosted import Create, Job, JobState, Link, RefusalKind, Refused
from callsheet.providers.lending import WAY
from callsheet.providers.wire import Unanswered, Wire

_VALID_S, _EARLY_S = 1800, 5
"""How long a token is good for, and how far its begin is set back for clocks that differ."""
_OK = 0
_GONE = 1203
_STATES: Mapping[str, JobState] = {
    "submitted": "waiting",
    "processing": "running",
    "succeed": "done",
    "failed": "failed",
}
_CODES: Mapping[int, RefusalKind] = {
    1000: "auth", 1001: "auth", 1002: "auth", 1003: "auth", 1004: "auth", 1100: "funds", 1101: "funds", 1102: "funds", 1103: "auth",
    1200: "input", 1201: "input", 1202: "input", 1203: "retired", 1300: "moderated", 1301: "moderated", 1302: "rate",
    1303: "concurrency", 1304: "auth",
}  # fmt: skip
"""What the codes of the envelope mean. 1203 is a resource that is not there, which in a create is the model; 1304 is an address that the
account does not admit; 5000 to 5002 prove nothing."""
_BLOCKED = ("risk control", "content security", "sensitive", "moderation", "policy", "inappropriate")
"""Words of a failure that mean its content. The documents name risk control; the others are guesses at its siblings."""
_TIERS: Mapping[str, str] = {"720p": "std", "1080p": "pro", "4k": "4k"}
_PICTURES = ("image/jpeg", "image/png")
_PUSH = 5.0
"""How far a camera field is turned, of 10."""
_CAMERA: Mapping[str, Mapping[str, float]] = {
    "truck-left": {"horizontal": -_PUSH}, "truck-right": {"horizontal": _PUSH}, "crane-up": {"vertical": _PUSH},
    "crane-down": {"vertical": -_PUSH}, "tilt-up": {"pan": _PUSH}, "tilt-down": {"pan": -_PUSH}, "pan-left": {"tilt": -_PUSH},
    "pan-right": {"tilt": _PUSH}, "push": {"zoom": -_PUSH}, "pull": {"zoom": _PUSH},
}  # fmt: skip
"""Moves as fields. Kling's `pan` turns about the level axis and its `tilt` about the upright one; a negative `zoom` narrows the view."""


@dataclass(frozen=True)
class Dialect:
    """How one model is asked."""

    omni: bool = False
    """Whether one endpoint takes it all, and prompts point at pictures."""
    several: bool = False
    """Whether it has the endpoint for several pictures."""
    sound: bool = True
    camera: bool = False
    """Whether it has fields for the camera; the words of the prompt say the move in any case."""
    negative: bool = True
    beats: bool = False
    """Whether it takes several timed pictures in one clip."""


_DIALECTS: Mapping[str, Dialect] = {
    "kling-v1": Dialect(sound=False, camera=True),
    "kling-v1-6": Dialect(several=True, sound=False),
    "kling-v2-5-turbo": Dialect(sound=False),
    "kling-video-o1": Dialect(omni=True, sound=False, negative=False),
    "kling-v3-omni": Dialect(omni=True, beats=True),
    "kling-v3": Dialect(beats=True),
}
"""By the seller's name. A name that is not here is asked like Kling 3.0: text or pictures as frames, with a switch for sound."""


class Kling(Family):
    """The international side, at Singapore.

    Its key is written `access:secret` and signs a token for each request. Gateways that speak this protocol take a key without a colon as
    it is. A job is named by its endpoint and its task, because it can only be asked about where it was made.
    """

    protocol = "kling"
    base = "https://api-singapore.klingai.com"
    traits_of: ClassVar[Mapping[str, Any]] = {"finds": True}
    """The attempt travels as `external_task_id`, by which a task can be asked about. The id is unique in an account, but what a second
    create under it answers is not documented: nothing is sent twice."""
    inline = 10 << 20
    tells_beats = True

    def headers(self) -> Mapping[str, str]:
        """See Family."""
        access, colon, secret = self._key.partition(":")
        return {"authorization": f"Bearer {token(access, secret, self.clock()) if colon else self._key}"}

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family: what the model has no endpoint or field for is refused as well."""
        told = super().fit(offer, order, seed)
        spoken, pictures = _dialect(told.model), told.of("reference_image")
        refused = []
        clips = told.of("reference_video", "source_video")
        if told.of("reference_audio"):
            refused.append(Refusal("modes", "it takes voices of its own library by name, and no sounds"))
        if clips and not spoken.omni:
            refused.append(Refusal("modes", f"{told.model} takes no clips"))
        elif clips and not self.lends:
            refused.append(Refusal("modes", f"it takes clips by public address only: {WAY}"))
        if len(clips) > 1:
            refused.append(Refusal("references.videos", f"{len(clips)} clips; it takes one"))
        if told.of("source_video") and (told.mode != "edit" or told.of("first_frame", "last_frame")):
            refused.append(Refusal("modes", "a clip that is given is edited, and without frames beside it"))
        if clips and told.audio:
            refused.append(Refusal("excludes", "audio and clips cannot be asked together"))
        if clips and told.beats:
            refused.append(Refusal("excludes", "multi_shot and clips cannot be asked together"))
        if told.of("keyframe"):
            refused.append(Refusal("modes", "it takes no keyframes"))
        if pictures and not (spoken.omni or spoken.several):
            refused.append(Refusal("modes", f"{told.model} takes no reference pictures"))
        if pictures and spoken.several and told.of("first_frame", "last_frame"):
            refused.append(Refusal("excludes", "it takes frames or reference pictures"))
        if spoken.omni and told.of("last_frame"):
            if not told.of("first_frame"):
                refused.append(Refusal("requires", "last_frame needs first_frame"))
            elif pictures:
                refused.append(Refusal("excludes", "with more than two pictures it takes no last frame"))
        if told.beats and not spoken.beats:
            refused.append(Refusal("modes", f"{told.model} takes no beats"))
        if told.audio and not spoken.sound:
            refused.append(Refusal("audio", f"{told.model} makes no sound"))
        if told.negative and not spoken.negative:
            refused.append(Refusal("prompt.negative", f"{told.model} takes no negative prompt"))
        if told.resolution is not None and told.resolution not in _TIERS:
            refused.append(Refusal("resolutions", f"{told.resolution}; it makes {', '.join(_TIERS)}"))
        if refused:
            raise Unfit(refused)
        return told

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """See Family."""
        spoken, endpoint = _dialect(told.model), _endpoint(told)
        body: dict[str, Any] = {
            "model_name": told.model, "prompt": told.prompt, "duration": str(told.whole_seconds()), "external_task_id": create.attempt,
            "watermark_info": {"enabled": False},
        }  # fmt: skip
        if told.beats:
            # The prompt of the whole would be ignored; each picture has its own.
            del body["prompt"]
            body |= {"multi_shot": True, "shot_type": "customize", "multi_prompt": [
                {"index": number, "prompt": beat.prompt, "duration": str(beat.seconds)} for number, beat in enumerate(told.beats, 1)
            ]}  # fmt: skip
        if told.negative:
            body["negative_prompt"] = told.negative
        if told.resolution is not None:
            body["mode"] = _TIERS[told.resolution]
        if spoken.sound:
            body["sound"] = "on" if told.audio else "off"
        if told.dial is not None:
            body[told.dial[0]] = float(told.dial[1])
        if told.of("source_video"):
            del body["duration"]  # an edit is as long as its clip
        elif not told.of("first_frame", "last_frame"):
            body["aspect_ratio"] = told.aspect  # with a frame, the picture's shape is followed
        fields = _CAMERA.get(create.recipe.order.camera.move) if spoken.camera and endpoint == "text2video" else None
        if fields is not None:
            body["camera_control"] = {"type": "simple", "config": dict(fields)}
        return Call("POST", f"/v1/videos/{endpoint}", body | _pictures(endpoint, told, files))

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """See Family. Raises Refused for a good status whose envelope says that nothing was taken."""
        code = at(said, "code")
        if code != _OK and (refused := self._refused(code, said)) is not None:
            raise refused
        task = text(said, "data", "task_id")
        return f"{_endpoint(told)}/{task}" if task and code == _OK else None

    def asking(self, job: str) -> Call:
        """See Family."""
        return Call("GET", f"/v1/videos/{job}")

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """See Family. An envelope that speaks of anything but the task says nothing about it: raises Unanswered."""
        code = at(said, "code")
        if code == _GONE:
            return Job(job, "unknown", reason=words(said) or "it is not known")
        if code != _OK:
            raise Unanswered(f"{self.name} answered with code {code}: {words(said)}")
        word, reason = text(said, "data", "task_status"), text(said, "data", "task_status_msg")
        state, url = _STATES.get(word, "unknown"), text(said, "data", "task_result", "videos", 0, "url")
        if state == "unknown":
            reason = f"its status is {word!r}"
        elif state == "failed" and any(mark in reason.lower() for mark in _BLOCKED):
            state = "moderated"
        elif state == "done" and not url:
            state, reason = "unknown", "it is done and names no file"
        return Job(job, state, (Link(url=url),) if state == "done" else (), self.cost(said), reason)

    def lost_job(self, job: str, status: int, said: Mapping[str, Any]) -> Job:
        """See Family. A token that is not taken says nothing about the job: raises Unanswered."""
        if status in (401, 403):
            raise Unanswered(f"{self.name} does not take the key: {words(said) or f'HTTP {status}'}")
        return super().lost_job(job, status, said)

    def cost(self, told: Mapping[str, Any]) -> Money | None:
        """See Family: units, at what the catalogue says that one is worth."""
        prices = [offer.price for offer in self.listed_offers if not isinstance(offer.price, Unknown)]
        worth = {
            (Fraction(price.meter.worth) * (1 - Fraction(price.discount)), price.currency)
            for price in prices
            if not isinstance(price.meter, Unknown) and not isinstance(price.meter.worth, Unknown)
        }
        if len(worth) != 1:
            return None
        each, currency = worth.pop()
        return exact(at(told, "data", "final_unit_deduction"), each, currency)

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """See Family: the code decides, for HTTP 429 stands for three things."""
        if status >= 500:
            return None
        return self._refused(at(said, "code"), said, wait_s(headers)) or super().refusal(status, said, headers)

    async def find(self, wire: Wire, attempt: str) -> str | None:
        """See Hosted: asked at every endpoint at which it may have been made. Raises Unanswered."""
        for endpoint in self._endpoints():
            call = Call("GET", f"/v1/videos/{endpoint}/{attempt}")
            response = await wire.ask(call.method, self._at(call), **call.arguments(self.headers()))
            said = read(response) or {}
            task = text(said, "data", "task_id")
            if at(said, "code") == _OK and task and text(said, "data", "task_info", "external_task_id") == attempt:
                return f"{endpoint}/{task}"
            if at(said, "code") != _GONE:
                raise Unanswered(
                    f"{self.name} answered HTTP {response.status_code} when asked for a job: {words(said)}"
                )
        return None

    def fetches(self, one: Input) -> bool:
        """See Family: clips, which it has no place for."""
        return one.kind in ("reference_video", "source_video")

    async def place(self, wire: Wire, one: Input, path: Path) -> str:
        """See Family: pictures alone, as bare base64 inside the request."""
        content = path.read_bytes()
        if kind_of(content) not in _PICTURES:
            raise Refused("input", f"{self.name} takes JPEG and PNG, not {kind_of(content)}")
        if len(content) > self.inline:
            raise Refused("input", f"a file of {len(content)} bytes is over the {self.inline} that {self.name} takes")
        return base64.b64encode(content).decode()

    def _endpoints(self) -> tuple[str, ...]:
        names = [
            name for offer in self.listed_offers if not isinstance(offer.wire, Unknown) for name in offer.wire.values()
        ]
        found: dict[str, None] = {}
        for name in names:
            spoken = _dialect(name)
            found |= dict.fromkeys(("omni-video",) if spoken.omni else ("text2video", "image2video"))
            if spoken.several:
                found["multi-image2video"] = None
        return tuple(found)

    def _refused(self, code: Any, said: Mapping[str, Any], after_s: float | None = None) -> Refused | None:
        kind = _CODES.get(code) if isinstance(code, int) else None
        return None if kind is None else Refused(kind, f"{words(said) or 'it gives no reason'} ({code})", after_s)


def token(access: str, secret: str, now: float) -> str:
    """A JSON Web Token, signed by HMAC with SHA-256, that is good for half an hour from `now`, in seconds since 1970."""
    claims = {"iss": access, "exp": int(now) + _VALID_S, "nbf": int(now) - _EARLY_S}
    signed = ".".join(_url64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{signed}.{_url64(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"


def _url64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _dialect(model: str) -> Dialect:
    return _DIALECTS.get(model, Dialect())


def _endpoint(told: Fitted) -> str:
    if _dialect(told.model).omni:
        return "omni-video"
    if told.of("reference_image"):
        return "multi-image2video"
    return "image2video" if told.of("first_frame", "last_frame") else "text2video"


def _pictures(endpoint: str, told: Fitted, files: Mapping[str, str]) -> dict[str, Any]:
    shown = [files[one.sha256] for one in told.of("reference_image")]
    frames = {one.kind: files[one.sha256] for one in told.of("first_frame", "last_frame")}
    match endpoint:
        case "image2video":
            names = {"first_frame": "image", "last_frame": "image_tail"}
            return {names[kind]: content for kind, content in frames.items()}
        case "multi-image2video":
            return {"image_list": [{"image": content} for content in shown]}
        case "omni-video" if told.inputs:
            clips = [
                {"video_url": files[one.sha256], "refer_type": "base" if one.kind == "source_video" else "feature", "keep_original_sound": "no"}
                for one in told.of("source_video", "reference_video")
            ]  # fmt: skip
            # Prompts count every picture in this list: those that they point at come first.
            names = {"first_frame": "first_frame", "last_frame": "end_frame"}
            told_as = [{"image_url": content, "type": names[kind]} for kind, content in frames.items()]
            pictures = [*({"image_url": content} for content in shown), *told_as]
            return {name: given for name, given in (("image_list", pictures), ("video_list", clips)) if given}
    return {}


FAMILIES: Mapping[str, type[Family]] = {"kling": Kling}
