"""The stand-in for Gemini's developer API: interactions in the background, files that become ready, and webhooks of the project."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from callsheet.catalog import Mode, Offer
from callsheet.providers.answers import kind_of
from callsheet.providers.signing import standard_signature
from callsheet.rehearsal.exchange import Clip, Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.house import House
from callsheet.rehearsal.skins import KEY
from callsheet.rehearsal.standins.base import StandIn, Turned, seconds_of, text_of
from callsheet.rehearsal.ticket import ENDED, Asked, Ticket
from callsheet.rehearsal.webhooks import Delivery

_WORDS = {"queued": "queued", "running": "in_progress", "succeeded": "completed", "moderated": "failed"}
_MODES: Mapping[str, Mode] = {
    "text_to_video": "text", "image_to_video": "first_frame", "reference_to_video": "reference_images", "edit": "edit",
    "extend": "extend", "upscale": "upscale",
}  # fmt: skip
_STATUSES = {
    "auth": 400, "funds": 429, "input": 400, "moderated": 400, "retired": 404, "not-found": 404, "ended": 400,
    "rate": 429, "concurrency": 429, "gateway": 502, "overloaded": 503,
}  # fmt: skip
_CODES = {
    400: "invalid_request",
    402: "resource_exhausted",
    404: "not_found",
    429: "resource_exhausted",
    502: "internal",
    503: "unavailable",
}
_SAID = {
    "auth": "API key not valid. Please pass a valid API key.",
    "funds": "Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing.",
    "rate": "You exceeded your current quota, please check your plan and billing details.",
    "concurrency": "Quota exceeded for concurrent interactions of this project.",
    "moderated": "The request was blocked by safety filters.",
}
_UNSUPPORTED = ("temperature", "top_p", "stop_sequences")
_EVENTS = frozenset(
    ("batch.succeeded", "batch.expired", "batch.failed", "interaction.requires_action", "interaction.completed",
     "interaction.failed", "interaction.cancelled", "video.generated")
)  # fmt: skip
_TOLD = {
    "succeeded": ("video.generated", "interaction.completed"), "failed": ("interaction.failed",),
    "moderated": ("interaction.failed",), "cancelled": ("interaction.cancelled",),
}  # fmt: skip
_REFERENCE_VIDEOS = 3


@dataclass(frozen=True)
class _Upload:
    """A file that was uploaded: a name of its own, what it is, and from when on it is ready."""

    name: str
    kind: str
    ready_at: float


class GeminiStandIn(StandIn):
    """Speaks `v1beta` and `v1` alike, as Google's SDK does."""

    protocol = "gemini-interactions"

    def __init__(self, route: str, offers: Sequence[Offer], key: str = KEY) -> None:
        super().__init__(route, offers, key)
        self._begun: dict[str, str] = {}
        """Uploads that were announced: their id, and the media type that was said."""
        self._uploads: dict[str, _Upload] = {}
        self._hooks: dict[str, dict[str, Any]] = {}
        self._deleted: set[str] = set()

    def knows(self, request: Request) -> bool:
        """The key comes in its header or in the query; the address of an upload is a proof of its own."""
        told = request.headers.get("x-goog-api-key") or request.query.get("key")
        return told == self.key or request.query.get("upload_id", "") in self._begun

    def serve(self, house: House, request: Request) -> Reply:
        """See StandIn."""
        parts = request.path.strip("/").split("/")
        if parts[0] == "upload":
            return self._upload(house, request)
        match request.method, *parts[1:]:
            case "POST", "interactions":
                return house.order(self._read(house, request), request)
            case "GET", "interactions", job:
                return self._state(house, request, self._ticket(house, job))
            case "POST", "interactions", job, "cancel":
                return self._cancel(house, request, self._ticket(house, job))
            case "DELETE", "interactions", job:
                self._deleted.add(self._ticket(house, job).id)
                return answer(200, {})
            case "GET", "files", name:
                return self._file(house, request, name)
            case _, "webhooks", *rest:
                return self._webhooks(request, rest)
        raise Turned("not-found", f"there is nothing at {request.path}")

    def accepted(self, house: House, ticket: Ticket) -> Reply:
        """See Face."""
        return answer(200, self._told(ticket))

    def refusal(self, why: Why) -> Reply:
        """See Face. Which words Google has for the codes of interactions is not confirmed; SDKs only need them to be text."""
        status = why.status or _STATUSES.get(why.kind, 400)
        message = f"{_SAID[why.kind]} {why.message}" if why.kind in _SAID else why.message
        if why.kind == "retired":
            message = f"The model is not found, or is not supported: {why.message}"
        error: dict[str, Any] = {"code": _CODES.get(status, "unknown"), "message": message}
        if why.after_s is not None:
            retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{why.after_s:g}s"}
            error["details"] = [retry]
        return answer(status, {"error": error})

    def webhook(self, house: House, ticket: Ticket, at: float, forged: bool = False) -> Delivery | None:
        """To the first webhook of the project that wants to hear of it, signed with its secret."""
        events = _TOLD["succeeded"] if forged else _TOLD.get(ticket.status, ())
        for hook in self._hooks.values():
            wanted = next((event for event in events if event in hook["subscribed_events"]), None)
            if wanted is None:
                continue
            said = {"type": wanted, "version": "v1", "timestamp": _stamp(at), "data": {"id": ticket.id}}
            body = json.dumps(said, separators=(",", ":")).encode()
            event = f"msg_{ticket.id}_{'false' if forged else ticket.status}"
            secret = "whsec_" + base64.b64encode(b"somebody else").decode() if forged else hook["new_signing_secret"]
            headers = {
                "content-type": "application/json", "webhook-id": event, "webhook-timestamp": str(int(at)),
                "webhook-signature": standard_signature(secret, event, str(int(at)), body),
            }  # fmt: skip
            return Delivery(hook["uri"], headers, body)
        return None

    # -- interactions ------------------------------------------------------------------------------------------------------

    def _ticket(self, house: House, job: str) -> Ticket:
        ticket = house.find(job)
        if ticket is None or ticket.id in self._deleted:
            raise Turned("not-found", f"there is no interaction {job}")
        return ticket

    def _read(self, house: House, request: Request) -> Asked:
        said = self.body(request)
        offer = self.offer(text_of(said.get("model"), "model"))
        if said.get("background") is not True:
            raise Turned("input", "here an interaction runs in the background only")
        if said.get("store") is False:
            raise Turned("input", "an interaction in the background is stored")
        config = said.get("generation_config") or {}
        if said.get("system_instruction") or any(config.get(name) is not None for name in _UNSUPPORTED):
            raise Turned("input", "system instructions, temperature, top_p and stop sequences are not supported")
        task = (config.get("video_config") or {}).get("task")
        if said.get("previous_interaction_id"):
            self._ticket(house, said["previous_interaction_id"])
            if task is not None:
                raise Turned("input", "previous_interaction_id is not allowed when video task is set")
        parts = self._parts(house, request, said.get("input"))
        form = _form(said.get("response_format"))
        prompt = " ".join(part["text"] for part in parts if part["type"] == "text")
        seen = [part["type"] for part in parts]
        self._fits(offer, task, prompt, seen)
        resolution = form.get("resolution", "720p")
        mode: Mode = _MODES.get(task or "", "text")
        if offer.can(mode) is False:
            raise Turned("input", f"{task} is not supported")
        facts = {
            "task": task, "kinds": [kind for kind in seen if kind != "text"], "prompt": prompt, "model": said["model"],
            "delivery": form.get("delivery", "inline"), "seed": config.get("seed"),
        }  # fmt: skip
        return self.asked(
            offer, said["model"], prompt, seconds_of(form.get("duration", "8s")), mode=mode, resolution=resolution,
            aspect=form.get("aspect_ratio", "16:9"), audio=True, images=seen.count("image"),
            webhook=next((hook["uri"] for hook in self._hooks.values()), None), facts=facts,
        )  # fmt: skip

    def _parts(self, house: House, request: Request, given: Any) -> list[dict[str, Any]]:
        """The contents of a turn, with every file looked at."""
        if isinstance(given, str):
            return [{"type": "text", "text": given}]
        contents = [given] if isinstance(given, dict) else list(given or ())
        if contents and contents[0].get("type") == "user_input":
            contents = contents[-1].get("content", [])
        parts = []
        for part in contents:
            match part.get("type"):
                case "text":
                    parts.append({"type": "text", "text": text_of(part.get("text"), "text")})
                case "image" | "video" | "document" as kind:
                    found = self._look(house, request, part)
                    if kind not in ("document", found):
                        raise Turned("input", f"what is given as {kind} is none")
                    parts.append({"type": found})
                case other:
                    raise Turned("input", f"{other} is not supported")
        return parts

    def _look(self, house: House, request: Request, part: Mapping[str, Any]) -> str:
        """What a file is: image or video. Raises Turned for one that nobody could open."""
        if "data" in part:
            address = f"data:{text_of(part.get('mime_type'), 'mime_type')};base64,{part['data']}"
            return kind_of(self.seen(house, request, address)).partition("/")[0]
        name = text_of(part.get("uri"), "uri").rstrip("/").rpartition("/")[2]
        upload = self._uploads.get(name)
        if upload is None:
            raise Turned("input", f"the file cannot be fetched: {part['uri'][:80]}")
        if house.clock() < upload.ready_at:
            raise Turned("input", f"the file {name} is not in an ACTIVE state")
        return upload.kind.partition("/")[0]

    def _fits(self, offer: Offer, task: str | None, prompt: str, seen: Sequence[str]) -> None:
        images, videos = seen.count("image"), seen.count("video")
        frames = ("<FIRST_FRAME>" in prompt) + ("<LAST_FRAME>" in prompt)
        if task is not None and task not in _MODES:
            raise Turned("input", f"{task!r} is not a task")
        if "<LAST_FRAME>" in prompt and "<FIRST_FRAME>" not in prompt:
            raise Turned("input", "<LAST_FRAME> must be used with <FIRST_FRAME>")
        if task == "text_to_video" and (images or videos):
            raise Turned("input", "text_to_video takes no files")
        if task in ("image_to_video", "reference_to_video") and not (images or videos):
            raise Turned("input", f"{task} needs a file")
        if task in ("edit", "extend", "upscale") and not videos:
            raise Turned("input", f"{task} needs a video")
        most = offer.references.images
        if isinstance(most, int) and images - frames > most:
            raise Turned("input", f"{images - frames} reference images; at most {most}")
        if videos > (_REFERENCE_VIDEOS if task == "reference_to_video" else 1 + _REFERENCE_VIDEOS):
            raise Turned("input", f"{videos} videos are too many")

    def _state(self, house: House, request: Request, ticket: Ticket) -> Reply:
        lost = house.unasked([ticket])
        if lost is not None:
            return lost
        told = self._told(ticket)
        if ticket.said != "succeeded":
            return answer(200, told)

        def output(content: Mapping[str, str]) -> dict[str, Any]:
            video = {"type": "video", "mime_type": "video/mp4", **content}
            return {**told, "steps": [*told["steps"], {"type": "model_output", "content": [video]}]}

        if ticket.facts["delivery"] == "uri":
            path = next(iter(house.links(ticket).values()), None)
            if path is None:
                return answer(200, told)
            name = path.rpartition("/")[2]
            return answer(200, output({"uri": self.at(request, f"/v1beta/files/{name}:download?alt=media")}))
        return within(house, ticket, lambda data: output({"data": data})) or answer(200, told)

    def _told(self, ticket: Ticket) -> dict[str, Any]:
        facts = ticket.facts
        told: dict[str, Any] = {
            "id": ticket.id, "object": "interaction", "model": facts["model"], "status": _WORDS.get(ticket.said, ticket.said),
            "created": _stamp(ticket.accepted_at), "updated": _stamp(ticket.accepted_at),
            "steps": [{"type": "user_input", "content": [{"type": "text", "text": facts["prompt"]}]}],
        }  # fmt: skip
        if ticket.status == "moderated":
            told["errors"] = [{"code": "content_blocked", "message": f"Blocked by safety filters: {ticket.reason}"}]
        elif ticket.status == "failed":
            told["errors"] = [{"code": "internal", "message": ticket.reason}]
        return told

    def _cancel(self, house: House, request: Request, ticket: Ticket) -> Reply:
        if ticket.status in ENDED:
            raise Turned(
                "ended", f"the interaction is {_WORDS.get(ticket.status, ticket.status)} and cannot be cancelled"
            )
        house.cancel(ticket.id)
        return answer(200, self._told(ticket))

    # -- files -------------------------------------------------------------------------------------------------------------

    def _upload(self, house: House, request: Request) -> Reply:
        """Both steps of a resumable upload: it is announced, then its bytes come in one piece."""
        command = request.headers.get("x-goog-upload-command", "")
        begun = request.query.get("upload_id")
        if begun is None:
            if request.headers.get("x-goog-upload-protocol") != "resumable" or command != "start":
                raise Turned("input", "an upload starts with the resumable protocol")
            id = f"upload-{len(self._begun) + 1}"
            self._begun[id] = text_of(request.headers.get("x-goog-upload-header-content-type"), "content type")
            where = self.at(request, f"{request.path}?upload_id={id}&upload_protocol=resumable")
            return Reply(
                200,
                b"{}",
                {"content-type": "application/json", "x-goog-upload-url": where, "x-goog-upload-status": "active"},
            )
        if "finalize" not in command or request.headers.get("x-goog-upload-offset") != "0":
            raise Turned("input", "a file comes in one piece")
        digest = self.keep(house, request.body)
        kind = self._begun[begun]
        if kind_of(request.body).partition("/")[0] != kind.partition("/")[0]:
            raise Turned("input", f"the file is not {kind}")
        slow = house.timing.queue_s if kind.startswith("video/") else 0.0
        upload = self._uploads.setdefault(digest[:32], _Upload(digest[:32], kind, house.clock() + slow))
        reply = answer(200, {"file": self._described(house, request, upload.name, kind, upload.ready_at)})
        return replace(reply, headers={**reply.headers, "x-goog-upload-status": "final"})

    def _file(self, house: House, request: Request, name: str) -> Reply:
        token, _, verb = name.partition(":")
        made = next((t for t in house.jobs if token in t.links.values()), None)
        if verb == "download":
            if made is None:
                raise Turned("not-found", f"there is no generated file {token}")
            return house.file(token)
        if made is not None:
            ended = made.ends_at if made.ends_at is not None else house.clock()
            return answer(200, self._described(house, request, token, "video/mp4", ended + house.timing.queue_s))
        if token not in self._uploads:
            raise Turned("not-found", f"there is no file {token}")
        upload = self._uploads[token]
        return answer(200, self._described(house, request, token, upload.kind, upload.ready_at))

    def _described(self, house: House, request: Request, name: str, kind: str, ready_at: float) -> dict[str, Any]:
        state = "ACTIVE" if house.clock() >= ready_at else "PROCESSING"
        uri = self.at(request, f"/v1beta/files/{name}")
        return {"name": f"files/{name}", "uri": uri, "mimeType": kind, "state": state}

    # -- webhooks ----------------------------------------------------------------------------------------------------------

    def _webhooks(self, request: Request, rest: Sequence[str]) -> Reply:
        match request.method, *rest:
            case ["POST"]:
                said = self.body(request)
                events = said.get("subscribed_events") or []
                if not events or not set(events) <= _EVENTS:
                    raise Turned("input", "subscribed_events are missing or not known")
                uri = text_of(said.get("uri"), "uri")
                id = f"webhook-{len(self._hooks) + 1}"
                secret = "whsec_" + base64.b64encode(hashlib.sha256(f"{id} {uri}".encode()).digest()).decode()
                self._hooks[id] = {
                    "id": id, "name": said.get("name", id), "uri": uri, "subscribed_events": list(events), "state": "enabled",
                    "new_signing_secret": secret,
                }  # fmt: skip
                return answer(200, self._hooks[id])
            case ["GET"]:
                return answer(200, {"webhooks": [_unsigned(hook) for hook in self._hooks.values()]})
            case ["GET", id] if id in self._hooks:
                return answer(200, _unsigned(self._hooks[id]))
            case ["DELETE", id] if id in self._hooks:
                del self._hooks[id]
                return answer(200, {})
        raise Turned("not-found", "there is no such webhook")


def within(house: House, ticket: Ticket, wrap: Callable[[str], Mapping[str, Any]]) -> Reply | None:
    """A JSON answer that holds the clip in base64, with whatever goes wrong with the file; None while there is no clip.

    No link is given out, so that none can expire.
    """
    path = next(iter(house.links(ticket).values()), None)
    if path is None:
        return None
    reply = house.file(path.rpartition("/")[2])
    if reply.clip is None and reply.status >= 500:
        return reply
    spoiled = reply.spoiled

    def body(recipe: Mapping[str, Any], framing: Any) -> bytes:
        content = house.clips(recipe, framing)
        told = bytes(byte ^ 0xA5 for byte in content) if spoiled else content
        return json.dumps(wrap(base64.b64encode(told).decode()), separators=(",", ":")).encode()

    kept = reply if reply.clip is not None else Reply()
    clip = Clip(ticket.recipe, ticket.framings[0], body)
    return replace(kept, headers={"content-type": "application/json"}, clip=clip, spoiled=False)


def _form(given: Any) -> dict[str, Any]:
    """The one video that is wanted."""
    wanted = given if isinstance(given, list) else [given or {"type": "video"}]
    form = next((one for one in wanted if one.get("type") == "video"), None)
    if form is None:
        raise Turned("input", "response_format asks for no video")
    duration = form.get("duration", "8s")
    if not isinstance(duration, str) or not duration.endswith("s"):
        raise Turned("input", f"duration {duration!r}; write it like 8s")
    if form.get("aspect_ratio", "16:9") not in ("16:9", "9:16"):
        raise Turned("input", f"aspect_ratio {form['aspect_ratio']!r}; it is 16:9 or 9:16")
    if form.get("delivery", "inline") not in ("inline", "uri"):
        raise Turned("input", "delivery is inline or uri")
    return dict(form)


def _unsigned(hook: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in hook.items() if name != "new_signing_secret"}


def _stamp(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


STAND_INS: Mapping[str, type[StandIn]] = {"any": GeminiStandIn}
