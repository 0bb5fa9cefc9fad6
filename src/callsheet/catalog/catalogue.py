"""The catalogue: every offer, what people changed in it, and the exchange rates."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from callsheet.catalog.offer import Offer
from callsheet.catalog.rates import Rates
from callsheet.errors import NotFoundError


@dataclass(frozen=True)
class Override:
    """A field that a file of yours changed: what stood there, what stands there now."""

    offer: str
    field: str
    was: str
    now: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.offer}: {self.field} was {self.was}, now {self.now} ({self.file}:{self.line})"


@dataclass(frozen=True)
class Catalogue:
    """Offers in the order of their ids. `added` are the ids that files of yours brought."""

    offers: tuple[Offer, ...]
    overrides: tuple[Override, ...] = ()
    added: tuple[str, ...] = ()
    rates: Rates = field(default_factory=Rates)

    @cached_property
    def _by_id(self) -> dict[str, Offer]:
        return {offer.id: offer for offer in self.offers}

    def __iter__(self) -> Iterator[Offer]:
        return iter(self.offers)

    def __len__(self) -> int:
        return len(self.offers)

    def __contains__(self, offer: object) -> bool:
        return offer in self._by_id

    def offer(self, id: str) -> Offer:
        """The offer with this id. Raises NotFoundError with the nearest ones."""
        if id in self._by_id:
            return self._by_id[id]
        same = [o.id for o in self.offers if id in (o.model.id, o.route)]
        near = same or get_close_matches(id, self._by_id, n=3)
        remedy = f"Nearest: {', '.join(near)}." if near else "List them with find()."
        raise NotFoundError(f"no offer is called {id!r}", remedy=remedy)

    def overridden(self, offer: str) -> tuple[Override, ...]:
        """What files of yours changed in one offer."""
        return tuple(o for o in self.overrides if o.offer == offer)
