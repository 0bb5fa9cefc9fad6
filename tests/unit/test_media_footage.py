"""Synthetic footage whose every frame says which clip and which frame it is, and how to read that back."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from callsheet.media import decode
from callsheet.media.encode import ClipWriter, tag_bt709
from callsheet.media.profiles import TAKE

SIZE = (160, 96)
_COLUMNS = 10
RATE = Fraction(24)


def coded_luma(clip: int, frame: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Y plane: ten squares of frame number on top, ten of clip number below them, then a flat grey of the clip's own."""
    width, height = size
    luma = np.full((height, width), 60 + 40 * (clip % 4), np.uint8)
    side = width // _COLUMNS
    for row, number in enumerate((frame, clip)):
        for bit in range(_COLUMNS):
            luma[row * side : (row + 1) * side, bit * side : (bit + 1) * side] = 220 if number >> bit & 1 else 20
    return luma


def coded_frame(clip: int, frame: int, size: tuple[int, int] = SIZE) -> VideoFrame:
    picture = VideoFrame.from_ndarray(
        np.concatenate([coded_luma(clip, frame, size).ravel(), np.full(size[0] * size[1] // 2, 128, np.uint8)]).reshape(
            size[1] * 3 // 2, size[0]
        ),
        format="yuv420p",
    )
    tag_bt709(picture)
    return picture


def coded_clip(path: Path, clip: int, frames: int, rate: Fraction = RATE, size: tuple[int, int] = SIZE) -> Path:
    with ClipWriter(path, *size, rate, TAKE) as writer:
        for frame in range(frames):
            writer.write_yuv(coded_frame(clip, frame, size))
    return path


def read_code(luma: np.ndarray) -> tuple[int, int]:
    """(clip, frame) of a luma plane of any size, scaled but not cropped."""
    side = luma.shape[1] / _COLUMNS
    numbers = [
        sum(1 << bit for bit in range(_COLUMNS) if luma[int((row + 0.5) * side), int((bit + 0.5) * side)] > 120)
        for row in range(2)
    ]
    return numbers[1], numbers[0]


def luma_of(frame: VideoFrame) -> np.ndarray:
    return np.array(np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)[:, : frame.width])


def codes_in(path: Path) -> list[tuple[int, int]]:
    """Decode a whole file with nothing of ours and read every frame's code."""
    with av.open(str(path)) as container:
        return [read_code(luma_of(frame)) for frame in container.decode(video=0)]


def test_every_frame_carries_its_own_code(tmp_path: Path) -> None:
    path = coded_clip(tmp_path / "a.mp4", clip=5, frames=70)
    assert codes_in(path) == [(5, frame) for frame in range(70)]


@pytest.mark.parametrize("start", [0, 1, 11, 12, 13, 37, 59])
def test_any_frame_can_be_reached_exactly(tmp_path: Path, start: int) -> None:
    path = coded_clip(tmp_path / "a.mp4", clip=1, frames=60)
    count = min(5, 60 - start)
    got = [read_code(luma_of(f)) for f in decode.frames(path, start, count, size=SIZE, rate=RATE)]
    assert got == [(1, start + i) for i in range(count)]
