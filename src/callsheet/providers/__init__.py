"""Providers: who can shoot a take. Each says what it offers and costs, and makes takes from recipes; found by entry point `callsheet.providers`.

A provider makes takes here (`Provider.make`), or is asked over the network and bills for them (`Hosted`).
"""

from callsheet.providers.installed import installed
from callsheet.providers.protocol import Made, Offer, Provider, Seller, seller

__all__ = ["Made", "Offer", "Provider", "Seller", "installed", "seller"]
