"""Conform: rebuild the masters from the picks. Voices, then mix and segments, then masters, each only if it is not there yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callsheet.edit.cut import Cut, assemble
from callsheet.edit.soundtrack import PlacedLine, SpokenLine, cue_sheet, lines, place
from callsheet.edit.titles import caption_languages, captions, grounded, supers
from callsheet.film import PRESETS, Deliverable, Preset, Production, Take, digest
from callsheet.floor import renders
from callsheet.floor.floor import Floor, Job
from callsheet.floor.footage import entered, sounding
from callsheet.media.graph import Event, Overlay, Segment, plan
from callsheet.media.profiles import MASTER, PROXY, encoder_build
from callsheet.media.sound.effects import VERSION as EFFECTS_VERSION
from callsheet.media.sound.music import VERSION as MUSIC_VERSION
from callsheet.media.sound.voice import MOST_COMPRESSION, voice_for
from callsheet.media.type.captions import Cue, style_for
from callsheet.media.type.place import place_supers
from callsheet.media.type.supers import Item, as_data, item_key, overlays
from callsheet.store import Artefact, ProductionStore

JOIN_VERSION = 1
MIX_VERSION = 2
"""Raised whenever the same plan would give other bytes, like every version that is part of a key."""
REPORT_VERSION = 1
LIGHT_VERSION = 1


@dataclass(frozen=True)
class Soundtrack:
    """The soundtrack of one film: the encoded mix, or None for a silent film, and where every line lies."""

    mix: Artefact | None
    placed: tuple[PlacedLine, ...]


@dataclass(frozen=True)
class Master:
    """A finished deliverable, measured."""

    episode: str
    deliverable: Deliverable
    preset: Preset
    sha256: str
    facts: Mapping[str, Any]
    """What the measurement found: frames, lufs, true_peak, drift_ms, faults..."""


@dataclass(frozen=True)
class Film:
    """One episode, conformed."""

    cut: Cut
    soundtrack: Soundtrack
    captions: Mapping[str, Sequence[Cue]]
    """Cues by language, as subtitle files have them."""
    masters: tuple[Master, ...]
    warnings: tuple[str, ...]


async def conform(
    floor: Floor, store: ProductionStore, production: Production, picks: Mapping[str, Take]
) -> tuple[Film, ...]:
    """Every episode's masters. Raises NotFoundError for a shot without a pick, GlyphError for text that cannot be drawn."""
    cuts = [entered(store, assemble(production, episode, picks)) for episode in production.episodes]
    spoken = {cut.episode.code: lines(cut) for cut in cuts}
    lights = {clip: _light_job(store, clip) for cut in cuts for clip in _clips_under_text(cut)}
    voices = [_voice_job(line) for cut in cuts for line in spoken[cut.episode.code]]
    speeches = await floor.build([*voices, *lights.values()])
    light = {clip: speeches[job.key].meta for clip, job in lights.items()}
    films = []
    for cut in cuts:
        films.append(await _film(floor, store, cut, spoken[cut.episode.code], speeches, light))
    return tuple(films)


def _clips_under_text(cut: Cut) -> set[str]:
    """The clips, in every framing, over which text will stand."""
    framings = {PRESETS[d.preset].framing for d in cut.production.deliverables}
    return {event.take.clip(f).sha256 for event in cut.events if event.shot.supers for f in framings}


def _light_job(store: ProductionStore, clip: str) -> Job:
    return Job(digest(["light", LIGHT_VERSION, clip]), "light", renders.light, (store.blobs.path(clip),), name="light")


def _engine(language: str) -> str:
    voice = voice_for(language)
    return f"{voice.name} {voice.version}"


def _voice_job(line: SpokenLine) -> Job:
    speaker = {
        "voice": "" if line.voice == "auto" else line.voice,
        "pitch": line.pitch,
        "timbre": line.timbre,
        "pace": line.pace,
    }
    arguments = (line.text, line.language, speaker)
    return Job(
        line.key(_engine(line.language)),
        "voice",
        renders.speech,
        arguments,
        weight=len(line.text),
        name=line.text[:40],
    )


async def _film(
    floor: Floor,
    store: ProductionStore,
    cut: Cut,
    spoken: Sequence[SpokenLine],
    speeches: Mapping[str, Artefact],
    light: Mapping[str, Mapping[str, Any]],
) -> Film:
    keys = [line.key(_engine(line.language)) for line in spoken]
    placed = place(cut, spoken, [speeches[key].meta for key in keys], MOST_COMPRESSION)
    preset = PRESETS[cut.production.deliverables[0].preset]
    mix = _mix_job(store, cut, placed, keys, speeches, preset)
    cues = {language: captions(cut, placed, language) for language in caption_languages(cut)}
    edits = [_edit(store, cut, placed, light, deliverable) for deliverable in cut.production.deliverables]
    jobs = ([mix] if mix else []) + [job for edit in edits for job in edit.jobs]
    made = await floor.build(jobs)
    sound = made[mix.key] if mix else None
    joins = [_join_job(store, cut, edit, sound, made, cues) for edit in edits]
    joined = await floor.build(joins)
    reports = [_report_job(store, cut, edit, joined[job.key]) for edit, job in zip(edits, joins, strict=True)]
    reported = await floor.build(reports)
    masters = tuple(
        Master(cut.episode.code, edit.deliverable, edit.preset, joined[job.key].sha256, reported[report.key].meta)
        for edit, job, report in zip(edits, joins, reports, strict=True)
    )
    return Film(cut, Soundtrack(sound, placed), cues, masters, tuple(_warnings(cut, placed, speeches, keys, masters)))


def _mix_job(
    store: ProductionStore,
    cut: Cut,
    placed: Sequence[PlacedLine],
    keys: Sequence[str],
    speeches: Mapping[str, Artefact],
    preset: Preset,
) -> Job | None:
    native = sounding(store, cut)
    sheet = cue_sheet(cut, placed, keys, native)
    if not (native or sheet["voices"] or sheet["music"] or sheet["effects"] or sheet["ambience"]):
        return None
    made_by = [MIX_VERSION, MUSIC_VERSION, EFFECTS_VERSION, encoder_build(), preset.lufs, preset.true_peak]
    key = digest(["mix", sheet, made_by, sorted({speeches[k].sha256 for k in keys})])
    files = {k: store.blobs.path(speeches[k].sha256) for k in keys}
    clips = {sha256: store.blobs.path(sha256) for sha256 in native.values()}
    arguments = (sheet, files, preset.lufs, preset.true_peak, clips)
    return Job(key, "mix", renders.mix, arguments, weight=1e12, name=f"{cut.episode.code} mix")


@dataclass(frozen=True)
class _Edit:
    """One deliverable on its way: its segments in order, and the jobs that make them."""

    deliverable: Deliverable
    preset: Preset
    language: str
    segments: tuple[Segment, ...]
    jobs: tuple[Job, ...]


def _edit(
    store: ProductionStore,
    cut: Cut,
    placed: Sequence[PlacedLine],
    light: Mapping[str, Mapping[str, Any]],
    deliverable: Deliverable,
) -> _Edit:
    preset = PRESETS[deliverable.preset]
    language = deliverable.language or cut.production.language
    text = place_supers(supers(cut, preset.framing), preset.size)
    items: list[Item] = [*grounded(text, cut, preset.framing, light)]
    if deliverable.captions in ("burned", "both"):
        items += captions(cut, placed, language, style_for(preset.size))
    by_key = {item_key(item): item for item in items}
    shown_over = [Overlay(*overlay) for overlay in overlays(items)]
    events = [Event(e.take.clip(preset.framing).sha256, e.source_in, e.frames, e.dissolve_in) for e in cut.events]
    profile = MASTER if preset.profile == "master" else PROXY
    segments = plan(events, shown_over, size=preset.size, rate=cut.rate.fraction, profile=profile)
    jobs = []
    for wanted in segments:
        clips = {sha256: store.blobs.path(sha256) for sha256 in sorted(wanted.clips())}
        shown = [as_data(by_key[k]) for k in dict.fromkeys(o.key.partition("/")[0] for o in wanted.overlays)]
        weight = wanted.frames * preset.width * preset.height
        name = f"{cut.episode.code} {deliverable.preset}"
        jobs.append(Job(wanted.key(), "segment", renders.segment, (wanted, clips, shown), weight=weight, name=name))
    return _Edit(deliverable, preset, language, segments, tuple(jobs))


def _join_job(
    store: ProductionStore,
    cut: Cut,
    edit: _Edit,
    mix: Artefact | None,
    made: Mapping[str, Artefact],
    cues: Mapping[str, Sequence[Cue]],
) -> Job:
    soft = edit.deliverable.captions in ("soft", "both")
    tracks = [(language, [(c.start, c.end, c.text) for c in found]) for language, found in cues.items()] if soft else []
    metadata = {"title": cut.production.title, "comment": "Made with Callsheet"}
    parts = [made[segment.key()].sha256 for segment in edit.segments]
    key = digest(
        ["master", JOIN_VERSION, encoder_build(), parts, mix.sha256 if mix else None, tracks, metadata, str(cut.rate)]
    )
    paths = [store.blobs.path(sha256) for sha256 in parts]
    audio = store.blobs.path(mix.sha256) if mix else None
    return Job(
        key, "master", renders.master, (paths, audio, cut.rate.fraction, tracks, metadata), name=_name(cut, edit)
    )


def _report_job(store: ProductionStore, cut: Cut, edit: _Edit, master: Artefact) -> Job:
    preset = edit.preset
    wanted = (cut.frames, preset.size, cut.rate.fraction, preset.lufs, preset.lufs_tolerance, preset.true_peak)
    key = digest(["report", REPORT_VERSION, master.sha256, [str(w) for w in wanted]])
    return Job(key, "report", renders.report, (store.blobs.path(master.sha256), *wanted), name=_name(cut, edit))


def _name(cut: Cut, edit: _Edit) -> str:
    return f"{cut.episode.code} {edit.deliverable.preset}"


def _warnings(
    cut: Cut,
    placed: Sequence[PlacedLine],
    speeches: Mapping[str, Artefact],
    keys: Sequence[str],
    masters: Sequence[Master],
) -> list[str]:
    found = []
    for line in placed:
        if line.over:
            where = cut.events[line.line.event].placed.address
            found.append(
                f"{where}: {line.line.text[:40]!r} runs {line.over / 48_000:.1f} s past the end of the film: shorten it or lengthen the shot"
            )
    scratch = sorted(
        {
            line.language
            for line, key in zip((p.line for p in placed), keys, strict=True)
            if speeches[key].meta["kind"] == "scratch"
        }
    )
    found += [f"no voice for {language!r} is installed: its lines are a scratch guide track" for language in scratch]
    for master in masters:
        found += [f"{master.episode} {master.preset.name}: {fault}" for fault in master.facts["faults"]]
    return found
