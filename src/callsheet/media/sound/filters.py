"""Linear filters and reverb, all as FFT convolution in blocks: a minute of stereo takes tens of milliseconds each."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .bus import SAMPLE_RATE, Samples, seeded

Response = NDArray[np.complexfloating]
"""Complex frequency response on the bins of a real FFT."""

_BLOCK = 1 << 16


def filtered(sound: Samples, response: Callable[[NDArray[np.float64]], Response], tail: int = 8192) -> Samples:
    """`sound` through the filter whose `response` gives the gain at frequencies in hertz; same length as given.

    `tail` is how many samples the impulse response needs to die away; with a causal response nothing moves in time.
    """
    size = _BLOCK
    while size < 4 * tail:
        size *= 2
    bins = np.asarray(np.fft.rfftfreq(size, 1.0 / SAMPLE_RATE), np.float64)
    return _overlap_add(sound, response(bins)[None].astype(np.complex64), size, size - tail, len(sound))


def _overlap_add(sound: Samples, spectra: Response, size: int, step: int, length: int) -> Samples:
    """Convolve each channel with its spectrum (one spectrum serves all), `step` fresh samples an FFT of `size`."""
    mono = sound.ndim == 1
    channels = sound[:, None] if mono else sound
    out = np.zeros((length + size, channels.shape[1]), np.float32)
    for start in range(0, len(channels), step):
        block = np.ascontiguousarray(channels[start : start + step].T)
        shaped = np.fft.irfft(np.fft.rfft(block, size) * spectra, size)
        out[start : start + size] += shaped.T[: max(0, len(out) - start)]
    out = out[:length]
    return np.ascontiguousarray(out[:, 0]) if mono else out


def biquad(
    b: tuple[float, float, float], a: tuple[float, float, float]
) -> Callable[[NDArray[np.float64]], NDArray[np.complex128]]:
    """The response of one second-order section with numerator `b` and denominator `a` at `SAMPLE_RATE`."""

    def response(hertz: NDArray[np.float64]) -> NDArray[np.complex128]:
        z = np.exp(-2j * np.pi * hertz / SAMPLE_RATE)
        return np.asarray((b[0] + z * (b[1] + z * b[2])) / (a[0] + z * (a[1] + z * a[2])), np.complex128)

    return response


def second_order(kind: str, hertz: float, q: float = 0.7071) -> Callable[[NDArray[np.float64]], NDArray[np.complex128]]:
    """A causal resonant section: `kind` is ``lowpass``, ``highpass`` or ``bandpass`` (0 dB at its centre)."""
    w = 2.0 * np.pi * min(hertz, 0.49 * SAMPLE_RATE) / SAMPLE_RATE
    cos, alpha = float(np.cos(w)), float(np.sin(w) / (2.0 * q))
    a = (1.0 + alpha, -2.0 * cos, 1.0 - alpha)
    if kind == "lowpass":
        return biquad(((1 - cos) / 2, 1 - cos, (1 - cos) / 2), a)
    if kind == "highpass":
        return biquad(((1 + cos) / 2, -(1 + cos), (1 + cos) / 2), a)
    if kind == "bandpass":
        return biquad((alpha, 0.0, -alpha), a)
    raise ValueError(f"no such filter: {kind}")


def lowpass(sound: Samples, hertz: float, q: float = 0.7071) -> Samples:
    """`sound` without what lies above `hertz` (12 dB an octave)."""
    return filtered(sound, second_order("lowpass", hertz, q))


def highpass(sound: Samples, hertz: float, q: float = 0.7071) -> Samples:
    """`sound` without what lies below `hertz` (12 dB an octave)."""
    return filtered(sound, second_order("highpass", hertz, q))


def bandpass(sound: Samples, hertz: float, q: float = 1.0) -> Samples:
    """The band of `sound` around `hertz`, narrower as `q` grows."""
    return filtered(sound, second_order("bandpass", hertz, q))


def reverb(sound: Samples, seconds: float, brightness: float = 0.5, seed: int = 0) -> Samples:
    """The wet sound only: stereo `sound` in a room that decays 60 dB in `seconds`; same length as given.

    `brightness` 0..1 says how long treble lasts. Left and right get different rooms, so the result is wide.
    """
    spectra, taps = _room(round(seconds * 100), round(brightness * 100), seed)
    size = 2 * (spectra.shape[1] - 1)
    return _overlap_add(sound, spectra, size, size - taps, len(sound))


@lru_cache(maxsize=8)
def _room(centiseconds: int, brightness: int, seed: int) -> tuple[Response, int]:
    """Spectra of a left and a right decaying-noise room of unit energy, and its length in samples."""
    taps = max(SAMPLE_RATE // 10, centiseconds * SAMPLE_RATE // 100)
    time = np.arange(taps) / taps
    noise = seeded("room", seed).standard_normal((2, taps))
    # Three bands that die at different speeds: air and walls swallow treble first.
    bins = np.fft.rfftfreq(taps, 1.0 / SAMPLE_RATE)
    shine = 0.25 + 0.75 * brightness / 100
    room = np.zeros((2, taps))
    for low, high, life in ((120.0, 700.0, 1.0), (700.0, 3000.0, 0.55 + 0.35 * shine), (3000.0, 9000.0, 0.55 * shine)):
        band = np.where((bins >= low) & (bins < high), 1.0, 0.0)
        room += np.fft.irfft(np.fft.rfft(noise) * band, taps) * np.exp(-6.9 * time / life)
    attack = np.minimum(1.0, np.arange(taps) / (0.012 * SAMPLE_RATE))
    room *= attack
    room[:, -taps // 16 :] *= np.linspace(1.0, 0.0, taps // 16)
    room /= np.sqrt((room**2).sum(axis=1, keepdims=True))
    size = 1 << (4 * taps - 1).bit_length()
    return np.fft.rfft(room, size).astype(np.complex64), taps
