"""Kling: our adapter against its stand-in. There is no official SDK: the examples of its documentation are sent instead."""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from callsheet.catalog import Offer, load
from callsheet.film import Camera, Money, Order, Reference
from callsheet.providers.families.kling import Kling
from callsheet.providers.hosted import Create, Forged, Refused
from callsheet.providers.wire import Lost, Unanswered, Wire
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import House
from callsheet.rehearsal.server import Server
from callsheet.rehearsal.skins import KEY
from callsheet.rehearsal.standins.kling import KlingStandIn
from callsheet.rehearsal.transport import Memory, address
from callsheet.testing.stage import QUICK, SMALL, Stage, offers_of, order, stage

ROUTE = "kling-intl"
V3, O3 = f"kling-3.0@{ROUTE}", f"kling-o3@{ROUTE}"
PNG = b"\x89PNG\r\n\x1a\n"
ACCESS, SECRET = "AKrehearsal0000", "a secret of thirty-two bytes, at least"
OLDER = """
source: {where: test, on: 2026-11-21}
models:
  kling-1.6: {family: kling, durations: [5, 10], resolutions: [720p, 1080p], aspects: [16:9, 9:16, 1:1],
    modes: [text, first_frame, last_frame, reference_images], references: {images: 4}, audio: none, prompt: {most: 2500, negative: true}}
  kling-1.0: {family: kling, durations: [5, 10], resolutions: [720p], aspects: [16:9, 9:16, 1:1], modes: [text], audio: none}
offers:
  - {id: kling-1.6@kling-intl, wire: kling-v1-6, status: active}
  - {id: kling-1.0@kling-intl, wire: kling-v1, status: active}
"""


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def usd(micros: int) -> Money:
    return Money(micros, "USD")


def given(folder: Path, *roles: str, content: bytes = PNG, **more: Any) -> tuple[Order, dict[str, Path]]:
    files, references = {}, []
    for role in roles:
        digest = hashlib.sha256(content + role.encode()).hexdigest()
        files[digest] = folder / digest
        files[digest].write_bytes(content + role.encode())
        references.append(Reference(sha256=digest, role=role))
    return order(references=references, **more), files


def told(on: Stage) -> dict[str, Any]:
    """What the stand-in read in the newest create."""
    facts = on.house.jobs[-1].facts
    return {**facts["body"], "endpoint": facts["endpoint"]}


def older(folder: Path) -> tuple[Offer, ...]:
    """The catalogue with models from before."""
    path = folder / "own.yaml"
    path.write_text(OLDER)
    return tuple(load([path]))


@asynccontextmanager
async def signed(clock: Any = time.time) -> AsyncIterator[tuple[Kling, House, Wire]]:
    """An account with a key of two parts, where tokens are checked."""
    offers, key = offers_of(ROUTE), f"{ACCESS}:{SECRET}"
    seller = Kling(ROUTE, offers, key, address(ROUTE), clock)
    face = KlingStandIn(ROUTE, offers, key)
    house = House(face.skin(seller.traits), clock, SMALL, timing=QUICK, face=face)
    wire = Wire(Memory(house), timeout_s=5.0)
    try:
        yield seller, house, wire
    finally:
        await wire.close()


def recipe_of(seller: Kling, offer: str = f"{V3}:720p") -> Create:
    from callsheet.film import Recipe

    return Create("attempt-s", Recipe(offer=offer, engine=seller.engine, seed=1, order=order()))


def test_text_to_video_is_asked_for_delivered_and_billed_in_units(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(ROUTE) as on:
            job = (await on.submit(f"{V3}:1080p")).job
            assert job == f"text2video/{on.house.jobs[0].id}"
            assert told(on) == {
                "endpoint": "text2video", "model_name": "kling-v3", "prompt": on.house.jobs[0].facts["body"]["prompt"],
                "negative_prompt": "text, captions, subtitles, logo, watermark", "duration": "5", "mode": "pro", "sound": "off",
                "cfg_scale": 0.5, "aspect_ratio": "16:9", "external_task_id": "attempt-0001", "watermark_info": {"enabled": False},
                "image_list": [],
            }  # fmt: skip
            done = await on.ended(job)
            assert (done.state, done.cost, on.billed) == ("done", usd(560_000), usd(560_000))
            said = await ask(on, f"/v1/videos/{job}")
            assert said["data"]["final_unit_deduction"] == "4"
            assert said["data"]["updated_at"] > 1000 * on.house.jobs[0].accepted_at, "milliseconds"
            got = await on.wire.download(done.links[0].url, tmp_path / "clip.mp4")
            assert got.bytes > 500

    run(body())


async def ask(on: Stage, path: str) -> Any:
    response = await on.wire.ask("GET", on.url + path, headers={"authorization": f"Bearer {KEY}"})
    return response.json()


async def post(on: Stage, endpoint: str, said: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {KEY}"}
    return await on.wire.create("POST", f"{on.url}/v1/videos/{endpoint}", headers=headers, content=json.dumps(said))


@pytest.mark.parametrize(
    ("resolution", "frames", "mode", "micros"),
    [("720p", 72, "std", 252_000), ("1080p", 360, "pro", 1_680_000), ("4k", 24 * 7, "4k", 2_940_000)],
)
def test_the_size_is_a_mode_and_has_its_price(resolution: str, frames: int, mode: str, micros: int) -> None:
    async def body() -> None:
        async with stage(ROUTE) as on:
            done = await on.ended((await on.submit(f"{V3}:{resolution}", order(frames=frames))).job)
            quoted = on.seller.quote(f"{V3}:{resolution}", order(frames=frames))
            assert told(on)["mode"] == mode
            assert quoted is not None
            assert done.cost == on.billed == quoted.expected == usd(micros)

    run(body())


def test_a_price_that_nobody_has_published_is_told_in_units_too() -> None:
    async def body() -> None:
        async with stage(ROUTE) as on:
            assert on.seller.quote(f"{O3}:720p", order()) is None
            done = await on.ended((await on.submit(f"{O3}:720p")).job)
            assert done.cost == on.billed == usd(700_000), "five units"

    run(body())


@pytest.mark.parametrize(("creativity", "scale"), [(0.0, 1.0), (0.25, 0.75), (1.0, 0.0)])
def test_the_dial_is_highest_where_the_prompt_is_kept_closest(creativity: float, scale: float) -> None:
    async def body() -> None:
        async with stage(ROUTE) as on:
            await on.submit(f"{V3}:720p", order(creativity=creativity))
            assert told(on)["cfg_scale"] == scale

    run(body())


def test_frames_go_as_bare_base64_and_the_shape_follows_them(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(ROUTE, concurrency=9) as on:
            assert (await on.submit(f"{V3}:720p", *given(tmp_path, "first-frame"))).job.startswith("image2video/")
            assert told(on)["image"] is True
            assert "aspect_ratio" not in told(on)
            await on.submit(f"{V3}:720p", *given(tmp_path, "first-frame", "last-frame"))
            assert (told(on)["image"], told(on)["image_tail"]) == (True, True)
            await on.submit(f"{O3}:720p", *given(tmp_path, "first-frame", "last-frame"))
            assert told(on)["endpoint"] == "omni-video"
            assert told(on)["image_list"] == ["first_frame", "end_frame"]
            wanted, files = given(tmp_path, "first-frame")
            placed = await on.seller.place(on.wire, on.seller.fit(f"{V3}:720p", wanted).inputs[0], *files.values())
            assert base64.b64decode(placed) == PNG + b"first-frame"

    run(body())


def test_the_prompt_points_at_the_pictures_that_come_first(tmp_path: Path) -> None:
    async def body() -> None:
        wanted, files = given(tmp_path, "first-frame", "look:a", "image:b")
        from callsheet.film import Look

        look = Look(name="Noir", description="hard shadows")
        async with stage(ROUTE) as on:
            await on.submit(f"{O3}:720p", wanted.model_copy(update={"look": look}), files)
            assert told(on)["image_list"] == [None, None, "first_frame"]
            assert "Look (<<<image_1>>>): hard shadows" in told(on)["prompt"]

    run(body())


def test_older_models_take_several_pictures_or_camera_fields(tmp_path: Path) -> None:
    async def body() -> None:
        offers = older(tmp_path)
        async with stage(ROUTE, offers, concurrency=9) as on:
            job = (await on.submit("kling-1.6@kling-intl:720p", *given(tmp_path, "image:1", "image:2"))).job
            assert job.startswith("multi-image2video/")
            assert "sound" not in told(on)
            assert (await on.ended(job)).state == "done"
            wanted = order(camera=Camera(move="push"))
            await on.submit("kling-1.0@kling-intl:720p", wanted)
            assert told(on)["camera_control"] == {"type": "simple", "config": {"zoom": -5.0}}
            await on.submit("kling-1.0@kling-intl:720p", order(camera=Camera(move="orbit")))
            assert "camera_control" not in told(on)
            assert "orbits" in told(on)["prompt"]
            await on.submit(f"{V3}:720p", wanted)
            assert "camera_control" not in told(on)

    run(body())


def test_what_cannot_be_asked_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    async def body() -> None:
        async with stage(ROUTE, older(tmp_path)) as on:
            for offer, roles, says in [
                (O3, ("video:1",), "public address"), (O3, ("edit:take",), "public address"), (O3, ("last-frame",), "needs first_frame"),
                (O3, ("first-frame", "last-frame", "image:1"), "cannot be asked together"), (V3, ("image:1",), "reference_images"),
                ("kling-1.6@kling-intl", ("first-frame", "image:1"), "frames or reference"), (V3, ("keyframe:12",), "keyframe"),
            ]:  # fmt: skip
                wanted, files = given(tmp_path, *roles)
                assert says in on.seller.refuses(f"{offer}:720p", wanted), (offer, roles)
                with pytest.raises(Refused, match=says):
                    await on.submit(f"{offer}:720p", wanted, files)
            for content, says in [(b"RIFF0000WEBP", "JPEG and PNG"), (PNG + bytes(Kling.inline), "is over")]:
                with pytest.raises(Refused, match=says):
                    await on.submit(f"{V3}:720p", *given(tmp_path, "first-frame", content=content))
            assert on.house.creates == 0

    run(body())


@pytest.mark.parametrize(("length", "fits"), [(2500, True), (2501, False)])
def test_the_longest_prompt(length: int, fits: bool) -> None:
    async def body() -> None:
        async with stage(ROUTE) as on:
            assert (on.seller.refuses(f"{V3}:720p", order(action="x" * (length - 1))) == "") is fits
            said = {"model_name": "kling-v3", "prompt": "x" * length, "duration": "5"}
            assert (await post(on, "text2video", said)).status_code == (200 if fits else 400)

    run(body())


@pytest.mark.parametrize(("frames", "fits"), [(24 * 15, True), (24 * 15 + 1, False)])
def test_the_longest_clip(frames: int, fits: bool) -> None:
    async def body() -> None:
        async with stage(ROUTE) as on:
            assert (on.seller.refuses(f"{V3}:720p", order(frames=frames)) == "") is fits

    run(body())


@pytest.mark.parametrize(("count", "fits"), [(7, True), (8, False)])
def test_the_most_pictures(tmp_path: Path, count: int, fits: bool) -> None:
    async def body() -> None:
        async with stage(ROUTE) as on:
            wanted, files = given(tmp_path, *(f"image:{n}" for n in range(count)))
            if fits:
                await on.submit(f"{O3}:720p", wanted, files)
                assert len(told(on)["image_list"]) == 7
            else:
                assert "images" in on.seller.refuses(f"{O3}:720p", wanted)

    run(body())


@pytest.mark.parametrize(
    ("fault", "kind", "after_s"),
    [
        (Fault.RATE_429, "rate", 10.0), (Fault.CONCURRENCY_429, "concurrency", 5.0), (Fault.FUNDS_402, "funds", None),
        (Fault.FUNDS_429, "funds", None), (Fault.MODERATED_AT_CREATE, "moderated", None), (Fault.RETIRED, "retired", None),
    ],
)  # fmt: skip
def test_refusals_by_kind_though_three_of_them_are_429(fault: Fault, kind: str, after_s: float | None) -> None:
    async def body() -> None:
        async with stage(ROUTE, script={1: [fault]}) as on:
            with pytest.raises(Refused) as caught:
                await on.submit(f"{V3}:720p")
            assert (caught.value.kind, caught.value.after_s) == (kind, after_s)
            assert not on.house.jobs

    run(body())


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, 1000, "auth"), (401, 1004, "auth"), (429, 1100, "funds"), (429, 1101, "funds"), (429, 1102, "funds"), (403, 1103, "auth"),
        (400, 1200, "input"), (400, 1201, "input"), (404, 1202, "input"), (404, 1203, "retired"), (400, 1300, "moderated"),
        (400, 1301, "moderated"), (429, 1302, "rate"), (429, 1303, "concurrency"), (429, 1304, "auth"), (429, 9999, "rate"),
        (500, 5000, None), (503, 5001, None), (504, 5002, None), (504, 1301, None),
    ],
)  # fmt: skip
def test_error_codes(status: int, code: int, kind: str | None) -> None:
    refused = Kling(ROUTE, [], "key").refusal(status, {"code": code, "message": "no"}, {})
    assert (refused.kind if refused else None) == kind


def test_a_refusal_inside_a_good_status_is_a_refusal() -> None:
    seller = Kling(ROUTE, offers_of(ROUTE), "key")
    fitted = seller.fit(f"{V3}:720p", order())
    with pytest.raises(Refused) as caught:
        seller.accepted({"code": 1102, "message": "Resource pack depleted"}, fitted)
    assert caught.value.kind == "funds"
    assert seller.accepted({"code": 5000, "message": "?", "data": {"task_id": "a"}}, fitted) is None
    assert seller.accepted({"code": 0, "data": {}}, fitted) is None


@pytest.mark.parametrize(
    ("fault", "state", "cost", "reason"),
    [
        (Fault.FAILED_FREE, "failed", usd(0), "Generation failed"), (Fault.FAILED_CHARGED, "failed", usd(420_000), "Generation failed"),
        (Fault.MODERATED_AFTER_ACCEPT, "moderated", usd(0), "risk control"), (Fault.UNKNOWN_STATUS, "unknown", usd(420_000), "hibernating"),
        (Fault.DONE_WITHOUT_URL, "unknown", usd(420_000), "names no file"),
    ],
)  # fmt: skip
def test_how_jobs_end(fault: Fault, state: str, cost: Money, reason: str) -> None:
    async def body() -> None:
        async with stage(ROUTE, script={1: [fault]}) as on:
            ended = await on.ended((await on.submit(f"{V3}:720p")).job)
            assert (ended.state, ended.cost, ended.links, on.billed) == (state, cost, (), cost)
            assert reason in ended.reason

    run(body())


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_ACCEPT, Fault.ERROR_AFTER_ACCEPT, Fault.WRONG_JSON, Fault.NO_ID])
def test_a_lost_create_is_found_by_its_attempt(tmp_path: Path, fault: Fault) -> None:
    async def body() -> None:
        async with stage(ROUTE, script={1: [fault]}) as on:
            assert (on.seller.traits.finds, on.seller.traits.keyed, on.seller.traits.cancels) == (True, False, False)
            with pytest.raises(Lost):
                await on.submit(f"{V3}:720p", *given(tmp_path, "first-frame"))
            found = await on.seller.find(on.wire, "attempt-0001")
            assert found == f"image2video/{on.house.jobs[0].id}"
            assert (await on.ended(found)).cost == usd(420_000)
            assert await on.seller.find(on.wire, "attempt-0002") is None

    run(body())


def test_an_answer_that_proves_nothing_does_not_prove_that_there_is_no_job() -> None:
    async def body() -> None:
        async with signed() as (seller, _, wire):
            stranger = Kling(ROUTE, seller.listed_offers, f"{ACCESS}:another", seller.url)
            with pytest.raises(Unanswered, match="Authorization is invalid"):
                await stranger.find(wire, "attempt-s")

    run(body())


def test_an_attempt_is_unique_in_an_account() -> None:
    async def body() -> None:
        async with stage(ROUTE) as on:
            said = {"model_name": "kling-v3", "prompt": "A teapot.", "duration": "5", "external_task_id": "mine"}
            assert (await post(on, "text2video", said)).json()["data"]["task_info"] == {"external_task_id": "mine"}
            again = await post(on, "text2video", said)
            assert (again.status_code, again.json()["code"], len(on.house.jobs)) == (400, 1201, 1)
            listed = await ask(on, "/v1/videos/text2video?pageNum=1&pageSize=30")
            assert [task["task_info"]["external_task_id"] for task in listed["data"]] == ["mine"]
            assert (await ask(on, "/v1/videos/text2video?pageNum=2&pageSize=30"))["data"] == []
            assert (await ask(on, "/v1/videos/image2video/mine"))["code"] == 1203, "asked about where it was not made"

    run(body())


def test_tokens_are_signed_as_the_documents_say_and_kept_secret() -> None:
    now = time.time()
    seller = Kling(ROUTE, offers_of(ROUTE), f"{ACCESS}:{SECRET}", clock=lambda: now)
    scheme, _, sent = seller.headers()["authorization"].partition(" ")
    claims = jwt.decode(sent, SECRET, algorithms=["HS256"])
    assert (scheme, claims) == ("Bearer", {"iss": ACCESS, "exp": int(now) + 1800, "nbf": int(now) - 5})
    assert jwt.get_unverified_header(sent) == {"alg": "HS256", "typ": "JWT"}
    assert SECRET not in repr(seller)
    assert SECRET not in sent
    assert Kling(ROUTE, [], "gateway-key").headers() == {"authorization": "Bearer gateway-key"}


@pytest.mark.parametrize(
    ("key", "off_by", "code"),
    [
        (f"{ACCESS}:{SECRET}", 0, 0), (f"{ACCESS}:wrong", 0, 1002), (f"another:{SECRET}", 0, 1002), (ACCESS, 0, 1002),
        (f"{ACCESS}:{SECRET}", 3600, 1003), (f"{ACCESS}:{SECRET}", -3600, 1004), (f"{ACCESS}:{SECRET}", 4, 0),
    ],
)  # fmt: skip
def test_the_stand_in_checks_tokens(key: str, off_by: float, code: int) -> None:
    async def body() -> None:
        async with signed() as (seller, house, wire):
            other = Kling(ROUTE, seller.listed_offers, key, seller.url, lambda: time.time() + off_by)
            if code:
                with pytest.raises(Refused, match=f"\\({code}\\)") as caught:
                    await other.submit(wire, recipe_of(seller))
                assert caught.value.kind == "auth"
                assert SECRET not in str(caught.value)
            else:
                await other.submit(wire, recipe_of(seller))
            assert len(house.jobs) == (0 if code else 1)

    run(body())


def test_a_key_that_is_not_taken_says_nothing_about_a_job() -> None:
    async def body() -> None:
        async with signed() as (seller, _, wire):
            job = (await seller.submit(wire, recipe_of(seller))).job
            stranger = Kling(ROUTE, seller.listed_offers, f"{ACCESS}:wrong", seller.url)
            with pytest.raises(Unanswered, match="does not take the key"):
                await stranger.poll(wire, [job])
            assert (await seller.poll(wire, ["text2video/gone"]))["text2video/gone"].state == "unknown"

    run(body())


def test_an_envelope_that_speaks_of_something_else_is_no_answer() -> None:
    seller = Kling(ROUTE, offers_of(ROUTE), "key")
    with pytest.raises(Unanswered):
        seller.job("text2video/a", {"code": 5000, "message": "Server internal error"})
    assert seller.job("text2video/a", {"code": 1203, "message": "gone"}).state == "unknown"


def test_a_question_is_asked_again() -> None:
    async def body() -> None:
        async with stage(ROUTE, script={1: [Fault.POLL_WRONG_JSON]}) as on:
            job = (await on.submit(f"{V3}:720p")).job
            with pytest.raises(Unanswered):
                await on.seller.poll(on.wire, [job])
            assert (await on.ended(job)).state == "done"

    run(body())


def test_callbacks_are_signed_by_nobody_and_never_asked_for() -> None:
    async def body() -> None:
        async with stage(ROUTE) as on:
            await on.submit(f"{V3}:720p", webhook="https://hints.example/kling")
            assert "callback_url" not in told(on)
            said = {"model_name": "kling-v3", "prompt": "A teapot.", "callback_url": "https://hints.example/kling"}
            task = (await post(on, "text2video", said)).json()["data"]["task_id"]
            await on.ended(f"text2video/{task}")
            (sent,) = on.house.deliveries()
            assert (json.loads(sent.body)["task_id"], json.loads(sent.body)["task_status"]) == (task, "succeed")
            with pytest.raises(Forged):
                on.seller.hint(sent.headers, sent.body)

    run(body())


def test_what_a_unit_is_worth_comes_from_the_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("source: {where: our contract, on: 2026-11-21}\nchange:\n  kling-3.0@kling-intl: {discount: 50%}\n")

    async def body() -> None:
        async with stage(ROUTE, tuple(load([path]))) as on:
            done = await on.ended((await on.submit(f"{V3}:1080p")).job)
            assert done.cost == on.billed == usd(280_000)

    run(body())
    told = {"data": {"final_unit_deduction": "3.5"}}
    assert Kling(ROUTE, offers_of(ROUTE), "key").cost(told) == usd(490_000)
    assert Kling(ROUTE, [], "key").cost(told) is None
    assert Kling(ROUTE, offers_of(ROUTE), "key").cost({"data": {}}) is None


DOCUMENTED: list[tuple[str, dict[str, Any]]] = [
    ("text2video", {"model_name": "kling-v3", "prompt": "A teapot.", "negative_prompt": "", "duration": "5", "mode": "pro", "sound": "on",
                    "callback_url": "", "external_task_id": ""}),
    ("image2video", {"model_name": "kling-v3", "image": "PICTURE", "image_tail": "PICTURE", "prompt": "Camera zooms out, the girl smiles",
                     "negative_prompt": "", "duration": "5", "mode": "pro", "sound": "off", "callback_url": "", "external_task_id": ""}),
    ("omni-video", {"model_name": "kling-v3-omni", "prompt": "<<<image_1>>> strolls through <<<image_2>>>",
                    "image_list": [{"image_url": "PICTURE"}, {"image_url": "PICTURE"}], "mode": "pro", "aspect_ratio": "1:1", "duration": "7"}),
    ("omni-video", {"model_name": "kling-v3-omni", "prompt": "The person is dancing", "mode": "pro",
                    "image_list": [{"image_url": "PICTURE", "type": "first_frame"}, {"image_url": "PICTURE", "type": "end_frame"}]}),
    ("text2video", {"model_name": "kling-v3", "multi_shot": True, "shot_type": "customize", "duration": "5", "mode": "pro",
                    "multi_prompt": [{"index": 1, "prompt": "A door.", "duration": "2"}, {"index": 2, "prompt": "A hall.", "duration": "3"}]}),
]  # fmt: skip
WRONG: list[tuple[str, dict[str, Any], int]] = [
    ("text2video", {"duration": 5}, 1201), ("text2video", {"mode": "best"}, 1201), ("text2video", {"cfg_scale": 1.5}, 1201),
    ("text2video", {"sound": True}, 1201), ("text2video", {"aspect_ratio": "4:3"}, 1201), ("text2video", {"duration": "16"}, 1201),
    ("text2video", {"model_name": "kling-v9"}, 1203), ("omni-video", {}, 1201), ("image2video", {}, 1201),
    ("image2video", {"image": "data:image/png;base64,AAAA"}, 1201), ("image2video", {"image": "http://127.0.0.1/a.png"}, 1201),
    ("text2video", {"camera_control": {"type": "simple", "config": {"zoom": 5}}}, 1201), ("dance", {}, 1202),
    ("text2video", {"multi_shot": True, "shot_type": "customize", "multi_prompt": [{"prompt": "x", "duration": "1"}]}, 1201),
]  # fmt: skip


def test_the_documented_requests_are_taken_over_http(tmp_path: Path) -> None:
    """With a token made by PyJWT, as in the documentation's own example."""
    picture = base64.b64encode(PNG).decode()

    async def body() -> None:
        offers, key = offers_of(ROUTE), f"{ACCESS}:{SECRET}"
        face = KlingStandIn(ROUTE, offers, key)
        seller = Kling(ROUTE, offers, key)
        house = House(face.skin(seller.traits), time.time, SMALL, timing=QUICK, face=face)
        claims = {"iss": ACCESS, "exp": int(time.time()) + 1800, "nbf": int(time.time()) - 5}
        token = jwt.encode(claims, SECRET, headers={"alg": "HS256", "typ": "JWT"})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        async with Server(house) as server, httpx.AsyncClient(base_url=server.url, headers=headers) as client:
            for endpoint, said in DOCUMENTED:
                text = json.dumps(said).replace("PICTURE", picture)
                made = (await client.post(f"/v1/videos/{endpoint}", content=text)).json()
                assert (made["code"], made["data"]["task_status"]) == (0, "submitted"), (endpoint, made)
                async with asyncio.timeout(10):
                    while True:
                        found = (await client.get(f"/v1/videos/{endpoint}/{made['data']['task_id']}")).json()["data"]
                        if found["task_status"] not in ("submitted", "processing"):
                            break
                        await asyncio.sleep(0.02)
                assert found["task_status"] == "succeed"
                (clip,) = found["task_result"]["videos"]
                assert clip["duration"] == said.get("duration", "5")
                assert float(found["final_unit_deduction"]) > 0
                assert len((await client.get(clip["url"])).content) > 500
            assert (await client.get("/v1/videos/text2video", headers={"Authorization": ""})).json()["code"] == 1001

    run(body())


@pytest.mark.parametrize(("endpoint", "said", "code"), WRONG)
def test_the_stand_in_refuses_what_the_documents_refuse(endpoint: str, said: dict[str, Any], code: int) -> None:
    async def body() -> None:
        async with stage(ROUTE) as on:
            model = "kling-v3-omni" if endpoint == "omni-video" else "kling-v3"
            reply = await post(on, endpoint, {"model_name": model, "prompt": "A teapot.", "duration": "5", **said})
            assert reply.json()["code"] == code, reply.text
            assert on.house.creates == 0

    run(body())
