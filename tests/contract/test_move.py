"""Moving a production: from its folder to PostgreSQL and S3, killed anywhere, without losing or doubling anything."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recipes import SHOT, Clock, add
from sqlalchemy import insert, select

from callsheet.errors import ConflictError, InputError, NotFoundError
from callsheet.film import Money
from callsheet.store import DOCUMENT, Home, ProductionStore, move
from callsheet.store import tables as t
from callsheet.store.database import Database
from callsheet.store.home import read_home, write_home

OTHER = "EP01 SQ010 SH020"
NOW = Clock().now
KILLED = """
import os, sys
from pathlib import Path
from callsheet.store import move
left = int(sys.argv[2])

STEPS = {"move", "_send", "_rows", "_write", "write_id", "write_home", "write_bytes"}

def lines(frame, event, argument):
    global left
    if "/store/" in frame.f_code.co_filename and frame.f_code.co_name in STEPS:
        if event == "line":
            left -= 1
            if left == 0:
                os._exit(9)
        return lines

sys.settrace(lines)
move(Path(sys.argv[1]))
sys.settrace(None)
print(int(sys.argv[2]) - left)
"""


def fill(folder: Path, word: str = "take") -> None:
    """A production with two versions, picks, takes, an artefact, an open attempt and what is booked for it."""
    with ProductionStore.open(folder, Clock()) as store:
        store.snapshot("written")
        for number in range(3):
            add(store, f"{word}-{number}", number)
        add(store, f"{word}-other", 9, OTHER, Money(7, "CNY"))
        store.pick(SHOT, 1, "ana")
        store.write("title: Two\n", store.read().digest)
        store.snapshot("title changed")
        store.pick(SHOT, 2, "bo")
        store.pick(OTHER, 1, "bo")
        store.decide(SHOT, {"offer": "animatic"})
        store.put_artefact(
            "key", "segment", store.blobs.put_bytes(b"segment"), {"voice": store.blobs.put_bytes(b"voice")}
        )
        book(store.database, store.id)


def book(database: Database, production: str) -> None:
    row: dict[str, Any] = {
        "production": production, "take": f"wanted {production}", "number": 1, "shot": SHOT, "person": "ana", "day": "2026-11-21",
        "provider": "kling",
        "offer": "kling-3", "request_digest": "0" * 64, "recipe": "{}", "price": "{}", "held_micros": 5, "currency": "USD",
        "state": "submitting", "cancel": "no", "reason": "", "made_at": NOW, "changed_at": NOW,
    }  # fmt: skip
    with database.writing() as db:
        db.execute(insert(t.attempt).values(id=f"attempt {production}", **row))
        for number in range(3):
            entry = {"key": f"{production} {number}", "production": production, "attempt": f"attempt {production}"}
            made = db.execute(insert(t.entry).values(**entry, kind="hold", why=f"{number}", at=NOW))
            for line, micros in enumerate((number, -number)):
                posting = {"account": ("charged:reported", "available")[line], "micros": micros, "currency": "USD"}
                db.execute(insert(t.posting).values(entry=made.inserted_primary_key[0], line=line, **posting))
        for scope, name in (("production", production), ("workspace", "")):
            use = {"scope": scope, "name": name, "currency": "USD", "used_micros": 5}
            db.execute(insert(t.cap_use).values(**use))


def remembered(folder: Path) -> dict[str, Any]:
    """All that a production remembers, through the door that everybody uses; and its books, by what they say."""
    with ProductionStore.open(folder) as store:
        database = store.database
        with database.reading() as db:
            joined = t.posting.join(t.entry, t.posting.c.entry == t.entry.c.id)
            query = select(t.entry.c.key, t.entry.c.why, t.entry.c.attempt, t.posting.c.line, t.posting.c.micros)
            query = query.select_from(joined).where(t.entry.c.production == store.id)
            books = [tuple(row) for row in db.execute(query.order_by(t.entry.c.id, t.posting.c.line))]
            attempts = [tuple(row) for row in db.execute(select(t.attempt).where(t.attempt.c.production == store.id))]
        return {
            "id": store.id,
            "versions": store.versions(),
            "documents": [store.document(v.number) for v in store.versions()],
            "takes": store.takes(),
            "picks": [store.picks(v.number) for v in store.versions()],
            "history": store.pick_history(SHOT),
            "decisions": store.decisions(),
            "artefacts": store.artefacts(["key"]),
            "spent": store.spent(),
            "bytes": [store.blobs.read(clip.sha256) for take in store.takes() for clip in take.clips],
            "voice": [store.blobs.read(str(a.meta["voice"])) for a in store.artefacts(["key"]).values()],
            "books": books,
            "attempts": attempts,
        }


def uses(database_url: str) -> dict[tuple[str, str], int]:
    database = Database(database_url)
    with database.reading() as db:
        found = {(row.scope, row.name): row.used_micros for row in db.execute(select(t.cap_use))}
    database.close()
    return found


def test_a_production_goes_on_where_it_was(film: Path, on_server: Callable[[], None], tmp_path: Path) -> None:
    fill(film)
    before = remembered(film)
    with sqlite3.connect(film / ".callsheet" / "callsheet.sqlite") as old:
        dump = list(old.iterdump())
    old.close()
    on_server()
    done: list[tuple[int, int]] = []
    moved = move(film, on_progress=lambda now, all: done.append((now, all)))
    assert (moved.files, moved.missing) == (6, ())
    assert done[0] == (0, 6)
    assert done[-1] == (6, 6)
    assert remembered(film) == before
    with sqlite3.connect(film / ".callsheet" / "callsheet.sqlite") as old:
        assert list(old.iterdump()) == dump, "the database that was left is as it was"
    old.close()
    shutil.rmtree(film / ".callsheet" / "blobs")
    (film / ".callsheet" / "callsheet.sqlite").unlink()
    assert remembered(film) == before, "nothing in the folder is needed any more"
    assert move(film).files == 0
    with ProductionStore.open(film, Clock()) as store:
        assert add(store, "next", 4).number == 4
        store.pick(SHOT, 4, "ana")
        assert store.picks()[SHOT].number == 4

    worker = tmp_path / "worker"
    worker.mkdir()
    with ProductionStore.open(worker, id=before["id"]) as store:
        assert len(store.takes()) == 5
        assert store.is_whole(store.takes()[0])
    lost = tmp_path / "lost"
    lost.mkdir()
    with pytest.raises(NotFoundError, match="has no production"):
        ProductionStore.open(lost, id="0" * 32)


def test_two_productions_share_a_server(tmp_path: Path, on_server: Callable[[], None], database_url: str) -> None:
    films = [tmp_path / name for name in ("one", "two")]
    for film in films:
        film.mkdir()
        (film / DOCUMENT).write_text("title: One\n")
        fill(film, film.name)
    before = [remembered(film) for film in films]
    on_server()
    for film in films:
        move(film)
    assert [remembered(film) for film in films] == before
    one, two = (found["id"] for found in before)
    assert uses(database_url) == {("production", one): 5, ("production", two): 5, ("workspace", ""): 10}


def test_rows_alone_may_move_and_files_later(
    film: Path, database_url: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(film)
    before = remembered(film)
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", database_url)
    assert move(film).files == 6 - 6
    assert remembered(film) == before
    monkeypatch.setenv("CALLSHEET_BLOBS", bucket)
    with pytest.raises(ConflictError, match=r"files are in its folder, not in s3://") as caught:
        ProductionStore.open(film)
    assert "callsheet move" in caught.value.remedy
    assert (move(film).rows, remembered(film)) == (0, before)
    shutil.rmtree(film / ".callsheet" / "blobs")
    monkeypatch.delenv("CALLSHEET_BLOBS")
    with pytest.raises(ConflictError, match=f"files are in {bucket}"):
        ProductionStore.open(film)
    assert move(film).files == 6, "and back into the folder"
    assert remembered(film) == before


def test_nobody_starts_over_in_the_new_place(film: Path, on_server: Callable[[], None], database_url: str) -> None:
    fill(film)
    on_server()
    with pytest.raises(ConflictError, match="takes are in its folder") as caught:
        ProductionStore.open(film)
    assert "callsheet move" in caught.value.remedy
    database = Database(database_url)
    with database.reading() as db:
        assert db.execute(select(t.production)).all() == []
    database.close()


def test_nobody_goes_on_in_the_old_place(
    film: Path, on_server: Callable[[], None], monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    fill(film)
    on_server()
    move(film)
    monkeypatch.delenv("CALLSHEET_DATABASE_URL")
    name = database_url.rpartition("@")[2]
    with pytest.raises(ConflictError, match=f"lives in the database {name}"):
        ProductionStore.open(film)
    with pytest.raises(InputError, match=name):
        move(film)
    kept = "".join(p.read_text("utf-8", "replace") for p in (film / ".callsheet").iterdir() if p.is_file())
    assert "p4ss" not in kept


def test_a_production_without_takes_starts_anywhere_under_its_id(film: Path, on_server: Callable[[], None]) -> None:
    with ProductionStore.open(film) as store:
        id = store.id
    on_server()
    with ProductionStore.open(film) as store:
        assert store.id == id
        add(store, "a", 1)
    with ProductionStore.open(film) as store:
        assert len(store.takes()) == 1


def test_another_server_has_no_such_production(
    film: Path, on_server: Callable[[], None], postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server()
    with ProductionStore.open(film) as store:
        add(store, "a", 1)
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", f"{postgres}/other")
    with pytest.raises(ConflictError, match="has no such production"):
        ProductionStore.open(film)


@pytest.mark.parametrize("arrived", [False, True])
def test_a_move_killed_at_its_commit_is_finished_and_blocks_until_then(
    film: Path, on_server: Callable[[], None], monkeypatch: pytest.MonkeyPatch, database_url: str, arrived: bool
) -> None:
    fill(film)
    before = remembered(film)
    state = film / ".callsheet"
    name = database_url.rpartition("@")[2]
    with monkeypatch.context() as settings:
        if arrived:
            on_server()
            move(film)
        settings.delenv("CALLSHEET_DATABASE_URL", raising=False)
        settings.delenv("CALLSHEET_BLOBS", raising=False)
        write_home(state, Home(moving=name))
        with pytest.raises(ConflictError, match=f"a move to the database {name} was begun"):
            ProductionStore.open(film)
        with pytest.raises(ConflictError, match="was begun"):
            move(film)
    on_server()
    if not arrived:
        with pytest.raises(ConflictError, match="takes are in its folder"):
            ProductionStore.open(film)
    move(film)
    assert remembered(film) == before
    assert read_home(state) == Home(name, json.loads((state / "home").read_text())["blobs"])


def test_killed_at_any_line_it_ends_the_same_when_run_again(
    film: Path, on_server: Callable[[], None], database_url: str
) -> None:
    fill(film)
    before = remembered(film)
    on_server()
    copy = film.with_name("copy")
    shutil.copytree(film, copy)
    ends = [killed(film, line) for line in (30, 75, 100, 112, 124, 136, 148)]
    assert ends.count(9) >= 4, "a move that is run again has less to do, so the last of these may end by themselves"
    move(film)
    assert move(film).rows == 0, "it was finished"
    assert remembered(film) == before
    assert uses(database_url)["workspace", ""] == 5, "counted once"

    with ProductionStore.open(film) as store:
        add(store, "later", 5)
    with pytest.raises(ConflictError, match="holds something else under this production's id"):
        move(copy)


def killed(folder: Path, line: int) -> int:
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), str(line)], check=False, stdout=subprocess.DEVNULL
    ).returncode


def test_it_waits_for_whoever_is_working(film: Path, on_server: Callable[[], None]) -> None:
    fill(film)
    with ProductionStore.open(film) as store:
        with store.locked():
            on_server()
            with pytest.raises(ConflictError, match="another make is working"):
                move(film)
        with store.worker_locked(), pytest.raises(ConflictError, match="another worker is serving"):
            move(film)


def test_a_clip_that_was_already_gone_is_named_and_does_not_hold_up_the_rest(
    film: Path, on_server: Callable[[], None]
) -> None:
    fill(film)
    with ProductionStore.open(film) as store:
        gone = store.takes()[0].clips[0].sha256
        store.blobs.path(gone).unlink()
    on_server()
    moved = move(film)
    assert (moved.files, moved.missing) == (5, (gone,))
    with ProductionStore.open(film) as store:
        assert [store.is_whole(take) for take in store.takes()] == [False, True, True, True]


def test_there_must_be_something_to_move(tmp_path: Path, on_server: Callable[[], None]) -> None:
    on_server()
    with pytest.raises(NotFoundError):
        move(tmp_path)
