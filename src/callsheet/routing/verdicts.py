"""What people said of takes, in the form from which routing learns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

ADVICE: Mapping[str, str] = MappingProxyType(
    {"prompt": "re-roll", "look": "re-route", "motion": "re-route", "identity": "re-route"}
)
"""What a failed criterion says about the next try in general: a new seed of the same model, or another model. What a
workspace's own verdicts say comes before it: see Imagined."""


@dataclass(frozen=True, order=True)
class Situation:
    """The key by which accept rates are learned: what is shot, the criteria that must pass, and the tier of finish."""

    use_case: str
    bar: tuple[str, ...] = ()
    """The criteria a reviewer holds a take to, such as prompt, look, motion, identity."""
    tier: str = "final"

    def __str__(self) -> str:
        return " / ".join(part for part in (self.use_case, " + ".join(self.bar), self.tier) if part)


@dataclass(frozen=True)
class Verdict:
    """A person's word on one take. A provider's fault is no verdict and has no place here: see Availability."""

    situation: Situation
    model: str
    accepted: bool
    failed: tuple[str, ...] = ()
    """The criteria of the bar that did not pass; empty for a rejection without a reason."""
    version: str = ""
    on: date | None = None
    weight: float = 1.0
    """Below 1 for what is less than a person's full word, such as a blind test by another house."""


@dataclass(frozen=True)
class Try:
    """One reviewed take of a shot, in the order in which the takes of that shot were made."""

    model: str
    accepted: bool
    failed: tuple[str, ...] = ()
