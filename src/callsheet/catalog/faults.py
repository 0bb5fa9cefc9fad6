"""What pydantic finds wrong with an offer, said of the line where it stands, with the nearest right spelling."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from callsheet.catalog.known import Fact
from callsheet.catalog.read import Fault, Node

_ABOUT = ("source", "sources", "doubts", "discount")
"""What may stand in an offer without being a field of its own."""


def faults(error: ValidationError, cls: type[Fact], node: Node, at: str) -> list[Fault]:
    """One fault for each place that is wrong; `at` says what `node` is."""
    found: dict[tuple[int, str], Fault] = {}
    for detail in sorted(error.errors(), key=_says_least):
        steps = _steps(detail["loc"], node, detail["type"])
        fault = _fault(detail, steps, cls, node.at(steps), at)
        if _says_least(detail) and any(f.field.startswith(fault.field) for f in found.values()):
            continue
        found.setdefault((fault.line, fault.field), fault)
    return list(found.values())


def _says_least(detail: ErrorDetails) -> bool:
    """That a value is not the word `unknown` either is worth saying only when nothing else is."""
    return detail["type"] == "enum"


def _steps(loc: tuple[str | int, ...], node: Node, kind: str) -> tuple[str | int, ...]:
    """The path as it is written: pydantic also names the kinds of value it tried."""
    steps: list[str | int] = []
    for step in loc:
        if node.at((*steps, step)) is not node.at(tuple(steps)):
            steps.append(step)
    if kind == "missing":
        steps.append(loc[-1])
    return tuple(steps)


def _fault(detail: ErrorDetails, steps: tuple[str | int, ...], cls: type[Fact], node: Node, at: str) -> Fault:
    kind, message, context = detail["type"], detail["msg"], detail.get("ctx", {})
    name = at + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)
    if kind == "extra_forbidden":
        known = fields_at(cls, steps[:-1])
        if "evidence" in known:
            known = sorted({*known, *_ABOUT} - {"evidence", "route"})
        return node.fault(name, "unknown field", ", ".join(known), _near(str(steps[-1]), known))
    if node.value is None and kind != "missing":
        return node.fault(name, "is empty; write unknown, or leave the line out")
    if kind in ("literal_error", "enum"):
        known = [n.strip().strip("'") for n in str(context["expected"]).replace(" or ", ", ").split(",")]
        known = list(dict.fromkeys([*known, "unknown"]))
        return node.fault(name, f"{node} is not one of the values", ", ".join(known), _near(node.text, known))
    if kind == "missing":
        return node.fault(name, "is required")
    if kind == "string_pattern_mismatch":
        return node.fault(name, f"{node} is not written as expected", str(context.get("pattern", "")))
    if kind == "value_error":
        return node.fault(name, message.removeprefix("Value error, "))
    return node.fault(name, f"{node}: {message[0].lower()}{message[1:]}")


def _near(given: str, known: list[str]) -> str:
    return next(iter(get_close_matches(given, known, n=1, cutoff=0.5)), "")


def fields_at(cls: type[Fact], steps: tuple[str | int, ...]) -> list[str]:
    """The names of the fields that may stand at a place."""
    classes = [cls]
    for step in steps:
        if isinstance(step, str):
            kinds = [c.model_fields[step].annotation for c in classes if step in c.model_fields]
            classes = [inner for kind in kinds for inner in _classes(kind)]
    return [name for c in classes for name in c.model_fields]


def _classes(kind: Any) -> Iterator[type[Fact]]:
    if isinstance(kind, type) and issubclass(kind, Fact):
        yield kind
    for inner in get_args(kind):
        yield from _classes(inner)
