"""A document read for an explainer: its parts, and the facts worth saying in each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from callsheet.errors import BriefError
from callsheet.script.brief import Brief
from callsheet.script.concrete import comparisons, numbers
from callsheet.script.formats.explainer_words import BACKWARD, PICTURE
from callsheet.script.lengths import is_length
from callsheet.script.lexicon import INSTRUCTION, VISUAL
from callsheet.script.prose import LABEL, label
from callsheet.script.words import Tongue, folded, sentences, unended, units


@dataclass(frozen=True)
class Fact:
    """A sentence worth saying."""

    text: str
    numbers: tuple[str, ...]
    weight: float
    at: int


@dataclass(frozen=True)
class Part:
    """A section of the document with its facts, in order."""

    title: str
    facts: tuple[Fact, ...]


def parts_of(brief: Brief) -> list[Part]:
    """The document's parts with their facts. Raises BriefError when it states nothing."""
    rows: list[tuple[str, list[str]]] = []
    known: set[str] = set()
    for section in brief.sections:
        if label(section.heading):
            continue
        stated = [s for p in section.paragraphs if not _asks(p, brief.language) for s in _statements(p, brief.language)]
        # What the document says again is said once.
        said = [s for s in dict.fromkeys(stated) if folded(s) not in known]
        known.update(folded(s) for s in said)
        if said:
            rows.append((section.heading, said))
    if len(rows) == 1 and len(rows[0][1]) > 4:
        heading, said = rows[0]
        paragraphs = [
            _statements(p, brief.language) for s in brief.sections for p in s.paragraphs if not _asks(p, brief.language)
        ]
        rows = (
            [(heading if not n else "", p) for n, p in enumerate(p for p in paragraphs if p)]
            if len(paragraphs) > 1
            else [(heading, said)]
        )
    at = 0
    parts: list[Part] = []
    for heading, said in rows:
        facts: list[Fact] = []
        for text in said:
            facts.append(
                Fact(text, tuple(numbers(text, brief.language)), _weight(text, brief.language, len(facts)), at)
            )
            at += 1
        parts.append(Part(heading, tuple(facts)))
    if not parts:
        raise BriefError(
            "the document states nothing",
            where=brief.name,
            remedy="Write headings with a few sentences of facts under each.",
        )
    return parts


def _asks(paragraph: str, language: Tongue) -> bool:
    match = LABEL.match(paragraph)
    return bool(match and label(match[1]))


def _statements(paragraph: str, language: Tongue) -> list[str]:
    return [
        s
        for s in sentences(paragraph)
        if not re.search(INSTRUCTION[language], s, re.IGNORECASE)
        and units(s, language) >= 3
        and not is_length(s)
        and not _asks(s, language)
    ]


def _weight(text: str, language: Tongue, place: int) -> float:
    size = units(text, language)
    weight = (
        1.5 * min(2, len(numbers(text, language)))
        + 1.5 * bool(comparisons(text, language))
        + 0.4 * min(3, len(re.findall(VISUAL[language], text, re.IGNORECASE)))
    )
    weight += 1.2 if place == 0 else 0.0
    weight -= 1.5 if BACKWARD.match(text) else 0.0
    weight -= 0.8 if text.rstrip().endswith(("?", "？", ":", "：")) else 0.0
    return weight - 0.06 * max(0, size - (18 if language == "en" else 30))


def question(brief: Brief, parts: Sequence[Part]) -> str:
    """The question the film answers: the title or a heading when it asks one, a question of the text, or "What is ...?"."""
    titles = [brief.title, *(p.title for p in parts if p.title)]
    texts = [f.text for p in parts for f in p.facts]
    asked = next(
        (
            t
            for t in (*titles, *texts)
            if t.rstrip().endswith(("?", "？")) and units(t, brief.language) <= (20 if brief.language == "zh" else 12)
        ),
        "",
    )
    if asked:
        return asked
    if re.match(r"(?:how|why|what|when|where|who)\b", brief.title, re.IGNORECASE):
        asks = re.match(
            r"\w+ (?:do|does|did|is|are|was|were|can|will|would|should|has|have)\b", brief.title, re.IGNORECASE
        )
        return unended(brief.title) + ("?" if asks else ".")
    if re.search("为什么|怎么|如何|什么", brief.title):
        return unended(brief.title) + "？"
    return PICTURE[brief.language]["what"].format(t=brief.title)
