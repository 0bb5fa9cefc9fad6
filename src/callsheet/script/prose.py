"""Reading a brief's prose: what each line and sentence is for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from callsheet.script.concrete import comparisons, numbers, quotes
from callsheet.script.lengths import TIME, is_length, seconds
from callsheet.script.lexicon import BENEFIT, CALL, CALL_PLACE, COLOURS, INSTRUCTION, LABELS, OFFER, TONES, VISUAL
from callsheet.script.wishes import Wish, wishes_of
from callsheet.script.words import CJK, Tongue, folded, plain, sentences, tongue, units

BULLET = re.compile(r"^\s*(?:[-*+•·▪◦‣]\s+|\(?\d{1,2}[.)、]\s*(?!\d)|[（(][一二三四五六七八九十\d]{1,2}[）)]\s*)")
LABEL = re.compile(rf"^([A-Za-z{CJK}][A-Za-z{CJK}'’&/ -]{{0,30}}?)\s*[:：]\s*(.*)$")
SETTINGS = {
    "format",
    "language",
    "语言",
    "length",
    "duration",
    "seconds",
    "时长",
    "长度",
    "aspect",
    "aspects",
    "画幅",
    "stills",
    "images",
    "budget",
    "rate",
    "fps",
    "treatment",
    "writer",
    "voice",
    "music",
}
"""Front matter fields that steer the film and are no part of its message."""

_LENGTH_NEAR = re.compile(
    r"(?:\b(?:film|video|ad|spot|advert|clip|teaser|trailer|commercial|explainer|episode|lookbook|reel|length|"
    r"long|duration|runs?)\b|短片|视频|片子|广告|片长|时长|短剧|一集|成片)",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"(?:[$€£¥￥]\s?\d[\d,]*(?:\.\d+)?(?:\s?(?:a|per|/)\s?(?:month|year|week|night|person|bag|bottle))?|"
    r"\d[\d,]*(?:\.\d+)?\s?(?:dollars|euros|pounds|USD|EUR|GBP|RMB|元|块钱?)|"
    r"[一二三四五六七八九十百两]+(?:块钱?|元)(?:一[碗杯份斤个])?)",
    re.IGNORECASE,
)
_DISCOUNT = re.compile(
    r"\d+\s?% off(?: the first [a-z]+| your first [a-z]+| for [a-z ]{3,30})?|half price|"
    r"buy one,? get one(?: free)?|save [$€£]?\d+%?|free (?:shipping|delivery|trial|returns|"
    r"sample)[^.,;]{0,20}|"
    r"[一二三四五六七八九\d.]+折|立减\s?\d+\s?元?|满\d+减\d+|买一送[一二]|包邮|免运费|"
    r"第二[件份杯支双瓶盒]半价|满\d+元?包邮|early[- ]bird [^.,;]{3,30}",
    re.IGNORECASE,
)
_GUARANTEE = re.compile(
    r"(?:\d+|[a-z]+)[- ](?:day|night|week|month|year)s?[- ](?:money[- ]back |home |full )?(?:guarantee|"
    r"warranty|trial|returns?|refund)|(?:lifetime|money[- ]back) (?:guarantee|warranty)|"
    r"guaranteed for [a-z0-9 ]{3,16}(?=[.,;]|$)|[一二三四五六七八九十两\d]+(?:年|个月|天)(?:质保|保修|"
    r"无理由退换?货?|包换)|终身质保|终身保修",
    re.IGNORECASE,
)
_AUDIENCE = re.compile(
    r"(?:(?:aimed at|targeted at|targeting|made for|meant for|designed for|audience is|audience:|"
    r"written for|target (?:audience|group) (?:is|are)|we are (?:talking|speaking) to|for people who)\s+"
    r"([^.;!?\n]{4,90})|(?:目标人群是|目标用户是|受众是|受众为|写给|献给|面向|"
    r"针对)([^，。；！？\n]{2,30})|给([^，。；！？“\n]{2,20}?(?:族|党|人群|的人|妈妈|爸爸|父母|学生|孩子|"
    r"女生|男生|用户|青年|家庭|白领|老人|们))|(?:专为)([^，。；！？\n]{2,30}?)(?:设计|打造|准备|而|，|。|"
    r"；|$))",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"\bfor ((?:young|busy|new|old|working|first-time|city|urban|small|tired|home|serious|amateur|retired|"
    r"single|curious|anxious|light)?\s?(?:[a-z]+ )?"
    r"(?:parents|people|students|runners|cyclists|commuters|families|freelancers|designers|teachers|"
    r"children|kids|teenagers|travellers|travelers|cooks|bakers|gardeners|"
    r"owners|professionals|workers|women|men|readers|sleepers|drinkers|lovers|makers|walkers|hikers|"
    r"beginners|teams|businesses|founders|engineers|nurses|gamers|couples|"
    r"neighbours|neighbors|visitors|tourists|fans|renters|farmers|musicians|artists|photographers|"
    r"athletes|climbers|swimmers|surfers|mothers|fathers|dads|mums|moms)"
    r"(?: (?:who|with|in|of|aged|over|under)[^.,;!?]{2,50})?)",
    re.IGNORECASE,
)
_PERSON_EN = re.compile(
    r"\b([A-Z][a-z]+(?: [A-Z][a-z]+)?)\s*(?:,\s*(?:an?|the)?\s*|\s*\()(\d{1,2}(?:[,) ][^.;)]{0,60})?|(?:an?|the|our|his|her) [a-z][^.,;)]{2,50})"
)
_PERSON_ZH = re.compile(rf"([{CJK}]{{2,3}})（([^）]{{1,30}})）|(?:名叫|叫做|叫)([{CJK}]{{2,3}})(?=[，。的、])")


def label(words: str) -> str | None:
    """The part of a brief that a label or heading names: `Target audience` -> `audience`."""
    return LABELS.get(re.sub(r"[\s*_]+", " ", words).strip(" :：.#").casefold())


@dataclass
class Found:
    """What the prose says."""

    labels: dict[str, list[str]] = field(default_factory=dict)
    message: list[str] = field(default_factory=list)
    """Sentences that speak about the subject, not about the film to be made."""
    offers: list[str] = field(default_factory=list)
    call: str = ""
    audience: str = ""
    tone: list[str] = field(default_factory=list)
    seconds: Fraction | None = None
    items: list[tuple[str, str]] = field(default_factory=list)
    people: list[tuple[str, str]] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)


def read(body: str, sections: Sequence[tuple[str, Sequence[str]]], language: Tongue) -> Found:
    """Sort every line and sentence of a brief by what it is for."""
    found = Found()
    bullets = {folded(plain(BULLET.sub("", line))) for line in body.splitlines() if BULLET.match(line)}
    for heading, paragraphs in sections:
        part = label(heading)
        for paragraph in paragraphs:
            _paragraph(found, plain(paragraph), part, folded(paragraph) in bullets, language)
    for sentence in (s for _, paragraphs in sections for p in paragraphs for s in sentences(p)):
        found.wishes += wishes_of(sentence, language)
        _wishes(found, sentence, language)
    if not found.tone:
        found.tone = [w for s in found.message for w in tone_words(s)][:3]
    if not found.call:
        found.call = next(
            (
                s
                for s in reversed(found.message)
                if re.search(CALL[language], s, re.IGNORECASE)
                and units(s, language) <= 16
                and re.search(CALL_PLACE[language], s, re.IGNORECASE)
            ),
            "",
        )
    if not found.call:
        # "Say goodnight at lamp.example." - a last short sentence with an address asks for something, whatever its verb.
        found.call = next((s for s in found.message[-2:] if _ADDRESS.search(s) and units(s, language) <= 16), "")
    return found


def _paragraph(found: Found, paragraph: str, part: str | None, bullet: bool, language: Tongue) -> None:
    match = LABEL.match(paragraph)
    named = label(match[1]) if match else None
    if match and named and match[2].strip():
        # "Tone: calm. The four pieces start at 90 euros." A label rules its own sentence, not the whole paragraph.
        whole = bullet or named in ("claims", "offer", "notes", "must", "never", "people")
        first, *rest = [match[2].strip()] if whole else sentences(match[2].strip())
        _entry(found, named, first, bullet)
        for sentence in rest:
            _sentence(found, sentence, language)
    elif part == "picture":
        found.images.extend(sentences(paragraph))
    elif part and part not in ("notes", "joke"):
        _labelled(found, part, paragraph, bullet)
    elif part is None or part == "joke":
        short = units(paragraph, language) <= 8 and not re.search(BENEFIT[language], paragraph, re.IGNORECASE)
        if bullet and short and numbers(paragraph, language):
            found.facts.append(paragraph)
        elif bullet and match and part is None:
            found.items.append((match[1], match[2]))
            found.message.append(paragraph)
        else:
            for sentence in sentences(paragraph):
                _sentence(found, sentence, language)


def _entry(found: Found, named: str, value: str, bullet: bool) -> None:
    if named == "picture":
        found.images.append(value)
    elif named == "joke":
        found.message.append(value)
    elif named != "notes":
        _labelled(found, named, value, bullet)


def _sentence(found: Found, sentence: str, language: Tongue) -> None:
    match = LABEL.match(sentence)
    named = label(match[1]) if match else None
    if match and named and match[2].strip():
        _entry(found, named, match[2].strip(), False)
    elif is_length(sentence):
        return
    elif not _instructs(sentence, language):
        found.message.append(sentence)
    elif inner := _inner_claim(sentence, language):
        found.message.append(inner)


def _labelled(found: Found, part: str, value: str, bullet: bool) -> None:
    rows = found.labels.setdefault(part, [])
    if part == "tone":
        rows.extend(tone_words(value, stated=True))
    elif part in ("must", "never", "items", "people") and not bullet and part != "must":
        rows.extend(w.strip(" .。") for w in re.split(r"[;；、]|,\s+|，", value) if w.strip(" .。"))
    elif part == "claims":
        rows.extend(
            sentences(value)
            if not re.search(r"[;；]", value)
            else [v.strip() for v in re.split(r"[;；]", value) if v.strip()]
        )
    else:
        rows.append(value)


def _instructs(sentence: str, language: Tongue) -> bool:
    return bool(
        re.search(INSTRUCTION[language], sentence, re.IGNORECASE)
        or _AIMED.search(sentence)
        or wishes_of(sentence, language)
    )


_INNER_EN = re.compile(
    r"[A-Za-z'’]+,?\s(?:that|which)\s((?!(?:should|must|we|is|are|shows?|feels?|ends?|looks?)\b)[a-z][^.;!?]{8,120})"
)
_CALL_STATED = re.compile(
    r"(?:call to action|cta|closing line|tagline|行动号召|引导语|结尾语)(?: is| reads)?\s*[:：,]\s*(.{4,90}?)\s*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\b[\w-]+\.(?:com|net|org|co|io|shop|store|app|cn|uk|de|fr|eu|example)\b", re.IGNORECASE)
_AIMED = re.compile(
    r"\b(?:is|are) (?:aimed|targeted|meant|written|made|designed) (?:at|for)\b|^(?:target )?audience\b|目标人群|目标用户|受众",
    re.IGNORECASE,
)


def _inner_claim(sentence: str, language: Tongue) -> str:
    """What an instruction says about the product on the way: "... for a teapot that keeps tea hot" -> "keeps tea hot"."""
    match = _INNER_EN.search(sentence) if language == "en" else None
    return match[1].strip() if match and re.search(BENEFIT[language], match[1], re.IGNORECASE) else ""


def _wishes(found: Found, sentence: str, language: Tongue) -> None:
    """What a sentence wants of the film, or tells about offer, audience and pictures."""
    if found.seconds is None and is_length(sentence):
        found.seconds = seconds(sentence)
    if found.seconds is None and _LENGTH_NEAR.search(sentence):
        near = [seconds(m.group()) for m in TIME.finditer(sentence)]
        found.seconds = (
            next((s for s in near if s and 3 <= s <= 1800), None)
            if _instructs(sentence, language) or "long" in sentence
            else None
        )
    if not found.call and (stated := _CALL_STATED.search(sentence)):
        found.call = stated[1].strip(" \"“”'")
    if not found.audience and (
        match := _AUDIENCE.search(sentence) or (_FOR.search(sentence) if language == "en" else None)
    ):
        found.audience = next(g for g in match.groups() if g).strip(" ,，")
    if _instructs(sentence, language):
        found.tone.extend(w for w in tone_words(sentence) if w not in found.tone)
    elif re.search(OFFER[language], sentence, re.IGNORECASE) and not LABEL.match(sentence):
        found.offers.append(sentence)
    if (
        not _instructs(sentence, language)
        and not re.search(f"{OFFER[language]}|{CALL[language]}", sentence, re.IGNORECASE)
        and len({m.group().casefold() for m in re.finditer(VISUAL[language], sentence, re.IGNORECASE)}) >= 2
    ):
        found.images.append(sentence)
    for match in (_PERSON_ZH if language == "zh" else _PERSON_EN).finditer(sentence):
        groups = [g for g in match.groups() if g]
        if groups[0] not in [n for n, _ in found.people] and (
            language == "zh"
            or re.match(
                r"\d|an? (?:\w+ )?(?:\w*(?:er|or|ist|man|woman|girl|boy|ian|nurse|cook|mother|father|teen|student|widow|clerk|child))\b",
                groups[-1],
            )
        ):
            found.people.append((groups[0], groups[1] if len(groups) > 1 else ""))


def tone_words(text: str, *, stated: bool = False) -> list[str]:
    """The tones a text asks for, by its tone words, in order. A `stated` tone may be "dry", which elsewhere says that nothing is wet."""
    low = re.sub(r"\b(?:dry|wry|deadpan)\b", "humorous", text.casefold()) if stated else text.casefold()
    hits = [
        (low.find(word), tone)
        for word, tone in TONES.items()
        if (re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", low) if word.isascii() else word in low)
    ]
    return list(dict.fromkeys(tone for _, tone in sorted(hits)))


def aspects(text: str) -> set[str]:
    """The picture shapes a text names."""
    found = set()
    if re.search(
        r"9\s?[:x：]\s?16|vertical|portrait|竖屏|竖版|tiktok|reels|shorts|抖音|小红书|快手", text, re.IGNORECASE
    ):
        found.add("9:16")
    if re.search(
        r"16\s?[:x：]\s?9|horizontal|landscape format|landscape and (?:vertical|portrait)|(?:vertical|portrait) and landscape|"
        r"widescreen|横屏|横版|youtube(?! shorts)|bilibili|B站",
        text,
        re.IGNORECASE,
    ):
        found.add("16:9")
    return found


def price(text: str) -> str:
    """The first price in a text."""
    match = _MONEY.search(text)
    return match.group().strip(" ,，.") if match else ""


def discount(text: str) -> str:
    """The first discount in a text."""
    match = _DISCOUNT.search(text)
    return match.group().strip(" ,，.") if match else ""


def guarantee(text: str) -> str:
    """The first guarantee in a text."""
    match = _GUARANTEE.search(text)
    return match.group().strip(" ,，.") if match else ""


def colours(text: str, language: Tongue) -> list[str]:
    """The colours a text names or gives in hex, in order, as `#rrggbb`."""
    low = text.casefold()
    hits = [(m.start(), m.group()) for m in re.finditer(r"#[0-9a-f]{6}\b", low)]
    for word, value in COLOURS.items():
        if word.isascii() == (language == "en"):
            hits += [(m.start(), value) for m in re.finditer(rf"\b{word}\b" if word.isascii() else word, low)]
    return list(dict.fromkeys(v for _, v in sorted(hits)))


def split_item(text: str) -> tuple[str, str]:
    """A list entry split into its name and the words about it."""
    match = re.match(r"^(.{1,60}?)\s*(?:[:：]|\s[—–-]\s|——|（|\()\s*(.+?)[）)]?$", text)
    if match:
        return match[1].strip(), match[2].strip(" .")
    head, comma, rest = text.partition("，" if "，" in text else ", ")
    return (head.strip(" ."), rest.strip(" .")) if comma else (text.strip(" .。"), "")


@dataclass(frozen=True)
class Weights:
    """How well a sentence sells."""

    product: str
    offer: str
    call: str
    language: Tongue

    def of(self, sentence: str) -> float:
        """0 for what is no claim, else above 0; numbers, benefits, the product's name and a likeness count, length counts against."""
        size = units(sentence, self.language)
        if (
            size < 2
            or folded(sentence) in (folded(self.call), folded(self.offer))
            or sentence.rstrip().endswith(("?", "？"))
        ):
            return 0.0
        weight = 2.5 * min(2, len(numbers(sentence, self.language)))
        weight += 2.0 if re.search(BENEFIT[self.language], sentence, re.IGNORECASE) else 0.0
        weight += 1.5 if self.product and self.product.casefold() in sentence.casefold() else 0.0
        weight += 1.5 if quotes(sentence) else 0.0
        weight += 2.0 if comparisons(sentence, self.language) else 0.0
        if re.search(OFFER[self.language], sentence, re.IGNORECASE):
            weight -= 2.0
        comfortable = 16 if self.language == "en" else 26
        weight -= 0.08 * max(0, size - comfortable)
        return weight if tongue(sentence) == self.language or self.language == "en" else weight * 0.5
