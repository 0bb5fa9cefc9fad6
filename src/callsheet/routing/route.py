"""Hard constraints first, then what was learned from verdicts, or the lowest price while nothing was; every offer that is out says why."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from callsheet.catalog.known import RESOLUTION, lines
from callsheet.errors import NotFoundError, RightsError
from callsheet.film import Order, Shot, digest
from callsheet.film.price import Money, Price
from callsheet.providers import Offer, Provider, Seller
from callsheet.rights import Finding, Judgement
from callsheet.routing.exchange import Exchange, compare, over
from callsheet.routing.situation import situation_of

if TYPE_CHECKING:
    from callsheet.routing.knowledge import Knowledge

Law = Callable[[str], Judgement]
"""What the rules say of an offer, by its name, for one shot."""
POLICY = "cheapest-1"
"""The policy while nothing is known of any offer in the shot's use case, and for drafts that cost nothing."""

DRAFTS = "it drafts, and this is to be the final"


@dataclass(frozen=True)
class Candidate:
    """An offer that may shoot the shot, and its price; None when it is unknown."""

    offer: str
    price: Price | None


@dataclass(frozen=True)
class Decision:
    """The route of one shot: what was considered, what was out and by which rule, what was chosen at which price."""

    shot: str
    candidates: tuple[Candidate, ...]
    """In the order in which they are wanted: the first is the route, the others stand by."""
    excluded: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    policy: str = POLICY
    situation: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What is shot, the criteria a take must pass, the tier: the key by which verdicts on its takes are learned."""
    order: str = ""
    """The digest of the order that was routed."""
    weighed: Mapping[str, Any] | None = None
    """The record of the learned choice, from which it can be made again; None when the policy is the lowest price."""
    begun: bool = False
    """Whether it goes on with a decision that is being carried out."""
    joint: Mapping[str, Any] | None = None
    """What the joint plan of all shots made of it; None where it changed nothing."""
    whole: Mapping[str, Any] | None = None
    """The joint question with its answer, which all shots share; kept once, beside the decisions."""
    law: Judgement | None = None
    """What the rules say of the chosen offer; None when they were not asked."""
    draft: Mapping[str, Any] | None = None
    """Where drafts come first: which of the two this is, and what was weighed for it. See `callsheet.routing.drafts`."""
    exchange: Mapping[str, Any] | None = None
    """At which rates prices in other currencies were compared, and which could not be; None where all were in one currency."""

    @property
    def explored(self) -> bool:
        """Whether a runner-up is tried, to learn."""
        return self.weighed is not None and bool(self.weighed["answer"]["explored"])

    @property
    def offer(self) -> str:
        """The chosen offer."""
        return self.candidates[0].offer

    @property
    def price(self) -> Price | None:
        """Its price."""
        return self.candidates[0].price

    def record(self) -> dict[str, Any]:
        """The decision as plain data."""
        candidates = [{"offer": c.offer, "price": _plain(c.price)} for c in self.candidates]
        told = {
            "shot": self.shot,
            "offer": self.offer,
            "price": _plain(self.price),
            "candidates": candidates,
            "excluded": [list(pair) for pair in self.excluded],
            "reasons": list(self.reasons),
            "policy": self.policy,
            "situation": dict(self.situation),
            "order": self.order,
        }
        if self.exchange is not None:
            told["exchange"] = dict(self.exchange)
        if self.joint is not None:
            told["joint"] = dict(self.joint)
        if self.draft is not None:
            told["draft"] = dict(self.draft)
        if self.law is not None:
            findings = [str(finding) for finding in self.law.findings if finding.outcome != "note"]
            told["law"] = {
                "on": self.law.on.isoformat(),
                "rules": self.law.pack,
                "facts": self.law.facts,
                "findings": findings,
            }
        if self.weighed is None:
            return told
        answer = self.weighed["answer"]
        drawn = {"propensity": answer["propensity"], "seed": self.weighed["question"]["seed"]}
        return {**told, **drawn, "weighed": dict(self.weighed)}


def _plain(price: Price | None) -> dict[str, Any] | None:
    if price is None:
        return None
    amounts = {"expected": price.expected.micros, "worst": price.worst.micros, "currency": price.expected.currency}
    return {**amounts, "source": price.source, "on": price.on.isoformat()}


def route(
    address: str,
    shot: Shot,
    order: Order,
    providers: Sequence[Seller],
    confirmed: Mapping[str, Price] = MappingProxyType({}),
    knowledge: "Knowledge | None" = None,
    law: Law | None = None,
    drafter: str = "",
) -> Decision:
    """Choose the route for one shot; `confirmed` holds prices by offer that a person answers for where the provider states none.
    `drafter` is the offer or model that drafts and shoots no finals; empty for none.

    With `knowledge`, offers are weighed by what verdicts have taught of them in the shot's use case. A shot whose constraints name no
    offer and that is drawn here for nothing stays a draft.

    An offer that the `law` forbids is out, whatever it costs.

    Raises RightsError when the law left nothing to choose, NotFoundError when other rules did; both name every rule.
    """
    found = _chosen(address, shot, order, providers, confirmed, knowledge, law, drafter)
    return replace(found, law=law(found.offer)) if law is not None else found


def _chosen(
    address: str,
    shot: Shot,
    order: Order,
    providers: Sequence[Seller],
    confirmed: Mapping[str, Price],
    knowledge: "Knowledge | None",
    law: Law | None,
    drafter: str,
) -> Decision:
    forbidden: dict[str, Judgement] = {}
    possible: list[tuple[Offer, Price | None]] = []
    excluded: list[tuple[str, str]] = []
    drafts = False
    exchange = knowledge.exchange if knowledge is not None else None
    for provider in providers:
        for offer in (sized for sold in provider.offers() for sized in _sized(sold, shot)):
            price = provider.quote(offer.name, order) or confirmed.get(offer.name)
            rule = (
                DRAFTS
                if drafter in (offer.name, offer.name.partition(":")[0], offer.model)
                else _excluded(shot, offer, price, exchange)
            )
            if not rule and law is not None and (judgement := law(offer.name)).blocked:
                forbidden[offer.name] = judgement
                rule = judgement.why_not
            rule = rule or provider.refuses(offer.name, order)
            if rule:
                excluded.append((offer.name, rule))
            else:
                possible.append((offer, price))
                free = price is not None and not price.worst.micros
                drafts |= free and isinstance(provider, Provider) and not shot.constraints.only
        excluded += getattr(provider, "gone", tuple)()
    if not possible and forbidden:
        raise _unlawful(address, excluded, forbidden)
    if not possible:
        why = "; ".join(f"{name}: {rule}" for name, rule in excluded) or "no provider is installed"
        raise NotFoundError(
            f"no offer may shoot this shot ({why})",
            where=address,
            remedy=_remedy(shot, order),
        )
    currency = knowledge.currency if knowledge is not None else ""
    compared = compare(possible, currency, exchange, shot.constraints.max_price)
    possible.sort(key=lambda one: compared.place(one[0].name, one[1]))
    first = possible[0][0].name
    found = Decision(
        address,
        tuple(Candidate(o.name, p) for o, p in possible),
        tuple(excluded),
        (
            _cost(*possible[0]),
            *(("the only offer that is left",) if len(possible) == 1 else compared.cheapest(first, possible[0][1])),
        ),
        situation=_plain_situation(shot),
        order=digest(order),
        exchange=compared.record(),
    )
    if knowledge is None or drafts or len(possible) == 1:
        return found
    begun = knowledge.begun.get(address)
    if begun is not None and begun.get("order") == found.order:
        return _going_on(found, begun)
    from callsheet.routing.weigh import weigh

    weighed = weigh(address, shot, order, possible, excluded, knowledge)
    if weighed is None:
        return found
    from callsheet.routing.decide import POLICY as LEARNED

    wanted = _arranged(found.candidates, weighed.order)
    taken = next((offer, price) for offer, price in possible if offer.name == wanted[0].offer)
    return replace(
        found,
        candidates=wanted,
        reasons=(_cost(*taken), *weighed.reasons, *compared.words(wanted[0].offer)),
        policy=LEARNED,
        weighed=weighed.record,
    )


def _unlawful(address: str, excluded: Sequence[tuple[str, str]], forbidden: Mapping[str, Judgement]) -> RightsError:
    """Everything that left nothing to choose: each rule of the law once, with whom it excludes and what it says of the first."""
    laws: dict[str, dict[str, Finding]] = {}
    for name, judgement in forbidden.items():
        for finding in judgement.of("block"):
            laws.setdefault(finding.rule, {}).setdefault(name, finding)
    why = []
    ranked = sorted(laws.items(), key=lambda law: -len(law[1]))  # what excludes most is what is really wrong
    for rule, offers in ranked:
        first, found = next(iter(offers.items()))
        told = f"{found.words} ({found.source}, read {found.checked_at})"
        of = f"{first}: " if len(offers) > 1 else ""
        why.append(f"[{rule}] excludes {_few(list(offers))}: {of}{told}")
    others: dict[str, list[str]] = {}
    for name, reason in excluded:
        if name not in forbidden:
            others.setdefault(reason, []).append(name)
    why += [f"{_few(names)}: {reason}" for reason, names in others.items()]
    remedies = dict.fromkeys(finding.remedy for _, offers in ranked for finding in offers.values())
    return RightsError(f"no offer may shoot this shot: {'; '.join(why)}", where=address, remedy=" ".join(remedies))


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def _cost(offer: Offer, price: Price | None) -> str:
    return f"{offer.name} {f'costs {price}' if price else 'its price is unknown'}: {offer.source}"


def _arranged(candidates: Sequence[Candidate], order: Sequence[str]) -> tuple[Candidate, ...]:
    """The candidates in this order of offers; those that it does not name come after, as they were."""
    at = {offer: number for number, offer in enumerate(order)}
    return tuple(sorted(candidates, key=lambda c: at.get(c.offer, len(at))))


def _going_on(found: Decision, begun: Mapping[str, Any]) -> Decision:
    """The decision that is being carried out: the take that is on order must not be ordered again by another route."""
    wanted = _arranged(found.candidates, [candidate["offer"] for candidate in begun["candidates"]])
    return replace(
        found,
        candidates=wanted,
        reasons=tuple(begun["reasons"]),
        policy=begun["policy"],
        weighed=begun.get("weighed"),
        joint=begun.get("joint"),
        draft=begun.get("draft"),
        exchange=begun.get("exchange"),
        begun=True,
    )


def _plain_situation(shot: Shot) -> dict[str, Any]:
    place = situation_of(shot)
    return {"use_case": place.use_case, "bar": list(place.bar), "tier": place.tier}


def _sized(offer: Offer, shot: Shot) -> list[Offer]:
    """The offer at the resolutions that the shot names after a colon; as it is sold when it names none."""
    asked = [name.partition(":") for name in shot.constraints.only]
    named = [(id, size) for id, _, size in asked if id == offer.name and re.fullmatch(RESOLUTION, size)]
    return [replace(offer, name=f"{id}:{size}", min_height=lines(size)) for id, size in named] or [offer]


def _remedy(shot: Shot, order: Order) -> str:
    loosen = "Loosen the shot's `constraints`, or add a provider key."
    if not shot.constraints.only:
        return loosen
    from callsheet.catalog import load, overlays
    from callsheet.routing.advice import advice

    return f"{advice(shot, order, load(overlays()))} {loosen}".strip()


def _excluded(shot: Shot, offer: Offer, price: Price | None, exchange: Exchange | None) -> str:
    rules = shot.constraints
    names = {offer.name, offer.name.partition(":")[0], offer.model}
    if rules.only and not names & set(rules.only):
        return "constraints.only names " + ", ".join(rules.only)
    if names & set(rules.never):
        return "constraints.never names it"
    if rules.min_height and offer.min_height < rules.min_height:
        return f"it delivers {offer.min_height} lines, {rules.min_height} are asked"
    if rules.max_price:
        return over(price, Money.parse(rules.max_price), exchange)
    return ""
