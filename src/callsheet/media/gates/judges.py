"""Who recognises faces: a plug-in's judge, or the one of the optional part `faces`."""

import importlib.util
from functools import cache
from importlib.metadata import entry_points

from callsheet.media.gates.likeness import FaceJudge

GROUP = "callsheet.faces"
"""Entry points of plug-ins: each names a class, or a function without arguments, that makes a FaceJudge, or gives None when its parts
are missing."""
PARTS = ("dlib", "face_recognition_models")


@cache
def judge() -> FaceJudge | None:
    """The first judge that a plug-in brings, by name; else the one of the optional part; None when there is neither."""
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        brought: FaceJudge | None = point.load()()
        if brought is not None:
            return brought
    if not _has_parts():
        return None
    from callsheet.media.gates.faces import DlibJudge

    return DlibJudge()


def has_judge() -> bool:
    """Whether there is one; weights are loaded by `judge` alone, when a face is to be measured."""
    return _has_parts() or (bool(entry_points(group=GROUP)) and judge() is not None)


def _has_parts() -> bool:
    return all(importlib.util.find_spec(part) is not None for part in PARTS)
