"""The seller's side of `/v1/videos`: a server of open weights or a gateway, OpenAI as it was, and OpenRouter in JSON."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar

from callsheet.catalog import Asked as Ordered
from callsheet.catalog import Mode, Offer, Unknown, refusals
from callsheet.catalog.known import lines
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.skins import KEY, SECRET
from callsheet.rehearsal.standins.base import StandIn, Turned, text_of
from callsheet.rehearsal.ticket import Asked, Ticket
from callsheet.rehearsal.webhooks import Delivery

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_RATE = 24
_ERRORS: Mapping[str, tuple[int, str, str]] = {
    "auth": (401, "invalid_request_error", "invalid_api_key"), "funds": (429, "insufficient_quota", "insufficient_quota"),
    "rate": (429, "requests", "rate_limit_exceeded"), "concurrency": (429, "requests", "concurrency_limit_exceeded"),
    "moderated": (400, "image_generation_user_error", "moderation_blocked"), "retired": (404, "invalid_request_error", "model_not_found"),
    "input": (400, "invalid_request_error", "invalid_value"), "not-found": (404, "invalid_request_error", "not_found"),
    "overloaded": (503, "server_error", "server_overloaded"), "gateway": (502, "server_error", "bad_gateway"),
}  # fmt: skip
"""Status, type and code by the kind of refusal."""
_WORDS: Mapping[str, str] = {
    "queued": "queued", "running": "in_progress", "succeeded": "completed", "failed": "failed", "moderated": "failed",
}  # fmt: skip


class Local(StandIn):
    """A server of open weights: it reads the fields it knows and lets others be, and a job that is deleted was never there."""

    protocol = "openai-videos"
    prefix: ClassVar[str] = "/v1"
    strict: ClassVar[frozenset[str] | None] = None
    """The only fields it takes; None where others are let be."""
    names_files: ClassVar[bool] = True
    """Whether a job tells the name of the file that was made."""

    def __init__(self, route: str, offers: Sequence[Offer], key: str = KEY) -> None:
        super().__init__(route, offers, key)
        self._deleted: set[str] = set()

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        if not request.path.startswith(self.prefix + "/"):
            raise Turned("not-found", "there is nothing here")
        match request.method, *request.path.removeprefix(self.prefix).strip("/").split("/"):
            case "POST", "videos":
                return house.order(self.read(house, request, "text"), request)
            case "POST", "videos", "edits" if self.strict:
                return house.order(self.read(house, request, "edit"), request)
            case "POST", "videos", "extensions" if self.strict:
                return house.order(self.read(house, request, "extend"), request)
            case "GET", "videos":
                return self._list(house, request)
            case "GET", "videos", job:
                ticket = self._ticket(house, job)
                return house.unasked([ticket]) or answer(200, self.told(house, ticket, request))
            case "GET", "videos", job, "content":
                return self.content(house, self._ticket(house, job))
            case "DELETE", "videos", job:
                return self._delete(house, self._ticket(house, job))
        raise Turned("not-found", "there is nothing here")

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See Face."""
        return answer(200, self.told(house, ticket, None))

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        status, kind, code = _ERRORS.get(why.kind, _ERRORS["input"])
        reply = answer(
            why.status or status, {"error": {"message": why.message, "type": kind, "param": None, "code": code}}
        )
        wait = {} if why.after_s is None else {"retry-after": str(ceil(why.after_s))}
        return replace(reply, headers={**reply.headers, **wait})

    def read(self, house: "House", request: Request, mode: Mode) -> Asked:
        """A create, from its form or its JSON."""
        form, files = form_of(request)
        if self.strict is not None and (unknown := (form.keys() | files.keys()) - self.strict):
            raise Turned("input", f"unknown parameter: {', '.join(sorted(unknown))}")
        offer = self.offer(form["model"]) if form.get("model") else self.offers[0]
        model = form.get("model", "")
        prompt = text_of(form.get("prompt"), "prompt")
        given = [
            name
            for name in ("input_reference", "image_reference", "video_reference", "video")
            if name in form or name in files
        ]
        if len(given) > 1:
            raise Turned("input", f"only one of {', '.join(given)} is taken")
        for name in ("image_reference", "audio_reference", "video_reference"):
            if name in form:
                (address,) = json.loads(form[name]).values()
                self.seen(house, request, address)
        if mode != "text" and "video" not in files:
            raise Turned("input", "the video is missing")
        seconds, frames, rate = self._time(offer, form)
        size = form.get("size", "1280x720")
        match = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", size)
        if match is None:
            raise Turned("input", f"size is {size!r}; it is written 1280x720")
        wide, high = int(match[1]), int(match[2])
        resolution = self._tier(offer, min(wide, high))
        ordered = Ordered(
            (mode,) if mode != "text" else ("text",), seconds, prompt=prompt, negative=bool(form.get("negative_prompt"))
        )
        if wrong := refusals(offer, replace(ordered, audio=offer.audio == "always")):
            raise Turned("input", "; ".join(map(str, wrong)))
        asked = self.asked(
            offer, model or next(iter(offer.wire.values()), "") if not isinstance(offer.wire, Unknown) else model, prompt, seconds,
            mode=mode, resolution=resolution, aspect="9:16" if high > wide else "16:9",
            audio=offer.audio == "always" or form.get("generate_sound") == "true",
            facts={"form": {**form, **{name: len(content) for name, content in files.items()}}, "size": size, "model": model},
        )  # fmt: skip
        order = {**asked.recipe["order"], "frames": frames, "rate": str(rate)}
        return replace(asked, recipe={**asked.recipe, "order": order, "size": [wide, high]})

    def _time(self, offer: Offer, form: Mapping[str, str]) -> tuple[Fraction, int, int]:
        """Seconds that are ordered, and the frames and rate that come."""
        for name in ("seconds", "num_frames", "fps"):
            if name in form and not re.fullmatch(r"[1-9]\d*", form[name]):
                raise Turned("input", f"{name} is {form[name]!r}; it is a whole number")
        rate = int(form.get("fps", _RATE))
        seconds = Fraction(form["seconds"]) if "seconds" in form else None
        if "num_frames" in form:
            frames = int(form["num_frames"])
            known = offer.durations
            if not isinstance(known, Unknown) and not isinstance(known.grid, Unknown):
                grid = known.grid
                if frames % grid.multiple != grid.offset % grid.multiple or rate != grid.fps:
                    raise Turned(
                        "input",
                        f"{frames} frames at {rate}; the model makes {grid.multiple}n+{grid.offset} at {grid.fps}",
                    )
            return seconds or Fraction(frames, rate), frames, rate
        return seconds or Fraction(4), ceil((seconds or 4) * rate), rate

    def _tier(self, offer: Offer, short: int) -> str | None:
        known = () if isinstance(offer.resolutions, Unknown) else offer.resolutions
        return next((tier for tier in known if lines(tier) == short), None)

    def told(self, house: "House", ticket: Ticket, request: Request | None) -> dict[str, Any]:
        """A job as it is told."""
        facts = ticket.facts
        word = _WORDS.get(ticket.said, ticket.said)
        said: dict[str, Any] = {
            "id": ticket.id, "object": "video", "model": facts["model"], "status": word,
            "progress": {"queued": 0, "in_progress": 50}.get(word, 100), "created_at": int(ticket.accepted_at),
            "seconds": str(ceil(facts["seconds"])), "size": facts["size"], "error": None,
        }  # fmt: skip
        if word == "failed":
            blocked = ticket.status == "moderated"
            said["error"] = {"code": "moderation_blocked" if blocked else "generation_failed", "message": ticket.reason}
        if word == "completed":
            said["completed_at"] = int(house.clock())
            if self.names_files:
                said["file_name"] = f"{ticket.id}.mp4" if house.links(ticket) else None
        return said

    def content(self, house: "House", ticket: Ticket) -> Reply:
        """The clip of a job."""
        path = next(iter(house.links(ticket).values()), None)
        if path is None:
            raise Turned("not-found", "the video is not ready")
        return house.file(path.rpartition("/")[2])

    def _ticket(self, house: "House", job: str) -> Ticket:
        ticket = house.find(job)
        if ticket is None or job in self._deleted:
            raise Turned("not-found", f"there is no video {job!r}")
        return ticket

    def _list(self, house: "House", request: Request) -> Reply:
        found = [self.told(house, one, request) for one in reversed(house.listed()) if one.id not in self._deleted]
        after, most = request.query.get("after"), int(request.query.get("limit", 20))
        ids = [one["id"] for one in found]
        found = found[ids.index(after) + 1 :] if after in ids else found
        ends = {"first_id": found[0]["id"] if found else None, "last_id": found[:most][-1]["id"] if found else None}
        return answer(200, {"object": "list", "data": found[:most], "has_more": len(found) > most, **ends})

    def _delete(self, house: "House", ticket: Ticket) -> Reply:
        after = house.cancel(ticket.id) or ticket
        gone = after.status not in ("queued", "running")
        if gone:
            self._deleted.add(ticket.id)
        return answer(200, {"id": ticket.id, "object": "video.deleted", "deleted": gone})


class Sora(Local):
    """OpenAI as it was: it takes the fields it names and no others, and some lengths and sizes."""

    strict = frozenset(("model", "prompt", "seconds", "size", "input_reference", "video"))
    names_files = False
    lengths: ClassVar[Mapping[Mode, frozenset[str]]] = {
        "text": frozenset(("4", "8", "12")), "extend": frozenset(("4", "8", "12", "16", "20")),
    }  # fmt: skip
    sizes: ClassVar[frozenset[str]] = frozenset(("720x1280", "1280x720", "1024x1792", "1792x1024"))

    def read(self, house: "House", request: Request, mode: Mode) -> Asked:
        """See Local."""
        form, _ = form_of(request)
        taken = self.lengths.get(mode)
        if taken is not None and form.get("seconds", "4") not in taken:
            raise Turned("input", f"seconds is {form['seconds']!r}; it is one of {', '.join(sorted(taken, key=int))}")
        if form.get("size", "720x1280") not in self.sizes:
            raise Turned("input", f"size is {form['size']!r}; it is one of {', '.join(sorted(self.sizes))}")
        return super().read(house, request, mode)


class Azure(Sora):
    """The same on Azure."""

    prefix = "/openai/v1"

    def knows(self, request: Request) -> bool:
        """See StandIn."""
        return request.headers.get("api-key") == self.key


class OpenRouter(StandIn):
    """OpenRouter. Options of single providers, and references beside frames, are dropped without a word."""

    protocol = "openai-videos"
    prefix: ClassVar[str] = "/api/v1/videos"
    fields: ClassVar[frozenset[str]] = frozenset(
        ("model", "prompt", "duration", "resolution", "aspect_ratio", "size", "seed", "generate_audio", "frame_images",
         "input_references", "previous_job_id", "callback_url", "provider", "user", "session_id")
    )  # fmt: skip
    words: ClassVar[Mapping[str, str]] = {
        "queued": "pending", "running": "in_progress", "succeeded": "completed", "failed": "failed", "moderated": "failed",
        "cancelled": "cancelled",
    }  # fmt: skip
    statuses: ClassVar[Mapping[str, int]] = {
        "auth": 401, "funds": 402, "moderated": 403, "not-found": 404, "retired": 404, "input": 400, "rate": 429, "concurrency": 429,
        "overloaded": 503, "gateway": 502,
    }  # fmt: skip
    messages: ClassVar[Mapping[str, str]] = {
        "auth": "No auth credentials found", "funds": "Insufficient credits", "retired": "No endpoints found for the model",
        "concurrency": "Too many concurrent requests",
    }  # fmt: skip
    kinds: ClassVar[Mapping[str, Mode]] = {
        "image_url": "reference_images", "video_url": "reference_videos", "audio_url": "reference_audio",
    }  # fmt: skip

    def knows(self, request: Request) -> bool:
        """What is sold is told to everybody."""
        return (request.method == "GET" and request.path == f"{self.prefix}/models") or super().knows(request)

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        match request.method, request.path.removeprefix(self.prefix).strip("/").split("/"):
            case "POST", [""] if request.path == self.prefix:
                return house.order(self._read(house, request), request)
            case "GET", ["models"]:
                return answer(200, {"data": [self._listed(offer) for offer in self.offers]})
            case "GET", [job]:
                ticket = self._ticket(house, job)
                return house.unasked([ticket]) or answer(200, self._told(house, ticket, request))
            case "GET", [job, "content"]:
                path = next(iter(house.links(self._ticket(house, job)).values()), None)
                if path is None:
                    raise Turned("not-found", "there is no content")
                return house.file(path.rpartition("/")[2])
        raise Turned("not-found", "there is nothing here")

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See Face."""
        return answer(202, {"id": ticket.id, "polling_url": f"{self.prefix}/{ticket.id}", "status": "pending"})

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        status = why.status or self.statuses.get(why.kind, 400)
        error: dict[str, Any] = {"code": status, "message": self.messages.get(why.kind, why.message)}
        if why.kind == "moderated":
            error["metadata"] = {"reasons": ["policy"], "flagged_input": "", "provider_name": self.route}
        reply = answer(status, {"error": error})
        wait = {} if why.after_s is None else {"retry-after": str(ceil(why.after_s))}
        return replace(reply, headers={**reply.headers, **wait})

    def webhook(self, house: "House", ticket: Ticket, at: float, forged: bool = False) -> Delivery | None:
        """See Face."""
        if ticket.webhook is None:
            return None
        status = "completed" if forged else self.words.get(ticket.said, ticket.said)
        when = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        data: dict[str, Any] = {"id": ticket.id, "status": status, "model": ticket.facts["model"]}
        if status == "completed":
            data |= {
                "unsigned_urls": [f"https://openrouter.ai{self.prefix}/{ticket.id}/content?index=0"],
                "usage": self._usage(house, ticket),
            }
        elif status == "failed":
            data["error"] = self._error(ticket)
        body = json.dumps({"type": f"video.generation.{status}", "created_at": when, "data": data}).encode()
        stamp = str(int(at))
        signed = hmac.new(SECRET + (b"?" if forged else b""), f"{stamp},".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/json", "x-openrouter-idempotency-key": f"{ticket.id}-{status}",
            "x-openrouter-signature": f"t={stamp},v1={signed}",
        }  # fmt: skip
        return Delivery(ticket.webhook, headers, body)

    def _told(self, house: "House", ticket: Ticket, request: Request) -> dict[str, Any]:
        word = self.words.get(ticket.said, ticket.said)
        said: dict[str, Any] = {"id": ticket.id, "polling_url": f"{self.prefix}/{ticket.id}", "status": word}
        if word == "failed":
            said["error"] = self._error(ticket)
        if word not in ("pending", "in_progress"):
            said |= {"generation_id": f"gen-{ticket.id}", "usage": self._usage(house, ticket)}
        if url := self.clip(house, ticket, request):
            said |= {"urls": [url], "unsigned_urls": [self.at(request, f"{self.prefix}/{ticket.id}/content?index=0")]}
        return said

    def _usage(self, house: "House", ticket: Ticket) -> dict[str, Any]:
        return {"cost": self.billed(house, ticket).micros / 1_000_000, "is_byok": False}

    def _error(self, ticket: Ticket) -> str:
        return "Content policy violation" if ticket.status == "moderated" else ticket.reason

    def _ticket(self, house: "House", job: str) -> Ticket:
        ticket = house.find(job)
        if ticket is None:
            raise Turned("not-found", f"there is no job {job!r}")
        return ticket

    def _read(self, house: "House", request: Request) -> Asked:
        said = self.body(request)
        if unknown := said.keys() - self.fields:
            raise Turned("input", f"unknown field {', '.join(sorted(unknown))}")
        model, prompt = text_of(said.get("model"), "model"), text_of(said.get("prompt"), "prompt")
        offer = self.offer(model)
        duration, audio, seed = (
            said.get("duration", 5),
            said.get("generate_audio", offer.audio in ("always", "toggle")),
            said.get("seed"),
        )
        if type(duration) is not int or type(audio) is not bool or type(seed) not in (int, type(None)):
            raise Turned("input", "duration and seed are whole numbers, generate_audio is true or false")
        callback = said.get("callback_url")
        if callback is not None and not str(callback).startswith("https://"):
            raise Turned("input", "callback_url is an https address")
        modes: dict[Mode, int] = {}
        frames = said.get("frame_images", [])
        for one in frames:
            mode: Mode = {"first_frame": "first_frame", "last_frame": "last_frame"}[one["frame_type"]]  # type: ignore[assignment]
            modes[mode] = 1
            self.seen(house, request, one["image_url"]["url"])
        for one in [] if frames else said.get("input_references", []):
            modes[self.kinds[one["type"]]] = modes.get(self.kinds[one["type"]], 0) + 1
            self.seen(house, request, one[one["type"]]["url"])
        resolution = said["resolution"].lower() if "resolution" in said else None
        aspect = said.get("aspect_ratio", "16:9")
        ordered = Ordered(
            tuple(modes) or ("text",), Fraction(duration), resolution, aspect, audio, prompt, seed=seed is not None,
            images=modes.get("reference_images", 0), videos=modes.get("reference_videos", 0), sounds=modes.get("reference_audio", 0),
        )  # fmt: skip
        if wrong := refusals(offer, ordered):
            raise Turned("input", "; ".join(map(str, wrong)))
        return self.asked(
            offer, model, prompt, Fraction(duration), mode=next(iter(modes), "text"), resolution=resolution, aspect=aspect, audio=audio,
            images=ordered.images, webhook=callback, facts={"model": model, "modes": tuple(modes), "said": dict(said)},
        )  # fmt: skip

    def _listed(self, offer: Offer) -> dict[str, Any]:
        """A model as the list of models tells it."""
        name = offer.wire_name("text")
        known = offer.durations
        frames = [mode for mode in ("first_frame", "last_frame") if offer.can(mode) is True]
        return {
            "id": None if isinstance(name, Unknown) else name,
            "supported_durations": None if isinstance(known, Unknown) else [int(s) for s in known.only] or None,
            "supported_resolutions": None if isinstance(offer.resolutions, Unknown) else list(offer.resolutions),
            "supported_aspect_ratios": None if isinstance(offer.aspects, Unknown) else list(offer.aspects),
            "supported_frame_images": frames,
            "generate_audio": None if isinstance(offer.audio, Unknown) else offer.audio != "none",
            "seed": None if isinstance(offer.seed, Unknown) else offer.seed,
        }


def form_of(request: Request) -> tuple[dict[str, str], dict[str, bytes]]:
    """The fields and the files of a form, in parts or as JSON. Raises Turned."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        said = StandIn.body(request)
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()}, {}
    boundary = re.search(r'boundary="?([^";]+)"?', kind)
    if not kind.startswith("multipart/form-data") or boundary is None:
        raise Turned("input", "the request is not a form")
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in (b"\r\n" + request.body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        if name is None:
            raise Turned("input", "a part of the form has no name")
        if b'filename="' in head:
            files[name[1].decode()] = content
        else:
            fields[name[1].decode()] = content.decode()
    return fields, files


STAND_INS: Mapping[str, type[StandIn]] = {
    "any": Local, "local": Local, "openrouter": OpenRouter, "openai": Sora, "azure": Azure,
}  # fmt: skip
