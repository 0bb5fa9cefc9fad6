"""A clip as the gates see it: decoded once, front to back, looked at on a grid of 360 lines, and kept as small pictures and one change per frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from numpy.typing import NDArray

from callsheet.errors import MediaError
from callsheet.media.blend import planes_of
from callsheet.media.probe import Media, open_media, scan

Pictures = NDArray[np.uint8]

LINES = 360
"""Short side of the grid at which clips are looked at: faults that matter show on it."""

_SMALL = 4
"""Sides of the kept pictures are those at 360 lines over this: 160x90 holds light, colour and layout in 22 kB a frame."""

_SAMPLE_LINES = 720
"""Short side of the frames kept for reading and for faces: smaller lettering than 720 lines can show need not be read."""

_SCALER = Interpolation.AREA
"""The mean of all pixels that fall into one: nothing flickers that does not in the clip."""

_HDR = ("smpte2084", "arib-std-b67")


@dataclass(frozen=True, eq=False)
class Footage:
    """The decoded clip. All arrays have one entry per decoded frame.

    `luma` is uint8 [n, h, w] (limited range, 90 lines on the short side), `blue` and `red` the chroma differences at half its size.
    `change` is float32 [n]: the mean absolute step of luma from the frame before, on every fourth line of 360 (0 for the first).
    `damaged` are frames that came with decoding errors; `lost` counts packets that gave no frame. `samples` are (frame, RGB uint8
    [h, w, 3]), upright.
    """

    media: Media
    luma: Pictures
    blue: Pictures
    red: Pictures
    change: NDArray[np.float32]
    damaged: tuple[int, ...]
    lost: int
    samples: tuple[tuple[int, Pictures], ...]

    @property
    def frames(self) -> int:
        """How many frames came out of the decoder."""
        return len(self.change)

    def in_frames(self, seconds: float) -> int:
        """A stretch of time in whole frames of the clip, at least one."""
        return max(1, round(seconds * self.media.rate))


def watch(path: Path, samples: int = 0) -> Footage:
    """Decode the whole clip. `samples` frames, spread evenly, are kept larger for readers and face judges.

    Raises MediaError when it is missing, not video, HDR, or too damaged to be opened.
    """
    found = scan(path)
    media = found.media
    if media.kind != "video":
        raise MediaError(f"is {media.kind}, not video", where=str(path))
    if media.transfer in _HDR:
        raise MediaError(f"is HDR ({media.transfer}); standard range was ordered", where=str(path))
    chosen = {(2 * number + 1) * media.frames // (2 * samples) for number in range(samples)}
    with open_media(path, in_order=found.in_order) as container:
        return _Watching(media, chosen).all_of(container)


class _Watching:
    """One pass over a clip."""

    def __init__(self, media: Media, chosen: set[int]) -> None:
        self._media, self._chosen = media, chosen
        self._plain, self._far, self._large = VideoReformatter(), VideoReformatter(), VideoReformatter()
        self._luma: list[Pictures] = []
        self._blue: list[Pictures] = []
        self._red: list[Pictures] = []
        self._change: list[float] = []
        self._samples: list[tuple[int, Pictures]] = []
        self._damaged: list[int] = []
        self._before: tuple[VideoFrame, Pictures] | None = None
        self._scratch: tuple[Pictures, Pictures] | None = None
        # A clip that changes its size midway is looked at in the size it began with.
        self._size = media.width // 2 * 2, media.height // 2 * 2
        wide, high = _even(*self._size, LINES // _SMALL)
        self._small = wide, high
        self._lines = max(1, min(self._size) // LINES * 4)
        tall, broad = self._size[1] // 2, self._size[0] // 2
        self._rows, self._columns = (
            np.arange(high // 2) * tall // (high // 2),
            np.arange(wide // 2) * broad // (wide // 2),
        )

    def all_of(self, container: InputContainer) -> Footage:
        stream = container.streams.video[0]
        # One thread: clips are inspected side by side, and frames then come out the same on every machine.
        stream.codec_context.thread_count = 1
        if self._media.codec != "h264":
            # H.264 marks what it patched up; other decoders pass damage over unless told to stop at it.
            stream.codec_context.options = {"err_detect": "explode"}
        lost = 0
        for packet in container.demux(stream):
            try:
                frames: Sequence[VideoFrame] = packet.decode()
            except (av.FFmpegError, EOFError):
                lost += 1
                continue
            for frame in frames:
                self._see(frame)
        if not self._change:
            raise MediaError("no frame can be decoded", where=container.name)
        return Footage(
            self._media,
            np.stack(self._luma),
            np.stack(self._blue),
            np.stack(self._red),
            np.array(self._change, np.float32),
            tuple(self._damaged),
            lost,
            tuple(self._samples),
        )

    def _see(self, frame: VideoFrame) -> None:
        index = len(self._change)
        if frame.is_corrupt:
            self._damaged.append(index)
        if index in self._chosen:
            self._samples.append((index, self._upright(frame)))
        if frame.format.name != "yuv420p" or (frame.width, frame.height) != self._size:
            frame = self._plain.reformat(
                frame, *self._size, "yuv420p", interpolation=_SCALER, dst_color_range=ColorRange.MPEG, threads=1
            )
        luma, blue, red = planes_of(frame)
        self._change.append(self._step(luma[:: self._lines]))
        self._before = frame, luma[:: self._lines]  # the frame owns what the lines look at
        # Luma alone is averaged: it is what grain and fine texture are in.
        grey = VideoFrame.from_numpy_buffer(luma, format="gray")
        small = self._far.reformat(grey, *self._small, "gray", interpolation=_SCALER, threads=1)
        self._luma.append(_plane(small).copy())
        self._blue.append(blue[self._rows][:, self._columns])
        self._red.append(red[self._rows][:, self._columns])

    def _step(self, lines: Pictures) -> float:
        """Mean absolute difference from the same lines of the frame before."""
        if self._before is None:
            return 0.0
        before = self._before[1]
        if self._scratch is None:
            self._scratch = np.empty_like(lines), np.empty_like(lines)
        more, less = self._scratch
        np.maximum(lines, before, out=more)
        np.minimum(lines, before, out=less)
        np.subtract(more, less, out=more)
        return float(more.sum(dtype=np.uint32)) / more.size

    def _upright(self, frame: VideoFrame) -> Pictures:
        size = _even(frame.width, frame.height, min(_SAMPLE_LINES, frame.width, frame.height))
        large = self._large.reformat(frame, *size, "rgb24", interpolation=_SCALER, threads=1)
        return np.ascontiguousarray(np.rot90(large.to_ndarray(), -self._media.rotation // 90))


def _plane(frame: VideoFrame) -> Pictures:
    plane = frame.planes[0]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]


def _even(width: int, height: int, lines: int) -> tuple[int, int]:
    """The size with `lines` on the short side, in even numbers; never larger than it is."""
    short = min(width, height)
    if short <= lines:
        return max(2, width // 2 * 2), max(2, height // 2 * 2)
    return max(2, round(width * lines / short / 2) * 2), max(2, round(height * lines / short / 2) * 2)
