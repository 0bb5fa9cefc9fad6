"""The menu of faults, and schedules that say which create meets which of them. A schedule is a pure function: it replays exactly."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from callsheet.errors import InputError


class Fault(StrEnum):
    """Everything that can go wrong between us and a provider."""

    DROP_BEFORE_ACCEPT = "drop-before-accept"
    """The connection is reset and no job is made."""
    DROP_AFTER_ACCEPT = "drop-after-accept"
    """The job is made, the connection closes without an answer."""
    SLOW_ANSWER = "slow-answer"
    """The job is made, the answer comes after the client has given up."""
    RATE_429 = "rate-429"
    CONCURRENCY_429 = "concurrency-429"
    FUNDS_402 = "funds-402"
    FUNDS_429 = "funds-429"
    """The account is empty, said with the status that elsewhere means "slower"."""
    ERROR_BEFORE_ACCEPT = "5xx-before-accept"
    ERROR_AFTER_ACCEPT = "5xx-after-accept"
    """HTTP 502 for a job that was made."""
    WRONG_JSON = "wrong-json"
    """HTTP 200 with JSON that breaks off; the job is made."""
    NO_ID = "no-id"
    """The answer names no job; the job is made."""
    MODERATED_AT_CREATE = "moderated-at-create"
    RETIRED = "retired"
    """From this create on the model is gone (410); jobs that run are finished."""

    UNKNOWN_STATUS = "unknown-status"
    """When it is done the job reports a word nobody has heard of. It is billed as done."""
    DONE_WITHOUT_URL = "done-without-url"
    MODERATED_AFTER_ACCEPT = "moderated-after-accept"
    """Billed as the provider's rule for moderated jobs says."""
    FAILED_FREE = "failed-free"
    FAILED_CHARGED = "failed-charged"
    NEVER_ENDS = "never-ends"
    """Runs until it is cancelled. Its place among the jobs in flight is given to others after `Traits.longest_s`."""
    LATE_SUCCESS = "late-success"
    """Takes longer than anyone waits, and cancelling does not stop it: billed and delivered."""

    POLL_5XX = "poll-5xx"
    """The next questions about the job are answered with HTTP 503, `Timing.polls_lost` times."""
    POLL_DROP = "poll-drop"
    POLL_WRONG_JSON = "poll-wrong-json"
    """One answer about the job is not JSON."""

    EXPIRED_URL = "expired-url"
    """The first link is dead. Asking again gives a live one where the provider refreshes links, else the same."""
    EXPIRED_URL_ALWAYS = "expired-url-always"
    TRUNCATED_ONCE = "truncated-once"
    """The first download breaks off half way."""
    TRUNCATED_ALWAYS = "truncated-always"
    DAMAGED_ONCE = "damaged-once"
    """The first download has the right length and cannot be decoded."""
    DAMAGED_ALWAYS = "damaged-always"
    SLOW_BODY = "slow-body"
    """The file trickles."""
    FILE_5XX = "file-5xx"
    """The first download is answered with HTTP 503."""

    WEBHOOK_LATE = "webhook-late"
    WEBHOOK_DUPLICATE = "webhook-duplicate"
    """The same event is delivered twice."""
    WEBHOOK_FORGED = "webhook-forged"
    """Before the true one comes one that says "succeeded" too early and is signed with another secret."""
    WEBHOOK_LOST = "webhook-lost"


class Stage(StrEnum):
    """When a fault strikes. A create meets at most one fault of each stage."""

    CREATE = "create"
    FATE = "fate"
    POLL = "poll"
    FILE = "file"
    WEBHOOK = "webhook"


_FIRST = {
    Stage.CREATE: Fault.DROP_BEFORE_ACCEPT,
    Stage.FATE: Fault.UNKNOWN_STATUS,
    Stage.POLL: Fault.POLL_5XX,
    Stage.FILE: Fault.EXPIRED_URL,
    Stage.WEBHOOK: Fault.WEBHOOK_LATE,
}


def _stages() -> dict[Fault, Stage]:
    starts = {fault: stage for stage, fault in _FIRST.items()}
    stage, found = Stage.CREATE, {}
    for fault in Fault:
        stage = starts.get(fault, stage)
        found[fault] = stage
    return found


STAGE_OF: Mapping[Fault, Stage] = _stages()
"""The stage of every fault; the menu is written in the order of the stages."""

JOBLESS: frozenset[Fault] = frozenset(
    (
        Fault.DROP_BEFORE_ACCEPT, Fault.RATE_429, Fault.CONCURRENCY_429, Fault.FUNDS_402, Fault.FUNDS_429,
        Fault.ERROR_BEFORE_ACCEPT, Fault.MODERATED_AT_CREATE, Fault.RETIRED,
    )
)  # fmt: skip
"""Faults of a create after which there is no job."""

Plan = Mapping[Stage, Fault]
"""The faults that one create meets."""


def plan(faults: Iterable[Fault]) -> Plan:
    """Faults that meet one create. Raises InputError for two of one stage."""
    found: dict[Stage, Fault] = {}
    for fault in faults:
        before = found.setdefault(STAGE_OF[fault], fault)
        if before is not fault:
            raise InputError(
                f"{before} and {fault} cannot meet one create", remedy=f"Name one fault of {STAGE_OF[fault]}."
            )
    return found


class Schedule(Protocol):
    """Decides what goes wrong."""

    def plan(self, ordinal: int, code: str, turn: int) -> Plan:
        """The faults of one create: the `ordinal`-th that reached the provider, the `turn`-th of shot `code`; both count from 1."""


@dataclass(frozen=True)
class Calm:
    """Nothing goes wrong."""

    def plan(self, ordinal: int, code: str, turn: int) -> Plan:
        """No fault."""
        return {}


class Scripted:
    """Faults by name: `{3: [Fault.RATE_429], "SH030": [Fault.NO_ID, Fault.EXPIRED_URL], "SH030#2": [...]}`.

    A number names the nth create; a shot code, whole or its last word, that shot's first create; `#n` its nth.
    """

    def __init__(self, script: Mapping[int | str, Sequence[Fault]]) -> None:
        self._plans = {key: plan(faults) for key, faults in script.items()}

    def plan(self, ordinal: int, code: str, turn: int) -> Plan:
        """What the script says; by number before by code."""
        names = [code, code.rpartition(" ")[2]]
        keys: list[int | str] = [ordinal, *(f"{name}#{turn}" for name in names), *(names if turn == 1 else [])]
        return next((self._plans[key] for key in keys if key in self._plans), {})


@dataclass(frozen=True)
class Seeded:
    """Faults by chance: `rates` gives each fault's probability for a create; those of one stage add up to 1 at most.

    What meets a create depends on the seed, its shot and how often that shot was asked for: never on the order in which shots come,
    nor on attempt ids.
    """

    seed: int
    rates: Mapping[Fault, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for stage in Stage:
            total = sum(rate for fault, rate in self.rates.items() if STAGE_OF[fault] is stage)
            if total > 1 + 1e-9 or any(rate < 0 for rate in self.rates.values()):
                raise InputError(f"the rates of {stage} faults add up to {total}", remedy="Rates lie between 0 and 1.")

    def plan(self, ordinal: int, code: str, turn: int) -> Plan:
        """At most one fault a stage."""
        met: dict[Stage, Fault] = {}
        for stage in Stage:
            luck = chance(self.seed, stage, code, turn)
            for fault in Fault:
                if STAGE_OF[fault] is stage and (rate := self.rates.get(fault, 0.0)):
                    if luck < rate:
                        met[stage] = fault
                        break
                    luck -= rate
        return met


def storm(seed: int, share: float = 0.4) -> Seeded:
    """Bad weather: every stage of every create goes wrong in `share` of all cases, each way as often as the others. Models stay on sale."""
    ways = {stage: [f for f in Fault if STAGE_OF[f] is stage and f is not Fault.RETIRED] for stage in Stage}
    return Seeded(seed, {fault: share / len(faults) for faults in ways.values() for fault in faults})


def chance(*parts: object) -> float:
    """A number in [0, 1) drawn from the sha256 of `parts`."""
    name = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6]) / (1 << 48)


def read_schedule(data: Mapping[str, Any]) -> Schedule:
    """A schedule from JSON: `{"script": {"3": ["rate-429"], "SH030#2": [...]}}`, `{"seed": 7, "rates": {"no-id": 0.1}}` or `{}`.

    Raises InputError.
    """
    try:
        if "script" in data:
            script = data["script"].items()
            return Scripted({int(k) if k.isdecimal() else k: [Fault(f) for f in faults] for k, faults in script})
        if "rates" in data:
            return Seeded(int(data.get("seed", 0)), {Fault(f): float(rate) for f, rate in data["rates"].items()})
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(
            f"the schedule of faults cannot be read: {error}", remedy="Known faults: " + ", ".join(Fault)
        ) from error
    if data:
        raise InputError("the schedule of faults cannot be read", remedy='Give "script", or "seed" and "rates".')
    return Calm()
