"""Mountains and forests: ridge behind ridge fading into the air, trees, a hill to stand on."""

import numpy as np
import skia

from callsheet.media.animatic.colour import fade, linear, mix, tone
from callsheet.media.animatic.figure import Light
from callsheet.media.animatic.scenes.sky import Sky
from callsheet.media.animatic.shapes import glow, paint, polygon
from callsheet.media.animatic.stage import Scene, Stage
from callsheet.media.animatic.staged import Staged
from callsheet.media.animatic.world import HORIZON, Place, Seat, World


class Mountains:
    """Ridges under a large sky; the subject stands on a grassy brow."""

    seat: Seat = "bench"
    indoors = False
    ground = 0.78

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        self.light = Light(grade.key, grade.light_x, 0.62 if grade.low_sun or grade.night else 0.35, 0.7)
        rng = stage.place_rng("mountains")
        self._sky = Sky(stage)
        snowy = grade.weather == "snow" or bool(rng.random() < 0.4)
        self._ridges = []
        count = 6
        for n in range(count):
            depth = 0.05 + 0.55 * (n / (count - 1)) ** 1.5
            base = (HORIZON - 0.035 + 0.20 * (n / (count - 1)) ** 1.15) * stage.height
            rise = (0.23 - 0.155 * n / (count - 1)) * stage.height * float(rng.uniform(0.8, 1.2))
            line = ridge_line(rng, stage, base, rise, 3.2 + n * 1.3, rough=0.55 if n < 2 else 0.42)
            far = (1 - n / (count - 1)) ** 1.1
            colour = grade.distant(mix(grade.shadow, grade.ground, 0.45), 0.15 + 0.73 * far)
            self._ridges.append((depth, _below(line, stage), line, colour, base, snowy and n < 2))
        self._trees = [
            Pines(stage, rng, depth, y, size, far)
            for depth, y, size, far in ((0.5, 0.745, 0.055, 0.42), (0.72, 0.82, 0.085, 0.18))
        ]
        self._brow = _below(ridge_line(rng, stage, 0.845 * stage.height, 0.03 * stage.height, 1.6, rough=0.3), stage)
        self._near = Pines(stage, rng, 1.5, 1.14, 0.34, 0.0, sides=True)

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Sky, ridges, distant trees, the brow."""
        grade, stage = self._stage.grade, self._stage
        self._sky.paint(canvas, world)
        for depth, path, _line, colour, base, snowy in self._ridges:
            with world.layer(canvas, depth):
                high = 0.26 * stage.height
                lit = mix(colour, grade.key, 0.10 * grade.strength)
                low = grade.distant(colour, 0.42)
                canvas.drawPath(
                    path,
                    paint(
                        shader=linear(
                            (0, base - high), (0, base + 0.10 * stage.height), [lit, colour, low], [0, 0.5, 1]
                        )
                    ),
                )
                if snowy:
                    canvas.save()
                    canvas.clipPath(path)
                    crown = fade(mix(tone(grade.haze, 0.16), grade.key, 0.4), 0.75)
                    canvas.drawRect(
                        skia.Rect.MakeLTRB(-stage.width, base - 2 * high, 2 * stage.width, base),
                        paint(
                            shader=linear((0, base - 0.95 * high), (0, base - 0.30 * high), [crown, fade(crown, 0.0)])
                        ),
                    )
                    canvas.restore()
        for trees in self._trees:
            trees.paint(canvas, world)
        with world.layer(canvas, 0.97):
            brow = mix(mix(grade.ground, grade.shadow, 0.5), grade.haze, 0.08)
            top, bottom = 0.80 * stage.height, 1.15 * stage.height
            canvas.drawPath(
                self._brow,
                paint(
                    shader=linear(
                        (0, top),
                        (0, bottom),
                        [mix(brow, grade.key, 0.14 * grade.strength), brow, mix(brow, grade.shadow, 0.6)],
                        [0, 0.25, 1],
                    )
                ),
            )

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Dark branches that frame the picture."""
        if self._stage.order.camera.size in ("extreme-wide", "wide"):
            self._near.paint(canvas, world)


class Forest:
    """Trunks into the mist, shafts of light, ferns."""

    seat: Seat = "bench"
    indoors = False
    ground = 0.70

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        grade = stage.grade
        self.light = Light(grade.key, grade.light_x, 0.5, 0.5)
        rng = stage.place_rng("forest")
        self._layers = []
        for n in range(5):
            far = 1 - n / 4
            count = int(13 - 2 * n)
            trunks = []
            for k in range(count):
                x = (-0.45 + 1.9 * (k + float(rng.uniform(0.1, 0.9))) / count) * stage.width
                wide = (0.006 + 0.026 * (1 - far) ** 1.4) * stage.height * float(rng.uniform(0.7, 1.4))
                lean = float(rng.normal(0, 0.018)) * stage.height
                foot = (HORIZON + 0.045 + 0.18 * (1 - far) ** 1.3 + 0.01 * float(rng.random())) * stage.height
                trunks.append((x, wide, lean, foot))
            self._layers.append((0.12 + 0.62 * (1 - far) ** 1.2, far, trunks, self._trunks(trunks)))
        self._leaves = self._canopy(rng)
        self._near_trunks = [
            (float(rng.uniform(-0.16, -0.04)) * stage.width, 0.10),
            (float(rng.uniform(1.03, 1.14)) * stage.width, 0.08),
        ]
        self._ferns = Ferns(stage, rng)
        self._shafts = [
            (float(rng.uniform(-0.1, 1.1)), float(rng.uniform(0.03, 0.10)), float(rng.uniform(0.4, 1.0)))
            for _ in range(6)
        ]

    def _trunks(self, trunks: list[tuple[float, float, float, float]]) -> skia.Path:
        path = skia.Path()
        height = self._stage.height
        for x, wide, lean, foot in trunks:
            path.addPoly([skia.Point(*p) for p in (
                (x - wide * 1.7, foot), (x - wide * 0.55, foot - 0.06 * height), (x + lean - wide * 0.4, -0.6 * height),
                (x + lean + wide * 0.4, -0.6 * height), (x + wide * 0.55, foot - 0.06 * height), (x + wide * 1.8, foot))], True)  # fmt: skip
        return path

    def _canopy(self, rng: np.random.Generator) -> list[tuple[float, skia.Path, float]]:
        layers = []
        width, height = self._stage.width, self._stage.height
        for depth, low, far in ((0.2, 0.20, 0.75), (0.5, 0.12, 0.4), (0.9, 0.02, 0.1)):
            path = skia.Path()
            for k in range(110):
                x = (-0.5 + 2.0 * k / 109) * width
                hang = float(rng.gamma(1.6, 0.030))
                path.addCircle(x, (low - 0.15 + hang) * height, float(rng.uniform(0.014, 0.034)) * height)
                path.addCircle(x, (low - 0.17 + 0.5 * hang) * height, float(rng.uniform(0.03, 0.05)) * height)
            path.addRect(skia.Rect.MakeLTRB(-0.6 * width, -1.0 * height, 1.6 * width, (low - 0.14) * height))
            path.setFillType(skia.PathFillType.kWinding)
            layers.append((depth, path, far))
        return layers

    def back(self, canvas: skia.Canvas, world: World) -> None:
        """Mist, trunks by depth, canopy, shafts, forest floor."""
        grade, stage = self._stage.grade, self._stage
        width, height = stage.width, stage.height
        green = mix(grade.haze, mix(grade.ground, 0xFF5F8F5A, 0.55), 0.45)
        pale = mix(green, grade.key, 0.55 if not grade.night else 0.18)
        canvas.drawPaint(
            paint(
                shader=linear(
                    (0, 0),
                    (0, height * world.lens.horizon + 1),
                    [mix(green, grade.sky_mid, 0.3), green, pale],
                    [0, 0.5, 1],
                )
            )
        )
        light = ((0.5 + 0.3 * grade.light_x) * width, 0.26 * height)
        with world.layer(canvas, 0.05):
            glow(canvas, light[0], light[1], 0.75 * height, grade.key, 0.5 * grade.strength)
        dark = mix(grade.shadow, 0xFF2B4030, 0.5)
        with world.layer(canvas, 0.3):
            floor = skia.Rect.MakeLTRB(-width, (HORIZON + 0.03) * height, 2 * width, 3 * height)
            canvas.drawRect(
                floor,
                paint(
                    shader=linear(
                        (0, floor.top()),
                        (0, 0.95 * height),
                        [mix(pale, dark, 0.25), mix(green, dark, 0.6), mix(dark, grade.shadow, 0.4)],
                        [0, 0.22, 1],
                    )
                ),
            )
        canopy = iter(self._leaves)
        for n, (depth, far, _, path) in enumerate(self._layers):
            if n in (1, 2, 4):
                where, leaves, away = next(canopy)
                with world.layer(canvas, where):
                    canvas.drawPath(leaves, paint(mix(mix(dark, green, 0.2), pale, away * 0.7)))
            with world.layer(canvas, depth):
                canvas.drawPath(path, paint(mix(mix(dark, 0xFF3A2E28, 0.3), pale, far**0.9 * 0.82)))
            if n < 3:
                with world.layer(canvas, depth):
                    veil = fade(pale, 0.20)
                    canvas.drawRect(
                        skia.Rect.MakeLTRB(-width, (HORIZON - 0.08) * height, 2 * width, (HORIZON + 0.16) * height),
                        paint(
                            shader=linear(
                                (0, (HORIZON - 0.08) * height),
                                (0, (HORIZON + 0.16) * height),
                                [fade(veil, 0), veil, fade(veil, 0)],
                            )
                        ),
                    )
        if not grade.night and grade.weather in ("clear", "wind", "fog"):
            self._light_shafts(canvas, world)
        self._ferns.paint(canvas, world, mix(dark, green, 0.25))

    def _light_shafts(self, canvas: skia.Canvas, world: World) -> None:
        grade, width, height = self._stage.grade, self._stage.width, self._stage.height
        slant = -grade.light_x * 0.62
        with world.layer(canvas, 0.6):
            for n, (x, wide, strength) in enumerate(self._shafts):
                flicker = 0.75 + 0.25 * np.sin(world.time * 0.5 + n * 1.7)
                a, b = x * width, wide * width
                shaft = polygon(
                    [
                        (a, -0.1 * height),
                        (a + b, -0.1 * height),
                        (a + b * 1.9 + slant * height, 0.92 * height),
                        (a + slant * height, 0.92 * height),
                    ]
                )
                brush = paint(
                    shader=linear(
                        (0, -0.1 * height),
                        (0, 0.9 * height),
                        [fade(grade.key, 0.26 * strength * flicker), fade(grade.key, 0.0)],
                    ),
                    blend=skia.BlendMode.kPlus,
                )
                canvas.drawPath(shaft, brush)

    def front(self, canvas: skia.Canvas, world: World) -> None:
        """Near trunks at the edges."""
        grade, height = self._stage.grade, self._stage.height
        if self._stage.order.camera.size not in ("extreme-wide", "wide", "full"):
            return
        with world.layer(canvas, 1.35):
            for x, wide in self._near_trunks:
                colour = mix(grade.shadow, 0xFF1F2A22, 0.5)
                box = skia.Rect.MakeLTRB(x - wide * height / 2, -height, x + wide * height / 2, 2 * height)
                start, end = (box.right(), box.left()) if grade.light_x > 0 else (box.left(), box.right())
                canvas.drawRect(
                    box, paint(shader=linear((start, 0), (end, 0), [mix(colour, grade.key, 0.22), colour], [0, 0.4]))
                )


def ridge_line(
    rng: np.random.Generator, stage: Stage, base: float, rise: float, waves: float, rough: float = 0.45
) -> list[tuple[float, float]]:
    """A skyline across the frame and well beyond: summed octaves, sharper at the tops."""
    count = 170
    xs = np.linspace(-0.7, 1.7, count)
    total = np.zeros(count)
    gain, norm = 1.0, 0.0
    for octave in range(6):
        phase, skew = rng.uniform(0, 20), rng.uniform(0.8, 1.2)
        wave = 1 - np.abs(np.sin(xs * waves * skew * 2**octave * 0.9 + phase))
        total += gain * wave**1.3
        norm += gain
        gain *= rough
    ys = base - rise * (total / norm * 1.7 - 0.35)
    return list(zip((xs * stage.width).tolist(), ys.tolist(), strict=True))


def _below(line: list[tuple[float, float]], stage: Stage) -> skia.Path:
    return polygon([*line, (line[-1][0], 3.2 * stage.height), (line[0][0], 3.2 * stage.height)])


class Pines:
    """A belt of conifers at one depth, standing before a slope of their own colour."""

    def __init__(
        self,
        stage: Stage,
        rng: np.random.Generator,
        depth: float,
        y: float,
        size: float,
        far: float,
        *,
        sides: bool = False,
    ) -> None:
        self._stage, self._depth = stage, depth
        grade = stage.grade
        self._colour = grade.distant(mix(mix(grade.shadow, grade.ground, 0.22), 0xFF24443C, 0.25), far)
        self._top = (y - 1.1 * size) * stage.height
        path = skia.Path()
        count = 9 if sides else int(60 * (0.07 / size) ** 0.7)
        line = ridge_line(rng, stage, y * stage.height, 0.045 * stage.height, 2.4, rough=0.4)
        for _ in range(count):
            share = float(rng.uniform(0, 1))
            if sides:
                share = float(rng.uniform(0.20, 0.31)) if rng.random() < 0.5 else float(rng.uniform(0.70, 0.80))
            elif rng.random() < 0.35:
                continue
            x, foot = line[int(share * (len(line) - 1))]
            _pine(path, x, foot + 0.01 * stage.height, size * stage.height * float(rng.uniform(0.5, 1.15)), rng)
        if not sides:
            path.addPath(_below(line, stage))
        path.setFillType(skia.PathFillType.kWinding)
        self._path = path

    def paint(self, canvas: skia.Canvas, world: World) -> None:
        """Draw the belt."""
        grade = self._stage.grade
        with world.layer(canvas, self._depth):
            low = grade.distant(self._colour, 0.22 if self._depth < 1 else 0.0)
            canvas.drawPath(
                self._path,
                paint(
                    shader=linear(
                        (0, self._top),
                        (0, self._top + 0.22 * self._stage.height),
                        [mix(self._colour, grade.key, 0.07), self._colour, low],
                        [0, 0.4, 1],
                    )
                ),
            )


def _pine(path: skia.Path, x: float, foot: float, size: float, rng: np.random.Generator) -> None:
    left: list[tuple[float, float]] = []
    right: list[tuple[float, float]] = []
    tiers = 6
    for n in range(tiers):
        share = n / tiers
        half = size * (0.05 + 0.20 * (share + 1 / tiers)) * float(rng.uniform(0.85, 1.15))
        y = foot - size * (1 - share - 1 / tiers) * 0.93 - size * 0.05
        left += [(x - half, y), (x - half * 0.45, y - size * 0.015)]
        right += [(x + half * float(rng.uniform(0.9, 1.1)), y), (x + half * 0.45, y - size * 0.015)]
    points = [(x, foot - size), *right, (x + size * 0.03, foot), (x - size * 0.03, foot), *reversed(left)]
    path.addPoly([skia.Point(*p) for p in points], True)


class Ferns:
    """Undergrowth along the bottom of the picture."""

    def __init__(self, stage: Stage, rng: np.random.Generator) -> None:
        self._path = skia.Path()
        for _ in range(150):
            x, y = float(rng.uniform(-0.3, 1.3)) * stage.width, float(rng.uniform(0.80, 1.15)) * stage.height
            size = (y / stage.height - 0.66) * 0.16 * stage.height * float(rng.uniform(0.5, 1.3))
            for lean in (-0.9, -0.35, 0.3, 0.85):
                tip = (x + lean * size, y - size * (1.1 - 0.5 * abs(lean)))
                self._path.moveTo(x - size * 0.05, y)
                self._path.quadTo(x + lean * size * 0.3, y - size * 0.9, *tip)
                self._path.quadTo(x + lean * size * 0.45, y - size * 0.6, x + size * 0.06, y)
                self._path.close()

    def paint(self, canvas: skia.Canvas, world: World, colour: int) -> None:
        """Draw it in one colour."""
        with world.layer(canvas, 0.95):
            canvas.drawPath(self._path, paint(colour))


def build(stage: Stage) -> Scene:
    """Mountains or a forest, as the board says."""
    from callsheet.media.animatic.reading import read

    place: Place = Forest(stage) if read(stage.order).place == "forest" else Mountains(stage)
    return Staged(stage, place)
