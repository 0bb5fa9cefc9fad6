"""The page of a bake-off: letters, clips, and nothing that tells who made them before they are rated."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsheet.film.price import Money
from callsheet.store.disk import guarded

if TYPE_CHECKING:
    from callsheet.store.verdicts import Verdict


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
    rows = [{**entry, "verdict": said.get(entry["label"])} for entry in facts["entries"]]
    shown = [row for row in rows if row["clip"]]
    lost = [row for row in rows if not row["clip"]]
    page = environment.get_template("bakeoff.html.j2").render(
        bake=facts, shown=sorted(shown, key=lambda row: (-_score(row), row["label"])), lost=lost, open=bool(said), money=_money,
        ranks=_ranks(shown) if said else [], command=" ".join(f"{row['label']}=…" for row in shown),
    )  # fmt: skip
    out = folder / "index.html"
    with guarded(folder):
        out.write_text(page, "utf-8")
    return out


def _score(row: Mapping[str, Any]) -> int:
    return row["verdict"].score or 0 if row["verdict"] else 0


def _ranks(rows: "list[dict[str, Any]]") -> list[dict[str, Any]]:
    """One line for each offer, the best liked first: mean score, what its clips cost, and what an accepted one came to."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["offer"], []).append(row)
    lines = []
    for offer, mine in found.items():
        scores = [_score(row) for row in mine]
        costs = [row["cost"]["micros"] for row in mine if row["cost"]]
        accepted = sum(bool(row["verdict"] and row["verdict"].accepted) for row in mine)
        whole = len(costs) == len(mine)
        currency = mine[0]["quoted"]["currency"]
        each = Money(round(sum(costs) / accepted), currency) if accepted and whole else None
        lines.append(
            {
                "offer": offer, "mean": sum(scores) / len(scores), "clips": len(mine), "accepted": accepted,
                "spent": str(Money(sum(costs), currency)) if whole else "unknown", "each": str(each) if each else "-",
            }
        )  # fmt: skip
    return sorted(lines, key=lambda line: (-line["mean"], line["offer"]))


def _money(found: Mapping[str, Any] | None) -> str:
    return "unknown" if found is None else str(Money(found["micros"], found["currency"]))
