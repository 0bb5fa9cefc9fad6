"""Assets: recurring things with references and rights that shots name by id."""

from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from callsheet.film.model import Colour, File, Id, Noun, Text
from callsheet.film.papers import Consent, Licence

LAWFUL = ("licence", "likeness", "minor")
"""Fields of assets about the law: no picture depends on them."""


class Asset(Noun):
    """What every asset has: a name, words that describe it, reference files, and the papers that allow its use."""

    name: Text
    description: str = ""
    references: list[File] = []
    """Stills, clips or sounds relative to the production folder, best first."""
    consent: Consent | None = None
    licence: Licence | None = None
    """What may be done with the work; for people, their consent says it."""

    @model_serializer(mode="wrap")
    def _without_what_is_not_stated(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Recipes are named by the digest of what they say: a field that nobody states must not rename them.
        said: dict[str, Any] = told(self)
        return {name: value for name, value in said.items() if value is not None or name not in LAWFUL}


class Person(Asset):
    """Somebody who is seen or heard."""

    likeness: Literal["real", "invented"] | None = None
    """`invented` is nobody who exists. Who has a consent exists; of who has references and neither, nobody knows."""
    minor: bool | None = None
    """Whether it is a minor, where `age` does not tell."""


class Cast(Person):
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


class Voice(Person):
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
