"""MiniMax's dialect of content-array tasks: our adapter, and the documented examples, against the stand-in. There is no SDK."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from content_stage import H3, H3_BODIES, STILL, Files, ask, body, buys, clip, image, picture, play, roles, sound, text

from callsheet.film.price import Money
from callsheet.providers.answers import data_uri
from callsheet.providers.hosted import Refused
from callsheet.testing.stage import SMALL, build, offers_of, order, stage

# -- MiniMax -------------------------------------------------------------------------------------------------------------------

H3_DONE = {
    "id": "424010985738629", "model": "MiniMax-H3", "status": "succeeded", "created_at": 1785125529, "updated_at": 1785125946,
    "content": {"url": "https://cdn.test/output.mp4"}, "resolution": "2K", "duration": 5,
    "usage": {"total_seconds": 5, "input_seconds": 0, "output_seconds": 5, "input_image_count": 1, "input_audio_seconds": 6,
              "total_tokens": 273890, "prompt_tokens": 13500, "completion_tokens": 260390},
    "ratio": "16:9", "task_type": "generation", "modality": "video",
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.mark.parametrize(
    ("task", "state", "micros"),
    [
        (H3_DONE, "done", 650_000),
        ({**H3_DONE, "usage": {"total_seconds": 9, "input_seconds": 4, "input_image_count": 7}}, "done", 1_250_000),
        ({**H3_DONE, "task_type": "regeneration", "ratio": ""}, "done", 250_000),
        (
            {**H3_DONE, "content": {"prompt": "[Shot 1]"}, "usage": {"total_tokens": 9090}, "modality": "text"},
            "unknown",
            None,
        ),
        ({"status": "failed", "error": {"code": "1026", "message": "sensitive"}, "usage": {}}, "moderated", None),
        ({"status": "failed", "error": {"code": "1027", "message": "sensitive"}, "usage": {}}, "moderated", None),
        ({"status": "failed", "error": {"code": "1033", "message": "system error"}, "usage": {}}, "failed", None),
        ({"status": "queued"}, "waiting", None),
        ({"status": "running"}, "running", None),
        ({"status": "cancelled"}, "cancelled", None),
        ({"status": "Success"}, "unknown", None),
    ],
)
def test_minimax_documented_answers(task: dict[str, Any], state: str, micros: int | None) -> None:
    seller, _ = build("minimax-intl", clock=lambda: 0.0)
    job = seller.job("424010985738629", {"task": task})
    assert (job.state, job.cost) == (state, None if micros is None else Money(micros, "USD"))
    assert seller.job("1", {}).state == "unknown"


@pytest.mark.parametrize(
    ("status", "kind", "message", "read"),
    [
        (
            400,
            "bad_request_error",
            "invalid params, content must include a non-empty text item (prompt is required) (2013)",
            "input",
        ),
        (400, "bad_request_error", "invalid params, unsupported model: MiniMax-H2 (2013)", "retired"),
        (401, "authorized_error", "login fail: Please carry the API secret key (1004)", "auth"),
        (401, "authorized_error", "invalid api key (2049)", "auth"),
        (402, "insufficient_balance_error", "insufficient balance (1008)", "funds"),
        (422, "unprocessable_entity_error", "video description contains sensitive content (1026)", "moderated"),
        (429, "rate_limit_error", "rate limit, please retry later (1002)", "rate"),
        (429, "rate_limit_error", "conn limit (1041)", "concurrency"),
        (429, "rate_limit_error", "usage limit exceeded (2056)", "funds"),
        (429, "rate_limit_error", "slower", "rate"),
        (500, "server_error", "internal error (1000)", None),
        (529, "overloaded_error", "overloaded (1000)", None),
    ],
)
def test_minimax_documented_errors(status: int, kind: str, message: str, read: str | None) -> None:
    seller, _ = build("minimax-intl", clock=lambda: 0.0)
    said = {
        "type": "error",
        "error": {"type": kind, "message": message, "http_code": str(status)},
        "request_id": "0217",
    }
    refused = seller.refusal(status, said, {})
    assert (refused and refused.kind) == read
    assert refused is None or refused.reason == message


@pytest.mark.parametrize(("name", "seconds", "images"), [("words", 5, 0), ("frame", 5, 1), ("references", 10, 0)])
def test_minimax_documented_requests(name: str, seconds: int, images: int) -> None:
    async def scene() -> None:
        async with stage("minimax-intl") as at:
            status, made = await ask(at, "POST", "/v2/video_generation", H3_BODIES[name])
            assert (status, set(made)) == (200, {"task_id"})
            await at.ended(made["task_id"])
            _, told = await ask(at, "GET", f"/v2/query/video_generation/{made['task_id']}")
            task = told["task"]
            assert set(task) <= set(H3_DONE)
            assert (task["usage"]["total_seconds"], task["usage"]["input_image_count"]) == (seconds, images)
            assert task["ratio"] == "16:9"
            # The clip has 124 frames: what the grid makes of five seconds. They are billed as five.
            [job] = at.house.jobs
            assert job.recipe["order"]["frames"] == 124
            rate = Fraction(13, 100) if name != "references" else Fraction(8, 100)
            assert at.billed == Money(int(rate * seconds * 1_000_000), "USD")

    play(scene)


def test_minimax_modes(files: Files) -> None:
    async def scene() -> None:
        async with stage("minimax-intl") as at:
            words = body(at, f"{H3}:768p", order(), {}, webhook="https://us.test/hook")
            assert words == {
                "path": "/v2/video_generation", "model": "MiniMax-H3", "resolution": "768P", "duration": 5, "ratio": "16:9",
                "content": [text(at.seller.fit(H3, order()).prompt)],
            }  # fmt: skip
            assert await buys(at, H3, order(frames=192)) == Money(1_040_000, "USD")
            files.add("last-frame", picture())
            wanted = files.order()
            sent = body(at, H3, wanted, files.paths)
            assert (roles(sent), sent["ratio"]) == (["text", "last_frame"], "adaptive")
            await buys(at, f"{H3}:768p", wanted, files.paths)
            many = Files(files.folder)
            for shade in range(9):
                many.add("image", picture(shade=shade))
            many.add("video", clip(100)).add("audio", sound())
            wanted = many.order()
            sent = body(at, H3, wanted, many.paths)
            assert roles(sent) == ["text", *["reference_image"] * 9, "reference_video", "reference_audio"]
            assert sent["ratio"] == "16:9"
            # Five seconds made and 4.17 given, which count as five; four pictures beyond the five that are free.
            assert await buys(at, f"{H3}:768p", wanted, many.paths) == Money(10 * 80_000 + 4 * 40_000, "USD")
            many.add("audio", sound(3)).add("audio", sound(4))
            assert "references.total" in at.seller.refuses(H3, many.order())
            alone = Files(files.folder).add("audio", sound())
            assert "only beside" in at.seller.refuses(H3, alone.order())

    play(scene)


def test_minimax_makes_a_clip_again(files: Files) -> None:
    files.add("upscale:SH010", clip(124, (64, 64)))

    async def scene() -> None:
        async with stage("minimax-intl") as at:
            wanted = files.order()
            sent = body(at, H3, wanted, files.paths)
            assert (sent["path"], sent["resolution"], roles(sent)) == (
                "/v2/video_regeneration",
                "2K",
                ["text", "base_video"],
            )
            assert not {"duration", "ratio"} & set(sent)
            assert await buys(at, H3, wanted, files.paths) == Money(250_000, "USD")
            assert at.seller.refuses("minimax-h3-max@minimax-intl", wanted)
            for frames, size in ((120, (64, 64)), (124, (64, 36))):
                other = Files(files.folder).add("upscale:SH010", clip(frames, size))
                with pytest.raises(Refused, match="as H3 makes it"):
                    await at.submit(H3, other.order(), other.paths)

    play(scene)


def test_minimax_stand_in_refuses_what_minimax_refuses() -> None:
    words = H3_BODIES["words"]
    twelve = [image("reference_image", shade) for shade in range(9)]
    video = {"type": "video_url", "video_url": {"url": data_uri(clip(48))}, "role": "reference_video"}
    audio = {"type": "audio_url", "audio_url": {"url": data_uri(sound())}, "role": "reference_audio"}
    bad: list[dict[str, Any]] = [
        {"ratio": "adaptive"}, {"ratio": "2:3"}, {"duration": 3}, {"duration": 16}, {"duration": None}, {"duration": "5"},
        {"resolution": "2k"}, {"resolution": "1080P"}, {"resolution": None}, {"content": [text(" ")]}, {"content": [text("x" * 7001)]},
        {"content": [image()]}, {"content": [text("x"), image(), image("reference_image")]},
        {"content": [text("x"), *twelve, image("reference_image", 77)]}, {"content": [text("x"), audio]},
        {"content": [text("x"), *twelve, video, video, video, audio]},
        {"model": "MiniMax-H3-Max", "resolution": "768P", "duration": 4}, {"model": "MiniMax-H3-Max", "resolution": "2K"},
    ]  # fmt: skip

    async def scene() -> None:
        async with stage("minimax-intl") as at:
            for wrong in bad:
                status, told = await ask(at, "POST", "/v2/video_generation", {**words, **wrong})
                assert status == 400, wrong
                assert told["error"]["http_code"] == "400"
                assert told["error"]["message"].endswith("(2013)")
            whole = {**words, "content": [text("x" * 7000), *twelve, video, video, audio]}
            assert (await ask(at, "POST", "/v2/video_generation", whole))[0] == 200
            status, told = await ask(at, "GET", "/v2/query/video_generation?filter.status=queued", key="wrong")
            assert (status, told["error"]["type"]) == (401, "authorized_error")
            status, told = await ask(at, "GET", "/v2/query/video_generation?filter.model=MiniMax-H3")
            assert (status, told["total"]) == (200, 1)

    play(scene)


def test_minimax_deletes_and_cancels_as_documented() -> None:
    async def scene() -> None:
        async with stage("minimax-intl", timing=STILL) as at:
            job = (await at.submit(H3)).job
            path = f"/v2/video_generation/{job}"
            assert await ask(at, "DELETE", path) == (
                200,
                {"task_id": job, "action": "cancelled", "status": "cancelled"},
            )
            assert (await ask(at, "DELETE", path))[0] == 400
        async with stage("minimax-intl") as at:
            job = (await at.submit(H3)).job
            await at.ended(job)
            path = f"/v2/video_generation/{job}"
            assert await ask(at, "DELETE", path) == (200, {"task_id": job, "action": "deleted", "status": "deleted"})
            assert (await at.seller.poll(at.wire, [job]))[job].state == "unknown"

    play(scene)


def test_the_china_side_has_no_price_and_tells_none() -> None:
    async def scene() -> None:
        async with stage("minimax-cn") as at:
            job = await at.ended((await at.submit("minimax-h3@minimax-cn")).job)
            assert (job.state, job.cost) == ("done", None)
            assert at.seller.quote("minimax-h3@minimax-cn", order()) is None
            assert at.seller.traits.reports_cost is False

    play(scene)


def test_every_offer_here_is_sold_today_and_priced_or_unknown() -> None:
    for route in ("ark-cn", "ark-intl", "minimax-intl"):
        for offer in offers_of(route):
            assert offer.live_on(date(2026, 11, 21))
            seller, _ = build(route, clock=lambda: 1_795_200_000.0, clips=SMALL)
            assert seller.quote(offer.id, order()) is not None, offer.id
            assert offer.id in {sold.name for sold in seller.offers()}
