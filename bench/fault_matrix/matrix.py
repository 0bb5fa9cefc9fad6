"""The matrix played: lanes that share a queue, and what came of every case."""

import contextlib
import gc
import importlib.util
import json
import os
import select
import shutil
import signal
import struct
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.fault_matrix.lane import Lane, eprint, make_template
from bench.fault_matrix.plan import Group, Single
from bench.fault_matrix.stage import opened
from callsheet.store.database import Database

ROOT = Path(__file__).resolve().parents[2]
_TOLD_EVERY_S = 15.0


@contextlib.contextmanager
def room() -> Iterator[Path]:
    """A folder for everything, in memory where the machine has one: kills are of processes, not of the machine."""
    memory = Path("/dev/shm")
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="callsheet-matrix-", dir=where))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of a database on a fresh PostgreSQL server, started as the contract tests start theirs."""
    spec = importlib.util.spec_from_file_location("servers", ROOT / "tests" / "contract" / "servers.py")
    assert spec is not None
    assert spec.loader is not None
    servers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(servers)
    with servers.postgres() as address:
        database = Database(f"{address}/postgres")
        database.prepare()
        database.close()
        yield f"{address}/postgres"


def play(
    groups: Sequence[Group | Single], folder: Path, servers: dict[str, str], lanes: int, careless: bool = False
) -> list[dict[str, Any]]:
    """Every outcome, as plain data. Forks: call it before there are threads."""
    make_template(folder)
    gc.freeze()  # what is there now is shared by every process, and none is to touch it
    with opened(folder) as stage:
        queue, fill = os.pipe()  # here, so that the stage does not hold it open
        pids = [_lane(number, folder, stage, servers, groups, queue, fill, careless) for number in range(lanes)]
        os.close(queue)
        try:
            for number in range(len(groups)):
                os.write(fill, struct.pack("i", number))
            os.close(fill)
            codes = [_wait(pid, folder) for pid in pids]
        except BaseException:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            raise
    found = [json.loads(line) for path in sorted(folder.glob("results-*")) for line in path.read_text().splitlines()]
    if any(codes):
        errors = "\n".join(path.read_text() for path in folder.glob("failure-*"))
        raise RuntimeError(f"a lane broke down:\n{errors}")
    return found


def _wait(pid: int, folder: Path) -> int:
    """A lane's exit code, when it ends; meanwhile people are told how far all of them are."""
    watch = os.pidfd_open(pid)
    while not select.select([watch], [], [], _TOLD_EVERY_S)[0]:
        if sys.stderr.isatty():
            eprint(f"{sum(path.read_bytes().count(10) for path in folder.glob('results-*'))} cases")
    os.close(watch)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _lane(
    number: int, folder: Path, stage: Path, servers: dict[str, str], groups: Sequence[Group | Single], queue: int, fill: int, careless: bool,
) -> int:  # fmt: skip
    pid = os.fork()
    if pid:
        return pid
    code = 1
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        os.close(fill)
        lane = Lane(number, folder, stage, servers, careless=careless)
        with (folder / f"results-{number}").open("a") as results:
            while word := os.read(queue, 4):
                for outcome in groups[struct.unpack("i", word)[0]].cases(lane.play):
                    results.write(json.dumps(outcome.plain()) + "\n")
                    results.flush()
        code = 0
    except BaseException:  # noqa: BLE001 - a forked process must never go on as its parent
        (folder / f"failure-{number}").write_text(traceback.format_exc())
    finally:
        os._exit(code)
