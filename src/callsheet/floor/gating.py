"""Gates on the floor: every clip that comes in is looked at once, and what is rejected is shot again, a bounded number of times."""

import importlib.util
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from callsheet.errors import InputError, MissingPartError
from callsheet.film import Framing, GateFinding, Inspection, Money, Order, Production, Recipe, Shot, Take, seed

if TYPE_CHECKING:  # worker processes import this too, and have no use for a database
    from callsheet.floor.floor import Bought, Floor, ShootRequest
    from callsheet.floor.make import Maker

Inspect = Callable[..., Inspection]
"""Looks at a clip of a recipe in one picture shape, as `inspected` does. Must be picklable."""

READ = "CALLSHEET_READ"
"""Environment variable; `on` has clips read: for lettering that was ordered, and bought ones for lettering that nobody ordered. It takes a
second or two of a core each."""
FACES = "CALLSHEET_FACES"
"""Environment variable; `on` has the faces in bought clips measured against the stills of the cast. It takes a second or two of a core each."""
DRAWN = "animatic"
"""The offer of the drawings that are made here: another seed draws the same board again."""
_OF_THE_FILE = ("decode", "spec")
_WORKS = ("edit", "extend", "upscale", "reframe", "restyle")
_OF_THE_ROUTE = frozenset(("spec", "sound", "watermark"))
"""Gates whose faults are the way of a route: another seed of it would have them as well. So is a clip that is too short."""


def reading() -> bool:
    """Whether clips are read. Raises InputError, and MissingPartError where there is nothing to read with."""
    on = _on(READ)
    if on and importlib.util.find_spec("rapidocr") is None:
        raise MissingPartError("there is nothing to read clips with", where=READ, remedy="Install callsheet[ocr].")
    return on


def recognising() -> bool:
    """Whether faces are measured. Raises InputError, and MissingPartError where there is nothing to measure them with."""
    if not _on(FACES):
        return False
    from callsheet.media.gates.judges import has_judge

    if not has_judge():
        raise MissingPartError(
            "there is nothing to recognise faces with",
            where=FACES,
            remedy="Install callsheet[faces], or a judge of your own.",
        )
    return True


def _on(setting: str) -> bool:
    said = os.environ.get(setting, "off")
    if said not in ("on", "off"):
        raise InputError(f"{said!r} is neither on nor off", where=setting, remedy=f"Set {setting}=on, or unset it.")
    return said == "on"


def cast_stills(recipe: Recipe, path_of: Callable[[str], Path | None]) -> dict[str, Path]:
    """The stills of the cast that gates look at, by sha256; none unless faces are measured. `path_of` finds a file by its sha256."""
    if recipe.offer == DRAWN or not recognising():
        return {}
    named = {r.sha256 for r in recipe.order.references if r.role.startswith("cast:")}
    return {sha256: path for sha256 in sorted(named) if (path := path_of(sha256)) is not None}


def unchecked(production: Production, shots: Sequence[Shot]) -> Iterator[str]:
    """What gates will not check of shots although the board names it, in sentences."""
    lettered = [shot.code for shot in shots if shot.lettering]
    if lettered and not _on(READ):
        yield f"The lettering of {', '.join(lettered)} is not checked: clips are read with {READ}=on alone."
    if _on(FACES):
        cast = sorted({name for shot in shots for name in shot.cast if not production.cast[name].references})
        if cast:
            yield f"Faces of {', '.join(cast)} are not checked: there are no stills of them."


def inspected(
    path: Path, recipe: Recipe, framing: Framing, sized: bool = True, stills: Mapping[str, Path] = MappingProxyType({})
) -> Inspection:
    """Ask the cheap gates about a clip. With `sized` it must have the lines that the offer names, such as `:1080p`; without, it is one
    that a stand-in made: it may be smaller, and it is not asked what it shows.

    Lettering that was ordered is read where clips are read, and the cast is recognised by `stills`, files by sha256. Another rate than
    ordered only ranks, since the conform brings every clip to the film's rate. A drawing is rejected for what is wrong with its file
    alone: what else is found there is how the board is drawn, and ranks.
    """
    from callsheet.media.gates import CHEAP, VERSION, Gate, Wanted
    from callsheet.media.gates.inspection import inspect
    from callsheet.media.gates.judges import judge
    from callsheet.media.gates.reading import installed_reader

    order, bought = recipe.order, recipe.offer != DRAWN
    shows = sized or not bought
    reads = shows and (bought or bool(order.lettering)) and reading()
    faces = shows and bought and bool(order.cast) and recognising()
    asked: tuple[Gate, ...] = CHEAP
    asked += ("text",) if order.lettering and shows else ()
    asked += ("watermark",) if reads and bought else ()  # we know what we drew
    asked += ("identity",) if faces else ()
    high = _lines(recipe.offer) if sized else None
    sound = order.sound is not None and bought  # a drawing is silent
    cast = {who: _faces_of(order, who, stills) for who, _ in order.cast} if faces else {}
    wanted = Wanted.by(order, framing, lines=high, any_rate=True, sound=sound, cast=cast)
    report = inspect(
        path,
        wanted,
        [gate for gate in asked if gate not in _ordered(order)],
        reader=installed_reader() if reads else None,
        faces=judge() if any(cast.values()) else None,
    )
    found = [GateFinding.model_validate(finding.document()) for finding in report]
    found += [
        GateFinding(gate=gate, outcome="not checked", score=None, words=why) for gate, why in _ordered(order).items()
    ]
    if recipe.offer == DRAWN:
        found = [
            f if f.outcome != "reject" or f.gate in _OF_THE_FILE else f.model_copy(update={"outcome": "rank"})
            for f in found
        ]
    return Inspection(version=VERSION, findings=tuple(found))


def _faces_of(order: Order, who: str, stills: Mapping[str, Path]) -> tuple[Path, ...]:
    return tuple(stills[r.sha256] for r in order.references if r.role == f"cast:{who}" and r.sha256 in stills)


def _ordered(order: Order) -> dict[str, str]:
    """Gates that are not asked, because what they look for may be what was ordered; and why."""
    if any(ref.role.partition(":")[0] in _WORKS for ref in order.references):
        return dict.fromkeys(("black", "freeze", "cuts", "static"), "the footage that was worked on may have it")
    return {"cuts": "several pictures were ordered"} if len(order.beats) > 1 else {}


def again(recipe: Recipe, turn: int) -> Recipe:
    """The recipe for another try, number `turn` from 1, at what came of this recipe and was rejected: the same with another seed."""
    return recipe.model_copy(update={"seed": seed("again", recipe.digest, turn)})


def advice(take: Take) -> Literal["re-roll", "re-route"]:
    """What the gates that reject a take say about the next try: another seed, or another route."""
    gates = {found.gate for found in take.against if found.outcome == "reject"}
    order = take.recipe.order
    short = any(clip.frames_at(order.rate) < order.frames for clip in take.clips)
    return "re-route" if short or gates & _OF_THE_ROUTE else "re-roll"


async def shoot_local(
    floor: "Floor", requests: "Sequence[ShootRequest]", maker: "Maker", left: Money | None
) -> "tuple[list[Take], list[Bought]]":
    """The takes of what is made here, and the shots of which gates reject every take.

    One that is rejected is made again with other seeds, `MOST_PAID` times in all, as long as `left` pays for it (None: no limit).
    """
    from callsheet.floor.floor import Bought
    from callsheet.money.bid import MOST_PAID

    good: list[Take] = []
    bad: list[Bought] = []
    wanted = [(request, request) for request in requests]
    for turn in range(1, MOST_PAID + 1):
        takes = await floor.shoot([now for _, now in wanted], maker)
        rejected = [(first, take) for (first, _), take in zip(wanted, takes, strict=True) if take.rejected]
        good += [take for take in takes if not take.rejected]
        wanted = []
        for first, take in rejected:
            affordable = not first.cost.micros or left is None or first.cost <= left
            if turn == MOST_PAID or not affordable or advice(take) == "re-route":
                bad.append(Bought(first.shot, None, "rejected", (f"{take.recipe.offer}: {take.gates_said}",), take))
                continue
            if left is not None and first.cost.micros:
                left = Money(left.micros - first.cost.micros, left.currency)
            wanted.append((first, replace(first, recipe=again(first.recipe, turn))))
        if not wanted:
            break
    return good, bad


def _lines(offer: str) -> int | None:
    """The lines that an offer names, as in `:1080p`; what sellers call 2k or 4k differs too much to be asked for."""
    named = re.fullmatch(r".*:(\d{3,4})p", offer)
    return int(named[1]) if named else None
