"""Killed with SIGKILL at any moment, the floor goes on where it was: same bytes, and no finished take or artefact is made twice."""

import contextlib
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from floor_child import SHOTS

from callsheet.errors import ConflictError
from callsheet.store import ProductionStore

KILLS = 4


def start(folder: Path, log: Path) -> subprocess.Popen[bytes]:
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import floor_child; floor_child.child(*sys.argv[1:])"
    return subprocess.Popen([sys.executable, "-W", "error", "-c", code, str(folder), str(log)], stderr=subprocess.PIPE)


def finished(folder: Path) -> dict[str, str]:
    """What is recorded as made: the sha256 of every take and artefact by name."""
    if not (folder / ".callsheet" / "callsheet.sqlite").exists():
        return {}
    with ProductionStore.open(folder) as store:
        made = {take.shot: take.clips[0].sha256 for take in store.takes()}
        artefacts = store.artefacts(f"{n:064}" for n in range(SHOTS))
        assert all(store.blobs.read(sha256) for sha256 in made.values())
    return made | {f"segment-{int(key)}": a.sha256 for key, a in artefacts.items()}


def lines(log: Path) -> list[list[str]]:
    return [line.rsplit(" ", 1) for line in log.read_text().splitlines()] if log.exists() else []


def wait_for_lines(log: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(lines(log)) < count:
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def wait_until_gone(pids: set[int]) -> None:
    deadline = time.monotonic() + 10
    while pids := {pid for pid in pids if running(pid)}:
        assert time.monotonic() < deadline, f"workers outlived their parent: {pids}"
        threading.Event().wait(0.02)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_killed_at_any_moment_it_goes_on_and_makes_nothing_twice(tmp_path: Path) -> None:
    rng = random.Random(20261121)
    folder, log = tmp_path / "killed", tmp_path / "killed.log"
    folder.mkdir()
    for _ in range(KILLS):
        before, done = finished(folder), len(lines(log))
        process = start(folder, log)
        wait_for_lines(log, done + rng.randint(1, 5))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=rng.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        wait_until_gone({int(pid) for _, pid in lines(log)})
        again = {name for name, _ in lines(log)[done:]} & set(before)
        assert not again, f"made again though it was finished: {again}"
        assert before.items() <= finished(folder).items()

    before, done = finished(folder), len(lines(log))
    process = start(folder, log)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors.decode()
    assert not {name for name, _ in lines(log)[done:]} & set(before)
    assert not list((folder / ".callsheet" / "work").iterdir())
    assert not list((folder / ".callsheet" / "blobs" / "staging").iterdir())

    calm, calm_log = tmp_path / "calm", tmp_path / "calm.log"
    calm.mkdir()
    process = start(calm, calm_log)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors.decode()
    assert len(lines(calm_log)) == 2 * SHOTS
    assert finished(folder) == finished(calm)
    assert len(finished(calm)) == 2 * SHOTS


def test_interrupted_it_stops_at_once_and_goes_on_later(tmp_path: Path) -> None:
    folder, log = tmp_path / "film", tmp_path / "log"
    folder.mkdir()
    hold = log.with_suffix(".hold")
    hold.touch()
    process = start(folder, log)
    wait_for_lines(log, 1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=15)
    hold.unlink()
    assert process.returncode == 130
    assert errors == b""
    wait_until_gone({int(pid) for _, pid in lines(log)})
    before, done = finished(folder), len(lines(log))
    process = start(folder, log)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors.decode()
    assert not {name for name, _ in lines(log)[done:]} & set(before)
    assert len(finished(folder)) == 2 * SHOTS


def test_a_second_process_on_the_folder_is_told_who_holds_it(tmp_path: Path) -> None:
    folder, log = tmp_path / "film", tmp_path / "log"
    folder.mkdir()
    process = start(folder, log)
    wait_for_lines(log, 1)
    with (
        ProductionStore.open(folder) as store,
        pytest.raises(ConflictError, match=rf"process {process.pid}\)"),
        store.locked(),
    ):
        pass
    process.kill()
    process.communicate()
    with ProductionStore.open(folder) as store, store.locked():
        assert store.takes() is not None
