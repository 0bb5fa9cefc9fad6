"""The product on a designed set: a lit, turning solid (or a supplied cut-out), its shadow and reflection, and air around it."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import skia

from callsheet.film.asset import Prop
from callsheet.media.animatic.objects.air import Air, air_for
from callsheet.media.animatic.objects.cutout import Cutout, cutout_from
from callsheet.media.animatic.objects.mesh import Mesh, disc, lathe, moved
from callsheet.media.animatic.objects.naming import build_object
from callsheet.media.animatic.objects.pixels import LINEAR, paint_bands
from callsheet.media.animatic.objects.sets import (
    MARGIN,
    Composition,
    SetDesign,
    backdrop,
    cast_shadow,
    design,
    kind_for,
)
from callsheet.media.animatic.objects.solid import MATTE, Decal, Detail, Rgb, Solid, encoded
from callsheet.media.animatic.objects.turntable import DISTANCE, Pose, Turntable, project
from callsheet.media.animatic.stage import Scene, Stage, View

_PLINTH = 0.3
_GROUNDED = frozenset(
    ["dress", "coat", "shirt", "trousers", "skirt", "scarf", "chair", "car", "plant", "lamp", "laptop", "bowl"]
)
"""What does not float, unless the words say so."""
_PITCH = {
    "bowl": 0.34,
    "cup": 0.24,
    "shoe": 0.2,
    "laptop": 0.2,
    "car": 0.17,
    "dress": 0.08,
    "coat": 0.08,
    "shirt": 0.08,
    "trousers": 0.08,
    "skirt": 0.08,
}
"""Camera heights, radians, for things that are best seen from above, or level."""
SUBJECT = "subject"
"""The role of a still that is the product, whatever the order calls it."""
_FILL = {
    "extreme-wide": 0.34,
    "wide": 0.44,
    "full": 0.54,
    "medium": 0.62,
    "close": 0.78,
    "extreme-close": 1.0,
    "insert": 1.0,
}


def build(stage: Stage) -> Scene:
    """The product scene of an order: its first prop (or what its action names), or the still of that prop set on the set."""
    order = stage.order
    prop_id, prop = (
        order.props[0] if order.props else ("product", Prop(name=_subject(order.action), description=order.action))
    )
    words = f"{order.action} {order.location.name if order.location else ''} {order.location.description if order.location else ''}"
    kind = kind_for(stage, words)
    supplied = next((s for s in stage.stills if s.role in (SUBJECT, f"prop:{prop_id}")), None)
    cutout = cutout_from(supplied.pixels) if supplied is not None else None
    if cutout is not None:
        return CutoutSet(
            stage,
            cutout,
            design(stage, kind, cutout.colour),
            air_for(stage, f"{prop.name} {prop.description} {words}", None),
        )
    thing, solid = build_object(prop, stage.grade.accent, order.action)
    if kind == "orbit" and thing in _GROUNDED and kind_for(stage, "") == kind:
        kind = "cyc"
    plan = design(stage, kind, _main_colour(solid))
    plan = replace(plan, pitch=_PITCH.get(thing, plan.pitch))
    return SolidSet(stage, solid, plan, air_for(stage, f"{prop.name} {prop.description} {words}", solid.steam))


def _subject(action: str) -> str:
    return action[:80]


def _main_colour(solid: Solid) -> Rgb:
    r, g, b = (float(v) for v in np.median(solid.meshes[0].colour, axis=0))
    return r, g, b


def framed(stage: Stage, width: float, height: float, detail: Detail | None, pitch: float) -> Composition:
    """Where an object of `width` x `height` units stands: whole beside the calm part, or close on one detail."""
    size = stage.order.camera.size
    calm = stage.calm
    part = stage.order.text_room == "part"
    left = calm.right() if part and not stage.portrait else 0.0
    top = calm.bottom() if part and stage.portrait else 0.0
    if stage.order.text_room == "all":
        top = 0.3
    free_width, free_height = stage.width * (1 - left), stage.height * (1 - top)
    centre = stage.width * left + free_width * (
        0.5 if part or stage.portrait else 0.5 + 0.06 * np.sign(stage.rng("third").uniform(-1, 1))
    )
    if detail is not None and size in ("close", "extreme-close", "insert"):
        span = detail.span * (1.55 if size == "close" else 1.15)
        scale = min(free_height / span, free_width * 1.1 / span)
        middle = stage.height * top + free_height * 0.5
        return Composition(centre, middle + detail.at[1] * np.cos(pitch) * scale, scale)
    fill = _FILL[size]
    if width < 0.65 * height:
        fill = min(fill * 1.22, 0.9)
    scale = min(
        free_height * fill / max(height, 0.35),
        free_width * (min(fill + 0.24, 0.86) if stage.portrait or part else min(fill, 0.8)) / max(width, 0.3),
    )
    if stage.order.camera.move in ("push", "pull", "orbit", "handheld"):
        # The camera comes closer than the composed frame: leave it the room.
        scale /= 1.1
    ground = stage.height * top + free_height * 0.5 + height * scale * 0.5 + stage.height * 0.035
    return Composition(centre, min(ground, stage.height * 0.9), scale)


def _detail(stage: Stage, details: tuple[Detail, ...]) -> Detail:
    """The part that the action names, else one drawn by the recipe."""
    action = stage.order.action.lower()
    named = next((d for d in details if any(word in action for word in d.words.split())), None)
    return named or details[int(stage.rng("detail").integers(len(details)))]


class _Set:
    """What both kinds of subject share: the backdrop in bands that shear with depth, and the air."""

    def __init__(self, stage: Stage, plan: SetDesign, at: Composition, air: Air, image: skia.Image) -> None:
        self.stage, self.plan, self.at, self.air = stage, plan, at, air
        self.image = image
        self.horizon = at.y - self.at.scale * self._wall_foot()
        self.bands = self._bands()

    def _wall_foot(self) -> float:
        """Height in units above the base point at which the wall meets the floor."""
        deep, pitch = 2.1, self.plan.pitch
        t = (np.cos(pitch) * DISTANCE + deep) / (np.cos(pitch) * DISTANCE)
        for _ in range(4):
            up = (np.sin(pitch) * DISTANCE - np.sin(pitch) * DISTANCE / t) / np.cos(pitch)
            t = (np.cos(pitch) * DISTANCE + deep) / (np.sin(pitch) * up + np.cos(pitch) * DISTANCE)
        return float(up)

    def depth_at(self, y: float) -> float:
        """Parallax depth of a composed row: the wall's above its foot, 1 at the object's base, more in front."""
        if y <= self.horizon:
            return 0.55
        return 0.55 + 0.45 * (y - self.horizon) / max(self.at.y - self.horizon, 1.0)

    def _bands(self) -> list[tuple[float, float]]:
        stage = self.stage
        low, high = -MARGIN * stage.height, (1 + MARGIN) * stage.height
        start = min(max(self.horizon, low), high)
        rows = np.concatenate([[low], np.linspace(start, high, max(2, int((high - start) / (stage.height * 0.02))))])
        return [(float(a), float(b)) for a, b in pairwise(rows) if b > a]

    def paint_backdrop(self, canvas: skia.Canvas, view: View) -> None:
        """Draw the set; every band of floor moves with its own depth, which is what a floor in perspective does."""
        stage = self.stage
        whole = skia.Rect.MakeXYWH(
            -MARGIN * stage.width,
            -MARGIN * stage.height,
            stage.width * (1 + 2 * MARGIN),
            stage.height * (1 + 2 * MARGIN),
        )
        paint_bands(canvas, stage, view, self.image, whole, self.bands, self.depth_at)


@dataclass(frozen=True)
class _Drawn:
    """A rendered subject: its picture and the place it covers on screen."""

    image: skia.Image
    place: skia.Rect
    ground: float
    """Screen row of its base."""


class SolidSet(_Set):
    """A parametric object on a set."""

    def __init__(self, stage: Stage, solid: Solid, plan: SetDesign, air: Air) -> None:
        self.size = stage.order.camera.size
        tight = self.size in ("close", "extreme-close", "insert")
        details = solid.details
        self.detail = _detail(stage, details) if tight and details else None
        self.lift = 0.1 if plan.kind == "orbit" and not tight else 0.0
        shadow = cast_shadow(solid, plan, lift=self.lift)
        at = framed(
            stage, solid.width, solid.height + (0.18 if plan.kind == "plinth" else 0.0), self.detail, plan.pitch
        )
        if plan.kind == "plinth":
            solid = _on_plinth(solid, plan)
            at = Composition(at.x, at.y + _PLINTH * at.scale * (0.55 if not tight else 1.0), at.scale)
            shadow = np.minimum(cast_shadow(solid, plan), 1.0)
        soft = {"close": 0.012, "extreme-close": 0.03, "insert": 0.03}.get(self.size, 0.0)
        super().__init__(stage, plan, at, air, backdrop(stage, plan, at, shadow, soft=soft))
        self.table = Turntable(solid, plan.rig)
        self.turn = (-1.0 if stage.rng("turn").random() < 0.5 else 1.0) * {"orbit": 0.55}.get(plan.kind, 0.22)
        corners = solid.mesh.points
        self.box = np.array(
            [[x, y, z] for x in _ends(corners[:, 0]) for y in _ends(corners[:, 1]) for z in _ends(corners[:, 2])]
        )

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Paint the frame."""
        self.paint_backdrop(canvas, view)
        self.air.paint_behind(canvas, view)
        drawn, pose = self._render(view)
        if self.plan.mirror and drawn is not None:
            paint_reflection(
                canvas, self.stage, drawn, self.plan.mirror, view.time if self.plan.kind == "water" else None
            )
        if drawn is not None:
            canvas.drawImageRect(drawn.image, drawn.place, LINEAR)
        steam = self.table.solid.steam
        spout = (
            project(np.array([steam]) + np.array([0, self._bob(view), 0]), pose)[0][0] if steam is not None else None
        )
        self.air.paint_before(canvas, view, None if spout is None else (float(spout[0]), float(spout[1])), pose.scale)

    def _bob(self, view: View) -> float:
        return self.lift + (0.02 * float(np.sin(view.time * 1.4)) if self.lift else 0.0)

    def _pose(self, view: View) -> Pose:
        matrix = self.stage.matrix(view, 1.0)
        offset = 0.0
        if self.detail is not None:
            turned = self.table.solid.yaw + self.detail.yaw
            across = self.detail.at[0] * np.cos(turned) + self.detail.at[2] * np.sin(turned)
            offset = -across * self.at.scale
        base = matrix.mapXY(self.at.x + offset, self.at.y)
        scale = (
            self.at.scale * matrix.getScaleX()
            if not view.roll
            else self.at.scale * float(np.hypot(matrix.getScaleX(), matrix.getSkewX()))
        )
        eased = view.progress * view.progress * (3 - 2 * view.progress)
        yaw = (
            self.table.solid.yaw + (self.detail.yaw if self.detail else 0.0) + self.turn * (eased - 0.5) - view.x * 0.9
        )
        sweep = 3.6 if self.plan.kind == "orbit" else 1.15
        light = -np.sign(self.plan.rig.key[0]) * sweep * (eased - 0.5) * 0.8
        return Pose(
            yaw,
            self.plan.pitch + np.clip(view.y, -0.4, 0.4) * -0.25,
            float(light),
            scale,
            base.x(),
            base.y() - self._bob(view) * scale,
        )

    def _render(self, view: View) -> tuple[_Drawn | None, Pose]:
        stage, pose = self.stage, self._pose(view)
        corners, _ = project(self.box, pose)
        left, top = np.maximum(np.floor(corners.min(0)) - 3, [-2, -2])
        right, bottom = np.minimum(np.ceil(corners.max(0)) + 3, [stage.width + 2, stage.height + 2])
        if right - left < 2 or bottom - top < 2:
            return None, pose
        share = (right - left) * (bottom - top) / (stage.width * stage.height)
        sharp = 1.9 if share < 0.26 else 1.45 if share < 0.55 else 1.25
        surface = skia.Surface(int((right - left) * sharp), int((bottom - top) * sharp))
        big = Pose(
            pose.yaw, pose.pitch, pose.light, pose.scale * sharp, (pose.x - left) * sharp, (pose.y - top) * sharp
        )
        self.table.draw(surface.getCanvas(), big)
        place = skia.Rect.MakeLTRB(left, top, left + surface.width() / sharp, top + surface.height() / sharp)
        return _Drawn(surface.makeImageSnapshot(), place, pose.y), pose


def paint_reflection(canvas: skia.Canvas, stage: Stage, drawn: _Drawn, strength: float, time: float | None) -> None:
    """The subject upside down below its base, fading; in water (`time` given) it wavers."""
    depth = min(stage.height - drawn.ground, (drawn.ground - drawn.place.top()) * (0.9 if time is not None else 0.55))
    if depth < 4 or drawn.place.width() < 4:
        return
    small = 0.5
    width, height = max(2, int(drawn.place.width() * small)), max(2, int(depth * small))
    surface = skia.Surface(width, height)
    work = surface.getCanvas()
    work.save()
    work.translate(0, (drawn.ground - drawn.place.top()) * small)
    work.scale(small, -small)
    work.translate(-drawn.place.left(), -drawn.place.top())
    work.translate(0, 0)
    work.drawImageRect(drawn.image, drawn.place, LINEAR)
    work.restore()
    fade = skia.GradientShader.MakeLinear(
        [skia.Point(0, 0), skia.Point(0, height)], [round(255 * strength) << 24, 0x00000000]
    )
    work.drawPaint(skia.Paint(Shader=fade, BlendMode=skia.BlendMode.kDstIn))
    image = surface.makeImageSnapshot()
    place = skia.Rect.MakeXYWH(drawn.place.left(), drawn.ground, width / small, height / small)
    if time is None:
        canvas.drawImageRect(image, place, LINEAR)
        return
    step = max(2, height // 40)
    for row in range(0, height, step):
        away = row / height
        shift = (2 + 10 * away) * np.sin(row * 0.21 / small * 0.5 + time * 2.3) * 0.55 + (1 + 4 * away) * np.sin(
            row * 0.083 / small - time * 1.7
        )
        source = skia.Rect.MakeXYWH(0, row, width, min(step, height - row))
        target = skia.Rect.MakeXYWH(
            place.left() + float(shift) * stage.height / 720,
            place.top() + row / small,
            place.width(),
            source.height() / small,
        )
        canvas.drawImageRect(image, source, target, LINEAR)


class CutoutSet(_Set):
    """A supplied picture of the product, cut out and set on a set."""

    def __init__(self, stage: Stage, cutout: Cutout, plan: SetDesign, air: Air) -> None:
        self.cutout = cutout
        at = framed(
            stage,
            cutout.width / max(cutout.width, cutout.height),
            cutout.height / max(cutout.width, cutout.height),
            None,
            plan.pitch,
        )
        shadow = None if plan.kind == "orbit" else cutout.shadow(plan)
        super().__init__(stage, plan, at, air, backdrop(stage, plan, at, shadow))
        self.picture = cutout.lit(plan)

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Paint the frame."""
        self.paint_backdrop(canvas, view)
        self.air.paint_behind(canvas, view)
        stage, matrix = self.stage, self.stage.matrix(view, 1.0)
        base = matrix.mapXY(self.at.x, self.at.y)
        scale = self.at.scale * matrix.getScaleX() / max(self.cutout.width, self.cutout.height)
        wide, tall = self.cutout.width * scale, self.cutout.height * scale
        bob = 0.02 * self.at.scale * float(np.sin(view.time * 1.4)) if self.plan.kind == "orbit" else 0.0
        place = skia.Rect.MakeXYWH(base.x() - wide / 2, base.y() - tall + bob, wide, tall)
        drawn = _Drawn(self.picture, place, base.y() - tall * self.cutout.foot)
        if self.plan.mirror:
            paint_reflection(canvas, stage, drawn, self.plan.mirror, view.time if self.plan.kind == "water" else None)
        canvas.drawImageRect(self.picture, place, LINEAR)
        self.cutout.paint_sweep(canvas, place, view.progress, self.plan)
        self.air.paint_before(canvas, view, (place.centerX(), place.top() + tall * 0.1), self.at.scale)


def _ends(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _on_plinth(solid: Solid, plan: SetDesign) -> Solid:
    """The object lifted onto a round stone plinth that belongs to the same solid, with its soft contact shadow on top."""
    footprint = solid.mesh.points[solid.mesh.points[:, 1] < 0.12]
    foot = float(np.hypot(footprint[:, 0], footprint[:, 2]).max())
    radius = max(0.42, foot * 1.35)
    stone: Rgb = tuple(encoded(np.asarray(plan.wall) * (1.25 if plan.dark else 0.8) + (0.03 if plan.dark else 0.12)))
    finish = len(solid.finishes)
    edge = lathe(
        [(radius * 0.985, _PLINTH), (radius, _PLINTH - 0.015), (radius, _PLINTH * 0.5), (radius, 0.0)],
        stone,
        finish,
        rows=14,
        around=84,
    )
    top = disc(radius * 0.986, _PLINTH, stone, finish, around=84, rings=14)
    distance = np.hypot(top.points[:, 0], top.points[:, 2])
    contact = 1 - 0.62 * np.exp(-((np.maximum(distance - foot * 0.8, 0) / (0.16 + foot * 0.2)) ** 2))
    top = Mesh(top.points, top.normals, top.faces, contact, top.colour, top.finish, top.uv, top.double, top.lift - 0.9)

    def up(mesh: Mesh) -> Mesh:
        return moved(mesh, (0, _PLINTH, 0))

    steam = None if solid.steam is None else (solid.steam[0], solid.steam[1] + _PLINTH, solid.steam[2])
    details = tuple(Detail((d.at[0], d.at[1] + _PLINTH, d.at[2]), d.span, d.yaw, d.words) for d in solid.details)
    decals = tuple(Decal(up(d.mesh), d.picture, d.glows, d.gloss) for d in solid.decals)
    behind = Mesh(
        edge.points,
        edge.normals,
        edge.faces,
        edge.shade,
        edge.colour,
        edge.finish,
        edge.uv,
        edge.double,
        edge.lift - 1.0,
    )
    return Solid(
        (*(up(m) for m in solid.meshes), behind, top),
        (*solid.finishes, MATTE),
        decals,
        details,
        steam,
        solid.yaw,
        solid.hangs,
    )
