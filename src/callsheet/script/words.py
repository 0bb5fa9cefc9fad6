"""Words: which language, where sentences and phrases end, how long they take to say."""

import math
import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from callsheet.film import Rate

Tongue = Literal["en", "zh"]

CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_CJK = re.compile(f"[{CJK}]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_MARKS = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "–": "-", "\u00a0": " ", "，": ",", "。": ".", "！": "!",
                         "？": "?", "：": ":", "；": ";", "（": "(", "）": ")"})  # fmt: skip
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|approx|no|vs|mr|mrs|ms|dr|st|prof|fig|ca|inc|ltd|co|jr|sr)|\b[A-Z])\.$", re.IGNORECASE
)
_EN_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9$€£¥])")
_ZH_END = re.compile(r"[。！？!?…；;]+[”’」』）)]*")
_NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?")

EN_RATE = Fraction(24, 10)
"""English words spoken in a second."""
ZH_RATE = Fraction(42, 10)
"""Chinese characters spoken in a second."""
AIR = Fraction(4, 10)
"""Seconds of silence after a line."""


def tongue(text: str) -> Tongue:
    """The language of a text by its script: `zh` when Chinese characters outnumber Latin words, else `en`."""
    hanzi = len(_CJK.findall(text))
    return "zh" if hanzi and hanzi >= len(_LATIN.findall(text)) else "en"


def plain(text: str) -> str:
    """A line without Markdown marks, runs of blanks folded."""
    return re.sub(r"\s+", " ", _MARKS.sub("", _LINK.sub(r"\1", text))).strip()


def folded(text: str) -> str:
    """A text in the form that quotes are compared in: case, blanks, marks and kinds of quotation mark do not count."""
    return re.sub(r"\s+", " ", plain(text).translate(_QUOTES).casefold()).strip(" .,;:!?\"'-")


def sentences(paragraph: str) -> list[str]:
    """The sentences of one paragraph, each with its closing mark."""
    text = plain(paragraph)
    if not text:
        return []
    ends = _ZH_END if tongue(text) == "zh" else _EN_END
    found: list[str] = []
    start = 0
    for match in ends.finditer(text):
        piece = text[start : match.end()].strip()
        if ends is _EN_END and _ABBREVIATED.search(text[start : match.start() + 1]):
            continue
        if re.search(r"\w", piece):
            found.append(piece)
            start = match.end()
    rest = text[start:].strip()
    if re.search(r"\w", rest):
        found.append(rest)
    return found


def is_word_boundary(text: str, at: int) -> bool:
    """Whether cutting `text` at `at` splits no word."""
    return not (
        0 < at < len(text)
        and text[at - 1].isalnum()
        and text[at].isalnum()
        and text[at - 1].isascii()
        and text[at].isascii()
    )


def units(text: str, language: str) -> int:
    """What a voice has to say: English words or Chinese characters, with numerals counted as they are read out."""
    chinese = language.startswith("zh")
    total = 0
    for match in _NUMERAL.finditer(text):
        total += _read_out(match.group().replace(",", ""), chinese)
    total += len(re.findall(r"%|[$€£¥￥]", text)) * (3 if chinese else 1)
    total += 0 if chinese else len(re.findall(r"(?<=[A-Za-z0-9])\.(?=[a-z])", text))
    rest = _NUMERAL.sub(" ", text)
    hanzi = len(_CJK.findall(rest))
    latin = len(_LATIN.findall(rest))
    return total + (hanzi + 2 * latin if chinese else latin + math.ceil(hanzi / 2))


def _read_out(number: str, chinese: bool) -> int:
    whole, _, decimals = number.partition(".")
    digits = len(whole)
    if chinese:
        count = {1: 1, 2: 2 if whole[-1] == "0" else 3, 3: 4, 4: 5}.get(digits, 7)
    else:
        count = (
            1
            if digits == 1 or (digits == 2 and (whole[0] == "1" or whole[1] == "0"))
            else {2: 2, 3: 3, 4: 4}.get(digits, 5)
        )
    return count + (1 + len(decimals) if decimals else 0)


def speaking(text: str, language: str) -> Fraction:
    """Seconds a voice takes for a line, with the air after it."""
    rate = ZH_RATE if language.startswith("zh") else EN_RATE
    return units(text, language) / rate + AIR


def speaking_frames(text: str, language: str, rate: Rate) -> int:
    """Frames that a spoken line needs, with the air after it."""
    return math.ceil(speaking(text, language) * rate.fraction)


def units_within(frames: int, language: str, rate: Rate) -> int:
    """How many words (or characters) fit into `frames`."""
    seconds = rate.seconds(frames) - AIR
    return max(0, math.floor(seconds * (ZH_RATE if language.startswith("zh") else EN_RATE)))


_STRONG_EN = re.compile(
    r"[;:]\s+|,\s+(?!\d{3}\b|(?:[\w'-]+\s+){1,3}(?:and|or)\s+(?:[\w'-]+[\s.]){1,3}|(?:and|"
    r"or)\s+[\w'-]+[.,;])|\s+[—–-]{1,2}\s+|[—–]|[.!?…]+[\"'”’)]*\s+|\s+(?=\()|(?<=\))\s+"
)
_CLAUSE_EN = re.compile(r"\s+(?=(?:and|but|so|because|while|which|who)\b)")
_TAIL_EN = re.compile(r"\s+(?=(?:with|without|for|from|in|on|at|by|since|every|each|that|when|until|after|before)\b)")
_STRONG_ZH = re.compile(r"[，；：。！？]|——|—|,\s*(?!\d)|;|:(?!\d)|（|）")
_CLAUSE_ZH = re.compile(r"、|\s+")
_TAIL_ZH = re.compile(r"(?<=[了着过后时])(?=[^的了着过，、]{3})")
_LEAD_EN = re.compile(r"^(?:and|but|so|because|which|that|who|while|when|or|then|than|as|also)\s+", re.IGNORECASE)
_LEAD_ZH = re.compile(r"^(?:而且|并且|但是|但|而|所以|因此|因为|同时|以及|和|也)")
_DANGLING_EN = re.compile(
    r"\b(?:and|but|or|with|without|for|that|which|who|to|of|in|on|at|by|from|the|a|an|its|our|your|their|"
    r"is|are|than|as|it|we|you|not|no|very|so|because|when|while|if|has|have|was|were|be|been|can|will|"
    r"so [a-z]+)$",
    re.IGNORECASE,
)
_DANGLING_ZH = re.compile(
    r"(?:的|和|与|或|在|把|被|让|从|对|为|比|以|将|一|就|也|都|还|才|再|又|只|不|没|很|更|最|能|会|要|可以|可|地|得|是|有|单手|一键)$"
)
_HANGING = re.compile(
    r"(?:while|when|if|because|although|though|since|after|before|as|unless|once)\b|(?:当|虽然|因为|如果|尽管)",
    re.IGNORECASE,
)
"""Openings whose main clause is still to come."""
_CONDITION = re.compile(
    r"^[\s,;:—–、，；-]*(?:if|unless|except|only|until|when|provided|but not|or|not)\b|^,?\s*(?:and|to|or|"
    r"by|plus)\s+(?:an?\s+)?(?:\d|half|quarter|third)|"
    r"^[\s、，；]*(?:除非|如果|若|但不|只有|仅|不含|之前|以下|以内|的)",
    re.IGNORECASE,
)
"""What must not be cut off, because the sentence would claim more than it did."""
_EDGES = " ,;:—–-、，；：。.!?！？…()（）"


def cut_to(sentence: str, most: int, language: str, key: str = "", *, spoken: bool = False) -> str:
    """The best run of phrases of `sentence` within `most` words or characters that holds `key`; empty when there is none.

    The run is contiguous, so it still quotes the brief; only a leading conjunction and edge punctuation fall away. A condition is
    never cut off. `spoken` text is only cut where clauses end; text on screen may lose a closing phrase too.
    """
    chinese = language.startswith("zh")
    whole = sentence.strip()
    if units(whole, language) <= most and (not key or key.casefold() in whole.casefold()):
        return _finish(whole, chinese)
    strong, clause, tail = (_STRONG_ZH, _CLAUSE_ZH, _TAIL_ZH) if chinese else (_STRONG_EN, _CLAUSE_EN, _TAIL_EN)
    starts, ends = {0}, {len(whole)}
    for boundary, closes in ((strong, True), (clause, True), (tail, False)):
        # Half a comparison compares nothing: "It is like being tucked".
        if not closes and (spoken or re.search(r"\b(?:like|as if|as though)\b|像|如同|仿佛", whole)):
            break
        whole_phrases = phrase_ends(whole) if chinese and not closes else set()
        for match in boundary.finditer(whole):
            if not whole_phrases or match.start() in whole_phrases:
                ends.add(match.start())
            if closes:
                starts.add(match.end())
        best = _best_run(whole, sorted(starts), sorted(ends), most, language, key, 1 if closes else 5)
        if best:
            return _finish(best, chinese)
    return ""


@lru_cache(maxsize=1)
def _phrases() -> Callable[[str], list[str]]:
    # The model is read from disk: only Chinese texts pay for it.
    import budoux

    parse: Callable[[str], list[str]] = budoux.load_default_simplified_chinese_parser().parse
    return parse


def phrase_ends(text: str) -> set[int]:
    """Where phrases of a Chinese text may end: offsets after which a break splits no word."""
    ends: set[int] = set()
    at = 0
    for phrase in _phrases()(text):
        at += len(phrase)
        ends.add(at)
    return ends


_JOINT_EN = re.compile(r";\s+|\s+[—–]\s+|,?\s+(?=(?:and|but|so|because|while)\s+(?:[a-z]+\s+){2})")


def halves(sentence: str, language: str) -> tuple[str, str] | None:
    """A sentence parted at the phrase end nearest its middle; None when either half would say nothing."""
    chinese = language.startswith("zh")
    boundary = _STRONG_ZH if chinese else _JOINT_EN
    least, lead = (6, _LEAD_ZH) if chinese else (4, _LEAD_EN)
    cuts = [(m.start(), m.end()) for m in boundary.finditer(sentence.rstrip(".。!！?？"))]
    for start, end in sorted(cuts, key=lambda c: abs(c[0] - len(sentence) // 2)):
        one, two = sentence[:start].strip(_EDGES), lead.sub("", sentence[end:].strip(_EDGES))
        if _DANGLING_EN.search(one) and not chinese:
            continue
        if units(one, language) >= least and units(two, language) >= least:
            return _finish(one, chinese), _finish(two, chinese)
    return None


def _best_run(whole: str, starts: list[int], ends: list[int], most: int, language: str, key: str, least: int) -> str:
    chinese = language.startswith("zh")
    lead, dangling = (_LEAD_ZH, _DANGLING_ZH) if chinese else (_LEAD_EN, _DANGLING_EN)
    best, score = "", -1.0
    for start in starts:
        for end in ends:
            if end <= start or not is_word_boundary(whole, end) or _CONDITION.match(whole[end:]):
                continue
            if re.match(r"so [a-z]+ (?:that|it|a)\b", whole[start:], re.IGNORECASE):
                continue
            piece = whole[start:end].strip(_EDGES)
            piece = lead.sub("", piece).strip(_EDGES) if start else piece
            if not start and end < len(whole) and _HANGING.match(piece) and not re.search("[,，]", piece):
                continue
            size = units(piece, language)
            if (
                not piece
                or size > most
                or size < max(least, 4 if chinese else 2)
                or dangling.search(piece)
                or piece.count("(") != piece.count(")")
            ):
                continue
            if (key and key.casefold() not in piece.casefold()) or (
                not chinese and _verbless(piece, end < len(whole.rstrip(_EDGES)))
            ):
                continue
            value = size + (0.6 * most if start == 0 else 0.0) + (0.2 * most if end == len(whole) else 0.0)
            if value > score:
                best, score = piece, value
    return best


_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|can|will|does|do|did|may|[a-z]{3,}(?:s|ed))\b", re.IGNORECASE)


def _verbless(piece: str, cut_short: bool) -> bool:
    """Whether a cut left a subject without its verb, or a verb without its subject: "... is 9 and the oldest", "Edie Marsh, is 91"."""
    if re.match(r"(?:is|are|was|were)\b(?!.*\?)", piece, re.IGNORECASE) or re.fullmatch(
        r"[^,]+,\s+(?:is|are|was|were|has|have)\b[^,]*", piece
    ):
        return True
    last = re.split(r"\b(?:and|but|so)\s+(?=the\b|an?\b|[A-Z])", piece)
    return cut_short and len(last) > 1 and not _VERB.search(last[-1])


def _finish(text: str, chinese: bool) -> str:
    text = text.strip()
    return text if chinese or not text else text[0].upper() + text[1:]


def ended(text: str, language: str) -> str:
    """A line with a closing mark, as a voice wants it."""
    text = text.rstrip(" ,;:—–-、，；：")
    if not text or re.search(r"[.!?…。！？][\"'”’」』）)]*$", text):
        return text
    return text + ("。" if language.startswith("zh") else ".")


def unended(text: str) -> str:
    """A line without its full stop, as a title on screen wants it; question and exclamation marks stay."""
    return re.sub(r"[.。,;，；\s]+$", "", text)


def named(name: str, language: str) -> str:
    """A name as a sentence uses it: a common noun takes its article ("the Aldwyn wool blanket"), a proper one stands alone."""
    last = name.split()[-1] if name.split() else name
    bare = language.startswith("zh") or not last[:1].islower() or name.lower().startswith(("the ", "a ", "an "))
    return name if bare else f"the {name}"
