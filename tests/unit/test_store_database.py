"""The database: schema, migrations, versions from the future, folders that cannot be written."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text

from callsheet.errors import NotFoundError, StorageError, VersionError
from callsheet.store import ProductionStore
from callsheet.store import tables as t
from callsheet.store.database import REVISIONS, Database
from callsheet.store.migrations import scripts


def database(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'callsheet.sqlite'}")


def test_the_revisions_known_in_code_are_those_that_ship() -> None:
    assert tuple(r.revision for r in reversed(list(scripts().walk_revisions()))) == REVISIONS


def test_migrating_gives_exactly_the_tables(tmp_path: Path) -> None:
    db = database(tmp_path)
    db.prepare()
    with db.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), t.metadata) == []
    db.prepare()
    db.close()


def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    db = database(tmp_path)
    db.prepare()
    with db.reading() as connection:
        found = {
            p: connection.execute(text(f"PRAGMA {p}")).scalar() for p in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    db.close()


def test_a_failed_transaction_changes_nothing(tmp_path: Path) -> None:
    db = database(tmp_path)
    db.prepare()
    row = {"id": "a", "made_at": datetime.now(UTC)}
    with pytest.raises(StorageError, match="UNIQUE"), db.writing() as connection:
        connection.execute(insert(t.production), [row, row])
    with db.reading() as connection:
        assert connection.execute(select(t.production)).all() == []
    db.close()


def test_times_are_utc_whatever_zone_they_came_in(tmp_path: Path) -> None:
    db = database(tmp_path)
    db.prepare()
    there = datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    with db.writing() as connection:
        connection.execute(insert(t.production).values(id="a", made_at=there))
    with db.reading() as connection:
        found = connection.execute(select(t.production.c.made_at)).scalar_one()
    assert found == there
    assert found.tzinfo == UTC
    with pytest.raises(Exception, match="without a zone"), db.writing() as connection:
        connection.execute(insert(t.production).values(id="b", made_at=there.replace(tzinfo=None)))
    db.close()


def test_a_folder_from_a_newer_callsheet_is_left_alone(tmp_path: Path) -> None:
    ProductionStore.open(tmp_path).close()
    file = tmp_path / ".callsheet" / "callsheet.sqlite"
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    before = {p: p.read_bytes() for p in sorted((tmp_path / ".callsheet").rglob("*")) if p.is_file()}
    with pytest.raises(VersionError, match="'9999' is newer") as caught:
        ProductionStore.open(tmp_path)
    assert caught.value.exit_code == 5
    assert "Upgrade" in caught.value.remedy
    assert {p: p.read_bytes() for p in sorted((tmp_path / ".callsheet").rglob("*")) if p.is_file()} == before


def test_a_database_that_is_none_is_said_so(tmp_path: Path) -> None:
    (tmp_path / ".callsheet").mkdir()
    (tmp_path / ".callsheet" / "callsheet.sqlite").write_bytes(b"this was a database once" * 100)
    with pytest.raises(StorageError, match="the database is damaged"):
        ProductionStore.open(tmp_path)


def test_a_disk_that_fills_up_under_the_database_is_said_so(tmp_path: Path) -> None:
    db = database(tmp_path)
    db.prepare()
    rows = [{"id": f"{n}", "made_at": datetime.now(UTC)} for n in range(5000)]
    with db.reading() as connection:  # the pool's one connection, so that the limit holds below
        connection.execute(text("PRAGMA max_page_count = 1"))
    with pytest.raises(StorageError, match="the disk is full"), db.writing() as connection:
        connection.execute(insert(t.production), rows)
    with db.reading() as connection:
        assert connection.execute(select(t.production)).all() == []
    db.close()


def test_a_database_that_may_not_be_written_is_said_so(tmp_path: Path) -> None:
    ProductionStore.open(tmp_path).close()
    db = Database(f"sqlite:///file:{tmp_path}/.callsheet/callsheet.sqlite?mode=ro&uri=true")
    with pytest.raises(StorageError, match="the folder is read-only"), db.writing() as connection:
        connection.execute(insert(t.production).values(id="b", made_at=datetime.now(UTC)))
    db.close()


@pytest.mark.parametrize("folder", ["/proc", "/sys"])
def test_a_folder_that_cannot_be_written_is_said_so(folder: str) -> None:
    with pytest.raises(StorageError) as caught:
        ProductionStore.open(Path(folder))
    assert caught.value.where == f"{folder}/.callsheet"
    assert caught.value.remedy


def test_no_folder_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        ProductionStore.open(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotFoundError):
        ProductionStore.open(tmp_path / "file")


def test_what_a_production_remembers_is_ignored_by_git(tmp_path: Path) -> None:
    ProductionStore.open(tmp_path).close()
    assert (tmp_path / ".callsheet" / ".gitignore").read_text() == "*\n"
