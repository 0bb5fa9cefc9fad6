"""The drama episode: scenes with recurring cast, from a Fountain screenplay or from a story in prose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from callsheet.errors import BriefError
from callsheet.film import Treatment
from callsheet.script import fountain
from callsheet.script.adapt import adapt
from callsheet.script.assemble import RATE, Assets, finish
from callsheet.script.brief import Brief
from callsheet.script.concrete import concrete
from callsheet.script.coverage import Coverage, Stage, Style
from callsheet.script.formats.drama_words import WORDS
from callsheet.script.fountain import Action, Cut, Screenplay, Speech
from callsheet.script.look import feel, look_for, music_for
from callsheet.script.people import roster
from callsheet.script.plan import Beat, Caption, Hand, Picture
from callsheet.script.timing import natural
from callsheet.script.words import cut_to
from callsheet.script.writer import Draft, Three, pick_treatment

LONGEST = Fraction(300)
"""Seconds an episode may run when the brief gives no length."""

_HANDS: dict[Style, Hand] = {
    "coverage": Hand(
        shortest=Fraction(1),
        usual=Fraction(5, 2),
        longest=Fraction(6),
        moves=("static", "push", "pan-right", "truck-left", "tilt-down"),
        angles=("eye", "low", "over-shoulder", "high"),
        stings=False,
        creativity=0.3,
    ),
    "long-take": Hand(
        shortest=Fraction(2),
        usual=Fraction(4),
        longest=Fraction(12),
        moves=("truck-right", "push", "orbit", "crane-down", "handheld"),
        angles=("eye", "high"),
        arousal=-0.15,
        stings=False,
        creativity=0.45,
        sizes={"people": ("full", "medium"), "person": ("full", "medium"), "place": ("extreme-wide", "wide")},
    ),
    "close-up": Hand(
        shortest=Fraction(3, 4),
        usual=Fraction(3, 2),
        longest=Fraction(4),
        moves=("handheld", "push", "static", "truck-left"),
        angles=("eye", "low", "dutch", "over-shoulder"),
        arousal=0.25,
        stings=False,
        creativity=0.3,
        sizes={
            "person": ("close", "medium", "extreme-close"),
            "people": ("medium", "full"),
            "place": ("wide", "extreme-wide"),
        },
    ),
}


@dataclass(frozen=True)
class _Cover:
    """A covered screenplay."""

    beats: list[Beat]
    stage: Stage


def screenplay_for(brief: Brief) -> Screenplay:
    """The screenplay a brief is or tells. Raises BriefError when there is no story in it."""
    if fountain.looks_like(brief.text, brief.name):
        return fountain.parse(_body(brief.text), brief.name)
    screenplay = adapt(brief)
    if not screenplay.scenes:
        raise BriefError(
            "the brief tells no story",
            where=brief.name,
            remedy="Write what happens, in paragraphs, with what people say in quotation marks; or give a Fountain screenplay.",
        )
    return screenplay


def _body(text: str) -> str:
    from callsheet.script.front_matter import FENCE

    match = FENCE.match(text)
    return text[match.end() :] if match else text


def breakdown(screenplay: Screenplay, style: Style, brief: Brief) -> _Cover:
    """Every scene as a sequence of pictures."""
    stage = Stage(screenplay.language, roster(screenplay, brief.people))
    coverage = Coverage(stage, style)
    beats: list[Beat] = []
    time = None
    for number, scene in enumerate(screenplay.scenes, 1):
        jumped = bool(beats) and scene.time is not None and scene.time != time
        time = scene.time or time
        before = screenplay.scenes[number - 2].elements[-1:] if number > 1 else ()
        melts = any(isinstance(e, Cut) and e.dissolves for e in before)
        pictures = coverage.cover(scene, time, dissolve=melts)
        if jumped:
            pictures[0] = replace(pictures[0], dissolve=True)
        if number == 1:
            pictures[0] = replace(pictures[0], captions=(Caption(screenplay.title, "title", late=True),), keep=9)
        title = scene.place or screenplay.title
        beats.append(Beat("scene", f"{number}. {title}", tuple(pictures)))
    return _Cover(beats, stage)


class DramaEpisode:
    """Writes episodes offline: dialogue is never changed, only covered."""

    name = "drama-episode"

    def treatments(self, brief: Brief) -> Three:
        """Classic coverage, long takes, or close and quick; best fit first."""
        return self._treatments(brief, screenplay_for(brief))

    def _treatments(self, brief: Brief, screenplay: Screenplay) -> Three:
        fits = _fits(brief, screenplay)
        rows = []
        for style, (fit, reasons) in fits.items():
            title, angle, structure, tone, pacing = WORDS[brief.language][style]
            count = sum(len(b.pictures) for b in breakdown(screenplay, style, brief).beats)
            rows.append(
                Treatment(
                    id=style,
                    title=title,
                    angle=angle,
                    structure=structure,
                    tone=tone,
                    pacing=pacing.format(n=count),
                    reasons=reasons,
                    fit=round(fit, 2),
                )
            )
        rows.sort(key=lambda t: (-t.fit, list(_HANDS).index(t.id)))  # type: ignore[arg-type]
        return rows[0], rows[1], rows[2]

    def write(self, brief: Brief, treatment_id: str | None = None) -> Draft:
        """The episode's board. It runs as long as its talk and action take, at most as long as the brief allows."""
        screenplay = screenplay_for(brief)
        three = self._treatments(brief, screenplay)
        told = [e.text for s in screenplay.scenes for e in s.elements if isinstance(e, Action | Speech)]
        brief = replace(brief, concrete=tuple(concrete("\n".join(told), brief.language)))
        treatment = pick_treatment(three, treatment_id, brief.name)
        style: Style = treatment.id  # type: ignore[assignment]
        valence, arousal = feel(brief)
        hand = replace(_HANDS[style], valence=valence, arousal=_HANDS[style].arousal + arousal)
        cover = breakdown(screenplay, style, brief)
        pictures: Sequence[Picture] = [p for b in cover.beats for p in b.pictures]
        total = min(natural(pictures, hand, brief.language, RATE), RATE.frames(brief.seconds or LONGEST))
        music = music_for(brief, screenplay.title, {"coverage": 1.0, "long-take": 0.8, "close-up": 1.3}[style])
        if not brief.tone:
            music = music.model_copy(update={"style": "tender-piano"})
        people = cover.stage.roster
        files = {s.words.casefold(): s.file for s in brief.stills if s.shows == "cast"}
        cast = {
            key: c.model_copy(update={"references": [f for w, f in files.items() if c.name.casefold() in w]})
            for key, c in people.cast.items()
        }
        assets = Assets(
            cast=cast,
            locations=cover.stage.locations,
            props=cover.stage.props,
            voices=people.voices,
            look=look_for(brief, screenplay.title),
            music=music,
            beds=cover.stage.beds,
        )
        draft = finish(
            brief,
            cover.beats,
            total,
            hand,
            assets,
            treatment,
            three,
            format=self.name,
            writer=self.name,
            rescue=False,
            title=screenplay.title,
            allowed=[s.text for s in screenplay.speeches],
        )
        flags = [f for f in draft.flags if not f.startswith("unquoted claim")]
        if draft.production.source:
            draft.production.source.flags = flags
        return replace(draft, script=fountain.dump(screenplay), flags=tuple(flags))


def _fits(brief: Brief, screenplay: Screenplay) -> dict[Style, tuple[float, list[str]]]:
    zh = brief.language == "zh"
    speeches = screenplay.speeches
    actions = [e.text for s in screenplay.scenes for e in s.elements if isinstance(e, Action)]
    line = next(
        (s.text for s in speeches if any(m in s.text for m in "?!？！")), speeches[-1].text if speeches else actions[0]
    )
    quote = cut_to(line, 24 if zh else 14, brief.language) or line[:60]
    first = cut_to(actions[0], 24 if zh else 14, brief.language) if actions else ""
    said = ("台词：“{}”" if zh else "The line “{}”").format(quote)
    seen = ("第一个画面：“{}”" if zh else "The first picture: “{}”").format(first or quote)
    tones = set(brief.tone)
    many = len(speeches) >= 8
    return {
        "coverage": (
            0.62 + (0.1 if many else 0.0),
            [
                said + (" 是转折，值得等。" if zh else " is a turn worth waiting for."),
                (f"{len(speeches)}句台词要分清谁在说。" if zh else f"{len(speeches)} lines need to be told apart."),
            ],
        ),
        "long-take": (
            0.45 + (0.2 if tones & {"calm", "tender", "tradition"} else 0.0) + (0.08 if len(speeches) <= 6 else 0.0),
            [seen, ("台词不多，停顿也在说话。" if zh else "Where little is said, pauses speak.")],
        ),
        "close-up": (
            0.45 + (0.22 if tones & {"bold", "dark"} else 0.0) + (0.08 if brief.aspects == ("9:16",) else 0.0),
            [said, ("竖屏上，脸就是风景。" if zh else "On a phone a face is the landscape.")],
        ),
    }
