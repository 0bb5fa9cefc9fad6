"""Money that is real follows the signature: approved routes are shot whatever was learned since, and a change stops the shoot."""

import asyncio
from pathlib import Path

import pytest
from test_routing_learns import A, Stage

from callsheet.errors import ApprovalError
from callsheet.floor import shooting
from callsheet.floor.crew import Crew
from callsheet.floor.results import Shooting
from callsheet.money.attempts import Attempts
from callsheet.progress import silent
from callsheet.rehearsal import Memory
from callsheet.store import ProductionStore


class Real(Stage):
    """The same production, with sellers whose bills somebody pays."""

    def shoot(self, *shots: str, retake: bool = False) -> dict[str, str]:
        """The offers of the takes that were made, by shot."""

        async def main() -> Shooting:
            with ProductionStore.open(self.folder) as store:
                crew = Crew(self.sellers, Memory(*self.houses, off_loop=True))
                return await shooting.shoot(store, crew, shots, retake, silent)

        return {take.shot[-5:]: take.recipe.offer for take in asyncio.run(main()).made}


def test_the_shoot_is_bound_to_what_was_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALLSHEET_SPENDING")
    stage = Real(tmp_path / "film")
    quoted = stage.studio.bid()
    held = {shot.line.shot: shot.hold for shot in quoted.shots}
    stage.studio.approve(quoted.digest, by="Ada")
    assert stage.shoot("SH010") == {"SH010": A}
    stage.studio.review("SH010", 1, "reject", reason="look", by="mira")
    assert stage.routes()["SH020"] == A, "what was learned since waits for the next signature"
    assert stage.shoot("SH020") == {"SH020": A}
    stage.studio.review("SH020", 1, "reject", reason="look", by="mira")
    assert stage.routes()["SH050"] == A
    board = stage.folder / "production.yaml"
    text = board.read_text("utf-8")
    board.write_text(text.replace("20 USD", "25 USD"), "utf-8")
    with pytest.raises(ApprovalError, match="the budget is 25 USD, 20 USD was approved"):
        stage.shoot("SH030")
    with ProductionStore.open(stage.folder) as store:
        attempts = Attempts(store.database, store.id, store.clock).all()
    assert {attempt.shot: attempt.held for attempt in attempts} == {a.shot: held[a.shot] for a in attempts}
    assert len(attempts) == 2, "nothing was asked of anybody"
    board.write_text(text, "utf-8")
    bid = stage.studio.bid()
    assert bid.approval is not None
    assert bid.approval.void == ()
    stage.studio.approve(withdraw=True)
    assert stage.routes()["SH050"] != A, "free to follow the verdict"
