# ruff: noqa: E501
"""The few connective words a writer adds of its own, per language. None of them claims anything."""

from dataclasses import dataclass
from typing import Literal

from callsheet.script.words import Tongue


@dataclass(frozen=True)
class Phrases:
    """Sentence patterns. `{p}` is the product, `{k}` its kind, `{w}` words quoted from the brief."""

    meet: str
    meet_kind: str
    people: str
    card: str
    end: str
    still: str
    narrator: str
    film_of: str
    hook: str
    demo: str
    proof: str
    offer: str
    life: str
    outro: str
    recap: str
    opening: str
    stop: str
    feature: str
    again: tuple[str, ...]
    """How a picture that comes back says so."""


PHRASES: dict[Tongue, Phrases] = {
    "en": Phrases(
        meet="Meet {p}.", meet_kind="Meet {p}, the {k}.", people="For {w}.",
        card="A plain wall in the film's deep colour, soft light drifting across it from one side, {p} at the lower edge, out of focus.",
        end="{p} in the middle of a calm picture, a plain backdrop, one light coming to rest on it.",
        still="{w}, exactly as in the supplied picture, the light moving slowly over it.",
        narrator="Narrator", film_of="{p}", hook="Hook", demo="Demo", proof="Proof", offer="Offer", life="Life", outro="Call to action", recap="Recap",
        opening="Opening", stop="Before", feature="Tight on one part of {p}: {w}, light moving slowly over it.",
        again=(", once more, closer now.", ", once more, from the other side."),
    ),
    "zh": Phrases(
        meet="这就是{p}。", meet_kind="这就是{p}{k}。", people="给{w}。",
        card="一面素净的墙，铺着影片的深色，柔光从一侧缓缓流过，{p}虚在画面下缘。",
        end="{p}停在安静画面的正中，素净的背景，最后一束光落在它身上。",
        still="{w}，与所给图片一致，光慢慢从上面移过。",
        narrator="旁白", film_of="{p}", hook="钩子", demo="演示", proof="佐证", offer="优惠", life="生活", outro="行动", recap="回顾",
        opening="开场", stop="从前", feature="贴近{p}的一处细节：{w}，光慢慢移过。",
        again=("，再看一次，更近了。", "，再看一次，换到另一侧。"),
    ),
}  # fmt: skip


TONE_NAMES = {
    "warm": "温暖",
    "calm": "安静",
    "bold": "有力",
    "playful": "俏皮",
    "elegant": "优雅",
    "serious": "专业",
    "tender": "动人",
    "dark": "紧张",
    "tradition": "东方",
}
"""The tones in Chinese."""


@dataclass(frozen=True)
class Face:
    """How a person in an ad is described when the brief only says for whom it is."""

    en: str
    zh: str
    presents: Literal["woman", "man"]
    age: Literal["child", "young", "adult", "old"]
    wardrobe_en: str
    wardrobe_zh: str


_FACES: tuple[tuple[str, Face], ...] = (
    (r"retire|grand(?:mother|father|parent)|elder|senior|over 6|老人|爷爷|奶奶|退休|长辈",
     Face("an old woman in a blue cardigan", "穿蓝色开衫的老奶奶", "woman", "old", "blue cardigan", "蓝色开衫")),
    (r"father|dads?\b|men\b|\bman\b|爸爸|男士|男生|男性", Face("a man in a grey sweater", "穿灰色毛衣的男人", "man", "adult", "grey sweater", "灰色毛衣")),
    (r"mother|mums?\b|moms?\b|new parents|妈妈|宝妈|新手", Face("a young mother in a white shirt", "穿白衬衫的年轻妈妈", "woman", "young", "white shirt", "白衬衫")),
    (r"student|teen|gen z|young|college|学生|年轻|大学|95后|00后|青年", Face("a young woman in a yellow jacket", "穿黄色外套的年轻女孩", "woman", "young", "yellow jacket", "黄色外套")),
    (r"runner|athlete|cycl|hik|climb|gym|跑|骑|健身|运动|户外", Face("a young man in a dark running jacket", "穿深色运动外套的年轻男人", "man", "young", "dark running jacket", "深色运动外套")),
    (r"freelanc|founder|designer|office|work|professional|commut|自由职业|上班|职场|设计师|白领|通勤|程序员|加班",
     Face("a woman in a green sweater", "穿绿色毛衣的女人", "woman", "adult", "green sweater", "绿色毛衣")),
    (r"cook|chef|baker|restaurant|厨|烘焙|做饭", Face("a man in a dark apron", "系深色围裙的男人", "man", "adult", "dark apron", "深色围裙")),
    (r"women|\bwoman\b|girls?|女生|女性|女孩|女士", Face("a woman in a red coat", "穿红色大衣的女人", "woman", "adult", "red coat", "红色大衣")),
)  # fmt: skip
_ANYBODY = Face("a woman in a green coat", "穿绿色大衣的女人", "woman", "adult", "green coat", "绿色大衣")


def face_for(audience: str) -> Face:
    """Somebody the audience will recognise itself in."""
    import re

    return next((face for pattern, face in _FACES if re.search(pattern, audience, re.IGNORECASE)), _ANYBODY)
