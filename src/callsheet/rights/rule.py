"""Rules and judgements: a rule looks at facts and says what is wrong; the worst outcome wins."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

from callsheet.catalog.known import Unknown
from callsheet.errors import RightsError
from callsheet.film import digest
from callsheet.rights import territory
from callsheet.rights.facts import Facts

Stage = Literal["route", "render", "conform", "deliver"]
STAGES: tuple[Stage, ...] = ("route", "render", "conform", "deliver")
Outcome = Literal["block", "require", "warn", "note"]
OUTCOMES: tuple[Outcome, ...] = ("block", "require", "warn", "note")
"""Worst first. `block` forbids; `require` asks for something before the film goes out; `warn` and `note` are to be read."""
_SAID = {"block": "forbidden", "require": "to be done first", "warn": "a warning", "note": "to know"}
_NOWHERE = " It is not said where the film will be shown."


@dataclass(frozen=True)
class Hit:
    """Something a rule found wrong: about whom or what, and in words.

    `unknown` when a fact is missing; `outcome` and `remedy` where they are not the rule's own.
    """

    subject: str
    words: str
    unknown: bool = False
    outcome: Outcome | None = None
    remedy: str = ""


When = Callable[[Facts, date], Iterable[Hit]]


@dataclass(frozen=True)
class Rule:
    """One dated, sourced rule.

    It is asked from its `stage` on, at every later stage again; from `since` to before `until`; and where the film touches its
    `jurisdiction` (`WORLD`: always).
    """

    id: str
    stage: Stage
    severity: Outcome
    since: date | None
    until: date | None
    jurisdiction: str
    source: str
    checked_at: date
    when: When
    remedy: str
    turns: tuple[date, ...] = ()
    """Days on which it begins to say something else."""

    def asked(self, stage: Stage, on: date) -> bool:
        """Whether it is asked at a stage on a day."""
        begun = self.since is None or self.since <= on
        ended = self.until is not None and self.until <= on
        return begun and not ended and STAGES.index(self.stage) <= STAGES.index(stage)


@dataclass(frozen=True)
class Finding:
    """What a rule says about these facts, with its source and the day it was read."""

    rule: str
    outcome: Outcome
    subject: str
    words: str
    remedy: str
    source: str
    checked_at: date
    unknown: bool = False
    """Whether a missing fact is why."""
    where: str = ""
    """The shot or deliverable, where several are judged together."""

    @property
    def placeless(self) -> bool:
        """Whether it is a rule of one place that speaks because nobody said where the film is shown."""
        return self.remedy.endswith(_NOWHERE)

    @property
    def task(self) -> str:
        """What to do, without a word on where the film is shown."""
        return self.remedy.removesuffix(_NOWHERE)

    def __str__(self) -> str:
        place = f"{self.where}, " if self.where else ""
        said = f"{place}{self.subject}: {self.words} ({self.rule}, {_SAID[self.outcome]})"
        return f"{said}. {self.remedy} Source: {self.source}, read {self.checked_at}."


@dataclass(frozen=True)
class Judgement:
    """The findings of one stage on one day, worst first. `pack` names the rules, `about` is what they looked at."""

    stage: Stage
    on: date
    findings: tuple[Finding, ...]
    pack: str
    about: tuple[Facts, ...]

    @cached_property
    def facts(self) -> str:
        """The digest of what was looked at."""
        return digest([facts.digest for facts in self.about])

    @property
    def blocked(self) -> bool:
        """Whether any rule forbids it."""
        return any(finding.outcome == "block" for finding in self.findings)

    @property
    def outcome(self) -> Outcome | None:
        """The worst outcome; None when no rule has anything to say."""
        return self.findings[0].outcome if self.findings else None

    def of(self, *outcomes: Outcome) -> tuple[Finding, ...]:
        """The findings with these outcomes."""
        return tuple(finding for finding in self.findings if finding.outcome in outcomes)

    @property
    def why_not(self) -> str:
        """Every reason that forbids it, with its rule, source and day; empty when none does."""
        return "; ".join(f"{f.words} [{f.rule}; {f.source}, read {f.checked_at}]" for f in self.of("block"))

    def explain(self) -> tuple[str, ...]:
        """One plain sentence and its source for each finding; one sentence when there is none."""
        if not self.findings:
            return (f"No rule forbids or asks anything at this stage ({self.stage}) on {self.on}.",)
        return tuple(map(str, self.findings))

    def refuse(self, where: str = "", *, unmet: bool = False) -> None:
        """Raise RightsError with every finding that blocks, and with `unmet` also with what is required and not done."""
        against = self.of("block", "require") if unmet else self.of("block")
        if against:
            told = "; ".join(_told(finding) for finding in against)
            remedies = dict.fromkeys(finding.remedy for finding in against)
            raise RightsError(told, where=where, remedy=" ".join(remedies))

    def record(self) -> dict[str, Any]:
        """The judgement as JSON data, enough to tell it again and to see whether anything changed since."""
        return {
            "stage": self.stage,
            "on": self.on.isoformat(),
            "pack": self.pack,
            "facts": self.facts,
            "outcome": self.outcome,
            "findings": [{**vars(f), "checked_at": f.checked_at.isoformat()} for f in self.findings],
        }


def _told(finding: Finding) -> str:
    place = f"{finding.where}, " if finding.where else ""
    return f"{place}{finding.subject}: {finding.words} [{finding.rule}; {finding.source}, read {finding.checked_at}]"


class Pack(Sequence[Rule]):
    """Rules in a fixed order, named by the digest of what they state."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._asked: dict[tuple[Stage, date], tuple[Rule, ...]] = {}

    def __getitem__(self, at: Any) -> Any:
        return self._rules[at]

    def __len__(self) -> int:
        return len(self._rules)

    @cached_property
    def version(self) -> str:
        """The digest of every rule's dates, severity and source, 12 letters."""
        stated = [
            [r.id, r.stage, r.severity, str(r.since), str(r.until), r.jurisdiction, r.source, str(r.checked_at)]
            for r in self._rules
        ]
        return digest(stated)[:12]

    def asked(self, stage: Stage, on: date) -> tuple[Rule, ...]:
        """The rules that are asked at a stage on a day."""
        if (stage, on) not in self._asked:
            self._asked[stage, on] = tuple(rule for rule in self._rules if rule.asked(stage, on))
        return self._asked[stage, on]

    def changes(self, after: date) -> date | None:
        """The first day after `after` from which other rules hold, or other words of one; None when none is known of."""
        known = [day for rule in self._rules for day in (rule.since, rule.until, *rule.turns) if day and day > after]
        return min(known, default=None)

    def only(self, *ids: str) -> "Pack":
        """The rules with these ids."""
        return Pack(rule for rule in self._rules if rule.id in ids)


def findings(stage: Stage, facts: Facts, on: date, rules: Pack) -> tuple[Finding, ...]:
    """What the rules find, worst first, then in the order of the rules."""
    found = [finding for rule in rules.asked(stage, on) for finding in _asked(rule, facts, on)]
    return tuple(sorted(found, key=lambda finding: OUTCOMES.index(finding.outcome)))


def _asked(rule: Rule, facts: Facts, on: date) -> Iterable[Finding]:
    somewhere = True
    if rule.jurisdiction != territory.WORLD:
        places = facts.use.territories
        if isinstance(places, Unknown):
            somewhere = False
        elif not territory.shared(places, [rule.jurisdiction]):
            return
    for hit in rule.when(facts, on):
        yield Finding(
            rule.id,
            hit.outcome or rule.severity,
            hit.subject,
            hit.words,
            (hit.remedy or rule.remedy) + ("" if somewhere else _NOWHERE),
            rule.source,
            rule.checked_at,
            hit.unknown or not somewhere,
        )


def judged(stage: Stage, facts: Facts, on: date, rules: Pack) -> Judgement:
    """What the rules say at a stage, on a day."""
    return Judgement(stage, on, findings(stage, facts, on, rules), rules.version, (facts,))


def joined(judgements: Iterable[tuple[str, Judgement]], stage: Stage, on: date) -> Judgement:
    """Judgements of several places as one: each finding says where, and what is found alike in many places is told once."""
    places: dict[Finding, list[str]] = {}
    packs: list[str] = []
    seen: list[Facts] = []
    for where, judgement in judgements:
        packs.append(judgement.pack)
        seen += judgement.about
        for finding in judgement.findings:
            places.setdefault(finding, []).append(where)
    told = [replace(finding, where=_places(names)) for finding, names in places.items()]
    told.sort(key=lambda finding: OUTCOMES.index(finding.outcome))
    return Judgement(stage, on, tuple(told), " ".join(dict.fromkeys(packs)), tuple(seen))


def _places(names: Sequence[str]) -> str:
    few = list(dict.fromkeys(names))
    return ", ".join(few) if len(few) <= 3 else f"{', '.join(few[:3])} and {len(few) - 3} more"
