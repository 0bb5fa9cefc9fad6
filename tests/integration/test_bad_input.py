"""Bad input on the command line: the exit code of its class, what is wrong and where, and nothing half-written."""

import contextlib
import io
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from callsheet import errors
from callsheet.cli.frame import main

BOARD = """\
title: Kettle
deliverables: [{preset: preview-16x9}]
props: {pot: {name: Pot, references: [assets/pot.png]}}
episodes:
  - sequences:
      - code: SQ010
        shots:
          - {code: SH010, action: A pot on a table., duration: 6, props: [pot]}
          - {code: SH020, action: Steam rises., duration: 6}
"""


def callsheet(*arguments: object, env: dict[str, str] | None = None) -> tuple[int, dict[str, object]]:
    """What the command line says, in this process: starting one for each case takes a minute in all."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["callsheet", *map(str, arguments), "--json"])
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            try:
                main()
                code = 0
            except SystemExit as left:
                code = int(left.code or 0)
    return code, json.loads(out.getvalue())


def refused(
    kind: type[errors.CallsheetError], *arguments: object, about: str, env: dict[str, str] | None = None
) -> None:
    code, facts = callsheet(*arguments, env=env)
    assert (code, facts["error"], facts["exit_code"], facts["http_status"]) == (
        kind.exit_code,
        kind.__name__,
        kind.exit_code,
        kind.http_status,
    )
    assert about in f"{facts['where']}: {facts['message']}"
    assert facts["remedy"]


def png(width: int, height: int, *, cut: int | None = None) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"".join(b"\0" + bytes(3 * min(width, 64)) for _ in range(min(height, 64))))
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )
    return data[:cut]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    film = tmp_path / "film"
    (film / "assets").mkdir(parents=True)
    (film / "production.yaml").write_text(BOARD, "utf-8")
    (film / "assets" / "pot.png").write_bytes(png(64, 64))
    return film


@pytest.mark.parametrize(
    ("content", "about"),
    [
        (b"", "brief.md"),
        (b"   \n\n", "brief.md"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "not UTF-8"),
        (b"MZ\x00\x00\x01\x02\x00", "brief.md"),
    ],
)
def test_a_brief_that_says_nothing_starts_nothing(tmp_path: Path, content: bytes, about: str) -> None:
    (tmp_path / "brief.md").write_bytes(content)
    refused(errors.BriefError, "new", tmp_path / "film", "--brief", tmp_path / "brief.md", about=about)
    assert not (tmp_path / "film").exists()


def test_a_brief_that_is_not_there(tmp_path: Path) -> None:
    refused(errors.NotFoundError, "new", tmp_path / "film", "--brief", tmp_path / "none.md", about="none.md")
    assert not (tmp_path / "film").exists()


def test_a_still_that_the_brief_names_but_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "brief.md").write_text(
        "---\nproduct: Pot\nstills: [pot.png]\n---\nA pot that holds 2 litres and keeps tea hot.\n", "utf-8"
    )
    refused(errors.NotFoundError, "new", tmp_path / "film", "--brief", tmp_path / "brief.md", about="pot.png")
    assert not (tmp_path / "film").exists()


@pytest.mark.parametrize(
    ("old", "new", "about"),
    [
        ("code: SH020", "code: SH010", "line 9: episodes[0].sequences[0].shots[1].code: SH010 is used twice"),
        ("duration: 6}", "duration: 6, cast: [mira]}", "there is no cast 'mira'"),
        ("duration: 6}", "duration: 6, continuity: {extends: SH020}}", "continuity runs in a circle"),
        ("duration: 6}", "duration: -1}", "duration: -1"),
        ("duration: 6}", "duration: 0}", "duration: 0"),
        ("title: Kettle", "title: Kettle\nrate: 0", "line 2: rate"),
        ("preview-16x9", "preview-16x10", "did you mean 'preview-16x9'?"),
    ],
)
def test_a_wrong_board_is_refused_whole(folder: Path, old: str, new: str, about: str) -> None:
    text = BOARD.replace(old, new)
    (folder / "production.yaml").write_text(text, "utf-8")
    refused(errors.DocumentError, "make", folder, about=about)
    assert (folder / "production.yaml").read_text("utf-8") == text
    assert not (folder / "deliver").exists()


@pytest.mark.parametrize(
    ("content", "about"),
    [
        (png(64, 64, cut=50), "pot.png"),
        (b"not a picture at all", "pot.png"),
        (png(40_000, 40_000), "pot.png"),
        (b"", "pot.png"),
    ],
)
def test_stills_that_cannot_be_used(folder: Path, content: bytes, about: str) -> None:
    (folder / "assets" / "pot.png").write_bytes(content)
    refused(errors.MediaError, "make", folder, about=about)
    assert not (folder / "deliver").exists()


def test_a_still_that_is_not_there(folder: Path) -> None:
    (folder / "assets" / "pot.png").unlink()
    refused(errors.NotFoundError, "make", folder, about="assets/pot.png")


def test_text_that_no_font_draws(folder: Path) -> None:
    text = BOARD.replace("action: Steam rises.,", 'action: Steam rises., supers: [{text: "\U00013000"}],')
    (folder / "production.yaml").write_text(text, "utf-8")
    refused(errors.GlyphError, "make", folder, about="U+13000")
    assert not (folder / "deliver").exists()


def test_a_fonts_folder_that_is_not_there(folder: Path) -> None:
    text = BOARD.replace("action: Steam rises.,", "action: Steam rises., supers: [{text: Steam}],")
    (folder / "production.yaml").write_text(text, "utf-8")
    refused(errors.MissingPartError, "make", folder, about="nowhere", env={"CALLSHEET_FONTS": "/nowhere"})


def test_a_budget_that_is_not_an_amount(folder: Path) -> None:
    (folder / "production.yaml").write_text(BOARD + "budget: {amount: ten dollars}\n", "utf-8")
    refused(errors.DocumentError, "bid", folder, about="budget.amount")


def test_a_route_that_nobody_offers(folder: Path) -> None:
    text = BOARD.replace("action: Steam rises.,", "action: Steam rises., constraints: {only: [some-model]},")
    (folder / "production.yaml").write_text(text, "utf-8")
    refused(errors.NotFoundError, "bid", folder, about="constraints.only names some-model")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The kernel's own file system refuses even a superuser."""
    (tmp_path / "brief.md").write_text(
        "A pot that holds 2 litres and keeps tea hot for an hour. Order at pot.example.", "utf-8"
    )
    refused(errors.StorageError, "new", "/proc/film", "--brief", tmp_path / "brief.md", about="/proc/film")


def test_a_memory_from_a_newer_callsheet(folder: Path) -> None:
    import sqlite3

    assert callsheet("board", folder)[0] == 0
    database = folder / ".callsheet" / "callsheet.sqlite"
    with sqlite3.connect(database) as db:
        db.execute("update alembic_version set version_num = 'from-the-future'")
    db.close()
    before = database.read_bytes()
    refused(errors.VersionError, "make", folder, about="newer")
    assert database.read_bytes() == before


def test_an_unknown_verb_and_a_missing_option() -> None:
    for arguments in (["mak", "."], ["new", "x"]):
        run = subprocess.run(
            [sys.executable, "-m", "callsheet", *arguments], capture_output=True, text=True, check=False
        )
        assert run.returncode == 2
        assert run.stderr
