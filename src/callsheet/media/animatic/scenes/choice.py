"""Which scene a shot plays in."""

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from callsheet.film.take import Order
from callsheet.media.animatic.reading import read
from callsheet.media.animatic.stage import Scene, Stage, Still

BUILDERS: dict[str, str] = {
    "mountain": "nature", "forest": "nature", "sea": "water", "lake": "water", "street": "street", "skyline": "skyline", "desert": "field",
    "field": "field", "room": "room", "kitchen": "kitchen", "office": "office", "corridor": "corridor", "shop": "shop", "classroom": "classroom",
    "theatre": "theatre", "car": "road", "road": "road", "courtyard": "courtyard", "studio": "studio",
    "market": "market", "noodle": "noodle", "space": "space", "harbour": "harbour",
    "product": "product", "still": "still", "graphic": "graphic",
}  # fmt: skip
"""Kind of scene -> the module beside this one that builds it. Each module has `build(stage) -> Scene`."""


def choose(order: Order, references: Iterable[str] = ()) -> str:
    """The kind of scene for an order, given the roles of the stills at hand: a key of BUILDERS.

    A picture meant for this very shot is shown; people play in their place with the product in their hands; a product without people
    stands on a set; a picture of the place alone is shown.
    """
    roles = [role for role in references if role != "last-frame" and not role.startswith("extends")]
    if order.use_case == "text-and-graphics" or (order.text_room == "all" and read(order).place != "space"):
        return "graphic"
    if "image" in roles or "first-frame" in roles:
        return "still"
    reading = read(order)
    acted = order.use_case != "product" and (bool(reading.actors) or order.use_case == "human-action")
    if acted and reading.told:
        return reading.place
    if order.props and not acted and any(role.startswith("prop:") for role in roles):
        return "product"
    if order.use_case == "product" or (
        order.props
        and not reading.actors
        and (order.camera.size in ("insert", "close", "extreme-close") or not reading.told)
    ):
        return "product"
    if any(role.startswith("location:") for role in roles) and not acted:
        return "still"
    return reading.place


def own_pictures(stills: Sequence[Still]) -> list[Still]:
    """The stills without what says nothing new: an `image` that is a prop's own first picture, and a prop's further pictures."""
    props: dict[str, Still] = {}
    kept: list[Still] = []
    for still in stills:
        if still.role.startswith("prop:"):
            if still.role not in props:
                props[still.role] = still
                kept.append(still)
        else:
            kept.append(still)
    return [s for s in kept if s.role != "image" or not any(_same(s, prop) for prop in props.values())]


def _same(one: Still, other: Still) -> bool:
    return one.pixels.shape == other.pixels.shape and bool((one.pixels == other.pixels).all())


def scene_for(stage: Stage) -> Scene:
    """Build the scene that `choose` names for a stage."""
    stage = replace(stage, stills=own_pictures(stage.stills))
    name = choose(stage.order, [still.role for still in stage.stills])
    module = importlib.import_module(f"callsheet.media.animatic.scenes.{BUILDERS[name]}")
    scene: Scene = module.build(stage)
    return scene
