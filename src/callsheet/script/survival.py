"""What a rewrite lost: the concrete items of a source against what the board says and shows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from callsheet.film import Production
from callsheet.script.brief import Brief
from callsheet.script.concrete import Concrete, numbers
from callsheet.script.lexicon import BENEFIT
from callsheet.script.words import Tongue, folded


@dataclass(frozen=True)
class Survival:
    """Which concrete items of the source reached the board. `share` is the part that did, 1.0 when there was nothing to lose."""

    kept: tuple[Concrete, ...]
    lost: tuple[Concrete, ...]

    @property
    def share(self) -> float:
        """Kept items over all items."""
        total = len(self.kept) + len(self.lost)
        return len(self.kept) / total if total else 1.0

    def flags(self) -> list[str]:
        """One line a kind of loss, naming what was lost."""
        kinds: dict[str, list[str]] = {}
        for item in self.lost:
            kinds.setdefault(item.kind, []).append(item.text)
        return [f"lost {kind}: {_some(list(dict.fromkeys(texts)))}" for kind, texts in kinds.items()]


def _some(texts: list[str], most: int = 12) -> str:
    more = f"; and {len(texts) - most} more" if len(texts) > most else ""
    return "; ".join(texts[:most]) + more


def heard(production: Production) -> list[str]:
    """Every line that is spoken or shown as text, in film order, without accent marks."""
    return [
        text
        for placed in production.board()
        for text in (*(d.line for d in placed.shot.dialogue), *(s.text.replace("*", "") for s in placed.shot.supers))
    ]


def board_text(production: Production) -> str:
    """All that the board says: lines, text on screen, pictures, and the words of its assets."""
    assets = [
        f"{a.name} {a.description}"
        for table in (production.cast, production.locations, production.props)
        for a in table.values()
    ]
    actions = [placed.shot.action for placed in production.board()]
    titles = [s.title for e in production.episodes for s in e.sequences]
    return "\n".join([production.title, *assets, *titles, *actions, *heard(production)])


def measure(items: Iterable[Concrete], production: Production) -> Survival:
    """Look for every item on the board. A comparison or quote counts as kept when most of its words are in one place."""
    lines = [folded(line) for line in board_text(production).splitlines()]
    whole = "\n".join(lines)
    kept: list[Concrete] = []
    lost: list[Concrete] = []
    for item in items:
        (kept if _there(item, whole, lines) else lost).append(item)
    return Survival(tuple(kept), tuple(lost))


def _there(item: Concrete, whole: str, lines: list[str]) -> bool:
    if _found(item.key, whole):
        return True
    if item.kind in ("number", "name", "offer"):
        return False
    words = (
        re.findall(r"[\w']+", item.key)
        if " " in item.key
        else [item.key[i : i + 2] for i in range(max(1, len(item.key) - 1))]
    )
    return any(sum(w in line for w in words) >= 0.75 * len(words) for line in lines)


def _found(key: str, text: str) -> bool:
    """Whether `key` stands in `text` as whole words."""
    start = r"(?<![A-Za-z0-9.])" if key[:1].isascii() and key[:1].isalnum() else ""
    end = r"(?![A-Za-z0-9]|[.,]\d)" if key[-1:].isascii() and key[-1:].isalnum() else ""
    return re.search(start + re.escape(key) + end, text) is not None


def is_quoted(text: str, source: str) -> bool:
    """Whether every phrase of a line stands in the source; phrases are parted by `·` and by sentence ends. `source` is folded."""
    phrases = [
        folded(p)
        for p in re.split(r"\s*[·|]\s*|(?<=[.!?。！？])\s+|(?<=[。！？])|\n", text.replace("*", ""))
        if re.search(r"\w", p)
    ]
    return all(p in source or ("\n" in text and _listed(p, source)) for p in phrases)


def _listed(phrase: str, source: str) -> bool:
    """Whether a line of an offer is a list of parts that all stand in the source."""
    return all(folded(part) in source for part in re.split(r",\s+|(?<=\D),", phrase))


def claims_something(text: str, language: Tongue) -> bool:
    """Whether a line makes a claim: it has a number, or words of benefit."""
    return bool(numbers(text, language)) or re.search(BENEFIT[language], text, re.IGNORECASE) is not None


def source_of(text: str) -> str:
    """A brief in the form that quotes are looked for in: lines joined with a blank, and, for Chinese, without."""
    return folded(text.replace("\n", " ")) + "\n" + folded(text.replace("\n", ""))


def unquoted(production: Production, brief: Brief, allowed: Iterable[str] = ()) -> list[str]:
    """Spoken or shown lines that claim something the brief doesn't say in these words. `allowed` are the writer's own connective lines."""
    source = source_of(brief.text)
    known = {folded(a) for a in allowed}
    return [
        line
        for line in heard(production)
        if folded(line) not in known and claims_something(line, brief.language) and not is_quoted(line, source)
    ]
