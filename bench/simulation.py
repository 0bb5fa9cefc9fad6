"""Thousands of productions in virtual time, each held to every invariant of buying. The baseline: the same seeds with a buyer that resends.

    python -m bench.simulation [--productions 10000] [--first 0] [--processes 2] [--json]

Prints productions a second, what happened in them and every seed that broke an invariant, with its story; exits with 1 if any did. A seed is
played again alone with `--first SEED --productions 1`.
"""

import argparse
import gc
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "simulation"))
_CHUNK = 50
_BASELINE = 100
_MOST_STORIES = 5


@dataclass
class Sum:
    """What some productions came to."""

    productions: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    stories: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Sum") -> None:
        """Count another's as well."""
        self.productions += other.productions
        self.counts.update(other.counts)
        self.stories |= other.stories


def play_some(job: tuple[int, int, bool]) -> Sum:
    """Play seeds from `first`; `naive` with the buyer that sends again what it heard no answer to."""
    from sim_mutants import Resends
    from sim_play import Broken, play
    from sim_stage import ground

    from callsheet.floor.buying import Buyer

    first, count, naive = job
    found = Sum()
    gc.disable()  # collected between productions: inside one hardly anything is freed by it
    with ground() as stage:
        for seed in range(first, first + count):
            found.productions += 1
            try:
                played = play(seed, stage, Resends if naive else Buyer)
            except Broken as broken:
                found.stories[seed] = str(broken)
            else:
                found.counts.update(
                    takes=played.takes, jobs=played.jobs, unknown=played.unknown, events=played.events,
                    virtual_hours=int(played.virtual_s),
                )  # fmt: skip
            gc.collect(0 if seed % 10 else 2)
    return found


def spread(first: int, count: int, processes: int, naive: bool = False) -> Iterator[Sum]:
    """Play `count` seeds on so many processes, a chunk at a time."""
    jobs = [(at, min(_CHUNK, first + count - at), naive) for at in range(first, first + count, _CHUNK)]
    if processes == 1:
        yield from map(play_some, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(play_some, jobs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--productions", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    began, total, told = time.perf_counter(), Sum(), 0
    for some in spread(arguments.first, arguments.productions, arguments.processes):
        total.add(some)
        for story in some.stories.values():
            told += 1
            if told <= _MOST_STORIES:
                print(story, file=sys.stderr, flush=True)
        if not arguments.json and total.productions % 500 == 0:
            print(f"{total.productions} played, {len(total.stories)} broken", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - began
    naive = Sum()
    for some in spread(arguments.first, min(_BASELINE, arguments.productions), arguments.processes, naive=True):
        naive.add(some)
    counts = dict(total.counts)
    counts["virtual_hours"] = counts.get("virtual_hours", 0) // 3600
    result = {
        "productions": total.productions,
        "seconds": round(seconds, 1),
        "productions_per_second": round(total.productions / seconds, 1),
        **counts,
        "broken": len(total.stories),
        "broken_seeds": sorted(total.stories),
        "naive": {"productions": naive.productions, "broken": len(naive.stories)},
    }
    if arguments.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:24} {value}")
    if total.stories:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
