"""The sky that all open places share: gradient, sun or moon, stars, clouds."""

import math

import skia

from callsheet.media.animatic.colour import fade, linear, mix, tone
from callsheet.media.animatic.shapes import glow, paint, soft_image
from callsheet.media.animatic.stage import Stage
from callsheet.media.animatic.texture import clouds
from callsheet.media.animatic.world import World


class Sky:
    """Sky of one stage; `disc` draws the sun or the moon, `low` is how high it stands over the horizon in frame heights."""

    def __init__(self, stage: Stage, *, disc: bool = True) -> None:
        self._stage = stage
        grade = stage.grade
        rng = stage.place_rng("sky")
        cover = {"clear": 0.42, "wind": 0.5, "cloud": 0.72, "rain": 0.74, "snow": 0.6, "fog": 0.25}[grade.weather]
        light = mix(mix(grade.sky_low, 0xFFFFFFFF, 0.30), grade.key, 0.45)
        dark = mix(grade.sky_mid, grade.shadow, 0.28 if not grade.night else 0.1)
        if grade.night:
            light, dark = mix(grade.sky_low, grade.key, 0.12), mix(grade.sky_mid, grade.sky_low, 0.4)
        self._band = clouds(rng, 120, 420, cover, light, dark)
        self._veil = clouds(
            rng, 60, 420, cover * 0.85, mix(light, grade.sky_low, 0.4), mix(dark, grade.sky_low, 0.5), 6.0
        )
        high = {"dawn": 0.07, "dusk": 0.055, "morning": 0.24, "day": 0.42, "night": 0.34}[grade.time]
        self._sun = (0.5 + 0.27 * grade.light_x, high)
        self._disc = (disc and grade.weather in ("clear", "wind", "snow")) or (
            disc and grade.low_sun and grade.weather == "fog"
        )
        self._stars = (
            stage.place_rng("stars").random((90, 3)).tolist()
            if grade.night and grade.weather in ("clear", "wind")
            else []
        )

    @property
    def sun(self) -> tuple[float, float]:
        """Where the sun or moon stands in the wide composition's pixels."""
        return self._sun[0] * self._stage.width, (0.60 - self._sun[1]) * self._stage.height

    def paint(self, canvas: skia.Canvas, world: World) -> None:
        """Paint the whole frame as sky."""
        grade, stage = self._stage.grade, self._stage
        width, height = stage.width, stage.height
        line = world.horizon
        with world.layer(canvas, 0.0):
            left, top, right, bottom = world.span(0.0)
            colours = [
                grade.sky_top,
                mix(grade.sky_top, grade.sky_mid, 0.55),
                grade.sky_mid,
                mix(grade.sky_mid, grade.sky_low, 0.6),
                grade.sky_low,
            ]
            shader = linear((0, -0.12 * height), (0, line), colours, [0.0, 0.3, 0.58, 0.82, 1.0])
            canvas.drawRect(
                skia.Rect.MakeLTRB(left, top, right, min(bottom, line + 0.12 * height)), paint(shader=shader)
            )
            if bottom > line + 0.12 * height:
                canvas.drawRect(skia.Rect.MakeLTRB(left, line + 0.12 * height, right, bottom), paint(grade.sky_low))
            for x, y, size in self._stars:
                twinkle = 0.5 + 0.5 * math.sin(world.time * (1 + 2 * size) + x * 40)
                canvas.drawCircle(
                    x * width * 1.2 - 0.1 * width,
                    y * y * 0.55 * height,
                    (0.5 + 1.1 * size) * height / 900,
                    paint(fade(0xFFFFFFFF, 0.25 + 0.55 * twinkle * size)),
                )
            if self._disc:
                self._light(canvas)
        drift = world.time * 0.0025 * width * (3 if grade.weather == "wind" else 1)
        with world.layer(canvas, 0.03):
            soft_image(
                canvas,
                self._band,
                skia.Rect.MakeXYWH(-0.55 * width - drift, -0.14 * height, 2.1 * width, 0.56 * height),
                0.85,
            )
        with world.layer(canvas, 0.05):
            soft_image(
                canvas,
                self._veil,
                skia.Rect.MakeXYWH(-0.55 * width - drift * 0.6, 0.34 * height, 2.1 * width, 0.25 * height),
                0.7,
            )

    def _light(self, canvas: skia.Canvas) -> None:
        grade, height = self._stage.grade, self._stage.height
        x, y = self.sun
        if grade.night:
            glow(canvas, x, y, 0.26 * height, grade.key, 0.38)
            canvas.drawCircle(x, y, 0.030 * height, paint(mix(grade.key, 0xFFFFFFFF, 0.75)))
            canvas.drawCircle(x - 0.008 * height, y - 0.004 * height, 0.007 * height, paint(fade(grade.sky_mid, 0.12)))
            return
        wide = 0.62 if grade.low_sun else 0.45
        glow(canvas, x, y, wide * height, tone(grade.key, 0.0, 1.2), 0.62 * grade.strength)
        core = mix(grade.key, 0xFFFFFFFF, 0.72)
        canvas.drawCircle(x, y, (0.040 if grade.low_sun else 0.026) * height, paint(core))
        glow(canvas, x, y, 0.13 * height, core, 0.7)
