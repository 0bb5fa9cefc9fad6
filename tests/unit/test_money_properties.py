"""The ledger under random use: several owners, caps and providers, in any order. `CALLSHEET_CASES=10000` for a long run."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule
from money_makers import FAST, PRODUCTION, Books, Clock, books, price, recipe, reserve_some, usd
from sqlalchemy import select, text

from callsheet.errors import BudgetError, CallsheetError, ConflictError, NotFoundError
from callsheet.film import Money, digest
from callsheet.money.attempts import Attempt, Attempts, Wait, Wanted
from callsheet.money.audit import verify
from callsheet.money.caps import Cap
from callsheet.money.refunds import ask_refund, refund_refused, refunded
from callsheet.store import tables as t
from callsheet.store.database import Database

CASES = int(os.environ.get("CALLSHEET_CASES", "25"))
pytestmark = pytest.mark.timeout(300 + CASES)
PRODUCTIONS = (PRODUCTION, "q" * 32)
CONCURRENCY = 2
OWNERS = ("first", "second", "third")
PROVIDERS = ("fal", "kie")

amounts = st.integers(0, 4_000_000).map(lambda micros: Money(micros, "USD"))
verdicts = st.sampled_from(["delivered", "moderated", "failed", "undelivered", "cancelled"])


@pytest.fixture(scope="module", autouse=True)
def _empty_ledger() -> Iterator[None]:
    """An empty database, made once: every case starts from a copy of its file."""
    global EMPTY
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    empty = books(folder, PRODUCTIONS)
    with empty.database.writing() as db:
        db.execute(text("SELECT 1"))
    empty.database.close()
    EMPTY = folder / "callsheet.sqlite"
    yield
    shutil.rmtree(folder)


EMPTY: Path


class Spending(RuleBasedStateMachine):
    """People and processes spend; a plain model in memory says what must come of it."""

    open_attempts: Bundle[str] = Bundle("attempts")

    @initialize(
        workspace=st.integers(4, 12), production=st.integers(3, 8), shot=st.integers(2, 8), person=st.integers(3, 12)
    )
    def begin(self, workspace: int, production: int, shot: int, person: int) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=EMPTY.parent))
        shutil.copy(EMPTY, self.folder / "callsheet.sqlite")
        self.books = Books(Database(f"sqlite:///{self.folder / 'callsheet.sqlite'}"), Clock())
        self.caps = [Cap("workspace", usd(workspace)), Cap("production", usd(production)), Cap("shot", usd(shot)),
                     Cap("person", usd(person), "Ada")]  # fmt: skip
        self.books.cap(*self.caps)
        self.of: dict[str, Attempt] = {}
        self.armed: dict[str, str] = {}
        self.returned: set[str] = set()
        """Attempts whose job turned up after they were given up: they fly whatever the pace says."""
        self.steps = 0
        self.bills: list[str] = []
        self.refunds: dict[tuple[str, str], tuple[Money, str]] = {}
        self.jobs = 0
        self.beyond = False
        """Whether something happened that may take a cap over its limit."""

    def attempts(self, id: str) -> Attempts:
        return self.books.of(self.of[id].production)

    def know(self, attempt: Attempt) -> Attempt:
        """Remember an attempt as it is now."""
        self.of[attempt.id] = attempt
        return attempt

    # -- what people and processes do --------------------------------------------------------------------------------------

    @rule(
        target=open_attempts,
        production=st.sampled_from(PRODUCTIONS),
        shot=st.sampled_from(["SH010", "SH020"]),
        person=st.sampled_from(["Ada", "Bo"]),
        provider=st.sampled_from(PROVIDERS),
        take=st.integers(0, 3),
        expected=amounts,
        more=amounts,
    )
    def reserve(
        self, production: str, shot: str, person: str, provider: str, take: int, expected: Money, more: Money
    ) -> object:
        worst = expected + more
        wanted = Wanted(digest([production, shot, take]), shot, provider, recipe(shot), price(expected, worst), person)
        before = self.used(production, shot, person)
        try:
            attempt = self.books.of(production).reserve(wanted)
        except BudgetError:
            assert any(used + worst.micros > cap.limit.micros for cap, used in before)
            return multiple()
        assert all(used + worst.micros <= cap.limit.micros for cap, used in before)
        again = self.books.of(production).reserve(wanted, number=attempt.number)
        assert again == attempt
        return self.know(attempt).id

    @rule(id=open_attempts, owner=st.sampled_from(OWNERS))
    def arm(self, id: str, owner: str) -> None:
        was = self.of[id]
        flying = sum(
            1 for a in self.of.values() if a.provider == was.provider and a.state in ("submitting", "submitted")
        )
        armed = self.attempts(id).arm(id, owner, CONCURRENCY, FAST)
        if was.state != "reserved":
            assert armed == was
        elif isinstance(armed, Wait):
            assert flying >= CONCURRENCY
        else:
            assert flying < CONCURRENCY
            assert (armed.state, armed.owner) == ("submitting", owner)
            assert id not in self.armed, "an attempt is armed once"
            self.armed[id] = owner
            self.know(armed)

    @rule(id=open_attempts)
    def send(self, id: str) -> None:
        """Arm and be accepted at once, so that cases get far."""
        if self.of[id].state == "reserved":
            self.arm(id, "first")
            self.accepted(id, False)

    @rule(id=open_attempts, owner=st.sampled_from(OWNERS), old=st.sampled_from(OWNERS))
    def take_over(self, id: str, owner: str, old: str) -> None:
        was = self.of[id]
        taken = self.attempts(id).take_over(id, owner, old)
        assert (taken is not None) == (was.state == "submitting" and was.owner == old)
        if taken is not None:
            assert self.know(taken).owner == owner

    @rule(id=open_attempts, late=st.booleans())
    def accepted(self, id: str, late: bool) -> None:
        was = self.of[id]
        if was.state == "reserved" or (was.state == "released" and not late):
            return
        self.jobs += 1
        job = was.job or f"job-{self.jobs}"
        if was.state == "settled" and was.job is None:
            with pytest.raises(CallsheetError, match="second job"):
                self.attempts(id).accepted(id, job)
            return
        is_now = self.know(self.attempts(id).accepted(id, job))
        assert is_now.job == job
        assert is_now.state == ("settled" if was.state == "settled" else "submitted")
        if was.state == "released":
            self.beyond = True
        if was.state in ("released", "unknown"):
            self.returned.add(id)
        assert self.attempts(id).accepted(id, job) == is_now
        with pytest.raises(CallsheetError, match="second job"):
            self.attempts(id).accepted(id, job + "-other")

    @rule(id=open_attempts)
    def release(self, id: str) -> None:
        was = self.of[id]
        released = self.know(self.attempts(id).release(id, "unsent", "no byte left"))
        assert released.state == (was.state if not was.open else "released")
        assert self.attempts(id).release(id, "nojob", "again") == released

    @rule(id=open_attempts)
    def lose(self, id: str) -> None:
        was = self.of[id]
        lost = self.know(self.attempts(id).lose(id, "no answer"))
        if lost.state == "unknown" and lost.job is not None:
            with pytest.raises(CallsheetError, match="second job"):
                self.attempts(id).accepted(id, lost.job + "-other")
        assert lost.state == ("unknown" if was.state in ("submitting", "submitted", "unknown") else was.state)

    @rule(id=open_attempts, cost=amounts, reported=st.booleans(), verdict=verdicts)
    def settle(self, id: str, cost: Money, reported: bool, verdict: str) -> None:
        was = self.of[id]
        attempts, done = self.attempts(id), []

        def keep(db: object) -> None:
            done.append(id)
            if verdict == "delivered":
                with_id = "" if not self.has_take(db, was.take) else was.id
                self.books.take(db, was, cost, id=with_id)  # type: ignore[arg-type]

        kind = "reported" if reported else "computed"
        settled = self.know(attempts.settle(id, cost, kind, verdict, "", keep))  # type: ignore[arg-type]
        if was.state in ("submitted", "unknown"):
            assert done == [id]
            assert (settled.state, settled.cost) == ("settled", cost)
            self.beyond = self.beyond or not cost <= was.held
            self.bills.append(id)
        else:
            assert done == []
            assert settled == was
        assert attempts.settle(id, usd(3), "computed", "failed", "", keep) == settled or was.state in (
            "reserved",
            "submitting",
        )
        assert len(done) <= 1

    @rule(id=open_attempts)
    def cancel(self, id: str) -> None:
        was = self.of[id]
        cancelled = self.know(self.attempts(id).ask_cancel(id))
        if was.state == "reserved":
            assert (cancelled.state, cancelled.verdict) == ("released", "cancelled")
        elif was.open:
            assert (cancelled.state, cancelled.cancel) == (was.state, "asked")
        else:
            assert cancelled == was

    @precondition(lambda self: self.bills)
    @rule(data=st.data(), name=st.sampled_from(["1", "2"]), amount=st.none() | amounts)
    def ask(self, data: st.DataObject, name: str, amount: Money | None) -> None:
        id = data.draw(st.sampled_from(self.bills))
        cost = self.of[id].cost
        assert cost is not None
        asked = [r for (of, _), r in self.refunds.items() if of == id and r[1] != "refused"]
        left = cost.micros - sum(r[0].micros for r in asked)
        known = self.refunds.get((id, name))
        try:
            found = ask_refund(self.books.database, id, amount, "bad clip", self.books.clock(), name)
        except BudgetError:
            assert known is None
            assert left == 0 or (amount is not None and (amount.micros == 0 or amount.micros > left))
        except ConflictError:
            assert known is not None
            assert amount not in (None, known[0])
        else:
            assert found.asked == (known[0] if known else amount or Money(left, "USD"))
            self.refunds.setdefault((id, name), (found.asked, "pending"))

    @precondition(lambda self: self.bills)
    @rule(data=st.data(), name=st.sampled_from(["1", "2"]), arrives=st.booleans())
    def answer(self, data: st.DataObject, name: str, arrives: bool) -> None:
        id = data.draw(st.sampled_from(self.bills))
        known = self.refunds.get((id, name))
        wanted = "refunded" if arrives else "refused"

        def do() -> object:
            if arrives:
                return refunded(self.books.database, id, self.books.clock(), name)
            return refund_refused(self.books.database, id, "no", self.books.clock(), name)

        if known is None:
            with pytest.raises(NotFoundError):
                do()
        elif known[1] not in ("pending", wanted):
            with pytest.raises(ConflictError):
                do()
        else:
            assert do() == do()
            self.refunds[id, name] = (known[0], wanted)

    # -- what must always hold ---------------------------------------------------------------------------------------------

    def has_take(self, db: object, take: str) -> bool:
        return db.execute(select(t.take.c.id).where(t.take.c.id == take)).first() is not None  # type: ignore[attr-defined]

    def worth(self, id: str) -> int:
        """What an attempt uses of its caps, by the model."""
        attempt = self.of[id]
        back = sum(
            amount.micros for (of, _), (amount, state) in self.refunds.items() if of == id and state == "refunded"
        )
        return attempt.held.micros if attempt.open else (attempt.cost.micros if attempt.cost else 0) - back

    def used(self, production: str, shot: str, person: str) -> list[tuple[Cap, int]]:
        found = []
        for cap in self.caps:
            if cap.scope == "person" and person != cap.name:
                continue
            mine = [
                id for id, a in self.of.items()
                if cap.scope == "workspace" or (cap.scope == "person" and a.person == person)
                or (a.production == production and (cap.scope == "production" or (cap.scope == "shot" and a.shot == shot)))
            ]  # fmt: skip
            found.append((cap, sum(map(self.worth, mine))))
        return found

    @invariant()
    def the_books_are_clean(self) -> None:
        if not hasattr(self, "books"):
            return
        self.steps += 1
        if self.steps % 10 == 0:
            self.look()
        for provider in PROVIDERS:
            flying = [a for a in self.of.values() if a.provider == provider and a.state in ("submitting", "submitted")]
            again = sum(1 for a in flying if a.id in self.returned)
            assert len(flying) <= CONCURRENCY + again

    def look(self) -> None:
        """Audit the rows, and compare them with what we were told."""
        there = [attempt for production in PRODUCTIONS for attempt in self.books.of(production).all()]
        assert {attempt.id: attempt for attempt in there} == self.of
        audit = verify(self.books.database)
        assert audit.findings == ()
        assert audit.open_holds == sum(1 for a in there if a.open)
        assert self.beyond or audit.notes == ()

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.look()
            self.books.database.close()
            shutil.rmtree(self.folder)


Spending.TestCase.settings = settings(
    max_examples=CASES,
    stateful_step_count=15,
    deadline=None,
    derandomize=CASES <= 25,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
TestSpending = Spending.TestCase


# -- really at the same time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pool", ["threads", "processes"])
def test_a_hundred_at_once_get_what_the_cap_fits(tmp_path: Path, pool: str) -> None:
    found = books(tmp_path)
    found.cap(Cap("production", usd(40)), Cap("workspace", usd(1000)))
    url = found.database.url.render_as_string()
    parts = [range(start, 100, 4) for start in range(4)]
    workers: Executor = (
        ThreadPoolExecutor(4) if pool == "threads" else ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    )
    with workers:
        held = list(workers.map(reserve_some, [url] * 4, parts))
    assert sum(held) == 40
    audit = verify(found.database)
    assert audit.findings == ()
    assert (audit.entries, audit.open_holds) == (40, 40)
    found.database.close()


def test_many_owners_arm_and_end_each_attempt_once(tmp_path: Path) -> None:
    found = books(tmp_path)
    ids = [found.reserve(usd(1)).id for _ in range(12)]

    def work(owner: str) -> tuple[list[str], list[str]]:
        attempts, mine, ended = found.of(), [], []
        for id in ids:
            armed = attempts.arm(id, owner, 100, FAST)
            if isinstance(armed, Attempt) and armed.owner == owner:
                mine.append(id)
        for id in ids:
            attempts.lose(id, owner)
            settled = attempts.settle(id, usd(1), "reported", "failed", owner, lambda _db, of=id: ended.append(of))
            assert settled.state in ("settled", "released")
            attempts.release(id, "nojob", owner)
        return mine, ended

    with ThreadPoolExecutor(4) as workers:
        done = list(workers.map(work, ["a", "b", "c", "d"]))
    assert sorted(id for mine, _ in done for id in mine) == sorted(ids)
    assert len([id for _, ended in done for id in ended]) == len({id for _, ended in done for id in ended})
    audit = verify(found.database)
    assert (audit.findings, audit.open_holds) == ((), 0)
    found.database.close()
