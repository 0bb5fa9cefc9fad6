"""Who is in a screenplay: cast with ids, looks and voices. Sex and age are only set when the text says them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from callsheet.film import NARRATOR, Cast, Voice
from callsheet.script.dressing import slug
from callsheet.script.fountain import Action, Screenplay
from callsheet.script.front_matter import Person
from callsheet.script.words import CJK, sentences

Age = Literal["child", "young", "adult", "old"]
Presents = Literal["woman", "man", "neutral"]

_WOMAN = re.compile(
    r"\b(?:woman|women|girl|she|her|hers|mother|mum|mom|grandmother|grandma|aunt|sister|wife|daughter|"
    r"waitress|actress|queen|lady|mrs|ms|miss|widow)\b|"
    r"她|女人|女孩|女子|女士|女儿|姑娘|妈妈|母亲|奶奶|外婆|婆婆|阿姨|姐姐|妹妹|妻子|老板娘|女老板|少女|太太|小姐|大妈|女(?=[，,、。）)\s])",
    re.IGNORECASE,
)
_MAN = re.compile(
    r"\b(?:man|men|boy|he|his|him|father|dad|grandfather|grandpa|uncle|brother|husband|son|waiter|king|gentleman|mr|widower)\b|"
    r"(?<!其)他(?!们|人)|男人|男孩|男子|男士|儿子|爸爸|父亲|爷爷|外公|叔叔|哥哥|弟弟|丈夫|少年|大叔|先生|老头|大爷|小伙|男(?=[，,、。）)\s])",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"\b(?:old|elderly|grand(?:mother|father|ma|pa)|retired|white-haired)\b|老人|奶奶|爷爷|外婆|外公|老太|老头|大爷|白发|年迈|退休",
    re.IGNORECASE,
)
_CHILD = re.compile(r"\b(?:child|kid|little (?:girl|boy)|toddler)\b|孩子|小孩|小女孩|小男孩|小朋友|儿童", re.IGNORECASE)
_YOUNG = re.compile(
    r"\b(?:young|teenage\w*|student|in (?:her|his|their) twenties)\b|年轻|少年|少女|大学生|学生|青年", re.IGNORECASE
)
_NUMBER = re.compile(r"\b(\d{1,2})(?:\s*(?:years? old|-year-old))?\b|(\d{1,2})\s*(?:多)?岁|([二三四五六七八九])十多?岁")
_WEARS_EN = re.compile(
    r"\bin (?:an?|his|her|the) ((?:[a-z-]+ ){0,3}(?:coat|dress|shirt|jacket|suit|apron|sweater|hoodie|"
    r"uniform|scarf|hat|cardigan|t-shirt|raincoat|gown|jumper))\b|"
    r"\bwear(?:s|ing) (?:an? )?([^.,;]{3,40})",
    re.IGNORECASE,
)
_WEARS_ZH = re.compile(rf"[穿系戴披裹](?:着|了)?(?:一[件条身顶])?([{CJK}]{{2,10}}?)(?:的|，|。|；|、|站|坐|走|$)")
_PITCHES: dict[Presents, tuple[float, ...]] = {
    "woman": (0.5, 2.0, -0.8, 3.0),
    "man": (-4.5, -6.0, -3.2, -7.0),
    "neutral": (-1.5, -3.8, 1.2, -5.4, 2.4),
}


@dataclass(frozen=True)
class Roster:
    """The cast of a screenplay by id, their voices, and the id of each name."""

    cast: dict[str, Cast]
    voices: dict[str, Voice]
    ids: dict[str, str]

    def named_in(self, text: str) -> list[str]:
        """The ids of those whom a text names, in the order it names them."""
        spots = []
        for name, key in self.ids.items():
            pattern = rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])" if name.isascii() else re.escape(name)
            match = re.search(pattern, text, re.IGNORECASE)
            if match and key != NARRATOR:
                spots.append((match.start(), key))
        return list(dict.fromkeys(key for _, key in sorted(spots)))


def is_narrator(name: str) -> bool:
    """Whether a cue names a voice-over instead of a character."""
    return name.casefold().strip() in ("narrator", "voice-over", "voiceover", "v.o.", "vo", "旁白", "画外音", "解说")


def roster(screenplay: Screenplay, people: Sequence[Person] = ()) -> Roster:
    """Everybody who speaks, in order of appearance, then those the brief introduces and the action names."""
    actions = [
        s for scene in screenplay.scenes for e in scene.elements if isinstance(e, Action) for s in sentences(e.text)
    ]
    told = {p.name: p.words for p in people}
    names = list(dict.fromkeys(s.who for s in screenplay.speeches if s.who))
    names += [p.name for p in people if p.name not in names and any(p.name in a for a in actions)]
    cast: dict[str, Cast] = {}
    voices: dict[str, Voice] = {}
    ids: dict[str, str] = {}
    counts: dict[str, int] = {}
    for name in names:
        if is_narrator(name):
            ids[name] = NARRATOR
            cast[NARRATOR] = Cast(name="旁白" if screenplay.language == "zh" else "Narrator", voice=NARRATOR)
            voices[NARRATOR] = Voice(name=cast[NARRATOR].name)
            continue
        key = _free(slug(name, f"role-{len(ids) + 1}"), cast)
        ids[name] = key
        words = _introduction(name, actions, told.get(name, ""))
        presents, age = _presents(name, words), _age(f"{name} {words}")
        worn = _WEARS_ZH.search(words) if screenplay.language == "zh" else _WEARS_EN.search(words)
        nth = counts.get(presents or "neutral", 0)
        counts[presents or "neutral"] = nth + 1
        voices[key] = _voice(name, presents, age, nth)
        cast[key] = Cast(
            name=name,
            description=words,
            voice=key,
            presents=presents,
            age=age,
            wardrobe=next((g for g in worn.groups() if g), "") if worn else "",
        )
    return Roster(cast, voices, ids)


def _free(key: str, taken: dict[str, Cast]) -> str:
    if key not in taken and key != NARRATOR:
        return key
    return next(f"{key}-{n}" for n in range(2, 100) if f"{key}-{n}" not in taken)


def _introduction(name: str, actions: Sequence[str], told: str) -> str:
    """What the text says about somebody when they first appear."""
    if told:
        return told
    first = next((a for a in actions if name.casefold() in a.casefold()), "")
    at = first.casefold().find(name.casefold())
    if at < 0:
        return ""
    rest = first[at + len(name) :]
    match = re.match(r"\s*[（(]([^）)]{1,60})[）)](?:[,，]\s*([^.;。；!！?？]{2,60}))?", rest) or re.match(
        r"\s*[,，]\s*((?:an?|the|his|her)\s[^.;,]{3,70}|\d{1,2}[^.;]{0,60})", rest
    )
    if match:
        return (
            ", ".join(g.strip() for g in match.groups() if g)
            if name.isascii()
            else "，".join(g.strip() for g in match.groups() if g)
        )
    worn = (_WEARS_EN if name.isascii() else _WEARS_ZH).search(rest)
    return worn.group().strip("，。,. ") if worn else ""


def _presents(name: str, words: str) -> Presents | None:
    woman, man = bool(_WOMAN.search(f"{name}, {words}")), bool(_MAN.search(f"{name}, {words}"))
    return "woman" if woman and not man else "man" if man and not woman else None


def _age(words: str) -> Age | None:
    match = _NUMBER.search(words)
    if match:
        years = int(match[1] or match[2] or 0) or 10 * ("一二三四五六七八九".index(match[3]) + 1)
        return "child" if years < 13 else "young" if years < 30 else "adult" if years < 62 else "old"
    tests: tuple[tuple[re.Pattern[str], Age], ...] = ((_CHILD, "child"), (_OLD, "old"), (_YOUNG, "young"))
    return next((age for pattern, age in tests if pattern.search(words)), None)


def _voice(name: str, presents: Presents | None, age: Age | None, nth: int) -> Voice:
    """A voice that differs from every other in the film."""
    pitches = _PITCHES[presents or "neutral"]
    pitch = pitches[nth % len(pitches)] - 0.6 * (nth // len(pitches))
    pitch += {"child": 4.0, "old": -0.7}.get(age or "", 0.0)
    return Voice(
        name=name,
        pitch=round(max(-10.0, min(10.0, pitch)), 2),
        timbre=round(max(-5.0, min(5.0, pitch / 2)), 2),
        pace=0.92 if age == "old" else 1.0,
    )
