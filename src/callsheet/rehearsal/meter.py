"""The charge meter: every amount a house has billed or given back, in order. Nothing in it is ever changed or taken out."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from callsheet.film.price import Money


@dataclass(frozen=True)
class Charge:
    """One amount billed, or given back when `money` is negative. `at` is the house's clock in seconds, `serial` counts from 1."""

    serial: int
    at: float
    attempt: str
    job: str
    code: str
    money: Money
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


class Meter:
    """Append-only. `on_charge` hears of each entry once it is on the meter."""

    def __init__(self, provider: str, currency: str, on_charge: Callable[[Charge], None] | None = None) -> None:
        self.provider, self.currency, self.on_charge = provider, currency, on_charge
        self._charges: list[Charge] = []
        self._total = Money(0, currency)
        self._by_job: defaultdict[str, int] = defaultdict(int)
        self._attempt_of: dict[str, str] = {}

    def add(self, at: float, attempt: str, job: str, code: str, money: Money, why: str) -> None:
        """Bill `money`, or give it back when negative. Raises BudgetError for another currency."""
        self._total += money
        charge = Charge(len(self._charges) + 1, at, attempt, job, code, money, why)
        self._charges.append(charge)
        self._by_job[job] += money.micros
        self._attempt_of[job] = attempt
        if self.on_charge is not None:
            self.on_charge(charge)

    @property
    def charges(self) -> tuple[Charge, ...]:
        """Every entry, oldest first."""
        return tuple(self._charges)

    @property
    def billed(self) -> Money:
        """All that was billed, less what was given back."""
        return self._total

    def of_job(self, job: str) -> Money:
        """What one job has cost until now."""
        return Money(self._by_job.get(job, 0), self.currency)

    @property
    def jobs(self) -> tuple[str, ...]:
        """The jobs that cost something, all in all."""
        return tuple(job for job, micros in self._by_job.items() if micros > 0)

    @property
    def by_attempt(self) -> Mapping[str, tuple[str, ...]]:
        """The jobs that cost something, for each attempt."""
        found: dict[str, list[str]] = {}
        for job in self.jobs:
            found.setdefault(self._attempt_of[job], []).append(job)
        return {attempt: tuple(jobs) for attempt, jobs in found.items()}

    @property
    def by_code(self) -> Mapping[str, int]:
        """How many jobs that cost something there are, for each shot."""
        counted: dict[str, set[str]] = {}
        for charge in self._charges:
            if self._by_job[charge.job] > 0:
                counted.setdefault(charge.code, set()).add(charge.job)
        return {code: len(jobs) for code, jobs in counted.items()}

    @property
    def doubles(self) -> tuple[str, ...]:
        """Attempts that were billed for more than one job."""
        return tuple(attempt for attempt, jobs in self.by_attempt.items() if len(jobs) > 1)

    def summary(self) -> dict[str, Any]:
        """`{"provider", "charges", "billed": {"currency", "micros"}}`; `charges` counts the jobs that cost something."""
        return {"provider": self.provider, "charges": len(self.jobs), "billed": asdict(self.billed)}
