"""What is left when an attempt has been booked: nothing held for a cancelled job that is free, no second copy of a clip."""

import asyncio
from pathlib import Path

import pytest

from callsheet.catalog import load
from callsheet.film.price import Money, Price
from callsheet.floor.buying import Buyer
from callsheet.floor.lines import Lines
from callsheet.floor.make import measure
from callsheet.floor.order import BuyOrder, Route
from callsheet.money.attempts import Attempt, Attempts
from callsheet.providers.families import family
from callsheet.rehearsal.house import Timing
from callsheet.rehearsal.skins import KEY
from callsheet.store import ProductionStore
from callsheet.testing.stage import Stage, order, stage


async def bought(store: ProductionStore, on: Stage, offer: str, *, cancel: bool = False) -> Attempt:
    lines = Lines({on.seller.name: on.seller}, on.wire)
    attempts = Attempts(store.database, store.id, store.clock)
    buyer = Buyer(store, attempts, lines, measured=measure)
    currency = on.house.skin.currency
    price = Price(Money(0, currency), Money(90_000_000, currency), "a test", store.clock().date())
    wanted = BuyOrder("EP01 SQ010 SH010", "nobody", [Route(on.seller.name, on.recipe(offer, order()), price)])
    try:
        buying = asyncio.ensure_future(buyer.buy("take", wanted))
        if cancel:
            async with asyncio.timeout(5):
                while not (found := attempts.of_take("take")) or found[0].state != "submitted":
                    await asyncio.sleep(0.01)
            await on.seller.cancel(on.wire, found[0].job or "")
        await buying
    finally:
        await buyer.close()
    return attempts.of_take("take")[0]


def test_a_clip_that_came_with_the_answer_is_kept_once(film: Path) -> None:
    async def main() -> None:
        with ProductionStore.open(film) as store:
            async with stage("ltx") as on:
                offer = next(o.name for o in on.seller.offers() if not on.seller.refuses(o.name, order()))
                attempt = await bought(store, on, offer)
                assert (attempt.state, attempt.verdict) == ("settled", "delivered"), attempt.reason
                assert store.takes(attempt.shot)
                assert not list((store.scratch.parent / "answered").iterdir())

    asyncio.run(main())


def test_a_waiting_job_that_is_cancelled_is_booked_as_free_where_the_seller_says_so(film: Path) -> None:
    async def main() -> None:
        with ProductionStore.open(film) as store:
            async with stage("ark-cn", timing=Timing(queue_s=60.0)) as on:
                attempt = await bought(store, on, "seedance-2.5@ark-cn:480p", cancel=True)
                assert (attempt.state, attempt.verdict, attempt.cost) == ("settled", "cancelled", Money(0, "CNY"))

    asyncio.run(main())


@pytest.mark.parametrize(
    ("route", "charges"), [("ark-cn", False), ("minimax-intl", False), ("runway", None), ("fal", None)]
)
def test_what_a_cancelled_job_costs_is_only_known_where_it_is_stated_for_all(route: str, charges: bool | None) -> None:
    offers = [offer for offer in load() if offer.route == route]
    assert family(offers[0].protocol, route)(route, offers, KEY).traits.charges_cancelled is charges
