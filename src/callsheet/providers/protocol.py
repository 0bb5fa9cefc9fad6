"""What a provider is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from callsheet.errors import NotFoundError
from callsheet.film import Framing, Order, Recipe
from callsheet.film.price import Price


@dataclass(frozen=True)
class Offer:
    """A model as one provider sells it. `verified_on` and `source` say where the price comes from."""

    name: str
    model: str
    provider: str
    min_height: int
    source: str
    verified_on: str


@dataclass(frozen=True)
class Made:
    """A clip file that a provider made, for one picture shape."""

    framing: Framing
    path: Path


class Seller(Protocol):
    """Someone who has offers: a Provider or a Hosted one."""

    name: str

    @property
    def engine(self) -> str:
        """The version of what makes the pictures: part of every recipe."""

    def offers(self) -> tuple[Offer, ...]:
        """What can be ordered now, with the keys that are set."""

    def refuses(self, offer: str, order: Order) -> str:
        """Why the offer does not take the order; empty when it does."""

    def quote(self, offer: str, order: Order) -> Price | None:
        """The price of one take, or None when it is unknown."""


@runtime_checkable
class Provider(Seller, Protocol):
    """Someone who makes takes here."""

    def make(
        self, recipe: Recipe, references: Mapping[str, Path], folder: Path, on_frame: Callable[[int, int], None]
    ) -> tuple[Made, ...]:
        """Make the take's clips in `folder`. `references` maps sha256 to files; `on_frame(done, total)` tells how far it is.

        Raises ProviderError, or MediaError for a reference that cannot be read.
        """


def seller(offer: str, providers: Iterable[Seller]) -> Seller:
    """The one of `providers` that sells `offer`, which may name a resolution after a colon. Raises NotFoundError."""
    known, plain = list(providers), offer.partition(":")[0]
    for candidate in known:
        if any(o.name in (offer, plain) for o in candidate.offers()):
            return candidate
    raise NotFoundError(f"no provider sells {offer!r}", remedy="Installed: " + ", ".join(p.name for p in known))
