"""Webhooks are hints: the genuine ones make the poller look at once, the forged ones are turned away."""

import asyncio
import time

import httpx
import pytest

from callsheet.errors import InputError
from callsheet.floor.hints import SETTING, Door, Hints
from callsheet.floor.lines import Lines
from callsheet.providers.wire import Wire
from callsheet.rehearsal import SECRET, SKINS, House, Memory, Plain, Rehearsal, sign

NAME = "rehearsal-listed"


def lines() -> Lines:
    house = House(SKINS[NAME], time.monotonic, Plain(height=64))
    return Lines({NAME: Rehearsal(SKINS[NAME])}, Wire(Memory(house)))


async def send(port: int, path: str, headers: dict[str, str], body: bytes, method: str = "POST") -> int:
    async with httpx.AsyncClient() as client:
        return (
            await client.request(method, f"http://127.0.0.1:{port}{path}", headers=headers, content=body)
        ).status_code


def test_a_genuine_hint_wakes_the_poller_and_a_forged_one_does_not() -> None:
    async def main() -> None:
        told = lines()
        async with Hints(told, host="127.0.0.1") as hints:
            waiting = asyncio.ensure_future(told.pollers[NAME].wait("job-1"))
            await asyncio.sleep(0)
            good = sign(SECRET, time.time(), "event-1", "job-1", "succeeded", "")
            forged = sign(b"guess", time.time(), "event-2", "job-1", "succeeded", "")
            old = sign(SECRET, time.time() - 3600, "event-3", "job-1", "succeeded", "")
            assert await send(hints.port, f"/hooks/{NAME}", dict(forged.headers), forged.body) == 401
            assert await send(hints.port, f"/{NAME}", dict(old.headers), old.body) == 401
            assert not waiting.done()
            assert await send(hints.port, f"/{NAME}", dict(good.headers), good.body) == 204
            # The house knows no such job: asked at once, it says so, long before its interval is over.
            async with asyncio.timeout(told.providers[NAME].traits.poll_every_s / 2):
                assert (await waiting).state == "unknown"
            assert await send(hints.port, f"/{NAME}", dict(good.headers), good.body) == 204
            assert await send(hints.port, "/nobody", dict(good.headers), good.body) == 404
            assert await send(hints.port, f"/{NAME}", {}, b"", "GET") == 405
            assert hints.counts == {"heard": 2, "forged": 2, "lost": 1}
        await told.close()

    asyncio.run(main())


def test_the_setting_is_an_address_and_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    assert Door.from_settings() is None
    monkeypatch.setenv(SETTING, "https://hooks.example.com/callsheet/ 8765")
    door = Door.from_settings()
    assert door == Door("https://hooks.example.com/callsheet", 8765)
    assert door.address("studio-x") == "https://hooks.example.com/callsheet/studio-x"
    for wrong in ("8765", "hooks.example.com 8765", "https://hooks.example.com port"):
        monkeypatch.setenv(SETTING, wrong)
        with pytest.raises(InputError, match="address and a port"):
            Door.from_settings()
