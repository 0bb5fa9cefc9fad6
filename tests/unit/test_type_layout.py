from fractions import Fraction

import pytest

from callsheet.media.type.layout import break_lines, fit, units
from callsheet.media.type.phrases import clean, graphemes, is_wide, join, tokens


def cells(text: str) -> float:
    return sum(1.0 if is_wide(c) else 0.5 for c in text)


def lines(text: str, room: float, language: str = "en", most: int = 6) -> list[str]:
    found = break_lines(units(clean(text), language, cells, room), cells, room, most)
    assert found is not None
    return [join(line) for line in found[1]]


def test_english_breaks_where_the_phrase_does() -> None:
    assert lines("Hand-thrown in Jingdezhen and fired at 1,300 °C for 14 hours.", 12) == [
        "Hand-thrown",
        "in Jingdezhen",
        "and fired at 1,300 °C",
        "for 14 hours.",
    ]


@pytest.mark.parametrize(
    "text",
    ["We waited for the 20 minutes of a perfect pour", "Dr. Chen keeps the kiln at 1,300 °C through a whole night"],
)
def test_article_and_noun_and_number_and_unit_stay_together(text: str) -> None:
    for room in (9, 10, 11, 12, 14, 16):
        for line in lines(text, room, most=9)[:-1]:
            last = line.split(" ")[-1].lower()
            assert last not in ("a", "the", "dr.", "20", "1,300")


def test_chinese_lines_keep_words_and_punctuation_rules() -> None:
    text = "一把不会滴水的茶壶，送给你最爱的人和二十分钟的安静。她说：“你终于回来了！”"
    for room in (6, 7, 8, 9, 10, 12):
        rows = lines(text, room, "zh", most=12)
        assert "".join(rows) == text
        for row in rows:
            assert row[0] not in "，。、；：！？”）的了"
            assert row[-1] not in "“（"


def test_lines_come_out_even_and_without_a_widow() -> None:
    rows = lines("The teapot that pours without a drip, for the people you love and 20 minutes of quiet", 20)
    widths = [cells(r) for r in rows]
    assert min(widths) > 0.6 * max(widths)
    assert all(" " in r for r in rows)


def test_japanese_breaks_between_phrases() -> None:
    assert lines("お茶の時間をもっと静かに、もっと豊かに。", 8, "ja") == [
        "お茶の時間を",
        "もっと静かに、",
        "もっと豊かに。",
    ]


@pytest.mark.parametrize("text", ["https://averyveryverylongaddress.example.com/x", "無" * 50, "👩‍👩‍👧" * 9, "a" * 300])
def test_any_text_fits_any_box(text: str) -> None:
    found = fit(text, cells, width=60, height=30, size=20, smallest=8, leading=1.2, lines=3)
    assert found.pages
    assert "".join(join(line) for page in found.pages for line in page) == text
    for page in found.pages:
        assert len(page) * found.size * 1.2 <= 30 + 1e-6
        assert all(cells(join(line)) * found.size <= 60 + 1e-6 for line in page)


def test_short_text_takes_the_full_size_and_long_text_shrinks_before_it_splits() -> None:
    box = {"width": 100.0, "height": 60.0, "size": 20.0, "smallest": 10.0, "leading": 1.1, "lines": 3}
    assert fit("Tea", cells, **box).size == 20
    shrunk = fit("A teapot that pours clean every time", cells, **box)
    assert 10 <= shrunk.size < 20
    assert len(shrunk.pages) == 1
    assert len(fit("A teapot that pours clean every time " * 8, cells, **box).pages) > 1


def test_a_bond_keeps_marked_words_on_one_line() -> None:
    text = "What two hundred potters could not do"
    bond = (text.index("two"), text.index("hundred") + 7)
    found = fit(text, cells, width=80, height=90, size=16, smallest=8, leading=1.1, lines=5, bonds=[bond])
    assert any("two hundred" in join(line) for line in found.pages[0])


def test_new_lines_are_kept_and_tokens_point_into_the_text() -> None:
    text = clean("  One\r\n\n two\tthree  ")
    assert text == "One\ntwo three"
    assert lines(text, 50) == ["One", "two three"]
    for token in tokens("在景德镇，1300 °C 烧制 14 小时", "zh"):
        assert "在景德镇，1300 °C 烧制 14 小时"[token.start :].startswith(token.text)


def test_graphemes_keep_what_a_reader_sees_as_one() -> None:
    assert graphemes("e\u0301👩‍👩‍👧🇨🇳👍🏽x") == ["e\u0301", "👩‍👩‍👧", "🇨🇳", "👍🏽", "x"]
    assert Fraction(len(graphemes("🇨🇳🇫🇷")), 1) == 2
