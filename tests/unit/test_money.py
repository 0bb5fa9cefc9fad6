"""Money and bids."""

from datetime import date

import pytest

from callsheet.errors import BudgetError
from callsheet.film import Money, Price
from callsheet.money import Bid, BidLine


def line(amount: Money | None, reused: bool = False) -> BidLine:
    price = Price.exact(amount, "a test", date(2026, 11, 20)) if amount is not None else None
    return BidLine("EP01 SQ010 SH010", "some-offer", price, reused, ())


def test_amounts_are_exact() -> None:
    assert Money.parse("12.345678 USD") == Money(12_345_678, "USD")
    assert str(Money(12_500_000, "EUR")) == "12.50 EUR"
    assert str(Money(1, "EUR")) == "0.000001 EUR"


@pytest.mark.parametrize("bad", ["12", "12 usd", "-1 USD", "1.0000001 USD", "USD 3", ""])
def test_amounts_that_are_not(bad: str) -> None:
    with pytest.raises(BudgetError):
        Money.parse(bad)


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(BudgetError, match="two currencies"):
        Money(1, "USD") + Money(1, "EUR")


def test_an_unknown_price_is_not_zero() -> None:
    with pytest.raises(BudgetError, match="unknown"):
        _ = Bid((line(None),), "USD").total


def test_takes_that_are_there_cost_nothing() -> None:
    assert Bid((line(Money(5, "USD")), line(None, reused=True)), "USD").total == Money(5, "USD")


def test_nothing_is_spent_where_spending_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    bid = Bid((line(Money(1, "USD")),), "USD")
    with pytest.raises(BudgetError, match="forbids spending"):
        bid.require(Money(0, "USD"), None)
    Bid((line(Money(0, "USD")),), "USD").require(Money(0, "USD"), None)
    monkeypatch.delenv("CALLSHEET_SPENDING")
    bid.require(Money(0, "USD"), None)


def test_a_bid_over_the_budget_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALLSHEET_SPENDING")
    bid = Bid((line(Money(3_000_000, "USD")),), "USD")
    bid.require(Money(2_000_000, "USD"), Money(5_000_000, "USD"))
    with pytest.raises(BudgetError, match=r"3\.00 USD and 2\.000001 USD is spent, over the budget of 5\.00 USD"):
        bid.require(Money(2_000_001, "USD"), Money(5_000_000, "USD"))
