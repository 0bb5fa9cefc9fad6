"""A model that is gone: what it shot stays the film, and whoever wants it shot again is told by whom."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callsheet.catalog import load
from callsheet.errors import NotFoundError
from callsheet.floor import shooting
from callsheet.floor.crew import Crew
from callsheet.progress import silent
from callsheet.providers import Provider
from callsheet.providers.animatic import Animatic
from callsheet.providers.families import family
from callsheet.providers.family import Family
from callsheet.rehearsal import KEY, House, Memory, Plain, Timing, address
from callsheet.rehearsal.standins import stand_in
from callsheet.store import ProductionStore
from callsheet.studio import Studio

BEFORE = datetime(2026, 9, 1, tzinfo=UTC).timestamp()
BOARD = """\
title: The last take
rate: 24
deliverables: [{preset: preview-16x9}]
episodes:
  - sequences:
      - code: SQ010
        title: Pond
        shots:
          - {code: SH010, action: A paper boat drifts across a pond., duration: 96, constraints: {only: [sora-2]}}
"""


def seller(now: float) -> Family:
    """OpenAI's route as it stands on a day."""
    sold = [offer for offer in load() if offer.route == "openai"]
    offers = tuple(o.model_copy(update={"status": "active"}) if now == BEFORE else o for o in sold)
    return family("openai-videos", "openai")("openai", offers, KEY, address("openai"), lambda: now)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A production whose one shot was bought from Sora while that was sold."""
    monkeypatch.delenv("CALLSHEET_SPENDING")
    (tmp_path / "production.yaml").write_text(BOARD, "utf-8")

    async def shoot() -> None:
        made = seller(BEFORE)
        face = stand_in("openai-videos", "openai", made.listed_offers)
        timing = Timing(queue_s=0.0, run_s=0.1)
        house = House(
            face.skin(made.traits), asyncio.get_running_loop().time, Plain(height=180), None, timing, face=face
        )
        made.traits = type(made.traits)(**{**vars(made.traits), "poll_every_s": 0.1})
        with ProductionStore.open(tmp_path) as store:
            crew = Crew([Animatic(), made], Memory(house, off_loop=True), rehearsal=True)
            shot = await shooting.shoot(store, crew, (), False, silent)
            assert len(shot.made) == 1

    asyncio.run(shoot())
    monkeypatch.setenv("CALLSHEET_SPENDING", "forbidden")
    return tmp_path


def test_its_takes_are_still_the_film(folder: Path) -> None:
    studio = Studio(folder, [Animatic(), seller(datetime.now(UTC).timestamp())])
    made = studio.make()
    takes, picked = studio.takes("SH010")
    assert [take.recipe.offer for take in takes] == ["sora-2@openai"]
    assert picked == 1
    assert made.facts()["takes"]["made"] == 0
    assert (folder / "deliver").is_dir()
    again = studio.make()
    assert again.facts()["takes"]["made"] == 0
    line = studio.bid().lines[0]
    assert (line.offer, line.reused) == ("sora-2@openai", True)
    assert "cannot be ordered any more" in line.reasons[0]


def test_a_reshoot_says_that_it_is_gone_and_names_the_nearest(folder: Path) -> None:
    studio = Studio(folder, [Animatic(), seller(datetime.now(UTC).timestamp())])
    with pytest.raises(NotFoundError) as caught:
        studio.shoot(["SH010"], retake=True)
    said = str(caught.value)
    assert "sora-2 is retired since 2026-11-02" in said
    assert "most like it today" in said
    assert said.count("@") >= 3, "three live offers"
    assert "USD" in said, "with what they cost"
    assert len(studio.takes("SH010")[0]) == 1


def test_an_edited_board_asks_for_another_model_instead_of_keeping_the_old_take(folder: Path) -> None:
    path = folder / "production.yaml"
    path.write_text(path.read_text("utf-8").replace("A paper boat", "A tin boat"), "utf-8")
    studio = Studio(folder, [Animatic(), seller(datetime.now(UTC).timestamp())])
    with pytest.raises(NotFoundError, match="sora-2 is retired"):
        studio.make()
    path.write_text(path.read_text("utf-8").replace("only: [sora-2]", "only: [animatic]"), "utf-8")
    assert studio.make().facts()["takes"]["made"] == 1
    assert isinstance(Animatic(), Provider)
