"""The call sheet: every shot with its action, route, price, reasons and state, as JSON and as a page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callsheet.film import Document, Money, Placed, Production, Take, Timecode


@dataclass(frozen=True)
class ShotState:
    """What is known about a shot beyond the board: its route as recorded, its pick, and a still of it."""

    offer: str
    price: Money | None
    reasons: tuple[str, ...]
    excluded: tuple[tuple[str, str], ...]
    take: Take | None
    still: str | None


def sheet(document: Document, version: int, states: Mapping[str, ShotState], spent: Money) -> dict[str, Any]:
    """The call sheet as plain data; `states` by shot address."""
    production = document.production
    placed = list(production.board())
    frames = sum(p.shot.duration - p.shot.transition.frames for p in placed)
    taken = production.source.treatment if production.source else None
    shots = {p.address: _shot(production, p, states[p.address]) for p in placed}
    return {
        "title": production.title,
        "format": production.format,
        "language": production.language,
        "version": version,
        "digest": document.digest,
        "rate": str(production.rate),
        "frames": frames,
        "timecode": _timecode(production, frames),
        "spent": str(spent),
        "budget": production.budget.amount if production.budget else None,
        "deliverables": [d.preset for d in production.deliverables],
        "treatments": [{**t.model_dump(mode="json"), "taken": t.id == taken} for t in production.treatments],
        "flags": list(production.source.flags) if production.source else [],
        "shots": list(shots.values()),
        "sequences": [
            {
                "episode": episode.code,
                "code": sequence.code,
                "title": sequence.title,
                "timecode": _timecode(production, sum(s.duration - s.transition.frames for s in sequence.shots)),
                "shots": [shots[f"{episode.code} {sequence.code} {s.code}"] for s in sequence.shots],
            }
            for episode in production.episodes
            for sequence in episode.sequences
        ],
    }


def as_json(data: Mapping[str, Any]) -> str:
    """The call sheet as JSON: shots once, in film order."""
    return json.dumps({k: v for k, v in data.items() if k != "sequences"}, indent=2, ensure_ascii=False) + "\n"


def as_html(data: Mapping[str, Any]) -> str:
    """The call sheet as one page without scripts."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("callsheet.delivery"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("callsheet.html.j2").render(sheet=data)


def _timecode(production: Production, frames: int) -> str:
    return str(Timecode(frames, production.rate, production.rate.drops))


def _shot(production: Production, placed: Placed, state: ShotState) -> dict[str, Any]:
    shot = placed.shot
    place = [production.locations[shot.location].name] if shot.location else []
    place += [word for word in (shot.time_of_day, shot.weather) if word]
    who = [production.cast[name].name for name in shot.cast] + [production.props[name].name for name in shot.props]
    take = state.take
    return {
        "address": placed.address,
        "code": shot.code,
        "action": shot.action,
        "camera": f"{shot.camera.size}, {shot.camera.angle}, {shot.camera.move}",
        "frames": shot.duration,
        "timecode": _timecode(production, shot.duration),
        "place": ", ".join(place),
        "who": ", ".join(who),
        "dialogue": [
            {"who": production.cast[d.who].name if d.who in production.cast else "", "text": d.line}
            for d in shot.dialogue
        ],
        "supers": [text.text.replace("*", "") for text in shot.supers],
        "offer": state.offer,
        "price": str(state.price) if state.price else "unknown",
        "reasons": list(state.reasons),
        "excluded": [list(pair) for pair in state.excluded],
        "state": f"take {take.number} picked" if take else "not shot",
        "take": take.number if take else None,
        "recipe": take.recipe.digest if take else None,
        "still": state.still,
        "gates": _gates(take),
    }


def _gates(take: Take | None) -> dict[str, Any] | None:
    """What gates said of the picked take, as a line and by clip; `rejected` with a pick means that a person overruled them."""
    if take is None:
        return None
    clips = [
        {
            "framing": clip.framing,
            **(clip.gates.model_dump(mode="json") if clip.gates else {"version": None, "findings": []}),
        }
        for clip in take.clips
    ]
    return {"rejected": take.rejected, "inspected": take.inspected, "told": take.gates_said, "clips": clips}
