"""Text on screen as data: what it says, what it is for, when it is there, and where it was put."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from callsheet.errors import InputError
from callsheet.media.type.captions import Cue
from callsheet.media.type.phrases import clean
from callsheet.media.type.stage import PLACES
from callsheet.media.type.voices import GROUNDS, ROLES, TONES

__all__ = ["TYPE_VERSION", "Item", "Placement", "Super", "as_data", "from_data", "item_key", "overlays", "plain_text"]

TYPE_VERSION = 1
"""Raised whenever the same item would be drawn differently."""

SHADE, WORDS = "/shade", "/words"
"""What the keys of a super's two overlays end with."""

DEFAULT_ACCENT = "#f2b84b"
_ALIASES = {"price": "offer", "lower_third": "lower-third", "title-card": "title", "list": "item"}
_HEX = re.compile(r"#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(frozen=True)
class Placement:
    """Where a super was put: corner and room in ten-thousandths of the frame's width and height, `align` left, center or
    right, `scale` of its type in thousandths. `shade`: the box (x, y, width, height) behind which the picture is darkened, and
    how far in thousandths; None where another super of its stack does that. `after`: how many supers that start with it come
    in before it.
    """

    x: int
    y: int
    width: int
    height: int
    align: str
    scale: int = 1000
    shade: tuple[int, int, int, int, int] | None = None
    after: int = 0


@dataclass(frozen=True)
class Super:
    """Text on screen from frame `start` up to, not including, `end`.

    `text`: the words; *asterisks* mark what takes the accent, ~tildes~ what is struck through, a new line starts the next
    part (a name's role, a price's small print, a quote's author, the address under a button). `role`, `place` and `tone` are
    among `ROLES`, `PLACES` and `TONES`. `accent`: a hex colour. `stay`: it does not leave before its last frame.
    `ground`: what is behind it in the picture: "light" (drawn in dark inks, nothing darkened), "dark" (drawn in light inks,
    nothing darkened), or "" where that is not known (light inks, the picture darkened behind them).
    `placement` comes from `place_supers`; without one it is drawn as if it were alone.
    """

    text: str
    role: str = "headline"
    start: int = 0
    end: int = 0
    place: str = "auto"
    accent: str = DEFAULT_ACCENT
    language: str = "en"
    tone: str = "modern"
    stay: bool = False
    placement: Placement | None = None
    ground: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))
        object.__setattr__(self, "role", _ALIASES.get(self.role, self.role))
        where = f"text on screen {self.text[:40]!r}"
        for field, allowed in (("role", ROLES), ("place", PLACES), ("tone", TONES), ("ground", GROUNDS)):
            if getattr(self, field) not in allowed:
                raise InputError(
                    f"{field} {getattr(self, field)!r} is not known",
                    where=where,
                    remedy=f"Use one of {', '.join(filter(None, allowed))}.",
                )
        if not any(c.isprintable() and not c.isspace() for c in plain_text(self.text)):
            raise InputError("a super says nothing", where=where, remedy="Give it words, or take it out.")
        if not _HEX.fullmatch(self.accent):
            raise InputError(f"accent {self.accent!r} is not a colour", where=where, remedy="Write it like #f2b84b.")
        if self.start < 0 or self.end <= self.start:
            raise InputError(
                f"it runs from frame {self.start} to {self.end}", where=where, remedy="It must end after it starts."
            )


Item = Super | Cue
"""Anything that is drawn as type over the picture."""


def plain_text(text: str) -> str:
    """A super's words without their marks, as they appear."""
    return "".join(part for part, _ in marked(text))


def marked(text: str) -> list[tuple[str, str]]:
    """A super's text as runs of (characters, mark): mark is "", "*" or "~". A lone mark is a character like any other."""
    out: list[tuple[str, str]] = []
    at = 0
    for found in re.finditer(r"\*(?=\S)([^*\n]+?)(?<=\S)\*|~(?=\S)([^~\n]+?)(?<=\S)~", text):
        if found.start() > at:
            out.append((text[at : found.start()], ""))
        out.append((found.group(1), "*") if found.group(1) else (found.group(2), "~"))
        at = found.end()
    if at < len(text):
        out.append((text[at:], ""))
    return out


def as_data(item: Item) -> dict[str, Any]:
    """An item as plain JSON data; `from_data` reverses it."""
    return {"kind": "super" if isinstance(item, Super) else "caption", **asdict(item)}


def from_data(data: Mapping[str, Any]) -> Item:
    """The item that `as_data` made `data` from."""
    fields = {k: v for k, v in data.items() if k != "kind"}
    if data["kind"] == "caption":
        return Cue(**{**fields, "lines": tuple(fields["lines"])})
    placement = fields.pop("placement", None)
    if placement:
        shade = placement.get("shade")
        placement = Placement(**{**placement, "shade": tuple(shade) if shade else None})
    return Super(**fields, placement=placement or None)


def item_key(item: Item) -> str:
    """Digest (sha256, hexadecimal) of all that decides how an item looks on a frame of a given size and rate.

    When it starts is left out: an item that only moves in time keeps its key. A caption's length is left out too, for it
    looks the same however long it stays.
    """
    # Fonts are opened only here: supers and cues can be made without them.
    from callsheet.media.type.fonts import fonts_used

    data = as_data(item)
    start, end = data.pop("start"), data.pop("end")
    if isinstance(item, Super):
        data["frames"] = end - start
        if not item.ground:
            # Not knowing the ground says nothing about the look.
            del data["ground"]
        role = "serif" if TONES[item.tone].display.role == "serif" else "text"
        data["fonts"] = fonts_used(plain_text(item.text), role, item.language)
    else:
        data["fonts"] = fonts_used(item.text, "text", item.language)
    text = json.dumps({"type": TYPE_VERSION, **data}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def overlays(items: Iterable[Item]) -> list[tuple[str, int, int]]:
    """(key, start, end) of everything that items draw, in drawing order: shades, then words, then captions on top.

    The frames are those of the items; a key up to its "/" is the `item_key`. A super that darkens the picture has two
    overlays, so that no shade ever falls on words.
    """
    shades, words, captions = [], [], []
    for item in items:
        key, span = item_key(item), (item.start, item.end)
        if isinstance(item, Cue):
            captions.append((key, *span))
            continue
        words.append((key + WORDS, *span))
        if not item.ground and (item.placement is None or item.placement.shade):
            shades.append((key + SHADE, *span))
    return [*shades, *words, *captions]
