"""One job of a house: what was ordered, what will become of it, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callsheet.film import Framing
from callsheet.film.price import Money
from callsheet.rehearsal.faults import Fault, Plan, Stage
from callsheet.rehearsal.waits import Wait

ENDED = frozenset(("succeeded", "failed", "moderated", "cancelled"))
UNHEARD_OF = "hibernating"
"""The status that no client knows."""


@dataclass
class Ticket:
    """`status` is queued, running, succeeded, failed, moderated or cancelled. Times are the house's clock, in seconds."""

    id: str
    attempt: str
    code: str
    recipe: Mapping[str, Any]
    framings: tuple[Framing, ...]
    price: Money
    plan: Plan
    webhook: str | None
    accepted_at: float
    runs_at: float
    ends_at: float | None
    status: str = "queued"
    reason: str = ""
    polls_lost: int = 0
    """How many more questions about it go wrong."""
    minted: int = 0
    """How often links were given out for it."""
    links: dict[str, str] = field(default_factory=dict)
    """Framing to the token of its newest link."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else its provider's answers about it repeat."""
    fetched: dict[str, int] = field(default_factory=dict)
    """Framing to the number of times its file was asked for by a live link."""
    wait: Wait | None = None
    """How long it would usually take at its seller, where that is known or guessed."""

    @property
    def fate(self) -> Fault | None:
        """What goes wrong with the job itself."""
        return self.plan.get(Stage.FATE)

    @property
    def said(self) -> str:
        """The status as clients are told it."""
        hides = self.fate is Fault.UNKNOWN_STATUS and self.status == "succeeded"
        return UNHEARD_OF if hides else self.status


@dataclass(frozen=True)
class Token:
    """What a link stands for."""

    job: str
    framing: Framing
    dies_at: float
    """The clock's time from which it is dead; a link may be dead from birth."""


@dataclass(frozen=True)
class Asked:
    """A create, read."""

    attempt: str
    model: str
    recipe: Mapping[str, Any]
    code: str
    framings: tuple[Framing, ...]
    references: tuple[str, ...]
    webhook: str | None
    price: Money | None
    """None when the model is not sold."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else the provider's answers about it repeat."""
    wait: Wait | None = None
    """How long the seller usually takes for it."""
