"""The joint plan of a shoot: every open shot's route at once, under the budget and the wish that some shots share a model.

Each shot was decided alone first. What the joint plan changes is in the shot's record with the price of money and the reason, and the
whole question is kept beside it, so that both can be made again bit for bit.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from callsheet.errors import BudgetError, ConflictError
from callsheet.film import Price, Shot, digest
from callsheet.providers import Seller
from callsheet.routing import deadline
from callsheet.routing.deadline import Hurry
from callsheet.routing.difficulty import Rates
from callsheet.routing.joint import Choice, JointPlan, Limits, PlannedShot, Tie, plan_fast
from callsheet.routing.knowledge import MICROS, Knowledge, models_of
from callsheet.routing.outline import sober
from callsheet.routing.record import again, question_of
from callsheet.routing.route import Decision
from callsheet.routing.sequences import Option, outlook
from callsheet.routing.sequences import Shot as Weighing
from callsheet.routing.waits import rounds
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
_ROUNDING = 1e-6
_TIGHTER = 4
"""How often a seller's time is cut by one take until the takes fit its places, before it is cut until they surely do."""
_SHORT, _HALVES = 40, 10
"""The film for which the soonest plan is searched for, and how often the search is halved."""


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


_Planner = Callable[["Problem"], JointPlan]


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
    hurry: Hurry | None = None
    """The clock the plan is under; None where the film states no deadline."""
    seconds: Mapping[str, float] | None = None
    """By seller: the time that all its takes together may take; None without a clock."""
    gave: Literal["", "budget", "deadline"] = ""
    """What could not be kept, in a question that was made easier for it."""

    @property
    def choice(self) -> bool:
        """Whether there is anything to choose."""
        narrowed = self.hurry is not None and self.hurry.narrowed
        return narrowed or any(len(shot.choices) > 1 for shot in self.shots)

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
            **self._clock,
        }

    @property
    def _clock(self) -> dict[str, Any]:
        """The part of it that only a film with a deadline has."""
        if self.hurry is None:
            return {}
        told = {"at": self.hurry.deadline.isoformat(), "left": self.hurry.left, "kept": self.gave != "deadline"}
        unpromised = sorted(self.hurry.unpromised)
        return {"seconds": self.seconds and dict(self.seconds), "deadline": {**told, "unpromised": unpromised}}


def problem(members: Sequence[Member], sellers: Sequence[Seller], knowledge: Knowledge) -> Problem | None:
    """The joint question of a film; None when nothing is to be paid for."""
    paid = [m for m in members if _price(m) is not None]
    counts = Counter(price.expected.currency for m in paid if (price := _price(m)) is not None)
    if not counts:
        return None
    currency = knowledge.currency or min(counts, key=lambda name: (-counts[name], name))
    ways, schedule = _Ways(sellers, knowledge, currency), knowledge.schedule
    left = schedule.left
    waits: dict[tuple[str, str], float | None] = {}
    longest: dict[tuple[str, str], float] = {}
    found: list[PlannedShot] = []
    worths: dict[str, float] = {}
    delivered: dict[tuple[str, str], float] = {}
    ours = {m.address for m in paid if ways.reach(m)}
    for m in members:
        if m.model:
            found.append(PlannedShot(m.address, (Choice(_BY_TAKE, m.model, "", 0.0, 0.0),)))
        elif m.address in ours:
            choices, worths[m.address], chances, takes = ways.of(m)
            for c in choices if left is not None else ():
                wait, many = schedule.wait(c.offer, m.shot.duration), takes.get(c.offer, 1.0)
                waits[m.address, c.offer] = None if wait is None else wait.seconds * many
                if wait is None:
                    longest[m.address, c.offer] = schedule.longest(c.offer) * many
            if m.decision.explored and left is not None:
                known = waits[m.address, m.decision.offer]
                # What is tried out may not cost the deadline: then it is chosen like any other.
                if (longest[m.address, m.decision.offer] if known is None else known) <= left:
                    choices = [c for c in choices if c.offer == m.decision.offer]
            found.append(PlannedShot(m.address, tuple(choices)))
            delivered |= {(m.address, offer): chance for offer, chance in chances.items()}
    budget = None
    if knowledge.planned is not None and knowledge.planned.currency == currency:
        budget = max(0.0, knowledge.left)
    inside = {shot.shot for shot in found}
    ties, timed, hurry = tuple(_ties(members, worths, inside)), tuple(found), None
    if left is not None and schedule.deadline is not None:
        timed, hurry = deadline.hurried(
            found,
            rounds((m.address, m.shot, m.model is None) for m in members),
            waits,
            longest,
            schedule.places,
            schedule.deadline,
            max(0.0, left),
            {m.address for m in members if m.fixed},
        )
    return Problem(currency, timed, ties, budget, delivered, tuple(worths), ways.rates, hurry)


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
        self._known: dict[str, tuple[list[Choice], dict[str, float], dict[str, float]]] = {}
        self._timed = knowledge.schedule.left is not None
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

    def of(self, m: Member) -> tuple[list[Choice], float, Mapping[str, float], Mapping[str, float]]:
        """The choices, what the approved shot is worth, and by offer P(approved) and the expected takes where they are known."""
        decision = m.decision
        takes: dict[str, float] = {}
        if decision.weighed is not None:
            choices, delivered, takes = self._weighed(decision)
            value = float(decision.weighed["question"]["worth"]["shot"])
        else:
            options = self._options(decision)
            value = worth(options, self._currency, self._knowledge).shot
            choices = [Choice(o.offer, o.model, self._sold(o.offer), value, o.price) for o in options]
            delivered = {}
        if m.fixed or (decision.explored and not self._timed):
            choices = [c for c in choices if c.offer == decision.offer]
        return choices, value, delivered, takes

    def _options(self, decision: Decision) -> list[Option]:
        """The candidates whose price counts in the currency; what is drawn here for nothing stands by for nobody."""
        return [
            Option(c.offer, self._model(c.offer), Rates(0.5), cost)
            for c in decision.candidates
            if c.price is not None and c.price.worst.micros and (cost := self._counted(c.price)) is not None
        ]

    def _weighed(self, decision: Decision) -> tuple[list[Choice], dict[str, float], dict[str, float]]:
        assert decision.weighed is not None
        question = question_of(decision.weighed)
        asked = {k: v for k, v in decision.weighed["question"].items() if k not in ("seed", "spend")}
        # How long an offer takes is asked beside: shots of other lengths have the same choices.
        asked["options"] = [{k: v for k, v in option.items() if k != "wait"} for option in asked["options"]]
        key = digest(asked)
        if key not in self._known:
            shot = Weighing(question.situation, question.options, question.worth, question.widths)
            models = {option.model for option in shot.options}
            models.add(min(shot.every, key=lambda option: (option.price, option.offer)).model)
            models |= {option.model for option in shot.every if option.offer == decision.offer}
            choices, delivered, takes = [], {}, {}
            ways = [(shot, model, decision.weighed) for model in sorted(models)]
            if self._timed:
                # Another seller of a model may cost more, and be there sooner.
                kept = {option.offer for option in shot.every}
                for option in question.options:
                    if option.offer not in kept:
                        other = _by(decision.weighed, option.offer)
                        there = question_of(other)
                        ways.append(
                            (Weighing(there.situation, there.options, there.worth, there.widths), option.model, other)
                        )
            for weighing, model, record in ways:
                step = weighing.plan(question.history, question.attempts, first=model, must=question.must)
                assert step is not None
                seen = outlook(step)
                offer = step.option.offer
                choices.append(Choice(offer, model, self._sold(offer), step.value + seen.cost, seen.cost))
                expected = outlook(sober(record, offer))
                delivered[offer], takes[offer] = expected.delivered, expected.takes
            self._known[key] = choices, delivered, takes
        return self._known[key]

    def _sold(self, offer: str) -> str:
        return self._provider.get(offer) or self._provider.get(offer.partition(":")[0], "")


def _by(weighed: Mapping[str, Any], offer: str) -> dict[str, Any]:
    """The record of a weighing in which the model of `offer` is sold by nobody else."""
    options = weighed["question"]["options"]
    model = next(option["model"] for option in options if option["offer"] == offer)
    kept = [option for option in options if option["model"] != model or option["offer"] == offer]
    return {**weighed, "question": {**weighed["question"], "options": kept}}


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
    """The plan, and the question that it answers: where the budget does not reach for every shot, that of the least costly ways; where the
    deadline cannot be kept, that of the least time found. The budget is kept before the deadline."""
    least = sum(min(c.cost for c in s.choices) for s in asked.shots)
    if asked.hurry is None or (asked.budget is not None and least > asked.budget):
        return _without_clock(asked)
    if (found := _planned_in(asked, asked.hurry, asked.hurry.left, _plan)) is not None:
        return found
    return _soonest(asked, asked.hurry)


def _without_clock(asked: Problem) -> tuple[JointPlan, Problem]:
    try:
        return _plan(asked), asked
    except BudgetError:
        least = tuple(
            replace(s, choices=(min(s.choices, key=lambda c: (c.cost, -c.value, c.offer)),)) for s in asked.shots
        )
        short = replace(asked, shots=least, budget=None, gave="budget")
        return _plan(short), short


def _planned_in(asked: Problem, hurry: Hurry, time: float, plan: _Planner) -> tuple[JointPlan, Problem] | None:
    """The plan by which everything is there in `time`; None when none is found."""
    inside = deadline.within(asked.shots, hurry, time)
    if inside is None:
        return None
    gave: Literal["", "deadline"] = "deadline" if time > hurry.left else ""
    timed = replace(asked, shots=inside, seconds=hurry.seconds(time), gave=gave)
    ways = {(s.shot, c.offer): c for s in inside for c in s.choices}
    tighter = _TIGHTER if len(asked.shots) <= PAIRS_UP_TO else 0
    with suppress(BudgetError):
        for turn in range(tighter + 1):
            if turn == tighter:
                timed = replace(timed, seconds=deadline.sure(inside, hurry, time))
            found = plan(timed)
            chosen = {shot: ways[shot, offer] for shot, offer in found.offers.items() if offer is not None}
            over = deadline.overdue(chosen, hurry, time)
            if not over:
                return found, timed
            # Whole takes fill a seller's places less well than their seconds do.
            timed = replace(timed, seconds={**(timed.seconds or {}), **over})
    return None


def _soonest(asked: Problem, hurry: Hurry) -> tuple[JointPlan, Problem]:
    """The plan by which everything is there as soon as it can be: found in halves for a short film, else by one look."""
    time, one_each = deadline.soonest(asked.shots, hurry, float("inf") if asked.budget is None else asked.budget)
    low, time = hurry.left, max(hurry.left, time * (1 + _ROUNDING))
    for _ in range(_HALVES if len(asked.shots) <= _SHORT else 0):
        middle = (low + time) / 2
        sooner = _planned_in(asked, hurry, middle, _fast)
        if sooner is None:
            low = middle
        else:
            time, taken = middle, sooner[0].offers
            one_each = tuple(
                replace(s, choices=tuple(c for c in s.choices if c.offer == taken[s.shot])) for s in asked.shots
            )
    if (found := _planned_in(asked, hurry, time, _plan)) is not None:
        return found
    only = replace(asked, shots=one_each, seconds=None, gave="deadline" if time > hurry.left else "")
    return _plan(only), only


def _fast(asked: Problem) -> JointPlan:
    limits = Limits(float("inf") if asked.budget is None else asked.budget, asked.seconds)
    return plan_fast(asked.shots, [tie for _, tie in asked.ties], limits)


def _plan(asked: Problem) -> JointPlan:
    if len(asked.shots) > EXACT_UP_TO:
        return _fast(asked)
    from callsheet.routing.solve import plan_all

    limits = Limits(float("inf") if asked.budget is None else asked.budget, asked.seconds)
    return plan_all(asked.shots, [tie for _, tie in asked.ties], limits)


def together(members: Sequence[Member], asked: Problem) -> dict[str, Decision]:
    """The decisions that the joint plan changes, by shot."""
    if not asked.choice:
        return {}
    plan, answered = solved(asked)
    short = answered.gave == "budget"
    whole = {**answered.plain, "short": short, "answer": _answer(plan)}
    name = digest(whole)
    models = {(s.shot, c.offer): c.model for s in asked.shots for c in s.choices}
    found = {}
    for m in members:
        offer = plan.offers.get(m.address)
        alone = m.decision.offer
        if m.address not in asked.open or m.fixed or offer is None or (m.decision.explored and offer == alone):
            continue
        if offer == alone and not plan.shadow:
            continue
        because = list(_because(m.address, offer, alone, plan, answered, models)) if offer != alone else []
        joint = {"policy": POLICY, "plan": name, "offer": offer, "alone": alone, "shadow": plan.shadow, "because": because}  # fmt: skip
        found[m.address] = _changed(m.decision, joint, whole)
    return found


def _answer(plan: JointPlan) -> dict[str, Any]:
    return {"offers": dict(plan.offers), "value": plan.value, "cost": plan.cost, "shadow": plan.shadow}


def replay(whole: Mapping[str, Any]) -> None:
    """Make a joint plan again from its record. Raises ConflictError when it comes out differently."""
    shots = [PlannedShot(name, tuple(Choice(*choice) for choice in choices)) for name, choices in whole["shots"]]
    ties = [(what, Tie(tuple(tied), each)) for what, tied, each in whole["ties"]]
    asked = Problem(whole["currency"], tuple(shots), tuple(ties), whole["budget"], seconds=whole.get("seconds"))
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
) -> Iterator[str]:
    """Why the joint plan sends a shot elsewhere than it would go alone."""
    mine, other = models[address, offer], models.get((address, alone))
    shown = 0
    if asked.hurry is not None:
        late = asked.gave == "deadline"
        if hurried := deadline.why(asked.hurry, address, alone, late, _crowded(address, alone, plan, asked)):
            shown = 2
            yield hurried
    for what, tie in asked.ties:
        if address not in tie.shots or mine == other or shown == 2:
            continue
        with_me = [s for s in tie.shots if s != address and models.get((s, plan.offers.get(s) or "")) == mine]
        with_other = [s for s in tie.shots if s != address and models.get((s, plan.offers.get(s) or "")) == other]
        if len(with_me) > len(with_other):
            shown += 1
            codes = ", ".join(s.rpartition(" ")[2] for s in with_me[:3]) + (" and others" if len(with_me) > 3 else "")
            yield f"{mine} shoots {codes} as well: {what}"
    if asked.gave == "budget":
        yield "the budget does not reach for every shot, so each goes the least costly way"
    elif plan.shadow:
        yield f"the budget is short: 1 {asked.currency} counts as {1 + plan.shadow:.2f}"
    elif not shown:
        yield "all shots together come out better so"


def _crowded(address: str, alone: str, plan: JointPlan, asked: Problem) -> str:
    """The seller of `alone`, where the other shots leave it no time for this one."""
    if asked.hurry is None or asked.seconds is None:
        return ""
    lanes = {(s.shot, c.offer): c for s in asked.shots for c in s.choices}
    mine = lanes.get((address, alone))
    if mine is None or mine.provider not in asked.seconds:
        return ""
    there = [lanes[shot, offer] for shot, offer in plan.offers.items() if offer and shot != address]
    used = sum(choice.wait for choice in there if choice.provider == mine.provider)
    seller = mine.provider.partition(", round ")[0]
    return seller if used + mine.wait > asked.seconds[mine.provider] else ""


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
        question = question_of(_by(weighed, offer) if "deadline" in whole else weighed)
        # Where the deadline takes a runner-up off that was to be tried, the draw changes nothing: the chance is that of the plan.
        tried = 0.0 if decision.explored else 1 - dict(map(tuple, weighed["answer"]["propensities"])).get(alone, 1.0)
        asked = replace(
            question, planned=offer, tried=tried, worth=replace(question.worth, shadow=float(joint["shadow"]))
        )
        weighed = again(weighed, asked)
        if weighed["answer"]["plan"] is None:
            weighed = again(weighed, replace(asked, must=True))
        weighed["order"] = [offer, *(name for name in weighed["order"] if name != offer)]
    return replace(decision, candidates=candidates, reasons=reasons, weighed=weighed, joint=joint, whole=whole)
