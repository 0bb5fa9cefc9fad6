"""Gates on clips that are known to be good and on the same clips spoiled by seed: what is caught, and what good is blocked.

Run by name: `-m slow -k "not whole"` spoils a few shots some fifty ways, `-m slow` the full corpus of more than 200. `-s` shows the table.
"""

import dataclasses
import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from callsheet.film import Camera, Cast, Location, Mood, Order, Rate, Recipe
from callsheet.media.animatic.draw import ENGINE, pictures
from callsheet.media.gates import CHEAP, Gate, Report, Wanted
from callsheet.media.gates.inspection import inspect
from callsheet.media.gates.reading import installed_reader
from callsheet.media.type.captions import Cue
from callsheet.media.type.painter import TypePainter

RATE = Fraction(24)
FRAMES = 48
WIDE, HIGH = 640, 360
Shot = list[NDArray[np.uint8]]
READING: tuple[Gate, ...] = (*CHEAP, "text", "watermark")


@dataclasses.dataclass
class Clip:
    """A clip to be written: pictures, sound [n, 2], rate, when frames are shown (in frames), and how it is encoded."""

    shot: Shot
    wanted: Wanted
    rate: Fraction = RATE
    sound: NDArray[np.float32] | None = None
    times: Sequence[int] | None = None
    codec: str = "libx264"
    options: dict[str, str] = dataclasses.field(default_factory=lambda: {"preset": "superfast", "crf": "21"})
    after: Callable[[bytes], bytes] = bytes

    def write(self, path: Path) -> None:
        high, wide = self.shot[0].shape[:2]
        with av.open(str(path), "w") as container:
            picture = container.add_stream(self.codec, rate=self.rate, options=self.options)
            assert isinstance(picture, av.VideoStream)
            picture.width, picture.height, picture.pix_fmt = wide, high, "yuv420p"
            picture.codec_context.thread_count = 1
            track = container.add_stream("aac", rate=48_000) if self.sound is not None else None
            for index, pixels in enumerate(self.shot):
                frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="yuv420p", threads=1)
                frame.pts, frame.time_base = self.times[index] if self.times else index, 1 / self.rate
                container.mux(picture.encode(frame))
            container.mux(picture.encode(None))
            if track is not None and self.sound is not None:
                heard = av.AudioFrame.from_ndarray(np.ascontiguousarray(self.sound.T), "fltp", "stereo")
                heard.sample_rate, heard.pts, heard.time_base = 48_000, 0, Fraction(1, 48_000)
                container.mux(track.encode(heard))
                container.mux(track.encode(None))
        path.write_bytes(self.after(path.read_bytes()))


# -- good shots -------------------------------------------------------------------------------------------------------------


DRAWN = (
    ("Neon alley", "truck-left", "night", "rain"), ("Kitchen", "push", "day", None), ("Forest", "static", "dawn", "fog"),
    ("Outer space", "tilt-up", None, None), ("Night market", "handheld", "night", None), ("Rooftop", "orbit", "dusk", "wind"),
    ("Concert stage", "pan-left", "night", None), ("Office", "static", "day", None), ("Beach", "pull", "morning", "clear"),
    ("Taxi", "static", "night", "snow"),
)  # fmt: skip


def drawn(number: int) -> Shot:
    """A shot of the animatic engine."""
    place, move, time, weather = DRAWN[number % len(DRAWN)]
    order = Order(
        code="EP01 SQ010 SH010", action="Mei walks", camera=Camera.model_validate({"move": move}), frames=FRAMES, rate=Rate(24),
        framings=("16:9",), mood=Mood(), creativity=0.3, time_of_day=time, weather=weather, use_case=None,
        location=Location(name=place), location_id="there", cast=(("mei", Cast(name="Mei", presents="woman", wardrobe="red coat")),),
        props=(), look=None, language="en", text_room="none", references=(),
    )  # fmt: skip
    recipe = Recipe(offer="animatic", engine=ENGINE, seed=number, order=order)
    return [np.ascontiguousarray(bgra[..., 2::-1]) for bgra in pictures(recipe, "16:9", {}, HIGH)]


def moving(seed: int) -> Shot:
    """Soft coloured ground that scrolls, with shapes that cross it; sometimes grain."""
    chance = np.random.default_rng(seed)
    y, x = np.mgrid[0:HIGH, 0 : WIDE + 240].astype(np.float32)
    waves = chance.uniform(0.004, 0.05, (3, 3, 2)) * chance.choice([-1, 1], (3, 3, 2))
    ground = np.stack(
        [sum(np.sin(x * a + y * b + turn) for turn, (a, b) in enumerate(channel)) for channel in waves], axis=-1
    )
    ground = ground / 3 * chance.uniform(25, 60) + chance.uniform(80, 170, 3)
    shapes = [
        (chance.uniform(0, [WIDE, HIGH]), chance.uniform(-4, 4, 2), chance.uniform(20, 70), chance.uniform(20, 235, 3))
        for _ in range(4)
    ]
    pace, grain = chance.uniform(0.8, 4.0), chance.choice([0.0, 3.0, 6.0])
    shot: Shot = []
    for index in range(FRAMES):
        left = int(pace * index)
        frame = ground[:, left : left + WIDE].copy()
        for start, speed, radius, colour in shapes:
            cx, cy = start + speed * index
            frame[(x[:, :WIDE] - cx) ** 2 + (y[:, :WIDE] - cy) ** 2 < radius**2] = colour
        if grain:
            frame += chance.normal(0, grain, (HIGH, WIDE, 1))
        shot.append(np.clip(frame, 0, 255).astype(np.uint8))
    return shot


def talking(seed: int, seconds: float = FRAMES / 24) -> NDArray[np.float32]:
    """Sound like speech: bursts of a voice over a quiet room, peaks at -6 dB."""
    chance = np.random.default_rng(seed)
    time = np.arange(int(48_000 * seconds)) / 48_000
    voice = sum(np.sin(2 * np.pi * 140 * k * time + chance.uniform(0, 6)) / k for k in range(1, 12))
    loud = np.clip(np.sin(2 * np.pi * 3.1 * time + chance.uniform(0, 6)) + 0.4, 0, 1)
    mono = voice * loud + chance.normal(0, 0.02, len(time))
    return np.repeat((mono / np.abs(mono).max() * 0.5)[:, None], 2, axis=1).astype(np.float32)


def plain(shot: Shot, **wanted: Any) -> Clip:
    return Clip(shot, Wanted(len(shot), RATE, shape=Fraction(16, 9), lines=360, **wanted))


def good(shot: Shot, chance: np.random.Generator, kind: int) -> Clip:
    """The shot as different providers deliver it, all as ordered."""
    flipped = [frame[:, ::-1] for frame in shot]
    match kind % 8:
        case 0:
            return plain(shot)
        case 1:
            return dataclasses.replace(plain(shot), options={"preset": "fast", "crf": "28", "g": "12", "bf": "3"})
        case 2:
            darker = chance.uniform(0.45, 0.8)
            return plain([(frame * darker).astype(np.uint8) for frame in flipped])
        case 3:
            return dataclasses.replace(plain(shot, sound=True), sound=talking(int(chance.integers(99))))
        case 4:
            return dataclasses.replace(
                plain([np.ascontiguousarray(f) for f in flipped]), codec="mpeg4", options={"qscale": "4"}
            )
        case 5:
            tall = [np.ascontiguousarray(frame[:, 218:420]) for frame in shot]
            return Clip(tall, Wanted(len(tall), RATE, shape=Fraction(9, 16)))
        case 6:
            longer = plain(shot[:-8])
            return dataclasses.replace(longer, shot=shot)
        case _:
            noise = [np.clip(f + chance.normal(0, 4, (HIGH, WIDE, 1)), 0, 255).astype(np.uint8) for f in shot]
            return plain(noise)


# -- faults -----------------------------------------------------------------------------------------------------------------

Fault = Callable[[Shot, np.random.Generator, Shot], Clip]
"""Spoils a shot; the third is another shot, to cut to."""


def span(chance: np.random.Generator, least: int, most: int) -> tuple[int, int]:
    length = int(chance.integers(least, most + 1))
    start = int(chance.integers(3, FRAMES - length - 3))
    return start, start + length


def black_span(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    start, end = span(chance, 6, 24)
    return plain([np.full_like(f, int(chance.integers(0, 8))) if start <= i < end else f for i, f in enumerate(shot)])


def black_blink(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    start, end = span(chance, 1, 3)
    return plain([np.zeros_like(f) if start <= i < end else f for i, f in enumerate(shot)])


def freeze(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    start, end = span(chance, 13, 30)
    return plain([shot[start] if start <= i < end else f for i, f in enumerate(shot)])


def freeze_at_end(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    start = int(chance.integers(FRAMES // 3, FRAMES - 14))
    return plain([shot[min(i, start)] for i in range(FRAMES)])


def one_still(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    return plain([shot[int(chance.integers(FRAMES))]] * FRAMES)


def doubled(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    at = chance.choice(np.arange(2, FRAMES - 2, 2), int(chance.integers(3, 9)), replace=False)
    return plain([shot[i - 1] if i in at else f for i, f in enumerate(shot)])


def half_rate(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    odd = int(chance.integers(2))
    return plain([shot[max(0, i - (i + odd) % 2)] for i in range(FRAMES)])


def dropped(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    gone = set(chance.choice(FRAMES, int(chance.integers(1, 7)), replace=False).tolist())
    return dataclasses.replace(plain(shot), shot=[f for i, f in enumerate(shot) if i not in gone])


def gaps(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    gone = set(chance.choice(np.arange(2, FRAMES - 2), int(chance.integers(1, 7)), replace=False).tolist())
    kept = [i for i in range(FRAMES) if i not in gone]
    return dataclasses.replace(plain(shot), shot=[shot[i] for i in kept], times=kept)


def too_short(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    return dataclasses.replace(plain(shot), shot=shot[: int(chance.integers(FRAMES // 3, FRAMES - 1))])


def flashes(shot: Shot, chance: np.random.Generator, lit: tuple[float, ...], base: float = 0.55) -> Clip:
    """An area of 30 to 100 % that goes on and off 4 to 12 times a second."""
    period = int(chance.integers(2, 7))  # frames: 24 / 2 = 12 Hz down to 4 Hz
    area = chance.uniform(0.35, 1.0)
    high, wide = int(HIGH * np.sqrt(area)), int(WIDE * np.sqrt(area))
    top, left = int(chance.integers(0, HIGH - high + 1)), int(chance.integers(0, WIDE - wide + 1))
    made: Shot = []
    for index, frame in enumerate(shot):
        part = frame.astype(np.float32) * base
        if index % period < period / 2:
            part[top : top + high, left : left + wide] = np.array(lit)
        made.append(np.clip(part, 0, 255).astype(np.uint8))
    return plain(made)


def white_flashes(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    return flashes(shot, chance, (255, 255, 255))


def red_flashes(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    return flashes(shot, chance, (225, 4, 4), 0.8)


def strobe(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    period = int(chance.integers(2, 6))
    return plain([np.full_like(f, 235) if i % period == 0 else (f * 0.3).astype(np.uint8) for i, f in enumerate(shot)])


def cut_away(shot: Shot, chance: np.random.Generator, other: Shot) -> Clip:
    at = int(chance.integers(8, FRAMES - 8))
    return plain([*shot[:at], *other[: FRAMES - at]])


def insert(shot: Shot, chance: np.random.Generator, other: Shot) -> Clip:
    start, end = span(chance, 2, 14)
    return plain([other[i] if start <= i < end else f for i, f in enumerate(shot)])


def truncated(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    share = chance.uniform(0.3, 0.97)
    faststart = {"preset": "veryfast", "crf": "21", "movflags": "faststart"}
    return dataclasses.replace(plain(shot), options=faststart, after=lambda data: data[: int(len(data) * share)])


def damaged(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    size = int(chance.choice([24, 64, 512, 3000]))

    def spoil(data: bytes) -> bytes:
        start = data.index(b"mdat") + 900
        end = data.rindex(b"moov") if data.rindex(b"moov") > start else len(data)
        at = int(chance.integers(start, max(start + 1, end - size - 64)))
        return data[:at] + chance.bytes(min(size, end - at - 8)) + data[at + min(size, end - at - 8) :]

    return dataclasses.replace(plain(shot), after=spoil)


def small(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    step = int(chance.integers(2, 4))
    made = [np.ascontiguousarray(f[::step, ::step][: HIGH // step // 2 * 2, : WIDE // step // 2 * 2]) for f in shot]
    return dataclasses.replace(plain(shot), shot=made)


def wrong_shape(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    wide = int(chance.choice([360, 480, 540, 202]))
    return dataclasses.replace(plain(shot), shot=[np.ascontiguousarray(f[:, :wide]) for f in shot])


def wrong_rate(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    return dataclasses.replace(plain(shot), rate=Fraction(str(chance.choice(["12", "16", "20", "23"]))))


def no_sound(shot: Shot, _: np.random.Generator, __: Shot) -> Clip:
    return plain(shot, sound=True)


def with_sound(shot: Shot, sound: NDArray[np.float32]) -> Clip:
    return dataclasses.replace(plain(shot, sound=True), sound=sound)


def silent(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    return with_sound(shot, talking(0) * np.float32(chance.choice([0.0, 1e-5])))


def falls_silent(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    sound = talking(int(chance.integers(99)))
    sound[int(chance.uniform(0.05, 0.25) * len(sound)) :] = 0
    return with_sound(shot, sound)


def clipped(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    return with_sound(
        shot, np.clip(talking(int(chance.integers(99))) * chance.uniform(4, 12), -1, 1).astype(np.float32)
    )


def written(shot: Shot, words: str, at: tuple[float, float], strength: float, size: int = 1) -> Shot:
    """The shot with words over it: `at` in shares of the free room, `strength` of the ink."""
    tiles = TypePainter((WIDE * size, HIGH * size), RATE, [Cue(0, FRAMES, (words,), "en")]).at(0)
    made = [frame.copy() for frame in shot]
    for tile in tiles:
        rgba = tile.rgba[:HIGH, :WIDE].astype(np.float32) * np.float32(strength)
        high, wide = rgba.shape[:2]
        y, x = int(at[1] * (HIGH - high)), int(at[0] * (WIDE - wide))
        for frame in made:
            part = frame[y : y + high, x : x + wide].astype(np.float32)
            frame[y : y + high, x : x + wide] = np.clip(part * (1 - rgba[..., 3:] / 255) + rgba[..., :3], 0, 255)
    return made


def caption(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    words = str(chance.choice(["We should not be here", "Follow me quickly", "Subscribe for more"]))
    return plain(written(shot, words, (0.5, 0.92), 1.0))


def gibberish(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    letters = "".join(chance.choice(list("BCDFGHKLMNPRSTVWXZ"), 9))
    return plain(
        written(
            shot, f"{letters[:4]} {letters[4:]}", (float(chance.uniform()), float(chance.uniform(0.1, 0.8))), 1.0, 2
        )
    )


def stamp(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    words = str(chance.choice(["shutterstock", "Getty Images", "PREVIEW ONLY", "Generated by Vidly"]))
    return plain(
        written(shot, words, (float(chance.uniform()), float(chance.uniform())), float(chance.uniform(0.6, 0.9)))
    )


def misspelt(shot: Shot, chance: np.random.Generator, _: Shot) -> Clip:
    wrong = str(chance.choice(["SVMNER SLAE 5O%", "SOMMBR SOLT", "WINTER STOCK"]))
    return plain(written(shot, wrong, (0.5, 0.5), 1.0, 2), text=("SUMMER SALE 50%",))


SEEN: dict[Fault, tuple[Gate, ...]] = {
    black_span: ("black",), black_blink: ("black", "cuts"), freeze: ("freeze",), freeze_at_end: ("freeze",), one_still: ("freeze", "static"),
    doubled: ("duplicates",), half_rate: ("duplicates",), dropped: ("decode",), gaps: ("decode",), too_short: ("decode",),
    white_flashes: ("flashing",), red_flashes: ("flashing",), strobe: ("flashing",), cut_away: ("cuts",), insert: ("cuts",),
    truncated: ("decode",), damaged: ("decode",), small: ("spec",), wrong_shape: ("spec",), wrong_rate: ("spec",),
}  # fmt: skip
HEARD: dict[Fault, tuple[Gate, ...]] = dict.fromkeys((no_sound, silent, falls_silent, clipped), ("sound",))
READ: dict[Fault, tuple[Gate, ...]] = {
    caption: ("watermark",), gibberish: ("watermark",), stamp: ("watermark",), misspelt: ("text",),
}  # fmt: skip
ALL_FAULTS = {**SEEN, **HEARD, **READ}

# -- running it -------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Result:
    """How one clip fared. `fault` is empty for a good one; `by` are the gates that must notice it."""

    fault: str
    by: tuple[Gate, ...]
    report: Report
    seed: int

    @property
    def caught(self) -> bool:
        """Whether a gate that is meant for the fault rejects or ranks it."""
        return any(f.gate in self.by and f.outcome in ("reject", "rank") for f in self.report)


class Corpus:
    """Results, and the table of them."""

    def __init__(self) -> None:
        self.results: list[Result] = []

    @property
    def spoiled(self) -> list[Result]:
        return [result for result in self.results if result.fault]

    @property
    def good(self) -> list[Result]:
        return [result for result in self.results if not result.fault]

    def table(self) -> str:
        rows: dict[str, list[Result]] = defaultdict(list)
        for result in self.spoiled:
            rows[result.fault].append(result)
        lines = [f"{'fault':<16}{'clips':>6}{'caught':>8}{'rejected':>10}"]
        for fault, found in rows.items():
            lines.append(
                f"{fault:<16}{len(found):>6}{sum(r.caught for r in found):>8}{sum(r.report.rejected for r in found):>10}"
            )
            lines += [f"    missed: seed {r.seed} {r.report.reasons}" for r in found if not r.caught]
        caught = sum(r.caught for r in self.spoiled)
        lines.append(f"{'all':<16}{len(self.spoiled):>6}{caught:>8}   {caught / max(1, len(self.spoiled)):.1%}")
        blocked = [r for r in self.good if r.report.rejected]
        ranked = [r for r in self.good if not r.report.rejected and r.report.reasons]
        lines.append(f"good clips: {len(self.good)}, blocked {len(blocked)}, ranked {len(ranked)}")
        lines += [
            f"    {'blocked' if r in blocked else 'ranked'}: seed {r.seed} {r.report.reasons}" for r in blocked + ranked
        ]
        return "\n".join(lines)


def shots(drawn_ones: int, moving_ones: int) -> Iterator[tuple[int, Shot]]:
    yield from ((100 + number, moving(number)) for number in range(moving_ones))
    yield from ((number, drawn(number)) for number in range(drawn_ones))


def run(
    folder: Path, drawn_ones: int, moving_ones: int, goods: int, choose: Callable[[int], Sequence[Fault]]
) -> Corpus:
    """Write and inspect every clip, shot by shot. `choose` names the faults of the shot with that number."""
    corpus = Corpus()
    reader = installed_reader()
    path = folder / "clip.mp4"
    other = moving(999)
    for place, (number, shot) in enumerate(shots(drawn_ones, moving_ones)):
        kinds: list[tuple[str, tuple[Gate, ...], Any]] = [
            ("", (), functools.partial(good, kind=kind)) for kind in range(place * 3, place * 3 + goods)
        ]
        kinds += [(fault.__name__, ALL_FAULTS[fault], fault) for fault in choose(place)]
        for turn, (name, by, make) in enumerate(kinds):
            seed = number * 1000 + turn
            chance = np.random.default_rng(seed)
            clip = make(shot, chance=chance) if not name else make(shot, chance, other)
            reads = reader is not None and (
                name in {f.__name__ for f in READ} or (not name and turn == 0 and place % 3 == 0)
            )
            if name in {f.__name__ for f in READ} and reader is None:
                continue
            clip.write(path)
            report = inspect(path, clip.wanted, READING if reads else CHEAP, reader=reader if reads else None)
            corpus.results.append(Result(name, by, report, seed))
        other = [frame.copy() for frame in shot]
    return corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Four shots, spoiled in every way at least once."""
    faults, again = list(ALL_FAULTS), [*SEEN, *HEARD]
    found = run(
        tmp_path_factory.mktemp("gates"), 2, 2, 4, lambda place: [*faults[place::4], *again[(place + 2) % 4 :: 8]]
    )
    print("\n" + found.table())
    return found


@pytest.mark.slow
def test_spoiled_clips_are_caught(corpus: Corpus) -> None:
    assert len(corpus.spoiled) >= 40
    assert sum(r.caught for r in corpus.spoiled) >= 0.95 * len(corpus.spoiled), corpus.table()


@pytest.mark.slow
def test_good_clips_are_not_blocked(corpus: Corpus) -> None:
    assert len(corpus.good) >= 16
    assert not [r for r in corpus.good if r.report.rejected], corpus.table()
    assert sum(not r.report.reasons for r in corpus.good) >= 0.9 * len(corpus.good), corpus.table()


@pytest.mark.slow
def test_each_fault_is_met_in_the_default_run(corpus: Corpus) -> None:
    met = {r.fault for r in corpus.spoiled}
    left_out = {f.__name__ for f in READ} if installed_reader() is None else set()
    assert met == {f.__name__ for f in ALL_FAULTS} - left_out


@pytest.mark.slow
def test_what_a_gate_did_not_check_it_does_not_pass(corpus: Corpus) -> None:
    broken = [r for r in corpus.spoiled if r.fault == "truncated"]
    assert broken
    for finding in itertools.chain.from_iterable(r.report for r in broken):
        assert finding.gate == "decode" or finding.outcome in ("not checked", "ok", "reject", "rank")
        assert (finding.outcome == "not checked") == (finding.score is None)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_whole_corpus(tmp_path: Path) -> None:
    faults, reading = [*SEEN, *HEARD], list(READ)

    def choose(place: int) -> list[Fault]:
        return [*faults[place % 2 :: 2], *([reading[place // 2 % 4]] if place % 2 else [])]

    found = run(tmp_path, len(DRAWN), 8, 6, choose)
    print("\n" + found.table())
    assert len(found.spoiled) >= 200
    assert len(found.good) >= 100
    assert sum(r.caught for r in found.spoiled) >= 0.95 * len(found.spoiled), found.table()
    assert sum(r.report.rejected for r in found.good) <= 0.01 * len(found.good), found.table()
