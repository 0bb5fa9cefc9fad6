"""How a seller bills: amounts by resolution, sound and mode, and the rules around them."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from callsheet.catalog.known import UNKNOWN, Fact, Resolution, Unknown

Mode = Literal[
    "text",
    "first_frame",
    "last_frame",
    "keyframes",
    "reference_images",
    "reference_videos",
    "reference_audio",
    "extend",
    "edit",
    "upscale",
    "reframe",
    "restyle",
    "multi_shot",
    "draft",
    "conversation",
]
"""What a shot can be made from, or done to."""
Amount = Annotated[Decimal, Field(ge=0)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


def _percent(value: object) -> object:
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+(?:\.\d+)?)%", value)
        if not match:
            raise ValueError(f"{value!r} is not a percentage: write it like 15%")
        return Decimal(match[1]) / 100
    return value


Percent = Annotated[Decimal, BeforeValidator(_percent), Field(ge=0, le=1)]
"""A part of the whole, written `15%`."""


class Rule(Fact):
    """One amount, and when it applies. A condition that is left out always holds."""

    amount: Amount
    resolution: Resolution | None = None
    audio: bool | None = None
    input_video: bool | None = None
    mode: Mode | None = None

    @property
    def conditions(self) -> tuple[object, ...]:
        """The conditions that are stated, for telling two rules apart."""
        return self.resolution, self.audio, self.input_video, self.mode

    @property
    def stated(self) -> int:
        """How many conditions are stated: the rule that states more wins."""
        return sum(c is not None for c in self.conditions)

    def holds(self, resolution: str | None, audio: bool, input_video: bool, mode: str) -> bool:
        """Whether the amount applies."""
        return (
            self.resolution in (None, resolution)
            and self.audio in (None, audio)
            and self.input_video in (None, input_video)
            and self.mode in (None, mode)
        )


class Fee(Fact):
    """An amount for each reference image after the first `free` ones."""

    each: Amount
    free: int = Field(0, ge=0)


class Meter(Fact):
    """The unit in which the seller reports a bill, and what one is worth in the tariff's currency."""

    unit: Literal["credit", "tick", "unit", "token", "second"]
    worth: Amount | Unknown = UNKNOWN


class Tariff(Fact):
    """A price list. Written short, `rules` is a mapping from resolution to amount; `any` stands for every resolution."""

    currency: Currency
    per: Literal["second", "clip", "million-tokens"]
    """`million-tokens` counts width x height x frames / 1024."""
    rules: tuple[Rule, ...] = Field(min_length=1)
    minimum: Amount = Decimal(0)
    """The least that one order costs."""
    whole_seconds: bool = False
    """Whether a started second is billed as a whole one."""
    billed: Literal["ordered", "delivered"] | Unknown = UNKNOWN
    """Whether the length ordered or the length that came is billed."""
    input_video: Literal["free", "added"] | Unknown = UNKNOWN
    """Whether the seconds of video that is given are billed like those that come out."""
    input_floor: Amount = Decimal(0)
    """With video given, at least this many times the output is billed."""
    image_fee: Fee | None = None
    surcharges: dict[str, Amount] = {}
    """What an extra, such as a delivery format, costs for each second."""
    discount: Percent = Decimal(0)
    """Taken off the whole; only ever negotiated, never listed."""
    meter: Meter | Unknown = UNKNOWN

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("rules"), dict):
            rules = [
                {"amount": amount} if name == "any" else {"resolution": name, "amount": amount}
                for name, amount in value["rules"].items()
            ]
            return {**value, "rules": rules}
        return value

    @model_validator(mode="after")
    def _one_answer(self) -> "Tariff":
        """Two rules that could both apply, neither the narrower, would leave the price open."""
        for index, one in enumerate(self.rules):
            for other in self.rules[:index]:
                pairs = list(zip(one.conditions, other.conditions, strict=True))
                if one.stated == other.stated and all(a is None or b is None or a == b for a, b in pairs):
                    raise ValueError(f"two amounts, {other.amount} and {one.amount}, apply to the same order")
        return self

    def rule(self, resolution: str | None, audio: bool, input_video: bool, mode: str) -> Rule | None:
        """The rule that applies, the one that states most first; None when none does."""
        holding = [r for r in self.rules if r.holds(resolution, audio, input_video, mode)]
        return max(holding, key=lambda r: r.stated, default=None)
