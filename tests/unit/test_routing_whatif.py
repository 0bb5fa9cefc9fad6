"""Off-policy estimates on logs whose truth is known, and on decisions and verdicts as a production keeps them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from callsheet.errors import InputError, NotFoundError
from callsheet.routing.belief import Posterior
from callsheet.routing.decide import POLICY, Question, Spend, decide
from callsheet.routing.difficulty import Rates
from callsheet.routing.offpolicy import Logged, OffPolicy, estimate
from callsheet.routing.record import record
from callsheet.routing.sequences import Option, Worth
from callsheet.routing.verdicts import Situation
from callsheet.routing.whatif import Changes, what_if
from callsheet.store import ProductionStore, tables
from callsheet.store.place import Place

VALUE = {"a": 0.45, "b": 0.7}


def one_try(rng: np.random.Generator, count: int, chance_b: float, wish_b: float, error: float = 0.1) -> list[Logged]:
    """Decisions between two offers; the model is wrong by `error`."""
    log = []
    for _ in range(count):
        chosen = "b" if rng.random() < chance_b else "a"
        chance, wish = (chance_b, wish_b) if chosen == "b" else (1 - chance_b, 1 - wish_b)
        modelled = {name: value - error for name, value in VALUE.items()}
        ahead = wish_b * modelled["b"] + (1 - wish_b) * modelled["a"]
        log.append(Logged(chance, wish, float(rng.random() < VALUE[chosen]), modelled[chosen], ahead))
    return log


def widths(found: OffPolicy) -> dict[str, float]:
    return {name: getattr(found, name).high - getattr(found, name).low for name in ("ips", "snips", "doubly_robust")}


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    truth = 0.8 * VALUE["b"] + 0.2 * VALUE["a"]
    held = dict.fromkeys(("ips", "snips", "doubly_robust", "gain"), 0)
    for seed in range(40):
        rng = np.random.default_rng([1, seed])
        found = estimate(one_try(rng, 250, 0.25, 0.8), resamples=400)
        assert found.doubt == ""
        for name in held:
            there = getattr(found, name)
            target = truth - (0.25 * VALUE["b"] + 0.75 * VALUE["a"]) if name == "gain" else truth
            held[name] += there.low <= target <= there.high
    assert all(33 <= count <= 40 for count in held.values()), held


def test_doubly_robust_is_narrower_than_plain_weights_and_stays_right_when_its_model_is_wrong() -> None:
    good = estimate(one_try(np.random.default_rng(2), 600, 0.2, 1.0, error=0.0))
    wrong = estimate(one_try(np.random.default_rng(2), 600, 0.2, 1.0, error=0.6))
    assert widths(good)["doubly_robust"] < 0.8 * widths(good)["ips"]
    assert abs(wrong.doubly_robust.value - VALUE["b"]) < 0.15
    assert wrong.ips == good.ips, "no model plays a part in it"


def test_tries_of_one_shot_are_one_story() -> None:
    """Two tries a shot: the second only after a reject. The truth of 'b, then b' is known."""
    rng = np.random.default_rng(4)
    log: list[Logged] = []
    for shot in range(900):
        for _ in range(2):
            chosen = "b" if rng.random() < 0.5 else "a"
            came = bool(rng.random() < VALUE[chosen])
            log.append(
                Logged(0.5, float(chosen == "b"), came - 0.2, 0.4 if chosen == "b" else 0.3, 0.4, shot=str(shot))
            )
            if came:
                break
    found = estimate(log)
    truth = VALUE["b"] + (1 - VALUE["b"]) * VALUE["b"] - 0.2 * (1 + 1 - VALUE["b"])
    assert found.shots == 900 < found.decisions
    for one in (found.ips, found.snips, found.doubly_robust):
        assert one.low < truth < one.high
        assert one.high - one.low < 0.3


def test_a_log_that_never_tried_what_is_asked_says_so() -> None:
    never = [
        replace(one, covered=0.0, changed=0.0, propensity=1.0)
        for one in one_try(np.random.default_rng(5), 200, 0.0, 1.0)
    ]
    found = estimate(never)
    assert found.doubt.startswith("no overlap: 100% of what it would choose")
    rare = estimate([Logged(0.02, 1.0, 1.0)] * 3 + [Logged(0.98, 0.0, 0.0)] * 200)
    assert rare.doubt.startswith("too few: in effect 3 of 203 shots")
    assert estimate([Logged(1.0, 1.0, 0.5)] * 3).doubt.startswith("too few")
    cut = estimate([Logged(0.001, 1.0, 1.0), *[Logged(0.5, 0.5, 0.0)] * 30])
    assert cut.clipped == 1


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLACE = Situation("product", ("prompt",), "final")
OFFERS = ("one@shop", "two@shop")


def logged(folder: Path, shots: int, *, second: tuple[float, float] = (0.59, 0.30)) -> ProductionStore:
    """A production that was shot by the learned policy; `two` is better than it was believed to be."""
    (folder / "production.yaml").write_text("title: Lamps\nepisodes: []\n", "utf-8")
    clock = [NOW]
    store = ProductionStore.open(folder, lambda: clock[0], place=Place())
    rng = np.random.default_rng(6)
    rows, takes, words = [], [], []
    accept, price = second
    for number in range(shots):
        code = f"EP01 SQ010 SH{1000 + 10 * number}"
        question = Question(
            code, PLACE,
            (Option(OFFERS[0], "one", Rates(0.60, (0.60,)), 0.30), Option(OFFERS[1], "two", Rates(accept, (accept,)), price)),
            Worth(2.0, 0.25), spend=Spend(total=500.0), deviations={"one": 0.2, "two": 0.2}, seed=number,
        )  # fmt: skip
        answer = decide(question, whole=False)
        assert answer.offer is not None
        beliefs = {
            "one": Posterior(6.0, 4.0, "none", 2.0, 10.0),
            "two": Posterior(10 * accept, 10 - 10 * accept, "none", 2.0, 10.0),
        }
        told = record(question, answer, posteriors=beliefs, currency="USD")
        clock[0] += timedelta(minutes=1)
        body = {"shot": code, "offer": answer.offer, "policy": POLICY, "order": "o", "weighed": told}
        rows.append({"production": store.id, "shot": code, "body": json.dumps(body), "made_at": clock[0]})
        clock[0] += timedelta(minutes=1)
        takes.append(
            {
                "id": code, "production": store.id, "shot": code, "number": 1, "recipe_digest": "0", "clips": "[]",
                "recipe": json.dumps({"offer": answer.offer}), "cost_micros": 0, "currency": "USD", "state": "made", "made_at": clock[0],
            }
        )  # fmt: skip
        if number % 20 != 19:
            good = rng.random() < (0.9 if answer.offer == OFFERS[1] else 0.5)
            words.append(
                {
                    "production": store.id, "shot": code, "take": 1, "offer": answer.offer, "use_case": "product", "accepted": good,
                    "note": "", "by": "mira", "blind": False, "at": clock[0],
                }
            )  # fmt: skip
    with store.database.writing() as db:
        for table, found in ((tables.decision, rows), (tables.take, takes), (tables.verdict, words)):
            db.execute(insert(table), found)
    return store


def test_a_changed_policy_is_judged_by_the_production_s_own_decisions(tmp_path: Path) -> None:
    with logged(tmp_path, 240) as store:
        found = what_if(store, Changes(explore=0.5))
        assert (found.currency, found.left_out, found.doubt) == ("USD", {"nobody reviewed its take": 12}, "")
        assert found.estimate is not None
        gain, brought = found.estimate.gain, found.estimate.logged
        # A runner-up that gets 0.5 instead of 0.15 brings 0.35 of the 0.4 x 2.00 by which it is better.
        assert gain.low < 0.35 * 0.4 * 2.0 < gain.high
        assert brought.low < 2.0 * (0.85 * 0.5 + 0.15 * 0.9) - 0.55 < brought.high
        assert any(line.startswith("Difference: ") for line in found.told())
        assert found.facts()["trusted"]


def test_a_policy_that_was_never_tried_is_not_judged_and_one_that_is_the_same_is_no_better(tmp_path: Path) -> None:
    with logged(tmp_path, 40, second=(0.80, 0.60)) as store:
        same = what_if(store, Changes(explore=0.15))
        assert same.estimate is not None
        assert same.estimate.overlap == pytest.approx(38)
        assert (same.estimate.gain.low <= 0 <= same.estimate.gain.high, same.differs, same.doubt) == (True, 0, "")
        dear = what_if(store, Changes(worth=20.0))
        assert dear.differs == 1
        assert dear.doubt.startswith("no overlap: 85% of what it would choose had no chance")
        assert dear.told()[-1] == f"It cannot be told: {dear.doubt}"
        assert not any("Difference" in line for line in dear.told())
        assert not dear.facts()["trusted"]
        assert what_if(store, Changes(worth=20.0)) == dear, "no luck is in it"
        poor = what_if(store, Changes(worth=0.2))
        assert poor.estimate is not None, "worth less than it costs, it is made all the same: a person asked for it"


def test_few_decisions_are_too_few(tmp_path: Path) -> None:
    with logged(tmp_path, 12) as store:
        assert what_if(store, Changes(explore=0.5)).doubt.startswith("too few: in effect ")


def test_without_learned_decisions_there_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "production.yaml").write_text("title: Lamps\nepisodes: []\n", "utf-8")
    with ProductionStore.open(tmp_path, place=Place()) as store:
        store.decide("EP01 SQ010 SH010", {"shot": "EP01 SQ010 SH010", "offer": "a", "policy": "cheapest-1"})
        found = what_if(store, Changes(review_cost=1.0))
    assert found.estimate is None
    assert found.left_out == {"made by the lowest price, before anything was known": 1}
    assert found.facts()["gain"] is None


def test_a_policy_is_read_from_a_file_and_nonsense_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("explore: 0.3\nreview_cost: 1\n", "utf-8")
    assert Changes.of(file, {"close": None}) == Changes(explore=0.3, review_cost=1)
    assert Changes.of(file, {"explore": 0.1}) == Changes(explore=0.1, review_cost=1)
    for wrong in ("explore: 3\n", "luck: 1\n", "explore: a\n", "{}\n", "a: [\n"):
        file.write_text(wrong, "utf-8")
        with pytest.raises(InputError):
            Changes.of(file, {})
    with pytest.raises(NotFoundError):
        Changes.of(tmp_path / "none.yaml", {})
