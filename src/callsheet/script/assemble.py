"""From beats to a finished draft: lengths, cameras, assets, what was lost, and the script."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from callsheet.errors import BriefError
from callsheet.film import (
    Cast,
    Deliverable,
    Document,
    Episode,
    Location,
    Look,
    Music,
    Production,
    Prop,
    Rate,
    Shot,
    Source,
    Super,
    Treatment,
    Voice,
)
from callsheet.film.shot import Ambience
from callsheet.script.brief import Brief
from callsheet.script.concrete import Concrete
from callsheet.script.fountain import export
from callsheet.script.grammar import shoot
from callsheet.script.hanging import hang_stills
from callsheet.script.plan import Beat, Hand
from callsheet.script.survival import heard, measure, unquoted
from callsheet.script.timing import fit, squeeze
from callsheet.script.words import Tongue, cut_to, folded, units
from callsheet.script.writer import Draft, Rejected, Three

_T = TypeVar("_T")
RATE = Rate(24)
"""The rate of boards written here."""
_LEGAL = {"en": 22, "zh": 40}
"""Words or characters of small print that one shot can carry."""
_MEASURE = re.compile(
    r"\d\s?(?:%|°|mm|cm|km|m|kg|g|ml|cl|l|w|kwh|mah|hz|gb|tb)\b|\d%|(?:hours?|minutes?|seconds?|days?|weeks?|years?|litres?|liters?|metres?|meters?|grams?|degrees?|miles?|kilometres?)\b|"
    r"毫升|升|克|公斤|小时|分钟|秒|天|年|米|公里|度|%",
    re.IGNORECASE,
)
"""A number that says enough alone: it carries a unit of measure."""
_TERMS = re.compile(
    r"\b(?:until|valid|terms|apply|excluded|only|guarantee|warranty|trial|returns?|refund|financing|deposit)\b|"
    r"质保|保修|退换|截止|有效|仅限|限时|首付|活动|规则",
    re.IGNORECASE,
)
"""What belongs into small print: conditions of an offer, and nothing else."""


@dataclass
class Assets:
    """What the board's ids mean."""

    cast: dict[str, Cast] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    props: dict[str, Prop] = field(default_factory=dict)
    voices: dict[str, Voice] = field(default_factory=dict)
    look: Look | None = None
    music: Music | None = None
    beds: Mapping[str, Ambience] = field(default_factory=dict)


def deliverables(brief: Brief) -> list[Deliverable]:
    """A master for every picture shape the brief asks for; both when it asks for none."""
    presets: dict[str, Deliverable] = {
        "9:16": Deliverable(preset="master-9x16"),
        "16:9": Deliverable(preset="master-16x9"),
    }
    return [presets[a] for a in brief.aspects or ("9:16", "16:9")]


def sha256_of(text: str) -> str:
    """The digest by which a board names the text it came from."""
    return hashlib.sha256(text.encode()).hexdigest()


def finish(
    brief: Brief,
    beats: Sequence[Beat],
    total: int,
    hand: Hand,
    assets: Assets,
    treatment: Treatment,
    three: Three,
    *,
    format: str,
    writer: str,
    rescue: bool = True,
    allowed: Iterable[str] = (),
    flags: Iterable[str] = (),
    rejected: tuple[Rejected, ...] = (),
    title: str = "",
) -> Draft:
    """Cut the beats to `total` frames, shoot them, and say what is left of the brief.

    With `rescue`, numbers, names and offers that no line had room for become small text on shots that have none. Raises
    BriefError when the length cannot hold the film.
    """
    language = brief.language
    beats = hang_stills(beats, brief)
    try:
        beats = squeeze(beats, total, hand, language, RATE)
        frames = fit([p for b in beats for p in b.pictures], total, hand, language, RATE)
    except ValueError:
        raise BriefError(
            f"{float(RATE.seconds(total)):g} seconds are too short for this film",
            where=brief.name,
            remedy="Ask for a longer film.",
        ) from None
    sequences = shoot(beats, frames, hand, look="main" if assets.look else None, ambience=assets.beds)
    shots = [shot for sequence in sequences for shot in sequence.shots]
    voices = {n for s in shots for n in (*s.cast, *(d.who for d in s.dialogue))}
    production = Production(
        title=title or brief.title,
        format=format,
        language=language,
        rate=RATE,
        treatments=list(three),
        deliverables=deliverables(brief),
        looks={"main": assets.look} if assets.look else {},
        voices=assets.voices,
        music=assets.music,
        cast=_used(assets.cast, voices),
        locations=_used(assets.locations, {s.location for s in shots if s.location}),
        props=_used(assets.props, {n for s in shots for n in s.props}),
        episodes=[Episode(title=title or brief.title, sequences=sequences)],
    )
    if rescue:
        _rescue(production, measure(brief.concrete, production).lost, language, brief.never_say)
    kept = measure(brief.concrete, production)
    notes = [
        *flags,
        *kept.flags(),
        *(f"unquoted claim: {line}" for line in unquoted(production, brief, allowed)),
        *_forbidden(production, brief),
    ]
    production.source = Source(
        file=brief.name, sha256=sha256_of(brief.text), writer=writer, treatment=treatment.id, flags=notes
    )
    Document.of(production)
    return Draft(production, export(production), tuple(notes), kept, rejected)


def _used(table: Mapping[str, _T], names: set[str]) -> dict[str, _T]:
    return {key: value for key, value in table.items() if key in names}


def _forbidden(production: Production, brief: Brief) -> list[str]:
    lines = [folded(line) for line in heard(production)]
    return [
        f"never-say on the board: {words}" for words in brief.never_say if any(folded(words) in line for line in lines)
    ]


def _rescue(production: Production, lost: Sequence[Concrete], language: Tongue, never: Sequence[str]) -> None:
    """Put what got lost on screen: facts, each on a bare shot on which it can be read in time, conditions as small print at the end.

    What finds no such place stays lost, and is reported as lost.
    """
    shots = [p.shot for p in production.board()]
    middle = [s for s in shots[1:-1] if not s.supers and (s.props or s.cast) and s.mood.valence >= 0]
    reading, longest = (8.0, 18) if language == "zh" else (4.0, 11)
    terms: list[str] = []
    shown: list[str] = []
    order = {"offer": 0, "call": 0, "number": 1, "name": 2}
    for item in sorted((i for i in lost if i.kind in order), key=lambda i: order[i.kind]):
        if any(item.key in folded(text) for text in (*shown, *terms)):
            continue
        if item.kind in ("offer", "call") or _TERMS.search(item.text):
            piece = _piece(item, language, [i.key for i in lost])
            if not any(folded(n) in folded(piece) for n in never):
                terms.append(piece)
            continue
        for piece in _pieces(item, language):
            if units(piece, language) > longest or any(folded(n) in folded(piece) for n in never):
                continue
            takes = 0.5 + units(piece, language) / reading
            free = [
                s
                for s in middle
                if s.duration / 24 >= takes and folded(piece) not in folded(" ".join(d.line for d in s.dialogue))
            ]
            if free:
                home = min(free, key=lambda s: (bool(s.dialogue), shots.index(s)))
                middle.remove(home)
                start = min(6, home.duration // 4)
                home.supers = [
                    Super(
                        text=_accented(piece, item.text), role="stat" if item.kind == "number" else "item", start=start
                    )
                ]
                shown.append(piece)
                break
    _small_print(shots, terms, language)


def _pieces(item: Concrete, language: Tongue) -> list[str]:
    """Quotes that say what an item means, the most telling first; never a bare number."""
    sizes = (18, 14, 12, 10, 8, 6) if language == "zh" else (11, 9, 7, 6, 5, 4)
    cuts = [cut_to(item.sentence, most, language, item.text).rstrip(".。 ") for most in sizes if item.sentence]
    made = [c for c in cuts if c and units(c, language) > units(item.text, language)]
    return list(dict.fromkeys([*made, *([item.text] if _MEASURE.search(item.text) else [])]))


def _small_print(shots: Sequence[Shot], pieces: Sequence[str], language: Tongue) -> None:
    """Spread the leftovers over the last shots that have no small print yet."""
    for shot in reversed(shots[-2:]):
        line: list[str] = []
        rest = list(pieces)
        while rest and units(" · ".join([*line, rest[0]]), language) <= _LEGAL[language]:
            line.append(rest.pop(0))
        if line and not any(s.role == "legal" for s in shot.supers):
            shot.supers = [*shot.supers, Super(text=" · ".join(line), role="legal")]
            pieces = rest
        if not pieces:
            return


def _piece(item: Concrete, language: Tongue, others: Sequence[str]) -> str:
    """A short quote that still says what the item means; the whole sentence when it holds several lost items."""
    if not item.sentence or item.kind == "call":
        return item.text
    if sum(1 for k in others if k in folded(item.sentence)) > 1 and units(item.sentence, language) <= (
        24 if language == "zh" else 15
    ):
        return item.sentence.rstrip(".。 ")
    for most in (6, 8, 10, 12) if language == "zh" else (4, 5, 6, 7, 8):
        cut = cut_to(item.sentence, most, language, item.text)
        if cut and units(cut, language) > units(item.text, language):
            return cut.rstrip(".。")
    return item.text


def _accented(text: str, key: str) -> str:
    at = text.casefold().find(key.casefold())
    return f"{text[:at]}*{text[at : at + len(key)]}*{text[at + len(key) :]}" if at >= 0 else text
