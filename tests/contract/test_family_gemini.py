"""Gemini's interactions: our adapter and Google's own SDK against the stand-in."""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from callsheet.catalog import load
from callsheet.film import Cast, Order, Reference
from callsheet.film.price import Money
from callsheet.providers.families.gemini import Gemini, google_refusal
from callsheet.providers.fitting import Unfit
from callsheet.providers.hosted import Forged, Refused
from callsheet.providers.signing import standard_signature
from callsheet.providers.wire import Expired, Lost
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import Timing
from callsheet.rehearsal.skins import KEY
from callsheet.rehearsal.webhooks import Delivery
from callsheet.testing.stage import Stage, offers_of, order, served, stage

NEW, OLD = "gemini-omni-1.2-flash@gemini:360p", "gemini-omni-1.1-flash@gemini:360p"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"clip"


def play(act: Callable[[Stage], Awaitable[Any]], **more: Any) -> Any:
    """Run one act on a stage in memory."""

    async def main() -> Any:
        async with stage("gemini", **more) as found:
            return await act(found)

    return asyncio.run(main())


def given(folder: Path, *roles: str, frames: int = 72, **more: Any) -> tuple[Order, dict[str, Path]]:
    """An order with a file for each role, and where the files are."""
    references, paths = [], {}
    for number, role in enumerate(roles):
        video = role.partition(":")[0] in ("video", "edit", "extend", "restyle")
        content = (MP4 if video else b"RIFF0000WAVE" if role.startswith("audio") else PNG) + str(number).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        paths[sha256] = folder / sha256
        paths[sha256].write_bytes(content)
        references.append(Reference(role=role, sha256=sha256))
    return order(frames=frames, references=references, **more), paths


def test_a_take_is_bought_by_the_second_and_fetched_with_the_key(tmp_path: Path) -> None:
    async def act(on: Stage) -> None:
        accepted = await on.submit(NEW, order(frames=72))
        done = await on.ended(accepted.job)
        assert done.state == "done"
        assert done.cost is None
        link = done.links[0]
        assert link.url.startswith("http://gemini.invalid/v1beta/files/")
        assert link.url.endswith(":download?alt=media")
        with pytest.raises(Expired):
            await on.wire.download(link.url.replace("files/", "files/x"), tmp_path / "no.mp4", None, link.headers)
        naked = await on.wire.ask("GET", link.url)
        assert naked.status_code == 400
        got = await on.wire.download(link.url, tmp_path / "clip.mp4", None, link.headers)
        assert got.path.read_bytes()[4:8] == b"ftyp"
        quoted = on.seller.quote(NEW, order(frames=72))
        assert quoted is not None
        assert on.billed == quoted.expected == Money(69_000, "USD")
        facts = on.house.jobs[0].facts
        assert (facts["task"], facts["delivery"], facts["kinds"], facts["seconds"]) == ("text_to_video", "uri", [], 3)

    play(act)


@pytest.mark.parametrize(
    ("offer", "roles", "task", "kinds", "tags"),
    [
        (NEW, ["first-frame"], "image_to_video", ["image"], "[# Sources <FIRST_FRAME>@Image1] "),
        (NEW, ["last-frame", "first-frame"], "image_to_video", ["image"] * 2,
         "[# Sources <FIRST_FRAME>@Image1 <LAST_FRAME>@Image2] "),
        (NEW, ["image", "image"], "reference_to_video", ["image"] * 2,
         "[# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2] "),
        (NEW, ["image", "first-frame"], "reference_to_video", ["image"] * 2,
         "[# Sources <FIRST_FRAME>@Image1] [# References <IMAGE_REF_0>@Image2] "),
        (OLD, ["video", "image"], "reference_to_video", ["image", "video"],
         "[# References <IMAGE_REF_0>@Image1 <VIDEO_REF_0>@Video1] "),
        (NEW, ["edit"], "edit", ["video"], "[# Sources <VIDEO_0>@Video1] "),
        (NEW, ["extend", "image"], "extend", ["image", "video"],
         "[# Sources <VIDEO_0>@Video1] [# References <IMAGE_REF_0>@Image1] "),
    ],
)  # fmt: skip
def test_every_mode_is_told_by_task_and_tags(
    tmp_path: Path, offer: str, roles: list[str], task: str, kinds: list[str], tags: str
) -> None:
    wanted, paths = given(tmp_path, *roles)

    async def act(on: Stage) -> None:
        job = (await on.submit(offer, wanted, paths)).job
        facts = on.house.jobs[0].facts
        assert (facts["task"], facts["kinds"]) == (task, kinds)
        assert facts["prompt"].startswith(tags + "A teapot")
        assert (await on.ended(job)).state == "done"

    play(act)


def test_prompts_point_at_pictures_from_nought(tmp_path: Path) -> None:
    cast = (("ada", Cast(name="Ada")), ("ben", Cast(name="Ben")))
    wanted, paths = given(tmp_path, "first-frame", "cast:ada", "cast:ben", cast=cast)

    async def act(on: Stage) -> None:
        await on.submit(NEW, wanted, paths)
        said = on.house.jobs[0].facts["prompt"]
        assert said.startswith(
            "[# Sources <FIRST_FRAME>@Image1] [# References <IMAGE_REF_0>@Image2 <IMAGE_REF_1>@Image3] "
        )
        assert "Ada (<IMAGE_REF_0>)" in said
        assert "Ben (<IMAGE_REF_1>)" in said

    play(act)


def test_large_pictures_and_clips_are_uploaded_and_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gemini, "inline", 4)
    wanted, paths = given(tmp_path, "first-frame")
    clip, clips = given(tmp_path, "edit")

    async def act(on: Stage) -> None:
        await on.submit(NEW, wanted, paths)
        assert on.house.shelf.keys() == paths.keys()
        await on.submit(NEW, clip, clips)
        assert clips.keys() <= on.house.shelf.keys()

    play(act, timing=Timing(queue_s=0.1, run_s=0.05))


def test_what_is_no_picture_is_refused_before_anything_is_ordered(tmp_path: Path) -> None:
    wanted, paths = given(tmp_path, "first-frame")
    for path in paths.values():
        path.write_bytes(b"%PDF-1.7")

    async def act(on: Stage) -> None:
        with pytest.raises(Refused) as caught:
            await on.submit(NEW, wanted, paths)
        assert caught.value.kind == "input"
        assert on.house.creates == 0

    play(act)


def test_lengths_and_files_are_taken_up_to_the_limit(tmp_path: Path) -> None:
    seller = Gemini("gemini", offers_of("gemini"), KEY)
    assert seller.fit(NEW, order(frames=360)).seconds == 15
    assert seller.fit(NEW, order(frames=1)).seconds == 3
    assert "at most 15 s" in seller.refuses(NEW, order(frames=361))
    assert "at most 10 s" in seller.refuses(OLD, order(frames=241))
    assert seller.refuses(NEW, given(tmp_path, *["image"] * 6)[0]) == ""
    assert "takes 6" in seller.refuses(NEW, given(tmp_path, *["image"] * 7)[0])
    assert "takes 3" in seller.refuses(OLD, given(tmp_path, *["video"] * 4)[0])
    for roles, why in [
        (["last-frame"], "needs first_frame"), (["audio"], "audio"), (["keyframe:3"], "keyframes"), (["upscale"], "upscale"),
        (["edit", "edit"], "one clip at a time"), (["reframe"], "reframe"),
    ]:  # fmt: skip
        assert why in seller.refuses(NEW, given(tmp_path, *roles)[0]), roles


def test_what_only_an_overlay_would_ask_has_no_words(tmp_path: Path) -> None:
    overlay = tmp_path / "catalog.yaml"
    overlay.write_text(
        "source: {where: test, on: 2026-11-01}\nchange:\n  gemini-omni-1.2-flash@gemini:\n    prompt: {negative: true}\n"
        "    creativity: {field: guidance, low: '0', high: '1'}\n    seed: true\n",
        "utf-8",
    )
    seller = Gemini("gemini", offers_of("gemini", load([overlay]).offers), KEY)
    with pytest.raises(Unfit) as caught:
        seller.fit(NEW, order())
    assert {refusal.field for refusal in caught.value.refusals} == {"prompt.negative", "creativity"}


def video(**content: str) -> dict[str, Any]:
    return {"type": "model_output", "content": [{"type": "video", "mime_type": "video/mp4", **content}]}


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"status": "queued"}, "waiting"),
        ({"status": "in_progress"}, "running"),
        ({"status": "requires_continuation"}, "running"),
        ({"status": "requires_action"}, "unknown"),
        ({"status": "dreaming"}, "unknown"),
        ({}, "unknown"),
        ({"status": "failed", "errors": [{"code": "internal", "message": "out of luck"}]}, "failed"),
        ({"status": "failed", "errors": [{"code": "x", "message": "violates our usage guidelines"}]}, "moderated"),
        ({"status": "incomplete"}, "failed"),
        ({"status": "budget_exceeded"}, "failed"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "completed"}, "unknown"),
        ({"status": "completed", "steps": [video()]}, "unknown"),
        ({"status": "completed", "steps": [video(data="!")]}, "unknown"),
        ({"status": "completed", "steps": [video(uri="gs://bucket/x.mp4")]}, "unknown"),
        ({"status": "completed", "steps": [video(data="AAAA"), {"type": "user_input", "content": []}]}, "unknown"),
        ({"status": "completed", "steps": [{"type": "model_output", "error": {"code": 3, "message": "blocked by safety"}}]},
         "moderated"),
        ({"status": "completed", "steps": [{"type": "model_output", "content": [{"type": "text", "text": "Against policy."}]}]},
         "moderated"),
        ({"status": "completed", "steps": [video(data="AAAA")]}, "done"),
    ],
)  # fmt: skip
def test_states_are_read_and_what_is_not_known_is_unknown(said: Mapping[str, Any], state: str) -> None:
    job = Gemini("gemini", offers_of("gemini"), KEY).job("j", said)
    assert job.state == state
    assert job.reason or state in ("waiting", "running", "done")


def test_the_key_goes_to_no_other_host() -> None:
    seller = Gemini("gemini", offers_of("gemini"), KEY)
    step = video(uri="https://evil.example/v1beta/files/abc-1:download?alt=media")
    link = seller.job("j", {"status": "completed", "steps": [step]}).links[0]
    assert link.url == "https://generativelanguage.googleapis.com/v1beta/files/abc-1:download?alt=media"
    assert KEY not in repr(link)
    assert KEY not in repr(seller)


def test_a_clip_whose_file_is_not_ready_is_still_running() -> None:
    async def act(on: Stage) -> None:
        job = (await on.submit(NEW, order(frames=72))).job
        while on.house.jobs[0].status != "succeeded":
            assert (await on.seller.poll(on.wire, [job]))[job].state in ("waiting", "running")
            await asyncio.sleep(0.01)
        assert (await on.seller.poll(on.wire, [job]))[job].state == "running"
        assert (await on.ended(job)).state == "done"

    play(act, timing=Timing(queue_s=0.3, run_s=0.05))


@pytest.mark.parametrize(
    ("fault", "state", "billed"),
    [
        (Fault.FAILED_FREE, "failed", 0), (Fault.MODERATED_AFTER_ACCEPT, "moderated", 0), (Fault.UNKNOWN_STATUS, "unknown", 69_000),
        (Fault.DONE_WITHOUT_URL, "unknown", 69_000), (Fault.POLL_5XX, "done", 69_000),
    ],
)  # fmt: skip
def test_what_goes_wrong_after_acceptance_is_told_apart(fault: Fault, state: str, billed: int) -> None:
    async def act(on: Stage) -> None:
        job = (await on.submit(NEW, order(frames=72))).job
        assert (await on.ended(job)).state == state
        assert on.billed.micros == billed

    play(act, script={1: [fault]}, timing=Timing(queue_s=0.01, run_s=0.05, polls_lost=1))


@pytest.mark.parametrize(
    ("fault", "kind", "after_s"),
    [
        (Fault.RATE_429, "rate", 10.0), (Fault.CONCURRENCY_429, "concurrency", 5.0), (Fault.FUNDS_402, "funds", None),
        (Fault.FUNDS_429, "funds", None), (Fault.MODERATED_AT_CREATE, "moderated", None), (Fault.RETIRED, "retired", None),
    ],
)  # fmt: skip
def test_refusals_are_told_apart_by_their_words(fault: Fault, kind: str, after_s: float | None) -> None:
    async def act(on: Stage) -> None:
        with pytest.raises(Refused) as caught:
            await on.submit(NEW, order(frames=72))
        assert (caught.value.kind, caught.value.after_s) == (kind, after_s)
        assert not on.house.jobs

    play(act, script={1: [fault]})


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE_ACCEPT, Fault.ERROR_AFTER_ACCEPT, Fault.NO_ID, Fault.WRONG_JSON])
def test_an_answer_that_proves_nothing_is_lost_and_not_sent_again(fault: Fault) -> None:
    async def act(on: Stage) -> None:
        with pytest.raises(Lost):
            await on.submit(NEW, order(frames=72))
        assert on.house.creates == 1

    play(act, script={1: [fault]})


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "API key not valid. Please pass a valid API key.", "auth"),
        (400, "Invalid duration", "input"),
        (400, "Field names are case-sensitive", "input"),
        (400, "This API needs billing to be enabled", "funds"),
        (400, "The request was blocked: it violates the policy", "moderated"),
        (401, "no", "auth"),
        (403, "denied", "auth"),
        (403, "This project needs billing: BILLING_DISABLED", "funds"),
        (404, "model x is not found", "retired"),
        (404, "interaction y is not found", "input"),
        (429, "You exceeded your current quota, please check your plan and billing details.", "rate"),
        (429, "Your prepayment credits are depleted.", "funds"),
        (429, "too many concurrent requests", "concurrency"),
        (500, "oops", None),
        (503, "overloaded", None),
    ],
)
def test_google_errors(status: int, message: str, kind: str | None) -> None:
    refused = google_refusal(status, {"error": {"code": status, "message": message}}, {})
    assert (refused.kind if refused else None) == kind


def test_a_running_take_can_be_stopped_and_one_that_ended_stays() -> None:
    async def act(on: Stage) -> None:
        job = (await on.submit(NEW, order(frames=72))).job
        await on.seller.cancel(on.wire, job)
        assert (await on.ended(job)).state == "cancelled"
        await on.seller.cancel(on.wire, job)
        await on.seller.cancel(on.wire, "nobody")
        assert on.billed.micros == 0
        assert (await on.ended("nobody")).state == "unknown"

    play(act)


async def _hooked(on: Stage) -> tuple[Gemini, str, tuple[Delivery, ...]]:
    """An adapter that knows the secret of a webhook it has registered, a job, and what was delivered about it."""
    hook = {"uri": "https://studio.example/hints", "subscribed_events": ["video.generated"]}
    said = await on.wire.ask("POST", f"{on.url}/v1beta/webhooks", json=hook, headers=dict(on.seller.headers()))
    loop = asyncio.get_running_loop()
    seller = Gemini("gemini", offers_of("gemini"), f"{KEY}:{said.json()['new_signing_secret']}", on.url, loop.time)
    job = (await on.submit(NEW, order(frames=72))).job
    await on.ended(job)
    return seller, job, on.house.deliveries()


def test_webhooks_of_the_project_are_believed_by_their_signature() -> None:
    async def act(on: Stage) -> None:
        seller, job, (told,) = await _hooked(on)
        assert told.url == "https://studio.example/hints"
        assert seller.hint(told.headers, told.body).job == job
        assert seller.hint({k.title(): v for k, v in told.headers.items()}, told.body).event
        rotated = {**told.headers, "webhook-signature": "v1,AAAA " + told.headers["webhook-signature"]}
        assert seller.hint(rotated, told.body).job == job
        with pytest.raises(Forged, match="signature"):
            seller.hint(told.headers, told.body + b" ")
        with pytest.raises(Forged, match="no signing secret"):
            on.seller.hint(told.headers, told.body)
        with pytest.raises(Forged, match="when it was sent"):
            seller.hint({**told.headers, "webhook-timestamp": "soon"}, told.body)
        now = seller.clock()
        seller.clock = lambda: now + 301
        with pytest.raises(Forged, match="s old"):
            seller.hint(told.headers, told.body)
        assert KEY not in repr(seller)

    play(act)


def test_signatures_are_those_of_the_specification() -> None:
    secret, event = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signed = standard_signature(secret, event, "1614265330", b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_forged_webhook_is_not_believed() -> None:
    async def act(on: Stage) -> None:
        seller, job, (false, true) = await _hooked(on)
        with pytest.raises(Forged, match="signature"):
            seller.hint(false.headers, false.body)
        assert seller.hint(true.headers, true.body).job == job

    play(act, script={1: [Fault.WEBHOOK_FORGED]})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"background": False}, "background"),
        ({"system_instruction": "be nice"}, "not supported"),
        ({"generation_config": {"temperature": 1}}, "not supported"),
        ({"response_format": {"type": "video", "duration": 3}}, "8s"),
        ({"response_format": {"type": "video", "duration": "2s"}}, "it makes"),
        ({"response_format": {"type": "video", "aspect_ratio": "1:1"}}, "aspect_ratio"),
        ({"response_format": {"type": "text"}}, "no video"),
        ({"input": [{"type": "video", "uri": "http://localhost:8000/clip.mp4"}]}, "cannot be fetched"),
        ({"input": "<LAST_FRAME> a kettle"}, "<FIRST_FRAME>"),
        ({"generation_config": {"video_config": {"task": "edit"}}}, "needs a video"),
        ({"generation_config": {"video_config": {"task": "dance"}}}, "not a task"),
        ({"previous_interaction_id": "nobody"}, "no interaction"),
    ],
)
def test_the_stand_in_refuses_what_the_seller_refuses(change: Mapping[str, Any], why: str) -> None:
    plain = {"model": "gemini-omni-1.2-flash", "input": "A kettle", "background": True}

    async def act(on: Stage) -> None:
        url = f"{on.url}/v1/interactions"
        answered = await on.wire.create("POST", url, json={**plain, **change}, headers=dict(on.seller.headers()))
        assert answered.status_code in (400, 404)
        assert why in json.loads(answered.content)["error"]["message"]
        first = await on.wire.create("POST", url, json=plain, headers=dict(on.seller.headers()))
        follow = {**plain, "previous_interaction_id": first.json()["id"]}
        assert (await on.wire.create("POST", url, json=follow, headers=dict(on.seller.headers()))).status_code == 200
        tasked = {**follow, "generation_config": {"video_config": {"task": "edit"}}}
        assert (await on.wire.create("POST", url, json=tasked, headers=dict(on.seller.headers()))).status_code == 400

    play(act)


def test_a_wrong_key_is_said_so_and_not_shown() -> None:
    async def act(on: Stage) -> None:
        seller = Gemini("gemini", offers_of("gemini"), "wrong-key", on.url)
        on.seller = seller
        with pytest.raises(Refused) as caught:
            await on.submit(NEW, order(frames=72))
        assert caught.value.kind == "auth"
        assert "wrong-key" not in str(caught.value)

    play(act)


# -- Google's own SDK ----------------------------------------------------------------------------------------------------------


def _client(url: str, key: str = KEY) -> Any:
    from google import genai
    from google.genai import types

    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=url))


def _patiently(ask: Callable[[], Any], ready: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + 10
    while not ready(found := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def test_the_sdk_makes_a_clip_and_downloads_it() -> None:
    def use(url: str) -> None:
        with _client(url) as client:
            made = client.interactions.create(
                model="gemini-omni-1.2-flash", input="A kettle.", background=True,
                response_format={"type": "video", "duration": "3s", "resolution": "360p", "delivery": "uri"},
                generation_config={"video_config": {"task": "text_to_video"}},
            )  # fmt: skip
            assert made.status == "queued"
            done = _patiently(lambda: client.interactions.get(made.id), lambda i: i.status == "completed")
            assert done.output_video.mime_type == "video/mp4"
            name = "files/" + done.output_video.uri.split("files/")[1].split(":")[0]
            _patiently(lambda: client.files.get(name=name), lambda f: f.state.name == "ACTIVE")
            assert client.files.download(file=name)[4:8] == b"ftyp"
            client.interactions.delete(made.id)
            inline = client.interactions.create(
                model="gemini-omni-1.1-flash",
                input="A kettle.",
                background=True,
                response_format={"type": "video", "duration": "3s"},
            )
            done = _patiently(lambda: client.interactions.get(inline.id), lambda i: i.status == "completed")
            assert done.output_video.data

    async def main() -> None:
        async with served("gemini") as on:
            await asyncio.to_thread(use, on.url)
            assert on.billed == Money(69_000 + 300_000, "USD")

    asyncio.run(main())


def test_the_sdk_uploads_edits_cancels_and_hears_no(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(MP4)

    def use(url: str) -> None:
        with _client(url) as client:
            file = client.files.upload(file=clip)
            file = _patiently(lambda: client.files.get(name=file.name), lambda f: f.state.name == "ACTIVE")
            made = client.interactions.create(
                model="gemini-omni-1.2-flash", background=True, response_format={"type": "video", "duration": "5s"},
                input=[{"type": "document", "uri": file.uri}, {"type": "text", "text": "Make it blue."}],
                generation_config={"video_config": {"task": "edit"}},
            )  # fmt: skip
            assert client.interactions.cancel(made.id).status == "cancelled"
            with pytest.raises(Exception, match="not_found") as missing:
                client.interactions.create(model="gemini-omni-9", input="A kettle.", background=True)
            assert type(missing.value).__name__ == "NotFoundError"
            with pytest.raises(Exception, match="not a task") as wrong:
                client.interactions.create(
                    model="gemini-omni-1.2-flash", input="A kettle.", background=True,
                    generation_config={"video_config": {"task": "dance"}},
                )  # fmt: skip
            assert type(wrong.value).__name__ == "BadRequestError"
            with _client(url, "wrong") as stranger, pytest.raises(Exception, match="API key not valid"):
                stranger.interactions.get(made.id)
            hook = client.webhooks.create(uri="https://studio.example/hints", subscribed_events=["video.generated"])
            assert hook.new_signing_secret.startswith("whsec_")
            assert [found.id for found in client.webhooks.list().webhooks] == [hook.id]

    async def main() -> None:
        async with served("gemini", timing=Timing(queue_s=0.2, run_s=5.0)) as on:
            await asyncio.to_thread(use, on.url)
            assert on.billed.micros == 0

    asyncio.run(main())


def test_our_adapter_over_a_real_port(tmp_path: Path) -> None:
    async def main() -> None:
        async with served("gemini") as on:
            done = await on.ended((await on.submit(NEW, order(frames=72))).job)
            link = done.links[0]
            got = await on.wire.download(link.url, tmp_path / "clip.mp4", None, link.headers)
            assert got.bytes > 1000
            async with httpx.AsyncClient() as stranger:
                assert (await stranger.get(link.url)).status_code == 400

    asyncio.run(main())
