"""The files that houses deliver: plain ones that cost nothing to make, or drawn ones that show the film."""

import functools
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from callsheet.film import Framing, Rate, Recipe


@dataclass(frozen=True)
class Plain:
    """A shaded ground with a bar that wanders across it: real H.264 of exactly the order's length and rate, made once for each length."""

    height: int = 720
    """The short side in pixels."""

    def __call__(self, recipe: Mapping[str, Any], framing: Framing) -> bytes:
        """The clip's bytes. Raises StorageError when there is no room to make it."""
        order = recipe["order"]
        long = round(self.height * 16 / 9 / 2) * 2
        width, lines = (long, self.height) if framing == "16:9" else (self.height, long)
        if "size" in recipe:  # as large as the seller would make it, in proportion
            wide, high = recipe["size"]
            scale = min(1.0, self.height / min(wide, high))
            width, lines = (max(2, round(side * scale / 2) * 2) for side in (wide, high))
        cuts = tuple(beat["at"] for beat in order.get("beats", ()))
        return _plain(width, lines, order["frames"], Rate.parse(order["rate"]).fraction, cuts, _sounds(recipe))


@dataclass(frozen=True)
class Drawn:
    """Clips drawn by the animatic engine, which takes seconds of processor time: fetch them off the event loop.

    `shelf` holds references by digest, as a house keeps them; one that is missing is drawn without.
    """

    shelf: Mapping[str, bytes] = field(default_factory=dict)
    height: int = 720

    def __call__(self, recipe: Mapping[str, Any], framing: Framing) -> bytes:
        """The clip's bytes. Raises MediaError when a reference cannot be read, StorageError when there is no room."""
        from callsheet.media.animatic.draw import draw

        read = Recipe.model_validate({name: value for name, value in recipe.items() if name not in ("size", "sound")})
        with tempfile.TemporaryDirectory() as name:
            folder, references = Path(name), {}
            for digest in {reference.sha256 for reference in read.order.references} & set(self.shelf):
                references[digest] = folder / digest
                references[digest].write_bytes(self.shelf[digest])
            out = folder / "clip.mp4"
            draw(read, framing, references, out, height=self.height)
            return _sounded(out, read.order.frames, read.order.rate.fraction) if _sounds(recipe) else out.read_bytes()


@functools.lru_cache(maxsize=512)
def _plain(
    width: int, lines: int, frames: int, rate: Fraction, cuts: tuple[int, ...] = (), sound: bool = False
) -> bytes:
    import numpy as np

    from callsheet.media.encode import TAKE, ClipWriter

    ground = np.empty((lines, width, 4), np.uint8)
    shade = np.linspace(60, 170, lines).astype(np.uint8)[:, None]
    ground[:, :, 0], ground[:, :, 1], ground[:, :, 2], ground[:, :, 3] = shade + 40, shade + 10, shade, 255
    bar = max(2, width // 12)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip.mp4")
        with ClipWriter(path, width, lines, rate, TAKE) as clip:
            for index in range(frames):
                left = (width - bar) * index // max(1, frames - 1)
                # Every other picture of a clip of several is a negative.
                turned = sum(at <= index for at in cuts) % 2 == 0 and bool(cuts)
                pixels = 255 - ground if turned else ground.copy()
                pixels[:, :, 3] = 255
                pixels[:, left : left + bar, :3] = cast(Any, (80, 190, 235))
                clip.write_bgra(pixels)
        return _sounded(path, frames, rate) if sound else path.read_bytes()


def _sounds(recipe: Mapping[str, Any]) -> bool:
    """Whether the clip comes with sound: because the seller's always does, or because the order wants it."""
    return bool(recipe.get("sound") or recipe["order"].get("sound"))


def _sounded(clip: Path, frames: int, rate: Fraction) -> bytes:
    """The clip with two soft tones under it, as from a model that makes the sound too."""
    import numpy as np

    from callsheet.media.join import encode_audio, join, samples_in

    at = np.arange(samples_in(frames, rate)) / 48_000
    bus = np.stack([0.05 * np.sin(2 * np.pi * hertz * at) for hertz in (220.0, 330.0)], axis=1).astype(np.float32)
    encode_audio(bus, clip.with_suffix(".m4a"))
    join([clip], clip.with_suffix(".m4a"), clip.with_name("heard.mp4"), rate)
    return clip.with_name("heard.mp4").read_bytes()
