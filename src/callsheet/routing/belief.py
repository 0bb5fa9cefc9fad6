"""How likely a model's take is to be accepted: a Beta for each situation and model, under priors that must earn their weight.

Each prior (the rates a calibration bought, the same model in other situations, and knowing nothing) competes at several
weights; the marginal likelihood of the verdicts decides how far each is believed. A prior that is wrong is dropped after
a few verdicts and a right one carries the first shots.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from callsheet.errors import InputError
from callsheet.routing.difficulty import Rates
from callsheet.routing.verdicts import Situation, Verdict

WEIGHTS = (5.0, 20.0, 60.0)
"""The weights, in takes, that a prior is tried at."""
HALF_LIFE_DAYS = 60.0
VERSION_WEIGHT = 0.3
"""What a verdict on another version of a model counts for this one."""
ELSEWHERE = 1.0
"""How far a prior's record in the other situations speaks for it in this one; 1 treats them alike."""
HOPE = 0.4
"""Standard deviations by which a model that may teach something is taken to be better than its mean."""
CRITERION_WEIGHT = 12.0
"""The weight, in takes, of the guess that the criteria of a bar are equally hard."""
DOUBT = 8.0
"""How many times as likely as any one source knowing nothing is held to be before the first verdict."""
NOTHING = "nothing known"
_EDGE = 0.02


@dataclass(frozen=True)
class PriorTable:
    """Accept rates from outside this workspace (a calibration, an older project), by situation and model."""

    name: str
    rates: Mapping[tuple[Situation, str], float]

    def rate(self, situation: Situation, model: str) -> float | None:
        """The rate it states, kept off 0 and 1; None when it says nothing of this model here."""
        stated = self.rates.get((situation, model))
        return None if stated is None else min(1 - _EDGE, max(_EDGE, stated))


@dataclass(frozen=True)
class Posterior:
    """P(accept) as a Beta that has the mean and variance of all priors' answers weighed together."""

    alpha: float
    beta: float
    prior: str
    """The prior believed most."""
    prior_weight: float
    """Its weight in takes."""
    verdicts: float
    """Verdicts behind it, after discounts."""

    @property
    def mean(self) -> float:
        """P(accept) of the next take."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def deviation(self) -> float:
        """Standard deviation of that rate."""
        total = self.alpha + self.beta
        return math.sqrt(self.alpha * self.beta / (total * total * (total + 1)))


@dataclass(frozen=True)
class _Hypothesis:
    name: str
    weight: float
    alpha: float
    beta: float


class Beliefs:
    """P(accept) for every situation and model of one workspace, learned from its verdicts."""

    def __init__(
        self,
        tables: Iterable[PriorTable] = (),
        *,
        half_life_days: float = HALF_LIFE_DAYS,
        version_weight: float = VERSION_WEIGHT,
    ) -> None:
        self._tables = tuple(tables)
        self._half_life = half_life_days
        self._version_weight = version_weight
        self._leaves: dict[Situation, dict[str, dict[tuple[str, date | None], list[float]]]] = {}
        self._passes: dict[tuple[Situation, str, str], list[float]] = {}
        self._records: dict[tuple[Situation, date | None], dict[tuple[str, float], float]] = {}

    def learn(self, verdict: Verdict) -> None:
        """Count one verdict. Raises InputError when its weight is not above 0."""
        if not verdict.weight > 0:
            raise InputError(f"a verdict weighs {verdict.weight}", remedy="Give it a weight above 0.")
        leaf = self._leaves.setdefault(verdict.situation, {}).setdefault(verdict.model, {})
        counts = leaf.setdefault((verdict.version, verdict.on), [0.0, 0.0])
        counts[0] += verdict.weight * verdict.accepted
        counts[1] += verdict.weight
        if verdict.accepted or verdict.failed:
            for criterion in verdict.situation.bar:
                passes = self._passes.setdefault((verdict.situation, verdict.model, criterion), [0.0, 0.0])
                passes[0] += verdict.weight * (criterion not in verdict.failed)
                passes[1] += verdict.weight
        for key in [key for key in self._records if key[0] == verdict.situation]:
            del self._records[key]

    def counts(
        self, situation: Situation, model: str, version: str = "", on: date | None = None
    ) -> tuple[float, float]:
        """(accepted, all) verdicts, each discounted by its age on that day and for being on another version.

        Without a version every version counts in full; without a day, or for an undated verdict, age counts nothing.
        """
        accepted = total = 0.0
        for (its_version, its_day), (yes, every) in self._leaves.get(situation, {}).get(model, {}).items():
            share = 1.0 if not version or its_version == version else self._version_weight
            if on is not None and its_day is not None:
                share *= 0.5 ** (max(0, (on - its_day).days) / self._half_life)
            accepted += share * yes
            total += share * every
        return accepted, total

    def posterior(self, situation: Situation, model: str, version: str = "", on: date | None = None) -> Posterior:
        """P(accept) of one model in one situation, as of a day."""
        return self.posteriors(situation, {model: version}, on)[model]

    def posteriors(
        self, situation: Situation, versions: Mapping[str, str], on: date | None = None
    ) -> dict[str, Posterior]:
        """P(accept) of each of these models in one situation, as of a day; `versions` holds the version of each."""
        models = sorted(set(versions) | set(self._leaves.get(situation, {})))
        counts = {model: self.counts(situation, model, versions.get(model, ""), on) for model in models}
        offered = {model: self._hypotheses(situation, model, counts, on) for model in models}
        trust = self._trust(situation, counts, offered, on)
        return {model: _mixed(offered[model], trust, counts[model]) for model in versions}

    def rates(
        self,
        situation: Situation,
        versions: Mapping[str, str],
        on: date | None = None,
        *,
        hope: float = 0.0,
    ) -> dict[str, Rates]:
        """What each model does in a situation: P(accept), and P(pass) of each criterion of the bar.

        `hope` adds so many standard deviations to P(accept): what is little known is tried while it may be good, and
        what is well known is taken as it is. Use HOPE for a shot that may teach, 0 for one that is critical.
        """
        out: dict[str, Rates] = {}
        for model, posterior in self.posteriors(situation, versions, on).items():
            accept = min(1 - _EDGE, posterior.mean + hope * posterior.deviation) if hope else posterior.mean
            even = accept ** (1 / max(1, len(situation.bar)))
            criteria: list[float] = []
            for criterion in situation.bar:
                passed, total = self._passes.get((situation, model, criterion), (0.0, 0.0))
                criteria.append((passed + CRITERION_WEIGHT * even) / (total + CRITERION_WEIGHT))
            out[model] = Rates(accept, tuple(criteria))
        return out

    def _hypotheses(
        self, situation: Situation, model: str, counts: Mapping[str, tuple[float, float]], on: date | None
    ) -> list[_Hypothesis]:
        rates: list[tuple[str, float]] = []
        for table in self._tables:
            rate = table.rate(situation, model)
            if rate is not None:
                rates.append((table.name, rate))
        elsewhere = [self.counts(place, model, "", on) for place in self._leaves if place != situation]
        if sum(total for _, total in elsewhere) > 0:
            rates.append(("this model elsewhere", _rate(elsewhere)))
        told = [_prior(name, rate, weight) for name, rate in rates for weight in WEIGHTS]
        return [_Hypothesis(NOTHING, 2.0, 1.0, 1.0), *told]

    def _trust(
        self,
        situation: Situation,
        counts: Mapping[str, tuple[float, float]],
        offered: Mapping[str, list[_Hypothesis]],
        on: date | None,
    ) -> dict[tuple[str, float], float]:
        """Log belief in each prior at each weight: its likelihood here, and part of its tables' record elsewhere."""
        trust: dict[tuple[str, float], float] = {}
        for model, hypotheses in offered.items():
            flat = _evidence(hypotheses[0], counts[model])
            for hypothesis in hypotheses:
                key = hypothesis.name, hypothesis.weight
                trust[key] = trust.get(key, 0.0) + _evidence(hypothesis, counts[model]) - flat
        for place in sorted(self._leaves):
            if place != situation:
                for key, value in self._record(place, on).items():
                    if key in trust:
                        trust[key] += ELSEWHERE * value
        return trust

    def _record(self, situation: Situation, on: date | None) -> dict[tuple[str, float], float]:
        """How much better each table told the models of one situation apart than its own mean would have, in nats.

        A table that knows no more than that a situation is easy has proved nothing about models elsewhere.
        """
        known = self._records.get((situation, on))
        if known is not None:
            return known
        record: dict[tuple[str, float], float] = {}
        counts = {model: self.counts(situation, model, "", on) for model in sorted(self._leaves[situation])}
        for table in self._tables:
            stated = [rate for (place, _), rate in sorted(table.rates.items()) if place == situation]
            for model, count in counts.items():
                rate = table.rate(situation, model)
                if rate is None:
                    continue
                level = min(1 - _EDGE, max(_EDGE, sum(stated) / len(stated)))
                for weight in WEIGHTS:
                    told, alike = _prior(table.name, rate, weight), _prior(table.name, level, weight)
                    key = table.name, weight
                    record[key] = record.get(key, 0.0) + _evidence(told, count) - _evidence(alike, count)
        self._records[situation, on] = record
        return record


class Availability:
    """P(a try comes back with a clip) by offer. Outages, timeouts and refusals count here and never as quality.

    What came before counts half for every `half_life_tries` newer tries and every `half_life_days`: an offer that just
    failed twice in a row is likely to be down.
    """

    def __init__(self, half_life_days: float = 3.0, half_life_tries: float = 2.0) -> None:
        self._half_life = half_life_days
        self._per_try = 0.5 ** (1 / half_life_tries)
        self._tries: dict[str, tuple[float, float, date]] = {}

    def learn(self, offer: str, came: bool, on: date) -> None:
        """Count one try that came back with a clip, or did not."""
        yes, every = self._counts(offer, on)
        self._tries[offer] = self._per_try * yes + came, self._per_try * every + 1, on

    def mean(self, offer: str, on: date) -> float:
        """P(the next try comes back); 19 in 20 before anything is known."""
        yes, every = self._counts(offer, on)
        return (0.95 + yes) / (1 + every)

    def _counts(self, offer: str, on: date) -> tuple[float, float]:
        yes, every, last = self._tries.get(offer, (0.0, 0.0, on))
        share = 0.5 ** (max(0, (on - last).days) / self._half_life)
        return share * yes, share * every


def _prior(name: str, rate: float, weight: float) -> _Hypothesis:
    """A rate at a weight, on top of knowing nothing."""
    return _Hypothesis(name, weight, 1 + weight * rate, 1 + weight * (1 - rate))


def _rate(counts: Iterable[tuple[float, float]]) -> float:
    listed = list(counts)
    accepted = sum(yes for yes, _ in listed)
    total = sum(every for _, every in listed)
    return min(1 - _EDGE, max(_EDGE, (accepted + 0.5) / (total + 1)))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _evidence(hypothesis: _Hypothesis, counts: tuple[float, float]) -> float:
    """Log likelihood of the verdicts under a Beta prior."""
    accepted, total = counts
    if total == 0:
        return 0.0
    a, b = hypothesis.alpha, hypothesis.beta
    return _log_beta(a + accepted, b + total - accepted) - _log_beta(a, b)


def _mixed(
    hypotheses: list[_Hypothesis], trust: Mapping[tuple[str, float], float], counts: tuple[float, float]
) -> Posterior:
    """One Beta with the mean and variance of the mixture."""
    accepted, total = counts
    # Every source has the same say before the verdicts, however many weights it is tried at; knowing nothing has more.
    logs = [trust[h.name, h.weight] + (math.log(DOUBT * len(WEIGHTS)) if h.name == NOTHING else 0) for h in hypotheses]
    top = max(logs)
    shares = [math.exp(value - top) for value in logs]
    whole = sum(shares)
    mean = square = 0.0
    for share, h in zip(shares, hypotheses, strict=True):
        a, b = h.alpha + accepted, h.beta + total - accepted
        mu = a / (a + b)
        mean += share / whole * mu
        square += share / whole * (mu * (1 - mu) / (a + b + 1) + mu * mu)
    variance = max(square - mean * mean, 1e-9)
    strength = max(mean * (1 - mean) / variance - 1, 1e-3)
    best = hypotheses[logs.index(top)]
    return Posterior(mean * strength, (1 - mean) * strength, best.name, best.weight, total)
