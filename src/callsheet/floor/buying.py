"""Buying: the life of an attempt, from the hold to the clip that is owned. Safe to stop anywhere, and to do again from the start.

Everything that was decided is in the attempt's row before the network is touched, so `buy` only ever looks there: what an engine remembers is never
asked. Ambiguity is settled by what the provider declares it can do, or held and shown to a person; a create is never sent again in hope.
"""

import asyncio
import hashlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from callsheet.errors import BudgetError, CallsheetError, NotFoundError
from callsheet.film import Clip, Money
from callsheet.floor.clearing import clear_create
from callsheet.floor.collecting import Collector, Run, Undelivered
from callsheet.floor.engine import Json, Steps
from callsheet.floor.gating import Inspect, advice, again
from callsheet.floor.lines import Lines
from callsheet.floor.make import Measure, measure
from callsheet.floor.order import BuyOrder, Route
from callsheet.floor.poller import TooLong
from callsheet.floor.retrying import Next, next_of
from callsheet.floor.turnstile import Dismissed, Turnstile
from callsheet.money.attempts import Attempt, Attempts, CostKind, Verdict, Wait, Wanted, owner
from callsheet.providers.hosted import FINAL, Create, Hosted, Job, RefusalKind, Refused
from callsheet.providers.wire import Lost, Unanswered, Unsent
from callsheet.store import ProductionStore

FLOW = "buy_v1"
_RESENDS = 6
_STALE_S = 2.0
"""A right to send that is older is looked at once more, before the first byte leaves."""
_LOOK_AGAIN_S = 2.0
_CLOSED_S: Mapping[RefusalKind, float] = {"rate": 10.0, "concurrency": 5.0, "busy": 15.0}
"""How long a provider is left alone when it does not say."""


@dataclass
class Buyer:
    """Buys takes for one production, in one process, over `lines`, which others may share."""

    store: ProductionStore
    attempts: Attempts
    lines: Lines
    run: Run = asyncio.to_thread
    measured: Measure = measure
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    grace_s: float = 90.0
    """How long after a create was sent the provider's silence about it begins to count as proof."""
    tell: Callable[[str, str], None] = lambda _shot, _step: None
    inspected: Inspect | None = None
    """Looks at every clip that comes."""

    def __post_init__(self) -> None:
        self.owner = owner()
        self._rights = itertools.count()
        self._collector = Collector(self.store, self.lines.wire, self.measured, self.run, self.inspected)
        self._cancels: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop. Attempts stay as they are, to be taken up by the next run."""
        if self._cancels is not None:
            self._cancels.cancel()
            await asyncio.gather(self._cancels, return_exceptions=True)

    # -- the take ----------------------------------------------------------------------------------------------------------

    async def flow(self, steps: Steps, id: str, order: Json) -> Json:
        """The flow `buy_v1`: one step, because the rows of attempts are finer checkpoints than any engine's."""
        return await steps.run("buy", lambda: self.buy(id, BuyOrder.of(order)))

    async def buy(self, id: str, order: BuyOrder) -> Json:
        """Buy take `id`, or go on buying it; what gates reject is bought again, while the number of paid attempts allows it.

        Returns `{"end": ..., "reasons": [...], "rejected": the id of the last take that gates rejected}`. Raises BudgetError when a cap refuses.
        """
        offers = [route.recipe.offer for route in order.routes]
        self._watch_cancels()
        for attempt in await self.run(self.attempts.of_take, id):
            if attempt.state == "unknown" and attempt.verdict is None:
                await self._resume(attempt, order)
        while True:
            history = await self.run(self.attempts.of_take, id)
            rejected = await self._rejected(history)
            following = next_of(history, offers, rejected)
            if following.do == "try" and rejected and not order.rerolls:
                following = Next("rejected")
            if following.do == "resume":
                under_way = [a for a in history if a.state in ("submitting", "submitted")]
                await self._resume((under_way or [a for a in history if a.state == "reserved"])[0], order)
            elif following.do == "try":
                route = next(r for r in order.routes if r.recipe.offer == following.offer)
                turns = sum(a.offer == following.offer for a in history if a.id in rejected)
                route = replace(route, recipe=again(route.recipe, turns)) if turns else route
                await self.run(self._reserve, id, order, route, len(history) + 1)
            else:
                for attempt in history:
                    if attempt.state == "reserved":
                        why = "nobody wants it any more"
                        await self.run(self.attempts.release, attempt.id, "unsent", why, states=("reserved",))
                reasons = [
                    f"{a.offer}: {a.verdict or a.state}" + (f": {a.reason}" if a.reason else "") for a in history
                ]
                return {"end": following.do, "reasons": reasons, "rejected": next(reversed(rejected), None)}

    async def _rejected(self, history: Sequence[Attempt]) -> dict[str, str]:
        """The attempts whose takes gates rejected, first to last, and what that says about the next try."""
        found: dict[str, str] = {}
        for attempt in history:
            if attempt.verdict == "delivered":
                take = await self.run(self.store.take_by_id, attempt.id)
                if take is not None and take.rejected:
                    found[attempt.id] = advice(take)
        return found

    def _reserve(self, id: str, order: BuyOrder, route: Route, number: int) -> Attempt:
        wanted = Wanted(id, order.shot, route.provider, route.recipe, route.price, order.person)
        return self.attempts.reserve(wanted, order.caps, number)

    # -- the attempt -------------------------------------------------------------------------------------------------------

    async def _resume(self, attempt: Attempt, order: BuyOrder) -> None:
        """Take an attempt as far as it goes now."""
        provider = self.lines.providers.get(attempt.provider)
        if provider is None:
            raise NotFoundError(
                f"an attempt is open at {attempt.provider!r}, which is not installed",
                where=attempt.shot,
                remedy="Install the provider again, or settle it with `callsheet attempts`.",
            )
        named = {r.sha256 for r in attempt.recipe.order.references}
        references = {sha256: await self.run(self.store.blobs.path, sha256) for sha256 in sorted(named)}
        if attempt.state == "reserved" and not order.routes:
            why = "nobody wants it any more"
            attempt = await self.run(self.attempts.release, attempt.id, "unsent", why, states=("reserved",))
        elif attempt.state == "reserved":
            attempt = await self._submit(attempt, provider, references, order)
        elif attempt.state == "submitting":
            attempt = await self._taken_over(attempt)
        if attempt.state == "unknown" and attempt.verdict is None:
            attempt = await self._reconcile(attempt, provider, references)
        if attempt.state == "submitted":
            await self._collect(attempt, provider)
        self.lines.doors[attempt.provider].freed.set()

    async def _submit(
        self, attempt: Attempt, provider: Hosted, references: Mapping[str, Path], order: BuyOrder
    ) -> Attempt:
        """Wait for the provider's pace, take the right to send, and send once."""
        door, traits = self.lines.doors[provider.name], provider.traits
        self.tell(attempt.shot, "waiting")
        # A right of its own each time: one process may meet itself, when its flow was given away and came back to it.
        right = hashlib.sha256(f"{self.owner} {next(self._rights)}".encode()).hexdigest()[:32]
        try:
            async with door.turn(attempt.production, order.priority, attempt.id):
                while True:
                    armed = await self.run(self.attempts.arm, attempt.id, right, traits.concurrency, traits.per_minute)
                    if isinstance(armed, Attempt):
                        break
                    await self._stand(door, armed)
        except Dismissed:
            armed = await self.run(self.attempts.get, attempt.id)
        if armed.sent_at is not None and (self.clock() - armed.sent_at).total_seconds() > _STALE_S:
            # The machine slept: others may have acted on our silence.
            armed = await self.run(self.attempts.get, attempt.id)
        if armed.state != "submitting" or armed.owner != right:
            return await self._taken_over(armed) if armed.state == "submitting" else armed
        self.tell(attempt.shot, "submitting")
        return await self.lines.through(self._send(armed, provider, references))

    async def _stand(self, door: Turnstile, wait: Wait) -> None:
        """Stand at the door until it may open: at a known moment, or when a job in flight ends, here or in another process."""
        door.freed.clear()
        after = _LOOK_AGAIN_S * (0.75 + self.lines.luck.random() / 2)
        if wait.until is not None:
            after = max(0.0, (wait.until - self.clock()).total_seconds())
            await asyncio.sleep(after)
            return
        try:
            async with asyncio.timeout(after):
                await door.freed.wait()
        except TimeoutError:
            if door.waiting:
                await self._let_go(door)

    async def _let_go(self, door: Turnstile) -> None:
        """Nobody may wait at the door for a place that his own attempt has: another process sent it, and ended."""
        for attempt in await self.run(self.attempts.all, ("submitting", "submitted")):
            sent = attempt.sent_at or attempt.changed_at
            if attempt.state == "submitted" or (self.clock() - sent).total_seconds() > self.grace_s:
                door.dismiss(attempt.id)

    async def _send(self, attempt: Attempt, provider: Hosted, references: Mapping[str, Path]) -> Attempt:
        create = self._create(attempt, provider, references)
        try:
            await self.run(clear_create, self.store, attempt.recipe)
        except CallsheetError as error:
            await self.run(self.attempts.release, attempt.id, "unsent", error.what, owner=attempt.owner)
            raise
        try:
            accepted = await provider.submit(self.lines.wire, create)
        except Unsent as error:
            return await self.run(self.attempts.release, attempt.id, "unsent", str(error), owner=attempt.owner)
        except Refused as error:
            await self._leave_alone(provider, error)
            return await self.run(self.attempts.release, attempt.id, error.kind, error.reason, owner=attempt.owner)
        except Lost as error:
            return await self.run(self.attempts.lose, attempt.id, error.reason)
        return await self.run(self.attempts.accepted, attempt.id, accepted.job, accepted.note)

    def _create(self, attempt: Attempt, provider: Hosted, references: Mapping[str, Path]) -> Create:
        kept = self._answered
        return Create(
            attempt.id, attempt.recipe, references, self.lines.webhook(provider.name), kept, self.store.blobs.lend
        )

    async def _leave_alone(self, provider: Hosted, refused: Refused) -> None:
        if refused.kind in _CLOSED_S:
            after = refused.after_s if refused.after_s is not None else _CLOSED_S[refused.kind]
            until = self.clock() + timedelta(seconds=after)
            await self.run(self.attempts.close_door, provider.name, until, refused.reason)

    # -- what became of a create whose answer is lost -------------------------------------------------------------------------

    async def _taken_over(self, attempt: Attempt) -> Attempt:
        """An attempt that a process left while it was sending: from here on it is ours, and unknown."""
        mine = await self.run(self.attempts.take_over, attempt.id, self.owner, attempt.owner)
        if mine is None:
            return await self.run(self.attempts.get, attempt.id)
        return await self.run(self.attempts.lose, attempt.id, "its process stopped while it was sending")

    async def _reconcile(self, attempt: Attempt, provider: Hosted, references: Mapping[str, Path]) -> Attempt:
        """Learn what became of it, by what the provider declares it can do; else it stays unknown and held."""
        if attempt.job is not None:
            found = await self._ask_once(provider, attempt.job)
            return await self.run(self.attempts.accepted, attempt.id, attempt.job) if found else attempt
        if provider.traits.finds:
            return await self._search(attempt, provider)
        if provider.traits.keyed:
            return await self._resend(attempt, provider, references)
        return attempt

    async def _ask_once(self, provider: Hosted, job: str) -> bool:
        """Whether the provider now says something definite about a job that was given up."""
        try:
            found = (await provider.poll(self.lines.wire, [job])).get(job)
        except Unanswered:
            return False
        return (
            found is not None
            and found.state in FINAL
            and found.state != "unknown"
            and (found.state != "done" or bool(found.links))
        )

    async def _search(self, attempt: Attempt, provider: Hosted) -> Attempt:
        """Look for the job by our id. That there is none is proven only when the create can no longer be under way."""
        proven = (attempt.sent_at or attempt.changed_at) + timedelta(seconds=self.grace_s)
        while True:
            now = self.clock()
            try:
                job = await provider.find(self.lines.wire, attempt.id)
            except Unanswered as error:
                return await self.run(self.attempts.lose, attempt.id, f"{attempt.reason}; then {error}")
            if job is not None:
                return await self.run(self.attempts.accepted, attempt.id, job)
            if now >= proven:
                why = "the provider has no job for it"
                return await self.run(self.attempts.release, attempt.id, "nojob", why, states=("unknown",))
            await asyncio.sleep(min(15.0, max(0.1, (proven - now).total_seconds())))

    async def _resend(self, attempt: Attempt, provider: Hosted, references: Mapping[str, Path]) -> Attempt:
        """Send the create again under the same key: the provider returns the job it has, or makes the first."""
        create = self._create(attempt, provider, references)
        reason = attempt.reason
        for turn in range(_RESENDS):
            try:
                await self.run(clear_create, self.store, attempt.recipe)
                accepted = await provider.submit(self.lines.wire, create)
            except CallsheetError as error:
                reason = f"{reason}; it is not sent again: {error.what}"
                break
            except (Unsent, Lost) as error:
                reason = str(error)
            except Refused as error:
                reason = f"sent again under the same key, it answered {error}"
                if error.kind not in _CLOSED_S:
                    break
                await asyncio.sleep(error.after_s or _CLOSED_S[error.kind])
            else:
                return await self.run(self.attempts.accepted, attempt.id, accepted.job)
            await asyncio.sleep(2.0**turn * (0.5 + self.lines.luck.random() / 2))
        return await self.run(self.attempts.lose, attempt.id, reason)

    # -- the job -----------------------------------------------------------------------------------------------------------

    async def _collect(self, attempt: Attempt, provider: Hosted) -> Attempt:
        """Wait for the job, own what it made, and book what it cost."""
        assert attempt.job is not None
        self.tell(attempt.shot, "shooting")
        # Since it was accepted, not since it was first sent: after a crash that may have been hours before there was a job.
        already = (self.clock() - attempt.changed_at).total_seconds()
        try:
            job = await self.lines.pollers[provider.name].wait(attempt.job, already)
        except TooLong:
            given_up = await self._give_up(attempt, provider)
            if given_up is None:
                reason = f"it did not end within {provider.traits.longest_s:.0f} s"
                return await self.run(self.attempts.lose, attempt.id, reason)
            attempt, job = await self.run(self.attempts.get, attempt.id), given_up
        return await self._end(attempt, provider, job)

    async def _give_up(self, attempt: Attempt, provider: Hosted) -> Job | None:
        """Cancel a job that does not end, and see what the provider makes of it."""
        assert attempt.job is not None
        if not provider.traits.cancels:
            return None
        try:
            await self.run(self.attempts.ask_cancel, attempt.id, late=True)
            await provider.cancel(self.lines.wire, attempt.job)
            await self.run(self.attempts.cancel_sent, attempt.id)
            return await self.lines.pollers[provider.name].wait(attempt.job, 0.0, 3 * provider.traits.poll_every_s)
        except (Unanswered, TooLong):
            return None

    async def _end(self, attempt: Attempt, provider: Hosted, job: Job) -> Attempt:
        if job.state == "done":
            return await self._own(attempt, provider, job)
        if job.state == "unknown":
            return await self.run(
                self.attempts.lose, attempt.id, job.reason or "the provider answered what cannot be read"
            )
        traits = provider.traits
        charges = {
            "failed": traits.charges_failed,
            "moderated": traits.charges_moderated,
            "cancelled": traits.charges_cancelled,
        }[job.state]
        verdict: Verdict = job.state  # type: ignore[assignment]
        why = job.reason
        if job.state == "cancelled" and attempt.cancel == "late":
            verdict, why = "failed", f"it did not end within {traits.longest_s:.0f} s and was cancelled"
        if job.cost is not None:
            return await self._settle(attempt, job.cost, "reported", verdict, why)
        if charges is None:
            reason = f"{why or job.state}; whether it is billed, the provider does not say"
            return await self.run(self.attempts.lose, attempt.id, reason, verdict)
        cost = attempt.price.expected if charges else Money(0, attempt.held.currency)
        return await self._settle(attempt, cost, "computed", verdict, why)

    async def _own(self, attempt: Attempt, provider: Hosted, job: Job) -> Attempt:
        self.tell(attempt.shot, "keeping")
        try:
            clips = await self._collector.collect(provider, job, attempt.id, attempt.recipe)
        except (Undelivered, Unanswered) as error:
            return await self.run(self.attempts.lose, attempt.id, str(error))
        cost, kind = (job.cost, "reported") if job.cost is not None else (attempt.price.expected, "computed")
        against = [
            f"{f.gate}: {f.words}" for clip in clips if clip.gates for f in clip.gates.against if f.outcome == "reject"
        ]
        why = f"rejected by gate {'; '.join(dict.fromkeys(against))}" if against else ""
        told = "; ".join(filter(None, (attempt.reason, why)))
        return await self._settle(attempt, cost, kind, "delivered", told, clips)

    async def _settle(
        self, attempt: Attempt, cost: Money, kind: str, verdict: Verdict, reason: str, clips: Sequence[Clip] = ()
    ) -> Attempt:
        def keep(db: Connection) -> None:
            if clips:
                # The take's own id is for one that can be used: what gates reject is kept beside it.
                id = attempt.id if any(clip.gates and clip.gates.rejected for clip in clips) else attempt.take
                self.store.record_take(db, id, attempt.recipe, clips, cost, extra=attempt.id)

        booked: CostKind = "reported" if kind == "reported" else "computed"
        try:
            settled = await self.run(self.attempts.settle, attempt.id, cost, booked, verdict, reason, keep)
            await self.run(self._tidy, attempt)
            return settled
        except BudgetError as error:  # a cost in a currency that nobody has stated a rate for
            return await self.run(self.attempts.lose, attempt.id, f"it cost {cost}: {error.what}", verdict)

    def _tidy(self, attempt: Attempt) -> None:
        """Remove the clip that came with an answer: it is among the blobs now."""
        kept = self._answered
        if attempt.job is not None and Path(attempt.job).parent == kept.resolve():
            Path(attempt.job).unlink(missing_ok=True)

    @property
    def _answered(self) -> Path:
        """Where a provider that answers a create with the clip itself keeps it."""
        return self.store.scratch.parent / "answered"

    # -- cancelling --------------------------------------------------------------------------------------------------------

    def _watch_cancels(self) -> None:
        if self._cancels is None or self._cancels.done():
            self._cancels = asyncio.ensure_future(self._pass_on_cancels())

    async def _pass_on_cancels(self) -> None:
        """Tell providers what people want stopped; what then became of a job is learnt by polling, like everything else."""
        while True:
            await asyncio.sleep(_LOOK_AGAIN_S)
            for attempt in await self.run(self.attempts.to_cancel):
                provider = self.lines.providers.get(attempt.provider)
                if provider is None or attempt.job is None:
                    continue
                if provider.traits.cancels:
                    try:
                        await provider.cancel(self.lines.wire, attempt.job)
                    except Unanswered:
                        continue
                await self.run(self.attempts.cancel_sent, attempt.id)
                self.lines.nudge(attempt.provider, attempt.job)
