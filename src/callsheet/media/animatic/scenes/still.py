"""A supplied still in depth: its subject, its ground and its background move apart, with the background rebuilt behind the subject."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import skia
from numpy.typing import NDArray
from scipy import ndimage

from callsheet.media.animatic.objects.air import Air, air_for
from callsheet.media.animatic.objects.cutout import cutout_from
from callsheet.media.animatic.objects.mesh import Array
from callsheet.media.animatic.objects.pixels import LINEAR, native, paint_bands, radius, smooth, tinted
from callsheet.media.animatic.objects.saliency import distinctness, subject_mask
from callsheet.media.animatic.scenes import product
from callsheet.media.animatic.stage import Scene, Stage, Still, View

_MARGIN = 0.2
"""How far the rebuilt background reaches beyond the frame, as a share of it."""


_LOWEST = {True: 0.69, False: 0.79}
"""Where a subject may end, portrait and landscape, as a fraction of the height."""


def build(stage: Stage) -> Scene:
    """The scene of an order's stills: the first that is not a place is the subject; a place stands behind a cut-out, a second image is an insert.

    A cut-out without a place is set on a designed set instead.
    """
    subject, *others = sorted(stage.stills, key=_rank)
    cut = has_alpha(subject.pixels)
    place = next((s for s in others if s.role.startswith("location:") and not has_alpha(s.pixels)), None)
    if cut and place is None and subject.role != "first-frame" and cutout_from(subject.pixels) is not None:
        return product.build(
            Stage(stage.width, stage.height, stage.order, stage.seed, [Still(product.SUBJECT, subject.pixels)])
        )
    insert = (
        None
        if cut or subject.role == "first-frame"
        else next((s for s in others if s.role == "image" and not has_alpha(s.pixels)), None)
    )
    return StillScene(stage, subject, place if cut else insert)


def _rank(still: Still) -> int:
    """What a shot shows first: the picture it must start on, one made for it, a thing or person, and last a place."""
    if still.role == "first-frame":
        return 0
    return 1 if still.role == "image" else 3 if still.role.startswith("location:") else 2


def has_alpha(pixels: NDArray[np.uint8]) -> bool:
    """Whether a still ([h, w, 4]) is a cut-out: at least 2 % of it lets something through."""
    return bool((pixels[..., 3] < 250).mean() >= 0.02)


@dataclass(frozen=True)
class Fit:
    """How a still lies in the frame: frame pixels per still pixel and where its top left corner lands."""

    scale: float
    x: float
    y: float


def bounds(mask: Array) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a mask's bulk in pixels; the middle of the picture when it is empty."""
    height, width = mask.shape
    rows, columns = mask.sum(1), mask.sum(0)
    if rows.sum() < 4:
        return width * 0.3, height * 0.3, width * 0.7, height * 0.7
    across, down = np.cumsum(columns) / columns.sum(), np.cumsum(rows) / rows.sum()
    ends = [float(np.searchsorted(c, q)) for c, q in ((across, 0.02), (down, 0.02), (across, 0.98), (down, 0.98))]
    return ends[0], ends[1], ends[2] + 1, ends[3] + 1


def stands_out(mask: Array, box: tuple[float, float, float, float]) -> bool:
    """Whether a mask is a thing and not a scatter of edges or most of the picture: solid in its own bounds, of a fair size."""
    solid = mask > 0.5
    area = (box[2] - box[0]) * (box[3] - box[1])
    step = max(1, max(mask.shape) // 160)
    small = solid[::step, ::step]
    outline = int((small & ~ndimage.binary_erosion(small)).sum())
    ragged = outline**2 / (4 * np.pi * max(int(small.sum()), 1))
    return bool(0.02 < solid.mean() < 0.62 and solid.sum() > 0.3 * area and ragged < 12)


def set_down(stage: Stage, size: tuple[int, int], box: tuple[float, float, float, float]) -> Fit:
    """Stand a cut-out of (width, height), whose visible part is `box`, in the part of the frame that is free of text."""
    left, top, right, bottom = _free(stage)
    scale = min((right - left) * 0.8 / (box[2] - box[0]), (bottom - top) * 0.62 / (box[3] - box[1]))
    ground = top + (bottom - top) * 0.84
    return Fit(scale, (left + right) / 2 - (box[0] + box[2]) / 2 * scale, ground - box[3] * scale)


def _free(stage: Stage) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, in pixels, of the frame without its calm part."""
    calm = stage.calm
    part = stage.order.text_room == "part"
    left = calm.right() * stage.width if part and not stage.portrait else 0.0
    top = calm.bottom() * stage.height if part and stage.portrait else 0.0
    return left, top, float(stage.width), float(stage.height)


def fitted(stage: Stage, size: tuple[int, int], box: tuple[float, float, float, float]) -> Fit:
    """Place a still of (width, height) so that it fills the frame and its subject `box` stands whole in the part free of text.

    Where both cannot be had, the subject wins, and the frame beyond the still's edge is extended from it.
    """
    width, height = size
    left, top, right, bottom = _free(stage)
    free_x, free_y, free_w, free_h = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
    cover = max(stage.width / width, stage.height / height) * 1.04
    closer = {"close": 1.25, "extreme-close": 1.6, "insert": 1.5}.get(stage.order.camera.size, 1.0)
    moves = 0.8 if stage.order.camera.move in ("push", "pull", "orbit", "handheld") else 0.9
    fits = min(free_w * moves / (box[2] - box[0]), free_h * 0.86 / (box[3] - box[1]))
    scale = min(cover * closer, max(fits, cover * (0.45 if stage.portrait else 0.72)))
    middle_x, middle_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    x, y = free_x - middle_x * scale, free_y - middle_y * scale
    # Prefer no extension: slide the still over the frame's edges as far as the subject's place allows.
    x = _slid(x, stage.width - width * scale, free_w * 0.5 - (box[2] - box[0]) * scale * 0.5)
    y = _slid(y, stage.height - height * scale, free_h * 0.5 - (box[3] - box[1]) * scale * 0.5)
    lowest = stage.height * (_LOWEST[stage.portrait]) - box[3] * scale
    if y > lowest and y + box[1] * scale > top:
        # Captions run below: the subject stands above them, and the picture is continued under it.
        y = max(lowest, top - box[1] * scale)
    return Fit(scale, x, y)


def _slid(at: float, other_end: float, room: float) -> float:
    """`at` moved into [other_end, 0] (the still covers the frame), by at most `room`."""
    if other_end > 0:
        return at
    wanted = min(max(at, other_end), 0.0)
    return at + max(-abs(room), min(abs(room), wanted - at))


def filled_behind(colours: Array, hole: Array) -> Array:
    """`colours` [h, w, 3] with `hole` (0..1) filled in from around it, coarse to fine (push-pull)."""
    keep = np.clip(1 - hole, 0, 1)
    levels: list[tuple[Array, Array]] = [(colours, keep)]
    while min(levels[-1][1].shape) > 2:
        value, weight = levels[-1]
        total = _halved(value * weight[..., None])
        share = _halved(weight[..., None])[..., 0]
        # A coarse cell is trusted as soon as one of its four is: else far colours would leak in along the hole's rim.
        levels.append((total / np.maximum(share, 1e-6)[..., None], np.minimum(1.0, 4 * share)))
    result = levels[-1][0]
    for value, weight in reversed(levels[:-1]):
        result = value * weight[..., None] + _grown(result, weight.shape) * (1 - weight[..., None])
    return np.asarray(result)


def _halved(values: Array) -> Array:
    height, width = values.shape[0] + values.shape[0] % 2, values.shape[1] + values.shape[1] % 2
    padded = np.pad(values, ((0, height - values.shape[0]), (0, width - values.shape[1]), (0, 0)), mode="edge")
    return np.asarray(padded.reshape(height // 2, 2, width // 2, 2, -1).mean((1, 3)))


def _grown(values: Array, shape: tuple[int, ...]) -> Array:
    grown = np.repeat(np.repeat(values, 2, 0), 2, 1)[: shape[0], : shape[1]]
    return np.asarray(ndimage.uniform_filter(grown, (3, 3, 0), mode="nearest"))


class StillScene:
    """A still taken apart into background, ground and subject."""

    def __init__(self, stage: Stage, subject: Still, other: Still | None) -> None:
        self.stage = stage
        pixels = _limited(subject.pixels, stage)
        if subject.role != "first-frame":
            pixels = _aired(pixels, stage)
        mask = subject_mask(pixels)
        self.box = bounds(mask)
        cut = has_alpha(subject.pixels)
        self.found = cut or (stands_out(mask, self.box) and distinctness(pixels, mask) > 0.45)
        self.fit = (set_down if cut and other is not None else fitted)(
            stage, (pixels.shape[1], pixels.shape[0]), self.box
        )
        behind = _limited(other.pixels, stage) if other is not None and cut else pixels
        place = self.fit if behind is pixels else fitted(stage, (behind.shape[1], behind.shape[0]), _whole(behind))
        hole = mask if behind is pixels and self.found else np.zeros(behind.shape[:2])
        blur = (0.006 if behind is not pixels else 0.0022) if self.found else 0.0
        self.plate = _plate(stage, behind, hole, place, blur)
        self.ground = self.fit.y + self.box[3] * self.fit.scale if self.found else stage.height * 0.98
        self.bands = self._bands()
        self.subject = native(_matte(pixels, mask)) if self.found else None
        self.shadow = tinted(_shadow(mask), 0xFF000000) if self.found and behind is not pixels else None
        self.size = (pixels.shape[1], pixels.shape[0])
        self.insert = native(_limited(other.pixels, stage)) if other is not None and not cut else None
        self.glow = tinted(0.30 * np.exp(-((radius(96) / 0.42) ** 2)) * (radius(96) < 1), stage.grade.key)
        self.scrim = _scrim(stage, self.plate)
        words = f"{stage.order.action} {' '.join(p.name + ' ' + p.description for _, p in stage.order.props)}"
        self.air: Air = air_for(stage, words, None)

    def depth_at(self, y: float) -> float:
        """Parallax depth of a composed row: far above the subject's foot, nearing below it."""
        start = self.ground - self.stage.height * 0.45
        return float(0.42 + 0.58 * np.clip((y - start) / max(self.ground - start, 1.0), 0, 1.3) ** 1.5)

    def _bands(self) -> list[tuple[float, float]]:
        stage = self.stage
        low, high = -_MARGIN * stage.height, (1 + _MARGIN) * stage.height
        start = min(max(self.ground - stage.height * 0.45, low + 1), high - 2)
        rows = np.concatenate([[low], np.linspace(start, high, max(2, int((high - start) / (stage.height * 0.02))))])
        return [(float(a), float(b)) for a, b in pairwise(rows)]

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Paint the frame."""
        stage = self.stage
        whole = skia.Rect.MakeXYWH(
            -_MARGIN * stage.width,
            -_MARGIN * stage.height,
            stage.width * (1 + 2 * _MARGIN),
            stage.height * (1 + 2 * _MARGIN),
        )
        paint_bands(canvas, stage, view, self.plate, whole, self.bands, self.depth_at)
        if self.subject is not None:
            self._paint_subject(canvas, view)
        drift = view.progress * 1.5 - 0.25
        reach = stage.unit * 0.75
        x, y = drift * stage.width, stage.height * (0.30 + 0.1 * view.progress)
        canvas.drawImageRect(self.glow, skia.Rect.MakeLTRB(x - reach, y - reach, x + reach, y + reach), LINEAR)
        self.air.paint_before(canvas, view, None, stage.unit)
        if self.insert is not None:
            self._paint_insert(canvas, view)
        if self.scrim is not None:
            canvas.drawImageRect(self.scrim, stage.bounds, LINEAR)

    def _paint_subject(self, canvas: skia.Canvas, view: View) -> None:
        matrix = self.stage.matrix(view, 1.0)
        if view.roll:
            canvas.save()
            canvas.concat(matrix)
            canvas.drawImageRect(self.subject, self._rect(), LINEAR)
            canvas.restore()
            return
        place = matrix.mapRect(self._rect())
        if self.shadow is not None:
            foot = place.top() + place.height() * self.box[3] / self.size[1]
            wide = (self.box[2] - self.box[0]) * self.fit.scale * matrix.getScaleX()
            centre = place.left() + place.width() * (self.box[0] + self.box[2]) / 2 / self.size[0]
            canvas.drawImageRect(
                self.shadow,
                skia.Rect.MakeLTRB(centre - wide * 0.72, foot - wide * 0.09, centre + wide * 0.72, foot + wide * 0.09),
                LINEAR,
            )
        canvas.drawImageRect(self.subject, place, LINEAR)

    def _rect(self) -> skia.Rect:
        return skia.Rect.MakeXYWH(self.fit.x, self.fit.y, self.size[0] * self.fit.scale, self.size[1] * self.fit.scale)

    def _paint_insert(self, canvas: skia.Canvas, view: View) -> None:
        """The second still as a print lying in front, away from the subject and the text."""
        stage, image = self.stage, self.insert
        if image is None:
            return
        wide = stage.unit * (0.36 if stage.portrait else 0.34)
        tall = wide * image.height() / image.width()
        if tall > wide * 1.2:
            wide, tall = wide * wide * 1.2 / tall, wide * 1.2
        middle = (self.fit.x + (self.box[0] + self.box[2]) / 2 * self.fit.scale) / stage.width
        x = stage.width * 0.95 - wide if middle < 0.5 or not stage.calm.isEmpty() else stage.width * 0.05
        enter = 1 - (1 - min(view.progress / 0.3, 1.0)) ** 4
        y = stage.height * (0.93 if not stage.portrait else 0.88) - tall + (1 - enter) * tall * 1.4
        place = stage.matrix(view, 1.35).mapXY(x, y)
        frame = skia.Rect.MakeXYWH(place.x(), place.y(), wide, tall)
        canvas.drawRect(frame.makeOffset(stage.unit * 0.008, stage.unit * 0.014).makeOutset(stage.unit * 0.012, stage.unit * 0.012),
                        skia.Paint(Color=0x52000000, MaskFilter=skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, stage.unit * 0.012)))  # fmt: skip
        canvas.drawRect(frame.makeOutset(stage.unit * 0.012, stage.unit * 0.012), skia.Paint(Color=0xFFF7F3EA))
        canvas.drawImageRect(image, frame, LINEAR)


def _whole(pixels: NDArray[np.uint8]) -> tuple[float, float, float, float]:
    height, width = pixels.shape[:2]
    return width * 0.35, height * 0.35, width * 0.65, height * 0.65


def _limited(pixels: NDArray[np.uint8], stage: Stage) -> NDArray[np.uint8]:
    """The still no larger than about twice the frame's long side, by whole-number averaging."""
    by = int(max(pixels.shape[:2]) / (1.6 * max(stage.width, stage.height)))
    if by < 2:
        return pixels
    height, width = pixels.shape[0] // by * by, pixels.shape[1] // by * by
    return np.asarray(
        pixels[:height, :width].reshape(height // by, by, width // by, by, 4).mean((1, 3)).round(), np.uint8
    )


def _aired(pixels: NDArray[np.uint8], stage: Stage) -> NDArray[np.uint8]:
    """A dim picture opened up a little for a shot in daylight, so that it cuts with the drawn ones; light pictures stay as they are."""
    if stage.grade.night or stage.grade.low_sun or has_alpha(pixels):
        return pixels
    middle = float(np.quantile(pixels[::4, ::4, :3].max(-1), 0.5)) / 255
    bend = float(np.clip(np.log(0.66) / np.log(np.clip(middle, 0.05, 0.95)), 0.68, 1.0))
    curve = (255 * (np.arange(256) / 255) ** bend + 0.5).astype(np.uint8)
    return np.dstack([curve[pixels[..., :3]], pixels[..., 3]])


def _matte(pixels: NDArray[np.uint8], mask: Array) -> NDArray[np.uint8]:
    share = mask if not has_alpha(pixels) else np.ones(mask.shape)
    return np.asarray((pixels * share[..., None]).round().astype(np.uint8))


def _shadow(mask: Array) -> Array:
    r = radius(64)
    return np.asarray(0.62 * np.exp(-((r / 0.55) ** 2)) * (r < 1) * (1.0 if mask.any() else 0.0))


def _scrim(stage: Stage, plate: skia.Image) -> skia.Image | None:
    """A soft veil over the part where text will stand, in a dark tone of what lies there."""
    calm = stage.calm
    if calm.isEmpty():
        return None
    pixels = plate.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)[::16, ::16, :3].astype(float)
    part = pixels[: max(1, int(len(pixels) * calm.bottom())), : max(1, int(pixels.shape[1] * calm.right()))].mean(
        (0, 1)
    )
    red, green, blue = (round(float(v) * 0.42) for v in part)
    colour = 0xFF000000 | red << 16 | green << 8 | blue
    x, y = (np.arange(64) + 0.5)[None, :] / 64, (np.arange(64) + 0.5)[:, None] / 64
    if stage.order.text_room == "all":
        return tinted(np.full((64, 64), 0.5), colour)
    inside = smooth((calm.right() + 0.12 - x) / 0.3) * smooth((calm.bottom() + 0.1 - y) / 0.25)
    return tinted(0.5 * inside, colour)


def _plate(stage: Stage, pixels: NDArray[np.uint8], hole: Array, fit: Fit, blur: float) -> skia.Image:
    """The background without the subject, extended to the frame and `_MARGIN` beyond by a continuation that blurs into a wash."""
    step = max(1, int(0.9 / max(fit.scale, 0.05)))
    height, width = pixels.shape[0] // step * step, pixels.shape[1] // step * step
    shape = (height // step, step, width // step, step)
    colours = pixels[:height, :width, :3].astype(np.float32).reshape(*shape, 3).mean((1, 3))
    cover = hole[:height, :width].reshape(shape).mean((1, 3))
    if cover.any():
        grown = np.clip(
            ndimage.gaussian_filter(ndimage.maximum_filter(cover, max(3, width // step // 60)), 2) * 1.6, 0, 1
        )
        colours = filled_behind(colours, grown).astype(np.float32)
    if blur:
        sigma = blur * stage.height / (fit.scale * step)
        colours = ndimage.gaussian_filter(colours, (sigma, sigma, 0), mode="nearest")
    scale = fit.scale * step
    wide, tall = round(stage.width * (1 + 2 * _MARGIN) * 0.75), round(stage.height * (1 + 2 * _MARGIN) * 0.75)
    x = ((np.arange(wide) + 0.5) / 0.75 - _MARGIN * stage.width - fit.x) / scale - 0.5
    y = ((np.arange(tall) + 0.5) / 0.75 - _MARGIN * stage.height - fit.y) / scale - 0.5
    full = _sampled(colours, x, y)
    beyond_x, beyond_y = (
        np.maximum(np.maximum(-v, v - (n - 1)), 0) * scale / stage.unit
        for v, n in ((x, colours.shape[1]), (y, colours.shape[0]))
    )
    beyond = np.maximum(beyond_x[None, :], beyond_y[:, None])
    if beyond.max() > 0.01:
        # The picture goes on as a wash of what lies along its edges: mirrored things would be seen for what they are.
        across = colours.shape[1] * 0.10
        washed = ndimage.gaussian_filter(colours, (colours.shape[0] * 0.05, across, 0), mode="nearest")
        wash = _sampled(washed, np.clip(x, 0, colours.shape[1] - 1.001), np.clip(y, 0, colours.shape[0] - 1.001))
        share = np.maximum(smooth(beyond_x / 0.28)[None, :], smooth(beyond_y / 0.10)[:, None])[..., None]
        full = full * (1 - share) + wash * share
    return native(np.dstack([np.clip(full + 0.5, 0, 255).astype(np.uint8), np.full((tall, wide), 255, np.uint8)]))


def _sampled(colours: NDArray[Any], x: NDArray[Any], y: NDArray[Any]) -> Array:
    """Bilinear samples on a grid of columns `x` and rows `y`, mirrored beyond the edges."""
    rows, row_share = _mirrored(y, colours.shape[0])
    columns, column_share = _mirrored(x, colours.shape[1])
    upper, lower = colours[rows], colours[np.minimum(rows + 1, colours.shape[0] - 1)]
    line = upper + (lower - upper) * row_share[:, None, None]
    left, right = line[:, columns], line[:, np.minimum(columns + 1, colours.shape[1] - 1)]
    return np.asarray(left + (right - left) * column_share[None, :, None])


def _mirrored(at: NDArray[Any], count: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    folded = np.abs((at % (2 * (count - 1))) - 0.0)
    folded = np.where(folded > count - 1, 2 * (count - 1) - folded, folded)
    index = np.floor(folded).astype(np.intp)
    return index, (folded - index).astype(np.float32)
