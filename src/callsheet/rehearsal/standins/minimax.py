"""The stand-in of MiniMax, second version of its video API: by the second, on the frame grid of H3."""

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from callsheet.catalog import Grid, Mode, Offer, Unknown
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.standins.base import Turned, text_of
from callsheet.rehearsal.standins.content_tasks import (
    ContentTasks,
    Given,
    aspect_of,
    host,
    measured,
    refused,
    said_of,
    seconds_in,
    whole,
)
from callsheet.rehearsal.ticket import Ticket

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_ERRORS: Mapping[str, tuple[int, str, int]] = {
    "auth": (401, "authorized_error", 1004), "funds": (402, "insufficient_balance_error", 1008), "rate": (429, "rate_limit_error", 1002),
    "concurrency": (429, "rate_limit_error", 1041), "moderated": (422, "unprocessable_entity_error", 1026),
    "overloaded": (529, "overloaded_error", 1000), "gateway": (500, "server_error", 1000),
}  # fmt: skip
_FAILED = {"failed": "1000", "moderated": "1027"}
_GRID = Grid.model_validate("17n+5 at 24")
_BASE = {
    "video_url": ("reference_video", "base_video"),
    "image_url": ("first_frame", "last_frame", "reference_image"),
    "audio_url": ("reference_audio",),
}


class MiniMaxStandIn(ContentTasks):
    """MiniMax, seen from its own side. The word for an error is in its HTTP status, its type and a number at the end of its message."""

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "v2", "video_generation":
                return self._create(house, request)
            case "POST", "v2", "video_regeneration":
                return self._again(house, request)
            case "GET", "v2", "query", "video_generation":
                shown, total, wrong = self.page(house, request)
                items = [self.told(house, t, host(request), said_of(t))["task"] for t in shown]
                return wrong or answer(200, {"items": items, "total": total})
            case "GET", "v2", "query", "video_generation", job:
                return self.ask(house, request, job)
            case "DELETE", "v2", "video_generation", job:
                done = self.drop(house, job)
                return answer(200, {"task_id": job, "action": done, "status": done})
        raise Turned("not-found", "there is nothing here")

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See Face."""
        return answer(200, {"task_id": ticket.id})

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        status, kind, number = _ERRORS.get(why.kind, (400, "bad_request_error", 2013))
        if why.kind == "funds" and why.status == 429:
            status, kind, number = 429, "rate_limit_error", 2056
        message = {2013: f"invalid params, {why.message}"}.get(number, why.message)
        if why.kind == "retired":
            message = f"invalid params, unsupported model: {why.message}"
        error = {"type": kind, "message": f"{message} ({number})", "http_code": str(status)}
        request = hashlib.sha256(message.encode()).hexdigest()[:32]
        return refused(status, {"type": "error", "error": error, "request_id": request}, why.after_s)

    def _create(self, house: "House", request: Request) -> Reply:
        said = self.body(request)
        offer = self.offer(text_of(said.get("model"), "model"))
        given = self.given(house, request, said)
        self.check(offer, given, sound_alone=False)
        ratio = text_of(said.get("ratio", "adaptive"), "ratio")
        if not isinstance(offer.aspects, Unknown) and ratio not in offer.aspects:
            raise Turned("input", f"ratio {ratio!r}")
        pictures = given.frames or given.of("reference_video", "reference_image")
        if not pictures and ratio == "adaptive":
            raise Turned("input", "ratio is required and cannot be adaptive for text-to-video")
        # With frames the shape is theirs, whatever else is said.
        aspect = aspect_of(offer, pictures[0]) if given.frames or ratio == "adaptive" else ratio
        return self._order(
            house, request, said, offer, given, Fraction(whole(said.get("duration"), "duration")), aspect,
            self._resolution(offer, said), ceil(sum(map(seconds_in, given.of("reference_video")), Fraction(0))),
        )  # fmt: skip

    def _again(self, house: "House", request: Request) -> Reply:
        """Make a finished 768p clip again in 2k."""
        said = self.body(request)
        offer = self.offer(text_of(said.get("model"), "model"))
        if said.get("source_task_id") is not None:
            raise Turned("input", "regeneration by source_task_id is not enabled for this account")
        given = self.given(house, request, said, _BASE)
        self.check(offer, given, sound_alone=False)
        clips = given.of("base_video")
        if len(clips) != 1 or offer.can("upscale") is not True or self._resolution(offer, said) != "2k":
            raise Turned("input", "one base_video is made again in 2K")
        # It wants the clip's sound as well, which clips of a rehearsal lack: that is not asked for here.
        clip = measured(clips[0])
        width, height = clip.display_size
        on_grid = clip.rate == _GRID.fps and clip.frames == _GRID.frames(Fraction(clip.frames, _GRID.fps))
        if not on_grid or not 107 <= clip.frames <= 362 or width % 32 or height % 32:
            raise Turned(
                "input", "base_video must be as H3 makes it: 24 fps, 107 to 362 frames by 17, sides divisible by 32"
            )
        seconds, shape = Fraction(clip.frames // _GRID.fps), aspect_of(offer, clips[0])
        return self._order(house, request, said, offer, given, seconds, shape, "2k", 0, "upscale")

    def _order(
        self, house: "House", request: Request, said: Mapping[str, Any], offer: Offer, given: Given, seconds: Fraction, aspect: str,
        resolution: str, input_s: int, mode: Mode = "text",
    ) -> Reply:  # fmt: skip
        images = len(given.of("first_frame", "last_frame", "reference_image"))
        facts = {"model": said["model"], "images": images, "input_s": input_s, "mode": mode, "host": host(request)}
        asked = self.asked(
            offer, said["model"], given.prompt, seconds, mode=mode, resolution=resolution, aspect=aspect, audio=True, images=images,
            input_video_s=Fraction(input_s), webhook=said.get("callback_url"), facts=facts,
        )  # fmt: skip
        return house.order(asked, request)

    @staticmethod
    def _resolution(offer: Offer, said: Mapping[str, Any]) -> str:
        """The resolution as the catalogue has it; the seller writes it in capitals, and takes no other way. Raises Turned."""
        told = text_of(said.get("resolution"), "resolution")
        if told != told.upper() or isinstance(offer.resolutions, Unknown) or told.lower() not in offer.resolutions:
            raise Turned("input", f"resolution {told!r}")
        return told.lower()

    def told(self, house: "House", ticket: Ticket, host: str, status: str) -> dict[str, Any]:
        """See ContentTasks."""
        facts = ticket.facts
        again, seconds = facts["mode"] == "upscale", int(facts["seconds"])
        task: dict[str, Any] = {
            "id": ticket.id, "model": facts["model"], "status": status, "created_at": int(ticket.accepted_at),
            "updated_at": int(house.clock()), "resolution": facts["resolution"].upper(), "duration": seconds,
            "ratio": "" if again else facts["aspect"], "task_type": "regeneration" if again else "generation", "modality": "video",
        }  # fmt: skip
        used = {
            "total_seconds": facts["input_s"] + seconds, "input_seconds": facts["input_s"], "output_seconds": seconds,
            "input_image_count": facts["images"],
        }  # fmt: skip
        if status == "failed":
            billed = self.billed(house, ticket).micros > 0
            task |= {
                "error": {"code": _FAILED[ticket.status], "message": ticket.reason},
                "usage": used if billed else {},
            }
        elif status == "succeeded":
            url = self.link(house, ticket, host)
            task |= {"content": {} if url is None else {"url": url}, "usage": used}
        return {"task": task}
