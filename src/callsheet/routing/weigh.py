"""The learned choice among offers that may shoot a shot: what each is worth, which is tried now, and the record of why."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

from callsheet.film import Order, Price, Shot, digest, seed
from callsheet.providers import Offer
from callsheet.routing.belief import HOPE
from callsheet.routing.decide import Answer, Question, decide
from callsheet.routing.exchange import compare
from callsheet.routing.failures import Loss
from callsheet.routing.knowledge import MICROS, Knowledge, Reviewed
from callsheet.routing.prior import shipped
from callsheet.routing.record import PriceSeen, record
from callsheet.routing.sequences import Option, Worth
from callsheet.routing.sequences import Shot as Weighing
from callsheet.routing.situation import advised, situation_of
from callsheet.routing.verdicts import Situation, Try

DOWN = 0.6
"""An offer of which fewer tries than this come back with a clip stands by, while another can be had."""
ADVISED = 0.5
"""What a reject's reason advises is done unless it is worth less than this share of doing otherwise, as a single try."""
REVIEWS: Mapping[str, float] = MappingProxyType({"USD": 0.25, "EUR": 0.25, "GBP": 0.2, "CNY": 1.8, "JPY": 38.0})
"""What one review is taken to cost, by currency: about half a minute of a person. In other currencies it is left out."""
LEAST_WORTH, USUAL_WORTH, MOST_WORTH = 3.0, 4.0, 20.0
"""What an approved shot is worth, in takes of the dearest offer with their reviews: the budget's share of a shot within the first and
the last; without a budget, the second."""


@dataclass(frozen=True)
class Weighed:
    """The offers that were weighed, in the order in which they are wanted, with the reasons in words and the record as plain data."""

    order: tuple[str, ...]
    reasons: tuple[str, ...]
    record: Mapping[str, Any]
    explored: bool


@dataclass(frozen=True)
class _Aside:
    """Options that are left for this try, and why not all of them are."""

    options: tuple[Option, ...]
    reasons: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


def weigh(
    address: str,
    shot: Shot,
    order: Order,
    possible: Sequence[tuple[Offer, Price | None]],
    excluded: Sequence[tuple[str, str]],
    knowledge: Knowledge,
) -> Weighed | None:
    """Weigh the offers whose price is known, or counts at a stated rate, in the production's currency, or, while it has none, in the one
    that most are sold in; None when there is no choice, or nothing is known of any."""
    compared = compare(possible, knowledge.currency, knowledge.exchange)
    priced = [(offer, compared.prices[offer.name]) for offer, _ in possible if offer.name in compared.prices]
    place, key = situation_of(shot), digest(order)
    models = {offer.model for offer, _ in priced}
    told = any(rate[0].use_case == place.use_case and rate[1] in models for s in shipped().tables for rate in s.rates)
    if len(priced) < 2 or not (told or knowledge.speaks_of(place.use_case, models)):
        return None
    history = [r for r in knowledge.history(address, key) if place.tier == "draft" or not r.drafted]
    beliefs = knowledge.beliefs(address)
    versions = dict.fromkeys(sorted(models), "")
    posteriors = beliefs.posteriors(place, versions, knowledge.on)
    rates = beliefs.rates(place, versions, knowledge.on, hope=0.0 if shot.constraints.critical else HOPE)
    lost = _lost(place, priced, knowledge)
    options = tuple(
        Option(
            offer.name,
            offer.model,
            rates[offer.model],
            price.expected.micros / MICROS + (lost[offer.name].each if offer.name in lost else 0.0),
            wait=None if (wait := knowledge.schedule.wait(offer.name, shot.duration)) is None else wait.seconds,
            worst=price.worst.micros / MICROS,
        )
        for offer, price in sorted(priced, key=lambda pair: pair[0].name)
    )
    currency = compared.currency
    question = Question(
        shot=address,
        situation=place,
        options=options,
        worth=worth(options, currency, knowledge),
        widths=knowledge.widths(place, models),
        history=tuple(Try(r.model, r.accepted, r.failed) for r in history),
        critical=shot.constraints.critical,
        seed=seed("route", address, key),
        spend=knowledge.spend(currency),
        deviations={model: posterior.deviation for model, posterior in posteriors.items()},
    )
    up = _up(options, knowledge)
    left = _advised(replace(question, options=up.options), history)
    answer = decide(replace(question, options=left.options))
    reasons = [*up.reasons, *left.reasons, *_losses_said(lost, currency)]
    if answer.plan is None:
        question = replace(question, must=True)
        answer = decide(replace(question, options=left.options))
        reasons.append(
            "another take is expected to cost more than it is worth; it is made only because it is asked for"
        )
    assert answer.plan is not None
    everything = answer if left.options == options else decide(question, whole=False)
    wanted = _order(answer, everything, question, [*up.names, *left.names])
    tallies = {model: knowledge.tally(place, model, address).plain() for model in sorted(models)}
    told_by = record(
        replace(question, options=left.options),
        answer,
        excluded=excluded,
        posteriors=posteriors,
        prices={offer.name: PriceSeen(price.source, price.on) for offer, price in priced},
        currency=currency,
    )
    more = {
        "order": list(wanted),
        "stand_by": [list(pair) for pair in (*up.names, *left.names)],
        "all_values": [list(pair) for pair in everything.values],
        "models": {option.offer: option.model for option in options},
        "tallies": tallies,
        "lost": {offer: asdict(loss) for offer, loss in lost.items()},
        "history": [
            {"take": r.take, "offer": r.offer, "model": r.model, "accepted": r.accepted, "reason": r.reason}
            for r in history
        ],
        "prices_of_all": {option.offer: option.price for option in options},
    }
    accept = posteriors[answer.plan.option.model].mean
    if history:
        plain = beliefs.rates(place, versions, knowledge.on)
        sober = [replace(option, rates=plain[option.model]) for option in left.options]
        weighing = Weighing(place, sober, question.worth, question.widths)
        accept = weighing.accept(answer.plan.option.model, question.history)
    words = _words(answer, everything, tallies, {option.offer: option.model for option in options}, accept)
    return Weighed(wanted, (*words, *reasons), {**told_by, **more}, answer.explored)


def worth(options: Sequence[Option], currency: str, knowledge: Knowledge) -> Worth:
    """What an approved shot and a review count as, in whole units of the currency."""
    review = REVIEWS.get(currency, 0.0)
    take = max(option.price for option in options) + review
    share = USUAL_WORTH * take
    if knowledge.planned is not None and knowledge.planned.currency == currency:
        share = knowledge.planned.micros / MICROS / knowledge.shots
    return Worth(min(MOST_WORTH * take, max(LEAST_WORTH * take, share)), review)


def _lost(place: Situation, priced: Sequence[tuple[Offer, Price]], knowledge: Knowledge) -> Mapping[str, Loss]:
    """By offer, what tries in this use case lost that were paid for and brought no clip."""
    named = {offer.name: (offer.name.partition(":")[0], place.use_case) for offer, _ in priced}
    return {name: knowledge.losses[key] for name, key in sorted(named.items()) if key in knowledge.losses}


def _losses_said(lost: Mapping[str, Loss], currency: str) -> list[str]:
    return [
        f"{name} lost {loss.lost:.2f} {currency} here in {loss.times} tries that brought no clip: {loss.each:.2f} more for each of its takes"
        for name, loss in lost.items()
    ]


def _up(options: tuple[Option, ...], knowledge: Knowledge) -> _Aside:
    """The offers that are likely to deliver; all of them when none is."""
    means = {option.offer: knowledge.availability.mean(option.offer, knowledge.on) for option in options}
    up = tuple(option for option in options if means[option.offer] >= DOWN)
    if not up or len(up) == len(options):
        return _Aside(options)
    down = [(name, f"it seems to be down: {mean:.0%} of its tries bring a clip") for name, mean in means.items()]
    named = tuple(pair for pair in down if means[pair[0]] < DOWN)
    return _Aside(up, tuple(f"{name} stands by: {why}" for name, why in named), named)


def _advised(question: Question, history: Sequence[Reviewed]) -> _Aside:
    """What the reason of the last reject leaves: the same model for a missed prompt, others for look, motion, identity."""
    options = question.options
    last = history[-1] if history else None
    says = "" if last is None or last.accepted else advised(last.reason)
    if last is None or not says:
        return _Aside(options)
    weighing = Weighing(question.situation, options, question.worth, question.widths)
    alone = {option.model: value for option, value in weighing.values(question.history, 1)}
    same = alone.get(last.model)
    if same is None:
        return _Aside(options)
    what = f"take {last.take} by {last.model} was rejected: {last.reason}"
    if says == "re-roll":
        missed = sum(r.model == last.model and not r.accepted and advised(r.reason) == says for r in history)
        best = max(alone.values())
        if missed > 1 or same < ADVISED * best:
            return _Aside(options, (f"{what}; another seed of it is worth less than another model",))
        kept = tuple(option for option in options if option.model == last.model)
        said = f"{what}; that is the luck of a take, so the same model tries again with another seed"
    else:
        tried = {r.model for r in history if not r.accepted and advised(r.reason) == says}
        others = [model for model in alone if model not in tried]
        if not others or (same > 0 and max(alone[model] for model in others) < ADVISED * same):
            return _Aside(options, (f"{what}; no other model is worth trying instead",))
        kept = tuple(option for option in options if option.model not in tried)
        said = f"{what}; that is the model's way, so another one tries"
    kept_names = {option.offer for option in kept}
    names = tuple((option.offer, what) for option in options if option.offer not in kept_names)
    return _Aside(kept, (said,), names)


def _order(answer: Answer, everything: Answer, question: Question, last: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The chosen one, then the others as the next try by what they are worth; those that stand by for a reason are last."""
    assert answer.offer is not None
    named = dict(last)
    values = dict(everything.values)
    alone = {o.offer: question.worth.shot * o.rates.accept - question.worth.cost(o) for o in question.options}
    rest = sorted(
        (o.offer for o in question.options if o.offer != answer.offer),
        key=lambda name: (name in named, name not in values, -values.get(name, alone[name]), name),
    )
    return answer.offer, *rest


def _words(
    answer: Answer,
    everything: Answer,
    tallies: Mapping[str, Mapping[str, Any]],
    models: Mapping[str, str],
    accept: float,
) -> tuple[str, ...]:
    assert answer.plan is not None
    chosen = answer.plan.option
    found = [f"about {accept:.0%} of its takes are accepted here ({said(tallies[chosen.model])})"]
    if answer.explored:
        found.append(f"tried out with a chance of {answer.propensity:.0%}: it is worth nearly as much as the best")
    others = [name for name, _ in everything.values if name != chosen.offer]
    if others:
        found.append(f"runner-up {others[0]} ({said(tallies[models[others[0]]])})")
    return tuple(found)


def said(tally: Mapping[str, Any]) -> str:
    """A tally in words."""
    if not tally["all"]:
        return "no verdicts on other shots"
    reasons = ", ".join(f"{reason} {count}" for reason, count in tally["reasons"])
    return f"{tally['accepted']} of {tally['all']} accepted" + (f", rejected for {reasons}" if reasons else "")
