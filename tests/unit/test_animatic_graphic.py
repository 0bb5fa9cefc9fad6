"""Cards: the design follows the words, numbers become charts, text has quiet room, and everything moves."""

import numpy as np
import pytest
import skia

from callsheet.film.asset import Look, Prop
from callsheet.film.frames import Rate
from callsheet.film.shot import Camera, Mood, TimeOfDay
from callsheet.film.take import Order
from callsheet.media.animatic.objects.backdrops import DESIGNS, base, inks_for, veil
from callsheet.media.animatic.objects.charts import Chart, chart_in, paint_chart
from callsheet.media.animatic.scenes import graphic
from callsheet.media.animatic.stage import Stage, View


def order(
    action: str,
    room: str = "part",
    language: str = "en",
    time: TimeOfDay | None = "day",
    look: Look | None = None,
    prop: Prop | None = None,
) -> Order:
    return Order(
        code="EP01 SQ010 SH010", action=action, camera=Camera(), frames=48, rate=Rate(24), framings=("16:9",), mood=Mood(), creativity=0.3,
        time_of_day=time, weather=None, use_case="text-and-graphics", location=None, location_id=None, cast=(), props=(("it", prop),) if prop else (),
        look=look, language=language, text_room=room, references=(),
    )  # fmt: skip


def painted(stage: Stage, *views: View) -> list[np.ndarray]:
    scene = graphic.build(stage)
    frames = []
    for view in views:
        surface = skia.Surface(stage.width, stage.height)
        surface.getCanvas().clear(0xFFFF00FF)
        scene.paint(surface.getCanvas(), view)
        frames.append(surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType).astype(int))
    return frames


@pytest.mark.parametrize(
    ("text", "chart"),
    [
        ("40% of people forget their tea", Chart("ring", (0.4,))),
        ("3 out of 5 homes switched", Chart("share", (3.0, 5.0))),
        ("30% tea, 55% coffee, 15% milk", Chart("bars", (0.3, 0.55, 0.15))),
        ("百分之60的人喝茶", Chart("ring", (0.6,))),
        ("10个人中有7个喝茶", Chart("share", (7.0, 10.0))),
        ("In 1786 it began", None),
        ("A quiet title", None),
    ],
)  # fmt: skip
def test_numbers_become_charts(text: str, chart: Chart | None) -> None:
    assert chart_in(text) == chart


def test_growth_becomes_a_rising_line() -> None:
    chart = chart_in("Sales grew 80% in a year")
    assert chart is not None
    assert chart.kind == "line"
    assert chart.values[-1] == pytest.approx(0.8)
    assert chart.values[-1] == max(chart.values)


@pytest.mark.parametrize(
    "chart",
    [Chart("ring", (0.4,)), Chart("share", (3.0, 5.0)), Chart("bars", (0.3, 1.0, 0.2)), Chart("line", (0.2, 0.5, 1.0))],
)
def test_charts_grow_and_stay_in_their_place(chart: Chart) -> None:
    drawn = []
    for progress in (0.02, 0.9):
        surface = skia.Surface(200, 200)
        paint_chart(surface.getCanvas(), chart, skia.Rect.MakeXYWH(50, 50, 100, 100), progress, 0xFF202020, 0xFFFF5020)
        drawn.append(surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType).astype(int))
    early, late = ((d[..., 0] > 120) & (d[..., 2] < 120) & (d[..., 3] > 60) for d in drawn)
    assert late.sum() > early.sum() + 60
    assert drawn[1][:40, :, 3].max() == 0


def test_a_ring_is_as_full_as_its_share() -> None:
    def accent(share: float) -> int:
        surface = skia.Surface(200, 200)
        paint_chart(
            surface.getCanvas(), Chart("ring", (share,)), skia.Rect.MakeWH(200, 200), 1.0, 0xFF202020, 0xFFFF0000
        )
        pixels = surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType).astype(int)
        return int(((pixels[..., 0] > 200) & (pixels[..., 1] < 50)).sum())

    assert accent(0.5) / accent(0.999) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("name", list(DESIGNS))
@pytest.mark.parametrize("size", [(384, 216), (216, 384)])
def test_every_design_moves_and_stays_in_the_grade(name: str, size: tuple[int, int]) -> None:
    stage = Stage(*size, order("card", "none"), 3)
    inks = inks_for(stage)
    paint = DESIGNS[name](stage, inks)
    ground = base(stage, inks)
    frames = []
    for view in (View(), View(time=2.0, progress=0.9, x=0.02)):
        surface = skia.Surface(*size)
        canvas = surface.getCanvas()
        canvas.drawImageRect(ground, stage.bounds)
        before = surface.toarray().astype(int)
        paint(canvas, view)
        frames.append(surface.toarray().astype(int))
        assert np.abs(frames[-1] - before).mean() > 0.3, "nothing was drawn"
    assert np.abs(frames[0] - frames[1]).mean() > 0.3


@pytest.mark.parametrize(
    "action",
    [
        "closing brand card",
        "silk",
        "a pulse of energy",
        "paper cut",
        "水墨山水",
        "festive lights",
        "how the system works",
        "rain on a lake",
        "thick walls",
        "sunrise",
    ],
)
@pytest.mark.parametrize("time", ["day", "night"])
def test_text_has_quiet_room(action: str, time: TimeOfDay) -> None:
    stage = Stage(384, 216, order(action, "part", time=time), 2)
    (frame,) = painted(stage, View(progress=0.6, time=1.5))
    part = frame[:, : int(384 * 0.42), :3].mean(-1)
    assert np.abs(np.diff(part, axis=1)).mean() < 2.5
    assert part.std() < 26
    card = Stage(384, 216, order(action, "all", time=time), 2)
    (frame,) = painted(card, View(progress=0.6, time=1.5))
    middle = frame[70:140, 90:290, :3].mean(-1)
    assert middle.std() < 24


@pytest.mark.parametrize("room", ["all", "part", "none"])
def test_the_same_recipe_gives_the_same_card_and_it_moves(room: str) -> None:
    first, last = painted(Stage(384, 216, order("Chapter one", room), 9), View(), View(time=2.0, progress=1.0))
    again = painted(Stage(384, 216, order("Chapter one", room), 9), View())[0]
    assert (first == again).all()
    assert np.abs(first - last).mean() > 0.3
    assert (first[..., 3] == 255).all()
    assert (veil(Stage(384, 216, order("x", room), 9), inks_for(Stage(384, 216, order("x", room), 9))) is None) == (
        room == "none"
    )


def test_words_language_and_tone_choose_the_design() -> None:
    def chosen(action: str, **fields: object) -> str:
        return graphic.design_for(Stage(320, 180, order(action, **fields), 1), False)  # type: ignore[arg-type]

    assert chosen("片名：《江湖》", language="zh") == "ink"
    assert chosen("Cut paper hills") == "paper"
    assert chosen("How the process works") == "grid"
    assert chosen("Like a lake just before the rain") == "water"
    assert chosen("As thick as a good excuse") == "slabs"
    assert chosen("A new morning") == "sun"
    assert chosen("A moment", look=Look(name="Quiet", type_tone="elegant")) in ("ribbons", "gradient", "bokeh")
    assert len({graphic.design_for(Stage(320, 180, order("A moment"), seed), False) for seed in range(30)}) > 2


def test_a_glad_morning_card_is_light_and_a_night_card_dark() -> None:
    grounds = [inks_for(Stage(320, 180, order("card", time=time), 1)) for time in ("morning", "night")]
    assert [inks.dark for inks in grounds] == [False, True]


def test_a_named_thing_stands_on_the_card_and_takes_its_colour() -> None:
    bare, with_icon = (
        painted(Stage(384, 216, order("A moment", prop=prop), 4), View(progress=0.6))[0]
        for prop in (None, Prop(name="teapot", colour="#20c040"))
    )  # fmt: skip
    green = (with_icon[..., 1] > with_icon[..., 0] + 40) & (with_icon[..., 1] > with_icon[..., 2] + 30)
    assert green.mean() > 0.01
    assert not ((bare[..., 1] > bare[..., 0] + 40) & (bare[..., 1] > bare[..., 2] + 30)).any()


def test_the_accent_is_the_looks() -> None:
    frame = painted(Stage(384, 216, order("50% more", look=Look(name="L", accent="#10d020")), 4), View(progress=0.9))[0]
    assert ((frame[..., 1] > 150) & (frame[..., 0] < 90) & (frame[..., 2] < 110)).mean() > 0.01
