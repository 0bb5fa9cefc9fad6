"""The cast of a rehearsal: who shoots, and the houses that stand in for them, in a hurry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from callsheet.catalog import Offer
from callsheet.errors import NotFoundError
from callsheet.providers import Seller
from callsheet.providers.families import family, speaks
from callsheet.providers.hosted import Traits
from callsheet.providers.installed import routes
from callsheet.rehearsal.clips import Drawn
from callsheet.rehearsal.faults import Schedule
from callsheet.rehearsal.house import House, Timing
from callsheet.rehearsal.provider import Rehearsal
from callsheet.rehearsal.skins import KEY, SKINS
from callsheet.rehearsal.standins import stand_in
from callsheet.rehearsal.transport import address

_HASTE = 120.0
"""Two minutes of a seller's time pass in a second, so that a rehearsal keeps the order of waits and not their length."""
_QUICK = Timing(queue_s=0.2, run_s=1.0, slow_s=10.0, late_s=25.0, link_s=600.0, haste=_HASTE)


def listed(folder: Path, on: Sequence[str]) -> Mapping[str, Sequence[Offer]]:
    """The offers of the routes `on`, with those of the production in `folder`. Raises NotFoundError."""
    known = routes(folder)
    for route in on:
        if route not in known or not speaks(known[route][0].protocol, route):
            able = ", ".join(name for name, offers in known.items() if speaks(offers[0].protocol, name))
            raise NotFoundError(f"there is no stand-in for the route {route!r}", remedy=f"Known: {able}.")
    return {route: known[route] for route in dict.fromkeys(on)}


def assembled(
    clock: Callable[[], float], faults: Schedule | None, offers: Mapping[str, Sequence[Offer]]
) -> tuple[list[Seller], list[House]]:
    """The sellers of some routes and the houses that stand in for them; the rehearsal's own three when there are no routes."""
    if not offers:
        shelf: dict[str, bytes] = {}
        own = [replace(skin, traits=_hurried(skin.traits)) for skin in SKINS.values()]
        return [Rehearsal(skin) for skin in own], [
            House(skin, clock, Drawn(shelf), faults, _QUICK, shelf=shelf) for skin in own
        ]
    sellers: list[Seller] = []
    houses = []
    for route, sold in offers.items():
        seller = family(sold[0].protocol, route)(route, sold, KEY, address(route))
        seller.traits = _hurried(seller.traits)
        face = stand_in(sold[0].protocol, route, sold)
        houses.append(House(face.skin(seller.traits), clock, Drawn(), faults, _QUICK, face=face))
        sellers.append(seller)
    return sellers, houses


def _hurried(traits: Traits) -> Traits:
    """What takes minutes at a real provider takes a second."""
    return replace(traits, poll_every_s=0.5, longest_s=20.0)
