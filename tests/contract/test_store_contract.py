"""What a production remembers, wherever its memory is: document, versions, takes, picks, artefacts, decisions, money, locks."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest
from recipes import SHOT, USD, Clock, add, charge, recipe

from callsheet.errors import ConflictError, InputError, NotFoundError, StorageError
from callsheet.film import Money
from callsheet.store import DOCUMENT, ProductionStore, Text, Version, versions

Lose = Callable[[ProductionStore, str], None]


@pytest.fixture
def store(place: str, film: Path) -> Iterator[ProductionStore]:
    with ProductionStore.open(film, Clock()) as opened:
        yield opened


def file(store: ProductionStore) -> Path:
    return store.asset(DOCUMENT)


def test_the_document_is_written_only_over_the_one_that_was_read(store: ProductionStore) -> None:
    first = store.read()
    assert first.text == "title: One\r\n# kept\n"
    second = store.write("title: Two\n", first.digest)
    assert store.read() == second
    with pytest.raises(ConflictError):
        store.write("title: Three\n", first.digest)
    with pytest.raises(ConflictError):
        store.write("title: Three\n", None)
    assert file(store).read_bytes() == b"title: Two\n"


def test_a_new_production_has_no_document_yet(place: str, tmp_path: Path) -> None:
    with ProductionStore.open(tmp_path) as store:
        with pytest.raises(NotFoundError):
            store.read()
        store.write("title: One\n", None)
        assert store.read().text == "title: One\n"


def test_a_document_that_is_not_text_is_said_so(store: ProductionStore) -> None:
    file(store).write_bytes(b"title: \xff\n")
    with pytest.raises(InputError, match="byte 7"):
        store.read()


def test_versions_count_what_changed(store: ProductionStore) -> None:
    one = store.snapshot("written")
    assert store.snapshot("again") == one
    two_text = store.write("title: Two\n", store.read().digest)
    two = store.snapshot("title changed")
    assert [(v.number, v.parent, v.why) for v in store.versions()] == [(1, None, "written"), (2, 1, "title changed")]
    assert two.digest == two_text.digest
    assert store.document(1) == "title: One\r\n# kept\n"
    with pytest.raises(NotFoundError):
        store.document(3)


def test_restoring_brings_back_the_bytes_and_the_picks(store: ProductionStore) -> None:
    store.snapshot("written")
    add(store, "a", 1)
    add(store, "b", 2)
    store.pick(SHOT, 1, "ana")
    before = store.picks()
    store.write("title: Two\n", store.read().digest)
    store.snapshot("title changed")
    assert store.picks() == before, "a new version carries the picks"
    store.pick(SHOT, 2, "bo")
    assert store.picks(1) == before
    file(store).write_bytes(b"title: Unsaved\n")

    restored = store.restore(1)
    assert (restored.number, restored.parent, restored.why) == (4, 1, "restored from 1")
    assert file(store).read_bytes() == b"title: One\r\n# kept\n"
    assert store.picks() == before
    assert store.document(3) == "title: Unsaved\n", "what was not yet a version is one now"
    assert store.picks(3)[SHOT].number == 2
    assert store.restore(1) == restored, "nothing to do the second time"
    first, last = store.pick_history(SHOT)[0], store.pick_history(SHOT)[-1]
    assert (last.by, last.at, last.take) == (first.by, first.at, first.take)
    with pytest.raises(NotFoundError):
        store.restore(9)


def test_a_restore_that_was_killed_is_finished_by_the_next_reader(store: ProductionStore, film: Path) -> None:
    store.snapshot("written")
    old = store.read().text
    store.write("title: Two\n", store.read().digest)
    store.snapshot("title changed")
    with store.database.writing() as db:  # what `restore` commits before it writes the document
        first = store.versions()[0]
        again = Version(3, first.digest, 1, "restored from 1", first.made_at)
        versions.add(db, store.id, Text(old, first.digest), again, unwritten=True)
    with ProductionStore.open(film) as later:
        assert later.read().text == old
        later.write("title: Four\n", later.read().digest)
        assert later.read().text == "title: Four\n"


def test_a_take_is_recorded_once(store: ProductionStore) -> None:
    first = add(store, "a", 1)
    assert add(store, "a", 1) == first
    assert (first.number, first.shot, first.made_at.tzinfo) == (1, SHOT, UTC)
    second = add(store, "b", 1)
    other = add(store, "c", 1, "EP01 SQ010 SH020")
    assert (second.number, other.number) == (2, 1)
    assert store.takes() == [first, second, other]
    assert store.takes(SHOT) == [first, second]
    assert store.takes(recipe=recipe(1).digest) == [first, second]
    assert store.take_by_id("a") == first
    assert store.take_by_id("z") is None


def test_spending_never_mixes_currencies(store: ProductionStore) -> None:
    assert store.spent() == []
    charge(store, "a", USD)
    charge(store, "b", Money(10**15, "CNY"))
    charge(store, "c", Money(1, "CNY"))
    assert store.spent() == [Money(10**15 + 1, "CNY"), Money(1_500_000, "USD")]


def test_takes_recorded_by_many_threads_count_without_gaps(store: ProductionStore) -> None:
    threads = [threading.Thread(target=add, args=(store, f"t{n}", n)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [take.number for take in store.takes(SHOT)] == list(range(1, 13))


def test_picks_keep_their_history(store: ProductionStore) -> None:
    add(store, "a", 1)
    add(store, "b", 2)
    assert store.picks() == {}
    store.pick(SHOT, 1, "gate")
    store.pick(SHOT, 1, "gate")
    store.pick(SHOT, 2, "ana")
    store.pick(SHOT, None, "bo")
    assert store.picks() == {}
    assert [(p.take, p.by) for p in store.pick_history(SHOT)] == [(1, "gate"), (2, "ana"), (None, "bo")]
    with pytest.raises(NotFoundError, match="no take 3"):
        store.pick(SHOT, 3, "ana")


def test_a_take_is_whole_only_with_its_clips(store: ProductionStore, film: Path, lose: Lose) -> None:
    take = add(store, "a", 1)
    assert store.is_whole(take)
    lose(store, take.clips[0].sha256)
    with ProductionStore.open(film) as later:
        assert not later.is_whole(take)
        with pytest.raises(StorageError, match="is gone"):
            later.blobs.read(take.clips[0].sha256)


def test_an_artefact_counts_only_with_its_bytes(store: ProductionStore, film: Path, lose: Lose) -> None:
    sha256 = store.blobs.put_bytes(b"segment")
    made = store.put_artefact("k1", "segment", sha256, {"frames": 48, "lufs": -14.0})
    assert store.artefacts(["k1", "k2"]) == {"k1": made}
    again = store.put_artefact("k1", "segment", store.blobs.put_bytes(b"other"), {})
    assert store.artefacts(["k1"]) == {"k1": again}
    lose(store, again.sha256)
    with ProductionStore.open(film) as later:
        assert later.artefacts(["k1"]) == {}
    many = {f"m{n}": store.put_artefact(f"m{n}", "voice", sha256, {}) for n in range(600)}
    assert store.artefacts(many) == many


def test_decisions_are_kept_and_the_latest_counts(store: ProductionStore) -> None:
    store.decide(SHOT, {"offer": "animatic", "reasons": ["only route"]})
    store.decide(SHOT, {"offer": "animatic", "reasons": ["only route"]})
    store.decide(SHOT, {"offer": "other", "reasons": []})
    assert store.decisions() == {SHOT: {"offer": "other", "reasons": []}}


def test_assets_lie_inside_the_production(store: ProductionStore, film: Path) -> None:
    (film / "assets").mkdir()
    (film / "assets" / "pot.png").write_bytes(b"png")
    first = store.asset_digest("assets/pot.png")
    assert store.asset("assets/pot.png") == film / "assets" / "pot.png"
    (film / "assets" / "pot.png").write_bytes(b"PNG")
    assert store.asset_digest("assets/pot.png") != first, "the same size, changed a moment later, is seen"
    for outside in ("../secret", "/etc/passwd", "assets/../../secret"):
        with pytest.raises(InputError):
            store.asset(outside)
    with pytest.raises(NotFoundError):
        store.asset("assets/none.png")


def test_one_process_works_on_it_and_may_nest(store: ProductionStore, film: Path) -> None:
    other = ProductionStore.open(film)
    with (
        store.locked(),
        store.locked(),
        pytest.raises(ConflictError, match=r"working on this folder \(process \d+\)"),
        other.locked(),
    ):
        pass
    other.close()
    with ProductionStore.open(film) as other, other.locked():
        assert other.id == store.id
