"""A reviewer rejects one provider's look and accepts another's: routes shift in that use case, nowhere else, and `why` says so."""

import asyncio
import json
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from callsheet.cli import app
from callsheet.floor import shooting
from callsheet.floor.crew import Crew
from callsheet.floor.results import Shooting
from callsheet.progress import silent
from callsheet.rehearsal import SKINS, House, Memory, Plain, Rehearsal, Timing
from callsheet.store import ProductionStore
from callsheet.studio import Studio

A, B = "rehearsal-listed/fast", "rehearsal-keyed/fine"
"""A is cheap, so it is first while nobody has said anything."""
SHOTS = [(10, "product"), (20, "product"), (30, "landscape"), (40, "landscape"), (50, "product"), (60, "landscape")]
BOARD = """\
title: Two providers
rate: 24
budget: {amount: 20 USD}
deliverables: [{preset: preview-16x9}]
episodes:
  - sequences:
      - code: SQ010
        title: All
        shots:
"""


class Stage:
    """A production whose two sellers go on between shoots, as real ones do."""

    def __init__(self, folder: Path, constraints: str = f"{{only: [{A}, {B}]}}") -> None:
        shots = "".join(
            f"          - {{code: SH0{n}, action: A lamp stands in room {n}., duration: 24, use_case: {use}, constraints: {constraints}}}\n"
            for n, use in SHOTS
        )
        folder.mkdir()
        (folder / "production.yaml").write_text(BOARD + shots, "utf-8")
        skins = [SKINS[name] for name in ("rehearsal-listed", "rehearsal-keyed")]
        skins = [replace(skin, traits=replace(skin.traits, poll_every_s=0.1, longest_s=20.0)) for skin in skins]
        timing = Timing(queue_s=0.0, run_s=0.1)
        self.houses = [House(skin, time.monotonic, Plain(height=180), None, timing) for skin in skins]
        self.sellers = [Rehearsal(skin) for skin in skins]
        self.folder, self.studio = folder, Studio(folder, self.sellers)

    def shoot(self, *shots: str, retake: bool = False) -> dict[str, str]:
        """The offers of the takes that were made, by shot."""

        async def main() -> Shooting:
            with ProductionStore.open(self.folder) as store:
                crew = Crew(self.sellers, Memory(*self.houses, off_loop=True), rehearsal=True)
                return await shooting.shoot(store, crew, shots, retake, silent)

        return {take.shot[-5:]: take.recipe.offer for take in asyncio.run(main()).made}

    def routes(self) -> dict[str, str]:
        """The offers that the bid names, by shot."""
        return {line.shot[-5:]: line.offer for line in self.studio.bid().lines}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Two product shots that A failed by its look and B did not; two landscapes that A did well."""
    stage = Stage(tmp_path / "film")
    assert set(stage.routes().values()) == {A}, "nobody has said anything: the lowest price"
    assert set(stage.shoot("SH010", "SH020", "SH030", "SH040").values()) == {A}
    for code in ("SH030", "SH040"):
        stage.studio.review(code, 1, "accept", by="mira")
    for code in ("SH010", "SH020"):
        said = stage.studio.review(code, 1, "reject", reason="look", by="mira")
        assert (said.advice, said.picked, said.moved) == ("re-route", 1, False)
        assert stage.shoot(code, retake=True) == {code: B}, "its look: another model"
        said = stage.studio.review(code, 2, "accept", by="mira")
        assert (said.picked, said.moved) == (2, True)
    return stage


def test_routes_shift_in_that_use_case_only_and_why_says_so(stage: Stage) -> None:
    assert stage.routes()["SH050"] == B
    assert stage.routes()["SH060"] == A
    why = stage.studio.why("SH050")
    told = str(why)
    assert why.offer == B
    assert "Use case product" in told
    assert f"Chosen: {B}" in told
    assert "2 of 2 accepted" in told
    assert f"Stands by: {A}" in told
    assert "0 of 2 accepted, rejected for look 2" in told
    assert f"What would change it: if {A} were accepted with " in told
    assert f"for its look or motion: {A}" in told
    assert "2026-11-21" in told, "the day of the price"
    assert re.search(r"Policy learned-1; chance (8[5-9]|9\d|100)%; seed \d+", told)
    assert told.endswith("made again from its record is the same, bit for bit")
    other = str(stage.studio.why("SH060"))
    assert f"Chosen: {A}" in other
    assert "2 of 2 accepted" in other
    assert "rejected for look" not in other


def test_the_new_route_is_what_is_shot_and_what_was_there_stays(stage: Stage) -> None:
    assert stage.shoot() == {"SH050": B, "SH060": A}
    kept = stage.studio.why("SH050")
    assert kept.kept is not None
    assert kept.kept["offer"] == kept.offer, "it was shot as it was decided"
    assert kept.replay == "Replay: the kept decision made again from its record is the same, bit for bit"
    assert stage.shoot() == {}
    with ProductionStore.open(stage.folder) as store:
        record = store.decisions()["EP01 SQ010 SH050"]
        assert (record["policy"], record["offer"]) == ("learned-1", B)
        assert 0.85 <= record["propensity"] <= 1
        assert record["seed"] == record["weighed"]["question"]["seed"]
        assert [c["offer"] for c in record["candidates"]] == [B, A, *[c["offer"] for c in record["candidates"][2:]]]


def test_a_missed_prompt_is_the_same_model_again_with_another_seed(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "film")
    stage.shoot("SH010")
    assert stage.studio.review("SH010", 1, "reject", reason="prompt").advice == "re-roll"
    assert stage.shoot("SH010", retake=True) == {"SH010": A}
    first, second = stage.studio.takes("SH010")[0]
    assert first.recipe.seed != second.recipe.seed
    stage.studio.review("SH010", 2, "reject", reason="prompt")
    assert "another seed of it is worth less than another model" in str(stage.studio.why("SH010"))


def test_a_record_that_was_changed_does_not_pass_for_the_same(stage: Stage) -> None:
    stage.shoot("SH050")
    with ProductionStore.open(stage.folder) as store:
        body = json.loads(json.dumps(store.decisions()["EP01 SQ010 SH050"]))
        body["weighed"]["answer"]["values"][0][1] += 1e-12
        store.decide("EP01 SQ010 SH050", body)
    assert stage.studio.why("SH050").replay.startswith("Replay: NOT the same")


def test_another_person_may_disagree_and_the_newest_word_of_each_counts(stage: Stage) -> None:
    said = stage.studio.review("SH010", 2, "reject", reason="motion", by="jo")
    assert (said.picked, said.moved) == (2, False), "no other take was accepted: it stays to be seen"
    assert stage.studio.review("SH010", 2, "accept", by="jo").picked == 2


def test_the_verbs_say_the_same_on_the_command_line(stage: Stage) -> None:
    run = CliRunner().invoke(app, ["review", str(stage.folder), "SH010", "2", "reject", "--reason", "motion", "--by", "jo", "--json"])  # fmt: skip
    assert run.exit_code == 0, run.output
    facts = json.loads(run.output)
    assert (facts["shot"], facts["take"], facts["advice"], facts["by"]) == ("EP01 SQ010 SH010", 2, "re-route", "jo")
