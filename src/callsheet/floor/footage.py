"""What a take brings besides its picture: sound of its own, and, where a model extended footage, that footage before the new frames."""

from dataclasses import replace
from fractions import Fraction

from callsheet.edit.cut import Cut, CutEvent
from callsheet.film import PRESETS, Clip, Rate
from callsheet.media.probe import probe
from callsheet.store import ProductionStore

_SPARE_S = Fraction(1, 2)
"""How much shorter than footage and shot together a clip may be that has both: models cut a few frames at the seam."""


def entered(store: ProductionStore, cut: Cut) -> Cut:
    """The cut with every clip entered where the shot begins in it."""
    events = tuple(replace(event, source_in=_begins(store, event, cut.rate)) for event in cut.events)
    return cut if events == cut.events else replace(cut, events=events)


def _begins(store: ProductionStore, event: CutEvent, rate: Rate) -> int:
    """The frame at which the new part of an extension begins. Some sellers answer with the given footage and what follows it, some with
    what follows alone; none says which, and the clip's length does."""
    given = {one.sha256 for one in event.take.recipe.order.references if one.role.partition(":")[0] == "extend"}
    found = [clip.frames_at(rate) for clip in event.take.clips]
    spare = min(found) - event.frames
    if not given or spare <= 0 or not all(store.blobs.has(sha256) for sha256 in given):
        return 0
    lengths = [probe(store.blobs.path(sha256)) for sha256 in sorted(given)]
    before = max(int(Fraction(media.frames) / media.rate * rate.fraction) for media in lengths)
    return min(before, spare) if spare >= before - rate.fraction * _SPARE_S else 0


def sounding(store: ProductionStore, cut: Cut) -> dict[int, str]:
    """The clips whose own sound is heard, by the number of their event: those of shots with native sound that have any."""
    framing = PRESETS[cut.production.deliverables[0].preset].framing
    clips: dict[int, Clip] = {
        number: event.take.clip(framing) for number, event in enumerate(cut.events) if event.shot.sound == "native"
    }
    return {number: clip.sha256 for number, clip in clips.items() if probe(store.blobs.path(clip.sha256)).has_audio}
