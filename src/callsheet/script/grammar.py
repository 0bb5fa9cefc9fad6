"""Film grammar: beats become sequences of shots with a camera, a mood, sound and an exact length."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from callsheet.film import Camera, Dialogue, Mood, Rate, References, Shot, SoundEffect, Super, Transition
from callsheet.film import Sequence as FilmSequence
from callsheet.film.shot import Angle, Effect, Move, Size, SuperRole, UseCase
from callsheet.script.plan import Beat, Caption, Hand, Picture, Role, Sees
from callsheet.script.timing import fit

SIZES: dict[Sees, tuple[Size, ...]] = {
    "place": ("extreme-wide", "wide"),
    "person": ("medium", "close", "full"),
    "people": ("full", "wide", "medium"),
    "product": ("close", "medium", "full"),
    "detail": ("extreme-close", "insert"),
    "hands": ("insert", "close"),
    "image": ("wide", "medium", "extreme-wide"),
    "card": ("medium", "wide", "close"),
}
_SCALE: tuple[Size, ...] = ("extreme-wide", "wide", "full", "medium", "close", "insert", "extreme-close")
_MOVES: dict[Sees, tuple[Move, ...]] = {
    "place": ("pan-right", "crane-down", "pull", "push", "pan-left", "crane-up", "truck-right", "truck-left", "static"),
    "person": ("push", "handheld", "static", "truck-right", "orbit", "pull", "pan-left", "truck-left"),
    "people": ("truck-left", "handheld", "pan-right", "push", "pull", "static", "orbit", "truck-right"),
    "product": ("push", "orbit", "truck-right", "static", "crane-down", "pull", "tilt-up", "truck-left", "crane-up"),
    "detail": ("truck-left", "push", "tilt-up", "tilt-down", "truck-right", "static", "pan-right"),
    "hands": ("push", "static", "tilt-down", "handheld", "truck-right", "truck-left"),
    "image": ("crane-up", "pan-right", "pull", "push", "truck-left", "pan-left", "static", "tilt-up"),
    "card": ("static", "push", "truck-left"),
}
_ANGLES: dict[Sees, tuple[Angle, ...]] = {
    "place": ("eye", "high", "low"),
    "person": ("eye", "low", "high"),
    "people": ("eye", "high", "low"),
    "product": ("eye", "low", "high", "overhead"),
    "detail": ("eye", "overhead", "low", "high", "dutch"),
    "hands": ("high", "overhead", "point-of-view", "eye"),
    "image": ("eye", "low", "high"),
    "card": ("eye",),
}
_USES: dict[Sees, UseCase] = {
    "place": "landscape", "person": "human-action", "people": "multi-subject", "product": "product", "detail": "product",
    "hands": "human-action", "image": "stylised", "card": "text-and-graphics",
}  # fmt: skip
MOODS: dict[Role, tuple[float, float]] = {
    "hook": (0.1, 0.45), "meet": (0.45, 0.25), "problem": (-0.35, 0.1), "demo": (0.4, 0.3), "proof": (0.45, 0.4), "image": (0.5, 0.05),
    "life": (0.65, 0.2), "offer": (0.5, 0.45), "call": (0.6, 0.5), "item": (0.4, 0.35), "title": (0.2, 0.2), "fact": (0.2, 0.2), "scene": (0.0, 0.0),
    "recap": (0.45, 0.15),
}  # fmt: skip
_STINGS: dict[Role, tuple[Effect, int]] = {
    "meet": ("shimmer", 6),
    "offer": ("impact", 2),
    "proof": ("whoosh", 0),
    "item": ("whoosh", 0),
    "title": ("whoosh", 0),
}
_ROLE_ROOM: dict[SuperRole, int] = {
    "headline": 4,
    "stat": 4,
    "title": 6,
    "item": 4,
    "quote": 8,
    "sub": 10,
    "offer": 5,
    "cta": 6,
    "lower-third": 6,
    "legal": 10,
}
"""Frames that a text waits when it comes in late."""


@dataclass
class Camerawork:
    """Chooses a camera for each picture and remembers what came before, so that neighbours differ."""

    hand: Hand
    used: Counter[str] = field(default_factory=Counter)
    before: Camera | None = None

    def choose(self, picture: Picture) -> Camera:
        """The picture's own wishes first; else by what it sees, never the size, seldom the move or angle of the shot before."""
        size = picture.size or self._size(picture.sees)
        move = picture.move or self._move(picture.sees)
        angles = [a for a in self.hand.angles if a in _ANGLES[picture.sees]] or list(_ANGLES[picture.sees][:1])
        angle = picture.angle or angles[self.used[f"angle:{picture.sees}"] % len(angles)]
        if self.before and (size, angle, move) == (self.before.size, self.before.angle, self.before.move):
            move = next(m for m in _MOVES[picture.sees] if m != move)
        camera = Camera(size=size, angle=angle, move=move)
        self.used.update((f"size:{picture.sees}", f"angle:{picture.sees}", f"move:{move}"))
        self.before = camera
        return camera

    def _size(self, sees: Sees) -> Size:
        wanted = self.hand.sizes.get(sees, SIZES[sees])
        start = self.used[f"size:{sees}"]
        turned = [wanted[(start + step) % len(wanted)] for step in range(len(wanted))]
        if not self.before:
            return turned[0]
        # Two steps of size make a cut that is seen; a neighbouring size will do, the same one never.
        for apart in (2, 1):
            for size in turned:
                if abs(_SCALE.index(size) - _SCALE.index(self.before.size)) >= apart:
                    return size
        at = _SCALE.index(wanted[0])
        return _SCALE[at + 1] if at + 1 < len(_SCALE) else _SCALE[at - 1]

    def _move(self, sees: Sees) -> Move:
        """The least used of the moves that suit, in the order the treatment likes them; not the one just made."""
        liked = [m for m in self.hand.moves if m in _MOVES[sees]]
        options = liked if len(liked) > 1 else [*liked, *(m for m in _MOVES[sees][:2] if m not in liked)]
        free = [m for m in options if not self.before or m != self.before.move] or options
        return min(free, key=lambda m: self.used[f"move:{m}"])


def shoot(
    beats: Sequence[Beat],
    frames: Sequence[int],
    hand: Hand,
    *,
    look: str | None = None,
    first: int = 10,
    ambience: Mapping[str, str] | None = None,
) -> list[FilmSequence]:
    """The board: sequences of shots. `frames` holds one length per picture; shots count from `first` in tens.

    `ambience` names the background sound of each location, for pictures that choose none.
    """
    work = Camerawork(hand)
    lengths = iter(frames)
    sequences: list[FilmSequence] = []
    number = first
    for beat in beats:
        if not sequences or sequences[-1].title != beat.title:
            sequences.append(FilmSequence(code=f"SQ{10 * (len(sequences) + 1):03}", title=beat.title, shots=[]))
        for at, picture in enumerate(beat.pictures):
            shot = _shot(f"SH{number:03}", beat, at, picture, next(lengths), hand, work, look, ambience or {})
            sequences[-1].shots.append(shot)
            number += 10
    _join(sequences)
    return sequences


def _shot(
    code: str,
    beat: Beat,
    at: int,
    picture: Picture,
    frames: int,
    hand: Hand,
    work: Camerawork,
    look: str | None,
    beds: Mapping[str, str],
) -> Shot:
    valence, arousal = MOODS[beat.role]
    bed = picture.ambience or beds.get(picture.location or "")
    return Shot(
        code=code,
        action=picture.action,
        duration=frames,
        dialogue=[Dialogue(who=line.who, line=line.text, manner=line.manner) for line in picture.lines],
        camera=work.choose(picture),
        location=picture.location,
        cast=list(picture.cast),
        props=list(picture.props),
        look=look,
        time_of_day=picture.time,
        weather=picture.weather,
        mood=Mood(
            valence=_bounded(picture.valence if picture.valence is not None else valence + hand.valence),
            arousal=_bounded(picture.arousal if picture.arousal is not None else arousal + hand.arousal),
        ),
        creativity=hand.creativity,
        supers=_supers(picture.captions, frames),
        references=References(images=list(picture.images[:9])),
        transition=Transition(kind="dissolve", frames=12) if picture.dissolve else Transition(),
        effects=_effects(beat, at, picture, frames, hand),
        ambience=bed,
        use_case=picture.use_case or _USES[picture.sees],
        acceptance="hero" if beat.role in ("hook", "call") and at == 0 else "standard",
        note=picture.note or beat.title,
    )


def _bounded(value: float) -> float:
    return round(max(-1.0, min(1.0, value)), 2)


def _supers(captions: Sequence[Caption], frames: int) -> list[Super]:
    rows = []
    for caption in captions:
        start = min(_ROLE_ROOM[caption.role] + (8 if caption.late else 0), max(0, frames // 4)) if caption.late else 0
        rows.append(Super(text=caption.text, role=caption.role, start=start))
    return rows


def _effects(beat: Beat, at: int, picture: Picture, frames: int, hand: Hand) -> list[SoundEffect]:
    if picture.effect:
        when = max(0, frames - 24) if picture.effect == "riser" else min(4, frames - 1)
        return [SoundEffect(effect=picture.effect, at=when, gain_db=-3.0)]
    if at == 0 and hand.stings and beat.role in _STINGS:
        effect, when = _STINGS[beat.role]
        return [SoundEffect(effect=effect, at=min(when, frames - 1), gain_db=-6.0)]
    return []


def _join(sequences: Sequence[FilmSequence]) -> None:
    """Make dissolves fit the shots they join; the film's first shot cuts in."""
    before: Shot | None = None
    for shot in (s for sequence in sequences for s in sequence.shots):
        if shot.transition.kind == "dissolve":
            room = min(shot.duration, before.duration - before.transition.frames) // 2 if before else 0
            shot.transition = (
                Transition(kind="dissolve", frames=min(shot.transition.frames, room)) if room >= 4 else Transition()
            )
        before = shot


def length(sequences: Sequence[FilmSequence]) -> int:
    """Frames of the finished film: dissolves overlap their neighbours."""
    return sum(s.duration - s.transition.frames for sequence in sequences for s in sequence.shots)


def frames_for(beats: Sequence[Beat], total: int, hand: Hand, language: str, rate: Rate) -> list[int]:
    """The length of every picture of `beats` in order, exactly `total` frames together."""
    return fit([p for b in beats for p in b.pictures], total, hand, language, rate)
