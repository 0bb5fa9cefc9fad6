"""Statements: where money went, per approved second, and what was paid for nothing."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from money_makers import PRODUCTION, Books, books, recipe, usd

from callsheet.film import Money
from callsheet.money.caps import Spender
from callsheet.money.refunds import ask_refund, refunded
from callsheet.money.statement import per_second, statement

OTHER = "q" * 32
SHOTS = [f"EP01 SQ010 SH{number:03}" for number in (10, 20, 30)]


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Books]:
    made = books(tmp_path, (PRODUCTION, OTHER))
    yield made
    made.database.close()


def test_every_cause_of_waste(found: Books) -> None:
    good = found.delivered(usd(1), "good", shot=SHOTS[0])
    found.pick(SHOTS[0], good.take)
    found.delivered(usd(2), "passed over", shot=SHOTS[0])
    found.delivered(usd("0.03"), "gate", shot=SHOTS[0], state="rejected")
    late = found.submitted(usd("0.1"), "late", shot=SHOTS[0], take=good.take)
    found.of().settle(
        late.id, usd("0.1"), "reported", "delivered", "", lambda db: found.take(db, late, usd("0.1"), id=late.id)
    )
    for cost, verdict in (("0.2", "moderated"), ("0.4", "failed"), ("0.8", "cancelled"), ("1.6", "undelivered")):
        ended = found.submitted(usd(cost), verdict, shot=SHOTS[1])
        found.of().settle(ended.id, usd(cost), "reported", verdict)  # type: ignore[arg-type]
    found.delivered(usd(5), "nothing picked yet", shot=SHOTS[1])
    found.of().release(found.submitted(usd(7), "free").id, "failed", "not billed")

    made = statement(found.database, PRODUCTION)
    assert [(w.cause, w.micros, w.times) for w in made.waste] == [
        ("rejected by gate", 30_000, 1),
        ("rejected by person", 2_000_000, 1),
        ("moderated", 200_000, 1),
        ("failed but charged", 400_000, 1),
        ("abandoned", 900_000, 2),
        ("undelivered", 1_600_000, 1),
    ]
    assert made.undecided == {"USD": 5_000_000}
    spent = made.totals["USD"].spent.micros
    assert spent == 1_000_000 + sum(w.micros for w in made.waste) + 5_000_000
    assert made.approved_seconds == 4
    assert made.per_second["USD"].known
    assert made.per_second["USD"].low == Money(spent // 4, "USD")
    assert statement(found.database, OTHER).totals == {}


def test_a_pick_that_was_taken_back_approves_nothing(found: Books) -> None:
    one, two = found.delivered(usd(1), "one"), found.delivered(usd(2), "two")
    found.pick(one.shot, one.take)
    found.pick(one.shot, two.take)
    assert [(w.cause, w.micros) for w in statement(found.database).waste] == [("rejected by person", 1_000_000)]
    found.pick(one.shot, None)
    made = statement(found.database)
    assert (made.waste, made.undecided) == ((), {"USD": 3_000_000})
    assert (made.approved_seconds, made.per_second) == (0, {})
    found.pick(one.shot, one.take, version=2)
    assert statement(found.database).approved_seconds == 4


def test_accounts_by_every_group(found: Books) -> None:
    found.delivered(usd(1), "a", worst=usd(3), person="Bo", kind="reported")
    found.delivered(usd(2), "b", provider="kie", offer="wan@kie")
    found.unknown(usd(4), production=OTHER)
    back = found.delivered(usd(8), "c").id
    ask_refund(found.database, back, usd(5), "late", found.clock(), "1")
    refunded(found.database, back, found.clock(), "1")
    ask_refund(found.database, back, usd(2), "late", found.clock(), "2")
    made = statement(found.database)
    line = made.totals["USD"]
    assert (line.estimated, line.held, line.reported, line.computed) == (15_000_000, 4_000_000, 1_000_000, 3_000_000)
    assert (line.owed, line.refunded, line.released) == (2_000_000, 5_000_000, 2_000_000)
    for group in made.by:
        assert sum(found["USD"].spent.micros for found in made.by[group].values()) == line.spent.micros
    assert made.by["person"]["Bo"]["USD"].reported == 1_000_000
    assert made.by["provider"]["kie"]["USD"].computed == 2_000_000
    assert made.by["offer"]["wan@kie"]["USD"].estimated == 2_000_000
    assert made.by["production"][OTHER]["USD"].held == 4_000_000
    assert list(made.by["day"]) == ["2026-11-21"]
    facts = made.facts()
    assert facts["totals"][0]["spent"] == 6_000_000
    assert facts["by"]["person"]["Bo"][0]["released"] == 2_000_000


def test_while_something_is_open_a_second_costs_between_two_amounts(found: Books) -> None:
    good = found.delivered(usd(1), "a")
    found.pick(good.shot, good.take)
    found.reserve(usd(1), worst=usd(2))
    ask_refund(found.database, good.id, usd("0.5"), "late", found.clock())
    rate = statement(found.database, PRODUCTION).per_second["USD"]
    assert not rate.known
    assert (rate.low, rate.high) == (usd("0.125"), usd("0.75"))
    assert str(rate) == "0.125 USD to 0.75 USD"


def test_currencies_stay_apart_and_takes_made_here_count(found: Books) -> None:
    good = found.delivered(Money(10, "EUR"), "a", cost=Money(10, "EUR"))
    found.pick(good.shot, good.take)
    spender = Spender(PRODUCTION, SHOTS[1], "Ada", "2026-11-21")
    made_here = found.reserve(usd(0), shot=SHOTS[1], take="elsewhere")
    found.of().charge("local", spender, usd(3), (), lambda db: found.take(db, made_here, usd(3), id="local"))
    made = statement(found.database)
    assert {currency: line.spent.micros for currency, line in made.totals.items()} == {"EUR": 10, "USD": 3_000_000}
    assert made.undecided == {"USD": 3_000_000}
    found.pick(SHOTS[1], "local")
    made = statement(found.database)
    assert (made.waste, made.undecided, made.approved_seconds) == ((), {}, 8)
    assert made.by["offer"]["kling@fal"]["USD"].spent == usd(3)
    assert made.facts()["approved_seconds"] == "8/1"


def test_a_rate_is_rounded_to_the_even_micro() -> None:
    assert [per_second(micros, Fraction(2)) for micros in (1, 3, 5, 7)] == [0, 2, 2, 4]
    assert per_second(10, Fraction(1001, 240)) == 2
    assert recipe().order.rate.seconds(recipe().order.frames) == 4
