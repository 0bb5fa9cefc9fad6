"""Invoices: read however they are written, laid beside the ledger, and booked once."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from money_makers import FAST, Books, books, usd

from callsheet.errors import BudgetError, ConflictError, InputError
from callsheet.film import Money
from callsheet.money.audit import verify
from callsheet.money.billing import Booked, Reconciled, book, reconcile
from callsheet.money.invoice import InvoiceLine, read
from callsheet.money.refunds import ask_refund, refunded, refunds
from callsheet.money.statement import statement


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Books]:
    made = books(tmp_path)
    yield made
    assert verify(made.database).findings == ()
    made.database.close()


def file(folder: Path, text: str) -> Path:
    path = folder / "invoice.csv"
    path.write_bytes(text.encode())
    return path


def lines(
    folder: Path, *rows: str, head: str = "job id,amount,currency,date,status,attempt id"
) -> tuple[InvoiceLine, ...]:
    return read(file(folder, "\n".join([head, *rows]) + "\n"))


def booked(found: Books, of: Reconciled, complete: bool = False) -> Booked:
    return book(found.database, of, "Ada", found.clock, complete=complete)


# -- reading ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Job ID,Amount,Currency,Date", "j1,1.25,USD,2026-11-21"),
        ("request_id;created_at;Total Cost (USD)", "j1;2026-11-21T08:00:00Z;1.25 USD"),
        ("requestId\tQuantity\tUnit Price\tcurrency\ttimestamp", "j1\t5\t0.25\tusd\t2026-11-21 08:00:00 UTC"),
        ("\ufeffTask-ID,Cost,Day", "j1,$1.25,2026/11/21"),
        ("prediction id,charge,created", '"j1","USD 1.250000",2026-11-20T23:00:00-05:00'),
        ("任务ID,金额,币种,日期", "j1,1.25,USD,2026-11-21"),
    ],
)
def test_invoices_are_read_however_they_are_written(tmp_path: Path, head: str, row: str) -> None:
    (line,) = read(file(tmp_path, f"{head}\r\n{row}\r\n\r\n"))
    assert (line.number, line.job, line.amount, line.day) == (2, "j1", Money(1_250_000, "USD"), date(2026, 11, 21))


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = file(tmp_path, 'Ref,Fee\nj1,"1,200.50"\n')
    (line,) = read(path, {"job": "ref", "amount": "Fee"}, "EUR")
    assert (line.job, line.amount) == ("j1", Money(1_200_500_000, "EUR"))
    with pytest.raises(InputError, match="no column 'Price'"):
        read(path, {"amount": "Price"})
    with pytest.raises(InputError, match="no field"):
        read(path, {"sum": "Fee"})


def test_what_cannot_be_read_is_named_by_line(tmp_path: Path) -> None:
    rows = ["j1,1.25,USD,2026-11-21", "j2,1.2.3,USD,", ",1,USD,", "j4,1,,", "j5,,USD,", "j6,1,USD,soon", "j7,0.0000001,USD,",
            'j8,"1,25",USD,', "j9,€1,USD,", "j10,¥5,,"]  # fmt: skip
    with pytest.raises(InputError) as caught:
        lines(tmp_path, *rows)
    said = str(caught.value).splitlines()
    assert [line.split(":")[0].strip() for line in said[1:-1]] == [f"line {number}" for number in range(3, 12)]
    for words in (
        "names no job",
        "no currency",
        "no amount",
        "is no date",
        "millionth",
        "two ways",
        "in EUR and its currency is USD",
    ):
        assert words in caught.value.what


@pytest.mark.parametrize(
    ("text", "said"), [("", "empty"), ("\n\n", "empty"), ("a,b\n1,2\n", "which job"), ("job,b\n1,2\n", "costs")]
)
def test_files_that_are_no_invoice(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(file(tmp_path, text))
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "nowhere.csv")


# -- beside the ledger ----------------------------------------------------------------------------------------------------------


def test_every_line_is_laid_beside_what_was_booked(found: Books, tmp_path: Path) -> None:
    found.delivered(usd(1), "same")
    found.delivered(usd(2), "more")
    by_id = found.unknown(usd(4))
    lacking = found.delivered(usd(8), "lacking")
    found.delivered(usd(9), "another provider's", provider="kie")
    made = reconcile(
        found.database,
        lines(tmp_path, "same,0.4,USD,2026-11-20", "same,0.6,USD,2026-11-21", "more,2.5,USD,2026-11-21",
              f",4,USD,2026-11-21,,{by_id.id}", "theirs,3,USD,2026-11-21"),
        "fal",
    )  # fmt: skip
    assert [(m.result, m.theirs, m.ours) for m in made.matches] == [
        ("agrees", usd(1), usd(1)),
        ("differs", usd("2.5"), usd(2)),
        ("unknown", usd(4), None),
        ("not ours", usd(3), None),
        ("lacking", None, usd(8)),
    ]
    assert made.matches[1].difference == usd("0.5")
    assert made.matches[4].attempt == lacking.id
    assert made.totals == {"USD": (10_500_000, 11_000_000)}
    assert [line["lines"] for line in made.facts()["lines"]] == [[2, 3], [4], [5], [6], []]
    assert (made.first, made.last) == (date(2026, 11, 20), date(2026, 11, 21))


def test_booking_makes_our_charges_theirs(found: Books, tmp_path: Path) -> None:
    found.delivered(usd(1), "same")
    found.delivered(usd(2), "more")
    found.delivered(usd(4), "less", kind="reported")
    invoice = lines(tmp_path, "same,1,USD", "more,2.5,USD", "less,3,USD", "theirs,3,USD")
    done = booked(found, reconcile(found.database, invoice, "fal"))
    assert [what for _, what in done.done] == ["confirmed", "corrected", "corrected", "left"]
    line = statement(found.database).totals["USD"]
    assert (line.reported, line.computed) == (6_500_000, 0)
    again = reconcile(
        found.database, lines(tmp_path, "theirs,3,USD", "more,2.5,USD", "less,3,USD", "same,1,USD"), "fal"
    )
    assert len(again.of("agrees")) == 3
    assert [what for _, what in booked(found, again).done] == ["left"] * 4
    assert statement(found.database).totals["USD"] == line


def test_an_old_invoice_does_not_take_a_refund_back(found: Books, tmp_path: Path) -> None:
    attempt = found.unknown(usd(2), "job")
    invoice = lines(tmp_path, "job,2,USD")
    assert booked(found, reconcile(found.database, invoice, "fal")).of("settled")
    ask_refund(found.database, attempt.id, None, "no clip", found.clock())
    refunded(found.database, attempt.id, found.clock())
    assert not booked(found, reconcile(found.database, invoice, "fal")).of("corrected")
    assert statement(found.database).totals["USD"].spent == usd(0)


def test_a_line_that_gives_money_back_is_a_refund(found: Books, tmp_path: Path) -> None:
    first, second = found.delivered(usd(2), "one"), found.delivered(usd(3), "two")
    ask_refund(found.database, first.id, usd(2), "black", found.clock(), "ticket")
    invoice = lines(tmp_path, "one,-2,USD", "two,-1,USD")
    for _ in range(2):
        booked(found, reconcile(found.database, invoice, "fal"))
        assert [(r.attempt, r.returned, r.state) for r in refunds(found.database)] == [
            (first.id, usd(2), "refunded"),
            (second.id, usd(1), "refunded"),
        ]
    assert statement(found.database).totals["USD"].spent == usd(2)


def test_the_invoice_tells_what_became_of_what_was_unknown(found: Books, tmp_path: Path) -> None:
    charged, failed, free = (found.unknown(usd(2), job) for job in ("charged", "failed", "free"))
    lost = found.unknown(usd(2))
    gone = found.reserve(usd(2))
    found.of().arm(gone.id, "me", 99, FAST)
    found.of().release(gone.id, "nojob", "no such job")
    invoice = lines(
        tmp_path,
        "charged,2,USD",
        "failed,1,USD,,Failed",
        "free,0,USD",
        f"new-1,2,USD,,,{lost.id}",
        f"new-2,2,USD,,,{gone.id}",
    )
    done = booked(found, reconcile(found.database, invoice, "fal"))
    assert [what for _, what in done.done] == ["settled", "settled", "released", "found", "found"]
    now = {
        name: found.of().get(a.id)
        for name, a in (("charged", charged), ("failed", failed), ("free", free), ("lost", lost), ("gone", gone))
    }
    assert (now["charged"].verdict, now["charged"].cost) == ("undelivered", usd(2))
    assert (now["failed"].verdict, now["failed"].cost) == ("failed", usd(1))
    assert now["free"].state == "released"
    assert [(now[name].state, now[name].job) for name in ("lost", "gone")] == [
        ("submitted", "new-1"),
        ("submitted", "new-2"),
    ]
    assert [what for _, what in booked(found, reconcile(found.database, invoice, "fal")).done] == ["left"] * 5


def test_what_a_complete_invoice_lacks_was_not_charged(found: Books, tmp_path: Path) -> None:
    early = [
        found.unknown(usd(1)),
        found.delivered(usd(2), "computed"),
        found.delivered(usd(4), "reported", kind="reported"),
    ]
    found.clock.now += timedelta(days=1)
    last = found.unknown(usd(8))
    made = reconcile(found.database, lines(tmp_path, "x,1,USD,2026-11-21", "x,1,USD,2026-11-22"), "fal")
    assert len(made.of("lacking")) == 4
    assert not booked(found, made).of("released")
    done = booked(found, made, complete=True)
    assert [match.attempt for match in done.of("released")] == [early[0].id]
    assert [match.attempt for match in done.of("corrected")] == [early[1].id]
    assert found.of().get(last.id).state == "unknown"
    assert statement(found.database).totals["USD"].spent == usd(4)


def test_a_charge_for_what_was_released_is_booked(found: Books, tmp_path: Path) -> None:
    gone = found.submitted(usd(2), "job")
    found.of().release(gone.id, "failed", "we thought it was free")
    assert booked(found, reconcile(found.database, lines(tmp_path, "job,2,USD"), "fal")).of("corrected")
    now = found.of().get(gone.id)
    assert (now.state, now.verdict, now.cost) == ("settled", "failed", usd(2))


def test_what_cannot_be_booked_is_refused(found: Books, tmp_path: Path) -> None:
    attempt = found.delivered(usd(2), "job")
    euros = reconcile(found.database, lines(tmp_path, "job,2,EUR"), "fal")
    assert euros.of("differs")[0].difference is None
    with pytest.raises(BudgetError, match="no exchange rate"):
        booked(found, euros)
    with pytest.raises(InputError, match="billed in EUR and USD"):
        reconcile(found.database, lines(tmp_path, "job,2,EUR", "job,2,USD"), "fal")
    ask_refund(found.database, attempt.id, None, "late", found.clock())
    with pytest.raises(ConflictError, match="Book what became of the refund"):
        booked(found, reconcile(found.database, lines(tmp_path, "job,1,USD"), "fal"))
