"""What a media file really is, measured from its packets and not believed from its header."""

import contextlib
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from callsheet.errors import MediaError
from callsheet.media import stills

_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,mxf,gif,wav,w64,aiff,flac,mp3,aac,ogg,h264,hevc"
_OPEN = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
"""Containers that hold media only: a playlist could name other files, or a host."""

_PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020",
    11: "smpte431",
    12: "smpte432",
}
_TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear",
    13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67",
}  # fmt: skip
_MATRICES = {0: "rgb", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc", 10: "bt2020c"}
_RANGES = {1: "limited", 2: "full"}
_RATES = tuple(
    Fraction(*r) for r in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1))
)
_REPLACE = "Supply the file again, whole, as MP4, MOV or WebM."


@dataclass(frozen=True)
class Media:
    """One media file.

    `width` and `height` are as stored; `rotation` is how many degrees clockwise it must be turned to be seen upright, `sar` how
    wide its pixels are. `frames` are counted from packets. `start` and `audio_start` say when the first frame and the first
    sample are shown, in seconds. Colours are named as FFmpeg names them, "unknown" when the file does not say.
    """

    kind: str
    width: int = 0
    height: int = 0
    rate: Fraction = Fraction(0)
    frames: int = 0
    duration: Fraction = Fraction(0)
    start: Fraction = Fraction(0)
    constant_rate: bool = True
    pixel_format: str = ""
    codec: str = ""
    primaries: str = "unknown"
    transfer: str = "unknown"
    matrix: str = "unknown"
    range: str = "unknown"
    rotation: int = 0
    sar: Fraction = Fraction(1)
    interlaced: bool = False
    has_audio: bool = False
    audio_codec: str = ""
    audio_rate: int = 0
    audio_channels: int = 0
    audio_frames: int = 0
    audio_start: Fraction = Fraction(0)
    faststart: bool = False
    edit_lists: bool = False

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height as seen, with square pixels and upright."""
        wide = max(1, round(self.width * self.sar))
        return (self.height, wide) if self.rotation % 180 else (wide, self.height)


@dataclass(frozen=True)
class Scan:
    """A file's measure and, per shown frame in order, its time stamp in ticks of `time_base`."""

    media: Media
    stamps: tuple[int, ...]
    time_base: Fraction
    numbered: bool
    """False when the container carries no presentation times: frames can then only be counted from the first."""
    in_order: bool
    """Whether it is an MP4 or MOV whose frames are stored as they are shown."""


def probe(path: Path) -> Media:
    """Measure a clip, a sound or a still. Raises MediaError when it is missing, unknown, cut short, damaged or too large."""
    return scan(path).media


def scan(path: Path) -> Scan:
    """Measure a file together with its frame times. Repeated calls for an unchanged file cost nothing."""
    try:
        found = path.stat()
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}", where=str(path), remedy="Check the path.") from error
    return _scan(path, found.st_size, found.st_mtime_ns)


@contextlib.contextmanager
def open_media(path: Path, *, in_order: bool = False) -> Iterator[InputContainer]:
    """Open a media file; what goes wrong while it is open is raised as MediaError.

    Opening decodes a few frames to learn how far the file reorders them. For an MP4 known to keep its frames `in_order` that is
    left out: 1 ms instead of 20 at 1080p, which counts when a film of fifty segments is joined.
    """
    # One entry for each stream; our files hold one or, with sound and captions, several.
    learning: Any = [{"skip_frame": "all"}] if in_order else None
    try:
        with av.open(
            str(path), "r", options=dict(_OPEN), stream_options=learning, metadata_errors="replace"
        ) as container:
            yield container
    except (av.FFmpegError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaError(
            f"the file is damaged, cut short or not media ({reason})", where=str(path), remedy=_REPLACE
        ) from error


@functools.lru_cache(maxsize=256)
def _scan(path: Path, size: int, _changed: int) -> Scan:
    if size == 0:
        raise MediaError("the file is empty", where=str(path), remedy=_REPLACE)
    with path.open("rb") as file:
        head = file.read(12)
    if stills.looks_like_still(head):
        header = stills.read_header(path)
        image = Media("image", header.width, header.height, frames=1, codec=header.format)
        return Scan(image, (0,), Fraction(1), numbered=True, in_order=False)
    with open_media(path) as container:
        return _measure(path, container)


@dataclass(frozen=True)
class _Stamp:
    """The times of one packet, in ticks."""

    pts: int | None
    dts: int | None
    duration: int


def _measure(path: Path, container: InputContainer) -> Scan:
    video = container.streams.video[0] if container.streams.video else None
    audio = container.streams.audio[0] if container.streams.audio else None
    chosen = [stream for stream in (video, audio) if stream is not None]
    if not chosen:
        raise MediaError("holds neither picture nor sound", where=str(path), remedy=_REPLACE)
    if video is not None:
        _check_size(path, video)
    stamps: dict[int, list[_Stamp]] = {stream.index: [] for stream in chosen}
    hidden = 0
    for packet in container.demux(*chosen):
        if packet.size == 0:
            continue
        if packet.is_corrupt:
            raise MediaError("the file is cut short", where=str(path), remedy=_REPLACE)
        if packet.is_discard:
            hidden += packet.stream_index == chosen[0].index
        else:
            stamps[packet.stream_index].append(_Stamp(packet.pts, packet.dts, packet.duration or 0))
    media = _layout(path)
    if audio is not None:
        media = _add_sound(media, audio, stamps[audio.index])
    if video is not None:
        return _add_picture(path, media, video, stamps[video.index], hidden)
    if not media.audio_frames:
        raise MediaError("holds no sound", where=str(path), remedy=_REPLACE)
    media = replace(media, duration=Fraction(media.audio_frames, media.audio_rate))
    return Scan(media, (), Fraction(1), numbered=True, in_order=False)


def _check_size(path: Path, video: VideoStream) -> None:
    width, height = video.width, video.height
    if max(width, height) > stills.MAX_SIDE or width * height > stills.MAX_PIXELS:
        raise MediaError(f"a picture of {width}x{height} is too large", where=str(path), remedy="Supply a smaller one.")


def _add_picture(path: Path, media: Media, video: VideoStream, stamps: Sequence[_Stamp], hidden: int) -> Scan:
    if not stamps or len(stamps) + hidden < video.frames:
        raise MediaError(
            f"the file is cut short: {len(stamps)} of {video.frames - hidden} frames are there",
            where=str(path),
            remedy=_REPLACE,
        )
    time_base = video.time_base or Fraction(1, 90000)
    times = [s.pts for s in stamps if s.pts is not None]
    numbered = len(times) == len(stamps)
    if not numbered:
        # No presentation times in this container: it is what its rate says, in decode order.
        times, time_base = list(range(len(stamps))), 1 / (video.guessed_rate or Fraction(25))
    in_order = numbered and video.container.format.name.startswith("mov") and times == sorted(times)
    times.sort()
    rate, constant = _rate(times, time_base, (video.guessed_rate, video.average_rate))
    context = video.codec_context
    first = _first_frame(path, in_order)
    media = replace(
        media,
        kind="video",
        width=context.width,
        height=context.height,
        rate=rate,
        frames=len(times),
        duration=len(times) / rate if constant else (times[-1] - times[0] + max(stamps[-1].duration, 1)) * time_base,
        start=times[0] * time_base,
        constant_rate=constant,
        pixel_format=context.pix_fmt or "",
        codec=context.codec.canonical_name,
        primaries=_PRIMARIES.get(context.color_primaries, "unknown"),
        transfer=_TRANSFERS.get(context.color_trc, "unknown"),
        matrix=_MATRICES.get(context.colorspace, "unknown"),
        range=_RANGES.get(context.color_range, "unknown"),
        rotation=-first.rotation % 360,
        sar=video.sample_aspect_ratio or Fraction(1),
        interlaced=first.interlaced_frame,
    )
    return Scan(media, tuple(times), time_base, numbered, in_order)


def _add_sound(media: Media, audio: AudioStream, stamps: Sequence[_Stamp]) -> Media:
    time_base = audio.time_base or Fraction(1, audio.rate)
    ticks = sum(s.duration for s in stamps)
    starts = [s.pts for s in stamps if s.pts is not None]
    return replace(
        media,
        has_audio=bool(stamps),
        audio_codec=audio.codec_context.codec.canonical_name,
        audio_rate=audio.rate,
        audio_channels=audio.channels,
        audio_frames=round(ticks * time_base * audio.rate),
        audio_start=min(starts) * time_base if starts else Fraction(0),
    )


def _rate(times: Sequence[int], time_base: Fraction, told: Sequence[Fraction | None]) -> tuple[Fraction, bool]:
    """The exact rate, and whether every frame keeps to it within the one tick that rounding takes."""
    claims = [rate for rate in told if rate]
    if len(times) == 1:
        return (claims[0] if claims else Fraction(25)), True
    measured = Fraction(len(times) - 1) / ((times[-1] - times[0]) * time_base) if times[-1] > times[0] else Fraction(25)
    for rate in (*claims, *_RATES, measured):
        step = 1 / (rate * time_base)
        if all(abs(tick - times[0] - index * step) <= 1 for index, tick in enumerate(times)):
            return rate, True
    return measured.limit_denominator(1001), False


def _first_frame(path: Path, in_order: bool) -> VideoFrame:
    """Decode one frame: rotation and interlacing are known only then, and a file that yields none is damaged."""
    with open_media(path, in_order=in_order) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for frame in container.decode(stream):
            return frame
    raise MediaError("no frame can be decoded", where=str(path), remedy=_REPLACE)


def _layout(path: Path) -> Media:
    """What the boxes of an MP4 or MOV say: index before the media, edit lists."""
    names: list[str] = []
    edits = False
    with path.open("rb") as file:
        size = path.stat().st_size
        for name, start, end in _boxes(file, 0, size):
            names.append(name)
            if name == "moov":
                for track, inside, after in _boxes(file, start, end):
                    if track == "trak":
                        edits = edits or any(box == "edts" for box, _, _ in _boxes(file, inside, after))
    index, media = (names.index(n) if n in names else -1 for n in ("moov", "mdat"))
    return Media("audio", faststart=0 <= index < media, edit_lists=edits)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Name, first and last offset of the content of each ISO box between two offsets; stops at what is not a box."""
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        length, name, skip = int.from_bytes(head[:4]), head[4:8], 8
        if length == 1:
            length, skip = int.from_bytes(head[8:16]), 16
        elif length == 0:
            length = end - start
        if length < skip or not name.isascii():
            return
        yield name.decode("ascii"), start + skip, min(start + length, end)
        start += length
