"""The price of money while a production is shot: dearer when the money runs ahead of the film, free when it lags."""

import math
from dataclasses import dataclass

STIFFNESS = 2.0
MOST = 20.0


@dataclass(frozen=True)
class Pace:
    """Where a production stands: money spent of its budget, seconds approved of those planned."""

    budget: float
    spent: float
    approved: float
    planned: float
    reserved: float = 0.0
    """Kept back for critical shots that are not yet approved."""


def shadow_price(pace: Pace, start: float = 0.0) -> float:
    """What spending 1 counts as beyond 1, from the joint plan's price and how far money is ahead of the film.

    Infinite when nothing but the reserve is left.
    """
    free = pace.budget - pace.reserved
    if free <= pace.spent:
        return math.inf
    if pace.planned <= 0:
        return max(0.0, start)
    ahead = pace.spent / free - min(1.0, pace.approved / pace.planned)
    return min(MOST, max(0.0, (1 + start) * math.exp(STIFFNESS * ahead) - 1))
