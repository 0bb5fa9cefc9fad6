"""A decision in words: what was chosen, what else there was, what would change it, and whether it comes out the same again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callsheet.errors import ConflictError, VersionError
from callsheet.film.price import Money

if TYPE_CHECKING:
    from callsheet.routing.sequences import Option

STEPS = 12
"""Halvings in the search for what would change a choice: to the fourth digit."""
_LOWEST, _HIGHEST = 0.02, 0.98


@dataclass(frozen=True)
class Why:
    """One shot's decision: `told` in lines, `record` as it is or would be kept, `replay` what making it again gave."""

    shot: str
    offer: str
    policy: str
    told: tuple[str, ...]
    replay: str
    record: Mapping[str, Any]
    kept: Mapping[str, Any] | None
    """The record of the decision by which it was shot last; None when it never was."""

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "shot": self.shot,
            "offer": self.offer,
            "policy": self.policy,
            "propensity": self.record.get("propensity", 1.0),
            "seed": self.record.get("seed"),
            "told": list(self.told),
            "replay": self.replay,
            "record": dict(self.record),
            "kept": dict(self.kept) if self.kept else None,
        }

    def __str__(self) -> str:
        return "\n".join((*self.told, self.replay))


def explain(
    now: Mapping[str, Any], kept: Mapping[str, Any] | None, wholes: Mapping[str, Mapping[str, Any]] | None = None
) -> Why:
    """Explain the decision `now`, beside the one that is kept of the last shoot. Both are records as `Decision.record` gives them.

    `wholes` are the joint plans that they name, by digest.
    """
    # As it would be read back: nothing may depend on what JSON does not keep.
    record = json.loads(json.dumps(now))
    lines = [*_chosen(record), *_others(record), *_currencies(record), *_excluded(record)]
    if kept is not None:
        lines += _before(kept, record)
    return Why(
        record["shot"],
        record["offer"],
        record["policy"],
        tuple(lines),
        _replayed(record, kept) + _joined(record, kept, wholes or {}),
        record,
        kept,
    )


def _chosen(record: Mapping[str, Any]) -> Iterator[str]:
    yield f"{record['shot']}: {record['offer']}, {_price(record['price'])}"
    place = record.get("situation")
    if place:
        yield f"Use case {place['use_case']}; a take must pass {', '.join(place['bar'])}; {place['tier']}"
    yield "Because " + "; ".join(record["reasons"])
    if joint := record.get("joint"):
        money = f"; money counts as {1 + joint['shadow']:.2f} times itself" if joint["shadow"] else ""
        yield f"Planned together with all other shots (policy {joint['policy']}); alone it would go to {joint['alone']}{money}"
    weighed = record.get("weighed")
    if weighed is None:
        candidates = record["candidates"]
        if len(candidates) > 1:
            second = candidates[1]
            yield f"Runner-up: {second['offer']}, {_price(second['price'])}"
            yield "What would change it: another price, or verdicts on takes of this use case (`callsheet review`)"
            yield _unlearned()
        yield f"Policy {record['policy']}; chance 100%"
        return
    for take in weighed["history"]:
        word = "accepted" if take["accepted"] else f"rejected: {take['reason'] or 'no reason given'}"
        yield f"Take {take['take']} by {take['offer']} was {word}"
    answer, question = weighed["answer"], weighed["question"]
    yield (
        f"An approved shot counts {question['worth']['shot']:.2f} {weighed['currency']}, a review "
        f"{question['worth']['review']:.2f}; expected: {answer['outlook']['takes']:.1f} takes, "
        f"{answer['outlook']['cost']:.2f} {weighed['currency']} with reviews, delivered with {answer['outlook']['delivered']:.0%}"
    )
    yield _next(record)
    yield f"Policy {record['policy']}; chance {answer['propensity']:.0%}; seed {question['seed']}"


def _unlearned() -> str:
    from callsheet.routing.prior import shipped

    found = shipped()
    names = ", ".join(table.name for table in found.tables) or "none"
    return f"Accept rates that ship with Callsheet: {names} (checked {found.checked_on})"


def _next(record: Mapping[str, Any]) -> str:
    """Who would make the take after this one, by why this one may be rejected."""
    from callsheet.routing.situation import advised

    weighed = record["weighed"]
    models, bar = weighed["models"], weighed["question"]["situation"]["bar"]
    chosen = models[record["offer"]]
    past = [take for take in weighed["history"] if not take["accepted"]]
    missed = any(take["model"] == chosen and advised(take["reason"]) == "re-roll" for take in past)
    tried = {chosen, *(take["model"] for take in past if advised(take["reason"]) == "re-route")}
    other = next((name for name in weighed["order"] if models[name] not in tried), None)
    again = "whoever is worth most then" if missed else f"{record['offer']} again, with another seed"
    ways = [f"{_listed([c for c in bar if advised(c) == 're-roll'])}: {again}"]
    if len(bar) > 1:
        names = _listed([c for c in bar if advised(c) == "re-route"])
        ways.append(f"{names}: {other or 'whoever is worth most then'}")
    return "If it is rejected for its " + "; for its ".join(ways)


def _listed(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _others(record: Mapping[str, Any]) -> Iterator[str]:
    weighed = record.get("weighed")
    if weighed is None:
        return
    from callsheet.routing.weigh import said

    values = dict(weighed["all_values"])
    asides = dict(weighed["stand_by"])
    for candidate in record["candidates"]:
        name = candidate["offer"]
        if name not in weighed["models"]:
            yield f"Stands by: {name}, {_price(candidate['price'])}; it is not weighed beside prices in {weighed['currency']}"
            continue
        model = weighed["models"][name]
        belief = weighed["posteriors"][model]
        strength = belief["alpha"] + belief["beta"]
        mean = belief["alpha"] / strength
        deviation = (mean * (1 - mean) / (strength + 1)) ** 0.5
        worth = f", worth {values[name]:.2f}" if name in values else ""
        aside = f"; put last: {asides[name]}" if name in asides else ""
        rate = next((o["rates"]["accept"] for o in weighed["question"]["options"] if o["offer"] == name), mean)
        hoped = f", taken as {rate:.0%} because it may teach" if rate - mean > 0.005 else ""
        yield (
            f"{'Chosen' if name == record['offer'] else 'Stands by'}: {name}, {_price(candidate['price'])}; "
            f"{said(weighed['tallies'][model])}; accepted with {mean:.0%} (give or take {deviation:.0%}{hoped}; "
            f"{belief['verdicts']:.1f} verdicts, prior: {belief['prior']}){worth}{aside}"
        )
    yield from _changes(weighed)


def _changes(weighed: Mapping[str, Any]) -> Iterator[str]:
    """What the runner-up would need, found by deciding again."""
    from callsheet.routing.decide import decide
    from callsheet.routing.record import question_of

    question = question_of(weighed)
    if question.planned is not None:
        yield "What would change it: the routes of the shots it is planned with, the budget, prices, or verdicts"
        return
    # Whether luck is tried out is no reason: the question is what would be worth most.
    question = replace(question, critical=True)
    best, *others = decide(question, whole=False).values
    second = others[0][0] if others else None
    if second is None:
        yield "Nothing else is weighed for this try: only another reason of the last reject, or other offers, would change it"
        return
    seen = {
        name: belief["alpha"] / (belief["alpha"] + belief["beta"]) for name, belief in weighed["posteriors"].items()
    }

    def stays(name: str, accept: float | None = None, price: float | None = None) -> bool:
        """Whether the best stays the best with another rate or price of one offer."""
        asked = replace(
            question, options=tuple(_with(o, accept, price) if o.offer == name else o for o in question.options)
        )
        return decide(asked, whole=False).values[0][0] == best[0]

    def rate(name: str, end: float) -> str | None:
        """The rate between now and `end` at which the choice changes, told as what verdicts would show."""
        option = next(one for one in question.options if one.offer == name)
        if stays(name, accept=end):
            return None
        inside, outside = option.rates.accept, end
        for _ in range(STEPS):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if stays(name, accept=middle) else (inside, middle)
        now = seen[option.model]
        return f"{name} were accepted with {max(0.0, outside - option.rates.accept + now):.0%} instead of {now:.0%}"

    def price(name: str) -> str | None:
        """The price at which the choice changes."""
        now = next(one.price for one in question.options if one.offer == name)
        if not now or stays(name, price=0.0):
            return None
        low, high = 0.0, now
        for _ in range(STEPS):
            middle = (low + high) / 2
            low, high = (low, middle) if stays(name, price=middle) else (middle, high)
        return f"{name} cost {low:.2f} instead of {now:.2f} {weighed['currency']}"

    needs = [need for need in (rate(second, _HIGHEST), price(second), rate(best[0], _LOWEST)) if need]
    if needs:
        yield f"What would change it: if {', or '.join(needs)}"
    else:
        yield f"What would change it: no rate or price of {best[0]} or {second} alone"


def _with(option: "Option", accept: float | None, price: float | None) -> "Option":
    """The option with another rate or another price."""
    if price is not None:
        return replace(option, price=price)
    assert accept is not None
    return with_rate(option, accept)


def with_rate(option: "Option", accept: float) -> "Option":
    """The option with another rate, its criteria in proportion."""
    from math import log

    from callsheet.routing.difficulty import Rates

    power = log(accept) / log(min(0.9999, max(1e-4, option.rates.accept)))
    return replace(option, rates=Rates(accept, tuple(min(0.9999, c**power) for c in option.rates.criteria)))


def _currencies(record: Mapping[str, Any]) -> Iterator[str]:
    """What prices in other currencies counted as."""
    if exchange := record.get("exchange"):
        from callsheet.routing.exchange import lines

        yield from lines(exchange)


def _excluded(record: Mapping[str, Any]) -> Iterator[str]:
    for name, rule in record["excluded"]:
        yield f"Excluded: {name}: {rule}"
    for finding in record.get("law", {}).get("findings", ()):
        yield f"Law: {finding}"


def _before(kept: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[str]:
    """The decision of the last shoot, where it was for another offer."""
    if kept["offer"] != record["offer"]:
        chance = f", chance {kept['propensity']:.0%}" if "propensity" in kept else ""
        yield f"The last take went to {kept['offer']}, {_price(kept['price'])}, on what was known then (policy {kept['policy']}{chance})"


def _replayed(record: Mapping[str, Any], kept: Mapping[str, Any] | None) -> str:
    """Make the kept decision again, or the present one from its record."""
    stored = kept if kept is not None and kept.get("weighed") else None
    which = "The kept decision" if stored is not None else "The decision"
    weighed, exchange = (stored or record).get("weighed"), (stored or record).get("exchange")
    if exchange is not None:
        from callsheet.routing.exchange import replay as counted_again

        try:
            counted_again(exchange)
        except ConflictError as error:
            return f"Replay: NOT the same: {error.what}"
    if weighed is None:
        rates = " and rates" if exchange is not None else ""
        return f"Replay: the lowest price is a rule; the same prices{rates} give the same choice"
    from callsheet.routing.record import replay

    try:
        replay(weighed)
    except VersionError as error:
        return f"Replay: not possible here: {error.what}"
    except ConflictError as error:
        return f"Replay: NOT the same: {error.what}"
    return f"Replay: {which.lower()} made again from its record is the same, bit for bit"


def _joined(record: Mapping[str, Any], kept: Mapping[str, Any] | None, wholes: Mapping[str, Mapping[str, Any]]) -> str:
    """What making the joint plan again gives, where there is one."""
    joint = (kept if kept is not None and kept.get("joint") else record).get("joint")
    if not joint:
        return ""
    whole = wholes.get(joint["plan"])
    if whole is None:
        return "; the joint plan was not kept"
    from callsheet.routing.together import replay

    try:
        replay(whole)
    except ConflictError as error:
        return f"; the joint plan is NOT the same: {error.what}"
    return "; so is the joint plan"


def _price(price: Mapping[str, Any] | None) -> str:
    if price is None:
        return "price unknown"
    expected, worst = Money(price["expected"], price["currency"]), Money(price["worst"], price["currency"])
    most = f", at most {worst}" if worst != expected else ""
    return f"{expected}{most} ({price['source']}, {price['on']})"
