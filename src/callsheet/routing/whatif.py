"""What another policy of choosing would have brought on the shots that were reviewed, told before it goes live."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from callsheet.errors import InputError, NotFoundError
from callsheet.routing.outcomes import Outcome, between, outcomes
from callsheet.store import ProductionStore
from callsheet.store import tables as t

if TYPE_CHECKING:
    from callsheet.routing.decide import Question, Trying
    from callsheet.routing.offpolicy import Estimate, Logged, OffPolicy
    from callsheet.routing.sequences import Option


@dataclass(frozen=True)
class Changes:
    """What the other policy does differently; None leaves a thing as it was decided with."""

    review_cost: float | None = None
    """What one review counts as, in whole units of the production's currency."""
    worth: float | None = None
    """What an approved shot counts as."""
    explore: float | None = None
    """The largest chance that a runner-up gets, 0 to 1."""
    close: float | None = None
    """How near a runner-up's value must be to be tried, as a share of the best, 0 to 1."""

    def __post_init__(self) -> None:
        if all(value is None for value in asdict(self).values()):
            raise InputError("the other policy changes nothing", remedy=f"Change one of {', '.join(_NAMES)}.")
        for name, value in asdict(self).items():
            most = 1.0 if name in ("explore", "close") else float("inf")
            if value is not None and not (isinstance(value, int | float) and 0 <= value <= most):
                raise InputError(
                    f"{name} is {value!r}", remedy=f"Give it a number from 0{' to 1' if most == 1 else ''}."
                )

    @classmethod
    def of(cls, path: Path | None, more: Mapping[str, float | None]) -> "Changes":
        """From a YAML file with these fields, with `more` on top of it. Raises NotFoundError, InputError."""
        given = {name: value for name, value in more.items() if value is not None}
        if path is None:
            return cls(**given)
        import yaml

        try:
            found = yaml.safe_load(path.read_text("utf-8"))
        except FileNotFoundError:
            raise NotFoundError("there is no such file", where=str(path), remedy="Name a policy file.") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise InputError(str(error).splitlines()[0], where=str(path), remedy="Write it as YAML.") from None
        if not isinstance(found, dict) or set(found) - set(_NAMES):
            raise InputError("it is no policy", where=str(path), remedy=f"A policy holds: {', '.join(_NAMES)}.")
        return cls(**{**found, **given})

    def plain(self) -> dict[str, float]:
        """What is changed, as plain data."""
        return {name: value for name, value in asdict(self).items() if value is not None}


_NAMES = tuple(field.name for field in fields(Changes))


@dataclass(frozen=True)
class WhatIf:
    """The answer. Money is in whole units of `currency`, a shot; `left_out` counts decisions that could not be used, by why."""

    changes: Changes
    currency: str
    estimate: "OffPolicy | None"
    """None when there was no decision to learn from."""
    differs: float
    """The share of decisions in which the other policy would most likely choose another offer."""
    left_out: Mapping[str, int]
    doubt: str

    def facts(self) -> dict[str, Any]:
        """As plain data; an interval without an end is null."""
        found = self.estimate
        named = ("logged", "ips", "snips", "doubly_robust", "gain")
        return {
            "changes": self.changes.plain(),
            "currency": self.currency,
            "decisions": found.decisions if found else 0,
            "shots": found.shots if found else 0,
            "effective_shots": found.overlap if found else 0.0,
            "covered": found.covered if found else 0.0,
            "clipped": found.clipped if found else 0,
            "differs": self.differs,
            "left_out": dict(self.left_out),
            **{name: _plain(getattr(found, name)) if found else None for name in named},
            "trusted": not self.doubt,
            "doubt": self.doubt,
            "told": list(self.told()),
        }

    def told(self) -> tuple[str, ...]:
        """In lines."""
        found = self.estimate
        asked = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in self.changes.plain().items())
        lines = [f"Another policy: {asked}"]
        if found is not None:
            lines += [
                f"{found.decisions} reviewed decisions on {found.shots} shots; it chooses another offer in {self.differs:.0%} of them, "
                f"and {found.covered:.0%} of its choices had a chance; in effect {found.overlap:.0f} shots speak for it",
                f"What a shot brought: {_said(found.logged)} {self.currency}",
            ]
            if not self.doubt:
                lines += [
                    f"What it would have brought, doubly robust: {_said(found.doubly_robust)} {self.currency}",
                    f"  by weights that sum to one: {_said(found.snips)}; by plain weights: {_said(found.ips)}"
                    + (f"; {found.clipped} weights were cut" if found.clipped else ""),
                    f"Difference: {_said(found.gain)} {self.currency} a shot: {_verdict(found.gain)}",
                ]
        lines += [f"Left out: {count} ({why})" for why, count in sorted(self.left_out.items())]
        if self.doubt:
            lines.append(f"It cannot be told: {self.doubt}")
        return tuple(lines)


def what_if(store: ProductionStore, changes: Changes) -> WhatIf:
    """Judge another policy by every reviewed decision in the database that `store` is in."""
    from callsheet.routing.offpolicy import estimate

    log, left_out, currencies, differs = _log(store, changes)
    if not log:
        return WhatIf(changes, "", None, 0.0, left_out, "too few: no take of a learned decision was reviewed")
    if len(currencies) > 1:
        names = " and ".join(sorted(currencies))
        raise InputError(f"decisions were made in {names}", remedy="Judge productions of one currency in one database.")
    found = estimate(log)
    return WhatIf(changes, currencies.pop(), found, differs, left_out, found.doubt)


def _log(store: ProductionStore, changes: Changes) -> tuple[list["Logged"], Mapping[str, int], set[str], float]:
    made = outcomes(store)
    left_out: dict[str, int] = defaultdict(int)
    log: list[Logged] = []
    currencies: set[str] = set()
    differ = 0
    query = select(t.decision).order_by(t.decision.c.id)
    with store.database.reading() as db:
        decided = db.execute(query).all()
    after: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for row in decided:
        after[row.production, row.shot].append(row.made_at)
    delivered: set[str] = set()
    for row in decided:
        shot = row.production, row.shot
        body = json.loads(row.body)
        story = f"{row.production} {row.shot} {body.get('order', '')}"
        later = [at for at in after[shot] if at > row.made_at]
        outcome = between(made.get(shot, ()), row.made_at, min(later) if later else None)
        why = _unfit(body, outcome)
        if not why and story in delivered:
            why = "a take of the shot was accepted already"
        if why:
            left_out[why] += 1
            continue
        assert outcome is not None
        assert outcome.accepted is not None
        one, other = _judged(body["weighed"], outcome.accepted, changes, story)
        log.append(one)
        currencies.add(body["weighed"]["currency"])
        differ += other
        if outcome.accepted >= 0.5:
            delivered.add(story)
    return log, dict(left_out), currencies, differ / len(log) if log else 0.0


def _unfit(body: Mapping[str, Any], outcome: Outcome | None) -> str:
    """Why a decision cannot be learned from."""
    from callsheet.routing.decide import POLICY

    if not body.get("weighed"):
        return "made by the lowest price, before anything was known"
    if body["policy"] != POLICY:
        return f"made by the policy {body['policy']}"
    if outcome is None:
        return "no take came of it"
    if outcome.offer != body["offer"]:
        return "another offer made the take, for the chosen one did not deliver"
    if outcome.accepted is None:
        return "nobody reviewed its take"
    return ""


def _judged(weighed: Mapping[str, Any], accepted: float, changes: Changes, story: str) -> tuple["Logged", bool]:
    """One decision as both policies see it, and whether the other would most likely have chosen another offer."""
    from callsheet.routing.decide import CLOSE, MOST_CHANCE, Trying
    from callsheet.routing.offpolicy import Logged
    from callsheet.routing.record import question_of

    question = question_of(weighed)
    asked = replace(
        question,
        worth=replace(
            question.worth,
            shot=question.worth.shot if changes.worth is None else float(changes.worth),
            review=question.worth.review if changes.review_cost is None else float(changes.review_cost),
        ),
    )
    trying = Trying(
        CLOSE if changes.close is None else float(changes.close),
        MOST_CHANCE if changes.explore is None else float(changes.explore),
    )
    chosen = weighed["answer"]["offer"]
    logged = dict(weighed["answer"]["propensities"]) or {chosen: 1.0}
    would = _chances(asked, trying)
    expected = _expected(asked, weighed)
    option = _option(asked, chosen)
    one = Logged(
        propensity=logged.get(chosen, 1.0),
        changed=would.get(chosen, 0.0),
        reward=asked.worth.shot * accepted - asked.worth.cost(option),
        modelled=expected[chosen],
        modelled_changed=sum(chance * expected[offer] for offer, chance in would.items()),
        covered=sum(chance for offer, chance in would.items() if logged.get(offer, 0.0) > 0),
        shot=story,
    )
    return one, max(would, key=lambda offer: (would[offer], offer)) != max(logged, key=lambda o: (logged[o], o))


def _chances(question: "Question", trying: "Trying") -> Mapping[str, float]:
    """By offer, the chance that a policy gives it. A try that is not worth its cost is made all the same: a person asked for it."""
    from callsheet.routing.decide import decide

    answer = decide(question, whole=False, trying=trying)
    if answer.plan is None:
        answer = decide(replace(question, must=True), whole=False, trying=trying)
    return dict(answer.propensities)


def _expected(question: "Question", weighed: Mapping[str, Any]) -> Mapping[str, float]:
    """By offer, what the beliefs of the time expected of choosing it, with the best that may follow; without hope added."""
    from callsheet.routing.difficulty import Rates
    from callsheet.routing.sequences import Shot

    beliefs = weighed["posteriors"]
    sober: list[Option] = []
    for option in question.options:
        belief = beliefs.get(option.model)
        mean = belief["alpha"] / (belief["alpha"] + belief["beta"]) if belief else option.rates.accept
        sober.append(replace(option, rates=Rates(mean, option.rates.criteria)))
    weighing = Shot(question.situation, sober, question.worth, question.widths)
    values = {option.offer: value for option, value in weighing.values(question.history, question.attempts)}
    alone = {o.offer: question.worth.shot * o.rates.accept - question.worth.cost(o) for o in sober}
    return {**alone, **values}


def _option(question: "Question", offer: str) -> "Option":
    return next(option for option in question.options if option.offer == offer)


def _plain(found: "Estimate") -> list[float | None]:
    ends = (found.value, found.low, found.high)
    return [None if abs(end) == float("inf") else end for end in ends]


def _said(found: "Estimate") -> str:
    if found.high == float("inf"):
        return f"{found.value:.3f}"
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _verdict(gain: "Estimate") -> str:
    if gain.low > 0:
        return "better"
    return "worse" if gain.high < 0 else "no difference can be told"
