"""Text to glyphs: measuring and drawing one line of text in a setting, mixed scripts included."""

import unicodedata
from functools import lru_cache

import skia

from callsheet.media.type.fonts import families, font_collection
from callsheet.media.type.setting import Setting, is_cjk

__all__ = ["draw_text", "measure"]

# Drawn by the CJK font where they stand in CJK text, although the Latin font has them too.
_SHARED = frozenset("“”‘’—…·•‥※")
_AUTOSPACE = 0.11
_AT = 100.0


@lru_cache(maxsize=16384)
def measure(text: str, setting: Setting) -> float:
    """The advance width of `text` in em, tracking after its last character left out."""
    if not text:
        return 0.0
    paragraph = _paragraph(text, setting, _AT, skia.Paint())
    trailing = setting.tracking if setting.tracking else 0.0
    return float(paragraph.LongestLine) / _AT - trailing


def draw_text(
    canvas: skia.Canvas, text: str, setting: Setting, size: float, x: float, baseline: float, paint: skia.Paint
) -> None:
    """Draw one line of `text` with its left edge at `x` and its Latin baseline at `baseline`."""
    paragraph = _paragraph(text, setting, size, paint)
    paragraph.paint(canvas, x, baseline - paragraph.AlphabeticBaseline)


def _paragraph(text: str, setting: Setting, size: float, paint: skia.Paint) -> skia.textlayout.Paragraph:
    latin, cjk = families(setting)
    style = skia.textlayout.ParagraphStyle()
    builder = skia.textlayout.ParagraphBuilder.make(style, font_collection(), skia.Unicodes.ICU.Make())
    for run, full, space in _runs(text, setting.language):
        how = skia.textlayout.TextStyle()
        how.setFontSize(size)
        how.setFontFamilies(list(cjk if full else latin))
        how.setForegroundPaint(paint)
        how.setLetterSpacing((setting.tracking + space) * size)
        if setting.language:
            how.setLocale(setting.language)
        builder.pushStyle(how)
        builder.addText(run)
        builder.pop()
    paragraph = builder.Build()
    paragraph.layout(1e7)
    return paragraph


@lru_cache(maxsize=8192)
def _runs(text: str, language: str) -> tuple[tuple[str, bool, float], ...]:
    """`text` in runs: (characters, CJK font first, extra space in em after each of its characters)."""
    marks = []
    for i, c in enumerate(text):
        full = is_cjk(c) or (c in _SHARED and _beside_cjk(text, i, language))
        following = text[i + 1] if i + 1 < len(text) else ""
        # A little air between Han and Latin letters or figures, as good Chinese setting has it.
        joint = bool(following) and ((_is_han(c) and _is_latin(following)) or (_is_latin(c) and _is_han(following)))
        marks.append((full, _AUTOSPACE if joint else 0.0))
    out: list[tuple[str, bool, float]] = []
    for c, (full, space) in zip(text, marks, strict=True):
        if out and out[-1][1:] == (full, space):
            out[-1] = (out[-1][0] + c, full, space)
        else:
            out.append((c, full, space))
    return tuple(out)


def _beside_cjk(text: str, index: int, language: str) -> bool:
    if not language.lower().startswith(("zh", "ja", "yue")):
        return False
    around = text[:index].rstrip(" ")[-1:] + text[index + 1 :].lstrip(" ")[:1]
    return not around.strip("".join(_SHARED)) or any(is_cjk(c) for c in around)


def _is_han(character: str) -> bool:
    return is_cjk(character) and unicodedata.category(character)[0] == "L"


def _is_latin(character: str) -> bool:
    return not is_cjk(character) and character.isalnum()
