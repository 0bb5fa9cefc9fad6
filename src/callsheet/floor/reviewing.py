"""The verbs of a reviewer: say what a take is worth, and ask why a shot goes where it goes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from callsheet.errors import InputError, NotFoundError, RightsError
from callsheet.film import Document, digest
from callsheet.floor import approving
from callsheet.floor import plan as planning
from callsheet.floor.crew import person
from callsheet.floor.judging import calibration, told
from callsheet.floor.picking import pick
from callsheet.providers import Seller
from callsheet.routing.situation import advised
from callsheet.routing.why import Why, explain
from callsheet.store import ProductionStore
from callsheet.store import tables as t
from callsheet.store.verdicts import Reason, Verdict, say, verdicts

_NEXT = {
    "re-roll": "the next retake is by the same model with another seed",
    "re-route": "the next retake is by another model, while one may shoot it",
}


@dataclass(frozen=True)
class Said:
    """A verdict, and what it did: `picked` is the take in the cut now, `advice` what its reason means for the next retake."""

    verdict: Verdict
    picked: int | None
    moved: bool
    advice: str
    note: str
    final_due: bool = False
    """Whether it accepts a draft, so that the final of its shot can be shot."""

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        said = self.verdict
        return {
            "shot": said.shot,
            "take": said.take,
            "offer": said.offer,
            "accepted": said.accepted,
            "reason": said.reason,
            "note": said.note,
            "by": said.by,
            "at": said.at.isoformat(),
            "picked": self.picked,
            "pick_moved": self.moved,
            "advice": self.advice,
            "final_due": self.final_due,
            "told": str(self),
        }

    def __str__(self) -> str:
        said = self.verdict
        word = "accepted" if said.accepted else f"rejected ({said.reason})" if said.reason else "rejected"
        return f"{said.shot}: take {said.take} {word}; {self.note}"


def review(
    store: ProductionStore, shot: str, number: int, verdict: str, reason: Reason | None, note: str, by: str | None
) -> Said:
    """Record what a person says of a take; it is never changed, and the newest word of a person about a take counts.

    An accepted take goes into the cut unless a take that was accepted, or that a person picked, is there. A rejected take leaves the cut
    when another take was accepted; else it stays there, to be seen, until there is a better one. Raises NotFoundError, InputError.
    """
    if verdict not in ("accept", "reject"):
        raise InputError(f"{verdict!r} is no verdict", where=shot, remedy="Say accept or reject.")
    accepted = verdict == "accept"
    if accepted and reason is not None:
        raise InputError("a take that is accepted has no reason against it", where=shot, remedy="Leave --reason out.")
    production = Document.parse(store.read().text).production
    address = production.find(shot).address
    take = next((t for t in store.takes(address) if t.number == number), None)
    if take is None:
        raise NotFoundError(f"there is no take {number}", where=address, remedy="`callsheet takes` lists them.")
    who = by or person()
    said = say(store, take, accepted, who, reason=reason, note=note)
    standing = _standing(store, address)
    now = store.picks().get(address)
    history = store.pick_history(address)
    by_hand = bool(history) and history[-1].by == planning.BY_PERSON
    wanted: int | None = None
    if accepted and (now is None or standing.get(now.number) is False or not (standing.get(now.number) or by_hand)):
        wanted = number
    elif not accepted and now is not None and now.number == number:
        wanted = max((n for n, good in standing.items() if good), default=None)
    moved, told = False, ""
    if wanted is not None and (now is None or wanted != now.number):
        try:
            pick(store, address, wanted, planning.BY_PERSON)
            moved = True
        except (InputError, RightsError) as error:
            told = f"it is not put in the cut: {error.what}"
    after = store.picks().get(address)
    picked = after.number if after else None
    advice = "" if accepted else advised(reason)
    told = told or _told(number, accepted, picked, moved, advice)
    due = accepted and production.drafts.staged and production.drafts.by_them(take.recipe.offer)
    if due:
        told = f"{told}; its final can be shot now, `callsheet bid` says for how much"
    return Said(said, picked, moved, advice, told, due)


def _told(number: int, accepted: bool, picked: int | None, moved: bool, advice: str) -> str:
    where = f"take {picked} is in the cut" if picked is not None else "no take is in the cut"
    if moved:
        where = f"take {picked} is in the cut now"
    elif not accepted and picked == number:
        where = "it stays in the cut until another take is accepted or picked"
    return f"{where}; {_NEXT[advice]}" if advice else where


def _standing(store: ProductionStore, address: str) -> dict[int, bool]:
    """By take of a shot: whether everybody's newest word about it is that it is accepted."""
    newest: dict[tuple[int, str], bool] = {}
    for verdict in verdicts(store):
        if verdict.shot == address:
            newest[verdict.take, verdict.by] = verdict.accepted
    takes = {number for number, _ in newest}
    return {n: all(good for (number, _), good in newest.items() if number == n) for n in sorted(takes)}


def why(store: ProductionStore, providers: Sequence[Seller], shot: str) -> Why:
    """Why a shot goes where it goes: the route that its next take would take, beside the decision that is kept of the last shoot."""
    production = Document.parse(store.read().text).production
    address = production.find(shot).address
    planned = next(p for p in approving.standing(store, production, providers).planned if p.placed.address == address)
    kept, now = store.decisions().get(address), planned.decision
    wholes: dict[str, Mapping[str, Any]] = {}
    if now.joint is not None and now.whole is not None:
        wholes[now.joint["plan"]] = now.whole
    if kept is not None and kept.get("joint"):
        wholes |= _wholes(store)
    found, worth = explain(now.record(), kept, wholes), calibration(store)
    return found if worth is None else replace(found, told=(*found.told, told(worth)))


def _wholes(store: ProductionStore) -> dict[str, Mapping[str, Any]]:
    """The joint plans that were carried out, by digest."""
    ours = select(t.decision.c.body).where(t.decision.c.production == store.id, t.decision.c.shot == planning.WHOLE)
    with store.database.reading() as db:
        bodies = [json.loads(row.body) for row in db.execute(ours)]
    return {digest(body): body for body in bodies}
