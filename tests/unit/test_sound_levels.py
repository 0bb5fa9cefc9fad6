"""Loudness against libav's own meter, the master's promises, and the mix."""

from fractions import Fraction

import av
import numpy as np
import pytest

from callsheet.errors import InputError
from callsheet.media.sound import SAMPLE_RATE, Cue, master, measure, mix, sample_at
from callsheet.media.sound.bus import decibels, faded, gain, rounded, stereo
from callsheet.media.sound.filters import highpass, lowpass, reverb
from callsheet.media.sound.loudness import HOP, block_energies, integrated
from callsheet.media.sound.mix import speaking


def ebur128(bus: np.ndarray) -> tuple[float, float]:
    """Integrated loudness and true peak by libav."""
    graph = av.filter.Graph()
    source = graph.add(
        "abuffer", f"sample_rate={SAMPLE_RATE}:sample_fmt=flt:channel_layout=stereo:time_base=1/{SAMPLE_RATE}"
    )
    meter = graph.add("ebur128", "metadata=1:peak=true:framelog=quiet")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    metadata: dict[str, str] = {}

    def drain() -> None:
        while True:
            try:
                metadata.update(sink.pull().metadata)
            except (av.error.BlockingIOError, av.error.EOFError):
                return

    for start in range(0, len(bus), 4800):
        block = np.ascontiguousarray(bus[start : start + 4800], np.float32)
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        source.push(frame)
        drain()
    source.push(None)
    drain()
    peak = max(float(metadata["lavfi.r128.true_peaks_ch0"]), float(metadata["lavfi.r128.true_peaks_ch1"]))
    return float(metadata["lavfi.r128.I"]), decibels(peak)


def programme(seconds: int = 12) -> np.ndarray:
    """Noise with loud, quiet and silent stretches, and hard peaks between samples."""
    chance = np.random.default_rng(4)
    bus = chance.standard_normal((seconds * SAMPLE_RATE, 2)).astype(np.float32) * 0.04
    bus[4 * SAMPLE_RATE : 6 * SAMPLE_RATE] *= 0.02
    bus[6 * SAMPLE_RATE : 7 * SAMPLE_RATE] = 0
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    bus[8 * SAMPLE_RATE : 9 * SAMPLE_RATE, 0] += (0.7 * np.sin(2 * np.pi * 12_000 * time + 0.785)).astype(np.float32)
    return bus


def test_loudness_agrees_with_libav():
    bus = programme()
    ours, (theirs, their_peak) = measure(bus), ebur128(bus)
    assert ours.integrated == pytest.approx(theirs, abs=0.1)
    assert ours.true_peak == pytest.approx(their_peak, abs=0.3)


def test_full_scale_sine_reads_as_the_standard_says():
    time = np.arange(5 * SAMPLE_RATE) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * 997 * time).astype(np.float32)
    assert measure(np.stack([tone, 0 * tone], axis=1)).integrated == pytest.approx(-3.01, abs=0.02)
    assert measure(np.stack([tone, tone], axis=1)).integrated == pytest.approx(0.0, abs=0.02)


def test_true_peak_sees_what_lies_between_samples():
    time = np.arange(SAMPLE_RATE)
    tone = np.sin(2 * np.pi * time / 4 + np.pi / 4).astype(np.float32)
    assert np.abs(tone).max() == pytest.approx(0.7071, abs=1e-3)
    assert measure(faded(stereo(tone), 2000, 2000)).true_peak == pytest.approx(0.0, abs=0.1)


def test_joined_energies_give_the_loudness_of_joined_sound():
    bus = programme()
    cut = 5 * SAMPLE_RATE
    parts = np.concatenate([block_energies(bus[:cut]), block_energies(bus[cut:])])
    assert integrated(parts) == pytest.approx(integrated(block_energies(bus)), abs=0.02)
    assert len(parts) == len(bus) // HOP


@pytest.mark.parametrize("target", [-14.0, -23.0])
def test_master_reaches_the_target_under_the_ceiling(target):
    bus = programme()
    bus[:: SAMPLE_RATE // 2] = 0.95
    out, loudness = master(bus, target, -1.0)
    theirs, peak = ebur128(out)
    assert theirs == pytest.approx(target, abs=0.3)
    assert peak <= -1.19
    assert loudness.integrated == pytest.approx(theirs, abs=0.1)
    assert loudness.true_peak is not None
    assert loudness.true_peak <= -1.2
    assert len(out) == len(bus)


def test_master_only_turns_down_where_it_must():
    bus = programme() * np.float32(0.3)
    out, _ = master(bus, -30.0)
    ratio = out[np.abs(bus) > 1e-3] / bus[np.abs(bus) > 1e-3]
    assert ratio.std() < 1e-3 * ratio.mean()


def test_silence_stays_silent_and_noise_is_never_lifted():
    silent = np.zeros((3 * SAMPLE_RATE, 2), np.float32)
    out, loudness = master(silent)
    assert not out.any()
    assert loudness.integrated is None
    assert loudness.true_peak is None
    hiss = np.random.default_rng(1).standard_normal((3 * SAMPLE_RATE, 2)).astype(np.float32) * np.float32(2e-5)
    out, loudness = master(hiss)
    assert np.array_equal(out, hiss)
    assert loudness.integrated is None
    empty, loudness = master(np.zeros((0, 2), np.float32))
    assert len(empty) == 0
    assert loudness.true_peak is None


def test_sample_at_is_exact_for_long_films():
    rate = Fraction(24000, 1001)
    assert sample_at(24, Fraction(24)) == SAMPLE_RATE
    assert sample_at(24000, rate) == 1001 * SAMPLE_RATE
    steps = np.diff([sample_at(frame, rate) for frame in range(1000)])
    assert set(steps.tolist()) == {2002}
    assert sample_at(1, Fraction(30000, 1001)) == 1602


def test_filters_keep_length_and_cut_what_they_should():
    time = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    low, high = (np.sin(2 * np.pi * hertz * time).astype(np.float32) for hertz in (100, 5000))
    middle = slice(SAMPLE_RATE, 2 * SAMPLE_RATE)
    assert lowpass(low + high, 700)[middle] == pytest.approx(lowpass(low, 700)[middle], abs=0.03)
    assert np.abs(highpass(low + high, 700)[middle]).max() == pytest.approx(1.0, abs=0.05)
    assert len(reverb(stereo(high), 1.0)) == len(high)


def test_reverb_decays_by_sixty_decibels_in_its_time():
    click = np.zeros((3 * SAMPLE_RATE, 2), np.float32)
    click[0] = 1.0
    wet = reverb(click, 1.5)
    early = np.square(wet[: SAMPLE_RATE // 5]).mean()
    late = np.square(wet[round(1.2 * SAMPLE_RATE) : round(1.4 * SAMPLE_RATE)]).mean()
    assert -70 < 10 * np.log10(late / early) < -40
    assert not wet[round(1.55 * SAMPLE_RATE) :].any() or np.abs(wet[round(1.55 * SAMPLE_RATE) :]).max() < 1e-6


def cue(kind, seconds, start=0.0, level=0.1, **more):
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone = (level * np.sin(2 * np.pi * (440 if kind == "voice" else 660) * time)).astype(np.float32)
    return Cue(kind, tone, round(start * SAMPLE_RATE), **more)


def level_at(bus, seconds, hertz=660):
    piece = bus[round(seconds * SAMPLE_RATE) : round((seconds + 0.1) * SAMPLE_RATE), 0]
    return np.abs(np.fft.rfft(piece * np.hanning(len(piece))))[round(hertz * 0.1)]


def test_music_steps_back_before_the_voice_and_returns_after_it():
    total = 8 * SAMPLE_RATE
    bus = mix([cue("music", 8.0), cue("voice", 2.0, 3.0)], total)
    assert bus.shape == (total, 2)
    assert bus.dtype == np.float32
    free, before, under, after = (level_at(bus, at) for at in (1.0, 2.85, 4.0, 7.0))
    assert 20 * np.log10(under / free) == pytest.approx(-10.0, abs=0.7)
    assert before < 0.75 * free
    assert after == pytest.approx(free, rel=0.02)
    assert np.abs(np.diff(bus, axis=0)).max() < 0.05


def test_the_duck_holds_through_a_short_pause():
    total = 8 * SAMPLE_RATE
    bus = mix([cue("music", 8.0), cue("voice", 1.0, 2.0), cue("voice", 1.0, 3.4)], total)
    assert level_at(bus, 3.15) == pytest.approx(level_at(bus, 2.5), rel=0.1)


def test_a_mix_without_voice_does_not_duck_and_drops_what_is_outside():
    music = cue("music", 4.0, -1.0)
    bus = mix([music, cue("effect", 1.0, 9.0)], 2 * SAMPLE_RATE)
    wanted = stereo(music.sound)[SAMPLE_RATE : 3 * SAMPLE_RATE] * gain(-3.0)
    assert bus == pytest.approx(wanted, abs=1e-6)
    assert not mix([], SAMPLE_RATE).any()
    assert not speaking(np.zeros(SAMPLE_RATE, np.float32)).any()


def test_cues_are_panned_faded_cut_and_checked():
    left = mix([cue("effect", 1.0, pan=-1.0)], SAMPLE_RATE)
    assert np.abs(left[:, 1]).max() < 1e-6
    voice = mix([cue("voice", 1.0, pan=-1.0)], SAMPLE_RATE)
    assert voice[:, 0] == pytest.approx(voice[:, 1], abs=1e-6)
    short = mix([cue("effect", 1.0, samples=4800, fade_out=480)], SAMPLE_RATE)
    assert not short[4800:].any()
    assert np.abs(short[4790:4800]).max() < 1e-3
    with pytest.raises(InputError, match="kind of cue"):
        cue("narration", 1.0)
    with pytest.raises(InputError, match="not numbers"):
        Cue("music", np.full(10, np.nan, np.float32), 0)
    with pytest.raises(InputError, match="shape"):
        Cue("music", np.zeros((10, 3), np.float32), 0)


def test_rounding_bends_only_the_peaks():
    quiet = np.linspace(-0.4, 0.4, 100, dtype=np.float32)
    assert rounded(quiet) is quiet
    loud = np.linspace(-3, 3, 1000, dtype=np.float32)
    bent = rounded(loud)
    assert np.abs(bent).max() <= gain(-2.0) + 1e-6
    assert (np.diff(bent) >= 0).all()
    assert faded(np.ones(100, np.float32), 10, 10)[[0, -1]].max() < 0.01
