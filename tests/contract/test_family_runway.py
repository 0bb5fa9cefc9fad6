"""Runway: the adapter against its stand-in, every request against the vendor's own types, and the vendor's client against the stand-in."""

import asyncio
import hashlib
import importlib
import inspect
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

import httpx
import numpy as np
import pytest
import runwayml
from typing_extensions import get_type_hints

from callsheet.catalog import Unknown, load
from callsheet.film import Framing, Money, Reference
from callsheet.media.stills import png
from callsheet.providers.families.runway_models import VARIANTS, aspect_of, ratio_for, tier
from callsheet.providers.hosted import Forged, Refused
from callsheet.providers.wire import Lost, Unsent
from callsheet.rehearsal import KEY
from callsheet.rehearsal.faults import Fault
from callsheet.rehearsal.house import Timing
from callsheet.testing.stage import SMALL, Stage, order, served, stage

pytestmark = pytest.mark.anyio

VERSION = {"x-runway-version": "2024-11-06"}
SLOW = Timing(queue_s=0.05, run_s=30.0)
STILL = png(np.zeros((64, 64, 3), np.uint8))
SOUND = b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(64)
PARTS: Mapping[str, tuple[str, bytes | None]] = {
    "first_frame": ("first-frame", STILL), "last_frame": ("last-frame", STILL), "reference_images": ("image", STILL),
    "reference_videos": ("video", None), "reference_audio": ("audio", SOUND), "edit": ("edit", None), "extend": ("extend", None),
    "reframe": ("reframe", None), "keyframes": ("keyframe:12", STILL),
}  # fmt: skip
NEEDS = {"last_frame": ("first_frame",), "reference_audio": ("reference_images",), "keyframes": ("edit",)}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def clip() -> bytes:
    recipe = {"order": {"frames": 48, "rate": "24"}}
    return SMALL(recipe, "16:9")


class Files:
    """References of an order, written to disk under their digests."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.paths, self.listed = folder, dict[str, Path](), list[Reference]()

    def add(self, role: str, content: bytes) -> "Files":
        unique = content + role.encode() + bytes([len(self.listed)])
        digest = hashlib.sha256(unique).hexdigest()
        path = self.folder / digest
        path.write_bytes(unique)
        self.paths[digest] = path
        self.listed.append(Reference(role=role, sha256=digest))
        return self

    def mode(self, mode: str) -> "Files":
        for one in (*NEEDS.get(mode, ()), mode):
            role, content = PARTS[one]
            self.add(role, content if content is not None else clip())
        return self


async def sent(
    on: Stage, offer: str, files: Files | None = None, framing: Framing = "16:9", **more: Any
) -> dict[str, Any]:
    """The body of a create, as the stand-in read it."""
    wanted = order(framing=framing, references=files.listed if files else (), **more)
    await on.submit(offer, wanted, files.paths if files else {})
    said: dict[str, Any] = on.house.jobs[-1].facts["body"]
    return {**said, "endpoint": on.house.jobs[-1].facts["endpoint"]}


# -- the vendor's own types ---------------------------------------------------------------------------------------------------


def bare(hint: Any) -> Any:
    while get_origin(hint) in (Annotated, Required, NotRequired):
        hint = get_args(hint)[0]
    return hint


def literals(hint: Any) -> set[Any]:
    hint = bare(hint)
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return set().union(*(literals(one) for one in get_args(hint))) if get_origin(hint) is Union else set()


def alias(name: str, hint: Any) -> str:
    for layer in getattr(hint, "__metadata__", ()):
        if getattr(layer, "alias", None):
            return str(layer.alias)
    inner = get_args(hint)
    return alias(name, inner[0]) if get_origin(hint) in (Required, NotRequired) else name


def vendor_types(endpoint: str) -> dict[str, dict[str, tuple[bool, Any]]]:
    """Model to field to whether it is required, and its type."""
    module = importlib.import_module(f"runwayml.types.{endpoint}_create_params")
    found: dict[str, dict[str, tuple[bool, Any]]] = {}
    for kind in vars(module).values():
        if not (inspect.isclass(kind) and kind.__module__ == module.__name__ and hasattr(kind, "__required_keys__")):
            continue
        hints = get_type_hints(kind, include_extras=True)
        models = literals(hints.get("model", Any))
        fields = {}
        for name, hint in hints.items():
            required = any(get_origin(one) == Required for one in (hint, *get_args(hint)))
            fields[alias(name, hint)] = (required, hint)
        found |= dict.fromkeys(models, fields)
    return found


@pytest.mark.parametrize("endpoint", VARIANTS)
def test_the_table_is_what_the_vendors_types_say(endpoint: str) -> None:
    theirs = vendor_types(endpoint)
    for model, variant in VARIANTS[endpoint].items():
        fields = {name: required for name, (required, _) in theirs[model].items() if name != "model"}
        assert dict(variant.fields) == fields, model
        for name, ours in (("ratio", variant.ratios), ("resolution", variant.resolutions)):
            allowed = literals(theirs[model][name][1]) if name in fields else set()
            assert set(ours) == {value for value in allowed if str(value) == str(value).lower()}, (model, name)
        lengths = literals(theirs[model]["duration"][1]) if "duration" in fields else set()
        assert set(variant.seconds) == lengths - {"auto"}, model


def test_every_offer_is_sold_under_a_name_that_an_endpoint_knows() -> None:
    offers = [offer for offer in load() if offer.route == "runway"]
    assert len(offers) == 23
    known = set().union(*VARIANTS.values())
    assert {offer.wire_name("text") for offer in offers} == known
    for offer in offers:
        assert not isinstance(offer.modes, Unknown), offer.id


def offered() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for offer in load():
        if offer.route == "runway" and not isinstance(offer.modes, Unknown):
            found += [(offer.id, mode) for mode in offer.modes if mode in PARTS or mode == "text"]
    return found


async def test_every_mode_of_every_offer_is_taken_and_fits_the_vendors_types(tmp_path: Path) -> None:
    types = {endpoint: vendor_types(endpoint) for endpoint in VARIANTS}
    async with stage("runway", per_minute=1000) as on:
        for offer, mode in offered():
            files = Files(tmp_path) if mode == "text" else Files(tmp_path).mode(mode)
            said = await sent(on, offer, files, frames=96)
            fields = types[said["endpoint"]][said["model"]]
            assert {name for name in said if name != "endpoint"} <= set(fields), (offer, mode)
            assert {name for name, (required, _) in fields.items() if required} <= set(said), (offer, mode)
            # Every file travels, each once.
            assert str(said).count("data:") == len(files.listed), (offer, mode, said)
            assert said["promptText"].startswith("A teapot")


# -- what is asked for --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offer", "framing", "said"),
    [
        ("runway-gen-4.5@runway", "9:16", {"ratio": "720:1280", "duration": 5}),
        ("seedance-2.0@runway:480p", "16:9", {"ratio": "864:496", "audio": False}),
        ("seedance-2.0@runway:4k", "9:16", {"ratio": "2160:3840"}),
        ("seedance-2.5@runway:480p", "9:16", {"ratio": "480:854"}),
        ("seedance-2.0-fast@runway", "16:9", {"ratio": "1280:720"}),
        ("minimax-h3@runway:2k", "9:16", {"ratio": "9:16", "resolution": "2k"}),
        ("minimax-h3-max@runway", "16:9", {"resolution": "768p"}),
        ("kling-3.0-standard@runway", "16:9", {"ratio": "1280:720", "cfgScale": 0.5, "audio": False}),
        ("kling-3.0-4k@runway", "9:16", {"ratio": "2160:3840"}),
        ("kling-4.0@runway", "9:16", {"ratio": "1080:1920"}),
        ("wan-3.0@runway:480p", "16:9", {"ratio": "832:480", "audio": False}),
        ("gemini-omni-1.1-flash@runway:360p", "9:16", {"ratio": "360:640"}),
        ("veo-3.1@runway:720p", "16:9", {"ratio": "1280:720", "duration": 6, "audio": False}),
        ("grok-imagine-video-1.5@runway", "9:16", {"ratio": "9:16", "resolution": "1080p"}),
        ("happyhorse-1.0@runway:720p", "16:9", {"ratio": "1280:720"}),
    ],
)  # fmt: skip
async def test_frame_length_and_sound_are_said_as_each_model_wants_them(
    offer: str, framing: Framing, said: dict[str, Any]
) -> None:
    async with stage("runway") as on:
        body = await sent(on, offer, framing=framing)
    assert body["endpoint"] == "text_to_video"
    assert {name: body.get(name) for name in said} == said
    assert ("seed" in body) == (
        body["model"] in ("gen4.5", "seedance2", "seedance2_5", "seedance2_fast", "h3_max", "veo3.1")
    )
    assert ("negativePrompt" in body) == (body["model"] == "veo3.1")


@pytest.mark.parametrize(("creativity", "scale"), [(0.0, 1.0), (0.25, 0.75), (1.0, 0.0)])
async def test_a_free_hand_is_a_small_scale(creativity: float, scale: float) -> None:
    async with stage("runway") as on:
        body = await sent(on, "kling-3.0-pro@runway", creativity=creativity)
    assert body["cfgScale"] == scale


async def test_frames_have_positions_and_videos_and_sounds_a_type(tmp_path: Path) -> None:
    async with stage("runway") as on:
        body = await sent(on, "veo-3.1-fast@runway", Files(tmp_path).mode("last_frame"))
        assert [one["position"] for one in body["promptImage"]] == ["first", "last"]
        assert body["endpoint"] == "image_to_video"
        body = await sent(on, "seedance-2.0@runway", Files(tmp_path).mode("reference_audio").mode("reference_videos"))
        assert body["endpoint"] == "text_to_video"
        assert [one.keys() for one in body["references"]] == [{"uri"}]
        assert body["referenceVideos"][0]["type"] == "video"
        assert body["referenceAudio"][0]["type"] == "audio"
        body = await sent(on, "gemini-omni-1.1-flash@runway", Files(tmp_path).mode("reference_videos"))
        assert body["referenceVideos"][0].keys() == {"uri"}
        body = await sent(on, "wan-3.0@runway", Files(tmp_path).mode("first_frame"))
        assert body["ratio"] == "auto_1080p"
        body = await sent(on, "happyhorse-1.0@runway", Files(tmp_path).mode("first_frame"))
        assert "ratio" not in body
        assert body["resolution"] == "1080p"


async def test_videos_are_edited_extended_and_reframed_as_each_model_wants_it(tmp_path: Path) -> None:
    async with stage("runway") as on:
        body = await sent(on, "seedance-2.5@runway", Files(tmp_path).mode("edit"))
        assert (body["mode"], body["duration"], "ratio" in body) == ("edit", "auto", False)
        body = await sent(on, "seedance-2.5@runway", Files(tmp_path).mode("extend"))
        assert (body["mode"], body["duration"], "ratio" in body) == ("extend", 5, False)
        assert body["promptVideo"].startswith("data:video/mp4")
        body = await sent(on, "gemini-omni-1.1-flash@runway", Files(tmp_path).mode("extend"))
        assert body["videoUri"].startswith("data:video/mp4")
        body = await sent(on, "runway-aleph-2@runway", Files(tmp_path).mode("reframe"), framing="9:16")
        assert (body["targetAspectRatio"], "duration" in body) == ("9:16", False)
        body = await sent(on, "runway-aleph-2@runway", Files(tmp_path).mode("keyframes"))
        assert body["keyframes"][0]["at"] == 0.1
        body = await sent(on, "kling-o3-pro@runway", Files(tmp_path).mode("edit"))
        assert {"ratio", "duration", "audio"}.isdisjoint(body)
        body = await sent(on, "kling-4.0@runway", Files(tmp_path).mode("edit"))
        assert body["ratio"] == "auto_1080p"


@pytest.mark.parametrize(
    ("offer", "mode", "framing", "field"),
    [
        ("minimax-h3-max@runway", "text", "9:16", "aspects"),  # no field for a shape
        ("runway-gen-4-turbo@runway", "text", "16:9", "lacks"),
        ("runway-gen-4.5@runway", "last_frame", "16:9", "lacks"),
        ("kling-4.0@runway", "reference_audio", "16:9", "lacks"),
        ("veo-3.1@runway", "reference_images", "16:9", "lacks"),
        ("kling-o3-pro@runway", "extend", "16:9", "lacks"),
        ("seedance-2.5@runway", "both", "16:9", "excludes"),
        ("runway-aleph-2@runway", "many keyframes", "16:9", "references.keyframes"),
        ("kling-4.0@runway", "many images", "16:9", "references.images"),
        ("seedance-2.5@runway", "two videos", "16:9", "references.videos"),
    ],
)
async def test_what_cannot_be_said_is_refused_before_anything_is_sent(
    offer: str, mode: str, framing: Framing, field: str, tmp_path: Path
) -> None:
    files = Files(tmp_path)
    if mode == "both":
        files.mode("first_frame").mode("reference_images")
    elif mode == "many keyframes":
        files.mode("edit")
        for place in range(6):
            files.add(f"keyframe:{place}", STILL)
    elif mode == "many images":  # frames count among the ten
        files.mode("first_frame")
        for _ in range(10):
            files.add("image", STILL)
    elif mode == "two videos":
        files.mode("edit").mode("edit")
    elif mode != "text":
        files.mode(mode)
    async with stage("runway") as on:
        wanted = order(framing=framing, references=files.listed)
        assert field in on.seller.refuses(offer, wanted)
        with pytest.raises(Refused) as caught:
            await on.submit(offer, wanted, files.paths)
        assert caught.value.kind == "input"
        assert on.house.creates == 0


@pytest.mark.parametrize(
    ("offer", "most"),
    [("runway-gen-4.5@runway", 1000), ("happyhorse-1.0@runway", 2500), ("seedance-2.0-mini@runway", 3500)],
)
async def test_prompts_at_the_limit_and_over_it(offer: str, most: int) -> None:
    async with stage("runway") as on:
        await on.submit(offer, order(action="a" * (most - 1)))
        with pytest.raises(Refused):
            await on.submit(offer, order(action="a" * most))


def test_ratios_are_the_nearest_of_their_kind() -> None:
    small = VARIANTS["text_to_video"]["seedance2"]
    assert ratio_for(small, "480p", "9:16", False) == "496:864"
    assert ratio_for(small, "480p", "21:9", False) == "992:432"
    assert ratio_for(small, None, "16:9", False) is None  # which of several is a decision
    assert ratio_for(small, "720p", "2:1", False) is None
    assert ratio_for(VARIANTS["text_to_video"]["kling3.0_pro"], None, "16:9", False) == "1920:1080"
    for ratio, expected in (("3840:3840", "4k"), ("640:360", "360p"), ("1584:672", "720p"), ("auto_480p", "480p")):
        assert tier(ratio) == expected
    assert aspect_of("1104:832") == "4:3"


# -- what becomes of it -------------------------------------------------------------------------------------------------------


async def test_a_take_is_made_and_its_cost_is_the_meters_to_the_micro_unit(tmp_path: Path) -> None:
    async with stage("runway") as on:
        for offer, micros in (
            ("runway-gen-4.5@runway", 600_000),
            ("seedance-2.0-fast@runway", 1_450_000),
            ("seedance-2.5@runway:480p", 1_000_000),
        ):
            before = on.billed.micros
            job = await on.ended((await on.submit(offer)).job)
            assert (job.state, job.cost) == ("done", Money(micros, "USD"))
            assert on.billed.micros - before == micros
            found = await on.wire.download(job.links[0].url, tmp_path / "clip.mp4")
            assert found.bytes > 1000


async def test_who_is_over_the_limit_waits(tmp_path: Path) -> None:
    async with stage("runway", timing=Timing(queue_s=0.4, run_s=0.1)) as on:
        jobs = [(await on.submit("runway-gen-4.5@runway", order(action=f"Shot {n}."))).job for n in range(3)]
        said = [
            (
                await on.wire.ask(
                    "GET", f"{on.url}/v1/tasks/{job}", headers={"authorization": f"Bearer {KEY}", **VERSION}
                )
            ).json()
            for job in jobs
        ]
        assert [one["status"] for one in said] == ["PENDING", "THROTTLED", "THROTTLED"]
        assert said[1]["estimatedCost"] == {"credits": 60.0}
        assert {job.state for job in (await on.seller.poll(on.wire, jobs)).values()} == {"waiting"}
        for job in jobs:
            assert (await on.ended(job)).state == "done"


@pytest.mark.parametrize(
    ("fault", "state", "micros", "word"),
    [
        (Fault.FAILED_FREE, "failed", 0, "INTERNAL.BAD_OUTPUT"),
        (Fault.FAILED_CHARGED, "failed", 600_000, "INTERNAL.BAD_OUTPUT"),
        (Fault.MODERATED_AFTER_ACCEPT, "moderated", 600_000, "SAFETY.OUTPUT"),
        (Fault.UNKNOWN_STATUS, "unknown", 600_000, "hibernating"),
        (Fault.DONE_WITHOUT_URL, "unknown", 600_000, "no clip"),
    ],
)
async def test_ends_and_what_they_cost(fault: Fault, state: str, micros: int, word: str) -> None:
    async with stage("runway", script={1: [fault]}) as on:
        job = await on.ended((await on.submit("runway-gen-4.5@runway")).job)
        assert job.state == state
        assert word in job.reason
        assert job.cost == Money(micros, "USD") == on.billed


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("SAFETY.INPUT.TEXT", "moderated"), ("SAFETY.OUTPUT.VIDEO", "moderated"), ("INPUT_PREPROCESSING.SAFETY.TEXT", "moderated"),
        ("INPUT_PREPROCESSING.INTERNAL", "failed"), ("ASSET.INVALID", "failed"), ("THIRD_PARTY.UNAVAILABLE", "failed"),
        ("INTERNAL.BAD_OUTPUT.CODE01", "failed"), ("", "failed"),
    ],
)  # fmt: skip
async def test_failure_codes(code: str, state: str) -> None:
    async with stage("runway") as on:
        said = {"id": "t", "status": "FAILED", "failure": "no", "failureCode": code or None, "cost": {"credits": 3}}
        job = on.seller.job("t", said)
        assert (job.state, job.cost) == (state, Money(30_000, "USD"))
        assert on.seller.job("t", {"status": "SUCCEEDED", "output": ["https://x/y.mp4"]}).cost is None
        assert on.seller.job("t", {"status": "CANCELLED", "cost": {"credits": 0}}).cost == Money(0, "USD")


async def test_a_cancelled_task_is_gone_and_nobody_pretends_to_know_its_bill() -> None:
    async with stage("runway", timing=SLOW) as on:
        waiting = (await on.submit("runway-gen-4.5@runway")).job
        await on.seller.cancel(on.wire, waiting)
        job = await on.ended(waiting)
        assert (job.state, job.cost) == ("cancelled", None)
        assert on.billed == Money(0, "USD")
        running = (await on.submit("runway-gen-4.5@runway", order(action="Another."))).job
        await asyncio.sleep(0.1)
        await on.seller.cancel(on.wire, running)
        assert (await on.ended(running)).state == "cancelled"
        assert on.billed == Money(600_000, "USD")  # no refund once it runs
    async with stage("runway", timing=SLOW) as other:
        # Whoever did not cancel it, another process it may be, only sees that it is gone.
        gone = (await other.submit("runway-gen-4.5@runway")).job
        bearer = {"authorization": f"Bearer {KEY}", **VERSION}
        assert (await other.wire.ask("DELETE", f"{other.url}/v1/tasks/{gone}", headers=bearer)).status_code == 204
        assert (await other.ended(gone)).state == "unknown"


async def test_a_finished_task_is_not_deleted_by_a_late_cancel() -> None:
    async with stage("runway") as on:
        name = (await on.submit("runway-gen-4.5@runway")).job
        await on.ended(name)
        await on.seller.cancel(on.wire, name)
        assert (await on.ended(name)).state == "done"
        await on.seller.cancel(on.wire, "take-nobody-knows")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_429, "rate"), (Fault.CONCURRENCY_429, "rate"), (Fault.FUNDS_402, "funds"), (Fault.FUNDS_429, "funds"),
        (Fault.MODERATED_AT_CREATE, "moderated"), (Fault.RETIRED, "retired"),
    ],
)  # fmt: skip
async def test_refusals_are_told_apart(fault: Fault, kind: str) -> None:
    async with stage("runway", script={1: [fault]}) as on:
        with pytest.raises(Refused) as caught:
            await on.submit("runway-gen-4.5@runway")
        assert caught.value.kind == kind
        assert KEY not in str(caught.value)
        if fault is Fault.RATE_429:
            assert caught.value.after_s == 10


@pytest.mark.parametrize(
    "fault",
    [Fault.ERROR_BEFORE_ACCEPT, Fault.ERROR_AFTER_ACCEPT, Fault.WRONG_JSON, Fault.NO_ID, Fault.DROP_AFTER_ACCEPT],
)
async def test_answers_that_prove_nothing_are_lost(fault: Fault) -> None:
    async with stage("runway", script={1: [fault]}) as on:
        with pytest.raises(Lost):
            await on.submit("runway-gen-4.5@runway")


async def test_it_declares_what_it_can_and_believes_no_webhook() -> None:
    async with stage("runway") as on:
        traits = on.seller.traits
        assert (traits.keyed, traits.finds, traits.cancels, traits.refreshes, traits.reports_cost) == (
            False,
            False,
            True,
            True,
            True,
        )
        assert (traits.charges_failed, traits.charges_moderated) == (None, True)
        with pytest.raises(Forged):
            on.seller.hint({"x-signature": "00"}, b'{"id": "x"}')
        assert KEY not in repr(on.seller)


async def test_large_files_are_uploaded_and_small_ones_travel_inside(tmp_path: Path) -> None:
    async with stage("runway") as on:
        small = await sent(on, "runway-gen-4.5@runway", Files(tmp_path).add("first-frame", STILL))
        assert small["promptImage"][0]["uri"].startswith("data:image/png;base64,")
        edge = 5 << 20  # of base64, with its head
        for size, inside in ((edge * 3 // 4 - 100, True), (edge * 3 // 4, False)):
            body = await sent(
                on, "runway-gen-4.5@runway", Files(tmp_path).add("first-frame", STILL + bytes(size - len(STILL)))
            )
            assert body["promptImage"][0]["uri"].startswith("data:" if inside else "runway://") is True
        assert any(name.endswith(".png") for name in on.house.shelf)


async def test_a_file_that_cannot_be_brought_there_leaves_nothing_ordered(tmp_path: Path) -> None:
    async with stage("runway") as on:
        files = Files(tmp_path).add("first-frame", STILL + bytes(6 << 20))
        bad = Stage(
            type(on.seller)("runway", list(on.seller.listed_offers), "another", on.url), on.house, on.wire, on.url
        )
        with pytest.raises(Refused) as caught:
            await bad.submit("runway-gen-4.5@runway", order(references=files.listed), files.paths)
        assert caught.value.kind == "auth"
        next(iter(files.paths.values())).unlink()
        with pytest.raises(Unsent):
            await on.submit("runway-gen-4.5@runway", order(references=files.listed), files.paths)
        assert on.house.creates == 0


# -- the seller's side --------------------------------------------------------------------------------------------------------

GOOD = {"model": "gen4.5", "promptText": "A teapot.", "ratio": "1280:720", "duration": 5}
FRAME = {"uri": "data:image/png;base64,iVBORw0KGgo=", "position": "first"}


@pytest.mark.parametrize(
    ("endpoint", "change", "field"),
    [
        ("text_to_video", {"ratio": "1104:832"}, "ratio"), ("text_to_video", {"ratio": None}, "ratio"),
        ("text_to_video", {"promptText": "a" * 1001}, "promptText"), ("text_to_video", {"promptText": ""}, "promptText"),
        ("text_to_video", {"audio": True}, "audio"), ("text_to_video", {"duration": "5"}, "duration"),
        ("text_to_video", {"duration": 11}, ""), ("text_to_video", {"model": "gen3a_turbo"}, "model"),
        ("text_to_video", {"seed": 2**32}, "seed"),
        ("text_to_video", {"model": "veo3.1", "duration": 5}, "duration"),
        ("image_to_video", {"promptImage": "http://203.0.113.7/a.png"}, "promptImage"),
        ("image_to_video", {"promptImage": "https://example.com/a.png"}, "promptImage"),
        ("image_to_video", {"promptImage": "data:image/png;base64," + "A" * (5 << 20)}, "promptImage"),
        ("image_to_video", {"promptImage": [{**FRAME, "position": "last"}]}, "promptImage"),
        ("image_to_video", {"model": "veo3.1", "duration": 4, "promptImage": [{**FRAME, "position": "last"}]}, "promptImage"),
        ("image_to_video", {"model": "wan3", "promptImage": [FRAME]}, "ratio"),
        ("image_to_video", {"model": "wan3", "ratio": "auto_720p", "promptImage": [FRAME, {"uri": FRAME["uri"]}]}, "promptImage"),
        ("text_to_video", {"model": "seedance2", "referenceAudio": [{"type": "audio", "uri": FRAME["uri"]}]}, "referenceAudio"),
        ("video_to_video", {"model": "seedance2_5", "promptVideo": FRAME["uri"], "mode": "edit", "duration": "auto"}, "ratio"),
    ],
)  # fmt: skip
async def test_the_stand_in_refuses_what_the_seller_refuses(endpoint: str, change: dict[str, Any], field: str) -> None:
    async with stage("runway") as on:
        body = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
        headers = {"authorization": f"Bearer {KEY}", **VERSION}
        answered = await on.wire.create("POST", f"{on.url}/v1/{endpoint}", json=body, headers=headers)
        assert answered.status_code == 400
        said = answered.json()
        assert said["error"] == "Validation of body failed"
        assert said["issues"][0]["path"] == ([field] if field else [])
        assert on.house.creates == 0


async def test_the_version_is_asked_for() -> None:
    async with stage("runway") as on:
        for headers in ({}, {"x-runway-version": "2023-01-01"}):
            bearer = {"authorization": f"Bearer {KEY}", **headers}
            answered = await on.wire.create("POST", f"{on.url}/v1/text_to_video", json=GOOD, headers=bearer)
            assert (answered.status_code, on.house.creates) == (400, 0)
        answered = await on.wire.create("POST", f"{on.url}/v1/text_to_video", json=GOOD, headers=VERSION)
        assert answered.status_code == 401


# -- the vendor's own client --------------------------------------------------------------------------------------------------


async def test_the_vendors_client_makes_a_video(tmp_path: Path) -> None:
    picture = tmp_path / "first.png"
    picture.write_bytes(STILL)
    async with served("runway") as on, runwayml.AsyncRunwayML(api_key=KEY, base_url=on.url, max_retries=0) as client:
        made = await client.text_to_video.create(
            model="gen4.5", prompt_text="A teapot.", ratio="1280:720", duration=5, seed=7
        )
        assert credits(made) == 60
        task: Any = await ended(client, made.id)
        assert (task.status, task.cost.credits) == ("SUCCEEDED", 60)
        async with httpx.AsyncClient() as plain:
            fetched = await plain.get(task.output[0])
        assert fetched.content[4:8] == b"ftyp"
        assert fetched.content == SMALL(on.house.jobs[0].recipe, "16:9")
        kept = await client.uploads.create_ephemeral(file=picture)
        assert kept.uri.startswith("runway://")
        again = await client.image_to_video.create(
            model="veo3.1", prompt_text="It boils.", ratio="720:1280", duration=4,
            prompt_image=[{"uri": kept.uri, "position": "first"}, {"uri": kept.uri, "position": "last"}],
        )  # fmt: skip
        assert (await ended(client, again.id)).status == "SUCCEEDED"


async def test_the_vendors_plain_client_works_too(tmp_path: Path) -> None:
    async with served("runway") as on:
        client = runwayml.RunwayML(api_key=KEY, base_url=on.url, max_retries=0)
        made = await asyncio.to_thread(
            client.text_to_video.create,
            model="seedance2",
            prompt_text="A teapot.",
            ratio="864:496",
            duration=4,
            audio=True,
        )
        assert credits(made) == 144
        await on.ended(made.id)
        task: Any = await asyncio.to_thread(client.tasks.retrieve, made.id)
        assert task.cost.credits == 144
        client.close()
        assert on.billed == Money(1_440_000, "USD")


async def test_the_vendors_client_reads_failures_and_refusals() -> None:
    script = {1: [Fault.MODERATED_AFTER_ACCEPT], 2: [Fault.FUNDS_402], 3: [Fault.RATE_429]}
    async with served("runway", script=script) as on:
        async with runwayml.AsyncRunwayML(api_key=KEY, base_url=on.url, max_retries=0) as client:

            async def make(**more: Any) -> Any:
                wanted: dict[str, Any] = {
                    "model": "gen4.5",
                    "prompt_text": "A teapot.",
                    "ratio": "1280:720",
                    "duration": 5,
                }
                return await client.text_to_video.create(**{**wanted, **more})

            task: Any = await ended(client, (await make()).id)
            assert (task.status, task.failure_code, task.cost.credits) == ("FAILED", "SAFETY.OUTPUT.VIDEO", 60)
            with pytest.raises(runwayml.BadRequestError, match="enough credits"):
                await make()
            with pytest.raises(runwayml.RateLimitError):
                await make()
            with pytest.raises(runwayml.BadRequestError, match="ratio"):
                await make(ratio="5:4")
            with pytest.raises(runwayml.NotFoundError):
                await client.tasks.retrieve("take-nobody-knows")
        async with runwayml.AsyncRunwayML(api_key="wrong", base_url=on.url, max_retries=0) as stranger:
            with pytest.raises(runwayml.AuthenticationError):
                await stranger.tasks.retrieve("take-nobody-knows")


async def test_the_vendors_client_cancels() -> None:
    async with (
        served("runway", timing=SLOW) as on,
        runwayml.AsyncRunwayML(api_key=KEY, base_url=on.url, max_retries=0) as client,
    ):
        made = await client.text_to_video.create(model="gen4.5", prompt_text="A teapot.", ratio="1280:720", duration=5)
        await client.tasks.delete(made.id)
        with pytest.raises(runwayml.NotFoundError):
            await client.tasks.retrieve(made.id)
        assert on.house.jobs[0].status == "cancelled"


async def ended(client: runwayml.AsyncRunwayML, job: str) -> Any:
    async with asyncio.timeout(10):
        while True:
            task = await client.tasks.retrieve(job)
            if task.status not in ("PENDING", "THROTTLED", "RUNNING"):
                return task
            await asyncio.sleep(0.02)


def credits(made: Any) -> float:
    """The estimate, which the client's own annotations leave out."""
    return float(made.estimated_cost.credits)


def test_lengths_and_prices_grow_together() -> None:
    offer = next(o for o in load() if o.id == "runway-gen-4.5@runway")
    from callsheet.catalog import Wanted, price

    costs = [price(offer, Wanted(Fraction(seconds))) for seconds in range(2, 11)]
    assert all(one and two and two.expected.micros - one.expected.micros == 120_000 for one, two in pairwise(costs))
