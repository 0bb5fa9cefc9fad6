"""Several processes on one server: killed, stopped or told to go, each shot is bought once and ends, and no limit is passed."""

import asyncio
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from worker_stage import Street, said, until

from callsheet.floor import durable
from callsheet.floor.engine import FlowState, Json, Steps
from callsheet.money.audit import verify
from callsheet.rehearsal import Fault, Scripted, Timing
from callsheet.store.database import Database

HURRY = {"poll_every_s": 0.3, "per_minute": 6000, "longest_s": 60.0}
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def ask(on_server: Callable[[], None], database_url: str) -> Iterator[Ask]:
    """Both settings set, no work left by earlier tests; gives a way to look into the database."""
    on_server()
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute("DROP SCHEMA IF EXISTS callsheet_flows CASCADE")
        yield lambda query: db.execute(query).fetchall()


@pytest.fixture
def balanced(database_url: str) -> Iterator[Callable[[], bool]]:
    """Call it to verify the ledger."""
    database = Database(database_url)
    yield lambda: verify(database).balanced
    database.close()


def in_flight(ask: Ask) -> dict[str, int]:
    found = ask("SELECT provider, count(*) FROM attempt WHERE state = 'submitted' GROUP BY provider")
    return dict(found)


def takes(ask: Ask) -> int:
    return int(ask("SELECT count(*) FROM take")[0][0])


def reaped(ask: Ask) -> int:
    return int(ask("SELECT count(*) FROM worker WHERE reaped_by IS NOT NULL")[0][0])


def gone(process: subprocess.Popen[str], sign: signal.Signals) -> None:
    process.send_signal(sign)
    process.communicate(timeout=20)


def test_whoever_dies_holding_every_slot_the_others_finish_its_shots(
    film: Path, ask: Ask, balanced: Callable[[], bool]
) -> None:
    slots = {"rehearsal-keyed": 8, "rehearsal-listed": 20, "rehearsal-blind": 5}
    # Jobs run until they are told to end: however slow this machine is, every slot is taken at one time.
    slow, quick = Timing(queue_s=0.1, run_s=50.0), Timing(queue_s=0.1, run_s=0.5)
    with Street(HURRY, slow) as street:
        maker = street.start("make", folder=str(film), shots=60)
        until(lambda: in_flight(ask) == slots, 45)
        gone(maker, signal.SIGKILL)

        street.finish(slow)
        first = street.start("work")
        until(lambda: takes(ask) >= 5 and in_flight(ask).get("rehearsal-blind") == 5, 45)
        second = street.start("work")
        assert said(second)["state"] == "working"
        until(lambda: in_flight(ask).get("rehearsal-blind") == 5)
        gone(first, signal.SIGKILL)
        street.finish(quick)
        # Its shots may be done by others before its death is noticed.
        until(lambda: (takes(ask), reaped(ask)) == (60, 2), 60)
        gone(second, signal.SIGTERM)
        assert second.returncode == 0

        again = street.start("make", folder=str(film), shots=60)
        assert "production" in said(again)
        assert said(again)["ends"] == {"bought": 60}
        assert street.charges == 60
        assert not any(house.refused for house in street.houses.values())
        # A slot counts from before the create is sent, so a house may see one fewer than are held, and never one more.
        assert all(0 < house.peak <= slots[name] for name, house in street.houses.items())
    assert balanced()
    assert ask("SELECT count(*) FROM attempt WHERE state <> 'settled'") == [(0,)]
    assert reaped(ask) == 2


def test_one_that_was_stopped_in_the_middle_of_its_submits_buys_nothing_twice(
    film: Path, ask: Ask, balanced: Callable[[], bool]
) -> None:
    slow = Scripted({"SH0000": [Fault.SLOW_ANSWER], "SH0001": [Fault.SLOW_ANSWER]})
    houses = ("rehearsal-keyed", "rehearsal-listed")
    with Street(HURRY, Timing(queue_s=0.1, run_s=1.0, slow_s=12.0), slow, houses) as street:
        zombie = street.start("make", folder=str(film), shots=2)
        until(lambda: all(house.creates == 1 for house in street.houses.values()))
        # In the middle of both submits: the houses have accepted, no answer has come.
        zombie.send_signal(signal.SIGSTOP)
        other = street.start("work")
        until(lambda: takes(ask) == 2, 40)
        zombie.send_signal(signal.SIGCONT)
        said(zombie)
        assert said(zombie)["ends"] == {"bought": 2}
        gone(other, signal.SIGTERM)
        assert street.charges == takes(ask) == 2
    assert balanced()
    assert ask("SELECT state, verdict FROM attempt") == [("settled", "delivered")] * 2
    assert ask("SELECT count(*) FROM worker WHERE reaped_by IS NOT NULL") == [(1,)]


def test_a_worker_that_comes_back_finds_itself_fenced_and_begins_anew(ask: Ask) -> None:
    with Street(HURRY, Timing()) as street:
        sleeper, other = street.start("work"), street.start("work")
        was = said(sleeper)
        said(other)
        sleeper.send_signal(signal.SIGSTOP)
        until(lambda: ask("SELECT id FROM worker WHERE reaped_by IS NOT NULL") == [(was["id"],)])
        sleeper.send_signal(signal.SIGCONT)
        assert said(sleeper)["state"] == "fenced"
        now = said(sleeper)
        assert now["state"] == "working"
        assert now["id"] != was["id"]
        for worker in (sleeper, other):
            gone(worker, signal.SIGTERM)
            assert worker.returncode == 0


def test_one_that_is_told_to_go_hands_its_flows_back_at_once(
    film: Path, ask: Ask, balanced: Callable[[], bool]
) -> None:
    with Street(HURRY, Timing(queue_s=0.1, run_s=6.0)) as street:
        maker = street.start("make", folder=str(film), shots=6)
        until(lambda: sum(in_flight(ask).values()) == 6)
        gone(maker, signal.SIGKILL)
        first = street.start("work")
        until(lambda: ask("SELECT count(*) FROM worker WHERE reaped_by IS NOT NULL") == [(1,)])
        until(lambda: said(first)["running"] == 6)
        gone(first, signal.SIGTERM)
        assert first.returncode == 0
        waiting = "SELECT status, queue_name, count(*) FROM callsheet_flows.workflow_status GROUP BY 1, 2"
        assert ask(waiting) == [("ENQUEUED", "buy", 6)]
        assert ask("SELECT state FROM worker WHERE reaped_by IS NULL") == [("gone",)]
        second = street.start("work", pulse=[5.0, 600.0])
        until(lambda: takes(ask) == 6)
        gone(second, signal.SIGTERM)
        assert street.charges == 6
    assert balanced()


def test_three_processes_share_shots_and_renders_and_keep_the_pace(
    film: Path, ask: Ask, balanced: Callable[[], bool]
) -> None:
    pace = 240
    traits = HURRY | {"per_minute": pace, "concurrency": 4}
    with Street(traits, Timing(queue_s=0.0, run_s=0.6), names=("rehearsal-listed",)) as street:
        workers = [street.start("work") for _ in range(2)]
        for worker in workers:
            said(worker)
        maker = street.start("make", folder=str(film), shots=12, jobs=8, drawn=3)
        said(maker)
        done = said(maker)
        assert done["ends"] == {"bought": 12}
        assert set(done["by"]) == {f"j{n}" for n in range(8)}
        assert len(set(done["by"].values())) >= 2, "one process did all of it"
        house = street.houses["rehearsal-listed"]
        assert house.peak <= 4
        assert not house.refused
        bad = street.start("make", folder=str(film), shots=0, bad=["bad"])
        said(bad)
        assert "it cannot be read" in said(bad)["error"]
        for worker in workers:
            gone(worker, signal.SIGTERM)
            assert worker.returncode == 0
        assert street.charges == 12
        assert takes(ask) == 15
    sent = sorted(at for (at,) in ask("SELECT sent_at FROM attempt"))
    assert min(b - a for a, b in pairwise(sent)) >= timedelta(minutes=1) / pace - timedelta(milliseconds=1)
    assert balanced()


def test_a_cap_holds_over_two_processes(film: Path, ask: Ask, balanced: Callable[[], bool]) -> None:
    with Street(HURRY, Timing(), names=("rehearsal-listed",)) as street:
        both = [street.start("reserve", folder=str(film), first=n * 50, count=50, fit=40) for n in range(2)]
        for process in both:
            said(process)
        for process in both:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        assert sum(said(process)["held"] for process in both) == 40
    assert balanced()


def test_flows_that_another_version_began_are_listed(
    ask: Ask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_steps: Steps, _id: str, order: Json) -> Json:
        return order

    async def strangers(version: str, begin: str) -> list[FlowState]:
        monkeypatch.setattr(durable, "_VERSION", version)
        engine = durable.DurableEngine(database_url, durable.Fleet(version, {"nothing": "elsewhere"}, {}))
        await engine.open({"nothing": nothing})
        try:
            await engine.start("nothing", begin, None)
            return await asyncio.to_thread(engine.strangers)
        finally:
            await engine.close()

    assert asyncio.run(strangers("flows-0", "old")) == []
    assert asyncio.run(strangers("flows-1", "new")) == [FlowState("old", "nothing", "running")]
