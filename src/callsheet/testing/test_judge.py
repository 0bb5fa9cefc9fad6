"""The contract that every judge of faces keeps, and what it makes of stills of your own cast."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from callsheet.media.gates.judges import named
from callsheet.media.gates.likeness import FaceJudge
from callsheet.media.stills import load_still, png


@pytest.fixture
def judge(judge_name: str) -> FaceJudge:
    found = named(judge_name)
    if found is None:
        pytest.skip("its parts are not installed")
    return found


@pytest.fixture
def people(pytestconfig: pytest.Config) -> dict[str, list[Path]]:
    """Stills by person."""
    folder = pytestconfig.getoption("--stills")
    if folder is None:
        pytest.skip("--stills names no folder")
    return {
        person.name: sorted(path for path in person.iterdir() if path.is_file())
        for person in sorted(Path(folder).iterdir())
        if person.is_dir()
    }


def noise(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 255, (120, 160, 3)).astype(np.uint8)


def picture(path: Path) -> NDArray[np.uint8]:
    return np.ascontiguousarray(load_still(path)[..., :3])


def test_its_limits_are_in_order(judge: FaceJudge) -> None:
    assert 0 <= judge.same < judge.other


def test_without_stills_it_knows_nobody(judge: FaceJudge) -> None:
    assert judge.distance(noise(1), []) is None


def test_it_says_the_same_each_time_and_leaves_the_picture_alone(judge: FaceJudge, tmp_path: Path) -> None:
    (tmp_path / "still.png").write_bytes(png(noise(2)))
    seen = noise(3)
    first = judge.distance(seen, [tmp_path / "still.png"])
    judge.distance(noise(4), [tmp_path / "still.png"])
    assert judge.distance(seen, [tmp_path / "still.png"]) == first
    assert (seen == noise(3)).all()
    assert first is None or (np.isfinite(first) and first >= 0)


def test_a_person_is_recognised_by_their_other_stills(judge: FaceJudge, people: dict[str, list[Path]]) -> None:
    for person, stills in people.items():
        for one in stills:
            others = [path for path in stills if path != one]
            far = judge.distance(picture(one), others) if others else None
            assert far is None or far < judge.other, f"{person}, {one.name}: {far}"


def test_people_are_told_apart(judge: FaceJudge, people: dict[str, list[Path]]) -> None:
    for one, other in combinations(people, 2):
        for still in people[one]:
            far = judge.distance(picture(still), people[other])
            assert far is None or far > judge.same, f"{one}, {still.name}, for {other}: {far}"


def test_the_stills_show_faces(judge: FaceJudge, people: dict[str, list[Path]]) -> None:
    without = [str(s) for stills in people.values() for s in stills if judge.distance(picture(s), [s]) is None]
    assert not without, f"no face is found in {', '.join(without)}"
