"""Waits and the deadline in the bid: whence they are known, by how much it is late, what the page says, and what a signature binds."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from test_floor_approving import edit
from test_routing_deadline import NOON, Far
from test_routing_weigh import DAY, Here, Shop

from callsheet.delivery.words import waited
from callsheet.film.times import duration
from callsheet.floor.quoted import Quoted
from callsheet.floor.waiting import Due
from callsheet.providers import Seller
from callsheet.providers.waiting import Wait
from callsheet.studio import Studio

BOARD = """\
title: Two rooms
budget: {amount: 20 USD}
deliverables: [{preset: preview-16x9}]
episodes:
  - sequences:
      - code: SQ010
        shots:
          - {code: SH010, action: A lamp stands in a room., duration: 24}
          - {code: SH020, action: A chair stands in a room., duration: 24}
      - code: SQ020
        shots:
          - {code: SH030, action: Rain falls on a roof., duration: 24, continuity: {extends: SH020}}
"""
PRICES = {"slow": "0.10 USD", "quick": "0.30 USD"}
WAITS = {"slow": 1800.0, "quick": 120.0}


def studio(
    folder: Path,
    left: timedelta | None,
    sellers: list[Seller] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Studio:
    text = BOARD if left is None else f"deadline: {NOON + left:%Y-%m-%dT%H:%M:%SZ}\n{BOARD}"
    if not (folder / "production.yaml").exists():
        (folder / "production.yaml").write_text(text, "utf-8")
    return Studio(folder, sellers or [Far("x", PRICES, WAITS)], clock=clock or (lambda: NOON))


def told(quoted: Quoted) -> str:
    assert quoted.due is not None
    return str(quoted.due)


def test_a_bid_says_how_long_and_who_says_so(tmp_path: Path) -> None:
    quoted = studio(tmp_path, None).bid(out=tmp_path / "out")
    assert [shot.wait for shot in quoted.shots] == [1800.0] * 3
    assert quoted.shots[0].facts()["wait_from"] == {"basis": "stated", "source": "a page", "on": DAY.isoformat()}
    assert [total.wait for sequence in quoted.sequences for total in sequence.totals] == [1800.0, 1800.0]
    assert quoted.totals[0].wait == 3600.0, "the third is made from the second"
    assert quoted.totals[0].facts()["wait_basis"] == "stated"
    assert quoted.waits == (f"Nothing by slow@x was delivered here yet: the wait is as stated by a page, {DAY}.",)
    assert set(quoted.waits) < set(quoted.assumed)
    assert (quoted.due, quoted.facts()["deadline"]) == (None, None)
    page = (tmp_path / "out" / "bid.html").read_text("utf-8")
    assert "about 30 min, as stated" in page
    assert "Deadline" not in page


def test_what_nobody_says_is_unknown_and_makes_the_sum_unknown(tmp_path: Path) -> None:
    sellers: list[Seller] = [Far("x", {"slow": "0.10 USD"}, WAITS), Shop("shop", {"mute": "0.05 USD"})]
    (tmp_path / "production.yaml").write_text(BOARD.replace("24}", "24, constraints: {only: [slow]}}", 1), "utf-8")
    quoted = studio(tmp_path, None, sellers).bid()
    assert [shot.wait for shot in quoted.shots] == [1800.0, None, None]
    assert quoted.shots[1].facts()["wait_from"] is None
    assert (quoted.totals[0].wait, quoted.totals[0].basis) == (None, None)
    assert "Nobody says how long mute@shop takes" in quoted.waits[-1]


def test_a_deadline_is_kept_and_the_page_says_so(tmp_path: Path) -> None:
    quoted = studio(tmp_path, timedelta(minutes=20)).bid(out=tmp_path / "out")
    assert [shot.line.offer for shot in quoted.shots] == ["quick@x"] * 3
    said = "Deadline 2026-11-24 12:20 UTC: 20 min are left, the takes need 4 min."
    assert told(quoted) == said
    facts = quoted.facts()["deadline"]
    assert (facts["left_s"], facts["needs_s"], facts["late_s"]) == (1200.0, 240.0, 0.0)
    page = (tmp_path / "out" / "bid.html").read_text("utf-8")
    assert f'<p class="due">{said}</p>' in page
    assert "Every take by 2026-11-24 12:20 UTC" in page
    assert quoted.frontier is not None
    assert [point.shots for point in quoted.frontier.points if point.cost.micros == 300_000] != [], "quick ones only"
    assert min(p.cost.micros for p in quoted.frontier.points if p.shots) == 300_000
    assert json.loads((tmp_path / "out" / "bid.json").read_text("utf-8"))["bid"]["deadline"] == facts


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(minutes=3), "3 min are left, the takes need 4 min: they come 60 s late."),
        (timedelta(0), "it is now, the takes need 4 min: they come 4 min late."),
        (timedelta(hours=-2), "it passed 2 h ago, the takes need 4 min: they come 2 h 4 min late."),
    ],
)
def test_what_cannot_be_kept_is_planned_and_said(tmp_path: Path, left: timedelta, said: str) -> None:
    quoted = studio(tmp_path, left).bid(out=tmp_path / "out")
    assert told(quoted) == f"Late. Deadline {NOON + left:%Y-%m-%d %H:%M} UTC: {said}"
    assert [shot.line.offer for shot in quoted.shots] == ["quick@x"] * 3
    assert '<p class="due late">Late. ' in (tmp_path / "out" / "bid.html").read_text("utf-8")


def test_one_seller_one_offer_and_nothing_to_choose_is_told_as_well(tmp_path: Path) -> None:
    quoted = studio(tmp_path, timedelta(minutes=20), [Far("x", {"slow": "0.10 USD"}, WAITS)]).bid()
    assert quoted.due is not None
    assert quoted.due.late == 3600.0 - 1200.0
    (tmp_path / "b").mkdir()
    mute = studio(tmp_path / "b", timedelta(minutes=20), [Shop("shop", {"a": "0.10 USD"})]).bid()
    assert told(mute).endswith("Whether every take is there by then is not known: nobody says how long a@shop takes.")
    assert mute.facts()["deadline"]["late_s"] is None
    (tmp_path / "c").mkdir()
    drawn = studio(tmp_path / "c", timedelta(hours=-1), [Here("here", {"a": "0.00 USD"})]).bid()
    assert told(drawn).endswith("it passed 60 min ago, and takes are still to be made.")


def test_what_is_known_to_be_late_is_late_whatever_is_unknown() -> None:
    at = NOON + timedelta(minutes=10)
    found = Due(at, NOON, 600.0, 2, None, 1800.0, ("mute@x",))
    assert found.late == 1200.0
    assert str(found).endswith("10 min are left, the takes need at least 30 min: they come at least 20 min late.")
    assert Due(at, NOON, 600.0, 2, None, 60.0, ("mute@x",)).late is None
    assert str(Due(at, NOON, -5.0, 0, 0.0, 0.0, ())).endswith("every take is there.")
    drafted = Due(at, NOON, 600.0, 0, 0.0, 0.0, (), finals=2)
    assert drafted.late is None, "nobody knows when a draft is accepted"
    assert str(drafted).endswith(
        "10 min are left. 2 finals wait for drafts to be accepted, and when that is nobody knows."
    )
    assert Due(at, NOON, -60.0, 0, 0.0, 0.0, (), finals=1).late == 60.0


def test_the_clock_alone_voids_no_signature_and_another_deadline_does(tmp_path: Path) -> None:
    hour = [NOON]
    film = studio(tmp_path, timedelta(minutes=90), clock=lambda: hour[0])
    quoted = film.bid()
    assert [shot.line.offer for shot in quoted.shots] == ["slow@x"] * 3
    film.approve(quoted.digest, by="Ada")
    for later in (70, 89, 200):
        hour[0] = NOON + timedelta(minutes=later)
        again = film.bid()
        assert again.approval is not None
        assert again.approval.void == ()
        assert [shot.line.offer for shot in again.shots] == ["slow@x"] * 3, "what was signed goes on as signed"
        assert again.due is not None
        assert again.due.late
    edit(tmp_path, "2026-11-24T13:30:00Z", "2026-11-24T18:00:00Z")
    changed = film.bid().approval
    assert changed is not None
    assert changed.void == ("the deadline is 2026-11-24 18:00 UTC, 2026-11-24 13:30 UTC was approved",)
    edit(tmp_path, "deadline: 2026-11-24T18:00:00Z\n", "")
    gone = film.bid().approval
    assert gone is not None
    assert gone.void == ("the deadline is not stated, 2026-11-24 13:30 UTC was approved",)


def test_without_a_signature_the_hour_moves_the_routes(tmp_path: Path) -> None:
    hour = [NOON]
    film = studio(tmp_path, timedelta(minutes=90), clock=lambda: hour[0])
    assert film.bid().lines[0].offer == "slow@x"
    hour[0] += timedelta(minutes=80)
    assert film.bid().lines[0].offer == "quick@x"
    assert "until the deadline 10 min are left" in str(film.why("SH010"))


def test_lengths_of_time_are_written_as_people_do() -> None:
    assert [duration(s) for s in (259200, 180000)] == ["3 days", "50 h"]
    assert waited(180.0, "observed") == "3 min"
    assert waited(180.0, "assumed") == "about 3 min, assumed"
    assert waited(0.0, "here") == "none"
    assert waited(None, None) == "unknown"
    assert Wait(1.0, "here") == Wait(1.0, "here", "", None)
