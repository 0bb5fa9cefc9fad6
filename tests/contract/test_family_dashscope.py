"""DashScope: our adapter against its stand-in, and the vendor's own SDK against the same."""

import asyncio
import hashlib
import json
import warnings
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from callsheet.catalog import load
from callsheet.film import Money, Order, Reference
from callsheet.providers.families import key_names
from callsheet.providers.families.dashscope import China, DashScope
from callsheet.providers.fitting import Unfit
from callsheet.providers.hosted import Forged, Refused
from callsheet.providers.wire import Lost, Unanswered, Unsent
from callsheet.rehearsal.clips import Plain
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import Timing
from callsheet.rehearsal.skins import KEY
from callsheet.testing.stage import QUICK, Stage, order, served, stage

INTL, CN = "dashscope-intl", "dashscope-cn"
WAN3, WAN2, HORSE = f"wan-3.0@{INTL}", f"wan-2.7@{INTL}", f"happyhorse-1.1@{INTL}"
PNG = b"\x89PNG\r\n\x1a\n"
QUEUED = replace(QUICK, queue_s=60.0)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def usd(micros: int) -> Money:
    return Money(micros, "USD")


def file(folder: Path, role: str, content: bytes) -> tuple[Reference, Path]:
    digest = hashlib.sha256(content).hexdigest()
    path = folder / digest
    path.write_bytes(content)
    return Reference(sha256=digest, role=role), path


def clip(folder: Path, role: str, seconds: int) -> tuple[Reference, Path]:
    return file(folder, role, Plain(height=16)({"order": {"frames": 24 * seconds, "rate": "24"}}, "16:9"))


def with_files(*given: tuple[Reference, Path], **more: Any) -> tuple[Order, dict[str, Path]]:
    return order(references=[one for one, _ in given], **more), {one.sha256: path for one, path in given}


def told(on: Stage) -> dict[str, Any]:
    """What the stand-in read in the newest create."""
    facts = on.house.jobs[-1].facts
    return {"media": facts["media"], **facts["input"], **facts["parameters"], "model": facts["model"]}


def test_text_to_video_is_asked_for_delivered_and_billed(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(INTL) as on:
            job = (await on.submit(f"{WAN3}:720p")).job
            assert (await on.seller.poll(on.wire, [job]))[job].state in ("waiting", "running")
            done = await on.ended(job)
            assert (done.state, done.cost, on.billed) == ("done", usd(500_000), usd(500_000))
            assert told(on) == {
                "prompt": on.house.jobs[0].facts["prompt"], "media": [], "model": "wan3.0-video", "resolution": "720P",
                "watermark": False, "ratio": "16:9", "duration": 5, "audio": False, "seed": 7,
            }  # fmt: skip
            got = await on.wire.download(done.links[0].url, tmp_path / "clip.mp4")
            assert got.bytes > 500

    run(body())


@pytest.mark.parametrize(
    ("offer", "frames", "micros"),
    [
        (f"{WAN3}:480p", 60, 150_000), (f"{WAN3}:1080p", 120, 1_000_000), (f"wan-3.0-prime@{INTL}:480p", 48, 136_000),
        (f"{WAN2}:1080p", 120, 750_000), (f"{HORSE}:480p", 120, 350_000), (f"happyhorse-1.0@{INTL}:720p", 72, 420_000),
    ],
)  # fmt: skip
def test_every_model_is_billed_by_its_tariff_to_the_micro_unit(offer: str, frames: int, micros: int) -> None:
    async def body() -> None:
        async with stage(INTL) as on:
            done = await on.ended((await on.submit(offer, order(frames=frames))).job)
            quoted = on.seller.quote(offer, order(frames=frames))
            assert done.cost == on.billed == usd(micros)
            assert quoted is not None
            assert quoted.expected == usd(micros)

    run(body())


def test_the_chinese_side_has_its_own_prices_and_key() -> None:
    async def body() -> None:
        async with stage(CN) as on:
            done = await on.ended((await on.submit(f"wan-3.0@{CN}:480p", order(frames=24 * 7))).job)
            assert done.cost == on.billed == usd(289_100)
            assert isinstance(on.seller, China)
            assert key_names("dashscope", CN) == ("DASHSCOPE_CN_API_KEY",)
        offers = [o for o in load() if o.route == CN]
        assert China(CN, offers, "k").url == "https://dashscope.aliyuncs.com"
        assert DashScope(INTL, [], "k").url == "https://dashscope-intl.aliyuncs.com"

    run(body())


def test_frames_follow_the_picture_and_travel_as_the_model_takes_them(tmp_path: Path) -> None:
    async def body() -> None:
        first, last = file(tmp_path, "first-frame", PNG + b"1"), file(tmp_path, "last-frame", PNG + b"2")
        both, files = with_files(first, last)
        one, its = with_files(first)
        async with stage(INTL, concurrency=9) as on:
            await on.submit(f"{WAN3}:720p", both, files)
            assert told(on)["media"] == ["first_frame", "last_frame"]
            assert told(on)["ratio"] == "adaptive"
            names = [name for name in on.house.shelf if name.startswith("wan3.0-video oss://")]
            assert len(names) == 2, "Wan 3.0 reads no pictures inside a request: they were uploaded"
            await on.submit(f"{WAN2}:720p", both, files)
            assert told(on)["model"] == "wan2.7-i2v"
            assert "ratio" not in told(on)
            assert told(on)["prompt_extend"] is False
            await on.submit(f"{HORSE}:720p", one, its)
            assert told(on)["model"] == "happyhorse-1.1-i2v"
            assert told(on)["media"] == ["first_frame"]
            assert len(on.house.shelf) == 2, "the others read pictures inside the request"

    run(body())


def test_references_are_pointed_at_and_their_seconds_are_billed(tmp_path: Path) -> None:
    async def body() -> None:
        look, sound = file(tmp_path, "image:1", PNG + b"1"), file(tmp_path, "audio:1", b"ID3" + bytes(9))
        seen = clip(tmp_path, "video:1", 3)
        wanted, files = with_files(look, seen, sound)
        async with stage(INTL) as on:
            done = await on.ended((await on.submit(f"{WAN3}:720p", wanted, files)).job)
            assert told(on)["media"] == ["reference_image", "reference_video", "reference_audio"]
            assert done.cost == on.billed == usd(800_000), "3 s in and 5 s out"
            quoted = on.seller.quote(f"{WAN3}:720p", wanted)
            assert quoted is not None
            assert quoted.expected == usd(2_000_000), "the longest that may be given"
            await on.submit(f"{WAN2}:720p", *with_files(look, seen))
            assert told(on)["model"] == "wan2.7-r2v"
            assert told(on)["ratio"] == "16:9"

    run(body())


def test_an_edit_keeps_the_length_of_the_clip_unless_it_can_be_cut(tmp_path: Path) -> None:
    async def body() -> None:
        source = clip(tmp_path, "edit:take", 4)
        async with stage(INTL) as on:
            done = await on.ended((await on.submit(f"{WAN2}:720p", *with_files(source))).job)
            assert told(on)["model"] == "wan2.7-videoedit"
            assert "duration" not in told(on)
            assert done.cost == usd(800_000), "4 s in and 4 s out"
            done = await on.ended((await on.submit(f"{WAN2}:720p", *with_files(source, frames=48))).job)
            assert told(on)["duration"] == 2
            assert done.cost == usd(600_000)
            assert on.billed == usd(1_400_000)

    run(body())


def test_an_extension_is_made_where_an_offer_has_it(tmp_path: Path) -> None:
    overlay = tmp_path / "own.yaml"
    overlay.write_text(
        "source: {where: test, on: 2026-11-21}\nchange:\n  wan-2.7@dashscope-intl:\n    modes: [text, extend]\n"
        "    wire: {text: wan2.7-t2v, extend: wan2.7-i2v}\n"
    )

    async def body() -> None:
        async with stage(INTL, tuple(load([overlay]))) as on:
            await on.submit(f"{WAN2}:720p", *with_files(clip(tmp_path, "extend:take", 2)))
            assert told(on)["media"] == ["first_clip"]
            assert told(on)["duration"] == 5

    run(body())


def test_what_a_model_has_no_field_for_is_refused(tmp_path: Path) -> None:
    async def body() -> None:
        first, look = file(tmp_path, "first-frame", PNG + b"1"), file(tmp_path, "image:1", PNG + b"2")
        async with stage(INTL) as on:
            for offer, given, says in [
                (WAN3, (first, look), "cannot be asked together"),
                (HORSE, (first, look), "cannot be asked together"),
                (WAN2, (file(tmp_path, "last-frame", PNG + b"3"),), "needs first_frame"),
                (WAN3, (clip(tmp_path, "edit:take", 1),), "edit"),
                (HORSE, (clip(tmp_path, "video:1", 1),), "reference_videos"),
            ]:
                wanted, files = with_files(*given)
                assert says in on.seller.refuses(f"{offer}:720p", wanted), offer
                with pytest.raises(Refused, match=says):
                    await on.submit(f"{offer}:720p", wanted, files)
            assert on.house.creates == 0

    run(body())


@pytest.mark.parametrize(("length", "fits"), [(20_000, True), (20_001, False)])
def test_a_prompt_is_never_cut(length: int, fits: bool) -> None:
    async def body() -> None:
        async with stage(INTL) as on:
            wanted = order(action="x" * (length - 1))
            assert (on.seller.refuses(f"{WAN3}:720p", wanted) == "") is fits

    run(body())


@pytest.mark.parametrize(("frames", "fits"), [(24 * 30, True), (24 * 30 + 1, False)])
def test_the_longest_clip(frames: int, fits: bool) -> None:
    async def body() -> None:
        async with stage(INTL) as on:
            assert (on.seller.refuses(f"{WAN3}:720p", order(frames=frames)) == "") is fits

    run(body())


@pytest.mark.parametrize(("count", "fits"), [(10, True), (11, False)])
def test_the_most_references(tmp_path: Path, count: int, fits: bool) -> None:
    async def body() -> None:
        given = [file(tmp_path, f"image:{n}", PNG + str(n).encode()) for n in range(count)]
        async with stage(INTL) as on:
            wanted, files = with_files(*given)
            if not fits:
                with pytest.raises(Refused, match="images"):
                    await on.submit(f"{WAN3}:720p", wanted, files)
                return
            await on.submit(f"{WAN3}:720p", wanted, files)
            assert len(told(on)["media"]) == 10

    run(body())


def test_an_unstated_resolution_would_be_the_dearest() -> None:
    async def body() -> None:
        async with stage(INTL) as on:
            said = {"model": "wan3.0-video", "input": {"prompt": "A teapot."}, "parameters": {"duration": 5}}
            reply = await post(on, said)
            assert reply.status_code == 200
            assert on.house.jobs[0].price == usd(1_000_000)
            await on.submit(f"{WAN3}:480p")
            assert told(on)["resolution"] == "480P"
            assert on.house.jobs[1].price == usd(250_000)

    run(body())


async def post(on: Stage, said: Any, **headers: str) -> httpx.Response:
    given = {"authorization": f"Bearer {KEY}", "x-dashscope-async": "enable", **headers}
    path = "/api/v1/services/aigc/video-generation/video-synthesis"
    return await on.wire.create("POST", on.url + path, headers=given, content=json.dumps(said))


def changed(**parameters: Any) -> dict[str, Any]:
    return {
        "model": "wan3.0-video",
        "input": {"prompt": "A teapot."},
        "parameters": {"resolution": "720P", **parameters},
    }


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        (changed(duration="5"), 400, "InvalidParameter"), (changed(duration=31), 400, "InvalidParameter"),
        (changed(resolution="720p"), 400, "InvalidParameter"), (changed(ratio="21:9"), 400, "InvalidParameter"),
        (changed(seed=2**31), 400, "InvalidParameter"), (changed(audio="on"), 400, "InvalidParameter"),
        ({"model": "wan9"}, 404, "ModelNotFound"), ([], 400, "InvalidParameter"),
        ({**changed(), "input": {"prompt": "x", "media": [{"type": "video", "url": "data:,"}]}}, 400, "InvalidParameter"),
        ({**changed(), "input": {"prompt": "x", "media": [{"type": "first_frame", "url": "http://127.0.0.1/a.png"}]}}, 400, "InvalidParameter"),
        (changed(duration=-1), 200, None),
    ],
)  # fmt: skip
def test_the_stand_in_refuses_what_the_seller_refuses(said: Any, status: int, code: str | None) -> None:
    async def body() -> None:
        async with stage(INTL) as on:
            reply = await post(on, said)
            assert (reply.status_code, reply.json().get("code")) == (status, code)

    run(body())


def test_a_create_without_the_header_is_no_create() -> None:
    async def body() -> None:
        async with stage(INTL) as on:
            reply = await post(on, changed(), **{"x-dashscope-async": ""})
            assert (reply.status_code, reply.json()["code"]) == (403, "AccessDenied")
            assert "synchronous" in reply.json()["message"]
            assert on.house.creates == 0

    run(body())


@pytest.mark.parametrize(
    ("fault", "kind", "after_s"),
    [
        (Fault.RATE_429, "rate", 10.0), (Fault.CONCURRENCY_429, "concurrency", 5.0), (Fault.FUNDS_402, "funds", None),
        (Fault.FUNDS_429, "funds", None), (Fault.MODERATED_AT_CREATE, "moderated", None), (Fault.RETIRED, "retired", None),
    ],
)  # fmt: skip
def test_refusals_by_kind(fault: Fault, kind: str, after_s: float | None) -> None:
    async def body() -> None:
        async with stage(INTL, script={1: [fault]}) as on:
            with pytest.raises(Refused) as caught:
                await on.submit(f"{WAN3}:720p")
            assert (caught.value.kind, caught.value.after_s) == (kind, after_s)
            assert not on.house.jobs

    run(body())


@pytest.mark.parametrize(
    ("status", "code", "message", "kind"),
    [
        (403, "AllocationQuota.FreeTierOnly", "The free tier of the model has been exhausted.", "funds"),
        (429, "PostpaidBillOverdue", "The postpaid bill is overdue.", "funds"), (401, "invalid_api_key", "wrong", "auth"),
        (403, "Model.AccessDenied", "Model access denied.", "auth"), (400, "IPInfringementSuspect", "suspect", "moderated"),
        (403, "AccessDenied", "make sure your account is in good standing", "funds"),
        (400, "Arrearage", "Access denied.", "funds"), (429, "Throttling.AllocationQuota", "Allocated quota exceeded.", "rate"),
        (400, "InvalidURL", "url error", "input"), (404, "Unheard", "?", "input"), (418, "Unheard", "?", None),
        (500, "InternalError.Algo", "overdue", None), (503, "ModelUnavailable", "later", None),
    ],
)  # fmt: skip
def test_error_codes(status: int, code: str, message: str, kind: str | None) -> None:
    refused = DashScope(INTL, [], "key").refusal(status, {"code": code, "message": message}, {})
    assert (refused.kind if refused else None) == kind


@pytest.mark.parametrize(
    "fault",
    [Fault.DROP_AFTER_ACCEPT, Fault.ERROR_AFTER_ACCEPT, Fault.WRONG_JSON, Fault.NO_ID, Fault.ERROR_BEFORE_ACCEPT],
)
def test_a_lost_create_is_lost(fault: Fault) -> None:
    async def body() -> None:
        async with stage(INTL, script={1: [fault]}) as on:
            with pytest.raises(Lost):
                await on.submit(f"{WAN3}:720p")
            assert not on.seller.traits.finds
            assert not on.seller.traits.keyed

    run(body())


@pytest.mark.parametrize(
    ("fault", "state", "cost", "reason"),
    [
        (Fault.FAILED_FREE, "failed", None, "InternalError.Algo"), (Fault.FAILED_CHARGED, "failed", usd(500_000), "Inference"),
        (Fault.MODERATED_AFTER_ACCEPT, "moderated", None, "DataInspectionFailed"),
        (Fault.UNKNOWN_STATUS, "unknown", usd(500_000), "hibernating"), (Fault.DONE_WITHOUT_URL, "unknown", usd(500_000), "names no file"),
    ],
)  # fmt: skip
def test_how_jobs_end(fault: Fault, state: str, cost: Money | None, reason: str) -> None:
    async def body() -> None:
        async with stage(INTL, script={1: [fault]}) as on:
            ended = await on.ended((await on.submit(f"{WAN3}:720p")).job)
            assert (ended.state, ended.cost, ended.links) == (state, cost, ())
            assert reason in ended.reason
            assert on.billed == (cost or usd(0))

    run(body())


def test_a_question_is_asked_again_and_a_strange_answer_is_none() -> None:
    async def body() -> None:
        async with stage(
            INTL, script={1: [Fault.POLL_WRONG_JSON], 2: [Fault.POLL_5XX]}, timing=replace(QUICK, polls_lost=1)
        ) as on:
            one, two = (await on.submit(f"{WAN3}:720p")).job, (await on.submit(f"{WAN3}:720p")).job
            with pytest.raises(Unanswered):
                await on.seller.poll(on.wire, [one])
            assert (await on.ended(one)).state == (await on.ended(two)).state == "done"

    run(body())


def test_a_task_that_is_a_day_old_or_of_another_region_is_unknown() -> None:
    async def body() -> None:
        async with stage(INTL) as on:
            found = (await on.seller.poll(on.wire, ["elsewhere"]))["elsewhere"]
            assert found.state == "unknown"
            assert "another region" in found.reason
            assert found.cost is None
            job = (await on.submit(f"{WAN3}:720p")).job
            await on.ended(job)
            on.house.clock = (lambda before: lambda: before() + 86_401)(on.house.clock)
            assert (await on.seller.poll(on.wire, [job]))[job].state == "unknown"

    run(body())


def test_a_key_that_is_not_taken_says_nothing_about_a_job() -> None:
    async def body() -> None:
        async with stage(INTL) as on:
            job = (await on.submit(f"{WAN3}:720p")).job
            stranger = DashScope(INTL, on.seller.listed_offers, "sk-secret", on.url)
            with pytest.raises(Unanswered, match="Invalid API-key") as caught:
                await stranger.poll(on.wire, [job])
            with pytest.raises(Refused) as refused:
                await stranger.submit(on.wire, replace_key(on))
            assert refused.value.kind == "auth"
            assert "sk-secret" not in f"{caught.value} {refused.value} {stranger!r}"

    run(body())


def replace_key(on: Stage) -> Any:
    from callsheet.providers.hosted import Create

    return Create("attempt-x", on.recipe(f"{WAN3}:720p"))


def test_only_what_waits_is_cancelled() -> None:
    async def body() -> None:
        async with stage(INTL, timing=QUEUED) as on:
            job = (await on.submit(f"{WAN3}:720p")).job
            await on.seller.cancel(on.wire, job)
            stopped = await on.ended(job)
            assert (stopped.state, stopped.cost, on.billed) == ("cancelled", None, usd(0))
        async with stage(INTL, timing=Timing(queue_s=0.0, run_s=0.3)) as on:
            job = (await on.submit(f"{WAN3}:720p")).job
            on.house.advance()
            await on.seller.cancel(on.wire, job)
            done = await on.ended(job)
            assert (done.state, done.cost) == ("done", usd(500_000))

    run(body())


def test_uploads_are_bound_to_their_model_and_may_be_repeated(tmp_path: Path) -> None:
    async def body() -> None:
        wanted, files = with_files(file(tmp_path, "first-frame", PNG + b"1"))
        async with stage(INTL, concurrency=9) as on:
            await on.submit(f"{WAN3}:720p", wanted, files)
            await on.submit(f"{WAN3}:720p", wanted, files)
            await on.submit(f"wan-3.0-prime@{INTL}:720p", wanted, files)
            assert sorted(name.split()[0] for name in on.house.shelf) == ["wan3.0-video", "wan3.0-video-prime"]
            address = next(name for name in on.house.shelf if "/wan3.0-video/" in name).split()[1]
            said = {**changed(), "input": {"prompt": "x", "media": [{"type": "first_frame", "url": address}]}}
            assert (await post(on, said)).status_code == 400, "without the header nobody resolves it"
            assert (await post(on, said, **{"x-dashscope-ossresourceresolve": "enable"})).status_code == 200
            said["model"] = "wan3.0-video-prime"
            assert (await post(on, said, **{"x-dashscope-ossresourceresolve": "enable"})).status_code == 400, (
                "of another model"
            )

    run(body())


def test_a_store_that_is_not_the_sellers_gets_nothing() -> None:
    seller = DashScope(INTL, [], "key")
    assert seller._own("https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com")
    assert not seller._own("https://evil.example/oss")
    assert not seller._own("https://[")
    assert not seller._own("http://oss.aliyuncs.com")
    assert not seller._own("https://aliyuncs.com.evil.example")
    assert not seller._own("http://127.0.0.1:80/")

    async def body() -> None:
        async with stage(INTL) as on:
            leave = {"upload_host": "https://evil.example", "upload_dir": "a"}
            with pytest.raises(Unsent, match="evil"):
                await DashScope(INTL, [], "key", on.url)._put(on.wire, leave, PNG)

    run(body())


def test_a_picture_too_large_for_the_request_is_uploaded(tmp_path: Path) -> None:
    async def body() -> None:
        wanted, files = with_files(file(tmp_path, "first-frame", PNG + bytes(DashScope.inline)))
        async with stage(INTL) as on:
            await on.submit(f"{HORSE}:720p", wanted, files)
            assert [name.split()[0] for name in on.house.shelf] == ["happyhorse-1.1-i2v"]

    run(body())


def test_webhooks_are_signed_by_nobody_and_believed_by_nobody() -> None:
    with pytest.raises(Forged):
        DashScope(INTL, [], "key").hint({}, b'{"id": "task"}')


def test_costs_that_cannot_be_computed_are_none() -> None:
    offers = [o for o in load() if o.route == INTL]
    seller = DashScope(INTL, offers, "key")
    for job, usage in [
        ("task", {"duration": 5}), (f"task~gone@{INTL}~720p~text~silent", {"duration": 5}), (f"task~{WAN3}~720p~text~silent", {}),
        (f"task~{WAN3}~720p~text~silent", {"duration": "5"}), (f"task~{WAN3}~720p~text~silent", None),
    ]:  # fmt: skip
        said = {"output": {"task_status": "SUCCEEDED", "video_url": "https://x"}, "usage": usage}
        assert seller.job(job, said).cost is None, (job, usage)
    told = {"output": {"task_status": "SUCCEEDED", "video_url": "https://x"}, "usage": {"duration": 7.5, "SR": 480}}
    assert seller.job(f"task~{WAN3}~720p~text~silent", told).cost == usd(400_000), (
        "what came counts; a started second is whole"
    )


def test_overlays_reach_new_regions(tmp_path: Path) -> None:
    overlay = tmp_path / "own.yaml"
    overlay.write_text(
        "source: {where: test, on: 2026-11-21}\nroutes:\n  dashscope-us: {provider: DashScope, protocol: dashscope, region: us, status: active}\n"
        "offers:\n  - {id: wan-3.0@dashscope-us, wire: wan3.0-video}\n"
    )

    async def body() -> None:
        async with stage("dashscope-us", tuple(load([overlay]))) as on:
            assert isinstance(on.seller, DashScope)
            assert not isinstance(on.seller, China)
            negative = on.seller.refuses("wan-3.0@dashscope-us:720p", order())
            assert "takes no negative prompt" in negative, "the model's card says that it takes one; the wire does not"

    run(body())


# -- the vendor's SDK ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sdk() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # importing it brings deprecated parts of its own dependencies
        import dashscope
        from dashscope.api_entities.http_request import close_shared_sync_session

    before = dashscope.base_http_api_url
    yield dashscope
    dashscope.base_http_api_url = before
    close_shared_sync_session()


def test_the_sdk_makes_a_clip(sdk: Any, tmp_path: Path) -> None:
    async def body() -> None:
        async with served(INTL) as on:
            sdk.base_http_api_url = on.url + "/api/v1"
            video = sdk.VideoSynthesis
            picture = tmp_path / "first.png"
            picture.write_bytes(PNG + b"1")
            made = await asyncio.to_thread(
                video.async_call, model="wan3.0-video", prompt="A teapot.", api_key=KEY, resolution="720P", ratio="16:9", duration=5,
                media=[{"type": "first_frame", "url": picture.as_uri()}], audio=False, watermark=False,
            )  # fmt: skip
            assert (made.status_code, made.output.task_status) == (200, "PENDING"), made
            done = await asyncio.to_thread(video.wait, made, api_key=KEY)
            assert (done.output.task_status, done.usage["duration"], done.usage["SR"]) == ("SUCCEEDED", 5, 720)
            assert on.billed == usd(500_000)
            eight_later = datetime.fromtimestamp(on.house.jobs[0].accepted_at, UTC) + timedelta(hours=8)
            assert done.output["submit_time"] == eight_later.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
            got = await on.wire.download(done.output.video_url, tmp_path / "clip.mp4")
            assert got.bytes > 500
            assert next(iter(on.house.shelf.values())) == picture.read_bytes()

    run(body())


def test_the_sdk_lists_and_cancels(sdk: Any) -> None:
    async def body() -> None:
        async with served(INTL, timing=QUEUED) as on:
            sdk.base_http_api_url = on.url + "/api/v1"
            video = sdk.VideoSynthesis
            asked = {"prompt": "A teapot.", "api_key": KEY, "resolution": "720P"}
            one = await asyncio.to_thread(video.async_call, model="wan3.0-video", **asked)
            await asyncio.to_thread(video.async_call, model="happyhorse-1.1-t2v", **asked)
            stopped = await asyncio.to_thread(video.cancel, one, api_key=KEY)
            again = await asyncio.to_thread(video.cancel, one, api_key=KEY)
            assert (stopped.status_code, again.status_code, again.code) == (200, 400, "UnsupportedOperation")
            found = await asyncio.to_thread(video.list, status="CANCELED", api_key=KEY)
            assert [task["task_id"] for task in found.output["data"]] == [one.output.task_id]
            found = await asyncio.to_thread(video.list, model_name="happyhorse-1.1-t2v", page_size=1, api_key=KEY)
            assert (found.output["total"], found.output["data"][0]["task_status"]) == (1, "PENDING")
            found = await asyncio.to_thread(video.list, start_time="20990101000000", api_key=KEY)
            assert found.output["total"] == 0
            gone = await asyncio.to_thread(video.fetch, "elsewhere", api_key=KEY)
            assert gone.output.task_status == "UNKNOWN"

    run(body())


def test_the_sdk_reads_the_refusals(sdk: Any) -> None:
    async def body() -> None:
        script = {1: [Fault.FUNDS_402], 2: [Fault.MODERATED_AT_CREATE], 3: [Fault.RATE_429]}
        async with served(INTL, script=script) as on:
            sdk.base_http_api_url = on.url + "/api/v1"
            call = sdk.VideoSynthesis.async_call
            seen = []
            for key, model in [(KEY, "wan3.0-video")] * 3 + [("wrong", "wan3.0-video"), (KEY, "wan9")]:
                told = await asyncio.to_thread(call, model=model, prompt="A teapot.", api_key=key, resolution="720P")
                seen.append((told.status_code, told.code))
            assert seen == [
                (400, "Arrearage"), (400, "DataInspectionFailed"), (429, "Throttling.RateQuota"), (401, "InvalidApiKey"),
                (404, "ModelNotFound"),
            ]  # fmt: skip
            assert on.billed == usd(0)

    run(body())


def test_a_fit_says_all_that_is_wrong(tmp_path: Path) -> None:
    wanted, _ = with_files(file(tmp_path, "last-frame", PNG + b"1"))
    offers = [o for o in load() if o.route == INTL]
    with pytest.raises(Unfit, match="needs first_frame"):
        DashScope(INTL, offers, "key").fit(f"{WAN2}:720p", wanted)
