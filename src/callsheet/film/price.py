"""An amount of money, exact."""

import re
from dataclasses import dataclass
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
