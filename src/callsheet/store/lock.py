"""One process at a time works on a production: a lock in its folder, and one on the server when its memory is there."""

import contextlib
import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text

from callsheet.errors import ConflictError
from callsheet.store.database import Database
from callsheet.store.disk import guarded

_WAIT = "Wait until it is done, or stop it; what it has finished is kept."

# A machine that loses its power says no goodbye: the server asks after a minute instead of two hours. An idle lock is not a fault.
_STAY = "SELECT set_config(name, CASE name WHEN 'tcp_keepalives_idle' THEN '30' WHEN 'tcp_keepalives_interval' THEN '10' WHEN 'tcp_keepalives_count' THEN '3' ELSE '0' END, false) FROM pg_settings WHERE name IN ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count', 'idle_session_timeout')"  # fmt: skip # noqa: E501
_HOLDER = """SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint = :high AND l.objid::bigint = :low
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


class FolderLock:
    """The lock of a production folder. The system frees it when its holder dies, however that happens."""

    def __init__(
        self,
        folder: Path,
        name: str = "lock",
        busy: str = "another make is working on this folder",
        remedy: str = _WAIT,
    ) -> None:
        self._folder = folder
        self._busy, self._remedy = busy, remedy
        # The number lies beside the lock, not in it: some systems do not let others read a file that is locked.
        self._holder = folder / f"{name}.process"
        self._lock = FileLock(folder / name, timeout=0, thread_local=False)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; may be nested. Raises ConflictError naming the process that holds it, or StorageError."""
        with guarded(self._folder):
            try:
                self._lock.acquire()
            except Timeout:  # an OSError too
                raise ConflictError(
                    f"{self._busy} (process {self._read()})", where=str(self._folder.parent), remedy=self._remedy
                ) from None
        try:
            if self._lock.lock_counter == 1:
                with guarded(self._holder):
                    self._holder.write_text(f"{os.getpid()}\n")
            yield
        finally:
            self._lock.release()

    def _read(self) -> str:
        try:
            return self._holder.read_text().strip() or "unknown"
        except OSError:
            return "unknown"


def worker_lock(state: Path) -> FolderLock:
    """The lock that the one worker of a production in `state` (its `.callsheet`) holds: SQLite cannot count the jobs of two."""
    return FolderLock(
        state,
        "worker",
        "another worker is serving this folder, and a production in SQLite takes one",
        "Use that one, or stop it. For more workers, on any number of machines, set CALLSHEET_DATABASE_URL and run `callsheet move DIR`.",
    )


class ServerLock:
    """The lock of a production on a PostgreSQL server, for all machines. The server frees it when its holder's connection ends.

    It is an advisory lock of the session, so it needs a connection of its own all the while: a pooler that shares sessions breaks it.
    """

    def __init__(self, database: Database, production: str) -> None:
        self._database = database
        self._key = int.from_bytes(hashlib.sha256(f"production {production}".encode()).digest()[:8], signed=True)
        self._mutex = threading.Lock()
        self._holding = contextlib.ExitStack()
        self._depth = 0

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; may be nested. Raises ConflictError naming the process and machine that hold it, or StorageError."""
        with self._mutex:
            if self._depth == 0:
                self._take()
            self._depth += 1
        try:
            yield
        finally:
            with self._mutex:
                self._depth -= 1
                if self._depth == 0:
                    self._holding.close()

    def _take(self) -> None:
        with contextlib.ExitStack() as stack:
            db = stack.enter_context(self._database.alone())
            db.execute(text(_STAY))
            db.execute(text("SELECT set_config('application_name', :name, false)"), {"name": _process()})
            if not db.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}).scalar():
                raise ConflictError(f"another make is working on this production ({self._reads(db)})",
                                    where=self._database.name, remedy=_WAIT)  # fmt: skip
            self._holding = stack.pop_all()

    def _reads(self, db: Connection) -> str:
        unsigned = self._key % (1 << 64)
        found = db.execute(text(_HOLDER), {"high": unsigned >> 32, "low": unsigned & 0xFFFFFFFF}).scalar()
        return str(found) if found else "elsewhere"


def _process() -> str:
    """Who we are, in the 63 bytes that the server keeps."""
    return f"process {os.getpid()} on {socket.gethostname()}"[:60]
