"""The protocol families: one file each, with thin dialects by route.

A module here has `FAMILIES`: the adapter class by route, by the first word of a route's name, or `any`. Its twin of the same name in
`callsheet.rehearsal.standins` has `STAND_INS`, told apart in the same way.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from callsheet.errors import NotFoundError

if TYPE_CHECKING:
    from callsheet.providers.family import Family

T = TypeVar("T")
MODULES: Mapping[str, str] = {
    "fal-queue": "fal", "replicate": "replicate", "runway-tasks": "runway", "luma": "luma", "content-array": "content_array",
    "dashscope": "dashscope", "kling": "kling", "gemini-interactions": "gemini", "vertex-veo": "vertex", "xai": "xai",
    "openai-videos": "openai_videos", "ltx": "ltx", "aggregator": "aggregator",
}  # fmt: skip
"""Module names by the protocol that the catalogue names."""


def family(protocol: str, route: str) -> "type[Family]":
    """The adapter for a route that speaks `protocol`. Raises NotFoundError."""
    if protocol not in MODULES:
        raise NotFoundError(
            f"nothing here speaks {protocol!r}", where=route, remedy="Known: " + ", ".join(MODULES) + "."
        )
    found: Mapping[str, type[Family]] = import_module(f"{__name__}.{MODULES[protocol]}").FAMILIES
    return for_route(found, route)


def for_route(found: Mapping[str, T], route: str) -> T:
    """What stands for a route: under its name, under the first word of it, or under `any`. Raises NotFoundError."""
    for name in (route, route.partition("-")[0], "any"):
        if name in found:
            return found[name]
    raise NotFoundError(f"no dialect is known for {route!r}", remedy="Known: " + ", ".join(found) + ".")


def speaks(protocol: str, route: str) -> bool:
    """Whether there is an adapter for a route: its protocol is known, and a dialect for it."""
    try:
        family(protocol, route)
    except NotFoundError:
        return False
    return True


def published_by(route: str) -> str:
    """The protocol of a route that no offer of the catalogue names; empty when nothing here knows the route by its name."""
    for protocol, module in MODULES.items():
        if route in import_module(f"{__name__}.{module}").FAMILIES:
            return protocol
    return ""
