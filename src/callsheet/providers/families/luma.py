"""Luma: Ray 3.2 through its Agents API, and the older Dream Machine API for Ray 2."""

import asyncio
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from callsheet.catalog import Refusal
from callsheet.film import Order
from callsheet.providers.answers import at, data_uri, extension, kind_of, read, text, wait_s, words
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input, Unfit
from callsheet.providers.hosted import Create, Job, JobState, Link, Refused
from callsheet.providers.wire import Unanswered, Wire

GRID = 24
"""Keyframes stand on a grid of so many a second."""
STRENGTHS = tuple(f"{name}_{step}" for name in ("adhere", "flex", "reimagine") for step in (1, 2, 3))
"""How freely a video is edited, from closest to freest."""
_LONG_S = 10
"""At this length `start_frame` and `end_frame` are refused; keyframes are not."""
_SOURCES = {"edit": "video_edit", "reframe": "video_reframe"}
_KEPT = "luma-file:"
"""Marks a file that was uploaded, among those that travel inside the request."""
_READY_TRIES = 120
_READY_EVERY_S = 0.5
_STATES: Mapping[str, JobState] = {
    "queued": "waiting", "processing": "running", "dreaming": "running", "completed": "done", "failed": "failed",
}  # fmt: skip
_NO_MODEL = re.compile(
    r"\bmodel\b.*\b(unknown|unsupported|not|no longer|retired|deprecated|input should be)\b", re.I | re.S
)
_EMPTY = re.compile(r"(insufficient|not enough) (credits|balance|funds)", re.I)
_MODERATED = re.compile(r"moderat|content (policy|guideline)", re.I)


class _Luma(Family):
    """What both APIs share: states, and errors that say in words what they mean."""

    protocol: ClassVar[str] = "luma"
    root: ClassVar[str]
    """Where its paths begin."""

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """See Family."""
        return text(said, "id") or None

    def asking(self, job: str) -> Call:
        """See Family."""
        return Call("GET", f"{self.root}/generations/{job}")

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """See Family."""
        word, code, why = text(said, "state"), text(said, "failure_code"), text(said, "failure_reason")
        state = _STATES.get(word, "unknown")
        if state == "done":
            found = self.clip(said)
            return Job(job, "done", (Link(url=found),)) if found else Job(job, "unknown", reason="it names no clip")
        if state == "failed":
            moderated = code == "content_moderated" or (not code and _MODERATED.search(why))
            reason = f"{why or 'it failed'} ({code})" if code else why or "it failed"
            return Job(job, "moderated" if moderated else "failed", reason=reason)
        return Job(job, state, reason=f"it answers {word!r}" if state == "unknown" else "")

    def clip(self, said: Mapping[str, Any]) -> str:
        """The address of the finished clip; empty where there is none."""
        raise NotImplementedError

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """See Family. The status says the kind; of 429 and of wrong requests there are several."""
        plain = super().refusal(status, said, headers)
        if plain is None:
            return None
        reason = words(said) or plain.reason
        if status == 429:
            return Refused("concurrency" if "concurren" in reason.lower() else "rate", reason, wait_s(headers))
        if status in (400, 422):
            where = at(said, "detail", 0, "loc")
            if _EMPTY.search(reason):
                return Refused("funds", reason)
            if _MODERATED.search(reason):
                return Refused("moderated", reason)
            if where == ["body", "model"] or _NO_MODEL.search(reason):
                return Refused("retired", reason)
        return Refused(plain.kind, reason, plain.after_s)


class Agents(_Luma):
    """`agents.lumalabs.ai`: it neither lists nor cancels generations, says no costs, and sends no webhooks."""

    base: ClassVar[str] = "https://agents.lumalabs.ai"
    root: ClassVar[str] = "/v1"
    traits_of: ClassVar[Mapping[str, Any]] = {"poll_every_s": 5.0}

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family. What the request cannot say is found here, before anything is sent."""
        told = super().fit(offer, order, seed)
        _body(told, {one.sha256: "data:;base64," for one in told.inputs})
        return told

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """See Family."""
        return Call("POST", f"{self.root}/generations", json=_body(told, files))

    def clip(self, said: Mapping[str, Any]) -> str:
        """The MP4; an EXR may lie beside it."""
        found: Any = at(said, "output")
        videos = [text(one, "url") for one in found if text(one, "type") == "video"] if isinstance(found, list) else []
        return videos[0] if videos else ""

    async def place(self, wire: Wire, one: Input, path: Path) -> str:
        """Small files travel in the request; others are uploaded, and waited for until they are ready."""
        content = path.read_bytes()
        if len(content) <= self.inline:
            return data_uri(content)
        kind, name = kind_of(content), one.sha256[:16]
        purpose = "reference" if one.kind in ("first_frame", "last_frame", "keyframe") else "input"
        asked = {"mime_type": kind, "size_bytes": len(content), "filename": name + extension(kind), "purpose": purpose}
        said = await self._files_answer(wire, Call("POST", f"{self.root}/files", json=asked))
        file, address, headers = text(said, "id"), text(said, "upload", "url"), at(said, "upload", "headers")
        if not file or not address:
            raise Unanswered(f"{self.name} gave no place for a file")
        # The address is signed: our key is no business of whoever keeps the files.
        sent = await wire.ask("PUT", address, content=content, headers=headers if isinstance(headers, dict) else {})
        if sent.status_code >= 300:
            raise Unanswered(f"{self.name} did not take a file: HTTP {sent.status_code}")
        said = await self._files_answer(wire, Call("POST", f"{self.root}/files/{file}/complete"))
        for _ in range(_READY_TRIES):
            state = text(said, "state")
            if state == "ready":
                return _KEPT + file
            if state != "pending":
                raise Refused(
                    "input", text(said, "failure_reason") or f"{self.name} did not keep a file: {state or 'no word'}"
                )
            await asyncio.sleep(_READY_EVERY_S)
            said = await self._files_answer(wire, Call("GET", f"{self.root}/files/{file}"))
        raise Unanswered(f"{self.name} did not get a file ready")

    async def _files_answer(self, wire: Wire, call: Call) -> Mapping[str, Any]:
        response = await wire.ask(call.method, self._at(call), **call.arguments(self.headers()))
        said = read(response) or {}
        if response.status_code >= 300:
            raise self.refusal(response.status_code, said, response.headers) or Unanswered(
                f"{self.name} answered HTTP {response.status_code} to a file"
            )
        return said


class DreamMachine(_Luma):
    """`api.lumalabs.ai/dream-machine`, for Ray 2. It fetches pictures from public addresses and takes no uploads: only words fit."""

    base: ClassVar[str] = "https://api.lumalabs.ai"
    root: ClassVar[str] = "/dream-machine/v1"
    # Its DELETE removes a generation; whether it stops one is not stated. Its list knows no name of ours.
    traits_of: ClassVar[Mapping[str, Any]] = {"poll_every_s": 5.0}

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family."""
        told = super().fit(offer, order, seed)
        _dreamt(told)
        return told

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """See Family. Its webhooks are not signed, so none is asked for."""
        return Call("POST", f"{self.root}/generations/video", json=_dreamt(told))

    def clip(self, said: Mapping[str, Any]) -> str:
        """See _Luma."""
        return text(said, "assets", "video")


def _unsaid(told: Fitted) -> list[Refusal]:
    """What neither API has a field for."""
    wanted = {
        "seed": told.seed is not None, "prompt.negative": told.negative is not None, "audio": told.audio,
        "references": bool(told.of("reference_image", "reference_video", "reference_audio")),
    }  # fmt: skip
    return [Refusal(field, f"{told.model} has no field for it") for field, is_wanted in wanted.items() if is_wanted]


def _body(told: Fitted, files: Mapping[str, str]) -> dict[str, Any]:
    """The request of the Agents API. Raises Unfit."""
    refused = _unsaid(told)
    kind = "video"
    video: dict[str, Any] = {} if told.resolution is None else {"resolution": told.resolution}
    said: dict[str, Any] = {"model": told.model, "type": kind, "prompt": told.prompt}
    source = told.of("source_video")
    if source:
        kind = _SOURCES.get(told.mode, "")
        if not kind or len(source) > 1:
            what = "one video at a time" if kind else f"{told.mode} only for clips that it made itself"
            raise Unfit([*refused, Refusal("modes", f"it takes {what}")])
        said |= {"type": kind, "source": _reference(files[source[0].sha256])}
    if kind == "video_edit":
        refused += [Refusal("excludes", f"edit and {one.kind} cannot be asked together")
                    for one in told.of("last_frame", "keyframe")]  # fmt: skip
        if first := told.of("first_frame"):
            video["start_frame"] = _reference(files[first[0].sha256])
        video["edit"] = {"auto_controls": True} if told.dial is None else {"strength": STRENGTHS[_step(told.dial[1])]}
    else:
        said["aspect_ratio"] = told.aspect
    if kind == "video":
        video |= {"duration": f"{told.whole_seconds()}s", **_frames(told, files)}
    elif kind == "video_reframe" and len(told.inputs) > 1:
        refused.append(Refusal("excludes", "reframe takes no other files"))
    if refused:
        raise Unfit(refused)
    return {**said, "video": video}


def _step(value: Decimal) -> int:
    return min(max(int(value.to_integral_value()), 1), len(STRENGTHS)) - 1


def _frames(told: Fitted, files: Mapping[str, str]) -> dict[str, Any]:
    """First and last frame by name where that is allowed, else every frame by its place on the grid."""
    last = int(told.seconds * GRID)
    places: list[tuple[int, Input]] = []
    for one in told.of("first_frame", "keyframe", "last_frame"):
        part = {"first_frame": Fraction(0), "last_frame": Fraction(1)}.get(one.kind, one.at or Fraction(0))
        places.append((min(round(part * last), last), one))
    if told.seconds < _LONG_S and not told.of("keyframe"):
        names = {"first_frame": "start_frame", "last_frame": "end_frame"}
        return {names[one.kind]: _reference(files[one.sha256]) for _, one in places}
    if not places:
        return {}
    places.sort(key=lambda place: place[0])
    indexes = [index for index, _ in places]
    if len(set(indexes)) < len(indexes):
        raise Unfit([Refusal("references.keyframes", "two frames stand at the same place")])
    return {"keyframes": [_reference(files[one.sha256]) for _, one in places], "keyframe_indexes": indexes}


def _reference(placed: str) -> dict[str, str]:
    """A file as the Agents API names it."""
    if placed.startswith(_KEPT):
        return {"file_id": placed.removeprefix(_KEPT)}
    head, _, data = placed.partition(",")
    return {"data": data, "media_type": head.removeprefix("data:").removesuffix(";base64")}


def _dreamt(told: Fitted) -> dict[str, Any]:
    """The request of the Dream Machine API. Raises Unfit."""
    refused = _unsaid(told)
    if told.inputs:
        refused.append(Refusal("modes", "it fetches files from public addresses only, and takes no uploads"))
    if told.dial is not None:
        refused.append(Refusal("creativity", f"{told.model} has no field for it"))
    if refused:
        raise Unfit(refused)
    said = {
        "generation_type": "video", "model": told.model, "prompt": told.prompt, "aspect_ratio": told.aspect,
        "duration": f"{told.whole_seconds()}s",
    }  # fmt: skip
    return said if told.resolution is None else {**said, "resolution": told.resolution}


FAMILIES: Mapping[str, type[Family]] = {"luma": Agents, "luma-dream": DreamMachine}
