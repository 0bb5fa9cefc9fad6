"""Content-array tasks: our adapter for Ark, and Ark's own SDK, against the stand-in; and what both dialects have in common."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from content_stage import (
    ARK,
    BUSY,
    H3,
    H3_BODIES,
    NEW,
    STILL,
    TASKS,
    Files,
    ask,
    body,
    buys,
    clip,
    image,
    picture,
    play,
    roles,
    shared,
    sound,
    text,
)
from volcenginesdkarkruntime import Ark as Client  # type: ignore[import-untyped]
from volcenginesdkarkruntime import _exceptions as errors

from callsheet.catalog import Offer, load
from callsheet.film.price import Money
from callsheet.providers.answers import data_uri
from callsheet.providers.fitting import Unfit
from callsheet.providers.hosted import Create, Forged, Refused
from callsheet.providers.wire import Unanswered
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import Timing
from callsheet.rehearsal.skins import KEY
from callsheet.testing.stage import build, order, served, stage

OVERLAY = """
source: {where: a contract, on: 2026-11-21}
change:
  seedance-2.5@ark-cn: {discount: 10%}
"""


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


# -- Ark: what is sent ---------------------------------------------------------------------------------------------------------


def test_ark_words() -> None:
    async def scene() -> None:
        async with stage("ark-cn") as at:
            assert body(at, f"{ARK}:720p", order(), {}, webhook="https://us.test/hook") == {
                "path": TASKS,
                "model": "doubao-seedance-2-0-260128",
                "content": [{"type": "text", "text": at.seller.fit(ARK, order()).prompt}],
                "resolution": "720p",
                "ratio": "16:9",
                "duration": 5,
                "generate_audio": False,
                "watermark": False,
                "execution_expires_after": 3600,
            }
            # 1280 x 720 x 121 / 1024 tokens at 46 yuan a million; 864 x 496 makes half a token, which is not billed.
            assert await buys(at, f"{ARK}:720p", order()) == Money(5_009_400, "CNY")
            assert await buys(at, f"{ARK}:480p", order(framing="9:16")) == Money(50_638 * 46, "CNY")
            assert await buys(at, NEW, order(frames=96)) == Money(1920 * 1080 * 97 // 1024 * 77, "CNY")

    play(scene)


def test_ark_frames_follow_the_picture(files: Files) -> None:
    files.add("first-frame", picture(36, 64)).add("last-frame", picture(36, 64, 200))

    async def scene() -> None:
        async with stage("ark-cn") as at:
            wanted = files.order(framing="9:16")
            for offer in (ARK, NEW):
                sent = body(at, offer, wanted, files.paths)
                assert sent["ratio"] == "adaptive"
                assert roles(sent) == ["text", "first_frame", "last_frame"]
                assert sent["content"][1] == {
                    "type": "image_url", "image_url": {"url": files.roles[0].sha256[:8]}, "role": "first_frame",
                }  # fmt: skip
            await buys(at, NEW, wanted, files.paths)
            facts = at.house.jobs[0].facts
            assert (facts["aspect"], facts["resolution"]) == ("9:16", "1080p")

    play(scene)


def test_ark_a_last_frame_alone_is_refused(files: Files) -> None:
    files.add("last-frame", picture())

    async def scene() -> None:
        async with stage("ark-cn") as at:
            assert "last_frame needs first_frame" in at.seller.refuses(ARK, files.order())
            content = [text("x"), image("last_frame")]
            assert (await ask(at, "POST", TASKS, {"model": "doubao-seedance-2-0-260128", "content": content}))[0] == 400

    play(scene)


def test_ark_pictures_are_called_by_their_place(files: Files) -> None:
    files.add("image", picture(shade=10)).add("image", picture(shade=20)).add("audio", sound())

    async def scene() -> None:
        async with stage("ark-cn") as at:
            wanted = files.order()
            sent = body(at, ARK, wanted, files.paths)
            assert roles(sent) == ["text", "reference_image", "reference_image", "reference_audio"]
            assert [part["image_url"]["url"] for part in sent["content"][1:3]] == [
                r.sha256[:8] for r in files.roles[:2]
            ]
            assert sent["ratio"] == "16:9"
            assert "omni_reference_task_type" not in sent
            await buys(at, f"{ARK}:480p", wanted, files.paths)

    play(scene)


def test_ark_sounds_alone(files: Files) -> None:
    files.add("audio", sound())

    async def scene() -> None:
        async with stage("ark-cn") as at:
            wanted = files.order()
            for offer in (ARK, "seedance-2.0-fast@ark-cn", "seedance-2.0-mini@ark-cn"):
                assert "only beside a picture or a video" in at.seller.refuses(offer, wanted)
            assert await buys(at, f"{NEW}:480p", wanted, files.paths)
            part = {"type": "audio_url", "audio_url": {"url": data_uri(sound())}, "role": "reference_audio"}
            status, said = await ask(
                at, "POST", TASKS, {"model": "doubao-seedance-2-0-260128", "content": [text("x"), part]}
            )
            assert (status, said["error"]["code"]) == (400, "InvalidParameter")

    play(scene)


def test_ark_videos_need_a_public_place_and_a_lower_rate_applies(files: Files) -> None:
    files.add("video", clip())

    async def scene() -> None:
        async with stage("ark-cn") as at:
            wanted = files.order()
            assert "public addresses only" in at.seller.refuses(ARK, wanted)
            assert at.seller.quote(ARK, wanted) is None
            with pytest.raises(Refused, match="public addresses"):
                await at.submit(ARK, wanted, files.paths)
            assert at.house.creates == 0
            shared(at)
            sent = body(at, NEW, wanted, files.paths)
            assert roles(sent) == ["text", "reference_video"]
            assert sent["omni_reference_task_type"] == "reference"
            assert "omni_reference_task_type" not in body(at, ARK, wanted, files.paths)
            # Four seconds given, five made: 217 frames at 28 and at 42 yuan a million.
            assert await buys(at, f"{ARK}:720p", wanted, files.paths) == Money(1280 * 720 * 217 // 1024 * 28, "CNY")
            assert await buys(at, f"{NEW}:480p", wanted, files.paths) == Money(854 * 480 * 217 // 1024 * 42, "CNY")
            inline = {"type": "video_url", "video_url": {"url": data_uri(clip())}, "role": "reference_video"}
            status, said = await ask(
                at, "POST", TASKS, {"model": "doubao-seedance-2-0-260128", "content": [text("x"), inline]}
            )
            assert status == 400
            assert "web url" in said["error"]["message"]

    play(scene)


@pytest.mark.parametrize(("mode", "duration"), [("edit", -1), ("extend", 5)])
def test_ark_works_on_a_clip(files: Files, mode: str, duration: int) -> None:
    files.add(f"{mode}:SH010", clip())

    async def scene() -> None:
        async with stage("ark-cn") as at:
            shared(at)
            wanted = files.order()
            sent = body(at, NEW, wanted, files.paths)
            assert (sent["duration"], sent["ratio"], sent["omni_reference_task_type"]) == (duration, "adaptive", mode)
            assert roles(sent) == ["text", "reference_video"]
            assert at.seller.refuses(ARK, wanted)
            await buys(at, f"{NEW}:480p", wanted, files.paths)
            assert at.house.jobs[0].facts["seconds"] == (4 if mode == "edit" else 5)

    play(scene)


@pytest.mark.parametrize("role", ["upscale:SH010", "keyframe:48", "restyle:SH010"])
def test_ark_what_cannot_be_told_is_refused(files: Files, role: str) -> None:
    files.add(role, clip() if ":SH" in role else picture())
    seller, _ = build("ark-cn", clock=lambda: 0.0)
    assert seller.refuses(NEW, files.order())


def test_ark_a_tariff_of_ones_own_counts(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OVERLAY)
    offers: Sequence[Offer] = tuple(load([tmp_path / "own.yaml"]))

    async def scene() -> None:
        async with stage("ark-cn", offers) as at:
            # Nine tenths of 245,025 tokens at 77 yuan a million, rounded up.
            assert await buys(at, NEW, order()) == Money(16_980_233, "CNY")

    play(scene)


# -- Ark: how it stands, what it refuses ---------------------------------------------------------------------------------------

USED = {"usage": {"completion_tokens": 108_900}, "resolution": "720p", "duration": 5, "framespersecond": 24}
DONE = {"model": "doubao-seedance-2-0-260128", "content": {"video_url": "https://tos.test/a.mp4"}, **USED}


@pytest.mark.parametrize(
    ("said", "state", "cost"),
    [
        ({"status": "queued"}, "waiting", None),
        ({"status": "running"}, "running", None),
        ({"status": "succeeded", **DONE}, "done", 5_009_400),
        ({"status": "succeeded", **DONE, "ratio": "1:1"}, "done", 5_009_400),
        ({"status": "succeeded", **DONE, "usage": {"completion_tokens": 195_300}}, "done", 195_300 * 28),
        ({"status": "succeeded", **DONE, "model": "ep-2026-private"}, "done", None),
        ({"status": "succeeded", **DONE, "usage": None}, "done", None),
        ({"status": "succeeded", **DONE, "content": {}}, "unknown", 5_009_400),
        ({"status": "failed", "error": {"code": "InternalServiceError", "message": "x"}}, "failed", None),
        (
            {"status": "failed", "error": {"code": "OutputVideoSensitiveContentDetected.PolicyViolation"}},
            "moderated",
            None,
        ),
        ({"status": "failed", "error": {"code": "OutputAudioSensitiveContentDetected"}}, "moderated", None),
        ({"status": "failed", "error": {"code": "InputImageSensitiveContentDetected"}}, "moderated", None),
        ({"status": "expired"}, "failed", None),
        ({"status": "cancelled"}, "cancelled", None),
        ({"status": "pausing"}, "unknown", None),
        ({}, "unknown", None),
    ],
)
def test_ark_states_and_costs(said: dict[str, Any], state: str, cost: int | None) -> None:
    seller, _ = build("ark-cn", clock=lambda: 0.0)
    job = seller.job("cgt-1", said)
    assert (job.state, job.cost) == (state, None if cost is None else Money(cost, "CNY"))
    assert bool(job.links) == (state == "done")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidParameter.TaskTypeConstraint", "input"),
        (400, "MissingParameter", "input"),
        (400, "InputTextSensitiveContentDetected", "moderated"),
        (400, "InputImageSensitiveContentDetected.PrivacyInformation", "moderated"),
        (400, "InputTextRiskDetection", "moderated"),
        (401, "AuthenticationError", "auth"),
        (403, "AccessDenied", "auth"),
        (403, "AccountOverdueError", "funds"),
        (403, "ServiceOverdue", "funds"),
        (404, "ModelNotOpen", "auth"),
        (404, "InvalidEndpointOrModel.NotFound", "retired"),
        (429, "ModelAccountTpmRateLimitExceeded", "rate"),
        (429, "RateLimitExceeded.EndpointRPMExceeded", "rate"),
        (429, "QuotaExceeded", "funds"),
        (429, "SetLimitExceeded", "funds"),
        (429, "InflightBatchsizeExceeded", "concurrency"),
        (429, "ServerOverloaded", "busy"),
        (429, "SomethingNew", "rate"),
        (500, "InternalServiceError", None),
        (503, "ServerOverloaded", None),
        (502, "InputTextSensitiveContentDetected", None),  # nothing that a breakdown says is proof
    ],
)
def test_ark_error_codes(status: int, code: str, kind: str | None) -> None:
    seller, _ = build("ark-cn", clock=lambda: 0.0)
    refused = seller.refusal(status, {"error": {"code": code, "message": "because"}}, {"retry-after": "7"})
    assert (refused and refused.kind) == kind
    assert refused is None or (refused.reason, refused.after_s) == ("because", 7.0)


ROUTES = ("ark-cn", "ark-intl", "minimax-intl")
OFFERS = {"ark-cn": ARK, "ark-intl": "seedance-2.0@ark-intl", "minimax-intl": H3}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_429, "rate"), (Fault.CONCURRENCY_429, "concurrency"), (Fault.FUNDS_402, "funds"), (Fault.FUNDS_429, "funds"),
        (Fault.MODERATED_AT_CREATE, "moderated"), (Fault.RETIRED, "retired"),
    ],
)  # fmt: skip
def test_refusals_by_kind(route: str, fault: Fault, kind: str) -> None:
    async def scene() -> None:
        async with stage(route, script={1: [fault]}) as at:
            with pytest.raises(Refused) as caught:
                await at.submit(OFFERS[route])
            assert caught.value.kind == kind
            assert not at.house.jobs
            assert KEY not in str(caught.value)

    play(scene)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("status", [401, 402, 403, 500, 529])
def test_a_question_that_is_not_answered_says_nothing_about_the_job(route: str, status: int) -> None:
    seller, _ = build(route, clock=lambda: 0.0)
    with pytest.raises(Unanswered):
        seller.lost_job("job", status, {})
    assert seller.lost_job("job", 404, {}).state == "unknown"


@pytest.mark.parametrize("route", ROUTES)
def test_moderated_failed_and_strange_jobs(route: str) -> None:
    async def scene() -> None:
        faults = [
            Fault.MODERATED_AFTER_ACCEPT,
            Fault.FAILED_FREE,
            Fault.FAILED_CHARGED,
            Fault.UNKNOWN_STATUS,
            Fault.DONE_WITHOUT_URL,
        ]
        async with stage(route, script={n: [fault] for n, fault in enumerate(faults, 1)}) as at:
            found = [await at.ended((await at.submit(OFFERS[route])).job) for _ in faults]
            assert [job.state for job in found] == ["moderated", "failed", "failed", "unknown", "unknown"]
            assert [job.cost is None for job in found[:3]] == [True, True, False]
            costs = [job.cost.micros if job.cost else at.house.meter.of_job(job.id).micros for job in found]
            assert sum(costs) == at.billed.micros

    play(scene)


@pytest.mark.parametrize("route", ROUTES)
def test_only_what_waits_is_cancelled_and_nothing_is_deleted(route: str) -> None:
    async def scene() -> None:
        offer = OFFERS[route]
        async with stage(route, timing=STILL) as at:
            job = (await at.submit(offer)).job
            await at.seller.cancel(at.wire, job)
            assert (await at.seller.poll(at.wire, [job]))[job].state == "cancelled"
            await at.seller.cancel(at.wire, job)
            assert at.billed.micros == 0
        async with stage(route, timing=BUSY) as at:
            job = (await at.submit(offer)).job
            await at.seller.cancel(at.wire, job)
            assert (await at.seller.poll(at.wire, [job]))[job].state == "running"
        async with stage(route) as at:
            job = (await at.submit(offer)).job
            await at.ended(job)
            await at.seller.cancel(at.wire, job)
            assert (await at.seller.poll(at.wire, [job]))[job].state == "done"
            gone = (await at.seller.poll(at.wire, ["cgt-of-another"]))["cgt-of-another"]
            assert gone.state == "unknown"

    play(scene)


@pytest.mark.parametrize("route", ROUTES)
def test_what_is_declared(route: str) -> None:
    seller, _ = build(route, clock=lambda: 0.0)
    traits = seller.traits
    assert (traits.keyed, traits.finds, traits.cancels, traits.refreshes, traits.reports_cost) == (
        False,
        False,
        True,
        True,
        True,
    )
    assert traits.charges_moderated is (None if route.startswith("minimax") else False)
    assert (traits.concurrency, traits.per_minute) == {
        "ark-cn": (2, 60),
        "ark-intl": (3, 180),
        "minimax-intl": (30, 300),
    }[route]
    for headers, said in (({}, b'{"id":"cgt-1","status":"succeeded"}'), ({"x-signature": "0"}, b"{}")):
        with pytest.raises(Forged):
            seller.hint(headers, said)
    assert KEY not in repr(seller)


def test_a_webhook_is_sent_unsigned_to_those_who_ask() -> None:
    async def scene() -> None:
        for route, path, said in (
            (
                "ark-cn",
                TASKS,
                {"model": "doubao-seedance-2-0-260128", "content": [{"type": "text", "text": "A kettle."}]},
            ),
            ("minimax-intl", "/v2/video_generation", H3_BODIES["words"]),
        ):
            async with stage(route) as at:
                await ask(at, "POST", path, {**said, "callback_url": "https://us.test/hook"})
                await asyncio.sleep(0.2)
                [delivery] = at.house.deliveries()
                told = json.loads(delivery.body)
                assert (told.get("task") or told)["status"] == "succeeded"
                assert delivery.url == "https://us.test/hook"
                assert set(delivery.headers) == {"content-type"}

    play(scene)


@pytest.mark.parametrize("route", ROUTES)
def test_files_are_checked_before_anything_is_ordered(files: Files, route: str) -> None:
    files.add("first-frame", b"GIF89a" + bytes(90))

    async def scene() -> None:
        async with stage(route) as at:
            with pytest.raises(Refused, match="octet-stream"):
                await at.submit(OFFERS[route], files.order(), files.paths)
            big = Files(files.folder).add("first-frame", picture() + bytes(30_000_000))
            with pytest.raises(Refused, match="30000000"):
                await at.submit(OFFERS[route], big.order(), big.paths)
            told = at.seller.fit(OFFERS[route], big.order())
            with pytest.raises(Unfit, match="a request takes 64000000"):
                at.seller.create(
                    told, dict.fromkeys(big.paths, "x" * 64_000_001), Create("a", at.recipe(OFFERS[route]))
                )
            assert at.house.creates == 0

    play(scene)


# -- what the stand-ins refuse themselves --------------------------------------------------------------------------------------


def test_ark_stand_in_refuses_what_ark_refuses() -> None:
    old, new = "doubao-seedance-2-0-260128", "doubao-seedance-2-5-260628"
    nine = [image("reference_image", shade) for shade in range(9)]
    good: list[dict[str, Any]] = [
        {"model": old, "content": [text("x")], "seed": None, "draft": None},
        {"model": old, "content": [text("x"), image(None)], "ratio": "16:9"},
        {"model": old, "content": [text("x"), *nine]},
        {"model": new, "content": [text("x"), image()], "ratio": "adaptive", "duration": 30},
        {"model": old, "content": [text("x" * 3500)], "duration": -1},
    ]
    bad: list[dict[str, Any]] = [
        {"model": old, "content": []},
        {"model": old, "content": [text("x"), {"type": "image_url", "image_url": data_uri(picture()), "role": "first_frame"}]},
        {"model": old, "content": [text("x"), image("start_frame")]},
        {"model": old, "content": [text("x"), image(None, 1), image(None, 2)]},
        {"model": old, "content": [text("x"), image(), image("reference_image")]},
        {"model": old, "content": [text("x"), image(shade=1), image(shade=2)]},
        {"model": old, "content": [text("x"), *nine, image("reference_image", 99)]},
        {"model": old, "content": [text("x"), {"type": "image_url", "image_url": {"url": "http://127.0.0.1/a.png"}, "role": "first_frame"}]},
        {"model": old, "content": [text("x" * 3501)]},
        {"model": old, "content": [text("x")], "seed": 7},
        {"model": old, "content": [text("x")], "duration": 3},
        {"model": old, "content": [text("x")], "duration": 16},
        {"model": old, "content": [text("x")], "duration": "5"},
        {"model": old, "content": [text("x")], "resolution": "2k"},
        {"model": old, "content": [text("x")], "ratio": "2:3"},
        {"model": old, "content": [text("x")], "execution_expires_after": 60},
        {"model": old, "content": [text("x")], "omni_reference_task_type": "edit"},
        {"model": new, "content": [text("x"), image()], "ratio": "16:9"},
        {"model": new, "content": [text("x")], "omni_reference_task_type": "extend"},
    ]  # fmt: skip

    async def scene() -> None:
        async with stage("ark-cn", concurrency=99) as at:
            for said in good:
                status, told = await ask(at, "POST", TASKS, said)
                assert status == 200, told
            for said in bad:
                status, told = await ask(at, "POST", TASKS, said)
                assert (status, told["error"]["code"]) == (400, "InvalidParameter"), said
            status, told = await ask(at, "POST", TASKS, {"model": "doubao-seedance-9", "content": [text("x")]})
            assert (status, told["error"]["code"]) == (404, "InvalidEndpointOrModel.NotFound")
            assert (await ask(at, "GET", TASKS, key="wrong"))[0] == 401

    play(scene)


def test_ark_tasks_are_listed_and_deleted() -> None:
    async def scene() -> None:
        async with stage("ark-cn") as at:
            jobs = [(await at.ended((await at.submit(offer)).job)).id for offer in (ARK, NEW, ARK)]
            _, told = await ask(at, "GET", f"{TASKS}?page_size=2")
            assert (told["total"], [item["id"] for item in told["items"]]) == (3, [jobs[2], jobs[1]])
            _, told = await ask(
                at, "GET", f"{TASKS}?filter.task_ids={jobs[0]}&filter.task_ids={jobs[1]}&filter.status=succeeded"
            )
            assert [item["id"] for item in told["items"]] == [jobs[1], jobs[0]]
            _, told = await ask(at, "GET", f"{TASKS}?filter.model=doubao-seedance-2-5-260628")
            assert [item["id"] for item in told["items"]] == [jobs[1]]
            assert await ask(at, "DELETE", f"{TASKS}/{jobs[1]}") == (200, {})
            assert (await ask(at, "GET", f"{TASKS}/{jobs[1]}"))[0] == 404
            assert (await ask(at, "GET", f"{TASKS}?page_size=0"))[0] == 400

    play(scene)


# -- Ark's own SDK -------------------------------------------------------------------------------------------------------------


def sdk(url: str, key: str = KEY) -> Any:

    return Client(base_url=f"{url}/api/v3", api_key=key, max_retries=0, timeout=10)


def test_ark_sdk_makes_polls_and_downloads() -> None:
    def session(url: str) -> None:
        with sdk(url) as client:
            tasks = client.content_generation.tasks
            content = [text("A teapot steams."), image()]
            made = tasks.create(
                model="doubao-seedance-2-0-260128", content=content, resolution="480p", duration=4, generate_audio=False,
                return_last_frame=True, safety_identifier="person-1",
            )  # fmt: skip
            with httpx.Client() as web:
                for _ in range(200):
                    task = tasks.get(task_id=made.id)
                    assert task.status in ("queued", "running", "succeeded")
                    if task.status == "succeeded":
                        break
                # 864 x 496 x 97 / 1024, whole tokens.
                assert (task.usage.completion_tokens, task.ratio, task.duration) == (40_594, "16:9", 4)
                assert task.safety_identifier == "person-1"
                clip = web.get(task.content.video_url)
                assert clip.content[4:8] == b"ftyp"
                last = web.get(task.content.last_frame_url)
                assert last.content.startswith(b"\x89PNG")
                assert tasks.list(page_size=5, status="succeeded", task_ids=[made.id]).items[0].id == made.id
                tasks.delete(made.id)

                with pytest.raises(errors.ArkNotFoundError):
                    tasks.get(task_id=made.id)

    async def scene() -> None:
        async with served("ark-cn", timing=Timing(queue_s=0.05, run_s=0.1)) as at:
            await asyncio.to_thread(session, at.url)
            assert at.billed == Money(40_594 * 46, "CNY")

    play(scene)


def test_ark_sdk_raises_its_own_errors() -> None:

    model = "doubao-seedance-2-0-260128"

    def session(url: str) -> None:
        with sdk(url) as client:
            tasks = client.content_generation.tasks
            waiting = tasks.create(model=model, content=[text("x")])
            assert tasks.get(task_id=waiting.id).status == "queued"
            tasks.delete(waiting.id)
            assert tasks.get(task_id=waiting.id).status == "cancelled"
            with pytest.raises(errors.ArkConflictError) as conflict:
                tasks.delete(waiting.id)
            assert conflict.value.code == "InvalidAction.RunningTaskDeletion"
            with sdk(url, "wrong") as stranger, pytest.raises(errors.ArkAuthenticationError):
                stranger.content_generation.tasks.create(model=model, content=[text("x")])
            with pytest.raises(errors.ArkBadRequestError) as bad:
                tasks.create(model=model, content=[text("x")], duration=99)
            assert bad.value.code == "InvalidParameter"
            with pytest.raises(errors.ArkNotFoundError):
                tasks.create(model="doubao-seedance-9", content=[text("x")])
            with pytest.raises(errors.ArkRateLimitError):
                tasks.create(model=model, content=[text("x")])
            with pytest.raises(errors.ArkPermissionDeniedError) as empty:
                tasks.create(model=model, content=[text("x")])
            assert empty.value.code == "AccountOverdueError"
            with pytest.raises(errors.ArkBadRequestError) as banned:
                tasks.create(model=model, content=[text("x")])
            assert banned.value.code == "InputTextSensitiveContentDetected"
            with pytest.raises(errors.ArkInternalServerError):
                tasks.create(model=model, content=[text("x")])

    async def scene() -> None:
        faults = [Fault.RATE_429, Fault.FUNDS_402, Fault.MODERATED_AT_CREATE, Fault.ERROR_BEFORE_ACCEPT]
        script = {n: [fault] for n, fault in enumerate(faults, 2)}
        async with served("ark-cn", timing=STILL, script=script) as at:
            await asyncio.to_thread(session, at.url)

    play(scene)
