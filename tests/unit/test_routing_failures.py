"""Money lost on tries without a clip, read from the ledger."""

from pathlib import Path

from money_makers import books, usd

from callsheet.money.refunds import ask_refund, refunded
from callsheet.routing.failures import losses, paid
from callsheet.routing.situation import UNSTATED

KEY = ("kling@fal", UNSTATED)


def test_what_was_charged_and_not_refunded_is_lost(tmp_path: Path) -> None:
    found = books(tmp_path)
    assert paid(found.database) == []
    found.delivered(usd(1), "good")
    for cost, verdict in (("0.4", "failed"), ("0.2", "moderated"), ("0.8", "cancelled"), ("1.6", "undelivered")):
        ended = found.submitted(usd(cost), verdict)
        found.of().settle(ended.id, usd(cost), "reported", verdict)  # type: ignore[arg-type]
    ask_refund(found.database, ended.id, usd("1.6"), "nothing came", found.clock(), "1")
    refunded(found.database, ended.id, found.clock(), "1")
    found.of().release(found.submitted(usd(7), "free").id, "failed", "not billed")
    rows = paid(found.database)
    found.database.close()
    assert [(one.cost, one.delivered, one.use_case) for one in rows] == [
        (1, True, UNSTATED),
        (0.4, False, UNSTATED),
        (0.2, False, UNSTATED),
    ]
    day = rows[0].on
    lost = losses(rows, "USD", day)[KEY]
    assert (round(lost.lost, 6), lost.times, round(lost.each, 6)) == (0.6, 2, round(0.6 / (1 + 4), 6))
    assert losses(rows, "EUR", day) == {}
