"""What is written over the picture: captions timed to the voice, and the board's text on screen, on the film's timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from callsheet.edit.cut import Cut, CutEvent
from callsheet.edit.soundtrack import PlacedLine
from callsheet.film import Framing, Look, Production
from callsheet.media.type.captions import LANDSCAPE, CaptionStyle, Cue, Line, cues
from callsheet.media.type.fonts import require_glyphs
from callsheet.media.type.supers import DEFAULT_ACCENT, Super

LIGHT, DARK = 0.62, 0.4
"""Mean luma from which a ground carries dark ink, and up to which it carries light ink, without any help."""


def require_text(production: Production) -> None:
    """Raise GlyphError, naming the shot, unless every word that will be burned in can be drawn."""
    for placed in production.board():
        for text in placed.shot.supers:
            require_glyphs(text.text, placed.address, role="display", language=production.language)
        for line in placed.shot.dialogue:
            require_glyphs(line.line, placed.address, language=line.language or production.language)
            for language, words in line.translations.items():
                require_glyphs(words, placed.address, language=language)


def caption_lines(cut: Cut, placed: Sequence[PlacedLine], language: str) -> list[Line]:
    """Spoken lines as captions in `language`: as spoken when it is the line's own, else its translation, without which a line has no caption."""
    rate = cut.rate.fraction
    lines = []
    said = [d for event in cut.events for d in event.shot.dialogue]
    for spoken, words in zip(placed, said, strict=True):
        start, end = _frame(spoken.start, rate), _frame(spoken.start + spoken.samples, rate)
        if spoken.line.language == language:
            timed = tuple((w, _frame(a, rate), max(_frame(a, rate) + 1, _frame(b, rate))) for w, a, b in spoken.words)
            lines.append(Line(words.line, start, max(end, start + 1), language, timed or None))
        elif language in words.translations:
            lines.append(Line(words.translations[language], start, max(end, start + 1), language))
    return lines


def caption_languages(cut: Cut) -> list[str]:
    """The production's language, and every other in which all lines are spoken or translated."""
    own = cut.production.language
    said = [d for event in cut.events for d in event.shot.dialogue]
    others = {language for d in said for language in d.translations} | {d.language or own for d in said}
    whole = [x for x in sorted(others - {own}) if all(x in d.translations or (d.language or own) == x for d in said)]
    return [own, *whole] if said else []


def captions(cut: Cut, placed: Sequence[PlacedLine], language: str, style: CaptionStyle = LANDSCAPE) -> list[Cue]:
    """The caption cues of the film in `language`."""
    return list(cues(caption_lines(cut, placed, language), cut.rate.fraction, style=style, film_frames=cut.frames))


def supers(cut: Cut, framing: Framing) -> list[Super]:
    """The board's text on screen, in the part of the picture that its take keeps calm. It leaves before the next shot dissolves in."""
    found = []
    production = cut.production
    for index, event in enumerate(cut.events):
        look = production.looks[event.shot.look] if event.shot.look else Look(name="plain")
        following = cut.events[index + 1].dissolve_in if index + 1 < len(cut.events) else 0
        for text in event.shot.supers:
            start = event.record_in + max(text.start, event.dissolve_in)
            end = min(start + text.frames if text.frames else event.record_out, event.record_out - following)
            if end > start:
                found.append(
                    Super(
                        text.text,
                        role=text.role,
                        place=_place(event, text.role, framing),
                        start=start,
                        end=end,
                        accent=look.accent or DEFAULT_ACCENT,
                        language=production.language,
                        tone=look.type_tone,
                        stay=index + 1 == len(cut.events) and end == event.record_out,
                    )
                )
    return found


def grounded(
    placed: Sequence[Super], cut: Cut, framing: Framing, light: Mapping[str, Mapping[str, Any]]
) -> list[Super]:
    """The same supers with the ground they stand on, light or dark, where their clip keeps it so throughout.

    `light` gives the lowest and highest luma of each cell of a clip's grid, by the clip's sha256.
    """
    found = []
    for text in placed:
        event = next(e for e in reversed(cut.events) if e.record_in <= text.start)
        clip = event.take.clip(framing)
        known = light.get(clip.sha256)
        # A clip that is cropped to another framing does not show its grid where the text stands.
        ground = _ground(text, known) if known and clip.framing == framing else ""
        found.append(replace(text, ground=ground))
    return found


def _ground(text: Super, light: Mapping[str, Any]) -> str:
    place = text.placement
    if place is None:
        return ""
    x, y, width, height = place.shade[:4] if place.shade else (place.x, place.y, place.width, place.height)
    rows, columns = len(light["low"]), len(light["low"][0])
    across = range(max(0, x * columns // 10_000), min(columns, -(-(x + width) * columns // 10_000)))
    down = range(max(0, y * rows // 10_000), min(rows, -(-(y + height) * rows // 10_000)))
    low = min((light["low"][r][c] for r in down for c in across), default=0.5)
    high = max((light["high"][r][c] for r in down for c in across), default=0.5)
    return "light" if low >= LIGHT else "dark" if high <= DARK else ""


def _place(event: CutEvent, role: str, framing: Framing) -> str:
    """Beside or above the subject where the picture leaves room for that; small print and full cards find their own place."""
    if event.take.recipe.order.text_room != "part" or role in ("legal", "lower-third"):
        return "auto"
    return "left" if framing == "16:9" else "upper"


def _frame(sample: int, rate: Fraction) -> int:
    return int(sample * rate / 48_000)
