"""Relays: a JSON POST answers with a job's name, a GET says how it stands and where the clip is. Each relay's own words are a `Dialect`.

A relay whose words nobody has stated sells nothing here: they are not guessed. A plug-in states one in a few lines:

    class Mine(Generic):
        dialect = Dialect(base="https://api.example.com", create="/v1/videos", ask="/v1/videos/{job}", fields={...}, states={...})
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar
from urllib.parse import quote

from callsheet.catalog import Offer as Listed
from callsheet.catalog import Refusal, Unknown
from callsheet.film import Order
from callsheet.film.price import Money
from callsheet.providers.answers import at, exact, text, wait_s, words
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted, InputKind, Unfit
from callsheet.providers.hosted import Create, Job, JobState, Link, RefusalKind, Refused
from callsheet.providers.protocol import Offer
from callsheet.providers.wire import Lost

Place = tuple[str | int, ...]
"""Where something lies in an answer."""


@dataclass(frozen=True)
class Dialect:
    """A relay's own words. What it has no field for is refused when an order needs it."""

    base: str
    create: str
    """The path that orders; `{model}` stands for the model's name, where it is not a field."""
    ask: str
    """The path that tells how `{job}` stands."""
    fields: Mapping[str, str]
    """Its names for what is said: model, prompt, negative, seconds, resolution, aspect, size, audio, seed, webhook, attempt, and for files
    the names of `Input.kind`. `prompt` has to be there."""
    states: Mapping[str, JobState]
    job: Place = ("id",)
    state: Place = ("status",)
    url: Place = ("url",)
    reason: Place = ("error",)
    cost: Place = ()
    """Where it says what it billed, if it does: so many times `worth` in `currency`."""
    worth: Fraction = Fraction(1)
    currency: str = "USD"
    within: Place = ()
    """The object of the request that holds all fields but the model; the request itself when empty."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """What every request says beside them."""
    seconds: Callable[[int], Any] = int
    """How a length is written."""
    sizes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Its word for a frame, by resolution and aspect, where it has one word for both."""
    lists: frozenset[InputKind] = frozenset(("reference_image", "reference_video", "reference_audio"))
    """Files whose field holds a list."""
    code: Place = ("error", "code")
    """Where an error says what kind it is."""
    codes: Mapping[str, RefusalKind] = field(default_factory=dict)
    """Kinds of error after which there is no job; by the status of the answer where it names none of them."""
    good: tuple[Place, frozenset[Any]] | None = None
    """Where an answer with a good status says whether it is one, and what it then says."""
    moderated: frozenset[str] = frozenset()
    """Parts of a failed job's reason, or of an error's words, that mean the content."""
    empty: frozenset[str] = frozenset()
    """Parts of an error's words that mean an empty account."""
    key: tuple[str, str] = ("authorization", "Bearer ")
    """The header that carries the key, and what stands before it."""
    cancel: tuple[str, str] | None = None
    """Method and path that cancel `{job}`."""


class Generic(Family):
    """A relay that speaks `dialect`. Without one it sells nothing."""

    protocol = "aggregator"
    base = "https://unstated.invalid"
    dialect: ClassVar[Dialect | None] = None

    def __init__(
        self,
        route: str,
        offers: Sequence[Listed],
        key: str,
        url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(route, offers, key, url or (self.dialect.base if self.dialect else None), clock)
        if self.dialect is not None:
            able = {"cancels": self.dialect.cancel is not None, "reports_cost": bool(self.dialect.cost)}
            self.traits = replace(self.traits, **able)

    @property
    def said(self) -> Dialect:
        """The dialect. Raises Unfit where none is stated."""
        if self.dialect is None:
            raise Unfit([Refusal("wire", f"how {self.name} is asked is not known")])
        return self.dialect

    def offers(self) -> tuple[Offer, ...]:
        """Nothing, until it is known how it is asked."""
        return super().offers() if self.dialect else ()

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """See Family. Raises Unfit also for what the dialect has no field for."""
        dialect = self.said
        told = super().fit(offer, order, seed)
        needed: dict[str, bool] = {
            "negative": told.negative is not None,
            "audio": told.audio and told.offer.audio != "always",
            "seconds": True,
            **{one.kind: True for one in told.inputs},
        }  # fmt: skip
        lacking = [name for name, needs in needed.items() if needs and name not in dialect.fields]
        if "size" in dialect.fields:
            if (told.resolution or "", told.aspect) not in dialect.sizes:
                lacking.append(f"{told.resolution} in {told.aspect}")
        else:
            one = told.offer.resolutions
            only = told.resolution is None or (not isinstance(one, Unknown) and len(one) == 1)
            lacking += ["resolution"] * (not only and "resolution" not in dialect.fields)
            lacking += ["aspect"] * ("aspect" not in dialect.fields and not told.of("first_frame"))
        if told.dial is not None and told.dial[0] not in dialect.fields.values():
            lacking.append(told.dial[0])
        if lacking:
            raise Unfit([Refusal("wire", f"{self.name} has no field for {name}") for name in lacking])
        return told

    def headers(self) -> Mapping[str, str]:
        """The key, in the relay's own header."""
        name, before = self.said.key
        return {name: before + self._key}

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """Every field that the dialect has a name for."""
        dialect = self.said
        values: dict[str, Any] = {
            "prompt": told.prompt,
            "negative": told.negative,
            "seconds": dialect.seconds(told.whole_seconds()),
            "resolution": told.resolution,
            "aspect": told.aspect,
            "size": dialect.sizes.get((told.resolution or "", told.aspect)),
            "audio": told.audio,
            "seed": told.seed,
            "webhook": create.webhook,
            "attempt": create.attempt,
        }
        for one in told.inputs:
            if one.kind in dialect.lists:
                values.setdefault(one.kind, []).append(files[one.sha256])
            elif one.kind in values:
                raise Unfit([Refusal("wire", f"{self.name} takes one {one.kind}")])
            else:
                values[one.kind] = files[one.sha256]
        body: dict[str, Any] = {dialect.fields["model"]: told.model} if "model" in dialect.fields else {}
        inner = body
        for step in dialect.within:
            inner = inner.setdefault(str(step), {})
        inner |= dialect.fixed
        inner |= {
            dialect.fields[name]: value
            for name, value in values.items()
            if name in dialect.fields and value is not None
        }
        if told.dial is not None:
            inner[told.dial[0]] = float(told.dial[1])
        return Call("POST", dialect.create.replace("{model}", quote(told.model, safe="/")), json=body)

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """The job's name; a good status may hide an error."""
        if self._hidden(said):
            status = at(said, *self.said.good[0]) if self.said.good else None
            refused = self.refusal(status if isinstance(status, int) else 0, said, {})
            raise refused or Lost(f"{self.name} answered {status!r}: {words(said)}".rstrip(": "))
        job = at(said, *self.said.job)
        return str(job) if isinstance(job, int | str) and not isinstance(job, bool) else None

    def asking(self, job: str) -> Call:
        """See Family."""
        return Call("GET", self.said.ask.replace("{job}", quote(job, safe="")))

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """By the dialect's words for states."""
        dialect = self.said
        if self._hidden(said):
            return Job(job, "unknown", reason=words(said) or "it answered with an error")
        word, reason = at(said, *dialect.state), self._reason(said)
        state = dialect.states.get(word, "unknown") if isinstance(word, str) else "unknown"
        if state == "unknown":
            return Job(job, "unknown", reason=f"its status is {word!r}")
        if state == "failed" and any(part in reason.lower() for part in dialect.moderated):
            state = "moderated"
        url = text(said, *dialect.url)
        if state == "done" and not url:
            return Job(job, "unknown", cost=self.cost(said), reason="it is done and names no file")
        return Job(job, state, (Link(url=url),) if state == "done" else (), self.cost(said), reason)

    def cost(self, told: Mapping[str, Any]) -> Money | None:
        """What the relay says it billed."""
        dialect = self.said
        return exact(at(told, *dialect.cost), dialect.worth, dialect.currency) if dialect.cost else None

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """By the dialect's kinds of error, else by its words, else by status."""
        reason = words(said) or f"HTTP {status}"
        kind = self.said.codes.get(str(at(said, *self.said.code)))
        if kind is None and status < 500:
            told = reason.lower()
            spoken: Mapping[RefusalKind, frozenset[str]] = {"funds": self.said.empty, "moderated": self.said.moderated}
            kind = next((kind for kind, parts in spoken.items() if any(part in told for part in parts)), None)
        return Refused(kind, reason, wait_s(headers)) if kind else super().refusal(status, said, headers)

    def stopping(self, job: str) -> Call:
        """See Family."""
        if self.said.cancel is None:
            return super().stopping(job)
        method, path = self.said.cancel
        return Call(method, path.replace("{job}", quote(job, safe="")))

    def _hidden(self, said: Mapping[str, Any]) -> bool:
        """Whether an answer with a good status is an error."""
        good = self.said.good
        return good is not None and at(said, *good[0]) not in good[1]

    def _reason(self, said: Mapping[str, Any]) -> str:
        found = at(said, *self.said.reason)
        return found[:500] if isinstance(found, str) else words(found) if isinstance(found, Mapping) else ""


class WaveSpeed(Generic):
    """Its envelope is documented. What a model's own fields are called, its page says: these are the usual ones."""

    dialect = Dialect(
        base="https://api.wavespeed.ai",
        create="/api/v3/{model}",
        ask="/api/v3/predictions/{job}",
        fields={
            "prompt": "prompt", "seconds": "duration", "size": "size", "seed": "seed", "negative": "negative_prompt",
            "first_frame": "image", "last_frame": "last_image",
        },
        sizes={
            ("480p", "16:9"): "832*480", ("480p", "9:16"): "480*832", ("720p", "16:9"): "1280*720", ("720p", "9:16"): "720*1280",
        },
        states={"created": "waiting", "processing": "running", "completed": "done", "failed": "failed"},
        job=("data", "id"),
        state=("data", "status"),
        url=("data", "outputs", 0),
        reason=("data", "error"),
        good=(("code",), frozenset((200,))),
        moderated=frozenset(("nsfw", "sensitive", "moderat", "content policy")),
        # What it says of an empty account is not documented: the usual words.
        empty=frozenset(("insufficient", "not enough credit", "balance is too low", "top up")),
    )  # fmt: skip


FAMILIES: Mapping[str, type[Family]] = {"wavespeed": WaveSpeed, "any": Generic}
