"""Sellers of which the catalogue lists nothing that can be ordered keep the same contract, with offers that their users write."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

OFFERS = Path(__file__).with_name("offers.yaml")


@pytest.mark.parametrize("route", ["replicate", "openrouter", "local"])
def test_a_seller_with_offers_of_ones_own_keeps_the_contract(route: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--pyargs", "callsheet.testing", "--provider", route, "-q", "-p", "no:cacheprovider",
         "-W", "error"],
        cwd=tmp_path, env={**os.environ, "CALLSHEET_CATALOG": str(OFFERS)}, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
