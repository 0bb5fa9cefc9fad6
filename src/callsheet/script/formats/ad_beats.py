"""The beats of a product ad, one function a treatment: which sentences of the brief are said where, over which pictures."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from callsheet.film.shot import TimeOfDay
from callsheet.script.brief import Claim
from callsheet.script.character import character, greeting, is_wry
from callsheet.script.dressing import accent
from callsheet.script.formats.ad import Ad
from callsheet.script.plan import Beat, Caption, Line, Picture, Role, Sees
from callsheet.script.words import folded, units

Pools = tuple[tuple[str, Sees], ...]
_LONG = Fraction(13, 4)
"""Seconds after which one picture under one line gets long."""
_HOURS: tuple[TimeOfDay, ...] = ("morning", "day", "dusk", "night")


def _lines(*lines: Line | None) -> tuple[Line, ...]:
    return tuple(line for line in lines if line)


def _captions(*captions: Caption | None) -> tuple[Caption, ...]:
    return tuple(c for c in captions if c)


def _likened(picture: Picture) -> Caption:
    """The brief's words for a pictured likeness."""
    return Caption(picture.note[:1].upper() + picture.note[1:], "quote", late=True)


def closing(ad: Ad, offer: Line | None, call: Line | None, offer_picture: Picture) -> list[Beat]:
    """Offer and call to action, which every treatment ends on."""
    words = ad.dressing.words
    beats: list[Beat] = []
    caption = ad.offer_caption()
    if caption or offer:
        picture = replace(offer_picture, lines=_lines(offer), captions=_captions(caption), keep=9)
        beats.append(Beat("offer", words.offer, (picture,)))
    name = None if ad.brief.call else ad.title()
    last = ad.dressing.end(
        lines=_lines(call), captions=_captions(name, ad.call_caption()), effect="click" if call else None
    )
    return [*beats, Beat("call", words.outro, (last,))]


def _told(
    ad: Ad,
    told: Sequence[tuple[Claim, str]],
    pools: Pools,
    between: Pools,
    spare: int,
    shown: list[Caption],
    comparison: Picture | None,
    *,
    stats: bool,
    hours: bool,
) -> tuple[list[Beat], Picture | None]:
    """The claims that are said, each over its picture, with `spare` pictures between them that show the claims nobody says.

    Returns the beats, and the comparison when no said claim makes it.
    """
    d, words = ad.dressing, ad.dressing.words
    beats: list[Beat] = []
    for at, (claim, text) in enumerate(told):
        key = claim.numbers[0] if claim.numbers else ""
        # A sentence with character is said whole or not at all: half a joke is none.
        key = text if character(claim.text, ad.brief.language) >= 2 else key
        line = ad.line(text, keep=9 if claim.weight >= 99 else 5, key=key, source=claim.text)
        picture = replace(d.for_claim(claim, pools), lines=(line,), keep=9 if claim.weight >= 99 else 6)
        if stats:
            picture = replace(picture, captions=_captions(ad.stat(claim)))
        row = [picture]
        if comparison and any(c.text in claim.text for c in ad.brief.comparisons):
            row.append(replace(comparison, captions=() if _says(line, comparison) else (_likened(comparison),)))
            comparison = None
        share = spare // (len(told) - at)
        spare -= share
        row += [_between(ad, between[k % len(between)], shown) for k in range(share)]
        if hours:
            row = [replace(p, time=_HOURS[min(3, at * 4 // len(told))]) for p in row]
        role: Role = "demo" if at * 2 < len(told) else "proof"
        title = words.life if hours else words.demo if role == "demo" else words.proof
        beats.append(Beat(role, title, tuple(row)))
    if not told:
        row = [_between(ad, pools[k % len(pools)], shown) for k in range(max(1, spare))]
        beats.append(Beat("demo", words.life if hours else words.demo, tuple(row)))
    return beats, comparison


def _says(line: Line, picture: Picture) -> bool:
    return folded(picture.note) in folded(line.text)


def _between(ad: Ad, pool: tuple[str, Sees], shown: list[Caption]) -> Picture:
    """A silent picture; it carries the next claim that no voice has time for."""
    picture = ad.dressing.picture(*pool, keep=3)
    return replace(picture, captions=(shown.pop(0),), keep=4) if shown else picture


def opened(ad: Ad, beats: Sequence[Beat], pools: Pools) -> list[Beat]:
    """The beats with a silent second picture under every line that would hold one picture for too long."""
    made: list[Beat] = []
    turn = 0
    for number, beat in enumerate(beats):
        row: list[Picture] = []
        for at, picture in enumerate(beat.pictures):
            row.append(picture)
            last = number == len(beats) - 1 and at == len(beat.pictures) - 1
            silent = at + 1 < len(beat.pictures) and not beat.pictures[at + 1].lines
            if not last and not silent and ad.spoken_seconds(*picture.lines) > _LONG:
                pool, sees = pools[turn % len(pools)]
                row.append(ad.dressing.picture(pool, sees, keep=7))
                turn += 1
        made.append(beat.over(*row))
    return made


def unechoed(beats: Sequence[Beat]) -> list[Beat]:
    """The beats without text on screen that a voice says word for word in the same picture; price, name and call may be both."""
    made = []
    for beat in beats:
        row = []
        for picture in beat.pictures:
            said = " ".join(folded(line.text) for line in picture.lines)
            kept = [
                c
                for c in picture.captions
                if c.role in ("offer", "cta", "title") or folded(c.text.replace("*", "")) not in said
            ]
            marked = [m.group() for c in picture.captions if c not in kept and (m := re.search(r"\*[^*]+\*", c.text))]
            numbers = [Caption(m, "stat", late=True) for m in marked]
            row.append(replace(picture, captions=(*kept, *numbers)))
        made.append(beat.over(*row))
    return made


def brief_film(ad: Ad, treatment: str) -> list[Beat]:
    """A film of a few seconds: one picture that stops the eye and names the product, and one that offers and asks."""
    d, words = ad.dressing, ad.dressing.words
    first = {
        "proof": d.picture("detail", "detail", size="extreme-close", keep=9),
        "day": d.picture("use", "person", size="medium", keep=9),
        "type": d.card(keep=9),
    }[treatment]
    first = replace(first, captions=(ad.title(),), effect=None if treatment == "day" else "riser")
    call = ad.call_line()
    shown = _captions(ad.offer_caption(), ad.call_caption())
    last = d.end(lines=_lines(call), captions=shown or (ad.title(),), effect="click" if call else None)
    middle = d.picture(
        "product" if treatment == "day" else "hands", "product" if treatment == "day" else "hands", keep=4
    )
    hook = ad.hook()
    fact = d.headline(hook[1], ad.most(6, 11), hook[0].numbers[0] if hook[0].numbers else "") if hook else ""
    first = replace(
        first, captions=(*first.captions, *(Caption(must, "sub", late=True) for must in ad.brief.must_say[:1]))
    )
    middle = replace(middle, captions=(Caption(fact, "headline"),) if fact else ())
    return [Beat("hook", words.hook, (first, middle)), Beat("call", words.outro, (last,))]


def proof(ad: Ad) -> list[Beat]:
    """Hook, meet, demo, proof, offer, call: the claims are said while their pictures show them."""
    d, words = ad.dressing, ad.dressing.words
    used: list[Claim] = []
    hello = greeting(ad.brief) if is_wry(ad.brief) else None
    hook = None if hello else ad.hook()
    first = d.picture("detail", "detail", size="extreme-close", keep=9)
    if hello:
        first = replace(first, lines=(ad.line(hello[0], keep=9),), effect="riser")
    elif hook:
        claim, text = hook
        used.append(claim)
        key = claim.numbers[0] if claim.numbers else ""
        headline = d.headline(text, ad.most(8, 14), key) or accent(key or ad.brief.product, key)
        line = ad.line(text, keep=8, key=key, source=claim.text)
        first = replace(first, lines=(line,), captions=(Caption(headline, "headline"),), effect="riser")
    else:
        first = replace(first, captions=(Caption(accent(ad.brief.product, ad.brief.product), "headline"),))
    if hello:
        text = hello[1][:1].upper() + hello[1][1:]
        second = replace(d.trouble()[1], keep=7, captions=(Caption(text, "quote"),) if text else ())
    else:
        second = d.picture("hands", "hands", keep=7)
    meeting, call = ad.meeting(used), ad.call_line()
    comparison = ad.comparison(used) if ad.seconds >= 12 else None
    room = ad.seconds - (1 if comparison else 0) - ad.spoken_seconds(*first.lines, meeting, call)
    offer, told = _offer_and_claims(ad, used, room, max(1, ad.count - 5), quiet_offer=bool(hello))
    product = d.picture("product", "product", size="wide", lines=(meeting,), captions=(ad.title(),), keep=9)
    beats = [Beat("hook", words.hook, (first, second)), Beat("meet", ad.brief.product, (product,))]
    pools: Pools = (("use", "person"), ("detail", "detail"), ("product", "product"), ("hands", "hands"))
    between: Pools = (("use", "person"), ("product", "product"), ("life", "people"))
    spare = max(0, ad.count - 5 - len(told) - (1 if comparison else 0))
    shown = [*ad.quips([*first.lines, meeting, *(Line(t) for _, t in told)]), *ad.unsaid(told, used)]
    rows, left = _told(ad, told, pools, between, spare, shown, comparison, stats=True, hours=False)
    beats += rows
    if left:
        beats.append(Beat("image", words.proof, (replace(left, captions=(_likened(left),)),)))
    beats += closing(ad, offer, call, d.picture("product", "product", away=True))
    return opened(ad, beats, (("use", "person"), ("hands", "hands"), ("life", "people"), ("detail", "detail")))


def _offer_and_claims(
    ad: Ad, used: Sequence[Claim], room: Fraction, most: int, *, quiet_offer: bool = False
) -> tuple[Line | None, list[tuple[Claim, str]]]:
    """The spoken offer, and the claims said beside it; when that leaves room for fewer than two claims the offer is only shown."""
    offer = None if quiet_offer else ad.offer_line()
    told = ad.speakable(used, room - ad.spoken_seconds(offer), most=most)
    if offer and len(told) < 2:
        quiet = ad.speakable(used, room - 2, most=most)
        if len(quiet) > len(told):
            return None, quiet
    return offer, told


def day(ad: Ad) -> list[Beat]:
    """One person: before, meeting, using, living with it. People first; the voice speaks to one viewer."""
    d, words, brief = ad.dressing, ad.dressing.words, ad.brief
    used: list[Claim] = []
    empty, alone = d.trouble()
    short = bool(brief.audience) and units(brief.audience, brief.language) <= ad.most(16, 24)
    opening = ad.own(words.people.format(w=brief.audience), 6) if short else None
    if is_wry(brief) and (hello := greeting(brief)):
        opening = ad.line(hello[0], keep=8)
    elif opening is None and (hook := ad.hook()):
        used.append(hook[0])
        opening = ad.line(hook[1], keep=8, source=hook[0].text)
    meeting, call = ad.meeting(used), ad.call_line()
    comparison = ad.comparison(used) if ad.seconds >= 15 else None
    room = ad.seconds - 1 - ad.spoken_seconds(opening, meeting, call)
    offer, told = _offer_and_claims(ad, used, room, max(1, ad.count - 4))
    product = d.picture("product", "product", lines=(meeting,), captions=(ad.title(),), keep=9)
    beats = [
        Beat("problem", words.stop, (replace(empty, lines=_lines(opening)), alone)),
        Beat("meet", brief.product, (product,)),
    ]
    pools: Pools = (("use", "person"), ("hands", "hands"), ("use", "person"))
    spare = max(0, ad.count - 5 - len(told) - (1 if comparison else 0))
    shown = [*ad.quips([opening, meeting, *(Line(t) for _, t in told)]), *ad.unsaid(told, used)]
    between: Pools = (("use", "person"), ("life", "people"))
    rows, left = _told(ad, told, pools, between, spare, shown, comparison, stats=False, hours=True)
    life = d.picture("life", "people", time="dusk", keep=4)
    if left:
        left = replace(left, captions=(_likened(left),))
    beats += [*rows, Beat("life", words.life, (life, left) if left else (life,))]
    beats += closing(ad, offer, call, d.picture("product", "product", time="dusk"))
    return opened(ad, beats, (("use", "person"), ("life", "people"), ("hands", "hands")))


def type_led(ad: Ad) -> list[Beat]:
    """Text on screen carries the film: one fact a shot, cards and objects in turn, the voice only at the end."""
    d, words = ad.dressing, ad.dressing.words
    call = ad.call_line()
    room = max(1, ad.count - 4)
    facts = _facts(ad)
    headline = facts[0][1] if facts else accent(ad.brief.product, ad.brief.product)
    opening = d.picture(
        "detail", "detail", size="extreme-close", keep=9, effect="impact", captions=(Caption(headline, "headline"),)
    )
    name = d.picture("product", "product", captions=(ad.title(),), keep=9, effect="shimmer")
    beats = [Beat("hook", words.hook, (opening,)), Beat("meet", ad.brief.product, (name,))]
    pools: Pools = (("detail", "detail"), ("product", "product"), ("hands", "hands"))
    cycle: Pools = (
        ("use", "person"),
        ("detail", "detail"),
        ("product", "product"),
        ("life", "people"),
        ("hands", "hands"),
    )
    rest = facts[1 : 1 + room]
    fill = max(0, room - len(rest))
    for at, (claim, text) in enumerate(rest):
        captions = (Caption(text, "stat" if claim.numbers else "headline"),)
        keep = 9 if claim.weight >= 99 else 6
        if at % 3 == 1:
            picture = d.card(captions=captions, keep=keep)
        else:
            picture = d.picture(*pools[at % 3], captions=captions, keep=keep, effect="whoosh" if at % 2 else None)
        row = [picture]
        share = fill // (len(rest) - at)
        fill -= share
        row += [d.picture(*cycle[(at + k) % 5], keep=2, weight=0.6) for k in range(share)]
        beats.append(Beat("proof", words.proof, tuple(row)))
    if not rest:
        beats.append(Beat("demo", words.demo, tuple(d.picture(*cycle[k % 5], keep=2) for k in range(fill))))
    likened = ad.comparison([]) if ad.seconds >= 10 else None
    if likened:
        quoted = replace(likened, captions=(_likened(likened),))
        beats.insert(min(4, len(beats)), Beat("image", words.proof, (quoted,)))
    return [*beats, *closing(ad, None, call, d.card())]


def _facts(ad: Ad) -> list[tuple[Claim, str]]:
    """Every claim as a headline, the strongest first."""
    hook = ad.hook()
    order = [hook[0]] if hook else []
    order += [c for c in sorted(ad.claims, key=lambda c: (-c.weight, c.at)) if c not in order]
    facts: list[tuple[Claim, str]] = []
    price = folded(ad.brief.offer.price)
    for claim in order:
        if price and price in folded(claim.text) and claim.weight < 99:
            continue
        key = claim.numbers[0] if claim.numbers else ""
        text = ad.dressing.headline(claim.text, ad.most(8, 14), key) or ad.dressing.headline(
            claim.text, ad.most(11, 18), key
        )
        if text:
            facts.append((claim, text))
    return facts
