"""Takes and the recipes that make them."""

from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from callsheet.film.asset import Cast, Location, Look, Prop
from callsheet.film.digest import digest
from callsheet.film.frames import Rate
from callsheet.film.gates import GateFinding, Inspection
from callsheet.film.model import Frozen
from callsheet.film.preset import Framing
from callsheet.film.shot import Beat, Camera, Mood, TimeOfDay, UseCase, Weather


class Reference(Frozen):
    """A file a provider looks at, named by its content. `role` says what it shows: `image`, `prop:<id>`, `cast:<id>`, `first-frame`..."""

    role: str
    sha256: str


class Line(Frozen):
    """A line that the model has somebody say."""

    who: str
    """A name as people know it, or `narrator`."""
    line: str
    manner: str
    language: str


class Sound(Frozen):
    """The sound that a model is to make with the picture."""

    lines: tuple[Line, ...] = ()


class Order(Frozen):
    """Everything a provider needs to shoot one take of a shot: all ids resolved, all files named by digest."""

    code: str
    """`EP01 SQ010 SH030`."""
    action: str
    camera: Camera
    frames: int
    rate: Rate
    framings: tuple[Framing, ...]
    """Every picture shape the deliverables need; a provider that frames only one delivers the first."""
    mood: Mood
    creativity: float
    time_of_day: TimeOfDay | None
    weather: Weather | None
    use_case: UseCase | None
    location: Location | None
    location_id: str | None
    cast: tuple[tuple[str, Cast], ...]
    """Cast ids and who they are, in the order the shot names them."""
    props: tuple[tuple[str, Prop], ...]
    look: Look | None
    language: str
    text_room: Literal["none", "part", "all"]
    """How much of the picture must stay calm for text on screen: none, a part, or all of it (a text card)."""
    references: tuple[Reference, ...]
    """Role `extends:<framing>` names the clip, in that picture shape, on whose last frame this shot starts. A video that is worked on has the
    work for its role: `edit`, `extend`, `upscale`, `reframe`, `restyle`, with `:<framing>` when it is a clip of a take."""
    beats: tuple[Beat, ...] = ()
    """The pictures inside the shot, the first at frame 0; none when it is one picture."""
    sound: Sound | None = None
    """The sound wanted from the model; None for none."""
    lettering: tuple[str, ...] = ()
    """Words that the picture must show, exactly as they are written here."""

    @model_serializer(mode="wrap")
    def _as_ever(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What an order does not use it does not mention: a take of before there were such words is a take of the same order."""
        said: dict[str, Any] = handler(self)
        return {name: value for name, value in said.items() if name not in _LATER or getattr(self, name)}


_LATER = ("beats", "sound", "lettering")


class Recipe(Frozen):
    """All that makes a take: the same recipe from the same engine gives the same take."""

    offer: str
    engine: str
    """The provider's own version, so that a better engine makes new takes."""
    seed: int
    order: Order

    @property
    def digest(self) -> str:
        """The recipe's name."""
        return digest(self)

    @property
    def order_key(self) -> str:
        """What the take was made for, whatever its seed: takes with one key are takes of one board."""
        return digest([self.offer, self.engine, self.order])


class Clip(Frozen):
    """A picture file of a take."""

    framing: Framing
    sha256: str
    width: int
    height: int
    frames: int
    rate: Rate
    gates: Inspection | None = None
    """What the gates said when it came; None for a clip that was not inspected."""

    def frames_at(self, rate: Rate) -> int:
        """How many frames it has when shown at `rate`; the last counts when at least half of it falls inside."""
        if rate == self.rate:
            return self.frames
        return int(self.rate.seconds(self.frames) * rate.fraction + Fraction(1, 2))

    def unlike(self, order: Order) -> tuple[str, ...]:
        """How what came differs from what was ordered, in words: length, rate, shape. More length than needed is no difference."""
        lasts = self.frames_at(order.rate)
        wide, high = (int(side) for side in self.framing.split(":"))
        off = Fraction(self.width * high, self.height * wide) - 1
        return tuple(
            word
            for word, is_so in (
                (f"{lasts} frames of the {order.frames} that were ordered", lasts < order.frames),
                (f"{self.rate} frames a second, not {order.rate}", self.rate != order.rate),
                (f"{self.width}x{self.height} is not {self.framing}", abs(off) > Fraction(3, 100)),
            )
            if is_so
        )


class Take(Frozen):
    """One immutable result for a shot. Failed takes are kept."""

    number: int
    """Counts from 1 within the shot."""
    shot: str
    recipe: Recipe
    clips: tuple[Clip, ...]
    cost_micros: int
    currency: str
    made_at: datetime

    @property
    def rejected(self) -> bool:
        """Whether a gate rejects one of its clips: then no rule puts it in the cut, and only a person may."""
        return any(clip.gates is not None and clip.gates.rejected for clip in self.clips)

    @property
    def inspected(self) -> bool:
        """Whether gates looked at every clip."""
        return all(clip.gates is not None for clip in self.clips)

    @property
    def against(self) -> tuple[GateFinding, ...]:
        """What gates have against it, rejections first; one finding a gate, the worst of all its clips."""
        worst: dict[str, GateFinding] = {}
        for clip in self.clips:
            for found in clip.gates.against if clip.gates else ():
                worst[found.gate] = min(worst.get(found.gate, found), found, key=_badness)
        return tuple(sorted(worst.values(), key=lambda found: found.outcome != "reject"))

    @property
    def scores(self) -> dict[str, float | None]:
        """The lowest score by gate over its clips; None where it was not checked."""
        lowest: dict[str, float | None] = {}
        for clip in self.clips:
            for gate, score in (clip.gates.scores if clip.gates else {}).items():
                known = lowest.get(gate)
                lowest[gate] = score if known is None else known if score is None else min(known, score)
        return lowest

    @property
    def gates_said(self) -> str:
        """What gates said of it, in a line."""
        if not self.inspected:
            return "not inspected"
        words = [(f"rejected by {f.gate}" if f.outcome == "reject" else f.gate) + f": {f.words}" for f in self.against]
        blind = [f"{f.gate} not checked: {f.words}" for f in self.unchecked]
        return "; ".join([*(words or ["gates have nothing against it"]), *blind])

    @property
    def unchecked(self) -> tuple[GateFinding, ...]:
        """What was ordered to be seen in the picture and nobody could check, one finding a gate: lettering, the cast's faces."""
        found = [f for clip in self.clips for f in (clip.gates.findings if clip.gates else ())]
        open = {f.gate: f for f in found if f.gate in _OF_THE_ORDER and f.outcome == "not checked"}
        return tuple(open[gate] for gate in _OF_THE_ORDER if gate in open)

    def clip(self, framing: Framing) -> Clip:
        """The clip that suits `framing` best: its own if there is one, else the first."""
        return next((c for c in self.clips if c.framing == framing), self.clips[0])


_OF_THE_ORDER = ("text", "identity")
"""Gates that are asked only where the order has something for them."""


def _badness(found: GateFinding) -> tuple[bool, float]:
    return found.outcome != "reject", 1.0 if found.score is None else found.score
