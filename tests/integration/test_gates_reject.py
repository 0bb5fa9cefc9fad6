"""A stand-in delivers broken clips: gates reject them, others are bought within the limits, and all of it is in the ledger."""

import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from callsheet.bakeoff.bake import bake
from callsheet.cli import app
from callsheet.errors import ProviderError
from callsheet.film import Document, Framing, Money
from callsheet.floor import shooting
from callsheet.floor.crew import Crew
from callsheet.floor.results import Shooting
from callsheet.media.encode import TAKE, ClipWriter
from callsheet.money.attempts import Attempts
from callsheet.money.audit import verify
from callsheet.money.bid import MOST_PAID
from callsheet.money.statement import statement
from callsheet.progress import silent
from callsheet.rehearsal import SKINS, House, Memory, Plain, Rehearsal, Timing
from callsheet.routing.knowledge import Knowledge
from callsheet.store import ProductionStore
from callsheet.studio import Studio

A, B = "rehearsal-listed/fast", "rehearsal-keyed/fine"
"""A is cheap, so it is first."""
BOARD = f"""\
title: Broken clips
rate: 24
budget: {{amount: 20 USD}}
deliverables: [{{preset: preview-16x9}}]
episodes:
  - sequences:
      - code: SQ010
        shots:
          - {{code: SH010, action: A lamp stands in a room., duration: 24, use_case: product, constraints: {{only: [{A}, {B}]}}}}
          - {{code: SH020, action: A lamp stands in a hall., duration: 24, use_case: product, constraints: {{only: [{A}, {B}]}}}}
"""


class Spoiled:
    """Plain clips, of which the first `bad[shot]` of a shot stop half way, as a damaged render does."""

    def __init__(self, bad: Mapping[str, int]) -> None:
        self.bad, self.seeds, self.plain = bad, {}, Plain(height=96)  # type: tuple[Any, dict[str, list[int]], Plain]

    def __call__(self, recipe: Mapping[str, Any], framing: Framing) -> bytes:
        seeds = self.seeds.setdefault(recipe["order"]["code"][-5:], [])
        if recipe["seed"] not in seeds:
            seeds.append(recipe["seed"])
        broken = seeds.index(recipe["seed"]) < self.bad.get(recipe["order"]["code"][-5:], 0)
        return frozen(recipe["order"]["frames"]) if broken else self.plain(recipe, framing)


def frozen(frames: int) -> bytes:
    """A bar that wanders, and stops in the middle of the clip."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip.mp4")
        with ClipWriter(path, 170, 96, Fraction(24), TAKE) as clip:
            for index in range(frames):
                picture = np.full((96, 170, 4), 90, np.uint8)
                left = min(index, frames // 4) * 5
                picture[:, left : left + 20] = (80, 190, 235, 255)
                clip.write_bgra(picture)
        return path.read_bytes()


class Stage:
    def __init__(self, folder: Path, bad: Mapping[str, int]) -> None:
        folder.mkdir()
        (folder / "production.yaml").write_text(BOARD, "utf-8")
        skins = [SKINS[name] for name in ("rehearsal-listed", "rehearsal-keyed")]
        skins = [replace(skin, traits=replace(skin.traits, poll_every_s=0.1, longest_s=20.0)) for skin in skins]
        clips = Spoiled(bad)
        self.houses = [House(skin, time.monotonic, clips, None, Timing(queue_s=0.0, run_s=0.1)) for skin in skins]
        self.sellers = [Rehearsal(skin) for skin in skins]
        self.folder, self.studio = folder, Studio(folder, self.sellers)

    def shoot(self, *shots: str) -> Shooting:
        async def main() -> Shooting:
            with ProductionStore.open(self.folder) as store:
                crew = Crew(self.sellers, Memory(*self.houses, off_loop=True), rehearsal=True)
                return await shooting.shoot(store, crew, shots, False, silent)

        return asyncio.run(main())

    def billed(self) -> int:
        return sum(house.meter.billed.micros for house in self.houses)

    def cli(self, *words: str) -> str:
        done = CliRunner().invoke(app, [words[0], *words[1:]], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stage, Shooting]:
    """SH010's first clip stops half way."""
    stage = Stage(tmp_path_factory.mktemp("one") / "film", {"SH010": 1})
    return stage, stage.shoot()


def test_another_seed_of_the_same_route_is_bought(one: tuple[Stage, Shooting]) -> None:
    stage, shot = one
    first, second = stage.studio.takes("SH010")[0]
    assert (first.rejected, second.rejected, stage.studio.takes("SH010")[1]) == (True, False, 2)
    assert first.gates_said.startswith("rejected by freeze: the picture stops for 1")
    assert second.gates_said == "gates have nothing against it"
    assert {first.recipe.offer, second.recipe.offer} == {A}
    assert first.recipe.seed != second.recipe.seed
    assert first.recipe.order == second.recipe.order
    assert [(t.shot[-5:], t.number) for t in shot.rejected] == [("SH010", 1)]
    assert str(shot).startswith("2 takes made, 1 more rejected by gates, 0 reused")
    again = stage.shoot()
    assert (again.made, again.rejected, again.reused) == ((), (), 2), "what is in the cut is not shot again"


def test_the_ledger_says_what_was_wasted_on_the_gate(one: tuple[Stage, Shooting]) -> None:
    stage, _ = one
    with ProductionStore.open(stage.folder) as store:
        found = statement(store.database, store.id)
        audit = verify(store.database)
        attempts = Attempts(store.database, store.id, store.clock).all()
    assert audit.balanced, audit.findings
    assert audit.open_holds == 0
    price = stage.houses[0].meter.charges[0].money.micros
    assert [(w.cause, w.micros, w.times) for w in found.waste] == [("rejected by gate", price, 1)]
    assert found.totals["USD"].spent.micros == stage.billed() == 3 * price
    assert found.approved_seconds == 2
    assert Counter((a.state, a.verdict) for a in attempts) == {("settled", "delivered"): 3}
    assert [a.reason for a in attempts if a.reason] == [
        next(a.reason for a in attempts if "rejected by gate freeze" in a.reason)
    ]


def test_quality_learns_from_it_and_availability_does_not(one: tuple[Stage, Shooting]) -> None:
    stage, _ = one
    with ProductionStore.open(stage.folder) as store:
        known = Knowledge.of(store, Document.parse(store.read().text).production, stage.sellers)
        assert [(r.shot[-5:], r.take, r.accepted, r.reason, r.by) for r in known.reviewed] == [
            ("SH010", 1, False, "gate freeze", "gates")
        ]
        assert known.tally(known.reviewed[0].situation, "fast").plain() == {
            "accepted": 0, "all": 1, "reasons": [["gate freeze", 1]],
        }  # fmt: skip
        assert known.availability.mean(A, known.on) > 0.9
    assert "Take 1 by rehearsal-listed/fast was rejected: gate freeze" in str(stage.studio.why("SH010"))


def test_takes_lists_what_gates_said(one: tuple[Stage, Shooting]) -> None:
    stage, _ = one
    told = " ".join(stage.cli("takes", str(stage.folder), "SH010").split())
    assert "rejected by" in told
    facts = json.loads(stage.cli("takes", str(stage.folder), "SH010", "--json"))
    assert [take["rejected"] for take in facts["takes"]] == [True, False]
    assert facts["calibration"] is None
    found = {f["gate"]: f for f in facts["takes"][0]["clips"][0]["gates"]["findings"]}
    assert found["freeze"]["outcome"] == "reject"
    assert found["sound"] == {
        "gate": "sound",
        "outcome": "not checked",
        "score": None,
        "words": "no sound was ordered",
        "at_frames": [],
    }


def test_when_all_are_rejected_the_shoot_says_so_and_a_person_may_pick(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "film", {"SH020": 99})
    with pytest.raises(ProviderError) as refused:
        stage.shoot()
    assert "EP01 SQ010 SH020: exhausted" in refused.value.what
    assert "rejected by gate freeze: the picture stops" in refused.value.what
    assert "callsheet pick" in refused.value.remedy
    bad, picked = stage.studio.takes("SH020")
    assert picked is None
    assert [take.recipe.offer for take in bad] == [A, A, B, B], "two seeds of a route, then the next one"
    assert len(bad) == MOST_PAID
    assert len({take.recipe.seed for take in bad}) == MOST_PAID
    assert [take.rejected for take in stage.studio.takes("SH010")[0]] == [False], "the other shot is kept"

    billed = stage.billed()
    with pytest.raises(ProviderError, match="SH020"):
        stage.shoot()
    assert stage.billed() == billed, "running again buys nothing more"

    stage.studio.pick("SH020", 3)
    assert stage.shoot().made == ()
    assert stage.studio.takes("SH020")[1] == 3
    told = " ".join(stage.cli("takes", str(stage.folder), "SH020").split())
    assert told.count("a person picked it") == 1
    with ProductionStore.open(stage.folder) as store:
        found = statement(store.database, store.id)
        assert verify(store.database).balanced
        known = Knowledge.of(store, Document.parse(store.read().text).production, stage.sellers)
    assert [(w.cause, w.times) for w in found.waste] == [("rejected by gate", 3)], "what is used is not wasted"
    assert found.totals["USD"].spent.micros == billed
    assert sorted(r.take for r in known.reviewed) == [1, 2, 4], "people overrule gates"


def test_a_bake_off_shows_a_rejected_clip_and_gives_no_second_chance(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "film", {"SH010": 1})

    async def main() -> Any:
        with ProductionStore.open(stage.folder) as store:
            crew = Crew(stage.sellers, Memory(*stage.houses, off_loop=True), rehearsal=True)
            return await bake(store, stage.folder, crew, [A], 1, Money.parse("1 USD"), None, silent)

    found = asyncio.run(main())
    (entry,) = found.entries
    assert (entry.end, entry.take, entry.clip, entry.inspected) == ("rejected", 1, "A.mp4", True)
    assert entry.gates[0]["gate"] == "freeze"
    assert found.spent.micros == stage.billed() == entry.quoted.micros, "one try"
    assert "Rejected by gate freeze" in found.page.read_text("utf-8")
    assert asyncio.run(main()).spent == found.spent
    assert stage.billed() == entry.quoted.micros, "and none the next time"
