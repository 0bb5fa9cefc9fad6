"""What gates are asked and what they answer. Plain values: no codec is loaded here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from callsheet.film.preset import Framing
from callsheet.film.take import Order

Outcome = Literal["reject", "rank", "ok", "not checked"]
"""`reject`: nobody need look at it. `rank`: it goes behind takes without this fault. `ok` says only that this gate has nothing against it."""

Gate = Literal[
    "decode", "spec", "black", "freeze", "duplicates", "flashing", "cuts", "static", "sound", "text", "watermark", "identity"
]  # fmt: skip

CHEAP: tuple[Gate, ...] = ("decode", "spec", "black", "freeze", "duplicates", "flashing", "cuts", "static", "sound")
"""Gates that cost a fraction of decoding the clip."""

ALL: tuple[Gate, ...] = (*CHEAP, "text", "watermark", "identity")
"""Every gate; the last three look through a judge that is handed in, and say `not checked` without it."""

VERSION = 2
"""Of the gates: counts up when one of them would answer differently about the same clip."""

LEAST_VERDICTS = 100
"""Verdicts that calibration needs. Fewer say less than the share of accepted takes alone: with a dozen gates there are some eight to a weight."""

LISTED = 12
"""Frames a finding names at most: enough to find the fault, short enough to keep with every take."""


@dataclass(frozen=True)
class Finding:
    """What one gate has to say of one clip.

    `score` is 1 for a clip without a trace of the fault and falls to 0; None when nothing was measured. `at_frames` are the clip's own
    frames where it shows, at most `LISTED`.
    """

    gate: Gate
    outcome: Outcome
    score: float | None
    words: str
    at_frames: tuple[int, ...] = ()

    def document(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return {
            "gate": self.gate, "outcome": self.outcome, "score": self.score, "words": self.words, "at_frames": list(self.at_frames),
        }  # fmt: skip


@dataclass(frozen=True)
class Report:
    """Findings of all gates that were asked, in the order they were asked."""

    findings: tuple[Finding, ...]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, gate: Gate) -> Finding:
        """That gate's finding. Raises KeyError when it was not asked."""
        for finding in self.findings:
            if finding.gate == gate:
                return finding
        raise KeyError(gate)

    @property
    def rejected(self) -> bool:
        """Whether any gate rejects the clip. Not rejected is not approved: only people approve."""
        return any(finding.outcome == "reject" for finding in self.findings)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is rejected or goes behind others, in words, rejections first."""
        told = [f for f in self.findings if f.outcome in ("reject", "rank")]
        return tuple(f.words for f in sorted(told, key=lambda finding: finding.outcome != "reject"))

    @property
    def order(self) -> float:
        """Sorts takes of one shot: the product of all measured scores, 1 at best, below 0 when rejected."""
        product = 1.0
        for finding in self.findings:
            product *= 1.0 if finding.score is None else max(finding.score, 0.01)
        return product - 1.0 if self.rejected else product

    @property
    def scores(self) -> Mapping[str, float | None]:
        """Score per gate, None where it was not checked: what calibration learns from."""
        return {finding.gate: finding.score for finding in self.findings}

    def document(self) -> list[dict[str, Any]]:
        """As plain values for JSON."""
        return [finding.document() for finding in self.findings]


@dataclass(frozen=True)
class Wanted:
    """What was ordered of a clip, as far as a gate can see or hear it.

    `frames` are counted at `rate`. `shape` is width to height. `lines` is the short side at least, None for any. With `any_rate` another
    rate ranks instead of rejecting: for offers that have only one. `still` says that nothing need move (a text card). `sound` says that
    sound was ordered with the picture. `text` is what the picture must show to be read; `names` are words that may be seen in it
    without having been ordered (a shop sign the action names). `cast` maps cast ids to stills of their faces.
    """

    frames: int
    rate: Fraction
    shape: Fraction | None = None
    lines: int | None = None
    any_rate: bool = False
    still: bool = False
    sound: bool = False
    text: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    cast: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    cuts: tuple[int, ...] = ()
    """Frames at which another picture was ordered to come in."""

    @classmethod
    def by(
        cls,
        order: Order,
        framing: Framing,
        *,
        lines: int | None = None,
        any_rate: bool = False,
        sound: bool = False,
        text: tuple[str, ...] = (),
        cast: Mapping[str, tuple[Path, ...]] | None = None,
    ) -> "Wanted":
        """What an order asks of its clip in one picture shape; what the order does not say is given beside it."""
        wide, high = (int(side) for side in framing.split(":"))
        told = [order.action, order.location.name if order.location else ""]
        told += [person.name for _, person in order.cast] + [prop.name for _, prop in order.props]
        return cls(
            frames=order.frames,
            rate=order.rate.fraction,
            shape=Fraction(wide, high),
            lines=lines,
            any_rate=any_rate,
            # A card for text is a calm ground: it may well stand still.
            still=order.text_room == "all" or order.use_case == "text-and-graphics",
            sound=sound or order.sound is not None,
            text=text or order.lettering,
            names=tuple(word for line in told for word in line.split()),
            cast=cast or {},
            cuts=tuple(beat.at for beat in order.beats if beat.at),
        )
