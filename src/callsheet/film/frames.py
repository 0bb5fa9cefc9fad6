"""Exact time: integer frames at a rational rate, and SMPTE timecode with drop-frame (SMPTE ST 12-1)."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

_NTSC = {"23.976": (24000, 1001), "23.98": (24000, 1001), "29.97": (30000, 1001), "59.94": (60000, 1001)}
_SPELLING = re.compile(r"(\d+)(?:/(\d+))?")


@dataclass(frozen=True, order=True)
class Rate:
    """Frames per second as an exact fraction; `"24"`, `"24000/1001"` or the common names `"23.976"`, `"29.97"`, `"59.94"`."""

    numerator: int
    denominator: int = 1

    def __post_init__(self) -> None:
        if self.numerator <= 0 or self.denominator <= 0:
            raise ValueError("a rate is above 0 frames per second")
        exact = Fraction(self.numerator, self.denominator)
        if not 1 <= exact <= 240:
            raise ValueError("a rate lies between 1 and 240 frames per second")
        object.__setattr__(self, "numerator", exact.numerator)
        object.__setattr__(self, "denominator", exact.denominator)

    @classmethod
    def parse(cls, value: object) -> "Rate":
        """Read a rate from text or a whole number; anything inexact raises ValueError."""
        if isinstance(value, Rate):
            return value
        text = str(value).strip()
        if text in _NTSC:
            return cls(*_NTSC[text])
        match = _SPELLING.fullmatch(text)
        if isinstance(value, bool) or not match:
            raise ValueError("write a rate as a whole number or a fraction such as 24, 25, 30, 24000/1001")
        return cls(int(match[1]), int(match[2] or 1))

    @property
    def fraction(self) -> Fraction:
        """Frames per second."""
        return Fraction(self.numerator, self.denominator)

    @property
    def nominal(self) -> int:
        """The whole number of frames that timecode counts in a second: 24 for 24000/1001."""
        return round(self.fraction)

    @property
    def drops(self) -> bool:
        """Whether timecode at this rate is customarily drop-frame (29.97 and 59.94)."""
        return self.denominator == 1001 and self.nominal in (30, 60)

    def seconds(self, frames: int) -> Fraction:
        """The exact length of `frames` frames in seconds."""
        return frames / self.fraction

    def frames(self, seconds: Fraction | int | float) -> int:
        """The number of frames nearest to `seconds`."""
        return round(Fraction(seconds) * self.fraction)

    def samples(self, frames: int, sample_rate: int = 48_000) -> int:
        """The audio sample at which frame `frames` begins."""
        return round(self.seconds(frames) * sample_rate)

    def __str__(self) -> str:
        return str(self.numerator) if self.denominator == 1 else f"{self.numerator}/{self.denominator}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 240},
                {"type": "string", "pattern": r"^\d+(/\d+)?$|^(23\.976|29\.97|59\.94)$"},
            ],
            "description": "Frames per second: 24, 25, 30 or an exact fraction such as 24000/1001.",
        }


@dataclass(frozen=True)
class Timecode:
    """A frame count shown as `HH:MM:SS:FF`, or `HH:MM:SS;FF` when drop-frame."""

    frame: int
    rate: Rate
    drop: bool = False

    def __post_init__(self) -> None:
        if self.frame < 0:
            raise ValueError("a timecode is not negative")
        if self.drop and not self.rate.drops:
            raise ValueError(f"drop-frame timecode exists at 29.97 and 59.94 only, not at {self.rate}")

    @classmethod
    def parse(cls, text: str, rate: Rate) -> "Timecode":
        """Read `HH:MM:SS:FF`; `;` before the frames means drop-frame. Numbers that drop-frame skips raise ValueError."""
        match = re.fullmatch(r"(\d{2}):(\d{2}):(\d{2})([:;])(\d{2,3})", text.strip())
        if not match:
            raise ValueError(f"{text!r} is not a timecode like 01:00:00:00")
        hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
        drop = match[4] == ";"
        nominal = rate.nominal
        if minutes > 59 or seconds > 59 or frames >= nominal:
            raise ValueError(f"{text!r} does not exist at {rate} frames per second")
        count = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
        if drop:
            skipped = nominal // 15
            if minutes % 10 and seconds == 0 and frames < skipped:
                raise ValueError(f"{text!r} is one of the numbers that drop-frame timecode skips")
            total_minutes = hours * 60 + minutes
            count -= skipped * (total_minutes - total_minutes // 10)
        return cls(count, rate, drop)

    def __str__(self) -> str:
        nominal, number = self.rate.nominal, self.frame
        if self.drop:
            skipped = nominal // 15
            per_minute = nominal * 60 - skipped
            per_ten = per_minute * 10 + skipped
            tens, rest = divmod(number, per_ten)
            number += skipped * 9 * tens
            if rest >= skipped:
                number += skipped * ((rest - skipped) // per_minute)
        seconds, frames = divmod(number, nominal)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours:02}:{minutes:02}:{seconds:02}{';' if self.drop else ':'}{frames:02}"
