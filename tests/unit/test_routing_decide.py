import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from callsheet.errors import ConflictError, InputError, VersionError
from callsheet.routing.belief import Posterior
from callsheet.routing.decide import MOST_CHANCE, Question, Spend, decide
from callsheet.routing.difficulty import Rates
from callsheet.routing.offpolicy import Logged, estimate
from callsheet.routing.pacing import Pace, shadow_price
from callsheet.routing.record import PriceSeen, record, replay
from callsheet.routing.sequences import Option, Worth
from callsheet.routing.verdicts import Situation, Try

NEAR = Question(
    shot="EP01 SQ010 SH030",
    situation=Situation("product", ("look", "prompt")),
    options=(
        Option("a by x", "a", Rates(0.70, (0.85, 0.82)), 0.3),
        Option("b by y", "b", Rates(0.69, (0.80, 0.86)), 0.3),
        Option("c by z", "c", Rates(0.10, (0.30, 0.33)), 0.3),
    ),
    worth=Worth(3.0, 0.25),
    spend=Spend(total=50.0),
    deviations={"a": 0.08, "b": 0.1, "c": 0.2},
)


def test_a_near_runner_up_gets_a_small_chance_that_is_kept() -> None:
    answers = [decide(replace(NEAR, seed=seed), whole=False) for seed in range(400)]
    best, second = answers[0].propensities
    assert 0 < second[1] <= MOST_CHANCE
    assert best[1] + second[1] == 1
    share = sum(answer.explored for answer in answers) / len(answers)
    assert abs(share - second[1]) < 0.05
    assert all(answer.propensity == second[1] for answer in answers if answer.explored)


@pytest.mark.parametrize(
    "changed",
    [
        {"critical": True},
        {"must": True},
        {"spend": Spend(total=10.0, explored=0.9)},
        {"deviations": {"a": 0.01, "b": 0.01}},
        {"options": (NEAR.options[0], NEAR.options[2])},
    ],
)
def test_nothing_is_tried_out_where_it_may_not_be(changed: dict[str, object]) -> None:
    for seed in range(40):
        answer = decide(replace(NEAR, seed=seed, **changed), whole=False)  # type: ignore[arg-type]
        assert not answer.explored
        assert answer.propensity == 1


def test_a_decision_replays_bit_for_bit_from_json() -> None:
    question = replace(NEAR, seed=7, history=(Try("a", False, ("look",)),), attempts=2)
    answer = decide(question)
    plain = record(
        question,
        answer,
        excluded=[("d by w", "constraints.never names it")],
        posteriors={"a": Posterior(7.0, 3.0, "calibration", 5.0, 4.0)},
        prices={"a by x": PriceSeen("price list", date(2026, 3, 1))},
        currency="USD",
    )
    again = json.loads(json.dumps(plain))
    assert replay(again) == answer
    assert again["prices"]["a by x"] == {"source": "price list", "on": "2026-03-01"}
    assert again["excluded"] == [["d by w", "constraints.never names it"]]


def test_a_changed_record_is_found() -> None:
    plain = json.loads(json.dumps(record(NEAR, decide(NEAR))))
    plain["question"]["options"][1]["price"] = 0.01
    with pytest.raises(ConflictError):
        replay(plain)
    with pytest.raises(VersionError):
        replay({**plain, "policy": "older"})


def test_without_a_lawful_offer_there_is_no_try() -> None:
    answer = decide(replace(NEAR, options=()))
    assert answer.offer is None
    assert answer.propensities == ()


def test_off_policy_estimates_find_the_value_of_another_policy() -> None:
    rng = np.random.default_rng(3)
    value = {"a": 0.4, "b": 0.7}
    log = []
    for _ in range(4000):
        chosen = "a" if rng.random() < 0.8 else "b"
        reward = float(rng.random() < value[chosen])
        log.append(
            Logged(0.8 if chosen == "a" else 0.2, float(chosen == "b"), reward, value[chosen] - 0.1, value["b"] - 0.1)
        )
    found = estimate(log)
    for one in (found.ips, found.snips, found.doubly_robust):
        assert one.low < 0.7 < one.high
        assert one.high - one.low < 0.2
    assert found.doubly_robust.high - found.doubly_robust.low < found.ips.high - found.ips.low
    assert 600 < found.overlap < 1000
    assert estimate([Logged(1.0, 1.0, 0.5), Logged(1.0, 1.0, 0.7)]).ips.value == pytest.approx(0.6)


def test_off_policy_refuses_what_it_cannot_weigh() -> None:
    with pytest.raises(InputError):
        estimate([])
    with pytest.raises(InputError):
        estimate([Logged(0.0, 1.0, 1.0)])


def test_money_gets_dearer_when_it_runs_ahead_of_the_film() -> None:
    on_time = shadow_price(Pace(100, 50, 30, 60))
    assert on_time == 0
    assert shadow_price(Pace(100, 80, 30, 60)) > 0.5
    assert shadow_price(Pace(100, 20, 30, 60), start=1.0) < 1.0
    assert shadow_price(Pace(100, 60, 30, 60, reserved=40)) == float("inf")
