"""What is to be shot: every shot's route and recipe, and the take that is there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from callsheet.errors import NotFoundError, RightsError
from callsheet.film import (
    Document,
    Money,
    Order,
    Placed,
    Price,
    Production,
    Recipe,
    Shot,
    Take,
    awaiting,
    digest,
    needs,
    order,
    seed,
)
from callsheet.floor.clearing import Papers
from callsheet.floor.order import Route
from callsheet.money import Bid, BidLine, Odds
from callsheet.money.confirm import confirmed
from callsheet.providers import Provider, Seller, seller
from callsheet.providers.hosted import Hosted
from callsheet.routing import Candidate, Decision
from callsheet.routing.drafts import Question, staged, waiting
from callsheet.routing.knowledge import Knowledge, models_of
from callsheet.store import ProductionStore

if TYPE_CHECKING:
    from callsheet.routing.together import Member, Problem

BY_PERSON = "person"
BY_RULE = "newest"
WHOLE = ""
"""The name under which the joint plan is kept, among the decisions of shots."""
NO_SPEND = "USD"
"""The currency in which nothing is counted when nothing was ever spent."""


@dataclass(frozen=True)
class Planned:
    """One shot of the shoot. `recipe` is None while the shot it is made from has no take; `take` is the one in the cut."""

    placed: Placed
    decision: Decision
    recipe: Recipe | None
    take: Take | None
    gone: NotFoundError | None = None
    """Why nobody may shoot it now, where only its take stands."""
    drafted_parent: str = ""
    """The shot it is to be made from, where only a draft of that one is there."""

    @property
    def unready(self) -> NotFoundError:
        """What to say of a shot whose recipe is None."""
        if self.drafted_parent:
            return NotFoundError(
                f"it is made from the final of {self.drafted_parent}, of which there is only a draft",
                where=self.placed.address,
                remedy=f"Accept that draft (`callsheet review DIR {self.drafted_parent} TAKE accept`), and shoot again.",
            )
        return NotFoundError(
            "the shot it is made from has no take", where=self.placed.address, remedy="Shoot that one first."
        )

    @property
    def drafted(self) -> bool:
        """Whether its take is, or would be, a draft whose final is still to come."""
        return waiting(self.decision)


def plan(
    production: Production,
    store: ProductionStore,
    providers: Sequence[Seller],
    approved: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> list[Planned]:
    """Plan every shot in film order; a shot that extends another, or is made from it, is planned from that one's take.

    `approved` are the decisions that a person signed, by shot: they are gone on with where nobody has said anything of a take yet.
    """
    library = Library(store, providers)
    knowledge = Knowledge.of(store, production, providers)
    spoken = {r.shot for r in knowledge.reviewed if r.production == store.id}
    signed = {shot: body for shot, body in approved.items() if shot not in spoken and shot not in knowledge.begun}
    picks = store.picks()
    prices = confirmed(store.database, store.id)
    papers = Papers(store, production)
    planned: dict[str, Planned] = {}
    waiting = list(production.board())
    while waiting:
        later: list[Placed] = []
        for placed in waiting:
            needed = needs(placed.shot)
            parent = planned.get(_address(production, placed, needed)) if needed else None
            if needed and parent is None:
                later.append(placed)
                continue
            if placed.address in signed:
                _go_on(knowledge, signed[placed.address], production, store, placed, parent)
            found = _planned(production, store, providers, placed, parent, library, picks, prices, knowledge, papers)
            planned[placed.address] = found
            if found.take is None and found.decision.explored and not found.decision.begun and found.decision.price:
                knowledge.will_try(found.decision.price.expected)
        waiting = later
    return joined([planned[placed.address] for placed in production.board()], providers, knowledge, papers)


def _go_on(
    knowledge: Knowledge,
    body: Mapping[str, Any],
    production: Production,
    store: ProductionStore,
    placed: Placed,
    parent: Planned | None,
) -> None:
    """Have a signed decision carried out, if the board still asks for what was signed; what it goes on from came later."""
    if body["order"] == digest(order(production, placed, store.asset_digest, None)):
        now = order(production, placed, store.asset_digest, parent.take if parent else None)
        if parent is not None and parent.take is None:
            now = awaiting(now, placed.shot)
        knowledge.begun = {**knowledge.begun, placed.address: {**body, "order": digest(now)}}


def joined(
    planned: Sequence[Planned], providers: Sequence[Seller], knowledge: Knowledge, papers: Papers
) -> list[Planned]:
    """The plan with every open shot's route as all of them together want it. Costs nothing where there is nothing to choose."""
    if not any(_open(p) and len(_paid(p.decision)) > 1 for p in planned):
        return list(planned)
    from callsheet.routing.together import together

    asked = question(planned, providers, knowledge)
    changed = together(members(planned, providers), asked) if asked is not None else {}
    return [_rerouted(p, changed.get(p.placed.address), providers, papers) for p in planned]


def question(planned: Sequence[Planned], providers: Sequence[Seller], knowledge: Knowledge) -> "Problem | None":
    """The joint question of a plan; None when nothing is to be paid for."""
    from callsheet.routing.together import problem

    return problem(members(planned, providers), providers, knowledge)


def members(planned: Sequence[Planned], providers: Sequence[Seller]) -> "list[Member]":
    """The shots that the joint plan looks at, in film order."""
    from callsheet.routing.together import Member

    local, model = local_offers(providers), models_of(providers)
    found = []
    for p in planned:
        made_by = None
        if p.take is not None:
            made_by = "" if p.take.recipe.offer in local else model(p.take.recipe.offer)
        place = p.placed
        sequence = f"{place.episode} {place.sequence}"
        found.append(Member(place.address, sequence, place.shot, p.decision, made_by, fixed=not _open(p)))
    return found


def _open(planned: Planned) -> bool:
    """Whether its route may still be changed."""
    return planned.take is None and planned.gone is None and not planned.decision.begun


def _paid(decision: Decision) -> list[str]:
    """The candidates that cost something, when the chosen one does."""
    if decision.price is None or not decision.price.worst.micros:
        return []
    return [c.offer for c in decision.candidates if c.price is not None and c.price.worst.micros]


def _rerouted(planned: Planned, decision: Decision | None, providers: Sequence[Seller], papers: Papers) -> Planned:
    if decision is None:
        return planned
    recipe = planned.recipe
    if decision.offer != planned.decision.offer:
        decision = replace(decision, law=papers.law(planned.placed)(decision.offer))
    if recipe is not None and decision.offer != planned.decision.offer:
        recipe = _recipe(decision.offer, planned.placed.address, recipe.order, providers)
    return replace(planned, decision=decision, recipe=recipe)


def local_offers(providers: Sequence[Seller]) -> set[str]:
    """The offers that are made here."""
    return {o.name for maker in providers if isinstance(maker, Provider) for o in maker.offers()}


def _address(production: Production, placed: Placed, code: str) -> str:
    return production.find(f"{placed.episode} {code}").address


def _planned(
    production: Production,
    store: ProductionStore,
    providers: Sequence[Seller],
    placed: Placed,
    parent: Planned | None,
    library: "Library",
    picks: Mapping[str, Take],
    prices: Mapping[str, Price],
    knowledge: Knowledge,
    papers: Papers,
) -> Planned:
    wanted = order(production, placed, store.asset_digest, parent.take if parent else None)
    if parent is not None and parent.take is None:
        wanted = awaiting(wanted, placed.shot)
    try:
        asked = Question(placed.address, placed.shot, wanted, providers, prices, knowledge, papers.law(placed))
        if parent is not None and parent.drafted:
            asked = replace(asked, waits_for=parent.placed.shot.code)
        decision = staged(asked, production.drafts)
    except RightsError:
        papers.no_route(placed, providers)
        raise
    except NotFoundError as error:
        # Nobody may shoot it now: what was shot when somebody could is still the film.
        kept = library.kept(placed.shot, wanted)
        if kept is None:
            raise
        pick = picks.get(placed.address)
        held = pick is not None and store.is_whole(pick) and library.stands(pick, placed.shot, wanted)
        return Planned(placed, _standing(placed.address, kept), kept.recipe, pick if held else kept, error)
    if parent is not None and parent.drafted and decision.draft is not None and not waiting(decision):
        return Planned(placed, decision, None, None, drafted_parent=parent.placed.shot.code)
    if parent is not None and parent.take is None:
        return Planned(placed, decision, None, None)
    recipes = [_recipe(candidate.offer, placed.address, wanted, providers) for candidate in decision.candidates]
    pick = picks.get(placed.address)
    if pick is not None and store.is_whole(pick) and not _superseded(production, decision, placed, pick):
        stands = library.is_of(pick, recipes) or library.stands(pick, placed.shot, wanted)
        if stands or _held(store, placed, pick):
            return Planned(placed, decision, recipes[0], pick)
    # A take by a route that stood by is a take of this board as well: nothing is bought twice because it came another way.
    return Planned(placed, decision, recipes[0], library.of(recipes) or library.kept(placed.shot, wanted))


class Library:
    """The takes that are there, by what they were made for. One that gates reject is never among them: only a person may pick it.

    What is drawn here is redone when the engine that draws it is another one; what was bought is not bought again for that.
    """

    def __init__(self, store: ProductionStore, providers: Sequence[Seller]) -> None:
        self._local = local_offers(providers)
        self._sold = {o.name for maker in providers for o in maker.offers()}
        self._takes: dict[str, Take] = {}
        self._gone: dict[str, list[Take]] = {}
        for take in store.takes():
            if not take.rejected and store.is_whole(take):
                self._takes[self._key(take.recipe)] = take
                if _offer(take.recipe) not in self._sold:
                    self._gone.setdefault(digest(take.recipe.order), []).append(take)

    def _key(self, recipe: Recipe) -> str:
        made_here = recipe.offer in self._local
        return recipe.order_key if made_here else digest([_offer(recipe), recipe.order])

    def is_of(self, take: Take, recipes: Sequence[Recipe]) -> bool:
        """Whether a take is one of these recipes, whatever its seed."""
        return self._key(take.recipe) in {self._key(recipe) for recipe in recipes}

    def of(self, recipes: Sequence[Recipe]) -> Take | None:
        """The newest take of the first of these recipes that has one."""
        return next((self._takes[key] for key in map(self._key, recipes) if key in self._takes), None)

    def kept(self, shot: Shot, order: Order) -> Take | None:
        """The newest take of this order by an offer that cannot be ordered any more, unless the shot rules that offer out."""
        found = self._gone.get(digest(order), [])
        return next((take for take in reversed(found) if self.stands(take, shot, order)), None)

    def stands(self, take: Take, shot: Shot, order: Order) -> bool:
        """Whether a take of this order stands although its offer cannot be ordered any more."""
        offer, _, _ = _offer(take.recipe).partition("@")
        ruled_out = {_offer(take.recipe), offer} & set(shot.constraints.never)
        return take.recipe.order == order and _offer(take.recipe) not in self._sold and not ruled_out


def _offer(recipe: Recipe) -> str:
    """The offer without the resolution that was named with it."""
    return recipe.offer.partition(":")[0]


def _standing(address: str, take: Take) -> Decision:
    """The decision of a shot that nobody may shoot now and whose take is there."""
    candidate = Candidate(
        take.recipe.offer,
        Price.exact(Money(take.cost_micros, take.currency), "what it cost when it was bought", take.made_at.date()),
    )
    return Decision(address, (candidate,), (), (f"{take.recipe.offer} cannot be ordered any more; its take stands",))


def _recipe(offer: str, address: str, wanted: Order, providers: Sequence[Seller]) -> Recipe:
    engine = seller(offer, providers).engine
    return Recipe(offer=offer, engine=engine, seed=seed("take", offer, address), order=wanted)


def _superseded(production: Production, decision: Decision, placed: Placed, pick: Take) -> bool:
    """Whether what is in the cut is a draft, and the final is due."""
    if production.drafts.when == "unnamed" or waiting(decision) or placed.shot.acceptance == "draft":
        return False
    drafted = production.drafts.by_them(pick.recipe.offer)
    return drafted and production.drafts.by not in placed.shot.constraints.only


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
    """The worst price of all routes in the chosen one's currency. One that costs nothing is made here, and nobody stands by for it."""
    if decision.price is None or not decision.price.worst.micros:
        return decision.price.worst if decision.price else None
    worst = [c.price.worst for c in decision.candidates if c.price is not None]
    return max((m for m in worst if m.currency == decision.price.worst.currency), key=lambda m: m.micros)


def budget_of(production: Production) -> Money | None:
    """The limit that the production states for itself."""
    return Money.parse(production.budget.amount) if production.budget else None
