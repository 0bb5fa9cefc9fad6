import random
from fractions import Fraction
from itertools import pairwise

import pytest

from callsheet.errors import InputError
from callsheet.media.type.captions import LANDSCAPE, VERTICAL, CaptionStyle, Cue, Line, cues, style_for
from callsheet.media.type.phrases import is_wide
from callsheet.media.type.subtitles import parse_srt, parse_vtt, srt, vtt

RATES = [Fraction(24), Fraction(25), Fraction(30), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60)]
LONG = (
    "Every morning starts the same way: a drip down the spout, a ring on the table, and a sigh. "
    "Meet Kettle & Cloud, the teapot that pours clean, every single time."
)
CHINESE = "你把那封信烧了？我找了整整三年，从上海找到香港，你却说烧了就烧了。"


def said(made: list[Cue]) -> str:
    return "".join("".join(c.lines) for c in made).replace(" ", "")


@pytest.mark.parametrize("style", [LANDSCAPE, VERTICAL])
@pytest.mark.parametrize("rate", RATES)
def test_a_long_sentence_becomes_cues_that_can_be_read(style: CaptionStyle, rate: Fraction) -> None:
    second = round(rate)
    made = cues(
        [Line(LONG, 10, 10 + 10 * second), Line(CHINESE, 11 * second, 17 * second, "zh")],
        rate,
        style=style,
        film_frames=18 * second,
    )
    assert said(made) == (LONG + CHINESE).replace(" ", "")
    for cue in made:
        wide = cue.language == "zh"
        assert 1 <= len(cue.lines) <= 2
        assert all(len(row) <= (style.cjk_chars if wide else style.latin_chars) for row in cue.lines)
        assert (cue.end - cue.start) / rate >= Fraction(20, 24) - 1 / rate
        assert len(cue.text) / ((cue.end - cue.start) / rate) <= (9 if wide else 20) * Fraction(11, 10)
    assert all(a.end + 2 * rate / 24 - Fraction(1, 2) <= b.start for a, b in pairwise(made))
    assert made[-1].end <= 18 * second


def test_cues_break_at_phrases() -> None:
    made = cues([Line(LONG, 10, 240)], Fraction(24))
    assert made[0].lines == ("Every morning starts the same way:",)
    for cue in made:
        for row in cue.lines:
            assert row.split(" ")[-1].lower() not in ("a", "the", "and", "on", "that")


def test_word_times_decide_when_a_cue_starts() -> None:
    text = "No drip. But then, after a very long pause, a single drop fell on the table."
    words = tuple((w.strip(".,"), i * 5, i * 5 + 4) for i, w in enumerate(text.split(" ")[:2]))
    words += tuple((w.strip(".,"), 120 + i * 6, 125 + i * 6) for i, w in enumerate(text.split(" ")[2:]))
    made = cues([Line(text, 0, 205, "en", words)], Fraction(24))
    assert made[0].lines == ("No drip.",)
    assert made[0].end < 60
    assert made[1].start == 120
    assert made[1].lines[0].startswith("But then")


def test_chinese_words_without_spaces_are_found_in_the_line() -> None:
    words = tuple(
        (c, 10 + 5 * i, 14 + 5 * i) for i, c in enumerate("我没有烧它一直在你妈妈留下的那把茶壶里你从来没有打开过")
    )
    made = cues(
        [Line("我没有烧。它一直在你妈妈留下的那把茶壶里，你从来没有打开过。", 10, 150, "zh", words)],
        Fraction(24),
        style=VERTICAL,
    )
    spoken = "我没有烧它一直在你妈妈留下的那把茶壶里"
    second = next(c for c in made if "从来" in c.text)
    assert second.start == 10 + 5 * len(spoken)


def test_nothing_overlaps_or_runs_past_the_film_whatever_is_said() -> None:
    chance = random.Random(7)
    texts = ["No.", "Order now.", LONG, CHINESE, "好。", "It is 1,300 °C in there, and she has not slept.", "W" * 90]
    for _ in range(60):
        film = chance.randint(120, 900)
        spoken = []
        for _ in range(chance.randint(1, 7)):
            start = chance.randint(0, film - 2)
            spoken.append(
                Line(chance.choice(texts), start, start + chance.randint(1, 200), chance.choice(["en", "zh"]))
            )
        rate = chance.choice(RATES)
        made = cues(spoken, rate, style=chance.choice([LANDSCAPE, VERTICAL]), film_frames=film)
        assert made[0].start >= 0
        assert made[-1].end <= film
        assert all(c.end > c.start for c in made)
        assert all(a.end <= b.start for a, b in pairwise(made))
        assert sum(len(said([c])) for c in made) == sum(len(line.text.replace(" ", "")) for line in spoken)


def test_a_cue_lingers_in_silence_and_stops_at_the_next_one() -> None:
    made = cues(
        [Line("Now.", 10, 14), Line("Then a much longer line is said.", 50, 100)], Fraction(24), film_frames=130
    )
    assert (made[0].start, made[0].end) == (10, 30)
    assert made[1].start == 50


@pytest.mark.parametrize(("start", "end"), [(5, 5), (-1, 4), (90, 99)])
def test_impossible_lines_are_refused(start: int, end: int) -> None:
    with pytest.raises(InputError, match="line 1"):
        cues([Line("Hello", start, end)], Fraction(24), film_frames=80)


def test_the_frame_decides_the_style() -> None:
    assert style_for((1080, 1920)) == VERTICAL
    assert style_for((1920, 1080)) == LANDSCAPE
    assert not is_wide("a")


@pytest.mark.parametrize("rate", RATES)
def test_files_bring_back_the_same_frames(rate: Fraction) -> None:
    made = [Cue(i * 31, i * 31 + 29, ("Salt & <pepper>", "盐和胡椒"), "en") for i in range(400)]
    assert parse_srt(srt(made, rate), rate, "en") == made
    assert parse_vtt(vtt(made, rate), rate, "en") == made


@pytest.mark.parametrize("rate", RATES)
def test_a_player_shows_exactly_the_frames_of_a_cue(rate: Fraction) -> None:
    for start, end in ((0, 1), (1, 25), (24, 48), (1000, 1001), (86399, 86400)):
        text = srt([Cue(start, end, ("x",))], rate).splitlines()[1]
        opens, closes = (
            Fraction(int(s[0:2]) * 3600 + int(s[3:5]) * 60 + int(s[6:8])) + Fraction(int(s[9:12]), 1000)
            for s in text.split(" --> ")
        )
        shown = [f for f in range(max(0, start - 3), end + 3) if opens <= f / rate <= closes]
        assert shown == list(range(start, end))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("2\n00:00:00,000 --> 00:00:01,000\nx\n", 1),
        ("1\n00:00:00.000 --> 00:00:01.000\nx\n", 2),
        ("1\n00:00:00,000 --> 00:00:01,000\n", 2),
        ("1\n00:00:02,000 --> 00:00:01,000\nx\n", 2),
        ("1\n00:00:00,000 --> 00:00:02,000\nx\n\n2\n00:00:01,000 --> 00:00:03,000\ny\n", 6),
    ],
)
def test_damaged_subtitles_are_refused_with_their_line(text: str, line: int) -> None:
    with pytest.raises(InputError, match=f"line {line}:"):
        parse_srt(text, Fraction(24))


def test_webvtt_notes_identifiers_and_settings_are_read() -> None:
    text = "WEBVTT - a film\n\nNOTE made by hand\n\nintro\n00:01.000 --> 00:02.000 align:start\nTom &amp; Jerry\n"
    assert parse_vtt(text, Fraction(24)) == [Cue(24, 48, ("Tom & Jerry",))]
    with pytest.raises(InputError, match="WEBVTT"):
        parse_vtt("1\n", Fraction(24))
