"""One stage for all simulated productions of a test process."""

from collections.abc import Iterator

import pytest
from sim_stage import Ground, ground


@pytest.fixture(scope="session")
def stage() -> Iterator[Ground]:
    with ground() as found:
        yield found
