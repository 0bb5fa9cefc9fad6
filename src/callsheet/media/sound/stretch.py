"""Faster or slower speech at the same pitch, by waveform similarity overlap-add."""

import numpy as np

from .bus import SAMPLE_RATE, Samples

_FRAME = SAMPLE_RATE // 40
_SEARCH = SAMPLE_RATE // 100


def stretched(sound: Samples, samples: int) -> Samples:
    """Mono `sound` played in exactly `samples` samples, pitch unchanged. Made for ratios between about 0.7 and 1.5."""
    if samples == len(sound) or not len(sound) or samples <= 0:
        return sound[: max(0, samples)]
    half = _FRAME // 2
    window = (0.5 - 0.5 * np.cos(2.0 * np.pi * (np.arange(_FRAME) + 0.5) / _FRAME)).astype(np.float32)
    steps = -(-samples // half) + 1
    source = np.concatenate([np.zeros(half, np.float32), sound, np.zeros(2 * _FRAME + 2 * _SEARCH, np.float32)])
    out = np.zeros((steps + 1) * half, np.float32)
    ratio = len(sound) / samples
    taken = 0
    for step in range(steps):
        wanted = round(step * half * ratio)
        if step:
            # The frame that would follow the last one naturally; take the one near `wanted` most like it.
            follow = source[taken + half : taken + half + half]
            low = max(0, wanted - _SEARCH)
            field = source[low : wanted + _SEARCH + half]
            size = 1 << (len(field) + half - 1).bit_length()
            likeness = np.fft.irfft(np.fft.rfft(field, size) * np.fft.rfft(follow, size).conj(), size)
            power = np.concatenate([[0.0], np.cumsum(np.square(field, dtype=np.float64))])
            places = len(field) - half + 1
            norm = np.sqrt(power[half:][:places] - power[:-half][:places]) + 1e-3
            wanted = low + int(np.argmax(likeness[:places] / norm))
        taken = wanted
        frame = source[taken : taken + _FRAME]
        out[step * half : step * half + len(frame)] += frame * window[: len(frame)]
    return np.ascontiguousarray(out[half : half + samples])


def shifted(sound: Samples, semitones: float) -> Samples:
    """Mono `sound` higher (or lower) by `semitones`, in the same time. Formants move along, so keep it to a few."""
    if not semitones or not len(sound):
        return sound
    longer = stretched(sound, round(len(sound) * 2.0 ** (semitones / 12.0)))
    where = np.linspace(0.0, len(longer) - 1.0, len(sound))
    return np.asarray(np.interp(where, np.arange(len(longer)), longer), np.float32)


def doubled(sound: Samples) -> Samples:
    """Mono sound at 24 kHz brought to 48 kHz with a windowed-sinc interpolator."""
    reach = 32
    place = np.arange(-reach + 1, reach + 1) - 0.5
    taps = np.sinc(place) * np.cos(np.pi * place / (2 * reach + 1)) ** 2
    out = np.empty(2 * len(sound), np.float32)
    out[0::2] = sound
    if len(sound):
        out[1::2] = np.convolve(sound, (taps / taps.sum()).astype(np.float32))[reach : reach + len(sound)]
    return out
