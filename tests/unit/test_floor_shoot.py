"""Shooting takes and making artefacts: recorded once, reused after, and clear when something fails."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from floor_makers import Maker, fill_the_disk, lines, measured, weigh

from callsheet.errors import ConflictError, MediaError, NotFoundError, ProviderError, StorageError
from callsheet.film import Camera, Money, Mood, Order, Rate, Recipe, digest
from callsheet.floor import Floor, Job, Progress, ShootRequest
from callsheet.floor.durable import DurableEngine
from callsheet.floor.engine import Engine, Json, PlainEngine, Steps
from callsheet.store import ProductionStore


def request(
    number: int, *, cost: int = 0, seed: int = 1, round: int = 1, references: Mapping[str, Path] | None = None
) -> ShootRequest:
    order = Order(
        code=f"EP01 SQ010 SH{number:03}", action="steam", camera=Camera(), frames=8, rate=Rate(24), framings=("9:16",), mood=Mood(),
        creativity=0.3, time_of_day=None, weather=None, use_case=None, location=None, location_id=None, cast=(), props=(), look=None,
        language="en", text_room="none", references=(),
    )  # fmt: skip
    return ShootRequest(
        Recipe(offer="t", engine="1", seed=seed, order=order), Money(cost, "USD"), references or {}, round
    )


def engine_for(kind: str) -> Engine | None:
    return PlainEngine() if kind == "plain" else None


def go(
    folder: Path, requests: list[ShootRequest], maker: Maker, kind: str = "plain", jobs: int = 2
) -> tuple[list[Any], list[Progress], Any]:
    """Shoot once in a floor of its own: takes, events, counts."""

    async def main() -> tuple[list[Any], list[Progress], Any]:
        events: list[Progress] = []
        with ProductionStore.open(folder) as store:
            async with Floor(
                store, jobs=jobs, on_event=events.append, engine=engine_for(kind), measured=measured, inspected=None
            ) as floor:
                takes = await floor.shoot(requests, maker)
                return takes, events, (floor.made["take"], floor.reused["take"])

    return asyncio.run(main())


@pytest.mark.parametrize("kind", ["plain", "durable"])
def test_takes_are_shot_once_and_reused_after(tmp_path: Path, kind: str) -> None:
    wanted = [request(n) for n in (30, 10, 20)]
    maker = Maker(tmp_path / "log")
    takes, events, counts = go(tmp_path, wanted, maker, kind)
    assert [take.shot[-5:] for take in takes] == ["SH030", "SH010", "SH020"]
    assert counts == (3, 0)
    clip = takes[0].clips[0]
    assert (clip.framing, clip.width, clip.frames, clip.rate) == ("9:16", 72, 64, Rate(24000, 1001))
    mine = [event.step for event in events if event.name == takes[0].shot]
    assert list(dict.fromkeys(mine)) == ["waiting", "making", "keeping", "made"]
    assert Progress("take", takes[0].shot, "making", 8, 8) in events

    again, events, counts = go(tmp_path, wanted, maker, kind)
    assert (again, counts) == (takes, (0, 3))
    assert {event.step for event in events} == {"reused"}
    assert lines(tmp_path / "log") == ["SH010", "SH020", "SH030"]

    changed, _, counts = go(tmp_path, [request(30, seed=2), *wanted[1:]], maker, kind)
    assert (changed[0].number, changed[1:], counts) == (2, takes[1:], (1, 2))
    with ProductionStore.open(tmp_path) as store:
        assert not list(store.scratch.iterdir())
        assert len(store.takes()) == 4


@pytest.mark.parametrize("kind", ["plain", "durable"])
def test_what_fails_is_named_and_the_rest_is_kept(tmp_path: Path, kind: str) -> None:
    wanted = [request(n) for n in (10, 20, 30, 40)]
    with pytest.raises(ProviderError, match="no luck") as caught:
        go(tmp_path, wanted, Maker(tmp_path / "log", frozenset({"SH020"})), kind, jobs=1)
    assert caught.value.where == "EP01 SQ010 SH020"
    assert lines(tmp_path / "log") == ["SH010", "SH020"], "nothing new is begun after an error"
    takes, _, counts = go(tmp_path, wanted, Maker(tmp_path / "log"), kind, jobs=1)
    assert ([take.number for take in takes], counts) == ([1, 1, 1, 1], (3, 1))
    assert lines(tmp_path / "log") == ["SH010", "SH020", "SH020", "SH030", "SH040"]


def test_a_take_without_a_clip_or_with_a_broken_one_is_none(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="no clip"):
        go(tmp_path, [request(10)], Maker(tmp_path / "log", clips=0))

    async def real_measure() -> None:
        with ProductionStore.open(tmp_path) as store:
            async with Floor(store, jobs=1, engine=PlainEngine()) as floor:
                await floor.shoot([request(10)], Maker(tmp_path / "log"))

    with pytest.raises(MediaError):
        asyncio.run(real_measure())
    with ProductionStore.open(tmp_path) as store:
        assert store.takes() == []


def test_references_reach_the_maker(tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    still.write_bytes(b"STILL")
    takes, _, _ = go(tmp_path, [request(10, references={"ab" * 32: still})], Maker(tmp_path / "log"))
    with ProductionStore.open(tmp_path) as store:
        assert store.blobs.read(takes[0].clips[0].sha256).endswith(b"STILL")


def test_another_round_of_one_recipe_is_another_take(tmp_path: Path) -> None:
    takes, _, _ = go(tmp_path, [request(10), request(10, round=2)], Maker(tmp_path / "log"), jobs=1)
    assert [take.number for take in takes] == [1, 2]


def test_a_lost_clip_is_made_again_only_if_it_was_free(tmp_path: Path) -> None:
    free, paid = request(10), request(20, cost=1_000_000)
    takes, _, _ = go(tmp_path, [free, paid], Maker(tmp_path / "log"))
    with ProductionStore.open(tmp_path) as store:
        for take in takes:
            store.blobs.path(take.clips[0].sha256).unlink()
    again, _, counts = go(tmp_path, [free], Maker(tmp_path / "log"))
    assert (again[0].number, again[0].clips, counts) == (2, takes[0].clips, (1, 0))
    with ProductionStore.open(tmp_path) as store:
        assert store.is_whole(takes[0]), "the same bytes heal the first take too"
    with pytest.raises(StorageError, match="take 1 is lost") as caught:
        go(tmp_path, [paid], Maker(tmp_path / "log"))
    assert caught.value.where == paid.shot
    assert lines(tmp_path / "log") == ["SH010", "SH010", "SH020"]


def test_an_unfinished_flow_makes_nothing_until_it_is_wanted(tmp_path: Path) -> None:
    wanted = request(20)
    with ProductionStore.open(tmp_path) as store:
        id, url = digest([store.id, wanted.shot, wanted.recipe.digest, 1]), store.flows_url

    async def leave_unfinished() -> None:
        begun = asyncio.Event()

        async def hang(steps: Steps, id: str, order: Json) -> Json:
            async def wait() -> Json:
                begun.set()
                await asyncio.Event().wait()

            return await steps.run("draw", wait)

        engine = DurableEngine(url)
        await engine.open({"shoot_v1": hang})
        order = {"recipe": wanted.recipe.model_dump(mode="json"), "cost": [0, "USD"]}
        await engine.start("shoot_v1", "of an older board", order)
        await engine.start("shoot_v1", id, order)
        await begun.wait()
        assert {f.id: f.state for f in await engine.flows()} == {"of an older board": "running", id: "running"}
        await engine.close()

    async def go_on() -> None:
        with ProductionStore.open(tmp_path) as store:
            async with Floor(store, jobs=1, measured=measured, inspected=None) as floor:
                await floor.shoot([request(10)], Maker(tmp_path / "log"))
                assert lines(tmp_path / "log") == ["SH010"]
                await floor.shoot([wanted], Maker(tmp_path / "log"))
                assert lines(tmp_path / "log") == ["SH010", "SH020"]
            assert len(store.takes()) == 2

    asyncio.run(leave_unfinished())
    asyncio.run(go_on())


@pytest.mark.parametrize("kind", ["plain", "durable"])
def test_an_engine_starts_waits_cancels_lists_and_forgets(tmp_path: Path, kind: str) -> None:
    calls: list[str] = []

    async def flow(steps: Steps, id: str, order: Json) -> Json:
        async def one() -> Json:
            calls.append(f"{id}.one")
            return [order, 1]

        async def two() -> Json:
            calls.append(f"{id}.two")
            if order == "bad" and calls.count(f"{id}.two") == 1:
                raise MediaError("broken", where=id)
            return {"made": id}

        assert await steps.run("one", one) == [order, 1]
        return await steps.run("two", two)

    async def main() -> None:
        engine: Engine = PlainEngine() if kind == "plain" else DurableEngine(f"sqlite:///{tmp_path}/flows.sqlite")
        await engine.open({"flow": flow})
        await engine.start("flow", "a", "good")
        assert await engine.wait("a") == {"made": "a"}
        await engine.start("flow", "b", "bad")
        with pytest.raises(MediaError, match="broken") as caught:
            await engine.wait("b")
        assert caught.value.where == "b"
        assert [(f.id, f.flow, f.state) for f in await engine.flows()] == [
            ("a", "flow", "done"),
            ("b", "flow", "failed"),
        ]
        await engine.start("flow", "b", "bad")
        assert await engine.wait("b") == {"made": "b"}
        await engine.forget(["a", "b"])
        assert list(await engine.flows()) == []
        with pytest.raises(NotFoundError):
            await engine.wait("a")
        await engine.close()
        assert await asyncio.to_thread(os.getpid) == os.getpid(), "the loop's own threads work after the engine is gone"

    asyncio.run(main())
    assert calls == ["a.one", "a.two", "b.one", "b.two", "b.one", "b.two"]


def test_a_process_shoots_one_production_at_a_time(tmp_path: Path) -> None:
    async def main() -> None:
        first, second = (DurableEngine(f"sqlite:///{tmp_path}/{name}.sqlite") for name in "ab")
        await first.open({})
        with pytest.raises(ConflictError):
            await second.open({})
        await first.close()
        await second.open({})
        await second.close()

    asyncio.run(main())


def test_a_damaged_record_of_flows_is_said_so(tmp_path: Path) -> None:
    (tmp_path / ".callsheet").mkdir()
    (tmp_path / ".callsheet" / "dbos.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match="work in progress"):
        go(tmp_path, [request(10)], Maker(tmp_path / "log"), "durable")
    (tmp_path / ".callsheet" / "dbos.sqlite").unlink()
    assert go(tmp_path, [request(10)], Maker(tmp_path / "log"), "durable")[2] == (1, 0)


def build(folder: Path, jobs: list[Job], count: int = 1) -> tuple[dict[str, Any], list[Progress], Any]:
    async def main() -> tuple[dict[str, Any], list[Progress], Any]:
        events: list[Progress] = []
        with ProductionStore.open(folder) as store:
            async with Floor(store, jobs=count, on_event=events.append) as floor:
                return await floor.build(jobs), events, (dict(floor.made), dict(floor.reused))

    return asyncio.run(main())


def test_artefacts_are_made_longest_first_and_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    jobs = [Job(f"{n:064}", "segment", weigh, (log, f"s{n}"), weight=n, name=f"s{n}") for n in (1, 3, 2)]
    found, events, counts = build(tmp_path, jobs)
    assert log.read_text().split() == ["s3", "s2", "s1"]
    assert counts == ({"segment": 3}, {})
    assert {key: artefact.meta["name"] for key, artefact in found.items()} == {f"{n:064}": f"s{n}" for n in (1, 2, 3)}
    assert Progress("segment", "s3", "making", 1, 1) in events
    again, _, counts = build(tmp_path, [*jobs, jobs[0]])
    assert (again, counts) == (found, ({}, {"segment": 3}))
    with ProductionStore.open(tmp_path) as store:
        assert store.blobs.read(found[f"{2:064}"].sha256) == b"s2"
        store.blobs.path(found[f"{2:064}"].sha256).unlink()
        assert not list(store.scratch.iterdir())
    assert build(tmp_path, jobs)[2] == ({"segment": 1}, {"segment": 2})


def test_an_artefact_that_fails_stops_the_rest_and_keeps_what_is_done(tmp_path: Path) -> None:
    log = tmp_path / "log"
    jobs = [Job(f"{n:064}", "mix", weigh, (log, name), weight=9 - n) for n, name in enumerate(["a", "bad", "c"])]
    with pytest.raises(MediaError, match="broken"):
        build(tmp_path, jobs)
    assert log.read_text().split() == ["a", "bad"]
    with ProductionStore.open(tmp_path) as store:
        assert list(store.artefacts(job.key for job in jobs)) == [jobs[0].key]


def test_a_disk_that_fills_up_in_a_worker_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="the disk is full"):
        build(tmp_path, [Job("0" * 64, "mix", fill_the_disk)])
