"""From the board to an order: ids resolved, files named by digest, everything that does not change the picture left out."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, get_args

from callsheet.film.asset import LAWFUL, Asset
from callsheet.film.digest import digest
from callsheet.film.preset import PRESETS, Framing
from callsheet.film.production import Placed, Production
from callsheet.film.shot import Shot, Work
from callsheet.film.take import Line, Order, Reference, Sound, Take

AssetT = TypeVar("AssetT", bound=Asset)
_FROM_A_TAKE = {"extends", *get_args(Work)}
_FULL_CARD = {"title", "offer", "quote"}


def files(production: Production, placed: Placed) -> Iterator[tuple[str, str]]:
    """Every file a shot's picture depends on, as (role, path relative to the production folder)."""
    shot = placed.shot
    for name in shot.cast:
        yield from ((f"cast:{name}", path) for path in production.cast[name].references)
    for name in shot.props:
        yield from ((f"prop:{name}", path) for path in production.props[name].references)
    if shot.location:
        yield from ((f"location:{shot.location}", path) for path in production.locations[shot.location].references)
    if shot.look:
        yield from ((f"look:{shot.look}", path) for path in production.looks[shot.look].references)
    yield from (("image", path) for path in shot.references.images)
    yield from (("video", path) for path in shot.references.videos)
    yield from (("audio", path) for path in shot.references.audio)
    if shot.footage and shot.footage.video:
        yield shot.footage.work, shot.footage.video
    yield from ((f"keyframe:{key.frame}", key.image) for key in shot.continuity.keyframes)
    if shot.continuity.first_frame:
        yield "first-frame", shot.continuity.first_frame
    if shot.continuity.last_frame:
        yield "last-frame", shot.continuity.last_frame


def framings(production: Production) -> tuple[Framing, ...]:
    """Every picture shape the deliverables need, in their order."""
    return tuple(dict.fromkeys(PRESETS[d.preset].framing for d in production.deliverables))


def needs(shot: Shot) -> str | None:
    """The code of the shot that has to have a take before this one can be shot; None when there is none."""
    return shot.continuity.extends or (shot.footage.shot if shot.footage else None)


def order(production: Production, placed: Placed, digest_of: Callable[[str], str], parent: Take | None) -> Order:
    """The order for one take.

    `digest_of` gives the sha256 of a file by its path; `parent` is the take on whose last frame this shot starts, or that it is made from.
    """
    shot = placed.shot
    references = [Reference(role=role, sha256=digest_of(path)) for role, path in files(production, placed)]
    if parent:
        part = shot.footage.work if shot.footage else "extends"
        references += [Reference(role=f"{part}:{clip.framing}", sha256=clip.sha256) for clip in parent.clips]
    roles = {text.role for text in shot.supers}
    card = shot.use_case == "text-and-graphics" or (bool(roles & _FULL_CARD) and not shot.cast and not shot.props)
    return Order(
        code=placed.address,
        action=shot.action,
        camera=shot.camera,
        frames=shot.duration,
        rate=production.rate,
        framings=framings(production),
        mood=shot.mood,
        creativity=shot.creativity,
        time_of_day=shot.time_of_day,
        weather=shot.weather,
        use_case=shot.use_case,
        location=_seen(production.locations[shot.location]) if shot.location else None,
        location_id=shot.location,
        cast=tuple((name, _seen(production.cast[name]).model_copy(update={"voice": None})) for name in shot.cast),
        props=tuple((name, _seen(production.props[name])) for name in shot.props),
        look=_seen(production.looks[shot.look]) if shot.look else None,
        language=production.language,
        text_room="none" if not shot.supers else "all" if card else "part",
        references=tuple(references),
        beats=tuple(shot.beats),
        sound=_spoken(production, shot) if shot.sound == "native" else None,
        lettering=tuple(shot.lettering),
    )


def awaiting(order: Order, shot: Shot) -> Order:
    """The order of a shot whose parent has no take yet, as far as routes and prices go: with a clip in its place that is still to come."""
    part = shot.footage.work if shot.footage else "extends"
    come = [Reference(role=f"{part}:{framing}", sha256=digest(["to come", framing])) for framing in order.framings]
    return order.model_copy(update={"references": (*order.references, *come)})


def as_boarded(order: Order) -> Order:
    """The order without the clips of the take that it is made from: what the board asks for, whichever take that is."""
    shapes = tuple(f":{framing}" for framing in order.framings)
    boarded = tuple(
        r for r in order.references if r.role.partition(":")[0] not in _FROM_A_TAKE or not r.role.endswith(shapes)
    )
    return order.model_copy(update={"references": boarded})


def _spoken(production: Production, shot: Shot) -> Sound:
    """What the model is told of the sound: who says what."""
    return Sound(
        lines=tuple(
            Line(
                who=production.cast[said.who].name if said.who in production.cast else said.who,
                line=said.line,
                manner=said.manner,
                language=said.language or production.language,
            )
            for said in shot.dialogue
        )
    )


def _seen(asset: AssetT) -> AssetT:
    """The asset as a picture shows it: papers and file names do not change a take, file contents are in the references."""
    unseen: dict[str, Any] = {"references": [], "consent": None} | {
        name: None for name in LAWFUL if name in type(asset).model_fields
    }
    return asset.model_copy(update=unseen)
