"""How a film speaks on screen: four type voices, and the size and manner of every role."""

from dataclasses import dataclass, replace

from callsheet.media.type.setting import Setting, is_cjk

__all__ = ["BRIGHT", "GROUNDS", "ROLES", "TONES", "Role", "Voice", "darkened", "is_set_wide", "legible", "on_colour"]

GROUNDS = ("", "light", "dark")
"""What the picture behind a super may be said to be; "" where it is not known."""

BRIGHT = (230, 223, 210)
"""The picture that ink for a light ground is chosen against: a sunlit wall."""


@dataclass(frozen=True)
class Voice:
    """One type voice. `display` sets the big words, `text` the small ones; `pitch` is line pitch over size.

    `entrance`: rise (words climb out of their line), punch (fast, with overshoot), drift (a slow fade upwards) or unveil
    (lines wiped open). `seconds`: how long one word takes; `stagger`: seconds between words. `emphasis`: how a marked word
    stands out: colour, slab (on a block of the accent) or italic (with colour).
    """

    display: Setting
    text: Setting
    scale: float
    pitch: float
    wide_pitch: float
    wide_tracking: float
    entrance: str
    seconds: float
    stagger: float
    emphasis: str

    def setting(self, kind: str, language: str, wide: bool) -> Setting:
        """The display or text setting for a language; full-width text has its own tracking."""
        base = self.display if kind == "display" else self.text
        return replace(base, language=language, tracking=self.wide_tracking if wide else base.tracking)


TONES: dict[str, Voice] = {
    "modern": Voice(
        display=Setting("display", weight=720, cjk_weight=760, tracking=-0.017),
        text=Setting("text", weight=500, cjk_weight=500, tracking=0.0),
        scale=1.0, pitch=1.03, wide_pitch=1.26, wide_tracking=0.02,
        entrance="rise", seconds=0.62, stagger=0.06, emphasis="colour",
    ),
    "bold": Voice(
        display=Setting("display", weight=880, width=86, cjk_weight=900, tracking=-0.008),
        text=Setting("text", weight=620, width=94, cjk_weight=700),
        scale=1.12, pitch=0.99, wide_pitch=1.22, wide_tracking=0.0,
        entrance="punch", seconds=0.42, stagger=0.05, emphasis="slab",
    ),
    "elegant": Voice(
        display=Setting("serif", weight=460, cjk_weight=400, optical=52, tracking=0.0),
        text=Setting("text", weight=430, cjk_weight=400, tracking=0.03),
        scale=1.0, pitch=1.12, wide_pitch=1.42, wide_tracking=0.1,
        entrance="drift", seconds=1.0, stagger=0.12, emphasis="italic",
    ),
    "editorial": Voice(
        display=Setting("serif", weight=640, cjk_weight=700, optical=44, tracking=-0.01),
        text=Setting("text", weight=470, cjk_weight=500, tracking=0.005),
        scale=1.02, pitch=1.05, wide_pitch=1.32, wide_tracking=0.04,
        entrance="unveil", seconds=0.75, stagger=0.11, emphasis="italic",
    ),
}  # fmt: skip
"""The voices by name."""


@dataclass(frozen=True)
class Role:
    """How one role is set: size in reference units on a vertical, landscape and square frame, most lines, rank.

    `smallest` is the least size as a share of the size. The super of the lowest `rank` in a group decides its place.
    `place` is where the role stands by itself on a (vertical, other) frame; `air` the space above it in a stack; `shade` how
    far the picture behind it is darkened, 0..1.
    """

    sizes: tuple[float, float, float]
    lines: int
    smallest: float
    rank: int
    place: tuple[str, str]
    air: float
    shade: float

    def size(self, kind: str) -> float:
        """Its size on a frame of that kind."""
        return self.sizes[("vertical", "landscape", "square").index(kind)]


ROLES: dict[str, Role] = {
    "headline": Role((128, 124, 106), 4, 0.55, 2, ("upper-left", "left"), 30, 0.47),
    "sub": Role((50, 45, 42), 4, 0.7, 6, ("lower-left", "left"), 40, 0.58),
    "cta": Role((50, 46, 44), 1, 0.62, 7, ("lower-center", "lower-center"), 58, 0.50),
    "offer": Role((236, 212, 190), 2, 0.4, 1, ("left", "left"), 44, 0.47),
    "stat": Role((236, 212, 190), 2, 0.4, 1, ("left", "left"), 44, 0.47),
    "title": Role((138, 132, 118), 3, 0.5, 0, ("center", "center"), 40, 0.50),
    "lower-third": Role((54, 50, 46), 2, 0.6, 9, ("lower-left", "lower-left"), 40, 0.62),
    "legal": Role((27, 23, 23), 3, 0.8, 10, ("lower-left", "lower-left"), 26, 0.68),
    "chapter": Role((84, 78, 70), 3, 0.6, 3, ("upper-left", "left"), 40, 0.47),
    "item": Role((62, 56, 52), 3, 0.68, 4, ("left", "left"), 34, 0.56),
    "quote": Role((74, 68, 60), 6, 0.6, 5, ("left", "center"), 40, 0.52),
}
"""What a super can be. `price` is read as `offer`, `lower_third` as `lower-third`."""


def is_set_wide(text: str) -> bool:
    """Whether a text is set by full-width rules: a third of it or more is full-width."""
    letters = [c for c in text if not c.isspace()]
    return bool(letters) and sum(is_cjk(c) for c in letters) * 3 >= len(letters)


def legible(accent: str, floor: float = 0.30) -> tuple[int, int, int]:
    """An accent colour, lightened until its luminance reaches `floor` (0..1); its hue stays.

    At the default it can be read as text over a darkened picture.
    """
    rgb = _rgb(accent)
    for step in range(21):
        mixed = tuple(round(c + (255 - c) * step / 20) for c in rgb)
        if _luminance(mixed) >= floor:
            return mixed[0], mixed[1], mixed[2]
    return 255, 255, 255


def darkened(accent: str, contrast: float = 3.4) -> tuple[int, int, int]:
    """An accent colour, darkened until it stands out from `BRIGHT` by the ratio `contrast`; its hue and saturation stay.

    The default keeps even smoothed edges of small print above 3:1.
    """
    rgb = _rgb(accent)
    ceiling = (_luminance(BRIGHT) + 0.05) / contrast - 0.05
    for step in range(50):
        mixed = tuple(round(c * (50 - step) / 50) for c in rgb)
        if _luminance(mixed) <= ceiling:
            return mixed[0], mixed[1], mixed[2]
    return 0, 0, 0


def on_colour(rgb: tuple[int, int, int]) -> tuple[int, int, int]:
    """Near-black or white, whichever reads better on a fill of `rgb`."""
    light = _luminance(rgb)
    return (18, 18, 20) if (light + 0.05) / 0.057 >= 1.05 / (light + 0.05) else (255, 255, 255)


def _rgb(colour: str) -> tuple[int, int, int]:
    text = colour.lstrip("#")
    if len(text) == 3:
        text = "".join(c * 2 for c in text)
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def _luminance(rgb: tuple[int, ...]) -> float:
    linear = [(c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
