"""A decision as a producer reads it: the takes in order, how many are expected, and what the runner-up would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from callsheet.film.price import Money, Price
from callsheet.routing.route import Decision

if TYPE_CHECKING:
    from callsheet.routing.sequences import Step


@dataclass(frozen=True)
class Try:
    """One take of the sequence. `accept` is the chance that it is accepted after those before it were not; None when it is not known."""

    offer: str
    price: Price | None
    accept: float | None


@dataclass(frozen=True)
class RunnerUp:
    """The second choice: its price, what its first take costs more (negative: less), and the chances of both where they are known."""

    offer: str
    price: Price | None
    more: Money | None
    accept: float | None
    instead_of: float | None

    def __str__(self) -> str:
        words = [f"{self.offer}:"]
        if self.more is None:
            words.append("its price is unknown or cannot be compared;")
        elif not self.more.micros:
            words.append("the same price;")
        else:
            words.append(f"{_plain(self.more)} {'more' if self.more.micros > 0 else 'less'} a take;")
        if self.accept is None or self.instead_of is None:
            words.append("how often its takes are accepted is not known")
        else:
            words.append(f"accepted with {self.accept:.0%} instead of {self.instead_of:.0%}")
        return " ".join(words)


@dataclass(frozen=True)
class Outline:
    """The whole of one shot's decision. `takes` and `approved` are None where nothing is known of acceptance."""

    sequence: tuple[Try, ...]
    takes: float | None
    """Expected takes until one is approved, or it is given up."""
    approved: float | None
    """The chance that the sequence ends with an approved take."""
    runner_up: RunnerUp | None


def outline(decision: Decision) -> Outline:
    """Read a decision."""
    prices = {candidate.offer: candidate.price for candidate in decision.candidates}
    weighed = decision.weighed
    if weighed is None:
        first = Try(decision.offer, decision.price, None)
        second = decision.candidates[1].offer if len(decision.candidates) > 1 else None
        return Outline((first,), None, None, _second(second, decision, prices, {}))
    from callsheet.routing.sequences import main_line, outlook

    believed = means(weighed)
    plan = sober(weighed, decision.offer)
    told = outlook(plan)
    values = [name for name, _ in weighed["all_values"] if name != decision.offer]
    others = [name for name in weighed["order"] if name != decision.offer]
    second = next(iter(values or others), None)
    line = tuple(Try(s.option.offer, prices.get(s.option.offer), s.accept) for s in main_line(plan))
    return Outline(line, told.takes, told.delivered, _second(second, decision, prices, believed))


def means(weighed: Mapping[str, Any]) -> dict[str, float]:
    """P(accept) of a first take by offer, as verdicts have it, without what is hoped for where little is known."""
    return {
        offer: belief["alpha"] / (belief["alpha"] + belief["beta"])
        for offer, model in weighed["models"].items()
        if (belief := weighed["posteriors"].get(model)) is not None
    }


def sober(weighed: Mapping[str, Any], first: str) -> "Step":
    """The best sequence that begins with the offer `first`, by what verdicts say alone: what a bid counts on."""
    import json

    return _sober(json.dumps([weighed["question"], means(weighed)], sort_keys=True), first)


@lru_cache(maxsize=4096)
def _sober(told: str, first: str) -> "Step":
    import json

    from callsheet.routing.record import question_of
    from callsheet.routing.sequences import Shot
    from callsheet.routing.why import with_rate

    plain, believed = json.loads(told)
    question = question_of({"shot": "", "question": plain})
    options = [with_rate(o, believed[o.offer]) if o.offer in believed else o for o in question.options]
    shot = Shot(question.situation, options, question.worth, question.widths)
    model = next(o.model for o in options if o.offer == first)
    step = shot.plan(question.history, question.attempts, first=model, must=question.must)
    assert step is not None  # a sequence that begins with a named model is always planned
    return step


def _second(
    name: str | None, decision: Decision, prices: Mapping[str, Price | None], believed: Mapping[str, float]
) -> RunnerUp | None:
    if name is None:
        return None
    price, mine, more = prices.get(name), decision.price, None
    if price is not None and mine is not None:
        theirs, ours = _counted(decision, name, price), _counted(decision, decision.offer, mine)
        if theirs.currency == ours.currency:
            more = Money(theirs.micros - ours.micros, ours.currency)
    return RunnerUp(name, price, more, believed.get(name), believed.get(decision.offer))


def _counted(decision: Decision, offer: str, price: Price) -> Money:
    """What a price counts as in the decision: itself, where no rate was needed."""
    told = (decision.exchange or {}).get("counted", {}).get(offer)
    if told is None or told["amount"] != [price.expected.micros, price.expected.currency]:
        return price.expected
    return Money(*told["worth"])


def _plain(amount: Money) -> str:
    return str(Money(abs(amount.micros), amount.currency))
