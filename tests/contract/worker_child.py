"""What the tests of workers run in processes of their own: a worker, or a make that buys takes."""

import asyncio
import hashlib
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from recipes import recipe

from callsheet.errors import BudgetError, MediaError
from callsheet.film import Money, Price, Recipe, digest
from callsheet.floor import Floor, Job, ShootRequest
from callsheet.floor.crew import Crew
from callsheet.floor.order import BuyOrder, Route
from callsheet.floor.shift import Pulse
from callsheet.floor.worker import Status, work
from callsheet.money.attempts import Attempts, Wanted
from callsheet.money.caps import Cap
from callsheet.providers import Made, Seller
from callsheet.rehearsal import SKINS, Plain, Rehearsal
from callsheet.store import Place, ProductionStore

FRAMES = 24


def cast(urls: dict[str, str], traits: dict[str, Any]) -> list[Rehearsal]:
    """The houses as providers, at their addresses, with the traits they were opened with."""
    return [Rehearsal(replace(SKINS[n], traits=replace(SKINS[n].traits, **traits)), url) for n, url in urls.items()]


def order(number: int, provider: Rehearsal) -> BuyOrder:
    """One shot, to be bought at one provider only."""
    offer = next(iter(provider.skin.models))
    made = recipe(number, f"EP01 SQ010 SH{number:04}")
    wanted = Recipe(offer=offer, engine=provider.engine, seed=number, order=made.order)
    price = provider.skin.price(offer, FRAMES, made.order.rate.fraction, 1)
    assert price is not None
    worst = Money(price.micros + 1, price.currency)
    return BuyOrder(
        wanted.order.code, "tester", [Route(provider.name, wanted, Price(price, worst, "list", date(2026, 11, 21)))]
    )


def noted(name: str, source: Path, *, folder: Path, on_frame: object) -> tuple[Path, dict[str, Any]]:
    """An artefact of a file that it is given, which says who made it; `bad` cannot be made."""
    if name == "bad":
        raise MediaError("it cannot be read", where=name)
    found = source.read_bytes()
    for _ in range(300_000):  # work enough that one process alone does not do it all
        found = hashlib.sha256(found).digest()
    (folder / "out").write_bytes(found)
    return folder / "out", {"name": name, "by": os.getppid()}


@dataclass(frozen=True)
class Painter:
    """Draws the clip of a take here: one that a house would deliver, after the reference that it is given."""

    shade: str

    def make(
        self, recipe: Recipe, references: Mapping[str, Path], folder: Path, on_frame: Callable[[int, int], None]
    ) -> tuple[Made, ...]:
        assert [path.read_bytes() for path in references.values()] == [self.shade.encode()]
        (folder / "clip.mp4").write_bytes(Plain(64)(recipe.model_dump(mode="json"), "9:16"))
        return (Made("9:16", folder / "clip.mp4"),)


def reserve(spec: dict[str, Any]) -> None:
    """Try to hold money for many takes at once, against a cap that does not fit them all."""
    with ProductionStore.open(Path(spec["folder"])) as store:
        attempts = Attempts(store.database, store.id, store.clock)
        house = cast(spec["urls"], {})[0]

        def one(number: int) -> bool:
            route = order(number, house).routes[0]
            limit = Money(route.price.worst.micros * spec["fit"], route.price.worst.currency)
            wanted = Wanted(
                f"{number:064}", route.recipe.order.code, route.provider, route.recipe, route.price, "tester"
            )
            try:
                attempts.reserve(wanted, [Cap("production", limit)], 1)
            except BudgetError:
                return False
            return True

        print(json.dumps({"ready": True}), flush=True)
        sys.stdin.readline()
        with ThreadPoolExecutor(10) as threads:
            held = sum(threads.map(one, range(spec["first"], spec["first"] + spec["count"])))
        print(json.dumps({"held": held}), flush=True)


async def _work(spec: dict[str, Any], crew: Crew) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)

    def tell(status: Status) -> None:
        print(
            json.dumps({"state": status.state, "running": status.running, "ended": status.ended, "id": status.id}),
            flush=True,
        )

    await work(Place.from_settings(), crew, stop, on_status=tell, jobs=1, pulse=Pulse(*spec["pulse"]))


async def _make(spec: dict[str, Any], crew: Crew, sellers: list[Rehearsal]) -> None:
    with ProductionStore.open(Path(spec["folder"])) as store:
        async with Floor(store, crew=crew, jobs=1, pulse=Pulse(*spec["pulse"])) as floor:
            print(json.dumps({"production": store.id}), flush=True)
            orders = [order(n, sellers[n % len(sellers)]) for n in range(spec["shots"])]
            bought = await floor.buy(orders) if orders else []
            asset = Path(spec["folder"]) / "asset"
            asset.write_bytes(b"grey")
            drawn = [
                ShootRequest(recipe(n, f"EP01 SQ020 SH{n:04}"), Money(0, "USD"), {store.digest_of(asset): asset})
                for n in range(spec.get("drawn", 0))
            ]
            assert len(await floor.shoot(drawn, Painter("grey").make)) == len(drawn)
            source = store.blobs.path(store.blobs.put_bytes(b"source"))
            names = [f"j{n}" for n in range(spec.get("jobs", 0))] + spec.get("bad", [])
            jobs = [Job(digest(["noted", name]), "noted", noted, (name, source), name=name) for name in names]
            try:
                built = await floor.build(jobs)
            except MediaError as error:
                print(json.dumps({"error": str(error)}), flush=True)
                return
            ends = [b.end for b in bought]
            by = {a.meta["name"]: a.meta["by"] for a in built.values()}
            print(json.dumps({"ends": {e: ends.count(e) for e in ends}, "by": by}), flush=True)


def main() -> None:
    logging.disable(logging.CRITICAL)
    spec = json.loads(sys.argv[1])
    sellers = cast(spec["urls"], spec["traits"])
    listed: list[Seller] = list(sellers)
    if spec["role"] == "reserve":
        reserve(spec)
        return
    crew = Crew(listed, grace_s=spec.get("grace_s", 3.0), timeout_s=spec.get("timeout_s", 20.0))
    asyncio.run(_work(spec, crew) if spec["role"] == "work" else _make(spec, crew, sellers))


if __name__ == "__main__":
    import worker_child  # so that worker processes find what it defines under its own name

    worker_child.main()
