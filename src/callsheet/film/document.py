"""The production document as text: read with errors by line, written back with comments and order kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from io import StringIO
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

from callsheet.errors import DocumentError, Problem, VersionError
from callsheet.film.check import Path, check
from callsheet.film.frames import Rate
from callsheet.film.production import SCHEMA, Production
from callsheet.film.times import moment

_WIDTH = 140
_FLOW = {"camera", "mood", "transition", "continuity", "cast", "props", "palette"}
"""Short fields written on one line."""


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.width = _WIDTH
    yaml.allow_unicode = True
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


class Document:
    """A production and the text it came from."""

    def __init__(self, production: Production, tree: CommentedMap) -> None:
        self.production = production
        self._tree = tree

    @classmethod
    def parse(cls, text: str, name: str = "production.yaml") -> "Document":
        """Read YAML. Raises DocumentError listing every fault with its line, or VersionError for a newer schema."""
        try:
            tree = _yaml().load(text)
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise DocumentError(
                name, [Problem(line, "yaml", str(error.problem or error.context or "cannot be read"))]
            ) from None
        except (YAMLError, ValueError) as error:
            raise DocumentError(name, [Problem(1, "yaml", str(error).splitlines()[0])]) from None
        if not isinstance(tree, CommentedMap):
            raise DocumentError(
                name, [Problem(1, "document", "a production is a mapping of fields", "title: ..., episodes: [...]")]
            )
        schema = tree.get("callsheet", SCHEMA)
        if isinstance(schema, int) and schema > SCHEMA:
            raise VersionError(f"schema {schema} is newer than this Callsheet, which reads up to {SCHEMA}",
                               where=name, remedy="Upgrade: pip install --upgrade callsheet")  # fmt: skip
        try:
            production = Production.model_validate(_plain(tree))
        except ValidationError as error:
            raise DocumentError(name, [_problem(tree, detail) for detail in error.errors()]) from None
        faults = check(production)
        if faults:
            raise DocumentError(
                name, [Problem(_line(tree, f.path), _dotted(f.path), f.message, f.allowed, f.nearest) for f in faults]
            )
        return cls(production, tree)

    @classmethod
    def of(cls, production: Production) -> "Document":
        """A new document for a production made by a writer or by code."""
        faults = check(production)
        if faults:
            raise DocumentError(
                "production", [Problem(0, _dotted(f.path), f.message, f.allowed, f.nearest) for f in faults]
            )
        return cls(production, _commented(_lean(production)))

    def dump(self) -> str:
        """The document as YAML; comments and order of the text it was read from are kept, and what did not change is not touched."""
        lean = self.production.model_dump(mode="json", exclude_defaults=True)
        if "deliverables" in self._tree or "deliverables" in lean:
            lean["deliverables"] = [
                d.model_dump(mode="json", exclude_defaults=True) for d in self.production.deliverables
            ]
        _merge_map(self._tree, self.production.model_dump(mode="json"), lean)
        out = StringIO()
        _yaml().dump(self._tree, out)
        return out.getvalue()

    @property
    def digest(self) -> str:
        """The digest of what the document says, whatever its layout and comments."""
        return self.production.digest


def json_schema() -> dict[str, Any]:
    """The JSON Schema of production.yaml, for editors."""
    schema = Production.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Callsheet production", **schema}


def _lean(production: Production) -> dict[str, Any]:
    """Only what differs from the defaults, plus the fields that a reader looks for first."""
    data = production.model_dump(mode="json", exclude_defaults=True)
    first = {"callsheet": production.callsheet, "title": production.title, "format": production.format,
             "language": production.language, "rate": str(production.rate)}  # fmt: skip
    if production.rate.denominator == 1:
        first["rate"] = production.rate.numerator
    for episode, source in zip(data["episodes"], production.episodes, strict=True):
        episode["code"] = source.code
        episode.update({k: episode.pop(k) for k in ("code", "title", "sequences") if k in episode})
    data["deliverables"] = [d.model_dump(mode="json", exclude_defaults=True) for d in production.deliverables]
    last = {key: data.pop(key) for key in ("deliverables", "episodes")}
    return {**first, **{k: v for k, v in data.items() if k not in first}, **last}


def _plain(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {str(k): _plain(v) for k, v in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, str | bytes):
        return [_plain(v) for v in node]
    return str(node) if isinstance(node, str) else node


def _commented(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        tree = CommentedMap((k, _commented(v, k)) for k, v in value.items())
        if key in _FLOW and value and not any(isinstance(v, dict | list) for v in value.values()):
            tree.fa.set_flow_style()
        return tree
    if isinstance(value, list):
        row = CommentedSeq(_commented(v) for v in value)
        if key in _FLOW and not any(isinstance(v, dict | list) for v in value):
            row.fa.set_flow_style()
        return row
    return LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value


def _merge_map(tree: CommentedMap, full: dict[str, Any], lean: dict[str, Any]) -> None:
    """Bring `tree` to say what `full` says, adding only what `lean` (without defaults) has and leaving equal parts alone."""
    for key in [k for k in tree if k not in full]:
        del tree[key]
    for key, value in full.items():
        if key in tree:
            tree[key] = _merged(tree[key], value, lean.get(key), key)
        elif key in lean:
            tree[key] = _commented(lean[key], key)


def _merged(node: Any, full: Any, lean: Any, key: str = "") -> Any:
    if isinstance(node, CommentedMap) and isinstance(full, dict):
        _merge_map(node, full, lean if isinstance(lean, dict) else {})
        return node
    if isinstance(node, CommentedSeq) and isinstance(full, list):
        _merge_list(node, full, lean if isinstance(lean, list) else full)
        return node
    if key == "deadline" and isinstance(full, str) and isinstance(node, str | datetime):
        return node if moment(node) == moment(full) else _commented(full, key)
    return node if _same(node, full) else _commented(full if lean is None else lean, key)


def _merge_list(tree: CommentedSeq, full: list[Any], lean: list[Any]) -> None:
    names = [_name(value) for value in full]
    if None in names or len(set(names)) < len(names):
        for index, value in enumerate(full[: len(tree)]):
            tree[index] = _merged(tree[index], value, lean[index])
        del tree[len(full) :]
        tree.extend(_commented(value) for value in lean[len(tree) :])
        return
    for index in reversed(range(len(tree))):
        if _name(tree[index]) not in names:
            del tree[index]
    for index, name in enumerate(names):
        at = next((i for i in range(index, len(tree)) if _name(tree[i]) == name), None)
        if at is None:
            tree.insert(index, _commented(lean[index]))
        else:
            if at != index:
                tree.insert(index, tree.pop(at))
            tree[index] = _merged(tree[index], full[index], lean[index])


def _name(value: Any) -> str | None:
    """What tells one list entry from another: a code, an id, or the scalar itself."""
    if isinstance(value, Mapping):
        found = value.get("code", value.get("id"))
        return None if found is None else str(found)
    return None if isinstance(value, list) else str(value)


def _same(node: Any, value: Any) -> bool:
    """Whether a scalar in the text means `value`, however it is spelt."""
    plain = _plain(node)
    if plain == value or (isinstance(plain, str) and isinstance(value, str) and plain.strip() == value):
        return True
    try:
        return isinstance(value, str) and not isinstance(plain, dict | list) and Rate.parse(plain) == Rate.parse(value)
    except ValueError:
        return bool(str(plain) == value)


def _line(tree: Any, path: Path) -> int:
    line = 1
    node = tree
    for step in path:
        try:
            if isinstance(node, CommentedMap):
                line = node.lc.key(step)[0] + 1
            elif isinstance(node, CommentedSeq):
                line = node.lc.item(step)[0] + 1
            node = node[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line


def _dotted(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _problem(tree: CommentedMap, detail: ErrorDetails) -> Problem:
    path = tuple(step for step in detail["loc"] if step != "[key]")
    kind, message, context = detail["type"], detail["msg"], detail.get("ctx", {})
    allowed = nearest = ""
    if kind == "extra_forbidden":
        names = _fields(path[:-1])
        near = get_close_matches(str(path[-1]), names, n=1)
        message, allowed, nearest = "unknown field", ", ".join(names), near[0] if near else ""
    elif kind == "literal_error":
        names = [n.strip().strip("'") for n in str(context["expected"]).replace(" or ", ", ").split(",")]
        given = str(detail["input"])
        near = get_close_matches(given, names, n=1, cutoff=0.5)
        message, allowed, nearest = f"{given!r} is not one of the values", ", ".join(names), near[0] if near else ""
    elif kind == "missing":
        message = "is required"
    elif kind == "string_pattern_mismatch":
        message, allowed = f"{detail['input']!r} is not written as expected", str(context.get("pattern", ""))
    elif kind == "value_error":
        message = message.removeprefix("Value error, ")
    elif kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        message = f"{detail['input']!r}: {message[0].lower()}{message[1:]}"
    return Problem(_line(tree, path), _dotted(path), message, allowed, nearest)


def _fields(path: tuple[str | int, ...]) -> list[str]:
    """The field names allowed at a place of the document, found by walking the JSON Schema."""
    schema = Production.model_json_schema()
    node: dict[str, Any] = schema
    for step in path:
        node = _resolve(schema, node)
        if isinstance(step, int):
            node = node.get("items", {})
        elif step in node.get("properties", {}):
            node = node["properties"][step]
        else:
            extra: Any = node.get("additionalProperties") or next(iter(node.get("patternProperties", {}).values()), {})
            node = extra if isinstance(extra, dict) else {}
    return list(_resolve(schema, node).get("properties", {}))


def _resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while True:
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
        elif "anyOf" in node:
            node = next((n for n in node["anyOf"] if "$ref" in n or "properties" in n or "items" in n), {})
        else:
            return node
