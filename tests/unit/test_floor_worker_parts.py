"""The parts of a worker that need no server: parcels, turns, what cannot be shared, and creates that are not cut off."""

import asyncio
import base64
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import make_url

from callsheet.errors import CallsheetError, ConflictError, InputError
from callsheet.floor.durable import DurableEngine
from callsheet.floor.engine import Forgotten, Json, Steps
from callsheet.floor.lines import Lines
from callsheet.floor.make import measure
from callsheet.floor.parcel import pack, unpack
from callsheet.floor.shift import turn
from callsheet.floor.worker import Status, work
from callsheet.providers.wire import Wire
from callsheet.store import FolderBlobs, Memo, Place


@pytest.fixture
def here(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "here", Memo(tmp_path / "here-memo"))


@pytest.fixture
def there(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "there", Memo(tmp_path / "there-memo"))


def test_a_parcel_names_files_by_what_is_in_them(tmp_path: Path, here: FolderBlobs, there: FolderBlobs) -> None:
    clip = here.path(here.put_bytes(b"clip"))
    font = tmp_path / "font.ttf"
    font.write_bytes(b"font")
    parcel = pack((measure, ([clip, font], {"rate": Fraction(24000, 1001)}, None)), here)
    assert str(tmp_path) not in parcel
    for data in (b"clip", b"font"):
        there.put_bytes(data)
    function, (files, named, nothing) = unpack(parcel, there)
    assert function is measure
    assert [path.read_bytes() for path in files] == [b"clip", b"font"]
    assert all(path.is_relative_to(tmp_path / "there") for path in files)
    assert (named, nothing) == ({"rate": Fraction(24000, 1001)}, None)


def test_what_cannot_travel_is_refused(tmp_path: Path, here: FolderBlobs) -> None:
    with pytest.raises(InputError, match="another process"):
        pack(lambda: None, here)
    with pytest.raises(InputError, match="not there"):
        pack([tmp_path / "missing"], here)
    with pytest.raises(CallsheetError, match="lacks a part"):
        unpack(base64.b85encode(b"cno_such_module\nthing\n.").decode(), here)


def test_productions_take_turns_and_priorities_go_first() -> None:
    large = [turn(rank) for rank in range(1000)]
    small = [turn(rank) for rank in range(3)]
    assert sorted([*large, *small]).index(small[2]) <= 6
    assert max(turn(0, -1), turn(999, -1)) < min(large)
    assert turn(10**9, 10**9) < 2**31 - 1


def test_a_worker_needs_a_server_and_a_bucket(tmp_path: Path) -> None:
    server = make_url("postgresql://user:secret@127.0.0.1/film")
    for place, missing in ((Place(), "PostgreSQL"), (Place(server), "bucket")):
        with pytest.raises(InputError, match=missing) as told:
            asyncio.run(work(place, [], asyncio.Event(), folder=tmp_path))
        assert "secret" not in str(told.value)


def test_a_status_is_one_line() -> None:
    line = str(Status("0123456789abcdef", "working", 3, 2, 1, 4))
    assert line == "worker 01234567 working: 3 under way, 2 done, 1 failed, 4 of other versions wait"


def test_a_create_ends_although_whoever_waits_for_it_is_stopped() -> None:
    async def run() -> list[str]:
        lines = Lines({}, Wire())
        said: list[str] = []
        answer = asyncio.Event()

        async def send() -> None:
            await answer.wait()
            said.append("noted")

        waiting = asyncio.ensure_future(lines.through(send()))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert said == []
        asyncio.get_running_loop().call_soon(answer.set)
        await lines.close()
        return said

    assert asyncio.run(run()) == ["noted"]


def test_many_flows_asked_about_together_are_each_answered(tmp_path: Path) -> None:
    async def double(steps: Steps, _id: str, order: Json) -> Json:
        async def once() -> Json:
            return order * 2

        return await steps.run("double", once)

    async def run() -> None:
        engine = DurableEngine(f"sqlite:///{tmp_path}/flows.sqlite")
        await engine.open({"double": double})
        try:
            ids = [f"flow-{n}" for n in range(20)]
            await asyncio.gather(*(engine.start("double", id, n, turn=n) for n, id in enumerate(ids)))
            assert await asyncio.gather(*(engine.wait(id) for id in ids)) == [n * 2 for n in range(20)]
            assert {flow.state for flow in await engine.flows()} == {"done"}
            await engine.start("double", "flow-3", 50)
            assert await engine.wait("flow-3") == 100
            await engine.forget(ids)
            with pytest.raises(Forgotten):
                await engine.wait("flow-1")
            with pytest.raises(ConflictError):
                await DurableEngine(f"sqlite:///{tmp_path}/other.sqlite").open({})
        finally:
            await engine.close()

    asyncio.run(run())
