"""Seeds that once broke an invariant, with what each showed, and the decisions behind them one by one. They are played with every change."""

from datetime import timedelta

import pytest
from sim_case import PERSON, PRODUCTION, order_of
from sim_mutants import BelievesAtOnce
from sim_play import Broken, play
from sim_stage import Ground

from callsheet.film import Money, Price, Recipe
from callsheet.floor.retrying import next_of
from callsheet.money.attempts import Attempt, Attempts, Wanted
from callsheet.testing.clock import EPOCH

FOUND = {
    1: "a job that a person had stopped ended otherwise than cancelled, and the shot was bought again by the next try",
    7891: "a shot stood at the door behind one that waited for the only place, which the first shot's own job had, sent by a process that died",
    766: "an attempt that had ended long ago was stopped: that says nothing about those after it",
}
TAKE, OFFER = "t" * 64, "house-a/fine"


@pytest.mark.parametrize("seed", FOUND)
def test_a_found_seed_holds_now(stage: Ground, seed: int) -> None:
    play(seed, stage)


def test_what_is_under_way_is_taken_up_even_when_the_take_is_there(stage: Ground) -> None:
    """Seed 16 with a buyer that gives up too early: the first job delivered late, and the second attempt was left `submitting` for ever."""
    wrong: list[str] = []
    try:
        play(16, stage, BelievesAtOnce)
    except Broken as broken:  # it may still buy twice: that is what is wrong with this buyer
        wrong = broken.wrong
    assert not any("stuck" in what for what in wrong)


@pytest.fixture
def attempts(stage: Ground) -> Attempts:
    stage.reset()
    now = EPOCH

    def clock() -> object:
        nonlocal now
        now += timedelta(seconds=1)
        return now

    return Attempts(stage.database, PRODUCTION, clock)  # type: ignore[arg-type]


def sending(attempts: Attempts, owner: str = "first") -> Attempt:
    """An attempt whose create is under way."""
    recipe = Recipe(offer=OFFER, engine="1", seed=1, order=order_of("EP01 SQ010 SH010", 6, 1, None))
    price = Price.exact(Money(5, "USD"), "a test", EPOCH.date())
    reserved = attempts.reserve(Wanted(TAKE, recipe.order.code, "house-a", recipe, price, PERSON))
    armed = attempts.arm(reserved.id, owner, 9, 60_000)
    assert isinstance(armed, Attempt)
    return armed


def test_asking_once_more_in_vain_takes_no_decision_back(attempts: Attempts) -> None:
    """A person had another sent while the first was still looked for; the search ended without an answer and forgot that."""
    attempt = sending(attempts)
    attempts.lose(attempt.id, "no answer")
    attempts.resend(attempt.id, "Ada")
    assert attempts.lose(attempt.id, "no answer; then none again").verdict == "resent"


def test_a_refusal_told_to_one_proves_nothing_about_what_another_sent(attempts: Attempts) -> None:
    """Two had the same attempt: what the first was refused must not release the job that the second has."""
    attempt = sending(attempts)
    assert attempts.take_over(attempt.id, "second", "first") is not None
    attempts.lose(attempt.id, "its process stopped while it was sending")
    attempts.accepted(attempt.id, "job-1")
    assert attempts.release(attempt.id, "rate", "too many", owner="first").state == "submitted"
    assert attempts.release(attempt.id, "nojob", "none is listed", states=("unknown",)).state == "submitted"


def test_what_may_be_paid_for_goes_before_what_is_there(attempts: Attempts) -> None:
    first = sending(attempts)
    attempts.lose(first.id, "no answer")
    attempts.resend(first.id, "Ada")
    sending(attempts, "second")
    attempts.accepted(first.id, "job-1")
    attempts.settle(first.id, Money(5, "USD"), "reported", "delivered")
    assert next_of(attempts.of_take(TAKE), [OFFER]).do == "resume"


def test_a_job_that_never_ended_is_no_persons_cancel(attempts: Attempts) -> None:
    """It was stopped because nobody could wait for it any longer: its shot is still wanted, from somebody else."""
    attempt = sending(attempts)
    attempts.accepted(attempt.id, "job-1")
    attempts.ask_cancel(attempt.id, late=True)
    attempts.cancel_sent(attempt.id)
    assert attempts.get(attempt.id).cancel == "late"
    attempts.settle(attempt.id, Money(0, "USD"), "reported", "failed", "it did not end")
    following = next_of(attempts.of_take(TAKE), [OFFER, "house-b/fine"])
    assert (following.do, following.offer) == ("try", "house-b/fine")
    assert next_of(attempts.of_take(TAKE), [OFFER]).do == "exhausted"


def test_what_a_person_wanted_stopped_stays_stopped_when_it_is_late_too(attempts: Attempts) -> None:
    attempt = sending(attempts)
    attempts.accepted(attempt.id, "job-1")
    attempts.ask_cancel(attempt.id)
    assert attempts.ask_cancel(attempt.id, late=True).cancel == "asked"
    attempts.cancel_sent(attempt.id)
    attempts.settle(attempt.id, Money(0, "USD"), "reported", "failed", "it did not end")
    assert next_of(attempts.of_take(TAKE), [OFFER, "house-b/fine"]).do == "cancelled"
