"""A take is bought once: the quick fault matrix, with processes that are really killed, and the proof that it can fail."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def matrix(*options: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, counts and what was told of the matrix, in a process of its own, because it forks."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.fault_matrix", "--json", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.fixture(scope="module")
def quick() -> tuple[int, dict[str, Any], str]:
    return matrix("--quick")


@pytest.mark.timeout(300)
def test_no_fault_and_no_kill_charges_twice_or_loses_a_clip(quick: tuple[int, dict[str, Any], str]) -> None:
    code, found, told = quick
    wrong = {name: found[name] for name in ("double_charges", "lost_clips", "unbalanced", "stuck")}
    assert wrong == dict.fromkeys(wrong, 0), told
    assert code == 0
    assert found["takes"] > found["unknown"]


def test_every_fault_is_met_and_every_crash_point_struck(quick: tuple[int, dict[str, Any], str]) -> None:
    from callsheet.rehearsal import Fault

    _, found, _ = quick
    assert set(found["faults"]) == {"calm", *Fault}
    assert found["points"]["missed"] == []


def test_the_baselines_fail_in_the_same_run(quick: tuple[int, dict[str, Any], str]) -> None:
    _, found, _ = quick
    for policy in ("naive", "job_id"):
        assert found[policy]["double_charges"] > 0
        assert found[policy]["lost_clips"] > 0


@pytest.mark.timeout(300)
def test_a_buyer_that_sends_again_is_found_out() -> None:
    code, found, _ = matrix("--quick", "--ours", "--careless", "--fault", "drop-after-accept", "--fault", "slow-answer")
    assert code == 1
    assert found["double_charges"] > 0
