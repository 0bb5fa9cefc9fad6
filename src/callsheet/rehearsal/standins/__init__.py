"""Stand-ins: every seller's wire protocol from its own side, driven by the catalogue, for rehearsals and for tests of adapters and SDKs."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from callsheet.providers.families import MODULES, for_route

if TYPE_CHECKING:
    from callsheet.catalog import Offer
    from callsheet.rehearsal.standins.base import StandIn


def stand_in(protocol: str, route: str, offers: "Sequence[Offer]") -> "StandIn":
    """The stand-in for a route that speaks `protocol`, selling `offers`. Raises NotFoundError."""
    found: Mapping[str, type[StandIn]] = import_module(f"{__name__}.{MODULES[protocol]}").STAND_INS
    return for_route(found, route)(route, offers)
