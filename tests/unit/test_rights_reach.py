"""What reaches a production from others of its database: digests, never names; and what a withdrawn paper ends."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from callsheet.delivery.standing import revoke
from callsheet.film import Document
from callsheet.floor.clearing import Papers
from callsheet.rights import Revocation, shot_facts
from callsheet.rights.reach import keep, kept, others, users, withdrawn
from callsheet.store import ProductionStore
from callsheet.store import tables as t

ON = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
BOARD = """\
title: Tea
cast: {anna: {name: Anna, consent: {person: anna-k, paper: anna.txt, granted_on: 2026-10-01, until: 2027-10-01, models: [any]}}}
episodes: [{sequences: [{code: SQ010, shots: [{code: SH010, action: Tea., duration: 24, cast: [anna]}]}]}]
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ProductionStore]:
    """A production, and another one in the same database."""
    (tmp_path / "production.yaml").write_text(BOARD, "utf-8")
    (tmp_path / "anna.txt").write_text("Signed by Anna K.", "utf-8")
    with ProductionStore.open(tmp_path, lambda: NOW) as store:
        with store.database.writing() as db:
            db.execute(insert(t.production).values(id="other", made_at=NOW))
        yield store


def elsewhere(store: ProductionStore, of: str) -> None:
    with store.database.writing() as db:
        row = {"of": of, "on": "2026-11-20", "why": "by letter", "by": "Bo", "at": NOW}
        db.execute(insert(t.revocation).values(production="other", **row))


def holds(store: ProductionStore) -> bool:
    """Whether Anna's consent holds."""
    papers = Papers(store, Document.parse(store.read().text).production)
    (anna,) = shot_facts(papers.production, papers.production.find("SH010"), papers.revoked).people
    assert anna.consent is not None
    return anna.consent.revoked_on is None


def test_names_of_other_productions_are_nobody_here(store: ProductionStore) -> None:
    for name in ("cast.anna", "anna-k", "Anna"):
        elsewhere(store, name)
    assert withdrawn(store, dict) == ()
    assert holds(store)


def test_the_same_paper_is_the_same_consent(store: ProductionStore) -> None:
    sha256 = store.asset_digest("anna.txt")
    elsewhere(store, sha256)
    assert not holds(store)
    why = "by letter (withdrawn in production other)"
    assert withdrawn(store, lambda: {"cast.anna": ("0" * 64, sha256), "cast.ben": ("1" * 64,)}) == (
        Revocation(sha256, date(2026, 11, 20), why, "Bo"),
        Revocation("cast.anna", date(2026, 11, 20), why, "Bo"),
    )
    (store.folder / "anna.txt").write_text("Signed anew by Anna K.", "utf-8")
    assert holds(store), "another paper is another consent"


def test_a_paper_may_be_withdrawn_by_its_name_or_digest(store: ProductionStore) -> None:
    found = revoke(store, "anna.txt", "by letter", "Mira")
    assert found.files == (found.revocation.of,) == (store.asset_digest("anna.txt"),)
    assert {one.kind for one in found.reached} >= {"shot"}
    assert not holds(store)


def test_papers_on_record_say_who_uses_them(store: ProductionStore) -> None:
    assert (others(store), users(store, ["a" * 64]), users(store, [])) == (1, frozenset(), frozenset())
    mine = {"cast.anna": ("a" * 64,)}
    for papers in ({}, mine, mine):
        keep(store, papers, "Mira")
    with store.database.reading() as db:
        assert len(db.execute(t.ruling.select()).all()) == 1, "what is on record is not written twice"
    assert kept(None, store) == {store.id: mine}
    with store.database.writing() as db:
        row = {"verb": "papers", "what": "cast.x", "refused": False, "by": "Bo", "at": NOW}
        body = '{"findings":[],"papers":{"cast.x":["' + "a" * 64 + '"]}}'
        db.execute(insert(t.ruling).values(production="other", body=body, **row))
    assert users(store, ["a" * 64, "b" * 64]) == {"other"}
    assert users(store, ["b" * 64]) == frozenset()
