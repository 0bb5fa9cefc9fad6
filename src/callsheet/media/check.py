"""Looking at a finished master as a stranger would: decode all of it and measure. Shares no arithmetic with what made it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NothingMore
from av.filter import Graph
from numpy.typing import NDArray

from callsheet.errors import MediaError
from callsheet.media.blend import planes_of
from callsheet.media.decode import still_frame
from callsheet.media.probe import Media, open_media, probe

_BLACK_LUMA = 32
_BLACK_SHARE = 0.98
_FROZEN_CHANGE = 0.02
"""Mean change of luma between two frames below which nothing moves: encoders repeat a still picture almost exactly."""

Run = tuple[int, int]
"""First frame and the frame after the last."""


@dataclass(frozen=True)
class Expected:
    """What a deliverable must be. Loudness in LUFS, peaks in dBTP."""

    frames: int
    size: tuple[int, int]
    rate: Fraction
    loudness: float = -14.0
    loudness_tolerance: float = 0.5
    true_peak: float = -1.0


@dataclass(frozen=True)
class Report:
    """What a master turned out to be.

    `decoded_frames` came out of the decoder, `media.frames` is what the container holds. `loudness` is integrated (LUFS), `true_peak` the highest
    of all channels (dBTP); both are None without sound, and loudness is None in silence. `drift` is the worst of the distances between
    sound and picture at the start and at the end, in seconds. `black` and `frozen` are runs of at least half a second.
    """

    media: Media
    decoded_frames: int
    loudness: float | None
    true_peak: float | None
    drift: Fraction
    black: tuple[Run, ...]
    frozen: tuple[Run, ...]
    subtitles: tuple[str, ...]

    def faults(self, expected: Expected) -> tuple[str, ...]:
        """Every way in which the master differs from what was demanded, in words; empty when it is right."""
        media = self.media
        told = (media.primaries, media.transfer, media.matrix, media.range)
        size = (media.width, media.height)
        checks = [
            (media.frames == expected.frames, f"{media.frames} frames instead of {expected.frames}"),
            (self.decoded_frames == media.frames, f"only {self.decoded_frames} of {media.frames} frames decode"),
            (size == expected.size, f"{size[0]}x{size[1]} instead of {expected.size[0]}x{expected.size[1]}"),
            (media.rate == expected.rate, f"{media.rate} frames a second instead of {expected.rate}"),
            (media.constant_rate, "the frame rate is not constant"),
            (
                told == ("bt709", "bt709", "bt709", "limited"),
                f"colour is tagged {'/'.join(told)} instead of BT.709 limited",
            ),
            (media.pixel_format == "yuv420p", f"pixels are {media.pixel_format} instead of yuv420p"),
            (media.start == 0, f"the picture starts at {float(media.start):.4f} s"),
            (not media.edit_lists, "there is an edit list"),
            (media.faststart, "the index comes after the media (no faststart)"),
            (self.drift < 1 / expected.rate, f"sound and picture are {float(self.drift) * 1000:.1f} ms apart"),
        ]
        if self.loudness is not None:
            off = abs(self.loudness - expected.loudness)
            checks.append(
                (off <= expected.loudness_tolerance, f"{self.loudness:.1f} LUFS instead of {expected.loudness:.1f}")
            )
        if self.true_peak is not None:
            checks.append(
                (
                    self.true_peak <= expected.true_peak,
                    f"true peak {self.true_peak:.1f} dBTP, above {expected.true_peak:.1f}",
                )
            )
        return tuple(text for right, text in checks if not right)


def measure(path: Path) -> Report:
    """Decode and measure a master. Raises MediaError when it cannot be read."""
    media = probe(path)
    if media.kind != "video":
        raise MediaError(f"is {media.kind}, not a master", where=str(path))
    with open_media(path) as container:
        subtitles = tuple(stream.language or "und" for stream in container.streams.subtitles)
        decoded, black, frozen = _picture(container, max(1, round(media.rate / 2)))
    loudness = true_peak = None
    drift = Fraction(0)
    if media.has_audio:
        with open_media(path) as container:
            loudness, true_peak = _loudness(container)
        audio_end = media.audio_start + Fraction(media.audio_frames, media.audio_rate)
        drift = max(abs(media.audio_start - media.start), abs(audio_end - media.start - media.duration))
    return Report(media, decoded, loudness, true_peak, drift, black, frozen, subtitles)


def brightness(path: Path, columns: int, rows: int, samples: int = 3) -> dict[str, list[list[float]]]:
    """The lowest and the highest mean luma (0 black, 1 white) that each cell of a grid has in `samples` frames spread over a clip.

    `low` and `high` are rows of cells, top to bottom. Raises MediaError when the clip cannot be read.
    """
    frames = probe(path).frames
    cells = []
    for number in range(samples):
        picture = still_frame(path, (2 * number + 1) * frames // (2 * samples))
        luma = picture.astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32) / 255
        bands = np.array_split(luma, rows, axis=0)
        cells.append([[float(part.mean()) for part in np.array_split(band, columns, axis=1)] for band in bands])
    grid = np.round(np.array(cells), 3)
    return {"low": grid.min(axis=0).tolist(), "high": grid.max(axis=0).tolist()}


def heard(path: Path) -> tuple[float | None, float | None]:
    """Integrated loudness (LUFS) and true peak (dBTP) of a file's sound, as libav's meter hears the decoded file."""
    with open_media(path) as container:
        return _loudness(container)


def _picture(container: InputContainer, shortest: int) -> tuple[int, tuple[Run, ...], tuple[Run, ...]]:
    """Frames that decode, and the runs of black and of standstill."""
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1
    # Every frame is decoded; only the smoothing of block edges is left out, which neither count, black nor standstill depend on.
    stream.codec_context.options = {"skip_loop_filter": "all"}
    black: list[bool] = []
    still: list[bool] = []
    before: NDArray[np.int16] | None = None
    for frame in container.decode(stream):
        luma = planes_of(frame)[0][::4, ::4].astype(np.int16)
        black.append(float((luma <= _BLACK_LUMA).mean()) >= _BLACK_SHARE)
        still.append(
            before is not None and before.shape == luma.shape and float(np.abs(luma - before).mean()) < _FROZEN_CHANGE
        )
        before = luma
    return len(black), tuple(_runs(black, shortest, 0)), tuple(_runs(still, shortest, 1))


def _runs(marks: list[bool], shortest: int, lead: int) -> Iterator[Run]:
    """Runs of true at least `shortest` long; `lead` frames before each belong to it."""
    start: int | None = None
    for index, mark in enumerate([*marks, False]):
        if mark and start is None:
            start = index - lead
        elif not mark and start is not None:
            if index - start >= shortest:
                yield start, index
            start = None


def _loudness(container: InputContainer) -> tuple[float | None, float | None]:
    """Integrated loudness and true peak, by libavfilter's EBU R 128 meter."""
    stream = container.streams.audio[0]
    graph = Graph()
    graph.threads = 1
    graph.link_nodes(
        graph.add_abuffer(template=stream), graph.add("ebur128", "peak=true:metadata=1"), graph.add("abuffersink")
    ).configure()
    told: dict[str, str] = {}
    for frame in container.decode(stream):
        graph.push(frame)
        told |= _pulled(graph)
    graph.push(None)
    told |= _pulled(graph)
    peaks = [float(value) for key, value in told.items() if key.startswith("lavfi.r128.true_peaks_ch")]
    loudness = float(told.get("lavfi.r128.I", "nan"))
    highest = max(peaks, default=0.0)
    return (
        None if math.isnan(loudness) or loudness <= -70 else loudness,
        20 * math.log10(highest) if highest > 0 else -math.inf,
    )


def _pulled(graph: Graph) -> dict[str, str]:
    """What the meter has to say by now; later readings include earlier ones."""
    told: dict[str, str] = {}
    while True:
        try:
            frame = graph.pull()
        except (NothingYet, NothingMore):
            return told
        if isinstance(frame, AudioFrame):
            told |= frame.metadata
