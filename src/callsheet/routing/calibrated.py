"""Calibrations: blind tests that belong to nobody's film, and speak for every production of whoever rated them.

On a server all productions are in one database, and so are these verdicts. A production in a folder has a database of its own: what was
said in a calibration is written out once more, where every production of this user finds it.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date
from pathlib import Path
from typing import Any

from callsheet.errors import InputError
from callsheet.routing.knowledge import Reviewed
from callsheet.routing.situation import situation
from callsheet.store import ProductionStore
from callsheet.store.disk import guarded, write_bytes
from callsheet.store.verdicts import verdicts

VARIABLE = "CALLSHEET_CALIBRATIONS"
"""Environment variable: the folder in which calibrations are kept."""
ACCEPTANCE = "standard"
"""What test shots are judged by."""
_SCHEMA = 1


def place(environ: Mapping[str, str] | None = None) -> Path:
    """The folder in which they are kept: `~/.config/callsheet/calibrations`, or what `CALLSHEET_CALIBRATIONS` names."""
    named = (os.environ if environ is None else environ).get(VARIABLE, "").strip()
    return Path(named) if named else Path.home() / ".config" / "callsheet" / "calibrations"


def publish(store: ProductionStore, models: Mapping[str, str]) -> Path | None:
    """Write out what was said in the calibration that `store` is of; `models` is by offer. None on a server, where it is there already."""
    if store.database.is_server:
        return None
    path = place() / f"{store.id}.json"
    with guarded(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    kept = _read(path)["said"] if path.is_file() else []
    named = {row["offer"]: row["model"] for row in kept} | dict(models)
    said = [
        {
            "shot": v.shot, "take": v.take, "use_case": v.use_case, "offer": v.offer, "model": named[v.offer],
            "accepted": v.accepted, "reason": v.reason, "by": v.by, "on": v.at.astimezone(UTC).date().isoformat(),
        }
        for v in verdicts(store) if v.offer in named
    ]  # fmt: skip
    text = json.dumps({"callsheet": _SCHEMA, "production": store.id, "said": said}, indent=1, ensure_ascii=False)
    write_bytes(path, f"{text}\n".encode())
    return path


def calibrated(store: ProductionStore) -> list[Reviewed]:
    """What was said in the calibrations of this user, but for the one that `store` is of. Raises InputError for a damaged file."""
    folder = place()
    if store.database.is_server or not folder.is_dir():
        return []
    found: list[Reviewed] = []
    for path in sorted(folder.glob("*.json")):
        told = _read(path)
        if told["production"] == store.id:
            continue
        # A person's newest word about a take is the one that counts, and a take weighs 1 however many people spoke about it.
        newest = {(row["shot"], row["take"], row["by"]): row for row in told["said"]}
        people = Counter((shot, take) for shot, take, _ in newest)
        for (shot, take, by), row in newest.items():
            found.append(
                Reviewed(
                    told["production"], shot, take, "", situation(row["use_case"], ACCEPTANCE), row["model"], row["offer"],
                    row["accepted"], row["reason"], date.fromisoformat(row["on"]), by, 1 / people[shot, take],
                )
            )  # fmt: skip
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        with guarded(path):
            told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if told["callsheet"] > _SCHEMA or not isinstance(told["said"], list):
            raise InputError(
                "a newer Callsheet wrote this calibration", where=str(path), remedy="Upgrade: pip install -U callsheet"
            )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"this calibration cannot be read: {error}", where=str(path), remedy="Remove the file, or rate again."
        ) from None
    return told
