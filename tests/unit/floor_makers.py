"""Makers and jobs for the floor's tests, apart from them so that worker processes load little."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from callsheet.errors import MediaError, ProviderError
from callsheet.film import Recipe
from callsheet.floor import OnFrame
from callsheet.floor.make import Measured
from callsheet.providers import Made


@dataclass(frozen=True)
class Maker:
    """Writes one small file a take, and a line to `log`; fails for the shots in `bad`, before they are mended."""

    log: Path
    bad: frozenset[str] = frozenset()
    clips: int = 1

    def __call__(
        self, recipe: Recipe, references: Mapping[str, Path], folder: Path, on_frame: OnFrame
    ) -> tuple[Made, ...]:
        with self.log.open("a") as file:
            file.write(recipe.order.code[-5:] + "\n")
        if recipe.order.code[-5:] in self.bad:
            raise ProviderError("no luck", where=recipe.order.code)
        on_frame(recipe.order.frames, recipe.order.frames)
        out = folder / "clip"
        out.write_bytes(recipe.digest.encode() + b"".join(path.read_bytes() for _, path in sorted(references.items())))
        return tuple(Made("9:16", out) for _ in range(self.clips))


def measured(path: Path) -> Measured:
    return Measured(72, 128, path.stat().st_size, Fraction(24000, 1001))


def lines(file: Path) -> list[str]:
    return sorted(file.read_text().split()) if file.exists() else []


def fill_the_disk(*, folder: Path, on_frame: OnFrame) -> tuple[Path, Mapping[str, Any]]:
    Path("/dev/full").write_bytes(b"x")
    return folder, {}


def weigh(log: Path, name: str, *, folder: Path, on_frame: OnFrame) -> tuple[Path, Mapping[str, Any]]:
    with log.open("a") as file:
        file.write(name + "\n")
    if name == "bad":
        raise MediaError("broken")
    on_frame(1, 1)
    (folder / "out").write_text(name)
    return folder / "out", {"name": name}
