"""fal: our adapter and fal's own client against the same stand-in."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import fal_client
import httpx
import pytest
from fal_client import client as sdk

from callsheet.film import Money, Reference
from callsheet.providers.families.fal import Fal
from callsheet.providers.hosted import Forged, Job, Refused
from callsheet.providers.wire import Lost, Unanswered, Unsent, Wire
from callsheet.rehearsal.clips import Plain
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import Timing
from callsheet.rehearsal.skins import KEY
from callsheet.testing.stage import Stage, order, served, stage

SEEDANCE, KLING, H3 = "seedance-2.5@fal:480p", "kling-4.0@fal:720p", "minimax-h3@fal:768p"
PNG = b"\x89PNG\r\n\x1a\n still "
SLOW = Timing(queue_s=0.0, run_s=60.0)
WAITING = Timing(queue_s=60.0, run_s=60.0)


@pytest.fixture(scope="module")
def video() -> bytes:
    """Five seconds of film."""
    recipe = {"order": order().model_dump(mode="json")}
    return Plain(height=16)(recipe, "16:9")


@pytest.fixture
def files(tmp_path: Path, video: bytes) -> "Files":
    """Files to refer to."""
    return Files(tmp_path, video)


class Files:
    """Makes references by their parts: `first-frame`, `video:1`, `audio:1`."""

    def __init__(self, folder: Path, video: bytes) -> None:
        self.folder, self.video = folder, video

    def __call__(self, *roles: str) -> tuple[list[Reference], dict[str, Path]]:
        found, paths = [], {}
        for role in roles:
            moving = role.partition(":")[0] in ("video", "edit", "extend")
            content = self.video if moving else PNG + role.encode()
            digest = hashlib.sha256(content).hexdigest()
            path = self.folder / digest
            path.write_bytes(content)
            found.append(Reference(role=role, sha256=digest))
            paths[digest] = path
        return found, paths


def ours(on: Stage) -> Fal:
    """The adapter, as what it is."""
    assert isinstance(on.seller, Fal)
    return on.seller


async def told(offer: str, roles: Sequence[str], files: Files, **more: Any) -> tuple[str, dict[str, Any]]:
    """The path and the body that the stand-in read, with roles in place of addresses."""
    references, paths = files(*roles)
    async with stage("fal") as on:
        await on.submit(offer, order(references=references, **more), paths)
        (ticket,) = on.house.jobs
        names = {f"http://fal.invalid/files/b/{r.sha256}": r.role for r in references}
        return ticket.facts["path"], {name: _named(value, names) for name, value in ticket.facts["sent"].items()}


def _named(value: Any, names: Mapping[str, str]) -> Any:
    return [_named(one, names) for one in value] if isinstance(value, list) else names.get(str(value), value)


SOUND = {"generate_audio": False}
MODES: list[tuple[str, tuple[str, ...], str, dict[str, Any]]] = [
    (SEEDANCE, (), "bytedance/seedance-2.5/text-to-video",
     {"duration": "5", "resolution": "480p", "aspect_ratio": "16:9", **SOUND}),
    (SEEDANCE, ("first-frame", "last-frame"), "bytedance/seedance-2.5/image-to-video",
     {"image_url": "first-frame", "end_image_url": "last-frame", "aspect_ratio": "auto", "duration": "5", "resolution": "480p", **SOUND}),
    (SEEDANCE, ("image:1", "image:2", "video:1", "audio:1"), "bytedance/seedance-2.5/reference-to-video",
     {"image_urls": ["image:1", "image:2"], "video_urls": ["video:1"], "audio_urls": ["audio:1"], "duration": "5", "resolution": "480p",
      "aspect_ratio": "16:9", **SOUND}),
    (SEEDANCE, ("extend:video",), "bytedance/seedance-2.5/reference-to-video",
     {"video_urls": ["extend:video"], "duration": "5", "resolution": "480p", "aspect_ratio": "16:9", **SOUND}),
    (KLING, (), "kling/v4/text-to-video", {"duration": 5, "resolution": "720p", "aspect_ratio": "16:9"}),
    (KLING, ("first-frame", "keyframe:40", "keyframe:80", "last-frame"), "kling/v4/image-to-video",
     {"start_image_url": "first-frame", "middle_image_urls": ["keyframe:40", "keyframe:80"], "end_image_url": "last-frame", "duration": 5,
      "resolution": "720p"}),
    (KLING, ("first-frame", "image:1", "video:1"), "kling/v4/reference-to-video",
     {"start_image_url": "first-frame", "image_urls": ["image:1"], "video_urls": ["video:1"], "duration": 5, "resolution": "720p",
      "aspect_ratio": "16:9"}),
    (KLING, ("edit:video", "image:1"), "kling/v4/video-to-video/edit",
     {"video_url": "edit:video", "image_urls": ["image:1"], "resolution": "720p"}),
    (H3, (), "minimax/h3/text-to-video", {"duration": 5, "resolution": "768P", "aspect_ratio": "16:9"}),
    (H3, ("first-frame", "last-frame"), "minimax/h3/image-to-video",
     {"image_url": "first-frame", "end_image_url": "last-frame", "duration": 5, "resolution": "768P"}),
    (H3, ("image:1", "video:1", "audio:1"), "minimax/h3/reference-to-video",
     {"reference_image_urls": ["image:1"], "reference_video_urls": ["video:1"], "reference_audio_urls": ["audio:1"], "duration": 5,
      "resolution": "768P", "aspect_ratio": "16:9"}),
    ("hunyuan-video-1.5@fal", (), "fal-ai/hunyuan-video-v1.5/text-to-video",
     {"num_frames": 121, "aspect_ratio": "16:9", "seed": 7, "resolution": "480p"}),
    ("marey@fal", (), "moonvalley/marey/t2v", {"duration": "5s", "dimensions": "1920x1080", "seed": 7}),
]  # fmt: skip


@pytest.mark.parametrize(("offer", "roles", "path", "body"), MODES)
def test_every_mode_is_told_in_the_models_own_names(
    offer: str, roles: tuple[str, ...], path: str, body: dict[str, Any], files: Files
) -> None:
    found, said = asyncio.run(told(offer, roles, files))
    prompt, negative = said.pop("prompt"), said.pop("negative_prompt", None)
    assert (found, said) == (path, body)
    assert "A teapot steams on a sill" in prompt
    assert (negative is not None) == offer.startswith(("hunyuan", "marey")), "only these take one"
    assert prompt.startswith("Extend @Video1") == ("extend:video" in roles)


def test_a_prompt_points_at_pictures_as_each_model_reads_it(files: Files) -> None:
    from callsheet.film import Cast

    cast = (("ada", Cast(name="Ada", description="a tall cook")),)
    for offer, mark in ((SEEDANCE, "Ada (@Image1)"), (KLING, "Ada (@Image1)"), (H3, "Ada (Image 1)")):
        _, said = asyncio.run(told(offer, ["cast:ada"], files, cast=cast))
        assert mark in said["prompt"]


def test_a_clip_that_is_gone_on_from_gives_its_last_frame(files: Files) -> None:
    _, paths = files("video:1")
    ((digest, path),) = paths.items()
    before = Reference(role="extends:16:9", sha256=digest)

    async def main() -> None:
        async with stage("fal") as on:
            await on.submit(H3, order(references=[before]), {digest: path})
            (ticket,) = on.house.jobs
            name = ticket.facts["sent"]["image_url"].rpartition("/")[2]
            assert on.house.shelf[name].startswith(b"\x89PNG")

    asyncio.run(main())


def refused(offer: str, roles: Sequence[str], files: Files, **more: Any) -> str:
    """Why our side does not even ask."""
    references, paths = files(*roles)

    async def main() -> str:
        async with stage("fal") as on:
            with pytest.raises(Refused) as caught:
                await on.submit(offer, order(references=references, **more), paths)
            assert caught.value.kind == "input"
            assert on.house.creates == 0
            return caught.value.reason

    return asyncio.run(main())


def test_what_cannot_be_said_is_refused_before_anything_is_sent(files: Files) -> None:
    assert "evenly" in refused(KLING, ["first-frame", "keyframe:20", "last-frame"], files)
    assert "first_frame" in refused(KLING, ["keyframe:60"], files), "a keyframe needs a first frame"
    assert "name for it with reference_audio" in refused(KLING, ["image:1", "audio:1"], files)
    assert "reference audio" in refused(KLING, ["video:1", "audio:1"], files), "no field for sounds"
    assert "cannot be asked together" in refused(SEEDANCE, ["first-frame", "video:1"], files)
    assert "marey" in refused("marey@fal", [], files, frames=144), "5 or 10 s"
    assert "9:16" in refused("marey@fal", [], files, framings=("9:16",))


@pytest.mark.parametrize(("offer", "most"), [(SEEDANCE, 30), (KLING, 10), (H3, 9)])
def test_as_many_pictures_as_the_model_takes_and_no_more(offer: str, most: int, files: Files) -> None:
    _, said = asyncio.run(told(offer, [f"image:{n}" for n in range(most)], files))
    assert len(said.get("image_urls") or said["reference_image_urls"]) == most
    assert f"it takes {most}" in refused(offer, [f"image:{n}" for n in range(most + 1)], files)


def test_the_stand_in_refuses_what_the_models_refuse(video: bytes) -> None:
    async def main() -> None:
        async with stage("fal") as on, httpx.AsyncClient(transport=on.wire._asking._transport) as web:
            key = {"authorization": f"Key {KEY}"}

            async def asked(path: str, **body: Any) -> tuple[int, str]:
                answer = await web.post(f"{on.url}/{path}", json={"prompt": "A cat.", **body}, headers=key)
                return answer.status_code, answer.text

            assert (await asked("kling/v4/text-to-video"))[0] == 200
            for path, body, why in (
                ("kling/v4/text-to-video", {"duration": "5"}, "duration"),
                ("kling/v4/text-to-video", {"duration": 31}, "31 s"),
                ("kling/v4/text-to-video", {"resolution": "4k"}, "resolution"),
                ("kling/v4/text-to-video", {"image_url": "x"}, "Extra inputs"),
                ("kling/v4/image-to-video", {}, "start_image_url: Field required"),
                ("kling/v4/image-to-video", {"start_image_url": "http://localhost:1/a.png"}, "cannot be fetched"),
                ("bytedance/seedance-2.5/text-to-video", {"duration": 5}, "duration"),
                ("bytedance/seedance-2.5/text-to-video", {"prompt": "x" * 15_001}, "at most 15000"),
                (
                    "minimax/h3/reference-to-video",
                    {"reference_audio_urls": [f"data:audio/wav;base64,{'AA' * 2}"]},
                    "only reference",
                ),
                ("minimax/h3/text-to-video", {"resolution": "768p"}, "resolution"),
            ):
                status, said = await asked(path, **body)
                assert (status, why in said) == (422, True), (path, body, said)
            assert (await asked("bytedance/seedance-2.5/text-to-video", prompt="x" * 15_000))[0] == 200
            assert (await asked("kling/v9/text-to-video"))[0] == 404

    asyncio.run(main())


# -- what becomes of jobs ------------------------------------------------------------------------------------------------------


def ended(fault: Fault | None = None, offer: str = KLING) -> tuple[Job, Money]:
    """How a job ends, and what the meter has."""

    async def main() -> tuple[Job, Money]:
        async with stage("fal", script={1: [fault]} if fault else None) as on:
            accepted = await on.submit(offer)
            return await on.ended(accepted.job), on.billed

    return asyncio.run(main())


def test_a_job_is_known_by_its_returned_path_which_drops_the_subpath() -> None:
    job, billed = ended()
    assert (job.state, job.cost) == ("done", None)
    assert job.id.startswith("kling/v4/requests/take-")
    assert job.links[0].url.startswith("http://fal.invalid/files/")
    assert billed == Money(785_000, "USD"), "5 s at $0.157"


def test_prices_by_the_second_and_by_what_is_given(files: Files) -> None:
    async def main() -> None:
        async with stage("fal", concurrency=9) as on:
            for offer, roles, due in (
                (SEEDANCE, [], 1_102_500),
                (H3, [], 300_000),
                (H3, [f"image:{n}" for n in range(7)], 460_000),
                (KLING, ["edit:video"], 940_000),
                ("hunyuan-video-1.5@fal", [], 375_000),
            ):
                references, paths = files(*roles)
                before = on.billed.micros
                accepted = await on.submit(offer, order(references=references), paths)
                await on.ended(accepted.job)
                assert on.billed.micros - before == due, (offer, roles)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault.FAILED_FREE, "failed"),
        (Fault.MODERATED_AFTER_ACCEPT, "moderated"),
        (Fault.UNKNOWN_STATUS, "unknown"),
        (Fault.DONE_WITHOUT_URL, "unknown"),
    ],
)
def test_completed_is_not_success(fault: Fault, state: str) -> None:
    job, _ = ended(fault)
    assert (job.state, job.links) == (state, ())
    assert job.reason


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_429, "rate"),
        (Fault.CONCURRENCY_429, "concurrency"),
        (Fault.FUNDS_402, "funds"),
        (Fault.FUNDS_429, "funds"),
        (Fault.MODERATED_AT_CREATE, "moderated"),
        (Fault.RETIRED, "retired"),
    ],
)
def test_refusals_by_kind(fault: Fault, kind: str) -> None:
    async def main() -> None:
        async with stage("fal", script={1: [fault]}) as on:
            with pytest.raises(Refused) as caught:
                await on.submit(KLING)
            assert caught.value.kind == kind
            assert not on.house.jobs
            if kind in ("rate", "concurrency"):
                assert caught.value.after_s

    asyncio.run(main())


@pytest.mark.parametrize(
    "fault",
    [Fault.ERROR_BEFORE_ACCEPT, Fault.ERROR_AFTER_ACCEPT, Fault.WRONG_JSON, Fault.NO_ID, Fault.DROP_AFTER_ACCEPT],
)
def test_an_answer_that_proves_nothing_is_lost(fault: Fault) -> None:
    async def main() -> None:
        async with stage("fal", script={1: [fault]}) as on:
            with pytest.raises(Lost):
                await on.submit(KLING)
            assert on.house.creates == 1

    asyncio.run(main())


def test_a_wrong_key_is_refused_and_stays_secret() -> None:
    async def main() -> None:
        async with stage("fal") as on:
            on.seller._key = "secret:key"
            with pytest.raises(Refused) as caught:
                await on.submit(KLING)
            assert caught.value.kind == "auth"
            assert "secret" not in f"{caught.value} {on.seller!r}"

    asyncio.run(main())


def test_results_that_fail_on_the_way_and_results_that_are_failures() -> None:
    """The queue passes on the status of the model: only a machine's word makes it the job's own."""

    async def main() -> None:
        async with stage("fal") as on:
            seller = ours(on)
            for status, headers, body, state in (
                (500, {"x-fal-error-type": "runner_server_error"}, {"detail": "x"}, "failed"),
                (500, {}, {"detail": [{"msg": "x", "type": "internal_server_error"}]}, "failed"),
                (422, {}, {"detail": [{"msg": "x", "type": "content_policy_violation"}]}, "moderated"),
                (422, {}, {"detail": "Wrong picture"}, "failed"),
                (400, {}, {"detail": "Request is still in progress"}, "running"),
                (404, {}, {"detail": "Request not found"}, "unknown"),
                (503, {}, {"detail": "Service Unavailable"}, None),
                (401, {}, {"detail": "who?"}, None),
            ):
                reply = httpx.Response(status, headers=headers, json=body)
                wire = Wire(httpx.MockTransport(lambda _, reply=reply: reply))
                found = Job("kling/v4/requests/a", "done")
                if state is None:
                    with pytest.raises(Unanswered):
                        await seller._result(wire, found)
                else:
                    assert (await seller._result(wire, found)).state == state, (status, body)

    asyncio.run(main())


def test_only_what_waits_is_cancelled() -> None:
    async def main(timing: Timing) -> str:
        async with stage("fal", timing=timing, longest_s=3600.0) as on:
            accepted = await on.submit(KLING)
            await asyncio.sleep(0.01)
            await on.seller.cancel(on.wire, accepted.job)
            await on.seller.cancel(on.wire, accepted.job)  # asked again, it does no harm
            return (await on.seller.poll(on.wire, [accepted.job]))[accepted.job].state

    assert asyncio.run(main(WAITING)) == "cancelled"
    assert asyncio.run(main(SLOW)) == "running"


def test_a_file_that_cannot_be_brought_leaves_the_create_unsent(files: Files) -> None:
    references, paths = files("first-frame")

    async def main() -> None:
        async with stage("fal") as on:
            on.seller._key = "wrong"
            with pytest.raises(Refused) as caught:
                await on.submit(H3, order(references=references), paths)
            assert caught.value.kind == "auth"
            next(iter(paths.values())).unlink()
            with pytest.raises(Unsent):
                await on.submit(H3, order(references=references), paths)
            assert on.house.creates == 0

    asyncio.run(main())


# -- webhooks ------------------------------------------------------------------------------------------------------------------


def test_webhooks_are_believed_when_signed_and_fresh() -> None:
    async def main() -> None:
        async with stage("fal", script={1: [Fault.WEBHOOK_FORGED]}) as on:
            on.seller.clock = on.house.clock
            accepted = await on.submit(KLING, webhook="https://hooks.invalid/fal")
            await on.ended(accepted.job)
            false, true = on.house.deliveries()
            with pytest.raises(Forged, match="signature"):
                on.seller.hint(false.headers, false.body)
            hint = on.seller.hint(true.headers, true.body)
            assert hint.job == accepted.job, "the path, of which a webhook has only the end"
            with pytest.raises(Forged, match="signature"):
                on.seller.hint(true.headers, true.body + b" ")
            with pytest.raises(Forged, match="signature"):
                on.seller.hint({**true.headers, "x-fal-webhook-user-id": "other"}, true.body)
            for shift in (-360, 301):  # the hook may have been signed a while ago
                on.seller.clock = lambda shift=shift: on.house.clock() + shift  # type: ignore[misc]
                with pytest.raises(Forged, match="old"):
                    on.seller.hint(true.headers, true.body)

    asyncio.run(main())


def test_keys_are_learnt_by_asking_after_a_webhook_that_came_too_soon() -> None:
    async def main() -> None:
        async with stage("fal") as on:
            on.seller.clock = on.house.clock
            accepted = await on.submit(KLING, webhook="https://hooks.invalid/fal")
            await on.ended(accepted.job)
            (true,) = on.house.deliveries()
            ours(on)._signers, ours(on)._signers_at = (), None
            with pytest.raises(Forged, match="not known yet"):
                on.seller.hint(true.headers, true.body)
            await on.seller.poll(on.wire, [accepted.job])
            assert on.seller.hint(true.headers, true.body).job == accepted.job

    asyncio.run(main())


# -- fal's own client ----------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """fal's client never closes its connections: closed here, so that no other test is told about them."""
    opened: list[httpx.Client] = []

    class Client(httpx.Client):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            opened.append(self)

    monkeypatch.setattr(httpx, "Client", Client)
    yield
    for client in opened:
        client.close()


@contextmanager
def pointed(monkeypatch: pytest.MonkeyPatch, on: Stage, key: str = KEY) -> Iterator[fal_client.SyncClient]:
    """fal's client, which has its addresses written into it, and never closes what it uploads with."""
    monkeypatch.setattr(sdk, "QUEUE_URL_FORMAT", on.url + "/")
    monkeypatch.setattr(sdk, "REST_URL", on.url)
    monkeypatch.setattr(sdk, "CDN_URL", on.url)
    client = fal_client.SyncClient(key=key)
    uploads = fal_client.SyncClient._get_cdn_client
    with ExitStack() as opened, client._client:
        kept = lambda self: opened.enter_context(uploads(self))  # noqa: E731
        monkeypatch.setattr(fal_client.SyncClient, "_get_cdn_client", kept)
        yield client


def test_the_official_client_orders_waits_and_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with served("fal") as on:

            def shoot(client: fal_client.SyncClient) -> tuple[list[str], bytes]:
                picture = client.upload(PNG, "image/png", "still.png")
                handle = client.submit(
                    "kling/v4/image-to-video", {"prompt": "A cat.", "start_image_url": picture, "duration": 3}
                )
                seen = [type(event).__name__ for event in handle.iter_events(interval=0.02)]
                result = handle.get()
                return seen, httpx.get(result["video"]["url"]).content

            with pointed(monkeypatch, on) as client:
                seen, clip = await asyncio.to_thread(shoot, client)
            assert seen[-1] == "Completed"
            assert set(seen) <= {"Queued", "InProgress", "Completed"}
            assert clip[4:8] == b"ftyp"
            assert on.billed == Money(705_000, "USD"), "3 s in 1080p, which is usual"

    asyncio.run(main())


def test_the_official_client_sees_errors_as_fals(monkeypatch: pytest.MonkeyPatch) -> None:
    script = {2: [Fault.FAILED_FREE], 3: [Fault.MODERATED_AFTER_ACCEPT]}

    async def main() -> None:
        async with served("fal", script=script) as on:

            def wrong(client: fal_client.SyncClient, stranger: fal_client.SyncClient) -> None:
                with pytest.raises(fal_client.FalClientHTTPError) as caught:
                    client.submit("kling/v4/text-to-video", {"prompt": "A cat.", "duration": "x"})
                assert caught.value.status_code == 422
                with pytest.raises(fal_client.FalClientHTTPError) as caught:
                    stranger.submit("kling/v4/text-to-video", {"prompt": "A cat."})
                assert caught.value.status_code == 401
                assert client.submit("kling/v4/text-to-video", {"prompt": "A cat."}).get()["video"]
                failed = client.submit("kling/v4/text-to-video", {"prompt": "A cat."})
                (*_, last) = failed.iter_events(interval=0.02)
                assert getattr(last, "error_type", None) == "runner_server_error"
                with pytest.raises(fal_client.FalClientHTTPError) as caught:
                    failed.get()
                assert caught.value.error_type == "runner_server_error"
                with pytest.raises(fal_client.FalClientHTTPError, match="content_policy_violation"):
                    client.submit("kling/v4/text-to-video", {"prompt": "A dog."}).get()

            with pointed(monkeypatch, on) as client, pointed(monkeypatch, on, "wrong") as stranger:
                await asyncio.to_thread(wrong, client, stranger)

    asyncio.run(main())


def test_the_official_client_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with served("fal", timing=WAITING) as on:

            def stop(client: fal_client.SyncClient) -> Any:
                handle = client.submit("kling/v4/text-to-video", {"prompt": "A cat."})
                handle.cancel()
                return handle.status()

            with pointed(monkeypatch, on) as client:
                status = await asyncio.to_thread(stop, client)
            assert status.error_type == "client_cancelled"
            assert on.house.jobs[0].status == "cancelled"

    asyncio.run(main())


def test_our_adapter_over_a_real_port(tmp_path: Path) -> None:
    async def main() -> None:
        async with served("fal") as on:
            accepted = await on.submit(KLING)
            job = await on.ended(accepted.job)
            got = await on.wire.download(job.links[0].url, tmp_path / "clip.mp4", job.links[0].bytes)
            assert got.path.read_bytes()[4:8] == b"ftyp"

    asyncio.run(main())
