"""A bake-off: one shot, several models, one cap; nobody knows who made what before everything is rated."""

import json
from pathlib import Path

import pytest

from callsheet.cli import app
from callsheet.errors import BudgetError, InputError, NotFoundError
from callsheet.film import Money
from callsheet.media.probe import probe
from callsheet.store import ProductionStore
from callsheet.store.verdicts import verdicts
from callsheet.studio import Studio

BOARD = """\
title: A lamp
rate: 24
deliverables: [{preset: preview-16x9}]
episodes:
  - sequences:
      - code: SQ010
        title: Lamp
        shots:
          - {code: SH010, action: A lamp is lit in a dark room., duration: 96, use_case: product}
"""
MODELS = ("grok-imagine-video@xai", "runway-gen-4.5", "sora-2")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production whose bake-off has been shot in rehearsal."""
    found = tmp_path_factory.mktemp("bakeoff")
    (found / "production.yaml").write_text(BOARD, "utf-8")
    shot = Studio(found).bakeoff(MODELS, takes=2, cap=Money(5_000_000, "USD"), rehearse=True)
    assert [entry.end for entry in shot.entries] == ["bought"] * 4
    assert dict(shot.out)["sora-2"]
    billed = sum(meter["billed"]["micros"] for meter in shot.meters)
    assert shot.spent == Money(billed, "USD")
    return shot.page.parent.parent


def page(folder: Path) -> str:
    return (folder / "bakeoff" / "index.html").read_text("utf-8")


def test_the_page_tells_nothing_before_everything_is_rated(folder: Path) -> None:
    hidden = page(folder)
    assert "grok-imagine" not in hidden
    assert "runway-gen" not in hidden
    assert "0.28" not in hidden, "a price would tell"
    assert hidden.count("<video") == 5
    assert {p.name for p in (folder / "bakeoff").glob("*.mp4")} == {"A.mp4", "B.mp4", "C.mp4", "D.mp4", "reel.mp4"}


def test_the_reel_shows_all_clips_at_the_same_time(folder: Path) -> None:
    reel = probe(folder / "bakeoff" / "reel.mp4")
    longest = max(probe(folder / "bakeoff" / f"{label}.mp4").duration for label in "ABCD")
    assert reel.rate == 24
    assert abs(reel.duration - longest) < 0.05
    assert reel.width == 1920


def test_rating_some_reveals_nothing_and_rating_all_reveals_everything(folder: Path) -> None:
    studio = Studio(folder)
    with pytest.raises(InputError, match="no clip 'Z'"):
        studio.rate({"Z": (3, None)})
    some = studio.rate({"A": (4, None), "B": (2, "motion")}, by="Ada")
    assert some.left == ("C", "D")
    assert not some.revealed
    assert "grok-imagine" not in page(folder)
    whole = studio.rate({"C": (5, None), "D": (1, "look")}, by="Ada")
    assert sorted(whole.revealed.values()) == ["grok-imagine-video@xai"] * 2 + ["runway-gen-4.5@runway"] * 2
    open_page = page(folder)
    assert "grok-imagine-video@xai" in open_page
    assert "runway-gen-4.5@runway" in open_page
    with ProductionStore.open(folder) as store:
        said = list(verdicts(store))
    assert [(v.score, v.accepted, v.reason, v.blind) for v in said] == [
        (4, True, None, True), (2, False, "motion", True), (5, True, None, True), (1, False, "look", True),
    ]  # fmt: skip
    assert {v.use_case for v in said} == {"product"}
    later = studio.rate({"D": (3, None)}, by="Ada")
    assert later.scores["D"] == 3
    with ProductionStore.open(folder) as store:
        assert not list(verdicts(store))[-1].blind, "the names were known by then"


def test_a_bake_off_over_its_cap_buys_nothing(tmp_path: Path) -> None:
    (tmp_path / "production.yaml").write_text(BOARD, "utf-8")
    with pytest.raises(BudgetError, match=r"at worst it costs 1\.52 USD, and the cap is 1\.00 USD"):
        Studio(tmp_path).bakeoff(MODELS[:2], takes=2, cap=Money(1_000_000, "USD"), rehearse=True)
    assert not (tmp_path / ".callsheet" / "bakeoff" / "bakeoff").exists()


def test_models_that_nobody_sells_are_named(tmp_path: Path) -> None:
    (tmp_path / "production.yaml").write_text(BOARD, "utf-8")
    with pytest.raises(NotFoundError, match="sora-2: nobody who can be asked now sells it"):
        Studio(tmp_path).bakeoff(["sora-2"], cap=Money(1_000_000, "USD"), rehearse=True)


def test_the_command_line_starts_from_a_brief(tmp_path: Path) -> None:
    from click.testing import CliRunner

    brief = tmp_path / "lamp.md"
    brief.write_text("# Lume\n\nLume is a small brass lamp. It burns for 20 hours.\n", "utf-8")
    done = CliRunner().invoke(
        app,
        ["bakeoff", str(brief), "--models", "animatic,runway-gen-4-turbo", "--rehearse", "--json", "--cap", "2 USD"],
    )
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert "animatic" in {entry["offer"] for entry in facts["entries"]}
    assert Path(facts["page"]).is_file()
    scored = [f"{entry['label']}=4" for entry in facts["entries"] if entry["clip"]]
    rated = CliRunner().invoke(app, ["rate", str(Path(facts["page"]).parent.parent), *scored, "--json"])
    assert json.loads(rated.stdout)["left"] == []
