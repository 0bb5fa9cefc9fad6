"""The contract suites as a pytest plugin: `pytest --pyargs callsheet.testing --provider NAME [--live --cap "1 USD"]`, and `--judge NAME`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if (
    TYPE_CHECKING
):  # loaded with every pytest run of an environment that has Callsheet: nothing heavy before it is wanted
    from callsheet.testing.subject import Ground, Subject

_SUITE = "callsheet.testing."


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which provider, and whether to really buy."""
    group = parser.getgroup("callsheet")
    group.addoption(
        "--provider",
        action="append",
        default=[],
        help="a route of the catalogue, or a plug-in's name; may be given again",
    )
    group.addoption(
        "--judge",
        action="append",
        default=[],
        help="a judge of faces: built-in, or a plug-in's name; may be given again",
    )
    group.addoption("--stills", help="a folder with stills for the judge, one folder a person")
    group.addoption("--live", action="store_true", help="buy the cheapest clip for real, with the key that is set")
    group.addoption("--cap", default="1 USD", help="what a live run may cost at most, for each provider")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of the suite for every provider that was asked for; without any, for one of each dialect."""
    if "provider" in metafunc.fixturenames and metafunc.module.__name__.startswith(_SUITE):
        from callsheet.testing.subject import subjects

        asked = metafunc.config.getoption("--provider")
        metafunc.parametrize(
            "provider", asked or ([] if metafunc.config.getoption("--judge") else subjects()), scope="session"
        )
    if "judge_name" in metafunc.fixturenames and metafunc.module.__name__.startswith(_SUITE):
        from callsheet.media.gates.judges import names

        asked = metafunc.config.getoption("--judge")
        metafunc.parametrize("judge_name", asked or ([] if metafunc.config.getoption("--provider") else names()))


@pytest.fixture(scope="session")
def plain_subject(provider: str) -> "Subject":
    """The provider under test."""
    from callsheet.testing.subject import subject

    return subject(provider)


@pytest.fixture
def stage_folder(tmp_path: Path) -> "Iterator[Ground]":
    """A production to buy takes for."""
    from callsheet.testing.subject import ground

    with ground(tmp_path) as found:
        yield found
