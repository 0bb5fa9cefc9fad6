"""The soundtrack as a plan: who says what when, which music and effects, in samples at 48 kHz. Nothing is synthesised here."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from callsheet.edit.cut import Cut
from callsheet.film import NARRATOR, Dialogue, Voice, digest, seed

LEAD_SECONDS = 0.15
"""Silence between a shot's first frame and its first word."""
GAP_SECONDS = 0.2
"""Least silence between two lines."""
TAIL_SECONDS = 0.25
"""Silence kept after the last word of the film."""


@dataclass(frozen=True)
class SpokenLine:
    """A line to be spoken: in event `event` of the cut, by a speaker with these settings."""

    event: int
    who: str
    text: str
    language: str
    voice: str
    pitch: float
    timbre: float
    pace: float

    def key(self, engine: str) -> str:
        """The artefact key of the speech, given the voice engine's name and version."""
        return digest({**asdict(self), "event": 0, "who": "", "engine": engine})


@dataclass(frozen=True)
class PlacedLine:
    """A line on the timeline: starts at sample `start`, is played in `samples`, and is `over` samples too long for its slot."""

    line: SpokenLine
    start: int
    samples: int
    over: int
    words: tuple[tuple[str, int, int], ...]
    """Each written word with its first and end sample on the film's timeline."""


def lines(cut: Cut) -> tuple[SpokenLine, ...]:
    """Every line of the cut in the order it is spoken."""
    return tuple(_line(cut, index, said) for index, event in enumerate(cut.events) for said in event.shot.dialogue)


def _line(cut: Cut, index: int, said: Dialogue) -> SpokenLine:
    production = cut.production
    cast = production.cast.get(said.who)
    name = cast.voice if cast and cast.voice else said.who if said.who in production.voices else None
    voice = (
        production.voices[name] if name else Voice(name=said.who, **_timbre(said.who, cast.presents if cast else None))
    )
    return SpokenLine(
        index,
        said.who,
        said.line,
        said.language or production.language,
        voice.speaker,
        voice.pitch,
        voice.timbre,
        voice.pace,
    )


def _timbre(who: str, presents: str | None) -> dict[str, float]:
    """A way of speaking for a character without a voice asset: always the same one for the same id."""
    if who == NARRATOR:
        return {}
    spread = (seed("voice", who) % 1000) / 1000 - 0.5
    low = {"man": -4.5, "woman": 0.5}.get(presents or "", -1.5)
    return {"pitch": round(low + 2 * spread, 2), "timbre": round((low + spread) / 2, 2)}


def place(
    cut: Cut, spoken: Sequence[SpokenLine], speeches: Sequence[Mapping[str, Any]], most_compression: float
) -> tuple[PlacedLine, ...]:
    """Lay every line on the timeline.

    A line starts with its shot, after the line before it. It may run on into shots in which nobody speaks; when the next
    line needs the room it is played up to `most_compression` times faster, and what still does not fit pushes the next line back.
    `speeches` are the facts of each speech: `samples` and `words`.
    """
    rate = cut.rate
    lead, gap, tail = (round(s * 48_000) for s in (LEAD_SECONDS, GAP_SECONDS, TAIL_SECONDS))
    wanted = [rate.samples(cut.events[line.event].record_in) + lead for line in spoken]
    placed: list[PlacedLine] = []
    free = 0
    for index, (line, speech) in enumerate(zip(spoken, speeches, strict=True)):
        start = max(wanted[index], free)
        length = int(speech["samples"])
        same_shot = [k for k in range(index, len(spoken)) if spoken[k].event == line.event]
        limit = next(
            (wanted[k] - gap for k in range(index + 1, len(spoken)) if spoken[k].event != line.event),
            cut.samples - tail,
        )
        waiting = sum(int(speeches[k]["samples"]) + gap for k in same_shot if k > index)
        room = limit - start
        share = room if not waiting else room * length // (length + waiting)
        shortest = -(-length * 100 // round(most_compression * 100))
        samples = length if length <= share else max(shortest, share)
        words = tuple(
            (str(w), start + int(a) * samples // max(1, length), start + int(b) * samples // max(1, length))
            for w, a, b in speech["words"]
        )
        placed.append(PlacedLine(line, start, samples, max(0, start + samples - (cut.samples - tail)), words))
        free = start + samples + gap
    return tuple(placed)


def cue_sheet(
    cut: Cut, placed: Sequence[PlacedLine], speech_keys: Sequence[str], native: Mapping[int, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Everything the mix is made of, as plain data: voices by artefact key, the score, effects and ambience beds.

    `native` has the clips whose own sound is heard, by the number of their event; lines, effects and ambience of these shots are left out.
    """
    rate, production = cut.rate, cut.production
    music = production.music
    shots = [e.shot for e in cut.events]
    weights = [e.frames for e in cut.events]
    valence = sum(s.mood.valence * w for s, w in zip(shots, weights, strict=True)) / sum(weights)
    arousal = sum(s.mood.arousal * w for s, w in zip(shots, weights, strict=True)) / sum(weights)
    own = [
        {
            "clip": clip,
            "start": rate.samples(cut.events[number].record_in),
            "from": rate.samples(cut.events[number].source_in),
            "samples": rate.samples(cut.events[number].record_out) - rate.samples(cut.events[number].record_in),
        }
        for number, clip in sorted(native.items())
    ]
    # What a film does not have is not mentioned: its mix stays the same.
    return ({"takes": own} if own else {}) | {
        "samples": cut.samples,
        "voices": [
            {"speech": key, "start": p.start, "samples": p.samples}
            for key, p in zip(speech_keys, placed, strict=True)
            if p.line.event not in native
        ],
        "music": {
            "seed": seed("music", production.title, cut.episode.code, music.style if music else ""),
            "samples": cut.samples,
            "style": music.style if music else "auto",
            "tempo": music.tempo if music else None,
            "gain_db": music.gain_db if music else 0.0,
            "valence": round(valence, 3),
            "arousal": round(arousal, 3),
            "language": production.language,
            "hits": [rate.samples(e.record_in) for e in cut.events[1:]],
        }
        if music
        else None,
        "effects": [
            {
                "effect": fx.effect,
                "start": rate.samples(e.record_in + fx.at),
                "gain_db": fx.gain_db,
                "seed": seed("effect", e.placed.address, fx.at),
            }
            for number, e in enumerate(cut.events)
            if number not in native
            for fx in e.shot.effects
        ],
        "ambience": _beds(cut, native),
    }


def _beds(cut: Cut, native: Container[int]) -> list[dict[str, Any]]:
    """Runs of shots with the same ambience become one bed each."""
    beds: list[dict[str, Any]] = []
    for number, event in enumerate(cut.events):
        name = None if number in native else event.shot.ambience
        start, end = cut.rate.samples(event.record_in), cut.rate.samples(event.record_out)
        if beds and name and beds[-1]["effect"] == name and beds[-1]["end"] >= start:
            beds[-1]["end"] = end
        elif name:
            beds.append({"effect": name, "start": start, "end": end, "seed": seed("ambience", event.placed.address)})
    return beds
