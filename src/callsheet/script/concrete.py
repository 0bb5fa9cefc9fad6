"""What is concrete in a text: numbers with units, names, quoted phrases, images and comparisons, jokes, offers, calls to action."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from callsheet.script.words import CJK, Tongue, folded, plain, sentences

Kind = Literal["number", "name", "quote", "image", "joke", "offer", "call"]

_UNIT_EN = (
    r"(?:%|°\s?[CF]\b|(?:mm|cm|km|m|kg|g|mg|ml|cl|l|oz|lb|lbs|w|kw|kwh|wh|mah|v|hz|khz|ghz|gb|tb|mb|mph|"
    r"km/h|hrs?|mins?|secs?|db|lux|lumens?|px|fps|x)\b"
    r"|[-\s]?(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centuries|century|degrees?|percent|per cent|litres?|liters?|"
    r"metres?|meters?|kilometres?|kilometers?|kilograms?|kilos?|grams?|miles?|feet|foot|inch(?:es)?|pounds?|dollars?|euros?|cents?|pence|calories|"
    r"watts?|volts?|people|customers?|families|families|guests?|students?|riders?|users?|cups?|bowls?|"
    r"steps?|pieces?|parts?|pockets?|colou?rs?|sizes?|layers?|"
    r"times?|million|billion|thousand|hundred|stars?|reviews?|countries|cities|words?|pages?|lessons?|sessions?|rooms?|trees?|tonnes?|tons?|"
    r"loads?|washes|wears|charges?|bottles?|bags?|blades?|gears?|speeds?|settings?|recipes?|ingredients?|generations?|fingers?|hands?|turns?)\b)"
)
_SPELT_EN = (
    r"(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|"
    r"forty|fifty|sixty|seventy|eighty|ninety|half|a hundred|one hundred|a thousand|a million|a dozen|half a)(?:[-\s](?:one|two|three|four|five|six|"
    r"seven|eight|nine|hundred|thousand|million|dozen|an?|and))*)"
)
_MONTH = r"(?:\s(?:January|February|March|April|May|June|July|August|September|October|November|December)\b)"
_NUMBER_EN = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?{_MONTH}|"
    rf"(?:[$€£¥]\s?)?(?<![\w.])\d[\d,]*(?:\.\d+)?(?:\s?[-–]\s?\d+(?:\.\d+)?)?(?:\s?{_UNIT_EN})?(?:\s(?:million|"
    rf"billion|thousand))?|[$€£¥]\s?\d[\d,]*(?:\.\d+)?"
    rf"|\b{_SPELT_EN}(?:\s[a-z]+)?{_UNIT_EN}",
    re.IGNORECASE,
)
_UNIT_ZH = (
    r"(?:%|℃|°C|度|元|块钱|块|折|万元|亿元|毫升|升|克|公斤|千克|斤|两|米|厘米|毫米|公里|千米|平方米|瓦|"
    r"毫安|小时|个小时|分钟|秒钟|秒|天|周|个月|月|年|岁|次|层|种|款|件|套|"
    r"双|把|只|条|杯|碗|盒|瓶|袋|片|颗|粒|道|步|代|人|位|名|家|城|座|倍|页|字|节|课|个|支|张|台|辆|间|棵|吨|寸|GB|TB|kg|ml|mm|cm|km|g|L|W|mAh)"
)
_NUMBER_ZH = re.compile(
    rf"[¥￥$]\s?\d[\d,]*(?:\.\d+)?|\d[\d,]*(?:\.\d+)?\s?[万亿千百]?\s?多?{_UNIT_ZH}?|百分之[一二三四五六七八九十百零点]+|"
    rf"(?:第)?[一二三四五六七八九十百千万亿两半零]+多?(?:个小时|个月|小时|分钟|毫升|公里|公斤|平方米|年|天|"
    rf"秒|层|种|款|件|倍|折|元|块钱|块|克|度|代|道|步|周|米|升|岁|双|套|碗|杯|人|次|斤)"
)
_QUOTED = re.compile(
    r"“([^”]{2,120})”|\"([^\"\n]{2,120})\"|「([^」]{2,60})」|『([^』]{2,60})』|《([^》]{1,40})》|‘([^’]{6,120})’"
)
_LIKE_EN = re.compile(
    r"\b(?:like|as if|as though)\s+(?:an?|the|your|you|it|someone|something|water|rain|snow|fire|[a-z]+(?:ing|s)?\s)[^.;!?—()]{2,70}"
    r"|\bas\s+[a-z]+\s+as\s+(?:an?|the)\s+[^.,;!?—()]{2,60}",
    re.IGNORECASE,
)
_NOT_LIKE_EN = re.compile(r"(?:would|we'd|i'd|should|don't|you|we|they|they'd|people who|who)\s+like\s", re.IGNORECASE)
_LIKE_ZH = re.compile(
    rf"(?:就像|好像|仿佛|犹如|宛如|如同|好比|像)(?!素|机|框)(?:[{CJK}A-Za-z0-9]{{2,24}}?(?:一样|一般|似的|"
    rf"那样|那么[{CJK}]{{1,2}})|[{CJK}A-Za-z0-9]{{3,20}})"
)
_JOKE_EN = re.compile(r"^(?:joke|gag|pun|funny bit|punchline)\s*[:：]\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_JOKE_ZH = re.compile(r"^(?:笑点|梗|笑话|段子|包袱)\s*[:：]\s*(.+)$", re.MULTILINE)
_CAPITAL = re.compile(
    r"\b(?:[A-Z][a-zà-ÿ]+(?:[A-Z][a-zà-ÿ]+)*|[A-Z]{2,}[a-z]*|[A-Z][\w'’-]*[A-Z0-9]\w*)(?:[\s-](?:(?:of|de|"
    r"la|van|von|del|der)\s)?(?:[A-Z][a-zà-ÿA-Z0-9]+|\d+\b))*"
)
_PLAIN_CAPITALS = frozenset(
    re.findall(
        r"\S+",
        """
    i we you he she it they the a an and but or if in on at by for from to of as is are was were be no not so this
    that these those there then when while what why how who where which with without our your their his her its my
    one two three four five six seven eight nine ten all any each every some most more many both few made make makes
    keep keeps use uses add adds get gets let lets take takes show shows tell give after before until since because
    also even just only still yet here now today tonight tomorrow yesterday monday tuesday wednesday thursday friday
    saturday sunday january february march april may june july august september october november december product
    brand audience tone length offer price claims claim brief call action cta target goal objective format
    background summary overview title subject language aspect budget deadline message key must never please never
    say film video ad advert commercial vo voice music shot scene spot format pdf faq ok new free order buy shop
    visit book try join sign download find discover come reserve subscribe call start see learn scan tap click meet
    follow register donate taste ask like think imagine picture open opening close closing if once everything
    nothing something people inside outside behind under over between first second third finally instead perhaps
    maybe yes usd eur gbp
    """,
    )
)
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9'’&.-]*(?:\s[A-Z][A-Za-z0-9'’&.-]*)*")
_UNIT_WORDS = re.compile(r"^(?:ml|kg|g|cm|mm|km|l|w|mah|gb|tb|v|hz|ok|vs|pm|am|vo|cta|sku|led|usb)$", re.IGNORECASE)


@dataclass(frozen=True)
class Concrete:
    """One concrete thing a text says: `text` is verbatim, `sentence` the sentence it stands in."""

    kind: Kind
    text: str
    sentence: str = ""

    @property
    def key(self) -> str:
        """The form in which it is looked for on a board."""
        return folded(self.text)


def numbers(text: str, language: Tongue) -> list[str]:
    """Numbers with their units, as written, in order."""
    pattern = _NUMBER_ZH if language == "zh" else _NUMBER_EN
    found = (m.group().strip(" ,") for m in pattern.finditer(text))
    return [n for n in found if n and not re.fullmatch(r"一[款种件个只条步位名家座张台]|9:16|16:9", n)]


def quotes(text: str) -> list[str]:
    """What stands between quotation marks."""
    return [next(g for g in m.groups() if g).strip() for m in _QUOTED.finditer(text)]


def comparisons(text: str, language: Tongue) -> list[str]:
    """Metaphors and likenesses: "like a ...", "as quiet as a ...", "像...一样"."""
    if language == "zh":
        return [m.group() for m in _LIKE_ZH.finditer(text)]
    found = []
    for match in _LIKE_EN.finditer(text):
        before = text[max(0, match.start() - 12) : match.start() + 5]
        if not _NOT_LIKE_EN.search(before):
            found.append(re.sub(r"\s+(?:and|but|so|that|which|,)\s*$", "", match.group().split(", ")[0]).strip())
    return found


def jokes(text: str) -> list[str]:
    """Lines marked as jokes."""
    return [m.group(1).strip() for pattern in (_JOKE_EN, _JOKE_ZH) for m in pattern.finditer(text)]


def names(text: str, language: Tongue) -> list[str]:
    """Proper names: capitalised words that do not merely start a sentence; in Chinese, Latin names and titles in 《》."""
    if language == "zh":
        found = [
            m.group().rstrip(".-'")
            for m in _LATIN_NAME.finditer(text)
            if len(m.group()) > 1 and not _UNIT_WORDS.match(m.group())
        ]
        found += [m.group(1) for m in re.finditer(r"《([^》]{1,40})》", text)]
        return list(dict.fromkeys(found))
    inside: dict[str, None] = {}
    opening: dict[str, None] = {}
    for sentence in (s for p in text.splitlines() for s in sentences(p)):
        for match in _CAPITAL.finditer(sentence):
            name, first = match.group(), match.start() <= 1 or sentence[: match.start()].rstrip()[-1:] in ':("“'
            if first and folded(name.split()[0]) in _PLAIN_CAPITALS:
                name = name.partition(" ")[2]
            words = [w for w in re.split(r"[\s-]", name) if w]
            if first and all(w.isdigit() for w in words[1:]):
                name, words = words[0] if words else "", words[:1]
            if (
                not words
                or all(w.casefold() in _PLAIN_CAPITALS for w in words)
                or len(name) < 2
                or _UNIT_WORDS.match(name)
            ):
                continue
            (opening if first and len(words) == 1 and not re.search(r"[A-Z].*[A-Z]|\d", name) else inside).setdefault(
                name
            )
    lower = set(re.findall(r"\b[a-z]+\b", text))
    repeated = [n for n in opening if n.casefold() not in lower and len(re.findall(rf"\b{re.escape(n)}\b", text)) > 1]
    return list(dict.fromkeys([*inside, *repeated]))


def concrete(text: str, language: Tongue) -> Iterator[Concrete]:
    """Every concrete item of a text but offers and calls to action, which only a brief knows."""
    for joke in jokes(text):
        yield Concrete("joke", plain(joke), plain(joke))
    said = [s for p in text.splitlines() for s in sentences(p)]
    for name in names(text, language):
        yield Concrete("name", name, next((s for s in said if name in s), ""))
    for paragraph in text.splitlines():
        for sentence in sentences(paragraph):
            for number in numbers(sentence, language):
                yield Concrete("number", number, sentence)
            for quote in quotes(sentence):
                yield Concrete("quote", quote, sentence)
            for image in comparisons(sentence, language):
                yield Concrete("image", image, sentence)
