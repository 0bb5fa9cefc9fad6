"""Rules about offers: where their output may go, real faces, indemnity, commercial use, and what becomes of what is given."""

from collections.abc import Iterator
from datetime import date, timedelta

from callsheet.catalog.known import UNKNOWN, Unknown
from callsheet.rights import territory
from callsheet.rights.facts import Facts, OfferTerms, Person
from callsheet.rights.likeness import READ
from callsheet.rights.rule import Hit, Outcome, Rule

STALE = timedelta(days=90)
_STATE = (
    "State `legal.{}` of this offer, with where you read it, in the production's catalogue, or choose another route."
)


def model_region(facts: Facts, on: date) -> Iterator[Hit]:
    """An offer whose terms leave out a territory in which the film will be shown."""
    for offer in facts.sellers:
        yield from _region(offer, facts)


def _region(offer: OfferTerms, facts: Facts) -> Iterator[Hit]:
    places = facts.use.territories
    only, excluded = offer.territory_only, offer.territory_excluded
    said = offer.says("territory_only", "territory_excluded")
    if isinstance(places, Unknown):
        if not (isinstance(only, Unknown) and isinstance(excluded, Unknown)):
            words = f"its terms leave out some territories{said}, and nobody says where the film will be shown"
            yield Hit(offer.offer, words, True, remedy="State `rights.territories` in the production.")
        elif isinstance(offer.licence, str):
            # Neither side is known: it is asked now, and forbidden as soon as somebody says where the film will be shown.
            yield _licence_unread(offer, "require")
        return
    out = () if isinstance(only, Unknown) else territory.missing(places, only)
    out += () if isinstance(excluded, Unknown) else territory.shared(places, excluded)
    if out:
        yield Hit(offer.offer, f"its terms leave out {', '.join(sorted(set(out)))}{said}")
    elif isinstance(only, Unknown) and isinstance(excluded, Unknown):
        if isinstance(offer.licence, str):
            yield _licence_unread(offer)
        else:
            words = "nobody says whether its terms leave out any territory"
            yield Hit(offer.offer, words, True, "require", _STATE.format("territory_excluded"))


def _licence_unread(offer: OfferTerms, outcome: Outcome = "block") -> Hit:
    told = " ".join(offer.claims)
    words = f"its weights come under a licence of their own ({offer.licence}), whose territories nobody states"
    return Hit(
        offer.offer,
        f"{words}; {told}{offer.says('claims')}" if told else words,
        unknown=True,
        outcome=outcome,
        remedy=_STATE.format("territory_excluded"),
    )


def model_faces(facts: Facts, on: date) -> Iterator[Hit]:
    """A real face given to an offer that does not take it."""
    faces = [p for p in facts.shown if p.part == "face" and p.role == "identifiable"]
    for offer in facts.sellers:
        for person in faces:
            yield from _face(person, offer)


def _face(person: Person, offer: OfferTerms) -> Iterator[Hit]:
    vetted = person.consent is not None and bool(offer.names & person.consent.vetted_at)
    if offer.faces == "allowed" or (offer.faces == "asset" and vetted):
        return
    said = offer.says("faces")
    if offer.faces == "asset":
        words = f"it takes the face of {person.name} only once it is vetted there{said}"
        yield Hit(offer.offer, words, remedy="Have the face vetted, and state the seller in `consent.vetted_at`.")
    elif offer.faces == "denied":
        yield Hit(offer.offer, f"it takes no real faces{said}")
    elif offer.faces == "consent" and person.consent is None:
        yield Hit(offer.offer, f"it takes the face of {person.name} only with a consent{said}")
    elif isinstance(offer.faces, Unknown):
        words = f"nobody says whether it takes a real face: {person.name}"
        yield Hit(offer.offer, words, True, remedy=_STATE.format("faces"))


def model_indemnity(facts: Facts, on: date) -> Iterator[Hit]:
    """An offer that does not indemnify, where the client insists."""
    if not facts.use.indemnity:
        return
    for offer in facts.sellers:
        said = offer.says("indemnity")
        if offer.indemnity == "no":
            yield Hit(offer.offer, f"its seller does not indemnify{said}")
        elif isinstance(offer.indemnity, Unknown):
            yield Hit(
                offer.offer, "nobody says whether its seller indemnifies", True, remedy=_STATE.format("indemnity")
            )
        elif offer.indemnity == "enterprise":
            words = f"its seller indemnifies enterprise customers only{said}"
            yield Hit(
                offer.offer, words, outcome="require", remedy="Make sure that your contract with the seller says so."
            )


def model_commercial(facts: Facts, on: date) -> Iterator[Hit]:
    """An offer that may not be used commercially."""
    if facts.use.commercial is False:
        return
    for offer in facts.sellers:
        said = offer.says("commercial")
        if offer.commercial is False:
            unknown = isinstance(facts.use.commercial, Unknown)
            words = f"it may not be used commercially{said}" + (
                ", and nobody says that the film is not" if unknown else ""
            )
            yield Hit(offer.offer, words, unknown)
        elif isinstance(offer.commercial, Unknown):
            weights = f"; its weights come under: {offer.licence}" if isinstance(offer.licence, str) else ""
            outcome: Outcome = "block" if weights and facts.use.commercial is True else "require"
            words = f"nobody says whether it may be used commercially{weights}"
            yield Hit(offer.offer, words, True, outcome, _STATE.format("commercial"))


def model_trains(facts: Facts, on: date) -> Iterator[Hit]:
    """An offer that learns from what it is given, where that is secret."""
    if not facts.use.confidential:
        return
    for offer in facts.sellers:
        said = offer.says("trains_on_input")
        if offer.trains_on_input is True:
            yield Hit(offer.offer, f"its seller trains on what it is given{said}, and this is confidential")
        elif offer.trains_on_input is UNKNOWN:
            words = "nobody says whether its seller trains on what it is given, and this is confidential"
            yield Hit(offer.offer, words, True, remedy=_STATE.format("trains_on_input"))


def terms_stale(facts: Facts, on: date) -> Iterator[Hit]:
    """Terms that were read long ago."""
    for offer in facts.sellers:
        old = sorted(field for field, said in offer.evidence.items() if on - said.on > STALE)
        if old:
            oldest = min(offer.evidence[field].on for field in old)
            yield Hit(
                offer.offer, f"its terms were read more than 90 days ago ({', '.join(old)}; the oldest on {oldest})"
            )


def model_claims(facts: Facts, on: date) -> Iterator[Hit]:
    """Claims and clauses that are reported about an offer."""
    for offer in facts.sellers:
        for claim in offer.claims:
            yield Hit(offer.offer, f"it is reported: {claim}{offer.says('claims')}")


_TERMS = "the terms of the offer, as the catalogue has them"
_CLIENT = "the client's own condition, and the terms of the offer as the catalogue has them"

RULES = (
    Rule("model-region", "route", "block", None, None, territory.WORLD, _TERMS, READ, model_region,
         "Choose a route whose terms reach there, or show the film elsewhere."),
    Rule("model-faces", "route", "block", None, None, territory.WORLD, _TERMS, READ, model_faces,
         "Choose a route that takes real faces with consent, or show nobody who exists."),
    Rule("model-indemnity-required", "route", "block", None, None, territory.WORLD, _CLIENT, READ, model_indemnity,
         "Choose a route whose seller indemnifies."),
    Rule("model-commercial", "route", "block", None, None, territory.WORLD, _TERMS, READ, model_commercial,
         "Choose a route that may be used commercially."),
    Rule("model-trains-on-input", "route", "block", None, None, territory.WORLD, _CLIENT, READ, model_trains,
         "Choose a route that does not train on what it is given."),
    Rule("terms-stale", "route", "warn", None, None, territory.WORLD, _TERMS, READ, terms_stale,
         "Read them again and state the day."),
    Rule("model-claims", "route", "note", None, None, territory.WORLD, _TERMS, READ, model_claims,
         "Read it before you choose."),
)  # fmt: skip
