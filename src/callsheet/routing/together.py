"""The joint plan of a shoot: every open shot's route at once, under the budget and the wish that some shots share a model.

Each shot was decided alone first. What the joint plan changes is in the shot's record with the price of money and the reason, and the
whole question is kept beside it, so that both can be made again bit for bit.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from callsheet.errors import BudgetError, ConflictError
from callsheet.film import Price, Shot, digest
from callsheet.providers import Seller
from callsheet.routing.difficulty import Rates
from callsheet.routing.joint import Choice, JointPlan, Limits, PlannedShot, Tie, plan_fast
from callsheet.routing.knowledge import MICROS, Knowledge, models_of
from callsheet.routing.outline import sober
from callsheet.routing.record import again, question_of
from callsheet.routing.route import Decision
from callsheet.routing.sequences import Option, outlook
from callsheet.routing.sequences import Shot as Weighing
from callsheet.routing.weigh import worth

if TYPE_CHECKING:
    from callsheet.catalog import ExchangeRate

POLICY = "joint-1"
CAST, LOOK, NEIGHBOUR = 0.05, 0.02, 0.005
"""What it is worth that a shot is made by the model of most others with the same character, the same look, or of its neighbour in the cut:
shares of what the shot is worth."""
EXACT_UP_TO = 2500
"""Shots above which the fast plan has to do."""
PAIRS_UP_TO = 300
"""Shots above which a whole sequence counts as neighbours, so that a long film is planned in seconds."""
_BY_TAKE = "its take is there"


@dataclass(frozen=True)
class Member:
    """One shot of the film: the decision that was made for it alone, or the model of the take that is there."""

    address: str
    sequence: str
    shot: Shot
    decision: Decision
    model: str | None = None
    """The model of its take, empty for one that was drawn here; None while there is none."""
    fixed: bool = False
    """Whether its route cannot change any more."""


@dataclass(frozen=True)
class Problem:
    """The joint question. `delivered` is P(approved) by shot and offer where something is known of it."""

    currency: str
    shots: tuple[PlannedShot, ...]
    ties: tuple[tuple[str, Tie], ...]
    """What is shared, in words, and the shots."""
    budget: float | None
    delivered: Mapping[tuple[str, str], float] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    """The shots that are still to be shot."""
    rates: tuple[Mapping[str, str], ...] = ()
    """The exchange rates at which prices in other currencies were counted, as plain data."""

    @property
    def choice(self) -> bool:
        """Whether there is anything to choose."""
        return any(len(shot.choices) > 1 for shot in self.shots)

    @cached_property
    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "policy": POLICY,
            "currency": self.currency,
            "budget": self.budget,
            "shots": [
                [s.shot, [[c.offer, c.model, c.provider, c.value, c.cost, c.wait] for c in s.choices]]
                for s in self.shots
            ],
            "ties": [[what, list(tie.shots), tie.worth] for what, tie in self.ties],
            **({"rates": [dict(rate) for rate in self.rates]} if self.rates else {}),
        }


def problem(members: Sequence[Member], sellers: Sequence[Seller], knowledge: Knowledge) -> Problem | None:
    """The joint question of a film; None when nothing is to be paid for."""
    paid = [m for m in members if _price(m) is not None]
    counts = Counter(price.expected.currency for m in paid if (price := _price(m)) is not None)
    if not counts:
        return None
    currency = knowledge.currency or min(counts, key=lambda name: (-counts[name], name))
    ways = _Ways(sellers, knowledge, currency)
    found: list[PlannedShot] = []
    worths: dict[str, float] = {}
    delivered: dict[tuple[str, str], float] = {}
    ours = {m.address for m in paid if ways.reach(m)}
    for m in members:
        if m.model:
            found.append(PlannedShot(m.address, (Choice(_BY_TAKE, m.model, "", 0.0, 0.0),)))
        elif m.address in ours:
            choices, worths[m.address], chances = ways.of(m)
            found.append(PlannedShot(m.address, tuple(choices)))
            delivered |= {(m.address, offer): chance for offer, chance in chances.items()}
    budget = None
    if knowledge.planned is not None and knowledge.planned.currency == currency:
        budget = max(0.0, knowledge.left)
    inside = {shot.shot for shot in found}
    ties = tuple(_ties(members, worths, inside))
    return Problem(currency, tuple(found), ties, budget, delivered, tuple(worths), ways.rates)


def _price(m: Member) -> Price | None:
    """The price of its next take, where there is one to be paid."""
    price = m.decision.price
    return price if m.model is None and price is not None and price.worst.micros else None


class _Ways:
    """The ways to shoot a shot, each with what it is expected to bring and to cost until a take is approved."""

    def __init__(self, sellers: Sequence[Seller], knowledge: Knowledge, currency: str) -> None:
        self._model = models_of(sellers)
        self._provider = {offer.name: seller.name for seller in sellers for offer in seller.offers()}
        self._knowledge, self._currency = knowledge, currency
        self._known: dict[str, tuple[list[Choice], dict[str, float]]] = {}
        self._rates: dict[tuple[str, str], ExchangeRate] = {}

    @property
    def rates(self) -> tuple[Mapping[str, str], ...]:
        """The exchange rates that were needed, as plain data."""
        return tuple(rate.plain() for _, rate in sorted(self._rates.items()))

    def reach(self, m: Member) -> bool:
        """Whether what the shot is expected to cost can be counted in the currency of the plan."""
        price, weighed = _price(m), m.decision.weighed
        if price is None or (weighed is not None and weighed["currency"] != self._currency):
            return False
        return self._counted(price) is not None

    def _counted(self, price: Price) -> float | None:
        """A price in whole units of the plan's currency; None where no rate is stated for it."""
        try:
            found = self._knowledge.exchange.count(price.expected, self._currency)
        except BudgetError:
            return None
        if found.rate is not None:
            self._rates[found.rate.base, found.rate.quote] = found.rate
        return found.worth.micros / MICROS

    def of(self, m: Member) -> tuple[list[Choice], float, Mapping[str, float]]:
        """The choices, what the approved shot is worth, and P(approved) by offer where it is known."""
        decision = m.decision
        if decision.weighed is not None:
            choices, delivered = self._weighed(decision)
            value = float(decision.weighed["question"]["worth"]["shot"])
        else:
            options = self._options(decision)
            value = worth(options, self._currency, self._knowledge).shot
            choices = [Choice(o.offer, o.model, self._sold(o.offer), value, o.price) for o in options]
            delivered = {}
        if m.fixed or decision.explored:
            choices = [c for c in choices if c.offer == decision.offer]
        return choices, value, delivered

    def _options(self, decision: Decision) -> list[Option]:
        """The candidates whose price counts in the currency; what is drawn here for nothing stands by for nobody."""
        return [
            Option(c.offer, self._model(c.offer), Rates(0.5), cost)
            for c in decision.candidates
            if c.price is not None and c.price.worst.micros and (cost := self._counted(c.price)) is not None
        ]

    def _weighed(self, decision: Decision) -> tuple[list[Choice], dict[str, float]]:
        assert decision.weighed is not None
        question = question_of(decision.weighed)
        key = digest([v for k, v in sorted(decision.weighed["question"].items()) if k not in ("seed", "spend")])
        if key not in self._known:
            shot = Weighing(question.situation, question.options, question.worth, question.widths)
            models = {option.model for option in shot.options}
            models.add(min(shot.every, key=lambda option: (option.price, option.offer)).model)
            models |= {option.model for option in shot.every if option.offer == decision.offer}
            choices, delivered = [], {}
            for model in sorted(models):
                step = shot.plan(question.history, question.attempts, first=model, must=question.must)
                assert step is not None
                seen = outlook(step)
                offer = step.option.offer
                choices.append(Choice(offer, model, self._sold(offer), step.value + seen.cost, seen.cost))
                delivered[offer] = outlook(sober(decision.weighed, offer)).delivered
            self._known[key] = choices, delivered
        return self._known[key]

    def _sold(self, offer: str) -> str:
        return self._provider.get(offer) or self._provider.get(offer.partition(":")[0], "")


def _ties(members: Sequence[Member], worths: Mapping[str, float], inside: set[str]) -> Iterator[tuple[str, Tie]]:
    """The wishes that shots share a model. Those between takes that are there are settled."""
    groups: dict[tuple[float, str], list[str]] = defaultdict(list)
    for m in members:
        for name in dict.fromkeys(m.shot.cast):
            groups[CAST, f"the same character ({name})"].append(m.address)
        if m.shot.look:
            groups[LOOK, f"the same look ({m.shot.look})"].append(m.address)
        if len(members) > PAIRS_UP_TO:
            groups[NEIGHBOUR, f"the same sequence ({m.sequence})"].append(m.address)
    wishes = [(share, what, shots) for (share, what), shots in groups.items()]
    for before, after in pairwise(members):
        if before.sequence == after.sequence and len(members) <= PAIRS_UP_TO:
            what = f"next to each other ({before.shot.code}, {after.shot.code})"
            wishes.append((NEIGHBOUR, what, [before.address, after.address]))
    for share, what, tied in wishes:
        shots = [shot for shot in tied if shot in inside]
        open_to = [worths[shot] for shot in shots if shot in worths]
        if len(shots) > 1 and open_to:
            yield what, Tie(tuple(shots), share * sum(open_to) / len(open_to))


def solved(asked: Problem) -> tuple[JointPlan, Problem]:
    """The plan, and the question that it answers: where the budget does not reach for every shot, that of the least costly ways."""
    try:
        return _plan(asked), asked
    except BudgetError:
        least = tuple(
            replace(s, choices=(min(s.choices, key=lambda c: (c.cost, -c.value, c.offer)),)) for s in asked.shots
        )
        short = replace(asked, shots=least, budget=None)
        return _plan(short), short


def _plan(asked: Problem) -> JointPlan:
    limits = Limits() if asked.budget is None else Limits(asked.budget)
    ties = [tie for _, tie in asked.ties]
    if len(asked.shots) > EXACT_UP_TO:
        return plan_fast(asked.shots, ties, limits)
    from callsheet.routing.solve import plan_all

    return plan_all(asked.shots, ties, limits)


def together(members: Sequence[Member], asked: Problem) -> dict[str, Decision]:
    """The decisions that the joint plan changes, by shot."""
    if not asked.choice:
        return {}
    plan, answered = solved(asked)
    short = answered is not asked
    whole = {**answered.plain, "short": short, "answer": _answer(plan)}
    name = digest(whole)
    models = {(s.shot, c.offer): c.model for s in asked.shots for c in s.choices}
    found = {}
    for m in members:
        offer = plan.offers.get(m.address)
        if m.address not in asked.open or m.fixed or m.decision.explored or offer is None:
            continue
        alone = m.decision.offer
        if offer == alone and not plan.shadow:
            continue
        because = list(_because(m.address, offer, alone, plan, asked, models, short)) if offer != alone else []
        joint = {"policy": POLICY, "plan": name, "offer": offer, "alone": alone, "shadow": plan.shadow, "because": because}  # fmt: skip
        found[m.address] = _changed(m.decision, joint, whole)
    return found


def _answer(plan: JointPlan) -> dict[str, Any]:
    return {"offers": dict(plan.offers), "value": plan.value, "cost": plan.cost, "shadow": plan.shadow}


def replay(whole: Mapping[str, Any]) -> None:
    """Make a joint plan again from its record. Raises ConflictError when it comes out differently."""
    shots = [PlannedShot(name, tuple(Choice(*choice) for choice in choices)) for name, choices in whole["shots"]]
    ties = [(what, Tie(tuple(tied), each)) for what, tied, each in whole["ties"]]
    asked = Problem(whole["currency"], tuple(shots), tuple(ties), whole["budget"])
    if whole["policy"] != POLICY or _answer(_plan(asked)) != whole["answer"]:
        raise ConflictError(
            "the same joint question got another plan",
            remedy="The record was changed, or the libraries that compute it were.",
        )


def _because(
    address: str,
    offer: str,
    alone: str,
    plan: JointPlan,
    asked: Problem,
    models: Mapping[tuple[str, str], str],
    short: bool,
) -> Iterator[str]:
    """Why the joint plan sends a shot elsewhere than it would go alone."""
    mine, other = models[address, offer], models.get((address, alone))
    shown = 0
    for what, tie in asked.ties:
        if address not in tie.shots or mine == other or shown == 2:
            continue
        with_me = [s for s in tie.shots if s != address and models.get((s, plan.offers.get(s) or "")) == mine]
        with_other = [s for s in tie.shots if s != address and models.get((s, plan.offers.get(s) or "")) == other]
        if len(with_me) > len(with_other):
            shown += 1
            codes = ", ".join(s.rpartition(" ")[2] for s in with_me[:3]) + (" and others" if len(with_me) > 3 else "")
            yield f"{mine} shoots {codes} as well: {what}"
    if short:
        yield "the budget does not reach for every shot, so each goes the least costly way"
    elif plan.shadow:
        yield f"the budget is short: 1 {asked.currency} counts as {1 + plan.shadow:.2f}"
    elif not shown:
        yield "all shots together come out better so"


def _changed(decision: Decision, joint: Mapping[str, Any], whole: Mapping[str, Any]) -> Decision:
    """The decision as the joint plan wants it; a weighed one is weighed again with the price of money."""
    offer, alone = joint["offer"], decision.offer
    candidates = tuple(sorted(decision.candidates, key=lambda c: c.offer != offer))
    reasons = decision.reasons
    if offer != alone:
        price = candidates[0].price
        first = f"{offer} costs {price}: {price.source}" if price is not None else offer
        reasons = (first, *joint["because"], f"alone it would go to {alone}")
    weighed = decision.weighed
    if weighed is not None:
        question = question_of(weighed)
        tried = 1 - dict(map(tuple, weighed["answer"]["propensities"])).get(alone, 1.0)
        asked = replace(
            question, planned=offer, tried=tried, worth=replace(question.worth, shadow=float(joint["shadow"]))
        )
        weighed = again(weighed, asked)
        if weighed["answer"]["plan"] is None:
            weighed = again(weighed, replace(asked, must=True))
        weighed["order"] = [offer, *(name for name in weighed["order"] if name != offer)]
    return replace(decision, candidates=candidates, reasons=reasons, weighed=weighed, joint=joint, whole=whole)
