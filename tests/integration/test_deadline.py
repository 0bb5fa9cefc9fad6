"""A film with a deadline, shot by sellers who say nothing of their waits: unknown first, then seen, then late, and told each time."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from test_routing_learns import Stage

from callsheet.floor import shooting
from callsheet.floor.crew import Crew
from callsheet.floor.results import Shooting
from callsheet.progress import silent
from callsheet.rehearsal import Memory
from callsheet.store import ProductionStore
from callsheet.studio import Studio

DEADLINE = datetime(2027, 3, 1, 18, tzinfo=UTC)


def test_waits_are_seen_once_there_was_a_delivery_and_a_late_shoot_is_told(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "film")
    board = stage.folder / "production.yaml"
    board.write_text(f"deadline: {DEADLINE:%Y-%m-%dT%H:%M:%SZ}\n{board.read_text('utf-8')}", "utf-8")
    hour = [DEADLINE - timedelta(seconds=5)]
    film = Studio(stage.folder, stage.sellers, clock=lambda: hour[0])

    def shoot(*shots: str) -> Shooting:
        async def main() -> Shooting:
            with ProductionStore.open(stage.folder, lambda: hour[0] + (datetime.now(UTC) - begun)) as store:
                crew = Crew(stage.sellers, Memory(*stage.houses, off_loop=True), rehearsal=True)
                return await shooting.shoot(store, crew, shots, False, silent)

        begun = datetime.now(UTC)
        return asyncio.run(main())

    first = film.bid()
    assert first.due is not None
    assert (first.due.late, first.totals[0].wait) == (None, None), "unknown is never in time"
    (unsure,) = shoot("SH010").warnings
    assert "Whether every take is there by then is not known" in unsure
    seen = film.bid()
    waited = {shot.line.shot[-5:]: shot.waited for shot in seen.shots if not shot.line.reused}
    assert all(wait is not None and wait.basis == "observed" for wait in waited.values())
    wait = waited["SH020"]
    assert wait is not None
    assert 0 < wait.seconds < 30
    assert wait.source == "1 take delivered here"
    assert seen.due is not None
    assert seen.due.late is not None
    hour[0] = DEADLINE + timedelta(hours=3)
    (late,) = shoot("SH020").warnings
    assert late.startswith("Late. Deadline 2027-03-01 18:00 UTC: it passed 3 h ago, the takes need ")
    assert late.endswith("(As of 2027-03-01 21:00 UTC.)")
    assert shoot("SH020").warnings == (), "what is there is not late"
