"""Blobs: written once, whole or absent, checked when read."""

import hashlib
import multiprocessing
import os
import threading
from pathlib import Path

import pytest
from obstore.store import LocalStore, MemoryStore

from callsheet.errors import StorageError
from callsheet.store import Blobs, BucketBlobs, FolderBlobs, Memo
from callsheet.store.disk import guarded, write_bytes

DATA = b"a clip\n" * 100_000
NAME = hashlib.sha256(DATA).hexdigest()


def folder_blobs(root: Path) -> FolderBlobs:
    root.mkdir(parents=True, exist_ok=True)
    return FolderBlobs(root / "blobs", Memo(root / "checked"))


@pytest.fixture(params=["folder", "memory", "local"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    mine = folder_blobs(tmp_path / "mine")
    if request.param == "folder":
        return mine
    bucket = tmp_path / "bucket"
    bucket.mkdir()
    return BucketBlobs(MemoryStore() if request.param == "memory" else LocalStore(bucket), mine)


def test_what_is_put_is_read_back_by_its_sha256(blobs: Blobs, tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(DATA)
    assert blobs.put_file(file) == NAME == blobs.put_bytes(DATA)
    assert file.exists()
    assert blobs.has(NAME)
    assert blobs.read(NAME) == DATA
    with blobs.open(NAME) as opened:
        assert opened.read(6) == b"a clip"
    assert blobs.path(NAME).stat().st_mode & 0o222 == 0
    assert not blobs.has("0" * 64)
    with pytest.raises(StorageError, match="is gone"):
        blobs.read("0" * 64)


def test_a_consumed_file_is_moved_in(blobs: Blobs, tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(DATA)
    assert blobs.put_file(file, consume=True) == NAME
    assert not file.exists()
    assert blobs.read(NAME) == DATA


def test_a_bucket_gives_another_machine_its_bytes_and_checks_them(tmp_path: Path) -> None:
    store = MemoryStore()
    BucketBlobs(store, folder_blobs(tmp_path / "here")).put_bytes(DATA)
    there = BucketBlobs(store, folder_blobs(tmp_path / "there"))
    assert there.has(NAME)
    assert there.path(NAME).read_bytes() == DATA
    store.put(f"sha256/{NAME[:2]}/{NAME[2:]}", b"rubbish")
    elsewhere = BucketBlobs(store, folder_blobs(tmp_path / "elsewhere"))
    with pytest.raises(StorageError, match="is damaged"):
        elsewhere.path(NAME)


def test_a_folder_has_the_layout_of_a_bucket(tmp_path: Path) -> None:
    blobs = folder_blobs(tmp_path)
    blobs.put_bytes(DATA)
    assert bytes(LocalStore(blobs.root).get(f"sha256/{NAME[:2]}/{NAME[2:]}").bytes()) == DATA


def test_a_damaged_blob_is_named_and_healed_by_the_same_bytes(tmp_path: Path) -> None:
    blobs = folder_blobs(tmp_path)
    blobs.put_bytes(DATA)
    place = blobs.path(NAME)
    place.chmod(0o644)
    place.write_bytes(DATA[:-1] + b"!")
    for again in (blobs, folder_blobs(tmp_path)):
        assert not again.has(NAME)
        with pytest.raises(StorageError, match=f"{NAME} is damaged") as caught:
            again.read(NAME)
        assert str(place) in str(caught.value)
        assert "backup" in caught.value.remedy
    blobs.put_bytes(DATA)
    assert blobs.read(NAME) == DATA


def test_an_unchanged_blob_is_hashed_once(tmp_path: Path) -> None:
    folder_blobs(tmp_path).put_bytes(DATA)
    place = folder_blobs(tmp_path).path(NAME)
    before = place.stat()
    place.chmod(0o644)
    place.write_bytes(DATA[:-1] + b"!")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert folder_blobs(tmp_path).has(NAME), "same inode, size and time: taken as unchanged, without reading"
    (tmp_path / "checked").unlink()
    assert not folder_blobs(tmp_path).has(NAME)


def test_a_delivered_copy_may_be_edited_without_harm(blobs: Blobs, tmp_path: Path) -> None:
    blobs.put_bytes(DATA)
    target = tmp_path / "deliver" / "master.mp4"
    assert blobs.copy_to(NAME, target)
    assert not blobs.copy_to(NAME, target), "the same bytes are not copied again"
    assert target.read_bytes() == DATA
    with target.open("r+b") as file:
        file.write(b"EDITED")
    assert blobs.read(NAME) == DATA
    assert blobs.copy_to(NAME, target)
    assert target.read_bytes() == DATA
    assert [p.name for p in target.parent.iterdir()] == ["master.mp4"]


def _put(root: str, gate: "threading.Barrier") -> None:
    blobs = folder_blobs(Path(root))
    gate.wait(30)
    for number in range(20):
        blobs.put_bytes(DATA + str(number).encode())


def test_processes_may_put_the_same_blobs_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    gate = spawn.Barrier(2)
    processes = [spawn.Process(target=_put, args=(str(tmp_path), gate)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    blobs = folder_blobs(tmp_path)
    kept = [DATA + str(number).encode() for number in range(20)]
    assert [blobs.read(hashlib.sha256(data).hexdigest()) for data in kept] == kept
    assert not list((blobs.root / "staging").iterdir())


def test_unfinished_files_of_a_killed_run_are_swept(tmp_path: Path) -> None:
    blobs = folder_blobs(tmp_path)
    blobs.put_bytes(DATA)
    (blobs.root / "staging" / "99-dead").write_bytes(b"half")
    blobs.sweep()
    assert not list((blobs.root / "staging").iterdir())
    assert blobs.has(NAME)


def test_a_full_disk_is_said_so() -> None:
    with pytest.raises(StorageError, match="the disk is full") as caught, guarded("film"):
        Path("/dev/full").write_bytes(b"x")
    assert caught.value.exit_code == 9
    assert "Free some space" in caught.value.remedy


@pytest.mark.parametrize("folder", ["/proc/callsheet", "/sys/callsheet"])
def test_a_folder_that_cannot_be_written_is_said_so(folder: str) -> None:
    with pytest.raises(StorageError) as caught:
        folder_blobs_at(Path(folder)).put_bytes(DATA)
    assert folder in str(caught.value)
    assert caught.value.remedy


def folder_blobs_at(root: Path) -> FolderBlobs:
    return FolderBlobs(root, Memo(root / "checked"))


def test_a_file_in_place_of_a_folder_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("not a folder")
    with pytest.raises(StorageError):
        folder_blobs(tmp_path).put_bytes(DATA)
    assert not folder_blobs(tmp_path).has(NAME)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "production.yaml"
    target.mkdir()
    with pytest.raises(StorageError):
        write_bytes(target, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["production.yaml"]


def test_the_memo_forgets_nothing_it_needs_and_does_not_grow_for_ever(tmp_path: Path) -> None:
    memo = Memo(tmp_path / "checked")
    for number in range(1500):
        memo.remember((1, 2, 3), f"{number:064x}")
    memo.remember((7, 2, 3), NAME)
    assert Memo(tmp_path / "checked").recall((7, 2, 3)) == NAME
    assert len((tmp_path / "checked").read_text().splitlines()) == 2
    (tmp_path / "checked").write_bytes(b"\xff\xfe torn line\n" + (tmp_path / "checked").read_bytes() + b"torn")
    assert Memo(tmp_path / "checked").recall((7, 2, 3)) == NAME
