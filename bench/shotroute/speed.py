"""How long one decision and one joint plan take."""

import time

import numpy as np

from callsheet.routing.decide import Question, decide
from callsheet.routing.difficulty import Rates
from callsheet.routing.joint import Choice, Limits, PlannedShot, Tie
from callsheet.routing.sequences import Option, Worth
from callsheet.routing.solve import plan_all
from callsheet.routing.verdicts import Situation


def decision_ms(offers: int = 50, decisions: int = 40) -> float:
    """Milliseconds of one decision with its whole plan of three tries, median."""
    rng = np.random.default_rng(2)
    bar = ("look", "motion", "prompt")
    took = []
    for number in range(decisions):
        options = []
        for at in range(offers):
            accept = float(rng.uniform(0.2, 0.9))
            rates = Rates(accept, (accept ** (1 / 3),) * 3)
            options.append(Option(f"offer {at}", f"model {at}", rates, float(accept**2 * rng.uniform(0.2, 1))))
        question = Question(f"shot {number}", Situation("human action", bar), tuple(options), Worth(3.0, 0.25))
        begun = time.perf_counter()
        decide(question)
        took.append(time.perf_counter() - begun)
    return 1000 * float(np.median(took))


def joint_plan_seconds(shots: int = 2000, offers: int = 40, *, deadline: bool = False) -> float:
    """Seconds of one joint plan under a budget that binds, with ties of ten shots and of neighbours.

    With `deadline`, offers take from 40 to 240 seconds, and each of five sellers has the time for a fifth of the shots at a minute each.
    """
    rng = np.random.default_rng(4)
    quality = rng.uniform(0.3, 0.95, offers)
    price = quality**3 * rng.uniform(0.3, 1, offers)
    wait = rng.uniform(40, 240, offers) if deadline else np.full(offers, 60.0)
    planned = []
    for number in range(shots):
        here = np.clip(quality + rng.normal(0, 0.1, offers), 0, 1)
        choices = tuple(
            Choice(
                f"offer {at}",
                f"model {at // 2}",
                f"provider {at % 5}",
                3 * float(here[at]),
                float(price[at]),
                float(wait[at]),
            )
            for at in range(offers)
        )
        planned.append(PlannedShot(f"shot {number}", choices, must=number % 3 > 0))
    ties = [Tie(tuple(f"shot {n}" for n in range(at, at + 10)), 0.1) for at in range(0, shots - 10, 20)]
    ties += [Tie((f"shot {n}", f"shot {n + 1}"), 0.05) for n in range(0, shots - 1, 3)]
    begun = time.perf_counter()
    seconds = {f"provider {at}": shots / 5 * 60 for at in range(5)} if deadline else None
    plan_all(planned, ties, Limits(0.25 * shots, seconds))
    return time.perf_counter() - begun
