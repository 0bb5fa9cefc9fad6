"""Offers in several currencies: compared at a stated, dated rate, never without one, and the record says at which."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from test_routing_weigh import CODE, DAY, ORDER, Shop, offers, said, shot

from callsheet.catalog import ExchangeRate, Rates
from callsheet.errors import BudgetError, ConflictError, NotFoundError
from callsheet.film import Document, Money, Price, Production, Shot
from callsheet.floor import counting
from callsheet.floor.plan import bid, plan
from callsheet.money import Bid, BidLine
from callsheet.providers import Seller
from callsheet.providers.animatic import Animatic
from callsheet.routing import Decision, route
from callsheet.routing.exchange import Exchange
from callsheet.routing.failures import Paid
from callsheet.routing.knowledge import Knowledge, Reviewed
from callsheet.routing.outline import outline
from callsheet.routing.record import replay as replayed
from callsheet.routing.together import Member, problem, replay, together
from callsheet.routing.why import explain
from callsheet.store import ProductionStore
from callsheet.studio import Studio

CNY = ExchangeRate(base="USD", quote="CNY", rate=Decimal("7.1"), on=date(2026, 11, 20), where="the bank's fixing")
STATED = Exchange(DAY, lambda: Rates((CNY,)))
COUNTS = "7.10 CNY counts as 1.00 USD (rate of 2026-11-20, the bank's fixing)"


def routed(
    prices: dict[str, str | None], reviewed: list[Reviewed] | None = None, wanted: Shot | None = None, **knows: object
) -> Decision:
    more = {"currency": "USD", "exchange": STATED, **knows}
    knowledge = Knowledge(reviewed or [], production="p", on=DAY, **more)  # type: ignore[arg-type]
    return route(CODE, wanted or shot(), ORDER, [Shop("shop", prices)], knowledge=knowledge)


def stating(on: date) -> str:
    """A catalogue file with the rate of a day."""
    return (
        f"source: {{where: a bank, on: {on}}}\nrates: [{{base: USD, quote: CNY, rate: 7.1, on: {on}, where: a bank}}]\n"
    )


def never() -> Rates:
    raise AssertionError("rates were read")


def test_what_is_cheaper_at_the_rate_of_the_day_comes_first() -> None:
    cheaper = routed({"yuan": "7.10 CNY", "dollar": "1.01 USD"})
    assert offers(cheaper) == ["yuan", "dollar"]
    assert cheaper.reasons == ("yuan@shop costs 7.10 CNY: a list", "the lowest known price", COUNTS)
    assert cheaper.price == Price.exact(Money.parse("7.10 CNY"), "a list", DAY), "the price stays the seller's own"
    assert str(outline(cheaper).runner_up).startswith("dollar@shop: 0.01 USD more a take;")
    dearer = routed({"yuan": "7.20 CNY", "dollar": "1.01 USD"})
    assert offers(dearer) == ["dollar", "yuan"]
    assert dearer.reasons == ("dollar@shop costs 1.01 USD: a list", "the lowest known price")
    assert dearer.exchange is not None, "what stood by was compared at the rate too"


def test_the_record_holds_the_rate_and_why_says_it() -> None:
    record = json.loads(json.dumps(routed({"yuan": "7.10 CNY", "dollar": "1.01 USD"}).record()))
    assert record["exchange"] == {
        "currency": "USD",
        "on": "2026-11-21",
        "counted": {
            "yuan@shop": {
                "amount": [7_100_000, "CNY"],
                "worth": [1_000_000, "USD"],
                "rate": {
                    "base": "USD", "quote": "CNY", "rate": "7.1", "on": "2026-11-20", "where": "the bank's fixing",
                },
            }
        },
        "aside": {},
    }  # fmt: skip
    told = str(explain(record, None))
    assert f"Currency: yuan@shop: {COUNTS}" in told
    assert told.endswith("the same prices and rates give the same choice")
    record["exchange"]["counted"]["yuan@shop"]["worth"] = [999_999, "USD"]
    assert "Replay: NOT the same: what yuan@shop costs" in str(explain(record, None))


def test_without_a_rate_it_is_last_and_that_is_told() -> None:
    found = routed({"yuan": "0.01 CNY", "dollar": "1.01 USD", "mute": None}, exchange=Exchange(DAY))
    assert offers(found) == ["dollar", "yuan", "mute"]
    why = "there is no exchange rate from CNY to USD for 2026-11-21"
    assert found.reasons[1:] == ("the lowest price that can be compared", f"not compared: {why}")
    assert f"yuan@shop is compared with nothing in USD: {why}" in str(explain(found.record(), None))
    old = Exchange(date(2026, 12, 25), lambda: Rates((CNY,)))
    assert offers(routed({"yuan": "0.01 CNY", "dollar": "1.01 USD"}, exchange=old)) == ["dollar", "yuan"]
    alone = routed({"yuan": "0.01 CNY", "euro": "0.01 EUR"}, exchange=Exchange(DAY))
    assert (offers(alone), alone.reasons[1]) == (["yuan", "euro"], "the lowest price in CNY")


def test_one_currency_needs_no_rate_and_leaves_no_word() -> None:
    here = Exchange(DAY, never)
    found = routed({"cheap": "0.10 USD", "dear": "0.40 USD"}, exchange=here)
    assert "exchange" not in found.record()
    yuan = Knowledge([], production="p", on=DAY, currency="CNY", exchange=here)
    draft = route(CODE, shot(), ORDER, [Shop("shop", {"yuan": "0.10 CNY"}), Animatic()], knowledge=yuan)
    assert draft.offer == "animatic", "nothing is nothing in every currency"
    assert "exchange" not in draft.record()


def test_where_nobody_sells_no_catalogue_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = str({"title": "T", "budget": {"amount": "9 CNY"}, "episodes": EPISODES})
    (tmp_path / "production.yaml").write_text(text, "utf-8")
    monkeypatch.setattr(sys.modules["callsheet.catalog.load"], "_shipped", never)
    with ProductionStore.open(tmp_path) as store:
        production = Document.parse(text).production
        (planned,) = plan(production, store, [Animatic()])
        bid([planned], []).require(
            counting.spent(store, production), Money.parse("9 CNY"), convert=counting.counted(store)
        )
    assert (planned.decision.offer, planned.decision.exchange) == ("animatic", None)


def test_the_most_that_a_shot_may_cost_is_kept_in_every_currency() -> None:
    prices: dict[str, str | None] = {"yuan": "7.10 CNY", "dear": "7.11 CNY", "pound": "0.01 GBP"}
    found = routed(prices, wanted=shot(max_price="1.00 USD"))
    assert offers(found) == ["yuan"]
    assert dict(found.excluded) == {
        "dear@shop": "it costs 7.11 CNY, at most 1.00 USD is allowed; 7.11 CNY counts as 1.001409 USD (rate of 2026-11-20, the bank's fixing)",
        "pound@shop": "it costs 0.01 GBP, at most 1.00 USD is allowed and there is no exchange rate from GBP to USD for 2026-11-21",
    }
    assert "within what the shot allows: at worst 7.10 CNY counts as 1.00 USD" in str(explain(found.record(), None))
    with pytest.raises(NotFoundError, match="no exchange rate from CNY to USD"):
        routed({"yuan": "7.10 CNY"}, wanted=shot(max_price="1.00 USD"), exchange=Exchange(DAY))


def test_what_is_learned_is_weighed_across_currencies_and_replayed_bit_for_bit() -> None:
    reviewed = [said(model, True) for model in ("yuan", "dollar") for _ in range(4)]
    cheaper = routed({"yuan": "0.71 CNY", "dollar": "0.40 USD"}, reviewed, shot(critical=True))
    assert (offers(cheaper)[0], cheaper.policy) == ("yuan", "learned-1")
    dearer = routed({"yuan": "7.10 CNY", "dollar": "0.40 USD"}, reviewed, shot(critical=True))
    assert offers(dearer)[0] == "dollar"
    assert cheaper.weighed is not None
    assert cheaper.weighed["currency"] == "USD"
    assert cheaper.weighed["prices_of_all"] == {"yuan@shop": 0.1, "dollar@shop": 0.4}
    record = json.loads(json.dumps(cheaper.record()))
    assert record["price"]["currency"] == "CNY"
    assert replayed(record["weighed"]).offer == "yuan@shop"
    assert "bit for bit" in explain(record, None).replay
    del record["exchange"]
    assert "bit for bit" in explain(record, None).replay, "a record of before currencies were compared replays as well"
    with pytest.raises(ConflictError):
        replayed({**record["weighed"], "answer": {**record["weighed"]["answer"], "offer": "dollar@shop"}})


def test_what_was_spent_tried_and_lost_in_another_currency_counts() -> None:
    lost = Paid("a@shop", "product", "CNY", 7.1, False, DAY)
    knows = Knowledge(
        [], production="p", on=DAY, currency="USD", exchange=STATED, planned=Money.parse("10 USD"), paid=lambda: [lost],
        spent=STATED.total([Money.parse("7.10 CNY"), Money.parse("2 USD"), Money.parse("5 GBP")], "USD"),
    )  # fmt: skip
    knows.will_try(Money.parse("7.10 CNY"))
    assert (knows.left, knows.spend("USD").explored) == (7.0, 1.0)
    assert knows.losses["a@shop", "product"].lost == 1.0
    unpaid = Knowledge([], production="p", on=DAY, currency="USD", paid=lambda: [lost])
    assert unpaid.losses == {}


def members(budget: str, sellers: list[Seller], exchange: Exchange) -> tuple[list[Member], Knowledge]:
    """Three shots, decided alone from verdicts that are for the dear model."""
    reviewed = [said(model, good, None if good else "look") for model, good in (("b", True), ("a", False)) * 3]
    knowledge = Knowledge(
        reviewed, production="p", on=DAY, currency="USD", planned=Money.parse(budget), shots=3, exchange=exchange
    )
    found = []
    for number in (10, 20, 30):
        address = f"EP01 SQ010 SH0{number}"
        order = ORDER.model_copy(update={"code": address})
        decision = route(address, shot(critical=True), order, sellers, knowledge=knowledge)
        found.append(Member(address, "EP01 SQ010", shot(), decision))
    return found, knowledge


def test_a_budget_counts_the_shots_of_both_currencies() -> None:
    sellers: list[Seller] = [Shop("shop", {"a": "0.10 USD", "b": "7.10 CNY"})]
    rich, knowledge = members("100 USD", sellers, STATED)
    assert {m.decision.offer for m in rich} == {"b@shop"}
    asked = problem(rich, sellers, knowledge)
    assert asked is not None
    assert together(rich, asked) == {}
    poor, knowledge = members("3.50 USD", sellers, STATED)
    asked = problem(poor, sellers, knowledge)
    assert asked is not None
    assert (asked.currency, len(asked.open)) == ("USD", 3)
    changed = together(poor, asked)
    assert "a@shop" in [decision.offer for decision in changed.values()]
    for decision in changed.values():
        whole = json.loads(json.dumps(decision.whole))
        assert whole["rates"] == [CNY.plain()]
        assert whole["answer"]["cost"] <= 3.5
        replay(whole)
        assert replayed(json.loads(json.dumps(decision.weighed))).offer == decision.offer
        assert decision.exchange is not None


def test_shots_decided_by_price_alone_are_planned_in_one_currency(tmp_path: Path) -> None:
    text = (
        "title: T\nbudget: {amount: 2 USD}\ndeliverables: [{preset: preview-16x9}]\nepisodes: [{sequences: [{code: SQ010, shots: ["
        "{code: SH010, action: A., duration: 24, constraints: {only: [a]}}, {code: SH020, action: B., duration: 24}]}]}]\n"
    )
    (tmp_path / "production.yaml").write_text(text, "utf-8")
    shop = Shop("shop", {"a": "7.10 CNY", "b": "1.20 USD"})
    (tmp_path / "catalog.yaml").write_text(stating(CNY.on), "utf-8")
    with ProductionStore.open(tmp_path, lambda: datetime(2026, 11, 21, tzinfo=UTC)) as store:
        production = Document.parse(text).production
        planned = plan(production, store, [shop])
        assert [p.decision.offer for p in planned] == ["a@shop", "a@shop"], "a rate of the production's own file counts"
        total = bid(planned, [])
        assert total.sums == (Money.parse("14.20 CNY"),)
        spent = counting.spent(store, production)
        assert spent == Money(0, "USD")
        total.require(spent, Money.parse("2 USD"), real=False, convert=counting.counted(store))
        with pytest.raises(
            BudgetError, match=r"the shoot costs 14.20 CNY and 0.00 USD is spent, over the budget of 1.99 USD"
        ):
            total.require(spent, Money.parse("1.99 USD"), real=False, convert=counting.counted(store))
        (tmp_path / "catalog.yaml").unlink()
        with pytest.raises(BudgetError, match="the budget is in USD, and there is no exchange rate from CNY to USD"):
            total.require(spent, Money.parse("2 USD"), real=False, convert=counting.counted(store))


def test_what_a_draft_costs_is_laid_beside_the_final_in_one_currency(tmp_path: Path) -> None:
    film = {"title": "T", "budget": {"amount": "99 USD"}, "drafts": {"when": "paying", "by": "a"}, "episodes": EPISODES}
    (tmp_path / "production.yaml").write_text(str(film), "utf-8")
    catalogue = tmp_path / "catalog.yaml"
    catalogue.write_text(stating(datetime.now(UTC).date()), "utf-8")
    studio = Studio(tmp_path, [Shop("shop", {"a": "0.71 CNY", "b": "9 USD"})])
    (known,) = studio.bid().shots
    assert known.line.offer == "a@shop"
    assert known.decision.reasons[-1].startswith("a draft costs 0.35 USD with its review and is expected to save ")
    catalogue.unlink()
    (unknown,) = studio.bid().shots
    assert unknown.decision.reasons[-1].startswith("a draft first: its final goes to b@shop, for an expected 9.00 USD")


def test_a_bid_in_two_currencies_is_held_against_one_budget() -> None:
    def line(text: str) -> BidLine:
        return BidLine("SH010", "a@b", Price.exact(Money.parse(text), "a list", DAY), False, ())

    two = Bid((line("7.10 CNY"), line("1 USD")), "CNY")
    assert two.sums == (Money.parse("7.10 CNY"), Money.parse("1 USD"))

    def convert(amount: Money, currency: str) -> Money:
        return STATED.count(amount, currency).worth

    two.require(Money.parse("1 USD"), Money.parse("3 USD"), real=False, convert=convert)
    with pytest.raises(
        BudgetError, match=r"the shoot costs 7.10 CNY plus 1.00 USD and 1.00 USD is spent, over the budget"
    ):
        two.require(Money.parse("1 USD"), Money.parse("2.99 USD"), real=False, convert=convert)
    two.require(Money.parse("1 USD"), None, real=False)


EPISODES = [{"sequences": [{"code": "SQ010", "shots": [{"code": "SH010", "action": "A.", "duration": 24}]}]}]


@pytest.fixture
def spent_in_two(tmp_path: Path) -> Iterator[ProductionStore]:
    class Spent(ProductionStore):
        def spent(self) -> list[Money]:
            return [Money.parse("7.10 CNY"), Money.parse("2 USD")]

    (tmp_path / "production.yaml").write_text("title: T\n", "utf-8")
    with Spent.open(tmp_path, lambda: datetime(2027, 11, 21, tzinfo=UTC)) as store:
        yield store


def test_what_was_spent_is_told_at_the_newest_rate_however_old(spent_in_two: ProductionStore) -> None:
    production = Production.model_validate({"title": "T", "budget": {"amount": "9 USD"}, "episodes": EPISODES})
    with pytest.raises(BudgetError, match="no exchange rate from CNY to USD"):
        counting.spent(spent_in_two, production)
    (spent_in_two.folder / "catalog.yaml").write_text(stating(CNY.on), "utf-8")
    assert counting.spent(spent_in_two, production) == Money.parse("3 USD")
