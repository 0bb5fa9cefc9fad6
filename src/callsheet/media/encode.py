"""Writing pictures as H.264 in MP4: BT.709 limited range, constant rate, the same bytes for the same pictures."""

import contextlib
import itertools
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc, Interpolation, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from callsheet.errors import MediaError, StorageError
from callsheet.media.profiles import MASTER, PROXY, TAKE, Profile

__all__ = ["MASTER", "PROXY", "TAKE", "ClipWriter", "Profile", "replacing", "tag_bt709"]

SPC_BT709 = 1
"""AVCOL_SPC_BT709: how a frame or a stream says that its matrix is BT.709."""

MP4_OPTIONS = {"fflags": "+bitexact", "use_editlist": "0", "movflags": "+faststart+write_colr", "brand": "mp42"}
"""No dates, no edit lists, index before the media, colour declared."""

_serial = itertools.count()


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a name beside `path` to write to; rename it over `path` when the block ends well, delete it when it does not.

    Whoever reads `path` sees the old file or the whole new one. Raises StorageError when the folder or the disk refuses.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{next(_serial)}.part")
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except OSError as error:
        if error.filename and Path(error.filename) not in (part, path):
            raise  # some other file's trouble, met while making this one
        reason = error.strerror or str(error)
        raise StorageError(
            f"cannot write: {reason}",
            where=str(path),
            remedy="Free some space or make the folder writable, then run again.",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def check_geometry(width: int, height: int, rate: Fraction) -> None:
    """Raise MediaError unless the size is even and positive and the rate positive: 4:2:0 has no half pixels."""
    if width < 2 or height < 2 or width % 2 or height % 2:
        raise MediaError(
            f"a picture of {width}x{height} cannot be encoded", remedy="Width and height must be even and at least 2."
        )
    if rate <= 0:
        raise MediaError(f"a rate of {rate} frames a second cannot be encoded", remedy="The rate must be above zero.")


def tag_bt709(frame: VideoFrame) -> None:
    """Say on the frame what its samples are: BT.709, limited range. Converts nothing."""
    frame.colorspace = SPC_BT709
    frame.color_range = ColorRange.MPEG
    frame.color_primaries = ColorPrimaries.BT709
    frame.color_trc = ColorTrc.BT709


class ClipWriter:
    """Writes one silent clip, frame by frame, in presentation order.

        with ClipWriter(path, 1280, 720, Fraction(24), TAKE) as clip:
            clip.write_bgra(pixels)

    The file appears under its name only when the block ends well. One encoder thread: the bytes do not depend on the
    number of cores, and segments are what runs in parallel.
    """

    def __init__(self, path: Path, width: int, height: int, rate: Fraction, profile: Profile) -> None:
        check_geometry(width, height, rate)
        self.path, self.width, self.height, self.rate, self.profile = path, width, height, Fraction(rate), profile
        self.frames = 0
        self._stack = contextlib.ExitStack()
        self._reformatter = VideoReformatter()
        self._container: OutputContainer
        self._stream: VideoStream

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            part = stack.enter_context(replacing(self.path))
            self._container = stack.enter_context(av.open(str(part), "w", format="mp4", options=dict(MP4_OPTIONS)))
            self._stream = self._open_stream()
            self._stack = stack.pop_all()
        return self

    def _open_stream(self) -> VideoStream:
        profile, keyint = self.profile, self.profile.keyint(self.rate)
        stream = self._container.add_stream(
            "libx264",
            rate=self.rate,
            options={
                "preset": profile.preset,
                "crf": str(profile.crf),
                "x264-params": ":".join(
                    [
                        f"keyint={keyint}:min-keyint={keyint}:scenecut=0:open-gop=0:bframes=0:stitchable=1",
                        "threads=1:lookahead-threads=1:sliced-threads=0",
                        *([profile.tuning] if profile.tuning else []),
                    ]
                ),
            },
        )
        stream.width, stream.height, stream.pix_fmt = self.width, self.height, "yuv420p"
        context = stream.codec_context
        context.time_base = 1 / self.rate
        context.thread_count = 1
        context.sample_aspect_ratio = Fraction(1)
        context.colorspace, context.color_range = SPC_BT709, ColorRange.MPEG
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        return stream

    def write_bgra(self, pixels: NDArray[np.uint8]) -> None:
        """Add one frame of opaque 8-bit BGRA, shape [height, width, 4] (skia's N32 on little-endian machines)."""
        if pixels.shape != (self.height, self.width, 4) or pixels.dtype != np.uint8:
            raise MediaError(
                f"a frame of shape {pixels.shape} and type {pixels.dtype} does not fit a {self.width}x{self.height} BGRA clip",
                where=str(self.path),
            )
        source = VideoFrame.from_numpy_buffer(np.ascontiguousarray(pixels), format="bgra")
        frame = self._reformatter.reformat(
            source,
            format="yuv420p",
            dst_colorspace=SPC_BT709,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BILINEAR,
            threads=1,
        )
        self.write_yuv(frame)

    def write_yuv(self, frame: VideoFrame) -> None:
        """Add one frame that already is yuv420p, BT.709, limited range, at the clip's size."""
        if (frame.width, frame.height, frame.format.name) != (self.width, self.height, "yuv420p"):
            raise MediaError(
                f"a {frame.width}x{frame.height} {frame.format.name} frame does not fit a {self.width}x{self.height} yuv420p clip",
                where=str(self.path),
            )
        tag_bt709(frame)
        frame.pts, frame.time_base = self.frames, 1 / self.rate
        frame.pict_type = 0  # a decoded key frame must not force a key frame here
        self.frames += 1
        self._container.mux(self._stream.encode(frame))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if error is None and self.frames == 0:
            error = MediaError("a clip needs at least one frame", where=str(self.path))
            self._stack.__exit__(type(error), error, None)
            raise error
        if error is None:
            try:
                self._container.mux(self._stream.encode(None))
            except OSError as failure:
                self._stack.__exit__(type(failure), failure, failure.__traceback__)
                raise
        return self._stack.__exit__(kind, error, trace)
