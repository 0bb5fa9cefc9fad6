"""From the board, verdicts and prices to the order of a shot's routes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from callsheet.errors import InputError
from callsheet.film import Camera, Clip, Document, Money, Mood, Order, Price, Rate, Recipe, Shot, digest, json_schema
from callsheet.film.shot import Constraints
from callsheet.floor.plan import plan
from callsheet.floor.reviewing import review
from callsheet.providers import Made, Offer
from callsheet.providers.animatic import Animatic
from callsheet.routing import Decision, route
from callsheet.routing.failures import Paid
from callsheet.routing.knowledge import Knowledge, Reviewed, Tally
from callsheet.routing.prior import parse, shipped
from callsheet.routing.situation import UNSTATED, advised, failed, situation
from callsheet.routing.why import explain
from callsheet.store import ProductionStore
from callsheet.store.place import Place

DAY = date(2026, 11, 21)
CODE = "EP01 SQ010 SH010"
ORDER = Order(
    code=CODE, action="A lamp", camera=Camera(), frames=24, rate=Rate(24), framings=("16:9",), mood=Mood(), creativity=0.3,
    time_of_day=None, weather=None, use_case="product", location=None, location_id=None, cast=(), props=(), look=None,
    language="en", text_room="none", references=(),
)  # fmt: skip
KEY = digest(ORDER)


class Shop:
    """Sells models for what it is told; nothing is ever made."""

    engine = "1"

    def __init__(self, name: str, prices: Mapping[str, str | None]) -> None:
        self.name, self.prices = name, prices

    def offers(self) -> tuple[Offer, ...]:
        return tuple(
            Offer(f"{model}@{self.name}", model, self.name, 720, "a list", "2026-11-21") for model in self.prices
        )

    def refuses(self, offer: str, order: Order) -> str:
        return ""

    def quote(self, offer: str, order: Order) -> Price | None:
        price = self.prices[offer.partition("@")[0]]
        return Price.exact(Money.parse(price), "a list", DAY) if price else None


class Here(Shop):
    """A maker on this machine."""

    def make(self, recipe: Recipe, references: Mapping[str, Path], folder: Path, on_frame: object) -> tuple[Made, ...]:
        return ()


def shot(**rules: object) -> Shot:
    return Shot(
        code="SH010", action="A lamp", duration=24, use_case="product", constraints=Constraints.model_validate(rules)
    )


def said(model: str, accepted: bool, reason: str | None = None, **more: object) -> Reviewed:
    number = len(NUMBERS)
    NUMBERS.append(number)
    plain = Reviewed(
        "p", f"EP01 SQ010 SH{100 + number}", 1, "", situation("product", "standard"), model, f"{model}@shop",
        accepted, reason, DAY, "mira", 1.0,
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


NUMBERS: list[int] = []


def routed(
    reviewed: list[Reviewed], prices: Mapping[str, str | None], wanted: Shot | None = None, **knows: object
) -> Decision:
    knowledge = Knowledge(reviewed, production="p", on=DAY, **{"currency": "USD", **knows})  # type: ignore[arg-type]
    return route(CODE, wanted or shot(), ORDER, [Shop("shop", prices)], knowledge=knowledge)


def offers(decision: Decision) -> list[str]:
    return [candidate.offer.partition("@")[0] for candidate in decision.candidates]


TWO = {"cheap": "0.10 USD", "dear": "0.40 USD"}


def test_words_of_the_board_become_the_key_of_what_is_learned() -> None:
    assert situation("product", "standard").bar == ("prompt", "look", "motion")
    assert situation("product", "draft").bar == ("prompt",)
    assert situation("product", "hero").bar[-1] == situation("talking-head", "standard").bar[-1] == "identity"
    assert situation("product", "hero") != situation("product", "standard") != situation("product", "draft")
    assert situation(None, "standard").use_case == UNSTATED
    bar = situation("product", "standard").bar
    assert [failed(r, bar) for r in ("look", "text", "identity", "sound", None)] == [("look",), ("prompt",), (), (), ()]
    assert [advised(r) for r in ("prompt", "text", "look", "motion", "identity", "other", None)] == [
        "re-roll", "re-roll", "re-route", "re-route", "re-route", "", "",
    ]  # fmt: skip


def test_while_nothing_is_known_the_lowest_price_wins_and_other_use_cases_teach_nothing() -> None:
    elsewhere = [said("cheap", False, "look", situation=situation("landscape", "standard")) for _ in range(9)]
    for known in ([], elsewhere):
        found = routed(known, TWO)
        assert (offers(found), found.policy, found.weighed) == (["cheap", "dear"], "cheapest-1", None)


def test_verdicts_move_the_route_and_the_record_says_by_which_chance() -> None:
    reviewed = [said("cheap", False, "look") for _ in range(6)] + [said("dear", True) for _ in range(6)]
    found = routed(reviewed, TWO)
    assert offers(found) == ["dear", "cheap"]
    record = found.record()
    assert (record["policy"], record["propensity"], record["seed"]) == (
        "learned-1",
        1.0,
        record["weighed"]["question"]["seed"],
    )
    assert record["weighed"]["tallies"]["cheap"]["reasons"] == [["look", 6]]
    assert json.loads(json.dumps(record)) == record, "read back it is the same, so that it is not written twice"
    assert record["price"]["expected"] == 400_000
    assert "rejected for look 6" in "; ".join(found.reasons)
    assert "bit for bit" in explain(record, None).replay
    assert offers(routed([*reviewed, *[said("cheap", True) for _ in range(40)]], TWO)) == ["cheap", "dear"]


def test_a_price_in_another_currency_or_unknown_is_never_weighed() -> None:
    reviewed = [said("euro", True), said("mute", True), said("cheap", False)]
    found = routed(reviewed, {"euro": "0.01 EUR", "mute": None, **TWO})
    assert found.weighed is not None
    assert sorted(o["model"] for o in found.weighed["question"]["options"]) == ["cheap", "dear"]
    assert set(offers(found)[:2]) == {"cheap", "dear"}
    alone = routed(reviewed, {"euro": "0.01 EUR", "cheap": "0.10 USD"})
    assert alone.weighed is None, "one price that can be compared is no choice"


def test_a_draft_that_costs_nothing_stays_the_default_and_named_offers_are_weighed() -> None:
    reviewed = [said("dear", True) for _ in range(5)]
    knowledge = Knowledge(reviewed, production="p", on=DAY, currency="USD")
    sellers = [Animatic(), Shop("shop", TWO)]
    default = route(CODE, shot(), ORDER, sellers, knowledge=knowledge)
    assert (default.offer, default.weighed) == ("animatic", None)
    named = route(CODE, shot(only=["cheap", "dear"]), ORDER, sellers, knowledge=knowledge)
    assert (named.policy, named.excluded[0][0]) == ("learned-1", "animatic")
    local = route(CODE, shot(), ORDER, [Here("shop", TWO)], knowledge=knowledge)
    assert local.policy == "learned-1", "a maker here that asks for money is no draft"


def mine(number: int, model: str, reason: str) -> Reviewed:
    return said(model, False, reason, shot=CODE, take=number, order=KEY)


def test_a_missed_prompt_is_tried_again_and_a_look_is_tried_elsewhere() -> None:
    assert offers(routed([mine(1, "cheap", "prompt")], TWO))[0] == "cheap"
    assert offers(routed([mine(1, "dear", "prompt")], TWO))[0] == "dear"
    for reason in ("look", "motion", "identity"):
        found = routed([mine(1, "cheap", reason)], TWO)
        assert offers(found) == ["dear", "cheap"]
        assert f"take 1 by cheap was rejected: {reason}" in "; ".join(found.reasons)
    third = routed([mine(1, "cheap", "look"), mine(2, "dear", "motion")], {**TWO, "other": "0.50 USD"})
    assert offers(third)[0] == "other"


def test_advice_gives_way_to_what_verdicts_say() -> None:
    bad = [said("dear", False, "motion") for _ in range(40)]
    good = [said("cheap", True) for _ in range(40)]
    found = routed([*bad, *good, mine(1, "cheap", "look")], TWO)
    assert offers(found)[0] == "cheap"
    assert "no other model is worth trying instead" in "; ".join(found.reasons)


def test_a_verdict_on_the_shot_itself_counts_once() -> None:
    found = routed([mine(1, "cheap", "look")], TWO)
    assert found.weighed is not None
    assert found.weighed["posteriors"]["cheap"]["verdicts"] == 0
    assert [take["failed"] for take in found.weighed["question"]["history"]] == [["look"]]
    assert routed([replace(mine(1, "cheap", "look"), order="another board")], TWO).weighed is not None


def near() -> list[Reviewed]:
    return [said(model, good) for model in ("one", "two") for good in (True, True, False)]


NEAR = {"one": "0.20 USD", "two": "0.21 USD"}


def test_trying_out_is_bounded_in_money_and_never_on_critical_shots() -> None:
    reviewed = near()
    free = routed(reviewed, NEAR, planned=Money.parse("50 USD"), shots=100)
    assert free.weighed is not None
    chances = dict(free.weighed["answer"]["propensities"])
    assert 0 < min(chances.values()) <= 0.15
    poor = routed(reviewed, NEAR, planned=Money.parse("1 USD"), shots=100)
    critical = routed(reviewed, NEAR, shot(critical=True), planned=Money.parse("50 USD"), shots=100)
    for found in (poor, critical):
        assert found.record()["propensity"] == 1.0
        assert not found.explored
    knowledge = Knowledge(reviewed, production="p", on=DAY, currency="USD", planned=Money.parse("3 USD"))
    assert knowledge.spend("USD").allows(0.21)
    knowledge.will_try(Money.parse("0.21 USD"))
    assert not knowledge.spend("USD").allows(0.21), "all of a plan's tries share one bound"
    tried = {"price": {"expected": 210_000, "currency": "USD"}, "weighed": {"answer": {"explored": True}}}
    after = Knowledge(reviewed, on=DAY, currency="USD", planned=Money.parse("3 USD"), decisions=lambda: [tried])
    assert not after.spend("USD").allows(0.21), "what was tried in earlier runs counts"


def test_an_offer_that_seems_to_be_down_stands_by_and_its_model_is_not_blamed() -> None:
    reviewed = [said("cheap", True) for _ in range(8)]
    ends = [("cheap@shop", False, DAY), ("cheap@shop", False, DAY)]
    found = routed(reviewed, TWO, attempts=lambda: ends)
    assert offers(found) == ["dear", "cheap"]
    assert found.weighed is not None
    assert found.weighed["tallies"]["cheap"]["accepted"] == 8
    assert offers(routed(reviewed, TWO, attempts=lambda: [*ends, *[("cheap@shop", True, DAY)] * 9]))[0] == "cheap"


def test_what_was_rejected_or_lost_lowers_an_offer_in_that_use_case_only() -> None:
    near = {"one": "0.20 USD", "two": "0.22 USD"}
    good = [said(model, True) for model in ("one", "two") for _ in range(8)]
    calm = routed(good, near, shot(critical=True))
    assert offers(calm) == ["one", "two"]
    assert calm.weighed is not None
    worth = dict(calm.weighed["all_values"])
    for reason in ("look", "artefact", "sound", None):
        found = routed([*good, said("one", False, reason)], near, shot(critical=True))
        assert found.weighed is not None
        assert dict(found.weighed["all_values"])["one@shop"] < worth["one@shop"], reason
    wasted = [Paid("one@shop", "product", "USD", 0.2, False, DAY) for _ in range(3)]
    came = [Paid("one@shop", "product", "USD", 0.2, True, DAY) for _ in range(2)]
    found = routed(good, near, shot(critical=True), paid=lambda: [*wasted, *came])
    assert offers(found) == ["two", "one"]
    assert (
        "one@shop lost 0.60 USD here in 3 tries that brought no clip: 0.10 more for each of its takes" in found.reasons
    )
    assert found.weighed is not None
    assert found.weighed["tallies"]["one"]["accepted"] == 8, "its quality is not blamed"
    assert found.price == Price.exact(Money.parse("0.22 USD"), "a list", DAY)
    record = found.record()
    assert "bit for bit" in explain(record, None).replay
    assert json.loads(json.dumps(record)) == record
    elsewhere = [replace(one, use_case="landscape") for one in wasted]
    for others in (
        elsewhere,
        [replace(one, currency="EUR") for one in wasted],
        [replace(one, on=date(2025, 1, 1)) for one in wasted],
    ):
        paid = list(others)
        assert offers(routed(good, near, shot(critical=True), paid=lambda paid=paid: paid)) == ["one", "two"]


def test_what_is_on_order_is_not_ordered_again_by_another_route() -> None:
    first = routed([], TWO)
    reviewed = [said("cheap", False, "look") for _ in range(6)] + [said("dear", True) for _ in range(6)]
    going_on = routed(reviewed, TWO, begun={CODE: first.record()})
    assert (offers(going_on), going_on.begun, going_on.policy) == (["cheap", "dear"], True, "cheapest-1")
    assert offers(routed(reviewed, TWO, begun={CODE: {**first.record(), "order": "another board"}}))[0] == "dear"


def test_two_people_make_one_take_and_the_newest_word_of_each_counts(tmp_path: Path) -> None:
    text = (
        "title: Lamps\nepisodes:\n  - sequences:\n      - code: SQ010\n        shots:\n"
        "          - {code: SH010, action: A lamp, duration: 24, use_case: product, acceptance: hero}\n"
    )
    (tmp_path / "production.yaml").write_text(text, "utf-8")
    clip = Clip(framing="16:9", sha256="0" * 64, width=160, height=90, frames=24, rate=Rate(24))
    with ProductionStore.open(tmp_path, place=Place()) as store:
        store.snapshot("edited")
        for n in (1, 2):
            store.add_take(
                f"t{n}", Recipe(offer="cheap@shop", engine="1", seed=n, order=ORDER), [clip], Money(0, "USD")
            )
        for by, verdict in (("mira", "accept"), ("jo", "accept"), ("mira", "reject")):
            review(store, "SH010", 1, verdict, "look" if verdict == "reject" else None, "", by)
        review(store, "SH010", 2, "accept", None, "", "mira")
        production = Document.parse(store.read().text).production
        knowledge = Knowledge.of(store, production, [Shop("shop", TWO)])
        assert [(r.take, r.by, r.accepted, r.weight) for r in knowledge.reviewed] == [
            (1, "jo", True, 0.5), (1, "mira", False, 0.5), (2, "mira", True, 1.0),
        ]  # fmt: skip
        assert {r.situation for r in knowledge.reviewed} == {situation("product", "hero")}
        assert {r.model for r in knowledge.reviewed} == {"cheap"}
        assert knowledge.tally(situation("product", "hero"), "cheap") == Tally(1, 2, (("look", 1),))
        assert knowledge.tally(situation("product", "hero"), "cheap", CODE) == Tally(0, 0, ())
        assert store.picks()[CODE].number == 2, "take 1 is disputed: the accepted one is in the cut"
        with pytest.raises(InputError, match="no reason against it"):
            review(store, "SH010", 1, "accept", "look", "", "mira")
        assert [p.decision.offer for p in plan(production, store, [Shop("shop", TWO)])] == ["cheap@shop"]


def test_what_ships_says_why_it_is_empty_and_a_table_needs_its_source() -> None:
    assert (shipped().tables, shipped().checked_on) == ((), DAY)
    assert "Video-Bench" in shipped().none_because
    row = "{use_case: product, acceptance: standard, model: m, accept: 0.6}"
    whole = (
        f"checked_on: 2026-11-21\ntables: [{{name: t, source: s, read_on: 2026-11-01, licence: MIT, rates: [{row}]}}]"
    )
    (table,) = parse(whole).tables
    assert table.rate(situation("product", "standard"), "m") == 0.6
    for wrong in (whole.replace("licence: MIT, ", ""), whole.replace("0.6", "1.6"), whole.replace("standard", "usual")):
        with pytest.raises(InputError):
            parse(wrong)


def test_the_schema_knows_critical_shots() -> None:
    published = Path(__file__).parents[2] / "docs" / "production.schema.json"
    assert json.loads(published.read_text("utf-8")) == json_schema()
    assert json_schema()["$defs"]["Constraints"]["properties"]["critical"]["default"] is False
