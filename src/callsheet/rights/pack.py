"""The rule pack: every rule, in the order in which they are told, and judging by it."""

from datetime import date

from callsheet.rights import disclosure, licences, likeness, terms
from callsheet.rights.facts import Facts
from callsheet.rights.rule import Judgement, Pack, Stage, judged

PACK = Pack([*likeness.RULES, *licences.RULES, *terms.RULES, *disclosure.RULES])
LASTING = PACK.only(
    "consent-missing",
    "consent-expired",
    "consent-scope",
    "deceased-estate",
    "revoked-consent-cascade",
    "licence-territory",
    "licence-term-at-publish",
)
"""The rules by which a consent or licence that is gone reaches everything that was made with it."""
LAPSES = PACK.only("consent-expired", "deceased-estate", "revoked-consent-cascade", "licence-term-at-publish")
"""The rules that say something else when time passes or something is withdrawn, whoever shoots."""


def judge(stage: Stage, facts: Facts, on: date, rules: Pack = PACK) -> Judgement:
    """What the rules say about `facts` at a stage, on a day: equal arguments get equal judgements."""
    return judged(stage, facts, on, rules)
