"""A provider for tests: every frame carries its own number and its shot as bars that survive encoding."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import numpy as np

from callsheet.film import Money, Order, Price, Recipe, seed
from callsheet.media.encode import ClipWriter
from callsheet.media.profiles import TAKE
from callsheet.providers import Made, Offer

SIZES = {"16:9": (320, 180), "9:16": (180, 320)}


class Barcode:
    """Makes clips whose frames can be told apart."""

    name = "barcode"
    engine = "1"

    def offers(self) -> tuple[Offer, ...]:
        return (Offer("barcode", "barcode", "tests", 180, "a test", "2026-11-21"),)

    def refuses(self, offer: str, order: Order) -> str:
        return ""

    def quote(self, offer: str, order: Order) -> Price | None:
        return Price.exact(Money(0, "USD"), "free", date(2026, 11, 21))

    def make(
        self, recipe: Recipe, references: Mapping[str, Path], folder: Path, on_frame: Callable[[int, int], None]
    ) -> tuple[Made, ...]:
        made = []
        colour = 60 + seed(recipe.order.code, recipe.order.action, recipe.seed) % 120
        for framing in recipe.order.framings:
            width, height = SIZES[framing]
            path = folder / f"{framing.replace(':', 'x')}.mp4"
            with ClipWriter(path, width, height, recipe.order.rate.fraction, TAKE) as clip:
                for number in range(recipe.order.frames):
                    picture = np.full((height, width, 4), colour, np.uint8)
                    for bit in range(10):
                        picture[: height // 3, bit * width // 10 : (bit + 1) * width // 10, :3] = (
                            235 if number >> bit & 1 else 20
                        )
                    clip.write_bgra(picture)
                    on_frame(number + 1, recipe.order.frames)
            made.append(Made(framing, path))
        return tuple(made)
