"""From a cue sheet to an encoded soundtrack: speak the lines, synthesise score and effects, mix, master, encode."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from callsheet.media.check import heard as measured
from callsheet.media.gates.hearing import listen
from callsheet.media.join import encode_audio
from callsheet.media.sound.effects import effect
from callsheet.media.sound.loudness import master
from callsheet.media.sound.mix import Cue, mix
from callsheet.media.sound.music import ScoreSpec, score
from callsheet.media.sound.voice import Speaker, Speech, fit, voice_for

_ENCODES = 5
_MARGIN = 0.05
"""Lossy encoding overshoots by an amount that depends on the sound: what it decodes to is measured, and limited further until it fits."""

_SEAM = 480
"""Samples over which the sound of a take begins and ends, so that a cut does not click."""
_BED_FADE = 24_000
_BED_OVERLAP = 12_000
"""Ambience beds begin before their shot and end after it, so that a cut is not heard as a switch."""


def speak_line(text: str, language: str, speaker: Mapping[str, Any], path: Path) -> tuple[Path, dict[str, Any]]:
    """Speak one line into `path`: mono float32 samples at 48 kHz, with the time of every word."""
    voice = voice_for(language)
    speech = voice.speak(text, language, Speaker(**speaker))
    np.save(path, speech.samples)
    words = [[word.text, word.start, word.end] for word in speech.words]
    return path, {
        "samples": len(speech.samples),
        "words": words,
        "exact": speech.exact,
        "voice": voice.name,
        "kind": voice.kind,
    }


def mixdown(
    sheet: Mapping[str, Any],
    speeches: Mapping[str, Path],
    loudness: float,
    true_peak: float,
    path: Path,
    clips: Mapping[str, Path] = MappingProxyType({}),
) -> tuple[Path, dict[str, Any]]:
    """Make the soundtrack of a cue sheet (see `callsheet.edit.soundtrack.cue_sheet`) as AAC in MP4, mastered to `loudness` LUFS.

    `clips` are the files of takes whose own sound is heard, by their sha256.
    """
    total = int(sheet["samples"])
    bus = mix(_cues(sheet, speeches, clips), total)
    headroom = 0.2
    for _ in range(_ENCODES):
        mastered, _found = master(bus, loudness, true_peak, headroom)
        encode_audio(np.ascontiguousarray(mastered, np.float32), path)
        lufs, peak = measured(path)
        if peak is None or peak <= true_peak - _MARGIN:
            break
        headroom += peak - true_peak + 2 * _MARGIN
    return path, {"lufs": lufs, "true_peak": peak}


def _cues(sheet: Mapping[str, Any], speeches: Mapping[str, Path], clips: Mapping[str, Path]) -> list[Cue]:
    total = int(sheet["samples"])
    cues = []
    for line in sheet["voices"]:
        samples: NDArray[np.float32] = np.load(speeches[line["speech"]])
        fitted = fit(Speech(samples, ()), int(line["samples"]))
        cues.append(Cue("voice", fitted.samples, int(line["start"])))
    for wanted in sheet.get("takes", ()):
        heard = listen(clips[wanted["clip"]])[int(wanted["from"]) :][: int(wanted["samples"])]
        cues.append(Cue("voice", heard, int(wanted["start"]), fade_in=_SEAM, fade_out=_SEAM))
    if sheet["music"]:
        wanted = sheet["music"]
        spec = ScoreSpec(
            samples=total,
            seed=int(wanted["seed"]) % 2**31,
            style=_style(wanted),
            valence=float(wanted["valence"]),
            arousal=float(wanted["arousal"]),
            tempo=wanted["tempo"],
            hits=tuple(wanted["hits"]),
        )
        cues.append(Cue("music", score(spec), 0, gain_db=float(wanted["gain_db"])))
    for number, wanted in enumerate(sheet["effects"]):
        length, lead = _EFFECTS[wanted["effect"]]
        sound = effect(wanted["effect"], round(length * 48_000), int(wanted["seed"]) % 2**31)
        start = int(wanted["start"]) - round(lead * 48_000)
        cues.append(
            Cue(
                "effect",
                sound[max(0, -start) :],
                max(0, start),
                gain_db=float(wanted["gain_db"]),
                pan=(-0.3, 0.3)[number % 2],
            )
        )
    for wanted in sheet["ambience"]:
        start, end = max(0, int(wanted["start"]) - _BED_OVERLAP), min(total, int(wanted["end"]) + _BED_OVERLAP)
        bed = effect(wanted["effect"], end - start, int(wanted["seed"]) % 2**31)
        cues.append(Cue("ambience", bed, start, fade_in=_BED_FADE, fade_out=_BED_FADE))
    return cues


_EFFECTS = {
    "whoosh": (1.4, Fraction(11, 20)),
    "riser": (2.0, Fraction(2)),
    "impact": (2.2, Fraction(0)),
    "click": (0.15, Fraction(0)),
    "shimmer": (2.0, Fraction(0)),
    "footsteps": (2.0, Fraction(0)),
}
"""Seconds each effect lasts, and how much of it comes before its frame: a riser ends on the cut, a whoosh peaks on it."""


def _style(wanted: Mapping[str, Any]) -> str:
    """The style asked for, or the one that suits the film's mood."""
    if wanted["style"] != "auto":
        return str(wanted["style"])
    valence, arousal = wanted["valence"], wanted["arousal"]
    if arousal > 0.35:
        return "pulse" if valence >= 0 else "cinematic"
    if valence < -0.25:
        return "tense-drone"
    return "bright-pluck" if valence > 0.45 else "warm-minimal"
