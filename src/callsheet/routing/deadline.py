"""What a deadline asks of the joint plan: how long every way to shoot takes, which are in time, and which are the quickest when none is.

Shots are made in rounds: one that is made from another waits for all of the round before. In a round every seller makes so many takes at
once, in the order of the film.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from callsheet.film.times import duration
from callsheet.routing.joint import Choice, PlannedShot
from callsheet.routing.waits import makespan, whole

_CLOSE = 1e-9


@dataclass(frozen=True)
class Hurry:
    """The deadline of a plan, and what is known of how long its shots take."""

    deadline: datetime
    left: float
    """Whole seconds until then; 0 once it has passed."""
    places: Mapping[str, int]
    """By seller: how many takes it makes at once."""
    waits: Mapping[tuple[str, str], float | None]
    """By shot and offer: seconds until the expected takes are there; None where nobody knows."""
    rounds: Mapping[str, int]
    """By shot: how many rounds are before it."""
    shares: Mapping[int, float]
    """By round: its part of the time. Nothing for a film of one round."""
    unpromised: frozenset[str] = frozenset()
    """Shots of which nobody knows how long any way takes, and which might not be in time: the clock is kept for the others."""
    narrowed: bool = False
    """Whether a way was left out because nobody knows how long it takes."""

    def allowed(self, shot: str, time: float) -> float:
        """The seconds that a shot may take itself when the whole takes `time`."""
        return time * self.shares.get(self.rounds.get(shot, 0), 1.0)

    def seconds(self, time: float) -> dict[str, float]:
        """The seconds that each seller has in each round when the whole takes `time`."""
        rounds = sorted(self.shares) or [0]
        return {
            lane(name, number): places * time * self.shares.get(number, 1.0)
            for number in rounds
            for name, places in sorted(self.places.items())
        }


def lane(seller: str, number: int) -> str:
    """The name of a seller's time in one round."""
    return f"{seller}, round {number + 1}" if number else seller


def hurried(
    shots: Sequence[PlannedShot],
    rounds: Mapping[str, int],
    waits: Mapping[tuple[str, str], float | None],
    longest: Mapping[tuple[str, str], float],
    places: Mapping[str, int],
    deadline: datetime,
    left: float,
    settled: Collection[str] = (),
) -> tuple[tuple[PlannedShot, ...], Hurry]:
    """The shots with the waits of their ways, and the clock they are under.

    A way whose wait is unknown is not promised: it stays beside a known one only where even the `longest` that its seller is waited for is
    in time, and counts as that; where nobody knows anything of a shot, the clock is kept for the others. So it is where a route is `settled`
    and late: it holds its seller's place for as long as there is.
    """

    def timed(shot: PlannedShot, most: float) -> tuple[Choice, ...]:
        ways = [(choice, waits.get((shot.shot, choice.offer), 0.0)) for choice in shot.choices]
        known = any(wait is not None for _, wait in ways)
        bounds = [(c, longest[shot.shot, c.offer] if wait is None else wait, wait is None) for c, wait in ways]
        if shot.shot in settled:
            bounds = [(c, min(bound, most), False) for c, bound, _ in bounds]
        return tuple(
            replace(c, wait=bound, provider=c.provider and lane(c.provider, rounds.get(shot.shot, 0)))
            for c, bound, unknown in bounds
            if not unknown or bound <= most or (most == float("inf") and not known)
        )

    hurry = Hurry(deadline, left, places, waits, rounds, {})
    if any(rounds.values()):
        sized = [replace(shot, choices=timed(shot, float("inf"))) for shot in shots]
        parts = _parts(_soonest(sized, hurry, float("inf")), hurry)
        if (total := sum(parts.values())) > 0:
            hurry = replace(hurry, shares={number: part / total for number, part in sorted(parts.items())})
    found, unpromised = [], set()
    for shot in shots:
        choices = timed(shot, hurry.allowed(shot.shot, left))
        if not choices:
            unpromised.add(shot.shot)
            choices = shot.choices
        found.append(replace(shot, choices=choices))
    narrowed = any(len(new.choices) < len(old.choices) for new, old in zip(found, shots, strict=True))
    return tuple(found), replace(hurry, unpromised=frozenset(unpromised), narrowed=narrowed)


def within(shots: Sequence[PlannedShot], hurry: Hurry, time: float) -> tuple[PlannedShot, ...] | None:
    """The shots with the ways that alone are there within `time`; None when a shot has none, or all sellers together lack the time."""
    seconds = hurry.seconds(time)
    least = sum(min(c.wait for c in s.choices) for s in shots if all(c.provider in seconds for c in s.choices))
    if least > sum(seconds.values()) * (1 + _CLOSE) + _CLOSE:
        return None
    found = []
    for shot in shots:
        allowed = hurry.allowed(shot.shot, time) * (1 + _CLOSE) + _CLOSE
        kept = tuple(choice for choice in shot.choices if choice.wait <= allowed)
        if not kept:
            return None
        found.append(replace(shot, choices=kept))
    return tuple(found)


def sure(shots: Sequence[PlannedShot], hurry: Hurry, time: float) -> dict[str, float]:
    """The seconds of each seller within which its takes are there in `time` in whatever order they are begun."""
    longest: dict[str, float] = defaultdict(float)
    for shot in shots:
        for choice in shot.choices:
            longest[choice.provider] = max(longest[choice.provider], choice.wait)
    return {
        name: max(0.0, seconds - (_places(name, hurry) - 1) * longest[name])
        for name, seconds in hurry.seconds(time).items()
    }


def overdue(chosen: Mapping[str, Choice], hurry: Hurry, time: float) -> dict[str, float]:
    """The sellers whose takes are not there in `time`, each with the seconds of one take less than it has now."""
    by: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for shot, choice in chosen.items():
        by[choice.provider].append((choice.wait, shot))
    found = {}
    for name, takes in sorted(by.items()):
        if name in hurry.seconds(time):
            allowed = hurry.allowed(takes[0][1], time) * (1 + _CLOSE) + _CLOSE
            waits = [wait for wait, _ in takes]
            if makespan(waits, _places(name, hurry)) > allowed:
                found[name] = sum(waits) - min(wait for wait in waits if wait)
    return found


def soonest(shots: Sequence[PlannedShot], hurry: Hurry, budget: float) -> tuple[float, tuple[PlannedShot, ...]]:
    """A short time in which all shots are there within the budget, and the one way of each by which they are.

    The shots that take longest choose first, each the way by which everything is there soonest, as far as the money for the others allows.
    The budget has to reach for the least costly ways.
    """
    chosen = _soonest(shots, hurry, budget)
    parts = _parts(chosen, hurry)
    time = max((part / (hurry.shares.get(number) or 1.0) for number, part in parts.items()), default=0.0)
    return time, tuple(replace(s, choices=(chosen[s.shot],)) for s in shots)


def _soonest(shots: Sequence[PlannedShot], hurry: Hurry, budget: float) -> dict[str, Choice]:
    free: dict[str, list[float]] = {}
    chosen: dict[str, Choice] = {}
    time: dict[int, float] = defaultdict(float)
    left = budget - sum(min(c.cost for c in s.choices) for s in shots)

    def end(choice: Choice) -> float:
        places = _places(choice.provider, hurry)
        return choice.wait + (free.setdefault(choice.provider, [0.0] * places)[0] if places else 0.0)

    for shot in sorted(shots, key=lambda s: (-min(c.wait for c in s.choices), s.shot)):
        number, least = hurry.rounds.get(shot.shot, 0), min(choice.cost for choice in shot.choices)
        ranked = [(max(time[number], end(c)), end(c), c.cost - c.value, c.offer, c) for c in shot.choices]
        best = min(row for row in ranked if row[-1].cost - least <= left + _CLOSE)[-1]
        time[number], left = max(time[number], end(best)), left - (best.cost - least)
        chosen[shot.shot] = best
        if best.provider in free:
            heapq.heapreplace(free[best.provider], end(best))
    return {shot.shot: chosen[shot.shot] for shot in shots}


def _parts(chosen: Mapping[str, Choice], hurry: Hurry) -> dict[int, float]:
    """By round: the seconds until its takes are there, begun in the order of the film."""
    by: dict[int, list[tuple[int, str, float]]] = defaultdict(list)
    for shot, choice in chosen.items():
        by[hurry.rounds.get(shot, 0)].append((0, choice.provider.partition(", round ")[0], choice.wait))
    return {number: whole(takes, hurry.places) for number, takes in by.items()}


def _places(name: str, hurry: Hurry) -> int:
    return hurry.places.get(name.partition(", round ")[0], 0)


def why(hurry: Hurry, shot: str, alone: str, late: bool, crowded: str) -> str:
    """Why a shot does not go to `alone`, where that is because of the deadline; empty where it is not. `crowded` names the seller that has
    no time left for it."""
    wait = hurry.waits.get((shot, alone))
    left = f"until the deadline {duration(hurry.left)} are left" if hurry.left else "the deadline has passed"
    if late:
        return f"{left}, and not every take can be there: so all of them are there soonest"
    if wait is None and (shot, alone) in hurry.waits:
        return f"{left}, and how long {alone} takes is not known"
    if wait is not None and wait > hurry.allowed(shot, hurry.left):
        number = hurry.rounds.get(shot, 0)
        order = (
            "" if not hurry.shares else ", and it is made after others" if number else ", and others are made after it"
        )
        return f"{left}{order}, {alone} needs {duration(wait)}"
    return f"{left}, and {crowded} has no time for {alone} here as well" if crowded else ""
