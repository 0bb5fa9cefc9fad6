"""One production, played from its seed to its end, and judged."""

import asyncio
import random
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any

from sim_case import Case, Trouble, case_of
from sim_judge import Judge, Watched, limit_of_polls
from sim_stage import REFERENCE_SHA, Ground, Store, clips, recalled
from sim_worker import Worker

from callsheet.errors import BudgetError, CallsheetError
from callsheet.film import Money
from callsheet.floor import settling
from callsheet.floor.buying import Buyer
from callsheet.floor.make import measure
from callsheet.floor.order import BuyOrder
from callsheet.money.attempts import Attempts
from callsheet.money.caps import set_cap
from callsheet.providers.hosted import Forged, Hosted
from callsheet.rehearsal import Memory, Rehearsal, Seeded, post
from callsheet.rehearsal.webhooks import Delivery
from callsheet.testing.clock import EPOCH, Stalled, VirtualLoop, run, wall

_DAY_S = 86_400.0
_DESK = 15
"""The store with which people work; those before it are workers'."""


class Broken(AssertionError):
    """A seed that broke an invariant: what, and the story of the takes it happened to."""

    def __init__(self, seed: int, wrong: list[str], story: str) -> None:
        super().__init__(f"seed {seed}: " + "; ".join(dict.fromkeys(wrong)) + "\n" + story)
        self.seed, self.wrong = seed, wrong


@dataclass(frozen=True)
class Played:
    """What came of a case that held every invariant."""

    seed: int
    digest: str
    events: int
    takes: int
    jobs: int
    unknown: int
    virtual_s: float


class Play:
    """One case on its stage."""

    def __init__(
        self, case: Case, ground: Ground, loop: VirtualLoop, buyer: type[Buyer], attempts: type[Attempts]
    ) -> None:
        self.case, self.ground, self.loop = case, ground, loop
        self._make, self._attempts = buyer, attempts
        self.luck = random.Random(f"{case.seed} play")
        self.judge = Judge(case, ground.database, ground.raw, loop.time)
        self.workers: list[Worker] = []
        self.done: dict[str, str] = {}
        self._all_done = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._troubles = list(case.troubles)
        houses = []
        for made in case.houses:
            schedule = Seeded(case.seed, made.rates)
            house = Watched(made.skin, self._seconds, clips, schedule, made.timing, balance=made.balance)
            house.judge = self.judge
            houses.append(house)
            self.judge.houses[made.skin.name] = house
        self.memory = Memory(*houses, latency_s=case.latency_s)
        self.hosted: dict[str, Hosted] = {
            made.skin.name: Rehearsal(made.skin, clock=self._seconds) for made in case.houses
        }
        self.desk = ground.store(_DESK, self._clock)

    def _seconds(self) -> float:
        return EPOCH.timestamp() + self.loop.time()

    def _clock(self) -> Any:
        return wall(self.loop)

    # -- workers -----------------------------------------------------------------------------------------------------------

    async def hire(self, *, calm: bool = False) -> Worker:
        number = len(self.workers)
        mishap = None if calm else next((t for t in self._troubles if t.worker == number), None)
        store: Store = self.ground.store(number % _DESK, self._clock)
        attempts = self._attempts(self.ground.database, store.id, self._clock)
        worker = Worker(
            number, self.case.seed, store, attempts, self.hosted, self.memory, measure if self.case.decodes else recalled,
            self.case.timeout_s, self.case.hooks, mishap, lambda w: self.judge.look(w.name), self._asked, self._struck, self._make,
        )  # fmt: skip
        self.workers.append(worker)
        await worker.open()
        return worker

    def _live(self) -> list[Worker]:
        return [worker for worker in self.workers if not (worker.dead or worker.closing)]

    def _asked(self) -> bool:
        return any(row.cancel == "asked" and row.state == "submitted" for row in self.judge.rows.values())

    def _struck(self, worker: Worker, trouble: Trouble) -> None:
        self.judge.note(worker.name, f"{trouble.kind} at step {worker.steps}")
        match trouble.kind:
            case "kill":
                worker.dead = True
                self._begin(self._reap(worker, trouble.reap_s))
            case "stop":
                self._begin(self._stop(worker, trouble.reap_s))
            case "zombie":
                worker.frozen_until = self.loop.time() + trouble.freeze_s
                self._begin(self._reap(worker, trouble.reap_s))
            case "freeze":
                worker.frozen_until = self.loop.time() + trouble.freeze_s

    async def _stop(self, worker: Worker, after_s: float) -> None:
        worker.closing = True
        unfinished = worker.unfinished
        await worker.close()
        await self._hand_over(unfinished, worker, after_s)

    async def _reap(self, worker: Worker, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await self._hand_over(worker.unfinished, worker, 0.0)

    async def _hand_over(self, takes: list[str], worker: Worker, after_s: float) -> None:
        """Give flows to others, who may be new."""
        await asyncio.sleep(after_s)
        able = [w for w in self._live() if w is not worker]
        other = self.luck.choice(able) if able and self.luck.random() < 0.5 else await self.hire()
        for take in takes:
            if take not in self.done:
                self.judge.note(other.name, f"takes up what {worker.name} had", take)
                self._begin(self._drive(other, take))

    async def _drive(self, worker: Worker, take: str) -> None:
        end = await self._end_of(worker, take, self.case.orders[take])
        self.judge.note(worker.name, f"its flow ends: {end}", take)
        self.done.setdefault(take, end)
        if len(self.done) == len(self.case.orders):
            self._all_done.set()

    async def _end_of(self, worker: Worker, take: str, order: BuyOrder) -> str:
        try:
            ended: dict[str, Any] = await worker.buy(take, order)
        except BudgetError:
            return "over a cap"
        except CallsheetError as error:
            if not any(row.take == take and row.id in self.judge.decided for row in self.judge.rows.values()):
                self.judge.blame(f"a flow raised {error.what}", take)
            return "error"
        return str(ended["end"])

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.judge.blame(f"{type(error).__name__}: {error}")
            self._all_done.set()

    # -- people and the world ----------------------------------------------------------------------------------------------

    async def _people(self) -> None:
        for at, luck in self.case.people:
            await asyncio.sleep(max(0.0, at - self.loop.time()))
            chooser = random.Random(luck)
            attempts = settling.attempts_of(self.desk)
            unknown = attempts.all(("unknown",))
            open_ = attempts.all(("reserved", "submitting", "submitted", "unknown"))
            if unknown and chooser.random() < 0.7:
                self._resolve(chooser.choice(unknown).id, chooser)
            elif open_ and chooser.random() < 0.7:
                found = chooser.choice(open_)
                self.judge.note("person", f"stops attempt {found.number}", found.take)
                settling.cancel(self.desk, found.id)
                newest = max(row.number for row in self.judge.rows.values() if row.take == found.take)
                if found.verdict != "resent" and found.number == newest:
                    self.judge.stopped.setdefault(found.take, found.number)
            self.judge.look("person")

    def _resolve(self, id: str, chooser: random.Random) -> None:
        """A person asks the provider's office, and decides."""
        row = self.judge.rows[id]
        house = self.judge.houses[row.provider]
        house.advance()
        billed = sum(house.meter.of_job(job.id).micros for job in house.jobs if job.attempt == id)
        if row.verdict is None and chooser.random() < 0.4:
            outcome: settling.Outcome = "resend"
        else:
            outcome = "charged" if billed else "not-charged"
        self.judge.note("person", f"decides attempt {row.number}: {outcome}", row.take)
        self.judge.decided.add(id)
        cost = Money(billed, house.skin.currency) if outcome == "charged" else None
        settling.resolve(self.desk, id, outcome, cost)
        if outcome == "resend":
            self.judge.stopped.pop(row.take, None)

    async def _outages(self) -> None:
        changes = sorted(
            (at, made.skin.name, down) for made in self.case.houses for span in made.down for at, down in zip(span, (1, 0), strict=True)
        )  # fmt: skip
        for at, name, down in changes:
            await asyncio.sleep(max(0.0, at - self.loop.time()))
            self.judge.note(name, "goes down" if down else "is back")
            (self.memory.down.add if down else self.memory.down.discard)(name)

    async def _deliver(self, name: str, delivery: Delivery) -> None:
        try:
            hint = self.hosted[name].hint(delivery.headers, delivery.body)
        except Forged:
            return
        for worker in self._live():
            worker.lines.nudge(name, hint.job)

    async def _mid_audit(self, at: float) -> None:
        await asyncio.sleep(at)
        self.judge.audit()

    # -- the play ----------------------------------------------------------------------------------------------------------

    async def main(self) -> Played:
        try:
            return await self._main()
        finally:
            for worker in self.workers:
                worker.over = True

    async def _main(self) -> Played:
        with self.ground.database.writing() as db:
            for cap in self.case.caps:
                set_cap(db, cap, "Ada", self._clock())
        self._begin(self._outages())
        if self.case.audits_at is not None:
            self._begin(self._mid_audit(self.case.audits_at))
        if self.case.hooks:
            for name, house in self.judge.houses.items():
                send = _sender(self, name)
                self._begin(post(house, send, 5.0))
        people = asyncio.ensure_future(self._people())
        for _ in range(self.case.workers):
            await self.hire()
        for take in self.case.orders:
            self._begin(self._drive(self.luck.choice(self.workers[: self.case.workers]), take))
        await self._patiently(self._all_done.wait(), "the flows")
        await people
        longest = max(made.skin.traits.longest_s for made in self.case.houses)
        for _ in range(60):  # whoever was frozen comes to and finds what others did
            if not any(worker.unfinished or worker.frozen_until > self.loop.time() for worker in self._live()):
                break
            await asyncio.sleep(20.0)
        for worker in self._live():
            await self._patiently(worker.close(), f"{worker.name} to close")
        for _ in range(2):
            await self._once_more()
            await asyncio.sleep(4 * longest)
        self._bounded()
        self.judge.end(self.ground.held)
        rows = self.judge.rows.values()
        return Played(
            self.case.seed, self.judge.digest(), len(self.judge.trace), sum(r.verdict == "delivered" for r in rows),
            sum(len(house.jobs) for house in self.judge.houses.values()), sum(r.state == "unknown" for r in rows), self.loop.time(),
        )  # fmt: skip

    async def _once_more(self) -> None:
        """A later run, which nothing troubles, takes up whatever is open."""
        worker = await self.hire(calm=True)
        self.judge.note(worker.name, "a later run")
        wanted = dict(self.case.orders)
        for attempt in await worker.run(worker.buyer.attempts.unfinished):
            wanted.setdefault(attempt.take, BuyOrder(attempt.shot, attempt.person, ()))
        flows = [self._end_of(worker, take, replace(order)) for take, order in wanted.items()]
        await self._patiently(asyncio.gather(*flows), "a later run")
        await worker.close()

    async def _patiently(self, work: Awaitable[Any], what: str) -> None:
        try:
            async with asyncio.timeout(_DAY_S):
                await work
        except TimeoutError:
            self.judge.blame(f"{what} did not end within a day")

    def _bounded(self) -> None:
        for worker in self.workers:
            for (host, job), count in worker.asked.items():
                traits = self.judge.houses[host.removesuffix(".invalid")].skin.traits
                if count > limit_of_polls(traits.longest_s, traits.poll_every_s):
                    self.judge.blame(f"{worker.name} asked {count} times about {job}")


def _sender(play: Play, name: str) -> Any:
    async def send(delivery: Delivery) -> None:
        await play._deliver(name, delivery)

    return send


def play(seed: int, ground: Ground, buyer: type[Buyer] = Buyer, attempts: type[Attempts] = Attempts) -> Played:
    """Play the case of a seed. Raises Broken."""
    ground.reset()
    case = case_of(seed, REFERENCE_SHA)
    found: list[Play] = []

    async def main(loop: VirtualLoop) -> Played:
        found.append(Play(case, ground, loop, buyer, attempts))
        return await found[0].main()

    try:
        played = run(main)
    except Stalled as error:
        found[0].judge.blame(str(error))
        raise Broken(seed, found[0].judge.wrong, found[0].judge.story()) from error
    if found[0].judge.wrong:
        raise Broken(seed, found[0].judge.wrong, found[0].judge.story())
    return played
