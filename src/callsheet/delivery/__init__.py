"""Delivery: the package the client receives, with the call sheet and a manifest."""

from callsheet.delivery.callsheet import ShotState, as_html, as_json, sheet
from callsheet.delivery.package import MANIFEST, Item, package

__all__ = ["MANIFEST", "Item", "ShotState", "as_html", "as_json", "package", "sheet"]
