"""Checks across the document that one field alone cannot make: codes, ids, continuity, frames that exist."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from callsheet.film.ordering import needs
from callsheet.film.production import Episode, Production
from callsheet.film.shot import NARRATOR, Shot

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One fault at a place in the document."""

    path: Path
    message: str
    allowed: str = ""
    nearest: str = ""


def check(production: Production) -> list[Fault]:
    """Every cross-field fault of the document; empty when it is sound."""
    return [*_assets(production), *_episodes(production)]


def _unknown(path: Path, kind: str, name: str, known: Iterable[str]) -> Fault:
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    return Fault(
        path,
        f"there is no {kind} {name!r}",
        ", ".join(names) or f"none yet: add it under {kind}",
        near[0] if near else "",
    )


def _assets(production: Production) -> Iterator[Fault]:
    for name, cast in production.cast.items():
        if cast.voice is not None and cast.voice not in production.voices:
            yield _unknown(("cast", name, "voice"), "voices", cast.voice, production.voices)
    if NARRATOR in production.cast and not production.cast[NARRATOR].voice:
        yield Fault(
            ("cast", NARRATOR), "the narrator needs a voice when it is cast", ", ".join(sorted(production.voices))
        )
    if not production.deliverables:
        yield Fault(("deliverables",), "a film needs at least one deliverable")
    seen: set[tuple[str, str | None]] = set()
    for index, deliverable in enumerate(production.deliverables):
        key = (deliverable.preset, deliverable.language)
        if key in seen:
            yield Fault(("deliverables", index), f"{deliverable.preset} is listed twice for the same language")
        seen.add(key)
    if not any(s.shots for e in production.episodes for s in e.sequences):
        yield Fault(("episodes",), "the board has no shot")


def _episodes(production: Production) -> Iterator[Fault]:
    codes: set[str] = set()
    for at, episode in enumerate(production.episodes):
        path: Path = ("episodes", at)
        yield from _code((*path, "code"), episode.code, "EP", codes)
        yield from _sequences(production, episode, path)


def _code(path: Path, code: str, kind: str, seen: set[str]) -> Iterator[Fault]:
    if not code.startswith(kind):
        yield Fault(path, f"{code!r} is not a code of this kind", f"{kind}010, {kind}020, ...")
    if code in seen:
        yield Fault(path, f"{code} is used twice", "every code once; they step by ten so that inserts fit")
    seen.add(code)


def _sequences(production: Production, episode: Episode, path: Path) -> Iterator[Fault]:
    sequences: set[str] = set()
    shots: dict[str, Shot] = {}
    where: dict[str, Path] = {}
    before: Shot | None = None
    for at, sequence in enumerate(episode.sequences):
        yield from _code((*path, "sequences", at, "code"), sequence.code, "SQ", sequences)
        for index, shot in enumerate(sequence.shots):
            place: Path = (*path, "sequences", at, "shots", index)
            yield from _code((*place, "code"), shot.code, "SH", set(shots))
            yield from _shot(production, shot, place)
            yield from _transition(shot, before, place)
            shots.setdefault(shot.code, shot)
            where.setdefault(shot.code, place)
            before = shot
    yield from _continuity(shots, where)


def _shot(production: Production, shot: Shot, path: Path) -> Iterator[Fault]:
    if shot.location is not None and shot.location not in production.locations:
        yield _unknown((*path, "location"), "locations", shot.location, production.locations)
    if shot.look is not None and shot.look not in production.looks:
        yield _unknown((*path, "look"), "looks", shot.look, production.looks)
    for index, name in enumerate(shot.cast):
        if name not in production.cast:
            yield _unknown((*path, "cast", index), "cast", name, production.cast)
    for index, name in enumerate(shot.props):
        if name not in production.props:
            yield _unknown((*path, "props", index), "props", name, production.props)
    for index, line in enumerate(shot.dialogue):
        if line.who != NARRATOR and line.who not in production.cast:
            yield _unknown((*path, "dialogue", index, "who"), "cast", line.who, [NARRATOR, *production.cast])
    for index, text in enumerate(shot.supers):
        if text.start >= shot.duration or text.start + (text.frames or 1) > shot.duration:
            yield Fault((*path, "supers", index), f"the text ends after the shot, which has {shot.duration} frames")
    for index, words in enumerate(shot.lettering):
        if not words.isprintable() or not any(character.isalnum() for character in words):
            yield Fault((*path, "lettering", index), "lettering is one line with a letter or a figure in it")
    yield from _made_from(shot, path)
    for index, effect in enumerate(shot.effects):
        if effect.at >= shot.duration:
            yield Fault(
                (*path, "effects", index, "at"), f"the shot has {shot.duration} frames", f"0 to {shot.duration - 1}"
            )


def _made_from(shot: Shot, path: Path) -> Iterator[Fault]:
    """Keyframes, beats and footage: in order, inside the shot, and not at odds with each other."""
    last = shot.duration - 1
    before = 0
    for index, key in enumerate(shot.continuity.keyframes):
        place = (*path, "continuity", "keyframes", index, "frame")
        if key.frame >= last:
            yield Fault(
                place, "a keyframe stands inside the shot; its ends are first_frame and last_frame", f"1 to {last - 1}"
            )
        elif key.frame <= before:
            yield Fault(
                place, "keyframes follow one another in the order of their frames", f"{before + 1} to {last - 1}"
            )
        before = max(before, key.frame)
    if len(shot.beats) == 1:
        yield Fault((*path, "beats"), "one beat is the shot itself", "2 or more, or none")
    for index, beat in enumerate(shot.beats):
        place = (*path, "beats", index, "at")
        earliest = shot.beats[index - 1].at + 1 if index else 0
        if not index and beat.at:
            yield Fault(place, "the first beat begins with the shot", "0")
        elif index and not earliest <= beat.at <= last:
            yield Fault(place, "beats follow one another inside the shot", f"{earliest} to {last}")
    if shot.footage is None:
        return
    if (shot.footage.video is None) == (shot.footage.shot is None):
        yield Fault(
            (*path, "footage"), "footage is either a video or another shot's take", "video: FILE, or shot: CODE"
        )
    if shot.continuity.extends:
        yield Fault((*path, "footage"), "a shot is made from footage or starts on another shot's last frame, not both")
    if shot.beats:
        yield Fault((*path, "beats"), "a shot that is made from footage has that footage's cuts", "no beats")


def _transition(shot: Shot, before: Shot | None, path: Path) -> Iterator[Fault]:
    transition = shot.transition
    if transition.kind == "cut":
        if transition.frames:
            yield Fault((*path, "transition", "frames"), "a cut has no length", "0, or kind: dissolve")
        return
    if before is None:
        yield Fault((*path, "transition"), "the first shot has nothing to dissolve from", "kind: cut")
    elif transition.frames < 2:
        yield Fault((*path, "transition", "frames"), "a dissolve takes at least 2 frames")
    else:
        room = min(shot.duration, before.duration - before.transition.frames)
        if transition.frames > room - 1:
            yield Fault(
                (*path, "transition", "frames"),
                "the dissolve is longer than the shots it joins",
                f"2 to {max(2, room - 1)}",
            )


def _continuity(shots: dict[str, Shot], where: dict[str, Path]) -> Iterator[Fault]:
    for code, shot in shots.items():
        parent = needs(shot)
        from_footage = shot.continuity.extends is None
        path = (*where[code], "footage", "shot") if from_footage else (*where[code], "continuity", "extends")
        if parent is None:
            continue
        if shot.continuity.first_frame and not from_footage:
            yield Fault(
                (*where[code], "continuity"), "a shot either extends another or has a first frame of its own, not both"
            )
        if parent not in shots:
            yield _unknown(path, "shot in this episode", parent, shots)
            continue
        chain, at = [code], parent
        while at in shots and at not in chain:
            chain.append(at)
            at = needs(shots[at]) or ""
        if at == code:
            link = " is made from " if any(shots[one].continuity.extends is None for one in chain) else " extends "
            yield Fault(path, "continuity runs in a circle: " + link.join([*chain, code]))
