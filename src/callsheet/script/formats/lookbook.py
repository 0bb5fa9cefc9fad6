"""The lookbook: one label, many outfits or SKUs; every piece gets its picture and its name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from callsheet.errors import BriefError
from callsheet.film import Cast, Prop, Treatment
from callsheet.film.shot import TimeOfDay
from callsheet.script.assemble import RATE, Assets, finish
from callsheet.script.brief import Brief
from callsheet.script.dressing import Dressing, accent
from callsheet.script.formats.ad import Ad
from callsheet.script.formats.ad_beats import closing
from callsheet.script.formats.lookbook_words import SHOWN, TEXT, WORN
from callsheet.script.front_matter import Item
from callsheet.script.look import feel, look_for, music_for
from callsheet.script.phrases import TONE_NAMES
from callsheet.script.plan import Beat, Caption, Hand, Picture
from callsheet.script.prose import colours
from callsheet.script.words import cut_to, speaking, units
from callsheet.script.writer import Draft, Three, pick_treatment

LENGTH = Fraction(30)
"""Seconds of a lookbook whose brief gives no length."""
_HOURS: tuple[TimeOfDay, ...] = ("dawn", "morning", "day", "dusk", "night")
_HANDS = {
    "rhythm": Hand(
        shortest=Fraction(3, 4),
        usual=Fraction(3, 2),
        longest=Fraction(7, 2),
        moves=("static", "push", "truck-left", "truck-right"),
        angles=("eye", "low"),
        arousal=0.2,
        creativity=0.2,
        sizes={"person": ("full", "medium", "wide"), "product": ("full", "close", "medium")},
    ),
    "hours": Hand(
        shortest=Fraction(3, 2),
        usual=Fraction(3),
        longest=Fraction(6),
        moves=("handheld", "truck-right", "pan-left", "crane-up", "pull"),
        angles=("eye", "low", "high"),
        arousal=-0.1,
        creativity=0.45,
        stings=False,
        sizes={"person": ("full", "wide", "medium"), "product": ("medium", "full", "close")},
    ),
    "touch": Hand(
        shortest=Fraction(1),
        usual=Fraction(9, 4),
        longest=Fraction(9, 2),
        moves=("tilt-up", "truck-left", "push", "orbit"),
        angles=("eye", "overhead", "high"),
        arousal=-0.2,
        creativity=0.3,
        stings=False,
        sizes={"person": ("full", "medium"), "detail": ("extreme-close", "insert")},
    ),
}


@dataclass(frozen=True)
class _Piece:
    """One entry of the lookbook on the board."""

    item: Item
    key: str
    worn: bool


class Lookbook:
    """Writes lookbooks offline."""

    name = "lookbook"

    def treatments(self, brief: Brief) -> Three:
        """On the beat, one day, or cloth first; best fit first. Raises BriefError when the brief lists fewer than two pieces."""
        items = self._items(brief)
        seconds = brief.seconds or LENGTH
        text = TEXT[brief.language]
        zh = brief.language == "zh"
        tones = set(brief.tone)
        asked = (
            ("调性是" + "、".join(TONE_NAMES.get(t, t) for t in brief.tone))
            if zh
            else "The tone asked for: " + ", ".join(brief.tone)
        )
        listed = ("清单：" if zh else "The list: ") + ("、" if zh else ", ").join(i.name for i in items[:4])
        worded = next((i for i in items if i.words), None)
        told = ("简报写得细：“{}”" if zh else "The brief tells details: “{}”").format(
            f"{worded.name}: {worded.words}" if worded else items[0].name
        )
        fits: dict[str, tuple[float, list[str]]] = {
            "rhythm": (
                0.5 + 0.03 * min(6, len(items)) + (0.15 if tones & {"bold", "playful"} else 0),
                [listed, *([asked] if tones & {"bold", "playful"} else [])],
            ),
            "hours": (
                0.48 + (0.15 if tones & {"warm", "tender", "calm"} else 0) - (0.2 if len(items) > 8 else 0),
                [f"{listed}{'，每件一个时辰' if zh else ', an hour each'}", *([asked] if tones else [])],
            ),
            "touch": (
                0.46
                + (0.12 if worded else 0)
                + (0.12 if tones & {"elegant", "calm"} else 0)
                - (0.2 if len(items) > 6 else 0),
                [told, *([asked] if tones else [])],
            ),
        }
        rows = []
        for key, (fit, reasons) in fits.items():
            title, angle, structure, tone, pacing = text[key]
            count = len(_plan(key, len(items), seconds)) + 2
            rows.append(
                Treatment(
                    id=key,
                    title=title.format(k=len(items)),
                    angle=angle,
                    structure=structure,
                    tone=tone,
                    reasons=reasons,
                    fit=round(min(0.95, max(0.05, fit)), 2),
                    pacing=pacing.format(n=count, s=float(seconds) / count),
                )
            )
        rows.sort(key=lambda t: (-t.fit, list(_HANDS).index(t.id)))
        return rows[0], rows[1], rows[2]

    def _items(self, brief: Brief) -> tuple[Item, ...]:
        if len(brief.items) < 2:
            raise BriefError(
                "a lookbook needs at least two outfits or pieces",
                where=brief.name,
                remedy="List them: `items:` in the front matter, or a bulleted list under `## Outfits`.",
            )
        return brief.items

    def write(self, brief: Brief, treatment_id: str | None = None) -> Draft:
        """The board of one treatment, exactly as long as the brief asks (30 seconds when it does not say)."""
        three = self.treatments(brief)
        treatment = pick_treatment(three, treatment_id, brief.name)
        seconds = brief.seconds or LENGTH
        total = RATE.frames(seconds)
        valence, arousal = feel(brief)
        base = _HANDS[treatment.id]
        hand = replace(base, valence=valence, arousal=base.arousal + arousal)
        dressing = Dressing(brief)
        ad = Ad(brief, dressing, total, hand)
        worn = dressing.world.key in ("wear", "studio") or bool(
            re.search(
                r"\b(?:coat|dress|shirt|jacket|trousers|skirt|knit|sweater)\b|衣|裙|裤|衫",
                " ".join(i.name for i in brief.items),
                re.IGNORECASE,
            )
        )
        pieces = [_Piece(item, f"piece-{n}", worn) for n, item in enumerate(brief.items, 1)]
        beats = _beats(ad, pieces, treatment.id, seconds)
        assets = Assets(
            cast={**dressing.cast({"person"}), **_models(dressing, pieces)},
            locations=dressing.locations(),
            props={**dressing.props(), **_props(brief, pieces)},
            voices=dressing.voices(),
            look=look_for(brief, brief.brand or brief.product),
            music=music_for(brief, brief.title, {"rhythm": 1.3, "hours": 0.9, "touch": 0.8}[treatment.id]),
            beds=dressing.beds(),
        )
        flags = [] if brief.call else ["the brief has no call to action: the film ends on the name"]
        return finish(
            brief,
            beats,
            total,
            hand,
            assets,
            treatment,
            three,
            format=self.name,
            writer=self.name,
            allowed=ad.own_words,
            flags=flags,
        )


def _plan(treatment: str, items: int, seconds: Fraction) -> list[tuple[int, bool]]:
    """Which piece each shot shows, and whether closely; as many as the length holds."""
    room = max(1, int((seconds - 5) / _HANDS[treatment].shortest))
    if treatment == "touch":
        pairs = [(n, near) for n in range(items) for near in (True, False)]
        return pairs if len(pairs) <= room else [(n, False) for n in range(items)][:room]
    whole = [(n, False) for n in range(items)][:room]
    spare = min(items, int((seconds - 5) / _HANDS[treatment].usual) - len(whole))
    if spare <= 0:
        return whole
    return [row for n in range(len(whole)) for row in ([(n, False), (n, True)] if n < spare else [(n, False)])]


def _beats(ad: Ad, pieces: Sequence[_Piece], treatment: str, seconds: Fraction) -> list[Beat]:
    d, brief, text = ad.dressing, ad.brief, TEXT[ad.brief.language]
    offer, call = ad.offer_line() if treatment != "rhythm" else None, ad.call_line()
    used = [h[0]] if (h := ad.hook()) else []
    opening_line = ad.line(h[1], keep=7, source=h[0].text) if h else ad.meeting(used)
    rows = _plan(treatment, len(pieces), seconds)
    first = d.picture(
        "detail",
        "detail",
        keep=9,
        lines=(opening_line,),
        captions=(Caption(accent(brief.product, brief.product), "title", late=True),),
        effect="shimmer",
    )
    beats = [Beat("hook", d.words.hook, (first, d.picture("product", "product", keep=1)))]
    left = seconds - ad.spoken_seconds(opening_line, offer, call) - 1
    named: set[int] = set()
    for at, (number, near) in enumerate(rows):
        piece = pieces[number]
        picture = _near(ad, piece) if near else _whole(ad, piece, at)
        if treatment == "hours":
            hour = _HOURS[min(4, number * 5 // max(1, len(pieces)))]
            picture = replace(picture, time=hour)
        if number not in named:
            named.add(number)
            picture = replace(picture, captions=(Caption(accent(piece.item.name, piece.item.name), "item"),))
            words = cut_to(piece.item.words, ad.most(10, 16), brief.language) if piece.item.words else ""
            if words and treatment == "rhythm":
                picture = replace(picture, captions=(*picture.captions, Caption(words.rstrip(".。"), "sub")))
            elif (
                words
                and treatment != "rhythm"
                and speaking(words, brief.language) <= left
                and units(words, brief.language) >= ad.most(2, 4)
            ):
                left -= speaking(words, brief.language)
                picture = replace(picture, lines=(ad.line(words, keep=4, source=piece.item.words),))
        beats.append(Beat("item", piece.item.name, (picture,)))
    likeness = ad.comparison(used) if seconds >= 20 else None
    if likeness:
        image = replace(likeness, captions=(Caption(likeness.note, "quote"),), keep=3)
        beats.insert(1 + len(rows) // 2, Beat("image", d.words.proof, (image,)))
    missing = len(pieces) - len(named)
    ending = closing(ad, offer, call, d.picture("product", "product"))
    if missing:
        rest = ("、" if brief.language == "zh" else ", ").join(
            p.item.name for p in pieces if pieces.index(p) not in named
        )
        colon = "：" if brief.language == "zh" else ": "
        listed = f"{str(text['and']).format(n=missing)}{colon}{rest}"
        ad.own_words.append(listed)
        card = d.card(captions=(Caption(listed, "sub"),), keep=8)
        beats.append(Beat("item", d.words.proof, (card,)))
    return [*beats, *ending]


def _described(piece: _Piece, language: str) -> str:
    """The piece as a picture sentence names it."""
    name, words = piece.item.name, piece.item.words
    if language == "zh":
        return f"{name}（{words}）" if words and units(words, "zh") <= 16 else name
    lower = name if re.search(r"[A-Z]", name[1:]) else name[:1].lower() + name[1:]
    bare = (
        lower
        if re.match(r"(?:the|an?|our)\s", lower) or (name[:1].isupper() and re.search(r"[A-Z]", name[1:]))
        else f"the {lower}"
    )
    short = words.rstrip(".")
    return f"{bare} ({short})" if short and units(short, "en") <= 10 else bare


def _whole(ad: Ad, piece: _Piece, at: int) -> Picture:
    d, language = ad.dressing, ad.brief.language
    text = TEXT[language]
    item = _described(piece, language)
    if piece.worn:
        does = WORN[language][at % len(WORN[language])]
        action = str(text["wears"]).format(who=_model(d, piece), item=item, does=does)
        away = any(w in does for w in ("city", "street", "rooftop", "城市", "街"))
        return Picture(
            action[:1].upper() + action[1:],
            "person",
            location="away" if away else "home",
            time=d.world.hour,
            cast=(piece.key,),
            images=d.named_stills(piece.item.name),
            keep=6,
        )
    does = SHOWN[language][at % len(SHOWN[language])]
    action = str(text["shows"]).format(item=item, does=does)
    return Picture(
        action[:1].upper() + action[1:],
        "product",
        location="home",
        time=d.world.hour,
        props=(piece.key,),
        images=d.named_stills(piece.item.name),
        keep=6,
    )


def _near(ad: Ad, piece: _Piece) -> Picture:
    d, language = ad.dressing, ad.brief.language
    text = TEXT[language]
    part = cut_to(piece.item.words, ad.most(8, 14), language).rstrip(".。") if piece.item.words else str(text["part"])
    part = part[:1].lower() + part[1:] if language == "en" else part
    name = _described(_Piece(Item(piece.item.name), piece.key, piece.worn), language)
    action = str(text["detail"]).format(item=name, part=part or text["part"])
    return Picture(
        action[:1].upper() + action[1:],
        "detail",
        location="home",
        time=d.world.hour,
        props=() if piece.worn else (piece.key,),
        keep=3,
    )


def _model(d: Dressing, piece: _Piece) -> str:
    man = bool(re.search(r"\bmen'?s\b|\bman\b|男", f"{piece.item.name} {piece.item.words}"))
    if d.zh:
        return "一位男模特" if man else "一位女模特"
    return "a man" if man else "a woman"


def _models(d: Dressing, pieces: Sequence[_Piece]) -> dict[str, Cast]:
    """Somebody for each outfit, dressed in it."""
    made: dict[str, Cast] = {}
    for piece in pieces:
        man = "男" in _model(d, piece) or _model(d, piece) == "a man"
        worn = f"{piece.item.name}{'，' if d.zh else ', '}{piece.item.words}".strip(" ,，")
        made[piece.key] = Cast(
            name=piece.item.name,
            description=_model(d, piece),
            wardrobe=worn,
            presents="man" if man else "woman",
            age="adult",
        )
    return made


def _props(brief: Brief, pieces: Sequence[_Piece]) -> dict[str, Prop]:
    return {
        p.key: Prop(
            name=p.item.name,
            description=p.item.words,
            colour=next(iter(colours(f"{p.item.name} {p.item.words}", brief.language)), None),
        )
        for p in pieces
    }
