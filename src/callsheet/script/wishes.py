# ruff: noqa: E501
"""The director's wishes: sentences of a brief that say what is to be seen first, on the way, or last."""

import re
from dataclasses import dataclass
from typing import Literal

from callsheet.script.words import Tongue, units

Part = Literal["first", "middle", "last"]

_ASKS = (
    r"^(?:please\s+)?(?:then\s+|and\s+)?(?:(?:we|let's|the (?:film|ad|video|spot)|it)\s+)?"
    r"(?:(?:would like to|want to|should|could|must|can|may)\s+)?"
)
_SHOT = r"(?:shot|image|picture|frame|scene)"
_IS = r"\s*(?::|is|shows|should be|should show|must be)\s*"
_PATTERNS: dict[Tongue, tuple[tuple[Part, re.Pattern[str]], ...]] = {
    "en": (
        ("first", re.compile(rf"{_ASKS}(?:opens?|starts?|begins?)\s+(?:on|with)\s+(.+)$", re.IGNORECASE)),
        ("first", re.compile(rf"^(?:the\s+)?(?:opening|first)\s+{_SHOT}{_IS}(.+)$", re.IGNORECASE)),
        ("last", re.compile(rf"{_ASKS}(?:ends?|closes?|finish(?:es)?)\s+(?:on|with)\s+(.+)$", re.IGNORECASE)),
        ("last", re.compile(rf"^(?:the\s+)?(?:closing|last|final)\s+{_SHOT}{_IS}(.+)$", re.IGNORECASE)),
        ("middle", re.compile(rf"{_ASKS}(?:show|cut to|go to)\s+(?!how\b|that\b|why\b|what\b)(.+)$", re.IGNORECASE)),
    ),
    "zh": (
        ("first", re.compile(r"^(?:开场|开头|片头|开篇|第一个镜头|第一镜|首镜)(?:时|就|要|先|请|，)*(?:拍|给|是|用|从|看到|对着|出现)?[：:]?\s*(.+)$")),
        ("first", re.compile(r"^(?:请)?先(?:拍|给|看到|出现)(.+)$")),
        ("last", re.compile(r"^(?:最后|结尾|片尾|末尾|收尾)(?:一个镜头|一镜|的?画面|时)?(?:要|请|就|，)*(?:定格|停|落|拍|回到|给|收|是)(?:在|到|于|给)?[：:]?\s*(.+)$")),
        ("middle", re.compile(r"^(?:然后|接着|再|中间|随后|之后|请)(?:要|给|用)*(?:拍|看到|切到|展示|给到)[：:]?\s*(.+)$")),
    ),
}  # fmt: skip
_NEXT: dict[Tongue, re.Pattern[str]] = {
    "en": re.compile(
        r"[,;]\s*(?:and\s+)?(?=(?:then\s+)?(?:show\s|cut to\s|(?:end|close|finish)\s+(?:on|with)\s))", re.IGNORECASE
    ),
    "zh": re.compile(r"[，；,;]\s*(?=然后|接着|再(?:拍|给|切)|随后|最后(?:定格|停|落|拍|回)|结尾)"),
}
_NO_PICTURE = re.compile(
    r"\b(?:call to action|cta|logo|price|offer|tagline|slogan|address|url|website|name|title|text|claim|joke|line|"
    r"voice|music|numbers?|question|quote)\b|https?:|行动号召|口号|标语|价格|优惠|网址|字幕|文案|旁白|音乐|品牌名|标志",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\s*(?:[:;：；]|\s[—–]\s|——)|,?\s+(?:as if|as though|so that|because|since)\b|，?(?:仿佛|好像|就像|因为|这样)",
    re.IGNORECASE,
)
_SHOT_OF = re.compile(
    r"^(?:an?|the)\s+(?:wide |close |long )?(?:shot|picture|view|image|close-up)\s+of\s+", re.IGNORECASE
)


@dataclass(frozen=True)
class Wish:
    """One wish: where in the film it belongs, and the words of the brief that picture it."""

    part: Part
    words: str
    text: str


def wishes_of(sentence: str, language: Tongue) -> list[Wish]:
    """The pictures a sentence asks for; none when it asks for something else, such as a logo or a price."""
    found = []
    for piece in _NEXT[language].split(sentence.strip()):
        for part, pattern in _PATTERNS[language]:
            match = pattern.match(piece.strip())
            if not match:
                continue
            words = _SHOT_OF.sub("", _REASON.split(match[1])[0]).strip(" ,，.。!！")
            if 1 <= units(words, language) <= 40 and not _NO_PICTURE.search(match[1]):
                found.append(Wish(part, words, piece.strip()))
            break
    return found
