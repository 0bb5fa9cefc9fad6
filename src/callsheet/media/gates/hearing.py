"""Sound that was ordered with the picture: there, long enough, not silent, not clipped, of usable loudness."""

from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray
from scipy.signal import sosfilt

from callsheet.errors import MediaError
from callsheet.media.gates.finding import Finding, Wanted
from callsheet.media.gates.runs import Marks, longest, runs
from callsheet.media.probe import Media, open_media
from callsheet.media.sound.bus import SAMPLE_RATE, Samples
from callsheet.media.sound.loudness import HOP, integrated

CEILING = 0.989
"""-0.1 dBFS: what lies above has met the top of the scale; mastered sound stays a decibel below."""
CLIPPED_RANK, CLIPPED_REJECT = 0.0005, 0.005
"""Share of samples at the ceiling. Peak-normalised sound has single ones (below 0.0001); half a hundredth is heard as distortion."""
SILENT = 1e-7
"""K-weighted energy of 100 ms that is silence: -70 LUFS, the gate of BS.1770."""
GAP_RANK_SECONDS = 1.5
"""A pause in speech is shorter; a room or a street has none at all."""
GAP_REJECT_SHARE = 0.8
"""So much of the clip silent is a track without its sound."""
QUIET, LOUD = -45.0, -6.0
"""LUFS between which the mix can bring it to its place without lifting noise or meeting distortion."""
SHORT_SECONDS = 0.5
"""Encoders pad or trim by a few hundredths; half a second missing is heard."""


def sound(path: Path, media: Media, wanted: Wanted) -> Finding:
    """Listen to the clip, where sound was ordered."""
    if not wanted.sound:
        return Finding("sound", "not checked", None, "no sound was ordered")
    if not media.has_audio:
        return Finding("sound", "reject", 0.0, "there is no sound")
    try:
        heard = listen(path)
    except MediaError as error:
        return Finding("sound", "reject", 0.0, f"the sound cannot be decoded: {error.what}")
    return judged(heard, wanted, media)


def judged(heard: Samples, wanted: Wanted, media: Media) -> Finding:
    """Judge decoded sound, [n, 2] at 48 kHz, against what was ordered."""
    rejected: list[str] = []
    ranked: list[str] = []
    score = 1.0
    short = float(wanted.frames / wanted.rate) - len(heard) / SAMPLE_RATE
    if short > SHORT_SECONDS:
        rejected.append(f"the sound ends {short:.1f} s early")
    energies = _energies(heard)
    loudness = integrated(energies)
    still = energies < SILENT
    if loudness is None or (len(still) and still.mean() >= GAP_REJECT_SHARE):
        return Finding("sound", "reject", 0.0, "; ".join(["the sound is silent", *rejected]))
    gap = longest(list(runs(still))) * HOP / SAMPLE_RATE
    if gap >= GAP_RANK_SECONDS:
        ranked.append(f"{gap:.1f} s of silence")
        score *= 1.0 - float(still.mean())
    clipped = float((np.abs(heard) >= CEILING).mean())
    if clipped >= CLIPPED_RANK:
        (rejected if clipped >= CLIPPED_REJECT else ranked).append(f"{clipped:.2%} of the sound is clipped")
        score *= max(0.0, 1.0 - clipped / (2 * CLIPPED_REJECT))
    if not QUIET <= loudness <= LOUD:
        ranked.append(f"{loudness:.0f} LUFS")
        score *= 0.8
    if rejected:
        return Finding("sound", "reject", round(score * 0.5, 4), "; ".join(rejected + ranked), _frames_of(still, media))
    if ranked:
        return Finding("sound", "rank", round(score, 4), "; ".join(ranked), _frames_of(still, media))
    return Finding("sound", "ok", 1.0, f"{loudness:.0f} LUFS, no gaps")


def listen(path: Path) -> Samples:
    """The clip's first sound track, [n, 2] float32 at 48 kHz. Raises MediaError when it cannot be decoded."""
    resampler = AudioResampler(format="flt", layout="stereo", rate=SAMPLE_RATE)
    parts: list[Samples] = []
    with open_media(path) as container:
        for frame in container.decode(container.streams.audio[0]):
            parts += [_samples(part) for part in resampler.resample(frame)]
        parts += [_samples(part) for part in resampler.resample(None)]
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)


_K_WEIGHTING = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
"""ITU-R BS.1770-4, tables 1 and 2, at 48 kHz. Run over the samples, a fifth of the cost of the exact spectrum that mastering uses."""


def _energies(heard: Samples) -> NDArray[np.float64]:
    """K-weighted energy of each whole 100 ms, summed over channels."""
    count = len(heard) // HOP
    weighted = np.asarray(sosfilt(_K_WEIGHTING, heard[: count * HOP], axis=0), np.float64)
    return np.asarray(np.square(weighted).reshape(count, -1).sum(axis=1) / HOP, np.float64)


def _samples(frame: AudioFrame) -> Samples:
    return np.asarray(frame.to_ndarray(), np.float32).reshape(-1, 2)


def _frames_of(still: Marks, media: Media) -> tuple[int, ...]:
    """Where gaps of a second and more begin, in frames of the picture."""
    return tuple(round(start * HOP * media.rate / SAMPLE_RATE) for start, end in runs(still) if end - start >= 10)[:4]
