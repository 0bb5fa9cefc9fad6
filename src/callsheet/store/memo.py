"""Which files were already hashed: so that a run that changes nothing does not read gigabytes to find that out."""

import contextlib
import hashlib
import os
import time
from pathlib import Path

from callsheet.errors import StorageError
from callsheet.store.disk import write_bytes

_CHUNK = 1 << 20
_SETTLED_NS = 2_000_000_000
"""A file changed more recently than this may be changed again without its time moving; its hash is not remembered."""

Stamp = tuple[int, int, int]
"""Inode, size in bytes, time of change in nanoseconds."""


def stamp_of(found: os.stat_result) -> Stamp:
    """What tells an unchanged file from a changed one without reading it."""
    return found.st_ino, found.st_size, found.st_mtime_ns


def hash_file(path: Path) -> str:
    """The sha256 of a file in hex. Raises OSError."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


class Memo:
    """Remembers the sha256 of files by inode, size and time of change, in one small text file that may be deleted any time.

    Processes add whole lines at the end, so several may use it together; a line that is lost costs one more hash, no more.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[Stamp, str] | None = None

    def recall(self, stamp: Stamp) -> str | None:
        """The sha256 of the file that had `stamp` when it was hashed, or None."""
        return self._load().get(stamp)

    def remember(self, stamp: Stamp, sha256: str) -> None:
        """Keep the hash of a file; a disk that refuses only costs another hash later."""
        known = self._load()
        if known.get(stamp) == sha256:
            return
        known[stamp] = sha256
        with contextlib.suppress(OSError):
            handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, _line(stamp, sha256).encode())
            finally:
                os.close(handle)

    def digest(self, path: Path) -> str:
        """The sha256 of a file that people may edit, read only when it changed since the last time. Raises OSError."""
        before = path.stat()
        if (known := self.recall(stamp_of(before))) is not None:
            return known
        sha256 = hash_file(path)
        after = path.stat()
        if stamp_of(after) == stamp_of(before) and time.time_ns() - after.st_mtime_ns > _SETTLED_NS:
            self.remember(stamp_of(after), sha256)
        return sha256

    def _load(self) -> dict[Stamp, str]:
        if self._known is not None:
            return self._known
        self._known = {}
        try:
            lines = self._file.read_text("ascii", errors="replace").splitlines()
        except OSError:
            return self._known
        for line in lines:
            words = line.split()
            if len(words) == 4 and len(words[0]) == 64 and all(w.isdigit() for w in words[1:]):
                self._known[int(words[1]), int(words[2]), int(words[3])] = words[0]
        if len(lines) > 2 * len(self._known) + 1000:
            with contextlib.suppress(StorageError):
                write_bytes(self._file, "".join(_line(s, d) for s, d in sorted(self._known.items())).encode())
        return self._known


def _line(stamp: Stamp, sha256: str) -> str:
    return f"{sha256} {stamp[0]} {stamp[1]} {stamp[2]}\n"
