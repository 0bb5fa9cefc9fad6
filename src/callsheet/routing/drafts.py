"""Drafts before finals: what is drawn here, or shot by a cheap offer, until people accept it, and whether that pays.

A draft that is rejected costs itself and its review; without it, the final would have been paid for to learn the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from callsheet.errors import BudgetError, NotFoundError, RightsError
from callsheet.film import Drafts, Order, Shot, as_boarded, digest
from callsheet.film.price import Money, Price
from callsheet.providers import Seller
from callsheet.routing.knowledge import MICROS, Knowledge, models_of
from callsheet.routing.route import Decision, Law, route
from callsheet.routing.situation import situation


@dataclass(frozen=True)
class Question:
    """Everything that a shot's route is chosen from; see `callsheet.routing.route`."""

    address: str
    shot: Shot
    order: Order
    sellers: Sequence[Seller]
    confirmed: Mapping[str, Price]
    knowledge: Knowledge
    law: Law
    waits_for: str = ""
    """The shot it is made from, while only a draft of that one is there."""


def staged(asked: Question, drafts: Drafts) -> Decision:
    """The route of a shot: of its draft while that is what is due, else of its final. Raises what `route` does."""
    if drafts.when == "unnamed" or drafts.by in asked.shot.constraints.only:
        return _routed(asked, asked.shot)
    only_drafted = asked.shot.acceptance == "draft"
    if drafts.when == "never" and not only_drafted:
        return _routed(asked, asked.shot, drafts.by)
    accepted = asked.knowledge.accepted_draft(asked.address, digest(as_boarded(asked.order)))
    if accepted is not None and not only_drafted and not asked.waits_for:
        return _final(asked, drafts, f"its draft, take {accepted}, was accepted", accepted)
    draft, why_not = _drafted(asked, drafts)
    if draft is None:
        return _final(asked, drafts, f"there is no draft of it: {why_not}")
    if draft.begun:
        return draft
    if only_drafted:
        return replace(draft, reasons=(*draft.reasons, "the board asks for a draft only"))
    if accepted is not None:
        told = {"stage": "draft", "by": drafts.by, "final": None, "expected": None}
        return replace(draft, reasons=(*draft.reasons, f"its final waits for that of {asked.waits_for}"), draft=told)
    return _first(asked, drafts, draft)


def waiting(decision: Decision) -> bool:
    """Whether this is a draft for whose final people have to accept it."""
    return decision.draft is not None and decision.draft["stage"] == "draft"


def _final(asked: Question, drafts: Drafts, because: str, accepted: int | None = None) -> Decision:
    found = _routed(asked, asked.shot, drafts.by)
    return replace(
        found,
        reasons=(*found.reasons, because),
        draft={"stage": "final", "by": drafts.by, "accepted": accepted},
    )


def _routed(asked: Question, shot: Shot, drafter: str = "") -> Decision:
    return route(
        asked.address, shot, asked.order, asked.sellers, asked.confirmed, asked.knowledge, asked.law, drafter=drafter
    )


def _drafted(asked: Question, drafts: Drafts) -> tuple[Decision | None, str]:
    """The route of the draft; None with the reason where nobody drafts this shot."""
    sold = [
        (seller, offer)
        for seller in asked.sellers
        for offer in seller.offers()
        if drafts.by_them(offer.name, offer.model)
    ]
    if not sold and drafts.by != Drafts().by:
        raise NotFoundError(
            f"nobody here sells {drafts.by}, which is to draft",
            where=asked.address,
            remedy="`callsheet models` lists offers. Set its key, or name another one in `drafts.by`; left out, drafts are drawn here.",
        )
    rules = asked.shot.constraints.model_copy(update={"only": [drafts.by], "min_height": None})
    shot = asked.shot.model_copy(update={"acceptance": "draft", "constraints": rules})
    drafters = tuple({id(seller): seller for seller, _ in sold}.values())
    try:
        found = _routed(replace(asked, sellers=drafters), shot)
    except (NotFoundError, RightsError) as error:
        said = [f"{offer.name}: {why}" for seller, offer in sold if (why := seller.refuses(offer.name, asked.order))]
        return None, "; ".join(said) or (error.what if sold else f"{drafts.by} is not here")
    names = {offer.name for _, offer in sold}
    return replace(found, excluded=tuple(pair for pair in found.excluded if pair[0] in names)), ""


def _first(asked: Question, drafts: Drafts, draft: Decision) -> Decision:
    """The draft, with what its final is expected to cost; or the final at once, where a draft is not expected to pay."""
    told: dict[str, Any] = {"stage": "draft", "by": drafts.by}
    try:
        final = _routed(asked, asked.shot, drafts.by)
    except (NotFoundError, RightsError):
        why = "a draft first; as things are nobody here may shoot its final"
        return replace(draft, reasons=(*draft.reasons, why), draft={**told, "final": None, "expected": None})
    cost = _expected(final)
    told |= {"final": final.offer, "expected": _plain(cost)}
    if final.exchange is not None:
        told["exchange"] = dict(final.exchange)
    saves = _saving(asked, draft, cost) if drafts.when == "paying" else None
    if saves is None:
        price = f"for an expected {cost}" if cost is not None else "at a price that is not known"
        why = f"a draft first: its final goes to {final.offer}, {price}, once the draft is accepted"
        return replace(draft, reasons=(*draft.reasons, why), draft=told)
    told |= {"rejected": saves.rejected, "costs": _plain(saves.costs), "saves": _plain(saves.saved)}
    words = (
        f"a draft costs {saves.costs} with its review and is expected to save {saves.saved}: "
        f"{saves.rejected:.0%} of drafts are taken to be rejected here, and the final, by {final.offer}, costs an expected {cost}"
    )
    if saves.pays or asked.waits_for:
        return replace(draft, reasons=(*draft.reasons, words), draft=told)
    told["stage"] = "final"
    return replace(final, reasons=(*final.reasons, f"shot at once: {words}"), draft={**told, "accepted": None})


@dataclass(frozen=True)
class _Saving:
    """What a draft costs with its review, and what it saves: the final of every draft that is rejected."""

    rejected: float
    costs: Money
    saved: Money

    @property
    def pays(self) -> bool:
        """Whether it saves more than it costs."""
        return self.saved.micros > self.costs.micros


def _saving(asked: Question, draft: Decision, final: Money | None) -> _Saving | None:
    """What a draft would save; None where that cannot be told, so that it comes first."""
    if final is None or draft.price is None:
        return None
    try:
        price = asked.knowledge.exchange.count(draft.price.expected, final.currency).worth
    except BudgetError:
        return None
    from callsheet.routing.weigh import REVIEWS

    place = situation(asked.shot.use_case, "draft")
    model = models_of(asked.sellers)(draft.offer)
    seen = asked.knowledge.beliefs(asked.address).posteriors(place, {model: ""}, asked.knowledge.on)[model]
    rejected = round(1 - seen.mean, 6)
    review = round(REVIEWS.get(final.currency, 0.0) * MICROS)
    costs = Money(price.micros + review, final.currency)
    return _Saving(rejected, costs, Money(round(rejected * final.micros), final.currency))


def _expected(final: Decision) -> Money | None:
    """What a final is expected to cost until it is approved, with reviews; the price of one take where nothing is known of acceptance."""
    if final.price is None:
        return None
    if final.weighed is None:
        return final.price.expected
    # What is weighed is counted in one currency, which need not be the seller's.
    return Money(round(final.weighed["answer"]["outlook"]["cost"] * MICROS), final.weighed["currency"])


def _plain(amount: Money | None) -> dict[str, Any] | None:
    return None if amount is None else {"currency": amount.currency, "micros": amount.micros}
