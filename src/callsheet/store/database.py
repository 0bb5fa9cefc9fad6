"""The database: SQLite in the production folder, or PostgreSQL by its address; one code for both."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool

from callsheet.errors import CallsheetError, ConflictError, StorageError, VersionError
from callsheet.store import postgres
from callsheet.store.place import name_of

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every schema revision in order; the last is the one this Callsheet reads and writes."""

_BUSY_MS = 30_000
_SCHEMA_LOCK = 0x63616C6C73686565
"""The same for every Callsheet that shares a server's database: `callshee` in ASCII."""

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


def make_engine(url: str | URL, **options: Any) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql://...`, with SQLAlchemy's own `options`.

    SQLite keeps a write-ahead log, syncs every commit (commits are money) and waits for other writers; a connection with the
    execution option `writes` takes the write lock when its transaction begins, so it never fails half-way through.
    """
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
        arguments = postgres.connect_arguments(address)
        return create_engine(address, pool_pre_ping=True, connect_args=arguments, **options)
    engine = create_engine(address, **options)

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


def put(db: Connection, table: Table, row: Mapping[str, Any], *, replace: bool) -> None:
    """Insert a row; where one with its primary key is already there, replace that, or leave it as it is."""
    keys = {column.name for column in table.primary_key}
    rest = {name: value for name, value in row.items() if name not in keys}
    if db.dialect.name == "postgresql":
        on_server = postgresql.insert(table).values(**row)
        at = table.primary_key
        db.execute(on_server.on_conflict_do_update(at, set_=rest) if replace else on_server.on_conflict_do_nothing(at))
    else:
        in_file = sqlite.insert(table).values(**row)
        by = table.primary_key.columns
        db.execute(in_file.on_conflict_do_update(by, set_=rest) if replace else in_file.on_conflict_do_nothing(by))


class Database:
    """Transactions on one database, with its errors told as Callsheet's own."""

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self.is_server = self.url.drivername == "postgresql"
        self.name = name_of(self.url) if self.is_server else self.url.database or "database"
        """A file's path or `host:port/database`: fit for people and logs, never with a password."""
        self._engine = make_engine(self.url)
        # SQLite lets writers try again and again, and some of many threads would never get their turn.
        self._turn = contextlib.nullcontext() if self.is_server else threading.Lock()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view, however many statements it takes."""
        with self._told(), self._engine.connect() as connection:
            if self.is_server:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes: all of it happens, or nothing.

        On SQLite one at a time; on a server many at once, so whoever compares before writing locks the row that stands for both.
        """
        with (
            self._told(),
            self._turn,
            self._engine.connect() as connection,
            connection.execution_options(writes=True).begin(),
        ):
            yield connection

    @contextlib.contextmanager
    def alone(self) -> Iterator[Connection]:
        """A server connection of one's own, outside any transaction and any pool; what it locks ends with it."""
        engine = make_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with self._told(), engine.connect() as connection:
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
            if self.is_server:  # two that start together would both make the tables
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
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
                               where=self.name, remedy=_UPGRADE)  # fmt: skip
        return found

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._error(error) from error
        except PoolTimeout as error:
            raise StorageError("no connection to the database became free", where=self.name,
                               remedy="Let fewer things run at once, then run again.") from error  # fmt: skip

    def _error(self, error: DBAPIError) -> CallsheetError:
        if self.is_server:
            return postgres.told(error.orig or error, self.name)
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return ConflictError("another process has been writing to the database for too long",
                                 where=self.name, remedy="Wait until it is done, then run again.")  # fmt: skip
        first = str(error.orig).splitlines()[:1] or [type(error).__name__]
        what, remedy = _SAYS.get(
            code, (f"the database refused: {first[0]}", "Run again; if it stays, restore .callsheet from a backup.")
        )
        return StorageError(what, where=self.name, remedy=remedy)
