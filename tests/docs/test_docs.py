"""The documentation is executed: its commands run, its boards and briefs are read, its links lead somewhere."""

import json
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from pages import DOCS, PAGES, Block, anchors, blocks, links, prose
from ruamel.yaml import YAML
from session import Session

from callsheet import errors
from callsheet.film import PRESETS, Document, Production, Shot, shot
from callsheet.script.brief import Brief
from callsheet.script.writer import load
from callsheet.studio import Studio

ROOT = [DOCS.parent / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
RUNS = {"sh", "python"}
KINDS = RUNS | {"yaml", "toml", "json", "markdown", "text", "diff", "fountain", "vtt"}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", [p for p in PAGES if RUNS & {b.kind for b in blocks(p)}], ids=lambda p: p.stem)
def test_page_runs(page: Path, tmp_path: Path) -> None:
    session = Session(tmp_path)
    for block in blocks(page):
        session.take(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_page_reads_well(page: Path) -> None:
    """Blocks have a known kind and say what is true; the page has one title and no exclamation mark."""
    for block in blocks(page):
        assert block.kind in KINDS, f"{block.where}: {block.kind!r}"
        assert block.directive in ("", "file", "edit", "output"), block.where
        _read(block)
    text = re.sub(r"`[^`\n]*`|!\[", "", prose(page))
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    assert not re.search(r"(?<!<)!|\bsimply\b", text), page.name
    long = [line for line in text.splitlines() if len(line) > 150 and not line.startswith("|")]
    assert not long, page.name


def _read(block: Block) -> None:
    """Read a block that is data the way Callsheet does."""
    if block.kind == "json" and "..." not in block.text:
        json.loads(block.text)
    elif block.kind == "toml":
        tomllib.loads(block.text)
    elif block.kind == "markdown" and block.text.startswith("---\n"):
        Brief.read(block.text, block.where)
    elif block.kind == "yaml" and "wrong" not in block.options:
        _read_board(block)


def _read_board(block: Block) -> None:
    """A whole production, a list of shots, or some fields of a production."""
    data = YAML(typ="safe", pure=True).load(block.text)
    if isinstance(data, list):
        for entry in data:
            Shot.model_validate(entry)
    elif {"title", "episodes"} <= set(data):
        Document.parse(block.text, block.where)
    else:
        Production.model_validate({"title": "A page", "episodes": [], **data})


@pytest.mark.parametrize("page", [*PAGES, *ROOT], ids=lambda p: p.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def test_the_index_lists_every_page() -> None:
    listed = {link for link in links(DOCS / "index.md") if link.endswith(".md") and "/" not in link}
    assert listed == {p.name for p in PAGES} - {"index.md"}


def test_the_error_table_is_the_one_of_the_code() -> None:
    def rows(cls: type[errors.CallsheetError]) -> list[str]:
        doc = (cls.__doc__ or "").splitlines()[0]
        own = [f"| `{cls.__name__}` | {cls.exit_code} | {cls.http_status} | {doc} |"]
        return own + [
            row for child in cls.__subclasses__() if child.__module__ == errors.__name__ for row in rows(child)
        ]

    found = re.findall(r"^\| `\w+` \|.*$", prose(DOCS / "errors.md"), re.MULTILINE)
    assert found == rows(errors.CallsheetError)


def test_the_board_page_names_every_word_a_board_may_use() -> None:
    text = (DOCS / "board.md").read_text("utf-8")
    kinds = ("Size", "Angle", "Move", "UseCase", "TimeOfDay", "Weather", "SuperRole", "Effect", "Ambience")
    words = [word for kind in kinds for word in get_args(getattr(shot, kind))]
    words += [*PRESETS, *Shot.model_fields, *Production.model_fields]
    assert not [word for word in dict.fromkeys(words) if f"`{word}`" not in text]


def test_the_brief_page_names_every_field() -> None:
    from callsheet.script.lexicon import LABELS

    text = (DOCS / "brief.md").read_text("utf-8")
    named = {LABELS[word] for word in re.findall(r"`([^`\n]+)`", text) if word in LABELS}
    assert set(LABELS.values()) - named == set()


def test_the_formats_page_names_every_treatment() -> None:
    text = (DOCS / "formats.md").read_text("utf-8")
    brief = Brief.read(
        "# Harbour\n\nHarbour makes coats for wind. A coat lasts 20 years.\n\n"
        "## Outfits\n\n- Long coat: waxed cotton\n- Deck sweater: undyed wool\n"
    )
    for name in ("product-ad", "lookbook", "drama-episode", "explainer"):
        ids = sorted(t.id for t in load(name).treatments(brief))
        row = next(line for line in text.splitlines() if re.match(rf"\| `{name}` \| `", line))
        assert sorted(re.findall(r"`([\w-]+)`", row)[1:]) == ids, name


def test_the_library_page_names_every_verb() -> None:
    text = (DOCS / "library.md").read_text("utf-8")
    verbs = [name for name, value in vars(Studio).items() if not name.startswith("_") and callable(value)]
    assert not [verb for verb in verbs if f"| `{verb}(" not in text]
