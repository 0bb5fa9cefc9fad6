"""Luma from its own side: the Agents API with its files, and the Dream Machine API beside it."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from callsheet.catalog import Mode, Offer, Unknown
from callsheet.catalog.limits import prompt_length
from callsheet.providers.families.luma import GRID, STRENGTHS
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.standins.base import StandIn, Turned, seconds_of, text_of
from callsheet.rehearsal.standins.runway import form, lasts
from callsheet.rehearsal.ticket import Asked, Ticket
from callsheet.rehearsal.webhooks import Delivery

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_AGENTS: Mapping[str, str] = {
    "queued": "queued", "running": "processing", "succeeded": "completed", "failed": "failed", "moderated": "failed",
}  # fmt: skip
_DREAM: Mapping[str, str] = {**_AGENTS, "running": "dreaming"}
_CODES = {"moderated": "content_moderated", "failed": "generation_failed"}
_STATUSES = {"input": 400, "moderated": 400, "retired": 400, "unfit": 422, "too-large": 413}
_FIELDS: Mapping[str, frozenset[str]] = {
    "video": frozenset(("duration", "resolution", "start_frame", "end_frame", "keyframes", "keyframe_indexes", "loop", "hdr", "exr_export")),
    "video_edit": frozenset(("resolution", "start_frame", "edit", "hdr", "exr_export")),
    "video_reframe": frozenset(("resolution", "source_position")),
}  # fmt: skip
_TOP = frozenset(("model", "type", "prompt", "aspect_ratio", "source", "video", "user_id"))
_MODES: Mapping[str, Mode] = {"video_edit": "edit", "video_reframe": "reframe"}
_MOST_KEYFRAMES = 64
_LONGEST_SOURCE_S = 18
_INLINE = 50 << 20
_HEADERS = {"x-api-version": "2026-04-01"}
_DREAM_RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
_BALANCE_CENTS = 100_000.0
_LINK_LIVES = timedelta(hours=1)


class Luma(StandIn):
    """See StandIn. Both APIs are served, each under its own root."""

    protocol: ClassVar[str] = "luma"

    def __init__(self, route: str, offers: Sequence[Offer], *more: str) -> None:
        super().__init__(route, offers, *more)
        self._files: dict[str, dict[str, Any]] = {}
        self._gone: set[str] = set()

    def handle(self, house: "House", request: Request) -> Reply:
        """The place for uploads is signed and asks for no key."""
        parts = request.path.strip("/").split("/")
        if (
            request.method == "PUT"
            and parts[0] == "signed"
            and parts[-1] in self._files
            and "authorization" not in request.headers
        ):
            house.shelf[parts[-1]] = request.body
            return Reply(200)
        reply = super().handle(house, request)
        return replace(reply, headers={**reply.headers, **_HEADERS})

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "v1", "generations":
                return house.order(self._read(house, request), request)
            case "GET", "v1", "generations", job:
                ticket = house.find(job)
                if ticket is None:
                    return _missing()
                return house.unasked([ticket]) or answer(200, self._generation(house, ticket, request))
            case _, "v1", "files", *rest:
                return self._file(house, request, rest)
            case method, "dream-machine", "v1", *rest:
                return self._dream(house, request, method, rest)
        return _missing()

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See StandIn."""
        told = (
            self._dreamt(house, ticket, None)
            if ticket.facts["api"] == "dream"
            else self._generation(house, ticket, None)
        )
        return answer(201, told)

    def refusal(self, why: Why) -> Reply:
        """See StandIn: errors are words under `detail`."""
        said = {
            "rate": "Rate limit exceeded", "concurrency": "Concurrent job limit exceeded", "funds": "Insufficient balance",
            "moderated": "The prompt was rejected by content moderation",
            "retired": f"This model is not supported: {why.message}",
        }.get(why.kind, why.message)  # fmt: skip
        headers = {} if why.after_s is None else {"retry-after": str(math.ceil(why.after_s))}
        status = 402 if why.kind == "funds" else _STATUSES.get(why.kind, why.code)
        reply = answer(status, {"detail": said})
        return replace(reply, headers={**reply.headers, **headers, **_HEADERS})

    def webhook(self, house: "House", ticket: Ticket, at: float, forged: bool = False) -> Delivery | None:
        """Dream Machine tells unsigned; the Agents API does not."""
        if ticket.webhook is None:
            return None
        body = json.dumps(self._dreamt(house, ticket, None)).encode()
        return Delivery(ticket.webhook, {"content-type": "application/json"}, body)

    # -- the Agents API ----------------------------------------------------------------------------------------------------

    def _generation(self, house: "House", ticket: Ticket, request: Request | None) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": ticket.id, "type": ticket.facts["type"], "model": ticket.facts["model"], "created_at": _day(ticket.accepted_at),
            "state": _AGENTS.get(ticket.said, ticket.said), "output": [], "failure_code": None, "failure_reason": None,
        }  # fmt: skip
        if ticket.said in _CODES:
            told |= {"failure_code": _CODES[ticket.said], "failure_reason": ticket.reason}
        if request is not None and (found := self.clip(house, ticket, request)):
            told["output"] = [{"type": "video", "url": found}]
        return told

    def _read(self, house: "House", request: Request) -> Asked:
        said = self.body(request)
        model = text_of(said.get("model"), "model")
        offer = self._sold(model)
        kind = said.get("type", "image")
        if kind not in _FIELDS:
            raise Turned("input", f"type {kind!r} is not made by {model}")
        video = said.get("video") or {}
        strange = [*(set(said) - _TOP), *(f"video.{name}" for name in set(video) - _FIELDS[kind])]
        if strange:
            raise Turned("input", f"{', '.join(sorted(strange))}: not accepted for type={kind}")
        prompt = text_of(said.get("prompt"), "prompt")
        _measured(offer, prompt)
        self._check_video(house, request, kind, said, video)
        seconds = self._seconds(house, request, offer, said, video)
        aspect = said.get("aspect_ratio") or "16:9"
        if not isinstance(offer.aspects, Unknown) and aspect not in offer.aspects:
            raise Turned("input", f"aspect_ratio {aspect!r} is not supported")
        mode: Mode = _MODES.get(kind) or ("first_frame" if "start_frame" in video or "keyframes" in video else "text")
        facts = {"api": "agents", "type": kind, "model": model, "body": said}
        resolution = video.get("resolution") or "720p"
        return self.asked(offer, model, prompt, seconds, mode=mode, resolution=resolution, aspect=aspect, facts=facts)

    def _sold(self, model: str) -> Offer:
        try:
            return self.offer(model)
        except Turned as turned:
            raise Turned("retired", repr(model)) from turned

    def _check_video(
        self, house: "House", request: Request, kind: str, said: Mapping[str, Any], video: Mapping[str, Any]
    ) -> None:
        frames = [name for name in ("start_frame", "end_frame") if video.get(name) is not None]
        for name in frames:
            self._referred(house, request, name, video[name])
        keyframes, indexes = video.get("keyframes"), video.get("keyframe_indexes")
        if keyframes is not None or indexes is not None:
            if frames or video.get("loop"):
                raise Turned("unfit", "keyframes are mutually exclusive with start_frame, end_frame and loop")
            self._check_keyframes(house, request, keyframes or [], indexes or [], video.get("duration", "5s"))
        if video.get("duration") == "10s" and (frames or video.get("loop")):
            raise Turned("unfit", "start_frame, end_frame and loop are not supported with duration=10s")
        if (kind == "video") is (said.get("source") is not None):
            raise Turned("unfit", f"source {'is not accepted' if kind == 'video' else 'is required'} for type={kind}")
        if said.get("source") is not None:
            if not str(said["source"].get("media_type", "video/")).startswith("video/"):
                raise Turned("unfit", "source.media_type must be a video type")
            content = self._referred(house, request, "source", said["source"])
            if kind == "video_edit" and lasts(content) > _LONGEST_SOURCE_S:
                raise Turned("unfit", f"the source video is longer than {_LONGEST_SOURCE_S} seconds")
        edit = video.get("edit") or {}
        if edit.get("strength", STRENGTHS[0]) not in STRENGTHS:
            raise Turned("input", f"video.edit.strength: one of {', '.join(STRENGTHS)}")

    def _check_keyframes(
        self, house: "House", request: Request, keyframes: Sequence[Any], indexes: Sequence[Any], duration: str
    ) -> None:
        last = int(seconds_of(duration) * GRID)
        if not 1 <= len(keyframes) <= _MOST_KEYFRAMES or len(indexes) != len(keyframes):
            raise Turned("unfit", f"1 to {_MOST_KEYFRAMES} keyframes, and an index for each")
        if len(set(indexes)) != len(indexes) or not all(isinstance(i, int) and 0 <= i <= last for i in indexes):
            raise Turned("unfit", f"keyframe_indexes are unique positions from 0 to {last}")
        for one in keyframes:
            self._referred(house, request, "keyframes", one)

    def _referred(self, house: "House", request: Request, name: str, reference: Any) -> bytes:
        """The file behind a reference, of which exactly one form is allowed."""
        forms = [form for form in ("url", "data", "file_id", "generation_id") if reference.get(form) is not None]
        if len(forms) != 1:
            raise Turned("input", f"{name}: exactly one of url, data, generation_id and file_id")
        if forms == ["data"]:
            kind = text_of(reference.get("media_type"), f"{name}.media_type")
            content = self.seen(house, request, f"data:{kind};base64,{reference['data']}")
            if len(content) > _INLINE:
                raise Turned("too-large", f"{name} exceeds 50 MB")
            return content
        if forms == ["file_id"]:
            file = self._files.get(reference["file_id"])
            if file is None or file["state"] != "ready":
                raise Turned("unfit", f"{name}: the file is not ready")
            return house.shelf[reference["file_id"]]
        if forms == ["generation_id"]:
            if house.find(reference["generation_id"]) is None:
                raise Turned("unfit", f"{name}: there is no such generation")
            return b""
        return self.seen(house, request, text_of(reference["url"], f"{name}.url"))

    def _seconds(
        self, house: "House", request: Request, offer: Offer, said: Mapping[str, Any], video: Mapping[str, Any]
    ) -> Fraction:
        if said.get("source") is None:
            return seconds_of(video.get("duration") or "5s")
        given = Fraction(lasts(self._referred(house, request, "source", said["source"])))
        known = offer.durations
        return given if isinstance(known, Unknown) else known.reaching(given) or known.longest

    # -- files -------------------------------------------------------------------------------------------------------------

    def _file(self, house: "House", request: Request, rest: Sequence[str]) -> Reply:
        match request.method, *rest:
            case ["POST"]:
                return self._upload(house, request)
            case ["GET"]:
                shown = [file for file in reversed(self._files.values()) if file["state"] != "deleted"]
                return answer(200, {"data": shown, "has_more": False, "next_cursor": None})
            case method, file, *more if file in self._files:
                known = self._files[file]
                match method, *more:
                    case ["GET"]:
                        if known["state"] == "pending" and file in house.shelf and known.pop("ingesting", False):
                            known["state"] = "ready"
                        return answer(200, known)
                    case ["POST", "complete"]:
                        if len(house.shelf.get(file, b"")) != known["size_bytes"]:
                            raise Turned("unfit", "the bytes that arrived are not as many as was said")
                        known["ingesting"] = True
                        return answer(200, known)
                    case ["DELETE"]:
                        known["state"] = "deleted"
                        return Reply(204)
        return _missing()

    def _upload(self, house: "House", request: Request) -> Reply:
        """In the request as a form, or announced, to be put to a signed place."""
        inside = request.headers.get("content-type", "").startswith("multipart/")
        if inside:
            parts = form(request)
            said: dict[str, Any] = {name: value.decode() for name, value in parts.items() if name != "file"}
            said["size_bytes"] = len(parts["file"])
        else:
            said = self.body(request)
        if not isinstance(said.get("size_bytes"), int) or said["size_bytes"] <= 0:
            raise Turned("input", "size_bytes: the exact size")
        seed = hashlib.sha256(f"file {len(self._files)}".encode()).hexdigest()
        file = f"{seed[:8]}-{seed[8:12]}-4{seed[13:16]}-8{seed[17:20]}-{seed[20:32]}"
        known = self._files[file] = {
            "id": file, "created_at": _day(house.clock()), "mime_type": text_of(said.get("mime_type"), "mime_type"),
            "purpose": said.get("purpose", "input"), "size_bytes": said["size_bytes"], "state": "pending",
            "filename": said.get("filename"),
        }  # fmt: skip
        upload = None
        if inside:
            house.shelf[file] = parts["file"]
            known["ingesting"] = True
        else:
            expires = datetime.fromtimestamp(house.clock(), UTC) + _LINK_LIVES
            upload = {"method": "PUT", "url": self.at(request, f"/signed/{file}"), "headers": {"content-type": known["mime_type"]},
                      "expires_at": expires.isoformat()}  # fmt: skip
        return answer(201, {"id": file, "state": "pending", "file": known, "upload": upload})

    # -- the Dream Machine API ---------------------------------------------------------------------------------------------

    def _dream(self, house: "House", request: Request, method: str, rest: Sequence[str]) -> Reply:
        match method, *rest:
            case ["GET", "ping"]:
                return answer(200, {"message": "pong"})
            case ["GET", "credits"]:
                return answer(200, {"credit_balance": _BALANCE_CENTS})
            case ["POST", "generations", "video"] | ["POST", "generations"]:
                return house.order(self._imagined(house, request), request)
            case ["GET", "generations"]:
                return self._listed(house, request)
            case ["GET" | "DELETE", "generations", job]:
                ticket = house.find(job)
                if ticket is None or job in self._gone:
                    return _missing()
                if method == "DELETE":
                    self._gone.add(job)
                    return Reply(204)
                return house.unasked([ticket]) or answer(200, self._dreamt(house, ticket, request))
        return _missing()

    def _listed(self, house: "House", request: Request) -> Reply:
        limit, offset = int(request.query.get("limit", 10)), int(request.query.get("offset", 0))
        every = [ticket for ticket in reversed(house.listed()) if ticket.id not in self._gone]
        page = [self._dreamt(house, ticket, request) for ticket in every[offset : offset + limit]]
        more = offset + limit < len(every)
        return answer(
            200, {"generations": page, "count": len(page), "has_more": more, "limit": limit, "offset": offset}
        )

    def _imagined(self, house: "House", request: Request) -> Asked:
        said = self.body(request)
        model = text_of(said.get("model"), "model")
        offer = self._sold(model)
        prompt = text_of(said.get("prompt"), "prompt")
        _measured(offer, prompt)
        aspect = said.get("aspect_ratio", "16:9")
        if aspect not in _DREAM_RATIOS:
            raise Turned("input", f"aspect_ratio: one of {', '.join(_DREAM_RATIOS)}")
        keyframes = said.get("keyframes") or {}
        for one in keyframes.values():
            if one.get("type") == "image":
                self.seen(house, request, text_of(one.get("url"), "keyframes.url"))
        return self.asked(
            offer, model, prompt, seconds_of(said.get("duration", "5s")), mode="first_frame" if keyframes else "text",
            resolution=said.get("resolution"), aspect=aspect, webhook=said.get("callback_url"),
            facts={"api": "dream", "model": model, "body": said},
        )  # fmt: skip

    def _dreamt(self, house: "House", ticket: Ticket, request: Request | None) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": ticket.id, "generation_type": "video", "state": _DREAM.get(ticket.said, ticket.said),
            "failure_reason": ticket.reason or None, "created_at": _day(ticket.accepted_at), "assets": None,
            "model": ticket.facts["model"], "request": ticket.facts["body"],
        }  # fmt: skip
        if ticket.said == "moderated":
            told["failure_reason"] = "The prompt was rejected by content moderation"
        if request is not None and (found := self.clip(house, ticket, request)):
            told["assets"] = {"video": found}
        return told


def _measured(offer: Offer, prompt: str) -> None:
    most = offer.prompt.most
    if isinstance(most, int) and prompt_length(prompt, offer.prompt.unit) > most:
        raise Turned("input", f"prompt: at most {most} characters")


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def _missing() -> Reply:
    return answer(404, {"detail": "Not found"})


STAND_INS: Mapping[str, type[StandIn]] = {"any": Luma}
