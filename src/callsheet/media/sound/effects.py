"""Sound effects and ambience beds, synthesised from a seed: no samples, no licences, any length."""

from collections.abc import Callable
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from callsheet.errors import InputError

from .bus import SAMPLE_RATE, Samples, add_at, faded, gain, rounded, seeded
from .filters import bandpass, highpass, lowpass, reverb
from .instruments import drum, plucked, wave

VERSION = "1"
"""Changes whenever the same effect would sound different; part of cache keys."""

_LOOP = 24 * SAMPLE_RATE
_Random = np.random.Generator
_Maker = Callable[[int, _Random], Samples]


def effect(name: str, samples: int, seed: int = 0) -> Samples:
    """The effect `name` (see `EFFECTS`), stereo ``[samples, 2]``, silent at both ends; same arguments, same samples.

    Hits (impact, click, shimmer, whoosh) sit at the start and ring out; risers end on the last sample; beds fill the
    whole length. Peaks stay under -3 dBFS.
    """
    maker = _HITS.get(name) or _BEDS.get(name)
    if maker is None:
        near = get_close_matches(name, EFFECTS, 1, 0.0)
        raise InputError(
            f"no such sound effect: {name!r}", remedy=f"Did you mean {near[0]!r}? Effects: {', '.join(EFFECTS)}."
        )
    if samples <= 0:
        return np.zeros((0, 2), np.float32)
    bed = name in _BEDS
    chance = seeded("effect", VERSION, name, seed)
    sound = _looped(maker(min(samples, _LOOP), chance), samples) if bed else maker(samples, chance)[:samples]
    if len(sound) < samples:
        sound = np.concatenate([faded(sound, 0, 2400), np.zeros((samples - len(sound), 2), np.float32)])
    sound = highpass(sound, 55.0 if bed else 25.0)
    level = float(np.sqrt(np.square(sound, dtype=np.float64).mean())) if bed else float(np.abs(sound).max())
    wanted = gain(-23.0) if bed else gain(-4.0)
    sound = sound * np.float32(wanted / max(level, 1e-9))
    edge = min(samples // 2, SAMPLE_RATE // 4 if bed else 96)
    out = edge if bed else min(samples // 2, max(960, samples // 10))
    return rounded(faded(sound, edge, 480 if name == "riser" else out), -6.0, -3.0)


def _looped(bed: Samples, samples: int) -> Samples:
    """`bed` repeated up to `samples`, each time melting into its own beginning over two seconds."""
    if len(bed) >= samples:
        return bed
    overlap = min(2 * SAMPLE_RATE, len(bed) // 3)
    angle = (np.arange(overlap, dtype=np.float32) + 0.5) / overlap * np.float32(np.pi / 2)
    body, out = bed.copy(), np.zeros((samples, 2), np.float32)
    body[-overlap:] *= np.cos(angle)[:, None]
    later = body.copy()
    later[:overlap] *= np.sin(angle)[:, None]
    for start in range(0, samples, len(bed) - overlap):
        add_at(out, later if start else body, start)
    return out


def _noise(count: int, chance: _Random, tilt: float = 0.0) -> Samples:
    """Stereo noise whose spectrum falls by `tilt` x 6 dB an octave (0 white, 0.5 pink, 1 brown), sides independent."""
    size = 1 << max(1, count - 1).bit_length()
    bins = np.fft.rfftfreq(size, 1.0 / SAMPLE_RATE)
    colour = np.maximum(bins, 20.0) ** -tilt
    colour[0] = 0.0
    sides = [np.fft.irfft(np.fft.rfft(chance.standard_normal(size)) * colour, size)[:count] for _ in range(2)]
    noise = np.stack(sides, axis=1)
    return np.asarray(noise / max(1e-12, float(noise.std())) * 0.2, np.float32)


def _swept(count: int, chance: _Random, start: float, end: float, bands: int = 10) -> Samples:
    """Noise whose bright band travels from `start` to `end` hertz: fixed bands faded past each other."""
    noise = _noise(count, chance)
    centres = np.geomspace(min(start, end), max(start, end), bands)
    where = np.interp(np.linspace(0, 1, count), (0, 1), (np.log(start), np.log(end)))
    width = np.log(centres[1] / centres[0]) if bands > 1 else 1.0
    out = np.zeros_like(noise)
    for centre in centres:
        weight = np.clip(1.0 - np.abs(where - np.log(centre)) / width, 0, 1).astype(np.float32)
        out += bandpass(noise, float(centre), 1.2) * weight[:, None]
    return out


def _smooth(count: int, chance: _Random, hertz: float, low: float = 0.0, high: float = 1.0) -> NDArray[np.float32]:
    """A slow random curve between `low` and `high` that changes about `hertz` times a second."""
    knots = max(4, round(count / SAMPLE_RATE * hertz) + 3)
    values = chance.uniform(low, high, knots)
    place = np.linspace(0, knots - 1.001, count)
    index = place.astype(int)
    part = place - index
    part = part * part * (3 - 2 * part)
    return np.asarray(values[index] * (1 - part) + values[np.minimum(index + 1, knots - 1)] * part, np.float32)


def _moving(sound: Samples, pan: NDArray[np.float32]) -> Samples:
    """Stereo sound carried along `pan` (-1..1 for each sample)."""
    angle = (pan + 1.0) * np.float32(np.pi / 4.0)
    return np.asarray(sound * np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.float32(1.414), np.float32)


def _whoosh(count: int, chance: _Random) -> Samples:
    length = min(count, round(1.1 * SAMPLE_RATE))
    place = np.linspace(0, 1, length, dtype=np.float32)
    peak = 0.55
    shape = np.where(place < peak, (place / peak) ** 2.2, ((1 - place) / (1 - peak)) ** 1.6).astype(np.float32)
    up = _swept(length, chance, 350, 4200)
    down = _swept(length, chance, 4200, 500)
    way = 1.0 if chance.random() < 0.5 else -1.0
    body = up * (1 - place[:, None]) + down * place[:, None] + 0.4 * lowpass(_noise(length, chance), 300)
    return _moving(body * shape[:, None], np.asarray(way * (2 * place - 1) * 0.8, np.float32))


def _riser(count: int, chance: _Random) -> Samples:
    place = np.linspace(0, 1, count, dtype=np.float32)
    noise = _swept(count, chance, 300, 7500, 12) * (place**2.2)[:, None]
    root = 55.0 * 2.0 ** (int(chance.integers(0, 12)) / 12.0)
    pitch = root * 2.0 ** (2.0 * place.astype(np.float64) ** 1.6)
    tone = np.zeros((count, 2))
    for side, cents in ((0, -6.0), (1, 6.0)):
        phase = 2 * np.pi * np.cumsum(pitch * 2 ** (cents / 1200)) / SAMPLE_RATE
        tone[:, side] = sum(np.sin(k * phase) / k for k in range(1, 7))
    flutter = 1.0 - 0.5 * place * (0.5 - 0.5 * np.cos(2 * np.pi * np.cumsum(4 + 14 * place) / SAMPLE_RATE))
    return np.asarray(noise + 0.05 * tone * (place**1.7 * flutter)[:, None], np.float32)


def _impact(count: int, chance: _Random) -> Samples:
    length = min(count, round(3.2 * SAMPLE_RATE))
    out = np.zeros((length, 2), np.float32)
    for side in (0, 1):
        channel = np.zeros(length, np.float32)
        add_at(channel, drum("boom"), 0, 1.0)
        add_at(channel, drum("taiko"), round(float(chance.uniform(0, 0.004)) * SAMPLE_RATE), 0.7)
        out[:, side] = channel
    crack = _noise(length, chance, 0.3) * np.exp(-np.arange(length) / (0.05 * SAMPLE_RATE)).astype(np.float32)[:, None]
    out += 0.7 * lowpass(crack, 5000)
    return out + 0.5 * reverb(out, 2.4, 0.4, 3)


def _click(count: int, chance: _Random) -> Samples:
    length = min(count, round(0.12 * SAMPLE_RATE))
    time = np.arange(length) / SAMPLE_RATE
    pitch = float(chance.uniform(1500, 2300))
    tone = np.sin(2 * np.pi * pitch * time) * np.exp(-time / 0.008) + 0.5 * np.sin(2 * np.pi * 420 * time) * np.exp(
        -time / 0.014
    )
    tone *= np.minimum(1.0, time / 0.0008)
    return np.repeat(tone.astype(np.float32)[:, None], 2, axis=1)


def _shimmer(count: int, chance: _Random) -> Samples:
    length = min(count, round(2.6 * SAMPLE_RATE))
    out = np.zeros((length, 2), np.float32)
    root = 84 + int(chance.integers(0, 5))
    scale = (0, 2, 4, 7, 9, 12, 14, 16, 19, 21, 24)
    for number in range(11):
        start = round((0.05 * number + float(chance.uniform(0, 0.02))) * SAMPLE_RATE)
        note = plucked("bell", root + scale[number])
        pan = float(chance.uniform(-0.8, 0.8))
        add_at(out[:, 0], note, start, (0.5 - 0.02 * number) * (1 - pan) / 2)
        add_at(out[:, 1], note, start, (0.5 - 0.02 * number) * (1 + pan) / 2)
    return out + 0.7 * reverb(out, 2.2, 0.9, 2)


def _footsteps(count: int, chance: _Random) -> Samples:
    out = np.zeros((count, 2), np.float32)
    gap = float(chance.uniform(0.50, 0.60)) * SAMPLE_RATE
    at, number = 0.02 * SAMPLE_RATE, 0
    while at < count:
        force = float(chance.uniform(0.75, 1.0))
        for part, (delay, low, life, level) in enumerate(((0.0, 180.0, 0.030, 1.0), (0.075, 900.0, 0.022, 0.35))):
            length = round(0.2 * SAMPLE_RATE)
            burst = (
                _noise(length, chance, 0.6 - 0.3 * part)
                * np.exp(-np.arange(length) / (life * SAMPLE_RATE)).astype(np.float32)[:, None]
            )
            burst = bandpass(burst, low * float(chance.uniform(0.9, 1.1)), 0.7)
            burst[:48] *= np.linspace(0, 1, 48, dtype=np.float32)[:, None]
            burst = burst.mean(axis=1, keepdims=True) * np.array([1.0, 0.9] if number % 2 else [0.9, 1.0], np.float32)
            add_at(out, np.asarray(burst, np.float32), round(at + delay * SAMPLE_RATE), force * level)
        at += gap * float(chance.uniform(0.96, 1.04))
        number += 1
    return out + 0.25 * reverb(out, 0.6, 0.4, 1)


def _rain(count: int, chance: _Random) -> Samples:
    wash = highpass(_noise(count, chance, 0.25), 900) * _smooth(count, chance, 0.4, 0.75, 1.0)[:, None]
    low = lowpass(_noise(count, chance, 0.5), 500) * np.float32(0.12)
    drops = np.zeros((count, 2), np.float32)
    for _ in range(round(count / SAMPLE_RATE * 55)):
        length = int(chance.integers(150, 700))
        time = np.arange(length) / SAMPLE_RATE
        pitch = float(chance.uniform(1800, 6500))
        drop = np.sin(2 * np.pi * pitch * time * (1 + 6 * time)) * np.exp(-time * 700) * np.minimum(1, time / 0.0004)
        pan = float(chance.uniform(0, 1))
        sides = np.array([1 - pan, pan]) * float(chance.uniform(0.05, 0.35))
        add_at(drops, np.asarray(drop[:, None] * sides, np.float32), int(chance.integers(0, count)))
    return np.asarray(wash * np.float32(0.6) + low + drops, np.float32)


def _wind(count: int, chance: _Random) -> Samples:
    noise = _noise(count, chance, 0.5)
    out = np.zeros_like(noise)
    gusts = _smooth(count, chance, 0.35)
    for number, centre in enumerate((180.0, 320.0, 560.0, 950.0)):
        strength = np.clip(gusts * 1.6 - 0.28 * number, 0.02, None) * _smooth(count, chance, 0.7, 0.6, 1.0)
        out += bandpass(noise, centre, 2.2) * strength[:, None]
    return _moving(out, _smooth(count, chance, 0.15, -0.5, 0.5))


def _city(count: int, chance: _Random) -> Samples:
    out = lowpass(_noise(count, chance, 0.9), 400) * _smooth(count, chance, 0.3, 0.7, 1.0)[:, None]
    out += 0.12 * bandpass(_noise(count, chance, 0.4), 1100, 0.6)
    for _ in range(max(1, round(count / SAMPLE_RATE / 4.5))):
        length = round(float(chance.uniform(2.5, 5.0)) * SAMPLE_RATE)
        place = np.linspace(-1, 1, length, dtype=np.float32)
        car = (
            bandpass(_noise(length, chance, 0.6), float(chance.uniform(350, 800)), 0.8)
            * np.exp(-((place * 2.4) ** 2))[:, None]
        )
        way = 1.0 if chance.random() < 0.5 else -1.0
        add_at(
            out, _moving(car, np.asarray(way * place * 0.9, np.float32)), int(chance.integers(-length // 2, count)), 0.7
        )
    return out


def _room(count: int, chance: _Random) -> Samples:
    hum = np.arange(count) / SAMPLE_RATE
    tone = sum(
        np.sin(2 * np.pi * hertz * hum + chance.uniform(0, 6)) * level
        for hertz, level in ((50, 0.02), (100, 0.012), (150, 0.005))
    )
    return lowpass(_noise(count, chance, 0.8), 700) + np.asarray(tone, np.float32)[:, None]


def _sea(count: int, chance: _Random) -> Samples:
    out = np.float32(0.18) * lowpass(_noise(count, chance, 0.7), 400)
    at = -2.0 * SAMPLE_RATE
    while at < count:
        length = round(float(chance.uniform(5.5, 8.0)) * SAMPLE_RATE)
        place = np.linspace(0, 1, length, dtype=np.float32)
        shape = np.where(place < 0.35, (place / 0.35) ** 2, ((1 - place) / 0.65) ** 1.5).astype(np.float32)
        surf = lowpass(_noise(length, chance, 0.4), 1300) * shape[:, None]
        foam = highpass(_noise(length, chance), 2500) * (shape * np.clip((place - 0.2) * 2, 0, 1))[:, None]
        add_at(out, _moving(surf + 0.25 * foam, _smooth(length, chance, 0.3, -0.4, 0.4)), round(at))
        at += length * float(chance.uniform(0.55, 0.8))
    return out


def _birds(count: int, chance: _Random) -> Samples:
    out = np.zeros((count, 2), np.float32)
    singers = [
        (float(chance.uniform(2300, 5200)), float(chance.uniform(-0.8, 0.8)), float(chance.uniform(0.3, 1.0)))
        for _ in range(4)
    ]
    for pitch, pan, level in singers:
        at = float(chance.uniform(0.1, 2.0)) * SAMPLE_RATE
        while at < count:
            for _ in range(int(chance.integers(2, 6))):
                length = round(float(chance.uniform(0.05, 0.16)) * SAMPLE_RATE)
                place = np.linspace(0, 1, length)
                bend = float(chance.uniform(-0.35, 0.45))
                sweep = pitch * (1 + bend * place + 0.06 * np.sin(2 * np.pi * float(chance.uniform(1, 5)) * place))
                chirp = np.sin(2 * np.pi * np.cumsum(sweep) / SAMPLE_RATE) * np.sin(np.pi * place) ** 1.4
                add_at(
                    out, np.asarray(chirp[:, None] * np.array([1 - pan, 1 + pan]) * 0.12 * level, np.float32), round(at)
                )
                at += length + float(chance.uniform(0.03, 0.12)) * SAMPLE_RATE
            at += float(chance.uniform(0.8, 3.2)) * SAMPLE_RATE
    out += highpass(_noise(count, chance, 0.6), 300) * np.float32(0.10) + 0.5 * reverb(out, 1.6, 0.6, 4)
    return out


def _murmur(count: int, chance: _Random) -> Samples:
    out = np.zeros((count, 2), np.float32)
    for _ in range(14):
        base = float(chance.uniform(95, 230))
        pitch = base * 2.0 ** (_smooth(count, chance, 2.5, -0.25, 0.25).astype(np.float64))
        phase = np.cumsum(pitch) / SAMPLE_RATE
        cycle = wave(90, 8)
        buzz = cycle[(phase * len(cycle)).astype(np.int64) % len(cycle)]
        talk = np.clip(_smooth(count, chance, 4.5) - 0.3, 0, 1) * np.clip(_smooth(count, chance, 0.35) * 2 - 0.5, 0, 1)
        pan = float(chance.uniform(-0.9, 0.9))
        out += (buzz * talk)[:, None] * np.array([1 - pan, 1 + pan], np.float32)
    formed: Samples = bandpass(out, 520, 1.0) + 0.5 * bandpass(out, 1500, 1.2)
    formed += 0.9 * reverb(formed, 1.3, 0.4, 5) + 0.6 * bandpass(_noise(count, chance, 0.5), 700, 0.5)
    return formed


def _fire(count: int, chance: _Random) -> Samples:
    roar = lowpass(_noise(count, chance, 0.8), 450) * _smooth(count, chance, 3.0, 0.55, 1.0)[:, None]
    crackle = np.zeros((count, 2), np.float32)
    for _ in range(round(count / SAMPLE_RATE * 26)):
        length = int(chance.integers(60, 900))
        burst = (
            chance.standard_normal(length)
            * np.exp(-np.arange(length) / (length / 6))
            * float(chance.uniform(0.1, 1.0)) ** 3
        )
        pan = float(chance.uniform(0, 1))
        add_at(
            crackle, np.asarray(burst[:, None] * np.array([1 - pan, pan]), np.float32), int(chance.integers(0, count))
        )
    return roar + np.float32(0.7) * highpass(crackle, 900)


_HITS: dict[str, _Maker] = {
    "whoosh": _whoosh, "riser": _riser, "impact": _impact, "click": _click, "shimmer": _shimmer, "footsteps": _footsteps,
}  # fmt: skip
_BEDS: dict[str, _Maker] = {
    "rain": _rain, "wind": _wind, "city": _city, "room": _room, "sea": _sea, "birds": _birds,
    "crowd-murmur": _murmur, "fire": _fire,
}  # fmt: skip

AMBIENCES: tuple[str, ...] = tuple(_BEDS)
"""Names of the effects that are beds: even, endless, made to lie under a scene."""

EFFECTS: tuple[str, ...] = (*_HITS, *_BEDS)
"""Every name `effect` knows."""
