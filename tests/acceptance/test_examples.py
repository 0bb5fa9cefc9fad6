"""Every example, made whole by the command line and looked at as a stranger would: decoded, measured, read."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from difflib import SequenceMatcher
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest

from callsheet.film import Document, Timecode
from callsheet.media.check import Report, measure
from callsheet.media.decode import still_frame
from callsheet.media.type.captions import Cue
from callsheet.media.type.subtitles import parse_srt, parse_vtt

pytestmark = pytest.mark.timeout(1500)
EXAMPLES = Path(__file__).parents[2] / "examples"
SOURCES = ("brief.md", "script.fountain", "document.md")
FILMS = sorted(p.name for p in EXAMPLES.iterdir() if any((p / source).is_file() for source in SOURCES))
BY_DEFAULT = "teapot"
"""The film of the README; the others take minutes and are made by name, with `-m slow`."""
OUTPUTS = shutil.ignore_patterns(".callsheet", "deliver", "production.yaml")


class Film:
    """An example, made in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts = self.make()
        self.production = Document.parse((folder / "production.yaml").read_text("utf-8")).production
        self.package = folder / "deliver"
        self.rate: Fraction = self.production.rate.fraction
        self.masters = [Path(d["path"]) for d in self.facts["deliverables"]]
        self.reports: dict[Path, Report] = {path: measure(path) for path in self.masters}

    def make(self) -> dict[str, Any]:
        command = [sys.executable, "-m", "callsheet", "make", str(self.folder), "--json"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr + run.stdout
        facts: dict[str, Any] = json.loads(run.stdout)
        return facts

    def cues(self) -> list[Cue]:
        found = sorted((self.package / "captions").glob("*.srt"))
        own = next(p for p in found if p.suffixes[-2] == f".{self.production.language}")
        return parse_srt(own.read_text("utf-8"), self.rate)


@pytest.fixture(
    scope="module", params=[pytest.param(f, marks=[pytest.mark.slow] if f != BY_DEFAULT else []) for f in FILMS]
)
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Film]:
    folder = tmp_path_factory.mktemp("example") / request.param
    shutil.copytree(EXAMPLES / request.param, folder, ignore=OUTPUTS)
    yield Film(folder)
    shutil.rmtree(folder.parent)


def test_the_contract(film: Film) -> None:
    shots = sum(1 for _ in film.production.board())
    assert film.facts["takes"] == {"made": shots, "reused": 0}
    assert film.facts["spent"] == {"currency": "USD", "micros": 0}
    assert [(d["width"], d["height"]) for d in film.facts["deliverables"]] == [(1080, 1920), (1920, 1080)]
    for facts in film.facts["deliverables"]:
        assert set(facts) == {"path", "preset", "width", "height", "frames", "rate", "lufs", "true_peak", "sha256"}
        assert hashlib.sha256(Path(facts["path"]).read_bytes()).hexdigest() == facts["sha256"]


def test_the_masters_are_what_was_ordered(film: Film) -> None:
    frames = sum(p.shot.duration - p.shot.transition.frames for p in film.production.board())
    for path, report in film.reports.items():
        media = report.media
        assert report.decoded_frames == media.frames == frames, path
        assert media.rate == film.rate
        assert media.duration == frames / film.rate
        assert (media.primaries, media.transfer, media.matrix, media.range) == ("bt709", "bt709", "bt709", "limited")
        assert media.constant_rate
        assert media.faststart
        assert not media.edit_lists
        assert report.loudness == pytest.approx(-14.0, abs=0.5)
        assert report.true_peak is not None
        assert report.true_peak <= -1.0
        assert report.drift < 1 / film.rate
        assert report.black == ()
        assert report.frozen == ()
        assert report.subtitles


def test_captions_are_on_screen_when_they_are_heard(film: Film) -> None:
    from rapidocr import RapidOCR

    read = RapidOCR()
    cues = film.cues()
    assert cues
    told = "".join(c.text for c in cues).replace("\n", " ")
    said = " ".join(d.line for p in film.production.board() for d in p.shot.dialogue)
    assert SequenceMatcher(None, letters(told), letters(said)).ratio() > 0.98
    for path in film.masters:
        tall = film.reports[path].media.height > film.reports[path].media.width
        for cue in cues[:: max(1, len(cues) // 3)]:
            picture = still_frame(path, (cue.start + cue.end) // 2)
            lines = picture.shape[0]
            band = np.ascontiguousarray(
                picture[int(lines * (0.6 if tall else 0.7)) : int(lines * (0.86 if tall else 0.99)), :, ::-1]
            )
            found = read(band).txts or ()
            best = max(
                (overlap(letters(cue.text), letters("".join(found[i:]))) for i in range(len(found))), default=0.0
            )
            assert best >= 0.75, (path.name, cue.text, found)


def letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def overlap(wanted: str, found: str) -> float:
    """How much of the caption was read. A vertical cut may break it into shorter captions, so part of it is enough for one frame."""
    matched = SequenceMatcher(None, wanted, found, autojunk=False)
    common = sum(block.size for block in matched.get_matching_blocks())
    return common / max(1, min(len(wanted), len(found)))


def test_the_package_is_whole(film: Film) -> None:
    manifest = json.loads((film.package / "manifest.json").read_text("utf-8"))
    listed = {f["path"]: f["sha256"] for f in manifest["files"]}
    there = {
        str(p.relative_to(film.package)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in film.package.rglob("*")
        if p.is_file() and p.name != "manifest.json"
    }
    assert listed == there
    kinds = {f["kind"] for f in manifest["files"]}
    assert kinds >= {"master", "captions", "poster", "contact sheet", "timeline", "call sheet", "still", "take", "mix"}
    for path in sorted((film.package / "captions").glob("*.vtt")):
        srt = path.with_suffix(".srt").read_text("utf-8")
        assert [(c.start, c.end, c.text) for c in parse_vtt(path.read_text("utf-8"), film.rate)] == [
            (c.start, c.end, c.text) for c in parse_srt(srt, film.rate)
        ]


def test_the_timeline_is_as_long_as_the_film(film: Film) -> None:
    for path in film.package.glob("*.otio"):
        line = otio.adapters.read_from_file(str(path))
        assert line.tracks[0].duration().value == film.reports[film.masters[0]].media.frames
        for clip in line.find_clips():
            assert (film.package / clip.media_reference.target_url).is_file()


def test_every_shot_has_a_picture_that_moves(film: Film) -> None:
    for path in film.masters:
        at = 0
        for placed in film.production.board():
            at -= placed.shot.transition.frames
            start, end = at + placed.shot.transition.frames, at + placed.shot.duration - 1
            first, last = (still_frame(path, f).astype(np.float32) for f in (start, end))
            assert first.std() > 12, (path.name, placed.address)
            assert np.abs(first - last).mean() > 0.4, (path.name, placed.address)
            at += placed.shot.duration


def test_nothing_changed_nothing_runs(film: Film) -> None:
    again = film.make()
    assert again["takes"]["made"] == again["segments"]["made"] == 0
    assert again["deliverables"] == film.facts["deliverables"]
    assert str(Timecode(again["deliverables"][0]["frames"], film.production.rate))
