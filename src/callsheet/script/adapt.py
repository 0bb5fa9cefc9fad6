"""From a story told in prose to a screenplay: paragraphs become scenes, quotes become dialogue, the rest is seen or narrated."""

import re

from callsheet.script.brief import Brief
from callsheet.script.concrete import names
from callsheet.script.fountain import Action, Scene, Screenplay, Setting, Speech
from callsheet.script.words import CJK, Tongue, sentences, units

_PLACE_EN = re.compile(
    r"\b(?:in|at|inside|outside|on|into|behind|near|through|across|to) (?:the|a|an|her|his|their|an old|"
    r"the old) ((?:[a-z-]+ ){0,2}?(?:kitchen|room|house|street|market|bakery|shop|station|"
    r"platform|train|bus|bridge|harbou?r|beach|boat|forest|park|garden|roof|rooftop|hospital|ward|office|"
    r"school|classroom|caf[eé]|diner|restaurant|bar|theatre|church|library|museum|field|"
    r"road|alley|apartment|hallway|stairs|village|square|hotel|lobby|car|taxi|farm|workshop|studio|stage|"
    r"lighthouse|mountain|river|lake|court|cellar|attic|ferry|pier|stall|laundromat|clinic))\b",
    re.IGNORECASE,
)
_PLACE_ZH = re.compile(
    rf"([{CJK}]{{0,4}}?(?:面馆|厨房|房间|客厅|卧室|小巷|巷子|街头|街角|街上|夜市|市场|车站|站台|地铁|"
    rf"公交车|桥上|码头|海边|沙滩|船上|树林|公园|花园|天台|屋顶|医院|病房|办公室|学校|教室|咖啡馆|餐厅|"
    rf"酒吧|"
    r"剧院|图书馆|博物馆|田野|公路|公寓|走廊|楼道|村口|村里|广场|酒店|出租车|农场|工坊|工作室|舞台|灯塔|"
    r"山上|河边|湖边|书店|花店|理发店|便利店|老店|小店|院子|祠堂|庙))"
)
_TIME = (
    ("dawn", r"\bdawn|sunrise|first light\b|清晨|黎明|凌晨"),
    ("morning", r"\bmorning|breakfast\b|早上|早晨|上午"),
    ("dusk", r"\bdusk|sunset|evening\b|傍晚|黄昏"),
    ("night", r"\bnight|midnight\b|深夜|夜里|夜晚|晚上|半夜|夜市"),
    ("day", r"\bnoon|afternoon|day\b|中午|下午|午后|白天"),
)
_OUTSIDE = re.compile(
    r"street|market|bridge|harbou?r|beach|boat|forest|park|garden|roof|field|road|alley|village|square|"
    r"mountain|river|lake|pier|ferry|stall|farm|街|巷|夜市|市场|桥|码头|海|沙滩|船|林|园|天台|屋顶|田|"
    r"公路|村|广场|山|河|湖|院子"
)
_QUOTE = re.compile(r"[“\"「]([^”\"」]{1,200})[”\"」]")
_SAID_EN = re.compile(
    r"\b(?:says?|said|asks?|asked|repl(?:ies|ied)|whispers?|whispered|shouts?|shouted|answers?|answered|tells?|told|adds?|mutters?|calls?)\b"
)


_PRONOUN = re.compile(r"\b(?:she|he)\b|[她他]", re.IGNORECASE)
_ROLE_EN = re.compile(
    r"\b(?:says?|said|asks?|asked|repl(?:ies|ied)|whispers?|shouts?|answers?|tells?|adds?|mutters?|calls?) (?:the|an?) ((?:old |young )?[a-z]+)\b|"
    r"^(?:The|An?) ((?:old |young )?[a-z]+) (?:says?|said|asks?|asked|repl(?:ies|ied)|whispers?|shouts?|answers?|tells?|adds?|mutters?|calls?)\b",
    re.IGNORECASE,
)
_ROLE_ZH = re.compile(
    r"(老板娘|老板|店员|男人|女人|男孩|女孩|孩子|老人|司机|医生|护士|老师|警察|母亲|父亲|妈妈|爸爸|爷爷|奶奶|外婆|邻居|客人|陌生人|声音)[^，。“]{0,8}(?:说|问|答|喊|道|笑)[^“。]{0,4}[：:]?“"
)


def adapt(brief: Brief) -> Screenplay:
    """A screenplay with the brief's own sentences: each paragraph a scene, quoted speech given to the nearest name.

    A story without quotes is told by a narrator over its own pictures.
    """
    people = [p.name for p in brief.people]
    people += (
        [n for n in names(brief.text, brief.language) if n not in people and n != brief.title]
        if brief.language == "en"
        else []
    )
    kept = [p for section in brief.sections for p in section.paragraphs if _is_story(p, brief)]
    quoted = any(_QUOTE.search(p) for p in kept)
    scenes: list[Scene] = []
    place, setting = "", None
    for paragraph in kept:
        found = (_PLACE_ZH if brief.language == "zh" else _PLACE_EN).search(paragraph)
        if found:
            place = found[1].strip()
            setting = _setting(place)
            place = place.title() if brief.language == "en" else re.sub(r"^[在到从去]", "", place)
        time = next(
            (t for t, pattern in _TIME if re.search(pattern, paragraph, re.IGNORECASE)),
            scenes[-1].time if scenes else None,
        )
        elements = _elements(paragraph, people, brief.language, quoted)
        if not elements:
            continue
        if scenes and not found:
            scenes[-1] = Scene(scenes[-1].place, scenes[-1].setting, scenes[-1].time, (*scenes[-1].elements, *elements))
        else:
            scenes.append(Scene(place, setting, time, tuple(elements)))  # type: ignore[arg-type]
    title = brief.title if brief.sections[0].heading else next((s.place for s in scenes if s.place), brief.title)
    return Screenplay(title, (), tuple(scenes), brief.language)


def _is_story(paragraph: str, brief: Brief) -> bool:
    """Whether a paragraph tells, instead of asking for something."""
    from callsheet.script.lexicon import INSTRUCTION
    from callsheet.script.prose import LABEL, label

    match = LABEL.match(paragraph)
    if match and (label(match[1]) or (len(match[1]) < 12 and not _QUOTE.search(paragraph))):
        return False
    told = [s for s in sentences(paragraph) if not re.search(INSTRUCTION[brief.language], s, re.IGNORECASE)]
    return len(told) * 2 > len(sentences(paragraph))


def _setting(place: str) -> Setting:
    return "exterior" if _OUTSIDE.search(place.casefold()) else "interior"


def _elements(paragraph: str, people: list[str], language: Tongue, quoted: bool) -> list[Action | Speech]:
    made: list[Action | Speech] = []
    speaker = last = ""
    for sentence in sentences(paragraph):
        if re.search(
            r"\b(?:film|video|episode|seconds?|vertical)\b|竖屏|时长|短剧|一集", sentence, re.IGNORECASE
        ) and not _QUOTE.search(sentence):
            continue
        speeches = _QUOTE.findall(sentence)
        outside = _QUOTE.sub(" ", sentence)
        named = [n for n in people if n in outside]
        last = named[0] if named else last
        if not speeches or (
            not _SAID_EN.search(outside) and language == "en" and units(outside, language) > 8 and not named
        ):
            if not speeches and not quoted:
                made.append(Action(sentence))
                made.append(Speech("旁白" if language == "zh" else "Narrator", sentence, "", "V.O."))
            else:
                made.append(Action(sentence))
            continue
        before = next(
            (
                n
                for n in sorted(people, key=lambda n: -len(n))
                if re.search(rf"{re.escape(n)}[^“\"「]{{0,20}}[“\"「]", sentence)
            ),
            "",
        )
        who = (
            before
            or (named[0] if named else "")
            or _other(speaker, people)
            or ("某人" if language == "zh" else "Somebody")
        )
        shown = re.sub(
            rf"[\s，,：:]*(?:说道?|问道?|答道?|喊道?|{_SAID_EN.pattern})[\s，,：:.。]*$",
            "",
            outside.strip(" ，,：:.。"),
            flags=re.IGNORECASE,
        ).strip(" ，,：:.。")
        if units(shown, language) >= (5 if language == "zh" else 4):
            made.append(Action(shown + ("。" if language == "zh" else ".")))
        made.extend(Speech(who, s.strip(" ,，")) for s in speeches)
        speaker = last = who
    return made


def _role(sentence: str, language: Tongue) -> str:
    """Who speaks when only their part in the story is named: "asks the boy", 男人说."""
    if language == "zh":
        match = _ROLE_ZH.search(sentence)
        return match[1] if match else ""
    match = _ROLE_EN.search(_QUOTE.sub(" ", sentence))
    found = next((g for g in match.groups() if g), "") if match else ""
    return f"The {found.lower()}" if found else ""


def _other(speaker: str, people: list[str]) -> str:
    return next((n for n in people if n != speaker), "") if speaker else ""
