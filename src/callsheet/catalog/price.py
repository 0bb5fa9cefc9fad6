"""What an order costs on an offer: exact, rounded up to a micro-unit, and None wherever something that matters is unknown."""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from callsheet.catalog.known import RESOLUTION, Durations, Unknown, lines
from callsheet.catalog.offer import Offer
from callsheet.catalog.tariff import Mode, Rule, Tariff
from callsheet.errors import InputError
from callsheet.film.price import MICROS, Money, Price

_MILLION = 1_000_000
_TOKEN = 1024
"""Pixels in a token."""


@dataclass(frozen=True)
class Wanted:
    """One clip to be priced."""

    seconds: Fraction
    resolution: str | None = None
    """None asks for the offer's only one, or for a price that does not depend on it."""
    aspect: str = "16:9"
    audio: bool = False
    mode: Mode = "text"
    images: int = 0
    input_video_s: Fraction = Fraction(0)
    """How long the videos that are given last together."""
    extras: tuple[str, ...] = ()
    """What is surcharged, such as a delivery format."""
    auto: bool = False
    """Whether the model chooses the length: then `seconds` is what is expected, and the worst case is its longest."""

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.input_video_s < 0 or self.images < 0:
            raise InputError(
                f"{self.seconds} s with {self.input_video_s} s and {self.images} images given is no order",
                remedy="A clip lasts more than 0 seconds; what is given is not negative.",
            )
        if self.resolution is not None:
            object.__setattr__(self, "resolution", self.resolution.lower())
            if not re.fullmatch(RESOLUTION, self.resolution):
                raise InputError(f"{self.resolution!r} is not a resolution", remedy="Write 720p, 1080p, 2k or 4k.")


def price(offer: Offer, wanted: Wanted) -> Price | None:
    """What `wanted` costs, expected and at worst, by the offer's tariff. None when that is unknown.

    Whether the offer can make it at all is not asked here. A fee that the tariff does not name is not charged.
    """
    tariff = offer.price
    if isinstance(tariff, Unknown):
        return None
    resolution = _resolution(offer, wanted)
    rule = tariff.rule(resolution, _audio(offer, wanted), wanted.input_video_s > 0, wanted.mode)
    lengths = _lengths(offer, tariff, wanted)
    if rule is None or lengths is None or (wanted.input_video_s and isinstance(tariff.input_video, Unknown)):
        return None
    if any(extra not in tariff.surcharges for extra in wanted.extras):
        return None
    unit = _per_second(offer, tariff, rule, resolution, wanted.aspect)
    if unit is None:
        return None
    expected, worst = (_total(tariff, unit, seconds, wanted) for seconds in lengths)
    said = offer.says("price")
    where = said.where
    if tariff.discount:
        own = offer.says("price.discount")
        where = f"{where}, less {_percent(tariff)} ({own.where})"
    return Price(Money(expected, tariff.currency), Money(worst, tariff.currency), where, said.on)


def _percent(tariff: Tariff) -> str:
    return f"{(tariff.discount * 100).normalize():f}%"


def _resolution(offer: Offer, wanted: Wanted) -> str | None:
    if wanted.resolution is not None:
        return wanted.resolution
    known = offer.resolutions
    return known[0] if not isinstance(known, Unknown) and len(known) == 1 else None


def _audio(offer: Offer, wanted: Wanted) -> bool:
    """Whether sound comes with the picture, asked for or not."""
    return wanted.audio if offer.audio not in ("always", "none") else offer.audio == "always"


def _lengths(offer: Offer, tariff: Tariff, wanted: Wanted) -> tuple[Fraction, Fraction] | None:
    """The seconds billed as expected and at worst. Where nobody says whether the length ordered or the length that came is billed,
    the longer one is the worst case."""
    expected = worst = wanted.seconds
    known = offer.durations
    if wanted.auto:
        if isinstance(known, Unknown):
            return None
        worst = max(worst, known.longest)
    if tariff.billed == "ordered" or tariff.per == "clip":
        return expected, worst
    came = _came(known, expected), _came(known, worst)
    if tariff.billed == "delivered":
        # What a grid makes of an order is not a matter of taste: without one, the length ordered is all there is to go by.
        return came
    return expected, max(worst, came[1])


def _came(known: Durations | Unknown, seconds: Fraction) -> Fraction:
    found = seconds if isinstance(known, Unknown) else known.delivered(seconds)
    return seconds if isinstance(found, Unknown) else found


def _per_second(offer: Offer, tariff: Tariff, rule: Rule, resolution: str | None, aspect: str) -> Fraction | None:
    """The amount for a second, or for the clip."""
    amount = Fraction(rule.amount)
    if tariff.per != "million-tokens":
        return amount
    size = offer.size(resolution, aspect) if resolution else None
    if size is None or isinstance(size, Unknown) or isinstance(offer.durations, Unknown):
        return None
    grid = offer.durations.grid
    fps = max(offer.fps) if not isinstance(offer.fps, Unknown) else None if isinstance(grid, Unknown) else grid.fps
    return None if fps is None else amount * size.width * size.height * fps / _TOKEN / _MILLION


def _total(tariff: Tariff, unit: Fraction, seconds: Fraction, wanted: Wanted) -> int:
    """Micro-units, rounded up."""
    if tariff.per == "clip":
        total = unit
    else:
        billed = seconds
        if tariff.input_video == "added":
            billed += wanted.input_video_s
        if wanted.input_video_s:
            billed = max(billed, seconds * Fraction(tariff.input_floor))
        total = unit * (ceil(billed) if tariff.whole_seconds else billed)
    total += sum((Fraction(tariff.surcharges[extra]) for extra in wanted.extras), Fraction(0)) * seconds
    if tariff.image_fee:
        total += max(0, wanted.images - tariff.image_fee.free) * Fraction(tariff.image_fee.each)
    total = max(total, Fraction(tariff.minimum)) * (1 - Fraction(tariff.discount))
    return ceil(total * MICROS)


@dataclass(frozen=True)
class UnitPrice:
    """What one unit costs by the list, for looking at: `at` says at which resolution."""

    unit: str
    money: Money
    at: str | None


def unit_price(offer: Offer) -> UnitPrice | None:
    """The price of one unit, without sound where that is cheaper, at 720 lines or as near to it as the offer gets. None when unknown."""
    tariff = offer.price
    if isinstance(tariff, Unknown):
        return None
    rule = min(
        (r for r in tariff.rules if not r.input_video),
        key=lambda r: (abs(lines(r.resolution) - 720) if r.resolution else 0, r.amount),
        default=tariff.rules[0],
    )
    amount = Fraction(rule.amount) * (1 - Fraction(tariff.discount))
    return UnitPrice(tariff.per, Money(ceil(amount * MICROS), tariff.currency), rule.resolution)
