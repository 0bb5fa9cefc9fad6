"""The stand-in of Ark, which sells Seedance by the token; that of MiniMax is in `minimax`."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from callsheet.catalog import Offer, Unknown
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.standins.base import StandIn, Turned, frame, text_of
from callsheet.rehearsal.standins.content_tasks import (
    ContentTasks,
    Given,
    aspect_of,
    host,
    kept,
    refused,
    said_of,
    seconds_in,
    tokens_cost,
    whole,
)
from callsheet.rehearsal.standins.minimax import MiniMaxStandIn
from callsheet.rehearsal.ticket import Ticket

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_ERRORS: Mapping[str, tuple[int, str]] = {
    "auth": (401, "AuthenticationError"), "funds": (403, "AccountOverdueError"), "rate": (429, "ModelAccountRpmRateLimitExceeded"),
    "concurrency": (429, "InflightBatchsizeExceeded"), "input": (400, "InvalidParameter"),
    "moderated": (400, "InputTextSensitiveContentDetected"), "retired": (404, "InvalidEndpointOrModel.NotFound"),
    "not-found": (404, "ResourceNotFound"), "ended": (409, "InvalidAction.RunningTaskDeletion"),
}  # fmt: skip
_FAILED = {"failed": "InternalServiceError", "moderated": "OutputVideoSensitiveContentDetected"}
_FPS = 24
_TASKS = ("api", "v3", "contents", "generations", "tasks")
_LAST_FRAMES = "/last-frames/"


class ArkStandIn(ContentTasks):
    """Ark, seen from its own side. What a request sets to null counts as left out."""

    web_only: ClassVar[frozenset[str]] = frozenset(("video_url",))

    def handle(self, house: "House", request: Request) -> Reply:
        """See Face. Like clips, last frames are handed to whoever knows their address."""
        if request.method == "GET" and request.path.startswith(_LAST_FRAMES):
            return self._last_frame(house, request.path.removeprefix(_LAST_FRAMES).removesuffix(".png"))
        return super().handle(house, request)

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        parts = tuple(request.path.strip("/").split("/"))
        if parts[: len(_TASKS)] != _TASKS:
            raise Turned("not-found", "there is nothing here")
        match request.method, *parts[len(_TASKS) :]:
            case ("POST",):
                return self._create(house, request)
            case ("GET",):
                shown, total, wrong = self.page(house, request)
                items = [self.told(house, t, host(request), said_of(t)) for t in shown]
                return wrong or answer(200, {"total": total, "items": items})
            case "GET", job:
                return self.ask(house, request, job)
            case "DELETE", job:
                self.drop(house, job)
                return answer(200, {})
        raise Turned("not-found", "there is nothing here")

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See Face."""
        return answer(200, {"id": ticket.id})

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        status, code = _ERRORS.get(why.kind, (why.code, "InternalServiceError"))
        if why.kind == "funds" and why.status == 429:
            status, code = 429, "QuotaExceeded"
        return refused(status, {"error": {"code": code, "message": why.message, "param": "", "type": ""}}, why.after_s)

    def _create(self, house: "House", request: Request) -> Reply:
        said = {name: value for name, value in self.body(request).items() if value is not None}
        model = text_of(said.get("model"), "model")
        offer = self.offer(model)
        given = self.given(house, request, said)
        newer = offer.model.id == "seedance-2.5"
        self.check(offer, given, sound_alone=newer)
        if given.of("last_frame") and not given.of("first_frame"):
            raise Turned("input", "a last_frame needs a first_frame")
        if ("seed" in said or "frames" in said) and offer.seed is not True:
            raise Turned("input", f"seed and frames are not valid for model {model}")
        if not 3600 <= whole(said.get("execution_expires_after", 172_800), "execution_expires_after") <= 259_200:
            raise Turned("input", "execution_expires_after must lie in 3600 to 259200")
        task, ratio, length = (
            self._task_type(said, given, newer),
            said.get("ratio", "adaptive"),
            whole(said.get("duration", 5), "duration"),
        )
        given_s = sum(map(seconds_in, given.of("reference_video")), Fraction(0))
        self._bound(newer, task, given, ratio, length, given_s)
        if length == -1:
            if isinstance(offer.durations, Unknown) or offer.durations.auto is not True:
                raise Turned("input", f"duration -1 is not valid for model {model}")
            length = round(given_s) if task == "edit" else 5
        resolution = str(said.get("resolution", "720p")).lower()
        aspect = self._aspect(offer, given, ratio)
        sound = said.get("generate_audio", True) is True
        size, seconds = frame(offer, resolution, aspect), Fraction(length)
        # As many frames as come out, with one more than the seconds have, and those of the video that was given.
        tokens = int(size.width * size.height * (_FPS * (seconds + given_s) + 1) / 1024)
        facts = {
            "model": model, "tokens": tokens, "sound": sound, "task": task, "host": host(request),
            "last": said.get("return_last_frame") is True, "expires": said.get("execution_expires_after", 172_800),
            "safety": said.get("safety_identifier"),
        }  # fmt: skip
        asked = self.asked(
            offer, model, given.prompt, seconds, resolution=resolution, aspect=aspect, audio=sound,
            images=len(given.of("reference_image")), input_video_s=given_s, webhook=said.get("callback_url"), facts=facts,
        )  # fmt: skip
        owed = tokens_cost(offer, tokens, resolution, sound, given_s > 0)
        return house.order(asked if owed is None else replace(asked, price=owed), request)

    @staticmethod
    def _task_type(said: Mapping[str, Any], given: Given, newer: bool) -> str:
        """Whether the video that was given is edited, extended or followed."""
        task = said.get("omni_reference_task_type", "auto")
        if task not in ("auto", "reference", "edit", "extend") or (task != "auto" and not newer):
            raise Turned("input", f"omni_reference_task_type {task!r} is not valid")
        if task in ("edit", "extend") and not given.of("reference_video"):
            raise Turned("input", f"to {task} needs a reference_video")
        return str(task)

    @staticmethod
    def _bound(newer: bool, task: str, given: Given, ratio: Any, length: int, given_s: Fraction) -> None:
        """What the newer model ties to the file that it follows."""
        follows = (
            "first-frame or first-last-frame generation"
            if given.frames
            else f"video {task}"
            if task in ("edit", "extend")
            else ""
        )
        if newer and follows and ratio != "adaptive":
            raise Turned(
                "input",
                f"InvalidParameter.TaskTypeConstraint: the task is determined as {follows}. Issues: ratio must be adaptive",
            )
        if task == "edit" and length != -1:
            raise Turned(
                "input",
                "InvalidParameter.TaskTypeConstraint: the task is determined as video edit. Issues: duration must be -1",
            )
        if task == "edit" and not 4 <= given_s <= 30:
            raise Turned("input", f"the video to edit must last 4 to 30 seconds; it lasts {float(given_s):g}")

    @staticmethod
    def _aspect(offer: Offer, given: Given, ratio: Any) -> str:
        if ratio != "adaptive":
            if not isinstance(offer.aspects, Unknown) and ratio not in offer.aspects:
                raise Turned("input", f"the parameter ratio {ratio!r} is not valid")
            return text_of(ratio, "ratio")
        pictures = given.frames or given.of("reference_video", "reference_image")
        return aspect_of(offer, pictures[0]) if pictures else "16:9"

    def told(self, house: "House", ticket: Ticket, host: str, status: str) -> dict[str, Any]:
        """See ContentTasks."""
        facts = ticket.facts
        task: dict[str, Any] = {
            "id": ticket.id, "model": facts["model"], "status": status, "created_at": int(ticket.accepted_at),
            "updated_at": int(house.clock()), "service_tier": "default", "priority": 0, "draft": False,
            "execution_expires_after": facts["expires"], "generate_audio": facts["sound"],
        }  # fmt: skip
        if facts["safety"] is not None:
            task["safety_identifier"] = facts["safety"]
        if status == "failed":
            task["error"] = {"code": _FAILED[ticket.status], "message": ticket.reason}
        if status == "succeeded" or self.billed(house, ticket).micros:
            # Which seed it chose, it tells though it takes none.
            task |= {
                "seed": int(ticket.id[-4:], 16), "resolution": facts["resolution"], "ratio": facts["aspect"],
                "duration": int(facts["seconds"]), "framespersecond": _FPS, "output_format": "mp4",
                "usage": {"completion_tokens": facts["tokens"], "total_tokens": facts["tokens"]},
            }  # fmt: skip
        if status == "succeeded":
            url = self.link(house, ticket, host)
            last = {"last_frame_url": f"http://{host}{_LAST_FRAMES}{ticket.id}.png"} if facts["last"] else {}
            task["content"] = ({} if url is None else {"video_url": url}) | last
        return task

    def _last_frame(self, house: "House", job: str) -> Reply:
        from callsheet.media.decode import still_frame
        from callsheet.media.stills import png

        ticket = house.find(job)
        if ticket is None or ticket.said != "succeeded" or not ticket.facts["last"]:
            return self.refusal(Why("not-found", "there is no such picture"))
        with kept(house.clips(ticket.recipe, ticket.framings[0])) as clip:
            return Reply(200, png(still_frame(clip, -1)), {"content-type": "image/png"})


STAND_INS: Mapping[str, type[StandIn]] = {"ark": ArkStandIn, "minimax": MiniMaxStandIn}
