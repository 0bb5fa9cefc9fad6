"""Catalogue files to offers. Model cards, routes, offers and changes are laid over one another; every field keeps who says it.

A file may hold `sources`, `models`, `routes`, `offers`, `change` and `rates`. The files that come with Callsheet and yours are read alike.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from callsheet.catalog.catalogue import Catalogue, Override
from callsheet.catalog.faults import faults as explained
from callsheet.catalog.known import Evidence
from callsheet.catalog.offer import Model, Offer
from callsheet.catalog.rates import ExchangeRate, Rates
from callsheet.catalog.read import Fault, Node, merge, read, read_file
from callsheet.errors import DocumentError, Problem

VARIABLE = "CALLSHEET_CATALOG"
"""Environment variable: catalogue files or folders of them, separated as in PATH."""
_PARTS = ("sources", "source", "models", "routes", "offers", "change", "rates")
_IDENTITY = frozenset(Model.model_fields) - {"id"}
_GROUPS = frozenset(
    ("model", "references", "beats", "prompt", "result", "charges", "limits", "control", "latency", "legal")
)
"""Fields whose inner fields each have evidence of their own."""
_WHOLE = frozenset(("rules", "sizes", "evidence"))
"""Fields that are replaced as one."""
_ABOUT = ("source", "sources", "doubts")


@dataclass
class _Shelf:
    """What has been read so far. The last-read file is laid on top."""

    sources: dict[str, Evidence] = field(default_factory=dict)
    models: dict[str, Node] = field(default_factory=dict)
    routes: dict[str, Node] = field(default_factory=dict)
    offers: dict[str, Node] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    rates: list[ExchangeRate] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)

    def copy(self) -> "_Shelf":
        return _Shelf(dict(self.sources), dict(self.models), dict(self.routes), dict(self.offers),
                      rates=list(self.rates), faults=list(self.faults))  # fmt: skip


def overlays(
    folder: Path | None = None, environ: Mapping[str, str] | None = None, home: Path | None = None
) -> tuple[Path, ...]:
    """Your catalogue files, the weakest first: `~/.config/callsheet/catalog/*.yaml`, what `CALLSHEET_CATALOG` names, and the
    `catalog.yaml` of the production in `folder`. A file that `CALLSHEET_CATALOG` names need not be there for it to be listed.
    """
    named = (os.environ if environ is None else environ).get(VARIABLE, "")
    found = sorted(((home or Path.home()) / ".config" / "callsheet" / "catalog").glob("*.yaml"))
    for path in map(Path, filter(None, named.split(os.pathsep))):
        found += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if folder and (own := folder / "catalog.yaml").is_file():
        found.append(own)
    return tuple(dict.fromkeys(found))


def load(yours: Sequence[Path] = ()) -> Catalogue:
    """The catalogue that comes with Callsheet, with your files on top.

    Raises DocumentError with every fault in every file, each with its line.
    """
    return _catalogue(tuple((str(path), _state(path)) for path in yours))


def _state(path: Path) -> tuple[str, int, int]:
    """What tells whether a file must be read again."""
    if not path.is_file():
        return str(path.absolute()), 0, 0
    found = path.stat()
    return str(path.absolute()), found.st_mtime_ns, found.st_size


@lru_cache(64)
def _catalogue(yours: tuple[tuple[str, tuple[str, int, int]], ...]) -> Catalogue:
    shelf, offers = _shipped()
    if not yours:
        return Catalogue(offers, rates=Rates(tuple(shelf.rates)))
    shelf = shelf.copy()
    for name, _ in yours:
        _take(shelf, read_file(Path(name), shelf.faults), own=True)
    before = {offer.id: offer for offer in offers}
    touched = {override.offer for override in shelf.overrides} | set(shelf.added)
    made = _offers(shelf, touched)
    _raise(shelf.faults)
    everything = before | {offer.id: offer for offer in made}
    return Catalogue(
        tuple(everything[id] for id in sorted(everything)),
        tuple(shelf.overrides),
        tuple(shelf.added),
        Rates(tuple(shelf.rates)),
    )


@cache
def _shipped() -> tuple[_Shelf, tuple[Offer, ...]]:
    shipped = [(p.name, p.read_text("utf-8")) for p in files(__package__).joinpath("data").iterdir()]
    # Sources come first: the other files name them.
    shelf = _shelf(sorted(shipped, key=lambda p: (p[0] != "sources.yaml", p[0])))
    offers = _offers(shelf, set(shelf.offers))
    _raise(shelf.faults)
    return shelf, offers


def parse(text: str, name: str = "catalog.yaml") -> Catalogue:
    """A catalogue from the text of one file, and nothing else. Raises DocumentError."""
    shelf = _shelf([(name, text)])
    offers = _offers(shelf, set(shelf.offers))
    _raise(shelf.faults)
    return Catalogue(offers, tuple(shelf.overrides), rates=Rates(tuple(shelf.rates)))


def _shelf(texts: Sequence[tuple[str, str]]) -> _Shelf:
    shelf = _Shelf()
    for name, text in texts:
        if name.endswith(".yaml"):
            _take(shelf, read(text, name, shelf.faults), own=False)
    return shelf


def _raise(found: list[Problem]) -> None:
    if found:
        names = sorted({f.file for f in found if isinstance(f, Fault)})
        if len(names) == 1:
            found = [replace(f, file="") if isinstance(f, Fault) else f for f in found]
        raise DocumentError(names[0] if len(names) == 1 else "the catalogue", list(dict.fromkeys(found)))


def _take(shelf: _Shelf, root: Node, own: bool) -> None:
    """Put one file on the shelf."""
    for name, node in root.fields.items():
        if name not in _PARTS:
            near = next(iter(get_close_matches(name, _PARTS, n=1)), "")
            shelf.faults.append(node.fault(name, "unknown field", ", ".join(_PARTS), near))
    sources = shelf.sources | {k: e for k, n in _fields(shelf, root, "sources") if (e := _evidence(shelf, n, {}))}
    if not own:
        shelf.sources = sources
    default = root.fields.get("source")
    for part, table in (("models", shelf.models), ("routes", shelf.routes)):
        for name, node in _fields(shelf, root, part):
            if name in table:
                shelf.faults.append(node.fault(f"{part}.{name}", "is in the catalogue already"))
            table[name] = _layer(shelf, node, sources, default, f"{part}.{name}", identity=part == "models")
    for index, node in enumerate(_list(shelf, root, "offers")):
        at = f"offers[{index}]"
        id = node.at(("id",)).text if "id" in node.fields else ""
        if not id:
            shelf.faults.append(node.fault(at, "an offer needs an id, such as kling-4.0@fal"))
        elif id in shelf.offers:
            first = shelf.offers[id]
            remedy = "; to alter it, write it under change" if own else ""
            shelf.faults.append(
                node.fault(at, f"{id} is in the catalogue already, {first.file} line {first.line}{remedy}")
            )
        else:
            shelf.offers[id] = _layer(shelf, node, sources, default, at)
            if own:
                shelf.added.append(id)
    for pattern, node in _fields(shelf, root, "change"):
        _change(shelf, pattern, node, sources, default)
    for index, node in enumerate(_list(shelf, root, "rates")):
        try:
            shelf.rates.append(ExchangeRate.model_validate(node.plain))
        except ValidationError as error:
            shelf.faults += explained(error, ExchangeRate, node, f"rates[{index}]")


def _fields(shelf: _Shelf, root: Node, part: str) -> list[tuple[str, Node]]:
    node = root.fields.get(part)
    if node and node.value is not None and not isinstance(node.value, dict):
        shelf.faults.append(node.fault(part, "is a mapping"))
    return list(node.fields.items()) if node else []


def _list(shelf: _Shelf, root: Node, part: str) -> list[Node]:
    node = root.fields.get(part)
    if node and node.value is not None and not isinstance(node.value, list):
        shelf.faults.append(node.fault(part, "is a list"))
    return node.items if node else []


def _evidence(shelf: _Shelf, node: Node | None, sources: Mapping[str, Evidence], doubt: str = "") -> Evidence | None:
    """A source, by its name or written out."""
    if node is None:
        return None
    if isinstance(node.value, str):
        known = sources.get(node.value)
        if known is None:
            near = next(iter(get_close_matches(node.value, sources, n=1)), "")
            shelf.faults.append(node.fault("source", f"{node.value!r} is not among the sources", "", near))
            return None
        return known.model_copy(update={"doubt": doubt}) if doubt else known
    try:
        found = Evidence.model_validate(node.plain)
    except ValidationError as error:
        shelf.faults += explained(error, Evidence, node, "source")
        return None
    return found.model_copy(update={"doubt": doubt}) if doubt else found


def _layer(
    shelf: _Shelf,
    node: Node,
    sources: Mapping[str, Evidence],
    default: Node | None,
    at: str,
    identity: bool = False,
) -> Node:
    """A card, route, offer or change with the evidence for each of its fields, and short spellings written out."""
    if not isinstance(node.value, dict):
        shelf.faults.append(node.fault(at, "is a mapping of fields"))
        return Node({}, node.file, node.line)
    given = {k: v for k, v in node.value.items() if k not in _ABOUT and k != "id"}
    if identity:
        inner = {k: given.pop(k) for k in list(given) if k in _IDENTITY}
        given["model"] = Node(inner, node.file, node.line)
    elif "model" in given and isinstance(given["model"].value, str):
        given["card"] = given.pop("model")
    if "discount" in given:
        given["price"] = merge(
            given.get("price", Node({}, node.file, node.line)), _under("discount", given.pop("discount"))
        )
    if "durations" in given and not isinstance(given["durations"].value, dict) and given["durations"].text != "unknown":
        given["durations"] = _under("seconds", given["durations"])
    node_sources = node.fields.get("sources")
    own = dict(node_sources.fields) if node_sources else {}
    doubts = node.fields["doubts"].fields if "doubts" in node.fields else {}
    source = node.fields.get("source", default)
    _evidence(shelf, source, sources)
    paths = [p for p in _paths(given) if p != "card"]
    evidence: dict[str, Node] = {}
    for path in dict.fromkeys([*paths, *doubts, *own]):
        top = path.partition(".")[0]
        if path in _GROUPS and path in given and given[path].fields:
            continue  # Said of each of its fields, not of those it leaves out.
        said = own.get(path, own.get(top, source))
        doubt = doubts.get(path, doubts.get(top))
        if said is None:
            shelf.faults.append(node.fault(f"{at}.{path}", "says no source; add source: to it or to the file"))
            break
        found = _evidence(shelf, said, sources, doubt.text if doubt else "")
        if found:
            evidence[path] = _Said(found.where, node.file, node.line, found)
    given["evidence"] = Node(evidence, node.file, node.line)
    return Node(given, node.file, node.line)


@dataclass(slots=True)
class _Said(Node):
    """Evidence among the nodes, already made."""

    evidence: Evidence

    @property
    def plain(self) -> Evidence:
        return self.evidence


def _under(name: str, node: Node) -> Node:
    return Node({name: node}, node.file, node.line)


def _paths(given: Mapping[str, Node]) -> Iterator[str]:
    """The fields that have evidence of their own; `price.discount` is not the price list's."""
    for name, node in given.items():
        if name in _GROUPS and node.fields:
            yield from (f"{name}.{inner}" for inner in node.fields)
        elif name == "price" and "discount" in node.fields:
            yield "price.discount"
            if len(node.fields) > 1:
                yield name
        else:
            yield name


def _laid(base: Node, over: Node) -> Node:
    """One layer on another, evidence included."""
    merged = merge(base, over, _WHOLE)
    said = base.at(("evidence",)).fields | over.at(("evidence",)).fields
    merged.fields["evidence"] = Node(said, over.file, over.line)
    return merged


def _change(shelf: _Shelf, pattern: str, node: Node, sources: Mapping[str, Evidence], default: Node | None) -> None:
    ids = [id for id in sorted(shelf.offers) if fnmatchcase(id, pattern)]
    if not ids:
        near = next(iter(get_close_matches(pattern, shelf.offers, n=1)), "")
        shelf.faults.append(node.fault(f"change.{pattern}", "no offer is called that", "", near))
        return
    whole_layer = _layer(shelf, node, sources, default, f"change.{pattern}")
    for id in ids:
        before = _whole(shelf, id)
        layer = whole_layer
        if "price" in layer.fields and not {"rules"} & {*before.at(("price",)).fields, *layer.fields["price"].fields}:
            # There is nothing to take a discount from. For one offer that is a mistake; for many, some have no price.
            if pattern == id:
                shelf.faults.append(node.fault(f"change.{pattern}", "its price is unknown: state a price first"))
            layer = _without_price(layer)
        for path, now in _leaves(layer):
            was = before.at(path)
            told = str(was) if was is not before.at(path[:-1]) else "0%" if path[-1] == "discount" else "unknown"
            shelf.overrides.append(Override(id, ".".join(path), told, str(now), now.file, now.line))
        shelf.offers[id] = _laid(shelf.offers[id], layer)


def _without_price(layer: Node) -> Node:
    said = {k: v for k, v in layer.at(("evidence",)).fields.items() if k.partition(".")[0] != "price"}
    fields = {k: v for k, v in layer.fields.items() if k != "price"}
    return Node({**fields, "evidence": Node(said, layer.file, layer.line)}, layer.file, layer.line)


def _leaves(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    for name, inner in node.fields.items():
        if name == "evidence" and not path:
            continue
        if inner.fields and name not in _WHOLE and name != "durations":
            yield from _leaves(inner, (*path, name))
        else:
            yield (*path, name), inner


def _whole(shelf: _Shelf, id: str) -> Node:
    """An offer with its model's card and its route under it."""
    own = shelf.offers[id]
    named, _, route = id.partition("@")
    card = own.fields["card"].text if "card" in own.fields else named
    empty = Node({"evidence": Node({}, own.file, own.line)}, own.file, own.line)
    whole = _laid(_laid(_laid(empty, shelf.models.get(card, empty)), shelf.routes.get(route, empty)), own)
    whole.fields.pop("card", None)
    extra = {"id": Node(id, own.file, own.line), "route": Node(route, own.file, own.line)}
    model = merge(whole.fields.get("model", empty), _under("id", Node(card, own.file, own.line)))
    model.fields.pop("evidence", None)
    return Node({**whole.fields, **extra, "model": model}, own.file, own.line)


def _offers(shelf: _Shelf, ids: set[str]) -> tuple[Offer, ...]:
    made = []
    for id in sorted(ids):
        node = _whole(shelf, id)
        try:
            made.append(Offer.model_validate(node.plain))
        except ValidationError as error:
            shelf.faults += explained(error, Offer, node, id)
    return tuple(made)
