"""An offer as text on screen: the price alone, and what comes with it."""

import re

from callsheet.script.brief import Brief, Offer
from callsheet.script.words import Tongue, folded, units

_AND: dict[Tongue, re.Pattern[str]] = {
    "en": re.compile(r"\s*(?:[,;](?!\d)|\.(?=\s|$)|\b(?:and|with|plus)\b)\s*", re.IGNORECASE),
    "zh": re.compile(r"\s*(?:[，；。、;]|,(?!\d))\s*"),
}
_BELONGS = re.compile(r"^(?:an?|per|each|for)\s+\w", re.IGNORECASE)
_BEFORE = re.compile(r"\s*\b(?:for|at|from|only|just|now)\s*$|(?:只要|只需|仅需|仅|售价|价格|只卖|卖)$", re.IGNORECASE)
_VERBAL = re.compile(
    r"\b(?:it|they|we|you|costs?|is|are|starts?|sells?)\b|[是卖]|^(?:for|at|from|only|just|now)$", re.IGNORECASE
)
_YOURS = re.compile(
    r"^(?:(?:you|we|it) (?:have|get|give you|comes?)(?: with)?)\s+|^an?\s+(?=\d)|^(?:您|你)(?:有|可以)", re.IGNORECASE
)


def offer_text(brief: Brief) -> str:
    """The offer for the screen, in the brief's words: the price, then after a line break whatever comes with it; empty without an offer."""
    offer, language = brief.offer, brief.language
    head, rest = _parts(offer, brief)
    if not head and not rest:
        return ""
    if not head:
        head, rest = rest[0], rest[1:]
    most = 14 if language == "en" else 24
    kept: list[str] = []
    for part in sorted(rest, key=lambda p: (not _sure(p, offer), rest.index(p))):
        if sum(units(k, language) for k in kept) + units(part, language) <= most:
            kept.append(part)
    line = ("，" if language == "zh" else ", ").join(p for p in rest if p in kept)
    return "\n".join(t[:1].upper() + t[1:] for t in (head, line) if t)


def _sure(part: str, offer: Offer) -> bool:
    return any(folded(p) in folded(part) for p in (offer.discount, offer.guarantee) if p)


def _parts(offer: Offer, brief: Brief) -> tuple[str, list[str]]:
    """The price with the words that belong to it, and the other parts in order, each once."""
    head, language = offer.price, brief.language
    rest: list[str] = []
    for piece in _AND[language].split(offer.text):
        at = piece.casefold().find(offer.price.casefold()) if offer.price else -1
        if at < 0:
            rest.append(piece)
            continue
        before, after = piece[:at].strip(), piece[at + len(offer.price) :].strip()
        if _BELONGS.match(after) and units(after, language) <= 3:
            head = f"{offer.price} {after}"
            after = ""
        before = _BEFORE.sub("", before)
        if before and not _VERBAL.search(before) and folded(brief.product) not in folded(before):
            rest.append(before)
        if after:
            rest.append(after)
    rest += [p for p in (offer.discount, offer.guarantee) if p]
    made: list[str] = []
    for part in (_YOURS.sub("", p).strip(" .,，。；;!！") for p in rest):
        short = 1 <= units(part, language) <= (10 if language == "en" else 14)
        if short and folded(part) not in folded(head) and not any(folded(part) in folded(m) for m in made):
            made = [m for m in made if folded(m) not in folded(part)] + [part]
    return head, made
