"""What a character's name and the words about their clothes say of how they look, where the cast entry is silent."""

import re
from typing import Literal

_HER = "夏雪芳娜婷薇琳静丽娟敏燕霞玲萍莉蕾倩颖瑶萱妍怡欣月兰梅莲蓉琴娇媛婉馨雯晴汐柔珊瑾香花姐妹妈娘婆姨"
_HIM = "伟强军刚建勇磊斌涛鹏飞龙虎峰超波辉杰俊浩亮雷豪毅坤昊宇轩爸爷叔伯哥弟"
_HERS = frozenset(
    [
        "anna",
        "emma",
        "maya",
        "mary",
        "jane",
        "lucy",
        "lily",
        "rose",
        "grace",
        "helen",
        "alice",
        "clara",
        "nina",
        "sara",
        "sarah",
        "kate",
        "susan",
        "eve",
        "ruth",
        "ellen",
        "claire",
        "amy",
        "zoe",
        "mei",
        "ada",
        "iris",
        "ivy",
        "jo",
        "june",
        "may",
        "nora",
        "olivia",
        "sophie",
        "marie",
        "elizabeth",
        "margaret",
    ]
)
_HIS = frozenset(
    [
        "tom",
        "john",
        "jack",
        "james",
        "peter",
        "paul",
        "mark",
        "david",
        "sam",
        "ben",
        "max",
        "leo",
        "adam",
        "daniel",
        "michael",
        "george",
        "henry",
        "luke",
        "joe",
        "bob",
        "bill",
        "frank",
        "harry",
        "noah",
        "oscar",
        "simon",
        "theo",
        "victor",
        "walter",
        "arthur",
        "hugo",
        "ivan",
    ]
)
_WORN = re.compile(
    r"\b(?:wear(?:s|ing)?|dressed in|in an?|puts? on|ties? on)\s+[^,.;]*"
    r"|[穿系戴披换围][着上了]?[^，。；,]*(?:衣|裙|裤|衫|袍|服|装|套|帽|围巾|毛衣|夹克|斗篷)"
)


def presents_of(name: str) -> Literal["woman", "man", "neutral"]:
    """Woman, man or neutral, as a given name suggests; neutral when it suggests nothing."""
    plain = name.strip()
    if re.fullmatch(r"老[\u4e00-\u9fff]", plain):
        return "man"
    for letter in reversed(plain[1:] or plain):
        if letter in _HER:
            return "woman"
        if letter in _HIM:
            return "man"
    first = plain.lower().split()[0] if plain.split() else ""
    if first in _HERS:
        return "woman"
    if first in _HIS:
        return "man"
    return "woman" if re.fullmatch(r"[a-z]{3,}(?:ia|na|la|ra|elle|ette)", first) else "neutral"


def worn(text: str) -> str:
    """The words of an action that say what somebody wears, or nothing."""
    return " ".join(found.group(0) for found in _WORN.finditer(text))
