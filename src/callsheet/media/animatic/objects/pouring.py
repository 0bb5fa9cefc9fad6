"""A pour: the tilted vessel in the air, the stream from its spout, and the cup that fills below."""

import math

import numpy as np
import skia

from callsheet.film.asset import Prop
from callsheet.media.animatic.colour import Colour, fade, mix, parse
from callsheet.media.animatic.objects.layout import Extent, seen_extent
from callsheet.media.animatic.objects.mesh import Array
from callsheet.media.animatic.objects.naming import build_object
from callsheet.media.animatic.objects.pixels import LINEAR
from callsheet.media.animatic.objects.solid import Rig, Solid
from callsheet.media.animatic.objects.turntable import Pose, Turntable, project
from callsheet.media.animatic.shapes import limb, paint

TILT = 0.52
"""How far the vessel leans towards its spout, radians."""
_CUP = 0.46
"""The cup's size against the vessel's."""
_DROP = 0.30
"""How far the stream falls before it meets the cup, in object units."""


class Pour:
    """The parts of a pour, laid out around the cup's foot. `pot` must have its spout where its steam rises."""

    def __init__(self, pot: Solid, rig: Rig, pitch: float, words: str, accent: Colour) -> None:
        _, cup = build_object(Prop(name="cup", description="cream tea cup", colour="#f3e8d2"), accent)
        self.cup_solid = cup.sized(_CUP)
        self.cup, self.pot = Turntable(self.cup_solid, rig), pot
        self.pitch = pitch
        self.tea = parse("#5a2f17" if any(w in words for w in ("coffee", "espresso", "咖啡")) else "#c8742a")
        mesh = self.cup_solid.mesh
        steam = self.cup_solid.steam or (0.0, 0.26, 0.0)
        self._drink = (np.abs(mesh.points[:, 1] - steam[1]) < 0.02) & (mesh.normals[:, 1] > 0.99)
        self._brim = steam[1]
        self.mouth = (0.0, float(steam[1] * math.cos(pitch)))
        outline, _ = project(pot.mesh.points, Pose(pot.yaw, pitch, 0.0, 1.0, 0.0, 0.0))
        tip, _ = project(np.array([pot.steam or (0.5, 0.4, 0.0)]), Pose(pot.yaw, pitch, 0.0, 1.0, 0.0, 0.0))
        self.lean = TILT if tip[0, 0] >= 0 else -TILT
        turned, spout = _leant(outline, self.lean), _leant(tip, self.lean)[0]
        wanted = np.array([-0.05 * np.sign(self.lean), -(self.mouth[1] + _DROP)])
        self.shift = wanted - spout
        """Where the vessel's foot lies from the cup's, in units on screen (down is positive)."""
        turned = turned + self.shift
        foot = seen_extent(self.cup_solid.mesh.points, self.cup_solid.yaw, pitch)
        low, high = turned.min(0), turned.max(0)
        self.extent = Extent(
            min(float(low[0]), foot.left), max(float(high[0]), foot.right), foot.bottom, -float(low[1])
        )
        reach = 0.34
        side = -1.0 if self.lean > 0 else 1.0
        ends = sorted((side * reach * 1.25, -side * foot.right * 1.15))
        self.near = Extent(float(ends[0]), float(ends[1]), foot.bottom, self.mouth[1] + _DROP + 0.2)
        """The part with the spout, the stream and the cup: what a close shot shows."""
        self.spout = (float(wanted[0]), -float(wanted[1]))

    def fill(self, share: float) -> None:
        """Let the drink in the cup stand at a share of its height."""
        level = self._brim - 0.055 * _CUP * (1 - min(max(share, 0.0), 1.0))
        self.cup_solid.mesh.points[self._drink, 1] = level

    def paint_stream(self, canvas: skia.Canvas, x: float, y: float, scale: float, time: float, light: Colour) -> None:
        """The stream from the spout into the cup whose foot is at (x, y), and the rings it makes there."""
        side = 1.0 if self.lean > 0 else -1.0
        start = (x + self.spout[0] * scale, y - self.spout[1] * scale)
        end = (x + self.spout[0] * scale + side * 0.075 * scale, y - self.mouth[1] * scale + 0.012 * scale)
        points, radii = [], []
        for n in range(9):
            t = n / 8
            swell = 1 + 0.16 * math.sin(9 * t - time * 21) + 0.08 * math.sin(23 * t - time * 34)
            points.append((start[0] + (end[0] - start[0]) * math.sqrt(t), start[1] + (end[1] - start[1]) * t))
            radii.append(scale * (0.017 - 0.006 * t) * swell)
        canvas.drawPath(limb(points, radii), paint(fade(self.tea, 0.94)))
        shine = [(px - side * r * 0.35, py) for (px, py), r in zip(points, radii, strict=True)]
        canvas.drawPath(limb(shine, [r * 0.28 for r in radii]), paint(fade(mix(self.tea, light, 0.75), 0.85)))
        flat = max(math.sin(self.pitch), 0.12)
        for ring in range(3):
            age = (time * 0.9 + ring / 3) % 1.0
            wide = (0.02 + 0.085 * age) * scale
            brush = skia.Paint(
                AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=max(1.0, 0.004 * scale),
                Color=fade(mix(self.tea, light, 0.7), 0.7 * (1 - age)),
            )  # fmt: skip
            canvas.drawOval(
                skia.Rect.MakeLTRB(end[0] - wide, end[1] - wide * flat, end[0] + wide, end[1] + wide * flat), brush
            )
        drop = paint(fade(mix(self.tea, light, 0.35), 0.9))
        for n in range(5):
            age = (time * (1.7 + 0.23 * n) + n * 0.37) % 1.0
            away = (0.03 + 0.05 * n / 4) * (1 if n % 2 else -1)
            px, py = end[0] + away * age * scale, end[1] - (0.16 * age - 0.19 * age * age) * scale
            canvas.drawCircle(px, py, 0.0065 * scale * (1 - 0.6 * age), drop)

    def paint_pot(
        self, canvas: skia.Canvas, x: float, y: float, scale: float, time: float, picture: skia.Image, place: skia.Rect
    ) -> None:
        """The vessel, drawn upright into `picture` for `place` around its foot (0, 0) in pixels, leant over above a cup at (x, y)."""
        canvas.save()
        sway = 0.012 * math.sin(time * 1.6)
        canvas.translate(x + float(self.shift[0]) * scale, y + float(self.shift[1]) * scale)
        canvas.translate(*self._pivot(scale))
        canvas.rotate(math.degrees(sway))
        back = self._pivot(scale)
        canvas.translate(-back[0], -back[1])
        canvas.rotate(math.degrees(self.lean))
        canvas.drawImageRect(picture, place, LINEAR)
        canvas.restore()

    def _pivot(self, scale: float) -> tuple[float, float]:
        """The spout's tip from the leant vessel's foot, pixels: the hand's tremor turns about it."""
        return (self.spout[0] - float(self.shift[0])) * scale, (-self.spout[1] - float(self.shift[1])) * scale


def _leant(points: Array, angle: float) -> Array:
    """Screen points turned about the origin, clockwise as seen for a positive angle (y points down)."""
    c, s = math.cos(angle), math.sin(angle)
    return np.asarray(points @ np.array([[c, s], [-s, c]]))
