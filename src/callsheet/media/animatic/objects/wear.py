"""Things worn and carried: bag, shoe, ring."""

from dataclasses import replace

import numpy as np

from callsheet.media.animatic.objects.mesh import (
    TAU,
    Mesh,
    ball,
    box,
    capped,
    curve,
    edged,
    lathe,
    lifted,
    surface,
    tube,
)
from callsheet.media.animatic.objects.solid import (
    CLOTH,
    GOLD,
    KNIT,
    LEATHER,
    MATTE,
    STEEL,
    Decal,
    Detail,
    Finish,
    Rgb,
    Solid,
)
from callsheet.media.animatic.objects.style import CREAM, INK, Style, flat, luminous, printed, shaded


def _ink(style: Style) -> Rgb:
    return CREAM if luminous(style.main) < 0.55 else INK


def _decals(*decals: Decal | None) -> tuple[Decal, ...]:
    return tuple(d for d in decals if d)


def bag(style: Style) -> Solid:
    """A handbag with a flap and clasp, a tote, or a backpack."""
    skin = CLOTH if style.says("canvas", "cotton", "cloth", "帆布", "棉", "布") else LEATHER
    tote = style.says("tote", "shopper", "canvas", "托特", "帆布", "购物")
    backpack = style.says("backpack", "rucksack", "背包", "书包", "双肩")
    tall, wide, deep = (0.72, 0.74, 0.2) if tote else (0.82, 0.6, 0.32) if backpack else (0.5, 0.74, 0.24)

    def tapered(mesh: Mesh) -> Mesh:
        share = np.clip(mesh.points[:, 1] / tall, 0, 1)
        points = mesh.points * np.stack(
            [1 + (0.10 if tote else -0.14) * share, np.ones_like(share), 1 - 0.35 * share], -1
        )
        return replace(mesh, points=points, shade=mesh.shade * (0.72 + 0.28 * share))

    meshes = [
        tapered(
            box(
                (wide, tall, deep),
                style.main,
                radius=0.11 if backpack else 0.07,
                centre=(0, tall / 2, 0),
                bulge=0.4,
                steps=14,
            )
        )
    ]
    front = deep / 2
    seam = shaded(style.main, -0.4)
    handle: list[Mesh] = []
    if tote or backpack:
        for z in (-0.05, 0.05) if tote else (0.0,):
            x, up = (0.17, 0.3) if tote else (0.08, 0.09)
            arch = [
                (-x, tall - 0.07, z),
                (-x * 0.85, tall + up * 0.6, z),
                (0, tall + up, z),
                (x * 0.85, tall + up * 0.6, z),
                (x, tall - 0.07, z),
            ]
            handle.append(tube(arch, 0.018, shaded(style.main, -0.2), rows=34, around=9, flat=(1.0, 1.3)))
    if backpack:
        meshes.append(
            box(
                (wide * 0.72, tall * 0.36, 0.08),
                shaded(style.main, -0.06),
                radius=0.035,
                centre=(0, tall * 0.27, front + 0.0),
                bulge=0.4,
            )
        )
        meshes.append(
            lifted(
                tube(
                    [
                        (-0.2, tall * 0.62, front * 0.97),
                        (0, tall * 0.635, front * 1.0),
                        (0.2, tall * 0.62, front * 0.97),
                    ],
                    0.008,
                    style.accent,
                    1,
                    rows=16,
                    around=8,
                )
            )
        )
        label_at, size = (0.0, tall * 0.27, front + 0.043), (0.3, 0.12)
    elif tote:
        label_at, size = (0.0, tall * 0.5, front * 0.86), (0.44, 0.2)
    else:
        arch = [
            (-0.2, tall - 0.05, 0),
            (-0.19, tall + 0.16, 0),
            (0, tall + 0.27, 0),
            (0.19, tall + 0.16, 0),
            (0.2, tall - 0.05, 0),
        ]
        handle.append(tube(arch, 0.022, shaded(style.main, -0.1), rows=40, around=12))
        meshes.append(lifted(_flap(style, wide, tall, front), 0.04))
        meshes += [
            ball((x, tall - 0.03, 0.03), (0.028, 0.028, 0.028), style.accent, 1, rows=8, around=12) for x in (-0.2, 0.2)
        ]
        meshes.append(
            lifted(
                box(
                    (0.09, 0.055, 0.035), style.accent, 1, radius=0.012, centre=(0, tall * 0.47, front * 0.985), steps=4
                )
            )
        )
        label_at, size = (0.0, tall * 0.2, front + 0.0025), (0.3, 0.07)
    meshes.append(
        lifted(
            tube(
                [(-wide * 0.4, 0.035, front * 0.99), (wide * 0.4, 0.035, front * 0.99)], 0.004, seam, rows=10, around=6
            )
        )
    )
    decal = printed(style, flat((label_at[0], label_at[1], label_at[2] + 0.004), *size, bulge=0.3), size[0] / size[1], paper=None,
                    ink=style.accent if abs(luminous(style.accent) - luminous(style.main)) > 0.2 else _ink(style))  # fmt: skip
    return Solid(
        (*handle, *meshes),
        (skin, style.trim),
        _decals(decal),
        details=(Detail((0.0, tall * 0.55, front), 0.45), Detail((0.2, tall, 0.0), 0.4)),
        yaw=0.36,
    )


def _flap(style: Style, wide: float, tall: float, front: float) -> Mesh:
    u, v = np.meshgrid(np.linspace(-1, 1, 21), np.linspace(0, 1, 14))
    drop = tall - 0.02 - v * tall * 0.5 * (1 - 0.28 * u**2)
    reach = front * (0.62 + 0.36 * np.sin(np.clip(v * 2.2, 0, 1) * np.pi / 2)) + 0.02
    grid = np.stack(
        [u * wide * 0.44 * (1 + 0.06 * v), drop + 0.015 * np.sin(np.pi * np.clip(v * 3, 0, 1)), reach - 0.03 * u**2], -1
    )
    return surface(grid, shaded(style.main, 0.05), shade=1 - 0.22 * (v > 0.93), double=True)


def shoe(style: Style) -> Solid:
    """A trainer with laces and a thick sole, or a heeled shoe."""
    if style.says("heel", "pump", "stiletto", "高跟"):
        return _heel(style)
    boot = style.says("boot", "靴")
    rise = 0.34 if boot else 0.0
    # (x, half width at the sole, sole height, top height): heel, collar, throat, vamp, toe.
    stations = [(-0.515, 0.05, 0.12, 0.20), (-0.505, 0.12, 0.10, 0.40 + rise), (-0.46, 0.155, 0.085, 0.475 + rise), (-0.36, 0.165, 0.08,
        0.455 + rise), (-0.22, 0.165, 0.08, 0.44 + rise),
                (-0.12, 0.168, 0.08, 0.405 + rise * 0.55), (0.02, 0.178, 0.08, 0.335), (0.17, 0.19, 0.08, 0.27), (0.31, 0.19, 0.085,
                0.225), (0.42, 0.17, 0.095, 0.195),
                (0.49, 0.115, 0.11, 0.165), (0.515, 0.04, 0.125, 0.14)]  # fmt: skip
    line = curve(stations, 52)
    turn = np.linspace(0, TAU, 44, endpoint=False)[None, :]
    x, wide, low, high = (line[:, i][:, None] for i in range(4))
    s, c = np.sin(turn), np.cos(turn)
    square = (np.abs(s) ** 2.5 + np.abs(c) ** 2.5) ** (-1 / 2.5)
    rising = 0.5 + 0.5 * c * square
    narrow = 1 - 0.5 * np.clip(rising, 0, 1) ** 1.5 * np.clip((high - 0.2) / 0.2, 0.25, 1)
    grid = np.stack([x + 0 * turn, low + (high - low) * rising, wide * s * square * narrow], -1)
    upper = surface(
        capped(grid[:, ::-1]), style.main, wrap=True, shade=edged(np.clip(0.7 + 0.45 * rising + 0 * x, 0, 1)[:, ::-1])
    )
    toe = np.clip((line[:, 0] - 0.33) / 0.03, 0, 1)[:, None] * (rising < 0.62)
    heel = np.clip((-0.4 - line[:, 0]) / 0.03, 0, 1)[:, None] * (rising < 0.55)
    panels = np.clip(toe + heel, 0, 1)[..., None]
    colours = np.asarray(style.main) * (1 - panels) + np.asarray(shaded(style.main, -0.28)) * panels
    upper = replace(upper, colour=edged(colours[:, ::-1]).reshape(-1, 3))
    sole_profile = curve(
        [
            (-0.545, 0.05, 0.012),
            (-0.53, 0.14, 0.0),
            (-0.3, 0.185, 0.0),
            (0.0, 0.185, 0.0),
            (0.25, 0.208, 0.0),
            (0.43, 0.185, 0.004),
            (0.515, 0.115, 0.018),
            (0.535, 0.03, 0.026),
        ],
        52,
    )
    px, pw, lift = (sole_profile[:, i][:, None] for i in range(3))
    sole_square = (np.abs(s) ** 6 + np.abs(c) ** 6) ** (-1 / 6)
    groove = 1 - 0.25 * (np.abs(c * sole_square + 0.1) < 0.14)
    sides = np.stack([px + 0 * turn, lift + 0.066 + 0.066 * c * sole_square, pw * s * sole_square], -1)[:, ::-1]
    sole = surface(
        capped(sides),
        style.second,
        1,
        wrap=True,
        shade=edged((np.clip(0.8 + 0.2 * c + 0 * px, 0, 1) * groove)[:, ::-1]),
    )
    around = np.linspace(0, TAU, 33)
    collar = np.stack(
        [
            -0.335 + 0.145 * np.cos(around),
            0.452 + rise - 0.028 * np.cos(around) + 0.012 * np.cos(2 * around),
            0.082 * np.sin(around),
        ],
        -1,
    )
    middle = collar.mean(0)
    inside = surface(
        np.stack([middle + (collar[:-1] - middle) * k + [0, -0.004, 0] for k in (1.0, 0.5, 0.02)]),
        shaded(style.main, -0.85),
        2,
        wrap=True,
        double=True,
    )
    meshes = [
        sole,
        lifted(upper, 0.02),
        lifted(inside, 0.05),
        lifted(tube(collar, 0.022, shaded(style.main, -0.3), rows=44, around=12, closed=True), 0.07),
    ]
    for at in np.linspace(-0.11, 0.16, 6):
        top = float(np.interp(at, line[:, 0], line[:, 3]))
        lace = [(at - 0.01, top - 0.045, -0.075), (at + 0.008, top + 0.008, 0.0), (at - 0.01, top - 0.045, 0.075)]
        meshes.append(lifted(tube(lace, 0.012, style.second, 2, rows=16, around=8), 0.12))
    swoosh = [(-0.36, 0.24, 0.152), (-0.2, 0.2, 0.165), (0.0, 0.22, 0.168), (0.13, 0.27, 0.135)]
    meshes.append(
        lifted(tube(swoosh, [0.006, 0.026, 0.02, 0.004], style.accent, 2, rows=26, around=10, flat=(1.0, 0.5)))
    )
    skin = KNIT if style.says("knit", "mesh", "run", "编织", "跑") else LEATHER
    return Solid(
        tuple(meshes),
        (skin, MATTE, CLOTH),
        details=(Detail((0.15, 0.25, 0.1), 0.45), Detail((-0.3, 0.4, 0.1), 0.45)),
        yaw=0.42,
    )


def _heel(style: Style) -> Solid:
    path = curve(
        [
            (-0.42, 0.5, 0.0),
            (-0.3, 0.46, 0.0),
            (-0.1, 0.3, 0.0),
            (0.1, 0.12, 0.0),
            (0.3, 0.055, 0.0),
            (0.52, 0.05, 0.0),
        ],
        40,
    )
    wide = curve([(0, 0.085), (0.2, 0.095), (0.5, 0.085), (0.75, 0.125), (0.92, 0.1), (1, 0.02)], 40)[:, 1][:, None]
    tall = np.interp(np.linspace(0, 1, 40), [0, 0.2, 0.45, 0.65, 0.85, 1], [0.17, 0.15, 0.075, 0.085, 0.1, 0.04])[
        :, None
    ]
    turn = np.linspace(0, TAU, 30, endpoint=False)[None, :]
    s, c = np.sin(turn), np.cos(turn)
    grid = np.stack([path[:, :1] + 0 * turn, path[:, 1:2] + tall * np.clip(c, -0.12, 1), wide * s], -1)
    meshes = (
        surface(grid[:, ::-1], style.main, wrap=True),
        tube([(-0.36, 0.46, 0), (-0.39, 0.25, 0), (-0.40, 0.0, 0)], [0.06, 0.03, 0.018], style.main, rows=20, around=14),
        surface(np.stack([np.array([(-0.2 + k * 0.2 * np.cos(a), 0.515 - 0.14 * np.cos(a) * k,
            k * 0.07 * np.sin(a)) for a in np.linspace(0, TAU, 24, endpoint=False)])
                          for k in (1.0, 0.5, 0.02)]), shaded(style.second, -0.3), 1, wrap=True, double=True),
        ball((0.36, 0.165, 0.0), (0.04, 0.02, 0.04), style.accent, 2),
    )  # fmt: skip
    return Solid(meshes, (Finish(0.08, 0.06), MATTE, style.trim), details=(Detail((0.3, 0.12, 0.0), 0.4),), yaw=0.35)


def faceted(mesh: Mesh) -> Mesh:
    """The mesh with a flat normal for every face, as a cut stone has."""
    corners = mesh.points[mesh.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    size = np.linalg.norm(normal, axis=1, keepdims=True)
    keep = size[:, 0] > 1e-9
    normal = (normal / np.maximum(size, 1e-9))[keep]
    flat_faces = mesh.faces[keep]
    index = flat_faces.ravel()
    count = len(index)
    return Mesh(mesh.points[index], np.repeat(normal, 3, 0), np.arange(count).reshape(-1, 3), mesh.shade[index], mesh.colour[index],
        mesh.finish[index],
                mesh.uv[index], np.zeros(count // 3, bool), np.zeros(count // 3))  # fmt: skip


def ring(style: Style) -> Solid:
    """A ring standing up, with a cut stone; a necklace pendant when the words say so."""
    band = [(0.36 * np.sin(a), 0.38 - 0.36 * np.cos(a), 0.0) for a in np.linspace(0, TAU, 49)]
    metal_colour: Rgb = (
        (0.9, 0.9, 0.92) if style.says("silver", "platinum", "white gold", "银", "铂") else (0.95, 0.75, 0.4)
    )
    stone: Rgb = style.main
    gem = lathe([(0.0, 0.985), (0.13, 0.985), (0.2, 0.92), (0.0, 0.74)], stone, 1, rows=4, around=9)
    girdle = lathe([(0.0, 0.99), (0.13, 0.988), (0.205, 0.925)], shaded(stone, 0.35), 1, rows=3, around=18)
    meshes = [
        tube(band, 0.045, metal_colour, 0, rows=72, around=18, flat=(1.0, 1.5), closed=True),
        faceted(gem),
        faceted(girdle),
    ]
    for a in np.arange(4) * TAU / 4 + 0.6:
        meshes.append(
            tube(
                [
                    (0.06 * np.sin(a), 0.73, 0.06 * np.cos(a)),
                    (0.19 * np.sin(a), 0.9, 0.19 * np.cos(a)),
                    (0.17 * np.sin(a), 0.95, 0.17 * np.cos(a)),
                ],
                0.016,
                metal_colour,
                0,
                rows=12,
                around=8,
            )
        )
    gem_finish = Finish(0.34, 0.02, 0.8)
    return Solid(
        tuple(meshes),
        (STEEL if metal_colour[2] > 0.6 else GOLD, gem_finish),
        details=(Detail((0.0, 0.86, 0.1), 0.42),),
        yaw=0.5,
    )
