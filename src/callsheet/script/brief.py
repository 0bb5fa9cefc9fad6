"""A brief: what the client wants, read from prose, Markdown or front matter into the parts a writer needs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from callsheet.errors import BriefError
from callsheet.script import front_matter, prose, subject
from callsheet.script.concrete import Concrete, concrete, numbers
from callsheet.script.front_matter import Aspect, Item, Person, Still
from callsheet.script.wishes import Wish
from callsheet.script.words import CJK, Tongue, cut_to, folded, plain, sentences, tongue

_REMEDY = "Write a few sentences: what it is, what it does for whom, and what to do next. `examples/teapot/brief.md` shows one."


@dataclass(frozen=True)
class Section:
    """A heading with the paragraphs under it; the text before the first heading has an empty one. `level` counts from 1."""

    heading: str
    level: int
    paragraphs: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The section's sentences in order."""
        return tuple(s for p in self.paragraphs for s in sentences(p))


@dataclass(frozen=True)
class Claim:
    """A sentence of the brief that says something for the product, verbatim. `weight` says how well it sells."""

    text: str
    numbers: tuple[str, ...]
    weight: float
    at: int = 0
    """Its place in the brief, counted in statements."""


@dataclass(frozen=True)
class Offer:
    """Price, discount and guarantee as the brief words them, and the sentence or line they stand in."""

    text: str = ""
    price: str = ""
    discount: str = ""
    guarantee: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.price or self.discount or self.guarantee)


@dataclass(frozen=True)
class Brief:
    """A brief, read. Everything quoted is verbatim; what the brief does not say is empty, never guessed."""

    name: str
    text: str
    language: Tongue
    title: str
    product: str
    kind: str = ""
    """What the product is in the brief's words: "cast-iron teapot"."""
    brand: str = ""
    format: str = ""
    """The format the front matter asks for."""
    claims: tuple[Claim, ...] = ()
    """Best first."""
    audience: str = ""
    offer: Offer = Offer()
    tone: tuple[str, ...] = ()
    seconds: Fraction | None = None
    aspects: tuple[Aspect, ...] = ()
    call: str = ""
    """The call to action."""
    items: tuple[Item, ...] = ()
    people: tuple[Person, ...] = ()
    stills: tuple[Still, ...] = ()
    colours: tuple[str, ...] = ()
    """Colours as `#rrggbb`."""
    must_say: tuple[str, ...] = ()
    never_say: tuple[str, ...] = ()
    concrete: tuple[Concrete, ...] = ()
    sections: tuple[Section, ...] = ()
    images: tuple[str, ...] = ()
    """Sentences that describe a picture."""
    facts: tuple[str, ...] = ()
    """Short facts from lists and front matter, such as `1.2 kg`."""
    wishes: tuple[Wish, ...] = ()
    """What the director asks to see first, on the way and last, in the order of the brief."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Numbers with units that belong to the message, in order."""
        return tuple(c.text for c in self.concrete if c.kind == "number")

    @property
    def comparisons(self) -> tuple[Concrete, ...]:
        """Metaphors and likenesses."""
        return tuple(c for c in self.concrete if c.kind == "image")

    @property
    def prose(self) -> tuple[str, ...]:
        """Every sentence of the brief in order, instructions included."""
        return tuple(s for section in self.sections for s in section.sentences)

    @classmethod
    def read(cls, text: str, name: str = "brief.md") -> "Brief":
        """Read a brief. Front matter wins over labelled lines, which win over what the prose suggests.

        Raises BriefError when the text is empty, binary, says nothing, or has broken front matter.
        """
        _refuse(text, name)
        front, body = front_matter.read(text.replace("\r\n", "\n").replace("\r", "\n"), name)
        language = _language(front, body, name)
        sections = _sections(body)
        found = prose.read(body, [(s.heading, s.paragraphs) for s in sections], language)
        said = {**found.labels, **_labels_of(front)}
        if not re.search(rf"[A-Za-z{CJK}]{{2}}", body + " ".join(v for vs in said.values() for v in vs)):
            raise BriefError("the brief has no words to make a film from", where=name, remedy=_REMEDY)
        headings = {folded(s.heading) for s in sections}
        message = [s for s in found.message if folded(s) not in headings]
        product = _first(said, "product") or subject.product(
            message, sections[0].heading if sections else "", body, language
        )
        if not product and not message:
            raise BriefError("the brief names no product or subject and makes no statement", where=name, remedy=_REMEDY)
        product, stated_kind = _named_kind(product, language)
        title = (
            _first(said, "title")
            or _title(sections, language)
            or product
            or cut_to(message[0], 12 if language == "zh" else 6, language).rstrip(" .。!！?？")
            or plain(message[0])[:40].strip(" .。,，")
        )
        if title != product and title.startswith(product) and len(title.split()) <= 4 and not title.endswith("?"):
            product = title
        product = product or title.strip(" .。!！?？")
        offer = _offer(said, found.offers, body)
        call = _first(said, "call") or found.call
        weights = prose.Weights(product, offer.text, call, language)
        stated = [plain(c) for c in said.get("claims", ())]
        claims = _claims(stated, message, weights, language)
        facts = tuple(dict.fromkeys([*said.get("facts", ()), *found.facts]))
        spoken = "\n".join(
            [
                *stated,
                *message,
                *facts,
                *said.get("must", ()),
                offer.text,
                call,
                *(f"{k.name}: {k.words}" for k in front_matter.people(front, said)),
            ]
        )
        return cls(
            name=name,
            text=text,
            language=language,
            title=title,
            product=product,
            kind=_first(said, "kind")
            or stated_kind
            or subject.kind(product, [*message, *(s for x in sections for s in x.sentences)], language),
            brand=_first(said, "brand"),
            format=str(front.get("format") or "").strip().replace("_", "-"),
            claims=claims,
            audience=_audience(_first(said, "audience") or found.audience, language),
            offer=offer,
            tone=tuple(dict.fromkeys(said.get("tone") or found.tone)),
            seconds=front_matter.seconds(front, said, found.seconds, name),
            aspects=front_matter.aspects(front, said, body),
            call=call,
            items=front_matter.items(front, said, found.items),
            people=front_matter.people(front, said) or found_people(found),
            stills=front_matter.stills(front, name),
            colours=_colours(said, body, language),
            must_say=tuple(said.get("must", ())),
            never_say=tuple(said.get("never", ())),
            concrete=_concrete(spoken, offer, call, language),
            sections=tuple(sections),
            images=tuple(found.images),
            facts=facts,
            wishes=tuple(found.wishes),
        )


def _named_kind(product: str, language: Tongue) -> tuple[str, str]:
    """A product entry parted into its name and what it is: "Ribeira 2021, a red wine from the Douro."."""
    bare = product.strip(" .。,，")
    match = re.match(
        r"^(.{2,60}?),\s+(?:an?|the|our)\s+(.+)$"
        if language == "en"
        else r"^(.{1,20}?)[，,]\s*(?:一[款种家个只把双瓶])?(.+)$",
        bare,
    )
    if not match:
        return bare, ""
    kind = re.split(r",|\s(?:that|which|who|with|for|in|at|by|from|to|and|of)\b|[，。]", match[2])[0].strip()
    return match[1].strip(), kind


def _audience(words: str, language: Tongue) -> str:
    bare = words.strip(" .。,，;；")
    first = bare.split(" ")[0]
    plain_word = language == "en" and first[1:].islower() and not re.search(rf"\b{first}\b", bare[len(first) :])
    return bare[:1].lower() + bare[1:] if plain_word else bare


def found_people(found: prose.Found) -> tuple[Person, ...]:
    """The people that prose introduces."""
    return tuple(Person(n, w) for n, w in found.people)


def _refuse(text: str, name: str) -> None:
    strange = sum(1 for c in text if (ord(c) < 32 and c not in "\t\n\r\f") or c == "\ufffd")
    if "\x00" in text or strange > max(2, len(text) // 100):
        raise BriefError("the brief is not text", where=name, remedy="Save it as plain text in UTF-8.")
    if not text.strip("\ufeff \t\r\n"):
        raise BriefError("the brief is empty", where=name, remedy=_REMEDY)


def _language(front: Mapping[str, Any], body: str, name: str) -> Tongue:
    given = str(front.get("language") or front.get("语言") or "").casefold()
    if not given:
        return tongue(body if body.strip() else " ".join(str(v) for v in front.values()))
    if given.startswith(("zh", "cn", "chinese", "中文", "mandarin")):
        return "zh"
    if given.startswith(("en", "english", "英")):
        return "en"
    raise BriefError(
        f"the offline writers do not write {given!r}",
        where=name,
        remedy="Set `language` to en or zh, or use `--writer endpoint`.",
    )


def _sections(body: str) -> list[Section]:
    sections: list[Section] = []
    heading, level, paragraphs, open_lines = "", 0, list[str](), list[str]()

    def close() -> None:
        if open_lines:
            glue = "" if tongue("".join(open_lines)) == "zh" else " "
            paragraphs.append(glue.join(open_lines))
            open_lines.clear()

    for raw in body.splitlines():
        line = raw.strip()
        mark = re.match(r"(#{1,6})\s+(.+?)\s*#*$", line)
        if mark:
            close()
            if heading or paragraphs:
                sections.append(Section(heading, level, tuple(paragraphs)))
            heading, level, paragraphs = plain(mark[2]), len(mark[1]), []
        elif not line or re.fullmatch(r"[-*_=|\s:]{3,}", line):
            close()
        elif prose.BULLET.match(line) or prose.LABEL.match(plain(line)):
            close()
            paragraphs.append(plain(prose.BULLET.sub("", line)))
        else:
            open_lines.append(line)
    close()
    if heading or paragraphs or not sections:
        sections.append(Section(heading, level, tuple(paragraphs)))
    return sections


def _first(said: Mapping[str, list[str]], key: str) -> str:
    return next((plain(v) for v in said.get(key, ()) if plain(v)), "")


def _labels_of(front: Mapping[str, Any]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for key, value in front.items():
        label = prose.label(key.replace("_", " "))
        if (
            label is None
            and isinstance(value, str | int | float)
            and not isinstance(value, bool)
            and key not in prose.SETTINGS
        ):
            said.setdefault("facts", []).append(str(value))
        elif label and label not in ("items", "people"):
            values = (
                value if isinstance(value, list) else list(value.values()) if isinstance(value, Mapping) else [value]
            )
            texts = [plain(str(v)) for v in values if v is not None and not isinstance(v, Mapping | list)]
            if label == "tone":
                texts = [w for t in texts for w in prose.tone_words(t, stated=True)]
            if texts:
                said.setdefault(label, []).extend(texts)
    return said


def _title(sections: list[Section], language: Tongue) -> str:
    for section in sections[:1]:
        words = re.sub(
            r"^(?:(?:creative |video |film |ad )?brief|脚本|简报|需求|文案|创意简报|视频需求)\s*[:：—–-]*\s*",
            "",
            section.heading,
            flags=re.IGNORECASE,
        )
        words = re.split(r"\s+[—–|-]\s+(?:creative |video |film )?brief\b", words, flags=re.IGNORECASE)[0].strip()
        if words and prose.label(words) is None:
            return words[: 60 if language == "en" else 30]
    return ""


def _offer(said: Mapping[str, list[str]], offers: list[str], body: str) -> Offer:
    text = " ".join(dict.fromkeys(plain(v) for v in said.get("offer", ()))) or (offers[0] if offers else "")
    price = _first(said, "price") or prose.price(text) or (prose.price(" ".join(offers)) if offers else "")
    discount = _first(said, "discount") or prose.discount(text or " ".join(offers))
    guarantee = _first(said, "guarantee") or prose.guarantee(text or " ".join(offers)) or prose.guarantee(body)
    return Offer(text, price, discount, guarantee)


def _claims(stated: list[str], message: list[str], weights: prose.Weights, language: Tongue) -> tuple[Claim, ...]:
    found: dict[str, Claim] = {}
    for at, text in enumerate([*stated, *message]):
        weight = weights.of(text)
        if weight > 0:
            # What the client lists as a claim counts most; what stands first counts more than what comes late.
            weight += (3.0 if at < len(stated) else 0.0) + 1.5 * max(0.0, 1 - at / 12)
        if weight > 0 and folded(text) not in found:
            found[folded(text)] = Claim(text, tuple(numbers(text, language)), round(weight, 3), at)
    return tuple(sorted(found.values(), key=lambda c: -c.weight))


def _colours(said: Mapping[str, list[str]], body: str, language: Tongue) -> tuple[str, ...]:
    stated = " ".join(said.get("colours", ()))
    return tuple(prose.colours(stated, language)) if stated else tuple(re.findall(r"#[0-9a-fA-F]{6}\b", body))


def _concrete(spoken: str, offer: Offer, call: str, language: Tongue) -> tuple[Concrete, ...]:
    """The concrete items of what the film should say; instructions about the film itself are not part of it."""
    items = list(concrete(spoken, language))
    items += [Concrete("offer", t, offer.text) for t in (offer.price, offer.discount, offer.guarantee) if t]
    if call:
        items.append(Concrete("call", call, call))
    unique: dict[tuple[str, str], Concrete] = {}
    for item in items:
        if item.key:
            unique.setdefault((item.kind, item.key), item)
    return tuple(unique.values())
