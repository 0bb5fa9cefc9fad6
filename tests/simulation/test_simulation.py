"""Seeded productions in virtual time: random providers, faults, crashes, doubles and decisions; every invariant holds in each.

CALLSHEET_SEEDS says how many are played, CALLSHEET_FIRST_SEED which is the first. `python -m bench.simulation` plays thousands.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sim_mutants import (
    ArmsWithoutLooking,
    BelievesAtOnce,
    Gated,
    IgnoresPace,
    RejectsWhatIsGood,
    ReleasesWhatIsUnknown,
    Resends,
    TakesUnknownForFailed,
)
from sim_play import Broken, play
from sim_stage import Ground

from callsheet.floor.buying import Buyer
from callsheet.money.attempts import Attempts

_FIRST = int(os.environ.get("CALLSHEET_FIRST_SEED", "0"))
_SEEDS = int(os.environ.get("CALLSHEET_SEEDS", "60"))
_AT_ONCE = 25
_CAUGHT_WITHIN = 60
_DIGESTS = """
import json, sys
from sim_play import play
from sim_stage import ground
with ground() as found:
    print(json.dumps([play(int(seed), found).digest for seed in sys.argv[1:]]))
"""


@pytest.mark.parametrize("first", range(_FIRST, _FIRST + _SEEDS, _AT_ONCE))
def test_every_invariant_holds(stage: Ground, first: int) -> None:
    for seed in range(first, min(first + _AT_ONCE, _FIRST + _SEEDS)):
        play(seed, stage)


def test_what_gates_reject_is_bought_again_and_every_invariant_holds(stage: Ground) -> None:
    """Half of all clips are rejected. Others are bought, a few at most; nothing is billed twice or lost for it."""
    played = [play(seed, stage, Gated) for seed in range(_FIRST, _FIRST + 12)]
    plain = [play(seed, stage) for seed in range(_FIRST, _FIRST + 12)]
    assert sum(p.jobs for p in played) > sum(p.jobs for p in plain)


def test_the_productions_are_worth_playing(stage: Ground) -> None:
    """Enough happens in them: takes are bought, outcomes stay unknown, more jobs are made than takes."""
    played = [play(seed, stage) for seed in range(_FIRST, _FIRST + 25)]
    assert sum(p.takes for p in played) > 25
    assert sum(p.unknown for p in played) > 5
    assert sum(p.jobs for p in played) > sum(p.takes for p in played)


def test_a_seed_replays_exactly(stage: Ground) -> None:
    """Row for row and event for event, in this process and in another one with another order of its sets."""
    seeds = range(_FIRST, _FIRST + 12)
    here = [play(seed, stage).digest for seed in seeds]
    assert [play(seed, stage).digest for seed in reversed(seeds)] == here[::-1]
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": paths}
    command = [sys.executable, "-c", _DIGESTS, *map(str, seeds)]
    elsewhere = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert json.loads(elsewhere) == here
    assert len(set(here)) == len(here)


@pytest.mark.parametrize(
    ("buyer", "attempts", "says"),
    [
        (Resends, Attempts, "may deliver"),
        (Buyer, ReleasesWhatIsUnknown, "was billed"),
        (Buyer, ArmsWithoutLooking, "has made 2 jobs"),
        (Buyer, IgnoresPace, "in flight at"),
        (BelievesAtOnce, Attempts, "may deliver"),
        (TakesUnknownForFailed, Attempts, "was billed"),
        (RejectsWhatIsGood, Attempts, "another was wanted of a take that is there"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_wrong_buyer_is_caught(stage: Ground, buyer: type[Buyer], attempts: type[Attempts], says: str) -> None:
    wrong: list[str] = []
    for seed in range(_CAUGHT_WITHIN):
        try:
            play(seed, stage, buyer, attempts)
        except Broken as broken:
            wrong += broken.wrong
            if any(says in what for what in wrong):
                return
    pytest.fail(f"not caught within {_CAUGHT_WITHIN} seeds: {wrong}")
