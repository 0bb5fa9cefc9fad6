"""The catalogue that comes with Callsheet: whole, sourced, fresh, and true to the price tables it was made from."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from callsheet.catalog import UNKNOWN, Offer, Unknown, Wanted, check, load, price
from callsheet.catalog.check import table
from callsheet.catalog.load import parse
from callsheet.catalog.query import leaves
from callsheet.film.price import Money

TODAY = date(2026, 11, 21)
CATALOGUE = load()

# Model as sold, resolution, micros of a dollar for one second.
LISTED = [
    ("grok-imagine-video-1.5-lite@xai", "480p", 20_000),
    ("grok-imagine-video-1.5-lite@xai", "1080p", 140_000),
    ("grok-imagine-video@xai", "720p", 70_000),
    ("grok-imagine-video-1.5@xai", "1080p", 250_000),
    ("gemini-omni-1.2-flash@gemini", "360p", 23_000),
    ("gemini-omni-1.2-flash@gemini", "4k", 210_000),
    ("gemini-omni-1.1-flash@gemini", "1080p", 150_000),
    ("veo-3.1-lite@vertex", "1080p", 80_000),
    ("veo-3.1-fast@vertex", "4k", 300_000),
    ("veo-3.1@vertex", "720p", 400_000),
    ("wan-3.0@dashscope-intl", "720p", 100_000),
    ("wan-3.0-prime@dashscope-intl", "1080p", 280_000),
    ("wan-3.0@dashscope-cn", "480p", 41_300),
    ("wan-2.7@dashscope-intl", "1080p", 150_000),
    ("happyhorse-1.1@dashscope-intl", "1080p", 180_000),
    ("happyhorse-1.0@dashscope-intl", "1080p", 240_000),
    ("minimax-h3@minimax-intl", "2k", 130_000),
    ("minimax-h3-max@minimax-intl", "480p", 50_000),
    ("minimax-h3@fal", "4k", 160_000),
    ("seedance-2.5@fal", "720p", 473_000),
    ("seedance-2.5@runway", "1080p", 680_000),
    ("seedance-2.0@fal", "4k", 1_555_200),
    ("seedance-2.0@runway", "1080p", 400_000),
    ("kling-4.0@fal", "1080p", 235_000),
    ("kling-4.0@piapi", "720p", 166_700),
    ("kling-3.0@kling-intl", "1080p", 112_000),
    ("runway-gen-4.5@runway", None, 120_000),
    ("runway-gen-4-turbo@runway", None, 50_000),
    ("runway-aleph-2@runway", None, 280_000),
    ("ltx-2-fast@ltx", "4k", 160_000),
    ("ltx-2-pro@ltx", "1080p", 60_000),
    ("hunyuan-video-1.5@wavespeed", "480p", 20_000),
    ("hunyuan-video-1.5@fal", None, 75_000),
]
# Ark bills tokens in yuan; the price table has dollars a second at 7.0, for 24 frames a second.
TOKENS = [
    ("seedance-2.5@ark-cn", "480p", "0.0961"),
    ("seedance-2.5@ark-cn", "720p", "0.216"),
    ("seedance-2.5@ark-cn", "1080p", "0.5346"),
    ("seedance-2.0@ark-cn", "480p", "0.0660"),
    ("seedance-2.0@ark-cn", "720p", "0.1419"),
    ("seedance-2.0@ark-cn", "1080p", "0.3541"),
    ("seedance-2.0@ark-cn", "4k", "0.7221"),
    ("seedance-2.0-fast@ark-cn", "480p", "0.0531"),
    ("seedance-2.0-fast@ark-cn", "720p", "0.1142"),
    ("seedance-2.0-mini@ark-cn", "480p", "0.0330"),
    ("seedance-2.0-mini@ark-cn", "720p", "0.0710"),
]


@pytest.mark.parametrize(("offer", "resolution", "micros"), LISTED)
def test_ten_seconds_cost_ten_times_the_listed_second(offer: str, resolution: str | None, micros: int) -> None:
    known = price(CATALOGUE.offer(offer), Wanted(Fraction(10), resolution))
    assert known
    assert known.expected == Money(10 * micros, "USD")
    assert known.source
    assert known.on <= TODAY


@pytest.mark.parametrize(("offer", "resolution", "usd"), TOKENS)
def test_tokens_come_to_the_listed_second(offer: str, resolution: str, usd: str) -> None:
    """121 frames for 5 s: the listed 24 a second and one more."""
    known = price(CATALOGUE.offer(offer), Wanted(Fraction(5), resolution))
    assert known
    assert known.expected == known.worst
    assert known.expected.currency == "CNY"
    second = Fraction(known.expected.micros, 1_000_000) * 24 / 121
    assert abs(second / 7 - Fraction(Decimal(usd))) <= Fraction(1, 10_000)


def test_every_model_and_enough_routes_are_there() -> None:
    families = {offer.model.family for offer in CATALOGUE}
    assert families >= {"seedance", "kling", "wan", "happyhorse", "hailuo", "gemini-omni", "veo", "grok-imagine"}
    assert families >= {
        "runway-gen",
        "runway-aleph",
        "ray",
        "ltx",
        "hunyuan",
        "marey",
        "pika",
        "firefly",
        "flux",
        "sora",
    }
    assert len({offer.route for offer in CATALOGUE if offer.live_on(TODAY)}) >= 15
    assert len({offer.protocol for offer in CATALOGUE}) >= 10


def test_nothing_is_wrong_on_the_day_it_was_made() -> None:
    found = check(CATALOGUE, TODAY)
    assert [str(f) for f in found if f.level == "error"] == []
    assert ("warning", "ltx-2-fast@ltx", "price") in {(f.level, f.offer, f.field) for f in found}
    assert table(found).endswith(f"0 errors, {len(found)} warnings")


def test_everything_that_is_stated_says_who_says_so() -> None:
    silent = {"id", "route", "model.id", "price", "evidence"}
    empty = {"unknown", "none"}
    for offer in CATALOGUE:
        for name, value in leaves(offer):
            if name not in silent and value not in empty and not name.startswith(("price.", "history")):
                assert offer.says(name).where, (offer.id, name)
                assert offer.says(name).on <= TODAY, (offer.id, name)
        assert offer.verified_on
        assert offer.source
        if not isinstance(offer.price, Unknown):
            assert offer.says("price").where


@pytest.mark.parametrize(
    ("offer", "day"),
    [
        ("sora-2@openai", date(2026, 9, 24)),
        ("sora-2-pro@openai", date(2026, 9, 24)),
        ("sora-2@azure", date(2026, 11, 2)),
        ("veo-3.1-preview@gemini", date(2026, 10, 22)),
        ("gemini-omni-flash-preview@gemini", date(2026, 9, 30)),
        ("veo-3.0@vertex", date(2026, 6, 30)),
    ],
)
def test_what_has_ended_is_retired(offer: str, day: date) -> None:
    found = CATALOGUE.offer(offer)
    assert found.sunset_on == day
    assert found.status_on(TODAY) == "retired"
    assert not found.live_on(TODAY)


def test_what_is_not_established_stays_unknown() -> None:
    assert CATALOGUE.offer("veo-3.1@vertex").sunset_on is UNKNOWN
    assert CATALOGUE.offer("veo-3.1@vertex").status_on(TODAY) is UNKNOWN
    for id in ("luma-ray-3.2@luma", "marey@fal", "firefly-video@firefly", "ltx-2.5-pro@ltx", "kling-4.0@runway"):
        assert CATALOGUE.offer(id).price is UNKNOWN, id
        assert price(CATALOGUE.offer(id), Wanted(Fraction(5), "720p")) is None
    assert CATALOGUE.offer("kling-4.0@fal").charges.moderated_out is UNKNOWN
    assert CATALOGUE.offer("seedance-2.0@fal").legal.indemnity is UNKNOWN


def test_unknown_answers_no_question() -> None:
    with pytest.raises(TypeError, match="neither yes nor no"):
        bool(CATALOGUE.offer("kling-4.0@fal").seed)


def test_the_frames_that_come() -> None:
    h3 = CATALOGUE.offer("minimax-h3@minimax-intl").durations
    assert not isinstance(h3, Unknown)
    assert h3.delivered(Fraction(8)) == 8
    assert [h3.delivered(Fraction(s)) == s for s in range(4, 16)].count(True) == 1
    assert h3.delivered(Fraction(5)) == Fraction(124, 24)
    size = CATALOGUE.offer("seedance-2.0@ark-cn").size
    assert str(size("480p", "16:9")) == "864x496"
    assert str(size("480p", "9:16")) == "496x864"
    assert size("480p", "4:3") is UNKNOWN


SOLD = """
source: {where: a page, on: 2026-11-01}
offers:
  - {id: one@here, model: {id: one, family: f}, provider: P, protocol: q, status: STATUS, EXTRA}
  - {id: two@here, model: {id: two, family: f}, provider: P, protocol: q, status: retired, sunset_on: 2026-01-01}
"""


@pytest.mark.parametrize(
    ("status", "extra", "today", "found"),
    [
        ("active", "sunset_on: 2026-11-20", TODAY, ("error", "status")),
        ("preview", "sunset_on: 2026-11-21", TODAY, ("error", "status")),
        ("active", "sunset_on: 2026-12-01", TODAY, ("warning", "sunset_on")),
        ("active", "sunset_on: 2027-12-01", TODAY, None),
        ("retired", "region: x", TODAY, ("error", "sunset_on")),
        ("retired", "sunset_on: unknown", TODAY, None),
        ("retired", "sunset_on: 2026-01-01, replacement: three@here", TODAY, ("error", "replacement")),
        ("retired", "sunset_on: 2026-01-01, replacement: two@here", TODAY, ("error", "replacement")),
        ("active", "region: x", date(2026, 11, 1) + timedelta(90), None),
        ("active", "region: x", date(2026, 11, 1) + timedelta(91), ("warning", "status")),
        ("active", "region: x", date(2026, 10, 31), ("warning", "status")),
        ("unknown", "region: x", TODAY, ("warning", "status")),
        ("active", "doubts: {status: rumours}", TODAY, ("warning", "status")),
    ],
)
def test_findings(status: str, extra: str, today: date, found: tuple[str, str] | None) -> None:
    catalogue = parse(SOLD.replace("STATUS", status).replace("EXTRA", extra))
    told = [(f.level, f.field) for f in check(catalogue, today) if f.offer == "one@here"]
    assert told == ([found] if found else [])


def test_an_offer_is_a_value() -> None:
    first: Offer = CATALOGUE.offers[0]
    assert Offer.model_validate(first.model_dump()) == first
    assert Offer.model_validate_json(first.model_dump_json()) == first
    assert load() is CATALOGUE
