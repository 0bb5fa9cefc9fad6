"""An order fitted to an offer: its length, frame, words and files as that offer takes them. What cannot be fitted is refused here, with reasons,
before anything is sent."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Literal, cast

from callsheet.catalog import Asked, Mode, Offer, Refusal, Size, Unknown, price, refusals
from callsheet.catalog.known import lines
from callsheet.catalog.offer import Dial
from callsheet.errors import InputError
from callsheet.film import Framing, Order, Reference
from callsheet.film.price import Price
from callsheet.providers.beats import Told, beats
from callsheet.providers.prompting import prompt

InputKind = Literal[
    "first_frame", "last_frame", "keyframe", "reference_image", "reference_video", "reference_audio", "source_video"
]  # fmt: skip
"""What a file is to the model. `source_video` is the clip that is edited, extended or enlarged."""
_ENOUGH = 1080
"""Lines of picture that the deliverables need; more is only ordered by name."""
_SEEDS = 2**31 - 1
_LONGEST_VIDEO_S = 30
_WORKED_ON: frozenset[Mode] = frozenset(("extend", "edit", "upscale", "reframe", "restyle"))
_MODE_OF: Mapping[InputKind, Mode] = {
    "first_frame": "first_frame", "last_frame": "last_frame", "keyframe": "keyframes", "reference_image": "reference_images",
    "reference_video": "reference_videos", "reference_audio": "reference_audio",
}  # fmt: skip
_STRONGEST: tuple[Mode, ...] = (
    "upscale", "reframe", "restyle", "edit", "extend", "keyframes", "reference_videos", "reference_audio", "reference_images",
    "last_frame", "first_frame", "text",
)  # fmt: skip
"""Where several modes meet in one order, the one that decides which of the seller's names is used."""


class Unfit(Exception):
    """The offer does not take the order; `refusals` say why."""

    def __init__(self, refused: Sequence[Refusal]) -> None:
        super().__init__("; ".join(map(str, refused)))
        self.refusals = tuple(refused)


@dataclass(frozen=True)
class Input:
    """A file that goes with the order. `at` is a keyframe's place in the clip, as a part of its length."""

    kind: InputKind
    sha256: str
    """The file's name among those that are placed; the last frame of a clip has another name than the clip."""
    role: str
    at: Fraction | None = None
    last_of: str = ""
    """The clip of which only the last frame is meant."""

    @property
    def last(self) -> bool:
        """Whether it is the last frame of a clip."""
        return bool(self.last_of)


@dataclass(frozen=True)
class Fitted:
    """An order as one offer is told it. Lengths are in seconds; `resolution` None leaves it to the seller."""

    offer: Offer
    mode: Mode
    modes: tuple[Mode, ...]
    model: str
    """The seller's own name for the model in this mode."""
    prompt: str
    negative: str | None
    dropped: tuple[str, ...]
    """Parts of the description that did not fit the offer's prompt, and files that it does not take beside the others."""
    seconds: Fraction
    resolution: str | None
    aspect: str
    framing: Framing
    audio: bool
    seed: int | None
    dial: tuple[str, Decimal] | None
    """The field that trades faithfulness for freedom, and its value."""
    inputs: tuple[Input, ...]
    asked: Asked
    beats: tuple[Told, ...] = ()
    """The pictures inside the clip, where there are several: they take the place of the prompt."""

    @property
    def size(self) -> Size | Unknown:
        """The frame that comes, where it is known."""
        return self.offer.size(self.resolution or "", self.aspect)

    @property
    def price(self) -> Price | None:
        """What it costs; None when that is unknown. How long a given video is, the order does not say: the longest counts."""
        # A frame that follows the picture given has the film's shape: the picture was made for it.
        wanted = replace(self.asked.wanted, aspect=self.framing)
        if self.of("reference_video", "source_video"):
            longest = self.offer.references.video_s
            wanted = replace(wanted, input_video_s=Fraction(longest if isinstance(longest, int) else _LONGEST_VIDEO_S))
        return price(self.offer, wanted)

    def of(self, *kinds: InputKind) -> tuple[Input, ...]:
        """Its inputs of some kinds, in their order."""
        return tuple(one for one in self.inputs if one.kind in kinds)

    def whole_seconds(self) -> int:
        """The length as a whole number of seconds. Raises Unfit."""
        if self.seconds.denominator != 1:
            raise Unfit([Refusal("durations", f"{self.seconds} s; it takes whole seconds")])
        return int(self.seconds)


def tier(offer: Offer, wanted: str | None = None) -> str | None:
    """The resolution that is ordered: the one named, else the smallest that is enough, else the largest. None when unknown."""
    if isinstance(offer.resolutions, Unknown):
        return wanted
    if wanted is not None:
        return wanted
    enough = sorted((r for r in offer.resolutions if lines(r) >= _ENOUGH), key=lines)
    return enough[0] if enough else max(offer.resolutions, key=lines)


def fitted(
    offer: Offer,
    order: Order,
    seed: int = 0,
    *,
    resolution: str | None = None,
    audio: bool = False,
    marks: str | None = None,
) -> Fitted:
    """The order as the offer takes it. Raises Unfit with every limit that it breaks.

    `marks` overrides how prompts point at the n-th image, as in `<<<image_1>>>`; without it the catalogue says.
    """
    inputs, modes, left_out = _inputs(offer, order)
    mode = next(m for m in _STRONGEST if m in modes)
    sound = audio or order.sound is not None or offer.audio == "always"
    length = Fraction(order.frames) / order.rate.fraction
    sized = tier(offer, resolution)
    if sized is not None and resolution is None:
        sized = min((sized, *(offer.caps[m] for m in modes if m in offer.caps)), key=lines)
    seconds, wrong = _length(offer, length)
    pointed = _marks(offer, inputs, marks)
    said = prompt(offer, order, pointed)
    cut, unsaid, uncut = beats(offer, order, seconds, pointed)
    if order.beats:
        modes = (*modes, "multi_shot")
    adaptive = "first_frame" in modes and not isinstance(offer.aspects, Unknown) and "adaptive" in offer.aspects
    framing = order.framings[0]
    asked = Asked(
        modes, seconds, sized, "adaptive" if adaptive else framing, sound, said.text, said.negative is not None, False,
        images=_count(inputs, "reference_image"), videos=_count(inputs, "reference_video", "source_video"),
        sounds=_count(inputs, "reference_audio"), keyframes=_count(inputs, "keyframe"),
        beats=tuple((Fraction(one.seconds), one.prompt) for one in cut),
    )  # fmt: skip
    model = offer.wire_name(mode)
    refused = [*wrong, *uncut, *refusals(offer, asked)]
    if order.sound is not None and isinstance(offer.audio, Unknown):
        refused.append(Refusal("audio", "whether it makes sound is unknown"))
    if isinstance(model, Unknown):
        refused.append(Refusal("wire", f"the seller's name for it with {mode} is unknown"))
    lacking = [m for m in modes if m != "text" and offer.can(m) is not True]
    refused += [Refusal("modes", f"whether it takes {m} is unknown") for m in lacking if m not in offer.lacks]
    if refused or isinstance(model, Unknown):
        raise Unfit(list(dict.fromkeys(refused)))
    takes_seed = offer.seed is True
    return Fitted(
        offer, mode, modes, model, said.text, said.negative, (*left_out, *said.dropped, *unsaid), seconds, sized, framing, framing, sound,
        seed % _SEEDS if takes_seed else None, _dial(offer, order.creativity), inputs, asked, cut,
    )  # fmt: skip


def _length(offer: Offer, seconds: Fraction) -> tuple[Fraction, list[Refusal]]:
    if isinstance(offer.durations, Unknown):
        whole = Fraction(-(-seconds.numerator // seconds.denominator))
        return whole, []
    reached = offer.durations.reaching(seconds)
    if reached is None:
        return seconds, [Refusal("durations", f"{float(seconds):g} s; it makes at most {offer.durations.longest} s")]
    return reached, []


def _inputs(offer: Offer, order: Order) -> tuple[tuple[Input, ...], tuple[Mode, ...], tuple[str, ...]]:
    """The files as the model takes them, what that makes of the order, and what is left out: pictures of an asset help, and are no
    reason to turn an offer down unless the shot stands on them."""
    found: list[Input] = []
    work: Mode | None = None
    for reference in order.references:
        one = _input(reference, order)
        if one is not None:
            found.append(one)
            if one.kind == "source_video":
                work = cast(Mode, reference.role.partition(":")[0])
    taken = _takes(offer, found)
    kept = [one for one in found if one.kind != "reference_image" or not _helps(order, one.role)]
    spare = taken - _count(kept, "reference_image")
    out = []
    for one in found:
        if one not in kept:
            if spare > 0:
                spare -= 1
                kept.append(one)
            else:
                out.append(f"picture of {one.role}")
    inputs = tuple(one for one in found if one in kept)
    modes = dict.fromkeys(_MODE_OF[one.kind] for one in inputs if one.kind in _MODE_OF)
    if work is not None:
        modes[work] = None
    return inputs, tuple(modes) or ("text",), tuple(out)


def _input(reference: Reference, order: Order) -> Input | None:
    role, _, rest = reference.role.partition(":")
    match role:
        case "first-frame":
            return Input("first_frame", reference.sha256, reference.role)
        case "last-frame":
            return Input("last_frame", reference.sha256, reference.role)
        case "keyframe":
            return Input("keyframe", reference.sha256, reference.role, Fraction(int(rest), max(1, order.frames)))
        case "extends":
            name = hashlib.sha256(f"last frame of {reference.sha256}".encode()).hexdigest()
            seen = rest == order.framings[0]
            return Input("first_frame", name, reference.role, last_of=reference.sha256) if seen else None
        case "image" | "cast" | "prop" | "location" | "look":
            return Input("reference_image", reference.sha256, reference.role)
        case "video":
            return Input("reference_video", reference.sha256, reference.role)
        case "audio":
            return Input("reference_audio", reference.sha256, reference.role)
        case _ if role in _WORKED_ON:
            # Of a take with several clips the one in the shape that is ordered; a take with another alone is worked on all the same.
            better = f"{role}:{order.framings[0]}"
            other = reference.role != better and any(one.role == better for one in order.references)
            return None if other else Input("source_video", reference.sha256, reference.role)
    raise InputError(f"a reference plays no known part: {reference.role!r}", where=order.code)


def _helps(order: Order, role: str) -> bool:
    """Whether a picture only helps: the words of the order say the same."""
    kind = role.partition(":")[0]
    needed = {"identity-locked": ("cast", "prop"), "product": ("prop",), "talking-head": ("cast",)}
    return kind != "image" and kind not in needed.get(order.use_case or "", ())


def _takes(offer: Offer, found: Sequence[Input]) -> int:
    """How many reference pictures it takes beside the other files."""
    others = {_MODE_OF[one.kind] for one in found if one.kind in _MODE_OF} - {"reference_images"}
    barred = any(
        ("reference_images", mode) in offer.excludes or (mode, "reference_images") in offer.excludes for mode in others
    )
    if offer.can("reference_images") is not True or barred:
        return 0
    most = offer.references.images
    return most if isinstance(most, int) else 1


def _count(inputs: Sequence[Input], *kinds: InputKind) -> int:
    return sum(one.kind in kinds for one in inputs)


def _marks(offer: Offer, inputs: Sequence[Input], marks: str | None) -> dict[str, list[str]]:
    """How prompts point at each image, by role; nothing where the offer has no way to."""
    syntax = marks if marks is not None else offer.references.syntax
    if isinstance(syntax, Unknown) or not syntax:
        return {}
    found: dict[str, list[str]] = {}
    images = [one for one in inputs if one.kind == "reference_image"]
    for number, one in enumerate(images, 1):
        found.setdefault(one.role, []).append(syntax.replace("1", str(number)))
    return found


def _dial(offer: Offer, creativity: float) -> tuple[str, Decimal] | None:
    """The offer's own dial: creativity 0 keeps closest to the prompt, 1 is freest."""
    dial = offer.creativity
    if not isinstance(dial, Dial):
        return None
    low, high = Decimal(dial.low), Decimal(dial.high)
    value = low + (high - low) * Decimal(str(creativity))
    return dial.field, value.quantize(Decimal("0.01"), ROUND_HALF_EVEN).normalize()
