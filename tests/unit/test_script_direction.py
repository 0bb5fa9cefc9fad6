# ruff: noqa: E501
from pathlib import Path

import pytest
from script_briefs import LABELLED, SCREENPLAY, TEAPOT, ZH_AD, ZH_LABELLED, ZH_SCREENPLAY

from callsheet.errors import BriefError
from callsheet.film import Production
from callsheet.film.shot import Shot
from callsheet.script import Brief, treatments, write
from callsheet.script.depict import depict
from callsheet.script.dressing import Dressing
from callsheet.script.likeness import pictured
from callsheet.script.offers import offer_text
from callsheet.script.wishes import wishes_of
from callsheet.script.words import cut_to, folded

EXAMPLE = (Path(__file__).parents[2] / "examples" / "teapot" / "brief.md").read_text("utf-8")
DIRECTED_ZH = ZH_AD + "\n\n开场先拍窗边那杯冷掉的茶。然后拍缓慢的手冲水流。最后定格在木桌上的壶，热气升起。\n"


def boards(text: str) -> list[Production]:
    return [write(text, treatment=t.id).production for t in treatments(text)]


def shots(production: Production) -> list[Shot]:
    return [p.shot for p in production.board()]


def test_the_directors_wishes_are_the_first_a_middle_and_the_last_shot_of_every_treatment() -> None:
    for production in boards(EXAMPLE):
        row = shots(production)
        assert row[0].action == "The cold cup by the window."
        assert any(s.action.startswith("The pour, slowly, in morning light") for s in row[1:-1])
        assert row[-1].action == "The pot, alone on the table, steam rising."
        assert "cta" in [s.role for s in row[-1].supers]
    for production in boards(DIRECTED_ZH):
        row = shots(production)
        assert row[0].action == "窗边那杯冷掉的茶。"
        assert any(s.action.startswith("缓慢的手冲水流") for s in row[1:-1])
        assert row[-1].action == "木桌上的壶，热气升起。"


def test_wishes_for_text_and_logos_are_no_pictures() -> None:
    assert wishes_of("End on the call to action: Download Tally today.", "en") == []
    assert wishes_of("结尾定格在品牌名和价格", "zh") == []
    parts = [(w.part, w.words) for w in wishes_of("Open on rain, then show the door, and end on a lamp.", "en")]
    assert parts == [("first", "rain"), ("middle", "the door"), ("last", "a lamp")]


def test_stills_go_where_they_show_something() -> None:
    for production in boards(EXAMPLE):
        row = shots(production)
        carrying = [s for s in row if "assets/pour.png" in s.references.images]
        assert len(carrying) == 1
        assert carrying[0].action.startswith("The pour")
        assert production.props["kettlewick"].references == ["assets/teapot.png"]
        assert production.locations["home"].references == ["assets/window.png"]
        assert all(
            s.camera.size in ("wide", "extreme-wide") or s.use_case == "landscape" for s in row if s.location == "home"
        )


def test_the_example_film_has_variety() -> None:
    row = shots(write(EXAMPLE).production)
    assert 8 <= len(row) <= 10
    assert max(s.duration for s in row) <= 4.1 * 24
    assert sum(bool(s.cast) for s in row) >= 2
    assert len({s.camera.size for s in row}) >= 5
    assert len({s.location for s in row if s.location}) >= 2


def test_likenesses_are_seen_as_the_thing_itself_or_not_at_all() -> None:
    lake = pictured("like a lake just before the rain", "en")
    assert lake
    assert (lake.action, lake.use_case) == (
        "A still lake under dark clouds, the first drops ring the water.",
        "landscape",
    )
    swing = pictured("like a child on a swing who is pushed at the right moment", "en")
    assert swing
    assert swing.action.startswith("A child on a swing, pushed at the right moment")
    assert pictured("as thick as a good excuse", "en") is None
    assert pictured("像给手套上一层看不见的手套", "zh") is None
    spring = pictured("像山泉一样", "zh")
    assert spring
    assert "山泉" in spring.action
    for text in (EXAMPLE, TEAPOT, LABELLED, ZH_AD):
        for production in boards(text):
            assert not any("excuse" in s.action or "wide picture" in s.action for s in shots(production))


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        (EXAMPLE, "49 USD\nFree shipping, 30 days to send it back"),
        (TEAPOT, "$49\nUntil Sunday, 5-year guarantee"),
        (LABELLED, "€1,890\n0% financing until 30 June"),
        (ZH_AD, "199元\n首发价，包邮，两年质保"),
        (ZH_LABELLED, "59元两支\n第二支半价，满99元包邮"),
    ],
)
def test_an_offer_is_the_price_and_then_what_comes_with_it(text: str, offer: str) -> None:
    assert offer_text(Brief.read(text)) == offer
    for production in boards(text):
        assert offer in [u.text for s in shots(production) for u in s.supers if u.role == "offer"]


def test_small_print_holds_conditions_only() -> None:
    for text in (EXAMPLE, TEAPOT, LABELLED, ZH_AD, ZH_LABELLED):
        for production in boards(text):
            for super_ in (u for s in shots(production) for u in s.supers if u.role == "legal"):
                for fact in ("412", "1786", "fingers", "1.2 kg", "11.9", "420克", "乳木果"):
                    assert fact not in super_.text


def test_no_super_repeats_the_voice_of_its_shot() -> None:
    for text in (EXAMPLE, TEAPOT, LABELLED, ZH_AD):
        for shot in (s for production in boards(text) for s in shots(production)):
            said = folded(" ".join(d.line for d in shot.dialogue))
            for super_ in (u for u in shot.supers if u.role in ("headline", "quote", "sub", "item")):
                assert folded(super_.text.replace("*", "")) not in said or not said


def test_a_dry_brief_is_told_in_its_own_voice() -> None:
    row = shots(write(EXAMPLE).production)
    assert row[0].dialogue[0].line == "You know the third cup."
    spoken = [d.line for s in row for d in s.dialogue]
    assert "It has no app, no battery and nothing to update." in spoken


@pytest.mark.parametrize(("text", "old", "new"), [(SCREENPLAY, "LATER", "NIGHT"), (ZH_SCREENPLAY, "清晨", "日")])
def test_a_dissolve_at_a_scene_end_opens_the_next_scene(text: str, old: str, new: str) -> None:
    # The scenes keep their hour, so that only the written transition can make the dissolve.
    text = text.replace(old, new).replace("DAWN", "NIGHT")
    for three in treatments(text, "script.fountain"):
        production = write(text, "script.fountain", treatment=three.id).production
        first = next(p.shot for p in production.board() if p.sequence == "SQ030")
        assert first.transition.kind == "dissolve"
        cut = text.replace("DISSOLVE TO:\n\n", "").replace("叠化：\n\n", "")
        plain = write(cut, "script.fountain", treatment=three.id).production
        assert next(p.shot for p in plain.board() if p.sequence == "SQ030").transition.kind == "cut"


def test_an_item_with_a_colon_keeps_its_name() -> None:
    text = "---\nproduct: Harbour line\nitems:\n  - Harbour coat: waxed cotton, horn buttons\n  - name: Deck shirt\n    words: linen\n---\nClothes for wind.\n"
    assert [(i.name, i.words) for i in Brief.read(text).items] == [
        ("Harbour coat", "waxed cotton, horn buttons"),
        ("Deck shirt", "linen"),
    ]


@pytest.mark.parametrize("text", [TEAPOT, LABELLED, ZH_AD, EXAMPLE])
@pytest.mark.parametrize("seconds", [5, 6, 7])
def test_ads_of_a_few_seconds_hook_and_offer(text: str, seconds: int) -> None:
    brief = text.replace("length: 20s", f"length: {seconds} s").replace("length: 15 s", f"length: {seconds} s")
    brief = brief if brief.startswith("---") else f"---\nlength: {seconds} s\n---\n{brief}"
    for production in boards(brief):
        row = shots(production)
        assert sum(s.duration for s in row) == seconds * 24
        assert {"offer", "cta"} <= {u.role for u in row[-1].supers}
        assert any(Brief.read(brief).product in u.text for u in row[0].supers)
    with pytest.raises(BriefError, match="too short"):
        write(f"---\nlength: 4 s\n---\n{TEAPOT}")


def test_chinese_words_are_not_cut_inside_a_phrase() -> None:
    text = "产品：小满保温杯\n卖点：\n- 单手就能打开杯盖\n- 杯身只有220克\n时长：15秒\n立即到官网下单。\n"
    dressing = Dressing(Brief.read(text))
    assert dressing.part("单手就能打开杯盖") == ""
    assert dressing.part("杯身只有220克") == "杯身"
    assert not cut_to("单手就能打开杯盖", 4, "zh").endswith(("就", "就能"))
    for production in boards(text):
        assert not any("：单手就" in s.action for s in shots(production))


def test_orders_and_thoughts_become_what_is_seen() -> None:
    seen = depict("Stand on a beach at Saint-Malo at noon and the sea laps the wall of the old town.", "en")
    assert seen == "A beach at Saint-Malo at noon, the sea laps the wall of the old town."
    moon = depict("The Moon draws the ocean of the Earth towards it.", "en")
    assert moon == "The Moon and the Earth in space, a low bulge of ocean towards the Moon."
    assert depict("Nobody pulled a plug.", "en") == ""
    assert depict("想象一下清晨的海边，海浪退去。", "zh").startswith("清晨的海边")
    document = (Path(__file__).parents[2] / "examples" / "tides" / "document.md").read_text("utf-8")
    for three in treatments(document, "document.md"):
        for shot in shots(write(document, "document.md", treatment=three.id).production):
            assert not shot.action.startswith(("Stand ", "Come ", "Nobody", "Something"))
