"""The built-in English voice: hibari, a small neural model inside its wheel, with exact word times and many speakers."""

from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .bus import Samples, seeded
from .onnxtap import session
from .spoken import english
from .stretch import doubled
from .timing import Word, aligned, written_words
from .voice import Speaker, Speech, Voice, in_sentences, trimmed

if TYPE_CHECKING:
    import hibari

_VOICE_BINS = 100
_PHONEME_ENDS = "/CumSum_output_0"
_SILENT = frozenset(' .,;:!?…—–-"“”()ˈˌ')


@lru_cache(maxsize=1)
def english_voice() -> Voice | None:
    """The voice, loaded once; None where the hibari package is not installed."""
    return HibariVoice() if find_spec("hibari") else None


class HibariVoice:
    """American English. One recorded person; `Speaker.pitch` and `Speaker.timbre` make her other people.

    Pitch moves the source and timbre the formants, separately, inside the synthesis: no chipmunks. The model runs on
    one thread and loads on the first line spoken.
    """

    name = "hibari-heart"
    kind: Literal["speech"] = "speech"

    def __init__(self) -> None:
        from importlib.metadata import version

        self.version = f"{version('hibari-tts')}+1"

    def speaks(self, language: str) -> bool:
        """English of any country."""
        return language.lower().split("-")[0] == "en"

    def speak(self, text: str, language: str, speaker: Speaker) -> Speech:
        """Say `text`, sentence by sentence, with the word times the model itself planned."""
        return in_sentences(text, speaker, self._sentence, exact=True)

    def _sentence(self, sentence: str, speaker: Speaker) -> tuple[Samples, list[Word]]:
        model = load_model()
        phonemes = " ".join(model.phonemize(english(sentence)))
        sounding = [char for char in phonemes if char in model.vocab]
        if not any(char.isalpha() for char in sounding):
            return np.zeros(0, np.float32), []
        ids = np.asarray([[0, *(model.vocab[char] for char in sounding), 0]], np.int64)
        pace = np.asarray([min(2.0, max(0.5, speaker.pace))], np.float32)
        *layers, ends = model.sess.run(None, {"ids": ids, "speed": pace})
        samples = _voiced([layer[0] for layer in layers], speaker, sentence)
        frame = 2.0 * len(samples) / max(1, int(ends[-1]))
        samples, cut = trimmed(doubled(samples))
        pieces = written_words(sentence)
        edges = _word_edges(model, pieces, sounding)
        last = len(samples)
        words = []
        for piece, (first, final) in zip(pieces, edges, strict=True):
            start = min(last, max(0, round(int(ends[first]) * frame) - cut))
            words.append(Word(piece, start, min(last, max(start, round(int(ends[final]) * frame) - cut))))
        return samples, words


@lru_cache(maxsize=1)
def load_model() -> "hibari.Hibari":
    """The model with its phoneme end times as a seventh output."""
    from hibari import Hibari
    from hibari.voices import voice_path

    model = Hibari(threads=1)
    with open(voice_path("heart"), "rb") as file:
        model.sess = session(file.read(), _PHONEME_ENDS, threads=1)
    return model


def _voiced(layers: list[NDArray[np.float32]], speaker: Speaker, sentence: str) -> Samples:
    """The model's spectral layers as sound at 24 kHz, in the speaker's pitch and throat."""
    from hibari import dsp

    harmonic, turn, noise, free, phase, f0 = layers
    if speaker.timbre:
        bins = np.arange(len(harmonic)) * 2.0 ** (-speaker.timbre / 12.0)
        low = np.minimum(bins.astype(int), len(harmonic) - 2)
        part = np.minimum(bins - low, 1.0)[:, None].astype(np.float32)
        harmonic, noise, free = (layer[low] * (1 - part) + layer[low + 1] * part for layer in (harmonic, noise, free))
    if speaker.pitch:
        # The free branch still hums at the old pitch wherever the voice sounds; consonants live above and between.
        free = free.copy()
        free[:_VOICE_BINS] -= np.where(f0 > 40.0, min(1.4, 0.35 * abs(speaker.pitch)), 0.0).astype(np.float32)
        f0 = f0 * np.float32(2.0 ** (speaker.pitch / 12.0))
    out = dsp.synth(harmonic, turn, noise, free, phase, f0, seeded("hibari", sentence))
    return np.asarray(out, np.float32)


def _word_edges(model: Any, pieces: list[str], sounding: list[str]) -> list[tuple[int, int]]:
    """For each written word, the index of its first phoneme and one past its last among `sounding`.

    Words are phonemised alone, and that string is aligned with the sentence's: figures become several spoken words, and
    the sentence changes vowels, so counting spaces would not do.
    """
    alone: list[str] = []
    firsts: list[int] = []
    for piece in pieces:
        firsts.append(len(alone))
        alone += [
            char for char in "".join(model.phonemize(english(piece))) if char not in _SILENT and char in model.vocab
        ]
    firsts.append(len(alone))
    heard = [index for index, char in enumerate(sounding) if char not in _SILENT]
    said = [sounding[index] for index in heard]
    places = aligned(alone, said, firsts)
    # A word starts where the sentence's phonemes do after a space, if one is near.
    starts = [i for i, index in enumerate(heard) if i == 0 or any(c == " " for c in sounding[heard[i - 1] : index])]
    edges: list[int] = []
    for place in places[:-1]:
        nearest = min(starts, key=lambda start: abs(start - place))
        edges.append(nearest if abs(nearest - place) <= 2.5 else round(float(place)))
    edges = np.maximum.accumulate(np.minimum(edges, len(said) - 1)).tolist()
    out: list[tuple[int, int]] = []
    for number, edge in enumerate(edges):
        after = edges[number + 1] if number + 1 < len(edges) else len(said)
        out.append((heard[edge], heard[max(edge, after - 1)] + 1 if after > edge else heard[edge]))
    return out
