"""A lane: one process that takes cases off a queue and plays each to its end, forking every run, so that a kill is a real one."""

import contextlib
import importlib
import os
import select
import shutil
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.fault_matrix import baselines, haste
from bench.fault_matrix.baselines import Errand, Policy
from bench.fault_matrix.buyers import BUSY, HouseAt, Shopping, shop
from bench.fault_matrix.judge import Verdict, judge
from bench.fault_matrix.points import Points
from bench.fault_matrix.stage import Report, Stage
from callsheet.money.attempts import Attempts
from callsheet.rehearsal import SKINS, Fault

SHOT = "EP01 SQ010 SH010"
HOUSES = tuple(SKINS)
_NEEDED = ("httpcore", "anyio._backends._asyncio", "callsheet.media.probe", "callsheet.store.lock", "psycopg")
_LIMIT_S = 60.0
"""A run that takes longer, in real seconds, hangs."""
_MOST_RUNS = 5
_BUSY_TRIES = 500
_LATER_S, _MUCH_LATER_S = 600.0, 86_400.0


@dataclass(frozen=True)
class Case:
    """One production of one shot: `fault` meets its first create at `house`, and run n is killed at `kills[n]`."""

    fault: Fault | None
    house: str
    kills: tuple[str, ...] = ()
    database: str = "sqlite"
    policy: Policy | None = None
    """A baseline instead of our own buyer."""
    durable: bool = False

    @property
    def name(self) -> str:
        """In words."""
        who = self.policy or ("durable" if self.durable else "ours")
        return f"{who} {self.fault or 'calm'} at {self.house} on {self.database}, killed at {', '.join(self.kills) or 'nothing'}"


@dataclass
class Outcome:
    """What came of a case: how many of its kills struck, the points of each run, and the verdict."""

    case: Case
    killed: int
    traces: list[list[str]]
    verdict: Verdict
    errors: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        found = asdict(self)
        return {**found, "name": self.case.name}


class Lane:
    """Plays cases. `servers` gives the address of a database server by the case's `database`."""

    def __init__(
        self, number: int, folder: Path, stage: Path, servers: dict[str, str], *, careless: bool = False
    ) -> None:
        self._number, self._folder, self._servers, self._careless = number, folder / f"lane-{number}", servers, careless
        self._stage = Stage(stage)
        self._template = folder / "template"
        self._port = free_port(21_000 + 100 * number)
        self._count = 0

    def play(self, case: Case) -> Outcome:
        """Play one case to its end and judge it."""
        self._count += 1
        folder = self._folder / str(self._count)
        if case.database == "sqlite" and case.policy is None:
            shutil.copytree(self._template, folder)
        else:
            folder.mkdir(parents=True)
        second = HOUSES[(HOUSES.index(case.house) + 1) % len(HOUSES)]
        houses = [self._house(case.house, case.fault)]
        if case.policy is None:
            houses.append(self._house(second, None))
        try:
            return self._baseline(case, folder, houses[0]) if case.policy else self._ours(case, folder, houses)
        finally:
            for at in houses:
                self._stage.strike(at.name)
            shutil.rmtree(folder)

    def _house(self, house: str, fault: Fault | None) -> HouseAt:
        name = f"{house}-{self._number}-{self._count}"
        return HouseAt(house, name, self._stage.raise_house(house, name, {SHOT: [fault] if fault else []}))

    def _ours(self, case: Case, folder: Path, houses: Sequence[HouseAt]) -> Outcome:
        shopping = Shopping(
            {SHOT: houses}, folder, self._servers.get(case.database, ""), self._port, case.durable, self._careless
        )
        killed, traces, errors = self._runs(lambda points: shop(shopping, points), case.kills, folder)
        self._forward(houses, _LATER_S)
        with shopping.store() as store:
            left = Attempts(store.database, store.id, haste.clock).unfinished()
        if left:
            _, more, wrong = self._runs(lambda points: shop(shopping, points), (), folder)
            traces, errors = traces + more, errors + wrong
        self._forward(houses, _MUCH_LATER_S)
        reports = self._reports(houses)
        first = houses[0].name
        with shopping.store() as store:
            verdict = judge(
                store,
                reports,
                lambda job: case.fault if job.house == first else None,
                lambda name: name.rsplit("-", 2)[0],
            )
        verdict.stuck += errors
        return Outcome(case, killed, traces, verdict, errors)

    def _baseline(self, case: Case, folder: Path, at: HouseAt) -> Outcome:
        assert case.policy is not None
        errand = Errand(case.policy, SHOT, at, folder)
        killed, traces, errors = self._runs(lambda points: baselines.run(errand, points), case.kills, folder)
        self._forward([at], _MUCH_LATER_S)
        double, lost = baselines.judge(folder, self._reports([at]))
        return Outcome(case, killed, traces, Verdict(double, lost, stuck=errors), errors)

    def _runs(
        self, work: Callable[[Points], Coroutine[Any, Any, None]], kills: Sequence[str], folder: Path
    ) -> tuple[int, list[list[str]], list[str]]:
        """Run once for each kill, then until a run ends by itself. How many kills struck, the traces, and what went wrong."""
        killed, traces, errors = 0, [], []
        for turn in range(len(kills) + _MOST_RUNS):
            kill = kills[turn] if turn < len(kills) else None
            trace = folder / f"trace-{turn}"
            ended = run_once(lambda trace=trace, kill=kill: work(Points(trace, kill)), folder)  # type: ignore[misc]
            traces.append(trace.read_text().split("\n")[:-1] if trace.exists() else [])
            trace.unlink(missing_ok=True)
            if ended == "killed":
                killed += 1
            elif ended:
                errors.append(ended)
            elif kill is None:
                return killed, traces, errors
        return killed, traces, [*errors, "it never came to an end"]

    def _forward(self, houses: Sequence[HouseAt], seconds: float) -> None:
        for at in houses:
            self._stage.forward(at.name, seconds)

    def _reports(self, houses: Sequence[HouseAt]) -> list[Report]:
        return [job for at in houses for job in self._stage.report(at.name)]


def run_once(work: Callable[[], Coroutine[Any, Any, None]], folder: Path) -> str:
    """Fork, and run `work` there; `""` when it ended well, `killed` when it was killed, else what went wrong."""
    for _ in range(_BUSY_TRIES):
        pid = os.fork()
        if pid == 0:
            _child(work, folder / "error")
        code = _wait(pid)
        if code != BUSY:
            break
        time.sleep(0.02)  # a killed process's lock on a server is there until the server sees it gone
    if code == -signal.SIGKILL:
        return "killed"
    if code == 0:
        return ""
    error = folder / "error"
    return f"exit code {code}: " + (error.read_text()[-1500:] if error.exists() else "")


def _child(work: Callable[[], Coroutine[Any, Any, None]], error: Path) -> None:
    code = 70
    try:
        haste.run(work())
        code = 0
    except SystemExit as exit:
        code = int(exit.code or 0)
    except BaseException:  # noqa: BLE001 - a forked process must never go on as its parent
        error.write_text(traceback.format_exc())
    finally:
        os._exit(code)


def _wait(pid: int) -> int:
    """The exit code, or minus the signal. A run that hangs is ended, and is 71."""
    watch = os.pidfd_open(pid)
    try:
        ready, _, _ = select.select([watch], [], [], _LIMIT_S)
        if not ready:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
            return 71
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        os.close(watch)


def free_port(start: int) -> int:
    """A port that nothing listens on, below those that the system gives out by itself."""
    for port in range(start, start + 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(f"no free port from {start} on")


def make_template(folder: Path) -> None:
    """A production whose database has its tables, to be copied; and everything imported that a run needs, once for all."""
    for name in _NEEDED:
        importlib.import_module(name)
    template = folder / "template"
    template.mkdir()
    Shopping({}, template).store().close()


def eprint(text: str) -> None:
    """Tell people, apart from results."""
    print(text, file=sys.stderr, flush=True)
