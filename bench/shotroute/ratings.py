"""Read a file of human ratings into shots: for each model its takes, and which criteria each take failed."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from callsheet.errors import InputError
from callsheet.routing.verdicts import Situation, Try

ACCEPT = 0.7
"""A criterion passes when the mean of its raters, scaled to 0..1 from the lowest to the highest mark, is this or more."""
COLUMNS = {"group", "prompt_id", "split", "dimension", "scale_max", "model", "take"}


@dataclass(frozen=True)
class RatedShot:
    """One prompt: the takes of every model, by model in the order of the file's models."""

    name: str
    split: str
    situation: Situation
    takes: tuple[tuple[Try, ...], ...]

    @property
    def strict(self) -> bool:
        """Whether more than one criterion must pass."""
        return len(self.situation.bar) > 1


def read(path: Path) -> tuple[list[str], list[RatedShot]]:
    """(models, shots) of a ratings file. Raises InputError when a column is missing or a model has no take of a shot."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = COLUMNS - set(reader.fieldnames or ())
        if missing:
            raise InputError(f"columns are missing: {', '.join(sorted(missing))}", where=str(path))
        raters = [name for name in reader.fieldnames or () if name[0] == "r" and name[1:].isdigit()]
        marks: dict[tuple[str, str, str], dict[tuple[str, int], dict[str, float]]] = {}
        for row in reader:
            given = [float(row[r]) for r in raters if row[r]]
            if given:
                scaled = (float(np.mean(given)) - 1) / (float(row["scale_max"]) - 1)
                shot = marks.setdefault((row["group"], row["prompt_id"], row["split"]), {})
                shot.setdefault((row["model"], int(row["take"])), {})[row["dimension"]] = scaled
    models = sorted({model for shot in marks.values() for model, _ in shot})
    shots = []
    for (group, prompt, split), takes in sorted(marks.items()):
        bar = tuple(sorted({dimension for take in takes.values() for dimension in take}))
        rows = [_tries(model, [takes[key] for key in sorted(takes) if key[0] == model], bar) for model in models]
        if not all(rows):
            raise InputError(f"{prompt} lacks takes of a model", where=str(path), remedy="Leave the prompt out.")
        shots.append(RatedShot(f"{group} {prompt}", split, Situation(group, bar), tuple(rows)))
    return models, shots


def divide(shots: Sequence[RatedShot], split: str, folds: int = 5) -> list[tuple[list[RatedShot], list[RatedShot]]]:
    """(learned from, judged on) pairs. `test` is judged by what train and dev teach, `dev` by train.

    A split that stands alone is cut into folds, each judged by what the others teach.
    Raises InputError for a split that the file does not hold.
    """
    judged = [shot for shot in shots if shot.split == split]
    if not judged:
        held = ", ".join(sorted({shot.split for shot in shots}))
        raise InputError(f"no rows of split {split}", remedy=f"The file holds: {held}.")
    teachers = {"train", "dev"} if split not in ("train", "dev") else {"train"}
    taught = [shot for shot in shots if shot.split in teachers - {split}]
    if taught:
        return [(taught, judged)]
    order = np.random.default_rng(11).permutation(len(judged))
    fold_of = {int(at): number % folds for number, at in enumerate(order)}
    return [
        (
            [s for at, s in enumerate(judged) if fold_of[at] != fold],
            [s for at, s in enumerate(judged) if fold_of[at] == fold],
        )
        for fold in range(folds)
        if any(number == fold for number in fold_of.values())
    ]


def _tries(model: str, takes: Sequence[dict[str, float]], bar: tuple[str, ...]) -> tuple[Try, ...]:
    out = []
    for marks in takes:
        failed = tuple(c for c in bar if marks.get(c, 0.0) < ACCEPT - 1e-9)
        out.append(Try(model, not failed, failed))
    return tuple(out)
