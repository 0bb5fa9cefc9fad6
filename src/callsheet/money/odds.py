"""Odds: how often a provider is paid without a usable clip, from what was seen and a stated belief before anything was."""

from dataclasses import dataclass
from fractions import Fraction

from callsheet.errors import InputError


@dataclass(frozen=True)
class Odds:
    """Of `tries` attempts that were paid for, `empty` gave no usable clip. Before any is seen it is believed to be one in twenty.

    Both count the belief with them: `Odds()` weighs as much as twenty attempts.
    """

    empty: int = 1
    tries: int = 20

    def __post_init__(self) -> None:
        if not 0 < self.empty < self.tries:
            raise InputError(
                f"{self.empty} of {self.tries} attempts are no odds",
                remedy="Believe in at least one of each kind before anything is seen.",
            )

    def seen(self, tries: int, empty: int) -> "Odds":
        """These odds after `tries` more paid attempts, `empty` of them without a usable clip."""
        return Odds(self.empty + empty, self.tries + tries)

    @property
    def share(self) -> Fraction:
        """The chance that the next paid attempt gives no usable clip."""
        return Fraction(self.empty, self.tries)

    def needed(self, quantile: Fraction, most: int) -> int:
        """How many paid attempts are enough for a usable clip with this probability, at most `most`; exact.

        The first empty attempt makes a second more likely: what is not known about the odds counts.
        """
        failing = Fraction(1)
        for count in range(1, most):
            failing *= Fraction(self.empty + count - 1, self.tries + count - 1)
            if 1 - failing >= quantile:
                return count
        return most
