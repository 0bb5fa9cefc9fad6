"""Breaking a cut into segments: nothing lost, nothing moved, keys that change only when pixels do."""

import dataclasses
import random
import subprocess
import sys
from fractions import Fraction

import pytest

from callsheet.errors import InputError
from callsheet.media.graph import BLACK, Event, Overlay, Picture, Segment, film_frames, locate, plan
from callsheet.media.profiles import MASTER, PROXY, Profile

SIZE, RATE = (320, 180), Fraction(24)


def segments_of(cut: list[Event], overlays: list[Overlay] = [], **kwargs: object) -> tuple[Segment, ...]:  # noqa: B006
    return plan(cut, overlays, **({"size": SIZE, "rate": RATE, "profile": MASTER} | kwargs))  # type: ignore[arg-type]


def told_by_cut(cut: list[Event], overlays: list[Overlay]) -> list[object]:
    """Per frame of the film, straight from the meaning of the cut: pictures, share of the second, overlays."""
    film: list[object] = []
    start = 0
    layers: dict[int, list[tuple[str, int]]] = {}
    shares: dict[int, Fraction] = {}
    for event in cut:
        start -= event.dissolve_in
        for i in range(event.frames):
            layers.setdefault(start + i, []).append((event.clip_digest, event.source_in + i))
            if i < event.dissolve_in:
                shares[start + i] = Fraction(i + 1, event.dissolve_in + 1)
        start += event.frames
    for at in range(start):
        over = [(o.key, at - o.start) for o in overlays if o.start <= at < o.end]
        film.append((layers[at], shares.get(at, Fraction(0)), over))
    return film


def told_by_segments(segments: tuple[Segment, ...]) -> list[object]:
    return [
        (
            [(p.clip_digest, p.source_in + i) for p in segment.pictures],
            segment.weight(i),
            [(o.key, i - o.start) for o in segment.overlays if o.start <= i < o.end],
        )
        for segment in segments
        for i in range(segment.frames)
    ]


def random_cut(rng: random.Random) -> tuple[list[Event], list[Overlay]]:
    cut: list[Event] = []
    for index in range(rng.randint(1, 7)):
        frames = rng.randint(1, 90)
        free = cut[-1].frames - cut[-1].dissolve_in if cut else 0
        dissolve = rng.randint(0, min(free, frames, 20)) if index and rng.random() < 0.6 else 0
        cut.append(Event(f"clip{rng.randint(0, 3)}", rng.randint(0, 40), frames, dissolve))
    total = film_frames(cut)
    overlays = []
    for number in range(rng.randint(0, 5)):
        start = rng.randint(0, total - 1)
        overlays.append(Overlay(f"caption{number}", start, start + rng.randint(1, 60)))
    return cut, overlays


@pytest.mark.parametrize("seed", range(60))
def test_segments_show_what_the_cut_says_however_it_is_broken(seed: int) -> None:
    rng = random.Random(seed)
    cut, overlays = random_cut(rng)
    expected = told_by_cut(cut, overlays)
    for longest, shortest in ((240, 24), (7, 1), (1, 1), (30, 40)):
        segments = segments_of(cut, overlays, max_frames=longest, min_frames=shortest)
        assert told_by_segments(segments) == expected
        assert all(0 < s.frames <= longest for s in segments)


def test_a_dissolve_shortens_the_film_and_stands_alone() -> None:
    segments = segments_of([Event("a", 0, 48), Event("b", 10, 48, dissolve_in=12)])
    assert [s.frames for s in segments] == [36, 12, 36]
    assert segments[1].pictures == (Picture("a", 36), Picture("b", 10))
    assert segments[2].pictures == (Picture("b", 22),)
    assert [segments[1].weight(i) for i in (0, 11)] == [Fraction(1, 13), Fraction(12, 13)]


def test_moving_a_shot_keeps_its_key() -> None:
    captions = [Overlay("hello", 30, 50)]
    alone = segments_of([Event("a", 5, 60)], captions)
    later = segments_of([Event("b", 0, 33), Event("a", 5, 60)], [Overlay("hello", 63, 83)])
    assert [s.key() for s in later[-len(alone) :]] == [s.key() for s in alone]


def test_languages_share_what_has_no_caption() -> None:
    cut = [Event("a", 0, 120), Event("b", 0, 48), Event("c", 0, 96, dissolve_in=8)]
    english = {s.key() for s in segments_of(cut, [Overlay("en", 40, 80)])}
    chinese = {s.key() for s in segments_of(cut, [Overlay("zh", 40, 80)])}
    none = {s.key() for s in segments_of(cut)}
    assert len(english - chinese) == 1
    assert len(english & none) == 3  # b, the dissolve, c; shot a is broken around its caption


def test_a_mark_over_the_whole_film_does_not_break_it_further() -> None:
    cut = [Event("a", 0, 120)]
    logo = Overlay("logo", 0, 120)
    assert len(segments_of(cut, [logo])) == 1
    assert [s.frames for s in segments_of(cut, [logo, Overlay("en", 40, 80)])] == [40, 40, 40]


def test_short_gaps_between_captions_are_not_worth_a_key_frame() -> None:
    captions = [Overlay("one", 0, 40), Overlay("two", 45, 90)]
    assert [s.frames for s in segments_of([Event("a", 0, 96)], captions)] == [96]


def test_what_an_overlay_does_after_the_segment_does_not_matter() -> None:
    cut = [Event("a", 0, 48), Event("b", 0, 48)]
    short, long = (segments_of(cut, [Overlay("k", 24, end)]) for end in (60, 96))
    assert short[1].key() == long[1].key()
    assert short[-1].key() != long[-1].key()


def test_long_shots_are_broken_evenly_enough() -> None:
    frames = [s.frames for s in segments_of([Event("a", 0, 24 * 30 + 3)])]
    assert sum(frames) == 723
    assert max(frames) <= 240
    assert min(frames) >= 24


def test_every_field_that_decides_pixels_decides_the_key() -> None:
    base = Segment(SIZE, RATE, MASTER, 24, (Picture("a", 0), Picture("b", 3)), 2, 30, (Overlay("k", 0, 9),))
    others = [
        dataclasses.replace(base, size=(180, 320)),
        dataclasses.replace(base, rate=Fraction(24000, 1001)),
        dataclasses.replace(base, profile=PROXY),
        dataclasses.replace(base, profile=Profile("master", "veryfast", 21, Fraction(2))),
        dataclasses.replace(base, frames=25),
        dataclasses.replace(base, pictures=(Picture("a", 1), Picture("b", 3))),
        dataclasses.replace(base, pictures=(Picture("b", 3), Picture("a", 0))),
        dataclasses.replace(base, dissolve_from=3),
        dataclasses.replace(base, dissolve_of=31),
        dataclasses.replace(base, overlays=(Overlay("k", -1, 9),)),
        dataclasses.replace(base, overlays=()),
    ]
    assert len({s.key() for s in [base, *others]}) == len(others) + 1
    assert base.key() == dataclasses.replace(base).key()


def test_black_is_shared_wherever_it_stands() -> None:
    segments = segments_of([Event(BLACK, 0, 24), Event("a", 0, 24), Event(BLACK, 500, 24)])
    assert segments[0].key() == segments[2].key()
    assert segments[1].clips() == {"a"}
    assert segments[0].clips() == frozenset()


def test_keys_need_no_codec() -> None:
    code = (
        "import sys; from fractions import Fraction; from callsheet.media.graph import *; from callsheet.media.profiles import MASTER;"
        "print(plan([Event('a', 0, 9)], [], size=(2, 2), rate=Fraction(24), profile=MASTER)[0].key());"
        "print('av' in sys.modules, 'numpy' in sys.modules, 'skia' in sys.modules)"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    assert runs.pop().split("\n")[1] == "False False False"


def test_locating_a_frame() -> None:
    segments = segments_of([Event("a", 0, 10), Event("b", 0, 5)])
    assert [locate(segments, f) for f in (0, 9, 10, 14)] == [(0, 0), (0, 9), (1, 0), (1, 4)]
    with pytest.raises(InputError):
        locate(segments, 15)


@pytest.mark.parametrize(
    ("cut", "overlays", "kwargs"),
    [
        ([], [], {}),
        ([Event("a", 0, 0)], [], {}),
        ([Event("a", -1, 5)], [], {}),
        ([Event("a", 0, 5, dissolve_in=2)], [], {}),
        ([Event("a", 0, 5), Event("b", 0, 5, dissolve_in=6)], [], {}),
        ([Event("a", 0, 50), Event("b", 0, 5, dissolve_in=6)], [], {}),
        ([Event("a", 0, 50), Event("b", 0, 9, dissolve_in=6), Event("c", 0, 9, dissolve_in=4)], [], {}),
        ([Event("a", 0, 5), Event("b", 0, 5, dissolve_in=-1)], [], {}),
        ([Event("a", 0, 5)], [Overlay("k", 5, 6)], {}),
        ([Event("a", 0, 5)], [Overlay("k", -1, 3)], {}),
        ([Event("a", 0, 5)], [Overlay("k", 3, 3)], {}),
        ([Event("a", 0, 5)], [], {"size": (321, 180)}),
        ([Event("a", 0, 5)], [], {"rate": Fraction(0)}),
        ([Event("a", 0, 5)], [], {"max_frames": 0}),
    ],
)
def test_a_cut_that_cannot_be_made_is_refused(
    cut: list[Event], overlays: list[Overlay], kwargs: dict[str, object]
) -> None:
    with pytest.raises(InputError):
        segments_of(cut, overlays, **kwargs)
