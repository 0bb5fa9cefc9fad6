"""A provider of one's own: the example plug-in is found by its entry point and keeps the contract that ships."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLUG_IN = ROOT / "examples" / "provider"


def installed(tmp_path: Path) -> dict[str, str]:
    """An environment in which the example is installed as any package is: code on the path, an entry point beside it."""
    about = tmp_path / "site" / "lantern-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: lantern\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[callsheet.providers]\nlantern = lantern:provider\n")
    paths = [str(PLUG_IN), str(about.parent), str(ROOT / "src")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "LANTERN_API_KEY": "a-key",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def test_the_adapter_is_under_eighty_lines() -> None:
    assert len((PLUG_IN / "lantern.py").read_text().splitlines()) < 80 + 15, "with its imports and docstrings"
    code = [line for line in (PLUG_IN / "lantern.py").read_text().splitlines() if line.strip() and '"""' not in line]
    assert len(code) < 80


def test_it_is_found_and_keeps_the_contract(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--pyargs", "callsheet.testing", "--provider", "lantern", "-q", "-p", "no:cacheprovider",
         "-W", "error"],
        cwd=tmp_path, env=installed(tmp_path), capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "passed" in done.stdout


def test_it_stands_among_those_who_can_shoot(tmp_path: Path) -> None:
    asked = "from callsheet.providers import installed; print([s.name for s in installed()], [o.name for s in installed() for o in s.offers()])"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=tmp_path, env=installed(tmp_path), capture_output=True, text=True, timeout=60
    )
    assert "lantern-2@lantern" in done.stdout, done.stderr
