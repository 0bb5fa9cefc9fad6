"""Where a line of text may break, and how good each break is: phrases, not just spaces.

English and other spaced languages break after punctuation and before conjunctions and prepositions, and stay together
between an article and its noun or a number and its unit. Chinese and Japanese break between phrases, never so that a line
starts with closing or ends with opening punctuation.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import budoux

__all__ = ["Token", "clean", "graphemes", "is_wide", "join", "tokens"]

MUST = -1.0
"""The cost of a break that the writer asked for with a new line."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NO_START = frozenset("，。、；：！？）》】」』〉”’…—～·,.;:!?)]}%％‰°℃ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々")
_NO_END = frozenset("（《【「『〈“‘([{$€£¥￥#＃@")
_STOPS = frozenset(".!?。！？…")
_PAUSES = frozenset(",;:，、；：—–·")
# Chinese: what leans on the word before it, what leans on the word after it, what opens a new phrase, what counts.
_LEAN_LEFT = frozenset("的地得了着过吗呢吧啊呀嘛们上下里中外内时后前间么")
_LEAN_RIGHT = frozenset("不会把被将很最没就都也再别请给在从向对让使叫像比是有用以为太更还才只又想要能可我你他她它")
_OPENERS = frozenset("和与及或但而并且因所如却则在从把被对为向让用")
_COUNTERS = frozenset("一二两三四五六七八九十百千万几这那每某第半数")
_CONJUNCTIONS = _words(
    "and or but nor so yet because although though while when where which who whom whose that if unless until "
    "since than before after y o pero que et ou mais und oder aber"
)
_PREPOSITIONS = _words(
    "of in on at by for from with without to into onto over under through between about against during as like "
    "via per around across behind beyond near toward towards de en con por para à dans pour avec von mit für"
)
_BINDERS = _words(
    "a an the this that these those my your his her its our their no not every each some any one very more most "
    "just only i to mr mrs ms dr st el la los las un una le les une des der die das ein eine"
)
_UNITS = _words(
    "mm cm m km in ft mi g kg mg lb lbs oz ml cl l s sec secs second seconds min mins minute minutes h hr hrs "
    "hour hours day days week weeks month months year years am pm % percent usd eur gbp cny rmb yuan dollars "
    "euros pounds px fps k gb mb tb hz khz w kw v °c °f people cups pieces"
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True)
class Token:
    """A run that is kept whole when lines are broken.

    `start`: its offset in the cleaned text. `space`: whether a space follows it on the same line. `cost`: how bad it is to
    break after it, 0 the best break there is, about 0.4 an ordinary one, above 3 one that only an emergency allows,
    `MUST` a break that is asked for.
    """

    text: str
    start: int
    space: bool
    cost: float


def clean(text: str) -> str:
    """`text` in NFC with control characters gone, spaces and new lines single."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) != "Cc")
    return re.sub(r" *\n[ \n]*", "\n", re.sub(r" +", " ", text)).strip(" \n")


def is_wide(character: str) -> bool:
    """Whether the character fills a full-width cell."""
    return unicodedata.east_asian_width(character) in "WF"


def graphemes(text: str) -> list[str]:
    """`text` in units that a reader takes for one character: base with marks, joined emoji, flags."""
    out: list[str] = []
    for character in text:
        code = ord(character)
        joins = (
            unicodedata.category(character) in ("Mn", "Me", "Mc")
            or code == 0x200D
            or 0xFE00 <= code <= 0xFE0F
            or 0x1F3FB <= code <= 0x1F3FF
        )
        flag = 0x1F1E6 <= code <= 0x1F1FF and bool(out) and len(out[-1]) == 1 and 0x1F1E6 <= ord(out[-1]) <= 0x1F1FF
        if out and (joins or flag or out[-1].endswith("\u200d")):
            out[-1] += character
        else:
            out.append(character)
    return out


def join(run: tuple[Token, ...] | list[Token]) -> str:
    """The text of a line made of consecutive tokens, without the space after the last."""
    return "".join(t.text + (" " if t.space and i + 1 < len(run) else "") for i, t in enumerate(run))


@lru_cache(maxsize=2048)
def tokens(text: str, language: str = "") -> tuple[Token, ...]:
    """Cut cleaned `text` into tokens with the cost of a break after each."""
    out: list[Token] = []
    offset = 0
    for row in text.split("\n"):
        words = list(re.finditer(r"[^ ]+", row))
        for i, match in enumerate(words):
            last = i + 1 == len(words)
            following = "" if last else words[i + 1].group()
            cost = MUST if last else _spaced_cost(match.group(), following, i)
            out.extend(_parts(match.group(), offset + match.start(), not last, cost, language))
        offset += len(row) + 1
    if out:
        out[-1] = Token(out[-1].text, out[-1].start, False, 0.0)
    return tuple(out)


def _spaced_cost(word: str, following: str, index: int) -> float:
    """The cost of a break at the space between two words."""
    if word[-1] in _NO_END or following[0] in _NO_START:
        return 9.0
    if word.rstrip("\"'”’)»")[-1:] in _STOPS and word.lower().rstrip(".") not in _BINDERS:
        return 0.0
    if word[-1] in _PAUSES:
        return 0.08
    bare, ahead = _bare(word), _bare(following)
    number = any(c.isdigit() for c in bare)
    if number and (ahead in _UNITS or following.lower() in _UNITS):
        return 6.0
    if bare in _BINDERS:
        return 3.0
    if number:
        return 1.6
    if bare in _PREPOSITIONS:
        return 1.4
    if bare in _CONJUNCTIONS:
        return 1.1
    if ahead == "not":
        return 1.4
    if ahead in _CONJUNCTIONS or following[0] in "—–&+(":
        return 0.14
    if ahead in _PREPOSITIONS:
        return 0.2
    if word[:1].isupper() and following[:1].isupper() and index > 0:
        return 1.0
    if len(bare) <= 2 and not is_wide(word[-1]):
        return 0.8
    return 0.42


def _bare(word: str) -> str:
    found = _WORD.search(word)
    return found.group().lower() if found else word.lower()


def _parts(word: str, start: int, space: bool, cost: float, language: str) -> list[Token]:
    """A run without spaces, cut further where it holds full-width text or the joints of a compound."""
    if not any(is_wide(c) for c in word):
        pieces = re.findall(r".+?(?:[-–—/](?=[^\W\d_]{3})|$)", word) if len(word) > 11 else [word]
        costs = [0.9] * (len(pieces) - 1)
    else:
        pieces, costs = _wide_parts(word, language)
    out, at = [], start
    for i, piece in enumerate(pieces):
        end = i + 1 == len(pieces)
        out.append(Token(piece, at, space and end, cost if end else costs[i]))
        at += len(piece)
    return out


def _wide_parts(word: str, language: str) -> tuple[list[str], list[float]]:
    """Phrases of a full-width run and the cost after each but the last."""
    phrases: list[str] = []
    for phrase in _phrases(word, language):
        # A phrase keeps its trailing punctuation; anything that may not start a line joins what stands before it.
        if phrases and (phrase[0] in _NO_START or phrases[-1][-1] in _NO_END or _bound(phrases[-1], phrase)):
            phrases[-1] += phrase
        else:
            phrases.append(phrase)
    return phrases, [_wide_cost(a, b) for a, b in pairwise(phrases)]


def _bound(left: str, right: str) -> bool:
    """Whether two neighbours belong to one figure, Latin word, or figure with its measure word."""
    narrow = not is_wide(left[-1]) and not is_wide(right[0])
    measured = left[-1].isdigit() and is_wide(right[0]) and len(right) <= 3
    return narrow or measured


def _wide_cost(left: str, right: str) -> float:
    """The cost of a break between two phrases of a full-width run."""
    if left[-1] in _STOPS:
        return 0.0
    if left[-1] in _PAUSES or (left[-1] in _NO_START and not is_kana(left[-1])):
        return 0.08
    if is_kana(left[-1]) or is_kana(right[0]):
        return 0.3
    left, body = left.lstrip("".join(_NO_END)) or left, right.rstrip("".join(_NO_START))
    if body in _LEAN_LEFT:
        return 3.5
    if left in _COUNTERS and len(body) == 1:
        return 3.0
    if right[0] in _NO_END or left[-1] == "的":
        return 0.2
    if left[-1] in "和与及或":
        return 1.6
    if left in _LEAN_RIGHT:
        return 1.8
    if right[0] in _OPENERS and len(body) <= 2:
        return 0.22
    if left[-1] in "了着过":
        return 0.3
    # A single character on its own is nearly always half of a word.
    return 0.85 if len(left) == 1 or len(body) == 1 else 0.42


def is_kana(character: str) -> bool:
    """Whether the character is hiragana or katakana."""
    return "぀" <= character <= "ヿ"


def _phrases(word: str, language: str) -> list[str]:
    tag = language.lower()
    if tag.startswith("ja") or any(is_kana(c) for c in word):
        model = "ja"
    elif tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo", "yue")):
        model = "zh-hant"
    else:
        model = "zh-hans"
    out: list[str] = []
    for part in _parser(model).parse(word):
        # The model leaves some clauses whole: a pause inside a phrase is always a joint.
        out.extend(p for p in re.split(r"(?<=[，。、；：！？…])(?=[^，。、；：！？…”’」』）》])", part) if p)
    return out


@cache
def _parser(model: str) -> "budoux.Parser":
    loaders = {
        "ja": budoux.load_default_japanese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
    }
    return loaders[model]()
