"""The page of a bake-off or a calibration: letters, clips, and nothing that tells who made them before they are rated."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsheet.bakeoff.clips import CALIBRATION
from callsheet.film.price import Money
from callsheet.store.disk import guarded

if TYPE_CHECKING:
    from callsheet.store.verdicts import Verdict


TELLING = frozenset(("decode", "spec", "watermark"))
"""Gates whose words (a size, a rate, a name) may tell who made a clip: they are told when every clip is rated."""


def write_page(folder: Path, facts: Mapping[str, Any], said: "Mapping[str, Verdict]") -> Path:
    """Write `index.html` into `folder`. With `said`, the verdicts by letter, it tells who made what; without, it does not."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("callsheet.bakeoff"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rows = [
        {**entry, "verdict": said.get(entry["label"]), "gates": _gates(entry, bool(said)), "silence": _silence(entry)}
        for entry in facts["entries"]
    ]
    shown = [row for row in rows if row["clip"]]
    lost = [row for row in rows if not row["clip"]]
    calibration = facts.get("kind") == CALIBRATION
    best_first = sorted(shown, key=lambda row: (-_score(row), len(row["label"]), row["label"]))
    groups = _by_shot(best_first) if calibration else [{"title": "Clips", "rows": best_first}]
    page = environment.get_template("bakeoff.html.j2").render(
        bake=facts, shown=shown, groups=groups, lost=lost, open=bool(said), money=_money, calibration=calibration,
        ranks=_ranks(shown, calibration) if said else [], command=" ".join(f"{row['label']}=…" for row in shown),
    )  # fmt: skip
    out = folder / "index.html"
    with guarded(folder):
        out.write_text(page, "utf-8")
    return out


def _gates(entry: Mapping[str, Any], told: bool) -> list[Mapping[str, Any]]:
    """What gates have against a clip, as far as it may be told now. A bake-off of before there were gates has none."""
    found = entry.get("gates", ())
    return [f for f in found if told or f["gate"] not in TELLING]


def _silence(entry: Mapping[str, Any]) -> str:
    """What to say where no gate's word may be told."""
    if not entry.get("inspected"):
        return "not inspected"
    return "the rest is told when every clip is rated" if entry["gates"] else "nothing against it"


def _score(row: Mapping[str, Any]) -> int:
    return row["verdict"].score or 0 if row["verdict"] else 0


def _by_shot(rows: "list[dict[str, Any]]") -> list[dict[str, Any]]:
    """The clips of each test shot, in the order of the shots."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["shot"], []).append(row)
    return [
        {"title": mine[0]["action"], "note": mine[0]["use_case"], "rows": mine} for _, mine in sorted(found.items())
    ]


def _ranks(rows: "list[dict[str, Any]]", calibration: bool) -> list[dict[str, Any]]:
    """One line for each offer, the best liked first: mean score, what its clips cost, and what an accepted one came to.

    In a calibration, one for each offer and use case.
    """
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["use_case"] if calibration else "", row["offer"]), []).append(row)
    lines = []
    for (use_case, offer), mine in found.items():
        scores = [_score(row) for row in mine]
        costs = [row["cost"]["micros"] for row in mine if row["cost"]]
        accepted = sum(bool(row["verdict"] and row["verdict"].accepted) for row in mine)
        whole = len(costs) == len(mine)
        currency = mine[0]["quoted"]["currency"]
        each = Money(round(sum(costs) / accepted), currency) if accepted and whole else None
        lines.append(
            {
                "use_case": use_case, "offer": offer, "mean": sum(scores) / len(scores), "clips": len(mine), "accepted": accepted,
                "spent": str(Money(sum(costs), currency)) if whole else "unknown", "each": str(each) if each else "-",
            }
        )  # fmt: skip
    return sorted(lines, key=lambda line: (line["use_case"], -line["mean"], line["offer"]))


def _money(found: Mapping[str, Any] | None) -> str:
    return "unknown" if found is None else str(Money(found["micros"], found["currency"]))
