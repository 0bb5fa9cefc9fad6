"""Moving a production's memory to where the settings say: from its folder to a PostgreSQL server and an S3 bucket.

Files go first: each is written once under its own sha256, so a kill costs only the rest. Then every row goes in one transaction, which
is compared with what was read before it is committed. Only the record in `.callsheet/home` says when the move is over; the database
that was left stays as it is.
"""

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, insert, select, tuple_

from callsheet.errors import ConflictError, InputError, NotFoundError, StorageError
from callsheet.store import home as homes
from callsheet.store import tables as t
from callsheet.store.blobs import Blobs, FolderBlobs
from callsheet.store.bucket import BucketBlobs, open_bucket
from callsheet.store.database import Database, put
from callsheet.store.home import Home
from callsheet.store.lock import FolderLock, ServerLock, worker_lock
from callsheet.store.memo import Memo
from callsheet.store.place import BLOBS_SETTING, DATABASE_SETTING, Place
from callsheet.store.rows import plain

_SHA256 = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_BATCH = 500
_STAYS = "Nothing was changed in the old place."

Row = dict[str, Any]


@dataclass(frozen=True)
class Moved:
    """What a move did. `missing` names clips of takes whose bytes were already gone before; `database` and `files` say where it
    lives now, empty for the folder. A move that had nothing to do has no rows and no files."""

    rows: int
    files: int
    missing: tuple[str, ...]
    database: str
    blobs: str


def move(
    folder: Path,
    place: Place | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Moved:
    """Bring the memory of the production in `folder` to the place that the settings name (or `place`), and record that it is there.

    `on_progress` is told how many of the files are there. It may be killed anywhere and run again, and run again when it is done.
    Raises NotFoundError for no production, ConflictError when somebody is working on it or the server holds something else under its
    id, InputError for a place that it cannot go to, StorageError when a database, bucket or disk refuses.
    """
    wanted = Place.from_settings() if place is None else place
    state = folder.absolute() / ".callsheet"
    if not state.is_dir():
        raise NotFoundError(
            "there is no production's memory here", where=str(folder), remedy="Name a production's folder."
        )
    with FolderLock(state).held(), worker_lock(state).held():
        now = homes.read_home(state) or Home()
        there = Home(wanted.database_name, wanted.blobs)
        _allowed(folder, now, there)
        if now == there:
            return Moved(0, 0, (), now.database, now.blobs)
        with contextlib.ExitStack() as stack:
            target = stack.enter_context(_opened(Database(wanted.database or homes.embedded(state))))
            source = target
            if now.database != there.database:
                source = stack.enter_context(_opened(Database(homes.embedded(state))))
            with source.reading() as db:
                id = homes.read_id(state) if now.database else homes.embedded_id(db)
            if id is None:
                raise NotFoundError(
                    "there is nothing to move yet",
                    where=str(folder),
                    remedy="Open it with the settings: it starts there.",
                )
            if target.is_server:
                stack.enter_context(ServerLock(target, id).held())
            with source.reading() as db:
                taken = _Taken.read(db, id)
            cache = FolderBlobs(state / "blobs", Memo(state / "checked"))
            files, missing = _send(cache, now.blobs, there.blobs, taken, on_progress)
            if target is not source:
                _rows(state, now, there, target, taken)
            homes.write_id(state, id)
            homes.write_home(state, there)
        return Moved(taken.count if target is not source else 0, files, missing, there.database, there.blobs)


def _allowed(folder: Path, now: Home, there: Home) -> None:
    if now.database and now.database != there.database:
        raise InputError(
            f"this production lives in the database {now.database}, and Callsheet does not move it out of there",
            where=str(folder),
            remedy=f"Set {DATABASE_SETTING} to that database. Only its files can move, to what {BLOBS_SETTING} names.",
        )
    if now.moving and now.moving != there.database:
        raise ConflictError(f"a move to the database {now.moving} was begun and not finished", where=str(folder),
                            remedy=f"Set {DATABASE_SETTING} to it and run this again.")  # fmt: skip


@contextlib.contextmanager
def _opened(database: Database) -> Iterator[Database]:
    with contextlib.closing(database):
        database.prepare()
        yield database


# -- what goes along ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Taken:
    """Every row of one production, by table, in the order in which they may be written; and those that all productions share."""

    production: str
    own: list[tuple[Table, list[Row]]]
    shared: list[tuple[Table, list[Row]]]

    @classmethod
    def read(cls, db: Connection, production: str) -> "_Taken":
        """Read them in one consistent view."""
        own: list[tuple[Table, list[Row]]] = []
        shared: list[tuple[Table, list[Row]]] = []
        for table in t.metadata.sorted_tables:
            mine = _mine(table, production)
            query = select(table).order_by(*table.primary_key.columns)
            rows = db.execute(query if mine is None else query.where(mine)).mappings()
            (shared if mine is None else own).append((table, [dict(row) for row in rows]))
        return cls(production, own, shared)

    @property
    def count(self) -> int:
        return sum(len(rows) for _, rows in (*self.own, *self.shared))

    def names(self) -> set[str]:
        """Every sha256 that stands anywhere in the rows."""
        values = (
            v for _, rows in (*self.own, *self.shared) for row in rows for v in row.values() if isinstance(v, str)
        )
        return {name for value in values for name in _SHA256.findall(value)}

    def clips(self) -> set[str]:
        """Those that are clips of takes."""
        return {
            name
            for table, rows in self.own
            if table is t.take
            for row in rows
            for name in _SHA256.findall(row["clips"])
        }


def _mine(table: Table, production: str) -> ColumnElement[bool] | None:
    """Which rows belong to a production: those that name it, or name a row that does. None for a table that all share."""
    if table is t.production:
        return table.c.id == production
    if "production" in table.c:
        return table.c.production == production
    for constraint in sorted(table.foreign_key_constraints, key=lambda c: str(c.name)):
        parent = constraint.referred_table
        mine = _mine(parent, production) if parent is not table else None
        if mine is not None:
            here = tuple_(*constraint.columns)
            return here.in_(select(*(element.column for element in constraint.elements)).where(mine))
    return None


# -- files ----------------------------------------------------------------------------------------------------------------


def _send(
    cache: FolderBlobs, now: str, there: str, taken: _Taken, on_progress: Callable[[int, int], None]
) -> tuple[int, tuple[str, ...]]:
    """Bring every file that the rows name to the bucket `there`, or out of the bucket `now` into the folder."""
    old: Blobs = open_bucket(now, cache) if now else cache
    new: BucketBlobs | FolderBlobs = open_bucket(there, cache) if there else cache
    names = sorted(taken.names())
    held = [name for name in names if old.has(name)] if now != there else []
    missing = tuple(sorted(name for name in taken.clips() if name not in set(held))) if now != there else ()
    for done, name in enumerate(held):
        on_progress(done, len(held))
        path = old.path(name)
        if isinstance(new, BucketBlobs):
            new.send(name)
            if new.size(name) != path.stat().st_size:
                raise StorageError("the bucket did not keep what was sent", where=f"{there}/{name}", remedy=_STAYS)
    on_progress(len(held), len(held))
    return len(held), missing


# -- rows -----------------------------------------------------------------------------------------------------------------


def _rows(state: Path, now: Home, there: Home, target: Database, taken: _Taken) -> None:
    """Write every row in one transaction, or find that an earlier move already did."""
    with target.reading() as db:
        arrived = db.execute(select(t.production.c.id).where(t.production.c.id == taken.production)).first()
        if arrived is not None:
            _compare(taken, _Taken.read(db, taken.production), target, state)
            return
    with target.writing() as db:
        _write(db, taken)
        _compare(taken, _Taken.read(db, taken.production), target, state)
        # From here on only the server knows whether the commit arrived, so nobody may go on in the folder before it was asked.
        homes.write_home(state, Home(now.database, now.blobs, there.database))


def _write(db: Connection, taken: _Taken) -> None:
    numbered: dict[tuple[str, str], dict[Any, Any]] = {}
    for table, rows in taken.own:
        _insert(db, table, rows, numbered)
    for table, rows in taken.shared:
        if table is t.cap_use:
            _add_uses(db, rows)
        elif table.autoincrement_column is None:
            for row in rows:
                put(db, table, row, replace=False)
        else:
            there = db.execute(select(table)).mappings()
            known = {_without_number(table, dict(row)) for row in there}
            _insert(db, table, [row for row in rows if _without_number(table, row) not in known], numbered)


def _without_number(table: Table, row: Row) -> str:
    given = table.autoincrement_column
    return _digest({name: value for name, value in row.items() if given is None or name != given.name})


def _insert(db: Connection, table: Table, rows: Sequence[Row], numbered: dict[tuple[str, str], dict[Any, Any]]) -> None:
    """Insert rows; numbers that the database gives are given anew, and whoever refers to them is told."""
    given = table.autoincrement_column
    references = _numbers_of_others(table)
    step = 1 if any(parent is table for _, parent, _ in references) else _BATCH
    for start in range(0, len(rows), step):
        some = [dict(row) for row in rows[start : start + step]]
        for row in some:
            for column, parent, key in references:
                if row[column.name] is not None:
                    row[column.name] = numbered[parent.name, key][row[column.name]]
        if given is None:
            db.execute(insert(table), some)
            continue
        old = [row.pop(given.name) for row in some]
        new = db.execute(insert(table).returning(given, sort_by_parameter_order=True), some).scalars().all()
        numbered.setdefault((table.name, given.name), {}).update(zip(old, new, strict=True))


def _add_uses(db: Connection, rows: Sequence[Row]) -> None:
    """What this production used of caps counts on top of what others used."""
    keys = [column.name for column in t.cap_use.primary_key]
    for row in rows:
        put(db, t.cap_use, row | {"used_micros": 0}, replace=False)
        same = [t.cap_use.c[key] == row[key] for key in keys]
        db.execute(t.cap_use.update().where(*same).values(used_micros=t.cap_use.c.used_micros + row["used_micros"]))


def _numbers_of_others(table: Table) -> list[tuple[Column[Any], Table, str]]:
    """The columns that hold a number which a database gave, with the table and column that it stands in."""
    return [
        (key.parent, key.column.table, key.column.name)
        for key in sorted(table.foreign_keys, key=lambda k: k.parent.name)
        if key.column is key.column.table.autoincrement_column
    ]


def _compare(taken: _Taken, found: _Taken, target: Database, state: Path) -> None:
    """Raise ConflictError unless the target holds just the rows that were taken, in their order, whatever their numbers."""
    ours, theirs = _digests(taken), _digests(found)
    differ = [name for name in ours if ours[name] != theirs[name]]
    if differ:
        raise ConflictError(
            f"{target.name} holds something else under this production's id ({', '.join(differ)})",
            where=str(state.parent),
            remedy=f"{_STAYS} Two copies of one production cannot become one.",
        )


def _digests(taken: _Taken) -> dict[str, list[str]]:
    """The sha256 of every row by table: in the order of their numbers where the database gives those, else sorted.

    A number that the database gave is left out, and a reference to one is the sha256 of the row that it stands for.
    """
    numbered: dict[tuple[str, str], dict[Any, str]] = {}
    found: dict[str, list[str]] = {}
    for table, rows in taken.own:
        given = table.autoincrement_column
        references = _numbers_of_others(table)
        digests = []
        for row in rows:
            kept = {column.name: row[column.name] for column in table.columns if column is not given}
            for column, parent, key in references:
                kept[column.name] = numbered.get((parent.name, key), {}).get(row[column.name])
            digests.append(_digest(kept))
            if given is not None:
                numbered.setdefault((table.name, given.name), {})[row[given.name]] = digests[-1]
        found[table.name] = sorted(digests) if given is None else digests
    return found


def _digest(row: Row) -> str:
    return hashlib.sha256(plain({name: _plain(value) for name, value in row.items()}).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
