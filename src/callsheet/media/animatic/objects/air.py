"""What is in the air around an object: bokeh, dust, steam, droplets, petals and sparkles, as the words ask."""

from dataclasses import dataclass

import numpy as np
import skia
from scipy import ndimage

from callsheet.media.animatic.colour import Colour, fade, mix
from callsheet.media.animatic.objects.pixels import LINEAR, radius, tinted
from callsheet.media.animatic.stage import Stage, View

_STEAM = [
    "hot",
    "steam",
    "tea",
    "coffee",
    "warm",
    "boil",
    "brew",
    "soup",
    "noodle",
    "ramen",
    "kettle",
    "teapot",
    "cocoa",
    "fresh-baked",
    "热",
    "蒸汽",
    "茶",
    "咖啡",
    "汤",
    "面",
    "温",
    "煮",
    "泡",
    "壶",
    "火锅",
]
_COLD = [
    "cold",
    "ice",
    "chill",
    "frost",
    "fresh",
    "cool",
    "frozen",
    "dew",
    "splash",
    "soda",
    "冰",
    "冷",
    "凉",
    "清爽",
    "清新",
    "露",
    "气泡",
]
_SPARK = [
    "sparkl",
    "glow",
    "magic",
    "gold",
    "diamond",
    "star",
    "shine",
    "celebrat",
    "festive",
    "luxur",
    "闪",
    "光",
    "星",
    "金",
    "钻",
    "庆",
    "奢",
]
_PETAL = ["spring", "flower", "blossom", "petal", "floral", "rose", "sakura", "春", "花", "樱", "玫瑰"]


def _says(text: str, words: list[str]) -> bool:
    return any(word in text for word in words)


def air_for(stage: Stage, words: str, steam: tuple[float, float, float] | None) -> "Air":
    """The air that the words suggest; steam needs a place to rise from or a word for heat."""
    text = words.lower()
    cold = _says(text, _COLD) and not _says(text, ["hot", "热"])
    steaming = _says(text, _STEAM) and not cold and (steam is not None or _says(text, ["hot", "steam", "热", "蒸汽"]))
    kind = "droplets" if cold else "petals" if _says(text, _PETAL) else "sparks" if _says(text, _SPARK) else "dust"
    return Air(stage, steaming, kind)


@dataclass(frozen=True)
class _Mote:
    x: float
    y: float
    size: float
    depth: float
    phase: float
    alpha: float
    colour: int


class Air:
    """Drifting light and vapour, painted behind and in front of the object."""

    def __init__(self, stage: Stage, steaming: bool, kind: str) -> None:
        self.stage, self.steaming, self.kind = stage, steaming, kind
        rng, grade = stage.rng("air"), stage.grade
        colours = [mix(grade.key, 0xFFFFFFFF, 0.3), grade.accent, mix(grade.sky_low, 0xFFFFFFFF, 0.2)]
        self._bokeh_images = [_bokeh(c) for c in colours]
        amount = 0.55 if grade.night or grade.low_sun else 0.1
        self._bokeh = [self._mote(rng, 0.03, 0.1, 0.25, 0.6, amount, i % 3) for i in range(16)]
        speck = {"dust": 26, "sparks": 34, "droplets": 30, "petals": 12}[kind]
        self._specks = [self._mote(rng, 0.002, 0.006, 0.7, 1.6, 0.7, i % 3) for i in range(speck)]
        self._speck_images = [_speck(mix(c, 0xFFFFFFFF, 0.4)) for c in colours]
        self._petal = _petal(mix(grade.accent, 0xFFFFFFFF, 0.45))
        self._puffs = [_puff(stage.seed % 1000 + i) for i in range(3)] if steaming else []
        self._risers = [
            (float(rng.uniform(0, 1)), float(rng.uniform(-1, 1)), float(rng.uniform(0.7, 1.3)), int(rng.integers(3)))
            for _ in range(15)
        ]

    def _mote(
        self, rng: np.random.Generator, small: float, large: float, far: float, near: float, alpha: float, colour: int
    ) -> _Mote:
        x, y, size, depth, phase, bright = rng.uniform(0, 1, 6)
        return _Mote(
            -0.1 + 1.2 * x,
            -0.05 + 0.95 * y,
            small + (large - small) * size**2,
            far + (near - far) * depth,
            phase * 6.28,
            alpha * (0.35 + 0.65 * bright),
            colour,
        )

    def _muted(self, x: float, y: float) -> float:
        """How visible something may be at a place of the frame: little where text will stand."""
        calm = self.stage.calm
        if calm.isEmpty():
            return 1.0
        inside = x < calm.right() + 0.03 and y < calm.bottom() + 0.03
        return 0.12 if inside else 1.0

    def paint_behind(self, canvas: skia.Canvas, view: View) -> None:
        """Blurred lights beyond the object."""
        stage = self.stage
        for mote in self._bokeh:
            x = mote.x * stage.width + 0.01 * stage.width * np.sin(view.time * 0.35 + mote.phase)
            y = mote.y * stage.height * 0.75 - 0.006 * stage.height * view.time
            breathe = 0.75 + 0.25 * np.sin(view.time * 0.9 + mote.phase * 2)
            self._sprite(
                canvas,
                view,
                self._bokeh_images[mote.colour],
                float(x),
                float(y),
                mote.size * stage.unit,
                mote.depth,
                mote.alpha * float(breathe),
            )

    def paint_before(self, canvas: skia.Canvas, view: View, source: tuple[float, float] | None, scale: float) -> None:
        """Steam from `source` (screen pixels; `scale` pixels per object unit) and what drifts in front of the object."""
        stage = self.stage
        if self.steaming and source is not None:
            self._steam(canvas, view.time, source, scale)
        for mote in self._specks:
            speed = {"dust": -0.012, "sparks": -0.03, "droplets": 0.10, "petals": 0.09}[self.kind] * (0.6 + mote.alpha)
            drift = 0.02 * np.sin(view.time * 0.7 + mote.phase)
            y = (mote.y + speed * view.time + 0.1) % 1.15 - 0.08
            x = mote.x + drift
            twinkle = 0.55 + 0.45 * np.sin(view.time * (3.1 if self.kind == "sparks" else 1.3) + mote.phase)
            alpha = mote.alpha * float(twinkle)
            if self.kind == "petals":
                self._petal_at(canvas, view, mote, float(x), float(y))
            else:
                size = mote.size * stage.unit * (1.8 if self.kind == "sparks" else 1.0)
                self._sprite(
                    canvas,
                    view,
                    self._speck_images[mote.colour],
                    float(x) * stage.width,
                    float(y) * stage.height,
                    size,
                    mote.depth,
                    alpha,
                )

    def _sprite(
        self,
        canvas: skia.Canvas,
        view: View,
        image: skia.Image,
        x: float,
        y: float,
        reach: float,
        depth: float,
        alpha: float,
    ) -> None:
        stage = self.stage
        alpha *= self._muted(x / stage.width, y / stage.height)
        matrix = stage.matrix(view, depth)
        place = matrix.mapXY(x, y)
        r = reach * abs(matrix.getScaleX() or 1.0)
        if alpha > 0.01 and -r < place.x() < stage.width + r and -r < place.y() < stage.height + r:
            canvas.drawImageRect(
                image,
                skia.Rect.MakeLTRB(place.x() - r, place.y() - r, place.x() + r, place.y() + r),
                LINEAR,
                skia.Paint(Alphaf=min(alpha, 1.0)),
            )

    def _petal_at(self, canvas: skia.Canvas, view: View, mote: _Mote, x: float, y: float) -> None:
        stage = self.stage
        place = stage.matrix(view, mote.depth).mapXY(x * stage.width, y * stage.height)
        size = (0.012 + mote.size * 3) * stage.unit * mote.depth
        canvas.save()
        canvas.translate(place.x(), place.y())
        canvas.rotate(float(np.degrees(mote.phase + view.time * (0.5 + mote.alpha))))
        canvas.scale(1.0, 0.45 + 0.5 * abs(float(np.sin(view.time * 0.9 + mote.phase))))
        canvas.drawImageRect(
            self._petal,
            skia.Rect.MakeLTRB(-size, -size, size, size),
            LINEAR,
            skia.Paint(Alphaf=0.85 * self._muted(x, y)),
        )
        canvas.restore()

    def _steam(self, canvas: skia.Canvas, time: float, source: tuple[float, float], scale: float) -> None:
        for start, side, speed, which in self._risers:
            age = (start + time * 0.17 * speed) % 1.0
            rise = age * 0.85 * scale
            sway = (0.035 + 0.14 * age) * scale * np.sin(
                age * 5.2 + side * 2.2 + time * 0.6
            ) * 0.6 + side * 0.03 * scale * age
            reach = (0.04 + 0.21 * age) * scale
            alpha = 0.62 * np.sin(np.pi * min(age * 1.02, 1.0)) ** 0.8 * (1 - age) ** 0.7
            x, y = source[0] + float(sway), source[1] - rise
            place = skia.Rect.MakeLTRB(x - reach * 0.8, y - reach * 1.15, x + reach * 0.8, y + reach * 1.15)
            canvas.drawImageRect(self._puffs[which], place, LINEAR, skia.Paint(Alphaf=float(alpha)))


def _bokeh(colour: Colour) -> skia.Image:
    r = radius(96)
    disc = np.clip((0.94 - r) / 0.06, 0, 1)
    ring = np.exp(-(((r - 0.86) / 0.07) ** 2))
    return tinted(disc * (0.38 + 0.1 * r**2) + 0.3 * ring * disc, colour)


def _speck(colour: Colour) -> skia.Image:
    r = radius(32)
    return tinted(np.clip(np.exp(-((r / 0.38) ** 2)) - 0.01, 0, 1), colour)


def _petal(colour: Colour) -> skia.Image:
    surface = skia.Surface(64, 64)
    path = skia.Path()
    path.moveTo(32, 60)
    path.cubicTo(2, 40, 8, 4, 30, 6)
    path.quadTo(32, 12, 34, 6)
    path.cubicTo(56, 4, 62, 40, 32, 60)
    shader = skia.GradientShader.MakeLinear(
        [skia.Point(32, 0), skia.Point(32, 64)], [mix(colour, 0xFFFFFFFF, 0.5), fade(colour, 0.9)]
    )
    surface.getCanvas().drawPath(path, skia.Paint(Shader=shader, AntiAlias=True))
    return surface.makeImageSnapshot()


def _puff(seed: int) -> skia.Image:
    rng = np.random.default_rng(seed)
    noise = ndimage.gaussian_filter(rng.standard_normal((96, 96)), 7, mode="wrap")
    noise = noise / noise.std()
    r = radius(96)
    alpha = np.clip(1 - r, 0, 1) ** 1.3 * np.clip(0.5 + 0.4 * noise, 0, 1)
    return tinted(alpha, 0xFFFFFFFF)
