"""Runway: its own models and those that it resells, each with fields of its own, behind one kind of task."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from callsheet.catalog import Refusal, Unknown
from callsheet.film import Order
from callsheet.film.price import Money
from callsheet.providers.answers import at, data_uri, exact, extension, kind_of, read, text, wait_s, words
from callsheet.providers.families.runway_models import VARIANTS, Variant, ratio_for
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input, Unfit
from callsheet.providers.hosted import Create, Job, JobState, Link, Refused
from callsheet.providers.wire import Unanswered, Wire

_VERSION = "2024-11-06"
_CREDIT = Fraction(1, 100)
"""What a credit is worth, in dollars."""
_STATES: Mapping[str, JobState] = {
    "PENDING": "waiting", "THROTTLED": "waiting", "RUNNING": "running", "SUCCEEDED": "done", "FAILED": "failed",
    "CANCELLED": "cancelled",
}  # fmt: skip
_UNSAFE = ("SAFETY.", "INPUT_PREPROCESSING.SAFETY.")
"""How the failure codes of moderated tasks begin. Every other code is a failure: `ASSET.INVALID`, `INTERNAL.BAD_OUTPUT.*`,
`INPUT_PREPROCESSING.INTERNAL`, `THIRD_PARTY.*`."""
_INLINE = 5 << 20
"""A data URI must be shorter than this."""
_FREE_ASPECT = "16:9"
"""What comes of words alone where no shape can be named; not stated, and measured on arrival."""


class Runway(Family):
    """`api.dev.runwayml.com`: tasks that report what they cost, in credits of one cent."""

    protocol: ClassVar[str] = "runway-tasks"
    base: ClassVar[str] = "https://api.dev.runwayml.com"
    tells_beats = True
    # No list, no client id, no key that is sent: a lost answer stays lost.
    traits_of: ClassVar[Mapping[str, Any]] = {"cancels": True, "reports_cost": True, "refreshes": True}

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._stopped: set[str] = set()

    def headers(self) -> Mapping[str, str]:
        """See Family."""
        return {**super().headers(), "x-runway-version": _VERSION}

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family. What the request cannot say is found here, before anything is sent."""
        told = super().fit(offer, order, seed)
        _body(told, dict.fromkeys((one.sha256 for one in told.inputs), ""))
        return told

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """See Family."""
        endpoint, body = _body(told, files)
        return Call("POST", f"/v1/{endpoint}", json=body)

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """See Family."""
        return text(said, "id") or None

    def asking(self, job: str) -> Call:
        """See Family."""
        return Call("GET", f"/v1/tasks/{job}")

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """See Family."""
        word, cost = text(said, "status"), self.cost(said)
        state = _STATES.get(word, "unknown")
        code, why = text(said, "failureCode"), text(said, "failure")
        if state in ("waiting", "running"):
            return Job(job, state)
        self._stopped.discard(job)
        if state == "done":
            found = at(said, "output", 0)
            if not isinstance(found, str) or not found:
                return Job(job, "unknown", cost=cost, reason="it succeeded and names no clip")
            return Job(job, "done", (Link(url=found),), cost)
        if state == "failed":
            reason = f"{why or 'it failed'} ({code})" if code else why or "it failed"
            return Job(job, "moderated" if code.startswith(_UNSAFE) else "failed", cost=cost, reason=reason)
        return Job(job, state, cost=cost, reason="as asked" if state == "cancelled" else f"it answers {word!r}")

    def lost_job(self, job: str, status: int, said: Mapping[str, Any]) -> Job:
        """A task that was cancelled can not be asked about any more: what was billed for it is not known."""
        if status == 404 and job in self._stopped:
            return Job(job, "cancelled", reason="it was cancelled, and its bill can not be asked for any more")
        return super().lost_job(job, status, said)

    def cost(self, told: Mapping[str, Any]) -> Money | None:
        """See Family. An estimate is no cost."""
        return exact(at(told, "cost", "credits"), _CREDIT, "USD")

    def stopping(self, job: str) -> Call:
        """See Family."""
        return Call("DELETE", f"/v1/tasks/{job}")

    async def cancel(self, wire: Wire, job: str) -> None:
        """Ask to stop a task. One that has ended is left alone: the same request would delete its clip. Raises Unanswered."""
        if (await self._ask(wire, job)).state not in ("waiting", "running"):
            return
        await super().cancel(wire, job)
        self._stopped.add(job)

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """See Family. An empty account, too, is answered with 400."""
        issues: Any = at(said, "issues")
        found: list[Any] = issues if isinstance(issues, list) else []
        reason = "; ".join(filter(None, (words(said), *map(_issue, found))))
        if status < 500 and "enough credits" in reason:
            return Refused("funds", reason)
        if status == 400 and "moderation" in reason:
            return Refused("moderated", reason)
        if status == 400 and any(at(one, "path") == ["model"] for one in found):
            return Refused("retired", reason)
        plain = super().refusal(status, said, headers)
        return plain and Refused(plain.kind, reason or plain.reason, wait_s(headers))

    async def place(self, wire: Wire, one: Input, path: Path) -> str:
        """Small files travel in the request; others are uploaded and live for a while."""
        content = path.read_bytes()
        inside = data_uri(content)
        if len(inside) < _INLINE:
            return inside
        name = one.sha256[:16] + extension(kind_of(content))
        call = Call("POST", "/v1/uploads", json={"filename": name, "type": "ephemeral"})
        started = await wire.ask(call.method, self._at(call), **call.arguments(self.headers()))
        said = read(started) or {}
        address, uri, fields = text(said, "uploadUrl"), text(said, "runwayUri"), at(said, "fields")
        if started.status_code >= 300 or not address or not uri:
            refused = self.refusal(started.status_code, said, started.headers)
            raise refused or Unanswered(f"{self.name} gave no place for a file: HTTP {started.status_code}")
        # The place is signed: our key is no business of whoever keeps the files.
        sent = await wire.ask(
            "POST",
            address,
            data=fields if isinstance(fields, dict) else {},
            files={"file": (name, content, kind_of(content))},
        )
        if sent.status_code >= 300:
            raise Unanswered(f"{self.name} did not take a file: HTTP {sent.status_code}")
        return uri


def _issue(one: Any) -> str:
    path = at(one, "path")
    where = ".".join(map(str, path)) if isinstance(path, list) else ""
    return f"{where}: {text(one, 'message')}".strip(": ")


def _endpoint(told: Fitted) -> str:
    if told.of("source_video"):
        return "video_to_video"
    return "image_to_video" if told.of("first_frame", "last_frame", "keyframe") else "text_to_video"


def _body(told: Fitted, files: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The endpoint and its request. Raises Unfit for whatever that has no field for."""
    endpoint = _endpoint(told)
    where = endpoint.replace("_", " ")
    variant = VARIANTS[endpoint].get(told.model)
    if variant is None:
        raise Unfit([Refusal("modes", f"{told.model} has no {where}")])
    body = {"model": told.model, "promptText": told.prompt, **_asked(told, variant), **_given(told, variant, files)}
    if told.beats:
        del body["promptText"]  # the words for each picture take its place
        cuts = [{"prompt": beat.prompt, "duration": beat.seconds} for beat in told.beats]
        body["providerSettings"] = {"shotType": "customize", "multiPrompt": cuts}
    unheard = [name for name in body if name != "model" and name not in variant.fields]
    if unheard:
        raise Unfit([Refusal("modes", f"{told.model} takes no {name} in {where}") for name in unheard])
    return endpoint, body


def _asked(told: Fitted, variant: Variant) -> dict[str, Any]:
    """Everything but the files."""
    said: dict[str, Any] = {**_frame(told, variant), **_length(told, variant)}
    if "audio" in variant.fields:
        said["audio"] = told.audio
    elif told.audio and told.offer.audio == "toggle":
        raise Unfit([Refusal("audio", f"{told.model} has no switch for sound")])
    if told.seed is not None:
        said["seed"] = told.seed
    if told.negative is not None:
        said["negativePrompt"] = told.negative
    if told.dial is not None:
        said[told.dial[0]] = float(told.dial[1])
    return said


def _frame(told: Fitted, variant: Variant) -> dict[str, Any]:
    """The frame: pixels, an aspect with a resolution, a resolution alone where the picture follows what is given, or nothing."""
    if told.mode == "reframe":
        return {"targetAspectRatio": told.aspect}
    if told.of("source_video") and ("mode" in variant.fields or not variant.ratios):
        if told.resolution is not None and isinstance(told.offer.resolutions, Unknown):
            raise Unfit([Refusal("resolutions", f"{told.model} keeps the frame of the video that is given")])
        return {}  # An edit keeps the frame of its video, an extension too: `ratio` is refused there.
    said: dict[str, Any] = {}
    if "resolution" in variant.fields and told.resolution is not None:
        said["resolution"] = told.resolution
    if variant.ratios:
        follows = bool(told.of("first_frame", "source_video"))
        ratio = ratio_for(variant, told.resolution, told.aspect, follows)
        if ratio is None:
            size = f"{told.resolution} " if told.resolution else ""
            raise Unfit([Refusal("aspects", f"{size}{told.aspect}; it makes {', '.join(variant.ratios)}")])
        said["ratio"] = ratio
    elif not told.inputs and told.aspect != _FREE_ASPECT:
        raise Unfit([Refusal("aspects", f"{told.aspect}; {told.model} cannot be told a shape")])
    return said


def _length(told: Fitted, variant: Variant) -> dict[str, Any]:
    if told.mode == "edit" and "mode" in variant.fields:
        # Seedance asks for exactly this; Omni keeps the length of the video, and may be told the same.
        return {"duration": "auto"}
    if "duration" not in variant.fields and told.of("source_video"):
        return {}  # It is as long as the video that is given.
    return {"duration": told.whole_seconds()}


def _given(told: Fitted, variant: Variant, files: Mapping[str, str]) -> dict[str, Any]:
    """The files, each where its part in the order belongs."""
    said: dict[str, Any] = {}
    video = told.of("source_video")
    if len(video) > 1:
        raise Unfit([Refusal("references.videos", f"{len(video)} videos to work on; it takes one")])
    if video:
        if told.mode not in variant.works:
            raise Unfit([Refusal("modes", f"{told.model} cannot {told.mode} a video")])
        said["promptVideo" if "promptVideo" in variant.fields else "videoUri"] = files[video[0].sha256]
        if "mode" in variant.fields:
            said["mode"] = told.mode
    frames = told.of("first_frame", "last_frame")
    if frames:
        said["promptImage"] = [_positioned(one, variant, files) for one in frames]
        if not told.of("first_frame"):
            raise Unfit([Refusal("requires", "last_frame needs first_frame")])
    keyframes = told.of("keyframe")
    if keyframes:
        said["keyframes"] = [{"uri": files[one.sha256], "at": float(one.at or 0)} for one in keyframes]
    images = told.of("reference_image")
    if variant.images is not None and len(images) + (len(frames) if told.model == "kling_4" else 0) > variant.images:
        raise Unfit([Refusal("references.images", f"{len(images)} images; it takes {variant.images}")])
    if images:
        said["references"] = [{"uri": files[one.sha256]} for one in images]
    said |= _typed("referenceVideos", "video" if variant.typed else None, told.of("reference_video"), files)
    said |= _typed("referenceAudio", "audio", told.of("reference_audio"), files)
    return said


def _positioned(one: Input, variant: Variant, files: Mapping[str, str]) -> dict[str, str]:
    position = one.kind.removesuffix("_frame")
    if position not in variant.positions:
        raise Unfit([Refusal("lacks", f"it has no {one.kind}")])
    return {"uri": files[one.sha256], "position": position}


def _typed(name: str, kind: str | None, given: Sequence[Input], files: Mapping[str, str]) -> dict[str, Any]:
    """References of one kind. Kling 4's type leaves its videos open; they are written like those of the others."""
    kinds = {"type": kind} if kind else {}
    return {name: [{**kinds, "uri": files[one.sha256]} for one in given]} if given else {}


FAMILIES: Mapping[str, type[Family]] = {"any": Runway}
