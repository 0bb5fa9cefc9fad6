"""What verdicts that are not there yet would be worth, and which of them to buy when not all can be had.

Verdicts are worth what they are expected to improve: the best choice after them, less the best choice now, for every shot that
would be routed by them. A model of which much is known, or that cannot become the best, is worth no test.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Prospect:
    """A model that may be tested in one use case. Money is in whole units of one currency."""

    use_case: str
    model: str
    alpha: float
    beta: float
    """What is believed of P(accept) now, as a Beta."""
    cost: float
    """What a try of it counts as when a shot is made: its price and a review."""
    clip: float
    """What one test clip costs at most."""
    most: int
    """Test clips that are asked for."""
    shots: int = 1
    """Shots that are routed by what is learned."""


def value(prospect: Prospect, verdicts: int, worth: float, rival: float) -> float:
    """What so many verdicts on a model are worth where an approved shot is worth `worth` and the best other model `rival`."""
    from scipy.special import betaln

    a, b = prospect.alpha, prospect.beta
    now = max(rival, worth * a / (a + b) - prospect.cost)
    accepted = np.arange(verdicts + 1)
    chance = np.exp(
        betaln(a + accepted, b + verdicts - accepted)
        - betaln(a, b)
        - betaln(accepted + 1, verdicts - accepted + 1)
        - np.log(verdicts + 1)
    )
    after = np.maximum(rival, worth * (a + accepted) / (a + b + verdicts) - prospect.cost)
    return max(0.0, float(chance @ after) - now) * prospect.shots


def choose(
    prospects: Sequence[Prospect], worth: Mapping[str, float], cap: float
) -> tuple[Mapping[tuple[str, str], int], Mapping[tuple[str, str], float]]:
    """(how many clips of each, what all that are asked of each are worth), by (use case, model).

    All of them when the cap allows that; else what brings most for its price, step by step. `worth` is by use case.
    """
    rivals = {(one.use_case, one.model): _rival(one, prospects, worth) for one in prospects}

    def brings(one: Prospect, clips: int) -> float:
        return value(one, clips, worth[one.use_case], rivals[one.use_case, one.model])

    worths = {(one.use_case, one.model): brings(one, one.most) for one in prospects}
    chosen = dict.fromkeys(worths, 0)
    left = cap
    if sum(one.clip * one.most for one in prospects) <= cap + 1e-9:
        return {(one.use_case, one.model): one.most for one in prospects}, worths
    while True:
        best: tuple[float, int, Prospect] | None = None
        for one in sorted(prospects, key=lambda p: (p.use_case, p.model)):
            has = chosen[one.use_case, one.model]
            base = brings(one, has)
            for clips in range(has + 1, one.most + 1):
                price = (clips - has) * one.clip
                if price > left + 1e-9:
                    break
                rate = (brings(one, clips) - base) / max(price, 1e-9)
                if rate > 1e-9 and (best is None or rate > best[0]):
                    best = rate, clips, one
        if best is None:
            return chosen, worths
        _, clips, one = best
        left -= (clips - chosen[one.use_case, one.model]) * one.clip
        chosen[one.use_case, one.model] = clips


def _rival(one: Prospect, prospects: Sequence[Prospect], worth: Mapping[str, float]) -> float:
    """What the best other model of the use case is worth now; not to shoot is worth nothing."""
    others = [p for p in prospects if p.use_case == one.use_case and p.model != one.model]
    return max([0.0, *(worth[p.use_case] * p.alpha / (p.alpha + p.beta) - p.cost for p in others)])
