"""The score lands on its cuts and ends; effects are what their names say; everything is repeatable."""

import numpy as np
import pytest

from callsheet.errors import InputError
from callsheet.media.sound import AMBIENCES, EFFECTS, SAMPLE_RATE, STYLES, ScoreSpec, effect, measure, score
from callsheet.media.sound.harmony import SCALES, Key, degrees, key_for, tune, voiced
from callsheet.media.sound.music import SCORE_LUFS, grid_for


def spec(style="warm-minimal", seconds=12.0, **more):
    hits = tuple(round(at * SAMPLE_RATE) for at in (2.5, 5.0, 7.5, 10.0))
    return ScoreSpec(round(seconds * SAMPLE_RATE), style=style, **{"seed": 5, "hits": hits, **more})


def rms(sound, start, seconds):
    piece = sound[round(start * SAMPLE_RATE) : round((start + seconds) * SAMPLE_RATE)]
    return float(np.sqrt(np.square(piece).mean()))


@pytest.mark.parametrize("style", sorted(STYLES))
def test_each_style_is_clean_exact_and_ends_in_silence(style):
    sound = score(spec(style))
    assert sound.shape == (12 * SAMPLE_RATE, 2)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 0.71
    assert np.abs(sound.mean(axis=0)).max() < 1e-4
    assert np.abs(sound[[0, -1]]).max() < 1e-4
    assert np.abs(np.diff(sound, axis=0)).max() < 0.25
    assert measure(sound).integrated == pytest.approx(SCORE_LUFS, abs=1.0)
    # The close is an event: louder just after the last hit than in the breath before it, and gone at the end.
    assert rms(sound, 10.0, 0.4) > 1.15 * rms(sound, 9.7, 0.3)
    assert rms(sound, 11.9, 0.1) < 0.1 * rms(sound, 10.0, 0.4)
    # It builds: the second third is fuller than the opening.
    assert rms(sound, 5.0, 3.0) > rms(sound, 0.0, 1.5)
    # Stereo, but not out of phase.
    assert 0.2 < np.corrcoef(sound.T)[0, 1] < 0.99


def test_same_spec_same_samples_other_seed_other_piece():
    assert np.array_equal(score(spec()), score(spec()))
    assert not np.array_equal(score(spec()), score(spec(seed=6)))


def test_beats_fall_on_the_cuts_and_the_last_cut_is_a_beat():
    grid = grid_for(spec(tempo=100))
    assert grid.close == 10 * SAMPLE_RATE
    assert grid.at(grid.beats) == grid.close
    assert 88 <= grid.tempo <= 112
    for hit in (2.5, 5.0, 7.5):
        beat = hit * SAMPLE_RATE * grid.beats / grid.close
        assert abs(beat * 2 - round(beat * 2)) / 2 * 60 / grid.tempo < 0.06
    assert grid.bars()[-1] == grid.beats - 4


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.5, 1.0, 3.3, 6.0])
def test_any_length_works(seconds):
    for hits in ((), (round(seconds * SAMPLE_RATE / 2),), (10**9,)):
        sound = score(ScoreSpec(round(seconds * SAMPLE_RATE), seed=1, hits=hits))
        assert sound.shape == (round(seconds * SAMPLE_RATE), 2)
        assert np.isfinite(sound).all()
    if seconds >= 1:
        assert np.abs(sound).max() > 0.02


def test_notes_lie_in_the_key():
    sound = score(spec("tender-piano", valence=-0.5, arousal=-0.6)).mean(axis=1)
    window = np.hanning(1 << 15)
    spectrum = np.zeros(1 + len(window) // 2)
    for start in range(0, len(sound) - len(window), len(window) // 2):
        spectrum += np.abs(np.fft.rfft(sound[start : start + len(window)] * window)) ** 2
    hertz = np.fft.rfftfreq(len(window), 1 / SAMPLE_RATE)
    band = (hertz > 110) & (hertz < 900)
    classes = np.zeros(12)
    np.add.at(classes, np.round(12 * np.log2(hertz[band] / 440) + 69).astype(int) % 12, spectrum[band])
    share = (
        max(sum(classes[(root + step) % 12] for step in scale) for root in range(12) for scale in SCALES.values())
        / classes.sum()
    )
    assert share > 0.93


def test_mood_decides_the_mode():
    chance = np.random.default_rng(0)
    assert key_for(0.9, 0.8, chance).mode == "major"
    assert key_for(-0.6, -0.4, chance).mode == "minor"
    assert key_for(-0.9, 0.9, chance).mode == "phrygian"


def test_progressions_come_home_and_voices_move_little():
    chance = np.random.default_rng(3)
    key = Key(50, "major")
    for count in range(1, 12):
        chords = degrees(key, count, chance)
        assert len(chords) == count
        assert chords[-1] == 0
    before = None
    for degree in degrees(key, 9, chance):
        notes = voiced(key.triad(degree), before)
        assert {note % 12 for note in notes} == {note % 12 for note in key.triad(degree)}
        if before:
            assert max(min(abs(note - other) for other in before) for note in notes) <= 4
        before = notes


def test_the_tune_keeps_to_the_scale_and_chinese_tunes_to_five_notes():
    key = Key(50, "major")
    bars = [(4.0 * number, key.triad(number % 3)) for number in range(8)]
    notes = tune(key, bars, 4.0, False, np.random.default_rng(2))
    assert {(note.note - 50) % 12 for note in notes} <= set(SCALES["major"])
    assert {(n.note - 50) % 12 for n in tune(key, bars, 4.0, True, np.random.default_rng(2))} <= {0, 2, 4, 7, 9}
    leaps = np.abs(np.diff([note.note for note in notes]))
    assert np.median(leaps) <= 5
    assert all(note.beat >= 0 for note in notes)


def test_bad_specs_say_what_is_allowed():
    with pytest.raises(InputError, match="Did you mean 'tender-piano'"):
        ScoreSpec(100, style="tender-pianos")
    with pytest.raises(InputError, match="samples long"):
        ScoreSpec(-1)
    with pytest.raises(InputError, match="tempo"):
        ScoreSpec(100, tempo=4000.0)


@pytest.mark.parametrize("name", EFFECTS)
def test_each_effect_is_clean_and_repeatable(name):
    sound = effect(name, 3 * SAMPLE_RATE, 1)
    assert sound.shape == (3 * SAMPLE_RATE, 2)
    assert sound.dtype == np.float32
    assert np.array_equal(sound, effect(name, 3 * SAMPLE_RATE, 1))
    assert not np.array_equal(sound, effect(name, 3 * SAMPLE_RATE, 2))
    assert 0.05 < np.abs(sound).max() <= 0.71
    assert np.abs(sound.mean(axis=0)).max() < 1e-3
    assert np.abs(sound[[0, -1]]).max() < 2e-3
    for samples in (0, 1, 37, 4800):
        assert effect(name, samples).shape == (samples, 2)


def test_a_riser_rises_an_impact_falls_a_bed_stays():
    riser, impact = effect("riser", 2 * SAMPLE_RATE), effect("impact", 2 * SAMPLE_RATE)
    assert rms(riser, 1.8, 0.15) > 5 * rms(riser, 0.2, 0.15)
    assert rms(impact, 0.0, 0.15) > 5 * rms(impact, 1.5, 0.15)
    for name in AMBIENCES:
        bed = effect(name, 40 * SAMPLE_RATE, 3) if name == "rain" else effect(name, 5 * SAMPLE_RATE, 3)
        assert rms(bed, 2.0, 2.0) > 0.02


def test_long_beds_have_no_seam():
    bed = effect("rain", 60 * SAMPLE_RATE, 3)
    levels = np.array([rms(bed, at, 0.5) for at in np.arange(1.0, 58.0, 0.5)])
    assert levels.min() > 0.6 * levels.max()


def test_an_unknown_effect_names_the_nearest():
    with pytest.raises(InputError, match="Did you mean 'whoosh'"):
        effect("wosh", 100)
