"""Draws a solid under a rig, turned by any angle: diffuse light per vertex, reflections per pixel from a picture of the lit studio.

Reflections come from an atlas with one tile per finish: a ball seen from the camera, holding what each surface direction reflects.
The triangles look their reflection up by their normal, so a whole object with sharp studio lights is one `drawVertices`.
"""

from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.media.animatic.objects.mesh import Array, Mesh, rotation, unit
from callsheet.media.animatic.objects.solid import Decal, Finish, Rig, Solid, encoded, linear

TILE = 144
DISTANCE = 4.6
"""Camera distance in object units: a long lens, as product photographers use."""
_LINEAR = skia.SamplingOptions(skia.FilterMode.kLinear)


@dataclass(frozen=True)
class Pose:
    """How the object is seen: its turn, the camera's height and the light's turn (radians), pixels per unit, and the pixel where (0, 0, 0) lands."""

    yaw: float
    pitch: float
    light: float
    scale: float
    x: float
    y: float


def project(points: Array, pose: Pose) -> tuple[Array, Array]:
    """Screen pixels (N, 2) and depth towards the camera (N,) of points in object space."""
    view = points @ rotation(pose.yaw).T
    return project_view(view @ rotation(pitch=pose.pitch).T, pose)


def project_view(view: Array, pose: Pose) -> tuple[Array, Array]:
    """Screen pixels and depth of points already turned into view space."""
    near = pose.scale * DISTANCE / (DISTANCE - view[:, 2])
    return np.stack([pose.x + view[:, 0] * near, pose.y - view[:, 1] * near], -1), view[:, 2]


class Turntable:
    """A solid under a rig, ready to be drawn at any pose."""

    def __init__(self, solid: Solid, rig: Rig) -> None:
        self.solid, self.rig = solid, rig
        self._atlas = _atlas(solid.finishes, rig)
        shader = self._atlas.makeShader(skia.TileMode.kClamp, skia.TileMode.kClamp, _LINEAR)
        self._paint = skia.Paint(Shader=shader)
        self._gloss = skia.Paint(Shader=shader, BlendMode=skia.BlendMode.kPlus)
        self._albedo = linear(solid.mesh.colour)
        self._diffuse = np.array([f.diffuse for f in solid.finishes])[solid.mesh.finish]
        self._sheen = np.array([f.sheen for f in solid.finishes])[solid.mesh.finish]

    def draw(self, canvas: skia.Canvas, pose: Pose) -> None:
        """Draw the object; edges are not smoothed, so draw large and scale down."""
        mesh = self.solid.mesh
        position, normal, seen = _seen(mesh, pose)
        if not len(seen):
            return
        height = mesh.points[:, 1]
        light = self._light(normal, height, pose.light) * (mesh.shade * self._diffuse)[:, None]
        sheen = (
            (self._sheen * np.clip(1 - normal[:, 2], 0, 1) ** 2.5)[:, None]
            * (np.asarray(self.rig.rim_colour) + np.asarray(self.rig.sky))
            * mesh.shade[:, None]
        )
        colour = encoded(self._albedo * light + sheen * (0.35 + 0.65 * self._albedo))
        lookup = self._reflections(normal, mesh.finish, pose.light)
        _triangles(canvas, position, lookup, _packed(colour), seen, self._paint, skia.BlendMode.kPlus)
        for decal in self.solid.decals:
            self._decal(canvas, decal, pose)

    def _decal(self, canvas: skia.Canvas, decal: Decal, pose: Pose) -> None:
        mesh = decal.mesh
        position, normal, seen = _seen(mesh, pose)
        if not len(seen):
            return
        shader = decal.picture.makeShader(
            skia.TileMode.kClamp,
            skia.TileMode.kClamp,
            skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear),
        )
        texture = mesh.uv * [decal.picture.width(), decal.picture.height()]
        white = np.ones((len(mesh.points), 3))
        lit = (
            white if decal.glows else encoded(self._light(normal, mesh.points[:, 1], pose.light) * mesh.shade[:, None])
        )
        _triangles(canvas, position, texture, _packed(lit), seen, skia.Paint(Shader=shader), skia.BlendMode.kModulate)
        if decal.gloss:
            share = _packed(white * decal.gloss)
            _triangles(
                canvas,
                position,
                self._reflections(normal, mesh.finish, pose.light),
                share,
                seen,
                self._gloss,
                skia.BlendMode.kModulate,
            )

    def _light(self, normal: Array, height: Array, turned: float) -> Array:
        rig = self.rig
        key = unit(rotation(turned) @ np.asarray(rig.key))
        up = normal[:, 1:2]
        wrapped = np.clip((normal @ key + 0.15) / 1.15, 0, 1)[:, None] ** 1.25
        facing = np.clip(normal[:, 2:3], 0, 1)
        side = np.clip(normal @ unit(np.asarray(rig.rim)), 0, 1)[:, None]
        rim = np.clip(1 - facing, 0, 1) ** 2 * side
        grounded = 1 - 0.55 * np.exp(-np.maximum(height, 0)[:, None] / 0.07) * (0.6 - 0.4 * up)
        near_floor = np.exp(-np.maximum(height, 0)[:, None] / 0.5)
        ambient = (
            np.asarray(rig.sky) * (0.55 + 0.45 * up)
            + np.asarray(rig.floor) * np.clip(0.5 - 0.5 * up, 0, 1) * near_floor
        )
        light = (
            (ambient + np.asarray(rig.fill_colour) * facing) * grounded
            + np.asarray(rig.key_colour) * wrapped
            + np.asarray(rig.rim_colour) * rim
        )
        return np.asarray(light)

    def _reflections(self, normal: Array, finish: NDArray[np.int64], turned: float) -> Array:
        n = normal @ rotation(-turned * 0.8).T
        # A normal turned away by the moving light stays on the visible ball.
        flat = n[:, :2] / np.maximum(1.0, np.hypot(n[:, 0], n[:, 1]))[:, None]
        across = np.where(n[:, 2:3] < 0, unit(flat), flat) * (TILE / 2 - 2)
        return np.stack([finish * TILE + TILE / 2 + across[:, 0], TILE / 2 - across[:, 1]], -1)


def _seen(mesh: Mesh, pose: Pose) -> tuple[Array, Array, NDArray[np.int64]]:
    """Screen positions, view normals (facing the camera where a surface has two sides) and the visible faces, far to near."""
    turn = rotation(pitch=pose.pitch) @ rotation(pose.yaw)
    position, depth = project_view(mesh.points @ turn.T, pose)
    normal = mesh.normals @ turn.T
    a, b, c = (position[mesh.faces[:, i]] for i in range(3))
    # Screen y points down, so a face turned towards the camera runs anticlockwise: its doubled area is negative.
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    shown = (area < 0) | mesh.double
    faces = mesh.faces[shown]
    if mesh.double.any():
        both = np.zeros(len(normal), bool)
        both[mesh.faces[mesh.double]] = True
        normal = np.where((both & (normal[:, 2] < 0))[:, None], -normal, normal)
    order = np.argsort(depth[faces].mean(1) + mesh.lift[shown], kind="stable")
    return position, normal, faces[order]


def _packed(colour: Array) -> NDArray[np.uint32]:
    levels = (np.clip(colour, 0, 1) * 255 + 0.5).astype(np.uint32)
    return np.asarray(0xFF000000 | (levels[:, 0] << 16) | (levels[:, 1] << 8) | levels[:, 2], np.uint32)


def _triangles(
    canvas: skia.Canvas,
    position: Array,
    texture: Array,
    colour: NDArray[np.uint32],
    faces: NDArray[np.int64],
    paint: skia.Paint,
    mode: skia.BlendMode,
) -> None:
    used, compact = np.unique(faces, return_inverse=True)
    vertices = skia.Vertices(
        skia.Vertices.VertexMode.kTriangles_VertexMode,
        [skia.Point(x, y) for x, y in position[used].tolist()],
        [skia.Point(x, y) for x, y in texture[used].tolist()],
        colour[used].tolist(),
        compact.ravel().tolist(),
    )
    canvas.drawVertices(vertices, paint, mode)


def _atlas(finishes: tuple[Finish, ...], rig: Rig) -> skia.Image:
    axis = np.linspace(-1, 1, TILE) * (TILE / (TILE - 4))
    x, y = np.meshgrid(axis, -axis)
    squared = np.minimum(x * x + y * y, 1.0)
    length = np.maximum(np.sqrt(x * x + y * y), 1.0)
    z = np.sqrt(1 - squared)
    normal = np.stack([x / length, y / length, z], -1)
    reflected = 2 * z[..., None] * normal - np.array([0.0, 0.0, 1.0])
    tiles = []
    for finish in finishes:
        grazing = (1 - z) ** 5
        mirror = (finish.reflect + (1 - finish.reflect) * grazing * 0.7 * finish.edge)[..., None]
        tiles.append(encoded(_studio(reflected, finish.rough, rig) * mirror * np.asarray(finish.tint)))
    strip = np.concatenate(tiles, 1)
    pixels = np.dstack([strip, np.ones(strip.shape[:2])])
    return skia.Image.fromarray((pixels * 255 + 0.5).astype(np.uint8), skia.ColorType.kRGBA_8888_ColorType)


def _studio(direction: Array, rough: float, rig: Rig) -> Array:
    """Light arriving from a direction: walls, floor and softboxes, blurred by roughness."""
    blur = 0.06 + rough * 0.9
    up = direction[..., 1:2]
    floor_share = 1 / (1 + np.exp(up / (0.05 + rough * 0.4)))
    room = np.asarray(rig.backdrop) * (0.75 + 0.5 * up) * (1 - floor_share) + np.asarray(rig.floor) * floor_share
    for softbox in rig.boxes:
        towards = unit(np.asarray(softbox.towards))
        right = unit(np.cross([0.0, 1.0, 0.0], towards)) if abs(towards[1]) < 0.95 else np.array([1.0, 0.0, 0.0])
        above = np.cross(towards, right)
        ahead = np.maximum(direction @ towards, 1e-3)
        across, along = np.abs(direction @ right) / ahead, np.abs(direction @ above) / ahead
        inside = _edge(across, softbox.half[0], blur) * _edge(along, softbox.half[1], blur) * np.clip(ahead * 8, 0, 1)
        spread = min(1.0, softbox.half[0] / (softbox.half[0] + rough)) * min(
            1.0, softbox.half[1] / (softbox.half[1] + rough)
        )
        room = room + inside[..., None] * spread * np.asarray(softbox.colour)
    return np.asarray(room)


def _edge(distance: Array, half: float, blur: float) -> Array:
    t = np.clip((half + blur / 2 - distance) / blur, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
