"""The finish over every frame: vignette, fine grain, a breath of light from the key's side."""

import skia

from callsheet.media.animatic.colour import mix
from callsheet.media.animatic.stage import Stage
from callsheet.media.animatic.texture import grain_and_vignette

_TILES = 5


class Finish:
    """Premade grain frames for one stage, shown in turn."""

    def __init__(self, stage: Stage, *, vignette: float = 0.42, grain: float = 0.013) -> None:
        rng = stage.rng("grain")
        dark = mix(stage.grade.shadow, 0xFF000000, 0.45)
        self._tiles = [
            grain_and_vignette(rng, stage.height, stage.width, grain, vignette * stage.grade.contrast, dark)
            for _ in range(_TILES)
        ]

    def paint(self, canvas: skia.Canvas, index: int) -> None:
        """Lay the finish of frame `index` over the canvas."""
        canvas.drawImage(self._tiles[index * 2 % _TILES], 0, 0)
