"""Goods: package, gift, book, chair, car, and a rounded form for anything else."""

import numpy as np

from callsheet.media.animatic.objects.mesh import (
    TAU,
    Array,
    Mesh,
    ball,
    box,
    capped,
    curve,
    lathe,
    lifted,
    moved,
    rotation,
    surface,
    tube,
)
from callsheet.media.animatic.objects.solid import (
    KNIT,
    MATTE,
    SATIN,
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


def package(style: Style) -> Solid:
    """A printed carton, or a pouch of coffee, tea or snacks."""
    if style.says("pouch", "beans", "snack", "袋装", "零食"):
        return _pouch(style)
    body = box((0.6, 0.82, 0.36), style.main, radius=0.016, centre=(0, 0.41, 0), bulge=0.3)
    band = lifted(
        box((0.604, 0.05, 0.364), style.accent, 1, radius=0.014, centre=(0, 0.1, 0), bulge=0.3, steps=6, without="y"),
        0.1,
    )
    decal = printed(style, flat((0, 0.48, 0.1815), 0.48, 0.44, bulge=0.3), 0.48 / 0.44, paper=style.second)
    return Solid(
        (body, band),
        (SATIN, style.trim),
        _decals(decal),
        details=(Detail((0.05, 0.55, 0.18), 0.45), Detail((0.2, 0.75, 0.1), 0.4)),
        yaw=0.5,
    )


def _pouch(style: Style) -> Solid:
    y = np.linspace(1, 0, 30)[:, None]
    turn = np.linspace(0, TAU, 72, endpoint=False)[None, :]
    s, c = np.sin(turn), np.cos(turn)
    square = (np.abs(s) ** 5 + np.abs(c) ** 5) ** -0.2
    deep = 0.012 + 0.17 * np.sin(np.clip((1 - y) * 1.12, 0, 1) * np.pi / 2) ** 0.8
    crumple = 1 + 0.012 * np.sin(9 * y + 5 * turn) * np.sin(17 * y - 3 * turn)
    grid = np.stack([0.32 * s * square * (1 + 0 * y), 0.86 * y + 0 * turn, deep * c * square * crumple], -1)
    body = surface(grid, style.main, wrap=True)
    seal = lifted(
        box((0.645, 0.06, 0.03), shaded(style.main, -0.2), 0, radius=0.008, centre=(0, 0.82, 0), steps=5), 0.2
    )
    decal = printed(style, flat((0, 0.42, 0.187), 0.42, 0.36, bulge=0.35), 0.42 / 0.36, paper=style.second)
    return Solid(
        (body, seal), (Finish(0.06, 0.3),), _decals(decal), details=(Detail((0.0, 0.42, 0.18), 0.45),), yaw=0.22
    )


def gift(style: Style) -> Solid:
    """A gift box with ribbon and bow."""
    meshes = [
        box((0.7, 0.46, 0.7), style.main, radius=0.014, centre=(0, 0.23, 0), bulge=0.3),
        box((0.74, 0.14, 0.74), shaded(style.main, -0.12), radius=0.014, centre=(0, 0.5, 0), bulge=0.3),
        lifted(
            box(
                (0.1, 0.577, 0.746),
                style.accent,
                1,
                radius=0.004,
                centre=(0, 0.29, 0),
                bulge=0.3,
                steps=12,
                without="x",
            ),
            0.12,
        ),
        lifted(
            box(
                (0.746, 0.577, 0.1),
                style.accent,
                1,
                radius=0.004,
                centre=(0, 0.29, 0),
                bulge=0.3,
                steps=12,
                without="z",
            ),
            0.12,
        ),
    ]
    for angle in (0.6, 2.5, 3.9, 5.5):
        out = np.array([np.sin(angle), 0, np.cos(angle)])
        loop = [
            (0, 0.58, 0),
            tuple(out * 0.17 + [0, 0.73, 0]),
            tuple(out * 0.25 + [0, 0.66, 0]),
            tuple(out * 0.14 + [0, 0.59, 0]),
            (0, 0.58, 0),
        ]
        meshes.append(tube(loop, 0.05, style.accent, 1, rows=30, around=10, flat=(0.9, 0.16)))
    meshes.append(ball((0, 0.6, 0), (0.045, 0.035, 0.045), style.accent, 1))
    return Solid(
        tuple(meshes), (SATIN, Finish(0.09, 0.35, sheen=0.1)), details=(Detail((0.0, 0.62, 0.1), 0.45),), yaw=0.55
    )


def book(style: Style) -> Solid:
    """A hardback standing, its title on the cover."""
    meshes = (
        box((0.62, 0.9, 0.02), style.main, radius=0.008, centre=(0, 0.45, 0.065), bulge=0.3),
        box((0.62, 0.9, 0.02), style.main, radius=0.008, centre=(0, 0.45, -0.065), bulge=0.3),
        box((0.02, 0.9, 0.15), style.main, radius=0.008, centre=(-0.31, 0.45, 0), bulge=0.3),
        box((0.59, 0.86, 0.11), (0.94, 0.9, 0.8), 1, radius=0.004, centre=(0, 0.45, 0), bulge=0.15),
    )
    decal = printed(style, flat((0.01, 0.5, 0.0765), 0.5, 0.6, bulge=0.3), 0.5 / 0.6, paper=style.second)
    return Solid(meshes, (SATIN, MATTE), _decals(decal), details=(Detail((0.0, 0.5, 0.07), 0.45),), yaw=-0.5)


def chair(style: Style) -> Solid:
    """A lounge chair: shell seat, curved back, splayed wooden legs."""
    wood: Rgb = (0.5, 0.31, 0.16)
    meshes = [
        box((0.62, 0.12, 0.58), style.main, radius=0.055, centre=(0, 0.45, 0.02), bulge=0.35),
        box((0.56, 0.03, 0.52), wood, 1, radius=0.012, centre=(0, 0.375, 0.0)),
    ]
    v, u = np.meshgrid(np.linspace(0, 1, 14), np.linspace(-1, 1, 23), indexing="ij")
    bend = 0.8 + 0.2 * (1 - np.abs(u) ** 3.2) ** (1 / 2.4)
    sheet = np.stack([0.33 * u, 0.98 * bend - v * (0.98 * bend - 0.47), -0.31 + 0.16 * u**2 + 0.09 * v], -1)
    for offset, flip in ((0.06, False), (0.0, True)):
        layer = sheet + np.array([0, 0, offset])
        meshes.append(surface(layer[:, ::-1] if flip else layer, style.main, 0, shade=0.8 + 0.2 * (1 - v)))
    edge = np.concatenate([sheet[::-1, 0], sheet[0, 1:-1], sheet[:, -1]]) + np.array([0, 0, 0.03])
    meshes.append(tube(edge[::2], 0.032, style.main, rows=60, around=10))
    for x in (-1, 1):
        meshes.append(tube([(x * 0.24, 0.38, 0.22), (x * 0.31, 0.0, 0.3)], [0.026, 0.015], wood, 1, rows=8, around=12))
        meshes.append(tube([(x * 0.24, 0.38, -0.2), (x * 0.3, 0.0, -0.32)], [0.026, 0.015], wood, 1, rows=8, around=12))
    return Solid(tuple(meshes), (KNIT, SATIN), details=(Detail((0.0, 0.6, 0.0), 0.55),), yaw=-0.5)


def car(style: Style) -> Solid:
    """A smooth car seen three-quarter on."""
    stations = [
        (-0.99, 0.30, 0.36),
        (-0.95, 0.38, 0.44),
        (-0.7, 0.415, 0.475),
        (-0.3, 0.42, 0.49),
        (0.2, 0.42, 0.48),
        (0.6, 0.415, 0.44),
        (0.88, 0.38, 0.37),
        (0.97, 0.30, 0.30),
    ]
    meshes = [_hull(stations, 0.13, style.main, 0, 3.2)]
    cabin = [
        (-0.78, 0.26, 0.44),
        (-0.62, 0.33, 0.58),
        (-0.4, 0.335, 0.67),
        (-0.1, 0.335, 0.69),
        (0.12, 0.33, 0.65),
        (0.42, 0.3, 0.47),
    ]
    meshes.append(_hull(cabin, 0.40, (0.03, 0.04, 0.05), 1, 2.8))
    roof = [(-0.56, 0.24, 0.62), (-0.4, 0.275, 0.685), (-0.1, 0.28, 0.705), (0.06, 0.265, 0.675), (0.1, 0.2, 0.665)]
    meshes.append(_hull(roof, 0.58, style.main, 0, 2.6))
    upright = rotation(pitch=np.pi / 2)
    tyre = lathe(
        [(0.0, 0.05), (0.1, 0.05), (0.165, 0.045), (0.175, 0.02), (0.175, -0.05)],
        (0.03, 0.03, 0.035),
        2,
        rows=14,
        around=36,
    )
    hub = lathe(
        [(0.0, 0.07), (0.03, 0.068), (0.06, 0.058), (0.115, 0.056), (0.125, 0.05)],
        (0.8, 0.82, 0.85),
        3,
        rows=14,
        around=36,
        ripple=lambda turn, y: 1 + 0.1 * np.cos(turn * 5) * (y > 0.054),
    )
    for x in (-0.58, 0.6):
        for z in (0.39, -0.39):
            out = 0.12 if z > 0 else 0.0
            meshes.append(lifted(moved(tyre, (x, 0.175, z), turn=upright), out))
            meshes.append(lifted(moved(hub, (x, 0.175, z), turn=upright), out + 0.02))
    for z in (0.27, -0.27):
        meshes.append(ball((0.93, 0.29, z), (0.05, 0.028, 0.07), (1.0, 0.97, 0.9), 4))
        meshes.append(ball((-0.965, 0.36, z), (0.03, 0.022, 0.08), (0.9, 0.08, 0.06), 4))
    meshes.append(
        lifted(
            tube(
                [(-0.55, 0.33, 0.422), (0.0, 0.335, 0.43), (0.6, 0.32, 0.42)],
                0.006,
                shaded(style.main, -0.5),
                rows=16,
                around=6,
            )
        )
    )
    paint = Finish(0.13, 0.02, sheen=0.05)
    return Solid(
        tuple(meshes),
        (paint, Finish(0.16, 0.02), MATTE, STEEL, Finish(0.1, 0.1, 2.2)),
        details=(Detail((0.75, 0.34, 0.2), 0.5), Detail((0.0, 0.55, 0.2), 0.6)),
        yaw=-0.62,
    )


def _hull(stations: list[tuple[float, float, float]], bottom: float, colour: Rgb, finish: int, power: float) -> Mesh:
    line = curve(stations, 44)
    x, wide, top = (line[:, i][:, None] for i in range(3))
    turn = np.linspace(0, TAU, 40, endpoint=False)[None, :]
    s, c = np.sin(turn), np.cos(turn)
    square = (np.abs(s) ** power + np.abs(c) ** power) ** (-1 / power)
    middle, half = (top + bottom) / 2, (top - bottom) / 2
    grid = np.stack([x + 0 * turn, middle + half * c * square, wide * s * square], -1)
    return surface(
        capped(grid)[:, ::-1],
        colour,
        finish,
        wrap=True,
        shade=np.clip(0.75 + 0.3 * np.repeat(c, 46, 0), 0, 1)[:, ::-1],
    )


def form(style: Style) -> Solid:
    """A rounded sculptural form that stands for any product: a soft block, a pebble stack or a capsule, by its seed."""
    kind = int(style.rng().integers(3))
    if kind == 0:
        meshes: tuple[Mesh, ...] = (
            box((0.72, 0.72, 0.5), style.main, radius=0.16, centre=(0, 0.36, 0), bulge=0.2, steps=12),
        )
        plate = flat((0, 0.38, 0.2535), 0.44, 0.3, bulge=0.2)
    elif kind == 1:
        meshes = (lathe([(0.0, 0.9), (0.12, 0.89), (0.24, 0.82), (0.28, 0.68), (0.28, 0.45), (0.28, 0.2), (0.24, 0.05), (0.15, 0.0), (0.0,
            0.0)], style.main, rows=48, around=68),
                  lifted(lathe([(0.284, 0.66), (0.288, 0.64), (0.284, 0.62)], style.accent, 1, rows=6, around=68)))  # fmt: skip
        plate = _front_plate()
    else:
        meshes = (ball((0, 0.24, 0), (0.46, 0.24, 0.38), shaded(style.main, -0.1), rows=26, around=52), ball((0.03, 0.55, 0.02), (0.31,
            0.165, 0.27), style.main, rows=22, around=44),
                  ball((-0.02, 0.77, 0), (0.17, 0.1, 0.15), style.accent, 1, rows=18, around=36))  # fmt: skip
        return Solid(meshes, (SATIN, style.trim), details=(Detail((0.0, 0.5, 0.2), 0.5),), yaw=0.2)
    decal = printed(style, plate, 0.44 / 0.3, paper=None, ink=_ink(style))
    return Solid(
        meshes,
        (SATIN, style.trim),
        _decals(decal),
        details=(Detail((0.0, 0.4, 0.25), 0.45), Detail((0.1, 0.62, 0.15), 0.42)),
        yaw=0.0 if kind else 0.42,
    )


def _front_plate() -> Mesh:
    u: Array = np.linspace(-0.85, 0.85, 20)[None, :]
    y = np.linspace(0.5, 0.22, 5)[:, None]
    grid = np.stack([0.283 * np.sin(u) + 0 * y, y + 0 * u, 0.283 * np.cos(u) + 0 * y], -1)
    return surface(grid, (1, 1, 1), normals=np.stack([np.sin(u) + 0 * y, 0 * u + 0 * y, np.cos(u) + 0 * y], -1))
