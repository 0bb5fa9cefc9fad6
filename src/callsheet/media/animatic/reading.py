"""Reading the board: which kind of scene a shot plays in, who is in it and how they stand, what they hold, the weather and the hour."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, cast

from callsheet.film.shot import TimeOfDay, Weather
from callsheet.film.take import Order
from callsheet.media.animatic.names import presents_of, worn
from callsheet.media.animatic.words import HOURS, PEOPLE, PLACES, POSES, THINGS, TRAPS, WEATHERS

Pose = Literal[
    "stand", "walk", "run", "sit", "desk", "reach", "hold", "pour", "drink", "phone", "read", "embrace", "argue", "lookout",
    "dance", "wave",
]  # fmt: skip
Presents = Literal["woman", "man", "neutral"]
Age = Literal["child", "young", "adult", "old"]

_CJK = re.compile(r"[㐀-鿿豈-﫿぀-ヿ]")
_ENDINGS = r"(?:s|es|ed|d|ing|ning|ting|ping|ging)?"
_CLAUSE = re.compile(r"[,.;:!?，。；：！？、\n]| while | as | and then | but |，|然后|同时|接着")

INTERIORS = ("room", "kitchen", "noodle", "office", "corridor", "shop", "classroom", "theatre", "car", "studio")
"""Kinds of place that have a roof."""


@dataclass(frozen=True)
class Actor:
    """One person in the picture. `who` seeds their looks; `prop` is what they hold."""

    who: str
    pose: Pose
    presents: Presents = "neutral"
    age: Age = "adult"
    wardrobe: str = ""
    prop: str | None = None
    seated: bool = False


@dataclass(frozen=True)
class Reading:
    """What the board says, in the animatic's own terms."""

    place: str
    actors: tuple[Actor, ...]
    crowd: bool
    things: tuple[str, ...]
    """Kinds of objects in the picture, most important first."""
    time: TimeOfDay
    weather: Weather
    interior: bool
    told: bool
    """Whether any word named the place; when not, `place` is a guess."""


@lru_cache(64)
def _lexicon(name: str) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[re.Pattern[str], str], ...]]:
    table = {
        "places": PLACES,
        "poses": POSES,
        "people": PEOPLE,
        "things": THINGS,
        "weathers": WEATHERS,
        "hours": HOURS,
    }[name]
    chinese: list[tuple[str, str]] = [(trap, "") for trap in TRAPS]
    english: list[tuple[re.Pattern[str], str]] = []
    for meaning, words in table.items():
        for word in words.split():
            if _CJK.search(word):
                chinese.append((word, meaning))
            else:
                spelled = re.escape(word[:-1] if word.endswith("e") and len(word) > 3 else word).replace(
                    r"\-", r"[\s-]?"
                )
                tail = "(?:e|es|ed|ing|er)?" if word.endswith("e") and len(word) > 3 else _ENDINGS
                english.append((re.compile(rf"(?<!\w){spelled}{tail}(?!\w)", re.IGNORECASE), meaning))
    listed = {word for word, meaning in chinese if meaning}
    chinese = [(word, meaning) for word, meaning in chinese if meaning or word not in listed]
    return tuple(sorted(chinese, key=lambda entry: (-len(entry[0]), entry[0]))), tuple(english)


def find(lexicon: str, text: str) -> list[tuple[int, str]]:
    """Where which meanings of a lexicon (`places`, `poses`, `people`, `things`, `weathers`, `hours`) occur in `text`, in reading order."""
    chinese, english = _lexicon(lexicon)
    spans = [(match.start(), match.end(), meaning) for pattern, meaning in english for match in pattern.finditer(text)]
    found = [
        (start, meaning)
        for start, end, meaning in spans
        if not any(a <= start and end <= b and b - a > end - start for a, b, _ in spans)
    ]
    if _CJK.search(text):
        rest = text
        for word, meaning in chinese:
            at = rest.find(word)
            while at >= 0:
                if meaning:
                    found.append((at, meaning))
                rest = rest[:at] + "\0" * len(word) + rest[at + len(word) :]
                at = rest.find(word, at + len(word))
    return sorted(set(found))


def first(lexicon: str, text: str) -> str | None:
    """The first meaning that `text` names, if any."""
    found = find(lexicon, text)
    return found[0][1] if found else None


def time_of(order: Order) -> TimeOfDay:
    """The hour: the field when set, else the words, else a guess that flatters the mood."""
    if order.time_of_day:
        return order.time_of_day
    for text in (order.action, _place_text(order)):
        if named := first("hours", text):
            return cast(TimeOfDay, named)
    if order.mood.valence < -0.35:
        return "dusk" if order.mood.arousal <= 0.2 else "night"
    return "morning" if order.mood.valence > 0.2 else "day"


def weather_of(order: Order) -> Weather:
    """The weather: the field when set, else the words, else clear."""
    if order.weather:
        return order.weather
    for text in (order.action, _place_text(order)):
        if named := first("weathers", text):
            return cast(Weather, named)
    return "clear"


def _place_text(order: Order) -> str:
    return f"{order.location.name}. {order.location.description}" if order.location else ""


def _score(texts: Iterable[tuple[str, float]]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for text, weight in texts:
        for position, meaning in find("places", text):
            scores[meaning] = scores.get(meaning, 0.0) + weight / (1 + position / 240)
    return scores


_BODIES = (
    re.compile(r"\b(?:the|of|[Ww]hole|a) Earth\b|\bEarth(?:'s| turns| spins)|地球"),
    re.compile(r"\b[Mm]oon\b|月球|月亮"),
    re.compile(r"\b[Ss]un\b|太阳"),
)
_ASHORE = re.compile(
    r"\b(?:ships?|boats?|beach\w*|water|house|wall|coast|shore|stand\w*|walk(?:s|ed)? (?:on|in|to) the (?:beach|sand))\b|岸|船",
    re.IGNORECASE,
)


def _named_water(text: str) -> bool:
    return any(kind == "harbour" for _, kind in find("places", text))


def _cosmic(text: str) -> bool:
    """Whether a text speaks of heavenly bodies as bodies: the Earth, or the Sun and the Moon together."""
    earth, moon, sun = (bool(body.search(text)) for body in _BODIES)
    return earth or (moon and sun)


def place_of(order: Order) -> tuple[str, bool]:
    """The kind of place, and whether any word named it. The location's name counts most, then its description, then the action."""
    if order.location is None or order.location.setting != "interior":
        if _cosmic(order.action):
            return "space", True
        if (
            not _ASHORE.search(order.action)
            and not order.cast
            and _cosmic(_place_text(order))
            and not _named_water(order.action)
        ):
            return "space", True
    texts = [(order.action, 1.0)]
    if order.location:
        texts.append((order.location.description, 2.0))
    scores = _score(texts)
    # In a name the last word says what the place is: a mountain lake is a lake.
    for rank, (_, kind) in enumerate(reversed(find("places", order.location.name) if order.location else [])):
        scores[kind] = scores.get(kind, 0.0) + (4.0 if rank == 0 else 1.5)
    setting = order.location.setting if order.location else None
    for kind in scores:
        if setting and (setting == "interior") != (kind in INTERIORS) and kind not in ("courtyard", "car"):
            scores[kind] *= 0.35
    if scores:
        best = max(scores, key=lambda kind: (scores[kind], -list(PLACES).index(kind)))
        if best == "car" and not _inside_a_car(order):
            best = "road"
        return best, True
    if setting == "interior":
        return "room", False
    if setting == "exterior":
        return "field", False
    return ("field" if order.use_case == "landscape" else "studio"), False


def _inside_a_car(order: Order) -> bool:
    """Whether the camera rides along: the location is a car, or the action drives or sits in one."""
    if order.location and "car" in [kind for _, kind in find("places", order.location.name)]:
        return True
    return bool(
        re.search(
            r"\b(inside|driv|seat|passenger|dashboard|steering)|in (a|the|her|his|their) (car|taxi|cab|van|truck)|[里内驾座厢]",
            order.action,
            re.IGNORECASE,
        )
    )


def _pose_in(text: str) -> Pose | None:
    found = [meaning for _, meaning in find("poses", text)]
    for strong in ("embrace", "argue", "pour", "drink", "run", "dance", "phone", "desk", "read", "sit", "wave", "walk"):
        if strong in found:
            return cast(Pose, strong)
    return cast(Pose, found[0]) if found else None


_STANDING = ("walk", "run", "dance", "embrace", "lookout", "stand", "wave")


def _sits(pose: Pose, text: str) -> bool:
    if re.search(r"站|\bstand(?:s|ing)?\b|\bstood\b", text):
        return False
    return pose in ("sit", "desk") or (
        pose not in _STANDING and any(meaning in ("sit", "desk") for _, meaning in find("poses", text))
    )


def _held(text: str, things: Sequence[str]) -> str | None:
    small = [
        t
        for t in things
        if t
        not in ("car", "bicycle", "chair", "dog", "cat", "bird", "boat", "dress", "lantern", "hat", "plant", "fire")
    ]
    named = [meaning for _, meaning in find("things", text) if meaning in small]
    return named[0] if named else None


def _things(order: Order) -> tuple[str, ...]:
    kinds: list[str] = []
    for _, prop in order.props:
        kinds.append(first("things", prop.name) or first("things", prop.description) or "box")
    kinds += [meaning for _, meaning in find("things", order.action)]
    return tuple(dict.fromkeys("gift" if kind == "box" else kind for kind in kinds))


def _actors(order: Order, things: Sequence[str]) -> tuple[Actor, ...]:
    whole = _pose_in(order.action) or "stand"
    clauses = [clause for clause in _CLAUSE.split(order.action) if clause and clause.strip()]
    actors: list[Actor] = []
    for cast_id, person in order.cast:
        mine = _about(cast_id, order, clauses)
        pose = _pose_in(mine) or (
            whole if not actors or whole in ("embrace", "argue", "walk", "sit", "dance") else "stand"
        )
        described = f"{person.name} {person.description} {person.wardrobe}"
        hints = [meaning for _, meaning in find("people", described)]
        presents: Presents = person.presents or (
            "woman" if "woman" in hints else "man" if "man" in hints else presents_of(person.name)
        )
        age: Age = person.age or ("child" if "child" in hints else "old" if "old" in hints else "adult")
        held = _held(mine or order.action, things) if not actors or mine else None
        sits = _sits(pose, mine or order.action)
        if pose == "drink" and held == "teapot":
            held = "cup"
        dressed = worn(mine) if not person.wardrobe else ""
        actors.append(
            Actor(cast_id, pose, presents, age, f"{person.wardrobe} {dressed} {person.description}", held, sits)
        )
    if not actors:
        actors = _strangers(order, whole, things)
    if len(actors) == 1 and actors[0].pose in ("embrace", "argue"):
        other = "man" if actors[0].presents == "woman" else "woman"
        actors.append(Actor(f"{actors[0].who}-other", actors[0].pose, cast(Presents, other)))
    return tuple(actors)


def _about(cast_id: str, order: Order, clauses: Sequence[str]) -> str:
    """The clauses about one character: those that name them, and those after that name nobody else."""
    about, mine = False, []
    for clause in clauses:
        named = {
            other
            for other, person in order.cast
            if any(
                name.lower() in clause.lower()
                for name in (person.name, *person.name.split(), other)
                if len(name) > 1 or _CJK.search(name)
            )
        }
        about = cast_id in named if named else about
        if about:
            mine.append(clause)
    return ", ".join(mine)


def _strangers(order: Order, pose: Pose, things: Sequence[str]) -> list[Actor]:
    """People that only the action's words put into the picture."""
    hints = [meaning for _, meaning in find("people", order.action)]
    if not hints and order.use_case not in ("talking-head", "human-action"):
        return []
    presents: Presents = "woman" if "woman" in hints else "man" if "man" in hints else "neutral"
    age: Age = "child" if "child" in hints else "old" if "old" in hints else "adult"
    name = order.location_id or order.code.split()[0]
    one = Actor(
        f"{name}-stranger-{presents}-{age}",
        pose,
        presents,
        age,
        order.action,
        _held(order.action, things),
        _sits(pose, order.action),
    )
    if "couple" in hints or ("woman" in hints and "man" in hints):
        second: Presents = "man" if presents != "man" else "woman"
        return [
            replace(one, presents="woman" if second == "man" else "man"),
            replace(one, who=f"{one.who}-2", presents=second, prop=None),
        ]
    return [one]


@lru_cache(64)
def _read(order_json: str) -> Reading:
    order = Order.model_validate_json(order_json)
    place, told = place_of(order)
    things = _things(order)
    actors = _actors(order, things)
    if place == "car":
        actors = tuple(replace(a, seated=True, pose="sit" if a.pose in _STANDING else a.pose) for a in actors)
    interior = place in INTERIORS or bool(order.location and order.location.setting == "interior")
    crowd = any(meaning == "crowd" for _, meaning in find("people", order.action)) or (
        order.use_case == "multi-subject" and len(order.cast) < 2
    )
    return Reading(place, actors, crowd, things, time_of(order), weather_of(order), interior, told)


def read(order: Order) -> Reading:
    """The reading of an order; a pure function of it."""
    return _read(order.model_dump_json())
