"""The production document as text."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callsheet.errors import DocumentError, VersionError
from callsheet.film import Document, Prop, Rate, json_schema

TEXT = """\
# for the spring launch
title: Tea   # working title
rate: 24
cast:
  mira: {name: Mira}
episodes:
  - code: EP01
    sequences:
      - code: SQ010
        shots:
          # the opening
          - code: SH010
            action: Steam rises.
            duration: 48
            creativity: 0.3
            camera: {size: close, move: push}
          - code: SH020
            action: She drinks.
            duration: 60
            cast: [mira]
            continuity: {extends: SH010}
"""


def faults(text: str) -> list[tuple[int, str, str, str]]:
    with pytest.raises(DocumentError) as caught:
        Document.parse(text, "production.yaml")
    assert str(caught.value).startswith("production.yaml: ")
    return [(p.line, p.field.rsplit(".", 1)[-1], p.message, p.nearest) for p in caught.value.problems]


def test_unchanged_text_is_written_back_letter_for_letter() -> None:
    assert Document.parse(TEXT).dump() == TEXT


def test_an_edit_changes_only_its_own_line() -> None:
    document = Document.parse(TEXT)
    document.production.episodes[0].sequences[0].shots[1].duration = 72
    assert document.dump() == TEXT.replace("duration: 60", "duration: 72")


def test_inserted_shots_and_assets_keep_comments() -> None:
    document = Document.parse(TEXT)
    shots = document.production.episodes[0].sequences[0].shots
    shots.insert(1, shots[0].model_copy(update={"code": "SH015", "action": "Leaves,\nfalling."}))
    document.production.props["pot"] = Prop(name="Pot")
    text = document.dump()
    assert "# the opening" in text
    assert "# working title" in text
    assert Document.parse(text).production == document.production
    del shots[1]
    assert "SH015" not in document.dump()


def test_a_new_document_reads_back_equal() -> None:
    production = Document.parse(TEXT).production
    assert Document.parse(Document.of(production).dump()).production == production


def test_layout_does_not_change_the_digest() -> None:
    assert Document.parse(TEXT).digest == Document.parse(TEXT.replace("# for the spring launch\n", "")).digest
    assert Document.parse(TEXT).digest != Document.parse(TEXT.replace("She", "He")).digest


def test_what_is_not_said_is_not_in_the_digest() -> None:
    plain = "title: One\nepisodes:\n  - sequences:\n      - {code: SQ010, shots: [{code: SH010, action: A cup., duration: 6}]}\n"
    told = plain.replace("duration: 6", "duration: 6, sound: laid, lettering: [], creativity: 0.3")
    assert Document.parse(plain).digest == Document.parse(told).digest
    assert Document.parse(plain).digest == "1233e47c41f65508c033d660120db1ca6e44592a925aeda021ca305949bd38ef"
    assert (
        Document.parse(plain.replace("duration: 6", "duration: 6, lettering: [NOVA]")).digest
        != Document.parse(plain).digest
    )


def test_an_ntsc_rate_keeps_its_spelling() -> None:
    text = TEXT.replace("rate: 24", "rate: 23.976")
    document = Document.parse(text)
    assert document.production.rate == Rate(24000, 1001)
    assert document.dump() == text


@pytest.mark.parametrize(
    ("change", "line", "field", "message", "nearest"),
    [
        (("move: push", "move: pusch"), 16, "move", "'pusch' is not one of the values", "push"),
        (("action: She", "acton: She"), 18, "acton", "unknown field", "action"),
        (("duration: 48", "duration: 0"), 14, "duration", "0: input should be greater than 0", ""),
        (("duration: 48", "duration: -3"), 14, "duration", "-3: input should be greater than 0", ""),
        (("rate: 24", "rate: 0"), 3, "rate", "a rate is above 0 frames per second", ""),
        (("cast: [mira]", "cast: [mora]"), 20, "cast[0]", "there is no cast 'mora'", "mira"),
        (("code: SH020", "code: SH010"), 17, "code", "SH010 is used twice", ""),
        (("creativity: 0.3", "creativity: 3"), 15, "creativity", "3: input should be less than or equal to 1", ""),
        (("extends: SH010", "extends: SH01"), 21, "extends", "there is no shot in this episode 'SH01'", "SH010"),
        (
            ("title: Tea", "deliverables: [{preset: master-9x61}]\ntitle: Tea"),
            2,
            "preset",
            "'master-9x61' is not one of the values",
            "master-9x16",
        ),
    ],
)
def test_errors_name_line_field_and_the_nearest_spelling(
    change: tuple[str, str], line: int, field: str, message: str, nearest: str
) -> None:
    found = faults(TEXT.replace(*change))
    assert (line, field, message, nearest) in found


def test_a_circle_in_continuity_is_found() -> None:
    found = faults(TEXT.replace("camera: {size: close, move: push}", "continuity: {extends: SH020}"))
    assert "continuity runs in a circle: SH010 extends SH020 extends SH010" in {message for *_, message, _ in found}


def test_every_fault_is_listed_at_once() -> None:
    assert (
        len(
            faults(
                TEXT.replace("duration: 48", "duration: 0")
                .replace("rate: 24", "rate: 0")
                .replace("title: Tea", "titel: Tea")
            )
        )
        == 4
    )


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "title: [\n", "a: b: c", "\x00", "title: x\ntitle: y\n"])
def test_text_that_is_no_document(text: str) -> None:
    with pytest.raises(DocumentError):
        Document.parse(text)


def test_a_newer_schema_is_refused() -> None:
    with pytest.raises(VersionError, match="newer"):
        Document.parse("callsheet: 99\n" + TEXT)


def test_a_dissolve_needs_room() -> None:
    found = faults(TEXT.replace("continuity: {extends: SH010}", "transition: {kind: dissolve, frames: 48}"))
    assert "the dissolve is longer than the shots it joins" in {message for *_, message, _ in found}


def test_the_json_schema_is_the_published_one() -> None:
    published = Path(__file__).parents[2] / "docs" / "production.schema.json"
    assert json.loads(published.read_text("utf-8")) == json.loads(json.dumps(json_schema()))


@pytest.mark.parametrize(
    "written",
    ["2026-11-24T18:00:00Z", "2026-11-24T18:00Z", "2026-11-24T19:00:00+01:00", "'2026-11-24 18:00:00Z'", "2026-11-24 13:00:00-05:00"],
)  # fmt: skip
def test_a_deadline_is_a_point_in_time_however_it_is_spelt(written: str) -> None:
    text = TEXT.replace("rate: 24\n", f"rate: 24\ndeadline: {written}\n")
    document = Document.parse(text)
    assert document.production.deadline == datetime(2026, 11, 24, 18, tzinfo=UTC)
    assert document.dump() == text
    same = Document.parse(TEXT.replace("rate: 24\n", "rate: 24\ndeadline: 2026-11-24T18:00:00Z\n"))
    assert document.digest == same.digest != Document.parse(TEXT).digest
    assert Document.parse(Document.of(document.production).dump()).digest == same.digest


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-11-24", "2026-11-24 is a day without a time"),
        ("2026-11-24T18:00:00", "2026-11-24T18:00:00 has no zone"),
        ("2026-11-24T18:00", "2026-11-24T18:00 has no zone"),
        ("Tuesday", "'Tuesday' is not a point in time"),
        ("18", "18 is not a point in time"),
    ],
)
def test_a_deadline_that_leaves_the_hour_open_says_how_it_is_written(written: str, said: str) -> None:
    ((line, field, message, _),) = faults(TEXT.replace("rate: 24\n", f"rate: 24\ndeadline: {written}\n"))
    assert (line, field) == (4, "deadline")
    assert message.startswith(f"{said}: write the day, the time and the zone, such as 2026-11-24T18:00:00Z")
