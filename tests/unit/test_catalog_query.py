"""Finding offers, standing in for those that are gone, and what changed."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from callsheet.catalog import (
    UNKNOWN,
    Catalogue,
    Query,
    Unknown,
    Wanted,
    card,
    compare,
    facts,
    find,
    load,
    nearest,
    since,
)
from callsheet.catalog.load import parse
from callsheet.catalog.query import says, table
from callsheet.errors import InputError, NotFoundError
from callsheet.film.price import Money

TODAY = date(2026, 11, 21)
CATALOGUE = load()
CLIP = Wanted(Fraction(5), "720p")


def ids(query: Query, catalogue: Catalogue = CATALOGUE) -> list[str]:
    return [row.offer.id for row in find(catalogue, query, TODAY)]


def test_everything_is_found_by_default_in_the_order_of_ids() -> None:
    assert ids(Query()) == sorted(offer.id for offer in CATALOGUE)


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        (Query(text="KLING"), "kling-4.0@fal", "wan-3.0@runway"),
        (Query(text="bytedance"), "seedance-2.0@fal", "kling-4.0@fal"),
        (Query(makers=frozenset({"google"})), "veo-3.1@runway", "kling-4.0@fal"),
        (Query(routes=frozenset({"fal"})), "kling-4.0@fal", "kling-4.0@piapi"),
        (Query(regions=frozenset({"cn-beijing"})), "wan-3.0@dashscope-cn", "wan-3.0@dashscope-intl"),
        (Query(statuses=frozenset({"retired"})), "sora-2@openai", "veo-3.1@vertex"),
        (Query(statuses=frozenset({UNKNOWN})), "veo-3.1@vertex", "sora-2@openai"),
        (Query(modes=frozenset({"multi_shot"})), "kling-3.0@kling-intl", "veo-3.1@vertex"),
        (Query(modes=frozenset({"reference_images", "extend"})), "seedance-2.5@fal", "kling-4.0@fal"),
        (Query(audio=True), "minimax-h3@fal", "runway-gen-4.5@runway"),
        (Query(audio=False), "runway-gen-4.5@runway", "minimax-h3@fal"),
        (Query(audio=False), "veo-3.1@vertex", "marey@fal"),
        (Query(seconds=Fraction(30)), "kling-4.0@fal", "kling-3.0@kling-intl"),
        (Query(seconds=Fraction(7)), "veo-3.1@runway", "marey@fal"),
        (Query(min_lines=2160), "ltx-2-pro@ltx", "kling-4.0@fal"),
        (Query(min_lines=1), "kling-4.0@fal", "marey@fal"),
        (Query(aspect="21:9"), "kling-4.0@fal", "veo-3.1@runway"),
        (Query(where={"legal.training": "licensed"}), "marey@fal", "kling-4.0@fal"),
        (Query(where={"seed": "yes"}), "runway-gen-4.5@runway", "kling-4.0@fal"),
        (Query(where={"seed": "!yes"}), "minimax-h3@fal", "kling-4.0@fal"),
        (Query(where={"seed": "unknown"}), "kling-4.0@fal", "minimax-h3@fal"),
        (Query(where={"legal.territory_excluded": "EU"}), "hunyuan-video-1.5@fal", "kling-4.0@fal"),
        (Query(where={"sunset_on": "2026-09-24"}), "sora-2@openai", "sora-2@azure"),
        (Query(where={"price.currency": "CNY"}), "seedance-2.0@ark-cn", "kling-o3@kling-intl"),
    ],
)
def test_filters(query: Query, there: str, not_there: str) -> None:
    found = ids(query)
    assert there in found
    assert not_there not in found


def test_every_field_can_be_asked_for() -> None:
    with pytest.raises(NotFoundError) as caught:
        find(CATALOGUE, Query(where={"legal.faces.of": "x", "nonsense": "x"}), TODAY)
    assert "legal.indemnity" in caught.value.remedy
    assert says(UNKNOWN, "unknown")
    assert not says(UNKNOWN, "!yes")


def test_a_price_limit_leaves_out_what_is_dear_or_unknown() -> None:
    limit = Money.parse("0.42 USD")
    rows = find(CATALOGUE, Query(wanted=CLIP, at_most=limit, sort="price"), TODAY)
    assert next(row.offer.id for row in rows) == "grok-imagine-video-1.5-lite@xai"
    amounts = [row.shown.money for row in rows if row.shown]
    assert len(amounts) == len(rows)
    assert all(amount <= limit for amount in amounts)
    assert amounts == sorted(amounts, key=lambda money: money.micros)
    assert "kling-3.0@kling-intl" in [row.offer.id for row in rows]
    assert "kling-4.0@fal" not in [row.offer.id for row in rows]
    with pytest.raises(InputError, match="a price limit needs a clip"):
        find(CATALOGUE, Query(at_most=limit), TODAY)


def test_one_currency_at_a_dated_rate(tmp_path: Path) -> None:
    asked = Query(wanted=CLIP, currency="USD", routes=frozenset({"ark-cn"}), text="seedance-2.0@")
    (row,) = find(CATALOGUE, asked, TODAY)
    assert (row.price is not None, row.shown) == (True, None)
    assert row.why.startswith("there is no exchange rate from CNY to USD")
    path = tmp_path / "rates.yaml"
    path.write_text('rates: [{base: USD, quote: CNY, rate: 7.2, on: 2026-11-19, where: "a bank"}]')
    (row,) = find(load([path]), asked, TODAY)
    assert row.shown
    assert row.shown.money == Money(695_750, "USD")
    assert row.shown.rate
    assert row.shown.rate.where == "a bank"
    last = table((row,)).splitlines()[1:]
    assert "0.69575 USD" in last[0]
    assert last[0].endswith(", doubted"), "the price was worked back"
    assert last[1:] == ["1 USD = 7.2 CNY on 2026-11-19: a bank"]


def test_the_clip_is_fitted_to_what_is_sold() -> None:
    (row,) = find(CATALOGUE, Query(text="minimax-h3@fal", wanted=CLIP), TODAY)
    assert row.ordered == Wanted(Fraction(5), "768p")
    (row,) = find(CATALOGUE, Query(text="veo-3.1-lite@vertex", wanted=CLIP), TODAY)
    assert row.ordered == Wanted(Fraction(6), "720p")
    (row,) = find(CATALOGUE, Query(text="veo-3.1-lite@vertex", wanted=Wanted(Fraction(9))), TODAY)
    assert (row.price, row.why) == (None, "it makes at most 8 s")


@pytest.mark.parametrize("sort", ["price", "id", "maker", "lines", "longest"])
def test_unknown_comes_last(sort: str) -> None:
    rows = find(CATALOGUE, Query(sort=sort, wanted=CLIP), TODAY)  # type: ignore[arg-type]
    known = {
        "price": [row.shown is not None for row in rows],
        "lines": [row.offer.lines is not UNKNOWN for row in rows],
        "longest": [not isinstance(row.offer.durations, Unknown) for row in rows],
    }.get(sort, [])
    assert known == sorted(known, reverse=True)
    assert len(rows) == len(CATALOGUE)


def test_the_plain_facts() -> None:
    rows = [facts(row) for row in find(CATALOGUE, Query(), TODAY)]
    assert json.loads(json.dumps(rows)) == rows
    found = {row["offer"]: row for row in rows}
    assert found["kling-4.0@fal"] == {
        "offer": "kling-4.0@fal",
        "model": "kling-4.0",
        "provider": "fal",
        "region": "unknown",
        "status": "active",
        "sunset_on": None,
        "modes": [
            "text", "first_frame", "last_frame", "keyframes", "reference_images", "reference_videos", "reference_audio", "edit", "multi_shot",
        ],
        "price": {"unit": "second", "currency": "USD", "micros": 157_000},
        "verified_on": "2026-11-01",
        "source": "fal model pages",
    }  # fmt: skip
    assert found["marey@fal"]["price"] == "unknown"
    assert found["veo-3.1@vertex"]["sunset_on"] == "unknown"
    assert found["seedance-2.0@ark-cn"]["price"] == {"unit": "million-tokens", "currency": "CNY", "micros": 46_000_000}
    (row,) = find(CATALOGUE, Query(text="kling-4.0@fal", wanted=CLIP), TODAY)
    assert facts(row)["price"] == {"unit": "clip", "currency": "USD", "micros": 785_000}


def test_one_offer_in_full() -> None:
    told = card(CATALOGUE.offer("kling-4.0@fal"), TODAY)
    assert told["durations"] == {
        "value": "3-30",
        "source": "fal, PiAPI and Venice pages",
        "verified_on": "2026-11-01",
        "doubt": "",
    }
    assert told["legal.indemnity"] == {"value": "unknown", "source": "", "verified_on": "", "doubt": ""}
    assert card(CATALOGUE.offer("sora-2@openai"), TODAY)["status"]["value"] == "retired"
    assert card(CATALOGUE.offer("seedance-2.0@ark-cn"), TODAY)["price.rules"]["doubt"].startswith("worked back from")


def test_the_table() -> None:
    lines = table(find(CATALOGUE, Query(text="sora"), TODAY)).splitlines()
    assert lines[0].split() == ["offer", "status", "maker", "seconds", "lines", "price", "verified", "on", "source"]
    assert len(lines) == 5
    assert "0.30 USD / second at 720p" in lines[2]
    assert len({line.index("OpenAI") for line in lines[1:]}) == 1


def test_a_retired_model_has_live_stand_ins_with_reasons() -> None:
    for gone in find(CATALOGUE, Query(statuses=frozenset({"retired"})), TODAY):
        found = nearest(CATALOGUE, gone.offer, TODAY)
        assert len(found) == 3
        assert all(s.offer.live_on(TODAY) and s.why for s in found)
        assert len({s.offer.model.id for s in found}) == 3
        assert found == nearest(CATALOGUE, gone.offer, TODAY)
    best = nearest(CATALOGUE, CATALOGUE.offer("sora-2@openai"), TODAY)[0]
    assert "0.35 USD for 5 s, 56% less than 0.80 USD" in best.why
    assert "has all its modes" in str(best)


def test_a_named_successor_and_the_same_model_come_first() -> None:
    first, *rest = nearest(CATALOGUE, CATALOGUE.offer("veo-3.1-preview@gemini"), TODAY)
    assert first.offer.id == "gemini-omni-1.2-flash@gemini"
    assert first.why[0] == "named as its successor"
    assert rest[0].why[0] == "the same model at Runway"
    other = nearest(CATALOGUE, CATALOGUE.offer("seedance-2.5@fal"), TODAY)[0]
    assert other.offer.id == "seedance-2.5@runway"


def test_a_stand_in_can_make_the_clip() -> None:
    clip = Wanted(Fraction(20), "1080p", mode="first_frame")
    found = nearest(CATALOGUE, CATALOGUE.offer("sora-2@openai"), TODAY, clip, most=50)
    assert found
    assert all(s.offer.durations.longest >= 20 for s in found if not isinstance(s.offer.durations, Unknown))
    assert "gemini-omni-1.2-flash" not in {s.offer.model.id for s in found}


def test_what_happened_since_a_day() -> None:
    told = [(h.on, h.offer, h.kind) for h in since(CATALOGUE, date(2026, 10, 22), TODAY)]
    assert told == [
        (date(2026, 10, 24), "kling-4.0@fal", "released"),
        (date(2026, 10, 24), "kling-4.0@piapi", "released"),
        (date(2026, 10, 24), "kling-4.0@runway", "released"),
        (date(2026, 10, 24), "kling-4.0@venice", "released"),
        (date(2026, 11, 2), "sora-2@azure", "ended"),
        (date(2026, 11, 5), "gemini-omni-1.2-flash@gemini", "released"),
    ]
    before = [(h.offer, h.kind) for h in since(CATALOGUE, date(2026, 9, 1), date(2026, 9, 10))]
    assert ("sora-2@openai", "will end") in before


SOLD = """
source: {where: a page, on: 2026-11-01}
offers:
  - id: one@here
    model: {id: one, family: f}
    provider: P
    protocol: q
    status: active
    price: {currency: USD, per: second, rules: {any: 0.10}}
    history: [{on: 2026-11-01, field: price, was: 0.12 USD, now: 0.10 USD, where: a page}]
"""


def test_price_changes_and_two_states() -> None:
    old = parse(SOLD)
    (change,) = since(old, date(2026, 10, 1), TODAY)
    assert str(change) == "2026-11-01  one@here  changed: price was 0.12 USD, now 0.10 USD (a page)"
    new = parse(SOLD.replace("any: 0.10", "any: 0.08").replace("2026-11-01}\noffers", "2026-11-20}\noffers"))
    assert [str(d) for d in compare(old, new)] == ["one@here: price.rules was amount 0.10, now amount 0.08"]
    more = parse(SOLD + SOLD.split("offers:\n")[1].replace("one@here", "two@here"))
    assert [str(d) for d in compare(old, more)] == ["two@here: added"]
    assert [str(d) for d in compare(more, old)] == ["two@here: removed"]
    assert compare(old, old) == ()
