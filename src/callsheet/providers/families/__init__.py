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
KEYS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "fal-queue": {"fal": ("FAL_KEY",)},
    "replicate": {"replicate": ("REPLICATE_API_TOKEN",), "any": ("REPLICATE_API_TOKEN",)},
    "runway-tasks": {"any": ("RUNWAYML_API_SECRET",)},
    "luma": {"luma": ("LUMA_AGENTS_API_KEY",), "luma-dream": ("LUMAAI_API_KEY",)},
    "content-array": {
        "ark": ("ARK_API_KEY",), "ark-intl": ("BYTEPLUS_API_KEY", "ARK_API_KEY"),
        "minimax": ("MINIMAX_API_KEY",), "minimax-cn": ("MINIMAX_CN_API_KEY", "MINIMAX_API_KEY"),
    },
    "dashscope": {"dashscope": ("DASHSCOPE_API_KEY",), "dashscope-cn": ("DASHSCOPE_CN_API_KEY",)},
    "kling": {"kling": ("KLING_API_KEY",)},
    "gemini-interactions": {"any": ("GEMINI_API_KEY", "GOOGLE_API_KEY")},
    "vertex-veo": {"any": ("VERTEX_API_KEY", "GOOGLE_VERTEX_API_KEY")},
    "xai": {"xai": ("XAI_API_KEY",)},
    "openai-videos": {
        "any": ("VLLM_API_KEY", "LITELLM_API_KEY"), "local": ("VLLM_API_KEY", "LITELLM_API_KEY"), "openrouter": ("OPENROUTER_API_KEY",),
        "openai": ("OPENAI_API_KEY",), "azure": ("AZURE_OPENAI_API_KEY",),
    },
    "ltx": {"any": ("LTX_API_KEY", "LTXV_API_KEY")},
    "aggregator": {"wavespeed": ("WAVESPEED_API_KEY",), "any": ()},
}  # fmt: skip
"""Environment variables that may hold a route's key, the first that is set counting. They stand here so that no adapter is read without one."""


def family(protocol: str, route: str) -> "type[Family]":
    """The adapter for a route that speaks `protocol`. Raises NotFoundError."""
    if protocol not in MODULES:
        raise _unspoken(protocol, route)
    found: Mapping[str, type[Family]] = import_module(f"{__name__}.{MODULES[protocol]}").FAMILIES
    return for_route(found, route)


def for_route(found: Mapping[str, T], route: str) -> T:
    """What stands for a route: under its name, under the first word of it, or under `any`. Raises NotFoundError."""
    for name in (route, route.partition("-")[0], "any"):
        if name in found:
            return found[name]
    raise NotFoundError(f"no dialect is known for {route!r}", remedy="Known: " + ", ".join(found) + ".")


def key_names(protocol: str, route: str) -> tuple[str, ...]:
    """The environment variables that may hold a route's key. Raises NotFoundError where there is no adapter for it."""
    if protocol not in KEYS:
        raise _unspoken(protocol, route)
    return for_route(KEYS[protocol], route)


def speaks(protocol: str, route: str) -> bool:
    """Whether there is an adapter for a route: its protocol is known, and a dialect for it."""
    try:
        key_names(protocol, route)
    except NotFoundError:
        return False
    return True


def published_by(route: str) -> str:
    """The protocol of a route that no offer of the catalogue names; empty when nothing here knows the route by its name."""
    return next((protocol for protocol, dialects in KEYS.items() if route in dialects), "")


def _unspoken(protocol: str, route: str) -> NotFoundError:
    return NotFoundError(f"nothing here speaks {protocol!r}", where=route, remedy="Known: " + ", ".join(MODULES) + ".")
