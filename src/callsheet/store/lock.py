"""One process at a time works on a production."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from callsheet.errors import ConflictError
from callsheet.store.disk import guarded


class FolderLock:
    """The lock of a production folder. The system frees it when its holder dies, however that happens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # The number lies beside the lock, not in it: some systems do not let others read a file that is locked.
        self._holder = folder / "lock.process"
        self._lock = FileLock(folder / "lock", timeout=0, thread_local=False)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; may be nested. Raises ConflictError naming the process that holds it, or StorageError."""
        with guarded(self._folder):
            try:
                self._lock.acquire()
            except Timeout:  # an OSError too
                raise ConflictError(
                    f"another make is working on this folder (process {self._read()})",
                    where=str(self._folder.parent),
                    remedy="Wait until it is done, or stop it; what it has finished is kept.",
                ) from None
        try:
            if self._lock.lock_counter == 1:
                with guarded(self._holder):
                    self._holder.write_text(f"{os.getpid()}\n")
            yield
        finally:
            self._lock.release()

    def _read(self) -> str:
        try:
            return self._holder.read_text().strip() or "unknown"
        except OSError:
            return "unknown"
