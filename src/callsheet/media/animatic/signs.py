"""Signs in the street: words from the order's own text, in its language, as neon or paint."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import skia

from callsheet.film.take import Order
from callsheet.media.animatic.colour import Colour, fade, mix
from callsheet.media.animatic.shapes import glow, paint, stroke
from callsheet.media.type.fonts import font_files
from callsheet.media.typeface import open_typeface

_HOUSES = {
    "zh": ("咖啡", "书店", "面馆", "旅馆", "夜市", "茶楼", "照相", "花店", "酒", "药房", "电影院", "小吃"),
    "ja": ("喫茶", "書店", "酒場", "旅館", "食堂", "薬", "映画", "花屋"),
    "ko": ("커피", "서점", "식당", "호텔", "약국", "꽃집", "노래"),
    "": ("CAFE", "BOOKS", "NOODLES", "HOTEL", "CINEMA", "BAR", "FLOWERS", "RECORDS", "BAKERY", "PHOTO", "TEA", "OPEN"),
}
_DULL = frozenset(
    [
        "the",
        "and",
        "with",
        "from",
        "into",
        "over",
        "under",
        "this",
        "that",
        "they",
        "them",
        "then",
        "there",
        "where",
        "while",
        "street",
        "city",
        "night",
        "their",
        "about",
        "through",
    ]
)


@cache
def _face(path: str) -> skia.Typeface:
    return open_typeface(Path(path))


@cache
def typeface(text: str, language: str) -> skia.Typeface:
    """A face that has every glyph of `text`, or the first there is."""
    faces = [_face(str(path)) for path in font_files(language)]
    return next((face for face in faces if all(face.unicharToGlyph(ord(c)) for c in text if not c.isspace())), faces[0])


def words_for(order: Order, rng: np.random.Generator, count: int) -> list[str]:
    """Short names for signs: first what the location and the action name, then what every street has."""
    tongue = order.language.split("-")[0]
    own: list[str] = []
    source = f"{order.location.name if order.location else ''}，{order.action}"
    if tongue in ("zh", "ja"):
        own = [part for part in re.findall(r"[㐀-鿿]{2,4}(?=[，。、；的\s]|$)", source.split("，")[0]) if part]
    else:
        own = [w.upper() for w in re.findall(r"[A-Za-z]{4,9}", source.split("，")[0]) if w.lower() not in _DULL][:2]
    usual = list(_HOUSES.get(tongue, _HOUSES[""]))
    rng.shuffle(usual)
    return list(dict.fromkeys([*own[:2], *usual]))[:count]


@dataclass(frozen=True)
class Sign:
    """A sign: its text, where its top left lies, its em in pixels, whether it stands upright."""

    text: str
    x: float
    y: float
    em: float
    upright: bool
    colour: Colour
    language: str

    @property
    def box(self) -> skia.Rect:
        """The sign's panel."""
        pad = 0.42 * self.em
        if self.upright:
            return skia.Rect.MakeXYWH(self.x, self.y, self.em + 2 * pad, len(self.text) * self.em * 1.12 + 2 * pad)
        return skia.Rect.MakeXYWH(self.x, self.y, self._font().measureText(self.text) + 2 * pad, self.em + 1.5 * pad)

    def _font(self) -> skia.Font:
        font = skia.Font(typeface(self.text, self.language), self.em)
        font.setEmbolden(True)
        return font

    def paint(self, canvas: skia.Canvas, lit: float, panel: Colour) -> None:
        """Draw it; `lit` 0 is a painted board by day, 1 full neon."""
        box = self.box
        bright = mix(self.colour, 0xFFFFFFFF, 0.62)
        if lit > 0.05:
            glow(canvas, box.centerX(), box.centerY(), max(box.width(), box.height()) * 0.95, self.colour, 0.55 * lit)
        round_ = 0.16 * self.em
        canvas.drawRoundRect(box, round_, round_, paint(mix(panel, self.colour, 0.18 if lit > 0.05 else 0.75)))
        if lit > 0.05:
            canvas.drawRoundRect(
                box.makeInset(0.1 * self.em, 0.1 * self.em),
                round_,
                round_,
                stroke(fade(self.colour, 0.35 * lit), 0.2 * self.em),
            )
            canvas.drawRoundRect(
                box.makeInset(0.1 * self.em, 0.1 * self.em), round_, round_, stroke(bright, 0.055 * self.em)
            )
        ink = bright if lit > 0.05 else mix(panel, 0xFFFFFFFF, 0.86)
        font, brush = self._font(), paint(ink)
        pad = 0.42 * self.em
        if not self.upright:
            canvas.drawString(self.text, box.left() + pad, box.top() + 0.75 * pad + self.em * 0.86, font, brush)
            return
        for n, letter in enumerate(self.text):
            wide = font.measureText(letter)
            canvas.drawString(
                letter,
                box.left() + pad + (self.em - wide) / 2,
                box.top() + pad + (n * 1.12 + 0.90) * self.em,
                font,
                brush,
            )
