"""What the score plays, as notes: scales, progressions that cadence, smooth voicings, and a tune made from one motif."""

from dataclasses import dataclass

import numpy as np

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
}
"""Semitones above the root of the seven steps of each mode."""

_PENTATONIC = {"major": (0, 2, 4, 7, 9), "lydian": (0, 2, 4, 7, 9)}
_DARK_PENTATONIC = (0, 3, 5, 7, 10)

_PROGRESSIONS: dict[str, tuple[tuple[int, ...], ...]] = {
    "major": ((0, 4, 5, 3), (0, 5, 3, 4), (0, 2, 3, 4), (3, 0, 4, 5), (0, 3, 5, 4)),
    "lydian": ((0, 1, 5, 4), (0, 1, 2, 4), (0, 4, 1, 5)),
    "dorian": ((0, 3, 0, 6), (0, 2, 3, 6), (0, 6, 3, 0)),
    "minor": ((0, 5, 2, 6), (0, 3, 5, 6), (5, 6, 0, 2), (0, 2, 5, 3)),
    "phrygian": ((0, 1, 0, 6), (0, 5, 1, 0), (0, 0, 1, 6)),
}
_CADENCES = {"major": (3, 4), "lydian": (1, 4), "dorian": (3, 6), "minor": (5, 6), "phrygian": (6, 1)}


@dataclass(frozen=True)
class Key:
    """A tonal centre: `root` as a MIDI note between 48 and 59, and the name of a mode in `SCALES`."""

    root: int
    mode: str

    def pitch(self, step: int) -> int:
        """The MIDI note of scale step `step`, counted from the root; any whole number."""
        octave, place = divmod(step, 7)
        return self.root + 12 * octave + SCALES[self.mode][place]

    def triad(self, degree: int, colour: bool = False) -> tuple[int, ...]:
        """Root, third and fifth on a degree (0..6), with the ninth when `colour`."""
        steps = (degree, degree + 2, degree + 4, degree + 8) if colour else (degree, degree + 2, degree + 4)
        return tuple(self.pitch(step) for step in steps)

    def tune(self, chinese: bool) -> tuple[int, ...]:
        """Semitones a melody may use: the mode, or its five-note scale."""
        if not chinese:
            return SCALES[self.mode]
        return _PENTATONIC.get(self.mode, _DARK_PENTATONIC)


def key_for(valence: float, arousal: float, chance: np.random.Generator) -> Key:
    """A key for a mood: bright modes for pleasant, minor for sad, phrygian for threat."""
    if valence > 0.55 and arousal < 0.3:
        mode = "lydian" if chance.random() < 0.4 else "major"
    elif valence > 0.1:
        mode = "major"
    elif valence > -0.2:
        mode = "dorian" if chance.random() < 0.6 else "minor"
    elif valence < -0.5 and arousal > 0.25:
        mode = "phrygian"
    else:
        mode = "minor"
    return Key(48 + int(chance.integers(12)), mode)


def degrees(key: Key, count: int, chance: np.random.Generator) -> list[int]:
    """`count` chord degrees that go round a progression and end in a cadence onto the tonic (the last one)."""
    choices = _PROGRESSIONS[key.mode]
    loop = choices[int(chance.integers(len(choices)))]
    out = [loop[i % len(loop)] for i in range(count)]
    ending = (*_CADENCES[key.mode], 0)
    keep = min(len(ending), count)
    return out[: count - keep] + list(ending[len(ending) - keep :])


def voiced(chord: tuple[int, ...], before: tuple[int, ...] | None, low: int = 53, high: int = 74) -> tuple[int, ...]:
    """The notes of `chord` between `low` and `high` that move least from the voicing `before`."""
    classes = sorted({note % 12 for note in chord})
    options = []
    for bottom in range(low, low + 12):
        if bottom % 12 in classes:
            notes = [bottom]
            while len(notes) < len(classes):
                notes.append(next(n for n in range(notes[-1] + 1, notes[-1] + 13) if n % 12 in classes))
            if notes[-1] <= high:
                options.append(tuple(notes))
    if not options:
        return tuple(sorted(chord))
    centre = tuple([62] * len(classes)) if before is None else before

    def movement(notes: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        return sum(min(abs(note - other) for other in centre) for note in notes) + abs(notes[0] - centre[0]), notes

    return min(options, key=movement)


_RHYTHMS = (
    ((0.0, 1.5), (1.5, 0.5), (2.0, 2.0)),
    ((0.0, 1.0), (1.0, 1.0), (2.0, 1.5), (3.5, 0.5)),
    ((0.0, 3.0), (3.0, 1.0)),
    ((0.5, 0.5), (1.0, 1.0), (2.0, 2.0)),
    ((0.0, 2.0), (2.0, 1.0), (3.0, 1.0)),
    ((0.0, 0.75), (0.75, 0.75), (1.5, 0.5), (2.0, 2.0)),
)


@dataclass(frozen=True)
class TuneNote:
    """One melody note: `beat` from the start of the piece, `beats` long, MIDI `note`, `strength` 0..1."""

    beat: float
    beats: float
    note: int
    strength: float


def tune(
    key: Key, bars: list[tuple[float, tuple[int, ...]]], beats: float, chinese: bool, chance: np.random.Generator
) -> list[TuneNote]:
    """A melody over `bars` (first beat and chord of each): one motif, answered, varied, and led home to the tonic.

    Strong beats fall on chord notes, the rest moves by step, so that it sounds meant.
    """
    allowed = sorted(12 * octave + key.root % 12 + step for octave in range(4, 9) for step in key.tune(chinese))
    allowed = [note for note in allowed if key.root + 10 <= note <= key.root + 28]
    motif = _RHYTHMS[int(chance.integers(len(_RHYTHMS)))]
    answer = _RHYTHMS[int(chance.integers(len(_RHYTHMS)))]
    contour = chance.integers(-2, 3, 8).tolist()
    place = len(allowed) // 2
    out: list[TuneNote] = []
    for number, (start, chord) in enumerate(bars):
        phrase = number % 4
        rhythm = motif if phrase in (0, 2) else answer if phrase == 1 else ((0.0, 4.0),)
        last = number == len(bars) - 1
        for index, (offset, length) in enumerate(rhythm):
            if offset + 0.25 > beats:
                continue
            step = int(contour[(index + (phrase == 2)) % len(contour)]) * (-1 if phrase == 1 else 1)
            place = min(len(allowed) - 1, max(0, place + step))
            # Drift back to the middle of the range: tunes are arches, not stairs.
            if place < 2 or place > len(allowed) - 3:
                place += 2 if place < 2 else -2
            strong = offset in (0.0, 2.0)
            if strong or last:
                tones = [i for i, note in enumerate(allowed) if note % 12 in {c % 12 for c in chord}]
                if tones:
                    place = min(tones, key=lambda i: (abs(i - place), i))
            out.append(TuneNote(start + offset, min(length, beats - offset), allowed[place], 0.9 if strong else 0.65))
    return out
