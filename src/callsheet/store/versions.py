"""Versions of the board and the picks they carry, inside a transaction that is given."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from callsheet.errors import NotFoundError
from callsheet.store import tables as t
from callsheet.store.rows import Text, Version, version_of


def of_production(production: str) -> Select[Any]:
    """Every version of a production."""
    return select(t.board_version).where(t.board_version.c.production == production)


def numbered(db: Connection, production: str, number: int) -> Any:
    """The row of version `number`. Raises NotFoundError."""
    row = db.execute(of_production(production).where(t.board_version.c.number == number)).first()
    if row is None:
        raise NotFoundError(f"there is no version {number}", remedy="`callsheet versions` lists them.")
    return row


def newest(db: Connection, production: str) -> Any:
    """The row of the newest version, or None."""
    return db.execute(of_production(production).order_by(t.board_version.c.number.desc()).limit(1)).first()


def snapshot(db: Connection, production: str, now: Text, why: str, at: datetime) -> Version:
    """The document as a version: the newest one when it is the same, else a new one. The production's row must be locked."""
    last = newest(db, production)
    if last is not None and last.digest == now.digest:
        return version_of(last)
    number = last.number if last is not None else None
    return add(db, production, now, Version((number or 0) + 1, now.digest, number, why, at), unwritten=False)


def add(db: Connection, production: str, now: Text, version: Version, *, unwritten: bool) -> Version:
    """Record `version` of the text `now` with the picks of its parent. `unwritten`: the document is still to be written out."""
    row = {"number": version.number, "parent": version.parent, "why": version.why, "made_at": version.made_at}
    db.execute(
        insert(t.board_version).values(
            production=production, document=now.text, digest=now.digest, unwritten=unwritten, **row
        )
    )
    if version.parent is not None:
        carried = current_picks(production, version.parent).where(t.pick.c.take.is_not(None)).order_by(t.pick.c.id)
        for pick in db.execute(carried).all():
            kept = {"shot": pick.shot, "take": pick.take, "picked_by": pick.picked_by, "picked_at": pick.picked_at}
            db.execute(insert(t.pick).values(production=production, version=version.number, **kept))
    return version


def current_picks(production: str, version: int) -> Select[Any]:
    """The latest pick of every shot in a version; one whose take is NULL took the shot's pick away."""
    of_version = (t.pick.c.production == production, t.pick.c.version == version)
    latest = select(func.max(t.pick.c.id)).where(*of_version).group_by(t.pick.c.shot)
    return select(t.pick).where(t.pick.c.id.in_(latest))


def picked(db: Connection, production: str, version: int) -> dict[str, str]:
    """The ids of the takes in the cut of a version, by shot."""
    rows = db.execute(current_picks(production, version))
    return {row.shot: row.take for row in rows if row.take is not None}
