from dataclasses import replace

import numpy as np
import pytest

from callsheet.errors import InputError
from callsheet.routing.difficulty import GRID, Imagined, Rates, ShotTries, Widths, learn_widths
from callsheet.routing.sequences import Option, Shot, Step, Worth, main_line, outlook
from callsheet.routing.verdicts import Situation, Try

BAR = Situation("human action", ("motion", "prompt"))
WORTH = Worth(3.0, 0.25)


def option(model: str, motion: float, prompt: float, price: float, offer: str = "") -> Option:
    return Option(offer or model, model, Rates(motion * prompt, (motion, prompt)), price)


def brute(shot: Shot, weights: np.ndarray[tuple[int], np.dtype[np.float64]], attempts: int) -> float:
    """The value of the best plan, by plain recursion over imagined shots."""
    assert shot.imagined is not None
    if attempts == 0:
        return 0.0
    best = 0.0
    for at, one in enumerate(shot.options):
        value = shot.worth * float(weights @ shot.imagined.accepts[at]) - shot.costs[one.model] * float(weights.sum())
        for number in range(len(shot.imagined.patterns)):
            value += brute(shot, weights * shot.imagined.rejects[at, number], attempts - 1)
        best = max(best, value)
    return best


def test_three_tries_are_planned_exactly() -> None:
    shot = Shot(BAR, [option("a", 0.8, 0.7, 0.4), option("b", 0.6, 0.6, 0.1), option("c", 0.5, 0.9, 0.2)], WORTH)
    assert shot.imagined is not None
    for attempts in (1, 2, 3):
        assert shot.values((), attempts)[0][1] == pytest.approx(brute(shot, shot.imagined.weights(()), attempts))


def test_the_first_take_has_the_rate_that_was_given() -> None:
    imagined = Imagined(BAR, {"a": Rates(0.37, (0.7, 0.6)), "b": Rates(0.9, (0.95, 0.96))}, Widths(2.0, 1.0))
    assert imagined.accepts.mean(1) == pytest.approx([0.37, 0.9], abs=1e-6)
    assert (imagined.accepts + imagined.rejects.sum(1)) == pytest.approx(1.0)


def test_the_reason_decides_between_re_roll_and_re_route() -> None:
    options = [option("mover", 0.9, 0.62, 0.2), option("reader", 0.62, 0.9, 0.2)]
    shot = Shot(BAR, options, WORTH, Widths(1.0, 2.0))
    first = shot.plan()
    assert first is not None
    weak = "prompt" if first.option.model == "mover" else "motion"
    strong = "motion" if weak == "prompt" else "prompt"
    # A miss of what this model is bad at sends the shot to the other; one of what it is good at is more of a mystery.
    rerouted = shot.values([Try(first.option.model, False, (weak,))])
    assert rerouted[0][0].model != first.option.model
    same = {o.model: v for o, v in shot.values([Try(first.option.model, False, (strong,))])}
    after_weak = {o.model: v for o, v in rerouted}
    other = next(o.model for o in options if o.model != first.option.model)
    assert after_weak[other] - after_weak[first.option.model] > same[other] - same[first.option.model]


def test_wide_difficulty_makes_a_reject_speak_against_every_model() -> None:
    options = [option("a", 0.8, 0.8, 0.3), option("b", 0.8, 0.8, 0.3)]
    history = [Try("a", False, ("motion", "prompt"))]
    easy, hard = (Shot(BAR, options, WORTH, Widths(width, 0.5)) for width in (0.5, 2.0))
    assert hard.accept("b", history) < easy.accept("b", history) - 0.1
    assert easy.accept("a") == pytest.approx(hard.accept("a"), abs=1e-3)


def test_it_stops_when_the_next_try_is_worth_less_than_it_costs() -> None:
    dear = [option("a", 0.3, 0.3, 0.6)]
    assert Shot(BAR, dear, WORTH).plan() is None
    forced = Shot(BAR, dear, WORTH).plan(must=True)
    assert forced is not None
    assert all(isinstance(step, Step) for step in forced.after.values())
    assert Shot(BAR, [], WORTH).plan() is None
    cheap = Shot(BAR, [option("a", 0.8, 0.8, 0.3)], WORTH)
    assert cheap.plan() is not None
    assert Shot(BAR, [option("a", 0.8, 0.8, 0.3)], Worth(3.0, 0.25, shadow=10.0)).plan() is None


def test_the_cheapest_offer_of_a_model_is_tried() -> None:
    options = [option("a", 0.8, 0.8, 0.3, "a by x"), option("a", 0.8, 0.8, 0.2, "a by y")]
    plan = Shot(BAR, options, WORTH).plan()
    assert plan is not None
    assert plan.option.offer == "a by y"
    waits = [
        Option("slow", "a", Rates(0.6, (0.8, 0.75)), 0.2, wait=900),
        Option("fast", "a", Rates(0.6, (0.8, 0.75)), 0.3, wait=60),
    ]
    hurried = Shot(BAR, waits, Worth(3.0, 0.25, second_waited=0.001)).plan()
    assert hurried is not None
    assert hurried.option.offer == "fast"
    with pytest.raises(InputError, match="how long fast takes is not known"):
        Shot(BAR, [waits[0], replace(waits[1], wait=None)], Worth(3.0, 0.25, second_waited=0.001))
    assert outlook(Shot(BAR, [replace(waits[1], wait=None)], WORTH).plan()).wait is None
    assert outlook(hurried).wait == pytest.approx(60 * outlook(hurried).takes)


def test_a_first_model_may_be_asked_for() -> None:
    options = [option(f"m{n}", 0.9, 0.9, 0.1 + n / 100) for n in range(9)]
    shot = Shot(BAR, options, WORTH)
    asked = shot.plan(first="m8")
    assert asked is not None
    assert asked.option.model == "m8"
    with pytest.raises(InputError):
        shot.plan(first="nobody")


def test_the_outlook_adds_up() -> None:
    shot = Shot(BAR, [option("a", 0.8, 0.7, 0.4), option("b", 0.6, 0.6, 0.1)], WORTH)
    plan = shot.plan()
    seen = outlook(plan, WORTH.review)
    assert plan is not None
    assert 3.0 * seen.delivered - seen.cost == pytest.approx(plan.value, abs=1e-6)
    assert seen.cost_p50 <= seen.cost_p90 <= seen.cost_worst
    assert 1 <= seen.takes <= 3
    assert next(step.option.offer for step in main_line(plan)) == plan.option.offer
    assert outlook(None).cost_worst == 0


def test_many_criteria_are_told_apart_by_the_one_that_failed() -> None:
    place = Situation("identity locked", ("identity", "look", "motion", "prompt"))
    imagined = Imagined(place, {"a": Rates(0.4, (0.8, 0.8, 0.8, 0.8))})
    assert imagined.patterns == [("identity",), ("look",), ("motion",), ("prompt",), ()]
    assert imagined.rejects.sum(1) + imagined.accepts == pytest.approx(1.0)
    several = imagined.likelihood(Try("a", False, ("look", "motion")))
    assert several == pytest.approx(imagined.rejects[0, 4])


def test_widths_are_learned_from_tries() -> None:
    rng = np.random.default_rng(6)
    rates = {BAR: {m: Rates(0.4, (0.63, 0.63)) for m in "ab"}}
    learned = {}
    for name, true in (("wide", 2.0), ("narrow", 0.5)):
        imagined = Imagined(BAR, rates[BAR], Widths(true, 0.5))
        shots = []
        for _ in range(400):
            at = int(rng.integers(imagined.accepts.shape[1]))
            tries = []
            for model in "aba":
                passes = rng.random(2) < imagined.passes[imagined.models.index(model), at]
                failed = tuple(c for c, ok in zip(BAR.bar, passes, strict=True) if not ok)
                tries.append(Try(model, not failed, failed))
            shots.append(ShotTries(tuple(tries)))
        learned[name] = learn_widths({BAR: shots}, rates)[BAR]
    assert learned["wide"].shot > learned["narrow"].shot
    assert learn_widths({}, rates)[BAR] == Widths()
    assert Widths() in GRID
