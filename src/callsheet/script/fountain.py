"""Fountain screenplays: read through `screenplay-tools`, written back as plain text that any Fountain program opens."""

import re
from dataclasses import dataclass
from typing import Literal

from callsheet.errors import BriefError
from callsheet.film import NARRATOR, Location, Production
from callsheet.film.shot import TimeOfDay
from callsheet.script.words import CJK, Tongue, plain, tongue

Setting = Literal["interior", "exterior"]

_TIMES: tuple[tuple[str, TimeOfDay], ...] = (
    (r"pre-?dawn|dawn|sunrise|清晨|黎明|拂晓|凌晨", "dawn"),
    (r"morning|早晨|早上|上午|晨|早", "morning"),
    (r"dusk|sunset|evening|golden hour|黄昏|傍晚|日落|昏", "dusk"),
    (r"night|midnight|深夜|夜晚|夜里|晚上|午夜|夜|晚", "night"),
    (r"day|noon|afternoon|白天|中午|下午|午后|正午|日|午", "day"),
)
_TIME_WORDS = {
    "en": {"dawn": "DAWN", "morning": "MORNING", "day": "DAY", "dusk": "DUSK", "night": "NIGHT"},
    "zh": {"dawn": "清晨", "morning": "早晨", "day": "日", "dusk": "黄昏", "night": "夜"},
}
_ZH_HEADING = re.compile(
    r"^\.?\s*(?:第?[一二三四五六七八九十\d]+[场幕]?[\s.、:：]*|场景[一二三四五六七八九十\d]*[\s:：.、]*)?(内/外|内外|外/内|内景|外景|内|外)(?:[\s.。、:：·]+)(\S.*)$"
)
_ZH_HEADING_BACK = re.compile(
    r"^(?:第?[一二三四五六七八九十\d]+[场幕]?[\s.、:：]+|场景[一二三四五六七八九十\d]*[\s:：.、]+)(\S.*?)[\s,，·/-]+(内景|外景|内|外)$"
)
_ZH_TIME = re.compile(
    r"^(?:日|夜|晨|昏|早|晚|清晨|早晨|早上|上午|中午|正午|下午|午后|白天|黄昏|傍晚|深夜|夜晚|夜里|晚上|午夜|凌晨|黎明|日落)(?:[ ,，、].*)?$"
)
_ZH_CUE = re.compile(rf"^@?([{CJK}A-Za-z·]{{1,8}})\s*(?:[（(]([^）)]{{1,24}})[）)])?\s*[：:]\s*(\S.*)$")
_ZH_NAME_LINE = re.compile(rf"^([{CJK}·]{{2,5}})\s*(?:[（(]([^）)]{{1,24}})[）)])?$")
_ZH_CUT = re.compile(r"^>?\s*(切至|切到|切|淡入|淡出|叠化|叠化至|化至|黑场|闪回|转场)\s*[：:。]?$")
_TITLE_KEYS = {
    "标题": "Title",
    "片名": "Title",
    "剧名": "Title",
    "作者": "Author",
    "编剧": "Author",
    "署名": "Credit",
    "日期": "Draft date",
    "时长": "Length",
    "集": "Episode",
    "语言": "Language",
    "画幅": "Aspect",
    "调性": "Tone",
    "联系": "Contact",
}
_KNOWN_KEYS = re.compile(
    r"^(?:title|credit|authors?|source|notes?|draft date|date|contact|copyright|episode|series|length|language|aspects?|tone|revision|format)\s*:",
    re.IGNORECASE,
)
_NOT_NAMES = {
    "标题",
    "片名",
    "时间",
    "地点",
    "人物",
    "场景",
    "注",
    "备注",
    "旁白说明",
    "字幕",
    "画面",
    "音效",
    "音乐",
    "镜头",
}
_MARK = "ZZ "
_STRIP = re.compile(r"\[\[\d+\]\]|/\*\d+\*/")


@dataclass(frozen=True)
class Action:
    """What is seen, as one paragraph."""

    text: str


@dataclass(frozen=True)
class Speech:
    """What somebody says. `extension` is V.O., O.S. and the like, `manner` the parenthetical."""

    who: str
    text: str
    manner: str = ""
    extension: str = ""

    @property
    def unseen(self) -> bool:
        """Whether the speaker is only heard."""
        return bool(re.search(r"V\.?\s?O|O\.?\s?[SC]\b|画外|旁白", self.extension, re.IGNORECASE))


@dataclass(frozen=True)
class Cut:
    """A transition."""

    text: str

    @property
    def dissolves(self) -> bool:
        """Whether pictures overlap."""
        return bool(re.search(r"DISSOLVE|FADE|叠化|化至|淡", self.text, re.IGNORECASE))


@dataclass(frozen=True)
class Scene:
    """A scene: where, when, and what happens in order."""

    place: str
    setting: Setting | None
    time: TimeOfDay | None
    elements: tuple[Action | Speech | Cut, ...]


@dataclass(frozen=True)
class Screenplay:
    """A screenplay: title page fields and scenes."""

    title: str
    fields: tuple[tuple[str, str], ...]
    scenes: tuple[Scene, ...]
    language: Tongue

    @property
    def speeches(self) -> tuple[Speech, ...]:
        """Every speech in order."""
        return tuple(e for scene in self.scenes for e in scene.elements if isinstance(e, Speech))


def looks_like(text: str, name: str = "") -> bool:
    """Whether a text is a screenplay: by its file name, or by two scene headings, or one and a cue."""
    if name.casefold().endswith((".fountain", ".spmd")):
        return True
    lines = [line.strip() for line in text.splitlines()]
    headings = sum(1 for line in lines if _is_heading(line))
    cues = sum(
        1 for line in lines if line.startswith("@") or re.fullmatch(r"[A-Z][A-Z .'-]{1,30}(?:\s\([^)]*\))?", line)
    )
    return headings >= 2 or (headings == 1 and cues >= 1)


def _is_heading(line: str) -> bool:
    return bool(re.match(r"^(?:INT|EXT|EST|INT\./EXT|INT/EXT|I/E)[. ]\s*\S", line)) or bool(
        _ZH_HEADING.match(line) and len(line) < 40
    )


def parse(text: str, name: str = "script.fountain") -> Screenplay:
    """Read Fountain, English or Chinese. Raises BriefError when nothing in it can be seen or heard."""
    from screenplay_tools.fountain.parser import Parser
    from screenplay_tools.screenplay import ElementType

    parser = Parser()
    parser.mergeActions = False
    parser.add_text("\n".join(_normalised(text)))
    fields = tuple((str(e.key).strip(), re.sub(r"\s+", " ", _clean(e.text_raw))) for e in parser.script.titleEntries)
    scenes: list[Scene] = []
    heading: tuple[str, Setting | None, TimeOfDay | None] = ("", None, None)
    elements: list[Action | Speech | Cut] = []
    who, extension, manner = "", "", ""

    def close() -> None:
        if any(not isinstance(e, Cut) for e in elements):
            scenes.append(Scene(*heading, tuple(elements)))
            elements.clear()

    glue = "" if tongue(text) == "zh" else " "
    for element in parser.script.elements:
        words = _clean(element.text_raw)
        if element.type == ElementType.HEADING:
            if words.upper().startswith("FADE IN"):
                continue
            close()
            heading = _heading(words)
        elif element.type == ElementType.CHARACTER:
            who, extension, manner = _name(element.name), element.extension or "", ""
        elif element.type == ElementType.PARENTHETICAL:
            manner = words.strip("()（） ")
        elif element.type == ElementType.DIALOGUE and words:
            spoken = glue.join(line.strip() for line in words.splitlines() if line.strip())
            elements.append(Speech(who, spoken, manner, extension))
            manner = ""
        elif element.type == ElementType.LYRIC and words:
            elements.append(Speech(who or NARRATOR, words, manner, extension))
        elif element.type == ElementType.TRANSITION and words:
            elements.append(Cut(words))
        elif element.type == ElementType.ACTION and words:
            elements.append(Action(re.sub(r"\s+", glue if glue == " " else " ", words)))
    close()
    if not scenes or not any(isinstance(e, Action | Speech) for s in scenes for e in s.elements):
        raise BriefError(
            "the screenplay has no action and no dialogue",
            where=name,
            remedy="Write scenes as Fountain: a heading such as `INT. KITCHEN - NIGHT`, what is seen, and who says what.",
        )
    title = next((v for k, v in fields if k.casefold() == "title" and v), "")
    return Screenplay(title or _untitled(scenes), fields, tuple(scenes), tongue(text))


def _untitled(scenes: list[Scene]) -> str:
    return next((s.place for s in scenes if s.place), "Untitled").title()


def _clean(text: str) -> str:
    return (
        plain(_STRIP.sub("", text))
        if "\n" not in text
        else "\n".join(plain(_STRIP.sub("", line)) for line in text.splitlines())
    )


def _name(name: str) -> str:
    bare = plain(_STRIP.sub("", name)).strip()
    return bare.title() if bare.isupper() and bare.isascii() and len(bare) > 2 else bare


def _heading(words: str) -> tuple[str, Setting | None, TimeOfDay | None]:
    """Place, setting and time of day of a scene heading."""
    text = words.removeprefix(_MARK).strip()
    setting: Setting | None = None
    match = re.match(r"^(INT\.?/EXT|EXT\.?/INT|I/E|INT|EXT|EST)[.\s]+(.*)$", text, re.IGNORECASE)
    if match:
        setting = "interior" if match[1].upper().startswith("I") else "exterior"
        text = match[2].strip()
    elif match := re.match(r"^(内景|外景|内/外|内|外)[\s.。、]+(.*)$", text):
        setting = "interior" if match[1].startswith("内") else "exterior"
        text = match[2].strip()
    parts = [p.strip() for p in re.split(r"\s+[-–—]+\s+|\s*[·|]\s*", text) if p.strip()]
    if len(parts) == 1 and tongue(text) == "zh":
        parts = [p for p in re.split(r"[\s,，、-]+", text) if p]
    time: TimeOfDay | None = None
    places: list[str] = []
    for at, part in enumerate(parts):
        found = _time(part) if at else None
        if found:
            time = found
        elif not re.fullmatch(r"(?:CONTINUOUS|LATER|MOMENTS LATER|SAME(?: TIME)?|连续|同时|稍后)", part, re.IGNORECASE):
            places.append(part)
    place = (" - " if tongue(text) == "en" else "").join(places)
    return (place.title() if place.isupper() and place.isascii() else place), setting, time


def _time(words: str) -> TimeOfDay | None:
    if tongue(words) == "zh":
        if not _ZH_TIME.match(words):
            return None
    elif len(words.split()) > 3:
        return None
    return next(
        (
            time
            for pattern, time in _TIMES
            if re.search(rf"\b(?:{pattern})\b" if words.isascii() else pattern, words, re.IGNORECASE)
        ),
        None,
    )


def _normalised(text: str) -> list[str]:
    """The lines in a form the parser knows: Chinese headings, cues, transitions and title keys in Fountain's own marks."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    lines = lines[first:]
    in_title = bool(lines) and (bool(_KNOWN_KEYS.match(lines[0])) or _zh_key(lines[0]) is not None)
    made: list[str] = [] if in_title else [""]
    for at, raw in enumerate(lines):
        line = raw.strip()
        if in_title:
            in_title = bool(line)
            key = _zh_key(line)
            made.append(f"{key}: {re.split('[:：]', line, maxsplit=1)[1].strip()}" if key else raw)
            continue
        before = made[-1].strip() if made else ""
        after = lines[at + 1].strip() if at + 1 < len(lines) else ""
        made.extend(_line(line, raw, before, after))
    return made


def _zh_key(line: str) -> str | None:
    match = re.match(rf"^\s*([{CJK}]{{1,4}})\s*[:：]", line)
    return _TITLE_KEYS.get(match[1]) if match else None


def _line(line: str, raw: str, before: str, after: str) -> list[str]:
    heading = _ZH_HEADING.match(line)
    if heading and len(line) < 40:
        return ["", f"{'INT' if heading[1].startswith('内') else 'EXT'}. {heading[2].strip()}", ""]
    back = _ZH_HEADING_BACK.match(line)
    if back:
        return ["", f"{'INT' if back[2].startswith('内') else 'EXT'}. {back[1].strip()}", ""]
    if re.match(r"^\.[^.\s]", line) and not re.match(r"^\.[a-zA-Z0-9]", line):
        return ["", f".{_MARK}{line[1:].strip()}", ""]
    if _ZH_CUT.match(line):
        return ["", f"> {line.lstrip('> ')}", ""]
    if re.fullmatch(r"FADE (?:IN|OUT)[.:]?|DISSOLVE TO:|CUT TO BLACK\.?", line):
        return ["", f"> {line}", ""]
    cue = _ZH_CUE.match(line)
    if cue and not before.startswith("@") and cue[1] not in _NOT_NAMES and re.search(f"[{CJK}]", cue[3]):
        return ["", f"@{cue[1]}", *([f"({cue[2]})"] if cue[2] else []), cue[3], ""]
    if re.fullmatch(r"（[^）]*）", line) and before:
        return [f"({line[1:-1]})"]
    named = _ZH_NAME_LINE.match(line)
    if named and not before and after and not _ZH_CUE.match(after) and named[1] not in _NOT_NAMES:
        return [f"@{named[1]}{f' ({named[2]})' if named[2] else ''}"]
    if line.startswith("@"):
        return [re.sub(r"（([^）]*)）", r" (\1)", line)]
    return [raw if raw.startswith(("   ", "\t")) and not line else line]


def dump(screenplay: Screenplay) -> str:
    """The screenplay as Fountain; `parse` reads the same scenes, action and dialogue back."""
    chinese = screenplay.language == "zh"
    fields = [("Title", screenplay.title), *((k, v) for k, v in screenplay.fields if k.casefold() != "title")]
    out = [f"{key}: {value}" for key, value in fields if value]
    for scene in screenplay.scenes:
        words = _TIME_WORDS[screenplay.language][scene.time] if scene.time else ""
        tail = f" - {words}" if words else ""
        if not scene.place:
            pass
        elif chinese:
            mark = {"interior": ".内景 ", "exterior": ".外景 ", None: "."}[scene.setting]
            out += ["", f"{mark}{scene.place}{tail}"]
        else:
            mark = {"interior": "INT. ", "exterior": "EXT. ", None: "."}[scene.setting]
            out += ["", f"{mark}{scene.place.upper()}{tail}"]
        for element in scene.elements:
            out.append("")
            if isinstance(element, Action):
                out.append(_guarded(element.text))
            elif isinstance(element, Cut):
                out.append(f"> {element.text}")
            else:
                loud = element.who.upper()
                cue = loud if re.match(r"[A-Z][A-Z .'-]*$", loud) and _name(loud) == element.who else f"@{element.who}"
                out.append(f"{cue} ({element.extension})" if element.extension else cue)
                if element.manner:
                    out.append(f"({element.manner})")
                out.append(element.text)
    return "\n".join(out) + "\n"


def _guarded(text: str) -> str:
    """Action that Fountain would take for something else gets the mark that forces it."""
    alike = (
        text.isupper()
        or _is_heading(text)
        or _ZH_CUE.match(text)
        or _ZH_NAME_LINE.match(text)
        or _ZH_CUT.match(text)
        or re.match(r"^[.@>~=#!(（]", text)
        or text.endswith("TO:")
    )
    return f"!{text}" if alike else text


def screenplay_of(production: Production) -> Screenplay:
    """A board as a screenplay: a scene wherever place or time changes."""
    language: Tongue = "zh" if production.language.startswith("zh") else "en"
    scenes: list[Scene] = []
    heading: tuple[str, Setting | None, TimeOfDay | None] | None = None
    elements: list[Action | Speech | Cut] = []
    sequence = ""
    for placed in production.board():
        shot = placed.shot
        location = production.locations.get(shot.location or "", Location(name=production.title))
        now = (location.name, location.setting, shot.time_of_day)
        if now != heading or (production.format == "drama-episode" and placed.sequence != sequence):
            if heading and elements:
                scenes.append(Scene(*heading, tuple(elements)))
            heading, elements, sequence = now, [], placed.sequence
        if shot.transition.kind == "dissolve" and scenes:
            elements.append(Cut("叠化" if language == "zh" else "DISSOLVE TO:"))
        elements.append(Action(plain(shot.action)))
        for text in shot.supers:
            words = text.text.replace("*", "").replace("\n", "，" if language == "zh" else ", ")
            elements.append(Action(f"{'字幕' if language == 'zh' else 'SUPER'}: {words}"))
        for said in shot.dialogue:
            name = production.cast[said.who].name if said.who in production.cast else said.who.title()
            elements.append(Speech(name, said.line, said.manner, "V.O." if said.who == NARRATOR else ""))
    if heading and elements:
        scenes.append(Scene(*heading, tuple(elements)))
    return Screenplay(production.title, (), tuple(scenes), language)


def export(production: Production) -> str:
    """The board as a Fountain screenplay."""
    return dump(screenplay_of(production))
