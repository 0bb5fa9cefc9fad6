"""Sixty shots at three houses that are anything but calm, and a process that is killed again and again at points that chance names."""

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.fault_matrix import haste
from bench.fault_matrix.buyers import HouseAt, Shopping, shop
from bench.fault_matrix.judge import judge
from bench.fault_matrix.lane import HOUSES, free_port, run_once
from bench.fault_matrix.points import Points
from bench.fault_matrix.stage import Stage, opened
from callsheet.money.attempts import Attempts
from callsheet.rehearsal import STAGE_OF, Fault
from callsheet.rehearsal.faults import Stage as When

SHOTS = 60
_MOST_POINTS = 26
"""A run is killed at one of its first so many points."""
_LAST_RUNS = 6
_RATES = {When.CREATE: 0.3, When.FATE: 0.2, When.POLL: 0.3, When.FILE: 0.3, When.WEBHOOK: 0.3}
"""How many creates meet a fault of each stage."""
_NEVER = frozenset((Fault.RETIRED, Fault.FAILED_CHARGED, Fault.FUNDS_402, Fault.FUNDS_429))
"""Faults that close a house for good, and the one that only an invoice can tell."""


@dataclass
class _Struck:
    kills: int = 0
    runs: int = 0


def survive(folder: Path, database: str, kills: int, seed: int) -> dict[str, Any]:
    """Buy sixty shots through `kills` kills, then to the end; what the meters and the books say."""
    faults = [fault for fault in Fault if fault not in _NEVER]
    rates = {fault: _RATES[STAGE_OF[fault]] / sum(STAGE_OF[f] is STAGE_OF[fault] for f in faults) for fault in faults}
    luck, struck = random.Random(seed), _Struck()
    production = folder / "sixty"
    production.mkdir()
    with opened(folder) as path:
        stage = Stage(path)
        houses = [
            HouseAt(house, f"{house}-sixty", stage.raise_seeded(house, f"{house}-sixty", seed, rates))
            for house in HOUSES
        ]
        turns = [houses[n:] + houses[:n] for n in range(3)]
        shots = {f"EP01 SQ010 SH{10 * n:03}": turns[n % 3] for n in range(1, SHOTS + 1)}
        shopping = Shopping(shots, production, database, free_port(21_900))
        errors = []
        while struck.kills < kills and struck.runs < 3 * kills:
            struck.runs += 1
            at = luck.randint(1, _MOST_POINTS)
            ended = run_once(lambda at=at: shop(shopping, Points(production / "trace", at=at)), production)  # type: ignore[misc]
            struck.kills += ended == "killed"
            errors += [ended] if ended not in ("", "killed") else []
        for turn in range(_LAST_RUNS):
            struck.runs += 1
            ended = run_once(lambda: shop(shopping, Points(production / "trace")), production)
            errors += [ended] if ended else []
            for at_house in houses:
                stage.forward(at_house.name, 600.0)
            with shopping.store() as store:
                left = Attempts(store.database, store.id, haste.clock).unfinished()
            if not left and turn:
                break
        for at_house in houses:
            stage.forward(at_house.name, 86_400.0)
        reports = [job for at_house in houses for job in stage.report(at_house.name)]
    with shopping.store() as store:
        verdict = judge(store, reports, lambda job: None, lambda name: name.rsplit("-", 1)[0])
        states = Counter(a.state for a in Attempts(store.database, store.id, haste.clock).all())
        micros = sum(money.micros for money in store.spent())
    verdict.stuck += errors
    return {
        "clean": verdict.clean, "shots": SHOTS, "kills": struck.kills, "runs": struck.runs, "takes": verdict.takes,
        "charges": sum(job.micros > 0 for job in reports), "billed_micros": sum(job.micros for job in reports), "booked_micros": micros,
        "attempts": dict(states), "double_charges": verdict.double, "lost_clips": verdict.lost, "unbalanced": verdict.unbalanced,
        "stuck": verdict.stuck,
    }  # fmt: skip
