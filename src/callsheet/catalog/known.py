"""What is known and what is not: `unknown` is a value of its own, and the little languages in which an offer's numbers are written."""

import re
from datetime import date
from enum import Enum
from fractions import Fraction
from math import ceil
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from callsheet.film.model import Frozen, Text

T = TypeVar("T")


class Unknown(Enum):
    """The one value `unknown`. Asking whether it is true raises TypeError: it is neither yes nor no."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("unknown is neither yes nor no: compare with UNKNOWN first")

    def __str__(self) -> str:
        return self.value


UNKNOWN: Final = Unknown.UNKNOWN
Flag = bool | Unknown
"""Yes, no, or unknown."""
Count = Annotated[int, Field(ge=0)] | Unknown
Words = Unknown | Text


def _words(value: object) -> object:
    return UNKNOWN if value == "unknown" else value


KnownText = Annotated[Words, BeforeValidator(_words)]
"""Any text; the word `unknown` is the value `unknown`."""

RESOLUTION = r"^\d{3,4}p$|^[248]k$"
Resolution = Annotated[
    str, BeforeValidator(lambda v: v.lower() if isinstance(v, str) else v), StringConstraints(pattern=RESOLUTION)
]  # fmt: skip
"""`480p`, `768p`, `1080p`, `2k`, `4k`: as the seller calls it, in lower case."""
_LINES = {"2k": 1440, "4k": 2160, "8k": 4320}


def lines(resolution: str) -> int:
    """The lines of picture a resolution stands for; the shorter side of the frame."""
    return _LINES[resolution] if resolution in _LINES else int(resolution.removesuffix("p"))


Aspect = Annotated[str, StringConstraints(pattern=r"^\d{1,2}:\d{1,2}$|^adaptive$")]
"""`16:9`; `adaptive` follows the picture that is given."""


class Fact(Frozen):
    """A value of the catalogue."""

    # Reading docstrings out of the source, which only a JSON Schema needs, would take longer than loading the catalogue.
    model_config = ConfigDict(use_attribute_docstrings=False)


class Size(Fact):
    """A frame's width and height in pixels; written `864x496`."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)

    @model_validator(mode="before")
    @classmethod
    def _spelling(cls, value: Any) -> Any:
        if isinstance(value, str):
            match = re.fullmatch(r"(\d+)x(\d+)", value)
            if not match:
                raise ValueError(f"{value!r} is not a size: write width x height, such as 864x496")
            return {"width": match[1], "height": match[2]}
        return value

    @property
    def turned(self) -> "Size":
        """The same frame on its side."""
        return Size(width=self.height, height=self.width)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


class Grid(Fact):
    """The frame counts a model can make: `multiple * n + offset` at `fps`; written `17n+5 at 24`."""

    multiple: int = Field(gt=0)
    offset: int = Field(0, ge=0)
    fps: int = Field(gt=0)

    @model_validator(mode="before")
    @classmethod
    def _spelling(cls, value: Any) -> Any:
        if isinstance(value, str):
            match = re.fullmatch(r"(\d+)n(?:\+(\d+))? at (\d+)", value)
            if not match:
                raise ValueError(f"{value!r} is not a frame grid: write it like 17n+5 at 24")
            return {"multiple": match[1], "offset": match[2] or 0, "fps": match[3]}
        return value

    def frames(self, seconds: Fraction) -> int:
        """The frames that come when `seconds` are ordered: the fewest on the grid that last as long."""
        steps = max(0, ceil((seconds * self.fps - self.offset) / self.multiple))
        return steps * self.multiple + self.offset

    def __str__(self) -> str:
        return f"{self.multiple}n+{self.offset} at {self.fps}" if self.offset else f"{self.multiple}n at {self.fps}"


class Durations(Fact):
    """The lengths that can be ordered, in seconds: every `step` from `shortest` to `longest`, or a list.

    Written `3-15`, `[4, 6, 8]`, or as fields.
    """

    shortest: Fraction
    longest: Fraction
    step: Fraction = Fraction(1)
    only: tuple[Fraction, ...] = ()
    """The lengths on a list; none when every step is allowed."""
    auto: Flag = UNKNOWN
    """Whether the model may choose the length itself."""
    grid: Grid | Unknown = UNKNOWN
    spelling: Literal["number", "text", "text-s"] | Unknown = UNKNOWN
    """How the seller wants it written: `5`, `"5"` or `"5s"`."""

    @model_validator(mode="before")
    @classmethod
    def _spelling(cls, value: Any) -> Any:
        if isinstance(value, str | list):
            value = {"seconds": value}
        if not isinstance(value, dict) or "seconds" not in value:
            return value
        fields = {k: v for k, v in value.items() if k != "seconds"}
        given = value["seconds"]
        if isinstance(given, list) and given and all(isinstance(v, str) and v.isdecimal() for v in given):
            only = tuple(sorted(Fraction(v) for v in given))
            return {**fields, "shortest": only[0], "longest": only[-1], "only": only}
        match = re.fullmatch(r"(\d+)-(\d+)", given) if isinstance(given, str) else None
        if not match or int(match[1]) > int(match[2]):
            raise ValueError(f"{given!r} is not a choice of lengths: write 3-15 or [4, 6, 8], in seconds")
        return {**fields, "shortest": Fraction(match[1]), "longest": Fraction(match[2])}

    def allows(self, seconds: Fraction) -> bool:
        """Whether a clip of exactly this length can be ordered."""
        if self.only:
            return seconds in self.only
        return self.shortest <= seconds <= self.longest and (seconds - self.shortest) % self.step == 0

    def reaching(self, seconds: Fraction) -> Fraction | None:
        """The shortest length on offer that lasts at least `seconds`; None when none does."""
        if self.only:
            return next((s for s in self.only if s >= seconds), None)
        found = self.shortest + max(0, ceil((seconds - self.shortest) / self.step)) * self.step
        return found if found <= self.longest else None

    def delivered(self, seconds: Fraction) -> Fraction | Unknown:
        """How long a clip ordered at `seconds` comes out on the model's frame grid."""
        return UNKNOWN if isinstance(self.grid, Unknown) else Fraction(self.grid.frames(seconds), self.grid.fps)

    def __str__(self) -> str:
        return ", ".join(map(str, self.only)) if self.only else f"{self.shortest}-{self.longest}"


class Evidence(Fact):
    """Who says so, and on which day it was read."""

    where: Text
    on: date
    doubt: str = ""
    """Why it may be wrong; empty when nothing speaks against it."""

    def __str__(self) -> str:
        return f"{self.where}, {self.on}" + (f" (doubt: {self.doubt})" if self.doubt else "")
