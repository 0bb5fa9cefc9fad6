"""Deliver: conform the picks and pack everything the client receives. Make: shoot first whatever is missing."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from callsheet.delivery import callsheet, rights
from callsheet.delivery.callsheet import Ends, ShotState
from callsheet.delivery.made import FOLDER, Made
from callsheet.delivery.package import Item, package
from callsheet.delivery.stills import VERSION, WIDTH, still_frame, still_key, still_path
from callsheet.edit.cut import CutEvent
from callsheet.edit.titles import require_text
from callsheet.film import Document, Money, Production, digest, files
from callsheet.floor import Floor, Job, renders
from callsheet.floor.clearing import Papers, signed, today
from callsheet.floor.conform import Film, Master, conform
from callsheet.floor.counting import spent as spent_of
from callsheet.floor.crew import Crew
from callsheet.floor.meter import Meter
from callsheet.floor.quoted import Signed
from callsheet.floor.shooting import shoot_missing
from callsheet.floor.wasting import patterns
from callsheet.media.type.fonts import font_files
from callsheet.media.type.subtitles import srt, vtt
from callsheet.progress import OnProgress
from callsheet.rights import asked_again, described
from callsheet.store import DOCUMENT, Artefact, ProductionStore, Version
from callsheet.store.approvals import in_force

TERMS = "catalog.yaml"
"""The production's own catalogue: the terms of offers in it may change what is allowed."""


async def deliver(store: ProductionStore, folder: Path, on_progress: OnProgress, crew: Crew | None) -> Made:
    """Conform and pack; shoot first, when a crew is given, whatever has no take for its board."""
    document = Document.parse(store.read().text)
    production = document.production
    require_text(production)
    async with Floor(store, on_event=Meter(on_progress, spent_of(store, production)), crew=crew) as floor:
        version = store.snapshot("edited")
        papers = Papers(store, production)
        papers.clear_sound()
        if crew is not None:
            await shoot_missing(floor, store, production, crew.sellers)
        picks = store.picks()
        # Again: what was waited for may have taken days.
        judgement = Papers(store, production).clear_delivery(picks, described(production, picks, papers.terms))
        films = await conform(floor, store, production, picks)
        picked = sum(len(film.cut.events) for film in films)
        takes = {"made": floor.made["take"], "reused": picked - floor.made["take"]}
        segments = {"made": floor.made["segment"], "reused": floor.reused["segment"]}
        items = await _items(floor, store, document, version, films)
        masters_of = {
            m: film.cut.episode for film in films for m in (_master_name(production, m) for m in film.masters)
        }
        items.append(rights.item(papers, picks, judgement))
        facts = {"production": production.title, "version": version.number, "board": document.digest}
        facts["rights"] = rights.stated(papers, picks, judgement, masters_of)
        package(folder / FOLDER, items, facts, store.digest_of)
    masters = [_master_facts(folder, production, film, master) for film in films for master in film.masters]
    warnings = [*floor.warnings, *(warning for film in films for warning in film.warnings)]
    spent = spent_of(store, production)
    where = str(folder / FOLDER)
    required = tuple(str(finding) for finding in judgement.of("require"))
    return Made(
        production.title,
        version.number,
        takes,
        segments,
        spent,
        tuple(masters),
        where,
        tuple(warnings),
        required,
        *rights.to_do(papers, judgement),
    )


def sources(store: ProductionStore) -> list[str]:
    """The files that the film is made from, relative to the production's folder."""
    production = Document.parse(store.read().text).production
    written_from = [production.source.file] if production.source else []
    pictures = [path for placed in production.board() for _, path in files(production, placed)]
    return list(dict.fromkeys([DOCUMENT, TERMS, *written_from, *pictures, *signed(production)]))


def good_until(store: ProductionStore) -> date | None:
    """The first day on which the rules may say something else of the film as it is; None when none is known of."""
    return asked_again(Document.parse(store.read().text).production, today(store))


def _master_facts(folder: Path, production: Production, film: Film, master: Master) -> dict[str, Any]:
    return {
        "path": str(folder / FOLDER / _master_name(production, master)),
        "preset": master.preset.name,
        "width": master.preset.width,
        "height": master.preset.height,
        "frames": master.facts["frames"],
        "rate": str(film.cut.rate),
        "lufs": master.facts["lufs"],
        "true_peak": master.facts["true_peak"],
        "sha256": master.sha256,
    }


def _slug(title: str) -> str:
    words = re.sub(r"[^\w]+", "-", unicodedata.normalize("NFKC", title).lower(), flags=re.UNICODE).strip("-")
    return words[:60].rstrip("-") or "film"


def _stem(production: Production, episode: str) -> str:
    return _slug(production.title) + (f"_{episode}" if len(production.episodes) > 1 else "")


def _master_name(production: Production, master: Master) -> str:
    language = f"_{master.deliverable.language}" if master.deliverable.language else ""
    return f"{_stem(production, master.episode)}_{master.preset.name}{language}.mp4"


async def _items(
    floor: Floor, store: ProductionStore, document: Document, version: Version, films: Sequence[Film]
) -> list[Item]:
    """Every file of the package."""
    production = document.production
    stills = {e.placed.address: _still_job(store, e) for film in films for e in film.cut.events}
    posters = {film.cut.episode.code: _poster_job(store, film) for film in films}
    sheets = {film.cut.episode.code: _sheet_job(store, film) for film in films}
    made = await floor.build([*stills.values(), *posters.values(), *sheets.values()])
    items: list[Item] = []
    for film in films:
        episode = film.cut.episode.code
        stem = _stem(production, episode)
        for master in film.masters:
            facts = {"preset": master.preset.name, **master.facts}
            items.append(
                Item(_master_name(production, master), "master", store.blobs.path(master.sha256), master.sha256, facts)
            )
        for language, cues in film.captions.items():
            for suffix, write in (("srt", srt), ("vtt", vtt)):
                text = write(cues, film.cut.rate.fraction).encode()
                items.append(Item.of(f"captions/{stem}.{language}.{suffix}", "captions", text, language=language))
        items.append(_stored(store, f"{stem}_poster.jpg", "poster", made[posters[episode].key]))
        items.append(_stored(store, f"{stem}_contact-sheet.png", "contact sheet", made[sheets[episode].key]))
        items += _timeline(store, film, stem)
    states = {}
    for address, job in stills.items():
        path = still_path(address)
        items.append(_stored(store, path, "still", made[job.key]))
        states[address] = path
    signed = in_force(store)
    approval = Signed(signed.digest, signed.by, signed.at, ()) if signed is not None else None
    ends = Ends(patterns(store), approval)
    sheet = callsheet.sheet(
        document, version.number, _states(store, films, states), spent_of(store, document.production), ends
    )
    items.append(Item.of("callsheet.html", "call sheet", callsheet.as_html(sheet).encode()))
    items.append(Item.of("callsheet.json", "call sheet", callsheet.as_json(sheet).encode()))
    return items


def _stored(store: ProductionStore, path: str, kind: str, artefact: Artefact) -> Item:
    return Item(path, kind, store.blobs.path(artefact.sha256), artefact.sha256)


def _timeline(store: ProductionStore, film: Film, stem: str) -> list[Item]:
    """The cut as OTIO, with the clips and the mix it names, so that the package opens anywhere."""
    from callsheet.edit.otio import timeline

    framing = film.masters[-1].preset.framing
    items, media = [], {}
    for event in film.cut.events:
        clip = event.take.clip(framing)
        path = f"media/{event.placed.address.replace(' ', '_')}_T{event.take.number:02}.mp4"
        media[clip.sha256] = path
        items.append(Item(path, "take", store.blobs.path(clip.sha256), clip.sha256))
    sound = None
    if film.soundtrack.mix:
        sound = f"media/{stem}_mix.m4a"
        items.append(Item(sound, "mix", store.blobs.path(film.soundtrack.mix.sha256), film.soundtrack.mix.sha256))
    cues = [(c.start, c.end, c.text) for c in film.captions.get(film.cut.production.language, ())]
    text = timeline(film.cut, framing, media, sound, cues)
    return [Item.of(f"{stem}.otio", "timeline", text.encode()), *items]


def _frame(event: CutEvent) -> int:
    """Two thirds into the shot: the move has settled and text on screen is in."""
    return event.frames * 2 // 3


def _still_job(store: ProductionStore, event: CutEvent) -> Job:
    clip, frame = event.take.clip("16:9"), still_frame(event.take, event.frames)
    key = still_key(event.take, event.frames)
    assert key is not None
    return Job(key, "still", renders.still, (store.blobs.path(clip.sha256), frame, WIDTH), name=event.placed.address)


def _poster_job(store: ProductionStore, film: Film) -> Job:
    """A frame of the last master: of the hero shot if there is one, else of the middle of the film."""
    events = film.cut.events
    event = next((e for e in events if e.shot.acceptance == "hero"), events[len(events) // 2])
    master = film.masters[-1]
    frame = event.record_in + _frame(event)
    key = digest(["poster", VERSION, master.sha256, frame])
    return Job(key, "still", renders.still, (store.blobs.path(master.sha256), frame, 0), name="poster")


def _sheet_job(store: ProductionStore, film: Film) -> Job:
    master = film.masters[-1]
    path = store.blobs.path(master.sha256)
    cells = [(path, e.record_in + _frame(e), f"{e.shot.code}  {e.frames} f", e.shot.action) for e in film.cut.events]
    heading = film.cut.production.title
    key = digest(["sheet", VERSION, master.sha256, heading, [[c[1], c[2], c[3]] for c in cells]])
    fonts = font_files(film.cut.production.language)
    return Job(key, "sheet", renders.sheet, (cells, heading, fonts), weight=len(cells), name="contact sheet")


def _states(store: ProductionStore, films: Sequence[Film], stills: Mapping[str, str]) -> dict[str, ShotState]:
    decisions = store.decisions()
    states = {}
    for film in films:
        for event in film.cut.events:
            address = event.placed.address
            decision = decisions.get(address, {})
            states[address] = ShotState(
                event.take.recipe.offer,
                Money(event.take.cost_micros, event.take.currency),
                tuple(decision.get("reasons", ())),
                tuple((name, rule) for name, rule in decision.get("excluded", ())),
                event.take,
                stills.get(address),
            )
    return states
