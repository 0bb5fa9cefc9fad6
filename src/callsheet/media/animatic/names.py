"""What a character's name and the words about their clothes say of how they look, where the cast entry is silent."""

import re
from typing import Literal

_HER = "夏 雪 芳 娜 婷 薇 琳 静 丽 娟 敏 燕 霞 玲 萍 莉 蕾 倩 颖 瑶 萱 妍 怡 欣 月 兰 梅 莲 蓉 琴 娇 媛 婉 馨 雯 晴 汐 柔 珊 瑾 香 花 姐 妹 妈 娘 婆 姨"
_HIM = "伟 强 军 刚 建 勇 磊 斌 涛 鹏 飞 龙 虎 峰 超 波 辉 杰 俊 浩 亮 雷 豪 毅 坤 昊 宇 轩 爸 爷 叔 伯 哥 弟"
_HERS = frozenset(
    "anna emma maya mary jane lucy lily rose grace helen alice clara nina sara sarah kate susan eve ruth ellen claire amy zoe mei "
    "ada iris ivy jo june may nora olivia sophie marie elizabeth margaret".split()
)
_HIS = frozenset(
    "tom john jack james peter paul mark david sam ben max leo adam daniel michael george henry luke joe bob bill frank harry noah "
    "oscar simon theo victor walter arthur hugo ivan".split()
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
        if letter in _HER.split():
            return "woman"
        if letter in _HIM.split():
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
