"""What orders cost: exact, never too low, unknown when anything that matters is."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.catalog import Unknown, Wanted, fit, load, price
from callsheet.catalog.load import parse
from callsheet.catalog.offer import Offer
from callsheet.catalog.rates import ExchangeRate, Rates
from callsheet.errors import BudgetError, InputError
from callsheet.film.price import Money, Price

CATALOGUE = load()
PRICED = [offer for offer in CATALOGUE if not isinstance(offer.price, Unknown)]
HEAD = """
source: {where: a page, on: 2026-11-01}
offers:
  - id: one@here
    model: {id: one, family: f}
    provider: P
    protocol: q
    status: active
"""


def offer(fields: str) -> Offer:
    return parse(HEAD + "".join(f"    {line}\n" for line in fields.splitlines())).offer("one@here")


def micros(found: Price | None) -> tuple[int, int]:
    assert found
    return found.expected.micros, found.worst.micros


def usd(rest: str) -> Offer:
    return offer(f"durations: 3-15\nresolutions: [720p, 1080p]\nprice: {{currency: USD, per: second, {rest}}}")


def test_amounts_are_rounded_up_once_at_the_end() -> None:
    found = price(usd("rules: {any: 0.0000001}"), Wanted(Fraction(3)))
    assert micros(found) == (1, 1)
    assert micros(price(usd("rules: {any: 0.1}"), Wanted(Fraction(10, 3)))) == (333_334, 333_334)


def test_the_minimum_and_the_fees() -> None:
    sold = usd("rules: {any: 0.10}, minimum: 0.56, image_fee: {each: 0.04, free: 2}, surcharges: {prores: 0.05}")
    assert micros(price(sold, Wanted(Fraction(3))))[0] == 560_000
    assert micros(price(sold, Wanted(Fraction(10), images=2)))[0] == 1_000_000
    assert micros(price(sold, Wanted(Fraction(10), images=5)))[0] == 1_120_000
    assert micros(price(sold, Wanted(Fraction(10), extras=("prores",))))[0] == 1_500_000
    assert price(sold, Wanted(Fraction(10), extras=("exr",))) is None


def test_sound_and_resolution_choose_the_rule() -> None:
    kling = CATALOGUE.offer("kling-3.0@kling-intl")
    assert micros(price(kling, Wanted(Fraction(5), "1080p", audio=True)))[0] == 840_000
    assert micros(price(kling, Wanted(Fraction(5), "1080P")))[0] == 560_000
    assert price(kling, Wanted(Fraction(5), "720p", audio=True)) is None
    assert price(kling, Wanted(Fraction(5))) is None, "three resolutions, none stated"


def test_the_rule_that_states_more_wins() -> None:
    sold = usd("rules: [{amount: 1}, {amount: 2, audio: true}, {amount: 3, audio: true, resolution: 1080p}]")
    asked = [
        Wanted(Fraction(3), "720p"),
        Wanted(Fraction(3), "720p", audio=True),
        Wanted(Fraction(3), "1080p", audio=True),
    ]
    assert [micros(price(sold, wanted))[0] // 3_000_000 for wanted in asked] == [1, 2, 3]


def test_sound_that_cannot_be_turned_off_is_billed() -> None:
    sold = offer(
        "audio: always\nprice: {currency: USD, per: second, rules: [{audio: true, amount: 2}, {audio: false, amount: 1}]}"
    )
    assert micros(price(sold, Wanted(Fraction(1))))[0] == 2_000_000


def test_given_video() -> None:
    kling = CATALOGUE.offer("kling-4.0@fal")
    short = Wanted(Fraction(10), "720p", mode="edit", input_video_s=Fraction(3))
    assert micros(price(kling, short))[0] == 20 * 94_000, "the floor is twice the output"
    assert micros(price(kling, replace(short, input_video_s=Fraction(15))))[0] == 25 * 94_000
    wan = CATALOGUE.offer("wan-3.0@dashscope-intl")
    assert micros(price(wan, replace(short, input_video_s=Fraction("2.2"))))[0] == 1_300_000, (
        "started seconds are whole"
    )
    assert price(CATALOGUE.offer("happyhorse-1.1@dashscope-intl"), short) is None, "nobody says whether it is billed"


def test_what_is_not_certain_is_in_the_worst_case() -> None:
    h3 = CATALOGUE.offer("minimax-h3@minimax-intl")
    assert micros(price(h3, Wanted(Fraction(5), "768p"))) == (400_000, 413_334)
    assert micros(price(h3, Wanted(Fraction(8), "768p"))) == (640_000, 640_000)
    assert micros(price(usd("rules: {any: 0.1}"), Wanted(Fraction(5), auto=True))) == (500_000, 1_500_000)
    assert price(offer("price: {currency: USD, per: second, rules: {any: 1}}"), Wanted(Fraction(5), auto=True)) is None


def test_a_clip_and_tokens() -> None:
    clip = offer("durations: 3-15\nprice: {currency: EUR, per: clip, rules: {any: 0.5}}")
    assert price(clip, Wanted(Fraction(9))) == Price.exact(Money(500_000, "EUR"), "a page", date(2026, 11, 1))
    ark = CATALOGUE.offer("seedance-2.0@ark-cn")
    assert micros(price(ark, Wanted(Fraction(5), "720p"))) == (5_009_400,) * 2
    assert price(ark, Wanted(Fraction(5), "720p", aspect="9:16")) == price(ark, Wanted(Fraction(5), "720p"))
    assert price(ark, Wanted(Fraction(5), "720p", aspect="1:1")) is None, "its frame is not known"


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": Fraction(0)}, {"images": -1}, {"input_video_s": Fraction(-1)}, {"resolution": "large"}],
)
def test_no_order(wrong: dict[str, Fraction]) -> None:
    with pytest.raises(InputError, match=r"is no order|is not a resolution"):
        Wanted(**{"seconds": Fraction(5), **wrong})  # type: ignore[arg-type]


WANTED = st.builds(
    Wanted,
    seconds=st.fractions(Fraction(1, 8), 60, max_denominator=120),
    resolution=st.sampled_from([None, "360p", "480p", "720p", "768p", "1080p", "2k", "4k"]),
    aspect=st.sampled_from(["16:9", "9:16"]),
    audio=st.booleans(),
    images=st.integers(0, 12),
    input_video_s=st.fractions(0, 30, max_denominator=24),
    auto=st.booleans(),
)
OFFERS = st.sampled_from(PRICED)


@given(OFFERS, WANTED, st.fractions(0, 20, max_denominator=48), st.integers(0, 5))
def test_more_never_costs_less(sold: Offer, wanted: Wanted, longer: Fraction, images: int) -> None:
    less = price(sold, wanted)
    more = price(sold, replace(wanted, seconds=wanted.seconds + longer, images=wanted.images + images))
    assert (less is None) == (more is None)
    if less and more:
        assert less.expected <= more.expected
        assert less.worst <= more.worst
        assert less.expected <= less.worst
        assert less.expected.micros > 0


@given(OFFERS, WANTED, st.fractions(0, 20, max_denominator=24))
def test_more_given_video_never_costs_less(sold: Offer, wanted: Wanted, longer: Fraction) -> None:
    given_some = replace(wanted, input_video_s=wanted.input_video_s + Fraction(1, 24))
    less, more = (
        price(sold, given_some),
        price(sold, replace(given_some, input_video_s=given_some.input_video_s + longer)),
    )
    assert (less is None) == (more is None)
    assert less is None or more is None or less.worst <= more.worst


@given(OFFERS, WANTED)
def test_two_halves_never_cost_less_than_the_whole_but_for_rounding(sold: Offer, wanted: Wanted) -> None:
    wanted = replace(wanted, auto=False, images=0)
    whole, half = price(sold, wanted), price(sold, replace(wanted, seconds=wanted.seconds / 2, input_video_s=wanted.input_video_s / 2))  # fmt: skip
    if whole and half:
        assert whole.expected.micros <= 2 * half.expected.micros + 2


@given(OFFERS, WANTED)
def test_what_fits_is_enough_and_can_be_ordered(sold: Offer, wanted: Wanted) -> None:
    found = fit(sold, wanted)
    assert (found.wanted is None) == bool(found.why)
    if found.wanted:
        assert found.wanted.seconds >= wanted.seconds
        if not isinstance(sold.durations, Unknown) and not wanted.auto:
            assert sold.durations.allows(found.wanted.seconds)
        if wanted.resolution:
            assert not isinstance(sold.resolutions, Unknown)
            assert found.wanted.resolution in sold.resolutions


def test_fitting() -> None:
    veo = CATALOGUE.offer("veo-3.1-lite@vertex")
    assert fit(veo, Wanted(Fraction(5), "480p")).wanted == Wanted(Fraction(6), "720p")
    assert fit(veo, Wanted(Fraction(9))).why == "it makes at most 8 s"
    assert fit(veo, Wanted(Fraction(5), "4k")).why == "it makes at most 1080p"
    grok = CATALOGUE.offer("grok-imagine-video-1.5@xai")
    assert fit(grok, Wanted(Fraction(5), "1080p", mode="reference_images")).why == "it makes at most 720p"
    assert fit(CATALOGUE.offer("runway-gen-4.5@runway"), Wanted(Fraction(5), audio=True)).why == "it makes no sound"
    assert fit(CATALOGUE.offer("marey@fal"), Wanted(Fraction(5), audio=True)).why == "whether it makes sound is unknown"
    assert fit(CATALOGUE.offer("marey@fal"), Wanted(Fraction(5), "720p")).why == "whether it makes 720p is unknown"


RATES = Rates(
    (
        ExchangeRate.model_validate(
            {"base": "USD", "quote": "CNY", "rate": "7.1", "on": "2026-11-01", "where": "a bank"}
        ),
        ExchangeRate.model_validate(
            {"base": "USD", "quote": "CNY", "rate": "7.2", "on": "2026-11-19", "where": "a bank"}
        ),
    )
)


def test_money_is_converted_at_the_newest_rate_of_the_time() -> None:
    day = date(2026, 11, 21)
    found = RATES.convert(Money(10_000_000, "USD"), "CNY", day)
    assert found.money == Money(72_000_000, "CNY")
    assert found.rate
    assert found.rate.on == date(2026, 11, 19)
    assert RATES.convert(Money(10_000_000, "USD"), "CNY", date(2026, 11, 18)).money == Money(71_000_000, "CNY")
    assert RATES.convert(Money(1_000_000, "CNY"), "USD", day).money == Money(138_889, "USD"), "rounded up"
    same = RATES.convert(Money(5, "EUR"), "EUR", day)
    assert (same.money, same.rate) == (Money(5, "EUR"), None)


@pytest.mark.parametrize(
    ("to", "on", "within"),
    [("EUR", date(2026, 11, 21), 30), ("CNY", date(2026, 10, 31), 30), ("CNY", date(2026, 12, 20), 30), ("CNY", date(2026, 11, 21), 1)],
)  # fmt: skip
def test_without_a_fresh_rate_nothing_is_converted(to: str, on: date, within: int) -> None:
    with pytest.raises(BudgetError, match="no exchange rate from USD"):
        RATES.convert(Money(1, "USD"), to, on, within)


def test_no_rate_is_shipped() -> None:
    assert CATALOGUE.rates == Rates()
