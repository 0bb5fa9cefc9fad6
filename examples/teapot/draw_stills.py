"""Draws the stills of this example with Callsheet's own objects: a cut-out, the pour, and the kitchen window it stands at.

Run it from anywhere: `python examples/teapot/draw_stills.py`. The same pictures come out every time.
"""

from pathlib import Path

import numpy as np
import skia

from callsheet.film.asset import Prop
from callsheet.film.frames import Rate
from callsheet.film.shot import Camera, Mood
from callsheet.film.take import Order
from callsheet.media.animatic.objects.mesh import Mesh, curve, join, moved, rotation, tube
from callsheet.media.animatic.objects.naming import style_for
from callsheet.media.animatic.objects.pixels import LINEAR
from callsheet.media.animatic.objects.sets import MARGIN, Composition, SetDesign, backdrop, cast_shadow, design
from callsheet.media.animatic.objects.solid import Finish, Solid
from callsheet.media.animatic.objects.turntable import Pose, Turntable
from callsheet.media.animatic.objects.vessels import cup, teapot
from callsheet.media.animatic.stage import Stage

ASSETS = Path(__file__).parent / "assets"
TEAPOT = Prop(name="Kettlewick teapot", description="round stoneware teapot, glossy deep teal glaze, gold knob and rim")
CUP = Prop(name="Tea cup", description="cream teacup with a gold rim and saucer, tea", colour="#e9dfcb")
GOLD = 0xFFE0A458


def main() -> None:
    """Write every still into `assets/`."""
    ASSETS.mkdir(exist_ok=True)
    for name, image in (("teapot.png", cut_out()), ("pour.png", pour()), ("window.png", window())):
        image.save(str(ASSETS / name), skia.kPNG, 100)


def _stage(width: int, height: int) -> Stage:
    order = Order(code="EP01 SQ010 SH010", action="A teapot on a kitchen table by a window", camera=Camera(), frames=24, rate=Rate(24),
        framings=("16:9",),
                  mood=Mood(valence=0.45), creativity=0.3, time_of_day="morning", weather="clear", use_case="product", location=None,
                      location_id="kitchen", cast=(),
                  props=(), look=None, language="en", text_room="none", references=())  # fmt: skip
    return Stage(width, height, order, 7)


def _pot() -> Solid:
    return teapot(style_for(TEAPOT, "teapot", GOLD)).sized(1.0)


def _drawn(
    solid: Solid, plan: SetDesign, width: int, height: int, at: Composition, yaw: float, pitch: float
) -> skia.Image:
    """A solid on nothing, smoothed by drawing it three times as large."""
    sharp = 3
    surface = skia.Surface(width * sharp, height * sharp)
    Turntable(solid, plan.rig).draw(
        surface.getCanvas(), Pose(yaw, pitch, 0.0, at.scale * sharp, at.x * sharp, at.y * sharp)
    )
    small = skia.Surface(width, height)
    small.getCanvas().drawImageRect(
        surface.makeImageSnapshot(),
        skia.Rect.MakeWH(width, height),
        skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear),
    )
    return small.makeImageSnapshot()


def cut_out() -> skia.Image:
    """The teapot on a transparent ground."""
    solid = _pot()
    stage = _stage(1200, 800)
    plan = design(stage, "cyc", (0.06, 0.36, 0.38))
    return _drawn(solid, plan, 1200, 800, Composition(600, 745, 1060), solid.yaw, 0.15)


def _set(width: int, height: int, at: Composition, shadow: Solid | None) -> tuple[skia.Image, SetDesign]:
    stage = _stage(width, height)
    plan = design(stage, "window", (0.06, 0.36, 0.38))
    image = backdrop(stage, plan, at, None if shadow is None else cast_shadow(shadow, plan), dithered=False)
    surface = skia.Surface(width, height)
    place = skia.Rect.MakeXYWH(-MARGIN * width, -MARGIN * height, width * (1 + 2 * MARGIN), height * (1 + 2 * MARGIN))
    surface.getCanvas().drawImageRect(image, place, LINEAR)
    return surface.makeImageSnapshot(), plan


def pour() -> skia.Image:
    """Tea falling from the tilted pot into a cup on the table."""
    width, height = 1200, 1200
    at = Composition(600, 930, 500)
    pot, small_cup = _tilted(_pot()), _shifted(cup(style_for(CUP, "cup", GOLD)).sized(0.52), 0.46)
    scene, plan = _set(width, height, at, small_cup)
    surface = skia.Surface(width, height)
    canvas = surface.getCanvas()
    canvas.drawImage(scene, 0, 0)
    for solid in (small_cup, _stream(), pot):
        canvas.drawImage(_drawn(solid, plan, width, height, at, 0.0, 0.15), 0, 0)
    return surface.makeImageSnapshot()


def _turned(mesh: Mesh, yaw: float) -> Mesh:
    return moved(mesh, turn=rotation(yaw))


def _shifted(solid: Solid, x: float) -> Solid:
    return Solid((moved(_turned(join(solid.meshes), solid.yaw), (x, 0, 0.0)),), solid.finishes)


def _tilted(solid: Solid) -> Solid:
    """The pot leaning forward in the air, its spout above the cup."""
    mesh = _turned(join(solid.meshes), -0.1)
    return Solid((moved(mesh, (-0.33, 0.66, 0.0), turn=rotation(roll=-0.5)),), solid.finishes)


def _stream() -> Solid:
    """Tea from the spout's lip to the cup's surface, thinning as it falls."""
    line = curve([(0.295, 0.795, 0.0), (0.335, 0.765, 0.0), (0.372, 0.66, 0.0), (0.385, 0.32, 0.0)], 30)
    thick = np.interp(np.linspace(0, 1, 30), [0, 0.2, 1], [0.020, 0.014, 0.010])
    return Solid((tube(line, list(thick), (0.72, 0.36, 0.09), 0, rows=30, around=14),), (Finish(0.14, 0.03, 1.1),))


def window() -> skia.Image:
    """The empty table in the morning sun."""
    return _set(1200, 800, Composition(600, 610, 560), None)[0]


if __name__ == "__main__":
    main()
