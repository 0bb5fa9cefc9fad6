"""Options of the contract suite: `pytest --pyargs callsheet.testing --provider NAME [--live --cap "1 USD"]`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from callsheet.testing.subject import Ground, Subject, ground, subject, subjects


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which provider, and whether to really buy."""
    group = parser.getgroup("callsheet")
    group.addoption(
        "--provider",
        action="append",
        default=[],
        help="a route of the catalogue, or a plug-in's name; may be given again",
    )
    group.addoption("--live", action="store_true", help="buy the cheapest clip for real, with the key that is set")
    group.addoption("--cap", default="1 USD", help="what a live run may cost at most, for each provider")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test for every provider that was asked for; without any, for all that have a stand-in."""
    if "provider" in metafunc.fixturenames:
        named = metafunc.config.getoption("--provider") or subjects()
        metafunc.parametrize("provider", named, scope="session")


@pytest.fixture(scope="session")
def plain_subject(provider: str) -> Subject:
    """The provider under test."""
    return subject(provider)


@pytest.fixture(scope="session")
def stage_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A production to buy takes for."""
    folder: Path = tmp_path_factory.mktemp("contract")
    with ground(folder) as found:
        yield found
