"""A brief on its way to being an ad: which of its sentences are said, and which are shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from callsheet.film.shot import SuperRole
from callsheet.script.brief import Brief, Claim
from callsheet.script.character import character, is_wry
from callsheet.script.concrete import Concrete
from callsheet.script.dressing import Dressing, accent
from callsheet.script.likeness import pictured
from callsheet.script.offers import offer_text
from callsheet.script.plan import Caption, Hand, Line, Picture
from callsheet.script.words import cut_to, ended, folded, named, speaking, unended

_PRONOUN = re.compile(
    r"^(?:it|its|they|this|that|these|those|he|she|there|and|but|so|also|which|because)\b|^(?:它|这|那|他|她|而|但|所以|因此|也)",
    re.IGNORECASE,
)


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
        return self.own(words.meet.format(p=named(self.brief.product, self.brief.language)), 7)

    def speakable(self, used: Sequence[Claim], seconds: Fraction, most: int = 8) -> list[tuple[Claim, str]]:
        """The claims that can be said in `seconds`, each whole or cut at a phrase; in the order of the brief."""
        chosen: list[tuple[Claim, str]] = []
        left = seconds
        claims = self.claims
        if is_wry(self.brief):
            claims = sorted(claims, key=lambda c: -(c.weight + 3 * character(c.text, self.brief.language)))
        for claim in claims:
            if claim in used or len(chosen) >= most:
                continue
            key = claim.numbers[0] if claim.numbers else ""
            limit = self.most(17, 28) if claim.weight < 99 else self.most(40, 60)
            # A sentence with character is said whole or not at all: half a joke is none.
            whole = character(claim.text, self.brief.language) >= 2
            for size in (limit,) if whole else (limit, self.most(9, 15)):
                text = cut_to(claim.text, size, self.brief.language, key, spoken=True)
                if text and speaking(text, self.brief.language) <= left:
                    chosen.append((claim, text))
                    left -= speaking(text, self.brief.language)
                    break
        return sorted(chosen, key=lambda row: row[0].at)

    def offer_caption(self) -> Caption | None:
        """The price, and on the next line what comes with it, as the brief words them."""
        text = offer_text(self.brief)
        return Caption(text, "offer") if text else None

    def offer_line(self) -> Line | None:
        """The offer as the brief says it."""
        offer = self.brief.offer
        if not offer:
            return None
        comma = "，" if self.brief.language == "zh" else ", "
        parts = [p for p in (offer.price, offer.discount, offer.guarantee) if p]
        if offer.text and offer.price and folded(offer.price) not in folded(offer.text):
            parts = [offer.price, offer.text]
        key = offer.price or offer.discount
        # A sentence of the prose speaks better than a line of the front matter.
        told = (
            s for s in self.brief.prose if key and key in s and s.endswith((".", "。", "!", "！")) and ":" not in s[:14]
        )
        for source in (*(s for s in told if folded(self.brief.product) in folded(s)), offer.text):
            text = cut_to(source, self.most(12, 22), self.brief.language, key, spoken=True)
            text = text or cut_to(source, self.most(16, 26), self.brief.language, key, spoken=True)
            if text:
                return self.line(text, keep=7, key=key, source=source)
        return self.own(comma.join(parts), 7)

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

    def unsaid(self, told: Sequence[tuple[Claim, str]], used: Sequence[Claim]) -> list[Caption]:
        """Claims that no voice has time for, as text on screen; best first."""
        price = folded(self.brief.offer.price)
        rest = [c for c in self.claims if c not in used and not any(c is t for t, _ in told)]
        rest = [c for c in rest if not price or price not in folded(c.text) or c.weight >= 99]
        found = []
        for claim in rest:
            key = claim.numbers[0] if claim.numbers else ""
            text = self.dressing.headline(claim.text, self.most(7, 13), key) or self.dressing.headline(
                claim.text, self.most(10, 18), key
            )
            if text and folded(text.replace("*", "")) != folded(self.brief.product):
                found.append(Caption(text, "stat" if claim.numbers else "headline", late=True))
        return found

    def comparison(self, used: Sequence[Claim]) -> Picture | None:
        """The brief's likeness as a picture of its own, if a camera could find it; one that a said claim makes comes first."""
        items = sorted(self.brief.comparisons, key=lambda i: not any(i.text in c.text for c in used))
        return next((p for p in (self.dressing.image(i.text) for i in items) if p), None)

    def quips(self, lines: Sequence[Line | None]) -> list[Caption]:
        """Likenesses that are no pictures and that nobody says, as quotes on screen."""
        said = " ".join(folded(line.text) for line in lines if line)
        rest = [i for i in self.brief.comparisons if not pictured(i.text, self.brief.language)]
        return [self._quoted(i) for i in rest if folded(i.text) not in said and self._quoted(i).text]

    def _quoted(self, item: Concrete) -> Caption:
        """A likeness with the words it leans on."""
        limits = (self.most(9, 16), self.most(12, 20))
        cuts = (cut_to(item.sentence, most, self.brief.language, item.text) for most in limits)
        return Caption(unended(next((c for c in cuts if c), item.text)), "quote", late=True)

    def spoken_seconds(self, *lines: Line | None) -> Fraction:
        """How long some lines take."""
        return sum((speaking(line.text, self.brief.language) for line in lines if line), Fraction(0))
