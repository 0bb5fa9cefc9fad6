"""The bake-off: one brief shot by many offers under one cap, laid out side by side, and rated before anyone knows who made what."""

from callsheet.bakeoff.bake import Bakeoff, bake
from callsheet.bakeoff.clips import Entry
from callsheet.bakeoff.rating import Rated, rate

__all__ = ["Bakeoff", "Entry", "Rated", "bake", "rate"]
