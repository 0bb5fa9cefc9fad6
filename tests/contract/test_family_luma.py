"""Luma: both adapters against the stand-in, in memory, and both of the vendor's clients over a real local port."""

import asyncio
import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import luma_agents
import lumaai
import numpy as np
import pytest

from callsheet.catalog import Offer, load
from callsheet.film import Money, Reference
from callsheet.media.stills import png
from callsheet.providers.hosted import Forged, Refused
from callsheet.providers.wire import Lost, Unsent
from callsheet.rehearsal import KEY
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import Timing
from callsheet.testing.stage import SMALL, Stage, order, served, stage

pytestmark = pytest.mark.anyio

RAY = "luma-ray-3.2@luma"
STILL = png(np.zeros((64, 64, 3), np.uint8))
BEARER = {"authorization": f"Bearer {KEY}"}
OLDER = """
source: me
sources:
  me: {where: my own test, on: 2026-11-21}
models:
  luma-ray-2:
    family: ray
    maker: Luma
    version: 2
    durations: {seconds: [5, 9]}
    resolutions: [540p, 720p, 1080p, 4k]
    aspects: [1:1, 16:9, 9:16, 4:3, 3:4, 21:9]
    modes: [text, first_frame]
    audio: none
    seed: false
    prompt: {negative: false}
routes:
  luma-dream: {provider: Luma, protocol: luma, status: active}
offers:
  - id: luma-ray-2@luma-dream
    wire: ray-2
    price: {currency: USD, per: second, rules: {540p: 0.08, 720p: 0.142, 1080p: 0.318, 4k: 1.274}}
"""
DREAM = "luma-ray-2@luma-dream"
PRICED = """
source: me
sources:
  me: {where: my own test, on: 2026-11-21}
change:
  luma-ray-3.2@luma:
    price: {currency: USD, per: second, rules: {360p: 0.012, 540p: 0.06, 720p: 0.09, 1080p: 0.18}}
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def overlaid(folder: Path, text: str) -> Sequence[Offer]:
    path = folder / "mine.yaml"
    path.write_text(text)
    return tuple(load((path,)))


def video(seconds: int = 3) -> bytes:
    return SMALL({"order": {"frames": 24 * seconds, "rate": "24"}}, "16:9")


class Files:
    """References of an order, written to disk under their digests."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.paths, self.listed = folder, dict[str, Path](), list[Reference]()

    def add(self, role: str, content: bytes = STILL) -> "Files":
        unique = content + role.encode()
        digest = hashlib.sha256(unique).hexdigest()
        path = self.folder / digest
        path.write_bytes(unique)
        self.paths[digest] = path
        self.listed.append(Reference(role=role, sha256=digest))
        return self

    def inside(self, index: int) -> str:
        return base64.b64encode(self.paths[self.listed[index].sha256].read_bytes()).decode()


async def sent(on: Stage, files: Files | None = None, offer: str = RAY, **more: Any) -> dict[str, Any]:
    """The body of a create, as the stand-in read it."""
    wanted = order(references=files.listed if files else (), **more)
    await on.submit(offer, wanted, files.paths if files else {})
    said: dict[str, Any] = on.house.jobs[-1].facts["body"]
    return said


async def test_words_alone() -> None:
    async with stage("luma") as on:
        said = await sent(on, framing="9:16")
        assert said["prompt"].startswith("A teapot")
        assert {name: said[name] for name in ("model", "type", "aspect_ratio", "video")} == {
            "model": "ray-3.2", "type": "video", "aspect_ratio": "9:16", "video": {"duration": "5s", "resolution": "1080p"},
        }  # fmt: skip
        assert (await sent(on, offer=f"{RAY}:540p", frames=121))["video"] == {"duration": "10s", "resolution": "540p"}


async def test_frames_by_name_when_short_and_by_place_when_long(tmp_path: Path) -> None:
    async with stage("luma") as on:
        files = Files(tmp_path).add("last-frame").add("first-frame")
        said = (await sent(on, files))["video"]
        assert said["start_frame"] == {"data": files.inside(1), "media_type": "image/png"}
        assert said["end_frame"] == {"data": files.inside(0), "media_type": "image/png"}
        said = (await sent(on, files, frames=240))["video"]
        assert said["keyframe_indexes"] == [0, 240]
        assert [one["data"] for one in said["keyframes"]] == [files.inside(1), files.inside(0)]
        assert {"start_frame", "end_frame"}.isdisjoint(said)


async def test_keyframes_stand_on_the_grid_of_the_clip_in_their_order(tmp_path: Path) -> None:
    async with stage("luma") as on:
        files = Files(tmp_path).add("keyframe:96").add("keyframe:30").add("first-frame")
        said = (await sent(on, files))["video"]
        assert said["keyframe_indexes"] == [0, 30, 96]
        assert said["keyframes"][0]["data"] == files.inside(2)
        # 4 s are ordered and 5 s come: a place is a part of the length.
        assert (await sent(on, Files(tmp_path).add("keyframe:48"), frames=96))["video"]["keyframe_indexes"] == [60]
        same = Files(tmp_path).add("keyframe:0").add("first-frame")
        assert "keyframes" in on.seller.refuses(RAY, order(references=same.listed))


async def test_keyframes_at_the_limit_and_over_it(tmp_path: Path) -> None:
    async with stage("luma") as on:
        files = Files(tmp_path)
        for place in range(64):
            files.add(f"keyframe:{place}")
        assert len((await sent(on, files))["video"]["keyframes"]) == 64
        files.add("keyframe:64")
        with pytest.raises(Refused):
            await sent(on, files)


@pytest.mark.parametrize(("creativity", "strength"), [(0.0, "adhere_1"), (0.5, "flex_2"), (1.0, "reimagine_3")])
async def test_edits_have_a_dial(creativity: float, strength: str, tmp_path: Path) -> None:
    async with stage("luma") as on:
        files = Files(tmp_path).add("edit", video()).add("first-frame")
        said = await sent(on, files, creativity=creativity)
        assert said["type"] == "video_edit"
        assert said["source"] == {"data": files.inside(0), "media_type": "video/mp4"}
        assert said["video"]["edit"] == {"strength": strength}
        assert said["video"]["start_frame"]["media_type"] == "image/png"
        assert "aspect_ratio" not in said
        assert "duration" not in said["video"]


async def test_reframing_names_the_aspect(tmp_path: Path) -> None:
    async with stage("luma") as on:
        said = await sent(on, Files(tmp_path).add("reframe", video()), framing="9:16")
        assert (said["type"], said["aspect_ratio"], said["video"]) == ("video_reframe", "9:16", {"resolution": "720p"})


@pytest.mark.parametrize(
    ("roles", "field"),
    [
        (["extend"], "modes"), (["edit", "last-frame"], "excludes"), (["edit", "keyframe:3"], "excludes"),
        (["reframe", "first-frame"], "excludes"), (["image"], "lacks"), (["video"], "lacks"), (["edit", "edit"], "modes"),
    ],
)  # fmt: skip
async def test_what_cannot_be_said_is_refused_before_anything_is_sent(
    roles: list[str], field: str, tmp_path: Path
) -> None:
    async with stage("luma") as on:
        files = Files(tmp_path)
        for index, role in enumerate(roles):
            files.add(role, STILL + bytes([index]))
        wanted = order(references=files.listed, use_case="product")
        assert field in on.seller.refuses(RAY, wanted)
        with pytest.raises(Refused) as caught:
            await on.submit(RAY, wanted, files.paths)
        assert (caught.value.kind, on.house.creates) == ("input", 0)


async def test_prompts_and_lengths_at_the_limit_and_over_it() -> None:
    async with stage("luma") as on:
        await sent(on, action="a" * 5999)
        for over in ({"action": "a" * 6000}, {"frames": 241}):
            with pytest.raises(Refused):
                await sent(on, **over)


async def test_a_take_is_made_and_what_it_cost_is_not_said(tmp_path: Path) -> None:
    async with stage("luma", overlaid(tmp_path, PRICED)) as on:
        job = await on.ended((await on.submit(f"{RAY}:720p")).job)
        assert (job.state, job.cost) == ("done", None)
        assert on.billed == Money(450_000, "USD")
        quoted = on.seller.quote(f"{RAY}:720p", order())
        assert quoted is not None
        assert quoted.expected == on.billed
        assert (await on.wire.download(job.links[0].url, tmp_path / "clip.mp4")).bytes > 1000


@pytest.mark.parametrize(
    ("fault", "state", "word"),
    [
        (Fault.FAILED_FREE, "failed", "generation_failed"), (Fault.MODERATED_AFTER_ACCEPT, "moderated", "content_moderated"),
        (Fault.UNKNOWN_STATUS, "unknown", "hibernating"), (Fault.DONE_WITHOUT_URL, "unknown", "no clip"),
    ],
)  # fmt: skip
async def test_ends(fault: Fault, state: str, word: str) -> None:
    async with stage("luma", script={1: [fault]}) as on:
        job = await on.ended((await on.submit(RAY)).job)
        assert (job.state, job.cost) == (state, None)
        assert word in job.reason


@pytest.mark.parametrize(
    ("code", "why", "state"),
    [
        ("content_moderated", "", "moderated"), ("generation_failed", "", "failed"), ("budget_exhausted", "", "failed"),
        ("output_not_found", "", "failed"), ("image_too_large", "", "failed"), ("unsupported_format", "", "failed"),
        ("corrupt_input", "", "failed"), ("invalid_request", "", "failed"), ("rate_limited", "", "failed"),
        ("", "Blocked by content moderation", "moderated"), ("", "no", "failed"),
    ],
)  # fmt: skip
async def test_failure_codes(code: str, why: str, state: str) -> None:
    async with stage("luma") as on:
        job = on.seller.job("g", {"state": "failed", "failure_code": code or None, "failure_reason": why or None})
        assert job.state == state
        assert (code or why) in job.reason
        for word, expected in (
            ("queued", "waiting"),
            ("processing", "running"),
            ("layering", "unknown"),
            ("", "unknown"),
        ):
            assert on.seller.job("g", {"state": word}).state == expected
        beside = [{"type": "exr", "url": "https://x/a.zip"}, {"type": "video", "url": "https://x/a.mp4"}]
        assert on.seller.job("g", {"state": "completed", "output": beside}).links[0].url == "https://x/a.mp4"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_429, "rate"), (Fault.CONCURRENCY_429, "concurrency"), (Fault.FUNDS_402, "funds"), (Fault.FUNDS_429, "funds"),
        (Fault.MODERATED_AT_CREATE, "moderated"), (Fault.RETIRED, "retired"),
    ],
)  # fmt: skip
async def test_refusals_are_told_apart(fault: Fault, kind: str) -> None:
    async with stage("luma", script={1: [fault]}) as on:
        with pytest.raises(Refused) as caught:
            await on.submit(RAY)
        assert caught.value.kind == kind
        assert KEY not in str(caught.value)
        assert (caught.value.after_s is not None) == (kind in ("rate", "concurrency"))


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE_ACCEPT, Fault.ERROR_AFTER_ACCEPT, Fault.WRONG_JSON, Fault.NO_ID])
async def test_answers_that_prove_nothing_are_lost(fault: Fault) -> None:
    async with stage("luma", script={1: [fault]}) as on:
        with pytest.raises(Lost):
            await on.submit(RAY)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (401, {"detail": "no"}, "auth"), (403, {"detail": "suspended"}, "auth"), (402, {"detail": "no"}, "funds"),
        (400, {"detail": "Insufficient credits"}, "funds"), (413, {"detail": "Image exceeds 50 MB"}, "input"),
        (422, {"detail": [{"loc": ["body", "model"], "msg": "Input should be 'ray-3.2'", "type": "literal_error"}]}, "retired"),
        (422, {"detail": [{"loc": ["body", "prompt"], "msg": "Field required", "type": "missing"}]}, "input"),
        (429, {"detail": "Rate limit exceeded"}, "rate"), (429, {"detail": "Concurrent job limit exceeded"}, "concurrency"),
        (502, {}, None), (503, {"detail": "Image ingestion unavailable"}, None),
    ],
)  # fmt: skip
async def test_statuses(status: int, said: dict[str, Any], kind: str | None) -> None:
    async with stage("luma") as on:
        refused = on.seller.refusal(status, said, {"retry-after": "7"})
        assert (refused.kind if refused else None) == kind
        if kind in ("rate", "concurrency"):
            assert refused is not None
            assert refused.after_s == 7


async def test_it_declares_what_it_can_and_believes_no_webhook(tmp_path: Path) -> None:
    for route, offers in (("luma", None), ("luma-dream", overlaid(tmp_path, OLDER))):
        async with stage(route, offers) as on:
            traits = on.seller.traits
            assert not any((traits.keyed, traits.finds, traits.cancels, traits.reports_cost))
            assert (traits.charges_failed, traits.charges_moderated) == (None, None)
            with pytest.raises(Forged):
                on.seller.hint({"x-signature": "00"}, b'{"id": "x", "state": "completed"}')
            with pytest.raises(NotImplementedError):
                await on.seller.cancel(on.wire, "x")
            assert KEY not in repr(on.seller)
            assert (await on.seller.poll(on.wire, ["gone"]))["gone"].state == "unknown"


async def test_large_files_are_put_to_a_signed_place_and_waited_for(tmp_path: Path) -> None:
    async with stage("luma") as on:
        content = STILL + bytes(8 << 20)
        files = Files(tmp_path).add("first-frame", content)
        said = await sent(on, files)
        kept = said["video"]["start_frame"]
        assert kept.keys() == {"file_id"}
        assert on.house.shelf[kept["file_id"]] == content + b"first-frame"
        files = Files(tmp_path).add("first-frame", content[: (8 << 20) - len("first-frame")])
        assert (await sent(on, files))["video"]["start_frame"].keys() == {"data", "media_type"}


async def test_a_file_that_cannot_be_brought_there_leaves_nothing_ordered(tmp_path: Path) -> None:
    async with stage("luma") as on:
        files = Files(tmp_path).add("first-frame", STILL + bytes(9 << 20))
        stranger = Stage(
            type(on.seller)("luma", list(on.seller.listed_offers), "another", on.url), on.house, on.wire, on.url
        )
        with pytest.raises(Refused) as caught:
            await stranger.submit(RAY, order(references=files.listed), files.paths)
        assert caught.value.kind == "auth"
        next(iter(files.paths.values())).unlink()
        with pytest.raises(Unsent):
            await on.submit(RAY, order(references=files.listed), files.paths)
        assert on.house.creates == 0


# -- the seller's side --------------------------------------------------------------------------------------------------------

PICTURE = {"data": base64.b64encode(STILL).decode(), "media_type": "image/png"}
LONG = {"data": base64.b64encode(video(19)).decode(), "media_type": "video/mp4"}


@pytest.mark.parametrize(
    ("change", "clip", "status"),
    [
        ({"model": "ray-9"}, {}, 400), ({"type": "image"}, {}, 400), ({"prompt": ""}, {}, 400), ({"prompt": "a" * 6001}, {}, 400),
        ({"aspect_ratio": "3:1"}, {}, 400), ({"seed": 7}, {}, 400), ({}, {"duration": "7s"}, 400), ({}, {"resolution": "4k"}, 400),
        ({}, {"source_position": {}}, 400), ({}, {"duration": "10s", "start_frame": PICTURE}, 422),
        ({}, {"keyframes": [PICTURE], "keyframe_indexes": [0, 1]}, 422), ({}, {"keyframes": [PICTURE], "keyframe_indexes": [121]}, 422),
        ({}, {"keyframes": [PICTURE], "keyframe_indexes": [0], "end_frame": PICTURE}, 422),
        ({}, {"start_frame": {"url": "https://example.com/a.png"}}, 400), ({}, {"start_frame": {"file_id": "nobody"}}, 422),
        ({}, {"start_frame": {**PICTURE, "url": "https://example.com/a.png"}}, 400), ({"source": LONG}, {}, 422),
        ({"type": "video_edit"}, {}, 422), ({"type": "video_edit", "source": LONG}, {}, 422),
        ({"type": "video_edit", "source": PICTURE}, {}, 422), ({"type": "video_reframe", "source": LONG}, {"duration": "5s"}, 400),
    ],
)  # fmt: skip
async def test_the_stand_in_refuses_what_the_seller_refuses(
    change: dict[str, Any], clip: dict[str, Any], status: int
) -> None:
    async with stage("luma") as on:
        body = {"model": "ray-3.2", "type": "video", "prompt": "A teapot.", "video": clip, **change}
        answered = await on.wire.create("POST", f"{on.url}/v1/generations", json=body, headers=BEARER)
        assert (answered.status_code, on.house.creates) == (status, 0)
        assert answered.json()["detail"]
        assert answered.headers["x-api-version"] == "2026-04-01"


# -- the vendor's own clients -------------------------------------------------------------------------------------------------


async def finished(get: Any, job: str) -> Any:
    async with asyncio.timeout(10):
        while True:
            found = await get(job)
            if found.state not in ("queued", "processing", "dreaming"):
                return found
            await asyncio.sleep(0.02)


async def test_the_vendors_client_makes_a_video(tmp_path: Path) -> None:
    picture = tmp_path / "first.png"
    picture.write_bytes(STILL)
    async with (
        served("luma") as on,
        luma_agents.AsyncLuma(auth_token=KEY, base_url=f"{on.url}/v1", max_retries=0) as client,
    ):
        made = await client.generations.create(
            prompt="A teapot.",
            model="ray-3.2",
            type="video",
            aspect_ratio="16:9",
            video={"duration": "5s", "resolution": "540p"},
        )
        assert (made.state, made.type) == ("queued", "video")
        done = await finished(client.generations.get, made.id)
        assert (done.state, done.failure_code) == ("completed", None)
        async with httpx.AsyncClient() as plain:
            fetched = await plain.get(done.output[0].url)
        assert fetched.content == SMALL(on.house.jobs[0].recipe, "16:9")
        kept = await client.files.create(mime_type="image/png", size_bytes=len(STILL), purpose="reference")
        assert kept.upload is not None
        async with httpx.AsyncClient() as plain:
            put = await plain.put(kept.upload.url, content=STILL, headers=kept.upload.headers)
        assert put.status_code == 200
        assert (await client.files.complete(kept.id)).state == "pending"
        assert (await client.files.get(kept.id)).state == "ready"
        assert [file.id for file in (await client.files.list()).data] == [kept.id]
        again = await client.generations.create(
            prompt="It boils.",
            model="ray-3.2",
            type="video",
            video={"duration": "5s", "start_frame": {"file_id": kept.id}},
        )
        assert (await finished(client.generations.get, again.id)).state == "completed"
        await client.files.delete(kept.id)
        with pytest.raises(luma_agents.UnprocessableEntityError, match="not ready"):
            await client.generations.create(
                prompt="It boils.",
                model="ray-3.2",
                type="video",
                video={"duration": "5s", "start_frame": {"file_id": kept.id}},
            )


async def test_the_vendors_plain_client_reads_failures_and_refusals() -> None:
    script = {1: [Fault.MODERATED_AFTER_ACCEPT], 2: [Fault.FUNDS_402], 3: [Fault.RATE_429]}
    async with served("luma", script=script) as on:
        with luma_agents.Luma(auth_token=KEY, base_url=f"{on.url}/v1", max_retries=0) as client:

            async def make(**more: Any) -> Any:
                wanted: dict[str, Any] = {"prompt": "A teapot.", "model": "ray-3.2", "type": "video"}
                return await asyncio.to_thread(lambda: client.generations.create(**{**wanted, **more}))

            failed = await finished(lambda job: asyncio.to_thread(client.generations.get, job), (await make()).id)
            assert (failed.state, failed.failure_code) == ("failed", "content_moderated")
            with pytest.raises(luma_agents.APIStatusError) as caught:
                await make()
            assert caught.value.status_code == 402
            with pytest.raises(luma_agents.RateLimitError):
                await make()
            with pytest.raises(luma_agents.BadRequestError, match="not supported"):
                await make(model="ray-9")
            with pytest.raises(luma_agents.NotFoundError):
                await asyncio.to_thread(client.generations.get, "nobody")
            stranger = client.with_options(auth_token="wrong")
            with pytest.raises(luma_agents.AuthenticationError):
                await asyncio.to_thread(stranger.generations.get, "nobody")


# -- Dream Machine ------------------------------------------------------------------------------------------------------------


async def test_dream_machine_makes_a_video_from_words(tmp_path: Path) -> None:
    async with stage("luma-dream", overlaid(tmp_path, OLDER)) as on:
        accepted = await on.submit(f"{DREAM}:720p")
        assert on.house.jobs[0].facts["body"] | {"prompt": ""} == {
            "model": "ray-2", "generation_type": "video", "prompt": "", "aspect_ratio": "16:9", "duration": "5s", "resolution": "720p",
        }  # fmt: skip
        job = await on.ended(accepted.job)
        assert (job.state, job.cost, on.billed) == ("done", None, Money(710_000, "USD"))
        assert (await on.wire.download(job.links[0].url, tmp_path / "clip.mp4")).bytes > 1000
        assert on.seller.job("g", {"state": "dreaming"}).state == "running"
        files = Files(tmp_path).add("first-frame")
        assert "public addresses" in on.seller.refuses(DREAM, order(references=files.listed))
        with pytest.raises(Refused):
            await on.submit(DREAM, order(references=files.listed), files.paths)
        assert on.house.creates == 1


async def test_the_vendors_older_client_makes_lists_and_deletes(tmp_path: Path) -> None:
    offers = overlaid(tmp_path, OLDER)
    async with (
        served("luma-dream", offers, script={2: [Fault.FAILED_FREE]}) as on,
        lumaai.AsyncLumaAI(auth_token=KEY, base_url=f"{on.url}/dream-machine/v1", max_retries=0) as client,
    ):
        assert (await client.ping.check()).message == "pong"
        assert (await client.credits.get()).credit_balance > 0
        made = await client.generations.create(model="ray-2", prompt="A teapot.", resolution="720p", duration="5s")
        assert made.state == "queued"
        done = await finished(client.generations.get, made.id or "")
        assert done.state == "completed"
        async with httpx.AsyncClient() as plain:
            fetched = await plain.get(done.assets.video)
        assert fetched.content[4:8] == b"ftyp"
        other = await client.generations.video.create(model="ray-2", prompt="It boils.", duration="9s")
        assert (await finished(client.generations.get, other.id or "")).state == "failed"
        listed = await client.generations.list(limit=1)
        assert (listed.has_more, [one.id for one in listed.generations]) == (True, [other.id])
        await client.generations.delete(made.id or "")
        with pytest.raises(lumaai.NotFoundError):
            await client.generations.get(made.id or "")
        with pytest.raises(lumaai.BadRequestError):
            await client.generations.create(model="ray-2", prompt="A teapot.", aspect_ratio="5:4")  # type: ignore[arg-type]


async def test_dream_machines_webhook_proves_nothing(tmp_path: Path) -> None:
    timing = Timing(queue_s=0.01, run_s=0.02)
    async with stage("luma-dream", overlaid(tmp_path, OLDER), timing=timing) as on:
        body = {"model": "ray-2", "prompt": "A teapot.", "callback_url": "https://example.com/hook"}
        await on.wire.create("POST", f"{on.url}/dream-machine/v1/generations/video", json=body, headers=BEARER)
        await asyncio.sleep(0.1)
        told = on.house.deliveries()
        assert [json.loads(one.body)["state"] for one in told] == ["completed"]
        with pytest.raises(Forged):
            on.seller.hint(told[0].headers, told[0].body)
