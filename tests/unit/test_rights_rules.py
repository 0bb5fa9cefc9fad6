"""Each rule turns on one fact."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from callsheet.catalog import UNKNOWN, Evidence
from callsheet.errors import RightsError
from callsheet.rights import (
    PACK,
    ConsentRecord,
    DeliverableFacts,
    Facts,
    Judgement,
    Label,
    Licence,
    OfferTerms,
    Person,
    Use,
    Work,
    consent_allows,
    judge,
)
from callsheet.rights.disclosure import LabelSize, cn_label
from callsheet.rights.likeness import ends, told_in_time
from callsheet.rights.rule import OUTCOMES, STAGES, Pack
from callsheet.rights.territory import missing, shared

ON = date(2026, 11, 21)
CONSENT = ConsentRecord(
    asset="cast.anna",
    person="anna-k",
    kinds=frozenset({"face"}),
    paper="papers/anna.pdf",
    granted_on=date(2026, 3, 1),
    until=date(2027, 12, 31),
    disclosed_at=datetime(2026, 11, 18, 9, tzinfo=UTC),
    uses=frozenset({"advertising"}),
    territories=frozenset({"WORLD"}),
    models=frozenset({"veo-4"}),
)
ANNA = Person("cast.anna", "Anna", "face", "identifiable", False, False, CONSENT)
SONG = Work(
    "music",
    "Song",
    "music",
    Licence("sync", frozenset({"WORLD"}), None, date(2027, 1, 31), derivative=True, ai_input=True),
)
VEO = OfferTerms(
    offer="veo-4@vertex",
    names=frozenset({"veo-4@vertex", "veo-4", "vertex", "google"}),
    faces="allowed",
    minors="blocked",
    indemnity="yes",
    commercial=True,
    trains_on_input=False,
    territory_excluded=frozenset(),
    evidence={"faces": Evidence(where="terms", on=date(2026, 11, 1))},
)
LABEL = Label("ai-generated", "AI generated", "en", height=Fraction(1, 18), seconds=Fraction(3))
MASTER = DeliverableFacts(
    "EP01 master",
    ai_video=True,
    ai_voice=False,
    deepfake=True,
    synthetic_performer=True,
    labels=(LABEL,),
    marks=frozenset({"c2pa", "aigc"}),
    declarations={"youtube": "yes", "douyin": "ai-content"},
)
USE = Use(
    territories=frozenset({"US", "DE", "CN", "IN"}),
    channels=frozenset({"youtube", "douyin", "broadcast"}),
    use="advertising",
    paid=True,
    commercial=True,
    until=date(2027, 1, 1),
    publish_on=date(2026, 12, 1),
    indemnity=True,
    confidential=True,
)
SOUND = Facts((ANNA,), (SONG,), (VEO,), USE, MASTER)

Flip = Callable[[Facts], Facts]


def of_consent(**changes: Any) -> Flip:
    return lambda facts: replace(facts, people=(replace(ANNA, consent=replace(CONSENT, **changes)),))


def of_person(**changes: Any) -> Flip:
    return lambda facts: replace(facts, people=(replace(ANNA, **changes),))


def of_licence(**changes: Any) -> Flip:
    assert SONG.licence
    changed = replace(SONG.licence, **changes)
    return lambda facts: replace(facts, works=(replace(SONG, licence=changed),))


def of_offer(**changes: Any) -> Flip:
    return lambda facts: replace(facts, offers=(replace(VEO, **changes),))


def of_use(**changes: Any) -> Flip:
    return lambda facts: replace(facts, use=replace(facts.use, **changes))


def of_file(**changes: Any) -> Flip:
    return lambda facts: replace(facts, deliverable=replace(MASTER, **changes))


def shown_in(*places: str) -> Facts:
    return of_use(territories=frozenset(places))(SOUND)


ONLY_C2PA = frozenset({"c2pa"})
BARE: tuple[Label, ...] = ()
FLIPS: list[tuple[str, str, Facts, Flip]] = [
    ("consent-missing", "block", SOUND, of_person(consent=None)),
    ("consent-missing", "block", SOUND, of_consent(paper=None)),
    ("consent-missing", "block", SOUND, of_person(role=UNKNOWN)),
    ("consent-expired", "block", SOUND, of_consent(until=date(2026, 11, 20))),
    ("consent-expired", "block", SOUND, of_consent(until=UNKNOWN)),
    ("consent-expired", "block", SOUND, of_consent(granted_on=UNKNOWN)),
    ("consent-expired", "block", SOUND, of_consent(granted_on=date(2026, 11, 22))),
    ("consent-expired", "block", SOUND, of_consent(granted_on=date(2016, 11, 21))),
    ("consent-expired", "warn", SOUND, of_consent(until=date(2026, 12, 15))),
    ("consent-scope", "block", SOUND, of_consent(kinds=frozenset({"voice"}))),
    ("consent-scope", "block", SOUND, of_consent(uses=frozenset({"internal"}))),
    ("consent-scope", "block", SOUND, of_consent(uses=UNKNOWN)),
    ("consent-scope", "block", SOUND, of_consent(territories=frozenset({"US", "EU", "CN"}))),
    ("consent-scope", "block", SOUND, of_consent(territories=UNKNOWN)),
    ("consent-scope", "block", SOUND, of_consent(models=frozenset({"kling-4.0"}))),
    ("consent-scope", "block", SOUND, of_consent(models=UNKNOWN)),
    ("consent-scope", "block", SOUND, of_consent(media=frozenset({"broadcast"}))),
    ("consent-48h", "block", SOUND, of_consent(disclosed_at=datetime(2026, 11, 19, 0, 1, tzinfo=UTC))),
    ("consent-48h", "require", SOUND, of_consent(disclosed_at=UNKNOWN)),
    ("minor-face-block", "block", SOUND, of_person(minor=True)),
    ("minor-face-block", "block", SOUND, of_person(minor=UNKNOWN)),
    ("deceased-estate", "block", SOUND, of_person(deceased=True)),
    ("revoked-consent-cascade", "block", SOUND, of_consent(revoked_on=ON)),
    ("revoked-consent-cascade", "block", SOUND, of_licence(revoked_on=ON)),
    ("licence-territory", "block", SOUND, of_licence(territories=frozenset({"US", "CN", "IN"}))),
    ("licence-territory", "block", SOUND, of_licence(territories=UNKNOWN)),
    ("licence-term-at-publish", "block", SOUND, of_licence(until=date(2026, 11, 30))),
    ("licence-term-at-publish", "block", SOUND, of_licence(since=date(2026, 12, 2))),
    ("licence-term-at-publish", "block", SOUND, of_licence(until=UNKNOWN)),
    ("licence-term-at-publish", "warn", SOUND, of_licence(until=date(2026, 12, 24))),
    ("licence-derivative", "block", SOUND, of_licence(derivative=False)),
    ("licence-derivative", "block", SOUND, of_licence(ai_input=UNKNOWN)),
    ("model-region", "block", SOUND, of_offer(territory_excluded=frozenset({"EU", "GB", "KR"}))),
    ("model-region", "block", SOUND, of_offer(territory_only=frozenset({"US", "EU"}))),
    ("model-region", "require", SOUND, of_offer(territory_excluded=UNKNOWN)),
    ("model-faces", "block", SOUND, of_offer(faces="denied")),
    ("model-faces", "block", SOUND, of_offer(faces="asset")),
    ("model-faces", "block", SOUND, of_offer(faces=UNKNOWN)),
    ("model-indemnity-required", "block", SOUND, of_offer(indemnity="no")),
    ("model-indemnity-required", "block", SOUND, of_offer(indemnity=UNKNOWN)),
    ("model-indemnity-required", "require", SOUND, of_offer(indemnity="enterprise")),
    ("model-commercial", "block", SOUND, of_offer(commercial=False)),
    ("model-commercial", "require", SOUND, of_offer(commercial=UNKNOWN)),
    ("model-trains-on-input", "block", SOUND, of_offer(trains_on_input=True)),
    ("model-trains-on-input", "block", SOUND, of_offer(trains_on_input=UNKNOWN)),
    ("eu-mark", "require", shown_in("DE"), of_file(marks=frozenset())),
    ("eu-deepfake-label", "require", shown_in("FR"), of_file(labels=BARE)),
    ("eu-deepfake-label", "require", shown_in("FR"), of_file(labels=(replace(LABEL, start=Fraction(1)),))),
    ("cn-aigc-tag", "require", SOUND, of_file(marks=ONLY_C2PA)),
    ("cn-explicit-label", "require", shown_in("CN"), of_file(labels=BARE)),
    ("cn-explicit-label", "warn", shown_in("CN"), of_file(labels=(replace(LABEL, height=Fraction(1, 30)),))),
    ("cn-explicit-label", "warn", shown_in("CN"), of_file(labels=(replace(LABEL, seconds=Fraction(1)),))),
    ("in-label", "require", shown_in("IN"), of_file(labels=BARE)),
    ("in-label", "require", shown_in("IN"), of_file(marks=frozenset())),
    ("us-ny-performer", "require", shown_in("US-NY"), of_file(labels=BARE)),
    ("us-ny-performer", "require", shown_in("US"), of_file(labels=BARE)),
    ("channel-declaration", "require", SOUND, of_file(declarations={"douyin": "ai-content"})),
    ("channel-declaration", "require", SOUND, of_file(declarations={"youtube": "yes", "douyin": "robots"})),
]
"""Rule, outcome, facts to which no rule objects, and one fact that is changed."""
FIRST = {
    "consent-missing",
    "consent-expired",
    "consent-scope",
    "consent-48h",
    "minor-face-block",
    "deceased-estate",
    "revoked-consent-cascade",
    "licence-territory",
    "licence-term-at-publish",
    "licence-derivative",
    "model-region",
    "model-faces",
    "model-indemnity-required",
    "model-commercial",
    "model-trains-on-input",
    "eu-mark",
    "eu-deepfake-label",
    "cn-aigc-tag",
    "cn-explicit-label",
    "in-label",
    "us-ny-performer",
    "channel-declaration",
}


def told(judgement: Judgement) -> set[tuple[str, str]]:
    return {(finding.rule, finding.outcome) for finding in judgement.findings}


@pytest.mark.parametrize(("rule", "outcome", "facts", "flip"), FLIPS)
def test_one_fact_turns_one_rule(rule: str, outcome: str, facts: Facts, flip: Flip) -> None:
    assert told(judge("deliver", facts, ON)) == set()
    judgement = judge("deliver", flip(facts), ON)
    assert told(judgement) == {(rule, outcome)}
    assert judgement.blocked == (outcome == "block")
    finding = judgement.findings[0]
    assert all((finding.words, finding.remedy, finding.source))
    assert finding.checked_at <= ON


def test_every_rule_of_the_pack_is_turned() -> None:
    turned = {rule for rule, *_ in FLIPS}
    assert turned == FIRST
    assert len(FIRST) == 22
    assert {rule.id for rule in PACK} - turned == {"licence-unstated", "terms-stale", "model-claims"}


@pytest.mark.parametrize("rule", PACK, ids=lambda rule: rule.id)
def test_every_rule_is_dated_and_sourced(rule: Any) -> None:
    assert rule.source
    assert rule.remedy
    assert rule.severity in OUTCOMES
    assert rule.stage in STAGES
    assert rule.since is None or rule.until is None or rule.since < rule.until


NOT_SAID: list[tuple[str, Flip]] = [
    *(
        (f"consent {field}", of_consent(**{field: UNKNOWN}))
        for field in ("granted_on", "until", "disclosed_at", "uses", "territories", "models")
    ),
    *(("person " + field, of_person(**{field: UNKNOWN})) for field in ("role", "minor")),
    *(
        ("licence " + field, of_licence(**{field: UNKNOWN}))
        for field in ("territories", "until", "derivative", "ai_input")
    ),
    *(
        ("offer " + field, of_offer(**{field: UNKNOWN}))
        for field in ("faces", "indemnity", "commercial", "trains_on_input", "territory_excluded")
    ),
    ("use", lambda facts: of_use(use=UNKNOWN)(facts)),
    *(
        ("file " + field, lambda facts, f=field: of_file(labels=BARE, marks=frozenset(), **{f: UNKNOWN})(facts))
        for field in ("ai_video", "deepfake", "synthetic_performer")
    ),
]


@pytest.mark.parametrize(("what", "flip"), NOT_SAID, ids=[what for what, _ in NOT_SAID])
def test_what_is_not_said_is_refused_or_asked_and_never_a_yes(what: str, flip: Flip) -> None:
    unsaid = [f for f in judge("deliver", flip(SOUND), ON).findings if f.unknown]
    assert unsaid
    assert {f.outcome for f in unsaid} <= {"block", "require"}


def test_a_rule_is_asked_from_its_first_day_on() -> None:
    bare = of_file(labels=BARE)(shown_in("US-NY"))
    before = judge("deliver", of_consent(granted_on=date(2026, 1, 1))(bare), date(2026, 6, 8))
    after = judge("deliver", of_consent(granted_on=date(2026, 1, 1))(bare), date(2026, 6, 9))
    assert "us-ny-performer" not in {f.rule for f in before.findings}
    assert "us-ny-performer" in {f.rule for f in after.findings}


def test_a_rule_is_asked_from_its_stage_on() -> None:
    faulty = of_file(marks=frozenset())(of_offer(faces="denied")(SOUND))
    assert told(judge("route", faulty, ON)) == {("model-faces", "block")}
    assert {f.rule for f in judge("deliver", faulty, ON).findings} >= {"model-faces", "eu-mark", "cn-aigc-tag"}


def test_a_rule_is_asked_only_where_the_film_is_shown() -> None:
    bare = of_file(labels=BARE, marks=frozenset())
    assert told(judge("deliver", bare(shown_in("BR")), ON)) == set()
    everywhere = {f.rule for f in judge("deliver", bare(shown_in("WORLD")), ON).findings}
    assert {"eu-mark", "cn-aigc-tag", "in-label", "us-ny-performer"} <= everywhere


def test_where_it_is_shown_is_not_known_is_never_a_yes() -> None:
    nowhere = of_use(territories=UNKNOWN)(of_file(labels=BARE)(SOUND))
    found = {f.rule: f for f in judge("deliver", nowhere, ON).findings}
    assert found["us-ny-performer"].unknown
    assert "not said where" in found["us-ny-performer"].remedy
    narrow = of_consent(territories=frozenset({"US"}))(nowhere)
    assert ("consent-scope", "block") in told(judge("deliver", narrow, ON))


def test_what_was_on_the_market_has_until_december_to_be_marked() -> None:
    bare = of_file(marks=frozenset())(shown_in("DE"))
    old = replace(bare, offers=(replace(VEO, released_on=date(2026, 5, 1)),))
    assert told(judge("deliver", old, ON)) == {("eu-mark", "warn")}
    late = of_use(publish_on=UNKNOWN)(old)
    assert ("eu-mark", "require") in told(judge("deliver", late, date(2026, 12, 2)))
    new = replace(bare, offers=(replace(VEO, released_on=date(2026, 8, 2)),))
    assert told(judge("deliver", new, ON)) == {("eu-mark", "require")}


def test_an_artistic_work_that_somebody_answers_for_may_say_it_later() -> None:
    late = of_file(labels=(replace(LABEL, start=Fraction(50)),))(shown_in("FR"))
    art = of_use(artistic=True)(replace(late, deliverable=replace(late.deliverable or MASTER, exempted_by="J. Doe")))
    assert told(judge("deliver", late, ON)) == {("eu-deepfake-label", "require")}
    assert told(judge("deliver", of_use(artistic=True)(late), ON)) == {("eu-deepfake-label", "require")}
    assert told(judge("deliver", art, ON)) == set()


def test_new_york_leaves_out_sound_alone_and_expressive_works() -> None:
    bare = of_file(labels=BARE)(shown_in("US-NY"))
    assert told(judge("deliver", of_use(artistic=True)(bare), ON)) == set()
    assert bare.deliverable
    assert told(judge("deliver", replace(bare, deliverable=replace(bare.deliverable, picture=False)), ON)) == set()
    assert (
        told(judge("deliver", of_use(use="editorial", paid=False)(of_consent(uses=frozenset({"any"}))(bare)), ON))
        == set()
    )


def test_india_wants_words_before_sound_alone() -> None:
    spoken = replace(LABEL, kind="spoken")
    assert told(judge("deliver", of_file(picture=False, labels=(spoken,))(shown_in("IN")), ON)) == set()
    assert told(judge("deliver", of_file(picture=False)(shown_in("IN")), ON)) == {("in-label", "require")}


def test_the_size_of_a_label_can_be_set() -> None:
    strict = cn_label(LabelSize(height=Fraction(1, 10)))
    assert [hit.outcome for hit in strict(SOUND, ON)] == ["warn"]


def test_a_licence_of_weights_that_nobody_read_is_no_leave() -> None:
    weights = {"licence": "community licence", "territory_excluded": UNKNOWN}
    assert told(judge("route", of_offer(**weights)(SOUND), ON)) == {("model-region", "block")}
    unread = of_offer(licence="community licence", commercial=UNKNOWN)
    assert told(judge("route", unread(SOUND), ON)) == {("model-commercial", "block")}
    early = of_use(territories=UNKNOWN, commercial=UNKNOWN)(of_offer(**weights, commercial=UNKNOWN)(SOUND))
    assert told(judge("route", early, ON)) == {("model-region", "require"), ("model-commercial", "require")}


def test_a_face_that_was_vetted_there_may_go_there() -> None:
    vetted = of_offer(faces="asset")(of_consent(vetted_at=frozenset({"vertex"}))(SOUND))
    assert told(judge("route", vetted, ON)) == set()
    assert told(judge("route", of_offer(faces="consent")(SOUND), ON)) == set()


def test_a_minor_is_shown_by_who_vetted_the_face() -> None:
    child = replace(ANNA, minor=True)
    vetted = replace(child, consent=replace(CONSENT, vetted_at=frozenset({"google"})))
    for person, outcome in ((child, {("minor-face-block", "block")}), (vetted, set())):
        facts = of_offer(minors="allowlist")(replace(SOUND, people=(person,)))
        assert told(judge("route", facts, ON)) == outcome
    invented = replace(child, role="synthetic", consent=None)
    facts = of_offer(minors=UNKNOWN)(replace(SOUND, people=(invented,)))
    assert told(judge("route", facts, ON)) == {("minor-face-block", "warn")}


def test_what_is_known_is_not_called_unknown() -> None:
    found = judge("deliver", of_file(labels=BARE)(shown_in("US-NY")), ON).findings
    assert [f.unknown for f in found] == [False]


def test_a_consent_that_ends_soon_is_told_about_thirty_days_before() -> None:
    soon = of_use(until=UNKNOWN)(of_consent(until=date(2026, 12, 20))(SOUND))
    assert told(judge("route", soon, ON)) == {("consent-expired", "warn")}
    assert told(judge("route", soon, date(2026, 11, 20))) == {("consent-48h", "block")}


def test_a_drawing_shows_nobody_but_an_ended_consent_stops_it_too() -> None:
    drawn = replace(SOUND, offers=(OfferTerms("animatic", own=True),))
    assert told(judge("render", of_person(role=UNKNOWN)(drawn), ON)) == set()
    assert told(judge("render", of_consent(until=date(2026, 11, 20))(drawn), ON)) == {("consent-expired", "block")}
    assert told(judge("render", of_consent(revoked_on=ON)(drawn), ON)) == {("revoked-consent-cascade", "block")}


def test_notes_and_warnings_do_not_block() -> None:
    old = of_offer(claims=("A letter.",), evidence={"faces": Evidence(where="terms", on=date(2026, 8, 1))})(SOUND)
    judgement = judge("route", old, ON)
    assert [(f.rule, f.outcome) for f in judgement.findings] == [("terms-stale", "warn"), ("model-claims", "note")]
    assert not judgement.blocked
    judgement.refuse(unmet=True)
    bare = replace(SOUND, works=(replace(SONG, licence=None),))
    assert told(judge("deliver", bare, ON)) == {("licence-unstated", "warn")}


def test_the_worst_outcome_comes_first_and_is_told_with_source_and_date() -> None:
    judgement = judge("deliver", of_file(marks=ONLY_C2PA)(of_offer(faces="denied", claims=("A letter.",))(SOUND)), ON)
    assert [f.outcome for f in judgement.findings] == ["block", "require", "note"]
    assert judgement.outcome == "block"
    sentence = judgement.explain()[0]
    assert all(part in sentence for part in ("veo-4@vertex", "takes no real faces", "model-faces", "2026-11-21"))
    assert judge("deliver", SOUND, ON).explain() == (
        "No rule forbids or asks anything at this stage (deliver) on 2026-11-21.",
    )


def test_a_refusal_names_rule_and_source() -> None:
    with pytest.raises(RightsError) as caught:
        judge("route", of_offer(faces="denied")(SOUND), ON).refuse("EP01 SQ010 SH010")
    assert caught.value.exit_code == 7
    assert "model-faces" in caught.value.what
    assert "read 2026-11-21" in caught.value.what
    asked = judge("deliver", of_file(marks=ONLY_C2PA)(SOUND), ON)
    asked.refuse()
    with pytest.raises(RightsError, match="cn-aigc-tag"):
        asked.refuse(unmet=True)


def test_equal_facts_are_judged_equally_and_leave_the_same_record() -> None:
    first, second = (
        judge("deliver", of_file(marks=ONLY_C2PA)(SOUND), ON),
        judge("deliver", of_file(marks=ONLY_C2PA)(SOUND), ON),
    )
    assert first.record() == second.record()
    assert first.record()["facts"] != judge("deliver", SOUND, ON).record()["facts"]
    assert first.pack == PACK.version
    assert Pack(replace(rule, checked_at=date(2026, 12, 1)) for rule in PACK).version != PACK.version


@pytest.mark.parametrize(
    ("granted", "until", "end"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)),
        (date(2026, 1, 1), date(2046, 1, 1), date(2036, 1, 1)),
        (date(2024, 2, 29), date.max, date(2034, 3, 1)),
    ],
)
def test_a_consent_holds_ten_years_at_most(granted: date, until: date, end: date) -> None:
    assert ends(replace(CONSENT, granted_on=granted, until=until)) == end


def test_being_told_counts_from_the_minute_or_from_the_end_of_the_day() -> None:
    assert told_in_time(datetime(2026, 11, 19, 0, 0, tzinfo=UTC), ON)
    assert not told_in_time(datetime(2026, 11, 19, 0, 1, tzinfo=UTC), ON)
    assert told_in_time(date(2026, 11, 18), ON)
    assert not told_in_time(date(2026, 11, 19), ON)


def test_whether_a_consent_allows_one_thing() -> None:
    def asked(consent: ConsentRecord | None = CONSENT, **changes: Any) -> str | None:
        question = {"model": "veo-4@vertex", "provider": "google", "territory": "DE", "use": "advertising", "on": ON}
        found = consent_allows(consent, **{**question, **changes})
        return found.rule if found else None

    assert asked() is None
    assert asked(None) == "consent-missing"
    assert asked(model="kling-4.0@fal", provider="fal") == "consent-scope"
    assert asked(use="editorial") == "consent-scope"
    assert asked(on=date(2028, 1, 1)) == "consent-expired"
    assert asked(replace(CONSENT, territories=frozenset({"EU"})), territory="de") is None
    assert asked(replace(CONSENT, territories=frozenset({"EU"})), territory="UK") == "consent-scope"
    assert asked(replace(CONSENT, revoked_on=ON)) == "revoked-consent-cascade"
    assert asked(replace(CONSENT, disclosed_at=UNKNOWN), territory="US") == "consent-48h"


@pytest.mark.parametrize(
    ("wanted", "granted", "out"),
    [
        ({"US-NY"}, {"US"}, ()),
        ({"US"}, {"US-NY"}, ("US",)),
        ({"DE", "GB"}, {"EU"}, ("GB",)),
        ({"EU"}, {"EEA"}, ()),
        ({"EEA"}, {"EU"}, ("EEA",)),
        ({"WORLD"}, {"EU", "US"}, ("WORLD",)),
        ({"WORLD", "DE"}, {"WORLD"}, ()),
    ],
)
def test_territories_that_a_grant_does_not_cover(wanted: set[str], granted: set[str], out: tuple[str, ...]) -> None:
    assert missing(wanted, granted) == out


def test_territories_that_touch() -> None:
    assert shared({"US"}, {"US-NY", "EU"}) == ("US-NY",)
    assert shared({"DE"}, {"EU", "KR"}) == ("EU",)
    assert shared({"WORLD"}, {"KR"}) == ("KR",)
    assert shared({"GB"}, {"EU"}) == ()
    assert shared({"EMEA"}, {"EU", "CN"}) == ("CN", "EU")
    assert missing({"EMEA"}, {"EU"}) == ("EMEA",)
