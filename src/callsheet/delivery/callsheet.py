"""The call sheet: one document before the shoot and after it, as data and as a page without scripts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callsheet.delivery.plot import plot
from callsheet.delivery.words import bare, cents, excluded_by_rule, expectation, mean, waited
from callsheet.film import Document, Money, Placed, Production, Take, Timecode
from callsheet.film.times import told as moment_told
from callsheet.floor.quoted import Frontier, Pattern, Quoted, QuotedShot, Signed, Totals


@dataclass(frozen=True)
class ShotState:
    """What is known about a shot beyond the board: its route as recorded or planned, its take, and a still of it."""

    offer: str
    price: Money | None
    reasons: tuple[str, ...]
    excluded: tuple[tuple[str, str], ...]
    take: Take | None
    still: str | None
    planned: QuotedShot | None = None
    """Its part of the bid, before the shoot."""


@dataclass(frozen=True)
class Ends:
    """What stands at the end of the document: where money was wasted, and what was signed."""

    waste: Sequence[Pattern] = ()
    approval: Signed | None = None


def sheet(
    document: Document,
    version: int,
    states: Mapping[str, ShotState],
    spent: Money,
    ends: Ends | None = None,
    quoted: Quoted | None = None,
) -> dict[str, Any]:
    """The call sheet as plain data; `states` by shot address. With `quoted` it is the bid: what would be shot, for how much."""
    production = document.production
    placed = list(production.board())
    frames = sum(p.shot.duration - p.shot.transition.frames for p in placed)
    taken = production.source.treatment if production.source else None
    shots = {p.address: _shot(production, p, states[p.address]) for p in placed}
    totals = {(s.episode, s.code): s.totals for s in quoted.sequences} if quoted else {}
    last = ends or Ends()
    return {
        "title": production.title,
        "kind": "bid" if quoted else "shot",
        "format": production.format,
        "language": production.language,
        "version": version,
        "digest": document.digest,
        "terms": quoted.digest if quoted else None,
        "rate": str(production.rate),
        "frames": frames,
        "timecode": _timecode(production, frames),
        "spent": str(spent),
        "paid": quoted is not None and not all(t.outlook and not t.outlook.worst.micros for t in quoted.totals),
        "budget": production.budget.amount if production.budget else None,
        "deadline": moment_told(production.deadline) if production.deadline else None,
        "due": {"told": str(quoted.due), "late": quoted.due.pressing} if quoted and quoted.due else None,
        "deliverables": [d.preset for d in production.deliverables],
        "treatments": [{**t.model_dump(mode="json"), "taken": t.id == taken} for t in production.treatments],
        "flags": list(production.source.flags) if production.source else [],
        "totals": [_told(t) for t in quoted.totals] if quoted else [],
        "finals": str(quoted.finals) if quoted and quoted.finals else None,
        "frontier": _frontier(quoted.frontier) if quoted and quoted.frontier else None,
        "assumed": [*quoted.assumed, *quoted.unchecked] if quoted else [],
        "waste": [_waste(pattern) for pattern in last.waste],
        "approval": _signed(last.approval),
        "shots": list(shots.values()),
        "excluded": excluded_by_rule([(shot["code"], shot["excluded"]) for shot in shots.values()]),
        "sequences": [
            {
                "episode": episode.code,
                "code": sequence.code,
                "title": sequence.title,
                "timecode": _timecode(production, sum(s.duration - s.transition.frames for s in sequence.shots)),
                "totals": [_told(t) for t in totals.get((episode.code, sequence.code), ())],
                "shots": [shots[f"{episode.code} {sequence.code} {s.code}"] for s in sequence.shots],
            }
            for episode in production.episodes
            for sequence in episode.sequences
        ],
        **({"bid": quoted.facts()} if quoted else {}),
    }


def as_json(data: Mapping[str, Any]) -> str:
    """The call sheet as JSON: shots once, in film order."""
    kept = {k: v for k, v in data.items() if k not in ("sequences", "frontier")}
    return json.dumps(kept, indent=2, ensure_ascii=False) + "\n"


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
        "lettering": list(shot.lettering),
        "offer": state.offer,
        "price": str(state.price) if state.price else "unknown",
        "reasons": [why for why in state.reasons if not (state.planned and why.startswith("runner-up "))],
        "excluded": [list(pair) for pair in state.excluded],
        "state": _state(state),
        "take": take.number if take else None,
        "recipe": take.recipe.digest if take else None,
        "still": state.still,
        "gates": _gates(take),
        "planned": _planned(state.planned) if state.planned is not None and take is None else None,
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


def _state(state: ShotState) -> str:
    if state.take is None:
        return "not shot"
    if state.planned is None:
        return f"take {state.take.number} picked"
    said = {True: ", accepted", False: ", rejected", None: ""}[state.planned.accepted]
    return f"take {state.take.number} is there{said}"


def _planned(shot: QuotedShot) -> dict[str, Any]:
    """A shot of the bid in words."""
    found, second = shot.outlook, shot.outline.runner_up
    turns = [one.offer + (f" ({one.accept:.0%})" if one.accept is not None else "") for one in shot.outline.sequence]
    return {
        "free": shot.line.price is not None and not shot.line.price.worst.micros,
        "takes": expectation(shot.outline.takes),
        "approved": f"{shot.outline.approved:.0%}" if shot.outline.approved is not None else "not known",
        "p50": cents(found.p50 if found else None),
        "p90": cents(found.p90 if found else None),
        "worst": cents(found.worst if found else None),
        "hold": cents(shot.hold),
        "wait": waited(shot.wait, shot.waited.basis if shot.waited else None),
        "sequence": turns if len(turns) > 1 else [],
        "runner_up": str(second) if second is not None else "",
    }


def _told(found: Totals) -> dict[str, Any]:
    """Totals in words; nothing is said to be known while a price is not."""
    seen = found.outlook
    free = seen is not None and not seen.worst.micros
    amounts = {name: getattr(seen, name) if seen else None for name in ("expected", "p50", "p90", "worst")}
    return {
        **{name: cents(amount) for name, amount in amounts.items()},
        "bare": {name: bare(amount) for name, amount in amounts.items()},
        "free": free and not found.unknown,
        "currency": found.currency,
        "shots": found.shots,
        "there": found.there,
        "unknown": [address.rpartition(" ")[2] for address in found.unknown],
        "hold": cents(found.hold),
        "takes": expectation(found.takes),
        "wait": waited(found.wait, found.basis),
    }


def _frontier(found: Frontier) -> dict[str, Any]:
    """The plot and its numbers: every budget at which more can be bought, and those that were named."""
    named = {amount.micros for amount in (*found.asked, *([found.left] if found.left else []))}
    rows, before = [], -1.0
    for point in found.points:
        if (point.bought > before + 1e-9 and point.shots) or point.budget.micros in named:
            now = found.left is not None and point.budget.micros == found.left.micros
            rows.append(
                {
                    "budget": bare(point.budget),
                    "bought": mean(point.bought) if found.measure == "approved shots" else str(point.shots),
                    "shots": point.shots,
                    "cost": bare(point.cost),
                    "now": now,
                }
            )
        before = point.bought
    beyond = found.left is not None and not any(row["now"] for row in rows)
    return {"svg": plot(found), "rows": rows, "measure": found.measure, "of": found.of, "beyond": beyond,
            "left": cents(found.left) if found.left else None, "currency": found.points[0].budget.currency}  # fmt: skip


def _waste(pattern: Pattern) -> dict[str, Any]:
    return {"cause": pattern.cause, "use_case": pattern.use_case, "offer": pattern.offer, "cost": str(pattern.cost),
            "times": pattern.times, "reasons": list(pattern.reasons)}  # fmt: skip


def _signed(approval: Signed | None) -> dict[str, Any] | None:
    if approval is None:
        return None
    return {"digest": approval.digest, "by": approval.by, "at": f"{approval.at:%Y-%m-%d %H:%M} UTC",
            "void": list(approval.void)}  # fmt: skip
