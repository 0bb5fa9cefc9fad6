"""LTX: its answer is the clip. What is kept, what is told, and what is refused, against its stand-in in memory and over a local port."""

import asyncio
import hashlib
import random
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from callsheet.catalog import Offer, load
from callsheet.film import Money, Rate, Recipe, Reference
from callsheet.floor.crew import Crew
from callsheet.floor.engine import PlainEngine
from callsheet.floor.floor import Floor
from callsheet.floor.order import BuyOrder, Route
from callsheet.media.probe import probe
from callsheet.providers.families.ltx import FAMILIES, Ltx
from callsheet.providers.fitting import Unfit
from callsheet.providers.hosted import Refused
from callsheet.providers.wire import Lost, Unsent, Wire
from callsheet.rehearsal import KEY
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import Timing
from callsheet.rehearsal.transport import Memory
from callsheet.store import ProductionStore
from callsheet.testing.stage import QUICK, Stage, build, order, served, stage

FAST, PRO, NEWER = "ltx-2-fast@ltx", "ltx-2-pro@ltx", "ltx-2.5-fast@ltx"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


class Hasty(random.Random):
    """Waits for nothing."""

    def random(self) -> float:
        return -1.0


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def still(folder: Path, name: str, content: bytes = PNG) -> tuple[Reference, Path]:
    path = folder / name
    path.write_bytes(content + name.encode())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Reference(sha256=digest, role=name), path


def overlaid(folder: Path, text: str) -> Sequence[Offer]:
    file = folder / "mine.yaml"
    file.write_text("source: me\nsources:\n  me: {where: my own test, on: 2026-11-21}\nchange:\n" + text)
    return tuple(load([file]))


def facts(on: Stage) -> Mapping[str, Any]:
    return on.house.jobs[-1].facts


def test_the_answer_is_kept_before_anything_is_said(tmp_path: Path) -> None:
    async def main() -> None:
        async with stage("ltx") as on:
            accepted = await on.submit(FAST, folder=tmp_path / "answered")
            kept = Path(accepted.job)
            assert kept.parent == tmp_path / "answered"
            assert [path.name for path in kept.parent.iterdir()] == [kept.name]
            assert kept.name == hashlib.sha256(b"attempt-0001").hexdigest()[:32] + ".mp4"
            job = (await on.seller.poll(on.wire, [accepted.job]))[accepted.job]
            assert (job.state, job.cost, len(job.links)) == ("done", None, 1)
            assert job.links[0].content == kept.read_bytes()
            found = probe(kept)
            assert (found.frames, found.rate) == (
                150,
                25,
            )  # five seconds were wanted; it makes six, and 24 fps it does not make
            on.house.advance()
            assert on.house.meter.billed == Money(240_000, "USD")
            # Another process, which has only the job's name, finds it just so.
            other, _ = build("ltx", clock=lambda: 0.0)
            assert (await other.poll(on.wire, [accepted.job]))[accepted.job].state == "done"
            kept.unlink()
            gone = (await on.seller.poll(on.wire, [accepted.job]))[accepted.job]
            assert (gone.state, gone.links) == ("unknown", ())
            assert on.house.creates == 1

    run(main())


def test_each_attempt_has_its_own_file(tmp_path: Path) -> None:
    async def main() -> None:
        async with stage("ltx") as on:
            jobs = {(await on.submit(offer, folder=tmp_path)).job for offer in (FAST, FAST, PRO)}
            assert len(jobs) == len(list(tmp_path.iterdir())) == 3

    run(main())


@pytest.mark.parametrize(
    ("offer", "framing", "fps", "frame"),
    [(FAST, "16:9", 25, "1920x1080"), (NEWER, "9:16", 24, "1080x1920"), (NEWER + ":4k", "16:9", 24, "3840x2160")],
)
def test_what_it_is_told(tmp_path: Path, offer: str, framing: Any, fps: int, frame: str) -> None:
    async def main() -> None:
        async with stage("ltx") as on:
            told = on.seller.fit(offer, order(framing=framing))
            sent = on.seller.create(told, {}, _create(on, offer, framing))
            assert (sent.method, sent.path) == ("POST", "/v1/text-to-video")
            assert sent.json == {
                "model": told.model,
                "prompt": told.prompt,
                "duration": 6,
                "resolution": frame,
                "fps": fps,
                "generate_audio": False,
            }
            await on.submit(offer, order(framing=framing), folder=tmp_path)
            assert dict(facts(on), seconds=6, resolution=0) == {
                "seconds": 6, "resolution": 0, "aspect": framing, "fps": fps, "audio": False, "pictures": [],
            }  # fmt: skip

    run(main())


def _create(on: Stage, offer: str, framing: Any = "16:9") -> Any:
    from callsheet.providers.hosted import Create

    return Create("a", on.recipe(offer, order(framing=framing)))


def test_the_rate_of_the_order_is_kept_where_it_is_made(tmp_path: Path) -> None:
    async def main() -> None:
        async with stage("ltx") as on:
            for rate, made in ((Rate(50, 1), 50), (Rate(24, 1), 24), (Rate(30, 1), 25), (Rate(24000, 1001), 25)):
                await on.submit(NEWER, order(rate=rate), folder=tmp_path)
                assert facts(on)["fps"] == made

    run(main())


def test_a_still_makes_it_image_to_video(tmp_path: Path) -> None:
    async def main() -> None:
        first, path = still(tmp_path, "first-frame")
        async with stage("ltx") as on:
            await on.submit(FAST, order(references=[first]), {first.sha256: path}, folder=tmp_path / "kept")
            assert facts(on)["pictures"] == ["image_uri"]
            assert not on.house.shelf  # it travelled inside the request

    run(main())


def test_a_last_frame_goes_with_a_first_one(tmp_path: Path) -> None:
    offers = overlaid(tmp_path, f"  {NEWER}: {{modes: [text, first_frame, last_frame]}}\n")

    async def main() -> None:
        first, one = still(tmp_path, "first-frame")
        last, two = still(tmp_path, "last-frame")
        files = {first.sha256: one, last.sha256: two}
        async with stage("ltx", offers) as on:
            await on.submit(NEWER, order(references=[first, last]), files, folder=tmp_path / "kept")
            assert facts(on)["pictures"] == ["image_uri", "last_frame_uri"]
            with pytest.raises(Refused, match="a last frame needs a first one"):
                await on.submit(NEWER, order(references=[last]), files, folder=tmp_path / "kept")
            assert on.house.creates == 1

    run(main())


def test_a_large_still_is_uploaded_first(tmp_path: Path) -> None:
    async def main() -> None:
        first, path = still(tmp_path, "first-frame", PNG + bytes(5_300_000))
        async with served("ltx", timing=QUICK) as on:
            await on.submit(FAST, order(references=[first]), {first.sha256: path}, folder=tmp_path / "kept")
            assert facts(on)["pictures"] == ["image_uri"]
            assert list(on.house.shelf.values()) == [path.read_bytes()]

    run(main())


def test_what_has_no_field_is_refused(tmp_path: Path) -> None:
    offers = overlaid(
        tmp_path,
        f"  {FAST}: {{prompt: {{negative: true}}, seed: true, creativity: {{field: cfg, low: 1, high: 9}},"
        " modes: [text, reference_images], references: {images: 3}}\n",
    )
    picture, _ = still(tmp_path, "image")

    async def main() -> None:
        async with stage("ltx", offers) as on:
            told = on.seller.fit(FAST, order(references=[picture]))
            with pytest.raises(Unfit) as unfit:
                on.seller.create(told, {picture.sha256: ""}, _create(on, FAST))
            assert {r.field for r in unfit.value.refusals} == {"modes", "prompt.negative", "seed", "creativity"}

    run(main())


@pytest.mark.parametrize(
    ("offer", "seconds", "framing", "taken"),
    [
        (FAST, 20, "16:9", True), (FAST, 21, "16:9", False), (PRO, 10, "16:9", True), (PRO, 11, "16:9", False),
        (FAST, 6, "9:16", False), (NEWER, 6, "9:16", True), (PRO + ":720p", 6, "16:9", False),
    ],
)  # fmt: skip
def test_limits(offer: str, seconds: int, framing: Any, taken: bool) -> None:
    seller, _ = build("ltx", clock=lambda: 1.8e9)
    assert (seller.refuses(offer, order(frames=24 * seconds, framing=framing)) == "") is taken


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_429, "rate"), (Fault.CONCURRENCY_429, "concurrency"), (Fault.FUNDS_402, "funds"), (Fault.FUNDS_429, "funds"),
        (Fault.MODERATED_AT_CREATE, "moderated"), (Fault.RETIRED, "input"), (Fault.ERROR_BEFORE_ACCEPT, "busy"),
        (Fault.MODERATED_AFTER_ACCEPT, "moderated"),
    ],
)  # fmt: skip
def test_refusals_by_kind(tmp_path: Path, fault: Fault, kind: str) -> None:
    async def main() -> None:
        async with stage("ltx", script={1: [fault]}) as on:
            with pytest.raises(Refused) as refused:
                await on.submit(FAST, folder=tmp_path)
            assert refused.value.kind == kind
            assert refused.value.after_s == {"rate": 10.0, "concurrency": 5.0}.get(kind)
            on.house.advance()
            assert on.house.meter.billed.micros == 0
            assert list(tmp_path.iterdir()) == []

    run(main())


def test_a_wrong_key_is_refused(tmp_path: Path) -> None:
    async def main() -> None:
        async with stage("ltx") as on:
            on.seller._key = "another"
            with pytest.raises(Refused, match="auth"):
                await on.submit(FAST, folder=tmp_path)

    run(main())


@pytest.mark.parametrize(
    "fault",
    [
        Fault.DROP_AFTER_ACCEPT, Fault.SLOW_ANSWER, Fault.ERROR_AFTER_ACCEPT, Fault.WRONG_JSON, Fault.FAILED_FREE,
        Fault.FAILED_CHARGED, Fault.UNKNOWN_STATUS, Fault.DONE_WITHOUT_URL, Fault.NEVER_ENDS, Fault.TRUNCATED_ONCE,
        Fault.DAMAGED_ALWAYS,
    ],
)  # fmt: skip
def test_what_may_have_been_made_is_lost_not_sent_again(tmp_path: Path, fault: Fault) -> None:
    async def main() -> None:
        async with stage("ltx", script={1: [fault]}, timing=Timing(0.01, 0.05, slow_s=5.0, late_s=2.0)) as on:
            assert isinstance(on.seller, Ltx)
            on.seller.patience_s = 0.3
            with pytest.raises(Lost):
                await on.submit(FAST, folder=tmp_path)
            assert (on.house.creates, len(on.house.jobs)) == (1, 1)
            assert list(tmp_path.iterdir()) == []

    run(main())


def test_an_answer_that_names_nothing_has_the_clip_all_the_same(tmp_path: Path) -> None:
    async def main() -> None:
        async with stage("ltx", script={1: [Fault.NO_ID]}) as on:
            assert Path((await on.submit(FAST, folder=tmp_path)).job).stat().st_size > 1000

    run(main())


def test_nothing_is_sent_when_the_answer_could_not_be_kept(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "file").write_bytes(b"")
        async with stage("ltx") as on:
            for folder in (None, tmp_path / "file" / "in it", tmp_path / ("x" * 200) / ("y" * 200)):
                with pytest.raises(Unsent):
                    await on.submit(FAST, folder=folder)
            assert on.house.creates == 0

    run(main())


def test_minutes_of_silence_are_borne_for_the_create_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with stage("ltx", timing=Timing(0.01, 0.4, spread=0.0)) as on:
            wire = Wire(on.wire._creating._transport, timeout_s=0.1, luck=Hasty())
            try:
                on.wire, before = wire, on.wire
                assert await on.submit(FAST, folder=tmp_path)
            finally:
                on.wire = before
                await wire.close()

    run(main())


def test_over_a_real_port(tmp_path: Path) -> None:
    async def main() -> None:
        async with served("ltx", script={2: [Fault.TRUNCATED_ONCE], 3: [Fault.DROP_AFTER_ACCEPT]}) as on:
            kept = Path((await on.submit(FAST, folder=tmp_path)).job)
            assert probe(kept).frames == 150
            for _ in range(2):
                with pytest.raises(Lost):
                    await on.submit(FAST, folder=tmp_path)
            assert list(tmp_path.iterdir()) == [kept]
            # As its documentation shows the call.
            async with httpx.AsyncClient(base_url=on.url) as plain:
                body = {"prompt": "An eagle", "model": "ltx-2-pro", "duration": 8, "resolution": "1920x1080", "fps": 25}
                answer = await plain.post("/v1/text-to-video", json=body, headers={"authorization": f"Bearer {KEY}"})
                assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
                assert answer.headers["x-request-id"]
                assert answer.content[4:8] == b"ftyp"
                wrong = await plain.post("/v1/text-to-video", json=body)
                assert (wrong.status_code, wrong.json()["error"]["type"]) == (401, "authentication_error")
                wrong = await plain.post(
                    "/v1/text-to-video", json={**body, "duration": 7}, headers={"authorization": f"Bearer {KEY}"}
                )
                assert (wrong.status_code, wrong.json()["type"]) == (400, "error")

    run(main())


def test_the_floor_buys_it_once_and_owns_it(tmp_path: Path) -> None:
    (tmp_path / "film").mkdir()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        seller, house = build("ltx", clock=loop.time, script={2: [Fault.DROP_AFTER_ACCEPT]})
        orders = []
        for shot in ("SH010", "SH020"):
            wanted = order(f"A teapot steams in {shot}.")
            recipe = Recipe(offer=FAST, engine=seller.engine, seed=7, order=wanted)
            price = seller.quote(FAST, wanted)
            assert price is not None
            orders.append(BuyOrder(shot, "Ada", [Route("ltx", recipe, price)]))
        with ProductionStore.open(tmp_path / "film") as store:
            async with Floor(store, jobs=1, engine=PlainEngine(), crew=Crew([seller], Memory(house))) as floor:
                one, other = await floor.buy(orders)
                assert {one.end, other.end} == {"bought", "unknown"}
                await floor.buy(orders)
        async with asyncio.timeout(5):
            while house.in_flight:
                await asyncio.sleep(0.01)
                house.advance()
        assert (house.creates, house.meter.billed) == (2, Money(480_000, "USD"))

    run(main())


def test_it_pretends_to_nothing() -> None:
    seller, _ = build("ltx", clock=lambda: 0.0)
    traits = seller.traits
    assert (traits.keyed, traits.finds, traits.cancels, traits.refreshes, traits.reports_cost) == (False,) * 5
    assert dict(FAMILIES) == {"any": Ltx}
