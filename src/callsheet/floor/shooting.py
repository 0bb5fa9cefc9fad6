"""The verbs of the floor: bid, shoot, takes, pick, conform."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from callsheet.errors import BudgetError, CallsheetError, InputError, ProviderError, RightsError
from callsheet.film import Document, Money, Production, Recipe, Take, files
from callsheet.floor import approving, waiting
from callsheet.floor import plan as planning
from callsheet.floor.clearing import Papers
from callsheet.floor.conform import Film, conform
from callsheet.floor.counting import counted
from callsheet.floor.counting import spent as spent_of
from callsheet.floor.crew import Crew, person
from callsheet.floor.floor import Bought, Floor, ShootRequest
from callsheet.floor.gating import shoot_local
from callsheet.floor.meter import Meter
from callsheet.floor.order import BuyOrder
from callsheet.floor.plan import BY_RULE, Planned, budget_of
from callsheet.floor.results import Conformed, Shooting
from callsheet.money.caps import Cap
from callsheet.progress import OnProgress
from callsheet.providers import Provider, Seller, seller
from callsheet.store import ProductionStore


async def shoot(
    store: ProductionStore, crew: Crew, shots: Sequence[str], again: bool, on_progress: OnProgress
) -> Shooting:
    """Shoot what is wanted and put it in the cut."""
    production = Document.parse(store.read().text).production
    chosen = {production.find(code).address for code in shots}
    if again and not chosen:
        raise InputError(
            "a retake needs the codes of its shots", remedy="Name them: `callsheet shoot DIR SH030 --retake`."
        )
    meter = Meter(on_progress, spent_of(store, production))
    before = {(take.shot, take.number) for take in store.takes()}
    async with Floor(store, on_event=meter, crew=crew) as floor:
        store.snapshot("edited")
        made = (
            await retake(floor, store, production, crew.sellers, chosen)
            if again
            else await shoot_missing(floor, store, production, crew.sellers, chosen)
        )
    rejected = [t for t in store.takes() if t.rejected and (t.shot, t.number) not in before]
    spent, warnings = spent_of(store, production), tuple(floor.warnings)
    return Shooting(tuple(made), floor.reused["take"], spent, tuple(rejected), warnings)


async def shoot_missing(
    floor: Floor,
    store: ProductionStore,
    production: Production,
    providers: Sequence[Seller],
    chosen: set[str] | None = None,
) -> list[Take]:
    """Shoot every shot without a take for its board (of `chosen`, when given) and put the takes in the cut.

    The bid must fit the budget before anything is shot. Shots that extend others are shot after them.
    """
    made: list[Take] = []
    while True:
        try:
            planned = approving.plan(store, production, providers, _real(floor))
        except RightsError:
            await floor.collect()  # what is paid for is owned, whatever may be done with it
            raise
        wanted = [p for p in planned if not chosen or p.placed.address in chosen]
        if not made and not floor.warnings:
            floor.warnings += filter(None, [waiting.warning(store, production, wanted, providers)])
        todo = [p for p in wanted if p.take is None and p.recipe is not None]
        blocked = [p for p in wanted if p.take is None and p.recipe is None]
        if not todo:
            break
        _afford(floor, store, production, [p for p in wanted if not p.drafted_parent])
        made += await _shoot(floor, store, production, providers, [(p, p.recipe) for p in todo if p.recipe is not None])
    floor.reused["take"] = len(wanted) - len(made)
    picks = store.picks()
    for p in wanted:
        if p.take is not None and picks.get(p.placed.address) != p.take:
            store.pick(p.placed.address, p.take.number, BY_RULE)
    if blocked:
        raise blocked[0].unready
    return made


async def retake(
    floor: Floor, store: ProductionStore, production: Production, providers: Sequence[Seller], chosen: set[str]
) -> list[Take]:
    """One more take of each chosen shot; the pick stays where it is."""
    everything = approving.plan(store, production, providers, _real(floor))
    planned = [p for p in everything if p.placed.address in chosen]
    for p in planned:
        if p.gone is not None:
            raise p.gone
        if p.recipe is None:
            raise p.unready
    again = [replace(p, take=None) for p in planned]
    floor.warnings += filter(None, [waiting.warning(store, production, again, providers)])
    _afford(floor, store, production, again)
    wanted = [(p, planning.retake(p, len(store.takes(p.placed.address)) + 1)) for p in planned]
    return await _shoot(floor, store, production, providers, wanted)


async def _shoot(
    floor: Floor,
    store: ProductionStore,
    production: Production,
    providers: Sequence[Seller],
    wanted: Sequence[tuple[Planned, Recipe]],
) -> list[Take]:
    """Shoot recipes, one call of the floor per provider."""
    Papers(store, production).clear_making(recipe for _, recipe in wanted)
    made: list[Take] = []
    orders = []
    by_maker: dict[str, list[ShootRequest]] = {}
    for whole in [p.decision.whole for p, _ in wanted if p.decision.whole is not None][:1]:
        store.decide(planning.WHOLE, whole)
    for planned, recipe in wanted:
        store.decide(planned.placed.address, planned.decision.record())
        price = planned.decision.price
        assert price is not None  # a bid with an unknown price was refused above
        named = references(store, production, recipe)
        if isinstance(seller(recipe.offer, providers), Provider):
            by_maker.setdefault(recipe.offer, []).append(ShootRequest(recipe, cost=price.expected, references=named))
        else:
            for sha256, path in named.items():
                if not store.blobs.has(sha256):
                    store.blobs.put_file(path)
            routes = planning.routes(replace(planned, recipe=recipe), providers)
            orders.append(BuyOrder(planned.placed.address, person(), routes, _caps(production)))
    missing: list[Bought] = []
    for offer, requests in sorted(by_maker.items()):
        maker = seller(offer, providers)
        assert isinstance(maker, Provider)
        good, bad = await shoot_local(floor, requests, maker.make, _left(store, production))
        made += good
        missing += bad
    bought = await floor.buy(orders) if orders else []
    made += [b.take for b in bought if b.take is not None]
    missing += [b for b in bought if b.take is None]
    if missing:
        raise _missing(missing)
    return made


def _left(store: ProductionStore, production: Production) -> Money | None:
    """What is left of the production's budget; None when it states none."""
    budget = budget_of(production)
    return Money(budget.micros - spent_of(store, production).micros, budget.currency) if budget else None


def _afford(floor: Floor, store: ProductionStore, production: Production, planned: Sequence[Planned]) -> None:
    """Refuse a shoot that is over the budget, all of it, before anything is spent."""
    spent, real = store.spent(), _real(floor)
    if real:
        approving.require(store, production, planned)
    bid = planning.bid(planned, spent)
    bid.require(spent_of(store, production), budget_of(production), real=real, convert=counted(store))


def _real(floor: Floor) -> bool:
    """Whether somebody pays what providers bill."""
    return floor.crew is None or not floor.crew.rehearsal


def _caps(production: Production) -> tuple[Cap, ...]:
    budget = budget_of(production)
    return (Cap("production", budget),) if budget else ()


def _missing(missing: Sequence[Bought]) -> CallsheetError:
    """What to tell about shots that could not be bought; the others are kept."""
    told = "; ".join(f"{b.shot}: {b.end}" + (f" ({b.reasons[-1]})" if b.reasons else "") for b in missing[:5])
    more = f"; and {len(missing) - 5} more" if len(missing) > 5 else ""
    count = "1 shot has" if len(missing) == 1 else f"{len(missing)} shots have"
    if all(b.end == "RightsError" for b in missing):
        return RightsError(
            f"{count} no take: {told}{more}",
            remedy="`callsheet rights DIR` says what to do about each. What was bought is kept.",
        )
    if all(b.end == "BudgetError" for b in missing):
        return BudgetError(
            f"{count} no take: {told}{more}", remedy="Raise the cap, or shoot less. What was bought is kept."
        )
    if any(b.rejected is not None for b in missing):
        return ProviderError(
            f"{count} no take that gates let through: {told}{more}",
            remedy="Everything that came is kept: `callsheet takes DIR SHOT` shows it, `callsheet pick` puts a take in the cut all the same, "
            "`callsheet shoot DIR SHOT --retake` orders others.",
        )
    return ProviderError(
        f"{count} no take: {told}{more}",
        remedy="`callsheet attempts DIR` lists what is held and what can be decided; every other take is kept.",
    )


def references(store: ProductionStore, production: Production, recipe: Recipe) -> dict[str, Path]:
    """A file for every digest the recipe names: an asset of the production, or a clip of another take."""
    named = {r.sha256 for r in recipe.order.references}
    placed = production.find(recipe.order.code)
    found = {store.asset_digest(path): store.asset(path) for _, path in files(production, placed)}
    return {sha256: found[sha256] if sha256 in found else store.blobs.path(sha256) for sha256 in named}


async def conform_picks(store: ProductionStore, on_progress: OnProgress) -> Conformed:
    """Rebuild the masters from the picks."""
    production = Document.parse(store.read().text).production
    async with Floor(store, on_event=Meter(on_progress, spent_of(store, production))) as floor:
        store.snapshot("edited")
        Papers(store, production).clear_conform(store.picks())
        films = await conform(floor, store, production, store.picks())
        return conformed(floor, films)


def conformed(floor: Floor, films: tuple[Film, ...]) -> Conformed:
    """The result of a conform, with the floor's counts."""
    return Conformed(films, {"made": floor.made["segment"], "reused": floor.reused["segment"]})
