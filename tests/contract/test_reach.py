"""A withdrawal reaches every production of a database by digest: the same paper, the same file; never by name."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from recipes import USD, recipe

from callsheet.delivery.standing import revoke
from callsheet.errors import RightsError
from callsheet.film import Document, Recipe, Reference
from callsheet.floor.clearing import Papers, clear_create
from callsheet.rights import shot_facts
from callsheet.rights.register import rulings
from callsheet.store import ProductionStore

BOARD = """\
title: Tea
cast:
  {name}:
    name: Anna
    references: [face.png]
    consent: {{person: anna-k, paper: {name}.txt, granted_on: 2026-10-01, until: 2027-10-01, models: [any]}}
episodes: [{{sequences: [{{code: SQ010, shots: [{{code: SH010, action: Tea., duration: 24, cast: [{name}]}}]}}]}}]
"""
Open = Callable[[str, str, str, str], ProductionStore]


@pytest.fixture
def opened(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Call it with a folder, the name of the asset, what its paper says and what its picture is."""
    monkeypatch.setenv("CALLSHEET_DATABASE_URL", database_url)
    with ExitStack() as stack:

        def make(folder: str, name: str, paper: str, face: str) -> ProductionStore:
            place = tmp_path / folder
            place.mkdir()
            (place / f"{name}.txt").write_text(paper)
            (place / "face.png").write_text(face)
            (place / "production.yaml").write_text(BOARD.format(name=name))
            store = ProductionStore.open(place, lambda: datetime(2026, 11, 21, 9, tzinfo=UTC))
            store.snapshot("edited")
            return stack.enter_context(store)

        yield make


def shot_with_her(store: ProductionStore, name: str) -> Recipe:
    """The recipe of a take that was given her picture."""
    plain = recipe(1)
    face = Reference(role=f"cast:{name}", sha256=store.asset_digest("face.png"))
    made = plain.model_copy(update={"order": plain.order.model_copy(update={"references": (face,)})})
    store.add_take(store.id.rjust(64, "0"), made, [], USD)
    return made


def papers(store: ProductionStore) -> Papers:
    return Papers(store, Document.parse(store.read().text).production)


def withdrawn(store: ProductionStore) -> list[bool]:
    """Whether the consents of who is in the film do not hold any more."""
    found = papers(store)
    facts = shot_facts(found.production, found.production.find("SH010"), found.revoked)
    return [p.consent is not None and p.consent.revoked_on is not None for p in facts.people]


def test_one_withdrawal_reaches_every_production_with_the_same_paper(opened: Open) -> None:
    here = opened("here", "anna", "Signed by Anna K.", "a face")
    same = opened("same", "hero", "Signed by Anna K.", "another face")
    namesake = opened("namesake", "anna", "Signed by another Anna.", "a face")
    for store in (same, namesake):
        papers(store).clear_making([])  # what a shoot asks first: its papers are on record from then on
    shot_with_her(namesake, "anna")
    found = revoke(here, "cast.anna", "by letter", "Mira")
    assert found.files == (here.asset_digest("anna.txt"),)
    assert (found.others, found.also, found.near) == (2, 1, 1), (
        "the namesake uses her picture, under a paper of its own"
    )
    assert [withdrawn(store) for store in (here, same, namesake)] == [[True], [True], [False]]
    assert [one.of for one in papers(same).revoked] == [*found.files, "cast.hero"]
    assert papers(same).revoked[0].why == f"by letter (withdrawn in production {here.id[:8]})"
    assert papers(namesake).revoked == (papers(same).revoked[0],), "it knows of the digest, which is nothing of its own"
    assert list(rulings(same)) == [], "papers on record are no ruling"


def test_a_worker_without_the_files_is_reached_too(opened: Open, tmp_path: Path) -> None:
    here = opened("here", "anna", "Signed by Anna K.", "a face")
    same = opened("same", "hero", "Signed by Anna K.", "another face")
    papers(same).clear_making([])
    (tmp_path / "elsewhere").mkdir()
    with ProductionStore.open(tmp_path / "elsewhere", same.clock, id=same.id) as worker:
        wanted = shot_with_her(same, "hero")
        clear_create(worker, wanted)
        revoke(here, "anna-k", "by letter", "Mira")
        with pytest.raises(RightsError, match="the consent of Anna was withdrawn"):
            clear_create(worker, wanted)


def test_a_file_is_withdrawn_everywhere_and_a_name_nowhere_else(opened: Open) -> None:
    here = opened("here", "anna", "Signed by Anna K.", "a face")
    other = opened("other", "anna", "Signed by another Anna.", "a face")
    made = shot_with_her(other, "anna")
    (here.folder / "anna.txt").unlink()

    def told() -> set[str]:
        judged = papers(other).of_recipes([made], "conform")
        return {f.words for f in judged.findings if f.rule == "revoked-consent-cascade"}

    nowhere = revoke(here, "cast.anna", "by letter", "Mira")
    assert (nowhere.files, nowhere.others, nowhere.also, nowhere.near) == ((), 1, 0, 1)
    assert not told()
    found = revoke(here, "face.png", "she asked for her picture back", "Mira")
    assert (found.files, found.also, found.near) == ((here.asset_digest("face.png"),), 1, 0)
    assert told()
