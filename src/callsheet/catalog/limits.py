"""Whether an offer takes an order: every limit that is known, checked before anything is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from callsheet.catalog.known import Unknown, lines
from callsheet.catalog.offer import Feature, Offer
from callsheet.catalog.price import Wanted
from callsheet.catalog.tariff import Mode


@dataclass(frozen=True)
class Asked:
    """An order as it would be sent. Lengths are in seconds."""

    modes: tuple[Mode, ...]
    seconds: Fraction
    resolution: str | None = None
    aspect: str | None = None
    audio: bool = False
    prompt: str = ""
    negative: bool = False
    seed: bool = False
    images: int = 0
    videos: int = 0
    sounds: int = 0
    keyframes: int = 0
    video_s: Fraction = Fraction(0)
    sound_s: Fraction = Fraction(0)
    beats: tuple[tuple[Fraction, str], ...] = ()
    """The length of each picture inside the clip, and the words for it."""

    @property
    def wanted(self) -> Wanted:
        """The same order for `price`."""
        mode = self.modes[0] if self.modes else "text"
        aspect = self.aspect or "16:9"
        return Wanted(self.seconds, self.resolution, aspect, self.audio, mode, self.images, self.video_s)


@dataclass(frozen=True)
class Refusal:
    """A limit that is broken: the field that states it, and what to say to a person."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


def refusals(offer: Offer, asked: Asked) -> tuple[Refusal, ...]:
    """Every known limit that `asked` breaks. A limit that is unknown refuses nothing here: ask `Offer.can` where it must be known."""
    return (
        *_frame(offer, asked),
        *_features(offer, asked),
        *_given(offer, asked),
        *_cut(offer, asked),
        *_said(offer, asked),
    )


def _frame(offer: Offer, asked: Asked) -> Iterator[Refusal]:
    if not isinstance(offer.durations, Unknown) and not offer.durations.allows(asked.seconds):
        yield Refusal("durations", f"{asked.seconds} s; it makes {offer.durations} s")
    if asked.resolution is not None:
        if not isinstance(offer.resolutions, Unknown) and asked.resolution not in offer.resolutions:
            yield Refusal("resolutions", f"{asked.resolution}; it makes {', '.join(offer.resolutions)}")
        for mode in asked.modes:
            if mode in offer.caps and lines(asked.resolution) > lines(offer.caps[mode]):
                yield Refusal("caps", f"{asked.resolution}; with {mode} it makes at most {offer.caps[mode]}")
    if asked.aspect and not isinstance(offer.aspects, Unknown) and asked.aspect not in offer.aspects:
        yield Refusal("aspects", f"{asked.aspect}; it makes {', '.join(offer.aspects)}")
    if asked.audio and offer.audio == "none":
        yield Refusal("audio", "it makes no sound")
    if not asked.audio and offer.audio == "always":
        yield Refusal("audio", "its sound cannot be turned off")


def _features(offer: Offer, asked: Asked) -> Iterator[Refusal]:
    features: set[Feature] = {*asked.modes, *(("audio",) if asked.audio else ())}
    for mode in asked.modes:
        if offer.can(mode) is False:
            yield Refusal("lacks", f"it has no {mode}")
    for one, other in combinations(sorted(features), 2):
        if (one, other) in offer.excludes or (other, one) in offer.excludes:
            yield Refusal("excludes", f"{one} and {other} cannot be asked together")
    for one, needed in offer.requires:
        if one in features and needed not in features:
            yield Refusal("requires", f"{one} needs {needed}")


def _given(offer: Offer, asked: Asked) -> Iterator[Refusal]:
    most = offer.references
    given: tuple[tuple[str, int | Unknown, Fraction | int, str], ...] = (
        ("images", most.images, asked.images, "images"),
        ("videos", most.videos, asked.videos, "videos"),
        ("audio", most.audio, asked.sounds, "sounds"),
        ("total", most.total, asked.images + asked.videos + asked.sounds, "files"),
        ("keyframes", most.keyframes, asked.keyframes, "keyframes"),
        ("video_s", most.video_s, asked.video_s, "seconds of video"),
        ("audio_s", most.audio_s, asked.sound_s, "seconds of sound"),
        ("with_output_s", most.with_output_s, asked.video_s + asked.seconds, "seconds of video and output together"),
    )
    for name, limit, count, what in given:
        if isinstance(limit, int) and count > limit and (name != "with_output_s" or asked.videos):
            yield Refusal(f"references.{name}", f"{count} {what}; it takes {limit}")


def _cut(offer: Offer, asked: Asked) -> Iterator[Refusal]:
    most, shortest, limit = offer.beats.most, offer.beats.shortest_s, offer.beats.prompt_most
    if isinstance(most, int) and len(asked.beats) > most:
        yield Refusal("beats.most", f"{len(asked.beats)} beats; it takes {most}")
    for number, (seconds, words) in enumerate(asked.beats, 1):
        if isinstance(shortest, int) and seconds < shortest:
            yield Refusal(
                "beats.shortest_s", f"beat {number} lasts {float(seconds):g} s; it takes {shortest} s and more"
            )
        if isinstance(limit, int) and (length := prompt_length(words, offer.prompt.unit)) > limit:
            yield Refusal("beats.prompt_most", f"beat {number} takes {length} to tell; it takes {limit}")


def _said(offer: Offer, asked: Asked) -> Iterator[Refusal]:
    limit = offer.prompt.most
    if isinstance(limit, int) and (length := prompt_length(asked.prompt, offer.prompt.unit)) > limit:
        unit = "characters" if isinstance(offer.prompt.unit, Unknown) else offer.prompt.unit
        yield Refusal("prompt.most", f"up to {length} {unit}; it takes {limit}")
    if asked.negative and offer.prompt.negative is False:
        yield Refusal("prompt.negative", "it takes no negative prompt")
    if asked.seed and offer.seed is False:
        yield Refusal("seed", "it takes no seed")


def prompt_length(prompt: str, unit: str | Unknown) -> int:
    """How long a prompt is in a unit; where only the seller can count, the most it can come to.

    A token stands for at least one byte. Where the unit is unknown, UTF-16 units are counted, which are never fewer than characters.
    """
    if unit == "chars":
        return len(prompt)
    return len(prompt.encode()) if unit == "tokens" else len(prompt.encode("utf-16-le")) // 2
