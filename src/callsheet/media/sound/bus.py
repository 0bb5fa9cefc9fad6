"""The shape of all sound: 48 kHz float32, mono ``[n]`` or stereo ``[n, 2]``, and the few conversions everything shares."""

import hashlib
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 48_000
"""Samples a second on every bus, cue and voice."""

Samples = NDArray[np.float32]
"""Sound at `SAMPLE_RATE`: mono ``[n]`` or stereo ``[n, 2]``, full scale at 1.0."""


def sample_at(frame: int, rate: Fraction) -> int:
    """The sample on which picture frame `frame` starts at `rate` frames a second (exact, halves rounded up)."""
    return (2 * frame * SAMPLE_RATE * rate.denominator + rate.numerator) // (2 * rate.numerator)


def gain(db: float) -> float:
    """The linear factor of a gain in decibels."""
    return float(10.0 ** (db / 20.0))


def decibels(level: float) -> float:
    """A linear level in dB relative to full scale; minus infinity for silence."""
    return float(20.0 * np.log10(level)) if level > 0 else float("-inf")


def seeded(*parts: int | str) -> np.random.Generator:
    """A random generator that depends on `parts` alone, the same on every machine."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def silence(samples: int, channels: int = 2) -> Samples:
    """`samples` of digital silence, stereo unless `channels` is 1."""
    return np.zeros(samples if channels == 1 else (samples, channels), np.float32)


def stereo(sound: Samples, pan: float = 0.0) -> Samples:
    """`sound` as stereo ``[n, 2]``; mono is placed by `pan` (-1 left to 1 right) at constant power."""
    if sound.ndim == 1:
        angle = (pan + 1.0) * np.pi / 4.0
        sides = np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(np.sqrt(2.0))
        return np.asarray(sound[:, None] * sides, np.float32)
    if pan:
        return np.asarray(sound * np.array([min(1.0, 1.0 - pan), min(1.0, 1.0 + pan)], np.float32), np.float32)
    return sound


def faded(sound: Samples, fade_in: int = 0, fade_out: int = 0) -> Samples:
    """A copy of `sound` with raised-cosine fades of the given lengths in samples."""
    out = sound.copy()
    count = len(out)
    for length, rising in ((min(fade_in, count), True), (min(fade_out, count), False)):
        if length > 0:
            ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)).astype(np.float32)
            ramp = ramp if out.ndim == 1 else ramp[:, None]
            if rising:
                out[:length] *= ramp
            else:
                out[count - length :] *= ramp[::-1]
    return out


def add_at(bus: Samples, sound: Samples, start: int, level: Any = 1.0) -> None:
    """Add `sound` times `level` into `bus` from sample `start` on, in place; what falls outside the bus is dropped."""
    first, last = max(start, 0), min(start + len(sound), len(bus))
    if last > first:
        bus[first:last] += sound[first - start : last - start] * np.float32(level)


def rounded(sound: Samples, knee_db: float = -6.0, top_db: float = -2.0) -> Samples:
    """`sound` with peaks above `knee_db` bent so that none passes `top_db` (dBFS); below the knee nothing changes."""
    knee, top = gain(knee_db), gain(top_db)
    level = np.abs(sound)
    if float(level.max(initial=0.0)) <= knee:
        return sound
    bent = np.minimum(level, knee) + (top - knee) * np.tanh(np.maximum(level - knee, 0.0) / (top - knee))
    return np.asarray(np.sign(sound) * bent, np.float32)
