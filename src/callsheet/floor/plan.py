"""What is to be shot: every shot's route and recipe, and the take that is there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callsheet.film import Document, Money, Order, Placed, Price, Production, Recipe, Take, order, seed
from callsheet.floor.order import Route
from callsheet.money import Bid, BidLine, Odds
from callsheet.money.confirm import confirmed
from callsheet.providers import Seller, seller
from callsheet.providers.hosted import Hosted
from callsheet.routing import Decision, route
from callsheet.store import ProductionStore

BY_PERSON = "person"
BY_RULE = "newest"
NO_SPEND = "USD"
"""The currency in which nothing is counted when nothing was ever spent."""


@dataclass(frozen=True)
class Planned:
    """One shot of the shoot. `recipe` is None while the shot it extends has no take; `take` is the one in the cut."""

    placed: Placed
    decision: Decision
    recipe: Recipe | None
    take: Take | None


def plan(production: Production, store: ProductionStore, providers: Sequence[Seller]) -> list[Planned]:
    """Plan every shot in film order; a shot that extends another is planned from that one's take."""
    by_key: dict[str, Take] = {}
    for take in store.takes():
        if store.is_whole(take):
            by_key[take.recipe.order_key] = take
    picks = store.picks()
    prices = confirmed(store.database, store.id)
    planned: dict[str, Planned] = {}
    waiting = list(production.board())
    while waiting:
        later: list[Placed] = []
        for placed in waiting:
            extends = placed.shot.continuity.extends
            parent = planned.get(_address(production, placed, extends)) if extends else None
            if extends and parent is None:
                later.append(placed)
                continue
            planned[placed.address] = _planned(production, store, providers, placed, parent, by_key, picks, prices)
        waiting = later
    return [planned[placed.address] for placed in production.board()]


def _address(production: Production, placed: Placed, code: str) -> str:
    return production.find(f"{placed.episode} {code}").address


def _planned(
    production: Production,
    store: ProductionStore,
    providers: Sequence[Seller],
    placed: Placed,
    parent: Planned | None,
    by_key: Mapping[str, Take],
    picks: Mapping[str, Take],
    prices: Mapping[str, Price],
) -> Planned:
    wanted = order(production, placed, store.asset_digest, parent.take if parent else None)
    decision = route(placed.address, placed.shot, wanted, providers, prices)
    if parent is not None and parent.take is None:
        return Planned(placed, decision, None, None)
    recipes = [_recipe(candidate.offer, placed.address, wanted, providers) for candidate in decision.candidates]
    keys = [recipe.order_key for recipe in recipes]
    pick = picks.get(placed.address)
    if pick is not None and store.is_whole(pick) and (pick.recipe.order_key in keys or _held(store, placed, pick)):
        return Planned(placed, decision, recipes[0], pick)
    # A take by a route that stood by is a take of this board as well: nothing is bought twice because it came another way.
    take = next((by_key[key] for key in keys if key in by_key), None)
    return Planned(placed, decision, recipes[0], take)


def _recipe(offer: str, address: str, wanted: Order, providers: Sequence[Seller]) -> Recipe:
    engine = seller(offer, providers).engine
    return Recipe(offer=offer, engine=engine, seed=seed("take", offer, address), order=wanted)


def _held(store: ProductionStore, placed: Placed, pick: Take) -> bool:
    """Whether a person picked this take for the shot as the board has it now: then it stays, whatever it was made for."""
    made = [p for p in store.pick_history(placed.address) if p.take == pick.number]
    if not made or made[-1].by != BY_PERSON:
        return False
    then = [v for v in store.versions() if v.made_at <= made[-1].at]
    if not then:
        return False
    board = Document.parse(store.document(then[-1].number)).production.board()
    return any(p.address == placed.address and p.shot == placed.shot for p in board)


def retake(planned: Planned, number: int) -> Recipe:
    """The recipe for another take of the same board, number `number` of the shot."""
    assert planned.recipe is not None
    return planned.recipe.model_copy(
        update={"seed": seed("take", planned.decision.offer, planned.placed.address, number)}
    )


def routes(planned: Planned, providers: Sequence[Seller]) -> list[Route]:
    """The ways to shoot it, in the order in which they are wanted; those whose price is unknown are left out."""
    assert planned.recipe is not None
    found = []
    for candidate in planned.decision.candidates:
        maker = seller(candidate.offer, providers)
        if candidate.price is not None and isinstance(maker, Hosted):
            chosen = candidate.offer == planned.recipe.offer
            other = _recipe(candidate.offer, planned.placed.address, planned.recipe.order, providers)
            found.append(Route(maker.name, planned.recipe if chosen else other, candidate.price))
    return found


def bid(planned: Sequence[Planned], spent: Sequence[Money], odds: Mapping[str, Odds] | None = None) -> Bid:
    """The price of what is still to be shot; `odds` are what earlier attempts say about offers."""
    prices = [p.decision.price.expected for p in planned if p.decision.price]
    currency = next((m.currency for m in [*spent, *prices]), NO_SPEND)
    return Bid(
        tuple(
            BidLine(
                p.placed.address,
                p.decision.offer,
                p.decision.price,
                p.take is not None,
                p.decision.reasons,
                _dearest(p.decision),
            )
            for p in planned
        ),
        currency,
        odds or {},
    )


def _dearest(decision: Decision) -> Money | None:
    """The worst price of all routes in the chosen one's currency."""
    if decision.price is None:
        return None
    worst = [c.price.worst for c in decision.candidates if c.price is not None]
    return max((m for m in worst if m.currency == decision.price.worst.currency), key=lambda m: m.micros)


def total(spent: Sequence[Money]) -> Money:
    """What was spent, in one currency. Raises BudgetError when there are two."""
    result = spent[0] if spent else Money(0, NO_SPEND)
    for money in spent[1:]:
        result += money
    return result
