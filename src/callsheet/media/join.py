"""From segments, sound and captions to one master, by copying packets: exact times, no edit lists, nothing encoded twice."""

import contextlib
import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from callsheet.errors import MediaError
from callsheet.media.encode import MP4_OPTIONS, replacing
from callsheet.media.probe import open_media

SAMPLE_RATE = 48_000
AUDIO_BIT_RATE = 256_000
_AAC_FRAME = 1024
_PRIMING = 1024
"""Samples that the AAC encoder puts before the first one: one whole packet."""

_ISO639 = {
    "ar": "ara", "bn": "ben", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa",
    "fa": "fas", "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "hu": "hun", "id": "ind", "it": "ita",
    "ja": "jpn", "ko": "kor", "ms": "msa", "nb": "nob", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por",
    "ro": "ron", "ru": "rus", "sv": "swe", "ta": "tam", "th": "tha", "tl": "tgl", "tr": "tur", "uk": "ukr",
    "ur": "urd", "vi": "vie", "zh": "zho",
}  # fmt: skip
_ASS_HEADER = (
    b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n"
    b"Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, "
    b"ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
    b"Style: Default,Sans,18,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0\n\n"
    b"[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)
"""Style of soft captions, from which the encoder writes the track's tx3g description: white, bottom, centred."""


@dataclass(frozen=True)
class Cue:
    """One soft caption, shown from frame `start` up to, not including, `end`. Lines are parted by a line feed."""

    start: int
    end: int
    text: str


def samples_in(frames: int, rate: Fraction) -> int:
    """How many 48 kHz samples last as long as `frames`, rounded down: sound never outlasts picture."""
    return int(frames * SAMPLE_RATE / rate)


def encode_audio(bus: NDArray[np.float32], out: Path) -> None:
    """Encode stereo float32 [samples, 2] at 48 kHz as AAC-LC 256 kbit/s into an MP4 whose first sample plays at exactly 0.

    The encoder's priming packet is left out instead of being hidden by an edit list, which many players and editors ignore: the
    first 21 ms fade in, everything after is sample-exact. The last packet is padded with silence and declared at its true length.
    """
    if bus.ndim != 2 or bus.shape[1] != 2 or bus.dtype != np.float32 or not len(bus):
        raise MediaError(f"a sound bus of shape {bus.shape} and type {bus.dtype} is not stereo float32", where=str(out))
    if not np.isfinite(bus).all():
        raise MediaError("the sound bus holds values that are not numbers", where=str(out))
    with replacing(out) as part, av.open(str(part), "w", format="mp4", options=dict(MP4_OPTIONS)) as container:
        stream = container.add_stream("aac", rate=SAMPLE_RATE, options={"aac_coder": "fast"})
        stream.layout = "stereo"
        stream.bit_rate = AUDIO_BIT_RATE
        stream.time_base = Fraction(1, SAMPLE_RATE)
        total = len(bus)
        for packet in _aac(stream.codec_context, bus):
            if packet.pts is None or packet.pts < 0:
                continue
            packet.duration = min(_AAC_FRAME, total - packet.pts)
            packet.stream = stream
            container.mux_one(packet)


def _aac(encoder: AudioCodecContext, bus: NDArray[np.float32]) -> "Iterator[Packet[Any]]":
    """Packets with pts counted from the first sample of the bus; the priming packet has a negative one."""
    padded = np.zeros((-(-len(bus) // _AAC_FRAME) * _AAC_FRAME, 2), np.float32)
    padded[: len(bus)] = bus
    for at in range(0, len(padded), _AAC_FRAME):
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(padded[at : at + _AAC_FRAME].T), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, Fraction(1, SAMPLE_RATE)
        yield from encoder.encode(frame)
    yield from encoder.encode(None)


def join(
    segments: Sequence[Path],
    audio: Path | None,
    out: Path,
    rate: Fraction,
    *,
    subtitles: Sequence[tuple[str, Sequence[Cue]]] = (),
    metadata: Mapping[str, str] | None = None,
) -> int:
    """Write the master `out` from rendered segments, encoded sound and soft captions; return its number of frames.

    `audio` is a file made by encode_audio whose length is that of the picture. `subtitles` are (BCP 47 or ISO 639-2 language, cues)
    tracks in tx3g. `metadata` lands in the file's tags; keys other than FFmpeg's own become QuickTime metadata keys. Raises
    MediaError when segments do not fit each other or the sound, StorageError when `out` cannot be written.
    """
    if not segments:
        raise MediaError("there is nothing to join", where=str(out))
    tags = dict(metadata or {})
    options = MP4_OPTIONS | {"movie_timescale": str(_timescale(rate)), "video_track_timescale": str(_timescale(rate))}
    if tags:
        options["movflags"] += "+use_metadata_tags"
    with contextlib.ExitStack() as stack:
        # Sources first: each context names the failures of what is opened after it, and writing fails as storage.
        first = stack.enter_context(open_media(segments[0], in_order=True))
        source = stack.enter_context(open_media(audio, in_order=True)) if audio is not None else None
        part = stack.enter_context(replacing(out))
        master = stack.enter_context(av.open(str(part), "w", format="mp4", options=options))
        for key in sorted(tags):
            master.metadata[key] = tags[key]
        picture = master.add_stream_from_template(first.streams.video[0])
        picture.time_base = 1 / rate
        frames = sum(_whole(path, rate) for path in segments)
        tracks = [_picture_packets(segments, picture, rate)]
        if source is not None:
            sound = master.add_stream_from_template(source.streams.audio[0])
            sound.time_base = Fraction(1, SAMPLE_RATE)
            tracks.append(_sound_packets(source, sound, samples_in(frames, rate), str(audio)))
        for language, cues in subtitles:
            stream = _caption_stream(master, language, rate)
            tracks.append(_caption_packets(stream, cues, frames, rate))
        for _, packet in heapq.merge(*tracks, key=lambda timed: timed[0]):
            master.mux_one(packet)
    return frames


_Timed = tuple[Fraction, "Packet[Any]"]
"""A packet and its time in seconds, so that tracks can be woven together."""


def _whole(path: Path, rate: Fraction) -> int:
    """How many frames a segment has. Raises MediaError unless it is silent, starts at 0 and lasts so many frames of `rate`."""
    with open_media(path, in_order=True) as source:
        stream = source.streams.video[0] if len(source.streams) == 1 and source.streams.video else None
        length = (stream.duration or 0) * (stream.time_base or 0) if stream else 0
        if stream is None or stream.start_time or not stream.frames or length != stream.frames / rate:
            raise MediaError(
                f"this is not a segment of a film at {rate} frames a second", where=str(path), remedy="Render it again."
            )
        return stream.frames


def _picture_packets(segments: Sequence[Path], target: VideoStream, rate: Fraction) -> Iterator[_Timed]:
    header: bytes | None = None
    index = 0
    for path in segments:
        with open_media(path, in_order=True) as source:
            stream = source.streams.video[0]
            own = stream.codec_context.extradata
            if header is None:
                header = own
            if own is None or own != header:
                raise MediaError(
                    "the segments were encoded in different ways and cannot be joined",
                    where=str(path),
                    remedy="Render the film's segments with one size, rate, profile and encoder.",
                )
            place = 0
            for packet in source.demux(stream):
                if not packet.size:
                    continue
                at = None if packet.pts is None else packet.pts * packet.time_base * rate
                if (
                    packet.is_corrupt
                    or packet.dts != packet.pts
                    or at != place
                    or (place == 0 and not packet.is_keyframe)
                ):
                    raise MediaError(
                        f"frame {place} of the segment is not where it belongs",
                        where=str(path),
                        remedy="Render it again.",
                    )
                place += 1
                packet.stream = target
                packet.time_base = 1 / rate
                packet.pts = packet.dts = index
                packet.duration = 1
                yield index / rate, packet
                index += 1
            if place != stream.frames:
                raise MediaError("the segment is cut short", where=str(path), remedy="Render it again.")


def _sound_packets(source: InputContainer, target: AudioStream, samples: int, where: str) -> Iterator[_Timed]:
    stream = source.streams.audio[0]
    at = 0
    for packet in source.demux(stream):
        if not packet.size:
            continue
        if packet.pts != at:
            raise MediaError(f"the sound has a gap at sample {at}", where=where, remedy="Encode the sound again.")
        packet.stream = target
        packet.time_base = Fraction(1, SAMPLE_RATE)
        yield Fraction(at, SAMPLE_RATE), packet
        at += packet.duration or 0
    if abs(at - samples) > 1:
        raise MediaError(
            f"the sound has {at} samples and the picture lasts {samples}",
            where=where,
            remedy="Mix the sound to the film's exact length.",
        )


def _caption_stream(master: OutputContainer, language: str, rate: Fraction) -> SubtitleStream:
    stream = master.add_stream("mov_text")
    stream.codec_context.subtitle_header = _ASS_HEADER
    stream.time_base = Fraction(1, _timescale(rate))
    stream.metadata["language"] = iso639(language)
    return stream


def _caption_packets(stream: SubtitleStream, cues: Sequence[Cue], frames: int, rate: Fraction) -> Iterator[_Timed]:
    """One sample per stretch in which the same cues show. The muxer ends each; what it leaves open is the time before the first."""
    marks = sorted({0, frames, *(min(max(edge, 0), frames) for cue in cues for edge in (cue.start, cue.end))})
    ticks = Fraction(_timescale(rate)) / rate
    for start, end in pairwise(marks):
        lines = "\n".join(cue.text for cue in cues if cue.start <= start and cue.end >= end)
        if not lines and start > 0:
            continue
        text = lines.encode()
        packet = Packet(len(text).to_bytes(2) + text)
        packet.stream = stream
        packet.time_base = Fraction(1, _timescale(rate))
        packet.pts = packet.dts = int(start * ticks)
        packet.duration = int((end - start) * ticks)
        packet.is_keyframe = True
        yield start / rate, packet


def iso639(language: str) -> str:
    """The three letters by which MP4 names a language; "und" for one that is not in the table."""
    base = language.replace("_", "-").split("-")[0].lower()
    return base if len(base) == 3 else _ISO639.get(base, "und")


def _timescale(rate: Fraction) -> int:
    """Ticks a second in which every frame time is whole."""
    return rate.numerator * (1000 if rate.denominator == 1 else 1)
