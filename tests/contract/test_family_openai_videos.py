"""`/v1/videos` and its cousin: servers of one's own, gateways, what is left of Sora, and OpenRouter; our adapters and OpenAI's SDK."""

import asyncio
import base64
import functools
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from callsheet.catalog import Durations, Offer, load
from callsheet.errors import ProviderError
from callsheet.film import Money, Order, Reference
from callsheet.media.probe import probe
from callsheet.providers.families import family
from callsheet.providers.fitting import Unfit
from callsheet.providers.hosted import Create, Forged, Hint, Job, RefusalKind, Refused
from callsheet.providers.published import compare, pull
from callsheet.providers.wire import Expired, Lost
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import Timing
from callsheet.rehearsal.skins import KEY, SECRET
from callsheet.rehearsal.transport import Memory
from callsheet.testing.stage import SMALL, Stage, offers_of, order, served, stage

# OpenAI's SDK says of every method for videos that its own service is gone.
pytestmark = pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")
PNG, WAV = b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WAVE"
SLOW = Timing(queue_s=0.01, run_s=60.0)
WAN, LTX, H3, SEEN, GATE = "wan@local", "ltx@local", "h3-base@local", "seen@openrouter", "any@gateway"
OVERLAY = """
source: {where: test, on: 2026-11-21}
models:
  seen: {family: seen}
  any: {family: any}
routes:
  openrouter: {provider: OpenRouter, protocol: openai-videos, status: active, result: {kind: url}}
  gateway: {provider: LiteLLM, protocol: openai-videos, status: active, result: {kind: bytes}}
offers:
  - id: seen@openrouter
    wire: maker/seen
    modes: [text, first_frame, last_frame, reference_images, reference_videos, reference_audio, edit, keyframes]
    durations: [4, 5, 8]
    resolutions: [720p, 1080p, 4k]
    aspects: [16:9, 9:16]
    audio: toggle
    seed: true
    references: {images: 3}
    prompt: {most: 2000, unit: chars}
    price: {currency: USD, per: second, rules: {any: 0.123457}}
  - {id: any@gateway, wire: some-video, resolutions: [720p], modes: [text, first_frame]}
change:
  wan@local:
    wire: Wan-AI/Wan2.2
    modes: [text, first_frame, last_frame, reference_images, reference_videos, reference_audio, extend, edit, upscale]
    durations: {seconds: 1-8, grid: 4n+1 at 16}
    resolutions: [480p, 720p]
    sizes: {480p: {16:9: 832x480}}
    aspects: [16:9, 9:16]
    audio: toggle
    creativity: {field: guidance_scale, low: "3", high: "7"}
    price: {currency: USD, per: second, rules: {480p: 0.01, 720p: 0.02}}
  ltx@local: {wire: Lightricks/LTX, resolutions: [480p]}
  h3-base@local: {wire: MiniMax/H3}
"""


@functools.cache
def catalogue() -> tuple[Offer, ...]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "catalog.yaml")
        path.write_text(OVERLAY)
        return tuple(load([path]))


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


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def on_stage(route: str, **more: Any) -> Any:
    return stage(route, catalogue(), **more)


def form(on: Stage) -> Mapping[str, Any]:
    found: Mapping[str, Any] = on.house.jobs[-1].facts["form"]
    return found


def said(on: Stage) -> Mapping[str, Any]:
    found: Mapping[str, Any] = on.house.jobs[-1].facts["said"]
    return found


async def download(job: Job, on: Stage, target: Path) -> Path:
    (link,) = job.links
    await on.wire.download(link.url, target, link.bytes, link.headers)
    return target


def seller(route: str, key: str = KEY, url: str | None = None, clock: Callable[[], float] | None = None) -> Any:
    more = {"clock": clock} if clock else {}
    return family("openai-videos", route)(route, offers_of(route, catalogue()), key, url, **more)


def given(*roles: str, frames: int = 80) -> Order:
    return order(frames=frames, references=[Reference(role=r, sha256=f"{n:064x}") for n, r in enumerate(roles)])


def refused(route: str, offer: str, wanted: Order) -> set[str]:
    try:
        seller(route).fit(offer, wanted)
    except Unfit as unfit:
        return {one.field for one in unfit.refusals}
    return set()


# -- a server of one's own -----------------------------------------------------------------------------------------------------


@awaited
async def test_a_form_has_every_field_that_the_offer_states(tmp_path: Path) -> None:
    async with on_stage("local") as on:
        job = (await on.submit(f"{WAN}:480p")).job
        sent = dict(form(on))
        assert len(sent.pop("prompt")) > 20
        assert sent == {
            "model": "Wan-AI/Wan2.2", "seconds": "5", "size": "832x480", "num_frames": "81", "fps": "16", "seed": "7",
            "negative_prompt": "text, captions, subtitles, logo, watermark", "generate_sound": "false", "guidance_scale": "5",
        }  # fmt: skip
        done = await on.ended(job)
        assert done.state == "done"
        assert done.cost is None
        assert on.billed == Money(50_000, "USD") == on.seller.quote(f"{WAN}:480p", order()).expected
        assert done.links[0].headers == {"authorization": f"Bearer {KEY}"}
        assert KEY not in repr(done)
        clip = probe(await download(done, on, tmp_path / "clip.mp4"))
        assert (clip.frames, clip.rate) == (81, 16)
        with pytest.raises(Expired):
            await on.wire.download(done.links[0].url, tmp_path / "none.mp4")


@awaited
async def test_a_gateway_gets_openais_fields_and_no_others(files: Files) -> None:
    async with on_stage("gateway") as on:
        await on.submit(GATE, order(framing="9:16", references=[files.add("first-frame", PNG)]), files.paths)
        assert form(on).keys() == {"model", "prompt", "seconds", "size", "input_reference"}
        assert form(on)["size"] == "720x1280"


@pytest.mark.parametrize(
    ("role", "content", "field"),
    [
        ("first-frame", PNG + b"\r\n--x\r\n", "input_reference"), ("image", PNG, "image_reference"), ("audio", WAV, "audio_reference"),
        ("video", SMALL({"order": {"frames": 24, "rate": "24"}}, "16:9"), "input_reference"),
        ("edit", SMALL({"order": {"frames": 24, "rate": "24"}}, "16:9"), "input_reference"),
    ],
)  # fmt: skip
def test_files_travel_in_the_form_byte_for_byte(files: Files, role: str, content: bytes, field: str) -> None:
    @awaited
    async def main() -> None:
        async with on_stage("local") as on:
            await on.submit(WAN, order(references=[files.add(role, content)]), files.paths)
            found = form(on)[field]
            if field == "input_reference":
                assert found == len(content)
            else:
                (address,) = json.loads(found).values()
                assert base64.b64decode(address.partition(",")[2]) == content

    main()


@pytest.mark.parametrize(
    ("wanted", "offer", "fields"),
    [
        (given(frames=192), WAN, set()),
        (given(frames=193), WAN, {"durations"}),
        (given("first-frame", "audio"), WAN, set()),
        (given("last-frame"), WAN, {"modes"}),
        (given("first-frame", "video"), WAN, {"references"}),
        (given("image", "image"), WAN, {"references"}),
        (given("upscale"), WAN, {"modes"}),
        (given(), LTX, set()),
        (given(), H3, {"sizes"}),
    ],
)  # fmt: skip
def test_what_a_server_has_no_field_for_is_refused(wanted: Order, offer: str, fields: set[str]) -> None:
    assert refused("local", offer, wanted) == fields


@awaited
async def test_frames_that_nobody_states_are_whole_blocks_and_seconds_whole() -> None:
    async with on_stage("local") as on:
        await on.submit(LTX, order(frames=100))
        assert (form(on)["size"], form(on)["seconds"]) == ("848x480", "5")
        assert "num_frames" not in form(on)


@awaited
async def test_a_cancelled_job_is_gone_and_known_to_be_cancelled() -> None:
    async with on_stage("local", timing=SLOW) as on:
        job = (await on.submit(WAN)).job
        assert (await on.seller.poll(on.wire, [job]))[job].state in ("waiting", "running")
        await on.seller.cancel(on.wire, job)
        assert on.house.jobs[0].status == "cancelled"
        assert (await on.ended(job)).state == "cancelled"
        # Whoever did not cancel it cannot tell why it is not there.
        assert (await seller("local", url=on.url).poll(on.wire, [job]))[job].state == "unknown"
        await on.seller.cancel(on.wire, "nobody")


FATES = [
    (Fault.FAILED_FREE, "failed"), (Fault.MODERATED_AFTER_ACCEPT, "moderated"), (Fault.UNKNOWN_STATUS, "unknown"),
    (Fault.DONE_WITHOUT_URL, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize("route", ["local", "openrouter"])
@pytest.mark.parametrize(("fault", "state"), FATES)
def test_every_end_is_read(route: str, fault: Fault, state: str) -> None:
    @awaited
    async def main() -> None:
        async with on_stage(route, script={1: [fault]}) as on:
            ended = await on.ended((await on.submit(WAN if route == "local" else SEEN)).job)
            assert (ended.state, ended.links) == (state, ())
            assert ended.reason
            assert ended.cost == (None if route == "local" else on.billed)

    main()


REFUSED: list[tuple[Fault, RefusalKind]] = [
    (Fault.RATE_429, "rate"), (Fault.CONCURRENCY_429, "concurrency"), (Fault.FUNDS_402, "funds"), (Fault.FUNDS_429, "funds"),
    (Fault.MODERATED_AT_CREATE, "moderated"), (Fault.RETIRED, "retired"),
]  # fmt: skip


@pytest.mark.parametrize("route", ["local", "openrouter"])
@pytest.mark.parametrize(("fault", "kind"), REFUSED)
def test_refusals_are_told_apart(route: str, fault: Fault, kind: RefusalKind) -> None:
    @awaited
    async def main() -> None:
        async with on_stage(route, script={1: [fault]}) as on:
            with pytest.raises(Refused) as caught:
                await on.submit(WAN if route == "local" else SEEN)
            assert caught.value.kind == kind
            assert on.house.jobs == ()

    main()


@pytest.mark.parametrize("route", ["local", "openrouter"])
@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE_ACCEPT, Fault.ERROR_AFTER_ACCEPT, Fault.NO_ID, Fault.WRONG_JSON])
def test_answers_that_prove_nothing_leave_the_create_unknown(route: str, fault: Fault) -> None:
    @awaited
    async def main() -> None:
        async with on_stage(route, script={1: [fault]}) as on:
            with pytest.raises(Lost):
                await on.submit(WAN if route == "local" else SEEN)

    main()


@pytest.mark.parametrize("route", ["local", "openrouter", "openai", "azure"])
def test_a_wrong_key_is_said_so_and_not_repeated(route: str) -> None:
    @awaited
    async def main() -> None:
        async with on_stage(route) as on:
            on.seller._key = "wrong-secret"
            with pytest.raises(Refused) as caught:
                await on.submit({"local": WAN, "openrouter": SEEN}.get(route, f"sora-2@{route}"), order(frames=96), {})
            assert caught.value.kind == "auth"
            assert "wrong-secret" not in f"{caught.value} {on.seller!r}"

    main()


def test_a_server_may_want_no_key_and_its_address_may_end_in_its_version() -> None:
    assert seller("local", key="").headers() == {}
    assert seller("local").keyless
    for url in ("http://box:8091", "http://box:8091/v1", "http://box:8091/v1/"):
        assert seller("local", url=url)._at(seller("local").asking("a/b")) == "http://box:8091/v1/videos/a%2Fb"
    assert seller("openrouter", url="https://openrouter.ai/api/v1").url == "https://openrouter.ai"


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (
            400,
            {"message": "Budget has been exceeded! Current cost: 1", "type": "budget_exceeded", "code": "400"},
            "funds",
        ),
        (429, {"message": "quota", "code": "insufficient_quota"}, "funds"),
        (400, {"message": "no", "code": "moderation_blocked"}, "moderated"),
        (400, {"message": "no", "code": "content_policy_violation"}, "moderated"),
        (404, {"message": "The model `x` does not exist", "code": "model_not_found"}, "retired"),
        (404, {"message": "Not Found"}, "input"),
        (429, {"message": "slow down", "code": "rate_limit_exceeded"}, "rate"),
        (422, {"message": "size"}, "input"),
    ],
)
def test_codes_say_more_than_the_status(status: int, error: dict[str, Any], kind: str) -> None:
    found = seller("local").refusal(status, {"error": error}, {})
    assert found is not None
    assert found.kind == kind
    assert seller("local").refusal(500, {"error": error}, {}) is None


BAD = [
    {"size": "large"}, {"seconds": "0"}, {"seconds": "5.5"}, {"num_frames": "80", "fps": "16"}, {"num_frames": "81", "fps": "24"},
    {"prompt": ""}, {"model": "nobody/none"}, {"image_reference": '{"image_url": "http://127.0.0.1/x.png"}'},
]  # fmt: skip


@pytest.mark.parametrize("more", BAD)
def test_the_stand_in_refuses_what_a_server_refuses(more: dict[str, str]) -> None:
    @awaited
    async def main() -> None:
        async with on_stage("local") as on, httpx.AsyncClient(transport=Memory(on.house)) as client:
            fields = {"model": "Wan-AI/Wan2.2", "prompt": "a", "seconds": "5", **more}
            parts = [(name, (None, value)) for name, value in fields.items()]
            headers = {"authorization": f"Bearer {KEY}"}
            reply = await client.post(f"{on.url}/v1/videos", files=parts, headers=headers)
            assert reply.status_code in (400, 404), reply.text
            assert on.house.jobs == ()

    main()


# -- what is left of Sora ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["openai", "azure"])
def test_retired_routes_load_and_what_was_made_can_be_read(route: str, tmp_path: Path) -> None:
    assert seller(route).offers() == ()

    @awaited
    async def main() -> None:
        # The offers of its last day.
        old = [replace_offer(o) for o in offers_of(route) if o.id.startswith("sora-2@")]
        async with stage(route, old) as on:
            job = (await on.submit(old[0].id, order(frames=96))).job
            assert form(on) | {"prompt": ""} == {"model": "sora-2", "prompt": "", "seconds": "4", "size": "1280x720"}
            done = await on.ended(job)
            assert done.state == "done"
            clip = probe(await download(done, on, tmp_path / "clip.mp4"))
            assert Fraction(clip.frames) / clip.rate == 4
            async with httpx.AsyncClient(transport=Memory(on.house)) as raw:
                for wrong in ({"seconds": "5"}, {"size": "832x480"}, {"seed": "3"}):
                    parts = [
                        (name, (None, value)) for name, value in {"model": "sora-2", "prompt": "a", **wrong}.items()
                    ]
                    reply = await raw.post(
                        on.url + on.seller.prefix + "/videos", files=parts, headers=on.seller.headers()
                    )
                    assert reply.status_code == 400, wrong

    main()


def replace_offer(offer: Offer) -> Offer:
    return offer.model_copy(update={"resolutions": ("720p",), "modes": ("text", "first_frame", "edit", "extend")})


@awaited
async def test_sora_edited_and_extended_at_addresses_of_their_own(files: Files) -> None:
    clip = SMALL({"order": {"frames": 24, "rate": "24"}}, "16:9")
    old = [replace_offer(o) for o in offers_of("openai") if o.id == "sora-2@openai"]
    async with stage("openai", old) as on:
        for role, sent in (("edit", {"prompt", "video"}), ("extend", {"prompt", "seconds", "video"})):
            await on.submit("sora-2@openai", order(frames=96, references=[files.add(role, clip)]), files.paths)
            assert form(on).keys() == sent
        on.seller._offers[old[0].id] = old[0].model_copy(update={"seed": True})
        with pytest.raises(Refused, match="seed"):
            await on.submit(old[0].id, order(frames=96))


# -- OpenRouter ----------------------------------------------------------------------------------------------------------------


@awaited
async def test_openrouter_is_asked_in_json_and_bills_to_the_micro_dollar(tmp_path: Path) -> None:
    async with on_stage("openrouter") as on:
        job = (await on.submit(f"{SEEN}:1080p", order(framing="9:16"))).job
        assert said(on) | {"prompt": ""} == {
            "model": "maker/seen", "prompt": "", "duration": 5, "resolution": "1080p", "aspect_ratio": "9:16", "generate_audio": False,
            "seed": 7,
        }  # fmt: skip
        done = await on.ended(job)
        assert done.cost == Money(617_285, "USD") == on.billed
        assert done.links[0].headers == {}, "a signed address needs no key"
        clip = probe(await download(done, on, tmp_path / "clip.mp4"))
        assert clip.height > clip.width
        await on.submit(f"{SEEN}:4k")
        assert said(on)["resolution"] == "4K"


@awaited
async def test_openrouter_takes_frames_or_references(files: Files) -> None:
    frames = [files.add("first-frame", PNG + b"1"), files.add("last-frame", PNG + b"2")]
    clip = SMALL({"order": {"frames": 24, "rate": "24"}}, "16:9")
    others = [files.add("image", PNG + b"3"), files.add("video", clip), files.add("audio", WAV)]
    async with on_stage("openrouter") as on:
        await on.submit(SEEN, order(references=frames), files.paths)
        assert [one["frame_type"] for one in said(on)["frame_images"]] == ["first_frame", "last_frame"]
        assert on.house.jobs[-1].facts["modes"] == ("first_frame", "last_frame")
        await on.submit(SEEN, order(references=others), files.paths)
        assert [one["type"] for one in said(on)["input_references"]] == ["image_url", "video_url", "audio_url"]
        assert on.house.jobs[-1].facts["modes"] == ("reference_images", "reference_videos", "reference_audio")
        assert "provider" not in said(on)


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        (given("first-frame", "image"), {"excludes"}),
        (given("image", "image", "image"), set()),
        (given("image", "image", "image", "image"), {"references.images"}),
        (given("edit"), {"modes"}),
        (given("keyframe:24"), {"modes"}),
        (given(frames=192), set()),
        (given(frames=193), {"durations"}),
    ],
)  # fmt: skip
def test_what_openrouter_would_drop_is_refused(wanted: Order, fields: set[str]) -> None:
    assert refused("openrouter", SEEN, wanted) == fields


@pytest.mark.parametrize(
    ("answer", "state", "cost"),
    [
        ({"status": "cancelled"}, "cancelled", None),
        ({"status": "expired", "usage": {"cost": 0}}, "failed", 0),
        ({"status": "failed", "error": "Content policy violation"}, "moderated", None),
        ({"status": "failed", "error": "the provider timed out"}, "failed", None),
        ({"status": "pending", "polling_url": "/api/v1/videos/j"}, "waiting", None),
        ({"status": "in_progress", "polling_url": "https://openrouter.ai/api/v1/videos/j"}, "running", None),
        ({"status": "in_progress", "polling_url": "https://elsewhere.example/api/v1/videos/j"}, "unknown", None),
        ({"status": "in_progress", "polling_url": "http://openrouter.ai/api/v1/videos/j"}, "unknown", None),
        ({"status": "completed", "usage": {"cost": 0.5}}, "unknown", 500_000),
        ({"status": "completed", "urls": ["https://s/1"], "usage": {"cost": 0.1, "is_byok": True}}, "done", None),
        ({"status": "complete"}, "unknown", None),
    ],
)  # fmt: skip
def test_words_that_end_a_job(answer: dict[str, Any], state: str, cost: int | None) -> None:
    found = seller("openrouter").job("j", answer)
    assert found.state == state
    assert found.cost == (None if cost is None else Money(cost, "USD"))


def test_the_key_goes_to_openrouter_alone() -> None:
    asked = seller("openrouter")
    for address, url in (
        (
            "https://openrouter.ai/api/v1/videos/j/content?index=0",
            "https://openrouter.ai/api/v1/videos/j/content?index=0",
        ),
        ("/api/v1/videos/j/content?index=0", "https://openrouter.ai/api/v1/videos/j/content?index=0"),
        ("https://storage.example/v.mp4", "https://openrouter.ai/api/v1/videos/j/content?index=0"),
    ):
        (link,) = asked.job("j", {"status": "completed", "unsigned_urls": [address]}).links
        assert link.url == url
        assert link.headers == {"authorization": f"Bearer {KEY}"}
    (signed,) = asked.job("j", {"status": "completed", "urls": ["https://storage.example/v.mp4?sig=1"]}).links
    assert (signed.url, signed.headers) == ("https://storage.example/v.mp4?sig=1", {})
    assert asked.accepted({"id": "j", "polling_url": "https://elsewhere.example/j"}, asked.fit(SEEN, order())) is None


@awaited
async def test_the_clip_behind_the_key_is_the_clip(tmp_path: Path) -> None:
    async with on_stage("openrouter") as on:
        job = (await on.submit(SEEN)).job
        signed = await on.ended(job)
        behind = on.seller.job(job, {"status": "completed", "unsigned_urls": ["https://storage.example/x"]})
        one, other = await download(signed, on, tmp_path / "1"), await download(behind, on, tmp_path / "2")
        assert one.read_bytes() == other.read_bytes()
        with pytest.raises(Expired):
            await on.wire.download(behind.links[0].url, tmp_path / "3")


@awaited
async def test_webhooks_are_believed_when_signed_and_fresh() -> None:
    async with on_stage("openrouter", concurrency=8) as on:
        on.seller.clock = on.house.clock
        await on.submit(SEEN, webhook="https://hook.example/x")
        assert "callback_url" not in said(on), "without a secret nothing would be believed"
        on.seller._key = f"{KEY}:{SECRET.decode()}"
        await on.submit(SEEN, webhook="http://hook.example/x")
        assert "callback_url" not in said(on)
        job = (await on.submit(SEEN, webhook="https://hook.example/x")).job
        assert said(on)["callback_url"] == "https://hook.example/x"
        await on.ended(job)
        (told,) = on.house.deliveries()
        assert on.seller.hint(told.headers, told.body) == Hint(f"{job}-completed", job)
        assert on.seller.hint({k.title(): v for k, v in told.headers.items()}, told.body).job == job
        for headers, body in (
            (told.headers, told.body + b" "), ({}, told.body), ({"x-openrouter-signature": "t=x,v1=y"}, told.body),
            ({"x-openrouter-signature": told.headers["x-openrouter-signature"].replace("v1", "v0")}, told.body),
        ):  # fmt: skip
            with pytest.raises(Forged):
                on.seller.hint(headers, body)
        now = on.house.clock()
        for away in (-360, 301):  # the hook may have been signed a while ago
            on.seller.clock = lambda away=away: now + away  # type: ignore[misc]
            with pytest.raises(Forged, match=" s old"):
                on.seller.hint(told.headers, told.body)


@awaited
async def test_a_forged_webhook_is_not_believed_and_the_true_one_is() -> None:
    async with on_stage("openrouter", script={1: [Fault.WEBHOOK_FORGED]}) as on:
        on.seller.clock, on.seller._key = on.house.clock, f"{KEY}:{SECRET.decode()}"
        job = (await on.submit(SEEN, webhook="https://hook.example/x")).job
        await on.ended(job)
        forged, true = on.house.deliveries()
        with pytest.raises(Forged, match="signature"):
            on.seller.hint(forged.headers, forged.body)
        assert on.seller.hint(true.headers, true.body).job == job


def test_routes_without_signed_webhooks_believe_none() -> None:
    for route in ("local", "gateway", "openai", "openrouter"):
        with pytest.raises(Forged):
            seller(route).hint({"x-openrouter-signature": "t=1,v1=00", "webhook-id": "1"}, b'{"data": {"id": "j"}}')


@awaited
async def test_openrouter_itself_drops_without_a_word_what_we_refuse() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0K"}}
    body = {
        "model": "maker/seen", "prompt": "a", "duration": 5, "frame_images": [{**image, "frame_type": "first_frame"}],
        "input_references": [image], "provider": {"options": {"nobody": {"x": 1}}},
    }  # fmt: skip
    async with on_stage("openrouter") as on, httpx.AsyncClient(transport=Memory(on.house)) as client:
        headers = {"authorization": f"Bearer {KEY}"}
        reply = await client.post(f"{on.url}/api/v1/videos", json=body, headers=headers)
        assert (reply.status_code, reply.json()["status"]) == (202, "pending")
        assert on.house.jobs[-1].facts["modes"] == ("first_frame",)
        for wrong in (
            {"duration": 6},
            {"duration": "5"},
            {"resolution": "480p"},
            {"callback_url": "http://x"},
            {"fps": 24},
        ):
            reply = await client.post(f"{on.url}/api/v1/videos", json={**body, **wrong}, headers=headers)
            assert reply.status_code == 400, wrong
        models = (await client.get(f"{on.url}/api/v1/videos/models", headers=headers)).json()["data"]
        assert models[0]["supported_durations"] == [4, 5, 8]
        assert models[0]["supported_frame_images"] == ["first_frame", "last_frame"]


@awaited
async def test_what_openrouter_publishes_is_held_against_the_catalogue() -> None:
    async with served("openrouter", catalogue()) as on:
        listed = await pull(on.seller, on.wire)
        assert [(one.model, one.durations, one.seed) for one in listed] == [("maker/seen", (4, 5, 8), True)]
        offers = offers_of("openrouter", catalogue())
        assert compare("openrouter", offers, listed) == ()
        longer = [
            offers[0].model_copy(update={"durations": Durations.model_validate("4-12"), "wire": {"any": "maker/seen"}})
        ]
        assert [str(f) for f in compare("openrouter", longer, listed)] == [
            "warning: seen@openrouter: durations: 4-12; its seller says 4, 5, 8"
        ]
        gone = [offers[0].model_copy(update={"wire": {"any": "maker/old"}})]
        assert [f.message for f in compare("openrouter", gone, listed)] == [
            "its seller does not list maker/old today", "its seller lists it, and the catalogue does not have it",
        ]  # fmt: skip


@awaited
async def test_a_seller_that_publishes_no_list_says_so() -> None:
    async with on_stage("local") as on:
        with pytest.raises(ProviderError, match="publishes no list"):
            await pull(on.seller, on.wire)


# -- OpenAI's SDK --------------------------------------------------------------------------------------------------------------


def client(on: Stage, key: str = KEY) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{on.url}/v1", api_key=key, max_retries=0)


@awaited
async def test_the_sdk_makes_polls_downloads_lists_and_deletes(tmp_path: Path) -> None:
    def use(on: Stage) -> tuple[Any, bytes, list[str], Any]:
        with client(on) as sdk:
            made = sdk.videos.create_and_poll(
                prompt="a teapot", model="Wan-AI/Wan2.2", seconds="5", size="832x480",  # type: ignore[arg-type]
                input_reference=("first.png", PNG, "image/png"), extra_body={"num_frames": 81, "fps": 16, "seed": 3}, poll_interval_ms=20,
            )  # fmt: skip
            content = sdk.videos.download_content(made.id).read()
            ids = [one.id for one in sdk.videos.list()]
            deleted = sdk.videos.delete(made.id)
            with pytest.raises(openai.NotFoundError):
                sdk.videos.retrieve(made.id)
            return made, content, ids, deleted

    async with served("local", catalogue()) as on:
        made, content, ids, deleted = await asyncio.to_thread(use, on)
        assert (made.status, made.object, made.seconds, made.size) == ("completed", "video", "5", "832x480")
        assert ids == [made.id]
        assert deleted.deleted
        (tmp_path / "clip.mp4").write_bytes(content)
        clip = probe(tmp_path / "clip.mp4")
        assert (clip.frames, clip.rate) == (81, 16)
        assert form(on)["input_reference"] == len(PNG)
        assert form(on)["seed"] == "3"


@awaited
async def test_the_sdk_cancels_by_deleting_and_tells_errors_apart() -> None:
    def use(on: Stage) -> None:
        with client(on) as sdk:
            made = sdk.videos.create(prompt="a", seconds="4")
            assert made.status == "queued"
            assert sdk.videos.delete(made.id).deleted
            for wanted, error in (
                ({"prompt": "b", "model": "nobody"}, openai.NotFoundError),
                ({"prompt": "b", "size": "large"}, openai.BadRequestError),
                ({"prompt": "b"}, openai.RateLimitError),
                ({"prompt": "b"}, openai.BadRequestError),
                ({"prompt": "b"}, openai.InternalServerError),
            ):
                with pytest.raises(error):
                    sdk.videos.create(**wanted)
        with client(on, "wrong") as sdk, pytest.raises(openai.AuthenticationError):
            sdk.videos.create(prompt="a")

    script = {2: [Fault.FUNDS_429], 3: [Fault.MODERATED_AT_CREATE], 4: [Fault.ERROR_BEFORE_ACCEPT]}
    async with served("local", catalogue(), script=script, timing=SLOW) as on:
        await asyncio.to_thread(use, on)
        assert [job.status for job in on.house.jobs] == ["cancelled"]


@awaited
async def test_the_sdk_sees_a_failure_and_its_reason() -> None:
    def use(on: Stage) -> Any:
        with client(on) as sdk:
            return sdk.videos.create_and_poll(prompt="a", poll_interval_ms=20)

    async with served("local", catalogue(), script={1: [Fault.MODERATED_AFTER_ACCEPT]}) as on:
        made = await asyncio.to_thread(use, on)
        assert made.status == "failed"
        assert made.error.code == "moderation_blocked"


@awaited
async def test_our_form_is_the_sdks() -> None:
    """The same order by both: the stand-in reads the same, field by field."""

    def use(on: Stage) -> None:
        with client(on) as sdk:
            sdk.videos.create(prompt="x", model="some-video", seconds="5", size="1280x720")  # type: ignore[arg-type]

    async with served("gateway", catalogue()) as on:
        await on.submit(GATE)
        ours = dict(form(on))
        await asyncio.to_thread(use, on)
        theirs = dict(form(on))
        assert {**ours, "prompt": "x"} == theirs


def test_a_create_needs_no_more_than_its_recipe() -> None:
    asked = seller("openrouter")
    told = asked.fit(SEEN, order())
    call = asked.create(replace(told, seed=None), {}, Create("a", Stage(asked, None, None, "").recipe(SEEN)))  # type: ignore[arg-type]
    assert "seed" not in call.json
