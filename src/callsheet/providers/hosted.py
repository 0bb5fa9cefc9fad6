"""A hosted provider: one who is asked over the network, bills for it, and delivers later.

The protocol is what the floor needs to buy a take once: a create that is sent one time, a way to ask how a job stands, and a plain statement of
what the provider can do when an answer is lost. What a provider cannot do, nobody pretends it can.
"""

import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from callsheet.film import Framing, Money, Recipe
from callsheet.providers.protocol import Seller

if TYPE_CHECKING:  # who only quotes needs no HTTP client
    from callsheet.providers.wire import Wire

RefusalKind = Literal["rate", "concurrency", "funds", "moderated", "input", "retired", "auth", "busy"]
"""Why a create was turned down: too many a minute; too many at once; the account is out of money; its content; the request is wrong or
over a limit; the model is gone; the key; the provider says it did not take it for a reason of its own."""

JobState = Literal["waiting", "running", "done", "failed", "moderated", "cancelled", "unknown"]
"""`unknown` is any answer that cannot be read as one of the others: nobody polls on in hope."""

FINAL: frozenset[JobState] = frozenset(("done", "failed", "moderated", "cancelled", "unknown"))


class Refused(Exception):
    """The provider answered that it did not accept the create: no job exists and nothing is billed. `after_s` is when to try again."""

    def __init__(self, kind: RefusalKind, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.kind, self.reason, self.after_s = kind, reason, after_s

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


@dataclass(frozen=True)
class Traits:
    """What a provider declares that it can do."""

    keyed: bool
    """A create sent again under the same attempt id makes no second job and returns the first."""
    finds: bool
    """A job can be found by the attempt id that was sent with it."""
    cancels: bool
    refreshes: bool
    """Asking again about a finished job gives fresh links."""
    reports_cost: bool
    concurrency: int
    """Jobs in flight at once, over all workers."""
    per_minute: int
    """Creates a minute, over all workers."""
    batch: int = 1
    """Jobs that one poll can ask about."""
    poll_every_s: float = 5.0
    longest_s: float = 3600.0
    """A job that is not final by then is given up: cancelled where that is possible, else held as unknown."""
    charges_failed: bool | None = None
    """Whether a failed job is billed; None when the provider does not say."""
    charges_moderated: bool | None = None
    """Whether a moderated job is billed; None when the provider does not say."""
    charges_cancelled: bool | None = None
    """Whether a job that was cancelled is billed; None when the provider does not say, or when it depends."""


@dataclass(frozen=True)
class Link:
    """Where a finished clip can be had, until it expires. `bytes` is its length where the provider says it."""

    framing: Framing | None = None
    """Its picture shape; None for the one that was ordered first."""
    url: str = ""
    bytes: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the provider wants to see before it hands the clip out: a key, it may be."""
    content: builtins.bytes | None = field(default=None, repr=False)
    """The clip itself, where the provider answers with it."""


@dataclass(frozen=True)
class Accepted:
    """The provider has taken the create: from here on it may bill."""

    job: str
    note: str = ""
    """What is to be kept about how it was asked: links that were lent, without what opens them."""


@dataclass(frozen=True)
class Job:
    """How a job stands. `cost` is what the provider says it billed; None when it does not say."""

    id: str
    state: JobState
    links: tuple[Link, ...] = ()
    cost: Money | None = None
    reason: str = ""


@dataclass(frozen=True)
class Create:
    """All that a create needs. `attempt` travels as idempotency key and client id wherever the provider has room for one."""

    attempt: str
    recipe: Recipe
    references: Mapping[str, Path] = field(default_factory=dict)
    """sha256 to file, for every reference the recipe names."""
    webhook: str | None = None
    """The address at which a hint may be left, when there is one that the provider can reach."""
    folder: Path | None = None
    """Where a provider that answers a create with the clip itself keeps it until it is collected."""
    lend: Callable[[str, int], str | None] | None = field(default=None, repr=False)
    """Gives a reference a signed address of its own for so many seconds, by its sha256; None where that cannot be."""


@dataclass(frozen=True)
class Hint:
    """A verified webhook: something happened to a job; what, is asked. `event` is unique to the delivery."""

    event: str
    job: str


class Forged(Exception):
    """A webhook whose signature, age or shape is wrong."""


@runtime_checkable
class Hosted(Seller, Protocol):
    """Someone who shoots takes elsewhere, for money."""

    traits: Traits

    async def submit(self, wire: "Wire", create: Create) -> Accepted:
        """Ask for a take, sending the create exactly once.

        Raises Refused when the provider says no, Unsent when no byte has left, Lost when the answer is lost or cannot be read.
        """

    async def poll(self, wire: "Wire", jobs: Sequence[str]) -> Mapping[str, Job]:
        """How jobs stand, at most `traits.batch` of them; a job the provider does not know is `unknown`. Raises Unanswered."""

    async def find(self, wire: "Wire", attempt: str) -> str | None:
        """The job made under this attempt id, or None when there is none. Only with `traits.finds`. Raises Unanswered."""

    async def cancel(self, wire: "Wire", job: str) -> None:
        """Ask to stop a job; what became of it is learnt by polling. Only with `traits.cancels`. Raises Unanswered."""

    def hint(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """Read a webhook. Raises Forged."""
