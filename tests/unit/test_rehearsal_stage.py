"""A house, its adapter and a wire on stage, over memory or over real sockets."""

import asyncio
import contextlib
import inspect
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from callsheet.film import Camera, Mood, Order, Rate, Recipe
from callsheet.providers.hosted import Create, Hosted
from callsheet.providers.wire import Unsent, Wire
from callsheet.rehearsal import SKINS, House, Memory, Plain, Rehearsal, Scripted, Server, Timing

KINDS = ("memory", "socket")
CLIPS = Plain(height=48)
FAST = Timing(queue_s=1, run_s=10, spread=0, slow_s=0.4, late_s=5000, link_s=900, pace_s=0.01, polls_lost=1)


class Hasty(random.Random):
    """Luck that leaves no pause between two tries."""

    def random(self) -> float:
        return -1.0


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Set:
    """Everything on stage for one test."""

    house: House
    provider: Rehearsal
    wire: Wire
    clock: Clock

    async def submit(self, attempt: str = "a1", code: str = "EP01 SQ010 SH010", **more: Any) -> str:
        return (await self.provider.submit(self.wire, create(attempt, code, self.provider.name, **more))).job

    async def state(self, job: str) -> str:
        return (await self.provider.poll(self.wire, [job]))[job].state


def create(attempt: str, code: str, name: str, frames: int = 12, **more: Any) -> Create:
    order = Order(
        code=code, action="A kettle boils", camera=Camera(), frames=frames, rate=Rate(24), framings=("9:16", "16:9"),
        mood=Mood(), creativity=0.5, time_of_day=None, weather=None, use_case=None, location=None, location_id=None,
        cast=(), props=(), look=None, language="en", text_room="none", references=more.pop("references", ()),
    )  # fmt: skip
    recipe = Recipe(offer=f"{name}/standard", engine="rehearsal-1", seed=1, order=order)
    return Create(attempt, recipe, **more)


@contextlib.asynccontextmanager
async def stage(
    kind: str, script: Any = None, name: str = "rehearsal-keyed", timing: Timing = FAST, **more: Any
) -> AsyncIterator[Set]:
    clock = Clock()
    skin = replace(SKINS[name], traits=replace(SKINS[name].traits, **more.pop("traits", {})))
    house = House(skin, clock, CLIPS, Scripted(script or {}), timing, **more)
    if kind == "memory":
        wire = Wire(Memory(house), timeout_s=0.15, luck=Hasty())
        yield Set(house, Rehearsal(skin, clock=clock), wire, clock)
        await wire.close()
    else:
        wire = Wire(timeout_s=0.15, luck=Hasty())
        async with Server(house) as server:
            yield Set(house, Rehearsal(skin, server.url, clock), wire, clock)
            await wire.close()


def both(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an async test over each transport."""

    @pytest.mark.parametrize("kind", KINDS)
    def run(kind: str, **given: Any) -> None:
        asyncio.run(test(kind, **given))

    run.__name__ = test.__name__
    wanted = test.__code__.co_varnames[1 : test.__code__.co_argcount]
    if wanted:
        kinds = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY) for n in ("kind", *wanted)]
        run.__signature__ = inspect.Signature(kinds)  # type: ignore[attr-defined]
    return run


def test_the_adapter_is_a_hosted_provider() -> None:
    assert all(isinstance(Rehearsal(skin), Hosted) for skin in SKINS.values())


def test_a_house_that_cannot_be_reached_was_sent_nothing() -> None:
    async def main() -> None:
        async with stage("memory") as on:
            memory = Memory(on.house)
            memory.down.add(on.house.skin.name)
            with pytest.raises(Unsent):
                await on.provider.submit(Wire(memory, luck=Hasty()), create("a", "SH010", on.provider.name))
            assert not on.house.creates
        async with stage("socket") as on:
            pass
        with pytest.raises(Unsent):
            await Rehearsal(on.house.skin, on.provider.url).submit(
                Wire(luck=Hasty()), create("a", "SH010", on.provider.name)
            )
        assert not on.house.creates

    asyncio.run(main())
