"""Parcels: a call that another machine can make. Functions travel by their names, files by what is in them."""

import base64
import io
import pickle
from pathlib import Path
from typing import Any, Protocol

from callsheet.errors import CallsheetError, InputError


class Shelf(Protocol):
    """Where files are found by their sha256 on every machine: a production's blobs."""

    def has(self, sha256: str) -> bool:
        """Whether it is there."""

    def path(self, sha256: str) -> Path:
        """A file to read it from."""

    def put_file(self, path: Path) -> str:
        """Keep a copy of a file and return its sha256."""


def pack(value: Any, shelf: Shelf) -> str:
    """`value` as text. Every file it names lies on the shelf afterwards. Raises InputError for what cannot travel."""
    out = io.BytesIO()
    try:
        _Packer(out, shelf).dump(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InputError(
            f"this work cannot be done by another process: {error}",
            remedy="Functions must lie in a module of their own, and arguments must be plain data and files.",
        ) from error
    return base64.b85encode(out.getvalue()).decode()


def unpack(text: str, shelf: Shelf) -> Any:
    """What was packed, with its files where they lie here. Raises CallsheetError for work of a module that this machine lacks."""
    try:
        return _Unpacker(io.BytesIO(base64.b85decode(text)), shelf).load()
    except (ImportError, AttributeError) as error:
        raise CallsheetError(
            f"this machine lacks a part that the work needs: {error}",
            remedy="Install the same Callsheet, with the same extras and providers, on every worker.",
        ) from error


class _Packer(pickle.Pickler):
    def __init__(self, out: io.BytesIO, shelf: Shelf) -> None:
        super().__init__(out, protocol=5)
        self._shelf = shelf

    def persistent_id(self, found: Any) -> str | None:
        if not isinstance(found, Path):
            return None
        named = self._named(found)
        if named is not None:
            return named
        if not found.is_file():
            raise InputError("this file is not there", where=str(found), remedy="Put it back, then run again.")
        return self._shelf.put_file(found)

    def _named(self, path: Path) -> str | None:
        """The sha256 of a file that lies on the shelf already."""
        if len(path.parts) < 3 or path.parts[-3] != "sha256":
            return None
        sha256 = path.parts[-2] + path.parts[-1]
        return sha256 if len(sha256) == 64 and self._shelf.has(sha256) and self._shelf.path(sha256) == path else None


class _Unpacker(pickle.Unpickler):
    def __init__(self, data: io.BytesIO, shelf: Shelf) -> None:
        super().__init__(data)
        self._shelf = shelf

    def persistent_load(self, sha256: Any) -> Path:
        return self._shelf.path(str(sha256))
