"""The look and the sound of a film from its brief: palette, accent, type, music."""

import colorsys
from dataclasses import dataclass
from typing import Literal

from callsheet.film import Look, Music
from callsheet.script.brief import Brief
from callsheet.script.lexicon import COLOURS

TypeTone = Literal["modern", "elegant", "bold", "editorial"]


@dataclass(frozen=True)
class _Feel:
    palette: tuple[str, str, str, str]
    accent: str
    type_tone: TypeTone
    style: str
    tempo: int
    valence: float
    arousal: float


_FEELS: dict[str, _Feel] = {
    "warm": _Feel(("#2b1d16", "#7a4a2e", "#d9a066", "#f6ead7"), "#e2703a", "modern", "warm-minimal", 84, 0.15, -0.1),
    "calm": _Feel(("#1d2427", "#56686a", "#b9c4bd", "#f1efe8"), "#d98f4e", "elegant", "warm-minimal", 72, 0.05, -0.25),
    "bold": _Feel(("#111217", "#2b2f45", "#e8e6df", "#ffffff"), "#ff4b2b", "bold", "pulse", 122, 0.1, 0.3),
    "playful": _Feel(("#20203a", "#4b5fc0", "#ffd166", "#fff6e0"), "#ff5d73", "bold", "bright-pluck", 112, 0.25, 0.2),
    "elegant": _Feel(
        ("#15130f", "#5b5044", "#c9b79c", "#f4efe6"), "#b48a4a", "editorial", "cinematic", 76, 0.05, -0.15
    ),
    "serious": _Feel(("#121a24", "#33506b", "#a9bccb", "#f2f5f7"), "#2fa6b4", "modern", "warm-minimal", 92, 0.0, 0.0),
    "tender": _Feel(("#231a22", "#6d5060", "#d8b2a6", "#f7ece6"), "#d9736a", "elegant", "tender-piano", 70, 0.0, -0.2),
    "dark": _Feel(("#0b0d12", "#232b38", "#6f7f8f", "#d6dbe0"), "#c8322b", "editorial", "tense-drone", 64, -0.3, 0.1),
    "tradition": _Feel(("#1c1814", "#5b4632", "#c8a06a", "#f3ead8"), "#b3312a", "elegant", "guzheng", 76, 0.1, -0.15),
}
_PLAIN = _Feel(("#161b22", "#3d4c5c", "#c3b8a4", "#f5f1e8"), "#e0743c", "modern", "warm-minimal", 92, 0.0, 0.0)


def feel(brief: Brief) -> tuple[float, float]:
    """How much gladder and more excited than usual the brief wants the film, on the mood's two axes."""
    found = _of(brief)
    return found.valence, found.arousal


def _of(brief: Brief) -> _Feel:
    return next((_FEELS[t] for t in brief.tone if t in _FEELS), _PLAIN)


def look_for(brief: Brief, name: str) -> Look:
    """The film's one look: the brief's colours when it names any, else the tone's."""
    found = _of(brief)
    palette, accent = list(found.palette), found.accent
    if brief.colours:
        palette = _around(brief.colours)
        accent = _accent(brief.colours, found.accent)
    words = ", ".join(w for w in dict.fromkeys(brief.tone))
    return Look(name=name, description=words, palette=palette, accent=accent, type_tone=found.type_tone)


def music_for(brief: Brief, name: str, pace: float = 1.0) -> Music:
    """The score: a style and a tempo from the tone; `pace` above 1 is faster cutting."""
    found = _of(brief)
    tempo = max(56, min(140, round(found.tempo * (1 + 0.25 * (pace - 1)))))
    return Music(name=name, style=found.style, tempo=tempo)


def _rgb(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _hex(hue: float, light: float, saturation: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, light, saturation)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _around(colours: tuple[str, ...]) -> list[str]:
    """Four colours from dark to light that hold the brief's first colour."""
    hue, light, saturation = colorsys.rgb_to_hls(*_rgb(colours[0]))
    soft = min(saturation, 0.55)
    steps = [(0.10, soft * 0.7), (0.28, soft * 0.8), (0.68, soft * 0.7), (0.94, soft * 0.5)]
    nearest = min(range(4), key=lambda i: abs(steps[i][0] - light))
    return [colours[0].lower() if i == nearest else _hex(hue, level, wash) for i, (level, wash) in enumerate(steps)]


def _accent(colours: tuple[str, ...], fallback: str) -> str:
    """The brief's most saturated colour, if any has colour at all."""
    vivid = max(
        colours, key=lambda c: colorsys.rgb_to_hls(*_rgb(c))[2] * (1 - abs(2 * colorsys.rgb_to_hls(*_rgb(c))[1] - 1))
    )
    hue, light, saturation = colorsys.rgb_to_hls(*_rgb(vivid))
    if saturation < 0.15:
        return fallback
    return vivid.lower() if 0.3 <= light <= 0.7 else _hex(hue, 0.55, max(saturation, 0.5))


def hex_of(word: str) -> str | None:
    """The colour of a plain colour word in either language."""
    return COLOURS.get(word.casefold())
