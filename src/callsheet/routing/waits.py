"""How long an offer takes for a shot: what was seen here, else what its seller says, else unknown; and until when everything has to be there."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from sqlalchemy import select

from callsheet.film import Production, Rate, Shot, needs
from callsheet.providers import Provider, Seller
from callsheet.providers.hosted import Hosted, Traits
from callsheet.providers.waiting import Wait, Waiting
from callsheet.store import ProductionStore
from callsheet.store import tables as t
from callsheet.store.database import Database

HERE = Wait(0.0, "here")
"""What is made on this machine waits for nobody."""


class Schedule:
    """See the module. `rate` is the film's, `deadline` None where none is stated, `now` the hour of asking."""

    def __init__(
        self,
        sellers: Sequence[Seller] = (),
        *,
        rate: Rate | None = None,
        observed: Callable[[], Mapping[str, tuple[float, int]]] = dict,
        deadline: datetime | None = None,
        now: datetime | None = None,
    ) -> None:
        self.sellers, self.rate, self.deadline = tuple(sellers), rate or Rate(24), deadline
        self.now, self._observe = now, observed
        self._waits: dict[tuple[str, int], Wait | None] = {}

    @classmethod
    def of(cls, store: ProductionStore, production: Production, sellers: Sequence[Seller]) -> "Schedule":
        """What the database that `store` is in has seen, for the production as its board is now."""
        return cls(
            sellers,
            rate=production.rate,
            observed=lambda: observed(store.database),
            deadline=production.deadline,
            now=store.clock(),
        )

    @property
    def left(self) -> float | None:
        """Whole seconds until the deadline, negative after it; None where none is stated."""
        if self.deadline is None or self.now is None:
            return None
        return float((self.deadline - self.now).total_seconds() // 1)

    def wait(self, offer: str, frames: int) -> Wait | None:
        """How long one take of so many frames usually takes; None when nobody knows."""
        key = offer, frames
        if key not in self._waits:
            self._waits[key] = self._wait(offer, frames)
        return self._waits[key]

    def _wait(self, offer: str, frames: int) -> Wait | None:
        maker = self._maker(offer)
        if isinstance(maker, Provider):
            return HERE
        if offer in self._observed:
            seconds, count = self._observed[offer]
            return Wait(seconds, "observed", f"{count} {'take' if count == 1 else 'takes'} delivered here")
        return maker.wait(offer, frames / self.rate.fraction) if isinstance(maker, Waiting) else None

    def seller(self, offer: str) -> str:
        """Who sells an offer, by name; empty for one that nobody sells now."""
        maker = self._maker(offer)
        return "" if maker is None else maker.name

    def longest(self, offer: str) -> float:
        """Seconds after which one take of an offer is given up: what is unknown takes no longer."""
        maker = self._maker(offer)
        return (maker.traits if isinstance(maker, Hosted) else Traits).longest_s

    @cached_property
    def places(self) -> Mapping[str, int]:
        """By seller: how many takes it makes at once. Whoever is not asked over a network is not among them."""
        return {maker.name: max(1, maker.traits.concurrency) for maker in self.sellers if isinstance(maker, Hosted)}

    def _maker(self, offer: str) -> Seller | None:
        return self._makers.get(offer) or self._makers.get(offer.partition(":")[0])

    @cached_property
    def _makers(self) -> Mapping[str, Seller]:
        return {offer.name: maker for maker in reversed(self.sellers) for offer in maker.offers()}

    @cached_property
    def _observed(self) -> Mapping[str, tuple[float, int]]:
        return self._observe()


def observed(database: Database) -> dict[str, tuple[float, int]]:
    """By offer: the seconds between create and clip, in the middle of all that were delivered to this database, and how many those are."""
    from statistics import median

    query = select(t.attempt.c.offer, t.attempt.c.sent_at, t.attempt.c.changed_at).where(
        t.attempt.c.verdict == "delivered", t.attempt.c.sent_at.is_not(None)
    )
    seen: dict[str, list[float]] = {}
    with database.reading() as db:
        for row in db.execute(query):
            seen.setdefault(row.offer, []).append((row.changed_at - row.sent_at).total_seconds())
    return {offer: (median(seconds), len(seconds)) for offer, seconds in seen.items()}


def rounds(shots: Iterable[tuple[str, Shot, bool]]) -> dict[str, int]:
    """By shot that is still to be made: how many rounds are before it, as one that is made from another waits for all of that one's.

    `shots` are (address, the shot, whether it is still to be made).
    """
    film = list(shots)
    by_code = {(address.partition(" ")[0], shot.code): (address, shot) for address, shot, to_make in film if to_make}
    found: dict[str, int] = {}
    for address, shot, to_make in film:
        line: list[str] = []
        at: tuple[str, Shot] | None = (address, shot) if to_make else None
        while at is not None and at[0] not in found:
            line.append(at[0])
            code = needs(at[1])
            at = by_code.get((at[0].partition(" ")[0], code)) if code else None
        number = -1 if at is None else found[at[0]]
        for one in reversed(line):
            number += 1
            found[one] = number
    return found


def makespan(waits: Iterable[float], places: int) -> float:
    """Seconds until all of one seller's takes are there, begun in this order, so many at once."""
    free = [0.0] * places
    for wait in waits:
        heapq.heapreplace(free, free[0] + wait)
    return max(free)


def whole(takes: Iterable[tuple[int, str, float]], places: Mapping[str, int]) -> float:
    """Seconds until all takes are there; each is (its round, its seller, how long it takes), in the order of the film."""
    by: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number, seller, wait in takes:
        by[number][seller].append(wait)
    return sum(
        max(makespan(waits, places[seller]) if seller in places else max(waits) for seller, waits in sellers.items())
        for sellers in by.values()
    )
