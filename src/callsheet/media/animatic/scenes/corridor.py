"""A corridor: hospital, hotel, station. Walls, doors and lights run to a bright end."""

import skia

from callsheet.media.animatic.colour import fade, linear, mix, parse
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.shapes import glow, paint, polygon
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import HORIZON, Seat, World

_DEPTHS = (0.10, 0.15, 0.22, 0.32, 0.47, 0.68, 1.0, 1.45)


class Corridor:
    """One-point perspective; the light waits at the far end."""

    seat: Seat = "bench"
    indoors = True
    ground = 0.72

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        words = f"{stage.order.location.name if stage.order.location else ''} {stage.order.action}".lower()
        self._station = any(
            w in words for w in ("station", "subway", "metro", "platform", "airport", "地铁", "车站", "站台", "机场")
        )
        clinical = any(w in words for w in ("hospital", "clinic", "ward", "医院", "病房", "急诊", "诊所"))
        wall, dado, floor = (
            ("#c7d3d2", "#7fa6a3", "#9fb0b0")
            if clinical
            else ("#9a9ea3", "#5f6a75", "#7a7d82")
            if self._station
            else ("#b39d86", "#6f4f3c", "#7d4a42")
        )
        dim = 0.36 if grade.night else 0.14
        self._wall, self._dado, self._floor = (
            mix(mix(parse(c), grade.fill, 0.14), grade.shadow, dim) for c in (wall, dado, floor)
        )
        self._end = mix(grade.key, 0xFFFFFFFF, 0.45) if not grade.night else mix(grade.lamp, 0xFFFFFFFF, 0.5)
        self._light = mix(grade.lamp, 0xFFFFFFFF, 0.75 if clinical or self._station else 0.35)
        rim = mix(self._end, grade.key, 0.4)
        self.light = Light(rim, grade.light_x, 0.62, 0.4, 0.42 if clinical or self._station else 0.15)
        self._doors = stage.place_rng("doors").random(16).tolist()

    def _at(self, depth: float, x: float, y: float) -> tuple[float, float]:
        """A point of the corridor's cross-section (-1..1 across, -1 ceiling .. 1 floor) at a depth, in the wide composition's pixels."""
        width, height = self._stage.width, self._stage.height
        half = (0.56 if not self._stage.portrait else 0.36 * height / width) * width
        rise = 0.78 if y < 0 else 0.40
        return 0.5 * width + x * half * depth, HORIZON * height + y * rise * height * depth * (0.86 if y > 0 else 0.78)

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """From the bright end to the camera, one bay at a time."""
        grade, height = self._stage.grade, self._stage.height
        with world.layer(canvas, 0.10):
            left, top, right, bottom = world.span(0.10)
            canvas.drawRect(skia.Rect.MakeLTRB(left, top, right, bottom), paint(self._wall))
            a, b = self._at(0.10, -1, -1), self._at(0.10, 1, 1)
            end = skia.Rect.MakeLTRB(a[0], a[1], b[0], b[1])
            canvas.drawRect(
                end,
                paint(shader=linear((0, end.top()), (0, end.bottom()), [self._end, mix(self._end, self._wall, 0.3)])),
            )
        for n in range(len(_DEPTHS) - 1):
            self._bay(canvas, world, n)
        with world.layer(canvas, 0.16):
            glow(canvas, 0.5 * self._stage.width, HORIZON * height - 0.02 * height, 0.46 * height, self._end, 0.55)
            glow(canvas, 0.5 * self._stage.width, HORIZON * height + 0.16 * height, 0.30 * height, self._end, 0.25, 0.5)
        if grade.weather == "fog":
            canvas.drawPaint(paint(fade(grade.haze, 0.12)))

    def _quad(
        self, canvas: skia.Canvas, world: World, n: int, corners: list[tuple[float, float, float]], colour: int
    ) -> None:
        """A face of bay `n`; corners are (0 far | 1 near, x, y). Each end moves with its own depth, so the bays stay joined."""
        points = []
        for end, x, y in corners:
            depth = _DEPTHS[n] + (_DEPTHS[n + 1] - _DEPTHS[n]) * end
            at = world.matrix(depth).mapXY(*self._at(depth, x, y))
            points.append((at.x(), at.y()))
        canvas.drawPath(polygon(points), paint(colour))

    def _bay(self, canvas: skia.Canvas, world: World, n: int) -> None:
        grade = self._stage.grade
        far = 1 - _DEPTHS[n] ** 0.7
        lit = n % 2 == 0

        def air(colour: int, dim: float = 0.0) -> int:
            return mix(mix(colour, grade.shadow, dim + (0.0 if lit else 0.10)), self._end, max(far, 0.0) * 0.55)

        ceiling = mix(self._wall, 0xFFFFFFFF, 0.12)
        self._quad(canvas, world, n, [(0, -1, -1), (0, 1, -1), (1, 1, -1), (1, -1, -1)], air(ceiling, 0.14))
        self._quad(canvas, world, n, [(0, -1, 1), (0, 1, 1), (1, 1, 1), (1, -1, 1)], air(self._floor, 0.22))
        self._quad(
            canvas,
            world,
            n,
            [(0, -0.30, 1), (0, 0.30, 1), (1, 0.30, 1), (1, -0.30, 1)],
            fade(mix(self._end, self._floor, 0.3), 0.16 + 0.25 * max(far, 0)),
        )
        for side in (-1.0, 1.0):
            dim = 0.06 if side * grade.light_x < 0 else 0.24
            self._quad(
                canvas, world, n, [(0, side, -1), (0, side, 1), (1, side, 1), (1, side, -1)], air(self._wall, dim)
            )
            self._quad(
                canvas, world, n, [(0, side, 0.30), (0, side, 1), (1, side, 1), (1, side, 0.30)], air(self._dado, dim)
            )
            self._quad(
                canvas,
                world,
                n,
                [(0, side, 0.27), (0, side, 0.31), (1, side, 0.31), (1, side, 0.27)],
                air(mix(self._dado, 0xFFFFFFFF, 0.35), dim),
            )
            kind = self._doors[(n * 2 + (side > 0)) % 16]
            if self._station:
                self._quad(
                    canvas,
                    world,
                    n,
                    [(0.2, side, -0.42), (0.2, side, 0.10), (0.8, side, 0.10), (0.8, side, -0.42)],
                    air(mix(self._light, grade.accent, 0.5 * kind), dim * 0.5),
                )
            elif kind < 0.62:
                door = mix(self._dado, grade.shadow, 0.3)
                self._quad(
                    canvas,
                    world,
                    n,
                    [(0.22, side, -0.50), (0.22, side, 1), (0.80, side, 1), (0.80, side, -0.50)],
                    air(mix(door, 0xFFFFFFFF, 0.18), dim),
                )
                self._quad(
                    canvas,
                    world,
                    n,
                    [(0.27, side, -0.44), (0.27, side, 1), (0.75, side, 1), (0.75, side, -0.44)],
                    air(door, dim),
                )
                pane = mix(self._light, door, 0.25 if kind < 0.25 else 0.8)
                self._quad(
                    canvas,
                    world,
                    n,
                    [(0.42, side, -0.30), (0.42, side, 0.02), (0.60, side, 0.02), (0.60, side, -0.30)],
                    air(pane),
                )
        if lit:
            self._quad(
                canvas,
                world,
                n,
                [(0.15, -0.26, -0.995), (0.15, 0.26, -0.995), (0.85, 0.26, -0.995), (0.85, -0.26, -0.995)],
                mix(self._light, ceiling, 0.05),
            )
            self._quad(
                canvas,
                world,
                n,
                [(0.15, -0.24, 0.998), (0.15, 0.24, 0.998), (0.85, 0.24, 0.998), (0.85, -0.24, 0.998)],
                fade(self._light, 0.22),
            )

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Nothing stands before the subject."""


def build(stage: Stage) -> Scene:
    """The corridor of this order."""
    return Staged(stage, Corridor(stage))
