"""The cut as OpenTimelineIO: picks, dissolves with handles, voice, music, captions and markers, with relative media paths."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from callsheet.edit.cut import Cut, CutEvent
from callsheet.film import Framing, Rate


def timeline(
    cut: Cut, framing: Framing, media: Mapping[str, str], sound: str | None, captions: Sequence[tuple[int, int, str]]
) -> str:
    """The cut as OTIO JSON.

    `media` gives the path of each clip by its sha256 and `sound` that of the mix, relative to the file;
    `captions` are (first frame, end frame, text). A dissolve becomes a transition whose handles lie in the takes.
    """
    rate = cut.rate
    line = otio.schema.Timeline(cut.production.title, global_start_time=_time(0, rate))
    pictures = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    for index, event in enumerate(cut.events):
        following = cut.events[index + 1] if index + 1 < len(cut.events) else None
        if event.dissolve_in:
            half = event.dissolve_in // 2
            pictures.append(otio.schema.Transition("dissolve", otio.schema.TransitionTypes.SMPTE_Dissolve,
                                                   _time(half, rate), _time(event.dissolve_in - half, rate)))  # fmt: skip
        pictures.append(_clip(event, following, framing, media, rate))
    line.tracks.append(pictures)
    if sound is not None:
        line.tracks.append(_sound(cut, sound))
    for start, end, text in captions:
        spot = otio.opentime.TimeRange(_time(start, rate), _time(end - start, rate))
        line.tracks.markers.append(
            otio.schema.Marker(
                text.replace("\n", " "), spot, otio.schema.MarkerColor.WHITE, {"callsheet": {"kind": "caption"}}
            )
        )
    return str(line.to_json_string(indent=2)) + "\n"


def _sound(cut: Cut, path: str) -> otio.schema.Track:
    """The mix, as long as the film."""
    track = otio.schema.Track("A1", kind=otio.schema.TrackKind.Audio)
    whole = otio.opentime.TimeRange(_time(0, cut.rate), _time(cut.frames, cut.rate))
    track.append(otio.schema.Clip("mix", otio.schema.ExternalReference(path, whole), whole))
    return track


def _clip(
    event: CutEvent, following: CutEvent | None, framing: Framing, media: Mapping[str, str], rate: Rate
) -> otio.schema.Clip:
    """A pick, cut where its neighbours' dissolves are centred so that the track's length is the film's."""
    picture = event.take.clip(framing)
    head = event.dissolve_in // 2
    tail = following.dissolve_in - following.dissolve_in // 2 if following else 0
    used = otio.opentime.TimeRange(_time(event.source_in + head, rate), _time(event.frames - head - tail, rate))
    available = otio.opentime.TimeRange(_time(0, rate), _time(picture.frames, rate))
    recipe = event.take.recipe
    metadata: dict[str, Any] = {
        "callsheet": {
            "shot": event.placed.address,
            "take": event.take.number,
            "offer": recipe.offer,
            "engine": recipe.engine,
            "recipe": recipe.digest,
            "sha256": picture.sha256,
            "action": event.shot.action,
        }
    }
    reference = otio.schema.ExternalReference(media[picture.sha256], available)
    return otio.schema.Clip(event.placed.address, reference, used, metadata)


def _time(frames: int, rate: Rate) -> otio.opentime.RationalTime:
    exact: Fraction = rate.fraction
    return otio.opentime.RationalTime(frames, exact.numerator / exact.denominator)
