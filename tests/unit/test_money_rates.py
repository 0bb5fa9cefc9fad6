"""Caps in one currency, prices in another: only ever at a rate that somebody states, with its day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from callsheet.errors import BudgetError
from callsheet.film import Money
from callsheet.money.caps import dated

DAY = date(2026, 11, 21)
RATES = """
source: {where: a bank, on: 2026-11-20}
rates:
  - {base: USD, quote: CNY, rate: 7.1, on: 2026-11-20, where: the bank's fixing}
"""


@pytest.fixture
def stated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of one's own with a rate in it."""
    (tmp_path / "rates.yaml").write_text(RATES, "utf-8")
    monkeypatch.setenv("CALLSHEET_CATALOG", str(tmp_path / "rates.yaml"))


def test_nothing_is_assumed() -> None:
    assert dated(Money(7_100_000, "CNY"), "CNY", DAY) == Money(7_100_000, "CNY")
    with pytest.raises(BudgetError, match="no exchange rate from CNY to USD"):
        dated(Money(7_100_000, "CNY"), "USD", DAY)


@pytest.mark.usefixtures("stated")
def test_a_stated_rate_counts_for_a_month_and_is_rounded_up() -> None:
    assert dated(Money(7_100_000, "CNY"), "USD", DAY) == Money(1_000_000, "USD")
    assert dated(Money(1, "CNY"), "USD", DAY) == Money(1, "USD")
    with pytest.raises(BudgetError, match="within 30 days"):
        dated(Money(7_100_000, "CNY"), "USD", DAY + timedelta(days=31))


@pytest.mark.usefixtures("stated")
def test_a_cap_in_dollars_holds_for_a_price_in_yuan(tmp_path: Path) -> None:
    from callsheet.film import Camera, Mood, Order, Price, Rate, Recipe
    from callsheet.money.attempts import Attempts, Wanted
    from callsheet.money.caps import Cap
    from callsheet.store import ProductionStore

    order = Order(
        code="EP01 SQ010 SH010", action="A boat.", camera=Camera(), frames=96, rate=Rate(24), framings=("16:9",), mood=Mood(),
        creativity=0.5, time_of_day=None, weather=None, use_case=None, location=None, location_id=None, cast=(), props=(), look=None,
        language="en", text_room="none", references=(),
    )  # fmt: skip
    recipe = Recipe(offer="a@b", engine="1", seed=1, order=order)
    price = Price.exact(Money(7_100_000, "CNY"), "a list", DAY)
    cap = Cap("production", Money(2_500_000, "USD"))
    with ProductionStore.open(tmp_path) as store:
        attempts = Attempts(store.database, store.id, lambda: datetime(2026, 11, 21, tzinfo=UTC))
        for take in ("one", "two"):
            attempts.reserve(Wanted(take, order.code, "b", recipe, price, "Ada"), [cap])
        with pytest.raises(BudgetError):
            attempts.reserve(Wanted("three", order.code, "b", recipe, price, "Ada"), [cap])
