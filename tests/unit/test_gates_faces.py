"""The cast's faces in the line: who judges, which clips, by which stills, and what is said where nobody can tell."""

import asyncio
import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from money_makers import recipe
from numpy.typing import NDArray

from callsheet.doctor import examine
from callsheet.errors import InputError, MissingPartError
from callsheet.film import Cast, Inspection, Recipe, Reference
from callsheet.floor.collecting import Collector
from callsheet.floor.gating import cast_stills, inspected, recognising
from callsheet.floor.make import make_take, measure
from callsheet.media.encode import TAKE, ClipWriter
from callsheet.media.gates import Wanted, judges
from callsheet.media.gates.finding import Finding
from callsheet.media.gates.footage import watch
from callsheet.media.gates.inspection import inspect
from callsheet.media.gates.likeness import identity
from callsheet.media.stills import load_still, png
from callsheet.providers.hosted import Job, Link
from callsheet.providers.protocol import Made
from callsheet.store import ProductionStore
from callsheet.studio import Studio

JUDGE = '''
import numpy as np
from callsheet.media.stills import load_still

class Hues:
    """People of one colour each; black shows nobody."""
    same, other = 0.05, 0.2

    def distance(self, picture, references):
        seen = picture.mean(axis=(0, 1))
        stills = [load_still(path)[..., :3].mean(axis=(0, 1)) for path in references]
        if seen.max() < 30:
            return None
        return min((float(np.abs(seen - s).max()) / 255 for s in stills if s.max() >= 30), default=None)

def lacking():
    return None
'''
RED, ROSE, BLUE, BLACK = (200, 40, 40), (180, 50, 50), (40, 40, 200), (0, 0, 0)
"""Mira, Mira who is hard to recognise, Jon, nobody."""


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A judge installed as any package is: code on the path, entry points beside it."""
    about = tmp_path / "site" / "hues-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hues\nVersion: 1.0\n")
    points = "[callsheet.faces]\na = hues_judge:lacking\nb = hues_judge:Hues\n"
    (about / "entry_points.txt").write_text(points)
    (about.parent / "hues_judge.py").write_text(JUDGE)
    monkeypatch.syspath_prepend(about.parent)
    importlib.invalidate_caches()
    judges.judge.cache_clear()
    monkeypatch.setenv("CALLSHEET_FACES", "on")
    yield
    judges.judge.cache_clear()


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No judge, whatever is installed here."""
    monkeypatch.setattr(judges, "PARTS", ("a_part_that_nobody_has",))
    judges.judge.cache_clear()
    yield
    judges.judge.cache_clear()


def clip(path: Path, *colours: tuple[int, int, int]) -> Path:
    """Eight frames of each colour."""
    with ClipWriter(path, 170, 96, Fraction(24), TAKE) as writer:
        for red, green, blue in colours:
            for _ in range(8):
                writer.write_bgra(np.full((96, 170, 4), (blue, green, red, 255), np.uint8))
    return path


def still(path: Path, colour: tuple[int, int, int]) -> Path:
    path.write_bytes(png(np.full((32, 32, 3), colour, np.uint8)))
    return path


def order_of(*cast_ids: str, stills: Sequence[str] = ()) -> Recipe:
    plain = recipe(frames=24)
    more = {
        "cast": tuple((who, Cast(name=who.title())) for who in cast_ids),
        "references": tuple(Reference(role=f"cast:{who}", sha256=who) for who in stills),
    }
    return plain.model_copy(update={"order": plain.order.model_copy(update=more)})


def finding(found: Inspection) -> tuple[str, str] | None:
    return next(((f.outcome, f.words) for f in found.findings if f.gate == "identity"), None)


@pytest.mark.usefixtures("alone")
def test_switched_on_without_a_judge_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not recognising()
    for value, error in (("on", MissingPartError), ("yes", InputError)):
        monkeypatch.setenv("CALLSHEET_FACES", value)
        with pytest.raises(error) as caught:
            recognising()
        assert caught.value.where == "CALLSHEET_FACES"
    monkeypatch.setenv("CALLSHEET_FACES", "on")
    (tmp_path / "production.yaml").write_text(
        "title: Tea\ndeliverables: [{preset: preview-16x9}]\n"
        "episodes: [{sequences: [{code: SQ010, shots: [{code: SH010, action: Tea., duration: 8}]}]}]\n"
    )
    with pytest.raises(MissingPartError, match="recognise faces") as told:
        Studio(tmp_path).make()
    assert "callsheet[faces]" in told.value.remedy
    (check,) = (check for check in examine(tmp_path) if check.part == "judge of faces")
    assert (check.ok, check.needed) == (False, False)


@pytest.mark.usefixtures("plugged")
def test_a_judge_of_ones_own_is_found_and_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert recognising()
    assert type(judges.judge()).__name__ == "Hues", "the first that has its parts"
    mira = {"mira": still(tmp_path / "mira.png", RED)}
    path = tmp_path / "clip.mp4"

    def said(wanted: Recipe, *colours: tuple[int, int, int]) -> tuple[str, str] | None:
        return finding(inspected(clip(path, *colours), wanted, "16:9", stills=mira))

    ordered = order_of("mira", stills=["mira"])
    assert said(ordered, RED) == ("ok", "the cast is recognised")
    assert said(ordered, BLUE) == ("reject", "mira is somebody else")
    assert said(ordered, BLUE, RED, BLUE) == ("ok", "the cast is recognised"), "at the best moment"
    assert said(ordered, ROSE) == ("rank", "mira is hard to recognise")
    assert said(ordered, BLUE, BLACK, BLACK) == ("rank", "mira is hard to recognise"), "one glimpse is no proof"
    assert said(ordered, BLACK) == ("not checked", "no face is to be seen, or none in the stills")
    assert said(order_of("mira"), RED) == ("not checked", "the cast has no references")
    assert said(order_of(), RED) is None, "nobody was ordered"
    assert said(ordered.model_copy(update={"offer": "animatic"}), RED) is None, "a drawing"
    monkeypatch.setenv("CALLSHEET_FACES", "off")
    assert said(ordered, BLUE) is None


@pytest.mark.usefixtures("plugged")
def test_of_two_who_are_ordered_one_may_turn_away(tmp_path: Path) -> None:
    people = {"jon": still(tmp_path / "jon.png", BLUE), "mira": still(tmp_path / "mira.png", RED)}
    both, one = order_of("mira", "jon", stills=["mira", "jon"]), order_of("mira", "jon", stills=["mira"])
    path = tmp_path / "clip.mp4"
    seen = clip(path, RED)
    assert finding(inspected(seen, both, "16:9", stills=people)) == ("rank", "jon is hard to recognise")
    assert finding(inspected(seen, one, "16:9", stills=people)) == ("not checked", "jon: no stills with a face")
    assert finding(inspected(clip(path, RED, BLUE, RED), both, "16:9", stills=people)) == (
        "ok",
        "the cast is recognised",
    )
    faceless = {**people, "jon": still(tmp_path / "back.png", BLACK)}
    assert finding(inspected(clip(path, RED), both, "16:9", stills=faceless)) == (
        "not checked",
        "jon: no stills with a face",
    )
    neither = finding(inspected(clip(path, (40, 200, 40)), both, "16:9", stills=people))
    assert neither is not None
    assert neither[0] == "reject"


def test_the_library_takes_a_judge_as_it_is(tmp_path: Path) -> None:
    class Strict:
        same, other = 0.0, 0.1

        def distance(self, picture: NDArray[np.uint8], references: Sequence[Path]) -> float | None:
            return 0.05

    wanted = Wanted(8, Fraction(24), cast={"mira": (tmp_path / "mira.png",)})
    path = clip(tmp_path / "clip.mp4", RED)
    found = inspect(path, wanted, ["identity"], faces=Strict())["identity"]
    assert (found.outcome, found.score) == ("rank", 0.5)
    assert identity(watch(path), wanted, Strict()) == Finding("identity", "not checked", None, "there is no face judge")


def test_the_contract_ships(tmp_path: Path) -> None:
    """In a process of its own, with the judge and stills of two people."""
    about = tmp_path / "site" / "hues-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hues\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[callsheet.faces]\nhues = hues_judge:Hues\n")
    (about.parent / "hues_judge.py").write_text(JUDGE)
    for name, colours in (("mira", (RED, ROSE)), ("jon", (BLUE, BLUE))):
        (tmp_path / "cast" / name).mkdir(parents=True)
        for number, colour in enumerate(colours):
            still(tmp_path / "cast" / name / f"{number}.png", colour)
    paths = [str(about.parent), str(Path(__file__).parents[2] / "src")]
    asked = ["--pyargs", "callsheet.testing", "--judge", "hues", "--stills", str(tmp_path / "cast"), "-q"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *asked, "-p", "no:cacheprovider", "-W", "error"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-1000:]
    assert "6 passed" in done.stdout


async def at_once(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


@pytest.mark.usefixtures("plugged")
def test_what_is_bought_and_what_a_plug_in_makes_is_measured_against_the_stills(tmp_path: Path) -> None:
    bytes_ = clip(tmp_path / "bought.mp4", BLUE).read_bytes()
    (tmp_path / "film").mkdir()
    with ProductionStore.open(tmp_path / "film") as store:
        sha256 = store.blobs.put_file(still(tmp_path / "mira.png", RED))
        ordered = order_of("mira", stills=[sha256])
        refs = (Reference(role="cast:mira", sha256=sha256), Reference(role="image", sha256=sha256[::-1]))
        ordered = ordered.model_copy(update={"order": ordered.order.model_copy(update={"references": refs})})
        collector = Collector(store, cast(Any, None), measure, at_once, inspected)
        (bought,) = asyncio.run(
            collector.collect(cast(Any, None), Job("1", "done", (Link(content=bytes_),)), "attempt", ordered)
        )
        assert bought.gates is not None
        assert finding(bought.gates) == ("reject", "mira is somebody else")
        assert cast_stills(ordered, {}.get) == {}, "a still that is not there is nobody's"

        def maker(recipe: Recipe, references: Any, folder: Path, on_frame: Any) -> tuple[Made, ...]:
            return (Made("16:9", clip(folder / "clip.mp4", RED)),)

        (tmp_path / "made").mkdir()
        files = {sha256: store.blobs.path(sha256)}
        ((_, _, made),) = make_take(maker, measure, inspected, ordered, files, tmp_path / "made", lambda *_: None)
        assert made.gates is not None
        assert finding(made.gates) == ("ok", "the cast is recognised")


def test_the_bid_names_the_cast_without_stills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "production.yaml").write_text(
        "title: Tea\ndeliverables: [{preset: preview-16x9}]\ncast: {mira: {name: Mira}}\n"
        "episodes: [{sequences: [{code: SQ010, shots: [{code: SH010, action: Tea., duration: 8, cast: [mira]}]}]}]\n"
    )
    assert Studio(tmp_path).bid().unchecked == ()
    monkeypatch.setenv("CALLSHEET_FACES", "on")
    assert Studio(tmp_path).bid().unchecked == ("Faces of mira are not checked: there are no stills of them.",)


SAMPLES = {
    "astronaut": ("skimage", "data/astronaut.png"),
    "cup": ("skimage", "data/coffee.png"),
    "admiral": ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
}


def sample(package: str, inside: str) -> NDArray[np.uint8] | None:
    """A picture that a package brings, or None."""
    found = importlib.util.find_spec(package)
    paths = [Path(place) / inside for place in (found.submodule_search_locations or ())] if found else []
    return load_still(paths[0])[..., :3] if paths and paths[0].is_file() else None


@pytest.mark.slow
def test_the_built_in_judge_knows_a_face_from_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Needs `callsheet[faces]`, and what scikit-image and matplotlib bring as samples: two public-domain portraits, and a cup."""
    portraits = {name: found for name, place in SAMPLES.items() if (found := sample(*place)) is not None}
    if any(importlib.util.find_spec(part) is None for part in judges.PARTS) or len(portraits) < len(SAMPLES):
        pytest.skip("callsheet[faces], scikit-image or matplotlib is not installed")
    stills = {}
    for name, pixels in portraits.items():
        stills[name] = tmp_path / f"{name}.png"
        stills[name].write_bytes(png(np.ascontiguousarray(pixels[:, ::-1])))
    face = portraits["astronaut"][:360, 60:400]
    path = tmp_path / "clip.mp4"
    with ClipWriter(path, 640, 360, Fraction(24), TAKE) as writer:
        for frame in range(24):
            picture = np.full((360, 640, 4), 90, np.uint8)
            picture[:, 100 + frame : 440 + frame, :3] = face[..., ::-1] // 2  # a dark room
            writer.write_bgra(picture)
    monkeypatch.setenv("CALLSHEET_FACES", "on")
    judges.judge.cache_clear()

    def said(who: str) -> tuple[str, str] | None:
        return finding(inspected(path, order_of(who, stills=[who]), "16:9", stills=stills))

    assert said("astronaut") == ("ok", "the cast is recognised")
    assert said("astronaut") == ("ok", "the cast is recognised"), "the same each time"
    assert said("cup") == ("not checked", "no face is to be seen, or none in the stills")
    assert said("admiral") == ("reject", "admiral is somebody else")
