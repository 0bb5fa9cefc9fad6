"""Colours as 32-bit ARGB integers, mixed in Oklab so that ramps between hues stay clean."""

from collections.abc import Sequence
from functools import lru_cache

import skia

Colour = int
"""0xAARRGGBB, not premultiplied: what skia paints and gradients take."""


def rgb(red: float, green: float, blue: float, alpha: float = 1.0) -> Colour:
    """A colour from components in 0..1 (clamped)."""
    parts = [round(255 * min(max(v, 0.0), 1.0)) for v in (alpha, red, green, blue)]
    return parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3]


def parse(text: str) -> Colour:
    """`#rrggbb` as an opaque colour."""
    return 0xFF000000 | int(text[1:], 16)


def fade(colour: Colour, alpha: float) -> Colour:
    """`colour` with its alpha multiplied by `alpha` (0..1)."""
    return (colour & 0xFFFFFF) | round((colour >> 24 & 255) * min(max(alpha, 0.0), 1.0)) << 24


@lru_cache(4096)
def oklab(colour: Colour) -> tuple[float, float, float]:
    """Lightness 0..1 and the two opponent axes of a colour (alpha ignored)."""
    channels = []
    for shift in (16, 8, 0):
        value = (colour >> shift & 255) / 255
        channels.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    r, g, b = channels
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def from_oklab(lightness: float, a: float, b: float, alpha: float = 1.0) -> Colour:
    """The nearest displayable colour."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    r, g, b = (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in linear)
    return rgb(r, g, b, alpha)


@lru_cache(8192)
def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`share` 0 gives `one`, 1 gives `other`; alpha is mixed too."""
    share = min(max(share, 0.0), 1.0)
    p, q = oklab(one), oklab(other)
    alpha = ((one >> 24 & 255) * (1 - share) + (other >> 24 & 255) * share) / 255
    light, a, b = (x + (y - x) * share for x, y in zip(p, q, strict=True))
    return from_oklab(light, a, b, alpha)


@lru_cache(4096)
def tone(colour: Colour, lightness: float = 0.0, chroma: float = 1.0) -> Colour:
    """`colour` with `lightness` (-1..1) added and its chroma multiplied."""
    light, a, b = oklab(colour)
    return from_oklab(min(max(light + lightness, 0.0), 1.0), a * chroma, b * chroma, (colour >> 24 & 255) / 255)


@lru_cache(4096)
def punch(colour: Colour, amount: float = 1.0) -> Colour:
    """`colour` through an S-shaped curve, its hue kept and its chroma raised: darks darker, lights lighter."""
    light, a, b = oklab(colour)
    curved = light * light * (3 - 2 * light)
    chroma = 1 + 0.28 * amount
    return from_oklab(light + (curved - light) * 0.55 * amount, a * chroma, b * chroma, (colour >> 24 & 255) / 255)


def lightness(colour: Colour) -> float:
    """How light a colour looks, 0..1."""
    return oklab(colour)[0]


def ramp(colours: Sequence[Colour], share: float) -> Colour:
    """The colour at `share` (0..1) along evenly spaced `colours`."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    index = min(int(place), len(colours) - 2)
    return mix(colours[index], colours[index + 1], round(place - index, 4))


def linear(
    start: tuple[float, float],
    end: tuple[float, float],
    colours: Sequence[Colour],
    stops: Sequence[float] | None = None,
) -> skia.Shader:
    """A linear gradient shader, clamped at both ends."""
    return skia.GradientShader.MakeLinear(
        [skia.Point(*start), skia.Point(*end)], list(colours), None if stops is None else list(stops)
    )


def radial(
    centre: tuple[float, float], radius: float, colours: Sequence[Colour], stops: Sequence[float] | None = None
) -> skia.Shader:
    """A radial gradient shader, clamped outside."""
    return skia.GradientShader.MakeRadial(
        skia.Point(*centre), max(radius, 0.01), list(colours), None if stops is None else list(stops)
    )
