"""The rights sheet: for every shot who made it under which terms, who is seen, under which papers, who approved it, and what the rules say."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from callsheet.catalog.known import Unknown
from callsheet.delivery.package import MANIFEST, Item
from callsheet.errors import InputError, NotFoundError
from callsheet.film import Asset, Episode, Take
from callsheet.floor.clearing import Papers
from callsheet.rights import Contents, Facts, Judgement, OfferTerms, use_of
from callsheet.rights.board import find_asset
from callsheet.rights.facts import plain
from callsheet.rights.rule import Finding
from callsheet.store.verdicts import verdicts

SHEET = "rights.json"


def item(papers: Papers, picks: Mapping[str, Take], judgement: Judgement) -> Item:
    """The rights sheet as a file of the package."""
    text = json.dumps(sheet(papers, picks, judgement), indent=2, ensure_ascii=False) + "\n"
    return Item.of(SHEET, "rights sheet", text.encode())


def stated(
    papers: Papers, picks: Mapping[str, Take], judgement: Judgement, masters: Mapping[str, Episode]
) -> dict[str, Any]:
    """What the manifest says: what is still to be done before it goes out, and what every master contains."""
    return {
        "rules": judgement.pack,
        "sheet": SHEET,
        "required": [_finding(one) for one in judgement.of("require")],
        "contains": {
            name: {"takes": _takes(episode, picks), "assets": _heard(papers, episode)}
            for name, episode in masters.items()
        },
    }


def to_do(papers: Papers, judgement: Judgement) -> tuple[int, tuple[str, ...]]:
    """How many different things are to be done before it goes out, and what to state to know about the others.

    A rule that says the same of several files is one thing. What a rule asks only because nobody said where the film is shown is none yet.
    """
    found = judgement.of("require")
    things = {(one.rule, one.words) for one in found if not one.placeless}
    if not any(one.placeless for one in found):
        return len(things), ()
    channels = use_of(papers.production).channels
    return len(things), ("rights.territories", *(("rights.channels",) if isinstance(channels, Unknown) else ()))


def delivered(folder: Path) -> list[Contents]:
    """What the masters contain that lie in the package now; nothing when there is none."""
    try:
        contains = json.loads((folder / MANIFEST).read_text("utf-8"))["rights"]["contains"]
        return [
            Contents(name, frozenset((shot, number) for shot, number in held["takes"]), frozenset(held["assets"]))
            for name, held in contains.items()
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def sheet(papers: Papers, picks: Mapping[str, Take], judgement: Judgement) -> dict[str, Any]:
    """The rights sheet as plain data. The day is left out: the record in the database has it."""
    production, store = papers.production, papers.store
    said = list(verdicts(store))
    decisions = store.decisions()
    shots = []
    for placed in production.board():
        take = picks.get(placed.address)
        if take is None:
            continue
        newest = {v.by: v.accepted for v in said if (v.shot, v.take) == (take.shot, take.number)}
        history = store.pick_history(placed.address)
        shots.append({
            "shot": placed.address,
            "take": take.number,
            "recipe": take.recipe.digest,
            "offer": take.recipe.offer,
            "terms": _terms(papers.terms.of(take.recipe.offer)),
            **_papers(papers, papers.facts(take)),
            "picked_by": history[-1].by if history else None,
            "accepted_by": sorted(name for name, good in newest.items() if good),
            "excluded": [list(pair) for pair in decisions.get(placed.address, {}).get("excluded", ())],
        })  # fmt: skip
    sound = [{"episode": e.code, **_papers(papers, papers.sound(e))} for e in production.episodes]
    return {
        "production": production.title,
        "rules": judgement.pack,
        "use": plain(use_of(production)),
        "shots": shots,
        "sound": sound,
        "findings": [_finding(one) for one in judgement.findings],
        "withdrawn": [{"of": one.of, "on": one.on.isoformat(), "why": one.why} for one in papers.revoked],
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "outcome": one.outcome,
        "where": one.where,
        "subject": one.subject,
        "words": one.words,
        "remedy": one.remedy,
        "source": one.source,
        "read_on": one.checked_at.isoformat(),
    }


def _terms(terms: OfferTerms) -> dict[str, Any]:
    """What is known of the terms of who shot it, and who says so."""
    if terms.own:
        return {"own": True}
    names = (
        "licence",
        "indemnity",
        "commercial",
        "faces",
        "minors",
        "training",
        "territory_only",
        "territory_excluded",
    )
    said = {name: plain(getattr(terms, name)) for name in names}
    return {**said, "sources": {name: str(evidence) for name, evidence in sorted(terms.evidence.items())}}


def _papers(papers: Papers, facts: Facts) -> dict[str, Any]:
    """Who is seen or heard and what is used, each with its paper."""
    return {
        "people": [
            {"asset": p.asset, "name": p.name, "role": plain(p.role), "consent": _paper(papers, p.asset)}
            for p in facts.people
        ],
        "works": [
            {
                "asset": w.asset,
                "name": w.name,
                "licence": plain(w.licence) if w.licence else None,
                "paper": _paper(papers, w.asset),
            }
            for w in facts.works
        ],
    }


def _paper(papers: Papers, key: str) -> dict[str, Any] | None:
    """The consent or licence of an asset as the document states it, with the digest of the signed paper."""
    asset = find_asset(papers.production, key)
    stated = _of(asset)
    if stated is None:
        return None
    said: dict[str, Any] = stated.model_dump(mode="json", exclude_defaults=True, exclude={"compensation"})
    if stated.paper:
        try:
            said["paper_sha256"] = papers.store.asset_digest(stated.paper)
        except (NotFoundError, InputError):
            said["paper_sha256"] = None
    return said


def _of(asset: Asset | None) -> Any:
    return None if asset is None else asset.licence or asset.consent


def _takes(episode: Episode, picks: Mapping[str, Take]) -> list[list[Any]]:
    addresses = _addresses(episode)
    return [[address, picks[address].number] for address in addresses if address in picks]


def _addresses(episode: Episode) -> Iterable[str]:
    return [f"{episode.code} {sequence.code} {shot.code}" for sequence in episode.sequences for shot in sequence.shots]


def _heard(papers: Papers, episode: Episode) -> list[str]:
    facts = papers.sound(episode)
    return sorted({*(p.asset for p in facts.people), *(w.asset for w in facts.works)})
