"""Catalogue files as text. Every scalar stays the text that was written, so that 0.0961 is exact, `16:9` no number and `NO` no answer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from callsheet.errors import Problem

Path_ = tuple[str | int, ...]
_DEEPEST = 30
_MOST = 100_000
"""Nodes in a file, each alias counted as often as it stands: a few lines of aliases can stand for billions."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Fault(Problem):
    """A fault in one of several files."""

    file: str = ""

    def __str__(self) -> str:
        return f"{self.file} {super().__str__()}" if self.file else super().__str__()


@dataclass(slots=True)
class Node:
    """A value and where it stands. `value` is text, None, a mapping or a list of nodes; `line` counts from 1."""

    value: "str | dict[str, Node] | list[Node] | None"
    file: str
    line: int

    @property
    def fields(self) -> "dict[str, Node]":
        """The mapping; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> "list[Node]":
        """The list; empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """The text; empty for anything else."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {k: v.plain for k, v in self.value.items()}
        return [v.plain for v in self.value] if isinstance(self.value, list) else self.value

    def at(self, path: Path_) -> "Node":
        """The node at a path, or the last one on the way that is there."""
        node = self
        for step in path:
            if isinstance(node.value, dict) and str(step) in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
        return node

    def fault(self, field: str, message: str, allowed: str = "", nearest: str = "") -> Fault:
        """A fault here."""
        return Fault(self.line, field, message, allowed, nearest, self.file)

    def __str__(self) -> str:
        if isinstance(self.value, dict):
            return "{" + ", ".join(f"{k}: {v}" for k, v in self.value.items()) + "}"
        if isinstance(self.value, list):
            return "[" + ", ".join(map(str, self.value)) + "]"
        return self.value or ""


def read(text: str, file: str, faults: list[Problem]) -> Node:
    """Read YAML. What is wrong with it is added to `faults`."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        faults.append(Fault(mark.line + 1 if mark else 1, "yaml", str(problem), file=file))
        return Node({}, file, 1)
    return Node({}, file, 1) if root is None else _Reading(file, faults).node(root)


def read_file(path: Path, faults: list[Problem], name: str = "") -> Node:
    """Read a file of YAML; one that cannot be read is a fault."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(1, "file", f"cannot be read: {error}", file=name or str(path)))
        return Node({}, name or str(path), 1)
    return read(text, name or str(path), faults)


class _Reading:
    """One file on its way from YAML to nodes."""

    def __init__(self, file: str, faults: list[Problem]) -> None:
        self.file, self.faults = file, faults
        self.left = _MOST

    def node(self, node: Any, depth: int = 0) -> Node:
        """The node with its place; one that goes too deep, or is one too many, is a fault and empty."""
        line = node.start_mark.line + 1
        self.left -= 1
        if depth > _DEEPEST or self.left < 0:
            if self.left >= -1:
                self.faults.append(Fault(line, "yaml", "holds too much: aliases stand for one another", file=self.file))
            return Node(None, self.file, line)
        if isinstance(node, yaml.ScalarNode):
            empty = not node.style and node.value in ("", "~", "null")
            return Node(None if empty else node.value, self.file, line)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.node(v, depth + 1) for v in node.value if self.left >= 0], self.file, line)
        fields: dict[str, Node] = {}
        for key, value in node.value:
            if self.left < 0:
                break
            name = str(key.value)
            at = key.start_mark.line + 1
            if name in fields:
                self.faults.append(Fault(at, name, "stands here twice", file=self.file))
            fields[name] = self.node(value, depth + 1)
            if isinstance(fields[name].value, str | None):
                fields[name].line = at
        return Node(fields, self.file, line)


def merge(base: Node, over: Node, whole: frozenset[str] = frozenset()) -> Node:
    """`over` laid on `base`: mappings field by field, everything else replaced. Fields named in `whole` are replaced as one."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    fields = dict(base.value)
    for name, value in over.value.items():
        fields[name] = merge(fields[name], value, whole) if name in fields and name not in whole else value
    return Node(fields, over.file, over.line)
