from datetime import date, timedelta

import pytest

from callsheet.errors import InputError
from callsheet.routing.belief import Availability, Beliefs, PriorTable
from callsheet.routing.verdicts import Situation, Verdict

HERE = Situation("human action", ("motion", "prompt"))
THERE = Situation("product", ("prompt",))
DAY = date(2026, 5, 1)


def heard(beliefs: Beliefs, model: str, yes: int, no: int, place: Situation = HERE, **extra: object) -> None:
    for number in range(yes + no):
        failed = () if number < yes else ("motion",) if "motion" in place.bar else ("prompt",)
        beliefs.learn(Verdict(place, model, number < yes, failed, **extra))  # type: ignore[arg-type]


def test_verdicts_move_the_rate_of_their_own_use_case() -> None:
    beliefs = Beliefs()
    heard(beliefs, "a", 2, 14)
    heard(beliefs, "b", 14, 2)
    rates = beliefs.rates(HERE, {"a": "", "b": ""})
    assert rates["a"].accept < 0.3 < 0.7 < rates["b"].accept
    assert beliefs.posterior(THERE, "a").mean > rates["a"].accept + 0.1


def test_a_right_prior_carries_and_a_wrong_one_is_dropped() -> None:
    right = Beliefs([PriorTable("calibration", {(HERE, "a"): 0.9})])
    wrong = Beliefs([PriorTable("calibration", {(HERE, "a"): 0.1})])
    assert right.posterior(HERE, "a").mean > Beliefs().posterior(HERE, "a").mean > wrong.posterior(HERE, "a").mean
    heard(right, "a", 18, 2)
    heard(wrong, "a", 18, 2)
    assert abs(right.posterior(HERE, "a").mean - 0.9) < 0.04
    assert wrong.posterior(HERE, "a").mean > 0.75
    assert wrong.posterior(HERE, "a").prior == "nothing known"
    assert right.posterior(HERE, "a").deviation < wrong.posterior(HERE, "a").deviation


def test_a_wrong_table_loses_its_say_over_models_that_were_not_tried() -> None:
    table = PriorTable("calibration", {(HERE, "a"): 0.95, (HERE, "b"): 0.05})
    beliefs = Beliefs([table])
    before = beliefs.posterior(HERE, "b").mean
    heard(beliefs, "a", 0, 6)
    assert beliefs.posterior(HERE, "b").mean > before + 0.03


def test_age_and_version_discount_but_do_not_erase() -> None:
    beliefs = Beliefs()
    heard(beliefs, "a", 0, 8, version="1", on=DAY)
    assert beliefs.counts(HERE, "a", "1", DAY) == (0.0, 8.0)
    assert beliefs.counts(HERE, "a", "1", DAY + timedelta(days=60)) == (0.0, 4.0)
    assert beliefs.counts(HERE, "a", "2", DAY)[1] == pytest.approx(2.4)
    assert beliefs.posterior(HERE, "a", "2", DAY).mean > beliefs.posterior(HERE, "a", "1", DAY).mean


def test_criteria_are_learned_apart() -> None:
    beliefs = Beliefs()
    for _ in range(10):
        beliefs.learn(Verdict(HERE, "a", False, ("motion",)))
    motion, prompt = beliefs.rates(HERE, {"a": ""})["a"].criteria
    assert motion < 0.25 < 0.6 < prompt


def test_hope_lifts_what_is_little_known_more() -> None:
    beliefs = Beliefs()
    heard(beliefs, "a", 50, 50)
    plain, hopeful = (beliefs.rates(HERE, {"a": "", "b": ""}, hope=h) for h in (0.0, 1.0))
    lift = {model: hopeful[model].accept - plain[model].accept for model in "ab"}
    assert 0 < lift["a"] < 0.08 < lift["b"]


def test_the_order_of_verdicts_does_not_matter() -> None:
    said = [Verdict(HERE, "ab"[n % 2], n % 3 == 0, () if n % 3 == 0 else ("prompt",)) for n in range(12)]
    one, other = Beliefs(), Beliefs()
    for verdict in said:
        one.learn(verdict)
    for verdict in reversed(said):
        other.posterior(HERE, "a")
        other.learn(verdict)
    assert one.posterior(HERE, "a") == other.posterior(HERE, "a")


def test_a_verdict_without_weight_is_refused() -> None:
    with pytest.raises(InputError):
        Beliefs().learn(Verdict(HERE, "a", True, weight=0))


def test_faults_lower_availability_and_recover() -> None:
    availability = Availability()
    calm = availability.mean("offer", DAY)
    for _ in range(2):
        availability.learn("offer", False, DAY)
    assert availability.mean("offer", DAY) < 0.6 < calm
    assert availability.mean("offer", DAY + timedelta(days=30)) > 0.9
    assert availability.mean("another", DAY) == calm
