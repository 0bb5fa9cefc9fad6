"""Rendering one segment: decode, scale, mix, lay over, encode. Runs in any process, on plain data."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame

from callsheet.errors import MediaError
from callsheet.media import decode
from callsheet.media.blend import Blender, OverlayPainter, mix, planes_of
from callsheet.media.encode import ClipWriter, tag_bt709
from callsheet.media.graph import BLACK, Picture, Segment

__all__ = ["OverlayPainter", "render_segment", "segment_frames"]


def render_segment(segment: Segment, clips: Mapping[str, Path], painter: OverlayPainter | None, out: Path) -> None:
    """Render `segment` to the clip `out`, which appears whole or not at all.

    `clips` says where each clip digest lies; `painter` draws the overlays and may be None when there are none. The bytes depend
    only on what `segment.key()` digests. Raises MediaError when a clip is missing, damaged or too short, StorageError when `out`
    cannot be written.
    """
    if segment.overlays and painter is None:
        raise MediaError("the segment has overlays, and nobody to paint them", where=str(out))
    width, height = segment.size
    with ClipWriter(out, width, height, segment.rate, segment.profile) as clip:
        for frame in segment_frames(segment, clips, painter):
            clip.write_yuv(frame)


def segment_frames(segment: Segment, clips: Mapping[str, Path], painter: OverlayPainter | None) -> Iterator[VideoFrame]:
    """The finished frames of a segment, before encoding: yuv420p, BT.709 limited."""
    layers = [_layer(segment, picture, clips) for picture in segment.pictures]
    blender = Blender()
    for index, shown in enumerate(zip(*layers, strict=True)):
        frame = shown[0]
        if len(shown) > 1:
            frame.make_writable()
            mix(planes_of(frame), planes_of(shown[1]), round(256 * segment.weight(index)))
        tiles = [
            tile
            for overlay in segment.overlays
            if painter is not None and overlay.start <= index < overlay.end
            for tile in painter.tiles(overlay.key, index - overlay.start, segment.size)
        ]
        if tiles:
            frame.make_writable()
            planes = planes_of(frame)
            for tile in tiles:
                blender.lay(planes, tile)
        yield frame


def _layer(segment: Segment, picture: Picture, clips: Mapping[str, Path]) -> Iterator[VideoFrame]:
    if picture.clip_digest == BLACK:
        return _black(segment.size, segment.frames)
    path = clips.get(picture.clip_digest)
    if path is None:
        raise MediaError(
            f"the clip {picture.clip_digest[:12]} is not at hand", remedy="Shoot or import the take again."
        )
    return decode.frames(path, picture.source_in, segment.frames, size=segment.size, rate=Fraction(segment.rate))


def _black(size: tuple[int, int], count: int) -> Iterator[VideoFrame]:
    for _ in range(count):
        frame = VideoFrame(size[0], size[1], "yuv420p")
        for plane, level in zip(planes_of(frame), (16, 128, 128), strict=True):
            plane[...] = level
        tag_bt709(frame)
        yield frame
