"""Vessels: teapot, cup, glass, bottle, jar, can, bowl, plant pot, candle."""

import numpy as np

from callsheet.media.animatic.objects.mesh import Array, Mesh, ball, disc, inside_out, lathe, lifted, surface, tube
from callsheet.media.animatic.objects.solid import (
    CLOTH,
    GLASS,
    GLAZE,
    GUNMETAL,
    LEAF,
    MATTE,
    SATIN,
    STEEL,
    Detail,
    Finish,
    Rgb,
    Solid,
)  # fmt: skip
from callsheet.media.animatic.objects.style import CREAM, INK, Style, curved, luminous, printed, shaded

TEA: Rgb = (0.55, 0.24, 0.07)


def _grounded(y: Array) -> Array:
    return np.asarray(np.clip(0.55 + y / 0.3, 0.55, 1.0))


def _body(style: Style) -> Finish:
    if style.says("matte", "stoneware", "clay", "terracotta", "哑光", "磨砂", "陶", "紫砂"):
        return SATIN
    return STEEL if style.says("steel", "chrome", "metal", "不锈钢", "金属") else GLAZE


def teapot(style: Style) -> Solid:
    """A round glazed teapot with a swept spout, an ear handle and a knobbed lid."""
    body = [(0.17, 0.565), (0.235, 0.575), (0.27, 0.565), (0.35, 0.525), (0.43, 0.42), (0.46, 0.30), (0.43, 0.17), (0.34, 0.06), (0.26, 0.02),
            (0.255, 0.0), (0.0, 0.0)]  # fmt: skip
    lid = [(0.0, 0.672), (0.06, 0.668), (0.14, 0.645), (0.215, 0.605), (0.238, 0.583), (0.236, 0.572), (0.20, 0.565)]
    knob = [(0.0, 0.80), (0.035, 0.795), (0.062, 0.765), (0.058, 0.73), (0.034, 0.705), (0.03, 0.685), (0.055, 0.66)]
    spout = [(0.26, 0.22, 0), (0.44, 0.235, 0), (0.55, 0.32, 0), (0.615, 0.44, 0), (0.70, 0.545, 0)]
    handle = [
        (-0.34, 0.475, 0),
        (-0.50, 0.53, 0),
        (-0.655, 0.50, 0),
        (-0.70, 0.36, 0),
        (-0.62, 0.22, 0),
        (-0.50, 0.155, 0),
        (-0.36, 0.15, 0),
    ]
    meshes = [
        lathe(body, style.main, rows=44, around=76, shade=_grounded),
        lathe(lid, style.main, rows=16, around=60),
        lathe(knob, style.accent, 1, rows=16, around=28),
        tube(spout, [0.17, 0.135, 0.085, 0.06, 0.05], style.main, rows=34, around=24, flat=(1.0, 0.82)),
        _rim((0.700, 0.546, 0), (0.07, 0.09), 0.05, style.accent, 1),
        lifted(_mouth((0.703, 0.549, 0), (0.07, 0.09), 0.044)),
        tube(handle, [0.05, 0.042, 0.036, 0.036, 0.036, 0.042, 0.05], style.main, rows=36, around=16, flat=(1.0, 1.15)),
        lifted(lathe([(0.242, 0.587), (0.252, 0.58), (0.25, 0.571)], style.accent, 1, rows=6, around=60)),
    ]
    return Solid(
        tuple(meshes), (_body(style), style.trim, MATTE),
        details=(Detail((0.56, 0.42, 0.0), 0.5, -0.1, "spout pour drip 壶嘴 倒"), Detail((0.0, 0.64, 0.1), 0.5, 0.2, "lid knob 壶盖 盖"),
                 Detail((-0.5, 0.36, 0.0), 0.55, 0.3, "handle grip 壶把 把手 手柄")),
        steam=(0.72, 0.58, 0.0), yaw=-0.36,
    )  # fmt: skip


def _tilted(direction: tuple[float, float], radius: float, steps: int) -> Array:
    turn = np.linspace(0, 2 * np.pi, steps)
    axis = np.array([direction[0], direction[1], 0.0]) / np.hypot(*direction)
    side = np.array([0.0, 0.0, 1.0])
    return np.asarray(radius * (np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * np.cross(axis, side)))


def _rim(at: tuple[float, float, float], lean: tuple[float, float], radius: float, colour: Rgb, finish: int) -> Mesh:
    return tube(np.asarray(at) + _tilted(lean, radius, 33), 0.012, colour, finish, rows=33, around=10, closed=True)


def _mouth(at: tuple[float, float, float], lean: tuple[float, float], radius: float) -> Mesh:
    rings = np.stack([np.asarray(at) + _tilted(lean, radius * r, 25)[:-1] for r in (1.0, 0.6, 0.01)])
    return surface(rings, (0.03, 0.022, 0.018), 2, wrap=True, shade=0.4, double=True)


def cup(style: Style) -> Solid:
    """A cup with an ear handle, filled, on a saucer when the words are of tea or espresso."""
    saucer = style.says("tea", "saucer", "espresso", "茶", "碟")
    lift = 0.045 if saucer else 0.0
    wall = [
        (0.30, 0.60),
        (0.315, 0.605),
        (0.33, 0.595),
        (0.325, 0.5),
        (0.31, 0.32),
        (0.27, 0.16),
        (0.19, 0.05),
        (0.17, 0.0),
        (0.0, 0.0),
    ]
    mug = style.says("mug", "马克")
    if mug:
        wall = [
            (0.29, 0.66),
            (0.305, 0.668),
            (0.32, 0.655),
            (0.32, 0.5),
            (0.32, 0.25),
            (0.315, 0.06),
            (0.29, 0.0),
            (0.0, 0.0),
        ]
    inner = [(0.02, 0.48), (0.2, 0.485), (0.285, 0.49), (0.292, 0.55), (0.30, 0.6)]
    handle = [(0.25, 0.515, 0), (0.40, 0.545, 0), (0.50, 0.46, 0), (0.48, 0.31, 0), (0.38, 0.21, 0), (0.20, 0.19, 0)]
    drink: Rgb = (0.20, 0.10, 0.05) if style.says("coffee", "espresso", "咖啡") else TEA
    meshes = [
        lathe([(r, y + lift) for r, y in wall], style.main, rows=34, around=64, shade=_grounded),
        lathe(
            [(r, y + lift) for r, y in reversed(inner[2:])], shaded(style.second, -0.05), rows=8, around=64, shade=0.7
        ),
        disc(0.296, 0.565 + lift, drink, 1, around=48),
        lifted(
            tube(
                [(x, y + lift, z) for x, y, z in handle],
                [0.045, 0.034, 0.032, 0.034, 0.045],
                style.main,
                rows=28,
                around=14,
                flat=(1.0, 1.2),
            ),
            -0.04,
        ),
        *([] if mug else [lifted(_rim((0, 0.603 + lift, 0), (0, 1), 0.315, style.accent, 2), 0.03)]),
    ]
    if saucer:
        meshes.insert(0, lathe([(0.16, 0.04), (0.3, 0.045), (0.47, 0.085), (0.485, 0.08), (0.3, 0.015), (0.22, 0.0), (0.0, 0.0)],
                               style.main, rows=26, around=72))  # fmt: skip
    # The far inner wall shows above the drink: seen from inside, so it turns its back to the outside.
    inside = meshes[2 if saucer else 1]
    meshes[2 if saucer else 1] = inside_out(inside)
    decal = (
        None
        if saucer
        else printed(style, curved(0.323, 0.5, 0.14, 0.75, turn=0.5), 1.35, paper=None, ink=_on(style.main))
    )
    return Solid(
        tuple(meshes), (_body(style), Finish(0.09, 0.05), style.trim), (decal,) if decal else (),
        details=(Detail((0.1, 0.5 + lift, 0.2), 0.5), Detail((0.4, 0.36 + lift, 0.0), 0.5)), steam=(0.0, 0.56 + lift, 0.0), yaw=-0.5,
    )  # fmt: skip


def _on(colour: Rgb) -> Rgb:
    return CREAM if luminous(colour) < 0.55 else INK


def bottle(style: Style) -> Solid:
    """A bottle: wine, spray or dropper by its words, else a rounded apothecary bottle; a paper label round the front."""
    if style.says("wine", "olive oil", "sauce", "beer", "soda", "酒", "酱", "油", "汽水"):
        body = [
            (0.0, 1.0),
            (0.052, 1.0),
            (0.055, 0.9),
            (0.055, 0.78),
            (0.075, 0.7),
            (0.14, 0.62),
            (0.155, 0.56),
            (0.156, 0.3),
            (0.156, 0.05),
            (0.145, 0.01),
            (0.0, 0.0),
        ]
        cap = [(0.0, 1.012), (0.055, 1.01), (0.06, 1.0), (0.06, 0.86), (0.056, 0.85)]
        radius, label = 0.158, (0.5, 0.16)
    elif style.says("perfume", "serum", "dropper", "lotion", "香水", "精华", "乳液", "精油"):
        body = [
            (0.0, 0.63),
            (0.07, 0.63),
            (0.075, 0.6),
            (0.16, 0.575),
            (0.21, 0.53),
            (0.22, 0.46),
            (0.22, 0.1),
            (0.215, 0.03),
            (0.19, 0.0),
            (0.0, 0.0),
        ]
        cap = [(0.0, 0.9), (0.06, 0.9), (0.085, 0.88), (0.088, 0.8), (0.088, 0.64), (0.08, 0.625)]
        radius, label = 0.223, (0.43, 0.12)
    else:
        body = [
            (0.0, 0.85),
            (0.085, 0.85),
            (0.09, 0.8),
            (0.13, 0.75),
            (0.19, 0.69),
            (0.21, 0.6),
            (0.212, 0.3),
            (0.212, 0.05),
            (0.195, 0.0),
            (0.0, 0.0),
        ]
        cap = [(0.0, 1.0), (0.085, 1.0), (0.108, 0.985), (0.11, 0.9), (0.11, 0.82), (0.1, 0.81)]
        radius, label = 0.215, (0.55, 0.16)
    glassy = not style.says("plastic", "ceramic", "steel", "insulated", "塑料", "陶瓷", "不锈钢", "保温")
    finish = GLASS if glassy else STEEL if style.says("steel", "不锈钢") else SATIN

    def depth(y: Array) -> Array:
        return np.asarray(0.72 + 0.28 * np.clip(y / 0.6, 0, 1))

    meshes = (
        lathe(body, style.main, rows=52, around=64, shade=depth),
        lathe(cap, style.accent if luminous(style.accent) < 0.75 else shaded(style.main, -0.45), 1, rows=18, around=48),
        lifted(
            lathe(
                [
                    (cap[-1][0] * 1.1, cap[-1][1] + 0.035),
                    (cap[-1][0] * 1.14, cap[-1][1] + 0.02),
                    (cap[-1][0] * 1.1, cap[-1][1]),
                ],
                style.accent,
                2,
                rows=6,
                around=48,
            )
        ),
    )
    paper = style.second if luminous(style.main) < 0.75 else shaded(style.main, 0.5)
    aspect = radius * 2.5 / (label[0] - label[1])
    decal = printed(style, curved(radius, *label, 1.25), aspect, paper=paper)
    return Solid(meshes, (finish, SATIN, style.trim), (decal,) if decal else (),
                 details=(Detail((0.0, cap[0][1] - 0.15, 0.05), 0.42, 0.0, "cap pump neck top 瓶盖 瓶口"), Detail((0.0, 0.32, 0.2), 0.45,
                     0.0, "label name formula 标签 配方")))  # fmt: skip


def jar(style: Style) -> Solid:
    """A lidded jar of cream, honey or jam."""
    inside: Rgb = style.main
    if style.says("honey", "jam", "蜂蜜", "果酱"):
        inside = (0.82, 0.45, 0.06) if style.says("honey", "蜂蜜") else (0.55, 0.06, 0.12)
    body = [
        (0.0, 0.5),
        (0.30, 0.5),
        (0.32, 0.47),
        (0.365, 0.42),
        (0.38, 0.34),
        (0.38, 0.12),
        (0.37, 0.03),
        (0.33, 0.0),
        (0.0, 0.0),
    ]
    lid = [(0.0, 0.665), (0.31, 0.665), (0.345, 0.65), (0.35, 0.62), (0.35, 0.5), (0.34, 0.485)]
    squat = 0.8 if style.says("cream", "balm", "霜", "膏") else 1.15
    meshes = (
        lathe([(r, y * squat) for r, y in body], inside, rows=36, around=72),
        lathe([(r, (y - 0.5) + 0.5 * squat) for r, y in lid], style.accent, 1, rows=22, around=72,
              ripple=lambda turn, y: 1 + 0.006 * np.cos(turn * 60)),
    )  # fmt: skip
    decal = printed(style, curved(0.384, 0.36 * squat, 0.09 * squat, 0.95), 0.73 / (0.27 * squat), paper=style.second)
    return Solid(
        meshes,
        (GLASS, style.trim),
        (decal,) if decal else (),
        details=(Detail((0.0, 0.5, 0.2), 0.45), Detail((0.1, 0.25, 0.3), 0.42)),
    )


def can(style: Style) -> Solid:
    """A drinks can with a printed wall."""
    wall = [(0.21, 0.93), (0.24, 0.87), (0.252, 0.84), (0.252, 0.5), (0.252, 0.1), (0.245, 0.06), (0.2, 0.02)]
    top = [(0.0, 0.945), (0.16, 0.945), (0.185, 0.95), (0.198, 0.972), (0.21, 0.97), (0.213, 0.945), (0.21, 0.925)]
    meshes = (
        lathe(wall, style.main, rows=36, around=72),
        lathe(top, (0.8, 0.8, 0.82), 1, rows=20, around=64),
        lathe([(0.2, 0.02), (0.19, 0.0), (0.0, 0.0)], (0.7, 0.7, 0.72), 1, rows=6, around=48),
        lifted(lathe([(0.2545, 0.2), (0.2545, 0.13)], style.accent, rows=4, around=72)),
        tube(
            [(-0.04, 0.957, 0.1), (0.04, 0.957, 0.1), (0.05, 0.96, 0.02), (-0.05, 0.96, 0.02), (-0.04, 0.957, 0.1)],
            0.012,
            (0.8, 0.8, 0.82),
            1,
            rows=24,
            around=8,
        ),
    )
    decal = printed(style, curved(0.254, 0.78, 0.26, 1.1), 0.56 / 0.52, paper=None, ink=_on(style.main))
    satin_metal = Finish(0.16, 0.14, 0.9)
    return Solid(
        meshes,
        (satin_metal, STEEL),
        (decal,) if decal else (),
        details=(Detail((0.0, 0.86, 0.1), 0.42), Detail((0.0, 0.5, 0.24), 0.45)),
        yaw=0.0,
    )


def bowl(style: Style) -> Solid:
    """A bowl of food: noodles, rice, salad or soup by its words."""
    wall = [
        (0.44, 0.33),
        (0.465, 0.345),
        (0.48, 0.335),
        (0.46, 0.25),
        (0.38, 0.12),
        (0.24, 0.045),
        (0.2, 0.04),
        (0.195, 0.0),
        (0.0, 0.0),
    ]
    meshes = [lathe(wall, style.main, rows=34, around=76, shade=_grounded)]
    meshes.append(
        inside_out(lathe([(0.455, 0.335), (0.44, 0.29), (0.40, 0.24)], style.second, 1, rows=8, around=76, shade=0.7))
    )
    rng = style.rng()
    rice = style.says("rice", "米饭", "饭")
    salad = style.says("salad", "fruit", "vegetable", "沙拉", "水果", "蔬菜")
    broth: Rgb = (0.93, 0.9, 0.84) if rice else (0.3, 0.42, 0.16) if salad else (0.72, 0.4, 0.16)
    meshes.append(disc(0.44, 0.285, broth, 2, around=56))
    if rice or salad:
        shades: list[Rgb] = (
            [(0.96, 0.94, 0.88)]
            if rice
            else [(0.36, 0.55, 0.18), (0.82, 0.2, 0.14), (0.95, 0.7, 0.2), (0.5, 0.68, 0.25)]
        )
        for _ in range(34):
            angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.33)
            size = rng.uniform(0.06, 0.1)
            place = (reach * np.sin(angle), 0.3 + 0.14 * (1 - (reach / 0.36) ** 2), reach * np.cos(angle))
            meshes.append(
                ball(place, (size, size * 0.7, size), shades[int(rng.integers(len(shades)))], 3, rows=8, around=12)
            )
    else:
        for i in range(9):
            angle = i * 0.7 + rng.uniform(0, 0.4)
            reach = rng.uniform(0.1, 0.3)
            turns = np.linspace(0, 2.6 * np.pi, 9)
            loop = np.stack(
                [
                    reach * np.cos(turns + angle),
                    0.3 + 0.035 * np.sin(turns * 1.5 + i) + 0.004 * i,
                    reach * np.sin(turns + angle) * 0.9,
                ],
                -1,
            )
            meshes.append(tube(loop, 0.017, (0.95, 0.8, 0.48), 3, rows=44, around=7))
        meshes.append(ball((0.16, 0.33, 0.1), (0.11, 0.05, 0.1), (0.98, 0.95, 0.9), 3))
        meshes.append(ball((0.16, 0.36, 0.1), (0.055, 0.03, 0.05), (0.97, 0.6, 0.1), 3))
        for x, z in ((-0.16, 0.14), (-0.08, 0.22), (-0.2, 0.02)):
            meshes.append(ball((x, 0.335, z), (0.05, 0.012, 0.05), (0.3, 0.58, 0.2), 3, rows=8, around=14))
    return Solid(tuple(meshes), (_body(style), SATIN, Finish(0.08, 0.08), SATIN), details=(Detail((0.05, 0.34, 0.1), 0.42), Detail((0.3,
        0.25, 0.3), 0.4)),
                 steam=None if salad else (0.0, 0.4, 0.0), yaw=0.2)  # fmt: skip


def plant(style: Style) -> Solid:
    """A plant in a pot: long arching leaves on stems."""
    pot = [(0.24, 0.36), (0.265, 0.37), (0.28, 0.36), (0.275, 0.31), (0.25, 0.3), (0.235, 0.15), (0.2, 0.0), (0.0, 0.0)]
    meshes = [lathe(pot, style.main, rows=30, around=60, shade=_grounded), disc(0.25, 0.345, (0.13, 0.09, 0.06), 1)]
    rng = style.rng()
    count = 15
    for i in range(count):
        angle = i * 2.399 + rng.uniform(-0.2, 0.2)
        lean = rng.uniform(0.15, 0.5)
        tall = rng.uniform(0.38, 0.72) * (1.1 - lean * 0.5)
        out = np.array([np.sin(angle), 0.0, np.cos(angle)])
        root = out * 0.06 + [0, 0.34, 0]
        tip = out * lean + [0, 0.36 + tall, 0]
        bend = (root + tip) / 2 + np.array([0, 0.1, 0]) - out * 0.06
        meshes.append(tube([root, bend, tip], [0.012, 0.008, 0.005], (0.25, 0.4, 0.16), 2, rows=10, around=6))
        green: Rgb = (0.16 + rng.uniform(0, 0.12), 0.38 + rng.uniform(-0.05, 0.12), 0.17)
        meshes.append(_leaf(tip, out, rng.uniform(0.3, 0.42), rng.uniform(0.09, 0.14), green, rng.uniform(0.1, 0.7)))
    return Solid(
        tuple(meshes),
        (_body(style), CLOTH, LEAF),
        details=(Detail((0.0, 0.75, 0.1), 0.5), Detail((0.0, 0.25, 0.2), 0.5)),
        yaw=0.3,
    )


def _leaf(base: Array, out: Array, length: float, width: float, colour: Rgb, droop: float) -> Mesh:
    along, across = np.linspace(0, 1, 11)[:, None], np.linspace(-1, 1, 5)[None, :]
    side = np.cross(out, [0.0, 1.0, 0.0])
    rise = 0.6 * along - droop * 1.6 * along**2
    spine = base + length * (along[..., None] * out * 0.9 + rise[..., None] * np.array([0.0, 1.0, 0.0]))
    half = width * np.sin(np.pi * np.clip(along, 0, 1) ** 0.75)
    fold = 0.25 * half * np.abs(across)
    grid = spine + (half * across)[..., None] * side + fold[..., None] * np.array([0.0, 1.0, 0.0])
    vein = 1 - 0.25 * (np.abs(across) < 0.1)
    return surface(
        grid, np.asarray(colour) * (0.85 + 0.3 * along[..., None]), 2, double=True, shade=np.broadcast_to(vein, (11, 5))
    )


def candle(style: Style) -> Solid:
    """A candle in a glass, burning."""
    wall = [(0.28, 0.55), (0.3, 0.56), (0.31, 0.54), (0.31, 0.1), (0.3, 0.02), (0.27, 0.0), (0.0, 0.0)]
    meshes = (
        lathe(wall, style.main, rows=26, around=64, shade=_grounded),
        inside_out(lathe([(0.29, 0.55), (0.285, 0.5), (0.28, 0.46)], shaded(style.second, -0.1), 1, rows=6, around=64)),
        disc(0.285, 0.47, (0.98, 0.93, 0.8), 1),
        tube([(0, 0.46, 0), (0.005, 0.55, 0)], 0.008, (0.1, 0.08, 0.06), 1, rows=4, around=6),
        ball((0.005, 0.61, 0.0), (0.028, 0.07, 0.028), (1.0, 0.86, 0.45), 2),
    )
    decal = printed(style, curved(0.314, 0.4, 0.14, 0.8), 0.5 / 0.26, paper=style.second)
    flame = Finish(0.0, 1.0, 6.0)
    return Solid(meshes, (GLASS, MATTE, flame), (decal,) if decal else (), details=(Detail((0.0, 0.5, 0.1), 0.4),))


def lamp(style: Style) -> Solid:
    """A table lamp, lit: a turned foot, a stem and a linen shade."""
    foot = [(0.0, 0.06), (0.03, 0.055), (0.16, 0.035), (0.175, 0.02), (0.17, 0.0), (0.0, 0.0)]
    stem = [(0.016, 0.55), (0.02, 0.4), (0.07, 0.24), (0.075, 0.18), (0.03, 0.08), (0.04, 0.05)]
    shade = [(0.17, 0.98), (0.2, 0.84), (0.27, 0.6), (0.295, 0.52)]
    glow = lambda y: 0.75 + 0.55 * np.exp(-(((y - 0.7) / 0.16) ** 2))  # noqa: E731
    meshes = (
        lathe(foot, style.accent, 1, rows=16, around=48),
        lathe(stem, style.main, 0, rows=30, around=40),
        lathe(
            shade,
            (1.0, 0.86, 0.62),
            2,
            rows=22,
            around=64,
            shade=glow,
            ripple=lambda turn, y: 1 + 0.004 * np.cos(turn * 44),
        ),
        disc(0.28, 0.53, (1.0, 0.9, 0.7), 2),
    )
    linen = Finish(0.0, 1.0, 2.6)
    return Solid(
        meshes,
        (_body(style), style.trim if luminous(style.accent) > 0.3 else GUNMETAL, linen),
        details=(Detail((0.0, 0.7, 0.2), 0.6), Detail((0.0, 0.25, 0.0), 0.45)),
    )
