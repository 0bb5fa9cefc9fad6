"""Real servers, started once a session, and the places that a production's memory may be in."""

import gc
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import servers

from callsheet.store import DOCUMENT, ProductionStore
from callsheet.store import tables as t
from callsheet.store.database import Database

for setting in ("CALLSHEET_DATABASE_URL", "CALLSHEET_BLOBS"):
    os.environ.pop(setting, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What vendors' own clients leave open is theirs: it fails none of our tests."""
    theirs = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name.startswith("test_family_"):
            item.add_marker(theirs)


@pytest.fixture(autouse=True, scope="module")
def _nothing_left_open() -> Iterator[None]:
    """A socket that nobody closed is found in the file that left it, not in whichever test the collector runs next."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server. Its databases `film` and `other` have the tables, `empty` has none."""
    with servers.postgres() as address:
        for name in ("film", "other", "empty"):
            _ask(f"{address}/postgres", f"CREATE DATABASE {name}")
        for name in ("film", "other"):
            database = Database(f"{address}/{name}")
            database.prepare()
            database.close()
        yield address


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server."""
    with servers.s3() as address:
        yield address


@pytest.fixture
def database_url(postgres: str) -> str:
    """A database with tables and no rows."""
    tables = ", ".join(table.name for table in t.metadata.sorted_tables)
    _ask(f"{postgres}/film", "SET lock_timeout = '20s'", f"TRUNCATE {tables}")
    return f"{postgres}/film"


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket of one's own, as CALLSHEET_BLOBS names it, with the keys for it in the environment."""
    name = f"films-{secrets.token_hex(6)}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    httpx.put(f"{s3}/{name}", headers=servers.SIGNED).raise_for_status()
    return f"s3://{name}/teapot"


@pytest.fixture
def on_server(database_url: str, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it to set both settings."""

    def switch() -> None:
        monkeypatch.setenv("CALLSHEET_DATABASE_URL", database_url)
        monkeypatch.setenv("CALLSHEET_BLOBS", bucket)

    return switch


@pytest.fixture(params=["sqlite+folder", "postgres+folder", "postgres+s3"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each place in turn, as the settings name it."""
    if "postgres" in request.param:
        monkeypatch.setenv("CALLSHEET_DATABASE_URL", request.getfixturevalue("database_url"))
    if "s3" in request.param:
        monkeypatch.setenv("CALLSHEET_BLOBS", request.getfixturevalue("bucket"))
    return str(request.param)


@pytest.fixture
def lose(s3: str) -> Callable[[ProductionStore, str], None]:
    """Call it with a store and a sha256 to remove that blob wherever it lies."""

    def remove(store: ProductionStore, sha256: str) -> None:
        store.blobs.path(sha256).unlink()
        if bucket := os.environ.get("CALLSHEET_BLOBS", "").removeprefix("s3://"):
            address = f"{s3}/{bucket}/sha256/{sha256[:2]}/{sha256[2:]}"
            httpx.delete(address, headers=servers.SIGNED).raise_for_status()

    return remove


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """The folder of a production that has a document."""
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / DOCUMENT).write_bytes(b"title: One\r\n# kept\n")
    return folder


def _ask(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
