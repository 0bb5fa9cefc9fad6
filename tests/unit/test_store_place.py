"""Where a production's memory goes: two settings, an id that stays, a lock for the one worker."""

from pathlib import Path

import pytest

from callsheet.errors import ConflictError, InputError, StorageError
from callsheet.store import Home, Place, ProductionStore
from callsheet.store.home import keep_id, read_home, read_id, write_home

DATABASE, BLOBS = "CALLSHEET_DATABASE_URL", "CALLSHEET_BLOBS"


@pytest.mark.parametrize("settings", [{}, {DATABASE: "", BLOBS: " "}])
def test_without_settings_everything_is_in_the_folder(settings: dict[str, str]) -> None:
    place = Place.from_settings(settings)
    assert (place.database, place.blobs, place.database_name) == (None, "", "")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("postgresql://ana:s3cret@db.example/films", "db.example:5432/films"),
        ("postgres://ana:s3cret@db.example:6000/films?sslmode=require", "db.example:6000/films"),
        ("postgresql+psycopg://ana:p%40ss@db.example/films?password=s3cret", "db.example:5432/films"),
        ("postgresql:///films?host=/run/postgresql&password=s3cret", "/run/postgresql:5432/films"),
        ("postgresql:///films", "localhost:5432/films"),
    ],
)
def test_a_server_has_a_name_that_may_be_shown(address: str, name: str) -> None:
    place = Place.from_settings({DATABASE: address})
    assert place.database_name == name
    assert place.database is not None
    assert place.database.drivername == "postgresql"
    assert not any(secret in f"{place} {place!r}" for secret in ("s3cret", "p@ss", "p%40ss"))


@pytest.mark.parametrize(
    "address",
    [
        "mysql://ana:s3cret@db/films",
        "sqlite:///s3cret.sqlite",
        "s3cret",
        "postgresql://ana:s3cret@db:port/films",
        "postgresql://ana:s3cret@db",
        "ana:s3cret@db/films",
    ],
)
def test_other_databases_are_refused_without_showing_what_was_set(address: str) -> None:
    with pytest.raises(InputError) as caught:
        Place.from_settings({DATABASE: address})
    assert caught.value.where == DATABASE
    assert "postgresql://" in caught.value.remedy
    assert "s3cret" not in str(caught.value) + repr(caught.value.__cause__)


@pytest.mark.parametrize(
    ("address", "blobs"),
    [("s3://films", "s3://films"), ("s3://films/teapot/", "s3://films/teapot"), ("s3://films//a//b", "s3://films/a/b")],
)
def test_a_bucket_and_a_prefix(address: str, blobs: str) -> None:
    assert Place.from_settings({BLOBS: address}).blobs == blobs


@pytest.mark.parametrize(
    "address",
    ["gs://s3cret", "https://s3cret/films", "s3cret", "/s3cret", "s3://", "s3://key:s3cret@films", "s3://films?x=s3cret", "s3://[s3cret"],
)  # fmt: skip
def test_other_stores_are_refused_without_showing_what_was_set(address: str) -> None:
    with pytest.raises(InputError) as caught:
        Place.from_settings({BLOBS: address})
    assert caught.value.where == BLOBS
    assert "s3://BUCKET" in caught.value.remedy
    assert "s3cret" not in str(caught.value)


def test_the_id_is_written_once_and_stays(tmp_path: Path) -> None:
    with ProductionStore.open(tmp_path) as store:
        id = store.id
    assert (tmp_path / ".callsheet" / "production").read_text() == f"{id}\n"
    assert keep_id(tmp_path / ".callsheet", "f" * 32) == id
    (tmp_path / ".callsheet" / "production").write_text("0" * 32)
    with ProductionStore.open(tmp_path) as store:
        assert store.id == id, "that of the rows counts"
    assert read_id(tmp_path / ".callsheet") == id
    (tmp_path / ".callsheet" / "production").unlink()
    ProductionStore.open(tmp_path).close()
    assert read_id(tmp_path / ".callsheet") == id
    with pytest.raises(ConflictError, match="another production"):
        ProductionStore.open(tmp_path, id="e" * 32)


def test_a_folder_may_be_given_its_id(tmp_path: Path) -> None:
    with ProductionStore.open(tmp_path, id="e" * 32) as store:
        assert store.id == "e" * 32


def test_damaged_records_are_said_so(tmp_path: Path) -> None:
    write_home(tmp_path, Home("db:5432/films", "s3://films"))
    assert read_home(tmp_path) == Home("db:5432/films", "s3://films")
    for damaged in ("", "[]", '{"database": 1, "other": 2}'):
        (tmp_path / "home").write_text(damaged)
        with pytest.raises(StorageError, match="record of where"):
            read_home(tmp_path)
    (tmp_path / "production").write_text("../../etc")
    with pytest.raises(StorageError, match="id is damaged"):
        read_id(tmp_path)


def test_sqlite_takes_one_worker(tmp_path: Path) -> None:
    with ProductionStore.open(tmp_path) as one, ProductionStore.open(tmp_path) as two, one.worker_locked():
        with (
            pytest.raises(ConflictError, match=r"another worker is serving this folder.*\(process \d+\)") as caught,
            two.worker_locked(),
        ):
            pass
        assert DATABASE in caught.value.remedy
        with two.locked():
            pass
    with ProductionStore.open(tmp_path) as two, two.worker_locked():
        pass
