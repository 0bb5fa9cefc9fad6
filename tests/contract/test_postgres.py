"""What only a server brings: several processes and machines at once, and a server that refuses or is not there."""

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from recipes import SHOT, Clock, add
from sqlalchemy import insert, select, text

from callsheet.errors import ConflictError, StorageError
from callsheet.store import DOCUMENT, ProductionStore
from callsheet.store import tables as t
from callsheet.store.database import Database

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def machines(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The folders of one production on two machines that share a server."""
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", database_url)
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        (folder / DOCUMENT).write_text("title: One\n")
    with ProductionStore.open(here) as store:
        ProductionStore.open(there, id=store.id).close()
    return here, there


def test_migrating_gives_exactly_the_tables(database: Database) -> None:
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), t.metadata) == []
    database.prepare()


def _prepare(url: str, gate: Any) -> None:
    database = Database(url)
    gate.wait(30)
    database.prepare()
    database.close()


def test_machines_that_start_together_make_the_tables_once(postgres: str) -> None:
    run_together(_prepare, f"{postgres}/empty", f"{postgres}/empty")


def _add(folder: str, gate: Any, name: str) -> None:
    with ProductionStore.open(Path(folder), Clock()) as store:
        gate.wait(30)
        for number in range(15):
            add(store, f"{name}{number}", number)


def test_two_processes_number_takes_without_gaps(machines: tuple[Path, Path]) -> None:
    run_together(_add, *map(str, machines), named=True)
    with ProductionStore.open(machines[0]) as store:
        assert [take.number for take in store.takes(SHOT)] == list(range(1, 31))


def _version(folder: str, gate: Any, name: str) -> None:
    with ProductionStore.open(Path(folder), Clock()) as store:
        gate.wait(30)
        for number in range(8):
            (Path(folder) / DOCUMENT).write_text(f"title: {name} {number}\n")
            store.snapshot(f"{name} {number}")
            store.put_artefact("shared", "segment", f"{number:064x}", {"by": name})
            store.decide(SHOT, {"by": name, "number": number})


def test_two_processes_append_versions_and_artefacts(machines: tuple[Path, Path]) -> None:
    run_together(_version, *map(str, machines), named=True)
    with ProductionStore.open(machines[0]) as store:
        assert [v.number for v in store.versions()] == list(range(1, 17))
        assert {v.why for v in store.versions()} == {f"{name} {n}" for name in "ab" for n in range(8)}
        assert store.decisions()[SHOT]["number"] == 7


def run_together(target: Callable[..., None], one: str, two: str, named: bool = False) -> None:
    gate = SPAWN.Barrier(2)
    names = [("a",), ("b",)] if named else [(), ()]
    both = [
        SPAWN.Process(target=target, args=(given, gate, *name)) for given, name in zip((one, two), names, strict=True)
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]


def test_a_stale_document_is_refused_by_whoever_comes_second(machines: tuple[Path, Path]) -> None:
    here, _ = machines
    with ProductionStore.open(here) as one, ProductionStore.open(here) as two:
        read = one.read()
        assert two.read() == read
        two.write("title: Two\n", read.digest)
        with pytest.raises(ConflictError, match="changed meanwhile"):
            one.write("title: Three\n", read.digest)


def _hold(folder: str, held: Any) -> None:
    with ProductionStore.open(Path(folder)) as store, store.locked():
        held.set()
        signal.pause()


def test_two_machines_cannot_make_one_production(machines: tuple[Path, Path]) -> None:
    here, there = machines
    held = SPAWN.Event()
    process = SPAWN.Process(target=_hold, args=(str(here), held))
    process.start()
    assert held.wait(30)
    with ProductionStore.open(there) as store:
        with (
            pytest.raises(ConflictError, match=rf"on this production \(process {process.pid} on ") as caught,
            store.locked(),
        ):
            pass
        assert "p4ss" not in str(caught.value)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        wait_for_server(store.database)
        with store.locked(), store.locked():
            pass


def wait_for_server(database: Database) -> None:
    """Until the server has seen that the killed process is gone: its backends of that database have ended."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'process %' AND datname = current_database()"
    )
    with database.alone() as db:
        while db.execute(others).scalar():
            db.execute(text("SELECT pg_sleep(0.02)"))


def test_two_productions_are_made_at_once(machines: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with ProductionStore.open(machines[0]) as one, ProductionStore.open(other) as two, one.locked(), two.locked():
        assert one.id != two.id


def test_a_server_takes_any_number_of_workers(machines: tuple[Path, Path]) -> None:
    with ProductionStore.open(machines[0]) as one, ProductionStore.open(machines[0]) as two:
        with one.worker_locked(), two.worker_locked():
            pass
        assert one.flows_url == os.environ["CALLSHEET_DATABASE_URL"]


def test_a_view_stays_the_same_while_others_write(database: Database) -> None:
    row = {"made_at": Clock().now}
    with database.reading() as seen:
        assert seen.execute(select(t.production)).all() == []
        with database.writing() as db:
            db.execute(insert(t.production).values(id="a", **row))
        assert seen.execute(select(t.production)).all() == []
    with pytest.raises(StorageError, match="read-only"), database.reading() as seen:
        seen.execute(insert(t.production).values(id="b", **row))


def _swap(database: Database, gate: threading.Barrier, first: str, second: str, told: list[str]) -> None:
    """Lock two rows, the second only when somebody else holds it."""
    lock = text("SELECT id FROM production WHERE id = :id FOR UPDATE")
    try:
        with database.writing() as db:
            db.execute(lock, {"id": first})
            gate.wait(30)
            db.execute(lock, {"id": second})
        told.append("done")
    except ConflictError as error:
        told.append(error.what)


def test_of_two_who_wait_for_each_other_one_is_told(database: Database) -> None:
    with database.writing() as db:
        db.execute(insert(t.production), [{"id": id, "made_at": Clock().now} for id in "ab"])
    gate, told = threading.Barrier(2), list[str]()
    both = [threading.Thread(target=_swap, args=(database, gate, one, two, told)) for one, two in ("ab", "ba")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(told) == ["done", "somebody else was writing the same rows"]


@pytest.mark.parametrize(
    ("change", "says", "remedy"),
    [
        ((":p4ss%2Fw%3Ard%401@", ":wr0ng@"), "refuses this user or password", "password"),
        ((":p4ss%2Fw%3Ard%401@", "@"), "refuses this user or password", "password"),
        (("callsheet:", "nobody:"), "refuses this user", "user"),
        (("/other", "/nowhere"), "no such database", "createdb"),
        (("PORT", "1"), "cannot be reached: Connection refused", "server runs"),
        (("127.0.0.1:PORT", "database.invalid"), "cannot be reached", "server runs"),
        (("/other", "/other?frob=p4ss"), "option", "follows the ?"),
    ],
)
def test_a_server_that_refuses_is_told_without_the_password(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], says: str, remedy: str
) -> None:
    port = postgres.rpartition(":")[2]
    old, new = (part.replace("PORT", port) for part in change)
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", f"{postgres}/other".replace(old, new))
    with pytest.raises(StorageError, match=says) as caught:
        ProductionStore.open(tmp_path)
    assert remedy in caught.value.remedy
    shown = "".join(traceback.format_exception_only(caught.value)) + repr(caught.value) + str(vars(caught.value))
    assert not any(secret in shown for secret in ("p4ss", "wr0ng"))
    assert not any("p4ss" in p.read_text() for p in (tmp_path / ".callsheet").iterdir() if p.is_file())


def _end_under(database: Database) -> None:
    with database.reading() as db:
        pid = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with database.alone() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        db.execute(select(t.production))


def test_a_server_that_goes_away_is_told_and_may_come_back(database: Database) -> None:
    with pytest.raises(StorageError, match="cannot be reached"):
        _end_under(database)
    with database.reading() as db:
        assert db.execute(select(t.production)).all() == []
