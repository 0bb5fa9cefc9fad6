"""Where one production's memory is now: its id and a record beside it in `.callsheet/`, so that nobody starts over in another place.

`.callsheet/production` holds the id and is written once; `.callsheet/home` says which database and bucket have the rest, without
credentials. No record means: SQLite and blobs in the folder.
"""

import json
import os
import re
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from callsheet.errors import ConflictError, NotFoundError, StorageError
from callsheet.store import tables as t
from callsheet.store.database import Database, put
from callsheet.store.disk import beside, guarded, sync_folder, write_bytes
from callsheet.store.place import BLOBS_SETTING, DATABASE_SETTING, Place

_MOVE = "`callsheet move DIR` brings it there, whole, and it goes on where it was."
_BACKUP = "Put it back from a backup of .callsheet."


@dataclass(frozen=True)
class Home:
    """The names of a database (`host:port/name`) and a bucket (`s3://...`); empty is the folder. `moving` is a database that the
    rows were about to be committed to: until that is known, nobody goes on here."""

    database: str = ""
    blobs: str = ""
    moving: str = ""


def embedded(state: Path) -> str:
    """The address of the SQLite database in `state`, a production's `.callsheet`."""
    return f"sqlite:///{state / 'callsheet.sqlite'}"


def read_home(state: Path) -> Home | None:
    """The record of where the memory is, None when there never was one. Raises StorageError when it is damaged."""
    path = state / "home"
    with guarded(path):
        if not path.exists():
            return None
        data = path.read_bytes()
    try:
        return Home(**{name: str(value) for name, value in json.loads(data).items()})
    except (ValueError, TypeError, AttributeError):
        raise StorageError(
            "the record of where this production is kept is damaged", where=str(path), remedy=_BACKUP
        ) from None


def write_home(state: Path, home: Home) -> None:
    """Record where the memory is, in one atomic step."""
    write_bytes(state / "home", (json.dumps(asdict(home), sort_keys=True, indent=2) + "\n").encode())


def read_id(state: Path) -> str | None:
    """The production's id, None when it has none yet. Raises StorageError when the file is damaged."""
    path = state / "production"
    with guarded(path):
        if not path.exists():
            return None
        found = path.read_text("ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-9a-f]{32}", found):
        raise StorageError("the production's id is damaged", where=str(path), remedy=_BACKUP)
    return found


def keep_id(state: Path, id: str) -> str:
    """Write the id if there is none; returns the one that counts, which is that of whoever was first."""
    if (found := read_id(state)) is not None:
        return found
    path = state / "production"
    partial = beside(path)
    with guarded(path):
        try:
            with partial.open("x") as file:
                file.write(f"{id}\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(partial, path)
            except FileExistsError:
                pass
            except OSError:  # a disk without links
                os.replace(partial, path)
            sync_folder(state)
        finally:
            partial.unlink(missing_ok=True)
    return read_id(state) or id


def write_id(state: Path, id: str) -> None:
    """Make `id` the production's, whatever the file said: that of the rows is the one that counts."""
    if read_id(state) != id:
        write_bytes(state / "production", f"{id}\n".encode())


def holds(db: Connection, production: str) -> bool:
    """Whether there is anything to lose: a version or a take."""
    tables = (t.board_version, t.take, t.attempt)
    return any(db.execute(select(x.c.production).where(x.c.production == production).limit(1)).first() for x in tables)


def embedded_id(db: Connection) -> str | None:
    """The one production of a SQLite database."""
    found: str | None = db.execute(select(t.production.c.id)).scalar()
    return found


def settle(state: Path, place: Place, database: Database, clock: Callable[[], datetime], *, known: bool = False) -> str:
    """Bring `database`, the one that `place` names, up to date, and return the id of the production that `state` belongs to, made if new.

    Raises ConflictError when the memory is somewhere else than the settings say: it must be moved, or the settings corrected;
    NotFoundError when a server has no production of this id although it is `known` to be one.
    """
    home = read_home(state)
    if place.database is None:
        id, full = _settle_in_folder(state, home, database, clock)
    else:
        id, full = _settle_on_server(state, home, place, database, clock, known)
    wanted = Home(place.database_name, place.blobs)
    if full and wanted.blobs != (home or Home()).blobs and (home is not None or place.database is None):
        raise _files_elsewhere(state, (home or Home()).blobs, wanted.blobs)
    if wanted != (home or Home()):
        write_home(state, wanted)
    return id


def _settle_in_folder(
    state: Path, home: Home | None, database: Database, clock: Callable[[], datetime]
) -> tuple[str, bool]:
    if home is not None and home.database:
        raise ConflictError(f"this production lives in the database {home.database}", where=str(state.parent),
                            remedy=f"Set {DATABASE_SETTING} to it, with user and password.")  # fmt: skip
    if home is not None and home.moving:
        raise ConflictError(
            f"a move to the database {home.moving} was begun and not finished",
            where=str(state.parent),
            remedy=f"Set {DATABASE_SETTING} to it and run `callsheet move DIR` again. "
            f"Only if it is certain that it never arrived there, delete {state / 'home'}.",
        )
    database.prepare()
    with database.reading() as db:
        found = embedded_id(db)
        full = found is not None and holds(db, found)
    if found is None:
        kept = keep_id(state, uuid.uuid4().hex)
        with database.writing() as db:
            found = embedded_id(db)
            if found is None:
                db.execute(insert(t.production).values(id=kept, made_at=clock()))
                found = kept
    write_id(state, found)
    return found, full


def _settle_on_server(
    state: Path, home: Home | None, place: Place, database: Database, clock: Callable[[], datetime], known: bool
) -> tuple[str, bool]:
    own, own_full = (None, False) if home is not None and home.database else _in_folder(state)
    id = own or read_id(state) or uuid.uuid4().hex
    database.prepare()
    with database.reading() as db:
        there = db.execute(select(t.production.c.id).where(t.production.c.id == id)).scalar() is not None
        full = there and holds(db, id)
    arrived = there and home is not None and home.moving == place.database_name
    if own_full and not arrived:
        also = ", which has one of the same id" if there else ""
        raise ConflictError(f"this production's takes are in its folder, not in {place.database_name}{also}",
                            where=str(state.parent), remedy=_MOVE)  # fmt: skip
    if not there and home is not None and home.database:
        raise ConflictError(
            f"this production lives in the database {home.database}; {place.database_name} has no such production",
            where=str(state.parent),
            remedy=f"Correct {DATABASE_SETTING}; a server that was restored elsewhere must hold its rows first.",
        )
    if known and not there:
        raise NotFoundError(f"{place.database_name} has no production {id}", where=str(state.parent),
                            remedy=f"Correct the id, or {DATABASE_SETTING}.")  # fmt: skip
    if own is not None:
        write_id(state, own)
    else:
        id = keep_id(state, id)
    if not there:
        with database.writing() as db:
            put(db, t.production, {"id": id, "made_at": clock()}, replace=False)
    return id, full


def _in_folder(state: Path) -> tuple[str | None, bool]:
    """The production that the folder's own database holds, and whether it holds anything to lose."""
    if not (state / "callsheet.sqlite").exists():
        return None, False
    database = Database(embedded(state))
    try:
        database.prepare()
        with database.reading() as db:
            id = embedded_id(db)
            return id, id is not None and holds(db, id)
    finally:
        database.close()


def _files_elsewhere(state: Path, now: str, wanted: str) -> ConflictError:
    where: dict[str, Any] = {"where": str(state.parent)}
    if not wanted:
        return ConflictError(f"this production's files are in {now}", remedy=f"Set {BLOBS_SETTING} to it.", **where)
    return ConflictError(
        f"this production's files are in {now or 'its folder'}, not in {wanted}", remedy=_MOVE, **where
    )
