"""The catalogue: what each offer (model x route x region) can do, costs and allows, and when it ends: dated data with sources, not code."""

from callsheet.catalog.catalogue import Catalogue, Override
from callsheet.catalog.changes import compare, since
from callsheet.catalog.check import check
from callsheet.catalog.fit import Fit, fit
from callsheet.catalog.known import UNKNOWN, Durations, Evidence, Grid, Size, Unknown
from callsheet.catalog.limits import Asked, Refusal, refusals
from callsheet.catalog.load import load, overlays
from callsheet.catalog.nearest import Substitute, nearest
from callsheet.catalog.offer import Model, Offer
from callsheet.catalog.price import Wanted, price, unit_price
from callsheet.catalog.query import Query, Row, card, facts, find
from callsheet.catalog.rates import ExchangeRate, Rates
from callsheet.catalog.tariff import Mode, Tariff

__all__ = [
    "UNKNOWN",
    "Asked",
    "Catalogue",
    "Durations",
    "Evidence",
    "ExchangeRate",
    "Fit",
    "Grid",
    "Mode",
    "Model",
    "Offer",
    "Override",
    "Query",
    "Rates",
    "Refusal",
    "Row",
    "Size",
    "Substitute",
    "Tariff",
    "Unknown",
    "Wanted",
    "card",
    "check",
    "compare",
    "facts",
    "find",
    "fit",
    "load",
    "nearest",
    "overlays",
    "price",
    "refusals",
    "since",
    "unit_price",
]
