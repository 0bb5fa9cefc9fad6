"""Dressing: what a brief puts in front of the camera. The product, a person, two places, and sentences that picture them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from callsheet.film import Cast, Location, Prop, Voice
from callsheet.film.digest import seed
from callsheet.film.shot import Ambience, Size, TimeOfDay
from callsheet.script.brief import Brief, Claim
from callsheet.script.hanging import stems, words_of
from callsheet.script.likeness import pictured
from callsheet.script.phrases import PHRASES, Phrases, face_for
from callsheet.script.plan import Beat, Picture, Sees
from callsheet.script.wishes import Wish
from callsheet.script.words import CJK, cut_to, ended, named, phrase_ends, units
from callsheet.script.worlds import World, world_for

NARRATOR_VOICE = "narrator"
_SUBJECT_EN = re.compile(
    r"^(?:(?:the|its|our|a|an|every|each)\s+)((?:[a-z][a-z-]+\s){0,2}[a-z][a-z-]+?)\s+(?:is|are|has|have|stays?|keeps?|holds?|comes?|folds?|lets?|opens?|closes?|fits?|glows?|lasts?|"
    r"makes?|turns?|runs?|weighs?|tastes?|feels?|never|can|doesn't|won't)\b",
    re.IGNORECASE,
)
_WITH_EN = re.compile(
    r"\bwith (?:a|an|its|the) ((?:[a-z-]+ ){0,2}[a-z-]{3,})(?=[,.;]|\s(?:that|which|and|for|in|on|of|to|so)\b|$)"
)
_SUBJECT_ZH = re.compile(
    rf"^(?:它的|每一?[只个件款把])?([{CJK}]{{2,5}}?)(?:是|只有|采用|用|可以|能|会|不|很|也|都|带|由|有)"
)
_VAGUE = frozenset(
    re.findall(
        r"\S+",
        """
    it this that they you we i he she there what which who thing way one time day result team film video people
    person world idea price offer guarantee 我们 你们 他们 它们 大家 可以 每天 现在 因为 所以 如果 一个 这款 那个
    时候
    """,
    )
)
_MANNER_ZH = re.compile(
    r"(?:就|也|都|还|才|再|又|只|不|很|更|最|一|可|可以|能|会|要)$|^(?:单手|双手|一键|随手|轻松|每次|从此|终于|只要|无需|不用|不再)|[了着过吗呢]"
)
_SETTING = re.compile(
    r"\b(?:street|beach|field|sea|ocean|room|kitchen|station|city|town|village|harbou?r|road|sky|hills?|mountains?|forest|river|lake|garden|market|shop|roof|desert|"
    r"island|house|window|horizon|coast|valley|rain|snow|fog|dawn|sunrise|sunset)\b|街|海滩|田|海|房间|厨房|车站|站台|城市|小镇|村|港|路|天空|山|森林|河|湖|院子|市场|店|屋顶|岛|窗外|雨|雪|雾",
    re.IGNORECASE,
)
_PEOPLE = {
    "en": r"\b(?:she|he|woman|man|child|children|kid|boy|girl|mother|father|people|friend|friends|you|we|family|hand|hands|somebody|someone)\b",
    "zh": r"她|他|女人|男人|孩子|女孩|男孩|妈妈|爸爸|朋友|家人|大家|双手|老人|我们|你",
}


def slug(text: str, fallback: str) -> str:
    """An id from a name: lower-case Latin letters, digits and dashes; `fallback` when none are left."""
    made = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:40].strip("-")
    return made or fallback


class Dressing:
    """The assets of a brief's film and its picture sentences, each used once before any comes back."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.zh = brief.language == "zh"
        self.words: Phrases = PHRASES[brief.language]
        text = " ".join([*(c.text for c in brief.claims), *brief.images, brief.audience, brief.call, brief.offer.text])
        self.world: World = world_for(f"{brief.product} {brief.kind}", text, brief.language)
        self.product_id = slug(brief.product, "product")
        self.product = self._product()
        self.face = face_for(f"{brief.audience} {' '.join(p.words for p in brief.people)}")
        self.who = self.face.zh if self.zh else f"the {self.face.en.split(' ', 1)[1]}"
        self._turn: Counter[str] = Counter()
        self._shown: Counter[str] = Counter()
        self._seed = seed("dressing", brief.text)

    def _product(self) -> str:
        """The product as a picture sentence names it: `the Kettlewick teapot`."""
        name, kind = self.brief.product, self.brief.kind
        if self.zh:
            return f"{name}{kind}" if kind and kind not in name and units(kind, "zh") <= 6 else name
        if self.world.key in ("screen", "place"):
            return name
        head = kind.split()[-1] if kind else ""
        if head and head.casefold() not in name.casefold() and head.isalpha() and len(name.split()) <= 2:
            return f"the {name} {head}"
        return f"the {name}" if head and head.casefold() in name.casefold() else named(name, "en")

    def fill(self, sentence: str) -> str:
        """A picture sentence with product and person put in, capitalised."""
        text = sentence.replace("{p}", self.product).replace("{who}", self.who)
        return text[:1].upper() + text[1:]

    def picture(self, pool: str, sees: Sees, *, away: bool = False, **wishes: object) -> Picture:
        """The next picture of a pool (`product`, `detail`, `hands`, `use`, `life`, `trouble`), placed and cast."""
        sentences: tuple[str, ...] = getattr(self.world, pool)
        order = [(self._turn[pool] + self._seed + k) % len(sentences) for k in range(len(sentences))]
        # What was shown least comes first; among those, what plays at the other place when that is wished.
        at = min(
            order, key=lambda k: (self._shown[sentences[k]], away and not self._is_away(sentences[k]), order.index(k))
        )
        away = self._is_away(sentences[at])
        self._turn[pool] += 1
        self._shown[sentences[at]] += 1
        shows_person = "{who}" in sentences[at]
        before = (self._turn[pool] - 1) // len(sentences)
        again = self.words.again[(before - 1) % len(self.words.again)] if before else ""
        made = Picture(
            self.fill(sentences[at]).rstrip(".。") + again if again else self.fill(sentences[at]),
            sees,
            location="away" if away else "home",
            time=self.world.hour,
            cast=("person",) if shows_person else (),
            props=(self.product_id,) if "{p}" in sentences[at] else (),
            images=self.stills(sees),
        )
        return replace(made, **wishes)  # type: ignore[arg-type]

    def _is_away(self, sentence: str) -> bool:
        """Whether a picture sentence plays at the world's second place."""
        words = stems(sentence)
        home, away = (len(words & stems(f"{p.name} {p.words}")) for p in (self.world.home, self.world.away))
        return away > home

    def trouble(self) -> tuple[Picture, Picture]:
        """The world before the product: the place without anybody, then the person in it."""
        empty, person = (self.fill(sentence) for sentence in self.world.trouble)
        hour = self.world.hour
        return (
            Picture(empty, "place", size="wide", location="home", time=hour, keep=9, valence=-0.25),
            Picture(
                person, "person", size="medium", location="home", time=hour, cast=("person",), keep=5, valence=-0.3
            ),
        )

    def stills(self, sees: Sees) -> tuple[str, ...]:
        """Supplied pictures of a place for pictures that see one, in turn. The product's stills belong to its prop, details are hung later."""
        wanted = {
            "place": ("place",),
        }.get(sees, ())
        for shows in wanted:
            files = [s.file for s in self.brief.stills if s.shows == shows]
            if files:
                self._turn[f"still:{shows}"] += 1
                return (files[(self._turn[f"still:{shows}"] - 1) % len(files)],)
        return ()

    def for_claim(self, claim: Claim, pools: tuple[tuple[str, Sees], ...]) -> Picture:
        """A picture for what a claim says: its own image when it has one, the part it names, else the next of `pools`."""
        if (
            claim.text in self.brief.images
            and not claim.text.rstrip().endswith(("?", "？"))
            and units(claim.text, self.brief.language) <= 30
        ):
            sees: Sees = "person" if re.search(_PEOPLE[self.brief.language], claim.text, re.IGNORECASE) else "product"
            return Picture(
                claim.text,
                sees,
                location="home",
                time=self.world.hour,
                props=(self.product_id,),
                images=self.stills(sees),
            )
        part = self.part(claim.text)
        if part and self._turn[f"part:{part}"] == 0:
            self._turn[f"part:{part}"] += 1
            action = self.words.feature.replace("{p}", self.product).replace("{w}", part)
            return Picture(
                action,
                "detail",
                location="home",
                time=self.world.hour,
                props=(self.product_id,),
            )
        index = self._turn["claims"] % len(pools)
        self._turn["claims"] += 1
        return self.picture(*pools[index])

    def part(self, sentence: str) -> str:
        """The part of the product that a sentence is about: "The handle stays cool" -> `the handle`."""
        if self.zh:
            match = _SUBJECT_ZH.search(sentence)
            found = match[1] if match else ""
            return found if self._is_part(found, sentence) else ""
        match = _SUBJECT_EN.search(sentence) or _WITH_EN.search(sentence)
        words = match[1].strip() if match else ""
        if (
            not words
            or words.split()[-1].casefold() in _VAGUE
            or words.split()[0].casefold() in _VAGUE
            or words.casefold() in self.brief.product.casefold()
        ):
            return ""
        return f"the {words}"

    def image(self, comparison: str) -> Picture | None:
        """A picture for a comparison, what the thing is likened to, seen for itself; None when no camera could find it."""
        found = pictured(comparison, self.brief.language)
        if not found:
            return None
        sees: Sees = "place" if found.use_case == "landscape" else "image"
        return Picture(
            found.action,
            sees,
            size="extreme-wide" if sees == "place" else "full",
            use_case=found.use_case,
            keep=8,
            note=comparison,
        )

    def wishes(self) -> dict[str, list[Picture]]:
        """The director's wishes as pictures, by where in the film they belong."""
        found: dict[str, list[Picture]] = {}
        for wish in self.brief.wishes:
            found.setdefault(wish.part, []).append(self._wished(wish))
        return found

    def _wished(self, wish: Wish) -> Picture:
        """A wish in its own words; a supplied detail that shows the same lends it its words."""
        words = wish.words
        still = next((s for s in self.brief.stills if s.shows == "detail" and stems(words) & stems(words_of(s))), None)
        bare = words.casefold()
        people = re.search(_PEOPLE[self.brief.language], bare, re.IGNORECASE)
        head = self.brief.kind.split()[-1].casefold() if self.brief.kind else ""
        nouns = re.findall(r"[a-z]{3,}", bare)
        ours = (
            self.brief.product.casefold() in bare
            or (self.zh and bool(head) and head[-1] in bare)
            or any(head.endswith(n) for n in nouns if head)
        )
        hands = bool(re.search(r"\bhands?\b|双手|指尖|一只手", bare))
        sees: Sees = (
            "detail"
            if still
            else "hands"
            if hands
            else "person"
            if people
            else "place"
            if _SETTING.search(re.split(r",|\b(?:by|on|in|at|under|with)\b|，", bare)[0])
            else "product"
        )
        wide = bool(re.search(r"\b(?:alone|empty|wide|whole|far|small)\b|独自|空荡|远|整个|静静", bare))
        size: Size = (
            "extreme-close" if still else "insert" if hands else "medium" if people else "wide" if wide else "close"
        )
        if still and still.words and not stems(still.words) <= stems(words):
            words = f"{words}{'，' if self.zh else '; '}{still.words}"
        hours: tuple[tuple[str, TimeOfDay], ...] = (
            (r"\bmorning\b|清晨|早晨|晨光", "morning"),
            (r"\bdawn\b|黎明", "dawn"),
            (r"\b(?:dusk|evening|sunset)\b|黄昏|傍晚|夕阳", "dusk"),
            (r"\bnight\b|夜", "night"),
        )
        hour = next((h for pattern, h in hours if re.search(pattern, bare)), None)
        return Picture(
            ended(words[:1].upper() + words[1:], self.brief.language), sees, size=size, location="home", time=hour,
            props=(self.product_id,) if ours or still else (), images=(still.file,) if still else (), keep=8, note=wish.text,
            weight=1.4,
        )  # fmt: skip

    def _is_part(self, found: str, sentence: str) -> bool:
        """Whether Chinese words are a thing: a whole phrase, no adverb, no manner of doing something."""
        if not found or found in _VAGUE or found in self.brief.product or _MANNER_ZH.search(found):
            return False
        if re.search("[它他她我你像]", found):
            return False
        return sentence.index(found) + len(found) in phrase_ends(sentence)

    def card(self, **wishes: object) -> Picture:
        """A calm picture that carries text."""
        made = Picture(
            self.fill(self.words.card), "card", location="home", time=self.world.hour, props=(self.product_id,)
        )
        return replace(made, **wishes)  # type: ignore[arg-type]

    def end(self, **wishes: object) -> Picture:
        """The last picture: the product, at rest."""
        made = Picture(
            self.fill(self.words.end),
            "product",
            size="medium",
            move="push",
            location="home",
            time=self.world.hour,
            props=(self.product_id,),
            keep=9,
            note="end",
        )
        return replace(made, **wishes)  # type: ignore[arg-type]

    def settled(self, beats: Sequence[Beat]) -> list[Beat]:
        """The beats with only establishing pictures at a place that a supplied still shows: else every picture would be that still."""
        if not any(s.shows == "place" for s in self.brief.stills):
            return list(beats)
        beds = self.beds()

        def freed(picture: Picture) -> Picture:
            wide = picture.sees == "place" or picture.size in ("wide", "extreme-wide")
            if wide or picture.location != "home":
                return picture
            return replace(picture, location=None, ambience=picture.ambience or beds.get("home"))

        return [beat.over(*map(freed, beat.pictures)) for beat in beats]

    def named_stills(self, name: str) -> tuple[str, ...]:
        """The product stills whose words name a piece."""
        return tuple(s.file for s in self.brief.stills if s.shows == "product" and stems(words_of(s)) & stems(name))[:1]

    def cast(self, used: set[str]) -> dict[str, Cast]:
        """The narrator, and the person when a picture shows them."""
        made = {"narrator": Cast(name=self.words.narrator, voice=NARRATOR_VOICE)}
        if "person" in used:
            face = self.face
            described = face.zh if self.zh else face.en
            audience = self.brief.audience
            words = f"{described}{'，' if self.zh else '; one of: '}{audience}" if audience else described
            files = [s.file for s in self.brief.stills if s.shows == "cast"]
            made["person"] = Cast(
                name=described[:1].upper() + described[1:],
                description=words,
                wardrobe=face.wardrobe_zh if self.zh else face.wardrobe_en,
                age=face.age,
                presents=face.presents,
                references=files,
            )
        return made

    def voices(self) -> dict[str, Voice]:
        """The narrator's voice."""
        return {NARRATOR_VOICE: Voice(name=self.words.narrator)}

    def locations(self) -> dict[str, Location]:
        """The two places of the world."""
        files = [s.file for s in self.brief.stills if s.shows == "place"]
        return {
            key: Location(
                name=place.name,
                description=place.words,
                setting="interior" if place.interior else "exterior",
                references=files if key == "home" else [],
            )
            for key, place in (("home", self.world.home), ("away", self.world.away))
        }

    def beds(self) -> dict[str, Ambience]:
        """The background sound of each place."""
        return {
            key: place.sound for key, place in (("home", self.world.home), ("away", self.world.away)) if place.sound
        }

    def props(self) -> dict[str, Prop]:
        """The product."""
        brief = self.brief
        words = [
            brief.kind,
            brief.brand,
            *(s.words for s in brief.stills if s.shows == "product" and s.words),
        ]
        files = [s.file for s in brief.stills if s.shows == "product"]
        described = ("，" if self.zh else "; ").join(dict.fromkeys(w for w in words if w))
        return {
            self.product_id: Prop(
                name=brief.product,
                description=described,
                references=files,
                colour=brief.colours[0] if brief.colours else None,
            )
        }

    def headline(self, text: str, most: int | None = None, key: str = "") -> str:
        """Words of `text` short enough for the screen, with the part that matters in the accent colour; empty when nothing short quotes it."""
        limit = most or (12 if self.zh else 7)
        cut = cut_to(text, limit, self.brief.language, key)
        return accent(cut, key) if cut else ""


def accent(text: str, key: str) -> str:
    """`text` without its full stop, `key` between asterisks."""
    bare = re.sub(r"[.。,;，；\s]+$", "", text).replace("*", "")
    at = bare.casefold().find(key.casefold()) if key else -1
    if at < 0 or "*" in key:
        return bare
    return f"{bare[:at]}*{bare[at : at + len(key)]}*{bare[at + len(key) :]}"
