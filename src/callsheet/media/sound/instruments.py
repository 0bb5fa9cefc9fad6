"""The instruments of the score: single notes and drum strokes, each synthesised once and kept while a piece is made."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .bus import SAMPLE_RATE, Samples, seeded

_TABLE = 1 << 14


def hertz(note: float) -> float:
    """The frequency of a MIDI note."""
    return float(440.0 * 2.0 ** ((note - 69.0) / 12.0))


@lru_cache(maxsize=256)
def plucked(instrument: str, note: int) -> Samples:
    """One struck or plucked note, mono, ringing until it has died away. `instrument` is a name in `PLUCKS`."""
    slope, life, stretch, partials, attack, knock, bend = PLUCKS[instrument]
    base = hertz(note)
    seconds = min(4.5, max(0.5, life * (220.0 / base) ** 0.35 * 3.2))
    count = round(seconds * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    decay = life * (220.0 / base) ** 0.35
    phase = 2.0 * np.pi * base * time
    if bend:
        # A string pressed behind the bridge: the note settles from below, then breathes.
        sway = -bend * np.exp(-time / 0.05) + 0.12 * np.sin(2 * np.pi * 5.2 * time) * np.clip((time - 0.25) / 0.4, 0, 1)
        phase = 2.0 * np.pi * base * np.cumsum(2.0 ** (sway / 12.0)) / SAMPLE_RATE
    out: NDArray[np.float64] = np.zeros(count)
    chance = seeded("pluck", instrument, note)
    for partial in range(1, partials + 1):
        ratio = partial * np.sqrt(1.0 + stretch * partial * partial)
        if instrument == "bell":
            ratio = (1.0, 2.756, 5.404, 8.93)[partial - 1]
        elif instrument == "marimba":
            ratio = (1.0, 3.93, 9.2)[partial - 1]
        if base * ratio > 14_000:
            break
        # Where the string is plucked, some partials do not sound.
        level = abs(np.sin(np.pi * partial * 0.23)) ** 0.6 / partial**slope
        length = min(count, round(SAMPLE_RATE * 6.0 * decay / (1.0 + 0.42 * (partial - 1))))
        fade = np.exp(-time[:length] * (1.0 + 0.42 * (partial - 1)) / decay)
        out[:length] += level * fade * np.sin(ratio * phase[:length] + chance.uniform(0, 0.4))
    if knock:
        tap = chance.standard_normal(round(0.03 * SAMPLE_RATE))
        tap = np.convolve(tap, np.hanning(24) / 12.0, "same") * np.exp(-np.arange(len(tap)) / (0.006 * SAMPLE_RATE))
        out[: len(tap)] += knock * tap
    rise = round(attack * SAMPLE_RATE)
    out[:rise] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)
    # What is 60 dB down is not worth adding up.
    hop = SAMPLE_RATE // 50
    levels = np.abs(out[: count // hop * hop]).reshape(-1, hop).max(axis=1)
    out = out[: (int(np.flatnonzero(levels > 1e-3 * levels.max())[-1]) + 1) * hop]
    tail = min(len(out), SAMPLE_RATE // 10)
    out[-tail:] *= np.linspace(1.0, 0.0, tail)
    return np.asarray(out / np.abs(out).max() * 0.5, np.float32)


PLUCKS: dict[str, tuple[float, float, float, int, float, float, float]] = {
    # slope of the partials, seconds of life, inharmonicity, partials, attack, knock, bend
    "soft": (1.55, 0.42, 0.0, 8, 0.006, 0.0, 0.0),
    "bright": (1.15, 0.30, 0.0001, 14, 0.003, 0.10, 0.0),
    "piano": (1.2, 0.95, 0.00035, 14, 0.004, 0.06, 0.0),
    "felt": (1.65, 0.80, 0.0003, 9, 0.009, 0.03, 0.0),
    "guzheng": (0.95, 0.75, 0.0001, 20, 0.002, 0.08, 0.35),
    "bell": (1.0, 1.1, 0.0, 4, 0.002, 0.0, 0.0),
    "marimba": (1.3, 0.28, 0.0, 3, 0.003, 0.12, 0.0),
    "bass": (1.7, 0.60, 0.0, 8, 0.006, 0.02, 0.0),
}
"""Instruments `plucked` knows."""


@lru_cache(maxsize=16)
def wave(brightness: int, partials: int) -> NDArray[np.float32]:
    """One cycle of a soft saw of so many partials; `brightness` 0..100 is how strong the high ones are."""
    slope = 2.2 - 1.2 * brightness / 100
    phase = 2.0 * np.pi * np.arange(_TABLE) / _TABLE
    cycle = sum(np.sin(k * phase + 0.7 * k * k) / k**slope for k in range(1, partials + 1))
    return np.asarray(cycle / np.sqrt(np.mean(np.square(cycle))) * 0.25, np.float32)


def sustained(note: float, samples: int, brightness: int, phase: float, top: float = 6000.0) -> Samples:
    """A steady tone, mono, with no partial above `top` hertz; `phase` 0..1 is where its cycle starts."""
    base = hertz(note)
    table = wave(brightness, max(1, min(24, int(top / base))))
    step = base * _TABLE / SAMPLE_RATE
    place = (phase * _TABLE + step * np.arange(samples)).astype(np.int64) & (_TABLE - 1)
    return np.asarray(table[place], np.float32)


def swell(samples: int, attack: int, release: int) -> NDArray[np.float32]:
    """An envelope that rises in `attack`, holds, and falls in `release` samples, with soft corners."""
    attack, release = max(1, min(attack, samples)), max(1, min(release, samples))
    place = np.arange(samples)
    shape = np.minimum(np.clip(place / attack, 0, 1), np.clip((samples - place) / release, 0, 1))
    return np.asarray(shape * shape * (3.0 - 2.0 * shape), np.float32)


@lru_cache(maxsize=32)
def drum(name: str) -> Samples:
    """One stroke, mono: ``kick``, ``thump``, ``boom``, ``taiko``, ``hat``, ``shaker``, ``snap``, ``tick``."""
    chance = seeded("drum", name)

    def tone(seconds: float, high: float, low: float, fall: float, life: float) -> NDArray[np.float64]:
        time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
        sweep = low + (high - low) * np.exp(-time / fall)
        return np.asarray(np.sin(2 * np.pi * np.cumsum(sweep) / SAMPLE_RATE) * np.exp(-time / life), np.float64)

    def noise(seconds: float, low: float, high: float, life: float) -> NDArray[np.float64]:
        count = round(seconds * SAMPLE_RATE)
        bins = np.fft.rfftfreq(count, 1.0 / SAMPLE_RATE)
        band = 1.0 / (1.0 + np.exp(-(bins - low) / (0.1 * low))) / (1.0 + np.exp((bins - high) / (0.1 * high)))
        burst = np.fft.irfft(np.fft.rfft(chance.standard_normal(count)) * band, count)
        return np.asarray(burst / np.abs(burst).max() * np.exp(-np.arange(count) / (life * SAMPLE_RATE)), np.float64)

    if name == "kick":
        out = tone(0.4, 140, 46, 0.03, 0.12)
    elif name == "thump":
        out = tone(0.6, 90, 42, 0.04, 0.16)
    elif name == "boom":
        out = tone(3.0, 70, 34, 0.12, 0.75)
        out[:14400] += 0.18 * noise(0.3, 60, 900, 0.08)
    elif name == "taiko":
        out = tone(1.2, 130, 72, 0.05, 0.28) + 0.4 * tone(1.2, 210, 150, 0.04, 0.1)
        out[:9600] += 0.25 * noise(0.2, 200, 2500, 0.02)
    elif name == "hat":
        out = noise(0.09, 7000, 15000, 0.018)
    elif name == "shaker":
        out = noise(0.12, 4500, 11000, 0.04)
        out *= np.minimum(1.0, np.arange(len(out)) / (0.02 * SAMPLE_RATE))
    elif name == "snap":
        out = noise(0.2, 1200, 4200, 0.035)
    elif name == "tick":
        out = noise(0.05, 2500, 7000, 0.006)
    else:
        raise ValueError(f"no such drum: {name}")
    rise, tail = 72, min(len(out), 960)
    out[:rise] *= np.linspace(0.0, 1.0, rise)
    out[-tail:] *= np.linspace(1.0, 0.0, tail)
    return np.asarray(out / np.abs(out).max() * 0.6, np.float32)
