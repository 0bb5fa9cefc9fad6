"""What Runway's endpoints take for each model: the fields of its request types, with the values that are allowed.

Read in runwayml 5.24.0. A field that is marked with `*` must be there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

_AREAS: Mapping[str, int] = {
    "360p": 640 * 360, "480p": 854 * 480, "720p": 1280 * 720, "1080p": 1920 * 1080, "4k": 3840 * 2160,
}  # fmt: skip
_NEAR = 0.04
"""How far, as a logarithm, the sides of a frame may be from the aspect that is asked for: 864x496 is called 16:9."""


@dataclass(frozen=True)
class Variant:
    """What one endpoint takes for one model, besides its name."""

    fields: Mapping[str, bool]
    """Field to whether it must be there."""
    ratios: tuple[str, ...] = ()
    """Values of `ratio`: pixels, aspects, or `auto_` and a resolution where the picture follows what is given."""
    resolutions: tuple[str, ...] = ()
    seconds: tuple[int, ...] = ()
    """The only lengths, where the type lists them."""
    positions: tuple[str, ...] = ("first", "last")
    """Where pictures of `promptImage` may stand."""
    works: tuple[str, ...] = ()
    """What may be done to a video that is given."""
    images: int | None = None
    """How many `references` it takes, where the type says so."""
    typed: bool = True
    """Whether videos among the references carry a type."""


def _variant(fields: str, ratio: str = "", resolution: str = "", **more: object) -> Variant:
    named = {name.removesuffix("*"): name.endswith("*") for name in fields.split()}
    return Variant(named, tuple(ratio.split()), tuple(resolution.split()), **more)  # type: ignore[arg-type]


_HD = "1280:720 720:1280"
_VEO = "1280:720 720:1280 1080:1920 1920:1080"
_GEN = "1280:720 720:1280 1104:832 960:960 832:1104 1584:672"
_KLING = {
    "standard": "1280:720 720:1280 960:960",
    "pro": "1920:1080 1080:1920 1440:1440",
    "4k": "3840:2160 2160:3840 2880:2880",
}
_SEEDANCE_720 = "1470:630 1280:720 1112:834 960:960 834:1112 720:1280"
_SEEDANCE_1080 = "2206:946 1920:1080 1664:1248 1440:1440 1248:1664 1080:1920"
_SEEDANCE_SMALL = f"992:432 864:496 752:560 640:640 560:752 496:864 {_SEEDANCE_720}"
_SEEDANCE_2 = f"{_SEEDANCE_SMALL} {_SEEDANCE_1080} 3840:1646 3840:2160 3840:2880 3840:3840 2880:3840 2160:3840"
_SEEDANCE_25 = f"992:432 854:480 752:560 640:640 560:752 480:854 {_SEEDANCE_720} {_SEEDANCE_1080}"
_WAN = (
    "832:480 720:544 624:624 544:720 480:832 1280:720 1104:832 960:960 832:1104 720:1280 1920:1080 1648:1248 1440:1440 1248:1648 "
    "1080:1920 auto_480p auto_720p auto_1080p"
)
_OMNI = "640:360 360:640 1280:720 720:1280 1920:1080 1080:1920 3840:2160 2160:3840"
_HAILUO = "adaptive 21:9 16:9 4:3 1:1 3:4 9:16"
_GROK = "1:1 16:9 9:16 4:3 3:4 3:2 2:3"
_KLING_4 = "1280:720 720:1280 940:940 1460:624 1920:1080 1080:1920 1440:1440 2200:940 auto_720p auto_1080p"
_MASTERS = "contentModeration outputFormat proresProfile seed"
_GUIDED = "referenceAudio references referenceVideos"

_SEEDANCES = (("seedance2", _SEEDANCE_2), ("seedance2_fast", _SEEDANCE_SMALL), ("seedance2_mini", _SEEDANCE_SMALL))
_GRADES = tuple(_KLING.items())
_WANS = ("wan3", "wan3_prime")
_VEOS = ("veo3.1", "veo3.1_fast")

_TEXT: Mapping[str, Variant] = {
    "gen4.5": _variant(f"duration* promptText* ratio* {_MASTERS}", _HD),
    **{
        name: _variant("promptText* ratio* audio duration negativePrompt seed", _VEO, seconds=(4, 6, 8))
        for name in _VEOS
    },
    **{
        f"kling3.0_{grade}": _variant("ratio* audio cfgScale duration promptText providerSettings", sizes)
        for grade, sizes in _GRADES
    },
    **{
        f"klingO3_{grade}": _variant("ratio* audio duration promptText providerSettings", sizes)
        for grade, sizes in _GRADES
    },
    "kling_4": _variant("promptText* duration ratio references referenceVideos", _KLING_4, images=10),
    "hailuo3": _variant(f"promptText* duration ratio resolution {_GUIDED}", _HAILUO, "768p 2k", images=9),
    "h3_max": _variant("promptText* duration promptExpansionMode resolution seed", "", "480p 768p"),
    "happyhorse_1_0": _variant(
        "promptText* duration ratio",
        f"{_HD} 960:960 1108:832 832:1108 1920:1080 1080:1920 1440:1440 1662:1248 1248:1662",
    ),
    **{
        name: _variant(f"promptText* audio duration ratio seed {_GUIDED}", sizes, images=9)
        for name, sizes in _SEEDANCES
    },
    "seedance2_5": _variant(
        f"audio draft draftTaskId duration outputFormat promptText ratio seed {_GUIDED}", _SEEDANCE_25, images=30
    ),
    **{name: _variant(f"promptText* audio duration ratio {_GUIDED}", _WAN, images=10) for name in _WANS},
    "gemini_omni_flash_1.1": _variant("promptText* duration ratio references referenceVideos", _OMNI, typed=False),
    "grok_imagine_1_5": _variant(
        "promptText* duration ratio referenceAudio references resolution", _GROK, "480p 720p 1080p"
    ),
}
_IMAGE: Mapping[str, Variant] = {
    "gen4.5": _variant(f"duration* promptImage* promptText* ratio* {_MASTERS}", _GEN, positions=("first",)),
    "gen4_turbo": _variant(
        "promptImage* ratio* contentModeration duration promptText seed", _GEN, positions=("first",)
    ),
    **{
        name: _variant("promptImage* ratio* audio duration negativePrompt promptText seed", _VEO, seconds=(4, 6, 8))
        for name in _VEOS
    },
    **{
        f"kling3.0_{grade}": _variant("promptImage* audio cfgScale duration promptText providerSettings ratio", sizes)
        for grade, sizes in _GRADES
    },
    **{
        f"klingO3_{grade}": _variant(
            "promptImage* audio duration promptText providerSettings ratio references", sizes, images=7
        )
        for grade, sizes in _GRADES
    },
    "kling_4": _variant(
        "promptImage* duration promptText ratio references referenceVideos", "auto_720p auto_1080p", images=10
    ),
    "hailuo3": _variant("promptImage* promptText* duration ratio referenceAudio resolution", _HAILUO, "768p 2k"),
    "h3_max": _variant("promptImage* promptText* duration promptExpansionMode resolution seed", "", "480p 768p"),
    "happyhorse_1_0": _variant("promptImage* duration promptText resolution", "", "720p 1080p", positions=("first",)),
    **{
        name: _variant("promptImage* audio duration promptText ratio referenceAudio seed", sizes)
        for name, sizes in _SEEDANCES
    },
    "seedance2_5": _variant(
        "promptImage* audio draft duration outputFormat promptText ratio referenceAudio seed", _SEEDANCE_25
    ),
    **{
        name: _variant("promptImage* promptText* audio duration ratio referenceAudio referenceVideos", _WAN)
        for name in _WANS
    },
    "gemini_omni_flash_1.1": _variant("promptImage* promptText* duration ratio", _OMNI),
    "grok_imagine_1_5": _variant(
        "promptImage* duration promptText resolution", "", "480p 720p 1080p", positions=("first",)
    ),
}
_EDITED: Mapping[str, Variant] = {
    "aleph2": _variant(
        f"videoUri* keyframes promptText ratio targetAspectRatio {_MASTERS}", works=("edit", "reframe"), images=0
    ),
    **{
        f"klingO3_{grade}": _variant(
            "promptText* promptVideo* providerSettings references", works=("edit",), images=4
        )
        for grade, _ in _GRADES
    },
    "kling_4": _variant(
        "promptText* videoUri* ratio references", "auto_720p auto_1080p", works=("edit",), images=10
    ),
    "hailuo3": _variant(f"promptText* promptVideo* duration ratio resolution {_GUIDED}", _HAILUO, "768p 2k", images=9),
    **{
        name: _variant(f"promptVideo* audio duration promptText ratio seed {_GUIDED}", sizes, images=9)
        for name, sizes in _SEEDANCES
    },
    "seedance2_5": _variant(
        f"promptVideo* audio draft duration mode outputFormat promptText ratio seed {_GUIDED}",
        _SEEDANCE_25, works=("edit", "extend"), images=30,
    ),
    "gemini_omni_flash_1.1": _variant(
        "promptText* videoUri* duration mode ratio references", _OMNI, works=("edit", "extend")
    ),
}  # fmt: skip
VARIANTS: Mapping[str, Mapping[str, Variant]] = {
    "text_to_video": _TEXT, "image_to_video": _IMAGE, "video_to_video": _EDITED,
}  # fmt: skip
"""Endpoint to model to what it takes."""
ASPECTS = ("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "21:9")
"""Values of `targetAspectRatio`."""


def sides(ratio: str) -> tuple[int, int] | None:
    """Width and height of a ratio that is written in pixels; None for any other."""
    wide, _, high = ratio.partition(":")
    return (int(wide), int(high)) if wide.isdecimal() and high.isdecimal() and int(wide) > 99 else None


def tier(ratio: str) -> str:
    """The resolution that a ratio in pixels belongs to: the one with the nearest number of pixels."""
    if ratio.startswith("auto_"):
        return ratio.removeprefix("auto_")
    wide, high = sides(ratio) or (1280, 720)
    return min(_AREAS, key=lambda name: abs(log(_AREAS[name] / (wide * high))))


def aspect_of(ratio: str) -> str:
    """The common name of the shape of a ratio."""
    found = sides(ratio)
    if found is None:
        return ratio if ":" in ratio else "16:9"
    return min(ASPECTS, key=lambda name: _apart(found, name))


def ratio_for(variant: Variant, resolution: str | None, aspect: str, follows: bool) -> str | None:
    """The ratio that says a resolution and an aspect; None where none does. `follows` where the picture follows what is given.

    Without a resolution, the only one there is.
    """
    if aspect in variant.ratios:
        return aspect
    tiers = {tier(ratio) for ratio in variant.ratios if ratio != "adaptive"}
    wanted = resolution or (next(iter(tiers)) if len(tiers) == 1 else None)
    if follows and f"auto_{wanted}" in variant.ratios:
        return f"auto_{wanted}"
    sized = [(ratio, found) for ratio in variant.ratios if tier(ratio) == wanted and (found := sides(ratio))]
    ratio, found = min(sized, key=lambda one: _apart(one[1], aspect), default=("", (1, 1)))
    return ratio if ratio and _apart(found, aspect) <= _NEAR else None


def _apart(found: tuple[int, int], aspect: str) -> float:
    wide, high = (int(side) for side in aspect.split(":"))
    return abs(log(found[0] * high / (found[1] * wide)))
