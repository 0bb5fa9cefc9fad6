"""Replicate from its own side: predictions that forget themselves after an hour, and a file store beside them."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from callsheet.catalog import Mode, Offer
from callsheet.catalog.limits import prompt_length
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.skins import KEY
from callsheet.rehearsal.standins.base import StandIn, Turned, seconds_of, text_of
from callsheet.rehearsal.ticket import ENDED, Ticket
from callsheet.rehearsal.webhooks import Delivery

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_SECRET = hashlib.sha256(b"callsheet stand-in for replicate").digest()
_KEPT_S = 3600.0
_PAGE = 100
_WAIT = re.compile(r"wait(=([1-9]|[1-5]\d|60))?|respond-async")
_AFTER = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")
_WORDS: Mapping[str, str] = {
    "queued": "starting", "running": "processing", "succeeded": "succeeded", "failed": "failed", "moderated": "failed",
    "cancelled": "canceled",
}  # fmt: skip
_TEXTS = frozenset(("prompt", "negative_prompt", "aspect_ratio", "resolution", "mode"))
_FILES: Mapping[str, frozenset[str]] = {
    "bytedance/seedance-2": frozenset(("image", "last_frame_image", "reference_images", "reference_videos", "reference_audios")),
    "bytedance/seedance-1": frozenset(("image", "last_frame_image")),
    "kwaivgi/kling": frozenset(("start_image", "end_image")),
    "google/veo": frozenset(("image", "last_frame", "reference_images")),
    "": frozenset(("image",)),
}  # fmt: skip
"""The fields for files, by the start of a model's name."""
_MODES = {"standard": "720p", "pro": "1080p"}


class ReplicateStandIn(StandIn):
    """Every model that it sells, by the names in the offers it is given."""

    protocol = "replicate"

    def __init__(self, route: str, offers: Sequence[Offer], key: str = KEY) -> None:
        super().__init__(route, offers, key)
        self._aborted: set[str] = set()

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        self._deadlines(house)
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "v1", "models", owner, name, "predictions":
                return self._create(house, request, f"{owner}/{name}")
            case "GET", "v1", "models", owner, name, "versions", id:
                return self._version(house, f"{owner}/{name}:{id}")
            case "POST", "v1", "predictions":
                return self._create(house, request, self._of_version(self.body(request)))
            case "GET", "v1", "predictions":
                return self._page(house, request)
            case "GET", "v1", "predictions", id:
                return self._one(house, request, id)
            case "POST", "v1", "predictions", id, "cancel":
                if house.find(id) is None:
                    return self.refusal(Why("not-found", "The requested resource could not be found."))
                house.cancel(id)
                return self._one(house, request, id)
            case "POST", "v1", "files":
                return self._file(house, request)
            case "GET", "v1", "webhooks", "default", "secret":
                return answer(200, {"key": "whsec_" + base64.b64encode(_SECRET).decode()})
        return self.refusal(Why("not-found", "The requested resource could not be found."))

    # -- creating ----------------------------------------------------------------------------------------------------------

    def _of_version(self, said: Mapping[str, Any]) -> str:
        """The name in the offers that ends in the version of a request."""
        version = text_of(said.get("version"), "version").rpartition(":")[2]
        for offer in self.offers:
            for name in offer.wire.values() if isinstance(offer.wire, dict) else ():
                if name.rpartition(":")[2] == version and ":" in name:
                    return name
        raise Turned("input", "Invalid version or not permitted")

    def _version(self, house: "House", name: str) -> Reply:
        """A version and what it takes, which clients read before they run it."""
        self.offer(name)
        fields = {field: {"type": "string"} for field in sorted(_TEXTS | _FILES[_start(name)])}
        schemas = {
            "Input": {
                "type": "object",
                "required": ["prompt"],
                "properties": {**fields, "duration": {"type": "integer"}},
            },
            "Output": {"type": "string", "format": "uri", "title": "Output"},
        }
        schema = {"components": {"schemas": schemas}}
        id = name.rpartition(":")[2]
        return answer(
            200, {"id": id, "created_at": _when(house.clock()), "cog_version": "0.16.0", "openapi_schema": schema}
        )

    def _create(self, house: "House", request: Request, model: str) -> Reply:
        offer = self.offer(model)
        told = request.headers.get("prefer", "respond-async")
        if not _WAIT.fullmatch(told):
            raise Turned("input", f"Prefer: {told}")
        said = self.body(request)
        given = said.get("input")
        if not isinstance(given, dict):
            raise Turned("input", "input is required")
        counts = self._files(house, request, model, given)
        prompt = text_of(given.get("prompt"), "input.prompt")
        most = offer.prompt.most
        if isinstance(most, int) and prompt_length(prompt, offer.prompt.unit) > most:
            raise Turned("input", f"input.prompt: at most {most}")
        resolution = given.get("resolution") or _MODES.get(given.get("mode", ""))
        aspect = given.get("aspect_ratio", "16:9")
        mode: Mode = "reference_images" if counts["refers"] else "first_frame" if counts["frames"] else "text"
        asked = self.asked(
            offer, model, prompt, seconds_of(given.get("duration", 5)), mode=mode, resolution=resolution,
            aspect=aspect if ":" in aspect else "16:9", audio=given.get("generate_audio") is True, images=counts["images"],
            input_video_s=Fraction(0), webhook=said.get("webhook"),
            facts={
                "model": model, "input": given, "host": request.headers.get("host", ""), "after_s": _after(request),
                "events": said.get("webhook_events_filter", ["completed"]),
            },
        )  # fmt: skip
        return house.order(asked, request)

    def _files(self, house: "House", request: Request, model: str, given: Mapping[str, Any]) -> dict[str, int]:
        """Reads every file of an input, and refuses what the model has no field for."""
        start = _start(model)
        counts = {"frames": 0, "refers": 0, "images": 0}
        for name, value in given.items():
            if name in _FILES[start]:
                addresses = value if isinstance(value, list) else [value]
                for address in addresses:
                    self.seen(house, request, text_of(address, f"input.{name}"))
                refers = name.startswith("reference_")
                counts["refers" if refers else "frames"] += len(addresses)
                counts["images"] += len(addresses) if name == "reference_images" else 0
            elif name in _TEXTS:
                if not isinstance(value, str):
                    raise Turned("input", f"input.{name}: Invalid type. Expected: string")
            elif name in ("duration", "seed"):
                if not isinstance(value, int) or isinstance(value, bool):
                    raise Turned("input", f"input.{name}: Invalid type. Expected: integer")
            elif name == "generate_audio":
                if not isinstance(value, bool):
                    raise Turned("input", f"input.{name}: Invalid type. Expected: boolean")
            else:
                raise Turned("input", f"input.{name}: Additional property {name} is not allowed")
        if counts["refers"] and counts["frames"]:
            raise Turned("input", "input: references cannot be used together with first frame or last frame images")
        return counts

    def _file(self, house: "House", request: Request) -> Reply:
        kind = request.headers.get("content-type", "")
        _, found, mark = kind.partition("boundary=")
        if not found:
            raise Turned("input", "the file is not sent as multipart")
        for part in request.body.split(b"--" + mark.strip('"').encode()):
            head, _, content = part.partition(b"\r\n\r\n")
            if b'name="content"' in head:
                content = content[:-2]
                name = self.keep(house, content)
                at = self.at(request, f"/v1/files/{name}")
                now = _when(house.clock())
                return answer(
                    201,
                    {
                        "id": name, "name": "content", "content_type": "application/octet-stream", "size": len(content), "etag": name[:32],
                        "checksums": {"sha256": name}, "metadata": {}, "created_at": now, "expires_at": _when(house.clock() + 86_400),
                        "urls": {"get": at},
                    },
                )  # fmt: skip
        raise Turned("input", "content is required")

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See StandIn."""
        return answer(201, self._told(house, ticket, None))

    # -- questions ---------------------------------------------------------------------------------------------------------

    def _deadlines(self, house: "House") -> None:
        """What was to be over by now is stopped; what had not begun is aborted."""
        for ticket in house.jobs:
            after = ticket.facts["after_s"]
            if after is None or ticket.status in ENDED or house.clock() < ticket.accepted_at + after:
                continue
            if ticket.status == "queued":
                self._aborted.add(ticket.id)
            house.cancel(ticket.id)

    def _one(self, house: "House", request: Request, id: str) -> Reply:
        ticket = house.find(id)
        if ticket is None:
            return self.refusal(Why("not-found", "The requested resource could not be found."))
        lost = house.unasked([ticket])
        return lost if lost is not None else answer(200, self._told(house, ticket, request))

    def _page(self, house: "House", request: Request) -> Reply:
        tickets = house.listed()[::-1][:_PAGE]
        lost = house.unasked(tickets)
        if lost is not None:
            return lost
        # A list is shorter than what each of its members says of itself.
        short = [{**self._told(house, t, None), "input": {}} for t in tickets]
        return answer(200, {"previous": None, "next": None, "results": short})

    def _told(self, house: "House", ticket: Ticket, request: Request | None) -> dict[str, Any]:
        """A prediction. Links are made only for those who ask about one that is done."""
        facts, ended = ticket.facts, ticket.status in ENDED
        model, _, version = facts["model"].partition(":")
        done_at = ticket.ends_at if ended and ticket.ends_at is not None else None
        removed = done_at is not None and house.clock() > done_at + _KEPT_S
        output = self.clip(house, ticket, request) if request is not None and not removed else None
        at = f"http://{facts['host']}/v1/predictions/{ticket.id}"
        word = "aborted" if ticket.id in self._aborted else _WORDS.get(ticket.said, ticket.said)
        error = None
        if ticket.said == "moderated":
            error = "The input or output was flagged as sensitive. Please try again with different inputs. (E005)"
        elif ticket.said == "failed":
            error = ticket.reason
        return {
            "id": ticket.id, "model": model, "version": version or "hidden", "status": word, "input": {} if removed else facts["input"],
            "output": output, "logs": None if removed else "", "error": error, "data_removed": removed,
            "metrics": {"predict_time": done_at - ticket.runs_at} if done_at is not None else {},
            "created_at": _when(ticket.accepted_at), "started_at": _when(ticket.runs_at) if ticket.status != "queued" else None,
            "completed_at": _when(done_at) if done_at is not None else None, "urls": {"get": at, "cancel": f"{at}/cancel"},
        }  # fmt: skip

    # -- words -------------------------------------------------------------------------------------------------------------

    def refusal(self, why: Why) -> Reply:
        """See Face: `title`, `detail` and `status`, as RFC 7807 has them."""
        title, status, detail = {
            "auth": ("Unauthenticated", 401, "You did not pass a valid authentication token"),
            "funds": ("Insufficient credit", why.status or 402, "You have insufficient credit to run this model."),
            "not-found": ("Not found", 404, why.message),
            "retired": ("Not found", 404, "The requested resource could not be found."),
            "input": ("Input validation failed", 422, why.message),
            "key-reused": ("Input validation failed", 422, why.message),
            "moderated": ("Input validation failed", 422, f"The input was flagged as sensitive: {why.message} (E005)"),
            "rate": (
                "Too many requests",
                429,
                f"Request was throttled. Your rate limit resets in ~{ceil(why.after_s or 30)}s.",
            ),
            "concurrency": (
                "Too many requests",
                429,
                f"Request was throttled. Your rate limit resets in ~{ceil(why.after_s or 30)}s.",
            ),
            "gateway": ("Bad gateway", 502, "Bad gateway"),
            "overloaded": ("Service unavailable", 503, "Service unavailable"),
        }.get(why.kind, ("Error", why.code, why.message))
        reply = answer(status, {"title": title, "detail": detail, "status": status})
        if why.after_s is None:
            return reply
        return Reply(status, reply.body, {**reply.headers, "retry-after": str(ceil(why.after_s))})

    def webhook(self, house: "House", ticket: Ticket, at: float, forged: bool = False) -> Delivery | None:
        """See Face: signed as svix does it."""
        if ticket.webhook is None or "completed" not in ticket.facts["events"]:
            return None
        told = self._told(house, ticket, None)
        body = json.dumps({**told, "status": "succeeded"} if forged else told).encode()
        stamp, name = str(int(at)), f"msg_{ticket.id}" + ("_false" if forged else "")
        secret = _SECRET[::-1] if forged else _SECRET
        signature = hmac.new(secret, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
        headers = {
            "content-type": "application/json", "webhook-id": name, "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(signature).decode(),
        }  # fmt: skip
        return Delivery(ticket.webhook, headers, body)


def _start(model: str) -> str:
    return max((start for start in _FILES if model.startswith(start)), key=len)


def _after(request: Request) -> float | None:
    """The deadline of a request, in seconds: `30`, `90s`, `5m`, `1h30m`. Raises Turned."""
    said = request.headers.get("cancel-after")
    if said is None:
        return None
    found = _AFTER.fullmatch(said)
    if not said or found is None:
        raise Turned("input", f"Cancel-After: {said}")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if total < 5:
        raise Turned("input", "Cancel-After: at least 5 seconds")
    return float(total)


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


STAND_INS: Mapping[str, type[StandIn]] = {"replicate": ReplicateStandIn, "any": ReplicateStandIn}
