"""Finding a place for every super: by role and company, stacked where they belong together, never on each other, on the
captions, or where platforms draw their controls."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from callsheet.media.type.compose import compose
from callsheet.media.type.stage import Area, Stage, stage_for
from callsheet.media.type.supers import Placement, Super
from callsheet.media.type.voices import ROLES

__all__ = ["place_supers", "room_of"]

_GRID = 10_000
_AIR = 26.0
_ALONE = ("lower-third", "legal")
_READING_ORDER = (
    "chapter",
    "title",
    "headline",
    "quote",
    "stat",
    "offer",
    "sub",
    "item",
    "cta",
    "lower-third",
    "legal",
)
_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58, 0.52, 0.46, 0.4, 0.34)


@dataclass
class _Stack:
    """Supers that share a place and, through one another, their time. `zone` shrinks as other stacks need room."""

    place: tuple[str, str]
    members: list[int]
    zone: Area
    box: Area = field(default_factory=lambda: Area(0, 0, 0, 0))
    boxes: list[Area] = field(default_factory=list)
    scale: float = 1.0


def place_supers(supers: Sequence[Super], size: tuple[int, int]) -> list[Super]:
    """The same supers with their placements for frames of `size`.

    Supers that are on screen together are seen together: give all of a film's at once, with their frames in the film.
    """
    stage = stage_for(size)
    places = [_place(i, supers, stage) for i in range(len(supers))]
    stacks = _stacks(supers, places, stage)
    for stack in stacks:
        _settle(stack, supers, stage)
    for _ in range(2 * len(stacks)):
        if not _part(stacks, supers, stage):
            break
    placed = list(supers)
    for stack in stacks:
        align = stack.place[0] if stage.kind != "landscape" or stack.place[0] != "right" else "left"
        shades = _shades(stack, supers, stage)
        for index, box in zip(stack.members, stack.boxes, strict=True):
            placement = replace(
                _placement(stack.zone, box.y, align, stack.scale, stage),
                shade=shades.get(index),
                after=_after(index, supers),
            )
            placed[index] = replace(supers[index], placement=placement)
    return placed


def _after(index: int, supers: Sequence[Super]) -> int:
    """How many supers that start on the same frame are read before this one."""

    def turn(number: int) -> tuple[int, int]:
        return _READING_ORDER.index(supers[number].role), number

    return sum(1 for i, s in enumerate(supers) if s.start == supers[index].start and turn(i) < turn(index))


def _shades(stack: _Stack, supers: Sequence[Super], stage: Stage) -> dict[int, tuple[int, int, int, int, int]]:
    """Who darkens the picture behind which box: of members that come and go together, the first does it for all.

    Members whose ground is known need no darkening.
    """
    shared: dict[tuple[int, int], list[int]] = {}
    for position, member in enumerate(stack.members):
        item = supers[member]
        if not item.ground and (item.role != "cta" or "\n" in item.text):
            shared.setdefault((item.start, item.end), []).append(position)
    out = {}
    for positions in shared.values():
        boxes = [stack.boxes[p] for p in positions]
        left, top = min(b.x for b in boxes), min(b.y for b in boxes)
        right, bottom = max(b.right for b in boxes), max(b.bottom for b in boxes)
        box = (left / stage.width, top / stage.height, (right - left) / stage.width, (bottom - top) / stage.height)
        x, y, width, height = (round(v * _GRID) for v in box)
        strength = round(1000 * max(ROLES[supers[stack.members[p]].role].shade for p in positions))
        out[stack.members[positions[0]]] = (x, y, width, height, strength)
    return out


def room_of(placement: Placement, stage: Stage) -> Area:
    """A placement's corner and room in reference units."""
    return Area(
        placement.x * stage.width / _GRID,
        placement.y * stage.height / _GRID,
        placement.width * stage.width / _GRID,
        placement.height * stage.height / _GRID,
    )


def _placement(zone: Area, top: float, align: str, scale: float, stage: Stage) -> Placement:
    return Placement(
        round(zone.x / stage.width * _GRID),
        round(top / stage.height * _GRID),
        round(zone.width / stage.width * _GRID),
        round(zone.height / stage.height * _GRID),
        align,
        round(scale * 1000),
    )


def _together(a: Super, b: Super) -> bool:
    return a.start < b.end and b.start < a.end


def _place(index: int, supers: Sequence[Super], stage: Stage) -> tuple[str, str]:
    """(left, center or right, upper, middle or lower) of one super."""
    item = supers[index]
    own = _split(ROLES[item.role].place[0 if stage.kind == "vertical" else 1])
    if item.place != "auto":
        return _split(item.place, own)
    if item.role in _ALONE:
        return own
    company = [s for s in supers if s.place == "auto" and s.role not in _ALONE and _together(s, item)]
    lead = min(company, key=lambda s: ROLES[s.role].rank)
    if lead is item or lead.role == item.role:
        return own
    horizontal, vertical = _split(ROLES[lead.role].place[0 if stage.kind == "vertical" else 1])
    # On a phone the button sits low, near the thumb, whatever stands above.
    return horizontal, "lower" if item.role == "cta" and stage.kind == "vertical" else vertical


def _split(place: str, own: tuple[str, str] = ("left", "middle")) -> tuple[str, str]:
    first, _, second = place.partition("-")
    if second:
        return second, first
    if first in ("upper", "lower"):
        return own[0], first
    return first, "middle"


def _stacks(supers: Sequence[Super], places: Sequence[tuple[str, str]], stage: Stage) -> list[_Stack]:
    stacks: list[_Stack] = []
    for index, place in enumerate(places):
        joined = [s for s in stacks if s.place == place and any(_together(supers[index], supers[m]) for m in s.members)]
        members = [index, *(m for s in joined for m in s.members)]
        stacks = [s for s in stacks if s not in joined]
        stacks.append(_Stack(place, members, stage.zone(*place)))
    for stack in stacks:
        stack.members.sort(key=lambda m: (_READING_ORDER.index(supers[m].role), supers[m].start, m))
    return sorted(stacks, key=lambda s: s.members)


def _settle(stack: _Stack, supers: Sequence[Super], stage: Stage) -> None:
    """Choose the scale at which the stack fits its zone, and where each member stands."""
    vertical = stack.place[1]
    for scale in _SCALES:
        stack.scale = scale
        room = room_of(_placement(stack.zone, stack.zone.y, "left", scale, stage), stage)
        extents: list[tuple[float, float, float]] = []
        y = 0.0
        for position, member in enumerate(stack.members):
            item = supers[member]
            blocks = compose(item, stage.kind, room.width, room.height, "left", scale)
            if position:
                y += ROLES[item.role].air * scale
            wide, high = max(b.width for b in blocks), max(b.height for b in blocks)
            extents.append((y, wide, high))
            y += high
        if y <= stack.zone.height:
            break
    if vertical == "upper":
        top = stack.zone.y
    elif vertical == "lower":
        top = stack.zone.bottom - y
    else:
        # A little above the middle is where the eye puts the middle.
        top = stack.zone.y + max(0.0, stack.zone.height - y) * (0.42 if stage.kind == "vertical" else 0.52)
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[stack.place[0]]
    share = 0.0 if stage.kind == "landscape" and stack.place[0] == "right" else share
    stack.boxes = [
        Area(stack.zone.x + share * (stack.zone.width - wide), top + offset, wide, high)
        for offset, wide, high in extents
    ]
    left = min(b.x for b in stack.boxes)
    stack.box = Area(left, top, max(b.right for b in stack.boxes) - left, y)


def _part(stacks: list[_Stack], supers: Sequence[Super], stage: Stage) -> bool:
    """Move two stacks apart that are on each other; False where there are none."""
    rank = ("upper", "middle", "lower")
    for i, a in enumerate(stacks):
        for b in stacks[i + 1 :]:
            if not a.box.meets(b.box, _AIR - 1) or not any(
                _together(supers[m], supers[n]) for m in a.members for n in b.members
            ):
                continue
            above, below = sorted((a, b), key=lambda s: (rank.index(s.place[1]), s.box.y))
            # The line between them is drawn by what each needs; small print at the bottom keeps its place.
            need_above, need_below = above.box.height / above.scale, below.box.height / below.scale
            top, bottom = min(above.zone.y, below.zone.y), max(above.zone.bottom, below.zone.bottom)
            room = bottom - top - _AIR
            if below.place[1] == "lower" and above.box.height + below.box.height <= room:
                cut = below.box.y - _AIR
            else:
                cut = top + room * need_above / (need_above + need_below)
            above.zone = replace(above.zone, y=top, height=cut - top)
            start = max(cut + _AIR, below.zone.y) if below.place[1] == "lower" else cut + _AIR
            below.zone = replace(below.zone, y=start, height=bottom - start)
            _settle(above, supers, stage)
            _settle(below, supers, stage)
            return True
    return False
