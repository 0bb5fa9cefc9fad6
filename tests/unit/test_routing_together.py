"""The joint plan of a shoot: shared characters, a short budget, and the record by which it is made again."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from test_routing_weigh import DAY, ORDER, Shop, said, shot

from callsheet.errors import ConflictError
from callsheet.film import Document, Money
from callsheet.floor.plan import Planned, plan
from callsheet.providers import Seller
from callsheet.routing import route
from callsheet.routing.knowledge import Knowledge
from callsheet.routing.outline import means, outline
from callsheet.routing.record import replay as replayed
from callsheet.routing.together import Member, Problem, problem, replay, together
from callsheet.routing.why import explain
from callsheet.store import ProductionStore

BOARD = """\
title: One hero
budget: {amount: 20 USD}
cast: {mira: {name: Mira, description: A woman in a red coat.}}
deliverables: [{preset: preview-16x9}]
episodes:
  - sequences:
      - code: SQ010
        shots:
"""


def planned(folder: Path, shots: list[tuple[str, str, str]], sellers: list[Seller], budget: str = "20 USD") -> dict[str, Planned]:  # fmt: skip
    """Plans by shot code; a shot is (code, cast, constraints)."""
    folder.mkdir(exist_ok=True)
    text = BOARD.replace("20 USD", budget) + "".join(
        f"          - {{code: {code}, action: She waits., duration: 24, use_case: identity-locked, cast: [{cast}], constraints: {rules}}}\n"
        for code, cast, rules in shots
    )
    (folder / "production.yaml").write_text(text, "utf-8")
    with ProductionStore.open(folder) as store:
        found = plan(Document.parse(text).production, store, sellers)
    return {p.placed.shot.code: p for p in found}


ONLY_B = "{only: [b]}"
SHOP = Shop("shop", {"a": "0.20 USD", "b": "0.25 USD"})


def test_a_character_stays_with_one_model_where_it_costs_little(tmp_path: Path) -> None:
    shots = [("SH010", "mira", ONLY_B), ("SH020", "mira", ONLY_B), ("SH030", "mira", "{}"), ("SH040", "", "{}")]
    found = planned(tmp_path / "p", shots, [SHOP])
    assert {code: p.decision.offer for code, p in found.items()} == {
        "SH010": "b@shop", "SH020": "b@shop", "SH030": "b@shop", "SH040": "a@shop",
    }  # fmt: skip
    moved = found["SH030"]
    assert moved.recipe is not None
    assert moved.recipe.offer == "b@shop"
    assert [c.offer for c in moved.decision.candidates] == ["b@shop", "a@shop"]
    assert moved.decision.joint is not None
    assert moved.decision.joint["alone"] == "a@shop"
    assert "b shoots SH010, SH020 as well: the same character (mira)" in moved.decision.reasons
    assert moved.decision.reasons[-1] == "alone it would go to a@shop"
    assert found["SH040"].decision.joint is None


def test_a_dear_model_is_not_taken_for_the_sake_of_company(tmp_path: Path) -> None:
    shots = [("SH010", "mira", ONLY_B), ("SH020", "mira", "{}")]
    found = planned(tmp_path / "p", shots, [Shop("shop", {"a": "0.20 USD", "b": "2.00 USD"})])
    assert found["SH020"].decision.offer == "a@shop"


def test_one_seller_asks_no_joint_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a joint plan was asked for")

    monkeypatch.setattr("callsheet.routing.together.problem", never)
    found = planned(tmp_path / "p", [("SH010", "", ONLY_B), ("SH020", "", ONLY_B)], [SHOP])
    assert {p.decision.offer for p in found.values()} == {"b@shop"}


def test_where_the_budget_does_not_reach_each_shot_goes_the_least_costly_way(tmp_path: Path) -> None:
    shots = [("SH010", "mira", ONLY_B), ("SH020", "mira", ONLY_B), ("SH030", "mira", "{}")]
    found = planned(tmp_path / "p", shots, [SHOP], "0.60 USD")
    assert found["SH030"].decision.offer == "a@shop"


def test_why_makes_the_joint_plan_again(tmp_path: Path) -> None:
    shots = [("SH010", "mira", ONLY_B), ("SH020", "mira", ONLY_B), ("SH030", "mira", "{}")]
    decision = planned(tmp_path / "p", shots, [SHOP])["SH030"].decision
    assert decision.joint is not None
    assert decision.whole is not None
    whole: Mapping[str, object] = json.loads(json.dumps(decision.whole))
    told = str(explain(decision.record(), None, {decision.joint["plan"]: whole}))
    assert "Planned together with all other shots (policy joint-1); alone it would go to a@shop" in told
    assert told.endswith("; so is the joint plan")
    replay(whole)
    answer = dict(decision.whole["answer"]) | {"cost": 0.1}
    with pytest.raises(ConflictError, match="another plan"):
        replay({**decision.whole, "answer": answer})


def learned(budget: str, sellers: list[Seller]) -> tuple[list[Member], Problem]:
    """Three shots of one kind, decided alone from verdicts that are for the dear model, and the joint question."""
    reviewed = [said(model, good, None if good else "look") for model, good in (("b", True), ("a", False)) * 3]
    knowledge = Knowledge(reviewed, production="p", on=DAY, currency="USD", planned=Money.parse(budget), shots=3)
    members = []
    for number in (10, 20, 30):
        address = f"EP01 SQ010 SH0{number}"
        order = ORDER.model_copy(update={"code": address})
        decision = route(address, shot(critical=True), order, sellers, knowledge=knowledge)
        members.append(Member(address, "EP01 SQ010", shot(), decision))
    asked = problem(members, sellers, knowledge)
    assert asked is not None
    return members, asked


def test_a_short_budget_has_a_price_that_is_in_every_record(tmp_path: Path) -> None:
    sellers: list[Seller] = [Shop("shop", {"a": "0.10 USD", "b": "1.00 USD"})]
    members, asked = learned("100 USD", sellers)
    assert {m.decision.offer for m in members} == {"b@shop"}
    assert together(members, asked) == {}, "with money enough each goes where it would go alone"
    members, asked = learned("3.50 USD", sellers)
    changed = together(members, asked)
    offers = [changed[m.address].offer for m in members if m.address in changed]
    assert "a@shop" in offers
    for decision in changed.values():
        assert decision.joint is not None
        assert decision.weighed is not None
        assert decision.joint["shadow"] > 0
        record = json.loads(json.dumps(decision.record()))
        assert record["weighed"]["question"]["worth"]["shadow"] == decision.joint["shadow"]
        assert record["weighed"]["question"]["planned"] == decision.offer
        assert replayed(record["weighed"]).offer == decision.offer
        assert "Planned together with all other shots" in str(explain(record, None, {}))
        line = outline(decision)
        assert line.sequence[0].offer == decision.offer
        assert line.takes is not None
        assert 1 <= line.takes <= 3


def test_what_it_costs_is_counted_soberly() -> None:
    sellers: list[Seller] = [Shop("shop", {"a": "0.10 USD", "b": "0.10 USD"})]
    members, _ = learned("100 USD", sellers)
    decision = members[0].decision
    assert decision.weighed is not None
    first = outline(decision).sequence[0]
    assert first.accept == pytest.approx(means(decision.weighed)[decision.offer], abs=0.02)
