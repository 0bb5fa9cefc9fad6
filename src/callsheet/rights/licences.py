"""Rules about works: where a licence holds, until when, and whether a model may be given the work."""

from collections.abc import Iterator
from datetime import date

from callsheet.catalog.known import Unknown
from callsheet.rights import territory
from callsheet.rights.facts import PERPETUAL, Facts, Licence, Work
from callsheet.rights.likeness import READ
from callsheet.rights.rule import Hit, Rule


def licensed(works: tuple[Work, ...]) -> Iterator[tuple[Work, Licence]]:
    """The works of which a licence is stated."""
    for work in works:
        if work.licence is not None:
            yield work, work.licence


def licence_territory(facts: Facts, on: date) -> Iterator[Hit]:
    """A licence that does not hold where the film will be shown."""
    for work, licence in licensed(facts.works):
        who = f"the licence of {work.name}"
        if isinstance(licence.territories, Unknown):
            yield Hit(work.asset, f"{who} does not say where it holds", True, remedy="Read it and state `territories`.")
        elif territory.WORLD not in licence.territories:
            if isinstance(facts.use.territories, Unknown):
                yield Hit(
                    work.asset,
                    f"{who} holds in {', '.join(sorted(licence.territories))}, and nobody says where the film will be shown",
                    unknown=True,
                    remedy="State `rights.territories` in the production.",
                )
            elif out := territory.missing(facts.use.territories, licence.territories):
                yield Hit(work.asset, f"{who} does not hold in {', '.join(out)}")
        if licence.media is not None and not isinstance(facts.use.channels, Unknown):
            others = facts.use.channels - licence.media
            if others:
                yield Hit(work.asset, f"{who} does not cover {', '.join(sorted(others))}")


def licence_term(facts: Facts, on: date) -> Iterator[Hit]:
    """A licence that is not in force on the day of publication: the day itself while that is not stated."""
    stated = facts.use.publish_on
    day = on if isinstance(stated, Unknown) or stated < on else stated
    for work, licence in licensed(facts.works):
        who = f"the licence of {work.name}"
        if licence.since is not None and licence.since > day:
            yield Hit(work.asset, f"{who} begins only on {licence.since}, after {day}")
        elif isinstance(licence.until, Unknown):
            words = f"nobody says when the licence of {work.name} ends"
            yield Hit(work.asset, words, True, remedy="State `until`, or `perpetual` when it has no end.")
        elif licence.until < day:
            yield Hit(work.asset, f"{who} ends on {licence.until}, before {day}")
        elif (
            licence.until != PERPETUAL and not isinstance(facts.use.until, Unknown) and licence.until < facts.use.until
        ):
            words = f"{who} ends on {licence.until}, and the film is to be shown until {facts.use.until}"
            yield Hit(work.asset, words, outcome="warn")


def licence_derivative(facts: Facts, on: date) -> Iterator[Hit]:
    """A work given to a model without leave to change it, or to give it to one."""
    if not facts.sellers:
        return
    for work, licence in licensed(facts.works):
        if not work.given:
            continue
        for field, allowed, words in (
            ("derivative", licence.derivative, "be changed"),
            ("ai_input", licence.ai_input, "be given to a model"),
        ):
            if allowed is False:
                yield Hit(work.asset, f"{work.name} may not {words}")
            elif isinstance(allowed, Unknown):
                said = f"nobody says whether {work.name} may {words}"
                yield Hit(work.asset, said, True, remedy=f"Read the licence and state `licence.{field}`.")


def licence_unstated(facts: Facts, on: date) -> Iterator[Hit]:
    """A work of which nobody says whose it is."""
    for work in facts.works:
        if work.licence is None:
            yield Hit(work.asset, f"nobody says under which licence {work.name} is used", True)


_HOUSE = "Callsheet's own rule: a licence is kept to as it is written"

RULES = (
    Rule("licence-territory", "conform", "block", None, None, territory.WORLD, _HOUSE, READ, licence_territory,
         "Have the licence widened, use another work, or show the film elsewhere."),
    Rule("licence-term-at-publish", "render", "block", None, None, territory.WORLD, _HOUSE, READ, licence_term,
         "Have the licence renewed, use another work, or publish within its term."),
    Rule("licence-derivative", "route", "block", None, None, territory.WORLD, _HOUSE, READ, licence_derivative,
         "Leave the work out of what is given to a model, or have that allowed in writing."),
    Rule("licence-unstated", "deliver", "warn", None, None, territory.WORLD, _HOUSE, READ, licence_unstated,
         "State the `licence`, if only that the client owns it."),
)  # fmt: skip
