"""LTX, from its own side: a request is answered with the clip, once it is made."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from callsheet.catalog import Unknown
from callsheet.rehearsal.exchange import Clip, Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.faults import Fault, Stage
from callsheet.rehearsal.standins.base import StandIn, Turned, seconds_of, text_of
from callsheet.rehearsal.ticket import UNHEARD_OF, Asked, Ticket

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_TYPES: Mapping[str, tuple[int, str]] = {
    "auth": (401, "authentication_error"), "funds": (402, "insufficient_funds_error"), "rate": (429, "rate_limit_error"),
    "concurrency": (429, "concurrency_limit_error"), "input": (400, "invalid_request_error"),
    "too-large": (413, "request_too_large"), "moderated": (422, "content_filtered_error"),
    "retired": (400, "invalid_request_error"), "overloaded": (503, "service_unavailable"), "failed": (500, "api_error"),
    "not-found": (404, "not_found_error"),
}  # fmt: skip
_LINES: Mapping[int, str] = {720: "720p", 1080: "1080p", 1440: "1440p", 2160: "4k"}
_INSIDE = 7_000_000
_FOR_EVER_S = 86_400.0
"""Longer than any client waits for an answer."""
_STILLS = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")


class LtxStandIn(StandIn):
    """Two ways to order, and a way to bring files. There are no jobs, no list and no cancel."""

    protocol = "ltx"

    def knows(self, request: Request) -> bool:
        """An upload's address is its own key."""
        return (request.method == "PUT" and request.path.startswith("/uploads/")) or super().knows(request)

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "v1", "text-to-video":
                return house.order(self._read(house, request, self.body(request), still=False), request)
            case "POST", "v1", "image-to-video":
                return house.order(self._read(house, request, self.body(request), still=True), request)
            case "POST", "v1", "upload":
                name = hashlib.sha256(f"upload {len(house.shelf)}".encode()).hexdigest()[:16]
                house.shelf[name] = b""
                headers = {"x-goog-content-length-range": "0,104857600"}
                told = {"upload_url": self.at(request, f"/uploads/{name}"), "storage_uri": f"ltx://uploads/{name}"}
                return answer(200, {**told, "expires_at": "2030-01-01T00:00:00Z", "required_headers": headers})
            case "PUT", "uploads", name if name in house.shelf:
                if "x-goog-content-length-range" not in request.headers:
                    raise Turned("input", "a header that was required is missing")
                house.shelf[name] = request.body
                return Reply(200)
        return self.refusal(Why("not-found", "there is nothing here"))

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """The clip, when it is done; what went wrong with it, at the same moment."""
        after = _FOR_EVER_S if ticket.ends_at is None else max(0.0, ticket.ends_at - house.clock())
        match ticket.fate:
            case Fault.FAILED_FREE | Fault.FAILED_CHARGED:
                return replace(self.refusal(Why("failed", "the generation failed")), after_s=after)
            case Fault.MODERATED_AFTER_ACCEPT:
                return replace(self.refusal(Why("moderated", "the result was filtered")), after_s=after)
            case Fault.UNKNOWN_STATUS:
                return answer(200, {"status": UNHEARD_OF}, after_s=after)
            case Fault.DONE_WITHOUT_URL:
                return Reply(200, b"", {"content-type": "video/mp4"}, after_s=after)
        fault = ticket.plan.get(Stage.FILE)
        return Reply(
            200,
            b"{}",
            {"content-type": "video/mp4", "x-request-id": ticket.id},
            clip=Clip(ticket.recipe, ticket.framings[0], house.clips),
            after_s=after,
            ending="cut" if fault in (Fault.TRUNCATED_ONCE, Fault.TRUNCATED_ALWAYS) else "whole",
            pace_s=house.timing.pace_s if fault is Fault.SLOW_BODY else 0.0,
            spoiled=fault in (Fault.DAMAGED_ONCE, Fault.DAMAGED_ALWAYS),
        )

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        if why.kind == "gateway":
            return Reply(502, b"<html>502 Bad Gateway</html>", {"content-type": "text/html"})
        status, kind = _TYPES.get(why.kind, (400, "invalid_request_error"))
        reply = answer(why.status or status, {"type": "error", "error": {"type": kind, "message": why.message}})
        if why.after_s is None:
            return reply
        return replace(reply, headers={**reply.headers, "retry-after": str(ceil(why.after_s))})

    def _read(self, house: "House", request: Request, said: Mapping[str, Any], *, still: bool) -> Asked:
        model = text_of(said.get("model"), "model")
        offer = self.offer(model)
        size = text_of(said.get("resolution"), "resolution")
        wide, _, high = size.partition("x")
        width, height = int(wide), int(high)
        tier = _LINES.get(min(width, height))
        if tier is None or min(width, height) * 16 != max(width, height) * 9:
            raise Turned("input", f"{size} is not supported")
        aspect = "16:9" if width > height else "9:16"
        if not isinstance(offer.aspects, Unknown) and aspect not in offer.aspects:
            raise Turned("input", f"{model} makes no upright clips")
        fps = said.get("fps", 24)
        if isinstance(fps, bool) or not isinstance(fps, int):
            raise Turned("input", "fps is a whole number")
        if not isinstance(offer.fps, Unknown) and fps not in offer.fps:
            raise Turned("input", f"{model} does not make {fps} fps")
        duration = said.get("duration")
        if isinstance(duration, bool) or not isinstance(duration, int):
            raise Turned("input", "duration is a whole number of seconds")
        sound = said.get("generate_audio", True)
        if not isinstance(sound, bool):
            raise Turned("input", "generate_audio is true or false")
        unheard = set(said) - {
            "model", "prompt", "duration", "resolution", "fps", "generate_audio", "camera_motion", *_PICTURES[: 2 * still],
        }  # fmt: skip
        if unheard:
            raise Turned("input", f"unknown fields: {', '.join(sorted(unheard))}")
        images = [name for name in _PICTURES if name in said]
        if still and "image_uri" not in said:
            raise Turned("input", "image_uri is missing")
        for name in images:
            self._still(house, request, text_of(said[name], name))
        asked = self.asked(
            offer, model, text_of(said.get("prompt"), "prompt"), seconds_of(duration), resolution=tier, aspect=aspect,
            mode="last_frame" if len(images) > 1 else "first_frame" if images else "text", audio=sound, images=len(images),
            facts={"fps": fps, "audio": sound, "pictures": images},
        )  # fmt: skip
        return replace(asked, recipe=_at(asked.recipe, fps, Fraction(duration)))

    def _still(self, house: "House", request: Request, address: str) -> None:
        if address.startswith("data:") and len(address) > _INSIDE:
            raise Turned("too-large", f"a data URI may have {_INSIDE} bytes")
        if not self.seen(house, request, address).startswith(_STILLS):
            raise Turned("input", "the file is no picture")


_PICTURES = ("image_uri", "last_frame_uri")


def _at(recipe: Mapping[str, Any], fps: int, seconds: Fraction) -> dict[str, Any]:
    """The recipe at the rate that was asked for."""
    return {**recipe, "order": {**recipe["order"], "rate": str(fps), "frames": int(seconds * fps)}}


STAND_INS: Mapping[str, type[StandIn]] = {"any": LtxStandIn}
