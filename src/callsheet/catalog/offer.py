"""An offer: a model as one seller sells it in one region, with who says so and since when for everything that is said."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from callsheet.catalog.known import (
    UNKNOWN,
    Aspect,
    Count,
    Durations,
    Evidence,
    Fact,
    Flag,
    KnownText,
    Resolution,
    Size,
    Unknown,
    lines,
)
from callsheet.catalog.tariff import Mode, Tariff
from callsheet.errors import NotFoundError
from callsheet.film.model import Text

OfferId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*@[a-z0-9][a-z0-9._-]*$")]
"""`<model>@<route>`: `kling-4.0@fal`, `wan-3.0@dashscope-cn`."""
Status = Literal["active", "preview", "announced", "retired"]
Feature = Mode | Literal["audio"]


def _one(value: object) -> object:
    return [value] if isinstance(value, str) and value != "unknown" else value


def _mapped(value: object) -> object:
    return {"any": value} if isinstance(value, str) and value != "unknown" else value


_GROUPS = {
    "frames": ("first_frame", "last_frame"),
    "references": ("reference_images", "reference_videos", "reference_audio"),
}


def _pairs(value: object) -> object:
    """Pairs in which `frames` and `references` stand for each of their kind."""
    if not isinstance(value, list):
        return value
    spelt: list[object] = []
    for pair in value:
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(side, str) for side in pair):
            one, other = (_GROUPS.get(side, (side,)) for side in pair)
            spelt += [(a, b) for a in one for b in other]
        else:
            spelt.append(pair)
    return spelt


Pairs = Annotated[tuple[tuple[Feature, Feature], ...], BeforeValidator(_pairs)]
Day = date | Unknown
Names = Annotated[tuple[Text, ...] | Unknown, BeforeValidator(_one)]


class Model(Fact):
    """The model itself, whoever sells it."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    version: KnownText = UNKNOWN
    maker: KnownText = UNKNOWN
    family: Text
    weights: Literal["open", "closed"] | Unknown = UNKNOWN
    licence: KnownText = UNKNOWN


class References(Fact):
    """How many files of each kind may be given, and for how long they may last together, in seconds. 0 is none."""

    images: Count = UNKNOWN
    videos: Count = UNKNOWN
    audio: Count = UNKNOWN
    total: Count = UNKNOWN
    video_s: Count = UNKNOWN
    audio_s: Count = UNKNOWN
    with_output_s: Count = UNKNOWN
    """How long given video and output may last together."""
    keyframes: Count = UNKNOWN
    syntax: KnownText = UNKNOWN
    """How a prompt points at a reference."""


class Beats(Fact):
    """What holds for the timed pictures inside one clip, where the model takes several."""

    most: Count = UNKNOWN
    shortest_s: Count = UNKNOWN
    """The least that one lasts, in seconds."""
    prompt_most: Count = UNKNOWN
    """How long the words for one may be, in the unit of the prompt."""


class Prompt(Fact):
    """What may be said."""

    most: Count = UNKNOWN
    unit: Literal["chars", "utf16", "tokens"] | Unknown = UNKNOWN
    over: Literal["refused", "cut"] | Unknown = UNKNOWN
    """What becomes of a longer prompt."""
    negative: Flag = UNKNOWN
    rewritten: Literal["always", "toggle", "never"] | Unknown = UNKNOWN


class Dial(Fact):
    """A field that trades faithfulness for freedom: `low` is its value closest to the prompt, `high` where the model is freest."""

    field: Text
    low: Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$")]
    high: Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$")]


class Result(Fact):
    """What comes back, and for how many hours it is kept."""

    kind: Literal["url", "bytes", "file"] | Unknown = UNKNOWN
    hours: Count = UNKNOWN
    task_hours: Count = UNKNOWN
    """How long the task itself can be asked about."""
    refreshable: Flag = UNKNOWN
    last_frame: Flag = UNKNOWN
    """Whether the last frame can be had as a picture."""
    formats: Names = UNKNOWN


class Charges(Fact):
    """Whether these are billed, and whether the bill is told."""

    failed: Flag = UNKNOWN
    moderated_in: Flag = UNKNOWN
    moderated_out: Flag = UNKNOWN
    cancelled_waiting: Flag = UNKNOWN
    cancelled_running: Flag = UNKNOWN
    reported: Flag = UNKNOWN


class Limits(Fact):
    """How much at once."""

    concurrency: Count = UNKNOWN
    queue: Count = UNKNOWN
    per_minute: Count = UNKNOWN
    per: Literal["key", "model", "project", "account"] | Unknown = UNKNOWN
    over: Literal["waits", "refused"] | Unknown = UNKNOWN


class Control(Fact):
    """What can be done about an order that is out."""

    cancel: Literal["waiting", "running", "none"] | Unknown = UNKNOWN
    idempotency: Literal["key", "client-id", "none"] | Unknown = UNKNOWN
    listing: Flag = UNKNOWN
    webhook: Literal["signed", "unsigned", "none"] | Unknown = UNKNOWN
    poll_s: Count = UNKNOWN
    """Not asked more often than this."""


class Latency(Fact):
    """How long an order usually takes, in seconds: it waits for `queue_s`, then takes `start_s` and `each_s` for every second of the clip."""

    queue_s: Count = UNKNOWN
    start_s: Count = UNKNOWN
    each_s: Count = UNKNOWN


class Legal(Fact):
    """What the route's terms say. They follow the route, not the model."""

    training: Literal["licensed", "unlicensed"] | Unknown = UNKNOWN
    """What the model was trained on, as its maker claims."""
    trains_on_input: Flag = UNKNOWN
    """Whether the seller learns from what it is given."""
    indemnity: Literal["yes", "no", "enterprise"] | Unknown = UNKNOWN
    commercial: Flag = UNKNOWN
    output_rights: KnownText = UNKNOWN
    faces: Literal["allowed", "consent", "asset", "denied"] | Unknown = UNKNOWN
    """Real people in references: `asset` means vetted beforehand."""
    celebrities: Literal["allowed", "blocked"] | Unknown = UNKNOWN
    minors: Literal["allowed", "allowlist", "blocked"] | Unknown = UNKNOWN
    territory_only: Names = UNKNOWN
    territory_excluded: Names = UNKNOWN
    retention: KnownText = UNKNOWN
    residency: KnownText = UNKNOWN
    watermark_visible: Literal["always", "toggle", "none"] | Unknown = UNKNOWN
    watermark_invisible: KnownText = UNKNOWN
    c2pa: Flag = UNKNOWN
    claims: tuple[Text, ...] = ()
    """Claims and clauses to read before use."""


class Change(Fact):
    """Something about the offer that became different on a day."""

    on: date
    field: Text
    was: Text
    now: Text
    where: Text


class Offer(Fact):
    """One row of the catalogue. What is not stated is `unknown`, for good: nothing is assumed in its place."""

    id: OfferId
    model: Model
    route: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    """Seller and region."""
    provider: Text
    """The seller."""
    protocol: Text
    """The family of wire protocols the seller speaks."""
    region: KnownText = UNKNOWN
    wire: Annotated[dict[str, Text] | Unknown, BeforeValidator(_mapped)] = UNKNOWN
    """The seller's own name for the model, by mode where it has several; `any` for the others."""
    status: Status | Unknown
    released_on: Day = UNKNOWN
    sunset_on: date | Unknown | None = None
    """The day it ends; None when no end has been announced."""
    replacement: OfferId | None = None
    """What its seller names as its successor."""
    modes: tuple[Mode, ...] | Unknown = UNKNOWN
    lacks: tuple[Mode, ...] = ()
    """Modes it is known not to have; one that is in neither list is unknown."""
    excludes: Pairs = ()
    """What cannot be asked together."""
    requires: Pairs = ()
    """The first of a pair needs the second."""
    caps: dict[Mode, Resolution] = {}
    """The largest resolution a mode can have."""
    durations: Durations | Unknown = UNKNOWN
    resolutions: tuple[Resolution, ...] | Unknown = UNKNOWN
    upscaled: tuple[Resolution, ...] = ()
    """Resolutions that are enlarged from a smaller picture."""
    aspects: tuple[Aspect, ...] | Unknown = UNKNOWN
    sizes: dict[Resolution, dict[Aspect, Size]] = {}
    """The frame that really comes, where it is known."""
    fps: Annotated[tuple[Annotated[int, Field(gt=0)], ...] | Unknown, BeforeValidator(_one)] = UNKNOWN
    references: References = References()
    beats: Beats = Beats()
    prompt: Prompt = Prompt()
    audio: Literal["always", "toggle", "yes", "none"] | Unknown = UNKNOWN
    """Sound made with the picture; `yes` where it is not known whether it can be turned off."""
    seed: Flag = UNKNOWN
    creativity: Dial | Literal["none"] | Unknown = UNKNOWN
    camera: Literal["text", "fields", "none"] | Unknown = UNKNOWN
    price: Tariff | Unknown = UNKNOWN
    result: Result = Result()
    charges: Charges = Charges()
    limits: Limits = Limits()
    control: Control = Control()
    latency: Latency = Latency()
    legal: Legal = Legal()
    notes: tuple[Text, ...] = ()
    history: tuple[Change, ...] = ()
    evidence: dict[str, Evidence]
    """By field, dotted: `price`, `legal.faces`. Ask `says` for one."""

    def says(self, field: str) -> Evidence:
        """Who says what stands in `field`. Raises NotFoundError for a field about which nobody says anything."""
        at = field
        while at:
            if at in self.evidence:
                return self.evidence[at]
            at = at.rpartition(".")[0]
        raise NotFoundError(f"{self.id} says nothing about {field}", remedy="What is not stated is unknown.")

    @property
    def verified_on(self) -> date:
        """The day its price was read; where there is none, the day that it was seen to be sold."""
        return self.says("status" if isinstance(self.price, Unknown) else "price").on

    @property
    def source(self) -> str:
        """Where its price was read; where there is none, where it was seen to be sold."""
        return self.says("status" if isinstance(self.price, Unknown) else "price").where

    def status_on(self, today: date) -> Status | Unknown:
        """Its status on a day: retired from its sunset on, announced until it is released."""
        if isinstance(self.sunset_on, date) and self.sunset_on <= today:
            return "retired"
        if isinstance(self.released_on, date) and self.released_on > today:
            return "announced"
        return self.status

    def live_on(self, today: date) -> bool:
        """Whether it is known to be sold on a day."""
        return self.status_on(today) in ("active", "preview")

    def can(self, mode: Mode) -> bool | Unknown:
        """Whether it has a mode."""
        if not isinstance(self.modes, Unknown) and mode in self.modes:
            return True
        return False if mode in self.lacks else UNKNOWN

    def wire_name(self, mode: Mode) -> str | Unknown:
        """The seller's name for the model in a mode. One that ends in `*` names a family of which the seller's page has the rest."""
        if isinstance(self.wire, Unknown):
            return UNKNOWN
        return self.wire.get(mode, self.wire.get("any", UNKNOWN))

    def size(self, resolution: str, aspect: str) -> Size | Unknown:
        """The frame that comes. A picture on its side has the size of the upright one, turned."""
        frames = self.sizes.get(resolution, {})
        if aspect in frames:
            return frames[aspect]
        turned = ":".join(reversed(aspect.split(":")))
        return frames[turned].turned if turned in frames else UNKNOWN

    @property
    def lines(self) -> int | Unknown:
        """The most lines of picture it makes."""
        return UNKNOWN if isinstance(self.resolutions, Unknown) else max(map(lines, self.resolutions))

    def field(self, path: str) -> Any:
        """The value at a dotted path: `legal.indemnity`, `model.maker`. Raises NotFoundError."""
        node: Any = self
        for step in path.split("."):
            if isinstance(node, Mapping) and step in node:
                node = node[step]
            elif isinstance(node, Fact) and step in type(node).model_fields:
                node = getattr(node, step)
            elif isinstance(node, Unknown):
                return node
            else:
                raise NotFoundError(
                    f"an offer has no field {path!r}", remedy="Fields: " + ", ".join(_paths(type(self))) + "."
                )
        return node


def _paths(cls: type[Fact]) -> list[str]:
    found = []
    for name, info in cls.model_fields.items():
        kind = info.annotation
        inner = isinstance(kind, type) and issubclass(kind, Fact)
        found += [f"{name}.{deep}" for deep in kind.model_fields] if inner and kind else [name]
    return found
