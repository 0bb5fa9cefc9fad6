"""The stand-in for Veo on Vertex AI: predictions that run long, asked about by POST, with clips in the answer or in a bucket."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import quote, unquote

from callsheet.catalog import UNKNOWN, Mode, Offer
from callsheet.providers.answers import kind_of
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.house import House
from callsheet.rehearsal.standins.base import StandIn, Turned, text_of
from callsheet.rehearsal.standins.gemini import within
from callsheet.rehearsal.ticket import ENDED, Asked, Ticket

_CALL = re.compile(
    r"/(?:v1|v1beta1)/(?P<scope>projects/[^/]+/locations/[^/]+/)?publishers/google/models/(?P<model>[^/:]+):(?P<verb>\w+)"
)
_OBJECT = re.compile(r"/storage/v1/b/(?P<bucket>[^/]+)/o/(?P<name>.+)")
_STATUSES = {
    "auth": (401, "UNAUTHENTICATED"), "funds": (429, "RESOURCE_EXHAUSTED"), "input": (400, "INVALID_ARGUMENT"),
    "moderated": (400, "INVALID_ARGUMENT"), "retired": (404, "NOT_FOUND"), "not-found": (404, "NOT_FOUND"),
    "rate": (429, "RESOURCE_EXHAUSTED"), "concurrency": (429, "RESOURCE_EXHAUSTED"), "gateway": (502, "INTERNAL"),
    "overloaded": (503, "UNAVAILABLE"),
}  # fmt: skip
_SAID = {
    "auth": "API keys are not supported by this API, or the credential is not valid.",
    "funds": "This API method requires billing: the billing account is closed.",
    "rate": "Quota exceeded for long_running_online_prediction_requests_per_base_model per minute.",
    "concurrency": "Quota exceeded for concurrent long-running predictions.",
    "moderated": "The prompt could not be submitted: it might violate our policies. Support codes: 58061214.",
}
_EXPRESS = "projects/rehearsal/locations/us-central1/"
_REFERRED_S = 8
_EXTENDED_S = 7
_BYTES_A_TOKEN = 4
_SEEDS = 2**32
_MODE_OF: Mapping[str, Mode] = {
    "image": "first_frame", "lastFrame": "last_frame", "video": "extend", "referenceImages": "reference_images",
}  # fmt: skip


class VertexStandIn(StandIn):
    """Takes an API key in its header, or a bearer token."""

    protocol = "vertex-veo"

    def knows(self, request: Request) -> bool:
        """See StandIn."""
        return request.headers.get("x-goog-api-key") == self.key or super().knows(request)

    def serve(self, house: House, request: Request) -> Reply:
        """See StandIn."""
        if (kept := _OBJECT.fullmatch(request.path)) and request.method == "GET":
            return house.file(unquote(kept["name"]).split("/")[-2])
        call = _CALL.fullmatch(request.path)
        if call is None or request.method != "POST":
            raise Turned("not-found", f"there is nothing at {request.method} {request.path}")
        match call["verb"]:
            case "predictLongRunning":
                return house.order(self._read(house, request, call["model"], call["scope"] or _EXPRESS), request)
            case "fetchPredictOperation":
                return self._state(house, self._ticket(house, request, call["model"]))
        raise Turned("not-found", f"there is no {call['verb']}")

    def accepted(self, house: House, ticket: Ticket) -> Reply:
        """See Face."""
        return answer(200, {"name": _name(ticket)})

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        code, status = _STATUSES.get(why.kind, (400, "INVALID_ARGUMENT"))
        code = why.status or code
        message = f"{_SAID[why.kind]} {why.message}" if why.kind in _SAID else why.message
        if why.kind == "retired":
            message = f"Publisher Model was not found or your project does not have access to it: {why.message}"
        error: dict[str, Any] = {"code": code, "message": message, "status": status}
        if why.after_s is not None:
            retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{why.after_s:g}s"}
            error["details"] = [retry]
        return answer(code, {"error": error})

    def _read(self, house: House, request: Request, model: str, scope: str) -> Asked:
        said = self.body(request)
        offer = self.offer(model)
        instances, wanted = said.get("instances"), said.get("parameters") or {}
        if not isinstance(instances, list) or len(instances) != 1:
            raise Turned("input", "one instance is taken")
        instance = instances[0]
        prompt = text_of(instance.get("prompt"), "prompt")
        most = offer.prompt.most
        if isinstance(most, int) and len(prompt.encode()) > most * _BYTES_A_TOKEN:
            raise Turned("input", f"the prompt is over {most} tokens")
        given = [name for name in _MODE_OF if instance.get(name)]
        for media in (instance.get("image"), instance.get("lastFrame"), instance.get("video")):
            self._media(house, request, media)
        references = instance.get("referenceImages") or []
        for reference in references:
            if reference.get("referenceType") not in ("asset", "ASSET"):
                raise Turned("input", "Veo 3.1 takes reference images of type asset")
            self._media(house, request, reference.get("image"))
        mode = _mode(offer, given, len(references))
        seconds = _seconds(wanted, mode)
        count, seed = wanted.get("sampleCount", 1), wanted.get("seed", 0)
        if count != 1:
            raise Turned("input", f"sampleCount {count}; this one makes 1")
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < _SEEDS:
            raise Turned("input", f"seed {seed!r}")
        facts = {
            "model": model, "scope": scope, "given": given, "references": len(references), "bucket": wanted.get("storageUri"),
            "audio": wanted.get("generateAudio", True), "seed": wanted.get("seed"), "negative": wanted.get("negativePrompt"),
        }  # fmt: skip
        if mode == "extend":
            offer = offer.model_copy(update={"durations": UNKNOWN})  # its lengths are those of new clips
        return self.asked(
            offer, model, prompt, seconds, mode=mode, resolution=wanted.get("resolution", "720p"),
            aspect=wanted.get("aspectRatio", "16:9"), audio=bool(facts["audio"]), images=len(references), facts=facts,
        )  # fmt: skip

    def _media(self, house: House, request: Request, media: Any) -> None:
        """Look at a file; in rehearsal there is no bucket to read from."""
        if media is None:
            return
        if "bytesBase64Encoded" not in media:
            raise Turned("input", "the file cannot be fetched: nothing is in that bucket")
        kind = text_of(media.get("mimeType"), "mimeType")
        content = self.seen(house, request, f"data:{kind};base64,{media['bytesBase64Encoded']}")
        if kind_of(content) != kind:
            raise Turned("input", f"the file is not {kind}")

    def _ticket(self, house: House, request: Request, model: str) -> Ticket:
        name = text_of(self.body(request).get("operationName"), "operationName")
        ticket = house.find(name.rpartition("/")[2])
        if ticket is None or _name(ticket) != name or ticket.facts["model"] != model:
            raise Turned("not-found", f"there is no operation {name}")
        return ticket

    def _state(self, house: House, ticket: Ticket) -> Reply:
        lost = house.unasked([ticket])
        if lost is not None:
            return lost
        name = _name(ticket)
        if ticket.status not in ENDED:
            return answer(200, {"name": name})
        if ticket.status in ("failed", "cancelled"):
            code = 13 if ticket.status == "failed" else 1
            return answer(200, {"name": name, "done": True, "error": {"code": code, "message": ticket.reason}})
        response: dict[str, Any] = {
            "@type": "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse",
            "raiMediaFilteredCount": 0,
        }
        told: dict[str, Any] = {"name": name, "done": True, "response": response}
        if ticket.status == "moderated":
            response["raiMediaFilteredCount"] = 1
            response["raiMediaFilteredReasons"] = [
                f"Veo could not generate videos: {ticket.reason}. Support codes: 15236754"
            ]
            return answer(200, told)
        if ticket.said != "succeeded":  # it has no word for how it stands: an answer of another kind comes
            return answer(200, {**told, "response": {"@type": ticket.said}})
        path = next(iter(house.links(ticket).values()), None)
        if path is None:
            return answer(200, told)
        if bucket := ticket.facts["bucket"]:
            video = {"gcsUri": f"{bucket.rstrip('/')}/{path.rpartition('/')[2]}/sample_0.mp4", "mimeType": "video/mp4"}
            return answer(200, {**told, "response": {**response, "videos": [video]}})

        def output(data: str) -> dict[str, Any]:
            video = {"bytesBase64Encoded": data, "mimeType": "video/mp4"}
            return {**told, "response": {**response, "videos": [video]}}

        return within(house, ticket, output) or answer(200, told)


def _mode(offer: Offer, given: list[str], references: int) -> Mode:
    """What is asked. Raises Turned for what cannot be asked together."""
    if references and len(given) > 1:
        raise Turned("input", "with referenceImages, image, lastFrame and video are not supported")
    if "lastFrame" in given and "image" not in given:
        raise Turned("input", "lastFrame needs image")
    if "video" in given and len(given) > 1:
        raise Turned("input", "video stands alone")
    most = offer.references.images
    if isinstance(most, int) and references > most:
        raise Turned("input", f"{references} reference images; at most {most}")
    for name in given:
        if offer.can(_MODE_OF[name]) is not True:
            raise Turned("input", f"{name} is not supported by this model")
    return _MODE_OF[given[0]] if given else "text"


def _seconds(wanted: Mapping[str, Any], mode: Mode) -> Fraction:
    seconds = wanted.get("durationSeconds", _EXTENDED_S if mode == "extend" else _REFERRED_S)
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise Turned("input", f"durationSeconds {seconds!r} is no whole number")
    if mode == "reference_images" and seconds != _REFERRED_S:
        raise Turned("input", f"durationSeconds {seconds}; with referenceImages it is {_REFERRED_S}")
    if mode == "extend" and seconds != _EXTENDED_S:
        raise Turned("input", f"durationSeconds {seconds}; an extension has {_EXTENDED_S}")
    return Fraction(seconds)


def _name(ticket: Ticket) -> str:
    return f"{ticket.facts['scope']}publishers/google/models/{quote(ticket.facts['model'])}/operations/{ticket.id}"


STAND_INS: Mapping[str, type[StandIn]] = {"any": VertexStandIn}
