"""A place with people in it: background through the lens and out of focus, figures on their marks, foreground, weather."""

import math
from collections.abc import Callable
from dataclasses import replace

import skia

from callsheet.media.animatic.axis import looks_right
from callsheet.media.animatic.blocking import Mark, block
from callsheet.media.animatic.camera import lens_for
from callsheet.media.animatic.colour import fade, linear, mix
from callsheet.media.animatic.furniture import TOP, draw_seat, draw_table
from callsheet.media.animatic.insert import Insert
from callsheet.media.animatic.props import NATURAL, draw_prop
from callsheet.media.animatic.reading import read
from callsheet.media.animatic.shapes import paint, shade, soft_image
from callsheet.media.animatic.stage import Stage, View
from callsheet.media.animatic.weather import Weather
from callsheet.media.animatic.world import Place, Seat, World

_TABLED = ("table", "desk", "tea", "counter")
_STANDING_THINGS = ("car", "bicycle", "dog", "cat", "suitcase", "chair", "plant", "lantern", "boat", "lamp")
_TABLE_THINGS = (
    "cup",
    "teapot",
    "glass",
    "bottle",
    "book",
    "laptop",
    "flower",
    "lamp",
    "candle",
    "gift",
    "cake",
    "bowl",
    "photo",
    "letter",
    "phone",
    "plant",
    "shoes",
    "watch",
    "ring",
    "camera",
    "headphones",
    "hat",
    "ball",
    "key",
    "bag",
)


class Staged:
    """A scene: the place, the cast on their marks, the weather."""

    def __init__(self, stage: Stage, place: Place) -> None:
        self._stage, self._place = stage, place
        self._reading = read(stage.order)
        self._lens = lens_for(stage)
        if place.indoors and stage.order.camera.size in ("extreme-wide", "wide"):
            grown = 1.28 if stage.order.camera.size == "wide" else 1.75
            self._lens = replace(
                self._lens, tall=self._lens.tall * grown, feet=self._lens.feet + (0.05 if grown < 1.5 else 0.06)
            )
        if not stage.calm.isEmpty():
            self._lens = replace(self._lens, blur=max(self._lens.blur, 0.42))
        self._blocking = block(stage, self._reading, self._lens, place.light)
        self._shift = self._aside()
        self._weather = Weather(
            stage, interior=place.indoors, ground=max(min(self._lens.horizon, 0.9), 0.1), dust=place.indoors
        )
        worked = any(actor.pose in ("desk", "pour", "read") and actor.seated for actor in self._reading.actors)
        self._seat: Seat = (
            "table" if worked and place.seat not in _TABLED and self._reading.place != "car" else place.seat
        )
        self._insert = Insert(stage, self._reading, place.light) if stage.order.camera.size == "insert" else None
        self._soft = _Defocus(stage, self._lens.blur) if self._lens.blur >= 0.1 else None

    def _aside(self) -> float:
        """How far this shot looks aside from the place's middle: nearer sizes and other angles see another part of it."""
        order = self._stage.order
        near = {"extreme-wide": 0.0, "wide": 0.03, "full": 0.08, "medium": 0.15, "close": 0.22}.get(
            order.camera.size, 0.2
        )
        side = 1 if (looks_right(order.cast[0][0]) if order.cast else self._stage.grade.light_x > 0) else -1
        turn = {"low": -0.05, "high": 0.06, "dutch": -0.08, "over-shoulder": 0.04}.get(order.camera.angle, 0.0)
        loose = float(self._stage.rng("aside").uniform(-0.05, 0.05))
        return (near * side * (0.7 if self._stage.portrait else 1.0)) + turn + loose

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Paint the full frame, opaque."""
        behind = self._kept_with(view)
        world = World(self._stage, self._lens, behind, self._shift)
        if self._soft is None:
            self._place.back(canvas, world)
        else:
            self._place.back(self._soft.begin(), world)
            self._soft.end(canvas)
        if self._insert is not None:
            self._insert.paint(canvas, view)
        else:
            self._people(canvas, view)
        self._calm(canvas)
        if self._lens.blur < 0.4:
            self._place.front(canvas, world)
        if self._blocking.shoulder is not None:
            self._shoulder(canvas, view, self._blocking.shoulder)
        self._weather.paint(canvas, behind)

    def _calm(self, canvas: skia.Canvas) -> None:
        """A veil over the region that text will take: the place's own tone, fading out towards the subject."""
        stage = self._stage
        if stage.calm.isEmpty():
            return
        width, height = stage.width, stage.height
        veil = mix(stage.grade.shadow, stage.grade.sky_mid, 0.35 if stage.grade.night else 0.25)
        end = (0, 0.46 * height) if stage.portrait else (0.60 * width, 0)
        colours = [fade(veil, 0.58), fade(veil, 0.46), fade(veil, 0.0)]
        box = skia.Rect.MakeWH(width, end[1]) if stage.portrait else skia.Rect.MakeWH(end[0], height)
        canvas.drawRect(box, paint(shader=linear((0, 0), end, colours, [0.0, 0.6, 1.0])))

    def _kept_with(self, view: View) -> View:
        """The camera's view of the place: when the subject walks, the camera walks along."""
        if not self._blocking.travels:
            return view
        lead = self._blocking.marks[-1]
        way = lead.figure.bones(view.time).advance * lead.tall * self._blocking.travels
        return replace(view, x=view.x + way * self._followed(lead))

    def _followed(self, lead: Mark) -> float:
        """How much of the subject's way the camera follows: all of it close up, little when wide."""
        return 1.0 if lead.tall > 1 else 0.55 if lead.tall > 0.5 else 0.2

    def _people(self, canvas: skia.Canvas, view: View) -> None:
        width, height = self._stage.width, self._stage.height
        marks = self._blocking.marks
        leads = [mark for mark in marks if mark.depth >= 1.0]
        if not leads:
            self._thing(canvas, view)
        middle = self._stage.order.rate.seconds(self._stage.order.frames) / 2
        seated = [mark for mark in leads if mark.figure.actor.seated]
        if seated and self._seat in ("bench", "bed"):
            with self._stage.layer(canvas, view, 1.0):
                self._bench(canvas, seated)
        for mark in marks:
            x = mark.x * width
            figure = mark.figure
            if figure.actor.pose in ("walk", "run"):
                travelled = figure.bones(view.time).advance - figure.bones(float(middle)).advance
                if not figure.turned:
                    loose = 1.0 - (self._followed(mark) if self._blocking.travels else 0.0)
                    x += travelled * mark.tall * height * (-1 if mark.flip else 1) * loose
            with self._stage.layer(canvas, view, mark.depth):
                if figure.actor.seated and self._seat not in ("bench", "bed"):
                    self._unit(
                        canvas,
                        mark,
                        x,
                        lambda c, lit: draw_seat(c, self._seat, self._stage.grade, self._place.light.backlit, lit),
                    )
                figure.paint(
                    canvas,
                    view.time,
                    x,
                    mark.feet * height,
                    mark.tall * height,
                    flip=mark.flip,
                    squash=self._lens.squash,
                )
        with self._stage.layer(canvas, view, 1.0):
            if seated and self._seat in _TABLED:
                self._table(canvas, leads if len(leads) > 1 else seated)
            elif leads:
                self._beside(canvas, leads[-1])

    def _unit(self, canvas: skia.Canvas, mark: Mark, x: float, draw: Callable[[skia.Canvas, float], None]) -> None:
        """Draw in body heights around a mark's feet, mirrored with the figure."""
        scale = mark.tall * self._stage.height
        canvas.save()
        canvas.translate(x, mark.feet * self._stage.height)
        canvas.scale(-scale if mark.flip else scale, scale * self._lens.squash)
        draw(canvas, self._place.light.side * (-1 if mark.flip else 1))
        canvas.restore()

    def _bench(self, canvas: skia.Canvas, seated: list[Mark]) -> None:
        """One bench for everybody who sits."""
        lead = seated[-1]
        ratio = self._stage.width / (lead.tall * self._stage.height)
        far = [(mark.x - lead.x) * ratio for mark in seated]
        middle, reach = (min(far) + max(far)) / 2, (max(far) - min(far)) / 2

        def draw(c: skia.Canvas, lit: float) -> None:
            c.translate(middle, 0)
            draw_seat(c, self._seat, self._stage.grade, self._place.light.backlit, lit, 0.46 + reach)

        self._unit(canvas, replace(lead, flip=False), lead.x * self._stage.width, draw)

    def _table(self, canvas: skia.Canvas, seated: list[Mark]) -> None:
        """One table for everybody who sits, and what stands on it."""
        grade, light = self._stage.grade, self._place.light
        lead = seated[-1]
        ratio = self._stage.width / (lead.tall * self._stage.height)
        if len(seated) == 1:
            ends = sorted((0.13 if not lead.flip else -0.13, 0.86 if not lead.flip else -0.86))
        else:
            far = [(mark.x - lead.x) * ratio for mark in seated]
            ends = [min(far) + 0.16, max(far) - 0.16]
            if ends[1] - ends[0] < 0.2:
                ends = [min(far) + 0.05, max(far) - 0.05]
        left, right = ends
        held = {mark.figure.actor.prop for mark in seated}
        upright = replace(lead, flip=False)

        def draw(c: skia.Canvas, lit: float) -> None:
            draw_table(c, self._seat, grade, light.backlit * 0.7, lit, left, right)
            things = [t for t in self._reading.things if t in _TABLE_THINGS and t not in held]
            if not things:
                things = {"desk": ["laptop"], "tea": ["teapot", "cup"], "table": ["cup"], "counter": ["cup"]}.get(
                    self._seat, []
                )
            things = [thing for thing in things if thing not in held] or ["cup"]
            for n, thing in enumerate(things[:3]):
                spot = left + (right - left) * (
                    0.5 if len(things) == 1 else 0.32 + 0.36 * n / max(len(things[:3]) - 1, 1)
                )
                shade(c, spot, -TOP - 0.004, 0.7 * NATURAL[thing], 0.010, fade(grade.shadow, 0.6))
                draw_prop(c, thing, (spot, -TOP - 0.004), 1.0, self._stage, light.backlit * 0.5, lit)

        self._unit(canvas, upright, lead.x * self._stage.width, draw)

    def _beside(self, canvas: skia.Canvas, lead: Mark) -> None:
        """A large thing that the action names stands on the ground beside the subject."""
        things = [
            t
            for t in self._reading.things
            if t in _STANDING_THINGS
            and t != lead.figure.actor.prop
            and not (t == "car" and self._reading.place in ("car", "road"))
        ]
        if not things or lead.tall > 1.2:
            return
        thing = things[0]
        side = 1 if lead.x < 0.5 else -1
        off = (0.28 + 0.55 * NATURAL[thing] * (1.9 if thing in ("car", "boat") else 0.8)) * side

        def draw(c: skia.Canvas, lit: float) -> None:
            shade(
                c,
                off,
                0.0,
                0.75 * NATURAL[thing] * (1.9 if thing == "car" else 0.8),
                0.04,
                fade(self._stage.grade.shadow, 0.7),
            )
            draw_prop(c, thing, (off, 0.0), 1.0, self._stage, self._place.light.backlit * 0.7, lit)

        self._unit(canvas, replace(lead, flip=False), lead.x * self._stage.width, draw)

    def _thing(self, canvas: skia.Canvas, view: View) -> None:
        """Nobody is here: what the action names is the subject."""
        named = [
            t
            for t in self._reading.things
            if t in _STANDING_THINGS and not (t == "car" and self._reading.place in ("car", "road"))
        ]
        if not named or self._lens.tall > 1.0:
            return
        height = self._stage.height
        x = (0.72 if not self._stage.calm.isEmpty() and not self._stage.portrait else 0.6) * self._stage.width
        scale = min(
            self._lens.tall * height * 1.05, (0.34 if named[0] in ("boat", "car") else 0.62) * self._stage.width
        )
        # A boat lies on the water that is seen, wherever a low camera puts it.
        afloat = min(self._lens.horizon + 0.07, 0.95) if named[0] == "boat" else 0.0
        feet = max(self._lens.feet, afloat) * height
        with self._stage.layer(canvas, view, 1.0):
            shade(
                canvas,
                x,
                feet,
                0.9 * NATURAL[named[0]] * scale,
                0.04 * scale,
                fade(self._stage.grade.shadow, 0.6),
            )
            draw_prop(
                canvas,
                named[0],
                (x, feet),
                scale,
                self._stage,
                self._place.light.backlit * 0.6,
                self._place.light.side,
            )

    def _shoulder(self, canvas: skia.Canvas, view: View, mark: Mark) -> None:
        """The dark, soft back of the person the camera looks past: drawn small, blurred, stretched."""
        stage = self._stage
        width, height, small = stage.width, stage.height, 0.25
        surface = skia.Surface.MakeRaster(
            skia.ImageInfo.MakeN32Premul(round(width * small) + 1, round(height * small) + 1)
        )
        own = surface.getCanvas()
        own.scale(small, small)
        with stage.layer(own, view, mark.depth):
            sway = math.sin(view.time * 0.8) * 0.004
            mark.figure.paint(
                own, view.time, (mark.x + sway) * width, mark.feet * height, mark.tall * height, flip=mark.flip
            )
        blurred = skia.Surface.MakeRaster(surface.imageInfo())
        soft = skia.Paint(ImageFilter=skia.ImageFilters.Blur(0.0035 * height, 0.0035 * height))
        blurred.getCanvas().drawImage(surface.makeImageSnapshot(), 0, 0, skia.SamplingOptions(), soft)
        target = skia.Rect.MakeWH(surface.width() / small, surface.height() / small)
        canvas.save()
        reach = mark.tall * height / width * 0.30
        canvas.clipRect(skia.Rect.MakeLTRB((mark.x - reach) * width, 0, (mark.x + reach) * width, height))
        soft_image(canvas, blurred.makeImageSnapshot(), target)
        canvas.restore()


class _Defocus:
    """A background painted small and stretched: out of focus, and a tenth of the work."""

    def __init__(self, stage: Stage, blur: float) -> None:
        self._stage = stage
        scale = 0.5 if blur < 0.4 else 0.36 if blur < 0.6 else 0.26
        self._sigma = stage.height * (0.0012 + 0.012 * blur) * scale
        width, height = max(8, round(stage.width * scale)), max(8, round(stage.height * scale))
        info = skia.ImageInfo.Make(width, height, skia.ColorType.kBGRA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)
        self._sharp, self._blurred = skia.Surface.MakeRaster(info), skia.Surface.MakeRaster(info)
        self._ratio = (width / stage.width, height / stage.height)
        # Blurring averages light and dark towards grey: a curve gives the picture its contrast back, and darkens it behind the subject.
        steps = [n / 255 for n in range(256)]
        table = [round(255 * (v + (v * v * (3 - 2 * v) - v) * 0.7) * (1 - 0.10 * blur * (1 - v))) for v in steps]
        self._curve = skia.TableColorFilter.MakeARGB(list(range(256)), table, table, table)

    def begin(self) -> skia.Canvas:
        """A canvas that takes frame pixels."""
        canvas = self._sharp.getCanvas()
        canvas.restoreToCount(1)
        canvas.resetMatrix()
        canvas.clear(self._stage.grade.shadow)
        canvas.scale(*self._ratio)
        return canvas

    def end(self, canvas: skia.Canvas) -> None:
        """Blur what was painted and stretch it over the frame."""
        blur = skia.Paint(ColorFilter=self._curve)
        if self._sigma > 1.2:  # below that, the stretching alone is as soft
            blur.setImageFilter(skia.ImageFilters.Blur(self._sigma, self._sigma, skia.TileMode.kClamp))
        self._blurred.getCanvas().drawImage(self._sharp.makeImageSnapshot(), 0, 0, skia.SamplingOptions(), blur)
        soft_image(canvas, self._blurred.makeImageSnapshot(), self._stage.bounds)
