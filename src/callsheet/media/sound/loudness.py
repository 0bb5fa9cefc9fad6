"""Loudness by ITU-R BS.1770-4, true peak by 4x oversampling, and the mastering that brings a bus to a target in both."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bus import SAMPLE_RATE, Samples, decibels, gain
from .filters import biquad, filtered

HOP = SAMPLE_RATE // 10
"""Samples in one energy block: 100 ms."""

Energies = NDArray[np.float64]
"""K-weighted energy (summed over channels, mean over time) of each whole 100 ms of sound."""

_OFFSET = -0.691
_ABSOLUTE_GATE = -70.0
_SHELF = biquad((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_RUMBLE = biquad((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_OVERSAMPLE_TAPS = 24
_STEP = 32
_TOLERANCE = 0.05
_PASSES = 8


@dataclass(frozen=True)
class Loudness:
    """How loud a bus is: `integrated` in LUFS and `true_peak` in dBTP; None for silence.

    `integrated` is None when nothing rises above the -70 LUFS gate, `true_peak` only when every sample is zero.
    """

    integrated: float | None
    true_peak: float | None


def block_energies(bus: Samples) -> Energies:
    """K-weighted energies of `bus` (mono or stereo) in 100 ms steps; a last partial step is left out.

    They may be cached per stretch of sound: `integrated` over joined energies is the loudness of the joined sound.
    """
    channels = bus[:, None] if bus.ndim == 1 else bus
    weighted = filtered(channels, lambda hertz: _SHELF(hertz) * _RUMBLE(hertz))
    count = len(bus) // HOP
    squares = np.square(weighted[: count * HOP], dtype=np.float32).reshape(count, HOP * channels.shape[1])
    return np.asarray(squares.sum(axis=1, dtype=np.float64) / HOP)


def integrated(energies: Energies) -> float | None:
    """Gated loudness in LUFS of sound with these 100 ms energies; None when nothing passes the -70 LUFS gate."""
    if len(energies) < 4:
        return None
    total = np.concatenate([[0.0], np.cumsum(energies)])
    blocks = (total[4:] - total[:-4]) / 4.0
    loud = blocks[blocks > 10.0 ** ((_ABSOLUTE_GATE - _OFFSET) / 10.0)]
    if not len(loud):
        return None
    loud = loud[loud > loud.mean() * 0.1]
    return float(_OFFSET + 10.0 * np.log10(loud.mean()))


def measure(bus: Samples) -> Loudness:
    """Integrated loudness and true peak of `bus`; sound shorter than 400 ms is judged as one block."""
    energies = block_energies(bus)
    if len(energies) < 4 and len(bus):
        padded = np.zeros((4 * HOP, *bus.shape[1:]), np.float32)
        padded[: min(len(bus), 4 * HOP)] = bus[: 4 * HOP]
        energies = block_energies(padded)
    peak = float(peak_envelope(bus).max(initial=0.0))
    return Loudness(integrated(energies), decibels(peak) if peak > 0 else None)


def _phases() -> NDArray[np.float32]:
    """Three interpolators (a quarter, a half, three quarters of a sample late), windowed sinc."""
    reach = _OVERSAMPLE_TAPS // 2
    rows = []
    for quarter in (1, 2, 3):
        place = np.arange(-reach + 1, reach + 1) - quarter / 4.0
        window = np.cos(np.pi * place / (2 * reach + 1)) ** 2
        taps = np.sinc(place) * window
        rows.append(taps / taps.sum())
    return np.asarray(rows, np.float32)


def peak_envelope(bus: Samples) -> NDArray[np.float32]:
    """The highest 4x oversampled level of each stretch of 32 samples, over all channels."""
    channels = bus[:, None] if bus.ndim == 1 else bus
    count = -(-len(channels) // _STEP)
    peaks = np.zeros(count * _STEP, np.float32)
    reach = _OVERSAMPLE_TAPS // 2
    for channel in channels.T:
        plain = np.ascontiguousarray(channel, np.float32)
        np.maximum(peaks[: len(plain)], np.abs(plain), out=peaks[: len(plain)])
        for taps in _phases():
            between = np.convolve(plain, taps[::-1])[reach : reach + len(plain)] if len(plain) else plain
            np.maximum(peaks[: len(between)], np.abs(between), out=peaks[: len(between)])
    return peaks.reshape(count, _STEP).max(axis=1) if count else np.zeros(0, np.float32)


def limited(bus: Samples, ceiling: float) -> Samples:
    """`bus` with its true peak held at `ceiling` dBTP: 4 ms look-ahead, then a release of 90 dB a second."""
    need = np.maximum(0.0, 20.0 * np.log10(np.maximum(peak_envelope(bus), 1e-9)) - ceiling)
    if not need.any():
        return bus
    # A gain drawn straight between step centres touches its neighbours, so each step asks for theirs too.
    padded = np.pad(need, 2)
    need = np.max([padded[k : k + len(need)] for k in range(5)], axis=0)
    attack, release = 6.0 * _STEP / (0.004 * SAMPLE_RATE), 90.0 * _STEP / SAMPLE_RATE
    place = np.arange(len(need))
    held = np.maximum.accumulate(need + release * place) - release * place
    ahead = (np.maximum.accumulate((need + attack * place[::-1])[::-1]) - attack * place)[::-1]
    reduction = np.maximum(held, ahead)
    where = (np.arange(len(bus)) + 0.5) / _STEP - 0.5
    factor = (10.0 ** (-np.interp(where, place, reduction) / 20.0)).astype(np.float32)
    return np.asarray(bus * (factor if bus.ndim == 1 else factor[:, None]), np.float32)


def master(
    bus: Samples, target_lufs: float = -14.0, true_peak: float = -1.0, headroom: float = 0.2, most: float = 30.0
) -> tuple[Samples, Loudness]:
    """Bring `bus` to `target_lufs` with its true peak at most `true_peak` - `headroom` dBTP, and say what came out.

    Measures, sets the gain, limits, measures again until loudness is within 0.05 LU (it always is unless the sound is
    so sparse that the limiter must hold it down; the Loudness returned tells). The headroom is for lossy encoding,
    which overshoots. Silence stays silence, and no gain above `most` dB is given: noise is never lifted to a programme.
    """
    given = measure(bus)
    before = given.integrated
    if before is None:
        return bus, given
    ceiling = true_peak - headroom - 0.05
    lift = min(most, target_lufs - before)
    best: tuple[float, Samples, Loudness] | None = None
    for _ in range(_PASSES):
        out = limited(bus * np.float32(gain(lift)), ceiling)
        after = measure(out)
        if after.integrated is None or after.true_peak is None:
            return bus, given
        error = target_lufs - after.integrated
        if best is None or abs(error) < best[0]:
            best = (abs(error), out, after)
        if abs(error) <= _TOLERANCE or (lift >= most and error > 0):
            break
        lift = min(most, lift + error * (1.0 if error < 0 else 1.3))
    assert best is not None
    return best[1], best[2]
