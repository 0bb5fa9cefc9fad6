"""A film on the way from words to board: beats made of pictures, with what is said and shown over them."""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from callsheet.film import NARRATOR
from callsheet.film.shot import Ambience, Angle, Effect, Move, Size, SuperRole, TimeOfDay, UseCase, Weather

Sees = Literal["place", "person", "people", "product", "detail", "hands", "image", "card"]
"""What a picture is of; the camera is chosen by it."""
Role = Literal[
    "hook",
    "meet",
    "problem",
    "demo",
    "proof",
    "image",
    "life",
    "offer",
    "call",
    "item",
    "title",
    "fact",
    "scene",
    "recap",
]


@dataclass(frozen=True)
class Line:
    """What is said over a picture. `source` is the sentence it was cut from, `key` what a shorter cut must hold."""

    text: str
    who: str = NARRATOR
    manner: str = ""
    source: str = ""
    key: str = ""
    keep: int = 5
    """Lines with a low number are shortened and dropped first; 9 is never dropped."""


@dataclass(frozen=True)
class Caption:
    """Text on screen over one picture."""

    text: str
    role: SuperRole = "headline"
    late: bool = False
    """Whether it comes in after the picture has been seen for a moment."""


@dataclass(frozen=True)
class Picture:
    """One planned shot before it has a length, a code and a camera. What is None is chosen by the grammar."""

    action: str
    sees: Sees = "product"
    size: Size | None = None
    angle: Angle | None = None
    move: Move | None = None
    cast: tuple[str, ...] = ()
    props: tuple[str, ...] = ()
    location: str | None = None
    time: TimeOfDay | None = None
    weather: Weather | None = None
    images: tuple[str, ...] = ()
    ambience: Ambience | None = None
    use_case: UseCase | None = None
    lines: tuple[Line, ...] = ()
    captions: tuple[Caption, ...] = ()
    effect: Effect | None = None
    weight: float = 1.0
    keep: int = 5
    dissolve: bool = False
    valence: float | None = None
    arousal: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Beat:
    """Pictures that do one job in the film. Beats with the same `title` in a row share a sequence."""

    role: Role
    title: str
    pictures: tuple[Picture, ...]

    def over(self, *pictures: Picture) -> "Beat":
        """The same beat with other pictures."""
        return replace(self, pictures=pictures)


@dataclass(frozen=True)
class Hand:
    """How a treatment shoots and cuts: lengths in seconds, the moves and angles it likes, how loud it feels."""

    shortest: Fraction = Fraction(3, 4)
    usual: Fraction = Fraction(5, 2)
    longest: Fraction = Fraction(5)
    moves: tuple[Move, ...] = ("push", "truck-left", "static", "orbit", "tilt-up")
    angles: tuple[Angle, ...] = ("eye", "low", "high")
    valence: float = 0.0
    arousal: float = 0.0
    creativity: float = 0.3
    stings: bool = True
    """Whether cuts carry effects."""
    sizes: dict[Sees, tuple[Size, ...]] = field(default_factory=dict)
    """Sizes that replace the usual ones for what a picture sees."""
