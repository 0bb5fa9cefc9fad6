"""What a provider is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, runtime_checkable

from callsheet.errors import NotFoundError
from callsheet.film import Framing, Order, Recipe
from callsheet.film.price import Price

GROUP = "callsheet.providers"


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
    engine: str
    """The version of what makes the pictures: part of every recipe."""

    def offers(self) -> tuple[Offer, ...]:
        """What can be ordered now, with the keys that are set."""

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


@cache
def installed() -> tuple[Seller, ...]:
    """Every provider that is installed: the built-in one, then those found by entry point, by name."""
    from callsheet.providers.animatic import Animatic

    return Animatic(), *(e.load()() for e in sorted(entry_points(group=GROUP), key=lambda e: e.name))


def seller(offer: str, providers: Iterable[Seller]) -> Seller:
    """The one of `providers` that sells `offer`. Raises NotFoundError."""
    known = list(providers)
    for candidate in known:
        if any(o.name == offer for o in candidate.offers()):
            return candidate
    raise NotFoundError(f"no provider sells {offer!r}", remedy="Installed: " + ", ".join(p.name for p in known))
