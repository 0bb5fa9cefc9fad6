"""Lengths of time as people write them: digits or words, seconds or minutes, English or Chinese."""

import re
from fractions import Fraction

_NAMED_NUMBER: dict[str, int | Fraction] = {
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "forty-five": 45,
    "sixty": 60,
    "ninety": 90,
    "一": 1,
    "两": 2,
    "二": 2,
    "三": 3,
    "半": Fraction(1, 2),
    "十": 10,
    "十五": 15,
    "二十": 20,
    "三十": 30,
    "四十": 40,
    "四十五": 45,
    "六十": 60,
    "九十": 90,
    "one": 1,
    "two": 2,
    "three": 3,
    "half a": Fraction(1, 2),
}
TIME = re.compile(
    r"(\d+(?:\.\d+)?|half a|[a-z]+(?:-five)?|[一二三四五六七八九十两半]+)[\s-]*(seconds?|secs?|s|minutes?|"
    r"mins?|min|秒钟?|分钟|分)(?![a-z])(?:\s*(\d+)\s*(?:秒|s|sec))?",
    re.IGNORECASE,
)
"""A length of time inside a sentence."""


_SHAPE = re.compile(
    r"\s*[,，、]\s*(?:vertical|horizontal|portrait|landscape|widescreen|9:16|16:9|竖屏|横屏|竖版|横版)\s*$",
    re.IGNORECASE,
)


def is_length(sentence: str) -> bool:
    """Whether a sentence is nothing but a length of time, such as "40 seconds.", "40 seconds, horizontal." or "时长20秒。"."""
    bare = re.sub(r"^(?:length|duration|时长|片长)\s*[:：]?\s*|[.。!！]$", "", sentence.strip(), flags=re.IGNORECASE)
    return bool(TIME.fullmatch(_SHAPE.sub("", bare).strip()))


def seconds(text: str) -> Fraction | None:
    """A length of time written in seconds or minutes, digits or words; None when it is none."""
    bare = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*", text)
    if bare:
        return Fraction(bare[1])
    clock = re.search(r"\b(\d{1,2}):([0-5]\d)\b(?!\s*(?:am|pm))", text)
    if clock and clock.group() not in ("9:16", "16:9"):
        return Fraction(int(clock[1]) * 60 + int(clock[2]))
    match = TIME.search(text)
    if not match:
        return None
    word = match[1].casefold()
    count = Fraction(word) if re.fullmatch(r"\d+(?:\.\d+)?", word) else Fraction(_NAMED_NUMBER.get(word, 0))
    if not count:
        return None
    minutes = match[2].casefold().startswith(("m", "分"))
    return count * 60 + int(match[3] or 0) if minutes else count
