"""xAI's side of its video API over HTTP: generations, edits and extensions; 202 while a job is pending; bills in ticks."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsheet.catalog import Asked as Ordered
from callsheet.catalog import Mode, Offer, refusals
from callsheet.film import Rate
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.standins.base import StandIn, Turned, seconds_of, text_of
from callsheet.rehearsal.ticket import Asked, Ticket

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_TICKS_A_MICRO = 10_000
_FIELDS: Mapping[str, frozenset[str]] = {
    "generations": frozenset(
        ("model", "prompt", "duration", "aspect_ratio", "resolution", "image", "last_frame", "keyframes", "reference_images",
         "reference_audios", "generate_audio", "storage_options", "user")
    ),
    "edits": frozenset(("model", "prompt", "video", "storage_options", "user")),
    "extensions": frozenset(("model", "prompt", "video", "duration", "storage_options", "user")),
}  # fmt: skip
_ERRORS: Mapping[str, tuple[int, str, str]] = {
    "auth": (400, "Client specified an invalid argument", "Incorrect API key provided."),
    "funds": (403, "The caller does not have permission", "Your team has used all available credits."),
    "rate": (429, "Some resource has been exhausted", "Too many requests for this model."),
    "concurrency": (429, "Some resource has been exhausted", "Too many concurrent requests for this model."),
    "moderated": (400, "Client specified an invalid argument", "Content violates usage guidelines."),
    "retired": (404, "Some requested entity was not found", "The model does not exist or your team does not have access to it."),
    "not-found": (404, "Some requested entity was not found", "There is no such request."),
    "overloaded": (503, "The service is currently unavailable", "The service is busy."),
    "gateway": (502, "Bad gateway", "The answer from behind did not arrive."),
}  # fmt: skip
"""Status, code and message by the kind of refusal; the message of a wrong request is its own."""
_EDIT_S, _EXTENDED_S, _EXTENSION_S = Fraction(87, 10), (2, 15), (1, 10)
_APART = Fraction(1, 3)


class Xai(StandIn):
    """A job is known by its request id. A clip that is moderated is done, and has no address."""

    protocol = "xai"

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "v1", "videos", kind if kind in _FIELDS:
                return house.order(self._read(house, request, kind), request)
            case "GET", "v1", "videos", job:
                ticket = house.find(job)
                if ticket is None:
                    raise Turned("not-found", "there is no such request")
                return house.unasked([ticket]) or self._told(house, ticket, request)
        raise Turned("not-found", "there is nothing here")

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See Face."""
        return answer(200, {"request_id": ticket.id})

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        status, code, message = _ERRORS.get(why.kind, (400, "Client specified an invalid argument", why.message))
        reply = answer(why.status or status, {"code": code, "error": message})
        wait = {} if why.after_s is None else {"retry-after": str(ceil(why.after_s))}
        return replace(reply, headers={**reply.headers, **wait})

    def _told(self, house: "House", ticket: Ticket, request: Request) -> Reply:
        facts = ticket.facts
        said: dict[str, Any] = {"model": facts["model"], "usage": {"cost_in_usd_ticks": self._ticks(house, ticket)}}
        video: dict[str, Any] = {"duration": int(facts["length"]), "respect_moderation": True}
        match ticket.said:
            case "queued" | "running":
                return answer(202, {"status": "pending", "progress": 50 if ticket.said == "running" else 0})
            case "succeeded":
                url = self.clip(house, ticket, request)
                return answer(200, {"status": "done", "video": video | ({"url": url} if url else {}), **said})
            case "moderated":
                return answer(200, {"status": "done", "video": {"duration": 0, "respect_moderation": False}, **said})
            case "failed":
                error = {"code": "internal_error", "message": ticket.reason}
                return answer(200, {"status": "failed", "video": video | {"duration": 0}, "error": error, **said})
        return answer(200, {"status": ticket.said, **said})

    def _ticks(self, house: "House", ticket: Ticket) -> int:
        return self.billed(house, ticket).micros * _TICKS_A_MICRO

    def _read(self, house: "House", request: Request, kind: str) -> Asked:
        said = self.body(request)
        if unknown := said.keys() - _FIELDS[kind]:
            raise Turned("input", f"unknown field {', '.join(sorted(unknown))}")
        model = text_of(said.get("model"), "model")
        offer = self.offer(model)
        prompt = text_of(said.get("prompt"), "prompt")
        if kind == "generations":
            return self._generation(house, request, offer, model, prompt, said)
        source = _length(self._file(house, request, said.get("video")))
        mode: Mode = "edit" if kind == "edits" else "extend"
        if mode == "edit":
            if source > _EDIT_S:
                raise Turned("input", f"a clip of {float(source):g} s; it edits up to {float(_EDIT_S):g} s")
            seconds = length = source
        else:
            seconds = _whole(said.get("duration", 6), *_EXTENSION_S)
            if not _EXTENDED_S[0] <= source <= _EXTENDED_S[1]:
                raise Turned("input", f"a clip of {float(source):g} s; it extends {_EXTENDED_S[0]}-{_EXTENDED_S[1]} s")
            length = source + seconds
        self._check(offer, Ordered((mode,), Fraction(ceil(seconds)), prompt=prompt, audio=True))
        asked = self.asked(
            offer, model, prompt, Fraction(ceil(seconds)), mode=mode, audio=True, input_video_s=source,
            facts={"model": model, "length": length},
        )  # fmt: skip
        return _lasting(asked, length)

    def _generation(
        self, house: "House", request: Request, offer: Offer, model: str, prompt: str, said: Mapping[str, Any]
    ) -> Asked:
        seconds = _whole(said.get("duration", 8), 1, 15)
        aspect, resolution = said.get("aspect_ratio", "16:9"), said.get("resolution", "480p")
        audio = said.get("generate_audio", True)
        if not isinstance(audio, bool):
            raise Turned("input", "generate_audio is true or false")
        images, sounds = said.get("reference_images", []), said.get("reference_audios", [])
        keyframes = said.get("keyframes", [])
        frames = [name for name in ("image", "last_frame") if name in said]
        for one in (*images, *(said[name] for name in frames), *(k["image"] for k in keyframes)):
            self._file(house, request, one)
        for one in sounds:
            if "voice_id" not in one:
                self._file(house, request, one)
        times = sorted(Fraction(str(one["timestamp_s"])) for one in keyframes)
        if times and not 0 < times[0] <= times[-1] < seconds:
            raise Turned("input", "keyframes stand inside the clip")
        if any(later - sooner < _APART for sooner, later in pairwise(times)):
            raise Turned("input", "keyframes stand at least 1/3 s apart")
        given: dict[Mode, bool] = {
            "keyframes": bool(keyframes), "reference_audio": bool(sounds), "reference_images": bool(images),
            "last_frame": "last_frame" in said, "first_frame": "image" in said,
        }  # fmt: skip
        modes: tuple[Mode, ...] = tuple(mode for mode, there in given.items() if there) or ("text",)
        self._check(
            offer,
            Ordered(
                modes, seconds, resolution, aspect, audio, prompt, images=len(images), sounds=len(sounds), keyframes=len(keyframes)
            ),
        )  # fmt: skip
        return self.asked(
            offer, model, prompt, seconds, mode=modes[0], resolution=resolution, aspect=aspect, audio=audio, images=len(images),
            facts={"model": model, "length": seconds, "said": _plain(said)},
        )  # fmt: skip

    def _check(self, offer: Offer, ordered: Ordered) -> None:
        lacking = [mode for mode in ordered.modes if mode != "text" and offer.can(mode) is not True]
        if wrong := [*map(str, refusals(offer, ordered)), *(f"no {mode}" for mode in lacking)]:
            raise Turned("input", "; ".join(wrong))

    def _file(self, house: "House", request: Request, given: Any) -> bytes:
        if not isinstance(given, dict) or given.keys() - {"url", "file_id"} or len(given) != 1:
            raise Turned("input", "a file is given by its url or its file_id")
        return self.seen(house, request, text_of(given.get("url") or given.get("file_id"), "url"))


def _whole(value: Any, least: int, most: int) -> Fraction:
    """A number of seconds, as a number."""
    if not isinstance(value, int) or not least <= seconds_of(value) <= most:
        raise Turned("input", f"duration is {value!r}; it is {least} to {most}")
    return Fraction(value)


def _length(content: bytes) -> Fraction:
    """How long a clip lasts, in seconds. Raises Turned for what is none."""
    from callsheet.errors import MediaError
    from callsheet.media.probe import probe

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "given")
        path.write_bytes(content)
        try:
            found = probe(path)
        except MediaError as error:
            raise Turned("input", "the video cannot be read") from error
    if not found.frames or not found.rate:
        raise Turned("input", "the video has no frames")
    return Fraction(found.frames) / found.rate


def _lasting(asked: Asked, length: Fraction) -> Asked:
    """The same order, of which a clip of this length comes."""
    order = asked.recipe["order"]
    frames = ceil(length * Rate.parse(order["rate"]).fraction)
    return replace(asked, recipe={**asked.recipe, "order": {**order, "frames": frames}})


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked, without the prompt and the files' bytes, for whoever looks at a job."""

    def short(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: short(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [short(inner) for inner in value]
        return value[:40] if isinstance(value, str) else value

    return {name: short(value) for name, value in said.items()}


STAND_INS: Mapping[str, type[StandIn]] = {"xai": Xai}
