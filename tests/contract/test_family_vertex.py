"""Veo on Vertex AI: our adapter and Google's own SDK against the stand-in."""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from callsheet.film import Order, Reference
from callsheet.film.price import Money
from callsheet.providers.families.vertex import Vertex, explained
from callsheet.providers.hosted import Forged, Refused
from callsheet.providers.wire import Lost
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import Timing
from callsheet.rehearsal.skins import KEY
from callsheet.testing.stage import Stage, offers_of, order, served, stage

LITE, FULL = "veo-3.1-lite@vertex:720p", "veo-3.1@vertex:720p"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"clip"
NAME = "projects/p/locations/l/publishers/google/models/veo/operations/1"
ACTIVE_MODEL = "veo-3.1-lite-generate-001"


def play(act: Callable[[Stage], Awaitable[Any]], **more: Any) -> Any:
    """Run one act on a stage in memory."""

    async def main() -> Any:
        async with stage("vertex", **more) as found:
            return await act(found)

    return asyncio.run(main())


def given(folder: Path, *roles: str, frames: int = 96, **more: Any) -> tuple[Order, dict[str, Path]]:
    """An order with a file for each role, and where the files are."""
    references, paths = [], {}
    for number, role in enumerate(roles):
        content = (MP4 if role in ("video", "edit", "extend") else PNG) + str(number).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        paths[sha256] = folder / sha256
        paths[sha256].write_bytes(content)
        references.append(Reference(role=role, sha256=sha256))
    return order(frames=frames, references=references, **more), paths


def adapter(key: str = KEY, url: str | None = None) -> Vertex:
    """An adapter of its own."""
    return Vertex("vertex", offers_of("vertex"), key, url)


def test_a_take_comes_inside_the_answer_and_is_billed_by_the_second() -> None:
    async def act(on: Stage) -> None:
        job = (await on.submit(LITE, order(frames=96))).job
        assert job.startswith("projects/rehearsal/locations/us-central1/publishers/google/models/")
        done = await on.ended(job)
        assert done.state == "done"
        content = done.links[0].content
        assert content is not None
        assert content[4:8] == b"ftyp"
        assert on.billed == Money(200_000, "USD")
        assert on.seller.quote(LITE, order(frames=96)).expected == on.billed  # type: ignore[union-attr]
        facts = on.house.jobs[0].facts
        assert (facts["seconds"], facts["resolution"], facts["audio"], facts["seed"]) == (4, "720p", False, 7)
        assert "captions" in facts["negative"]

    play(act)


@pytest.mark.parametrize(
    ("offer", "roles", "sent", "references", "seconds"),
    [
        (LITE, ["first-frame"], ["image"], 0, 4),
        (LITE, ["first-frame", "last-frame"], ["image", "lastFrame"], 0, 4),
        (LITE, ["extend"], ["video"], 0, 7),
        (FULL, ["image", "image", "image"], ["referenceImages"], 3, 8),
    ],
)
def test_every_mode_has_its_place(
    tmp_path: Path, offer: str, roles: list[str], sent: list[str], references: int, seconds: int
) -> None:
    wanted, paths = given(tmp_path, *roles)

    async def act(on: Stage) -> None:
        job = (await on.submit(offer, wanted, paths)).job
        facts = on.house.jobs[0].facts
        assert (facts["given"], facts["references"], facts["seconds"]) == (sent, references, seconds)
        assert (await on.ended(job)).state == "done"
        quoted = on.seller.quote(offer, wanted)
        # Whether a given clip is billed too, nobody has said: an extension has no price.
        assert (quoted.expected if quoted else None) == (None if "extend" in roles else on.billed)

    play(act)


def test_limits_are_kept_before_anything_is_sent(tmp_path: Path) -> None:
    seller = adapter()
    assert seller.fit(LITE, order(frames=1)).seconds == 4
    assert seller.fit(LITE, order(frames=97)).seconds == 6
    assert seller.fit(LITE, order(frames=192)).seconds == 8
    assert "at most 8 s" in seller.refuses(LITE, order(frames=193))
    assert seller.refuses(LITE, order(action="a" * 1023)) == ""
    assert "takes 1024" in seller.refuses(LITE, order(action="a" * 1024))
    assert "720p" in seller.refuses("veo-3.1-lite@vertex:4k", order())
    assert seller.refuses(FULL, given(tmp_path, *["image"] * 3)[0]) == ""
    assert seller.refuses(LITE, given(tmp_path, "extend", frames=168)[0]) == ""
    for offer, roles, frames, why in [
        (FULL, ["image"] * 4, 96, "takes 3"), (FULL, ["image", "first-frame"], 96, "cannot be asked together"),
        (LITE, ["last-frame"], 96, "needs first_frame"), (LITE, ["image"], 96, "reference_images"), (LITE, ["edit"], 96, "edit"),
        (FULL, ["video"], 96, "reference_videos"), (LITE, ["extend"], 169, "adds 7 s"),
    ]:  # fmt: skip
        assert why in seller.refuses(offer, given(tmp_path, *roles, frames=frames)[0]), roles


def test_only_png_and_jpeg_are_pictures(tmp_path: Path) -> None:
    wanted, paths = given(tmp_path, "first-frame")
    for path in paths.values():
        path.write_bytes(b"RIFF0000WEBP")

    async def act(on: Stage) -> None:
        with pytest.raises(Refused, match="image/webp") as caught:
            await on.submit(LITE, wanted, paths)
        assert caught.value.kind == "input"
        assert on.house.creates == 0

    play(act)


def done(**response: Any) -> dict[str, Any]:
    return {"name": NAME, "done": True, "response": response}


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"name": NAME}, "running"),
        ({"name": NAME, "done": False}, "running"),
        ({}, "unknown"),
        ({"name": NAME, "done": "yes"}, "unknown"),
        (done(), "unknown"),
        (done(videos=[]), "unknown"),
        (done(videos=[{"mimeType": "video/mp4"}]), "unknown"),
        (done(videos=[{"bytesBase64Encoded": "?"}]), "unknown"),
        (done(videos=[{"gcsUri": "gs://bucket/clip.mp4"}]), "unknown"),
        (done(videos=[{"bytesBase64Encoded": "AAAA"}]), "done"),
        (done(raiMediaFilteredCount=1), "moderated"),
        (done(raiMediaFilteredCount=0, raiMediaFilteredReasons=["Support codes: 15236754"]), "moderated"),
        ({"name": NAME, "done": True, "error": {"code": 13, "message": "internal"}}, "failed"),
        ({"name": NAME, "done": True, "error": {"code": 3, "message": "violates usage guidelines"}}, "moderated"),
        ({"name": NAME, "done": True, "error": {"code": 3, "message": "no. Support codes: 56562880"}}, "moderated"),
        ({"name": NAME, "done": True, "error": {"code": 1, "message": "stopped"}}, "cancelled"),
    ],
)
def test_states_are_read_and_success_without_a_clip_is_none(said: Mapping[str, Any], state: str) -> None:
    job = adapter().job(NAME, said)
    assert job.state == state
    assert job.reason or state in ("running", "done")


def test_support_codes_are_said_in_words() -> None:
    assert explained("blocked. Support codes: 17301594, 35561575") == (
        "child, third-party content: blocked. Support codes: 17301594, 35561575"
    )
    assert explained("order 12345678") == "order 12345678"
    for code, category in {
        "58061214": "child", "29310472": "celebrity", "15236754": "celebrity", "64151117": "safety violation",
        "42237218": "safety violation", "35561574": "third-party content", "90789179": "sexual", "43188360": "sexual",
        "61493863": "violence", "56562880": "violence", "62263041": "dangerous content", "57734940": "hate",
        "78610348": "toxic", "32635315": "vulgar", "60599140": "prohibited content",
    }.items():  # fmt: skip
        assert explained(code).startswith(category)


@pytest.mark.parametrize(
    ("fault", "state", "billed"),
    [
        (Fault.FAILED_FREE, "failed", 0), (Fault.MODERATED_AFTER_ACCEPT, "moderated", 0), (Fault.UNKNOWN_STATUS, "unknown", 200_000),
        (Fault.DONE_WITHOUT_URL, "unknown", 200_000), (Fault.TRUNCATED_ONCE, "done", 200_000), (Fault.FILE_5XX, "done", 200_000),
    ],
)  # fmt: skip
def test_what_goes_wrong_after_acceptance_is_told_apart(fault: Fault, state: str, billed: int) -> None:
    async def act(on: Stage) -> None:
        job = (await on.submit(LITE, order(frames=96))).job
        found = await on.ended(job)
        assert found.state == state
        assert on.billed.micros == billed
        if state == "moderated":
            assert found.reason.startswith("celebrity: ")

    play(act, script={1: [fault]})


@pytest.mark.parametrize(
    ("fault", "kind", "after_s"),
    [
        (Fault.RATE_429, "rate", 10.0), (Fault.CONCURRENCY_429, "concurrency", 5.0), (Fault.FUNDS_402, "funds", None),
        (Fault.FUNDS_429, "funds", None), (Fault.MODERATED_AT_CREATE, "moderated", None), (Fault.RETIRED, "retired", None),
    ],
)  # fmt: skip
def test_refusals_are_told_apart(fault: Fault, kind: str, after_s: float | None) -> None:
    async def act(on: Stage) -> None:
        with pytest.raises(Refused) as caught:
            await on.submit(LITE, order(frames=96))
        assert (caught.value.kind, caught.value.after_s) == (kind, after_s)
        assert not on.house.jobs

    play(act, script={1: [fault]})


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE_ACCEPT, Fault.ERROR_AFTER_ACCEPT, Fault.NO_ID, Fault.WRONG_JSON])
def test_an_answer_that_proves_nothing_is_lost_and_not_sent_again(fault: Fault) -> None:
    async def act(on: Stage) -> None:
        with pytest.raises(Lost):
            await on.submit(LITE, order(frames=96))
        assert on.house.creates == 1

    play(act, script={1: [fault]})


def test_a_name_that_could_lead_elsewhere_is_no_job() -> None:
    seller = adapter()
    told = seller.fit(LITE, order(frames=96))
    assert seller.accepted({"name": NAME}, told) == NAME
    for name in (
        "",
        "operations/1",
        f"projects/../../x/{NAME}",
        "projects/p?x=/operations/1",
        "https://evil.example/operations/1",
    ):
        assert seller.accepted({"name": name}, told) is None


def test_a_job_that_is_not_known_is_unknown() -> None:
    async def act(on: Stage) -> None:
        assert (await on.ended(NAME)).state == "unknown"

    play(act)


def test_a_bearer_token_is_asked_at_its_project_and_place() -> None:
    seller = adapter("film-1/europe-west4:ya29.token")
    assert seller.url == "https://europe-west4-aiplatform.googleapis.com"
    assert dict(seller.headers()) == {"authorization": "Bearer ya29.token"}
    assert adapter("film-1/global:ya29.token").url == "https://aiplatform.googleapis.com"
    assert dict(adapter("AQ.key").headers()) == {"x-goog-api-key": "AQ.key"}
    assert "ya29" not in repr(seller)
    with pytest.raises(Forged):
        seller.hint({}, b"{}")


def test_clips_are_left_in_a_bucket_and_fetched_there(tmp_path: Path) -> None:
    assert (
        adapter("film-1/us-central1/rushes:t")
        .job(NAME, done(videos=[{"gcsUri": "gs://rushes/a b/sample_0.mp4"}]))
        .links[0]
        .url
        == "https://storage.googleapis.com/storage/v1/b/rushes/o/a%20b%2Fsample_0.mp4?alt=media"
    )

    async def act(on: Stage) -> None:
        on.seller = adapter(f"film-1/us-central1/rushes/day-1:{KEY}", on.url)
        job = (await on.submit(LITE, order(frames=96))).job
        assert job.startswith("projects/film-1/locations/us-central1/")
        assert on.house.jobs[0].facts["bucket"] == "gs://rushes/day-1/"
        link = (await on.ended(job)).links[0]
        got = await on.wire.download(link.url, tmp_path / "clip.mp4", None, link.headers)
        assert got.path.read_bytes()[4:8] == b"ftyp"

    play(act)


def test_a_wrong_key_is_said_so_and_not_shown() -> None:
    async def act(on: Stage) -> None:
        for key in ("wrong-key", "film-1/us-central1:wrong-key"):
            on.seller = adapter(key, on.url)
            with pytest.raises(Refused) as caught:
                await on.submit(LITE, order(frames=96))
            assert caught.value.kind == "auth"
            assert "wrong-key" not in str(caught.value)

    play(act)


@pytest.mark.parametrize(
    ("instance", "parameters", "why"),
    [
        ({"lastFrame": {"bytesBase64Encoded": "iVBORw0KGgo=", "mimeType": "image/png"}}, {}, "needs image"),
        ({"image": {"gcsUri": "gs://b/x.png", "mimeType": "image/png"}}, {}, "cannot be fetched"),
        ({"image": {"bytesBase64Encoded": "AAAA", "mimeType": "image/png"}}, {}, "not image/png"),
        ({"referenceImages": [{"image": {"bytesBase64Encoded": "iVBORw0KGgo=", "mimeType": "image/png"}, "referenceType": "style"}]},
         {}, "type asset"),
        ({"prompt": ""}, {}, "prompt is missing"),
        ({"prompt": "a" * 4097}, {}, "1024 tokens"),
        ({}, {"durationSeconds": 5}, "it makes"),
        ({}, {"durationSeconds": "4"}, "whole number"),
        ({}, {"sampleCount": 2}, "sampleCount"),
        ({}, {"seed": -1}, "seed"),
        ({}, {"resolution": "4k"}, "it makes"),
    ],
)  # fmt: skip
def test_the_stand_in_refuses_what_the_seller_refuses(
    instance: Mapping[str, Any], parameters: Mapping[str, Any], why: str
) -> None:
    async def act(on: Stage) -> None:
        url = f"{on.url}/v1/publishers/google/models/{ACTIVE_MODEL}:predictLongRunning"
        asked = {"instances": [{"prompt": "A kettle", **instance}], "parameters": parameters}
        answered = await on.wire.create("POST", url, json=asked, headers=dict(on.seller.headers()))
        assert answered.status_code == 400
        assert why in json.loads(answered.content)["error"]["message"]
        assert not on.house.jobs

    play(act)


# -- Google's own SDK ----------------------------------------------------------------------------------------------------------


def _client(url: str, key: str = KEY) -> Any:
    from google import genai
    from google.genai import types

    return genai.Client(vertexai=True, api_key=key, http_options=types.HttpOptions(base_url=url, api_version="v1"))


def test_the_sdk_makes_clips_and_reads_them(tmp_path: Path) -> None:
    from google.genai import errors, types

    def finished(client: Any, operation: Any) -> Any:
        deadline = time.monotonic() + 10
        while not operation.done:
            assert time.monotonic() < deadline
            time.sleep(0.02)
            operation = client.operations.get(operation)
        return operation

    def use(url: str) -> None:
        with _client(url) as client:
            picture = types.Image(image_bytes=PNG, mime_type="image/png")
            config = types.GenerateVideosConfig(
                number_of_videos=1,
                duration_seconds=4,
                resolution="720p",
                seed=4,
                generate_audio=True,
                last_frame=picture,
            )
            source = types.GenerateVideosSource(prompt="A kettle.", image=picture)
            operation = finished(
                client, client.models.generate_videos(model=ACTIVE_MODEL, source=source, config=config)
            )
            assert operation.response.generated_videos[0].video.video_bytes[4:8] == b"ftyp"
            again = client.models.generate_videos(
                model=ACTIVE_MODEL, source=types.GenerateVideosSource(prompt="A pan.")
            )
            filtered = finished(client, again).response
            assert filtered.rai_media_filtered_count == 1
            assert "15236754" in filtered.rai_media_filtered_reasons[0]
            assert not filtered.generated_videos
            failed = client.models.generate_videos(
                model=ACTIVE_MODEL, source=types.GenerateVideosSource(prompt="A pot.")
            )
            assert finished(client, failed).error["code"] == 13
            for model, key, code in [("veo-9", KEY, 404), (ACTIVE_MODEL, "wrong", 401)]:
                with _client(url, key) as other, pytest.raises(errors.ClientError) as caught:
                    other.models.generate_videos(model=model, source=types.GenerateVideosSource(prompt="A kettle."))
                assert caught.value.code == code
            with pytest.raises(errors.ServerError) as lost:
                client.models.generate_videos(model=ACTIVE_MODEL, source=types.GenerateVideosSource(prompt="A lid."))
            assert lost.value.code == 503

    async def main() -> None:
        script = {2: [Fault.MODERATED_AFTER_ACCEPT], 3: [Fault.FAILED_FREE], 4: [Fault.ERROR_BEFORE_ACCEPT]}
        async with served("vertex", script=script) as on:
            await asyncio.to_thread(use, on.url)
            assert on.billed == Money(200_000, "USD")
            assert on.house.jobs[0].facts["given"] == ["image", "lastFrame"]
            assert on.house.jobs[0].facts["audio"] is True

    asyncio.run(main())


def test_our_adapter_over_a_real_port() -> None:
    async def main() -> None:
        async with served("vertex", timing=Timing(queue_s=0.01, run_s=0.05)) as on:
            done_ = await on.ended((await on.submit(LITE, order(frames=96))).job)
            assert done_.links[0].content

    asyncio.run(main())
