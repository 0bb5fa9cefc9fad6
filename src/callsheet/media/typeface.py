"""Opening font files, without the machine's own fonts: a film looks the same wherever it is made."""

from functools import cache
from pathlib import Path

import skia


@cache
def _fonts() -> skia.FontMgr:
    return skia.FontMgr.New_Custom_Empty()


def open_typeface(path: Path, index: int = 0) -> skia.Typeface | None:
    """The face number `index` of a font file, or None when it is not a font that can be read."""
    return _fonts().makeFromFile(str(path), index)
