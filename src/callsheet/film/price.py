"""Amounts of money, exact, and prices: what a take is expected to cost, the most it can cost, who says so and since when."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from callsheet.errors import BudgetError

MICROS = 1_000_000


@dataclass(frozen=True)
class Money:
    """`micros` millionths of one unit of `currency` (ISO 4217)."""

    micros: int
    currency: str

    @classmethod
    def parse(cls, text: str) -> "Money":
        """Read `12.50 USD`. Raises BudgetError."""
        match = re.fullmatch(r"(\d+(?:\.\d{1,6})?) ([A-Z]{3})", text.strip())
        if not match:
            raise BudgetError(f"{text!r} is not an amount", remedy="Write an amount and a currency, such as 12.50 USD.")
        return cls(int(Decimal(match[1]) * MICROS), match[2])

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.micros + other.micros, self.currency)

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.micros <= other.micros

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise BudgetError(
                f"{self} and {other} are in two currencies", remedy="State a dated exchange rate; none is assumed."
            )

    def __str__(self) -> str:
        whole, rest = divmod(abs(self.micros), MICROS)
        decimals = f"{rest:06}".rstrip("0").ljust(2, "0")
        return f"{'-' if self.micros < 0 else ''}{whole}.{decimals} {self.currency}"


@dataclass(frozen=True)
class Price:
    """The price of one take. A provider that states none has no Price: unknown is never zero.

    `worst` is what is held before the provider is asked: for most it is `expected`; for one that bills what it decides to make, its cap.
    """

    expected: Money
    worst: Money
    source: str
    """Where the price was read."""
    on: date
    """The day it was read."""

    def __post_init__(self) -> None:
        if not (self.expected.micros >= 0 and self.expected <= self.worst):
            raise BudgetError(
                f"a price of {self.expected}, at worst {self.worst}, cannot be",
                remedy="Correct the offer: the worst case is at least what is expected, and neither is negative.",
            )

    @classmethod
    def exact(cls, amount: Money, source: str, on: date) -> "Price":
        """A price that cannot come out higher."""
        return cls(amount, amount, source, on)

    def __str__(self) -> str:
        return str(self.expected) if self.expected == self.worst else f"{self.expected}, at most {self.worst}"
