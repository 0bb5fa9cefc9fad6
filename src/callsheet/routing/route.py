"""Hard constraints first, then the lowest price; every offer that is out says why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

from callsheet.catalog.known import RESOLUTION, lines
from callsheet.errors import NotFoundError
from callsheet.film import Order, Shot
from callsheet.film.price import Money, Price
from callsheet.providers import Offer, Seller

POLICY = "cheapest-1"


@dataclass(frozen=True)
class Candidate:
    """An offer that may shoot the shot, and its price; None when it is unknown."""

    offer: str
    price: Price | None


@dataclass(frozen=True)
class Decision:
    """The route of one shot: what was considered, what was out and by which rule, what was chosen at which price."""

    shot: str
    candidates: tuple[Candidate, ...]
    """In the order in which they are wanted: the first is the route, the others stand by."""
    excluded: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    policy: str = POLICY

    @property
    def offer(self) -> str:
        """The chosen offer."""
        return self.candidates[0].offer

    @property
    def price(self) -> Price | None:
        """Its price."""
        return self.candidates[0].price

    def record(self) -> dict[str, Any]:
        """The decision as plain data."""
        candidates = [{"offer": c.offer, "price": _plain(c.price)} for c in self.candidates]
        return {**asdict(self), "offer": self.offer, "price": _plain(self.price), "candidates": candidates}


def _plain(price: Price | None) -> dict[str, Any] | None:
    if price is None:
        return None
    amounts = {"expected": price.expected.micros, "worst": price.worst.micros, "currency": price.expected.currency}
    return {**amounts, "source": price.source, "on": price.on.isoformat()}


def route(
    address: str,
    shot: Shot,
    order: Order,
    providers: Sequence[Seller],
    confirmed: Mapping[str, Price] = MappingProxyType({}),
) -> Decision:
    """Choose the route for one shot; `confirmed` holds prices by offer that a person answers for where the provider states none.

    Raises NotFoundError naming every rule that left nothing to choose.
    """
    possible: list[tuple[Offer, Price | None]] = []
    excluded: list[tuple[str, str]] = []
    for provider in providers:
        for offer in (sized for sold in provider.offers() for sized in _sized(sold, shot)):
            price = provider.quote(offer.name, order) or confirmed.get(offer.name)
            rule = _excluded(shot, offer, price) or provider.refuses(offer.name, order)
            if rule:
                excluded.append((offer.name, rule))
            else:
                possible.append((offer, price))
    if not possible:
        why = "; ".join(f"{name}: {rule}" for name, rule in excluded) or "no provider is installed"
        raise NotFoundError(
            f"no offer may shoot this shot ({why})",
            where=address,
            remedy=_remedy(shot, order),
        )
    possible.sort(key=_order)
    offer, price = possible[0]
    cost = f"costs {price}" if price else "its price is unknown"
    reasons = (
        f"{offer.name} {cost}: {offer.source}",
        "the only offer that is left" if len(possible) == 1 else "the lowest known price",
    )
    return Decision(address, tuple(Candidate(o.name, p) for o, p in possible), tuple(excluded), reasons)


def _sized(offer: Offer, shot: Shot) -> list[Offer]:
    """The offer at the resolutions that the shot names after a colon; as it is sold when it names none."""
    asked = [name.partition(":") for name in shot.constraints.only]
    named = [(id, size) for id, _, size in asked if id == offer.name and re.fullmatch(RESOLUTION, size)]
    return [replace(offer, name=f"{id}:{size}", min_height=lines(size)) for id, size in named] or [offer]


def _remedy(shot: Shot, order: Order) -> str:
    loosen = "Loosen the shot's `constraints`, or add a provider key."
    if not shot.constraints.only:
        return loosen
    from callsheet.catalog import load, overlays
    from callsheet.routing.advice import advice

    return f"{advice(shot, order, load(overlays()))} {loosen}".strip()


def _order(candidate: tuple[Offer, Price | None]) -> tuple[bool, str, int, str]:
    """Known prices first, then the lowest; currencies are never compared."""
    offer, price = candidate
    if price is None:
        return True, "", 0, offer.name
    return False, price.expected.currency, price.expected.micros, offer.name


def _excluded(shot: Shot, offer: Offer, price: Price | None) -> str:
    rules = shot.constraints
    names = {offer.name, offer.name.partition(":")[0], offer.model}
    if rules.only and not names & set(rules.only):
        return "constraints.only names " + ", ".join(rules.only)
    if names & set(rules.never):
        return "constraints.never names it"
    if rules.min_height and offer.min_height < rules.min_height:
        return f"it delivers {offer.min_height} lines, {rules.min_height} are asked"
    if rules.max_price:
        if price is None:
            return f"its price is unknown, at most {rules.max_price} is allowed"
        if not price.worst <= Money.parse(rules.max_price):
            return f"it costs {price}, at most {rules.max_price} is allowed"
    return ""
