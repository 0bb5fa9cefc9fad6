"""Shared by all tests: nothing is ever spent."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How fast a shared machine draws examples is no property of ours.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")
os.environ["CALLSHEET_SPENDING"] = "forbidden"
os.environ["CALLSHEET_CALIBRATIONS"] = os.devnull  # what its owner has rated is nothing to a test
for setting in ("CALLSHEET_DATABASE_URL", "CALLSHEET_BLOBS"):  # whose server it would be
    os.environ.pop(setting, None)
sys.path.insert(0, str(Path(__file__).parent / "integration"))

LONGEST_FIRST = ("acceptance", "docs", "integration", "simulation", "contract")
"""Folders whose files take longest: begun first, so that no process is left alone with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, each kind in its own order."""
    here = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=rank)
