"""Deliberately wrong buyers: the simulation must catch each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from callsheet.film import Framing, GateFinding, Inspection, Recipe, digest
from callsheet.floor.buying import Buyer
from callsheet.money.attempts import Attempt, Attempts, Verdict, Wait
from callsheet.providers.hosted import Accepted, Create, Hosted, Job
from callsheet.providers.wire import Lost, Wire


class Impatience:
    """A provider's adapter that sends the create again when its answer is lost, whatever the provider can do."""

    def __init__(self, provider: Hosted) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    async def submit(self, wire: Wire, create: Create) -> Accepted:
        try:
            return await self._provider.submit(wire, create)
        except Lost:
            return await self._provider.submit(wire, create)


class Resends(Buyer):
    async def _send(self, attempt: Attempt, provider: Hosted, references: Mapping[str, Path]) -> Attempt:
        return await super()._send(attempt, cast(Hosted, Impatience(provider)), references)


class ReleasesWhatIsUnknown(Attempts):
    def lose(self, id: str, reason: str, verdict: Verdict | None = None) -> Attempt:
        return self.release(id, verdict or "nojob", reason)


class ArmsWithoutLooking(Attempts):
    """Whoever wants to send believes to have the right to."""

    def arm(self, id: str, owner: str, concurrency: int, per_minute: int) -> Attempt | Wait:
        armed = super().arm(id, owner, concurrency, per_minute)
        if isinstance(armed, Attempt) and armed.state in ("submitting", "submitted"):
            return replace(armed, state="submitting", owner=owner)
        return armed


class IgnoresPace(Attempts):
    def arm(self, id: str, owner: str, concurrency: int, per_minute: int) -> Attempt | Wait:
        return super().arm(id, owner, concurrency + 1, per_minute)


class BelievesAtOnce(Buyer):
    """That a provider finds no job yet is taken for proof that there is none."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.grace_s = 0.0


class TakesUnknownForFailed(Buyer):
    """What cannot be read is settled as a failure that cost nothing."""

    async def _end(self, attempt: Attempt, provider: Hosted, job: Job) -> Attempt:
        return await super()._end(attempt, provider, replace(job, state="failed") if job.state == "unknown" else job)


def picky(path: Path, recipe: Recipe, framing: Framing) -> Inspection:
    """A gate that rejects half of all clips, by their seed."""
    outcome: Any = "reject" if digest([recipe.seed, recipe.offer])[0] < "8" else "ok"
    return Inspection(version=1, findings=(GateFinding(gate="freeze", outcome=outcome, score=None, words="it stops"),))


class Gated(Buyer):
    """A right buyer, whose clips gates look at."""

    def __post_init__(self) -> None:
        self.inspected = picky
        super().__post_init__()


class RejectsWhatIsGood(Gated):
    """Every clip that came is bought again, whatever gates say of it."""

    async def _rejected(self, history: Sequence[Attempt]) -> dict[str, str]:
        return {attempt.id: "re-roll" for attempt in history if attempt.verdict == "delivered"}
