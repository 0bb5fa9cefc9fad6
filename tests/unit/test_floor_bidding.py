"""The bid as data and as a page: sums, what is unknown, the frontier, exclusions, waste, and the signature."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from money_makers import usd
from test_routing_weigh import Here, Shop

from callsheet.delivery.words import cents, duration, excluded_by_rule
from callsheet.film import Money
from callsheet.floor import wasting
from callsheet.floor.quoted import Quoted
from callsheet.money.statement import Spending
from callsheet.providers import Seller
from callsheet.store import ProductionStore
from callsheet.studio import Studio

BOARD = """\
title: Rooms & <roofs>
budget: {amount: 1.00 USD}
deliverables: [{preset: preview-16x9}]
episodes:
  - sequences:
      - code: SQ010
        title: Inside
        shots:
          - {code: SH010, action: A lamp stands in a room., duration: 24, use_case: product}
          - {code: SH020, action: A chair stands in a room., duration: 24, constraints: {never: [b]}}
      - code: SQ020
        title: Outside
        shots:
          - {code: SH030, action: Rain falls on a roof., duration: 24, constraints: {only: [b]}}
"""
PRICES: Mapping[str, str | None] = {"a": "0.20 USD", "b": "0.25 USD"}


def quote(folder: Path, sellers: Sequence[Seller] | None = None, budgets: Sequence[Money] = (), out: Path | None = None) -> Quoted:  # fmt: skip
    (folder / "production.yaml").write_text(BOARD, "utf-8")
    return Studio(folder, sellers or [Shop("shop", PRICES)]).bid(budgets=budgets, out=out)


def test_sums_are_those_of_the_shots(tmp_path: Path) -> None:
    quoted = quote(tmp_path)
    (whole,) = quoted.totals
    assert whole.outlook is not None
    assert (whole.shots, whole.there, whole.unknown, whole.takes, whole.wait) == (3, 0, (), None, None)
    assert whole.outlook.expected == quoted.total == usd("0.65")
    assert whole.hold == usd("0.65")
    parts = [total for sequence in quoted.sequences for total in sequence.totals]
    assert [(s.episode, s.code) for s in quoted.sequences] == [("EP01", "SQ010"), ("EP01", "SQ020")]
    assert sum(part.hold.micros for part in parts if part.hold) == whole.hold.micros
    assert sum(part.outlook.worst.micros for part in parts if part.outlook) == whole.outlook.worst.micros
    assert dict(quoted.shots[1].decision.excluded) == {"b@shop": "constraints.never names it"}
    second = quoted.shots[0].outline.runner_up
    assert second is not None
    assert str(second) == "b@shop: 0.05 USD more a take; how often its takes are accepted is not known"


def test_an_unknown_price_makes_the_sums_unknown(tmp_path: Path) -> None:
    quoted = quote(tmp_path, [Shop("shop", {"a": "0.20 USD", "b": None})])
    (whole,) = quoted.totals
    assert (whole.outlook, whole.hold, whole.unknown) == (None, None, ("EP01 SQ020 SH030",))
    assert quoted.frontier is None
    assert quoted.facts()["total"] is None


def test_two_currencies_are_two_totals(tmp_path: Path) -> None:
    quoted = quote(tmp_path, [Shop("shop", {"a": "0.20 USD"}), Shop("store", {"b": "3.00 CNY"})])
    assert {total.currency: total.hold for total in quoted.totals} == {
        "USD": Money.parse("0.40 USD"),
        "CNY": Money.parse("3.00 CNY"),
    }
    cheapest, aside = quoted.shots[0].line.reasons[1:]
    assert cheapest == "the lowest price that can be compared"
    assert aside.startswith("not compared: there is no exchange rate from CNY to USD for ")


def test_the_frontier_never_falls(tmp_path: Path) -> None:
    asked = [usd("0.21"), usd("0.46")]
    found = quote(tmp_path, budgets=asked).frontier
    assert found is not None
    assert (found.measure, found.of, found.left, found.asked) == ("shots", 3, usd(1), tuple(asked))
    bought = [point.bought for point in found.points]
    assert bought == sorted(bought)
    assert [point.budget.micros for point in found.points] == sorted({p.budget.micros for p in found.points})
    at = {point.budget: point.shots for point in found.points}
    assert (at[asked[0]], at[asked[1]], found.points[0].shots, found.points[-1].shots) == (1, 2, 0, 3)
    assert all(point.cost <= point.budget for point in found.points)


def test_the_page_says_all_of_it(tmp_path: Path) -> None:
    out = tmp_path / "sheet"
    quoted = quote(tmp_path, budgets=[usd("0.30")], out=out)
    page = (out / "bid.html").read_text("utf-8")
    assert quoted.page == str(out / "bid.html")
    assert "<script" not in page
    assert "Rooms &amp; &lt;roofs&gt;" in page
    told = ("What the shoot comes to", "By sequence, USD", "Inside", "Rain falls on a roof.", "a@shop", "0.65 USD")
    more = ("Runner-up b@shop: 0.05 USD more a take", "constraints.never names it", "SH020:", "not known", "Name</p>")
    for words in (*told, *more, quoted.digest, "What is assumed"):
        assert words in page, words
    path = re.search(r'class="buys" d="([^"]+)"', page)
    assert path is not None
    heights = [float(y) for y in re.findall(r"V([\d.]+)", path[1])]
    assert heights == sorted(heights, reverse=True), "upwards on a page is down in numbers"
    data = json.loads((out / "bid.json").read_text("utf-8"))
    assert data["bid"] == quoted.facts()
    assert data["kind"] == "bid"
    again = Studio(tmp_path, [Shop("shop", PRICES)])
    again.approve(by="Ada")
    again.bid(out=out)
    signed = (out / "bid.html").read_text("utf-8")
    assert "Approved by <b>Ada</b>" in signed
    assert "Signature" not in signed


def test_what_costs_nothing_needs_no_signature(tmp_path: Path) -> None:
    out = tmp_path / "sheet"
    free = [Here("here", {"a": "0.00 USD", "b": "0.00 USD"})]
    assert quote(tmp_path, free, out=out).frontier is None
    page = (out / "bid.html").read_text("utf-8")
    assert "3 of 3 shots are still to be shot, at no cost." in page
    assert "Signature" not in page


def test_waste_is_told_by_cause_kind_and_offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quote(tmp_path)
    charges = [
        Spending("EP01 SQ010 SH010", "a@shop", usd("0.20"), "rejected by person"),
        Spending("EP01 SQ010 SH010", "a@shop", usd("0.20"), "rejected by person"),
        Spending("EP01 SQ010 SH010", "b@shop", usd("0.25"), None),
        Spending("EP01 SQ020 SH030", "b@shop", usd("0.50"), "moderated"),
    ]
    monkeypatch.setattr(wasting, "spending", lambda *_: charges)
    with ProductionStore.open(tmp_path) as store:
        found = wasting.patterns(store)
    assert [(p.cause, p.use_case, p.offer, p.cost, p.times) for p in found] == [
        ("moderated", "unstated", "b@shop", usd("0.50"), 1),
        ("rejected by person", "product", "a@shop", usd("0.40"), 2),
    ]


def test_numbers_are_written_as_people_do() -> None:
    assert [cents(usd(n)) for n in ("0.378125", "1.005", "0.004", "0")] == ["0.38 USD", "1.01 USD", "0.004 USD", "0.00 USD"]  # fmt: skip
    assert cents(None) == "unknown"
    assert [duration(s) for s in (None, 0.0, 95.4, 600.0, 8000.0)] == ["unknown", "none", "95 s", "10 min", "2 h 13 min"]  # fmt: skip
    rule = "it is out"
    found = excluded_by_rule([("SH010", [("x", rule), ("w", rule)]), ("SH020", [("w", rule), ("x", rule)])])
    assert found == [{"rule": rule, "offers": ["w", "x"], "shots": ["SH010", "SH020"], "all": True}]
