"""A brief's front matter: fields between two lines of `---`, and what they say about the film."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from callsheet.errors import BriefError
from callsheet.script import lengths, prose
from callsheet.script.words import plain

Shows = Literal["product", "detail", "place", "cast"]
Aspect = Literal["9:16", "16:9"]

_SHOWS: dict[str, Shows] = {"product": "product", "detail": "detail", "place": "place", "cast": "cast"}
FENCE = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_NAME_KEYS = {"name", "item", "名称", "名字"}


@dataclass(frozen=True)
class Item:
    """One outfit, SKU or list entry."""

    name: str
    words: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody the brief names."""

    name: str
    words: str = ""


@dataclass(frozen=True)
class Still:
    """A supplied picture; `file` is relative to the production folder."""

    file: str
    shows: Shows = "product"
    words: str = ""


def read(text: str, name: str) -> tuple[dict[str, Any], str]:
    """The fields of a front matter, and the text after it. Raises BriefError when it is no YAML mapping."""
    match = FENCE.match(text)
    if not match:
        return {}, text.lstrip("\ufeff")
    try:
        data = YAML(typ="safe", pure=True).load(match[1])
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 2}" if mark else "front matter"
        raise BriefError(
            f"the front matter cannot be read: {getattr(error, 'problem', None) or 'not YAML'}",
            where=f"{name}, {line}",
            remedy="Front matter is YAML between two lines of `---`; put text with a colon into quotes.",
        ) from None
    if data is None:
        return {}, text[match.end() :]
    if not isinstance(data, Mapping):
        raise BriefError(
            "the front matter is not a list of fields", where=name, remedy="Write fields such as `product: Kettle`."
        )
    return {str(k).strip().casefold().replace(" ", "_").replace("-", "_"): v for k, v in data.items()}, text[
        match.end() :
    ]


def seconds(
    front: Mapping[str, Any], said: Mapping[str, list[str]], found: Fraction | None, name: str
) -> Fraction | None:
    """The length that is asked for, in seconds. Raises BriefError when it is no time."""
    value = next(
        (front[k] for k in ("length", "duration", "seconds", "时长", "长度") if front.get(k) is not None), None
    )
    if value is None:
        return next((s for v in said.get("length", ()) if (s := lengths.seconds(v)) is not None), found)
    asked = (
        Fraction(str(value))
        if isinstance(value, int | float) and not isinstance(value, bool)
        else lengths.seconds(str(value))
    )
    if asked is None or asked <= 0:
        raise BriefError(
            f"the length {value!r} is not a time",
            where=name,
            remedy="Write seconds or minutes, such as `length: 20 s`.",
        )
    if asked > 3600:
        raise BriefError(
            f"the length {value!r} is longer than an hour",
            where=name,
            remedy="Split the film into episodes of an hour or less.",
        )
    return asked


def aspects(front: Mapping[str, Any], said: Mapping[str, list[str]], body: str) -> tuple[Aspect, ...]:
    """The picture shapes that are asked for."""
    given = front.get("aspects", front.get("aspect", front.get("画幅")))
    texts = [str(v) for v in given] if isinstance(given, list) else [str(given)] if given else said.get("aspects", [])
    found = prose.aspects(" ".join(texts)) if texts else prose.aspects(body)
    return tuple(a for a in ("9:16", "16:9") if a in found)


def _named(entries: Any) -> list[tuple[str, str]]:
    """Name and words of the entries of a front matter list or mapping."""
    if isinstance(entries, Mapping):
        return [
            (str(k), plain(str(v)) if not isinstance(v, Mapping) else plain(", ".join(str(x) for x in v.values())))
            for k, v in entries.items()
        ]
    rows: list[tuple[str, str]] = []
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, Mapping) and len(entry) == 1 and not _NAME_KEYS & set(entry):
            # "- Harbour coat: waxed cotton" is a mapping of one key to YAML, and a name with its words to everybody else.
            rows += _named(entry)
        elif isinstance(entry, Mapping):
            name = (
                entry.get("name")
                or entry.get("item")
                or entry.get("名称")
                or entry.get("名字")
                or next(iter(entry.values()), "")
            )
            rest = [str(v) for v in entry.values() if v is not None and v != name]
            rows.append((plain(str(name)), plain(", ".join(rest))))
        elif entry is not None:
            rows.append(prose.split_item(plain(str(entry))))
    return [(n, w) for n, w in rows if n]


def items(front: Mapping[str, Any], said: Mapping[str, list[str]], found: list[tuple[str, str]]) -> tuple[Item, ...]:
    """The outfits, SKUs or list entries."""
    for key, value in front.items():
        if prose.label(key.replace("_", " ")) == "items" and value:
            return tuple(Item(n, w) for n, w in _named(value))
    rows = [prose.split_item(v) for v in said.get("items", ())]
    return tuple(Item(n, w) for n, w in rows or found)


def people(front: Mapping[str, Any], said: Mapping[str, list[str]]) -> tuple[Person, ...]:
    """The people that front matter or labels introduce."""
    for key, value in front.items():
        if prose.label(key.replace("_", " ")) == "people" and value:
            return tuple(Person(n, w) for n, w in _named(value))
    return tuple(Person(n, w) for n, w in (prose.split_item(v) for v in said.get("people", ())))


def stills(front: Mapping[str, Any], name: str) -> tuple[Still, ...]:
    """The supplied pictures. Raises BriefError for files outside the folder and for unknown `shows`."""
    given = front.get("stills") or front.get("images") or []
    found: list[Still] = []
    for entry in given if isinstance(given, list) else [given]:
        data = entry if isinstance(entry, Mapping) else {"file": entry}
        file = str(data.get("file") or "").strip()
        shows = _SHOWS.get(str(data.get("shows") or "product").strip())
        if not file or file.startswith(("/", "\\")) or ".." in file.replace("\\", "/").split("/"):
            raise BriefError(
                f"the still {file!r} is not a file inside the production folder",
                where=name,
                remedy="Write `file: assets/front.png`.",
            )
        if shows is None:
            raise BriefError(
                f"the still {file} shows {data.get('shows')!r}",
                where=name,
                remedy="`shows` is product, detail, place or cast.",
            )
        found.append(Still(file, shows, plain(str(data.get("words") or ""))))
    return tuple(found)
