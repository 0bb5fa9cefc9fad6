"""What every case stands on: a schema prepared once, clips encoded once, and a store whose files need no disk."""

import contextlib
import functools
import hashlib
import io
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sim_case import PRODUCTION, REFERENCE
from sqlalchemy import insert

from callsheet.errors import MediaError, StorageError
from callsheet.film import Framing
from callsheet.floor.make import Measured, measure
from callsheet.rehearsal import Plain
from callsheet.store import ProductionStore
from callsheet.store import tables as t
from callsheet.store.database import Database
from callsheet.store.place import Place
from callsheet.testing.clock import EPOCH

_CLIPS = Plain(48)
_KNOWN: dict[str, Measured] = {}
REFERENCE_SHA = hashlib.sha256(REFERENCE).hexdigest()


def clips(recipe: Mapping[str, Any], framing: Framing) -> bytes:
    """A real clip of the order's length; its measures are kept beside it."""
    order = recipe["order"]
    return _clip(order["frames"], order["rate"], framing)


@functools.cache
def _clip(frames: int, rate: str, framing: Framing) -> bytes:
    data = _CLIPS({"order": {"frames": frames, "rate": rate}}, framing)
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(data)
        file.flush()
        _KNOWN[hashlib.sha256(data).hexdigest()] = measure(Path(file.name))
    return data


def recalled(path: Path) -> Measured:
    """What decoding would find: the measures of a clip that is whole. Raises MediaError for any other bytes."""
    found = _KNOWN.get(hashlib.sha256(path.read_bytes()).hexdigest())
    if found is None:
        raise MediaError("it is not a clip that can be decoded")
    return found


class Shelf:
    """Blobs in memory."""

    def __init__(self, room: Path) -> None:
        self.held: dict[str, bytes] = {}
        self._room = room

    def put_file(self, path: Path, *, consume: bool = False) -> str:
        sha256 = self.put_bytes(path.read_bytes())
        if consume:
            path.unlink()
        return sha256

    def put_bytes(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.held[sha256] = data
        return sha256

    def has(self, sha256: str) -> bool:
        return sha256 in self.held

    def path(self, sha256: str) -> Path:
        place = self._room / sha256
        if not place.exists():
            place.write_bytes(self.read(sha256))
        return place

    def lend(self, sha256: str, seconds: int) -> str | None:
        """Nobody outside fetches anything here."""
        return None

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self.read(sha256))

    def read(self, sha256: str) -> bytes:
        if sha256 not in self.held:
            raise StorageError(f"the stored file {sha256} is gone")
        return self.held[sha256]

    def copy_to(self, sha256: str, target: Path) -> bool:
        target.write_bytes(self.read(sha256))
        return True

    def sweep(self) -> None:
        pass


class Store(ProductionStore):
    """A worker's store: its own folder, on the database and the blobs that all workers share."""

    def __init__(self, folder: Path, blobs: Any, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__(folder, clock, Place())
        self.database.close()
        self.database, self.blobs, self._id = database, blobs, PRODUCTION
        self.scratch.mkdir(parents=True, exist_ok=True)


class Ground:
    """One in-memory database, put back to its template before each case, and a folder on tmpfs. Stays open for a process's cases."""

    def __init__(self) -> None:
        self.database = Database("sqlite:///:memory:")
        self.database.prepare()
        with self.database.writing() as db:
            db.execute(insert(t.production).values(id=PRODUCTION, made_at=EPOCH))
        self.raw = self._raw()
        self._template = self.raw.serialize()
        shm = Path("/dev/shm")
        self._folder = tempfile.TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else None)
        self.folder = Path(self._folder.name)
        self._stores: list[Store] = []

    def reset(self) -> None:
        """As it was before any case."""
        self.raw.rollback()
        self.raw.deserialize(self._template)
        self.raw.execute("PRAGMA foreign_keys=ON")
        self._shelf = Shelf(self.folder)
        self._shelf.put_bytes(REFERENCE)

    def store(self, number: int, clock: Callable[[], datetime]) -> Store:
        """The store of the `number`-th worker of a case."""
        while len(self._stores) <= number:
            folder = self.folder / f"worker-{len(self._stores)}"
            folder.mkdir()
            self._stores.append(Store(folder, self._shelf, self.database, clock))
        store = self._stores[number]
        store.clock, store.blobs = clock, self._shelf
        return store

    @property
    def held(self) -> Mapping[str, bytes]:
        """Every blob that is kept."""
        return self._shelf.held

    def close(self) -> None:
        self.database.close()
        with contextlib.suppress(OSError):
            shutil.rmtree(self.folder)
        self._folder.cleanup()

    def _raw(self) -> sqlite3.Connection:
        with self.database.reading() as db:
            raw = db.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        return raw


@contextlib.contextmanager
def ground() -> Iterator[Ground]:
    found = Ground()
    try:
        yield found
    finally:
        found.close()
