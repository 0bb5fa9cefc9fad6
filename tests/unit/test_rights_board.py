"""From the production document to judgements: routes, papers, and what a consent that is gone reaches."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from callsheet.catalog import UNKNOWN, load
from callsheet.errors import RightsError
from callsheet.film import (
    Clip,
    Consent,
    Deliverable,
    Episode,
    Music,
    Production,
    Prop,
    Rate,
    Recipe,
    Reference,
    Shot,
    Take,
    order,
)
from callsheet.film.asset import Cast, Location, Voice
from callsheet.rights import (
    Contents,
    Facts,
    Person,
    Revocation,
    Rulings,
    Terms,
    Use,
    cascade,
    consent_allows,
    described,
    first_lapse,
    judge,
    judge_cut,
    judge_recipes,
    judge_routes,
    owners,
    routes_blocked,
    shot_facts,
    sound_facts,
    use_of,
)
from callsheet.rights.board import deliverable_facts
from callsheet.rights.papers import consent_record, licence, person
from callsheet.rights.rule import Judgement

ON = date(2026, 11, 21)
FACE = "assets/anna.png"
OVERLAY = """\
sources:
  contract: {where: our enterprise contract of 2026-10-02, on: 2026-10-05}
source: contract
change:
  firefly-video@firefly:
    legal: {faces: consent, minors: blocked, commercial: true, territory_excluded: []}
"""


class Wide(Consent):
    """A consent that states everything."""

    person: str | None = None
    covers: list[str] = []
    uses: list[str] = []
    territories: list[str] = []
    models: list[str] = []
    languages: list[str] = []
    media: list[str] = []
    products_excluded: list[str] = []
    disclosed_at: datetime | date | None = None
    revoked_on: date | None = None
    vetted_at: list[str] = []
    deceased: bool | None = None


def cleared(judge: Callable[..., Judgement], *facts: object, unmet: bool = False, **more: object) -> Judgement:
    """The judgement, or RightsError."""
    judgement = judge(*facts, **more)
    judgement.refuse(unmet=unmet)
    return judgement


def consent(**changes: object) -> Wide:
    fields = {
        "paper": "papers/anna.pdf",
        "granted_on": date(2026, 10, 1),
        "until": date(2027, 10, 1),
        "person": "anna-k",
        "uses": ["advertising"],
        "territories": ["US", "EU"],
        "models": ["firefly-video", "veo-3.1"],
        "disclosed_at": date(2026, 10, 1),
    }
    return Wide.model_validate({**fields, **changes})


def production(papers: Consent | None, *, voice: Consent | None = None, music: Consent | None = None) -> Production:
    shots = [
        Shot(code="SH010", action="Anna smiles.", duration=48, cast=["anna"], use_case="talking-head"),
        Shot.model_validate({
            "code": "SH020",
            "action": "The cup.",
            "duration": 48,
            "continuity": {"extends": "SH010"},
            "dialogue": [{"who": "anna", "line": "Tea."}],
        }),
        Shot(code="SH030", action="A hill.", duration=48, use_case="landscape"),
    ]  # fmt: skip
    return Production(
        title="Tea",
        cast={"anna": Cast(name="Anna", references=[FACE], age="adult", consent=papers, voice="anna")},
        voices={"anna": Voice(name="Anna's voice", consent=voice)},
        music=Music(name="Song", references=["assets/song.wav"], consent=music) if music else None,
        rights={"territories": ["US", "DE"], "channels": ["broadcast"], "paid_media": True, "until": "2027-06-30"},
        deliverables=[Deliverable(preset="master-16x9")],
        episodes=[Episode(sequences=[{"code": "SQ010", "shots": shots}])],
    )  # type: ignore[arg-type]


def digest_of(path: str) -> str:
    return sha256(path.encode()).hexdigest()


def take(
    film: Production, code: str, offer: str = "veo-3.1@gemini", parent: Take | None = None, number: int = 1
) -> Take:
    placed = film.find(code)
    recipe = Recipe(offer=offer, engine="1", seed=number, order=order(film, placed, digest_of, parent))
    clip = Clip(framing="16:9", sha256=digest_of(f"{code} {number}"), width=1920, height=1080, frames=48, rate=Rate(24))
    return Take(
        number=number,
        shot=placed.address,
        recipe=recipe,
        clips=(clip,),
        cost_micros=0,
        currency="USD",
        made_at=datetime(2026, 11, 20, tzinfo=UTC),
    )


def shoot(film: Production, offer: str = "veo-3.1@gemini") -> dict[str, Take]:
    first = take(film, "SH010", offer)
    return {t.shot: t for t in (first, take(film, "SH020", offer, first), take(film, "SH030", offer))}


TERMS = Terms(load())


def lawful(tmp_path: Path) -> Terms:
    path = tmp_path / "catalog.yaml"
    path.write_text(OVERLAY, "utf-8")
    return Terms(load([path]))


def brief() -> Facts:
    film = production(consent())
    facts = shot_facts(film, film.find("SH010"))
    return Facts(facts.people, facts.works, (), Use(**{**vars(facts.use), "indemnity": True}))


def test_the_legal_brief_finds_the_lawful_route_and_says_why_the_others_are_not(tmp_path: Path) -> None:
    terms = lawful(tmp_path)
    names = [offer.id for offer in terms.catalogue]
    blocked = routes_blocked(brief(), [terms.of(name) for name in names], ON)
    assert set(names) - set(blocked) == {"firefly-video@firefly"}
    by_rule = {name: {f.rule for f in found} for name, found in blocked.items()}
    assert {"model-region", "model-indemnity-required", "model-commercial"} <= by_rule["minimax-h3@fal"]
    assert "model-faces" in by_rule["seedance-2.0@ark-intl"]
    assert all(f.source and f.checked_at for found in blocked.values() for f in found)
    chosen = judge("route", Facts(**{**vars(brief()), "offers": (terms.of("firefly-video@firefly"),)}), ON)
    assert {(f.rule, f.outcome) for f in chosen.findings} == {
        ("model-indemnity-required", "require"),
        ("model-claims", "note"),
    }


def test_an_excluded_territory_is_told_with_who_says_so() -> None:
    film = production(consent(models=["any"]))
    offer = next(o.id for o in TERMS.catalogue if o.legal.territory_excluded == ("EU", "UK", "KR"))
    found = routes_blocked(shot_facts(film, film.find("SH030")), [TERMS.of(offer)], ON)[offer]
    region = next(f for f in found if f.rule == "model-region")
    assert "leave out EU" in region.words
    assert str(TERMS.catalogue.offer(offer).says("legal.territory_excluded")) in region.words


def test_without_the_overlay_no_route_is_lawful() -> None:
    names = [offer.id for offer in TERMS.catalogue]
    assert set(routes_blocked(brief(), map(TERMS.of, names), ON)) == set(names)


def test_rulings_are_those_of_the_rules(tmp_path: Path) -> None:
    terms = lawful(tmp_path)
    names = [offer.id for offer in terms.catalogue]
    rulings = Rulings(terms, ON)
    assert rulings.blocked(brief(), names) == routes_blocked(brief(), map(terms.of, names), ON)
    assert rulings.of(brief(), names[0]) is rulings.of(brief(), names[0])
    told = rulings.why_not(brief(), "seedance-2.0@ark-intl")
    assert "vetted" in told
    assert "[model-faces; the terms of the offer" in told
    assert rulings.why_not(brief(), "firefly-video@firefly") == ""
    nobody = Facts(use=brief().use)
    assert rulings.of(nobody, names[0]) == judge_routes(nobody, [terms.of(names[0])], ON)[names[0]]


def test_an_offer_is_known_with_its_size_and_an_unknown_one_has_no_terms() -> None:
    assert TERMS.of("seedance-2.0@ark-cn:1080p").faces == "asset"
    assert TERMS.of("animatic").own
    strange = TERMS.of("dream-9@nowhere")
    assert not strange.own
    assert strange.faces is UNKNOWN
    assert "dream-9" in strange.names


def test_todays_consent_says_little_and_little_is_allowed() -> None:
    plain = Consent(paper="p.pdf", granted_on=date(2026, 1, 1), until=date(2027, 1, 1), scope="this ad, everywhere")
    record = consent_record("cast.anna", plain)
    assert (record.kinds, record.territories, record.models, record.media) == ({"face"}, UNKNOWN, UNKNOWN, None)
    found = consent_allows(plain, model="veo-3.1", provider="google", territory="US", use="advertising", on=ON)
    assert found is not None
    assert (found.rule, found.unknown) == ("consent-scope", True)


def test_a_consent_that_states_everything_allows_what_it_states() -> None:
    ask = {"model": "veo-3.1@gemini", "provider": "google", "territory": "DE", "use": "advertising", "on": ON}
    assert consent_allows(consent(), **ask) is None  # type: ignore[arg-type]
    assert consent_allows(consent(), **{**ask, "territory": "BR"}) is not None  # type: ignore[arg-type]
    assert consent_allows(consent(covers=["voice"]), **ask) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cast", "role", "minor"),
    [
        (Cast(name="A"), "synthetic", UNKNOWN),
        (Cast(name="A", references=[FACE]), UNKNOWN, UNKNOWN),
        (Cast(name="A", references=[FACE], age="child", consent=consent()), "identifiable", True),
        (Cast(name="A", age="old", consent=consent()), "identifiable", False),
        (Cast(name="A", age="young", consent=consent()), "identifiable", UNKNOWN),
    ],
)
def test_who_exists(cast: Cast, role: object, minor: object) -> None:
    found = person("cast.a", cast, "face")
    assert (found.role, found.minor) == (role, minor)


def test_a_stated_likeness_is_believed() -> None:
    class Told(Cast):
        likeness: str | None = None
        minor: bool | None = None

    assert person("cast.a", Told(name="A", references=[FACE], likeness="invented"), "face").role == "synthetic"
    assert person("cast.a", Told(name="A", likeness="real"), "face").role == "identifiable"
    assert person("cast.a", Told(name="A", age="adult", minor=True), "face").minor is True


def test_the_paper_of_a_work_is_its_licence() -> None:
    pot = Prop(name="Pot", references=["assets/pot.png"], consent=consent(until=date(2026, 12, 31)))
    found = licence(pot)
    assert found is not None
    assert (found.until, found.territories, found.ai_input) == (date(2026, 12, 31), {"US", "EU"}, UNKNOWN)
    assert licence(Prop(name="Pot")) is None


def test_the_use_of_the_film_is_what_its_rights_state() -> None:
    use = use_of(production(None))
    assert (use.territories, use.use, use.commercial, use.until) == (
        {"US", "DE"},
        "advertising",
        True,
        date(2027, 6, 30),
    )
    nothing = use_of(production(None).model_copy(update={"rights": type(production(None).rights)()}))
    assert (nothing.territories, nothing.use, nothing.commercial, nothing.paid) == (UNKNOWN,) * 4


def test_the_voices_that_speak_are_people_too() -> None:
    film = production(consent(), voice=consent(person="anna-k", languages=["de"]), music=consent())
    facts = sound_facts(film, film.episodes[0])
    assert [(p.asset, p.part, p.languages) for p in facts.people] == [("voice.anna", "voice", {"en"})]
    assert [work.asset for work in facts.works] == ["music"]
    words = [f.words for f in judge("conform", facts, ON).findings if f.rule == "consent-scope"]
    assert words == ["the consent of Anna's voice does not cover the language en; it covers de"]


def test_a_consent_that_ended_reaches_every_take_cut_and_deliverable() -> None:
    film = production(consent())
    picks = shoot(film)
    ended = date(2027, 10, 2)
    spare = take(film, "SH010", number=2)
    assert cascade(film, picks.values(), picks, ON, terms=TERMS) == ()
    found = cascade(
        film,
        [*picks.values(), spare],
        picks,
        ended,
        terms=TERMS,
        deliverables=[Contents("teaser of 2026-11", frozenset({(spare.shot, 2)})), Contents("hills", frozenset())],
    )
    assert [(a.kind, a.name) for a in found] == [
        ("shot", "EP01 SQ010 SH010"),
        ("shot", "EP01 SQ010 SH020"),
        ("take", "EP01 SQ010 SH010 take 1"),
        ("take", "EP01 SQ010 SH010 take 2"),
        ("take", "EP01 SQ010 SH020 take 1"),
        ("cut", "EP01"),
        ("deliverable", "EP01 master-16x9"),
        ("deliverable", "teaser of 2026-11"),
    ]
    assert {f.rule for a in found for f in a.findings} == {"consent-expired"}
    assert found[-1].through == ("EP01 SQ010 SH010 take 2",)
    assert "ended on 2027-10-01" in str(found[0])


@pytest.mark.parametrize("of", ["cast.anna", "anna-k", digest_of(FACE)])
def test_a_revocation_reaches_takes_by_asset_person_and_file(of: str) -> None:
    film = production(consent())
    picks = shoot(film)
    gone = [Revocation(of, date(2026, 11, 20), "by letter")]
    found = cascade(film, picks.values(), picks, ON, terms=TERMS, revoked=gone)
    assert {a.name for a in found if a.kind == "take"} == {"EP01 SQ010 SH010 take 1", "EP01 SQ010 SH020 take 1"}
    assert {a.kind for a in found} >= {"take", "cut", "deliverable"}
    assert {f.rule for a in found for f in a.findings} == {"revoked-consent-cascade"}
    assert cascade(film, picks.values(), picks, date(2026, 11, 19), terms=TERMS, revoked=gone) == ()


def test_a_withdrawn_voice_stops_the_cut_and_no_take() -> None:
    film = production(consent(), voice=consent(revoked_on=ON, languages=["en"]))
    picks = shoot(film)
    found = cascade(film, picks.values(), picks, ON, terms=TERMS)
    assert [a.kind for a in found] == ["cut", "deliverable"]
    old = Contents("teaser", frozenset(), frozenset({"voice.anna"}))
    assert [a.name for a in cascade(film, (), {}, ON, deliverables=[old])][-1] == "teaser"
    film.episodes[0].sequences[0].shots[1].dialogue.clear()
    assert [a.name for a in cascade(film, (), {}, ON, deliverables=[old])] == ["teaser"]


def test_what_was_taken_out_of_the_document_is_not_forgotten() -> None:
    film = production(consent())
    picks = shoot(film)
    removed = film.model_copy(update={"cast": {}, "voices": {}})
    for shot in removed.episodes[0].sequences[0].shots:
        shot.cast.clear()
    found = cascade(removed, picks.values(), picks, ON, terms=TERMS)
    assert {f.rule for a in found for f in a.findings if a.kind == "take"} == {"consent-missing"}
    gone = [Revocation("cast.anna", ON)]
    told = cascade(removed, picks.values(), picks, ON, terms=TERMS, revoked=gone)
    assert "revoked-consent-cascade" in {f.rule for a in told for f in a.findings if a.kind == "take"}


def test_a_withdrawn_file_of_nobody_in_particular_reaches_the_take() -> None:
    film = production(consent())
    hill = take(film, "SH030")
    logo = Reference(role="image", sha256=digest_of("logo"))
    recipe = hill.recipe.model_copy(update={"order": hill.recipe.order.model_copy(update={"references": (logo,)})})
    hill = hill.model_copy(update={"recipe": recipe})
    found = cascade(film, [hill], {}, ON, terms=TERMS, revoked=[Revocation(logo.sha256, ON)])
    assert [(a.kind, a.name) for a in found] == [("take", "EP01 SQ010 SH030 take 1")]


def test_a_place_without_papers_can_be_withdrawn_too() -> None:
    film = production(None)
    film.locations["hill"] = Location(name="Hill", references=["assets/hill.png"])
    film.episodes[0].sequences[0].shots[2].location = "hill"
    hill = take(film, "SH030")

    def reached(of: str) -> list[str]:
        found = cascade(film, [hill], {}, ON, revoked=[Revocation(of, ON)])
        return [a.kind for a in found for f in a.findings if f.rule == "revoked-consent-cascade"]

    assert reached("location.hill") == ["shot", "take"]
    assert reached("location.lake") == []


def test_a_clip_that_must_come_down_takes_what_continues_it_along() -> None:
    film = production(consent())
    picks = shoot(film)
    clip = picks["EP01 SQ010 SH010"].clips[0].sha256
    found = cascade(film, picks.values(), picks, ON, terms=TERMS, revoked=[Revocation(clip, ON, "takedown notice")])
    assert [a.name for a in found if a.kind == "take"] == ["EP01 SQ010 SH010 take 1", "EP01 SQ010 SH020 take 1"]


def test_a_face_is_found_whichever_way_its_file_is_given() -> None:
    film = production(consent(revoked_on=ON))
    shots = film.episodes[0].sequences[0].shots
    shots[2].references.images.append(FACE)
    facts = shot_facts(film, film.find("SH030"))
    assert [p.asset for p in facts.people] == ["cast.anna"]
    assert facts.works == ()
    hill = take(film, "SH030")
    with pytest.raises(RightsError, match="revoked-consent-cascade"):
        cleared(judge_recipes, film, [hill.recipe], ON, TERMS, owners=owners(film, digest_of))
    found = cascade(film, [hill], {}, ON, owners=owners(film, digest_of))
    assert ("take", "EP01 SQ010 SH030 take 1") in {(a.kind, a.name) for a in found}


def test_a_voice_given_as_a_sound_is_that_person() -> None:
    film = production(consent(), voice=consent(revoked_on=ON))
    film.voices["anna"].references.append("assets/anna.wav")
    film.episodes[0].sequences[0].shots[2].references.audio.append("assets/anna.wav")
    facts = shot_facts(film, film.find("SH030"))
    assert [(p.asset, p.part) for p in facts.people] == [("voice.anna", "voice")]
    assert "revoked-consent-cascade" in {f.rule for f in judge("route", facts, ON).findings}


def test_a_shot_that_continues_another_shows_who_is_in_that_one() -> None:
    film = production(consent())
    assert [p.asset for p in shot_facts(film, film.find("SH020")).people] == ["cast.anna"]
    assert shot_facts(film, film.find("SH030")).people == ()


def test_no_way_in_is_open_after_a_consent_ended() -> None:
    film = production(consent(models=["any"], vetted_at=["gemini"]))
    picks = shoot(film, "animatic")
    takes = list(picks.values())
    recipes = [one.recipe for one in takes]
    assert not cleared(judge_recipes, film, recipes, ON, TERMS, takes=takes).blocked
    assert not cleared(judge_cut, film, picks, ON, TERMS).blocked
    ended = date(2027, 10, 2)
    for attempt in (
        lambda: cleared(judge_recipes, film, recipes[:1], ended, TERMS),
        lambda: cleared(judge_recipes, film, recipes[1:2], ended, TERMS, takes=takes),
        lambda: cleared(judge_recipes, film, recipes[:1], ended, TERMS, stage="conform"),
        lambda: cleared(judge_cut, film, picks, ended, TERMS),
        lambda: cleared(judge_cut, film, picks, ended, TERMS, stage="deliver"),
    ):
        with pytest.raises(RightsError, match="consent-expired"):
            attempt()
    assert not cleared(judge_recipes, film, recipes[2:], ended, TERMS).blocked


def test_a_delivery_is_told_what_is_still_to_be_done() -> None:
    film = production(consent(models=["any"]))
    picks = shoot(film, "firefly-video@firefly")
    facts = described(film, picks, TERMS)
    assert [(f.name, f.ai_video, f.deepfake, f.synthetic_performer) for f in facts] == [
        ("EP01 master-16x9", True, True, UNKNOWN)
    ]
    with pytest.raises(RightsError, match="model-faces"):
        cleared(judge_cut, film, picks, ON, TERMS, stage="deliver", deliverables=facts)
    hills = {"EP01 SQ010 SH030": picks["EP01 SQ010 SH030"]}
    judgement = cleared(judge_cut, film, hills, ON, TERMS, stage="deliver", deliverables=facts)
    required = {f.rule for f in judgement.of("require")}
    assert {"eu-mark", "eu-deepfake-label", "us-ny-performer"} <= required
    assert all("EP01" in line for line in judgement.explain())
    with pytest.raises(RightsError, match="eu-mark"):
        cleared(judge_cut, film, hills, ON, TERMS, stage="deliver", deliverables=facts, unmet=True)


def test_what_callsheet_draws_itself_needs_no_label_for_its_pictures() -> None:
    film = production(None)
    picks = shoot(film, "animatic")
    own = [TERMS.of("animatic")]
    silent = deliverable_facts(film, film.episodes[0], film.deliverables[0], picks, own, ai_voice=False)
    assert (silent.generated, silent.deepfake, silent.synthetic_performer) == (False, False, False)
    facts = Facts(use=Use(territories=frozenset({"WORLD"}), channels=frozenset({"youtube"})), deliverable=silent)
    assert judge("deliver", facts, ON).findings == ()


def test_a_film_that_states_nothing_and_shows_nobody_real_is_never_blocked() -> None:
    film = Production(
        title="Tea",
        cast={"mira": Cast(name="Mira")},
        episodes=[
            Episode(
                sequences=[{"code": "SQ010", "shots": [Shot(code="SH010", action="x", duration=24, cast=["mira"])]}]
            )
        ],  # type: ignore[list-item]
    )
    picks = {t.shot: t for t in [take(film, "SH010", "animatic")]}
    facts = described(film, picks, TERMS)
    assert not cleared(judge_cut, film, picks, ON, TERMS, stage="deliver", deliverables=facts).blocked
    assert not cleared(judge_recipes, film, [take(film, "SH010", "dream-9@nowhere").recipe], ON, TERMS).blocked


def test_when_something_lapses_next() -> None:
    film = production(consent(), voice=consent(until=date(2027, 3, 31)), music=consent(until=date(2026, 12, 31)))
    assert first_lapse(film, ON) == date(2027, 1, 1)
    assert first_lapse(film, date(2027, 1, 1)) == date(2027, 4, 1)
    assert first_lapse(film, date(2027, 10, 2)) is None


def test_findings_of_many_shots_are_told_once() -> None:
    film = production(consent())
    first = take(film, "SH010")
    recipes = [first.recipe, take(film, "SH020", parent=first).recipe]
    with pytest.raises(RightsError) as caught:
        cleared(judge_recipes, film, recipes, ON, TERMS, takes=[first])
    assert caught.value.what.count("model-faces") == 1
    assert "EP01 SQ010 SH010, EP01 SQ010 SH020" in caught.value.what


def test_a_face_in_a_take_that_it_continues_is_a_face_that_is_given() -> None:
    film = production(None)
    parent = take(film, "SH010")
    recipe = take(film, "SH020", parent=parent).recipe
    with pytest.raises(RightsError, match="consent-missing"):
        cleared(judge_recipes, film, [recipe], ON, TERMS, takes=[parent])


def test_a_person_is_judged_by_name_in_cast_and_voice() -> None:
    film = production(consent(), voice=consent(languages=["en"]))
    gone = (Revocation("anna-k", ON),)
    facts = sound_facts(film, film.episodes[0], gone)
    people: tuple[Person, ...] = (*facts.people, *shot_facts(film, film.find("SH010"), gone).people)
    assert [p.consent.revoked_on for p in people if p.consent] == [ON, ON]
