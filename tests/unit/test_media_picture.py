"""Pictures in and out: exact colours, exact frames, exact mixes, the same bytes every time."""

import gc
import hashlib
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from test_media_footage import RATE, SIZE, coded_clip, coded_frame, codes_in, luma_of, read_code

from callsheet.errors import MediaError, StorageError
from callsheet.media import decode
from callsheet.media.blend import Blender, mix, planes_of
from callsheet.media.encode import ClipWriter
from callsheet.media.graph import BLACK, Event, Overlay, Segment, plan
from callsheet.media.probe import probe
from callsheet.media.profiles import MASTER, PROXY, TAKE, Profile
from callsheet.media.render import render_segment, segment_frames
from callsheet.media.tiles import Tile

PATCHES = {
    "red": ((255, 0, 0), (63, 102, 240)),
    "green": ((0, 255, 0), (173, 42, 26)),
    "blue": ((0, 0, 255), (32, 240, 118)),
    "white": ((255, 255, 255), (235, 128, 128)),
    "black": ((0, 0, 0), (16, 128, 128)),
    "grey": ((128, 128, 128), (126, 128, 128)),
    "skin": ((224, 172, 140), (171, 109, 152)),
}


def flat_clip(path: Path, rgb: tuple[int, int, int], frames: int = 2, profile: Profile = MASTER) -> Path:
    pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    pixels[...] = (*rgb[::-1], 255)
    with ClipWriter(path, *SIZE, RATE, profile) as clip:
        for _ in range(frames):
            clip.write_bgra(pixels)
    return path


def centre(frame: VideoFrame) -> tuple[int, int, int]:
    y, u, v = (int(p[p.shape[0] // 2, p.shape[1] // 2]) for p in planes_of(frame))
    return y, u, v


def raw_clip(
    path: Path, frames: list[VideoFrame], times: list[int], time_base: Fraction, *, rotate: int = 0, **tags: object
) -> Path:
    """A clip as somebody else would write it: any container, any times, any tags."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(
            "libx264", rate=24, options={"crf": "4", "preset": "ultrafast", "x264-params": "keyint=12"}
        )
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, frames[0].format.name
        stream.codec_context.time_base = time_base
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        if rotate:
            stream.set_display_rotation(rotate)
        for frame, at in zip(frames, times, strict=True):
            frame.pts, frame.time_base = at, time_base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def solid(size: tuple[int, int], yuv: tuple[int, int, int]) -> VideoFrame:
    frame = VideoFrame(*size, "yuv420p")
    for plane, level in zip(planes_of(frame), yuv, strict=True):
        plane[...] = level
    return frame


@pytest.mark.parametrize("name", PATCHES)
def test_colours_are_bt709_limited(tmp_path: Path, name: str) -> None:
    rgb, yuv = PATCHES[name]
    path = flat_clip(tmp_path / "a.mp4", rgb)
    with av.open(str(path)) as container:
        got = centre(next(container.decode(video=0)))
    assert np.abs(np.subtract(got, yuv)).max() <= 2
    back = decode.still_frame(path, 0)[SIZE[1] // 2, SIZE[0] // 2]
    assert np.abs(np.subtract(back.astype(int), rgb)).max() <= 4
    media = probe(path)
    assert (media.primaries, media.transfer, media.matrix, media.range) == ("bt709", "bt709", "bt709", "limited")


@pytest.mark.parametrize("profile", [MASTER, TAKE, PROXY], ids=lambda p: p.name)
def test_a_clip_is_written_the_same_way_twice(tmp_path: Path, profile: Profile) -> None:
    def write(name: str) -> bytes:
        with ClipWriter(tmp_path / name, *SIZE, RATE, profile) as clip:
            for number in range(30):
                clip.write_yuv(coded_frame(1, number))
        return (tmp_path / name).read_bytes()

    assert write("a.mp4") == write("b.mp4")
    media = probe(tmp_path / "a.mp4")
    assert (media.frames, media.start, media.edit_lists, media.faststart) == (30, 0, False, True)


def test_a_broken_off_clip_leaves_nothing(tmp_path: Path) -> None:
    def stop() -> None:
        with ClipWriter(tmp_path / "a.mp4", *SIZE, RATE, TAKE) as clip:
            clip.write_yuv(coded_frame(1, 0))
            raise KeyError("drawing failed")

    with pytest.raises(KeyError):
        stop()
    assert list(tmp_path.iterdir()) == []


def test_an_old_clip_survives_a_failed_new_one(tmp_path: Path) -> None:
    path = coded_clip(tmp_path / "a.mp4", 1, 3)
    before = path.read_bytes()
    with pytest.raises(MediaError, match="at least one frame"), ClipWriter(path, *SIZE, RATE, TAKE):
        pass
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_a_folder_that_is_not_there_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError), ClipWriter(tmp_path / "no" / "a.mp4", *SIZE, RATE, TAKE) as clip:
        clip.write_yuv(coded_frame(1, 0))


def test_another_files_trouble_is_not_called_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), ClipWriter(tmp_path / "a.mp4", *SIZE, RATE, TAKE):
        (tmp_path / "font.ttf").read_bytes()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("width", "height", "rate"), [(161, 96, 24), (160, 95, 24), (0, 96, 24), (160, 96, 0)])
def test_odd_sizes_are_refused_not_cropped(tmp_path: Path, width: int, height: int, rate: int) -> None:
    with pytest.raises(MediaError):
        ClipWriter(tmp_path / "a.mp4", width, height, Fraction(rate), MASTER)


def test_a_frame_of_the_wrong_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError), ClipWriter(tmp_path / "a.mp4", *SIZE, RATE, TAKE) as clip:
        clip.write_bgra(np.zeros((SIZE[0], SIZE[1], 4), np.uint8))
    with pytest.raises(MediaError), ClipWriter(tmp_path / "a.mp4", *SIZE, RATE, TAKE) as clip:
        clip.write_yuv(VideoFrame(*SIZE, "yuv444p"))


@pytest.mark.parametrize(
    ("own", "asked", "expected"),
    [
        (Fraction(24), Fraction(48), [0, 0, 1, 1, 2, 2, 3, 3]),
        (Fraction(48), Fraction(24), [0, 2, 4, 6, 8, 10, 12, 14]),
        (Fraction(24), Fraction(25), [0, 0, 1, 2, 3, 4, 5, 6]),
        (Fraction(30), Fraction(24), [0, 1, 2, 3, 5, 6, 7, 8]),
        (Fraction(24000, 1001), Fraction(24), [0, 0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_another_rate_shows_the_frame_then_on_show(
    tmp_path: Path, own: Fraction, asked: Fraction, expected: list[int]
) -> None:
    path = coded_clip(tmp_path / "a.mp4", 2, 40, rate=own)
    got = [read_code(luma_of(f))[1] for f in decode.frames(path, 0, 8, size=SIZE, rate=asked)]
    assert got == expected
    later = [read_code(luma_of(f))[1] for f in decode.frames(path, 5, 3, size=SIZE, rate=asked)]
    assert later == expected[5:]
    assert decode.frame_count(path, asked) == int(Fraction(40) / own * asked + Fraction(1, 2))


def test_variable_rate_follows_its_time_stamps(tmp_path: Path) -> None:
    times = [0, 10, 100, 500, 541, 583, 1000]  # milliseconds
    path = raw_clip(tmp_path / "v.mkv", [coded_frame(1, n) for n in range(7)], times, Fraction(1, 1000))
    assert not probe(path).constant_rate
    shown = [read_code(luma_of(f))[1] for f in decode.frames(path, 0, 24, size=SIZE, rate=RATE)]
    assert shown == [max(n for n in range(7) if times[n] <= i * 1000 / 24 + 1) for i in range(24)]


def test_a_time_base_of_milliseconds_does_not_slip_a_frame(tmp_path: Path) -> None:
    path = raw_clip(tmp_path / "a.mkv", [coded_frame(1, n) for n in range(60)], list(range(60)), Fraction(1, 24))
    assert probe(path).constant_rate
    assert probe(path).rate == 24
    assert [read_code(luma_of(f))[1] for f in decode.frames(path, 31, 20, size=SIZE, rate=RATE)] == list(range(31, 51))


def test_frames_out_of_order_in_the_file_come_in_order(tmp_path: Path) -> None:
    path = tmp_path / "b.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream(
            "libx264", rate=24, options={"crf": "4", "x264-params": "bframes=3:b-adapt=0:keyint=12"}
        )
        stream.width, stream.height = SIZE
        for number in range(48):
            frame = coded_frame(1, number)
            frame.pts, frame.time_base = number, Fraction(1, 24)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    assert probe(path).edit_lists
    assert probe(path).start == 0
    for start in (0, 1, 11, 12, 13, 40):
        got = [read_code(luma_of(f))[1] for f in decode.frames(path, start, 8, size=SIZE, rate=RATE)]
        assert got == list(range(start, start + 8))


def test_asking_for_too_many_frames_says_how_many_there_are(tmp_path: Path) -> None:
    path = coded_clip(tmp_path / "a.mp4", 1, 10)
    with pytest.raises(MediaError, match="has 10"):
        list(decode.frames(path, 5, 6, size=SIZE, rate=RATE))
    assert len(list(decode.frames(path, 5, 5, size=SIZE, rate=RATE))) == 5


def test_first_and_last_frame(tmp_path: Path) -> None:
    path = coded_clip(tmp_path / "a.mp4", 3, 33)
    assert read_code(decode.still_frame(path, 0)[..., 1]) == (3, 0)
    assert read_code(decode.still_frame(path, -1)[..., 1]) == (3, 32)
    assert read_code(decode.still_frame(path, -1, size=(320, 192))[..., 1]) == (3, 32)
    with pytest.raises(MediaError):
        decode.still_frame(path, 33)


@pytest.mark.parametrize("angle", [90, 180, -90])
def test_rotation_is_undone(tmp_path: Path, angle: int) -> None:
    frame = solid((160, 96), (60, 128, 128))
    planes_of(frame)[0][:48, :80] = 200  # upper left quarter of the stored picture
    path = raw_clip(tmp_path / "r.mp4", [frame], [0], Fraction(1, 24), rotate=angle)
    media = probe(path)
    assert media.rotation == -angle % 360
    upright = (160, 96) if angle == 180 else (96, 160)
    assert media.display_size == upright
    (got,) = decode.frames(path, 0, 1, size=upright, rate=RATE)
    luma = luma_of(got)
    height, width = luma.shape
    quarters = {
        corner: luma[int(height * y), int(width * x)] > 130
        for corner, (x, y) in {"ul": (0.2, 0.2), "ur": (0.8, 0.2), "ll": (0.2, 0.8), "lr": (0.8, 0.8)}.items()
    }
    # Counter-clockwise, as FFmpeg counts: a quarter turn takes the upper left to the lower left.
    assert [c for c, lit in quarters.items() if lit] == [{90: "ll", 180: "lr", -90: "ur"}[angle]]


def test_wide_pixels_become_square(tmp_path: Path) -> None:
    frame = solid((160, 96), (60, 128, 128))
    planes_of(frame)[0][38:58, 70:90] = 200  # a square of samples, twice as wide as high on screen
    path = raw_clip(tmp_path / "s.mp4", [frame], [0], Fraction(1, 24), sample_aspect_ratio=Fraction(2))
    assert probe(path).display_size == (320, 96)
    (got,) = decode.frames(path, 0, 1, size=(320, 96), rate=RATE)
    lit = luma_of(got) > 130
    assert abs(int(lit.any(axis=0).sum()) - 40) <= 2
    assert abs(int(lit.any(axis=1).sum()) - 20) <= 2


def test_another_shape_is_cropped_evenly(tmp_path: Path) -> None:
    frame = solid((320, 180), (60, 128, 128))
    planes_of(frame)[0][:, 150:170] = 200
    path = raw_clip(tmp_path / "c.mp4", [frame], [0], Fraction(1, 24))
    (got,) = decode.frames(path, 0, 1, size=(180, 320), rate=RATE)
    lit = np.flatnonzero(luma_of(got)[160] > 130)
    # 102 of 320 columns are kept and shown 180 wide: the stripe stays in the middle and grows as its height does.
    assert abs((lit[0] + lit[-1]) / 2 - 89.5) <= 1.5
    assert abs(len(lit) - 20 * 320 / 180) <= 3


@pytest.mark.parametrize(
    ("size", "tags", "source", "expected"),
    [
        ((160, 96), {}, (81, 90, 240), (63, 102, 240)),  # untagged and small: BT.601 red becomes BT.709 red
        ((160, 96), {"colorspace": 1, "color_range": 1}, (63, 102, 240), (63, 102, 240)),
        ((1280, 720), {}, (63, 102, 240), (63, 102, 240)),  # untagged and large: BT.709
        ((1280, 720), {"colorspace": 6, "color_range": 1}, (81, 90, 240), (63, 102, 240)),
        ((160, 96), {"colorspace": 1, "color_range": 2}, (255, 128, 128), (235, 128, 128)),  # full range
    ],
)
def test_other_colour_systems_are_converted(
    tmp_path: Path,
    size: tuple[int, int],
    tags: dict[str, int],
    source: tuple[int, int, int],
    expected: tuple[int, int, int],
) -> None:
    path = raw_clip(tmp_path / "a.mp4", [solid(size, source)], [0], Fraction(1, 24), **tags)
    (got,) = decode.frames(path, 0, 1, size=SIZE, rate=RATE)
    assert np.abs(np.subtract(centre(got), expected)).max() <= 2


def test_hdr_is_refused(tmp_path: Path) -> None:
    path = raw_clip(
        tmp_path / "h.mp4", [solid(SIZE, (100, 128, 128))], [0], Fraction(1, 24), color_trc=16, colorspace=9
    )
    with pytest.raises(MediaError, match="HDR"):
        next(decode.frames(path, 0, 1, size=SIZE, rate=RATE))


def test_leaving_a_clip_early_does_not_hang(tmp_path: Path) -> None:
    path = coded_clip(tmp_path / "a.mp4", 1, 40)
    for _ in range(20):
        next(decode.frames(path, 3, 30, size=(64, 36), rate=RATE))
    gc.collect()


class Painter:
    """Paints a half-transparent red square that moves a pixel a frame."""

    def __init__(self) -> None:
        self.rgba = np.zeros((21, 33, 4), np.uint8)
        self.rgba[3:-3, 3:-3] = (128, 0, 0, 128)

    def tiles(self, key: str, frame: int, size: tuple[int, int]) -> list[Tile]:
        return [Tile(int(key) + frame, 41, self.rgba, key)]


def reference(planes: tuple[np.ndarray, ...], tile: Tile) -> list[np.ndarray]:
    """The same blend in floating point over the whole picture."""
    height, width = planes[0].shape
    rgba = np.zeros((height, width, 4))
    y0, x0 = max(tile.y, 0), max(tile.x, 0)
    y1 = max(y0, min(tile.y + tile.rgba.shape[0], height))
    x1 = max(x0, min(tile.x + tile.rgba.shape[1], width))
    part = tile.rgba[y0 - tile.y :, x0 - tile.x :] if x1 > x0 else tile.rgba[:0, :0]
    rgba[y0:y1, x0:x1] = part[: y1 - y0, : x1 - x0] / 255 if part.size else 0
    r, g, b, a = np.moveaxis(rgba, 2, 0)
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    over = [219 * luma + 16 * a, 224 * (b - luma) / 1.8556 + 128 * a, 224 * (r - luma) / 1.5748 + 128 * a]
    out = []
    for index, plane in enumerate(planes):
        alpha, colour = a, over[index]
        if index:
            alpha, colour = (q.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)) for q in (alpha, colour))
        out.append(plane * (1 - alpha) + colour)
    return out


@pytest.mark.parametrize(
    ("x", "y"), [(40, 30), (41, 30), (40, 31), (41, 31), (-5, -3), (-4, 85), (150, 90), (159, 95), (200, 0), (-80, 4)]
)
def test_tiles_blend_right_at_any_place(x: int, y: int) -> None:
    rng = np.random.default_rng(7)
    alpha = rng.integers(0, 256, (15, 27, 1))
    alpha[4:8] = 255
    alpha[10:] = 0
    rgba = np.concatenate([rng.integers(0, 256, (15, 27, 3)) * alpha // 255, alpha], axis=2).astype(np.uint8)
    frame = coded_frame(3, 5)
    planes_of(frame)[1][...] = rng.integers(16, 240, (48, 80))
    before = tuple(p.astype(float) for p in planes_of(frame))
    tile = Tile(x, y, rgba, "tile")
    Blender().lay(planes_of(frame), tile)
    for got, wanted, old in zip(planes_of(frame), reference(before, tile), before, strict=True):
        assert np.abs(got - wanted).max() <= 1.01
        untouched = wanted == old
        assert (got[untouched] == old[untouched]).all()


def test_the_conversion_of_a_tile_is_kept_by_its_id() -> None:
    blender = Blender(capacity=2)
    frame = coded_frame(1, 1)
    red, other = (np.full((4, 4, 4), value, np.uint8) for value in (255, 128))
    blender.lay(planes_of(frame), Tile(0, 0, red, "same"))
    blender.lay(planes_of(frame), Tile(8, 8, other, "same"))
    assert (planes_of(frame)[0][8:12, 8:12] == 235).all()
    blender.lay(planes_of(frame), Tile(16, 16, other, "other"))
    assert (planes_of(frame)[0][16:20, 16:20] < 235).all()


@pytest.mark.parametrize("weight", [0, 1, 64, 128, 255, 256])
def test_mixing_is_exact_to_a_level(weight: int) -> None:
    below, above = coded_frame(1, 3), solid(SIZE, (200, 90, 240))
    wanted = [b + (a.astype(float) - b) * weight / 256 for b, a in zip(planes_of(below), planes_of(above), strict=True)]
    mix(planes_of(below), planes_of(above), weight)
    assert all(np.abs(got - want).max() <= 0.5 for got, want in zip(planes_of(below), wanted, strict=True))


@pytest.fixture
def clips(tmp_path: Path) -> dict[str, Path]:
    return {name: coded_clip(tmp_path / f"{name}.mp4", number, 60) for number, name in enumerate("ab", start=1)}


def frames_of(segments: tuple[Segment, ...], clips: dict[str, Path]) -> list[tuple[bytes, ...]]:
    return [
        tuple(p.tobytes() for p in planes_of(frame)) for s in segments for frame in segment_frames(s, clips, Painter())
    ]


def test_wherever_a_film_is_broken_its_frames_are_the_same(clips: dict[str, Path]) -> None:
    cut = [Event("a", 3, 40), Event("b", 7, 40, dissolve_in=15), Event(BLACK, 0, 12, dissolve_in=12)]
    overlays = [Overlay("20", 20, 50), Overlay("5", 30, 45)]
    expected = frames_of(plan(cut, overlays, size=SIZE, rate=RATE, profile=MASTER), clips)
    assert len(expected) == 65
    for longest, shortest in ((1, 1), (4, 1), (7, 30)):
        segments = plan(cut, overlays, size=SIZE, rate=RATE, profile=MASTER, max_frames=longest, min_frames=shortest)
        assert frames_of(segments, clips) == expected
    assert codes_in(clips["a"])[0] == (1, 0)  # laying over and mixing never wrote on the source


def test_a_dissolve_mixes_by_its_weights(clips: dict[str, Path]) -> None:
    (_, dissolve, _) = plan(
        [Event("a", 0, 30), Event("b", 0, 30, dissolve_in=9)], [], size=SIZE, rate=RATE, profile=MASTER
    )
    greys = [int(luma_of(f)[-10, 80]) for f in segment_frames(dissolve, clips, None)]
    assert greys == pytest.approx([100 + 40 * (i + 1) / 10 for i in range(9)], abs=1.5)


def test_a_segment_needs_its_clips_and_its_painter(clips: dict[str, Path], tmp_path: Path) -> None:
    (segment,) = plan([Event("a", 0, 10)], [Overlay("0", 0, 5)], size=SIZE, rate=RATE, profile=MASTER)
    with pytest.raises(MediaError, match="nobody"):
        render_segment(segment, clips, None, tmp_path / "s.mp4")
    with pytest.raises(MediaError, match="not at hand"):
        render_segment(segment, {}, Painter(), tmp_path / "s.mp4")
    (long,) = plan([Event("a", 55, 10)], [], size=SIZE, rate=RATE, profile=MASTER)
    with pytest.raises(MediaError, match="has 60"):
        render_segment(long, clips, None, tmp_path / "s.mp4")
    assert not (tmp_path / "s.mp4").exists()


def render_elsewhere(segment: Segment, clips: dict[str, Path], out: Path) -> str:
    render_segment(segment, clips, Painter(), out)
    return hashlib.sha256(out.read_bytes()).hexdigest()


def test_another_process_renders_the_same_bytes(clips: dict[str, Path], tmp_path: Path) -> None:
    (segment,) = plan([Event("a", 9, 20)], [Overlay("31", 0, 12)], size=(320, 192), rate=RATE, profile=MASTER)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = pool.submit(render_elsewhere, segment, clips, tmp_path / "there.mp4").result(timeout=60)
    assert there == render_elsewhere(segment, clips, tmp_path / "here.mp4")
    assert probe(tmp_path / "here.mp4").frames == 20
