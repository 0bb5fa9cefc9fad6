"""The one door to a production's memory: its document and versions, takes, picks, artefacts, decisions, money.

The document and the assets are files that people edit. Everything else is in `.callsheet/`, or on a PostgreSQL server and in an S3
bucket when the settings say so; nothing above knows which.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select

from callsheet.errors import ConflictError, InputError, NotFoundError
from callsheet.film import Clip, Money, Recipe, Take
from callsheet.store import home, versions
from callsheet.store import tables as t
from callsheet.store.blobs import Blobs, FolderBlobs
from callsheet.store.database import Database, put
from callsheet.store.disk import guarded, write_bytes
from callsheet.store.memo import Memo
from callsheet.store.place import Place
from callsheet.store.rows import Artefact, Pick, Text, Version, artefact_of, plain, take_of, version_of

if TYPE_CHECKING:
    from callsheet.store.lock import FolderLock, ServerLock

DOCUMENT = "production.yaml"
_STATE = ".callsheet"
_MADE, _REJECTED = "made", "rejected"
"""The states of a take: whether a gate rejected it."""
_SPENT = ("charged:reported", "charged:computed", "refund:pending")
_KEYS_AT_ONCE = 500


def _now() -> datetime:
    return datetime.now(UTC)


class ProductionStore:
    """Open it with `ProductionStore.open(folder)`; close it, or use it in a `with` statement. Safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime] = _now,
        place: Place | None = None,
        database: Database | None = None,
    ) -> None:
        self._folder = folder
        self._state = folder / _STATE
        self.clock = clock
        self._place = Place.from_settings() if place is None else place
        self._shares = database is not None
        self.database = database or Database(self._place.database or home.embedded(self._state))
        self._memo = Memo(self._state / "checked")
        self.blobs: Blobs = FolderBlobs(self._state / "blobs", self._memo)
        if self._place.blobs:
            from callsheet.store.bucket import open_bucket

            self.blobs = open_bucket(self._place.blobs, self.blobs, self._place.public)
        self._id = ""

    @classmethod
    def open(
        cls,
        folder: Path,
        clock: Callable[[], datetime] = _now,
        *,
        place: Place | None = None,
        id: str | None = None,
        database: Database | None = None,
    ) -> "ProductionStore":
        """Open the production in `folder`, making its `.callsheet/` when there is none yet.

        Its memory is where the settings say (see Place), or at `place`. A worker on another machine gives the `id` of the production
        whose memory it wants to use from a folder of its own, and the `database` of the place, which it shares.

        Raises NotFoundError for no such folder or production, VersionError when a newer Callsheet wrote it (nothing is touched then),
        ConflictError when its memory is elsewhere, InputError for wrong settings, StorageError.
        """
        if not folder.is_dir():
            raise NotFoundError(
                "there is no such folder", where=str(folder), remedy="`callsheet new DIR --brief FILE` starts one."
            )
        store = cls(folder.absolute(), clock, place, database)
        try:
            store._prepare(id)
        except BaseException:
            store.close()
            raise
        return store

    def _prepare(self, id: str | None) -> None:
        with guarded(self._state):
            self._state.mkdir(exist_ok=True)
            ignored = (self._state / ".gitignore").exists()
        if not ignored:
            write_bytes(self._state / ".gitignore", b"*\n")
        if id is not None and home.keep_id(self._state, id) != id:
            raise ConflictError("this folder belongs to another production", where=str(self._folder),
                                remedy="Use an empty folder.")  # fmt: skip
        self._id = home.settle(self._state, self._place, self.database, self.clock, known=id is not None)

    def close(self) -> None:
        """Let go of the database, unless others share it."""
        if not self._shares:
            self.database.close()

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
    def folder(self) -> Path:
        """The folder with the document and the assets; a worker's own for a production whose folder is elsewhere."""
        return self._folder

    @property
    def place(self) -> Place:
        """Where its memory is."""
        return self._place

    @property
    def scratch(self) -> Path:
        """A folder for unfinished work, emptied by `sweep`."""
        return self._state / "work"

    @property
    def flows_url(self) -> str:
        """Where the floor's engine keeps its own tables, apart from ours. On a server it holds the password: never show it."""
        if self._place.database is not None:
            return self._place.database.render_as_string(hide_password=False)
        return f"sqlite:///{self._state / 'dbos.sqlite'}"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Work on this production alone, on every machine; may be nested. Raises ConflictError naming the process that already does."""
        with self._lock.held(), self._server_lock.held() if self.database.is_server else contextlib.nullcontext():
            yield

    @contextlib.contextmanager
    def worker_locked(self) -> Iterator[None]:
        """Be a worker: the only one on SQLite, else ConflictError; one of many on a server, where nothing is locked."""
        from callsheet.store.lock import worker_lock

        with contextlib.nullcontext() if self.database.is_server else worker_lock(self._state).held():
            yield

    @cached_property
    def _lock(self) -> "FolderLock":
        from callsheet.store.lock import FolderLock

        return FolderLock(self._state)

    @cached_property
    def _server_lock(self) -> "ServerLock":
        from callsheet.store.lock import ServerLock

        return ServerLock(self.database, self._id)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction that writes to this production, one at a time, so that what it read first still holds when it writes."""
        with self.database.writing() as db:
            mine = select(t.production.c.id).where(t.production.c.id == self._id)
            db.execute(mine.with_for_update(key_share=True))
            yield db

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

    def keep_asset(self, file: str) -> str:
        """Put an asset among the blobs, where workers on other machines find it by the sha256 that is returned. Raises like `asset`."""
        sha256 = self.asset_digest(file)
        return sha256 if self.blobs.has(sha256) else self.blobs.put_file(self.asset(file))

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
        with self._writing():  # so that two of us do not compare at the same time
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
        with self._writing() as db:
            return versions.snapshot(db, self._id, now, why, self.clock())

    def versions(self) -> list[Version]:
        """Every version, oldest first."""
        with self.database.reading() as db:
            return [
                version_of(row)
                for row in db.execute(versions.of_production(self._id).order_by(t.board_version.c.number))
            ]

    def document(self, number: int) -> str:
        """The document's text in version `number`. Raises NotFoundError."""
        with self.database.reading() as db:
            return str(versions.numbered(db, self._id, number).document)

    def restore(self, number: int) -> Version:
        """Bring back the document and the picks of version `number`, as a new version; nothing is lost and nothing is made.

        What the document says now is kept as a version of its own first. Raises NotFoundError.
        """
        now = self.read()
        with self._writing() as db:
            wanted = versions.numbered(db, self._id, number)
            newest = versions.snapshot(db, self._id, now, f"before restoring {number}", self.clock())
            same = versions.picked(db, self._id, newest.number) == versions.picked(db, self._id, number)
            if newest.digest == wanted.digest and same:
                return newest
            text = Text(str(wanted.document), wanted.digest)
            restored = Version(newest.number + 1, text.digest, number, f"restored from {number}", self.clock())
            versions.add(db, self._id, text, restored, unwritten=True)
        self._finish_restore()
        return restored

    def _finish_restore(self) -> None:
        """Write out the document of a restore that was decided but not finished, even by a process that was killed."""
        pending = t.board_version.c.production == self._id, t.board_version.c.unwritten
        with self.database.reading() as db:
            if db.execute(select(t.board_version.c.number).where(*pending)).first() is None:
                return
        with self._writing() as db:
            row = db.execute(select(t.board_version).where(*pending).order_by(t.board_version.c.number.desc())).first()
            if row is not None:
                write_bytes(self._folder / DOCUMENT, row.document.encode())
                db.execute(t.board_version.update().where(*pending).values(unwritten=False))

    # -- takes and picks --------------------------------------------------------------------------------------------------

    def add_take(self, id: str, recipe: Recipe, clips: Iterable[Clip], cost: Money) -> Take:
        """Record a finished take; the same `id` again changes nothing and returns what was recorded."""
        with self._writing() as db:
            return self.record_take(db, id, recipe, clips, cost)

    def record_take(
        self, db: Connection, id: str, recipe: Recipe, clips: Iterable[Clip], cost: Money, extra: str | None = None
    ) -> Take:
        """Like `add_take`, in a transaction that also books what the take cost.

        With `extra`, a take that is there already gets another beside it, under that id: two were paid for.
        """
        # Takes of a shot are numbered one after another: locks the production where more than one process may write.
        db.execute(select(t.production.c.id).where(t.production.c.id == self._id).with_for_update(key_share=True))
        found = db.execute(select(t.take).where(t.take.c.id == id)).first()
        if found is not None:
            return take_of(found) if extra is None else self.record_take(db, extra, recipe, clips, cost)
        shot, made_at = recipe.order.code, self.clock()
        of_shot = (t.take.c.production == self._id, t.take.c.shot == shot)
        number = (db.execute(select(func.max(t.take.c.number)).where(*of_shot)).scalar() or 0) + 1
        take = Take(number=number, shot=shot, recipe=recipe, clips=tuple(clips), cost_micros=cost.micros,
                    currency=cost.currency, made_at=made_at)  # fmt: skip
        what = {
            "recipe_digest": recipe.digest,
            "recipe": plain(recipe),
            "clips": plain(list(take.clips)),
            "state": _REJECTED if take.rejected else _MADE,
        }
        row = {"id": id, "production": self._id, "shot": shot, "number": number, "cost_micros": cost.micros}
        db.execute(insert(t.take).values(**row, **what, currency=cost.currency, made_at=made_at))
        return take

    def take_by_id(self, id: str) -> Take | None:
        """The take recorded under `id`."""
        with self.database.reading() as db:
            row = db.execute(select(t.take).where(t.take.c.id == id)).first()
        return take_of(row) if row is not None else None

    def takes(self, shot: str | None = None, *, recipe: str | None = None) -> list[Take]:
        """Takes by shot and number: of one shot's address, or made by the recipe with digest `recipe`, or all."""
        query = select(t.take).where(t.take.c.production == self._id).order_by(t.take.c.shot, t.take.c.number)
        if shot is not None:
            query = query.where(t.take.c.shot == shot)
        if recipe is not None:
            query = query.where(t.take.c.recipe_digest == recipe)
        with self.database.reading() as db:
            return [take_of(row) for row in db.execute(query)]

    def is_whole(self, take: Take) -> bool:
        """Whether every clip of the take is here, undamaged."""
        return all(self.blobs.has(clip.sha256) for clip in take.clips)

    def pick(self, shot: str, number: int | None, by: str) -> None:
        """Put take `number` of a shot into the cut of the newest version; None takes the shot's pick away. Raises NotFoundError."""
        now = self.read()
        with self._writing() as db:
            version = versions.newest(db, self._id)
            at = (version or versions.snapshot(db, self._id, now, "first", self.clock())).number
            id = None
            if number is not None:
                of_shot = (t.take.c.production == self._id, t.take.c.shot == shot)
                id = db.execute(select(t.take.c.id).where(*of_shot, t.take.c.number == number)).scalar()
                if id is None:
                    raise NotFoundError(
                        f"there is no take {number}", where=shot, remedy="`callsheet takes` lists them."
                    )
            if id == versions.picked(db, self._id, at).get(shot):
                return
            who = {"picked_by": by, "picked_at": self.clock()}
            db.execute(insert(t.pick).values(production=self._id, version=at, shot=shot, take=id, **who))

    def picks(self, version: int | None = None) -> dict[str, Take]:
        """The takes in the cut by shot address, of the newest version or of `version`."""
        with self.database.reading() as db:
            newest = versions.newest(db, self._id)
            if version is None and newest is None:
                return {}
            picked = versions.current_picks(self._id, version or newest.number).subquery()
            rows = db.execute(select(t.take).join(picked, picked.c.take == t.take.c.id).order_by(t.take.c.shot)).all()
        return {row.shot: take_of(row) for row in rows}

    def pick_history(self, shot: str) -> list[Pick]:
        """Every pick ever made for a shot, oldest first."""
        columns = (t.pick.c.shot, t.take.c.number, t.pick.c.picked_by, t.pick.c.picked_at, t.pick.c.version)
        query = select(*columns).select_from(t.pick.outerjoin(t.take, t.pick.c.take == t.take.c.id))
        query = query.where(t.pick.c.production == self._id, t.pick.c.shot == shot).order_by(t.pick.c.id)
        with self.database.reading() as db:
            return [Pick(*row) for row in db.execute(query)]

    # -- artefacts, decisions, money --------------------------------------------------------------------------------------

    def artefacts(self, keys: Iterable[str]) -> dict[str, Artefact]:
        """The artefacts among `keys` that are made and whose bytes are here, undamaged."""
        wanted = sorted(set(keys))
        rows: list[Any] = []
        with self.database.reading() as db:
            for start in range(0, len(wanted), _KEYS_AT_ONCE):
                some = wanted[start : start + _KEYS_AT_ONCE]
                rows += db.execute(select(t.artefact).where(t.artefact.c.key.in_(some))).all()
        return {row.key: artefact_of(row) for row in rows if self.blobs.has(row.sha256)}

    def put_artefact(self, key: str, kind: str, sha256: str, meta: Mapping[str, Any]) -> Artefact:
        """Record a made artefact whose bytes are already a blob. What was recorded under `key` before is replaced."""
        row = {"kind": kind, "sha256": sha256, "meta": plain(dict(meta)), "made_at": self.clock()}
        with self.database.writing() as db:
            put(db, t.artefact, {"key": key, **row}, replace=True)
        return Artefact(key, kind, sha256, dict(meta))

    def decide(self, shot: str, body: Mapping[str, Any]) -> None:
        """Record how a shot will be shot and why, as plain JSON; the same decision again is not written twice."""
        if self.decisions().get(shot) == body:
            return
        row = {"production": self._id, "shot": shot, "body": plain(dict(body)), "made_at": self.clock()}
        with self._writing() as db:
            db.execute(insert(t.decision).values(**row))

    def decisions(self) -> dict[str, Mapping[str, Any]]:
        """The latest decision of every shot, by address."""
        import json

        ours = t.decision.c.production == self._id
        latest = select(func.max(t.decision.c.id)).where(ours).group_by(t.decision.c.shot)
        with self.database.reading() as db:
            return {
                row.shot: json.loads(row.body)
                for row in db.execute(select(t.decision).where(t.decision.c.id.in_(latest)))
            }

    def spent(self) -> list[Money]:
        """What was charged so far and not refunded, one sum a currency, by currency."""
        total = func.sum(t.posting.c.micros)
        query = select(t.posting.c.currency, total).join(t.entry, t.entry.c.id == t.posting.c.entry)
        query = query.where(t.entry.c.production == self._id, t.posting.c.account.in_(_SPENT)).group_by(
            t.posting.c.currency
        )
        with self.database.reading() as db:
            return [
                Money(int(micros), currency) for currency, micros in db.execute(query.order_by(t.posting.c.currency))
            ]
