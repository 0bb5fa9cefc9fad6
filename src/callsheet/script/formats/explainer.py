"""The explainer: a document's headings become sequences, its facts become shots."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from callsheet.film import Cast, Location, Music, Treatment, Voice
from callsheet.film.shot import Ambience, TimeOfDay
from callsheet.script.assemble import RATE, Assets, finish
from callsheet.script.brief import Brief
from callsheet.script.concrete import comparisons, concrete, names
from callsheet.script.coverage_words import SOUNDS
from callsheet.script.depict import depict
from callsheet.script.dressing import accent, slug
from callsheet.script.formats.document import Fact, Part, parts_of, question
from callsheet.script.formats.explainer_words import BACKWARD, OUTSIDE, PEOPLE, PICTURE, WORDS
from callsheet.script.lexicon import VISUAL
from callsheet.script.likeness import pictured
from callsheet.script.look import feel, look_for, music_for
from callsheet.script.phrases import PHRASES
from callsheet.script.plan import Beat, Caption, Hand, Line, Picture, Role, Sees
from callsheet.script.timing import natural
from callsheet.script.words import Tongue, cut_to, ended, halves, speaking, unended
from callsheet.script.writer import Draft, Three, pick_treatment

LONGEST = Fraction(90)
"""Seconds of an explainer whose document gives no length."""
_HANDS = {
    "question": Hand(
        shortest=Fraction(1),
        usual=Fraction(5, 2),
        longest=Fraction(7),
        moves=("push", "truck-left", "pan-right", "static", "crane-up", "tilt-up"),
        angles=("eye", "high", "low"),
        stings=True,
        creativity=0.35,
    ),
    "numbers": Hand(
        shortest=Fraction(1),
        usual=Fraction(2),
        longest=Fraction(4),
        moves=("static", "push", "tilt-down", "truck-right"),
        angles=("eye", "overhead", "low"),
        arousal=0.25,
        creativity=0.2,
        sizes={"card": ("wide", "medium")},
    ),
    "journey": Hand(
        shortest=Fraction(2),
        usual=Fraction(4),
        longest=Fraction(9),
        moves=("crane-up", "pan-left", "pull", "orbit", "truck-right", "crane-down"),
        angles=("eye", "high"),
        arousal=-0.2,
        creativity=0.5,
        stings=False,
    ),
}


class Explainer:
    """Writes explainers offline: what is said are the document's own sentences."""

    name = "explainer"

    def treatments(self, brief: Brief) -> Three:
        """One question, by the numbers, or a walk through it; best fit first."""
        parts = parts_of(brief)
        zh = brief.language == "zh"
        facts = [f for p in parts for f in p.facts]
        numbered = [f for f in facts if f.numbers]
        seen = [f for f in facts if len(re.findall(VISUAL[brief.language], f.text, re.IGNORECASE)) >= 2]
        asked = question(brief, parts)
        likened = [c for f in facts for c in comparisons(f.text, brief.language)]

        def quote(text: str) -> str:
            return ("原文：“{}”" if zh else "The document says: “{}”").format(
                cut_to(text, 24 if zh else 14, brief.language) or text[:60]
            )

        rows: dict[str, tuple[float, list[str]]] = {
            "question": (
                0.55 + 0.02 * min(6, len(parts)) + (0.1 if asked.endswith(("?", "？")) else 0.0),
                [
                    ("可以这样开场：" if zh else "It can open with: ") + asked,
                    (f"{len(parts)}个部分依次作答。" if zh else f"{len(parts)} parts answer in turn."),
                ],
            ),
            "numbers": (
                0.35 + 0.04 * min(8, len(numbered)),
                [quote(f.text) for f in numbered[:2]]
                or [("数字不多，要靠字幕撑住。" if zh else "There are few numbers; the words on screen must hold it.")],
            ),
            "journey": (
                0.34
                + 0.05 * min(5, len(seen))
                + 0.04 * min(2, len(likened))
                + (0.1 if set(brief.tone) & {"calm", "tender", "warm"} else 0.0),
                [quote(f.text) for f in seen[:2]] or [quote(facts[0].text)],
            ),
        }
        made = []
        for key, (fit, reasons) in rows.items():
            title, angle, structure, tone, pacing = WORDS[brief.language][key]
            count = sum(len(b.pictures) for b in _Film(brief, parts, key).beats())
            made.append(
                Treatment(
                    id=key,
                    title=title,
                    angle=angle,
                    structure=structure,
                    tone=tone,
                    pacing=pacing.format(n=count),
                    reasons=reasons,
                    fit=round(min(0.95, fit), 2),
                )
            )
        made.sort(key=lambda t: (-t.fit, list(_HANDS).index(t.id)))
        return made[0], made[1], made[2]

    def write(self, brief: Brief, treatment_id: str | None = None) -> Draft:
        """The board: as long as its facts take to say, at most as long as the brief allows (90 seconds when it does not say)."""
        three = self.treatments(brief)
        treatment = pick_treatment(three, treatment_id, brief.name)
        parts = parts_of(brief)
        film = _Film(brief, parts, treatment.id)
        beats = film.beats()
        cap = RATE.frames(brief.seconds or LONGEST)
        total = min(cap, natural([p for b in beats for p in b.pictures], film.hand, brief.language, RATE))
        if brief.seconds and total > cap * 0.75:
            total = cap
        narrator = PHRASES[brief.language].narrator
        assets = Assets(
            cast={"narrator": Cast(name=narrator, voice="narrator")},
            voices={"narrator": Voice(name=narrator)},
            locations=film.locations,
            look=look_for(brief, brief.title),
            music=_music(brief, treatment.id),
            beds=film.beds,
        )
        said = "\n".join(f.text for p in parts for f in p.facts if f.text in film.said)
        chosen = replace(brief, concrete=tuple(concrete(said, brief.language)))
        left = sum(len(p.facts) for p in parts) - len(film.said)
        flags = (
            [f"{left} of {left + len(film.said)} facts have no room in {float(RATE.seconds(total)):g} seconds"]
            if left > 0
            else []
        )
        return finish(
            chosen,
            beats,
            total,
            film.hand,
            assets,
            treatment,
            three,
            format=self.name,
            writer=self.name,
            allowed=film.own_words,
            flags=flags,
        )


def _music(brief: Brief, treatment: str) -> Music:
    return music_for(brief, brief.title, {"question": 1.0, "numbers": 1.25, "journey": 0.8}[treatment])


class _Film:
    """One treatment of a document."""

    def __init__(self, brief: Brief, parts: Sequence[Part], treatment: str) -> None:
        self.brief, self.parts, self.treatment = brief, parts, treatment
        self.language: Tongue = brief.language
        valence, arousal = feel(brief)
        base = _HANDS[treatment]
        self.hand = replace(base, valence=valence, arousal=base.arousal + arousal)
        self.words = PICTURE[brief.language]
        self.locations: dict[str, Location] = {}
        self.beds: dict[str, Ambience] = {}
        self.said: set[str] = set()
        self.own_words: list[str] = []
        self.shown: set[str] = set()
        self.proper = {
            word
            for name in names(brief.text, brief.language)
            for word in name.split()
            if word not in ("The", "A", "An", "In", "On", "At")
        }
        self.opened = ""
        self.sights: list[str] = []
        self.seconds = brief.seconds or LONGEST

    def beats(self) -> list[Beat]:
        """Opening, a beat for each chosen fact, and the end."""
        chosen = self._chosen()
        beats = [self._opening(chosen)]
        for number, part in enumerate(self.parts):
            facts = [(f, t) for f, t in chosen if f in part.facts and f.text != self.opened]
            if facts:
                beats += self._part(part, number, facts)
        return [*beats, self._end(chosen)]

    def _most(self) -> int:
        short = self.treatment == "numbers"
        return (24 if short else 40) if self.language == "zh" else (13 if short else 24)

    def _chosen(self) -> list[tuple[Fact, str]]:
        """The facts that can be said in time: the strongest of each part in turn, in the order of the document."""
        queues = [sorted(p.facts, key=lambda f: (-f.weight, f.at)) for p in self.parts]
        left = (
            self.seconds
            - (4 if self.treatment != "journey" else 6)
            - len(self.parts) * (Fraction(1, 2) if self.treatment != "journey" else 1)
        )
        found: list[tuple[Fact, str]] = []
        while any(queues):
            for queue in queues:
                if not queue:
                    continue
                fact = queue.pop(0)
                key = fact.numbers[0] if fact.numbers else ""
                text = cut_to(fact.text, self._most(), self.language, key, spoken=True) or cut_to(
                    fact.text, self._most() * 3 // 2, self.language, spoken=True
                )
                if (
                    fact.text.rstrip().endswith(("?", "？"))
                    or not text
                    or (found and BACKWARD.match(text) and not self._before(fact, found))
                ):
                    continue
                cost = max(speaking(text, self.language), self.hand.shortest)
                if cost <= left:
                    found.append((fact, text))
                    left -= cost
        self.said = {f.text for f, _ in found}
        return sorted(found, key=lambda row: row[0].at)

    def _before(self, fact: Fact, found: Sequence[tuple[Fact, str]]) -> bool:
        """Whether the sentence that a backward-looking one leans on is said too."""
        return any(f.at == fact.at - 1 for f, _ in found)

    def _opening(self, chosen: Sequence[tuple[Fact, str]]) -> Beat:
        """A hook within three seconds: the question, the hardest number, or the widest view."""
        title = PHRASES[self.language].opening
        best = max(chosen, key=lambda row: row[0].weight)[0] if chosen else self.parts[0].facts[0]
        self.opened = ""
        place = self._place(self.parts[0], 0)
        key = best.numbers[0] if best.numbers else ""
        if self.treatment == "numbers" and key:
            text = next((t for f, t in chosen if f is best), best.text)
            head = cut_to(best.text, 14 if self.language == "zh" else 8, self.language, key) or key
            self.opened = best.text
            picture = self._picture(
                best,
                text,
                place,
                captions=(Caption(accent(head, key), "headline"),),
                lines=(self._line(text, best, 8),),
                keep=9,
                effect="impact",
                size="close",
            )
            name = replace(
                self._wide(self.parts[0], place),
                captions=(Caption(accent(self.brief.title, self.brief.title), "title", late=True),),
                keep=8,
            )
            return Beat("hook", title, (picture, name))
        whole = Part(self.brief.title, tuple(f for p in self.parts for f in p.facts)[1:] or self.parts[0].facts)
        wide = self._wide(whole, place)
        if self.treatment == "question":
            asked = question(self.brief, self.parts)
            self.own_words.append(asked)
            wide = replace(wide, lines=(Line(asked, source=asked, keep=7),))
            near = replace(self._picture(best, best.text, place, keep=3), size="close")
            named = replace(
                wide,
                captions=(Caption(accent(self.brief.title, self.brief.title), "title", late=True),),
                size="extreme-wide",
                keep=9,
            )
            return Beat("hook", title, (named, near))
        return Beat(
            "hook",
            title,
            (
                replace(
                    wide,
                    captions=(Caption(accent(self.brief.title, self.brief.title), "title", late=True),),
                    size="extreme-wide",
                    move="crane-down",
                    keep=9,
                ),
            ),
        )

    def _part(self, part: Part, number: int, facts: Sequence[tuple[Fact, str]]) -> list[Beat]:
        place = self._place(part, number)
        beats: list[Beat] = []
        named = part.title or (
            cut_to(facts[0][0].text, 10 if self.language == "zh" else 5, self.language) or f"{number + 1}"
        )
        for at, (fact, text) in enumerate(facts):
            picture = self._picture(fact, text, place, lines=(self._line(text, fact, 5),), keep=6)
            self.shown.add(fact.text)
            captions: list[Caption] = []
            key = fact.numbers[0] if fact.numbers else ""
            if at == 0 and part.title and self.treatment != "journey" and part.title != self.brief.title:
                captions.append(
                    Caption(unended(part.title), "title" if self.treatment == "question" else "lower-third")
                )
            elif key and self.treatment != "journey":
                head = cut_to(fact.text, 14 if self.language == "zh" else 8, self.language, key) or key
                captions.append(Caption(accent(head, key), "stat", late=True))
            role: Role = "title" if at == 0 else "fact"
            rest: list[Picture] = []
            if self.treatment == "numbers" and key and at % 2 == 1:
                picture = replace(picture, action=self.words["card"], sees="card", use_case="text-and-graphics")
            if self.treatment == "journey" and at == 0 and any(f.text not in self.shown for f in part.facts):
                rest.append(replace(self._wide(part, place), keep=2))
            for likeness in comparisons(fact.text, self.language)[:1]:
                if self.treatment != "numbers":
                    rest += [p for p in (self._likeness(likeness, place),) if p]
            parted = (
                halves(text, self.language) if not rest and speaking(text, self.language) > Fraction(9, 2) else None
            )
            if parted and picture.sees != "card":
                second = replace(self._picture(fact, parted[1], place), keep=3)
                rest.append(second)
            beats.append(Beat(role, named, (replace(picture, captions=tuple(captions)), *rest)))
        return beats

    def _end(self, chosen: Sequence[tuple[Fact, str]]) -> Beat:
        captions: tuple[Caption, ...] = (Caption(accent(self.brief.title, self.brief.title), "title", late=True),)
        lines: tuple[Line, ...] = ()
        if self.brief.call:
            captions = (
                Caption(
                    cut_to(self.brief.call, 18 if self.language == "zh" else 9, self.language) or self.brief.call, "cta"
                ),
            )
            lines = (Line(ended(self.brief.call, self.language), source=self.brief.call, keep=7),)
        action = self.words["end"].format(s=self._seen(self.parts[-1]))
        place = list(self.locations)[-1]
        return Beat(
            "recap",
            PHRASES[self.language].recap,
            (
                Picture(
                    action,
                    "place",
                    size="extreme-wide",
                    move="pull",
                    location=place,
                    time="dusk",
                    captions=captions,
                    lines=lines,
                    keep=9,
                ),
            ),
        )

    def _line(self, text: str, fact: Fact, keep: int) -> Line:
        spoken = ended(text[:1].upper() + text[1:], self.language)
        return Line(
            spoken, source=fact.text, key=fact.numbers[0] if fact.numbers and fact.numbers[0] in text else "", keep=keep
        )

    def _place(self, part: Part, number: int) -> str:
        key = slug(part.title, f"part-{number + 1}") if part.title else f"part-{number + 1}"
        if key not in self.locations:
            first = max(part.facts, key=lambda f: len(re.findall(VISUAL[self.language], f.text, re.IGNORECASE)))
            around = " ".join(f.text for f in part.facts)
            seen = depict(first.text, self.language, around) or first.text
            described = cut_to(seen, 40 if self.language == "zh" else 24, self.language)
            outside = bool(OUTSIDE.search(f"{part.title} {described}"))
            self.locations[key] = Location(
                name=part.title or self.brief.title,
                description=described,
                setting="exterior" if outside else "interior",
            )
            text = f"{part.title} {described}"
            sound = next((s for pattern, s in SOUNDS if re.search(pattern, text, re.IGNORECASE)), None)
            if sound:
                self.beds[key] = sound
        return key

    def _wide(self, part: Part, place: str) -> Picture:
        return Picture(
            self.words["open"].format(s=self._seen(part)),
            "place",
            location=place,
            time=_hour(part, self.language),
            keep=5,
        )

    def _seen(self, part: Part) -> str:
        """The part's most visible sentence that no other wide picture has shown."""
        every = [f for p in self.parts for f in p.facts][1:]
        facts = (
            [f for f in part.facts if f.text not in self.shown and not f.text.rstrip().endswith(("?", "？"))]
            or [f for f in every if f.text not in self.shown]
            or list(part.facts)
        )
        seen = max(facts, key=lambda f: (len(re.findall(VISUAL[self.language], f.text, re.IGNORECASE)), -f.at))
        self.shown.add(seen.text)
        cut = cut_to(seen.text, 36 if self.language == "zh" else 20, self.language, spoken=True)
        said = cut if cut and seen.text.startswith(cut[:12]) else seen.text
        text = unended(depict(said, self.language, " ".join(f.text for f in part.facts)) or said)
        proper = (
            self.language == "zh"
            or bool(re.match(r"(?:I\b|[A-Z][\w'’-]*\s+[A-Z])", text))
            or text.split()[0] in self.proper
        )
        proper = proper and not re.match(r"(?:The|An?)\s", text)
        return text if proper else text[:1].lower() + text[1:]

    def _picture(self, fact: Fact, text: str, place: str, **wishes: object) -> Picture:
        """What the sentence says, as a picture: itself where it names things that can be seen, else a model on a table."""
        sees: Sees = "people" if PEOPLE.search(fact.text) else "place" if OUTSIDE.search(fact.text) else "detail"
        action = self._sight(fact, text)
        if sees == "detail" and re.search(VISUAL[self.language], action, re.IGNORECASE) and OUTSIDE.search(action):
            sees = "place"
        made = Picture(
            action,
            sees,
            location=place,
            time=_hour_of(fact.text, self.language),
            use_case=None if sees != "detail" else "stylised",
        )
        return replace(made, **wishes)  # type: ignore[arg-type]

    def _sight(self, fact: Fact, text: str) -> str:
        """What is seen while `text` is heard; what the sentence itself shows, else the nearest sentence of its part that shows something."""
        part = next((p for p in self.parts if fact in p.facts), self.parts[0])
        around = " ".join(f.text for f in part.facts)
        own = next((v for v in (depict(t, self.language, around) for t in (text, fact.text)) if v), "")
        if own and self.sights.count(own) < 2 and own not in self.sights[-1:]:
            self.sights.append(own)
            return own
        near = sorted(part.facts, key=lambda f: abs(f.at - fact.at))
        views = (depict(t, self.language, around) for t in (text, fact.text, *(f.text for f in near if f is not fact)))
        seen = [v for v in views if v]
        fresh = next((v for v in seen if v not in self.sights), seen[0] if seen else "")
        if not fresh:
            subject = part.title or self.brief.title
            fresh = ended(self.words["model"].format(s=unended(subject)), self.language)
        self.sights.append(fresh)
        return fresh

    def _likeness(self, likeness: str, place: str) -> Picture | None:
        found = pictured(likeness, self.language)
        if not found:
            return None
        return Picture(
            found.action, "image", location=place, time="day", keep=2, use_case=found.use_case, note=likeness
        )


def _hour_of(text: str, language: Tongue) -> TimeOfDay:
    tests: tuple[tuple[str, TimeOfDay], ...] = (
        (r"\b(?:night|moon|star|dark)|夜|月|星", "night"),
        (r"\b(?:dawn|sunrise|morning)|清晨|早|黎明", "morning"),
        (r"\b(?:dusk|sunset|evening)|傍晚|黄昏|夕", "dusk"),
    )
    return next((hour for pattern, hour in tests if re.search(pattern, text, re.IGNORECASE)), "day")


def _hour(part: Part, language: Tongue) -> TimeOfDay:
    return _hour_of(f"{part.title} {part.facts[0].text}", language)
