"""Refunds: asked once, booked once, and spent until they arrive."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from money_makers import PRODUCTION, Books, books, usd
from sqlalchemy import select

from callsheet.errors import BudgetError, ConflictError, InputError, NotFoundError
from callsheet.film import Money
from callsheet.money import ledger
from callsheet.money.audit import verify
from callsheet.money.caps import Cap
from callsheet.money.refunds import ask_refund, refund_refused, refunded, refunds
from callsheet.store import tables as t


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Books]:
    made = books(tmp_path)
    yield made
    assert verify(made.database).findings == ()
    made.database.close()


def balance(found: Books, account: str) -> int:
    with found.database.reading() as db:
        return dict(ledger.balances(db)).get((account, "USD"), 0)  # type: ignore[call-overload]


def used(found: Books) -> int:
    with found.database.reading() as db:
        where = t.cap_use.c.scope == "production"
        return int(db.execute(select(t.cap_use.c.used_micros).where(where)).scalar_one())


def charged(found: Books, amount: Money, kind: str = "reported") -> str:
    return found.delivered(amount, f"job-{amount.micros}-{kind}", kind=kind).id


def test_money_is_spent_until_it_is_back(found: Books) -> None:
    found.cap(Cap("production", usd(5)))
    id = charged(found, usd(5))
    asked = ask_refund(found.database, id, None, "it is black", found.clock())
    assert (asked.asked, asked.state) == (usd(5), "pending")
    assert (balance(found, "charged:reported"), balance(found, "refund:pending"), used(found)) == (
        0,
        5_000_000,
        5_000_000,
    )
    with pytest.raises(BudgetError):
        found.reserve(usd(1))
    back = refunded(found.database, id, found.clock())
    assert (back.returned, back.state, used(found)) == (usd(5), "refunded", 0)
    found.reserve(usd(5))


def test_the_same_again_is_the_same_refund(found: Books) -> None:
    id = charged(found, usd(5))
    first = ask_refund(found.database, id, usd(2), "late", found.clock(), "ticket-1")
    assert ask_refund(found.database, id, usd(2), "late", found.clock(), "ticket-1") == first
    assert ask_refund(found.database, id, None, "late", found.clock(), "ticket-1") == first
    with pytest.raises(ConflictError, match=r"asked for 2\.00"):
        ask_refund(found.database, id, usd(1), "late", found.clock(), "ticket-1")
    assert ask_refund(found.database, id, None, "rest", found.clock(), "ticket-2").asked == usd(3)
    for _ in range(2):
        assert refunded(found.database, id, found.clock(), "ticket-1").returned == usd(2)
    assert (balance(found, "refunded"), balance(found, "refund:pending")) == (2_000_000, 3_000_000)
    assert [(r.name, r.state) for r in refunds(found.database, PRODUCTION)] == [
        ("ticket-1", "refunded"),
        ("ticket-2", "pending"),
    ]


def test_what_is_refused_stays_charged_where_it_was(found: Books) -> None:
    id = charged(found, usd(3), "computed")
    ask_refund(found.database, id, usd(2), "late", found.clock())
    assert refund_refused(found.database, id, "no", found.clock()).state == "refused"
    assert refund_refused(found.database, id, "no", found.clock()).state == "refused"
    assert balance(found, "charged:computed") == 3_000_000
    with pytest.raises(ConflictError, match="it was refused"):
        refunded(found.database, id, found.clock())
    assert used(found) == 3_000_000


def test_a_part_that_came_leaves_the_rest_charged(found: Books) -> None:
    id = charged(found, usd(3))
    ask_refund(found.database, id, usd(3), "late", found.clock())
    with pytest.raises(BudgetError, match=r"3\.00 USD was asked"):
        refunded(found.database, id, found.clock(), amount=usd(4))
    assert refunded(found.database, id, found.clock(), amount=usd(1)).returned == usd(1)
    assert refunded(found.database, id, found.clock(), amount=usd(1)).returned == usd(1)
    with pytest.raises(ConflictError, match=r"1\.00 USD came back"):
        refunded(found.database, id, found.clock(), amount=usd(2))
    with pytest.raises(ConflictError, match="came back"):
        refund_refused(found.database, id, "no", found.clock())
    assert (balance(found, "charged:reported"), used(found)) == (2_000_000, 2_000_000)


def test_what_was_not_charged_cannot_be_asked_back(found: Books) -> None:
    id = charged(found, usd(3))
    for amount in (usd(4), usd(0), Money(-1, "USD"), Money(1, "EUR")):
        with pytest.raises(BudgetError):
            ask_refund(found.database, id, amount, "late", found.clock())
    held = found.reserve(usd(9))
    with pytest.raises(BudgetError, match=r"0\.00 USD is charged"):
        ask_refund(found.database, held.id, None, "late", found.clock())
    with pytest.raises(NotFoundError, match="no refund 1"):
        refunded(found.database, id, found.clock())
    with pytest.raises(NotFoundError, match="no attempt"):
        ask_refund(found.database, "nobody", None, "late", found.clock())
    with pytest.raises(InputError, match="cannot name"):
        ask_refund(found.database, id, None, "late", found.clock(), "a:b")
    assert refunds(found.database) == []
