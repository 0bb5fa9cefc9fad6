"""The product on a designed set: a lit, turning solid (or a supplied cut-out), its shadow and reflection, and air around it."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.film.asset import Prop
from callsheet.media.animatic.objects.air import Air, air_for
from callsheet.media.animatic.objects.cutout import Cutout, cutout_from
from callsheet.media.animatic.objects.layout import TIGHT, Extent, close_on, composed, seen_extent
from callsheet.media.animatic.objects.likeness import coloured
from callsheet.media.animatic.objects.mesh import Array
from callsheet.media.animatic.objects.naming import build_object
from callsheet.media.animatic.objects.pixels import LINEAR, light_of, paint_bands, radius, tinted
from callsheet.media.animatic.objects.plinth import on_plinth
from callsheet.media.animatic.objects.pouring import Pour
from callsheet.media.animatic.objects.reflection import Drawn, paint_reflection
from callsheet.media.animatic.objects.sets import (
    MARGIN,
    Composition,
    SetDesign,
    SetKind,
    backdrop,
    backdrop_size,
    cast_shadow,
    design,
    kind_for,
    named_kind,
    wall_foot,
)
from callsheet.media.animatic.objects.solid import Detail, Rgb, Solid
from callsheet.media.animatic.objects.surroundings import lifted, painted_place, place_for, still_place, sunshine
from callsheet.media.animatic.objects.turntable import Pose, Turntable, project
from callsheet.media.animatic.reading import find
from callsheet.media.animatic.stage import Scene, Stage, View

_GROUNDED = frozenset(
    ["dress", "coat", "shirt", "trousers", "skirt", "scarf", "chair", "car", "plant", "lamp", "laptop", "bowl"]
)
"""What does not float, unless the words say so."""
_PITCH = {
    "bowl": 0.34, "cup": 0.24, "shoe": 0.2, "laptop": 0.2, "car": 0.17, "dress": 0.08, "coat": 0.08, "shirt": 0.08,
    "trousers": 0.08, "skirt": 0.08,
}  # fmt: skip
"""Camera heights, radians, for things that are best seen from above, or level."""
_ANGLES = {"low": 0.035, "high": 0.52, "overhead": 1.12}
SUBJECT = "subject"
"""The role of a still that is the product, whatever the order calls it."""


def build(stage: Stage) -> Scene:
    """The product scene of an order: its first prop (or what its action names), or the still of that prop set on the set."""
    order = stage.order
    prop_id, prop = (
        order.props[0] if order.props else ("product", Prop(name=order.action[:80], description=order.action))
    )
    supplied = next((s for s in stage.stills if s.role in (SUBJECT, f"prop:{prop_id}")), None)
    place = f"{order.location.name} {order.location.description}" if order.location else ""
    words = f"{prop.name} {prop.description} {order.action} {place}"
    setting = _setting(stage)
    thing, solid = build_object(
        coloured(prop, supplied.pixels if supplied is not None else None), stage.grade.accent, order.action
    )
    pours = (thing == "teapot" and any(meaning == "pour" for _, meaning in find("poses", order.action))) or (
        thing == "teapot" and any(w in order.action.lower() for w in ("stream", "falling into a cup", "注"))
    )
    cutout = cutout_from(supplied.pixels) if supplied is not None else None
    turned = order.camera.move == "orbit" or order.camera.size in TIGHT or order.camera.angle in ("high", "overhead")
    if cutout is not None and (thing == "form" or not (turned or pours)):
        plan = _angled(stage, design(stage, setting.kind, cutout.colour), "form")
        return CutoutSet(stage, cutout, plan, setting, air_for(stage, words, solid.steam), solid)
    if setting.kind == "orbit" and thing in _GROUNDED and named_kind(order.action) is None:
        setting = Setting("cyc")
    plan = _angled(stage, design(stage, setting.kind, _main_colour(solid)), thing)
    return SolidSet(stage, solid, plan, setting, air_for(stage, words, solid.steam), pours=pours)


@dataclass(frozen=True)
class Setting:
    """Which set, and what is seen beyond its table: the kind of place, and whether it is the order's own location."""

    kind: SetKind
    place: str = ""
    own: bool = False


def _setting(stage: Stage) -> Setting:
    """The set that the action names outright, else the place with its table, else one drawn by the recipe."""
    order = stage.order
    named = named_kind(order.action)
    place = place_for(stage)
    if named in ("water", "plinth", "orbit", "cyc") and (place is None or place[1] or order.location is None):
        return Setting(named)
    if place is None:
        return Setting("cyc" if named is None else named)
    if order.camera.size in TIGHT and place[1] and not _location_still(stage) and stage.rng("near").random() < 0.5:
        return Setting("window")
    if named == "window" or order.location is not None or place[0] in ("kitchen", "room", "office", "shop"):
        return Setting("place", *place)
    return Setting(kind_for(stage, order.action)) if place[0] == "field" else Setting("place", *place)


def _location_still(stage: Stage) -> bool:
    return any(s.role.startswith("location:") for s in stage.stills)


def _angled(stage: Stage, plan: SetDesign, thing: str) -> SetDesign:
    """The plan with the camera at the height that the shot's angle asks for; from above, the key comes from a low window."""
    angle = stage.order.camera.angle
    pitch = _ANGLES.get(angle, _PITCH.get(thing, plan.pitch))
    if angle not in _ANGLES and stage.order.camera.size in ("wide", "extreme-wide"):
        pitch = max(pitch, 0.17)
    mirror = plan.mirror * (0.35 if angle in ("high", "overhead") else 1.0)
    return replace(plan, pitch=pitch, mirror=mirror)


def _main_colour(solid: Solid) -> Rgb:
    r, g, b = (float(v) for v in np.median(solid.meshes[0].colour, axis=0))
    return r, g, b


def _detail(stage: Stage, details: tuple[Detail, ...]) -> Detail:
    """The part that the action names, else one drawn by the recipe."""
    action = stage.order.action.lower()
    named = next((d for d in details if any(word in action for word in d.words.split())), None)
    return named or details[int(stage.rng("detail").integers(len(details)))]


class _Set:
    """What both kinds of subject share: the backdrop in bands that shear with depth, and the air."""

    def __init__(
        self, stage: Stage, plan: SetDesign, setting: Setting, at: Composition, air: Air, shadow: Array | None
    ) -> None:
        self.stage, self.plan, self.at, self.air = stage, plan, at, air
        self.horizon = at.y - at.scale * wall_foot(plan.pitch)
        size = stage.order.camera.size
        soft = {"close": 0.008, "extreme-close": 0.018, "insert": 0.018}.get(size, 0.0)
        beyond, floor = self._beyond(setting)
        if floor is not None:
            plan = replace(plan, floor=floor)
        self.image = backdrop(stage, plan, at, shadow, soft=soft, beyond=beyond)
        self.bands = self._bands()
        self.patch = tinted(0.26 * np.exp(-((radius(96) / 0.5) ** 2)) * (radius(96) < 1), stage.grade.key)

    def _beyond(self, setting: Setting) -> tuple[Array | None, Rgb | None]:
        """The place over the table's far edge, and the colour of the table in the location's own picture."""
        stage = self.stage
        if setting.kind != "place":
            return None, None
        size, floor = backdrop_size(stage), None
        still = next((s for s in stage.stills if s.role.startswith("location:")), None)
        blur = {"extreme-wide": 0.0, "wide": 0.003, "full": 0.006}.get(stage.order.camera.size, 0.009)
        if stage.order.camera.size in TIGHT:
            blur = 0.022
        if still is not None and setting.own:
            edge = (self.horizon + MARGIN * stage.height) / (stage.height * (1 + 2 * MARGIN)) * size[1]
            light, under = still_place(still, size, edge)
            gain = 1.0 if self.plan.dark else min(2.2, 0.36 / max(max(under), 0.02))
            floor = (under[0] * gain, under[1] * gain, under[2] * gain)
        else:
            light = painted_place(stage, setting.place, setting.own, size)
            blur *= 0.8
        key = light_of(stage.grade.key)
        light = lifted(light, key, stage.grade.light_x, day=not self.plan.dark, blur=blur * size[1])
        rays = sunshine(size, stage.grade.light_x)[..., None] * key
        return light + rays * (0.30 if not self.plan.dark else 0.05), floor

    def depth_at(self, y: float) -> float:
        """Parallax depth of a composed row: the wall's above its foot, 1 at the object's base, more in front."""
        if y <= self.horizon:
            return 0.55
        return min(0.55 + 0.45 * (y - self.horizon) / max(self.at.y - self.horizon, 1.0), 1.35)

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
        # A patch of light wanders over the set as leaves outside would let it.
        side = 1.0 if self.plan.rig.key[0] > 0 else -1.0
        x = stage.width * (0.5 + side * (0.30 - 0.28 * view.progress))
        y = stage.height * (0.34 + 0.10 * view.progress)
        reach = 0.36 * max(stage.width, stage.height) * (1 + 0.05 * float(np.sin(view.time * 1.3)))
        alpha = 0.75 + 0.25 * float(np.sin(view.time * 0.9 + 1.0))
        canvas.drawImageRect(
            self.patch,
            skia.Rect.MakeLTRB(x - reach, y - reach * 0.7, x + reach, y + reach * 0.7),
            LINEAR,
            skia.Paint(Alphaf=alpha),
        )


class SolidSet(_Set):
    """A parametric object on a set. With `pours`, it leans in the air over a cup that fills."""

    def __init__(
        self, stage: Stage, solid: Solid, plan: SetDesign, setting: Setting, air: Air, *, pours: bool = False
    ) -> None:
        tight = stage.order.camera.size in TIGHT
        beside = stage.order.text_room == "part" and not stage.portrait
        self.detail = _detail(stage, solid.details) if tight and solid.details and not pours else None
        yaw = solid.yaw + (self.detail.yaw if self.detail else 0.0)
        reaching = self.detail.at[0] if self.detail else 0.3 if pours else 0.0
        if beside and reaching > 0.15 and tight:
            # Text stands on the left: the part that matters points there, and the rest may leave the frame on the right.
            yaw = np.pi - yaw
        solid = replace(solid, yaw=float(yaw))
        self.lift = 0.1 if plan.kind == "orbit" and not tight else 0.0
        self.pour = Pour(solid, plan.rig, plan.pitch, stage.order.action.lower(), stage.grade.accent) if pours else None
        if plan.kind == "plinth" and self.pour is None:
            solid = on_plinth(solid, plan)
        standing = self.pour.cup_solid if self.pour else solid
        at = self._composed(stage, solid, plan.pitch, tight)
        super().__init__(stage, plan, setting, at, air, np.minimum(cast_shadow(standing, plan, lift=self.lift), 1.0))
        self.table = Turntable(solid, plan.rig)
        way = -1.0 if stage.rng("turn").random() < 0.5 else 1.0
        self.turn = way * (1.5 if stage.order.camera.move == "orbit" else 0.55 if plan.kind == "orbit" else 0.18)
        self.box = _corners(solid)

    def _composed(self, stage: Stage, solid: Solid, pitch: float, tight: bool) -> Composition:
        if self.pour is not None:
            if not tight:
                return composed(stage, self.pour.extent)
            near = self.pour.near
            span = near.top - near.bottom
            at = composed(stage, near)
            return Composition(at.x, at.y, at.scale * (1.0 if stage.portrait else min(1.12, 0.9 / max(span, 0.1))))
        points = solid.mesh.points
        if self.detail is None:
            if stage.order.camera.move != "orbit":
                seen = seen_extent(points, solid.yaw, pitch)
                return composed(stage, replace(seen, top=seen.top + self.lift * 1.3))
            turns = [seen_extent(points, solid.yaw + turn, pitch) for turn in (-0.8, -0.4, 0.0, 0.4, 0.8)]
            reach = max(max(-e.left, e.right) for e in turns)
            return composed(stage, Extent(-reach, reach, min(e.bottom for e in turns), max(e.top for e in turns)))
        spot, _ = project(np.array([self.detail.at]), Pose(solid.yaw, pitch, 0.0, 1.0, 0.0, 0.0))
        return close_on(
            stage, seen_extent(points, solid.yaw, pitch), self.detail, (float(spot[0, 0]), float(-spot[0, 1]))
        )

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Paint the frame."""
        self.paint_backdrop(canvas, view)
        self.air.paint_behind(canvas, view)
        pose = self._pose(view)
        if self.pour is not None:
            self._paint_pour(canvas, view, pose, self.pour)
            return
        drawn = self._render(self.table, self.box, pose)
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

    def _paint_pour(self, canvas: skia.Canvas, view: View, pose: Pose, pour: Pour) -> None:
        stage = self.stage
        pour.fill(0.1 + 0.9 * view.progress)
        cup = replace(pose, yaw=pour.cup_solid.yaw)
        drawn = self._render(pour.cup, _corners(pour.cup_solid), cup)
        if drawn is not None:
            if self.plan.mirror:
                paint_reflection(canvas, stage, drawn, self.plan.mirror, None)
            canvas.drawImageRect(drawn.image, drawn.place, LINEAR)
        pour.paint_stream(canvas, pose.x, pose.y, pose.scale, view.time, stage.grade.key)
        upright = replace(pose, yaw=self.table.solid.yaw, x=0.0, y=0.0)
        pot = self._render(self.table, self.box, upright, whole=True)
        if pot is not None:
            pour.paint_pot(canvas, pose.x, pose.y, pose.scale, view.time, pot.image, pot.place)
        source = (pose.x, pose.y - pour.mouth[1] * pose.scale)
        self.air.paint_before(canvas, view, source, pose.scale * 0.8)

    def _bob(self, view: View) -> float:
        return self.lift + (0.02 * float(np.sin(view.time * 1.4)) if self.lift else 0.0)

    def _pose(self, view: View) -> Pose:
        matrix = self.stage.matrix(view, 1.0)
        base = matrix.mapXY(self.at.x, self.at.y)
        scale = (
            self.at.scale * matrix.getScaleX()
            if not view.roll
            else self.at.scale * float(np.hypot(matrix.getScaleX(), matrix.getSkewX()))
        )
        eased = view.progress * view.progress * (3 - 2 * view.progress)
        yaw = self.table.solid.yaw + self.turn * (eased - 0.5) - view.x * 0.9
        sweep = 3.6 if self.plan.kind == "orbit" else 1.15
        light = -np.sign(self.plan.rig.key[0]) * sweep * (eased - 0.5) * 0.8
        pitch = self.plan.pitch + np.clip(view.y, -0.4, 0.4) * -0.25
        return Pose(yaw, pitch, float(light), scale, base.x(), base.y() - self._bob(view) * scale)

    def _render(self, table: Turntable, box: Array, pose: Pose, *, whole: bool = False) -> Drawn | None:
        """One object as the frame shows it, larger than shown for smooth edges; with `whole`, beyond the frame too."""
        stage = self.stage
        corners, _ = project(box, pose)
        left, top = np.floor(corners.min(0)) - 3
        right, bottom = np.ceil(corners.max(0)) + 3
        if not whole:
            left, top = max(left, -2), max(top, -2)
            right, bottom = min(right, stage.width + 2), min(bottom, stage.height + 2)
        if right - left < 2 or bottom - top < 2:
            return None
        share = (right - left) * (bottom - top) / (stage.width * stage.height)
        sharp = 1.9 if share < 0.1 else 1.55 if share < 0.26 else 1.35 if share < 0.55 else 1.2
        surface = skia.Surface(int((right - left) * sharp), int((bottom - top) * sharp))
        big = replace(pose, scale=pose.scale * sharp, x=(pose.x - left) * sharp, y=(pose.y - top) * sharp)
        table.draw(surface.getCanvas(), big)
        place = skia.Rect.MakeLTRB(left, top, left + surface.width() / sharp, top + surface.height() / sharp)
        return Drawn(surface.makeImageSnapshot(), place, pose.y)


class CutoutSet(_Set):
    """A supplied picture of the product, cut out and set on a set. `twin` is the solid of its kind: it tells where steam would rise."""

    def __init__(
        self, stage: Stage, cutout: Cutout, plan: SetDesign, setting: Setting, air: Air, twin: Solid | None = None
    ) -> None:
        self.cutout = cutout
        largest = max(cutout.width, cutout.height)
        wide, tall = cutout.width / largest, cutout.height / largest
        extent = Extent(-wide / 2, wide / 2, 0.0, tall)
        if stage.order.camera.size in TIGHT:
            at = close_on(stage, extent, Detail((0.0, tall * 0.6, 0.0), 0.7 * tall), (0.0, tall * 0.6))
        else:
            at = composed(stage, extent)
        shadow = None if plan.kind == "orbit" else cutout.shadow(plan)
        super().__init__(stage, plan, setting, at, air, shadow)
        self.picture = cutout.lit(plan)
        self.source = (0.5, 0.1)
        if twin is not None and twin.steam is not None:
            seen = seen_extent(twin.mesh.points, twin.yaw, 0.1)
            spot, _ = project(np.array([twin.steam]), Pose(twin.yaw, 0.1, 0.0, 1.0, 0.0, 0.0))
            self.source = (
                float((spot[0, 0] - seen.left) / (seen.right - seen.left)),
                float((seen.top + spot[0, 1]) / (seen.top - seen.bottom)),
            )

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Paint the frame."""
        self.paint_backdrop(canvas, view)
        self.air.paint_behind(canvas, view)
        stage, matrix = self.stage, self.stage.matrix(view, 1.0)
        base = matrix.mapXY(self.at.x, self.at.y)
        scale = self.at.scale * abs(matrix.getScaleX()) / max(self.cutout.width, self.cutout.height)
        wide, tall = self.cutout.width * scale, self.cutout.height * scale
        bob = 0.02 * self.at.scale * float(np.sin(view.time * 1.4)) if self.plan.kind == "orbit" else 0.0
        place = skia.Rect.MakeXYWH(base.x() - wide / 2, base.y() - tall + bob, wide, tall)
        drawn = Drawn(self.picture, place, base.y() - tall * self.cutout.foot)
        if self.plan.mirror:
            paint_reflection(canvas, stage, drawn, self.plan.mirror, view.time if self.plan.kind == "water" else None)
        canvas.drawImageRect(self.picture, place, LINEAR)
        self.cutout.paint_sweep(canvas, place, view.progress, self.plan)
        steam = (place.left() + wide * self.source[0], place.top() + tall * self.source[1])
        self.air.paint_before(canvas, view, steam, self.at.scale)


def _corners(solid: Solid) -> NDArray[np.float64]:
    """The eight corners of an object's box."""
    low, high = solid.mesh.points.min(0), solid.mesh.points.max(0)
    return np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
