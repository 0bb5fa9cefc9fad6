"""What many shots cost the floor: thousands that wait at once, and thousands that go through it one after another.

    python -m bench.load --waiting 2000 --job-s 60 [--json]
    python -m bench.load --through 10000 --workers 2 [--json]

The first buys that many takes in one process on SQLite, at a rehearsal house in a process of its own that takes `--job-s` seconds for each,
and tells how late they were noticed and what the process needed. The second puts them through a PostgreSQL server, an S3 server and that many
worker processes (one of them the make itself), and tells what a shot costs in processor time, for the first and the last of them: a floor
that remembers too much gets slower. Servers are started for the run, from the test dependencies. The clips are small, and really fetched,
decoded, stored and booked.
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOUSE = "rehearsal-listed"
FRAMES = 12
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


# -- the processes under load -----------------------------------------------------------------------------------------------


def _order(number: int, house: Any) -> Any:
    from callsheet.film import Camera, Mood, Order, Price, Rate, Recipe
    from callsheet.floor.order import BuyOrder, Route

    order = Order(
        code=f"EP01 SQ010 SH{number:06}", action="steam", camera=Camera(), frames=FRAMES, rate=Rate(24), framings=("16:9",), mood=Mood(),
        creativity=0.3, time_of_day=None, weather=None, use_case=None, location=None, location_id=None, cast=(), props=(), look=None,
        language="en", text_room="none", references=(),
    )  # fmt: skip
    offer = next(iter(house.skin.models))
    recipe = Recipe(offer=offer, engine=house.engine, seed=number, order=order)
    price = house.skin.price(offer, FRAMES, order.rate.fraction, 1)
    return BuyOrder(order.code, "load", [Route(HOUSE, recipe, Price(price, price, "list", date(2026, 11, 21)))])


def _crew(spec: dict[str, Any]) -> tuple[Any, Any]:
    from callsheet.floor.crew import Crew
    from callsheet.rehearsal import SKINS, Rehearsal

    house = Rehearsal(
        replace(SKINS[HOUSE], traits=replace(SKINS[HOUSE].traits, **spec["traits"])), spec["url"]
    )  # fmt: skip
    return Crew([house]), house


async def _make(spec: dict[str, Any]) -> dict[str, Any]:
    from callsheet.floor import Floor
    from callsheet.store import ProductionStore

    crew, house = _crew(spec)
    with ProductionStore.open(Path(spec["folder"])) as store:
        async with Floor(store, crew=crew) as floor:
            bought = await floor.buy([_order(number, house) for number in range(spec["shots"])])
    missing = [f"{b.end}: {'; '.join(b.reasons)}" for b in bought if b.take is None]
    return {"bought": len(bought) - len(missing), "missing": missing[:3]}


async def _work(spec: dict[str, Any]) -> dict[str, Any]:
    from callsheet.floor.worker import work
    from callsheet.store import Place

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    last = ""

    def tell(status: Any) -> None:
        nonlocal last
        if not last:
            print(json.dumps({"ready": True}), flush=True)
        last = str(status)

    await work(Place.from_settings(), _crew(spec)[0], stop, on_status=tell)
    return {"said": last}


def child(spec: dict[str, Any]) -> None:
    import logging

    logging.disable(logging.CRITICAL)
    done = asyncio.run(_work(spec) if spec["role"] == "work" else _make(spec))
    done["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(done), flush=True)


# -- the run ----------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def house(traits: dict[str, Any], job_s: float) -> Iterator[str]:
    """A rehearsal house in a process of its own; gives its address."""
    timing = {"queue_s": 0.0, "run_s": job_s, "spread": 0.0}
    command = [sys.executable, "-m", "callsheet.rehearsal", "--house", HOUSE, "--height", "64",
               "--traits", json.dumps(traits), "--timing", json.dumps(timing)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["urls"][HOUSE]
        finally:
            process.terminate()


def start(role: str, **spec: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bench.load", "--child", json.dumps({"role": role, **spec})]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


class Watch:
    """Samples processes twice a second: processor seconds, memory and threads, against how many takes there are."""

    def __init__(self, pids: list[int], takes: Any) -> None:
        self.samples: list[tuple[float, int, float, float, int]] = []
        self._pids, self._takes = pids, takes
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(0.5):
            with contextlib.suppress(OSError, IndexError):  # one of them has ended
                seen = [self._look(pid) for pid in self._pids]
                cpu, rss, threads = (sum(column) for column in zip(*seen, strict=True))
                self.samples.append((time.time(), self._takes(), cpu, rss, int(threads)))

    def _look(self, pid: int) -> tuple[float, float, int]:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[21]) * _PAGE / 2**20, int(fields[17])

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def cpu_ms(self, first: int, last: int) -> float | None:
        """Processor milliseconds a take between two counts of takes."""
        begin = next((s for s in self.samples if s[1] >= first), None)
        end = next((s for s in self.samples if s[1] >= last), self.samples[-1])
        if begin is None or end[1] <= begin[1]:
            return None
        return round((end[2] - begin[2]) * 1000 / (end[1] - begin[1]), 1)


def waiting(shots: int, job_s: float) -> dict[str, Any]:
    """Many jobs in flight at once, one process, SQLite."""
    from sqlalchemy import func, select

    from callsheet.store import DOCUMENT, ProductionStore
    from callsheet.store import tables as t

    os.environ.pop("CALLSHEET_DATABASE_URL", None)
    os.environ.pop("CALLSHEET_BLOBS", None)
    traits = {"concurrency": shots, "per_minute": 1_000_000, "batch": 50, "poll_every_s": 5.0}
    with tempfile.TemporaryDirectory() as folder, house(traits, job_s) as url:
        (Path(folder) / DOCUMENT).write_text("title: load\n")
        with ProductionStore.open(Path(folder)) as store:

            def takes() -> int:
                with store.database.reading() as db:
                    return int(db.execute(select(func.count()).select_from(t.take)).scalar_one())

            began = time.time()
            process = start("make", folder=folder, shots=shots, url=url, traits=traits)
            watch = Watch([process.pid], takes)
            out, _ = process.communicate()
            watch.stop()
            wall = time.time() - began
            with store.database.reading() as db:
                rows = db.execute(select(t.attempt.c.sent_at, t.attempt.c.changed_at, t.attempt.c.state)).all()
        done = json.loads(out)
    sent = sorted(row.sent_at for row in rows)
    late = [(row.changed_at - row.sent_at).total_seconds() - job_s for row in rows]
    all_sent = max(sent).timestamp()
    still = [s for s in watch.samples if all_sent + 1 < s[0] < min(sent).timestamp() + job_s]
    return {
        "shots": shots, "job_s": job_s, "bought": done["bought"], "lost": shots - done["bought"], "missing": done["missing"],
        "wall_s": round(wall, 1), "sent_within_s": round((sent[-1] - sent[0]).total_seconds(), 1), "late_s": _spread(late),
        "peak_mb": done["peak_mb"], "waiting_mb": round(still[-1][3]) if still else None,
        "threads": max(s[4] for s in watch.samples),
        "waiting_cpu_percent": round(100 * (still[-1][2] - still[0][2]) / (still[-1][0] - still[0][0])) if len(still) > 1 else None,
        "cpu_ms_a_shot": round(watch.samples[-1][2] * 1000 / shots, 1),
    }  # fmt: skip


def through(shots: int, workers: int, job_s: float) -> dict[str, Any]:
    """Shots through PostgreSQL, S3 and several processes."""
    sys.path.insert(0, str(ROOT / "tests" / "contract"))
    import httpx
    import psycopg
    import servers

    from callsheet.money.audit import verify
    from callsheet.store import DOCUMENT
    from callsheet.store.database import Database

    traits = {"concurrency": 400, "per_minute": 1_000_000, "batch": 50, "poll_every_s": 1.0}
    with contextlib.ExitStack() as stack:
        server, bucket = stack.enter_context(servers.postgres()), stack.enter_context(servers.s3())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(house(traits, job_s))
        with psycopg.connect(f"{server}/postgres", autocommit=True) as db:
            db.execute("CREATE DATABASE load")
        httpx.put(f"{bucket}/load", headers=servers.SIGNED).raise_for_status()
        os.environ |= {
            "CALLSHEET_DATABASE_URL": f"{server}/load", "CALLSHEET_BLOBS": "s3://load/films", "AWS_ENDPOINT_URL": bucket,
            "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
        }  # fmt: skip
        (folder / DOCUMENT).write_text("title: load\n")
        database = Database(f"{server}/load")
        database.prepare()
        stack.callback(database.close)
        look = stack.enter_context(psycopg.connect(f"{server}/load", autocommit=True))

        def takes() -> int:
            found = look.execute("SELECT count(*) FROM take").fetchone()
            return int(found[0]) if found else 0

        others = [start("work", url=url, traits=traits) for _ in range(workers - 1)]
        for other in others:
            assert other.stdout is not None
            other.stdout.readline()
        began = time.time()
        maker = start("make", folder=str(folder), shots=shots, url=url, traits=traits)
        watch = Watch([maker.pid, *(other.pid for other in others)], takes)
        out, _ = maker.communicate()
        watch.stop()
        wall = time.time() - began
        for other in others:
            other.terminate()
        told = [json.loads(o.communicate()[0].splitlines()[-1]) for o in others]
        done = json.loads(out)
        part = min(1000, shots // 4)
        counted = look.execute("SELECT count(*) FROM attempt WHERE state = 'settled'").fetchone()
        return {
            "shots": shots, "processes": workers, "bought": done["bought"], "lost": shots - done["bought"], "missing": done["missing"],
            "settled": counted[0] if counted else 0, "balanced": verify(database).balanced, "wall_s": round(wall, 1),
            "shots_a_second": round(shots / wall, 1), "cpu_ms_a_shot": round(watch.samples[-1][2] * 1000 / shots, 1),
            "first_cpu_ms": watch.cpu_ms(1, part), "last_cpu_ms": watch.cpu_ms(shots - part, shots), "part": part,
            "peak_mb": [done["peak_mb"], *(t["peak_mb"] for t in told)], "others": [t["said"] for t in told],
        }  # fmt: skip


def _spread(values: list[float]) -> dict[str, float]:
    cut = quantiles(values, n=100)
    return {"p50": round(cut[49], 2), "p99": round(cut[98], 2), "worst": round(max(values), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--waiting", type=int, default=0)
    parser.add_argument("--through", type=int, default=0)
    parser.add_argument("--job-s", type=float, default=None)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(json.loads(given.child))
        return
    if bool(given.waiting) == bool(given.through):
        parser.error("give --waiting or --through")
    if given.waiting:
        found = waiting(given.waiting, 60.0 if given.job_s is None else given.job_s)
    else:
        found = through(given.through, given.workers, 2.0 if given.job_s is None else given.job_s)
    if given.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name.replace('_', ' '):22} {value}")


if __name__ == "__main__":
    main()
