"""Providers: who can shoot a take. Each says what it offers and costs, and makes takes from recipes; found by entry point `callsheet.providers`."""

from callsheet.providers.protocol import Made, Offer, Provider, installed, seller

__all__ = ["Made", "Offer", "Provider", "installed", "seller"]
