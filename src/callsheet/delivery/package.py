"""The package: every file the client receives, in one folder with a manifest of digests."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callsheet.errors import StorageError

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Item:
    """One file of the package: `path` inside it, what it is, its content (bytes, or a file to copy) and facts for the manifest."""

    path: str
    kind: str
    content: bytes | Path
    sha256: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, path: str, kind: str, content: bytes, **facts: Any) -> "Item":
        """An item made of bytes."""
        return cls(path, kind, content, hashlib.sha256(content).hexdigest(), facts)


def package(
    folder: Path, items: Iterable[Item], facts: Mapping[str, Any], digest_of: Callable[[Path], str]
) -> tuple[int, int]:
    """Bring `folder` to hold exactly these items and a manifest; returns how many files were written and how many were right already.

    Each file is written beside its place and moved there whole. Files of an earlier package that are no longer part of it are
    removed; files that were never part of one are left alone. Raises StorageError when the folder cannot be written.
    """
    items = list(items)
    manifest = {
        **facts,
        "files": [
            {
                "path": item.path,
                "kind": item.kind,
                "sha256": item.sha256,
                "bytes": _size(item),
                **dict(sorted(item.facts.items())),
            }
            for item in items
        ],
    }
    text = (json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=False) + "\n").encode()
    written = kept = 0
    try:
        before = _listed(folder)
        for item in [*items, Item.of(MANIFEST, "manifest", text)]:
            target = folder / item.path
            if target.is_file() and digest_of(target) == item.sha256:
                kept += 1
                continue
            _write(target, item.content)
            written += 1
        for path in before - {item.path for item in items}:
            (folder / path).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"cannot write the package: {error.strerror or error}",
            where=str(error.filename or folder),
            remedy="Free some space or make the folder writable, then run `callsheet deliver` again; every take and render is kept.",
        ) from error
    return written, kept


def _size(item: Item) -> int:
    return len(item.content) if isinstance(item.content, bytes) else item.content.stat().st_size


def _listed(folder: Path) -> set[str]:
    """Paths that the manifest in place names, kept inside the folder."""
    try:
        files = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
        paths = {str(f["path"]) for f in files}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {p for p in paths if not os.path.isabs(p) and ".." not in Path(p).parts}


def _write(target: Path, content: bytes | Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if isinstance(content, bytes):
            beside.write_bytes(content)
        else:
            shutil.copyfile(content, beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
