"""Exact time."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.film import Rate, Timecode

RATES = ["24", "25", "30", "50", "60", "24000/1001", "30000/1001", "60000/1001"]


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("24", Fraction(24)),
        (25, Fraction(25)),
        ("23.976", Fraction(24000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
    ],
)
def test_rates_are_exact(text: object, exact: Fraction) -> None:
    assert Rate.parse(text).fraction == exact
    assert Rate.parse(str(Rate.parse(text))) == Rate.parse(text)


@pytest.mark.parametrize("bad", ["0", 0, -24, "24.5", 23.9, "", "fast", "24/0", "1000", True, "1/2"])
def test_rates_that_are_not_rates(bad: object) -> None:
    with pytest.raises(ValueError):
        Rate.parse(bad)


@given(st.integers(0, 24 * 60 * 60 * 24), st.sampled_from(RATES), st.booleans())
def test_timecode_reads_back(frame: int, rate: str, drop: bool) -> None:
    exact = Rate.parse(rate)
    code = Timecode(frame, exact, drop and exact.drops)
    assert Timecode.parse(str(code), exact) == code


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (0, "00:00:00;00"),
        (1799, "00:00:59;29"),
        (1800, "00:01:00;02"),
        (17981, "00:09:59;29"),
        (17982, "00:10:00;00"),
        (107892, "01:00:00;00"),
    ],
)
def test_drop_frame_skips_two_numbers_a_minute_but_the_tenth(frame: int, text: str) -> None:
    assert str(Timecode(frame, Rate(30000, 1001), True)) == text


def test_drop_frame_at_60_skips_four() -> None:
    assert str(Timecode(3600, Rate(60000, 1001), True)) == "00:01:00;04"


@pytest.mark.parametrize("bad", ["00:01:00;00", "00:60:00:00", "00:00:00:30", "1:2:3:4", "00:00:00"])
def test_timecodes_that_do_not_exist(bad: str) -> None:
    with pytest.raises(ValueError):
        Timecode.parse(bad, Rate(30000, 1001))


def test_drop_frame_needs_a_rate_that_drops() -> None:
    with pytest.raises(ValueError, match="drop-frame"):
        Timecode(0, Rate(24), True)


@given(st.integers(0, 10**6), st.sampled_from(RATES))
def test_frames_survive_seconds(frames: int, rate: str) -> None:
    exact = Rate.parse(rate)
    assert exact.frames(exact.seconds(frames)) == frames
    assert abs(exact.samples(frames) - exact.seconds(frames) * 48000) <= Fraction(1, 2)
