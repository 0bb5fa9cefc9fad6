"""Which scene a shot plays in."""

import importlib
from collections.abc import Iterable

from callsheet.film.take import Order
from callsheet.media.animatic.reading import read
from callsheet.media.animatic.stage import Scene, Stage

BUILDERS: dict[str, str] = {
    "mountain": "nature", "forest": "nature", "sea": "water", "lake": "water", "street": "street", "skyline": "skyline", "desert": "field",
    "field": "field", "room": "room", "kitchen": "kitchen", "office": "office", "corridor": "corridor", "shop": "shop", "classroom": "classroom",
    "theatre": "theatre", "car": "road", "road": "road", "courtyard": "courtyard", "studio": "studio",
    "product": "product", "still": "still", "graphic": "graphic",
}  # fmt: skip
"""Kind of scene -> the module beside this one that builds it. Each module has `build(stage) -> Scene`."""


def choose(order: Order, references: Iterable[str] = ()) -> str:
    """The kind of scene for an order, given the roles of the stills at hand: a key of BUILDERS."""
    roles = [role for role in references if role != "last-frame" and not role.startswith("extends")]
    if order.text_room == "all" or order.use_case == "text-and-graphics":
        return "graphic"
    if roles:
        return "still"
    reading = read(order)
    if order.use_case == "product" or (
        order.props
        and not reading.actors
        and (order.camera.size in ("insert", "close", "extreme-close") or not reading.told)
    ):
        return "product"
    return reading.place


def scene_for(stage: Stage) -> Scene:
    """Build the scene that `choose` names for a stage."""
    name = choose(stage.order, [still.role for still in stage.stills])
    module = importlib.import_module(f"callsheet.media.animatic.scenes.{BUILDERS[name]}")
    scene: Scene = module.build(stage)
    return scene
