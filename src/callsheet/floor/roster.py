"""The roster: which processes work on a server's productions, by their heartbeats. All its times are the server's."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, literal_column, select, update

from callsheet.store import tables as t
from callsheet.store.database import Database

_KEPT_S = 86_400.0
"""How long those that are gone stay listed."""


@dataclass(frozen=True)
class Member:
    """One process. `state` is `working`, `draining`, `gone`, or `reaped` when others took its work over."""

    id: str
    host: str
    pid: int
    started_at: datetime
    beat_at: datetime
    silent_s: float
    state: str


class Roster:
    """The table of workers in a server's database. Whoever is silent for `patience_s`, by its own word, may be believed dead."""

    def __init__(self, database: Database, patience_s: float) -> None:
        self._database = database
        self.patience_s = patience_s

    def enter(self, id: str) -> None:
        """Begin as a worker of that name."""
        row = {"id": id, "host": socket.gethostname(), "pid": os.getpid(), "state": "working"}
        with self._database.writing() as db:
            db.execute(insert(t.worker).values(**row, started_at=_NOW, beat_at=_NOW, dead_at=_in(self.patience_s)))

    def beat(self, id: str, state: str = "working") -> bool:
        """Say that it is alive; False when others believed it dead and took its work over: then it must stop."""
        mine = (t.worker.c.id == id, t.worker.c.reaped_by.is_(None))
        with self._database.writing() as db:
            done = db.execute(
                update(t.worker).where(*mine).values(beat_at=_NOW, dead_at=_in(self.patience_s), state=state)
            )
        return done.rowcount == 1

    def leave(self, id: str) -> None:
        """It ended by itself and left nothing."""
        with self._database.writing() as db:
            db.execute(update(t.worker).where(t.worker.c.id == id).values(state="gone", beat_at=_NOW))

    def silent(self) -> list[str]:
        """Those that should have beaten and did not."""
        quiet = (t.worker.c.state != "gone", t.worker.c.reaped_by.is_(None), t.worker.c.dead_at < _NOW)
        with self._database.reading() as db:
            return list(db.execute(select(t.worker.c.id).where(*quiet).order_by(t.worker.c.beat_at)).scalars())

    def reap(self, id: str, by: str) -> bool:
        """Fence a silent one: from now on its heartbeat fails. False when it has beaten meanwhile, or somebody else was first."""
        where = (t.worker.c.id == id, t.worker.c.state != "gone", t.worker.c.reaped_by.is_(None))
        with self._database.writing() as db:
            late = update(t.worker).where(*where, t.worker.c.dead_at < _NOW).values(reaped_by=by)
            return db.execute(late).rowcount == 1

    def fenced(self) -> list[str]:
        """Those whose work belongs to others."""
        with self._database.reading() as db:
            return list(db.execute(select(t.worker.c.id).where(t.worker.c.reaped_by.is_not(None))).scalars())

    def forget(self) -> None:
        """Strike those off the list that are gone for long."""
        ended = (t.worker.c.state == "gone") | t.worker.c.reaped_by.is_not(None)
        with self._database.writing() as db:
            db.execute(delete(t.worker).where(ended, t.worker.c.beat_at < _in(-_KEPT_S)))

    def members(self) -> Sequence[Member]:
        """Everyone listed, the longest at work first."""
        silent = func.extract("epoch", _NOW - t.worker.c.beat_at)
        with self._database.reading() as db:
            rows = db.execute(select(t.worker, silent.label("silent")).order_by(t.worker.c.started_at)).all()
        return [
            Member(row.id, row.host, row.pid, row.started_at, row.beat_at, float(row.silent),
                   "reaped" if row.reaped_by is not None else row.state)
            for row in rows
        ]  # fmt: skip


_NOW: ColumnElement[Any] = func.now()


def _in(seconds: float) -> ColumnElement[Any]:
    return _NOW + literal_column("interval '1 second'") * seconds
