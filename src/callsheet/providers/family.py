"""A protocol family: what every provider that speaks one wire protocol has in common. A new provider fills in a handful of methods."""

import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import httpx

from callsheet.catalog import Offer as Listed
from callsheet.catalog import Refusal, Unknown
from callsheet.catalog.latency import length, usual
from callsheet.errors import NotFoundError
from callsheet.film import Order
from callsheet.film.price import Money, Price
from callsheet.providers.answers import data_uri, read, wait_s, words
from callsheet.providers.fitting import Fitted, Input, Unfit, fitted, tier
from callsheet.providers.hosted import Accepted, Create, Forged, Hint, Job, RefusalKind, Refused, Traits
from callsheet.providers.keys import redacted
from callsheet.providers.lending import lent, noted
from callsheet.providers.protocol import Offer
from callsheet.providers.safety import origins
from callsheet.providers.waiting import Basis, Wait
from callsheet.providers.wire import Lost, Unanswered, Unsent, Wire

_AT_ONCE = 2
"""Jobs in flight where the seller states no limit."""
_PER_MINUTE = 60
_KINDS: Mapping[int, RefusalKind] = {
    400: "input", 401: "auth", 402: "funds", 403: "auth", 404: "input", 405: "input", 410: "retired", 413: "input",
    422: "input", 429: "rate",
}  # fmt: skip
"""Statuses that prove that nothing was accepted, with what they mean where the answer says nothing closer."""


@dataclass(frozen=True)
class Call:
    """One request. `path` is joined to the provider's base, unless it is a whole address."""

    method: str
    path: str
    json: Any = None
    data: Mapping[str, Any] | None = None
    """Form fields; with `files` they are sent as multipart."""
    files: Sequence[tuple[str, tuple[str | None, Any, str | None]]] | None = None
    content: bytes | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def arguments(self, headers: Mapping[str, str]) -> dict[str, Any]:
        """For the HTTP client."""
        given = {"json": self.json, "data": self.data, "files": self.files, "content": self.content}
        sent: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if self.params:
            sent["params"] = dict(self.params)
        return {**sent, "headers": {**headers, **self.headers}}


class Family(ABC):
    """One seller of a family: the offers of one route, asked at `base` with `key`. `clock` is seconds since 1970."""

    protocol: ClassVar[str]
    """The name that routes in the catalogue have for it."""
    version: ClassVar[str] = "1"
    """Counts up when the same order would be told differently."""
    base: ClassVar[str]
    """Where it is, unless a route says otherwise."""
    traits_of: ClassVar[Mapping[str, Any]] = {}
    """What the family can do beyond what the catalogue says: `keyed`, `finds`, `refreshes`, `batch`, `poll_every_s`, `longest_s`..."""
    bases: ClassVar[Mapping[str, str]] = {}
    """Other addresses, by route."""
    keyless: ClassVar[bool] = False
    """Whether it can be asked without a key once it is said where it is: a server of one's own."""
    synchronous: ClassVar[bool] = False
    """Whether the answer to a create is the clip itself, so that whatever breaks it leaves the create's outcome unknown."""
    marks: ClassVar[str | None] = None
    """How its prompts point at the first image, where the catalogue does not say."""
    tells_beats: ClassVar[bool] = False
    """Whether its requests have room for the timed pictures of one clip, which `Fitted.beats` holds."""
    lends: bool = False
    """Whether files can be given to it by addresses of ours; see `callsheet.providers.lending`."""
    inline: ClassVar[int] = 8 << 20
    """Files up to this many bytes may travel inside the request."""

    def __init__(
        self,
        route: str,
        offers: Sequence[Listed],
        key: str,
        url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = route
        self.engine = f"{self.protocol}-{self.version}"
        self.url = (url or self.bases.get(route) or self.base).rstrip("/")
        self.clock = clock
        self._key = key
        self._offers = {offer.id: offer for offer in offers}
        self.traits = self._traits(tuple(offers))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.url!r})"

    # -- what a family fills in ------------------------------------------------------------------------------------------------

    @abstractmethod
    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """The request that makes the job. `files` maps the sha256 of every input to what the provider knows it by (see `place`)."""

    @abstractmethod
    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """The job that a good answer names, in whatever form `asking` needs later; None when it names none. May raise Refused."""

    @abstractmethod
    def asking(self, job: str) -> Call:
        """The question how a job stands."""

    @abstractmethod
    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """How it stands. A word that is not known is `unknown`, never `running`."""

    def headers(self) -> Mapping[str, str]:
        """What proves who asks."""
        return {"authorization": f"Bearer {self._key}"}

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """What an answer with an error status says; None when it does not prove that nothing was accepted."""
        kind = _KINDS.get(status)
        return None if kind is None else Refused(kind, words(said) or f"HTTP {status}", wait_s(headers))

    def lost_job(self, job: str, status: int, said: Mapping[str, Any]) -> Job:
        """What an error status in answer to `asking` means: mostly that the job is not known any more."""
        return Job(job, "unknown", reason=words(said) or f"HTTP {status}")

    async def place(self, wire: Wire, one: Input, path: Path) -> str:
        """Bring a file to where the provider sees it, before anything is ordered: by default inside the request, as a data URI."""
        content = path.read_bytes()
        if len(content) > self.inline:
            raise Refused("input", f"a file of {len(content)} bytes is over the {self.inline} that {self.name} takes")
        return data_uri(content)

    def fetches(self, one: Input) -> bool:
        """Whether it takes a file from a public address only, and has no place to bring it to."""
        return False

    def stopping(self, job: str) -> Call:
        """The request that cancels. Only where `traits.cancels`."""
        raise NotImplementedError(f"{self.name} cannot cancel")

    def listing(self, attempt: str) -> Call:
        """The question which job was made for an attempt. Only where `traits.finds`."""
        raise NotImplementedError(f"{self.name} cannot list")

    def listed(self, attempt: str, said: Mapping[str, Any]) -> str | None:
        """The job among what `listing` answers."""
        raise NotImplementedError(f"{self.name} cannot list")

    def listing_of_models(self) -> Call | None:
        """The question what it sells now; None for a seller that publishes no list. Asked without a key."""
        return None

    def models_listed(self, said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The fields of `Published` for every model in the answer."""
        return iter(())

    def hint(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """Read a webhook. Raises Forged; where a seller signs nothing, nothing is believed."""
        raise Forged(f"{self.name} signs no webhooks")

    def cost(self, told: Mapping[str, Any]) -> Money | None:
        """What an answer says was billed; None when it does not say."""
        return None

    @property
    def listed_offers(self) -> tuple[Listed, ...]:
        """Its part of the catalogue."""
        return tuple(self._offers.values())

    # -- a seller ----------------------------------------------------------------------------------------------------------

    def offers(self) -> tuple[Offer, ...]:
        """What its catalogue has that is sold today and whose name the seller knows."""
        if not self._key and not self.keyless:
            return ()
        today = datetime.fromtimestamp(self.clock(), UTC).date()
        return tuple(
            Offer(listed.id, listed.model.id, self.name, _lines(listed), listed.source, listed.verified_on.isoformat())
            for listed in self._offers.values()
            if listed.live_on(today) and not isinstance(listed.wire, Unknown)
        )

    def gone(self) -> tuple[tuple[str, str], ...]:
        """What it once sold and does not any more, each with since when and who says so."""
        today = datetime.fromtimestamp(self.clock(), UTC).date()
        return tuple(
            (listed.id, f"it is retired{_since(listed)} ({listed.says('status')})")
            for listed in self._offers.values()
            if listed.status_on(today) == "retired"
        )

    def refuses(self, offer: str, order: Order) -> str:
        """Why it does not take the order; empty when it does."""
        try:
            self.fit(offer, order)
        except Unfit as unfit:
            return str(unfit)
        return ""

    def quote(self, offer: str, order: Order) -> Price | None:
        """By the catalogue; None when that does not say, or when it does not take the order."""
        try:
            return self.fit(offer, order).price
        except Unfit:
            return None

    def wait(self, offer: str, seconds: Fraction) -> Wait | None:
        """How long a clip of so many seconds usually takes, by the catalogue; None when that does not say."""
        listed = self._offers.get(offer.partition(":")[0])
        made = None if listed is None else length(listed, seconds)
        found = None if listed is None or made is None else usual(listed, made)
        if found is None:
            return None
        basis: Basis = "assumed" if found.assumed else "stated"
        return Wait(found.queue_s + found.run_s, basis, found.source, min(one.on for one in found.evidence))

    def fit(self, offer: str, order: Order, seed: int = 0) -> Fitted:
        """The order as the offer takes it; `offer` may name a resolution after a colon. Raises Unfit, NotFoundError."""
        id, _, resolution = offer.partition(":")
        if id not in self._offers:
            raise NotFoundError(f"{self.name} does not sell {id!r}", remedy="`callsheet models` lists what is sold.")
        told = fitted(self._offers[id], order, seed, resolution=resolution or None, marks=self.marks)
        if told.beats and not self.tells_beats:
            raise Unfit([Refusal("modes", "its protocol has no words for several beats")])
        return told

    # -- a hosted provider -------------------------------------------------------------------------------------------------

    async def submit(self, wire: Wire, create: Create) -> Accepted:
        """Place the files, then send the create exactly once. Raises Refused, Unsent, Lost."""
        recipe = create.recipe
        with self._unseen():
            try:
                told = self.fit(recipe.offer, recipe.order, recipe.seed)
                files = await self._files(wire, told, create)
                call = self.create(told, files, create)
            except Unfit as unfit:
                raise Refused("input", str(unfit)) from unfit
            response = await wire.create(call.method, self._at(call), **self._arguments(call))
            lent = [
                noted(files[one.sha256], self.traits.longest_s, self.clock())
                for one in told.inputs
                if self.fetches(one)
            ]
            return Accepted(self._answered(response, told, create), "; ".join(lent))

    def _answered(self, response: httpx.Response, told: Fitted, create: Create) -> str:
        said = read(response)
        if response.status_code >= 300 or response.status_code < 200:
            refused = self.refusal(response.status_code, said or {}, response.headers)
            if refused is not None:
                raise refused
            raise Lost(f"{self.name} answered HTTP {response.status_code}", response.status_code)
        if said is None:
            raise Lost("the answer is not a JSON object", response.status_code)
        job = self.accepted(said, told)
        if not job:
            raise Lost(f"{self.name} answered without naming a job", response.status_code)
        return job

    async def poll(self, wire: Wire, jobs: Sequence[str]) -> Mapping[str, Job]:
        """How jobs stand. Raises Unanswered."""
        found = {job: await self._ask(wire, job) for job in jobs}
        return {job: replace(told, reason=redacted(told.reason, [self._key])) for job, told in found.items()}

    async def _ask(self, wire: Wire, job: str) -> Job:
        call = self.asking(job)
        response = await wire.ask(call.method, self._at(call), **self._arguments(call))
        said = read(response)
        if response.status_code in (401, 403):  # a key that no longer works says nothing about a job that was paid for
            raise Unanswered(f"{self.name} does not take the key: {redacted(words(said or {}), [self._key])}")
        if response.status_code >= 300:
            return self.lost_job(job, response.status_code, said or {})
        if said is None:
            raise Unanswered(f"{self.name} answered what is not a JSON object")
        return self.job(job, said)

    async def find(self, wire: Wire, attempt: str) -> str | None:
        """The job made under this attempt. Raises Unanswered."""
        call = self.listing(attempt)
        response = await wire.ask(call.method, self._at(call), **self._arguments(call))
        said = read(response)
        if response.status_code >= 300 or said is None:
            raise Unanswered(f"{self.name} answered HTTP {response.status_code} when asked for its jobs")
        return self.listed(attempt, said)

    async def cancel(self, wire: Wire, job: str) -> None:
        """Ask to stop a job; an answer that it has ended, or is not known, is good enough. Raises Unanswered."""
        call = self.stopping(job)
        response = await wire.ask(call.method, self._at(call), **self._arguments(call))
        if response.status_code >= 300 and response.status_code not in (400, 404, 405, 409, 410, 422):
            raise Unanswered(f"{self.name} answered HTTP {response.status_code} to a cancel")

    # -- inside ------------------------------------------------------------------------------------------------------------

    def _at(self, call: Call) -> str:
        return call.path if call.path.startswith(("http://", "https://")) else self.url + call.path

    def _arguments(self, call: Call) -> dict[str, Any]:
        """For the HTTP client. What proves who asks goes to the provider's own address only, whatever address an answer has named."""
        own = bool(origins([self.url]) & origins([self._at(call)]))
        return call.arguments(self.headers() if own else {})

    @contextmanager
    def _unseen(self) -> Iterator[None]:
        """Takes the key out of what is said when something goes wrong, where the provider's answer repeats it."""
        try:
            yield
        except (Refused, Lost, Unsent, Unanswered) as error:
            error.args = tuple(redacted(str(part), [self._key]) for part in error.args)
            if isinstance(error, Refused | Lost):
                error.reason = redacted(error.reason, [self._key])
            raise

    async def _files(self, wire: Wire, told: Fitted, create: Create) -> dict[str, str]:
        """Every input, where the provider sees it. Nothing is ordered here: whatever goes wrong, no byte of the create has left."""
        placed: dict[str, str] = {}
        try:
            for one in told.inputs:
                source = one.last_of or one.sha256
                if source not in create.references:
                    raise Unsent(f"a file of the order is missing: {one.role}")
                if self.fetches(one):
                    placed[one.sha256] = await lent(wire, create, one, self.traits.longest_s)
                    continue
                path = create.references[source]
                if one.last:
                    path = _last_frame(path)
                try:
                    placed[one.sha256] = await self.place(wire, one, path)
                finally:
                    if one.last:
                        path.unlink(missing_ok=True)
        except (Unanswered, Lost) as error:
            raise Unsent(f"a file could not be brought to {self.name}: {error}") from error
        except OSError as error:
            raise Unsent(f"a file cannot be read: {error.strerror}") from error
        return placed

    def _traits(self, listed: Sequence[Listed]) -> Traits:
        """What all of its offers agree on; where they do not, or it is unknown, the cautious answer."""
        stated: dict[str, Any] = {
            "refreshes": _agreed(o.result.refreshable for o in listed) is True,
            "reports_cost": _agreed(o.charges.reported for o in listed) is True,
            "charges_failed": _agreed(o.charges.failed for o in listed),
            "charges_moderated": _agreed(o.charges.moderated_out for o in listed),
            "charges_cancelled": _agreed(_cancelled(o) for o in listed),
            "concurrency": min(
                (n for o in listed if isinstance(n := o.limits.concurrency, int) and n), default=_AT_ONCE
            ),
            "per_minute": min(
                (n for o in listed if isinstance(n := o.limits.per_minute, int) and n), default=_PER_MINUTE
            ),
        }
        polls = [n for o in listed if isinstance(n := o.control.poll_s, int)]
        stated |= {"poll_every_s": float(max(polls))} if polls else {}
        return Traits(**{"keyed": False, "finds": False, "cancels": False, **stated, **self.traits_of})


def _agreed(said: Iterable[bool | Unknown]) -> bool | None:
    """What is said of all offers, when it is known of all and the same; else None."""
    found = set(said)
    only = found.pop() if len(found) == 1 else Unknown.UNKNOWN
    return None if isinstance(only, Unknown) else only


def _cancelled(listed: Listed) -> bool | Unknown:
    """Whether a cancelled job is billed, where it is the same for whatever can be cancelled there."""
    charges = listed.charges
    if listed.control.cancel == "waiting" or charges.cancelled_waiting is charges.cancelled_running:
        return charges.cancelled_waiting
    return Unknown.UNKNOWN


def _since(listed: Listed) -> str:
    return f" since {listed.sunset_on}" if isinstance(listed.sunset_on, date) else ""


def _lines(listed: Listed) -> int:
    from callsheet.catalog.known import lines

    chosen = tier(listed)
    return lines(chosen) if chosen else 0


def _last_frame(path: Path) -> Path:
    """The last frame of a clip, as a file of its own that the caller removes. Raises MediaError."""
    from callsheet.media.decode import still_frame
    from callsheet.media.stills import png

    with tempfile.NamedTemporaryFile(suffix=".png", delete=False) as file:
        file.write(png(still_frame(path, -1)))
    return Path(file.name)
