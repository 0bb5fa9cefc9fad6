"""The contract that ships, in a process of its own: here for a seller whose offers its users write; for others by name.

`pytest --pyargs callsheet.testing` holds one route of every dialect to it, which takes minutes.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

OFFERS = Path(__file__).with_name("offers.yaml")


@pytest.mark.parametrize(
    "route",
    [
        "openrouter",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("xai", "replicate", "local", "wavespeed")),
    ],
)
def test_a_seller_with_offers_of_ones_own_keeps_the_contract(route: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--pyargs", "callsheet.testing", "--provider", route, "-q", "-p", "no:cacheprovider",
         "-W", "error"],
        cwd=tmp_path, env={**os.environ, "CALLSHEET_CATALOG": str(OFFERS)}, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
