"""Product sets: the studio around an object, lit and shadowed in linear light, as one picture larger than the frame.

A set is worked out by following each pixel's line of sight to the floor or the wall, so that planks, window light and the object's
own cast shadow lie in the same perspective as the object.
"""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import skia
from numpy.typing import NDArray
from scipy import ndimage

from callsheet.media.animatic.colour import Colour, from_oklab, mix, oklab, parse
from callsheet.media.animatic.objects.mesh import Array, rotation, unit
from callsheet.media.animatic.objects.naming import to_rgb
from callsheet.media.animatic.objects.pixels import opaque, smooth
from callsheet.media.animatic.objects.solid import Rgb, Rig, Softbox, Solid, linear
from callsheet.media.animatic.objects.turntable import DISTANCE
from callsheet.media.animatic.stage import Stage

SetKind = Literal["cyc", "plinth", "water", "window", "orbit", "place"]
MARGIN = 0.25
"""How far a backdrop reaches beyond each edge, as a share of the frame."""
_SCALE = 0.5
DEEP = 2.1
"""How far behind the object the floor ends, in object units."""


@dataclass(frozen=True)
class SetDesign:
    """One set: its colours (linear), light and manners."""

    kind: SetKind
    wall: Rgb
    floor: Rgb
    accent: Rgb
    rig: Rig
    pitch: float
    """How far the camera looks down, radians."""
    mirror: float
    """Strength of the floor's reflection of the object, 0..1."""
    dark: bool


@dataclass(frozen=True)
class Composition:
    """Where the object stands in the composed frame: pixels of its base point, and pixels per object unit there."""

    x: float
    y: float
    scale: float


def _rgb(values: Array) -> Rgb:
    r, g, b = (float(v) for v in values)
    return r, g, b


_RULES: tuple[tuple[SetKind, str], ...] = (
    ("water", "water rain lake sea mirror wet pool river dew fresh 水 雨 湖 海 镜 露"),
    ("window", "kitchen window table breakfast morning desk home cosy cozy wood sunlight counter cafe "
               "厨房 窗 桌 早餐 清晨 家 木 阳光 咖啡馆"),
    ("plinth", "stone marble plinth pedestal museum leaf garden natural podium 石 大理石 展台 叶 花园 自然"),
    ("orbit", "float space orbit galaxy night neon future hover levitat 悬浮 太空 星 夜 霓虹 未来"),
    ("cyc", "studio seamless backdrop clean minimal white plain 影棚 纯色 极简 背景"),
)  # fmt: skip


def named_kind(words: str) -> SetKind | None:
    """The set that words name, if any. `Stone` must begin a word: stoneware is no plinth."""
    lower = words.lower()
    for kind, spelled in _RULES:
        for word in spelled.split():
            tail = "" if word in ("float", "levitat", "hover") else r"(?:s|y)?(?![a-z])"
            if (word in lower) if not word.isascii() else re.search(rf"(?<![a-z]){word}{tail}", lower):
                return kind
    return None


def kind_for(stage: Stage, words: str) -> SetKind:
    """The set the words ask for, else one drawn by the recipe."""
    kinds: tuple[SetKind, ...] = ("cyc", "plinth", "window", "orbit", "water")
    return named_kind(words) or kinds[int(stage.rng("set").choice(5, p=(0.28, 0.24, 0.2, 0.14, 0.14)))]


def design(stage: Stage, kind: SetKind, subject: Rgb) -> SetDesign:
    """The set's colours and light: from the shot's grade, and set apart from the subject's own colour."""
    grade, rng = stage.grade, stage.rng("set-colour")
    subject_colour = _argb(subject)
    subject_light = oklab(subject_colour)[0]
    gloomy = grade.night or grade.time == "dusk" or kind in ("orbit", "water")
    dark = gloomy or (subject_light > 0.72 and kind not in ("window", "place"))
    paint = _wall_paint(stage, subject_colour, dark, float(rng.random()))
    wall = linear(to_rgb(paint))
    floor = wall * (0.96 if kind in ("cyc", "orbit") else 0.8)
    if kind in ("window", "place"):
        # The table belongs to the place: the same wood in all its shots.
        wood = ("#c08a58", "#b67b4b", "#cfa274", "#a9774f")[int(stage.place_rng("table").integers(4))]
        floor = linear(to_rgb(mix(parse(wood), grade.shadow, 0.45 if dark else 0.0)))
    side = -1.0 if grade.light_x < 0 else 1.0
    warm = linear(to_rgb(grade.key))
    cool = linear(to_rgb(grade.fill))
    accent = linear(to_rgb(grade.accent))
    key_power = 1.15 if dark else 1.12
    rim_colour = accent * 0.9 + warm * 0.9 if dark else warm * 1.1
    rig = Rig(
        key=(side * 0.62, 0.72, 0.55),
        key_colour=_rgb((warm * 0.7 + 0.3) * key_power),
        fill_colour=_rgb(cool * 0.14 + (0.03 if dark else 0.08)),
        sky=_rgb((wall * 0.5 + float(wall.mean()) * 0.5) * 0.22 + (0.10 if not dark else 0.03)),
        floor=_rgb(floor * 0.45),
        backdrop=_rgb(wall * 0.6 + 0.05),
        rim=(-side * 0.8, 0.4, -0.5),
        rim_colour=_rgb(rim_colour),
        boxes=(
            Softbox((side * 0.72, 0.55, 0.58), (0.28, 0.52), _rgb((warm * 0.5 + 0.5) * 5.6)),
            Softbox((-side * 0.9, 0.15, -0.35), (0.15, 1.1), _rgb(rim_colour * 2.6)),
            Softbox((side * 0.92, 0.1, -0.5), (0.13, 1.1), _rgb((cool * 0.6 + 0.4) * 2.6)),
            Softbox((0.1, 1.0, -0.1), (0.7, 0.2), (1.4, 1.4, 1.5)),
        ),
    )  # fmt: skip
    mirror = {"cyc": 0.10, "plinth": 0.0, "water": 0.62, "window": 0.16, "orbit": 0.0, "place": 0.16}[kind]
    return SetDesign(kind, _rgb(wall), _rgb(floor), _rgb(accent), rig, 0.15 if kind != "water" else 0.12, mirror, dark)


_LIGHT_PAINTS = ("#f3dcc0", "#f0c6ad", "#d3e0c4", "#c6dde6", "#f2dfb6", "#e6cfe2", "#efe6d6", "#eab38f")
_DARK_PAINTS = ("#24403c", "#4a2534", "#1f2b4a", "#56301f", "#183a43", "#463a1c", "#34304a", "#2e2a2b")


def _wall_paint(stage: Stage, subject: Colour, dark: bool, chance: float) -> Colour:
    """A wall colour: one of a set decorator's paints that sets the subject off, pulled towards the shot's grade (all the more towards a look)."""
    grade = stage.grade
    _, a, b = oklab(mix(grade.haze, grade.sky_low, 0.5))
    subject_light, subject_a, subject_b = oklab(subject)
    scored = []
    for i, name in enumerate(_DARK_PAINTS if dark else _LIGHT_PAINTS):
        paint = parse(name)
        light, paint_a, paint_b = oklab(paint)
        apart = np.hypot(paint_a - subject_a, paint_b - subject_b) + 0.5 * abs(light - subject_light)
        graded = np.hypot(paint_a - a, paint_b - b)
        wander = (chance * 7.31 + i * 0.618) % 1.0
        scored.append((float(apart) - 0.7 * float(graded) + 0.09 * wander, name))
    paint = parse(max(scored)[1])
    pulled = bool(stage.order.look and stage.order.look.palette)
    light, paint_a, paint_b = oklab(paint)
    share = 0.4 if pulled else 0.2
    if not dark and subject_light > 0.75:
        light -= 0.16
    return from_oklab(light, paint_a + (a - paint_a) * share, paint_b + (b - paint_b) * share)


def _argb(colour: Rgb) -> Colour:
    r, g, b = (round(255 * min(max(c, 0.0), 1.0)) for c in colour)
    return 0xFF000000 | r << 16 | g << 8 | b


def backdrop(
    stage: Stage,
    plan: SetDesign,
    at: Composition,
    shadow: Array | None,
    *,
    soft: float = 0.0,
    dithered: bool = True,
    beyond: Array | None = None,
) -> skia.Image:
    """The set as an opaque picture at half size, reaching `MARGIN` beyond the frame.

    `shadow` is the object's shadow on the floor from `cast_shadow`; `soft` blurs it all, as a close camera would (picture heights); an undithered
    picture packs smaller. `beyond` is what is seen over the table's far edge, linear light of `backdrop_size`.
    """
    width, height = backdrop_size(stage)
    x = (np.arange(width) + 0.5) / _SCALE - MARGIN * stage.width
    y = (np.arange(height) + 0.5) / _SCALE - MARGIN * stage.height
    across, up = np.meshgrid(((x - at.x) / at.scale).astype(np.float32), (-(y - at.y) / at.scale).astype(np.float32))
    sine, cosine = np.sin(plan.pitch), np.cos(plan.pitch)
    deep = DEEP
    wall_t = (cosine * DISTANCE + deep) / (sine * up + cosine * DISTANCE)
    below = sine * DISTANCE - cosine * up
    floor_t = np.where(below > 1e-6, sine * DISTANCE / np.maximum(below, 1e-6), 1e9)
    t = np.minimum(floor_t, wall_t)
    world_x, view_y, view_z = across * t, up * t, DISTANCE * (1 - t)
    world_y, world_z = cosine * view_y + sine * view_z, -sine * view_y + cosine * view_z
    # 1 on the wall, 0 on the floor; a seamless sheet curves over a stretch instead of meeting at an edge.
    bend = 0.9 if plan.kind in ("cyc", "orbit") else 0.02
    wall_share = (
        smooth((-(world_z) - (deep - bend)) / bend) * (world_z < 0)
        if plan.kind != "water"
        else (floor_t > wall_t).astype(float)
    )
    light = _paint(stage, plan, world_x, world_y, world_z, wall_share)
    if shadow is not None:
        # Shadows keep the colour of the sky's light: bluer than what the key leaves.
        tint = np.array([1.12, 1.0, 0.86]) if not plan.dark else np.array([1.0, 1.0, 0.95])
        light *= _shadow_at(shadow, world_x, world_z, wall_share)[..., None] ** tint
    if beyond is not None:
        light = light * (1 - wall_share[..., None]) + beyond * wall_share[..., None]
        bleed = np.exp(-np.clip((world_z + deep) / 0.5, 0, 9)) * (1 - wall_share)
        light = light + beyond.mean((0, 1)) * 0.30 * bleed[..., None]
    if soft:
        light = ndimage.gaussian_filter(light, (soft * stage.height * _SCALE,) * 2 + (0,))
    fraction_x, fraction_y = x[None, :] / stage.width, y[:, None] / stage.height
    vignette = 1 - 0.22 * np.clip(((fraction_x - 0.5) ** 2 + (fraction_y - 0.5) ** 2) * 1.5, 0, 1)
    light = _calmed(stage, light * vignette[..., None], fraction_x, fraction_y)
    return opaque(light, stage.rng("dither") if dithered else None)


def backdrop_size(stage: Stage) -> tuple[int, int]:
    """Width and height in pixels of a stage's backdrop."""
    return round(stage.width * (1 + 2 * MARGIN) * _SCALE), round(stage.height * (1 + 2 * MARGIN) * _SCALE)


def wall_foot(pitch: float) -> float:
    """Height in units, as seen, above the base point at which the floor ends."""
    return float(np.sin(pitch) * DEEP * DISTANCE / (DISTANCE + np.cos(pitch) * DEEP))


def _calmed(stage: Stage, light: Array, x: Array, y: Array) -> Array:
    calm = stage.calm
    if calm.isEmpty():
        return light
    if stage.order.text_room == "all":
        return light * 0.55
    inside = smooth((calm.right() + 0.06 - x) / 0.14) * smooth((calm.bottom() + 0.05 - y) / 0.12)
    step = 8
    small = ndimage.gaussian_filter(
        light[::step, ::step], (light.shape[0] * 0.012 / step, light.shape[1] * 0.08 / step, 0)
    )
    rows, columns = np.meshgrid(np.arange(light.shape[0]) / step, np.arange(light.shape[1]) / step, indexing="ij")
    blurred = np.stack(
        [ndimage.map_coordinates(small[..., i], [rows, columns], order=1, mode="nearest") for i in range(3)], -1
    )
    share = 0.88 * inside[..., None]
    return np.asarray(light * (1 - share) + blurred * 0.9 * share)


def _noise(seed: int, size: int, blur: float) -> Array:
    values = np.random.default_rng(seed).standard_normal((size, size), dtype=np.float32)
    values = ndimage.gaussian_filter(values, blur, mode="wrap")
    return np.asarray(values / values.std())


def _tiled(tile: Array, x: Array, y: Array) -> Array:
    size = len(tile)
    return np.asarray(tile[(y * size).astype(int) % size, (x * size).astype(int) % size])


def _paint(stage: Stage, plan: SetDesign, x: Array, y: Array, z: Array, wall: Array) -> Array:
    """Light leaving each visible point of the empty set, linear RGB."""
    rng = stage.rng("set-paint")
    side = 1.0 if plan.rig.key[0] > 0 else -1.0
    seed = int(rng.integers(1 << 30))
    base = np.asarray(plan.floor) * (1 - wall[..., None]) + np.asarray(plan.wall) * wall[..., None]
    key = np.asarray(plan.rig.key_colour)
    pool = np.exp(-(((x - side * 0.25) ** 2) / 2.0 + ((z - 0.1) ** 2) / 1.6)) * (1 - wall)
    glow = np.exp(-((x + side * 0.15) ** 2 / 2.4 + (y - 0.75) ** 2 / 1.5)) * wall
    depth = np.clip((z + 2.2) / 4.0, 0, 1.3)
    if plan.kind in ("window", "place"):
        base = base * _planks(seed, x, z)[..., None] if not wall.all() else base
        base = np.where(
            wall[..., None] > 0.5,
            np.asarray(plan.wall) * (1 + 0.012 * _tiled(_noise(seed, 256, 2.0), x * 0.4, y * 0.4))[..., None],
            base,
        )
        sun = _window_light(plan, x, y, z, seed)
        ambient = (0.5 if plan.dark else 0.66) + 0.14 * np.clip(x * side, -1, 1) + 0.25 * glow
        falloff = 1 - 0.2 * smooth((y - 1.0) / 1.5) * wall
        # Where the sun does not reach, the sky's cooler light does.
        skylight = np.array([0.94, 1.0, 1.1]) if not plan.dark else np.array([0.92, 0.98, 1.15])
        return np.asarray(base * (ambient * falloff)[..., None] * skylight + base * key * (sun * 1.15)[..., None])
    if plan.kind == "plinth":
        grain = (
            1
            + 0.022 * _tiled(_noise(seed, 256, 1.2), x * 0.7, (y - z) * 0.7)
            + 0.025 * _tiled(_noise(seed + 1, 256, 14.0), x * 0.2, (y - z) * 0.2)
        )
        sun = 0.36 + 1.0 * _leaf_light(plan, x, y, z, seed)
        shade = (0.5 + 0.5 * glow + 0.35 * pool)[..., None]
        return np.asarray(base * grain[..., None] * (shade * 0.75 + key * sun[..., None] * 0.55))
    if plan.kind == "water":
        horizon = np.exp(-np.abs(y) / 0.5) * wall
        halo = np.exp(-((x**2) / 1.2 + (y - 0.7) ** 2 / 0.8)) * wall
        sky = (
            base * (0.55 + 0.9 * halo + 0.5 * horizon)[..., None]
            + np.asarray(plan.accent) * (0.20 * halo + 0.05 * horizon)[..., None]
        )
        ripple = _tiled(_noise(seed, 256, 3.0), x * 0.10, z * 0.55)
        far = np.exp((z - 0.3) / 1.1)
        path = np.exp(-(x**2) / (0.35 + 0.3 * np.clip(z + 2, 0, 4)))
        water = (
            base
            * (0.28 + 0.5 * np.exp(-np.abs(z + 2.1) / 1.2) + 0.22 * path)[..., None]
            * (1 + 0.07 * ripple * np.clip(far, 0.05, 1))[..., None]
        )
        water = (
            water
            + np.asarray(plan.accent) * (0.05 * path * np.clip(1 + ripple * np.clip(far, 0.1, 1), 0, 3))[..., None]
        )
        return np.asarray(np.where(wall[..., None] > 0.5, sky, water))
    if plan.kind == "orbit":
        halo = np.exp(-((x**2) / 0.9 + (y - 0.62) ** 2 / 0.75))
        ring = np.exp(-(((np.hypot(x, y - 0.75) - 1.02) / 0.02) ** 2)) * (z < -2.0)
        lit = (
            base * (0.35 + 1.0 * halo)[..., None]
            + np.asarray(plan.accent) * (0.30 * halo**1.5 + 0.22 * ring)[..., None]
        )
        return np.asarray(lit)
    sheet = base * ((0.52 if plan.dark else 0.66) + 0.62 * glow + 0.46 * pool + 0.06 * depth)[..., None]
    if not plan.dark:
        # One soft beam of window light over the sheet.
        sheet = (
            sheet
            + base * key * (0.34 * _window_light(plan, x, y, z, seed) * (0.35 + 0.65 * glow + pool * 0.4))[..., None]
        )
    return np.asarray(
        sheet * (0.72 + 0.28 * key) + np.asarray(plan.accent) * ((0.16 if plan.dark else 0.05) * glow**2)[..., None]
    )


def _planks(seed: int, x: Array, z: Array) -> Array:
    wide = 0.55
    board = np.floor(z / wide)
    jitter = np.random.default_rng(seed).random(64)
    tone = 0.86 + 0.26 * jitter[board.astype(int) % 64]
    grain = 1 + 0.07 * _tiled(_noise(seed + 2, 512, 1.0), x * 0.06 + jitter[board.astype(int) % 64], z * 1.1)
    grain += 0.05 * _tiled(_noise(seed + 3, 256, 4.0), x * 0.05 + jitter[(board.astype(int) + 7) % 64], z * 0.8)
    seam = np.abs(z / wide - np.round(z / wide)) * wide
    blur = 0.004 + 0.012 * np.clip(-z, 0, 3)
    return np.asarray(tone * grain * (1 - 0.45 * np.exp(-((seam / blur) ** 2))))


def _across_light(plan: SetDesign, x: Array, y: Array, z: Array) -> tuple[Array, Array]:
    """Coordinates of points seen along the key light: what casts or blocks light is drawn in these."""
    key = unit(np.asarray(plan.rig.key) * [1.0, 0.75, 1.0])
    right = unit(np.cross([0.0, 1.0, 0.0], key))
    above = np.cross(key, right)
    return x * right[0] + y * right[1] + z * right[2], x * above[0] + y * above[1] + z * above[2]


def _window_light(plan: SetDesign, x: Array, y: Array, z: Array, seed: int) -> Array:
    """Sun through a window of six panes, with leaves outside: 0..1."""
    u, v = _across_light(plan, x, y, z)
    u, v = u + 0.12, v - 0.34
    across = np.maximum.reduce([_soft_box(u - column * 0.66, 0.30, 0.045) for column in (-1, 0, 1)])
    down = np.maximum.reduce([_soft_box(v - row * 0.80, 0.37, 0.045) for row in (-1.2, -0.4, 0.4, 1.2)])
    return np.asarray(across * down * (1 - 0.6 * _leaves(u, v, seed)))


def _leaf_light(plan: SetDesign, x: Array, y: Array, z: Array, seed: int) -> Array:
    u, v = _across_light(plan, x, y, z)
    return np.asarray(1 - 0.85 * _leaves(u, v, seed))


def _soft_box(distance: Array, half: float, blur: float) -> Array:
    return smooth((half + blur - np.abs(distance)) / (2 * blur))


_LEAF_REACH = 2.6


def _leaves(u: Array, v: Array, seed: int) -> Array:
    """Shadow of branches with paired leaves over (u, v), 0..1."""
    size = 288
    surface = skia.Surface(size, size)
    canvas = surface.getCanvas()
    canvas.clear(0xFF000000)
    canvas.scale(size / (2 * _LEAF_REACH), size / (2 * _LEAF_REACH))
    canvas.translate(_LEAF_REACH, _LEAF_REACH)
    rng = np.random.default_rng(seed)
    white = skia.Paint(AntiAlias=True, Color=0xFFFFFFFF)
    twig = skia.Paint(AntiAlias=True, Color=0xFFFFFFFF, Style=skia.Paint.kStroke_Style, StrokeWidth=0.025)
    for branch in range(7):
        canvas.save()
        canvas.translate(-2.2 + 0.72 * branch + float(rng.uniform(-0.2, 0.2)), float(rng.uniform(-2.2, 1.2)))
        canvas.rotate(float(rng.uniform(35, 120)))
        canvas.scale(*(float(rng.uniform(1.0, 1.5)),) * 2)
        canvas.drawLine(0, 0, 1.35, 0, twig)
        for i in range(9):
            canvas.translate(0.15, 0)
            canvas.rotate(3.5 if branch % 2 else -3.5)
            for side in (-1, 1):
                canvas.save()
                canvas.rotate(side * float(rng.uniform(35, 60)))
                long = float(rng.uniform(0.24, 0.36)) * (1.1 - 0.07 * i)
                leaf = skia.Path()
                leaf.moveTo(0.02, 0)
                leaf.quadTo(long * 0.5, long * 0.30, long, 0)
                leaf.quadTo(long * 0.5, -long * 0.30, 0.02, 0)
                canvas.drawPath(leaf, white)
                canvas.restore()
        canvas.restore()
    shade = ndimage.gaussian_filter(surface.toarray()[..., 0] / 255.0, 2.2)
    place = size / (2 * _LEAF_REACH)
    return np.asarray(
        ndimage.map_coordinates(shade, [(v + _LEAF_REACH) * place, (u + _LEAF_REACH) * place], order=1, mode="wrap")
    )


SHADOW_REACH = 1.8
_SHADOW_SIZE = 256


def cast_shadow(solid: Solid, plan: SetDesign, *, lift: float = 0.0) -> Array:
    """How much light reaches each spot of the floor around the object: [256, 256] over x and z in -1.8..1.8, 1 is unshadowed.

    `lift` raises the object off the floor (it then has no contact shadow).
    """
    size, half = _SHADOW_SIZE, _SHADOW_SIZE / 2
    key = np.asarray(plan.rig.key) * [1.0, 1.15, 1.0]
    points = solid.mesh.points @ rotation(solid.yaw).T + [0, lift, 0]
    passes = []
    for slant, blur, strength in ((1.0, 5.0, 0.5), (0.25, 3.0, 0.32), (0.04, 2.0, 0.5)):
        drop = points[:, 1:2] / key[1] * slant
        ground = points[:, [0, 2]] - drop * key[[0, 2]]
        low = points[:, 1] < (9.0 if slant > 0.1 else 0.14)
        spots = ground * half / SHADOW_REACH + half
        passes.append((_filled(spots, solid.mesh.faces[low[solid.mesh.faces].all(1)], size), blur, strength))
    lit = np.ones((size, size))
    for mask, blur, strength in passes:
        lit *= 1 - strength * ndimage.gaussian_filter(mask, blur)
    return lit


def _filled(spots: Array, faces: NDArray[np.int64], size: int) -> Array:
    surface = skia.Surface(size, size)
    canvas = surface.getCanvas()
    canvas.clear(0xFF000000)
    if len(faces):
        used, compact = np.unique(faces, return_inverse=True)
        points = [skia.Point(x, y) for x, y in spots[used].tolist()]
        vertices = skia.Vertices(
            skia.Vertices.VertexMode.kTriangles_VertexMode,
            points,
            None,
            [0xFFFFFFFF] * len(used),
            compact.ravel().tolist(),
        )
        canvas.drawVertices(vertices, skia.Paint(Color=0xFFFFFFFF), skia.BlendMode.kModulate)
    return np.asarray(surface.toarray()[..., 0] / 255.0)


def _shadow_at(shadow: Array, x: Array, z: Array, wall: Array) -> Array:
    half = _SHADOW_SIZE / 2
    place = half / SHADOW_REACH
    sampled = ndimage.map_coordinates(shadow, [z * place + half, x * place + half], order=1, mode="nearest")
    inside = (np.abs(x) < SHADOW_REACH * 0.98) & (np.abs(z) < SHADOW_REACH * 0.98)
    return np.asarray(1 - (1 - sampled) * inside * (1 - wall))
