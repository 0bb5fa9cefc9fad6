"""The score: a seeded composer and its small orchestra, writing to the cuts of one film.

The tempo is moved by a few per cent so that beats fall on the cuts and the last cut falls on the first beat of the closing
bar. Layers enter at cuts; a breath before the end, a cadence on the last hit, and the sound rings out by the last sample.
"""

from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np

from callsheet.errors import InputError

from .bus import SAMPLE_RATE, Samples, add_at, faded, gain, rounded, seeded, silence
from .filters import highpass, lowpass, reverb
from .harmony import Key, TuneNote, degrees, key_for, tune, voiced
from .instruments import drum, plucked, sustained, swell
from .loudness import block_energies, integrated

VERSION = "1"
"""Changes whenever the same spec would sound different; part of cache keys."""

SCORE_LUFS = -20.0
"""Every score is delivered at this loudness, peaks at most -3 dBFS."""

_RING = round(2.6 * SAMPLE_RATE)


@dataclass(frozen=True)
class _Style:
    """How one style is orchestrated; levels are linear, patterns name methods of arranging."""

    arp: str
    figure: str
    lead: str
    pad: float
    brightness: int
    bass: str
    drums: str
    tempo: float
    room: float
    chinese: bool = False


STYLES: dict[str, _Style] = {
    "warm-minimal": _Style("soft", "broken", "felt", 0.50, 35, "long", "light", -4, 2.2),
    "pulse": _Style("bright", "sixteenths", "bell", 0.34, 62, "eighths", "four", 12, 1.5),
    "tender-piano": _Style("piano", "broken", "piano", 0.26, 25, "long", "none", -12, 2.6),
    "tense-drone": _Style("felt", "sparse", "bell", 0.62, 48, "drone", "heart", -8, 3.2),
    "bright-pluck": _Style("marimba", "syncopated", "bell", 0.26, 55, "bouncy", "snaps", 14, 1.3),
    "guzheng": _Style("guzheng", "rolling", "guzheng", 0.36, 30, "long", "taiko", -6, 2.6, True),
    "cinematic": _Style("felt", "ostinato", "bell", 0.58, 58, "eighths", "taiko", 4, 3.0),
}
"""Styles of `ScoreSpec.style`."""


@dataclass(frozen=True)
class ScoreSpec:
    """What the score must be: exactly `samples` long, for a mood, arriving at `hits`.

    `valence` and `arousal` run from -1 to 1. `tempo` is the beats a minute wished for (None: from mood and style); what is
    played stays within 12 % of it. `hits` are sample positions of cuts or beats; the last one is where the piece closes
    (without hits, 2.6 s before the end). Same spec, same samples.
    """

    samples: int
    seed: int = 0
    style: str = "warm-minimal"
    valence: float = 0.2
    arousal: float = 0.0
    tempo: float | None = None
    hits: tuple[int, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            near = get_close_matches(self.style, STYLES, 1, 0.0)
            raise InputError(
                f"no such style of music: {self.style!r}",
                remedy=f"Did you mean {near[0]!r}? Styles: {', '.join(STYLES)}.",
            )
        if self.samples < 0:
            raise InputError(f"a score cannot be {self.samples} samples long")
        if self.tempo is not None and not 20 <= self.tempo <= 300:
            raise InputError(f"tempo {self.tempo:g} is outside 20 to 300 beats a minute")


@dataclass(frozen=True)
class Grid:
    """The beats of a piece: `beats` of them lie evenly between sample 0 and the closing hit at sample `close`."""

    beats: int
    close: int

    @property
    def tempo(self) -> float:
        """Beats a minute as played."""
        return 60.0 * SAMPLE_RATE * self.beats / self.close

    def at(self, beat: float) -> int:
        """The sample of a beat."""
        return round(self.close * beat / self.beats)

    def bars(self) -> list[float]:
        """The first beats of the bars of four, counted back from the close; an incomplete first bar starts at 0."""
        first = self.beats % 4
        return ([0.0] if first else []) + [float(beat) for beat in range(first, self.beats, 4)]


def grid_for(spec: ScoreSpec) -> Grid:
    """The beat grid whose tempo is near the one wished for and whose half beats lie closest to the hits."""
    inside = sorted({hit for hit in spec.hits if 0 < hit <= spec.samples})
    close = inside[-1] if inside else max(1, spec.samples - min(_RING, spec.samples * 3 // 10))
    wished = spec.tempo or 92.0 + 26.0 * max(-1.0, min(1.0, spec.arousal)) + STYLES[spec.style].tempo
    exact = close * wished / (60.0 * SAMPLE_RATE)
    low, high = max(1, int(np.ceil(exact * 0.9))), max(1, int(exact * 1.12))
    best = (float("inf"), max(1, round(exact)))
    for beats in range(low, high + 1):
        places = np.array(inside[:-1], np.float64) * beats / close * 2.0
        off = np.abs(places - np.round(places)) / 2.0 * 60.0 / wished if len(places) else np.zeros(1)
        # A tenth of a second off every cut weighs as much as a tempo 10 % off; bars of four are nicer.
        cost = float(np.minimum(off, 0.12).mean()) + abs(beats - exact) / exact + (0.0 if beats % 4 == 0 else 0.02)
        best = min(best, (cost, beats))
    return Grid(best[1], close)


def score(spec: ScoreSpec) -> Samples:
    """The score as stereo float32 ``[spec.samples, 2]``: no clicks, no offset, silent at both ends."""
    if spec.samples < SAMPLE_RATE // 4:
        return silence(spec.samples)
    return _Score(spec).played()


class _Score:
    """One piece being written: the plan (key, grid, chords, layers), then each layer played onto dry and wet buses."""

    def __init__(self, spec: ScoreSpec) -> None:
        self.spec, self.style, self.grid = spec, STYLES[spec.style], grid_for(spec)
        self.chance = seeded("score", VERSION, spec.seed, spec.style)
        valence = spec.valence - 0.5 if spec.style == "tense-drone" else spec.valence
        self.key: Key = key_for(valence, spec.arousal, self.chance)
        self.arousal = max(-1.0, min(1.0, spec.arousal))
        starts = self.grid.bars()
        roots = degrees(self.key, len(starts) + 1, self.chance)
        colour = self.style.drums in {"none", "light"}
        self.chords = [self.key.triad(root, colour) for root in roots]
        self.roots = [self.key.pitch(root) for root in roots]
        self.bars = starts
        self.voicings: list[tuple[int, ...]] = []
        for chord in self.chords:
            self.voicings.append(voiced(chord, self.voicings[-1] if self.voicings else None))
        self.entries = self._entries()
        # Planar while it is written: left and right each in one piece are three times as fast to add to.
        self.dry, self.wet = (np.zeros((2, spec.samples), np.float32) for _ in range(2))

    def _entries(self) -> list[float]:
        """The beats at which layers 1 to 4 enter: bars nearest to cuts around a rising plan of the whole."""
        beats = self.grid.beats
        cuts = [hit * beats / self.grid.close for hit in self.spec.hits if 0 < hit < self.grid.close]
        out: list[float] = []
        plan = (0.0, 0.12, 0.3, 0.55) if self.arousal > 0.35 else (0.06, 0.22, 0.42, 0.68)
        for share in plan:
            wished = share * beats
            near = [cut for cut in cuts if abs(cut - wished) < 0.12 * beats]
            target = min(near, key=lambda cut: abs(cut - wished)) if near else wished
            step = 4.0 if beats >= 24 else 1.0
            first = beats % 4
            out.append(max(0.0, first + step * round((target - first) / step)) if share else 0.0)
        return out

    def energy(self, beat: float) -> float:
        """How full the piece is at a beat, 0..1."""
        level = 0.3 + 0.15 * sum(beat >= entry for entry in self.entries)
        rise = 0.1 * beat / self.grid.beats
        return min(1.0, level + rise)

    def playing(self, layer: int, beat: float) -> bool:
        """Whether a layer (1..4) has entered and the breath before the close has not begun."""
        breath = 2.0 if self.grid.beats >= 16 else 0.5
        quiet = self.grid.beats - (breath if layer >= 3 else 0.5)
        return self.entries[layer - 1] <= beat < quiet

    def put(
        self, sound: Samples, beat: float, level: float, pan: float = 0.0, send: float = 0.3, late: float = 0.0
    ) -> None:
        """Play a mono sound on a beat (`late` seconds after it), part of it into the room."""
        start = self.grid.at(beat) + round(late * SAMPLE_RATE)
        angle = (pan + 1.0) * np.pi / 4.0
        for side, share in enumerate((np.cos(angle), np.sin(angle))):
            placed = sound * np.float32(level * share * np.sqrt(2.0))
            add_at(self.dry[side], placed, start)
            add_at(self.wet[side], placed, start, send)

    def played(self) -> Samples:
        """All layers, the room, the ending, the level."""
        pads = self._pads()
        self._bass()
        self._arp()
        self._lead()
        self._drums()
        self._accents()
        self._close()
        self.dry += pads
        self.wet += np.float32(0.35) * pads
        bus = reverb(np.ascontiguousarray(self.wet.T), self.style.room, 0.6, self.spec.seed % 7) * np.float32(0.9)
        bus += self.dry.T
        bus = highpass(bus, 28.0)
        tail = self.spec.samples - self.grid.close
        bus = faded(
            bus, round(0.01 * SAMPLE_RATE), max(min(tail, round(2.2 * SAMPLE_RATE)), min(self.spec.samples // 8, 4800))
        )
        loudness = integrated(block_energies(bus))
        if loudness is None:
            peak = float(np.abs(bus).max(initial=0.0))
            return bus * np.float32(gain(-20.0) / peak) if peak > 0 else bus
        return rounded(bus * np.float32(gain(SCORE_LUFS - loudness)), -7.0, -3.0)

    def _pads(self) -> Samples:
        """Chords held by detuned waves on both sides, opened slowly by a filter as the piece grows."""
        bright = np.zeros((2, self.spec.samples), np.float32)
        ends = [*self.bars[1:], float(self.grid.beats), float(self.grid.beats)]
        for number, voicing in enumerate(self.voicings):
            closing = number == len(self.voicings) - 1
            start = self.grid.at(self.bars[number] if not closing else self.grid.beats)
            until = self.spec.samples if closing else self.grid.at(ends[number]) + SAMPLE_RATE // 2
            length = max(1, until - start)
            attack = round((0.9 if number == 0 else 0.05 if closing else 0.4) * SAMPLE_RATE)
            shape = swell(length, attack, round(2.0 * SAMPLE_RATE) if closing else SAMPLE_RATE // 2 + 4800)
            notes = list(voicing)
            if self.style.bass == "drone":
                notes = [self.key.root - 12, self.key.root - 5, *voicing[: 1 + number % 2]]
            for note in notes:
                for side, cents in ((0, -5.0), (1, 5.0)):
                    tone = sustained(note + cents / 100.0, length, self.style.brightness, float(self.chance.random()))
                    add_at(bright[side], tone * shape, start, 1.0 / len(notes))
        count = self.spec.samples
        knots = np.linspace(0, count, 240)
        breath = 0.5 + 0.5 * np.sin(2 * np.pi * knots / SAMPLE_RATE / 7.3 + self.spec.seed % 6)
        rise = np.array([self.energy(knot * self.grid.beats / self.grid.close) for knot in knots])
        opened = np.interp(np.arange(count), knots, np.clip(0.15 + 0.55 * rise * (0.55 + 0.45 * breath), 0, 1))
        share = opened.astype(np.float32)
        for channel in bright:
            dark = lowpass(channel, 420.0)
            channel[:] = (dark + share * (lowpass(channel, 3600.0) - dark)) * np.float32(self.style.pad)
        return bright

    def _bar_at(self, beat: float) -> int:
        """The number of the bar a beat lies in."""
        return max(0, int(np.searchsorted(self.bars, beat, side="right")) - 1)

    def _bass(self) -> None:
        kind = self.style.bass
        if kind == "drone":
            for beat in self.bars:
                if self.playing(1, beat):
                    self.put(plucked("bass", self.key.root - 12), beat, 0.22, send=0.15)
            return
        figures = {
            "long": ((0.0, 0.75), (2.5, 0.4)) if self.arousal > -0.2 else ((0.0, 0.75),),
            "eighths": tuple((k / 2.0, 0.62 if k % 2 == 0 else 0.42) for k in range(8)),
            "bouncy": ((0.0, 0.75), (1.5, 0.5), (2.0, 0.6), (3.5, 0.45)),
        }
        for number, bar in enumerate(self.bars):
            low = 33 + (self.roots[number] - 33) % 12
            for offset, level in figures[kind]:
                beat = bar + offset
                if self.playing(1, beat) and self._bar_at(beat) == number:
                    note = low + (12 if kind == "bouncy" and offset in (1.5, 3.5) else 0)
                    self.put(plucked("bass", note), beat, 0.5 * level * (0.6 + 0.4 * self.energy(beat)), send=0.06)

    def _arp(self) -> None:
        """The moving middle: broken chords, sixteenths, syncopes or sparse notes, by style."""
        figure = self.style.figure
        step = {"sixteenths": 0.25, "rolling": 0.25, "sparse": 2.0}.get(figure, 0.5)
        if step == 0.25 and self.grid.tempo > 118:
            step = 0.5
        pattern = {
            "broken": (0, 1, 2, 1, 3, 2, 1, 2),
            "sixteenths": (0, 2, 1, 3, 0, 2, 3, 1),
            "ostinato": (0, 0, 2, 0, 1, 0, 2, 1),
            "syncopated": (0, -1, 2, 1, -1, 3, 1, -1),
            "rolling": (0, 1, 2, 3, -1, 3, 2, -1, 1, 2, -1, 3, 2, -1, 1, -1),
            "sparse": (0, 2, 1, 3),
        }[figure]
        count = int(self.grid.beats / step)
        for index in range(count):
            beat = index * step
            if not self.playing(1 if figure in {"broken", "sparse"} else 2, beat):
                continue
            which = pattern[index % len(pattern)]
            fill = self.energy(beat)
            if which < 0 or (fill < 0.55 and index % 2 and step < 1.0):
                continue
            voicing = self.voicings[self._bar_at(beat)]
            octave = 12 if figure in {"sixteenths", "syncopated", "rolling"} or fill > 0.85 else 0
            note = voicing[which % len(voicing)] + 12 * (which // len(voicing)) + octave
            if self.style.chinese:
                note = self._in_tune(note)
            accent = 1.0 if beat % 1 == 0 else 0.72
            level = 0.40 * accent * (0.55 + 0.45 * fill) * float(self.chance.uniform(0.88, 1.08))
            pan = 0.45 * (1 if index % 2 else -1) * (0.6 if figure == "broken" else 1.0)
            self.put(plucked(self.style.arp, note), beat, level, pan, 0.35, float(self.chance.uniform(0, 0.006)))

    def _in_tune(self, note: int) -> int:
        """The nearest note of the piece's five-note scale."""
        allowed = {(self.key.root + step) % 12 for step in self.key.tune(self.style.chinese)}
        return min((note + d for d in (0, -1, 1, -2, 2) if (note + d) % 12 in allowed), key=lambda n: abs(n - note))

    def _lead(self) -> None:
        bars = list(zip(self.bars, self.chords, strict=False))
        notes: list[TuneNote] = tune(self.key, bars, 4.0, self.style.chinese, self.chance)
        sparse = self.style.figure == "sparse"
        for number, note in enumerate(notes):
            if not self.playing(3, note.beat) or note.beat >= self.grid.beats or (sparse and number % 3):
                continue
            level = (
                0.46
                * note.strength
                * (0.7 + 0.3 * self.energy(note.beat))
                * (0.6 if self.style.lead == "bell" else 1.0)
            )
            self.put(plucked(self.style.lead, note.note), note.beat, level, 0.12, 0.5)
            if self.style.chinese and note.beats >= 1.5 and note.strength > 0.8:
                # The tremolo of the right hand, swelling on the long notes.
                for k in range(1, int(note.beats * 3)):
                    self.put(plucked("guzheng", note.note), note.beat + k / 4.0, level * (0.2 + 0.05 * k), 0.12, 0.4)
            elif self.playing(4, note.beat) and note.strength > 0.8:
                self.put(plucked(self.style.lead, note.note + 12), note.beat, 0.35 * level, -0.25, 0.6)

    def _drums(self) -> None:
        kind, arousal = self.style.drums, self.arousal
        force = 0.5 + 0.5 * max(0.0, arousal)
        if kind == "none" and arousal < 0.5:
            return
        for beat in range(self.grid.beats):
            place = (beat - self.grid.beats % 4) % 4
            on, full = self.playing(2, beat), self.playing(4, beat)
            if kind == "heart":
                if on and place in (0, 2):
                    self.put(drum("thump"), beat, 0.38 * force, send=0.1)
                    self.put(drum("thump"), beat + 0.3, 0.24 * force, send=0.1)
                if full:
                    self.put(drum("tick"), beat + 0.5, 0.16, 0.3, 0.3)
            elif kind == "taiko":
                if arousal > -0.35 and on and place == 0:
                    self.put(drum("taiko"), beat, 0.4 * force, -0.1, 0.35)
                if arousal > 0.1 and full and place in (1, 3):
                    self.put(drum("taiko"), beat + 0.5, 0.3 * force, 0.2, 0.35)
            elif kind in {"four", "snaps", "light", "none"}:
                beaten = kind == "four" or place in (0, 2)
                if on and beaten and arousal > -0.5:
                    self.put(drum("kick"), beat, (0.46 if kind == "four" else 0.32) * force, send=0.03)
                if self.playing(3, beat) and arousal > -0.2:
                    self.put(drum("hat" if kind == "four" else "shaker"), beat + 0.5, 0.22 * force, 0.25, 0.1)
                    if full:
                        self.put(drum("shaker"), beat + 0.25, 0.11 * force, -0.3, 0.1)
                if full and place in (1, 3) and kind in {"four", "snaps"}:
                    self.put(drum("snap"), beat, 0.30 * force, -0.08, 0.3)

    def _accents(self) -> None:
        """A touch of the chord exactly on each cut that has room for it, whether or not it lies on the grid."""
        last = -SAMPLE_RATE
        for hit in sorted({h for h in self.spec.hits if 0 < h < self.grid.close}):
            if hit - last < SAMPLE_RATE or self.grid.close - hit < SAMPLE_RATE // 2:
                continue
            last = hit
            beat = hit * self.grid.beats / self.grid.close
            fill = self.energy(beat)
            voicing = self.voicings[self._bar_at(beat)]
            tone = "guzheng" if self.style.chinese else "bell" if fill > 0.5 else self.style.arp
            note = voicing[-1] + 12
            self.put(
                plucked(tone, self._in_tune(note) if self.style.chinese else note), beat, 0.20 + 0.1 * fill, 0.2, 0.6
            )
            if self.arousal > -0.3:
                self.put(
                    drum("thump" if self.arousal < 0.4 else "taiko"),
                    beat,
                    0.28 + 0.2 * max(0.0, self.arousal),
                    0.0,
                    0.2,
                )

    def _close(self) -> None:
        """A breath of air drawn in, then the tonic on the last hit, rolled and left to ring."""
        end = float(self.grid.beats)
        length = min(self.grid.close, round(1.6 * SAMPLE_RATE))
        if length > SAMPLE_RATE // 2:
            air = seeded("air", self.spec.seed).standard_normal((length, 2)).astype(np.float32)
            air = highpass(lowpass(air, 6500.0), 1400.0) * (np.linspace(0, 1, length, dtype=np.float32) ** 3)[:, None]
            air[-480:] *= np.linspace(1.0, 0.0, 480, dtype=np.float32)[:, None]
            for side in (0, 1):
                add_at(self.wet[side], air[:, side], self.grid.close - length, 0.05 + 0.05 * max(0.0, self.arousal))
                add_at(self.dry[side], air[:, side], self.grid.close - length, 0.02 + 0.02 * max(0.0, self.arousal))
        final = self.voicings[-1]
        low = 33 + (self.roots[-1] - 33) % 12
        self.put(plucked("bass", low), end, 0.5, send=0.2)
        roll = 0.045 if self.style.arp in {"guzheng", "piano", "felt", "soft"} else 0.0
        for number, note in enumerate([*final, final[0] + 12, final[-1] + 12]):
            note = self._in_tune(note) if self.style.chinese else note
            self.put(plucked(self.style.arp, note), end, 0.30, 0.3 * (-1) ** number, 0.6, roll * number)
        self.put(plucked("bell", final[0] + 24), end, 0.10, 0.0, 0.8)
        self.put(drum("boom" if self.arousal > -0.2 else "thump"), end, 0.35 + 0.25 * max(0.0, self.arousal), send=0.3)
