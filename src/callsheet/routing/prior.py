"""Accept rates that ship with Callsheet: dated data with its source, or the reason why there are none."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from callsheet.errors import InputError
from callsheet.routing.belief import PriorTable
from callsheet.routing.situation import BARS, situation

FILE = "data/priors.yaml"


@dataclass(frozen=True)
class Shipped:
    """The tables, the day on which they were checked, and why there is none where there is none."""

    tables: tuple[PriorTable, ...]
    checked_on: date
    none_because: str


@cache
def shipped() -> Shipped:
    """What this release ships."""
    return parse(files("callsheet.routing").joinpath(FILE).read_text("utf-8"))


def parse(text: str) -> Shipped:
    """Read such data. Raises InputError for a table without a source, day or licence, and for a rate that is none."""
    import yaml

    read: dict[str, Any] = yaml.safe_load(text)
    tables = tuple(_table(one) for one in read["tables"])
    return Shipped(tables, read["checked_on"], "" if tables else " ".join(str(read["none_because"]).split()))


def _table(told: dict[str, Any]) -> PriorTable:
    name = str(told.get("name", "a table"))
    for field in ("name", "source", "read_on", "licence"):
        if not told.get(field):
            raise InputError(f"{name} does not state its {field}", where=FILE, remedy="What has no source is not used.")
    rates = {}
    for row in told["rates"]:
        accept = row["accept"]
        if not isinstance(accept, int | float) or not 0 <= accept <= 1 or row["acceptance"] not in BARS:
            raise InputError(f"{row} is no rate", where=f"{FILE}: {name}", remedy="A rate lies between 0 and 1.")
        rates[situation(row["use_case"], row["acceptance"]), str(row["model"])] = float(accept)
    return PriorTable(f"{name}, {told['source']}, {told['read_on']}", rates)
