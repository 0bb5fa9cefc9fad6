"""Writing to a disk so that nothing is ever half-written, and saying what a disk answers in our own errors."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from callsheet.errors import StorageError

_SAYS = {
    errno.ENOSPC: ("the disk is full", "Free some space and run again: what was finished is kept, nothing is half-written."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space and run again: what was finished is kept, nothing is half-written."),
    errno.EROFS: ("the folder is read-only", "Make it writable, or copy the production to a folder that is."),
    errno.EACCES: ("the folder may not be written or read", "Give this user the permission, or copy the production elsewhere."),
    errno.EPERM: ("the folder may not be written or read", "Give this user the permission, or copy the production elsewhere."),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "Move that file away, or choose another folder."),
    errno.ENOENT: ("it is not there", "Put it back, or run again to make it again."),
    errno.EIO: ("the disk could not be read or written", "Check the disk; restore the production from a backup if files are lost."),
    errno.EMFILE: ("too many files are open", "Close other programs, or raise the limit of open files."),
}  # fmt: skip
_PLAIN_COPY = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF}
_CHUNK = 1 << 20


def storage_error(error: OSError, where: str | Path) -> StorageError:
    """The StorageError that says what `error` means for the file or folder `where`, and what to do."""
    what, remedy = _SAYS.get(
        error.errno or 0, (error.strerror or str(error), "Check the disk and the folder, then run again.")
    )
    return StorageError(what, where=str(where), remedy=remedy)


def is_of_disk(error: OSError) -> bool:
    """Whether it is the disk that refused: full, read-only, forbidden, broken; not a missing file, and not a network."""
    return error.errno in _SAYS and error.errno != errno.ENOENT


@contextlib.contextmanager
def guarded(where: str | Path) -> Iterator[None]:
    """Raise every OSError of the block as StorageError about `where`."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, where) from error


def beside(target: Path) -> Path:
    """A fresh name next to `target` for bytes that are not finished; a dot hides it."""
    return target.with_name(f".{target.name}.{secrets.token_hex(6)}.partial")


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a loss of power, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(target: Path, data: bytes) -> None:
    """Write `data` to `target` in one atomic step: readers see the old bytes or the new ones. Raises StorageError."""
    partial = beside(target)
    with guarded(target):
        mode = target.stat().st_mode & 0o777 if target.exists() else None
        try:
            with partial.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                if mode is not None:
                    os.chmod(partial, mode)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)
        sync_folder(target.parent)


def copy_file(source: Path, target: Path) -> None:
    """Copy `source` to `target` in one atomic step, sharing disk blocks where the file system can.

    Always a copy, never a hard link: editing `target` must not reach `source`. Raises StorageError.
    """
    partial = beside(target)
    with guarded(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with source.open("rb") as read, partial.open("xb") as write:
                _copy(read.fileno(), write.fileno())
                os.fsync(write.fileno())
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)
        sync_folder(target.parent)


def _copy(read: int, write: int) -> None:
    if hasattr(os, "copy_file_range"):
        try:
            while os.copy_file_range(read, write, 1 << 30):
                pass
            return
        except OSError as error:
            if error.errno not in _PLAIN_COPY:
                raise
            os.lseek(read, 0, os.SEEK_SET)
            os.lseek(write, 0, os.SEEK_SET)
            os.ftruncate(write, 0)
    while chunk := os.read(read, _CHUNK):
        view = memoryview(chunk)
        while view:
            view = view[os.write(write, view) :]
