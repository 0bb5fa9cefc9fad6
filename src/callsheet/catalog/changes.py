"""What became different: since a day by what offers record of themselves, and between two states of the catalogue field by field."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from callsheet.catalog.catalogue import Catalogue
from callsheet.catalog.offer import Offer
from callsheet.catalog.query import leaves


@dataclass(frozen=True)
class Happened:
    """Something that happened to an offer on a day, or will."""

    on: date
    offer: str
    kind: Literal["released", "changed", "ended", "will end"]
    text: str
    where: str

    def __str__(self) -> str:
        return f"{self.on}  {self.offer}  {self.kind}: {self.text} ({self.where})"


def since(catalogue: Catalogue, day: date, today: date) -> tuple[Happened, ...]:
    """Everything after `day`: releases, recorded changes, ends; and the ends that are announced for after `today`. By date."""
    found: list[Happened] = []
    for offer in catalogue:
        if isinstance(offer.released_on, date) and day < offer.released_on <= today:
            where = offer.says("released_on").where
            found.append(Happened(offer.released_on, offer.id, "released", offer.provider, where))
        for change in offer.history:
            if day < change.on <= today and not (change.field == "status" and change.on == offer.sunset_on):
                text = f"{change.field} was {change.was}, now {change.now}"
                found.append(Happened(change.on, offer.id, "changed", text, change.where))
        if isinstance(offer.sunset_on, date) and offer.sunset_on > day:
            over = offer.sunset_on <= today
            text = (
                f"its seller names {offer.replacement} as successor" if offer.replacement else "no successor is named"
            )
            found.append(
                Happened(
                    offer.sunset_on, offer.id, "ended" if over else "will end", text, offer.says("sunset_on").where
                )
            )
    return tuple(sorted(found, key=lambda h: (h.on, h.offer, h.kind, h.text)))


@dataclass(frozen=True)
class Difference:
    """A field that two catalogues tell differently. `was` is None for an offer that is new, `now` for one that is gone."""

    offer: str
    field: str
    was: str | None
    now: str | None

    def __str__(self) -> str:
        if self.was is None or self.now is None:
            return f"{self.offer}: {'added' if self.was is None else 'removed'}"
        return f"{self.offer}: {self.field} was {self.was}, now {self.now}"


def compare(old: Catalogue, new: Catalogue) -> tuple[Difference, ...]:
    """Field by field what `new` tells differently; evidence that merely became newer is left out."""
    before, after = ({offer.id: offer for offer in catalogue} for catalogue in (old, new))
    found: list[Difference] = []
    for id in sorted(before.keys() | after.keys()):
        if id not in before:
            found.append(Difference(id, "", None, id))
        elif id not in after:
            found.append(Difference(id, "", id, None))
        else:
            was, now = _told(before[id]), _told(after[id])
            names = dict.fromkeys([*was, *now])
            found += [
                Difference(id, name, was.get(name, "unknown"), now.get(name, "unknown"))
                for name in names
                if was.get(name) != now.get(name)
            ]
    return tuple(found)


def _told(offer: Offer) -> dict[str, Any]:
    return dict(leaves(offer))
