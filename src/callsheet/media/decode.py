"""Exact frames out of any clip, as the film wants them: its size, its rate, BT.709 limited range, upright, square pixels."""

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from callsheet.errors import MediaError
from callsheet.media.blend import planes_of
from callsheet.media.encode import tag_bt709
from callsheet.media.probe import Media, Scan, open_media, scan

_SCALER = "bicubic"
_HDR = ("smpte2084", "arib-std-b67")


def frame_count(path: Path, rate: Fraction) -> int:
    """How many frames the clip has when shown at `rate`."""
    found = scan(path)
    return _count(found, rate)


def frames(path: Path, start: int, count: int, *, size: tuple[int, int], rate: Fraction) -> Iterator[VideoFrame]:
    """Yield `count` frames from frame `start`, both counted at `rate`: yuv420p, BT.709 limited, filling `size`.

    A clip of that very rate gives its own frames one by one; any other gives, at each moment, the frame then on show. What does
    not fit the shape of `size` is cropped evenly from both sides. Each frame belongs to the caller, who may write on it after
    make_writable(). Raises MediaError when the clip is damaged, has too few frames, or is HDR.
    """
    found = _video(path)
    total = _count(found, rate)
    if start < 0 or count < 0 or start + count > total:
        raise MediaError(
            f"frames {start} to {start + count} were asked of a clip that has {total} at {rate} a second",
            where=str(path),
            remedy="Shorten the shot or use a longer take.",
        )
    wanted = [_shown(found, index, rate) for index in range(start, start + count)]
    convert = _Converter(found.media, size, "yuv420p", str(path))
    for frame, repeats in _decode(path, found, wanted):
        for _ in range(repeats):
            shown = convert(frame)
            tag_bt709(shown)
            # Unscaled frames come through as they are; repeated ones must not share what the caller may write on.
            yield _copy(shown) if repeats > 1 and shown.width == frame.width and shown.height == frame.height else shown


def still_frame(path: Path, index: int, *, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """One frame of the clip as RGB, uint8 [height, width, 3], upright with square pixels, filling `size` when given.

    `index` counts the clip's own frames; negative ones count from the end, so -1 is the last. Raises MediaError.
    """
    found = _video(path)
    total = len(found.stamps)
    if not -total <= index < total:
        raise MediaError(f"there is no frame {index} in a clip of {total}", where=str(path))
    convert = _Converter(found.media, size or found.media.display_size, "rgb24", str(path))
    frame, _ = next(_decode(path, found, [index % total]))
    return np.ascontiguousarray(convert(frame).to_ndarray())


def _video(path: Path) -> Scan:
    found = scan(path)
    if found.media.kind != "video":
        raise MediaError(
            f"is {found.media.kind}, not video", where=str(path), remedy="Supply an MP4, MOV or WebM clip."
        )
    if found.media.transfer in _HDR:
        raise MediaError(
            f"is HDR ({found.media.transfer})",
            where=str(path),
            remedy="Supply a standard-range (BT.709) version of the clip.",
        )
    return found


def _count(found: Scan, rate: Fraction) -> int:
    media = found.media
    if media.constant_rate and media.rate == rate:
        return media.frames
    # The last frame counts when at least half of it falls inside.
    return max(1, int(media.duration * rate + Fraction(1, 2)))


def _shown(found: Scan, index: int, rate: Fraction) -> int:
    """Which of the clip's own frames is on show at frame `index` of `rate`: the last that began by then."""
    media, stamps = found.media, found.stamps
    if media.constant_rate:
        own = index if media.rate == rate else int(index * media.rate / rate)
        return min(own, media.frames - 1)
    # Containers round times to ticks, up or down: one tick late is still on time.
    moment = stamps[0] + index / (rate * found.time_base) + 1
    low, high = 0, len(stamps)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if stamps[middle] <= moment else (low, middle)
    return low


def _decode(path: Path, found: Scan, wanted: list[int]) -> Iterator[tuple[VideoFrame, int]]:
    """Decode the frames numbered in `wanted` (ascending, repeats allowed); yield each once with its number of repeats."""
    if not wanted:
        return
    queue = deque(wanted)
    with open_media(path, in_order=found.in_order) as container:
        stream = container.streams.video[0]
        # One thread: segments run in parallel, and leaving early can then never leave a decoder thread behind.
        stream.codec_context.thread_count = 1
        numbers = {stamp: number for number, stamp in enumerate(found.stamps)} if found.numbered else None
        if numbers is not None and wanted[0] > 0:
            container.seek(found.stamps[wanted[0]], stream=stream, backward=True)
        previous = -1
        for order, frame in enumerate(container.decode(stream)):
            number = order if numbers is None else numbers.get(frame.pts if frame.pts is not None else -1, -1)
            if number < 0 or number <= previous:
                continue
            if number > queue[0]:
                raise MediaError(
                    f"frame {queue[0]} cannot be decoded",
                    where=str(path),
                    remedy="The clip is damaged: supply it again.",
                )
            previous = number
            repeats = 0
            while queue and queue[0] == number:
                queue.popleft()
                repeats += 1
            if repeats:
                yield frame, repeats
            if not queue:
                return
    raise MediaError(
        f"frame {queue[0]} cannot be decoded", where=str(path), remedy="The clip is damaged: supply it again."
    )


class _Converter:
    """Turns, crops, scales and recolours the frames of one clip through a filter graph built from its first frame."""

    def __init__(self, media: Media, size: tuple[int, int], pixels: str, where: str) -> None:
        self._media, self._size, self._pixels, self._where = media, size, pixels, where
        self._graph: Graph | None = None
        self._shape = (0, 0, "")

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        shape = (frame.width, frame.height, frame.format.name)
        if self._graph is None or shape != self._shape:
            self._graph, self._shape = self._build(frame), shape
        try:
            self._graph.vpush(frame)
            return self._graph.vpull()
        except av.FFmpegError as error:
            raise MediaError(f"a frame cannot be converted ({error.strerror})", where=self._where) from error

    def _build(self, frame: VideoFrame) -> Graph:
        width, height = self._size
        media = self._media
        graph = Graph()
        graph.threads = 1
        nodes = [
            graph.add(
                "buffer",
                f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/1000:pixel_aspect=1/1"
                f":colorspace={frame.colorspace}:range={frame.color_range}",
            )
        ]
        own_width, own_height, sar = frame.width, frame.height, media.sar
        if media.interlaced:
            # One field of the two: half the lines, but no combing, and unlike a deinterlacer it never looks ahead.
            nodes.append(graph.add("field", "type=top"))
            own_height, sar = own_height // 2, sar / 2
        for name, arguments in {
            90: [("transpose", "clock")],
            180: [("hflip", ""), ("vflip", "")],
            270: [("transpose", "cclock")],
        }.get(media.rotation, []):
            nodes.append(graph.add(name, arguments or None))
        if media.rotation % 180:
            own_width, own_height, sar = own_height, own_width, 1 / sar
        crop = fill_crop(own_width, own_height, sar, width, height)
        if crop != (0, 0, own_width, own_height):
            left, top, wide, high = crop
            nodes.append(graph.add("crop", f"w={wide}:h={high}:x={left}:y={top}"))
        matrix = "" if media.matrix == "rgb" or frame.format.is_rgb else f":in_color_matrix={_matrix(media)}"
        full = media.range == "full" or frame.format.name.startswith("yuvj")
        source_range = "" if frame.format.is_rgb else f":in_range={'full' if full else 'limited'}"
        target = "" if self._pixels == "rgb24" else ":out_color_matrix=bt709:out_range=limited"
        nodes.append(graph.add("scale", f"w={width}:h={height}:flags={_SCALER}{matrix}{source_range}{target}"))
        nodes += [graph.add("setsar", "1"), graph.add("format", f"pix_fmts={self._pixels}"), graph.add("buffersink")]
        graph.link_nodes(*nodes)
        graph.configure()
        return graph


def fill_crop(width: int, height: int, sar: Fraction, to_width: int, to_height: int) -> tuple[int, int, int, int]:
    """The largest centred part (left, top, width, height), in even pixels, with the shape of the target."""
    shape = Fraction(to_width, to_height) / sar
    wide, high = width, height
    if Fraction(width, height) > shape:
        wide = min(width, max(2, 2 * round(height * shape / 2)))
    elif Fraction(width, height) < shape:
        high = min(height, max(2, 2 * round(width / shape / 2)))
    return (width - wide) // 4 * 2, (height - high) // 4 * 2, wide, high


def _matrix(media: Media) -> str:
    """The clip's YUV matrix; what it does not say follows its height, as players do."""
    if media.matrix == "unknown":
        return "bt709" if media.display_size[1] >= 720 or media.display_size[0] >= 1280 else "smpte170m"
    return {"bt2020nc": "bt2020", "bt2020c": "bt2020", "smpte170m": "smpte170m", "bt470bg": "bt470"}.get(
        media.matrix, media.matrix
    )


def _copy(frame: VideoFrame) -> VideoFrame:
    twin = VideoFrame(frame.width, frame.height, frame.format.name)
    for mine, theirs in zip(planes_of(twin), planes_of(frame), strict=True):
        mine[...] = theirs
    tag_bt709(twin)
    return twin
