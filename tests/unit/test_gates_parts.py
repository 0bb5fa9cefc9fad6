"""Each gate on made-up footage, where the answer is known exactly."""

import dataclasses
import itertools
import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from callsheet.errors import MediaError
from callsheet.film import Camera, Location, Mood, Order, Rate
from callsheet.media.gates import ALL, CHEAP, Finding, Report, Wanted
from callsheet.media.gates.cuts import cuts
from callsheet.media.gates.delivered import decode, spec
from callsheet.media.gates.flashing import flashing
from callsheet.media.gates.footage import Footage
from callsheet.media.gates.hearing import judged
from callsheet.media.gates.inspection import inspect
from callsheet.media.gates.likeness import identity
from callsheet.media.gates.reading import Line, garbled, text, watermark
from callsheet.media.gates.standing import black, duplicates, freeze, static
from callsheet.media.probe import Media

RATE = Fraction(24)
WANTED = Wanted(48, RATE, shape=Fraction(16, 9), lines=360)
MEDIA = Media("video", 640, 360, RATE, 48, Fraction(2), pixel_format="yuv420p", codec="h264")
PAGE = np.zeros((90, 160, 3), np.uint8)


def footage(
    luma: NDArray[np.uint8], change: Sequence[float] | None = None, red: int = 128, blue: int = 128, **given: Any
) -> Footage:
    """Footage of these small pictures, [n, h, w]; the change is that of the small pictures when not given."""
    steps = [0.0, *(float(np.abs(b.astype(int) - a).mean()) for a, b in itertools.pairwise(luma))]
    half = luma[:, ::2, ::2]
    made = Footage(
        dataclasses.replace(MEDIA, frames=len(luma)), luma, np.full_like(half, blue), np.full_like(half, red),
        np.array(steps if change is None else change, np.float32), (), 0, (),
    )  # fmt: skip
    return dataclasses.replace(made, **given)


def scrolling(frames: int = 48, pace: int = 2, seed: int = 3) -> NDArray[np.uint8]:
    """A soft picture that scrolls, uint8 [n, 90, 160]."""
    chance = np.random.default_rng(seed)
    y, x = np.mgrid[0:90, 0 : 160 + frames * pace].astype(float)
    a, b, c = chance.uniform(0.02, 0.12, 3)
    ground = 120 + 40 * np.sin(x * a + y * b) + 25 * np.sin(y * c - x * b + seed)
    return np.stack([ground[:, i * pace : i * pace + 160] for i in range(frames)]).astype(np.uint8)


def test_a_moving_picture_has_nothing_against_it() -> None:
    seen = footage(scrolling())
    for gate in (decode, spec, black, freeze, duplicates, flashing, cuts, static):
        found = gate(seen, WANTED)
        assert (found.outcome, found.gate) == ("ok", gate.__name__), found


@pytest.mark.parametrize(("frames", "outcome"), [(2, "rank"), (5, "rank"), (6, "reject"), (20, "reject")])
def test_black_rejects_from_a_quarter_of_a_second(frames: int, outcome: str) -> None:
    luma = scrolling()
    luma[10 : 10 + frames] = 17
    found = black(footage(luma), WANTED)
    assert (found.outcome, found.at_frames, found.score) == (outcome, (10,), round(1 - frames / 48, 4))


def test_a_night_sky_is_not_black() -> None:
    luma = np.full((48, 90, 160), 18, np.uint8)
    luma[:, ::9, ::11] = 200
    assert black(footage(luma), WANTED).outcome == "ok"


@pytest.mark.parametrize(("held", "outcome"), [(2, "ok"), (6, "rank"), (13, "reject")])
def test_freezes_by_length(held: int, outcome: str) -> None:
    change = np.full(48, 2.0)
    change[20 : 20 + held] = 0.01
    found = freeze(footage(scrolling(), change.tolist()), WANTED)
    assert found.outcome == outcome
    assert found.at_frames == (() if outcome == "ok" else (19,))


def test_a_key_frame_does_not_end_a_freeze_but_motion_does() -> None:
    change = np.full(48, 2.0)
    change[10:26] = 0.0
    change[18] = 0.9
    assert freeze(footage(scrolling(), change.tolist()), WANTED).outcome == "reject"
    change[18] = 1.9
    assert freeze(footage(scrolling(), change.tolist()), WANTED).outcome == "rank"


def test_grain_that_is_refined_is_frozen_and_a_camera_that_comes_to_rest_is_not() -> None:
    change = np.full(48, 5.0)
    change[20:40] = np.tile([0.0, 0.4, 0.2, 0.01], 5)
    assert freeze(footage(scrolling(), change.tolist()), WANTED).outcome == "reject"
    change[20:40] = np.linspace(0.9, 0.06, 20)
    assert freeze(footage(scrolling(), change.tolist()), WANTED).outcome == "ok"


def test_a_card_may_stand_still_and_a_shot_may_not() -> None:
    luma = np.repeat(scrolling()[:1], 48, axis=0)
    assert freeze(footage(luma), WANTED).outcome == "reject"
    assert static(footage(luma), WANTED).outcome == "rank"
    card = dataclasses.replace(WANTED, still=True)
    assert [freeze(footage(luma), card).outcome, static(footage(luma), card).outcome] == ["ok", "ok"]


def test_grain_on_a_still_is_not_motion() -> None:
    chance = np.random.default_rng(1)
    still = scrolling()[:1].astype(float)
    luma = np.clip(still + chance.normal(0, 0.5, (48, 90, 160)), 0, 255).astype(np.uint8)
    assert static(footage(luma), WANTED).outcome == "rank"


def test_doubled_frames_count_only_between_moving_ones() -> None:
    change = np.full(48, 2.0)
    change[[10, 20, 30]] = 0.0
    found = duplicates(footage(scrolling(), change.tolist()), WANTED)
    assert (found.outcome, found.at_frames) == ("rank", (10, 20, 30))
    calm = np.full(48, 0.2)
    calm[[10, 20, 30]] = 0.0
    assert duplicates(footage(scrolling(), calm.tolist()), WANTED).outcome == "ok"


def blinking(hertz: float, area: float, low: int = 60, high: int = 220) -> NDArray[np.uint8]:
    luma = np.full((48, 90, 160), low, np.uint8)
    rows = round(90 * area)
    for index in range(48):
        if (index * hertz / 24) % 1 < 0.5:
            luma[index, :rows] = high
    return luma


@pytest.mark.parametrize(
    ("hertz", "area", "outcome"),
    [(3, 1.0, "rank"), (4, 1.0, "reject"), (8, 0.3, "reject"), (12, 1.0, "reject"), (12, 0.2, "ok"), (1, 1.0, "ok")],
)
def test_more_than_three_flashes_of_a_quarter_of_the_picture_reject(hertz: float, area: float, outcome: str) -> None:
    assert flashing(footage(blinking(hertz, area)), WANTED).outcome == outcome


def test_flashes_count_only_with_a_tenth_of_light_and_a_dark_side() -> None:
    assert flashing(footage(blinking(8, 1.0, 100, 110)), WANTED).outcome == "ok"
    assert flashing(footage(blinking(8, 1.0, 216, 235)), WANTED).outcome == "ok"


def test_saturated_red_flashes_at_one_brightness() -> None:
    luma = np.full((48, 90, 160), 62, np.uint8)
    on = np.arange(48) % 4 < 2
    red, blue = np.full((48, 45, 80), 128, np.uint8), np.full((48, 45, 80), 128, np.uint8)
    red[on], blue[on] = 240, 102
    found = flashing(Footage(MEDIA, luma, blue, red, np.zeros(48, np.float32), (), 0, ()), WANTED)
    assert found.outcome == "reject"
    assert "red" in found.words
    red[on] = 150
    grey = Footage(MEDIA, luma, blue, red, np.zeros(48, np.float32), (), 0, ())
    assert flashing(grey, WANTED).outcome == "ok"


def test_a_cut_rejects_and_lightning_does_not() -> None:
    luma = scrolling()
    there = luma.copy()
    there[30:] = scrolling(seed=9)[30:] // 2
    found = cuts(footage(there), WANTED)
    assert (found.outcome, found.at_frames) == ("reject", (30,))
    lit = luma.copy()
    lit[30:32] = np.clip(lit[30:32].astype(int) + 60, 0, 235).astype(np.uint8)
    assert cuts(footage(lit), WANTED).outcome == "ok"


def test_a_fast_pan_is_no_cut() -> None:
    assert cuts(footage(scrolling(pace=15)), WANTED).outcome == "ok"


def test_damage_and_missing_frames_reject() -> None:
    whole = footage(scrolling())
    assert decode(dataclasses.replace(whole, damaged=(7,)), WANTED).at_frames == (7,)
    assert decode(dataclasses.replace(whole, lost=1), WANTED).outcome == "reject"
    assert "48 of the 60" in decode(whole, dataclasses.replace(WANTED, frames=60)).words.replace("frames of", "of")
    assert decode(whole, dataclasses.replace(WANTED, frames=40)).outcome == "ok"
    slow = dataclasses.replace(whole, media=dataclasses.replace(MEDIA, rate=Fraction(12), duration=Fraction(4)))
    assert decode(slow, WANTED).outcome == "ok", "48 frames at 12 a second last longer than ordered"


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"width": 480}, "reject"), ({"width": 320, "height": 180}, "reject"), ({"rate": Fraction(16)}, "reject"),
        ({"rotation": 90, "width": 360, "height": 640}, "ok"), ({"width": 640, "height": 352}, "ok"), ({"interlaced": True}, "rank"),
    ],
)  # fmt: skip
def test_spec(change: dict[str, Any], outcome: str) -> None:
    seen = footage(scrolling(), media=dataclasses.replace(MEDIA, **change))
    assert spec(seen, WANTED).outcome == outcome


def test_another_rate_ranks_where_the_offer_has_no_other() -> None:
    seen = footage(scrolling(), media=dataclasses.replace(MEDIA, rate=Fraction(25)))
    assert spec(seen, dataclasses.replace(WANTED, any_rate=True)).outcome == "rank"


def tone(seconds: float = 2.0, level: float = 0.3) -> NDArray[np.float32]:
    time = np.arange(int(48_000 * seconds)) / 48_000
    return np.repeat((level * np.sin(2 * np.pi * 440 * time))[:, None], 2, axis=1).astype(np.float32)


def test_sound() -> None:
    loud = np.clip(tone() * 10, -1, 1)
    gap = np.concatenate([tone(0.2), np.zeros((86_400, 2), np.float32)])
    for heard, outcome in (
        (tone(), "ok"), (tone() * 0, "reject"), (loud, "reject"), (tone(1.0), "reject"), (tone() * 0.002, "rank"), (gap, "reject"),
    ):  # fmt: skip
        assert judged(heard, WANTED, MEDIA).outcome == outcome


def page(*lines: Line) -> list[tuple[int, list[Line]]]:
    return [(index, list(lines)) for index in (8, 24, 40)]


def line(words: str, sure: float = 0.95, left: float = 0.1) -> Line:
    return Line(words, sure, (left, 0.1, left + 0.3, 0.2))


def test_ordered_text_must_be_legible() -> None:
    wanted = dataclasses.replace(WANTED, text=("Summer Sale 50%",))
    for words, outcome in (("SUMMER SALE 50%", "ok"), ("SUMMER SAIF 50%", "rank"), ("SVNNCR OIF", "reject")):
        assert text(page(line(words)), wanted).outcome == outcome
    assert text(page(line("SUMMER"), line("SALE 50%", left=0.5)), wanted).outcome == "ok"
    assert text([], wanted).outcome == "not checked"
    assert text(page(), WANTED).outcome == "not checked"


def test_lettering_nobody_ordered() -> None:
    seen = footage(scrolling())
    wanted = dataclasses.replace(WANTED, names=("Rosa's", "Bakery"))
    assert watermark(page(line("Getty Images")), wanted, seen).outcome == "reject"
    assert watermark(page(line("Follow me")), wanted, seen).outcome == "rank"
    assert "stands still" in watermark(page(line("Follow me")), wanted, seen).words
    moving = [(8, [line("XKQVR")]), (24, [line("XKQVR", left=0.6)]), (40, [])]
    assert "no words" in watermark(moving, wanted, seen).words
    assert watermark(page(line("ROSA'S BAKERY")), wanted, seen).outcome == "ok"
    assert watermark(page(line("Iil", 0.3)), wanted, seen).outcome == "ok"
    assert watermark(page(), wanted, seen).outcome == "ok"
    assert watermark([], wanted, seen).outcome == "not checked"


def test_what_is_no_writing() -> None:
    assert garbled(line("BXRT WKPLM"))
    assert garbled(line("hello", 0.6))
    assert not garbled(line("Open daily"))
    assert not garbled(line("茶壶"))


class Faces:
    """Tells the distance that a picture's first pixel says; 0 means no face."""

    same, other = 0.4, 0.8

    def distance(self, picture: NDArray[np.uint8], references: Sequence[Path]) -> float | None:
        told = int(picture[0, 0, 0])
        return told / 100 + 0.1 * (len(references) - 1) if told else None


@pytest.mark.parametrize(("told", "outcome"), [(30, "ok"), (60, "rank"), (90, "reject"), (0, "not checked")])
def test_identity_is_judged_at_its_best_moment(told: int, outcome: str) -> None:
    pictures = tuple(
        (index, np.full((2, 2, 3), value, np.uint8)) for index, value in ((5, 95 if told else 0), (9, told))
    )
    wanted = dataclasses.replace(WANTED, cast={"mei": (Path("mei.png"),)})
    seen = footage(scrolling(), samples=pictures)
    assert identity(seen, wanted, Faces()).outcome == outcome
    assert identity(seen, wanted, None).outcome == "not checked"
    assert identity(seen, WANTED, Faces()).outcome == "not checked"


def test_reports_reject_rank_and_never_approve() -> None:
    ok, ranked = Finding("cuts", "ok", 1.0, "one shot"), Finding("duplicates", "rank", 0.9, "stutters")
    bad, unknown = (
        Finding("black", "reject", 0.5, "12 frames black", (3,)),
        Finding("text", "not checked", None, "no reader"),
    )
    assert Report((bad, ok)).order < Report((ranked, ok)).order < Report((ok, unknown)).order
    assert Report((ranked, bad)).reasons == ("12 frames black", "stutters")
    assert (Report((ok, ranked)).rejected, Report((ok, bad)).rejected) == (False, True)
    assert Report((ok, unknown)).scores == {"cuts": 1.0, "text": None}
    assert not hasattr(Report((ok,)), "approved")
    assert json.loads(json.dumps(Report((bad,)).document()))[0]["at_frames"] == [3]
    with pytest.raises(KeyError):
        Report((ok,))["black"]


def test_what_an_order_wants() -> None:
    order = Order(
        code="EP01 SQ010 SH010", action="Mei passes the Blue Kettle", camera=Camera(), frames=30, rate=Rate(25), framings=("9:16",),
        mood=Mood(), creativity=0.3, time_of_day=None, weather=None, use_case=None, location=Location(name="Harbour"), location_id="there",
        cast=(), props=(), look=None, language="en", text_room="all", references=(),
    )  # fmt: skip
    wanted = Wanted.by(order, "9:16", sound=True)
    assert (wanted.frames, wanted.rate, wanted.shape) == (30, Fraction(25), Fraction(9, 16))
    assert wanted.still
    assert wanted.sound
    assert {"Kettle", "Harbour"} <= set(wanted.names)


def clip(path: Path, luma: NDArray[np.uint8]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for picture in luma:
            frame = av.VideoFrame.from_ndarray(np.repeat(picture[..., None], 3, axis=2), "rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    return path


def test_a_file_is_inspected_alike_each_time_and_without_judges_nothing_is_passed(tmp_path: Path) -> None:
    good = clip(tmp_path / "good.mp4", scrolling(24))
    wanted = Wanted(24, RATE, text=("Sale",), cast={"mei": (good,)})
    report = inspect(good, wanted, ALL)
    assert report == inspect(good, wanted, ALL)
    assert [f.gate for f in report] == list(ALL)
    assert not report.rejected
    assert {f.gate for f in report if f.outcome == "not checked"} == {"sound", "text", "watermark", "identity"}
    assert all(0 <= f.score <= 1 for f in report if f.score is not None)


def test_what_cannot_be_decoded_is_rejected_and_what_is_not_there_raises(tmp_path: Path) -> None:
    torn = clip(tmp_path / "torn.mp4", scrolling(24))
    torn.write_bytes(torn.read_bytes()[:600])
    report = inspect(torn, WANTED)
    assert [f.outcome for f in report] == ["reject", *["not checked"] * (len(CHEAP) - 1)]
    with pytest.raises(MediaError):
        inspect(tmp_path / "none.mp4", WANTED)


def test_a_reader_reads_each_sample_once(tmp_path: Path) -> None:
    read: list[tuple[int, ...]] = []

    def reader(picture: NDArray[np.uint8]) -> list[Line]:
        read.append(picture.shape)
        return [line("SALE")]

    report = inspect(clip(tmp_path / "a.mp4", scrolling(24)), Wanted(24, RATE, text=("Sale",)), ALL, reader=reader)
    assert read == [(90, 160, 3)] * 3
    assert (report["text"].outcome, report["watermark"].outcome) == ("ok", "ok")
