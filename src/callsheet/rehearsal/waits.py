"""How long a seller usually takes: what the catalogue says of it, or a stated guess; and what that comes to for a whole rehearsal."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from callsheet.catalog import Offer
from callsheet.catalog.latency import usual as listed

QUEUE_S, START_S, EACH_S = 5, 30, 10
"""Where a catalogue says nothing: a short queue, half a minute to begin, and ten seconds for each second of the clip."""
GUESS = "nothing is known: a guess of Callsheet's"


@dataclass(frozen=True)
class Wait:
    """The usual time of one order, in seconds of the real seller, and who says so."""

    queue_s: float
    run_s: float
    source: str


def usual(offer: Offer, seconds: Fraction) -> Wait:
    """The usual wait for a clip of so many seconds. What the catalogue leaves open is guessed, and then the whole counts as a guess."""
    stated = listed(offer, seconds)
    if stated is not None:
        return Wait(stated.queue_s, stated.run_s, stated.source)
    known = offer.latency
    queue, start, each = (
        said if isinstance(said, int) else usually
        for said, usually in zip((known.queue_s, known.start_s, known.each_s), (QUEUE_S, START_S, EACH_S), strict=True)
    )
    return Wait(queue, start + float(each * seconds), GUESS)


def summary(provider: str, waits: Sequence[Wait], at_once: int) -> Mapping[str, Any]:
    """What the clips of one seller would usually take: one of them, and all of them with as many in flight as the seller admits."""
    lasting = [wait.queue_s + wait.run_s for wait in waits]
    lanes = [0.0] * max(1, at_once)
    for one in lasting:
        heapq.heapreplace(lanes, lanes[0] + one)
    return {
        "provider": provider,
        "clips": len(lasting),
        "each_s": round(sum(lasting) / len(lasting)) if lasting else 0,
        "longest_s": round(max(lasting, default=0.0)),
        "all_s": round(max(lanes)),
        "sources": list(dict.fromkeys(wait.source for wait in waits)),
    }
