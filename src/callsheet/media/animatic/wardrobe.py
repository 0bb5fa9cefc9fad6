"""How a character looks: proportions, hair and clothes, from the cast entry's words and, where they are silent, from its id."""

import re
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from callsheet.media.animatic.colour import Colour, mix, parse, punch, tone
from callsheet.media.animatic.grade import Grade
from callsheet.media.animatic.pose import Body
from callsheet.media.animatic.reading import Actor
from callsheet.media.animatic.stage import Stage

Hair = Literal["short", "parted", "bun", "ponytail", "long", "bob", "curly", "topknot", "hat", "bald"]
Cut = Literal["coat", "jacket", "dress", "shirt", "robe"]

_NAMED: dict[str, str] = {
    "red crimson scarlet 红": "#b8363a",
    "orange 橙 橘": "#d9772e",
    "yellow mustard 黄": "#d6a536",
    "green olive 绿": "#4f7d56",
    "teal turquoise 青": "#2f8583",
    "blue navy 蓝": "#365f96",
    "purple violet 紫": "#6d4a8c",
    "pink rose 粉": "#d27f95",
    "brown tan camel beige khaki 棕 褐 驼": "#9a7350",
    "white cream ivory 白": "#e3ddd2",
    "grey gray silver 灰": "#7d828a",
    "black dark charcoal 黑": "#2c2d36",
}
_TOPS = (
    "#a9484a",
    "#c8793f",
    "#d0a14a",
    "#5f8263",
    "#3d7c82",
    "#456a9c",
    "#71578c",
    "#b8707f",
    "#8c6d52",
    "#c9bfae",
    "#5d6675",
)
_CUTS: dict[Cut, str] = {
    "robe": r"robe|hanfu|kimono|ancient|monk|priest|emperor|empress|palace|汉服|长袍|古装|道袍|僧|皇|宫女|旗袍|长衫",
    "dress": r"dress|skirt|gown|bride|裙|婚纱|礼服",
    "coat": r"coat|trench|cloak|cape|overcoat|raincoat|lab coat|大衣|风衣|外套|斗篷|白大褂|雨衣",
    "jacket": r"jacket|suit|blazer|uniform|hoodie|sweater|cardigan|夹克|西装|制服|毛衣|卫衣",
    "shirt": r"shirt|tee|blouse|vest|衬衫|短袖|背心",
}
_HAIRS: dict[Hair, str] = {
    "hat": r"hat|cap|helmet|hood|beret|帽|头盔",
    "bald": r"bald|shaved head|光头",
    "bun": r"\bbun\b|chignon|发髻|盘发|丸子头",
    "ponytail": r"ponytail|马尾|辫",
    "long": r"long hair|long-haired|长发",
    "bob": r"\bbob\b|short hair(ed)? woman|短发",
    "curly": r"curly|curls|afro|卷发",
}
_APRON = re.compile(r"(\S*\s+\S*\s+\S*\s*)?\bapron|[^，。；,\s]{0,7}围裙", re.IGNORECASE)
_FADED = re.compile(r"faded|washed-out|worn|褪色|洗旧|发白|旧")
_SKINS = ("#e7b995", "#d9a27c", "#c68a63", "#a06a48", "#7a4d34", "#efc7a6")
_HAIR_COLOURS = ("#1d1a1f", "#2a211f", "#3b2a22", "#5a3a26", "#20222b")


@dataclass(frozen=True)
class Garb:
    """One character's looks, graded for the shot."""

    body: Body
    hair: Hair
    cut: Cut
    top: Colour
    bottom: Colour
    skin: Colour
    hair_colour: Colour
    shoe: Colour
    apron: Colour | None = None
    """The apron worn over it all, if any."""


_Key = TypeVar("_Key", bound=str)


def _match(table: dict[_Key, str], text: str) -> _Key | None:
    return next((key for key, pattern in table.items() if re.search(pattern, text, re.IGNORECASE)), None)


def _colour_in(text: str) -> str | None:
    earliest: tuple[int, str] | None = None
    for words, value in _NAMED.items():
        for word in words.split():
            pattern = re.escape(word) if ord(word[0]) > 0x2E80 else rf"\b{word}\b"
            found = re.search(pattern, text, re.IGNORECASE)
            if found and (earliest is None or found.start() < earliest[0]):
                earliest = (found.start(), value)
    return earliest[1] if earliest else None


def _body(actor: Actor, rng: np.random.Generator) -> Body:
    height = 1.0 + float(rng.uniform(-0.02, 0.025))
    if actor.age == "child":
        return Body(0.70 + float(rng.uniform(-0.03, 0.03)), 0.098, 0.074, 0.078, 0.168, 1.1)
    stoop = 0.42 if actor.age == "old" else 0.0
    if actor.presents == "woman":
        return Body(height * 0.955, 0.099, 0.060, 0.084, 0.128, 0.88, stoop)
    if actor.presents == "man":
        return Body(height, 0.119, 0.086, 0.083, 0.126, 1.08, stoop)
    return Body(height * 0.98, 0.108, 0.074, 0.082, 0.127, 0.98, stoop)


def garb_for(stage: Stage, actor: Actor, backlit: float) -> Garb:
    """The looks of `actor`; `backlit` 0..1 says how far figures sink into silhouette. The same `who` is dressed alike in every shot."""
    rng = stage.cast_rng(actor.who, "garb")
    body = _body(actor, rng)
    text = actor.wardrobe
    woman = actor.presents == "woman" or (actor.presents == "neutral" and rng.random() < 0.5)
    hairs: tuple[Hair, ...] = (
        ("long", "ponytail", "bob", "bun", "long") if woman else ("short", "parted", "short", "curly")
    )
    if actor.age == "old" and not woman:
        hairs = ("short", "parted")
    hair: Hair = _match(_HAIRS, text) or hairs[int(rng.integers(len(hairs)))]
    cuts: tuple[Cut, ...] = ("coat", "dress", "jacket", "coat") if woman else ("coat", "jacket", "jacket", "shirt")
    cut: Cut = _match(_CUTS, text) or cuts[int(rng.integers(len(cuts)))]
    if cut == "robe" and hair in ("short", "parted", "curly"):
        hair = "topknot"
    if actor.age == "child" and cut == "coat":
        cut = "jacket"
    if actor.age == "old" and hair in ("ponytail", "long"):
        hair = "bun"
    apron: Colour | None = None
    if over := _APRON.search(text):
        apron = parse(_colour_in(over.group(0)) or "#e3ddd2")
        if _FADED.search(over.group(0)):
            apron = tone(apron, 0.09, 0.62)
        text = text[: over.start()] + text[over.end() :]
        cut = _match(_CUTS, text) or "shirt"
    top = parse(_colour_in(text) or _TOPS[int(rng.integers(len(_TOPS)))])
    bottom = parse(("#33384a", "#4a4038", "#2f3b3f", "#3f3547")[int(rng.integers(4))])
    skin = parse(_SKINS[int(rng.integers(len(_SKINS)))])
    locks = parse("#a3a2a6" if actor.age == "old" else _HAIR_COLOURS[int(rng.integers(len(_HAIR_COLOURS)))])
    if apron is not None and _colour_in(text) is None:
        top = parse("#d8cfbf")
    grade = stage.grade
    worn = [graded(colour, grade, backlit) for colour in (top, bottom, skin, locks, parse("#2a2422"))]
    return Garb(body, hair, cut, worn[0], worn[1], worn[2], worn[3], worn[4], apron and graded(apron, grade, backlit))


def graded(colour: Colour, grade: Grade, backlit: float) -> Colour:
    """A thing's own colour as this shot's light shows it: tinted by the fill, sunk towards the shadow when lit from behind."""
    lit = mix(mix(punch(colour, 0.8), grade.fill, 0.05), grade.key, 0.07)
    dim = tone(lit, -0.10 if grade.night else 0.0, 1.08)
    return tone(mix(dim, grade.shadow, round(0.05 + 0.50 * backlit, 3)), 0.0, 1.1)
