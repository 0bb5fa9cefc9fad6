"""Blobs in an S3 bucket: written once, fetched once, resumed, checked; and a bucket or keys that are wrong."""

import hashlib
import os
import threading
from pathlib import Path

import httpx
import obstore
import pytest
import servers
from obstore.store import S3Store
from recipes import add

from callsheet.errors import ConflictError, StorageError
from callsheet.store import BucketBlobs, FolderBlobs, Memo, ProductionStore
from callsheet.store.bucket import open_bucket

DATA = b"a clip\n" * 300_000
NAME = hashlib.sha256(DATA).hexdigest()


def cache(root: Path) -> FolderBlobs:
    root.mkdir(exist_ok=True)
    return FolderBlobs(root / "blobs", Memo(root / "checked"))


def blobs(address: str, root: Path) -> BucketBlobs:
    return open_bucket(address, cache(root))


def raw(address: str) -> S3Store:
    name, _, prefix = address.removeprefix("s3://").partition("/")
    return S3Store(name, prefix=prefix, client_options={"allow_http": True})


def key(sha256: str) -> str:
    return f"sha256/{sha256[:2]}/{sha256[2:]}"


def test_another_machine_reads_what_was_put(bucket: str, tmp_path: Path) -> None:
    assert blobs(bucket, tmp_path / "here").put_bytes(DATA) == NAME
    there = blobs(bucket, tmp_path / "there")
    assert there.has(NAME)
    assert not there.has("0" * 64)
    assert there.read(NAME) == DATA
    assert there.path(NAME).is_relative_to(tmp_path / "there")
    assert [p.name for p in (tmp_path / "there" / "blobs" / "fetching").iterdir()] == [f"{NAME[:2]}.lock"]


def test_what_is_there_is_not_written_again(bucket: str, tmp_path: Path) -> None:
    blobs(bucket, tmp_path / "here").put_bytes(DATA)
    before = obstore.head(raw(bucket), key(NAME))["last_modified"], obstore.head(raw(bucket), key(NAME))["e_tag"]
    blobs(bucket, tmp_path / "there").put_bytes(DATA)
    assert (
        obstore.head(raw(bucket), key(NAME))["last_modified"],
        obstore.head(raw(bucket), key(NAME))["e_tag"],
    ) == before


def test_bytes_that_only_the_cache_holds_are_sent_before_they_are_promised(bucket: str, tmp_path: Path) -> None:
    cache(tmp_path / "here").put_bytes(DATA)  # what a run that was killed before it could send leaves behind
    assert blobs(bucket, tmp_path / "here").has(NAME)
    assert blobs(bucket, tmp_path / "there").read(NAME) == DATA


def test_a_run_that_changes_nothing_asks_the_bucket_nothing(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs(bucket, tmp_path / "here").put_bytes(DATA)
    blobs(bucket, tmp_path / "there").path(NAME)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert blobs(bucket, tmp_path / "here").has(NAME)
    assert blobs(bucket, tmp_path / "there").read(NAME) == DATA
    with pytest.raises(StorageError):
        blobs(f"{bucket}/other", tmp_path / "here").has(NAME)


def test_files_may_be_in_a_bucket_and_rows_in_the_folder(
    bucket: str, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLSHEET_BLOBS", bucket)
    with ProductionStore.open(film) as store:
        take = add(store, "a", 1)
        assert obstore.head(raw(bucket), key(take.clips[0].sha256))["size"] == 6
    monkeypatch.delenv("CALLSHEET_BLOBS")
    with pytest.raises(ConflictError, match=bucket):
        ProductionStore.open(film)


def test_a_large_file_goes_in_parts(bucket: str, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(65 << 20)
    here = blobs(bucket, tmp_path / "here")
    sha256 = here.put_file(large, consume=True)
    assert here.size(sha256) == 65 << 20
    assert "-" in str(obstore.head(raw(bucket), key(sha256))["e_tag"]), "as S3 marks what came in parts"
    there = blobs(bucket, tmp_path / "there")
    assert there.path(sha256).stat().st_size == 65 << 20


@pytest.mark.parametrize("left", [1, 1 << 20, len(DATA), len(DATA) + 5])
@pytest.mark.parametrize("sound", [True, False])
def test_a_fetch_goes_on_where_it_was_killed(bucket: str, tmp_path: Path, left: int, sound: bool) -> None:
    blobs(bucket, tmp_path / "here").put_bytes(DATA)
    there = blobs(bucket, tmp_path / "there")
    part = tmp_path / "there" / "blobs" / "fetching" / NAME
    part.parent.mkdir(parents=True)
    part.write_bytes((DATA + b"extra")[:left] if sound else b"!" * left)
    assert there.read(NAME) == DATA
    assert not part.exists()


def test_only_the_rest_is_fetched(bucket: str, tmp_path: Path) -> None:
    rest = b"the rest is other bytes"
    name = hashlib.sha256(DATA + rest).hexdigest()
    obstore.put(
        raw(bucket), key(name), b"?" * len(DATA) + rest
    )  # so that only a fetch of the rest alone gives the right bytes
    part = tmp_path / "there" / "blobs" / "fetching" / name
    part.parent.mkdir(parents=True)
    part.write_bytes(DATA)
    assert blobs(bucket, tmp_path / "there").read(name) == DATA + rest


def test_many_who_want_one_file_fetch_it_together(bucket: str, tmp_path: Path) -> None:
    blobs(bucket, tmp_path / "here").put_bytes(DATA)
    each = [blobs(bucket, tmp_path / "there") for _ in range(6)]
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda b=b: found.append(b.read(NAME))) for b in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [DATA] * 6


def test_other_bytes_in_the_bucket_are_never_given_out(bucket: str, tmp_path: Path) -> None:
    obstore.put(raw(bucket), key(NAME), b"rubbish")
    there = blobs(bucket, tmp_path / "there")
    with pytest.raises(StorageError, match="is damaged") as caught:
        there.path(NAME)
    assert caught.value.where == f"{bucket}/{key(NAME)}"
    assert not cache(tmp_path / "there").has(NAME)
    with pytest.raises(StorageError, match="is gone"):
        there.path("0" * 64)


def test_a_truncated_file_in_the_bucket_is_healed_by_whoever_has_it(bucket: str, tmp_path: Path) -> None:
    obstore.put(raw(bucket), key(NAME), DATA[:-1])
    blobs(bucket, tmp_path / "here").put_bytes(DATA)
    assert blobs(bucket, tmp_path / "there").read(NAME) == DATA


def test_an_empty_file_is_a_file(bucket: str, tmp_path: Path) -> None:
    sha256 = blobs(bucket, tmp_path / "here").put_bytes(b"")
    assert blobs(bucket, tmp_path / "there").read(sha256) == b""


def test_an_asset_reaches_other_machines(place: str, film: Path) -> None:
    (film / "assets").mkdir()
    (film / "assets" / "pot.png").write_bytes(b"png")
    with ProductionStore.open(film) as store:
        sha256 = store.keep_asset("assets/pot.png")
        assert sha256 == store.keep_asset("assets/pot.png") == store.asset_digest("assets/pot.png")
        assert store.blobs.read(sha256) == b"png"
    if "s3" in place:
        assert blobs(os.environ["CALLSHEET_BLOBS"], film / "elsewhere").read(sha256) == b"png"


def test_a_missing_bucket_is_said_so(bucket: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such bucket") as caught:
        blobs("s3://nobody-made-this/films", tmp_path / "here").put_bytes(DATA)
    assert caught.value.where == "s3://nobody-made-this/films"
    assert "Create the bucket" in caught.value.remedy


def test_keys_that_are_refused_are_said_so(s3: str, bucket: str, tmp_path: Path) -> None:
    httpx.post(f"{s3}/moto-api/reset-auth", content="0").raise_for_status()
    try:
        with pytest.raises(StorageError, match="refuses these keys") as caught:
            blobs(bucket, tmp_path / "here").put_bytes(DATA)
    finally:
        httpx.post(f"{s3}/moto-api/reset-auth", content="1000000000", headers=servers.SIGNED).raise_for_status()
    assert "AWS_ACCESS_KEY_ID" in caught.value.remedy
    assert "secret" not in str(caught.value)


def test_a_store_that_is_not_there_is_said_so(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(StorageError, match="cannot be used") as caught:
        blobs(bucket, tmp_path / "here").put_bytes(DATA)
    assert "AWS_ENDPOINT_URL" in caught.value.remedy
