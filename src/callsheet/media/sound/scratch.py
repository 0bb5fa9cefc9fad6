"""The scratch voice: a quiet, wordless guide for languages without a voice. It has the rhythm and melody of the line.

One syllable sounds for each syllable written: a consonant's noise, a vowel's formants, and for Chinese the tone of the
character. Nobody will understand it; it holds the place, the length and the feel of the line until a person or a
real voice speaks it.
"""

import re
import unicodedata
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .bus import SAMPLE_RATE, Samples, seeded
from .spoken import chinese, english
from .timing import Word, aligned, weight, written_words
from .voice import VOICE_LUFS, Speaker, Speech, in_sentences

_BASE_HZ = 172.0
# Formants in hertz of the vowels a syllable moves through.
_VOWELS = {
    "a": (800.0, 1250.0, 2600.0), "e": (500.0, 1750.0, 2500.0), "i": (310.0, 2250.0, 3000.0),
    "o": (480.0, 900.0, 2500.0), "u": (340.0, 750.0, 2400.0), "v": (310.0, 1900.0, 2400.0), "n": (280.0, 1100.0, 2300.0),
}  # fmt: skip
# Start and end of each Mandarin tone, with the turn between, in semitones around the speaker's middle.
_TONES = {
    "1": (4.0, 4.0, 4.0),
    "2": (-1.0, 0.5, 4.0),
    "3": (-1.5, -5.0, -2.5),
    "4": (5.0, 1.5, -4.0),
    "5": (-0.5, -1.0, -1.5),
}
_HISS = {
    "s": 6500.0,
    "x": 5200.0,
    "c": 6500.0,
    "z": 6500.0,
    "sh": 3200.0,
    "ch": 3200.0,
    "zh": 3200.0,
    "f": 4500.0,
    "h": 1500.0,
    "q": 4800.0,
    "j": 4800.0,
}
_BURST = {"b": 500.0, "p": 700.0, "d": 3000.0, "t": 3800.0, "g": 1500.0, "k": 1800.0}


@dataclass(frozen=True)
class _Syllable:
    onset: str
    vowels: str
    tone: tuple[float, float, float]
    seconds: float


class ScratchVoice:
    """Speaks no language and stands in for all of them; `kind` says so."""

    name = "scratch"
    version = "1"
    kind: Literal["scratch"] = "scratch"

    def speaks(self, language: str) -> bool:
        """Any language."""
        return True

    def speak(self, text: str, language: str, speaker: Speaker) -> Speech:
        """The rhythm of `text`, 4 dB quieter than a voice; word times are exact for what is heard."""
        is_chinese = language.lower().split("-")[0] in {"zh", "cmn", "yue"}

        def say(sentence: str, speaker: Speaker) -> tuple[Samples, list[Word]]:
            return _sentence(sentence, is_chinese, speaker)

        return in_sentences(text, speaker, say, exact=True, lufs=VOICE_LUFS - 4.0)


def _sentence(sentence: str, is_chinese: bool, speaker: Speaker) -> tuple[Samples, list[Word]]:
    pieces = written_words(sentence)
    said = chinese(sentence) if is_chinese else english(sentence) if sentence.isascii() else sentence
    spoken = written_words(said)
    chance = seeded("scratch", sentence)
    groups = [_syllables(piece, is_chinese, chance) for piece in spoken]
    total = sum(len(group) for group in groups)
    if not total:
        return np.zeros(0, np.float32), []
    sounds: list[Samples] = []
    edges = [0]
    at = number = 0
    question = said.rstrip("”」』\"'）) ")[-1:] in {"?", "？"}
    for piece, group in zip(spoken, groups, strict=True):
        for syllable in group:
            # A sentence falls; a question rises on its last syllable.
            drift = 1.6 - 3.2 * number / total + (4.0 if question and number == total - 1 else 0.0)
            sound = _uttered(syllable, drift, speaker, chance)
            sounds.append(sound)
            at += len(sound)
            number += 1
        edges.append(at)
        pause = 0.2 if piece[-1:] in ",;:，、；：—…" else 0.02 if not is_chinese and group else 0.0
        gap = round(pause * SAMPLE_RATE / speaker.pace)
        sounds.append(np.zeros(gap, np.float32))
        at += gap
    firsts = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).tolist()
    spoken_firsts = np.concatenate([[0], np.cumsum([len(piece) for piece in spoken])])
    places = aligned("".join(pieces), "".join(spoken), firsts)
    times = np.interp(places, spoken_firsts, edges)
    words = [Word(piece, round(times[i]), round(times[i + 1])) for i, piece in enumerate(pieces)]
    return np.concatenate(sounds), words


def _syllables(piece: str, is_chinese: bool, chance: np.random.Generator) -> list[_Syllable]:
    """The syllables of one word as sounds; none for bare punctuation."""
    letters = "".join(char for char in piece if char.isalnum())
    if not letters:
        return []
    if is_chinese and not letters.isascii() and find_spec("pypinyin"):
        from pypinyin import Style, lazy_pinyin

        out = []
        for reading in lazy_pinyin(letters, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True):
            match = re.fullmatch(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)([a-zü]*)([1-5])", reading)
            if match:
                onset, body, tone = match[1], match[2].replace("ü", "v"), match[3]
                vowels = "".join(c for c in body if c in _VOWELS)
                out.append(_Syllable(onset, vowels or "e", _TONES[tone], 0.15 if tone == "5" else 0.21))
        if out:
            return out
    plain = "".join(c for c in unicodedata.normalize("NFKD", letters.lower()) if "a" <= c <= "z")
    found = re.findall(r"([^aeiouy]*)([aeiouy]+)([nm]?)", plain)
    if not found:
        found = [("", "aeiou"[int(chance.integers(5))], "") for _ in range(max(1, round(weight(letters))))]
    out = []
    for number, (onset, vowels, nasal) in enumerate(found):
        peak = 2.0 if number == 0 else -0.5
        first = "sh" if onset.startswith("sh") else "ch" if onset.startswith("ch") else onset[-1:]
        out.append(
            _Syllable(
                first,
                vowels.replace("y", "i")[:2] + nasal[:1].replace("m", "n"),
                (peak, peak + 0.6, peak - 1.2),
                0.2 if number == 0 else 0.16,
            )
        )
    return out


def _uttered(syllable: _Syllable, drift: float, speaker: Speaker, chance: np.random.Generator) -> Samples:
    """One syllable: consonant noise into a vowel whose harmonics follow the pitch contour and the moving formants."""
    count = round(syllable.seconds * SAMPLE_RATE / speaker.pace * float(chance.uniform(0.93, 1.07)))
    time = np.arange(count) / count
    start, turn, end = syllable.tone
    contour = np.interp(time, (0.0, 0.12, 0.55, 1.0), (start * 0.6, start, turn, end)) + drift
    hertz = _BASE_HZ * 2.0 ** ((contour + speaker.pitch) / 12.0)
    phase = 2.0 * np.pi * np.cumsum(hertz) / SAMPLE_RATE
    stops = [_VOWELS[vowel] for vowel in syllable.vowels]
    throat = 2.0 ** (speaker.timbre / 12.0)
    at = np.linspace(0.15, 0.9, len(stops)) if len(stops) > 1 else np.array([0.5])
    formants = [np.interp(time, at, [stop[k] for stop in stops]) * throat for k in range(3)]
    vowel: NDArray[np.float64] = np.zeros(count)
    for harmonic in range(1, 25):
        place = harmonic * hertz
        level = sum(
            strength / (1.0 + ((place - formant) / width) ** 2)
            for formant, width, strength in zip(formants, (90.0, 130.0, 220.0), (1.0, 0.5, 0.16), strict=True)
        )
        vowel += np.sin(harmonic * phase) * level * (place < 5000.0) / harmonic**0.35
    lead = 0.34 if syllable.onset in _HISS else 0.14 if syllable.onset in _BURST else 0.06
    body = np.clip((time - lead) / 0.12, 0.0, 1.0) * np.clip((1.0 - time) / 0.22, 0.0, 1.0)
    body = body * body * (3.0 - 2.0 * body)
    sound = vowel * body
    centre = _HISS.get(syllable.onset) or _BURST.get(syllable.onset)
    if centre:
        bins = np.fft.rfftfreq(count, 1.0 / SAMPLE_RATE)
        colour = np.exp(-(((bins - centre) / (0.35 * centre)) ** 2))
        noise = np.fft.irfft(np.fft.rfft(chance.standard_normal(count)) * colour, count)
        shape = np.clip(time / 0.08, 0.0, 1.0) * np.clip((lead + 0.06 - time) / 0.1, 0.0, 1.0)
        if syllable.onset in _BURST:
            shape = np.exp(-(((time - lead + 0.03) / 0.035) ** 2))
        sound += noise / max(1e-9, float(np.abs(noise).max())) * shape * 0.16 * float(np.abs(vowel).max())
    edge = np.minimum(1.0, np.minimum(time, 1.0 - time) * count / 96.0)
    return np.asarray(sound * edge, np.float32)
