"""The animatic as a whole: every camera, every kind of place, continuity, determinism, calm, the same people everywhere."""

import hashlib
import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import skia
from numpy.typing import NDArray

from callsheet.errors import InputError
from callsheet.film.asset import Cast, Location, Look, Prop
from callsheet.film.frames import Rate
from callsheet.film.shot import Angle, Camera, Mood, Move, Size
from callsheet.film.take import Order, Recipe, Reference
from callsheet.media.animatic.camera import ease, lens_for, path
from callsheet.media.animatic.draw import draw, frame, size_of
from callsheet.media.animatic.scenes.choice import BUILDERS, choose, scene_for
from callsheet.media.animatic.stage import Stage
from callsheet.media.animatic.version import ENGINE
from callsheet.media.animatic.wardrobe import garb_for
from callsheet.media.decode import frame_count, still_frame

SMALL = 90
MEI = ("mei", Cast(name="Mei", presents="woman", wardrobe="red coat"))
LIN = ("lin", Cast(name="Lin", presents="man"))


def order(action: str = "Mei walks", place: str | None = "Neon alley", **given: Any) -> Order:
    camera = Camera(**{key: given.pop(key) for key in ("size", "angle", "move") if key in given})
    fields: dict[str, Any] = {
        "code": "EP01 SQ010 SH010", "action": action, "camera": camera, "frames": 24, "rate": Rate(24), "framings": ("16:9", "9:16"),
        "mood": Mood(), "creativity": 0.3, "time_of_day": None, "weather": None, "use_case": None,
        "location": Location(name=place) if place else None, "location_id": place.lower().replace(" ", "-") if place else None,
        "cast": (MEI,), "props": (), "look": None, "language": "en", "text_room": "none", "references": (),
    }  # fmt: skip
    return Order(**{**fields, **given})


def recipe(*args: Any, seed: int = 7, **given: Any) -> Recipe:
    return Recipe(offer="animatic", engine=ENGINE, seed=seed, order=order(*args, **given))


def picture(*args: Any, index: int = 12, framing: Any = "16:9", height: int = SMALL, **given: Any) -> NDArray[np.uint8]:
    return frame(recipe(*args, **given), framing, {}, index, height).copy()


def detail(pixels: NDArray[np.uint8]) -> float:
    """Mean step between neighbouring blocks of 3x3 pixels: structure, not grain."""
    luma = pixels[..., :3].astype(float).mean(-1)
    rows, columns = luma.shape[0] // 3 * 3, luma.shape[1] // 3 * 3
    luma = luma[:rows, :columns].reshape(rows // 3, 3, columns // 3, 3).mean((1, 3))
    return float(np.abs(np.diff(luma, axis=0)).mean() + np.abs(np.diff(luma, axis=1)).mean())


def test_the_same_recipe_draws_the_same_bytes() -> None:
    rainy = {"time_of_day": "night", "weather": "rain", "move": "handheld"}
    assert picture(**rainy).tobytes() == picture(**rainy).tobytes()
    assert picture(**rainy).tobytes() != picture(**rainy, seed=8).tobytes()
    assert picture(**rainy, index=3).tobytes() != picture(**rainy, index=4).tobytes()


def test_a_frame_alone_is_the_frame_of_the_clip(tmp_path: Path) -> None:
    one = recipe(frames=5)
    heard: list[int] = []
    clip = draw(one, "16:9", {}, tmp_path / "a.mp4", height=SMALL, on_frame=heard.append)
    assert (clip.width, clip.height, clip.frames) == (160, 90, 5)
    assert heard == [0, 1, 2, 3, 4]
    assert frame_count(tmp_path / "a.mp4", Fraction(24)) == 5
    shown = still_frame(tmp_path / "a.mp4", 3).astype(int)
    drawn = frame(one, "16:9", {}, 3, SMALL)[..., 2::-1].astype(int)
    assert np.abs(shown - drawn).mean() < 6


def test_sizes_follow_the_framing_and_nonsense_is_refused() -> None:
    assert size_of("16:9") == (1280, 720)
    assert size_of("9:16") == (720, 1280)
    for bad in (0, 14, 91):
        with pytest.raises(InputError):
            size_of("16:9", bad)
    with pytest.raises(IndexError):
        frame(recipe(), "16:9", {}, 24, SMALL)


@pytest.mark.parametrize("framing", ["16:9", "9:16"])
@pytest.mark.parametrize("place", sorted(set(BUILDERS) - {"product", "still", "graphic"}))
def test_every_kind_of_place_fills_the_frame(place: str, framing: Any) -> None:
    named = {
        "skyline": "Rooftop", "theatre": "Concert stage", "car": "Taxi", "studio": "Nowhere at all", "market": "Night market",
        "noodle": "Noodle shop", "space": "Outer space",
    }.get(place, place.title())  # fmt: skip
    assert choose(order(place=named)) == place
    pixels = picture("Mei stands", named, framing=framing, size="wide")
    assert pixels[..., 3].min() == 255
    luma = pixels[..., :3].astype(float).mean(-1)
    assert luma.std() > 6, "a flat slab"
    assert (luma < 3).mean() < 0.10, "black slabs"
    assert 15 < luma.mean() < 240


@pytest.mark.parametrize("move", get_args(Move))
def test_every_move_moves_as_its_name_says(move: str) -> None:
    stage = Stage(160, 90, order(move=move, frames=48), 7)
    at = path(stage)
    first, last = at(0), at(47)
    moved = {
        "push": last.zoom > first.zoom * 1.05, "pull": last.zoom < first.zoom / 1.05,
        "pan-left": last.yaw < first.yaw - 0.05, "pan-right": last.yaw > first.yaw + 0.05,
        "tilt-up": last.pitch < first.pitch - 0.03, "tilt-down": last.pitch > first.pitch + 0.03,
        "truck-left": last.x < first.x - 0.05, "truck-right": last.x > first.x + 0.05,
        "crane-up": last.y < first.y - 0.03, "crane-down": last.y > first.y + 0.03,
        "orbit": last.x > first.x + 0.05 and last.yaw < first.yaw - 0.05,
        "handheld": len({round(at(n).yaw, 6) for n in range(48)}) > 40,
        "static": abs(last.x - first.x) + abs(last.yaw - first.yaw) < 0.01 and last.zoom != first.zoom,
    }  # fmt: skip
    assert moved[move]
    assert all(abs(b.x - a.x) + abs(b.yaw - a.yaw) < 0.03 for a, b in itertools.pairwise(at(n) for n in range(48))), (
        "a jump"
    )
    assert picture(move=move, frames=48, index=0).tobytes() != picture(move=move, frames=48, index=47).tobytes()


def test_easing_is_monotonic_and_alive_at_both_ends() -> None:
    values = [ease(n / 100) for n in range(101)]
    assert values[0] == 0
    assert values[-1] == pytest.approx(1)
    assert all(b > a for a, b in itertools.pairwise(values))
    assert values[1] > 0.002
    assert 1 - values[-2] > 0.002


def test_a_pan_shifts_all_depths_alike_and_a_truck_does_not() -> None:
    stage = Stage(160, 90, order(), 7)

    def shift(move: str, depth: float) -> float:
        view = path(Stage(160, 90, order(move=move, frames=48), 7))
        return float(stage.matrix(view(47), depth).mapXY(80, 45).x() - stage.matrix(view(0), depth).mapXY(80, 45).x())

    assert shift("pan-right", 0.1) == pytest.approx(shift("pan-right", 1.0), rel=0.15)
    assert abs(shift("truck-right", 0.1)) < abs(shift("truck-right", 1.0)) * 0.15


@pytest.mark.parametrize(("size", "angle"), list(itertools.product(get_args(Size), get_args(Angle))))
def test_every_size_and_angle_draws(size: str, angle: str) -> None:
    pixels = picture(
        "Mei speaks to Lin", "Living room", size=size, angle=angle, cast=(MEI, LIN), height=54, frames=4, index=2
    )
    assert pixels.shape == (54, 96, 4)
    assert pixels[..., :3].std() > 4


def test_nearer_sizes_show_larger_people_and_angles_move_the_horizon() -> None:
    def lens(**given: Any) -> Any:
        return lens_for(Stage(160, 90, order(**given), 7))

    sizes = ["extreme-wide", "wide", "full", "medium", "close", "extreme-close"]
    assert [lens(size=size).tall for size in sizes] == sorted(lens(size=size).tall for size in sizes)
    assert lens(angle="low", size="wide").horizon > lens(size="wide").horizon > lens(angle="high", size="wide").horizon
    assert lens(angle="overhead").squash < 1
    assert path(Stage(160, 90, order(angle="dutch"), 7))(0).roll != 0


@pytest.mark.parametrize("role", ["extends", "extends:16:9"])
def test_a_shot_that_extends_another_starts_on_its_last_frame(tmp_path: Path, role: str) -> None:
    before = tmp_path / "before.mp4"
    draw(recipe("A mountain peak", "Ridge", frames=6), "16:9", {}, before, height=SMALL)
    sha = hashlib.sha256(before.read_bytes()).hexdigest()
    after = recipe("Mei walks", "Beach", references=(Reference(role=role, sha256=sha),))
    first = frame(after, "16:9", {sha: before}, 0, SMALL)[..., 2::-1].copy()
    assert np.array_equal(first, still_frame(before, -1))
    own = frame(after, "16:9", {}, 20, SMALL)
    assert np.array_equal(frame(after, "16:9", {sha: before}, 20, SMALL), own), "after the ease the shot is itself"
    halfway = frame(after, "16:9", {sha: before}, 6, SMALL)
    assert not np.array_equal(halfway, frame(after, "16:9", {}, 6, SMALL))


def test_first_and_last_stills_are_honoured_to_the_pixel(tmp_path: Path) -> None:
    files = {}
    for name, colour in (("first-frame", 0xFF3060A0), ("last-frame", 0xFFA06030)):
        surface = skia.Surface(160, 90)
        surface.getCanvas().clear(colour)
        surface.makeImageSnapshot().save(str(tmp_path / f"{name}.png"))
        files[name] = tmp_path / f"{name}.png"
    shas = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}
    one = recipe(references=tuple(Reference(role=role, sha256=sha) for role, sha in shas.items()))
    given = {sha: files[name] for name, sha in shas.items()}
    assert (frame(one, "16:9", given, 0, SMALL)[..., :3] == (0xA0, 0x60, 0x30)).all()
    assert (frame(one, "16:9", given, -1, SMALL)[..., :3] == (0x30, 0x60, 0xA0)).all()


def test_a_character_is_dressed_alike_in_every_shot() -> None:
    from callsheet.media.animatic.reading import read

    looks = []
    for action, place, seed in (("Mei walks", "Beach", 1), ("Mei sits and reads", "Office", 2)):
        stage = Stage(160, 90, order(action, place, time_of_day="day"), seed)
        looks.append(garb_for(stage, read(stage.order).actors[0], 0.3))
    assert looks[0] == looks[1]
    red = looks[0].top
    assert red >> 16 & 255 > (red >> 8 & 255) + 40, "the board says a red coat"
    other = Stage(160, 90, order(cast=(LIN,), time_of_day="day"), 1)
    assert garb_for(other, read(other.order).actors[0], 0.3) != looks[0]


def test_a_place_looks_the_same_in_every_shot() -> None:
    one = picture("A quiet view", "Ridge", cast=(), move="static", creativity=0.0, seed=1)
    two = picture("Nobody is here", "Ridge", cast=(), move="static", creativity=0.0, seed=2)
    assert np.abs(one.astype(int) - two.astype(int)).mean() < 6


@pytest.mark.parametrize("place", ["Neon alley", "Cafe", "Living room", "Meadow", "Rooftop"])
@pytest.mark.parametrize("framing", ["16:9", "9:16"])
def test_the_region_for_text_stays_calm(place: str, framing: Any) -> None:
    def calm_part(text: str) -> NDArray[np.uint8]:
        pixels = picture(
            "Mei stands", place, framing=framing, text_room=text, size="wide", time_of_day="night", height=180
        )
        height, width = pixels.shape[:2]
        return pixels[:, : int(width * 0.45)] if framing == "16:9" else pixels[: height // 3]

    assert detail(calm_part("part")) < detail(calm_part("none")) * 0.65


def test_people_keep_out_of_the_text_region() -> None:
    from callsheet.media.animatic.blocking import block
    from callsheet.media.animatic.figure import Light
    from callsheet.media.animatic.reading import read

    for size in get_args(Size):
        for cast in ((MEI,), (MEI, LIN)):
            stage = Stage(160, 90, order("Mei and Lin talk", "Cafe", size=size, cast=cast, text_room="part"), 7)
            marks = block(stage, read(stage.order), lens_for(stage), Light(0xFFFFFFFF, 0.5, 0.5)).marks
            assert all(mark.x > 0.45 for mark in marks)


def test_the_look_pulls_the_palette() -> None:
    look = Look(name="Jade", palette=["#06231c", "#1f7a5c", "#d8f5e4"])
    plain, jade = picture("A view", "Ridge", cast=()), picture("A view", "Ridge", cast=(), look=look)
    greener = jade[..., 1].astype(float).mean() - jade[..., 2].mean()
    assert greener > plain[..., 1].astype(float).mean() - plain[..., 2].mean() + 5


def test_the_scene_is_chosen_by_what_the_order_brings() -> None:
    assert choose(order(text_room="all")) == "graphic"
    assert choose(order(use_case="product")) == "product"
    assert (
        choose(order(cast=(), action="The bottle gleams", size="insert", props=(("b", Prop(name="Bottle")),)))
        == "product"
    )
    assert choose(order(), ["image"]) == "still"
    assert choose(order(), ["extends", "extends:9:16", "last-frame"]) == "street"


def test_every_scene_can_be_built_from_an_order() -> None:
    stage = Stage(96, 54, order(place="Teahouse"), 7)
    surface = skia.Surface(96, 54)
    scene_for(stage).paint(surface.getCanvas(), path(stage)(0))
    assert surface.makeImageSnapshot().toarray()[..., 3].min() == 255
