"""Rating a bake-off: scores go by letter, and who made what is told once every clip has one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from callsheet.bakeoff.clips import CALIBRATION, FACTS, FOLDER
from callsheet.bakeoff.page import write_page
from callsheet.errors import InputError, NotFoundError
from callsheet.floor.crew import person
from callsheet.routing.calibrated import publish
from callsheet.store import ProductionStore
from callsheet.store.verdicts import Reason, Verdict, say, verdicts

_ACCEPTED = 4
"""From this score on a clip is good enough to use."""


@dataclass(frozen=True)
class Rated:
    """What was said. `revealed` maps letters to offers once every clip is rated; it is empty before."""

    scores: Mapping[str, int]
    left: tuple[str, ...]
    revealed: Mapping[str, str]
    page: Path
    kept: Path | None = None
    """Where a calibration's ratings are kept for every production of yours; None for a bake-off, in rehearsal and on a server."""


def rate(
    store: ProductionStore, folder: Path, scores: Mapping[str, tuple[int, Reason | None]], by: str | None = None
) -> Rated:
    """Score clips by their letters, 1 to 5, with a reason where one is given. Raises NotFoundError, InputError.

    Each score is kept as a verdict: blind until everything is rated, so that nobody's hopes are in it.
    """
    beside = folder / FOLDER
    try:
        facts: dict[str, Any] = json.loads((beside / FACTS).read_text("utf-8"))
    except FileNotFoundError as error:
        raise NotFoundError(
            "there is no bake-off here", where=str(beside), remedy="Shoot one: `callsheet bakeoff BRIEF --models a,b`."
        ) from error
    entries = {entry["label"]: entry for entry in facts["entries"] if entry["clip"]}
    wrong = [label for label in scores if label not in entries]
    if wrong:
        raise InputError(f"there is no clip {wrong[0]!r}", where="bakeoff", remedy="Known: " + ", ".join(entries) + ".")
    blind = bool(_left(entries, _said(store), facts))
    takes = {(take.shot, take.number): take for take in store.takes()}
    who = by or person()
    for label, (score, reason) in scores.items():
        take = takes[_key(entries[label], facts)]
        say(store, take, score >= _ACCEPTED, who, score=score, reason=reason, blind=blind)
    said = _said(store)
    left = _left(entries, said, facts)
    by_label = {label: said[_key(entry, facts)] for label, entry in entries.items() if _key(entry, facts) in said}
    write_page(beside, facts, {} if left else by_label)
    kept = None
    if facts.get("kind") == CALIBRATION and not facts["rehearsal"]:
        kept = publish(store, {entry["offer"]: entry["model"] for entry in entries.values()})
    revealed = {} if left else {label: cast(str, entry["offer"]) for label, entry in entries.items()}
    told = {label: verdict.score for label, verdict in by_label.items() if verdict.score is not None}
    return Rated(told, tuple(left), revealed, beside / "index.html", kept)


def _key(entry: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[str, int]:
    """The shot and the number of an entry's take."""
    return entry.get("shot") or facts["shot"], entry["take"]


def _said(store: ProductionStore) -> dict[tuple[str, int], Verdict]:
    """The newest verdict of each take that has a score."""
    return {(v.shot, v.take): v for v in verdicts(store) if v.score is not None}


def _left(
    entries: Mapping[str, Any], said: Mapping[tuple[str, int], Verdict], facts: Mapping[str, Any]
) -> Sequence[str]:
    return [label for label, entry in entries.items() if _key(entry, facts) not in said]
