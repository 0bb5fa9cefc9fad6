"""Shared by all tests: nothing is ever spent."""

import os
import sys
from pathlib import Path

os.environ["CALLSHEET_SPENDING"] = "forbidden"
os.environ["CALLSHEET_CALIBRATIONS"] = os.devnull  # what its owner has rated is nothing to a test
for setting in ("CALLSHEET_DATABASE_URL", "CALLSHEET_BLOBS"):  # whose server it would be
    os.environ.pop(setting, None)
sys.path.insert(0, str(Path(__file__).parent / "integration"))
