"""fal: one queue for many models, each with names of its own for what it takes."""

import base64
import binascii
import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from callsheet.catalog import Mode, Refusal
from callsheet.catalog import Offer as Listed
from callsheet.providers.answers import at, extension, kind_of, read, text, wait_s, words
from callsheet.providers.families.schemas import Schema, arguments
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input, Unfit
from callsheet.providers.hosted import Create, Forged, Hint, Job, JobState, Link, Refused
from callsheet.providers.signing import Signing, heard, of_now
from callsheet.providers.wire import Lost, Unanswered, Unsent, Wire

_HOSTS = frozenset(("queue.fal.run", "queue.falrun.com"))
_REST = "https://rest.fal.ai"
_CDN = "https://v3.fal.media"
_ONE_PIECE = 100 << 20
"""Larger files are sent in pieces by fal's own client; a video for reference never is that large."""
_KEYS_LAST_S = 86_400.0
_LANES = ("workflows", "comfy")
"""Owners whose apps have one more word in their paths."""
_STATES: Mapping[str, JobState] = {"IN_QUEUE": "waiting", "IN_PROGRESS": "running", "COMPLETED": "done"}
_MODERATED = frozenset(("content_policy_violation",))
_OF_THE_QUEUE = frozenset(
    (
        "request_timeout", "startup_timeout", "runner_scheduling_failure", "runner_connection_timeout", "runner_disconnected",
        "runner_connection_refused", "runner_connection_error", "runner_incomplete_response", "runner_server_error",
        "client_disconnected", "client_cancelled", "bad_request", "internal_error",
    )
)  # fmt: skip
"""Why the queue itself gave up on a job. The end of this list was not confirmed."""

_PATHS: Mapping[Mode, str] = {
    "text": "text-to-video", "first_frame": "image-to-video", "last_frame": "image-to-video", "reference_images": "reference-to-video",
    "reference_videos": "reference-to-video", "reference_audio": "reference-to-video", "edit": "reference-to-video",
    "extend": "reference-to-video",
}  # fmt: skip
"""The rest of a name that the catalogue ends in `*`."""

_SEEDANCE: Mapping[str, Any] = {"spelling": "text", "aspects": {"adaptive": "auto"}, "audio": "generate_audio"}
_H3: Mapping[str, Any] = {
    "spelling": "number", "aspects": {"adaptive": "adaptive"}, "resolutions": {"480p": "480P", "768p": "768P", "2k": "2K", "4k": "4K"},
}  # fmt: skip
_SCHEMAS: Mapping[str, Schema] = {
    "bytedance/seedance-*/text-to-video": Schema(**_SEEDANCE),
    "bytedance/seedance-*/image-to-video": Schema({"first_frame": "image_url", "last_frame": "end_image_url"}, **_SEEDANCE),
    # The page says that this one also edits and extends; that the prompt is how to ask for it was not confirmed.
    "bytedance/seedance-*/reference-to-video": Schema(
        {"reference_image": "image_urls[]", "reference_video": "video_urls[]", "reference_audio": "audio_urls[]", "source_video": "video_urls[]"},
        lead={"edit": "Edit @Video1.", "extend": "Extend @Video1, continuing from its end."}, **_SEEDANCE,
    ),
    "kling/v4/text-to-video": Schema(spelling="number", beats="multi_prompt"),
    "kling/v4/image-to-video": Schema(
        {"first_frame": "start_image_url", "keyframe": "middle_image_urls[]", "last_frame": "end_image_url"}, spelling="number", aspect="",
        beats="multi_prompt",
    ),
    # Whether this one has a field for the shape was not confirmed. It has none for sounds on their own.
    "kling/v4/reference-to-video": Schema(
        {"first_frame": "start_image_url", "reference_image": "image_urls[]", "reference_video": "video_urls[]"}, spelling="number",
        beats="multi_prompt",
    ),
    # Whether this one lets a resolution be chosen was not confirmed.
    "kling/v4/video-to-video/edit": Schema({"source_video": "video_url", "reference_image": "image_urls[]"}, length="", aspect=""),
    "minimax/h3*/text-to-video": Schema(**_H3),
    "minimax/h3*/image-to-video": Schema({"first_frame": "image_url", "last_frame": "end_image_url"}, **{**_H3, "aspect": ""}),
    "minimax/h3*/reference-to-video": Schema(
        {
            "reference_image": "reference_image_urls[]", "reference_video": "reference_video_urls[]",
            "reference_audio": "reference_audio_urls[]",
        },
        **_H3,
    ),
    "fal-ai/hunyuan-video-v1.5/text-to-video": Schema(
        length="num_frames", spelling="frames", aspects={"16:9": "16:9", "9:16": "9:16"}, only_these=True, seed="seed",
        negative="negative_prompt",
    ),
    "moonvalley/marey/t2v": Schema(
        spelling="text-s", only_s=(5, 10), resolution="", aspect="dimensions", only_these=True, seed="seed", negative="negative_prompt",
        aspects={"16:9": "1920x1080", "1:1": "1152x1152", "4:3": "1536x1152", "3:4": "1152x1536"},
    ),
}  # fmt: skip
"""By path; `*` stands for anything but a slash."""
_USUAL = Schema(
    {"first_frame": "image_url", "last_frame": "end_image_url"}, seed="seed", negative="negative_prompt", audio=""
)
"""The names most models have: for apps of one's own, told by a catalogue of one's own."""


def path_of(told: Fitted) -> str:
    """The app and what follows it, for a mode. Raises Unfit."""
    if not told.model.endswith("*"):
        return told.model
    if told.mode not in _PATHS:
        raise Unfit([Refusal("wire", f"fal's path for {told.model} with {told.mode} is unknown")])
    return told.model[:-1] + _PATHS[told.mode]


def _schema(path: str) -> Schema:
    for pattern, schema in _SCHEMAS.items():
        if re.fullmatch(re.escape(pattern).replace(r"\*", "[^/]*"), path):
            return schema
    return _USUAL


class Fal(Signing):
    """A job is known by the path of its result: the words before `requests` are not always those of the create."""

    protocol = "fal-queue"
    tells_beats = True
    base = "https://queue.fal.run"
    traits_of: ClassVar[Mapping[str, Any]] = {"cancels": True}

    def __init__(
        self,
        route: str,
        offers: Sequence[Listed],
        key: str,
        url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(route, offers, key, url, clock)
        own = self.url == self.base
        self._rest, self._cdn = (_REST, _CDN) if own else (self.url, self.url)
        self._token: tuple[str, float] = "", 0.0
        self._signers: tuple[bytes, ...] = ()
        self._signers_at: float | None = None
        self._paths: dict[str, str] = {}

    # -- asking for a take -------------------------------------------------------------------------------------------------

    def headers(self) -> Mapping[str, str]:
        """A key of fal's own scheme."""
        return {"authorization": f"Key {self._key}"}

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """A job that has not begun when we stop waiting for it is not begun at all."""
        path = path_of(told)
        return Call(
            "POST",
            "/" + path,
            json=arguments(_schema(path), told, files),
            params={"fal_webhook": create.webhook} if create.webhook else {},
            headers={"x-fal-request-timeout": str(float(self.traits.longest_s))},
        )

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """The path of the result, as the answer gives it."""
        id = text(said, "request_id")
        if not re.fullmatch(r"[A-Za-z0-9_-]+", id):
            return None
        returned = urlsplit(text(said, "response_url"))
        ours = returned.hostname in {*_HOSTS, urlsplit(self.url).hostname}
        if not (ours and re.fullmatch(rf"(/[A-Za-z0-9_.-]+){{2,3}}/requests/{id}", returned.path)):
            return f"{_app(path_of(told))}/requests/{id}"
        return returned.path.strip("/")

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """An empty account is a locked user; a model that is gone is an app that is not found."""
        reason = words(said) or f"HTTP {status}"
        if "exhausted balance" in reason.lower():
            return Refused("funds", reason)
        if status in (404, 410):
            return Refused("retired", reason)
        if _types(said) & _MODERATED:
            return Refused("moderated", reason)
        if status == 429 and "concurrent" in reason.lower():
            return Refused("concurrency", reason, wait_s(headers))
        return super().refusal(status, said, headers)

    # -- what became of it -------------------------------------------------------------------------------------------------

    def asking(self, job: str) -> Call:
        """How it stands; the result is asked for when it is there."""
        self._paths[job.rpartition("/")[2]] = job
        return Call("GET", f"/{job}/status")

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """There is no word for failed: a job that is COMPLETED may have an error. `done` here has no links yet."""
        status = said.get("status")
        state = _STATES.get(status, "unknown") if isinstance(status, str) else "unknown"
        if state == "unknown":
            return Job(job, state, reason=f"its status is {status!r}")
        reason = text(said, "error")
        kind = text(said, "error_type")
        if state == "done" and kind in _OF_THE_QUEUE:
            return Job(job, "cancelled" if kind == "client_cancelled" else "failed", reason=reason or kind)
        return Job(job, state, reason=reason or kind)

    async def _ask(self, wire: Wire, job: str) -> Job:
        found = await super()._ask(wire, job)
        return await self._result(wire, found) if found.state == "done" else found

    async def _result(self, wire: Wire, found: Job) -> Job:
        """The clip, or why there is none. What the model answered with is passed on by the queue, status and all: an error of its own is
        no reason to ask again, an error on the way is."""
        try:
            response = await wire.create("GET", f"{self.url}/{found.id}", headers=self.headers())
        except (Unsent, Lost) as error:
            raise Unanswered(str(error)) from error
        said, status = read(response), response.status_code
        kinds = _types(said or {}) | {response.headers.get("x-fal-error-type", "")} - {""}
        reason = words(said or {}) or found.reason or f"HTTP {status}"
        if status < 300 and said is not None:
            return self._clip(found, said)
        if kinds & _MODERATED:
            return Job(found.id, "moderated", reason=reason)
        if kinds or found.reason or status == 422:
            return Job(found.id, "failed", reason=reason)
        if status == 400 and "in progress" in reason.lower():
            return Job(found.id, "running")
        if status in (400, 404, 410):
            return self.lost_job(found.id, status, said or {})
        raise Unanswered(f"{self.name} answered HTTP {status} to the question for a result")

    def _clip(self, found: Job, said: Mapping[str, Any]) -> Job:
        video = said.get("video") or at(said, "videos", 0)
        url = video if isinstance(video, str) else text(video, "url")
        if not url:
            return Job(found.id, "unknown", reason="it is completed and names no file")
        if found.reason:
            return Job(found.id, "unknown", reason=f"it has a file and an error: {found.reason}")
        size = at(video, "file_size")
        known = size if isinstance(size, int) and size > 0 else None
        return Job(found.id, "done", (Link(url=url, bytes=known),))

    def stopping(self, job: str) -> Call:
        """Takes it out of the queue. One that runs is asked to stop, and mostly does not."""
        return Call("PUT", f"/{job}/cancel")

    # -- files -------------------------------------------------------------------------------------------------------------

    async def place(self, wire: Wire, one: Input, path: Path) -> str:
        """Onto fal's own file store: not every model takes data URIs."""
        content = path.read_bytes()
        if len(content) > _ONE_PIECE:
            raise Refused(
                "input", f"a file of {len(content)} bytes is over the {_ONE_PIECE} that are sent in one piece"
            )
        kind = kind_of(content)
        headers = {
            "authorization": await self._pass(wire),
            "content-type": kind,
            "x-fal-file-name": hashlib.sha256(content).hexdigest()[:16] + extension(kind),
        }
        response = await wire.ask("POST", f"{self._cdn}/files/upload", headers=headers, content=content)
        address = text(read(response), "access_url")
        if response.status_code >= 300 or not address:
            raise Unsent(f"{self.name} answered HTTP {response.status_code} to a file")
        return address

    async def _pass(self, wire: Wire) -> str:
        """What opens the file store, for as long as it lasts."""
        token, until = self._token
        if token and self.clock() < until - 60:
            return token
        asked = f"{self._rest}/storage/auth/token"
        response = await wire.ask("POST", asked, params={"storage_type": "fal-cdn-v3"}, headers=self.headers(), json={})
        said = read(response) or {}
        if response.status_code >= 300:
            refused = self.refusal(response.status_code, said, response.headers)
            raise refused or Unsent(f"{self.name} answered HTTP {response.status_code} when asked to take files")
        token = f"{text(said, 'token_type')} {text(said, 'token')}"
        try:
            until = datetime.fromisoformat(text(said, "expires_at")).timestamp()
        except ValueError:
            until = 0.0
        self._token = token, until
        return token

    # -- webhooks ----------------------------------------------------------------------------------------------------------

    async def _learn(self, wire: Wire) -> None:
        """The public keys of those who sign. Without them webhooks are not believed; what is true is asked anyway."""
        if self._signers_at is not None and self.clock() - self._signers_at < _KEYS_LAST_S:
            return
        try:
            response = await wire.ask("GET", f"{self._rest}/.well-known/jwks.json")
        except Unanswered:
            return
        keys = at(read(response), "keys")
        found = [_raw(text(key, "x"), urlsafe=True) for key in keys] if isinstance(keys, list) else []
        self._signers = tuple(key for key in found if len(key) == 32)
        self._signers_at = self.clock()

    def hint(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """Signed with ED25519 over the request, the user, the time and the body's digest, a line each. Raises Forged."""
        named = {name.lower(): value for name, value in headers.items()}
        id, user, stamp = (named.get(f"x-fal-webhook-{part}", "") for part in ("request-id", "user-id", "timestamp"))
        if not (id and user):
            raise Forged("it does not say what it is about")
        of_now(stamp, self.clock())
        if not self._signers:
            raise self._unknown()
        message = "\n".join((id, user, stamp, hashlib.sha256(body).hexdigest())).encode()
        if not any(_signed(key, named.get("x-fal-webhook-signature", ""), message) for key in self._signers):
            raise Forged("its signature is wrong")
        said = heard(body)
        if text(said, "request_id") != id:
            raise Forged("it speaks of another job than its signature")
        return Hint(f"{id} {text(said, 'status')}", self._paths.get(id, id))


def _app(path: str) -> str:
    """The owner and the app: what is left of a path when the job is asked about."""
    parts = path.strip("/").split("/")
    return "/".join(parts[: 3 if parts[0] in _LANES else 2])


def _types(said: Mapping[str, Any]) -> set[str]:
    """The machine's words for what is wrong."""
    detail = said.get("detail")
    found = {text(one, "type") for one in detail} if isinstance(detail, list) else set()
    return (found | {text(said, "error_type")}) - {""}


def _raw(encoded: str, *, urlsafe: bool = False) -> bytes:
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), b"-_" if urlsafe else None)
    except (binascii.Error, ValueError):
        return b""


def _signed(key: bytes, signature: str, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


FAMILIES: Mapping[str, type[Family]] = {"fal": Fal}
