"""Stretches of marked frames."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.bool_]


def runs(marks: Marks) -> Iterator[tuple[int, int]]:
    """First frame and the frame after the last of each unbroken run of marked frames."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        yield int(start), int(end)


def longest(found: list[tuple[int, int]]) -> int:
    """Length of the longest run, 0 without any."""
    return max((end - start for start, end in found), default=0)
