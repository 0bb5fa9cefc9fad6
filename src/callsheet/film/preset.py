"""What a deliverable demands of a file: size, loudness, safe areas."""

from typing import Literal

from callsheet.film.model import Frozen

PresetName = Literal["master-9x16", "master-16x9", "preview-9x16", "preview-16x9"]
Framing = Literal["9:16", "16:9"]


class Preset(Frozen):
    """A file specification. Loudness is integrated LUFS (ITU-R BS.1770-4), peaks are dBTP."""

    name: PresetName
    width: int
    height: int
    framing: Framing
    profile: Literal["master", "proxy"]
    lufs: float = -14.0
    lufs_tolerance: float = 0.5
    true_peak: float = -1.0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(name="master-9x16", width=1080, height=1920, framing="9:16", profile="master"),
        Preset(name="master-16x9", width=1920, height=1080, framing="16:9", profile="master"),
        Preset(name="preview-9x16", width=360, height=640, framing="9:16", profile="proxy"),
        Preset(name="preview-16x9", width=640, height=360, framing="16:9", profile="proxy"),
    )
}
