"""Joining segments, sound and captions: exact times without edit lists, seen through a decoder that knows nothing of us."""

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from test_media_footage import RATE, SIZE, coded_clip, codes_in
from test_media_picture import solid

from callsheet.errors import MediaError, StorageError
from callsheet.media.blend import planes_of
from callsheet.media.check import Expected, measure
from callsheet.media.encode import ClipWriter
from callsheet.media.graph import BLACK, Event, film_frames, plan
from callsheet.media.join import SAMPLE_RATE, Cue, encode_audio, iso639, join, samples_in
from callsheet.media.probe import probe
from callsheet.media.profiles import MASTER, PROXY
from callsheet.media.render import render_segment

NTSC = Fraction(24000, 1001)


def sine(samples: int, level: float = 0.25) -> np.ndarray:
    wave = level * np.sin(2 * np.pi * 997 * np.arange(samples) / SAMPLE_RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def render_all(
    tmp_path: Path, cut: list[Event], clips: dict[str, Path], rate: Fraction, longest: int = 240
) -> list[Path]:
    paths = []
    for number, segment in enumerate(
        plan(cut, [], size=SIZE, rate=rate, profile=MASTER, max_frames=longest, min_frames=1)
    ):
        paths.append(tmp_path / f"segment{number}.mp4")
        render_segment(segment, clips, None, paths[-1])
    return paths


def decoded_sound(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


@pytest.mark.parametrize("rate", [RATE, NTSC, Fraction(25), Fraction(30000, 1001)])
def test_every_frame_of_the_film_is_where_the_cut_put_it(tmp_path: Path, rate: Fraction) -> None:
    clips = {name: coded_clip(tmp_path / f"{name}.mp4", number, 50, rate) for number, name in enumerate("abc", start=1)}
    cut = [Event("b", 4, 20), Event("a", 0, 31), Event("c", 11, 1), Event("b", 40, 10)]
    segments = render_all(tmp_path, cut, clips, rate, longest=9)
    assert len(segments) == 10
    frames = film_frames(cut)
    encode_audio(sine(samples_in(frames, rate)), tmp_path / "sound.m4a")
    out = tmp_path / "film.mp4"
    assert join(segments, tmp_path / "sound.m4a", out, rate) == frames
    expected = [("_abc".index(e.clip_digest), e.source_in + i) for e in cut for i in range(e.frames)]
    assert codes_in(out) == expected
    with av.open(str(out)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        packets = [(p.pts, p.dts, p.duration) for p in container.demux(picture) if p.size]
        step = packets[1][0]
        assert step * picture.time_base == 1 / rate
        assert packets == [(i * step, i * step, step) for i in range(frames)]
        assert (picture.start_time, sound.start_time, container.start_time) == (0, 0, 0)
        assert picture.duration * picture.time_base == frames / rate
        assert picture.average_rate == rate
        assert 0 <= frames / rate - sound.duration * sound.time_base < Fraction(1, SAMPLE_RATE)
        # AV_TIME_BASE is microseconds, so the film's length is exact to its last digit.
        assert abs(Fraction(container.duration, 1_000_000) - frames / rate) <= Fraction(1, 1_000_000)
    media = probe(out)
    assert (media.frames, media.rate, media.constant_rate) == (frames, rate, True)
    assert (media.faststart, media.edit_lists, media.start, media.audio_start) == (True, False, 0, 0)


def test_the_same_film_has_the_same_bytes(tmp_path: Path) -> None:
    clips = {"a": coded_clip(tmp_path / "a.mp4", 1, 40)}
    sums = set()
    for turn in "xy":
        folder = tmp_path / turn
        folder.mkdir()
        segments = render_all(folder, [Event("a", 0, 20), Event("a", 10, 20, dissolve_in=5)], clips, RATE)
        encode_audio(sine(samples_in(35, RATE)), folder / "sound.m4a")
        join(
            segments,
            folder / "sound.m4a",
            folder / "film.mp4",
            RATE,
            subtitles=[("en", [Cue(0, 9, "One")])],
            metadata={"title": "Film", "AIGC": '{"Label":"1"}'},
        )
        sums.add(hashlib.sha256((folder / "film.mp4").read_bytes()).hexdigest())
    assert len(sums) == 1


def test_flash_and_click_stay_together_to_the_end(tmp_path: Path) -> None:
    """A flash every second and a click with it, over many segments: both are decoded and their distance measured."""
    seconds, rate = 12, NTSC
    flashes = [round(rate * s) for s in range(1, seconds)]
    frames = round(rate * seconds)
    segments = []
    for first in range(0, frames, 17):
        segments.append(tmp_path / f"{first}.mp4")
        with ClipWriter(segments[-1], *SIZE, rate, MASTER) as clip:
            for number in range(first, min(first + 17, frames)):
                clip.write_yuv(solid(SIZE, (235 if number in flashes else 16, 128, 128)))
    bus = np.zeros((samples_in(frames, rate), 2), np.float32)
    clicks = [round(flash / rate * SAMPLE_RATE) for flash in flashes]
    for click in clicks:
        bus[click : click + 8] = 0.8
    encode_audio(bus, tmp_path / "sound.m4a")
    join(segments, tmp_path / "sound.m4a", tmp_path / "film.mp4", rate)

    with av.open(str(tmp_path / "film.mp4")) as container:
        seen = [f.pts * f.time_base for f in container.decode(video=0) if planes_of(f)[0].mean() > 128]
    sound = np.abs(decoded_sound(tmp_path / "film.mp4")[0])
    heard = []
    for click in clicks:
        window = sound[click - 4000 : click + 4000]
        heard.append(Fraction(int(click - 4000 + np.flatnonzero(window > window.max() / 2)[0]), SAMPLE_RATE))
    assert len(seen) == len(flashes)
    apart = [abs(a - b) for a, b in zip(seen, heard, strict=True)]
    assert max(apart) <= Fraction(2, SAMPLE_RATE)


@pytest.mark.parametrize("samples", [1, 1023, 1024, 1025, 48_000, 50_001])
def test_sound_keeps_its_length_and_place(tmp_path: Path, samples: int) -> None:
    bus = sine(samples)
    path = tmp_path / "sound.m4a"
    encode_audio(bus, path)
    media = probe(path)
    assert (media.kind, media.audio_frames, media.audio_rate, media.audio_channels) == (
        "audio",
        samples,
        SAMPLE_RATE,
        2,
    )
    assert (media.audio_start, media.edit_lists, media.duration) == (0, False, Fraction(samples, SAMPLE_RATE))
    heard = decoded_sound(path)
    assert samples <= heard.shape[1] < samples + 1024
    if samples > 4096:
        error = heard[:, 2048 : samples - 1024] - bus[2048 : samples - 1024].T
        assert 20 * np.log10(np.abs(error).max() / 0.25) < -40


def test_sound_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    segments = [coded_clip(tmp_path / "a.mp4", 1, 24)]
    encode_audio(sine(47_000), tmp_path / "sound.m4a")
    with pytest.raises(MediaError, match="47000 samples"):
        join(segments, tmp_path / "sound.m4a", tmp_path / "film.mp4", RATE)
    assert not (tmp_path / "film.mp4").exists()


@pytest.mark.parametrize(
    "bus",
    [
        np.zeros((10, 1), np.float32),
        np.zeros((0, 2), np.float32),
        np.zeros((9, 2)),
        np.full((9, 2), np.nan, np.float32),
    ],
)
def test_a_bus_that_is_not_stereo_float_is_refused(tmp_path: Path, bus: np.ndarray) -> None:
    with pytest.raises(MediaError):
        encode_audio(bus, tmp_path / "sound.m4a")


def test_segments_of_different_encodes_are_not_joined(tmp_path: Path) -> None:
    first = coded_clip(tmp_path / "a.mp4", 1, 5)
    with ClipWriter(tmp_path / "b.mp4", 320, 180, RATE, MASTER) as clip:
        clip.write_yuv(solid((320, 180), (60, 128, 128)))
    with pytest.raises(MediaError, match="different ways"):
        join([first, tmp_path / "b.mp4"], None, tmp_path / "film.mp4", RATE)
    other = coded_clip(tmp_path / "c.mp4", 1, 5, Fraction(25))
    with pytest.raises(MediaError, match="not a segment"):
        join([first, other], None, tmp_path / "film.mp4", RATE)
    with pytest.raises(MediaError, match="nothing to join"):
        join([], None, tmp_path / "film.mp4", RATE)
    with pytest.raises(StorageError):
        join([first], None, tmp_path / "no" / "film.mp4", RATE)


def test_one_profile_has_one_header_whatever_it_shows(tmp_path: Path) -> None:
    headers = set()
    for number, frames in enumerate((1, 2, 70)):
        path = tmp_path / f"{number}.mp4"
        with ClipWriter(path, *SIZE, RATE, PROXY) as clip:
            for index in range(frames):
                clip.write_yuv(solid(SIZE, (16 + 3 * index, 128, 128)))
        with av.open(str(path)) as container:
            headers.add(container.streams.video[0].codec_context.extradata)
    assert len(headers) == 1


def test_soft_captions_keep_text_time_and_language(tmp_path: Path) -> None:
    segments = [coded_clip(tmp_path / "a.mp4", 1, 96)]
    english = [Cue(10, 30, "Hello,\nworld"), Cue(30, 40, "next"), Cue(60, 90, "left"), Cue(70, 80, "both")]
    chinese = [Cue(0, 48, "你好，世界")]
    out = tmp_path / "film.mp4"
    join(segments, None, out, RATE, subtitles=[("en-GB", english), ("zh", chinese)])
    found = []
    for index in range(2):
        with av.open(str(out)) as container:
            stream = container.streams.subtitles[index]
            shown = []
            for packet in container.demux(stream):
                text = bytes(packet)[2:].decode() if packet.size else ""
                if text:
                    start = packet.pts * stream.time_base * RATE
                    shown.append((start, start + packet.duration * stream.time_base * RATE, text))
            found.append((stream.language, shown, stream.duration * stream.time_base))
    assert found[0] == (
        "eng",
        [(10, 30, "Hello,\nworld"), (30, 40, "next"), (60, 70, "left"), (70, 80, "left\nboth"), (80, 90, "left")],
        4,
    )
    assert found[1] == ("zho", [(0, 48, "你好，世界")], 4)
    assert codes_in(out) == [(1, i) for i in range(96)]
    assert not probe(out).edit_lists
    assert measure(out).subtitles == ("eng", "zho")


def test_labels_land_in_the_file(tmp_path: Path) -> None:
    segments = [coded_clip(tmp_path / "a.mp4", 1, 5)]
    join(segments, None, tmp_path / "film.mp4", RATE, metadata={"AIGC": '{"Label":"1"}', "title": "茶壶"})
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert (container.metadata["AIGC"], container.metadata["title"]) == ('{"Label":"1"}', "茶壶")
    content = (tmp_path / "film.mp4").read_bytes()
    assert b"creation_time" not in content
    assert b"colrnclx" in content


@pytest.mark.parametrize(
    ("language", "code"), [("en", "eng"), ("zh-Hans", "zho"), ("pt_BR", "por"), ("yue", "yue"), ("xx", "und")]
)
def test_languages_are_named_in_three_letters(language: str, code: str) -> None:
    assert iso639(language) == code


def test_a_master_is_measured_by_decoding_it(tmp_path: Path) -> None:
    clips = {"a": coded_clip(tmp_path / "a.mp4", 1, 48)}
    cut = [Event(BLACK, 0, 24), Event("a", 0, 48)]
    segments = render_all(tmp_path, cut, clips, RATE)
    with ClipWriter(tmp_path / "still.mp4", *SIZE, RATE, MASTER) as clip:
        for _ in range(24):
            clip.write_yuv(solid(SIZE, (90, 128, 128)))
    encode_audio(sine(SAMPLE_RATE * 4, level=10 ** (-14 / 20)), tmp_path / "sound.m4a")
    join([*segments, tmp_path / "still.mp4"], tmp_path / "sound.m4a", tmp_path / "film.mp4", RATE)
    report = measure(tmp_path / "film.mp4")
    assert report.decoded_frames == 96
    # A 997 Hz sine at -14 dBFS in both channels measures -14 LUFS (BS.1770: -3.01 for the sine, +3.01 for the second channel).
    assert report.loudness == pytest.approx(-14.0, abs=0.15)
    assert report.true_peak == pytest.approx(-14.0, abs=0.2)
    assert report.drift == 0
    assert report.black == ((0, 24),)
    assert report.frozen == ((0, 24), (72, 96))
    right = Expected(96, SIZE, RATE)
    assert report.faults(right) == ()
    wrong = Expected(97, (320, 192), Fraction(25), loudness=-16.0, true_peak=-20.0)
    assert len(report.faults(wrong)) == 5


def test_a_silent_master_has_no_loudness(tmp_path: Path) -> None:
    segments = [coded_clip(tmp_path / "a.mp4", 1, 24)]
    join(segments, None, tmp_path / "mute.mp4", RATE)
    assert measure(tmp_path / "mute.mp4").loudness is None
    encode_audio(np.zeros((SAMPLE_RATE, 2), np.float32), tmp_path / "sound.m4a")
    join(segments, tmp_path / "sound.m4a", tmp_path / "quiet.mp4", RATE)
    report = measure(tmp_path / "quiet.mp4")
    assert report.loudness is None
    assert report.true_peak is not None
    assert report.true_peak < -60
    assert report.faults(Expected(24, SIZE, RATE)) == ()


@pytest.mark.parametrize("keep", [0.5, 0.8, 0.99])
def test_a_segment_cut_short_is_not_joined(tmp_path: Path, keep: float) -> None:
    whole = coded_clip(tmp_path / "a.mp4", 1, 24)
    (tmp_path / "cut.mp4").write_bytes(whole.read_bytes()[: int(whole.stat().st_size * keep)])
    with pytest.raises(MediaError):
        join([whole, tmp_path / "cut.mp4"], None, tmp_path / "film.mp4", RATE)
    assert not (tmp_path / "film.mp4").exists()
