# ruff: noqa: E501
"""Depicting: a sentence of a document as what a camera would see, never as an order to the viewer or a thought."""

import re

from callsheet.script.lexicon import VISUAL
from callsheet.script.words import Tongue, ended

_ORDER_EN = re.compile(
    r"^(?:(?:now|then|next|so|first|just)\s*,?\s+)?(?:stand|sit|look|walk|go|come|come back|go back|imagine|picture|think|take|hold|drop|put|pour|open|turn|watch|lie|"
    r"listen|wait|climb|step|cut|try|remember|suppose|notice|consider)\b(?:\s+(?:back|down|up|out|again|of|at|on|in|to|into|from|through|over|about|for))*\s*",
    re.IGNORECASE,
)
_ORDER_ZH = re.compile(
    r"^(?:现在)?(?:请|想象(?:一下)?|试想|设想|你?看(?:一看|看)?|站在|坐在|走到|走进|来到|拿起|拿着|抬头看?|低头看?|打开|记住|注意)[，：]?"
)
_MOVING = re.compile(r"^(?:come|go|wait|walk|listen|turn)\b", re.IGNORECASE)

_SKY_EN = {"moon": r"\bmoon(?:'s)?\b", "sun": r"\bsun(?:'s)?\b(?!light)", "earth": r"\bearth(?:'s)?\b", "water": r"\b(?:ocean|sea|water|tides?|bulges?)\b", "far": r"\b(?:far side|other side|second bulge|opposite)\b", "line": r"\b(?:one line|in line|aligned|stand together)\b", "star": r"\b(?:stars?|planets?|galax(?:y|ies)|comets?|orbits?)\b"}  # fmt: skip
_SKY_ZH = {"moon": r"月球|月亮", "sun": r"太阳", "earth": r"地球", "water": r"海洋|海水|潮", "far": r"另一[侧面边]|背面", "line": r"一条(?:直)?线", "star": r"行星|恒星|银河|彗星|轨道"}  # fmt: skip
_SKY: dict[Tongue, tuple[tuple[frozenset[str], str], ...]] = {
    "en": (
        (frozenset({"moon", "sun", "earth"}), "The Sun, the Moon and the Earth in one line in space, light along their edges"),
        (frozenset({"moon", "earth", "far"}), "The Earth from space with two low bulges of ocean, one towards the Moon and one on the far side"),
        (frozenset({"moon", "far", "water"}), "The Earth from space with two low bulges of ocean, one towards the Moon and one on the far side"),
        (frozenset({"moon", "earth", "water"}), "The Moon and the Earth in space, a low bulge of ocean towards the Moon"),
        (frozenset({"moon", "earth"}), "The Moon and the Earth in space, the near side of the ocean drawn a little towards the Moon"),
        (frozenset({"moon", "sun"}), "The Moon in space, small and grey, the Sun far behind it and bright"),
        (frozenset({"earth", "water"}), "The Earth turns in space, blue ocean sliding through light and shadow"),
        (frozenset({"earth", "sun"}), "The Earth in space, half in sunlight, half in the dark"),
        (frozenset({"moon", "water"}), "The Moon over a dark sea, its light in a long line on the water"),
        (frozenset({"moon"}), "The Moon in a black sky, grey craters clear along its edge"),
        (frozenset({"earth", "star"}), "The Earth from space, stars behind it"),
    ),
    "zh": (
        (frozenset({"moon", "sun", "earth"}), "太空中太阳、月球和地球排成一线，边缘都亮着光"), (frozenset({"moon", "earth", "far"}), "太空中的地球，海洋向月球一侧和背面各鼓起一道低低的水包"),
        (frozenset({"moon", "earth", "water"}), "太空中的月球和地球，海洋朝月球微微隆起"), (frozenset({"moon", "earth"}), "太空中的月球和地球，一大一小，彼此相望"),
        (frozenset({"moon", "sun"}), "太空中灰色的月球，太阳在远处很亮"), (frozenset({"earth", "water"}), "地球在太空中转动，蓝色海洋滑过光与影"), (frozenset({"earth", "sun"}), "太空中的地球，一半在阳光里，一半在黑暗里"),
        (frozenset({"moon", "water"}), "月亮悬在深色海面上，水上一条长长的光"), (frozenset({"moon"}), "黑色天空里的月亮，边缘的环形山清清楚楚"),
    ),
}  # fmt: skip
_LIKENESS = re.compile(r",\s+(?:like|as \w+ as)\s+(?:an?|the)\s[^,;]+$|，(?:就像|好像|仿佛|像)[^，；]+$")
_PLACES = re.compile(
    r"\b(?:sea|ocean|coast|beach|river|lake|bay|shore|harbou?r|island|ship|boat|tower|station|house|building|cliff|rock|volcano|glacier|cave|bird|animal|plant|engine|machine|wheel|lens)s?\b",
    re.IGNORECASE,
)
_ABSTRACT_EN = re.compile(r"^(?:nobody|nothing|something|everything|someone|this|that|these|those|it|there)\b|\b(?:would|could|might|reason|because of|have nothing to do|means?|doing|the trick)\b", re.IGNORECASE)  # fmt: skip
_NOUN_EN = r"(?:(?:the|an?|its|their|every|each|one|two|three)\s+)(?:[a-z-]+\s){0,2}?"


def _sky(sentence: str, language: Tongue) -> str:
    terms = _SKY_ZH if language == "zh" else _SKY_EN
    named = {key for key, pattern in terms.items() if re.search(pattern, sentence, re.IGNORECASE)}
    if "sun" in named and not named & {"moon", "earth", "star"}:
        return ""
    if named & {"moon", "earth"} == {"earth"} and not named & {"water", "sun", "star"}:
        return ""
    return next((picture for needed, picture in _SKY[language] if needed <= named), "")


def depict(sentence: str, language: Tongue, around: str = "") -> str:
    """What is seen while `sentence` is heard, closed with a full stop; empty when the sentence shows nothing.

    `around` is the text it stands in: bodies of the sky that it leaves out ("the far side") are found there.
    """
    bare = _LIKENESS.sub("", sentence.strip().rstrip(".。!！"))
    sky = _sky(bare, language) or (
        _sky(f"{bare} {around}", language)
        if re.search(r"\b(?:bulges?|far side|orbit)\b|隆起|背面", bare, re.IGNORECASE)
        else ""
    )
    if sky:
        return ended(sky, language)
    order = (_ORDER_ZH if language == "zh" else _ORDER_EN).match(bare)
    if order:
        rest = bare[order.end() :].strip(" ,，")
        if language == "en":
            subject, and_, happens = rest.partition(" and ")
            if _MOVING.match(bare) and and_:
                rest = happens
            elif and_ and re.match(r"(?:the|an?|its|two|three|one)\b", happens):
                rest = f"{subject}, {happens}"
        return ended(rest[:1].upper() + rest[1:], language) if re.search(r"\w{2}", rest) else ""
    visible = re.search(VISUAL[language], bare, re.IGNORECASE) or _PLACES.search(bare)
    if language == "en" and (_ABSTRACT_EN.search(bare) or not visible):
        return ended(_things(bare), "en") if visible else ""
    return ended(bare[:1].upper() + bare[1:], language) if visible else ""


def _things(sentence: str) -> str:
    """The visible things that a sentence names, as a list of noun phrases."""
    found = [m.group().strip() for m in re.finditer(rf"\b{_NOUN_EN}{VISUAL['en'][2:]}", sentence, re.IGNORECASE)]
    phrases = list(dict.fromkeys(found))[:3]
    if not phrases:
        return ""
    text = phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} and {phrases[-1]}"
    return f"{text[:1].upper()}{text[1:]}, seen close in plain light"
