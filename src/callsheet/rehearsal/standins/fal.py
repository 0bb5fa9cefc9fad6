"""fal from its own side: a queue that knows every model by its path, and a file store beside it."""

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsheet.catalog import Mode, Offer
from callsheet.catalog.limits import prompt_length
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.standins.base import StandIn, Turned, text_of
from callsheet.rehearsal.ticket import Ticket
from callsheet.rehearsal.webhooks import Delivery

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_TOKEN = "file-store"
_USER = "user-rehearsal"
_SIGNER = hashlib.sha256(b"callsheet stand-in for fal").digest()
_STRANGER = hashlib.sha256(b"somebody else").digest()
_HOUR_S = 3600.0
_GONE = {"client_cancelled": 499, "runner_server_error": 500}

_RATIOS = "16:9 9:16 1:1 21:9 4:3 3:4"
_DIGITS = "auto " + " ".join(str(n) for n in range(4, 31))


@dataclass(frozen=True)
class _Endpoint:
    """One path of one model. Kinds of fields: `text`, `shots`, `whole`, `number`, `flag`, `file`, `files`, or the words that are allowed."""

    mode: Mode
    fields: Mapping[str, str]
    needs: tuple[str, ...] = ("prompt",)
    usual: Mapping[str, Any] = field(default_factory=dict)
    """What holds for fields that are left out."""


_SEEDANCE = {
    "prompt": "text", "resolution": "480p 720p 1080p 4k", "duration": _DIGITS, "aspect_ratio": "auto " + _RATIOS, "generate_audio": "flag",
    "end_user_id": "text",
}  # fmt: skip
_SEEDANCE_USUAL = {"resolution": "720p", "duration": "auto", "aspect_ratio": "auto", "generate_audio": True}
_KLING = {"prompt": "text", "multi_prompt": "shots", "duration": "whole", "resolution": "720p 1080p"}
_KLING_USUAL = {"duration": 5, "resolution": "1080p", "aspect_ratio": "16:9"}
_H3 = {"prompt": "text", "duration": "whole", "resolution": "480P 768P 2K 4K", "prompt_expansion_mode": "text"}
_H3_USUAL = {"duration": 5, "resolution": "2K", "aspect_ratio": "16:9"}
_ENDPOINTS: Mapping[str, _Endpoint] = {
    r"bytedance/seedance-[^/]*/text-to-video": _Endpoint("text", _SEEDANCE, usual=_SEEDANCE_USUAL),
    r"bytedance/seedance-[^/]*/image-to-video": _Endpoint(
        "first_frame", _SEEDANCE | {"image_url": "file", "end_image_url": "file"}, ("prompt", "image_url"), _SEEDANCE_USUAL,
    ),
    r"bytedance/seedance-[^/]*/reference-to-video": _Endpoint(
        "reference_images", _SEEDANCE | {"image_urls": "files", "video_urls": "files", "audio_urls": "files"}, usual=_SEEDANCE_USUAL,
    ),
    r"kling/v4/text-to-video": _Endpoint("text", _KLING | {"aspect_ratio": "auto " + _RATIOS}, usual=_KLING_USUAL),
    r"kling/v4/image-to-video": _Endpoint(
        "first_frame", _KLING | {"start_image_url": "file", "middle_image_urls": "files", "end_image_url": "file"},
        ("prompt", "start_image_url"), _KLING_USUAL,
    ),
    r"kling/v4/reference-to-video": _Endpoint(
        "reference_images",
        _KLING | {"start_image_url": "file", "image_urls": "files", "video_urls": "files", "aspect_ratio": "auto " + _RATIOS},
        usual=_KLING_USUAL,
    ),
    r"kling/v4/video-to-video/edit": _Endpoint(
        "edit", {"prompt": "text", "video_url": "file", "image_urls": "files", "resolution": "720p 1080p"}, ("prompt", "video_url"),
        {"resolution": "1080p"},
    ),
    r"minimax/h3[^/]*/text-to-video": _Endpoint("text", _H3 | {"aspect_ratio": "adaptive " + _RATIOS}, usual=_H3_USUAL),
    r"minimax/h3[^/]*/image-to-video": _Endpoint(
        "first_frame", _H3 | {"image_url": "file", "end_image_url": "file"}, ("prompt", "image_url"), _H3_USUAL,
    ),
    r"minimax/h3[^/]*/reference-to-video": _Endpoint(
        "reference_images",
        _H3 | {"aspect_ratio": "adaptive " + _RATIOS, "reference_image_urls": "files", "reference_video_urls": "files",
               "reference_audio_urls": "files"},
        usual=_H3_USUAL,
    ),
    r"fal-ai/hunyuan-video-v1\.5/text-to-video": _Endpoint(
        "text",
        {"prompt": "text", "negative_prompt": "text", "num_inference_steps": "whole", "seed": "whole", "aspect_ratio": "16:9 9:16",
         "resolution": "480p", "num_frames": "whole", "enable_prompt_expansion": "flag"},
        usual={"num_frames": 121, "resolution": "480p", "aspect_ratio": "16:9"},
    ),
    r"moonvalley/marey/t2v": _Endpoint(
        "text",
        {"prompt": "text", "negative_prompt": "text", "seed": "whole", "guidance_scale": "number", "duration": "5s 10s",
         "dimensions": "1920x1080 1152x1152 1536x1152 1152x1536"},
        usual={"duration": "5s", "dimensions": "1920x1080"},
    ),
}  # fmt: skip
_USUAL = _Endpoint(
    "text",
    {"prompt": "text", "negative_prompt": "text", "seed": "whole", "duration": "any", "resolution": "text", "aspect_ratio": _RATIOS,
     "image_url": "file", "end_image_url": "file"},
    usual={"duration": 5, "aspect_ratio": "16:9"},
)  # fmt: skip
"""For apps of one's own."""
_SHAPES = {"1920x1080": "16:9", "1152x1152": "1:1", "1536x1152": "4:3", "1152x1536": "3:4"}


class FalStandIn(StandIn):
    """Over its limit fal waits instead of refusing; the house refuses, and whoever keeps to the limit never sees it."""

    protocol = "fal-queue"

    def knows(self, request: Request) -> bool:
        """Everybody may read the public keys; the file store has a pass of its own."""
        if request.path == "/.well-known/jwks.json":
            return True
        wanted = f"Bearer {_TOKEN}" if request.path.startswith("/files/") else f"Key {self.key}"
        return request.headers.get("authorization") == wanted

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        parts = request.path.strip("/").split("/")
        match request.method, *parts:
            case "GET", ".well-known", "jwks.json":
                return answer(200, {"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "x": _x(_SIGNER)}]})
            case "POST", "storage", "auth", "token":
                until = datetime.fromtimestamp(house.clock() + _HOUR_S, UTC).isoformat()
                return answer(
                    200,
                    {"token": _TOKEN, "token_type": "Bearer", "base_url": self.at(request, ""), "expires_at": until},
                )
            case "POST", "files", "upload":
                return answer(200, {"access_url": self.at(request, f"/files/b/{self.keep(house, request.body)}")})
            case "GET", *app, "requests", id, "status":
                return self._status(house, request, app, id)
            case "GET", *app, "requests", id:
                return self._result(house, request, app, id)
            case "PUT", *app, "requests", id, "cancel":
                return self._cancel(house, app, id)
            case "POST", _, _, *_:
                return self._create(house, request, "/".join(parts))
        return answer(404, {"detail": "Not Found"})

    # -- creating ----------------------------------------------------------------------------------------------------------

    def _create(self, house: "House", request: Request, path: str) -> Reply:
        offer = self._offer(path)
        endpoint = next((e for pattern, e in _ENDPOINTS.items() if re.fullmatch(pattern, path)), _USUAL)
        sent = self.body(request)
        given = self._given(house, request, endpoint, sent)
        said = {**endpoint.usual, **sent}
        beats = [
            (Fraction(shot["duration"]), text_of(shot["prompt"], "prompt")) for shot in sent.get("multi_prompt", ())
        ]
        if beats and sum(lasts for lasts, _ in beats) != said["duration"]:
            raise Turned("input", "duration: it is the sum of the shots'")
        prompt = text_of(said.get("prompt") or " ".join(words for _, words in beats), "prompt")
        most = offer.prompt.most
        if isinstance(most, int) and prompt_length(prompt, offer.prompt.unit) > most:
            raise Turned("input", f"prompt: at most {most}")
        looked = {
            name: files
            for name, files in given.items()
            if "reference" in name or name in ("image_urls", "video_urls", "audio_urls")
        }
        images = sum(len(files) for name, files in looked.items() if "image" in name)
        videos = [file for name, files in given.items() if "video" in name for file in files]
        sounds = sum(len(files) for name, files in looked.items() if "audio" in name)
        self._counted(offer, images, len(videos), sounds)
        seen_s = sum((_seconds(video) for video in videos), Fraction(0))
        aspect = _SHAPES.get(str(said.get("dimensions")), str(said.get("aspect_ratio", "16:9")))
        resolution = said.get("resolution")
        asked = self.asked(
            offer, path, prompt, _length(endpoint, said, seen_s),
            mode="reference_videos" if videos and endpoint.mode == "reference_images" else endpoint.mode,
            resolution=resolution.lower() if isinstance(resolution, str) else None,
            aspect=aspect if ":" in aspect else "16:9", audio=bool(said.get("generate_audio", False)),
            images=images, input_video_s=seen_s, webhook=request.query.get("fal_webhook"),
            facts={"app": _app(path), "path": path, "host": request.headers.get("host", ""), "sent": sent}, beats=beats,
        )  # fmt: skip
        return house.order(asked, request)

    def _offer(self, path: str) -> Offer:
        """The offer behind a path; one whose paths are many is known by the start of them."""
        try:
            return self.offer(path)
        except Turned as turned:
            raise Turned("retired", f"Application '{_app(path)}' not found") from turned

    def _given(
        self, house: "House", request: Request, endpoint: _Endpoint, said: Mapping[str, Any]
    ) -> dict[str, list[bytes]]:
        """The files of a request. The real one drops fields that it does not know; here they are refused, so that nothing is dropped
        unnoticed."""
        given: dict[str, list[bytes]] = {}
        for name in endpoint.needs:
            if said.get(name) in (None, "") and not (name == "prompt" and said.get("multi_prompt")):
                raise Turned("input", f"{name}: Field required")
        for name, value in said.items():
            kind = endpoint.fields.get(name)
            match kind, value:
                case "file", str():
                    given[name] = [self.seen(house, request, value)]
                case "files", list():
                    given[name] = [self.seen(house, request, text_of(one, name)) for one in value]
                case ("text", str()) | ("flag", bool()) | ("any", _):
                    pass
                case "shots", list() if not said.get("prompt") and all(_is_shot(one) for one in value):
                    pass
                case "whole", int() if not isinstance(value, bool):
                    pass
                case "number", int() | float() if not isinstance(value, bool):
                    pass
                case str(), str() if value in kind.split():
                    pass
                case None, _:
                    raise Turned("input", f"{name}: Extra inputs are not permitted")
                case _:
                    raise Turned("input", f"{name}: Input should be {kind}, not {value!r}")
        return given

    @staticmethod
    def _counted(offer: Offer, images: int, videos: int, sounds: int) -> None:
        most = offer.references
        for what, limit, count in (("images", most.images, images), ("videos", most.videos, videos), ("sounds", most.audio, sounds),
                                   ("files", most.total, images + videos + sounds)):  # fmt: skip
            if isinstance(limit, int) and count > limit:
                raise Turned("input", f"at most {limit} {what}")
        if sounds and not (images or videos):
            raise Turned("input", "audio cannot be the only reference")

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See StandIn."""
        host, app = ticket.facts["host"], ticket.facts["app"]
        return answer(200, {"status": "IN_QUEUE", "queue_position": 0, **self._links(ticket, host, app)})

    @staticmethod
    def _links(ticket: Ticket, host: str, app: str) -> dict[str, str]:
        """The paths drop what follows the app."""
        at = f"http://{host}/{app}/requests/{ticket.id}"
        return {"request_id": ticket.id, "response_url": at, "status_url": f"{at}/status", "cancel_url": f"{at}/cancel"}

    # -- questions ---------------------------------------------------------------------------------------------------------

    def _ticket(self, house: "House", app: list[str], id: str) -> Ticket | None:
        ticket = house.find(id)
        return ticket if ticket is not None and ticket.facts["app"] == "/".join(app) else None

    def _status(self, house: "House", request: Request, app: list[str], id: str) -> Reply:
        ticket = self._ticket(house, app, id)
        if ticket is None:
            return answer(404, {"detail": "Request not found"})
        if (lost := house.unasked([ticket])) is not None:
            return lost
        links = self._links(ticket, request.headers.get("host", ""), "/".join(app))
        match ticket.said:
            case "queued":
                return answer(202, {"status": "IN_QUEUE", "queue_position": 0, **links})
            case "running":
                return answer(202, {"status": "IN_PROGRESS", "logs": [], **links})
            case "succeeded":
                wrong: dict[str, Any] = {}
            case "failed":
                wrong = {"error": ticket.reason, "error_type": "runner_server_error"}
            case "moderated":
                wrong = {"error": ticket.reason}
            case "cancelled":
                wrong = {"error": "Request was cancelled by the client", "error_type": "client_cancelled"}
            case unheard:
                return answer(200, {"status": unheard, "logs": [], **links})
        took = (ticket.ends_at or ticket.runs_at) - ticket.runs_at
        return answer(200, {"status": "COMPLETED", "logs": [], "metrics": {"inference_time": took}, **links, **wrong})

    def _result(self, house: "House", request: Request, app: list[str], id: str) -> Reply:
        ticket = self._ticket(house, app, id)
        if ticket is None:
            return answer(404, {"detail": "Request not found"})
        if (lost := house.unasked([ticket])) is not None:
            return lost
        match ticket.said:
            case "queued" | "running":
                return answer(400, {"detail": "Request is still in progress"})
            case "succeeded":
                url = self.clip(house, ticket, request)
                video = None if url is None else {"url": url, "content_type": "video/mp4", "file_name": "output.mp4"}
                return answer(200, {"video": video})
            case "moderated":
                return self.refusal(Why("moderated", ticket.reason))
            case "failed":
                return _infrastructure("runner_server_error", ticket.reason)
            case "cancelled":
                return _infrastructure("client_cancelled", "Request was cancelled by the client")
        return answer(200, {"detail": f"{ticket.said}"})

    def _cancel(self, house: "House", app: list[str], id: str) -> Reply:
        """Only what waits is taken out; what runs is told, and these models do not listen."""
        ticket = self._ticket(house, app, id)
        if ticket is None:
            return answer(404, {"status": "NOT_FOUND"})
        if ticket.said in ("queued", "running"):
            if ticket.status == "queued":
                house.cancel(id)
            return answer(202, {"status": "CANCELLATION_REQUESTED"})
        return answer(400, {"status": "ALREADY_COMPLETED"})

    # -- words -------------------------------------------------------------------------------------------------------------

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        match why.kind:
            case "auth":
                return answer(
                    401, {"detail": "Cannot access application. Authentication is required to access this application."}
                )
            case "funds":
                status = why.status if why.status == 429 else 403
                locked = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."
                return answer(status, {"detail": locked})
            case "input" | "key-reused":
                return answer(422, {"detail": [{"loc": ["body"], "msg": why.message, "type": "value_error"}]})
            case "moderated":
                flagged = {"loc": ["body", "prompt"], "msg": why.message, "type": "content_policy_violation"}
                return answer(422, {"detail": [flagged]})
            case "retired":
                return answer(404, {"detail": why.message})
            case "concurrency":
                return _later(answer(429, {"detail": "Reached the concurrent requests limit"}), why)
            case "rate":
                return _later(answer(429, {"detail": "Rate limit exceeded"}), why)
            case "gateway":
                return answer(502, {"detail": "Bad Gateway"})
            case "overloaded":
                return answer(503, {"detail": "Service Unavailable"})
        return answer(why.code, {"detail": why.message})

    def webhook(self, house: "House", ticket: Ticket, at: float, forged: bool = False) -> Delivery | None:
        """See Face."""
        if ticket.webhook is None:
            return None
        good = forged or ticket.said == "succeeded"
        told: dict[str, Any] = {
            "request_id": ticket.id,
            "gateway_request_id": ticket.id,
            "status": "OK" if good else "ERROR",
            "payload": {},
        }
        if not good:
            told["error"] = ticket.reason
        body = json.dumps(told).encode()
        stamp = str(int(at))
        message = "\n".join((ticket.id, _USER, stamp, hashlib.sha256(body).hexdigest())).encode()
        headers = {
            "content-type": "application/json", "x-fal-webhook-request-id": ticket.id, "x-fal-webhook-user-id": _USER,
            "x-fal-webhook-timestamp": stamp, "x-fal-webhook-signature": _sign(_STRANGER if forged else _SIGNER, message),
        }  # fmt: skip
        return Delivery(ticket.webhook, headers, body)


def _is_shot(one: Any) -> bool:
    return isinstance(one, dict) and set(one) == {"prompt", "duration"} and type(one["duration"]) is int


def _app(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[: 3 if parts[0] in ("workflows", "comfy") else 2])


def _length(endpoint: _Endpoint, said: Mapping[str, Any], seen_s: Fraction) -> Fraction:
    """How long the clip will be: as ordered, by its frames, or as long as the one that is worked on."""
    if endpoint.mode == "edit":
        return Fraction(ceil(seen_s))
    if "num_frames" in said:
        return Fraction(ceil(Fraction(said["num_frames"] - 1, 24)))
    told = str(said.get("duration", 5)).removesuffix("s")
    return Fraction(5 if told == "auto" else told)


def _seconds(video: bytes) -> Fraction:
    """How long a video that was given lasts. Raises Turned for what is none."""
    from callsheet.errors import MediaError
    from callsheet.media.probe import probe

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "given.mp4")
        path.write_bytes(video)
        try:
            return probe(path).duration
        except MediaError as error:
            raise Turned("input", "the file is no video") from error


def _infrastructure(kind: str, message: str) -> Reply:
    reply = answer(_GONE[kind], {"detail": message, "error_type": kind})
    return Reply(reply.status, reply.body, {**reply.headers, "x-fal-error-type": kind})


def _later(reply: Reply, why: Why) -> Reply:
    if why.after_s is None:
        return reply
    return Reply(reply.status, reply.body, {**reply.headers, "retry-after": str(ceil(why.after_s))})


def _x(secret: bytes) -> str:
    """The public key as a JWK writes it."""
    import base64

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    return base64.urlsafe_b64encode(public).decode().rstrip("=")


def _sign(secret: bytes, message: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(secret).sign(message).hex()


STAND_INS: Mapping[str, type[StandIn]] = {"fal": FalStandIn}
