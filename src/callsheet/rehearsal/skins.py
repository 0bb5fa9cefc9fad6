"""The cast of three: what each rehearsal house can do, what it charges for, and its prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from callsheet.errors import InputError, NotFoundError
from callsheet.film.price import Money
from callsheet.providers.hosted import Traits

READ_ON = date(2026, 11, 21)
SOURCE = "rehearsal price list: nothing is billed"
KEY = "rehearsal"
"""The API key of every house."""
SECRET = b"rehearsal-webhook"
"""What the houses sign their webhooks with."""


@dataclass(frozen=True)
class Billing:
    """When a house bills: at acceptance or at completion, and whether jobs that give no clip are billed.

    What is billed at acceptance and not owed in the end is given back.
    """

    at: Literal["accept", "done"] = "done"
    failed: bool = False
    moderated: bool = False
    cancelled_running: bool = False


@dataclass(frozen=True)
class Skin:
    """One house as its customers see it."""

    name: str
    traits: Traits
    models: Mapping[str, int]
    """Micro-units for one second of film, by offer."""
    billing: Billing = Billing()
    currency: str = "USD"
    every_framing: bool = True
    """Whether one take brings all picture shapes of the order, or the first only. Each is paid for."""
    funds_status: Literal[402, 429] = 402

    def __post_init__(self) -> None:
        said = (
            (self.traits.charges_failed, self.billing.failed),
            (self.traits.charges_moderated, self.billing.moderated),
        )
        if any(claim is not None and claim is not fact for claim, fact in said):
            raise InputError(f"{self.name} bills otherwise than it says", remedy="Make billing agree with traits.")

    def clips(self, framings: int) -> int:
        """How many files a take of so many picture shapes has."""
        return framings if self.every_framing else min(framings, 1)

    def price(self, model: str, frames: int, rate: Fraction, framings: int) -> Money | None:
        """The price of one take, rounded up to the next micro-unit; None for a model it does not sell."""
        per_second = self.models.get(model)
        if per_second is None:
            return None
        exact = per_second * frames / rate * self.clips(framings)
        return Money(-(-exact.numerator // exact.denominator), self.currency)


SKINS: Mapping[str, Skin] = {
    skin.name: skin
    for skin in (
        Skin(
            "rehearsal-keyed",
            Traits(
                keyed=True, finds=False, cancels=True, refreshes=True, reports_cost=True,
                concurrency=8, per_minute=120, batch=1, charges_failed=False, charges_moderated=True,
            ),
            {"rehearsal-keyed/standard": 100_000, "rehearsal-keyed/fine": 250_000},
            Billing(moderated=True, cancelled_running=True),
        ),
        Skin(
            "rehearsal-listed",
            Traits(
                keyed=False, finds=True, cancels=True, refreshes=False, reports_cost=False,
                concurrency=20, per_minute=300, batch=50, charges_failed=False, charges_moderated=False,
            ),
            {"rehearsal-listed/standard": 70_000, "rehearsal-listed/fast": 35_000},
            funds_status=429,
        ),
        Skin(
            "rehearsal-blind",
            Traits(
                keyed=False, finds=False, cancels=False, refreshes=False, reports_cost=False,
                concurrency=5, per_minute=60, batch=1,
            ),
            {"rehearsal-blind/standard": 140_000},
            Billing(at="accept", moderated=True),
            every_framing=False,
        ),
    )
}  # fmt: skip
"""Keyed: sending again is safe, links refresh, costs are reported. Listed: jobs are found by attempt, asked about fifty at a time.
Blind: it can do nothing when an answer is lost, bills at acceptance, and does not say what it charges for."""


def skin(name: str) -> Skin:
    """The house of that name. Raises NotFoundError."""
    if name not in SKINS:
        raise NotFoundError(f"there is no rehearsal house {name!r}", remedy="Known: " + ", ".join(SKINS))
    return SKINS[name]
