"""The bid: what each shot and the shoot will cost, before anything is spent. One unknown price makes the whole unknown.

One take of every shot is paid for sure. How many more attempts are paid is a matter of odds, so a bid also says what the shoot will cost
in half of all cases, in nine of ten, and at the very most.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import shake_256
from typing import TYPE_CHECKING

from callsheet.errors import BudgetError
from callsheet.film.digest import digest
from callsheet.film.price import Money, Price
from callsheet.money.odds import Odds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Luck = NDArray[np.int64]

SPENDING = "CALLSHEET_SPENDING"
"""Environment variable; `forbidden` refuses every shoot that would cost anything."""
MOST_PAID = 4
"""Attempts at one take that may be paid before it is given up."""

P50, P90 = Fraction(1, 2), Fraction(9, 10)
_DRAWS = 2000


def allow(total: Money) -> None:
    """Raise BudgetError when spending is forbidden here."""
    if os.environ.get(SPENDING) == "forbidden":
        raise BudgetError(
            f"the shoot costs {total} and {SPENDING} forbids spending", remedy=f"Unset {SPENDING} to spend."
        )


@dataclass(frozen=True)
class Turn:
    """One take of a shot's sequence: the first, or the next after every one before it was rejected."""

    offer: str
    price: Price
    accept: float | None = None
    """The chance that a usable take by it is accepted; None when it is not known, and then it is counted as accepted."""

    @property
    def bar(self) -> int:
        """`accept` on a scale of 32 bits, the same on every machine."""
        return 1 << 32 if self.accept is None else round(self.accept * (1 << 32))


@dataclass(frozen=True)
class BidLine:
    """One shot's price. `price` is None when the provider does not state one; `reused` when a take is already there."""

    shot: str
    offer: str
    price: Price | None
    reused: bool
    reasons: tuple[str, ...]
    dearest: Money | None = None
    """The worst price among the routes that stand by, where it is more than that of the chosen one."""
    later: tuple[Turn, ...] = ()
    """The takes after the first, most likely way, while each before is rejected; none where nothing is known of acceptance."""
    accept: float | None = None
    """The chance that a usable first take is accepted; None when it is not known."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All takes of the sequence; none when the price is unknown."""
        return () if self.price is None else (Turn(self.offer, self.price, self.accept), *self.later)


@dataclass(frozen=True)
class Outlook:
    """What one shot, or the whole shoot, may come to. `expected` pays for one take of each shot.

    `p50` and `p90` are not gone over in half and in nine tenths of all cases: the first at expected prices, the second at worst ones, because
    nobody says how prices spread between them. Rejected takes are counted where it is known how often a shot's takes are accepted. `worst`
    pays the worst price for every attempt that may be paid, at every take of the sequence.
    """

    expected: Money
    p50: Money
    p90: Money
    worst: Money


@dataclass(frozen=True)
class Bid:
    """Every shot's price and the total of what is still to be shot. `odds` by offer; an offer without any has those of `Odds()`."""

    lines: tuple[BidLine, ...]
    currency: str
    odds: Mapping[str, Odds] = field(default_factory=dict)
    most: int = MOST_PAID
    """Attempts at one take that may be paid."""

    @property
    def total(self) -> Money:
        """What the shoot will cost if every first take is good. Raises BudgetError when a price is unknown."""
        total = Money(0, self.currency)
        for _, price in self._open():
            total += price.expected
        return total

    @cached_property
    def outlook(self) -> Outlook:
        """What the shoot may come to. Raises BudgetError when a price is unknown."""
        priced = list(self._open())
        expected, worst = self.total, Money(0, self.currency)
        for line, _ in priced:
            worst += self._worst(line)
        p50, p90 = self._quantiles([line for line, _ in priced])
        return Outlook(expected, Money(p50, self.currency), Money(p90, self.currency), worst)

    def outlook_of(self, line: BidLine) -> Outlook | None:
        """What one shot may come to; nothing for a take that is there, None when its price is unknown."""
        if line.reused:
            nothing = Money(0, self.currency)
            return Outlook(nothing, nothing, nothing, nothing)
        if line.price is None:
            return None
        odds, price = self._odds(line.offer), line.price
        if line.accept is not None or line.later:
            p50, p90 = self._quantiles([line])
            currency = price.expected.currency
            return Outlook(price.expected, Money(p50, currency), Money(p90, currency), self._worst(line))
        return Outlook(
            price.expected,
            _times(price.expected, odds.needed(P50, self.most)),
            _times(price.worst, odds.needed(P90, self.most)),
            self._worst(line),
        )

    def _worst(self, line: BidLine) -> Money:
        """Every attempt of every take, each at the worst price of all routes."""
        worst = max((turn.price.worst for turn in line.turns), key=lambda m: m.micros)
        if line.dearest is not None and not line.dearest <= worst:
            worst = line.dearest
        return _times(worst, self.most * len(line.turns))

    @property
    def sums(self) -> tuple[Money, ...]:
        """What the shoot will cost if every first take is good, one sum a currency. Raises BudgetError when a price is unknown."""
        sums = {self.currency: Money(0, self.currency)}
        for _, price in self._open():
            sums[price.expected.currency] = (
                sums.get(price.expected.currency, Money(0, price.expected.currency)) + price.expected
            )
        return tuple(money for money in sums.values() if money.micros) or (Money(0, self.currency),)

    def require(
        self,
        spent: Money,
        budget: Money | None,
        *,
        real: bool = True,
        convert: Callable[[Money, str], Money] | None = None,
    ) -> None:
        """Raise BudgetError unless the bid fits what is left of the budget, or anything real is to be paid while spending is forbidden.

        `convert` counts an amount in the budget's currency, and raises BudgetError where no rate is stated.
        """
        sums = self.sums
        if real and any(price.worst.micros for _, price in self._open()):
            allow(sums[0])
        if budget is None:
            return
        total = spent
        for money in sums:
            if money.micros:  # nothing is nothing in every currency
                total += money if convert is None else convert(money, total.currency)
        if not total <= budget:
            costs = " plus ".join(map(str, sums))
            raise BudgetError(
                f"the shoot costs {costs} and {spent} is spent, over the budget of {budget}",
                remedy="Raise `budget` in production.yaml, or give fewer shots to dear routes.",
            )

    def _open(self) -> Iterator[tuple[BidLine, Price]]:
        """What is still to be shot."""
        for line in self.lines:
            if line.reused:
                continue
            if line.price is None:
                raise BudgetError(
                    f"the price of {line.offer} is unknown",
                    where=line.shot,
                    remedy="Choose a route whose price is stated, or confirm the most it may cost.",
                )
            yield line, line.price

    def _odds(self, offer: str) -> Odds:
        return self.odds.get(offer, Odds())

    def _quantiles(self, lines: Sequence[BidLine]) -> tuple[int, int]:
        """P50 at expected prices and P90 at worst prices, in micro-units, of what all shots come to together.

        Shots of one offer share its odds, which are not known exactly: bad luck with one makes it likelier with the next. The draws are the
        same for the same bid, on every machine.
        """
        turns = [line.turns for line in lines if any(turn.price.worst.micros for turn in line.turns)]
        if not turns:
            return 0, 0
        import numpy as np

        told = [[offer, price.expected.micros, price.worst.micros] for (offer, price) in _first(turns)]
        more = [[[t.offer, t.price.worst.micros, t.bar] for t in taken] for taken in turns]
        rejected = any(t.accept is not None for taken in turns for t in taken)
        seed = digest([self.most, *told, *([more] if rejected else [])])
        offers = {turn.offer for taken in turns for turn in taken}
        empty = {offer: np.full(_DRAWS, self._odds(offer).empty, np.int64) for offer in offers}
        tries = {offer: np.full(_DRAWS, self._odds(offer).tries, np.int64) for offer in offers}
        likely, dear = np.zeros(_DRAWS, np.int64), np.zeros(_DRAWS, np.int64)
        for number, taken in enumerate(turns):
            wanted = np.ones(_DRAWS, bool)
            for turn, step in enumerate(taken):
                offer = step.offer
                name = f"{number} {seed}" if turn == 0 else f"{number} {turn} {seed}"
                luck = _luck(name, self.most)
                paid, going = np.zeros(_DRAWS, np.int64), wanted.copy()
                for attempt in range(self.most):
                    paid += going
                    # Exact in 64 bits while fewer than two thousand million attempts were seen.
                    fails = going & (luck[attempt] * tries[offer] < empty[offer] << 32)
                    tries[offer] += going
                    empty[offer] += fails
                    going = fails
                likely += paid * step.price.expected.micros
                dear += paid * step.price.worst.micros
                if turn + 1 < len(taken):
                    wanted &= ~going & (_luck(f"said {name}", 1)[0] >= step.bar)
        return _quantile(np.sort(likely).tolist(), P50), _quantile(np.sort(dear).tolist(), P90)


def _first(turns: Sequence[Sequence[Turn]]) -> Iterator[tuple[str, Price]]:
    for taken in turns:
        yield taken[0].offer, taken[0].price


def _luck(name: str, rows: int) -> "Luck":
    """[rows, draws] numbers of 32 bits. They come from a hash, because its bytes are the same for ever."""
    import numpy as np

    draws = shake_256(name.encode()).digest(4 * _DRAWS * rows)
    return np.frombuffer(draws, "<u4").astype(np.int64).reshape(rows, _DRAWS)


def _times(amount: Money, count: int) -> Money:
    return Money(amount.micros * count, amount.currency)


def _quantile(ordered: Sequence[int], quantile: Fraction) -> int:
    """The smallest of the draws that is not gone over in at least this share of them."""
    return ordered[-(-quantile.numerator * len(ordered) // quantile.denominator) - 1]
