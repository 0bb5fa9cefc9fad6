"""LTX: the answer to the create is the clip itself, minutes later. It is kept in a file before anything is said about it.

Read in LTX's documentation of text-to-video, image-to-video, errors, input formats and models. Not confirmed: that the 2.5 models are sold
through these paths and not only through the newer ones under `/v2`, which answer with a job.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from callsheet.catalog import Refusal
from callsheet.providers.answers import at, data_uri, kind_of, read, text, wait_s, words
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input, Unfit
from callsheet.providers.hosted import Accepted, Create, Job, Link, RefusalKind, Refused
from callsheet.providers.wire import Lost, Unsent, Wire

_FRAMES: Mapping[str, tuple[int, int]] = {
    "720p": (1280, 720), "1080p": (1920, 1080), "1440p": (2560, 1440), "4k": (3840, 2160),
}  # fmt: skip
_USUAL_FPS = 25
"""The one rate that every model is documented to have."""
_REFUSED: Mapping[str, RefusalKind] = {
    "invalid_request_error": "input", "authentication_error": "auth", "permission_error": "auth",
    "insufficient_funds_error": "funds", "not_found_error": "input", "request_too_large": "input",
    "content_filtered_error": "moderated", "rate_limit_error": "rate", "concurrency_limit_error": "concurrency",
    "service_unavailable": "busy",
}  # fmt: skip
"""What errors mean after which there is no clip and, as its price page says of failed generations, no bill. `api_error` is not among them:
whether the work was done before it, it does not say."""
_INSIDE = 7_000_000
"""Bytes that a still may have inside a request, written in base64."""
_MOST = 100_000_000
"""Bytes that an upload may have."""
_LONGEST_JOB = 255
_HEAD = 64


class Ltx(Family):
    """Sells by the second. It cannot be asked about a job, and has none: what an answer brought is found in the folder it was kept in."""

    protocol = "ltx"
    synchronous = True
    base = "https://api.ltx.video"
    traits_of = {"poll_every_s": 1.0, "refreshes": False, "reports_cost": False}
    patience_s = 900.0
    """The longest silence before the answer begins. A clip of 20 s in 4k takes minutes."""

    async def submit(self, wire: Wire, create: Create) -> Accepted:
        """Send the create and keep the clip that it is answered with. Raises Refused, Unsent, Lost."""
        with self._unseen():
            kept = _place(create)
            try:
                told = self.fit(create.recipe.offer, create.recipe.order, create.recipe.seed)
                call = self.create(told, await self._files(wire, told, create), create)
            except Unfit as unfit:
                raise Refused("input", str(unfit)) from unfit
            response = await wire.create(
                call.method, self._at(call), into=kept, timeout_s=self.patience_s, **self._arguments(call)
            )
            if not response.is_success:
                self._turned_down(response.status_code, read(response) or {}, response.headers)
        with kept.open("rb") as file:
            head = file.read(_HEAD)
        if kind_of(head) != "video/mp4":
            kept.unlink()
            raise Lost(f"{self.name} answered with what is no clip", response.status_code)
        return Accepted(str(kept))

    def _turned_down(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> NoReturn:
        if refused := self.refusal(status, said, headers):
            raise refused
        raise Lost(f"{self.name} answered HTTP {status}: {words(said)}".rstrip(": "), status)

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """One still makes it image-to-video, whose last frame is optional."""
        _expressible(told)
        first, last = told.of("first_frame"), told.of("last_frame")
        body: dict[str, Any] = {
            "model": told.model,
            "prompt": told.prompt,
            "duration": told.whole_seconds(),
            "resolution": _frame(told),
            "fps": _fps(told, create),
            "generate_audio": told.audio,
        }
        if not first:
            return Call("POST", "/v1/text-to-video", json=body)
        body["image_uri"] = files[first[0].sha256]
        if last:
            body["last_frame_uri"] = files[last[0].sha256]
        return Call("POST", "/v1/image-to-video", json=body)

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """By the error's type; by its status where it has none."""
        kind = text(said, "error", "type")
        if not kind:
            return super().refusal(status, said, headers)
        meant = _REFUSED.get(kind)
        return None if meant is None else Refused(meant, words(said) or kind, wait_s(headers))

    async def place(self, wire: Wire, one: Input, path: Path) -> str:
        """Inside the request where it is small enough, else uploaded: it is told where to, and how to name it."""
        content = path.read_bytes()
        inside = data_uri(content)
        if len(inside) <= _INSIDE:
            return inside
        if len(content) > _MOST:
            raise Refused("input", f"a file of {len(content)} bytes is over the {_MOST} that {self.name} takes")
        call = Call("POST", "/v1/upload")
        response = await wire.ask(call.method, self._at(call), **self._arguments(call))
        said = read(response) or {}
        to, name = text(said, "upload_url"), text(said, "storage_uri")
        if not response.is_success:
            self._turned_down(response.status_code, said, response.headers)
        if not to or not name:
            raise Unsent(f"{self.name} does not say where a file is to be brought")
        wanted = at(said, "required_headers")
        headers = {str(k): str(v) for k, v in wanted.items()} if isinstance(wanted, Mapping) else {}
        put = await wire.ask("PUT", to, headers={"content-type": kind_of(content), **headers}, content=content)
        if not put.is_success:
            raise Unsent(f"a file could not be brought to {self.name}: HTTP {put.status_code}")
        return name

    async def poll(self, wire: Wire, jobs: Sequence[str]) -> Mapping[str, Job]:
        """The clips that came with the answers. Nobody is asked."""
        return {job: self.job(job, {}) for job in jobs}

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """Done, while the file is there."""
        try:
            content = Path(job).read_bytes()
        except OSError as error:
            return Job(job, "unknown", reason=f"the clip that came with the answer cannot be read: {error.strerror}")
        if kind_of(content[:_HEAD]) != "video/mp4":
            return Job(job, "unknown", reason="what was kept is no clip")
        return Job(job, "done", (Link(bytes=len(content), content=content),))

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """An answer names no job."""
        return None

    def asking(self, job: str) -> Call:
        """Nothing can be asked about."""
        raise NotImplementedError(f"{self.name} has no jobs to ask about")


def _place(create: Create) -> Path:
    """The file for the answer: named after the attempt, so that each has its own and a second look finds it. Raises Unsent."""
    if create.folder is None:
        raise Unsent("there is no folder to keep the clip in, which comes with the answer")
    name = hashlib.sha256(create.attempt.encode()).hexdigest()[:32] + ".mp4"
    try:
        create.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unsent(f"the clip could not be kept: {error.strerror}") from error
    kept = create.folder.resolve() / name
    if len(str(kept)) > _LONGEST_JOB:
        raise Unsent(f"the production's folder has too long a name to keep clips in: {len(str(kept))} characters")
    return kept


def _expressible(told: Fitted) -> None:
    """Refuse what there is no field for. Raises Unfit."""
    faults = [
        Refusal("modes", f"{one.kind} has no place in its requests")
        for one in told.inputs
        if one.kind not in ("first_frame", "last_frame")
    ]
    if told.of("last_frame") and not told.of("first_frame"):
        faults.append(Refusal("modes", "a last frame needs a first one"))
    if told.negative is not None:
        faults.append(Refusal("prompt.negative", "it takes no negative prompt"))
    if told.seed is not None:
        faults.append(Refusal("seed", "it takes no seed"))
    if told.dial is not None:
        faults.append(Refusal("creativity", "it has no such dial"))
    if faults:
        raise Unfit(list(dict.fromkeys(faults)))


def _frame(told: Fitted) -> str:
    """The frame as it is ordered, in pixels. Raises Unfit."""
    size = _FRAMES.get(told.resolution or "1080p")
    if size is None:
        raise Unfit([Refusal("resolutions", f"{told.resolution} has no size in pixels that is known")])
    if told.aspect not in ("16:9", "9:16"):
        raise Unfit([Refusal("aspects", f"{told.aspect}; it makes 16:9 and 9:16")])
    return "{}x{}".format(*(size if told.aspect == "16:9" else reversed(size)))


def _fps(told: Fitted, create: Create) -> int:
    """The order's own rate where it is one of the model's."""
    rate = create.recipe.order.rate.fraction
    known = told.offer.fps if isinstance(told.offer.fps, tuple) else (_USUAL_FPS,)
    return int(rate) if rate in known else _USUAL_FPS if _USUAL_FPS in known else known[0]


FAMILIES: Mapping[str, type[Family]] = {"any": Ltx}
