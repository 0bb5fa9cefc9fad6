"""DashScope from its own side: tasks that must be asked for asynchronously, a store for files, bills told in seconds."""

import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsheet.catalog import Mode, Offer, Unknown
from callsheet.catalog.known import lines
from callsheet.errors import MediaError
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.standins.base import StandIn, Turned, _with, text_of
from callsheet.rehearsal.ticket import Ticket

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_CUT = 20_000
"""Characters of a prompt that are read."""
_DAY_S = 86_400.0
_ZONE = timezone(timedelta(hours=8))
_DEFAULT_S = 5
_UNSTATED = "1080p"
"""What is made, and billed, when no resolution is stated."""
_AUTO = -1
_STORE = "/oss"
_POLICY, _SIGNATURE = "cG9saWN5", "c2lnbmF0dXJl"
_MOST_MB = 100
_WORDS: Mapping[str, str] = {
    "queued": "PENDING", "running": "RUNNING", "succeeded": "SUCCEEDED", "failed": "FAILED", "moderated": "FAILED",
    "cancelled": "CANCELED",
}  # fmt: skip
_TROUBLES: Mapping[str, tuple[int, str, str]] = {
    "auth": (401, "InvalidApiKey", "Invalid API-key provided."),
    "funds": (400, "Arrearage", "Access denied, please make sure your account is in good standing."),
    "rate": (429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later."),
    "concurrency": (429, "Throttling", "Too many concurrent tasks, please try again later."),
    "moderated": (400, "DataInspectionFailed", "Input data may contain inappropriate content."),
    "retired": (404, "ModelNotFound", "Model can not be found."),
    "ended": (400, "UnsupportedOperation", "Failed to cancel the task, please confirm if the task is in PENDING status."),
    "not-found": (404, "NotFound", "There is nothing here."),
    "overloaded": (503, "ModelUnavailable", "Model is unavailable, please try again later."),
    "gateway": (502, "InternalError", "An internal error has occured, please try again later."),
    "synchronous": (403, "AccessDenied", "current user api does not support synchronous calls."),
}  # fmt: skip
_NO_CREDIT = (429, "Throttling.AllocationQuota", "Free allocated quota exceeded.")
_MEDIA: Mapping[str, tuple[str, ...]] = {
    "wan3.0-": ("first_frame", "last_frame", "reference_image", "reference_video", "reference_audio"),
    "wan2.7-t2v": (), "wan2.7-i2v": ("first_frame", "last_frame", "driving_audio", "first_clip"),
    "wan2.7-r2v": ("reference_image", "reference_video", "first_frame"), "wan2.7-videoedit": ("video", "reference_image"),
    "happyhorse-1.0-t2v": (), "happyhorse-1.1-t2v": (), "happyhorse-1.0-i2v": ("first_frame",), "happyhorse-1.1-i2v": ("first_frame",),
    "happyhorse-1.0-r2v": ("reference_image",), "happyhorse-1.1-r2v": ("reference_image",),
}  # fmt: skip
"""What each model takes, by how its name begins."""
_CLIPS = ("reference_video", "video", "first_clip")
_REFERENCES = ("reference_image", "reference_video", "reference_audio")
_ONCE = ("first_frame", "last_frame", "first_clip", "video", "driving_audio")
_MODES: tuple[tuple[str, Mode], ...] = (
    ("video", "edit"), ("first_clip", "extend"), ("reference_video", "reference_videos"), ("reference_audio", "reference_audio"),
    ("reference_image", "reference_images"), ("last_frame", "last_frame"), ("first_frame", "first_frame"),
)  # fmt: skip


class DashScopeStandIn(StandIn):
    """One region: its keys, tasks and files are unknown in the other."""

    protocol = "dashscope"

    def knows(self, request: Request) -> bool:
        """See StandIn: the store asks for a signed leave instead of a key."""
        return request.path == _STORE or super().knows(request)

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "api", "v1", "services", "aigc", "video-generation", "video-synthesis":
                if request.headers.get("x-dashscope-async") != "enable":
                    return self.refusal(Why("synchronous", ""))
                return self._create(house, request)
            case "GET", "api", "v1", "tasks", task:
                return self._told(house, request, task)
            case "POST", "api", "v1", "tasks", task, "cancel":
                return self._cancel(house, task)
            case "GET", "api", "v1", "tasks":
                return self._list(house, request)
            case "GET", "api", "v1", "uploads":
                return self._leave(request)
            case "POST", "oss":
                return self._store(house, request)
        return self.refusal(Why("not-found", ""))

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See Face."""
        return answer(200, {"request_id": _request(ticket), "output": {"task_id": ticket.id, "task_status": "PENDING"}})

    def refusal(self, why: Why) -> Reply:
        """See Face: an empty account is HTTP 400 where it is billed, and 429 where a free quota is used up."""
        status, code, message = _TROUBLES.get(why.kind, (400, "InvalidParameter", why.message))
        if why.kind == "funds" and why.status == 429:
            status, code, message = _NO_CREDIT
        if why.kind == "auth":
            message = f"{message} {why.message}".strip()
        reply = answer(status, {"code": code, "message": message, "request_id": "0"})
        return reply if why.after_s is None else _with(reply, {"retry-after": str(ceil(why.after_s))})

    # -- a create ----------------------------------------------------------------------------------------------------------

    def _create(self, house: "House", request: Request) -> Reply:
        said = self.body(request)
        model = text_of(said.get("model"), "model")
        offer, given, wanted = self.offer(model), _object(said, "input"), _object(said, "parameters")
        files = self._files(house, request, model, given)
        prompt = text_of(given.get("prompt"), "input.prompt")[:_CUT]
        resolution = self._resolution(offer, wanted)
        given_s = sum((_lasts(content) for kind, content in files if kind in _CLIPS), Fraction(0))
        seconds = _seconds(offer, wanted, model, given_s)
        _together(offer, files, given_s, seconds)
        counted = Fraction(ceil(given_s))
        seed = wanted.get("seed", 0)
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= 2**31 - 1:
            raise Turned("input", "parameters.seed must be between 0 and 2147483647")
        for switch in ("audio", "watermark", "prompt_extend"):
            if not isinstance(wanted.get(switch, True), bool):
                raise Turned("input", f"parameters.{switch} must be true or false")
        aspect = self._aspect(offer, wanted)
        kinds = [kind for kind, _ in files]
        asked = self.asked(
            offer, model, prompt, seconds, mode=next((mode for kind, mode in _MODES if kind in kinds), "text"),
            resolution=resolution, aspect=aspect, audio=wanted.get("audio", offer.audio != "none"),
            images=kinds.count("reference_image"), input_video_s=counted,
            facts={
                "model": model, "prompt": prompt, "given_s": counted, "media": kinds, "input": {**given, "media": kinds},
                "parameters": dict(wanted), "lines": lines(resolution), "ratio": "16:9" if aspect == "adaptive" else aspect,
            },
        )  # fmt: skip
        return house.order(asked, request)

    def _files(self, house: "House", request: Request, model: str, given: Mapping[str, Any]) -> list[tuple[str, bytes]]:
        takes = next((kinds for start, kinds in _MEDIA.items() if model.startswith(start)), ())
        found: list[tuple[str, bytes]] = []
        for one in given.get("media") or ():
            kind, address = text_of(one.get("type"), "media.type"), text_of(one.get("url"), "media.url")
            if kind not in takes:
                raise Turned("input", f"{model} takes no media of type {kind}")
            found.append((kind, self._seen(house, request, model, kind, address)))
        kinds = [kind for kind, _ in found]
        if takes and not model.startswith("wan3.0-") and not kinds:
            raise Turned("input", f"{model} needs media")
        if any(kinds.count(kind) > 1 for kind in _ONCE):
            raise Turned("input", "a frame, a clip or a sound is given twice")
        if "last_frame" in kinds and not {"first_frame", "first_clip"} & set(kinds):
            raise Turned("input", "last_frame needs first_frame")
        if model.startswith("wan3.0-") and {"first_frame", "last_frame"} & set(kinds) and set(_REFERENCES) & set(kinds):
            raise Turned("input", "first_frame and last_frame cannot be used together with references")
        return found

    def _seen(self, house: "House", request: Request, model: str, kind: str, address: str) -> bytes:
        if address.startswith("oss://"):
            if request.headers.get("x-dashscope-ossresourceresolve") != "enable":
                raise Turned("input", "url error, please check url!")
            name = f"{model} {address}"
            if name not in house.shelf:
                raise Turned("input", "the file was not uploaded for this model")
            return house.shelf[name]
        if address.startswith("data:") and (kind in _CLIPS or model.startswith("wan3.0-")):
            raise Turned("input", f"url error, please check url! {kind} must be an address")
        return self.seen(house, request, address)

    def _resolution(self, offer: Offer, wanted: Mapping[str, Any]) -> str:
        stated = wanted.get("resolution")
        if stated is None:
            return _UNSTATED
        known = () if isinstance(offer.resolutions, Unknown) else offer.resolutions
        if stated not in [resolution.upper() for resolution in known]:
            raise Turned("input", f"resolution {stated!r}; it makes {', '.join(known).upper()}")
        return str(stated).lower()

    def _aspect(self, offer: Offer, wanted: Mapping[str, Any]) -> str:
        stated = wanted.get("ratio", "16:9")
        if not isinstance(stated, str) or (not isinstance(offer.aspects, Unknown) and stated not in offer.aspects):
            raise Turned("input", f"ratio {stated!r} is not supported")
        return stated

    # -- questions ---------------------------------------------------------------------------------------------------------

    def _told(self, house: "House", request: Request, task: str) -> Reply:
        ticket = house.find(task)
        if ticket is None or (ticket.ends_at is not None and house.clock() > ticket.ends_at + _DAY_S):
            return answer(200, {"request_id": "0", "output": {"task_id": task, "task_status": "UNKNOWN"}})
        lost = house.unasked([ticket])
        if lost is not None:
            return lost
        output: dict[str, Any] = {**_times(ticket), "orig_prompt": ticket.facts["prompt"]}
        if ticket.status in ("failed", "moderated"):
            output["code"], output["message"] = (
                ("InternalError.Algo", "Inference internal error.") if ticket.status == "failed"
                else ("DataInspectionFailed", "Output data may contain inappropriate content.")
            )  # fmt: skip
        url = self.clip(house, ticket, request)
        if url is not None:
            output["video_url"] = url
        said: dict[str, Any] = {"request_id": _request(ticket), "output": output}
        if self.billed(house, ticket).micros:
            given, made = Fraction(ticket.facts["given_s"]), Fraction(ticket.facts["seconds"])
            added = self._adds(ticket)
            said["usage"] = {
                "duration": _number(given + made if added else made), "input_video_duration": _number(given if added else Fraction(0)),
                "output_video_duration": _number(made), "SR": ticket.facts["lines"], "ratio": ticket.facts["ratio"], "video_count": 1,
            }  # fmt: skip
        return answer(200, said)

    def _adds(self, ticket: Ticket) -> bool:
        offer = next(one for one in self.offers if one.id == ticket.recipe["offer"])
        return not isinstance(offer.price, Unknown) and offer.price.input_video == "added"

    def _cancel(self, house: "House", task: str) -> Reply:
        ticket = house.find(task)
        if ticket is None or ticket.status != "queued":
            return self.refusal(Why("ended", ""))
        house.cancel(task)
        return answer(200, {"request_id": _request(ticket)})

    def _list(self, house: "House", request: Request) -> Reply:
        query = request.query
        page, size = int(query.get("page_no", "1")), int(query.get("page_size", "10"))
        if page < 1 or not 1 <= size <= 100:
            raise Turned("input", "page_no counts from 1, page_size is 1 to 100")
        found = [
            {**_times(ticket), "model_name": ticket.facts["model"], "request_id": _request(ticket)}
            for ticket in reversed(house.listed())
            if query.get("status") in (None, _word(ticket))
            and query.get("model_name") in (None, ticket.facts["model"])
            and _between(query, ticket.accepted_at)
        ]
        return answer(
            200,
            {
                "request_id": "0", "total": len(found), "total_page": -(-len(found) // size), "page_no": page, "page_size": size,
                "data": found[(page - 1) * size : page * size],
            },
        )  # fmt: skip

    # -- the store ---------------------------------------------------------------------------------------------------------

    def _leave(self, request: Request) -> Reply:
        if request.query.get("action") != "getPolicy":
            raise Turned("input", "action must be getPolicy")
        model = request.query.get("model", "")
        self.offer(model)
        return answer(
            200,
            {
                "request_id": "0",
                "data": {
                    "policy": _POLICY, "signature": _SIGNATURE, "upload_dir": f"dashscope-instant/rehearsal/{model}",
                    "upload_host": self.at(request, _STORE), "expire_in_seconds": 300, "max_file_size_mb": _MOST_MB,
                    "oss_access_key_id": "rehearsal", "x_oss_object_acl": "private", "x_oss_forbid_overwrite": "true",
                },
            },
        )  # fmt: skip

    def _store(self, house: "House", request: Request) -> Reply:
        form = parts(request)
        if (form.get("policy"), form.get("Signature")) != (_POLICY.encode(), _SIGNATURE.encode()):
            return Reply(403, b"<Error><Code>AccessDenied</Code></Error>", {"content-type": "application/xml"})
        key, content = form["key"].decode(), form["file"]
        model = key.split("/")[-2]
        name = f"{model} oss://{key}"
        if name in house.shelf:
            return Reply(409, b"<Error><Code>FileAlreadyExists</Code></Error>", {"content-type": "application/xml"})
        house.shelf[name] = content
        return Reply(200)


def parts(request: Request) -> dict[str, bytes]:
    """The fields of a multipart form by name, files among them. Raises Turned."""
    kind, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    if not kind.startswith("multipart/form-data") or not boundary:
        raise Turned("input", "this is no form")
    found = {}
    for part in request.body.split(b"--" + boundary.strip('"').encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        found[name] = content.removesuffix(b"\r\n")
    return found


def _object(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name, {})
    if not isinstance(found, Mapping):
        raise Turned("input", f"{name} is not an object")
    return found


def _seconds(offer: Offer, wanted: Mapping[str, Any], model: str, given_s: Fraction) -> Fraction:
    stated = wanted.get("duration", 0 if model == "wan2.7-videoedit" else _DEFAULT_S)
    if isinstance(stated, bool) or not isinstance(stated, int):
        raise Turned("input", "duration must be a whole number")
    if stated == _AUTO and not isinstance(offer.durations, Unknown) and offer.durations.auto is True:
        return Fraction(_DEFAULT_S)
    if model == "wan2.7-videoedit":
        if stated > given_s:
            raise Turned("input", "duration is longer than the clip")
        return Fraction(stated) if stated else Fraction(ceil(given_s))
    return Fraction(stated)


def _together(offer: Offer, files: list[tuple[str, bytes]], given_s: Fraction, seconds: Fraction) -> None:
    kinds, most = [kind for kind, _ in files], offer.references
    for kind, limit in (
        ("reference_image", most.images),
        ("reference_video", most.videos),
        ("reference_audio", most.audio),
    ):
        if isinstance(limit, int) and kinds.count(kind) > limit:
            raise Turned("input", f"{kinds.count(kind)} of {kind}; it takes {limit}")
    if isinstance(most.total, int) and sum(kind in _REFERENCES for kind in kinds) > most.total:
        raise Turned("input", f"it takes {most.total} references in all")
    if isinstance(most.video_s, int) and given_s > most.video_s:
        raise Turned("input", f"{float(given_s):g} s of clips; it takes {most.video_s} s")
    if given_s and isinstance(most.with_output_s, int) and given_s + seconds > most.with_output_s:
        raise Turned("input", f"clips and output last over {most.with_output_s} s")


def _lasts(content: bytes) -> Fraction:
    """How long a clip lasts. Raises Turned."""
    from callsheet.media.probe import probe

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip")
        path.write_bytes(content)
        try:
            return probe(path).duration
        except MediaError as error:
            raise Turned("input", "the video cannot be decoded") from error


def _word(ticket: Ticket) -> str:
    return _WORDS.get(ticket.said, ticket.said)


def _request(ticket: Ticket) -> str:
    return "request-" + ticket.id


def _times(ticket: Ticket) -> dict[str, Any]:
    """Times as the seller writes them: of UTC+8, and without saying so."""
    said = {"task_id": ticket.id, "task_status": _word(ticket), "submit_time": _written(ticket.accepted_at)}
    if ticket.status != "queued":
        said["scheduled_time"] = _written(ticket.runs_at)
    if ticket.ends_at is not None and ticket.status not in ("queued", "running"):
        said["end_time"] = _written(ticket.ends_at)
    return said


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, _ZONE).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _between(query: Mapping[str, str], at: float) -> bool:
    told = datetime.fromtimestamp(at, _ZONE).strftime("%Y%m%d%H%M%S")
    return query.get("start_time", told) <= told <= query.get("end_time", told)


def _number(seconds: Fraction) -> int | float:
    return int(seconds) if seconds.denominator == 1 else float(seconds)


STAND_INS: Mapping[str, type[StandIn]] = {"dashscope": DashScopeStandIn}
