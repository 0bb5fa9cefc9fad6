"""What worker processes run for the floor: make a take and measure it, make an artefact."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from callsheet.errors import ProviderError
from callsheet.film import Framing, Inspection, Recipe
from callsheet.floor.gating import Inspect, cast_stills
from callsheet.floor.workers import OnFrame


class MadeClip(Protocol):
    """A clip file that a maker made, for one picture shape."""

    @property
    def framing(self) -> Framing:
        """The picture shape."""

    @property
    def path(self) -> Path:
        """The file, in the folder the maker was given."""


class Maker(Protocol):
    """Makes the clips of one take in `folder`, such as a provider's `make`. Must be picklable."""

    def __call__(
        self, recipe: Recipe, references: Mapping[str, Path], folder: Path, on_frame: OnFrame
    ) -> tuple[MadeClip, ...]:
        """`references` maps sha256 to files; `on_frame(done, total)` tells how far it is."""


@dataclass(frozen=True)
class Measured:
    """What a clip really is, decoded and not believed."""

    width: int
    height: int
    frames: int
    rate: Fraction
    gates: Inspection | None = None
    """What the gates said of it, once they have looked."""


Measure = Callable[[Path], Measured]


def measure(path: Path) -> Measured:
    """Measure a clip. Raises MediaError when it cannot be decoded."""
    from callsheet.media.probe import probe

    found = probe(path)
    return Measured(found.width, found.height, found.frames, found.rate)


def make_take(
    maker: Maker,
    measured: Measure,
    inspected: Inspect | None,
    recipe: Recipe,
    references: Mapping[str, Path],
    folder: Path,
    on_frame: OnFrame,
) -> list[tuple[Framing, Path, Measured]]:
    """Make one take in `folder`; measure what came, and have gates look. Raises what the maker raises, ProviderError for nothing, MediaError."""
    with _disk(folder):
        clips = maker(recipe, references, folder, on_frame)
    if not clips:
        raise ProviderError(
            "the provider returned no clip", where=recipe.order.code, remedy="Shoot it again, or by another offer."
        )
    seen = cast_stills(recipe, references.get)
    return [
        (clip.framing, clip.path, examined(clip.path, measured, inspected, recipe, clip.framing, seen))
        for clip in clips
    ]


def examined(
    path: Path,
    measured: Measure,
    inspected: Inspect | None,
    recipe: Recipe,
    framing: Framing,
    seen: Mapping[str, Path] = MappingProxyType({}),
) -> Measured:
    """Measure a clip and have gates look at it, where there are any; `seen` are the cast's stills where faces are measured, by sha256.

    Raises MediaError when it cannot be decoded.
    """
    found = measured(path)
    if inspected is None:
        return found
    return replace(found, gates=inspected(path, recipe, framing, **({"stills": seen} if seen else {})))


def make_artefact(
    function: Callable[..., tuple[Path, Mapping[str, Any]]], arguments: tuple[Any, ...], folder: Path, on_frame: OnFrame
) -> tuple[Path, Mapping[str, Any]]:
    """Make one artefact's file in `folder`."""
    with _disk(folder):
        return function(*arguments, folder=folder, on_frame=on_frame)


@contextlib.contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Say it in our words when the disk refuses; other errors pass as they are."""
    try:
        yield
    except OSError as error:
        from callsheet.store.disk import (
            is_of_disk,
            storage_error,
        )  # loads the database, which a worker process otherwise never needs

        if not is_of_disk(error):
            raise
        raise storage_error(error, error.filename or folder) from error
