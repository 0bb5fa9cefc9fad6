from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsheet.film import Rate
from callsheet.script import Brief, write
from callsheet.script.concrete import Concrete
from callsheet.script.plan import Beat, Caption, Hand, Line, Picture
from callsheet.script.survival import claims_something, is_quoted, measure, unquoted
from callsheet.script.timing import apportion, fit, natural, needs, squeeze
from callsheet.script.words import cut_to, folded, halves, sentences, speaking, tongue, units

RATE = Rate(24)
HAND = Hand()


def picture(text: str = "", keep: int = 5, caption: str = "") -> Picture:
    return Picture(
        "A cup on a table.",
        lines=(Line(text, source=text),) if text else (),
        captions=(Caption(caption),) if caption else (),
        keep=keep,
    )


@given(st.integers(0, 5000), st.lists(st.floats(0, 9), min_size=1, max_size=30))
def test_shares_are_whole_and_sum_up(total: int, weights: list[float]) -> None:
    shares = apportion(total, weights)
    assert sum(shares) == total
    assert all(s >= 0 for s in shares)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 14), min_size=1, max_size=12), st.integers(0, 600))
def test_lengths_sum_exactly_and_give_every_line_its_time(words: list[int], slack: int) -> None:
    pictures = [picture(" ".join(["word"] * n)) for n in words]
    total = sum(needs(pictures, HAND, "en", RATE)) + slack
    frames = fit(pictures, total, HAND, "en", RATE)
    assert sum(frames) == total
    assert all(f > 0 for f in frames)
    at = 0
    while at < len(pictures):
        end = next((i for i in range(at + 1, len(pictures)) if pictures[i].lines), len(pictures))
        said = sum((speaking(line.text, "en") for line in pictures[at].lines), Fraction(0))
        assert Fraction(sum(frames[at:end]), 24) >= said
        at = end


def test_too_little_time_is_an_error() -> None:
    with pytest.raises(ValueError, match="too many"):
        fit([picture("one two three four five six")] * 3, 48, HAND, "en", RATE)
    with pytest.raises(ValueError, match="too short"):
        squeeze([Beat("hook", "a", (picture(keep=9), picture(keep=9)))], 20, HAND, "en", RATE)


def test_squeezing_keeps_what_matters_most() -> None:
    long = "It keeps tea hot for two hours, and the lid never rattles when you pour."
    beats = [
        Beat("hook", "a", (picture("Kettlewick weighs 1.2 kg.", 9),)),
        Beat("demo", "b", (picture(long, 6), picture("", 2))),
        Beat("call", "c", (picture("Order today.", 9),)),
    ]
    left = squeeze(beats, 240, HAND, "en", RATE)
    assert [b.role for b in left] == ["hook", "demo", "call"]
    spoken = [line.text for b in left for p in b.pictures for line in p.lines]
    assert spoken[0] == "Kettlewick weighs 1.2 kg."
    assert spoken[-1] == "Order today."
    assert all(folded(s) in folded(long) or s in ("Kettlewick weighs 1.2 kg.", "Order today.") for s in spoken)
    assert natural([p for b in left for p in b.pictures], HAND, "en", RATE) >= 200


@pytest.mark.parametrize(
    ("sentence", "most", "key", "expected"),
    [
        (
            "Kettlewick weighs 1.2 kg and pours without a drip, like a swan bowing.",
            9,
            "1.2 kg",
            "Kettlewick weighs 1.2 kg",
        ),
        ("The handle stays cool, so a child can carry it.", 5, "", "The handle stays cool"),
        ("It is safe if you dry it.", 4, "", ""),
        ("Free delivery, unless you live on an island.", 3, "", ""),
        ("壶身只有420克，女孩子单手也能拿稳。", 9, "420克", "壶身只有420克"),
    ],
)
def test_lines_are_cut_at_phrases_and_never_claim_more(sentence: str, most: int, key: str, expected: str) -> None:
    language = tongue(sentence)
    cut = cut_to(sentence, most, language, key, spoken=True)
    assert cut == expected
    assert folded(cut) in folded(sentence)
    assert units(cut, language) <= most


@given(st.text(alphabet="abc ,.;-dogcatsand 12", min_size=1, max_size=120), st.integers(1, 20))
def test_a_cut_is_always_a_quote(text: str, most: int) -> None:
    cut = cut_to(text, most, "en")
    assert folded(cut) in folded(text)
    assert units(cut, "en") <= most or not cut


def test_sentences_know_abbreviations_and_decimals() -> None:
    assert sentences("It costs 4.5 euros, e.g. Half of that. Dr. Voss agrees! 一句。两句！") == [
        "It costs 4.5 euros, e.g. Half of that.",
        "Dr. Voss agrees! 一句。两句！",
    ]
    assert sentences("第一句。第二句！“第三句？”") == ["第一句。", "第二句！", "“第三句？”"]


def test_halves_say_something_each() -> None:
    assert halves("A bare flame throws its light in every direction, and most of it goes into the sky.", "en") == (
        "A bare flame throws its light in every direction", "Most of it goes into the sky")  # fmt: skip
    assert halves("Short one.", "en") is None


def test_what_is_lost_is_measured() -> None:
    production = write(
        "Meet Pebble, a night light for children. It glows for 9 hours. Order it at pebble.example."
    ).production
    kept = measure(
        [
            Concrete("number", "9 hours"),
            Concrete("number", "19 hours"),
            Concrete("name", "Pebble"),
            Concrete("name", "Ebb"),
        ],
        production,
    )
    assert [i.text for i in kept.kept] == ["9 hours", "Pebble"]
    assert [i.text for i in kept.lost] == ["19 hours", "Ebb"]
    assert kept.share == 0.5
    assert kept.flags() == ["lost number: 19 hours", "lost name: Ebb"]


def test_quotes_ignore_case_blanks_and_marks() -> None:
    source = folded("It keeps tea hot\nfor **two hours**. The handle stays cool.".replace("\n", " "))
    assert is_quoted("Keeps tea hot for two hours!", source)
    assert is_quoted("*two hours* · the handle stays cool", source)
    assert not is_quoted("Keeps tea hot for three hours.", source)
    assert claims_something("Lasts 3 days", "en")
    assert not claims_something("Meet the teapot.", "en")


def test_claims_a_person_added_are_flagged() -> None:
    brief = Brief.read("Meet Pebble, a night light for children. It glows for 9 hours. Order it at pebble.example.")
    production = write(brief.text).production
    shot = next(production.board()).shot
    shot.dialogue = [shot.dialogue[0].model_copy(update={"line": "It glows for 90 hours."})]
    assert "It glows for 90 hours." in unquoted(production, brief)
    assert "Order it at pebble.example." not in unquoted(production, brief)
