"""What gates said is kept with a take wherever the memory is, and asked for there: by routing, the odds, and the worth of scores."""

from pathlib import Path

import pytest
from recipes import SHOT, USD, Clock, recipe
from sqlalchemy import select

from callsheet.film import Clip, GateFinding, Inspection, Rate, Take
from callsheet.floor import judging
from callsheet.money.statement import odds, statement
from callsheet.routing import rejected
from callsheet.store import ProductionStore
from callsheet.store import tables as t
from callsheet.store.verdicts import say


def add(store: ProductionStore, id: str, seed: int, outcome: str) -> Take:
    gates = Inspection(
        version=1,
        findings=(GateFinding.model_validate({"gate": "freeze", "outcome": outcome, "score": 0.25, "words": "stops", "at_frames": [3]}),),
    )  # fmt: skip
    sha256 = store.blobs.put_bytes(f"clip {id}".encode())
    clip = Clip(framing="9:16", sha256=sha256, width=720, height=1280, frames=24, rate=Rate(24), gates=gates)
    return store.add_take(id, recipe(seed), [clip], USD)


def test_a_reject_is_kept_and_found_again(place: str, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callsheet.media.gates.LEAST_VERDICTS", 0)
    with ProductionStore.open(film, Clock()) as store:
        bad, good, other = (
            add(store, "a" * 64, 1, "reject"),
            add(store, "b" * 64, 2, "ok"),
            add(store, "c" * 64, 3, "reject"),
        )
        assert store.takes(SHOT) == [bad, good, other]
        assert bad.rejected
        assert not good.rejected
        with store.database.reading() as db:
            states = {row.number: row.state for row in db.execute(select(t.take.c.number, t.take.c.state))}
        assert states == {1: "rejected", 2: "made", 3: "rejected"}
        assert odds(store.database) == {}
        assert statement(store.database, store.id).waste == ()

        def said() -> list[tuple[int, str, str]]:
            return [(word.take, word.reason, word.by) for word in rejected.words(store, set)]

        assert said() == [(1, "gate freeze", "gates"), (3, "gate freeze", "gates")]
        store.snapshot("edited")
        store.pick(SHOT, 1, "person")
        assert said() == [(3, "gate freeze", "gates")], "a person picked the other"
        assert rejected.words(store, lambda: {(store.id, SHOT, 3)}) == [], "a person spoke about it"
        say(store, good, True, "mira")
        assert judging.calibration(store) is None, "too few verdicts to fit anything"
