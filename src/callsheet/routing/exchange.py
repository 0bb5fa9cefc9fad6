"""Prices in several currencies made comparable: each counts as what it is worth in one, at a rate that somebody states, with its day.

Only choosing converts. What is held, booked and bid stays in the currency in which the seller bills. Nothing is counted as anything while
no rate is stated for it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsheet.errors import BudgetError, ConflictError
from callsheet.film.price import Money, Price

if TYPE_CHECKING:
    from callsheet.catalog import ExchangeRate, Rates
    from callsheet.providers import Offer


@dataclass(frozen=True)
class Counted:
    """What an amount counts as; no rate where it needs none: it is in that currency, or nothing."""

    amount: Money
    worth: Money
    rate: "ExchangeRate | None" = None

    def __str__(self) -> str:
        return told(self.plain())

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        rate = self.rate
        return {
            "amount": [self.amount.micros, self.amount.currency],
            "worth": [self.worth.micros, self.worth.currency],
            "rate": None if rate is None else rate.plain(),
        }


class Exchange:
    """Counts amounts at the rates of one day. `read` gives all that are stated; it is called once, when an amount needs one."""

    def __init__(self, on: date, read: "Callable[[], Rates] | None" = None) -> None:
        self.on, self._read = on, read
        self._rates: Rates | None = None

    def count(self, amount: Money, currency: str) -> Counted:
        """What an amount counts as in a currency, rounded up to a micro-unit. Raises BudgetError where no rate is stated."""
        if not currency:
            raise BudgetError("there is no currency to count in", remedy="State a budget: it says in which one.")
        if amount.currency == currency or not amount.micros:
            return Counted(amount, Money(amount.micros, currency))
        if self._rates is None:
            from callsheet.catalog import Rates

            self._rates = self._read() if self._read is not None else Rates()
        found = self._rates.convert(amount, currency, self.on)
        return Counted(amount, found.money, found.rate)

    def total(self, amounts: Iterable[Money], currency: str) -> Money:
        """The sum of those that can be counted in a currency."""
        micros = 0
        for amount in amounts:
            try:
                micros += self.count(amount, currency).worth.micros
            except BudgetError:
                continue
        return Money(micros, currency)


def stated_in(folder: Path) -> "Callable[[], Rates]":
    """The rates that your catalogue files state, those of the production in `folder` among them, read when they are asked for."""

    def read() -> "Rates":
        from callsheet.catalog import load, overlays

        return load(overlays(folder)).rates

    return read


@dataclass(frozen=True)
class Compared:
    """The known prices of a shot's offers in one currency: `prices` by offer; `foreign` tells of those that were counted at a rate, and
    `aside` why others could not be, both by offer. `within` is what worst prices counted as to be within the shot's own limit."""

    currency: str
    on: date | None
    prices: Mapping[str, Price]
    foreign: Mapping[str, Counted]
    aside: Mapping[str, str]
    within: Mapping[str, Counted]

    def place(self, offer: str, price: Price | None) -> tuple[int, str, int, str]:
        """Sorts prices: those that can be compared, then those of other currencies each by itself, then the unknown ones."""
        if offer in self.prices:
            return 0, "", self.prices[offer].expected.micros, offer
        if price is not None:
            return 1, price.expected.currency, price.expected.micros, offer
        return 2, "", 0, offer

    def cheapest(self, offer: str, price: Price | None) -> tuple[str, ...]:
        """Why an offer comes first by its price, with what is to be said of currencies."""
        if price is None or not price.expected.micros or not self.aside:
            return ("the lowest known price", *self.words(offer))
        if offer in self.aside:
            return (f"the lowest price in {price.expected.currency}", *self.words(offer))
        return ("the lowest price that can be compared", *self.words(offer))

    def words(self, offer: str) -> tuple[str, ...]:
        """What is to be said of currencies when an offer was chosen; next to one that costs nothing there is nothing to compare."""
        chosen = self.foreign.get(offer)
        said = [] if chosen is None else [str(chosen)]
        free = offer in self.prices and not self.prices[offer].expected.micros
        others = [] if free else [why for name, why in self.aside.items() if name != offer]
        return (*said, *dict.fromkeys(f"not compared: {why}" for why in others))

    def record(self) -> dict[str, Any] | None:
        """As JSON data; None where all prices were in one currency."""
        if self.on is None or not (self.foreign or self.aside or self.within):
            return None
        within = {offer: counted.plain() for offer, counted in sorted(self.within.items())}
        return {
            "currency": self.currency,
            "on": self.on.isoformat(),
            "counted": {offer: counted.plain() for offer, counted in sorted(self.foreign.items())},
            "aside": dict(sorted(self.aside.items())),
            **({"within": within} if within else {}),
        }


def compare(
    possible: "Sequence[tuple[Offer, Price | None]]", currency: str, exchange: Exchange | None, limit: str | None = None
) -> Compared:
    """Compare prices in a currency, or, where none is given, in the one that most are sold in.

    `limit` is the most that one of them may cost, all of which are within it.
    """
    known = [(offer.name, price) for offer, price in possible if price is not None]
    if not currency:
        paid = [price for _, price in known if price.worst.micros] or [price for _, price in known]
        counts = Counter(price.expected.currency for price in paid)
        currency = min(counts, key=lambda name: (-counts[name], name), default="")
    prices: dict[str, Price] = {}
    foreign: dict[str, Counted] = {}
    aside: dict[str, str] = {}
    within: dict[str, Counted] = {}
    for name, price in known:
        if limit and exchange is not None:
            counted = exchange.count(price.worst, Money.parse(limit).currency)
            within |= {name: counted} if counted.rate is not None else {}
        if price.expected.currency == currency:
            prices[name] = price
            continue
        try:
            counted = (exchange or Exchange(price.on)).count(price.expected, currency)
            worst = (exchange or Exchange(price.on)).count(price.worst, currency)
        except BudgetError as error:
            aside[name] = error.what
            continue
        prices[name] = Price(counted.worth, worst.worth, price.source, price.on)
        if counted.rate is not None:
            foreign[name] = counted
    return Compared(currency, exchange.on if exchange else None, prices, foreign, aside, within)


def over(price: Price | None, most: Money, exchange: Exchange | None) -> str:
    """Why a price is more than a shot allows, or is not known to be within it; empty when it is within."""
    if price is None:
        return f"its price is unknown, at most {most} is allowed"
    try:
        counted = (exchange or Exchange(price.on)).count(price.worst, most.currency)
    except BudgetError as error:
        return f"it costs {price}, at most {most} is allowed and {error.what}"
    if counted.worth <= most:
        return ""
    return f"it costs {price}, at most {most} is allowed" + (f"; {counted}" if counted.rate is not None else "")


# -- records ------------------------------------------------------------------------------------------------------------------


def told(plain: Mapping[str, Any]) -> str:
    """A counted amount of a record in words: `7.10 CNY counts as 1.00 USD (rate of 2026-11-20, the bank's fixing)`."""
    rate = plain["rate"]
    by = "" if rate is None else f" (rate of {rate['on']}, {rate['where']})"
    return f"{Money(*plain['amount'])} counts as {Money(*plain['worth'])}{by}"


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """The currencies of a decision in words, an offer a line."""
    for offer, plain in record["counted"].items():
        yield f"Currency: {offer}: {told(plain)}"
    for offer, plain in record.get("within", {}).items():
        yield f"Currency: {offer} is within what the shot allows: at worst {told(plain)}"
    for offer, why in record["aside"].items():
        yield f"Currency: {offer} is compared with nothing in {record['currency']}: {why}"


def replay(record: Mapping[str, Any]) -> None:
    """Count every amount of a record again, at the rates that it holds. Raises ConflictError where another amount comes out."""
    from callsheet.catalog import ExchangeRate

    for offer, plain in (*record["counted"].items(), *record.get("within", {}).items()):
        rate = ExchangeRate.model_validate(plain["rate"])
        if rate.turn(Money(*plain["amount"])) != Money(*plain["worth"]):
            raise ConflictError(
                f"what {offer} costs counts as another amount at the rate of the record",
                remedy="The record was changed.",
            )
