"""Card backdrops with a picture in them: rain on a lake, a rising sun, stacked slabs."""

import math

import numpy as np
import skia

from callsheet.media.animatic.colour import Colour, fade, linear, mix, tone
from callsheet.media.animatic.objects.inks import Inks, Painter
from callsheet.media.animatic.objects.mesh import TAU
from callsheet.media.animatic.objects.pixels import LINEAR, radius, tinted
from callsheet.media.animatic.shapes import paint as filled
from callsheet.media.animatic.stage import Stage, View


def water(stage: Stage, inks: Inks) -> Painter:
    """A lake seen from above its shore: rings spread where drops fall, and the light lies on the water in bands."""
    rng = stage.rng("water")
    level = 0.52 if stage.order.text_room != "all" else 0.62
    lake = mix(inks.second, inks.accent, 0.10)
    near = tone(mix(lake, inks.deep, 0.35), -0.06)
    drops = [
        (
            rng.uniform(0.0, 1.0),
            rng.uniform(0.06, 1.0),
            rng.uniform(0, 1),
            rng.uniform(0.16, 0.30),
            int(rng.integers(4)),
        )
        for _ in range(22)
    ]
    glints = [
        (rng.uniform(0, 1), rng.uniform(0.02, 0.6), rng.uniform(0.03, 0.12), rng.uniform(0, TAU)) for _ in range(34)
    ]

    def draw(canvas: skia.Canvas, view: View) -> None:
        top = level * stage.height - view.y * stage.height * 0.3
        tall = stage.height - top
        box = skia.Rect.MakeLTRB(0, top, stage.width, stage.height + 2)
        far = mix(inks.ground, lake, 0.35)
        canvas.drawRect(box, filled(shader=linear((0, top), (0, stage.height), [far, lake, near], [0.0, 0.35, 1.0])))
        for x, y, wide, phase in glints:
            alpha = 0.28 * (0.5 + 0.5 * math.sin(view.time * 1.3 + phase)) * (1 - y)
            at_x = (x + 0.01 * math.sin(view.time * 0.5 + phase)) * stage.width - view.x * stage.height * 0.5
            at_y, half = top + y * y * tall, wide * stage.width * (0.3 + y)
            thin = stage.unit * (0.0015 + 0.004 * y)
            canvas.drawOval(
                skia.Rect.MakeLTRB(at_x - half, at_y - thin, at_x + half, at_y + thin), filled(fade(inks.light, alpha))
            )
        for x, y, phase, speed, colour in drops:
            at_x = x * stage.width - view.x * stage.height * (0.4 + y)
            at_y = top + (0.05 + 0.9 * y) * tall
            for ring in range(3):
                age = (phase + view.time * speed - ring * 0.13) % 1.0
                reach = stage.unit * (0.03 + 0.24 * y) * age
                ink = inks.accent if colour == 0 else inks.light
                brush = skia.Paint(
                    AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=max(1.0, stage.unit * 0.0032 * (0.4 + y)),
                    Color=fade(ink, 0.75 * (1 - age) ** 1.4),
                )  # fmt: skip
                canvas.drawOval(
                    skia.Rect.MakeLTRB(at_x - reach, at_y - reach * 0.3, at_x + reach, at_y + reach * 0.3), brush
                )

    return draw


def sun(stage: Stage, inks: Inks) -> Painter:
    """A large sun rising behind soft hills of flat colour."""
    rng = stage.rng("sun")
    low = stage.order.text_room == "all"
    across = (0.5 if stage.portrait else 0.74) if not low else 0.5 if stage.portrait else 0.70
    disc_reach = stage.unit * (0.30 if not low else 0.26)
    warm = mix(inks.accent, 0xFFFFC870, 0.45)
    glow = tinted(np.exp(-((radius(160) / 0.42) ** 2)) * (radius(160) < 1) * 0.7, mix(warm, inks.light, 0.3))
    hills = [
        (0.66 + 0.11 * i + (0.07 if low else 0.0), rng.uniform(0.03, 0.06), rng.uniform(0.8, 1.7), rng.uniform(0, TAU),
         mix(mix(inks.ground, inks.second, 0.25 + 0.25 * i), inks.accent, 0.08 + 0.14 * i))
        for i in range(3)
    ]  # fmt: skip
    along = np.linspace(-0.05, 1.05, 28)

    def draw(canvas: skia.Canvas, view: View) -> None:
        rise = 1 - (1 - min(view.progress / 0.8, 1.0)) ** 2
        x = across * stage.width - view.x * stage.height * 0.2
        y = (0.74 - 0.10 * rise + (0.06 if low else -0.04)) * stage.height
        far = disc_reach * 2.3
        canvas.drawImageRect(glow, skia.Rect.MakeLTRB(x - far, y - far, x + far, y + far), LINEAR)
        shader = linear((x, y - disc_reach), (x, y + disc_reach), [mix(warm, 0xFFFFF2D0, 0.35), inks.accent])
        canvas.drawCircle(x, y, disc_reach * (1 + 0.008 * math.sin(view.time)), filled(shader=shader))
        for level, swing, bend, phase, colour in hills:
            depth = level
            tops = (level + swing * np.sin(along * bend * TAU + phase + 0.06 * view.time)) * stage.height
            points = [
                (a * stage.width - view.x * stage.height * depth, b)
                for a, b in zip(along.tolist(), tops.tolist(), strict=True)
            ]
            path = skia.Path()
            path.addPoly(
                [
                    skia.Point(*p)
                    for p in [
                        *points,
                        (1.3 * stage.width, 1.1 * stage.height),
                        (-0.3 * stage.width, 1.1 * stage.height),
                    ]
                ],
                True,
            )
            start = level * stage.height
            canvas.drawPath(
                path,
                filled(
                    shader=linear((0, start), (0, start + 0.3 * stage.height), [mix(colour, inks.light, 0.25), colour])
                ),
            )

    return draw


def slabs(stage: Stage, inks: Inks) -> Painter:
    """Thick rounded slabs that settle on each other, lit from above: weight, walls, layers, patience."""
    rng = stage.rng("slabs")
    low = stage.order.text_room == "all"
    count = 4
    colours: list[Colour] = [
        mix(mix(inks.second, inks.light, 0.2 - 0.06 * i), inks.accent, (0.18, 0.95, 0.4, 0.72)[i]) for i in range(count)
    ]
    offsets = [float(v) for v in rng.uniform(-0.05, 0.05, count)]
    shade = tinted(np.exp(-((radius(96) / 0.5) ** 2)) * (radius(96) < 1) * 0.5, tone(inks.deep, -0.25))

    def draw(canvas: skia.Canvas, view: View) -> None:
        middle = (0.5 if stage.portrait else 0.73 if not low else 0.82) * stage.width
        tall = stage.height * (0.047 if stage.portrait else 0.088)
        floor = stage.height * (0.675 if stage.portrait else 0.78)
        wide = stage.unit * (0.36 if not low or stage.portrait else 0.24)
        canvas.drawImageRect(
            shade,
            skia.Rect.MakeLTRB(middle - wide * 1.3, floor - tall * 0.5, middle + wide * 1.3, floor + tall * 0.5),
            LINEAR,
        )
        for i in range(count):
            enter = min(max(view.progress * 3.2 - 0.45 * i + 0.7, 0.0), 1.0)
            drop = (1 - enter) ** 3 * stage.height * 0.25
            x = (
                middle
                + offsets[i] * stage.unit
                - view.x * stage.height * (0.5 + 0.1 * i)
                + 0.004 * stage.unit * math.sin(view.time + i)
            )
            half = wide * (1 - 0.13 * i)
            bottom = floor - tall * i * 1.03 - drop
            box = skia.Rect.MakeLTRB(x - half, bottom - tall, x + half, bottom)
            colour = fade(colours[i], min(1.0, enter * 3))
            light, dark = mix(colour, inks.light, 0.45), tone(colour, -0.14)
            canvas.drawRoundRect(
                box,
                tall * 0.42,
                tall * 0.42,
                filled(shader=linear((0, bottom - tall), (0, bottom), [light, colour, dark], [0.0, 0.3, 1.0])),
            )
            gleam = skia.Rect.MakeLTRB(x - half * 0.86, bottom - tall * 0.88, x + half * 0.5, bottom - tall * 0.78)
            canvas.drawRoundRect(gleam, tall * 0.05, tall * 0.05, filled(fade(inks.light, 0.45 * enter)))

    return draw
