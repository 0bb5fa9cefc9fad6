"""A live run: the shortest take of the cheapest offer, bought for money below a cap, with the product's own buyer and ledger."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from callsheet.film import Recipe
from callsheet.film.price import Money
from callsheet.floor.buying import Buyer
from callsheet.floor.crew import Crew, person
from callsheet.floor.order import BuyOrder, Route
from callsheet.money.attempts import Attempts
from callsheet.money.caps import Cap
from callsheet.providers.family import Family
from callsheet.providers.installed import installed
from callsheet.store import ProductionStore
from callsheet.testing.stage import order

_LENGTHS = (48, 72, 96, 120, 192, 240)


@dataclass(frozen=True)
class Live:
    """What a live run came to; `skipped` says why nothing was bought."""

    end: str = ""
    story: tuple[str, ...] = ()
    skipped: str = ""


def bought_live(name: str, cap: str, folder: Path) -> Live:
    """Buy one take from the provider of that name. Nothing is bought without its key, or when its cheapest take is over `cap`."""
    seller = next((s for s in installed() if s.name == name and isinstance(s, Family)), None)
    if not isinstance(seller, Family):
        return Live(skipped=f"no key for {name} is set")
    most = Money.parse(cap)
    found = []
    for offer in seller.offers():
        for frames in _LENGTHS:
            wanted = order("A paper boat drifts across a still pond at dawn.", frames)
            price = seller.quote(offer.name, wanted)
            if price is not None and price.worst.currency == most.currency and price.worst <= most:
                found.append((price.worst.micros, offer.name, wanted, price))
                break
    if not found:
        return Live(skipped=f"{name} has no take with a known price up to {most}")
    _, chosen, wanted, price = min(found, key=lambda row: row[0])

    async def main() -> Live:
        with ProductionStore.open(folder) as store:
            async with Crew([seller]).lines() as lines:
                attempts = Attempts(store.database, store.id, store.clock)
                buyer = Buyer(store, attempts, lines)
                recipe = Recipe(offer=chosen, engine=seller.engine, seed=1, order=wanted)
                route = Route(seller.name, recipe, price)
                try:
                    done = await buyer.buy("live", BuyOrder(wanted.code, person(), [route], [Cap("production", most)]))
                finally:
                    await buyer.close()
            story = tuple(f"{a.offer}: {a.state} {a.verdict} {a.reason} {a.cost}" for a in attempts.of_take("live"))
            return Live(done["end"], story)

    return asyncio.run(main())
