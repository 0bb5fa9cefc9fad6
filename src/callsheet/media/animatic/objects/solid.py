"""What an object is made of: finishes, decals and the whole solid; and the light that falls on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import skia

from callsheet.media.animatic.objects.mesh import Array, Mesh, join, moved

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Finish:
    """How a surface answers light."""

    reflect: float = 0.05
    """Mirror share seen head on, 0..1."""
    rough: float = 0.1
    """0 a mirror, 1 chalk."""
    diffuse: float = 1.0
    """Share of its own colour."""
    tint: Rgb = (1.0, 1.0, 1.0)
    """Colour of reflections: white for glaze and plastic, the metal's own for metal."""
    sheen: float = 0.0
    """Soft light along the outline, as on velvet and wool."""
    edge: float = 1.0
    """How strongly reflections grow towards the outline."""


GLAZE = Finish(0.075, 0.03)
SATIN = Finish(0.05, 0.22)
MATTE = Finish(0.02, 0.7, edge=0.35)
CLOTH = Finish(0.0, 0.9, sheen=0.16, edge=0.0)
KNIT = Finish(0.0, 1.0, sheen=0.3, edge=0.0)
SILK = Finish(0.08, 0.5, sheen=0.1, edge=0.5)
LEATHER = Finish(0.04, 0.4, edge=0.5)
GLASS = Finish(0.09, 0.0, 0.5)
LEAF = Finish(0.03, 0.45, edge=0.5)


def metal(tint: Rgb, rough: float = 0.08) -> Finish:
    """A metal that reflects in its own colour."""
    return Finish(0.62, rough, 0.34, tint)


STEEL, GOLD, GUNMETAL = metal((0.86, 0.88, 0.92)), metal((1.0, 0.8, 0.46)), metal((0.42, 0.44, 0.48), 0.2)


@dataclass(frozen=True)
class Decal:
    """A printed or glowing picture on part of a solid. `mesh.uv` runs 0..1 over the picture, v downwards."""

    mesh: Mesh
    picture: skia.Image
    glows: bool = False
    """A screen or lamp: shown at its own brightness."""
    gloss: float = 0.5
    """Share of the surface's reflections that lies over the picture."""


@dataclass(frozen=True)
class Detail:
    """A spot worth a close look."""

    at: tuple[float, float, float]
    span: float
    """Height of the framed part in object units."""
    yaw: float = 0.0
    """Turn added to the object's best one, radians."""
    words: str = ""
    """What the part is called."""


@dataclass(frozen=True)
class Solid:
    """A whole object standing on the floor at the origin."""

    meshes: tuple[Mesh, ...]
    finishes: tuple[Finish, ...]
    decals: tuple[Decal, ...] = ()
    details: tuple[Detail, ...] = ()
    steam: tuple[float, float, float] | None = None
    """Where steam would rise."""
    yaw: float = 0.0
    """The turn that shows it best."""
    hangs: bool = False
    """It hangs or floats and casts no contact shadow."""
    mesh: Mesh = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mesh", join(self.meshes))

    @property
    def height(self) -> float:
        """Top of the object in its own units."""
        return float(self.mesh.points[:, 1].max())

    @property
    def width(self) -> float:
        """Widest extent across, at the best turn, in its own units."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        x = self.mesh.points[:, 0] * c + self.mesh.points[:, 2] * s
        return float(x.max() - x.min())

    def sized(self, largest: float) -> "Solid":
        """The same object scaled so that the larger of width and height is `largest`, centred over the origin."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        x = self.mesh.points[:, 0] * c + self.mesh.points[:, 2] * s
        z = -self.mesh.points[:, 0] * s + self.mesh.points[:, 2] * c
        middle_x, middle_z = (x.max() + x.min()) / 2, (z.max() + z.min()) / 2
        shift = np.array(
            [-(middle_x * c - middle_z * s), -self.mesh.points[:, 1].min(), -(middle_x * s + middle_z * c)]
        )
        factor = largest / max(self.width, float(np.ptp(self.mesh.points[:, 1])))

        def place(mesh: Mesh) -> Mesh:
            return moved(moved(mesh, shift), scale=factor)

        def spot(at: Sequence[float]) -> tuple[float, float, float]:
            x, y, z = (np.asarray(at, float) + shift) * factor
            return float(x), float(y), float(z)

        return Solid(
            tuple(place(m) for m in self.meshes),
            self.finishes,
            tuple(Decal(place(d.mesh), d.picture, d.glows, d.gloss) for d in self.decals),
            tuple(Detail(spot(d.at), d.span * factor, d.yaw, d.words) for d in self.details),
            spot(self.steam) if self.steam else None,
            self.yaw,
            self.hangs,
        )


@dataclass(frozen=True)
class Softbox:
    """A rectangular light seen in reflections: its direction, half width and height (tangents), colour (linear, may exceed 1)."""

    towards: tuple[float, float, float]
    half: tuple[float, float]
    colour: Rgb


@dataclass(frozen=True)
class Rig:
    """The light of a set, in linear colour."""

    key: tuple[float, float, float]
    """Direction towards the key light (x right, y up, z towards the camera)."""
    key_colour: Rgb
    fill_colour: Rgb
    sky: Rgb
    floor: Rgb
    backdrop: Rgb
    rim: tuple[float, float, float]
    rim_colour: Rgb
    boxes: tuple[Softbox, ...]


def linear(colour: Sequence[float] | Array) -> Array:
    """sRGB 0..1 to linear light, by the 2.2 approximation that `encoded` undoes."""
    return np.asarray(np.clip(np.asarray(colour, float), 0, None) ** 2.2)


def encoded(light: Array) -> Array:
    """Linear light to sRGB 0..1 with a soft shoulder instead of clipping."""
    soft = np.where(light < 0.6, light, 0.6 + 0.4 * (1 - np.exp(-(np.maximum(light, 0.6) - 0.6) / 0.4)))
    return np.asarray(np.clip(soft, 0, 1) ** (1 / 2.2))
