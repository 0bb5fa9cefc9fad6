"""The finish over every frame: light from the key's side, coloured shade in the far corners, fine grain."""

import skia

from callsheet.media.animatic.colour import mix, tone
from callsheet.media.animatic.scenes.choice import choose
from callsheet.media.animatic.stage import Stage
from callsheet.media.animatic.texture import light_and_grain

_TILES = 5


class Finish:
    """Premade frames of light and grain for one stage, shown in turn."""

    def __init__(self, stage: Stage, *, reach: float = 0.85, grain: float = 0.0045) -> None:
        rng = stage.rng("grain")
        grade = stage.grade
        dark = tone(mix(grade.shadow, grade.fill, 0.10), 0.02, 1.4)
        if choose(stage.order, [still.role for still in stage.stills]) in ("product", "still", "graphic"):
            # What is shown for its own colours keeps them: only the corners are shaded.
            bright, reach = 0xFF808080, 0.45
        else:
            bright = tone(mix(grade.key, grade.lamp, 0.25), 0.0, 1.15)
        self._tiles = [
            light_and_grain(
                rng, stage.height, stage.width, grain, dark, bright, grade.light_x, min(reach * grade.contrast, 1.0)
            )
            for _ in range(_TILES)
        ]
        self._brush = skia.Paint(BlendMode=skia.BlendMode.kOverlay)

    def paint(self, canvas: skia.Canvas, index: int) -> None:
        """Lay the finish of frame `index` over the canvas."""
        canvas.drawImage(self._tiles[index * 2 % _TILES], 0, 0, skia.SamplingOptions(), self._brush)
