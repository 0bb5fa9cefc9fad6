"""Character: which sentences of a brief sound like somebody, and how a film may greet its viewer with them."""

import re
from collections.abc import Sequence

from callsheet.script.brief import Brief
from callsheet.script.wishes import wishes_of
from callsheet.script.words import Tongue, folded, units

_MARKS: dict[Tongue, tuple[tuple[float, str], ...]] = {
    "en": (
        (1.5, r"\b(?:you|your|your mother)\b"),
        (2.5, r"\b(?:no|not) [\w' ]+,? (?:no|nothing|and no|and nothing)\b"),
        (2.0, r";\s|\s[—–]\s"),
        (1.0, r"\bas \w+ as\b|\blike an?\b"),
        (1.0, r"\b(?:only thing|nothing to|more \w+ than|since \d{4}|not (?:smart|sorry|perfect))\b"),
    ),
    "zh": (
        (1.5, r"你|您"),
        (2.5, r"没有[^，。]+，(?:也)?(?:没有|不)"),
        (2.0, r"；|——"),
        (1.0, r"像|比[^，。]{1,8}还"),
        (1.0, r"除了|唯一|反正|才怪|又不是"),
    ),
}
_GREETING: dict[Tongue, re.Pattern[str]] = {
    "en": re.compile(r"^(?:you|your|ever|remember)\b", re.IGNORECASE),
    "zh": re.compile(r"^(?:你|您|还记得)"),
}
_GOES_ON = re.compile(r"^(?:it|and|but|then|that|this)\b|^(?:它|可|但|而|那|结果|然后)", re.IGNORECASE)


def is_wry(brief: Brief) -> bool:
    """Whether the brief wants to be told with a dry or playful voice."""
    return "playful" in brief.tone


def character(sentence: str, language: Tongue) -> float:
    """How much a sentence sounds like somebody; 0 for a plain claim."""
    return sum(weight for weight, pattern in _MARKS[language] if re.search(pattern, sentence, re.IGNORECASE))


def greeting(brief: Brief) -> tuple[str, str] | None:
    """The sentence with which the brief turns to the viewer, and the last words of the one that follows it; None when it does not."""
    language = brief.language
    said: Sequence[str] = [s for s in brief.prose if not wishes_of(s, language)][:6]
    never = [folded(n) for n in brief.never_say]
    for at, sentence in enumerate(said):
        short = 3 <= units(sentence, language) <= (9 if language == "en" else 18)
        if not short or not _GREETING[language].match(sentence) or any(n in folded(sentence) for n in never):
            continue
        if folded(sentence) == folded(brief.call) or re.search(r"[?？]$", sentence):
            continue
        after = said[at + 1] if at + 1 < len(said) and _GOES_ON.match(said[at + 1]) else ""
        last = re.split(r",?\s+(?:and|but)\s+|[,;，；]\s*", after.rstrip(" .。!！"))[-1].strip()
        return sentence, last if 2 <= units(last, language) <= (6 if language == "en" else 10) else ""
    return None
