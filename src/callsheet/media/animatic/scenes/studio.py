"""The light studio: no place at all, only light. A sweep, a great soft disc, floating panes of colour in the mood of the shot."""

import math

import skia

from callsheet.media.animatic.colour import fade, linear, mix, radial, tone
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.shapes import glow, paint, polygon
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import Seat, World


class Studio:
    """Backdrop, disc and panes, seeded by the place so that an unknown place still looks like itself."""

    seat: Seat = "floor"
    indoors = True
    ground = 0.74

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        rng = stage.place_rng("studio")
        own = tone(grade.sky_mid if not grade.night else mix(grade.sky_mid, grade.sky_low, 0.5), 0.0, 1.05)
        turn = float(rng.uniform(0.0, 0.45))
        self._back = mix(mix(own, grade.accent, 0.12 + 0.25 * turn), grade.shadow, 0.30)
        self._disc_colour = mix(mix(grade.sky_low, grade.accent, 0.30 + 0.4 * turn), 0xFFFFFFFF, 0.06)
        self._disc = (
            0.5 + float(rng.uniform(-0.10, 0.10)),
            float(rng.uniform(0.38, 0.46)),
            float(rng.uniform(0.27, 0.34)),
        )
        self._panes = [
            (
                float(rng.uniform(0.0, 1.0)),
                float(rng.uniform(0.08, 0.62)),
                float(rng.uniform(0.10, 0.26)),
                float(rng.uniform(0.25, 0.7)),
                float(rng.uniform(-0.35, 0.35)),
                float(rng.random()),
            )
            for _ in range(5)
        ]
        self._specks = rng.random((26, 4)).tolist()
        calm = not stage.calm.isEmpty()
        if calm and not stage.portrait:
            self._disc = (0.72, *self._disc[1:])
            self._panes = [(0.55 + 0.45 * x, *rest) for x, *rest in self._panes]  # type: ignore[misc]
        elif calm:
            self._disc = (0.5, 0.56, 0.22)
            self._panes = [(x, 0.42 + 0.25 * y, *rest) for x, y, *rest in self._panes]  # type: ignore[misc]
        self.light = Light(mix(grade.key, self._disc_colour, 0.35), grade.light_x, 0.45, 0.55, 0.45)

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Sweep, disc, panes, floor."""
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        x, y, size = self._disc[0] * width, self._disc[1] * height, self._disc[2] * height
        with world.layer(canvas, 0.15):
            left, top, right, bottom = world.span(0.15)
            colours = [mix(self._back, self._disc_colour, 0.35), self._back, mix(self._back, grade.shadow, 0.50)]
            canvas.drawRect(
                skia.Rect.MakeLTRB(left, top, right, bottom),
                paint(shader=radial((x, y), 1.15 * max(width * 0.6, height * 0.7), colours, [0.0, 0.45, 1.0])),
            )
        with world.layer(canvas, 0.30):
            breathe = 1 + 0.012 * math.sin(world.time * 0.7)
            glow(canvas, x, y, size * 2.1, self._disc_colour, 0.35)
            rim = mix(self._disc_colour, 0xFFFFFFFF, 0.35)
            disc = paint(
                shader=linear(
                    (x, y - size),
                    (x, y + size),
                    [rim, self._disc_colour, mix(self._disc_colour, self._back, 0.55)],
                    [0, 0.45, 1],
                )
            )
            canvas.drawCircle(x, y, size * breathe, disc)
        for n, (px, py, wide, high, lean, hue) in enumerate(self._panes):
            with world.layer(canvas, 0.36 + 0.09 * n):
                cx, cy = px * width, (py + 0.008 * math.sin(world.time * 0.5 + n)) * height
                w, h, slant = wide * 0.5 * height, high * 0.5 * height, lean * 0.5 * height
                tint = mix(mix(self._disc_colour, self._back, hue), grade.key, 0.15)
                pane = polygon(
                    [
                        (cx - w + slant, cy - h),
                        (cx + w + slant, cy - h),
                        (cx + w - slant, cy + h),
                        (cx - w - slant, cy + h),
                    ]
                )
                canvas.drawPath(
                    pane, paint(shader=linear((cx - w, cy - h), (cx + w, cy + h), [fade(tint, 0.30), fade(tint, 0.04)]))
                )
        with world.layer(canvas, 0.62):
            top = 0.735 * height
            floor = mix(self._back, grade.shadow, 0.22)
            box = skia.Rect.MakeLTRB(-2 * width, top - 0.07 * height, 3 * width, 4 * height)
            canvas.drawRect(
                box,
                paint(
                    shader=linear(
                        (0, box.top()),
                        (0, 1.05 * height),
                        [
                            fade(floor, 0.0),
                            fade(mix(floor, self._disc_colour, 0.16), 0.95),
                            floor,
                            mix(floor, grade.shadow, 0.5),
                        ],
                        [0, 0.16, 0.4, 1],
                    )
                ),
            )
            glow(canvas, x, 0.86 * height, size * 1.7, self._disc_colour, 0.34, 0.22)
        with world.layer(canvas, 0.9):
            for a, b, c, d in self._specks:
                py = (b - 0.01 * world.time * (0.4 + c)) % 1.0 * height
                px = (a + 0.008 * math.sin(world.time * 0.6 + d * 9)) * width
                if not self._stage.calm.contains(skia.Rect.MakeXYWH(px / width, py / height, 0.001, 0.001)):
                    canvas.drawCircle(
                        px,
                        py,
                        (0.0012 + 0.0035 * c) * height,
                        paint(fade(mix(self._disc_colour, 0xFFFFFFFF, 0.5), 0.12 + 0.3 * d)),
                    )

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Nothing stands before the subject."""


def build(stage: Stage) -> Scene:
    """The light studio in this order's mood."""
    return Staged(stage, Studio(stage))
