"""Designed moving backdrops for text: each paints a full frame and leaves the calm part quiet."""

from collections.abc import Callable

import numpy as np
import skia
from scipy import ndimage

from callsheet.media.animatic.colour import Colour, fade, mix, tone
from callsheet.media.animatic.objects.emblems import slabs, sun, water
from callsheet.media.animatic.objects.inks import Inks, Painter, inks_for
from callsheet.media.animatic.objects.mesh import TAU
from callsheet.media.animatic.objects.pixels import LINEAR, light_of, native, opaque, radius, smooth, tinted
from callsheet.media.animatic.stage import Stage, View

__all__ = ["DESIGNS", "Inks", "Painter", "base", "inks_for", "veil"]

_REACH = 0.15


def base(stage: Stage, inks: Inks) -> skia.Image:
    """The ground: a dithered diagonal gradient with a soft pool of light, at half size, for `paint_base`."""
    wide, tall = stage.width // 2, stage.height // 2
    x, y = ((np.arange(wide) + 0.5) / wide)[None, :], ((np.arange(tall) + 0.5) / tall)[:, None]
    slope = smooth(0.55 * x + 0.6 * y)[..., None]
    pool = np.exp(-(((x - 0.7) / 0.5) ** 2 + ((y - 0.25) / 0.5) ** 2))[..., None]
    light = light_of(inks.ground) * (1 - slope) + light_of(inks.deep) * slope
    light = light + light_of(inks.light) * pool * (0.05 if inks.dark else 0.16)
    corner = np.exp(-(((x - 0.05) / 0.7) ** 2 + ((y - 1.0) / 0.6) ** 2))[..., None]
    light = light * (1 - 0.22 * corner) + light_of(inks.accent) * 0.22 * corner
    vignette = 1 - (0.3 if inks.dark else 0.12) * np.clip(((x - 0.5) ** 2 + (y - 0.5) ** 2) * 1.6, 0, 1)[..., None]
    return opaque(light * vignette, stage.rng("base"))


def veil(stage: Stage, inks: Inks) -> skia.Image | None:
    """The ground's colour laid softly over the calm part, so that text reads; None when there is no text."""
    calm = stage.calm
    if calm.isEmpty():
        return None
    x, y = ((np.arange(96) + 0.5) / 96)[None, :], ((np.arange(96) + 0.5) / 96)[:, None]
    if stage.order.text_room == "all":
        middle, tall = (0.30, 0.25) if stage.portrait else (0.48, 0.40)
        share = smooth(1.5 - np.hypot((x - 0.5) / 0.46, (y - middle) / tall)) * 0.62
    else:
        share = smooth((calm.right() + 0.1 - x) / 0.24) * smooth((calm.bottom() + 0.08 - y) / 0.2) * 0.8
    return tinted(share, mix(inks.ground, inks.deep, 0.4))


def _sprite(
    canvas: skia.Canvas, image: skia.Image, x: float, y: float, half_wide: float, half_tall: float, alpha: float = 1.0
) -> None:
    place = skia.Rect.MakeLTRB(x - half_wide, y - half_tall, x + half_wide, y + half_tall)
    canvas.drawImageRect(image, place, LINEAR, skia.Paint(Alphaf=min(max(alpha, 0.0), 1.0)))


def gradient(stage: Stage, inks: Inks) -> Painter:
    """Slow clouds of colour passing through each other, as in an editorial opener."""
    blob = np.exp(-((radius(128) / 0.5) ** 2)) - np.exp(-4.0)
    colours = (inks.accent, inks.second, mix(inks.accent, inks.second, 0.5), inks.light)
    images = [tinted(np.clip(blob, 0, 1) * (0.75 if inks.dark else 0.6), c) for c in colours]
    rng = stage.rng("gradient")
    paths = [
        (
            rng.uniform(0.05, 0.95),
            rng.uniform(0.1, 0.95),
            rng.uniform(0.14, 0.3),
            rng.uniform(0, TAU),
            rng.uniform(0.5, 0.8),
        )
        for _ in images
    ]

    def paint(canvas: skia.Canvas, view: View) -> None:
        for image, (x, y, swing, phase, size) in zip(images, paths, strict=True):
            reach = size * max(stage.width, stage.height) * 0.75
            at_x = stage.width * (x + swing * np.sin(view.time * 0.32 + phase)) - view.x * stage.height * 0.4
            at_y = stage.height * (y + swing * 0.7 * np.cos(view.time * 0.27 + phase * 1.3))
            _sprite(canvas, image, float(at_x), float(at_y), reach, reach * 0.8, 0.8)

    return paint


def ribbons(stage: Stage, inks: Inks) -> Painter:
    """Silk ribbons flowing across the frame in fine parallel folds."""
    rng = stage.rng("ribbons")
    count = 3
    bands = [
        (
            0.50 + 0.22 * i,
            rng.uniform(0.07, 0.13),
            rng.uniform(0, TAU),
            rng.uniform(1.1, 1.8),
            (inks.accent, inks.second, mix(inks.accent, inks.second, 0.5))[i % 3],
        )
        for i in range(count)
    ]
    along = np.linspace(-0.05, 1.05, 34)

    def paint(canvas: skia.Canvas, view: View) -> None:
        for index, (level, swing, phase, bend, colour) in enumerate(bands):
            folds = 15
            for fold in range(folds):
                share = fold / (folds - 1)
                wave = swing * np.sin(along * bend * 4 + phase + view.time * 0.55 + share * 1.25) + 0.05 * np.sin(
                    along * 7 + phase * 2 - view.time * 0.4 + share * 2.4
                )
                lower = swing * np.sin(
                    along * bend * 4 + phase + view.time * 0.55 + (share + 0.075) * 1.25
                ) + 0.05 * np.sin(along * 7 + phase * 2 - view.time * 0.4 + (share + 0.075) * 2.4)
                thick = 0.26 * (share - 0.5) * (0.55 + 0.45 * np.sin(along * 3 + phase + view.time * 0.3))
                step = 0.022 + 0.0 * along
                tops = (level + wave + thick) * stage.height - view.y * stage.height
                bottoms = (level + lower + thick + step) * stage.height - view.y * stage.height
                xs = along * stage.width - view.x * stage.height * (0.6 + 0.3 * index)
                gloss = 0.5 + 0.5 * np.sin(share * 9 + phase + view.time * 0.4)
                path = skia.Path()
                path.addPoly(
                    [
                        skia.Point(float(a), float(b))
                        for a, b in zip([*xs, *xs[::-1]], [*tops, *bottoms[::-1]], strict=True)
                    ],
                    True,
                )
                tint = mix(colour, 0xFFFFFFFF if gloss > 0.5 else inks.deep, round(abs(gloss - 0.5) * 0.9, 2))
                canvas.drawPath(path, skia.Paint(Color=fade(tint, 0.30 + 0.25 * float(gloss)), AntiAlias=True))

    return paint


def rings(stage: Stage, inks: Inks) -> Painter:
    """Concentric rings of light spreading from a point outside the text, with turning arcs."""
    rng = stage.rng("rings")
    centre_x, centre_y = (0.78, 0.56) if not stage.portrait else (0.62, 0.74)
    if stage.order.text_room == "all":
        centre_x, centre_y = 0.86, 0.86
    arcs = [
        (0.12 + 0.085 * i, rng.uniform(0, 360), rng.uniform(50, 220), rng.uniform(-16, 16), rng.uniform(0.25, 0.9))
        for i in range(11)
    ]
    core = tinted(np.clip(np.exp(-((radius(128) / 0.36) ** 2)), 0, 1) * (radius(128) < 1) * 0.85, inks.accent)

    def paint(canvas: skia.Canvas, view: View) -> None:
        x, y = centre_x * stage.width - view.x * stage.height, centre_y * stage.height - view.y * stage.height
        unit = stage.unit * view.zoom
        _sprite(canvas, core, x, y, unit * 0.75, unit * 0.75, 0.75 + 0.15 * float(np.sin(view.time * 1.1)))
        for size, start, sweep, turn, alpha in arcs:
            reach = size * unit * (1 + 0.02 * float(np.sin(view.time * 0.8 + start)))
            box = skia.Rect.MakeLTRB(x - reach, y - reach, x + reach, y + reach)
            thin = skia.Paint(
                AntiAlias=True,
                Style=skia.Paint.kStroke_Style,
                StrokeWidth=max(1.0, unit * 0.0016),
                Color=fade(inks.light, 0.22),
            )
            canvas.drawOval(box, thin)
            bold = skia.Paint(
                AntiAlias=True,
                Style=skia.Paint.kStroke_Style,
                StrokeWidth=unit * 0.008,
                StrokeCap=skia.Paint.kRound_Cap,
                Color=fade(inks.accent if int(start) % 3 else inks.light, alpha),
            )
            canvas.drawArc(box, start + turn * view.time, sweep * min(1.0, 0.25 + view.progress * 2), False, bold)
            angle = np.radians(start + turn * view.time)
            canvas.drawCircle(
                x + reach * float(np.cos(angle)),
                y + reach * float(np.sin(angle)),
                unit * 0.011,
                skia.Paint(AntiAlias=True, Color=inks.accent),
            )
        wave = (view.time * 0.22) % 1.0
        pulse = skia.Paint(
            AntiAlias=True,
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=unit * 0.01,
            Color=fade(inks.accent, 0.5 * (1 - wave)),
        )
        canvas.drawCircle(x, y, unit * (0.1 + wave), pulse)

    return paint


def paper(stage: Stage, inks: Inks) -> Painter:
    """Layers of cut paper rising from the lower edge, each with its own shadow, sliding past each other."""
    rng = stage.rng("paper")
    count = 5
    layers = []
    for i in range(count):
        share = i / (count - 1)
        colour = mix(mix(inks.ground, inks.second, 0.35 + 0.4 * share), inks.accent, 0.15 + 0.75 * share)
        level = (0.56 if stage.order.text_room != "all" else 0.72) + (
            0.36 if stage.order.text_room != "all" else 0.24
        ) * share
        layers.append((_paper_layer(stage, rng, level, colour), 0.35 + 0.8 * share))

    def paint(canvas: skia.Canvas, view: View) -> None:
        for i, (image, depth) in enumerate(layers):
            sway = 0.02 * float(np.sin(view.time * 0.5 + i * 1.3))
            rise = 0.10 * (1 - min(view.progress / 0.35, 1.0)) ** 3 * (i + 1) / count
            matrix = stage.matrix(view, depth)
            left_top = matrix.mapXY((-_REACH + sway) * stage.width, rise * stage.height)
            scale = matrix.getScaleX() or 1.0
            place = skia.Rect.MakeXYWH(
                left_top.x(), left_top.y(), stage.width * (1 + 2 * _REACH) * scale, stage.height * (1 + _REACH) * scale
            )
            canvas.drawImageRect(image, place, LINEAR)

    return paint


def _paper_layer(stage: Stage, rng: np.random.Generator, level: float, colour: Colour) -> skia.Image:
    wide, tall = round(stage.width * (1 + 2 * _REACH) * 0.6), round(stage.height * (1 + _REACH) * 0.6)
    x = np.linspace(0, 1, wide)
    edge = level + sum(
        a * np.sin(x * f * TAU + p)
        for a, f, p in zip(
            (0.05, 0.03, 0.012), rng.uniform([0.7, 1.6, 3.5], [1.2, 2.6, 5.0]), rng.uniform(0, TAU, 3), strict=True
        )
    )
    edge = edge / (1 + _REACH)
    y = np.linspace(0, 1, tall)[:, None]
    coverage = np.clip((y - edge[None, :]) * tall, 0, 1)
    shade = ndimage.gaussian_filter(coverage, stage.height * 0.012)
    shade = np.roll(shade, -round(stage.height * 0.006), 0)
    fibre = 1 + 0.022 * ndimage.gaussian_filter(rng.standard_normal((tall, wide)), 0.8)
    fall = 1 - 0.22 * np.clip((y - edge[None, :]) / 0.4, 0, 1)
    bright = np.clip(np.exp(-(((y - edge[None, :]) / 0.006) ** 2)), 0, 1) * 0.12 + 1
    rgb = np.array([colour >> s & 255 for s in (16, 8, 0)])[None, None] * (fibre * fall * bright)[..., None]
    alpha = coverage + (1 - coverage) * shade * 0.42
    from_paper = np.clip(rgb, 0, 255) * coverage[..., None]
    pixels = np.dstack([from_paper, alpha * 255])
    return native(np.clip(np.minimum(pixels, pixels[..., 3:]) + 0.5, 0, 255).astype(np.uint8))


def ink(stage: Stage, inks: Inks) -> Painter:
    """Mountains in ink wash on rice paper: mist between the ranges, a sun, a few birds."""
    rng = stage.rng("ink")
    dark = inks.dark
    wash = mix(stage.grade.shadow, 0xFF20242A, 0.5) if not dark else mix(inks.light, 0xFFB9C2CC, 0.4)
    layers = []
    bottom = stage.order.text_room == "all"
    for i in range(4):
        share = i / 3
        level = (0.50 if not bottom else 0.64) + 0.12 * i
        colour = mix(wash, inks.ground, 0.66 - 0.55 * share)
        layers.append((_ridge(stage, rng, level, colour, 0.10 + 0.05 * (3 - i)), 0.25 + 0.28 * i))
    sun_x, sun_y = (0.74, 0.30) if not stage.portrait else (0.70, 0.42)
    if bottom:
        sun_x, sun_y = 0.86, 0.22
    disc = tinted(
        np.clip((0.92 - radius(192)) / 0.05, 0, 1) * (0.85 + 0.1 * rng.random((192, 192))),
        tone(stage.grade.accent, -0.04),
    )
    mist = tinted(np.exp(-((radius(96) / 0.45) ** 2)) * (radius(96) < 1) * 0.55, inks.ground)
    drifts = [(rng.uniform(0, 1), 0.58 + 0.12 * i, rng.uniform(0.35, 0.6)) for i in range(3)]
    birds = [
        (rng.uniform(0.5, 0.95), rng.uniform(0.16, 0.4), rng.uniform(0.6, 1.1), rng.uniform(0, TAU)) for _ in range(4)
    ]

    def paint(canvas: skia.Canvas, view: View) -> None:
        far = stage.matrix(view, 0.1).mapXY(
            sun_x * stage.width, sun_y * stage.height - 0.02 * view.progress * stage.height
        )
        reach = stage.unit * 0.105
        _sprite(canvas, disc, far.x(), far.y(), reach, reach)
        for i, (image, depth) in enumerate(layers):
            matrix = stage.matrix(view, depth)
            at = matrix.mapXY((-_REACH + 0.012 * (i - 1.5) * view.time * 0.25) * stage.width, 0)
            scale = matrix.getScaleX() or 1.0
            canvas.drawImageRect(
                image,
                skia.Rect.MakeXYWH(
                    at.x(), at.y(), stage.width * (1 + 2 * _REACH) * scale, stage.height * (1 + _REACH) * scale
                ),
                LINEAR,
            )
            if i < 3:
                x, y, size = drifts[i]
                cross = ((x + view.time * 0.018 * (i + 1)) % 1.5 - 0.25) * stage.width
                _sprite(
                    canvas,
                    mist,
                    cross,
                    (y + (0.12 if bottom else 0.0)) * stage.height,
                    size * stage.width,
                    size * stage.height * 0.16,
                    0.9,
                )
        stroke = skia.Paint(
            AntiAlias=True,
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=stage.unit * 0.0035,
            StrokeCap=skia.Paint.kRound_Cap,
            Color=fade(wash, 0.75),
        )
        for x, y, size, phase in birds:
            flap = 0.5 + 0.35 * float(np.sin(view.time * 5 + phase))
            at_x, at_y, span = (
                (x - 0.016 * view.time) * stage.width,
                (y - 0.006 * view.time) * stage.height,
                stage.unit * 0.02 * size,
            )
            path = skia.Path()
            path.moveTo(at_x - span, at_y - span * flap)
            path.quadTo(at_x - span * 0.4, at_y - span * flap * 0.9, at_x, at_y)
            path.quadTo(at_x + span * 0.4, at_y - span * flap * 0.9, at_x + span, at_y - span * flap)
            canvas.drawPath(path, stroke)

    return paint


def _ridge(stage: Stage, rng: np.random.Generator, level: float, colour: Colour, high: float) -> skia.Image:
    wide, tall = round(stage.width * (1 + 2 * _REACH) * 0.6), round(stage.height * (1 + _REACH) * 0.6)
    x = np.linspace(0, 1, wide)
    edge = np.zeros(wide)
    for octave in range(7):
        knots = rng.uniform(-1, 1, 4 * 2**octave + 2)
        wave = np.interp(x * (len(knots) - 1), np.arange(len(knots)), knots)
        edge += ndimage.gaussian_filter1d(wave, wide / len(knots) * 0.22) * 0.54**octave
    edge = (level - high * edge) / (1 + _REACH)
    y = np.linspace(0, 1, tall)[:, None]
    below = y - edge[None, :]
    body = np.clip(below * tall / 1.5, 0, 1) * np.exp(-np.clip(below, 0, 1) / 0.20)
    texture = ndimage.gaussian_filter(rng.standard_normal((tall, wide)), (5, 1.2)) * 1.6
    brush = 1 + 0.28 * np.clip(texture, -1.5, 1.5) * np.clip(1 - below / 0.12, 0, 1)
    rim = 0.4 * np.exp(-((below / 0.004) ** 2)) * (below > -0.004)
    return tinted(np.clip(body * brush * 0.92 + rim * 0.4, 0, 1), colour)


def bokeh(stage: Stage, inks: Inks) -> Painter:
    """Large soft lights drifting at several depths."""
    rng = stage.rng("bokeh")
    r = radius(128)
    images = [
        tinted(np.clip((0.95 - r) / soft, 0, 1) * (0.5 + 0.25 * r**3), c)
        for c, soft in ((inks.accent, 0.05), (inks.second, 0.12), (inks.light, 0.05))
    ]
    lights = [
        (
            rng.uniform(0, 1),
            rng.uniform(0, 1),
            rng.uniform(0.03, 0.15),
            rng.uniform(0.3, 1.5),
            rng.uniform(0, TAU),
            int(rng.integers(3)),
        )
        for _ in range(26)
    ]

    def paint(canvas: skia.Canvas, view: View) -> None:
        for x, y, size, depth, phase, which in lights:
            at = stage.matrix(view, depth).mapXY(
                (x + 0.03 * np.sin(view.time * 0.4 + phase)) * stage.width,
                ((y - 0.02 * depth * view.time) % 1.2 - 0.1) * stage.height,
            )
            reach = size * stage.unit * (0.6 + 0.5 * depth)
            _sprite(
                canvas,
                images[which],
                at.x(),
                at.y(),
                reach,
                reach,
                0.24 + 0.2 * float(np.sin(view.time * 0.9 + phase * 2)),
            )

    return paint


def grid(stage: Stage, inks: Inks) -> Painter:
    """A drafting grid with construction lines that draw themselves."""
    cell = stage.unit / 11
    rng = stage.rng("grid")
    marks = [(int(rng.integers(1, 18)), int(rng.integers(1, 18))) for _ in range(12)]
    line_ink = inks.light if inks.dark else tone(inks.second, -0.2)
    centre = (
        (0.74 * stage.width, 0.55 * stage.height) if not stage.portrait else (0.5 * stage.width, 0.68 * stage.height)
    )

    def paint(canvas: skia.Canvas, view: View) -> None:
        fine = skia.Paint(Color=fade(line_ink, 0.13), StrokeWidth=max(1.0, stage.unit * 0.0014))
        shift_x, shift_y = (
            (-view.x * stage.height * 0.5 - view.time * cell * 0.05) % cell,
            (-view.y * stage.height * 0.5) % cell,
        )
        for i in range(int(stage.width / cell) + 2):
            canvas.drawLine(i * cell + shift_x - cell, 0, i * cell + shift_x - cell, stage.height, fine)
        for i in range(int(stage.height / cell) + 2):
            canvas.drawLine(0, i * cell + shift_y - cell, stage.width, i * cell + shift_y - cell, fine)
        cross = skia.Paint(Color=fade(inks.accent, 0.8), StrokeWidth=max(1.2, stage.unit * 0.0028))
        for column, row in marks:
            x, y, arm = column * cell + shift_x - cell, row * cell + shift_y - cell, cell * 0.1
            canvas.drawLine(x - arm, y, x + arm, y, cross)
            canvas.drawLine(x, y - arm, x, y + arm, cross)
        grown = 1 - (1 - min(view.progress * 1.8, 1.0)) ** 3
        line = skia.Paint(
            AntiAlias=True,
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=max(1.2, stage.unit * 0.0022),
            Color=fade(line_ink, 0.4),
        )
        for i, size in enumerate((0.16, 0.24, 0.34)):
            reach = size * stage.unit
            canvas.drawArc(
                skia.Rect.MakeLTRB(centre[0] - reach, centre[1] - reach, centre[0] + reach, centre[1] + reach),
                i * 70 + view.time * (8 - 5 * i),
                300 * grown,
                False,
                line,
            )
        canvas.drawLine(
            centre[0] - stage.unit * 0.45 * grown, centre[1], centre[0] + stage.unit * 0.45 * grown, centre[1], line
        )
        canvas.drawLine(
            centre[0], centre[1] - stage.unit * 0.4 * grown, centre[0], centre[1] + stage.unit * 0.4 * grown, line
        )

    return paint


DESIGNS: dict[str, Callable[[Stage, Inks], Painter]] = {
    "gradient": gradient, "ribbons": ribbons, "rings": rings, "paper": paper, "ink": ink, "bokeh": bokeh, "grid": grid,
    "water": water, "sun": sun, "slabs": slabs,
}  # fmt: skip
