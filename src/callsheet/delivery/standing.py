"""The verbs of rights: what may be used and why not, and recording that something was withdrawn."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from callsheet.delivery.made import FOLDER
from callsheet.delivery.rights import delivered
from callsheet.errors import InputError, NotFoundError
from callsheet.film import Asset, Document, Placed, Take
from callsheet.floor.clearing import Papers
from callsheet.floor.crew import person
from callsheet.providers import Seller
from callsheet.rights import Affected, Judgement, Revocation, cascade, described, judge
from callsheet.rights.board import assets
from callsheet.rights.clear import judge_deliverable
from callsheet.rights.reach import others, users
from callsheet.rights.register import Ruling, rulings
from callsheet.rights.register import revoke as write_down
from callsheet.rights.rule import Finding, joined
from callsheet.store import ProductionStore

State = Literal["blocked", "required", "warned", "cleared"]
_STATES: tuple[tuple[str, State], ...] = (("block", "blocked"), ("require", "required"), ("warn", "warned"))
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Line:
    """What the rules say about one shot, the sound of an episode, or one deliverable. `by` is what was judged: a take, or routes."""

    kind: Literal["shot", "sound", "deliverable"]
    name: str
    by: str
    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        """The worst that is said of it."""
        said = {finding.outcome for finding in self.findings}
        return next((state for outcome, state in _STATES if outcome in said), "cleared")

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "kind": self.kind,
            "name": self.name,
            "by": self.by,
            "state": self.state,
            "findings": list(map(_plain, self.findings)),
        }


@dataclass(frozen=True)
class Standing:
    """How a production stands with the rules on one day. `reached` is what lapsed or withdrawn papers block, with takes that are
    not in the cut and files that were delivered before; `record` is what the rules said when verbs asked them."""

    on: date
    rules: str
    lines: tuple[Line, ...]
    reached: tuple[Affected, ...]
    withdrawn: tuple[Revocation, ...]
    record: tuple[Ruling, ...]

    @property
    def blocked(self) -> bool:
        """Whether anything of the film is forbidden; takes that are not in the cut do no harm."""
        film = any(one.kind != "take" for one in self.reached)
        return film or any(line.state == "blocked" for line in self.lines)

    def takes(self) -> dict[str, tuple[str, ...]]:
        """Why takes may not be used, by name: `EP01 SQ010 SH010 take 1`."""
        return {one.name: tuple(map(_short, one.findings)) for one in self.reached if one.kind == "take"}

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "on": self.on.isoformat(),
            "rules": self.rules,
            "blocked": self.blocked,
            "lines": [line.facts() for line in self.lines],
            "reached": [_reached(one) for one in self.reached],
            "withdrawn": [{**vars(one), "on": one.on.isoformat()} for one in self.withdrawn],
            "record": [ruling.facts() for ruling in self.record],
        }


@dataclass(frozen=True)
class Withdrawn:
    """What was withdrawn, and everything that it reaches."""

    revocation: Revocation
    reached: tuple[Affected, ...]
    files: tuple[str, ...] = ()
    """The sha256s by which it was withdrawn, in every production of the database: of its papers, or of the file that was named."""
    others: int = 0
    """Other productions of the database."""
    also: int = 0
    """Those of them that are known to use one of `files`: it holds there too."""
    near: int = 0
    """Those that are known to use a file of it under another paper, or under none: there nothing was withdrawn."""

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        one = self.revocation
        return {
            "of": one.of,
            "on": one.on.isoformat(),
            "why": one.why,
            "by": one.by,
            "reached": [_reached(affected) for affected in self.reached],
            "files": list(self.files),
            "elsewhere": {"productions": self.others, "withdrawn": self.also, "use_its_files": self.near},
        }


def standing(store: ProductionStore, sellers: Sequence[Seller]) -> Standing:
    """What the rules say today about every shot, the sound and every deliverable. A shot without a take is judged by who may shoot it."""
    papers = _papers(store)
    production, picks = papers.production, store.picks()
    lines = [_shot(papers, placed, picks.get(placed.address), sellers) for placed in production.board()]
    lines += [Line("sound", e.code, "voices and music", papers.of_sound([e]).findings) for e in production.episodes]
    for one in described(production, picks, papers.terms):
        said = judge_deliverable(production, picks, one, papers.on, papers.terms)
        lines.append(Line("deliverable", one.name, "picks", said.findings))
    return Standing(
        papers.on, papers.rulings.pack, tuple(lines), _affected(papers), papers.revoked, tuple(rulings(store))
    )


def _papers(store: ProductionStore) -> Papers:
    return Papers(store, Document.parse(store.read().text).production)


def _shot(papers: Papers, placed: Placed, take: Take | None, sellers: Sequence[Seller]) -> Line:
    if take is not None:
        judgement = judge("conform", papers.facts(take), papers.on)
        return Line("shot", placed.address, f"take {take.number} by {take.recipe.offer}", judgement.findings)
    law = papers.law(placed)
    asked = [(offer.name, law(offer.name)) for seller in sellers for offer in seller.offers()]
    lawful = [(name, judgement) for name, judgement in asked if not judgement.blocked]
    by = f"{len(lawful)} of {len(asked)} offers may shoot it"
    return Line("shot", placed.address, by, _said(lawful or asked, papers.on))


def _said(asked: Iterable[tuple[str, Judgement]], on: date) -> tuple[Finding, ...]:
    return joined(asked, "route", on).findings


def _affected(papers: Papers) -> tuple[Affected, ...]:
    return cascade(
        papers.production,
        papers.takes,
        papers.store.picks(),
        papers.on,
        deliverables=delivered(papers.store.folder / FOLDER),
        revoked=papers.revoked,
        terms=papers.terms,
        owners=papers.owners,
    )


def revoke(store: ProductionStore, who: str, why: str, by: str | None) -> Withdrawn:
    """Record that what `who` names was withdrawn today: an asset (`cast.anna`), a person as consents name her, a file of the production,
    or the sha256 of any file. What has a sha256, a file or the papers of what was named, is withdrawn in every production of the database.

    Raises InputError without a reason, NotFoundError for what nothing here is called.
    """
    if not why.strip():
        raise InputError("a withdrawal needs a reason", where=who, remedy="Say why with --why: it stays on record.")
    papers = _papers(store)
    one = Revocation(_named(papers, who.strip()), papers.on, why.strip(), by or person())
    named = _SHA256.fullmatch(one.of) is not None
    files = (one.of,) if named else tuple(dict.fromkeys(_papers_of(papers, one.of)))
    write_down(store, one, *(replace(one, of=sha256) for sha256 in files if sha256 != one.of))
    reached = _affected(_papers(store))
    count = others(store)
    if not count:
        return Withdrawn(one, reached, files)
    also = users(store, files)
    near = users(store, _references_of(papers, one.of)) - also
    return Withdrawn(one, reached, files, count, len(also), len(near))


def _called(papers: Papers, of: str) -> Iterable[tuple[str, Asset]]:
    """The assets of the document that a name means: one of them, or all for which a person gave consent."""
    for key, asset in assets(papers.production):
        if of == key or (asset.consent is not None and asset.consent.person == of):
            yield key, asset


def _papers_of(papers: Papers, of: str) -> Iterable[str]:
    return (sha256 for key, _ in _called(papers, of) for sha256 in papers.signed.get(key, ()))


def _references_of(papers: Papers, of: str) -> set[str]:
    keys = {key for key, _ in _called(papers, of)}
    return {sha256 for sha256, key in papers.owners.items() if key in keys and _SHA256.fullmatch(sha256)}


def _named(papers: Papers, who: str) -> str:
    """What a withdrawal of `who` is recorded as."""
    stated = dict(assets(papers.production))
    used = {key for take in papers.takes for key in _used(take)}
    people = {str(a.consent.person) for a in stated.values() if a.consent is not None and a.consent.person}
    if who in stated or who in used or who in people:
        return who
    if _SHA256.fullmatch(who.lower()):
        return who.lower()
    try:
        return papers.store.asset_digest(who)
    except (NotFoundError, InputError):
        known = ", ".join(sorted({*stated, *used, *people})) or "nothing yet"
        raise NotFoundError(
            f"nothing here is called {who!r}",
            remedy=f"Known: {known}; a file of the production, or a sha256, will do as well.",
        ) from None


def _used(take: Take) -> Iterable[str]:
    from callsheet.rights.board import order_assets

    return order_assets(take.recipe.order)


def _plain(one: Finding) -> dict[str, Any]:
    return {**vars(one), "checked_at": one.checked_at.isoformat()}


def _short(one: Finding) -> str:
    return f"{one.words} [{one.rule}]"


def _reached(one: Affected) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "through": list(one.through),
        "findings": list(map(_plain, one.findings)),
    }
