"""Gemini Interactions: Omni on Google's developer API. A take is one background turn; its clip is a file that has to become ready first.

What a file is to the model is said in the prompt, by the tags that Google's guide defines.
"""

import asyncio
import base64
import binascii
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import httpx

from callsheet.catalog import Mode, Offer, Refusal
from callsheet.film import Order
from callsheet.providers.answers import at, data_uri, kind_of, read, text, wait_s, words
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input, InputKind, Unfit
from callsheet.providers.hosted import Create, Forged, Hint, Job, JobState, Link, RefusalKind, Refused
from callsheet.providers.keys import redacted
from callsheet.providers.signing import heard, standard
from callsheet.providers.wire import Unanswered, Wire

_VERSION = "/v1beta"
_STATES: Mapping[str, JobState] = {
    "queued": "waiting", "in_progress": "running", "completed": "done", "failed": "failed", "cancelled": "cancelled",
    "incomplete": "failed", "budget_exceeded": "failed",
    # A turn in the background is continued by the seller himself; `requires_action` would wait for us for ever.
    "requires_continuation": "running",
}  # fmt: skip
_TASKS: Mapping[Mode, str] = {
    "text": "text_to_video", "first_frame": "image_to_video", "last_frame": "image_to_video",
    "reference_images": "reference_to_video", "reference_videos": "reference_to_video", "edit": "edit", "restyle": "edit",
    "extend": "extend", "upscale": "upscale",
}  # fmt: skip
_ORDER: tuple[InputKind, ...] = ("first_frame", "last_frame", "reference_image", "source_video", "reference_video")
"""How files are put into the turn; tags count pictures and clips in this order."""
_MARK = re.compile(r"<image-(\d+)>")
_FILE = re.compile(r"/files/([A-Za-z0-9-]+)")
_UNWANTED = re.compile(
    r"safety|content[ _]policy|usage (policy|guidelines)|polic(y|ies)\b|prohibited|blocked|responsible ai|"
    r"sensitive (content|material)|support codes?",
    re.IGNORECASE,
)
"""Words by which Google says that content is not wanted, where no code does."""
_EMPTY = re.compile(
    r"prepay|credits? (are|is)|depleted|billing (account|is|has|must|to be enabled)|enable billing|BILLING_DISABLED|"
    r"spend(ing)? (cap|limit)",
    re.IGNORECASE,
)
"""Words of an account without money; `billing` alone stands in every message about limits."""
_AT_ONCE = re.compile(r"concurren|in parallel|at the same time", re.IGNORECASE)
_NO_KEY = re.compile(r"API_KEY_INVALID|API key (not valid|expired)", re.IGNORECASE)
_MODEL = re.compile(r"\bmodels?\b", re.IGNORECASE)
_MOST_BYTES = 2 << 30
_READY_TRIES = 60


def google_refusal(status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
    """What an error answer of a Google API says; None when it does not prove that nothing was accepted.

    An account without money is told with 429 or 403, as are limits; only the words tell them apart.
    """
    reason = words(said) or f"HTTP {status}"
    everything = f"{reason} {at(said, 'error', 'details') or ''}"
    kind: RefusalKind | None = None
    match status:
        case 402:
            kind = "funds"
        case 400 | 422:
            kind = "auth" if _NO_KEY.search(everything) else "funds" if _EMPTY.search(everything) else "input"
            kind = "moderated" if kind == "input" and _UNWANTED.search(everything) else kind
        case 401:
            kind = "auth"
        case 403:
            kind = "funds" if _EMPTY.search(everything) else "auth"
        case 404:
            kind = "retired" if _MODEL.search(reason) else "input"
        case 410:
            kind = "retired"
        case 405 | 413:
            kind = "input"
        case 429:
            kind = "funds" if _EMPTY.search(everything) else "concurrency" if _AT_ONCE.search(everything) else "rate"
    return None if kind is None else Refused(kind, reason, wait_s(headers) or _retry_s(said))


def unwanted(reason: str) -> bool:
    """Whether Google's words say that content was filtered."""
    return _UNWANTED.search(reason) is not None


class Gemini(Family):
    """The key may carry the signing secret of the project's webhook behind a colon, `KEY:whsec_...`; without it no webhook is believed.

    Webhooks named in a request are signed with other keys, which would have to be fetched: none are asked for.
    """

    protocol = "gemini-interactions"
    base = "https://generativelanguage.googleapis.com"
    traits_of: ClassVar[Mapping[str, Any]] = {"keyed": False, "finds": False, "cancels": True, "poll_every_s": 10.0}
    marks = "<image-1>"
    inline = 2 << 20

    def __init__(
        self,
        route: str,
        offers: Sequence[Offer],
        key: str,
        url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        key, _, self._secret = key.partition(":")
        super().__init__(route, offers, key, url, clock)

    def headers(self) -> Mapping[str, str]:
        """The key has a header of its own."""
        return {"x-goog-api-key": self._key}

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family; what the protocol has no words for is refused here too."""
        told = super().fit(offer, order, seed)
        refused = []
        if told.mode not in _TASKS:
            refused.append(Refusal("modes", f"its protocol has no {told.mode}"))
        if strange := sorted({one.kind for one in told.inputs} - {*_ORDER}):
            refused.append(Refusal("modes", f"its protocol takes no {', '.join(strange)}"))
        if len(told.of("source_video")) > 1:
            refused.append(Refusal("references.videos", "it works on one clip at a time"))
        if told.of("last_frame") and not told.of("first_frame"):
            refused.append(Refusal("requires", "last_frame needs first_frame"))
        if told.negative:
            refused.append(Refusal("prompt.negative", "its protocol has no field for it"))
        if told.dial:
            refused.append(Refusal("creativity", f"its protocol has no field {told.dial[0]}"))
        if refused:
            raise Unfit(refused)
        return told

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """A background turn whose clip is left at an address: inside the answer it could have 4 MB at most."""
        parts = [_part(one, files[one.sha256]) for one in _sorted(told.inputs)]
        sent: dict[str, Any] = {
            "model": told.model,
            "input": [*parts, {"type": "text", "text": _spoken(told)}],
            # That edits and extensions heed the length and the shape is unconfirmed.
            "response_format": {
                "type": "video", "aspect_ratio": told.aspect, "duration": f"{told.whole_seconds()}s", "delivery": "uri",
            },
            "generation_config": {"video_config": {"task": _TASKS[told.mode]}},
            "background": True,
            "store": True,
        }  # fmt: skip
        if told.resolution is not None:
            sent["response_format"]["resolution"] = told.resolution
        if told.seed is not None:
            sent["generation_config"]["seed"] = told.seed
        return Call("POST", f"{_VERSION}/interactions", json=sent)

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """The turn's id."""
        return text(said, "id") or None

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """See Family."""
        return google_refusal(status, said, headers)

    def asking(self, job: str) -> Call:
        """See Family."""
        return Call("GET", f"{_VERSION}/interactions/{quote(job, safe='')}")

    def stopping(self, job: str) -> Call:
        """See Family."""
        return Call("POST", f"{_VERSION}/interactions/{quote(job, safe='')}/cancel")

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """See Family. A turn that is completed without a clip has been filtered where it says so, and is unknown where it does not."""
        word = text(said, "status")
        state: JobState = _STATES.get(word, "unknown")
        video, reason = _output(said)
        if state == "done":
            if video is not None and (link := self._link(video)) is not None:
                return Job(job, "done", (link,))
            state = "moderated" if unwanted(reason) else "unknown"
            return Job(job, state, reason=reason or "it is completed and holds no clip")
        if state == "failed" and unwanted(reason):
            state = "moderated"
        if state in ("waiting", "running"):
            return Job(job, state)
        return Job(job, state, reason=reason or word or "it has no status")

    async def poll(self, wire: Wire, jobs: Sequence[str]) -> Mapping[str, Job]:
        """How jobs stand. One whose clip is still being put in place is running. Raises Unanswered."""
        found = {id: await self._ready(wire, job) for id, job in (await super().poll(wire, jobs)).items()}
        return {id: replace(job, reason=redacted(job.reason, [self._key])) for id, job in found.items()}

    async def place(self, wire: Wire, one: Input, path: Path) -> str:
        """Small pictures travel inside the request; anything else is uploaded and waited for: `<media type> <address>`."""
        if path.stat().st_size > _MOST_BYTES:
            raise Refused(
                "input", f"a file of {path.stat().st_size} bytes is over the {_MOST_BYTES} that {self.name} takes"
            )
        content = path.read_bytes()
        kind = kind_of(content)
        if kind.partition("/")[0] not in ("image", "video"):
            raise Refused("input", f"{one.role} is neither a picture nor a clip")
        if kind.startswith("image/") and len(content) <= self.inline:
            return data_uri(content)
        return f"{kind} {await self._uploaded(wire, content, kind)}"

    def hint(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """A webhook of the project, signed as the Standard Webhooks specification has it. Raises Forged."""
        if not self._secret:
            raise Forged("no signing secret is known: put it behind the key, KEY:whsec_...")
        event = standard(self._secret, headers, body, self.clock())
        said = heard(body)
        job = text(said, "data", "id")
        if not job:
            raise Forged("it names no job")
        return Hint(event, job)

    # -- files -------------------------------------------------------------------------------------------------------------

    def _link(self, video: Mapping[str, Any]) -> Link | None:
        """Where the clip is. The key is only ever sent to our own address, whatever host the answer names."""
        if data := text(video, "data"):
            content = decoded(data)
            return None if content is None else Link(content=content)
        found = _FILE.search(text(video, "uri"))
        if found is None:
            return None
        return Link(url=f"{self.url}{_VERSION}/files/{found[1]}:download?alt=media", headers=self.headers())

    async def _ready(self, wire: Wire, job: Job) -> Job:
        if job.state != "done" or not job.links[0].url:
            return job
        found = _FILE.search(job.links[0].url)
        said = await self._file(wire, found[1] if found else "")
        match text(said, "state"):
            case "ACTIVE":
                return job
            case "PROCESSING" | "STATE_UNSPECIFIED":
                return Job(job.id, "running")
            case "FAILED":
                return Job(job.id, "failed", reason=words(said) or "the file of the clip has failed")
            case word:
                return Job(job.id, "unknown", reason=words(said) or f"the file of the clip is {word or 'not there'}")

    async def _file(self, wire: Wire, name: str) -> Mapping[str, Any]:
        response = await wire.ask("GET", f"{self.url}{_VERSION}/files/{name}", headers=dict(self.headers()))
        said = read(response)
        if said is None:
            raise Unanswered(f"{self.name} answered what is not a JSON object")
        return said

    async def _uploaded(self, wire: Wire, content: bytes, kind: str) -> str:
        """The address of a file that was uploaded and is ready. Raises Refused, Unanswered."""
        start = {
            "x-goog-upload-protocol": "resumable", "x-goog-upload-command": "start",
            "x-goog-upload-header-content-length": str(len(content)), "x-goog-upload-header-content-type": kind,
        }  # fmt: skip
        begun = await wire.ask(
            "POST", f"{self.url}/upload{_VERSION}/files", json={"file": {}}, headers={**self.headers(), **start}
        )
        self._taken(begun)
        where = urlsplit(begun.headers.get("x-goog-upload-url", ""))
        if not where.path:
            raise Unanswered(f"{self.name} named no address for the upload")
        sent = await wire.ask(
            "POST",
            f"{self.url}{where.path}?{where.query}",
            content=content,
            headers={**self.headers(), "x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"},
        )
        self._taken(sent)
        said = at(read(sent), "file")
        for turn in range(_READY_TRIES):
            name, state = text(said, "name").rpartition("/")[2], text(said, "state")
            if state == "ACTIVE" and text(said, "uri"):
                return text(said, "uri")
            if state != "PROCESSING" or not name:
                raise Refused(
                    "input", f"{self.name} cannot read a file: {words(said or {}) or state or 'it has no state'}"
                )
            await asyncio.sleep(self.traits.poll_every_s if turn else 0.0)
            said = await self._file(wire, name)
        raise Unanswered(f"an uploaded file is not ready after {_READY_TRIES} questions")

    def _taken(self, response: httpx.Response) -> None:
        if response.status_code >= 300:
            said = read(response) or {}
            refused = self.refusal(response.status_code, said, response.headers)
            raise refused or Unanswered(f"{self.name} answered HTTP {response.status_code} to an upload")


def _retry_s(said: Mapping[str, Any]) -> float | None:
    """How long to stay away, where the details of an error say it as `"34s"`."""
    for detail in at(said, "error", "details") or ():
        told = text(detail, "retryDelay").removesuffix("s")
        if told.replace(".", "", 1).isdecimal() and told.isascii():
            return float(told)
    return None


def _sorted(inputs: Sequence[Input]) -> list[Input]:
    return sorted(inputs, key=lambda one: _ORDER.index(one.kind))


def _part(one: Input, known: str) -> dict[str, str]:
    """A file of the turn, as the data it is or the address it has."""
    if known.startswith("data:"):
        kind, _, data = known.removeprefix("data:").partition(";base64,")
        return {"type": kind.partition("/")[0], "mime_type": kind, "data": data}
    kind, _, uri = known.partition(" ")
    return {"type": kind.partition("/")[0], "mime_type": kind, "uri": uri}


def _spoken(told: Fitted) -> str:
    """The prompt behind the tags that say what each file is; they count references from 0 and pictures from 1."""
    sources, references = [], []
    pictures = clips = shown = played = 0
    for one in _sorted(told.inputs):
        if one.kind in ("source_video", "reference_video"):
            clips += 1
        else:
            pictures += 1
        match one.kind:
            case "first_frame":
                sources.append(f"<FIRST_FRAME>@Image{pictures}")
            case "last_frame":
                sources.append(f"<LAST_FRAME>@Image{pictures}")
            case "source_video":
                sources.append(f"<VIDEO_0>@Video{clips}")
            case "reference_image":
                references.append(f"<IMAGE_REF_{shown}>@Image{pictures}")
                shown += 1
            case "reference_video":
                references.append(f"<VIDEO_REF_{played}>@Video{clips}")
                played += 1
    declared = [f"[# Sources {' '.join(sources)}]"] if sources else []
    declared += [f"[# References {' '.join(references)}]"] if references else []
    return " ".join((*declared, _MARK.sub(lambda mark: f"<IMAGE_REF_{int(mark[1]) - 1}>", told.prompt)))


def _output(said: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str]:
    """The clip of a turn, or None, and what the turn says beside it."""
    video: Mapping[str, Any] | None = None
    told = [_words_of(error) for error in at(said, "errors") or ()]
    for step in at(said, "steps") or ():
        if text(step, "type") == "user_input":
            video = None
        if text(step, "type") != "model_output":
            continue
        told.append(_words_of(at(step, "error")))
        for content in at(step, "content") or ():
            if text(content, "type") == "video":
                video = content
            elif text(content, "type") == "text":
                told.append(text(content, "text"))
    return video, "; ".join(filter(None, told))[:500]


def _words_of(error: Any) -> str:
    return " ".join(filter(None, (text(error, "code"), text(error, "message"))))


def decoded(data: str) -> bytes | None:
    """The bytes of base64; None for what is none."""
    try:
        return base64.b64decode(data, validate=True) or None
    except (binascii.Error, ValueError):
        return None


FAMILIES: Mapping[str, type[Family]] = {"any": Gemini}
