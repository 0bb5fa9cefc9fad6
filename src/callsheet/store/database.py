"""The database: SQLite in the production folder, or PostgreSQL by its address; one code for both."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from callsheet.errors import CallsheetError, ConflictError, StorageError, VersionError

REVISIONS = ("0001",)
"""Every schema revision in order; the last is the one this Callsheet reads and writes."""

_BUSY_MS = 30_000
_UPGRADE = "Upgrade: pip install --upgrade callsheet"
_SAYS = {
    sqlite3.SQLITE_FULL: (
        "the disk is full",
        "Free some space and run again: what was finished is kept, nothing is half-written.",
    ),
    sqlite3.SQLITE_READONLY: (
        "the folder is read-only",
        "Make it writable, or copy the production to a folder that is.",
    ),
    sqlite3.SQLITE_CANTOPEN: ("the database cannot be opened", "Check that the folder exists and may be written."),
    sqlite3.SQLITE_IOERR: ("the disk could not be read or written", "Check the disk, then run again."),
    sqlite3.SQLITE_CORRUPT: ("the database is damaged", "Put the .callsheet folder back from a backup."),
    sqlite3.SQLITE_NOTADB: ("the database is damaged", "Put the .callsheet folder back from a backup."),
}


def make_engine(url: str | URL) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql://...`.

    SQLite keeps a write-ahead log, syncs every commit (commits are money) and waits for other writers; a connection with the
    execution option `writes` takes the write lock when its transaction begins, so it never fails half-way through.
    """
    address = make_url(url)
    if address.drivername == "postgresql":
        return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    engine = create_engine(address)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        careful(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def careful(connection: Any) -> None:
    """Set up a new SQLite connection: write-ahead log, every commit synced, other writers waited for, foreign keys checked."""
    for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


class Database:
    """Transactions on one database, with its errors told as Callsheet's own."""

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self._where = (
            self.url.database or "database" if self.url.drivername == "sqlite" else self.url.render_as_string()
        )
        self._engine = make_engine(self.url)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view."""
        with self._told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes: all of it happens, or nothing."""
        with self._told(), self._engine.connect() as connection, connection.execution_options(writes=True).begin():
            yield connection

    def prepare(self) -> None:
        """Bring the schema up to date, whatever older Callsheet left it.

        Raises VersionError, before anything is changed, when a newer one did. Alembic is imported only when there is work to do.
        """
        if not self._is_new_file():
            with self.reading() as connection:
                if self._revision(connection) == REVISIONS[-1]:
                    return
        with self.writing() as connection:
            if self._revision(connection) != REVISIONS[-1]:
                from callsheet.store.migrations import upgrade

                upgrade(connection)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _is_new_file(self) -> bool:
        return self.url.drivername == "sqlite" and not (self.url.database and Path(self.url.database).exists())

    def _revision(self, connection: Connection) -> str | None:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if found is not None and found not in REVISIONS:
            raise VersionError(f"its schema {found!r} is newer than this Callsheet, which knows up to {REVISIONS[-1]!r}",
                               where=self._where, remedy=_UPGRADE)  # fmt: skip
        return found

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._error(error) from error

    def _error(self, error: DBAPIError) -> CallsheetError:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return ConflictError("another process has been writing to the database for too long",
                                 where=self._where, remedy="Wait until it is done, then run again.")  # fmt: skip
        first = str(error.orig).splitlines()[:1] or [type(error).__name__]
        what, remedy = _SAYS.get(
            code, (f"the database refused: {first[0]}", "Run again; if it stays, restore .callsheet from a backup.")
        )
        return StorageError(what, where=self._where, remedy=remedy)
