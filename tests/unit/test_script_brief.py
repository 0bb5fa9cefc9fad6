from fractions import Fraction

import pytest
from script_briefs import (
    APP,
    LABELLED,
    LOOKBOOK,
    STORY,
    TEAPOT,
    WINE,
    ZH_AD,
    ZH_LABELLED,
    ZH_LOOKBOOK,
    ZH_STORY,
    long_brief,
)

from callsheet.errors import BriefError
from callsheet.script import Brief, treatments, write
from callsheet.script.concrete import comparisons, names, numbers, quotes
from callsheet.script.suit import best_format
from callsheet.script.survival import heard


def test_prose_gives_up_its_parts() -> None:
    brief = Brief.read(TEAPOT)
    assert (brief.product, brief.kind, brief.language, brief.seconds) == (
        "Kettlewick",
        "cast-iron teapot",
        "en",
        Fraction(20),
    )
    assert brief.aspects == ("9:16",)
    assert brief.audience == "people who work from home and forget their tea"
    assert (brief.offer.price, brief.offer.guarantee) == ("$49", "5-year guarantee")
    assert brief.call == "Order yours at kettlewick.com today."
    assert brief.tone == ("warm", "calm", "playful")
    assert {"1.2 kg", "two hours", "1987"} <= set(brief.numbers)
    assert [c.text for c in brief.comparisons] == ["like a swan bowing"]
    assert {"Sheffield", "Marta Voss"} <= {c.text for c in brief.concrete if c.kind == "name"}
    assert all(c.text in " ".join(TEAPOT.split()) for c in brief.claims)


def test_front_matter_wins_over_prose() -> None:
    text = (
        "---\nproduct: Ember\nlength: 45 s\nlanguage: en\n---\nA 20 second ad for Kettlewick, a teapot. It costs $3.\n"
    )
    brief = Brief.read(text)
    assert (brief.product, brief.seconds) == ("Ember", 45)


def test_front_matter_lists_and_settings() -> None:
    brief = Brief.read(LABELLED)
    assert (brief.brand, brief.kind) == ("Arden", "folding e-bike")
    assert brief.colours == ("#16161a", "#ee7a22")
    assert brief.must_say == ("Made in Porto",)
    assert brief.never_say == ("cheapest", "number one")
    assert brief.aspects == ("9:16",)
    assert "bold" in brief.tone


def test_headings_name_the_parts() -> None:
    brief = Brief.read(WINE)
    assert brief.product == "Quinta da Ribeira 2021"
    assert brief.kind == "red wine"
    assert brief.audience == "people who drink less, but better"
    assert brief.offer.price == "$210"
    assert brief.claims[0].numbers


def test_chinese_prose_and_labels() -> None:
    brief = Brief.read(ZH_AD)
    assert (brief.language, brief.product, brief.kind, brief.seconds) == ("zh", "山雾", "手冲咖啡壶", 20)
    assert brief.audience == "25到35岁的城市上班族"
    assert (brief.offer.price, brief.offer.discount, brief.offer.guarantee) == ("199元", "包邮", "两年质保")
    labelled = Brief.read(ZH_LABELLED)
    assert (labelled.product, labelled.seconds) == ("小满护手霜", 15)
    assert labelled.never_say == ("最好", "第一")
    assert labelled.call == "点击下方链接，现在下单"


def test_items_come_from_front_matter_and_from_lists() -> None:
    assert [i.name for i in Brief.read(LOOKBOOK).items] == ["Sand overshirt", "Ink trousers", "Clay dress", "Fog coat"]
    assert Brief.read(LOOKBOOK).items[3].words == "unlined, 420 g, packs into its pocket"
    assert Brief.read(ZH_LOOKBOOK).items[0].name == "驼色大衣"
    assert Brief.read(LOOKBOOK).call == "See the capsule at halden.example."


def test_a_stated_call_inside_an_instruction_is_found() -> None:
    assert Brief.read(APP).call.startswith("Download Tally today")


def test_instructions_are_no_claims() -> None:
    for text in (TEAPOT, APP, WINE, ZH_AD, LABELLED):
        for claim in Brief.read(text).claims:
            for word in ("second film", "vertical", "Tone", "call to action", "竖屏", "调性", "目标人群", "Please"):
                assert word not in claim.text


@pytest.mark.parametrize("text", ["", "  \n\n", "---\n---\n", "!!! ??? ...", "12345 67"])
def test_empty_briefs_are_refused(text: str) -> None:
    with pytest.raises(BriefError) as caught:
        Brief.read(text, "b.md")
    assert caught.value.where == "b.md"
    assert caught.value.remedy


def test_binary_and_broken_briefs_are_refused() -> None:
    with pytest.raises(BriefError, match="not text"):
        Brief.read("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00")
    with pytest.raises(BriefError, match="not text"):
        Brief.read("\ufffd\ufffd\ufffd\ufffd\ufffd brief")
    with pytest.raises(BriefError) as caught:
        Brief.read("---\nproduct: [Kettle\nlength: 3\n---\nText.", "b.md")
    assert "line" in caught.value.where
    with pytest.raises(BriefError, match="length"):
        Brief.read("---\nlength: soon\n---\nKettle is a teapot that keeps tea hot.")
    with pytest.raises(BriefError, match="still"):
        Brief.read("---\nstills: [/etc/passwd]\n---\nKettle is a teapot that keeps tea hot.")
    with pytest.raises(BriefError, match="still"):
        Brief.read("---\nstills: [../x.png]\n---\nKettle is a teapot that keeps tea hot.")
    with pytest.raises(BriefError, match="fr"):
        Brief.read("---\nlanguage: fr\n---\nUne bouilloire.")


def test_long_briefs_are_read_whole() -> None:
    brief = Brief.read(long_brief(5000))
    assert brief.product == "Aldwyn wool blanket"
    assert brief.offer.price == "$180"
    assert len(brief.claims) > 50
    assert "900 g" in brief.numbers


def test_numbers_with_units() -> None:
    assert numbers("It lasts 9 hours, weighs 1,200 g, costs $39.90 and cuts noise by 30%.", "en") == [
        "9 hours",
        "1,200 g",
        "$39.90",
        "30%",
    ]
    assert numbers("twenty-two people for two and a half hours", "en")
    assert numbers("容量600毫升，保温两小时，售价1,299元，含量70%", "zh") == ["600毫升", "两小时", "1,299元", "70%"]


def test_names_quotes_and_comparisons() -> None:
    assert names("We met Ana Ruiz in Lisbon. The road was dry.", "en") == ["Ana Ruiz", "Lisbon"]
    assert names("Order now. Visit us. It works.", "en") == []
    assert quotes('She said “never again” and 「好」 and "twice".') == ["never again", "twice"]
    assert comparisons("It folds like a letter, and we would like to sell it.", "en") == ["like a letter"]
    assert comparisons("出水像山泉一样细，这台相机像素很高。", "zh") == ["像山泉一样"]


def test_the_format_is_chosen_by_what_the_brief_is() -> None:
    assert best_format(Brief.read(TEAPOT))[0] == "product-ad"
    assert best_format(Brief.read(LOOKBOOK))[0] == "lookbook"
    assert best_format(Brief.read(STORY))[0] == "drama-episode"
    assert best_format(Brief.read(ZH_STORY))[0] == "drama-episode"
    assert (
        best_format(Brief.read("# Tides\n\nThe sea rises.\n\n## Why\n\nThe Moon pulls it.\n", "document.md"))[0]
        == "explainer"
    )


def test_a_time_in_a_claim_is_not_the_length_of_the_film() -> None:
    text = "The Lark lamp dims itself over 25 minutes, from reading light to an ember. 24 seconds. Say goodnight at lark.example."
    brief = Brief.read(text)
    assert brief.seconds == 24
    assert brief.call == "Say goodnight at lark.example."
    assert not any("24 seconds" in claim.text for claim in brief.claims)
    assert Brief.read("The Lark lamp dims itself over 25 minutes, from reading light to an ember.").seconds is None


def test_a_document_says_nothing_twice_and_none_of_its_instructions() -> None:
    again = "Forty people worked the night shift in the hall."
    lead = "# The station\n\nA film for the reopening. 30 seconds. Audience: families. Tone: calm."
    text = f"{lead}\n\n## Night\n\n{again}\n\n## Day\n\n{again} The hall is 84 metres long."
    draft = write(text, "document.md", format="explainer")
    spoken = [d.line for p in draft.production.board() for d in p.shot.dialogue]
    assert spoken.count(again) == 1
    assert not any("Audience" in line or "Tone" in line or "seconds" in line for line in spoken)


def test_half_a_comparison_is_no_caption() -> None:
    from callsheet.script.words import cut_to

    assert cut_to("It is like being tucked in by a very polite robot.", 6, "en") == ""


CLUB = """Saltmarsh Swim Club opens its doors on 3 May. It is an outdoor pool fed by the tide in Whitby, and the water is 12 degrees on a good day.
There are 140 lockers, one sauna and no music. People come out grinning like seals. The youngest member is 9 and the oldest, Edie Marsh, is 91.
We want a 30 second film for people in town who think they are too cold-blooded. A first swim is free; a year costs £120.
Sign up at saltmarsh.example."""
SOY = """老街坊豆浆，凌晨三点开始磨豆子。东北非转基因大豆，泡足十小时，石磨只转60圈一分钟。不加一滴植脂末，三块钱一碗。
拍一条25秒竖屏，给早起赶地铁的上班族，烟火气一点。店在建设路18号，早上五点半开门，卖完就关。明早来喝一碗。"""


def test_subjects_named_only_by_an_ordinary_sentence() -> None:
    club = Brief.read(CLUB)
    assert (club.product, club.seconds, club.call) == ("Saltmarsh Swim Club", 30, "Sign up at saltmarsh.example.")
    assert "3 May" in club.numbers
    soy = Brief.read(SOY)
    assert (soy.product, soy.kind, soy.audience, soy.call) == ("老街坊豆浆", "", "早起赶地铁的上班族", "明早来喝一碗。")
    assert soy.offer.price == "三块钱一碗"


def test_a_sentence_of_length_and_shape_sets_both() -> None:
    brief = Brief.read(
        "Ledgerline closes the books in 2 days. 40 seconds, horizontal. Book a demo at ledgerline.example."
    )
    assert (brief.product, brief.seconds, brief.aspects) == ("Ledgerline", 40, ("16:9",))


def test_no_cut_leaves_a_subject_without_its_verb() -> None:
    for n in (0, 1, 2):
        three = treatments(CLUB)
        said = heard(write(CLUB, treatment=three[n].id).production)
        for text in said:
            assert not text.startswith("Is 91"), text
            assert not text.replace("*", "").rstrip(".").endswith("the oldest"), text
