"""Supers over pictures that are known to be bright or dark: their inks, and that nothing is darkened behind them."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from callsheet.errors import InputError
from callsheet.media.tiles import Tile
from callsheet.media.type.draw import palette_of
from callsheet.media.type.painter import TypePainter
from callsheet.media.type.place import place_supers
from callsheet.media.type.supers import SHADE, Super, as_data, from_data, item_key, overlays
from callsheet.media.type.voices import BRIGHT, ROLES

RATE = Fraction(24)
DARK = (42, 38, 34)
GROUNDS = {"light": BRIGHT, "dark": DARK}
ACCENTS = ["#f2b84b", "#e2703a", "#000080", "#ffffff", "#1f7a6b", "#ffff00"]


def light(rgb: NDArray[np.float64] | tuple[int, ...]) -> float:
    """Relative luminance of one colour."""
    at = np.asarray(rgb, np.float64) / 255
    linear = np.where(at <= 0.04045, at / 12.92, ((at + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(a: NDArray[np.float64] | tuple[int, ...], b: NDArray[np.float64] | tuple[int, ...]) -> float:
    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)


def spread(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """A mask grown by some pixels to all sides."""
    out = np.zeros_like(mask)
    for dy in range(-by, by + 1):
        for dx in range(-by, by + 1):
            out |= np.roll(mask, (dy, dx), (0, 1))
    return out


def edge_contrasts(words: Tile, ground: str) -> dict[str, float]:
    """Contrast of the drawn neutral and coloured inks with what lies around their edges on the test picture."""
    rgba = words.rgba.astype(np.float64)
    picture = rgba[..., :3] + np.array(GROUNDS[ground]) * (1 - rgba[..., 3:] / 255)
    inked = rgba[..., 3] >= 225
    if ground == "dark":
        inked &= rgba[..., :3].max(-1) > 128
    coloured = np.ptp(rgba[..., :3], axis=-1) > 40
    out = {}
    for name, ink in (("neutral", inked & ~coloured), ("coloured", inked & coloured)):
        around = spread(ink, 3) & ~spread(inked, 1)
        if ink.sum() > 12:
            out[name] = contrast(np.median(picture[ink], axis=0), np.median(picture[around], axis=0))
    return out


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280)])
@pytest.mark.parametrize("role", list(ROLES))
@pytest.mark.parametrize("ground", list(GROUNDS))
def test_every_role_is_read_against_its_ground_without_darkening_it(
    ground: str, role: str, size: tuple[int, int]
) -> None:
    item = Super("*Potter* of the 12 years\nMei Chen", role, 0, 60, ground=ground)
    placed = place_supers([item], size)
    assert not [key for key, _, _ in overlays(placed) if key.endswith(SHADE)]
    assert not [key for key, _, _ in overlays([item]) if key.endswith(SHADE)]
    (words,) = TypePainter(size, RATE, placed).at(40)
    found = edge_contrasts(words, ground)
    if role == "cta":
        # The fill of the button is no ink; what is written on it is measured below.
        found.pop("coloured", None)
    assert found
    assert min(found.values()) >= 3.0, found


@pytest.mark.parametrize("role", list(ROLES))
def test_nothing_on_a_light_ground_is_darker_than_the_picture_but_the_ink(role: str) -> None:
    size = (1280, 720)
    item = Super("Potter of the year\nMei Chen", role, 0, 60, ground="light")
    (words,) = TypePainter(size, RATE, place_supers([item], size)).at(40)
    rgba = words.rgba.astype(np.float64)
    picture = rgba[..., :3] + np.array(BRIGHT) * (1 - rgba[..., 3:] / 255)
    away = ~spread(rgba[..., 3] > 90, 2)
    assert (picture[away].min(axis=0) >= np.array(BRIGHT) - 1.5).all()


@pytest.mark.parametrize("accent", ACCENTS)
def test_inks_for_a_light_ground_stand_out_and_keep_their_hue(accent: str) -> None:
    palette = palette_of(accent, "light")
    assert contrast(palette.of("accent")[0], BRIGHT) >= 3.0
    assert contrast(palette.of("soft")[0], BRIGHT) >= 4.5
    assert palette.of("white")[0] == (29, 25, 21)
    assert palette.line == palette.accent
    assert palette.fill == palette_of(accent).fill
    assert contrast(palette.on, palette.fill) >= 3.0
    given = np.array([int(accent[i : i + 2], 16) for i in (1, 3, 5)])
    drawn = np.array(palette.accent)
    assert np.abs(given * drawn.max() - drawn * given.max()).max() <= 255


def test_inks_for_a_dark_ground_are_those_of_an_unknown_one() -> None:
    for ink in ("white", "soft", "accent", "on"):
        assert palette_of("#e2703a", "dark").of(ink) == palette_of("#e2703a").of(ink)


def test_a_ground_travels_as_data_and_changes_the_key() -> None:
    item = Super("The teapot", "headline", 0, 60, ground="light")
    (placed,) = place_supers([item], (640, 360))
    assert placed.ground == "light"
    assert placed.placement
    assert placed.placement.shade is None
    for each in (item, placed):
        assert from_data(json.loads(json.dumps(as_data(each)))) == each
    assert len({item_key(replace(item, ground=g)) for g in ("", "light", "dark")}) == 3
    older = {k: v for k, v in as_data(replace(item, ground="")).items() if k != "ground"}
    assert from_data(older) == replace(item, ground="")


def test_a_ground_told_after_placing_takes_the_darkening_away() -> None:
    (placed,) = place_supers([Super("The teapot", "headline", 0, 60)], (640, 360))
    assert [key for key, _, _ in overlays([placed]) if key.endswith(SHADE)]
    told = replace(placed, ground="dark")
    assert not [key for key, _, _ in overlays([told]) if key.endswith(SHADE)]
    assert TypePainter((640, 360), RATE, [told]).tiles(item_key(told) + SHADE, 30) == []


def test_of_a_stack_only_those_on_an_unknown_ground_are_darkened_behind() -> None:
    stack = [Super("The teapot", "headline", 0, 60, ground="dark"), Super("It pours clean.", "sub", 0, 60)]
    headline, sub = place_supers(stack, (640, 360))
    assert headline.placement
    assert sub.placement
    assert headline.placement.shade is None
    assert sub.placement.shade
    alone = place_supers(stack[1:], (640, 360))[0].placement
    assert alone
    assert alone.shade
    assert sub.placement.shade[3] == alone.shade[3]


def test_an_unknown_ground_name_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        Super("Tea", end=9, ground="grey")
    assert "light, dark" in str(caught.value.remedy)
