"""Who can shoot here: the built-in provider, every route of the catalogue whose key is set, and what plug-ins bring."""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from callsheet.errors import NotFoundError
from callsheet.providers.protocol import Seller

if TYPE_CHECKING:
    from callsheet.catalog import Offer
    from callsheet.providers.family import Family

GROUP = "callsheet.providers"
"""Entry points of plug-ins: each names a class, or a function without arguments, that makes a Seller."""
ADDRESS = "CALLSHEET_URL_"
"""Environment variables that say where a route is, such as `CALLSHEET_URL_LOCAL` for a server of your own."""


def installed(folder: Path | None = None) -> tuple[Seller, ...]:
    """Every provider that can be asked now: the built-in one, then by route. `folder` is a production with a catalogue of its own."""
    from callsheet.providers.animatic import Animatic

    return Animatic(), *_keyed(folder), *plugged()


@cache
def plugged() -> tuple[Seller, ...]:
    """What plug-ins bring."""
    return tuple(e.load()() for e in sorted(entry_points(group=GROUP), key=lambda e: e.name))


def routes(folder: Path | None = None) -> "Mapping[str, tuple[Offer, ...]]":
    """The catalogue's offers by route, with those of your own files."""
    from callsheet.catalog import load, overlays

    found: dict[str, list[Offer]] = {}
    for offer in load(overlays(folder)):
        found.setdefault(offer.route, []).append(offer)
    return {route: tuple(found[route]) for route in sorted(found)}


def address(route: str) -> str | None:
    """Where a route is said to be, when it is not where it usually is."""
    return os.environ.get(ADDRESS + route.upper().replace("-", "_").replace(".", "_")) or None


def _keyed(folder: Path | None) -> "Iterator[Family]":
    from callsheet.providers.families import KEYS, family, key_names, speaks
    from callsheet.providers.keys import has_keyring, key_for

    known = {name for dialects in KEYS.values() for names in dialects.values() for name in names}
    if not (has_keyring() or any(name in known or name.startswith(ADDRESS) for name in os.environ)):
        return  # Nobody sells anything here, and there is no need to read a catalogue to see that.
    for route, offers in routes(folder).items():
        protocol = offers[0].protocol
        if not speaks(protocol, route):
            continue
        key, url = key_for(key_names(protocol, route), route), address(route)
        if key or url:
            kind = family(protocol, route)
            if key or kind.keyless:
                from callsheet.providers.lending import lending

                seller = kind(route, offers, key.reveal() if key else "", url)
                seller.lends = lending()
                yield seller


def reached(route: str, folder: Path | None = None) -> "Family":
    """The seller of a route, without a key: good for what it tells everybody. Raises NotFoundError."""
    from callsheet.providers.families import MODULES, family, published_by

    offers = routes(folder).get(route, ())
    protocol = offers[0].protocol if offers else published_by(route)
    if protocol not in MODULES:
        raise NotFoundError(
            f"there is no route {route!r}", remedy="`callsheet models` lists what is sold, and by whom."
        )
    return family(protocol, route)(route, offers, "", address(route))
