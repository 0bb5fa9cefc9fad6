"""How long a take of an offer usually takes to come, and who says so."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, Protocol, runtime_checkable

Basis = Literal["here", "observed", "stated", "assumed"]
"""Where a wait is from: it is made on this machine, it was seen in deliveries, somebody states it, or it is assumed."""


@dataclass(frozen=True)
class Wait:
    """The usual seconds from an order to its clip. `on` is the day on which `source` was read; None for what was seen."""

    seconds: float
    basis: Basis
    source: str = ""
    on: date | None = None


@runtime_checkable
class Waiting(Protocol):
    """A seller that says how long its orders usually take. One that has no such method, or answers None, says nothing: unknown."""

    def wait(self, offer: str, seconds: Fraction) -> Wait | None:
        """The usual wait for a clip of so many seconds; None when it is not known."""
