"""Opening still images that people supply: the header is read and judged before a single pixel is decoded."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skia
from numpy.typing import NDArray

from callsheet.errors import MediaError

MAX_PIXELS = 64_000_000
MAX_SIDE = 16_384
MAX_BYTES = 256 * 1024 * 1024

_FORMATS = {
    skia.EncodedImageFormat.kPNG: "png",
    skia.EncodedImageFormat.kJPEG: "jpeg",
    skia.EncodedImageFormat.kWEBP: "webp",
}
_ACROSS = (
    skia.EncodedOrigin.kLeftTop_EncodedOrigin,
    skia.EncodedOrigin.kRightTop_EncodedOrigin,
    skia.EncodedOrigin.kRightBottom_EncodedOrigin,
    skia.EncodedOrigin.kLeftBottom_EncodedOrigin,
)
_SUPPLY = "Supply a whole PNG, JPEG or WebP file."


@dataclass(frozen=True)
class StillHeader:
    """What a still says of itself. `width` and `height` are as displayed, after its EXIF orientation."""

    format: str
    width: int
    height: int


def looks_like_still(head: bytes) -> bool:
    """Whether the first 12 bytes of a file are those of a PNG, a JPEG or a WebP."""
    return head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def read_header(path: Path) -> StillHeader:
    """Format and displayed size, from the header alone. Raises MediaError as load_still does, save for damaged pixels."""
    codec, _held = _codec(path)
    info = codec.getInfo()
    width, height = info.width(), info.height()
    if _turned(codec):
        width, height = height, width
    return StillHeader(_FORMATS[codec.getEncodedFormat()], width, height)


def load_still(path: Path) -> NDArray[np.uint8]:
    """Decode a PNG, JPEG or WebP to premultiplied sRGB RGBA, uint8 [height, width, 4], turned as its EXIF says.

    Raises MediaError when the file is missing, is not such an image, is cut short or damaged, is larger than 64 megapixels or
    16384 on a side, or is more than 256 MiB on disk.
    """
    codec, _held = _codec(path)
    source = codec.getInfo()
    info = skia.ImageInfo.Make(
        source.width(),
        source.height(),
        skia.ColorType.kRGBA_8888_ColorType,
        skia.AlphaType.kPremul_AlphaType,
        skia.ColorSpace.MakeSRGB(),
    )
    pixels = np.zeros((source.height(), source.width(), 4), np.uint8)
    result = codec.getPixels(info, pixels, pixels.strides[0])
    if result == skia.Codec.kIncompleteInput:
        raise MediaError(
            "the image is cut short", where=str(path), remedy="The file is not complete: copy or download it again."
        )
    if result != skia.Codec.kSuccess:
        raise MediaError("the image is damaged", where=str(path), remedy=_SUPPLY)
    return np.ascontiguousarray(_upright(pixels, codec.getOrigin()))


def _codec(path: Path) -> tuple[skia.Codec, bytes]:
    """Open the file, refuse what is not a still or is too large.

    The codec reads from the bytes that come with it without owning them: hold on to both.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise MediaError(
                f"the image file has {size // 2**20} MiB",
                where=str(path),
                remedy=f"At most {MAX_BYTES // 2**20} MiB are read: save a smaller one.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise MediaError(
            f"the image cannot be read: {error.strerror}", where=str(path), remedy="Check the path."
        ) from error
    if not data:
        raise MediaError("the image file is empty", where=str(path), remedy=_SUPPLY)
    if not looks_like_still(data[:12]):
        raise MediaError("this is not a PNG, JPEG or WebP image", where=str(path), remedy=_SUPPLY)
    try:
        codec = skia.Codec.MakeFromData(data)
    except RuntimeError as error:
        raise MediaError("the image header is damaged or cut short", where=str(path), remedy=_SUPPLY) from error
    info = codec.getInfo()
    width, height = info.width(), info.height()
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise MediaError(
            f"the image measures {width}x{height}",
            where=str(path),
            remedy=f"At most {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE} on a side are read: save a smaller one.",
        )
    return codec, data


def _turned(codec: skia.Codec) -> bool:
    """Whether the displayed image lies across the stored one."""
    return codec.getOrigin() in _ACROSS


def _upright(pixels: NDArray[np.uint8], origin: skia.EncodedOrigin) -> NDArray[np.uint8]:
    """Undo an EXIF orientation. Each name says where row 0 and column 0 of the stored image belong."""
    names = skia.EncodedOrigin
    if origin in _ACROSS:
        pixels = pixels.swapaxes(0, 1)
    if origin in (
        names.kTopRight_EncodedOrigin,
        names.kBottomRight_EncodedOrigin,
        names.kRightTop_EncodedOrigin,
        names.kRightBottom_EncodedOrigin,
    ):
        pixels = pixels[:, ::-1]
    if origin in (
        names.kBottomRight_EncodedOrigin,
        names.kBottomLeft_EncodedOrigin,
        names.kRightBottom_EncodedOrigin,
        names.kLeftBottom_EncodedOrigin,
    ):
        pixels = pixels[::-1]
    return pixels


def png(pixels: NDArray[np.uint8]) -> bytes:
    """RGB pixels, uint8 [height, width, 3], as a PNG file."""
    opaque = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    image = skia.Image.fromarray(np.ascontiguousarray(opaque), colorType=skia.ColorType.kRGBA_8888_ColorType)
    return bytes(image.encodeToData(skia.kPNG, 100))
