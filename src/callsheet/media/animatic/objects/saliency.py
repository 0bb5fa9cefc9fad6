"""Finding the subject of a picture without a model: what differs from the picture's border, stands out in its spectrum and sits near the middle."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from callsheet.media.animatic.objects.mesh import Array

_WORK = 160
"""Longer side at which masks are worked out; they are smooth, and refined at full size afterwards."""


def subject_mask(pixels: NDArray[np.uint8]) -> Array:
    """The subject's coverage, 0..1, [h, w], of a still ([h, w, 4] premultiplied RGBA). Its alpha channel is used when it has one."""
    height, width = pixels.shape[:2]
    if (pixels[..., 3] < 250).mean() >= 0.02:
        return np.asarray(pixels[..., 3] / 255.0)
    small, lab = _working(pixels)
    first = _first_guess(lab)
    refined = _segmented(lab, first)
    share = np.array([height / small[0], width / small[1]])
    rough = ndimage.zoom(refined, share, order=1, mode="nearest", grid_mode=True)[:height, :width]
    rough = np.pad(rough, ((0, height - rough.shape[0]), (0, width - rough.shape[1])), mode="edge")
    return _matted(pixels, rough, max(2, round(max(share) * 1.5)))


def distinctness(pixels: NDArray[np.uint8], mask: Array) -> float:
    """How little the colours inside a mask (as from `subject_mask`) also occur outside it: 0 the same, 1 none shared."""
    step = max(1, round(max(mask.shape) / _WORK))
    colours = pixels[::step, ::step, :3].reshape(-1, 3) // 32
    inside = mask[::step, ::step].ravel() > 0.5
    cells = colours @ np.array([64, 8, 1])
    within, without = (
        np.bincount(cells[chosen], minlength=512) / max(int(chosen.sum()), 1) for chosen in (inside, ~inside)
    )
    return float(1 - np.minimum(within, without).sum())


def _working(pixels: NDArray[np.uint8]) -> tuple[tuple[int, int], Array]:
    """The picture in about 160 pixels, as perceptual colour (lightness, a, b) with each axis on a like scale."""
    height, width = pixels.shape[:2]
    step = max(1, round(max(height, width) / _WORK))
    trimmed = pixels[: height // step * step, : width // step * step, :3].astype(float) / 255
    small = trimmed.reshape(height // step, step, width // step, step, 3).mean((1, 3))
    linear = small**2.2
    lms = np.cbrt(
        np.maximum(
            linear @ np.array([[0.4122, 0.2119, 0.0883], [0.5363, 0.6807, 0.2817], [0.0514, 0.1074, 0.6300]]), 1e-6
        )
    )
    lab = lms @ np.array([[0.2105, 1.9780, 0.0259], [0.7936, -2.4286, 0.7828], [-0.0041, 0.4506, -0.8087]])
    return small.shape[:2], lab * [1.0, 2.2, 2.2]


def _first_guess(lab: Array) -> Array:
    """0..1: how much each spot looks like the subject."""
    height, width = lab.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    fraction_x, fraction_y = (x + 0.5) / width, (y + 0.5) / height
    centre = np.exp(-(((fraction_x - 0.5) / 0.36) ** 2 + ((fraction_y - 0.52) / 0.38) ** 2) / 2)
    contrast = _from_border(lab)
    spectral = _spectral_residual(lab[..., 0])
    guess = (0.62 * contrast + 0.23 * spectral + 0.15 * contrast * spectral) * (0.30 + 0.70 * centre)
    guess = ndimage.gaussian_filter(guess, max(1.0, max(height, width) * 0.012))
    return np.asarray(guess / max(float(np.quantile(guess, 0.99)), 1e-6)).clip(0, 1)


def _from_border(lab: Array) -> Array:
    """Difference from the nearest of the colours met along each of the four borders, which also may run from one side to the other."""
    height, width = lab.shape[:2]
    band = max(2, min(height, width) // 20)
    smooth = ndimage.gaussian_filter(lab, (1.5, 1.5, 0))
    # A border may itself be a gradient: compare each row with its own two ends, and each column with its own, and keep the best fit.
    left, right = smooth[:, :band].mean(1, keepdims=True), smooth[:, -band:].mean(1, keepdims=True)
    top, bottom = smooth[:band].mean(0, keepdims=True), smooth[-band:].mean(0, keepdims=True)
    across, down = np.linspace(0, 1, width)[None, :, None], np.linspace(0, 1, height)[:, None, None]
    blends = (left * (1 - across) + right * across, top * (1 - down) + bottom * down)
    distances = [np.linalg.norm(smooth - blend, axis=-1) for blend in (*blends, left + 0 * smooth, right + 0 * smooth)]
    nearest = np.minimum.reduce(distances)
    return np.asarray(nearest / max(float(np.quantile(nearest, 0.98)), 0.06)).clip(0, 1)


def _spectral_residual(light: Array) -> Array:
    """Hou and Zhang's spectral residual: what the log spectrum's average does not explain."""
    spectrum = np.fft.fft2(ndimage.zoom(light, 64 / max(light.shape), order=1))
    magnitude = np.log(np.abs(spectrum) + 1e-9)
    residual = magnitude - ndimage.uniform_filter(magnitude, 3, mode="wrap")
    salient = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    salient = ndimage.gaussian_filter(salient, 2.5)
    grown = ndimage.zoom(salient, (light.shape[0] / salient.shape[0], light.shape[1] / salient.shape[1]), order=1)
    out = np.zeros_like(light)
    h, w = min(grown.shape[0], light.shape[0]), min(grown.shape[1], light.shape[1])
    out[:h, :w] = grown[:h, :w]
    return np.asarray(out / max(float(np.quantile(out, 0.98)), 1e-9)).clip(0, 1)


def _segmented(lab: Array, guess: Array) -> Array:
    """Iterated colour models of inside and outside (as GrabCut has), each smoothed over its neighbourhood; one filled piece is kept."""
    height, width = guess.shape
    threshold = _otsu(guess)
    inside = guess > threshold
    edge = np.zeros_like(inside)
    band = max(1, min(height, width) // 40)
    edge[:band] = edge[:, :band] = edge[:, -band:] = True
    probability = inside.astype(float)
    for turn in range(5):
        sure_in, sure_out = probability > 0.5, (probability <= 0.5) | edge
        if sure_in.sum() < 12 or sure_out.sum() < 12:
            break
        # At first, learn the inside away from its rim, which may still hold some background.
        rim = max(2, round(min(height, width) * 0.03)) if turn < 2 else 0
        core = ndimage.binary_erosion(sure_in & ~edge, iterations=rim) if rim else sure_in & ~edge
        odds = _density(lab, sure_out, 7) - _density(lab, core if core.sum() > 40 else sure_in & ~edge, 5)
        # The place prior keeps look-alike colours far from the subject out.
        prior = 2.0 * (ndimage.gaussian_filter(guess, 3) - threshold)
        smooth = ndimage.gaussian_filter(np.clip(odds * 0.5, -4, 4), 1.2) + prior
        probability = 1 / (1 + np.exp(-smooth))
        probability[edge] *= 0.3
    return _one_piece(probability)


def _density(lab: Array, where: NDArray[np.bool_], count: int) -> Array:
    """Distance of each pixel to the nearest of a few colour clusters of a region, in that cluster's own spread (squared)."""
    samples = lab[where]
    order = np.argsort(samples @ np.array([1.0, 0.37, 0.21]), kind="stable")
    centres = samples[order[np.linspace(0, len(order) - 1, count).astype(int)]]
    for _ in range(6):
        label = ((samples[:, None] - centres[None]) ** 2).sum(-1).argmin(1)
        centres = np.stack([samples[label == k].mean(0) if (label == k).any() else centres[k] for k in range(count)])
    spread = np.array(
        [max(float(samples[label == k].var(0).sum()), 2e-4) if (label == k).sum() > 2 else 2e-3 for k in range(count)]
    )
    distance = ((lab[:, :, None] - centres[None, None]) ** 2).sum(-1) / spread + 0.7 * np.log(spread)
    return np.asarray(distance.min(-1))


def _one_piece(probability: Array) -> Array:
    """Keep the piece with most weight near the middle (and near-equal companions), fill its holes, soften its edge."""
    mask = ndimage.binary_opening(probability > 0.5, iterations=max(1, round(max(probability.shape) / 64)))
    labels, count = ndimage.label(mask)
    if not count:
        return np.asarray(probability * 0)
    height, width = mask.shape
    y, x = np.mgrid[0:height, 0:width]
    weight = np.exp(-(((x / width - 0.5) / 0.32) ** 2 + ((y / height - 0.5) / 0.36) ** 2) / 2)
    scores = ndimage.sum_labels(weight, labels, np.arange(1, count + 1))
    kept = np.isin(labels, 1 + np.flatnonzero(scores > 0.3 * scores.max()))
    kept = ndimage.binary_fill_holes(ndimage.binary_closing(kept, iterations=2))
    return np.asarray(ndimage.gaussian_filter(kept.astype(float), 0.8))


def _otsu(values: Array) -> float:
    histogram, edges = np.histogram(values, 64, (0, 1))
    weight = np.cumsum(histogram)
    mean = np.cumsum(histogram * (edges[:-1] + 0.5 / 64))
    total, whole = weight[-1], mean[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (whole * weight - total * mean) ** 2 / (weight * (total - weight))
    return float(edges[int(np.nanargmax(np.where(np.isfinite(between), between, -1)))] + 1 / 64)


def _matted(pixels: NDArray[np.uint8], rough: Array, radius: int) -> Array:
    """Follow the picture's own edges (a guided filter on lightness) so the cut runs along the outline, not the working grid."""
    guide = pixels[..., :3].astype(float).mean(-1) / 255
    size = 2 * radius + 1
    mean_g, mean_m = ndimage.uniform_filter(guide, size), ndimage.uniform_filter(rough, size)
    variance = ndimage.uniform_filter(guide * guide, size) - mean_g**2
    covariance = ndimage.uniform_filter(guide * rough, size) - mean_g * mean_m
    slope = covariance / (variance + 1e-3)
    offset = mean_m - slope * mean_g
    matte = ndimage.uniform_filter(slope, size) * guide + ndimage.uniform_filter(offset, size)
    return np.asarray(np.clip((matte - 0.25) / 0.5, 0, 1))
