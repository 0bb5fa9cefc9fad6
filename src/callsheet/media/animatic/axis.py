"""The line of action: who looks which way in every shot of a scene, and which side of the place the camera sees."""

import re

from callsheet.film.digest import seed as seed_of
from callsheet.film.take import Order

_NEAR = ("full", "medium", "close", "extreme-close", "insert")


def looks_right(cast_id: str) -> bool:
    """Whether a character keeps to the left of the frame and looks right, in every shot: neighbours in the cast look at each other."""
    number = re.search(r"(\d+)$", cast_id)
    return (int(number.group(1)) if number else seed_of("axis", cast_id)) % 2 == 1


def reverse(order: Order) -> bool:
    """Whether the camera stands on the far side of the place, as the answering shots of a dialogue do."""
    if not order.cast or order.camera.size not in _NEAR:
        return False
    alone = len(order.cast) == 1 or order.camera.angle == "over-shoulder"
    return alone and not looks_right(order.cast[0][0])
