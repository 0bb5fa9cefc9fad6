"""A shot: what the board says about one planned picture."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from callsheet.film.model import File, Frames, Id, Language, Noun, Text

Code = Annotated[str, StringConstraints(pattern=r"^(EP|SQ|SH)\d{2,5}[A-Z]?$")]

Size = Literal["extreme-wide", "wide", "full", "medium", "close", "extreme-close", "insert"]
Angle = Literal["eye", "low", "high", "overhead", "dutch", "over-shoulder", "point-of-view"]
Move = Literal["static", "push", "pull", "pan-left", "pan-right", "tilt-up", "tilt-down", "truck-left", "truck-right",
               "crane-up", "crane-down", "orbit", "handheld"]  # fmt: skip
UseCase = Literal[
    "talking-head",
    "human-action",
    "product",
    "landscape",
    "multi-subject",
    "text-and-graphics",
    "stylised",
    "identity-locked",
]
TimeOfDay = Literal["dawn", "morning", "day", "dusk", "night"]
Weather = Literal["clear", "cloud", "rain", "snow", "fog", "wind"]
SuperRole = Literal["headline", "sub", "cta", "offer", "title", "lower-third", "legal", "item", "quote", "stat"]
Effect = Literal["whoosh", "riser", "impact", "click", "shimmer", "footsteps"]
Ambience = Literal["rain", "wind", "city", "room", "sea", "birds", "crowd-murmur", "fire"]

Words = Annotated[str, StringConstraints(min_length=1, max_length=60)]

NARRATOR = "narrator"
"""The speaker that needs no cast entry: a voice-over."""


class Camera(Noun):
    """Where the camera stands and how it moves."""

    size: Size = "medium"
    angle: Angle = "eye"
    move: Move = "static"


class Dialogue(Noun):
    """One spoken line; `who` is a cast id, or `narrator` for a voice-over."""

    who: Id = NARRATOR
    line: Text
    language: Language | None = None
    """The production's language when absent."""
    manner: str = ""
    """The parenthetical: how the line is said."""
    translations: dict[Language, str] = {}
    """The line's captions in other languages."""


class Mood(Noun):
    """Feeling on two axes (Russell's circumplex)."""

    valence: float = Field(0.0, ge=-1, le=1)
    """-1 grim .. 1 glad."""
    arousal: float = Field(0.0, ge=-1, le=1)
    """-1 calm .. 1 excited."""


class Keyframe(Noun):
    """A still that must be seen at one frame of the shot, between its first and its last."""

    frame: int = Field(gt=0)
    """The frame of the shot, counted from 0."""
    image: File


Work = Literal["edit", "extend", "upscale", "reframe", "restyle"]
"""What is done to footage: change what is in it, go on where it ends, enlarge it, give it another shape, give it another look."""


class Footage(Noun):
    """A video that exists already and that the shot is made from: a file, or the take in the cut of another shot in the same episode."""

    video: File | None = None
    shot: Code | None = None
    work: Work = "edit"


class Beat(Noun):
    """One of several timed pictures inside a shot, with a cut at its first frame."""

    at: int = Field(ge=0)
    """Its first frame, counted within the shot."""
    action: Text
    """What we see in it, in one sentence."""
    camera: Camera = Camera()


class Continuity(Noun):
    """What this shot's picture must agree with."""

    extends: Code | None = None
    """The shot, in the same episode, on whose last frame this one starts."""
    first_frame: File | None = None
    """A still that must be the first frame."""
    last_frame: File | None = None
    """A still that must be the last frame."""
    keyframes: list[Keyframe] = []
    """Stills in between, in order."""


class References(Noun):
    """Files that a provider may look at or listen to."""

    images: list[File] = Field([], max_length=9)
    videos: list[File] = Field([], max_length=3)
    audio: list[File] = Field([], max_length=3)


class Super(Noun):
    """Text on screen. The word between *asterisks* takes the accent colour."""

    text: Text
    role: SuperRole = "headline"
    start: int = Field(0, ge=0)
    """First frame within the shot."""
    frames: Frames | None = None
    """How long it stays; to the end of the shot when absent."""


class Transition(Noun):
    """How the shot comes in. A dissolve overlaps the end of the shot before it, so the film is that much shorter than the sum of its shots."""

    kind: Literal["cut", "dissolve"] = "cut"
    frames: int = Field(0, ge=0)


class SoundEffect(Noun):
    """A synthesised effect at a frame of the shot."""

    effect: Effect
    at: int = Field(0, ge=0)
    gain_db: float = 0.0


class Constraints(Noun):
    """What a route for this shot must satisfy."""

    only: list[str] = []
    """Offers or models that may shoot it; any when empty."""
    never: list[str] = []
    min_height: int | None = Field(None, gt=0)
    """Lines of picture the provider must deliver."""
    max_price: str | None = None
    """Most that one take may cost, such as `1.50 USD`."""
    critical: bool = False
    """Nothing is tried out on this shot: it goes to what is known to be best."""


class Shot(Noun):
    """One planned shot."""

    code: Code
    action: Text
    """What we see, in one or two sentences."""
    duration: Frames
    """Length in frames at the production's rate."""
    dialogue: list[Dialogue] = []
    camera: Camera = Camera()
    location: Id | None = None
    cast: list[Id] = []
    props: list[Id] = []
    look: Id | None = None
    time_of_day: TimeOfDay | None = None
    weather: Weather | None = None
    mood: Mood = Mood()
    creativity: float = Field(0.3, ge=0, le=1)
    """0 follows the board exactly, 1 leaves everything but the subject open."""
    supers: list[Super] = []
    lettering: list[Words] = Field([], max_length=4)
    """Words that the picture itself shows: a sign, a label, a screen. Supers are laid over it and do not belong here."""
    continuity: Continuity = Continuity()
    footage: Footage | None = None
    """The video that it is made from, when it is not made anew."""
    beats: list[Beat] = []
    """The pictures that follow one another inside this one shot, shot together so that they match; the first begins at frame 0."""
    sound: Literal["laid", "native"] = "laid"
    """`native` has the model make sound with the picture, its lines spoken; `laid` leaves the sound to the film's own soundtrack."""
    references: References = References()
    transition: Transition = Transition()
    effects: list[SoundEffect] = []
    ambience: Ambience | None = None
    use_case: UseCase | None = None
    acceptance: Literal["draft", "standard", "hero"] = "standard"
    """How strictly takes are judged."""
    constraints: Constraints = Constraints()
    note: str = ""
    """Why the shot is here; never shown to a provider."""
