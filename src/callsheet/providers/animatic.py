"""The animatic provider: draws every shot on this machine's processor, at no cost, the same every time."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from callsheet.film import Order, Recipe
from callsheet.film.price import Money, Price
from callsheet.providers.protocol import Made, Offer

OFFER = "animatic"


_UNDRAWN: Mapping[str, str] = {
    "edit": "it draws, and edits no footage", "upscale": "it draws, and enlarges no footage",
    "reframe": "it draws, and reframes no footage", "restyle": "it draws, and restyles no footage",
}  # fmt: skip


def undrawn(order: Order) -> str:
    """Why an order cannot be drawn; empty when it can. A drawing can go on where footage ends."""
    return next((why for r in order.references if (why := _UNDRAWN.get(r.role.partition(":")[0], ""))), "")


class Animatic:
    """Draws takes from the board; needs no key and no network."""

    name = OFFER

    @property
    def engine(self) -> str:
        """The drawing engine's version."""
        from callsheet.media.animatic.version import ENGINE

        return ENGINE

    def offers(self) -> tuple[Offer, ...]:
        """The one thing it offers."""
        return (
            Offer(OFFER, "animatic", "this machine", 720, "drawn on this machine: nothing is billed", "2026-11-21"),
        )

    def refuses(self, offer: str, order: Order) -> str:
        """Only work on footage: it draws what is on the board, and changes no picture that is given."""
        return undrawn(order)

    def quote(self, offer: str, order: Order) -> Price | None:
        """Nothing: no provider is asked."""
        return Price.exact(Money(0, "USD"), "drawn on this machine: nothing is billed", date(2026, 11, 21))

    def make(
        self, recipe: Recipe, references: Mapping[str, Path], folder: Path, on_frame: Callable[[int, int], None]
    ) -> tuple[Made, ...]:
        """Draw one clip per picture shape."""
        from callsheet.media.animatic.draw import draw

        made = []
        total = recipe.order.frames * len(recipe.order.framings)
        for number, framing in enumerate(recipe.order.framings):
            out = folder / f"{framing.replace(':', 'x')}.mp4"

            def tell(index: int, before: int = number * recipe.order.frames) -> None:
                on_frame(before + index + 1, total)

            draw(recipe, framing, references, out, on_frame=tell)
            made.append(Made(framing, out))
        return tuple(made)
