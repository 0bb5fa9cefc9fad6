"""Figures: bodies drawn from a skeleton and a garb, modelled by the key light and edged by a rim; faces are never drawn."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.media.animatic.colour import Colour, fade, linear, mix, tone
from callsheet.media.animatic.hair import draw_head, draw_neck
from callsheet.media.animatic.pose import Skeleton, skeleton
from callsheet.media.animatic.props import draw_prop
from callsheet.media.animatic.reading import Actor
from callsheet.media.animatic.shapes import Point, limb, paint, shade, smooth, stroke
from callsheet.media.animatic.stage import Stage
from callsheet.media.animatic.wardrobe import Garb, garb_for

_BOX = skia.Rect.MakeLTRB(-0.75, -1.35, 0.75, 0.16)
"""What a figure may cover, in body heights around its feet."""


@dataclass(frozen=True)
class Light:
    """How a place lights its figures."""

    rim: Colour
    side: float
    """Where the rim comes from: -1 left .. 1 right."""
    backlit: float
    """0 lit from the front .. 1 silhouette."""
    shadow: float = 0.5
    """How dark the shadow on the ground is, 0..1."""
    wet: float = 0.0
    """How strongly the ground mirrors, 0..1."""
    rim_strength: float = 1.0


@dataclass(frozen=True)
class Figure:
    """One actor, dressed for a stage and a light."""

    stage: Stage
    actor: Actor
    light: Light
    turned: bool = False
    """Seen from the back, looking into the picture."""
    phase: float = 0.0
    energy: float = 0.5

    @cached_property
    def garb(self) -> Garb:
        """The looks."""
        return garb_for(self.stage, self.actor, self.light.backlit)

    def bones(self, time: float) -> Skeleton:
        """The joints at `time` seconds."""
        return skeleton(
            self.actor.pose,
            time,
            self.garb.body,
            facing="back" if self.turned else "side",
            phase=self.phase,
            energy=self.energy,
            seated=self.actor.seated,
            aloft=self.actor.prop == "umbrella",
        )

    def paint(
        self,
        canvas: skia.Canvas,
        time: float,
        x: float,
        feet: float,
        tall: float,
        *,
        flip: bool = False,
        squash: float = 1.0,
    ) -> None:
        """Draw with the feet at (x, feet) pixels, `tall` pixels for a standing adult; `flip` faces left."""
        bones = self.bones(time)
        scale = tall * self.garb.body.height
        lit = self.light.side * (-1 if flip else 1)
        recorder = skia.PictureRecorder()
        self._record(recorder.beginRecording(_BOX), bones, lit, scale, time)
        picture = recorder.finishRecordingAsPicture()
        canvas.save()
        canvas.translate(x, feet)
        canvas.scale(-scale if flip else scale, scale * squash)
        self._ground(canvas, picture, bones, lit, squash)
        self._rimmed(canvas, picture, _extent(bones, 0.36 if self.actor.prop else 0.20), lit, scale)
        canvas.restore()

    def _ground(self, canvas: skia.Canvas, picture: skia.Picture, bones: Skeleton, lit: float, squash: float) -> None:
        dark = self.stage.grade.shadow
        if self.light.wet > 0.02:
            canvas.save()
            canvas.scale(1, -0.72)
            mirror = skia.Paint()
            mirror.setColorFilter(
                skia.ColorFilters.Blend(mix(dark, self.stage.grade.haze, 0.25), skia.BlendMode.kSrcATop)
            )
            mirror.setAlphaf(0.55 * self.light.wet)
            canvas.drawPicture(picture, None, mirror)
            canvas.restore()
        if self.light.shadow > 0.02:
            strength = self.light.shadow
            canvas.save()
            long = skia.Matrix()
            long.setAll(1, 0.9 * lit, 0, 0, -0.2 if self.light.backlit > 0.5 else 0.16, 0.004, 0, 0, 1)
            canvas.concat(long)
            fall = skia.Paint()
            fall.setColorFilter(skia.ColorFilters.Blend(dark, skia.BlendMode.kSrcIn))
            fall.setAlphaf(0.38 * strength * self.stage.grade.strength)
            canvas.drawPicture(picture, None, fall)
            canvas.restore()
            for x, y in bones.ankles:
                shade(canvas, x + 0.02, min(y + 0.04, 0.006), 0.10, 0.018 / squash, fade(dark, 0.75 * strength))
            shade(canvas, bones.pelvis[0], 0.004, 0.26, 0.03, fade(dark, 0.5 * strength))

    def _rimmed(self, canvas: skia.Canvas, picture: skia.Picture, box: skia.Rect, lit: float, scale: float) -> None:
        """The body, and along its lit edge a rim: what its own outline, moved away from the light, leaves uncovered.

        The body is drawn once into pixels of its own; the rest are copies of those, which cost a tenth of drawing it again.
        """
        matrix = canvas.getTotalMatrix()
        area = matrix.mapRect(box).roundOut()
        if not area.intersect(canvas.getDeviceClipBounds()):
            return
        pixels = np.zeros((area.height(), area.width(), 4), np.uint8)
        info = skia.ImageInfo.Make(
            area.width(), area.height(), skia.ColorType.kBGRA_8888_ColorType, skia.AlphaType.kPremul_AlphaType
        )
        own = skia.Surface.MakeRasterDirect(info, pixels).getCanvas()
        own.translate(-area.left(), -area.top())
        own.concat(matrix)
        own.drawPicture(picture)
        towards = math.copysign(1.0, lit * matrix.getScaleX())
        edge = _rim(pixels[..., 3], max(1.0, 0.0017 * scale), towards)
        edge = edge * np.float32(0.92 * self.light.rim_strength)
        rim = self.light.rim
        for channel, shift in enumerate((0, 8, 16)):
            value = pixels[..., channel]
            value[...] = value + ((rim >> shift & 255) - value * np.float32(1.0)) * edge
        image = skia.Image.fromarray(
            pixels, skia.ColorType.kBGRA_8888_ColorType, skia.AlphaType.kPremul_AlphaType, copy=False
        )
        canvas.save()
        canvas.resetMatrix()
        canvas.drawImage(image, area.left(), area.top())
        canvas.restore()

    def _record(self, canvas: skia.Canvas, bones: Skeleton, lit: float, scale: float, time: float) -> None:
        garb = self.garb
        side = bones.facing == "side"
        self._arm(canvas, bones, 1, lit)
        self._leg(canvas, bones, 1, lit)
        if not side:
            self._arm(canvas, bones, 0, lit)
        self._leg(canvas, bones, 0, lit)
        draw_neck(canvas, garb, bones, lit, self.stage.grade)
        self._trunk(canvas, bones, lit, scale, time)
        draw_head(canvas, garb, bones, lit, scale, time, self.stage.grade)
        if side:
            if self.actor.prop:
                self._held(canvas, bones, lit)
            self._arm(canvas, bones, 0, lit)
        elif self.actor.prop:
            self._held(canvas, bones, lit)

    def _held(self, canvas: skia.Canvas, bones: Skeleton, lit: float) -> None:
        x, y = bones.hands[0]
        tilt = (
            0.5
            if self.actor.pose == "pour"
            else 0.9 * max(0.0, -0.78 - y) / 0.1 * -0.4
            if self.actor.pose == "drink"
            else 0.0
        )
        name = self.actor.prop or ""
        hanging = name in ("bag", "suitcase", "umbrella", "lantern") and y > -0.55
        draw_prop(
            canvas,
            name,
            (x + 0.012, y + (0.0 if not hanging else 0.01)),
            1.0,
            self.stage,
            self.light.backlit * 0.6,
            lit,
            held=True,
            tilt=tilt,
        )

    def _tinted(self, colour: Colour, x0: float, x1: float, lit: float, far: bool = False) -> skia.Paint:
        """Paint that rounds a form: lit on the key's side, in shadow on the other."""
        grade = self.stage.grade
        if far:
            colour = mix(colour, grade.shadow, 0.35)
        bright = mix(tone(colour, 0.07), grade.key, 0.12 + 0.20 * grade.strength * (1 - self.light.backlit))
        dark = tone(mix(colour, grade.shadow, 0.58), 0.0, 1.15)
        start, end = (x1, x0) if lit > 0 else (x0, x1)
        return paint(shader=linear((start, 0), (end, 0), [bright, colour, dark], [0.0, 0.4, 1.0]))

    def _arm(self, canvas: skia.Canvas, bones: Skeleton, n: int, lit: float) -> None:
        garb, k = self.garb, self.garb.body.limb
        shoulder, elbow, hand = bones.shoulders[n], bones.elbows[n], bones.hands[n]
        far = n == 1 and bones.facing == "side"
        wide = 1.15 if garb.cut in ("coat", "jacket") else 1.0
        wrist = _between(elbow, hand, 0.86)
        self._hand(canvas, elbow, hand, far, lit)
        if garb.cut == "robe":
            drop = (hand[0] - 0.035, hand[1] + 0.12)
            sleeve = smooth(
                [
                    (shoulder[0] - 0.04, shoulder[1]),
                    (shoulder[0] + 0.035, shoulder[1] - 0.006),
                    _between(elbow, hand, 0.4, 0.03),
                    (hand[0] + 0.004, hand[1] - 0.03),
                    (hand[0] + 0.012, hand[1] + 0.06),
                    drop,
                    _between(shoulder, elbow, 0.8, -0.045),
                ]
            )
        else:
            reach = _between(shoulder, elbow, 0.62) if garb.cut == "dress" else wrist
            if garb.cut == "dress":
                bare = limb([shoulder, elbow, wrist], [0.027 * k, 0.023 * k, 0.016 * k])
                canvas.drawPath(bare, self._tinted(garb.skin, shoulder[0] - 0.03, shoulder[0] + 0.04, lit, far))
                sleeve = limb([shoulder, _between(shoulder, elbow, 0.35), reach], [0.036 * k, 0.034 * k, 0.028 * k])
            else:
                sleeve = limb([shoulder, elbow, reach], [0.034 * k * wide, 0.028 * k * wide, 0.021 * k * wide])
        box = sleeve.getBounds()
        canvas.drawPath(sleeve, self._tinted(garb.top, box.left(), box.right(), lit, far))

    def _hand(self, canvas: skia.Canvas, elbow: Point, hand: Point, far: bool, lit: float) -> None:
        angle = math.atan2(hand[1] - elbow[1], hand[0] - elbow[0])
        canvas.save()
        canvas.translate(*hand)
        canvas.rotate(math.degrees(angle))
        brush = self._tinted(self.garb.skin, -0.02, 0.03, lit, far)
        palm = smooth(
            [
                (-0.030, -0.014),
                (0.0, -0.018),
                (0.024, -0.015),
                (0.042, -0.008),
                (0.044, 0.004),
                (0.024, 0.014),
                (-0.004, 0.016),
                (-0.030, 0.012),
            ]
        )
        canvas.drawPath(palm, brush)
        canvas.drawPath(limb([(-0.008, -0.010), (0.008, -0.022), (0.022, -0.022)], [0.007, 0.007, 0.005]), brush)
        canvas.restore()

    def _leg(self, canvas: skia.Canvas, bones: Skeleton, n: int, lit: float) -> None:
        garb, k = self.garb, self.garb.body.limb
        hip, knee, ankle = bones.hips[n], bones.knees[n], bones.ankles[n]
        far = n == 1 and bones.facing == "side"
        bare = garb.cut == "dress"
        colour = garb.skin if bare else garb.bottom
        radii = [0.060 * k, 0.038 * k, 0.019 * k] if bare else [0.066 * k, 0.044 * k, 0.029 * k]
        toe = bones.toes[n]
        canvas.save()
        canvas.translate(*ankle)
        canvas.rotate(math.degrees(toe))
        if bones.facing == "side":
            shoe = smooth(
                [
                    (-0.034, -0.012),
                    (-0.022, -0.03),
                    (0.022, -0.026),
                    (0.062, 0.012),
                    (0.096, 0.024),
                    (0.098, 0.036),
                    (-0.034, 0.036),
                    (-0.040, 0.015),
                ]
            )
        else:
            shoe = smooth(
                [(-0.026, -0.02), (0.026, -0.02), (0.033, 0.02), (0.026, 0.036), (-0.026, 0.036), (-0.033, 0.02)]
            )
        canvas.drawPath(shoe, self._tinted(garb.shoe, -0.04, 0.1, lit, far))
        canvas.restore()
        leg = limb([hip, knee, ankle], radii)
        box = leg.getBounds()
        canvas.drawPath(leg, self._tinted(colour, box.left(), box.right(), lit, far))

    def _trunk(self, canvas: skia.Canvas, bones: Skeleton, lit: float, scale: float, time: float) -> None:
        garb = self.garb
        outline = _outline(garb, bones, time)
        path = smooth(outline, tension=0.6)
        box = path.getBounds()
        brush = self._tinted(garb.top, box.left(), box.right(), lit)
        if bones.seated and garb.cut in ("dress", "robe", "coat"):
            for hip, knee in zip(bones.hips, bones.knees, strict=True):
                end = (knee[0] + 0.01, knee[1] + (0.17 if garb.cut != "coat" else 0.03))
                lap = limb([hip, (knee[0] - 0.01, knee[1]), end], [0.078, 0.062, 0.07])
                canvas.drawPath(lap, brush)
        if garb.cut == "shirt":
            belt = limb([bones.hips[1], bones.pelvis, bones.hips[0]], [garb.body.hip * 0.8] * 3)
            canvas.drawPath(belt, self._tinted(garb.bottom, box.left(), box.right(), lit))
        canvas.drawPath(path, brush)
        if garb.apron is not None:
            self._apron(canvas, path, bones, lit, garb.apron)
        if scale > 300:
            self._details(canvas, path, bones, lit, scale)

    def _apron(self, canvas: skia.Canvas, path: skia.Path, bones: Skeleton, lit: float, colour: Colour) -> None:
        """An apron: a bib before the chest and a skirt to the knee; from behind its straps, cross and bow."""
        (px, py), (nx, ny) = bones.pelvis, bones.neck
        wide = self.garb.body.waist
        brush = self._tinted(colour, px - 0.08, px + 0.11, lit)
        tie = mix(colour, self.stage.grade.shadow, 0.3)
        if bones.facing == "back":
            canvas.save()
            canvas.clipPath(path, True)
            for way in (-1, 1):
                canvas.drawPath(
                    smooth([(nx - way * 0.05, ny), (nx, ny + 0.15), (px + way * wide * 1.2, py - 0.10)], closed=False),
                    stroke(colour, 0.017),
                )
            canvas.drawLine(px - 0.15, py - 0.085, px + 0.15, py - 0.085, stroke(colour, 0.017))
            canvas.restore()
            for way in (-1, 1):
                canvas.drawPath(
                    limb(
                        [(px, py - 0.085), (px + way * 0.03, py - 0.10), (px + way * 0.045, py - 0.075)],
                        [0.005, 0.012, 0.006],
                    ),
                    brush,
                )
                canvas.drawPath(limb([(px, py - 0.085), (px + way * 0.02, py + 0.0)], [0.005, 0.008]), brush)
            return
        knee = bones.knees[0] if bones.seated else (px + 0.05, py + 0.20)
        skirt = (
            [(px - 0.01, py - 0.10), (px + 0.068, py - 0.10), (knee[0] + 0.05, knee[1] - 0.05), (knee[0] + 0.05, knee[1] + 0.10),
             (knee[0] - 0.05, knee[1] + 0.06), (px - 0.02, py + 0.05)]
            if bones.seated
            else [(px - 0.022, py - 0.10), (px + 0.070, py - 0.10), (px + 0.083, py + 0.03), (px + 0.088, py + 0.21),
                  (px - 0.02, py + 0.215), (px - 0.030, py + 0.03)]
        )  # fmt: skip
        canvas.drawPath(smooth(skirt, tension=0.35), brush)
        canvas.save()
        canvas.clipPath(path, True)
        bib = [(nx + 0.018, ny + 0.085), (nx + 0.12, ny + 0.075), (px + 0.12, py - 0.08), (px - 0.012, py - 0.08)]
        canvas.drawPath(smooth(bib, tension=0.2), brush)
        canvas.drawPath(
            smooth([(nx - 0.015, ny + 0.0), (nx + 0.02, ny + 0.05), (nx + 0.03, ny + 0.1)], closed=False),
            stroke(colour, 0.015),
        )
        canvas.drawLine(px - 0.11, py - 0.088, px + 0.11, py - 0.092, stroke(tie, 0.012))
        canvas.restore()

    def _details(self, canvas: skia.Canvas, path: skia.Path, bones: Skeleton, lit: float, scale: float) -> None:
        """Folds, a collar and a lit shoulder: what tells cloth from cut-out once the figure is large."""
        garb, grade = self.garb, self.stage.grade
        canvas.save()
        canvas.clipPath(path, True)
        nx, ny = bones.neck
        top = mix(tone(garb.top, 0.09), grade.key, 0.22)
        span = garb.body.shoulder * (1.0 if bones.facing == "back" else 0.75)
        canvas.drawRect(
            skia.Rect.MakeLTRB(nx - 0.3, ny - 0.06, nx + 0.3, ny + 0.16),
            paint(shader=linear((nx, ny - 0.02), (nx, ny + 0.15), [fade(top, 0.5), fade(top, 0.0)])),
        )
        dark = fade(mix(garb.top, grade.shadow, 0.7), 0.5)
        for n, (u, bow) in enumerate(((-0.55, 0.02), (-0.1, -0.015), (0.4, 0.018))):
            x = nx + u * span
            fold = skia.Path()
            fold.moveTo(x, ny + 0.10 + 0.03 * n)
            fold.quadTo(x + bow, ny + 0.2, x + bow * 0.4 + 0.012 * n, ny + 0.36)
            canvas.drawPath(fold, stroke(fade(dark, 0.55), 0.0028))
        if bones.facing == "back":
            spine = skia.Path()
            spine.moveTo(nx, ny + 0.06)
            spine.quadTo(nx + 0.004, ny + 0.2, nx, ny + 0.34)
            canvas.drawPath(spine, stroke(fade(dark, 0.5), 0.002))
        canvas.restore()
        if garb.cut in ("coat", "jacket", "shirt", "robe"):
            edge = mix(garb.top, grade.key, 0.16)
            wide = 0.052 if bones.facing == "back" else 0.044
            collar = smooth(
                [
                    (nx - wide, ny + 0.022),
                    (nx - wide * 0.72, ny - 0.024),
                    (nx, ny - 0.014),
                    (nx + wide * 0.78, ny - 0.022),
                    (nx + wide, ny + 0.020),
                    (nx, ny + 0.034),
                ]
            )
            canvas.drawPath(collar, self._tinted(edge, nx - wide, nx + wide, lit))


def _rim(alpha: NDArray[np.uint8], step: float, towards: float) -> NDArray[np.float32]:
    """How much of each pixel (0..1) faces the light: what the outline, moved up to three steps away from the light, leaves uncovered."""
    covered = np.zeros(alpha.shape, np.float32)
    rows, columns = alpha.shape
    for n, share in ((1, 0.40), (2, 0.33), (3, 0.27)):
        across, down = round(towards * step * n), round(step * 0.6 * n)
        if abs(across) >= columns or down >= rows:
            continue
        # The copy moves away from the light and down, so that a light from the side also rims what faces up.
        to = (slice(down, rows), slice(0, columns - across) if across > 0 else slice(-across, columns))
        source = (slice(0, rows - down), slice(across, columns) if across > 0 else slice(0, columns + across))
        covered[to] += alpha[source] * np.float32(share / 255)
    free: NDArray[np.float32] = np.clip(alpha * np.float32(1 / 255) - covered, 0, 1)
    return free


def _extent(bones: Skeleton, margin: float) -> skia.Rect:
    """A box that surely holds the drawn body."""
    points = [bones.head, bones.neck, bones.pelvis, *bones.elbows, *bones.hands, *bones.knees, *bones.ankles]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return skia.Rect.MakeLTRB(min(xs) - margin, min(ys) - margin, max(xs) + margin, 0.02)


def _between(a: Point, b: Point, share: float, off: float = 0.0) -> Point:
    return a[0] + (b[0] - a[0]) * share + off, a[1] + (b[1] - a[1]) * share


def _outline(garb: Garb, bones: Skeleton, time: float) -> list[Point]:
    """The trunk's outline with whatever the clothes add below it."""
    body = garb.body
    px, py = bones.pelvis
    nx, ny = bones.neck
    loose = {"coat": 0.013, "jacket": 0.009, "robe": 0.012, "dress": 0.0, "shirt": 0.003}[garb.cut]

    def at(u: float, v: float) -> Point:
        return px + (nx - px) * u + v, py + (ny - py) * u

    if bones.facing == "side":
        bust = 0.012 if body.limb < 0.95 else 0.0
        front = [
            (1.04, 0.026),
            (0.96, 0.042),
            (0.80, 0.062 + bust),
            (0.64, 0.060 + bust * 0.6),
            (0.40, 0.050),
            (0.14, 0.054),
        ]
        rear = [(0.14, -0.060), (0.40, -0.050), (0.68, -0.062), (0.90, -0.060), (1.03, -0.034)]
    else:
        sw, ww, hw = body.shoulder, body.waist, body.hip
        front = [
            (1.06, 0.026),
            (1.01, 0.046),
            (0.965, sw * 0.68),
            (0.905, sw * 1.0),
            (0.80, sw * 0.98),
            (0.62, sw * 0.78),
            (0.40, ww),
            (0.12, hw),
        ]
        rear = [(u, -v) for u, v in reversed(front)]
    one = [at(u, v + loose) for u, v in front]
    other = [at(u, v - loose) for u, v in rear]
    return [*one, *_hem(garb, bones, time, one[-1], other[0]), *other]


def _hem(garb: Garb, bones: Skeleton, time: float, front: Point, rear: Point) -> list[Point]:
    px, py = bones.pelvis
    if bones.seated or garb.cut in ("shirt", "jacket"):
        low = py + (0.035 if garb.cut != "jacket" or bones.seated else 0.075)
        return [(front[0] - 0.004, low), (px, low + 0.005), (rear[0] + 0.006, low)]
    knees = [k[0] for k in bones.knees]
    ankles = [a[0] for a in bones.ankles]
    length = {"coat": -0.235, "dress": -0.235, "robe": -0.035}[garb.cut]
    flare = {"coat": 0.045, "dress": 0.065, "robe": 0.05}[garb.cut]
    reach = knees if length < -0.2 else ankles
    lag = 0.014 * math.sin(time * 2.1)
    right, left = max(*reach, px + 0.03) + flare, min(*reach, px - 0.03) - flare - 0.01
    middle = (py + length) / 2
    return [
        ((front[0] + right) / 2 + 0.004, middle),
        (right + lag, length - 0.004),
        ((right + left) / 2 + lag, length + 0.010),
        (left + lag, length),
        ((rear[0] + left) / 2 - 0.004, middle),
    ]
