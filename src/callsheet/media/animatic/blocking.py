"""Blocking: where the people of a shot stand in the frame, which way they look, and how large they are."""

from dataclasses import dataclass, replace

from callsheet.media.animatic.axis import looks_right
from callsheet.media.animatic.camera import Lens
from callsheet.media.animatic.figure import Figure, Light
from callsheet.media.animatic.reading import Actor, Reading
from callsheet.media.animatic.stage import Stage


@dataclass(frozen=True)
class Mark:
    """A figure's mark on the floor. Lengths are fractions of the frame: `x` of its width, `feet` and `tall` of its height."""

    figure: Figure
    x: float
    feet: float
    tall: float
    flip: bool
    depth: float = 1.0


@dataclass(frozen=True)
class Blocking:
    """All marks, from far to near, and the shoulder that the camera looks over, if any."""

    marks: tuple[Mark, ...]
    shoulder: Mark | None
    travels: float
    """+1, -1: the subject walks that way and the camera keeps with them; 0 otherwise."""


_MOVING = ("walk", "run")


def block(stage: Stage, reading: Reading, lens: Lens, light: Light) -> Blocking:
    """Place the actors by thirds, with look room, away from the calm region."""
    actors = list(reading.actors)
    camera = stage.order.camera
    energy = 0.5 + 0.45 * stage.order.mood.arousal
    if camera.size == "insert" or not actors:
        return Blocking(_crowd(stage, reading, lens, light), None, 0)
    near = camera.size in ("close", "extreme-close")
    left_first = looks_right(actors[0].who)
    if not stage.calm.isEmpty() and not stage.portrait:
        left_first = False
    shoulder = None
    if camera.angle == "over-shoulder":
        listener = actors[1] if len(actors) > 1 else Actor("listener", "stand")
        actors = actors[:1] if near or len(actors) < 3 else [a for n, a in enumerate(actors) if n != 1]
        side = (0.14 if not left_first else 0.86) if not stage.portrait else (0.06 if not left_first else 0.94)
        if not stage.calm.isEmpty() and not stage.portrait:
            side = 0.97
        back = Figure(
            stage,
            replace(listener, pose="stand", prop=None, seated=False),
            replace(light, backlit=0.95, shadow=0, wet=0, rim_strength=0.45),
            turned=True,
            phase=0.6,
        )
        tall = max(lens.tall * 1.75, 2.3) * (0.7 if stage.portrait else 1.0)
        shoulder = Mark(back, side, 0.36 + tall, tall, False, 1.45)
    elif near:
        actors = actors[: 2 if actors[0].pose == "embrace" else 1]
    places = _places(stage, lens, actors, left_first)
    marks = []
    for n, actor in enumerate(actors):
        x, flip = places[n]
        turned = shoulder is None and _turned(stage, actor, n, len(actors), lens)
        figure = Figure(
            stage, actor, light, turned=turned, phase=(0.13 + 0.37 * n) % 1, energy=energy * (1.0 if n == 0 else 0.7)
        )
        marks.append(Mark(figure, x, lens.feet + 0.006 * (n % 2), lens.tall, flip))
    if lens.tall > 1:
        # Close up, the camera comes down to whoever sits, stoops or is small: the crown stands where a standing adult's would.
        low = min(_crown(mark) for mark in marks) - max(lens.feet - lens.tall * lens.squash, 0.07)
        marks = [replace(mark, feet=mark.feet - low) for mark in marks]
    if shoulder and marks:
        marks[0] = replace(marks[0], flip=shoulder.x < marks[0].x)
    if camera.angle == "point-of-view":
        marks = [replace(mark, flip=mark.x > 0.5) for mark in marks]
    lead = marks[0]
    travels = 0.0
    if lead.figure.actor.pose in _MOVING and not lead.figure.turned:
        travels = -1.0 if lead.flip else 1.0
        marks = [replace(mark, flip=lead.flip) if mark.figure.actor.pose in _MOVING else mark for mark in marks]
    marks.reverse()
    return Blocking((*_crowd(stage, reading, lens, light), *marks), shoulder, travels)


def _crown(mark: Mark) -> float:
    """Where the top of a figure's head lies, as a fraction of the frame's height."""
    bones, body = mark.figure.bones(0.0), mark.figure.garb.body
    return mark.feet + (bones.head[1] - body.head * 0.56) * body.height * mark.tall


def _turned(stage: Stage, actor: Actor, index: int, count: int, lens: Lens) -> bool:
    """Whether we see an actor from the back."""
    if lens.tall > 1.2 or stage.order.use_case == "talking-head":
        return False
    if actor.pose == "lookout" and not actor.seated:
        return lens.tall < 0.5 or (count == 1 and bool(stage.rng("turned").random() < 0.5))
    if (
        count > 1
        or actor.seated
        or actor.pose in ("phone", "read", "drink", "pour", "desk", "reach", "argue", "embrace", "wave")
    ):
        return False
    if actor.pose == "walk" and lens.tall < 1 and actor.prop is None:
        return bool(stage.rng("turned").random() < 0.35)
    if actor.pose == "stand":
        return bool(stage.rng("turned", index).random() < (0.45 if lens.tall < 2 else 0.3))
    return False


def _places(stage: Stage, lens: Lens, actors: list[Actor], left_first: bool) -> list[tuple[float, bool]]:
    """For each actor, x as a fraction of the width and whether they face left."""
    count, lead = len(actors), actors[0]
    ratio = stage.height / stage.width
    bold = stage.order.creativity
    calm_left = not stage.calm.isEmpty() and not stage.portrait
    middle = 0.72 if calm_left else 0.5
    if count == 1:
        if calm_left:
            return [(0.70 if lens.tall < 2 else 0.74, True)]
        off = min(0.07 + 0.3 * bold, 0.18) * (0.6 if stage.portrait and lens.tall > 0.6 else 1.0)
        if lens.tall > 2:
            off = min(off, 0.12)
        x = 0.5 - off if left_first else 0.5 + off
        return [(x, not left_first)]
    if count == 2:
        gap = lens.tall * ratio * {"embrace": 0.155, "argue": 0.44, "walk": 0.30}.get(lead.pose, 0.46)
        room = 0.40 if calm_left else (0.60 if stage.portrait else 0.52) if lens.tall > 1 else 0.7
        gap = min(gap, room) if lead.pose != "embrace" else min(gap, 0.4)
        if any(actor.seated for actor in actors):
            gap = min(max(gap, lens.tall * ratio * 0.66), 0.46 if calm_left else 0.74)
        elif lens.tall > 1 and lead.pose in ("reach", "desk", "pour", "hold"):
            gap = max(gap, 0.62)  # room for what the hands do
        both_ways = [(middle - gap / 2, False), (middle + gap / 2, True)]
        return both_ways if left_first or calm_left else [both_ways[1], both_ways[0]]
    gap = min(lens.tall * ratio * 0.36, (0.46 if calm_left else 0.8) / (count - 1))
    start = middle - gap * (count - 1) / 2
    order = sorted(range(count), key=lambda n: abs(n - (count - 1) / 2))
    places = [(0.0, False)] * count
    for n, slot in enumerate(order):
        x = start + gap * slot
        places[n] = (x, x > middle if n else left_first)
    return places


def _crowd(stage: Stage, reading: Reading, lens: Lens, light: Light) -> tuple[Mark, ...]:
    """People in the distance, when the action speaks of many."""
    if not reading.crowd or lens.tall > 1.6:
        return ()
    rng = stage.rng("crowd")
    calm_left = not stage.calm.isEmpty() and not stage.portrait
    marks = []
    soft = replace(light, backlit=min(0.9, light.backlit + 0.25), shadow=light.shadow * 0.6, wet=light.wet * 0.6)
    for n in range(9):
        back = 0.35 + 0.5 * float(rng.random())
        pose = ("stand", "walk", "stand", "phone", "stand", "hold")[int(rng.integers(6))]
        actor = Actor(f"extra-{n}-{stage.order.location_id}", pose, ("woman", "man")[n % 2])  # type: ignore[arg-type]
        x = float(rng.uniform(0.52 if calm_left else 0.04, 0.97))
        tall = lens.tall * (0.45 + 0.4 * back)
        feet = lens.horizon + (lens.feet - lens.horizon) * (0.45 + 0.4 * back)
        figure = Figure(stage, actor, soft, turned=bool(rng.random() < 0.5), phase=float(rng.random()), energy=0.4)
        marks.append(Mark(figure, x, feet, tall, bool(rng.random() < 0.5), 0.4 + 0.5 * back))
    marks.sort(key=lambda mark: mark.depth)
    return tuple(marks)
