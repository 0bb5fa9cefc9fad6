"""Exchange rates: each with a date and a source. Without one, money is not converted."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Annotated

from pydantic import Field

from callsheet.catalog.known import Fact
from callsheet.catalog.tariff import Currency
from callsheet.errors import BudgetError
from callsheet.film.model import Text
from callsheet.film.price import Money


class ExchangeRate(Fact):
    """One unit of `base` bought `rate` units of `quote` on a day."""

    base: Currency
    quote: Currency
    rate: Annotated[Decimal, Field(gt=0)]
    on: date
    where: Text

    def turn(self, money: Money) -> Money:
        """An amount in one of the two currencies as one in the other, rounded up to a micro-unit."""
        if money.currency == self.base:
            return Money(ceil(money.micros * Fraction(self.rate)), self.quote)
        return Money(ceil(money.micros / Fraction(self.rate)), self.base)

    def plain(self) -> dict[str, str]:
        """As JSON data, from which it can be read back exactly."""
        return self.model_dump(mode="json")


@dataclass(frozen=True)
class Conversion:
    """An amount in another currency, and the rate that made it; no rate when it was in that currency already."""

    money: Money
    rate: ExchangeRate | None


@dataclass(frozen=True)
class Rates:
    """Every rate that is known."""

    rates: tuple[ExchangeRate, ...] = ()

    def convert(self, money: Money, to: str, on: date, within_days: int = 30) -> Conversion:
        """`money` in the currency `to`, rounded up to a micro-unit, at the newest rate of the `within_days` days up to `on`.

        Raises BudgetError when there is none.
        """
        if money.currency == to:
            return Conversion(money, None)
        found = self._newest(money.currency, to, on)
        if found is None or (on - found.on).days > within_days:
            what = f"there is no exchange rate from {money.currency} to {to}"
            raise BudgetError(
                f"{what} for {on}" if found is None else f"{what} within {within_days} days before {on}: the newest is of {found.on}",
                remedy="Add a dated rate to a catalogue file of yours: "
                f"rates: [{{base: {money.currency}, quote: {to}, rate: ..., on: ..., where: ...}}]",
            )  # fmt: skip
        return Conversion(found.turn(money), found)

    def _newest(self, base: str, quote: str, on: date) -> ExchangeRate | None:
        fitting = [r for r in self.rates if {r.base, r.quote} == {base, quote} and r.on <= on]
        # On one day, a rate in the direction that is asked comes before one that must be turned round.
        return max(fitting, key=lambda r: (r.on, r.base == base), default=None)
