"""Who speaks: the voice protocol, speakers, speech with word times, fitting a line into its slot, finding voices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Literal, Protocol

import numpy as np

from callsheet.errors import InputError

from .bus import SAMPLE_RATE, Samples, gain, rounded
from .loudness import measure
from .stretch import stretched
from .timing import Word, sentences

VOICE_LUFS = -18.0
"""Every voice delivers its speech at this loudness, peaks at most -2 dBFS."""

MOST_COMPRESSION = 1.25
"""How much faster `fit` may play a line; beyond that speech stops being pleasant."""


BREATH = round(0.28 * SAMPLE_RATE)
"""Samples of silence between two sentences at pace 1."""


@dataclass(frozen=True)
class Speaker:
    """One person's way of speaking on a shared voice, so that a cast sounds like different people.

    `voice` is an id the voice may know (else ignored), `pitch` in semitones, `timbre` the size of the speaker in
    semitones of formant shift (negative is a larger throat), `pace` a ratio (1.1 is ten per cent faster).
    """

    voice: str = ""
    pitch: float = 0.0
    timbre: float = 0.0
    pace: float = 1.0

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("pitch", self.pitch, -24.0, 24.0),
            ("timbre", self.timbre, -12.0, 12.0),
            ("pace", self.pace, 0.5, 2.0),
        ):
            if not low <= value <= high:
                raise InputError(f"a speaker's {name} is {value:g}", remedy=f"Choose between {low:g} and {high:g}.")


@dataclass(frozen=True, eq=False)
class Speech:
    """Mono float32 speech at 48 kHz, and when each word of the text is spoken.

    For scripts written without spaces each character is a word, with its punctuation. `exact` says whether the times
    come from the synthesis or are estimated in proportion. `overflow` is how many samples do not fit the slot asked
    for in `fit` (0 when it fits).
    """

    samples: Samples
    words: tuple[Word, ...]
    exact: bool = False
    overflow: int = 0


class Voice(Protocol):
    """Something that speaks. Same text, language and speaker give the same samples, always."""

    @property
    def name(self) -> str:
        """Which voice this is; part of cache keys."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same line would sound different; part of cache keys."""
        ...

    @property
    def kind(self) -> Literal["speech", "scratch"]:
        """``speech`` when words can be understood, ``scratch`` when it only holds the place of a voice."""
        ...

    def speaks(self, language: str) -> bool:
        """Whether this voice is made for `language` (a BCP 47 tag such as ``en`` or ``zh-CN``)."""
        ...

    def speak(self, text: str, language: str, speaker: Speaker) -> Speech:
        """Say `text`. Text without anything to say gives empty speech."""
        ...


@lru_cache(maxsize=64)
def voice_for(language: str) -> Voice:
    """The best installed voice for `language`: entry points of group ``callsheet.voices`` first, then the built-in ones.

    Always answers: where no installed voice speaks the language it is the scratch voice (``kind == "scratch"``), which
    gives timing and melody but no words. Cache keys want `name` and `version`.
    """
    for make in _makers():
        voice = make()
        if voice is not None and voice.speaks(language):
            return voice
    from .scratch import ScratchVoice

    return ScratchVoice()


def _makers() -> list[Callable[[], Voice | None]]:
    """Voice factories in order of preference; a factory answers None when its parts are not installed."""

    def english() -> Voice | None:
        from .english import english_voice

        return english_voice()

    def mandarin() -> Voice | None:
        from .mandarin import mandarin_voice

        return mandarin_voice()

    plugged = sorted(entry_points(group="callsheet.voices"), key=lambda point: point.name)
    return [*(_loader(point.load) for point in plugged), english, mandarin]


def _loader(load: Callable[[], Callable[[], Voice | None]]) -> Callable[[], Voice | None]:
    return lambda: load()()


def fit(speech: Speech, max_samples: int) -> Speech:
    """`speech` in at most `max_samples`: played up to 1.25 times faster at the same pitch, word times moved with it.

    What still does not fit is kept (nothing is cut) and counted in `overflow`.
    """
    length = len(speech.samples)
    if length <= max_samples:
        return replace(speech, overflow=0)
    target = max(max_samples, -(-length * 100 // round(MOST_COMPRESSION * 100)))
    words = tuple(Word(w.text, w.start * target // length, w.end * target // length) for w in speech.words)
    samples = stretched(speech.samples, target)
    return replace(speech, samples=samples, words=words, overflow=max(0, target - max_samples))


def in_sentences(
    text: str,
    speaker: Speaker,
    say: Callable[[str, Speaker], tuple[Samples, list[Word]]],
    exact: bool,
    lufs: float = VOICE_LUFS,
) -> Speech:
    """`text` said sentence by sentence with `say`, a breath between them, brought to one level."""
    parts: list[Samples] = []
    words: list[Word] = []
    at = 0
    for sentence in sentences(text):
        samples, timed = say(sentence, speaker)
        if not len(samples):
            continue
        if parts:
            breath = round(BREATH / speaker.pace)
            parts.append(np.zeros(breath, np.float32))
            at += breath
        parts.append(samples)
        words += [Word(word.text, word.start + at, word.end + at) for word in timed]
        at += len(samples)
    if not parts:
        return Speech(np.zeros(0, np.float32), (), exact)
    return Speech(levelled(np.concatenate(parts), lufs), tuple(words), exact)


def levelled(samples: Samples, lufs: float = VOICE_LUFS) -> Samples:
    """Mono speech brought to `lufs` (as heard on a stereo bus), its peaks rounded off below -2 dBFS."""
    loudness = measure(samples).integrated
    if loudness is None:
        return samples
    # A bus plays a mono voice on both sides, which adds 3 dB.
    return rounded(samples * np.float32(gain(lufs - 3.01 - loudness)))


def trimmed(samples: Samples, margin: int = SAMPLE_RATE // 50) -> tuple[Samples, int]:
    """Mono speech without the silence around it, and how many samples were taken off its start."""
    hop = SAMPLE_RATE // 200
    count = len(samples) // hop
    if not count:
        return samples, 0
    level = np.sqrt(np.square(samples[: count * hop]).reshape(count, hop).mean(axis=1))
    loud = np.flatnonzero(level > max(float(level.max()) * gain(-42.0), gain(-70.0)))
    if not len(loud):
        return samples[:0], 0
    first = max(0, int(loud[0]) * hop - margin)
    last = min(len(samples), (int(loud[-1]) + 1) * hop + 2 * margin)
    edge = min(hop, (last - first) // 2)
    out = samples[first:last].copy()
    out[:edge] *= np.linspace(0.0, 1.0, edge, dtype=np.float32)
    out[len(out) - edge :] *= np.linspace(1.0, 0.0, edge, dtype=np.float32)
    return out, first


_CAST = (
    Speaker(),
    Speaker(pitch=-7.0, timbre=-2.5, pace=0.98),
    Speaker(pitch=2.5, timbre=1.2, pace=1.05),
    Speaker(pitch=-9.0, timbre=-3.4, pace=0.93),
    Speaker(pitch=-2.5, timbre=-0.9, pace=0.95),
    Speaker(pitch=-5.0, timbre=-1.8, pace=1.06),
    Speaker(pitch=4.0, timbre=2.0, pace=1.02),
    Speaker(pitch=-8.0, timbre=-2.2, pace=1.08),
)


def speakers(names: Sequence[str]) -> dict[str, Speaker]:
    """A different speaker for each of `names`, in the order given (the first, the narrator say, gets the plain voice).

    Past the eight ready-made ones, further people are the same eight at other pitches and paces.
    """
    cast: dict[str, Speaker] = {}
    for name in names:
        if name not in cast:
            rounds, which = divmod(len(cast), len(_CAST))
            base = _CAST[which]
            cast[name] = replace(
                base,
                voice=str(which),
                pitch=base.pitch - 1.2 * (rounds % 10),
                pace=base.pace * (1.0 - 0.01 * (rounds % 30)),
            )
    return cast
