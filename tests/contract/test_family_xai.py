"""xAI: our adapter and its maker's SDK against the stand-in. The SDK speaks gRPC: a servicer made of its own messages fronts the HTTP house."""

import asyncio
import datetime
import functools
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import xai_sdk
from google.protobuf.json_format import MessageToDict, ParseDict
from xai_sdk.proto import deferred_pb2, video_pb2, video_pb2_grpc
from xai_sdk.video import VideoGenerationError

from callsheet.catalog import Offer, load
from callsheet.film import Money, Order, Reference
from callsheet.media.probe import probe
from callsheet.providers.families import family
from callsheet.providers.fitting import Unfit
from callsheet.providers.hosted import Forged, Job, RefusalKind, Refused
from callsheet.providers.wire import Lost
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.skins import KEY
from callsheet.rehearsal.transport import Memory
from callsheet.testing.stage import SMALL, Stage, offers_of, order, served, stage

# The SDK's protobuf runtime says so of its own generated code.
pytestmark = pytest.mark.filterwarnings("ignore:Protobuf gencode version:UserWarning")
FULL, OLD, LITE = "grok-imagine-video-1.5@xai", "grok-imagine-video@xai", "grok-imagine-video-1.5-lite@xai"
PNG, WAV = b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WAVE"


def awaited(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that waits, in a loop of its own."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class Files:
    """Files on disk by their digest, as an order names them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.paths = folder, dict[str, Path]()

    def add(self, role: str, content: bytes) -> Reference:
        """A file that plays a role."""
        name = sha256(content).hexdigest()
        self.paths[name] = self.folder / name
        self.paths[name].write_bytes(content)
        return Reference(role=role, sha256=name)

    def clip(self, role: str, frames: int) -> Reference:
        """A clip at 24 frames a second."""
        return self.add(role, SMALL({"order": {"frames": frames, "rate": "24"}}, "16:9"))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def asked(on: Stage) -> Mapping[str, Any]:
    """What the stand-in read last."""
    said: Mapping[str, Any] = on.house.jobs[-1].facts["said"]
    return said


async def download(job: Job, on: Stage, target: Path) -> Path:
    (link,) = job.links
    await on.wire.download(link.url, target, link.bytes, link.headers)
    return target


def seller(offers: tuple[Offer, ...] | None = None, key: str = KEY) -> Any:
    return family("xai", "xai")("xai", offers or offers_of("xai"), key)


def overlaid(folder: Path, text: str) -> tuple[Offer, ...]:
    path = folder / "catalog.yaml"
    path.write_text(f"source: {{where: test, on: 2026-11-21}}\n{text}")
    return offers_of("xai", load([path]))


@awaited
async def test_words_become_a_clip_that_is_billed_in_ticks(tmp_path: Path) -> None:
    async with stage("xai") as on:
        job = (await on.submit(f"{FULL}:720p", order(framing="9:16"))).job
        assert asked(on) | {"prompt": ""} == {
            "model": "grok-imagine-video-1.5", "prompt": "", "duration": 5, "aspect_ratio": "9:16", "generate_audio": False,
            "resolution": "720p",
        }  # fmt: skip
        first = (await on.seller.poll(on.wire, [job]))[job]
        assert first == Job(job, "running")
        done = await on.ended(job)
        assert done.state == "done"
        assert done.cost == Money(700_000, "USD") == on.billed == on.seller.quote(f"{FULL}:720p", order()).expected
        clip = probe(await download(done, on, tmp_path / "clip.mp4"))
        assert Fraction(clip.frames) / clip.rate == 5
        assert clip.height > clip.width


@awaited
async def test_without_a_name_the_largest_tier_that_is_enough_is_ordered() -> None:
    async with stage("xai") as on:
        await on.submit(FULL)
        assert asked(on)["resolution"] == "1080p"
        assert on.house.jobs[-1].price == Money(1_250_000, "USD")
        await on.submit(OLD)
        assert asked(on)["resolution"] == "720p"


@awaited
async def test_frames_and_keyframes_stand_where_the_shot_has_them(files: Files) -> None:
    wanted = order(
        frames=108,
        references=[
            files.add("first-frame", PNG + b"1"), files.add("last-frame", PNG + b"2"), files.add("keyframe:54", PNG + b"3"),
            files.add("keyframe:72", PNG + b"4"),
        ],
    )  # fmt: skip
    async with stage("xai") as on:
        await on.submit(FULL, wanted, files.paths)
        said = asked(on)
        assert said["duration"] == 5
        assert said["image"].keys() == said["last_frame"].keys() == {"url"}
        assert [one["timestamp_s"] for one in said["keyframes"]] == [2.25, 3.0]
        assert all(one["image"]["url"].startswith("data:image/png;base64,") for one in said["keyframes"])


@awaited
async def test_an_earlier_clip_is_continued_from_its_last_frame(files: Files) -> None:
    async with stage("xai") as on:
        await on.submit(FULL, order(references=[files.clip("extends:16:9", 24)]), files.paths)
        assert asked(on)["image"]["url"].startswith("data:image/png;base64,")


@awaited
async def test_references_are_pointed_at_and_cap_the_picture(files: Files) -> None:
    given = [files.add("image", PNG + bytes([n])) for n in range(3)] + [files.add("audio", WAV)]
    async with stage("xai") as on:
        await on.submit(FULL, order(references=given), files.paths)
        said = asked(on)
        assert len(said["reference_images"]) == 3
        assert said["reference_audios"][0]["url"].startswith("data:audio/wav;base64,")
        assert said["resolution"] == "720p"
        # Images cost a cent each.
        assert on.house.jobs[-1].price == Money(5 * 140_000 + 3 * 10_000, "USD")
    assert seller().fit(OLD, order(references=given[:1])).offer.references.syntax == "<IMAGE_1>"


@awaited
async def test_editing_and_extending_send_no_more_than_they_may(files: Files, tmp_path: Path) -> None:
    async with stage("xai") as on:
        for role, seconds, sent in (
            ("edit", 4, {"model", "prompt", "video"}),
            ("extend", 9, {"model", "prompt", "video", "duration"}),
        ):
            wanted = order(references=[files.clip(role, 96)])
            call = on.seller.create(on.seller.fit(OLD, wanted), {wanted.references[0].sha256: "data:,"}, None)
            assert call.path == f"/v1/videos/{'edits' if role == 'edit' else 'extensions'}"
            assert call.json.keys() == sent
            job = (await on.submit(OLD, wanted, files.paths)).job
            done = await on.ended(job)
            assert done.cost == on.house.meter.of_job(job)
            clip = probe(await download(done, on, tmp_path / f"{role}.mp4"))
            assert Fraction(clip.frames) / clip.rate == seconds


def refused(wanted: Order, offer: str = FULL, offers: tuple[Offer, ...] | None = None) -> set[str]:
    try:
        seller(offers).fit(offer, wanted)
    except Unfit as unfit:
        return {one.field for one in unfit.refusals}
    return set()


def given(*roles: str, frames: int = 120) -> Order:
    return order(frames=frames, references=[Reference(role=r, sha256=f"{n:064x}") for n, r in enumerate(roles)])


@pytest.mark.parametrize(
    ("wanted", "offer", "fields"),
    [
        (given(frames=360), FULL, set()),
        (given(frames=361), FULL, {"durations"}),
        (given("keyframe:24", "keyframe:32"), FULL, set()),
        (given("keyframe:24", "keyframe:31"), FULL, {"references.keyframes"}),
        (given("keyframe:0"), FULL, {"references.keyframes"}),
        (given("keyframe:120"), FULL, {"references.keyframes"}),
        (given(*(f"keyframe:{n}" for n in (24, 48, 72, 96))), FULL, set()),
        (given(*(f"keyframe:{n}" for n in (20, 40, 60, 80, 100))), FULL, {"references.keyframes"}),
        (given("audio", "audio", "audio"), FULL, set()),
        (given("audio", "audio", "audio", "audio"), FULL, {"references.audio"}),
        (given("last-frame"), OLD, {"lacks"}),
        (given("first-frame", "image"), OLD, {"excludes"}),
        (given("first-frame", "image"), FULL, set()),
        (given("extend", frames=240), OLD, set()),
        (given("extend", frames=241), OLD, {"durations"}),
        (given("edit", "image"), OLD, {"modes"}),
        (given("restyle"), OLD, {"modes"}),
        (given("video"), FULL, {"modes"}),
    ],
)  # fmt: skip
def test_limits_are_checked_before_anything_is_sent(wanted: Order, offer: str, fields: set[str]) -> None:
    assert refused(wanted, offer) == fields


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("prompt: {negative: true}", "prompt.negative"), ("seed: true", "seed"),
        ("creativity: {field: freedom, low: '0', high: '1'}", "creativity"),
    ],
)  # fmt: skip
def test_what_the_wire_has_no_field_for_is_refused(tmp_path: Path, change: str, field: str) -> None:
    offers = overlaid(tmp_path, f"change:\n  {FULL}:\n    {change}\n")
    assert refused(order(), offers=offers) == {field}


REFUSED: list[tuple[Fault, RefusalKind]] = [
    (Fault.RATE_429, "rate"), (Fault.CONCURRENCY_429, "concurrency"), (Fault.FUNDS_402, "funds"), (Fault.FUNDS_429, "funds"),
    (Fault.MODERATED_AT_CREATE, "moderated"), (Fault.RETIRED, "retired"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "kind"), REFUSED)
@awaited
async def test_refusals_are_told_apart(fault: Fault, kind: RefusalKind) -> None:
    async with stage("xai", script={1: [fault]}) as on:
        with pytest.raises(Refused) as caught:
            await on.submit(FULL)
        assert caught.value.kind == kind
        assert on.house.jobs == ()
        assert (caught.value.after_s is not None) is (fault in (Fault.RATE_429, Fault.CONCURRENCY_429))


@pytest.mark.parametrize(
    "fault",
    [Fault.ERROR_BEFORE_ACCEPT, Fault.ERROR_AFTER_ACCEPT, Fault.NO_ID, Fault.WRONG_JSON, Fault.DROP_AFTER_ACCEPT],
)
@awaited
async def test_answers_that_prove_nothing_leave_the_create_unknown(fault: Fault) -> None:
    async with stage("xai", script={1: [fault]}) as on:
        with pytest.raises(Lost):
            await on.submit(FULL)


@pytest.mark.parametrize(
    ("fault", "state", "micros"),
    [
        (Fault.FAILED_FREE, "failed", 0), (Fault.FAILED_CHARGED, "failed", 700_000), (Fault.MODERATED_AFTER_ACCEPT, "moderated", 0),
        (Fault.UNKNOWN_STATUS, "unknown", 700_000), (Fault.DONE_WITHOUT_URL, "unknown", 700_000),
    ],
)  # fmt: skip
@awaited
async def test_every_end_is_read_with_what_it_cost(fault: Fault, state: str, micros: int) -> None:
    async with stage("xai", script={1: [fault]}) as on:
        ended = await on.ended((await on.submit(f"{FULL}:720p")).job)
        assert (ended.state, ended.cost, ended.links) == (state, Money(micros, "USD"), ())
        assert ended.reason


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"status": "expired"}, "failed"),
        ({"status": "failed", "error": {"code": "internal_error", "message": "x"}, "video": {"respect_moderation": True}}, "failed"),
        ({"status": "failed", "error": {"code": "invalid_argument", "message": "Blocked by moderation"}}, "moderated"),
        ({"status": "done", "block_reason": "no"}, "moderated"),
        ({"status": "done", "video": {"url": "https://x/y", "respect_moderation": False}}, "moderated"),
        ({"status": "done", "video": None}, "unknown"),
        ({"status": "DONE"}, "unknown"),
        ({}, "unknown"),
        ({"status": 7}, "unknown"),
    ],
)  # fmt: skip
def test_words_that_end_a_job(said: dict[str, Any], state: str) -> None:
    assert seller().job("j", said).state == state


@pytest.mark.parametrize(("ticks", "micros"), [(1, 1), (10_000, 1), (10_001, 2), (0, 0), (7_000_000_000, 700_000)])
def test_ticks_are_exact_and_never_rounded_down(ticks: int, micros: int) -> None:
    assert seller().cost({"usage": {"cost_in_usd_ticks": ticks}}) == Money(micros, "USD")
    assert seller().cost({"usage": {}}) is None


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, {"code": "Client specified an invalid argument", "error": "Incorrect API key provided: xa***"}, "auth"),
        (403, {"error": "Your newly created team doesn't have any credits yet."}, "funds"),
        (429, {"error": {"message": "You reached your monthly spending limit.", "code": "exhausted"}}, "funds"),
        (429, {"error": "Too many requests"}, "rate"),
        (403, {"error": "blocked"}, "auth"),
        (422, {"error": "Failed to deserialize the JSON body"}, "input"),
        (400, {"error": "the prompt 'the credits roll' is too long"}, "input"),
        (404, {"error": "The model x does not exist"}, "retired"),
    ],
)
def test_error_bodies_of_every_shape(status: int, said: dict[str, Any], kind: str) -> None:
    found = seller().refusal(status, said, {})
    assert found is not None
    assert found.kind == kind
    assert seller().refusal(503, said, {}) is None


@awaited
async def test_a_wrong_key_is_said_so_and_not_repeated() -> None:
    async with stage("xai") as on:
        on.seller._key = "wrong-secret"
        with pytest.raises(Refused) as caught:
            await on.submit(FULL)
        assert caught.value.kind == "auth"
        assert "wrong-secret" not in f"{caught.value} {on.seller!r}"
    with pytest.raises(Forged):
        seller().hint({}, b"{}")


@awaited
async def test_a_job_that_is_not_known_is_unknown() -> None:
    async with stage("xai") as on:
        found = await on.seller.poll(on.wire, ["../files/x"])
        assert found["../files/x"].state == "unknown"


BAD: list[tuple[str, dict[str, Any]]] = [
    ("generations", {"duration": 16}),
    ("generations", {"duration": "5"}),
    ("generations", {"seed": 3}),
    ("generations", {"resolution": "4k"}),
    ("generations", {"aspect_ratio": "21:9"}),
    ("generations", {"prompt": "x" * 4097}),
    ("generations", {"image": {"url": "http://127.0.0.1/first.png"}}),
    ("generations", {"reference_images": [{"url": "data:image/png;base64,iVBORw0K"}], "resolution": "1080p"}),
    ("generations", {"keyframes": [{"image": {"url": "data:image/png;base64,iVBORw0K"}, "timestamp_s": 5.0}]}),
    ("edits", {"video": {"url": "data:video/mp4;base64,AAAA"}, "duration": 5}),
    ("extensions", {"duration": 5}),
]


@pytest.mark.parametrize(("path", "more"), BAD)
@awaited
async def test_the_stand_in_refuses_what_xai_refuses(path: str, more: dict[str, Any]) -> None:
    async with stage("xai") as on, httpx.AsyncClient(transport=Memory(on.house)) as client:
        base = {"duration": 5} if path == "generations" else {}
        body = {"model": "grok-imagine-video-1.5", "prompt": "a", **base, **more}
        reply = await client.post(f"{on.url}/v1/videos/{path}", json=body, headers={"authorization": f"Bearer {KEY}"})
        assert reply.status_code == 400, reply.text
        assert on.house.jobs == ()


@awaited
async def test_clips_that_are_too_long_are_neither_edited_nor_extended(files: Files) -> None:
    async with stage("xai") as on:
        for role, frames in (("edit", 210), ("extend", 24), ("extend", 384)):
            with pytest.raises(Refused) as caught:
                await on.submit(OLD, order(references=[files.clip(role, frames)]), files.paths)
            assert caught.value.kind == "input"


# -- the maker's SDK -----------------------------------------------------------------------------------------------------------

STATUS = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}


def over_http(message: Any) -> dict[str, Any]:
    """A message as the HTTP body that means the same: every field has its name there, but for addresses and enumerations."""

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            {"image_url": "url"}.get(name, name): renamed(inner) for name, inner in value.items() if name != "detail"
        }

    body = renamed(MessageToDict(message, preserving_proto_field_name=True))
    if "aspect_ratio" in body:
        body["aspect_ratio"] = body["aspect_ratio"].removeprefix("VIDEO_ASPECT_RATIO_").replace("_", ":")
    if "resolution" in body:
        body["resolution"] = body["resolution"].removeprefix("VIDEO_RESOLUTION_").lower()
    assert isinstance(body, dict)
    return body


class Front(video_pb2_grpc.VideoServicer):  # type: ignore[misc]  # the SDK's generated code is not typed
    """Speaks gRPC, and asks the house over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, context: Any, method: str, path: str, body: Any = None) -> httpx.Response:
        key = dict(context.invocation_metadata()).get("authorization", "")
        reply = httpx.request(method, f"{self.url}/v1/videos/{path}", json=body, headers={"authorization": key})
        if reply.status_code >= 300:
            told = reply.json()["error"]
            code = "UNAUTHENTICATED" if "API key" in told else STATUS.get(reply.status_code, "INTERNAL")
            context.abort(grpc.StatusCode[code], told)
        return reply

    def GenerateVideo(self, request: Any, context: Any) -> Any:
        path = "edits" if request.HasField("video") else "generations"
        return ParseDict(
            self.ask(context, "POST", path, over_http(request)).json(), deferred_pb2.StartDeferredResponse()
        )

    def ExtendVideo(self, request: Any, context: Any) -> Any:
        reply = self.ask(context, "POST", "extensions", over_http(request))
        return ParseDict(reply.json(), deferred_pb2.StartDeferredResponse())

    def GetDeferredVideo(self, request: Any, context: Any) -> Any:
        reply = self.ask(context, "GET", request.request_id)
        said = reply.json()
        status = said.pop("status").upper()
        assert (reply.status_code == 202) is (status == "PENDING")
        # Whatever the answer has must have a field in the SDK's messages.
        return ParseDict({"status": status, "response": said}, video_pb2.GetDeferredVideoResponse())


@contextmanager
def sdk(url: str, key: str = KEY) -> Iterator[xai_sdk.Client]:
    server = grpc.server(ThreadPoolExecutor(2))
    video_pb2_grpc.add_VideoServicer_to_server(Front(url), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    client = xai_sdk.Client(api_key=key, api_host=f"127.0.0.1:{port}", use_insecure_channel=True)
    try:
        yield client
    finally:
        client.close()
        server.stop(None).wait()


SOON = datetime.timedelta(milliseconds=50)
DATA = "data:image/png;base64,iVBORw0K"


@awaited
async def test_the_sdk_makes_a_clip_of_everything_it_can_give(tmp_path: Path) -> None:
    def use(url: str) -> tuple[Any, bytes]:
        with sdk(url) as client:
            made = client.video.generate(
                "a teapot", "grok-imagine-video-1.5", image_url=DATA, last_frame_url=DATA, duration=5, aspect_ratio="9:16",
                keyframes=[{"image_url": DATA, "timestamp": 2.5}], resolution="720p", reference_image_urls=[DATA],
                reference_audios=[{"voice_id": "ara"}], generate_audio=False, interval=SOON,
            )  # fmt: skip
            return made, httpx.get(made.url).content

    async with served("xai") as on:
        made, content = await asyncio.to_thread(use, on.url)
        assert made.respect_moderation
        assert (made.duration, made.model) == (5, "grok-imagine-video-1.5")
        assert made.usage.cost_in_usd_ticks == 7_100_000_000
        assert made.cost_usd == pytest.approx(0.71)
        assert on.billed == Money(710_000, "USD")
        (tmp_path / "clip.mp4").write_bytes(content)
        assert probe(tmp_path / "clip.mp4").frames == 120
        said = asked(on)
        assert said["keyframes"][0]["timestamp_s"] == 2.5
        assert said["reference_audios"] == [{"voice_id": "ara"}]


@awaited
async def test_our_requests_are_the_sdks(files: Files) -> None:
    """The same order by both: field by field the stand-in reads the same."""
    references = [
        files.add("first-frame", PNG + b"1"),
        files.add("keyframe:60", PNG + b"2"),
        files.add("image", PNG + b"3"),
    ]
    async with served("xai") as on:
        await on.submit(f"{FULL}:480p", order(references=references), files.paths)
        ours = asked(on)
        first, key, image = (
            on.seller.create(
                on.seller.fit(f"{FULL}:480p", order(references=[one])), {one.sha256: DATA}, _create(on, [one])
            ).json
            for one in references
        )
        assert first["image"] == image["reference_images"][0] == key["keyframes"][0]["image"] == {"url": DATA}

        def use() -> None:
            with sdk(on.url) as client:
                client.video.start(
                    "x", "grok-imagine-video-1.5", image_url=DATA, keyframes=[{"image_url": DATA, "timestamp": 2.5}], duration=5,
                    aspect_ratio="16:9", resolution="480p", reference_image_urls=[DATA], generate_audio=False,
                )  # fmt: skip

        await asyncio.to_thread(use)
        theirs = asked(on)
        assert ours.keys() == theirs.keys()
        for name in ("model", "duration", "aspect_ratio", "resolution", "generate_audio"):
            assert ours[name] == theirs[name], name
        assert ours["keyframes"][0]["timestamp_s"] == theirs["keyframes"][0]["timestamp_s"]


def _create(on: Stage, references: list[Reference]) -> Any:
    from callsheet.providers.hosted import Create

    return Create("a", on.recipe(FULL, order(references=references)))


@awaited
async def test_the_sdk_edits_and_extends() -> None:
    clip = SMALL({"order": {"frames": 72, "rate": "24"}}, "16:9")

    def use(url: str) -> tuple[Any, Any]:
        from callsheet.providers.answers import data_uri

        given = data_uri(clip)
        with sdk(url) as client:
            edited = client.video.generate("b", "grok-imagine-video", video_url=given, interval=SOON)
            return edited, client.video.extend("c", "grok-imagine-video", video_url=given, duration=2, interval=SOON)

    async with served("xai") as on:
        edited, extended = await asyncio.to_thread(use, on.url)
        assert (edited.duration, extended.duration) == (3, 5)


@awaited
async def test_the_sdk_sees_failures_and_moderation_for_what_they_are() -> None:
    def use(url: str) -> list[Any]:
        found: list[Any] = []
        with sdk(url) as client:
            for prompt in ("a", "b"):
                try:
                    found.append(client.video.generate(prompt, "grok-imagine-video", interval=SOON))
                except VideoGenerationError as error:
                    found.append(error)
            for request in (lambda: client.video.start("c", "no-such-model"), lambda: client.video.get("nobody")):
                with pytest.raises(grpc.RpcError) as caught:
                    request()
                found.append(caught.value.code())
        with sdk(url, key="wrong") as client, pytest.raises(grpc.RpcError) as caught:
            client.video.start("d", "grok-imagine-video")
        found.append(caught.value.code())
        return found

    script = {1: [Fault.FAILED_FREE], 2: [Fault.MODERATED_AFTER_ACCEPT], 3: [Fault.FUNDS_429]}
    async with served("xai", script=script) as on:
        failed, moderated, gone, nobody, wrong = await asyncio.to_thread(use, on.url)
        assert isinstance(failed, VideoGenerationError)
        assert failed.code == "internal_error"
        assert not moderated.respect_moderation
        with pytest.raises(ValueError, match="moderation"):
            _ = moderated.url
        assert (gone, nobody, wrong) == (
            grpc.StatusCode.NOT_FOUND,
            grpc.StatusCode.NOT_FOUND,
            grpc.StatusCode.UNAUTHENTICATED,
        )


@awaited
async def test_a_server_on_a_port_serves_our_adapter(tmp_path: Path) -> None:
    began = time.monotonic()
    async with served("xai") as on:
        done = await on.ended((await on.submit(f"{LITE}:480p")).job)
        assert done.cost == Money(100_000, "USD")
        assert probe(await download(done, on, tmp_path / "clip.mp4")).frames == 120
    assert time.monotonic() - began < 10
