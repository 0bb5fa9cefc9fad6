"""The cut: picks in film order on an exact timeline of integer frames."""

from collections.abc import Mapping
from dataclasses import dataclass

from callsheet.errors import NotFoundError
from callsheet.film import Episode, Placed, Production, Rate, Shot, Take


@dataclass(frozen=True)
class CutEvent:
    """One pick in the cut. It starts at frame `record_in` of the film and lasts `frames`; the first `dissolve_in` overlap the event before."""

    placed: Placed
    take: Take
    record_in: int
    dissolve_in: int
    source_in: int = 0
    """The frame of its clip at which it begins, counted at the film's rate."""

    @property
    def shot(self) -> Shot:
        """The shot as the board has it."""
        return self.placed.shot

    @property
    def frames(self) -> int:
        """Length in frames."""
        return self.placed.shot.duration

    @property
    def record_out(self) -> int:
        """The frame after the last."""
        return self.record_in + self.frames


@dataclass(frozen=True)
class Cut:
    """The edit of one episode."""

    production: Production
    episode: Episode
    events: tuple[CutEvent, ...]

    @property
    def rate(self) -> Rate:
        """Frames per second."""
        return self.production.rate

    @property
    def frames(self) -> int:
        """Length of the film in frames."""
        return self.events[-1].record_out

    @property
    def samples(self) -> int:
        """Length of the film in samples at 48 kHz, rounded down so that sound never outlasts picture."""
        return int(self.rate.seconds(self.frames) * 48_000)


def assemble(production: Production, episode: Episode, picks: Mapping[str, Take]) -> Cut:
    """The cut of one episode from the picks, keyed by shot address. Raises NotFoundError for a shot without one."""
    events: list[CutEvent] = []
    at = 0
    for sequence in episode.sequences:
        for shot in sequence.shots:
            placed = Placed(episode.code, sequence.code, shot)
            take = picks.get(placed.address)
            if take is None:
                raise NotFoundError(
                    "no take is picked", where=placed.address, remedy="Run `callsheet shoot`, then `callsheet pick`."
                )
            dissolve = shot.transition.frames if shot.transition.kind == "dissolve" else 0
            at -= dissolve
            events.append(CutEvent(placed, take, at, dissolve))
            at += shot.duration
    return Cut(production, episode, tuple(events))
