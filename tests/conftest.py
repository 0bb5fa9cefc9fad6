"""Shared by all tests: nothing is ever spent."""

import os
import sys
from pathlib import Path

os.environ["CALLSHEET_SPENDING"] = "forbidden"
sys.path.insert(0, str(Path(__file__).parent / "integration"))
