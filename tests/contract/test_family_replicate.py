"""Replicate: our adapter and Replicate's own client against the same stand-in, for offers of a catalogue of one's own."""

import asyncio
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from replicate.client import Client
from replicate.exceptions import ModelError, ReplicateError
from replicate.webhook import Webhooks, WebhookSigningSecret

from callsheet.catalog import Offer, load
from callsheet.film import Money, Reference
from callsheet.providers.hosted import Forged, Job, Refused
from callsheet.providers.wire import Lost, Unsent
from callsheet.rehearsal.clips import Plain
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import Timing
from callsheet.rehearsal.skins import KEY
from callsheet.testing.stage import Stage, order, served, stage

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""Replicate's client leaves its connections open."""
SEEDANCE, KLING, OWN = "seedance-2.0@replicate:480p", "kling-3.0@replicate:720p", "mine@replicate"
VERSION = "0f" * 32
OVERLAY = f"""
source: mine
sources: {{mine: {{where: "this test", on: 2026-11-21}}}}
models:
  mine: {{family: mine}}
routes:
  replicate: {{provider: Replicate, protocol: replicate, status: active, charges: {{cancelled_running: true}}}}
offers:
  - id: seedance-2.0@replicate
    wire: bytedance/seedance-2.0
    references: {{syntax: "[Image1]"}}
    price: {{currency: USD, per: second, rules: {{any: 0.1}}}}
  - {{id: kling-3.0@replicate, wire: kwaivgi/kling-v3, audio: none, creativity: none}}
  - id: mine@replicate
    wire: me/mine:{VERSION}
    modes: [text, first_frame]
    durations: {{seconds: 2-10}}
    seed: true
    price: {{currency: USD, per: clip, rules: {{any: 0.5}}}}
"""
PNG = b"\x89PNG\r\n\x1a\n still "
RUNNING = Timing(queue_s=0.0, run_s=60.0)
WAITING = Timing(queue_s=60.0, run_s=60.0)


@pytest.fixture(scope="module")
def offers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Offer, ...]:
    """What is sold, by a catalogue of one's own."""
    path = tmp_path_factory.mktemp("catalog") / "catalog.yaml"
    path.write_text(OVERLAY, "utf-8")
    return tuple(load([path]))


@pytest.fixture(scope="module")
def video() -> bytes:
    """Five seconds of film."""
    return Plain(height=16)({"order": order().model_dump(mode="json")}, "16:9")


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
            content = self.video if role.startswith("video") else PNG + role.encode()
            digest = hashlib.sha256(content).hexdigest()
            paths[digest] = self.folder / digest
            paths[digest].write_bytes(content)
            found.append(Reference(role=role, sha256=digest))
        return found, paths


def _named(value: Any, names: Mapping[str, str]) -> Any:
    return [_named(one, names) for one in value] if isinstance(value, list) else names.get(str(value), value)


MODES: list[tuple[str, tuple[str, ...], str, dict[str, Any]]] = [
    (SEEDANCE, (), "bytedance/seedance-2.0",
     {"duration": 5, "resolution": "480p", "aspect_ratio": "16:9", "generate_audio": False}),
    (SEEDANCE, ("first-frame", "last-frame"), "bytedance/seedance-2.0",
     {"image": "first-frame", "last_frame_image": "last-frame", "duration": 5, "resolution": "480p", "aspect_ratio": "16:9",
      "generate_audio": False}),
    (SEEDANCE, ("image:1", "video:1", "audio:1"), "bytedance/seedance-2.0",
     {"reference_images": ["image:1"], "reference_videos": ["video:1"], "reference_audios": ["audio:1"], "duration": 5,
      "resolution": "480p", "aspect_ratio": "16:9", "generate_audio": False}),
    (KLING, ("first-frame", "last-frame"), "kwaivgi/kling-v3",
     {"start_image": "first-frame", "end_image": "last-frame", "duration": 5, "mode": "standard", "aspect_ratio": "16:9"}),
    (OWN, ("first-frame",), f"me/mine:{VERSION}", {"image": "first-frame", "duration": 5, "seed": 7, "aspect_ratio": "16:9"}),
]  # fmt: skip


@pytest.mark.parametrize(("offer", "roles", "model", "body"), MODES)
def test_every_mode_is_told_in_the_models_own_names(
    offers: tuple[Offer, ...], offer: str, roles: tuple[str, ...], model: str, body: dict[str, Any], files: Files
) -> None:
    references, paths = files(*roles)

    async def main() -> None:
        async with stage("replicate", offers) as on:
            await on.submit(offer, order(references=references), paths)
            (ticket,) = on.house.jobs
            names = {f"http://replicate.invalid/v1/files/{r.sha256}": r.role for r in references}
            said = {name: _named(value, names) for name, value in ticket.facts["input"].items()}
            prompt = said.pop("prompt")
            assert (said.pop("negative_prompt", None) is not None) == offer.startswith("kling")
            assert (ticket.facts["model"], said) == (model, body)
            assert "A teapot steams" in prompt
            assert ticket.facts["after_s"] == on.seller.traits.longest_s, "nobody pays for what nobody waits for"

    asyncio.run(main())


def test_what_cannot_be_said_is_refused_before_anything_is_sent(offers: tuple[Offer, ...], files: Files) -> None:
    async def refused(offer: str, roles: Sequence[str], **more: Any) -> str:
        references, paths = files(*roles)
        async with stage("replicate", offers) as on:
            with pytest.raises(Refused) as caught:
                await on.submit(offer, order(references=references, **more), paths)
            assert (caught.value.kind, on.house.creates) == ("input", 0)
            return caught.value.reason

    assert "no 4k" in asyncio.run(refused("kling-3.0@replicate:4k", []))
    assert "cannot be asked together" in asyncio.run(refused(SEEDANCE, ["first-frame", "video:1"]))
    assert "at most 10 s" in asyncio.run(refused(OWN, [], frames=241))
    assert "it takes 9" in asyncio.run(refused(SEEDANCE, [f"image:{n}" for n in range(10)]))


def test_the_stand_in_refuses_what_replicate_refuses(offers: tuple[Offer, ...]) -> None:
    async def main() -> None:
        async with served("replicate", offers) as on, httpx.AsyncClient() as web:

            async def asked(path: str, headers: Mapping[str, str] | None = None, **body: Any) -> tuple[int, str]:
                key = {"authorization": f"Bearer {KEY}", **(headers or {})}
                answer = await web.post(f"{on.url}/v1/{path}", json=body, headers=key)
                return answer.status_code, answer.text

            cat, path = {"prompt": "A cat."}, "models/bytedance/seedance-2.0/predictions"
            for where, headers, body, status, why in (
                (path, {}, {}, 422, "input is required"),
                (path, {}, {"input": {**cat, "duration": "5"}}, 422, "Expected: integer"),
                (path, {}, {"input": {**cat, "fps": 24}}, 422, "Additional property fps"),
                (path, {}, {"input": {**cat, "image": "http://127.0.0.1/a.png"}}, 422, "cannot be fetched"),
                (path, {}, {"input": {"prompt": "x" * 3501}}, 422, "at most 3500"),
                (path, {"prefer": "wait=61"}, {"input": cat}, 422, "Prefer"),
                (path, {"cancel-after": "4s"}, {"input": cat}, 422, "Cancel-After"),
                (path, {"authorization": "Bearer wrong"}, {"input": cat}, 401, "Unauthenticated"),
                ("predictions", {}, {"version": "ab", "input": cat}, 422, "Invalid version"),
                ("models/nobody/nothing/predictions", {}, {"input": cat}, 404, "Not found"),
            ):
                found, said = await asked(where, headers, **body)
                assert (found, why in said) == (status, True), (where, body, said)
            fine = {"prefer": "wait=60", "cancel-after": "1h1m5s"}
            assert (await asked(path, fine, input={"prompt": "x" * 3500}))[0] == 201
            assert on.house.jobs[0].facts["after_s"] == 3665

    asyncio.run(main())


# -- what becomes of jobs ------------------------------------------------------------------------------------------------------


def ended(offers: tuple[Offer, ...], *faults: Fault) -> tuple[Job, Money]:
    """How a job ends, and what the meter has."""

    async def main() -> tuple[Job, Money]:
        async with stage("replicate", offers, script={1: faults}) as on:
            accepted = await on.submit(SEEDANCE)
            return await on.ended(accepted.job), on.billed

    return asyncio.run(main())


def test_a_job_that_succeeds(offers: tuple[Offer, ...]) -> None:
    job, billed = ended(offers)
    assert (job.state, job.cost) == ("done", None), "what it costs is not told"
    assert job.links[0].url.startswith("http://replicate.invalid/files/")
    assert billed == Money(500_000, "USD")


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault.FAILED_FREE, "failed"),
        (Fault.MODERATED_AFTER_ACCEPT, "moderated"),
        (Fault.UNKNOWN_STATUS, "unknown"),
        (Fault.DONE_WITHOUT_URL, "unknown"),
    ],
)
def test_jobs_that_bring_nothing(offers: tuple[Offer, ...], fault: Fault, state: str) -> None:
    job, _ = ended(offers, fault)
    assert (job.state, job.links) == (state, ())
    assert job.reason


@pytest.mark.parametrize(
    ("fault", "kind", "after_s"),
    [
        (Fault.RATE_429, "rate", 10.0),
        (Fault.CONCURRENCY_429, "rate", 5.0),
        (Fault.FUNDS_402, "funds", None),
        (Fault.FUNDS_429, "funds", None),
        (Fault.MODERATED_AT_CREATE, "moderated", None),
        (Fault.RETIRED, "retired", None),
    ],
)
def test_refusals_by_kind(offers: tuple[Offer, ...], fault: Fault, kind: str, after_s: float | None) -> None:
    async def main() -> None:
        async with stage("replicate", offers, script={1: [fault]}) as on:
            with pytest.raises(Refused) as caught:
                await on.submit(SEEDANCE)
            assert (caught.value.kind, caught.value.after_s) == (kind, after_s)
            assert not on.house.jobs

    asyncio.run(main())


def test_how_long_to_stay_away_is_read_from_words_too(offers: tuple[Offer, ...]) -> None:
    async def main() -> None:
        async with stage("replicate", offers) as on:
            said = {"detail": "Request was throttled. Your rate limit resets in ~30s."}
            refused = on.seller.refusal(429, said, {})
            assert refused is not None
            assert (refused.kind, refused.after_s) == ("rate", 30.0)

    asyncio.run(main())


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE_ACCEPT, Fault.ERROR_AFTER_ACCEPT, Fault.WRONG_JSON, Fault.NO_ID])
def test_an_answer_that_proves_nothing_is_lost(offers: tuple[Offer, ...], fault: Fault) -> None:
    async def main() -> None:
        async with stage("replicate", offers, script={1: [fault]}) as on:
            with pytest.raises(Lost):
                await on.submit(SEEDANCE)
            assert on.house.creates == 1

    asyncio.run(main())


def test_cancelling_is_free_before_it_runs_and_billed_after(offers: tuple[Offer, ...]) -> None:
    async def main(timing: Timing) -> tuple[str, int]:
        async with stage("replicate", offers, timing=timing, longest_s=600.0) as on:
            accepted = await on.submit(SEEDANCE)
            await asyncio.sleep(0.01)
            await on.seller.cancel(on.wire, accepted.job)
            return (await on.seller.poll(on.wire, [accepted.job]))[accepted.job].state, on.billed.micros

    assert asyncio.run(main(WAITING)) == ("cancelled", 0)
    assert asyncio.run(main(RUNNING)) == ("cancelled", 500_000)


def test_what_is_past_its_deadline_is_aborted_or_cancelled(offers: tuple[Offer, ...]) -> None:
    async def main(timing: Timing) -> tuple[Job, int]:
        async with stage("replicate", offers, timing=timing) as on:
            accepted = await on.submit(SEEDANCE)
            await asyncio.sleep(0.01)
            on.house.advance()
            on.house.jobs[0].accepted_at -= 3600
            return (await on.seller.poll(on.wire, [accepted.job]))[accepted.job], on.billed.micros

    job, billed = asyncio.run(main(WAITING))
    assert (job.state, "before it began" in job.reason, billed) == ("cancelled", True, 0)
    job, billed = asyncio.run(main(RUNNING))
    assert (job.state, job.reason, billed) == ("cancelled", "", 500_000)


def test_after_an_hour_the_files_are_gone(offers: tuple[Offer, ...]) -> None:
    async def main() -> None:
        async with stage("replicate", offers) as on:
            accepted = await on.submit(SEEDANCE)
            assert (await on.ended(accepted.job)).state == "done"
            ticket = on.house.jobs[0]
            assert ticket.ends_at is not None
            ticket.ends_at -= 3601
            late = (await on.seller.poll(on.wire, [accepted.job]))[accepted.job]
            assert (late.state, late.reason) == ("unknown", "its files were deleted")
            gone = (await on.seller.poll(on.wire, ["nothing"]))["nothing"]
            assert gone.state == "unknown"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("output", "url"),
    [
        ("https://x/a.mp4", "https://x/a.mp4"),
        (["https://x/a.mp4", "https://x/b.mp4"], "https://x/a.mp4"),
        ({"video": "https://x/a.mp4"}, "https://x/a.mp4"),
        ({"json": 1}, None),
        ("file:///etc/passwd", None),
    ],
)
def test_outputs_of_every_shape(offers: tuple[Offer, ...], output: Any, url: str | None) -> None:
    async def main() -> None:
        async with stage("replicate", offers) as on:
            job = on.seller.job("a", {"status": "succeeded", "output": output})
            assert [link.url for link in job.links] == ([url] if url else [])
            assert job.state == ("done" if url else "unknown")

    asyncio.run(main())


def test_a_wrong_key_is_refused_and_stays_secret(offers: tuple[Offer, ...], files: Files) -> None:
    references, paths = files("first-frame")

    async def main() -> None:
        async with stage("replicate", offers) as on:
            on.seller._key = "secret"
            for wanted, given in ((order(), {}), (order(references=references), paths)):
                with pytest.raises(Refused) as caught:
                    await on.submit(SEEDANCE, wanted, given)
                assert caught.value.kind == "auth"
                assert "secret" not in f"{caught.value} {on.seller!r}"
            next(iter(paths.values())).unlink()
            with pytest.raises(Unsent):
                await on.submit(SEEDANCE, order(references=references), paths)
            assert on.house.creates == 0

    asyncio.run(main())


# -- webhooks ------------------------------------------------------------------------------------------------------------------


def test_webhooks_are_believed_when_signed_and_fresh(offers: tuple[Offer, ...]) -> None:
    async def main() -> None:
        async with stage("replicate", offers, script={1: [Fault.WEBHOOK_FORGED]}) as on:
            on.seller.clock = on.house.clock
            accepted = await on.submit(SEEDANCE, webhook="https://hooks.invalid/replicate")
            await on.ended(accepted.job)
            false, true = on.house.deliveries()
            with pytest.raises(Forged, match="signature"):
                on.seller.hint(false.headers, false.body)
            assert on.seller.hint(true.headers, true.body).job == accepted.job
            two = "v1,AAAA " + true.headers["webhook-signature"]
            assert on.seller.hint({**true.headers, "webhook-signature": two}, true.body).job == accepted.job
            for wrong in ({"webhook-id": "msg_other"}, {"webhook-signature": "v1,"}, {"webhook-signature": "v2,AAAA"}):
                with pytest.raises(Forged, match="signature"):
                    on.seller.hint({**true.headers, **wrong}, true.body)
            for shift in (-360, 301):  # the hook may have been signed a while ago
                on.seller.clock = lambda shift=shift: on.house.clock() + shift  # type: ignore[misc]
                with pytest.raises(Forged, match="old"):
                    on.seller.hint(true.headers, true.body)

    asyncio.run(main())


def test_the_secret_is_learnt_by_asking_after_a_webhook_that_came_too_soon(offers: tuple[Offer, ...]) -> None:
    async def main() -> None:
        async with stage("replicate", offers) as on:
            on.seller.clock = on.house.clock
            accepted = await on.submit(SEEDANCE, webhook="https://hooks.invalid/replicate")
            await on.ended(accepted.job)
            (true,) = on.house.deliveries()
            on.seller._secret = b""  # type: ignore[attr-defined]
            with pytest.raises(Forged, match="not known yet"):
                on.seller.hint(true.headers, true.body)
            await on.seller.poll(on.wire, [accepted.job])
            assert on.seller.hint(true.headers, true.body).job == accepted.job

    asyncio.run(main())


# -- Replicate's own client ------------------------------------------------------------------------------------------------------


@contextmanager
def client(on: Stage, token: str = KEY) -> Iterator[Client]:
    """Replicate's client, pointed at the stand-in. It never closes what it wraps, so that is ours."""
    with httpx.HTTPTransport() as transport:
        found = Client(api_token=token, base_url=on.url, transport=transport)
        found.poll_interval = 0.02
        yield found


def test_the_official_client_orders_waits_and_downloads(offers: tuple[Offer, ...]) -> None:
    async def main() -> None:
        async with served("replicate", offers) as on:

            def shoot(web: Client) -> tuple[Any, bytes, Any, list[Any]]:
                still = web.files.create(io.BytesIO(PNG), filename="still.png")
                given = {"prompt": "A cat.", "image": still.urls["get"], "duration": 4}
                made = web.predictions.create(model="bytedance/seedance-2.0", input=given)
                made.wait()
                by_version = web.run(
                    f"me/mine:{VERSION}", input={"prompt": "A cat.", "duration": 2}, use_file_output=False
                )
                return made, httpx.get(str(made.output)).content, by_version, web.predictions.list().results

            with client(on) as web:
                made, clip, by_version, listed = await asyncio.to_thread(shoot, web)
            assert (made.status, clip[4:8]) == ("succeeded", b"ftyp")
            assert by_version.startswith(on.url)
            assert [one.id for one in listed][1] == made.id
            assert on.billed == Money(900_000, "USD"), "4 s at $0.1, and a clip at $0.5"

    asyncio.run(main())


def test_the_official_client_sees_errors_as_replicates(offers: tuple[Offer, ...]) -> None:
    async def main() -> None:
        async with served("replicate", offers, script={1: [Fault.MODERATED_AFTER_ACCEPT]}) as on:

            def wrong(web: Client, stranger: Client) -> None:
                with pytest.raises(ModelError, match="E005"):
                    web.run("bytedance/seedance-2.0", input={"prompt": "A cat."})
                with pytest.raises(ReplicateError) as caught:
                    web.run("bytedance/seedance-2.0", input={"prompt": "A cat.", "fps": 1})
                assert (caught.value.status, caught.value.title) == (422, "Input validation failed")
                with pytest.raises(ReplicateError) as caught:
                    stranger.predictions.list()
                assert caught.value.status == 401

            with client(on) as web, client(on, "wrong") as stranger:
                await asyncio.to_thread(wrong, web, stranger)

    asyncio.run(main())


def test_the_official_client_cancels(offers: tuple[Offer, ...]) -> None:
    async def main() -> None:
        async with served("replicate", offers, timing=WAITING) as on:

            def stop() -> Any:
                with client(on) as web:
                    made = web.predictions.create(model="bytedance/seedance-2.0", input={"prompt": "A cat."})
                    made.cancel()
                return made.status

            assert await asyncio.to_thread(stop) == "canceled"

    asyncio.run(main())


def test_the_official_client_believes_the_same_webhooks(offers: tuple[Offer, ...]) -> None:
    async def main() -> None:
        async with served("replicate", offers) as on:
            accepted = await on.submit(SEEDANCE, webhook="https://hooks.invalid/replicate")
            await on.ended(accepted.job)
            (true,) = on.house.deliveries()
            with client(on) as web:
                secret: WebhookSigningSecret = await asyncio.to_thread(web.webhooks.default.secret)
            Webhooks.validate(headers=dict(true.headers), body=true.body.decode(), secret=secret)

    asyncio.run(main())


def test_our_adapter_over_a_real_port(offers: tuple[Offer, ...], tmp_path: Path, files: Files) -> None:
    references, paths = files("first-frame")

    async def main() -> None:
        async with served("replicate", offers) as on:
            accepted = await on.submit(SEEDANCE, order(references=references), paths)
            job = await on.ended(accepted.job)
            got = await on.wire.download(job.links[0].url, tmp_path / "clip.mp4")
            assert got.path.read_bytes()[4:8] == b"ftyp"

    asyncio.run(main())
