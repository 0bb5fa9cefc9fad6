"""Clearing: one call for each way into the film. Each judges with today's papers."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from callsheet.catalog import UNKNOWN, Unknown
from callsheet.film import Consent, Episode, Placed, Production, Recipe, Take
from callsheet.rights import board, labels
from callsheet.rights.cascade import Lineage, recipe_facts
from callsheet.rights.facts import ConsentRecord, DeliverableFacts, Facts, OfferTerms, Person, Use
from callsheet.rights.offers import Terms
from callsheet.rights.pack import PACK, judge
from callsheet.rights.papers import Revocation, consent_record
from callsheet.rights.rule import Finding, Judgement, Pack, Stage, findings, joined
from callsheet.rights.territory import code

_CONSENT = PACK.only(
    "consent-missing", "consent-expired", "consent-scope", "consent-48h", "deceased-estate", "revoked-consent-cascade"
)


def consent_allows(
    consent: ConsentRecord | Consent | None, *, model: str, provider: str, territory: str, use: str, on: date
) -> Finding | None:
    """Whether this likeness may go to this model, for this use, there, on that day: None, or the worst finding against it.

    What the consent does not say is a finding too.
    """
    if isinstance(consent, Consent):
        consent = consent_record("consent", consent)
    asset, name = (consent.asset, consent.person) if consent else ("consent", "the person")
    voice = consent is not None and consent.kinds == {"voice"}
    person = Person(asset, name, "voice" if voice else "face", "identifiable", UNKNOWN, UNKNOWN, consent)
    plain = model.partition(":")[0].lower()
    offer = OfferTerms(model, frozenset({model.lower(), plain, plain.partition("@")[0], provider.lower()}))
    purpose = Use(territories=frozenset({code(territory)}), use=use.lower())
    found = findings("route", Facts((person,), (), (offer,), purpose), on, _CONSENT)
    return next((finding for finding in found if finding.outcome in ("block", "require")), None)


def judge_recipes(
    production: Production,
    recipes: Iterable[Recipe],
    on: date,
    terms: Terms,
    *,
    takes: Iterable[Take] = (),
    owners: Mapping[str, str] = MappingProxyType({}),
    revoked: Iterable[Revocation] = (),
    stage: Stage = "render",
    rules: Pack = PACK,
) -> Judgement:
    """Before takes are made or picked: what the rules say about each. `takes` are those that the recipes may continue.

    `owners` is that of `board.owners`. `Judgement.refuse` raises RightsError when a rule forbids any.
    """
    lineage, gone = Lineage(takes, owners), tuple(revoked)
    return joined(
        (
            (
                recipe.order.code,
                judge(stage, recipe_facts(production, recipe, lineage, terms.of(recipe.offer), gone), on, rules),
            )
            for recipe in recipes
        ),
        stage,
        on,
    )


def judge_cut(
    production: Production,
    picks: Mapping[str, Take],
    on: date,
    terms: Terms,
    *,
    takes: Iterable[Take] = (),
    owners: Mapping[str, str] = MappingProxyType({}),
    revoked: Iterable[Revocation] = (),
    stage: Stage = "conform",
    deliverables: Iterable[DeliverableFacts] = (),
    rules: Pack = PACK,
) -> Judgement:
    """Before a cut is built, or with `stage="deliver"` before it is packed: what the rules say about every pick, the sound and each deliverable.

    `Judgement.refuse` raises RightsError when a rule forbids it; with `unmet` also when something is required that is not done.
    """
    gone = tuple(revoked)
    lineage = Lineage([*takes, *picks.values()], owners)
    judged = [
        (
            take.shot,
            judge(stage, recipe_facts(production, take.recipe, lineage, terms.of(take.recipe.offer), gone), on, rules),
        )
        for take in _picked(production, picks)
    ]
    judged += [(e.code, judge(stage, board.sound_facts(production, e, gone), on, rules)) for e in production.episodes]
    judged += [("", judge_deliverable(production, picks, one, on, terms, stage, rules)) for one in deliverables]
    return joined(judged, stage, on)


def judge_deliverable(
    production: Production,
    picks: Mapping[str, Take],
    one: DeliverableFacts,
    on: date,
    terms: Terms,
    stage: Stage = "deliver",
    rules: Pack = PACK,
) -> Judgement:
    """What the rules say about one file: its marks, labels and declarations."""
    offers = tuple({take.recipe.offer: terms.of(take.recipe.offer) for take in _picked(production, picks)}.values())
    files = rules.only(*(rule.id for rule in rules if rule.stage == "deliver"))
    use = board.use_of(production)
    use = replace(
        use,
        territories=use.territories if isinstance(one.territories, Unknown) else one.territories,
        channels=use.channels if isinstance(one.channels, Unknown) else one.channels,
    )
    return judge(stage, Facts(offers=offers, use=use, deliverable=one), on, files)


def _picked(production: Production, picks: Mapping[str, Take]) -> list[Take]:
    return [take for placed in production.board() if (take := picks.get(placed.address))]


def described(production: Production, picks: Mapping[str, Take], terms: Terms) -> list[DeliverableFacts]:
    """Every deliverable of every episode, as the board and the picks tell what it contains, shows and declares; without marks."""
    return [
        board.deliverable_facts(
            production,
            episode,
            one,
            picks,
            _offers(episode, picks, terms),
            labels=labels.shown(production, episode, one),
            declarations={channel.lower(): said for channel, said in one.declarations.items()},
        )
        for episode in production.episodes
        for one in production.deliverables
    ]


def _offers(episode: Episode, picks: Mapping[str, Take], terms: Terms) -> list[OfferTerms]:
    addresses = [Placed(episode.code, seq.code, shot).address for seq in episode.sequences for shot in seq.shots]
    names = dict.fromkeys(picks[address].recipe.offer for address in addresses if address in picks)
    return [terms.of(name) for name in names]
