"""Callsheet: the production system for AI video. From a brief to a delivered film, priced before it is shot.

from callsheet import Studio

studio = Studio("teapot")
print(studio.bid().total)
studio.make()
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from callsheet.errors import CallsheetError

if TYPE_CHECKING:
    from callsheet.film import Document, Production, Rate, Timecode
    from callsheet.studio import Studio

__all__ = ["CallsheetError", "Document", "Production", "Rate", "Studio", "Timecode", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in __all__:
        home = "callsheet.studio" if name == "Studio" else "callsheet.film"
        return getattr(import_module(home), name)
    raise AttributeError(f"module 'callsheet' has no attribute {name!r}")
