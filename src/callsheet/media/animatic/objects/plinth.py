"""A round stone plinth under an object."""

import numpy as np

from callsheet.media.animatic.objects.mesh import Mesh, disc, lathe, moved
from callsheet.media.animatic.objects.sets import SetDesign
from callsheet.media.animatic.objects.solid import MATTE, Decal, Detail, Rgb, Solid, encoded

PLINTH = 0.3
"""Its height in object units."""


def on_plinth(solid: Solid, plan: SetDesign) -> Solid:
    """The object lifted onto a round stone plinth that belongs to the same solid, with its soft contact shadow on top."""
    footprint = solid.mesh.points[solid.mesh.points[:, 1] < 0.12]
    foot = float(np.hypot(footprint[:, 0], footprint[:, 2]).max())
    radius = max(0.42, foot * 1.35)
    stone: Rgb = tuple(encoded(np.asarray(plan.wall) * (1.25 if plan.dark else 0.8) + (0.03 if plan.dark else 0.12)))
    finish = len(solid.finishes)
    edge = lathe(
        [(radius * 0.985, PLINTH), (radius, PLINTH - 0.015), (radius, PLINTH * 0.5), (radius, 0.0)],
        stone,
        finish,
        rows=14,
        around=84,
    )
    top = disc(radius * 0.986, PLINTH, stone, finish, around=84, rings=14)
    distance = np.hypot(top.points[:, 0], top.points[:, 2])
    contact = 1 - 0.62 * np.exp(-((np.maximum(distance - foot * 0.8, 0) / (0.16 + foot * 0.2)) ** 2))
    top = Mesh(top.points, top.normals, top.faces, contact, top.colour, top.finish, top.uv, top.double, top.lift - 0.9)

    def up(mesh: Mesh) -> Mesh:
        return moved(mesh, (0, PLINTH, 0))

    steam = None if solid.steam is None else (solid.steam[0], solid.steam[1] + PLINTH, solid.steam[2])
    details = tuple(Detail((d.at[0], d.at[1] + PLINTH, d.at[2]), d.span, d.yaw, d.words) for d in solid.details)
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
