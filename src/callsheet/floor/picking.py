"""The verbs of picking: a shot's takes, and the one that is in the cut."""

from callsheet.errors import InputError, NotFoundError
from callsheet.film import Document, Take
from callsheet.floor.clearing import Papers
from callsheet.floor.judging import Listing, calibration
from callsheet.store import ProductionStore


def takes(store: ProductionStore, shot: str) -> Listing:
    """A shot's takes and the number of its pick."""
    placed = Document.parse(store.read().text).production.find(shot)
    pick = store.picks().get(placed.address)
    found = Listing((store.takes(placed.address), pick.number if pick else None))
    found.calibration = calibration(store)
    return found


def pick(store: ProductionStore, shot: str, number: int, by: str) -> Take:
    """Put a take in the cut. Raises NotFoundError, or InputError for a take that is too short for its shot."""
    production = Document.parse(store.read().text).production
    placed = production.find(shot)
    take = next((t for t in store.takes(placed.address) if t.number == number), None)
    if take is None:
        raise NotFoundError(f"there is no take {number}", where=placed.address, remedy="`callsheet takes` lists them.")
    rate = take.recipe.order.rate
    shortest = min(clip.frames_at(rate) for clip in take.clips)
    if shortest < placed.shot.duration:
        raise InputError(
            f"take {number} has {shortest} frames and the shot needs {placed.shot.duration}",
            where=placed.address,
            remedy="Shorten the shot in production.yaml, or pick another take.",
        )
    Papers(store, production).clear_pick(take)
    with store.locked():
        store.snapshot("edited")
        store.pick(placed.address, number, by)
    return take
