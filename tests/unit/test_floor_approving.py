"""Approvals: what a signature binds, what voids it, and that free drafts need none."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from money_makers import usd
from sqlalchemy import text
from test_routing_weigh import Here, Shop

from callsheet.errors import ApprovalError, BudgetError, NotFoundError, StorageError
from callsheet.film import Document
from callsheet.floor import approving, settling, shooting
from callsheet.floor.crew import Crew
from callsheet.progress import silent
from callsheet.providers import Seller
from callsheet.store import ProductionStore
from callsheet.store.approvals import history, in_force
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
"""
PRICES: Mapping[str, str | None] = {"a": "0.20 USD", "b": "0.25 USD"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "production.yaml").write_text(BOARD, "utf-8")
    return tmp_path


def studio(folder: Path, prices: Mapping[str, str | None] = PRICES) -> Studio:
    return Studio(folder, [Shop("shop", prices)])


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "production.yaml"
    before = path.read_text("utf-8")
    assert old in before
    path.write_text(before.replace(old, new), "utf-8")


def void(folder: Path, prices: Mapping[str, str | None] = PRICES) -> tuple[str, ...]:
    """Why the approval in force does not hold for the bid as it is now, and that the shoot refuses for just that."""
    sellers: Sequence[Seller] = [Shop("shop", prices)]
    signed = studio(folder, prices).bid().approval
    assert signed is not None
    with ProductionStore.open(folder) as store:
        production = Document.parse(store.read().text).production
        planned = approving.plan(store, production, sellers, real=True)
        if signed.void:
            with pytest.raises(ApprovalError) as caught:
                approving.require(store, production, planned)
            assert signed.void[0] in caught.value.what
            assert "`callsheet approve`" in caught.value.remedy
            assert (caught.value.exit_code, caught.value.http_status) == (11, 409)
        else:
            approving.require(store, production, planned)
    return signed.void


def test_what_was_approved_holds_while_nothing_changes(folder: Path) -> None:
    quoted = studio(folder).bid()
    assert quoted.approval is None
    signed = studio(folder).approve(quoted.digest[:12], by="Ada")
    assert (signed.digest, signed.kind, signed.by) == (quoted.digest, "approved", "Ada")
    again = studio(folder).bid()
    assert again.digest == quoted.digest
    assert void(folder) == ()
    assert studio(folder).approve(by="Ada").at == signed.at, "the same signature is not given twice"


def test_the_digest_is_that_of_every_term(folder: Path) -> None:
    first = studio(folder).bid().digest
    assert studio(folder).bid().digest == first
    assert studio(folder, {"a": "0.21 USD", "b": "0.25 USD"}).bid().digest != first
    assert studio(folder, {"a": "0.20 USD"}).bid().digest != first
    with ProductionStore.open(folder) as store:
        settling.cap(store, "day", usd(5), "")
    capped = studio(folder).bid().digest
    assert capped != first
    edit(folder, "20 USD", "30 USD")
    assert studio(folder).bid().digest not in (first, capped)


def test_a_changed_price_board_budget_route_or_cap_is_told(folder: Path) -> None:
    studio(folder).approve(by="Ada")
    said = void(folder, {"a": "0.22 USD", "b": "0.25 USD"})
    assert (
        said[0]
        == "EP01 SQ010 SH010: a@shop costs 0.22 USD (as of 2026-11-21), 0.20 USD (as of 2026-11-21) was approved"
    )
    assert len(said) == 2
    assert void(folder, {"b": "0.25 USD"})[0] == "EP01 SQ010 SH010 would go to b@shop, a@shop was approved"
    with ProductionStore.open(folder) as store:
        settling.cap(store, "day", usd(5), "")
    assert void(folder) == ("the caps were changed (day 5.00 USD)",)
    with ProductionStore.open(folder) as store:
        settling.cap(store, "day", None, "")
    edit(folder, "action: A chair stands", "constraints: {never: [a]}, action: A chair stands")
    assert void(folder)[0] == "EP01 SQ010 SH020 was to go to a@shop, which is out now (constraints.never names it)"
    edit(folder, "constraints: {never: [a]}, ", "")
    edit(folder, "A chair", "Two chairs")
    assert void(folder) == ("EP01 SQ010 SH020 was changed on the board",)
    edit(folder, "Two chairs", "A chair")
    edit(folder, "Two rooms", "Three rooms")
    assert void(folder) == ("the board was changed, outside of the pictures of these shots",)
    edit(folder, "Three rooms", "Two rooms")
    edit(folder, "20 USD", "21 USD")
    assert void(folder) == ("the budget is 21 USD, 20 USD was approved",)
    edit(folder, "21 USD", "20 USD")
    assert void(folder) == ()


def test_a_cheaper_offer_that_came_later_is_not_used(folder: Path) -> None:
    studio(folder).approve(by="Ada")
    prices = {**PRICES, "c": "0.01 USD"}
    with ProductionStore.open(folder) as store:
        production = Document.parse(store.read().text).production
        planned = approving.plan(store, production, [Shop("shop", prices)], real=True)
        assert [[c.offer for c in p.decision.candidates] for p in planned] == [["a@shop", "b@shop"]] * 2
    assert void(folder, prices) == ()
    studio(folder).approve(withdraw=True)
    assert studio(folder, prices).bid().lines[0].offer == "c@shop"


def test_who_signs_names_what_they_saw(folder: Path) -> None:
    seen = studio(folder).bid().digest
    edit(folder, "A chair", "Two chairs")
    with pytest.raises(ApprovalError, match=f"not {seen[:12]}"):
        studio(folder).approve(seen[:12])
    assert studio(folder).bid().approval is None


def test_what_cannot_be_paid_is_not_signed(folder: Path) -> None:
    with pytest.raises(BudgetError, match="price of b@shop is unknown"):
        studio(folder, {"b": None}).approve()
    edit(folder, "20 USD", "0.30 USD")
    with pytest.raises(BudgetError, match="over the budget"):
        studio(folder).approve()


def test_a_signature_can_be_withdrawn_and_nothing_is_forgotten(folder: Path) -> None:
    with pytest.raises(NotFoundError):
        studio(folder).approve(withdraw=True)
    studio(folder).approve(by="Ada")
    studio(folder).approve(by="Bo", withdraw=True)
    with ProductionStore.open(folder) as store:
        assert in_force(store) is None
        assert [(one.kind, one.by) for one in history(store)] == [("approved", "Ada"), ("withdrawn", "Bo")]
        with pytest.raises(StorageError, match="append-only"), store.database.writing() as db:
            db.execute(text("DELETE FROM approval"))


def test_a_document_may_ask_for_an_approval(folder: Path) -> None:
    edit(folder, "20 USD}", "20 USD, approval: required}")
    seller = Here("here", {"a": "0.20 USD"})
    with ProductionStore.open(folder) as store, pytest.raises(ApprovalError, match="before the call sheet is approved"):
        asyncio.run(shooting.shoot(store, Crew([seller]), (), False, silent))
    with ProductionStore.open(folder) as store:
        production = Document.parse(store.read().text).production
        free = approving.plan(store, production, [Here("here", {"a": "0.00 USD"})], real=True)
        approving.require(store, production, free)
