"""Solids as triangle meshes: lathes, tubes, rounded boxes and lofts.

Units: the floor is y = 0, y points up, x right, z towards the camera; a typical object is about 1 high. Angles are radians.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Points = Sequence[tuple[float, float]]
TAU = 2 * np.pi


@dataclass(frozen=True)
class Mesh:
    """A lit surface. `faces` index `points`; `shade` is baked occlusion (0..1), `colour` the sRGB albedo (0..1)."""

    points: Array
    normals: Array
    faces: NDArray[np.int64]
    shade: Array
    colour: Array
    finish: NDArray[np.int64]
    """Index of each point's finish in the model's list."""
    uv: Array
    double: NDArray[np.bool_]
    """Per face: seen from both sides (cloth, leaves)."""
    lift: Array
    """Per face: added to its depth when faces are put in order, for trim that lies close on something."""


def unit(v: Array) -> Array:
    """Vectors of length one; zero vectors stay zero."""
    length = np.sqrt((v * v).sum(-1, keepdims=True))
    return np.asarray(v / np.maximum(length, 1e-9))


def surface(
    grid: Array,
    colour: Sequence[float] | Array,
    finish: int = 0,
    *,
    wrap: bool = False,
    shade: float | NDArray[Any] = 1.0,
    double: bool = False,
    normals: Array | None = None,
) -> Mesh:
    """A mesh over a (rows, columns, 3) grid of points; its outside is where rows x columns point. `wrap` joins the last column to the first."""
    rows, columns = grid.shape[:2]
    if normals is None:
        normals = _grid_normals(grid, wrap)
    faces = _grid_faces(rows, columns, wrap)
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    count = rows * columns
    return Mesh(
        grid.reshape(-1, 3),
        normals.reshape(-1, 3),
        faces,
        np.broadcast_to(np.asarray(shade, float), (rows, columns)).reshape(-1),
        np.broadcast_to(np.asarray(colour, float), (rows, columns, 3)).reshape(-1, 3),
        np.full(count, finish),
        np.stack([u, v], -1).reshape(-1, 2),
        np.full(len(faces), double),
        np.zeros(len(faces)),
    )


@cache
def _grid_faces(rows: int, columns: int, wrap: bool) -> NDArray[np.int64]:
    index = np.arange(rows * columns).reshape(rows, columns)
    if wrap:
        index = np.concatenate([index, index[:, :1]], 1)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[:-1, 1:], index[1:, 1:]
    return np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])


def _grid_normals(grid: Array, wrap: bool) -> Array:
    down = np.gradient(grid, axis=0)
    across = np.roll(grid, -1, 1) - np.roll(grid, 1, 1) if wrap else np.gradient(grid, axis=1)
    normals = unit(np.cross(down, across))
    # At a pole all columns meet and the cross product vanishes: the neighbouring ring's mean direction is the pole's.
    for row, neighbour in ((0, 1), (-1, -2)):
        if np.ptp(grid[row], axis=0).max() < 1e-6:
            normals[row] = unit(normals[neighbour].mean(0))
    return normals


def join(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of several."""
    offsets = np.cumsum([0, *(len(m.points) for m in meshes[:-1])])
    return Mesh(
        np.concatenate([m.points for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.faces + o for m, o in zip(meshes, offsets, strict=True)]),
        np.concatenate([m.shade for m in meshes]),
        np.concatenate([m.colour for m in meshes]),
        np.concatenate([m.finish for m in meshes]),
        np.concatenate([m.uv for m in meshes]),
        np.concatenate([m.double for m in meshes]),
        np.concatenate([m.lift for m in meshes]),
    )


def moved(
    mesh: Mesh, by: Sequence[float] | Array = (0, 0, 0), *, turn: Array | None = None, scale: float = 1.0
) -> Mesh:
    """The mesh scaled, turned by a rotation matrix, then moved."""
    points, normals = mesh.points * scale, mesh.normals
    if turn is not None:
        points, normals = points @ turn.T, normals @ turn.T
    return replace(mesh, points=points + np.asarray(by, float), normals=normals, lift=mesh.lift * scale)


def lifted(mesh: Mesh, by: float = 0.08) -> Mesh:
    """The mesh drawn as if `by` nearer to the camera: for trim, seams and bands that lie on another surface."""
    return replace(mesh, lift=mesh.lift + by)


def inside_out(mesh: Mesh) -> Mesh:
    """The mesh seen from within, as the wall of a cup."""
    return replace(mesh, normals=-mesh.normals, faces=mesh.faces[:, ::-1])


def rotation(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """The matrix that rolls about z, then pitches about x, then yaws about y."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z)


def curve(points: Sequence[Sequence[float]], count: int) -> Array:
    """A smooth line through `points` (centripetal Catmull-Rom), sampled evenly along its length: (count, dimensions)."""
    knots = np.asarray(points, float)
    if len(knots) < 3:
        return np.asarray(knots[0] + np.linspace(0, 1, count)[:, None] * (knots[-1] - knots[0]))
    padded = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    pieces = []
    t = np.linspace(0, 1, 24, endpoint=False)[:, None]
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        t0, t1 = 0.0, _gap(p0, p1)
        t2 = t1 + _gap(p1, p2)
        t3 = t2 + _gap(p2, p3)
        s = t1 + t * (t2 - t1)
        a1 = (t1 - s) / (t1 - t0) * p0 + (s - t0) / (t1 - t0) * p1
        a2 = (t2 - s) / (t2 - t1) * p1 + (s - t1) / (t2 - t1) * p2
        a3 = (t3 - s) / (t3 - t2) * p2 + (s - t2) / (t3 - t2) * p3
        b1 = (t2 - s) / (t2 - t0) * a1 + (s - t0) / (t2 - t0) * a2
        b2 = (t3 - s) / (t3 - t1) * a2 + (s - t1) / (t3 - t1) * a3
        pieces.append((t2 - s) / (t2 - t1) * b1 + (s - t1) / (t2 - t1) * b2)
    line = np.concatenate([*pieces, knots[-1:]])
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    even = np.linspace(0, along[-1], count)
    return np.stack([np.interp(even, along, line[:, i]) for i in range(line.shape[1])], -1)


def _gap(one: Array, other: Array) -> float:
    return float(max(float(np.linalg.norm(other - one)), 1e-6) ** 0.5)


def lathe(
    profile: Points | Array,
    colour: Sequence[float] | Array,
    finish: int = 0,
    *,
    rows: int = 28,
    around: int = 56,
    squash: float = 1.0,
    shade: Callable[[Array], Array] | float = 1.0,
    ripple: Callable[[Array, Array], Array] | None = None,
) -> Mesh:
    """Revolve a profile of (radius, y) points, listed from the top outside downwards, about the y axis.

    `squash` scales z; `shade` maps y to occlusion; `ripple(turn, y)` multiplies the radius (folds, facets, dents).
    """
    line = curve([tuple(p) for p in profile], rows)
    radius, y = np.maximum(line[:, 0], 0)[:, None], np.broadcast_to(line[:, 1][:, None], (rows, around))
    turn = np.linspace(0, TAU, around, endpoint=False)[None, :]
    if ripple is not None:
        radius = radius * ripple(turn, y)
    grid = np.stack([radius * np.sin(turn), np.broadcast_to(y, (rows, around)), radius * np.cos(turn) * squash], -1)
    dark = shade(y) if callable(shade) else shade
    return surface(grid, colour, finish, wrap=True, shade=dark)


def tube(
    path: Sequence[Sequence[float] | Array] | Array,
    radius: float | Sequence[float],
    colour: Sequence[float] | Array,
    finish: int = 0,
    *,
    rows: int = 28,
    around: int = 14,
    flat: tuple[float, float] = (1.0, 1.0),
    shade: float | Array = 1.0,
    closed: bool = False,
) -> Mesh:
    """Sweep a (flattened) circle along a smooth path; a radius list is spread along the path. Ends are capped unless `closed` (a ring)."""
    line = curve([tuple(p) for p in path], rows)
    sizes = np.atleast_1d(np.asarray(radius, float))
    sizes = np.interp(np.linspace(0, 1, rows), np.linspace(0, 1, len(sizes)), sizes)
    tangent = unit(np.gradient(line, axis=0))
    if closed:
        tangent[0] = tangent[-1] = unit(line[1] - line[-2])
    side = unit(
        np.cross(tangent[0], [0.0, 0.0, 1.0]) if abs(tangent[0, 2]) < 0.9 else np.cross(tangent[0], [0.0, 1.0, 0.0])
    )
    frames = []
    for direction in tangent:
        side = unit(side - direction * float(side @ direction))
        frames.append((side, np.cross(direction, side)))
    turn = np.linspace(0, TAU, around, endpoint=False)
    a, b = np.stack([f[0] for f in frames]), np.stack([f[1] for f in frames])
    ring = a[:, None] * (np.cos(turn) * flat[0])[None, :, None] + b[:, None] * (np.sin(turn) * flat[1])[None, :, None]
    # Rows run along the path and columns turn anticlockwise about it, so the outside needs the columns reversed.
    grid = (line[:, None] + ring * sizes[:, None, None])[:, ::-1]
    if closed:
        return surface(grid, colour, finish, wrap=True, shade=shade)
    shaded = np.broadcast_to(np.asarray(shade, float), (rows,))
    grid = np.concatenate([np.repeat(line[:1, None], around, 1), grid, np.repeat(line[-1:, None], around, 1)])
    occlusion = np.concatenate([shaded[:1], shaded, shaded[-1:]])[:, None]
    return surface(grid, colour, finish, wrap=True, shade=occlusion)


def ball(
    centre: Sequence[float],
    radii: Sequence[float],
    colour: Sequence[float] | Array,
    finish: int = 0,
    *,
    rows: int = 14,
    around: int = 22,
) -> Mesh:
    """An ellipsoid."""
    down, turn = np.linspace(0, np.pi, rows)[:, None], np.linspace(0, TAU, around, endpoint=False)[None, :]
    normal = np.stack([np.sin(down) * np.sin(turn), np.cos(down) * np.ones_like(turn), np.sin(down) * np.cos(turn)], -1)
    size = np.asarray(radii, float)
    return surface(np.asarray(centre, float) + normal * size, colour, finish, wrap=True, normals=unit(normal / size))


def box(
    size: Sequence[float],
    colour: Sequence[float] | Array,
    finish: int = 0,
    *,
    radius: float = 0.03,
    centre: Sequence[float] = (0, 0, 0),
    bulge: float = 0.12,
    steps: int = 9,
    without: str = "",
) -> Mesh:
    """A box with rounded edges. `bulge` bends the normals of its flat sides a little, as a camera's perspective on a soft light would show;
    `without` names axes whose sides are left out (a band has no top)."""
    half = np.asarray(size, float) / 2
    radius = min(radius, float(half.min()) * 0.999)
    inner = half - radius
    sides = []
    for axis in (i for i in range(3) if "xyz"[i] not in without):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for sign in (1.0, -1.0):
            gu, gv = np.meshgrid(
                _rounded_steps(half[u], radius, steps), _rounded_steps(half[v], radius, steps), indexing="ij"
            )
            flat = np.empty((*gu.shape, 3))
            flat[..., axis], flat[..., u], flat[..., v] = sign * half[axis], gu, gv
            core = np.clip(flat, -inner, inner)
            normal = unit(flat - core)
            points = core + normal * radius
            bent = unit(normal + bulge * (points / np.maximum(half, 1e-6)) * (1 - np.eye(3)[axis]))
            if sign < 0:
                points, bent = points[:, ::-1], bent[:, ::-1]
            sides.append(surface(points + np.asarray(centre, float), colour, finish, normals=bent))
    return join(sides)


def _rounded_steps(half: float, radius: float, steps: int) -> Array:
    edge = half - radius
    corner = edge + radius * np.tan(np.linspace(0, np.pi / 4, 4))[1:]
    return np.concatenate([-corner[::-1], np.linspace(-edge, edge, steps), corner])


def disc(
    radius: float,
    y: float,
    colour: Sequence[float] | Array,
    finish: int = 0,
    *,
    squash: float = 1.0,
    around: int = 40,
    rings: int = 5,
) -> Mesh:
    """A level disc facing up."""
    reach = np.linspace(0, 1, rings)[:, None] * radius
    turn = np.linspace(0, TAU, around, endpoint=False)[None, :]
    grid = np.stack([reach * np.sin(turn), np.full((rings, around), y), reach * np.cos(turn) * squash], -1)
    up = np.zeros_like(grid)
    up[..., 1] = 1
    return surface(grid, colour, finish, wrap=True, normals=up)


def capped(grid: Array) -> Array:
    """Rows of rings with both ends drawn together into a point."""
    ends = [
        np.broadcast_to(grid[i : i + 1].mean(1, keepdims=True), (1, grid.shape[1], 3)) for i in (0, grid.shape[0] - 1)
    ]
    return np.concatenate([ends[0], grid, ends[1]])


def edged(values: Array) -> Array:
    """Values of rings with those of the first and last repeated for the caps."""
    return np.concatenate([values[:1], values, values[-1:]])
