"""What looking at a take costs, as a multiple of decoding it.

    python -m bench.gates [--seconds 3] [--rounds 7] [--json]

Draws shots with the animatic engine at 360, 720 and 1080 lines, and decodes and inspects each in turn in one process, on one thread, in
processor time. The ratio of a round is inspection (which decodes) over decoding alone, right after it; the median round is printed. The
clip has been probed before in both, as the floor has when a take is collected.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from callsheet.film import Camera, Location, Mood, Order, Rate, Recipe
from callsheet.media.animatic.draw import ENGINE, draw
from callsheet.media.gates import Wanted
from callsheet.media.gates.inspection import inspect
from callsheet.media.probe import open_media, probe

RATE = Rate(24)
SHOTS = (("Neon alley", "truck-left"), ("Forest", "push"), ("Kitchen", "handheld"))
TARGET = 1.5


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for lines in (360, 720, 1080):
            for place, move in SHOTS:
                clip = _drawn(Path(folder), place, move, lines, asked.seconds * RATE.nominal)
                rows.append({"lines": lines, "shot": place, **_measured(clip, False, asked.rounds)})
            sounding = _with_sound(clip)
            rows.append({"lines": lines, "shot": f"{place}, with sound", **_measured(sounding, True, asked.rounds)})
    worst = {lines: max(float(row["ratio"]) for row in rows if row["lines"] == lines) for lines in (360, 720, 1080)}
    if asked.json:
        print(json.dumps({"rows": rows, "worst": worst, "target": TARGET}))
        return
    print(
        f"{'lines':>5}  {'shot':<24}{'decode':>10}{'inspect':>10}{'ratio':>8}{'lowest':>8}{'highest':>8}   (ms a frame)"
    )
    for row in rows:
        print(
            f"{row['lines']:>5}  {row['shot']:<24}{row['decode_ms']:>10.2f}{row['inspect_ms']:>10.2f}{row['ratio']:>8.2f}"
            f"{row['lowest']:>8.2f}{row['highest']:>8.2f}"
        )
    print(
        "worst median ratio: "
        + ", ".join(f"{ratio:.2f} at {lines}" for lines, ratio in worst.items())
        + f" (target {TARGET})"
    )


def _drawn(folder: Path, place: str, move: str, lines: int, frames: int) -> Path:
    order = Order(
        code="EP01 SQ010 SH010", action="Mei walks", camera=Camera.model_validate({"move": move}), frames=frames, rate=RATE,
        framings=("16:9",), mood=Mood(), creativity=0.3, time_of_day=None, weather=None, use_case=None, location=Location(name=place),
        location_id="there", cast=(), props=(), look=None, language="en", text_room="none", references=(),
    )  # fmt: skip
    out = folder / f"{place}-{lines}.mp4"
    draw(Recipe(offer="animatic", engine=ENGINE, seed=7, order=order), "16:9", {}, out, height=lines)
    return out


def _with_sound(clip: Path) -> Path:
    """The clip with a soft chord beside it, as AAC."""
    out = clip.with_stem(clip.stem + "-sound")
    seconds = float(probe(clip).duration)
    time_line = np.arange(int(48_000 * seconds)) / 48_000
    chord = sum(0.1 * np.sin(2 * np.pi * hertz * time_line) for hertz in (220.0, 277.2, 329.6))
    with av.open(str(clip)) as source, av.open(str(out), "w") as target:
        shown = source.streams.video[0]
        picture = target.add_stream_from_template(shown)
        track = target.add_stream("aac", rate=48_000)
        frame = av.AudioFrame.from_ndarray(np.stack([chord, chord]).astype(np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
        for packet in source.demux(shown):
            if packet.dts is not None:
                packet.stream = picture
                target.mux(packet)
        target.mux(track.encode(frame))
        target.mux(track.encode(None))
    return out


def _measured(clip: Path, sound: bool, rounds: int) -> dict[str, float]:
    """Median over rounds: milliseconds of processor time a frame for both, and their ratio."""
    frames = probe(clip).frames
    wanted = Wanted(frames, RATE.fraction, sound=sound)
    inspect(clip, wanted)
    pairs = [(_spent(lambda: _decode(clip, sound)), _spent(lambda: inspect(clip, wanted))) for _ in range(rounds)]
    ratios = [looked / decoded for decoded, looked in pairs]
    return {
        "decode_ms": statistics.median(decoded for decoded, _ in pairs) / frames * 1000,
        "inspect_ms": statistics.median(looked for _, looked in pairs) / frames * 1000,
        "ratio": statistics.median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
    }


def _decode(clip: Path, sound: bool) -> None:
    """All that must be decoded to look: the picture, and the sound where it was ordered."""
    with open_media(clip) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for _ in container.decode(container.streams.video[0]):
            pass
    if sound:
        with open_media(clip) as container:
            for _ in container.decode(container.streams.audio[0]):
                pass


def _spent(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


if __name__ == "__main__":
    main()
