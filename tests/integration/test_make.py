"""From board to package, again and again: what is made, what is reused, what comes back."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import opentimelineio as otio
import pytest
from barcode import Barcode

from callsheet.errors import ConflictError, DocumentError, GlyphError, InputError, NotFoundError
from callsheet.film import Document
from callsheet.media.check import measure
from callsheet.media.type.subtitles import parse_srt
from callsheet.store import ProductionStore
from callsheet.studio import Made, Studio

BOARD = """\
title: Kettle, tested
rate: 24
cast: {mira: {name: Mira}}
music: {name: score, style: warm-minimal}
deliverables: [{preset: preview-9x16}, {preset: preview-16x9}]
episodes:
  - sequences:
      - code: SQ010
        title: Morning
        shots:
          - code: SH010
            action: Mountains at dawn.
            duration: 48
            supers: [{text: Wake with *light*}]
            dialogue: [{line: Every morning starts here.}]
          - code: SH020
            action: Mira pours tea.
            duration: 40
            cast: [mira]
          - code: SH030
            action: She drinks.
            duration: 36
            continuity: {extends: SH020}
            transition: {kind: dissolve, frames: 8}
"""


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "production.yaml").write_text(BOARD, "utf-8")
    return Studio(tmp_path / "film", [Barcode()])


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """The film made once, for tests that go on from there in copies of its folder."""
    folder = tmp_path_factory.mktemp("original") / "film"
    folder.mkdir()
    (folder / "production.yaml").write_text(BOARD, "utf-8")
    return folder, Studio(folder, [Barcode()]).make()


@pytest.fixture
def made(original: tuple[Path, Made], tmp_path: Path) -> tuple[Studio, Made]:
    """A copy of the made film, and what making it came to."""
    source, first = original
    folder = tmp_path / "film"
    shutil.copytree(source, folder)
    there = tuple({**d, "path": str(folder / Path(d["path"]).relative_to(source))} for d in first.deliverables)
    return Studio(folder, [Barcode()]), replace(first, deliverables=there)


def edit(studio: Studio, old: str, new: str) -> None:
    path = studio.folder / "production.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def digests(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_a_film_and_everything_that_belongs_to_it(made: tuple[Studio, Made]) -> None:
    studio, first = made
    assert (first.takes, first.warnings) == ({"made": 3, "reused": 0}, ())
    assert [d["preset"] for d in first.deliverables] == ["preview-9x16", "preview-16x9"]
    package = studio.folder / "deliver"
    for facts in first.deliverables:
        report = measure(Path(facts["path"]))
        assert report.media.frames == report.decoded_frames == facts["frames"] == 48 + 40 + 36 - 8
        assert (report.media.width, report.media.height) == (facts["width"], facts["height"])
        assert report.loudness == pytest.approx(-14, abs=0.5)
        assert report.drift < 1 / report.media.rate
        assert report.subtitles
        assert hashlib.sha256(Path(facts["path"]).read_bytes()).hexdigest() == facts["sha256"]
    manifest = json.loads((package / "manifest.json").read_text("utf-8"))
    on_disk = digests(package)
    assert {f["path"]: f["sha256"] for f in manifest["files"]} == {
        p: d for p, d in on_disk.items() if p != "manifest.json"
    }
    cues = parse_srt((package / "captions" / "kettle-tested.en.srt").read_text("utf-8"), report.media.rate)
    assert " ".join(c.text for c in cues).replace("\n", " ") == "Every morning starts here."
    sheet = json.loads((package / "callsheet.json").read_text("utf-8"))
    assert [s["code"] for s in sheet["shots"]] == ["SH010", "SH020", "SH030"]
    assert all(s["offer"] == "barcode" and s["price"] == "0.00 USD" and s["reasons"] for s in sheet["shots"])
    html = (package / "callsheet.html").read_text("utf-8")
    assert "Mira pours tea." in html
    assert all((package / s["still"]).is_file() for s in sheet["shots"])


def test_the_timeline_is_the_film(made: tuple[Studio, Made]) -> None:
    studio, _ = made
    package = studio.folder / "deliver"
    line = otio.adapters.read_from_file(str(package / "kettle-tested.otio"))
    picture, sound = line.tracks
    assert picture.duration() == otio.opentime.RationalTime(116, 24)
    assert sound.duration() == picture.duration()
    clips = list(picture.find_clips())
    assert [c.name.split()[-1] for c in clips] == ["SH010", "SH020", "SH030"]
    assert [c.source_range.start_time.value for c in clips] == [0, 0, 4]
    transition = next(c for c in picture if isinstance(c, otio.schema.Transition))
    assert (transition.in_offset.value, transition.out_offset.value) == (4, 4)
    assert all((package / c.media_reference.target_url).is_file() for c in [*clips, *sound.find_clips()])


def test_nothing_changed_nothing_runs(made: tuple[Studio, Made]) -> None:
    studio, first = made
    before = {p: p.stat().st_mtime_ns for p in (studio.folder / "deliver").rglob("*")}
    again = studio.make()
    assert (again.takes, again.segments["made"]) == ({"made": 0, "reused": 3}, 0)
    assert again.segments["reused"] == first.segments["made"] + first.segments["reused"]
    assert again.deliverables == first.deliverables
    assert again.version == first.version
    assert {p: p.stat().st_mtime_ns for p in (studio.folder / "deliver").rglob("*")} == before


def test_a_lost_or_damaged_deliverable_is_packed_again(made: tuple[Studio, Made]) -> None:
    studio, first = made
    lost, damaged = (Path(d["path"]) for d in first.deliverables)
    lost.unlink()
    damaged.write_bytes(b"not a film")
    again = studio.make()
    assert again.takes["made"] == again.segments["made"] == 0
    assert [hashlib.sha256(p.read_bytes()).hexdigest() for p in (lost, damaged)] == [
        d["sha256"] for d in first.deliverables
    ]


def test_a_changed_action_redoes_one_take_and_its_segments(made: tuple[Studio, Made]) -> None:
    studio, first = made
    edit(studio, "Mountains at dawn.", "Mountains at dusk.")
    changed = studio.make()
    assert changed.takes == {"made": 1, "reused": 2}
    assert 0 < changed.segments["made"] < first.segments["made"]
    assert changed.version == first.version + 1


def test_a_changed_shot_redoes_the_shot_that_starts_on_its_last_frame(made: tuple[Studio, Made]) -> None:
    studio, _ = made
    edit(studio, "Mira pours tea.", "Mira pours coffee.")
    assert studio.make().takes == {"made": 2, "reused": 1}


@pytest.mark.parametrize(
    "change", [("starts here", "begins here"), ("*light*", "*light* again"), ("title: Kettle, tested", "title: Kettle")]
)
def test_words_redo_no_take(made: tuple[Studio, Made], change: tuple[str, str]) -> None:
    studio, _ = made
    edit(studio, *change)
    assert studio.make().takes == {"made": 0, "reused": 3}


def test_a_restored_board_brings_back_the_same_bytes(made: tuple[Studio, Made]) -> None:
    studio, first = made
    board, package = (studio.folder / "production.yaml").read_bytes(), digests(studio.folder / "deliver")
    edit(studio, "Mountains at dawn.", "A harbour at night.")
    assert studio.make().deliverables != first.deliverables
    studio.restore(first.version)
    assert (studio.folder / "production.yaml").read_bytes() == board
    back = studio.make()
    assert back.takes == {"made": 0, "reused": 3}
    assert back.segments["made"] == 0
    after = digests(studio.folder / "deliver")
    same = {p for p in package if p.endswith((".mp4", ".srt", ".otio", ".jpg"))}
    assert {p: after[p] for p in same} == {p: package[p] for p in same}
    assert [v.why for v in studio.versions()][-1] == f"restored from {first.version}"


def test_a_retake_is_kept_and_cut_in_only_when_picked(made: tuple[Studio, Made]) -> None:
    studio, first = made
    shooting = studio.shoot(["SH010"], retake=True)
    assert [t.number for t in shooting.made] == [2]
    assert studio.takes("SH010")[1] == 1
    assert studio.make().deliverables == first.deliverables
    studio.pick("SH010", 2)
    picked = studio.make()
    assert picked.takes["made"] == 0
    assert picked.deliverables != first.deliverables
    assert studio.takes("SH010")[1] == 2


def test_a_persons_pick_of_an_older_take_stays(made: tuple[Studio, Made]) -> None:
    studio, first = made
    edit(studio, "Mountains at dawn.", "Mountains at noon.")
    studio.make()
    studio.pick("SH010", 1)
    assert [d["sha256"] for d in studio.make().deliverables] == [d["sha256"] for d in first.deliverables]
    edit(studio, "Mountains at noon.", "Mountains at night.")
    assert studio.make().takes["made"] == 1
    assert studio.takes("SH010")[1] == 3


def test_a_take_too_short_for_its_shot_is_not_picked(made: tuple[Studio, Made]) -> None:
    studio, _ = made
    edit(studio, "duration: 48", "duration: 60")
    studio.make()
    with pytest.raises(InputError, match="48 frames and the shot needs 60"):
        studio.pick("SH010", 1)


def test_two_at_once_on_one_folder(studio: Studio) -> None:
    with ProductionStore.open(studio.folder) as store, store.locked(), pytest.raises(ConflictError):
        studio.make()


def test_a_wrong_board_changes_nothing(made: tuple[Studio, Made]) -> None:
    studio, _ = made
    before = digests(studio.folder / "deliver")
    edit(studio, "duration: 48", "duration: 0")
    with pytest.raises(DocumentError):
        studio.make()
    assert digests(studio.folder / "deliver") == before
    assert len(studio.versions()) == 1


def test_text_that_no_font_has_is_refused_before_anything_is_shot(studio: Studio) -> None:
    edit(studio, "Wake with *light*", "Wake with \U0001f54a")
    with pytest.raises(GlyphError, match="U\\+1F54A"):
        studio.make()
    with ProductionStore.open(studio.folder) as store:
        assert store.takes() == []


def test_missing_parts_are_named(studio: Studio) -> None:
    with pytest.raises(NotFoundError, match="no take is picked"):
        studio.conform()
    with pytest.raises(NotFoundError, match="SH999"):
        studio.takes("SH999")
    with pytest.raises(NotFoundError, match="version 9"):
        studio.restore(9)
    with pytest.raises(NotFoundError, match="no such folder"):
        Studio(studio.folder / "nowhere", [Barcode()]).board()


def test_files_that_are_not_ours_stay_in_the_package_folder(made: tuple[Studio, Made]) -> None:
    studio, _ = made
    notes = studio.folder / "deliver" / "notes.txt"
    notes.write_text("from the client", "utf-8")
    edit(studio, "title: Kettle, tested", "title: Pot")
    studio.make()
    names = {p.name for p in (studio.folder / "deliver").iterdir()}
    assert "notes.txt" in names
    assert "pot_preview-16x9.mp4" in names
    assert "kettle-tested_preview-16x9.mp4" not in names


def test_the_board_is_read_and_written_as_one_document(studio: Studio) -> None:
    assert Document.parse(BOARD).production == studio.board().production
