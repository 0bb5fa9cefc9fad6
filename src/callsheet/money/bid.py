"""The bid: what the shoot will cost, before anything is shot."""

import os
from dataclasses import dataclass

from callsheet.errors import BudgetError
from callsheet.film.price import Money

SPENDING = "CALLSHEET_SPENDING"
"""Environment variable; `forbidden` refuses every shoot that would cost anything."""


@dataclass(frozen=True)
class BidLine:
    """One shot's price. `price` is None when the provider does not state one; `reused` when a take is already there."""

    shot: str
    offer: str
    price: Money | None
    reused: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Bid:
    """Every shot's price and the total of what is still to be shot."""

    lines: tuple[BidLine, ...]
    currency: str

    @property
    def total(self) -> Money:
        """What the shoot will cost. Raises BudgetError when a price is unknown."""
        total = Money(0, self.currency)
        for line in self.lines:
            if line.reused:
                continue
            if line.price is None:
                raise BudgetError(
                    f"the price of {line.offer} is unknown",
                    where=line.shot,
                    remedy="Choose a route whose price is stated.",
                )
            total += line.price
        return total

    def require(self, spent: Money, budget: Money | None) -> None:
        """Raise BudgetError unless the bid fits what is left of the budget, or anything is to be paid while spending is forbidden."""
        total = self.total
        if total.micros and os.environ.get(SPENDING) == "forbidden":
            raise BudgetError(
                f"the shoot costs {total} and {SPENDING} forbids spending", remedy=f"Unset {SPENDING} to spend."
            )
        if budget is not None and not spent + total <= budget:
            raise BudgetError(
                f"the shoot costs {total} and {spent} is spent, over the budget of {budget}",
                remedy="Raise `budget` in production.yaml, or give fewer shots to dear routes.",
            )
