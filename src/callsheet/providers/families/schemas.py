"""What resellers' models call things. A seller of many models has one protocol and, for each model, another set of names for the same things."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from callsheet.catalog import Mode, Refusal
from callsheet.catalog.limits import prompt_length
from callsheet.providers.fitting import Fitted, Input, InputKind, Unfit

_ORDER: tuple[InputKind, ...] = (
    "first_frame", "keyframe", "last_frame", "source_video", "reference_image", "reference_video", "reference_audio",
)  # fmt: skip
"""Where two kinds share a list, the video that is worked on stands before those that are only looked at."""
_NEAR = Fraction(1, 20)
"""How far, as a part of the clip, a keyframe may lie from where a model that spaces them evenly puts it."""

Spelling = Literal["number", "text", "text-s", "frames"]
"""How a length is written: `5`, `"5"`, `"5s"`, or as a number of frames."""


@dataclass(frozen=True)
class Schema:
    """The names that one model has for what can be asked of it. What has no name there cannot be asked."""

    inputs: Mapping[InputKind, str] = field(default_factory=dict)
    """The field for each kind of file; one that ends in `[]` is a list."""
    length: str = "duration"
    """Empty where the length follows from what is given."""
    spelling: Spelling | None = None
    """None is what the catalogue says, else a number."""
    only_s: tuple[int, ...] = ()
    """The lengths it makes, in seconds, where the catalogue does not know them."""
    rate: int = 24
    """Frames a second, where the length is spelt in frames; one more is asked for, as these models count."""
    resolution: str = "resolution"
    resolutions: Mapping[str, str] = field(default_factory=dict)
    """The resolutions it knows, as it writes them; empty for any, as the catalogue writes them."""
    aspect: str = "aspect_ratio"
    """Empty where the shape follows the picture that is given."""
    aspects: Mapping[str, str] = field(default_factory=dict)
    """The shapes that it writes in another way; with `only_these` it has no others."""
    only_these: bool = False
    audio: str = ""
    seed: str = ""
    negative: str = ""
    beats: str = ""
    """The list of the timed pictures of one clip; each has its words and its length, and they take the place of the prompt."""
    lead: Mapping[Mode, str] = field(default_factory=dict)
    """What is said before the prompt, where that is the only way to tell what is to be done."""


def arguments(schema: Schema, told: Fitted, files: Mapping[str, str]) -> dict[str, Any]:
    """The order in the model's own names. Raises Unfit for what it has no name for."""
    body: dict[str, Any] = {"prompt": _prompt(schema, told)} if not told.beats else _beats(schema, told)
    for kind in _ORDER:
        if found := told.of(kind):
            body |= _files(schema, told, kind, found, files, body)
    if schema.length:
        body[schema.length] = _length(schema, told)
    if told.resolution is not None and schema.resolution:
        body[schema.resolution] = _known(
            schema.resolutions, told.resolution, told, "resolutions", bool(schema.resolutions)
        )
    if schema.aspect:
        body[schema.aspect] = _known(
            schema.aspects, told.asked.aspect or told.aspect, told, "aspects", schema.only_these
        )
    elif not told.of("first_frame", "source_video"):
        raise _unfit(told, "aspects", "no field for the shape of the picture")
    if schema.audio:
        body[schema.audio] = told.audio
    elif told.audio and told.offer.audio != "always":
        raise _unfit(told, "audio", "no field for sound")
    for name, value, what in ((schema.seed, told.seed, "seed"), (schema.negative, told.negative, "prompt.negative")):
        if value is not None:
            if not name:
                raise _unfit(told, what, f"no field for {what}")
            body[name] = value
    if told.dial is not None:
        body[told.dial[0]] = float(told.dial[1])
    return body


def _prompt(schema: Schema, told: Fitted) -> str:
    said = " ".join([*(schema.lead[mode] for mode in told.modes if mode in schema.lead), told.prompt])
    most = told.offer.prompt.most
    if isinstance(most, int) and said != told.prompt and prompt_length(said, told.offer.prompt.unit) > most:
        raise _unfit(told, "prompt.most", f"no room for what is to be done; it takes {most}")
    return said


def _beats(schema: Schema, told: Fitted) -> dict[str, Any]:
    if not schema.beats:
        raise _unfit(told, "modes", "no field for several beats")
    return {schema.beats: [{"prompt": one.prompt, "duration": one.seconds} for one in told.beats]}


def _files(
    schema: Schema,
    told: Fitted,
    kind: InputKind,
    found: tuple[Input, ...],
    files: Mapping[str, str],
    body: Mapping[str, Any],
) -> dict[str, Any]:
    name = schema.inputs.get(kind, "")
    if not name:
        raise _unfit(told, "wire", f"no field for a {kind.replace('_', ' ')}")
    addresses = [files[one.sha256] for one in found]
    if kind == "keyframe":
        _evenly(told, found)
    if name.endswith("[]"):
        return {name[:-2]: [*body.get(name[:-2], ()), *addresses]}
    if len(addresses) > 1:
        raise _unfit(told, "wire", f"room for one {kind.replace('_', ' ')}, not {len(addresses)}")
    return {name: addresses[0]}


def _evenly(told: Fitted, found: tuple[Input, ...]) -> None:
    """Such a model spreads them between its first and its last frame; others it cannot be told."""
    if not told.of("first_frame"):
        raise _unfit(told, "requires", "keyframes need a first frame")
    for number, one in enumerate(found, 1):
        if one.at is None or abs(one.at - Fraction(number, len(found) + 1)) > _NEAR:
            raise _unfit(told, "references.keyframes", "it spreads keyframes evenly, and these are not")


def _length(schema: Schema, told: Fitted) -> int | str:
    known = told.offer.durations
    spelling = schema.spelling or getattr(known, "spelling", "number")
    seconds = told.whole_seconds()
    if schema.only_s and seconds not in schema.only_s:
        raise _unfit(told, "durations", f"{seconds} s; it makes {', '.join(map(str, schema.only_s))} s")
    match spelling:
        case "text":
            return str(seconds)
        case "text-s":
            return f"{seconds}s"
        case "frames":
            return seconds * schema.rate + 1
    return seconds


def _known(names: Mapping[str, str], wanted: str, told: Fitted, what: str, only: bool) -> str:
    if wanted not in names and (only or wanted == "adaptive"):
        raise _unfit(told, what, f"no {wanted}; it makes {', '.join(names) or 'what it is told'}")
    return names.get(wanted, wanted)


def _unfit(told: Fitted, what: str, words: str) -> Unfit:
    return Unfit([Refusal(what, f"{told.model}: {words}")])
