"""Posters and contact sheets: single frames as pictures people look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.errors import MediaError
from callsheet.media.decode import still_frame
from callsheet.media.encode import replacing
from callsheet.media.probe import probe
from callsheet.media.typeface import open_typeface

_BACK = skia.ColorSetRGB(20, 20, 22)
_TITLE = skia.ColorSetRGB(240, 238, 232)
_NOTE = skia.ColorSetRGB(158, 156, 150)
_WEIGHT_AXIS = int.from_bytes(b"wght")
_WEIGHT = 500.0
_EMPTY = skia.ColorSetRGB(34, 34, 37)


@dataclass(frozen=True)
class Cell:
    """One picture of a contact sheet: frame `frame` of a clip (negative counts from the end), a title and a quieter note."""

    path: Path
    frame: int
    title: str
    note: str = ""


def poster(path: Path, frame: int, out: Path, *, size: tuple[int, int] | None = None) -> None:
    """Save one frame of a clip as PNG, or as JPEG when `out` ends so. Raises MediaError or StorageError."""
    _save(_image(still_frame(path, frame, size=size)), out)


def contact_sheet(
    cells: Sequence[Cell], out: Path, *, fonts: Sequence[Path], heading: str = "", columns: int = 0, width: int = 1920
) -> None:
    """Save a sheet of frames with their titles, `width` pixels wide, PNG or JPEG by the name of `out`.

    All cells have the shape of the first clip. `fonts` are font files in order of preference; each letter is taken from the first that
    has it. `columns` 0 chooses by shape and number. Only one frame per cell is decoded, from the key frame before it.
    """
    if not cells or not fonts:
        raise MediaError("a contact sheet needs at least one frame and one font", where=str(out))
    faces = [_face(path) for path in fonts]
    shape = Fraction(*probe(cells[0].path).display_size)
    columns = columns or _columns(len(cells), shape)
    gap = width // 60
    wide = (width - gap * (columns + 1)) // columns // 2 * 2
    high = max(2, round(wide / shape / 2) * 2)
    big, small = max(12.0, width / 84), max(10.0, width / 106)
    foot = round(big * 1.9 + small * 1.5)
    head = round(gap + big * 2.6) if heading else gap
    rows = -(-len(cells) // columns)
    surface = skia.Surface.MakeRasterN32Premul(width, head + rows * (high + foot + gap))
    canvas = surface.getCanvas()
    canvas.clear(_BACK)
    if heading:
        _text(canvas, heading, gap, round(gap + big * 1.5), big * 1.5, _TITLE, faces, width - 2 * gap)
    for number, cell in enumerate(cells):
        row, column = divmod(number, columns)
        x, y = gap + column * (wide + gap), head + row * (high + foot + gap)
        area = skia.Rect.MakeXYWH(x, y, wide, high)
        canvas.drawRect(area, skia.Paint(Color=_EMPTY))
        canvas.drawImageRect(_image(still_frame(cell.path, cell.frame, size=(wide, high))), area)
        _text(canvas, cell.title, x, y + high + big * 1.4, big, _TITLE, faces, wide)
        _text(canvas, cell.note, x, y + high + big * 1.4 + small * 1.45, small, _NOTE, faces, wide)
    _save(surface.makeImageSnapshot(), out)


def _columns(count: int, shape: Fraction) -> int:
    """Upright pictures stand closer; few pictures are not shrunk for a wide grid."""
    widest = 6 if shape < 1 else 4
    return min(widest, max(2, count))


def _image(rgb: NDArray[np.uint8]) -> skia.Image:
    height, width = rgb.shape[:2]
    rgba = np.full((height, width, 4), 255, np.uint8)
    rgba[..., :3] = rgb
    return skia.Image.fromarray(rgba, colorType=skia.ColorType.kRGBA_8888_ColorType)


def _save(image: skia.Image, out: Path) -> None:
    jpeg = out.suffix.lower() in (".jpg", ".jpeg")
    data = image.encodeToData(skia.kJPEG, 90) if jpeg else image.encodeToData(skia.kPNG, 100)
    if data is None:
        raise MediaError("the picture cannot be encoded", where=str(out))
    with replacing(out) as part:
        part.write_bytes(bytes(data))


def _face(path: Path) -> skia.Typeface:
    face = open_typeface(path)
    if face is None:
        raise MediaError(
            "this is not a font that can be read", where=str(path), remedy="Name a TrueType or OpenType file."
        )
    axes = {axis.tag for axis in face.getVariationDesignParameters()}
    if _WEIGHT_AXIS not in axes:
        return face
    # Left alone, a variable font gives the first of its masters, which may be its thinnest.
    position = skia.FontArguments.VariationPosition
    coordinates = position.Coordinates(
        [position.Coordinate(_WEIGHT_AXIS, _WEIGHT)]
    )  # skia points to it until the clone
    arguments = skia.FontArguments()
    arguments.setVariationDesignPosition(position(coordinates))
    return face.makeClone(arguments)


def _runs(text: str, faces: Sequence[skia.Typeface]) -> list[tuple[skia.Typeface, str]]:
    """The text in runs of one typeface each."""
    runs: list[tuple[skia.Typeface, str]] = []
    for letter in text:
        face = next((f for f in faces if f.unicharToGlyph(ord(letter))), faces[0])
        if runs and runs[-1][0] is face:
            runs[-1] = (face, runs[-1][1] + letter)
        else:
            runs.append((face, letter))
    return runs


def _advance(text: str, size: float, faces: Sequence[skia.Typeface]) -> float:
    return float(sum(skia.Font(face, size).measureText(run) for face, run in _runs(text, faces)))


def _text(
    canvas: skia.Canvas,
    text: str,
    x: float,
    y: float,
    size: float,
    colour: int,
    faces: Sequence[skia.Typeface],
    room: float,
) -> None:
    """Draw one line from (x, y) on the baseline, shortened with an ellipsis to fit `room`."""
    line = " ".join(text.split())
    if _advance(line, size, faces) > room:
        while line and _advance(line + "…", size, faces) > room:
            line = line[:-1]
        line = line.rstrip() + "…"
    paint = skia.Paint(Color=colour, AntiAlias=True)
    for face, run in _runs(line, faces):
        font = skia.Font(face, size)
        font.setSubpixel(True)
        canvas.drawString(run, x, y, font, paint)
        x += font.measureText(run)


class Lettering:
    """Lines of text on pixels, in the first of `fonts` that has each letter."""

    def __init__(self, fonts: Sequence[Path]) -> None:
        self._faces = [_face(path) for path in fonts]

    def draw(self, pixels: NDArray[np.uint8], text: str, x: float, y: float, size: float, room: float) -> None:
        """Draw one line onto BGRA `pixels`, its baseline at `y`, shortened to fit `room`."""
        surface = skia.Surface(pixels, colorType=skia.ColorType.kBGRA_8888_ColorType)
        _text(surface.getCanvas(), text, x, y, size, _TITLE, self._faces, room)
        surface.flushAndSubmit()
