"""Stills in depth: the subject is found, kept in the frame and out of the text's way, and moves apart from what lies behind it."""

import numpy as np
import pytest
import skia
from scipy import ndimage

from callsheet.film.asset import Prop
from callsheet.film.frames import Rate
from callsheet.film.shot import Camera, Mood
from callsheet.film.take import Order
from callsheet.media.animatic.objects.saliency import subject_mask
from callsheet.media.animatic.scenes import product, still
from callsheet.media.animatic.stage import Stage, Still, View


def order(room: str = "none") -> Order:
    return Order(
        code="EP01 SQ010 SH010", action="The pot in the studio", camera=Camera(size="medium", move="truck-right"), frames=48, rate=Rate(24),
        framings=("16:9", "9:16"), mood=Mood(), creativity=0.3, time_of_day="day", weather=None, use_case="product", location=None, location_id=None,
        cast=(), props=(("pot", Prop(name="Pot")),), look=None, language="en", text_room=room, references=(),
    )  # fmt: skip


def picture(
    width: int = 480, height: int = 320, centre: tuple[float, float] = (0.5, 0.55), seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """A photograph-like still, opaque RGBA, and where its subject truly is."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    sky = np.stack([150 + 60 * y / height, 160 + 30 * x / width, 175 - 40 * y / height], -1)
    texture = ndimage.gaussian_filter(rng.standard_normal((height, width)), 3) * 26
    pixels = sky + texture[..., None]
    pixels[y > height * 0.72] = pixels[y > height * 0.72] * 0.55 + [30, 20, 10]
    inside = ((x / width - centre[0]) / 0.14) ** 2 + ((y / height - centre[1]) / 0.26) ** 2 < 1
    shade = (0.7 + 0.5 * (x / width - centre[0] + 0.14) / 0.28)[..., None]
    pixels = np.where(inside[..., None], np.array([190, 52, 40]) * shade + texture[..., None], pixels)
    return np.dstack([np.clip(pixels, 0, 255), np.full((height, width), 255)]).astype(np.uint8), inside


def frames(stage: Stage, *views: View) -> list[np.ndarray]:
    scene = still.build(stage)
    out = []
    for view in views:
        surface = skia.Surface(stage.width, stage.height)
        surface.getCanvas().clear(0xFF00FF00)
        scene.paint(surface.getCanvas(), view)
        out.append(surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType).astype(int))
    return out


def red(frame: np.ndarray) -> np.ndarray:
    return (frame[..., 0] > 1.7 * frame[..., 1]) & (frame[..., 0] > 90)


@pytest.mark.parametrize("centre", [(0.5, 0.55), (0.36, 0.5), (0.62, 0.6)])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_mask_finds_the_subject(centre: tuple[float, float], seed: int) -> None:
    pixels, truth = picture(centre=centre, seed=seed)
    found = subject_mask(pixels) > 0.5
    assert (found & truth).sum() / (found | truth).sum() > 0.85


def test_the_mask_of_a_cut_out_is_its_alpha() -> None:
    pixels, truth = picture()
    pixels[~truth] = 0
    assert ((subject_mask(pixels) > 0.5) == truth).all()


def test_a_picture_without_a_subject_is_not_torn_apart() -> None:
    rng = np.random.default_rng(4)
    field = ndimage.gaussian_filter(rng.standard_normal((240, 360)), 2) * 60 + 128
    pixels = np.dstack([np.clip(field, 0, 255)] * 3 + [np.full(field.shape, 255)]).astype(np.uint8)
    scene = still.build(Stage(384, 216, order(), 1, [Still("image", pixels)]))
    assert isinstance(scene, still.StillScene)
    assert scene.subject is None


def test_the_subject_moves_apart_from_the_background() -> None:
    pixels, _ = picture()
    before, after = frames(
        Stage(480, 320, order(), 1, [Still("image", pixels)]), View(progress=0.5), View(progress=0.5, x=0.06)
    )
    subject = np.flatnonzero(red(before).any(0)).mean() - np.flatnonzero(red(after).any(0)).mean()
    # Follow the far background by correlating its texture above the subject.
    strip, moved = before[20:60, 40:-40, 1].mean(0), after[20:60, :, 1].mean(0)
    strip, moved = strip - ndimage.gaussian_filter1d(strip, 20), moved - ndimage.gaussian_filter1d(moved, 20)
    errors = [((moved[40 - shift : len(moved) - 40 - shift] - strip) ** 2).mean() for shift in range(40)]
    background = int(np.argmin(errors))
    assert subject == pytest.approx(0.06 * 320, abs=2.5)
    assert 2 <= background <= subject - 5


def test_the_background_is_rebuilt_behind_the_subject() -> None:
    pixels, truth = picture()
    filled = still.filled_behind(
        pixels[..., :3].astype(float), ndimage.binary_dilation(truth, iterations=4).astype(float)
    )
    assert not red(filled)[truth].any()
    outside = ~ndimage.binary_dilation(truth, iterations=5)
    assert np.abs(filled - pixels[..., :3])[outside].max() < 1.0


@pytest.mark.parametrize("size", [(480, 270), (270, 480)])
@pytest.mark.parametrize("centre", [(0.3, 0.5), (0.7, 0.6)])
def test_the_subject_stays_in_the_frame_and_out_of_the_text(size: tuple[int, int], centre: tuple[float, float]) -> None:
    pixels, _ = picture(centre=centre)
    stage = Stage(*size, order("part"), 1, [Still("image", pixels)])
    (frame,) = frames(stage, View(progress=0.5))
    seen = red(frame)
    calm = stage.calm
    in_text = seen[: int(calm.bottom() * size[1] * 0.97), : int(calm.right() * size[0] * 0.97)].sum()
    assert seen.sum() > 0.02 * seen.size
    assert in_text < 0.12 * seen.sum()
    assert seen[:, [0, -1]].sum() + seen[[0, -1]].sum() < 4


@pytest.mark.parametrize("size", [(480, 270), (270, 480), (300, 300)])
def test_every_shape_is_filled_repeats_itself_and_moves(size: tuple[int, int]) -> None:
    pixels, _ = picture()
    stage = Stage(*size, order(), 1, [Still("image", pixels)])
    first, last = frames(stage, View(progress=0.0), View(progress=1.0, time=2.0, zoom=1.08, y=0.03))
    again = frames(Stage(*size, order(), 1, [Still("image", pixels)]), View(progress=0.0))[0]
    assert (first == again).all()
    assert (first[..., 3] == 255).all()
    assert not (first[..., :3] == [0, 255, 0]).all(-1).any()
    assert np.abs(first - last).mean() > 1.5


def test_a_cut_out_goes_on_a_set_or_in_its_place() -> None:
    pixels, truth = picture()
    cut = pixels.copy()
    cut[~truth] = 0
    alone = still.build(Stage(384, 216, order(), 1, [Still("prop:pot", cut)]))
    assert isinstance(alone, product.CutoutSet)
    placed = still.build(Stage(384, 216, order(), 1, [Still("prop:pot", cut), Still("location:home", pixels)]))
    assert isinstance(placed, still.StillScene)
    assert placed.subject is not None


def test_a_first_frame_is_shown_as_it_is() -> None:
    pixels, _ = picture(480, 270)
    (frame,) = frames(Stage(480, 270, order(), 1, [Still("first-frame", pixels)]), View())
    wanted = pixels[..., :3].astype(int)
    middle = np.abs(frame[40:-40, 60:-60, :3].mean((0, 1)) - wanted[40:-40, 60:-60].mean((0, 1)))
    assert middle.max() < 25


def test_a_picture_made_for_the_shot_comes_before_product_and_place() -> None:
    pixels, truth = picture()
    cut, place = pixels.copy(), np.full_like(pixels, 90)
    cut[~truth] = 0
    stills = [Still("prop:pot", cut), Still("location:home", place), Still("image", pixels)]
    scene = still.build(Stage(384, 216, order(), 1, stills))
    assert isinstance(scene, still.StillScene)
    assert scene.plate.width() > 0
    (frame,) = frames(Stage(384, 216, order(), 1, stills), View(progress=0.5))
    (alone,) = frames(Stage(384, 216, order(), 1, [Still("image", pixels)]), View(progress=0.5))
    assert (frame == alone).mean() > 0.95


def test_the_subject_of_an_upright_picture_stands_above_the_captions() -> None:
    pixels, _ = picture(centre=(0.5, 0.68))
    (frame,) = frames(Stage(270, 480, order(), 1, [Still("image", pixels)]), View(progress=0.5))
    assert np.flatnonzero(red(frame).sum(1) > 3)[-1] < 0.73 * 480


def test_a_dim_picture_is_opened_up_by_day_and_left_alone_at_night() -> None:
    pixels, _ = picture()
    dim = (pixels * [0.4, 0.4, 0.4, 1.0]).astype(np.uint8)
    day, night = (
        frames(Stage(240, 160, order().model_copy(update={"time_of_day": time}), 1, [Still("image", dim)]), View())[0]
        for time in ("day", "night")
    )
    assert day[..., :3].mean() > night[..., :3].mean() + 8


def test_a_second_image_is_an_insert() -> None:
    pixels, _ = picture()
    blue = np.zeros((100, 100, 4), np.uint8)
    blue[...] = [10, 10, 240, 255]
    stage = Stage(480, 270, order(), 1, [Still("image", pixels), Still("image", blue)])
    (frame,) = frames(stage, View(progress=0.8))
    assert ((frame[..., 2] > 220) & (frame[..., 0] < 40)).mean() > 0.02
