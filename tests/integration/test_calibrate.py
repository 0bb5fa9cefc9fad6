"""A calibration: test shots bought under one cap, rated blind, and routes of another production that change by it."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from callsheet.bakeoff.calibrate import Asked, Calibration, calibrate, home
from callsheet.errors import BudgetError, NotFoundError
from callsheet.film import Document, Money
from callsheet.floor.crew import Crew
from callsheet.progress import silent
from callsheet.rehearsal import SKINS, House, Memory, Plain, Rehearsal, Timing
from callsheet.routing.calibrated import VARIABLE
from callsheet.routing.knowledge import Knowledge
from callsheet.routing.situation import situation
from callsheet.store import ProductionStore
from callsheet.studio import Studio

A, B = "rehearsal-listed/fast", "rehearsal-keyed/fine"
BOARD = f"""\
title: Two lamps
rate: 24
budget: {{amount: 20 USD}}
deliverables: [{{preset: preview-16x9}}]
episodes:
  - sequences:
      - code: SQ010
        shots:
          - {{code: SH010, action: A lamp, duration: 24, use_case: product, constraints: {{only: [{A}, {B}], critical: true}}}}
          - {{code: SH020, action: A lake, duration: 24, use_case: landscape, constraints: {{only: [{A}, {B}], critical: true}}}}
"""
PLACE = situation("product", "standard")


class Stage:
    """Two sellers over a wire in memory, and two productions of one user in folders of their own."""

    def __init__(self, folder: Path) -> None:
        skins = [SKINS[name] for name in ("rehearsal-listed", "rehearsal-keyed")]
        skins = [replace(skin, traits=replace(skin.traits, poll_every_s=0.1, longest_s=20.0)) for skin in skins]
        self.houses = [
            House(skin, time.monotonic, Plain(height=180), None, Timing(queue_s=0, run_s=0.1)) for skin in skins
        ]
        self.sellers = [Rehearsal(skin) for skin in skins]
        self.films = [folder / "first", folder / "second"]
        for film in self.films:
            film.mkdir()
            (film / "production.yaml").write_text(BOARD, "utf-8")

    def calibrate(self, cap: str, prompts: int, *models: str, rehearsal: bool = False) -> Calibration:
        async def main() -> Calibration:
            with ProductionStore.open(self.films[0]) as store:
                asked = Asked.of(store, self.sellers, ["product"], prompts, Money.parse(cap), models)
            stage = home(self.films[0], rehearse=False)
            with ProductionStore.open(stage) as store:
                crew = Crew(self.sellers, Memory(*self.houses, off_loop=True), rehearsal=rehearsal)
                return await calibrate(store, stage, crew, asked, silent)

        return asyncio.run(main())

    def charges(self) -> int:
        return sum(house.meter.summary()["charges"] for house in self.houses)

    def believed(self, film: Path, model: str) -> tuple[float, float]:
        with ProductionStore.open(film) as store:
            production = Document.parse(store.read().text).production
            found = Knowledge.of(store, production, self.sellers).beliefs("").posterior(PLACE, model)
        return found.mean, found.deviation

    def routes(self, film: Path) -> dict[str, str]:
        return {line.shot[-5:]: line.offer for line in Studio(film, self.sellers).bid().lines}


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.delenv("CALLSHEET_SPENDING")  # the wire ends in memory
    monkeypatch.setenv(VARIABLE, str(tmp_path / "calibrations"))
    return Stage(tmp_path)


def test_ratings_of_a_blind_test_move_routes_of_every_production_of_the_user(stage: Stage) -> None:
    models = [next(o.model for o in s.offers() if o.name in (A, B)) for s in stage.sellers]
    before = {model: stage.believed(stage.films[1], model) for model in models}
    assert stage.routes(stage.films[1]) == {"SH010": A, "SH020": A}, "nothing is known: the lowest price"
    found = stage.calibrate("9 USD", 3, A, B)
    assert [entry.end for entry in found.entries] == ["bought"] * 6
    assert found.spent <= found.cap
    assert not found.left_out
    assert stage.charges() == 6
    by_shot = {entry.shot: sorted(e.offer for e in found.entries if e.shot == entry.shot) for entry in found.entries}
    assert list(by_shot.values()) == [sorted((A, B))] * 3, "each test shot by both, under neighbouring letters"
    folder = found.page.parent.parent
    hidden = found.page.read_text("utf-8")
    assert A not in hidden
    assert B not in hidden
    assert hidden.count("<video") == 6
    good = {entry.label: (5, None) if entry.offer == B else (1, "look") for entry in found.entries}
    first, *rest = good
    some = Studio(folder).rate({first: good[first]}, by="mira")  # type: ignore[dict-item]
    assert (len(some.left), dict(some.revealed)) == (5, {})
    whole = Studio(folder).rate({label: good[label] for label in rest}, by="mira")  # type: ignore[misc]
    assert not whole.left
    assert whole.kept is not None
    assert "3 of 3" in found.page.read_text("utf-8")
    after = {model: stage.believed(stage.films[1], model) for model in models}
    cheap, fine = models
    assert after[cheap][0] < before[cheap][0] - 0.1
    assert after[fine][0] > before[fine][0] + 0.1
    assert all(after[model][1] < before[model][1] for model in models), "more is known"
    for film in stage.films:
        assert stage.routes(film) == {"SH010": B, "SH020": A}, "the use case that was tested, in every production"
    why = str(Studio(stage.films[1], stage.sellers).why("SH010"))
    assert "3 of 3 accepted" in why
    assert "0 of 3 accepted, rejected for look 3" in why
    with pytest.raises(NotFoundError, match="3 of its clips were rated already"):
        stage.calibrate("9 USD", 3, A, B)
    again = stage.calibrate("9 USD", 4, A)
    assert [entry.shot[-5:] for entry in again.entries] == ["H1040"], "what is rated is not asked again"
    assert stage.charges() == 7
    stage.calibrate("9 USD", 4, A)
    assert stage.charges() == 7, "what was bought and not rated is not bought again"


def test_in_rehearsal_nothing_real_is_learned_and_the_cap_leaves_out_what_tells_least(stage: Stage) -> None:
    found = stage.calibrate("0.60 USD", 2, rehearsal=True)
    offers = [entry.offer for entry in found.entries]
    assert 0 < len(offers) < sum(one.asked for one in found.tested)
    assert sum((entry.quoted for entry in found.entries), Money(0, "USD")) <= found.cap
    assert all(" clips; all of them cost " in line for line in found.facts()["left_out"])
    folder = found.page.parent.parent
    rated = Studio(folder).rate({entry.label: (5, None) for entry in found.entries}, by="mira")
    assert (rated.left, rated.kept, rated.revealed["A"]) == ((), None, found.entries[0].offer)
    assert stage.routes(stage.films[1]) == {"SH010": A, "SH020": A}
    with pytest.raises(BudgetError, match="not one clip fits"):
        stage.calibrate("0.001 USD", 4, B)
