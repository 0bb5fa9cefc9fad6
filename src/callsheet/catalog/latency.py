"""How long an order usually takes, by what the catalogue says of its offer and who says so."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from callsheet.catalog.known import Evidence, Unknown
from callsheet.catalog.offer import Offer

ASSUMED = "assumed by Callsheet"
"""How the evidence begins of what was neither read anywhere nor measured."""


@dataclass(frozen=True)
class Usual:
    """The usual time of one order, in seconds: it waits in a queue, then it is made. `evidence` says who says how long the making takes."""

    queue_s: int
    run_s: float
    evidence: tuple[Evidence, ...]

    @property
    def assumed(self) -> bool:
        """Whether nobody says so."""
        return any(one.where.startswith(ASSUMED) for one in self.evidence)

    @property
    def source(self) -> str:
        """Who says so, in words."""
        return "; ".join(one.where for one in self.evidence)


def usual(offer: Offer, seconds: Fraction) -> Usual | None:
    """The usual time for a clip of so many seconds; None when the catalogue leaves a part of it open."""
    queue, start, each = offer.latency.queue_s, offer.latency.start_s, offer.latency.each_s
    if not (isinstance(queue, int) and isinstance(start, int) and isinstance(each, int)):
        return None
    evidence = dict.fromkeys(offer.says(f"latency.{name}") for name in ("start_s", "each_s"))
    return Usual(queue, start + float(each * seconds), tuple(evidence))


def length(offer: Offer, seconds: Fraction) -> Fraction | None:
    """How long a clip is ordered that has to last so many seconds; None when the offer makes none as long."""
    if isinstance(offer.durations, Unknown):
        return Fraction(ceil(seconds))
    return offer.durations.reaching(seconds)
