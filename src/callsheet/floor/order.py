"""What a take is to be bought as: its routes in the order in which they are wanted, as plain JSON between processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from callsheet.film import Money, Price, Recipe
from callsheet.floor.engine import Json
from callsheet.money.caps import Cap


@dataclass(frozen=True)
class Route:
    """One way to shoot the take."""

    provider: str
    recipe: Recipe
    price: Price


@dataclass(frozen=True)
class BuyOrder:
    """A take that is to be bought. Without routes, what is under way is collected and nothing new is tried."""

    shot: str
    person: str
    routes: Sequence[Route]
    caps: Sequence[Cap] = ()
    """Limits that the production states itself."""
    priority: int = 0
    """Lower goes first."""
    rerolls: bool = True
    """Whether a take that gates reject is bought again, with another seed or by another route."""

    def plain(self) -> Json:
        """As JSON."""
        return {
            "shot": self.shot,
            "person": self.person,
            "priority": self.priority,
            "rerolls": self.rerolls,
            "caps": [[cap.scope, cap.limit.micros, cap.limit.currency, cap.name] for cap in self.caps],
            "routes": [
                {
                    "provider": route.provider,
                    "recipe": route.recipe.model_dump(mode="json"),
                    "price": [
                        route.price.expected.micros, route.price.worst.micros, route.price.expected.currency, route.price.source,
                        route.price.on.isoformat(),
                    ],
                }
                for route in self.routes
            ],
        }  # fmt: skip

    @classmethod
    def of(cls, order: Json) -> "BuyOrder":
        """From JSON."""
        return cls(
            order["shot"],
            order["person"],
            [Route(r["provider"], Recipe.model_validate(r["recipe"]), _price(r["price"])) for r in order["routes"]],
            [Cap(scope, Money(micros, currency), name) for scope, micros, currency, name in order["caps"]],
            order["priority"],
            order.get("rerolls", True),
        )


def _price(found: Json) -> Price:
    expected, worst, currency, source, on = found
    return Price(Money(expected, currency), Money(worst, currency), source, date.fromisoformat(on))
