"""The mix: every cue of a film on one stereo bus, with music and ambience ducked under the voice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from callsheet.errors import InputError

from .bus import SAMPLE_RATE, Samples, add_at, faded, gain, silence, stereo
from .filters import highpass

CueKind = Literal["voice", "music", "effect", "ambience"]
"""What a cue is; it decides its level, what ducks, and what it ducks under."""

NOMINAL_DB: dict[str, float] = {"voice": 0.0, "music": -3.0, "effect": -8.0, "ambience": -12.0}
"""The gain each kind gets before its own `gain_db`: voices and scores arrive levelled, so this is the balance."""

DUCK_DB: dict[str, float] = {"music": -10.0, "ambience": -5.0, "effect": -3.0}
"""How far each kind steps back while somebody speaks."""

_STEP = SAMPLE_RATE // 100
_AHEAD, _FALL, _HOLD, _RISE = 0.12, 0.22, 0.35, 0.80


@dataclass(frozen=True, eq=False)
class Cue:
    """A sound at a place on the bus. All times are in samples.

    `sound` is mono or stereo float32 at 48 kHz; at most `samples` of it are used (all of it when None). `pan` runs from
    -1 (left) to 1 (right); voices stay in the centre. Fades are raised cosines.
    """

    kind: CueKind
    sound: Samples
    start: int
    samples: int | None = None
    gain_db: float = 0.0
    pan: float = 0.0
    fade_in: int = 0
    fade_out: int = 0

    def __post_init__(self) -> None:
        if self.kind not in NOMINAL_DB:
            raise InputError(f"no such kind of cue: {self.kind!r}", remedy=f"Use one of {', '.join(NOMINAL_DB)}.")
        if self.sound.ndim > 2 or (self.sound.ndim == 2 and self.sound.shape[1] != 2):
            raise InputError(f"a cue must be mono or stereo, not of shape {self.sound.shape}")
        if not np.isfinite(self.sound).all():
            raise InputError("a cue holds samples that are not numbers", remedy="Decode or synthesise it again.")


def mix(cues: Iterable[Cue], total_samples: int) -> Samples:
    """One continuous stereo bus ``[total_samples, 2]`` holding every cue; what lies outside it is dropped.

    Music, ambience and effects step back under voice: the step starts before the first word (look-ahead), holds through
    short pauses and returns slowly. Levels are not limited here; `loudness.master` does that.
    """
    buses: dict[str, Samples] = {}
    for cue in cues:
        sound = cue.sound if cue.samples is None else cue.sound[: max(0, cue.samples)]
        if not len(sound):
            continue
        if cue.fade_in or cue.fade_out:
            sound = faded(sound, cue.fade_in, cue.fade_out)
        placed = stereo(sound, 0.0 if cue.kind == "voice" else cue.pan)
        if cue.kind not in buses:
            buses[cue.kind] = silence(total_samples)
        add_at(buses[cue.kind], placed, cue.start, gain(cue.gain_db + NOMINAL_DB[cue.kind]))
    if "voice" in buses:
        buses["voice"] = highpass(buses["voice"], 75.0)
        presence = speaking(buses["voice"])
        where, at = np.arange(total_samples), (np.arange(len(presence)) + 0.5) * _STEP
        amount = np.interp(where, at, presence).astype(np.float32)[:, None]
        for kind, depth in DUCK_DB.items():
            if kind in buses:
                buses[kind] *= np.exp(amount * np.float32(depth * np.log(10.0) / 20.0))
    out = silence(total_samples)
    for kind in NOMINAL_DB:
        if kind in buses:
            out += buses[kind]
    return out


def speaking(voice: Samples) -> NDArray[np.float64]:
    """How much somebody speaks, 0..1, every 10 ms of a voice bus: early by the look-ahead, late by hold and release."""
    channels = voice[:, None] if voice.ndim == 1 else voice
    count = -(-len(channels) // _STEP)
    if not count:
        return np.zeros(1)
    padded = np.zeros((count * _STEP, channels.shape[1]), np.float32)
    padded[: len(channels)] = channels
    level = np.sqrt(np.square(padded).reshape(count, -1).mean(axis=1, dtype=np.float64))
    active = (level > max(gain(-50.0), float(level.max()) * gain(-34.0))).astype(np.float64)
    place, hertz = np.arange(count), SAMPLE_RATE / _STEP
    ahead, hold = round(_AHEAD * hertz), round(_HOLD * hertz)
    # Linear ramps by running maxima: exact, and without a loop over time.
    on = np.maximum.accumulate(np.where(active > 0, place, -(10**9)))
    since = np.maximum(0, place - on - hold)
    coming = np.minimum.accumulate(np.where(active > 0, place, 10**9)[::-1])[::-1]
    until = np.maximum(0, coming - place - ahead)
    amount = np.maximum(1.0 - since / (_RISE * hertz), 1.0 - until / (_FALL * hertz)).clip(0.0, 1.0)
    return np.asarray(amount * amount * (3.0 - 2.0 * amount), np.float64)
