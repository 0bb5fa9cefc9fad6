"""The tries of one shot by expected value: which offer first, which after each kind of reject, and when to stop.

The value of an approved shot, minus what every try costs to make, to wait for and to review. Three tries are looked
ahead exactly; with more allowed, the plan is made again after each verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from callsheet.errors import InputError
from callsheet.routing.difficulty import Floats, Imagined, Rates, Widths
from callsheet.routing.verdicts import Situation, Try

LOOKAHEAD = 3
SHORTLIST = 3
"""Models kept for each of the two ways of ranking them; the others cannot be close."""
_PIECE = 200_000


@dataclass(frozen=True)
class Option:
    """An offer that may shoot the shot: its model, what a first take does, its price and wait."""

    offer: str
    model: str
    rates: Rates
    price: float
    """What one take costs, in whole units of the production's currency."""
    wait: float | None = None
    """Seconds until a take is there; None when that is not known."""
    worst: float | None = None
    """The most one take may be billed; the price when None."""


@dataclass(frozen=True)
class Worth:
    """What counts when tries are weighed, all in one currency."""

    shot: float
    """What the shot is worth once approved."""
    review: float = 0.0
    """What one review costs."""
    second_waited: float = 0.0
    """What a second of waiting costs."""
    shadow: float = 0.0
    """Price of money itself when the budget is short: spending 1 counts as 1 + shadow."""

    def cost(self, option: Option) -> float:
        """What one try counts as. Raises InputError where waiting costs something and nobody knows how long the offer takes."""
        counted = (1 + self.shadow) * option.price + self.review
        if not self.second_waited:
            return counted
        if option.wait is None:
            raise InputError(
                f"waiting costs something, and how long {option.offer} takes is not known",
                remedy="Leave it out, or let waiting cost nothing.",
            )
        return counted + self.second_waited * option.wait


@dataclass(frozen=True)
class Step:
    """One try of the plan and what follows each way in which it may be rejected."""

    option: Option
    accept: float
    """P(accept) here, after what was rejected before."""
    value: float
    """Expected value of this try and all that follow it."""
    chances: Mapping[tuple[str, ...], float] = field(default_factory=lambda: MappingProxyType({}))
    """By the criteria that failed: P(just that), given that the take is rejected. `()` stands for several."""
    after: Mapping[tuple[str, ...], "Step | None"] = field(default_factory=lambda: MappingProxyType({}))
    """By the criteria that failed: the next try; None stops."""


@dataclass(frozen=True)
class Outlook:
    """What a plan of tries is expected to bring: money in the options' currency, time in seconds."""

    delivered: float
    takes: float
    cost: float
    cost_p50: float
    cost_p90: float
    cost_worst: float
    wait: float | None
    """None when it is not known how long every offer of the plan takes."""


class Shot:
    """The options of one shot, ready to be weighed: for each model, the offer of it that counts least."""

    def __init__(
        self, situation: Situation, options: Sequence[Option], worth: Worth, widths: Widths | None = None
    ) -> None:
        kept: dict[str, Option] = {}
        for option in sorted(options, key=lambda o: (worth.cost(o), o.offer)):
            kept.setdefault(option.model, option)
        self.situation, self.widths = situation, widths
        self.worth = worth.shot
        self.every = [kept[model] for model in sorted(kept)]
        self.costs = {option.model: worth.cost(option) for option in self.every}
        self.options = _shortlist(self.every, worth)
        self.imagined: Imagined | None = None
        self._ready()

    def values(self, history: Sequence[Try] = (), attempts: int = LOOKAHEAD) -> list[tuple[Option, float]]:
        """The options as the next try, with the expected value of each and the best that follows it; best first."""
        if self.imagined is None or attempts < 1:
            return []
        values = self._values(self.imagined.weights(history)[None, :], min(attempts, LOOKAHEAD))[0]
        ranked = sorted(range(len(values)), key=lambda i: (-float(values[i]), self.options[i].offer))
        return [(self.options[i], float(values[i])) for i in ranked]

    def accept(self, model: str, history: Sequence[Try] = ()) -> float:
        """P(accept) of a model's next take after these tries; 0 for one that is not on the shortlist."""
        if self.imagined is None or model not in self.imagined.models:
            return 0.0
        return float(self.imagined.weights(history) @ self.imagined.accepts[self.imagined.models.index(model)])

    def plan(
        self,
        history: Sequence[Try] = (),
        attempts: int = LOOKAHEAD,
        *,
        first: str | None = None,
        must: bool = False,
    ) -> Step | None:
        """The best plan of at most `attempts` more tries; None when the next is worth less than it costs.

        `first` names the model to begin with. `must` plans for a shot that has to be delivered: every try is made.
        Raises InputError when `first` is not among the options.
        """
        if first is not None and first not in self.costs:
            raise InputError(f"{first} is not among the options", remedy="Choose one of the candidates of this shot.")
        if first is not None and first not in [o.model for o in self.options]:
            return self._with(first).plan(history, attempts, first=first, must=must)
        if self.imagined is None or attempts < 1:
            return None
        weights = self.imagined.weights(history)
        return self._plan(self.imagined, weights, self._ahead(weights[None, :], attempts)[0], attempts, first, must)

    def _plan(
        self, imagined: Imagined, weights: Floats, values: Floats, attempts: int, first: str | None, must: bool
    ) -> Step | None:
        """The plan from `weights` [samples] on, where the options are worth `values`."""
        if first is None:
            at = int(self._by_offer[int(values[self._by_offer].argmax())])
            if values[at] <= 0 and not must:
                return None
        else:
            at = next(number for number, option in enumerate(self.options) if option.model == first)
        accept = float(weights @ imagined.accepts[at])
        later = weights * imagined.rejects[at]
        chances = later.sum(1)
        after: dict[tuple[str, ...], Step | None] = {}
        if attempts > 1:
            rows = later / np.maximum(chances, 1e-300)[:, None]
            worths = self._ahead(rows, attempts - 1)
            for pattern, row, found in zip(imagined.patterns, rows, worths, strict=True):
                after[pattern] = self._plan(imagined, row, found, attempts - 1, None, must)
        shares = dict(zip(imagined.patterns, map(float, chances / max(1 - accept, 1e-12)), strict=True))
        return Step(self.options[at], accept, float(values[at]), MappingProxyType(shares), MappingProxyType(after))

    def _ahead(self, weights: Floats, attempts: int) -> Floats:
        """`_values`, as far as is looked ahead."""
        return self._values(weights, min(attempts, LOOKAHEAD))

    def _values(self, weights: Floats, attempts: int) -> Floats:
        """[rows, options] from [rows, samples] weights: expected value of each option as the next try, times row sums."""
        assert self.imagined is not None
        models, patterns, samples = self.imagined.rejects.shape
        rows = len(weights)
        values = _product(weights, self._gains)
        if attempts == 2:
            last = _product(weights, self._last.reshape(-1, samples)).reshape(rows, models, patterns, models)
            values = values + np.maximum(last.max(3), 0).sum(2)
        elif attempts > 2:
            later = weights[:, None, :] * self.imagined.rejects.reshape(1, models * patterns, samples)
            best = self._values(later.reshape(-1, samples), attempts - 1).max(1)
            values = values + np.maximum(best, 0).reshape(rows, models, patterns).sum(2)
        return values

    def _ready(self) -> None:
        """Imagine the shot; hold what one more try brings at each sample, alone and after each kind of reject."""
        if not self.options:
            self.imagined = None
            return
        self.imagined = Imagined(self.situation, {o.model: o.rates for o in self.options}, self.widths)
        self._by_offer = np.array(sorted(range(len(self.options)), key=lambda at: self.options[at].offer))
        costs = np.array([self.costs[option.model] for option in self.options])
        self._gains: Floats = self.worth * self.imagined.accepts - costs[:, None]
        self._last: Floats = self.imagined.rejects[:, :, None, :] * self._gains[None, None]

    def _with(self, model: str) -> "Shot":
        """The same shot with one more model on the shortlist."""
        wider = object.__new__(Shot)
        wider.__dict__.update(self.__dict__)
        wider.options = sorted(
            [*self.options, next(o for o in self.every if o.model == model)], key=lambda option: option.model
        )
        wider._ready()
        return wider


def main_line(step: Step | None) -> tuple[Step, ...]:
    """The tries in the order of what is most likely to be said of each."""
    line: list[Step] = []
    while step is not None:
        line.append(step)
        likely = max(step.chances.items(), key=lambda pair: (pair[1], pair[0]))[0] if step.chances else ()
        step = step.after.get(likely)
    return tuple(line)


def outlook(step: Step | None, review: float = 0.0) -> Outlook:
    """Expected takes, delivery, cost (with reviews when `review` is given) and wait of a plan."""
    ends: list[tuple[float, float, float, int, float | None, bool]] = []

    def follow(at: Step | None, chance: float, cost: float, worst: float, takes: int, wait: float | None) -> None:
        if at is None:
            ends.append((chance, cost, worst, takes, wait, False))
            return
        option = at.option
        cost += option.price + review
        worst += (option.price if option.worst is None else option.worst) + review
        takes, wait = takes + 1, None if wait is None or option.wait is None else wait + option.wait
        ends.append((chance * at.accept, cost, worst, takes, wait, True))
        for pattern, share in at.chances.items():
            follow(at.after.get(pattern), chance * (1 - at.accept) * share, cost, worst, takes, wait)

    follow(step, 1.0, 0.0, 0.0, 0, 0.0)
    costs = sorted((cost, chance) for chance, cost, *_ in ends)
    waits = [(chance, wait) for chance, _, _, _, wait, _ in ends if wait is not None]
    return Outlook(
        delivered=sum(end[0] for end in ends if end[5]),
        takes=sum(end[0] * end[3] for end in ends),
        cost=sum(end[0] * end[1] for end in ends),
        cost_p50=_quantile(costs, 0.5),
        cost_p90=_quantile(costs, 0.9),
        cost_worst=max(end[2] for end in ends),
        wait=sum(chance * wait for chance, wait in waits) if len(waits) == len(ends) else None,
    )


def _product(rows: Floats, columns: Floats) -> Floats:
    """`rows` [n, k] times `columns` [m, k] transposed, in pieces that are too small for BLAS to start threads on.

    Threads cost more than they bring here, and wait for each other on a busy machine.
    """
    height = max(1, _PIECE // (columns.shape[1] * len(rows)))
    if height >= len(columns):
        whole: Floats = rows @ columns.T
        return whole
    if height < 8:
        half = len(rows) // 2
        return np.concatenate([_product(rows[:half], columns), _product(rows[half:], columns)])
    pieces = [rows @ columns[at : at + height].T for at in range(0, len(columns), height)]
    return np.concatenate(pieces, axis=1)


def _quantile(ordered: list[tuple[float, float]], share: float) -> float:
    reached = 0.0
    for amount, chance in ordered:
        reached += chance
        if reached >= share - 1e-9:
            return amount
    return ordered[-1][0]


def _shortlist(options: Sequence[Option], worth: Worth) -> list[Option]:
    """The options best if the shot had this one try, and those best if it had many."""

    def alone(option: Option) -> float:
        return worth.shot * option.rates.accept - worth.cost(option)

    again = 0.8 * max([0.0, *(alone(option) for option in options)])

    def among(option: Option) -> float:
        return alone(option) + (1 - option.rates.accept) * again

    kept = {o.model for rank in (alone, among) for o in sorted(options, key=lambda o: (-rank(o), o.offer))[:SHORTLIST]}
    return [option for option in options if option.model in kept]
