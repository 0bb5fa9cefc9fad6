"""Offers as rules see them, and what the rules say about every offer that may shoot a shot."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from callsheet.catalog import UNKNOWN, Catalogue, Evidence, Offer, Unknown
from callsheet.catalog.known import Flag
from callsheet.errors import NotFoundError
from callsheet.rights import territory
from callsheet.rights.facts import Facts, Names, OfferTerms
from callsheet.rights.pack import PACK
from callsheet.rights.rule import Finding, Judgement, Pack, judged

OWN = frozenset({"animatic"})
"""What Callsheet draws itself."""
STAND_INS = "rehearsal-"
"""How the names of a rehearsal's own houses begin: nothing is really given to them."""
_SAID = (
    "faces", "minors", "indemnity", "commercial", "training", "trains_on_input", "retention", "residency",
    "territory_only", "territory_excluded", "claims",
)  # fmt: skip


def terms_of(offer: Offer) -> OfferTerms:
    """The terms of an offer of the catalogue."""
    legal = offer.legal
    trains: Flag = getattr(legal, "trains_on_input", UNKNOWN)
    known = {name: said for name in _SAID if (said := _says(offer, name)) is not None}
    return OfferTerms(
        offer=offer.id,
        names=_lower(offer.id, offer.model.id, offer.model.family, offer.model.maker, offer.route, offer.provider),
        released_on=offer.released_on,
        licence=offer.model.licence,
        faces=legal.faces,
        minors=legal.minors,
        indemnity=legal.indemnity,
        commercial=legal.commercial,
        training=legal.training,
        trains_on_input=trains,
        retention=legal.retention,
        residency=legal.residency,
        territory_only=_places(legal.territory_only),
        territory_excluded=_places(legal.territory_excluded),
        claims=legal.claims,
        evidence=known,
    )


def _says(offer: Offer, name: str) -> Evidence | None:
    value = getattr(offer.legal, name, UNKNOWN)
    if value is UNKNOWN or (name == "claims" and not value):
        return None
    try:
        return offer.says(f"legal.{name}")
    except NotFoundError:
        return None


def _places(stated: tuple[str, ...] | Unknown) -> Names:
    return stated if isinstance(stated, Unknown) else territory.codes(stated)


def _lower(*names: str | Unknown) -> frozenset[str]:
    return frozenset(name.lower() for name in names if isinstance(name, str))


@dataclass(frozen=True)
class Terms:
    """The terms of every offer by its name: those of the catalogue, what Callsheet draws itself, and for all others that nothing is known.

    The catalogue, or what reads it: then it is read when the first offer of somebody else is asked about.
    """

    source: Catalogue | Callable[[], Catalogue]
    own: Set[str] = OWN
    _found: dict[str, OfferTerms] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Where the terms are read."""
        return self.source if isinstance(self.source, Catalogue) else self.source()

    def of(self, name: str) -> OfferTerms:
        """The terms of an offer: `animatic`, `kling-4.0@fal`, `kling-4.0@fal:1080p`."""
        if name not in self._found:
            self._found[name] = self._read(name)
        return self._found[name]

    def _read(self, name: str) -> OfferTerms:
        plain = name.partition(":")[0]
        if plain in self.own or plain.startswith(STAND_INS):
            return OfferTerms(name, _lower(plain), own=True, released_on=UNKNOWN)
        if plain in self.catalogue:
            return replace(terms_of(self.catalogue.offer(plain)), offer=name)
        model, _, route = plain.partition("@")
        return OfferTerms(name, _lower(plain, model, *([route] if route else [])))


def judge_routes(facts: Facts, offers: Iterable[OfferTerms], on: date, rules: Pack = PACK) -> Mapping[str, Judgement]:
    """What the rules say about each offer for a shot, by offer, in the order given. `facts` are those of the shot; offers in them are left out."""
    return {offer.offer: judged("route", replace(facts, offers=(offer,)), on, rules) for offer in offers}


class Rulings:
    """What the rules say about offers on one day, remembered: shots with the same people, works and use are judged once."""

    def __init__(self, terms: Terms, on: date, rules: Pack = PACK) -> None:
        self._terms, self._on, self._rules = terms, on, rules
        self._known: dict[tuple[object, ...], Judgement] = {}

    @property
    def pack(self) -> str:
        """The version of the rules."""
        return self._rules.version

    def of(self, facts: Facts, offer: str) -> Judgement:
        """What the rules say about an offer, by name, for a shot with these facts."""
        works = tuple(work for work in facts.works if work.licence is not None)
        key = (facts.people, works, facts.use, offer)
        if key not in self._known:
            asked = Facts(facts.people, facts.works, (self._terms.of(offer),), facts.use)
            self._known[key] = judged("route", asked, self._on, self._rules)
        return self._known[key]

    def why_not(self, facts: Facts, offer: str) -> str:
        """Why an offer may not shoot a shot, each reason with its rule, source and day; empty when it may."""
        return self.of(facts, offer).why_not

    def blocked(self, facts: Facts, offers: Iterable[str]) -> Mapping[str, tuple[Finding, ...]]:
        """The offers that may not shoot a shot, each with every finding that forbids it."""
        judgements = {offer: self.of(facts, offer) for offer in offers}
        return {offer: judgement.of("block") for offer, judgement in judgements.items() if judgement.blocked}


def routes_blocked(
    facts: Facts, offers: Iterable[OfferTerms], on: date, rules: Pack = PACK
) -> Mapping[str, tuple[Finding, ...]]:
    """The offers that may not shoot a shot, each with every finding that forbids it."""
    return {
        name: judgement.of("block")
        for name, judgement in judge_routes(facts, offers, on, rules).items()
        if judgement.blocked
    }
