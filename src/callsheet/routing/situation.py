"""From words on the board to the key by which accept rates are learned, and from a reviewer's reason to the criterion that failed."""

from collections.abc import Mapping
from types import MappingProxyType

from callsheet.film import Shot
from callsheet.routing.verdicts import ADVICE, Situation

BARS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "draft": ("prompt",),
        "standard": ("prompt", "look", "motion"),
        "hero": ("prompt", "look", "motion", "identity"),
    }
)
"""By what a shot's `acceptance` says: the criteria that a take must pass."""
WHO_MATTERS = frozenset(("identity-locked", "talking-head", "multi-subject"))
"""Use cases in which who is seen is judged in a standard shot, too."""
UNSTATED = "unstated"
"""The use case of shots whose board states none."""
CRITERIA: Mapping[str, str] = MappingProxyType(
    {"prompt": "prompt", "look": "look", "motion": "motion", "identity": "identity", "text": "prompt"}
)
"""By a reviewer's reason, the criterion that failed; the other reasons (an artefact, the sound) are of no one criterion."""


def situation(use_case: str | None, acceptance: str) -> Situation:
    """The key for a use case and what a shot's `acceptance` says."""
    bar = BARS[acceptance]
    if acceptance == "standard" and use_case in WHO_MATTERS:
        bar = BARS["hero"]
    return Situation(use_case or UNSTATED, bar, _tier(acceptance))


def situation_of(shot: Shot) -> Situation:
    """The key for a shot of the board."""
    return situation(shot.use_case, shot.acceptance)


def failed(reason: str | None, bar: tuple[str, ...]) -> tuple[str, ...]:
    """The criteria of the bar that a reason says have failed; none when it says nothing about any of them."""
    criterion = CRITERIA.get(reason or "")
    return (criterion,) if criterion in bar else ()


def advised(reason: str | None) -> str:
    """What a reason says about the next take: `re-roll`, `re-route`, or nothing."""
    return ADVICE.get(CRITERIA.get(reason or "", ""), "")


def _tier(acceptance: str) -> str:
    return {"draft": "draft", "hero": "hero"}.get(acceptance, "final")
