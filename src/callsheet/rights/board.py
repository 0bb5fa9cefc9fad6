"""From the production document to facts: who is seen and heard, which works are used, what the film is for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from callsheet.catalog.known import UNKNOWN, Flag
from callsheet.film import NARRATOR, Asset, Deliverable, Episode, Order, Placed, Production, Shot, Take, needs
from callsheet.rights import papers, territory
from callsheet.rights.facts import Day, DeliverableFacts, Facts, Label, OfferTerms, Part, Person, Use, Work
from callsheet.rights.papers import Revocation

_KINDS: Mapping[str, Any] = {"location": "place", "prop": "object", "look": "look", "music": "music"}
_NOBODY = frozenset({"product", "landscape", "text-and-graphics"})
"""Use cases that show no human unless somebody is cast."""


def use_of(production: Production) -> Use:
    """What the film is for, as its `rights` state it."""
    rights = production.rights
    stated = getattr(rights, "use", None)
    paid: Flag = UNKNOWN if rights.paid_media is None else rights.paid_media
    commercial = getattr(rights, "commercial", None)
    files = production.deliverables
    places = [*rights.territories, *(place for one in files for place in one.territories)]
    channels = [*rights.channels, *(channel for one in files for channel in one.channels)]
    return Use(
        territories=territory.codes(places) or UNKNOWN,
        channels=frozenset(channel.lower() for channel in channels) or UNKNOWN,
        use=str(stated).lower() if stated else "advertising" if rights.paid_media else UNKNOWN,
        paid=paid,
        commercial=commercial if isinstance(commercial, bool) else True if rights.paid_media else UNKNOWN,
        until=_day(rights.until),
        publish_on=_day(getattr(rights, "publish_on", None)),
        products=frozenset(str(one).lower() for one in getattr(rights, "products", ())),
        artistic=getattr(rights, "artistic", False) is True,
        indemnity=getattr(rights, "indemnity", False) is True,
        confidential=getattr(rights, "confidential", False) is True,
    )


def _day(value: Any) -> Day:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)) if value else UNKNOWN
    except ValueError:
        return UNKNOWN


def shot_facts(production: Production, placed: Placed, revoked: Iterable[Revocation] = ()) -> Facts:
    """The facts of a planned shot, for the offers that may shoot it, with those of the shots that it continues.

    A file that is an asset's reference is that asset, whichever way it is given.
    """
    owner = {path: key for key, asset in assets(production) for path in asset.references}
    used: dict[str, bool] = {}
    loose: dict[str, None] = {}
    for one in _chain(production, placed):
        used |= dict.fromkeys(_named(one.shot), True)
        for path in _given(one.shot):
            if path in owner:
                used[owner[path]] = True
            else:
                loose[path] = None
    people, works = _resolved(production, used, tuple(revoked))
    return Facts(people, (*works, *(Work(path, path, "picture") for path in loose)), (), use_of(production))


def _chain(production: Production, placed: Placed) -> Iterator[Placed]:
    """The shot, the one on whose last frame it starts or whose take it is made from, and so on."""
    seen: set[str] = set()
    while placed.address not in seen:
        yield placed
        seen.add(placed.address)
        if needs(placed.shot):
            placed = production.find(f"{placed.episode} {needs(placed.shot)}")


def _named(shot: Shot) -> Iterator[str]:
    yield from (f"cast.{name}" for name in shot.cast)
    yield from (f"prop.{name}" for name in shot.props)
    yield from (f"{kind}.{name}" for kind, name in (("location", shot.location), ("look", shot.look)) if name)


def _given(shot: Shot) -> Iterator[str]:
    yield from (*shot.references.images, *shot.references.videos, *shot.references.audio)
    yield from (path for path in (shot.continuity.first_frame, shot.continuity.last_frame) if path)
    yield from (key.image for key in shot.continuity.keyframes)
    if shot.footage and shot.footage.video:
        yield shot.footage.video


def assets(production: Production) -> Iterator[tuple[str, Asset]]:
    """Every asset of the document with its key: `cast.anna`, `music`."""
    for kind, group in _groups(production).items():
        yield from ((f"{kind}.{name}", asset) for name, asset in group.items())
    if production.music is not None:
        yield "music", production.music


def owners(production: Production, digest_of: Callable[[str], str]) -> dict[str, str]:
    """The asset's key by the sha256 of each of its reference files; `digest_of` gives the sha256 of a file by its path."""
    return {digest_of(path): key for key, asset in assets(production) for path in asset.references}


def _groups(production: Production) -> Mapping[str, Mapping[str, Asset]]:
    return {
        "cast": production.cast,
        "prop": production.props,
        "location": production.locations,
        "look": production.looks,
        "voice": production.voices,
    }


def order_facts(
    production: Production,
    used: Mapping[str, bool],
    sha256s: Iterable[str],
    offer: OfferTerms,
    revoked: Iterable[Revocation],
) -> Facts:
    """The facts of a take: the assets it used (with whether files of them were given), and files that were withdrawn since."""
    gone = tuple(revoked)
    people, works = _resolved(production, used, gone)
    files = frozenset(sha256s)
    withdrawn = tuple(papers.withdrawn(f"file {one.of[:12]}", one) for one in gone if one.of in files)
    return Facts(people, (*works, *withdrawn), (offer,), use_of(production))


def asset_facts(production: Production, keys: Iterable[str], revoked: Iterable[Revocation] = ()) -> Facts:
    """The facts of assets by their keys (`voice.anna`, `music`), whatever the board says now."""
    people, works = _resolved(production, dict.fromkeys(sorted(keys), True), tuple(revoked))
    return Facts(people, works, (), use_of(production))


def order_assets(order: Order) -> dict[str, bool]:
    """The assets an order names, by key (`cast.anna`), with whether files of them are given to who shoots."""
    used = {f"cast.{name}": False for name, _ in order.cast}
    used |= {f"prop.{name}": False for name, _ in order.props}
    if order.location_id:
        used[f"location.{order.location_id}"] = False
    for reference in order.references:
        kind, _, name = reference.role.partition(":")
        if name and kind in ("cast", "prop", "location", "look"):
            used[f"{kind}.{name}"] = True
    return used


def sound_facts(production: Production, episode: Episode, revoked: Iterable[Revocation] = ()) -> Facts:
    """The facts of an episode's sound: the voices that speak in it, and its music."""
    spoken: dict[str, set[str]] = {}
    for sequence in episode.sequences:
        for shot in sequence.shots:
            for line in shot.dialogue:
                voice = _voice(production, line.who)
                if voice:
                    spoken.setdefault(voice, set()).add(str(line.language or production.language).lower())
    gone = tuple(revoked)
    people: list[Person] = []
    works: list[Work] = []
    for name, languages in sorted(spoken.items()):
        key = f"voice.{name}"
        people.append(papers.person(key, production.voices[name], "voice", frozenset(languages), gone))
        works += _bare(people[-1], gone)
    if production.music is not None:
        works += _work("music", production.music, bool(production.music.references), gone)
    return Facts(tuple(people), tuple(works), (), use_of(production))


def _voice(production: Production, who: str) -> str | None:
    cast = production.cast.get(who)
    if cast is None or cast.voice is None:
        return NARRATOR if who == NARRATOR and NARRATOR in production.voices else None
    return cast.voice if cast.voice in production.voices else None


def _resolved(
    production: Production, used: Mapping[str, bool], gone: tuple[Revocation, ...]
) -> tuple[tuple[Person, ...], tuple[Work, ...]]:
    people: list[Person] = []
    works: list[Work] = []
    for key, given in used.items():
        asset = find_asset(production, key)
        if asset is None:
            people += _unlisted(key, given)
            works += [papers.withdrawn(key, one) for one in gone if one.of == key]
        elif key.startswith(("cast.", "voice.")):
            people.append(papers.person(key, asset, "face" if key.startswith("cast.") else "voice", revoked=gone))
            works += _bare(people[-1], gone)
        else:
            works += _work(key, asset, given and bool(asset.references), gone)
    return tuple(people), tuple(works)


def _unlisted(key: str, given: bool) -> Iterator[Person]:
    """Somebody whose files were used and who is no longer in the document: whether they exist is not known."""
    if key.startswith(("cast.", "voice.")) and given:
        part: Part = "face" if key.startswith("cast.") else "voice"
        yield Person(key, f"{key} (no longer in the document)", part, UNKNOWN)


def _bare(person: Person, gone: tuple[Revocation, ...]) -> list[Work]:
    """What was withdrawn for a person of whom the document has no consent."""
    if person.consent is not None:
        return []
    return [papers.withdrawn(person.asset, one) for one in gone if one.of == person.asset]


def _work(key: str, asset: Asset, given: bool, gone: tuple[Revocation, ...]) -> Iterator[Work]:
    licence = papers.licence(asset, key, gone)
    if licence is not None or asset.references:
        yield Work(key, asset.name, _KINDS[key.partition(".")[0]], licence, given)
    if licence is None:
        yield from (papers.withdrawn(key, one) for one in gone if one.of == key)


def find_asset(production: Production, key: str) -> Asset | None:
    """The asset with a key such as `cast.anna` or `music`; None when the document has none."""
    kind, _, name = key.partition(".")
    if kind == "music":
        return production.music
    return _groups(production).get(kind, {}).get(name)


def deliverable_facts(
    production: Production,
    episode: Episode,
    deliverable: Deliverable,
    picks: Mapping[str, Take],
    offers: Iterable[OfferTerms],
    *,
    labels: tuple[Label, ...] = (),
    marks: frozenset[str] = frozenset(),
    declarations: Mapping[str, str] | None = None,
    ai_voice: Flag | None = None,
) -> DeliverableFacts:
    """What one deliverable of an episode contains, as far as the board and its picks tell; the rest is unknown.

    `ai_voice` is whether the built-in voices speak; by default, whether there is any dialogue.
    """
    shots = [
        (shot, picks.get(Placed(episode.code, seq.code, shot).address))
        for seq in episode.sequences
        for shot in seq.shots
    ]
    drawn = {offer.offer: offer.own for offer in offers}
    bought = any(take is not None and not drawn.get(take.recipe.offer, False) for _, take in shots)
    # Who will shoot what is not shot yet, nobody knows.
    ai_video: Flag = True if bought else UNKNOWN if any(take is None for _, take in shots) else False
    spoken = any(shot.dialogue for shot, _ in shots) if ai_voice is None else ai_voice
    cast = {name for shot, _ in shots for name in shot.cast}
    people = [papers.person(f"cast.{name}", production.cast[name], "face") for name in sorted(cast)]
    real = any(p.role == "identifiable" for p in people)
    stated = getattr(deliverable, "contains", None)
    language = f" {deliverable.language}" if deliverable.language else ""
    return DeliverableFacts(
        name=f"{episode.code} {deliverable.preset}{language}",
        ai_video=ai_video,
        ai_voice=spoken,
        deepfake=_stated(stated, "deepfake", _deepfake(ai_video, spoken, real)),
        synthetic_performer=_stated(stated, "synthetic_performer", _performer(ai_video, people, [s for s, _ in shots])),
        labels=labels,
        marks=marks,
        declarations=dict(declarations or {}),
        exempted_by=str(getattr(stated, "exempted_by", "") or ""),
        territories=territory.codes(deliverable.territories) or UNKNOWN,
        channels=frozenset(channel.lower() for channel in deliverable.channels) or UNKNOWN,
    )


def _stated(of: Any, field: str, derived: Flag) -> Flag:
    found = getattr(of, field, None)
    return found if isinstance(found, bool) else derived


def _deepfake(ai_video: Flag, ai_voice: Flag, real: bool) -> Flag:
    """A generated picture of a real person is one; without anything generated there is none; else only a person can tell."""
    if ai_video is False and ai_voice is False:
        return False
    return True if ai_video is True and real else UNKNOWN


def _performer(ai_video: Flag, people: list[Person], shots: list[Shot]) -> Flag:
    if ai_video is False:
        return False
    if any(p.role == "synthetic" for p in people):
        return True
    nobody = not people and all(shot.use_case in _NOBODY for shot in shots)
    return False if nobody else UNKNOWN
