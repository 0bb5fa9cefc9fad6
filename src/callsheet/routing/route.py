"""Hard constraints first, then the lowest price; every offer that is out says why."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from callsheet.errors import NotFoundError
from callsheet.film import Order, Shot
from callsheet.film.price import Money
from callsheet.providers import Offer, Provider

POLICY = "cheapest-1"


@dataclass(frozen=True)
class Decision:
    """The route of one shot: what was considered, what was out and by which rule, what was chosen at which price."""

    shot: str
    offer: str
    price: Money | None
    candidates: tuple[str, ...]
    excluded: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    policy: str = POLICY

    def record(self) -> dict[str, Any]:
        """The decision as plain data."""
        return asdict(self)


def route(address: str, shot: Shot, order: Order, providers: Sequence[Provider]) -> Decision:
    """Choose the route for one shot. Raises NotFoundError naming every rule that left nothing to choose."""
    possible: list[tuple[Offer, Money | None]] = []
    excluded: list[tuple[str, str]] = []
    for provider in providers:
        for offer in provider.offers():
            price = provider.quote(offer.name, order)
            rule = _excluded(shot, offer, price)
            if rule:
                excluded.append((offer.name, rule))
            else:
                possible.append((offer, price))
    if not possible:
        why = "; ".join(f"{name}: {rule}" for name, rule in excluded) or "no provider is installed"
        raise NotFoundError(
            f"no offer may shoot this shot ({why})",
            where=address,
            remedy="Loosen the shot's `constraints`, or add a provider key.",
        )
    known = [(price.micros, offer.name, offer, price) for offer, price in possible if price is not None]
    offer, price = (min(known)[2:]) if known else possible[0]
    cost = f"costs {price}" if price else "its price is unknown"
    reasons = (
        f"{offer.name} {cost}: {offer.source}",
        "the only offer that is left" if len(possible) == 1 else "the lowest known price",
    )
    return Decision(address, offer.name, price, tuple(o.name for o, _ in possible), tuple(excluded), reasons)


def _excluded(shot: Shot, offer: Offer, price: Money | None) -> str:
    rules = shot.constraints
    names = {offer.name, offer.model}
    if rules.only and not names & set(rules.only):
        return "constraints.only names " + ", ".join(rules.only)
    if names & set(rules.never):
        return "constraints.never names it"
    if rules.min_height and offer.min_height < rules.min_height:
        return f"it delivers {offer.min_height} lines, {rules.min_height} are asked"
    if rules.max_price:
        if price is None:
            return f"its price is unknown, at most {rules.max_price} is allowed"
        if not price <= Money.parse(rules.max_price):
            return f"it costs {price}, at most {rules.max_price} is allowed"
    return ""
