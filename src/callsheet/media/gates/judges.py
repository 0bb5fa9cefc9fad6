"""Who recognises faces: a plug-in's judge, or the one of the optional part `faces`."""

import importlib.util
from functools import cache
from importlib.metadata import entry_points

from callsheet.errors import NotFoundError
from callsheet.media.gates.likeness import FaceJudge

GROUP = "callsheet.faces"
"""Entry points of plug-ins: each names a class, or a function without arguments, that makes a FaceJudge, or gives None when its parts
are missing."""
BUILT_IN = "built-in"
"""The name of the judge of the optional part."""
PARTS = ("dlib", "face_recognition_models")


@cache
def judge() -> FaceJudge | None:
    """The first judge that a plug-in brings, by name; else the one of the optional part; None when there is neither."""
    return next((found for name in names() if (found := named(name)) is not None), None)


def names() -> list[str]:
    """The names of all that there are, in the order in which they are asked."""
    return [*sorted(entry_points(group=GROUP).names), *([BUILT_IN] if _has_parts() else [])]


def named(name: str) -> FaceJudge | None:
    """The judge of that name; None when its parts are missing. Raises NotFoundError."""
    for point in entry_points(group=GROUP, name=name):
        brought: FaceJudge | None = point.load()()
        return brought
    if name != BUILT_IN:
        raise NotFoundError(
            f"there is no judge of faces {name!r}", remedy=f"There are: {', '.join(names()) or 'none'}."
        )
    if not _has_parts():
        return None
    from callsheet.media.gates.faces import DlibJudge

    return DlibJudge()


def has_judge() -> bool:
    """Whether there is one; weights are loaded by `judge` alone, when a face is to be measured."""
    return _has_parts() or (bool(entry_points(group=GROUP)) and judge() is not None)


def _has_parts() -> bool:
    return all(importlib.util.find_spec(part) is not None for part in PARTS)
