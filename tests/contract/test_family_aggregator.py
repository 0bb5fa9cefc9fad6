"""Relays: a dialect is data. What it says is told and read; what nobody has stated is not sold."""

import asyncio
import hashlib
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from callsheet.catalog import Offer, load
from callsheet.film import Money, Reference
from callsheet.providers.families import aggregator, family
from callsheet.providers.families.aggregator import Dialect, Generic, WaveSpeed
from callsheet.providers.hosted import Create, Refused
from callsheet.providers.wire import Lost, Wire
from callsheet.rehearsal import KEY
from callsheet.rehearsal.faults import Fault, Scripted
from callsheet.rehearsal.house import House
from callsheet.rehearsal.standins.aggregator import speaking
from callsheet.rehearsal.transport import Memory, address
from callsheet.testing.stage import QUICK, SMALL, Stage, offers_of, order, stage

OFFER = "hunyuan-video-1.5@wavespeed"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def offers(folder: Path) -> Sequence[Offer]:
    """The route as somebody sells it who has read the model's own page."""
    file = folder / "mine.yaml"
    file.write_text(
        "source: me\nsources:\n  me: {where: my own test, on: 2026-11-21}\nchange:\n"
        f"  {OFFER}:\n    wire: wavespeed-ai/hunyuan-video-1.5/text-to-video\n    durations: [5, 8, 10]\n    modes: [text, first_frame]\n"
        "    seed: true\n    audio: none\n    prompt: {negative: true}\n    charges: {failed: false, moderated_out: true}\n"
    )
    return tuple(load([file]))


def staged(folder: Path, **more: Any) -> Any:
    return stage("wavespeed", offers(folder), **more)


@pytest.mark.parametrize("route", ["tokenhub", "firefly", "piapi", "muapi", "venice", "vercel", "wavespeed"])
def test_what_is_not_stated_is_not_sold(route: str) -> None:
    sold = offers_of(route)
    seller = family("aggregator", route)(route, sold, KEY)
    assert sold
    assert seller.offers() == ()
    for offer in sold:
        assert seller.refuses(offer.id, order())
        assert seller.quote(offer.id, order()) is None
        with pytest.raises(Refused, match="input"):
            run(seller.submit(Wire(), Create("a", Stage(seller, None, None, "").recipe(offer.id))))  # type: ignore[arg-type]


def test_a_stated_dialect_is_sold_bought_and_downloaded(tmp_path: Path) -> None:
    async def main() -> None:
        async with staged(tmp_path) as on:
            assert [offer.name for offer in on.seller.offers()] == [OFFER]
            job = (await on.submit(OFFER)).job
            given = on.house.jobs[0].facts["given"]
            assert dict(given, prompt="", negative="") == {
                "prompt": "", "negative": "", "seconds": 5, "size": "1280*720", "seed": 7,
            }  # fmt: skip
            done = await on.ended(job)
            assert (done.state, done.cost) == ("done", None)
            clip = await on.wire.download(done.links[0].url, tmp_path / "clip.mp4")
            assert clip.bytes > 1000
            assert on.house.meter.billed == Money(200_000, "USD")

    run(main())


def test_the_request_in_its_own_words(tmp_path: Path) -> None:
    async def main() -> None:
        async with staged(tmp_path) as on:
            path = tmp_path / "still.png"
            path.write_bytes(PNG)
            first = Reference(sha256=hashlib.sha256(PNG).hexdigest(), role="first-frame")
            await on.submit(OFFER, order(references=[first], framing="9:16"), {first.sha256: path})
            ticket = on.house.jobs[0]
            assert ticket.facts["given"]["size"] == "720*1280"
            assert ticket.facts["given"]["first_frame"].startswith("data:image/png;base64,")
            told = on.seller.fit(OFFER, order())
            sent = on.seller.create(told, {}, Create("a", on.recipe(OFFER)))
            assert (sent.method, sent.path) == ("POST", "/api/v3/wavespeed-ai/hunyuan-video-1.5/text-to-video")

    run(main())


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault.FAILED_FREE, "failed"), (Fault.MODERATED_AFTER_ACCEPT, "moderated"), (Fault.UNKNOWN_STATUS, "unknown"),
        (Fault.DONE_WITHOUT_URL, "unknown"), (Fault.POLL_5XX, "done"), (Fault.POLL_DROP, "done"),
    ],
)  # fmt: skip
def test_states(tmp_path: Path, fault: Fault, state: str) -> None:
    async def main() -> None:
        async with staged(tmp_path, script={1: [fault]}) as on:
            assert (await on.ended((await on.submit(OFFER)).job)).state == state

    run(main())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_429, "rate"), (Fault.FUNDS_402, "funds"), (Fault.FUNDS_429, "funds"),
        (Fault.MODERATED_AT_CREATE, "moderated"), (Fault.RETIRED, "retired"),
    ],
)  # fmt: skip
def test_refusals(tmp_path: Path, fault: Fault, kind: str) -> None:
    async def main() -> None:
        async with staged(tmp_path, script={1: [fault]}) as on:
            with pytest.raises(Refused) as refused:
                await on.submit(OFFER)
            assert refused.value.kind == kind

    run(main())


@pytest.mark.parametrize("fault", [Fault.NO_ID, Fault.WRONG_JSON, Fault.ERROR_AFTER_ACCEPT, Fault.DROP_AFTER_ACCEPT])
def test_what_is_not_proven_is_lost(tmp_path: Path, fault: Fault) -> None:
    async def main() -> None:
        async with staged(tmp_path, script={1: [fault]}) as on:
            with pytest.raises(Lost):
                await on.submit(OFFER)
            assert (on.house.creates, len(on.house.jobs)) == (1, 1)

    run(main())


def test_errors_hide_in_good_answers(tmp_path: Path) -> None:
    seller = WaveSpeed("wavespeed", offers_of("wavespeed", offers(tmp_path)), KEY)
    told = seller.fit(OFFER, order())
    with pytest.raises(Refused, match="funds: no credits left"):
        seller.accepted({"code": 402, "message": "no credits left"}, told)
    with pytest.raises(Lost, match="answered 500: it broke"):
        seller.accepted({"code": 500, "message": "it broke"}, told)
    with pytest.raises(Lost):
        seller.accepted({"data": {"id": "x"}}, told)
    assert seller.job("x", {"code": 500, "message": "it broke"}).state == "unknown"
    assert seller.accepted({"code": 200, "data": {"id": "x"}}, told) == "x"


def test_what_the_dialect_has_no_field_for_is_refused(tmp_path: Path) -> None:
    sold = offers_of("wavespeed", offers(tmp_path))
    full = WaveSpeed.dialect
    assert full is not None

    def without(*names: str, **more: Any) -> Generic:
        fields = {name: word for name, word in full.fields.items() if name not in names}

        class Less(Generic):
            dialect = replace(full, fields=fields, **more)

        return Less("wavespeed", sold, KEY)

    assert without().refuses(OFFER, order()) == ""
    for name in ("negative", "seconds"):
        assert name in without(name).refuses(OFFER, order())
    assert "resolution" in without("size").refuses(OFFER, order())
    assert "720p in 9:16" in without(sizes={("720p", "16:9"): "wide"}).refuses(OFFER, order(framing="9:16"))


def test_another_dialect(tmp_path: Path) -> None:
    """Everything that the example leaves out: a model field, an inner object, a list, cost, cancel, a header of its own, codes."""

    class Other(Generic):
        dialect = Dialect(
            base="https://relay.example.com",
            create="/tasks",
            ask="/tasks/{job}/state",
            fields={
                "model": "model_name", "prompt": "text", "negative": "avoid", "seconds": "len", "resolution": "quality",
                "aspect": "shape", "seed": "seed", "attempt": "external_id", "webhook": "notify",
            },
            states={"new": "waiting", "busy": "running", "ok": "done", "bad": "failed", "nsfw": "moderated", "gone": "cancelled"},
            job=("task", "id"), state=("task", "status"), url=("task", "files", 0, "url"), reason=("task", "why"),
            cost=("task", "credits"), worth=Fraction(1, 100), within=("input",), fixed={"watermark": False},
            seconds=lambda seconds: f"{seconds}s", code=("kind",), codes={"E_MONEY": "funds", "E_NSFW": "moderated"},
            key=("x-api-key", ""), cancel=("DELETE", "/tasks/{job}"),
        )  # fmt: skip

    sold = offers_of("wavespeed", offers(tmp_path))

    async def main() -> None:
        loop = asyncio.get_running_loop()
        seller = Other("wavespeed", sold, KEY, address("wavespeed"))
        seller.traits = replace(seller.traits, poll_every_s=0.02)
        face = speaking(Other)("wavespeed", sold)
        faults = Scripted({2: [Fault.FUNDS_429], 3: [Fault.MODERATED_AT_CREATE], 4: [Fault.NEVER_ENDS]})
        house = House(face.skin(seller.traits), loop.time, SMALL, faults, QUICK, face=face)
        wire = Wire(Memory(house))
        on = Stage(seller, house, wire, address("wavespeed"))
        sent = seller.create(
            seller.fit(OFFER, order()), {}, Create("a", on.recipe(OFFER), webhook="https://me.example/x")
        )
        assert sent.json["model_name"] == "wavespeed-ai/hunyuan-video-1.5/text-to-video"
        assert {k: v for k, v in sent.json["input"].items() if k not in ("text", "avoid")} == {
            "watermark": False, "len": "5s", "quality": "720p", "shape": "16:9", "seed": 0, "external_id": "a",
            "notify": "https://me.example/x",
        }  # fmt: skip
        done = await on.ended((await on.submit(OFFER)).job)
        assert (done.state, done.cost) == ("done", Money(200_000, "USD"))
        assert (seller.traits.reports_cost, seller.traits.cancels) == (True, True)
        for kind in ("funds", "moderated"):
            with pytest.raises(Refused, match=kind):
                await on.submit(OFFER)
        job = (await on.submit(OFFER)).job
        await seller.cancel(wire, job)
        assert (await on.ended(job)).state == "cancelled"
        await wire.close()

    run(main())


def test_the_registry() -> None:
    assert dict(aggregator.FAMILIES) == {"wavespeed": WaveSpeed, "any": Generic}
