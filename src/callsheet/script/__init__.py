"""From a brief to a board: reading briefs, writing scripts, breaking them down into shots.

Its names are loaded when they are first used, because most runs write nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callsheet.script.brief import Brief
    from callsheet.script.survival import Survival
    from callsheet.script.writer import Draft, Rejected, Writer, treatments, write, writer_for, writer_names

__all__ = ["Brief", "Draft", "Rejected", "Survival", "Writer", "treatments", "write", "writer_for", "writer_names"]

_HOMES = {"Brief": "brief", "Survival": "survival"}


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(f"callsheet.script.{_HOMES.get(name, 'writer')}"), name)
    raise AttributeError(f"module 'callsheet.script' has no attribute {name!r}")
