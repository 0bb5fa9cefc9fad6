"""What a house keeps to: keys, look-ups, limits, money, references, webhooks, schedules and time."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rehearsal_stage import CLIPS, FAST, Clock, Hasty, both, create, stage

from callsheet.errors import BudgetError, InputError
from callsheet.film import Reference
from callsheet.film.price import Money
from callsheet.media.probe import probe
from callsheet.providers.hosted import Forged, Hint, Refused
from callsheet.providers.wire import Lost, Unanswered, Unsent, Wire
from callsheet.rehearsal import (
    SKINS,
    STAGE_OF,
    Billing,
    Calm,
    Drawn,
    Fault,
    House,
    Memory,
    Meter,
    Plain,
    Rehearsal,
    Request,
    Scripted,
    Seeded,
    Server,
    Stage,
    Timing,
    houses,
    post,
    providers,
    read_schedule,
    sign,
)
from callsheet.rehearsal.__main__ import main as main_command


@both
async def test_a_key_sent_again_makes_no_second_job(kind: str) -> None:
    async with stage(kind, {1: [Fault.DROP_AFTER_ACCEPT], 3: [Fault.NO_ID]}) as on:
        with pytest.raises(Lost):
            await on.submit("a1")
        job = await on.submit("a1")
        with pytest.raises(Lost):
            await on.submit("a1")
        assert await on.submit("a2") != job
        on.clock.now += 60
        assert await on.submit("a1") == job
        assert len(on.house.jobs) == 2
        assert on.house.meter.by_attempt == {"a1": (job,), "a2": (on.house.jobs[1].id,)}
        with pytest.raises(Lost) as other:
            await on.submit("a1", code="SH020")  # nothing proves that the first was not accepted
        assert other.value.status == 409


@both
async def test_the_gate_may_turn_down_what_was_accepted_before(kind: str) -> None:
    script = {1: [Fault.DROP_AFTER_ACCEPT], 2: [Fault.RATE_429], 3: [Fault.DROP_BEFORE_ACCEPT], 4: [Fault.FUNDS_402]}
    async with stage(kind, script, traits={"per_minute": 1}) as on:
        for expected in (Lost, Refused, Lost, Refused):
            with pytest.raises(expected):
                await on.submit("a1")
        on.clock.now += 60
        assert await on.submit("a1") == on.house.jobs[0].id
        assert len(on.house.meter.charges) == 1
        assert dict(on.house.met) == {script[n][0]: 1 for n in (1, 2, 3)}  # the fourth met a full minute


@both
async def test_a_retired_model_finishes_what_runs(kind: str) -> None:
    async with stage(kind, {2: [Fault.RETIRED]}, traits={"per_minute": 10}) as on:
        job = await on.submit("a1", "S1")
        for attempt in ("a2", "a3"):
            with pytest.raises(Refused) as caught:
                await on.submit(attempt, attempt)
            assert caught.value.kind == "retired"
        assert await on.submit("a1", "S1") == job
        on.clock.now += 60
        assert await on.state(job) == "done"
        assert on.house.meter.jobs == (job,)


@pytest.mark.parametrize("name", ["rehearsal-listed", "rehearsal-blind"])
@both
async def test_without_keys_the_same_attempt_is_bought_twice(kind: str, name: str) -> None:
    async with stage(kind, name=name) as on:
        first, second = await on.submit("a1"), await on.submit("a1")
        on.clock.now += 60
        on.house.advance()
        assert first != second
        assert on.house.meter.doubles == ("a1",)
        assert on.house.meter.summary()["charges"] == 2
        assert on.house.meter.by_code == {"EP01 SQ010 SH010": 2}


@both
async def test_jobs_are_found_only_where_the_house_finds(kind: str) -> None:
    async with stage(kind, {1: [Fault.DROP_AFTER_ACCEPT]}, name="rehearsal-listed") as on:
        with pytest.raises(Lost):
            await on.submit("a1")
        assert await on.provider.find(on.wire, "a1") == on.house.jobs[0].id
        assert await on.provider.find(on.wire, "a2") is None
    async with stage(kind, name="rehearsal-blind") as on:
        with pytest.raises(Unanswered):
            await on.provider.find(on.wire, "a1")
        with pytest.raises(Unanswered):  # there is no list of everything
            await on.provider.poll(on.wire, ["a", "b"])


@both
async def test_a_listing_may_lag(kind: str) -> None:
    async with stage(kind, name="rehearsal-listed", timing=replace(FAST, listing_lag_s=30)) as on:
        job = await on.submit("a1")
        assert await on.provider.find(on.wire, "a1") is None
        on.clock.now += 30
        assert await on.provider.find(on.wire, "a1") == job


@both
async def test_one_question_for_many_jobs(kind: str) -> None:
    async with stage(kind, name="rehearsal-listed", traits={"concurrency": 60}) as on:
        jobs = [await on.submit(f"a{n}", f"SH{n:03}") for n in range(50)]
        told = await on.provider.poll(on.wire, [*jobs[:49], "nobody"])
        assert [job.state for job in told.values()] == ["waiting"] * 49 + ["unknown"]
        with pytest.raises(Unanswered):
            await on.provider.poll(on.wire, [*jobs, "nobody"])
        assert await on.provider.poll(on.wire, []) == {}


@both
async def test_the_limits_hold(kind: str) -> None:
    async with stage(kind, traits={"concurrency": 3, "per_minute": 5}) as on:

        async def refused(attempt: str) -> tuple[str, float | None]:
            with pytest.raises(Refused) as caught:
                await on.submit(attempt, attempt)
            return caught.value.kind, caught.value.after_s

        results = await asyncio.gather(*(on.submit(f"a{n}", f"S{n}") for n in range(10)), return_exceptions=True)
        assert sum(isinstance(result, str) for result in results) == 3
        assert {str(r) for r in results if isinstance(r, Refused)} == {"concurrency: too many takes at once"}
        on.clock.now += 20  # the three are done
        await on.submit("b1", "b1")
        await on.submit("b2", "b2")
        assert await refused("b3") == ("rate", 40.0)
        on.clock.now += 40
        assert on.house.in_flight == 2
        await on.submit("b3", "b3")
        on.house.advance()
        assert len(on.house.meter.charges) == 5
        assert len(on.house.jobs) == 6


@both
async def test_an_account_that_runs_dry(kind: str) -> None:
    for name, price in (("rehearsal-keyed", 100_000), ("rehearsal-listed", 70_000), ("rehearsal-blind", 70_000)):
        async with stage(kind, name=name, balance=Money(2 * price, "USD")) as on:
            await on.submit("a1", "S1")
            await on.submit("a2", "S2")
            with pytest.raises(Refused) as caught:
                await on.submit("a3", "S3")
            assert caught.value.kind == "funds"
            on.clock.now += 60
            with pytest.raises(Refused):
                await on.submit("a4", "S4")
            assert on.house.meter.billed == Money(2 * price, "USD")


@both
async def test_what_fails_or_is_cancelled_free_frees_its_money(kind: str) -> None:
    script = {1: [Fault.FAILED_FREE]}
    async with stage(kind, script, balance=Money(100_000, "USD")) as on:
        for number in range(2):
            job = await on.submit(f"a{number}", f"S{number}")
            with pytest.raises(Refused):
                await on.submit("b", "b")
            on.clock.now += 60 * (1 - number)
            await on.provider.cancel(on.wire, job)
        await on.submit("a3", "S3")
        on.clock.now += 60
        on.house.advance()
        assert on.house.meter.by_code == {"S3": 1}


@both
async def test_who_bills_at_acceptance_gives_back_what_is_not_owed(kind: str) -> None:
    fates = [Fault.FAILED_FREE, Fault.FAILED_CHARGED, Fault.MODERATED_AFTER_ACCEPT]
    script = {n + 1: [fate] for n, fate in enumerate(fates)}
    async with stage(kind, script, name="rehearsal-blind") as on:
        for number in range(4):
            await on.submit(f"a{number}", f"S{number}")
        assert on.house.meter.billed == Money(280_000, "USD")  # 4 takes of 0.5 s in one shape at 0.14
        on.clock.now += 60
        on.house.advance()
        assert [c.why for c in on.house.meter.charges] == ["accepted"] * 4 + ["failed: given back"]
        assert on.house.meter.billed == Money(210_000, "USD")
        assert on.house.meter.by_code == {"S1": 1, "S2": 1, "S3": 1}
        assert on.house.meter.summary()["charges"] == 3


@both
async def test_cancelling_in_time_is_free(kind: str) -> None:
    async with stage(kind, name="rehearsal-keyed") as on:
        waiting, done = await on.submit("a1", "S1"), await on.submit("a2", "S2")
        await on.provider.cancel(on.wire, waiting)
        on.clock.now += 60
        await on.provider.cancel(on.wire, done)
        assert (await on.state(waiting), await on.state(done)) == ("cancelled", "done")
        assert on.house.meter.jobs == (done,)
    async with stage(kind, name="rehearsal-blind") as on:
        job = await on.submit("a1")
        await on.provider.cancel(on.wire, job)  # it cannot, and says so; the job goes on
        on.clock.now += 60
        assert await on.state(job) == "done"


def test_prices_are_exact_and_quoted_as_billed() -> None:
    keyed = SKINS["rehearsal-keyed"]
    assert keyed.price("rehearsal-keyed/standard", 1, Fraction(24000, 1001), 1) == Money(4171, "USD")  # 4170.83 up
    assert keyed.price("rehearsal-keyed/standard", 24, Fraction(24), 2) == Money(200_000, "USD")
    assert SKINS["rehearsal-blind"].price("rehearsal-blind/standard", 24, Fraction(24), 2) == Money(140_000, "USD")
    assert keyed.price("other", 24, Fraction(24), 1) is None
    for provider in providers():
        order = create("a", "S", provider.name, frames=37).recipe.order
        for offer in provider.offers():
            price = provider.quote(offer.name, order)
            assert price is not None
            assert price.expected == price.worst
        assert provider.quote("other", order) is None
    with pytest.raises(InputError):
        replace(keyed, billing=Billing(failed=True, moderated=True))


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.integers(-5, 50)), max_size=40),
)
@settings(max_examples=200, deadline=None)
def test_the_meter_adds_up(entries: list[tuple[str, int, int]]) -> None:
    heard: list[Any] = []
    meter = Meter("house", "USD", heard.append)
    for at, (attempt, job, micros) in enumerate(entries):
        meter.add(at, attempt, f"{attempt}{job}", attempt, Money(micros, "USD"), "why")
    assert heard == list(meter.charges)
    assert [charge.serial for charge in heard] == list(range(1, len(entries) + 1))
    assert meter.billed.micros == sum(micros for _, _, micros in entries)
    net = {job: sum(m for a, j, m in entries if f"{a}{j}" == job) for job in {f"{a}{j}" for a, j, _ in entries}}
    assert set(meter.jobs) == {job for job, micros in net.items() if micros > 0}
    assert set(meter.doubles) == {a for a in "abc" if sum(m > 0 for job, m in net.items() if job[0] == a) > 1}
    with pytest.raises(BudgetError):
        meter.add(0, "a", "a0", "a", Money(1, "EUR"), "why")
    assert len(meter.charges) == len(entries)


@both
async def test_references_are_uploaded_once_and_before_the_create(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "kettle.png"
    file.write_bytes(b"kettle" * 1000)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    wanted = (Reference(role="image", sha256=digest),)
    async with stage(kind) as on:
        with pytest.raises(Refused) as caught:
            await on.submit("a0", references=wanted)
        assert caught.value.kind == "input"
        for attempt in ("a1", "a2"):
            made = create(attempt, attempt, on.provider.name, references=wanted)
            await on.provider.submit(on.wire, replace(made, references={digest: file}))
        assert on.house.shelf == {digest: file.read_bytes()}
        assert on.house.creates == 3
        other = tmp_path / "other.png"
        other.write_bytes(b"other")
        wrong = replace(made, references={"0" * 64: other})
        with pytest.raises(Refused):
            await on.provider.submit(on.wire, wrong)
        with pytest.raises(Unsent):
            await on.provider.submit(on.wire, replace(made, references={"1" * 64: tmp_path / "gone.png"}))
        assert on.house.creates == 3


@both
async def test_wrong_requests_are_refused(kind: str) -> None:
    async with stage(kind) as on:
        transport = Memory(on.house) if kind == "memory" else None
        good = create("a", "S", on.provider.name).recipe.model_dump(mode="json")
        async with httpx.AsyncClient(transport=transport, base_url=on.provider.url) as client:
            key = {"authorization": "Bearer rehearsal"}

            async def status(body: Any, headers: dict[str, str] = key) -> int:
                return (await client.post("/v1/takes", json=body, headers=headers)).status_code

            whole = {"client_id": "a", "model": good["offer"], "recipe": good}
            assert await status(whole, {}) == 401
            for wrong in (7, [], {}, {**whole, "client_id": ""}, {**whole, "recipe": {}}, {**whole, "webhook": 7}):
                assert await status(wrong) == 400
            for change in ({"frames": 0}, {"frames": "12"}, {"framings": []}, {"rate": "0"}, {"rate": "1/0"}):
                assert await status({**whole, "recipe": {**good, "order": {**good["order"], **change}}}) == 400
            assert (await client.post("/v1/takes", content=b"{", headers=key)).status_code == 400
            assert await status({**whole, "model": "other"}) == 422
            assert (await client.get("/v1/nothing", headers=key)).status_code == 404
            assert (await client.get("/files/nothing")).status_code == 404
            assert not on.house.jobs
            assert await status(whole) == 201
            on.clock.now += 60
            meter = (await client.get("/meter")).json()
            assert meter["billed"] == {"micros": 100_000, "currency": "USD"}
            assert [entry["attempt"] for entry in meter["entries"]] == ["a"]
            assert [(job["status"], job["micros"]) for job in meter["jobs"]] == [("succeeded", 100_000)]


# Webhooks


def test_webhooks_are_believed_only_when_signed_and_fresh() -> None:
    clock = Clock()
    provider = Rehearsal(SKINS["rehearsal-keyed"], clock=clock)
    told = sign(b"rehearsal-webhook", clock.now, "e1", "j1", "succeeded", "http://us")
    assert provider.hint(told.headers, told.body) == Hint("e1", "j1")
    assert provider.hint({name.title(): value for name, value in told.headers.items()}, told.body) == Hint("e1", "j1")

    def forged(headers: Any, body: bytes) -> bool:
        with pytest.raises(Forged):
            provider.hint(headers, body)
        return True

    other = sign(b"other", clock.now, "e1", "j1", "succeeded", "http://us")
    assert forged(other.headers, told.body)
    assert forged(told.headers, told.body + b" ")
    assert forged({}, told.body)
    for stamp in ("", "x", "-1", "1e5", "²", "9" * 20, str(int(clock.now) + 1)):
        assert forged({**told.headers, "rehearsal-timestamp": stamp}, told.body)
    for value in ("", "v1=", "v1=é", told.headers["rehearsal-signature"].upper()):
        assert forged({**told.headers, "rehearsal-signature": value}, told.body)
    for event, job in (("", "j"), ("e", "")):
        empty = sign(b"rehearsal-webhook", clock.now, event, job, "", "")
        assert forged(empty.headers, empty.body)
    clock.now += 300
    assert provider.hint(told.headers, told.body) == Hint("e1", "j1")
    clock.now += 1
    assert forged(told.headers, told.body)
    clock.now -= 602
    assert forged(told.headers, told.body)


WEBHOOKS = {None: 1, Fault.WEBHOOK_LATE: 1, Fault.WEBHOOK_DUPLICATE: 2, Fault.WEBHOOK_FORGED: 2, Fault.WEBHOOK_LOST: 0}


@pytest.mark.parametrize("fault", WEBHOOKS)
@both
async def test_webhook_faults(kind: str, fault: Fault | None) -> None:
    async with stage(kind, {1: [fault] if fault else []}) as on:
        got: list[tuple[float, Hint | None]] = []

        async def receive() -> None:
            for delivery in on.house.deliveries():
                assert delivery.url == "http://us/hook"
                try:
                    got.append((on.clock.now, on.provider.hint(delivery.headers, delivery.body)))
                except Forged:
                    got.append((on.clock.now, None))

        made = create("a1", "S", on.provider.name)
        job = (await on.provider.submit(on.wire, replace(made, webhook="http://us/hook"))).job
        start = on.clock.now
        for _ in range(100):
            on.clock.now += 10
            await receive()
        assert len(got) == WEBHOOKS[fault]
        if fault is Fault.WEBHOOK_FORGED:
            assert got[0] == (start + 10, None)
            assert on.house.jobs[0].runs_at <= start + 10
            del got[0]
        assert {hint for _, hint in got} <= {Hint(f"event-{job}", job)}
        assert {at - start for at, _ in got} == (
            set() if fault is Fault.WEBHOOK_LOST else {620.0} if fault is Fault.WEBHOOK_LATE else {20.0}
        )


def test_a_server_posts_its_webhooks() -> None:
    async def main() -> None:
        clock, got = Clock(), asyncio.Event()
        house = House(SKINS["rehearsal-keyed"], clock, CLIPS, timing=FAST)

        async def send(delivery: Any) -> None:
            assert delivery.url == "http://us"
            got.set()

        async with Server(house, send=send, beat_s=0.01) as server:
            wire, provider = Wire(), Rehearsal(house.skin, server.url, clock)
            await provider.submit(wire, replace(create("a", "S", provider.name), webhook="http://us"))
            clock.now += 60
            await asyncio.wait_for(got.wait(), 5)
            await wire.close()

    asyncio.run(main())


# Schedules


def test_scripts_name_creates_by_number_by_shot_and_by_turn() -> None:
    script = Scripted(
        {2: [Fault.NO_ID], "SH010": [Fault.RATE_429, Fault.SLOW_BODY], "EP01 SQ010 SH010#2": [Fault.FAILED_FREE]}
    )
    code = "EP01 SQ010 SH010"
    assert script.plan(1, code, 1) == {Stage.CREATE: Fault.RATE_429, Stage.FILE: Fault.SLOW_BODY}
    assert script.plan(2, code, 2) == {Stage.CREATE: Fault.NO_ID}
    assert script.plan(3, code, 2) == {Stage.FATE: Fault.FAILED_FREE}
    assert script.plan(3, code, 3) == script.plan(3, "SH020", 1) == {}
    with pytest.raises(InputError):
        Scripted({1: [Fault.NO_ID, Fault.WRONG_JSON]})


def test_seeded_faults_keep_their_rates_and_replay() -> None:
    rates = {Fault.NO_ID: 0.1, Fault.RATE_429: 0.3, Fault.FAILED_FREE: 0.2}
    plans = [Seeded(7, rates).plan(n, f"SH{n}", 1) for n in range(4000)]
    assert plans == [Seeded(7, rates).plan(1, f"SH{n}", 1) for n in range(4000)]
    assert plans != [Seeded(8, rates).plan(1, f"SH{n}", 1) for n in range(4000)]
    for fault, rate in rates.items():
        met = sum(plan.get(STAGE_OF[fault]) is fault for plan in plans) / 4000
        assert abs(met - rate) < 0.03
    assert [Seeded(7, rates).plan(1, "SH", n) for n in range(40)] != [Seeded(7, rates).plan(1, "SH", 1)] * 40
    with pytest.raises(InputError):
        Seeded(7, {Fault.NO_ID: 0.6, Fault.RATE_429: 0.5})


@pytest.mark.parametrize(
    "data", [{"script": {"1": ["nothing"]}}, {"script": 7}, {"seed": 1}, {"rates": {"x": 1}}, {"rates": {"no-id": "x"}}]
)
def test_wrong_schedules_are_told(data: Any) -> None:
    with pytest.raises(InputError):
        read_schedule(data)
    assert isinstance(read_schedule({}), Calm)


# Time


class Virtual(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next thing that is due."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.now = max(self.now, self._scheduled[0]._when)  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def simulate(seed: int, latency_s: float = 0.1) -> list[Any]:
    """Twenty shots bought with one attempt each from one house under random faults; everything that was seen, in order."""
    rates = {fault: 0.04 for fault in Fault if fault is not Fault.RETIRED}
    seen: list[Any] = []
    loop = Virtual()

    async def buy(provider: Rehearsal, wire: Wire, number: int) -> None:
        await asyncio.sleep(number % 5)
        made = replace(create(f"a{number}", f"SH{number:03}", provider.name), webhook="http://us")
        try:
            job = (await provider.submit(wire, made)).job
            state = "waiting"
            while state in ("waiting", "running") and loop.now < 9000:
                await asyncio.sleep(provider.traits.poll_every_s)
                state = (await provider.poll(wire, [job]))[job].state
            seen.append((loop.now, number, job, state))
        except (Lost, Refused, Unanswered) as error:
            seen.append((loop.now, number, type(error).__name__, str(error)))

    async def main() -> None:
        house = House(SKINS["rehearsal-keyed"], loop.time, CLIPS, Seeded(seed, rates), Timing(slow_s=600))

        async def receive(delivery: Any) -> None:
            seen.append((loop.now, delivery.body, dict(delivery.headers)))

        posting = asyncio.ensure_future(post(house, receive))
        wire = Wire(Memory(house, latency_s=latency_s), luck=Hasty(seed))
        provider = Rehearsal(house.skin, clock=loop.time)
        await asyncio.gather(*(buy(provider, wire, n) for n in range(20)))
        posting.cancel()
        await wire.close()
        seen.append((house.report(), sorted(house.met.items())))

    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
    return seen


def test_simulations_replay_bit_for_bit() -> None:
    seeds = [simulate(seed) for seed in range(6)]
    assert seeds == [simulate(seed) for seed in range(6)]
    assert seeds[0] != seeds[1]
    for seen in seeds:
        report, met = seen[-1]
        assert met
        jobs = {job["id"]: job for job in report["jobs"]}
        assert report["charges"] == sum(job["micros"] > 0 for job in jobs.values())
        assert report["billed"]["micros"] == sum(job["micros"] for job in jobs.values()) == 100_000 * report["charges"]


def test_a_request_on_its_way_arrives_though_the_client_dies() -> None:
    loop = Virtual()
    house = House(SKINS["rehearsal-keyed"], loop.time, CLIPS)

    async def main() -> None:
        wire = Wire(Memory(house, latency_s=1.0))
        task = asyncio.ensure_future(
            Rehearsal(house.skin).submit(wire, create("a", "S", house.skin.name)),
        )
        await asyncio.sleep(0.5)
        task.cancel()
        assert not house.jobs
        await asyncio.sleep(1)
        assert len(house.jobs) == 1
        await wire.close()

    loop.run_until_complete(main())
    loop.close()


def test_charges_bear_the_time_they_fell_due_in_order() -> None:
    clock = Clock(0.0)
    house = House(SKINS["rehearsal-listed"], clock, CLIPS, Scripted({1: [Fault.LATE_SUCCESS]}), FAST)
    for number in range(3):
        recipe = create("", f"S{number}", house.skin.name).recipe
        body = {"client_id": f"a{number}", "model": recipe.offer, "recipe": recipe.model_dump(mode="json")}
        headers = {"authorization": "Bearer rehearsal"}
        assert house.handle(Request("POST", "/v1/takes", headers, json.dumps(body).encode())).status == 201
        clock.now += 1
    clock.now = 1e6
    house.advance()
    assert [(c.at, c.attempt) for c in house.meter.charges] == [(12.0, "a1"), (13.0, "a2"), (5000.0, "a0")]


# Clips


@pytest.mark.parametrize(("framing", "size"), [("9:16", (48, 86)), ("16:9", (86, 48))])
def test_plain_clips_are_what_was_ordered(framing: Any, size: tuple[int, int], tmp_path: Path) -> None:
    for frames, rate in ((1, "24"), (37, "24000/1001"), (50, "30")):
        made = Plain(48)({"order": {"frames": frames, "rate": rate}}, framing)
        assert made == Plain(48)({"order": {"frames": frames, "rate": rate}}, framing)
        path = tmp_path / f"{frames}.mp4"
        path.write_bytes(made)
        found = probe(path)
        assert (found.frames, found.rate, (found.width, found.height)) == (frames, Fraction(rate), size)


def test_drawn_clips_are_what_was_ordered(tmp_path: Path) -> None:
    recipe = create("a", "S", "rehearsal-keyed", frames=3).recipe.model_dump(mode="json")
    path = tmp_path / "clip.mp4"
    path.write_bytes(Drawn({}, 72)(recipe, "16:9"))
    assert (probe(path).frames, probe(path).rate, probe(path).width) == (3, 24, 128)


# The process


def test_the_meter_outlives_its_clients(tmp_path: Path) -> None:
    state = tmp_path / "charges.jsonl"
    faults = json.dumps({"script": {"1": ["drop-after-accept"]}})
    command = [sys.executable, "-m", "callsheet.rehearsal", "--house", "rehearsal-keyed", "--height", "48"]
    options = ["--state", str(state), "--faults", faults, "--timing", '{"queue_s": 0.05, "run_s": 0.1}']
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, env=dict(os.environ)) as process:
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["urls"]["rehearsal-keyed"]

            async def client() -> None:
                provider, wire = Rehearsal(SKINS["rehearsal-keyed"], url), Wire(luck=Hasty())
                with pytest.raises(Lost):
                    await provider.submit(wire, create("a1", "S", provider.name))
                await provider.submit(wire, create("a1", "S", provider.name))
                for _ in range(100):  # nobody polls the job: the charge falls due all the same
                    if state.read_bytes():
                        break
                    await asyncio.sleep(0.05)
                await wire.close()

            asyncio.run(client())
            lines = [json.loads(line) for line in state.read_text().splitlines()]
            report = httpx.get(f"{url}/meter").json()
            assert [(line["attempt"], line["money"]["micros"]) for line in lines] == [("a1", 100_000)]
            assert [{"provider": "rehearsal-keyed", **entry} for entry in report["entries"]] == lines
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--house", "nobody"],
        ["--faults", "{"],
        ["--faults", '{"script": {"1": ["x"]}}'],
        ["--timing", "[]"],
        ["--timing", '{"x": 1}'],
        ["--traits", '{"x": 1}'],
        ["--state", "/nowhere/at/all"],
    ],
)
def test_wrong_options_are_told(options: list[str]) -> None:
    found = CliRunner().invoke(main_command, options)
    assert found.exit_code == 1
    assert found.output.startswith("Error: ")


def test_three_houses_stand_apart() -> None:
    clock = Clock()
    cast = houses(clock, CLIPS)
    assert [house.skin.name for house in cast] == [provider.name for provider in providers()] == list(SKINS)

    async def main() -> None:
        wire = Wire(Memory(*cast))
        for provider in providers(clock=clock):
            await provider.submit(wire, create("a", "S", provider.name))
        await wire.close()

    asyncio.run(main())
    clock.now += 60
    for house in cast:
        house.advance()
    assert [house.meter.billed.micros for house in cast] == [100_000, 70_000, 70_000]
