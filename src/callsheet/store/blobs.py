"""Blobs: bytes named by their sha256, written once, checked when read."""

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from callsheet.errors import StorageError
from callsheet.store.disk import copy_file, guarded, sync_folder
from callsheet.store.memo import Memo, hash_file, stamp_of

_CHUNK = 1 << 20


class Blobs(Protocol):
    """Bytes by sha256. Every method raises StorageError when the disk or the object store refuses."""

    def put_file(self, path: Path, *, consume: bool = False) -> str:
        """Keep a copy of a file and return its sha256. With `consume` the file itself is taken and is gone afterwards."""

    def put_bytes(self, data: bytes) -> str:
        """Keep bytes and return their sha256."""

    def has(self, sha256: str) -> bool:
        """Whether the blob is here and undamaged."""

    def path(self, sha256: str) -> Path:
        """A checked file to read it from without copying; never write to it. StorageError when it is missing or damaged."""

    def open(self, sha256: str) -> BinaryIO:
        """The blob, checked, opened for reading."""

    def read(self, sha256: str) -> bytes:
        """The blob's bytes, checked."""

    def copy_to(self, sha256: str, target: Path) -> bool:
        """Copy the blob to a file of the user's in one atomic step; False when that file already holds these bytes."""

    def sweep(self) -> None:
        """Remove what killed runs left unfinished. Only while the production is locked."""

    def lend(self, sha256: str, seconds: int) -> str | None:
        """An address from which anybody who knows it can fetch the blob for so many seconds; None where blobs have no public address.

        Whoever has the address has the file: it is signed, and is not to be kept.
        """


class FolderBlobs:
    """Blobs in a folder, `sha256/<2>/<62>`, the layout an obstore LocalStore would read and write.

    Files are staged, hashed while they are copied, synced and renamed, so a blob is whole or absent. (Writing them through LocalStore
    itself would hold each file in memory for a conditional put, and would not sync.) A blob is hashed again only when its
    inode, size or time of change is not the one remembered when it was last known good.
    """

    def __init__(self, root: Path, memo: Memo) -> None:
        self.root = root
        self._memo = memo

    def put_file(self, path: Path, *, consume: bool = False) -> str:
        """See Blobs.put_file."""
        with self._staged() as staged:
            if consume and self._taken(path, staged):
                with guarded(path):
                    sha256 = hash_file(staged)
            else:
                with guarded(path), path.open("rb") as source:
                    sha256 = self._write(staged, iter(lambda: source.read(_CHUNK), b""))
                if consume:
                    with guarded(path):
                        path.unlink()
            return self._publish(staged, sha256)

    def put_bytes(self, data: bytes) -> str:
        """See Blobs.put_bytes."""
        return self.keep([data])

    def keep(self, chunks: Iterable[bytes]) -> str:
        """Keep bytes that come in pieces and return their sha256."""
        with self._staged() as staged:
            return self._publish(staged, self._write(staged, iter(chunks)))

    def adopt(self, path: Path, sha256: str) -> bool:
        """Take a file over as the blob `sha256`; False, leaving it where it is, when its bytes are others."""
        with guarded(path):
            if hash_file(path) != sha256:
                return False
        self._publish(path, sha256)
        with guarded(path):
            path.unlink(missing_ok=True)
        return True

    def has(self, sha256: str) -> bool:
        """See Blobs.has."""
        return self._sound(sha256) is True

    def path(self, sha256: str) -> Path:
        """See Blobs.path."""
        sound = self._sound(sha256)
        place = self._place(sha256)
        if sound is None:
            raise StorageError(f"the stored file {sha256} is gone", where=str(place), remedy=REMEDY)
        if not sound:
            raise StorageError(f"the stored file {sha256} is damaged: its bytes are not those that were stored",
                               where=str(place), remedy=REMEDY)  # fmt: skip
        return place

    def open(self, sha256: str) -> BinaryIO:
        """See Blobs.open."""
        place = self.path(sha256)
        with guarded(place):
            return place.open("rb")

    def read(self, sha256: str) -> bytes:
        """See Blobs.read."""
        with self.open(sha256) as file:
            return file.read()

    def copy_to(self, sha256: str, target: Path) -> bool:
        """See Blobs.copy_to."""
        with guarded(target):
            if target.is_file() and self._memo.digest(target) == sha256:
                return False
        copy_file(self.path(sha256), target)
        with guarded(target):
            self._memo.remember(stamp_of(target.stat()), sha256)
        return True

    def lend(self, sha256: str, seconds: int) -> str | None:
        """See Blobs.lend: a folder has no address."""
        return None

    def sweep(self) -> None:
        """Remove what killed runs left unfinished. Only while the production is locked."""
        staging = self.root / "staging"
        with guarded(staging):
            for left in staging.iterdir() if staging.is_dir() else ():
                left.unlink()

    def _place(self, sha256: str) -> Path:
        return self.root / "sha256" / sha256[:2] / sha256[2:]

    def _sound(self, sha256: str) -> bool | None:
        """True when whole, False when damaged, None when absent."""
        place = self._place(sha256)
        try:
            found = place.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.ENOTDIR:
                return None
            with guarded(place):
                raise
        stamp = stamp_of(found)
        if self._memo.recall(stamp) == sha256:
            return True
        with guarded(place):
            sound = hash_file(place) == sha256
        if sound:
            self._memo.remember(stamp, sha256)
        return sound

    @contextlib.contextmanager
    def _staged(self) -> Iterator[Path]:
        staged = self.root / "staging" / f"{os.getpid()}-{secrets.token_hex(8)}"
        with guarded(self.root):
            staged.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield staged
        finally:
            with guarded(self.root):
                staged.unlink(missing_ok=True)

    def _taken(self, path: Path, staged: Path) -> bool:
        """Move the file in, which is only a rename on one disk; False when it lies on another."""
        try:
            os.rename(path, staged)
        except OSError as error:
            if error.errno == errno.EXDEV:
                return False
            with guarded(path):
                raise
        return True

    def _write(self, staged: Path, chunks: Iterator[bytes]) -> str:
        found = hashlib.sha256()
        with guarded(self.root), staged.open("xb") as file:
            for chunk in chunks:
                found.update(chunk)
                file.write(chunk)
        return found.hexdigest()

    def _publish(self, staged: Path, sha256: str) -> str:
        if self._sound(sha256):
            return sha256
        place = self._place(sha256)
        with guarded(self.root):
            handle = os.open(staged, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            os.chmod(staged, 0o444)
            place.parent.mkdir(parents=True, exist_ok=True)
            # Two who put the same bytes at once both rename the same content: either file is right. A damaged blob is healed.
            os.replace(staged, place)
            sync_folder(place.parent)
            self._memo.remember(stamp_of(place.stat()), sha256)
        return sha256


REMEDY = (
    "Put the file back from a backup of the production. Without one, delete it and run again: "
    "what can be made again at no cost is made again, and you are asked before anything is bought."
)
