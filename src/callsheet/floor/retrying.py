"""What to do next about a take that was tried before: wait for a person, try again, try another route, or give up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from callsheet.money.attempts import Attempt, Verdict
from callsheet.money.bid import MOST_PAID

_OUT: frozenset[Verdict] = frozenset(("moderated", "funds", "input", "retired", "auth"))
"""After one of these the same offer would only say it again."""

_PATIENT: frozenset[Verdict] = frozenset(("rate", "concurrency", "busy"))
"""The provider asked us to come back later."""

_MOST_FAILURES = 3
_MOST_REJECTED = 2
"""A route of whose takes gates reject so many goes behind the others."""
_COSTS: frozenset[Verdict] = frozenset(("failed", "moderated", "cancelled", "undelivered", "resent"))
"""An attempt that ended so may have been paid for."""
_MOST_PATIENCE = 30
_KNOWN_ENDS: frozenset[Verdict] = frozenset(("failed", "moderated", "cancelled", "resent"))
"""An attempt whose price is unknown, but which will never deliver a clip, does not keep its shot waiting."""


@dataclass(frozen=True)
class Next:
    """`resume` what is under way, else what is reserved; `try` the route `offer`; or stop.

    In the end the take is `bought`, `unknown`, `cancelled`, or its routes are `exhausted`; or gates `rejected` what came, and no other is wanted.
    """

    do: Literal["resume", "try", "bought", "unknown", "cancelled", "exhausted", "rejected"]
    offer: str = ""


def next_of(
    history: Sequence[Attempt], offers: Sequence[str], rejected: Mapping[str, str] = MappingProxyType({})
) -> Next:
    """The next thing to do, from what was tried, first to last, and the offers in the order in which they are wanted.

    `rejected` holds the ids of attempts whose clips gates rejected: `re-roll` when another seed may help, `re-route` when it will not.

    Another route is only tried after the one before has provably not accepted, or has ended: never beside an attempt that may still deliver.
    """
    if any(a.state in ("submitting", "submitted") for a in history):  # paid for, it may be, whatever else is there
        return Next("resume")
    if any(a.verdict == "delivered" and a.id not in rejected for a in history):
        return Next("bought")
    if any(a.state == "unknown" and a.verdict not in _KNOWN_ENDS for a in history):
        return Next("unknown")
    if any(a.state == "reserved" for a in history):
        return Next("resume")
    # Whoever had the last one stopped wants no other, however it ended; unless another was asked for since.
    if history and (
        history[-1].verdict == "cancelled"
        or (history[-1].cancel in ("asked", "sent") and history[-1].verdict != "resent")
    ):
        return Next("cancelled")
    if sum(attempt.verdict in _COSTS or attempt.id in rejected for attempt in history) >= MOST_PAID:
        return Next("exhausted")
    failures: Counter[str] = Counter()
    patience: Counter[str] = Counter()
    out = set()
    for attempt in history:
        if attempt.verdict in _OUT or attempt.cancel == "late" or rejected.get(attempt.id) == "re-route":
            out.add(attempt.offer)
        elif attempt.verdict in _PATIENT:
            patience[attempt.offer] += 1
        else:
            failures[attempt.offer] += attempt.verdict != "resent"
    turned = Counter(attempt.offer for attempt in history if attempt.id in rejected)
    for offer in sorted(offers, key=lambda name: turned[name] >= _MOST_REJECTED):
        if offer not in out and failures[offer] < _MOST_FAILURES and patience[offer] < _MOST_PATIENCE:
            return Next("try", offer)
    return Next("exhausted")
