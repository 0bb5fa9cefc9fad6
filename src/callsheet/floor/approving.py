"""Approving a bid: its terms get a digest, a person signs it, and what is bought from then on is bound to it.

The terms are the board, each open shot's routes with their prices and days, its policy and seed, the budget, the deadline and the caps. What was
learned since changes nothing while the terms hold; a changed board, price, route or budget stops the shoot until it is approved anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from callsheet.errors import ApprovalError, NotFoundError
from callsheet.film import Document, Money, Price, Production, digest, order
from callsheet.film.times import told
from callsheet.floor import counting
from callsheet.floor import plan as planning
from callsheet.floor.crew import person
from callsheet.floor.plan import Planned
from callsheet.money import caps
from callsheet.providers import Seller
from callsheet.routing import Candidate
from callsheet.store import ProductionStore
from callsheet.store.approvals import Approval, in_force, keep
from callsheet.store.verdicts import verdicts

_TOLD = 3
_AGAIN = "`callsheet bid` shows what it is now, `callsheet approve` signs that; `callsheet approve --withdraw` takes the signature back."


def terms(store: ProductionStore, document: Document, planned: Sequence[Planned]) -> dict[str, Any]:
    """What an approval of this plan binds, as plain data; its digest is the bid's."""
    budget = document.production.budget
    return {
        "board": document.digest,
        "budget": budget.amount if budget else None,
        "caps": _caps(store),
        **({"deadline": _deadline(document.production)} if document.production.deadline else {}),
        "shots": [_shot(p, _order(store, document.production, p)) for p in planned if p.take is None],
    }


def _deadline(production: Production) -> str | None:
    return told(production.deadline) if production.deadline else None


def _order(store: ProductionStore, production: Production, planned: Planned) -> str:
    """The digest of what the board asks for, whatever take the shot goes on from."""
    return digest(order(production, planned.placed, store.asset_digest, None))


def _caps(store: ProductionStore) -> list[list[str]]:
    with store.database.reading() as db:
        found = caps.limits(db)
    ours = [c for c in found if c.scope not in ("production", "shot") or c.name.partition(" ")[0] in ("", store.id)]
    return sorted([cap.scope, cap.name, str(cap.limit)] for cap in ours)


def _shot(planned: Planned, asked: str) -> dict[str, Any]:
    decision = planned.decision
    seed = decision.weighed["question"]["seed"] if decision.weighed is not None else None
    return {
        "shot": planned.placed.address,
        "order": asked,
        "routes": [_route(candidate) for candidate in decision.candidates],
        "policy": decision.policy if decision.joint is None else f"{decision.policy}, {decision.joint['policy']}",
        "seed": seed,
    }


def _route(candidate: Candidate) -> dict[str, Any]:
    return {"offer": candidate.offer, "price": _plain(candidate.price)}


def _plain(price: Price | None) -> dict[str, Any] | None:
    if price is None:
        return None
    return {"expected": str(price.expected), "worst": str(price.worst), "source": price.source, "on": price.on.isoformat()}  # fmt: skip


def approve(store: ProductionStore, providers: Sequence[Seller], wanted: str = "", by: str | None = None) -> Approval:
    """Sign the bid as it is now; `wanted` is its digest, or the beginning of it, as it was shown to who signs.

    Raises ApprovalError when the bid is another one by now, BudgetError for a price that is unknown or a total over the budget.
    """
    with store.locked():
        store.snapshot("approved")
        document = Document.parse(store.read().text)
        planned = standing(store, document.production, providers).planned
        agreed = terms(store, document, planned)
        name = digest(agreed)
        if wanted and not name.startswith(wanted.lower()):
            raise ApprovalError(
                f"the bid is {name[:12]} by now, not {wanted[:12]}",
                remedy="Look at it again with `callsheet bid`, and approve what it is now.",
            )
        _affordable(store, document.production, planned)
        signed = in_force(store)
        if signed is not None and signed.digest == name and (by is None or by == signed.by):
            return signed
        orders = {shot["shot"]: shot["order"] for shot in agreed["shots"]}
        decisions = {
            p.placed.address: {**p.decision.record(), "order": orders[p.placed.address]}
            for p in planned
            if p.take is None
        }
        return keep(store, "approved", name, {"terms": agreed, "decisions": decisions}, by or person())


def _affordable(store: ProductionStore, production: Production, planned: Sequence[Planned]) -> None:
    budget = Money.parse(production.budget.amount) if production.budget else None
    bid = planning.bid(planned, store.spent())
    bid.require(counting.spent(store, production), budget, real=False, convert=counting.counted(store))


def withdraw(store: ProductionStore, by: str | None = None) -> Approval:
    """Take the signature back. Raises NotFoundError when none is in force."""
    with store.locked():
        signed = in_force(store)
        if signed is None:
            raise NotFoundError("no approval is in force", remedy="`callsheet approve` signs the bid.")
        return keep(store, "withdrawn", signed.digest, {}, by or person())


# -- being bound --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """The plan as it is bound now: by the approval while its terms hold, else free. `void` says why they do not."""

    planned: Sequence[Planned]
    signed: Approval | None
    void: tuple[str, ...] = ()


def standing(store: ProductionStore, production: Production, providers: Sequence[Seller]) -> Standing:
    """How the plan stands to what was approved."""
    signed = in_force(store)
    if signed is None:
        return Standing(planning.plan(production, store, providers), None)
    planned = bound(planning.plan(production, store, providers, signed.body["decisions"]), signed)
    void = tuple(differences(store, production, planned, signed))
    return Standing(planning.plan(production, store, providers) if void else planned, signed, void)


def bound(planned: Sequence[Planned], signed: Approval) -> list[Planned]:
    """The plan without routes that were not approved, for shots that keep an approved one."""
    approved = {s["shot"]: {r["offer"] for r in s["routes"]} for s in signed.body["terms"]["shots"]}
    found = []
    for p in planned:
        decision, routes = p.decision, approved.get(p.placed.address, set())
        if p.take is None and decision.offer in routes:
            kept = tuple(c for c in decision.candidates if c.offer in routes)
            p = replace(p, decision=replace(decision, candidates=kept))
        found.append(p)
    return found


def plan(store: ProductionStore, production: Production, providers: Sequence[Seller], real: bool) -> list[Planned]:
    """The plan of a shoot. Where money is real and an approval is in force, its routes are the approved ones."""
    signed = in_force(store) if real else None
    if signed is None:
        return planning.plan(production, store, providers)
    return bound(planning.plan(production, store, providers, signed.body["decisions"]), signed)


def require(store: ProductionStore, production: Production, planned: Sequence[Planned]) -> None:
    """Refuse to buy what was not approved. What costs nothing needs no approval.

    Raises ApprovalError, naming what changed, when an approval is in force and does not hold for these shots; or when the document asks for
    one and there is none.
    """
    paid = [p for p in planned if p.take is None and (p.decision.price is None or p.decision.price.worst.micros)]
    if not paid:
        return
    signed = in_force(store)
    if signed is None:
        if production.budget is not None and production.budget.approval == "required":
            raise ApprovalError(
                "nothing may be bought before the call sheet is approved",
                where=paid[0].placed.address,
                remedy="`callsheet bid` shows it, `callsheet approve` signs it. `budget.approval` in production.yaml asks for it.",
            )
        return
    found = list(differences(store, production, paid, signed))
    if found:
        more = f"; and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
        raise ApprovalError(
            f"this is not what {signed.by} approved as {signed.short}: {'; '.join(found[:_TOLD])}{more}",
            where=paid[0].placed.address if len(paid) == 1 else "",
            remedy=_AGAIN,
        )


def differences(
    store: ProductionStore, production: Production, planned: Sequence[Planned], signed: Approval
) -> Iterator[str]:
    """What is not as it was approved, in words: the budget, the caps, then shot by shot, then the rest of the board."""
    agreed = signed.body["terms"]
    budget = production.budget.amount if production.budget else None
    if budget != agreed["budget"]:
        yield f"the budget is {budget or 'not stated'}, {agreed['budget'] or 'none'} was approved"
    deadline = _deadline(production)
    if deadline != agreed.get("deadline"):
        yield f"the deadline is {deadline or 'not stated'}, {agreed.get('deadline') or 'none'} was approved"
    now = _caps(store)
    if now != agreed["caps"]:
        differ = [c for c in now if c not in agreed["caps"]] or [c for c in agreed["caps"] if c not in now]
        yield f"the caps were changed ({' '.join(filter(None, differ[0]))})"
    approved = {shot["shot"]: shot for shot in agreed["shots"]}
    board, reviewed = False, {verdict.shot for verdict in verdicts(store)}
    for p in planned:
        if p.take is not None:
            continue
        address = p.placed.address
        asked = _order(store, production, p)
        said = list(_of_shot(p, approved.get(address), asked, address not in reviewed))
        board |= bool(said)
        yield from said
    same = (budget, deadline) == (agreed["budget"], agreed.get("deadline"))
    if not board and same and production.digest != agreed["board"]:
        yield "the board was changed, outside of the pictures of these shots"


def _of_shot(planned: Planned, agreed: Mapping[str, Any] | None, asked: str, first_take: bool) -> Iterator[str]:
    address, decision = planned.placed.address, planned.decision
    if agreed is None:
        yield f"{address} was not to be shot then"
        return
    if asked != agreed["order"]:
        yield f"{address} was changed on the board"
        return
    prices = {route["offer"]: route["price"] for route in agreed["routes"]}
    first = agreed["routes"][0]["offer"]
    excluded = dict(decision.excluded)
    if decision.offer != first and first in excluded:
        yield f"{address} was to go to {first}, which is out now ({excluded[first]})"
        return
    if decision.offer not in prices or (first_take and decision.offer != first):
        yield f"{address} would go to {decision.offer}, {first} was approved"
        return
    for candidate in decision.candidates:
        was, now = prices.get(candidate.offer), _plain(candidate.price)
        if candidate.offer in prices and was != now:
            yield f"{address}: {candidate.offer} costs {_told(now)}, {_told(was)} was approved"


def _told(price: Mapping[str, Any] | None) -> str:
    if price is None:
        return "an unknown amount"
    most = f", at most {price['worst']}" if price["worst"] != price["expected"] else ""
    return f"{price['expected']}{most} (as of {price['on']})"
