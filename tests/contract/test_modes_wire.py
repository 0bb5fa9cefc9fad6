"""Every mode on the wire: what an offer takes is in its request, what it does not take is refused, and nothing is dropped without a word."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import pytest

from callsheet.catalog import Mode, Offer, load
from callsheet.catalog.offer import Beats
from callsheet.film import Beat, Line, Order, Rate, Reference, Sound
from callsheet.providers.families import family, speaks
from callsheet.providers.family import Family
from callsheet.providers.fitting import Fitted, Unfit
from callsheet.providers.hosted import Create
from callsheet.rehearsal.skins import KEY
from callsheet.testing.clock import run
from callsheet.testing.stage import order, stage

ROUTES = sorted({offer.route: offer for offer in load() if speaks(offer.protocol, offer.route)}.items())
ROLES = (
    "first-frame",
    "last-frame",
    "keyframe:60",
    "image",
    "video",
    "audio",
    "edit",
    "extend",
    "upscale",
    "reframe",
    "restyle",
)
V3, O3, RUNWAY, FAL = (
    "kling-3.0@kling-intl:720p",
    "kling-o3@kling-intl:720p",
    "kling-3.0-pro@runway",
    "kling-4.0@fal:720p",
)
BEATS = (
    Beat(at=0, action="A hand lifts the lid."),
    Beat(at=48, action="Steam fills the frame."),
    Beat(at=96, action="She smiles."),
)


def open_to_all(offer: Offer) -> Offer:
    """The offer, if its seller took everything: what its wire has no words for must be refused by the adapter then."""
    modes: tuple[Mode, ...] = get_args(Mode)
    told = {
        "modes": modes,
        "lacks": (),
        "excludes": (),
        "requires": (),
        "beats": Beats(),
        "caps": {},
        "prompt": offer.prompt,
    }
    names = offer.wire if isinstance(offer.wire, dict) else {}
    wire = names if "any" in names else {"any": next(iter(names.values()))}
    return offer.model_copy(update={**told, "wire": wire, "audio": "toggle" if offer.audio == "none" else offer.audio})


def sellers() -> Iterator[tuple[Family, Offer]]:
    for route, one in ROUTES:
        known = [open_to_all(offer) for offer in load() if offer.route == route and isinstance(offer.wire, dict)]
        seller = family(one.protocol, route)(route, known, KEY)
        seller.lends = True
        yield from ((seller, offer) for offer in known)


def told_of(seller: Family, offer: Offer, wanted: Order) -> tuple[Fitted, str] | None:
    """The order as the offer takes it, and all that would be sent; None when it is refused."""
    try:
        told = seller.fit(offer.id, wanted)
        files = {one.sha256: f"data:image/png;base64,FILE-{one.sha256[:8]}" for one in told.inputs}
        if told.of("source_video", "reference_video"):
            files = {name: place.replace("image/png", "video/mp4") for name, place in files.items()}
        from callsheet.film import Recipe

        recipe = Recipe(offer=offer.id, engine="1", seed=1, order=wanted)
        call = seller.create(told, files, Create("a", recipe))
    except Unfit:
        return None
    return told, json.dumps([call.path, call.json, call.data, [str(part) for part in call.files or ()]], default=str)


@pytest.mark.parametrize("role", ROLES)
def test_a_file_is_in_the_request_or_the_order_is_refused(role: str) -> None:
    taken = 0
    for seller, offer in sellers():
        wanted = order(frames=120, references=(Reference(role=role, sha256=f"{7:064x}"),))
        if role == "last-frame":
            wanted = wanted.model_copy(
                update={"references": (*wanted.references, Reference(role="first-frame", sha256=f"{8:064x}"))}
            )
        found = told_of(seller, offer, wanted)
        if found is None:
            continue
        told, sent = found
        helps = not told.of("reference_image") and role == "image"
        assert not helps, f"{offer.id} leaves {role} out"
        marks = [f"FILE-{one.sha256[:8]}" for one in told.inputs]
        assert marks, (offer.id, role)
        assert all(
            mark in sent or f"FILE-{one.sha256[:8]}" in sent for mark, one in zip(marks, told.inputs, strict=True)
        ), (offer.id, sent)
        taken += 1
    assert taken or role in ("upscale", "restyle"), f"nobody takes {role}"


def test_beats_and_sound_are_in_the_request_or_the_order_is_refused() -> None:
    beaten = []
    for seller, offer in sellers():
        if (found := told_of(seller, offer, order(frames=120, beats=BEATS))) is not None:
            beaten.append(offer.id)
            assert all(beat.action[:-1] in found[1] for beat in BEATS), offer.id
            assert "A teapot steams" not in found[1], "each picture has its own words"
        sound = Sound(lines=(Line(who="Mira", line="It still squeaks.", manner="quietly", language="en"),))
        if (found := told_of(seller, offer, order(frames=120, sound=sound))) is not None:
            assert found[0].audio
            assert "It still squeaks." in found[1], offer.id
    routes = {id.partition("@")[2] for id in beaten}
    assert routes == {"kling-intl", "runway", "fal"}


def seller_of(offer: str) -> Family:
    route = offer.partition("@")[2].partition(":")[0]
    sold = [one for one in load() if one.route == route]
    return family(sold[0].protocol, route)(route, sold, KEY)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"beats": tuple(Beat(at=24 * n, action=f"Number {n}.") for n in range(6)), "frames": 144}, ""),
        ({"beats": tuple(Beat(at=24 * n, action=f"Number {n}.") for n in range(7)), "frames": 168}, "beats.most: 7 beats; it takes 6"),
        ({"beats": (BEATS[0], Beat(at=36, action="x"))}, "beat 2 begins at frame 36; it cuts at whole seconds, as at 24 or 48"),
        ({"beats": (BEATS[0], Beat(at=2, action="x"))}, "beat 2 begins at frame 2"),
        ({"beats": (Beat(at=0, action="a" * 511), BEATS[1])}, ""),
        ({"beats": (Beat(at=0, action="a" * 512), BEATS[1])}, "beats.prompt_most: beat 1 takes 513 to tell; it takes 512"),
        ({"beats": BEATS, "references": (Reference(role="first-frame", sha256="a"), Reference(role="last-frame", sha256="b"))},
         "last_frame and multi_shot cannot be asked together"),
    ],
)  # fmt: skip
def test_limits_of_beats_are_checked_at_and_over_them(more: dict[str, Any], says: str) -> None:
    refused = seller_of(V3).refuses(V3, order(**{"frames": 120, **more}))
    assert says in refused if says else not refused


def test_beats_at_a_rate_that_no_second_fits_are_taken_to_the_frame() -> None:
    told = seller_of(V3).fit(V3, order(frames=119, rate=Rate(24000, 1001), beats=(BEATS[0], BEATS[1])))
    assert [(one.seconds, one.prompt.split(".")[0]) for one in told.beats] == [
        (2, "A hand lifts the lid"),
        (3, "Steam fills the frame"),
    ]
    assert told.seconds == Fraction(5)


@pytest.mark.parametrize("offer", ["seedance-2.5@ark-intl", "grok-imagine-video-1.5@xai", "wan-3.0@dashscope-intl"])
def test_who_makes_one_shot_says_so(offer: str) -> None:
    if not any(one.id == offer for one in load()):
        offer = next(one.id for one in load() if one.id.startswith(offer.partition("@")[0] + "@"))
    assert "multi_shot" in seller_of(offer).refuses(offer, order(frames=120, beats=BEATS))


@pytest.mark.parametrize("offer", [V3, O3, RUNWAY, FAL])
def test_several_beats_come_back_as_that_many_pictures_and_are_billed(offer: str, tmp_path: Path) -> None:
    from callsheet.media.decode import still_frame

    route = offer.partition("@")[2].partition(":")[0]

    async def main(_loop: object) -> tuple[list[float], int, int | None]:
        async with stage(route) as on:
            wanted = order(frames=120, beats=BEATS)
            price = on.seller.quote(offer, wanted)
            job = await on.ended((await on.submit(offer, wanted)).job)
            assert job.state == "done", job
            await on.wire.download(job.links[0].url, tmp_path / "clip.mp4")
            rows = [still_frame(tmp_path / "clip.mp4", index)[:8].mean() for index in (10, 60, 110)]
            return [float(row) for row in rows], on.billed.micros, price.expected.micros if price else None

    tops, billed, expected = run(main)
    assert abs(tops[0] - tops[1]) > 20 < abs(tops[1] - tops[2]), "another picture after each cut"
    assert billed == (expected if expected is not None else billed)
    assert billed


@pytest.mark.parametrize(("audio", "heard"), [(True, True), (False, False)])
def test_a_clip_with_native_sound_has_a_sound_track(audio: bool, heard: bool, tmp_path: Path) -> None:
    from callsheet.media.probe import probe

    async def main(_loop: object) -> bool:
        async with stage("kling-intl") as on:
            job = await on.ended((await on.submit(V3, order(frames=72, sound=Sound() if audio else None))).job)
            await on.wire.download(job.links[0].url, tmp_path / "clip.mp4")
            found = probe(tmp_path / "clip.mp4")
            assert (found.frames, found.rate) == (72, 24)
            return found.has_audio

    assert run(main) is heard


def test_a_last_frame_of_a_clip_and_the_clip_itself_are_two_files() -> None:
    wanted = order(references=(Reference(role="extends:16:9", sha256="c"), Reference(role="video", sha256="c")))
    told = seller_of(FAL).fit(FAL, wanted)
    assert len({one.sha256 for one in told.inputs}) == 2
    assert [one.last_of for one in told.inputs] == ["c", ""]
