"""Assets: recurring things with references and rights that shots name by id."""

from datetime import date
from typing import Literal

from callsheet.film.model import Colour, File, Id, Noun, Text


class Consent(Noun):
    """Permission to use a likeness, voice or work."""

    paper: File | None = None
    """The signed paper, relative to the production folder."""
    granted_on: date | None = None
    until: date | None = None
    scope: str = ""


class Asset(Noun):
    """What every asset has: a name, words that describe it, reference files and consent."""

    name: Text
    description: str = ""
    references: list[File] = []
    """Stills, clips or sounds relative to the production folder, best first."""
    consent: Consent | None = None


class Cast(Asset):
    """A character, or a presenter."""

    voice: Id | None = None
    """The voice asset that speaks for this character."""
    wardrobe: str = ""
    age: Literal["child", "young", "adult", "old"] | None = None
    presents: Literal["woman", "man", "neutral"] | None = None


class Location(Asset):
    """A place."""

    setting: Literal["interior", "exterior"] | None = None


class Prop(Asset):
    """An object; the product of an ad is a prop."""

    colour: Colour | None = None


class Look(Asset):
    """How pictures look: palette, grade, type."""

    palette: list[Colour] = []
    """Colours from dark to light; the picture is graded towards them."""
    accent: Colour | None = None
    """The one colour for what matters: key words, buttons, rim light."""
    type_tone: Literal["modern", "elegant", "bold", "editorial"] = "modern"


class Voice(Asset):
    """A speaking voice."""

    speaker: str = "auto"
    """A speaker that the installed voice knows by name, or `auto` for its own."""
    pitch: float = 0.0
    """Semitones above (or below) the engine's own voice, -12..12."""
    timbre: float = 0.0
    """Size of the speaker in semitones of formant shift, -6..6; negative is a larger throat."""
    pace: float = 1.0
    """Speaking speed against the engine's own, 0.5..2."""


MusicStyle = Literal[
    "auto", "warm-minimal", "pulse", "tender-piano", "tense-drone", "bright-pluck", "guzheng", "cinematic"
]


class Music(Asset):
    """The score: a supplied file, or a style for the built-in synthesis."""

    style: MusicStyle = "auto"
    tempo: int | None = None
    """Beats per minute."""
    gain_db: float = 0.0
