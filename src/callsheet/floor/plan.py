"""What is to be shot: every shot's route and recipe, and the take that is there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callsheet.film import Document, Money, Placed, Production, Recipe, Take, order, seed
from callsheet.money import Bid, BidLine
from callsheet.providers import Provider, seller
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


def plan(production: Production, store: ProductionStore, providers: Sequence[Provider]) -> list[Planned]:
    """Plan every shot in film order; a shot that extends another is planned from that one's take."""
    by_key: dict[str, Take] = {}
    for take in store.takes():
        if store.is_whole(take):
            by_key[take.recipe.order_key] = take
    picks = store.picks()
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
            planned[placed.address] = _planned(production, store, providers, placed, parent, by_key, picks)
        waiting = later
    return [planned[placed.address] for placed in production.board()]


def _address(production: Production, placed: Placed, code: str) -> str:
    return production.find(f"{placed.episode} {code}").address


def _planned(
    production: Production,
    store: ProductionStore,
    providers: Sequence[Provider],
    placed: Placed,
    parent: Planned | None,
    by_key: Mapping[str, Take],
    picks: Mapping[str, Take],
) -> Planned:
    wanted = order(production, placed, store.asset_digest, parent.take if parent else None)
    decision = route(placed.address, placed.shot, wanted, providers)
    if parent is not None and parent.take is None:
        return Planned(placed, decision, None, None)
    maker = seller(decision.offer, providers)
    recipe = Recipe(
        offer=decision.offer, engine=maker.engine, seed=seed("take", decision.offer, placed.address), order=wanted
    )
    pick = picks.get(placed.address)
    if (
        pick is not None
        and store.is_whole(pick)
        and (pick.recipe.order_key == recipe.order_key or _held(store, placed, pick))
    ):
        return Planned(placed, decision, recipe, pick)
    return Planned(placed, decision, recipe, by_key.get(recipe.order_key))


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


def bid(planned: Sequence[Planned], spent: Sequence[Money]) -> Bid:
    """The price of what is still to be shot."""
    prices = [p.decision.price for p in planned if p.decision.price]
    currency = next((m.currency for m in [*spent, *prices]), NO_SPEND)
    return Bid(
        tuple(
            BidLine(p.placed.address, p.decision.offer, p.decision.price, p.take is not None, p.decision.reasons)
            for p in planned
        ),
        currency,
    )


def total(spent: Sequence[Money]) -> Money:
    """What was spent, in one currency. Raises BudgetError when there are two."""
    result = spent[0] if spent else Money(0, NO_SPEND)
    for money in spent[1:]:
        result += money
    return result
