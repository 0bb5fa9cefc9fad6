"""A delivered film, and the stamp by which an unchanged one is recognised without asking anything else."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from callsheet.film.price import Money

FOLDER = "deliver"
_STAMP = Path(".callsheet") / "made.json"
_MEMORY = "callsheet.sqlite"
_SERVER = "CALLSHEET_DATABASE_URL"


@dataclass(frozen=True)
class Made:
    """A delivered film. `takes` and `segments` count what was made and what was reused."""

    production: str
    version: int
    takes: Mapping[str, int]
    segments: Mapping[str, int]
    spent: Money
    deliverables: tuple[Mapping[str, Any], ...]
    folder: str
    warnings: tuple[str, ...]
    required: tuple[str, ...] = ()
    """What the rules ask to be done before it goes out, and is not done: labels, marks, declarations."""
    to_do: int = 0
    """How many different things that are, as far as it is known where the film is shown."""
    unstated: tuple[str, ...] = ()
    """What to state in the document to know which rules of which places ask for something; empty when that is known."""

    def facts(self) -> dict[str, Any]:
        """As plain data, the contract of `callsheet make --json`."""
        return {
            "production": self.production,
            "version": self.version,
            "takes": dict(self.takes),
            "segments": dict(self.segments),
            "spent": {"currency": self.spent.currency, "micros": self.spent.micros},
            "deliverables": [dict(d) for d in self.deliverables],
            "warnings": list(self.warnings),
            "required": list(self.required),
            "to_do": self.to_do,
            "unstated": list(self.unstated),
        }


def stamp(
    folder: Path, made: Made, treatment: str | None, sources: Sequence[str], good_until: date | None = None
) -> None:
    """Remember that the folder, as it is now, is this film; `sources` are the files it was made from, relative to the folder.

    On the day `good_until` it has to be asked again whether it may be delivered.
    """
    facts = {
        "good_until": good_until.isoformat() if good_until else None,
        "key": _key(folder, treatment, sources),
        "sources": list(sources),
        "folder": made.folder,
        "made": made.facts(),
    }
    beside = folder / _STAMP.with_suffix(".part")
    beside.write_text(json.dumps(facts), "utf-8")
    beside.replace(folder / _STAMP)


def unchanged(folder: Path, treatment: str | None, today: date) -> Made | None:
    """The film as it was made last, if nothing that could change it has changed since: its sources, what is remembered, what was
    delivered, the program, its fonts and settings; and if no paper has ended and no rule begun until `today`. None when anything has, or
    when it is not known: what is remembered on a server others may have changed, and only the server knows."""
    if os.environ.get(_SERVER):
        return None
    try:
        facts = json.loads((folder / _STAMP).read_text("utf-8"))
        if facts["key"] != _key(folder, treatment, facts["sources"]):
            return None
        if facts["good_until"] and today >= date.fromisoformat(facts["good_until"]):
            return None
        made = facts["made"]
        takes, segments = ({"made": 0, "reused": made[k]["made"] + made[k]["reused"]} for k in ("takes", "segments"))
        spent = Money(made["spent"]["micros"], made["spent"]["currency"])
        lists = ("deliverables", "warnings", "required", "unstated")
        files, warnings, required, unstated = (tuple(made[name]) for name in lists)
        return Made(
            made["production"], made["version"], takes, segments, spent, files, facts["folder"], warnings, required,
            made["to_do"], unstated,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _key(folder: Path, treatment: str | None, sources: Sequence[str]) -> str:
    found = hashlib.sha256(repr((treatment, str(folder), sys.version)).encode())
    for name in sources:
        content = (folder / name).read_bytes() if (folder / name).is_file() else b"-"
        found.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    for name, value in sorted(os.environ.items()):
        if name.startswith("CALLSHEET_"):
            found.update(f"{name}={value}\n".encode())
    for path in _watched(folder):
        state = path.stat()
        found.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _watched(folder: Path) -> Iterator[Path]:
    """Files that are compared by size and time: what was delivered, what is remembered, the program and the packages beside it."""
    yield from sorted(p for p in (folder / FOLDER).rglob("*") if p.is_file())
    yield from sorted((folder / ".callsheet").glob(_MEMORY + "*"))
    program = Path(__file__).parents[1]
    yield from sorted(program.rglob("*.py"))
    yield from (Path(entry) for entry in sys.path if entry.endswith("site-packages") and Path(entry).is_dir())
