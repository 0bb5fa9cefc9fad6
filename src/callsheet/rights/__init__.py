"""Rights: facts about people, works, offers and deliverables, and dated, sourced rules that forbid, ask, warn or note, with reasons."""

from callsheet.rights.board import deliverable_facts, owners, shot_facts, sound_facts, use_of
from callsheet.rights.cascade import Affected, Contents, asked_again, cascade, first_lapse
from callsheet.rights.clear import consent_allows, described, judge_cut, judge_recipes
from callsheet.rights.facts import (
    ConsentRecord,
    DeliverableFacts,
    Facts,
    Label,
    Licence,
    OfferTerms,
    Person,
    Use,
    Work,
)
from callsheet.rights.offers import Rulings, Terms, judge_routes, routes_blocked, terms_of
from callsheet.rights.pack import LASTING, PACK, judge
from callsheet.rights.papers import Revocation
from callsheet.rights.rule import Finding, Hit, Judgement, Pack, Rule

__all__ = [
    "LASTING",
    "PACK",
    "Affected",
    "ConsentRecord",
    "Contents",
    "DeliverableFacts",
    "Facts",
    "Finding",
    "Hit",
    "Judgement",
    "Label",
    "Licence",
    "OfferTerms",
    "Pack",
    "Person",
    "Revocation",
    "Rule",
    "Rulings",
    "Terms",
    "Use",
    "Work",
    "asked_again",
    "cascade",
    "consent_allows",
    "deliverable_facts",
    "described",
    "first_lapse",
    "judge",
    "judge_cut",
    "judge_recipes",
    "judge_routes",
    "owners",
    "routes_blocked",
    "shot_facts",
    "sound_facts",
    "terms_of",
    "use_of",
]
