"""What worker processes make for the conform: segments, masters, reports, stills. Each is a pure function of what it is given."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from callsheet.floor.workers import OnFrame
from callsheet.media.graph import Segment


def speech(
    text: str, language: str, speaker: Mapping[str, Any], *, folder: Path, on_frame: OnFrame
) -> tuple[Path, dict[str, Any]]:
    """Speak one line."""
    from callsheet.media.mixdown import speak_line

    return speak_line(text, language, speaker, folder / "speech.npy")


def mix(
    sheet: Mapping[str, Any],
    speeches: Mapping[str, Path],
    lufs: float,
    true_peak: float,
    clips: Mapping[str, Path],
    *,
    folder: Path,
    on_frame: OnFrame,
) -> tuple[Path, dict[str, Any]]:
    """Mix, master and encode the soundtrack of a cue sheet."""
    from callsheet.media.mixdown import mixdown

    return mixdown(sheet, speeches, lufs, true_peak, folder / "mix.m4a", clips)


def segment(
    wanted: Segment, clips: Mapping[str, Path], items: Sequence[dict[str, Any]], *, folder: Path, on_frame: OnFrame
) -> tuple[Path, dict[str, Any]]:
    """Render one segment; `items` are the captions and supers it shows, as data."""
    from callsheet.media.render import render_segment
    from callsheet.media.type.painter import TypePainter

    painter = TypePainter(wanted.size, wanted.rate, [dict(item) for item in items]) if items else None
    path = folder / "segment.mp4"
    render_segment(wanted, clips, painter, path)
    return path, {"frames": wanted.frames}


def master(
    segments: Sequence[Path],
    audio: Path | None,
    rate: Fraction,
    captions: Sequence[tuple[str, Sequence[tuple[int, int, str]]]],
    metadata: Mapping[str, str],
    *,
    folder: Path,
    on_frame: OnFrame,
) -> tuple[Path, dict[str, Any]]:
    """Join segments, sound and soft captions into a master."""
    from callsheet.media.join import Cue, join

    path = folder / "master.mp4"
    tracks = [(language, [Cue(*cue) for cue in cues]) for language, cues in captions]
    frames = join(segments, audio, path, rate, subtitles=tracks, metadata=metadata)
    return path, {"frames": frames}


def report(
    path: Path,
    frames: int,
    size: tuple[int, int],
    rate: Fraction,
    lufs: float,
    tolerance: float,
    true_peak: float,
    *,
    folder: Path,
    on_frame: OnFrame,
) -> tuple[Path, dict[str, Any]]:
    """Decode a master and measure it against what was demanded."""
    from callsheet.media.check import Expected, measure

    found = measure(path)
    faults = found.faults(Expected(frames, size, rate, lufs, tolerance, true_peak))
    facts = {
        "frames": found.decoded_frames,
        "lufs": None if found.loudness is None else round(found.loudness, 2),
        "true_peak": None if found.true_peak is None else round(found.true_peak, 2),
        "drift_ms": round(float(found.drift) * 1000, 3),
        "black": [list(run) for run in found.black],
        "frozen": [list(run) for run in found.frozen],
        "subtitles": list(found.subtitles),
        "faults": list(faults),
    }
    out = folder / "report.json"
    out.write_text(json.dumps(facts), "utf-8")
    return out, facts


def light(path: Path, *, folder: Path, on_frame: OnFrame) -> tuple[Path, dict[str, Any]]:
    """How bright a clip is, cell by cell: the darkest and the brightest mean luma (0..1) of each cell of an 8 by 8 grid over its length."""
    from callsheet.media.check import brightness

    facts = brightness(path, 8, 8)
    out = folder / "light.json"
    out.write_text(json.dumps(facts), "utf-8")
    return out, facts


def still(path: Path, frame: int, width: int, *, folder: Path, on_frame: OnFrame) -> tuple[Path, dict[str, Any]]:
    """One frame of a clip as JPEG, `width` pixels wide; 0 keeps its size."""
    from callsheet.media.probe import probe
    from callsheet.media.sheet import poster

    found = probe(path)
    size = (width, round(found.height * width / found.width / 2) * 2) if width else None
    out = folder / "still.jpg"
    poster(path, frame, out, size=size)
    return out, {}


def sheet(
    cells: Sequence[tuple[Path, int, str, str]], heading: str, fonts: Sequence[Path], *, folder: Path, on_frame: OnFrame
) -> tuple[Path, dict[str, Any]]:
    """A contact sheet of frames with titles and notes."""
    from callsheet.media.sheet import Cell, contact_sheet

    out = folder / "contact-sheet.png"
    contact_sheet([Cell(*cell) for cell in cells], out, fonts=fonts, heading=heading)
    return out, {}
