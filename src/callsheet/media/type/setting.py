"""How a piece of text is set, said without opening a font."""

import unicodedata
from dataclasses import dataclass

__all__ = ["ROLES", "Setting", "is_cjk", "is_emoji"]

ROLES = ("display", "text", "serif")
"""The roles that fonts play."""


@dataclass(frozen=True)
class Setting:
    """How a piece of text is set, size apart. `role`: display, text or serif.

    `weight` 100..900, `width` in percent (grotesque only), `cjk_weight` for Chinese, Japanese and Korean, `tracking` in em
    added after every character, `optical` the optical size of the serif, `language` a tag such as `en` or `zh-Hant`, `italic`
    for Latin only.
    """

    role: str = "text"
    weight: int = 500
    width: int = 100
    cjk_weight: int = 500
    tracking: float = 0.0
    optical: int = 72
    language: str = ""
    italic: bool = False


def is_cjk(character: str) -> bool:
    """Whether the character is set in full-width cells: Han, kana, Hangul, bopomofo and full-width forms."""
    return unicodedata.east_asian_width(character) in "WF" and not is_emoji(character)


def is_emoji(character: str) -> bool:
    """Whether the character stands in the emoji blocks beyond the basic plane."""
    return 0x1F000 <= ord(character) <= 0x1FAFF
