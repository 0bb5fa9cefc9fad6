"""What a withdrawn or ended consent reaches: every shot, take, cut and deliverable that used the likeness, voice or work."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from callsheet.catalog.known import Unknown
from callsheet.film import Episode, Placed, Production, Recipe, Take
from callsheet.rights import board, papers
from callsheet.rights.facts import PERPETUAL, Facts, OfferTerms
from callsheet.rights.likeness import ends
from callsheet.rights.offers import OWN, Terms
from callsheet.rights.pack import LAPSES, LASTING, PACK
from callsheet.rights.papers import Revocation
from callsheet.rights.rule import Finding, Pack, Stage, findings

Thing = Literal["shot", "take", "cut", "deliverable"]


@dataclass(frozen=True)
class Contents:
    """What a delivered file holds: takes as (shot, number), and assets that are heard (`voice.anna`, `music`)."""

    name: str
    takes: frozenset[tuple[str, int]]
    assets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Affected:
    """Something that may no longer be used, and why. `through` is the take in it, or the one it continues."""

    kind: Thing
    name: str
    findings: tuple[Finding, ...]
    through: tuple[str, ...] = ()

    def __str__(self) -> str:
        by = f" (through {', '.join(self.through)})" if self.through else ""
        return f"{self.kind} {self.name}{by}: " + "; ".join(f"{f.words} [{f.rule}]" for f in self.findings)


class Lineage:
    """Which assets and files every take used: its own, and those of the takes on whose last frames it starts.

    `owners` has the asset by the sha256 of each reference file, so that a face is found whichever way its file was given.
    """

    def __init__(self, takes: Iterable[Take], owners: Mapping[str, str] = MappingProxyType({})) -> None:
        self._owners = owners
        self._by_clip: dict[str, Take] = {}
        self._clips: dict[str, set[str]] = {}
        for take in takes:
            for clip in take.clips:
                self._by_clip[clip.sha256] = take
                self._clips.setdefault(take.recipe.digest, set()).add(clip.sha256)

    def of(self, recipe: Recipe) -> tuple[dict[str, bool], frozenset[str]]:
        """(assets with whether their files were given, sha256s of all files) behind a recipe, those of its own clips among them."""
        used: dict[str, bool] = {}
        files: set[str] = set()
        waiting, seen = [recipe], {recipe.digest}
        while waiting:
            one = waiting.pop()
            files |= self._clips.get(one.digest, set())
            for key, given in board.order_assets(one.order).items():
                used[key] = used.get(key, False) or given
            for reference in one.order.references:
                files.add(reference.sha256)
                if reference.sha256 in self._owners:
                    used[self._owners[reference.sha256]] = True
                parent = self._by_clip.get(reference.sha256)
                if parent is not None and parent.recipe.digest not in seen:
                    seen.add(parent.recipe.digest)
                    waiting.append(parent.recipe)
        return used, frozenset(files)


def recipe_facts(
    production: Production, recipe: Recipe, lineage: Lineage, offer: OfferTerms, revoked: Iterable[Revocation] = ()
) -> Facts:
    """The facts of a take, or of one that is about to be made."""
    used, files = lineage.of(recipe)
    return board.order_facts(production, used, files, offer, revoked)


def cascade(
    production: Production,
    takes: Iterable[Take],
    picks: Mapping[str, Take],
    on: date,
    *,
    deliverables: Iterable[Contents] | None = None,
    revoked: Iterable[Revocation] = (),
    terms: Terms | None = None,
    owners: Mapping[str, str] = MappingProxyType({}),
    rules: Pack = LASTING,
    stage: Stage = "deliver",
) -> tuple[Affected, ...]:
    """Everything a consent or licence that does not hold on a day reaches: shots, takes, cuts, deliverables, in this order.

    `takes` are all takes, picked or not. `deliverables` are files that went out; those that the picks would make now are
    always looked at. Without `terms` nothing is known of the takes' offers but that Callsheet draws its own.
    `owners` is that of `board.owners`. Of a shot only what has lapsed is told: what else it needs depends on who will shoot it.
    """
    every, gone = tuple(takes), tuple(revoked)
    lineage = Lineage([*every, *picks.values()], owners)

    def said(facts: Facts, among: Pack = rules) -> tuple[Finding, ...]:
        return tuple(f for f in findings(stage, facts, on, among) if f.outcome == "block")

    def of_take(take: Take) -> tuple[Finding, ...]:
        name = take.recipe.offer
        offer = terms.of(name) if terms else OfferTerms(name, own=name in OWN)
        return said(recipe_facts(production, take.recipe, lineage, offer, gone))

    lapsed = rules.only(*(rule.id for rule in LAPSES))
    affected = [
        Affected("shot", placed.address, found)
        for placed in production.board()
        if (found := said(board.shot_facts(production, placed, gone), lapsed))
    ]
    by_take = {(t.shot, t.number): found for t in (*every, *picks.values()) if (found := of_take(t))}
    affected += [Affected("take", _name(key), found) for key, found in sorted(by_take.items())]
    sounds = {e.code: said(board.sound_facts(production, e, gone)) for e in production.episodes}
    for episode in production.episodes:
        affected += _films(production, episode, picks, by_take, sounds[episode.code])
    for one in deliverables or ():
        heard = said(board.asset_facts(production, one.assets, gone))
        hit = sorted(key for key in one.takes if key in by_take)
        told = tuple(dict.fromkeys([*(f for key in hit for f in by_take[key]), *heard]))
        if told:
            affected.append(Affected("deliverable", one.name, told, tuple(map(_name, hit))))
    return tuple(affected)


def _films(
    production: Production,
    episode: Episode,
    picks: Mapping[str, Take],
    by_take: Mapping[tuple[str, int], tuple[Finding, ...]],
    sound: tuple[Finding, ...],
) -> Iterator[Affected]:
    """The cut of an episode, and every deliverable of it."""
    hit = [
        (take.shot, take.number)
        for seq in episode.sequences
        for shot in seq.shots
        if (take := picks.get(Placed(episode.code, seq.code, shot).address)) and (take.shot, take.number) in by_take
    ]
    told = tuple(dict.fromkeys([*(f for key in hit for f in by_take[key]), *sound]))
    if not told:
        return
    through = tuple(map(_name, hit))
    yield Affected("cut", episode.code, told, through)
    for deliverable in production.deliverables:
        language = f" {deliverable.language}" if deliverable.language else ""
        yield Affected("deliverable", f"{episode.code} {deliverable.preset}{language}", told, through)


def _name(key: tuple[str, int]) -> str:
    return f"{key[0]} take {key[1]}"


def first_lapse(production: Production, after: date) -> date | None:
    """The first day after `after` on which a consent or licence of the document no longer holds, or one begins to; None when there is none.

    What was judged on `after` may be taken as judged until the day before.
    """
    days: set[date] = set()
    for key, asset in board.assets(production):
        if asset.consent is not None:
            record = papers.consent_record(key, asset.consent)
            end = ends(record)
            days |= {end} if not isinstance(end, Unknown) else set()
            days |= {record.revoked_on} if record.revoked_on else set()
            days |= {record.granted_on} if not isinstance(record.granted_on, Unknown) else set()
        licence = papers.licence(asset, key)
        if licence is not None and not isinstance(licence.until, Unknown) and licence.until != PERPETUAL:
            days.add(date.fromordinal(licence.until.toordinal() + 1))
        if licence is not None:
            days |= {day for day in (licence.since, licence.revoked_on) if day}
    later = sorted(day for day in days if day > after)
    return later[0] if later else None


def asked_again(production: Production, after: date) -> date | None:
    """The first day after `after` on which the rules may say something else of the same film, as far as is known: a paper ends, a rule begins."""
    days = [day for day in (first_lapse(production, after), PACK.changes(after)) if day is not None]
    return min(days, default=None)
