"""Runway from its own side: typed requests by model, tasks, credits, and files that are uploaded to a signed place."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, cast

from callsheet.catalog import Mode, Offer, Unknown
from callsheet.catalog.limits import prompt_length
from callsheet.providers.families.runway_models import ASPECTS, VARIANTS, Variant, aspect_of, sides, tier
from callsheet.providers.hosted import Traits
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.skins import Skin
from callsheet.rehearsal.standins.base import StandIn, Turned, text_of, ticks
from callsheet.rehearsal.ticket import ENDED, Asked, Ticket

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_VERSION = "2024-11-06"
_CREDIT = Fraction(1, 100)
_DOCS = "https://docs.dev.runwayml.com/api"
_WORDS: Mapping[str, str] = {
    "queued": "PENDING", "running": "RUNNING", "succeeded": "SUCCEEDED", "failed": "FAILED", "moderated": "FAILED",
    "cancelled": "CANCELLED",
}  # fmt: skip
_CODES = {"moderated": "SAFETY.OUTPUT.VIDEO", "failed": "INTERNAL.BAD_OUTPUT.CODE01"}
_STATUSES = {"funds": 400, "input": 400, "moderated": 400, "retired": 400, "ended": 404}
_POOR = "You do not have enough credits to run this task."
_INVALID = "Validation of body failed"
_INLINE = 5 << 20
_EVERYBODY = 1 << 20
_DEFAULT_S = 5
_SEEDS = 2**32


class _Invalid(Turned):
    """A body that does not fit the request type; `path` names the field."""

    def __init__(self, field: str, message: str, kind: str = "input") -> None:
        super().__init__(kind, f"{field}\n{message}")


class Runway(StandIn):
    """See StandIn."""

    protocol: ClassVar[str] = "runway-tasks"

    def __init__(self, route: str, offers: Sequence[Offer], *more: str) -> None:
        super().__init__(route, offers, *more)
        self._gone: set[str] = set()
        self._at_once = 1

    def skin(self, traits: Traits) -> Skin:
        """Whoever is over the limit waits, and is not turned down."""
        self._at_once = traits.concurrency
        told = super().skin(traits)
        return replace(told, traits=replace(told.traits, concurrency=_EVERYBODY))

    def handle(self, house: "House", request: Request) -> Reply:
        """The place for uploads is signed and asks for no key."""
        parts = request.path.strip("/").split("/")
        if request.method == "POST" and parts[0] == "ephemeral" and len(parts) == 2:
            return self._received(house, request, parts[1])
        return super().handle(house, request)

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        if request.headers.get("x-runway-version") != _VERSION:
            return answer(400, {"error": f"the header X-Runway-Version must be one of {_VERSION}", "docUrl": _DOCS})
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "v1", "uploads":
                return self._place(house, request)
            case "POST", "v1", endpoint if endpoint in VARIANTS:
                return house.order(self._read(house, request, endpoint), request)
            case "GET", "v1", "tasks", job:
                ticket = house.find(job)
                if ticket is None or job in self._gone:
                    return _missing()
                return house.unasked([ticket]) or answer(200, self._task(house, ticket, request))
            case "DELETE", "v1", "tasks", job:
                if house.find(job) is None or job in self._gone:
                    return _missing()
                house.cancel(job)
                self._gone.add(job)
                return Reply(204)
        return _missing()

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See StandIn."""
        return answer(200, {"id": ticket.id, "estimatedCost": {"credits": float(ticks(ticket.price, _CREDIT))}})

    def refusal(self, why: Why) -> Reply:
        """See StandIn."""
        headers = {} if why.after_s is None else {"retry-after": str(math.ceil(why.after_s))}
        if why.kind in ("input", "retired"):
            field, _, message = why.message.rpartition("\n")
            path = [field] if field else ["model"] if why.kind == "retired" else []
            code = "invalid_union" if why.kind == "retired" else "custom"
            issue = {"code": code, "path": path, "message": message}
            told: dict[str, Any] = {"error": _INVALID, "issues": [issue], "docUrl": _DOCS}
        elif why.kind == "moderated":
            told = {"error": "The input was flagged by our content moderation system.", "docUrl": _DOCS}
        else:
            told = {"error": _POOR if why.kind == "funds" else why.message, "docUrl": _DOCS}
        status = _STATUSES.get(why.kind, why.code)
        return replace(answer(status, told), headers={"content-type": "application/json", **headers})

    # -- tasks -------------------------------------------------------------------------------------------------------------

    def _task(self, house: "House", ticket: Ticket, request: Request) -> dict[str, Any]:
        created = datetime.fromtimestamp(ticket.accepted_at, UTC).isoformat(timespec="milliseconds")
        word = _WORDS.get(ticket.said, ticket.said)
        if word == "PENDING" and self._waits(house, ticket):
            word = "THROTTLED"
        told: dict[str, Any] = {"id": ticket.id, "status": word, "createdAt": created.replace("+00:00", "Z")}
        if ticket.status not in ENDED:
            told["estimatedCost"] = {"credits": float(ticks(ticket.price, _CREDIT))}
            return {**told, "progress": 0.5} if word == "RUNNING" else told
        told["cost"] = {"credits": _whole(ticks(self.billed(house, ticket), _CREDIT))}
        if ticket.status in _CODES:
            told |= {"failure": ticket.reason, "failureCode": _CODES[ticket.status]}
        if ticket.status == "succeeded":
            told["output"] = [found] if (found := self.clip(house, ticket, request)) else []
        return told

    def _waits(self, house: "House", ticket: Ticket) -> bool:
        """Whether as many tasks as may run at once came before it and have not ended."""
        before = [
            t for t in house.jobs if t.status not in ENDED and t.accepted_at <= ticket.accepted_at and t is not ticket
        ]
        return len(before) >= self._at_once

    # -- creates -----------------------------------------------------------------------------------------------------------

    def _read(self, house: "House", request: Request, endpoint: str) -> Asked:
        said = self.body(request)
        model = said.get("model")
        variant = VARIANTS[endpoint].get(model) if isinstance(model, str) else None
        if variant is None or not isinstance(model, str):
            raise _Invalid("model", "Invalid input: no matching discriminator", "retired")
        offer = self.offer(model)
        _check(offer, variant, said)
        images, videos, sounds = self._files(house, request, variant, said)
        given = said.get("promptVideo") or said.get("videoUri")
        ratio = said.get("ratio") or (variant.ratios[0] if variant.ratios else "")
        resolution, aspect = _frame(offer, variant, said, ratio)
        seconds = self._seconds(house, request, said.get("duration"), given, offer)
        beats = _beats(said, seconds)
        words = said.get("promptText") or " ".join(told for _, told in beats)
        asked = self.asked(
            offer, model, words or f"a video like the one given to {model}", seconds,
            mode=_mode(said, images, videos, sounds), resolution=resolution, aspect=aspect, audio=said.get("audio") is True,
            images=images, facts={"endpoint": endpoint, "body": said}, beats=beats,
        )  # fmt: skip
        size = sides(ratio)
        return asked if size is None else replace(asked, recipe={**asked.recipe, "size": list(size)})

    def _files(
        self, house: "House", request: Request, variant: Variant, said: Mapping[str, Any]
    ) -> tuple[int, int, int]:
        """Fetch every file; how many images, videos and sounds refer to something."""
        counts = []
        for field in ("references", "referenceVideos", "referenceAudio", "keyframes"):
            found = said.get(field) or []
            for one in found:
                self._fetched(house, request, field, one.get("uri"))
            counts.append(len(found))
        pictures = said.get("promptImage")
        if pictures is not None:
            counts[0] += self._pictures(house, request, variant, pictures)
        for field in ("promptVideo", "videoUri"):
            if field in said:
                self._fetched(house, request, field, said[field])
        if variant.images is not None and counts[0] > variant.images:
            raise _Invalid("references", f"Too big: expected array to have <={variant.images} items")
        if counts[3] > 5:
            raise _Invalid("keyframes", "Too big: expected array to have <=5 items")
        return counts[0], counts[1], counts[2]

    def _pictures(self, house: "House", request: Request, variant: Variant, pictures: Any) -> int:
        """Fetch the frames; how many of them are no frames but references."""
        listed = [{"uri": pictures, "position": "first"}] if isinstance(pictures, str) else pictures
        stood = [one.get("position") for one in listed]
        for one in listed:
            self._fetched(house, request, "promptImage", one.get("uri"))
        if not stood or (len(set(stood)) != len(stood) and None not in stood):
            raise _Invalid("promptImage", "one image for each position")
        if None in stood and len(set(stood)) > 1:
            raise _Invalid("promptImage", "keyframes and references cannot be mixed")
        wrong = [place for place in stood if place is not None and place not in variant.positions]
        if wrong:
            raise _Invalid("promptImage", f"Invalid option: expected one of {'|'.join(variant.positions)}")
        if stood == ["last"]:
            raise _Invalid("promptImage", "This model does not support generating with only a last frame")
        return stood.count(None)

    def _fetched(self, house: "House", request: Request, field: str, uri: Any) -> bytes:
        if not isinstance(uri, str):
            raise _Invalid(field, "Invalid input: expected string, received undefined")
        if uri.startswith("data:") and len(uri) >= _INLINE:
            raise _Invalid(field, "The data URI is longer than 5 MB")
        if uri.startswith("http://"):
            raise _Invalid(field, "Only HTTPS URLs are allowed")
        try:
            return self.seen(house, request, uri)
        except (Turned, ValueError) as error:
            raise _Invalid(
                field, "Failed to fetch asset. The URL may be incorrect or the server may be down."
            ) from error

    def _seconds(self, house: "House", request: Request, said: Any, given: Any, offer: Offer) -> Fraction:
        if isinstance(said, int) and not isinstance(said, bool):
            return Fraction(said)
        length = _DEFAULT_S if given is None else lasts(self._fetched(house, request, "videoUri", given))
        known = offer.durations
        found = None if isinstance(known, Unknown) else known.reaching(Fraction(length))
        return Fraction(length) if isinstance(known, Unknown) else found or known.longest

    # -- uploads -----------------------------------------------------------------------------------------------------------

    def _place(self, house: "House", request: Request) -> Reply:
        said = self.body(request)
        name = text_of(said.get("filename"), "filename")
        if said.get("type") != "ephemeral" or "." not in name:
            raise _Invalid("filename", "a file name with an extension, and the type ephemeral")
        token = f"{len(house.shelf) + 1}-{re.sub(r'[^a-zA-Z0-9.]', '', name)}"
        place = {
            "uploadUrl": self.at(request, f"/ephemeral/{token}"),
            "fields": {"key": token},
            "runwayUri": f"runway://{token}",
        }
        return answer(200, place)

    def _received(self, house: "House", request: Request, token: str) -> Reply:
        sent = form(request)
        if sent.get("key") != token.encode() or not sent.get("file") or "authorization" in request.headers:
            return Reply(403)
        house.shelf[token] = sent["file"]
        return Reply(204)


def _missing() -> Reply:
    return answer(404, {"error": "Not found", "docUrl": _DOCS})


def _whole(credits: Fraction) -> int | float:
    return int(credits) if credits.denominator == 1 else float(credits)


def _check(offer: Offer, variant: Variant, said: Mapping[str, Any]) -> None:
    """Raise for the first field that the request type does not take."""
    for name in said:
        if name != "model" and name not in variant.fields:
            raise _Invalid(name, f"Unrecognized key: {name!r}")
    for name, needed in variant.fields.items():
        if needed and said.get(name) in (None, "", []):
            raise _Invalid(name, "Invalid input: expected string, received undefined")
    ratio, resolution, seconds, seed = (said.get(name) for name in ("ratio", "resolution", "duration", "seed"))
    if ratio is not None and variant.ratios and ratio not in variant.ratios:
        raise _Invalid("ratio", f"Invalid option: expected one of {'|'.join(variant.ratios)}")
    if resolution is not None and resolution not in variant.resolutions:
        raise _Invalid("resolution", f"Invalid option: expected one of {'|'.join(variant.resolutions)}")
    if seconds is not None and seconds != "auto" and (isinstance(seconds, bool) or not isinstance(seconds, int)):
        raise _Invalid("duration", "Invalid input: expected int")
    if variant.seconds and seconds is not None and seconds not in variant.seconds:
        raise _Invalid("duration", f"Invalid option: expected one of {'|'.join(map(str, variant.seconds))}")
    if seed is not None and not (isinstance(seed, int) and 0 <= seed < _SEEDS):
        raise _Invalid("seed", "Invalid input: expected an integer of 32 bits")
    most, prompt = offer.prompt.most, said.get("promptText") or ""
    if isinstance(most, int) and prompt_length(prompt, offer.prompt.unit) > most:
        raise _Invalid("promptText", f"Too big: expected string to have <={most} characters")
    if said.get("targetAspectRatio", ASPECTS[0]) not in ASPECTS:
        raise _Invalid("targetAspectRatio", f"Invalid option: expected one of {'|'.join(ASPECTS)}")
    mode = said.get("mode")
    if mode in ("edit", "extend") and "ratio" in said:
        raise _Invalid("ratio", f"ratio is not accepted in {mode} mode")
    if mode == "edit" and seconds != "auto":
        raise _Invalid("duration", "edit mode requires duration auto")
    if mode in ("edit", "extend") and not prompt:
        raise _Invalid("promptText", f"{mode} mode requires promptText")
    follows = "promptImage" in said and any(r.startswith("auto_") for r in variant.ratios) and _standing(said)
    if follows and ratio is not None and not ratio.startswith("auto_"):
        raise _Invalid("ratio", "keyframe requests must use an auto ratio")
    audio_alone = "referenceAudio" in said and not any(
        said.get(f) for f in ("references", "referenceVideos", "promptImage")
    )
    if audio_alone and offer.model.family in ("grok-imagine", "seedance") and "promptVideo" not in said:
        raise _Invalid("referenceAudio", "audio references need an image or a video")


def _beats(said: Mapping[str, Any], seconds: Fraction) -> list[tuple[Fraction, str]]:
    """The pictures of a clip of several, with their lengths. Raises for settings that ask for none."""
    settings = said.get("providerSettings")
    if settings is None:
        return []
    shots = settings.get("multiPrompt") or []
    if settings.get("shotType", "customize") != "customize" or not shots or set(settings) - {"multiPrompt", "shotType"}:
        raise _Invalid("providerSettings", "Invalid input: expected multiPrompt of the type customize")
    if any(type(shot.get("duration")) is not int or not isinstance(shot.get("prompt"), str) for shot in shots):
        raise _Invalid("providerSettings", "Invalid input: each of multiPrompt has a duration and a prompt")
    if sum(shot["duration"] for shot in shots) != seconds or not 3 <= seconds <= 15:
        raise _Invalid("providerSettings", "Total duration across all segments must be between 3 and 15 seconds")
    return [(Fraction(shot["duration"]), shot["prompt"]) for shot in shots]


def _standing(said: Mapping[str, Any]) -> bool:
    pictures = said["promptImage"]
    return isinstance(pictures, str) or any(one.get("position") for one in pictures)


def _frame(offer: Offer, variant: Variant, said: Mapping[str, Any], ratio: str) -> tuple[str | None, str]:
    """The resolution, where the offer has it, and the aspect."""
    aspect = said.get("targetAspectRatio") or aspect_of(ratio)
    if aspect == "adaptive":
        aspect = "16:9"
    if said.get("resolution"):
        return said["resolution"], aspect
    resolution = tier(ratio) if sides(ratio) or ratio.startswith("auto_") else None
    known = offer.resolutions
    if resolution is None and not isinstance(known, Unknown):
        resolution = known[0]
    return (None if isinstance(known, Unknown) else resolution), aspect


def _mode(said: Mapping[str, Any], images: int, videos: int, sounds: int) -> Mode:
    if "promptVideo" in said or "videoUri" in said:
        return cast(Mode, "reframe" if "targetAspectRatio" in said else said.get("mode", "edit"))
    if videos:
        return "reference_videos"
    if images or sounds:
        return "reference_images" if images else "reference_audio"
    return "first_frame" if "promptImage" in said else "text"


def lasts(video: bytes) -> int:
    """How long a video lasts, in started seconds; the default where it is no video."""
    import tempfile
    from pathlib import Path

    from callsheet.errors import MediaError
    from callsheet.media.probe import probe

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "given.mp4")
        path.write_bytes(video)
        try:
            found = probe(path)
        except MediaError:
            return _DEFAULT_S
    return math.ceil(found.frames / found.rate) if found.frames and found.rate else _DEFAULT_S


def form(request: Request) -> dict[str, bytes]:
    """The parts of a multipart form by name."""
    head = f"content-type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    parts: dict[str, bytes] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            parts[name] = content
    return parts


STAND_INS: Mapping[str, type[StandIn]] = {"any": Runway}
