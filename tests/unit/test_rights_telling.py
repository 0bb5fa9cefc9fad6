"""How rights are told: what is said alike is said once, and nobody is sent to count what only an unstated place brings about."""

from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from callsheet.cli import production as verbs
from callsheet.cli import rights as cli
from callsheet.delivery.made import Made
from callsheet.delivery.rights import to_do
from callsheet.delivery.standing import Withdrawn
from callsheet.film import Money, Production
from callsheet.floor.clearing import Papers
from callsheet.rights import Affected, Judgement, Revocation, Terms, described
from callsheet.rights.clear import judge_cut
from callsheet.rights.rule import Finding
from callsheet.rights.telling import together

ON = date(2026, 11, 21)
SHOTS = [{"code": "SH010", "action": "A.", "duration": 24, "dialogue": [{"line": "Tea."}]}]


class OfOne(Papers):
    """As much of the papers as is asked for here."""

    def __init__(self, production: Production) -> None:
        self.production = production


def judged(**rights: Any) -> tuple[Papers, Judgement]:
    """Two files of a film in which the built-in voices speak, so that something is generated."""
    production = Production.model_validate({
        "title": "T",
        "rights": rights,
        "deliverables": [{"preset": "master-16x9"}, {"preset": "master-9x16"}],
        "episodes": [{"sequences": [{"code": "SQ010", "shots": SHOTS}]}],
    })  # fmt: skip
    terms = Terms(lambda: pytest.fail("nothing was bought, so no terms are needed"))
    files = described(production, {}, terms)
    return OfOne(production), judge_cut(production, {}, ON, terms, stage="deliver", deliverables=files)


@pytest.mark.parametrize(
    ("rights", "things", "unstated"),
    [
        ({}, 0, ("rights.territories", "rights.channels")),
        ({"channels": ["broadcast"]}, 0, ("rights.territories",)),
        ({"channels": ["youtube"]}, 1, ("rights.territories",)),
        ({"territories": ["DE"], "channels": ["broadcast"]}, 2, ()),
        ({"territories": ["DE"]}, 2, ()),
        ({"territories": ["BR"], "channels": ["broadcast"]}, 0, ()),
    ],
)
def test_things_to_do_are_counted_once_and_not_where_nobody_says_where(
    rights: dict[str, Any], things: int, unstated: tuple[str, ...]
) -> None:
    papers, judgement = judged(**rights)
    assert to_do(papers, judgement) == (things, unstated)
    if things or unstated:
        assert len(judgement.of("require")) >= 2 * max(things, 1), "everything is listed by deliverable all the same"


def made(things: int, unstated: tuple[str, ...]) -> str:
    counts = {"made": 1, "reused": 0}
    film = ({"path": "t/deliver/t.mp4"},)
    found = Made("T", 1, counts, counts, Money(0, "USD"), film, "t/deliver", (), ("mark it",) * 10, things, unstated)
    return CliRunner().invoke(click.Command("made", callback=lambda: verbs._print_made(found))).output


def test_make_ends_with_one_plain_line() -> None:
    where = "Where will it be shown? State rights.territories and rights.channels in production.yaml to know which labels it needs.\n"
    unknown = made(0, ("rights.territories", "rights.channels"))
    assert where in unknown
    assert "to do before" not in unknown
    assert "! 2 things to do before it goes out: callsheet rights t\n" in made(2, ())
    both = made(1, ("rights.territories",))
    assert "! 1 thing to do before it goes out" in both
    assert "State rights.territories in production.yaml" in both
    assert "Where" not in made(0, ())


def finding(subject: str, **more: Any) -> Finding:
    given = {"rule": "eu-mark", "outcome": "require", "words": "no mark", "remedy": "Mark it.", **more}
    return Finding(subject=subject, source="a law", checked_at=ON, **given)


def test_what_is_said_alike_is_said_once_under_all_names() -> None:
    said = [
        ("file one", finding("file one")),
        ("file two", finding("file two")),
        ("file two", finding("file two", rule="cn", words="no tag")),
        ("SH010", finding("Anna", outcome="block", words="no consent")),
    ]
    heads = together(said)
    assert list(heads) == [
        ("block", ("SH010",)),
        ("require", ("file one", "file two")),
        ("require", ("file two",)),
    ]
    assert [(f.subject, f.words) for f in heads["block", ("SH010",)]] == [("Anna", "no consent")]
    assert [(f.subject, f.rule) for f in heads["require", ("file one", "file two")]] == [("", "eu-mark")]


def test_a_place_that_nobody_stated_is_asked_for_once(capsys: pytest.CaptureFixture[str]) -> None:
    _, judgement = judged()
    cli._print_said([(f.subject, f) for f in judgement.of("require")])
    told = capsys.readouterr().out
    assert told.count("Nobody says where it will be shown") == 1
    assert "It is not said where" not in told
    assert told.count("eu-mark") == 1
    assert "To be done first: EP01 master-16x9, EP01 master-9x16" in told
    _, judgement = judged(territories=["DE"])
    cli._print_said([(f.subject, f) for f in judgement.of("require")])
    assert "Nobody says where" not in capsys.readouterr().out


def test_what_a_withdrawal_reaches_is_told_once_by_why(capsys: pytest.CaptureFixture[str]) -> None:
    gone = finding("Anna", rule="revoked", outcome="block", words="her consent was withdrawn")
    other = finding("Ben", rule="expired", outcome="block", words="his consent ended")
    through = tuple(f"SH0{number} take 1" for number in (10, 20, 30, 40))
    cli._print_reached(
        [
            Affected("shot", "SH010", (gone,)),
            Affected("cut", "EP01", (gone,), through),
            Affected("shot", "SH020", (other,)),
        ]
    )
    assert capsys.readouterr().out == (
        "May not be used: her consent was withdrawn [revoked]\n"
        "  shot SH010\n"
        "  cut EP01 (through SH010 take 1, SH020 take 1, SH030 take 1 and 1 more)\n"
        "May not be used: his consent ended [expired]\n"
        "  shot SH020\n"
    )


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({}, ""),
        (
            {"others": 2, "files": ("a",), "also": 1},
            "It holds in every production of this database that has the same paper or file: 1 other is known.\n",
        ),
        (
            {"others": 2},
            "No paper of it is here, so it holds in this production alone: other productions know it by no digest.\n",
        ),
        (
            {"others": 3, "files": ("a",), "near": 2},
            "It holds in every production of this database that has the same paper or file: no others are known.\n"
            "! 2 other productions use a file of it under another paper, or none, and may go on.\n"
            "callsheet revoke t FILE --why ... withdraws a file everywhere.\n",
        ),
    ],
)
def test_who_withdraws_is_told_how_far_it_reaches(
    found: dict[str, Any], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cli._print_elsewhere(Withdrawn(Revocation("cast.anna", ON), (), **found), Path("t"))
    assert capsys.readouterr().out == told
