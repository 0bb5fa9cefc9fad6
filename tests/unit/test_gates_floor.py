"""Gates at work: what is kept of their word, what is tried after a reject and how often, what their scores are worth."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
from money_makers import books, recipe, usd

from callsheet.bakeoff.page import write_page
from callsheet.errors import InputError
from callsheet.film import Clip, GateFinding, Inspection, Money, Price, Rate, Reference, Take
from callsheet.film.shot import Beat
from callsheet.film.take import Sound
from callsheet.floor import judging
from callsheet.floor.floor import Floor, ShootRequest
from callsheet.floor.gating import advice, again, inspected, shoot_local
from callsheet.floor.order import BuyOrder, Route
from callsheet.floor.retrying import next_of
from callsheet.media.encode import TAKE, ClipWriter
from callsheet.media.type.fonts import font_files
from callsheet.money.attempts import Attempt, Verdict
from callsheet.money.bid import MOST_PAID
from callsheet.money.odds import Odds
from callsheet.money.statement import odds
from callsheet.store import ProductionStore
from callsheet.store.verdicts import say

AT = datetime(2026, 11, 21, tzinfo=UTC)


def inspection(**outcomes: tuple[str, float | None]) -> Inspection:
    found = (
        GateFinding(gate=gate, outcome=cast(Any, outcome), score=score, words=f"{gate} words")
        for gate, (outcome, score) in outcomes.items()
    )
    return Inspection(version=1, findings=tuple(found))


def clip(gates: Inspection | None, name: str = "a") -> Clip:
    return Clip(framing="16:9", sha256=name * 64, width=170, height=96, frames=96, rate=Rate(24), gates=gates)


def take(*gates: Inspection | None, number: int = 1) -> Take:
    clips = tuple(clip(one) for one in gates)
    return Take(
        number=number, shot="EP01 SQ010 SH010", recipe=recipe(), clips=clips, cost_micros=0, currency="USD", made_at=AT
    )


BAD = inspection(freeze=("reject", 0.5), static=("rank", 0.2), sound=("not checked", None))
FINE = inspection(freeze=("ok", 1.0), static=("ok", 0.9), sound=("not checked", None))


def test_one_rejected_clip_rejects_the_take_and_the_worst_word_counts() -> None:
    found = take(FINE, BAD, inspection(freeze=("reject", 0.1)))
    assert found.rejected
    assert found.inspected
    assert [(f.gate, f.outcome, f.score) for f in found.against] == [("freeze", "reject", 0.1), ("static", "rank", 0.2)]
    assert found.scores == {"freeze": 0.1, "static": 0.2, "sound": None}
    assert found.gates_said == "rejected by freeze: freeze words; static: static words"
    assert take(FINE).gates_said == "gates have nothing against it"
    assert not take(FINE).rejected


def test_a_take_of_before_there_were_gates_is_not_inspected() -> None:
    old = json.loads(clip(None).model_dump_json(exclude={"gates"}))
    assert Clip.model_validate(old).gates is None
    found = take(None, FINE)
    assert (found.inspected, found.rejected, found.gates_said) == (False, False, "not inspected")


def tried(id: str, offer: str, verdict: Verdict = "delivered", cancel: str = "no") -> Attempt:
    price = Price(usd(1), usd(1), "a test", date(2026, 11, 21))
    return Attempt(
        id, "p", "take", 1, "SH010", "Ada", "2026-11-21", "fal", offer, recipe(offer=offer), price, usd(1), "settled", None, None,
        cast(Any, cancel), verdict, "", usd(1), AT, AT, AT,
    )  # fmt: skip


def walk(offers: Sequence[str], says: str, verdicts: Mapping[str, Verdict] = {}) -> list[str]:
    """The offers that are tried while gates reject everything."""
    history: list[Attempt] = []
    rejected: dict[str, str] = {}
    while (following := next_of(history, offers, rejected)).do == "try":
        id = f"{len(history)}"
        verdict = verdicts.get(following.offer, "delivered")
        history.append(tried(id, following.offer, verdict))
        if verdict == "delivered":
            rejected[id] = says
    assert following.do == "exhausted"
    return [attempt.offer for attempt in history]


def test_two_seeds_of_a_route_then_the_next_and_never_more_than_may_be_paid() -> None:
    assert walk(["a", "b", "c"], "re-roll") == ["a", "a", "b", "b"]
    assert walk(["a"], "re-roll") == ["a", "a", "a"]
    assert walk(["a", "b", "c", "d", "e"], "re-route") == ["a", "b", "c", "d"]
    assert walk(["a", "b"], "re-route") == ["a", "b"], "nobody pays twice for what would only come again"
    assert walk(["a", "b"], "re-roll", {"b": "failed"}) == ["a", "a", "b", "b"], (
        "what failed and was paid for counts too"
    )
    assert next_of([tried("1", "a")], ["a"]).do == "bought"
    assert next_of([tried("1", "a"), tried("2", "a")], ["a"], {"1": "re-roll"}).do == "bought"
    assert next_of([tried("1", "a", cancel="asked")], ["a"], {"1": "re-roll"}).do == "cancelled"


def test_another_try_is_the_same_order_with_another_seed() -> None:
    first = recipe()
    seeds = {first.seed, *(again(first, turn).seed for turn in range(1, 5))}
    assert len(seeds) == 5
    assert again(first, 2) == again(first, 2)
    assert again(first, 2).order == first.order
    assert advice(take(BAD)) == "re-roll"
    assert advice(take(inspection(spec=("reject", 0.0)))) == "re-route"
    short = clip(inspection(decode=("reject", 0.9))).model_copy(update={"frames": 90})
    assert advice(take(None).model_copy(update={"clips": (short,)})) == "re-route", (
        "90 frames of the 96 that were ordered"
    )


def test_an_order_says_whether_what_gates_reject_is_bought_again() -> None:
    price = Price(usd(1), usd(1), "a test", date(2026, 11, 21))
    order = BuyOrder("SH010", "Ada", [Route("fal", recipe(), price)], [], rerolls=False)
    assert BuyOrder.of(order.plain()) == order
    before = {name: value for name, value in order.plain().items() if name != "rerolls"}
    assert BuyOrder.of(before).rerolls, "an order that was under way before there were gates"


class FakeFloor:
    """Gives takes that are rejected until the seed is one of `good`."""

    def __init__(self, good: int, gates: Inspection) -> None:
        self.good, self.gates, self.asked = good, gates, []  # type: tuple[int, Inspection, list[int]]

    async def shoot(self, requests: Sequence[ShootRequest], maker: Any) -> list[Take]:
        self.asked += [request.recipe.seed for request in requests]
        gates = FINE if len(self.asked) >= self.good else self.gates
        return [take(gates).model_copy(update={"recipe": request.recipe}) for request in requests]


def local(
    good: int, cost: Money, left: Money | None, gates: Inspection = BAD
) -> tuple[FakeFloor, list[Take], list[Any]]:
    floor = FakeFloor(good, gates)
    request = ShootRequest(recipe(), cost)
    made, bad = asyncio.run(shoot_local(cast(Floor, floor), [request], cast(Any, None), left))
    return floor, made, bad


def test_what_is_made_here_is_made_again_a_few_times_and_within_the_budget() -> None:
    floor, made, bad = local(3, usd(0), None)
    assert (len(set(floor.asked)), len(made), bad) == (3, 1, [])
    floor, made, bad = local(99, usd(0), usd(0))
    assert (len(floor.asked), made, len(bad)) == (MOST_PAID, [], 1)
    assert bad[0].end == "rejected"
    assert bad[0].rejected is not None
    assert len(local(99, usd(0), None, inspection(spec=("reject", 0.0)))[0].asked) == 1, (
        "the maker's way: once is enough"
    )
    floor, made, bad = local(99, usd(1), usd(2))
    assert len(floor.asked) == 3, "the first, and what the budget still pays for"


def still(path: Path, high: int = 96) -> Path:
    import numpy as np

    with ClipWriter(path, high * 16 // 9 // 2 * 2, high, Fraction(24), TAKE) as writer:
        for _ in range(96):
            writer.write_bgra(np.full((high, high * 16 // 9 // 2 * 2, 4), 120, np.uint8))
    return path


def test_a_drawing_is_rejected_for_its_file_alone(tmp_path: Path) -> None:
    path = still(tmp_path / "clip.mp4")
    bought = inspected(path, recipe(), "16:9")
    assert {f.gate for f in bought.findings if f.outcome == "reject"} == {"freeze"}
    drawn = inspected(path, recipe(offer="animatic"), "16:9")
    assert not drawn.rejected
    assert "freeze" in {f.gate for f in drawn.against}
    path.write_bytes(path.read_bytes()[:900])
    assert inspected(path, recipe(offer="animatic"), "16:9").rejected


def test_bought_clips_are_read_when_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import skia

    path = tmp_path / "clip.mp4"
    surface = skia.Surface(640, 360)
    surface.getCanvas().clear(0xFF334455)
    font = skia.Font(skia.Typeface.MakeFromFile(str(font_files()[0])), 42)
    surface.getCanvas().drawString("shutterstock", 180, 200, font, skia.Paint(Color=0xFFFFFFFF, AntiAlias=True))
    with ClipWriter(path, 640, 360, Fraction(24), TAKE) as writer:
        for _ in range(24):
            writer.write_bgra(surface.toarray())

    def said(offer: str = "veo-9@fal") -> dict[str, str]:
        return {f.gate: f.outcome for f in inspected(path, recipe(offer=offer), "16:9").findings}

    assert "watermark" not in said()
    monkeypatch.setenv("CALLSHEET_READ", "on")
    assert said()["watermark"] == "reject"
    assert "watermark" not in said("animatic"), "we know what we drew"
    monkeypatch.setenv("CALLSHEET_READ", "yes")
    with ProductionStore.open(tmp_path) as store, pytest.raises(InputError, match="neither on nor off"):
        Floor(store)


def test_what_was_ordered_is_no_fault(tmp_path: Path) -> None:
    path = still(tmp_path / "clip.mp4")

    def outcomes(**more: Any) -> dict[str, str]:
        plain = recipe()
        order = plain.order.model_copy(update=more)
        return {f.gate: f.outcome for f in inspected(path, plain.model_copy(update={"order": order}), "16:9").findings}

    assert outcomes()["cuts"] == "ok"
    beats = (Beat(at=0, action="a kettle"), Beat(at=48, action="a cup"))
    assert outcomes(beats=beats)["cuts"] == "not checked"
    assert outcomes(sound=Sound())["sound"] == "reject", "sound was ordered, and there is none"
    worked = outcomes(references=(Reference(role="edit:16:9", sha256="a" * 64),))
    assert (worked["freeze"], worked["cuts"], worked["spec"]) == ("not checked", "not checked", "ok")


def test_lines_are_those_that_the_offer_names(tmp_path: Path) -> None:
    path = still(tmp_path / "clip.mp4")

    def spec(offer: str, **more: Any) -> str:
        return next(
            f.outcome for f in inspected(path, recipe(offer=offer), "16:9", **more).findings if f.gate == "spec"
        )

    assert spec("kling@fal:720p") == "reject"
    assert spec("kling@fal:720p", sized=False) == "ok", "stand-ins draw small"
    assert spec("kling@fal") == "ok"


def test_a_clip_that_gates_reject_was_not_usable(tmp_path: Path) -> None:
    found = books(tmp_path)
    attempt = found.submitted(usd(1), "job-1")
    settle = found.of().settle
    settle(
        attempt.id,
        usd(1),
        "reported",
        "delivered",
        "rejected by gate",
        lambda db: found.take(db, attempt, usd(1), id=attempt.id, state="rejected"),
    )
    second = found.submitted(usd(1), "job-2", take=attempt.take)
    settle(second.id, usd(1), "reported", "delivered", "", lambda db: found.take(db, second, usd(1)))
    assert odds(found.database)["kling@fal"] == Odds().seen(2, 1)
    found.database.close()


def filled(folder: Path, count: int) -> ProductionStore:
    """Takes whose `static` score decides what Mira says of them."""
    folder.mkdir()
    store = ProductionStore.open(folder)
    for number in range(count):
        good = number % 3 > 0
        gates = inspection(static=("ok" if good else "rank", 0.9 if good else 0.1), black=("ok", 1.0))
        made = store.add_take(f"{number:064}", recipe(seed=number), [clip(gates)], usd(0))
        say(store, made, good, "mira")
    return store


def test_scores_are_worth_what_people_say_and_nothing_while_they_said_little(tmp_path: Path) -> None:
    with filled(tmp_path / "few", 20) as store:
        assert judging.calibration(store) is None
    with filled(tmp_path / "many", 102) as store:
        found = judging.calibration(store)
        assert found is not None
        assert (found.verdicts, found.accepted, found.useful) == (102, 68, True)
        assert judging.told(found).startswith(
            "Gate scores, fitted on 102 verdicts (67% accepted): P(accept) is off by "
        )
        takes = store.takes()
        listing = judging.Listing((takes, None))
        assert listing.chance(takes[0]) is None
        listing.calibration = found
        bad, good = (cast(float, listing.chance(takes[number])) for number in (0, 1))
        assert bad < 0.2 < 0.8 < good
        assert listing.chance(take(None)) is None
        say(store, takes[1], False, "ada")
        again = judging.calibration(store)
        assert again is not None
        assert again.accepted == 67, "accepted is what everybody accepts"
        listing.calibration = replace(found, brier=1.0)
        assert listing.chance(takes[0]) == pytest.approx(68 / 102), "no use: the share alone"
        assert "tell nothing" in judging.told(replace(found, brier=1.0))


def page(folder: Path, said: Mapping[str, Any], **entry: Any) -> str:
    money = {"micros": 1_000_000, "currency": "USD"}
    row = {
        "label": "A", "offer": "kling@fal", "number": 1, "end": "rejected", "reason": "", "take": 1, "cost": money, "quoted": money,
        "seconds": 3.0, "checks": [], "clip": "A.mp4", **entry,
    }  # fmt: skip
    bake = {"shot": "SH010", "action": "steam", "shape": "16:9", "entries": [row], "out": {}, "spent": money, "cap": money, "reel": None,
            "rehearsal": True}  # fmt: skip
    return write_page(folder, bake, said).read_text("utf-8")


def test_the_bake_off_tells_what_can_be_seen_and_the_rest_when_it_is_rated(tmp_path: Path) -> None:
    from callsheet.store.verdicts import Verdict as Said

    freeze = {"gate": "freeze", "outcome": "reject", "words": "the picture stops"}
    spec = {"gate": "spec", "outcome": "rank", "words": "30 frames a second"}
    said = {"A": Said("SH010", 1, "kling@fal", None, False, 2, None, "", "mira", True, AT)}
    blind = page(tmp_path, {}, gates=[freeze, spec], inspected=True)
    assert "Rejected by gate freeze: the picture stops" in blind
    assert "30 frames" not in blind
    assert "kling" not in blind
    assert "Gate spec: 30 frames a second" in page(tmp_path, said, gates=[freeze, spec], inspected=True)
    assert "Gates: the rest is told when every clip is rated" in page(tmp_path, {}, gates=[spec], inspected=True)
    assert "Gates: nothing against it" in page(tmp_path, {}, gates=[], inspected=True)
    assert "Gates: not inspected" in page(tmp_path, {}), "a bake-off of before there were gates"
