"""How one object is dressed: its colours, name, words and its own random numbers; and the labels printed on it."""

from dataclasses import dataclass, replace

import numpy as np
import skia

from callsheet.media.animatic.objects.mesh import Array, Mesh, surface
from callsheet.media.animatic.objects.solid import GOLD, Decal, Finish, Rgb
from callsheet.media.type.fonts import Setting, coverage
from callsheet.media.type.ink import draw_text, measure

CREAM: Rgb = (0.95, 0.92, 0.86)
INK: Rgb = (0.13, 0.12, 0.12)


@dataclass(frozen=True)
class Style:
    """Colours (sRGB 0..1), the name to print, and lower-case words that choose cut and finish."""

    main: Rgb
    accent: Rgb
    second: Rgb = CREAM
    """A quiet colour beside the main one: linings, soles, labels."""
    trim: Finish = GOLD
    label: str = ""
    text: str = ""
    seed: int = 0

    def says(self, *words: str) -> bool:
        """Whether the description has one of these words (Chinese ones match anywhere)."""
        return any(word in self.text for word in words)

    def rng(self) -> np.random.Generator:
        """The object's own random numbers."""
        return np.random.default_rng(self.seed)


def shaded(colour: Rgb, amount: float) -> Rgb:
    """Lighter (positive, towards white) or darker (negative, towards black) by a share."""
    if amount >= 0:
        return tuple(c + (1 - c) * amount for c in colour)  # type: ignore[return-value]
    return tuple(c * (1 + amount) for c in colour)  # type: ignore[return-value]


def luminous(colour: Rgb) -> float:
    """How light a colour looks, 0..1."""
    return 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]


def argb(colour: Rgb, alpha: float = 1.0) -> int:
    """As skia's 0xAARRGGBB."""
    r, g, b = (round(255 * min(max(c, 0.0), 1.0)) for c in colour)
    return round(255 * alpha) << 24 | r << 16 | g << 8 | b


def curved(
    radius: float, top: float, bottom: float, spread: float, *, turn: float = 0.0, finish: int = 0, steps: int = 22
) -> Mesh:
    """A patch on an upright cylinder, reaching `spread` radians to either side of the direction `turn` (0 is the front)."""
    around = turn + np.linspace(-spread, spread, steps)[None, :]
    y = np.linspace(top, bottom, 6)[:, None]
    flat = np.ones_like(y)
    grid = np.stack([radius * np.sin(around) * flat, y + 0 * around, radius * np.cos(around) * flat], -1)
    normals = np.stack([np.sin(around) * flat, np.zeros((6, steps)), np.cos(around) * flat], -1)
    return surface(grid, (1, 1, 1), finish, normals=normals)


def flat(
    centre: tuple[float, float, float],
    width: float,
    height: float,
    *,
    tilt: Array | None = None,
    finish: int = 0,
    bulge: float = 0.12,
) -> Mesh:
    """An upright rectangle facing the camera, turned by `tilt` about its centre."""
    u, v = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(1, -1, 9))
    grid = np.stack([u * width / 2, v * height / 2, 0 * u], -1)
    normals = np.stack([u * bulge, v * bulge, np.ones_like(u)], -1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    if tilt is not None:
        grid, normals = grid @ tilt.T, normals @ tilt.T
    return surface(grid + np.asarray(centre), (1, 1, 1), finish, normals=normals)


def plate(centre: tuple[float, float, float], radius: float, *, finish: int = 0) -> Mesh:
    """An upright disc facing the camera."""
    turn, share = np.linspace(0, 2 * np.pi, 41)[None, :], np.linspace(1, 0.001, 6)[:, None]
    x, y = share * np.sin(turn), share * np.cos(turn)
    grid = np.stack([radius * x, radius * y, 0 * x], -1)
    normals = np.stack([0.2 * x, 0.2 * y, np.ones_like(x)], -1)
    mesh = surface(grid + np.asarray(centre), (1, 1, 1), finish, normals=normals)
    uv = np.stack([(1 + x) / 2, (1 - y) / 2], -1)
    return replace(mesh, uv=uv.reshape(-1, 2))


def printed(
    style: Style,
    mesh: Mesh,
    aspect: float,
    *,
    paper: Rgb | None,
    ink: Rgb | None = None,
    gloss: float = 0.25,
    ornament: bool = True,
) -> Decal | None:
    """The name on a label of the given width to height; `paper` None prints straight on the object. None when nothing can be printed."""
    if not style.label or coverage(style.label, "display"):
        return None
    height = 360
    width = max(round(height * aspect), 80)
    canvas_surface = skia.Surface(width, height)
    canvas = canvas_surface.getCanvas()
    canvas.clear(0)
    if paper is not None:
        canvas.clear(argb(paper))
        ink = ink or (INK if luminous(paper) > 0.45 else CREAM)
    ink = ink or style.accent
    if paper is not None and ornament:
        border = skia.Paint(Color=argb(ink, 0.55), Style=skia.Paint.kStroke_Style, StrokeWidth=3, AntiAlias=True)
        canvas.drawRect(skia.Rect.MakeLTRB(16, 16, width - 16, height - 16), border)
        mark = skia.Paint(
            Color=argb(style.accent if abs(luminous(style.accent) - luminous(paper)) > 0.2 else ink), AntiAlias=True
        )
        canvas.drawCircle(width / 2, 92, 22, mark)
        canvas.drawCircle(width / 2 - 9, 84, 17, skia.Paint(Color=argb(paper), AntiAlias=True))
        canvas.drawRect(skia.Rect.MakeXYWH(width / 2 - width * 0.16, 278, width * 0.32, 3), mark)
    _words(canvas, style.label, width, height, ink, 0.55 if paper is not None and ornament else 0.5)
    return Decal(mesh, canvas_surface.makeImageSnapshot(), gloss=gloss if paper is not None else 0.0)


def _words(canvas: skia.Canvas, text: str, width: int, height: int, ink: Rgb, middle: float) -> None:
    wide = any(ord(c) > 0x2E7F for c in text)
    shown = text if wide else text.upper()
    setting = Setting("serif" if wide else "display", weight=650, width=105, cjk_weight=600, tracking=0.08)
    lines = [shown]
    if not wide and len(shown) > 10 and " " in shown:
        cut = min((i for i, c in enumerate(shown) if c == " "), key=lambda i: abs(i - len(shown) / 2))
        lines = [shown[:cut], shown[cut + 1 :]]
    widest = max(measure(line, setting) for line in lines)
    size = min(width * 0.8 / max(widest, 0.1), height * (0.34 if len(lines) == 1 else 0.24))
    paint = skia.Paint(Color=argb(ink), AntiAlias=True)
    first = height * middle + size * (0.36 - 0.58 * (len(lines) - 1))
    for i, line in enumerate(lines):
        draw_text(
            canvas, line, setting, size, (width - measure(line, setting) * size) / 2, first + i * size * 1.16, paint
        )
