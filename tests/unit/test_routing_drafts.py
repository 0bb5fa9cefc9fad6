"""Drafts before finals: which of the two is due, what a draft saves, and that a final never stands on a draft."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from test_routing_weigh import Shop

from callsheet.errors import NotFoundError
from callsheet.film import Production
from callsheet.floor.quoted import Quoted
from callsheet.providers.animatic import Animatic
from callsheet.studio import Studio

BOARD = """\
title: Rooms
budget: {{amount: 20 USD}}
drafts: {drafts}
deliverables: [{{preset: preview-16x9}}]
episodes:
  - sequences:
      - code: SQ010
        shots:
          - {{code: SH010, action: A lamp stands in a room., duration: 6, use_case: product}}
          - {{code: SH020, action: The lamp goes out., duration: 6, use_case: product{more}}}
"""
PRICES: Mapping[str, str | None] = {"a": "0.20 USD", "b": "0.90 USD"}


def studio(
    folder: Path, drafts: str, more: str = "", prices: Mapping[str, str | None] = PRICES, drawing: bool = True
) -> Studio:
    (folder / "production.yaml").write_text(BOARD.format(drafts=drafts, more=more), "utf-8")
    return Studio(folder, [*([Animatic()] if drawing else []), Shop("shop", prices)])


def offers(quoted: Quoted) -> list[str]:
    return [line.offer for line in quoted.lines]


def test_every_shot_is_drafted_first_and_its_final_is_told(tmp_path: Path) -> None:
    found = studio(tmp_path, "{when: always}").bid()
    assert offers(found) == ["animatic", "animatic"]
    assert found.finals is not None
    assert str(found.finals) == "2 finals wait for their drafts to be accepted: an expected 0.40 USD more"
    assert found.facts()["finals"] == {
        "shots": 2,
        "expected": [{"currency": "USD", "micros": 400_000}],
        "unknown": 0,
    }
    assert found.shots[0].decision.reasons[-1] == (
        "a draft first: its final goes to a@shop, for an expected 0.20 USD, once the draft is accepted"
    )
    assert found.shots[0].decision.excluded == (), "others are not out: it is not their turn"


def test_an_accepted_draft_lets_the_final_be_shot(tmp_path: Path) -> None:
    film = studio(tmp_path, "{when: always}")
    film.shoot()
    assert "its final can be shot now" in film.review("SH010", 1, "accept", by="Ada").note
    found = film.bid()
    assert offers(found) == ["a@shop", "animatic"]
    first = found.shots[0]
    assert not first.line.reused, "the draft is in the cut, and it is no final"
    assert first.decision.reasons[-1] == "its draft, take 1, was accepted"
    assert dict(first.decision.excluded) == {"animatic": "it drafts, and this is to be the final"}
    assert found.shots[1].line.reused
    assert found.finals is not None
    assert found.finals.shots == 1


def test_a_draft_of_another_board_lets_nothing_be_shot(tmp_path: Path) -> None:
    film = studio(tmp_path, "{when: always}")
    film.shoot(["SH010"])
    film.review("SH010", 1, "accept", by="Ada")
    board = tmp_path / "production.yaml"
    board.write_text(board.read_text("utf-8").replace("A lamp stands", "A lamp lies"), "utf-8")
    assert offers(film.bid())[0] == "animatic"


def test_a_draft_that_one_of_two_people_rejects_lets_nothing_be_shot(tmp_path: Path) -> None:
    film = studio(tmp_path, "{when: always}")
    film.shoot(["SH010"])
    film.review("SH010", 1, "accept", by="Ada")
    film.review("SH010", 1, "reject", by="Bo", reason="prompt")
    assert offers(film.bid())[0] == "animatic"
    film.review("SH010", 1, "accept", by="Bo")
    assert offers(film.bid())[0] == "a@shop"


@pytest.mark.parametrize(
    ("price", "offer", "words"),
    [
        ("0.05 USD", "dear@shop", "shot at once: a draft costs 0.25 USD with its review and is expected to save 0.025 USD: 50%"),
        ("4.00 USD", "animatic", "a draft costs 0.25 USD with its review and is expected to save 2.00 USD: 50%"),
    ],
)  # fmt: skip
def test_a_draft_is_made_where_it_pays(tmp_path: Path, price: str, offer: str, words: str) -> None:
    found = studio(tmp_path, "{when: paying}", prices={"dear": price}).bid().shots[0]
    assert found.line.offer == offer
    assert found.decision.reasons[-1].startswith(words)
    record = found.decision.record()["draft"]
    assert record["rejected"] == 0.5
    assert (record["stage"], record["final"]) == ("draft" if offer == "animatic" else "final", "dear@shop")


def test_what_is_rejected_of_drafts_decides_whether_the_next_one_pays(tmp_path: Path) -> None:
    film = studio(tmp_path, "{when: paying}", prices={"dear": "0.60 USD"})
    assert offers(film.bid()) == ["animatic", "animatic"]
    film.shoot(["SH010"])
    for _ in range(3):
        film.review("SH010", 1, "accept", by="Ada")
    # One accepted draft of this kind: less than two in five are taken to be rejected now, which 0.60 USD does not pay for.
    assert offers(film.bid())[1] == "dear@shop"


def test_never_and_only(tmp_path: Path) -> None:
    found = studio(tmp_path, "{when: never}", ", constraints: {only: [animatic]}").bid()
    assert offers(found) == ["a@shop", "animatic"]
    assert dict(found.shots[0].decision.excluded) == {"animatic": "it drafts, and this is to be the final"}
    assert found.finals is None


def test_a_bought_draft_shoots_no_final_and_its_verdicts_are_of_drafts(tmp_path: Path) -> None:
    film = studio(tmp_path, "{when: always, by: a}")
    found = film.bid()
    assert offers(found) == ["a@shop", "a@shop"]
    assert found.totals[0].hold is not None
    assert str(found.totals[0].hold) == "0.40 USD"
    decision = found.shots[0].decision
    assert decision.situation == {"use_case": "product", "bar": ["prompt"], "tier": "draft"}
    assert decision.draft is not None
    assert decision.draft["final"] == "animatic", "the one of them that costs least"
    with pytest.raises(NotFoundError, match="nobody here sells c, which is to draft"):
        studio(tmp_path, "{when: always, by: c}").bid()


def test_without_a_drawing_hand_finals_are_shot(tmp_path: Path) -> None:
    found = studio(tmp_path, "{when: always}", drawing=False).bid()
    assert offers(found) == ["a@shop", "a@shop"]
    assert found.shots[0].decision.reasons[-1] == "there is no draft of it: animatic is not here"


def test_a_final_waits_for_the_final_it_goes_on_from(tmp_path: Path) -> None:
    film = studio(tmp_path, "{when: always}", ", continuity: {extends: SH010}")
    film.shoot()
    film.review("SH020", 1, "accept", by="Ada")
    found = film.bid()
    assert offers(found) == ["animatic", "animatic"]
    assert found.shots[1].decision.reasons[-1] == "its final waits for that of SH010"
    assert found.shots[1].line.reused
    film.review("SH010", 1, "accept", by="Ada")
    assert offers(film.bid()) == ["a@shop", "a@shop"]


def test_work_on_a_drafted_shot_is_not_bought(tmp_path: Path) -> None:
    film = studio(tmp_path, "{when: always}", ", footage: {shot: SH010, work: restyle}")
    with pytest.raises(NotFoundError, match="made from the final of SH010, of which there is only a draft") as caught:
        film.shoot()
    assert "Accept that draft" in caught.value.remedy
    assert film.takes("SH010")[1] == 1, "the draft is there"


def test_a_signature_given_to_drafts_does_not_let_finals_be_bought(tmp_path: Path) -> None:
    film = studio(tmp_path, "{when: always}")
    film.shoot(["SH010"])
    film.approve(by="Ada")
    film.review("SH010", 1, "accept", by="Ada")
    signed = film.bid().approval
    assert signed is not None
    assert signed.void == ("EP01 SQ010 SH010 was not to be shot then",)


def test_a_board_without_drafts_is_the_board_it_was() -> None:
    plain = Production.model_validate({"title": "x", "episodes": []})
    assert plain.drafts.when == "unnamed"
    assert not plain.drafts.staged
