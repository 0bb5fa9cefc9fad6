"""What the verbs answer, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callsheet.film import Money, Take

if TYPE_CHECKING:
    from callsheet.floor.conform import Film


def money(amount: Money) -> dict[str, Any]:
    """An amount as plain data."""
    return {"currency": amount.currency, "micros": amount.micros}


@dataclass(frozen=True)
class Shooting:
    """What was shot: takes made now, and takes that were there."""

    made: tuple[Take, ...]
    reused: int
    spent: Money
    rejected: tuple[Take, ...] = ()
    """What else came, and gates rejected."""
    warnings: tuple[str, ...] = ()
    """What a person should look at: a deadline that is not kept."""

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        takes = [
            {"shot": t.shot, "take": t.number, "offer": t.recipe.offer, "recipe": t.recipe.digest} for t in self.made
        ]
        rejected = [
            {"shot": t.shot, "take": t.number, "offer": t.recipe.offer, "gates": t.gates_said} for t in self.rejected
        ]
        return {
            "takes": {"made": len(self.made), "reused": self.reused},
            "made": takes,
            "rejected": rejected,
            "spent": money(self.spent),
            "warnings": list(self.warnings),
        }

    def __str__(self) -> str:
        gates = f", {len(self.rejected)} more rejected by gates" if self.rejected else ""
        return f"{len(self.made)} {'take' if len(self.made) == 1 else 'takes'} made{gates}, {self.reused} reused; spent {self.spent}"


@dataclass(frozen=True)
class MasterFacts:
    """A master as people list it."""

    preset: str
    episode: str
    width: int
    height: int
    frames: int
    rate: str
    lufs: float | None
    true_peak: float | None
    sha256: str


@dataclass(frozen=True)
class Conformed:
    """The masters, and how many segments were made and reused."""

    films: "tuple[Film, ...]"
    segments: Mapping[str, int]

    @property
    def masters(self) -> list[MasterFacts]:
        """Every master, in order."""
        return [
            MasterFacts(
                m.preset.name,
                m.episode,
                m.preset.width,
                m.preset.height,
                film.cut.frames,
                str(film.cut.rate),
                m.facts["lufs"],
                m.facts["true_peak"],
                m.sha256,
            )
            for film in self.films
            for m in film.masters
        ]

    @property
    def warnings(self) -> list[str]:
        """What a person should look at."""
        return [warning for film in self.films for warning in film.warnings]

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {"segments": dict(self.segments), "masters": [vars(m) for m in self.masters], "warnings": self.warnings}
