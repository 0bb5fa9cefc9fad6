"""One decision: the next try of a shot, with a small, bounded chance for the runner-up where something can be learned."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from callsheet.routing.difficulty import Widths
from callsheet.routing.sequences import LOOKAHEAD, Option, Shot, Step, Worth
from callsheet.routing.verdicts import Situation, Try

POLICY = "learned-1"

CLOSE = 0.05
"""The runner-up gets a chance only when its expected value is this near, as a share of the best."""
MOST_CHANCE = 0.15
"""The largest chance it gets."""
UNSURE = 0.03
"""A model whose rate is known better than this, in standard deviations, is not tried to learn more."""
SHARE_OF_SPEND = 0.10
"""The most that trying runners-up may take of all that was spent."""


@dataclass(frozen=True)
class Spend:
    """What was spent so far, and on runners-up. `planned` is what the whole production is planned to cost."""

    total: float = 0.0
    explored: float = 0.0
    planned: float = 0.0

    def allows(self, price: float) -> bool:
        """Whether a runner-up of this price stays within its share."""
        return self.explored + price <= SHARE_OF_SPEND * max(self.total, self.planned)


@dataclass(frozen=True)
class Trying:
    """When a runner-up is tried. What it is made with is the policy that is in force; anything else is another policy."""

    close: float = CLOSE
    most_chance: float = MOST_CHANCE


@dataclass(frozen=True)
class Question:
    """Everything a decision depends on: equal questions get equal answers."""

    shot: str
    situation: Situation
    options: tuple[Option, ...]
    worth: Worth
    widths: Widths = field(default_factory=Widths)
    history: tuple[Try, ...] = ()
    attempts: int = LOOKAHEAD
    """Tries that may still be made."""
    critical: bool = False
    """Nothing is tried out on a critical shot."""
    must: bool = False
    """The shot has to be delivered: tries go on even when they are worth less than they cost."""
    seed: int = 0
    spend: Spend = field(default_factory=Spend)
    deviations: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """By model, the standard deviation of what is believed of P(accept)."""
    planned: str | None = None
    """The offer with which the joint plan of all shots begins this one, in place of what would be best for it alone."""
    tried: float = 0.0
    """With `planned`: the chance with which a runner-up would have been tried before the joint plan was asked."""


@dataclass(frozen=True)
class Answer:
    """The next try and what follows it; no plan means that no further try is worth its cost."""

    plan: Step | None
    values: tuple[tuple[str, float], ...]
    """(offer, expected value) of every offer weighed, best first."""
    propensities: tuple[tuple[str, float], ...]
    """(offer, chance with which it was to be chosen); they sum to 1 unless nothing is tried, or the joint plan chose."""
    explored: bool = False

    @property
    def offer(self) -> str | None:
        """The offer to try now."""
        return None if self.plan is None else self.plan.option.offer

    @property
    def propensity(self) -> float:
        """The chance with which this offer was to be chosen."""
        return dict(self.propensities).get(self.offer or "", 1.0)


def decide(question: Question, *, whole: bool = True, trying: Trying | None = None) -> Answer:
    """Choose the next try; without `whole` the plan ends with it, which takes a third of the time.

    `trying` asks what another policy would do.
    """
    shot = Shot(question.situation, question.options, question.worth, question.widths)
    ranked = shot.values(question.history, question.attempts)
    values = tuple((option.offer, value) for option, value in ranked)
    if not ranked or (ranked[0][1] <= 0 and not question.must):
        return Answer(None, values, ())
    best = ranked[0][0]
    second = ranked[1][0] if len(ranked) > 1 else None
    chance = _chance(question, ranked, trying or Trying()) if second is not None else 0.0
    explored = chance > 0 and _draw(question) < chance
    chosen = second if explored and second is not None else best
    propensities = [(best.offer, 1 - chance)]
    if second is not None and chance > 0:
        propensities.append((second.offer, chance))
    planned = next((option for option in shot.every if option.offer == question.planned), None)
    if planned is not None:
        chosen, explored, propensities = planned, False, [(planned.offer, 1 - question.tried)]
    if whole:
        plan = shot.plan(question.history, question.attempts, first=chosen.model, must=question.must)
    else:
        plan = Step(chosen, shot.accept(chosen.model, question.history), dict(values).get(chosen.offer, 0.0))
    return Answer(plan, values, tuple(propensities), explored)


def _chance(question: Question, ranked: list[tuple[Option, float]], trying: Trying) -> float:
    """The chance of the runner-up: that it is the better one after all, bounded."""
    (best, best_value), (second, second_value) = ranked[0], ranked[1]
    if question.critical or question.must or best_value <= 0 or second_value < (1 - trying.close) * best_value:
        return 0.0
    doubt = question.deviations.get(second.model, 0.0)
    if doubt < UNSURE or not question.spend.allows(second.price):
        return 0.0
    spread = question.worth.shot * math.hypot(doubt, question.deviations.get(best.model, 0.0))
    return min(trying.most_chance, 0.5 * math.erfc((best_value - second_value) / spread / math.sqrt(2)))


def _draw(question: Question) -> float:
    name = f"{question.seed} {question.shot} {len(question.history)}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
