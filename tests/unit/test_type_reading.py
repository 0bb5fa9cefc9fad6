"""Captions read back from a frame, as a viewer would."""

import difflib
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from callsheet.media.type.captions import Cue
from callsheet.media.type.painter import TypePainter

rapidocr = pytest.importorskip("rapidocr")


def picture(size: tuple[int, int]) -> NDArray[np.uint8]:
    """A bright picture with shapes, [h, w, 3]."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    out = np.stack([190 + 60 * np.sin(x / 37), 170 + 60 * np.cos(y / 23), 150 + 70 * np.sin((x + y) / 51)], -1)
    return np.clip(out, 0, 255).astype(np.uint8)


def burnt(cue: Cue, size: tuple[int, int]) -> NDArray[np.uint8]:
    frame = picture(size).astype(np.float32)
    for tile in TypePainter(size, Fraction(24), [cue]).at(cue.start):
        height, width = tile.rgba.shape[:2]
        part = frame[tile.y : tile.y + height, tile.x : tile.x + width]
        part *= 1 - tile.rgba[..., 3:] / np.float32(255)
        part += tile.rgba[..., :3]
    return np.clip(frame, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280)])
@pytest.mark.parametrize(
    "cue",
    [
        Cue(0, 40, ("It pours without a drip,", "every morning of the year."), "en"),
        Cue(0, 40, ("我没有烧。它一直在", "你妈妈留下的那把茶壶里。"), "zh"),
    ],
)
def test_burnt_captions_can_be_read_back(cue: Cue, size: tuple[int, int]) -> None:
    engine = rapidocr.RapidOCR()
    seen = engine(burnt(cue, size)[..., ::-1])
    rows = sorted(zip(seen.boxes, seen.txts, strict=True), key=lambda row: float(row[0][:, 1].mean()))
    read = "".join(text for _, text in rows).replace(" ", "")
    said = "".join(cue.lines).replace(" ", "")
    assert difflib.SequenceMatcher(None, said, read).ratio() >= 0.9
