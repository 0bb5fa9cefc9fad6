"""Rules about people: consent that is there, in force, wide enough and told in time; minors, and those who have died."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from callsheet.catalog.known import UNKNOWN, Unknown
from callsheet.rights import territory
from callsheet.rights.facts import ANY, ConsentRecord, Day, Facts, Names, OfferTerms, Person, Use
from callsheet.rights.rule import Hit, Rule

READ = date(2026, 11, 21)
MOST_YEARS = 10
NOTICE = timedelta(hours=48)
SOON = timedelta(days=30)
"""A consent that ends within this time is told about."""
_HOUSE = "Callsheet's own rule"


def ends(consent: ConsentRecord) -> Day:
    """The first day on which a consent no longer holds: the day after `until`, at most ten years after it was granted; UNKNOWN when
    either is not stated."""
    if isinstance(consent.granted_on, Unknown) or isinstance(consent.until, Unknown):
        return UNKNOWN
    granted = consent.granted_on
    year = min(granted.year + MOST_YEARS, date.max.year)
    leap = granted.month == 2 and granted.day == 29
    latest = date(year, 3, 1) if leap else granted.replace(year=year)
    return latest if consent.until >= latest else consent.until + timedelta(days=1)


def consent_missing(facts: Facts, on: date) -> Iterator[Hit]:
    """An identifiable person without a signed consent, or somebody of whom nobody said whether they exist."""
    for person in facts.shown:
        if isinstance(person.role, Unknown):
            yield Hit(
                person.asset,
                f"there are references for {person.name}, and nobody says whether they show somebody who exists",
                unknown=True,
                remedy="State `likeness: invented` for nobody who exists, or add the `consent`.",
            )
        elif person.role == "identifiable" and person.consent is None:
            yield Hit(person.asset, f"{person.name} exists and there is no consent")
        elif person.role == "identifiable" and person.consent is not None and not person.consent.paper:
            yield Hit(person.asset, f"there is no signed paper to the consent of {person.name}")


def consent_expired(facts: Facts, on: date) -> Iterator[Hit]:
    """A consent that is not in force on the day."""
    for person, consent in _consents(facts.people):
        if isinstance(consent.granted_on, Unknown):
            yield Hit(person.asset, f"nobody says when {person.name} consented", True, remedy="State `granted_on`.")
            continue
        if consent.granted_on > on:
            yield Hit(person.asset, f"the consent of {person.name} begins only on {consent.granted_on}")
            continue
        end = ends(consent)
        if isinstance(end, Unknown):
            yield Hit(
                person.asset, f"nobody says when the consent of {person.name} ends", True, remedy="State `until`."
            )
        elif end <= on:
            yield Hit(person.asset, f"the consent of {person.name} ended on {end - timedelta(days=1)}")
        elif end <= on + SOON or (not isinstance(facts.use.until, Unknown) and end <= facts.use.until):
            yield Hit(person.asset, f"the consent of {person.name} ends on {end - timedelta(days=1)}", outcome="warn")


def consent_scope(facts: Facts, on: date) -> Iterator[Hit]:
    """A use, place, channel, language, product or model to which the person did not consent."""
    for person, consent in _consents(facts.shown):
        if person.role == "identifiable":
            yield from scope(person, consent, facts.use, facts.sellers)


def scope(person: Person, consent: ConsentRecord, use: Use, offers: tuple[OfferTerms, ...]) -> Iterator[Hit]:
    """Everything in which a consent is narrower than the use of the film and the offers."""
    who = f"the consent of {person.name}"
    if not consent.kinds & {person.part, "replica", "estate"}:
        yield Hit(person.asset, f"{who} is for {_list(consent.kinds)}, not for the {person.part}")
    uses = frozenset() if isinstance(use.use, Unknown) else frozenset({use.use})
    yield from _narrow(person, who, "use", uses, use.use, consent.uses)
    yield from _places(person, who, use, consent)
    yield from _channels(person, who, use, consent)
    if person.part == "voice" and person.languages:
        yield from _narrow(person, who, "language", person.languages, "", consent.languages)
    excluded = use.products & consent.products_excluded
    if excluded:
        yield Hit(person.asset, f"{who} excludes {_list(excluded)}")
    for offer in offers if person.part == "face" else ():
        if isinstance(consent.models, Unknown):
            yield Hit(
                person.asset,
                f"{who} does not say which models may be given the likeness: {offer.offer}",
                unknown=True,
                remedy=_state("models"),
            )
        elif ANY not in consent.models and not offer.names & consent.models:
            yield Hit(person.asset, f"{who} does not allow {offer.offer}; it allows {_list(consent.models)}")


def _narrow(person: Person, who: str, what: str, wanted: Names, stated: object, allowed: Names) -> Iterator[Hit]:
    field = {"use": "uses", "language": "languages"}[what]
    if isinstance(allowed, Unknown):
        yield Hit(person.asset, f"{who} does not say which {field} it allows", True, remedy=_state(field))
    elif ANY in allowed:
        return
    elif isinstance(stated, Unknown):
        yield Hit(
            person.asset,
            f"{who} is for {_list(allowed)}, and nobody says what the film is for",
            unknown=True,
            remedy="State `rights.use` in the production.",
        )
    elif not isinstance(wanted, Unknown) and wanted - allowed:
        yield Hit(
            person.asset, f"{who} does not cover the {what} {_list(wanted - allowed)}; it covers {_list(allowed)}"
        )


def _places(person: Person, who: str, use: Use, consent: ConsentRecord) -> Iterator[Hit]:
    if isinstance(consent.territories, Unknown):
        yield Hit(person.asset, f"{who} does not say where it holds", True, remedy=_state("territories"))
    elif territory.WORLD in consent.territories:
        return
    elif isinstance(use.territories, Unknown):
        yield Hit(
            person.asset,
            f"{who} holds in {_list(consent.territories)}, and nobody says where the film will be shown",
            unknown=True,
            remedy="State `rights.territories` in the production.",
        )
    elif out := territory.missing(use.territories, consent.territories):
        yield Hit(person.asset, f"{who} does not hold in {', '.join(out)}; it holds in {_list(consent.territories)}")


def _channels(person: Person, who: str, use: Use, consent: ConsentRecord) -> Iterator[Hit]:
    if consent.media is None:
        return
    if isinstance(use.channels, Unknown):
        yield Hit(
            person.asset,
            f"{who} is for {_list(consent.media)}, and nobody says on which channels the film will be shown",
            unknown=True,
            remedy="State `rights.channels` in the production.",
        )
    elif use.channels - consent.media:
        yield Hit(person.asset, f"{who} does not cover {_list(use.channels - consent.media)}")


def consent_notice(facts: Facts, on: date) -> Iterator[Hit]:
    """A person in an ad who was not told at least 48 hours before the use what the likeness is used for."""
    if facts.use.ad is False:
        return
    for person, consent in _consents(facts.shown):
        if person.role != "identifiable":
            continue
        if isinstance(consent.disclosed_at, Unknown):
            words = f"nobody says when {person.name} was told what the likeness is used for"
            yield Hit(person.asset, words, unknown=True, outcome="require", remedy=_state("disclosed_at"))
        elif not told_in_time(consent.disclosed_at, on):
            yield Hit(person.asset, f"{person.name} was told on {consent.disclosed_at}, less than 48 hours before {on}")


def told_in_time(told: datetime | date, on: date) -> bool:
    """Whether 48 hours lie between being told and the start of a day (UTC). A day without a time counts as its end."""
    if isinstance(told, datetime):
        moment = told if told.tzinfo else told.replace(tzinfo=UTC)
    else:
        moment = datetime.combine(told + timedelta(days=1), time(), UTC)
    return datetime.combine(on, time(), UTC) - moment >= NOTICE


def minor_face(facts: Facts, on: date) -> Iterator[Hit]:
    """A minor shown by an offer that is not known to allow it."""
    for person in facts.shown:
        if person.part != "face" or person.minor is False:
            continue
        if person.minor is UNKNOWN and person.role != "identifiable":
            continue
        for offer in facts.sellers:
            yield from _minor(person, offer)


def _minor(person: Person, offer: OfferTerms) -> Iterator[Hit]:
    vetted = person.consent is not None and bool(offer.names & person.consent.vetted_at)
    if offer.minors == "allowed" or (offer.minors == "allowlist" and vetted):
        return
    said = {"blocked": "does not show minors", "allowlist": "shows minors only to approved accounts"}
    rule = said.get(str(offer.minors), "does not say whether it shows minors")
    unknown = isinstance(offer.minors, Unknown) or isinstance(person.minor, Unknown)
    age = "is a minor" if person.minor is True else "may be a minor, nobody says"
    yield Hit(
        offer.offer,
        f"{person.name} {age}, and it {rule}{offer.says('minors')}",
        unknown,
        outcome="warn" if person.role == "synthetic" and isinstance(offer.minors, Unknown) else None,
        remedy="State the person's `age`, or choose another route." if person.minor is UNKNOWN else "",
    )


def deceased(facts: Facts, on: date) -> Iterator[Hit]:
    """A person who has died, without the consent of the estate."""
    for person in facts.people:
        if person.role == "identifiable" and person.deceased is True:
            consent = person.consent
            if consent is None or "estate" not in consent.kinds:
                yield Hit(person.asset, f"{person.name} has died, and there is no consent of the estate")


def revoked(facts: Facts, on: date) -> Iterator[Hit]:
    """A consent or licence that was withdrawn."""
    for person, consent in _consents(facts.people):
        if consent.revoked_on is not None and consent.revoked_on <= on:
            yield Hit(person.asset, f"the consent of {person.name} was withdrawn on {consent.revoked_on}")
    for work in facts.works:
        licence = work.licence
        if licence is not None and licence.revoked_on is not None and licence.revoked_on <= on:
            yield Hit(work.asset, f"the licence of {work.name} was withdrawn on {licence.revoked_on}")


def _consents(people: tuple[Person, ...]) -> Iterator[tuple[Person, ConsentRecord]]:
    for person in people:
        if person.consent is not None:
            yield person, person.consent


def _list(names: frozenset[str] | frozenset[object]) -> str:
    return ", ".join(sorted(map(str, names))) or "nothing"


def _state(field: str) -> str:
    return f"Read the paper and state `consent.{field}`."


_REPLICAS = (
    "laws of California, Illinois and New York on replicas (summary: "
    "https://www.dglaw.com/importance-of-digital-replica-consents-under-the-sag-aftra-commercials-contract/); elsewhere Callsheet's own rule"
)
_RIDER = "SAG-AFTRA Commercials Contract 2025 (summary: https://www.dglaw.com/new-sag-aftra-commercials-contract-is-now-in-effect/)"
_TEN = f"{_HOUSE}, after the NO FAKES Act (S.4591, H.R.8915; a bill, not law): licences in writing, for specific uses, for ten years at most"

RULES = (
    Rule("consent-missing", "route", "block", None, None, territory.WORLD, _REPLICAS, READ, consent_missing,
         "Add the signed consent to the asset, or use somebody who does not exist."),
    Rule("consent-expired", "route", "block", None, None, territory.WORLD, _TEN, READ, consent_expired,
         "Have the consent renewed, and state the new `until` and paper."),
    Rule("consent-scope", "route", "block", None, None, territory.WORLD, _TEN, READ, consent_scope,
         "Stay within the consent, or have it widened in writing."),
    Rule("consent-48h", "route", "block", date(2025, 4, 1), None, "US", _RIDER, READ, consent_notice,
         "Tell the person what the likeness is used for, and wait 48 hours."),
    Rule("minor-face-block", "route", "block", None, None, territory.WORLD,
         f"{_HOUSE}; sellers' own policies as the catalogue has them", READ, minor_face,
         "Choose a route that allows it, or show no minor."),
    Rule("deceased-estate", "route", "block", None, None, territory.WORLD,
         "New York S.8391 (summary: "
         "https://www.explainx.ai/blog/new-york-ai-video-disclosure-law-synthetic-performers-2026); elsewhere Callsheet's own rule",
         READ, deceased, "Add the written consent of the estate (`covers: [estate]`)."),
    Rule("revoked-consent-cascade", "route", "block", None, None, territory.WORLD, f"{_HOUSE}: a consent can be withdrawn", READ, revoked,
         "Take it out of the film: re-cast and re-shoot what used it, and withdraw what was delivered."),
)  # fmt: skip
"""In the order in which they are told."""
