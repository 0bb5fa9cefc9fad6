"""Covering a scene: which shots action and dialogue become, under three ways of directing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from callsheet.film import NARRATOR, Location, Prop
from callsheet.film.shot import Ambience, TimeOfDay, Weather
from callsheet.script.coverage_words import (
    FALLING,
    GLAD,
    GRIM,
    HOURS,
    POSES,
    SAY,
    SOMEBODY,
    SOUNDS,
    STRANGER,
    THINGS,
    WEATHERS,
)
from callsheet.script.dressing import slug
from callsheet.script.fountain import Action, Cut, Scene, Speech
from callsheet.script.people import Roster
from callsheet.script.plan import Line, Picture, Sees
from callsheet.script.words import Tongue, sentences, units

Style = Literal["coverage", "long-take", "close-up"]


@dataclass
class Stage:
    """The locations and props a film has used so far."""

    language: Tongue
    roster: Roster
    locations: dict[str, Location] = field(default_factory=dict)
    props: dict[str, Prop] = field(default_factory=dict)
    beds: dict[str, Ambience] = field(default_factory=dict)

    def place(self, scene: Scene) -> str | None:
        """The id of a scene's location, made when it is new."""
        if not scene.place:
            return None
        for key, known in self.locations.items():
            if known.name == scene.place and known.setting == scene.setting:
                return key
        key = slug(scene.place, f"place-{len(self.locations) + 1}")
        while key in self.locations:
            key = f"{key}-2"
        first = next((e.text for e in scene.elements if isinstance(e, Action)), "")
        described = next(iter(sentences(first)), "")
        self.locations[key] = Location(
            name=scene.place,
            description=described if not self.roster.named_in(described) else "",
            setting=scene.setting,
        )
        text = f"{scene.place} {first}"
        sound = next((s for pattern, s in SOUNDS if re.search(pattern, text, re.IGNORECASE)), None)
        if sound:
            self.beds[key] = sound
        return key

    def things(self, text: str) -> list[str]:
        """The ids of the props a text names, made when they are new."""
        found = []
        for key, (en, zh, english, chinese) in THINGS.items():
            match = (
                re.search(chinese, text)
                if self.language == "zh"
                else re.search(rf"\b(?:{english})", text, re.IGNORECASE)
            )
            if match:
                found.append((match.start(), key))
                self.props.setdefault(key, Prop(name=zh if self.language == "zh" else en))
        return [key for _, key in sorted(found)]


class Coverage:
    """Covers one scene after another in one style."""

    def __init__(self, stage: Stage, style: Style) -> None:
        self.stage, self.style = stage, style
        self.language: Tongue = stage.language
        self.words = SAY[stage.language]
        self.zh = stage.language == "zh"

    def cover(self, scene: Scene, time: TimeOfDay | None, *, dissolve: bool = False) -> list[Picture]:
        """The scene's pictures in order; with `dissolve` the first one melts out of the scene before."""
        self.scene, self.location = scene, self.stage.place(scene)
        text = " ".join(e.text for e in scene.elements if isinstance(e, Action))
        self.weather: Weather | None = next((w for p, w in WEATHERS if re.search(p, text, re.IGNORECASE)), None)
        self.time = time
        self.pose: dict[str, str] = {}
        self.seen: set[str] = set()
        self.last = ""
        speakers = [
            self.stage.roster.ids.get(s.who, "") for s in scene.elements if isinstance(s, Speech) and not s.unseen
        ]
        self.present = list(
            dict.fromkeys([*(k for k in speakers if k and k != NARRATOR), *self.stage.roster.named_in(text)])
        )
        pictures: list[Picture] = []
        spoken = [e for e in scene.elements if isinstance(e, Speech)]
        for element in scene.elements:
            if isinstance(element, Action):
                pictures += self._action(element, not pictures)
            elif isinstance(element, Speech):
                if not pictures and self.style != "close-up":
                    pictures.append(self._opening())
                pictures += self._speech(element, spoken, pictures)
        if not pictures:
            pictures = [self._opening()]
        if self.style == "close-up":
            pictures = self._in_medias_res(pictures)
        if self.style == "long-take":
            pictures = self._merged(pictures)
        opens = any(isinstance(e, Cut) and e.dissolves for e in scene.elements[:1])
        return [replace(pictures[0], dissolve=dissolve or opens), *pictures[1:]]

    def _picture(self, action: str, sees: Sees, **wishes: object) -> Picture:
        valence = 0.3 * bool(GLAD.search(action)) - 0.35 * bool(GRIM.search(action))
        made = Picture(action, sees, location=self.location, time=self.time, weather=self.weather, valence=valence)
        return replace(made, **wishes)  # type: ignore[arg-type]

    def _at(self) -> str:
        place = self.scene.place
        if self.zh:
            return (
                f"{place}里"
                if self.scene.setting == "interior" and place and not place.endswith(("里", "内", "上"))
                else place or "画面中"
            )
        if not place:
            return "in the frame"
        word = "in" if self.scene.setting == "interior" else "at"
        proper = "'" in place or place.lower().startswith(("the ", "a ", "an "))
        return f"{word} {place if proper else 'the ' + place.lower()}"

    def _say(self, key: str, **values: str) -> str:
        known = {
            "at": self._at(),
            "place": self.scene.place,
            "m": "",
            "p": "",
            "time": HOURS[self.language][self.time] if self.time else "",
            "w": FALLING[self.language][self.weather] if self.weather else "",
        }
        text = self.words[key].format_map({**known, **values})
        text = re.sub(r"^[，,\s]+|(?<=，)，|\s+(?=[,.])", "", text).replace(", .", ".").replace(", ,", ",")
        text = re.sub(r",\s*\.", ".", text)
        return text[:1].upper() + text[1:]

    def _opening(self) -> Picture:
        if self.scene.place:
            return self._picture(
                self._say("open"),
                "place",
                size="wide",
                keep=4,
                cast=tuple(self.present[:2]) if len(self.present) < 3 else (),
            )
        return self._picture(self._say("empty", place="黑暗" if self.zh else "A dark frame"), "place", keep=3)

    def _action(self, action: Action, first: bool) -> list[Picture]:
        pieces = _joined(sentences(action.text), self.language) if self.style != "long-take" else [action.text]
        made: list[Picture] = []
        for at, piece in enumerate(pieces):
            who = self.stage.roster.named_in(piece)
            if not who and self.present and re.search(r"\b(?:she|he|they|her|his|them)\b|[她他]", piece, re.IGNORECASE):
                who = (
                    self.present[:2]
                    if re.search(r"\bthey\b|他们|她们|两人", piece, re.IGNORECASE)
                    else [self.last]
                    if self.last in self.present
                    else self.present[:1]
                )
            unseen = [k for k in self.present if k not in self.seen]
            if unseen and STRANGER.search(piece) and not self.stage.roster.named_in(piece):
                who = [unseen[0], *(k for k in who if k != unseen[0])]
            for key in who:
                self.seen.add(key)
                pose = next(
                    (word for pattern, word in POSES[self.language] if re.search(pattern, piece, re.IGNORECASE)), None
                )
                if pose:
                    self.pose[key] = pose
                self.last = key
            things = self.stage.things(piece)
            opening = first and at == 0
            somebody = bool(who) or bool(SOMEBODY.search(piece))
            sees: Sees = (
                "people" if len(who) > 1 else "person" if somebody else "detail" if things and not opening else "place"
            )
            size = "wide" if opening and sees in ("place", "people", "person") else None
            picture = self._picture(
                piece, sees, size=size, cast=tuple(who), props=tuple(things), keep=7 if opening else 6
            )
            if re.search(r"\b(?:walks?|steps?|footsteps|runs?)\b|脚步|走", piece, re.IGNORECASE) and sees != "place":
                picture = replace(picture, effect="footsteps")
            if things and who and self.style == "close-up" and not opening:
                picture = replace(picture, sees="hands", size="insert")
            made.append(picture)
        return made

    def _speech(self, speech: Speech, spoken: Sequence[Speech], before: Sequence[Picture]) -> list[Picture]:
        who = self.stage.roster.ids.get(speech.who, NARRATOR)
        others = [k for k in self.present if k != who]
        other = next(
            (k for k in reversed([p.cast[0] for p in before if p.cast]) if k != who and k in others),
            others[0] if others else "",
        )
        cast = self.stage.roster.cast
        a, b = cast[who].name if who in cast else "", cast[other].name if other else ""
        manner = (f"，{speech.manner}" if self.zh else f", {speech.manner}") if speech.manner else ""
        pose = self.pose.get(who, "")
        posed = (f"{pose}的" if self.zh else f", {pose},") if pose else ""
        chunks = _chunks(speech.text, self.language)
        lines = [
            Line(text, who=who, manner=speech.manner if at == 0 else "", source=text, keep=7)
            for at, text in enumerate(chunks)
        ]
        if speech.unseen or who == NARRATOR:
            words = self._say("unseen", b=b) if b and before else self._opening().action
            return [
                self._picture(
                    words,
                    "person" if b and before else "place",
                    cast=(other,) if b and before else (),
                    lines=tuple(lines),
                    keep=7,
                )
            ]
        first = not any(p.lines for p in before)
        turn = speech is spoken[-1] or bool(re.search(r"[!?！？]|\.\.\.|…", speech.text)) or bool(speech.manner)
        self.last = who
        self.seen.add(who)
        values = {"a": a, "b": b, "m": manner, "p": posed}
        if self.style == "long-take":
            key = "pair" if b else "single"
            return [
                self._picture(
                    self._say(key, **values),
                    "people" if b else "person",
                    cast=(who, other) if b else (who,),
                    lines=tuple(lines),
                    keep=8,
                )
            ]
        if self.style == "close-up":
            over = bool(b) and not turn
            main = self._picture(
                self._say("over" if over else "close", **values),
                "person",
                cast=(who, other) if over else (who,),
                angle="over-shoulder" if over else None,
                size="medium" if over else "extreme-close" if speech is spoken[-1] else "close",
                lines=tuple(lines[:1]),
                keep=8,
            )
        elif first and b:
            main = self._picture(
                self._say("two", **values), "people", size="full", cast=(who, other), lines=tuple(lines[:1]), keep=8
            )
        elif turn:
            main = self._picture(
                self._say("close", **values),
                "person",
                size="close",
                angle="eye",
                move="push",
                cast=(who,),
                lines=tuple(lines[:1]),
                keep=8,
            )
        elif b:
            main = self._picture(
                self._say("over", **values),
                "person",
                size="medium",
                angle="over-shoulder",
                cast=(who, other),
                lines=tuple(lines[:1]),
                keep=8,
            )
        else:
            main = self._picture(self._say("single", **values), "person", cast=(who,), lines=tuple(lines[:1]), keep=8)
        main = replace(
            main, use_case="talking-head", arousal=0.5 if re.search("[!！]", speech.text) else 0.15 if turn else 0.0
        )
        made = [main]
        for at, line in enumerate(lines[1:]):
            # A long speech plays on over the listener, and comes back.
            react = at % 2 == 0 and b
            words = self._say("react", a=a, b=b) if react else self._say("close", **values)
            made.append(self._picture(words, "person", cast=(other,) if react else (who,), lines=(line,), keep=8))
        if turn and b and speech is spoken[-1] and self.style != "close-up":
            made.append(self._picture(self._say("react", a=a, b=b), "person", cast=(other,), keep=2, weight=0.7))
        elif turn and b and self.style == "close-up" and re.search("[?？]", speech.text):
            made.append(
                self._picture(
                    self._say("react", a=a, b=b), "person", cast=(other,), size="extreme-close", keep=2, weight=0.5
                )
            )
        return made

    def _in_medias_res(self, pictures: list[Picture]) -> list[Picture]:
        """Open on the closest picture that carries no line, and show the place second."""
        at = next(
            (i for i, p in enumerate(pictures[:4]) if i and p.sees in ("detail", "hands", "person") and not p.lines),
            None,
        )
        if at is None:
            return pictures
        close = replace(pictures[at], size="insert" if pictures[at].sees != "person" else "close")
        return [close, *pictures[:at], *pictures[at + 1 :]]

    def _merged(self, pictures: list[Picture]) -> list[Picture]:
        """Put neighbouring lines of the same people into one long view, three at most."""
        made: list[Picture] = []
        for picture in pictures:
            last = made[-1] if made else None
            if (
                last
                and last.lines
                and picture.lines
                and set(last.cast) == set(picture.cast)
                and len(last.lines) + len(picture.lines) <= 3
            ):
                made[-1] = replace(last, lines=(*last.lines, *picture.lines), weight=last.weight + 0.5)
            else:
                made.append(picture)
        return made


def _joined(pieces: Sequence[str], language: Tongue) -> list[str]:
    """Sentences with very short ones joined to the one before."""
    least = 8 if language == "zh" else 5
    glue = "" if language == "zh" else " "
    made: list[str] = []
    for piece in pieces:
        if made and (units(piece, language) < least or units(made[-1], language) < least):
            made[-1] = f"{made[-1]}{glue}{piece}"
        else:
            made.append(piece)
    return made


def _chunks(text: str, language: Tongue) -> list[str]:
    """A speech in parts short enough for one shot, cut between sentences."""
    most = 32 if language == "zh" else 18
    glue = "" if language == "zh" else " "
    made: list[str] = []
    for piece in sentences(text) or [text]:
        if made and units(made[-1], language) + units(piece, language) <= most:
            made[-1] = f"{made[-1]}{glue}{piece}"
        else:
            made.append(piece)
    return made
