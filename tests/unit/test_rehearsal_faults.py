"""Every fault over memory and over real sockets: what the client sees, what became of the job, what the meter says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_rehearsal_stage import CLIPS, FAST, both, create, stage

from callsheet.errors import MediaError
from callsheet.film.price import Money
from callsheet.media.probe import probe
from callsheet.providers.hosted import Refused
from callsheet.providers.wire import Damaged, Expired, Lost, Unanswered
from callsheet.rehearsal import (
    JOBLESS,
    STAGE_OF,
    Fault,
    Memory,
    Stage,
    read_schedule,
)

CREATE_FAULTS = {
    Fault.DROP_BEFORE_ACCEPT: ("lost", None),
    Fault.DROP_AFTER_ACCEPT: ("lost", None),
    Fault.SLOW_ANSWER: ("lost", None),
    Fault.RATE_429: ("rate", 10.0),
    Fault.CONCURRENCY_429: ("concurrency", 5.0),
    Fault.FUNDS_402: ("funds", None),
    Fault.FUNDS_429: ("funds", None),
    Fault.ERROR_BEFORE_ACCEPT: ("lost", 503),
    Fault.ERROR_AFTER_ACCEPT: ("lost", 502),
    Fault.WRONG_JSON: ("lost", 200),
    Fault.NO_ID: ("lost", 200),
    Fault.MODERATED_AT_CREATE: ("moderated", None),
    Fault.RETIRED: ("retired", None),
}


def of(stage: Stage) -> set[Fault]:
    return {fault for fault in Fault if STAGE_OF[fault] is stage}


@pytest.mark.parametrize("fault", CREATE_FAULTS)
@both
async def test_faults_of_a_create(kind: str, fault: Fault) -> None:
    seen, number = CREATE_FAULTS[fault]
    async with stage(kind, {1: [fault]}) as on:
        with pytest.raises((Lost, Refused)) as caught:
            await on.submit()
        if seen == "lost":
            assert isinstance(caught.value, Lost)
            assert caught.value.status == number
        else:
            assert isinstance(caught.value, Refused)
            assert (caught.value.kind, caught.value.after_s) == (seen, number)
        on.clock.now += 60
        on.house.advance()
        made = 0 if fault in JOBLESS else 1
        assert len(on.house.jobs) == len(on.house.meter.charges) == made
        assert on.house.met[fault] == on.house.creates == 1
        # 0.5 s of film at 0.1 USD a second in two picture shapes
        assert on.house.meter.billed == Money(100_000 * made, "USD")


FATES = {
    Fault.UNKNOWN_STATUS: ("unknown", True),
    Fault.DONE_WITHOUT_URL: ("unknown", True),
    Fault.MODERATED_AFTER_ACCEPT: ("moderated", True),
    Fault.FAILED_FREE: ("failed", False),
    Fault.FAILED_CHARGED: ("failed", True),
    Fault.NEVER_ENDS: ("running", False),
    Fault.LATE_SUCCESS: ("running", False),
}


@pytest.mark.parametrize("fault", FATES)
@both
async def test_fates_of_a_job(kind: str, fault: Fault) -> None:
    state, charged = FATES[fault]
    async with stage(kind, {"SH010": [fault]}) as on:
        job = await on.submit()
        assert await on.state(job) == "waiting"
        on.clock.now += 5
        assert await on.state(job) == "running"
        assert not on.house.meter.charges
        on.clock.now += 60
        told = (await on.provider.poll(on.wire, [job]))[job]
        assert (told.state, told.links) == (state, ())
        assert on.house.meter.billed.micros == (100_000 if charged else 0)
        assert told.cost == (None if state == "running" else on.house.meter.billed)
        assert told.reason or state == "running"


@both
async def test_a_late_success_outlives_its_cancelling_and_is_billed(kind: str) -> None:
    async with stage(kind, {1: [Fault.LATE_SUCCESS], 2: [Fault.NEVER_ENDS]}) as on:
        late, never = await on.submit(), await on.submit("a2", "SH020")
        on.clock.now += 4000
        assert {(await on.state(job)) for job in (late, never)} == {"running"}
        assert on.house.in_flight == 1  # the one that never ends has given up its place
        for job in (late, never, "nobody"):
            await on.provider.cancel(on.wire, job)
        assert (await on.state(late), await on.state(never)) == ("running", "cancelled")
        on.clock.now += FAST.run_s
        assert await on.state(late) == "done"
        assert [(c.attempt, c.why, c.money.micros) for c in on.house.meter.charges] == [
            ("a2", "cancelled", 100_000),  # this house bills what it had begun
            ("a1", "succeeded", 100_000),
        ]
        on.clock.now += 9000
        on.house.advance()
        assert len(on.house.meter.charges) == 2


@both
async def test_poll_faults_are_asked_away(kind: str) -> None:
    faults = [Fault.POLL_5XX, Fault.POLL_DROP]
    async with stage(kind, {n + 1: [fault] for n, fault in enumerate(faults)}) as on:
        for number in range(len(faults)):
            job = await on.submit(f"a{number}", f"SH0{number}0")
            assert await on.state(job) == "waiting"


@pytest.mark.parametrize("fault", sorted(of(Stage.POLL)))
@both
async def test_poll_faults_that_stay(kind: str, fault: Fault) -> None:
    async with stage(kind, {1: [fault]}, timing=replace(FAST, polls_lost=4)) as on:
        job = await on.submit()
        with pytest.raises(Unanswered):
            await on.state(job)
        assert await on.state(job) == "waiting"


FILES = {
    Fault.EXPIRED_URL: Expired,
    Fault.EXPIRED_URL_ALWAYS: Expired,
    Fault.TRUNCATED_ONCE: None,
    Fault.TRUNCATED_ALWAYS: Damaged,
    Fault.DAMAGED_ONCE: MediaError,
    Fault.DAMAGED_ALWAYS: MediaError,
    Fault.SLOW_BODY: None,
    Fault.FILE_5XX: None,
}


@pytest.mark.parametrize("fault", FILES)
@both
async def test_file_faults(kind: str, fault: Fault, tmp_path: Path) -> None:
    async with stage(kind, {1: [fault]}) as on:
        job = await on.submit()
        on.clock.now += 60

        async def fetch(name: str) -> None:
            told = (await on.provider.poll(on.wire, [job]))[job]
            assert told.state == "done"
            assert [link.framing for link in told.links] == ["9:16", "16:9"]
            file = await on.wire.download(told.links[0].url, tmp_path / name)
            assert file.bytes == len(CLIPS(on.house.jobs[0].recipe, "9:16"))
            assert (probe(file.path).frames, probe(file.path).rate) == (12, 24)

        if (error := FILES[fault]) is None:
            await fetch("first.mp4")
        else:
            with pytest.raises(error):
                await fetch("first.mp4")
        if fault in (Fault.EXPIRED_URL_ALWAYS, Fault.TRUNCATED_ALWAYS, Fault.DAMAGED_ALWAYS):
            with pytest.raises(FILES[fault]):
                await fetch("again.mp4")
        else:
            await fetch("again.mp4")
        assert on.house.meter.jobs == (job,)


@both
async def test_a_body_slower_than_patience_is_damaged(kind: str, tmp_path: Path) -> None:
    async with stage(kind, {1: [Fault.SLOW_BODY]}, timing=replace(FAST, pace_s=0.3)) as on:
        job = await on.submit()
        on.clock.now += 60
        link = (await on.provider.poll(on.wire, [job]))[job].links[0]
        with pytest.raises(Damaged):
            await on.wire.download(link.url, tmp_path / "clip")


@both
async def test_a_body_that_breaks_off_says_its_whole_length(kind: str) -> None:
    async with stage(kind, {1: [Fault.TRUNCATED_ALWAYS]}) as on:
        job = await on.submit()
        on.clock.now += 60
        url = (await on.provider.poll(on.wire, [job]))[job].links[0].url
        transport = Memory(on.house) if kind == "memory" else None
        whole = len(CLIPS(on.house.jobs[0].recipe, "9:16"))
        async with httpx.AsyncClient(transport=transport) as client, client.stream("GET", url) as response:
            assert int(response.headers["content-length"]) == whole
            pieces = response.aiter_raw()
            came = len(await anext(pieces))
            with pytest.raises(httpx.RemoteProtocolError):
                [piece async for piece in pieces]
        assert 0 < came <= whole // 2


@both
async def test_links_die_of_age_and_only_some_houses_give_new_ones(kind: str, tmp_path: Path) -> None:
    for name, heals in (("rehearsal-keyed", True), ("rehearsal-listed", False)):
        async with stage(kind, name=name) as on:
            job = await on.submit()
            on.clock.now += 60
            link = (await on.provider.poll(on.wire, [job]))[job].links[0]
            await on.wire.download(link.url, tmp_path / "a")
            on.clock.now += FAST.link_s
            with pytest.raises(Expired):
                await on.wire.download(link.url, tmp_path / "b")
            again = (await on.provider.poll(on.wire, [job]))[job].links[0]
            assert (again.url != link.url) is heals


RAISED = {
    Fault.DROP_BEFORE_ACCEPT: httpx.ReadError,
    Fault.DROP_AFTER_ACCEPT: httpx.RemoteProtocolError,
    Fault.SLOW_ANSWER: httpx.ReadTimeout,
}


@pytest.mark.parametrize("fault", RAISED)
@both
async def test_memory_and_sockets_break_alike(kind: str, fault: Fault) -> None:
    events: list[str] = []
    async with stage(kind, {1: [fault]}) as on:

        async def trace(event: str, info: Any) -> None:
            events.append(event)
            assert event != "http11.send_request_headers.started" or not on.house.creates

        transport = Memory(on.house) if kind == "memory" else httpx.AsyncHTTPTransport()
        async with httpx.AsyncClient(transport=transport, timeout=0.15) as client:
            recipe = create("a", "SH010", on.provider.name).recipe.model_dump(mode="json")
            body = {"client_id": "a", "model": recipe["offer"], "recipe": recipe}
            headers, url = {"authorization": "Bearer rehearsal"}, f"{on.provider.url}/v1/takes"
            with pytest.raises(RAISED[fault]):
                await client.post(url, headers=headers, json=body, extensions={"trace": trace})
    assert events[:3] == [
        "connection.connect_tcp.started",
        "connection.connect_tcp.complete",
        "http11.send_request_headers.started",
    ]


def test_every_fault_is_tried() -> None:
    assert set(CREATE_FAULTS) == of(Stage.CREATE)
    assert set(FATES) == of(Stage.FATE)
    assert set(FILES) == of(Stage.FILE)
    assert sum(len(of(stage)) for stage in Stage) == len(Fault)
    assert all(read_schedule({"script": {"1": [fault]}}).plan(1, "SH010", 1) for fault in Fault)
