"""The house rules that a program can check."""

import importlib
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest

import callsheet
from callsheet import errors

ROOT = Path(__file__).parents[2]
SOURCES = [p for folder in ("src", "tests", "bench", "examples") for p in sorted((ROOT / folder).rglob("*.py"))]


def test_the_public_names() -> None:
    assert callsheet.__all__ == sorted(callsheet.__all__, key=lambda n: (n.startswith("_"), n))
    assert callsheet.__all__ == [
        "CallsheetError",
        "Document",
        "Production",
        "Rate",
        "Studio",
        "Timecode",
        "__version__",
    ]
    assert all(hasattr(callsheet, name) for name in callsheet.__all__)
    assert callsheet.__version__ == version("callsheet")


def test_the_verbs_are_the_same_in_library_and_command_line() -> None:
    from callsheet.cli import app

    verbs = {
        "new",
        "write",
        "board",
        "bid",
        "approve",
        "shoot",
        "takes",
        "pick",
        "review",
        "revoke",
        "rights",
        "why",
        "whatif",
        "conform",
        "deliver",
        "make",
        "bakeoff",
        "calibrate",
        "rate",
        "versions",
        "restore",
        "doctor",
        "attempts",
        "resolve",
        "cancel",
        "budget",
        "confirm",
        "move",
        "worker",
    }
    ledger = app.commands["ledger"]
    assert isinstance(ledger, click.Group)
    models = app.commands["models"]
    assert isinstance(models, click.Group)
    assert set(app.commands) - {"ledger", "models"} == verbs
    assert set(models.commands) == {"show", "check"}
    assert set(ledger.commands) == {"verify", "statement", "invoice"}
    commands = {**app.commands, **ledger.commands}
    del commands["ledger"]
    assert {name for name in vars(callsheet.Studio) if not name.startswith("_")} >= set(commands)
    assert all(any(p.name == "as_json" for p in c.params) for c in [*commands.values(), *models.commands.values()])


def test_files_stay_short() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in SOURCES
        if (n := len(p.read_text("utf-8").splitlines())) > (800 if p.is_relative_to(ROOT / "tests") else 500)
    }
    assert long == {}


def test_every_package_says_what_it_is_for() -> None:
    for module in pkgutil.walk_packages(callsheet.__path__, "callsheet."):
        if "migrations" not in module.name and module.name != "callsheet.__main__":
            assert importlib.import_module(module.name).__doc__, module.name


def test_importing_callsheet_is_cheap() -> None:
    heavy = {"av", "skia", "numpy", "scipy", "sqlalchemy", "dbos", "onnxruntime", "alembic"}
    script = "import sys, callsheet.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert heavy.isdisjoint(name.partition(".")[0] for name in loaded)


def test_every_error_has_an_exit_code_and_a_status_that_the_tree_states() -> None:
    found = {
        name: (cls.exit_code, cls.http_status)
        for name, cls in vars(errors).items()
        if isinstance(cls, type) and issubclass(cls, errors.CallsheetError)
    }
    drawn = {
        name: (int(code), int(status))
        for name, code, status in re.findall(r"(\w+Error)\s+(\d+)\s+(\d{3})", errors.__doc__ or "")
    }
    assert drawn == found


@pytest.mark.parametrize(
    "error",
    [errors.BriefError("what", where="here", remedy="do"), errors.DocumentError("x", [errors.Problem(3, "a", "b")])],
)
def test_errors_survive_a_process_boundary(error: errors.CallsheetError) -> None:
    import pickle

    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_the_pins_name_no_host() -> None:
    pins = (ROOT / "constraints.txt").read_text("utf-8")
    assert re.fullmatch(r"(?:[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+\n)+", pins)
