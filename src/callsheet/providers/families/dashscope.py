"""DashScope, the API of Alibaba's Model Studio: Wan and HappyHorse at their maker. Keys, tasks and prices belong to one region."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, cast

import httpx

from callsheet.catalog import Mode, Refusal, Unknown, Wanted, price
from callsheet.errors import MediaError
from callsheet.film import Order
from callsheet.film.price import Money
from callsheet.providers.answers import at, data_uri, extension, kind_of, read, text, wait_s, words
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, Input, InputKind, Unfit
from callsheet.providers.hosted import Create, Job, JobState, Link, RefusalKind, Refused
from callsheet.providers.wire import Unanswered, Unsent, Wire

_ORDERING = "/api/v1/services/aigc/video-generation/video-synthesis"
_TASKS = "/api/v1/tasks"
_UPLOADS = "/api/v1/uploads"
_LONGEST_PROMPT = 20_000
"""Characters after which every model of the house reads no further, and says nothing about it."""
_OWN_HOSTS = ".aliyuncs.com"
_MEBI = 1 << 20
_SHORTEST_CUT, _LONGEST_CUT = Fraction(2), Fraction(10)
"""Seconds to which a clip that is worked on can be cut; as resellers say, the seller's own page was not read."""

_STATES: Mapping[str, JobState] = {
    "PENDING": "waiting", "SUSPENDED": "waiting", "RUNNING": "running", "SUCCEEDED": "done", "FAILED": "failed",
    "CANCELED": "cancelled",
}  # fmt: skip

_CODES: tuple[tuple[str, RefusalKind], ...] = (
    ("invalidapikey", "auth"), ("invalid_api_key", "auth"), ("apikeyexpired", "auth"), ("modelnotfound", "retired"),
    ("model_not_found", "retired"), ("model.notexist", "retired"), ("arrearage", "funds"), ("allocationquota.freetier", "funds"),
    ("prepaidbilloverdue", "funds"), ("postpaidbilloverdue", "funds"), ("commoditynotpurchased", "funds"),
    ("datainspection", "moderated"), ("data_inspection", "moderated"), ("ipinfringement", "moderated"),
    ("throttling", "rate"), ("limitrequests", "rate"), ("limit_requests", "rate"), ("accessdenied", "auth"),
    ("access_denied", "auth"), ("model.accessdenied", "auth"), ("invalid", "input"), ("badrequest", "input"),
    ("unsupported", "input"),
)  # fmt: skip
"""How error codes begin, in small letters, with what they mean. Money is no status of its own here: an empty account is HTTP 400."""
_CLOSER: tuple[tuple[str, RefusalKind], ...] = (
    ("good standing", "funds"), ("overdue", "funds"), ("free allocated quota", "funds"), ("free tier", "funds"),
    ("concurren", "concurrency"), ("model not exist", "retired"),
)  # fmt: skip
"""Words of a message that say more than its code. That too many at once are turned down in such words is unconfirmed: it has a queue."""


@dataclass(frozen=True)
class Dialect:
    """How one model is asked. Where a switch is off, the model does not know the field."""

    media: Mapping[InputKind, str]
    """The name of every kind of file that it takes."""
    works: tuple[Mode, ...] = ()
    """What it does to a clip that is given."""
    shaped: bool = True
    """Whether the picture's shape is asked for; without, it follows what is given."""
    inline: bool = False
    """Whether pictures may travel inside the request."""
    negative: bool = False
    sound: bool = False
    rewrites: bool = False


_FRAMES: Mapping[InputKind, str] = {"first_frame": "first_frame", "last_frame": "last_frame"}
_SHOWN: Mapping[InputKind, str] = {"reference_image": "reference_image", "reference_video": "reference_video"}
_WAN_3 = Dialect({**_FRAMES, **_SHOWN, "reference_audio": "reference_audio"}, sound=True)
_DIALECTS: Mapping[str, Dialect] = {
    "wan2.7-t2v": Dialect({}, negative=True, rewrites=True),
    "wan2.7-i2v": Dialect(
        {**_FRAMES, "reference_audio": "driving_audio", "source_video": "first_clip"}, ("extend",),
        shaped=False, inline=True, negative=True, rewrites=True,
    ),
    "wan2.7-r2v": Dialect({**_SHOWN, "first_frame": "first_frame"}, inline=True, negative=True, rewrites=True),
    "wan2.7-videoedit": Dialect(
        {"source_video": "video", "reference_image": "reference_image"}, ("edit", "restyle"),
        shaped=False, inline=True, negative=True, rewrites=True,
    ),
    "happyhorse-1.0-t2v": Dialect({}),
    "happyhorse-1.0-i2v": Dialect({"first_frame": "first_frame"}, shaped=False, inline=True),
    "happyhorse-1.0-r2v": Dialect({"reference_image": "reference_image"}, inline=True),
    "happyhorse-1.1-t2v": Dialect({}),
    "happyhorse-1.1-i2v": Dialect({"first_frame": "first_frame"}, shaped=False, inline=True),
    "happyhorse-1.1-r2v": Dialect({"reference_image": "reference_image"}, inline=True),
}  # fmt: skip
"""By the seller's name. A name that is not here is asked like Wan 3.0, which has one name for everything it does."""

_model: ContextVar[str] = ContextVar("dashscope_model")
"""The model that files are being placed for: a file that was uploaded for one model is not seen by another."""


class DashScope(Family):
    """The international side, at Singapore.

    A workspace's own address (`https://<workspace>.ap-southeast-1.maas.aliyuncs.com`) does as well. A job is named by its task and by
    what was ordered, because a bill is told in seconds and only the order knows what a second costs.
    """

    protocol = "dashscope"
    base = "https://dashscope-intl.aliyuncs.com"
    traits_of: ClassVar[Mapping[str, Any]] = {"cancels": True}
    """It lists its tasks, but nothing of ours travels with them: a lost create is not found again."""
    inline = 7 * _MEBI

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family: what the model has no field for is refused as well."""
        told = super().fit(offer, order, seed)
        spoken = _dialect(told.model)
        refused = [
            Refusal("modes", f"{told.model} takes no {one.kind.replace('_', ' ')}")
            for one in told.inputs
            if one.kind not in spoken.media or (one.kind == "source_video" and told.mode not in spoken.works)
        ]
        if not told.inputs and _needs(told.model):
            refused.append(Refusal("modes", f"{told.model} needs a file"))
        if told.negative and not spoken.negative:
            refused.append(Refusal("prompt.negative", f"{told.model} takes no negative prompt"))
        if told.audio and not spoken.sound and told.offer.audio == "toggle":
            refused.append(Refusal("audio", f"{told.model} has no switch for sound"))
        if told.resolution is None:
            refused.append(Refusal("resolutions", "none is stated, and the dearest would be made"))
        if len(told.prompt) > _LONGEST_PROMPT:
            refused.append(Refusal("prompt.most", f"{len(told.prompt)} characters; it reads {_LONGEST_PROMPT}"))
        if refused:
            raise Unfit(list(dict.fromkeys(refused)))
        return told

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """See Family."""
        spoken = _dialect(told.model)
        given: dict[str, Any] = {"prompt": told.prompt}
        if told.negative:
            given["negative_prompt"] = told.negative
        if told.inputs:
            given["media"] = [{"type": spoken.media[one.kind], "url": files[one.sha256]} for one in told.inputs]
        # A watermark is on by default with some models, and so is a rewriting of the prompt.
        wanted: dict[str, Any] = {"resolution": str(told.resolution).upper(), "watermark": False}
        if spoken.shaped:
            wanted["ratio"] = told.asked.aspect
        if (seconds := _seconds(told, create)) is not None:
            wanted["duration"] = seconds
        if spoken.sound:
            wanted["audio"] = told.audio
        if spoken.rewrites:
            wanted["prompt_extend"] = False
        if told.seed is not None:
            wanted["seed"] = told.seed
        headers = {"x-dashscope-async": "enable"}
        if any(address.startswith("oss://") for address in files.values()):
            headers["x-dashscope-ossresourceresolve"] = "enable"
        return Call("POST", _ORDERING, {"model": told.model, "input": given, "parameters": wanted}, headers=headers)

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """See Family: the task, with what is needed to put a price on its seconds."""
        task, sound = text(said, "output", "task_id"), "sound" if told.audio else "silent"
        return "~".join((task, told.offer.id, told.resolution or "", told.mode, sound)) if task else None

    def asking(self, job: str) -> Call:
        """See Family."""
        return Call("GET", f"{_TASKS}/{job.partition('~')[0]}")

    def stopping(self, job: str) -> Call:
        """See Family: only what still waits is cancelled, the rest is refused and runs on."""
        return Call("POST", f"{_TASKS}/{job.partition('~')[0]}/cancel")

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """See Family."""
        word, url = text(said, "output", "task_status"), text(said, "output", "video_url")
        state = _STATES.get(word, "unknown")
        code, message = text(said, "output", "code"), text(said, "output", "message")
        reason = ": ".join(part for part in (code, message) if part)
        if word == "UNKNOWN":
            reason = "the task is unknown: a day old and gone, or of another region"
        elif state == "unknown":
            reason = f"its status is {word!r}"
        elif state == "failed" and _kind(code, message) == "moderated":
            state = "moderated"
        elif state == "done" and not url:
            state, reason = "unknown", "it is done and names no file"
        links = (Link(url=url),) if state == "done" else ()
        return Job(job, state, links, self._billed(job, at(said, "usage")), reason)

    def lost_job(self, job: str, status: int, said: Mapping[str, Any]) -> Job:
        """See Family. A key that is not taken says nothing about the job: raises Unanswered."""
        if status in (401, 403):
            raise Unanswered(f"{self.name} does not take the key: {words(said) or f'HTTP {status}'}")
        return super().lost_job(job, status, said)

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """See Family."""
        if status >= 500:
            return None
        kind = _kind(text(said, "code"), text(said, "message"))
        if kind is None:
            return super().refusal(status, said, headers)
        return Refused(kind, words(said) or f"HTTP {status}", wait_s(headers))

    async def place(self, wire: Wire, one: Input, path: Path) -> str:
        """See Family: inside the request where the model reads that, else in the seller's own store, where it lies for two days.

        That the store takes keys of Singapore too is what the seller's own tools assume; its pages name Beijing alone.
        """
        content, model = path.read_bytes(), _model.get()
        if _dialect(model).inline and kind_of(content).startswith("image/") and len(content) <= self.inline:
            return data_uri(content)
        response = await wire.ask(
            "GET", self.url + _UPLOADS, params={"action": "getPolicy", "model": model}, headers=self.headers()
        )
        said = read(response) or {}
        leave = at(said, "data")
        if response.status_code != 200 or not isinstance(leave, Mapping):
            refused = self.refusal(response.status_code, said, response.headers)
            raise refused or Unsent(f"{self.name} gives no leave to upload: HTTP {response.status_code}")
        most = at(leave, "max_file_size_mb")
        if isinstance(most, int | float) and len(content) > most * _MEBI:
            raise Refused("input", f"a file of {len(content)} bytes is over the {most} MB that {self.name} takes")
        return await self._put(wire, leave, content)

    async def _put(self, wire: Wire, leave: Mapping[str, Any], content: bytes) -> str:
        kind = kind_of(content)
        key = f"{text(leave, 'upload_dir')}/{sha256(content).hexdigest()[:32]}{extension(kind)}"
        form = {
            "OSSAccessKeyId": text(leave, "oss_access_key_id"), "Signature": text(leave, "signature"), "policy": text(leave, "policy"),
            "key": key, "x-oss-object-acl": text(leave, "x_oss_object_acl"),
            "x-oss-forbid-overwrite": text(leave, "x_oss_forbid_overwrite"), "success_action_status": "200",
            "x-oss-content-type": kind,
        }  # fmt: skip
        store = text(leave, "upload_host")
        if not self._own(store):
            raise Unsent(f"{self.name} names a store that is not its own: {store[:80]!r}")
        response = await wire.ask("POST", store, data=form, files={"file": (key.rpartition("/")[2], content, kind)})
        # What lies there already was put there by a try whose answer was lost: its name is its digest.
        if response.status_code not in (200, 409):
            raise Unsent(f"the store of {self.name} answered HTTP {response.status_code}")
        return "oss://" + key

    def _own(self, store: str) -> bool:
        try:
            there, here = httpx.URL(store), httpx.URL(self.url)
        except httpx.InvalidURL:
            return False
        own = there.scheme == "https" and there.host.endswith(_OWN_HOSTS)
        return own or (there.scheme, there.host, there.port) == (here.scheme, here.host, here.port)

    async def _files(self, wire: Wire, told: Fitted, create: Create) -> dict[str, str]:
        with _placing(told.model):
            return await super()._files(wire, told, create)

    def _billed(self, job: str, usage: Any) -> Money | None:
        """The seconds that an answer tells, in and out, by the tariff of what was ordered."""
        parts = job.split("~")
        offer = self._offers.get(parts[1]) if len(parts) == 5 else None
        whole = _length(at(usage, "duration"))
        if offer is None or isinstance(offer.price, Unknown) or whole is None:
            return None
        if not whole:
            return Money(0, offer.price.currency)
        given, made = _length(at(usage, "input_video_duration")), _length(at(usage, "output_video_duration"))
        if not given or not made or given + made != whole:
            given, made = Fraction(0), whole
        lines = at(usage, "SR")
        resolution = f"{lines}p" if isinstance(lines, int) else parts[2]
        mode = cast(Mode, parts[3])
        owed = price(offer, Wanted(made, resolution or None, audio=parts[4] == "sound", mode=mode, input_video_s=given))
        return owed.expected if owed else None


class China(DashScope):
    """The Chinese side, at Beijing."""

    base = "https://dashscope.aliyuncs.com"


def _dialect(model: str) -> Dialect:
    return _DIALECTS.get(model, _WAN_3)


def _needs(model: str) -> bool:
    return model in _DIALECTS and not model.endswith("-t2v")


def _kind(code: str, message: str) -> RefusalKind | None:
    told, said = code.lower(), message.lower()
    closer = next((kind for mark, kind in _CLOSER if mark in said), None)
    return closer or next((kind for start, kind in _CODES if told.startswith(start)), None)


def _seconds(told: Fitted, create: Create) -> int | None:
    """How long it is to be; None where it follows the clip that is given. A worked-on clip can be cut shorter, and then costs less."""
    source = told.of("source_video")
    if not source or told.mode == "extend":
        return told.whole_seconds()
    from callsheet.media.probe import probe

    try:
        lasts = probe(create.references[source[0].sha256]).duration
    except MediaError as error:
        raise Unfit([Refusal("modes", f"the clip cannot be read: {error.what}")]) from error
    return told.whole_seconds() if _SHORTEST_CUT <= told.seconds <= min(lasts, _LONGEST_CUT) else None


def _length(seconds: Any) -> Fraction | None:
    known = isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds >= 0
    return Fraction(str(seconds)) if known else None


@contextmanager
def _placing(model: str) -> Iterator[None]:
    token = _model.set(model)
    try:
        yield
    finally:
        _model.reset(token)


FAMILIES: Mapping[str, type[Family]] = {"dashscope-cn": China, "dashscope": DashScope}
