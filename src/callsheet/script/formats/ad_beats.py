"""The beats of a product ad: which sentences of the brief are said where, over which pictures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from callsheet.film.shot import SuperRole, TimeOfDay
from callsheet.script.brief import Brief, Claim
from callsheet.script.dressing import Dressing, accent
from callsheet.script.plan import Beat, Caption, Hand, Line, Picture, Role, Sees
from callsheet.script.words import cut_to, ended, folded, speaking, unended, units

_PRONOUN = re.compile(
    r"^(?:it|its|they|this|that|these|those|he|she|there|and|but|so|also|which|because)\b|^(?:它|这|那|他|她|而|但|所以|因此|也)",
    re.IGNORECASE,
)
_HOURS: tuple[TimeOfDay, ...] = ("morning", "day", "dusk", "night")


@dataclass
class Ad:
    """A brief on its way to being an ad of `total` frames."""

    brief: Brief
    dressing: Dressing
    total: int
    hand: Hand
    own_words: list[str] = field(default_factory=list)
    said: set[str] = field(default_factory=set)

    @property
    def seconds(self) -> Fraction:
        """The ad's length."""
        return Fraction(self.total, 24)

    @property
    def count(self) -> int:
        """How many shots the treatment plans."""
        return max(3, round(self.seconds / self.hand.usual))

    @property
    def claims(self) -> list[Claim]:
        """The claims that may be used, best first, must-says before all."""
        never = [folded(n) for n in self.brief.never_say]
        must = [Claim(text, (), 99.0, -1) for text in self.brief.must_say]
        rest = [c for c in self.brief.claims if folded(c.text) not in {folded(m.text) for m in must}]
        return [c for c in [*must, *rest] if not any(n in folded(c.text) for n in never)]

    def most(self, english: int, chinese: int) -> int:
        """A limit in words or characters, by language."""
        return chinese if self.brief.language == "zh" else english

    def line(self, text: str, *, keep: int = 5, key: str = "", source: str = "") -> Line:
        """A voice-over line quoting the brief."""
        self.said.add(folded(text))
        spoken = ended(text[:1].upper() + text[1:], self.brief.language)
        return Line(spoken, source=source or text, key=key, keep=keep)

    def own(self, text: str, keep: int = 6) -> Line:
        """A connective line of the writer's own, which claims nothing."""
        spoken = ended(text, self.brief.language)
        self.own_words.append(spoken)
        return Line(spoken, source=spoken, keep=keep)

    def hook(self) -> tuple[Claim, str] | None:
        """The strongest claim that stands on its own, cut short; the sentence that says what the product is waits for the meeting."""
        defining = self.definition([])
        for claim in self.claims:
            if claim.weight >= 99 or _PRONOUN.match(claim.text) or (claim is defining and len(self.claims) > 3):
                continue
            key = claim.numbers[0] if claim.numbers else ""
            text = cut_to(claim.text, self.most(9, 16), self.brief.language, key, spoken=True) or cut_to(
                claim.text, self.most(12, 20), self.brief.language, spoken=True
            )
            if text and not _PRONOUN.match(text):
                return claim, text
        return None

    def definition(self, used: Sequence[Claim]) -> Claim | None:
        """The sentence that says what the product is."""
        name = folded(self.brief.product)
        return next(
            (
                c
                for c in sorted(self.brief.claims, key=lambda c: c.at)
                if c not in used and folded(c.text).startswith(name) and re.search(r"\b(?:is|are)\b|是", c.text)
            ),
            None,
        )

    def meeting(self, used: list[Claim]) -> Line:
        """The line that names the product: the brief's own definition when it is short enough to say, else a plain introduction."""
        found = self.definition(used)
        if found:
            text = cut_to(found.text, self.most(14, 24), self.brief.language, spoken=True)
            if text and folded(self.brief.product) in folded(text):
                used.append(found)
                return self.line(text, keep=7, source=found.text)
        words = self.dressing.words
        kind = self.brief.kind
        if kind and kind.casefold() not in self.brief.product.casefold():
            return self.own(words.meet_kind.format(p=self.brief.product, k=kind), 7)
        name = self.brief.product
        return self.own(
            words.meet.format(p=f"the {name}" if self.brief.language == "en" and name[:1].islower() else name), 7
        )

    def speakable(self, used: Sequence[Claim], seconds: Fraction, most: int = 8) -> list[tuple[Claim, str]]:
        """The claims that can be said in `seconds`, each whole or cut at a phrase; in the order of the brief."""
        chosen: list[tuple[Claim, str]] = []
        left = seconds
        for claim in self.claims:
            if claim in used or len(chosen) >= most:
                continue
            key = claim.numbers[0] if claim.numbers else ""
            limit = self.most(17, 28) if claim.weight < 99 else self.most(40, 60)
            for size in (limit, self.most(9, 15)):
                text = cut_to(claim.text, size, self.brief.language, key, spoken=True)
                if text and speaking(text, self.brief.language) <= left:
                    chosen.append((claim, text))
                    left -= speaking(text, self.brief.language)
                    break
        return sorted(chosen, key=lambda row: row[0].at)

    def offer_caption(self) -> Caption | None:
        """Price, discount and guarantee, as the brief words them."""
        offer = self.brief.offer
        parts = [p for p in (offer.price, offer.discount, offer.guarantee) if p]
        kept = [p for at, p in enumerate(parts) if not any(folded(p) in folded(o) for o in parts[:at])]
        if kept:
            return Caption(accent(" · ".join(kept), kept[0]), "offer")
        text = cut_to(offer.text, self.most(8, 14), self.brief.language) if offer.text else ""
        return Caption(unended(text), "offer") if text else None

    def offer_line(self) -> Line | None:
        """The offer as the brief says it."""
        offer = self.brief.offer
        if not offer:
            return None
        joined = ("，" if self.brief.language == "zh" else ", ").join(
            p for p in (offer.price, offer.discount, offer.guarantee) if p
        )
        text = (
            cut_to(offer.text, self.most(16, 26), self.brief.language, offer.price or offer.discount, spoken=True)
            or joined
        )
        return self.line(text, keep=7, key=offer.price or offer.discount, source=offer.text or joined)

    def call_caption(self) -> Caption | None:
        """The call to action as text on screen."""
        call = self.brief.call
        if not call:
            return None
        link = re.search(r"[\w-]+(?:\.[\w-]+)+(?:/\S*\w)?|[“「][^”」]+[”」]", call)
        key = link.group() if link else ""
        text = (
            cut_to(call, self.most(8, 16), self.brief.language, key)
            or key
            or cut_to(call, self.most(14, 24), self.brief.language)
        )
        return Caption(accent(text or call, key), "cta")

    def call_line(self) -> Line | None:
        """The call to action, spoken."""
        if not self.brief.call:
            return None
        text = cut_to(self.brief.call, self.most(14, 24), self.brief.language, spoken=True) or self.brief.call
        return self.line(text, keep=8, source=self.brief.call)

    def title(self) -> Caption:
        """The product's name on screen."""
        return Caption(accent(self.brief.product, self.brief.product), "title", late=True)

    def stat(self, claim: Claim, role: SuperRole = "stat", most: int = 0) -> Caption | None:
        """A claim's number with the words around it."""
        if not claim.numbers:
            return None
        text = self.dressing.headline(claim.text, most or self.most(4, 8), claim.numbers[0])
        return Caption(text or accent(claim.numbers[0], claim.numbers[0]), role, late=True)

    def comparison(self, used: Sequence[Claim]) -> Picture | None:
        """The brief's likeness as a picture of its own; the claim that makes it comes first."""
        for item in self.brief.comparisons:
            if not any(item.text in c.text for c in used):
                continue
            return self.dressing.image(item.text)
        return self.dressing.image(self.brief.comparisons[0].text) if self.brief.comparisons else None

    def spoken_seconds(self, *lines: Line | None) -> Fraction:
        """How long some lines take."""
        return sum((speaking(line.text, self.brief.language) for line in lines if line), Fraction(0))


def _lines(*lines: Line | None) -> tuple[Line, ...]:
    return tuple(line for line in lines if line)


def _captions(*captions: Caption | None) -> tuple[Caption, ...]:
    return tuple(c for c in captions if c)


def closing(ad: Ad, offer: Line | None, call: Line | None, offer_picture: Picture) -> list[Beat]:
    """Offer and call to action, which every treatment ends on."""
    words = ad.dressing.words
    beats = []
    caption = ad.offer_caption()
    if caption or offer:
        beats.append(
            Beat(
                "offer",
                words.offer,
                (replace(offer_picture, lines=_lines(offer), captions=_captions(caption), keep=8),),
            )
        )
    last = ad.dressing.end(
        lines=_lines(call),
        captions=_captions(ad.title() if not ad.brief.call else None, ad.call_caption()),
        effect="click" if call else None,
    )
    return [*beats, Beat("call", words.outro, (last,))]


def proof(ad: Ad) -> list[Beat]:
    """Hook, meet, demo, proof, offer, call: the claims are said while their pictures show them."""
    d, words = ad.dressing, ad.dressing.words
    used: list[Claim] = []
    hook = ad.hook()
    first: list[Picture] = [d.picture("detail", "detail", size="extreme-close", keep=9)]
    if hook:
        claim, text = hook
        used.append(claim)
        key = claim.numbers[0] if claim.numbers else ""
        headline = d.headline(text, ad.most(8, 14), key) or accent(key or ad.brief.product, key)
        first[0] = replace(
            first[0],
            lines=(ad.line(text, keep=8, key=key, source=claim.text),),
            captions=(Caption(headline, "headline"),),
            effect="riser",
        )
    else:
        first[0] = replace(first[0], captions=(Caption(accent(ad.brief.product, ad.brief.product), "headline"),))
    first.append(d.picture("hands", "hands", keep=4))
    meeting = ad.meeting(used)
    offer, call = ad.offer_line(), ad.call_line()
    fixed = ad.spoken_seconds(*first[0].lines, meeting, offer, call)
    comparison = ad.comparison(used) if ad.seconds >= 12 else None
    told = ad.speakable(used, ad.seconds - fixed - (1 if comparison else 0), most=max(1, ad.count - 5))
    beats = [
        Beat("hook", words.hook, tuple(first)),
        Beat(
            "meet",
            ad.brief.product,
            (d.picture("product", "product", size="wide", lines=(meeting,), captions=(ad.title(),), keep=9),),
        ),
    ]
    spare = max(0, ad.count - 5 - len(told) - (1 if comparison else 0))
    pools: tuple[tuple[str, Sees], ...] = (
        ("use", "person"),
        ("detail", "detail"),
        ("product", "product"),
        ("hands", "hands"),
    )
    for at, (claim, text) in enumerate(told):
        picture = replace(
            d.for_claim(claim, pools),
            lines=(
                ad.line(
                    text,
                    keep=9 if claim.weight >= 99 else 5,
                    key=claim.numbers[0] if claim.numbers else "",
                    source=claim.text,
                ),
            ),
            captions=_captions(ad.stat(claim)),
            keep=6,
        )
        extra = []
        if comparison and any(c.text in claim.text for c in ad.brief.comparisons):
            extra.append(comparison)
            comparison = None
        share = spare // (len(told) - at)
        extra += [
            d.picture(*(("use", "person"), ("product", "product"), ("life", "people"))[k % 3], keep=2)
            for k in range(share)
        ]
        spare -= share
        role: Role = "demo" if at * 2 < len(told) else "proof"
        beats.append(Beat(role, words.demo if role == "demo" else words.proof, (picture, *extra)))
    if comparison:
        beats.append(Beat("image", words.proof, (replace(comparison, captions=(Caption(comparison.note, "quote"),)),)))
    if not told:
        beats.append(Beat("demo", words.demo, tuple(d.picture(*pools[k % 4], keep=3) for k in range(max(1, spare)))))
    return [*beats, *closing(ad, offer, call, d.picture("product", "product"))]


def day(ad: Ad) -> list[Beat]:
    """One person: before, meeting, using, living with it. People first; the voice speaks to one viewer."""
    d, words = ad.dressing, ad.dressing.words
    used: list[Claim] = []
    empty = d.picture("trouble", "place", size="wide", keep=9, valence=-0.25)
    if "{who}" in "".join(d.world.trouble) and "person" in empty.cast:
        empty = d.picture("trouble", "place", size="wide", keep=9, valence=-0.25)
    alone = d.picture("trouble", "person", size="medium", keep=5, valence=-0.3)
    opening = (
        ad.own(words.people.format(w=ad.brief.audience), 6)
        if ad.brief.audience and units(ad.brief.audience, ad.brief.language) <= ad.most(16, 24)
        else None
    )
    if opening is None and (hook := ad.hook()):
        used.append(hook[0])
        opening = ad.line(hook[1], keep=8, source=hook[0].text)
    meeting = ad.meeting(used)
    offer, call = ad.offer_line(), ad.call_line()
    comparison = ad.comparison(used) if ad.seconds >= 15 else None
    told = ad.speakable(
        used, ad.seconds - ad.spoken_seconds(opening, meeting, offer, call) - 1, most=max(1, ad.count - 4)
    )
    beats = [
        Beat("problem", words.stop, (replace(empty, lines=_lines(opening)), alone)),
        Beat(
            "meet",
            ad.brief.product,
            (d.picture("product", "product", lines=(meeting,), captions=(ad.title(),), keep=9),),
        ),
    ]
    pools: tuple[tuple[str, Sees], ...] = (("use", "person"), ("hands", "hands"), ("use", "person"))
    spare = max(0, ad.count - 5 - len(told) - (1 if comparison else 0))
    for at, (claim, text) in enumerate(told):
        hour = _HOURS[min(3, at * 4 // max(1, len(told)))]
        picture = replace(
            d.for_claim(claim, pools),
            time=hour,
            keep=6,
            lines=(
                ad.line(
                    text,
                    keep=9 if claim.weight >= 99 else 5,
                    key=claim.numbers[0] if claim.numbers else "",
                    source=claim.text,
                ),
            ),
        )
        share = spare // (len(told) - at)
        spare -= share
        extra = [d.picture(*(("use", "person"), ("life", "people"))[k % 2], time=hour, keep=2) for k in range(share)]
        if comparison and any(c.text in claim.text for c in ad.brief.comparisons):
            extra.append(replace(comparison, time=hour))
            comparison = None
        beats.append(Beat("demo", words.life, (picture, *extra)))
    life = d.picture("life", "people", time="dusk", keep=3)
    beats.append(Beat("life", words.life, (life, comparison) if comparison else (life,)))
    return [*beats, *closing(ad, offer, call, d.picture("product", "product", time="dusk"))]


def type_led(ad: Ad) -> list[Beat]:
    """Text on screen carries the film: one fact a shot, cards and objects in turn, the voice only at the end."""
    d, words = ad.dressing, ad.dressing.words
    hook = ad.hook()
    order = [hook[0]] if hook else []
    order += [c for c in sorted(ad.claims, key=lambda c: (-c.weight, c.at)) if c not in order]
    facts: list[tuple[Claim, str]] = []
    for claim in order:
        key = claim.numbers[0] if claim.numbers else ""
        text = d.headline(claim.text, ad.most(8, 14), key) or d.headline(claim.text, ad.most(11, 18), key)
        if text:
            facts.append((claim, text))
    call = ad.call_line()
    room = max(1, ad.count - 4)
    pools: tuple[tuple[str, Sees], ...] = (("detail", "detail"), ("product", "product"), ("hands", "hands"))
    first = facts[:1]
    name = Beat(
        "meet", ad.brief.product, (d.picture("product", "product", captions=(ad.title(),), keep=9, effect="shimmer"),)
    )
    opening = d.picture(
        "detail",
        "detail",
        size="extreme-close",
        keep=9,
        effect="impact",
        captions=(Caption(first[0][1], "headline"),)
        if first
        else (Caption(accent(ad.brief.product, ad.brief.product), "headline"),),
    )
    beats = [Beat("hook", words.hook, (opening,)), name]
    rest = facts[1 : 1 + room]
    for at, (claim, text) in enumerate(rest):
        caption = Caption(text, "stat" if claim.numbers else "headline")
        card = at % 3 == 1
        picture = (
            d.card(captions=(caption,), keep=6)
            if card
            else d.picture(*pools[at % 3], captions=(caption,), keep=6, effect="whoosh" if at % 2 else None)
        )
        beats.append(Beat("proof", words.proof, (picture,)))
        if len(rest) < room - 1 and at < room - len(rest):
            beats.append(
                Beat(
                    "demo",
                    words.proof,
                    (
                        d.picture(
                            *(("use", "person"), ("detail", "detail"), ("hands", "hands"))[at % 3], keep=2, weight=0.6
                        ),
                    ),
                )
            )
    shots = sum(len(b.pictures) for b in beats)
    fill = max(0, ad.count - 2 - shots)
    cycle: tuple[tuple[str, Sees], ...] = (
        ("use", "person"),
        ("detail", "detail"),
        ("product", "product"),
        ("life", "people"),
        ("hands", "hands"),
    )
    beats += [Beat("demo", words.demo, (d.picture(*cycle[k % 5], keep=1, weight=0.7),)) for k in range(fill)]
    if ad.brief.comparisons and ad.seconds >= 10:
        picture = d.image(ad.brief.comparisons[0].text)
        beats.insert(
            min(4, len(beats)),
            Beat("image", words.proof, (replace(picture, captions=(Caption(picture.note, "quote"),)),)),
        )
    return [*beats, *closing(ad, None, call, d.card())]
