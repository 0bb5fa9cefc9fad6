"""What each role of super is made of: its parts, their sizes and what is drawn beside them. Lengths are reference units."""

import re
from collections.abc import Callable
from dataclasses import replace

from callsheet.media.type.ink import measure
from callsheet.media.type.supers import Super, marked
from callsheet.media.type.typeset import Block, Part, Shape, Sheet, aligned, merge, offset, set_pages, set_whole, stack
from callsheet.media.type.voices import ROLES, TONES, is_set_wide

__all__ = ["compose"]

_NUMBER = re.compile(
    r"(?:US|NT|HK)?[$€£¥￥]\s?\d[\d,.]*[kKmM]?|\d[\d,.]*\s?(?:%|％|‰|折|元|块|万|亿|倍|€|°C|x\b|×)|[-+−]?\d[\d,.:/]*[kKmM]?\b"
)


def compose(item: Super, kind: str, width: float, height: float, align: str, scale: float = 1.0) -> tuple[Block, ...]:
    """Set a super into `width` x `height` reference units on a frame of `kind`; more than one block where it needs pages."""
    part = Part(TONES[item.tone], "display", width, height, align, item.language, scale)
    rows = item.text.split("\n")
    makers: dict[str, Callable[[Super, list[str], str, Part], list[Sheet]]] = {
        "sub": _sub,
        "legal": _legal,
        "cta": _cta,
        "offer": _offer,
        "stat": _offer,
        "title": _title,
        "lower-third": _lower_third,
        "chapter": _chapter,
        "item": _item,
        "quote": _quote,
    }
    return tuple(sheet.block() for sheet in makers.get(item.role, _headline)(item, rows, kind, part))


def _headline(item: Super, rows: list[str], kind: str, part: Part) -> list[Sheet]:
    size = ROLES[item.role].size(kind) * part.voice.scale
    return set_pages("\n".join(rows), part, size, ROLES[item.role].lines, ROLES[item.role].smallest)


def _sub(item: Super, rows: list[str], kind: str, part: Part) -> list[Sheet]:
    role = ROLES["sub"]
    part = replace(part, kind="text", pitch=1.24, width=min(part.width, 1000))
    return set_pages("\n".join(rows), part, role.size(kind), role.lines, role.smallest)


def _legal(item: Super, rows: list[str], kind: str, part: Part) -> list[Sheet]:
    role = ROLES["legal"]
    part = replace(part, kind="text", ink="soft", pitch=1.28, weight=470)
    return set_pages("\n".join(rows), part, role.size(kind), role.lines, role.smallest)


def _cta(item: Super, rows: list[str], kind: str, part: Part) -> list[Sheet]:
    role = ROLES["cta"]
    text = "".join(run for run, _ in marked(rows[0]))
    inside = replace(part, kind="text", align="left", ink="on", weight=680, width=part.width - 130)
    label = set_whole(text, inside, role.size(kind), role.lines, role.smallest)
    size = label.words[0].size if label.words else role.size(kind)
    high, pad = max(size * 2.02, label.height + size * 1.15), size * 0.95
    wide = label.width + pad * 2
    sheet = Sheet(max(wide, 1.0), high)
    x = 0.0
    # Capitals without descenders look centred a little below the middle of their line.
    lower = 0.0 if is_set_wide(text) else size * 0.05
    tail = None
    if len(rows) > 1:
        small = replace(part, kind="text", weight=560)
        tail = set_whole("\n".join(rows[1:]), small, role.size(kind) * 0.74, 2, 0.7)
        sheet.width = max(sheet.width, tail.width)
        x = offset(part.align, sheet.width, wide)
    sheet.shapes.append(Shape("pill", x, 0, wide, high, 0))
    merge(sheet, label, x + pad, (high - label.height) / 2 + lower, order=2)
    sheet.height = high
    if tail:
        air = size * 0.62
        merge(sheet, tail, offset(part.align, sheet.width, tail.width), high + air, order=4)
        sheet.height = high + air + tail.height
    return [sheet]


def _offer(item: Super, rows: list[str], kind: str, part: Part) -> list[Sheet]:
    role = ROLES["offer"]
    above, figure, inline, below = _figure(rows)
    if not figure:
        return _headline(replace(item, role="headline"), rows, kind, part)
    small = replace(part, kind="text", weight=600)
    sheet = Sheet(0.0)
    size = role.size(kind) * (0.92 if part.voice.display.role == "serif" else 1.0)
    label = size * 0.25
    if above:
        stack(sheet, set_whole(above, small, label, 2, 0.7), part.align, label * 0.5)
    tag = (
        measure(inline.strip("~"), small.voice.setting("text", part.language, is_set_wide(inline))) * label * 1.1
        if inline
        else 0.0
    )
    big = replace(
        part, ink="accent", split=True, tracking=-0.03, foot=0.04, width=part.width - tag - (label * 0.4 if tag else 0)
    )
    number = set_whole(figure, big, size, 1, role.smallest)
    stack(sheet, number, part.align, label * 0.62)
    base = sheet.height - number.height
    if inline:
        # A short tail such as 起 or "off" sits on the figure's baseline.
        tail = set_whole(inline, replace(small, width=part.width), label * 1.1, 1, 0.7)
        baseline = max(w.baseline for w in number.words)
        merge(
            sheet,
            tail,
            number.width + label * 0.4,
            base + baseline - max(w.baseline for w in tail.words),
            order=sheet.order,
            line=sheet.line - 1,
        )
        sheet.width = max(sheet.width, number.width + label * 0.4 + tail.width)
    if below:
        stack(sheet, set_whole(below, small, label, 3, 0.62), part.align, label * 0.72)
    return [aligned(sheet, part.align)]


def _figure(rows: list[str]) -> tuple[str, str, str, str]:
    """An offer's words as (above, the figure, beside it, below it); the figure is empty where there is no number."""
    plain = ["".join(run for run, mark in marked(row) if mark != "~") for row in rows]
    at = next((i for i, row in enumerate(plain) if _NUMBER.search(row)), None)
    if at is None:
        return "", "", "", ""
    row = rows[at]
    # The figure is what is marked, where that has a number, or else the first number that is not struck through.
    runs = marked(row)
    chosen = any(mark == "*" and _NUMBER.search(run) for run, mark in runs)
    head, figure, tail = "", "", ""
    for run, mark in runs:
        found = _NUMBER.search(run) if mark == ("*" if chosen else "") else None
        if found and not figure:
            start, end = (0, len(run)) if chosen else found.span()
            head, figure, tail = head + run[:start], run[start:end], run[end:]
        else:
            kept = f"{mark}{run}{mark}"
            head, tail = (head, tail + kept) if figure else (head + kept, tail)
    head, tail = head.strip(), tail.strip()
    short = len(tail) <= (3 if is_set_wide(tail) else 4)
    inline = tail if short else ""
    if short and re.fullmatch(r"~[^~]+~", head):
        # The old price follows the new one.
        head, inline = "", f"{tail} {head}".strip()
    head, tail = head.strip("，、,;；:： "), "" if short else tail.strip("，、,;；:： ")
    above = "\n".join([*rows[:at], *([head] if head else [])])
    below = "\n".join([*([tail] if tail else []), *rows[at + 1 :]])
    return above, figure.strip(), inline, below


def _title(item: Super, rows: list[str], kind: str, part: Part) -> list[Sheet]:
    role = ROLES["title"]
    wide = is_set_wide(rows[0])
    tracked = part.voice.entrance in ("drift", "unveil") or wide
    name = replace(
        part, split=wide, tracking=(0.26 if len(rows[0]) <= 6 else 0.14) if wide else (0.01 if tracked else None)
    )
    size = role.size(kind) * (1.12 if wide and len(rows[0]) <= 6 else 1.0)
    # A short full-width title is a sign, not a sentence: it stays on one line.
    pages = set_pages(rows[0], name, size, 1 if wide and len(rows[0]) <= 8 else role.lines, role.smallest)
    for sheet in pages[:1]:
        size = sheet.words[0].size
        if len(rows) > 1:
            sheet.height += size * 0.3
            rule = min(size * 0.9, 120.0)
            sheet.shapes.append(
                Shape("rule", offset(part.align, sheet.width, rule), sheet.height, rule, 4, sheet.order)
            )
            sheet.height += size * 0.34
            small = replace(part, kind="text", tracking=0.3 if is_set_wide(rows[1]) else 0.08, weight=480, scale=1.0)
            stack(sheet, set_whole("\n".join(rows[1:]), small, max(34.0, size * 0.29), 2, 0.7), part.align, 0)
            sheet = aligned(sheet, part.align)
    return pages


def _lower_third(item: Super, rows: list[str], kind: str, part: Part) -> list[Sheet]:
    role = ROLES["lower-third"]
    inset = 30.0
    inner = replace(
        part, align="left", width=part.width - inset, weight=640 if part.voice.display.role != "serif" else None
    )
    sheet = Sheet(0.0)
    stack(sheet, set_whole(rows[0], inner, role.size(kind), role.lines, role.smallest), "left", 0)
    if len(rows) > 1:
        small = replace(inner, kind="text", ink="soft", weight=500)
        stack(
            sheet,
            set_whole("\n".join(rows[1:]), small, role.size(kind) * 0.66, 2, 0.75),
            "left",
            role.size(kind) * 0.22,
        )
    out = Sheet(0.0)
    merge(out, sheet, inset, 0, order=1)
    out.width, out.height = sheet.width + inset, sheet.height
    out.shapes.append(Shape("bar", 0, -4, 7, sheet.height + 8, 0))
    return [out]


def _chapter(item: Super, rows: list[str], kind: str, part: Part) -> list[Sheet]:
    role = ROLES["chapter"]
    number, rest = ("", rows) if len(rows) == 1 else (rows[0], rows[1:])
    size = role.size(kind) * part.voice.scale
    sheet = Sheet(0.0)
    if number:
        small = replace(part, kind="text", ink="accent", weight=660, tracking=0.06)
        stack(sheet, set_whole(number, small, size * 0.46, 1, 0.7), part.align, 0)
    pages = set_pages("\n".join(rest), part, size, role.lines, role.smallest)
    stack(sheet, pages[0], part.align, size * 0.3 if number else 0)
    sheet.height += size * 0.34
    sheet.shapes.append(Shape("rule", offset(part.align, sheet.width, 96), sheet.height, 96, 5, sheet.order))
    sheet.height += 5
    return [aligned(sheet, part.align), *pages[1:]]


def _item(item: Super, rows: list[str], kind: str, part: Part) -> list[Sheet]:
    role = ROLES["item"]
    found = re.match(r"\s*(?:(\d{1,2})[.)、．:]\s*|[•·–—-]\s+)(?=\S)", rows[0])
    number = found.group(1) if found else None
    text = rows[0][found.end() :] if found else rows[0]
    size = role.size(kind)
    inset = size * 1.15 if number else size * 0.62
    inner = replace(part, align="left", width=part.width - inset, pitch=None)
    if part.voice.display.role != "serif":
        inner = replace(inner, weight=620)
    pages = set_pages("\n".join([text, *rows[1:]]), inner, size, role.lines, role.smallest)
    out = []
    for page in pages:
        sheet = Sheet(page.width + inset, page.height)
        first = page.words[0]
        if number:
            mark = replace(part, kind="display", ink="accent", align="left", scale=1.0)
            figure = set_whole(number, mark, first.size, 1, 1.0)
            merge(sheet, figure, 0, first.baseline - figure.words[0].baseline, order=0)
        else:
            high = 0.72 * first.size
            sheet.shapes.append(Shape("bar", 0, first.baseline - high, size * 0.11, high, 0))
        merge(sheet, page, inset, 0, order=1)
        sheet.width, sheet.height = page.width + inset, page.height
        out.append(sheet)
    return out


def _quote(item: Super, rows: list[str], kind: str, part: Part) -> list[Sheet]:
    role = ROLES["quote"]
    voice = (
        replace(part.voice, display=TONES["elegant"].display, wide_tracking=0.04) if item.tone != "bold" else part.voice
    )
    author = rows[-1].lstrip("—–- ") if len(rows) > 1 and rows[-1][:1] in "—–-" else ""
    words = "\n".join(rows[:-1] if author else rows).strip('“”"「」『』') or rows[0]
    size = role.size(kind)
    mark = size * 0.9
    pages = set_pages(words, replace(part, voice=voice, height=part.height - mark), size, role.lines, role.smallest)
    out = []
    for i, page in enumerate(pages):
        sheet = Sheet(page.width, mark)
        if i == 0:
            sheet.shapes.append(
                Shape("mark", offset(part.align, page.width, mark * 0.9), 0, mark * 0.9, mark * 0.62, 0)
            )
        stack(sheet, page, part.align, 0)
        if author and i + 1 == len(pages):
            small = replace(part, kind="text", ink="soft", weight=520)
            stack(sheet, set_whole("— " + author, small, size * 0.54, 2, 0.7), part.align, size * 0.5)
        out.append(aligned(sheet, part.align))
    return out
