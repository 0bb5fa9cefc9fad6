"""The colours of a card."""

from collections.abc import Callable
from dataclasses import dataclass

import skia

from callsheet.media.animatic.colour import Colour, lightness, mix, tone
from callsheet.media.animatic.stage import Stage, View

Painter = Callable[[skia.Canvas, View], None]
"""Paints a card's backdrop over its ground."""


@dataclass(frozen=True)
class Inks:
    """The colours of a card: two for its ground, three to draw with."""

    ground: Colour
    deep: Colour
    accent: Colour
    second: Colour
    light: Colour
    dark: bool


def inks_for(stage: Stage, *, paper: bool = False) -> Inks:
    """Dark grounds at night or in grim and excited moods, light ones else and on `paper`; the accent always stands off the ground."""
    grade, mood = stage.grade, stage.order.mood
    palette = stage.order.look.palette if stage.order.look else []
    dark = grade.night or grade.time == "dusk" or mood.valence < -0.1 or mood.arousal > 0.5
    if palette and not dark and mood.valence < 0.3:
        dark = lightness(int(palette[0][1:], 16) | 0xFF000000) < 0.5 and stage.rng("card").random() < 0.35
    if paper:
        dark = grade.night
    if dark:
        ground = tone(mix(grade.shadow, grade.sky_top, 0.45), -0.02)
        ground = tone(ground, min(0.0, 0.32 - lightness(ground)))
        ground = tone(ground, max(0.0, 0.24 - lightness(ground)))
        deep = tone(ground, -0.08)
        second = tone(mix(grade.sky_mid, grade.fill, 0.4), -0.1)
    else:
        ground = tone(mix(grade.sky_low, 0xFFF6EFE4, 0.62), 0.02)
        ground = tone(ground, max(0.0, 0.88 - lightness(ground)), 0.8)
        deep = tone(mix(ground, grade.haze, 0.45), -0.04)
        second = tone(mix(grade.haze, grade.sky_mid, 0.6), -0.05)
    return Inks(ground, deep, grade.accent, second, mix(ground, 0xFFFFFFFF, 0.2 if dark else 0.7), dark)
