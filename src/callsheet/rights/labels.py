"""Labels that a deliverable really shows: those that it states and a super of the board draws."""

from fractions import Fraction

from callsheet.film import Deliverable, Episode, Production
from callsheet.rights.facts import Label


def shown(production: Production, episode: Episode, deliverable: Deliverable) -> tuple[Label, ...]:
    """The labels of a deliverable, each where the board draws its text first; one that nothing draws is left out."""
    drawn: dict[str, tuple[int, int]] = {}
    at = 0
    for sequence in episode.sequences:
        for shot in sequence.shots:
            at -= shot.transition.frames
            for one in shot.supers:
                frames = one.frames or shot.duration - one.start
                drawn.setdefault(_plain(one.text), (at + one.start, frames))
            at += shot.duration
    rate = production.rate.fraction
    return tuple(
        Label(
            label.kind,
            label.text,
            label.language or production.language,
            Fraction(drawn[text][0]) / rate,
            Fraction(drawn[text][1]) / rate,
        )
        for label in deliverable.labels
        if (text := _plain(label.text)) in drawn
    )


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").casefold().split())
