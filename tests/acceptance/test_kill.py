"""`make` is killed at five moments (`CALLSHEET_KILLS=10` for more), each followed by another: the film comes out the same, nothing is made twice."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from callsheet.film import Document

KETTLE = Path(__file__).parents[2] / "examples" / "teapot"
OUTPUTS = shutil.ignore_patterns(".callsheet", "deliver", "production.yaml")
COMMAND = [sys.executable, "-m", "callsheet"]
KILLS = int(os.environ.get("CALLSHEET_KILLS", "5"))
SEQUENCES = 1
"""So much of the film is enough to be killed in."""


def new(folder: Path) -> Path:
    shutil.copytree(KETTLE, folder, ignore=OUTPUTS)
    subprocess.run([*COMMAND, "write", str(folder)], check=True, capture_output=True)
    board = folder / "production.yaml"
    production = Document.parse(board.read_text("utf-8").replace("preset: master-", "preset: preview-")).production
    episode = production.episodes[0]
    episode.sequences = episode.sequences[:SEQUENCES]
    board.write_text(Document.of(production).dump(), "utf-8")
    return folder


def make(folder: Path) -> dict[str, Any]:
    run = subprocess.run([*COMMAND, "make", str(folder), "--json"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    facts: dict[str, Any] = json.loads(run.stdout)
    return facts


def finished(folder: Path) -> tuple[set[str], set[str]]:
    """Takes and artefacts that are recorded."""
    database = folder / ".callsheet" / "callsheet.sqlite"
    if not database.exists():
        return set(), set()
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        tables = {row[0] for row in db.execute("select name from sqlite_master")}
        if not {"take", "artefact"} <= tables:
            return set(), set()
        takes = {
            f"{shot} {number} {made}" for shot, number, made in db.execute("select shot, number, made_at from take")
        }
        artefacts = {f"{key} {made}" for key, made in db.execute("select key, made_at from artefact")}
        return takes, artefacts
    finally:
        db.close()


@pytest.mark.timeout(1200)
def test_killed_anywhere_it_goes_on_and_comes_out_the_same(tmp_path: Path) -> None:
    undisturbed = make(new(tmp_path / "undisturbed"))
    folder = new(tmp_path / "killed")
    chance = random.Random(20261121)
    kept: tuple[set[str], set[str]] = (set(), set())
    killed = 0
    while killed < KILLS:
        process = subprocess.Popen(
            [*COMMAND, "make", str(folder), "--json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(chance.uniform(0.4, 4.0))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        else:
            shutil.rmtree(folder)
            folder, kept = new(tmp_path / "killed"), (set(), set())
            continue
        now = finished(folder)
        assert kept[0] <= now[0]
        assert kept[1] <= now[1]
        kept = now
    last = make(folder)
    assert [d["sha256"] for d in last["deliverables"]] == [d["sha256"] for d in undisturbed["deliverables"]]
    takes, artefacts = finished(folder)
    assert kept[0] <= takes
    assert kept[1] <= artefacts
    shots = undisturbed["takes"]["made"]
    assert len(takes) == shots
    assert last["takes"] == {"made": shots - len(kept[0]), "reused": len(kept[0])}
