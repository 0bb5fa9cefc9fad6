"""The pages of docs/ as the test sees them: fenced blocks with their directives, headings and links."""

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))

_FENCE = re.compile(r"^(`{3,})([^`]*)$")
_COMMENT = re.compile(r"^<!-- (\w+)(?:: (.+?))? -->$")
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block. `directive` and `argument` come from the HTML comment on the line before it, if there is one."""

    page: Path
    line: int
    kind: str
    options: tuple[str, ...]
    text: str
    directive: str
    argument: str

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """Every fenced block of a page, in order."""
    found: list[Block] = []
    fence, start, info = "", 0, ""
    inside: list[str] = []
    directive, argument = "", ""
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        if fence:
            if line == fence:
                words = info.split()
                text = "\n".join(inside) + "\n"
                found.append(Block(page, start, words[0] if words else "", tuple(words[1:]), text, directive, argument))
                fence, directive, argument = "", "", ""
            else:
                inside.append(line)
        elif opened := _FENCE.match(line):
            fence, info, start, inside = opened[1], opened[2].strip(), number, []
        elif comment := _COMMENT.match(line):
            directive, argument = comment[1], comment[2] or ""
        elif line.strip():
            directive, argument = "", ""
    assert not fence, f"{page.name}:{start}: the block is never closed"
    return found


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    kept: list[str] = []
    fence = ""
    for line in page.read_text("utf-8").splitlines():
        if fence:
            fence = "" if line == fence else fence
        elif opened := _FENCE.match(line):
            fence = opened[1]
        else:
            kept.append(line)
    return "\n".join(kept)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    titles = re.findall(r"^#{1,6} (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures."""
    return [a or b for a, b in _LINK.findall(prose(page))]
