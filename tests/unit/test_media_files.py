"""Files that people supply: whole ones are measured, others refused in words; and the pictures that are made of clips."""

import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import skia
from test_media_footage import coded_clip, read_code

import callsheet.media
from callsheet.errors import MediaError, StorageError
from callsheet.media.join import encode_audio
from callsheet.media.probe import probe
from callsheet.media.sheet import Cell, contact_sheet, poster
from callsheet.media.stills import load_still, read_header


def quadrants() -> np.ndarray:
    """Red, green, blue and half-transparent grey, 40 wide and 24 high, straight alpha."""
    rgba = np.zeros((24, 40, 4), np.uint8)
    rgba[:12, :20] = (255, 0, 0, 255)
    rgba[:12, 20:] = (0, 255, 0, 255)
    rgba[12:, :20] = (0, 0, 255, 255)
    rgba[12:, 20:] = (128, 128, 128, 128)
    return rgba


def encoded(kind: skia.EncodedImageFormat, quality: int = 100) -> bytes:
    return bytes(skia.Image.fromarray(quadrants(), colorType=skia.kRGBA_8888_ColorType).encodeToData(kind, quality))


def turned_jpeg(orientation: int) -> bytes:
    jpeg = encoded(skia.kJPEG)
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + b"\0\0\0\0"
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims to be huge."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")
    )


def test_a_png_keeps_its_alpha_premultiplied(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(skia.kPNG))
    pixels = load_still(tmp_path / "a.png")
    assert pixels.dtype == np.uint8
    expected = quadrants().astype(int)
    expected[12:, 20:, :3] = 64
    assert np.abs(pixels - expected).max() <= 1


@pytest.mark.parametrize("kind", [skia.kJPEG, skia.kWEBP])
def test_jpeg_and_webp_are_read(tmp_path: Path, kind: skia.EncodedImageFormat) -> None:
    (tmp_path / "a").write_bytes(encoded(kind))
    pixels = load_still(tmp_path / "a")
    assert pixels.shape == (24, 40, 4)
    assert np.abs(pixels[4, 4].astype(int) - (255, 0, 0, 255)).max() <= 6


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(1, (40, 24), (4, 4)), (2, (40, 24), (36, 4)), (3, (40, 24), (36, 20)), (4, (40, 24), (4, 20)),
     (5, (24, 40), (4, 4)), (6, (24, 40), (20, 4)), (7, (24, 40), (20, 36)), (8, (24, 40), (4, 36))],
)  # fmt: skip
def test_exif_orientation_is_honoured(
    tmp_path: Path, orientation: int, size: tuple[int, int], red_at: tuple[int, int]
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(turned_jpeg(orientation))
    header = read_header(path)
    assert (header.format, header.width, header.height) == ("jpeg", *size)
    pixels = load_still(path)
    assert pixels.shape == (size[1], size[0], 4)
    red, green, blue, _ = pixels[red_at[1], red_at[0]].astype(int)
    assert red > 240
    assert max(green, blue) < 15


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.png", b"", "empty"),
        ("text.png", b"this is not an image, it only says so", "not a PNG"),
        ("cut.png", encoded(skia.kPNG)[:-40], "cut short|damaged"),
        ("cut.jpg", encoded(skia.kJPEG)[:400], "cut short|damaged"),
        ("cut.webp", encoded(skia.kWEBP)[:-60], "cut short|damaged"),
        ("head.png", encoded(skia.kPNG)[:20], "damaged"),
        ("bomb.png", bomb(100_000, 100_000), "100000x100000|damaged"),
        ("wide.png", bomb(20_000, 4), "20000x4"),
        ("big.png", bomb(9_000, 9_000), "9000x9000"),
    ],
)
def test_a_bad_still_is_refused_by_name(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MediaError, match=words) as caught:
        load_still(path)
    assert name in caught.value.where
    assert caught.value.remedy
    if not name.startswith("cut"):
        with pytest.raises(MediaError):
            probe(path)


def test_a_missing_still_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.png", tmp_path):
        with pytest.raises(MediaError, match="cannot be read"):
            load_still(path)
    with pytest.raises(MediaError, match="cannot be read"):
        probe(tmp_path / "none.mp4")


def test_a_still_is_measured_without_decoding(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(skia.kPNG))
    media = probe(tmp_path / "a.png")
    assert (media.kind, media.width, media.height, media.codec) == ("image", 40, 24, "png")


def test_a_clip_is_measured_from_its_packets(tmp_path: Path) -> None:
    media = probe(coded_clip(tmp_path / "a.mp4", 1, 37, Fraction(30000, 1001)))
    assert (media.kind, media.frames, media.rate, media.constant_rate) == ("video", 37, Fraction(30000, 1001), True)
    assert media.duration == 37 * Fraction(1001, 30000)
    assert (media.has_audio, media.codec, media.pixel_format, media.sar) == (False, "h264", "yuv420p", 1)


def test_a_replaced_file_is_measured_again(tmp_path: Path) -> None:
    assert probe(coded_clip(tmp_path / "a.mp4", 1, 5)).frames == 5
    assert probe(coded_clip(tmp_path / "a.mp4", 1, 8)).frames == 8


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.97])
def test_a_clip_cut_short_is_refused(tmp_path: Path, keep: float) -> None:
    whole = coded_clip(tmp_path / "a.mp4", 1, 48).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(MediaError) as caught:
        probe(path)
    assert "cut.mp4" in caught.value.where


def test_what_is_not_media_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"")
    (tmp_path / "b.mp4").write_text("a letter, not a film " * 50)
    (tmp_path / "c.mp4").write_bytes(bytes(range(256)) * 40)
    for name in "abc":
        with pytest.raises(MediaError):
            probe(tmp_path / f"{name}.mp4")


def test_a_playlist_cannot_lead_elsewhere(tmp_path: Path) -> None:
    coded_clip(tmp_path / "a.mp4", 1, 5)
    lists = {
        "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.mp4\n#EXT-X-ENDLIST\n",
        "list.ffconcat": "ffconcat version 1.0\nfile a.mp4\n",
    }
    for name, text in lists.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(MediaError):
            probe(tmp_path / name)


def test_an_index_behind_the_media_is_seen(tmp_path: Path) -> None:
    source = coded_clip(tmp_path / "a.mp4", 1, 5)
    with av.open(str(source)) as given, av.open(str(tmp_path / "b.mp4"), "w") as out:
        stream = out.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    assert probe(source).faststart
    assert not probe(tmp_path / "b.mp4").faststart


def test_sound_alone_is_measured(tmp_path: Path) -> None:
    encode_audio(np.zeros((1000, 2), np.float32), tmp_path / "a.m4a")
    media = probe(tmp_path / "a.m4a")
    assert (media.kind, media.has_audio, media.audio_frames, media.audio_codec) == ("audio", True, 1000, "aac")


def fonts() -> list[Path]:
    import fontpkg_archivo
    import manimgx_fonts_cjk

    latin = next(Path(fontpkg_archivo.__path__[0]).rglob("Archivo[[]*.ttf"))
    return [latin, next(Path(manimgx_fonts_cjk.__path__[0]).rglob("*.ttc"))]


def test_a_poster_is_the_frame_asked_for(tmp_path: Path) -> None:
    clip = coded_clip(tmp_path / "a.mp4", 2, 30)
    poster(clip, 17, tmp_path / "p.png")
    assert read_code(load_still(tmp_path / "p.png")[..., 1]) == (2, 17)
    poster(clip, -1, tmp_path / "p.jpg", size=(320, 192))
    pixels = load_still(tmp_path / "p.jpg")
    assert pixels.shape == (192, 320, 4)
    assert read_code(pixels[..., 1]) == (2, 29)
    with pytest.raises(StorageError):
        poster(clip, 0, tmp_path / "none" / "p.png")


def test_a_contact_sheet_shows_every_shot_and_its_name(tmp_path: Path) -> None:
    cells = [
        Cell(coded_clip(tmp_path / f"{n}.mp4", n, 12), 6, f"SQ010 SH0{n}0", "a note in English, 和中文")
        for n in range(1, 6)
    ]
    out = tmp_path / "sheet.png"
    contact_sheet(cells, out, fonts=fonts(), heading="Teapot", width=960)
    first = out.read_bytes()
    pixels = load_still(out)
    assert pixels.shape[1] == 960
    greys = np.unique(pixels[..., 1], return_counts=True)
    assert len(greys[0]) > 20  # letters are drawn, with smooth edges
    contact_sheet(cells, out, fonts=fonts(), heading="Teapot", width=960)
    assert out.read_bytes() == first
    contact_sheet(cells[:1], tmp_path / "other.png", fonts=fonts(), heading="Kettle", width=960)
    assert (tmp_path / "other.png").read_bytes() != first
    with pytest.raises(MediaError):
        contact_sheet([], out, fonts=fonts())
    (tmp_path / "no.ttf").write_bytes(b"no font")
    with pytest.raises(MediaError, match="not a font"):
        contact_sheet(cells, out, fonts=[tmp_path / "no.ttf"])


def test_nothing_sets_the_log_level_of_the_codecs() -> None:
    """Setting it can hang a decoder for ever."""
    folder = Path(callsheet.media.__path__[0])
    assert [p for p in folder.rglob("*.py") if "av.logging" in p.read_text() or "set_level" in p.read_text()] == []
