"""The contract that every hosted provider keeps: checked before anything is sent, sent once, billed once, owned before it is called done."""

import asyncio
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from callsheet.catalog import Mode, Unknown
from callsheet.film import Beat, Framing, Order, Recipe, Reference
from callsheet.providers.hosted import Create, Forged, Hosted, Refused
from callsheet.providers.wire import Wire
from callsheet.rehearsal.faults import JOBLESS, STAGE_OF, Fault, Stage
from callsheet.rehearsal.house import House
from callsheet.rehearsal.transport import Memory
from callsheet.testing.clock import run, wall
from callsheet.testing.stage import SMALL, order
from callsheet.testing.subject import Ground, Subject, buy, refusals, unfit

_BOUGHT = {
    Fault.POLL_5XX, Fault.POLL_DROP, Fault.TRUNCATED_ONCE, Fault.DAMAGED_ONCE, Fault.SLOW_BODY, Fault.FILE_5XX, Fault.WEBHOOK_LATE,
    Fault.WEBHOOK_DUPLICATE, Fault.WEBHOOK_FORGED, Fault.WEBHOOK_LOST, Fault.RATE_429, Fault.CONCURRENCY_429, Fault.DROP_BEFORE_ACCEPT,
}  # fmt: skip
"""Faults after which the take is there all the same, or, where the answer to a create was lost, is held for a person."""
_LONG_WAITS = {Fault.LATE_SUCCESS, Fault.NEVER_ENDS}


@pytest.fixture
def tested(plain_subject: Subject) -> Subject:
    if not plain_subject.sold:
        pytest.skip("it sells nothing that words alone can order")
    return plain_subject


@pytest.fixture
def first(tested: Subject) -> tuple[str, Order]:
    """Its cheapest offer whose price is known, else its first."""
    seller = tested.seller()

    def cost(sold: tuple[str, Order]) -> tuple[bool, int]:
        price = seller.quote(*sold)
        return (price is None, price.expected.micros if price else 0)

    return min(tested.sold, key=cost)


def test_it_is_a_hosted_provider_and_keeps_its_key_to_itself(tested: Subject) -> None:
    seller = tested.seller(key="s3cret-key:s3cret-part")
    assert isinstance(seller, Hosted)
    assert "s3cret" not in f"{seller!r} {seller} {seller.traits!r}"


def test_every_offer_names_its_source_and_day(tested: Subject) -> None:
    for offer in tested.seller().offers():
        assert offer.source
        assert datetime.fromisoformat(offer.verified_on).date() <= datetime.now(UTC).date()


def test_lengths_are_checked_at_the_limit_and_over_it(tested: Subject) -> None:
    seller = tested.seller()
    for listed in seller.listed_offers:
        if isinstance(listed.durations, Unknown) or listed.id not in dict(tested.sold):
            continue
        longest = listed.durations.longest
        most = int(longest * 24)
        assert "durations" not in unfit(tested, listed.id, order(frames=most)), listed.id
        assert "durations" in unfit(tested, listed.id, order(frames=most + 1)), listed.id


def test_prompts_are_checked_at_the_limit_and_over_it(tested: Subject) -> None:
    for listed in tested.seller().listed_offers:
        if not isinstance(listed.prompt.most, int) or listed.id not in dict(tested.sold):
            continue
        wanted = dict(tested.sold)[listed.id]
        room = listed.prompt.most - 1  # the full stop that ends an action
        assert "prompt.most" not in unfit(tested, listed.id, wanted.model_copy(update={"action": "a" * room})), (
            listed.id
        )
        assert "prompt.most" in unfit(tested, listed.id, wanted.model_copy(update={"action": "a" * (room + 1)})), (
            listed.id
        )


@pytest.mark.parametrize(
    ("limit", "mode", "role"),
    [
        ("images", "reference_images", "image"),
        ("videos", "reference_videos", "video"),
        ("audio", "reference_audio", "audio"),
        ("keyframes", "keyframes", "keyframe:{}"),
    ],
)
def test_more_files_than_it_takes_are_refused(tested: Subject, limit: str, mode: Mode, role: str) -> None:
    for listed in tested.seller().listed_offers:
        most = getattr(listed.references, limit)
        if not isinstance(most, int) or listed.id not in dict(tested.sold) or listed.can(mode) is not True:
            continue
        wanted = dict(tested.sold)[listed.id]
        files = tuple(Reference(role=role.format(12 * n), sha256=f"{n:064x}") for n in range(most + 1))

        def over(given: tuple[Reference, ...], id: str = listed.id, wanted: Order = wanted, most: int = most) -> bool:
            broken = refusals(tested, id, wanted.model_copy(update={"references": given}))
            return any(r.field == f"references.{limit}" and r.message.endswith(f"it takes {most}") for r in broken)

        assert not over(files[:most]), listed.id
        assert over(files), listed.id


def test_shapes_and_resolutions_that_it_lacks_are_refused(tested: Subject) -> None:
    seller = tested.seller()
    for listed in seller.listed_offers:
        if listed.id not in dict(tested.sold):
            continue
        wanted = dict(tested.sold)[listed.id]
        if not isinstance(listed.aspects, Unknown):
            shapes: tuple[Framing, ...] = ("16:9", "9:16")
            for shape in shapes:
                broken = "aspects" in unfit(tested, listed.id, wanted.model_copy(update={"framings": (shape,)}))
                assert broken is (shape not in listed.aspects), (listed.id, shape)
        if not isinstance(listed.resolutions, Unknown):
            assert "resolutions" in unfit(tested, f"{listed.id}:8k", wanted), listed.id
            for resolution in listed.resolutions:
                assert "resolutions" not in unfit(tested, f"{listed.id}:{resolution}", wanted), (listed.id, resolution)


def test_a_refused_order_never_reaches_the_provider(tested: Subject, first: tuple[str, Order], tmp_path: Path) -> None:
    offer, wanted = first
    listed = next(o for o in tested.seller().listed_offers if o.id == offer)
    if isinstance(listed.durations, Unknown):
        pytest.skip("its lengths are unknown")
    over = wanted.model_copy(update={"frames": int(listed.durations.longest * 24) + 1})

    async def main(loop: object) -> int:
        seller, face = tested.seller(), tested.face()
        house = House(face.skin(seller.traits), asyncio.get_running_loop().time, SMALL, face=face)
        wire = Wire(Memory(house))
        with pytest.raises(Refused) as caught:
            await seller.submit(
                wire, Create("a", Recipe(offer=offer, engine=seller.engine, seed=1, order=over), folder=tmp_path)
            )
        assert caught.value.kind == "input"
        await wire.close()
        return house.creates

    assert run(main) == 0


def test_every_offer_is_bought_and_billed_to_the_micro_unit(tested: Subject, stage_folder: Ground) -> None:
    for offer, wanted in tested.sold:
        bought = buy(tested, stage_folder, offer, wanted)
        assert bought.end == "bought", (offer, bought.attempts[-1].reason)
        assert bought.jobs == ("succeeded",), offer
        price = tested.seller().quote(offer, wanted)
        reports = bought.attempts[-1].cost is not None and tested.seller().traits.reports_cost
        if price is not None or reports:
            assert bought.settled == bought.billed, offer
        if price is not None:
            assert bought.billed <= price.worst.micros, offer
        assert bought.held == 0
        assert bought.balanced
        clip = bought.clips[-1]
        assert Fraction(clip.frames) / clip.rate >= Fraction(wanted.frames) / wanted.rate.fraction, offer


def test_several_beats_are_bought_as_one_clip_and_billed_once(tested: Subject, stage_folder: Ground) -> None:
    def beaten(count: int, each: int) -> Order:
        beats = tuple(Beat(at=24 * each * n, action=f"Picture number {n + 1}.") for n in range(count))
        return order(frames=24 * each * count, beats=beats)

    able = [
        one for one in tested.seller().listed_offers if one.can("multi_shot") is True and one.id in dict(tested.sold)
    ]
    if not able:
        pytest.skip("nothing that it sells makes several pictures in one clip")
    for listed in able:
        most = listed.beats.most
        if isinstance(most, int):
            assert "beats.most" not in unfit(tested, listed.id, beaten(most, 1)), listed.id
            assert "beats.most" in unfit(tested, listed.id, beaten(most + 1, 1)), listed.id
    bought = buy(tested, stage_folder, able[0].id, beaten(2, 3))
    assert (bought.end, bought.jobs) == ("bought", ("succeeded",)), bought.attempts[-1].reason
    assert bought.clips[-1].frames >= 144
    assert bought.balanced
    assert bought.billed <= bought.settled + bought.held


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_never_bills_twice_and_loses_nothing(
    tested: Subject, first: tuple[str, Order], fault: Fault, stage_folder: Ground
) -> None:
    offer, wanted = first
    bought = buy(tested, stage_folder, offer, wanted, {1: [fault]})
    story = [(a.state, a.verdict, a.reason) for a in bought.attempts]
    delivered = sum(status == "succeeded" for status in bought.jobs)
    unknown = [a for a in bought.attempts if a.state == "unknown"]
    assert bought.balanced
    assert not [a for a in bought.attempts if a.state in ("reserved", "submitting", "submitted")], story
    if bought.end == "bought" and not unknown:
        assert delivered == 1, story
    # Whatever a job has cost is settled, or still held for: money that the provider has taken is never let go.
    assert bought.billed <= bought.settled + bought.held, story
    if fault in _BOUGHT:
        assert bought.end in ("bought", "unknown"), story
        in_the_answer = STAGE_OF[fault] is Stage.CREATE or tested.seller().synchronous
        assert bought.end == "bought" or in_the_answer, story
    if fault in JOBLESS and not unknown:
        assert len(bought.jobs) <= 1, story
    if fault is Fault.MODERATED_AFTER_ACCEPT:
        assert bought.attempts[0].verdict == "moderated", story
    if fault is Fault.MODERATED_AT_CREATE:
        assert bought.attempts[0].verdict == "moderated", story
        assert bought.billed == 0
    if fault is Fault.RETIRED:
        assert bought.attempts[0].verdict in ("retired", "input"), story
    if fault in (Fault.FUNDS_402, Fault.FUNDS_429):
        assert bought.attempts[0].verdict == "funds", story
        assert bought.creates == 1, "an empty account is not asked again"
    if fault in (Fault.UNKNOWN_STATUS, Fault.DONE_WITHOUT_URL):
        assert bought.attempts[0].state == "unknown", story
    if fault in (Fault.FAILED_FREE, Fault.FAILED_CHARGED) and bought.end == "bought":
        assert bought.attempts[0].verdict == "failed", story
    if fault in _LONG_WAITS:
        assert bought.attempts[0].state in ("unknown", "settled", "released"), story


def test_a_key_that_is_not_known_is_said_so(tested: Subject, first: tuple[str, Order], tmp_path: Path) -> None:
    offer, wanted = first

    async def main(loop: object) -> Refused:
        seller, face = tested.seller(key="wrong:key"), tested.face()
        house = House(face.skin(seller.traits), lambda: wall(asyncio.get_running_loop()).timestamp(), SMALL, face=face)
        wire = Wire(Memory(house))
        with pytest.raises(Refused) as caught:
            await seller.submit(
                wire, Create("a", Recipe(offer=offer, engine=seller.engine, seed=1, order=wanted), folder=tmp_path)
            )
        await wire.close()
        return caught.value

    refused = run(main)
    assert refused.kind == "auth"
    assert "wrong:key" not in str(refused)


def test_webhooks_that_prove_nothing_are_not_believed(tested: Subject) -> None:
    seller = tested.seller()
    for headers, body in (({}, b""), ({"x-signature": "00"}, b'{"id": "job"}'), ({}, b"\xff\x00")):
        with pytest.raises(Forged):
            seller.hint(headers, body)


def test_live(request: pytest.FixtureRequest, tested: Subject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One clip, for money: only with `--live`, a key, and below the cap."""
    if not request.config.getoption("--live"):
        pytest.skip("nothing is bought without --live")
    from callsheet.testing.live import bought_live

    said = bought_live(tested.name, request.config.getoption("--cap"), tmp_path_factory.mktemp("live"))
    if said.skipped:
        pytest.skip(said.skipped)
    assert said.end == "bought", said.story
