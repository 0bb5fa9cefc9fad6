"""The one door to a production's memory: its document and versions, takes, picks, artefacts, decisions, money.

Nothing above knows that it is a folder. The document is the file that people edit; everything else is in `.callsheet/`.
"""

import contextlib
import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, func, insert, select

from callsheet.errors import ConflictError, InputError, NotFoundError
from callsheet.film import Clip, Money, Recipe, Take
from callsheet.store import tables as t
from callsheet.store.blobs import FolderBlobs
from callsheet.store.database import Database
from callsheet.store.disk import guarded, write_bytes
from callsheet.store.memo import Memo
from callsheet.store.rows import Artefact, Pick, Text, Version, artefact_of, plain, take_of, version_of

if TYPE_CHECKING:
    from callsheet.store.lock import FolderLock

DOCUMENT = "production.yaml"
_STATE = ".callsheet"
_MADE = "made"
_KEYS_AT_ONCE = 500


def _now() -> datetime:
    return datetime.now(UTC)


class ProductionStore:
    """Open it with `ProductionStore.open(folder)`; close it, or use it in a `with` statement. Safe to share between threads."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = _now) -> None:
        self._folder = folder
        self._state = folder / _STATE
        self._clock = clock
        self._database = Database(f"sqlite:///{self._state / 'callsheet.sqlite'}")
        self._memo = Memo(self._state / "checked")
        self.blobs = FolderBlobs(self._state / "blobs", self._memo)
        self._id = ""

    @classmethod
    def open(cls, folder: Path, clock: Callable[[], datetime] = _now) -> "ProductionStore":
        """Open the production in `folder`, making its `.callsheet/` when there is none yet.

        Raises NotFoundError for no such folder, VersionError when a newer Callsheet wrote it (nothing is touched then), StorageError.
        """
        if not folder.is_dir():
            raise NotFoundError(
                "there is no such folder", where=str(folder), remedy="`callsheet new DIR --brief FILE` starts one."
            )
        store = cls(folder.absolute(), clock)
        try:
            store._prepare()
        except BaseException:
            store.close()
            raise
        return store

    def _prepare(self) -> None:
        with guarded(self._state):
            self._state.mkdir(exist_ok=True)
        self._database.prepare()
        with self._database.reading() as db:
            found = db.execute(select(t.production.c.id)).scalar()
        if found is None:
            with guarded(self._state):
                write_bytes(self._state / ".gitignore", b"*\n")
            with self._database.writing() as db:
                found = db.execute(select(t.production.c.id)).scalar()
                if found is None:
                    found = uuid.uuid4().hex
                    db.execute(insert(t.production).values(id=found, made_at=self._clock()))
        self._id = found

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> "ProductionStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the folder -------------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The production's own id, made once."""
        return self._id

    @property
    def scratch(self) -> Path:
        """A folder for unfinished work, emptied by `sweep`."""
        return self._state / "work"

    @property
    def flows_url(self) -> str:
        """Where the floor's engine keeps its own tables, apart from ours."""
        return f"sqlite:///{self._state / 'dbos.sqlite'}"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Work on this production alone; may be nested. Raises ConflictError naming the process that already does."""
        with self._lock.held():
            yield

    @cached_property
    def _lock(self) -> "FolderLock":
        from callsheet.store.lock import FolderLock

        return FolderLock(self._state)

    def sweep(self) -> None:
        """Remove what killed runs left unfinished. Only while the production is locked."""
        import shutil

        self.blobs.sweep()
        with guarded(self.scratch):
            if self.scratch.exists():
                shutil.rmtree(self.scratch)
            self.scratch.mkdir()

    def asset(self, file: str) -> Path:
        """The file that the document calls `file`. Raises InputError when it is outside the production, NotFoundError when missing."""
        inside = PurePosixPath(file)
        if inside.is_absolute() or ".." in inside.parts:
            raise InputError(
                "the file lies outside the production", where=file, remedy="Copy it into the production's folder."
            )
        path = self._folder.joinpath(*inside.parts)
        if not path.is_file():
            raise NotFoundError(
                "there is no such file", where=file, remedy=f"Put it into {path.parent}, or correct {DOCUMENT}."
            )
        return path

    def asset_digest(self, file: str) -> str:
        """The sha256 of an asset, hashed only when it changed. Raises like `asset`."""
        path = self.asset(file)
        with guarded(path):
            return self._memo.digest(path)

    def digest_of(self, path: Path) -> str:
        """The sha256 of any file, hashed only when it changed."""
        with guarded(path):
            return self._memo.digest(path)

    # -- the document and its versions ------------------------------------------------------------------------------------

    def read(self) -> Text:
        """The document. Raises NotFoundError when there is none, InputError when it is not UTF-8 text."""
        self._finish_restore()
        path = self._folder / DOCUMENT
        try:
            with guarded(path):
                data = path.read_bytes() if path.exists() else None
            if data is None:
                raise NotFoundError(
                    "there is no production here",
                    where=str(path),
                    remedy="`callsheet new DIR --brief FILE` starts one.",
                )
            return Text(data.decode(), hashlib.sha256(data).hexdigest())
        except UnicodeDecodeError as error:
            raise InputError(
                f"byte {error.start} is not UTF-8 text", where=str(path), remedy="Save it as UTF-8."
            ) from None

    def write(self, text: str, expected: str | None) -> Text:
        """Write the document if it is still the one with digest `expected`; None means that there is none yet.

        Raises ConflictError when somebody changed it meanwhile. Readers see the old text or the new one.
        """
        self._finish_restore()
        path = self._folder / DOCUMENT
        with self._database.writing():  # so that two of us do not compare at the same time
            with guarded(path):
                found = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
            if found != expected:
                raise ConflictError("the document was changed meanwhile", where=str(path),
                                    remedy="Run again: the change will be taken into account.")  # fmt: skip
            write_bytes(path, text.encode())
        return Text(text, hashlib.sha256(text.encode()).hexdigest())

    def snapshot(self, why: str) -> Version:
        """The document as a numbered version: the newest one when nothing changed, else a new one that carries its picks."""
        now = self.read()
        with self._database.writing() as db:
            return self._snapshot(db, now, why)

    def versions(self) -> list[Version]:
        """Every version, oldest first."""
        with self._database.reading() as db:
            return [version_of(row) for row in db.execute(self._versions().order_by(t.board_version.c.number))]

    def document(self, number: int) -> str:
        """The document's text in version `number`. Raises NotFoundError."""
        with self._database.reading() as db:
            return str(self._version(db, number).document)

    def restore(self, number: int) -> Version:
        """Bring back the document and the picks of version `number`, as a new version; nothing is lost and nothing is made.

        What the document says now is kept as a version of its own first. Raises NotFoundError.
        """
        now = self.read()
        with self._database.writing() as db:
            wanted = self._version(db, number)
            newest = self._snapshot(db, now, f"before restoring {number}")
            if newest.digest == wanted.digest and self._picked(db, newest.number) == self._picked(db, number):
                return newest
            restored = self._add(
                db, str(wanted.document), wanted.digest, number, newest.number, f"restored from {number}"
            )
        self._finish_restore()
        return restored

    def _versions(self) -> Select[Any]:
        return select(t.board_version).where(t.board_version.c.production == self._id)

    def _version(self, db: Connection, number: int) -> Any:
        row = db.execute(self._versions().where(t.board_version.c.number == number)).first()
        if row is None:
            raise NotFoundError(f"there is no version {number}", remedy="`callsheet versions` lists them.")
        return row

    def _newest(self, db: Connection) -> Any:
        return db.execute(self._versions().order_by(t.board_version.c.number.desc()).limit(1)).first()

    def _snapshot(self, db: Connection, now: Text, why: str) -> Version:
        newest = self._newest(db)
        if newest is not None and newest.digest == now.digest:
            return version_of(newest)
        number = newest.number if newest is not None else None
        return self._add(db, now.text, now.digest, number, number or 0, why, written=True)

    def _add(
        self,
        db: Connection,
        text: str,
        digest: str,
        parent: int | None,
        newest: int,
        why: str,
        *,
        written: bool = False,
    ) -> Version:
        version = Version(newest + 1, digest, parent, why, self._clock())
        row = {"number": version.number, "digest": digest, "parent": parent, "why": why, "made_at": version.made_at}
        db.execute(insert(t.board_version).values(production=self._id, document=text, unwritten=not written, **row))
        if parent is not None:
            carried = self._current_picks(parent).where(t.pick.c.take.is_not(None)).order_by(t.pick.c.id)
            for pick in db.execute(carried).all():
                kept = {"shot": pick.shot, "take": pick.take, "picked_by": pick.picked_by, "picked_at": pick.picked_at}
                db.execute(insert(t.pick).values(production=self._id, version=version.number, **kept))
        return version

    def _finish_restore(self) -> None:
        """Write out the document of a restore that was decided but not finished, even by a process that was killed."""
        pending = t.board_version.c.production == self._id, t.board_version.c.unwritten
        with self._database.reading() as db:
            if db.execute(select(t.board_version.c.number).where(*pending)).first() is None:
                return
        with self._database.writing() as db:
            row = db.execute(select(t.board_version).where(*pending).order_by(t.board_version.c.number.desc())).first()
            if row is not None:
                write_bytes(self._folder / DOCUMENT, row.document.encode())
                db.execute(t.board_version.update().where(*pending).values(unwritten=False))

    # -- takes and picks --------------------------------------------------------------------------------------------------

    def add_take(self, id: str, recipe: Recipe, clips: Iterable[Clip], cost: Money) -> Take:
        """Record a finished take with what it cost; the same `id` again changes nothing and returns what was recorded."""
        with self._database.writing() as db:
            # Locks the production where more than one process may write; on SQLite the transaction already holds the lock.
            db.execute(select(t.production.c.id).where(t.production.c.id == self._id).with_for_update())
            found = db.execute(select(t.take).where(t.take.c.id == id)).first()
            if found is not None:
                return take_of(found)
            shot, made_at = recipe.order.code, self._clock()
            of_shot = (t.take.c.production == self._id, t.take.c.shot == shot)
            number = (db.execute(select(func.max(t.take.c.number)).where(*of_shot)).scalar() or 0) + 1
            take = Take(number=number, shot=shot, recipe=recipe, clips=tuple(clips), cost_micros=cost.micros,
                        currency=cost.currency, made_at=made_at)  # fmt: skip
            what = {
                "recipe_digest": recipe.digest,
                "recipe": plain(recipe),
                "clips": plain(list(take.clips)),
                "state": _MADE,
            }
            price = {"currency": cost.currency, "made_at": made_at}
            row = {"id": id, "production": self._id, "shot": shot, "number": number, "cost_micros": cost.micros}
            db.execute(insert(t.take).values(**row, **what, **price))
            money = {"production": self._id, "take": id, "account": "charged", "amount_micros": cost.micros}
            db.execute(insert(t.spend).values(**money, **price))
            return take

    def take_by_id(self, id: str) -> Take | None:
        """The take recorded under `id`."""
        with self._database.reading() as db:
            row = db.execute(select(t.take).where(t.take.c.id == id)).first()
        return take_of(row) if row is not None else None

    def takes(self, shot: str | None = None, *, recipe: str | None = None) -> list[Take]:
        """Takes by shot and number: of one shot's address, or made by the recipe with digest `recipe`, or all."""
        query = select(t.take).where(t.take.c.production == self._id).order_by(t.take.c.shot, t.take.c.number)
        if shot is not None:
            query = query.where(t.take.c.shot == shot)
        if recipe is not None:
            query = query.where(t.take.c.recipe_digest == recipe)
        with self._database.reading() as db:
            return [take_of(row) for row in db.execute(query)]

    def is_whole(self, take: Take) -> bool:
        """Whether every clip of the take is here, undamaged."""
        return all(self.blobs.has(clip.sha256) for clip in take.clips)

    def pick(self, shot: str, number: int | None, by: str) -> None:
        """Put take `number` of a shot into the cut of the newest version; None takes the shot's pick away. Raises NotFoundError."""
        now = self.read()
        with self._database.writing() as db:
            version = self._newest(db)
            at = version.number if version is not None else self._snapshot(db, now, "first").number
            id = None
            if number is not None:
                of_shot = (t.take.c.production == self._id, t.take.c.shot == shot)
                id = db.execute(select(t.take.c.id).where(*of_shot, t.take.c.number == number)).scalar()
                if id is None:
                    raise NotFoundError(
                        f"there is no take {number}", where=shot, remedy="`callsheet takes` lists them."
                    )
            if id == self._picked(db, at).get(shot):
                return
            who = {"picked_by": by, "picked_at": self._clock()}
            db.execute(insert(t.pick).values(production=self._id, version=at, shot=shot, take=id, **who))

    def picks(self, version: int | None = None) -> dict[str, Take]:
        """The takes in the cut by shot address, of the newest version or of `version`."""
        with self._database.reading() as db:
            newest = self._newest(db)
            if version is None and newest is None:
                return {}
            picked = self._current_picks(version or newest.number).subquery()
            rows = db.execute(select(t.take).join(picked, picked.c.take == t.take.c.id).order_by(t.take.c.shot)).all()
        return {row.shot: take_of(row) for row in rows}

    def pick_history(self, shot: str) -> list[Pick]:
        """Every pick ever made for a shot, oldest first."""
        columns = (t.pick.c.shot, t.take.c.number, t.pick.c.picked_by, t.pick.c.picked_at, t.pick.c.version)
        query = select(*columns).select_from(t.pick.outerjoin(t.take, t.pick.c.take == t.take.c.id))
        query = query.where(t.pick.c.production == self._id, t.pick.c.shot == shot).order_by(t.pick.c.id)
        with self._database.reading() as db:
            return [Pick(*row) for row in db.execute(query)]

    def _current_picks(self, version: int) -> Select[Any]:
        of_version = (t.pick.c.production == self._id, t.pick.c.version == version)
        latest = select(func.max(t.pick.c.id)).where(*of_version).group_by(t.pick.c.shot)
        return select(t.pick).where(t.pick.c.id.in_(latest))

    def _picked(self, db: Connection, version: int) -> dict[str, str]:
        return {row.shot: row.take for row in db.execute(self._current_picks(version)) if row.take is not None}

    # -- artefacts, decisions, money --------------------------------------------------------------------------------------

    def artefacts(self, keys: Iterable[str]) -> dict[str, Artefact]:
        """The artefacts among `keys` that are made and whose bytes are here, undamaged."""
        wanted = sorted(set(keys))
        rows: list[Any] = []
        with self._database.reading() as db:
            for start in range(0, len(wanted), _KEYS_AT_ONCE):
                some = wanted[start : start + _KEYS_AT_ONCE]
                rows += db.execute(select(t.artefact).where(t.artefact.c.key.in_(some))).all()
        return {row.key: artefact_of(row) for row in rows if self.blobs.has(row.sha256)}

    def put_artefact(self, key: str, kind: str, sha256: str, meta: Mapping[str, Any]) -> Artefact:
        """Record a made artefact whose bytes are already a blob. What was recorded under `key` before is replaced."""
        row = {"kind": kind, "sha256": sha256, "meta": plain(dict(meta)), "made_at": self._clock()}
        with self._database.writing() as db:
            if db.execute(t.artefact.update().where(t.artefact.c.key == key).values(**row)).rowcount == 0:
                db.execute(insert(t.artefact).values(key=key, **row))
        return Artefact(key, kind, sha256, dict(meta))

    def decide(self, shot: str, body: Mapping[str, Any]) -> None:
        """Record how a shot will be shot and why, as plain JSON; the same decision again is not written twice."""
        if self.decisions().get(shot) == body:
            return
        row = {"production": self._id, "shot": shot, "body": plain(dict(body)), "made_at": self._clock()}
        with self._database.writing() as db:
            db.execute(insert(t.decision).values(**row))

    def decisions(self) -> dict[str, Mapping[str, Any]]:
        """The latest decision of every shot, by address."""
        import json

        ours = t.decision.c.production == self._id
        latest = select(func.max(t.decision.c.id)).where(ours).group_by(t.decision.c.shot)
        with self._database.reading() as db:
            return {
                row.shot: json.loads(row.body)
                for row in db.execute(select(t.decision).where(t.decision.c.id.in_(latest)))
            }

    def spent(self) -> list[Money]:
        """What was spent so far, one sum a currency, by currency."""
        total = func.sum(t.spend.c.amount_micros)
        query = select(t.spend.c.currency, total).where(t.spend.c.production == self._id)
        with self._database.reading() as db:
            rows = db.execute(query.group_by(t.spend.c.currency).order_by(t.spend.c.currency)).all()
        return [Money(int(micros), currency) for currency, micros in rows]
