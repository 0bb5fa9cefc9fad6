"""Setting paragraphs: words at their places on sheets, and sheets put together. Lengths are reference units."""

from dataclasses import dataclass, field, replace
from functools import partial

from callsheet.media.type.ink import measure
from callsheet.media.type.layout import fit
from callsheet.media.type.phrases import Token, graphemes, join
from callsheet.media.type.setting import Setting, is_cjk
from callsheet.media.type.supers import marked
from callsheet.media.type.voices import Voice, is_set_wide

__all__ = ["Block", "Part", "Shape", "Sheet", "Word", "aligned", "merge", "offset", "set_pages", "set_whole", "stack"]


@dataclass(frozen=True)
class Word:
    """A piece of text that moves as one. `x`: its left edge, `baseline`: its y, `order`: its turn to come in, `line`: which
    line of the block it stands on. `ink`: white, soft, accent, or on (what reads on the accent). `struck`: crossed out."""

    text: str
    setting: Setting
    size: float
    x: float
    baseline: float
    width: float
    line: int
    order: int
    ink: str = "white"
    struck: bool = False


@dataclass(frozen=True)
class Shape:
    """A drawn shape in the accent; `line` is the line of words that it moves with, if any.

    `kind`: bar (grows down), rule (grows right), pill (opens from its middle), slab (wipes open behind a word), mark (an
    opening quote).
    """

    kind: str
    x: float
    y: float
    width: float
    height: float
    order: int
    line: int = -1


@dataclass(frozen=True)
class Block:
    """One page of a super, its corner at (0, 0)."""

    width: float
    height: float
    words: tuple[Word, ...]
    shapes: tuple[Shape, ...] = ()


@dataclass
class Part:
    """What the next part is set with: voice, display or text `kind`, room, alignment, language and scale.

    `ink` as in Word; `split`: every character moves by itself; the rest, where given, replaces what the voice says. `foot`:
    the room below the last baseline in em.
    """

    voice: Voice
    kind: str
    width: float
    height: float
    align: str
    language: str
    scale: float
    ink: str = "white"
    split: bool = False
    tracking: float | None = None
    weight: int | None = None
    pitch: float | None = None
    foot: float | None = None


@dataclass
class Sheet:
    """Parts laid under one another."""

    width: float
    height: float = 0.0
    words: list[Word] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    line: int = 0
    order: int = 0

    def block(self) -> Block:
        """The sheet as it is drawn."""
        return Block(self.width, self.height, tuple(self.words), tuple(self.shapes))


def set_pages(text: str, part: Part, size: float, lines: int, smallest: float) -> list[Sheet]:
    """Set one paragraph of marked text; one sheet a page."""
    runs = marked(text)
    plain = "".join(run for run, _ in runs)
    wide = is_set_wide(plain)
    setting = part.voice.setting(part.kind, part.language, wide)
    if part.tracking is not None:
        setting = replace(setting, tracking=part.tracking)
    if part.weight is not None:
        setting = replace(setting, weight=part.weight, cjk_weight=min(900, part.weight + 40))
    pitch = part.pitch or (part.voice.pitch if part.kind == "display" else 1.22)
    pitch = max(pitch, part.voice.wide_pitch if part.kind == "display" else 1.42) if wide else pitch
    if part.voice.emphasis == "slab" and part.kind == "display" and any(mark == "*" for _, mark in runs):
        pitch += 0.09
    cap, foot = (0.86, 0.13) if wide else (0.7, 0.2)
    foot = foot if part.foot is None else part.foot
    size = size * part.scale
    fitted = fit(
        plain, partial(measure, setting=setting),
        width=part.width, height=max(part.height, size * pitch), size=size, smallest=size * smallest,
        leading=pitch, lines=lines, language=part.language, bonds=_bonds(runs),
    )  # fmt: skip
    marks = [mark for run, mark in runs for _ in run]
    sheets = []
    for page in fitted.pages:
        sheet = Sheet(0.0)
        rows = [_row(line, setting, fitted.size, marks, part) for line in page]
        sheet.width = max(width for _, width, _ in rows)
        for number, (words, width, hang) in enumerate(rows):
            baseline = fitted.size * (cap + pitch * number)
            x = offset(part.align, sheet.width, width) - hang
            for word in words:
                sheet.words.append(replace(word, x=word.x + x, baseline=baseline, line=number, order=sheet.order))
                sheet.order += 1
                if word.ink == "on" and part.ink != "on":
                    pad = fitted.size * 0.1
                    slab = (
                        word.x + x - pad,
                        baseline - fitted.size * (cap + 0.09),
                        word.width + 2 * pad,
                        fitted.size * (cap + 0.09 + foot * 0.9),
                    )
                    sheet.shapes.append(Shape("slab", *slab, sheet.order - 1, number))
        sheet.line = len(rows)
        sheet.height = fitted.size * (cap + pitch * (len(rows) - 1) + foot)
        sheets.append(sheet)
    return sheets


def set_whole(text: str, part: Part, size: float, lines: int, smallest: float) -> Sheet:
    """Set one paragraph on a single sheet: on more than `lines` lines where it has to be."""
    pages = set_pages(text, part, size, lines, smallest)
    if len(pages) > 1:
        pages = set_pages(text, replace(part, height=1e6), size * smallest, 1000, 1.0)
    return pages[0]


def _bonds(runs: list[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    """The ranges of characters that are marked as one."""
    out, at = [], 0
    for run, mark in runs:
        if mark:
            out.append((at, at + len(run)))
        at += len(run)
    return tuple(out)


def _row(
    line: tuple[Token, ...], setting: Setting, size: float, marks: list[str], part: Part
) -> tuple[list[Word], float, float]:
    """The words of one line from x = 0, the line's width as the eye takes it, and how far it hangs out to the left."""
    whole = join(line)
    slabs = part.voice.emphasis == "slab" and part.kind == "display" and part.ink != "on"
    words: list[Word] = []
    extra = 0.0
    for start, run, mark in _runs(line, marks, part.split, slabs):
        before = whole[:start]
        x = measure(before + run, setting) - measure(run, setting) if before else 0.0
        how, ink = _marked_ink(setting, mark, part, run, slabs)
        width = measure(run, how)
        pad = 0.14 if slabs and ink == "on" else 0.0
        words.append(Word(run, how, size, (x + extra + pad) * size, 0.0, width * size, 0, 0, ink, mark == "~"))
        extra += width - measure(run, setting) + 2 * pad
    width = (measure(whole, setting) + extra) * size
    hang = 0.0
    if is_cjk(whole[-1]) and whole[-1] in "，。、；：！？…」』）》" and part.align != "left":
        width -= size * 0.5
    full_quotes = part.language.lower().startswith(("zh", "ja", "yue"))
    if whole[0] in "「『（《" or (whole[0] == "“" and full_quotes and is_set_wide(whole)):
        hang = size * 0.5
        width -= hang
    return words, width, hang


def _runs(line: tuple[Token, ...], marks: list[str], split: bool, slabs: bool) -> list[tuple[int, str, str]]:
    """A line as (offset in the line, text, mark): a word each, or a character each where `split` says so."""
    out: list[tuple[int, str, str]] = []
    at = 0
    for token in line:
        inside = 0
        for grapheme in graphemes(token.text):
            mark = marks[token.start + inside]
            here = at + inside
            joined = inside > 0 and not split
            if slabs and mark == "*" and out and out[-1][2] == "*":
                # Marked words that follow one another lie on one slab.
                out[-1] = (
                    out[-1][0],
                    out[-1][1] + (" " if out[-1][0] + len(out[-1][1]) < here else "") + grapheme,
                    mark,
                )
            elif joined and out[-1][2] == mark:
                out[-1] = (out[-1][0], out[-1][1] + grapheme, mark)
            else:
                out.append((here, grapheme, mark))
            inside += len(grapheme)
        at += len(token.text) + (1 if token.space else 0)
    return out


def _marked_ink(setting: Setting, mark: str, part: Part, text: str, slabs: bool) -> tuple[Setting, str]:
    if mark == "*" and part.ink != "on":
        if slabs:
            return setting, "on"
        italic = part.voice.emphasis == "italic" and not is_set_wide(text) and not text[0].isdigit()
        return replace(setting, italic=italic), "accent"
    if mark == "~":
        return setting, "soft"
    return setting, part.ink


def offset(align: str, room: float, width: float) -> float:
    """Where a `width` begins in a `room` by its alignment."""
    return {"left": 0.0, "center": (room - width) / 2, "right": room - width}[align]


def merge(sheet: Sheet, other: Sheet, x: float, y: float, *, order: int, line: int | None = None) -> None:
    """Copy another sheet's words and shapes into this one at (x, y), coming in from turn `order` on.

    They become lines of their own, or part of `line` where that is given.
    """
    base = sheet.line if line is None else line
    sheet.words += [
        replace(w, x=w.x + x, baseline=w.baseline + y, order=w.order + order, line=w.line + base) for w in other.words
    ]
    sheet.shapes += [
        replace(s, x=s.x + x, y=s.y + y, order=s.order + order, line=s.line + base if s.line >= 0 else -1)
        for s in other.shapes
    ]
    sheet.line = max(sheet.line, base + max(1, other.line))
    sheet.order = max(sheet.order, other.order + order)


def stack(sheet: Sheet, other: Sheet, align: str, air: float) -> None:
    """Put another sheet below, at the left; `aligned` moves the lines when all widths are known."""
    y = sheet.height + (air if sheet.words else 0.0)
    merge(sheet, other, 0.0, y, order=sheet.order)
    sheet.width = max(sheet.width, other.width)
    sheet.height = y + other.height


def aligned(sheet: Sheet, align: str) -> Sheet:
    """Shift every line of a stacked sheet to its alignment within the sheet's width."""
    if align == "left":
        return sheet
    moved: dict[int, float] = {}
    for line in {w.line for w in sheet.words}:
        row = [w for w in sheet.words if w.line == line]
        left, right = min(w.x for w in row), max(w.x + w.width for w in row)
        moved[line] = offset(align, sheet.width, right - left) - left
    sheet.words = [replace(w, x=w.x + moved[w.line]) for w in sheet.words]
    sheet.shapes = [
        replace(s, x=offset(align, sheet.width, s.width))
        if s.kind in ("rule", "mark")
        else replace(s, x=s.x + moved.get(s.line, 0.0))
        for s in sheet.shapes
    ]
    return sheet
