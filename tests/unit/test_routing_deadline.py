"""A deadline in the joint plan: what is in time, what nobody knows, what cannot be kept, and the record of all of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from test_routing_together import BOARD as HEAD
from test_routing_weigh import DAY, ORDER, Here, Shop, said, shot

from callsheet.catalog import UNKNOWN, load
from callsheet.film import Continuity, Document, Money
from callsheet.floor.plan import Planned, plan
from callsheet.providers import Seller
from callsheet.providers.families import family
from callsheet.providers.hosted import Traits
from callsheet.providers.waiting import Wait
from callsheet.rehearsal.skins import KEY
from callsheet.routing import route, together
from callsheet.routing.knowledge import Knowledge
from callsheet.routing.record import replay as replayed
from callsheet.routing.together import Member, problem, replay
from callsheet.routing.waits import Schedule, makespan, rounds, whole
from callsheet.routing.why import explain
from callsheet.store import ProductionStore
from callsheet.testing.stage import offers_of

USD_99 = Money.parse("99 USD")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Far(Shop):
    """Asked over a network: so many takes at once, each as long as it says; nothing is ever made."""

    def __init__(
        self, name: str, prices: Mapping[str, str | None], waits: Mapping[str, float], at_once: int = 2
    ) -> None:
        super().__init__(name, prices)
        self.waits = waits
        self.traits = Traits(False, False, False, False, False, at_once, 60)

    def wait(self, offer: str, seconds: Fraction) -> Wait | None:
        found = self.waits.get(offer.partition("@")[0])
        return None if found is None else Wait(found, "stated", "a page", DAY)

    async def submit(self, *_: object) -> None: ...

    async def poll(self, *_: object) -> None: ...

    async def find(self, *_: object) -> None: ...

    async def cancel(self, *_: object) -> None: ...

    def hint(self, *_: object) -> None: ...


def planned(
    folder: Path, shots: Sequence[str], sellers: Sequence[Seller], left: timedelta | None, budget: str = "20 USD"
) -> dict[str, Planned]:
    """Plans by shot code at noon, with the deadline `left` later; a shot is the rest of its fields."""
    folder.mkdir(exist_ok=True)
    rows = "".join(f"          - {{code: SH0{10 * n}, action: She waits., duration: 24, {rest}}}\n" for n, rest in enumerate(shots, 1))  # fmt: skip
    text = HEAD.replace("20 USD", budget) + rows
    if left is not None:
        text = f"deadline: {NOON + left:%Y-%m-%dT%H:%M:%SZ}\n" + text
    (folder / "production.yaml").write_text(text, "utf-8")
    with ProductionStore.open(folder, lambda: NOON) as store:
        found = plan(Document.parse(text).production, store, sellers)
    return {p.placed.shot.code: p for p in found}


def offers(found: Mapping[str, Planned]) -> str:
    return " ".join(p.decision.offer for p in found.values())


CHEAP = {"slow": "0.10 USD", "quick": "0.30 USD"}
WAITS = {"slow": 1800.0, "quick": 120.0}
PLAIN = "use_case: product"


def test_what_is_too_slow_is_left_out_and_the_reason_says_so(tmp_path: Path) -> None:
    sellers = [Far("x", CHEAP, WAITS)]
    assert offers(planned(tmp_path / "a", [PLAIN] * 2, sellers, None)) == "slow@x slow@x"
    assert offers(planned(tmp_path / "b", [PLAIN] * 2, sellers, timedelta(hours=1))) == "slow@x slow@x"
    hurried = planned(tmp_path / "c", [PLAIN], sellers, timedelta(minutes=12))
    assert offers(hurried) == "quick@x"
    decision = hurried["SH010"].decision
    assert "until the deadline 12 min are left, slow@x needs 30 min" in decision.reasons
    assert decision.reasons[-1] == "alone it would go to slow@x"
    assert decision.whole is not None
    assert decision.whole["seconds"] == {"x": 1440.0}
    assert decision.whole["deadline"] == {"at": "2026-11-24T12:12:00+00:00", "left": 720.0, "kept": True, "unpromised": []}  # fmt: skip


def test_a_seller_has_so_many_places_and_no_more_time(tmp_path: Path) -> None:
    """Two at once, half an hour each, three quarters of an hour: two shots may be slow, the others have to be quick."""
    sellers = [Far("x", {"slow": "0.10 USD"}, WAITS), Far("y", {"quick": "0.30 USD"}, WAITS)]
    found = planned(tmp_path / "a", [PLAIN] * 5, sellers, timedelta(minutes=45))
    assert sorted(offers(found).split()) == ["quick@y"] * 3 + ["slow@x"] * 2
    moved = [p.decision for p in found.values() if p.decision.offer == "quick@y"]
    for decision in moved:
        assert "until the deadline 45 min are left, and x has no time for slow@x here as well" in decision.reasons


def test_what_nobody_knows_is_not_promised(tmp_path: Path) -> None:
    sellers = [Far("x", CHEAP, {"quick": 120.0})]
    near = planned(tmp_path / "a", [PLAIN], sellers, timedelta(minutes=12))
    assert offers(near) == "quick@x"
    assert "until the deadline 12 min are left, and how long slow@x takes is not known" in near["SH010"].decision.reasons  # fmt: skip
    far = planned(tmp_path / "b", [PLAIN], sellers, timedelta(hours=2))
    assert offers(far) == "slow@x", "it is given up after an hour, and two are left"
    mute = [Far("x", CHEAP, {})]
    assert offers(planned(tmp_path / "c", [PLAIN], mute, timedelta(minutes=12))) == "slow@x"
    (whole,) = {p.decision.offer for p in planned(tmp_path / "d", [PLAIN], [Shop("x", CHEAP)], timedelta(hours=9)).values()}  # fmt: skip
    assert whole == "slow@x", "a plug-in that says nothing sells as before"


def test_a_shot_of_which_nothing_is_known_does_not_free_the_others(tmp_path: Path) -> None:
    sellers = [Far("x", {**CHEAP, "mute": "0.05 USD", "still": "0.06 USD"}, WAITS)]
    rows = [f"{PLAIN}, constraints: {{only: [mute, still]}}", f"{PLAIN}, constraints: {{only: [slow, quick]}}"]
    found = planned(tmp_path / "a", rows, sellers, timedelta(minutes=12))
    assert offers(found) == "mute@x quick@x"
    whole = found["SH020"].decision.whole
    assert whole is not None
    assert whole["deadline"]["unpromised"] == ["EP01 SQ010 SH010"]


def test_what_cannot_be_kept_is_planned_to_be_there_soonest(tmp_path: Path) -> None:
    sellers = [Far("x", CHEAP, {"slow": 1800.0, "quick": 600.0}, at_once=1)]
    for number, left in enumerate((timedelta(minutes=5), timedelta(hours=-1))):
        found = planned(tmp_path / str(number), [PLAIN] * 3, sellers, left)
        assert offers(found) == "quick@x quick@x quick@x"
        decision = found["SH010"].decision
        said = "until the deadline 5 min are left" if number == 0 else "the deadline has passed"
        assert f"{said}, and not every take can be there: so all of them are there soonest" in decision.reasons
        assert decision.whole is not None
        assert decision.whole["deadline"]["kept"] is False
        assert decision.whole["seconds"]["x"] == pytest.approx(1800.0, rel=1e-3)
        replay(json.loads(json.dumps(decision.whole)))


def test_the_soonest_plan_spreads_over_sellers(tmp_path: Path) -> None:
    sellers = [Far("x", {"a": "0.10 USD"}, {"a": 600.0}, 1), Far("y", {"b": "0.30 USD"}, {"b": 900.0}, 1)]
    found = planned(tmp_path / "a", [PLAIN] * 5, sellers, timedelta(minutes=5))
    assert sorted(offers(found).split()) == ["a@x"] * 3 + ["b@y"] * 2, "half an hour; all by x would be 50 min"


def test_the_budget_is_kept_before_the_deadline(tmp_path: Path) -> None:
    sellers = [Far("x", {"slow": "0.10 USD", "quick": "5.00 USD"}, WAITS)]
    found = planned(tmp_path / "a", [PLAIN] * 2, sellers, timedelta(minutes=12), "0.50 USD")
    assert offers(found) == "slow@x slow@x"
    found = planned(tmp_path / "b", [PLAIN] * 2, sellers, timedelta(minutes=12), "6.00 USD")
    assert offers(found) == "slow@x slow@x", "one could be quick; the other is there no sooner"
    found = planned(tmp_path / "c", [PLAIN] * 2, sellers, timedelta(minutes=12), "11.00 USD")
    assert offers(found) == "quick@x quick@x"


def test_shots_that_are_made_from_each_other_share_the_time(tmp_path: Path) -> None:
    prices = {"slow": "0.10 USD", "quick": "0.30 USD"}
    rows = [PLAIN, f"{PLAIN}, continuity: {{extends: SH010}}"]
    sellers = [Far("x", prices, {"slow": 1500.0, "quick": 300.0}, 9)]
    assert offers(planned(tmp_path / "a", rows, sellers, timedelta(minutes=50))) == "slow@x slow@x"
    found = planned(tmp_path / "b", rows, sellers, timedelta(minutes=30))
    assert offers(found) == "quick@x quick@x", "25 and 25 min one after the other are too long"
    assert "until the deadline 30 min are left, and others are made after it, slow@x needs 25 min" in found["SH010"].decision.reasons  # fmt: skip


def test_what_is_on_order_is_not_what_the_others_wait_for(tmp_path: Path) -> None:
    sellers: list[Seller] = [Far("x", CHEAP, WAITS, 3)]
    decision = next(iter(planned(tmp_path / "a", [PLAIN], sellers, None).values())).decision
    assert decision.offer == "slow@x"
    schedule = Schedule(sellers, deadline=NOON + timedelta(minutes=12), now=NOON)
    knowledge = Knowledge([], production="p", on=DAY, currency="USD", schedule=schedule)
    members = [Member(f"EP01 SQ010 SH0{n}", "EP01 SQ010", shot(), replace(decision, begun=n == 10), fixed=n == 10) for n in (10, 20)]  # fmt: skip
    asked = problem(members, sellers, knowledge)
    assert asked is not None
    changed = together.together(members, asked)
    assert {address: found.offer for address, found in changed.items()} == {"EP01 SQ010 SH020": "quick@x"}
    assert not any("not every take" in reason for reason in changed["EP01 SQ010 SH020"].reasons)


def test_a_joint_plan_with_a_clock_is_made_again_bit_for_bit_and_so_is_one_without(tmp_path: Path) -> None:
    found = planned(tmp_path / "a", [PLAIN] * 5, [Far("x", CHEAP, WAITS)], timedelta(minutes=40))
    decision = next(p.decision for p in found.values() if p.decision.offer == "quick@x")
    assert decision.joint is not None
    assert decision.whole is not None
    whole = json.loads(json.dumps(decision.whole))
    assert str(explain(decision.record(), None, {decision.joint["plan"]: whole})).endswith("; so is the joint plan")
    old = {
        "policy": "joint-1", "currency": "USD", "budget": 20.0, "short": False,
        "shots": [["s", [["a@x", "a", "x", 1.0, 0.2, 0.0], ["b@x", "b", "x", 1.5, 0.4, 0.0]]]],
        "ties": [["the same look (l)", ["s"], 0.1]],
        "answer": {"offers": {"s": "b@x"}, "value": 1.5, "cost": 0.4, "shadow": 0.0},
    }  # fmt: skip
    replay(old)


def test_a_dearer_seller_of_the_same_model_may_be_sooner() -> None:
    """What is learned is of models: the joint plan still has every seller of them to choose from."""
    sellers: list[Seller] = [
        Far("x", {"good": "0.20 USD"}, {"good": 1800.0}),
        Far("y", {"good": "0.25 USD", "bad": "0.10 USD"}, {"good": 120.0, "bad": 120.0}),
    ]
    reviewed = [said(model, good, None if good else "look") for model, good in (("good", True), ("bad", False)) * 4]
    schedule = Schedule(sellers, deadline=NOON + timedelta(minutes=12), now=NOON)
    knowledge = Knowledge(reviewed, production="p", on=DAY, currency="USD", planned=Money.parse("9 USD"), schedule=schedule)  # fmt: skip
    address = "EP01 SQ010 SH010"
    decision = route(address, shot(critical=True), ORDER, sellers, knowledge=knowledge)
    assert decision.offer == "good@x"
    assert decision.weighed is not None
    assert {o["offer"]: o["wait"] for o in decision.weighed["question"]["options"]}["good@x"] == 1800.0
    asked = problem([Member(address, "EP01 SQ010", shot(), decision)], sellers, knowledge)
    assert asked is not None
    changed = together.together([Member(address, "EP01 SQ010", shot(), decision)], asked)[address]
    assert changed.offer == "good@y"
    record = json.loads(json.dumps(changed.record()))
    assert replayed(record["weighed"]).offer == "good@y"
    assert changed.joint is not None
    assert "slow" not in str(explain(record, None, {changed.joint["plan"]: json.loads(json.dumps(changed.whole))}))


def test_a_runner_up_that_is_tried_out_may_not_cost_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callsheet.routing.decide._draw", lambda _question: 0.0)
    monkeypatch.setattr("callsheet.routing.decide.UNSURE", 0.0)
    sellers: list[Seller] = [Far("x", {"a": "0.20 USD", "b": "0.20 USD"}, {"a": 60.0, "b": 1800.0})]
    reviewed = [said(model, n != 4) for n in range(6) for model in ("a", "b")] + [said("a", True)]
    for minutes, offer in ((60, "b@x"), (12, "a@x")):
        schedule = Schedule(sellers, deadline=NOON + timedelta(minutes=minutes), now=NOON)
        knowledge = Knowledge(reviewed, production="p", on=DAY, currency="USD", planned=USD_99, shots=9, schedule=schedule)  # fmt: skip
        decision = route("EP01 SQ010 SH010", shot(), ORDER, sellers, knowledge=knowledge)
        assert decision.explored
        assert decision.offer == "b@x"
        members = [Member("EP01 SQ010 SH010", "EP01 SQ010", shot(), decision)]
        asked = problem(members, sellers, knowledge)
        assert asked is not None
        changed = together.together(members, asked).get("EP01 SQ010 SH010", decision)
        assert changed.offer == offer
        if offer == "a@x":
            assert changed.record()["propensity"] == 1.0
            assert not changed.explored


# -- how long an offer takes --------------------------------------------------------------------------------------------------


def test_what_was_seen_counts_before_what_is_stated_and_nothing_is_zero() -> None:
    sellers: list[Seller] = [Far("x", CHEAP, {"quick": 120.0}), Here("here", {"own": "0.10 USD"}), Shop("shop", CHEAP)]
    schedule = Schedule(sellers, observed=lambda: {"slow@x": (90.0, 3)})
    assert schedule.wait("slow@x", 24) == Wait(90.0, "observed", "3 takes delivered here")
    assert schedule.wait("quick@x:720p", 24) == Wait(120.0, "stated", "a page", DAY)
    assert schedule.wait("own@here", 24) == Wait(0.0, "here")
    assert schedule.wait("slow@shop", 24) is None, "a plug-in without the method says nothing"
    assert schedule.wait("gone@nowhere", 24) is None
    assert schedule.places == {"x": 2}
    assert (schedule.longest("quick@x"), schedule.longest("slow@shop")) == (3600.0, Traits.longest_s)
    assert schedule.left is None


def test_a_seller_of_the_catalogue_says_what_stands_there_and_who_says_so() -> None:
    seller = family("fal-queue", "fal")("fal", offers_of("fal"), KEY)
    said = seller.wait("kling-4.0@fal", Fraction(5, 2))
    assert said is not None
    assert (said.seconds, said.basis, said.on) == (5 + 60 + 20 * 3, "stated", date(2026, 10, 18)), (
        "3 s are the shortest"
    )
    assert "2 minutes" in said.source
    xai = family("xai", "xai")("xai", offers_of("xai"), KEY)
    assumed = xai.wait("grok-imagine-video-1.5@xai:720p", Fraction(5))
    assert assumed is not None
    assert (assumed.seconds, assumed.basis) == (2 + 10 + 4 * 5, "assumed")
    assert seller.wait("kling-4.0@fal", Fraction(999)) is None
    assert seller.wait("nothing@fal", Fraction(3)) is None
    offer = load().offer("kling-4.0@fal")
    without = offer.model_copy(update={"latency": offer.latency.model_copy(update={"queue_s": UNKNOWN})})
    assert family("fal-queue", "fal")("fal", [without], KEY).wait("kling-4.0@fal", Fraction(3)) is None


def test_a_long_line_of_shots_that_extend_each_other_has_a_round_each() -> None:
    film = []
    for n in range(1500):
        after = Continuity(extends=f"SH{n - 1:05}" if n else None)
        one = shot().model_copy(update={"code": f"SH{n:05}", "continuity": after})
        film.append((f"EP01 SQ010 SH{n:05}", one, n > 9))
    found = rounds(reversed(film))
    assert (found["EP01 SQ010 SH01499"], found["EP01 SQ010 SH00010"], len(found)) == (1489, 0, 1490)


def test_what_everything_takes_is_by_round_by_seller_and_by_place() -> None:
    assert makespan([30, 30, 30], 2) == 60
    assert makespan([10, 10, 30], 2) == 40, "begun in the order of the film"
    assert whole([], {}) == 0
    assert whole([(0, "x", 30), (0, "x", 30), (0, "y", 50), (0, "y", 50), (1, "x", 5)], {"x": 1}) == 65
