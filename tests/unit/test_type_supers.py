import json
import multiprocessing
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from callsheet.errors import InputError, NotFoundError
from callsheet.media.tiles import Tile
from callsheet.media.type.captions import Cue
from callsheet.media.type.compose import compose
from callsheet.media.type.painter import TypePainter
from callsheet.media.type.place import place_supers, room_of
from callsheet.media.type.stage import Area, stage_for
from callsheet.media.type.supers import WORDS, Item, Super, as_data, from_data, item_key, overlays, plain_text
from callsheet.media.type.voices import ROLES, TONES, legible, on_colour

RATE = Fraction(24)
SIZES = [(640, 360), (360, 640), (480, 480)]
TEXTS = {
    "offer": "Launch week\n~$199~ $149\nFree shipping until Sunday",
    "stat": "98%\nof testers would buy it again",
    "cta": "Order now\nkettleandcloud.com",
    "lower-third": "Mei Chen\nPotter, third generation",
    "chapter": "02\nThe *glaze*",
    "item": "1. Warm the pot",
    "quote": "It is the first teapot I do not have to apologise for.\n— Mrs. Chen",
}


def over(tiles: list[Tile], size: tuple[int, int], grey: int = 120) -> NDArray[np.float32]:
    """Tiles on an even grey, [h, w, 3]."""
    picture = np.full((size[1], size[0], 3), grey, np.float32)
    for tile in tiles:
        height, width = tile.rgba.shape[:2]
        part = picture[tile.y : tile.y + height, tile.x : tile.x + width]
        part *= 1 - tile.rgba[..., 3:] / np.float32(255)
        part += tile.rgba[..., :3]
    return picture


def boxes(item: Super, size: tuple[int, int]) -> Area:
    """Where a placed super's words and shapes stand, in reference units."""
    assert item.placement
    stage = stage_for(size)
    room = room_of(item.placement, stage)
    blocks = compose(item, stage.kind, room.width, room.height, item.placement.align, item.placement.scale / 1000)
    width, height = max(b.width for b in blocks), max(b.height for b in blocks)
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[item.placement.align] * (room.width - width)
    return Area(room.x + shift, room.y, width, height)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tone", list(TONES))
def test_every_role_comes_in_holds_still_and_leaves(size: tuple[int, int], tone: str) -> None:
    for role in ROLES:
        item = Super(TEXTS.get(role, "The teapot that pours *clean*"), role, 0, 60, tone=tone)
        painter = TypePainter(size, RATE, place_supers([item], size))
        (key,) = [k for k, _, _ in overlays(place_supers([item], size)) if k.endswith(WORDS)]
        moving, held, last = painter.tiles(key, 3), painter.tiles(key, 40), painter.tiles(key, 59)
        assert held[0] is painter.tiles(key, 41)[0]
        assert len(held) == 1
        assert (held[0].rgba[..., :3].max(-1).astype(int) - held[0].rgba[..., 3]).max() <= 2
        assert held[0].rgba[..., :3].max() > 200
        assert {t.stable_id for t in moving} != {t.stable_id for t in held}
        assert sum(int(t.rgba[..., 3].sum()) for t in last) < 0.5 * int(held[0].rgba[..., 3].sum())
        assert painter.tiles(key, -1) == []
        assert painter.tiles(key, 60) == []
        for tile in (*moving, *held, *last):
            assert tile.x >= 0
            assert tile.y >= 0
            assert tile.x + tile.rgba.shape[1] <= size[0]
            assert tile.y + tile.rgba.shape[0] <= size[1]


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080)])
def test_supers_keep_to_the_safe_area_and_off_the_captions_and_each_other(size: tuple[int, int]) -> None:
    together = [
        Super("What *two hundred* potters could not do", "headline", 0, 90),
        Super("Hand-thrown in Jingdezhen, fired at 1,300 °C for 14 hours.", "sub", 0, 90),
        Super("Order now\nkettleandcloud.com", "cta", 10, 90),
        Super("Mei Chen\nPotter", "lower-third", 0, 60),
        Super("Filmed in Jingdezhen. Individual results vary.", "legal", 0, 90),
        Super("Now on the right", "headline", 100, 140, place="right"),
        Super("雨夜来信\n第一集", "title", 100, 140, language="zh", tone="elegant"),
    ]
    placed = place_supers(together, size)
    stage = stage_for(size)
    areas = [boxes(s, size) for s in placed]
    for area in areas:
        assert area.x >= stage.safe.x - 1
        assert area.y >= stage.safe.y - 1
        assert area.right <= stage.safe.right + 1
        assert area.bottom <= stage.captions.y
    for i, a in enumerate(areas):
        for j in range(i):
            if placed[i].start < placed[j].end and placed[j].start < placed[i].end:
                assert not a.meets(areas[j])
    if size[1] > size[0]:
        assert all(a.y >= 0.1 * stage.height - 1 and a.right <= 0.881 * stage.width for a in areas)
        assert stage.captions.bottom <= 0.8 * stage.height


def test_a_long_text_is_shown_whole_over_several_pages() -> None:
    text = " ".join(f"word{i}" for i in range(120))
    (placed,) = place_supers([Super(text, "headline", 0, 300)], (1080, 1920))
    assert placed.placement
    room = room_of(placed.placement, stage_for((1080, 1920)))
    blocks = compose(placed, "vertical", room.width, room.height, "left", placed.placement.scale / 1000)
    assert len(blocks) > 1
    assert " ".join(w.text for b in blocks for w in b.words) == text
    painter = TypePainter((270, 480), RATE, [placed])
    ids = {tile.stable_id for f in range(0, 300, 3) for tile in painter.tiles(item_key(placed) + WORDS, f)}
    assert len({i.split(".")[2] for i in ids}) == len(blocks)


def test_small_parts_never_lose_words() -> None:
    for role, text in {
        "cta": "Order your own teapot today with free shipping to every single country\nkettleandcloud.com and every shop",
        "lower-third": "Mei Chen, who has thrown pots since she was nine\n" + "Potter and the keeper of the kiln " * 5,
        "offer": "Only for the very first people who order " * 3
        + "$1,299,999.99 instead of anything else you had in mind",
    }.items():
        block = compose(Super(text, role, 0, 50), "vertical", 860, 600, "left")[0]
        shown = "".join(w.text for w in block.words).replace(" ", "")
        assert shown == "".join(text.split())
        assert max(w.x + w.width for w in block.words) <= 861


def test_the_figure_of_an_offer_is_the_biggest_thing() -> None:
    for text, figure in {
        "Launch week\n~$199~ $149\nFree shipping": "$149",
        "Save 20% today": "20%",
        "直降*50%*，仅限今天": "50%",
        "只要 ¥299 起": "¥299",
        "Buy 2 for *€30*": "€30",
    }.items():
        block = compose(Super(text, "offer", 0, 50, language="zh"), "landscape", 900, 800, "left")[0]
        size = max(w.size for w in block.words)
        assert "".join(w.text for w in block.words if w.size == size) == figure
        assert [w.text for w in block.words if w.struck] == (["$199"] if "~" in text else [])


def test_the_key_follows_how_an_item_looks_and_not_when() -> None:
    item = Super("The teapot", "headline", 10, 60)
    key = item_key(item)
    assert item_key(replace(item, start=40, end=90)) == key
    for change in (
        {"text": "A teapot"},
        {"end": 61},
        {"tone": "bold"},
        {"accent": "#fff"},
        {"role": "title"},
        {"stay": True},
    ):
        assert item_key(replace(item, **change)) != key
    assert item_key(place_supers([item], (1920, 1080))[0]) != key
    cue = Cue(0, 40, ("Hello",), "en")
    assert item_key(cue) == item_key(Cue(100, 500, ("Hello",), "en"))
    assert item_key(cue) != item_key(Cue(0, 40, ("Hallo",), "en"))


def test_shades_lie_under_all_words_and_words_under_captions() -> None:
    items: list[Item] = [
        Cue(0, 50, ("Hello",), "en"),
        *place_supers([Super("A", "headline", 0, 50), Super("B", "sub", 0, 50)], (640, 360)),
    ]
    order = [key for key, _, _ in overlays(items)]
    assert [key.partition("/")[2] for key in order] == ["shade", "words", "words", ""]
    assert order[-1] == item_key(items[0])
    painter = TypePainter((640, 360), RATE, items)
    shade = painter.tiles(order[0], 25)[0]
    assert painter.tiles(order[0].partition("/")[0], 25) == [shade, *painter.tiles(order[1], 25)]
    assert shade.rgba[..., :3].max() == 0
    assert 80 < shade.rgba[..., 3].max() < 150
    edge = np.concatenate([shade.rgba[0, :, 3], shade.rgba[-1, :, 3], shade.rgba[:, -1, 3]])
    assert edge.max() <= 6


def _digest_in_another_process(data: list[dict[str, object]]) -> bytes:
    painter = TypePainter((320, 180), RATE, json.loads(json.dumps(data)))
    return b"".join(t.rgba.tobytes() + t.stable_id.encode() for f in (2, 30) for t in painter.at(f))


def test_a_painter_made_elsewhere_from_plain_data_draws_the_same_bytes() -> None:
    items: list[Item] = [
        *place_supers(
            [Super("No *drip*", "headline", 0, 60, tone="bold"), Super("茶", "sub", 0, 60, language="zh")], (320, 180)
        ),
        Cue(0, 60, ("Hello", "there"), "en"),
    ]
    data = [as_data(i) for i in items]
    assert [from_data(json.loads(json.dumps(d))) for d in data] == items
    here = _digest_in_another_process(data)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_digest_in_another_process, (data,)) == here


def test_a_proxy_shows_the_same_lines_as_the_master() -> None:
    (placed,) = place_supers([Super("What *two hundred* potters could not do", "headline", 0, 60)], (1920, 1080))
    painter = TypePainter((1920, 1080), RATE, [placed])
    big, small = (
        painter.tiles(item_key(placed) + WORDS, 40)[0],
        painter.tiles(item_key(placed) + WORDS, 40, (480, 270))[0],
    )
    assert abs(big.rgba.shape[0] / 4 - small.rgba.shape[0]) <= 2
    assert abs(big.rgba.shape[1] / 4 - small.rgba.shape[1]) <= 2


def test_marked_words_take_the_accent_and_marks_are_not_shown() -> None:
    assert plain_text("The *teapot* costs ~9~ 5 * 3 = *") == "The teapot costs 9 5 * 3 = *"
    block = compose(Super("The *teapot* pours", "headline", 0, 9), "landscape", 900, 800, "left")[0]
    assert {w.text: w.ink for w in block.words} == {"The": "white", "teapot": "accent", "pours": "white"}
    slab = compose(Super("No drip. *No ring.*", "headline", 0, 9, tone="bold"), "landscape", 900, 800, "left")[0]
    assert [s.kind for s in slab.shapes] == ["slab"]


@pytest.mark.parametrize("accent", ["#000080", "#f2b84b", "#123", "#ffffff", "#c00000"])
def test_any_accent_can_be_read(accent: str) -> None:
    def light(rgb: tuple[int, ...]) -> float:
        linear = [(c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    fill = legible(accent, 0.06)
    low, high = sorted((light(on_colour(fill)), light(fill)))
    assert light(legible(accent)) >= 0.3
    assert (high + 0.05) / (low + 0.05) >= 3


@pytest.mark.parametrize(
    "change", [{"role": "poster"}, {"place": "moon"}, {"tone": "loud"}, {"accent": "gold"}, {"end": 0}, {"text": " \n"}]
)
def test_a_super_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        Super(**{"text": "Tea", "start": 0, "end": 9, **change})
    assert caught.value.remedy


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(NotFoundError):
        TypePainter((320, 180), RATE, []).tiles("nothing", 0)


def test_captions_are_centred_in_their_strip_and_never_wider_than_the_frame() -> None:
    for size in SIZES:
        stage, scale = stage_for(size), min(size) / 1080
        for lines in (("Hi.",), ("我没有烧。它一直在", "你妈妈留下的那把茶壶里，"), ("W" * 42, "W" * 42)):
            (tile,) = TypePainter(size, RATE, [Cue(0, 9, lines, "zh")]).at(3)
            ink = np.argwhere(tile.rgba[..., :3].min(-1) > 200)
            top, left = ink.min(0) + np.array([tile.y, tile.x])
            bottom, right = ink.max(0) + np.array([tile.y, tile.x])
            assert abs((left + right + 1) / 2 - size[0] / 2) < 6
            assert top >= (stage.captions.y - 12) * scale
            assert bottom <= stage.captions.bottom * scale
            assert left >= 0
            assert right < size[0]


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280)])
@pytest.mark.parametrize("role", list(ROLES))
def test_words_are_read_against_a_white_picture(role: str, size: tuple[int, int]) -> None:
    painter = TypePainter(size, RATE, place_supers([Super("Potter of the year\nMei Chen", role, 0, 60)], size))
    tiles = painter.at(40)
    picture, words = over(tiles, size, 255), tiles[-1]
    rows, columns = slice(words.y, words.y + words.rgba.shape[0]), slice(words.x, words.x + words.rgba.shape[1])
    glyphs = words.rgba[..., 0] > 128
    near = np.zeros_like(glyphs)
    for dy in range(-3, 4):
        for dx in range(-3, 4):
            near |= np.roll(glyphs, (dy, dx), (0, 1))
    edge = float(np.median(picture[rows, columns].mean(-1)[near & (words.rgba[..., 0] < 20)]))
    linear = ((edge / 255 + 0.055) / 1.055) ** 2.4
    assert 1.05 / (linear + 0.05) >= 3.0


def test_the_painter_draws_over_a_picture() -> None:
    size = (640, 360)
    painter = TypePainter(size, RATE, place_supers([Super("Tea", "title", 0, 60)], size))
    assert over(painter.at(40), size).max() > 250
    assert np.array_equal(over(painter.at(40), size), over(painter.at(41), size))
