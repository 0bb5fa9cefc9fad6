"""The reaper: a process that fell silent is fenced, and what it had begun goes back on its queue for others."""

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import text

from callsheet.errors import StorageError
from callsheet.floor.engine import FlowState
from callsheet.floor.roster import Roster
from callsheet.store.database import Database

_KEY = int.from_bytes(hashlib.sha256(b"reaper").digest()[:8], signed=True)
_KEPT = timedelta(days=1)
"""How long results stay that nobody has fetched."""

# A reaper that is itself stopped half-way must not keep others from reaping: the server ends its session. Servers before 14 do not know how.
_SHORT = "SELECT set_config(name, :ms, false) FROM pg_settings WHERE name = 'idle_session_timeout'"


class Flows(Protocol):
    """What the reaper asks of an engine."""

    def revive(self, executors: list[str]) -> int:
        """See DurableEngine.revive."""

    def strangers(self) -> list[FlowState]:
        """See DurableEngine.strangers."""

    def prune(self, before: str) -> int:
        """See DurableEngine.prune."""


class Reaper:
    """Looks after the workers of one server, in the name of one of them. Its methods block: call them in a thread."""

    def __init__(self, database: Database, roster: Roster, flows: Flows, by: str) -> None:
        self._database = database
        self._roster = roster
        self._flows = flows
        self._by = by

    def sweep(self) -> tuple[list[str], int] | None:
        """Fence every worker that has been silent for too long, and put its flows back. One process at a time: None when another does it.

        Gives who was fenced, and how many flows went back. Those that were fenced before are looked at again: a process that comes back from
        the dead may claim work before it learns that it is fenced.
        """
        with self._alone() as mine:
            if not mine:
                return None
            reaped = [id for id in self._roster.silent() if self._roster.reap(id, self._by)]
            back = self._flows.revive(self._roster.fenced())
            self._roster.forget()
            self._flows.prune((datetime.now(UTC) - _KEPT).isoformat())
            return reaped, back

    def strangers(self) -> list[FlowState]:
        """Unfinished flows that another version of Callsheet began: its workers must finish them, or they are begun anew here."""
        return self._flows.strangers()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[bool]:
        with contextlib.ExitStack() as stack:
            db = stack.enter_context(self._database.alone())
            db.execute(text(_SHORT), {"ms": str(round(self._roster.patience_s * 1000))})
            locked = bool(db.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY}).scalar())
            yield locked
            if locked:
                with contextlib.suppress(StorageError):  # the session ended: so did its lock
                    db.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _KEY})
