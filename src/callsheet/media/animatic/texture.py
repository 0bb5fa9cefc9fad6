"""Textures baked once per scene: fractal noise, clouds, fog, grain. Arrays are float32 in 0..1 unless said otherwise."""

import numpy as np
import skia
from numpy.typing import NDArray
from scipy.ndimage import zoom

from callsheet.media.animatic.colour import Colour

Field = NDArray[np.float32]


def noise(
    rng: np.random.Generator, height: int, width: int, cells: tuple[float, float], octaves: int = 5, gain: float = 0.5
) -> Field:
    """Fractal noise [height, width]; `cells` are how many features of the coarsest octave fit down and across."""
    total = np.zeros((height, width), np.float32)
    weight, norm = 1.0, 0.0
    down, across = cells
    for _ in range(octaves):
        rows, columns = max(int(down) + 3, 3), max(int(across) + 3, 3)
        if rows > height or columns > width:
            break
        grid = rng.random((rows, columns), np.float32)
        fine = zoom(grid, (height / (rows - 2), width / (columns - 2)), order=3)[:height, :width]
        total[: fine.shape[0], : fine.shape[1]] += weight * fine
        norm += weight
        weight *= gain
        down, across = down * 2, across * 2
    total /= max(norm, 1e-6)
    low, high = np.percentile(total, (1, 99))
    scaled: Field = np.clip((total - low) / max(float(high - low), 1e-6), 0, 1).astype(np.float32)
    return scaled


def tinted(alpha: Field, colour: Colour) -> skia.Image:
    """A premultiplied image of one colour whose alpha is the field."""
    return blended(alpha, np.zeros_like(alpha), colour, colour)


def blended(alpha: Field, share: Field, one: Colour, other: Colour) -> skia.Image:
    """A premultiplied image that runs from colour `one` to `other` by `share`, with `alpha`."""
    pixels = np.empty((*alpha.shape, 4), np.uint8)
    for channel, shift in enumerate((0, 8, 16)):
        a, b = (one >> shift) & 255, (other >> shift) & 255
        pixels[..., channel] = np.clip((a + (b - a) * share) * alpha, 0, 255)
    pixels[..., 3] = np.clip(alpha * 255, 0, 255)
    return skia.Image.fromarray(pixels, skia.ColorType.kBGRA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)


def clouds(
    rng: np.random.Generator, height: int, width: int, cover: float, light: Colour, dark: Colour, stretch: float = 3.0
) -> skia.Image:
    """A band of clouds with lit tops and dark bellies, fading out above and below; `cover` 0..1."""
    base = noise(rng, height, width, (3.0, 3.0 * width / height / stretch), 5, 0.52)
    detail = noise(rng, height, width, (9.0, 9.0 * width / height / stretch), 3)
    density = np.clip((base * 0.8 + detail * 0.2 - (1 - cover)) / 0.30, 0, 1)
    below = np.roll(density, -max(height // 14, 1), 0)
    share = np.clip(0.55 + (density - below) * 0.9, 0, 1)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    edge = np.clip(rows / 0.18, 0, 1) * np.clip((1 - rows) / 0.3, 0, 1)
    alpha = density * edge * density.clip(0.2, 1)
    return blended(alpha.astype(np.float32), share.astype(np.float32), dark, light)


def fog(rng: np.random.Generator, height: int, width: int, colour: Colour, strength: float = 1.0) -> skia.Image:
    """A soft bank of fog, thickest along its middle."""
    field = noise(rng, height, width, (2.0, 2.0 * width / height / 2.5), 4)
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None]
    shape = np.exp(-((rows / 0.42) ** 2)) * np.clip((1 - np.abs(columns)) / 0.25, 0, 1)
    edge = np.clip((1 - np.abs(rows)) / 0.2, 0, 1)
    return tinted(((0.35 + 0.65 * field) * shape * edge * strength).astype(np.float32), colour)


def light_and_grain(
    rng: np.random.Generator,
    height: int,
    width: int,
    grain: float,
    dark: Colour,
    bright: Colour,
    side: float,
    reach: float,
) -> skia.Image:
    """What lies over a finished frame in overlay blend: light from one side, shade in the far corners, fine grain.

    Mid-grey leaves a pixel as it is; `bright` tints the side (-1 left .. 1 right) the light comes from, `dark` the shaded corners;
    `reach` 0..1 is how strong both are. Overlay steepens what it tints, so the picture gains contrast and keeps its black and white.
    """
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None]
    far = np.clip((rows**2 + columns**2) * 0.62 - 0.26, 0, 1) ** 1.2
    towards = np.clip(0.5 + 0.5 * columns * np.sign(side) - 0.35 * rows, 0, 1)
    lit = towards**2 * np.float32(reach)
    shade = np.clip(far * 0.62 + (1 - towards) ** 2 * 0.30, 0, 0.8) * np.float32(reach)
    speck = rng.standard_normal((height, width), np.float32) * np.float32(255 * grain)
    pixels = np.empty((height, width, 4), np.uint8)
    for channel, shift in enumerate((0, 8, 16)):
        value = 127.5 + (((bright >> shift) & 255) - 127.5) * lit * 0.55
        value = value + (((dark >> shift) & 255) - value) * shade
        pixels[..., channel] = np.clip(value + speck + 0.5, 0, 255)
    pixels[..., 3] = 255
    return skia.Image.fromarray(pixels, skia.ColorType.kBGRA_8888_ColorType, skia.AlphaType.kOpaque_AlphaType)
