"""Bids: what a shoot may come to, from prices and odds, the same on every machine."""

import itertools
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from money_makers import PRODUCTION, START, books, price, usd

from callsheet.errors import BudgetError, InputError
from callsheet.film import Money, Price
from callsheet.money import Bid, BidLine, Odds, Turn
from callsheet.money.bid import P50, P90
from callsheet.money.confirm import confirm, confirmed
from callsheet.money.statement import odds


def line(of: Price | None, shot: int = 10, offer: str = "kling@fal", reused: bool = False) -> BidLine:
    return BidLine(f"EP01 SQ010 SH{shot:03}", offer, of, reused, ())


def spread(odds: Odds, most: int) -> list[Fraction]:
    """The chance of each number of paid attempts from 1 to `most`, worked out the long way."""
    chances = []
    for count in range(1, most + 1):
        chance = Fraction(1)
        for turn in range(count - 1):
            chance *= Fraction(odds.empty + turn, odds.tries + turn)
        if count < most:
            chance *= 1 - Fraction(odds.empty + count - 1, odds.tries + count - 1)
        chances.append(chance)
    assert sum(chances) == 1
    return chances


@pytest.mark.parametrize("belief", [Odds(), Odds(1, 2), Odds(5, 9), Odds(19, 20)])
def test_the_attempts_that_are_enough(belief: Odds) -> None:
    for most in (1, 2, 4, 7):
        chances = spread(belief, most)
        for quantile in (P50, P90, Fraction(99, 100)):
            needed = belief.needed(quantile, most)
            assert needed == most or sum(chances[:needed]) >= quantile
            assert needed == 1 or sum(chances[: needed - 1]) < quantile


def test_a_shot_may_come_to_more_than_it_is_expected_to() -> None:
    bid = Bid((line(price(usd(2), usd(3))),), "USD", {"kling@fal": Odds(6, 10)}, most=4)
    of_shot = bid.outlook_of(bid.lines[0])
    assert of_shot is not None
    assert (of_shot.expected, of_shot.worst) == (usd(2), usd(12))
    assert (of_shot.p50, of_shot.p90) == (usd(4), usd(12))
    assert bid.outlook == of_shot
    assert bid.total == usd(2)


def test_the_total_agrees_with_the_exact_sum() -> None:
    belief, most = Odds(3, 6), 3
    bid = Bid(tuple(line(price(usd(1)), shot, f"offer-{shot}") for shot in range(5)), "USD",
              {f"offer-{shot}": belief for shot in range(5)}, most)  # fmt: skip
    chances = spread(belief, most)
    sums: dict[int, Fraction] = {}
    for counts in itertools.product(range(1, most + 1), repeat=5):
        chance = Fraction(1)
        for count in counts:
            chance *= chances[count - 1]
        sums[sum(counts)] = sums.get(sum(counts), Fraction(0)) + chance
    for quantile, found in ((P50, bid.outlook.p50), (P90, bid.outlook.p90)):
        so_far = Fraction(0)
        for total in sorted(sums):
            so_far += sums[total]
            if so_far >= quantile:
                break
        assert found == usd(total)


def test_what_is_not_known_about_an_offer_makes_many_shots_riskier() -> None:
    one = Bid(tuple(line(price(usd(1)), shot) for shot in range(100)), "USD", {"kling@fal": Odds(2, 8)})
    many = Bid(tuple(line(price(usd(1)), shot, f"o{shot}") for shot in range(100)), "USD",
               {f"o{shot}": Odds(2, 8) for shot in range(100)})  # fmt: skip
    assert one.outlook.p90.micros > many.outlook.p90.micros + 10_000_000
    assert one.outlook.worst == many.outlook.worst == usd(400)


def test_the_same_bid_is_the_same_for_ever() -> None:
    lines = tuple(line(price(usd(1 + shot % 3), usd(2 + shot % 3)), shot) for shot in range(30))
    first, second = Bid(lines, "USD"), Bid(lines, "USD")
    assert first.outlook == second.outlook
    assert (first.outlook.p50, first.outlook.p90) == (usd(62), usd(103))
    assert first.outlook.expected <= first.outlook.p50 <= first.outlook.p90 <= first.outlook.worst


def test_two_thousand_shots_are_priced_in_seconds() -> None:
    bid = Bid(tuple(line(price(usd(1)), shot, f"offer-{shot % 7}") for shot in range(2000)), "USD")
    began = time.process_time()
    assert bid.outlook.p50.micros > 2_000_000_000
    assert time.process_time() - began < 5


def test_what_is_there_or_free_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bid = Bid((line(price(usd(0))), line(None, 20, reused=True), line(price(usd(9)), 30, reused=True)), "USD")
    assert bid.outlook.worst == usd(0)
    assert bid.outlook_of(bid.lines[2]) == bid.outlook
    bid.require(usd(0), usd(0))


def test_what_may_cost_something_is_spending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLSHEET_SPENDING", "forbidden")
    with pytest.raises(BudgetError, match="forbids spending"):
        Bid((line(price(usd(0), usd(1))),), "USD").require(usd(0), None)


def test_an_unknown_price_makes_the_whole_unknown() -> None:
    bid = Bid((line(price(usd(1))), line(None, 20)), "USD")
    assert bid.outlook_of(bid.lines[1]) is None
    with pytest.raises(BudgetError, match="price of kling@fal is unknown"):
        bid.outlook
    with pytest.raises(BudgetError, match="two currencies"):
        Bid((line(price(usd(1))), line(price(Money(1, "EUR")), 20)), "USD").outlook


def test_a_person_confirms_an_unknown_price(tmp_path: Path) -> None:
    found = books(tmp_path)
    assert confirmed(found.database, PRODUCTION) == {}
    for worst in (usd(2), usd(3)):
        stated = confirm(found.database, PRODUCTION, "new@lab", worst, "Ada", START)
    assert confirmed(found.database, PRODUCTION) == {"new@lab": stated}
    assert (stated.expected, stated.worst, stated.source, stated.on) == (
        usd(3),
        usd(3),
        "confirmed by Ada",
        START.date(),
    )
    assert confirmed(found.database, "q" * 32) == {}
    with pytest.raises(BudgetError):
        confirm(found.database, PRODUCTION, "new@lab", usd(0), "Ada", START)
    with pytest.raises(InputError):
        confirm(found.database, PRODUCTION, "new@lab", usd(1), " ", START)
    found.database.close()


def test_odds_are_learnt_from_the_ledger(tmp_path: Path) -> None:
    found = books(tmp_path)
    found.delivered(usd(1), "a")
    found.delivered(usd(1), "b", state="rejected")
    found.of().settle(found.submitted(usd(1), "c").id, usd(1), "reported", "moderated")
    found.of().settle(found.submitted(usd(1), "d").id, usd(0), "reported", "failed")
    found.delivered(usd(1), "e", offer="wan@kie")
    found.reserve(usd(1))
    assert odds(found.database) == {"kling@fal": Odds(1 + 2, 20 + 3), "wan@kie": Odds(1, 21)}
    assert odds(found.database, Odds(1, 2))["wan@kie"].share == Fraction(1, 3)
    with pytest.raises(InputError):
        Odds(0, 5)
    found.database.close()


@pytest.mark.parametrize(("accept", "p50", "p90"), [(0.95, 1, 1), (0.6, 1, 2), (0.3, 2, 2)])
def test_rejected_takes_are_paid_for_as_well(accept: float, p50: int, p90: int) -> None:
    sure = {"kling@fal": Odds(1, 1_000_000)}
    first = replace(line(price(usd(1))), accept=accept, later=(Turn("kling@fal", price(usd(1)), accept),))
    bid = Bid((first,), "USD", sure)
    found = bid.outlook_of(first)
    assert found == bid.outlook
    assert found is not None
    assert (found.expected, found.p50, found.p90, found.worst) == (usd(1), usd(p50), usd(p90), usd(8))
    unknown = replace(first, accept=None)
    assert Bid((unknown,), "USD", sure).outlook.p90 == usd(1), "what is not known is not counted as rejected"
