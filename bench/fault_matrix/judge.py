"""The judge: what the houses' meters say against what a buyer has and knows."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bench.fault_matrix import haste
from bench.fault_matrix.stage import Report
from callsheet.film import Take
from callsheet.money.attempts import Attempt, Attempts
from callsheet.money.audit import verify
from callsheet.rehearsal import Fault
from callsheet.store import ProductionStore

_NO_CLIP = ("failed", "moderated", "cancelled")
_LIARS = {(Fault.FAILED_CHARGED, "rehearsal-listed")}
"""The house says that it never bills failed jobs, does not report costs, and bills one: only its invoice can tell."""


@dataclass
class Verdict:
    """What came of one case. `double`: charged jobs too many. `lost`: charged clips that nobody has and nobody lists."""

    double: int = 0
    lost: int = 0
    unknown: int = 0
    takes: int = 0
    invoice: int = 0
    unbalanced: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.double or self.lost or self.unbalanced or self.stuck)


def too_many(charged: Iterable[Report]) -> int:
    """Charged jobs beyond the one clip that each shot is to have; those that ended without a clip do not count."""
    per_shot = Counter(job.code for job in charged if job.status not in _NO_CLIP)
    return sum(count - 1 for count in per_shot.values())


def judge(
    store: ProductionStore,
    reports: Sequence[Report],
    fault_of: Callable[[Report], Fault | None],
    house_of: Callable[[str], str],
) -> Verdict:
    """Judge our own buyer by its database. `reports` are the meters of every house after every job has ended."""
    verdict = Verdict()
    attempts = {a.id: a for a in Attempts(store.database, store.id, haste.clock).all()}
    charged = [job for job in reports if job.micros > 0]
    verdict.double = too_many(charged)
    verdict.unknown = sum(a.state == "unknown" for a in attempts.values())
    jobs: defaultdict[str, list[Report]] = defaultdict(list)
    for job in charged:
        jobs[job.attempt].append(job)
    for attempt in attempts.values():
        bought = jobs[attempt.id]
        verdict.double += max(0, len(bought) - 1 - too_many(bought))
        if attempt.state in ("reserved", "submitting", "submitted"):
            verdict.stuck.append(f"{attempt.shot} attempt {attempt.number} is {attempt.state}")
        billed = sum(job.micros for job in bought)
        if attempt.state == "settled" and attempt.cost is not None and attempt.cost.micros != billed:
            if any((fault_of(job), house_of(job.house)) in _LIARS for job in bought):
                verdict.invoice += 1
            else:
                verdict.unbalanced.append(
                    f"{attempt.shot}: booked {attempt.cost.micros}, billed {billed} ({attempt.verdict})"
                )
        if attempt.state == "released" and billed:
            verdict.unbalanced.append(f"{attempt.shot}: released as {attempt.verdict}, billed {billed}")
    verdict.lost += sum(_is_lost(job, attempts.get(job.attempt), store) for job in charged)
    takes = store.takes()
    verdict.takes = len(takes)
    verdict.double += _unexplained(charged, attempts)
    shots = Counter(take.shot for take in takes)
    verdict.unbalanced += [f"{shot} has {count} takes, one was wanted" for shot, count in shots.items() if count > 1]
    verdict.unbalanced += [f"{take.shot}: a clip of the take is not here" for take in takes if not store.is_whole(take)]
    verdict.unbalanced += [str(finding) for finding in verify(store.database, store.id).findings]
    return verdict


def _take_of(attempt: Attempt, store: ProductionStore) -> Take | None:
    return store.take_by_id(attempt.take) or store.take_by_id(attempt.id)


def _is_lost(job: Report, attempt: Attempt | None, store: ProductionStore) -> bool:
    """Whether a charged clip is neither a take nor listed."""
    if job.status in _NO_CLIP:
        return False
    if attempt is None:
        return True
    if attempt.state == "unknown":
        return False
    return not (
        attempt.state == "settled"
        and attempt.verdict == "delivered"
        and _take_of(attempt, store) is not None
        and attempt.job == job.job
    )


def _unexplained(charged: Iterable[Report], attempts: dict[str, Attempt]) -> int:
    """Charges that no attempt holds money for or has booked."""
    return sum(
        job.attempt not in attempts or attempts[job.attempt].state not in ("unknown", "settled") for job in charged
    )
