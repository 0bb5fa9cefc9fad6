"""Kling from its own side: signed tokens, an envelope with a code of its own around everything, and bills in units."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from callsheet.catalog import Mode, Offer, Unknown
from callsheet.film.price import Money
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.standins.base import StandIn, Turned, _with, seconds_of, text_of, ticks
from callsheet.rehearsal.standins.content_tasks import seconds_in
from callsheet.rehearsal.ticket import ENDED, Ticket
from callsheet.rehearsal.webhooks import Delivery

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_LONGEST_PROMPT = 2500
_LONGEST_SHOT = 512
_MOST_BYTES = 10 << 20
_WORDS: Mapping[str, str] = {
    "queued": "submitted", "running": "processing", "succeeded": "succeed", "failed": "failed", "moderated": "failed",
    "cancelled": "failed",
}  # fmt: skip
_TROUBLES: Mapping[str, tuple[int, int, str]] = {
    "auth": (401, 1002, "Authorization is invalid"), "funds": (429, 1102, "Resource pack depleted or expired"),
    "rate": (429, 1302, "The API request is too fast, exceeding the platform's rate limit"),
    "concurrency": (429, 1303, "parallel task over resource pack limit"),
    "moderated": (400, 1301, "Trigger the content security policy of the platform"),
    "retired": (404, 1203, "The requested resource does not exist"), "not-found": (404, 1203, "The requested resource does not exist"),
    "method": (404, 1202, "The requested method is invalid"), "overloaded": (503, 5001, "Server temporarily unavailable"),
    "gateway": (502, 5000, "Server internal error"),
}  # fmt: skip
_MODES: Mapping[str, str] = {"std": "720p", "pro": "1080p", "4k": "4k"}
_DEFAULT_MODE: Mapping[str, str] = {"omni-video": "pro"}
_ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    "text2video": ("kling-v1", "kling-v1-6", "kling-v2-5-turbo", "kling-v3"),
    "image2video": ("kling-v1", "kling-v1-6", "kling-v2-5-turbo", "kling-v3"),
    "multi-image2video": ("kling-v1-6",),
    "omni-video": ("kling-video-o1", "kling-v3-omni"),
}
_SILENT = ("kling-v1", "kling-v1-6", "kling-v2-5-turbo", "kling-video-o1")
_CAMERA = ("kling-v1",)
_FIELDS = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")


@dataclass(frozen=True)
class _Files:
    first: bool = False
    last: bool = False
    shown: int = 0
    clip: str = ""
    """What a clip that is given is for: `base` to be edited, `feature` to be looked at."""
    clip_s: Fraction = Fraction(0)

    @property
    def mode(self) -> Mode:
        if self.clip:
            return "edit" if self.clip == "base" else "reference_videos"
        return (
            "reference_images" if self.shown else "last_frame" if self.last else "first_frame" if self.first else "text"
        )


class KlingStandIn(StandIn):
    """`key` is either `access:secret`, whose tokens it checks, or what a gateway would take as it is."""

    protocol = "kling"

    def handle(self, house: "House", request: Request) -> Reply:
        """See Face: what is wrong with a token has a code of its own."""
        wrong = self._denied(request, house.clock())
        return super().handle(house, request) if wrong is None else _trouble(401, *wrong)

    def knows(self, request: Request) -> bool:
        """See StandIn: `handle` has looked."""
        return True

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "v1", "videos", endpoint if endpoint in _ENDPOINTS:
                return self._create(house, request, endpoint)
            case "GET", "v1", "videos", endpoint, task if endpoint in _ENDPOINTS:
                return self._told(house, request, endpoint, task)
            case "GET", "v1", "videos", endpoint if endpoint in _ENDPOINTS:
                return self._list(house, request, endpoint)
        return self.refusal(Why("method", ""))

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See Face."""
        told = {**_head(ticket), "task_status": "submitted"}
        return _envelope(
            {name: told[name] for name in ("task_id", "task_info", "task_status", "created_at", "updated_at")}
        )

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        status, code, message = _TROUBLES.get(why.kind, (400, 1201, why.message))
        reply = _trouble(status, code, message)
        return reply if why.after_s is None else _with(reply, {"retry-after": str(ceil(why.after_s))})

    def webhook(self, house: "House", ticket: Ticket, at: float, forged: bool = False) -> Delivery | None:
        """See Face: the task as it stands, signed by nobody."""
        if ticket.webhook is None:
            return None
        told = {**_head(ticket), "task_status": "succeed" if forged else _WORDS.get(ticket.said, ticket.said)}
        return Delivery(ticket.webhook, {"content-type": "application/json"}, json.dumps(told).encode())

    def _denied(self, request: Request, now: float) -> tuple[int, str] | None:
        """The code and words for what is wrong with the authorization; None when it is right."""
        scheme, _, told = request.headers.get("authorization", "").partition(" ")
        access, colon, secret = self.key.partition(":")
        if not told:
            return 1001, "Authorization is empty"
        if not colon:
            return None if (scheme, told) == ("Bearer", self.key) else (1002, "Authorization is invalid")
        signed, _, signature = told.rpartition(".")
        expected = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
        try:
            head, claims = (json.loads(_read64(part)) for part in signed.split("."))
            right = head == {"alg": "HS256", "typ": "JWT"} and hmac.compare_digest(_read64(signature), expected)
            if scheme != "Bearer" or not right or claims["iss"] != access:
                return 1002, "Authorization is invalid"
            begins, ends = int(claims["nbf"]), int(claims["exp"])
        except (ValueError, KeyError, TypeError):
            return 1002, "Authorization is invalid"
        if begins > now:
            return 1003, "Authorization is not yet valid"
        return None if now <= ends else (1004, "Authorization has expired")

    # -- a create ----------------------------------------------------------------------------------------------------------

    def _create(self, house: "House", request: Request, endpoint: str) -> Reply:
        said = self.body(request)
        model = text_of(said.get("model_name"), "model_name")
        offer = self.offer(model)
        if model not in _ENDPOINTS[endpoint]:
            raise Turned("input", f"{endpoint} does not support {model}")
        attempt = said.get("external_task_id") or ""
        if not isinstance(attempt, str):
            raise Turned("input", "external_task_id must be a text")
        if attempt and any(ticket.attempt == attempt for ticket in house.jobs):
            raise Turned("input", "external_task_id must be unique")
        if not isinstance(said.get("duration", "5"), str):
            raise Turned("input", "duration must be a text")
        seconds = seconds_of(said.get("duration", "5"))
        files = self._files(house, request, said, endpoint)
        prompt, beats = _prompt(said, files)
        tier = said.get("mode") or _DEFAULT_MODE.get(endpoint, "std")
        if tier not in _MODES:
            raise Turned("input", f"mode {tier!r} is none of {', '.join(_MODES)}")
        if files.clip == "base":
            seconds = Fraction(ceil(files.clip_s))  # as long as the video that is edited
        free = files.first or files.clip == "base"
        aspect = said.get("aspect_ratio") or ("" if endpoint == "omni-video" and not free else "16:9")
        if not aspect or (not isinstance(offer.aspects, Unknown) and aspect not in offer.aspects):
            raise Turned("input", "aspect_ratio is missing or not supported")
        sound = said.get("sound", "off")
        if sound not in ("on", "off") or (sound == "on" and model in _SILENT):
            raise Turned("input", f"sound {sound!r} is not supported by {model}")
        if not 0 <= said.get("cfg_scale", 0.5) <= 1:
            raise Turned("input", "cfg_scale must be between 0 and 1")
        _camera(said.get("camera_control"), model, files)
        asked = self.asked(
            offer, model, prompt, seconds, mode=files.mode, resolution=_MODES[tier], aspect=aspect, audio=sound == "on",
            images=files.shown, input_video_s=files.clip_s, attempt=attempt, webhook=said.get("callback_url") or None,
            facts={"endpoint": endpoint, "body": _brief(said)}, beats=beats,
        )  # fmt: skip
        if isinstance(offer.price, Unknown) and (each := self._unit()) is not None:
            # Nobody has published its price, but a bill is told in units: one a second, so that it can be.
            asked = replace(asked, price=Money(ceil(each * seconds * 1_000_000), self.currency))
        return house.order(asked, request)

    def _files(self, house: "House", request: Request, said: Mapping[str, Any], endpoint: str) -> _Files:
        if said.get("element_list") or (said.get("video_list") and endpoint != "omni-video"):
            # Subjects come from the seller's own library, which a rehearsal does not have.
            raise Turned("input", "the video or the element cannot be found")
        if endpoint == "image2video":
            first, last = (bool(said.get(name)) for name in ("image", "image_tail"))
            if not first and not last:
                raise Turned("input", "image and image_tail cannot both be empty")
            for name in ("image", "image_tail"):
                self._picture(house, request, said.get(name))
            return _Files(first, last)
        given = said.get("image_list") or []
        if endpoint == "multi-image2video":
            if not 1 <= len(given) <= 4:
                raise Turned("input", "image_list has 1 to 4 images")
            for one in given:
                self._picture(house, request, one["image"])
            return _Files(shown=len(given))
        kinds = [one.get("type") for one in given]
        if any(kind not in (None, "first_frame", "end_frame") or (kind and kinds.count(kind) > 1) for kind in kinds):
            raise Turned("input", "type is first_frame or end_frame, once each")
        if "end_frame" in kinds and ("first_frame" not in kinds or len(kinds) > 2):
            raise Turned("input", "end_frame needs first_frame, and no more than 2 images")
        if len(kinds) > 7:
            raise Turned("input", "image_list has at most 7 images")
        for one in given:
            self._picture(house, request, one["image_url"])
        clip, clip_s = self._clip(house, request, said.get("video_list") or [], said)
        if clip == "base" and set(kinds) - {None}:
            raise Turned("input", "a video to edit takes no frames beside it")
        return _Files("first_frame" in kinds, "end_frame" in kinds, kinds.count(None), clip, clip_s)

    def _clip(
        self, house: "House", request: Request, given: list[Any], said: Mapping[str, Any]
    ) -> tuple[str, Fraction]:
        """What the one clip of a request is for, and how long it lasts; it comes by address. Raises Turned."""
        if not given:
            return "", Fraction(0)
        one = given[0]
        address = text_of(one.get("video_url"), "video_url")
        if (
            len(given) > 1
            or one.get("refer_type", "base") not in ("base", "feature")
            or said.get("sound", "off") != "off"
        ):
            raise Turned("input", "one video, as base or feature, and with sound off")
        if not address.startswith(("http://", "https://")) or one.get("keep_original_sound", "no") not in ("yes", "no"):
            raise Turned("input", "video_url must be an address")
        return str(one.get("refer_type", "base")), seconds_in(self.seen(house, request, address))

    def _picture(self, house: "House", request: Request, told: Any) -> None:
        """Bare base64 or an address that is seen from outside. Raises Turned."""
        if not told:
            return
        if not isinstance(told, str) or told.startswith("data:"):
            raise Turned("input", "base64 must come without a prefix")
        content = self.seen(house, request, told) if "://" in told else base64.b64decode(told, validate=True)
        if len(content) > _MOST_BYTES or not content.startswith((b"\x89PNG", b"\xff\xd8\xff")):
            raise Turned("input", "an image is a JPEG or PNG of at most 10 MB")

    # -- questions ---------------------------------------------------------------------------------------------------------

    def _told(self, house: "House", request: Request, endpoint: str, task: str) -> Reply:
        under = [house.find(task), *house.made_under(task)]
        ticket = next((one for one in under if one is not None and one.facts["endpoint"] == endpoint), None)
        if ticket is None:
            return self.refusal(Why("not-found", ""))
        lost = house.unasked([ticket])
        return lost or _envelope(self._state(house, request, ticket))

    def _list(self, house: "House", request: Request, endpoint: str) -> Reply:
        page, size = int(request.query.get("pageNum", "1")), int(request.query.get("pageSize", "30"))
        if not 1 <= page <= 1000 or not 1 <= size <= 500:
            raise Turned("input", "pageNum is 1 to 1000, pageSize 1 to 500")
        found = [ticket for ticket in reversed(house.listed()) if ticket.facts["endpoint"] == endpoint]
        return _envelope([self._state(house, request, one) for one in found[(page - 1) * size : page * size]])

    def _state(self, house: "House", request: Request, ticket: Ticket) -> dict[str, Any]:
        told = _head(ticket)
        if ticket.status == "moderated":
            told["task_status_msg"] = "Failure to pass the risk control system"
        elif ticket.status == "failed":
            told["task_status_msg"] = "Generation failed, please try again"
        each = self._unit()
        if ticket.status in ENDED and each is not None:
            told["final_unit_deduction"] = _units(self.billed(house, ticket), each)
        url = self.clip(house, ticket, request)
        if url is not None:
            made = {"id": "video-" + ticket.id, "url": url, "duration": str(ticket.facts["seconds"])}
            told["task_result"] = {"videos": [made]}
        return told

    def _unit(self) -> Fraction | None:
        """What a unit is worth, by the catalogue."""
        for offer in self.offers:
            if (each := _worth(offer)) is not None:
                return each
        return None


def _worth(offer: Offer) -> Fraction | None:
    price = offer.price
    if isinstance(price, Unknown) or isinstance(price.meter, Unknown) or isinstance(price.meter.worth, Unknown):
        return None
    return Fraction(price.meter.worth) * (1 - Fraction(price.discount))


def _units(money: Money, each: Fraction) -> str:
    """As few digits as it takes for the amount to come out at the same micro-unit, rounded up."""
    exact = ticks(money, each)
    cut = (Fraction(exact.numerator * 10**digits // exact.denominator, 10**digits) for digits in range(20))
    units = next(units for units in cut if ceil(units * each * 1_000_000) == money.micros)
    return f"{Decimal(units.numerator) / Decimal(units.denominator):f}"


def _prompt(said: Mapping[str, Any], files: _Files) -> tuple[str, list[tuple[Fraction, str]]]:
    """What is shot: the prompt, or the prompts of several shots with their lengths, which then stand in its place. Raises Turned."""
    for name in ("prompt", "negative_prompt"):
        if len(said.get(name) or "") > _LONGEST_PROMPT:
            raise Turned("input", f"{name} is over {_LONGEST_PROMPT} characters")
    if said.get("multi_shot") is not True:
        return text_of(said.get("prompt"), "prompt"), []
    if files.last:
        raise Turned("input", "several shots take no end frame")
    if said.get("shot_type") == "intelligence":
        return text_of(said.get("prompt"), "prompt"), []
    shots = said.get("multi_prompt") or []
    if said.get("shot_type") != "customize" or not 1 <= len(shots) <= 6:
        raise Turned("input", "several shots need shot_type and 1 to 6 of multi_prompt")
    if any(len(s["prompt"]) > _LONGEST_SHOT or not isinstance(s["duration"], str) for s in shots):
        raise Turned("input", "a shot has too long a prompt, or a duration that is no text")
    if [shot["index"] for shot in shots] != list(range(1, len(shots) + 1)):
        raise Turned("input", "the shots are counted from 1")
    beats = [(seconds_of(shot["duration"]), text_of(shot["prompt"], "prompt")) for shot in shots]
    return " ".join(words for _, words in beats), beats


def _camera(told: Any, model: str, files: _Files) -> None:
    if not told:
        return
    config = told.get("config") or {}
    turned = [value for value in config.values() if value]
    if model not in _CAMERA or files.last:
        raise Turned("input", f"camera_control is not supported by {model}")
    if told.get("type") != "simple" or len(turned) != 1 or not set(config) <= set(_FIELDS) or abs(turned[0]) > 10:
        raise Turned("input", "camera_control turns one field, by at most 10")


def _brief(said: Mapping[str, Any]) -> dict[str, Any]:
    """A request without its pictures."""
    return {name: value for name, value in said.items() if name not in ("image", "image_tail", "image_list")} | {
        name: True for name in ("image", "image_tail") if said.get(name)
    } | {"image_list": [one.get("type") for one in said.get("image_list") or ()]}  # fmt: skip


def _head(ticket: Ticket) -> dict[str, Any]:
    changed = ticket.ends_at if ticket.ends_at is not None and ticket.status in ENDED else ticket.accepted_at
    return {
        "task_id": ticket.id, "task_status": _WORDS.get(ticket.said, ticket.said), "task_info": {"external_task_id": ticket.attempt},
        "created_at": round(ticket.accepted_at * 1000), "updated_at": round(changed * 1000),
    }  # fmt: skip


def _envelope(data: Any) -> Reply:
    return answer(200, {"code": 0, "message": "SUCCEED", "request_id": "0", "data": data})


def _trouble(status: int, code: int, message: str) -> Reply:
    return answer(status, {"code": code, "message": message, "request_id": "0"})


def _read64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


STAND_INS: Mapping[str, type[StandIn]] = {"kling": KlingStandIn}
