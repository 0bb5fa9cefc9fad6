"""Consents and licences as the production document has them, with everything that is not stated as unknown.

Fields that the document's nouns do not have yet are read where they are there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from callsheet.catalog.known import UNKNOWN, Flag
from callsheet.film import Asset, Cast, Consent
from callsheet.rights import territory
from callsheet.rights.facts import (
    PERPETUAL,
    ConsentRecord,
    Day,
    Kind,
    Licence,
    Names,
    Part,
    Person,
    Work,
)

_KINDS: dict[Part, frozenset[Kind]] = {"face": frozenset({"face"}), "voice": frozenset({"voice"})}
_AGES = {"child": True, "adult": False, "old": False}


@dataclass(frozen=True)
class Revocation:
    """A consent or licence that was withdrawn. `of` is an asset (`cast.anna`), a person, or the sha256 of a file."""

    of: str
    on: date
    why: str = ""
    by: str = ""

    def ends(self, granted_on: object) -> bool:
        """Whether it withdraws what was granted on a day: not what was granted after it. Whatever has no day is withdrawn."""
        return not isinstance(granted_on, date) or granted_on <= self.on


def consent_record(key: str, consent: Consent, part: Part = "face") -> ConsentRecord:
    """A consent of the document. `key` is its asset: `cast.anna`."""
    read = _Reader(consent)
    media = read.names("media")
    return ConsentRecord(
        asset=key,
        person=str(read.value("person") or key),
        kinds=frozenset(read.value("covers") or ()) or _KINDS[part],
        paper=consent.paper,
        granted_on=consent.granted_on or UNKNOWN,
        until=consent.until or UNKNOWN,
        revoked_on=read.value("revoked_on"),
        disclosed_at=read.value("disclosed_at") or UNKNOWN,
        uses=read.names("uses"),
        territories=read.places("territories"),
        models=read.names("models"),
        languages=read.names("languages"),
        media=media if isinstance(media, frozenset) else None,
        products_excluded=read.some("products_excluded"),
        vetted_at=read.some("vetted_at"),
    )


def person(
    key: str, asset: Asset, part: Part, languages: frozenset[str] = frozenset(), revoked: Iterable[Revocation] = ()
) -> Person:
    """A cast member's face, or a voice. Who has a consent exists; who has references and no consent may."""
    record = consent_record(key, asset.consent, part) if asset.consent else None
    names = {key, record.person} if record else {key}
    days = [record.revoked_on] if record and record.revoked_on else []
    days += [one.on for one in revoked if one.of in names and one.ends(record.granted_on if record else None)]
    if record and days:
        record = replace(record, revoked_on=min(days))
    read = _Reader(asset)
    stated = {"real": "identifiable", "invented": "synthetic"}.get(str(read.value("likeness")))
    age = _AGES.get(asset.age or "") if isinstance(asset, Cast) else None
    minor = read.flag("minor")
    return Person(
        asset=key,
        name=asset.name,
        part=part,
        role="identifiable"
        if stated == "identifiable" or (record and stated is None)
        else UNKNOWN
        if stated is None and asset.references
        else "synthetic",
        minor=minor if age is None or minor is not UNKNOWN else age,
        deceased=_Reader(asset.consent).flag("deceased"),
        consent=record,
        languages=languages,
    )


def licence(asset: Asset, key: str = "", revoked: Iterable[Revocation] = ()) -> Licence | None:
    """The licence of a work: its own, or what its consent says. None when neither is stated."""
    own = _Reader(asset).value("licence")
    if own is None and asset.consent is None:
        return None
    read = _Reader(own if own is not None else asset.consent)
    media = read.names("media")
    since = read.value("since") or read.value("granted_on")
    days = [day for day in (read.value("revoked_on"),) if day]
    days += [one.on for one in revoked if one.of in (key, read.value("person")) and one.ends(since)]
    return Licence(
        name=str(read.value("name") or read.value("scope") or "consent"),
        territories=read.places("territories"),
        since=since,
        until=_end(read.value("until")),
        revoked_on=min(days) if days else None,
        media=media if isinstance(media, frozenset) else None,
        derivative=read.flag("derivative"),
        ai_input=read.flag("ai_input"),
        attribution=str(read.value("attribution") or ""),
    )


def withdrawn(name: str, one: Revocation) -> Work:
    """What was withdrawn and has no paper in the document, as a work whose licence is withdrawn and says nothing else."""
    gone = Licence(name, frozenset({territory.WORLD}), None, PERPETUAL, one.on, derivative=True, ai_input=True)
    return Work(name, name, "picture", gone)


def _end(value: Any) -> Day:
    if value == "perpetual":
        return PERPETUAL
    return value if isinstance(value, date) else UNKNOWN


@dataclass(frozen=True)
class _Reader:
    """Reads fields that may not be there."""

    of: Any

    def value(self, field: str) -> Any:
        return getattr(self.of, field, None)

    def flag(self, field: str) -> Flag:
        found = self.value(field)
        return found if isinstance(found, bool) else UNKNOWN

    def some(self, field: str) -> frozenset[str]:
        return frozenset(str(one).lower() for one in self.value(field) or ())

    def names(self, field: str) -> Names:
        return self.some(field) or UNKNOWN

    def places(self, field: str) -> Names:
        return territory.codes(self.value(field) or ()) or UNKNOWN
