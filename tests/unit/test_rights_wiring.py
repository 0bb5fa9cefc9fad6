"""How rights reach the rest: recipes, labels, the register, routes, and when a finished film has to be asked about again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from callsheet.catalog import Catalogue, load
from callsheet.delivery.made import Made, stamp, unchanged
from callsheet.errors import NotFoundError, RightsError, StorageError
from callsheet.film import Document, Money, Placed, Price, Production, Recipe, Shot, digest, order
from callsheet.film.papers import Consent
from callsheet.floor.clearing import clear_create
from callsheet.providers import Offer
from callsheet.providers.families import family
from callsheet.providers.installed import routes
from callsheet.rights import Facts, Judgement, Revocation, Terms, asked_again, described, judge, shot_facts
from callsheet.rights.clear import judge_deliverable
from callsheet.rights.labels import shown
from callsheet.rights.papers import person
from callsheet.rights.register import carry, record, revocations, revoke, rulings
from callsheet.routing import route
from callsheet.store import ProductionStore

ON = date(2026, 11, 21)
CONSENT = {"paper": "a.pdf", "granted_on": date(2026, 10, 1), "until": date(2027, 10, 1)}


def film(cast: dict[str, Any] | None = None, **more: Any) -> Production:
    shots = [
        {"code": "SH010", "action": "A.", "duration": 48, "supers": [{"text": "Made with *AI*", "role": "legal", "frames": 24}]},
        {"code": "SH020", "action": "B.", "duration": 48, "cast": ["anna"], "transition": {"kind": "dissolve", "frames": 12},
         "supers": [{"text": "An actor who does not exist", "start": 6}]},
    ]  # fmt: skip
    return Production.model_validate({
        "title": "T",
        "cast": {"anna": {"name": "Anna", "references": ["a.png"], **(cast or {})}},
        "episodes": [{"sequences": [{"code": "SQ010", "shots": shots}]}],
        **more,
    })  # fmt: skip


def test_papers_change_no_recipe() -> None:
    def recipe(production: Production) -> str:
        return digest(order(production, production.find("SH020"), lambda path: path, None))

    bare = recipe(film())
    papers = {"consent": CONSENT, "likeness": "real", "minor": False, "licence": {"name": "ours", "until": "perpetual"}}
    assert recipe(film(papers)) == bare
    assert recipe(film({"wardrobe": "a red coat"})) != bare
    # The digest of an order as it was before assets had these fields.
    said = order(film(papers), film().find("SH020"), lambda path: path, None).model_dump(mode="json")
    assert not {"licence", "likeness", "minor"} & said["cast"][0][1].keys()


@pytest.mark.parametrize(
    "given",
    [
        {"continuity": {"extends": "SH020"}},
        {"footage": {"shot": "SH020", "work": "restyle"}},
        {"footage": {"video": "a.png", "work": "edit"}},
        {"continuity": {"keyframes": [{"frame": 12, "image": "a.png"}]}},
        {"references": {"images": ["a.png"]}},
    ],
)
def test_who_is_in_a_shot_is_found_however_she_comes_into_it(given: dict[str, Any]) -> None:
    production = film()
    shot = Shot.model_validate({"code": "SH030", "action": "C.", "duration": 48, **given})
    production.episodes[0].sequences[0].shots.append(shot)
    facts = shot_facts(production, production.find("SH030"))
    assert [person.asset for person in facts.people] == ["cast.anna"]


def test_a_label_counts_while_the_board_draws_it() -> None:
    stated = [
        {"kind": "ai-generated", "text": "Made with AI"},
        {"kind": "synthetic-performer", "text": "an actor who does NOT exist", "language": "en"},
        {"kind": "ai", "text": "nowhere on the board"},
    ]
    production = film(deliverables=[{"preset": "preview-16x9", "labels": stated}])
    found = shown(production, production.episodes[0], production.deliverables[0])
    assert [(one.kind, one.start, one.seconds) for one in found] == [
        ("ai-generated", 0, 1),
        ("synthetic-performer", (48 - 12 + 6) / 24, 42 / 24),
    ]


def test_what_is_asked_of_a_file_depends_on_where_that_file_is_shown() -> None:
    def required(**where: list[str]) -> set[str]:
        everywhere = {"territories": ["DE", "IN", "US"], "channels": ["youtube", "broadcast"]}
        production = film(rights=everywhere, deliverables=[{"preset": "preview-16x9", **where}])
        (one,) = described(production, {}, Terms(load()))
        return {f.rule for f in judge_deliverable(production, {}, one, ON, Terms(load())).of("require")}

    assert {"eu-mark", "in-label", "channel-declaration"} <= required()
    assert required(territories=["IN"], channels=["broadcast"]) == {"in-label"}
    assert required(territories=["US"], channels=["youtube"]) == {"channel-declaration", "us-ny-performer"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ProductionStore]:
    with ProductionStore.open(tmp_path, lambda: datetime(2026, 11, 21, 9, tzinfo=UTC)) as store:
        yield store


def test_the_register_is_only_added_to(store: ProductionStore, tmp_path: Path) -> None:
    gone = Revocation("cast.anna", ON, "by letter", "Mira")
    revoke(store, gone)
    judgement = judge("route", Facts(), ON)
    for refused in (True, True, False):
        record(store, "shoot", ["EP01 SQ010 SH010"], judgement, refused, "Mira")
    assert [(r.verb, r.refused, r.body["on"]) for r in rulings(store)] == [
        ("shoot", True, "2026-11-21"),
        ("shoot", False, "2026-11-21"),
    ]
    for statement in (
        "UPDATE revocation SET why = ''",
        "DELETE FROM revocation",
        "UPDATE ruling SET refused = 0",
        "DELETE FROM ruling",
    ):
        with pytest.raises(StorageError, match="append-only"), store.database.writing() as db:
            db.execute(text(statement))
    (tmp_path / "copy").mkdir()
    with ProductionStore.open(tmp_path / "copy") as copy:
        carry(store, copy)
        assert revocations(copy) == revocations(store) == (gone,)


def test_a_withdrawal_ends_what_was_granted_before_it() -> None:
    gone = [Revocation("cast.anna", ON)]

    def withdrawn(granted_on: date | None) -> bool:
        cast = film({"consent": Consent(paper="a.pdf", granted_on=granted_on)}).cast["anna"]
        found = person("cast.anna", cast, "face", revoked=gone).consent
        assert found is not None
        return found.revoked_on is not None

    assert [withdrawn(day) for day in (None, ON, ON - timedelta(days=1))] == [True] * 3
    assert not withdrawn(ON + timedelta(days=1))


def test_when_a_film_has_to_be_asked_about_again() -> None:
    bare = film()
    assert asked_again(bare, date(2026, 7, 1)) == date(2026, 8, 2), "a rule begins"
    assert asked_again(bare, date(2026, 12, 2)) is None
    assert asked_again(film({"consent": CONSENT}), date(2026, 12, 2)) == date(2027, 10, 2), "a consent ends"


def test_a_film_is_unchanged_until_the_day_on_which_it_may_not_be(tmp_path: Path) -> None:
    (tmp_path / ".callsheet").mkdir()
    counts = {"made": 1, "reused": 0}
    made = Made("T", 1, counts, counts, Money(0, "USD"), (), str(tmp_path / "deliver"), (), ("mark it",))
    stamp(tmp_path, made, None, [], date(2027, 10, 2))
    found = unchanged(tmp_path, None, date(2027, 10, 1))
    assert found is not None
    assert found.required == ("mark it",)
    assert unchanged(tmp_path, None, date(2027, 10, 2)) is None
    stamp(tmp_path, made, None, [], None)
    assert unchanged(tmp_path, None, date.max) is not None


def test_an_order_is_cleared_once_more_where_none_of_the_files_are(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 21, tzinfo=UTC)]
    document, picture = tmp_path / "production.yaml", tmp_path / "a.png"
    production = film({"consent": {**CONSENT, "granted_on": "2026-10-01", "until": "2027-10-01"}})
    document.write_text(Document.of(production).dump(), "utf-8")
    picture.write_bytes(b"her face")
    with ProductionStore.open(tmp_path, lambda: now[0]) as store:
        store.snapshot("edited")
        recipes = {
            code: Recipe(
                offer="a@x",
                engine="1",
                seed=1,
                order=order(production, production.find(code), store.asset_digest, None),
            )
            for code in ("SH010", "SH020")
        }
        document.unlink()
        picture.unlink()
        for recipe in recipes.values():
            clear_create(store, recipe)
        now[0] = datetime(2027, 10, 2, tzinfo=UTC)
        clear_create(store, recipes["SH010"])
        with pytest.raises(RightsError, match="consent-expired"):
            clear_create(store, recipes["SH020"])
        assert [(r.verb, r.what, r.refused) for r in rulings(store)] == [("create", "EP01 SQ010 SH020", True)]


class Shop:
    """Sells what it is told to, for a dollar each."""

    name, engine = "shop", "1"

    def __init__(self, *names: str, refuses: str = "") -> None:
        self._names, self._refuses = names, refuses

    def offers(self) -> tuple[Offer, ...]:
        return tuple(Offer(name, name.partition("@")[0], "shop", 720, "a list", "2026-11-20") for name in self._names)

    def refuses(self, offer: str, order: Any) -> str:
        return self._refuses

    def quote(self, offer: str, order: Any) -> Price:
        return Price.exact(Money(1_000_000, "USD"), "a list", ON)


def chosen(shop: Shop, law: dict[str, Judgement], **rules: Any) -> Any:
    production = film()
    placed: Placed = production.find("SH010")
    shot = Shot.model_validate({**placed.shot.model_dump(), "constraints": rules})
    wanted = order(production, placed, lambda path: path, None)
    clear = judge("route", Facts(), ON)
    return route(placed.address, shot, wanted, [shop], law=lambda offer: law.get(offer, clear))


def unlawful() -> Judgement:
    """What the rules say of an offer that leaves out Europe."""
    production = film(rights={"territories": ["DE"]})
    offer = Terms(load()).of("hunyuan-video-1.5@fal")
    from callsheet.rights import use_of

    found = judge("route", Facts((), (), (offer,), use_of(production)), ON)
    assert found.blocked
    return found


def test_an_unlawful_offer_is_out_and_the_record_says_by_which_rule() -> None:
    found = chosen(Shop("a@x", "b@x"), {"a@x": unlawful()})
    assert found.offer == "b@x"
    ((name, reason),) = found.excluded
    assert (name, "its terms leave out EU" in reason) == ("a@x", True)
    assert "[model-region; the terms of the offer, as the catalogue has them, read 2026-11-21]" in reason
    law = found.record()["law"]
    assert (law["on"], len(law["rules"]), law["findings"]) == ("2026-11-21", 12, [])


def test_what_the_law_forbids_is_told_before_what_the_seller_refuses_and_after_what_was_not_asked_for() -> None:
    with pytest.raises(
        RightsError, match=r"no offer may shoot this shot: \[model-region\] excludes a@x: its terms leave out EU"
    ) as refusal:
        chosen(Shop("a@x", refuses="too long"), {"a@x": unlawful()})
    assert refusal.value.remedy.startswith("Choose a route whose terms reach there")
    with pytest.raises(NotFoundError, match=r"a@x: constraints\.never names it"):
        chosen(Shop("a@x"), {"a@x": unlawful()}, never=["a@x"])


def test_offers_that_are_excluded_alike_are_told_together() -> None:
    no = unlawful()
    with pytest.raises(RightsError, match=r"\[model-region\] excludes a@x, b@x, c@x and 1 more: a@x: its terms"):
        chosen(Shop("a@x", "b@x", "c@x", "d@x"), dict.fromkeys(("a@x", "b@x", "c@x", "d@x"), no))


def test_a_seller_says_what_it_no_longer_sells() -> None:
    sold = routes()["openai"]
    seller = family(sold[0].protocol, "openai")(
        "openai", sold, "key", clock=lambda: datetime(2026, 11, 21, tzinfo=UTC).timestamp()
    )
    assert "since 2026-09-24" in dict(seller.gone())["sora-2@openai"]
    before = datetime(2026, 9, 1, tzinfo=UTC).timestamp()
    active = tuple(one.model_copy(update={"status": "active"}) for one in sold)
    assert family(sold[0].protocol, "openai")("openai", active, "key", clock=lambda: before).gone() == ()


def test_terms_are_read_when_somebody_elses_offer_is_asked_about() -> None:
    read = []

    def catalogue() -> Catalogue:
        read.append(1)
        return load()

    terms = Terms(catalogue)
    assert terms.of("animatic").own
    assert terms.of("rehearsal-listed/fast").own
    assert not read
    assert terms.of("seedance-2.0@ark-intl").faces == "asset"
    assert terms.of("sora-2@openai")
    assert len(read) == 1
