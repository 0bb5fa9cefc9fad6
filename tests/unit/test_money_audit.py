"""The audit finds what is off, wherever it is, and says nothing when all is well."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from money_makers import FAST, PRODUCTION, START, Books, books, price, recipe, usd
from sqlalchemy import insert, text

from callsheet.errors import BudgetError, CallsheetError
from callsheet.film import Money, digest
from callsheet.money.attempts import Attempt, Wait, Wanted
from callsheet.money.audit import verify
from callsheet.money.caps import Cap, Spender
from callsheet.money.ledger import Entry, Posting, post
from callsheet.store import tables as t

OTHER = "q" * 32


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Books]:
    made = books(tmp_path, (PRODUCTION, OTHER))
    yield made
    made.database.close()


def spoil(found: Books, statement: str, guard: str = "") -> None:
    with found.database.writing() as db:
        if guard:
            db.execute(text(f"DROP TRIGGER {guard}"))
        db.execute(text(statement))


def ordinary(found: Books) -> Attempt:
    """Some of everything."""
    found.reserve(usd(1), worst=usd(2))
    found.unknown(usd(3), "lost-1")
    found.of().release(found.submitted(usd(1), "gone-1").id, "failed", "not billed")
    found.of().settle(found.submitted(usd(1), "bad-1").id, usd(1), "reported", "moderated")
    free, shot = found.reserve(usd(0), take="free", person="Bo"), found.reserve(usd(0), shot="SH010", production=OTHER)
    with found.database.writing() as db:
        found.take(db, free, usd(0))
    spender = Spender(OTHER, "SH010", "Bo", "2026-11-21")
    found.of(OTHER).charge("here", spender, usd(1), (), lambda db: found.take(db, shot, usd(1), id="here"))
    return found.delivered(usd(2), "good-1", worst=usd(4))


def test_what_is_in_order_is_found_in_order(found: Books) -> None:
    ordinary(found)
    audit = verify(found.database)
    assert audit.findings == ()
    assert audit.notes == ()
    assert audit.open_holds == 4
    assert audit.facts()["balanced"] is True
    assert audit.facts()["entries"] == audit.entries > 8
    assert verify(found.database, PRODUCTION).findings == ()
    assert verify(found.database, OTHER).open_holds == 1


def test_one_production_is_looked_at_alone(found: Books) -> None:
    ordinary(found)
    spoil(found, f"UPDATE attempt SET held_micros = 7 WHERE production = '{OTHER}' AND state = 'reserved'")
    assert verify(found.database, PRODUCTION).balanced
    assert not verify(found.database, OTHER).balanced
    assert not verify(found.database).balanced


SPOILT: dict[str, tuple[str, str, str]] = {
    "unbalanced": ("UPDATE posting SET micros = micros + 1 WHERE entry = 1 AND line = 0", "posting_no_update", "does not balance"),
    "lost posting": ("DELETE FROM posting WHERE entry = 2 AND account = 'held'", "posting_no_delete", "does not balance"),
    "lost entry": ("PRAGMA foreign_keys = OFF", "entry_no_delete", "trigger entry_no_delete is gone"),
    "no trigger": ("SELECT 1", "posting_no_update", "trigger posting_no_update is gone"),
    "account": ("UPDATE posting SET account = 'pocket' WHERE account = 'released'", "posting_no_update", "'pocket', which is no account"),
    "foreign": (f"UPDATE entry SET production = '{OTHER}' WHERE id = 1", "entry_no_update", "another production"),
    "held": ("UPDATE attempt SET held_micros = held_micros + 1 WHERE state = 'unknown'", "", "held for it, and it is unknown"),
    "ended": ("UPDATE attempt SET state = 'released' WHERE state = 'reserved'", "", "held for it, and it is released"),
    "cost": ("UPDATE attempt SET cost_micros = 5 WHERE verdict = 'delivered'", "", "charged, with what was refunded"),
    "price": ("UPDATE attempt SET price = replace(price, '\"expected\": 2000000', '\"expected\": 3')", "", "its price says"),
    "no job": ("UPDATE attempt SET state = 'submitted', job = NULL WHERE state = 'unknown'", "", "names no job"),
    "no verdict": ("UPDATE attempt SET verdict = NULL WHERE verdict = 'delivered'", "", "without a cost"),
    "cap": ("UPDATE cap_use SET used_micros = used_micros + 1 WHERE scope = 'person' AND name = 'Ada'", "", "counts as used"),
    "cap gone": ("DELETE FROM cap_use WHERE scope = 'day'", "", "counts as used"),
    "cap extra": ("INSERT INTO cap_use VALUES ('shot', 'x', 'EUR', 4)", "", "cap of shot x: 0.000004 EUR counts as used"),
    "local cap": ("UPDATE cap_use SET used_micros = used_micros - 1 WHERE scope = 'person' AND name = 'Bo'", "", "counts as used"),
    "no take": ("DELETE FROM take WHERE cost_micros = 2000000", "", "1 clips were delivered and 0 takes"),
    "unpaid take": ("UPDATE take SET cost_micros = 9 WHERE id = 'free'", "", "neither an attempt nor a charge"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_off_is_found(found: Books, name: str) -> None:
    statement, guard, said = SPOILT[name]
    ordinary(found)
    spoil(found, statement, guard)
    audit = verify(found.database)
    assert not audit.balanced
    assert said in "\n".join(map(str, audit.findings))


def test_what_was_booked_cannot_be_changed(found: Books) -> None:
    ordinary(found)
    for statement in (
        "UPDATE posting SET micros = 0",
        "DELETE FROM posting",
        "UPDATE entry SET why = ''",
        "DELETE FROM entry",
    ):
        with pytest.raises(CallsheetError, match="append-only"):
            spoil(found, statement)


def test_a_long_list_of_findings_is_cut_and_counted(found: Books) -> None:
    for _ in range(60):
        found.reserve(usd(1))
    spoil(found, "UPDATE attempt SET held_micros = 1")
    findings = verify(found.database).findings
    assert len(findings) == 51
    assert findings[-1].what == "and 10 more like these"


def test_a_second_clip_is_a_take_of_its_own(found: Books) -> None:
    first = found.delivered(usd(1), "job-1", take="one")
    late = found.submitted(usd(1), "job-2", take="one")
    assert late.number == 2
    found.of().settle(late.id, usd(1), "reported", "delivered")
    assert "2 clips were delivered and 1 takes" in str(verify(found.database).findings[0])
    with found.database.writing() as db:
        found.take(db, late, usd(1), id=late.id)
    assert verify(found.database).balanced
    assert first.take == late.take


# -- caps ------------------------------------------------------------------------------------------------------------------


def test_a_cap_over_its_limit_is_explained(found: Books) -> None:
    found.cap(Cap("production", usd(3)))
    found.of().settle(found.submitted(usd(1), "job-1").id, usd(4), "reported", "failed")
    with pytest.raises(BudgetError, match="over its cap"):
        found.reserve(usd(1))
    audit = verify(found.database)
    assert audit.balanced
    assert len(audit.notes) == 1
    assert "over its 3.00 USD at 4.00 USD" in audit.notes[0]
    assert "charged more than was held" in audit.notes[0]


def test_a_job_that_turned_up_after_all_is_explained(found: Books) -> None:
    found.cap(Cap("shot", usd(1)))
    first = found.reserve(usd(1))
    found.of().arm(first.id, "me", 9, FAST)
    found.of().release(first.id, "nojob", "no such job")
    found.reserve(usd(1))
    found.of().accepted(first.id, "job-1")
    audit = verify(found.database)
    assert audit.balanced
    assert "the provider had a job after all" in audit.notes[0]


def test_a_cap_that_was_lowered_is_explained(found: Books) -> None:
    found.reserve(usd(5))
    found.cap(Cap("production", usd(3)))
    audit = verify(found.database)
    assert audit.balanced
    assert "held before the cap was set" in audit.notes[0]


def test_a_hold_over_a_cap_is_found(found: Books) -> None:
    found.cap(Cap("production", usd(3)))
    spoil(found, "UPDATE cap SET limit_micros = 9000000")
    attempt = found.reserve(usd(5))
    spoil(found, "UPDATE cap SET limit_micros = 3000000")
    said = str(verify(found.database).findings[0])
    assert f"attempt {attempt.id[:12]} was held although it took the cap of 3.00 USD to 5.00 USD" in said
    found.of().release(attempt.id, "unsent", "")
    assert not verify(found.database).balanced, "that it came back does not undo it"


def test_currencies_are_counted_at_a_dated_rate_or_not_at_all(found: Books) -> None:
    found.reserve(Money(1_000_000, "EUR"))
    found.cap(Cap("production", usd(3)))
    assert "no rate" in str(verify(found.database).findings[0])
    audit = verify(found.database, convert=lambda amount, currency, on: Money(amount.micros * 2, currency))
    assert (audit.findings, audit.notes) == ((), ())


# -- the ledger and attempts themselves ---------------------------------------------------------------------------------------


def test_the_pace_of_a_provider_holds_over_all_its_attempts(found: Books) -> None:
    waiting = [found.reserve(usd(1), production=of) for of in (PRODUCTION, OTHER, PRODUCTION)]
    assert isinstance(found.of().arm(waiting[0].id, "a", 2, FAST), Attempt)
    assert isinstance(found.of(OTHER).arm(waiting[1].id, "b", 2, FAST), Attempt)
    assert found.of().arm(waiting[2].id, "a", 2, FAST) == Wait(None, "fal takes 2 at once")
    found.of().lose(waiting[0].id, "no answer")
    armed = found.of().arm(waiting[2].id, "a", 2, FAST)
    assert isinstance(armed, Attempt)
    assert armed.owner == "a"
    assert found.of().arm(waiting[2].id, "b", 2, FAST) == armed


def test_a_provider_is_asked_so_often_a_minute(found: Books) -> None:
    first, second = found.reserve(usd(1)), found.reserve(usd(1))
    assert isinstance(found.of().arm(first.id, "a", 9, 1), Attempt)
    wait = found.of().arm(second.id, "a", 9, 1)
    assert isinstance(wait, Wait)
    assert wait.until is not None
    assert 50 < (wait.until - found.clock.now).total_seconds() < 61
    found.clock.now = wait.until
    assert isinstance(found.of().arm(second.id, "a", 9, 1), Attempt)


def test_an_entry_balances_and_is_booked_once(found: Books) -> None:
    def book(key: str, *postings: Posting) -> None:
        with found.database.writing() as db:
            post(db, PRODUCTION, Entry(key, "correct", postings, ""), START)

    with pytest.raises(CallsheetError, match="does not balance"):
        book("a", Posting("held", usd(1)), Posting("available", Money(-1_000_000, "EUR")))
    book("b", Posting("held", usd(1)), Posting("available", Money(-1_000_000, "USD")))
    with pytest.raises(CallsheetError, match="already"):
        book("b")


def test_a_refused_hold_leaves_nothing_behind(found: Books) -> None:
    found.cap(Cap("person", usd(2), "Bo"))
    found.reserve(usd(3))
    with pytest.raises(BudgetError, match=r"the person Bo to 3\.00 USD"):
        found.reserve(usd(3), person="Bo")
    with pytest.raises(BudgetError, match="over its cap of 1"):
        found.reserve(usd(3), limits=[Cap("shot", usd(1))])
    audit = verify(found.database)
    assert (audit.findings, audit.entries) == ((), 1)


def test_an_attempt_asked_for_by_number_is_the_same_again(found: Books) -> None:
    wanted = Wanted(digest("take"), "SH010", "fal", recipe(), price(usd(1)), "Ada")
    first = found.of().reserve(wanted, number=1)
    assert found.of().reserve(wanted, number=1) == first
    assert found.of().reserve(wanted).number == 2
    assert verify(found.database).open_holds == 2


def test_a_negative_cost_is_refused(found: Books) -> None:
    attempt = found.submitted(usd(1), "job-1")
    with pytest.raises(BudgetError, match="cannot have cost"):
        found.of().settle(attempt.id, Money(-1, "USD"), "reported", "failed")
    assert verify(found.database).open_holds == 1


def test_a_row_too_many_in_the_ledger_is_found(found: Books) -> None:
    attempt = ordinary(found)
    with found.database.writing() as db:
        number = db.execute(
            insert(t.entry).values(key="again", production=PRODUCTION, attempt=attempt.id, kind="settle", why="", at=START)
            .returning(t.entry.c.id)
        ).scalar_one()  # fmt: skip
        lines = [("available", -5), ("charged:reported", 5)]
        for line, (account, micros) in enumerate(lines):
            db.execute(
                insert(t.posting).values(entry=number, line=line, account=account, micros=micros, currency="USD")
            )
    said = "\n".join(map(str, verify(found.database).findings))
    assert "2.000005 USD is charged, with what was refunded, and it is settled: 2.00 USD" in said
    assert "counts as used" in said
