"""Facts that rules are asked about: people, works, offers, the use of the film, and a deliverable. What nobody stated is `UNKNOWN`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import Any, Literal

from callsheet.catalog.known import UNKNOWN, Evidence, Flag, Unknown
from callsheet.film import digest

Names = frozenset[str] | Unknown
Day = date | Unknown
Part = Literal["face", "voice"]
Kind = Literal["face", "voice", "replica", "estate"]
ANY = "any"
"""In a list of models or uses: every one."""
PERPETUAL = date.max
"""The end of what has no end."""


@dataclass(frozen=True)
class ConsentRecord:
    """What a person, or an estate, allowed in writing. Never a bare yes."""

    asset: str
    """The asset it stands at: `cast.anna`."""
    person: str
    kinds: frozenset[Kind]
    paper: str | None = None
    granted_on: Day = UNKNOWN
    until: Day = UNKNOWN
    revoked_on: date | None = None
    disclosed_at: datetime | date | Unknown = UNKNOWN
    """When the person was told what the likeness is used for."""
    uses: Names = UNKNOWN
    territories: Names = UNKNOWN
    models: Names = UNKNOWN
    """Offers, models, routes, sellers or makers that may be given the likeness; `any` for all."""
    languages: Names = UNKNOWN
    """Languages the voice may speak; `any` for all."""
    media: frozenset[str] | None = None
    """Channels; None when the consent is not narrowed to some."""
    products_excluded: frozenset[str] = frozenset()
    vetted_at: frozenset[str] = frozenset()
    """Routes or sellers that have vetted this face."""


@dataclass(frozen=True)
class Person:
    """Somebody who is seen or heard. `synthetic` is nobody who exists."""

    asset: str
    name: str
    part: Part
    role: Literal["identifiable", "synthetic"] | Unknown
    minor: Flag = UNKNOWN
    deceased: Flag = UNKNOWN
    consent: ConsentRecord | None = None
    languages: frozenset[str] = frozenset()
    """What the voice speaks."""


@dataclass(frozen=True)
class Licence:
    """What may be done with a work."""

    name: str
    territories: Names = UNKNOWN
    since: date | None = None
    until: Day = UNKNOWN
    """`PERPETUAL` when it has no end."""
    revoked_on: date | None = None
    media: frozenset[str] | None = None
    """Channels; None when it is not narrowed to some."""
    derivative: Flag = UNKNOWN
    ai_input: Flag = UNKNOWN
    """Whether it may be given to a model."""
    attribution: str = ""


@dataclass(frozen=True)
class Work:
    """Something somebody made or owns: a picture, music, a font, a place, an object."""

    asset: str
    name: str
    kind: Literal["picture", "music", "font", "place", "object", "look"]
    licence: Licence | None = None
    given: bool = True
    """Whether a file of it is given to who shoots."""


@dataclass(frozen=True)
class OfferTerms:
    """What the terms of an offer say; `own` is what Callsheet draws itself, which shows nobody and leaves the machine to nobody."""

    offer: str
    names: frozenset[str] = frozenset()
    """Its id and those of its model, route, seller and maker, in lower case."""
    own: bool = False
    released_on: Day = UNKNOWN
    licence: str | Unknown = UNKNOWN
    """The licence of its weights, where one is known."""
    faces: Literal["allowed", "consent", "asset", "denied"] | Unknown = UNKNOWN
    minors: Literal["allowed", "allowlist", "blocked"] | Unknown = UNKNOWN
    indemnity: Literal["yes", "no", "enterprise"] | Unknown = UNKNOWN
    commercial: Flag = UNKNOWN
    training: Literal["licensed", "unlicensed"] | Unknown = UNKNOWN
    trains_on_input: Flag = UNKNOWN
    retention: str | Unknown = UNKNOWN
    residency: str | Unknown = UNKNOWN
    territory_only: Names = UNKNOWN
    territory_excluded: Names = UNKNOWN
    claims: tuple[str, ...] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    """Who says so, by field of the terms: `faces`."""

    def says(self, *names: str) -> str:
        """Who states these fields and when it was read, in brackets; empty when nobody is named."""
        found = dict.fromkeys(str(self.evidence[name]) for name in names if name in self.evidence)
        return f" ({'; '.join(found)})" if found else ""


@dataclass(frozen=True)
class Use:
    """What the film is for."""

    territories: Names = UNKNOWN
    channels: Names = UNKNOWN
    use: str | Unknown = UNKNOWN
    """`advertising`, `entertainment`, `editorial`, `internal`..., as consents name their uses."""
    paid: Flag = UNKNOWN
    commercial: Flag = UNKNOWN
    until: Day = UNKNOWN
    publish_on: Day = UNKNOWN
    products: frozenset[str] = frozenset()
    artistic: bool = False
    """An evidently artistic, creative, satirical or fictional work."""
    indemnity: bool = False
    """Whether the client insists that the seller indemnifies."""
    confidential: bool = False
    """Whether what is given is under a promise of secrecy."""

    @property
    def ad(self) -> Flag:
        """Whether the film is an ad: by its use, or because showing it is paid for."""
        if self.use == "advertising" or self.paid is True:
            return True
        return UNKNOWN if isinstance(self.use, Unknown) else False


@dataclass(frozen=True)
class Label:
    """A disclosure that is seen or heard. `start` and `seconds` in seconds, `height` of its letters as a share of the shorter side."""

    kind: Literal["ai-generated", "ai-modified", "ai", "synthetic-performer", "spoken"]
    text: str
    language: str
    start: Fraction = Fraction(0)
    seconds: Fraction | None = None
    """None when it stays to the end."""
    height: Fraction | Unknown = UNKNOWN


@dataclass(frozen=True)
class DeliverableFacts:
    """One file that is to be published: what it contains and how it says so."""

    name: str
    picture: bool = True
    ai_video: Flag = UNKNOWN
    ai_voice: Flag = UNKNOWN
    deepfake: Flag = UNKNOWN
    """Whether it shows or lets speak somebody or something that exists and could be taken for real."""
    synthetic_performer: Flag = UNKNOWN
    """Whether it shows a human who does not exist and could be taken for real."""
    labels: tuple[Label, ...] = ()
    marks: frozenset[str] = frozenset()
    """Machine-readable marks in the file: `c2pa`, `aigc`, `watermark`, `xmp`."""
    declarations: Mapping[str, str] = field(default_factory=dict)
    """What is declared to a channel when it is uploaded, by channel."""
    exempted_by: str = ""
    """Who answers for treating it as an artistic work."""
    territories: Names = UNKNOWN
    """Where this file is shown; where the film is when not stated."""
    channels: Names = UNKNOWN

    @property
    def generated(self) -> Flag:
        """Whether any picture or voice in it was generated."""
        if self.ai_video is True or self.ai_voice is True:
            return True
        return False if self.ai_video is False and self.ai_voice is False else UNKNOWN


@dataclass(frozen=True)
class Facts:
    """Everything one judgement is about."""

    people: tuple[Person, ...] = ()
    works: tuple[Work, ...] = ()
    offers: tuple[OfferTerms, ...] = ()
    """Who may shoot, or shot, it."""
    use: Use = Use()
    deliverable: DeliverableFacts | None = None

    @property
    def shown(self) -> tuple[Person, ...]:
        """The people whose likeness can really be seen or heard: a drawing by Callsheet itself shows nobody's face."""
        drawn = bool(self.offers) and all(offer.own for offer in self.offers)
        return tuple(p for p in self.people if p.part == "voice" or not drawn)

    @property
    def sellers(self) -> tuple[OfferTerms, ...]:
        """The offers that are somebody else's."""
        return tuple(offer for offer in self.offers if not offer.own)

    @property
    def digest(self) -> str:
        """The sha256 of the facts: equal facts are judged equally."""
        return digest(plain(self))


def plain(value: Any) -> Any:
    """A fact as JSON data."""
    if isinstance(value, Evidence):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in sorted(value.items())}
    return value
