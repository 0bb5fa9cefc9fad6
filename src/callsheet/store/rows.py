"""What is read from the database: versions, picks, artefacts; and takes between rows and nouns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from callsheet.film import Clip, Recipe, Take, canonical

_CLIPS = TypeAdapter(tuple[Clip, ...])


@dataclass(frozen=True)
class Text:
    """A document and the sha256 of its bytes, by which a later write knows that nobody changed it meanwhile."""

    text: str
    digest: str


@dataclass(frozen=True)
class Version:
    """One numbered state of the board. `parent` is the version it was made from, `digest` that of its document."""

    number: int
    digest: str
    parent: int | None
    why: str
    made_at: datetime


@dataclass(frozen=True)
class Pick:
    """Who put which take of a shot into the cut, and when; `take` None took it out again."""

    shot: str
    take: int | None
    by: str
    at: datetime
    version: int


@dataclass(frozen=True)
class Artefact:
    """A made file that can be made again: `key` digests all it is made of, `sha256` names its bytes, `meta` is what else was found."""

    key: str
    kind: str
    sha256: str
    meta: Mapping[str, Any]


def plain(value: Any) -> str:
    """Canonical JSON as text."""
    return canonical(value).decode()


def take_of(row: Row[Any]) -> Take:
    """The take in a row of the take table."""
    return Take(
        number=row.number,
        shot=row.shot,
        recipe=Recipe.model_validate_json(row.recipe),
        clips=_CLIPS.validate_json(row.clips),
        cost_micros=row.cost_micros,
        currency=row.currency,
        made_at=row.made_at,
    )


def artefact_of(row: Row[Any]) -> Artefact:
    """The artefact in a row of its table."""
    return Artefact(row.key, row.kind, row.sha256, json.loads(row.meta))


def version_of(row: Row[Any]) -> Version:
    """The version in a row of its table, without the document."""
    return Version(row.number, row.digest, row.parent, row.why, row.made_at)
